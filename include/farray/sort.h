/* SPDX-License-Identifier: BSD-3-Clause */
/// Order: sorting, positions in order, places in an order, and sets.
///
/// The order is NumPy's: NaN and NaT stand last, complex numbers go by their real and then their imaginary
/// part, texts by code points, records by their fields. Results are the same bits for every number of threads
/// and every memory limit: of elements that are equal and differ in their bits, -0.0 stands before 0.0 and
/// NaNs by their bits; what is compared part by part (complex numbers, texts, records) stays as it stood.
/// Positions of equal elements stay as they stand.
///
/// Results are pending, and kept once they are computed. Arrays that do not fit into the memory limit are
/// sorted in runs, which go to scratch files (FARRAY_TMPDIR).
#ifndef FARRAY_SORT_H
#define FARRAY_SORT_H

#include <farray/array.h>
#include <farray/evaluate.h>

#ifdef __cplusplus
extern "C" {
#endif

/// @name In order
/// Returns  one reference to a pending array. `axes` names one axis, or FA_ALL_AXES for all elements in C
/// order. Errors   FA_BAD_INDEX for an axis that is not there, FA_INVALID_ARGUMENT. Cost     nothing now;
/// computed, the array is read once, and once more from scratch where it does not fit.
/// @{
/// Elements along an axis in order.
FA_API fa_array *fa_sort(fa_array *array, fa_axes axes, fa_error *err);
/// Positions (int64) along an axis in the order of their elements, equal ones as they stand.
FA_API fa_array *fa_argsort(fa_array *array, fa_axes axes, fa_error *err);
/// Elements so that those at `count` positions along an axis are where they belong in order, smaller ones
/// before them and larger ones behind, as they stood. Of complex numbers, texts and records all are put in
/// order.
FA_API fa_array *fa_partition(fa_array *array, const int64_t *kth, int count, fa_axes axes, fa_error *err);
/// Their positions.
FA_API fa_array *fa_argpartition(fa_array *array, const int64_t *kth, int count, fa_axes axes, fa_error *err);
/// @}

/// @name Places in an order
/// Returns  one reference to a pending array.
/// Errors   FA_BAD_SHAPE, FA_BAD_INDEX, FA_BAD_TYPES where no type holds the elements of both.
/// Cost     nothing now; computed, what is searched stands in memory, or, where it does not fit, parts of it
/// are read in
///          the order of the file.
/// @{
/// Where elements of `sought` belong among those of `sorted`, which has one dimension and is in order: before
/// equal ones, or
/// (`right`) behind them. int64.
FA_API fa_array *fa_searchsorted(fa_array *sorted, fa_array *sought, bool right, fa_error *err);
/// Whether elements are (`invert`: are not) among those of `tests`. NaN never is.
FA_API fa_array *fa_isin(fa_array *elements, fa_array *tests, bool invert, fa_error *err);
/// Positions along an axis in the order of the last of `count` keys, equal ones by the key before it, and so
/// on.
FA_API fa_array *fa_lexsort(fa_array *const *keys, int count, int axis, fa_error *err);
/// @}

/// What fa_unique() gives besides the values.
typedef struct fa_unique_options {
    fa_array *
        *index; ///< NULL, or gets where the first of each value stands, counted in C order (one reference)
    fa_array **inverse; ///< NULL, or gets which value each element is, in the shape of the array
    fa_array **counts;  ///< NULL, or gets how many there are of each
    bool nan_is_many;   ///< NaNs are all different, as in the Python array API; else they are one value
    const int *axis;    ///< NULL, or what stands along this axis is compared as a whole, row by row; then
                        ///< `inverse` has one axis
    uint64_t reserved[3];
} fa_unique_options;

/// @name Sets
/// Returns  one reference to a pending array of one dimension, values in order. How many there are is data:
/// arrays are sorted
///          at the call.
/// Errors   FA_BAD_TYPES, and whatever computing can meet.
/// Cost     a sort, which stays in memory or in scratch as long as its results are pending.
/// @{
/// The different values of all elements; `options` may be NULL.
FA_API fa_array *fa_unique(fa_array *array, const fa_unique_options *options, fa_error *err);
/// The values that one of two arrays has, or both.
FA_API fa_array *fa_union1d(fa_array *first, fa_array *second, fa_error *err);
/// The values that both have.
FA_API fa_array *fa_intersect1d(fa_array *first, fa_array *second, fa_error *err);
/// The values of the first that the second has not.
FA_API fa_array *fa_setdiff1d(fa_array *first, fa_array *second, fa_error *err);
/// The values that one of them has alone.
FA_API fa_array *fa_setxor1d(fa_array *first, fa_array *second, fa_error *err);
/// @}

/// Sorts an array, or a file, where it stands, along an axis.
///
/// Errors   FA_NOT_WRITEABLE, FA_BAD_INDEX, and whatever computing can meet: then elements may be half
/// written. Threads  as writing: nobody else may use these elements meanwhile. Cost     as fa_sort(), and its
/// result is written.
FA_API void fa_sort_in_place(fa_array *array, int axis, const fa_evaluate_options *options, fa_error *err);

#ifdef __cplusplus
}
#endif

#endif
