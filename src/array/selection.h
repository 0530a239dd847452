/* SPDX-License-Identifier: BSD-3-Clause */
/* NumPy's index with arrays in it, taken apart: what is left for a view to do, which axes the arrays choose
 * from, and where the axes that they make go. Works on shapes alone; knows nothing about what the arrays
 * hold. */
#ifndef FA_ARRAY_SELECTION_H
#define FA_ARRAY_SELECTION_H

#include "array/shape.h"

/* An array that stands in an index: integers, or a mask of as many axes as it chooses from. */
typedef struct fa__selector {
    bool is_mask;
    int ndim;
    const int64_t *sizes;
} fa__selector;

/* Selector k takes positions in axes [axes[k], axes[k] + spans[k]) of `base`, counted over them in C order:
 * one axis for integers, those of the mask for a mask (none for a mask of no axes). */
typedef struct fa__selection {
    fa__geometry
        base; /* what the slices, integers and new axes make of the array; the chosen axes are whole */
    int count;
    int axes[FA_MAX_NDIM], spans[FA_MAX_NDIM];
    int named[FA_MAX_NDIM]; /* the axis of the array itself that axes[k] is: for messages */
    int place; /* how many of the other axes stand before those that the selectors make together */
} fa__selection;

/* `selectors` are the arrays of the parts that hold one, in their order. */
bool fa__select(const fa__geometry *from, fa_index_parts index, const fa__selector *selectors,
                fa__selection *selection, fa_error *err);
/* Whether any part of an index is an array. */
bool fa__selects(fa_index_parts index);

#endif
