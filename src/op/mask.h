/* SPDX-License-Identifier: BSD-3-Clause */
/* Looking through masks and indices that stand, on all threads. */
#ifndef FA_OP_MASK_H
#define FA_OP_MASK_H

#include "engine/flat.h"

/* FA_BAD_INDEX in NumPy's words for the first of these int64 that is not in [low, size). For use inside of
 * an evaluation, between its passes. */
bool fa__positions_are_inside(const fa__flat *positions, int64_t low, int64_t size, int axis, fa_error *err);
/* Says so of one. */
bool fa__fail_position(int64_t position, int64_t low, int64_t size, int axis, fa_error *err);

#endif
