/* SPDX-License-Identifier: BSD-3-Clause */
/* Writing elements at positions that arrays hold: a[i] = v, where a position may come twice. Works in the
 * order of the positions, so that the later value stays. */
#ifndef FA_OP_ASSIGN_H
#define FA_OP_ASSIGN_H

#include "expr/take.h"

/* Some of the places: unit i is `bytes` bytes at offsets[i] of the target's source, and its values are there
 * one behind the other, in the target's byte order. */
typedef bool fa__places_visit(fa__source *source, const int64_t *offsets, int64_t n, int64_t bytes,
                              const void *values, void *user, fa_error *err);

/* Goes over the elements that `take` (a node whose input is a LEAF of a concrete array) chooses, in their
 * order, and over `values` beside them, converted to the target's dtype; values begin again when they end.
 * `positions` are the indices, which stand. Neither they nor the values may share bytes with the target. For
 * use inside of an evaluation. */
bool fa__each_place(const fa__node *take, fa_array *const *positions, const fa_array *values,
                    fa__places_visit *visit, void *user, fa_error *err);
/* Writes the values there. Everything is looked at before anything is written. Waits in line for evaluations.
 */
bool fa__assign_places(const fa__node *take, fa_array *const *positions, const fa_array *values,
                       fa_error *err);

#endif
