/* SPDX-License-Identifier: BSD-3-Clause */
/* The bins of a HISTOGRAM or a BIN_SUMS, from the inputs that stand beside its elements. */
#ifndef FA_OP_BINS_OF_H
#define FA_OP_BINS_OF_H

#include "engine/whole.h"
#include "expr/bins.h"
#include "kernel/bins.h"

/* The ends of a range: numbers, and the types in which NumPy goes from one to the other. */
typedef struct fa__bins_ends {
    double first, last, width;
    fa_type step_type; /* float64, or the narrower float that both are */
    bool are_given;    /* Python's numbers: divided by in float64 */
} fa__bins_ends;

/* From two inputs, the first of them number `input`. */
bool fa__bins_read_ends(fa__bins_ends *ends, const fa__node *node, int input, fa_error *err);

typedef struct fa__bins_of {
    fa__bins bins;
    void *edges;               /* as bins.edges has them */
    size_t charged;            /* for them */
    fa_type element;           /* what elements come as; converted where that is not bins.type */
    fa__convert_loop *convert; /* NULL: the same */
} fa__bins_of;

/* Input number `edges` are the edges, the ends follow. FA_INVALID_ARGUMENT for edges that do not ascend,
 * FA_NO_MEMORY for more than the limit has room for. fa__bins_clear() also where it fails. */
bool fa__bins_start(fa__bins_of *of, const fa__node *node, int edges, fa_error *err);
void fa__bins_clear(fa__bins_of *of);
/* fa__find_bins() of elements as they come. */
void fa__bins_find(const fa__bins_of *of, const void *x, int64_t n, int32_t *bins);
/* fa__count_elements() of any number of elements as they come. */
void fa__bins_count(const fa__bins_of *of, const void *x, int64_t n, int64_t *counters);

#endif
