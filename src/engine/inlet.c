/* SPDX-License-Identifier: BSD-3-Clause */
/* Pieces are read into a buffer, whose parts take turns, and copied out: transfers move whole grains, and the
 * bytes beside a range belong to somebody else in memory. */
#include "engine/inlet.h"

#include "engine/buffers.h"

#include "base/checked.h"
#include "base/memory.h"
#include "platform/platform.h"
#include "storage/storage.h"

#include <string.h>

enum {
    BUFFER_BYTES = 2 << 20, /* a huge page */
    AT_ONCE = 4,
    PART_BYTES = BUFFER_BYTES / AT_ONCE,
    PIECE_BYTES = PART_BYTES - 2 * FA__DIRECT_GRAIN,
    LEAST_BYTES = 128 << 10
};

static bool read_through_cache(fa__source *source, int64_t first, int64_t size, char *to, fa_error *err)
{
    bool done = fa__source_read_bytes(source, first, size, to, err);
    if (source->class->drop != NULL)
        source->class->drop(source, first, size);
    return done;
}

typedef struct piece {
    fa__transfer transfer;
    int64_t first, size;
    bool under_way;
} piece;

static void begin(fa__source *source, piece *p, int64_t first, int64_t size, char *buffer)
{
    p->first = first;
    p->size = size;
    p->under_way = source->class->begin_direct(source, first, size, buffer, &p->transfer);
}

/* What did not come whole is read once more, which says what is wrong. */
static bool end(fa__source *source, piece *p, char *to, fa_error *err)
{
    char *bytes = p->under_way ? source->class->end_direct(source, p->first, p->size, &p->transfer) : NULL;
    p->under_way = false;
    if (bytes == NULL)
        return read_through_cache(source, p->first, p->size, to, err);
    memcpy(to, bytes, (size_t)p->size);
    return !fa_failed(err);
}

static bool read_pieces(fa__source *source, int64_t first, int64_t size, char *to, char *buffer,
                        fa_error *err)
{
    piece pieces[AT_ONCE] = {0};
    int64_t count = (size + PIECE_BYTES - 1) / PIECE_BYTES, begun = 0;
    for (int64_t i = 0; i < count; i++) {
        for (; begun < count && begun < i + AT_ONCE && !fa_failed(err); begun++)
            begin(source, &pieces[begun % AT_ONCE], first + begun * PIECE_BYTES,
                  fa__min_i64(size - begun * PIECE_BYTES, PIECE_BYTES),
                  buffer + begun % AT_ONCE * PART_BYTES);
        if (i < begun) /* also after an error: nothing may come when the buffer is somebody else's */
            end(source, &pieces[i % AT_ONCE], to + i * PIECE_BYTES, err);
    }
    return !fa_failed(err);
}

bool fa__inlet_read(fa__source *source, int64_t first, int64_t size, char *to, fa_error *err)
{
    const bool forced = fa__io_mode() == FA__IO_DIRECT;
    if (fa_failed(err))
        return false;
    if ((size < LEAST_BYTES && !forced) || !fa__source_reads_direct(source) ||
        !source->class->wants_direct(source, first, size) || !fa__buffer_charge(BUFFER_BYTES))
        return read_through_cache(source, first, size, to, err);
    char *buffer = fa__buffer_take(BUFFER_BYTES, err);
    bool done = buffer != NULL && read_pieces(source, first, size, to, buffer, err);
    fa__buffer_give_back(buffer, BUFFER_BYTES);
    fa__ledger_release(BUFFER_BYTES);
    return done;
}
