/* SPDX-License-Identifier: BSD-3-Clause */
/// Choosing elements by positions and by masks, and writing where they say.
///
/// What is chosen is pending as any other computation is, and nothing is copied before it is asked for. A
/// mask is counted when it is used, since the shape of the result depends on it: a pending mask is computed
/// then. Positions that are in memory or in files are looked at when they are used, and pending ones when
/// they are computed: FA_BAD_INDEX where one is out of bounds, and then nothing is written.
///
/// In fa_index() and fa_assign_at() an array is a part of an index: FA_INDEX(fa_whole(), fa_by(positions)).
#ifndef FARRAY_CHOOSE_H
#define FARRAY_CHOOSE_H

#include <farray/array.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What becomes of a position that is out of bounds.
typedef enum fa_bounds {
    FA_BOUNDS_RAISE = 0, ///< it is an error; negative positions count from the end
    FA_BOUNDS_WRAP = 1,  ///< it goes around
    FA_BOUNDS_CLIP = 2   ///< it is the nearest one; negative positions are the first
} fa_bounds;

/// @name Choosing
/// Returns  one reference to a pending array. `axes` names one axis, or FA_ALL_AXES for all elements in C
/// order. Errors   FA_BAD_INDEX, FA_BAD_SHAPE, FA_BAD_TYPES, and what computing a mask can meet. Cost     a
/// mask is read once, and computed where it is pending; nothing else is read.
/// @{
/// Elements at positions along an axis, as NumPy's take().
FA_API fa_array *fa_take(fa_array *array, fa_array *positions, fa_axes axes, fa_bounds bounds, fa_error *err);
/// Elements at positions that differ from row to row.
FA_API fa_array *fa_take_along_axis(fa_array *array, fa_array *positions, int axis, fa_error *err);
/// Where a condition of one dimension is true along an axis.
FA_API fa_array *fa_compress(fa_array *condition, fa_array *array, fa_axes axes, fa_error *err);
/// Where a condition is true, both in C order.
FA_API fa_array *fa_extract(fa_array *condition, fa_array *array, fa_error *err);
/// Element by element of the array in `choices` that `selector` names. Choices and selector broadcast.
FA_API fa_array *fa_choose(fa_array *selector, fa_array *const *choices, int count, fa_bounds bounds,
                           fa_error *err);
/// Element by element of the first array whose condition is true; `otherwise` (NULL: zero) where none is.
FA_API fa_array *fa_select(fa_array *const *conditions, fa_array *const *choices, int count,
                           fa_array *otherwise, fa_error *err);
/// The values, one after the other and from the start again when they end, where a mask is true; zero
/// elsewhere.
FA_API fa_array *fa_spread(fa_array *mask, fa_array *values, fa_error *err);
/// @}

/// @name Positions
/// Returns  pending arrays of int64.
/// Cost     the array is read once, and computed where it is pending.
/// @{
/// Of what is not zero, counted in C order.
FA_API fa_array *fa_flatnonzero(fa_array *array, fa_error *err);
/// One row of coordinates for each element that is not zero.
FA_API fa_array *fa_argwhere(fa_array *array, fa_error *err);
/// The same, one array for each dimension: writes fa_ndim() references to `positions`, and NULLs when it
/// fails.
FA_API void fa_nonzero(fa_array *array, fa_array **positions, fa_error *err);
/// Positions in C order of an array of some shape as coordinates: writes shape.ndim references.
FA_API void fa_unravel_index(fa_array *positions, fa_shape shape, fa_array **coordinates, fa_error *err);
/// And back: `count` arrays of coordinates, which broadcast, for an array of as many dimensions.
FA_API fa_array *fa_ravel_multi_index(fa_array *const *coordinates, int count, fa_shape shape,
                                      fa_bounds bounds, fa_error *err);
/// Makes an open mesh of one-dimensional arrays of positions, or masks: writes `count` references, array i
/// along axis i.
FA_API void fa_ix(fa_array *const *arrays, int count, fa_array **meshed, fa_error *err);
/// @}

/// @name Writing where positions and masks say
/// Values are cast without a check, and are read as if they, the positions and the mask were copied first.
/// Where a position comes twice the later value stays. Errors   FA_NOT_WRITEABLE, FA_BAD_INDEX, FA_BAD_SHAPE,
/// FA_BAD_TYPES, and whatever computing can meet. Cost     only tiles with elements that are written are
/// touched.
/// @{
/// target[index] = value. Without arrays in the index: the view, and fa_assign().
FA_API void fa_assign_at(fa_array *target, fa_index_parts index, fa_array *value, fa_error *err);
/// At positions counted in C order; values begin again when they end.
FA_API void fa_put(fa_array *target, fa_array *positions, fa_array *values, fa_bounds bounds, fa_error *err);
FA_API void fa_put_along_axis(fa_array *target, fa_array *positions, fa_array *values, int axis,
                              fa_error *err);
/// The values, one after the other and from the start again when they end, where a mask of the target's size
/// is true.
FA_API void fa_place(fa_array *target, fa_array *mask, fa_array *values, fa_error *err);
/// Where a mask of the target's size is true, the value of the same number in C order, values repeated to its
/// size.
FA_API void fa_putmask(fa_array *target, fa_array *mask, fa_array *values, fa_error *err);
/// Where `where` (NULL: everywhere) is true; it and the value broadcast. Casts as NumPy's 'same_kind' allows.
FA_API void fa_copyto(fa_array *target, fa_array *value, fa_array *where, fa_error *err);
/// @}

#ifdef __cplusplus
}
#endif

#endif
