/* SPDX-License-Identifier: BSD-3-Clause */
/* Text's functions that put arrays together, take them apart and turn them: arguments to routines. */
#include "expr/functions.h"
#include "expr/routines.h"

#include "base/memory.h"

#include <limits.h>
#include <string.h>

/* ---- Arguments
 * ------------------------------------------------------------------------------------------------ */

static bool refuse(const fa__bound_call *call, int index, const char *what)
{
    return fa__fail_at_column(call->err, FA_BAD_EXPRESSION, call->arguments[index]->column, "%s(): %s",
                              call->function->name, what);
}

static bool refuse_out(const fa__bound_call *call, int index)
{
    return !fa__argument_given(call, index) || refuse(call, index, "out= is not part of expressions");
}

/* An axis; NULL for None and where it is left out. */
static const int *axis_at(const fa__bound_call *call, int index, int *axis)
{
    if (!fa__argument_given(call, index))
        return NULL;
    int64_t given = fa__argument_int(call, index, 0);
    *axis = given >= INT_MIN && given <= INT_MAX ? (int)given : INT_MAX;
    return axis;
}

static int axis_or(const fa__bound_call *call, int index, int otherwise)
{
    int axis = otherwise;
    axis_at(call, index, &axis);
    return axis;
}

/* One array, and what a routine makes of it and nothing else. */
static fa__node *of_array(const fa__bound_call *call, fa__node *(*routine)(fa__node *a, fa_error *err))
{
    fa__node *a = fa__argument_array(call, 0);
    fa__node *node = a != NULL ? routine(a, call->err) : NULL;
    fa__node_release(a);
    return node;
}

/* The outputs of a call that gives several; takes them over. */
static fa__node *several(const fa__bound_call *call, fa__nodes *nodes)
{
    if (fa_failed(call->err))
        fa__nodes_release(nodes);
    else
        *call->several = nodes;
    return NULL;
}

/* ---- Put together
 * --------------------------------------------------------------------------------------------- */

static fa__node *ravel_all_and_join(fa__nodes *arrays, const fa_dtype *dtype, fa_error *err)
{
    for (int i = 0; i < arrays->count; i++) {
        fa__node *along = fa__node_ravel(arrays->items[i], err);
        fa__node_release(arrays->items[i]);
        arrays->items[i] = along;
    }
    return fa_failed(err) ? NULL : fa__node_concatenate(arrays->count, arrays->items, 0, dtype, err);
}

static fa__node *apply_concatenate(const fa__bound_call *call)
{
    enum { ARRAYS, AXIS, OUT, DTYPE };
    fa__nodes *arrays = refuse_out(call, OUT) ? fa__argument_arrays(call, ARRAYS) : NULL;
    const fa_dtype *dtype = fa__argument_dtype(call, DTYPE);
    bool flattens = call->arguments[AXIS] != NULL && !fa__argument_given(call, AXIS);
    int axis = axis_or(call, AXIS, 0);
    fa__node *node = NULL;
    if (arrays != NULL && !fa_failed(call->err))
        node = flattens ? ravel_all_and_join(arrays, dtype, call->err)
                        : fa__node_concatenate(arrays->count, arrays->items, axis, dtype, call->err);
    fa__nodes_release(arrays);
    fa_dtype_release(dtype);
    return node;
}

static fa__node *apply_stack(const fa__bound_call *call)
{
    fa__nodes *arrays = refuse_out(call, 2) ? fa__argument_arrays(call, 0) : NULL;
    fa__node *node =
        arrays != NULL ? fa__node_stack(arrays->count, arrays->items, axis_or(call, 1, 0), call->err) : NULL;
    fa__nodes_release(arrays);
    return node;
}

enum { HSTACK, VSTACK, DSTACK, COLUMN_STACK };

static fa__node *apply_stacked(const fa__bound_call *call)
{
    static fa__node *(*const routines[])(int, fa__node *const *, fa_error *) = {
        [HSTACK] = fa__node_hstack,
        [VSTACK] = fa__node_vstack,
        [DSTACK] = fa__node_dstack,
        [COLUMN_STACK] = fa__node_column_stack,
    };
    fa__nodes *arrays = fa__argument_arrays(call, 0);
    fa__node *node =
        arrays != NULL ? routines[call->function->code](arrays->count, arrays->items, call->err) : NULL;
    fa__nodes_release(arrays);
    return node;
}

/* How deep the lists of block() go: the first of each says it. */
static int list_depth(const fa__value *value)
{
    int depth = 0;
    while (value->kind == FA__VALUE_LIST || value->kind == FA__VALUE_TUPLE ||
           value->kind == FA__VALUE_NODES) {
        depth++;
        if (value->kind != FA__VALUE_LIST || value->as.list->count == 0)
            break;
        value = &value->as.list->items[0];
    }
    return depth;
}

/* Most axes of what lists hold. */
static int most_axes(const fa__nodes *leaves, int least)
{
    for (int i = 0; i < leaves->count; i++)
        least = leaves->items[i]->ndim > least ? leaves->items[i]->ndim : least;
    return least;
}

/* What stands in lists `depth` deep, joined along the axis of each depth; bounded by FA__MAX_LIST_DEPTH. */
static fa__node *block_of(const fa__bound_call *call, const fa__value *value, int depth, int *ndim)
{
    bool is_inner = value->kind == FA__VALUE_LIST && depth > 1;
    fa__nodes *parts =
        is_inner ? fa__nodes_new(value->as.list->count, call->err) : fa__value_arrays(call, value);
    for (int i = 0; is_inner && parts != NULL && i < parts->count && !fa_failed(call->err); i++) {
        const fa__value *item = &value->as.list->items[i];
        if (list_depth(item) != depth - 1)
            fa__fail_at_column(call->err, FA_BAD_EXPRESSION, item->column, "List depths are mismatched.");
        else
            parts->items[i] = block_of(call, item, depth - 1, ndim);
    }
    fa__node *node = NULL;
    if (parts != NULL && !fa_failed(call->err)) {
        *ndim = most_axes(parts, *ndim);
        for (int i = 0; i < parts->count; i++) {
            fa__node *led = fa__node_lead(parts->items[i], *ndim, call->err);
            fa__node_release(parts->items[i]);
            parts->items[i] = led;
        }
        node = fa_failed(call->err)
                   ? NULL
                   : fa__node_concatenate(parts->count, parts->items, -depth, NULL, call->err);
    }
    fa__nodes_release(parts);
    return node;
}

static fa__node *apply_block(const fa__bound_call *call)
{
    int depth = list_depth(call->arguments[0]), ndim = depth;
    if (fa_failed(call->err))
        return NULL;
    if (depth > 0)
        return block_of(call, call->arguments[0], depth, &ndim);
    fa__node *a = fa__argument_array(call, 0), *node = a != NULL ? fa__node_copy(a, 'K', call->err) : NULL;
    fa__node_release(a);
    return node;
}

static fa__node *apply_append(const fa__bound_call *call)
{
    int axis;
    const int *along = axis_at(call, 2, &axis);
    fa__node *a = fa__argument_array(call, 0), *values = fa__argument_array(call, 1), *node = NULL;
    if (!fa_failed(call->err))
        node = fa__node_append(a, values, along, call->err);
    fa__node_release(a);
    fa__node_release(values);
    return node;
}

static fa__node *apply_insert(const fa__bound_call *call)
{
    int axis;
    fa__tuple places;
    const int *along = axis_at(call, 3, &axis);
    bool single = call->arguments[1]->kind == FA__VALUE_NODE;
    if (!fa__argument_tuple(call, 1, &places))
        return NULL;
    fa__node *a = fa__argument_array(call, 0), *values = NULL, *node = NULL;
    if (a != NULL)
        values = fa__value_array(call->arguments[2]) != NULL ? fa__value_as(call->arguments[2], a->dtype, call->err)
                                                             : fa__argument_array(call, 2);
    if (!fa_failed(call->err))
        node = fa__node_insert(a, places.items, places.count, single, values, along, call->err);
    fa__node_release(a);
    fa__node_release(values);
    return node;
}

/* Whether an argument is an array, and no whole number and no short list of such. */
static bool is_array_at(const fa__bound_call *call, int index)
{
    const fa__value *value = call->arguments[index];
    return (value->kind == FA__VALUE_NODE && !fa__node_is_weak(value->node)) || value->kind == FA__VALUE_LIST;
}

static fa__node *apply_delete(const fa__bound_call *call)
{
    int axis;
    fa__tuple places;
    const int *along = axis_at(call, 2, &axis);
    fa__node *a = fa__argument_array(call, 0), *node = NULL;
    if (is_array_at(call, 1)) {
        fa__node *chosen = fa__argument_array(call, 1);
        node = fa_failed(call->err) ? NULL : fa__node_delete_at(a, chosen, along, call->err);
        fa__node_release(chosen);
    } else if (a != NULL && fa__argument_tuple(call, 1, &places)) {
        node = fa__node_delete(a, places.items, places.count, along, call->err);
    }
    fa__node_release(a);
    return node;
}

/* ---- Shifted and repeated
 * ------------------------------------------------------------------------------------- */

static fa__node *apply_roll(const fa__bound_call *call)
{
    int storage[FA_MAX_NDIM];
    fa_axes axes;
    fa__tuple shifts;
    if (!fa__argument_tuple(call, 1, &shifts) || !fa__argument_axes(call, 2, storage, &axes))
        return NULL;
    fa__node *a = fa__argument_array(call, 0);
    fa__node *node = a != NULL ? fa__node_roll(a, shifts.items, shifts.count, axes, call->err) : NULL;
    fa__node_release(a);
    return node;
}

static fa__node *apply_tile(const fa__bound_call *call)
{
    fa__tuple times;
    if (!fa__argument_tuple(call, 1, &times))
        return NULL;
    fa__node *a = fa__argument_array(call, 0);
    fa__node *node = a != NULL ? fa__node_tile(a, times.items, times.count, call->err) : NULL;
    fa__node_release(a);
    return node;
}

static fa__node *apply_repeat(const fa__bound_call *call)
{
    int axis;
    const int *along = axis_at(call, 2, &axis);
    fa__node *a = fa__argument_array(call, 0), *node = NULL;
    if (is_array_at(call, 1) || call->arguments[1]->kind == FA__VALUE_TUPLE) {
        fa__node *counts = fa__argument_array(call, 1);
        node = fa_failed(call->err) ? NULL : fa__node_repeat_each(a, counts, along, call->err);
        fa__node_release(counts);
    } else {
        int64_t times = fa__argument_int(call, 1, 0);
        node = fa_failed(call->err) ? NULL : fa__node_repeat(a, times, along, call->err);
    }
    fa__node_release(a);
    return node;
}

static fa__node *apply_resize(const fa__bound_call *call)
{
    fa__tuple sizes;
    if (!fa__argument_tuple(call, 1, &sizes))
        return NULL;
    fa__node *a = fa__argument_array(call, 0);
    fa__node *node = a != NULL ? fa__node_resize(a, (fa_shape){sizes.count, sizes.items}, call->err) : NULL;
    fa__node_release(a);
    return node;
}

static fa__node *apply_meshgrid(const fa__bound_call *call)
{
    enum { ARRAYS, COPY, SPARSE, INDEXING };
    bool sparse = fa__argument_bool(call, SPARSE, false), matrix = !fa__argument_is(call, INDEXING, "ij");
    if (fa__argument_given(call, INDEXING) && matrix && !fa__argument_is(call, INDEXING, "xy"))
        refuse(call, INDEXING, "valid values for `indexing` are 'xy' and 'ij'");
    fa__nodes *arrays =
        call->arguments[ARRAYS] != NULL ? fa__argument_arrays(call, ARRAYS) : fa__nodes_new(0, call->err);
    fa__nodes *grids = arrays != NULL ? fa__nodes_new(arrays->count, call->err) : NULL;
    if (grids != NULL)
        fa__nodes_meshgrid(arrays->count, arrays->items, matrix, sparse, grids->items, call->err);
    fa__nodes_release(arrays);
    return several(call, grids);
}

static fa__node *apply_broadcast_arrays(const fa__bound_call *call)
{
    fa__nodes *arrays = fa__argument_arrays(call, 0);
    fa__nodes *wide = arrays != NULL ? fa__nodes_new(arrays->count, call->err) : NULL;
    if (wide != NULL)
        fa__nodes_broadcast(arrays->count, arrays->items, wide->items, call->err);
    fa__nodes_release(arrays);
    return several(call, wide);
}

/* ---- Pads
 * ----------------------------------------------------------------------------------------------------- */

/* One of the numbers of pad(): a number for all, a pair for all axes, or pairs for each. NULL with an error.
 */
static const fa__value *pad_value(const fa__bound_call *call, int index, int axis, int side, int ndim)
{
    const fa__value *value = call->arguments[index];
    if (value->kind == FA__VALUE_LIST) {
        int count = value->as.list->count;
        bool are_pairs = count > 0 && value->as.list->items[0].kind != FA__VALUE_NODE;
        if (are_pairs ? count != 1 && count != ndim : count != 1 && count != 2)
            return refuse(call, index, "needs a number, a pair, or a pair for each axis") ? value : NULL;
        value = &value->as.list->items[count == 1 ? 0 : are_pairs ? axis : side];
        if (value->kind == FA__VALUE_LIST && value->as.list->count <= 2 && value->as.list->count > 0)
            value = &value->as.list->items[value->as.list->count == 1 ? 0 : side];
    }
    return value;
}

/* A whole number of it. */
static int64_t pad_int(const fa__bound_call *call, int index, int axis, int side, int ndim)
{
    const fa__value *value = pad_value(call, index, axis, side, ndim);
    if (value == NULL)
        return 0;
    if (value->kind == FA__VALUE_TUPLE && value->as.tuple->count > 0 && value->as.tuple->count <= 2)
        return value->as.tuple->items[value->as.tuple->count == 1 ? 0 : side];
    fa__bound_call one = {.function = call->function, .arguments = {value}, .err = call->err};
    return fa__argument_int(&one, 0, 0);
}

/* Any number of it; one reference. */
static fa__node *pad_number(const fa__bound_call *call, int index, int axis, int side, int ndim)
{
    const fa__value *value = pad_value(call, index, axis, side, ndim);
    if (value == NULL)
        return NULL;
    if (value->kind == FA__VALUE_TUPLE)
        return fa__node_int(pad_int(call, index, axis, side, ndim), call->err);
    fa__bound_call one = {.function = call->function, .arguments = {value}, .err = call->err};
    return fa__node_retain(fa__argument_node(&one, 0));
}

static fa__pad_mode pad_mode_at(const fa__bound_call *call, int index)
{
    static const char *const names[] = {
        [FA__PAD_CONSTANT] = "constant", [FA__PAD_EDGE] = "edge",       [FA__PAD_LINEAR_RAMP] = "linear_ramp",
        [FA__PAD_MAXIMUM] = "maximum",   [FA__PAD_MEAN] = "mean",       [FA__PAD_MEDIAN] = "median",
        [FA__PAD_MINIMUM] = "minimum",   [FA__PAD_REFLECT] = "reflect", [FA__PAD_SYMMETRIC] = "symmetric",
        [FA__PAD_WRAP] = "wrap",
    };
    if (!fa__argument_given(call, index))
        return FA__PAD_CONSTANT;
    for (int i = 0; i <= FA__PAD_WRAP; i++)
        if (fa__argument_is(call, index, names[i]))
            return (fa__pad_mode)i;
    refuse(call, index, "the mode is not supported");
    return FA__PAD_CONSTANT;
}

static fa__node *apply_pad(const fa__bound_call *call)
{
    enum { ARRAY, WIDTH, MODE, STAT_LENGTH, CONSTANTS, ENDS, REFLECT_TYPE };
    fa__pad_axis axes[FA_MAX_NDIM] = {0};
    fa__pad_mode mode = pad_mode_at(call, MODE);
    bool odd = fa__argument_is(call, REFLECT_TYPE, "odd");
    fa__node *a = fa__argument_array(call, ARRAY), *node = NULL;
    int values = fa__argument_given(call, CONSTANTS) ? CONSTANTS : fa__argument_given(call, ENDS) ? ENDS : 0;
    for (int i = 0; a != NULL && i < a->ndim; i++)
        for (int side = 0; side < 2; side++) {
            axes[i].width[side] = pad_int(call, WIDTH, i, side, a->ndim);
            if (fa__argument_given(call, STAT_LENGTH)) {
                axes[i].length[side] = pad_int(call, STAT_LENGTH, i, side, a->ndim);
                if (axes[i].length[side] < 1 && !fa_failed(call->err))
                    refuse(call, STAT_LENGTH, "stat_length is at least 1");
            }
            if (values != 0)
                axes[i].value[side] = pad_number(call, values, i, side, a->ndim);
        }
    if (!fa_failed(call->err))
        node = fa__node_pad(a, mode, axes, odd, call->err);
    for (int i = 0; a != NULL && i < a->ndim; i++)
        for (int side = 0; side < 2; side++)
            fa__node_release(axes[i].value[side]);
    fa__node_release(a);
    return node;
}

/* ---- Turned
 * --------------------------------------------------------------------------------------------------- */

static fa__node *apply_flip(const fa__bound_call *call)
{
    int storage[FA_MAX_NDIM];
    fa_axes axes;
    if (!fa__argument_axes(call, 1, storage, &axes))
        return NULL;
    fa__node *a = fa__argument_array(call, 0), *node = a != NULL ? fa__node_flip(a, axes, call->err) : NULL;
    fa__node_release(a);
    return node;
}

/* flipud() and fliplr(): `code` is the axis. */
static fa__node *apply_flip_axis(const fa__bound_call *call)
{
    fa__node *a = fa__argument_array(call, 0), *node = NULL;
    if (a != NULL)
        node = fa__node_flip(a, FA_AXES(call->function->code), call->err);
    fa__node_release(a);
    return node;
}

static fa__node *apply_rot90(const fa__bound_call *call)
{
    int storage[FA_MAX_NDIM] = {0, 1};
    fa_axes axes = {2, storage};
    int64_t times = fa__argument_int(call, 1, 1);
    if (fa__argument_given(call, 2) && !fa__argument_axes(call, 2, storage, &axes))
        return NULL;
    if (axes.count != 2) {
        refuse(call, 2, "len(axes) must be 2.");
        return NULL;
    }
    fa__node *a = fa__argument_array(call, 0);
    fa__node *node = a != NULL ? fa__node_rot90(a, times, storage[0], storage[1], call->err) : NULL;
    fa__node_release(a);
    return node;
}

static fa__node *apply_moveaxis(const fa__bound_call *call)
{
    int from_storage[FA_MAX_NDIM], to_storage[FA_MAX_NDIM];
    fa_axes from, to;
    if (!fa__argument_axes(call, 1, from_storage, &from) || !fa__argument_axes(call, 2, to_storage, &to))
        return NULL;
    fa__node *a = fa__argument_array(call, 0),
             *node = a != NULL ? fa__node_move_axes(a, from, to, call->err) : NULL;
    fa__node_release(a);
    return node;
}

static fa__node *apply_rollaxis(const fa__bound_call *call)
{
    int axis = axis_or(call, 1, 0), before = axis_or(call, 2, 0);
    fa__node *a = fa__argument_array(call, 0), *node = NULL;
    if (!fa_failed(call->err))
        node = fa__node_roll_axis(a, axis, before, call->err);
    fa__node_release(a);
    return node;
}

/* atleast_1d() and its kin: `code` is how many. One array gives one, more give several. */
static fa__node *apply_at_least(const fa__bound_call *call)
{
    fa__nodes *arrays = fa__argument_arrays(call, 0);
    for (int i = 0; arrays != NULL && i < arrays->count; i++) {
        fa__node *more = fa__node_at_least(arrays->items[i], call->function->code, call->err);
        fa__node_release(arrays->items[i]);
        arrays->items[i] = more;
    }
    if (arrays == NULL || arrays->count != 1)
        return several(call, arrays);
    fa__node *node = fa__node_retain(arrays->items[0]);
    fa__nodes_release(arrays);
    return node;
}

/* ---- Taken apart
 * ---------------------------------------------------------------------------------------------- */

static fa__node *split_along(const fa__bound_call *call, fa__node *a, int axis, bool equal)
{
    enum { MANY = 1 << 20 };
    fa__tuple places;
    fa__nodes *parts = NULL;
    bool by_count = call->arguments[1]->kind == FA__VALUE_NODE;
    if (a == NULL || !fa__argument_tuple(call, 1, &places))
        return NULL;
    if (by_count && (places.items[0] <= 0 || places.items[0] > MANY))
        refuse(call, 1,
               places.items[0] > MANY ? "more than a million sections"
                                      : "number sections must be larger than 0.");
    else
        parts = fa__nodes_new(by_count ? (int)places.items[0] : places.count + 1, call->err);
    if (parts != NULL && by_count)
        fa__node_split(a, places.items[0], axis, equal, parts->items, call->err);
    else if (parts != NULL)
        fa__node_split_at(a, places.items, places.count, axis, parts->items, call->err);
    return several(call, parts);
}

/* `code`: whether parts must be equal. */
static fa__node *apply_split(const fa__bound_call *call)
{
    fa__node *a = fa__argument_array(call, 0);
    split_along(call, a, axis_or(call, 2, 0), call->function->code);
    fa__node_release(a);
    return NULL;
}

/* vsplit(), hsplit(), dsplit(): `code` is the axis. */
static fa__node *apply_split_axis(const fa__bound_call *call)
{
    fa__node *a = fa__argument_array(call, 0);
    int axis = call->function->code, least = axis == 1 ? 1 : axis + (axis == 0 ? 2 : 1);
    if (a != NULL && a->ndim < least)
        fa__fail(call->err, FA_BAD_SHAPE, "%s only works on arrays of %d or more dimensions",
                 call->function->name, least);
    else if (a != NULL)
        split_along(call, a, axis == 1 ? fa__horizontal_axis(a) : axis, true);
    fa__node_release(a);
    return NULL;
}

/* ---- Copies
 * --------------------------------------------------------------------------------------------------- */

/* 'C', 'F' or 'K', as text says it; `otherwise` where it is left out. */
static char order_at(const fa__bound_call *call, int index, char otherwise)
{
    static const char *const orders[] = {"C", "F", "K"};
    if (!fa__argument_given(call, index))
        return otherwise;
    for (int i = 0; i < 3; i++)
        if (fa__argument_is(call, index, orders[i]))
            return orders[i][0];
    refuse(call, index, "an order is 'C', 'F' or 'K'");
    return otherwise;
}

/* The method copies in C order, the function in that of the array. */
static fa__node *apply_copy(const fa__bound_call *call)
{
    char order = order_at(call, 1, (char)call->function->code);
    fa__node *a = fa__argument_array(call, 0), *node = NULL;
    if (!fa_failed(call->err))
        node = fa__node_copy(a, order, call->err);
    fa__node_release(a);
    return node;
}

/* ravel() and flatten(); `code`: whether it copies. In Fortran's order it is that of the transpose. */
static fa__node *apply_ravel(const fa__bound_call *call)
{
    char order = order_at(call, 1, 'C');
    fa__node *a = fa__argument_array(call, 0), *node = NULL;
    if (a != NULL && order == 'F') {
        fa__node *turned = fa__node_permute(a, FA_ALL_AXES, call->err);
        fa__node_release(a);
        a = turned;
    }
    if (!fa_failed(call->err) && order == 'K')
        refuse(call, 1, "an order is 'C' or 'F'");
    if (!fa_failed(call->err))
        node = call->function->code ? fa__node_flatten(a, call->err) : fa__node_ravel(a, call->err);
    fa__node_release(a);
    return node;
}

static fa__node *apply_diag(const fa__bound_call *call)
{
    int64_t diagonal = fa__argument_int(call, 1, 0);
    fa__node *a = fa__argument_array(call, 0),
             *node = a != NULL ? fa__node_diag(a, diagonal, call->err) : NULL;
    fa__node_release(a);
    return node;
}

static fa__node *apply_diagflat(const fa__bound_call *call)
{
    int64_t diagonal = fa__argument_int(call, 1, 0);
    fa__node *along = of_array(call, fa__node_ravel);
    fa__node *node = along != NULL ? fa__node_diag(along, diagonal, call->err) : NULL;
    fa__node_release(along);
    return node;
}

/* tril() and triu(); `code`: the lower one. */
static fa__node *apply_triangle(const fa__bound_call *call)
{
    int64_t diagonal = fa__argument_int(call, 1, 0);
    fa__node *a = fa__argument_array(call, 0);
    fa__node *node = a != NULL ? fa__node_triangle(a, diagonal, call->function->code, call->err) : NULL;
    fa__node_release(a);
    return node;
}

enum { FUNCTION = FA__AS_FUNCTION, METHOD = FA__AS_METHOD, LIST = FA__AS_FUNCTION | FA__GIVES_LIST };

const fa__function fa__move_functions[] = {
    {"concatenate", "concat", "arrays axis= out= dtype=", apply_concatenate, 0, FUNCTION, FA_OPERATION_MOVE,
     "Arrays one behind the other along an axis."},
    {"stack", "", "arrays axis= out=", apply_stack, 0, FUNCTION, FA_OPERATION_MOVE,
     "Arrays along a new axis."},
    {"hstack", "", "tup", apply_stacked, HSTACK, FUNCTION, FA_OPERATION_MOVE, "Arrays side by side."},
    {"vstack", "row_stack", "tup", apply_stacked, VSTACK, FUNCTION, FA_OPERATION_MOVE,
     "Arrays on top of each other."},
    {"dstack", "", "tup", apply_stacked, DSTACK, FUNCTION, FA_OPERATION_MOVE, "Arrays along the third axis."},
    {"column_stack", "", "tup", apply_stacked, COLUMN_STACK, FUNCTION, FA_OPERATION_MOVE,
     "Arrays as columns."},
    {"block", "", "arrays", apply_block, 0, FUNCTION, FA_OPERATION_MOVE,
     "Arrays as nested lists place them."},
    {"append", "", "arr values axis=", apply_append, 0, FUNCTION, FA_OPERATION_MOVE,
     "Values behind an array."},
    {"insert", "", "arr obj values axis=", apply_insert, 0, FUNCTION, FA_OPERATION_MOVE,
     "Values before elements."},
    {"delete", "", "arr obj axis=", apply_delete, 0, FUNCTION, FA_OPERATION_MOVE,
     "An array without some elements."},
    {"roll", "", "a shift axis=", apply_roll, 0, FUNCTION, FA_OPERATION_MOVE,
     "Elements shifted; what leaves comes back."},
    {"tile", "", "A reps", apply_tile, 0, FUNCTION, FA_OPERATION_MOVE, "An array repeated as a whole."},
    {"repeat", "", "a repeats axis=", apply_repeat, 0, FUNCTION | METHOD, FA_OPERATION_MOVE,
     "Each element repeated."},
    {"resize", "", "a new_shape", apply_resize, 0, FUNCTION, FA_OPERATION_MOVE,
     "Repeated and cut to another shape."},
    {"pad", "", "array pad_width mode= stat_length= constant_values= end_values= reflect_type=", apply_pad, 0,
     FUNCTION, FA_OPERATION_MOVE, "An array with something around it."},
    {"meshgrid", "", "+xi= copy= sparse= indexing=", apply_meshgrid, 0, LIST, FA_OPERATION_MOVE,
     "Coordinates along axes as grids."},
    {"broadcast_arrays", "", "+args", apply_broadcast_arrays, 0, LIST, FA_OPERATION_VIEW,
     "Arrays repeated to their common shape."},
    {"flip", "", "m axis=", apply_flip, 0, FUNCTION, FA_OPERATION_VIEW,
     "Elements along axes in reverse order."},
    {"flipud", "", "m", apply_flip_axis, 0, FUNCTION, FA_OPERATION_VIEW, "The first axis in reverse order."},
    {"fliplr", "", "m", apply_flip_axis, 1, FUNCTION, FA_OPERATION_VIEW, "The second axis in reverse order."},
    {"rot90", "", "m k= axes=", apply_rot90, 0, FUNCTION, FA_OPERATION_VIEW,
     "Turned by quarters in the plane of two axes."},
    {"moveaxis", "", "a source destination", apply_moveaxis, 0, FUNCTION, FA_OPERATION_VIEW,
     "Axes moved to other places."},
    {"rollaxis", "", "a axis start=", apply_rollaxis, 0, FUNCTION, FA_OPERATION_VIEW,
     "An axis moved before another."},
    {"atleast_1d", "", "+arys", apply_at_least, 1, FUNCTION, FA_OPERATION_VIEW, "With one axis or more."},
    {"atleast_2d", "", "+arys", apply_at_least, 2, FUNCTION, FA_OPERATION_VIEW, "With two axes or more."},
    {"atleast_3d", "", "+arys", apply_at_least, 3, FUNCTION, FA_OPERATION_VIEW, "With three axes or more."},
    {"split", "", "ary indices_or_sections axis=", apply_split, 1, LIST, FA_OPERATION_VIEW,
     "Equal parts of an array."},
    {"array_split", "", "ary indices_or_sections axis=", apply_split, 0, LIST, FA_OPERATION_VIEW,
     "Parts of an array, the first ones one longer where need be."},
    {"vsplit", "", "ary indices_or_sections", apply_split_axis, 0, LIST, FA_OPERATION_VIEW,
     "Parts along the first axis."},
    {"hsplit", "", "ary indices_or_sections", apply_split_axis, 1, LIST, FA_OPERATION_VIEW,
     "Parts along the second axis."},
    {"dsplit", "", "ary indices_or_sections", apply_split_axis, 2, LIST, FA_OPERATION_VIEW,
     "Parts along the third axis."},
    {"copy", "", "a order=", apply_copy, 'K', FUNCTION, FA_OPERATION_CONVERSION, "New elements."},
    {"copy", "", "a order=", apply_copy, 'C', METHOD, FA_OPERATION_CONVERSION, "New elements."},
    {"ravel", "", "a order=", apply_ravel, false, FUNCTION | METHOD, FA_OPERATION_VIEW,
     "The same elements along one axis; copied where no view is possible."},
    {"flatten", "", "a order=", apply_ravel, true, METHOD, FA_OPERATION_CONVERSION,
     "New elements along one axis."},
    {"diag", "", "v k=", apply_diag, 0, FUNCTION, FA_OPERATION_MOVE,
     "The diagonal of a matrix, or the matrix of a diagonal."},
    {"diagflat", "", "v k=", apply_diagflat, 0, FUNCTION, FA_OPERATION_MOVE,
     "The matrix with all elements as its diagonal."},
    {"tril", "", "m k=", apply_triangle, true, FUNCTION, FA_OPERATION_MOVE,
     "What is not above a diagonal; 0 elsewhere."},
    {"triu", "", "m k=", apply_triangle, false, FUNCTION, FA_OPERATION_MOVE,
     "What is not below a diagonal; 0 elsewhere."},
    {0},
};
