/* SPDX-License-Identifier: BSD-3-Clause */
/* A ring of bytes, in which ranges lie one behind the other, each in whole grains. */
#include "engine/ranges.h"

#include "engine/budget.h"
#include "engine/buffers.h"
#include "engine/pool.h"

#include "base/checked.h"
#include "base/memory.h"
#include "platform/platform.h"

enum { GRAIN = FA__DIRECT_GRAIN, MOST = 256 /* ranges */ };

typedef struct range {
    int64_t first, size;
    int64_t place, room; /* in the ring */
    bool started;
    fa__transfer transfer;
} range;

struct fa__ranges {
    fa__source *source;
    char *ring;
    int64_t bytes, head;         /* where the next one may begin */
    int64_t asked, taken, freed; /* ranges: number n is at n modulo MOST */
    range ranges[MOST];
};

static int64_t room_of(int64_t size)
{
    return fa__round_up(size, GRAIN) + 2 * GRAIN;
}

fa__ranges *fa__ranges_start(fa__source *source, int64_t longest, int64_t bytes)
{
    fa_error ignored = {0};
    if (!fa__source_reads_direct(source))
        return NULL;
    /* Each worker may have one, and needs as much again for what it does with the bytes. */
    bytes =
        fa__min_i64(fa__max_i64(bytes, room_of(longest)), fa__budget_free() / (2 * fa__pool_threads() + 2));
    if (bytes < room_of(longest) || !fa__ledger_charge(fa__buffer_size((size_t)bytes)))
        return NULL;
    fa__ranges *ranges = fa__alloc(sizeof *ranges, &ignored);
    char *ring = fa__buffer_take((size_t)bytes, &ignored);
    if (fa_failed(&ignored)) {
        fa__free(ranges);
        fa__buffer_give_back(ring, (size_t)bytes);
        fa__ledger_release(fa__buffer_size((size_t)bytes));
        return NULL;
    }
    ranges->source = source;
    ranges->ring = ring;
    ranges->bytes = bytes;
    ranges->head = 0;
    ranges->asked = ranges->taken = ranges->freed = 0;
    return ranges;
}

/* Where so many bytes of the ring are free; -1: nowhere. */
static int64_t place_for(const fa__ranges *ranges, int64_t room)
{
    if (ranges->freed == ranges->asked)
        return 0;
    int64_t tail = ranges->ranges[ranges->freed % MOST].place;
    if (ranges->head <= tail)
        return ranges->head + room <= tail ? ranges->head : -1;
    if (ranges->head + room <= ranges->bytes)
        return ranges->head;
    return room <= tail ? 0 : -1;
}

bool fa__ranges_ask(fa__ranges *ranges, int64_t first, int64_t size)
{
    fa__source *source = ranges->source;
    if (ranges->taken == ranges->asked)
        ranges->freed = ranges->taken;
    if (ranges->asked - ranges->freed == MOST)
        return false;
    int64_t room = room_of(size), place = place_for(ranges, room);
    if (place < 0)
        return false;
    range *r = &ranges->ranges[ranges->asked++ % MOST];
    r->first = first;
    r->size = size;
    r->place = place;
    ranges->head = place + room;
    r->started = source->class->wants_direct(source, first, size) &&
                 source->class->begin_direct(source, first, size, ranges->ring + place, &r->transfer);
    return true;
}

const char *fa__ranges_take(fa__ranges *ranges, fa_error *err)
{
    fa__source *source = ranges->source;
    ranges->freed = ranges->taken;
    range *r = &ranges->ranges[ranges->taken++ % MOST];
    char *bytes = r->started ? source->class->end_direct(source, r->first, r->size, &r->transfer) : NULL;
    if (bytes != NULL)
        return bytes;
    char *place = ranges->ring + r->place;
    return fa__source_read_bytes(source, r->first, r->size, place, err) ? place : NULL;
}

void fa__ranges_stop(fa__ranges *ranges)
{
    if (ranges == NULL)
        return;
    for (; ranges->taken < ranges->asked; ranges->taken++) {
        range *r = &ranges->ranges[ranges->taken % MOST];
        if (r->started)
            ranges->source->class->end_direct(ranges->source, r->first, r->size, &r->transfer);
    }
    fa__buffer_give_back(ranges->ring, (size_t)ranges->bytes);
    fa__ledger_release(fa__buffer_size((size_t)ranges->bytes));
    fa__free(ranges);
}
