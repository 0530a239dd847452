/* SPDX-License-Identifier: BSD-3-Clause */
/* The public functions that make views of views. They compute geometry and touch no data, so that they work
 * alike on memory, on files, and on what is not computed yet. */
#include "api/api.h"
#include "array/selection.h"
#include "array/slice.h"
#include "array/view.h"

#include <string.h>

fa_array *fa_index(fa_array *array, fa_index_parts index, fa_error *err)
{
    fa__geometry geometry;
    if (fa__unusable(array, err))
        return NULL;
    if (fa__selects(index))
        return fa__index_by_arrays(array, index, err);
    fa__view_geometry(array, &geometry);
    return fa__geometry_index(&geometry, index, &geometry, err) ? fa__view_like(array, &geometry, err) : NULL;
}

fa_array *fa_transpose(fa_array *array, fa_error *err)
{
    fa__geometry geometry;
    if (fa__unusable(array, err))
        return NULL;
    fa__view_geometry(array, &geometry);
    return fa__geometry_transpose(&geometry, &geometry) ? fa__view_like(array, &geometry, err) : NULL;
}

fa_array *fa_permute(fa_array *array, fa_axes axes, fa_error *err)
{
    fa__geometry geometry;
    if (fa__unusable(array, err))
        return NULL;
    fa__view_geometry(array, &geometry);
    return fa__geometry_permute(&geometry, axes, &geometry, err) ? fa__view_like(array, &geometry, err)
                                                                 : NULL;
}

fa_array *fa_swap_axes(fa_array *array, int axis1, int axis2, fa_error *err)
{
    fa__geometry geometry;
    if (fa__unusable(array, err))
        return NULL;
    fa__view_geometry(array, &geometry);
    return fa__geometry_swap_axes(&geometry, axis1, axis2, &geometry, err)
               ? fa__view_like(array, &geometry, err)
               : NULL;
}

fa_array *fa_reshape(fa_array *array, fa_shape shape, fa_error *err)
{
    fa__geometry geometry;
    if (fa__unusable(array, err))
        return NULL;
    fa__view_geometry(array, &geometry);
    if (fa__geometry_reshape(&geometry, array->dtype->item_bytes, shape, &geometry, err))
        return fa__view_like(array, &geometry, err);
    char had[FA__SHAPE_TEXT], wanted[FA__SHAPE_TEXT];
    fa__fail(err, FA_UNSUPPORTED,
             "a view of shape %s with these strides has no view of shape %s: copy it first",
             fa__shape_text(array->ndim, array->sizes, had, sizeof had),
             fa__shape_text(shape.ndim, shape.sizes, wanted, sizeof wanted));
    return NULL;
}

fa_array *fa_ravel(fa_array *array, fa_error *err)
{
    return fa_reshape(array, FA_SHAPE(-1), err);
}

fa_array *fa_broadcast_to(fa_array *array, fa_shape shape, fa_error *err)
{
    fa__geometry geometry;
    if (fa__unusable(array, err))
        return NULL;
    fa__view_geometry(array, &geometry);
    if (!fa__geometry_broadcast_to(&geometry, shape, &geometry, err))
        return NULL;
    return fa__view(array->source, array->dtype, &geometry, false, err);
}

fa_array *fa_diagonal(fa_array *array, int64_t offset, int axis1, int axis2, fa_error *err)
{
    fa__geometry geometry;
    if (fa__unusable(array, err))
        return NULL;
    fa__view_geometry(array, &geometry);
    if (!fa__geometry_diagonal(&geometry, offset, axis1, axis2, &geometry, err))
        return NULL;
    return fa__view(array->source, array->dtype, &geometry, false, err);
}

fa_array *fa_sliding_window(fa_array *array, int64_t width, int axis, fa_error *err)
{
    fa__geometry geometry;
    if (fa__unusable(array, err))
        return NULL;
    fa__view_geometry(array, &geometry);
    if (!fa__geometry_sliding_window(&geometry, width, axis, &geometry, err))
        return NULL;
    return fa__view(array->source, array->dtype, &geometry, false, err);
}

/* ---- Fields ---- */

static fa_array *view_field(fa_array *array, const fa__field *field, fa_error *err)
{
    fa__geometry geometry;
    fa__view_geometry(array, &geometry);
    geometry.offset += fa__count(array->ndim, array->sizes) > 0 ? field->offset_bytes : 0;
    return fa__view(array->source, field->dtype, &geometry, array->writeable, err);
}

static fa_array *fail_field(const fa_array *array, const char *name, size_t length, fa_error *err)
{
    char quoted[80], dtype[240];
    fa__quote(quoted, sizeof quoted, name, length);
    fa__dtype_display(array->dtype, dtype, sizeof dtype);
    fa__fail(err, FA_NOT_FOUND, "no field '%s' in dtype %s", quoted, dtype);
    return NULL;
}

/* The longest part of a path that is a field's name: all of it, or up to one of its dots. */
static const fa__field *first_of_path(const fa_dtype *dtype, const char *path, size_t length, size_t *used)
{
    for (*used = length; *used > 0; --*used) {
        const fa__field *field = NULL;
        if (*used == length || path[*used] == '.')
            field = fa__dtype_find_field(dtype, path, *used);
        if (field != NULL)
            return field;
    }
    return NULL;
}

/* Borrows `array` when there is no step, so each step gives up the view before it. */
static fa_array *follow_path(fa_array *array, const char *path, size_t length, fa_error *err)
{
    fa_array *view = NULL;
    for (;;) {
        size_t used;
        fa_array *from = view != NULL ? view : array;
        const fa__field *field = first_of_path(from->dtype, path, length, &used);
        fa_array *next = field != NULL ? view_field(from, field, err) : fail_field(from, path, length, err);
        fa_release(view);
        if (next == NULL || used == length)
            return next;
        view = next;
        path += used + 1;
        length -= used + 1;
    }
}

fa_array *fa_field(fa_array *array, const char *name, fa_error *err)
{
    if (fa__unusable(array, err))
        return NULL;
    if (name == NULL) {
        fa__fail(err, FA_INVALID_ARGUMENT, "the name of a field is NULL");
        return NULL;
    }
    return follow_path(array, name, strlen(name), err);
}

/* ---- Slices as text ---- */

static fa_array *view_fields(fa_array *array, const char *names, size_t length, fa_error *err)
{
    fa__geometry geometry;
    const fa_dtype *dtype = fa__dtype_select(array->dtype, names, length, err);
    fa__view_geometry(array, &geometry);
    fa_array *view = dtype != NULL ? fa__view(array->source, dtype, &geometry, array->writeable, err) : NULL;
    fa_dtype_release(dtype);
    return view;
}

static fa_array *apply_slice(fa_array *array, const fa__slice *slice, size_t column, fa_error *err)
{
    fa_array *view = slice->is_list ? view_fields(array, slice->field, slice->field_length, err)
                     : slice->field != NULL
                         ? follow_path(array, slice->field, slice->field_length, err)
                         : fa_index(array, (fa_index_parts){slice->count, slice->parts}, err);
    if (fa_failed(err) && err->column == 0)
        err->column = (int)column;
    return view;
}

fa_array *fa_slice(fa_array *array, const char *text, fa_error *err)
{
    if (fa__unusable(array, err))
        return NULL;
    if (text == NULL || strlen(text) > INT32_MAX - 1) {
        fa__fail(err, FA_INVALID_ARGUMENT, "the text of a slice is NULL or too long");
        return NULL;
    }
    size_t length = strlen(text), at = 0;
    fa_array *view = fa_retain(array);
    do {
        fa__slice slice;
        size_t first = at + strspn(text + at, " \t");
        bool chained = first > 0 && at > 0;
        if (chained && text[first] != '[') {
            fa__fail_at_column(err, FA_BAD_INDEX, (int)first + 1,
                               "index: expected '[' or the end of the text");
        }
        fa_array *next = NULL;
        if (fa__slice_parse(text, length, &at, &slice, err))
            next = apply_slice(view, &slice, first + 1, err);
        fa_release(view);
        view = next;
    } while (view != NULL && at < length);
    return view;
}
