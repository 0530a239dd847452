/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory is read in the runs that it is read ahead in, a page at least, and whole cache lines of the target
 * are written past the cache wherever they belong: a processor reads ahead along a few rows, and does not
 * mind where it writes. Of rows that lie side by side in the target as many are read together as fill two
 * cache lines of it:
 *
 *     source                 target
 *     a a a a b b b b        a c . .
 *     c c c c d d d d        a c . .
 *     . . . .                a c . .
 */
#include "engine/permute.h"

#include "engine/tiles.h"

#include "base/checked.h"
#include "kernel/kernel.h"

#include <stdlib.h>
#include <string.h>

enum {
    RUN_BYTES = 4 << 10, /* of the source */
    BOX_BYTES = 4 << 20,
    LEAST_BOX_BYTES = 64 << 10,
    SMALL_ROW_BYTES = 64 /* what stays together is one item */
};

/* A box with axes that are neighbours in both arrays merged, in the order of the walk. */
typedef struct shape {
    int ndim;
    int64_t item_bytes;
    int swap;
    int64_t sizes[FA_MAX_NDIM], from[FA_MAX_NDIM], to[FA_MAX_NDIM];
    int column,
        row; /* the axes along which elements of the source and of the target are neighbours; -1: none */
} shape;

static int axis_of(const shape *s, const int64_t *strides)
{
    for (int i = s->ndim - 1; i >= 0; i--)
        if (strides[i] == s->item_bytes)
            return i;
    return -1;
}

static void find_axes(shape *s)
{
    s->column = axis_of(s, s->from);
    s->row = axis_of(s, s->to);
}

/* Short rows that stay together are one item each, if there are two axes along which such items are
 * neighbours. */
static void join_short_rows(shape *s)
{
    find_axes(s);
    shape whole = *s;
    if (s->row < 0 || s->row != s->column || s->row != s->ndim - 1 || s->swap != 0 ||
        s->sizes[s->row] * s->item_bytes > SMALL_ROW_BYTES)
        return;
    s->item_bytes *= s->sizes[--s->ndim];
    find_axes(s);
    if (s->row < 0 || s->column < 0)
        *s = whole;
}

static int part_of(const fa__operand *operand)
{
    return operand->swap > 1 ? operand->swap : 0;
}

static void set_shape(shape *s, const fa__pass *pass, const int64_t *sizes)
{
    const fa__operand *from = &pass->operands[0], *to = &pass->stores[0].to;
    int in = part_of(from), out = part_of(to);
    s->ndim = 0;
    s->item_bytes = to->item_bytes;
    s->swap = in == out ? 0 : in + out;
    for (int i = 0; i < pass->ndim; i++) {
        int last = s->ndim - 1;
        if (pass->sizes[i] == 1)
            continue;
        bool merges = last >= 0 && s->from[last] == sizes[i] * from->strides[i] &&
                      s->to[last] == sizes[i] * to->strides[i];
        last += !merges;
        s->sizes[last] = merges ? s->sizes[last] * sizes[i] : sizes[i];
        s->from[last] = from->strides[i];
        s->to[last] = to->strides[i];
        s->ndim = last + 1;
    }
    join_short_rows(s);
}

bool fa__permutes(const fa__pass *pass)
{
    if (!fa__pass_only_moves(pass))
        return false;
    const fa__operand *from = &pass->operands[0], *to = &pass->stores[0].to;
    if (fa__source_memory(from->source) == NULL || fa__source_memory(to->source) == NULL ||
        from->item_bytes != to->item_bytes || from->item_bytes == 0 ||
        (part_of(from) != part_of(to) && part_of(from) != 0 && part_of(to) != 0))
        return false;
    shape s;
    set_shape(&s, pass, pass->sizes);
    return s.ndim > 1 && s.row >= 0 && s.column >= 0;
}

/* Lets the box grow along the axes of an array, innermost first, to so many bytes. */
static void grow(fa__pass *pass, const int64_t *strides, int64_t bytes)
{
    int order[FA_MAX_NDIM];
    int64_t box = pass->stores[0].to.item_bytes * fa__count(pass->ndim, pass->box);
    fa__k_order(pass->ndim, pass->sizes, strides, order);
    for (int i = pass->ndim - 1; i >= 0 && box < bytes; i--) {
        int axis = order[i];
        box /= pass->box[axis];
        pass->box[axis] =
            fa__max_i64(pass->box[axis], fa__min_i64(pass->sizes[axis], (bytes + box - 1) / box));
        box *= pass->box[axis];
    }
}

void fa__permute_boxes(fa__pass *pass, int threads)
{
    int64_t share = pass->total * pass->stores[0].to.item_bytes / (8 * threads);
    for (int i = 0; i < pass->ndim; i++)
        pass->box[i] = 1;
    grow(pass, pass->operands[0].strides, RUN_BYTES);
    grow(pass, pass->stores[0].to.strides, fa__max_i64(fa__min_i64(share, BOX_BYTES), LEAST_BOX_BYTES));
}

static const char *begin(const fa__pass *pass, const fa__span *span, const fa__operand *operand)
{
    int64_t offset = operand->offset;
    for (int i = 0; i < pass->ndim; i++)
        offset += span->start[i] * operand->strides[i];
    return fa__source_memory(operand->source) + offset;
}

static void move_row(const shape *s, const char *from, char *to, bool stream)
{
    int64_t n = s->sizes[s->row];
    if (s->swap == 0 && stream)
        fa__stream_copy(to, from, (size_t)(n * s->item_bytes));
    else
        fa__gather(to, from, s->item_bytes, n, s->item_bytes, s->swap);
}

static void move_box(const shape *s, const char *from, char *to, bool stream)
{
    int64_t at[FA_MAX_NDIM] = {0};
    for (int axis = 0; axis >= 0;) {
        if (s->row == s->column)
            move_row(s, from, to, stream);
        else
            fa__transpose(to, s->to[s->column], from, s->from[s->row], s->sizes[s->column], s->sizes[s->row],
                          s->item_bytes, s->swap, stream);
        for (axis = s->ndim - 1; axis >= 0; axis--) {
            if (axis == s->row || axis == s->column)
                continue;
            from += s->from[axis];
            to += s->to[axis];
            if (++at[axis] < s->sizes[axis])
                break;
            from -= s->sizes[axis] * s->from[axis];
            to -= s->sizes[axis] * s->to[axis];
            at[axis] = 0;
        }
    }
}

void fa__permute(const fa__pass *pass, const fa__span *span)
{
    shape s;
    set_shape(&s, pass, span->sizes);
    move_box(&s, begin(pass, span, &pass->operands[0]), (char *)begin(pass, span, &pass->stores[0].to),
             pass->stores[0].stream);
}

void fa__permute_memory(int ndim, const int64_t *sizes, int64_t item_bytes, int swap, const char *from,
                        const int64_t *from_strides, char *to, const int64_t *to_strides)
{
    shape s = {.ndim = ndim, .item_bytes = item_bytes, .swap = swap};
    memcpy(s.sizes, sizes, (size_t)ndim * sizeof s.sizes[0]);
    memcpy(s.from, from_strides, (size_t)ndim * sizeof s.from[0]);
    memcpy(s.to, to_strides, (size_t)ndim * sizeof s.to[0]);
    join_short_rows(&s);
    move_box(&s, from, to, false);
}
