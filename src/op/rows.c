/* SPDX-License-Identifier: BSD-3-Clause */
/* Arrays that say which rows of another one are chosen: positions that repeat, and masks without some
 * positions. They stand in memory or in scratch, and are made block by block. */
#include "op/mask.h"

#include "engine/budget.h"
#include "engine/buffers.h"
#include "engine/engine.h"
#include "engine/flat.h"
#include "engine/room.h"
#include "op/chooser.h"

#include "base/checked.h"

#include <string.h>

/* Reads arrays of whole numbers inside of the engine. */
typedef struct reading {
    fa__flat flat;
    int64_t *block; /* FA__COUNTED_BLOCK of them */
    bool entered;
} reading;

enum { BLOCK_BYTES = FA__COUNTED_BLOCK * sizeof(int64_t) };

static bool start(reading *r, fa_array *array, fa_error *err)
{
    *r = (reading){0};
    if (fa_failed(err) || fa__engine_busy(err) || !fa__source_check(array->source, err))
        return false;
    fa__budget_start();
    r->entered = fa__engine_enter(NULL, err);
    if (!r->entered)
        return false;
    r->block = fa__buffer_take(BLOCK_BYTES, err);
    return r->block != NULL && fa__flat_start(&r->flat, array, FA_INT64, err) &&
           fa__source_prepare(r->flat.source, NULL, err);
}

static void stop(reading *r)
{
    fa__flat_clear(&r->flat);
    fa__buffer_give_back(r->block, BLOCK_BYTES);
    if (r->entered)
        fa__engine_leave();
}

/* Calls with each block of numbers, and the number of its first one. */
static bool each_block(reading *r,
                       bool (*look)(const int64_t *numbers, int64_t first, int64_t n, void *user,
                                    fa_error *err),
                       void *user, fa_error *err)
{
    for (int64_t first = 0; first < r->flat.count && !fa_failed(err); first += FA__COUNTED_BLOCK) {
        int64_t n = fa__min_i64(FA__COUNTED_BLOCK, r->flat.count - first);
        if (fa__flat_read(&r->flat, first, 1, n, r->block, err))
            look(r->block, first, n, user, err);
    }
    return !fa_failed(err);
}

static bool put(fa_array *array, int64_t first, int64_t n, const void *elements, fa_error *err)
{
    int64_t item = array->dtype->item_bytes;
    fa__box box = {1, item, array->offset + first * item, &n, &item};
    return fa__source_write(array->source, &box, elements, err);
}

/* ---- Positions that repeat ---- */

static bool add_counts(const int64_t *counts, int64_t first, int64_t n, void *user, fa_error *err)
{
    int64_t *total = user;
    (void)first;
    for (int64_t i = 0; i < n; i++) {
        if (counts[i] < 0)
            return fa__fail(err, FA_INVALID_ARGUMENT, "counts cannot be negative");
        if (__builtin_add_overflow(*total, counts[i], total))
            return fa__fail(err, FA_TOO_LARGE, "repeat() makes more than 2**63-1 elements");
    }
    return true;
}

typedef struct positions {
    fa_array *result;
    int64_t *block;
    int64_t size, written, held;
} positions;

static bool flush(positions *p, fa_error *err)
{
    bool done = p->held == 0 || put(p->result, p->written, p->held, p->block, err);
    p->written += p->held;
    p->held = 0;
    return done;
}

static bool repeat_positions(const int64_t *counts, int64_t first, int64_t n, void *user, fa_error *err)
{
    positions *p = user;
    for (int64_t i = 0; i < n; i++) {
        if (counts[i] < 0 || counts[i] > p->size - p->written - p->held)
            return fa__fail_changed(err);
        for (int64_t k = 0; k < counts[i]; k++) {
            if (p->held == FA__COUNTED_BLOCK && !flush(p, err))
                return false;
            p->block[p->held++] = first + i;
        }
    }
    return true;
}

fa_array *fa__op_repeated_positions(fa_array *counts, fa_error *err)
{
    reading r;
    int64_t total = 0;
    positions p = {0};
    if (start(&r, counts, err) && each_block(&r, add_counts, &total, err))
        p.result = fa__room_in_c_order(FA_INT64, 1, &total, FA__ROOM_OF_ZEROS, err);
    p.size = total;
    if (p.result != NULL)
        p.block = fa__buffer_take(BLOCK_BYTES, err);
    if (p.block != NULL && each_block(&r, repeat_positions, &p, err) && flush(&p, err) && p.written != p.size)
        fa__fail_changed(err);
    fa__buffer_give_back(p.block, BLOCK_BYTES);
    stop(&r);
    if (!fa_failed(err))
        return p.result;
    fa_release(p.result);
    return NULL;
}

/* ---- Masks without positions ---- */

typedef struct mask {
    fa_array *result;
    int64_t size;
    int axis;
} mask;

static bool clear_positions(const int64_t *numbers, int64_t first, int64_t n, void *user, fa_error *err)
{
    const mask *m = user;
    char *bytes = fa__source_memory(m->result->source);
    const unsigned char none = 0;
    (void)first;
    for (int64_t i = 0; i < n; i++) {
        int64_t at = numbers[i] + (numbers[i] < 0 ? m->size : 0);
        if (at < 0 || at >= m->size)
            return fa__fail_position(numbers[i], -m->size, m->size, m->axis, err);
        if (bytes != NULL)
            bytes[m->result->offset + at] = 0;
        else if (!put(m->result, at, 1, &none, err))
            return false;
    }
    return true;
}

static bool set_all(fa_array *result, int64_t size, unsigned char *block, fa_error *err)
{
    memset(block, 1, BLOCK_BYTES);
    for (int64_t first = 0; first < size && !fa_failed(err); first += BLOCK_BYTES)
        put(result, first, fa__min_i64(BLOCK_BYTES, size - first), block, err);
    return !fa_failed(err);
}

fa_array *fa__op_mask_without(fa_array *positions_array, int64_t size, int axis, fa_error *err)
{
    reading r;
    mask m = {.size = size, .axis = axis};
    if (start(&r, positions_array, err))
        m.result = fa__room_in_c_order(FA_BOOL, 1, &size, FA__ROOM_OF_ZEROS, err);
    if (m.result != NULL && set_all(m.result, size, (unsigned char *)r.block, err))
        each_block(&r, clear_positions, &m, err);
    stop(&r);
    if (!fa_failed(err))
        return m.result;
    fa_release(m.result);
    return NULL;
}
