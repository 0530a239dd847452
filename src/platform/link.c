/* SPDX-License-Identifier: BSD-3-Clause */
/* Symbolic links, and what messages call a file. Who replaces a file by renaming replaces what a link points
 * to, not the link: that is storage's to decide, and this room's to find. */
#include "platform/file_internal.h"

#include "base/memory.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_LINKS = 40 }; /* as many as Linux follows */

/* What the link at `path` says, as a path from here: NULL with a clean err when `path` is no link. */
static char *read_link(const char *path, fa_error *err)
{
    char target[PATH_MAX];
    ssize_t length = readlink(path, target, sizeof target);
    if (length < 0)
        return NULL; /* no link, nothing there, or not for us to see: opening it will say */
    if ((size_t)length == sizeof target) {
        fa__fail_system(err, ENAMETOOLONG, "%s: cannot be followed", path);
        return NULL;
    }
    const char *slash = strrchr(path, '/');
    size_t folder = slash != NULL && target[0] != '/' ? (size_t)(slash - path) + 1 : 0;
    char *joined = fa__alloc(folder + (size_t)length + 1, err);
    if (joined == NULL)
        return NULL;
    memcpy(joined, path, folder);
    memcpy(joined + folder, target, (size_t)length);
    joined[folder + (size_t)length] = '\0';
    return joined;
}

char *fa__path_follow(const char *path, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    char *at = fa__copy_text(path, strlen(path), err);
    for (int links = 0; at != NULL; links++) {
        char *next = links < MOST_LINKS ? read_link(at, err) : NULL;
        if (links == MOST_LINKS)
            fa__fail_system(err, ELOOP, "%s: cannot be followed", path);
        if (next == NULL && !fa_failed(err))
            return at;
        fa__free(at);
        at = next;
    }
    return NULL;
}

bool fa__file_set_path(fa__file *file, const char *path, fa_error *err)
{
    char *copy = fa_failed(err) ? NULL : fa__copy_text(path, strlen(path), err);
    if (copy == NULL)
        return false;
    fa__free(file->path);
    file->path = copy;
    return true;
}
