/* SPDX-License-Identifier: BSD-3-Clause */
/* Histograms, counts of whole numbers and covariances as text calls them. What they mean is histogram.c and
 * covariance.c. */
#include "expr/covariance.h"
#include "text/functions.h"
#include "expr/histogram.h"

#include <string.h>

enum { INPUT, BINS, RANGE };

static bool wrong(const fa__bound_call *call, int index, const char *what)
{
    return fa__fail_at_column(call->err, FA_BAD_EXPRESSION, call->arguments[index]->column, "%s(): %s",
                              call->function->name, what);
}

/* A number of a pair; one reference. */
static fa__node *end_at(const fa__value *pair, int index, fa_error *err)
{
    if (pair->kind == FA__VALUE_TUPLE)
        return pair->as.tuple->count == 2 ? fa__node_int(pair->as.tuple->items[index], err) : NULL;
    if (pair->kind != FA__VALUE_LIST || pair->as.list->count != 2)
        return NULL;
    const fa__value *item = &pair->as.list->items[index];
    const bool is_number = item->kind == FA__VALUE_NODE && fa__node_is_weak(item->node) &&
                           (item->node->weak == FA__WEAK_INT || item->node->weak == FA__WEAK_FLOAT);
    return is_number ? fa__node_retain(item->node) : NULL;
}

static bool find_range(const fa__bound_call *call, fa__histogram_arguments *arguments)
{
    if (!fa__argument_given(call, RANGE))
        return true;
    arguments->has_range = true;
    arguments->first = end_at(call->arguments[RANGE], 0, call->err);
    arguments->last = end_at(call->arguments[RANGE], 1, call->err);
    return (arguments->first != NULL && arguments->last != NULL) ||
           wrong(call, RANGE, "a range is two numbers: (0, 1.5)");
}

/* A number of bins, the name of a rule for it, or edges. */
static bool find_bins(const fa__bound_call *call, fa__histogram_arguments *arguments)
{
    arguments->bins = 10;
    if (!fa__argument_given(call, BINS))
        return true;
    const fa__value *value = call->arguments[BINS];
    if (value->kind == FA__VALUE_TEXT) {
        arguments->estimator = value->as.text.start;
        arguments->estimator_length = value->as.text.length;
    } else if (value->kind == FA__VALUE_NODE && fa__node_is_weak(value->node)) {
        arguments->bins = fa__argument_int(call, BINS, 10);
    } else {
        arguments->edges = fa__argument_array(call, BINS);
    }
    return !fa_failed(call->err);
}

static bool start(const fa__bound_call *call, fa__histogram_arguments *arguments)
{
    const int weights = fa__argument_position(call, "weights"),
              density = fa__argument_position(call, "density");
    *arguments =
        (fa__histogram_arguments){.density = density >= 0 && fa__argument_bool(call, density, false)};
    if (fa__argument_given(call, weights))
        arguments->weights = fa__argument_node(call, weights);
    return find_bins(call, arguments) && find_range(call, arguments) && !fa_failed(call->err);
}

static void end(fa__histogram_arguments *arguments)
{
    fa__node_release(arguments->edges);
    fa__node_release(arguments->first);
    fa__node_release(arguments->last);
}

static fa__node *apply_histogram(const fa__bound_call *call)
{
    fa__histogram_arguments arguments = {0};
    fa__node *input = fa__argument_node(call, INPUT);
    fa__nodes *outputs = fa_failed(call->err) ? NULL : fa__nodes_new(2, call->err);
    if (outputs != NULL && start(call, &arguments))
        outputs->items[0] = fa__node_histogram(input, &arguments, &outputs->items[1], call->err);
    end(&arguments);
    if (fa_failed(call->err))
        fa__nodes_release(outputs);
    else
        *call->several = outputs;
    return NULL;
}

static fa__node *apply_edges(const fa__bound_call *call)
{
    fa__histogram_arguments arguments = {0};
    fa__node *input = fa__argument_node(call, INPUT), *node = NULL;
    if (input != NULL && start(call, &arguments))
        node = fa__node_histogram_edges(input, &arguments, call->err);
    end(&arguments);
    return node;
}

static fa__node *apply_bincount(const fa__bound_call *call)
{
    fa__node *input = fa__argument_node(call, 0),
             *weights = fa__argument_given(call, 1) ? fa__argument_node(call, 1) : NULL;
    if (call->arguments[2] != NULL && !fa__argument_given(call, 2))
        wrong(call, 2, "use 0 instead of None for minlength");
    const int64_t least = fa__argument_int(call, 2, 0);
    /* An empty list counts nothing, though NumPy's empty array would be one of floats. */
    const bool is_nothing = !fa_failed(call->err) && fa__is_sequence(call->arguments[0]) &&
                            fa__sequence_count(call->arguments[0]) == 0;
    fa__node *whole = is_nothing ? fa__node_cast(input, FA_INT64, call->err) : fa__node_retain(input);
    fa__node *node = fa_failed(call->err) ? NULL : fa__node_bincount(whole, weights, least, call->err);
    fa__node_release(whole);
    return node;
}

static fa__node *apply_digitize(const fa__bound_call *call)
{
    fa__node *input = fa__argument_array(call, 0), *bins = NULL, *node = NULL;
    const bool right = fa__argument_bool(call, 2, false);
    if (!fa_failed(call->err))
        bins = fa__argument_array(call, 1);
    if (bins != NULL)
        node = fa__node_digitize(input, bins, right, call->err);
    fa__node_release(input);
    fa__node_release(bins);
    return node;
}

static fa__node *given(const fa__bound_call *call, const char *name)
{
    const int at = fa__argument_position(call, name);
    return at >= 0 && fa__argument_given(call, at) ? fa__argument_node(call, at) : NULL;
}

/* corrcoef() takes no weights. */
static fa__node *apply_cov(const fa__bound_call *call)
{
    enum { M, Y, ROWVAR };
    const int ddof = fa__argument_position(call, "ddof"), bias = fa__argument_position(call, "bias");
    const fa_dtype *dtype = fa__argument_dtype(call, fa__argument_position(call, "dtype"));
    const fa__cov_arguments arguments = {
        .dtype = dtype,
        .m = fa__argument_node(call, M),
        .y = given(call, "y"),
        .in_columns = !fa__argument_bool(call, ROWVAR, true),
        .bias = bias >= 0 && fa__argument_bool(call, bias, false),
        .has_ddof = ddof >= 0 && fa__argument_given(call, ddof),
        .ddof = ddof >= 0 ? (double)fa__argument_int(call, ddof, 0) : 0,
        .fweights = given(call, "fweights"),
        .aweights = given(call, "aweights"),
    };
    fa__node *node = NULL;
    if (!fa_failed(call->err))
        node = call->function->code != 0 ? fa__node_corrcoef(&arguments, call->err)
                                         : fa__node_cov(&arguments, call->err);
    fa_dtype_release(dtype);
    return node;
}

const fa__function fa__histogram_functions[] = {
    {"histogram", "", "a bins= range= density= weights=", apply_histogram, 0,
     FA__AS_FUNCTION | FA__GIVES_PAIR, FA_OPERATION_WHOLE,
     "How many elements are in each bin, or the sums of their weights; and the edges of the bins."},
    {"histogram_bin_edges", "", "a bins= range= weights=", apply_edges, 0, FA__AS_FUNCTION,
     FA_OPERATION_WHOLE, "The edges of the bins that histogram() has."},
    {"bincount", "", "x weights= minlength=", apply_bincount, 0, FA__AS_FUNCTION, FA_OPERATION_WHOLE,
     "How often each whole number from 0 on is there, or the sum of its weights."},
    {"digitize", "", "x bins right=", apply_digitize, 0, FA__AS_FUNCTION, FA_OPERATION_WHOLE,
     "In which bin elements are, of those between edges that go up or down."},
    {"cov", "", "m y= rowvar= bias= ddof= fweights= aweights= dtype=", apply_cov, 0, FA__AS_FUNCTION,
     FA_OPERATION_WHOLE, "How variables vary together; each is a row."},
    {"corrcoef", "", "x y= rowvar= dtype=", apply_cov, 1, FA__AS_FUNCTION, FA_OPERATION_WHOLE,
     "Correlations of variables; each is a row."},
    {0},
};
