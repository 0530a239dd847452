/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of formats, and reading the header of an open file. Knows how each format begins, and nothing
 * else about them. */
#include "storage/formats.h"

#include "base/checked.h"
#include "base/memory.h"
#include "storage/npz.h"

#include <string.h>

static const fa__format formats[] = {
    {.name = "an .npy file", .magic = "\x93NUMPY", .magic_bytes = 6, .parse = fa__npy_parse},
    {.name = "a zip archive", .magic = "PK\x03\x04", .magic_bytes = 4, .container = &fa__npz},
    {.name = "an empty zip archive", .magic = "PK\x05\x06", .magic_bytes = 4, .container = &fa__npz},
    {.name = "an HDF5 file", .magic = "\x89HDF\r\n\x1a\n", .magic_bytes = 8},
};

/* Reads the first bytes of a file, and leaves no more than these in the page cache: what follows may be read
 * past it. */
static bool read_head(fa__file *file, char *bytes, size_t size, fa_error *err)
{
    fa__file_expect_random(file);
    bool done = fa__file_read(file, 0, bytes, size, err);
    fa__file_expect_nothing(file);
    return done;
}

const fa__container *fa__formats_container(fa__file *file, fa_error *err)
{
    char bytes[8];
    int64_t file_bytes = fa__file_size(file, err);
    size_t size = (size_t)fa__min_i64(file_bytes, (int64_t)sizeof bytes);
    if (file_bytes < 0 || !read_head(file, bytes, size, err))
        return NULL;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (size >= formats[i].magic_bytes && memcmp(bytes, formats[i].magic, formats[i].magic_bytes) == 0)
            return formats[i].container;
    return NULL;
}

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
    return fa__fail(err, FA_BAD_FORMAT,
                    "%s: not an .npy or .npz file; say its dtype and shape to open it raw", name);
}

/* Parses a private copy of the first bytes, so that nobody changes them between a check and its use. */
static bool read_once(fa__file *file, const char *path, int64_t file_bytes, fa__layout *layout, fa_error *err)
{
    size_t size = (size_t)fa__min_i64(file_bytes, FA__NPY_MAX_HEADER);
    char *bytes = fa__alloc(size, err);
    if (bytes != NULL && read_head(file, bytes, size, err))
        fa__formats_parse(path, bytes, size, file_bytes, layout, err);
    fa__free(bytes);
    return !fa_failed(err);
}

/* A file that a writer makes longer meanwhile is read again where its header and its size do not fit each
 * other. */
bool fa__formats_read(fa__file *file, const char *path, fa__layout *layout, fa_error *err)
{
    enum { TRIES = 10 };
    int64_t before = fa__file_size(file, err);
    for (int i = 1; !fa_failed(err); i++) {
        fa_error inner = {0};
        bool whole = read_once(file, path, before, layout, &inner);
        int64_t now = fa__file_size(file, err);
        if (whole && now >= before)
            return true;
        if (whole)
            fa__layout_clear(layout);
        if (whole && now >= 0)
            fa__fail(err, FA_BUSY, "%s: its size went from %lld to %lld bytes while its header was read",
                     path, (long long)before, (long long)now);
        else if (now == before || i == TRIES)
            fa__error_move(err, &inner);
        before = now;
    }
    return false;
}
