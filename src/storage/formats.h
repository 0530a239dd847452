/* SPDX-License-Identifier: BSD-3-Clause */
/* Which format a file has, by its first bytes and not by its name. A new format is one row here and one file
 * beside. */
#ifndef FA_STORAGE_FORMATS_H
#define FA_STORAGE_FORMATS_H

#include "storage/storage.h"

typedef struct fa__format {
    const char *name;
    const char *magic;
    size_t magic_bytes;
    /* Reads the header; NULL for a format that is known by sight only. */
    bool (*parse)(const char *name, const void *bytes, size_t size, int64_t file_bytes, fa__layout *layout,
                  fa_error *err);
} fa__format;

/* Reads the header of a file whose first `size` bytes are `bytes`; FA_BAD_FORMAT when no format begins so. */
bool fa__formats_parse(const char *name, const void *bytes, size_t size, int64_t file_bytes,
                       fa__layout *layout, fa_error *err);
/* Reads the header of an open file. */
bool fa__formats_read(fa__file *file, const char *path, fa__layout *layout, fa_error *err);

#endif
