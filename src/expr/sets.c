/* SPDX-License-Identifier: BSD-3-Clause */
/* Sets as graphs: sorted values, compared with their neighbours, and a mask of those that are the first of
 * their kind. Since a mask is computed when it is used, so is the sort. Integers that lie near each other are
 * counted instead. Knows nothing about text. */
#include "expr/order.h"

#include "expr/histogram.h"
#include "expr/node.h"
#include "expr/routines.h"
#include "expr/take.h"

#include "array/dtype.h"
#include "array/slice.h"
#include "base/memory.h"
#include "kernel/order.h"

#include <stdio.h>

/* ---- Graphs on the way ---- */

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

/* ---- unique() ---- */

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

/* How many first ones there are up to where each element stands in order. */
static fa__node *number_of(workshop *w, fa__node *order, fa__node *mask)
{
    fa__node *rank = order != NULL ? keep(w, fa__node_argsort(order, 0, w->err)) : NULL;
    fa__node *number =
        rank != NULL ? keep(w, fa__node_scan(FA__SCAN_CUMSUM, mask, FA_AXES(0), FA_INT64, w->err)) : NULL;
    number = operation_of(w, FA__OP_SUBTRACT, number, keep(w, fa__node_int(1, w->err)));
    return number != NULL && rank != NULL
               ? keep(w, fa__node_take_along(number, rank, 0, FA__TAKE_RAISE, w->err))
               : NULL;
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
        inverse = number_of(w, keep(w, fa__node_argsort(flat, 0, w->err)), mask);
    }
    fa_shape shape = {input->ndim, input->sizes};
    return inverse != NULL ? keep(w, fa__node_reshape(inverse, shape, w->err)) : NULL;
}

static fa__node *given(fa__node *node)
{
    return node != NULL ? fa__node_retain(node) : NULL;
}

/* ---- unique() of integers that are counted ---- */

/* Integers as int64 from 0 on, of which there are `count` at most; NULL where sorting them costs less, or
 * counters would take much of the memory limit. */
static fa__node *from_zero(workshop *w, fa__node *flat, int64_t *least, int64_t *count)
{
    enum { FEW = 1 << 12, MOST = 1 << 24 };
    const fa_type type = flat->dtype->type;
    int64_t extremes[2] = {0, 0};
    if (type >= FA_TYPE_UINT64 || flat->sizes[0] < FEW) /* the types before are integers of int64's range */
        return NULL;
    fa__node *strong = keep(w, fa__node_strong(flat, w->err));
    fa__node *whole = strong != NULL ? keep(w, fa__node_as_input(strong, FA_INT64, w->err)) : NULL;
    if (whole == NULL || !fa__extremes_now(whole, extremes, w->err))
        return NULL;
    const uint64_t range = (uint64_t)extremes[1] - (uint64_t)extremes[0],
                   room = fa__ledger_limit() / 16 / sizeof(int64_t);
    if (range >= MOST || range >= room || range >= (uint64_t)flat->sizes[0])
        return NULL;
    *least = extremes[0];
    *count = (int64_t)range + 1;
    return operation_of(w, FA__OP_SUBTRACT, whole, keep(w, fa__node_int(*least, w->err)));
}

/* How often each is there says which are, too. False where they are to be sorted. */
static bool unique_by_counts(workshop *w, fa__node *input, fa__node *flat, fa__unique *u)
{
    int64_t least, count;
    fa__node *numbers = u->index_wanted ? NULL : from_zero(w, flat, &least, &count);
    if (numbers == NULL)
        return false;
    const fa__whole_arguments how = {.number = count, .option = FA__BINS_ARE_ELEMENTS};
    fa__node *counts = standing(
        w, keep(w, fa__node_whole(FA__WHOLE_BINCOUNT, FA_INT64, 1, &count, 1, &numbers, &how, w->err)));
    fa__node *there =
        standing(w, operation_of(w, FA__OP_NOT_EQUAL, counts, keep(w, fa__node_int(0, w->err))));
    fa__node *values = there != NULL ? keep(w, fa__node_flatnonzero(there, w->err)) : NULL;
    values = operation_of(w, FA__OP_ADD, values, keep(w, fa__node_int(least, w->err)));
    u->values = values != NULL ? fa__node_cast(values, flat->dtype, w->err) : NULL;
    if (u->counts_wanted)
        u->counts = given(masked(w, there, counts));
    if (u->inverse_wanted && there != NULL) {
        fa__node *number = keep(w, fa__node_scan(FA__SCAN_CUMSUM, there, FA_AXES(0), FA_INT64, w->err));
        number = operation_of(w, FA__OP_SUBTRACT, number, keep(w, fa__node_int(1, w->err)));
        fa__node *each =
            number != NULL ? keep(w, fa__node_take_along(number, numbers, 0, FA__TAKE_RAISE, w->err)) : NULL;
        u->inverse =
            each != NULL ? fa__node_reshape(each, (fa_shape){input->ndim, input->sizes}, w->err) : NULL;
    }
    return true;
}

/* Values alone, of elements that are told apart as they are sorted. What is few of many moves to a room of
 * its own. */
static bool is_sorted_apart(const fa__node *flat, const fa__unique *u)
{
    return fa__key_bytes(flat->dtype->type) > 0 && flat->sizes[0] > 0 && !u->index_wanted &&
           !u->counts_wanted && !u->inverse_wanted && (!u->nan_is_many || !has_nan(flat->dtype));
}

static fa__node *values_apart(workshop *w, fa__node *flat)
{
    fa__node *sorted = keep(w, fa__node_distinct(flat, w->err)), *all = standing(w, sorted);
    if (all == NULL)
        return NULL;
    const int64_t n = sorted->as.reduce.number;
    fa__node *values = part_of(w, all, 0, n);
    return n >= flat->sizes[0] / 2 || values == NULL
               ? values
               : standing(w, keep(w, fa__node_copy(values, 'C', w->err)));
}

bool fa__node_unique(fa__node *input, fa__unique *u, fa_error *err)
{
    workshop w = {.err = err};
    fa__node *flat = flat_of(&w, input), *mask = NULL;
    if (flat != NULL && is_sorted_apart(flat, u)) {
        u->values = given(values_apart(&w, flat));
        clear(&w);
        return !fa_failed(err);
    }
    bool counted = flat != NULL && unique_by_counts(&w, input, flat, u);
    fa__node *sorted = counted ? NULL : sorted_of(&w, flat);
    if (sorted != NULL && sorted->sizes[0] > 0)
        mask = standing(&w, firsts(&w, sorted, u->nan_is_many));
    else if (sorted != NULL)
        mask = part_of(&w, one_of(&w, fa__node_bool(true, err), FA_BOOL), 0, 0);
    if (!counted)
        u->values = given(masked(&w, mask, sorted));
    if (u->index_wanted && mask != NULL)
        u->index = given(masked(&w, mask, keep(&w, fa__node_argsort(flat, 0, err))));
    if (u->counts_wanted && mask != NULL)
        u->counts = given(counts_of(&w, mask, flat->sizes[0]));
    if (u->inverse_wanted && mask != NULL && u->values != NULL)
        u->inverse = given(inverse_of(&w, input, flat, u->values, mask, u->nan_is_many));
    clear(&w);
    if (fa_failed(err))
        fa__unique_release(u);
    return !fa_failed(err);
}

/* ---- unique() along an axis ---- */

/* A structure of so many elements, which compares as they do, one after the other; those of more than a dtype
 * has fields stand in structures in it. */
static const fa_dtype *row_dtype(const fa_dtype *element, int64_t count, fa_error *err)
{
    enum { NAME_BYTES = 8 };
    const fa_dtype *part = element, *last = NULL;
    int64_t each = 1, parts = count;
    if (count > FA__MAX_FIELDS) {
        each = FA__MAX_FIELDS;
        parts = (count + each - 1) / each;
        part = row_dtype(element, each, err);
        last = count % each != 0 && part != NULL ? row_dtype(element, count % each, err) : NULL;
    }
    fa__field *fields = fa_failed(err) ? NULL : fa__alloc_zero((size_t)parts, sizeof *fields, err);
    char *names = fields != NULL ? fa__alloc_zero((size_t)parts, NAME_BYTES, err) : NULL;
    for (int64_t i = 0; names != NULL && i < parts; i++) {
        snprintf(names + i * NAME_BYTES, NAME_BYTES, "f%d", (int)i);
        fields[i] = (fa__field){.name = names + i * NAME_BYTES,
                                .dtype = i == parts - 1 && last != NULL ? last : part,
                                .offset_bytes = -1};
    }
    const fa_dtype *dtype = names != NULL ? fa__dtype_structure(fields, (int)parts, false, -1, err) : NULL;
    fa__free(names);
    fa__free(fields);
    if (part != element)
        fa_dtype_release(part);
    fa_dtype_release(last);
    return dtype;
}

/* One axis first, all others as one; each row dense. */
static fa__node *as_rows(workshop *w, fa__node *input, int axis)
{
    const fa_dtype *native = fa_failed(w->err) ? NULL : fa__dtype_native(input->dtype, w->err);
    fa__node *front = keep(w, fa__node_move_axes(input, FA_AXES(axis), FA_AXES(0), w->err)), *read = NULL,
             *flat = NULL;
    if (front != NULL && native != NULL)
        read = keep(w, fa__node_as_input(front, native, w->err));
    fa_dtype_release(native);
    if (read != NULL) {
        const int64_t n = read->sizes[0], all = fa__count(read->ndim, read->sizes);
        int64_t width = 1;
        for (int i = 1; i < read->ndim; i++)
            width *= read->sizes[i];
        flat = keep(w, fa__node_reshape(read, FA_SHAPE(n, all > 0 ? all / n : width), w->err));
    }
    return flat != NULL ? keep(w, fa__node_copy(flat, 'C', w->err)) : NULL;
}

static fa__node *seen_as(workshop *w, fa__node *node, const fa_dtype *dtype, int64_t width)
{
    if (node == NULL || dtype == NULL)
        return NULL;
    fa__geometry geometry;
    fa__node_geometry(node, &geometry);
    geometry.ndim = width > 0 ? 2 : 1;
    geometry.sizes[1] = width;
    geometry.strides[1] = dtype->item_bytes;
    return keep(w, fa__node_view_as(node, dtype, &geometry, w->err));
}

/* Which rows of a sorted array are the first of their kind: those that differ from the row before in any
 * element. */
static fa__node *first_rows(workshop *w, fa__node *sorted)
{
    fa__node *others = differs(w, sorted);
    const fa__reduce_arguments across = {.axes = FA_AXES(1)};
    fa__node *any = others != NULL ? keep(w, fa__node_reduce(FA__REDUCE_ANY, others, &across, w->err)) : NULL;
    fa__node *parts[] = {one_of(w, fa__node_bool(true, w->err), FA_BOOL), any};
    return joined(w, 2, parts);
}

/* Values as the input has them along the axis. */
static fa__node *as_input(workshop *w, fa__node *values, const fa__node *input, int axis)
{
    int64_t sizes[FA_MAX_NDIM];
    if (values == NULL)
        return NULL;
    sizes[0] = values->sizes[0];
    for (int i = 0, to = 1; i < input->ndim; i++)
        if (i != axis)
            sizes[to++] = input->sizes[i];
    fa__node *shaped = keep(w, fa__node_reshape(values, (fa_shape){input->ndim, sizes}, w->err));
    return shaped != NULL ? keep(w, fa__node_move_axes(shaped, FA_AXES(0), FA_AXES(axis), w->err)) : NULL;
}

static fa__node *zeros_of(workshop *w, int64_t n)
{
    fa__node *zero = keep(w, fa__node_int(0, w->err));
    return zero != NULL ? keep(w, fa__node_full(FA_SHAPE(n), zero, FA_INT64, w->err)) : NULL;
}

/* Rows of no elements are all the same. */
static bool unique_of_nothing(workshop *w, fa__node *rows, const fa__node *input, int axis, fa__unique *u)
{
    const int64_t n = rows->sizes[0];
    fa__node *same = zeros_of(w, n);
    fa__unique flat = {.index_wanted = u->index_wanted,
                       .inverse_wanted = u->inverse_wanted,
                       .counts_wanted = u->counts_wanted};
    if (same == NULL || !fa__node_unique(same, &flat, w->err))
        return false;
    fa__node_release(flat.values);
    u->index = flat.index;
    u->inverse = flat.inverse;
    u->counts = flat.counts;
    u->values = given(as_input(w, part_of(w, rows, 0, n > 0), input, axis));
    return true;
}

bool fa__node_unique_along(fa__node *input, int axis, fa__unique *u, fa_error *err)
{
    workshop w = {.err = err};
    if (!fa__nodes_usable(1, &input, err) || (axis = fa__axis(axis, input->ndim, err)) < 0)
        return false;
    if (input->ndim == 1)
        return fa__node_unique(input, u, err);
    fa__node *rows = as_rows(&w, input, axis);
    const int64_t width = rows != NULL ? rows->sizes[1] : 0;
    if (rows != NULL && width == 0) {
        unique_of_nothing(&w, rows, input, axis, u);
    } else if (rows != NULL && rows->sizes[0] == 0) {
        u->values = given(as_input(&w, rows, input, axis));
        fa__node *none = zeros_of(&w, 0);
        u->index = u->index_wanted ? given(none) : NULL;
        u->inverse = u->inverse_wanted ? given(none) : NULL;
        u->counts = u->counts_wanted ? given(none) : NULL;
    } else if (rows != NULL) {
        const fa_dtype *row = row_dtype(rows->dtype, width, err);
        fa__node *records = seen_as(&w, rows, row, 0),
                 *sorted = records != NULL ? keep(&w, fa__node_sort(records, 0, err)) : NULL;
        fa__node *in_order = seen_as(&w, sorted, rows->dtype, width);
        fa__node *mask = in_order != NULL ? standing(&w, first_rows(&w, in_order)) : NULL;
        fa__node *values = masked(&w, mask, sorted);
        u->values = given(as_input(&w, seen_as(&w, values, rows->dtype, width), input, axis));
        fa__node *order = mask != NULL && (u->index_wanted || u->inverse_wanted)
                              ? keep(&w, fa__node_argsort(records, 0, err))
                              : NULL;
        if (u->index_wanted)
            u->index = given(masked(&w, mask, order));
        if (u->counts_wanted && mask != NULL)
            u->counts = given(counts_of(&w, mask, rows->sizes[0]));
        if (u->inverse_wanted && order != NULL)
            u->inverse = given(number_of(&w, order, mask));
        fa_dtype_release(row);
    }
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

/* ---- Two sets ---- */

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
