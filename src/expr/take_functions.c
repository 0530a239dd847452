/* SPDX-License-Identifier: BSD-3-Clause */
/* Choosing elements as text calls it: by positions, by masks, and the positions of what is not zero. */
#include "expr/functions.h"
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
    static const char *const names[] = {"raise", "wrap", "clip"};
    const fa__value *value = call->arguments[index];
    if (value == NULL)
        return FA__TAKE_RAISE;
    for (int i = 0; i < 3 && value->kind == FA__VALUE_TEXT; i++)
        if (fa__same_name(names[i], strlen(names[i]), value->as.text.start, value->as.text.length))
            return (fa__take_mode)i;
    fa__fail_at_column(call->err, FA_BAD_EXPRESSION, value->column, "a mode is 'raise', 'wrap' or 'clip'");
    return FA__TAKE_RAISE;
}

static fa__node *apply_take(const fa__bound_call *call)
{
    fa__node *input = fa__argument_node(call, 0), *positions = fa__argument_node(call, 1);
    int axis = axis_at(call, 2);
    fa__take_mode mode = mode_at(call, 4);
    if (!fa_failed(call->err) && fa__argument_given(call, 3))
        fa__fail_at_column(call->err, FA_BAD_EXPRESSION, call->arguments[3]->column,
                           "take(): out= is not part of expressions");
    return fa_failed(call->err) ? NULL : fa__node_take_along(input, positions, axis, mode, call->err);
}

static fa__node *apply_compress(const fa__bound_call *call)
{
    bool is_method = call->function->uses == FA__AS_METHOD;
    fa__node *input = fa__argument_node(call, is_method ? 0 : 1);
    fa__node *condition = fa__argument_node(call, is_method ? 1 : 0);
    int axis = axis_at(call, 2);
    return fa_failed(call->err) ? NULL : fa__node_compress(condition, input, axis, call->err);
}

static fa__node *apply_extract(const fa__bound_call *call)
{
    fa__node *condition = fa__argument_node(call, 0), *input = fa__argument_node(call, 1);
    return fa_failed(call->err) ? NULL : fa__node_extract(condition, input, call->err);
}

static fa__node *apply_take_along_axis(const fa__bound_call *call)
{
    fa__node *input = fa__argument_node(call, 0), *positions = fa__argument_node(call, 1);
    int axis = call->arguments[2] != NULL ? axis_at(call, 2) : -1;
    return fa_failed(call->err) ? NULL : fa__node_take_along_axis(input, positions, axis, call->err);
}

static fa__node *apply_flatnonzero(const fa__bound_call *call)
{
    return fa__node_flatnonzero(fa__argument_node(call, 0), call->err);
}

static fa__node *apply_argwhere(const fa__bound_call *call)
{
    return fa__node_argwhere(fa__argument_node(call, 0), call->err);
}

static fa__node *apply_spread(const fa__bound_call *call)
{
    fa__node *mask = fa__argument_node(call, 0), *values = fa__argument_node(call, 1);
    return fa_failed(call->err) ? NULL : fa__node_spread(mask, values, call->err);
}

const fa__function fa__take_functions[] = {
    {"take", "", "a indices axis= out= mode=", apply_take, 0, FA__AS_FUNCTION | FA__AS_METHOD,
     FA_OPERATION_FUNCTION,
     "Elements at positions along an axis, or of all in C order; mode is 'raise', 'wrap' or 'clip'."},
    {"take_along_axis", "", "arr indices axis=", apply_take_along_axis, 0, FA__AS_FUNCTION,
     FA_OPERATION_FUNCTION, "Elements at positions along an axis that differ from row to row."},
    {"compress", "", "condition a axis=", apply_compress, 0, FA__AS_FUNCTION, FA_OPERATION_FUNCTION,
     "Where a condition is true along an axis, or in all elements in C order."},
    {"compress", "", "a condition axis=", apply_compress, 0, FA__AS_METHOD, FA_OPERATION_FUNCTION,
     "Where a condition is true along an axis, or in all elements in C order."},
    {"extract", "", "condition arr", apply_extract, 0, FA__AS_FUNCTION, FA_OPERATION_FUNCTION,
     "Elements where a condition is true, both in C order."},
    {"flatnonzero", "", "a", apply_flatnonzero, 0, FA__AS_FUNCTION, FA_OPERATION_FUNCTION,
     "Positions, counted in C order, of what is not zero."},
    {"argwhere", "", "a", apply_argwhere, 0, FA__AS_FUNCTION, FA_OPERATION_FUNCTION,
     "One row of coordinates for each element that is not zero."},
    {"spread", "", "mask values", apply_spread, 0, FA__AS_FUNCTION, FA_OPERATION_FUNCTION,
     "The values, one after the other, where a mask is true; zero elsewhere."},
    {0},
};
