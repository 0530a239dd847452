/* SPDX-License-Identifier: BSD-3-Clause */
/* Histograms: which bins there are, and the nodes that count. Knows nothing about how elements are counted.
 */
#ifndef FA_EXPR_HISTOGRAM_H
#define FA_EXPR_HISTOGRAM_H

#include "expr/bins.h"

/* How bins were asked for. Borrowed nodes; NULL: left out. */
typedef struct fa__histogram_arguments {
    int64_t bins;    /* so many of equal width, or */
    fa__node *edges; /* between these */
    const char
        *estimator; /* or as many as this rule of NumPy's gives ("auto"); ends with `estimator_length` */
    size_t estimator_length;
    bool has_range;
    fa__node *first, *last; /* weak, where there is a range */
    fa__node *weights;
    bool density;
} fa__histogram_arguments;

/* NumPy's histogram(): the counts, or sums of weights; *edges (may be NULL) gets one reference too. */
fa__node *fa__node_histogram(fa__node *input, const fa__histogram_arguments *arguments, fa__node **edges,
                             fa_error *err);
fa__node *fa__node_histogram_edges(fa__node *input, const fa__histogram_arguments *arguments, fa_error *err);

/* How many bins a rule of NumPy's gives, found now: "auto", "fd", "scott", "sturges", ... (estimate.c) */
bool fa__histogram_estimate(fa__node *input, const fa__histogram_arguments *arguments, int64_t *count,
                            fa_error *err);

/* The least and the largest of some int64, found now. */
bool fa__extremes_now(fa__node *input, int64_t extremes[2], fa_error *err);
/* NumPy's bincount(); its length is found now. NULL for weights: counts. */
fa__node *fa__node_bincount(fa__node *input, fa__node *weights, int64_t least, fa_error *err);
/* NumPy's digitize(); which way the bins go is looked at now. */
fa__node *fa__node_digitize(fa__node *input, fa__node *bins, bool right, fa_error *err);

#endif
