/* SPDX-License-Identifier: BSD-3-Clause */
/* Transfers move whole grains of the file from addresses that are multiples of the grain as well. Memory that
 * stands so is written from where it is; other memory goes through a few buffers. Edges, the parts of grains
 * at the ends of ranges, wait until the whole grains beside them have arrived, and go through the page cache.
 */
#include "engine/outlet.h"

#include "base/checked.h"
#include "base/memory.h"
#include "platform/platform.h"
#include "storage/storage.h"

#include <string.h>

enum {
    TRANSFER_BYTES = 1 << 20, /* what disks like */
    TRANSFERS = 8,            /* at once */
    LEAST_BYTES = 1 << 20     /* of a range: less may as well go through the page cache */
};

typedef struct slot {
    fa__transfer transfer;
    int64_t first, size; /* bytes of the source */
    bool is_held, under_way;
    char *buffer;
    long long number; /* in the order in which they were started */
} slot;

typedef struct edge {
    int64_t first, size;
    const char *bytes;
} edge;

struct fa__outlet {
    fa__source *source;
    bool is_direct;
    fa__mutex mutex; /* of all that follows */
    fa__condition done;
    slot slots[TRANSFERS];
    long long started;
    char *arena;
    edge *edges;
    int64_t edge_count, edge_capacity;
};

enum { ARENA_BYTES = TRANSFERS * TRANSFER_BYTES };

fa__outlet *fa__outlet_start(fa__source *source, fa_error *err)
{
    fa__outlet *outlet = fa__alloc_zero(1, sizeof *outlet, err);
    if (outlet == NULL)
        return NULL;
    outlet->source = source;
    outlet->is_direct = fa__source_writes_direct(source);
    outlet->mutex = (fa__mutex)FA__MUTEX_INIT;
    outlet->done = (fa__condition)FA__CONDITION_INIT;
    return outlet;
}

int64_t fa__outlet_shift(const fa__source *source, int64_t first)
{
    return (source->base + first) % FA__DIRECT_GRAIN;
}

/* ---- Slots ---- */

static bool arrive(const fa__outlet *outlet, slot *s, fa_error *err)
{
    s->under_way = false;
    return outlet->source->class->end_direct_write(outlet->source, s->first, s->size, &s->transfer, err);
}

/* One that is free, else the one that is under way longest. Under the lock. */
static slot *best_slot(fa__outlet *outlet)
{
    slot *best = NULL;
    for (int i = 0; i < TRANSFERS; i++) {
        slot *s = &outlet->slots[i];
        if (s->is_held)
            continue;
        if (!s->under_way)
            return s;
        if (best == NULL || s->number < best->number)
            best = s;
    }
    return best;
}

/* Held by the caller until let_go(). What it carried has arrived, or is an error. */
static slot *hold(fa__outlet *outlet, fa_error *err)
{
    fa__mutex_lock(&outlet->mutex);
    slot *s = best_slot(outlet);
    while (s == NULL) {
        fa__condition_wait(&outlet->done, &outlet->mutex);
        s = best_slot(outlet);
    }
    s->is_held = true;
    s->number = outlet->started++;
    fa__mutex_unlock(&outlet->mutex);
    if (s->under_way)
        arrive(outlet, s, err);
    return s;
}

static void let_go(fa__outlet *outlet, slot *s)
{
    fa__mutex_lock(&outlet->mutex);
    s->is_held = false;
    fa__condition_broadcast(&outlet->done);
    fa__mutex_unlock(&outlet->mutex);
}

/* Buffers of all slots, where somebody needs one and the limit has room for them. */
static bool have_arena(fa__outlet *outlet)
{
    fa_error ignored = {0};
    fa__mutex_lock(&outlet->mutex);
    if (outlet->arena == NULL && fa__ledger_charge(ARENA_BYTES)) {
        outlet->arena = fa__pages_alloc(ARENA_BYTES, true, &ignored);
        if (outlet->arena == NULL)
            fa__ledger_release(ARENA_BYTES);
        for (int i = 0; i < TRANSFERS; i++)
            outlet->slots[i].buffer = outlet->arena != NULL ? outlet->arena + i * TRANSFER_BYTES : NULL;
    }
    bool has = outlet->arena != NULL;
    fa__mutex_unlock(&outlet->mutex);
    return has;
}

/* ---- Ranges ---- */

static bool write_through_cache(const fa__outlet *outlet, int64_t first, int64_t size, const char *bytes,
                                fa_error *err)
{
    enum { PIECE = 4 << 20 };
    fa__source *source = outlet->source;
    for (int64_t done = 0; done < size && !fa_failed(err); done += PIECE) {
        int64_t some = fa__min_i64(size - done, PIECE);
        fa__source_write_bytes(source, first + done, some, bytes + done, err);
        if (source->class->write_behind != NULL)
            source->class->write_behind(source, first + done, some, false, err);
    }
    return !fa_failed(err);
}

static bool leave_edge(fa__outlet *outlet, int64_t first, int64_t size, const char *bytes, fa_error *err)
{
    if (size == 0)
        return true;
    fa__mutex_lock(&outlet->mutex);
    bool grown =
        fa__grow(&outlet->edges, &outlet->edge_capacity, outlet->edge_count + 1, sizeof *outlet->edges, err);
    if (grown)
        outlet->edges[outlet->edge_count++] = (edge){first, size, bytes};
    fa__mutex_unlock(&outlet->mutex);
    return grown;
}

static bool write_grains(fa__outlet *outlet, int64_t first, int64_t size, const char *bytes, bool copied,
                         fa_error *err)
{
    fa__source *source = outlet->source;
    for (int64_t done = 0, some; done < size && !fa_failed(err); done += some) {
        some = fa__min_i64(size - done, TRANSFER_BYTES);
        slot *s = hold(outlet, err);
        char *from = (char *)(uintptr_t)(bytes + done); /* only read */
        if (copied) {
            from = s->buffer;
            memcpy(from, bytes + done, (size_t)some);
        }
        s->first = first + done;
        s->size = some;
        s->under_way = !fa_failed(err) &&
                       source->class->begin_direct_write(source, s->first, some, from, &s->transfer, err);
        let_go(outlet, s);
    }
    return !fa_failed(err);
}

bool fa__outlet_put(fa__outlet *outlet, int64_t first, int64_t size, const char *bytes, fa_error *err)
{
    bool forced = fa__io_mode() == FA__IO_DIRECT;
    if (fa_failed(err))
        return false;
    if (!outlet->is_direct || (size < LEAST_BYTES && !forced) || size < 2 * FA__DIRECT_GRAIN)
        return write_through_cache(outlet, first, size, bytes, err);
    int64_t shift = fa__outlet_shift(outlet->source, first);
    int64_t head = shift == 0 ? 0 : FA__DIRECT_GRAIN - shift;
    int64_t grains = (size - head) / FA__DIRECT_GRAIN * FA__DIRECT_GRAIN, tail = head + grains;
    bool copied = (uintptr_t)(bytes + head) % FA__DIRECT_GRAIN != 0;
    if (copied && !have_arena(outlet))
        return write_through_cache(outlet, first, size, bytes, err);
    return write_grains(outlet, first + head, grains, bytes + head, copied, err) &&
           leave_edge(outlet, first, head, bytes, err) &&
           leave_edge(outlet, first + tail, size - tail, bytes + tail, err);
}

bool fa__outlet_end(fa__outlet *outlet, fa_error *err)
{
    if (outlet == NULL)
        return !fa_failed(err);
    for (int i = 0; i < TRANSFERS; i++)
        if (outlet->slots[i].under_way)
            arrive(outlet, &outlet->slots[i], err);
    for (int64_t i = 0; i < outlet->edge_count && !fa_failed(err); i++)
        write_through_cache(outlet, outlet->edges[i].first, outlet->edges[i].size, outlet->edges[i].bytes,
                            err);
    if (outlet->arena != NULL) {
        fa__pages_free(outlet->arena, ARENA_BYTES);
        fa__ledger_release(ARENA_BYTES);
    }
    fa__free(outlet->edges);
    fa__free(outlet);
    return !fa_failed(err);
}
