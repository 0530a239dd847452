/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of formats. Knows how each begins, and nothing else about them. */
#include "storage/formats.h"

#include <string.h>

static const fa__format formats[] = {
    {"an .npy file", "\x93NUMPY", 6, fa__npy_parse},
    {"a zip archive (.npz)", "PK\x03\x04", 4, NULL},
    {"an HDF5 file", "\x89HDF\r\n\x1a\n", 8, NULL},
};

bool fa__formats_parse(const char *name, const void *bytes, size_t size, int64_t file_bytes,
                       fa__layout *layout, fa_error *err)
{
    memset(layout, 0, sizeof *layout);
    if (fa_failed(err))
        return false;
    if (size == 0)
        return fa__fail(err, FA_BAD_FORMAT, "%s: the file is empty, an array has at least a header", name);
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        const fa__format *format = &formats[i];
        size_t common = size < format->magic_bytes ? size : format->magic_bytes;
        if (memcmp(bytes, format->magic, common) != 0)
            continue;
        if (format->parse != NULL)
            return format->parse(name, bytes, size, file_bytes, layout, err);
        if (common == format->magic_bytes)
            return fa__fail(err, FA_UNSUPPORTED, "%s: is %s, which farray does not read", name, format->name);
    }
    return fa__fail(err, FA_BAD_FORMAT, "%s: not an .npy file; say its dtype and shape to open it raw", name);
}
