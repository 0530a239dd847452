/* SPDX-License-Identifier: BSD-3-Clause */
/* Looking through masks and indices that stand, on all threads. */
#ifndef FA_OP_MASK_H
#define FA_OP_MASK_H

#include "engine/flat.h"
#include "expr/take.h"

/* What fa__computer promises (expr/take.h). */
fa_array *fa__op_stand(fa__node *node, fa_error *err);
fa__counts *fa__op_count_mask(fa_array *mask, fa_error *err);
bool fa__op_check_positions(fa_array *positions, int64_t low, int64_t size, int axis, fa_error *err);
fa_array *fa__op_repeated_positions(fa_array *counts, fa_error *err);
fa_array *fa__op_mask_without(fa_array *positions, int64_t size, int axis, fa_error *err);

/* FA_BAD_INDEX in NumPy's words for the first of these int64 that is not in [low, size). For use inside of
 * an evaluation, between its passes. */
bool fa__positions_are_inside(const fa__flat *positions, int64_t low, int64_t size, int axis, fa_error *err);
/* Says so of one. */
bool fa__fail_position(int64_t position, int64_t low, int64_t size, int axis, fa_error *err);

#endif
