/* SPDX-License-Identifier: BSD-3-Clause */
/* How zlib is asked for streams: with our allocations, and without a header of zlib's own. */
#ifndef FA_STORAGE_ZLIB_MEMORY_H
#define FA_STORAGE_ZLIB_MEMORY_H

#include "base/memory.h"

#include <zlib.h>

enum { FA__ZLIB_RAW = -MAX_WBITS };

static inline voidpf fa__zlib_take(voidpf opaque, uInt count, uInt bytes)
{
    fa_error ignored = {0}; /* zlib says that there was no memory */
    (void)opaque;
    return fa__alloc_zero(count, bytes, &ignored);
}

static inline void fa__zlib_give(voidpf opaque, voidpf memory)
{
    (void)opaque;
    fa__free(memory);
}

static inline void fa__zlib_memory(z_stream *stream)
{
    stream->zalloc = fa__zlib_take;
    stream->zfree = fa__zlib_give;
}

#endif
