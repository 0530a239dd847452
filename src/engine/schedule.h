/* SPDX-License-Identifier: BSD-3-Clause */
/* What must be computed before what: nodes whose values have to stand somewhere before others can be read
 * from them. */
#ifndef FA_ENGINE_SCHEDULE_H
#define FA_ENGINE_SCHEDULE_H

#include "engine/index.h"
#include "engine/pending.h"

/* A node that has a pass of its own (a reduction or a scan, or elements under a reshape), or a run (an
 * operation on whole arrays that is no walk), in level `level`: those of level 0 need nothing, those of level
 * n need results of level n - 1. A move has none: its derived source is made before the passes of its level,
 * behind those that it reads. */
typedef struct fa__barrier {
    fa__node *node;
    int level;
    bool derives;
} fa__barrier;

typedef struct fa__schedule {
    fa__index nodes; /* node -> level at which its elements can be computed */
    fa__barrier *barriers;
    int64_t barrier_count, barrier_capacity;
    int levels;
} fa__schedule;

/* Adds all that `root` needs, seeing through computations that are not done. Gives the level of root, -1 with
 * an error. */
int fa__schedule_add(fa__schedule *schedule, fa__node *root, fa_error *err);
/* Whether a node that is no move has a barrier. */
bool fa__schedule_has_pass(const fa__schedule *schedule, const fa__node *node);
void fa__schedule_clear(fa__schedule *schedule);

#endif
