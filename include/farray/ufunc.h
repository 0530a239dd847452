/* SPDX-License-Identifier: BSD-3-Clause */
/// What NumPy's ufuncs do besides being called: reduce, accumulate, outer, at; averages and differences. An
/// operation is given by its name, one of those of two arrays that `farray ops` lists: "add", "subtract",
/// "maximum", "bitwise_or".
///
/// Returns  one reference to a pending array, where an array is returned.
/// Errors   FA_UNKNOWN_NAME (no such operation), FA_BAD_TYPES, FA_BAD_SHAPE, FA_BAD_INDEX (axes),
/// FA_INVALID_ARGUMENT,
///          FA_NO_MEMORY.
/// Threads  safe.
#ifndef FARRAY_UFUNC_H
#define FARRAY_UFUNC_H

#include <farray/operations.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The operation between all elements along the axes. add, multiply, minimum, maximum, fmin, fmax,
/// logical_and and logical_or are fa_sum() and its kin; all others go from the first element to the last.
/// Operations that depend on the order of axes (subtract, divide, power) take one axis.
FA_API fa_array *fa_ufunc_reduce(const char *operation, fa_array *a, fa_axes axes,
                                 const fa_reduce_options *options, fa_error *err);

/// The same along one axis, every step kept. `dtype` (may be NULL) is that of the result and of every step.
FA_API fa_array *fa_ufunc_accumulate(const char *operation, fa_array *a, int axis, const fa_dtype *dtype,
                                     fa_error *err);

/// The operation between the elements from each position of an axis to the next one, and from the last one to
/// the end; where the next position is not further on, the element itself. Positions are whole numbers of one
/// dimension, in the axis.
///
/// Errors   FA_BAD_INDEX for a position outside of the axis, at the call or, where positions are pending,
/// when it is computed. Cost     what is not computed yet is, into memory or scratch; each segment is read
/// once.
FA_API fa_array *fa_ufunc_reduceat(const char *operation, fa_array *a, fa_array *positions, int axis,
                                   const fa_dtype *dtype, fa_error *err);

/// The operation of each element of `a` with each of `b`: the shape is that of `a` followed by that of `b`.
FA_API fa_array *fa_ufunc_outer(const char *operation, fa_array *a, fa_array *b, fa_error *err);

/// target[indices] = operation(target[indices], values), one index after the other: one that stands there
/// twice counts twice. Indices are whole numbers (negative ones count from the end) into the first axis;
/// results are cast to the target's type without a check, as NumPy does; values broadcast to one row of the
/// target for each. Operations of one array take none: NULL.
///
/// Errors   FA_BAD_INDEX (nothing is changed then), FA_NOT_WRITEABLE, and those above.
/// Cost     a row of the target is read and written for each index; one has to fit into the memory limit.
FA_API void fa_ufunc_at(const char *operation, fa_array *target, fa_array *indices, fa_array *values,
                        fa_error *err);

/// The mean with weights, which have the shape of `a`, or that of the axes (in the order in which they are
/// given); NULL: all are one. `sum_of_weights` (may be NULL) gets a second array, of the result's shape.
FA_API fa_array *fa_average(fa_array *a, fa_array *weights, fa_axes axes, const fa_reduce_options *options,
                            fa_array **sum_of_weights, fa_error *err);

/// Differences of neighbours along an axis (-1 is the last), taken n times; for bool whether neighbours
/// differ. What stands before and behind the array first (NULL: nothing) is another array, or one number.
FA_API fa_array *fa_diff(fa_array *a, int64_t n, int axis, fa_array *before, fa_array *behind, fa_error *err);

#ifdef __cplusplus
}
#endif

#endif
