/* SPDX-License-Identifier: BSD-3-Clause */
/* Which format a file has, by its first bytes and not by its name. A new format is one row here and one file
 * beside. */
#ifndef FA_STORAGE_FORMATS_H
#define FA_STORAGE_FORMATS_H

#include "storage/file_object.h"
#include "storage/storage.h"

/* A file of several arrays: what it can do. `file` is open; `path` is what the user calls it. */
typedef struct fa__container {
    /* The array of that name, or, where `member` is NULL, the only one. */
    fa_array *(*open)(fa__file_object *object, fa__file *file, const char *path, const char *member,
                      fa_mode mode, const fa_open_options *options, fa_error *err);
    bool (*list)(fa__file *file, const char *path, fa_names *names, fa_error *err);
} fa__container;

/* Has one of `parse` and `container`, or none of them: known by sight only. */
typedef struct fa__format {
    const char *name;
    const char *magic;
    size_t magic_bytes;
    bool (*parse)(const char *name, const void *bytes, size_t size, int64_t file_bytes, fa__layout *layout,
                  fa_error *err);
    const fa__container *container;
} fa__format;

/* Reads the header of a file whose first `size` bytes are `bytes`; FA_BAD_FORMAT when no format begins so. */
bool fa__formats_parse(const char *name, const void *bytes, size_t size, int64_t file_bytes,
                       fa__layout *layout, fa_error *err);
/* What can be done with an open file of several arrays; NULL with a clean err where the file is none. */
const fa__container *fa__formats_container(fa__file *file, fa_error *err);
/* Reads the header of an open file that is one array. */
bool fa__formats_read(fa__file *file, const char *path, fa__layout *layout, fa_error *err);

#endif
