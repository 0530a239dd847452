/* SPDX-License-Identifier: BSD-3-Clause */
/* The policy of the memory limit: what it is, and how large tiles may be under it. And what an evaluation
 * tells the outside: callbacks and counters. */
#ifndef FA_ENGINE_BUDGET_H
#define FA_ENGINE_BUDGET_H

#include "engine/engine.h"

/* Sets the limit from FARRAY_MEMORY or the machine where nobody has. */
void fa__budget_start(void);
bool fa__budget_set(size_t bytes, fa_error *err);
/* What is free. Units: bytes. */
int64_t fa__budget_free(void);
/* How many elements a tile has, a multiple of FA__BLOCK where the limit allows: `widest` bytes is the largest
 * element, `staged` the bytes of one element in all operands that may be staged. A tile that is turned on its
 * way to or from a file is larger: a file wants runs of whole pages along both of its sides. */
int64_t fa__budget_tile(int64_t widest, int64_t staged, bool turned, int threads);
/* The same of `tile` where nothing is staged and little is to be done: so few that each thread has some. */
int64_t fa__budget_share(int64_t tile, int64_t total, int threads);

/* The same where what is read lies anywhere in a file, and is looked for in the order of the file: all
 * `total` elements at once where the limit has room for where they are. */
int64_t fa__budget_scattered_tile(int64_t total, int64_t staged, int threads);

/* What may go to buffers: what is free, and an eighth of the limit in any case. */
int64_t fa__budget_available(void);

/* How many of `threads` workers the limit has room for, when each may take `buffers` of the smallest buffers:
 * at least one. */
int fa__budget_threads(int threads, int64_t buffers);

/* Calls the progress callback; false when it asks to stop. While it runs this thread is inside a callback. */
bool fa__callback(const fa_evaluate_options *options, const fa_progress *progress);

/* Says that this thread runs a function of the user's, which may not compute. */
void fa__engine_set_inside(bool inside);

void fa__count_pass(void);
void fa__count_evaluation(void);
void fa__engine_statistics(int64_t *passes, int64_t *evaluations);

#endif
