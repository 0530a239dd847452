/* SPDX-License-Identifier: BSD-3-Clause */
/* Order: arrays to leaves, graphs of order, and back. Knows nothing but which graph a function stands for. */
#include "api/api.h"

#include <farray/sort.h>

#include "base/memory.h"
#include "expr/order.h"
#include "expr/take.h"

/* One axis, or FA__FLAT for all of them. */
static int axis_of(fa_axes axes, fa_error *err)
{
    if (axes.count < 0)
        return FA__FLAT;
    if (axes.count != 1 || axes.axes == NULL)
        fa__fail(err, FA_INVALID_ARGUMENT, "%d axes where one is expected, or all", axes.count);
    return fa_failed(err) ? 0 : axes.axes[0];
}

static fa_array *along(fa__node *(*make)(fa__node *input, int axis, fa_error *err), fa_array *array,
                       fa_axes axes, fa_error *err)
{
    int axis = axis_of(axes, err);
    fa__node *leaf = fa__leaf(array, err), *node = leaf != NULL ? make(leaf, axis, err) : NULL;
    fa__node_release(leaf);
    return fa__array_of(node, err);
}

fa_array *fa_sort(fa_array *array, fa_axes axes, fa_error *err)
{
    return along(fa__node_sort, array, axes, err);
}

fa_array *fa_argsort(fa_array *array, fa_axes axes, fa_error *err)
{
    return along(fa__node_argsort, array, axes, err);
}

static fa_array *partition(fa_array *array, const int64_t *kth, int count, fa_axes axes, bool positions,
                           fa_error *err)
{
    int axis = axis_of(axes, err);
    if (!fa_failed(err) && (count < 1 || kth == NULL))
        fa__fail(err, FA_INVALID_ARGUMENT, "a list of %d positions", count);
    fa__node *leaf = fa__leaf(array, err), *node = NULL;
    if (leaf != NULL)
        node = fa__node_partition(leaf, kth, count, axis, positions, err);
    fa__node_release(leaf);
    return fa__array_of(node, err);
}

fa_array *fa_partition(fa_array *array, const int64_t *kth, int count, fa_axes axes, fa_error *err)
{
    return partition(array, kth, count, axes, false, err);
}

fa_array *fa_argpartition(fa_array *array, const int64_t *kth, int count, fa_axes axes, fa_error *err)
{
    return partition(array, kth, count, axes, true, err);
}

/* ---- Two arrays ---- */

fa_array *fa_searchsorted(fa_array *sorted, fa_array *sought, bool right, fa_error *err)
{
    fa__node *first = fa__leaf(sorted, err), *second = fa__leaf(sought, err), *node = NULL;
    if (!fa_failed(err))
        node = fa__node_searchsorted(first, second, right, err);
    fa__node_release(first);
    fa__node_release(second);
    return fa__array_of(node, err);
}

fa_array *fa_isin(fa_array *elements, fa_array *tests, bool invert, fa_error *err)
{
    fa__node *first = fa__leaf(elements, err), *second = fa__leaf(tests, err), *node = NULL;
    if (!fa_failed(err))
        node = fa__node_isin(first, second, invert, err);
    fa__node_release(first);
    fa__node_release(second);
    return fa__array_of(node, err);
}

fa_array *fa_lexsort(fa_array *const *keys, int count, int axis, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    if (count < 1 || keys == NULL) {
        fa__fail(err, FA_INVALID_ARGUMENT, "a list of %d keys", count);
        return NULL;
    }
    fa__node **leaves = fa__alloc_zero((size_t)count, sizeof *leaves, err), *node = NULL;
    for (int i = 0; leaves != NULL && i < count; i++)
        leaves[i] = fa__leaf(keys[i], err);
    if (!fa_failed(err))
        node = fa__node_lexsort(count, leaves, axis, err);
    for (int i = 0; leaves != NULL && i < count; i++)
        fa__node_release(leaves[i]);
    fa__free(leaves);
    return fa__array_of(node, err);
}

/* ---- Sets ---- */

/* Where a result goes that is wanted; the node is given up. */
static void give(fa_array **to, fa__node *node, fa_error *err)
{
    if (to != NULL)
        *to = fa__array_of(node, err);
    else
        fa__node_release(node);
}

fa_array *fa_unique(fa_array *array, const fa_unique_options *options, fa_error *err)
{
    static const fa_unique_options defaults;
    options = options != NULL ? options : &defaults;
    fa_array **const wanted[] = {options->index, options->inverse, options->counts};
    fa__unique u = {.index_wanted = wanted[0] != NULL,
                    .inverse_wanted = wanted[1] != NULL,
                    .counts_wanted = wanted[2] != NULL,
                    .nan_is_many = options->nan_is_many};
    for (int i = 0; i < 3; i++)
        if (wanted[i] != NULL)
            *wanted[i] = NULL;
    if (!FA__RESERVED_IS_ZERO(options, err))
        return NULL;
    fa__node *leaf = fa__leaf(array, err);
    if (leaf != NULL && options->axis != NULL)
        fa__node_unique_along(leaf, *options->axis, &u, err);
    else if (leaf != NULL)
        fa__node_unique(leaf, &u, err);
    fa__node_release(leaf);
    fa_array *values = fa__array_of(u.values, err);
    give(wanted[0], u.index, err);
    give(wanted[1], u.inverse, err);
    give(wanted[2], u.counts, err);
    if (!fa_failed(err))
        return values;
    fa_release(values);
    for (int i = 0; i < 3; i++)
        if (wanted[i] != NULL) {
            fa_release(*wanted[i]);
            *wanted[i] = NULL;
        }
    return NULL;
}

static fa_array *set(fa__set_operation operation, fa_array *a, fa_array *b, fa_error *err)
{
    fa__node *first = fa__leaf(a, err), *second = fa__leaf(b, err), *node = NULL;
    if (!fa_failed(err))
        node = fa__node_set(operation, first, second, false, NULL, err);
    fa__node_release(first);
    fa__node_release(second);
    return fa__array_of(node, err);
}

fa_array *fa_union1d(fa_array *first, fa_array *second, fa_error *err)
{
    return set(FA__SET_UNION, first, second, err);
}

fa_array *fa_intersect1d(fa_array *first, fa_array *second, fa_error *err)
{
    return set(FA__SET_INTERSECT, first, second, err);
}

fa_array *fa_setdiff1d(fa_array *first, fa_array *second, fa_error *err)
{
    return set(FA__SET_DIFFERENCE, first, second, err);
}

fa_array *fa_setxor1d(fa_array *first, fa_array *second, fa_error *err)
{
    return set(FA__SET_XOR, first, second, err);
}

/* ---- In place ---- */

void fa_sort_in_place(fa_array *array, int axis, const fa_evaluate_options *options, fa_error *err)
{
    if (fa__unusable(array, err) || !fa__may_write(array, err))
        return;
    fa_array *sorted = fa_sort(array, FA_AXES(axis), err);
    if (sorted != NULL)
        fa__write(array, sorted, true, options, err);
    fa_release(sorted);
}
