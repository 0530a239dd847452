/* SPDX-License-Identifier: BSD-3-Clause */
/* Indices that are small are looked at once, and a table of offsets is made of them; of large ones pieces are
 * read as they are needed. A mask is read in blocks whose counts are known. */
#include "op/chooser.h"

#include "engine/buffers.h"
#include "engine/pending.h"
#include "engine/tiles.h"
#include "op/mask.h"

#include "base/checked.h"
#include "base/memory.h"

#include <string.h>

enum { TABLE = 1 << 12 }; /* positions of a common shape that has a table */

/* ---- Making ---- */

static void set_axes(fa__chosen_axes *axes, const fa__take_index *index, const fa_array *input)
{
    const int64_t *sizes = input->sizes + index->axis;
    axes->size = fa__count(index->span, sizes);
    axes->named = index->named;
    axes->ndim = fa__merge_axes(index->span, sizes, input->strides + index->axis, axes->sizes, axes->strides);
}

/* Integers as they repeat over the common shape. */
static bool start_positions(fa__flat *flat, fa_array *positions, int ndim, const int64_t *sizes,
                            fa_error *err)
{
    fa__geometry geometry;
    fa__view_geometry(positions, &geometry);
    if (!fa__geometry_broadcast_to(&geometry, (fa_shape){ndim, sizes}, &geometry, err))
        return false;
    fa_array *view = fa__view_like(positions, &geometry, err);
    if (view != NULL)
        fa__flat_start(flat, view, FA_INT64, err);
    fa_release(view);
    return !fa_failed(err);
}

static bool start_index(fa__chooser_index *index, const fa__take_index *from, int ndim, const int64_t *sizes,
                        const fa_array *input, fa_array *positions, fa_error *err)
{
    set_axes(&index->axes, from, input);
    if (from->counts == NULL)
        return start_positions(&index->flat, positions, ndim, sizes, err);
    index->counts = fa__counts_retain(from->counts);
    index->row = ndim > 0 && sizes[ndim - 1] == fa__counts_total(from->counts) ? sizes[ndim - 1] : 0;
    return fa__flat_start(&index->flat, positions, FA_BOOL, err);
}

static bool make_table(fa__chooser *chooser, fa_error *err)
{
    size_t bytes = (size_t)fa__max_i64(chooser->total, 1) * sizeof(int64_t);
    int64_t *table = fa__alloc(bytes, err), *room = fa__alloc(bytes, err);
    if (room != NULL)
        fa__chooser_offsets(chooser, 0, 1, chooser->total, table, room, err);
    fa__free(room);
    chooser->table = table;
    return !fa_failed(err);
}

/* All positions, as they stand and not as they repeat. */
static bool check_bounds(const fa__chooser_index *index, const fa_array *positions, fa__take_mode mode,
                         fa_error *err)
{
    fa__flat flat = {0};
    if (fa__flat_start(&flat, positions, FA_INT64, err))
        fa__positions_are_inside(&flat, mode == FA__TAKE_RAISE ? -index->axes.size : 0, index->axes.size,
                                 index->axes.named, err);
    fa__flat_clear(&flat);
    return !fa_failed(err);
}

uint64_t fa__checked_indices(const fa__node *node)
{
    uint64_t checked = 0;
    for (int i = 1; i < node->input_count; i++)
        if (node->inputs[i]->kind == FA__NODE_LEAF && fa__pending_of(node->inputs[i]->array->source) == NULL)
            checked |= UINT64_C(1) << (i - 1);
    return checked;
}

fa__chooser *fa__chooser_new(const fa__take *take, int ndim, const int64_t *sizes, const fa_array *input,
                             fa_array *const *positions, uint64_t checked, fa_error *err)
{
    fa__chooser *chooser =
        fa__alloc_zero(1, sizeof *chooser + (size_t)take->count * sizeof(fa__chooser_index), err);
    if (chooser == NULL)
        return NULL;
    chooser->mode = take->mode;
    chooser->total = fa__count(ndim, sizes);
    for (; chooser->count < take->count && !fa_failed(err); chooser->count++)
        start_index(&chooser->indices[chooser->count], &take->indices[chooser->count], ndim, sizes, input,
                    positions[chooser->count], err);
    bool is_small = chooser->total <= TABLE;
    bool may_fail = take->mode == FA__TAKE_RAISE || take->mode == FA__TAKE_EXACT;
    if (!fa_failed(err) && is_small)
        make_table(chooser, err);
    for (int i = 0; i < take->count && !is_small && may_fail && chooser->total > 0; i++)
        if (take->indices[i].counts == NULL && (checked >> i & 1) == 0 && !fa_failed(err))
            check_bounds(&chooser->indices[i], positions[i], take->mode, err);
    if (fa_failed(err)) {
        fa__chooser_free(chooser);
        return NULL;
    }
    return chooser;
}

void fa__chooser_free(fa__chooser *chooser)
{
    for (int i = 0; chooser != NULL && i < chooser->count; i++) {
        fa__flat_clear(&chooser->indices[i].flat);
        fa__counts_release(chooser->indices[i].counts);
    }
    if (chooser != NULL)
        fa__free(chooser->table);
    fa__free(chooser);
}

/* ---- Positions to offsets ---- */

const int64_t *fa__positions_in_place(const fa__flat *positions, int64_t first, int64_t step, int64_t n)
{
    const char *place = fa__source_memory(positions->source);
    if (place == NULL || !fa__flat_is_raw(positions) || positions->ndim != 1 || (step != 1 && n != 1) ||
        (positions->strides[0] != sizeof(int64_t) && positions->sizes[0] != 1))
        return NULL;
    place += positions->offset + first * (int64_t)sizeof(int64_t);
    return (uintptr_t)place % sizeof(int64_t) == 0 ? (const int64_t *)(const void *)place : NULL;
}

const int64_t *fa__positions_run(const fa__flat *positions, int64_t first, int64_t step, int64_t n,
                                 int64_t *room, fa_error *err)
{
    const int64_t *place = fa__positions_in_place(positions, first, step, n);
    if (place != NULL)
        return place;
    return fa__flat_read(positions, first, step, n, room, err) ? room : NULL;
}

/* Makes positions of what is asked for: from the end, around, or to the end. */
static bool bring_inside(int64_t *positions, int64_t n, fa__take_mode mode, const fa__chosen_axes *axes,
                         fa_error *err)
{
    const int64_t size = axes->size, low = mode == FA__TAKE_EXACT ? 0 : -size;
    for (int64_t i = 0; i < n; i++) {
        int64_t position = positions[i];
        if ((uint64_t)position < (uint64_t)size)
            continue;
        if (mode == FA__TAKE_CLIP && size > 0)
            positions[i] = position < 0 ? 0 : size - 1;
        else if (mode == FA__TAKE_WRAP && size > 0)
            positions[i] = (position % size + size) % size;
        else if (position < low || position >= size)
            return fa__fail_position(position, low, size, axes->named, err);
        else
            positions[i] = position + size;
    }
    return true;
}

/* Offsets of the first index, or what another one adds to them. */
static void add_offsets(const int64_t *positions, int64_t n, const fa__chosen_axes *axes, bool is_first,
                        int64_t *offsets)
{
    const int64_t stride = axes->strides[axes->ndim - 1];
    if (axes->ndim == 1 && is_first) {
        for (int64_t i = 0; i < n; i++)
            offsets[i] = positions[i] * stride;
        return;
    }
    if (is_first)
        memset(offsets, 0, (size_t)n * sizeof *offsets);
    for (int64_t i = 0; i < n; i++)
        offsets[i] += fa__flat_offset(axes->ndim, axes->sizes, axes->strides, positions[i]);
}

/* The same of positions along one axis, of which all are inside already; false where one is not. Each is read
 * once: whoever changes them meanwhile makes other elements of them and nothing worse. */
static bool offsets_at_once(const int64_t *positions, int64_t n, const fa__chosen_axes *axes,
                            int64_t *offsets)
{
    const int64_t stride = axes->strides[axes->ndim - 1];
    bool outside = axes->ndim != 1;
    for (int64_t i = 0; i < n && axes->ndim == 1; i++) {
        const int64_t position = positions[i];
        outside |= (uint64_t)position >= (uint64_t)axes->size;
        offsets[i] = (int64_t)((uint64_t)position * (uint64_t)stride);
    }
    return !outside;
}

/* ---- Masks ---- */

bool fa__mask_is_in_place(const fa__flat *mask)
{
    return fa__source_memory(mask->source) != NULL && mask->ndim == 1 &&
           (mask->strides[0] == 1 || mask->sizes[0] == 1) && mask->convert == NULL;
}

const unsigned char *fa__mask_block(const fa__flat *mask, int64_t first, int64_t n, unsigned char *room,
                                    fa_error *err)
{
    if (fa__mask_is_in_place(mask))
        return (const unsigned char *)fa__source_memory(mask->source) + mask->offset + first;
    return fa__flat_read(mask, first, 1, n, room, err) ? room : NULL;
}

/* The positions of the true elements of one block at a time. */
typedef struct cursor {
    const fa__flat *mask;
    const fa__counts *counts;
    int64_t block;      /* -1: none */
    int64_t *positions; /* of all that is true in the block */
    unsigned char *room;
    size_t bytes;
} cursor;

static bool cursor_start(cursor *c, const fa__flat *mask, const fa__counts *counts, fa_error *err)
{
    size_t block = FA__COUNTED_BLOCK;
    c->mask = mask;
    c->counts = counts;
    c->block = -1;
    c->bytes = block * (sizeof(int64_t) + 1);
    c->positions = fa__buffer_take(c->bytes, err);
    c->room = (unsigned char *)(c->positions + block);
    return c->positions != NULL;
}

static bool cursor_go(cursor *c, int64_t block, fa_error *err)
{
    const fa__counts *counts = c->counts;
    int64_t first = block * FA__COUNTED_BLOCK, n = fa__min_i64(FA__COUNTED_BLOCK, counts->elements - first);
    int64_t expected = counts->before[block + 1] - counts->before[block];
    const unsigned char *mask = fa__mask_block(c->mask, first, n, c->room, err);
    if (mask == NULL)
        return false;
    c->block = block;
    if (fa__true_positions(c->positions, FA__COUNTED_BLOCK, mask, n, first) == expected)
        return true;
    return fa__fail(err, FA_BAD_INDEX, "a mask has changed since its elements were counted");
}

bool fa__mask_positions(const fa__flat *mask, const fa__counts *counts, int64_t row, int64_t first,
                        int64_t step, int64_t n, int64_t *positions, fa_error *err)
{
    cursor c;
    if (!cursor_start(&c, mask, counts, err))
        return false;
    bool is_run = step == 1 && first + n <= row;
    for (int64_t i = 0, some; i < n; i += some) {
        int64_t rank = first + i * step;
        if (rank >= row)
            rank = row > 0 ? rank % row : 0;
        bool is_there = c.block >= 0 && rank >= counts->before[c.block] && rank < counts->before[c.block + 1];
        if (!is_there && !cursor_go(&c, fa__counts_block(counts, rank), err))
            break;
        some = is_run ? fa__min_i64(n - i, counts->before[c.block + 1] - rank) : 1;
        memcpy(positions + i, c.positions + (rank - counts->before[c.block]),
               (size_t)some * sizeof *positions);
    }
    fa__buffer_give_back(c.positions, c.bytes);
    return !fa_failed(err);
}

/* ---- Offsets ---- */

bool fa__chooser_offsets(const fa__chooser *chooser, int64_t first, int64_t step, int64_t n, int64_t *offsets,
                         int64_t *room, fa_error *err)
{
    if (chooser->table != NULL) {
        for (int64_t i = 0; i < n; i++)
            offsets[i] = chooser->table[first + i * step];
        return !fa_failed(err);
    }
    for (int i = 0; i < chooser->count && !fa_failed(err); i++) {
        const fa__chooser_index *index = &chooser->indices[i];
        const int64_t *positions = room;
        if (index->counts != NULL)
            fa__mask_positions(&index->flat, index->counts, index->row, first, step, n, room, err);
        else
            positions = fa__positions_run(&index->flat, first, step, n, room, err);
        if (fa_failed(err))
            break;
        if (index->counts == NULL && i == 0 && offsets_at_once(positions, n, &index->axes, offsets))
            continue;
        if (index->counts == NULL) {
            if (positions != room)
                memcpy(room, positions, (size_t)n * sizeof *room);
            positions = room;
            bring_inside(room, n, chooser->mode, &index->axes, err);
        }
        if (!fa_failed(err))
            add_offsets(positions, n, &index->axes, i == 0, offsets);
    }
    return !fa_failed(err);
}
