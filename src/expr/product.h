/* SPDX-License-Identifier: BSD-3-Clause */
/* NumPy's products of arrays, as graphs: what text and C functions of these names stand for. A product with a
 * vector is a sum of products, and shares its pass with others; a product of two matrices is made as a whole.
 * Rules of makers as in graph.h.
 *
 * Types are NumPy's: both sides are promoted, integers wrap, bool is an or of ands, float16 and bfloat16 are
 * summed in float32 and rounded once. Errors: FA_BAD_SHAPE names both shapes, FA_BAD_TYPES what is no number.
 */
#ifndef FA_EXPR_PRODUCT_H
#define FA_EXPR_PRODUCT_H

#include "expr/graph.h"

fa__node *fa__node_matmul(fa__node *a, fa__node *b, fa_error *err);
fa__node *fa__node_dot(fa__node *a, fa__node *b, fa_error *err);
fa__node *fa__node_inner(fa__node *a, fa__node *b, fa_error *err);
fa__node *fa__node_outer_product(fa__node *a, fa__node *b, fa_error *err);
fa__node *fa__node_kron(fa__node *a, fa__node *b, fa_error *err);
/* Sums over pairs of axes, one of each array. */
fa__node *fa__node_tensordot(fa__node *a, fa__node *b, fa_axes a_axes, fa_axes b_axes, fa_error *err);
/* The first one is conjugated: vdot of all elements in C order, vecdot along an axis, vecmat along its last.
 */
fa__node *fa__node_vdot(fa__node *a, fa__node *b, fa_error *err);
fa__node *fa__node_vecdot(fa__node *a, fa__node *b, int axis, fa_error *err);
fa__node *fa__node_matvec(fa__node *a, fa__node *b, fa_error *err);
fa__node *fa__node_vecmat(fa__node *a, fa__node *b, fa_error *err);
/* The sum along a diagonal of two axes; `dtype` may be NULL. */
fa__node *fa__node_trace(fa__node *a, int64_t offset, int axis1, int axis2, const fa_dtype *dtype,
                         fa_error *err);

#endif
