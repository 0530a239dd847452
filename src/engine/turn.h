/* SPDX-License-Identifier: BSD-3-Clause */
/* A matrix from file to file with its axes exchanged: nothing is computed, and what a disk likes decides how
 * it is walked. */
#ifndef FA_ENGINE_TURN_H
#define FA_ENGINE_TURN_H

#include "engine/pass.h"

#include <stdatomic.h>

/* What is moved: `rows` x `columns` elements, dense in the source and, with the axes exchanged, in the
 * target. */
typedef struct fa__turn {
    const fa__operand *from, *to;
    int64_t rows, columns, item_bytes;
    int swap;
    /* How: pieces are read, strips are turned; of more than one strip each goes through scratch. */
    int threads;
    int64_t piece_bytes, strip_rows, group_rows;
    fa__source *scratch; /* of the strips; NULL: there is one */
    /* For whoever watches: elements done, and whether to give up. */
    atomic_llong *done_elements;
    const atomic_bool *stop;
} fa__turn;

/* Whether a pass is such a move, of a size and under a limit for which this is the way, with scratch where it
 * needs some. After true it is run. */
bool fa__turn_plan(fa__turn *turn, const fa__pass *pass, int threads);
/* Does it, and ends the scratch, on the pool; `poll` as for fa__pool_run(). */
bool fa__turn_run(fa__turn *turn, void (*poll)(void *user), void *user, fa_error *err);

#endif
