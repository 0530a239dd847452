/* SPDX-License-Identifier: BSD-3-Clause */
/* The handle: making views, references, and the public getters of an array. Knows what a view is made of and
 * that it lies inside its source; not where the source keeps its bytes. */
#include "array/view.h"

#include "base/checked.h"
#include "base/memory.h"

#include <stdio.h>
#include <string.h>

/* ---- Making ---- */

/* Sub-array dtypes become axes behind the others, as in NumPy; *element is what is left. */
static bool expand_subarrays(const fa_dtype *dtype, fa__geometry *geometry, const fa_dtype **element,
                             fa_error *err)
{
    while (dtype->base != NULL) {
        int ndim = geometry->ndim + dtype->base_ndim;
        if (ndim > FA_MAX_NDIM)
            return fa__fail(err, FA_BAD_SHAPE,
                            "an array of %d dimensions with a sub-array of %d: the limit is %d dimensions",
                            geometry->ndim, dtype->base_ndim, FA_MAX_NDIM);
        memcpy(&geometry->sizes[geometry->ndim], dtype->base_sizes,
               (size_t)dtype->base_ndim * sizeof *dtype->base_sizes);
        fa__strides_c(dtype->base_ndim, dtype->base_sizes, dtype->base->item_bytes,
                      &geometry->strides[geometry->ndim]);
        geometry->ndim = ndim;
        dtype = dtype->base;
    }
    *element = dtype;
    return true;
}

/* Every element of the view is inside the source. Done in checked arithmetic, so that fa__geometry_extent()
 * is safe on every view. */
static bool lies_inside(const fa__source *source, const fa__geometry *geometry, int64_t item_bytes)
{
    int64_t low = geometry->offset, high = geometry->offset;
    bool fits = geometry->offset >= 0 && geometry->offset <= source->bytes;
    if (fa__count(geometry->ndim, geometry->sizes) == 0)
        return fits;
    for (int i = 0; i < geometry->ndim && fits; i++) {
        int64_t reach = 0;
        if (geometry->sizes[i] > 1)
            fits = fa__multiply_checked(geometry->sizes[i] - 1, geometry->strides[i], &reach);
        fits = fits && fa__add_checked(reach < 0 ? low : high, reach, reach < 0 ? &low : &high);
    }
    return fits && low >= 0 && fa__add_checked(high, item_bytes, &high) && high <= source->bytes;
}

fa_array *fa__view(fa__source *source, const fa_dtype *dtype, const fa__geometry *geometry, bool writeable,
                   fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    fa__geometry expanded = *geometry;
    int64_t count;
    if (!expand_subarrays(dtype, &expanded, &dtype, err) ||
        !fa__shape_count(expanded.ndim, expanded.sizes, dtype->item_bytes, &count, err))
        return NULL;
    if (!lies_inside(source, &expanded, dtype->item_bytes)) {
        char text[FA__SHAPE_TEXT];
        fa__fail(err, FA_INTERNAL,
                 "a view of shape %s at byte %lld does not lie inside its source of %lld bytes",
                 fa__shape_text(expanded.ndim, expanded.sizes, text, sizeof text), (long long)expanded.offset,
                 (long long)source->bytes);
        return NULL;
    }
    size_t numbers = 2 * (size_t)expanded.ndim;
    fa_array *view = fa__alloc(sizeof *view + numbers * sizeof view->geometry[0], err);
    if (view == NULL)
        return NULL;
    memset(view, 0, sizeof *view);
    fa__references_start(&view->references);
    fa__source_retain(source);
    view->source = source;
    view->dtype = fa_dtype_retain(dtype);
    view->writeable = writeable && source->writeable;
    view->ndim = expanded.ndim;
    view->offset = expanded.offset;
    view->sizes = view->geometry;
    view->strides = view->geometry + expanded.ndim;
    memcpy(view->sizes, expanded.sizes, (size_t)expanded.ndim * sizeof *view->sizes);
    memcpy(view->strides, expanded.strides, (size_t)expanded.ndim * sizeof *view->strides);
    return view;
}

void fa__view_geometry(const fa_array *view, fa__geometry *geometry)
{
    geometry->ndim = view->ndim;
    geometry->offset = view->offset;
    memcpy(geometry->sizes, view->sizes, (size_t)view->ndim * sizeof *view->sizes);
    memcpy(geometry->strides, view->strides, (size_t)view->ndim * sizeof *view->strides);
}

bool fa__check_view_dtype(const fa_dtype *from, const fa_dtype *to, fa_error *err)
{
    if (from->item_bytes == to->item_bytes)
        return true;
    char from_text[64], to_text[64];
    fa__dtype_display(from, from_text, sizeof from_text);
    fa__dtype_display(to, to_text, sizeof to_text);
    return fa__fail(err, FA_UNSUPPORTED, "a view of %s (%lld bytes) as %s (%lld bytes): the sizes differ",
                    from_text, (long long)from->item_bytes, to_text, (long long)to->item_bytes);
}

fa_array *fa__view_like(fa_array *view, const fa__geometry *geometry, fa_error *err)
{
    return fa__view(view->source, view->dtype, geometry, view->writeable, err);
}

bool fa__unusable(const fa_array *array, fa_error *err)
{
    if (fa_failed(err))
        return true;
    if (array == NULL)
        fa__fail(err, FA_INVALID_ARGUMENT, "an array is NULL");
    return array == NULL;
}

/* ---- References ---- */

fa_array *fa_retain(fa_array *array)
{
    if (array != NULL)
        fa__references_take(&array->references);
    return array;
}

void fa_release(fa_array *array)
{
    if (array == NULL || !fa__references_drop(&array->references))
        return;
    fa__source_release(array->source);
    fa_dtype_release(array->dtype);
    fa__free(array);
}

/* ---- Getters: NULL is an array of no dimensions and no elements ---- */

int fa_ndim(const fa_array *array)
{
    return array != NULL ? array->ndim : 0;
}

static int axis_or_none(const fa_array *array, int axis)
{
    if (array == NULL || axis >= array->ndim || axis < -array->ndim)
        return -1;
    return axis < 0 ? axis + array->ndim : axis;
}

int64_t fa_size_of_axis(const fa_array *array, int axis)
{
    int found = axis_or_none(array, axis);
    return found < 0 ? 0 : array->sizes[found];
}

const int64_t *fa_sizes(const fa_array *array)
{
    return array != NULL ? array->sizes : NULL;
}

int64_t fa_size(const fa_array *array)
{
    return array != NULL ? fa__count(array->ndim, array->sizes) : 0;
}

const fa_dtype *fa_dtype_of_array(const fa_array *array)
{
    return array != NULL ? array->dtype : NULL;
}

int64_t fa_stride_bytes(const fa_array *array, int axis)
{
    int found = axis_or_none(array, axis);
    return found < 0 ? 0 : array->strides[found];
}

int64_t fa_bytes(const fa_array *array)
{
    return array != NULL ? fa_size(array) * array->dtype->item_bytes : 0;
}

/* Positions count from the owner's byte 0, which is a page of memory or of a mapping. */
static bool is_aligned(const fa_array *array)
{
    uint64_t mask = (uint64_t)(array->source->base + array->offset);
    for (int i = 0; i < array->ndim; i++) {
        if (array->sizes[i] == 0)
            return true;
        if (array->sizes[i] > 1)
            mask |= (uint64_t)array->strides[i];
    }
    return mask % (uint64_t)array->dtype->alignment == 0;
}

unsigned fa_flags(const fa_array *array)
{
    if (array == NULL)
        return 0;
    unsigned flags = 0;
    if (fa__is_c_contiguous(array->ndim, array->sizes, array->strides, array->dtype->item_bytes))
        flags |= FA_C_CONTIGUOUS;
    if (fa__is_f_contiguous(array->ndim, array->sizes, array->strides, array->dtype->item_bytes))
        flags |= FA_F_CONTIGUOUS;
    if (array->writeable)
        flags |= FA_WRITEABLE;
    if (is_aligned(array))
        flags |= FA_ALIGNED;
    if (array->source->class->pending != NULL && array->source->class->pending(array->source))
        flags |= FA_PENDING;
    return flags;
}

void fa_set_writeable(fa_array *array, bool writeable, fa_error *err)
{
    if (fa__unusable(array, err))
        return;
    if (writeable && !array->source->writeable)
        fa__fail(err, FA_NOT_WRITEABLE, "the %s array that the view looks at is read-only",
                 array->source->class->name);
    else
        array->writeable = writeable;
}

bool fa_shares_bytes(const fa_array *a, const fa_array *b)
{
    return a != NULL && b != NULL && fa__overlap(a, b, NULL);
}
