/* SPDX-License-Identifier: BSD-3-Clause */
/* Which elements can be converted into which: one answer for graphs, assignments and files. Knows nothing
 * about how. */
#ifndef FA_ARRAY_CONVERT_H
#define FA_ARRAY_CONVERT_H

#include "array/dtype.h"

/* What astype(`to`) of elements of `from` gives, in the machine's byte order: `to`, with what it leaves open
 * taken from `from` (the unit of "M8"). Gives a reference. */
const fa_dtype *fa__cast_target(const fa_dtype *from, const fa_dtype *to, fa_error *err);
/* Whether elements can be converted as NumPy's unsafe cast does; FA_UNSUPPORTED. Byte orders do not matter.
 */
bool fa__can_convert(const fa_dtype *from, const fa_dtype *to, fa_error *err);

#endif
