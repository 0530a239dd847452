/* SPDX-License-Identifier: BSD-3-Clause */
/// Making arrays: in memory, filled, counted, random. And reading single elements back.
///
/// Arrays in memory are charged to the memory limit; one that does not fit goes to an unlinked scratch file
/// in FARRAY_TMPDIR and behaves the same.
#ifndef FARRAY_CREATE_H
#define FARRAY_CREATE_H

#include <farray/array.h>

#ifdef __cplusplus
extern "C" {
#endif

/// @name Writeable arrays in C order
/// Returns  one reference.
/// Errors   FA_BAD_SHAPE, FA_NO_MEMORY, FA_DISK_FULL (scratch).
/// @{
/// Elements are zero here too: no byte of the process shows through.
FA_API fa_array *fa_empty(const fa_dtype *dtype, fa_shape shape, fa_error *err);
FA_API fa_array *fa_zeros(const fa_dtype *dtype, fa_shape shape, fa_error *err);
FA_API fa_array *fa_ones(const fa_dtype *dtype, fa_shape shape, fa_error *err);
/// `value` points to one element of `dtype`.
/// One string of a text in UTF-8, as wide as it is (NumPy's U), in zero dimensions: to compare with, and for
/// fa_strings_find() and its kin.
FA_API fa_array *fa_from_text(const char *text, fa_error *err);
FA_API fa_array *fa_full(const fa_dtype *dtype, fa_shape shape, const void *value, fa_error *err);
/// Copies `fa_size` elements in C order from the caller's memory.
FA_API fa_array *fa_from_data(const fa_dtype *dtype, fa_shape shape, const void *data, fa_error *err);
FA_API fa_array *fa_from_int64(const int64_t *data, fa_shape shape, fa_error *err);
FA_API fa_array *fa_from_float64(const double *data, fa_shape shape, fa_error *err);
/// Evaluates and copies any array into new memory, in C order.
FA_API fa_array *fa_copy(fa_array *array, fa_error *err);
/// @}

/// @name Counted arrays (pending)
/// @{
/// start, start + step, ... up to but not including stop.
FA_API fa_array *fa_arange_int64(int64_t start, int64_t stop, int64_t step, fa_error *err);
/// ceil((stop - start) / step) elements, as NumPy computes them.
FA_API fa_array *fa_arange_float64(double start, double stop, double step, fa_error *err);
/// `count` numbers from start to stop, both included.
FA_API fa_array *fa_linspace(double start, double stop, int64_t count, fa_error *err);
/// @}

/// Options of the random functions. Zero it, then set what differs.
typedef struct fa_random_options {
    uint64_t seed;        ///< the stream; 0 is a seed like any other
    bool from_entropy;    ///< take the seed from the system instead
    const double *low;    ///< uniform: NULL is 0
    const double *high;   ///< uniform: NULL is 1
    const double *mean;   ///< normal: NULL is 0
    const double *std;    ///< normal: NULL is 1
    uint64_t reserved[4]; ///< zero
} fa_random_options;

/// @name Random arrays (pending)
/// A counter-based generator (Philox 4x32-7: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as
/// 1, 2, 3", SC 2011, where seven rounds pass BigCrush): element i in C order depends on the seed and on i
/// alone, so that any tiling gives the same numbers. `dtype` is FA_FLOAT32 or FA_FLOAT64. `options` may be
/// NULL.
/// @{
/// In [low, high).
FA_API fa_array *fa_random_uniform(const fa_dtype *dtype, fa_shape shape, const fa_random_options *options,
                                   fa_error *err);
FA_API fa_array *fa_random_normal(const fa_dtype *dtype, fa_shape shape, const fa_random_options *options,
                                  fa_error *err);
/// @}

/// @name One element
/// Computes it where it is pending. `coords` count from the end when negative. fa_item_*() reads the only
/// element of an array that has one. Numbers are converted as a cast does; complex to real is FA_BAD_TYPES.
/// Errors   FA_BAD_INDEX, FA_BAD_TYPES, and whatever computing and reading can meet.
/// @{
FA_API double fa_get_float64(fa_array *array, fa_shape coords, fa_error *err);
FA_API int64_t fa_get_int64(fa_array *array, fa_shape coords, fa_error *err);
FA_API double fa_item_float64(fa_array *array, fa_error *err);
FA_API int64_t fa_item_int64(fa_array *array, fa_error *err);
/// Copies one element's bytes, in the machine's byte order; of a structure, as stored.
FA_API void fa_get(fa_array *array, fa_shape coords, void *element, fa_error *err);
/// Evaluates and copies all elements in C order; `size_bytes` must be fa_bytes().
FA_API void fa_get_all(fa_array *array, void *elements, size_t size_bytes, fa_error *err);
/// @}

#ifdef __cplusplus
}
#endif

#endif
