/* SPDX-License-Identifier: BSD-3-Clause */
/* What has to be known of data before there is a graph: how many elements of a mask are true, and whether
 * positions are in bounds. Elements are looked through in blocks, on all threads, without copying what is in
 * memory. */
#include "op/mask.h"

#include "engine/budget.h"
#include "engine/buffers.h"
#include "engine/engine.h"
#include "engine/pending.h"
#include "engine/pool.h"
#include "engine/room.h"
#include "op/chooser.h"

#include "base/checked.h"
#include "platform/platform.h"
#include "storage/storage.h"

#include <stdatomic.h>
#include <string.h>

enum { FEW_BLOCKS = 4 }; /* waking threads costs more than looking through these */

/* Blocks of FA__COUNTED_BLOCK elements, each looked at once. */
typedef struct search {
    const fa__flat *flat;
    int64_t blocks;
    bool (*look)(struct search *search, int64_t block, void *room, fa_error *err);
    fa__counts *counts;     /* counting */
    int64_t low, size;      /* what positions have to be in */
    atomic_llong next, bad; /* bad: the first block with a position out of bounds */
    fa__mutex mutex;        /* guards `err` */
    fa_error err;
} search;

static void work(void *job, int worker)
{
    search *s = job;
    fa_error err = {0};
    size_t bytes = FA__COUNTED_BLOCK * sizeof(int64_t);
    void *room = fa__buffer_take(bytes, &err);
    (void)worker;
    for (int64_t block; room != NULL && (block = atomic_fetch_add(&s->next, 1)) < s->blocks;)
        if (!s->look(s, block, room, &err))
            break;
    fa__buffer_give_back(room, bytes);
    if (!fa_failed(&err))
        return;
    atomic_store(&s->next, s->blocks);
    fa__mutex_lock(&s->mutex);
    fa__error_move(&s->err, &err);
    fa__mutex_unlock(&s->mutex);
}

static bool run(search *s, fa_error *err)
{
    static const fa__mutex fresh = FA__MUTEX_INIT;
    if (!fa__source_prepare(s->flat->source, NULL, err))
        return false;
    memcpy(&s->mutex, &fresh, sizeof fresh);
    s->blocks = s->flat->count / FA__COUNTED_BLOCK + (s->flat->count % FA__COUNTED_BLOCK != 0);
    atomic_init(&s->next, 0);
    atomic_init(&s->bad, s->blocks);
    if (s->blocks <= FEW_BLOCKS)
        work(s, 0);
    else
        fa__pool_run((int)fa__min_i64(fa__pool_threads(), s->blocks), work, s, NULL, NULL, &s->err);
    fa__error_move(err, &s->err);
    return !fa_failed(err);
}

static int64_t block_size(const search *s, int64_t block)
{
    return fa__min_i64(FA__COUNTED_BLOCK, s->flat->count - block * FA__COUNTED_BLOCK);
}

/* ---- Bounds ---- */

/* The first position of a block that is out of bounds; n when there is none. */
static int64_t first_outside(const int64_t *positions, int64_t n, int64_t low, int64_t size)
{
    uint64_t signs = 0; /* of the distances to both bounds */
    for (int64_t i = 0; i < n; i++)
        signs |= ((uint64_t)positions[i] - (uint64_t)low) | ((uint64_t)size - 1 - (uint64_t)positions[i]);
    if (signs >> 63 == 0)
        return n;
    for (int64_t i = 0; i < n; i++)
        if (positions[i] >= size || positions[i] < low)
            return i;
    return n;
}

static bool look_for_bounds(search *s, int64_t block, void *room, fa_error *err)
{
    int64_t n = block_size(s, block);
    const int64_t *positions = fa__positions_run(s->flat, block * FA__COUNTED_BLOCK, 1, n, room, err);
    if (positions == NULL || first_outside(positions, n, s->low, s->size) == n)
        return positions != NULL;
    long long bad = atomic_load(&s->bad);
    while (block < bad && !atomic_compare_exchange_weak(&s->bad, &bad, block))
        ;
    return true;
}

bool fa__fail_position(int64_t position, int64_t low, int64_t size, int axis, fa_error *err)
{
    if (low == 0 && position < 0)
        return fa__fail(err, FA_BAD_INDEX, "index %lld is out of bounds for an array with size %lld",
                        (long long)position, (long long)size);
    return fa__fail(err, FA_BAD_INDEX, "index %lld is out of bounds for axis %d with size %lld",
                    (long long)position, axis, (long long)size);
}

bool fa__positions_are_inside(const fa__flat *positions, int64_t low, int64_t size, int axis, fa_error *err)
{
    search s = {.flat = positions, .look = look_for_bounds, .low = low, .size = size};
    if (!run(&s, err))
        return false;
    int64_t block = atomic_load(&s.bad);
    if (block == s.blocks)
        return true;
    size_t bytes = FA__COUNTED_BLOCK * sizeof(int64_t);
    int64_t *room = fa__buffer_take(bytes, err), n = block_size(&s, block);
    if (room != NULL && fa__flat_read(positions, block * FA__COUNTED_BLOCK, 1, n, room, err)) {
        int64_t at = first_outside(room, n, low, size);
        fa__fail_position(at < n ? room[at] : 0, low, size, axis, err);
    }
    fa__buffer_give_back(room, bytes);
    return !fa_failed(err);
}

bool fa__op_check_positions(fa_array *positions, int64_t low, int64_t size, int axis, fa_error *err)
{
    fa__flat flat = {0};
    if (fa_failed(err) || fa__is_pending(positions))
        return !fa_failed(err); /* pending ones are looked at once they are computed */
    if (fa__engine_busy(err) || !fa__source_check(positions->source, err) || !fa__engine_enter(NULL, err))
        return false;
    if (fa__flat_start(&flat, positions, FA_INT64, err))
        fa__positions_are_inside(&flat, low, size, axis, err);
    fa__flat_clear(&flat);
    fa__engine_leave();
    return !fa_failed(err);
}

/* ---- Counting ---- */

static bool look_for_true(search *s, int64_t block, void *room, fa_error *err)
{
    int64_t n = block_size(s, block);
    const unsigned char *mask = fa__mask_block(s->flat, block * FA__COUNTED_BLOCK, n, room, err);
    if (mask != NULL)
        s->counts->before[block + 1] = fa__count_true(mask, n);
    return mask != NULL;
}

fa__counts *fa__op_count_mask(fa_array *mask, fa_error *err)
{
    fa__flat flat = {0};
    if (fa_failed(err) || fa__engine_busy(err) || !fa__source_check(mask->source, err))
        return NULL;
    if (fa__kernel_isa() == NULL) {
        fa__fail(err, FA_UNSUPPORTED, "this processor is older than x86-64-v3 (AVX2 and FMA)");
        return NULL;
    }
    fa__budget_start();
    fa__counts *counts = fa__counts_new(fa__count(mask->ndim, mask->sizes), err);
    if (counts == NULL || !fa__engine_enter(NULL, err)) {
        fa__counts_release(counts);
        return NULL;
    }
    search s = {.flat = &flat, .look = look_for_true, .counts = counts};
    if (fa__flat_start(&flat, mask, FA_BOOL, err))
        run(&s, err);
    fa__flat_clear(&flat);
    fa__engine_leave();
    if (fa_failed(err)) {
        fa__counts_release(counts);
        return NULL;
    }
    fa__counts_add_up(counts);
    return counts;
}

/* ---- Standing ---- */

fa_array *fa__op_stand(fa__node *node, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    fa_array *value = fa__pending_array(node, err);
    fa__sink sink = {.value = value};
    if (value == NULL || !fa__is_pending(value))
        return value;
    /* An array that the user holds is computed for good; of a view of one, and of what nobody holds, only
     * what is shown. */
    fa__pending *pending = fa__pending_of(value->source);
    const fa__node *root = fa__pending_root(pending);
    bool whole = node->kind == FA__NODE_LEAF &&
                 fa__count(value->ndim, value->sizes) == fa__count(root->ndim, root->sizes);
    if (!whole) {
        fa__budget_start();
        sink.target = fa__room_in_c_order(node->dtype, node->ndim, node->sizes, FA__ROOM_TO_FILL, err);
    }
    bool done = (whole || sink.target != NULL) && fa__engine_run(&sink, 1, NULL, err);
    fa_array *stands = done ? fa_retain(whole ? value : sink.target) : NULL;
    fa_release(sink.target);
    fa_release(value);
    return stands;
}

const fa__computing fa__computer = {
    .stand = fa__op_stand,
    .count_mask = fa__op_count_mask,
    .check_positions = fa__op_check_positions,
    .repeated_positions = fa__op_repeated_positions,
    .mask_without = fa__op_mask_without,
};
