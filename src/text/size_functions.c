/* SPDX-License-Identifier: BSD-3-Clause */
/* How large arrays are, as the numbers and tuples that Python has of it, and array() itself. Knows shapes and
 * element types; no element is looked at. */
#include "text/functions.h"

#include "array/shape.h"

#include <string.h>

/* ---- Attributes ---- */

enum { IS_SIZE, IS_NDIM, IS_ITEMSIZE, IS_NBYTES, IS_SHAPE };

/* Of an array; a number that was written has none. */
static fa__node *apply_attribute(const fa__bound_call *call)
{
    const fa__node *a = fa__argument_node(call, 0);
    int64_t count, bytes;
    if (a == NULL)
        return NULL;
    if (fa__node_is_weak(a)) {
        fa__fail_at_column(call->err, FA_BAD_TYPES, call->arguments[0]->column,
                           "a number has no %s: it is no array", call->function->name);
        return NULL;
    }
    if (!fa__shape_count(a->ndim, a->sizes, 1, &count, call->err))
        return NULL;
    switch (call->function->code) {
    case IS_SIZE:
        return fa__node_int(count, call->err);
    case IS_NDIM:
        return fa__node_int(a->ndim, call->err);
    case IS_ITEMSIZE:
        return fa__node_int(a->dtype->item_bytes, call->err);
    case IS_SHAPE:
        return fa__call_gives_numbers(call, a->ndim, a->sizes);
    }
    if (!__builtin_mul_overflow(count, a->dtype->item_bytes, &bytes))
        return fa__node_int(bytes, call->err);
    fa__fail(call->err, FA_TOO_LARGE, "nbytes: more than 64 bits hold");
    return NULL;
}

/* ---- Functions ---- */

/* The first axis of arrays, the items of lists and tuples. */
static fa__node *apply_len(const fa__bound_call *call)
{
    const fa__value *value = call->arguments[0];
    if (fa__is_sequence(value))
        return fa__node_int(fa__sequence_count(value), call->err);
    if (value->kind == FA__VALUE_NODES)
        return fa__node_int(value->as.nodes->count, call->err);
    const fa__node *a = fa__argument_node(call, 0);
    if (a == NULL)
        return NULL;
    if (a->ndim > 0)
        return fa__node_int(a->sizes[0], call->err);
    fa__argument_refuse(call, 0, "what has no axis has no length");
    return NULL;
}

static fa__node *apply_ndim(const fa__bound_call *call)
{
    fa__node *a = fa__argument_array(call, 0);
    fa__node *number = a != NULL ? fa__node_int(a->ndim, call->err) : NULL;
    fa__node_release(a);
    return number;
}

static fa__node *apply_shape(const fa__bound_call *call)
{
    fa__node *a = fa__argument_array(call, 0);
    if (a != NULL)
        fa__call_gives_numbers(call, a->ndim, a->sizes);
    fa__node_release(a);
    return NULL;
}

/* Of all axes, or of those that are named. */
static fa__node *apply_size(const fa__bound_call *call)
{
    int storage[FA_MAX_NDIM];
    fa_axes axes;
    fa__node *a = fa__argument_array(call, 0), *number = NULL;
    uint64_t chosen;
    int64_t sizes[FA_MAX_NDIM], count;
    if (a != NULL && fa__argument_axes(call, 1, storage, &axes) &&
        fa__axes_mask(axes, a->ndim, &chosen, call->err)) {
        for (int i = 0; i < a->ndim; i++)
            sizes[i] = chosen >> i & 1 ? a->sizes[i] : 1;
        if (fa__shape_count(a->ndim, sizes, 1, &count, call->err))
            number = fa__node_int(count, call->err);
    }
    fa__node_release(a);
    return number;
}

/* ---- array() ---- */

/* With axes of size 1 in front, up to `ndim`. Takes the node over. */
static fa__node *with_axes(fa__node *node, int64_t ndim, fa_error *err)
{
    if (node == NULL || ndim <= node->ndim)
        return node;
    fa__geometry geometry, wide = {.ndim = (int)ndim};
    fa__node *view = NULL;
    fa__node_geometry(node, &geometry);
    const int more = (int)ndim - node->ndim;
    for (int i = 0; i < more; i++)
        wide.sizes[i] = 1;
    memcpy(wide.sizes + more, geometry.sizes, (size_t)geometry.ndim * sizeof *wide.sizes);
    memcpy(wide.strides + more, geometry.strides, (size_t)geometry.ndim * sizeof *wide.strides);
    wide.offset = geometry.offset;
    view = fa__node_view(node, &wide, err);
    fa__node_release(node);
    return view;
}

/* What NumPy makes an array of, in an element type that may be asked for: numbers must fit then. The order is
 * how it lies in memory, which no value depends on. */
static fa__node *apply_array(const fa__bound_call *call)
{
    const int dtype_at = fa__argument_position(call, "dtype"),
              ndmin_at = fa__argument_position(call, "ndmin");
    const fa__value *value = call->arguments[0];
    const fa_dtype *dtype = fa__argument_dtype(call, dtype_at);
    const int64_t ndmin = ndmin_at >= 0 ? fa__argument_int(call, ndmin_at, 0) : 0;
    if (ndmin > FA_MAX_NDIM)
        fa__argument_refuse(call, ndmin_at, "an array has at most 64 axes");
    fa__node *made = NULL, *node = NULL;
    if (dtype != NULL && fa__value_array(value) != NULL)
        made = fa__value_as(value, dtype, call->err);
    else if (!fa_failed(call->err))
        made = fa__argument_array(call, 0);
    if (made != NULL)
        node = dtype != NULL ? fa__node_cast(made, dtype, call->err) : fa__node_strong(made, call->err);
    fa__node_release(made);
    fa_dtype_release(dtype);
    return with_axes(node, ndmin, call->err);
}

#define ATTRIBUTE(name, code, documentation)                                                          \
    {                                                                                                 \
        name, "", "a", apply_attribute, code, FA__AS_ATTRIBUTE, FA_OPERATION_ATTRIBUTE, documentation \
    }
#define FUNCTION(name, aliases, parameters, apply, documentation)                                  \
    {                                                                                              \
        name, aliases, parameters, apply, 0, FA__AS_FUNCTION, FA_OPERATION_FUNCTION, documentation \
    }

const fa__function fa__size_functions[] = {
    ATTRIBUTE("shape", IS_SHAPE, "The sizes of all axes, a tuple: a.shape[0] is a number."),
    ATTRIBUTE("size", IS_SIZE, "How many elements, a number."),
    ATTRIBUTE("ndim", IS_NDIM, "How many axes, a number."),
    ATTRIBUTE("itemsize", IS_ITEMSIZE, "How many bytes an element has, a number."),
    ATTRIBUTE("nbytes", IS_NBYTES, "How many bytes all elements have, a number."),
    FUNCTION("len", "", "a", apply_len, "The size of the first axis, a number; of a list, how many items."),
    FUNCTION("shape", "", "a", apply_shape, "The sizes of all axes, a tuple."),
    FUNCTION("ndim", "", "a", apply_ndim, "How many axes, a number."),
    FUNCTION("size", "", "a axis=", apply_size, "How many elements, of all or some axes: a number."),
    FUNCTION("array", "", "object dtype= copy= order= ndmin=", apply_array,
             "The array that a list, a number or an array is, in a type that may be asked for."),
    FUNCTION("asarray", "asanyarray", "a dtype= order= copy=", apply_array,
             "The array that a list, a number or an array is, in a type that may be asked for."),
    {0},
};
