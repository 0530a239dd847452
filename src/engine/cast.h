/* SPDX-License-Identifier: BSD-3-Clause */
/* From two dtypes to the loop that converts elements of one into those of the other. */
#ifndef FA_ENGINE_CAST_H
#define FA_ENGINE_CAST_H

#include "array/dtype.h"
#include "kernel/cast.h"

/* Zeroes *cast where elements are to stay as they are. Elements that are no structures are in the machine's
 * byte order on both sides. FA_UNSUPPORTED. */
bool fa__cast_plan(const fa_dtype *from, const fa_dtype *to, fa__cast *cast, fa_error *err);
/* Elements of `bytes` bytes that stand at `offset` in elements of `from`, as they are. */
bool fa__cast_plan_part(const fa_dtype *from, int64_t offset, int64_t bytes, fa__cast *cast, fa_error *err);
/* Between strings, and between strings and what they can say (engine/cast_text.c). */
void fa__cast_plan_text(const fa_dtype *from, const fa_dtype *to, fa__cast *cast);
void fa__cast_clear(fa__cast *cast);

#endif
