/* SPDX-License-Identifier: BSD-3-Clause */
/* Statistics as text calls them. What they mean is expr/quantile.c. */
#include "text/functions.h"
#include "expr/quantile.h"

#include <string.h>

/* A number of Python's stays one; a list is an array. One reference. */
static fa__node *numbers_at(const fa__bound_call *call, int index)
{
    const fa__value *value = call->arguments[index];
    if (value->kind == FA__VALUE_NODE && !fa_failed(call->err))
        return fa__node_retain(value->node);
    return fa__argument_array(call, index);
}

static bool refuses_out(const fa__bound_call *call)
{
    const int at = fa__argument_position(call, "out");
    return at < 0 || !fa__argument_given(call, at) ||
           fa__fail_at_column(call->err, FA_BAD_EXPRESSION, call->arguments[at]->column,
                              "%s(): out= is not part of expressions: assign the result",
                              call->function->name);
}

/* overwrite_input= allows what is not done here. */
static bool common_arguments(const fa__bound_call *call, int storage[FA_MAX_NDIM],
                             fa__quantile_arguments *arguments)
{
    const int method = fa__argument_position(call, "method");
    *arguments = (fa__quantile_arguments){
        .keepdims = fa__argument_bool(call, fa__argument_position(call, "keepdims"), false),
        .skips_nan = call->function->code != 0,
    };
    fa__argument_bool(call, fa__argument_position(call, "overwrite_input"), false);
    if (!fa__argument_axes(call, fa__argument_position(call, "axis"), storage, &arguments->axes) ||
        !refuses_out(call))
        return false;
    if (method < 0 || !fa__argument_given(call, method))
        return !fa_failed(call->err);
    const fa__value *name = call->arguments[method];
    if (name->kind != FA__VALUE_TEXT)
        return fa__fail_at_column(call->err, FA_BAD_EXPRESSION, name->column,
                                  "%s(): a method is a text, as 'linear'", call->function->name);
    arguments->method = fa__quantile_method_find(name->as.text.start, name->as.text.length, call->err);
    if (arguments->method < 0)
        call->err->column = name->column;
    return !fa_failed(call->err);
}

static fa__node *apply_median(const fa__bound_call *call)
{
    int storage[FA_MAX_NDIM];
    fa__quantile_arguments arguments;
    fa__node *input = fa__argument_node(call, 0);
    return common_arguments(call, storage, &arguments) ? fa__node_median(input, &arguments, call->err) : NULL;
}

static fa__node *apply_places(const fa__bound_call *call,
                              fa__node *(*make)(fa__node *input, fa__node *q,
                                                const fa__quantile_arguments *arguments, fa_error *err))
{
    int storage[FA_MAX_NDIM];
    fa__quantile_arguments arguments;
    fa__node *input = fa__argument_node(call, 0), *q = numbers_at(call, 1), *node = NULL;
    if (q != NULL && common_arguments(call, storage, &arguments)) {
        const int at = fa__argument_position(call, "weights");
        arguments.weights = fa__argument_given(call, at) ? fa__argument_array(call, at) : NULL;
        if (!fa_failed(call->err))
            node = make(input, q, &arguments, call->err);
        fa__node_release(arguments.weights);
    }
    fa__node_release(q);
    return node;
}

static fa__node *apply_quantile(const fa__bound_call *call)
{
    return apply_places(call, fa__node_quantile);
}

static fa__node *apply_percentile(const fa__bound_call *call)
{
    return apply_places(call, fa__node_percentile);
}

#define MEDIAN_PARAMETERS   "a axis= out= overwrite_input= keepdims="
#define QUANTILE_PARAMETERS "a q axis= out= overwrite_input= method= keepdims= weights="

const fa__function fa__statistics_functions[] = {
    {"median", "", MEDIAN_PARAMETERS, apply_median, 0, FA__AS_FUNCTION, FA_OPERATION_WHOLE,
     "The middle element in order, or half the sum of the two in the middle; NaN when there is one."},
    {"nanmedian", "", MEDIAN_PARAMETERS, apply_median, 1, FA__AS_FUNCTION, FA_OPERATION_WHOLE,
     "The median of what is not NaN; NaN when all are."},
    {"quantile", "", QUANTILE_PARAMETERS, apply_quantile, 0, FA__AS_FUNCTION, FA_OPERATION_WHOLE,
     "What so large a part of the elements is below, by any of NumPy's methods."},
    {"nanquantile", "", QUANTILE_PARAMETERS, apply_quantile, 1, FA__AS_FUNCTION, FA_OPERATION_WHOLE,
     "Quantiles of what is not NaN; NaN when all are."},
    {"percentile", "", QUANTILE_PARAMETERS, apply_percentile, 0, FA__AS_FUNCTION, FA_OPERATION_WHOLE,
     "Quantiles of hundredths."},
    {"nanpercentile", "", QUANTILE_PARAMETERS, apply_percentile, 1, FA__AS_FUNCTION, FA_OPERATION_WHOLE,
     "Quantiles of hundredths of what is not NaN; NaN when all are."},
    {0},
};
