/* SPDX-License-Identifier: BSD-3-Clause */
/* Boxes, tasks, tiles and blocks of a pass: sizes alone. */
#ifndef FA_ENGINE_CUT_H
#define FA_ENGINE_CUT_H

#include "engine/pass.h"

typedef struct fa__cut {
    int64_t tile; /* elements of a tile */
    int64_t task; /* elements of a task, in one box; with many boxes a task is a box */
    int64_t boxes, task_count;
    int64_t block; /* elements of a block: fewer where they are wide, so that blocks stay in the cache */
    int64_t row;   /* blocks end at multiples of this; 0: anywhere */
    int64_t slot_stride; /* bytes from one block buffer to the next */
    bool guard;          /* operands may be mapped */
} fa__cut;

/* May make boxes of the pass smaller. */
void fa__cut_pass(fa__cut *cut, fa__pass *pass, int threads);
/* For moves in memory whose axes are in another order (engine/permute.h). */
void fa__cut_for_permuting(fa__cut *cut, fa__pass *pass, int threads);

#endif
