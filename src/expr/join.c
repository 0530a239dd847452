/* SPDX-License-Identifier: BSD-3-Clause */
/* Arrays put together, shifted and repeated: NumPy's routines as views and the two moves, one behind the
 * other and another shape. What repeats is a view with a stride of 0 under a new shape. */
#include "expr/routines.h"

#include "expr/node.h"

#include "base/checked.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* ---- Lists of nodes that are given up ---- */

/* One behind the other; gives up the nodes, some of which may be NULL when err is failed. */
static fa__node *join_owned(int count, fa__node **nodes, int axis, fa_error *err)
{
    fa__node *node = fa_failed(err) ? NULL : fa__node_concatenate(count, nodes, axis, NULL, err);
    for (int i = 0; i < count; i++)
        fa__node_release(nodes[i]);
    return node;
}

/* Joins what `prepare` makes of each input. */
static fa__node *join_prepared(int count, fa__node *const *inputs, int axis,
                               fa__node *(*prepare)(fa__node *input, int number, fa_error *err), int number,
                               fa_error *err)
{
    if (!fa__nodes_usable(count, inputs, err))
        return NULL;
    if (count < 1) {
        fa__fail(err, FA_INVALID_ARGUMENT, "need at least one array to concatenate");
        return NULL;
    }
    fa__node **prepared = fa__alloc_zero((size_t)count, sizeof *prepared, err), *node = NULL;
    for (int i = 0; i < count && !fa_failed(err); i++)
        prepared[i] = prepare(inputs[i], number, err);
    if (prepared != NULL)
        node = join_owned(count, prepared, axis, err);
    fa__free(prepared);
    return node;
}

/* ---- Stacks ---- */

static fa__node *with_axis(fa__node *input, int axis, fa_error *err)
{
    return fa__node_expand_dims(input, FA_AXES(axis), err);
}

fa__node *fa__node_stack(int count, fa__node *const *inputs, int axis, fa_error *err)
{
    if (!fa__nodes_usable(count, inputs, err))
        return NULL;
    for (int i = 1; i < count; i++) {
        const fa__node *a = inputs[0], *b = inputs[i];
        if (a->ndim != b->ndim || memcmp(a->sizes, b->sizes, (size_t)a->ndim * sizeof(int64_t)) != 0) {
            fa__fail(err, FA_BAD_SHAPE, "all input arrays must have the same shape");
            return NULL;
        }
    }
    if (count > 0)
        axis = fa__axis(axis, inputs[0]->ndim + 1, err);
    return axis < 0 ? NULL : join_prepared(count, inputs, axis, with_axis, axis, err);
}

fa__node *fa__node_hstack(int count, fa__node *const *inputs, fa_error *err)
{
    int axis = count > 0 && inputs[0] != NULL ? fa__horizontal_axis(inputs[0]) : 0;
    return join_prepared(count, inputs, axis, fa__node_at_least, 1, err);
}

fa__node *fa__node_vstack(int count, fa__node *const *inputs, fa_error *err)
{
    return join_prepared(count, inputs, 0, fa__node_at_least, 2, err);
}

fa__node *fa__node_dstack(int count, fa__node *const *inputs, fa_error *err)
{
    return join_prepared(count, inputs, 2, fa__node_at_least, 3, err);
}

static fa__node *as_column(fa__node *input, int ndim, fa_error *err)
{
    if (input->ndim >= ndim)
        return fa__node_retain(input);
    return input->ndim == 1 ? fa__node_expand_dims(input, FA_AXES(1), err) : fa__node_lead(input, ndim, err);
}

fa__node *fa__node_column_stack(int count, fa__node *const *inputs, fa_error *err)
{
    return join_prepared(count, inputs, 1, as_column, 2, err);
}

/* ---- One axis ---- */

fa__node *fa__node_ravel(fa__node *a, fa_error *err)
{
    return fa__nodes_usable(1, &a, err) ? fa__node_reshape(a, FA_SHAPE(fa__count(a->ndim, a->sizes)), err)
                                        : NULL;
}

/* New elements, under a shape: views of `a` are copied. Takes `a` over. */
static fa__node *reshaped_copy(fa__node *a, fa_shape shape, fa_error *err)
{
    fa__node *node = fa__node_reshape(a, shape, err), *copy = node;
    if (node != NULL && node->kind != FA__NODE_MOVE) {
        copy = fa__node_copy(node, 'C', err);
        fa__node_release(node);
    }
    fa__node_release(a);
    return copy;
}

fa__node *fa__node_flatten(fa__node *a, fa_error *err)
{
    return fa__nodes_usable(1, &a, err)
               ? reshaped_copy(fa__node_retain(a), FA_SHAPE(fa__count(a->ndim, a->sizes)), err)
               : NULL;
}

/* `a` and the axis that counts in it: its elements along one where `axis` is NULL. */
static fa__node *along_axis(fa__node *a, const int *axis, int *number, fa_error *err)
{
    if (!fa__nodes_usable(1, &a, err))
        return NULL;
    fa__node *along = axis != NULL ? fa__node_strong(a, err) : fa__node_ravel(a, err);
    *number = along != NULL ? fa__axis(axis != NULL ? *axis : 0, along->ndim, err) : -1;
    if (*number >= 0)
        return along;
    fa__node_release(along);
    return NULL;
}

fa__node *fa__node_append(fa__node *a, fa__node *values, const int *axis, fa_error *err)
{
    if (!fa__nodes_usable(2, (fa__node *[]){a, values}, err))
        return NULL;
    fa__node *parts[2] = {NULL, NULL};
    parts[0] = axis != NULL ? fa__node_retain(a) : fa__node_ravel(a, err);
    parts[1] = axis != NULL ? fa__node_retain(values) : fa__node_ravel(values, err);
    return join_owned(2, parts, axis != NULL ? *axis : 0, err);
}

/* A place in an axis; negative ones count from its end. `last` is the largest. */
static bool place_in(int64_t *place, int64_t size, int64_t last, int axis, fa_error *err)
{
    if (*place < -size || *place > last)
        return fa__fail(err, FA_BAD_INDEX, "index %lld is out of bounds for axis %d with size %lld",
                        (long long)*place, axis, (long long)size);
    *place += *place < 0 ? size : 0;
    return true;
}

static int compare_places(const void *a, const void *b)
{
    int64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

fa__node *fa__node_delete(fa__node *a, const int64_t *places, int count, const int *axis, fa_error *err)
{
    int number;
    fa__node *along = along_axis(a, axis, &number, err);
    if (along == NULL)
        return NULL;
    int64_t size = along->sizes[number], at = 0, made = 0;
    int64_t *sorted = fa__alloc_zero((size_t)count, sizeof *sorted, err);
    fa__node **parts = fa__alloc_zero((size_t)count + 1, sizeof *parts, err), *node = NULL;
    for (int i = 0; i < count && !fa_failed(err); i++) {
        sorted[i] = places[i];
        place_in(&sorted[i], size, size - 1, number, err);
    }
    if (!fa_failed(err) && count > 0)
        qsort(sorted, (size_t)count, sizeof *sorted, compare_places);
    for (int i = 0; i <= count && !fa_failed(err); i++) {
        int64_t end = i < count ? sorted[i] : size;
        if (end > at || (i == count && made == 0))
            parts[made++] = fa__node_slice(along, number, at, end, 1, err);
        at = end + 1;
    }
    if (parts != NULL)
        node = join_owned((int)made, parts, number, err);
    fa__node_release(along);
    fa__free(sorted);
    fa__free(parts);
    return node;
}

/* ---- Insertion ---- */

/* What insert() puts along axis `number` of `a`, broadcast along all others: as a's dtype, `single` from the
 * first axis. */
static fa__node *inserted_values(const fa__node *a, fa__node *values, int number, int64_t count, bool single,
                                 fa_error *err)
{
    fa__node *converted = fa__node_as_element(values, a->dtype, err);
    fa__node *led = converted != NULL ? fa__node_lead(converted, a->ndim, err) : NULL;
    fa__node *moved = NULL, *wide = NULL;
    if (led != NULL)
        moved = single ? fa__node_move_axes(led, FA_AXES(0), FA_AXES(number), err) : fa__node_retain(led);
    if (moved != NULL) {
        int64_t sizes[FA_MAX_NDIM];
        memcpy(sizes, a->sizes, (size_t)a->ndim * sizeof *sizes);
        sizes[number] = count == 1 ? moved->sizes[number] : count;
        wide = fa__node_broadcast_to(moved, (fa_shape){a->ndim, sizes}, err);
    }
    fa__node_release(converted);
    fa__node_release(led);
    fa__node_release(moved);
    return wide;
}

/* A value and the place before which it goes; those of one place stay in order. */
typedef struct insertion {
    int64_t place, value;
} insertion;

static int compare_insertions(const void *a, const void *b)
{
    const insertion *x = a, *y = b;
    if (x->place != y->place)
        return x->place > y->place ? 1 : -1;
    return (x->value > y->value) - (x->value < y->value);
}

static fa__node *with_insertions(fa__node *a, fa__node *values, int number, const insertion *insertions,
                                 int count, fa_error *err)
{
    fa__node **parts = fa__alloc_zero(2 * (size_t)count + 1, sizeof *parts, err), *node = NULL;
    int64_t at = 0;
    int made = 0;
    for (int i = 0; i < count && !fa_failed(err); i++) {
        if (insertions[i].place > at)
            parts[made++] = fa__node_slice(a, number, at, insertions[i].place, 1, err);
        at = insertions[i].place;
        /* One place takes all values as they are. */
        int64_t value = insertions[i].value;
        parts[made++] =
            count == 1 ? fa__node_retain(values) : fa__node_slice(values, number, value, value + 1, 1, err);
    }
    if (!fa_failed(err) && (at < a->sizes[number] || made == 0))
        parts[made++] = fa__node_slice(a, number, at, a->sizes[number], 1, err);
    if (parts != NULL)
        node = join_owned(made, parts, number, err);
    fa__free(parts);
    return node;
}

fa__node *fa__node_insert(fa__node *a, const int64_t *places, int count, bool single, fa__node *values,
                          const int *axis, fa_error *err)
{
    int number = -1;
    if (!fa__nodes_usable(2, (fa__node *[]){a, values}, err))
        return NULL;
    fa__node *along = along_axis(a, axis, &number, err), *wide = NULL, *node = NULL;
    insertion *insertions = along != NULL ? fa__alloc_zero((size_t)count, sizeof *insertions, err) : NULL;
    for (int i = 0; i < count && !fa_failed(err); i++) {
        insertions[i] = (insertion){places[i], i};
        place_in(&insertions[i].place, along->sizes[number], along->sizes[number], number, err);
    }
    if (!fa_failed(err))
        wide = inserted_values(along, values, number, count, single, err);
    if (wide != NULL) {
        if (count > 0)
            qsort(insertions, (size_t)count, sizeof *insertions, compare_insertions);
        node = with_insertions(along, wide, number, insertions, count, err);
    }
    fa__node_release(along);
    fa__node_release(wide);
    fa__free(insertions);
    return node;
}

/* ---- Shifts ---- */

/* Takes `a` over. */
static fa__node *roll_axis(fa__node *a, int axis, int64_t shift, fa_error *err)
{
    int64_t size = a->sizes[axis];
    shift = size > 0 ? (shift % size + size) % size : 0;
    if (shift == 0)
        return a;
    fa__node *parts[2] = {fa__node_slice(a, axis, size - shift, size, 1, err),
                          fa__node_slice(a, axis, 0, size - shift, 1, err)};
    fa__node_release(a);
    return join_owned(2, parts, axis, err);
}

static fa__node *roll_axes(fa__node *a, const int64_t *shifts, fa_error *err)
{
    fa__node *rolled = fa__node_strong(a, err);
    for (int i = 0; i < a->ndim && rolled != NULL; i++)
        rolled = roll_axis(rolled, i, shifts[i], err);
    if (rolled == NULL || rolled->kind == FA__NODE_MOVE)
        return rolled;
    fa__node *copy = fa__node_copy(rolled, 'K', err);
    fa__node_release(rolled);
    return copy;
}

static fa__node *roll_all(fa__node *a, const int64_t *shifts, int count, fa_error *err)
{
    int64_t size = fa__count(a->ndim, a->sizes), sum = 0;
    for (int i = 0; i < count && size > 0; i++)
        sum = (sum + shifts[i] % size) % size;
    fa__node *along = fa__node_ravel(a, err), *rolled = NULL;
    if (along != NULL)
        rolled = roll_axes(along, &sum, err);
    fa__node *node = rolled != NULL ? fa__node_reshape(rolled, (fa_shape){a->ndim, a->sizes}, err) : NULL;
    fa__node_release(along);
    fa__node_release(rolled);
    return node;
}

/* Shifts and axes are broadcast to each other; shifts of one axis add up. */
fa__node *fa__node_roll(fa__node *a, const int64_t *shifts, int shift_count, fa_axes axes, fa_error *err)
{
    int64_t sums[FA_MAX_NDIM] = {0};
    if (!fa__nodes_usable(1, &a, err))
        return NULL;
    if (axes.count < 0)
        return roll_all(a, shifts, shift_count, err);
    if (shift_count != axes.count && shift_count != 1 && axes.count != 1) {
        fa__fail(err, FA_BAD_SHAPE, "%d shifts along %d axes", shift_count, axes.count);
        return NULL;
    }
    int pairs = shift_count == 1 ? axes.count : shift_count;
    for (int i = 0; i < pairs; i++) {
        int axis = fa__axis(axes.axes[axes.count == 1 ? 0 : i], a->ndim, err);
        if (axis < 0)
            return NULL;
        int64_t size = a->sizes[axis] > 0 ? a->sizes[axis] : 1;
        sums[axis] = (sums[axis] + shifts[shift_count == 1 ? 0 : i] % size) % size;
    }
    return roll_axes(a, sums, err);
}

/* ---- Repeats ---- */

static bool add_axis(fa__geometry *geometry, int64_t size, int64_t stride, fa_error *err)
{
    if (geometry->ndim == FA_MAX_NDIM)
        return fa__fail(err, FA_BAD_SHAPE, "an array that repeats along more axes than %d leave room for",
                        FA_MAX_NDIM);
    geometry->sizes[geometry->ndim] = size;
    geometry->strides[geometry->ndim++] = stride;
    return true;
}

/* Axis i of `a` outer[i] times as a whole, and each of its elements inner[i] times. */
static fa__node *repeated(fa__node *a, const int64_t *outer, const int64_t *inner, fa_error *err)
{
    fa__geometry from, to = {.ndim = 0};
    int64_t sizes[FA_MAX_NDIM], elements;
    fa__node_geometry(a, &from);
    to.offset = from.offset;
    for (int i = 0; i < from.ndim; i++) {
        int64_t times;
        if (outer[i] < 0 || inner[i] < 0) {
            fa__fail(err, FA_INVALID_ARGUMENT, "repeats may not contain negative values.");
            return NULL;
        }
        if (!fa__multiply_checked(outer[i], inner[i], &times) ||
            !fa__multiply_checked(from.sizes[i], times, &sizes[i])) {
            fa__fail(err, FA_TOO_LARGE, "a repeated axis of more than 2**63 elements");
            return NULL;
        }
        if (outer[i] != 1)
            add_axis(&to, outer[i], 0, err);
        if (from.sizes[i] != 1) /* or the axes of an array that has all there can be were too many */
            add_axis(&to, from.sizes[i], from.strides[i], err);
        if (inner[i] != 1)
            add_axis(&to, inner[i], 0, err);
    }
    if (!fa__shape_count(to.ndim, to.sizes, a->dtype->item_bytes, &elements, err))
        return NULL;
    fa__node *view = fa__node_view(a, &to, err);
    return view != NULL ? reshaped_copy(view, (fa_shape){from.ndim, sizes}, err) : NULL;
}

fa__node *fa__node_tile(fa__node *a, const int64_t *times, int count, fa_error *err)
{
    int64_t outer[FA_MAX_NDIM], inner[FA_MAX_NDIM];
    fa__node *led = fa__node_lead(a, count, err), *node = NULL;
    if (led == NULL)
        return NULL;
    bool is_copy = true;
    for (int i = 0; i < led->ndim; i++) {
        outer[i] = i >= led->ndim - count ? times[i - (led->ndim - count)] : 1;
        inner[i] = 1;
        is_copy = is_copy && outer[i] == 1;
    }
    node = is_copy ? fa__node_copy(led, 'K', err) : repeated(led, outer, inner, err);
    fa__node_release(led);
    return node;
}

fa__node *fa__node_repeat(fa__node *a, int64_t times, const int *axis, fa_error *err)
{
    int number;
    int64_t outer[FA_MAX_NDIM], inner[FA_MAX_NDIM];
    /* NumPy takes a 0-d array for one with an axis here. */
    bool is_single = a != NULL && a->ndim == 0 && axis != NULL && (*axis == 0 || *axis == -1);
    fa__node *along = along_axis(a, is_single ? NULL : axis, &number, err);
    if (along == NULL)
        return NULL;
    for (int i = 0; i < along->ndim; i++) {
        outer[i] = 1;
        inner[i] = i == number ? times : 1;
    }
    fa__node *node = repeated(along, outer, inner, err);
    fa__node_release(along);
    return node;
}

fa__node *fa__node_resize(fa__node *a, fa_shape shape, fa_error *err)
{
    int64_t wanted, size;
    if (!fa__nodes_usable(1, &a, err) ||
        !fa__shape_count(shape.ndim, shape.sizes, a->dtype->item_bytes, &wanted, err))
        return NULL;
    size = fa__count(a->ndim, a->sizes);
    if (size == 0 || wanted == 0) {
        fa__node *zero = fa__node_zero(a->dtype, err);
        fa__node *zeros = zero != NULL ? fa__node_full(shape, zero, NULL, err) : NULL;
        fa__node_release(zero);
        return zeros;
    }
    fa__node *along = fa__node_ravel(a, err), *tiled = NULL, *cut = NULL, *node = NULL;
    int64_t times = wanted / size + (wanted % size != 0);
    if (along != NULL)
        tiled = fa__node_tile(along, &times, 1, err);
    if (tiled != NULL)
        cut = fa__node_slice(tiled, 0, 0, wanted, 1, err);
    if (cut != NULL)
        node = fa__node_reshape(cut, shape, err);
    fa__node_release(along);
    fa__node_release(tiled);
    fa__node_release(cut);
    return node;
}

/* ---- Grids ---- */

/* An array along one axis of a grid. */
static fa__node *along_grid(fa__node *a, int axis, int ndim, fa_error *err)
{
    int64_t sizes[FA_MAX_NDIM];
    for (int i = 0; i < ndim; i++)
        sizes[i] = i == axis ? fa__count(a->ndim, a->sizes) : 1;
    return fa__node_reshape(a, (fa_shape){ndim, sizes}, err);
}

static void release_all(int count, fa__node **nodes)
{
    for (int i = 0; i < count; i++) {
        fa__node_release(nodes[i]);
        nodes[i] = NULL;
    }
}

bool fa__nodes_meshgrid(int count, fa__node *const *inputs, bool matrix, bool sparse, fa__node **outputs,
                        fa_error *err)
{
    fa__node *shaped[FA_MAX_NDIM] = {NULL};
    for (int i = 0; i < count; i++)
        outputs[i] = NULL;
    if (!fa__nodes_usable(count, inputs, err))
        return false;
    if (count > FA_MAX_NDIM)
        return fa__fail(err, FA_BAD_SHAPE, "meshgrid() of %d arrays, more than %d", count, FA_MAX_NDIM);
    for (int i = 0; i < count && !fa_failed(err); i++)
        shaped[i] = along_grid(inputs[i], matrix && i < 2 && count > 1 ? 1 - i : i, count, err);
    if (!fa_failed(err) && !sparse && fa__nodes_broadcast(count, shaped, outputs, err)) {
        release_all(count, shaped);
        memcpy(shaped, outputs, (size_t)count * sizeof *outputs);
        memset(outputs, 0, (size_t)count * sizeof *outputs);
    }
    for (int i = 0; i < count && !fa_failed(err); i++)
        outputs[i] = fa__node_copy(shaped[i], 'C', err);
    release_all(count, shaped);
    if (fa_failed(err))
        release_all(count, outputs);
    return !fa_failed(err);
}
