/* SPDX-License-Identifier: BSD-3-Clause */
/* Transfers move whole grains of the file. A range is cut between grains, so that its parts arrive side by
 * side as they stand in the file; beside the first and the last one the room has space for what else is in
 * their grains. */
#include "engine/inlet.h"

#include "base/checked.h"
#include "storage/storage.h"

enum { GRAIN = FA__DIRECT_GRAIN, PART_BYTES = 1 << 20, LEAST_BYTES = 32 << 10 };

static bool is_long(int64_t size)
{
    return size >= LEAST_BYTES || fa__io_mode() == FA__IO_DIRECT;
}

int64_t fa__inlet_room(int64_t size)
{
    return is_long(size) ? fa__round_up(size, GRAIN) + 2 * GRAIN : size;
}

/* How far a byte is behind the grain that it is in. */
static int64_t shift_of(const fa__source *source, int64_t byte)
{
    return (source->base + byte) % GRAIN;
}

/* Bytes [*first, end) of the range that one transfer brings. */
static int64_t part_of(const fa__inlet *inlet, int number, int64_t *first)
{
    const int64_t low = inlet->first - shift_of(inlet->source, inlet->first);
    *first = fa__max_i64(low + number * inlet->part, inlet->first);
    return fa__min_i64(low + (number + 1) * inlet->part, inlet->first + inlet->size);
}

static char *place_of(const fa__inlet *inlet, int64_t byte)
{
    return inlet->place + (byte - inlet->first);
}

bool fa__inlet_is_direct(fa__source *source, int64_t first, int64_t size)
{
    return is_long(size) && fa__source_reads_direct(source) &&
           source->class->wants_direct(source, first, size);
}

char *fa__inlet_begin(fa__inlet *inlet, fa__source *source, int64_t first, int64_t size, char *room)
{
    inlet->source = source;
    inlet->first = first;
    inlet->size = size;
    inlet->place = room;
    inlet->count = 0;
    if (inlet->most == 0 || !fa__inlet_is_direct(source, first, size))
        return inlet->place;
    const int64_t shift = shift_of(source, first), whole = shift + size;
    inlet->place += shift;
    inlet->part = fa__max_i64(fa__round_up((whole + inlet->most - 1) / inlet->most, GRAIN), PART_BYTES);
    inlet->count = (int)((whole + inlet->part - 1) / inlet->part);
    for (int i = 0; i < inlet->count; i++) {
        int64_t begin, end = part_of(inlet, i, &begin);
        if (!source->class->begin_direct(source, begin, end - begin,
                                         place_of(inlet, begin) - shift_of(source, begin),
                                         &inlet->transfers[i]))
            inlet->transfers[i].size = 0; /* was not begun */
    }
    return inlet->place;
}

/* What did not come whole is read once more, which says what is wrong. Short ranges stay in the page cache:
 * what the system read with them is wanted next, and would go with them. */
static void read_through_cache(const fa__inlet *inlet, int64_t first, int64_t size, fa_error *err)
{
    fa__source *source = inlet->source;
    fa__source_read_bytes(source, first, size, place_of(inlet, first), err);
    if (source->class->drop != NULL && is_long(inlet->size))
        source->class->drop(source, first, size);
}

bool fa__inlet_end(fa__inlet *inlet, fa_error *err)
{
    fa__source *source = inlet->source;
    if (source == NULL)
        return !fa_failed(err);
    if (inlet->count == 0 && !fa_failed(err))
        read_through_cache(inlet, inlet->first, inlet->size, err);
    for (int i = 0; i < inlet->count; i++) {
        int64_t begin, end = part_of(inlet, i, &begin);
        const bool came = inlet->transfers[i].size > 0 &&
                          source->class->end_direct(source, begin, end - begin, &inlet->transfers[i]) != NULL;
        if (!came && !fa_failed(err))
            read_through_cache(inlet, begin, end - begin, err);
    }
    inlet->source = NULL;
    return !fa_failed(err);
}
