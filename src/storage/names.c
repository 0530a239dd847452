/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of arrays: PATH, or PATH::NAME where a file holds several, and lists of such names. Knows no format.
 */
#include "storage/storage.h"

#include "base/memory.h"

#include <string.h>

/* ---- PATH::NAME ---- */

bool fa__name_split(const char *name, char **path, const char **member, fa_error *err)
{
    *path = NULL;
    *member = NULL;
    if (fa_failed(err))
        return false;
    if (name == NULL || name[0] == '\0')
        return fa__fail(err, FA_INVALID_ARGUMENT, "the name of a file is %s",
                        name == NULL ? "NULL" : "empty");
    const char *colons = strstr(name, "::");
    /* A file may be called so: then it is that file. */
    if (colons != NULL && !fa__path_exists(name)) {
        *member = colons + 2;
        if (colons == name || **member == '\0')
            return fa__fail(err, FA_INVALID_ARGUMENT, "%s: a name in a file is written PATH::NAME", name);
    }
    *path = fa__copy_text(name, *member != NULL ? (size_t)(colons - name) : strlen(name), err);
    return *path != NULL;
}

/* ---- Lists ---- */

struct fa_names {
    int64_t count, capacity;
    char **texts;
};

bool fa__names_add(fa_names *names, const char *text, size_t length, fa_error *err)
{
    if (!fa__grow(&names->texts, &names->capacity, names->count + 1, sizeof *names->texts, err))
        return false;
    names->texts[names->count] = fa__copy_text(text, length, err);
    if (names->texts[names->count] == NULL)
        return false;
    names->count++;
    return true;
}

fa_names *fa__names_new(fa_error *err)
{
    return fa_failed(err) ? NULL : fa__alloc_zero(1, sizeof(fa_names), err);
}

int64_t fa_names_count(const fa_names *names)
{
    return names != NULL ? names->count : 0;
}

const char *fa_names_get(const fa_names *names, int64_t index)
{
    return names != NULL && index >= 0 && index < names->count ? names->texts[index] : NULL;
}

void fa_names_release(fa_names *names)
{
    if (names == NULL)
        return;
    for (int64_t i = 0; i < names->count; i++)
        fa__free(names->texts[i]);
    fa__free(names->texts);
    fa__free(names);
}
