/* SPDX-License-Identifier: BSD-3-Clause */
/* Packing, by zlib, at the level that NumPy uses. */
#include "storage/deflate.h"

#include "base/checked.h"
#include "base/memory.h"
#include "storage/zlib_memory.h"

#include <string.h>

enum { PIECE = 256 << 10, MEMORY_LEVEL = 8 };

typedef struct deflation {
    z_stream stream;
    char *in, *out;
    bool (*put)(void *user, const void *bytes, size_t size, fa_error *err);
    void *user;
} deflation;

static bool pack(deflation *d, const char *bytes, size_t size, bool is_last, fa_error *err)
{
    d->stream.next_in = (z_const Bytef *)bytes;
    d->stream.avail_in = (uInt)size;
    do {
        d->stream.next_out = (Bytef *)d->out;
        d->stream.avail_out = PIECE;
        deflate(&d->stream, is_last ? Z_FINISH : Z_NO_FLUSH); /* fails only where it is called wrongly */
        if (d->stream.avail_out < PIECE)
            d->put(d->user, d->out, PIECE - d->stream.avail_out, err);
    } while (d->stream.avail_out == 0 && !fa_failed(err));
    return !fa_failed(err);
}

static bool pack_source(deflation *d, const fa__unpacked *from, uint32_t *crc, fa_error *err)
{
    fa__source *source = from->source;
    for (int64_t at = 0; at < source->bytes && !fa_failed(err); at += PIECE) {
        int64_t size = fa__min_i64(PIECE, source->bytes - at);
        if (!fa__source_read_bytes(source, at, size, d->in, err))
            return false;
        *crc = (uint32_t)crc32_z(*crc, (const Bytef *)d->in, (z_size_t)size);
        pack(d, d->in, (size_t)size, false, err);
        if (from->watch == NULL)
            continue;
        atomic_fetch_add(&from->watch->done_bytes, size);
        if (atomic_load(&from->watch->stop))
            return fa__fail(err, FA_CANCELLED, "cancelled by the progress callback");
    }
    return !fa_failed(err);
}

bool fa__deflate(const fa__unpacked *from,
                 bool (*put)(void *user, const void *bytes, size_t size, fa_error *err), void *user,
                 uint32_t *crc, fa_error *err)
{
    deflation d = {.put = put, .user = user};
    fa__zlib_memory(&d.stream);
    d.in = fa__alloc(PIECE, err);
    d.out = fa__alloc(PIECE, err);
    if (!fa_failed(err) && deflateInit2(&d.stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, FA__ZLIB_RAW,
                                        MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
        fa__fail(err, FA_NO_MEMORY, "the system has no memory to pack an array");
    *crc = (uint32_t)crc32_z(0, (const Bytef *)from->header, from->header_bytes);
    if (!fa_failed(err) && pack(&d, from->header, from->header_bytes, false, err) &&
        pack_source(&d, from, crc, err))
        pack(&d, NULL, 0, true, err);
    deflateEnd(&d.stream);
    fa__free(d.out);
    fa__free(d.in);
    return !fa_failed(err);
}
