/* SPDX-License-Identifier: BSD-3-Clause */
/* Quantiles from order statistics, in NumPy's arithmetic: which elements in order lie about a quantile, and
 * what is made of the two. Knows nothing about how elements are found. */
#ifndef FA_OP_INTERPOLATE_H
#define FA_OP_INTERPOLATE_H

#include "expr/quantile.h"

/* How results are made, the same for all lines. */
typedef struct fa__quantile_rule {
    bool is_median;
    int method;      /* fa__quantile_method */
    fa_type element; /* the type of the array's elements */
    fa_type result;
    fa_type q;    /* the type in which places are computed: float64 or a narrower float, or int64 */
    bool is_weak; /* q is Python's number: its type is none in promotion */
} fa__quantile_rule;

/* Two elements in order, 0 <= previous, next < n, and the weight of the second. */
typedef struct fa__quantile_place {
    int64_t previous, next;
    double weight;
} fa__quantile_place;

/* Where quantile q of n > 0 elements is. */
fa__quantile_place fa__quantile_place_of(const fa__quantile_rule *rule, double q, int64_t n);
/* Writes one element of the result's type: what lies between two elements. */
void fa__quantile_between(const fa__quantile_rule *rule, const void *previous, const void *next,
                          double weight, void *out);
/* NaN or NaT in the result's type, which has one. */
void fa__quantile_nan(const fa__quantile_rule *rule, void *out);

#endif
