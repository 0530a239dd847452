/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists of numbers in a text as the arrays that NumPy makes of them: [1, 2, 5], [[True, False], [False,
 * True]]. Knows nothing about what they are used for. */
#include "text/calls.h"

#include "expr/routines.h"
#include "expr/types.h"
#include "kernel/kernel.h"

#include <math.h>
#include <string.h>

static bool is_list(const fa__value *value)
{
    return value->kind == FA__VALUE_TUPLE || value->kind == FA__VALUE_LIST;
}

/* The type of an item, and the shape that it shares with the others. */
static bool describe(const fa__value *item, fa_type *type, const fa__node **array)
{
    *array = is_list(item) ? item->node : NULL;
    if (*array != NULL) {
        *type = (*array)->dtype->type;
        return true;
    }
    if (item->kind != FA__VALUE_NODE || !fa__node_is_weak(item->node))
        return false;
    fa__constant constant = fa__constant_of(item->node);
    *type = constant.kind == FA__WEAK_BOOL    ? FA_TYPE_BOOL
            : constant.kind == FA__WEAK_FLOAT ? FA_TYPE_FLOAT64
            : constant.kind != FA__WEAK_INT   ? FA_TYPE_COMPLEX128
            : constant.integer > INT64_MAX    ? FA_TYPE_UINT64
                                              : FA_TYPE_INT64;
    return true;
}

static bool same_shape(const fa__node *a, const fa__node *b)
{
    bool same = (a == NULL) == (b == NULL) && (a == NULL || a->ndim == b->ndim);
    for (int i = 0; same && a != NULL && i < a->ndim; i++)
        same = a->sizes[i] == b->sizes[i];
    return same;
}

/* Lists hold their elements one behind the other from the first byte of a memory source on. */
static bool put_item(const fa__value *item, fa_type type, int64_t count, char *to, fa_error *err)
{
    const fa__node *array = is_list(item) ? item->node : NULL;
    if (array == NULL) {
        fa__constant constant = fa__constant_of(item->node);
        return fa__constant_convert(&constant, type, to, err);
    }
    fa__convert_find(array->dtype->type, type)(to, fa__source_memory(array->array->source), count);
    return true;
}

fa__node *fa__list_node(const fa__value *items, int64_t count, fa_error *err)
{
    fa_type type = FA_TYPE_BOOL, next;
    const fa__node *first = NULL, *array;
    fa__geometry geometry = {.ndim = 1, .sizes = {count}};
    if (fa_failed(err))
        return NULL;
    for (int64_t i = 0; i < count; i++) {
        if (!describe(&items[i], &next, &array))
            return NULL;
        first = i == 0 ? array : first;
        if (!same_shape(first, array)) {
            fa__fail_at_column(err, FA_BAD_SHAPE, items[i].column,
                               "the lists in a list have different lengths: NumPy calls it inhomogeneous");
            return NULL;
        }
        type = i == 0 ? next : fa__promote(type, next);
    }
    type = count == 0 ? FA_TYPE_FLOAT64 : type;
    for (int i = 0; first != NULL && i < first->ndim; i++) {
        if (geometry.ndim == FA_MAX_NDIM) {
            fa__fail(err, FA_BAD_SHAPE, "lists in more than %d lists", FA_MAX_NDIM);
            return NULL;
        }
        geometry.sizes[geometry.ndim++] = first->sizes[i];
    }
    int64_t total, item_bytes = fa__type_bytes(type),
                   inside = first != NULL ? fa__count(first->ndim, first->sizes) : 1;
    if (!fa__shape_count(geometry.ndim, geometry.sizes, item_bytes, &total, err))
        return NULL;
    fa__strides_c(geometry.ndim, geometry.sizes, item_bytes, geometry.strides);
    fa__source *source = fa__memory_source(total * item_bytes, err);
    for (int64_t i = 0; source != NULL && i < count && !fa_failed(err); i++)
        put_item(&items[i], type, inside, fa__source_memory(source) + i * inside * item_bytes, err);
    fa_array *made = source != NULL ? fa__view(source, fa_dtype_of(type), &geometry, true, err) : NULL;
    fa__node *node = made != NULL ? fa__node_leaf(made, err) : NULL;
    fa_release(made);
    fa__source_release(source);
    return node;
}

fa__node *fa__value_array(const fa__value *value)
{
    return value->kind == FA__VALUE_NODE || is_list(value) ? value->node : NULL;
}

/* What Python's int() makes of a float that is assigned to an integer type. */
static bool as_whole(fa__constant *constant, fa_type type, fa_error *err)
{
    const double real = constant->real;
    if (isnan(real))
        return fa__fail(err, FA_OUT_OF_RANGE, "NaN is no %s", fa__type_name(type));
    if (!(fabs(real) < 0x1p64))
        return fa__fail(err, FA_OUT_OF_RANGE, "%g out of bounds for %s", real, fa__type_name(type));
    *constant = (fa__constant){.kind = FA__WEAK_INT, .integer = (fa__wide)real};
    return true;
}

/* Whether an integer type holds every number of a list, cut as int() cuts. */
static bool list_fits(const fa__node *list, fa_type type, fa_error *err)
{
    const fa_type from = list->dtype->type;
    const int64_t count = fa__count(list->ndim, list->sizes);
    const char *elements = fa__source_memory(list->array->source);
    unsigned char element[16];
    for (int64_t i = 0; i < count; i++) {
        fa__constant constant = {.kind = FA__WEAK_FLOAT};
        int64_t number;
        memcpy(&number, elements + i * (int64_t)sizeof number, sizeof number);
        if (from == FA_TYPE_FLOAT64)
            memcpy(&constant.real, &number, sizeof number);
        else
            constant =
                (fa__constant){.kind = FA__WEAK_INT,
                               .integer = from == FA_TYPE_UINT64 ? (fa__wide)(uint64_t)number : number};
        if ((from == FA_TYPE_FLOAT64 && !as_whole(&constant, type, err)) ||
            !fa__constant_convert(&constant, type, element, err))
            return false;
    }
    return true;
}

static bool is_real(fa_type type)
{
    return fa__type_is_numeric(type) && type != FA_TYPE_BOOL && !fa__type_is_complex(type);
}

/* Whether a number that was written is one of the type. */
static bool number_fits(fa__constant constant, fa_type type, fa_error *err)
{
    unsigned char element[16];
    if (is_real(type) && constant.kind == FA__WEAK_COMPLEX)
        return fa__fail(err, FA_OUT_OF_RANGE, "a complex number is no %s", fa__type_name(type));
    if (!fa__type_is_integer(type) || constant.kind != FA__WEAK_FLOAT)
        return true;
    return as_whole(&constant, type, err) && fa__constant_convert(&constant, type, element, err);
}

fa__node *fa__value_as(const fa__value *value, const fa_dtype *dtype, fa_error *err)
{
    fa__node *node = fa__value_array(value);
    if (fa__node_is_weak(node))
        return number_fits(fa__constant_of(node), dtype->type, err) ? fa__node_as_element(node, dtype, err)
                                                                    : NULL;
    const bool is_list = value->kind != FA__VALUE_NODE;
    const fa_type type = node->dtype->type;
    if (is_list && fa__type_is_complex(type) && is_real(dtype->type)) {
        fa__fail(err, FA_OUT_OF_RANGE, "a complex number is no %s", fa__type_name(dtype->type));
        return NULL;
    }
    const bool has_numbers = type == FA_TYPE_INT64 || type == FA_TYPE_UINT64 || type == FA_TYPE_FLOAT64;
    if (is_list && has_numbers && fa__type_is_integer(dtype->type) && !list_fits(node, dtype->type, err))
        return NULL;
    return fa__node_retain(node);
}
