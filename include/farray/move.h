/* SPDX-License-Identifier: BSD-3-Clause */
/// Arrays put together, taken apart, turned and repeated: NumPy's routines of array manipulation.
///
/// What can be a view is one, and sees later writes. Everything else is pending and copies nothing before
/// elements are asked for: a concatenation of files is read from the files. Dtypes are promoted as NumPy
/// promotes them. Where NumPy has axis=None, a fa_axes of FA_ALL_AXES stands here: the elements in C order
/// along one axis.
///
/// Functions that give several arrays write them to the caller's array, one reference each; all of them are
/// NULL where it fails.
///
/// Errors   FA_BAD_SHAPE, FA_BAD_INDEX (axes, places), FA_BAD_TYPES, FA_INVALID_ARGUMENT, FA_TOO_LARGE.
/// Threads  all may be called from any thread on shared arrays.
/// Cost     no data is touched.
#ifndef FARRAY_MOVE_H
#define FARRAY_MOVE_H

#include <farray/array.h>

#ifdef __cplusplus
extern "C" {
#endif

/// @name Put together (pending)
/// Returns  one reference.
/// @{
/// One behind the other along an axis that all have.
FA_API fa_array *fa_concatenate(fa_array *const *arrays, int count, int axis, fa_error *err);
/// Along a new axis; all have the same shape.
FA_API fa_array *fa_stack(fa_array *const *arrays, int count, int axis, fa_error *err);
/// Side by side, on top of each other, behind each other, and as columns, as NumPy's functions of these
/// names.
FA_API fa_array *fa_hstack(fa_array *const *arrays, int count, fa_error *err);
FA_API fa_array *fa_vstack(fa_array *const *arrays, int count, fa_error *err);
FA_API fa_array *fa_dstack(fa_array *const *arrays, int count, fa_error *err);
FA_API fa_array *fa_column_stack(fa_array *const *arrays, int count, fa_error *err);
/// Blocks that stand in a grid, given in C order: FA_SHAPE(2, 2) is NumPy's block([[a, b], [c, d]]).
FA_API fa_array *fa_block(fa_array *const *arrays, fa_shape grid, fa_error *err);
/// `values`, broadcast and cast, before the elements at `places` of one axis, which count in `array`. One
/// place takes all of the values, several take one each.
FA_API fa_array *fa_insert(fa_array *array, fa_shape places, fa_array *values, fa_axes axis, fa_error *err);
/// Without the elements at `places` of one axis.
FA_API fa_array *fa_delete(fa_array *array, fa_shape places, fa_axes axis, fa_error *err);
/// Without the rows that an array names: positions, or a mask over the axis. It is looked at.
FA_API fa_array *fa_delete_at(fa_array *array, fa_array *chosen, fa_axes axis, fa_error *err);
/// @}

/// @name Shifted and repeated (pending)
/// Returns  one reference.
/// @{
/// Elements shifted along axes; what leaves at one end comes in at the other. Shifts and axes pair up.
FA_API fa_array *fa_roll(fa_array *array, fa_shape shifts, fa_axes axes, fa_error *err);
/// The array as a whole, so many times along each of its last axes; new axes in front where there are more.
FA_API fa_array *fa_tile(fa_array *array, fa_shape times, fa_error *err);
/// Each element `times` times along one axis.
FA_API fa_array *fa_repeat(fa_array *array, int64_t times, fa_axes axis, fa_error *err);
/// Each element as often as `counts` says: whole numbers, one for all or one for each position of the axis.
/// They are looked at.
FA_API fa_array *fa_repeat_each(fa_array *array, fa_array *counts, fa_axes axis, fa_error *err);
/// NumPy's function resize(): the elements in C order, over and over again, until a shape is full.
FA_API fa_array *fa_tile_to(fa_array *array, fa_shape shape, fa_error *err);
/// New elements in C order along one axis.
FA_API fa_array *fa_flatten(fa_array *array, fa_error *err);
/// @}

/// How fa_pad() fills, as NumPy's modes.
typedef enum fa_pad_mode {
    FA_PAD_CONSTANT = 0,    ///< a value
    FA_PAD_EDGE = 1,        ///< the element at the edge
    FA_PAD_LINEAR_RAMP = 2, ///< evenly from the edge to a value
    FA_PAD_MAXIMUM = 3,     ///< the largest element along the axis
    FA_PAD_MEAN = 4,        ///< their mean
    FA_PAD_MEDIAN = 5,      ///< not supported
    FA_PAD_MINIMUM = 6,     ///< the smallest one
    FA_PAD_REFLECT = 7,     ///< mirrored at the element at the edge
    FA_PAD_SYMMETRIC = 8,   ///< mirrored at the edge
    FA_PAD_WRAP = 9         ///< from the other end
} fa_pad_mode;

/// Options of fa_pad(). Zero it, then set what differs.
typedef struct fa_pad_options {
    fa_array *value_before; ///< 0-d; constant: the value, linear ramp: where it ends. NULL is 0
    fa_array *value_after;  ///< the same behind the axis
    int64_t stat_length;    ///< how many elements of each edge the maximum, mean and minimum are of; 0 is all
    bool odd;               ///< reflect and symmetric: turned around the value at the edge
    uint64_t reserved[4];   ///< zero
} fa_pad_options;

/// Something around an array: before[i] and after[i] elements along axis i. `options` may be NULL.
///
/// Returns  one reference; pending.
/// Errors   FA_BAD_SHAPE where an empty axis has nothing to go on from.
FA_API fa_array *fa_pad(fa_array *array, fa_pad_mode mode, fa_shape before, fa_shape after,
                        const fa_pad_options *options, fa_error *err);

/// @name Turned (views)
/// Returns  one reference to a new view of the same source.
/// @{
/// Axes in reverse order of their elements; all of them for FA_ALL_AXES.
FA_API fa_array *fa_flip(fa_array *array, fa_axes axes, fa_error *err);
/// Turned by quarters in the plane of two axes, from the first towards the second.
FA_API fa_array *fa_rot90(fa_array *array, int64_t times, int axis1, int axis2, fa_error *err);
/// Axes from[i] to places to[i]; the others stay in order.
FA_API fa_array *fa_move_axes(fa_array *array, fa_axes from, fa_axes to, fa_error *err);
/// Without axes of size 1; all of them for FA_ALL_AXES.
FA_API fa_array *fa_squeeze(fa_array *array, fa_axes axes, fa_error *err);
/// With new axes of size 1, which stand at these places of the result.
FA_API fa_array *fa_expand_dims(fa_array *array, fa_axes axes, fa_error *err);
/// With at least 1, 2 or 3 axes, as NumPy's atleast_1d() and its kin place them.
FA_API fa_array *fa_at_least(fa_array *array, int ndim, fa_error *err);
/// @}

/// @name Taken apart, and brought to one shape
/// @{
/// Equal parts along an axis: `sections` of them.
FA_API void fa_split(fa_array *array, int sections, int axis, fa_array **parts, fa_error *err);
/// The same; where the axis does not divide, the first parts are one longer.
FA_API void fa_array_split(fa_array *array, int sections, int axis, fa_array **parts, fa_error *err);
/// Parts that begin at 0 and at each of `places`: one more than there are places.
FA_API void fa_split_at(fa_array *array, fa_shape places, int axis, fa_array **parts, fa_error *err);
/// Read-only views of the common shape.
FA_API void fa_broadcast_arrays(fa_array *const *arrays, int count, fa_array **views, fa_error *err);
/// Coordinates along axes as grids. `matrix_order` is NumPy's indexing='ij', else the first two axes are
/// exchanged; `sparse` grids have one long axis each. Pending.
FA_API void fa_meshgrid(fa_array *const *arrays, int count, bool matrix_order, bool sparse, fa_array **grids,
                        fa_error *err);
/// @}

/// @name Diagonals and triangles
/// Diagonal `k` is above the main one, -k below it.
/// Returns  one reference.
/// @{
/// The diagonal of a matrix (a read-only view), or the matrix that has the elements of a row on its diagonal
/// (pending).
FA_API fa_array *fa_diag(fa_array *array, int64_t k, fa_error *err);
/// The array with zeros above, or below, a diagonal of its last two axes (pending).
FA_API fa_array *fa_tril(fa_array *array, int64_t k, fa_error *err);
FA_API fa_array *fa_triu(fa_array *array, int64_t k, fa_error *err);
/// 1 on a diagonal, or at and below it, and 0 elsewhere (pending).
FA_API fa_array *fa_eye(const fa_dtype *dtype, int64_t rows, int64_t columns, int64_t k, fa_error *err);
FA_API fa_array *fa_tri(const fa_dtype *dtype, int64_t rows, int64_t columns, int64_t k, fa_error *err);
/// @}

#ifdef __cplusplus
}
#endif

#endif
