/* SPDX-License-Identifier: BSD-3-Clause */
/* Buffers on their way to files. Transfers move whole grains of the file, and tiles end anywhere: of a grain
 * that two tiles share, whoever comes first leaves its part here, and whoever comes second takes it along.
 * Parts that nobody takes, at the ends of the result, are written through the page cache when all else is
 * done. */
#include "engine/behind.h"

#include "engine/budget.h"
#include "engine/tiles.h"

#include "base/checked.h"
#include "base/memory.h"
#include "platform/platform.h"
#include "storage/storage.h"

#include <string.h>

enum {
    BYTES_BEHIND = 8 << 20, /* under way, of all stores */
    LEAST_BYTES = 4 << 20,  /* of a result: less may as well be in memory */
    LEAST_TILE_BYTES = 64 << 10
};

typedef enum state { FREE, HELD, UNDER_WAY } state;

typedef struct buffer {
    char *memory;
    state state;
    fa__transfer transfer;
    int64_t first, size; /* UNDER_WAY: bytes of the source */
    long long number;    /* in the order in which they were started */
} buffer;

/* A part of a grain, of the tile that came first. */
typedef struct part {
    int64_t first, size; /* bytes of the source */
    char bytes[FA__DIRECT_GRAIN];
} part;

typedef struct stream {
    const fa__operand *to; /* NULL: written otherwise */
    size_t buffer_bytes;
    int buffer_count;
    buffer *buffers;
    part *parts;
    int64_t part_count, part_capacity;
} stream;

struct fa__behind {
    const fa__pass *pass;
    int threads;
    fa__mutex mutex;
    stream *streams; /* of each store */
    char *arena;
    size_t arena_bytes;
    long long started;
};

/* ---- Which stores ---- */

static bool is_dense(const fa__pass *pass, const fa__operand *to)
{
    int64_t sizes[FA_MAX_NDIM], strides[FA_MAX_NDIM];
    return fa__merge_axes(pass->ndim, pass->sizes, to->strides, sizes, strides) == 1 &&
           strides[0] == to->item_bytes;
}

static void choose_stream(fa__behind *behind, int64_t number, int64_t tile)
{
    const fa__store *store = &behind->pass->stores[number];
    const fa__operand *to = &store->to;
    bool forced = fa__io_mode() == FA__IO_DIRECT;
    if (store->mask >= 0 ||
        (!forced &&
         (behind->pass->total * to->item_bytes < LEAST_BYTES || tile * to->item_bytes < LEAST_TILE_BYTES)) ||
        tile * to->item_bytes < FA__DIRECT_GRAIN || !is_dense(behind->pass, to) ||
        !fa__source_writes_direct(to->source))
        return;
    stream *s = &behind->streams[number];
    s->to = to;
    s->buffer_bytes = (size_t)fa__round_up(tile * to->item_bytes, FA__DIRECT_GRAIN) + FA__DIRECT_GRAIN;
}

/* Each worker holds one buffer of each store; while others are on their way where there is room for more. */
static bool choose_buffers(fa__behind *behind, int64_t tile, int64_t room)
{
    int64_t bytes = 0, tiles = (behind->pass->total + tile - 1) / tile;
    for (int64_t i = 0; i < behind->pass->store_count; i++)
        bytes += (int64_t)behind->streams[i].buffer_bytes;
    if (bytes == 0)
        return false;
    int64_t each = behind->threads + fa__max_i64(fa__min_i64(BYTES_BEHIND / bytes, 16), 2);
    each = fa__min_i64(fa__min_i64(each, tiles), room / bytes);
    if (each < fa__min_i64(behind->threads, tiles))
        return false;
    for (int64_t i = 0; i < behind->pass->store_count; i++)
        if (behind->streams[i].to != NULL)
            behind->streams[i].buffer_count = (int)each;
    behind->arena_bytes = (size_t)(each * bytes);
    return true;
}

static bool make_arena(fa__behind *behind)
{
    fa_error ignored = {0};
    if (!fa__ledger_charge(behind->arena_bytes))
        return false;
    behind->arena = fa__pages_alloc(behind->arena_bytes, true, &ignored);
    if (behind->arena == NULL) {
        fa__ledger_release(behind->arena_bytes);
        return false;
    }
    fa__pages_keep_from_children(behind->arena, behind->arena_bytes);
    char *memory = behind->arena;
    for (int64_t i = 0; i < behind->pass->store_count; i++) {
        stream *s = &behind->streams[i];
        if (s->to == NULL)
            continue;
        s->buffers = fa__alloc_zero((size_t)s->buffer_count, sizeof *s->buffers, &ignored);
        for (int k = 0; s->buffers != NULL && k < s->buffer_count; k++, memory += s->buffer_bytes)
            s->buffers[k].memory = memory;
    }
    return !fa_failed(&ignored);
}

fa__behind *fa__behind_start(const fa__pass *pass, int64_t tile, int threads, int64_t room)
{
    fa_error ignored = {0};
    if (pass->store_count == 0)
        return NULL;
    fa__behind *behind = fa__alloc_zero(1, sizeof *behind, &ignored);
    if (behind == NULL)
        return NULL;
    behind->pass = pass;
    behind->threads = threads;
    behind->mutex = (fa__mutex)FA__MUTEX_INIT;
    behind->streams = fa__alloc_zero((size_t)pass->store_count, sizeof *behind->streams, &ignored);
    for (int64_t i = 0; i < pass->store_count && behind->streams != NULL; i++)
        choose_stream(behind, i, tile);
    if (behind->streams != NULL && choose_buffers(behind, tile, room) && make_arena(behind))
        return behind;
    fa__behind_stop(behind, &ignored);
    return NULL;
}

bool fa__behind_has(const fa__behind *behind, int64_t store)
{
    return behind != NULL && behind->streams[store].to != NULL;
}

/* ---- Buffers ---- */

/* One that is free, else the one that is under way longest; now held by the caller. Under the lock. */
static buffer *hold(const stream *s)
{
    buffer *best = NULL;
    for (int i = 0; i < s->buffer_count; i++) {
        buffer *b = &s->buffers[i];
        if (b->state == FREE) {
            best = b;
            break;
        }
        if (b->state == UNDER_WAY && (best == NULL || b->number < best->number))
            best = b;
    }
    return best;
}

static bool arrive(const stream *s, buffer *b, fa_error *err)
{
    fa__source *source = s->to->source;
    return source->class->end_direct_write(source, b->first, b->size, &b->transfer, err);
}

static int64_t byte_of(const stream *s, int64_t element)
{
    return s->to->offset + element * s->to->item_bytes;
}

/* What lies before a byte of the source in its grain of the file. */
static int64_t into_grain(const stream *s, int64_t byte)
{
    return (s->to->source->base + byte) % FA__DIRECT_GRAIN;
}

char *fa__behind_take(fa__behind *behind, int64_t store, int64_t first, int64_t last, fa_error *err)
{
    stream *s = &behind->streams[store];
    if (fa_failed(err))
        return NULL;
    (void)last;
    fa__mutex_lock(&behind->mutex);
    buffer *b = hold(s);
    bool under_way = b->state == UNDER_WAY;
    b->state = HELD;
    fa__mutex_unlock(&behind->mutex);
    if (under_way && !arrive(s, b, err)) {
        fa__mutex_lock(&behind->mutex);
        b->state = FREE;
        fa__mutex_unlock(&behind->mutex);
        return NULL;
    }
    return b->memory + into_grain(s, byte_of(s, first));
}

/* ---- Grains of two tiles ---- */

/* Takes the part [first, first + size) out of those that wait, if it is there. Under the lock. */
static bool take_part(stream *s, int64_t first, int64_t size, char *to)
{
    for (int64_t i = 0; i < s->part_count; i++) {
        if (s->parts[i].first != first || s->parts[i].size != size)
            continue;
        memcpy(to, s->parts[i].bytes, (size_t)size);
        s->parts[i] = s->parts[--s->part_count];
        return true;
    }
    return false;
}

static bool leave_part(stream *s, int64_t first, int64_t size, const char *from, fa_error *err)
{
    if (!fa__grow(&s->parts, &s->part_capacity, s->part_count + 1, sizeof *s->parts, err))
        return false;
    part *left = &s->parts[s->part_count++];
    left->first = first;
    left->size = size;
    memcpy(left->bytes, from, (size_t)size);
    return true;
}

/* Makes [*first, *end), whose bytes are at `elements`, whole grains: by parts of others, or by leaving its
 * own. Under the lock. */
static bool round_to_grains(stream *s, int64_t *first, int64_t *end, char *elements, fa_error *err)
{
    int64_t before = into_grain(s, *first), begin = *first;
    if (before > 0) {
        int64_t rest = fa__min_i64(FA__DIRECT_GRAIN - before, *end - begin);
        if (rest == FA__DIRECT_GRAIN - before && take_part(s, begin - before, before, elements - before))
            *first -= before;
        else if (leave_part(s, begin, rest, elements, err))
            *first += rest;
    }
    int64_t behind = into_grain(s, *end);
    if (*first < *end && behind > 0 && !fa_failed(err)) {
        int64_t rest = FA__DIRECT_GRAIN - behind;
        if (take_part(s, *end, rest, elements + (*end - begin)))
            *end += rest;
        else if (leave_part(s, *end - behind, behind, elements + (*end - behind - begin), err))
            *end -= behind;
    }
    return !fa_failed(err);
}

void fa__behind_put(fa__behind *behind, int64_t store, int64_t first, int64_t last, char *elements,
                    fa_error *err)
{
    stream *s = &behind->streams[store];
    fa__source *source = s->to->source;
    int64_t begin = byte_of(s, first), low = begin, high = byte_of(s, last);
    fa__mutex_lock(&behind->mutex);
    buffer *b = &s->buffers[0];
    while (b->memory != elements - into_grain(s, begin))
        b++;
    bool started = !fa_failed(err) && round_to_grains(s, &low, &high, elements, err) && low < high;
    fa__mutex_unlock(&behind->mutex);
    /* Nobody looks at a buffer that is held. */
    b->first = low;
    b->size = high - low;
    started = started && source->class->begin_direct_write(source, low, high - low, elements + (low - begin),
                                                           &b->transfer, err);
    fa__mutex_lock(&behind->mutex);
    b->number = behind->started++;
    b->state = started ? UNDER_WAY : FREE;
    fa__mutex_unlock(&behind->mutex);
}

static void write_parts(const stream *s, fa_error *err)
{
    for (int64_t i = 0; i < s->part_count && !fa_failed(err); i++) {
        const int64_t one = 1, none = 0;
        fa__box box = {1, s->parts[i].size, s->parts[i].first, &one, &none};
        fa__source_write(s->to->source, &box, s->parts[i].bytes, err);
    }
}

bool fa__behind_stop(fa__behind *behind, fa_error *err)
{
    if (behind == NULL)
        return !fa_failed(err);
    for (int64_t i = 0; behind->streams != NULL && i < behind->pass->store_count; i++) {
        stream *s = &behind->streams[i];
        for (int k = 0; s->buffers != NULL && k < s->buffer_count; k++)
            if (s->buffers[k].state == UNDER_WAY)
                arrive(s, &s->buffers[k], err);
        write_parts(s, err);
        fa__free(s->buffers);
        fa__free(s->parts);
    }
    if (behind->arena != NULL) {
        fa__pages_free(behind->arena, behind->arena_bytes);
        fa__ledger_release(behind->arena_bytes);
    }
    fa__free(behind->streams);
    fa__free(behind);
    return !fa_failed(err);
}
