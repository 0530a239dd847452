/* SPDX-License-Identifier: BSD-3-Clause */
/* A look at a few elements of a large array, which says between which keys an order statistic most likely is.
 */
#ifndef FA_OP_SAMPLE_H
#define FA_OP_SAMPLE_H

#include "op/ranks.h"

typedef struct fa__sample_bracket {
    int64_t low, high; /* keys, both included */
    int64_t expected;  /* about so many of them are to be kept; 0 where low == high */
} fa__sample_bracket;

/* Brackets for all ranks of a search, ascending and apart from each other, at most 3 for each rank; gives how
 * many. 0 where no sample can be taken. */
enum { FA__MAX_SAMPLE_BRACKETS = 3 * FA__MAX_RANKS };
int64_t fa__sample_brackets(const fa__rank_search *search, const int64_t *ranks, fa__sample_bracket *brackets,
                            fa_error *err);

#endif
