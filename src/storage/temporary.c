/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of temporary files, and taking them. The temporary of NAME is .NAME.farray-<16 hexadecimal digits>.
 * Its writer holds an exclusive lock on it for as long as it lives, so that one without a lock is litter of a
 * writer that was killed: the next writer of NAME removes it. Knows nothing about what is written. */
#include "storage/temporary.h"

#include "base/memory.h"

#include <stdio.h>
#include <string.h>

/* ---- Names ---- */

enum { NONCE_DIGITS = 16, LONGEST_NAME = 180 };

const char *fa__name_in(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* What all temporaries of a name begin with. A name too long to be made longer is cut, and a hash stands for
 * the rest. */
static void temporary_prefix(const char *name, char *prefix, size_t size)
{
    size_t length = strlen(name);
    if (length <= LONGEST_NAME) {
        snprintf(prefix, size, ".%s.farray-", name);
        return;
    }
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)name[i]) * UINT64_C(1099511628211);
    snprintf(prefix, size, ".%.*s~%016llx.farray-", LONGEST_NAME, name, (unsigned long long)hash);
}

static char *join_sibling(const char *path, const char *name, fa_error *err)
{
    size_t folder = (size_t)(fa__name_in(path) - path), length = strlen(name);
    char *joined = fa__alloc(folder + length + 1, err);
    if (joined != NULL) {
        memcpy(joined, path, folder);
        memcpy(joined + folder, name, length + 1);
    }
    return joined;
}

typedef struct litter {
    const char *path;
    char prefix[256];
} litter;

static bool is_temporary(const char *name, const char *prefix)
{
    size_t length = strlen(prefix);
    return strncmp(name, prefix, length) == 0 && strlen(name + length) == NONCE_DIGITS &&
           strspn(name + length, "0123456789abcdef") == NONCE_DIGITS;
}

static bool remove_if_litter(const char *name, void *user)
{
    const litter *search = user;
    if (!is_temporary(name, search->prefix))
        return true;
    fa_error ignored = {0}; /* litter that cannot be removed hinders nobody */
    char *path = join_sibling(search->path, name, &ignored);
    fa__file *file = path != NULL ? fa__file_open(path, FA__OPEN_WRITE, &ignored) : NULL;
    if (file != NULL && fa__file_lock(file, true, &ignored) && fa__file_is_at(file, path))
        fa__path_remove(path, &ignored);
    fa__file_close(file, NULL);
    fa__free(path);
    return true;
}

void fa__temporary_sweep(const char *target)
{
    litter search = {.path = target};
    temporary_prefix(fa__name_in(target), search.prefix, sizeof search.prefix);
    fa_error ignored = {0};
    fa__path_each_sibling(target, remove_if_litter, &search, &ignored);
}

/* ---- Making ---- */

void fa__temporary_fail(const char *path, const char *what, const fa_error *inner, fa_error *err)
{
    if (inner->system_errno != 0)
        fa__fail_system(err, inner->system_errno, "%s: %s", path, what);
    else
        fa__error_move(err, inner);
}

/* One try: NULL with a clean err when another writer took the name or swept the file away before its lock. */
static fa__file *try_temporary(const char *path, const char *target, char **name_made, fa_error *err)
{
    uint64_t nonce;
    char name[256 + NONCE_DIGITS];
    if (!fa__entropy(&nonce, sizeof nonce, err))
        return NULL;
    temporary_prefix(fa__name_in(target), name, sizeof name - NONCE_DIGITS);
    snprintf(name + strlen(name), NONCE_DIGITS + 1, "%016llx", (unsigned long long)nonce);
    char *temporary = join_sibling(target, name, err);
    fa_error inner = {0};
    fa__file *file =
        temporary != NULL ? fa__file_open(temporary, FA__OPEN_WRITE | FA__OPEN_CREATE, &inner) : NULL;
    if (file != NULL && fa__file_lock(file, true, &inner) && fa__file_is_at(file, temporary)) {
        *name_made = temporary;
        return file;
    }
    if (fa_failed(&inner) && inner.code != FA_BUSY)
        fa__temporary_fail(path, "cannot be created", &inner, err);
    fa__file_close(file, NULL);
    fa__free(temporary);
    return NULL;
}

fa__file *fa__temporary_make(const char *path, const char *target, char **temporary, fa_error *err)
{
    enum { TRIES = 100 };
    fa__file *file = NULL;
    for (int i = 0; i < TRIES && file == NULL && !fa_failed(err); i++)
        file = try_temporary(path, target, temporary, err);
    if (file == NULL && !fa_failed(err))
        fa__fail(err, FA_BUSY, "%s: no temporary name beside it could be taken in %d tries", path, TRIES);
    return file;
}
