/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of formats. Knows how each begins, and nothing else about them. */
#include "storage/formats.h"

#include "storage/npz.h"

#include <string.h>

static const fa__format formats[] = {
    {.name = "an .npy file", .magic = "\x93NUMPY", .magic_bytes = 6, .parse = fa__npy_parse},
    {.name = "a zip archive", .magic = "PK\x03\x04", .magic_bytes = 4, .container = &fa__npz},
    {.name = "an empty zip archive", .magic = "PK\x05\x06", .magic_bytes = 4, .container = &fa__npz},
    {.name = "an HDF5 file", .magic = "\x89HDF\r\n\x1a\n", .magic_bytes = 8},
};

const fa__format *fa__format_find(const char *name, const void *bytes, size_t size, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    if (size == 0) {
        fa__fail(err, FA_BAD_FORMAT, "%s: the file is empty, an array has at least a header", name);
        return NULL;
    }
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        const fa__format *format = &formats[i];
        size_t common = size < format->magic_bytes ? size : format->magic_bytes;
        if (memcmp(bytes, format->magic, common) != 0)
            continue;
        if (format->parse != NULL || format->container != NULL)
            return format;
        if (common == format->magic_bytes) {
            fa__fail(err, FA_UNSUPPORTED, "%s: is %s, which farray does not read", name, format->name);
            return NULL;
        }
    }
    fa__fail(err, FA_BAD_FORMAT, "%s: not an .npy or .npz file; say its dtype and shape to open it raw",
             name);
    return NULL;
}
