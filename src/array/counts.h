/* SPDX-License-Identifier: BSD-3-Clause */
/* How many elements of a mask are true, block by block: from a position among those that are true to a place
 * in the mask, without a list of places. Knows nothing about where the mask is. */
#ifndef FA_ARRAY_COUNTS_H
#define FA_ARRAY_COUNTS_H

#include "base/error.h"
#include "base/reference.h"

#include <stdint.h>

/* Elements of a mask, in C order, that are counted together. */
enum { FA__COUNTED_BLOCK = 1 << 16 };

typedef struct fa__counts {
    fa__references references;
    int64_t elements; /* of the mask */
    int64_t blocks;
    int64_t before[]; /* how many are true before each block; before[blocks] is how many there are */
} fa__counts;

/* For a mask of that many elements, with before[b + 1] to be set to the count of block b; charged to the
 * ledger. */
fa__counts *fa__counts_new(int64_t elements, fa_error *err);
/* Makes sums of the counts of the blocks. */
void fa__counts_add_up(fa__counts *counts);
fa__counts *fa__counts_retain(fa__counts *counts); /* NULL is fine, here and there */
void fa__counts_release(fa__counts *counts);

static inline int64_t fa__counts_total(const fa__counts *counts)
{
    return counts->before[counts->blocks];
}

/* The block that holds the true element number `rank`, 0 <= rank < total. */
int64_t fa__counts_block(const fa__counts *counts, int64_t rank);
bool fa__counts_equal(const fa__counts *a, const fa__counts *b);

#endif
