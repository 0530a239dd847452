/* SPDX-License-Identifier: BSD-3-Clause */
/// Products of arrays, as NumPy's functions of these names: shapes, broadcasting, types.
///
/// Both arrays are promoted to one type, which the result has. Integers wrap; bool is an or of ands; float16
/// and bfloat16 are added up in float32 and rounded once. Factors may be larger than memory, and so may the
/// result. A product with a vector is a sum of products, and shares its pass with other reductions; one of
/// two matrices of floats is computed by OpenBLAS where the system has it (libopenblas.so.0, or the library
/// that FARRAY_BLAS names; "none" for none), and by kernels of farray's own where not and for all other
/// types.
///
/// OpenBLAS takes a kernel for old processors on some new ones. OPENBLAS_CORETYPE (HASWELL, SKYLAKEX), set in
/// the environment before the first product, has it take another. While products are computed it runs one
/// thread for each of farray's.
///
/// Results are the same bits for any number of threads and any memory limit, on one library and kernel.
///
/// Returns  one reference to a pending array.
/// Errors   FA_BAD_SHAPE (naming both shapes), FA_BAD_TYPES, FA_BAD_INDEX (axes), FA_INVALID_ARGUMENT,
/// FA_NO_MEMORY. Threads  safe. Cost     no data is touched before elements are asked for.
#ifndef FARRAY_PRODUCT_H
#define FARRAY_PRODUCT_H

#include <farray/array.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The product of two matrices, of a matrix and a vector, of two vectors; further axes in front are batches,
/// which broadcast.
FA_API fa_array *fa_matmul(fa_array *a, fa_array *b, fa_error *err);
/// Sums over the last axis of the first array and the last but one of the second.
FA_API fa_array *fa_dot(fa_array *a, fa_array *b, fa_error *err);
/// Sums over the last axes of both.
FA_API fa_array *fa_inner(fa_array *a, fa_array *b, fa_error *err);
/// Each element of the first times each of the second: a matrix.
FA_API fa_array *fa_outer(fa_array *a, fa_array *b, fa_error *err);
/// Kronecker's product.
FA_API fa_array *fa_kron(fa_array *a, fa_array *b, fa_error *err);
/// Sums over pairs of axes: the first of `a_axes` with the first of `b_axes`, and so on.
FA_API fa_array *fa_tensordot(fa_array *a, fa_array *b, fa_axes a_axes, fa_axes b_axes, fa_error *err);
/// The sum of the products of all elements in C order; those of the first array are conjugated.
FA_API fa_array *fa_vdot(fa_array *a, fa_array *b, fa_error *err);
/// Sums of products along an axis of both; elements of the first array are conjugated.
FA_API fa_array *fa_vecdot(fa_array *a, fa_array *b, int axis, fa_error *err);
/// Matrices times vectors; vectors, conjugated, times matrices.
FA_API fa_array *fa_matvec(fa_array *a, fa_array *x, fa_error *err);
FA_API fa_array *fa_vecmat(fa_array *x, fa_array *a, fa_error *err);
/// The sum along a diagonal of two axes. `dtype` (may be NULL) is that of the result.
FA_API fa_array *fa_trace(fa_array *a, int64_t offset, int axis1, int axis2, const fa_dtype *dtype,
                          fa_error *err);

#ifdef __cplusplus
}
#endif

#endif
