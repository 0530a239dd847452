/* SPDX-License-Identifier: BSD-3-Clause */
/* Which bin of a histogram an element belongs to: NumPy's decision, to the element. Knows nothing about
 * passes. */
#ifndef FA_KERNEL_BINS_H
#define FA_KERNEL_BINS_H

#include "kernel/kernel.h"

/* Bins between `count` + 1 ascending edges; each has its lower edge, the last one has both. Uniform ones are
 * float16, bfloat16, float32 or float64, given ones int64, uint64, float32 or float64. */
typedef struct fa__bins {
    fa_type type; /* of elements and edges */
    int32_t count;
    const void *edges;
    bool uniform;
    /* Uniform: NumPy divides the distance from the first edge by `width`, in double where `is_wide`, and
     * looks at the edges beside the bin that it comes to. */
    double first, last, width;
    bool is_wide;
} fa__bins;

/* out[i] = the bin of x[i], or `count` where it is in none, as NaN is. n <= FA__BLOCK. */
void fa__find_bins(const fa__bins *bins, const void *x, int64_t n, int32_t *out);

/* counters[the bin of x[i]]++, of any number of elements. There are FA__BIN_BANKS(count) sets of `count` + 1
 * counters, one behind the other, which are added up by whoever reads them. */
void fa__count_elements(const fa__bins *bins, const void *x, int64_t n, int64_t *counters);
#define FA__BIN_BANKS(count) ((count) < 512 ? 8 : (count) < 4096 ? 4 : 1)

/* sums[bins[i]] += weights[i], one after the other; parts: 2 for complex sums and weights, else 1. */
void fa__add_bins(double *sums, const int32_t *bins, const double *weights, int parts, int64_t n);

#endif
