/* SPDX-License-Identifier: BSD-3-Clause */
/* The public functions of statistics: calls to graphs. What they mean is expr/quantile.c,
 * expr/histogram.c and expr/covariance.c. */
#include "api/api.h"

#include <farray/statistics.h>

#include "expr/covariance.h"
#include "expr/histogram.h"
#include "expr/quantile.h"

#include <string.h>

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
    fa__quantile_arguments arguments = arguments_of(axes, options, err);
    fa__node *input = fa__leaf(array, err), *node = NULL;
    arguments.weights = options != NULL && options->weights != NULL ? fa__leaf(options->weights, err) : NULL;
    if (!fa_failed(err))
        node = make(input, q, &arguments, err);
    fa__node_release(arguments.weights);
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

/* ---- Histograms ---- */

static void start_bins(fa__histogram_arguments *arguments, const fa_histogram_options *options, fa_error *err)
{
    *arguments = (fa__histogram_arguments){.bins = 10};
    if (options == NULL || !FA__RESERVED_IS_ZERO(options, err))
        return;
    arguments->bins = options->bins != 0 ? options->bins : 10;
    arguments->density = options->density;
    arguments->estimator = options->rule;
    arguments->estimator_length = options->rule != NULL ? strlen(options->rule) : 0;
    if (options->edges != NULL)
        arguments->edges = fa__leaf(options->edges, err);
    if (options->weights != NULL)
        arguments->weights = fa__leaf(options->weights, err);
    if (options->range == NULL)
        return;
    arguments->has_range = true;
    arguments->first = fa__node_float(options->range[0], err);
    arguments->last = fa__node_float(options->range[1], err);
}

static void end_bins(fa__histogram_arguments *arguments)
{
    fa__node_release(arguments->edges);
    fa__node_release(arguments->weights);
    fa__node_release(arguments->first);
    fa__node_release(arguments->last);
}

fa_array *fa_histogram(fa_array *array, const fa_histogram_options *options, fa_array **edges, fa_error *err)
{
    fa__histogram_arguments arguments;
    fa__node *input = fa__leaf(array, err), *node = NULL, *between = NULL;
    start_bins(&arguments, options, err);
    if (!fa_failed(err))
        node = fa__node_histogram(input, &arguments, &between, err);
    end_bins(&arguments);
    fa__node_release(input);
    if (edges != NULL)
        *edges = fa__array_of(fa__node_retain(between), err);
    fa__node_release(between);
    return fa__array_of(node, err);
}

fa_array *fa_histogram_bin_edges(fa_array *array, const fa_histogram_options *options, fa_error *err)
{
    fa__histogram_arguments arguments;
    fa__node *input = fa__leaf(array, err), *node = NULL;
    start_bins(&arguments, options, err);
    if (!fa_failed(err))
        node = fa__node_histogram_edges(input, &arguments, err);
    end_bins(&arguments);
    fa__node_release(input);
    return fa__array_of(node, err);
}

fa_array *fa_bincount(fa_array *array, fa_array *weights, int64_t minlength, fa_error *err)
{
    fa__node *input = fa__leaf(array, err), *sums = weights != NULL ? fa__leaf(weights, err) : NULL,
             *node = NULL;
    if (!fa_failed(err))
        node = fa__node_bincount(input, sums, minlength, err);
    fa__node_release(input);
    fa__node_release(sums);
    return fa__array_of(node, err);
}

fa_array *fa_digitize(fa_array *array, fa_array *bins, bool right, fa_error *err)
{
    fa__node *input = fa__leaf(array, err), *edges = fa__leaf(bins, err), *node = NULL;
    if (!fa_failed(err))
        node = fa__node_digitize(input, edges, right, err);
    fa__node_release(input);
    fa__node_release(edges);
    return fa__array_of(node, err);
}

/* ---- Covariances ---- */

static fa_array *covariance(fa_array *array, const fa_cov_options *options, bool are_correlations,
                            fa_error *err)
{
    const bool given = options != NULL && FA__RESERVED_IS_ZERO(options, err),
               all = given && !are_correlations;
    fa__cov_arguments arguments = {.m = fa__leaf(array, err), .in_columns = given && options->in_columns};
    fa__node *node = NULL;
    arguments.dtype = given ? options->dtype : NULL;
    arguments.bias = all && options->bias;
    arguments.has_ddof = all && options->ddof != NULL;
    arguments.ddof = arguments.has_ddof ? *options->ddof : 0;
    arguments.y = given && options->y != NULL ? fa__leaf(options->y, err) : NULL;
    arguments.fweights = all && options->fweights != NULL ? fa__leaf(options->fweights, err) : NULL;
    arguments.aweights = all && options->aweights != NULL ? fa__leaf(options->aweights, err) : NULL;
    if (!fa_failed(err))
        node = are_correlations ? fa__node_corrcoef(&arguments, err) : fa__node_cov(&arguments, err);
    fa__node_release(arguments.m);
    fa__node_release(arguments.y);
    fa__node_release(arguments.fweights);
    fa__node_release(arguments.aweights);
    return fa__array_of(node, err);
}

fa_array *fa_cov(fa_array *array, const fa_cov_options *options, fa_error *err)
{
    return covariance(array, options, false, err);
}

fa_array *fa_corrcoef(fa_array *array, const fa_cov_options *options, fa_error *err)
{
    return covariance(array, options, true, err);
}
