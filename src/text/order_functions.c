/* SPDX-License-Identifier: BSD-3-Clause */
/* Text's functions of order: arguments to graphs of expr/order.h. */
#include "text/functions.h"
#include "expr/order.h"
#include "expr/take.h"
#include "expr/types.h"

#include "array/dtype.h"

#include <limits.h>

/* ---- Arguments ---- */

enum { MOST_FIELDS = 256 };

static bool refuse(const fa__bound_call *call, int index, const char *what)
{
    return fa__fail_at_column(call->err, FA_BAD_EXPRESSION, call->arguments[index]->column, "%s(): %s",
                              call->function->name, what);
}

/* An axis; -1 where it is left out, FA__FLAT for None. */
static int axis_at(const fa__bound_call *call, int index)
{
    if (call->arguments[index] == NULL)
        return -1;
    if (!fa__argument_given(call, index))
        return FA__FLAT;
    int64_t axis = fa__argument_int(call, index, 0);
    return axis > INT_MIN && axis <= INT_MAX ? (int)axis : INT_MAX;
}

/* NumPy's ways to sort, all of which give the same here. */
static bool kind_is_known(const fa__bound_call *call, int index)
{
    static const char *const kinds[] = {"quicksort", "mergesort", "heapsort", "stable"};
    bool known = !fa__argument_given(call, index);
    for (int i = 0; i < 4 && !known; i++)
        known = fa__argument_is(call, index, kinds[i]);
    return known || refuse(call, index, "kind is 'quicksort', 'mergesort', 'heapsort' or 'stable'");
}

/* ---- Orders of fields ---- */

/* A structure whose elements compare by the fields that order= names, then by the others; the array itself
 * where it is left out. One reference. */
static fa__node *seen_in_order(const fa__bound_call *call, int index, fa__node *a)
{
    fa__field_name names[MOST_FIELDS];
    const fa__value *value = call->arguments[index];
    int count = 0;
    if (fa_failed(call->err) || !fa__argument_given(call, index))
        return fa_failed(call->err) ? NULL : fa__node_retain(a);
    const bool is_list = value->kind == FA__VALUE_LIST;
    const fa__value *items = is_list ? value->as.list->items : value;
    const int given = is_list                          ? value->as.list->count
                      : value->kind == FA__VALUE_TUPLE ? value->as.tuple->count
                                                       : 1;
    if (given > MOST_FIELDS)
        refuse(call, index, "order= names more than 256 fields");
    for (; count < given && !fa_failed(call->err); count++) {
        if (value->kind == FA__VALUE_TUPLE || items[count].kind != FA__VALUE_TEXT)
            refuse(call, index, "order= is the name of a field, or a list of such");
        else
            names[count] = (fa__field_name){items[count].as.text.start, items[count].as.text.length};
    }
    if (!fa_failed(call->err) && !a->dtype->is_structure)
        refuse(call, index, "an array without fields has no order of fields");
    const fa_dtype *dtype = fa_failed(call->err) ? NULL : fa__dtype_led_by(a->dtype, count, names, call->err);
    fa__geometry geometry;
    fa__node_geometry(a, &geometry);
    fa__node *seen = dtype != NULL ? fa__node_view_as(a, dtype, &geometry, call->err) : NULL;
    fa_dtype_release(dtype);
    return seen;
}

/* And back; takes `node` over. */
static fa__node *seen_as_it_was(fa__node *node, const fa__node *a, fa_error *err)
{
    if (node == NULL || !node->dtype->is_structure || fa_dtype_equal(node->dtype, a->dtype))
        return node;
    fa__geometry geometry;
    fa__node_geometry(node, &geometry);
    fa__node *seen = fa__node_view_as(node, a->dtype, &geometry, err);
    fa__node_release(node);
    return seen;
}

/* ---- In order ---- */

static fa__node *apply_sort(const fa__bound_call *call)
{
    enum { ARRAY, AXIS, KIND, ORDER, STABLE };
    fa__node *a = kind_is_known(call, KIND) ? fa__argument_array(call, ARRAY) : NULL, *node = NULL;
    int axis = axis_at(call, AXIS);
    fa__argument_bool(call, STABLE, false);
    fa__node *seen = a != NULL ? seen_in_order(call, ORDER, a) : NULL;
    if (seen != NULL && !fa_failed(call->err))
        node = call->function->code == FA__WHOLE_SORT
                   ? seen_as_it_was(fa__node_sort(seen, axis, call->err), a, call->err)
                   : fa__node_argsort(seen, axis, call->err);
    fa__node_release(seen);
    fa__node_release(a);
    return node;
}

static fa__node *apply_searchsorted(const fa__bound_call *call)
{
    enum { ARRAY, SOUGHT, SIDE, SORTER };
    bool right = fa__argument_is(call, SIDE, "right");
    if (fa__argument_given(call, SIDE) && !right && !fa__argument_is(call, SIDE, "left"))
        refuse(call, SIDE, "side is 'left' or 'right'");
    fa__two arrays = fa__arguments_two(call, ARRAY, SOUGHT);
    if (!fa_failed(call->err) && fa__argument_given(call, SORTER)) {
        fa__node *sorter = fa__argument_array(call, SORTER), *sorted = NULL;
        if (sorter != NULL)
            sorted = fa__node_take_along(arrays.first, sorter, 0, FA__TAKE_RAISE, call->err);
        fa__node_release(sorter);
        fa__node_release(arrays.first);
        arrays.first = sorted;
    }
    return fa__two_made(arrays, fa_failed(call->err)
                                    ? NULL
                                    : fa__node_searchsorted(arrays.first, arrays.second, right, call->err));
}

static bool is_whole(const fa__node *node)
{
    return fa__type_is_integer(node->dtype->type) || node->dtype->type == FA_TYPE_BOOL;
}

static fa__node *apply_isin(const fa__bound_call *call)
{
    enum { ELEMENTS, TESTS, ASSUME_UNIQUE, INVERT, KIND };
    bool invert = fa__argument_bool(call, INVERT, false);
    fa__argument_bool(call, ASSUME_UNIQUE, false);
    if (fa__argument_given(call, KIND) && !fa__argument_is(call, KIND, "sort") &&
        !fa__argument_is(call, KIND, "table"))
        refuse(call, KIND, "kind is 'sort' or 'table'");
    fa__two arrays = fa__arguments_two(call, ELEMENTS, TESTS);
    if (!fa_failed(call->err) && fa__argument_is(call, KIND, "table") &&
        (!is_whole(arrays.first) || !is_whole(arrays.second)))
        refuse(call, KIND, "kind='table' is for integers and bool");
    return fa__two_made(
        arrays, fa_failed(call->err) ? NULL : fa__node_isin(arrays.first, arrays.second, invert, call->err));
}

static fa__node *apply_lexsort(const fa__bound_call *call)
{
    if (call->arguments[1] != NULL && !fa__argument_given(call, 1))
        refuse(call, 1, "axis is a whole number");
    fa__nodes *keys = fa__argument_arrays(call, 0);
    fa__node *node = keys != NULL && !fa_failed(call->err)
                         ? fa__node_lexsort(keys->count, keys->items, axis_at(call, 1), call->err)
                         : NULL;
    fa__nodes_release(keys);
    return node;
}

static fa__node *apply_sort_complex(const fa__bound_call *call)
{
    fa__node *a = fa__argument_array(call, 0), *node = a != NULL ? fa__node_sort_complex(a, call->err) : NULL;
    fa__node_release(a);
    return node;
}

/* ---- Sets ---- */

/* What is there of some nodes, as the outputs of a call; takes all of them over. One alone is no list. */
static fa__node *outputs_of(const fa__bound_call *call, int count, fa__node **nodes, bool may_be_one)
{
    int made = 0;
    for (int i = 0; i < count; i++)
        made += nodes[i] != NULL;
    fa__nodes *outputs = may_be_one && made == 1 ? NULL : fa__nodes_new(made, call->err);
    fa__node *single = NULL;
    made = 0;
    for (int i = 0; i < count; i++) {
        if (nodes[i] == NULL)
            continue;
        if (outputs != NULL)
            outputs->items[made++] = nodes[i];
        else if (single == NULL && may_be_one)
            single = nodes[i];
        else
            fa__node_release(nodes[i]);
    }
    if (outputs != NULL)
        *call->several = outputs;
    return single;
}

static fa__node *apply_unique(const fa__bound_call *call)
{
    enum { ARRAY, INDEX, INVERSE, COUNTS, AXIS, EQUAL_NAN, SORTED };
    fa__unique u = {.index_wanted = fa__argument_bool(call, INDEX, false),
                    .inverse_wanted = fa__argument_bool(call, INVERSE, false),
                    .counts_wanted = fa__argument_bool(call, COUNTS, false),
                    .nan_is_many = !fa__argument_bool(call, EQUAL_NAN, true)};
    fa__argument_bool(call, SORTED, true);
    int axis;
    const int *along = fa__argument_axis(call, AXIS, &axis);
    fa__node *a = fa_failed(call->err) ? NULL : fa__argument_array(call, ARRAY);
    if (a != NULL && along != NULL)
        fa__node_unique_along(a, axis, &u, call->err);
    else if (a != NULL)
        fa__node_unique(a, &u, call->err);
    fa__node_release(a);
    fa__node *nodes[] = {u.values, u.index, u.inverse, u.counts};
    return fa_failed(call->err) ? NULL : outputs_of(call, 4, nodes, true);
}

/* The functions of the array API: NaNs are many. The code says what else they give. */
enum { GIVES_INDEX = 1, GIVES_INVERSE = 2, GIVES_COUNTS = 4 };

static fa__node *apply_unique_parts(const fa__bound_call *call)
{
    int code = call->function->code;
    fa__unique u = {.index_wanted = (code & GIVES_INDEX) != 0,
                    .inverse_wanted = (code & GIVES_INVERSE) != 0,
                    .counts_wanted = (code & GIVES_COUNTS) != 0,
                    .nan_is_many = true};
    fa__node *a = fa__argument_array(call, 0);
    if (a != NULL)
        fa__node_unique(a, &u, call->err);
    fa__node_release(a);
    fa__node *nodes[] = {u.values, u.index, u.inverse, u.counts};
    return fa_failed(call->err) ? NULL : outputs_of(call, 4, nodes, code == 0);
}

static fa__node *apply_set(const fa__bound_call *call)
{
    fa__set_operation operation = (fa__set_operation)call->function->code;
    bool has_options = operation != FA__SET_UNION;
    bool unique = has_options && fa__argument_bool(call, 2, false);
    bool wants_positions = operation == FA__SET_INTERSECT && fa__argument_bool(call, 3, false);
    fa__node *nodes[3] = {NULL, NULL, NULL};
    fa__two arrays = fa__arguments_two(call, 0, 1);
    if (!fa_failed(call->err))
        nodes[0] = fa__node_set(operation, arrays.first, arrays.second, unique,
                                wants_positions ? nodes + 1 : NULL, call->err);
    fa__two_made(arrays, NULL);
    return fa_failed(call->err) ? NULL : outputs_of(call, 3, nodes, !wants_positions);
}

static fa__node *apply_partition(const fa__bound_call *call)
{
    enum { ARRAY, KTH, AXIS, KIND, ORDER };
    fa__tuple kth;
    if (!fa__argument_tuple(call, KTH, &kth))
        return NULL;
    if (fa__argument_given(call, KIND) && !fa__argument_is(call, KIND, "introselect"))
        refuse(call, KIND, "kind is 'introselect'");
    int axis = axis_at(call, AXIS);
    fa__node *a = fa_failed(call->err) ? NULL : fa__argument_array(call, ARRAY), *node = NULL;
    fa__node *seen = a != NULL ? seen_in_order(call, ORDER, a) : NULL;
    if (seen != NULL)
        node = seen_as_it_was(fa__node_partition(seen, kth.items, kth.count, axis,
                                                 call->function->code == FA__WHOLE_ARGSORT, call->err),
                              a, call->err);
    fa__node_release(seen);
    fa__node_release(a);
    return node;
}

const fa__function fa__order_functions[] = {
    {"sort", "", "a axis= kind= order= stable=", apply_sort, FA__WHOLE_SORT, FA__AS_FUNCTION,
     FA_OPERATION_WHOLE,
     "Elements along an axis in order; None: of all in C order. NaN stands last. Every kind is stable."},
    {"argsort", "", "a axis= kind= order= stable=", apply_sort, FA__WHOLE_ARGSORT,
     FA__AS_FUNCTION | FA__AS_METHOD, FA_OPERATION_WHOLE,
     "Positions along an axis in the order of their elements, equal ones as they stand."},
    {"partition", "", "a kth axis= kind= order=", apply_partition, FA__WHOLE_SORT, FA__AS_FUNCTION,
     FA_OPERATION_WHOLE,
     "Elements so that those at some positions are where they belong in order, smaller ones before, larger "
     "ones behind."},
    {"argpartition", "", "a kth axis= kind= order=", apply_partition, FA__WHOLE_ARGSORT,
     FA__AS_FUNCTION | FA__AS_METHOD, FA_OPERATION_WHOLE, "The positions that partition() puts elements at."},
    {"lexsort", "", "keys axis=", apply_lexsort, 0, FA__AS_FUNCTION, FA_OPERATION_WHOLE,
     "Positions in the order of the last key, equal ones by the key before it, and so on."},
    {"sort_complex", "", "a", apply_sort_complex, 0, FA__AS_FUNCTION, FA_OPERATION_WHOLE,
     "Elements along the last axis in order, as complex numbers."},
    {"searchsorted", "", "a v side= sorter=", apply_searchsorted, 0, FA__AS_FUNCTION | FA__AS_METHOD,
     FA_OPERATION_WHOLE, "Where elements belong in a sorted array; side is 'left' or 'right' of equal ones."},
    {"isin", "", "element test_elements assume_unique= invert= kind=", apply_isin, 0, FA__AS_FUNCTION,
     FA_OPERATION_WHOLE, "Whether elements are among those of another array."},
    {"unique", "", "ar return_index= return_inverse= return_counts= axis= equal_nan= sorted=", apply_unique,
     0, FA__AS_FUNCTION | FA__GIVES_LIST, FA_OPERATION_WHOLE,
     "The different values, in order; and where the first of each stands, which one each element is, how "
     "many there are. axis=: what is different along an axis."},
    {"unique_values", "", "x", apply_unique_parts, 0, FA__AS_FUNCTION, FA_OPERATION_WHOLE,
     "The different values, in order; NaNs are all different."},
    {"unique_counts", "", "x", apply_unique_parts, GIVES_COUNTS, FA__AS_FUNCTION | FA__GIVES_LIST,
     FA_OPERATION_WHOLE, "The different values, and how many there are of each."},
    {"unique_inverse", "", "x", apply_unique_parts, GIVES_INVERSE, FA__AS_FUNCTION | FA__GIVES_LIST,
     FA_OPERATION_WHOLE, "The different values, and which one each element is."},
    {"unique_all", "", "x", apply_unique_parts, GIVES_INDEX | GIVES_INVERSE | GIVES_COUNTS,
     FA__AS_FUNCTION | FA__GIVES_LIST, FA_OPERATION_WHOLE,
     "The different values, where the first of each stands, which one each element is, and how many there "
     "are."},
    {"union1d", "", "ar1 ar2", apply_set, FA__SET_UNION, FA__AS_FUNCTION, FA_OPERATION_WHOLE,
     "The different values of two arrays, in order."},
    {"intersect1d", "", "ar1 ar2 assume_unique= return_indices=", apply_set, FA__SET_INTERSECT,
     FA__AS_FUNCTION | FA__GIVES_LIST, FA_OPERATION_WHOLE,
     "The values that both arrays have, in order; and where they stand in each."},
    {"setdiff1d", "", "ar1 ar2 assume_unique=", apply_set, FA__SET_DIFFERENCE, FA__AS_FUNCTION,
     FA_OPERATION_WHOLE, "The values of the first array that the second has not."},
    {"setxor1d", "", "ar1 ar2 assume_unique=", apply_set, FA__SET_XOR, FA__AS_FUNCTION, FA_OPERATION_WHOLE,
     "The values that one of two arrays has alone, in order."},
    {0},
};
