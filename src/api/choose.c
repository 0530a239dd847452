/* SPDX-License-Identifier: BSD-3-Clause */
/* Choosing elements, and writing where positions and masks say. What is chosen is a graph; what is written
 * goes through the gate. A mask becomes a store that lets some elements through, positions a walk in their
 * order. */
#include "api/api.h"

#include <farray/choose.h>

#include "array/selection.h"
#include "array/slice.h"
#include "expr/take.h"
#include "op/assign.h"

#include <string.h>

/* ---- Arguments ---- */

static fa__take_mode mode_of(fa_bounds bounds, fa_error *err)
{
    if (bounds != FA_BOUNDS_RAISE && bounds != FA_BOUNDS_WRAP && bounds != FA_BOUNDS_CLIP)
        fa__fail(err, FA_INVALID_ARGUMENT, "%d says nothing about bounds", (int)bounds);
    return bounds == FA_BOUNDS_WRAP   ? FA__TAKE_WRAP
           : bounds == FA_BOUNDS_CLIP ? FA__TAKE_CLIP
                                      : FA__TAKE_RAISE;
}

/* One axis, or FA__FLAT for all of them. */
static int axis_of(fa_axes axes, fa_error *err)
{
    if (axes.count < 0)
        return FA__FLAT;
    if (axes.count != 1 || axes.axes == NULL)
        fa__fail(err, FA_INVALID_ARGUMENT, "%d axes where one is expected, or all", axes.count);
    return fa_failed(err) ? 0 : axes.axes[0];
}

static bool is_null(const void *list, fa_error *err)
{
    return !fa_failed(err) && list == NULL &&
           !fa__fail(err, FA_INVALID_ARGUMENT, "there is no room for the results");
}

/* Arrays of several nodes, each released; NULLs when anything failed. */
static void give_arrays(int count, fa__node **nodes, fa_array **arrays, fa_error *err)
{
    for (int i = 0; i < count; i++)
        arrays[i] = nodes[i] != NULL ? fa__array_of(nodes[i], err) : NULL;
    for (int i = 0; i < count && fa_failed(err); i++) {
        fa_release(arrays[i]);
        arrays[i] = NULL;
    }
}

/* ---- Choosing ---- */

/* The leaves of the arrays in an index. */
static int arrays_in(fa_index_parts index, fa__node **leaves, fa_error *err)
{
    int count = 0;
    for (int i = 0; i < index.count && !fa_failed(err); i++)
        if (index.parts[i].kind == FA__PART_ARRAY && count == FA_MAX_NDIM)
            fa__fail(err, FA_BAD_INDEX, "an index has more than %d arrays", FA_MAX_NDIM);
        else if (index.parts[i].kind == FA__PART_ARRAY)
            leaves[count++] = fa__leaf(index.parts[i].array, err);
    return count;
}

fa_array *fa__index_by_arrays(fa_array *array, fa_index_parts index, fa_error *err)
{
    fa__node *leaves[FA_MAX_NDIM], *input = fa__leaf(array, err), *node = NULL;
    int count = input != NULL ? arrays_in(index, leaves, err) : 0;
    if (!fa_failed(err))
        node = fa__node_index(input, index, leaves, err);
    for (int i = 0; i < count; i++)
        fa__node_release(leaves[i]);
    fa__node_release(input);
    return fa__array_of(node, err);
}

fa_array *fa_take(fa_array *array, fa_array *positions, fa_axes axes, fa_bounds bounds, fa_error *err)
{
    fa__node *input = fa__leaf(array, err), *at = fa__leaf(positions, err), *node = NULL;
    int axis = axis_of(axes, err);
    fa__take_mode mode = mode_of(bounds, err);
    if (!fa_failed(err))
        node = fa__node_take_along(input, at, axis, mode, err);
    fa__node_release(input);
    fa__node_release(at);
    return fa__array_of(node, err);
}

fa_array *fa_take_along_axis(fa_array *array, fa_array *positions, int axis, fa_error *err)
{
    fa__node *input = fa__leaf(array, err), *at = fa__leaf(positions, err);
    fa__node *node = fa_failed(err) ? NULL : fa__node_take_along_axis(input, at, axis, err);
    fa__node_release(input);
    fa__node_release(at);
    return fa__array_of(node, err);
}

fa_array *fa_compress(fa_array *condition, fa_array *array, fa_axes axes, fa_error *err)
{
    fa__node *mask = fa__leaf(condition, err), *input = fa__leaf(array, err);
    int axis = axis_of(axes, err);
    fa__node *node = fa_failed(err) ? NULL : fa__node_compress(mask, input, axis, err);
    fa__node_release(mask);
    fa__node_release(input);
    return fa__array_of(node, err);
}

fa_array *fa_extract(fa_array *condition, fa_array *array, fa_error *err)
{
    fa__node *mask = fa__leaf(condition, err), *input = fa__leaf(array, err);
    fa__node *node = fa_failed(err) ? NULL : fa__node_extract(mask, input, err);
    fa__node_release(mask);
    fa__node_release(input);
    return fa__array_of(node, err);
}

fa_array *fa_spread(fa_array *mask, fa_array *values, fa_error *err)
{
    fa__node *where = fa__leaf(mask, err), *what = fa__leaf(values, err);
    fa__node *node = fa_failed(err) ? NULL : fa__node_spread(where, what, err);
    fa__node_release(where);
    fa__node_release(what);
    return fa__array_of(node, err);
}

fa_array *fa_choose(fa_array *selector, fa_array *const *choices, int count, fa_bounds bounds, fa_error *err)
{
    fa__node *chosen = fa__leaf(selector, err), **leaves = fa__leaves(choices, count, err);
    fa__take_mode mode = mode_of(bounds, err);
    fa__node *node = fa_failed(err) ? NULL : fa__node_choose(chosen, count, leaves, mode, err);
    fa__node_release(chosen);
    fa__release_list(leaves, count);
    return fa__array_of(node, err);
}

fa_array *fa_select(fa_array *const *conditions, fa_array *const *choices, int count, fa_array *otherwise,
                    fa_error *err)
{
    fa__node **where = fa__leaves(conditions, count, err), **leaves = fa__leaves(choices, count, err);
    fa__node *rest = otherwise != NULL ? fa__leaf(otherwise, err) : fa__node_int(0, err);
    fa__node *node = fa_failed(err) ? NULL : fa__node_select(count, where, leaves, rest, err);
    fa__node_release(rest);
    fa__release_list(where, count);
    fa__release_list(leaves, count);
    return fa__array_of(node, err);
}

/* ---- Positions ---- */

fa_array *fa_flatnonzero(fa_array *array, fa_error *err)
{
    fa__node *input = fa__leaf(array, err);
    fa__node *node = input != NULL ? fa__node_flatnonzero(input, err) : NULL;
    fa__node_release(input);
    return fa__array_of(node, err);
}

fa_array *fa_argwhere(fa_array *array, fa_error *err)
{
    fa__node *input = fa__leaf(array, err);
    fa__node *node = input != NULL ? fa__node_argwhere(input, err) : NULL;
    fa__node_release(input);
    return fa__array_of(node, err);
}

void fa_nonzero(fa_array *array, fa_array **positions, fa_error *err)
{
    fa__node *nodes[FA_MAX_NDIM] = {NULL}, *input = is_null(positions, err) ? NULL : fa__leaf(array, err);
    if (input != NULL) {
        fa__node_nonzero(input, nodes, err);
        give_arrays(input->ndim, nodes, positions, err);
    }
    fa__node_release(input);
}

void fa_unravel_index(fa_array *positions, fa_shape shape, fa_array **coordinates, fa_error *err)
{
    fa__node *nodes[FA_MAX_NDIM] = {NULL},
             *input = is_null(coordinates, err) ? NULL : fa__leaf(positions, err);
    if (input != NULL) {
        fa__node_unravel_index(input, shape, nodes, err);
        give_arrays(shape.ndim < FA_MAX_NDIM ? shape.ndim : FA_MAX_NDIM, nodes, coordinates, err);
    }
    fa__node_release(input);
}

fa_array *fa_ravel_multi_index(fa_array *const *coordinates, int count, fa_shape shape, fa_bounds bounds,
                               fa_error *err)
{
    fa__node **leaves = fa__leaves(coordinates, count, err);
    fa__take_mode mode = mode_of(bounds, err);
    fa__node *node = fa_failed(err) ? NULL : fa__node_ravel_multi_index(count, leaves, shape, mode, err);
    fa__release_list(leaves, count);
    return fa__array_of(node, err);
}

void fa_ix(fa_array *const *arrays, int count, fa_array **meshed, fa_error *err)
{
    fa__node *nodes[FA_MAX_NDIM] = {NULL},
             **leaves = is_null(meshed, err) ? NULL : fa__leaves(arrays, count, err);
    if (leaves != NULL) {
        fa__node_ix(count, leaves, nodes, err);
        give_arrays(count < FA_MAX_NDIM ? count : FA_MAX_NDIM, nodes, meshed, err);
    }
    fa__release_list(leaves, count);
}
