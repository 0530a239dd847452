/* SPDX-License-Identifier: BSD-3-Clause */
/* Putting arrays together and taking them apart: arrays to leaves, routines of graphs, and back. Knows
 * nothing but which routine a function stands for. */
#include "api/api.h"

#include "base/memory.h"
#include "expr/routines.h"

#include <farray/move.h>

/* ---- Lists of arrays ---- */

/* The arrays of nodes, which are given up. */
static void arrays_of(fa__node **nodes, int count, fa_array **arrays, fa_error *err)
{
    for (int i = 0; arrays != NULL && i < count; i++)
        arrays[i] = nodes != NULL && !fa_failed(err) ? fa__pending_array(nodes[i], err) : NULL;
    for (int i = 0; arrays != NULL && i < count && fa_failed(err); i++) {
        fa_release(arrays[i]);
        arrays[i] = NULL;
    }
    fa__release_list(nodes, count);
}

/* Room for `count` results; NULL with an error, also where the caller has none. */
static fa__node **room_for(int64_t count, fa_array *const *results, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    if (count < 0 || count > INT32_MAX || (results == NULL && count > 0)) {
        fa__fail(err, FA_INVALID_ARGUMENT, "%lld results, and nowhere to put them", (long long)count);
        return NULL;
    }
    return fa__alloc_zero((size_t)count, sizeof(fa__node *), err);
}

/* What a routine makes of one leaf, which is given up. */
#define OF_LEAF(array, routine)                           \
    do {                                                  \
        fa__node *leaf = fa__leaf((array), err);          \
        fa__node *made = leaf != NULL ? (routine) : NULL; \
        fa__node_release(leaf);                           \
        return fa__array_of(made, err);                   \
    } while (0)

/* The one axis that a fa_axes names; *axis is NULL for all. */
static bool one_axis(fa_axes axes, const int **axis, fa_error *err)
{
    *axis = axes.count < 0 ? NULL : axes.axes;
    if (axes.count > 1 || axes.count == 0)
        fa__fail(err, FA_INVALID_ARGUMENT, "%d axes where one is expected", axes.count);
    return !fa_failed(err);
}

/* ---- Put together ---- */

fa_array *fa_concatenate(fa_array *const *arrays, int count, int axis, fa_error *err)
{
    fa__node **leaves = fa__leaves(arrays, count, err);
    fa__node *node = leaves != NULL ? fa__node_concatenate(count, leaves, axis, NULL, err) : NULL;
    fa__release_list(leaves, count);
    return fa__array_of(node, err);
}

fa_array *fa_stack(fa_array *const *arrays, int count, int axis, fa_error *err)
{
    fa__node **leaves = fa__leaves(arrays, count, err);
    fa__node *node = leaves != NULL ? fa__node_stack(count, leaves, axis, err) : NULL;
    fa__release_list(leaves, count);
    return fa__array_of(node, err);
}

static fa_array *stacked(fa__node *(*routine)(int, fa__node *const *, fa_error *), fa_array *const *arrays,
                         int count, fa_error *err)
{
    fa__node **leaves = fa__leaves(arrays, count, err);
    fa__node *node = leaves != NULL ? routine(count, leaves, err) : NULL;
    fa__release_list(leaves, count);
    return fa__array_of(node, err);
}

fa_array *fa_hstack(fa_array *const *arrays, int count, fa_error *err)
{
    return stacked(fa__node_hstack, arrays, count, err);
}

fa_array *fa_vstack(fa_array *const *arrays, int count, fa_error *err)
{
    return stacked(fa__node_vstack, arrays, count, err);
}

fa_array *fa_dstack(fa_array *const *arrays, int count, fa_error *err)
{
    return stacked(fa__node_dstack, arrays, count, err);
}

fa_array *fa_column_stack(fa_array *const *arrays, int count, fa_error *err)
{
    return stacked(fa__node_column_stack, arrays, count, err);
}

/* Joins the innermost axis of the grid, then the next; the nodes become fewer until one is left. */
fa_array *fa_block(fa_array *const *arrays, fa_shape grid, fa_error *err)
{
    int64_t count;
    if (fa_failed(err) || !fa__shape_count(grid.ndim, grid.sizes, 1, &count, err))
        return NULL;
    if (count < 1 || count > INT32_MAX) {
        fa__fail(err, FA_INVALID_ARGUMENT, "a grid of %lld blocks", (long long)count);
        return NULL;
    }
    int total = (int)count, ndim = grid.ndim;
    fa__node **nodes = fa__leaves(arrays, total, err), *node = NULL;
    for (int i = 0; nodes != NULL && i < total; i++)
        ndim = nodes[i]->ndim > ndim ? nodes[i]->ndim : ndim;
    for (int i = 0; nodes != NULL && i < total; i++) {
        fa__node *led = fa__node_lead(nodes[i], ndim, err);
        fa__node_release(nodes[i]);
        nodes[i] = led;
    }
    for (int axis = grid.ndim - 1, left = total; axis >= 0 && !fa_failed(err); axis--) {
        int along = (int)grid.sizes[axis];
        for (int i = 0; i < left / along; i++) {
            fa__node *joined = fa__node_concatenate(along, nodes + i * along, axis - grid.ndim, NULL, err);
            for (int k = 0; k < along; k++) {
                fa__node_release(nodes[i * along + k]);
                nodes[i * along + k] = NULL;
            }
            nodes[i] = joined;
        }
        left /= along;
    }
    if (!fa_failed(err))
        node = grid.ndim > 0 ? fa__node_retain(nodes[0]) : fa__node_copy(nodes[0], 'K', err);
    fa__release_list(nodes, total);
    return fa__array_of(node, err);
}

fa_array *fa_insert(fa_array *array, fa_shape places, fa_array *values, fa_axes axis, fa_error *err)
{
    const int *number;
    fa__node *more = one_axis(axis, &number, err) ? fa__leaf(values, err) : NULL,
             *leaf = fa__leaf(array, err), *node = NULL;
    if (!fa_failed(err))
        node = fa__node_insert(leaf, places.sizes, places.ndim, places.ndim == 1, more, number, err);
    fa__node_release(leaf);
    fa__node_release(more);
    return fa__array_of(node, err);
}

fa_array *fa_delete(fa_array *array, fa_shape places, fa_axes axis, fa_error *err)
{
    const int *number;
    if (!one_axis(axis, &number, err))
        return NULL;
    OF_LEAF(array, fa__node_delete(leaf, places.sizes, places.ndim, number, err));
}

/* A routine of an array, another one that is looked at, and an axis. */
static fa_array *looked_at(fa_array *array, fa_array *other, fa_axes axis,
                           fa__node *(*routine)(fa__node *, fa__node *, const int *, fa_error *),
                           fa_error *err)
{
    const int *number;
    fa__node *leaf = one_axis(axis, &number, err) ? fa__leaf(array, err) : NULL, *more = fa__leaf(other, err);
    fa__node *node = fa_failed(err) ? NULL : routine(leaf, more, number, err);
    fa__node_release(leaf);
    fa__node_release(more);
    return fa__array_of(node, err);
}

fa_array *fa_delete_at(fa_array *array, fa_array *chosen, fa_axes axis, fa_error *err)
{
    return looked_at(array, chosen, axis, fa__node_delete_at, err);
}

/* ---- Shifted and repeated ---- */

fa_array *fa_roll(fa_array *array, fa_shape shifts, fa_axes axes, fa_error *err)
{
    OF_LEAF(array, fa__node_roll(leaf, shifts.sizes, shifts.ndim, axes, err));
}

fa_array *fa_tile(fa_array *array, fa_shape times, fa_error *err)
{
    OF_LEAF(array, fa__node_tile(leaf, times.sizes, times.ndim, err));
}

fa_array *fa_repeat(fa_array *array, int64_t times, fa_axes axis, fa_error *err)
{
    const int *number;
    if (!one_axis(axis, &number, err))
        return NULL;
    OF_LEAF(array, fa__node_repeat(leaf, times, number, err));
}

fa_array *fa_repeat_each(fa_array *array, fa_array *counts, fa_axes axis, fa_error *err)
{
    return looked_at(array, counts, axis, fa__node_repeat_each, err);
}

fa_array *fa_tile_to(fa_array *array, fa_shape shape, fa_error *err)
{
    OF_LEAF(array, fa__node_resize(leaf, shape, err));
}

fa_array *fa_flatten(fa_array *array, fa_error *err)
{
    OF_LEAF(array, fa__node_flatten(leaf, err));
}

static bool pad_fits(const fa_array *array, fa_pad_mode mode, fa_shape before, fa_shape after, fa_error *err)
{
    if (fa__unusable(array, err))
        return false;
    if ((unsigned)mode > FA_PAD_WRAP)
        return fa__fail(err, FA_INVALID_ARGUMENT, "%d is no mode of padding", (int)mode);
    if (before.ndim != array->ndim || after.ndim != array->ndim)
        return fa__fail(err, FA_BAD_SHAPE, "%d widths before and %d behind for %d axes", before.ndim,
                        after.ndim, array->ndim);
    return true;
}

_Static_assert((int)FA_PAD_WRAP == (int)FA__PAD_WRAP && (int)FA_PAD_MEAN == (int)FA__PAD_MEAN,
               "the same modes");

fa_array *fa_pad(fa_array *array, fa_pad_mode mode, fa_shape before, fa_shape after,
                 const fa_pad_options *options, fa_error *err)
{
    static const fa_pad_options defaults;
    options = options != NULL ? options : &defaults;
    if (!pad_fits(array, mode, before, after, err) || !FA__RESERVED_IS_ZERO(options, err))
        return NULL;
    fa__pad_axis axes[FA_MAX_NDIM];
    fa__node *values[2] = {options->value_before != NULL ? fa__leaf(options->value_before, err) : NULL,
                           options->value_after != NULL ? fa__leaf(options->value_after, err) : NULL};
    for (int i = 0; i < array->ndim; i++)
        axes[i] = (fa__pad_axis){.width = {before.sizes[i], after.sizes[i]},
                                 .length = {options->stat_length, options->stat_length},
                                 .value = {values[0], values[1]}};
    fa__node *leaf = fa__leaf(array, err), *node = NULL;
    if (!fa_failed(err))
        node = fa__node_pad(leaf, (fa__pad_mode)mode, axes, options->odd, err);
    fa__node_release(leaf);
    fa__node_release(values[0]);
    fa__node_release(values[1]);
    return fa__array_of(node, err);
}

/* ---- Turned ---- */

fa_array *fa_flip(fa_array *array, fa_axes axes, fa_error *err)
{
    OF_LEAF(array, fa__node_flip(leaf, axes, err));
}

fa_array *fa_rot90(fa_array *array, int64_t times, int axis1, int axis2, fa_error *err)
{
    OF_LEAF(array, fa__node_rot90(leaf, times, axis1, axis2, err));
}

fa_array *fa_move_axes(fa_array *array, fa_axes from, fa_axes to, fa_error *err)
{
    OF_LEAF(array, fa__node_move_axes(leaf, from, to, err));
}

fa_array *fa_squeeze(fa_array *array, fa_axes axes, fa_error *err)
{
    OF_LEAF(array, fa__node_squeeze(leaf, axes, err));
}

fa_array *fa_expand_dims(fa_array *array, fa_axes axes, fa_error *err)
{
    OF_LEAF(array, fa__node_expand_dims(leaf, axes, err));
}

fa_array *fa_at_least(fa_array *array, int ndim, fa_error *err)
{
    if (!fa_failed(err) && (ndim < 1 || ndim > 3))
        fa__fail(err, FA_INVALID_ARGUMENT, "at least %d axes: 1, 2 and 3 can be asked for", ndim);
    OF_LEAF(array, fa__node_at_least(leaf, ndim, err));
}

/* ---- Taken apart ---- */

static void split(fa_array *array, int sections, int axis, bool equal, fa_array **parts, fa_error *err)
{
    int count = sections > 0 ? sections : 0;
    fa__node **nodes = room_for(count, parts, err), *leaf = fa__leaf(array, err);
    if (!fa_failed(err))
        fa__node_split(leaf, sections, axis, equal, nodes, err);
    fa__node_release(leaf);
    arrays_of(nodes, count, parts, err);
}

void fa_split(fa_array *array, int sections, int axis, fa_array **parts, fa_error *err)
{
    split(array, sections, axis, true, parts, err);
}

void fa_array_split(fa_array *array, int sections, int axis, fa_array **parts, fa_error *err)
{
    split(array, sections, axis, false, parts, err);
}

void fa_split_at(fa_array *array, fa_shape places, int axis, fa_array **parts, fa_error *err)
{
    fa__node **nodes = room_for((int64_t)places.ndim + 1, parts, err), *leaf = fa__leaf(array, err);
    if (!fa_failed(err))
        fa__node_split_at(leaf, places.sizes, places.ndim, axis, nodes, err);
    fa__node_release(leaf);
    arrays_of(nodes, places.ndim + 1, parts, err);
}

void fa_broadcast_arrays(fa_array *const *arrays, int count, fa_array **views, fa_error *err)
{
    fa__node **leaves = fa__leaves(arrays, count, err), **nodes = room_for(count, views, err);
    if (!fa_failed(err))
        fa__nodes_broadcast(count, leaves, nodes, err);
    fa__release_list(leaves, count);
    arrays_of(nodes, count, views, err);
}

void fa_meshgrid(fa_array *const *arrays, int count, bool matrix_order, bool sparse, fa_array **grids,
                 fa_error *err)
{
    fa__node **leaves = fa__leaves(arrays, count, err), **nodes = room_for(count, grids, err);
    if (!fa_failed(err))
        fa__nodes_meshgrid(count, leaves, !matrix_order, sparse, nodes, err);
    fa__release_list(leaves, count);
    arrays_of(nodes, count, grids, err);
}

/* ---- Diagonals and triangles ---- */

fa_array *fa_diag(fa_array *array, int64_t k, fa_error *err)
{
    if (fa__unusable(array, err))
        return NULL;
    if (array->ndim == 2)
        return fa_diagonal(array, k, 0, 1, err);
    OF_LEAF(array, fa__node_diag(leaf, k, err));
}

fa_array *fa_tril(fa_array *array, int64_t k, fa_error *err)
{
    OF_LEAF(array, fa__node_triangle(leaf, k, true, err));
}

fa_array *fa_triu(fa_array *array, int64_t k, fa_error *err)
{
    OF_LEAF(array, fa__node_triangle(leaf, k, false, err));
}

fa_array *fa_eye(const fa_dtype *dtype, int64_t rows, int64_t columns, int64_t k, fa_error *err)
{
    return fa__array_of(fa__node_eye(rows, columns, k, dtype, err), err);
}

fa_array *fa_tri(const fa_dtype *dtype, int64_t rows, int64_t columns, int64_t k, fa_error *err)
{
    return fa__array_of(fa__node_tri(rows, columns, k, dtype, err), err);
}
