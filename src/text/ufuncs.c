/* SPDX-License-Identifier: BSD-3-Clause */
/* Scans, averages and differences as text calls them, and the methods of NumPy's ufuncs: "add.reduce",
 * "maximum.accumulate", "add.reduceat", "multiply.outer". Knows nothing about types and shapes. */
#include "text/functions.h"

#include <limits.h>

static fa__node *apply_scan(const fa__bound_call *call)
{
    int storage[FA_MAX_NDIM];
    fa__reduce_arguments arguments;
    fa__node *input = fa__argument_node(call, 0), *node = NULL;
    if (fa__argument_reduce(call, storage, &arguments))
        node =
            fa__node_scan((fa__scan)call->function->code, input, arguments.axes, arguments.dtype, call->err);
    fa_dtype_release(arguments.dtype);
    return node;
}

static fa__node *apply_average(const fa__bound_call *call)
{
    int storage[FA_MAX_NDIM];
    fa__reduce_arguments arguments;
    fa__node *input = fa__argument_node(call, 0), *weights = fa__argument_named(call, "weights");
    if (!fa__argument_reduce(call, storage, &arguments))
        return NULL;
    return fa__node_average(input, weights, &arguments, NULL, call->err);
}

static int axis_at(const fa__bound_call *call, int index, int otherwise)
{
    int64_t axis = fa__argument_int(call, index, otherwise);
    if (axis >= INT_MIN && axis <= INT_MAX)
        return (int)axis;
    fa__fail_at_column(call->err, FA_BAD_INDEX, call->arguments[index]->column, "axis %lld is out of bounds",
                       (long long)axis);
    return 0;
}

static fa__node *apply_diff(const fa__bound_call *call)
{
    fa__node *input = fa__argument_node(call, 0);
    int64_t n = fa__argument_int(call, 1, 1);
    int axis = axis_at(call, 2, -1);
    fa__node *before = fa__argument_named(call, "prepend"), *behind = fa__argument_named(call, "append");
    return fa_failed(call->err) ? NULL : fa__node_diff(input, n, axis, before, behind, call->err);
}

/* The scans of the array API: an axis has to be named where there are several, and may begin with what
 * changes nothing.
 */
static fa__node *apply_cumulative(const fa__bound_call *call)
{
    int storage[FA_MAX_NDIM];
    fa__reduce_arguments arguments;
    fa__node *input = fa__argument_node(call, 0), *node = NULL;
    bool parsed = fa__argument_reduce(call, storage, &arguments);
    bool includes = fa__argument_bool(call, fa__argument_position(call, "include_initial"), false);
    static const int only[1] = {0};
    if (parsed && input->ndim != 1 && arguments.axes.count < 0)
        fa__fail_at_column(call->err, FA_BAD_INDEX, call->arguments[0]->column,
                           "%s(): an array of %d axes needs axis=", call->function->name, input->ndim);
    if (arguments.axes.count < 0)
        arguments.axes = (fa_axes){1, only};
    if (!fa_failed(call->err))
        node =
            fa__node_scan((fa__scan)call->function->code, input, arguments.axes, arguments.dtype, call->err);
    fa_dtype_release(arguments.dtype);
    if (node == NULL || !includes)
        return node;
    fa__node *whole =
        fa__node_begin_scan(node, fa__axis(arguments.axes.axes[0], node->ndim, call->err), call->err);
    fa__node_release(node);
    return whole;
}

/* reduce() goes along the first axis where nothing else is said. */
static fa__node *apply_reduce(const fa__bound_call *call)
{
    static const int first[1] = {0};
    int storage[FA_MAX_NDIM];
    fa__reduce_arguments arguments;
    fa__node *input = fa__argument_node(call, 0), *node = NULL;
    bool parsed = fa__argument_reduce(call, storage, &arguments);
    if (call->arguments[1] == NULL)
        arguments.axes = (fa_axes){1, first};
    if (parsed)
        node = fa__node_fold((fa__operation)call->function->code, input, &arguments, call->err);
    fa_dtype_release(arguments.dtype);
    return node;
}

static fa__node *apply_accumulate(const fa__bound_call *call)
{
    int storage[FA_MAX_NDIM];
    fa__reduce_arguments arguments;
    fa__node *input = fa__argument_node(call, 0), *node = NULL;
    bool parsed = fa__argument_reduce(call, storage, &arguments);
    bool none = call->arguments[1] != NULL && arguments.axes.count < 0 && input != NULL && input->ndim > 1;
    if (parsed && (none || arguments.axes.count > 1))
        parsed = fa__fail_at_column(call->err, FA_BAD_INDEX, call->arguments[1]->column,
                                    "accumulate does not allow multiple axes");
    if (parsed)
        node = fa__node_accumulate((fa__operation)call->function->code, input,
                                   arguments.axes.count == 1 ? arguments.axes.axes[0] : 0, arguments.dtype,
                                   call->err);
    fa_dtype_release(arguments.dtype);
    return node;
}

static fa__node *apply_reduceat(const fa__bound_call *call)
{
    fa__node *input = fa__argument_node(call, 0), *positions = fa__argument_positions(call, 1), *node = NULL;
    int axis = axis_at(call, 2, 0);
    const fa_dtype *dtype = fa__argument_dtype(call, 3);
    if (!fa_failed(call->err) && fa__argument_given(call, 4))
        fa__fail_at_column(call->err, FA_BAD_EXPRESSION, call->arguments[4]->column,
                           "%s(): out= is not part of expressions", call->function->name);
    if (!fa_failed(call->err))
        node =
            fa__node_reduceat((fa__operation)call->function->code, input, positions, axis, dtype, call->err);
    fa__node_release(positions);
    fa_dtype_release(dtype);
    return node;
}

static fa__node *apply_outer(const fa__bound_call *call)
{
    fa__node *first = fa__argument_node(call, 0), *second = fa__argument_node(call, 1);
    return fa_failed(call->err)
               ? NULL
               : fa__node_outer((fa__operation)call->function->code, first, second, call->err);
}

static fa__node *refuse_at(const fa__bound_call *call)
{
    fa__fail_at_column(call->err, FA_BAD_EXPRESSION, call->arguments[0]->column,
                       "%s() changes its array, which an expression does not", call->function->name);
    return NULL;
}

#define IS_METHOD(id) (FA__SCAN_##id == FA__SCAN_CUMSUM || FA__SCAN_##id == FA__SCAN_CUMPROD)
const fa__function fa__scan_functions[] = {
#define ROW(id, name, operation, documentation)                         \
    {#name,                                                             \
     "",                                                                \
     "a axis= dtype= out=",                                             \
     apply_scan,                                                        \
     FA__SCAN_##id,                                                     \
     IS_METHOD(id) ? FA__AS_FUNCTION | FA__AS_METHOD : FA__AS_FUNCTION, \
     FA_OPERATION_FUNCTION,                                             \
     documentation},
    FA__SCANS(ROW)
#undef ROW
        {"cumulative_sum", "", "x axis= dtype= out= include_initial=", apply_cumulative, FA__SCAN_CUMSUM,
         FA__AS_FUNCTION, FA_OPERATION_FUNCTION,
         "Running sums along an axis, from 0 on where that is asked for."},
    {"cumulative_prod", "", "x axis= dtype= out= include_initial=", apply_cumulative, FA__SCAN_CUMPROD,
     FA__AS_FUNCTION, FA_OPERATION_FUNCTION,
     "Running products along an axis, from 1 on where that is asked for."},
    {"average", "", "a axis= weights= keepdims=", apply_average, 0, FA__AS_FUNCTION, FA_OPERATION_FUNCTION,
     "Mean with weights."},
    {"diff", "", "a n= axis= prepend= append=", apply_diff, 0, FA__AS_FUNCTION, FA_OPERATION_FUNCTION,
     "Differences of neighbours along an axis, n times."},
    {0},
};

const fa__function fa__ufunc_methods[] = {
#define METHOD(name, parameters, apply, id) \
    {name, "", parameters, apply, FA__OP_##id, 0, FA_OPERATION_FUNCTION, ""},
#define ROW(id, name, arity, symbol, aliases, rule, documentation)                                 \
    METHOD(#name ".reduce", "array axis= dtype= out= keepdims= initial= where=", apply_reduce, id) \
    METHOD(#name ".accumulate", "array axis= dtype= out=", apply_accumulate, id)                   \
    METHOD(#name ".reduceat", "array indices axis= dtype= out=", apply_reduceat, id)               \
    METHOD(#name ".outer", "A B", apply_outer, id)                                                 \
    METHOD(#name ".at", "a indices b=", refuse_at, id)
    FA__ELEMENTWISE(ROW)
#undef ROW
#undef METHOD
        {0},
};
