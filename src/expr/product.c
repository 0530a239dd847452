/* SPDX-License-Identifier: BSD-3-Clause */
/* Products of arrays: shapes and types of NumPy's, and what each is made of. Knows nothing about how a
 * product of two matrices is computed. */
#include "expr/product.h"

#include "expr/kit.h"
#include "expr/routines.h"
#include "expr/types.h"

#include "array/time.h"

#include <stdio.h>
#include <string.h>

/* ---- Types ---- */

/* The type of a product: *type. Bare numbers count as the arrays that NumPy makes of them. */
static bool product_type(const char *name, const fa__node *a, const fa__node *b, fa_type *type, fa_error *err)
{
    char one[96], other[96];
    if (fa__type_is_numeric(a->dtype->type) && fa__type_is_numeric(b->dtype->type)) {
        *type = fa__promote(a->dtype->type, b->dtype->type);
        return true;
    }
    fa__dtype_display(a->dtype, one, sizeof one);
    fa__dtype_display(b->dtype, other, sizeof other);
    return fa__fail(err, FA_BAD_TYPES, "'%s' is not defined for %s and %s", name, one, other);
}

/* Products that are not added up are those of multiply(), which has spans too. */
static bool may_multiply(const char *name, const fa__node *a, const fa__node *b, fa_error *err)
{
    fa_type type;
    return fa__type_is_time(a->dtype->type) || fa__type_is_time(b->dtype->type) ||
           product_type(name, a, b, &type, err);
}

/* What sums run in, before they are rounded once. */
static fa_type sum_type(fa_type type)
{
    return type == FA_TYPE_FLOAT16 || type == FA_TYPE_BFLOAT16 ? FA_TYPE_FLOAT32 : type;
}

static fa__node *as_type(fa__kit *k, fa__node *node, fa_type type)
{
    return node != NULL && !fa_failed(k->err) ? fa__keep(k, fa__node_cast(node, fa_dtype_of(type), k->err))
                                              : NULL;
}

/* ---- Shapes ---- */

static bool refuse_shapes(const char *name, const char *why, const fa__node *a, const fa__node *b,
                          fa_error *err)
{
    char one[160], other[160];
    return fa__fail(err, FA_BAD_SHAPE, "%s: shapes %s and %s: %s", name,
                    fa__shape_text(a->ndim, a->sizes, one, sizeof one),
                    fa__shape_text(b->ndim, b->sizes, other, sizeof other), why);
}

/* Whether axis i of one has as many elements as axis j of the other, as sums over both want; axes as NumPy
 * counts them. */
static bool fit(const char *name, const fa__node *a, int i, const fa__node *b, int j, fa_error *err)
{
    char why[128];
    long long one = a->sizes[i], other = b->sizes[j];
    if (one == other)
        return true;
    snprintf(why, sizeof why, "axis %d of the first has %lld elements, axis %d of the second %lld", i, one, j,
             other);
    return refuse_shapes(name, why, a, b, err);
}

static bool have_axes(const char *name, const fa__node *a, int a_least, const fa__node *b, int b_least,
                      fa_error *err)
{
    char why[96];
    const fa__node *poor = a->ndim < a_least ? a : b->ndim < b_least ? b : NULL;
    if (poor == NULL)
        return true;
    snprintf(why, sizeof why, "the %s needs %d axes or more", poor == a ? "first" : "second",
             poor == a ? a_least : b_least);
    return refuse_shapes(name, why, a, b, err);
}

/* Whether the axes before the last a_core and b_core broadcast. */
static bool batches_fit(const char *name, const fa__node *a, int a_core, const fa__node *b, int b_core,
                        fa_error *err)
{
    for (int i = 1; i <= a->ndim - a_core && i <= b->ndim - b_core; i++) {
        int64_t one = a->sizes[a->ndim - a_core - i], other = b->sizes[b->ndim - b_core - i];
        if (one != other && one != 1 && other != 1)
            return refuse_shapes(name, "the axes in front do not broadcast", a, b, err);
    }
    return true;
}

static fa__node *new_axis(fa__kit *k, fa__node *a, int axis)
{
    return a != NULL && !fa_failed(k->err) ? fa__keep(k, fa__node_expand_dims(a, FA_AXES(axis), k->err))
                                           : NULL;
}

static fa__node *without_axis(fa__kit *k, fa__node *a, int axis)
{
    return a != NULL && !fa_failed(k->err) ? fa__keep(k, fa__node_squeeze(a, FA_AXES(axis), k->err)) : NULL;
}

static fa__node *swapped(fa__kit *k, fa__node *a)
{
    fa__geometry geometry;
    if (a == NULL || fa_failed(k->err))
        return NULL;
    fa__node_geometry(a, &geometry);
    return fa__geometry_swap_axes(&geometry, -2, -1, &geometry, k->err)
               ? fa__keep(k, fa__node_view(a, &geometry, k->err))
               : NULL;
}

static fa__node *reshaped(fa__kit *k, fa__node *a, int ndim, const int64_t *sizes)
{
    return a != NULL && !fa_failed(k->err) ? fa__keep(k, fa__node_reshape(a, (fa_shape){ndim, sizes}, k->err))
                                           : NULL;
}

static fa__node *permuted(fa__kit *k, fa__node *a, int ndim, const int *axes)
{
    return a != NULL && !fa_failed(k->err) ? fa__keep(k, fa__node_permute(a, (fa_axes){ndim, axes}, k->err))
                                           : NULL;
}

/* ---- Sums of products ---- */

static fa__node *reduced(fa__kit *k, fa__reduction reduction, fa__node *node, int axis, fa_type type)
{
    fa__reduce_arguments arguments = {.axes = FA_AXES(axis),
                                      .dtype = reduction == FA__REDUCE_SUM ? fa_dtype_of(type) : NULL};
    return node != NULL && !fa_failed(k->err)
               ? fa__keep(k, fa__node_reduce(reduction, node, &arguments, k->err))
               : NULL;
}

static fa__node *operated(fa__kit *k, fa__operation operation, fa__node *a, fa__node *b)
{
    fa__node *inputs[2] = {a, b};
    return fa_failed(k->err) ? NULL : fa__keep(k, fa__node_operation(operation, inputs, k->err));
}

/* The elements of two arrays that broadcast, multiplied and added up along one axis, counted from the end. */
static fa__node *sum_of_products(fa__kit *k, fa__node *a, fa__node *b, int axis, fa_type type)
{
    fa_type wide = sum_type(type);
    bool is_bool = type == FA_TYPE_BOOL;
    fa__node *product =
        operated(k, is_bool ? FA__OP_BITWISE_AND : FA__OP_MULTIPLY, as_type(k, a, wide), as_type(k, b, wide));
    return as_type(k, reduced(k, is_bool ? FA__REDUCE_ANY : FA__REDUCE_SUM, product, axis, wide), type);
}

static fa__node *conjugated(fa__kit *k, fa__node *a)
{
    if (a == NULL || fa_failed(k->err) || !fa__type_is_complex(a->dtype->type))
        return a;
    return fa__keep(k, fa__node_operation(FA__OP_CONJUGATE, &a, k->err));
}

static fa__node *matrix_by_vector(fa__kit *k, fa__node *a, fa__node *x, fa_type type)
{
    return sum_of_products(k, a, x->ndim == 1 ? x : new_axis(k, x, -2), -1, type);
}

static fa__node *vector_by_matrix(fa__kit *k, fa__node *x, fa__node *b, fa_type type)
{
    return sum_of_products(k, new_axis(k, x, -1), b, -2, type);
}

/* ---- matmul ---- */

static fa__node *whole_product(fa__node *const *inputs, fa_error *err)
{
    const fa__node *a = inputs[0], *b = inputs[1];
    const int ndims[2] = {a->ndim - 2, b->ndim - 2};
    const int64_t *shapes[2] = {a->sizes, b->sizes};
    int64_t sizes[FA_MAX_NDIM], count;
    int ndim;
    if (!fa__broadcast(2, ndims, shapes, &ndim, sizes, err))
        return NULL;
    sizes[ndim++] = a->sizes[a->ndim - 2];
    sizes[ndim++] = b->sizes[b->ndim - 1];
    if (!fa__shape_count(ndim, sizes, a->dtype->item_bytes, &count, err))
        return NULL;
    return fa__node_whole(FA__WHOLE_MATMUL, a->dtype, ndim, sizes, 2, inputs, NULL, err);
}

/* Two matrices, or batches of them, that fit. */
static fa__node *matrix_by_matrix(fa__kit *k, fa__node *a, fa__node *b, fa_type type)
{
    int64_t inner = a->sizes[a->ndim - 1];
    if (inner == 0) {
        /* Sums of nothing. */
        return sum_of_products(k, new_axis(k, a, -2), new_axis(k, swapped(k, b), -3), -1, type);
    }
    if (inner == 1)
        return operated(k, FA__OP_MULTIPLY, as_type(k, a, type), as_type(k, b, type));
    if (a->sizes[a->ndim - 2] == 1)
        return new_axis(k, vector_by_matrix(k, without_axis(k, a, -2), b, type), -2);
    if (b->sizes[b->ndim - 1] == 1)
        return new_axis(k, matrix_by_vector(k, a, without_axis(k, b, -1), type), -1);
    fa_type wide = sum_type(type);
    fa__node *inputs[2] = {as_type(k, a, wide), as_type(k, b, wide)};
    return as_type(k, fa_failed(k->err) ? NULL : fa__keep(k, whole_product(inputs, k->err)), type);
}

fa__node *fa__node_matmul(fa__node *a, fa__node *b, fa_error *err)
{
    fa_type type = FA_TYPE_BOOL;
    fa__node *inputs[2] = {a, b};
    fa__kit k = {.err = err};
    if (!fa__nodes_usable(2, inputs, err) || !product_type("matmul", a, b, &type, err) ||
        !have_axes("matmul", a, 1, b, 1, err) ||
        !fit("matmul", a, a->ndim - 1, b, b->ndim > 1 ? b->ndim - 2 : 0, err) ||
        !batches_fit("matmul", a, a->ndim > 1 ? 2 : 1, b, b->ndim > 1 ? 2 : 1, err))
        return NULL;
    fa__node *node;
    if (a->ndim == 1 && b->ndim == 1)
        node = sum_of_products(&k, a, b, -1, type);
    else if (b->ndim == 1)
        node = matrix_by_vector(&k, a, b, type);
    else if (a->ndim == 1)
        node = vector_by_matrix(&k, a, b, type);
    else
        node = matrix_by_matrix(&k, a, b, type);
    return fa__give(&k, node);
}

fa__node *fa__node_matvec(fa__node *a, fa__node *b, fa_error *err)
{
    fa_type type = FA_TYPE_BOOL;
    fa__node *inputs[2] = {a, b};
    fa__kit k = {.err = err};
    if (!fa__nodes_usable(2, inputs, err) || !product_type("matvec", a, b, &type, err) ||
        !have_axes("matvec", a, 2, b, 1, err) || !fit("matvec", a, a->ndim - 1, b, b->ndim - 1, err) ||
        !batches_fit("matvec", a, 2, b, 1, err))
        return NULL;
    return fa__give(&k, matrix_by_vector(&k, a, b, type));
}

fa__node *fa__node_vecmat(fa__node *a, fa__node *b, fa_error *err)
{
    fa_type type = FA_TYPE_BOOL;
    fa__node *inputs[2] = {a, b};
    fa__kit k = {.err = err};
    if (!fa__nodes_usable(2, inputs, err) || !product_type("vecmat", a, b, &type, err) ||
        !have_axes("vecmat", a, 1, b, 2, err) || !fit("vecmat", a, a->ndim - 1, b, b->ndim - 2, err) ||
        !batches_fit("vecmat", a, 1, b, 2, err))
        return NULL;
    return fa__give(&k, vector_by_matrix(&k, conjugated(&k, a), b, type));
}

/* ---- Vectors ---- */

static fa__node *axis_last(fa__kit *k, fa__node *a, int axis)
{
    if (a == NULL || axis == -1 || fa_failed(k->err))
        return a;
    return fa__keep(k, fa__node_move_axes(a, FA_AXES(axis), FA_AXES(-1), k->err));
}

fa__node *fa__node_vecdot(fa__node *a, fa__node *b, int axis, fa_error *err)
{
    fa_type type = FA_TYPE_BOOL;
    fa__node *inputs[2] = {a, b};
    fa__kit k = {.err = err};
    if (!fa__nodes_usable(2, inputs, err) || !product_type("vecdot", a, b, &type, err) ||
        !have_axes("vecdot", a, 1, b, 1, err))
        return NULL;
    fa__node *first = axis_last(&k, a, axis), *second = axis_last(&k, b, axis), *node = NULL;
    if (!fa_failed(err) && fit("vecdot", first, a->ndim - 1, second, b->ndim - 1, err) &&
        batches_fit("vecdot", first, 1, second, 1, err))
        node = sum_of_products(&k, conjugated(&k, first), second, -1, type);
    return fa__give(&k, node);
}

fa__node *fa__node_vdot(fa__node *a, fa__node *b, fa_error *err)
{
    fa__node *inputs[2] = {a, b};
    fa__kit k = {.err = err};
    if (!fa__nodes_usable(2, inputs, err))
        return NULL;
    fa__node *first = fa__keep(&k, fa__node_ravel(a, err)),
             *second = first != NULL ? fa__keep(&k, fa__node_ravel(b, err)) : NULL;
    return fa__give(&k, second != NULL ? fa__keep(&k, fa__node_vecdot(first, second, -1, err)) : NULL);
}

fa__node *fa__node_outer_product(fa__node *a, fa__node *b, fa_error *err)
{
    fa__node *inputs[2] = {a, b};
    fa__kit k = {.err = err};
    if (!fa__nodes_usable(2, inputs, err) || !may_multiply("outer", a, b, err))
        return NULL;
    fa__node *column = fa__keep(&k, fa__node_ravel(a, err)),
             *row = column != NULL ? fa__keep(&k, fa__node_ravel(b, err)) : NULL;
    return fa__give(&k, operated(&k, FA__OP_MULTIPLY, new_axis(&k, column, -1), row));
}

/* ---- dot and its kin ---- */

static fa__node *scaled(fa__kit *k, fa__node *a, fa__node *b)
{
    fa__node *first = fa__keep(k, fa__node_strong(a, k->err));
    return operated(k, FA__OP_MULTIPLY, first,
                    first != NULL ? fa__keep(k, fa__node_strong(b, k->err)) : NULL);
}

/* The axes of `node` that a sum runs over, in order, and in *others the rest. */
static int split_axes(const fa__node *node, fa_axes axes, int *over, int *others, fa_error *err)
{
    uint64_t mask;
    int count = 0;
    if (!fa__axes_mask(axes, node->ndim, &mask, err))
        return -1;
    for (int i = 0; i < axes.count; i++)
        over[i] = fa__axis(axes.axes[i], node->ndim, err);
    for (int i = 0; i < node->ndim; i++)
        if (!(mask >> i & 1))
            others[count++] = i;
    return count;
}

/* An array as a matrix: `rows` axes, then `columns` axes, in the order of `axes`. */
static fa__node *as_matrix(fa__kit *k, fa__node *a, const int *axes, int rows, int columns)
{
    int64_t sizes[2] = {1, 1};
    for (int i = 0; i < rows + columns; i++)
        sizes[i < rows ? 0 : 1] *= a->sizes[axes[i]];
    return reshaped(k, permuted(k, a, rows + columns, axes), 2, sizes);
}

static fa__node *sum_over_axes(const char *name, fa__node *a, fa__node *b, fa_axes a_axes, fa_axes b_axes,
                               fa_error *err)
{
    int a_order[FA_MAX_NDIM], b_order[FA_MAX_NDIM], over[FA_MAX_NDIM], count = a_axes.count, ndim = 0;
    int64_t sizes[2 * FA_MAX_NDIM];
    fa__kit k = {.err = err};
    int rows = split_axes(a, a_axes, over, a_order, err);
    for (int i = 0; i < count && rows >= 0; i++)
        a_order[rows + i] = over[i];
    int columns = rows >= 0 ? split_axes(b, b_axes, b_order, b_order + count, err) : -1;
    for (int i = 0; i < count && columns >= 0; i++)
        fit(name, a, a_order[rows + i], b, b_order[i], err);
    if (fa_failed(err))
        return NULL;
    if (rows + columns > FA_MAX_NDIM) {
        fa__fail(err, FA_BAD_SHAPE, "%s makes %d axes, more than %d", name, rows + columns, FA_MAX_NDIM);
        return NULL;
    }
    for (int i = 0; i < rows; i++)
        sizes[ndim++] = a->sizes[a_order[i]];
    for (int i = 0; i < columns; i++)
        sizes[ndim++] = b->sizes[b_order[count + i]];
    fa__node *first = as_matrix(&k, a, a_order, rows, count),
             *second = as_matrix(&k, b, b_order, count, columns);
    fa__node *product = fa_failed(err) ? NULL : fa__keep(&k, fa__node_matmul(first, second, err));
    return fa__give(&k, reshaped(&k, product, ndim, sizes));
}

fa__node *fa__node_tensordot(fa__node *a, fa__node *b, fa_axes a_axes, fa_axes b_axes, fa_error *err)
{
    fa_type type = FA_TYPE_BOOL;
    fa__node *inputs[2] = {a, b};
    if (!fa__nodes_usable(2, inputs, err) || !product_type("tensordot", a, b, &type, err))
        return NULL;
    if (a_axes.count < 0 || a_axes.count != b_axes.count) {
        fa__fail(err, FA_INVALID_ARGUMENT,
                 "tensordot: as many axes of the second array as of the first are needed");
        return NULL;
    }
    return sum_over_axes("tensordot", a, b, a_axes, b_axes, err);
}

fa__node *fa__node_dot(fa__node *a, fa__node *b, fa_error *err)
{
    fa_type type = FA_TYPE_BOOL;
    fa__node *inputs[2] = {a, b};
    fa__kit k = {.err = err};
    if (!fa__nodes_usable(2, inputs, err) || !product_type("dot", a, b, &type, err))
        return NULL;
    if (a->ndim == 0 || b->ndim == 0)
        return fa__give(&k, scaled(&k, a, b));
    int row = b->ndim > 1 ? b->ndim - 2 : 0;
    if (!fit("dot", a, a->ndim - 1, b, row, err))
        return NULL;
    if (a->ndim == 1 || b->ndim == 1 || (a->ndim == 2 && b->ndim == 2))
        return fa__node_matmul(a, b, err);
    return sum_over_axes("dot", a, b, FA_AXES(-1), FA_AXES(row), err);
}

fa__node *fa__node_inner(fa__node *a, fa__node *b, fa_error *err)
{
    fa_type type = FA_TYPE_BOOL;
    fa__node *inputs[2] = {a, b};
    fa__kit k = {.err = err};
    if (!fa__nodes_usable(2, inputs, err) || !product_type("inner", a, b, &type, err))
        return NULL;
    if (a->ndim == 0 || b->ndim == 0)
        return fa__give(&k, scaled(&k, a, b));
    if (!fit("inner", a, a->ndim - 1, b, b->ndim - 1, err))
        return NULL;
    if (a->ndim == 1 || b->ndim == 1)
        return fa__give(&k, sum_of_products(&k, a, b, -1, type));
    return sum_over_axes("inner", a, b, FA_AXES(-1), FA_AXES(-1), err);
}

/* Each element of the first times all of the second: axes side by side, which are then put together. */
fa__node *fa__node_kron(fa__node *a, fa__node *b, fa_error *err)
{
    fa__node *inputs[2] = {a, b};
    int axes[2][FA_MAX_NDIM];
    int64_t sizes[FA_MAX_NDIM];
    fa__kit k = {.err = err};
    if (!fa__nodes_usable(2, inputs, err) || !may_multiply("kron", a, b, err))
        return NULL;
    if (a->ndim == 0 || b->ndim == 0)
        return fa__give(&k, scaled(&k, a, b));
    int ndim = a->ndim > b->ndim ? a->ndim : b->ndim;
    if (2 * ndim > FA_MAX_NDIM) {
        fa__fail(err, FA_BAD_SHAPE, "kron makes %d axes on its way, more than %d", 2 * ndim, FA_MAX_NDIM);
        return NULL;
    }
    for (int i = 0; i < 2; i++)
        inputs[i] = fa_failed(err) ? NULL : fa__keep(&k, fa__node_lead(inputs[i], ndim, err));
    for (int i = 0; i < ndim && !fa_failed(err); i++) {
        axes[0][i] = 2 * i + 1;
        axes[1][i] = 2 * i;
        sizes[i] = inputs[0]->sizes[i] * inputs[1]->sizes[i];
    }
    for (int i = 0; i < 2; i++)
        inputs[i] = fa_failed(err)
                        ? NULL
                        : fa__keep(&k, fa__node_expand_dims(inputs[i], (fa_axes){ndim, axes[i]}, err));
    return fa__give(&k, reshaped(&k, operated(&k, FA__OP_MULTIPLY, inputs[0], inputs[1]), ndim, sizes));
}

fa__node *fa__node_trace(fa__node *a, int64_t offset, int axis1, int axis2, const fa_dtype *dtype,
                         fa_error *err)
{
    fa__geometry geometry;
    fa__kit k = {.err = err};
    if (!fa__nodes_usable(1, &a, err))
        return NULL;
    fa__node_geometry(a, &geometry);
    if (!fa__geometry_diagonal(&geometry, offset, axis1, axis2, &geometry, err))
        return NULL;
    fa__node *diagonal = fa__keep(&k, fa__node_view(a, &geometry, err)), *node = NULL;
    fa__reduce_arguments arguments = {.axes = FA_AXES(-1), .dtype = dtype};
    if (diagonal != NULL)
        node = fa__keep(&k, fa__node_reduce(FA__REDUCE_SUM, diagonal, &arguments, err));
    return fa__give(&k, node);
}
