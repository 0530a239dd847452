/* SPDX-License-Identifier: BSD-3-Clause */
/* Text's products of arrays: arguments to makers. */
#include "text/functions.h"
#include "expr/product.h"

#include <limits.h>

typedef fa__node *product(fa__node *a, fa__node *b, fa_error *err);

static product *const products[] = {fa__node_matmul, fa__node_dot,   fa__node_vdot,          fa__node_matvec,
                                    fa__node_vecmat, fa__node_inner, fa__node_outer_product, fa__node_kron};
enum { MATMUL, DOT, VDOT, MATVEC, VECMAT, INNER, OUTER, KRON };

/* The two arrays, in the type that dtype= says where the function has it. */
static fa__two arrays_of(const fa__bound_call *call)
{
    fa__two arrays = fa__arguments_two(call, 0, 1);
    const int at = fa__argument_position(call, "dtype");
    const fa_dtype *dtype = at >= 0 ? fa__argument_dtype(call, at) : NULL;
    if (dtype == NULL || fa_failed(call->err))
        return arrays;
    const fa_type type = dtype->type;
    fa_dtype_release(dtype);
    fa__two cast = {NULL, NULL};
    if (!fa__type_is_numeric(type))
        fa__argument_refuse(call, at, "dtype= is the type of a number");
    if (!fa_failed(call->err))
        cast.first = fa__argument_cast(call, 0, arrays.first, type);
    if (!fa_failed(call->err))
        cast.second = fa__argument_cast(call, 1, arrays.second, type);
    fa__two_made(arrays, NULL);
    return cast;
}

static fa__node *apply_product(const fa__bound_call *call)
{
    fa__two arrays = arrays_of(call);
    return fa__two_made(arrays, fa_failed(call->err)
                                    ? NULL
                                    : products[call->function->code](arrays.first, arrays.second, call->err));
}

static int axis_at(const fa__bound_call *call, int index, int otherwise)
{
    int64_t axis = fa__argument_int(call, index, otherwise);
    return axis >= INT_MIN && axis <= INT_MAX ? (int)axis : INT_MAX;
}

static fa__node *apply_vecdot(const fa__bound_call *call)
{
    int axis = axis_at(call, 2, -1);
    fa__two arrays = arrays_of(call);
    return fa__two_made(
        arrays, fa_failed(call->err) ? NULL : fa__node_vecdot(arrays.first, arrays.second, axis, call->err));
}

/* ---- tensordot ---- */

/* Axes of both arrays. */
typedef struct pairs {
    int count[2];
    int axes[2][FA_MAX_NDIM];
} pairs;

static bool refuse(const fa__bound_call *call, const fa__value *value)
{
    return fa__fail_at_column(
        call->err, FA_BAD_EXPRESSION, value->column,
        "tensordot(): axes= is a number, or axes of the first and axes of the second array");
}

/* One number, or several, as the axes of one of the arrays. */
static bool axes_of(const fa__bound_call *call, const fa__value *value, pairs *to, int which)
{
    fa__bound_call one = *call;
    fa__tuple axes;
    one.arguments[0] = value;
    if (value->kind != FA__VALUE_NODE && value->kind != FA__VALUE_TUPLE)
        return refuse(call, value);
    if (!fa__argument_tuple(&one, 0, &axes))
        return false;
    to->count[which] = axes.count;
    for (int i = 0; i < axes.count; i++)
        to->axes[which][i] =
            axes.items[i] >= INT_MIN && axes.items[i] <= INT_MAX ? (int)axes.items[i] : INT_MAX;
    return true;
}

/* So many of the last axes of the first array, and of the first axes of the second. */
static bool neighbours(const fa__bound_call *call, int64_t count, const fa__node *a, const fa__node *b,
                       pairs *to)
{
    if (count > a->ndim || count > b->ndim)
        return fa__fail(call->err, FA_BAD_SHAPE, "tensordot(): %lld axes of arrays that have %d and %d",
                        (long long)count, a->ndim, b->ndim);
    to->count[0] = to->count[1] = count > 0 ? (int)count : 0;
    for (int i = 0; i < to->count[0]; i++) {
        to->axes[0][i] = i - to->count[0];
        to->axes[1][i] = i;
    }
    return true;
}

static bool read_pairs(const fa__bound_call *call, const fa__node *a, const fa__node *b, pairs *to)
{
    const fa__value *value = call->arguments[2];
    if (value == NULL || value->kind == FA__VALUE_NODE)
        return neighbours(call, fa__argument_int(call, 2, 2), a, b, to) && !fa_failed(call->err);
    if (value->kind == FA__VALUE_TUPLE && value->as.tuple->count == 2) {
        for (int i = 0; i < 2; i++) {
            int64_t axis = value->as.tuple->items[i];
            to->count[i] = 1;
            to->axes[i][0] = axis >= INT_MIN && axis <= INT_MAX ? (int)axis : INT_MAX;
        }
        return true;
    }
    if (value->kind != FA__VALUE_LIST || value->as.list->count != 2)
        return refuse(call, value);
    return axes_of(call, &value->as.list->items[0], to, 0) && axes_of(call, &value->as.list->items[1], to, 1);
}

static fa__node *apply_tensordot(const fa__bound_call *call)
{
    pairs over;
    fa__node *a = fa__argument_array(call, 0), *b = fa__argument_array(call, 1), *node = NULL;
    if (!fa_failed(call->err) && read_pairs(call, a, b, &over))
        node = fa__node_tensordot(a, b, (fa_axes){over.count[0], over.axes[0]},
                                  (fa_axes){over.count[1], over.axes[1]}, call->err);
    fa__node_release(a);
    fa__node_release(b);
    return node;
}

static fa__node *apply_trace(const fa__bound_call *call)
{
    int64_t offset = fa__argument_int(call, 1, 0);
    int first = axis_at(call, 2, 0), second = axis_at(call, 3, 1);
    const fa_dtype *dtype = fa__argument_dtype(call, 4);
    fa__node *a = fa__argument_array(call, 0);
    fa__node *node = fa_failed(call->err) ? NULL : fa__node_trace(a, offset, first, second, dtype, call->err);
    fa__node_release(a);
    fa_dtype_release(dtype);
    return node;
}

enum { FUNCTION = FA__AS_FUNCTION, BOTH = FA__AS_FUNCTION | FA__AS_METHOD };

const fa__function fa__product_functions[] = {
    {"matmul", "", "x1 x2 dtype=", apply_product, MATMUL, FUNCTION, FA_OPERATION_PRODUCT,
     "Product of matrices, or of a matrix and a vector; batches of them broadcast. As an operator: @."},
    {"dot", "", "a b", apply_product, DOT, BOTH, FA_OPERATION_PRODUCT,
     "Sums of products over the last axis of the first array and the last but one of the second."},
    {"vdot", "", "a b", apply_product, VDOT, FUNCTION, FA_OPERATION_PRODUCT,
     "Sum of the products of all elements, those of the first array conjugated."},
    {"vecdot", "", "x1 x2 axis= dtype=", apply_vecdot, 0, FUNCTION, FA_OPERATION_PRODUCT,
     "Sums of products along an axis, the first array conjugated."},
    {"matvec", "", "x1 x2 dtype=", apply_product, MATVEC, FUNCTION, FA_OPERATION_PRODUCT,
     "Matrices times vectors."},
    {"vecmat", "", "x1 x2 dtype=", apply_product, VECMAT, FUNCTION, FA_OPERATION_PRODUCT,
     "Vectors, conjugated, times matrices."},
    {"inner", "", "a b", apply_product, INNER, FUNCTION, FA_OPERATION_PRODUCT,
     "Sums of products over the last axes of both arrays."},
    {"outer", "", "a b", apply_product, OUTER, FUNCTION, FA_OPERATION_PRODUCT,
     "Each element of one array times each of another: a matrix."},
    {"kron", "", "a b", apply_product, KRON, FUNCTION, FA_OPERATION_PRODUCT,
     "Kronecker's product: all of the second array for each element of the first."},
    {"tensordot", "", "a b axes=", apply_tensordot, 0, FUNCTION, FA_OPERATION_PRODUCT,
     "Sums of products over pairs of axes."},
    {"trace", "", "a offset= axis1= axis2= dtype=", apply_trace, 0, BOTH, FA_OPERATION_REDUCTION,
     "Sum along a diagonal."},
    {0},
};
