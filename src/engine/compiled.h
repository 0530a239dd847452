/* SPDX-License-Identifier: BSD-3-Clause */
/* Passes that are planned once and walked again over other memory of the same layout: what a compiled
 * expression is, where it is made of elementwise operations and reductions. Knows nothing about text and
 * names. */
#ifndef FA_ENGINE_COMPILED_H
#define FA_ENGINE_COMPILED_H

#include "engine/engine.h"

typedef struct fa__compiled fa__compiled;

/* An array of the dtype and the layout of `like`, without bytes: what a graph is made of before it is known
 * what it will be computed from. */
fa_array *fa__stand_in(const fa_array *like, fa_error *err);

/* Plans `value`, a graph of stand-ins and constants, for a target that looks as `target`, of its shape. NULL
 * with a clean err where that takes more than passes over memory of these kinds; to be computed otherwise
 * then. */
fa__compiled *fa__compile(fa_array *value, fa_array *target, fa_array *const *stand_ins, int count,
                          fa_error *err);
void fa__compiled_free(fa__compiled *compiled);

/* Computes into `target` from `arrays`, which look as the stand-ins and the target did. Behind the write
 * gate; one run at a time, and none after one that failed. False with a clean err, and with nothing done,
 * where an array is not in memory, is not computed yet, or shares bytes with the target other than element by
 * element. */
bool fa__compiled_run(fa__compiled *compiled, fa_array *target, fa_array *const *arrays, fa_error *err);

#endif
