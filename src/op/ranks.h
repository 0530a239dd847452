/* SPDX-License-Identifier: BSD-3-Clause */
/* Elements by their place in the order of all elements of a box, which may be larger than memory. See
 * DESIGN.md. Knows nothing about what is made of them. */
#ifndef FA_OP_RANKS_H
#define FA_OP_RANKS_H

#include "engine/whole.h"
#include "kernel/rank.h"

/* What is looked for. */
typedef struct fa__rank_search {
    fa__whole_run *run;
    int input;
    const int64_t *start, *sizes; /* the box of the input; NULL: all of it */
    int64_t n;                    /* elements in the box, > 0 */
    const fa__ranker *ranker;
    int64_t count; /* of ranks, at most FA__MAX_RANKS at a time */
    /* The ranks, once it is known how many elements have one: all, or where `skips_nan` those that are not
     * NaN. */
    bool skips_nan;
    void (*ranks)(void *user, int64_t valid, int64_t *ranks);
    void *user;
    /* The answers. */
    int64_t nans;
    int64_t *keys; /* of each rank */
} fa__rank_search;

enum { FA__MAX_RANKS = 64 };

/* Finds them all. Where nothing but NaN is there and it is skipped, keys stay what they were. */
bool fa__ranks_find(fa__rank_search *search, fa_error *err);

/* Key i of keys of so many bytes. */
int64_t fa__rank_key(const void *keys, int bytes, int64_t i);

#endif
