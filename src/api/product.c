/* SPDX-License-Identifier: BSD-3-Clause */
/* Products of arrays: leaves to makers, and back. */
#include "api/api.h"

#include "expr/product.h"

#include <farray/product.h>

static fa_array *product(fa_array *a, fa_array *b, fa__node *(*make)(fa__node *a, fa__node *b, fa_error *err),
                         fa_error *err)
{
    fa__node *first = fa__leaf(a, err), *second = fa__leaf(b, err);
    fa__node *node = make(first, second, err);
    fa__node_release(first);
    fa__node_release(second);
    return fa__array_of(node, err);
}

fa_array *fa_matmul(fa_array *a, fa_array *b, fa_error *err)
{
    return product(a, b, fa__node_matmul, err);
}

fa_array *fa_dot(fa_array *a, fa_array *b, fa_error *err)
{
    return product(a, b, fa__node_dot, err);
}

fa_array *fa_inner(fa_array *a, fa_array *b, fa_error *err)
{
    return product(a, b, fa__node_inner, err);
}

fa_array *fa_outer(fa_array *a, fa_array *b, fa_error *err)
{
    return product(a, b, fa__node_outer_product, err);
}

fa_array *fa_kron(fa_array *a, fa_array *b, fa_error *err)
{
    return product(a, b, fa__node_kron, err);
}

fa_array *fa_vdot(fa_array *a, fa_array *b, fa_error *err)
{
    return product(a, b, fa__node_vdot, err);
}

fa_array *fa_matvec(fa_array *a, fa_array *x, fa_error *err)
{
    return product(a, x, fa__node_matvec, err);
}

fa_array *fa_vecmat(fa_array *x, fa_array *a, fa_error *err)
{
    return product(x, a, fa__node_vecmat, err);
}

fa_array *fa_tensordot(fa_array *a, fa_array *b, fa_axes a_axes, fa_axes b_axes, fa_error *err)
{
    fa__node *first = fa__leaf(a, err), *second = fa__leaf(b, err);
    fa__node *node = fa__node_tensordot(first, second, a_axes, b_axes, err);
    fa__node_release(first);
    fa__node_release(second);
    return fa__array_of(node, err);
}

fa_array *fa_vecdot(fa_array *a, fa_array *b, int axis, fa_error *err)
{
    fa__node *first = fa__leaf(a, err), *second = fa__leaf(b, err);
    fa__node *node = fa__node_vecdot(first, second, axis, err);
    fa__node_release(first);
    fa__node_release(second);
    return fa__array_of(node, err);
}

fa_array *fa_trace(fa_array *a, int64_t offset, int axis1, int axis2, const fa_dtype *dtype, fa_error *err)
{
    fa__node *leaf = fa__leaf(a, err);
    fa__node *node = fa__node_trace(leaf, offset, axis1, axis2, dtype, err);
    fa__node_release(leaf);
    return fa__array_of(node, err);
}
