/* SPDX-License-Identifier: BSD-3-Clause */
/* Arrays made of one value, and matrices made of positions: a triangle is a comparison of a column of row
 * numbers with a row of column numbers. */
#include "expr/routines.h"

#include "expr/node.h"

#include "base/checked.h"

#include <string.h>

/* ---- One value everywhere ---- */

fa__node *fa__node_zero(const fa_dtype *dtype, fa_error *err)
{
    static const unsigned char bytes[16];
    if (fa_failed(err))
        return NULL;
    if (dtype == NULL) {
        fa__fail(err, FA_INVALID_ARGUMENT, "the dtype is NULL");
        return NULL;
    }
    if (fa__type_is_numeric(dtype->type))
        return fa__node_scalar(dtype->type, bytes, err);
    fa__source *source = fa__memory_source(dtype->item_bytes, err);
    fa__geometry geometry = {.ndim = 0};
    fa_array *array = source != NULL ? fa__view(source, dtype, &geometry, false, err) : NULL;
    fa__node *leaf = array != NULL ? fa__node_leaf(array, err) : NULL;
    fa_release(array);
    fa__source_release(source);
    return leaf;
}

fa__node *fa__node_as_element(fa__node *value, const fa_dtype *dtype, fa_error *err)
{
    if (!fa__node_is_weak(value) || dtype == NULL || !fa__type_is_numeric(dtype->type))
        return dtype != NULL ? fa__node_cast(value, dtype, err) : fa__node_strong(value, err);
    fa__constant constant = fa__constant_of(value);
    unsigned char element[16];
    bool is_whole = constant.kind == FA__WEAK_INT || constant.kind == FA__WEAK_BOOL;
    if (!is_whole)
        return fa__node_cast(value, dtype, err);
    return fa__constant_convert(&constant, dtype->type, element, err)
               ? fa__node_scalar(dtype->type, element, err)
               : NULL;
}

static fa__node *filled(fa_shape shape, fa__node *value, const fa_dtype *dtype, fa_error *err)
{
    fa__node *element = fa__node_as_element(value, dtype, err);
    fa__node *wide = element != NULL ? fa__node_broadcast_to(element, shape, err) : NULL;
    fa__node *node = wide != NULL ? fa__node_copy(wide, 'C', err) : NULL;
    fa__node_release(element);
    fa__node_release(wide);
    return node;
}

fa__node *fa__node_full(fa_shape shape, fa__node *value, const fa_dtype *dtype, fa_error *err)
{
    return fa__nodes_usable(1, &value, err) ? filled(shape, value, dtype, err) : NULL;
}

fa__node *fa__node_full_like(fa__node *like, fa__node *value, const fa_dtype *dtype, fa_error *err)
{
    if (!fa__nodes_usable(2, (fa__node *[]){like, value}, err))
        return NULL;
    dtype = dtype != NULL ? dtype : like->dtype;
    fa__node *node = filled((fa_shape){like->ndim, like->sizes}, value, dtype, err);
    if (node != NULL)
        fa__layout_of_copy(like, node->dtype->item_bytes, node->strides);
    return node;
}

/* ---- Positions ---- */

/* first, first + 1, ... as a column or a row. */
static fa__node *count_along(int axis, int64_t first, int64_t count, fa_error *err)
{
    if (!fa_failed(err) && count < 0)
        fa__fail(err, FA_BAD_SHAPE, "negative dimensions are not allowed");
    fa__node *numbers = fa__node_arange_int64(first, first + count, 1, err);
    fa__node *placed = numbers != NULL ? fa__node_expand_dims(numbers, FA_AXES(1 - axis), err) : NULL;
    fa__node_release(numbers);
    return placed;
}

/* Whether row + diagonal stands in a relation to column, as bool. Diagonals outside of the matrix are all the
 * same. */
static fa__node *compare_positions(fa__operation relation, int64_t rows, int64_t columns, int64_t diagonal,
                                   fa_error *err)
{
    diagonal = fa__max_i64(fa__min_i64(diagonal, columns), -rows);
    fa__node *places[2] = {count_along(0, diagonal, rows, err), count_along(1, 0, columns, err)};
    fa__node *node = fa_failed(err) ? NULL : fa__node_operation(relation, places, err);
    fa__node_release(places[0]);
    fa__node_release(places[1]);
    return node;
}

static fa__node *as_dtype(fa__node *mask, const fa_dtype *dtype, fa_error *err)
{
    fa__node *node = mask != NULL ? fa__node_cast(mask, dtype, err) : NULL;
    fa__node_release(mask);
    return node;
}

fa__node *fa__node_eye(int64_t rows, int64_t columns, int64_t diagonal, const fa_dtype *dtype, fa_error *err)
{
    return as_dtype(compare_positions(FA__OP_EQUAL, rows, columns, diagonal, err), dtype, err);
}

fa__node *fa__node_tri(int64_t rows, int64_t columns, int64_t diagonal, const fa_dtype *dtype, fa_error *err)
{
    return as_dtype(compare_positions(FA__OP_GREATER_EQUAL, rows, columns, diagonal, err), dtype, err);
}

/* where(mask, a, 0), or the other way round; takes the mask over. */
static fa__node *masked(fa__node *mask, fa__node *a, bool where_true, fa_error *err)
{
    fa__node *zero = fa__node_zero(a->dtype, err), *node = NULL;
    fa__node *inputs[3] = {mask, where_true ? a : zero, where_true ? zero : a};
    if (!fa_failed(err))
        node = fa__node_operation(FA__OP_WHERE, inputs, err);
    fa__node_release(mask);
    fa__node_release(zero);
    return node;
}

fa__node *fa__node_triangle(fa__node *a, int64_t diagonal, bool lower, fa_error *err)
{
    if (!fa__nodes_usable(1, &a, err))
        return NULL;
    if (a->ndim == 0) {
        fa__fail(err, FA_BAD_SHAPE, "a triangle of a 0-d array");
        return NULL;
    }
    int64_t columns = a->sizes[a->ndim - 1], rows = a->ndim > 1 ? a->sizes[a->ndim - 2] : columns;
    if (!lower)
        diagonal = diagonal == INT64_MIN ? diagonal : diagonal - 1;
    fa__node *strong = fa__node_strong(a, err);
    fa__node *mask = compare_positions(FA__OP_GREATER_EQUAL, rows, columns, diagonal, err);
    fa__node *node = strong != NULL ? masked(mask, strong, lower, err) : NULL;
    fa__node_release(strong);
    return node;
}

/* The matrix with a diagonal: each row, or each column, holds its element everywhere, and zeros are put
 * around it. */
static fa__node *matrix_of(fa__node *a, int64_t diagonal, fa_error *err)
{
    int64_t size = a->sizes[0], offset = diagonal < 0 ? -diagonal : diagonal, order;
    if (diagonal == INT64_MIN || !fa__add_checked(size, offset, &order)) {
        fa__fail(err, FA_TOO_LARGE, "a diagonal %lld away from the main one", (long long)diagonal);
        return NULL;
    }
    fa__node *zero = fa__node_zero(a->dtype, err);
    fa__node *rest = zero != NULL ? fa__node_broadcast_to(zero, FA_SHAPE(offset), err) : NULL;
    fa__node *longer = NULL, *placed = NULL, *node = NULL;
    if (rest != NULL)
        longer =
            offset > 0 ? fa__node_concatenate(2, (fa__node *[]){a, rest}, 0, NULL, err) : fa__node_retain(a);
    if (longer != NULL)
        placed = fa__node_expand_dims(longer, FA_AXES(diagonal < 0 ? 0 : 1), err);
    if (placed != NULL)
        node = masked(compare_positions(FA__OP_EQUAL, order, order, diagonal, err), placed, true, err);
    fa__node_release(zero);
    fa__node_release(rest);
    fa__node_release(longer);
    fa__node_release(placed);
    return node;
}

fa__node *fa__node_diag(fa__node *a, int64_t diagonal, fa_error *err)
{
    fa__geometry geometry;
    if (!fa__nodes_usable(1, &a, err))
        return NULL;
    if (a->ndim == 1)
        return matrix_of(a, diagonal, err);
    if (a->ndim != 2) {
        fa__fail(err, FA_BAD_SHAPE, "Input must be 1- or 2-d.");
        return NULL;
    }
    fa__node_geometry(a, &geometry);
    return fa__geometry_diagonal(&geometry, diagonal, 0, 1, &geometry, err) ? fa__node_view(a, &geometry, err)
                                                                            : NULL;
}
