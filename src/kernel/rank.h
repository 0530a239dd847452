/* SPDX-License-Identifier: BSD-3-Clause */
/* Order statistics: elements by their place in the order of all. Elements become *keys*, signed integers of
 * their size that stand in the same order; every NaN and NaT has the largest key of its size. Knows nothing
 * about files and passes: src/op/ranks.c narrows down what has to be looked at. */
#ifndef FA_KERNEL_RANK_H
#define FA_KERNEL_RANK_H

#include "kernel/kernel.h"

/* Keys from `low` to `high`, both included. */
typedef struct fa__bracket {
    int64_t low, high;
} fa__bracket;

typedef struct fa__bracket_counts {
    int64_t below, inside;
} fa__bracket_counts;

typedef struct fa__ranker {
    int key_bytes;
    bool has_nan; /* floats and times */
    void (*keys)(void *keys, const void *x, int64_t n);
    void (*elements)(void *x, const void *keys, int64_t n);
    int64_t (*largest)(const void *keys, int64_t n); /* how many are the largest key there is */
    /* Adds to the counts of a bracket. What is inside goes to kept[0..room), which has room for 8 keys more;
     * gives how many were written there. Keys of 4 and 8 bytes; n is at most FA__BLOCK. */
    int64_t (*bracket)(const void *keys, int64_t n, const fa__bracket *bracket, fa__bracket_counts *counts,
                       void *kept, int64_t room);
    /* counters[(key - low) >> shift]++ where that is less than `buckets`; all others are counted in
     * counters[buckets]. There are FA__DIGIT_BANKS(buckets) sets of counters, one behind the other: they are
     * added up by whoever reads them. */
    void (*digits)(const void *keys, int64_t n, int64_t low, int shift, int64_t buckets, int64_t *counters);
    /* Moves keys so that keys[r] is what it would be in order, for each of the ascending ranks. */
    void (*select)(void *keys, int64_t n, const int64_t *ranks, int64_t count);
} fa__ranker;

/* Neighbours that are equal would wait for each other's counter. */
#define FA__DIGIT_BANKS(buckets) ((buckets) <= 4096 ? 4 : 1)

/* NULL where elements have no order: complex numbers, strings, structures. */
const fa__ranker *fa__ranker_find(fa_type type);

#endif
