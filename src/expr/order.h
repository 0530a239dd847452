/* SPDX-License-Identifier: BSD-3-Clause */
/* Graphs that put elements in order, find places in an order, and compare sets. `axis` is FA__FLAT for all
 * elements in C order (expr/take.h). Knows nothing about text. */
#ifndef FA_EXPR_ORDER_H
#define FA_EXPR_ORDER_H

#include "expr/graph.h"

fa__node *fa__node_sort(fa__node *input, int axis, fa_error *err);
fa__node *fa__node_distinct(fa__node *input, fa_error *err);
fa__node *fa__node_argsort(fa__node *input, int axis, fa_error *err);

/* The option of a SORT or ARGSORT: of all elements, or of the one at position `number` alone; of a SORT of
 * one dimension: the different ones of them, whose number is in `number` when they stand, and nothing behind
 * them. */
enum { FA__ORDER_ALL, FA__ORDER_PARTITION, FA__ORDER_DISTINCT };
/* Elements (or `positions`) so that those at `count` positions are where they belong in order; one behind the
 * other. */
fa__node *fa__node_partition(fa__node *input, const int64_t *kth, int count, int axis, bool positions,
                             fa_error *err);

/* Where elements of `sought` belong among those of a sorted array of one dimension, to the left or to the
 * right of equal ones. */
fa__node *fa__node_searchsorted(fa__node *sorted, fa__node *sought, bool right, fa_error *err);
/* Whether elements are (`invert`: are not) among those of another array. */
fa__node *fa__node_isin(fa__node *elements, fa__node *tests, bool invert, fa_error *err);
/* Positions by the last key, then by the one before it, ... */
fa__node *fa__node_lexsort(int count, fa__node *const *keys, int axis, fa_error *err);
/* Sorted along the last axis, as complex numbers. */
fa__node *fa__node_sort_complex(fa__node *input, fa_error *err);

/* ---- sets.c ---- */

/* What unique() gives, one reference each; NULL where it is not wanted. */
typedef struct fa__unique {
    bool index_wanted, inverse_wanted, counts_wanted;
    bool nan_is_many; /* NaNs are as many values as there are of them */
    fa__node *values, *index, *inverse, *counts;
} fa__unique;
/* The different values of all elements, in order. Their number is data: the array is sorted now. */
bool fa__node_unique(fa__node *input, fa__unique *unique, fa_error *err);
/* The same of what stands along an axis: rows that differ from each other, in order of their elements. */
bool fa__node_unique_along(fa__node *input, int axis, fa__unique *unique, fa_error *err);
void fa__unique_release(fa__unique *unique);

typedef enum fa__set_operation {
    FA__SET_UNION,
    FA__SET_INTERSECT,
    FA__SET_DIFFERENCE,
    FA__SET_XOR
} fa__set_operation;
/* Of the values of two arrays; `unique` says that each holds no value twice. `positions` (may be NULL), of
 * INTERSECT, gets where common values stand in the first and in the second, one reference each. */
fa__node *fa__node_set(fa__set_operation operation, fa__node *first, fa__node *second, bool unique,
                       fa__node **positions, fa_error *err);

#endif
