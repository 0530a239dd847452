/* SPDX-License-Identifier: BSD-3-Clause */
/* The methods of quantiles, and what makes their nodes. Knows nothing about how elements are found. */
#ifndef FA_EXPR_QUANTILE_H
#define FA_EXPR_QUANTILE_H

#include "expr/graph.h"

/* X(id, NumPy's name, whether an element is taken as it is). */
#define FA__QUANTILE_METHODS(X)                                    \
    X(LINEAR, linear, false)                                       \
    X(INVERTED_CDF, inverted_cdf, true)                            \
    X(AVERAGED_INVERTED_CDF, averaged_inverted_cdf, false)         \
    X(CLOSEST_OBSERVATION, closest_observation, true)              \
    X(INTERPOLATED_INVERTED_CDF, interpolated_inverted_cdf, false) \
    X(HAZEN, hazen, false)                                         \
    X(WEIBULL, weibull, false)                                     \
    X(MEDIAN_UNBIASED, median_unbiased, false)                     \
    X(NORMAL_UNBIASED, normal_unbiased, false)                     \
    X(LOWER, lower, true)                                          \
    X(HIGHER, higher, true)                                        \
    X(MIDPOINT, midpoint, false)                                   \
    X(NEAREST, nearest, true)

typedef enum fa__quantile_method {
#define FA__ROW(id, name, takes) FA__QUANTILE_##id,
    FA__QUANTILE_METHODS(FA__ROW)
#undef FA__ROW
        FA__QUANTILE_METHOD_COUNT
} fa__quantile_method;

/* -1 with FA_INVALID_ARGUMENT, which lists them, for a name that none has. */
int fa__quantile_method_find(const char *name, size_t length, fa_error *err);
const char *fa__quantile_method_name(int method);
/* Whether results are elements as they are: of a method, for places q of this type. */
bool fa__quantile_takes_elements(int method, fa_type type_of_q);

typedef struct fa__quantile_arguments {
    fa_axes axes;
    bool keepdims;
    int method;
    bool skips_nan;
    fa__node *weights; /* of quantiles, borrowed; NULL: all elements count the same */
} fa__quantile_arguments;

/* NumPy's median(), nanmedian(), quantile() and nanquantile(): WHOLE nodes. A weak q is one number of
 * Python's. */
fa__node *fa__node_median(fa__node *input, const fa__quantile_arguments *arguments, fa_error *err);
fa__node *fa__node_quantile(fa__node *input, fa__node *q, const fa__quantile_arguments *arguments,
                            fa_error *err);
/* percentile() and nanpercentile(): the quantiles of q / 100. */
fa__node *fa__node_percentile(fa__node *input, fa__node *q, const fa__quantile_arguments *arguments,
                              fa_error *err);

/* ---- weighted_quantile.c ---- */

/* What these are where there are weights, and of complex numbers; the arguments are good ones. */
fa__node *fa__node_weighted_quantile(fa__node *input, fa__node *q, const fa__quantile_arguments *arguments,
                                     fa_error *err);
fa__node *fa__node_complex_median(fa__node *input, const fa__quantile_arguments *arguments, fa_error *err);

#endif
