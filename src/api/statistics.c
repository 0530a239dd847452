/* SPDX-License-Identifier: BSD-3-Clause */
/* The public functions of statistics: calls to graphs. What they mean is expr/quantile.c. */
#include "api/api.h"

#include <farray/statistics.h>

#include "expr/quantile.h"

static fa__quantile_arguments arguments_of(fa_axes axes, const fa_quantile_options *options, fa_error *err)
{
    fa__quantile_arguments arguments = {.axes = axes};
    if (options == NULL || !FA__RESERVED_IS_ZERO(options, err))
        return arguments;
    arguments.keepdims = options->keepdims;
    arguments.skips_nan = options->skip_nan;
    arguments.method = (int)options->method;
    if (arguments.method < 0 || arguments.method >= FA__QUANTILE_METHOD_COUNT)
        fa__fail(err, FA_INVALID_ARGUMENT, "%d is no method of quantiles", arguments.method);
    return arguments;
}

fa_array *fa_median(fa_array *array, fa_axes axes, const fa_quantile_options *options, fa_error *err)
{
    const fa__quantile_arguments arguments = arguments_of(axes, options, err);
    fa__node *input = fa__leaf(array, err), *node = NULL;
    if (!fa_failed(err))
        node = fa__node_median(input, &arguments, err);
    fa__node_release(input);
    return fa__array_of(node, err);
}

typedef fa__node *maker(fa__node *input, fa__node *q, const fa__quantile_arguments *arguments, fa_error *err);

/* Takes the node of q over. */
static fa_array *places(maker *make, fa_array *array, fa__node *q, fa_axes axes,
                        const fa_quantile_options *options, fa_error *err)
{
    const fa__quantile_arguments arguments = arguments_of(axes, options, err);
    fa__node *input = fa__leaf(array, err), *node = NULL;
    if (!fa_failed(err))
        node = make(input, q, &arguments, err);
    fa__node_release(input);
    fa__node_release(q);
    return fa__array_of(node, err);
}

fa_array *fa_quantile(fa_array *array, fa_array *q, fa_axes axes, const fa_quantile_options *options,
                      fa_error *err)
{
    return places(fa__node_quantile, array, fa__leaf(q, err), axes, options, err);
}

fa_array *fa_quantile_at(fa_array *array, double q, fa_axes axes, const fa_quantile_options *options,
                         fa_error *err)
{
    return places(fa__node_quantile, array, fa__node_float(q, err), axes, options, err);
}

fa_array *fa_percentile(fa_array *array, fa_array *q, fa_axes axes, const fa_quantile_options *options,
                        fa_error *err)
{
    return places(fa__node_percentile, array, fa__leaf(q, err), axes, options, err);
}
