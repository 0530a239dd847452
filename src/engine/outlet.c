/* SPDX-License-Identifier: BSD-3-Clause */
/* Transfers move whole grains of the file from addresses that are multiples of the grain as well. Memory that
 * stands so is written from where it is; other memory goes through a few buffers. Rests, which are short
 * ranges and the parts of grains at the ends of long ones, wait for what stands beside them; those that wait
 * in vain go through the page cache when everything else has arrived. */
#include "engine/outlet.h"

#include "base/checked.h"
#include "base/memory.h"
#include "platform/platform.h"
#include "storage/storage.h"

#include <string.h>

enum {
    TRANSFER_BYTES = 1 << 20, /* what disks like */
    TRANSFERS = 16,           /* at once */
    COPIED = 8,               /* of what has to be copied */
    LEAST_BYTES = 1 << 20     /* of a range: less waits for what is beside it */
};

typedef struct slot {
    fa__transfer transfer;
    int64_t first, size; /* bytes of the source */
    bool is_held, under_way;
    char *buffer;
    long long number; /* in the order in which they were started */
} slot;

typedef struct rest {
    int64_t first, size;
    const char *bytes;
} rest;

struct fa__outlet {
    fa__source *source;
    bool is_direct;
    fa__mutex mutex; /* of all that follows */
    fa__condition done;
    slot slots[TRANSFERS];
    long long started;
    char *arena;
    rest *rests;
    int64_t rest_count, rest_capacity;
};

enum { ARENA_BYTES = COPIED * TRANSFER_BYTES };

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
static slot *best_slot(fa__outlet *outlet, bool copied)
{
    slot *best = NULL;
    for (int i = 0; i < (copied ? COPIED : TRANSFERS); i++) {
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
static slot *hold(fa__outlet *outlet, bool copied, fa_error *err)
{
    fa__mutex_lock(&outlet->mutex);
    slot *s = best_slot(outlet, copied);
    while (s == NULL) {
        fa__condition_wait(&outlet->done, &outlet->mutex);
        s = best_slot(outlet, copied);
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
        for (int i = 0; i < COPIED; i++)
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

/* Under the lock. */
static bool leave(fa__outlet *outlet, rest r, fa_error *err)
{
    if (r.size == 0)
        return true;
    if (!fa__grow(&outlet->rests, &outlet->rest_capacity, outlet->rest_count + 1, sizeof *outlet->rests, err))
        return false;
    outlet->rests[outlet->rest_count++] = r;
    return true;
}

/* A range with the rests that stand beside it, in the file and in memory. Under the lock. */
static rest with_rests(fa__outlet *outlet, rest r)
{
    for (int64_t i = 0; i < outlet->rest_count;) {
        const rest other = outlet->rests[i];
        const bool before = other.first + other.size == r.first && other.bytes + other.size == r.bytes,
                   behind = r.first + r.size == other.first && r.bytes + r.size == other.bytes;
        if (!before && !behind) {
            i++;
            continue;
        }
        r = before ? (rest){other.first, other.size + r.size, other.bytes}
                   : (rest){r.first, r.size + other.size, r.bytes};
        outlet->rests[i] = outlet->rests[--outlet->rest_count];
        i = 0;
    }
    return r;
}

static bool write_grains(fa__outlet *outlet, int64_t first, int64_t size, const char *bytes, bool copied,
                         fa_error *err)
{
    fa__source *source = outlet->source;
    /* All of a long range is under way at once, so that nobody waits. */
    const int64_t most =
        copied
            ? TRANSFER_BYTES
            : fa__max_i64(fa__round_up((size + TRANSFERS - 1) / TRANSFERS, FA__DIRECT_GRAIN), TRANSFER_BYTES);
    for (int64_t done = 0, some; done < size && !fa_failed(err); done += some) {
        some = fa__min_i64(size - done, most);
        slot *s = hold(outlet, copied, err);
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

/* The bytes of a range before its first whole grain. */
static int64_t head_of(const fa__outlet *outlet, int64_t first, int64_t size)
{
    const int64_t shift = fa__outlet_shift(outlet->source, first);
    return shift == 0 ? 0 : fa__min_i64(FA__DIRECT_GRAIN - shift, size);
}

static bool put_range(fa__outlet *outlet, rest r, bool copied, fa_error *err)
{
    const int64_t head = head_of(outlet, r.first, r.size),
                  grains = (r.size - head) / FA__DIRECT_GRAIN * FA__DIRECT_GRAIN, tail = head + grains;
    fa__mutex_lock(&outlet->mutex);
    leave(outlet, (rest){r.first, head, r.bytes}, err);
    leave(outlet, (rest){r.first + tail, r.size - tail, r.bytes + tail}, err);
    fa__mutex_unlock(&outlet->mutex);
    return write_grains(outlet, r.first + head, grains, r.bytes + head, copied, err);
}

static bool stands_for_transfer(const fa__outlet *outlet, rest r)
{
    return (uintptr_t)r.bytes % FA__DIRECT_GRAIN == (uintptr_t)fa__outlet_shift(outlet->source, r.first);
}

static int64_t least_bytes(void)
{
    return fa__io_mode() == FA__IO_DIRECT ? 2 * FA__DIRECT_GRAIN : LEAST_BYTES;
}

bool fa__outlet_put(fa__outlet *outlet, int64_t first, int64_t size, const char *bytes, fa_error *err)
{
    rest r = {first, size, bytes};
    if (fa_failed(err))
        return false;
    if (!outlet->is_direct)
        return write_through_cache(outlet, first, size, bytes, err);
    if (!stands_for_transfer(outlet, r))
        return size >= least_bytes() && have_arena(outlet)
                   ? put_range(outlet, r, true, err)
                   : write_through_cache(outlet, first, size, bytes, err);
    fa__mutex_lock(&outlet->mutex);
    r = with_rests(outlet, r);
    const bool is_short = r.size < least_bytes();
    if (is_short)
        leave(outlet, r, err);
    fa__mutex_unlock(&outlet->mutex);
    return is_short ? !fa_failed(err) : put_range(outlet, r, false, err);
}

static void wait_for_all(fa__outlet *outlet, fa_error *err)
{
    for (int i = 0; i < TRANSFERS; i++)
        if (outlet->slots[i].under_way)
            arrive(outlet, &outlet->slots[i], err);
}

/* Nobody comes to stand beside a rest any more: longer ones set off but for their edges. */
static void put_rests(fa__outlet *outlet, fa_error *err)
{
    enum { LEAST_REST = 64 << 10 };
    const int64_t count = outlet->rest_count;
    for (int64_t i = 0; i < count && !fa_failed(err); i++) {
        const rest r = outlet->rests[i];
        if (r.size < LEAST_REST || !stands_for_transfer(outlet, r))
            continue;
        outlet->rests[i].size = 0;
        put_range(outlet, r, false, err);
    }
    wait_for_all(outlet, err);
    for (int64_t i = 0; i < outlet->rest_count && !fa_failed(err); i++)
        write_through_cache(outlet, outlet->rests[i].first, outlet->rests[i].size, outlet->rests[i].bytes,
                            err);
}

bool fa__outlet_end(fa__outlet *outlet, fa_error *err)
{
    if (outlet == NULL)
        return !fa_failed(err);
    wait_for_all(outlet, err);
    put_rests(outlet, err);
    if (outlet->arena != NULL) {
        fa__pages_free(outlet->arena, ARENA_BYTES);
        fa__ledger_release(ARENA_BYTES);
    }
    fa__free(outlet->rests);
    fa__free(outlet);
    return !fa_failed(err);
}
