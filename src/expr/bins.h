/* SPDX-License-Identifier: BSD-3-Clause */
/* What whoever makes nodes that count in bins and whoever computes them agree on. */
#ifndef FA_EXPR_BINS_H
#define FA_EXPR_BINS_H

#include "expr/graph.h"

/* The inputs of a HISTOGRAM are elements, edges, and where bins are uniform the two ends of the range; those
 * of a BIN_SUMS are elements and weights, in one row each, and then the same. `number` is how many bins there
 * are. */
typedef enum fa__bins_option { FA__BINS_GIVEN, FA__BINS_UNIFORM, FA__BINS_ARE_ELEMENTS } fa__bins_option;

/* The ends of the range as NumPy takes them: finite, in order, apart from each other. `type` is that of their
 * own. */
bool fa__histogram_ends(fa_type type, bool is_given, double *first, double *last, fa_error *err);
/* NumPy's linspace between two ends in steps of `type`: count + 1 edges of `edge_type`. */
typedef struct fa__histogram_steps {
    double first, last;
    int64_t count;
    fa_type type, edge_type;
} fa__histogram_steps;

/* Edges [at, at + n). FA_OUT_OF_RANGE where one is not above the one before it. */
bool fa__histogram_fill(const fa__histogram_steps *steps, int64_t at, int64_t n, void *edges, fa_error *err);

#endif
