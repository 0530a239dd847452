/* SPDX-License-Identifier: BSD-3-Clause */
/* The different ones of elements that have keys: of those that equal each other the first one in order, as
 * unique() has it. */
#ifndef FA_OP_DISTINCT_H
#define FA_OP_DISTINCT_H

#include "op/order.h"

/* Squeezes n sorted elements: how many there are. */
int64_t fa__keep_firsts(const fa__order *order, void *elements, int64_t n);

typedef struct fa__kept {
    int64_t begin, count;
} fa__kept;
/* Puts squeezed parts of a line behind each other: how many elements. `before` is what stands before them
 * all, or NULL. */
int64_t fa__close_gaps(const fa__order *order, char *elements, fa__kept *parts, int64_t count,
                       const char *before);

/* fa__sort_line() with nothing twice: how many elements; 0 with an error. */
int64_t fa__sort_distinct(fa__whole_run *run, const fa__order *order, void *elements, int64_t n, void *room,
                          fa_error *err);

#endif
