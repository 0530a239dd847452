/* SPDX-License-Identifier: BSD-3-Clause */
/// Functions that are made of operations. All give a pending array and compute nothing; types and values are
/// NumPy's.
///
/// Returns  one reference to a pending array.
/// Errors   FA_BAD_TYPES, FA_BAD_SHAPE, FA_NO_MEMORY.
/// Threads  safe.
/// Cost     none now; when computed, that of the operations, in one pass.
#ifndef FARRAY_FUNCTIONS_H
#define FARRAY_FUNCTIONS_H

#include <farray/array.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The nearest number of `decimals` digits behind the point, ties to even: np.round. Negative ones count
/// before the point.
FA_API fa_array *fa_round(fa_array *array, int decimals, fa_error *err);

/// What stands in place of what is no number. NULL members are NumPy's defaults.
typedef struct fa_nan_options {
    const double *nan;    ///< NULL: 0
    const double *posinf; ///< NULL: the largest number of the type
    const double *neginf; ///< NULL: the smallest number of the type
    uint64_t reserved[4]; ///< zero
} fa_nan_options;

/// Numbers in place of NaN and infinities: np.nan_to_num. `options` may be NULL.
FA_API fa_array *fa_nan_to_num(fa_array *array, const fa_nan_options *options, fa_error *err);

/// How near is close. NULL members are NumPy's defaults.
typedef struct fa_close_options {
    const double *rtol;   ///< NULL: 1e-5
    const double *atol;   ///< NULL: 1e-8
    bool equal_nan;       ///< two NaN are close
    uint64_t reserved[4]; ///< zero
} fa_close_options;

/// Whether |a - b| <= atol + rtol |b|, element by element: np.isclose. `options` may be NULL.
FA_API fa_array *fa_isclose(fa_array *a, fa_array *b, const fa_close_options *options, fa_error *err);
/// Whether that holds everywhere, as an array of one bool: np.allclose.
FA_API fa_array *fa_allclose(fa_array *a, fa_array *b, const fa_close_options *options, fa_error *err);
/// Whether shapes and elements are the same, as an array of one bool: np.array_equal.
FA_API fa_array *fa_array_equal(fa_array *a, fa_array *b, bool equal_nan, fa_error *err);
/// Whether elements are the same once they are broadcast, as an array of one bool: np.array_equiv.
FA_API fa_array *fa_array_equiv(fa_array *a, fa_array *b, fa_error *err);

/// @name Neighbours
/// Errors   those above, FA_BAD_INDEX for axes, FA_INVALID_ARGUMENT.
/// @{
/// The derivative along an axis by differences of second order, at the edges of `edge_order` 1 or 2:
/// np.gradient. `spacing` (NULL: 1) is one number, or the coordinates of the elements, which are looked at:
/// they count as one number where they are even.
FA_API fa_array *fa_gradient(fa_array *array, fa_array *spacing, int axis, int edge_order, fa_error *err);
/// The integral along an axis by the trapezoidal rule: np.trapezoid. `x` are coordinates (along the axis
/// alone, or of all elements); where it is NULL, elements are `dx` apart.
FA_API fa_array *fa_trapezoid(fa_array *y, fa_array *x, double dx, int axis, fa_error *err);
/// The product of vectors of 2 or 3 components, which stand along the last axis: np.cross.
FA_API fa_array *fa_cross(fa_array *a, fa_array *b, fa_error *err);
/// Angles without jumps: each at most half a period from the one before: np.unwrap. `period` 0 is 2 pi. Jumps
/// of less than `discont` (0: half a period) stay.
FA_API fa_array *fa_unwrap(fa_array *array, double discont, int axis, double period, fa_error *err);
/// Differences of neighbours in C order, with what stands behind and before them (NULL: nothing): np.ediff1d.
FA_API fa_array *fa_ediff1d(fa_array *array, fa_array *behind, fa_array *before, fa_error *err);
/// Straight lines between the points (x, value) of a table, whose x grow: np.interp. `left` and `right` (0-d;
/// NULL: the ends of the table) are the values outside of it. Values may be complex, and are interpolated
/// part by part.
///
/// Cost     when computed, the table is held in memory as float64, 16 bytes a point.
FA_API fa_array *fa_interp(fa_array *array, fa_array *points, fa_array *values, fa_array *left,
                           fa_array *right, fa_error *err);
/// The same where everything comes again after a period, which is not 0: points in any order.
FA_API fa_array *fa_interp_periodic(fa_array *array, fa_array *points, fa_array *values, double period,
                                    fa_error *err);
/// @}

/// sin(pi x) / (pi x), and 1 at 0: np.sinc.
FA_API fa_array *fa_sinc(fa_array *array, fa_error *err);
/// The angle of a complex number in radians, or in degrees: np.angle.
FA_API fa_array *fa_angle(fa_array *array, bool degrees, fa_error *err);

#ifdef __cplusplus
}
#endif

#endif
