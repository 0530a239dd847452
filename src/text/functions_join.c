/* SPDX-License-Identifier: BSD-3-Clause */
/* Text's functions that put arrays together, and something around, into and out of them: arguments to
 * routines. */
#include "text/functions.h"
#include "expr/routines.h"

#include "base/memory.h"

#include <limits.h>
#include <string.h>

/* ---- Put together ---- */

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
    fa__nodes *arrays = fa__argument_refuse_out(call, OUT) ? fa__argument_arrays(call, ARRAYS) : NULL;
    const fa_dtype *dtype = fa__argument_dtype(call, DTYPE);
    bool flattens = call->arguments[AXIS] != NULL && !fa__argument_given(call, AXIS);
    int axis = fa__argument_axis_or(call, AXIS, 0);
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
    fa__nodes *arrays = fa__argument_refuse_out(call, 2) ? fa__argument_arrays(call, 0) : NULL;
    fa__node *node = arrays != NULL ? fa__node_stack(arrays->count, arrays->items,
                                                     fa__argument_axis_or(call, 1, 0), call->err)
                                    : NULL;
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
    const int *along = fa__argument_axis(call, 2, &axis);
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
    const int *along = fa__argument_axis(call, 3, &axis);
    bool single = call->arguments[1]->kind == FA__VALUE_NODE;
    if (!fa__argument_tuple(call, 1, &places))
        return NULL;
    fa__node *a = fa__argument_array(call, 0), *values = NULL, *node = NULL;
    if (a != NULL)
        values = fa__value_array(call->arguments[2]) != NULL
                     ? fa__value_as(call->arguments[2], a->dtype, call->err)
                     : fa__argument_array(call, 2);
    if (!fa_failed(call->err))
        node = fa__node_insert(a, places.items, places.count, single, values, along, call->err);
    fa__node_release(a);
    fa__node_release(values);
    return node;
}

static fa__node *apply_delete(const fa__bound_call *call)
{
    int axis;
    fa__tuple places;
    const int *along = fa__argument_axis(call, 2, &axis);
    fa__node *a = fa__argument_array(call, 0), *node = NULL;
    if (fa__argument_is_array(call, 1)) {
        fa__node *chosen = fa__argument_array(call, 1);
        node = fa_failed(call->err) ? NULL : fa__node_delete_at(a, chosen, along, call->err);
        fa__node_release(chosen);
    } else if (a != NULL && fa__argument_tuple(call, 1, &places)) {
        node = fa__node_delete(a, places.items, places.count, along, call->err);
    }
    fa__node_release(a);
    return node;
}

/* ---- Pads ---- */

/* One of the numbers of pad(): a number for all, a pair for all axes, or pairs for each. NULL with an error.
 */
static const fa__value *pad_value(const fa__bound_call *call, int index, int axis, int side, int ndim)
{
    const fa__value *value = call->arguments[index];
    if (value->kind == FA__VALUE_LIST) {
        int count = value->as.list->count;
        bool are_pairs = count > 0 && value->as.list->items[0].kind != FA__VALUE_NODE;
        if (are_pairs ? count != 1 && count != ndim : count != 1 && count != 2)
            return fa__argument_refuse(call, index, "needs a number, a pair, or a pair for each axis") ? value
                                                                                                       : NULL;
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
    fa__argument_refuse(call, index, "the mode is not supported");
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
                    fa__argument_refuse(call, STAT_LENGTH, "stat_length is at least 1");
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

enum { FUNCTION = FA__AS_FUNCTION };

const fa__function fa__join_functions[] = {
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
    {"pad", "", "array pad_width mode= stat_length= constant_values= end_values= reflect_type=", apply_pad, 0,
     FUNCTION, FA_OPERATION_MOVE, "An array with something around it."},
    {0},
};
