/* SPDX-License-Identifier: BSD-3-Clause */
/* Boxes, tasks, tiles and blocks of a pass: sizes alone. */
#ifndef FA_ENGINE_CUT_H
#define FA_ENGINE_CUT_H

#include "engine/pass.h"

typedef struct fa__cut {
    int64_t tile; /* elements of a tile */
    int64_t rows; /* of a box, that make a tile; 0: tiles are counted in elements alone */
    int64_t task; /* elements of a task, in one box; with many boxes a task is a box */
    int64_t boxes, task_count;
    int64_t block; /* elements of a block: fewer where they are wide, so that blocks stay in the cache */
    int64_t row;   /* blocks end at multiples of this; 0: anywhere */
    int64_t slot_stride; /* bytes from one block buffer to the next */
    bool guard;          /* operands may be mapped */
} fa__cut;

/* The boxes of a pass that nobody consumes: where memory of something runs along other axes than the walk,
 * elements of a box are neighbours along both. */
void fa__choose_box(fa__pass *pass);
/* May make boxes of the pass smaller. */
void fa__cut_pass(fa__cut *cut, fa__pass *pass, int threads);
/* Box number `number` of a pass. */
void fa__cut_box(const fa__pass *pass, int64_t number, int64_t *start, int64_t *sizes);
/* How many elements of a box of these sizes are together, wherever its walk goes along memory: those of the
 * innermost axes up to the first one that is cut. */
int64_t fa__cut_row(const fa__pass *pass, const int64_t *sizes);
/* For moves in memory whose axes are in another order (engine/permute.h). */
void fa__cut_for_permuting(fa__cut *cut, fa__pass *pass, int threads);

#endif
