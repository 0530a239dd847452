/* SPDX-License-Identifier: BSD-3-Clause */
/// Arrays put together, taken apart and turned: NumPy's routines of array manipulation.
///
/// What can be a view is one, and sees later writes; everything else is pending and copies nothing before it is asked for:
/// a concatenation of files is read from the files. Dtypes are promoted as NumPy promotes them.
///
/// Threads: as all functions on arrays, these may be called from any thread on shared arrays.
#ifndef FARRAY_MOVE_H
#define FARRAY_MOVE_H

#include <farray/array.h>

#ifdef __cplusplus
extern "C" {
#endif

/// @name One behind the other (pending)
/// Returns  one reference.
/// Errors   FA_BAD_SHAPE, FA_BAD_INDEX (axis), FA_BAD_TYPES.
/// Cost     no data is touched.
/// @{
/// Along an axis that all have.
FA_API fa_array *fa_concatenate(fa_array *const *arrays, int count, int axis, fa_error *err);
/// @}

#ifdef __cplusplus
}
#endif

#endif
