/* SPDX-License-Identifier: BSD-3-Clause */
/* Choosing elements as text calls it: by positions, by masks, and the positions of what is not zero. */
#include "text/functions.h"
#include "expr/routines.h"
#include "expr/take.h"

#include <limits.h>
#include <string.h>

/* An axis, or FA__FLAT where it is None or left out. */
static int axis_at(const fa__bound_call *call, int index)
{
    if (!fa__argument_given(call, index))
        return FA__FLAT;
    int64_t axis = fa__argument_int(call, index, 0);
    if (axis > INT_MIN && axis <= INT_MAX)
        return (int)axis;
    fa__fail_at_column(call->err, FA_BAD_INDEX, call->arguments[index]->column, "axis %lld is out of bounds",
                       (long long)axis);
    return 0;
}

static fa__take_mode mode_at(const fa__bound_call *call, int index)
{
    static const char *const names[] = {"raise", "wrap", "clip", "exact"};
    const fa__value *value = call->arguments[index];
    if (value == NULL)
        return FA__TAKE_RAISE;
    for (int i = 0; i < 4 && value->kind == FA__VALUE_TEXT; i++)
        if (fa__same_name(names[i], strlen(names[i]), value->as.text.start, value->as.text.length))
            return (fa__take_mode)i;
    fa__fail_at_column(call->err, FA_BAD_EXPRESSION, value->column,
                       "a mode is 'raise', 'wrap', 'clip' or 'exact'");
    return FA__TAKE_RAISE;
}

static fa__node *apply_take(const fa__bound_call *call)
{
    fa__two arrays = fa__arguments_two(call, 0, 1);
    /* An empty list takes nothing, as in an index. */
    if (!fa_failed(call->err) && call->arguments[1]->kind != FA__VALUE_NODE &&
        fa__count(arrays.second->ndim, arrays.second->sizes) == 0) {
        fa__node *nothing = fa__node_cast(arrays.second, FA_INT64, call->err);
        fa__node_release(arrays.second);
        arrays.second = nothing;
    }
    int axis = axis_at(call, 2);
    fa__take_mode mode = mode_at(call, 4);
    if (!fa_failed(call->err) && fa__argument_given(call, 3))
        fa__fail_at_column(call->err, FA_BAD_EXPRESSION, call->arguments[3]->column,
                           "take(): out= is not part of expressions");
    return fa__two_made(arrays, fa_failed(call->err) ? NULL
                                                     : fa__node_take_along(arrays.first, arrays.second, axis,
                                                                           mode, call->err));
}

static fa__node *apply_compress(const fa__bound_call *call)
{
    bool is_method = call->function->uses == FA__AS_METHOD;
    fa__two arrays = fa__arguments_two(call, is_method ? 1 : 0, is_method ? 0 : 1);
    int axis = axis_at(call, 2);
    return fa__two_made(arrays, fa_failed(call->err)
                                    ? NULL
                                    : fa__node_compress(arrays.first, arrays.second, axis, call->err));
}

static fa__node *apply_extract(const fa__bound_call *call)
{
    fa__two arrays = fa__arguments_two(call, 0, 1);
    return fa__two_made(
        arrays, fa_failed(call->err) ? NULL : fa__node_extract(arrays.first, arrays.second, call->err));
}

static fa__node *apply_take_along_axis(const fa__bound_call *call)
{
    fa__two arrays = fa__arguments_two(call, 0, 1);
    int axis = call->arguments[2] != NULL ? axis_at(call, 2) : -1;
    return fa__two_made(arrays, fa_failed(call->err)
                                    ? NULL
                                    : fa__node_take_along_axis(arrays.first, arrays.second, axis, call->err));
}

static fa__node *apply_spread(const fa__bound_call *call)
{
    fa__two arrays = fa__arguments_two(call, 0, 1);
    return fa__two_made(
        arrays, fa_failed(call->err) ? NULL : fa__node_spread(arrays.first, arrays.second, call->err));
}

static fa__node *apply_flatnonzero(const fa__bound_call *call)
{
    fa__node *input = fa__argument_array(call, 0);
    return fa__two_made((fa__two){input, NULL},
                        input != NULL ? fa__node_flatnonzero(input, call->err) : NULL);
}

static fa__node *apply_argwhere(const fa__bound_call *call)
{
    fa__node *input = fa__argument_array(call, 0);
    return fa__two_made((fa__two){input, NULL}, input != NULL ? fa__node_argwhere(input, call->err) : NULL);
}

/* ---- Choices ---- */

/* A list of choices: numbers in it stay literals, as in NumPy. */
static fa__nodes *choices_at(const fa__bound_call *call, int index)
{
    const fa__value *value = call->arguments[index];
    if (fa_failed(call->err) || value->kind != FA__VALUE_LIST)
        return fa__argument_arrays(call, index);
    fa__nodes *arrays = fa__argument_arrays(call, index);
    for (int i = 0; arrays != NULL && i < arrays->count; i++) {
        const fa__value *item = &value->as.list->items[i];
        if (item->kind != FA__VALUE_NODE || !fa__node_is_weak(item->node))
            continue;
        fa__node_release(arrays->items[i]);
        arrays->items[i] = fa__node_retain(item->node);
    }
    return arrays;
}

static fa__node *apply_choose(const fa__bound_call *call)
{
    fa__node *selector = fa__argument_array(call, 0), *node = NULL;
    fa__nodes *choices = choices_at(call, 1);
    fa__take_mode mode = mode_at(call, 3);
    if (!fa_failed(call->err) && fa__argument_given(call, 2))
        fa__fail_at_column(call->err, FA_BAD_EXPRESSION, call->arguments[2]->column,
                           "choose(): out= is not part of expressions");
    if (!fa_failed(call->err))
        node = fa__node_choose(selector, choices->count, choices->items, mode, call->err);
    fa__nodes_release(choices);
    fa__node_release(selector);
    return node;
}

static fa__node *apply_select(const fa__bound_call *call)
{
    fa__nodes *conditions = fa__argument_arrays(call, 0), *choices = choices_at(call, 1);
    fa__node *otherwise = NULL, *node = NULL;
    if (!fa_failed(call->err))
        otherwise = fa__argument_given(call, 2) ? fa__node_retain(fa__argument_node(call, 2))
                                                : fa__node_int(0, call->err);
    if (!fa_failed(call->err) && conditions->count != choices->count)
        fa__fail(call->err, FA_BAD_SHAPE, "list of cases must be same length as list of conditions");
    if (!fa_failed(call->err))
        node = fa__node_select(conditions->count, conditions->items, choices->items, otherwise, call->err);
    fa__node_release(otherwise);
    fa__nodes_release(choices);
    fa__nodes_release(conditions);
    return node;
}

/* ---- What gives several arrays ---- */

static fa__node *apply_nonzero(const fa__bound_call *call)
{
    fa__node *input = fa__argument_array(call, 0);
    fa__nodes *positions = input != NULL ? fa__nodes_new(input->ndim, call->err) : NULL;
    if (positions != NULL)
        fa__node_nonzero(input, positions->items, call->err);
    fa__node_release(input);
    return fa__call_gives(call, positions);
}

/* where(condition) is nonzero(); with two arrays more it chooses element by element. */
fa__node *fa__apply_where(const fa__bound_call *call)
{
    bool has_first = call->arguments[1] != NULL, has_second = call->arguments[2] != NULL;
    if (!has_first && !has_second)
        return apply_nonzero(call);
    if (has_first != has_second) {
        fa__fail_at_column(call->err, FA_BAD_EXPRESSION, call->arguments[0]->column,
                           "where(): either both or neither of x and y should be given");
        return NULL;
    }
    fa__node *inputs[3];
    for (int i = 0; i < 3; i++)
        inputs[i] = fa__argument_node(call, i);
    return fa_failed(call->err) ? NULL : fa__node_operation(FA__OP_WHERE, inputs, call->err);
}

static fa__node *apply_unravel_index(const fa__bound_call *call)
{
    fa__node *positions = fa__argument_array(call, 0);
    fa__tuple shape = {0};
    fa__nodes *coordinates = NULL;
    if (positions != NULL && fa__argument_tuple(call, 1, &shape))
        coordinates = fa__nodes_new(shape.count, call->err);
    if (coordinates != NULL)
        fa__node_unravel_index(positions, (fa_shape){shape.count, shape.items}, coordinates->items,
                               call->err);
    fa__node_release(positions);
    return fa__call_gives(call, coordinates);
}

static fa__node *apply_ravel_multi_index(const fa__bound_call *call)
{
    fa__nodes *coordinates = fa__argument_arrays(call, 0);
    fa__tuple shape;
    fa__take_mode mode = mode_at(call, 2);
    fa__node *node = NULL;
    if (coordinates != NULL && fa__argument_tuple(call, 1, &shape))
        node = fa__node_ravel_multi_index(coordinates->count, coordinates->items,
                                          (fa_shape){shape.count, shape.items}, mode, call->err);
    fa__nodes_release(coordinates);
    return node;
}

static fa__node *apply_ix(const fa__bound_call *call)
{
    fa__nodes *arrays = fa__argument_arrays(call, 0), *meshed = NULL;
    if (arrays != NULL)
        meshed = fa__nodes_new(arrays->count, call->err);
    if (meshed != NULL)
        fa__node_ix(arrays->count, arrays->items, meshed->items, call->err);
    fa__nodes_release(arrays);
    return fa__call_gives(call, meshed);
}

const fa__function fa__take_functions[] = {
    {"take", "", "a indices axis= out= mode=", apply_take, 0, FA__AS_FUNCTION | FA__AS_METHOD,
     FA_OPERATION_MOVE,
     "Elements at positions along an axis, or of all in C order; mode is 'raise', 'wrap', 'clip' or "
     "'exact'."},
    {"take_along_axis", "", "arr indices axis=", apply_take_along_axis, 0, FA__AS_FUNCTION, FA_OPERATION_MOVE,
     "Elements at positions along an axis that differ from row to row."},
    {"compress", "", "condition a axis=", apply_compress, 0, FA__AS_FUNCTION, FA_OPERATION_MOVE,
     "Where a condition is true along an axis, or in all elements in C order."},
    {"compress", "", "a condition axis=", apply_compress, 0, FA__AS_METHOD, FA_OPERATION_MOVE,
     "Where a condition is true along an axis, or in all elements in C order."},
    {"extract", "", "condition arr", apply_extract, 0, FA__AS_FUNCTION, FA_OPERATION_MOVE,
     "Elements where a condition is true, both in C order."},
    {"flatnonzero", "", "a", apply_flatnonzero, 0, FA__AS_FUNCTION, FA_OPERATION_MOVE,
     "Positions, counted in C order, of what is not zero."},
    {"argwhere", "", "a", apply_argwhere, 0, FA__AS_FUNCTION, FA_OPERATION_MOVE,
     "One row of coordinates for each element that is not zero."},
    {"spread", "", "mask values", apply_spread, 0, FA__AS_FUNCTION, FA_OPERATION_MOVE,
     "The values, one after the other, where a mask is true; zero elsewhere."},
    {"nonzero", "", "a", apply_nonzero, 0, FA__AS_FUNCTION | FA__AS_METHOD | FA__GIVES_LIST,
     FA_OPERATION_MOVE, "Positions of what is not zero, one array for each axis."},
    {"choose", "", "a choices out= mode=", apply_choose, 0, FA__AS_FUNCTION | FA__AS_METHOD,
     FA_OPERATION_MOVE, "Element by element of the choice that an array of positions names."},
    {"select", "", "condlist choicelist default=", apply_select, 0, FA__AS_FUNCTION, FA_OPERATION_MOVE,
     "Element by element of the first choice whose condition is true."},
    {"unravel_index", "", "indices shape", apply_unravel_index, 0, FA__AS_FUNCTION | FA__GIVES_LIST,
     FA_OPERATION_MOVE, "Positions in C order as coordinates, one array for each axis."},
    {"ravel_multi_index", "", "multi_index dims mode=", apply_ravel_multi_index, 0, FA__AS_FUNCTION,
     FA_OPERATION_MOVE, "Coordinates as positions in C order."},
    {"ix_", "", "+args", apply_ix, 0, FA__AS_FUNCTION | FA__GIVES_LIST, FA_OPERATION_MOVE,
     "An open mesh of one-dimensional positions or masks: array i along axis i."},
    {0},
};
