/* SPDX-License-Identifier: BSD-3-Clause */
/* Elements from file to file with their axes in another order, in one walk: boxes of them, whose rows are
 * long in the source and long in the target, are read past the page cache, put in order in memory, and
 * written.
 *
 *     source               a box in memory        target
 *     a a a A A A          a b                    a b . .
 *     b b b B B B   --->   a b             --->   a b . .
 *     . . . . . .          a b                    a b . .
 *                                                 . . . .                  */
#ifndef FA_ENGINE_CARRY_H
#define FA_ENGINE_CARRY_H

#include "engine/pass.h"

#include <stdatomic.h>

/* How a box of elements stands in a file and in memory. In memory it is cut to the rows that are one run of
 * the file, and each row begins at the same byte of a grain as in the file, which makes one stride of it. */
typedef struct fa__carry_side {
    const fa__operand *operand;
    int64_t strides[FA_MAX_NDIM]; /* bytes of the file */
    int order[FA_MAX_NDIM];       /* axes, the outermost in the file first */
    /* Axes order[run..] are one row of a box; with the strides of a box in memory, and its bytes. */
    int run;
    int64_t row_bytes;
    int64_t memory[FA_MAX_NDIM];
    int64_t bytes;
} fa__carry_side;

typedef struct fa__carry {
    int ndim;
    int64_t item_bytes, sizes[FA_MAX_NDIM];
    int swap;
    fa__carry_side from, to; /* of pieces, and of boxes */
    int64_t box[FA_MAX_NDIM];
    int64_t piece[FA_MAX_NDIM]; /* of a box: read and put in order together */
    int pieces_ahead;
    int64_t rows_of_piece, rows_of_box, parts; /* grains that rows may share at a time */
    int threads;
    /* For whoever watches: elements done, and whether to give up. */
    atomic_llong *done_elements;
    const atomic_bool *stop;
} fa__carry;

/* Whether a pass is such a move, of a size and under a limit for which this is the way. Where the rows are
 * short, a walk that reads and writes all twice is shorter; `*is_short` says so. */
bool fa__carry_plan(fa__carry *carry, const fa__pass *pass, int threads, bool *is_short);
/* What it takes of the memory limit, to be charged while it runs. */
int64_t fa__carry_bytes(const fa__carry *carry);
/* Does it, on the pool; `poll` as for fa__pool_run(). */
bool fa__carry_run(fa__carry *carry, void (*poll)(void *user), void *user, fa_error *err);

#endif
