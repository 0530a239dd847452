/* SPDX-License-Identifier: BSD-3-Clause */
/* Unpacking deflated streams by zlib. */
#include "storage/inflate.h"

#include "base/checked.h"
#include "base/memory.h"
#include "storage/zlib_memory.h"

#include <stdatomic.h>
#include <string.h>

enum { PIECE = 256 << 10 };

typedef struct inflation {
    const fa__packed *packed;
    fa__file *file;
    z_stream stream;
    char *in, *out;
    int64_t read, unpacked; /* so far */
    uint32_t crc;
    bool ended;
} inflation;

static bool start(inflation *i, const fa__packed *packed, fa__file *file, fa_error *err)
{
    memset(i, 0, sizeof *i);
    i->packed = packed;
    i->file = file;
    fa__zlib_memory(&i->stream);
    i->in = fa__alloc(PIECE, err);
    i->out = fa__alloc(PIECE, err);
    if (!fa_failed(err) && inflateInit2(&i->stream, FA__ZLIB_RAW) != Z_OK)
        fa__fail(err, FA_NO_MEMORY, "%s: the system has no memory to unpack it", packed->name);
    return !fa_failed(err);
}

static void end(inflation *i)
{
    inflateEnd(&i->stream);
    fa__free(i->in);
    fa__free(i->out);
}

static bool refill(inflation *i, fa_error *err)
{
    int64_t left = i->packed->packed_bytes - i->read;
    if (i->stream.avail_in > 0 || left == 0)
        return true;
    size_t size = (size_t)fa__min_i64(left, PIECE);
    if (!fa__file_read(i->file, i->packed->offset + i->read, i->in, size, err))
        return false;
    fa__storage_count_read((int64_t)size);
    i->read += (int64_t)size;
    i->stream.next_in = (Bytef *)i->in;
    i->stream.avail_in = (uInt)size;
    return true;
}

static bool fail_stream(const inflation *i, const char *what, fa_error *err)
{
    int64_t at = i->packed->offset + i->read - i->stream.avail_in;
    return fa__fail_at_byte(err, FA_BAD_FORMAT, at, "%s: byte %lld: its compressed data is broken: %s",
                            i->packed->name, (long long)at, what);
}

/* Unpacks at most `room` bytes into `out`: fewer only at the end. */
static size_t unpack(inflation *i, size_t room, fa_error *err)
{
    i->stream.next_out = (Bytef *)i->out;
    i->stream.avail_out = (uInt)room;
    while (!i->ended && i->stream.avail_out > 0 && refill(i, err)) {
        uInt had = i->stream.avail_in;
        int status = inflate(&i->stream, Z_NO_FLUSH);
        i->ended = status == Z_STREAM_END;
        if (status == Z_MEM_ERROR)
            fa__fail(err, FA_NO_MEMORY, "%s: the system has no memory to unpack it", i->packed->name);
        else if (had == 0 && !i->ended && i->stream.avail_out > 0)
            fail_stream(i, "it ends too early", err);
        else if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
            fail_stream(i, i->stream.msg != NULL ? i->stream.msg : "it asks for a dictionary", err);
        if (fa_failed(err))
            return 0;
    }
    return fa_failed(err) ? 0 : room - i->stream.avail_out;
}

/* All bytes that were announced are there: nothing else may follow. */
static bool check_end(inflation *i, fa_error *err)
{
    const fa__packed *packed = i->packed;
    size_t surplus = unpack(i, 1, err);
    if (fa_failed(err))
        return false;
    if (surplus > 0)
        return fa__fail(err, FA_BAD_FORMAT, "%s: unpacks to more than the %lld bytes that the archive says",
                        packed->name, (long long)packed->bytes);
    int64_t left = packed->packed_bytes - i->read + i->stream.avail_in;
    if (left > 0)
        return fa__fail(err, FA_BAD_FORMAT, "%s: its compressed data ends %lld bytes before the archive says",
                        packed->name, (long long)left);
    if (i->crc != packed->crc)
        return fa__fail(err, FA_BAD_FORMAT, "%s: its bytes have the checksum %08lx, the archive says %08lx",
                        packed->name, (unsigned long)i->crc, (unsigned long)packed->crc);
    return true;
}

bool fa__inflate(const fa__packed *packed, fa__file *file, int64_t most,
                 bool (*take)(void *user, int64_t at, const char *bytes, size_t size, fa_error *err),
                 void *user, const atomic_bool *stop, fa_error *err)
{
    inflation i;
    if (fa_failed(err))
        return false;
    start(&i, packed, file, err);
    int64_t end_at = most == FA__INFLATE_ALL ? packed->bytes : most;
    while (!fa_failed(err) && i.unpacked < end_at) {
        size_t size = unpack(&i, (size_t)fa__min_i64(end_at - i.unpacked, PIECE), err);
        if (fa_failed(err))
            break;
        if (size == 0)
            fa__fail(err, FA_BAD_FORMAT, "%s: unpacks to %lld bytes, the archive says %lld", packed->name,
                     (long long)i.unpacked, (long long)packed->bytes);
        else if (stop != NULL && atomic_load(stop))
            fa__fail(err, FA_CANCELLED, "%s: stopped while it was unpacked", packed->name);
        else if (take != NULL)
            take(user, i.unpacked, i.out, size, err);
        i.crc = (uint32_t)crc32_z(i.crc, (const Bytef *)i.out, size);
        i.unpacked += (int64_t)size;
    }
    if (!fa_failed(err) && most == FA__INFLATE_ALL)
        check_end(&i, err);
    end(&i);
    return !fa_failed(err);
}
