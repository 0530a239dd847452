/* SPDX-License-Identifier: BSD-3-Clause */
/* The functions and methods of text that are no row of a list of operations: conversions, views, and the
 * forms of clip and conjugate that NumPy gives to arrays. Each is a row of fa__array_functions. */
#include "text/functions.h"
#include "expr/routines.h"
#include "expr/types.h"

#include "array/view.h"

#include <limits.h>
#include <string.h>

static fa__node *viewed(const fa__bound_call *call, fa__node *node, const fa__geometry *geometry)
{
    return fa_failed(call->err) ? NULL : fa__node_view(node, geometry, call->err);
}

/* The array that a view is made of, and its geometry. NULL when the call has failed. */
static fa__node *array_with_geometry(const fa__bound_call *call, fa__geometry *geometry)
{
    fa__node *node = fa__argument_node(call, 0);
    if (node != NULL)
        fa__node_geometry(node, geometry);
    return node;
}

static int axis_at(const fa__bound_call *call, int index, int otherwise)
{
    int64_t axis = fa__argument_int(call, index, otherwise);
    if (axis >= INT_MIN && axis <= INT_MAX)
        return (int)axis;
    fa__fail_at_column(call->err, FA_BAD_INDEX, call->arguments[index]->column, "axis %lld is out of bounds",
                       (long long)axis);
    return 0;
}

static fa__node *apply_view(const fa__bound_call *call)
{
    fa__node *given = fa__argument_node(call, 0), *node = NULL;
    const fa_dtype *dtype = fa__argument_dtype(call, 1);
    fa__node *strong = given != NULL && dtype != NULL ? fa__node_strong(given, call->err) : NULL;
    const bool is_stored =
        strong != NULL && (strong->kind == FA__NODE_LEAF || fa_dtype_equal(strong->dtype, dtype));
    if (strong != NULL && !is_stored)
        fa__fail_at_column(call->err, FA_UNSUPPORTED, call->arguments[0]->column,
                           "view() sees the bytes of an array, and this has none before it is computed");
    if (is_stored && fa__check_view_dtype(strong->dtype, dtype, call->err)) {
        fa__geometry geometry;
        fa__node_geometry(strong, &geometry);
        node = fa__node_view_as(strong, dtype, &geometry, call->err);
    }
    fa__node_release(strong);
    fa_dtype_release(dtype);
    return node;
}

static fa__node *apply_astype(const fa__bound_call *call)
{
    fa__node *input = fa__argument_node(call, 0);
    const fa_dtype *dtype = fa__argument_dtype(call, 1);
    bool is_c = fa__argument_is(call, 2, "C"), is_f = fa__argument_is(call, 2, "F");
    fa__node *node = dtype ? fa__node_cast(input, dtype, call->err) : NULL;
    if (dtype == NULL)
        fa__fail_at_column(call->err, FA_BAD_EXPRESSION, call->arguments[1]->column,
                           "astype() needs a dtype");
    fa_dtype_release(dtype);
    if (node == NULL || (!is_c && !is_f))
        return node;
    fa__node *ordered = fa__node_copy(node, is_c ? 'C' : 'F', call->err);
    fa__node_release(node);
    return ordered;
}

static fa__node *apply_transpose(const fa__bound_call *call)
{
    int storage[FA_MAX_NDIM];
    fa_axes axes;
    fa__node *node = fa__argument_node(call, 0);
    return fa__argument_axes(call, 1, storage, &axes) ? fa__node_permute(node, axes, call->err) : NULL;
}

static fa__node *apply_swapaxes(const fa__bound_call *call)
{
    fa__geometry geometry;
    fa__node *node = array_with_geometry(call, &geometry);
    int first = axis_at(call, 1, 0), second = axis_at(call, 2, 0);
    if (node == NULL || !fa__geometry_swap_axes(&geometry, first, second, &geometry, call->err))
        return NULL;
    return viewed(call, node, &geometry);
}

/* Fortran's order is C order of the transpose. */
static fa__node *reshaped_in_f(fa__node *node, const fa__tuple *sizes, fa_error *err)
{
    fa__tuple reversed = {.count = sizes->count};
    for (int i = 0; i < sizes->count; i++)
        reversed.items[i] = sizes->items[sizes->count - 1 - i];
    fa__node *turned = fa__node_permute(node, FA_ALL_AXES, err), *shaped = NULL, *result = NULL;
    if (turned != NULL)
        shaped = fa__node_reshape(turned, (fa_shape){reversed.count, reversed.items}, err);
    if (shaped != NULL)
        result = fa__node_permute(shaped, FA_ALL_AXES, err);
    fa__node_release(turned);
    fa__node_release(shaped);
    return result;
}

static fa__node *apply_reshape(const fa__bound_call *call)
{
    fa__tuple sizes;
    if (!fa__argument_tuple(call, 1, &sizes))
        return NULL;
    bool is_c = !fa__argument_given(call, 2) || fa__argument_is(call, 2, "C");
    if (!is_c && !fa__argument_is(call, 2, "F")) {
        fa__fail_at_column(call->err, FA_BAD_EXPRESSION, call->arguments[2]->column,
                           "reshape(): an order is 'C' or 'F'");
        return NULL;
    }
    fa__node *node = fa__argument_array(call, 0), *shaped = NULL;
    if (node != NULL)
        shaped = is_c ? fa__node_reshape(node, (fa_shape){sizes.count, sizes.items}, call->err)
                      : reshaped_in_f(node, &sizes, call->err);
    fa__node_release(node);
    return shaped;
}

static fa__node *apply_broadcast_to(const fa__bound_call *call)
{
    fa__tuple sizes;
    if (!fa__argument_tuple(call, 1, &sizes))
        return NULL;
    fa__node *node = fa__argument_array(call, 0), *wide = NULL;
    if (node != NULL)
        wide = fa__node_broadcast_to(node, (fa_shape){sizes.count, sizes.items}, call->err);
    fa__node_release(node);
    return wide;
}

static fa__node *apply_diagonal(const fa__bound_call *call)
{
    fa__geometry geometry;
    fa__node *node = array_with_geometry(call, &geometry);
    int64_t offset = fa__argument_int(call, 1, 0);
    int first = axis_at(call, 2, 0), second = axis_at(call, 3, 1);
    if (node == NULL || !fa__geometry_diagonal(&geometry, offset, first, second, &geometry, call->err))
        return NULL;
    return viewed(call, node, &geometry);
}

static fa__node *apply_squeeze(const fa__bound_call *call)
{
    int storage[FA_MAX_NDIM];
    fa_axes axes;
    fa__node *node = fa__argument_node(call, 0);
    return fa__argument_axes(call, 1, storage, &axes) ? fa__node_squeeze(node, axes, call->err) : NULL;
}

static fa__node *apply_expand_dims(const fa__bound_call *call)
{
    int storage[FA_MAX_NDIM];
    fa_axes axes;
    fa__node *node = fa__argument_node(call, 0);
    return fa__argument_axes(call, 1, storage, &axes) ? fa__node_expand_dims(node, axes, call->err) : NULL;
}

/* Whether every element of a geometry begins between two bytes, when its first one is `offset` bytes behind
 * `base`. */
static bool begins_inside(const fa__geometry *geometry, int64_t base, int64_t offset, int64_t low,
                          int64_t high)
{
    int64_t first, last, reach;
    if (__builtin_add_overflow(base, offset, &first))
        return false;
    last = first;
    for (int i = 0; i < geometry->ndim; i++) {
        int64_t *end = geometry->strides[i] < 0 ? &first : &last;
        if (__builtin_mul_overflow(geometry->sizes[i] - 1, geometry->strides[i], &reach) ||
            __builtin_add_overflow(*end, reach, end))
            return false;
    }
    return first >= low && last <= high;
}

/* Any geometry inside an array: strides and offset in bytes, from its first element. NumPy's function of this
 * name checks nothing; here every element has to be one of the bytes that the array covers. What text writes
 * for a view that no simpler index makes. */
static fa__node *strided(const fa__bound_call *call, const fa_dtype *dtype)
{
    fa__geometry outer, inner;
    fa__tuple sizes, strides;
    fa__node *node = array_with_geometry(call, &outer);
    int64_t offset = fa__argument_int(call, 3, 0), count, low, high;
    if (node == NULL || !fa__argument_tuple(call, 1, &sizes) || !fa__argument_tuple(call, 2, &strides))
        return NULL;
    if (dtype == NULL)
        dtype = node->dtype;
    if (sizes.count != strides.count) {
        fa__fail(call->err, FA_BAD_SHAPE, "as_strided() has %d sizes and %d strides", sizes.count,
                 strides.count);
        return NULL;
    }
    if (!fa__shape_count(sizes.count, sizes.items, dtype->item_bytes, &count, call->err))
        return NULL;
    inner.ndim = sizes.count;
    memcpy(inner.sizes, sizes.items, sizeof sizes.items);
    memcpy(inner.strides, strides.items, sizeof strides.items);
    fa__geometry_extent(&outer, node->dtype->item_bytes, &low, &high);
    if (count > 0 && !begins_inside(&inner, outer.offset, offset, low, high - dtype->item_bytes)) {
        fa__fail(call->err, FA_BAD_INDEX, "as_strided() reaches beyond the array");
        return NULL;
    }
    /* Where nothing begins is told apart only in graphs, which text has to give back as they were. */
    bool keeps_offset = count > 0 || (node->kind != FA__NODE_LEAF && offset >= 0 &&
                                      offset <= node->dtype->item_bytes * fa__count(node->ndim, node->sizes));
    inner.offset = outer.offset + (keeps_offset ? offset : 0);
    return fa__node_view_as(node, dtype, &inner, call->err);
}

static fa__node *apply_as_strided(const fa__bound_call *call)
{
    const fa_dtype *dtype = fa__argument_dtype(call, 4);
    fa__node *node = fa_failed(call->err) ? NULL : strided(call, dtype);
    fa_dtype_release(dtype);
    return node;
}

/* None on one side clips on the other alone. */
static fa__node *apply_clip(const fa__bound_call *call)
{
    const int low = fa__argument_given(call, 3) ? 3 : 1, high = fa__argument_given(call, 4) ? 4 : 2;
    bool has_low = fa__argument_given(call, low), has_high = fa__argument_given(call, high);
    fa__node *inputs[3] = {fa__argument_node(call, 0), NULL, NULL};
    int count = 1;
    if (has_low)
        inputs[count++] = fa__argument_node(call, low);
    if (has_high)
        inputs[count++] = fa__argument_node(call, high);
    if (fa_failed(call->err))
        return NULL;
    if (!has_low && !has_high)
        return fa__node_strong(inputs[0], call->err);
    fa__operation operation = has_low && has_high ? FA__OP_CLIP : has_low ? FA__OP_MAXIMUM : FA__OP_MINIMUM;
    return fa__node_operation(operation, inputs, call->err);
}

/* As a method it leaves what is not complex as it is; the function makes int8 of bool. */
static fa__node *apply_conjugate_method(const fa__bound_call *call)
{
    fa__node *node = fa__argument_node(call, 0);
    if (node == NULL)
        return NULL;
    if (fa__type_is_numeric(node->dtype->type) && !fa__type_is_complex(node->dtype->type))
        return fa__node_strong(node, call->err);
    return fa__node_operation(FA__OP_CONJUGATE, &node, call->err);
}

static fa__node *apply_complex(const fa__bound_call *call)
{
    double real = fa__argument_float(call, 0, 0), imag = fa__argument_float(call, 1, 0);
    return fa__node_complex(real, imag, call->err);
}

/* As an attribute it leaves what is not complex as it is. */
static fa__node *apply_real(const fa__bound_call *call)
{
    fa__node *node = fa__argument_node(call, 0);
    if (node == NULL)
        return NULL;
    if (fa__type_is_numeric(node->dtype->type) && !fa__type_is_complex(node->dtype->type))
        return fa__node_strong(node, call->err);
    return fa__node_operation(FA__OP_REAL, &node, call->err);
}

static fa__node *apply_imag(const fa__bound_call *call)
{
    fa__node *node = fa__argument_node(call, 0);
    return node != NULL ? fa__node_operation(FA__OP_IMAG, &node, call->err) : NULL;
}

const fa__function fa__array_functions[] = {
    {"astype", "", "a dtype order=", apply_astype, 0, FA__AS_FUNCTION | FA__AS_METHOD,
     FA_OPERATION_CONVERSION, "The array in another element type."},
    {"view", "", "a dtype", apply_view, 0, FA__AS_FUNCTION | FA__AS_METHOD, FA_OPERATION_VIEW,
     "The same bytes seen as elements of another type of the same size."},
    {"transpose", "", "a *axes=", apply_transpose, 0, FA__AS_METHOD, FA_OPERATION_VIEW,
     "Axes reversed, or in the order given."},
    {"transpose", "permute_dims", "a axes=", apply_transpose, 0, FA__AS_FUNCTION, FA_OPERATION_VIEW,
     "Axes reversed, or in the order given."},
    {"swapaxes", "", "a axis1 axis2", apply_swapaxes, 0, FA__AS_FUNCTION | FA__AS_METHOD, FA_OPERATION_VIEW,
     "Two axes exchanged."},
    {"reshape", "", "a *shape order=", apply_reshape, 0, FA__AS_METHOD, FA_OPERATION_VIEW,
     "The same elements in another shape; copied where no view is possible."},
    {"reshape", "", "a shape order=", apply_reshape, 0, FA__AS_FUNCTION, FA_OPERATION_VIEW,
     "The same elements in another shape; copied where no view is possible."},
    {"broadcast_to", "", "a shape", apply_broadcast_to, 0, FA__AS_FUNCTION, FA_OPERATION_VIEW,
     "Repeated along axes to a shape."},
    {"diagonal", "", "a offset= axis1= axis2=", apply_diagonal, 0, FA__AS_FUNCTION | FA__AS_METHOD,
     FA_OPERATION_VIEW, "Diagonals of two axes."},
    {"squeeze", "", "a axis=", apply_squeeze, 0, FA__AS_FUNCTION | FA__AS_METHOD, FA_OPERATION_VIEW,
     "Without axes of size 1."},
    {"expand_dims", "", "a axis", apply_expand_dims, 0, FA__AS_FUNCTION, FA_OPERATION_VIEW,
     "With another axis of size 1."},
    {"as_strided", "", "a shape strides offset= dtype=", apply_as_strided, 0, FA__AS_FUNCTION,
     FA_OPERATION_VIEW, "Any geometry inside the array, strides and offset in bytes."},
    {"clip", "", "a a_min= a_max= min= max=", apply_clip, 0, FA__AS_FUNCTION | FA__AS_METHOD,
     FA_OPERATION_ELEMENTWISE,
     "The value, not below the second and not above the third; either may be None."},
    {"where", "", "condition x= y=", fa__apply_where, 0, FA__AS_FUNCTION, FA_OPERATION_ELEMENTWISE,
     "The second where the first is true, else the third; of one array, where it is not zero."},
    {"conj", "", "a", apply_conjugate_method, 0, FA__AS_METHOD, FA_OPERATION_FUNCTION,
     "Complex conjugate; other types as they are."},
    {"conjugate", "", "a", apply_conjugate_method, 0, FA__AS_METHOD, FA_OPERATION_FUNCTION,
     "Complex conjugate; other types as they are."},
    {"complex", "", "real= imag=", apply_complex, 0, FA__AS_FUNCTION, FA_OPERATION_CONVERSION,
     "The complex number of two parts."},
    {"T", "", "a", apply_transpose, 0, FA__AS_ATTRIBUTE, FA_OPERATION_ATTRIBUTE, "Axes reversed."},
    {"real", "", "a", apply_real, 0, FA__AS_ATTRIBUTE, FA_OPERATION_ATTRIBUTE, "Real parts."},
    {"imag", "", "a", apply_imag, 0, FA__AS_ATTRIBUTE, FA_OPERATION_ATTRIBUTE, "Imaginary parts."},
    {0},
};
