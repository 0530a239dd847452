/* SPDX-License-Identifier: BSD-3-Clause */
/* Sets as graphs: sorted values, compared with their neighbours, and a mask of those that are the first of
 * their kind. Since a mask is computed when it is used, so is the sort. Knows nothing about text. */
#include "expr/order.h"

#include "expr/node.h"
#include "expr/routines.h"
#include "expr/take.h"

#include "array/slice.h"

/* ---- Graphs on the way
 * -------------------------------------------------------------------------------------------- */

/* Nodes that are made on the way to a result, released together. */
enum { MOST_NODES = 64 };
typedef struct workshop {
    fa__node *nodes[MOST_NODES];
    int count;
    fa_error *err;
} workshop;

/* Keeps a node until the end; NULL passes through. */
static fa__node *keep(workshop *w, fa__node *node)
{
    if (node == NULL || w->count == MOST_NODES) {
        fa__node_release(node);
        return NULL;
    }
    w->nodes[w->count++] = node;
    return node;
}

static void clear(workshop *w)
{
    while (w->count > 0)
        fa__node_release(w->nodes[--w->count]);
}

static fa__node *flat_of(workshop *w, fa__node *input)
{
    return fa__nodes_usable(1, &input, w->err) ? keep(w, fa__node_ravel(input, w->err)) : NULL;
}

static fa__node *sorted_of(workshop *w, fa__node *input)
{
    return input != NULL ? keep(w, fa__node_sort(input, FA__FLAT, w->err)) : NULL;
}

/* Elements [start, stop) of an array of one dimension, negative ones counted from the end. */
static fa__node *part_of(workshop *w, fa__node *input, int64_t start, int64_t stop)
{
    fa_index_part part = fa_range(start, stop, 1);
    return input != NULL ? keep(w, fa__node_index(input, (fa_index_parts){1, &part}, NULL, w->err)) : NULL;
}

static fa__node *operation_of(workshop *w, fa__operation operation, fa__node *first, fa__node *second)
{
    fa__node *const inputs[] = {first, second};
    bool usable = first != NULL && (second != NULL || fa__operations[operation].arity == 1);
    return usable ? keep(w, fa__node_operation(operation, inputs, w->err)) : NULL;
}

static fa__node *joined(workshop *w, int count, fa__node *const *parts)
{
    return fa_failed(w->err) ? NULL : keep(w, fa__node_concatenate(count, parts, 0, NULL, w->err));
}

/* An array of one element. */
static fa__node *one_of(workshop *w, fa__node *value, const fa_dtype *dtype)
{
    value = keep(w, value);
    return value != NULL ? keep(w, fa__node_full(FA_SHAPE(1), value, dtype, w->err)) : NULL;
}

/* Where a mask is true. */
static fa__node *masked(workshop *w, fa__node *mask, fa__node *input)
{
    return mask != NULL && input != NULL ? keep(w, fa__node_extract(mask, input, w->err)) : NULL;
}

/* A mask as it stands, computed once for all that use it. */
static fa__node *standing(workshop *w, fa__node *mask)
{
    fa_array *array = mask != NULL ? fa__stand(mask, w->err) : NULL;
    fa__node *leaf = array != NULL ? keep(w, fa__node_leaf(array, w->err)) : NULL;
    fa_release(array);
    return leaf;
}

/* Whether each element but the first is another than the one before it. */
static fa__node *differs(workshop *w, fa__node *sorted)
{
    return operation_of(w, FA__OP_NOT_EQUAL, part_of(w, sorted, 1, FA_OMITTED), part_of(w, sorted, 0, -1));
}

static bool has_nan(const fa_dtype *dtype)
{
    char kind = fa__type_kind(dtype->type);
    return kind == 'f' || kind == 'c' || kind == 'M' || kind == 'm';
}

/* Both of two neighbours are NaN. */
static fa__node *both_are_nan(workshop *w, fa__node *sorted)
{
    char kind = fa__type_kind(sorted->dtype->type);
    fa__operation is_nan = kind == 'M' || kind == 'm' ? FA__OP_ISNAT : FA__OP_ISNAN;
    fa__node *first = operation_of(w, is_nan, part_of(w, sorted, 0, -1), NULL);
    fa__node *second = operation_of(w, is_nan, part_of(w, sorted, 1, FA_OMITTED), NULL);
    return operation_of(w, FA__OP_LOGICAL_AND, first, second);
}

/* ---- unique()
 * ------------------------------------------------------------------------------------------------------ */

/* Which elements of a sorted array are the first of their kind. */
static fa__node *firsts(workshop *w, fa__node *sorted, bool nan_is_many)
{
    fa__node *others = differs(w, sorted);
    if (others != NULL && !nan_is_many && has_nan(sorted->dtype)) {
        fa__node *same = operation_of(w, FA__OP_LOGICAL_NOT, both_are_nan(w, sorted), NULL);
        others = operation_of(w, FA__OP_LOGICAL_AND, others, same);
    }
    fa__node *parts[] = {one_of(w, fa__node_bool(true, w->err), FA_BOOL), others};
    return joined(w, 2, parts);
}

/* From each first one to the next. */
static fa__node *counts_of(workshop *w, fa__node *mask, int64_t total)
{
    fa__node *begins = mask != NULL ? keep(w, fa__node_flatnonzero(mask, w->err)) : NULL;
    fa__node *end = keep(w, fa__node_int(total, w->err));
    return begins != NULL && end != NULL ? keep(w, fa__node_diff(begins, 1, 0, NULL, end, w->err)) : NULL;
}

/* Which value each element is: where it would stand among the values; or, where NaNs are many, or one
 * although they are apart in order (complex ones), how many first ones there are up to where it stands in
 * order. */
static fa__node *inverse_of(workshop *w, fa__node *input, fa__node *flat, fa__node *values, fa__node *mask,
                            bool nan_is_many)
{
    fa__node *inverse = NULL;
    bool is_complex = fa__type_kind(flat->dtype->type) == 'c';
    if (!is_complex && (!nan_is_many || !has_nan(flat->dtype))) {
        inverse = keep(w, fa__node_searchsorted(values, flat, false, w->err));
    } else {
        fa__node *order = keep(w, fa__node_argsort(flat, 0, w->err));
        fa__node *rank = order != NULL ? keep(w, fa__node_argsort(order, 0, w->err)) : NULL;
        fa__node *number = keep(w, fa__node_scan(FA__SCAN_CUMSUM, mask, FA_AXES(0), FA_INT64, w->err));
        number = operation_of(w, FA__OP_SUBTRACT, number, keep(w, fa__node_int(1, w->err)));
        if (number != NULL && rank != NULL)
            inverse = keep(w, fa__node_take_along(number, rank, 0, FA__TAKE_RAISE, w->err));
    }
    fa_shape shape = {input->ndim, input->sizes};
    return inverse != NULL ? keep(w, fa__node_reshape(inverse, shape, w->err)) : NULL;
}

static fa__node *given(fa__node *node)
{
    return node != NULL ? fa__node_retain(node) : NULL;
}

bool fa__node_unique(fa__node *input, fa__unique *u, fa_error *err)
{
    workshop w = {.err = err};
    fa__node *flat = flat_of(&w, input), *sorted = sorted_of(&w, flat);
    fa__node *mask = NULL;
    if (sorted != NULL && sorted->sizes[0] > 0)
        mask = standing(&w, firsts(&w, sorted, u->nan_is_many));
    else if (sorted != NULL)
        mask = part_of(&w, one_of(&w, fa__node_bool(true, err), FA_BOOL), 0, 0);
    u->values = given(masked(&w, mask, sorted));
    if (u->index_wanted && mask != NULL)
        u->index = given(masked(&w, mask, keep(&w, fa__node_argsort(flat, 0, err))));
    if (u->counts_wanted && mask != NULL)
        u->counts = given(counts_of(&w, mask, flat->sizes[0]));
    if (u->inverse_wanted && u->values != NULL)
        u->inverse = given(inverse_of(&w, input, flat, u->values, mask, u->nan_is_many));
    clear(&w);
    if (fa_failed(err))
        fa__unique_release(u);
    return !fa_failed(err);
}

void fa__unique_release(fa__unique *u)
{
    fa__node_release(u->values);
    fa__node_release(u->index);
    fa__node_release(u->inverse);
    fa__node_release(u->counts);
    u->values = u->index = u->inverse = u->counts = NULL;
}

/* ---- Two sets
 * ------------------------------------------------------------------------------------------------------ */

/* The values of an array, and where wanted the position of the first of each. */
static fa__node *values_of(workshop *w, fa__node *input, bool are_unique, fa__node **positions)
{
    fa__node *flat = flat_of(w, input);
    if (flat == NULL)
        return NULL;
    if (are_unique) {
        if (positions != NULL)
            *positions = keep(w, fa__node_argsort(flat, 0, w->err));
        return positions != NULL ? sorted_of(w, flat) : flat;
    }
    fa__unique u = {.index_wanted = positions != NULL};
    fa__node_unique(flat, &u, w->err);
    if (positions != NULL)
        *positions = keep(w, u.index);
    return keep(w, u.values);
}

/* Common values stand twice among all in order. */
static fa__node *common(workshop *w, fa__node *all)
{
    if (all == NULL || all->sizes[0] == 0)
        return all;
    fa__node *same = operation_of(w, FA__OP_EQUAL, part_of(w, all, 1, FA_OMITTED), part_of(w, all, 0, -1));
    return masked(w, same, part_of(w, all, 0, -1));
}

static fa__node *positions_of(workshop *w, fa__node *values, fa__node *positions, fa__node *common_values)
{
    fa__node *at = values != NULL && common_values != NULL
                       ? keep(w, fa__node_searchsorted(values, common_values, false, w->err))
                       : NULL;
    return at != NULL && positions != NULL
               ? given(keep(w, fa__node_take_along(positions, at, 0, FA__TAKE_RAISE, w->err)))
               : NULL;
}

/* Values that stand once among all in order. */
static fa__node *single(workshop *w, fa__node *all)
{
    if (all == NULL || all->sizes[0] == 0)
        return all;
    fa__node *ends = one_of(w, fa__node_bool(true, w->err), FA_BOOL);
    fa__node *parts[] = {ends, differs(w, all), ends};
    fa__node *flags = joined(w, 3, parts);
    return masked(
        w, operation_of(w, FA__OP_LOGICAL_AND, part_of(w, flags, 1, FA_OMITTED), part_of(w, flags, 0, -1)),
        all);
}

fa__node *fa__node_set(fa__set_operation operation, fa__node *first, fa__node *second, bool unique,
                       fa__node **positions, fa_error *err)
{
    workshop w = {.err = err};
    fa__node *both[2], *orders[2] = {NULL, NULL}, *node = NULL;
    bool is_union = operation == FA__SET_UNION;
    both[0] =
        is_union ? flat_of(&w, first) : values_of(&w, first, unique, positions != NULL ? &orders[0] : NULL);
    both[1] = is_union || operation == FA__SET_DIFFERENCE
                  ? flat_of(&w, second)
                  : values_of(&w, second, unique, positions != NULL ? &orders[1] : NULL);
    if (operation == FA__SET_DIFFERENCE && !fa_failed(err)) {
        node = masked(&w, keep(&w, fa__node_isin(both[0], both[1], true, err)), both[0]);
    } else if (is_union && !fa_failed(err)) {
        fa__unique u = {0};
        fa__node_unique(joined(&w, 2, both), &u, err);
        node = keep(&w, u.values);
    } else if (!fa_failed(err)) {
        fa__node *all = sorted_of(&w, joined(&w, 2, both));
        node = operation == FA__SET_INTERSECT ? common(&w, all) : single(&w, all);
        for (int i = 0; i < 2 && positions != NULL; i++)
            positions[i] = positions_of(&w, both[i], orders[i], node);
    }
    node = given(node);
    clear(&w);
    if (!fa_failed(err))
        return node;
    fa__node_release(node);
    for (int i = 0; i < 2 && positions != NULL; i++) {
        fa__node_release(positions[i]);
        positions[i] = NULL;
    }
    return NULL;
}
