/* SPDX-License-Identifier: BSD-3-Clause */
/* Counting elements, strides of dense layouts, memory order, broadcasting, axes. Knows shapes and strides as
 * numbers; what makes a new geometry from an old one is in geometry.c. */
#include "array/shape.h"

#include "base/checked.h"

#include <stdio.h>
#include <string.h>

const char *fa__shape_text(int ndim, const int64_t *sizes, char *text, size_t size)
{
    /* Room that is kept for ", ...)" behind whatever fits. */
    enum { TAIL = 7 };
    size_t at = (size_t)snprintf(text, size, "(");
    for (int i = 0; i < ndim; i++) {
        char number[32];
        int length = snprintf(number, sizeof number, "%s%lld", i ? ", " : "", (long long)sizes[i]);
        if (at + (size_t)length + TAIL > size) {
            at += (size_t)snprintf(text + at, size - at, ", ...");
            break;
        }
        memcpy(text + at, number, (size_t)length + 1);
        at += (size_t)length;
    }
    snprintf(text + at, size - at, ndim == 1 ? ",)" : ")");
    return text;
}

bool fa__shape_count(int ndim, const int64_t *sizes, int64_t item_bytes, int64_t *count, fa_error *err)
{
    if (fa_failed(err))
        return false;
    if (ndim < 0 || ndim > FA_MAX_NDIM)
        return fa__fail(err, FA_BAD_SHAPE, "a shape of %d dimensions: it must have 0 to %d", ndim,
                        FA_MAX_NDIM);
    char text[FA__SHAPE_TEXT];
    int64_t bytes = item_bytes > 0 ? item_bytes : 1;
    bool empty = false, fits = true;
    for (int i = 0; i < ndim; i++) {
        if (sizes[i] < 0)
            return fa__fail(err, FA_BAD_SHAPE, "shape %s: axis %d has the negative size %lld",
                            fa__shape_text(ndim, sizes, text, sizeof text), i, (long long)sizes[i]);
        empty = empty || sizes[i] == 0;
        fits = fits && fa__multiply_checked(bytes, sizes[i] ? sizes[i] : 1, &bytes);
    }
    if (!fits && item_bytes <= 1)
        return fa__fail(err, FA_TOO_LARGE, "shape %s has more than 2^63 - 1 elements",
                        fa__shape_text(ndim, sizes, text, sizeof text));
    if (!fits)
        return fa__fail(err, FA_TOO_LARGE, "shape %s of %lld-byte elements takes more than 2^63 - 1 bytes",
                        fa__shape_text(ndim, sizes, text, sizeof text), (long long)item_bytes);
    *count = empty ? 0 : fa__count(ndim, sizes);
    return true;
}

int64_t fa__count(int ndim, const int64_t *sizes)
{
    int64_t count = 1;
    for (int i = 0; i < ndim; i++)
        if (sizes[i] == 0)
            return 0;
    for (int i = 0; i < ndim; i++)
        count *= sizes[i];
    return count;
}

/* ---- Dense layouts ---- */

void fa__strides_in_order(int ndim, const int64_t *sizes, int64_t item_bytes, const int *perm,
                          int64_t *strides)
{
    int64_t stride = item_bytes;
    for (int i = ndim - 1; i >= 0; i--) {
        strides[perm[i]] = stride;
        if (sizes[perm[i]] != 0) /* an axis of no elements counts as one, as in NumPy */
            stride *= sizes[perm[i]];
    }
}

void fa__strides_c(int ndim, const int64_t *sizes, int64_t item_bytes, int64_t *strides)
{
    int64_t stride = item_bytes;
    for (int i = ndim - 1; i >= 0; i--) {
        strides[i] = stride;
        if (sizes[i] != 0)
            stride *= sizes[i];
    }
}

void fa__strides_f(int ndim, const int64_t *sizes, int64_t item_bytes, int64_t *strides)
{
    int64_t stride = item_bytes;
    for (int i = 0; i < ndim; i++) {
        strides[i] = stride;
        if (sizes[i] != 0)
            stride *= sizes[i];
    }
}

/* Strides of axes of size 1 mean nothing, and an empty view is contiguous in every way. */
static bool is_dense(int ndim, const int64_t *sizes, const int64_t *strides, int64_t item_bytes, int first,
                     int step)
{
    if (fa__count(ndim, sizes) == 0)
        return true;
    int64_t stride = item_bytes;
    for (int i = first; i >= 0 && i < ndim; i += step) {
        if (sizes[i] == 1)
            continue;
        if (strides[i] != stride)
            return false;
        stride *= sizes[i];
    }
    return true;
}

bool fa__is_c_contiguous(int ndim, const int64_t *sizes, const int64_t *strides, int64_t item_bytes)
{
    return is_dense(ndim, sizes, strides, item_bytes, ndim - 1, -1);
}

bool fa__is_f_contiguous(int ndim, const int64_t *sizes, const int64_t *strides, int64_t item_bytes)
{
    return is_dense(ndim, sizes, strides, item_bytes, 0, 1);
}

/* ---- Memory order ---- */

static uint64_t magnitude(int64_t stride)
{
    return stride < 0 ? -(uint64_t)stride : (uint64_t)stride;
}

/* Whether axis `inner` must stand outside of axis `outer`: 1 yes, -1 no, 0 nothing is known. The first
 * operand that wants C order wins. */
static int must_swap(int count, const int64_t *sizes, const int64_t *const *strides, int outer, int inner)
{
    int verdict = 0;
    if (sizes[outer] == 1 || sizes[inner] == 1)
        return 0;
    for (int k = 0; k < count; k++) {
        uint64_t above = magnitude(strides[k][outer]), below = magnitude(strides[k][inner]);
        if (above == 0 || below == 0)
            continue;
        if (below <= above)
            verdict = -1;
        else if (verdict == 0)
            verdict = 1;
    }
    return verdict;
}

/* NumPy's insertion sort of axes (npyiter_find_best_axis_ordering): axes about which nothing is known,
 * because one of them repeats or has one element, are passed over and do not end the search. The order is not
 * total, so that another sort would give another result. */
void fa__k_order_of(int count, int ndim, const int64_t *sizes, const int64_t *const *strides, int *perm)
{
    for (int i = 0; i < ndim; i++)
        perm[i] = i;
    for (int i = ndim - 2; i >= 0; i--) {
        int axis = perm[i], place = i;
        for (int j = i + 1; j < ndim; j++) {
            int verdict = must_swap(count, sizes, strides, axis, perm[j]);
            if (verdict < 0)
                break;
            if (verdict > 0)
                place = j;
        }
        memmove(&perm[i], &perm[i + 1], (size_t)(place - i) * sizeof *perm);
        perm[place] = axis;
    }
}

void fa__k_order(int ndim, const int64_t *sizes, const int64_t *strides, int *perm)
{
    fa__k_order_of(1, ndim, sizes, &strides, perm);
}

void fa__geometry_extent(const fa__geometry *geometry, int64_t item_bytes, int64_t *low, int64_t *high)
{
    *low = *high = 0;
    if (fa__count(geometry->ndim, geometry->sizes) == 0)
        return;
    int64_t first = geometry->offset, last = geometry->offset;
    for (int i = 0; i < geometry->ndim; i++) {
        if (geometry->sizes[i] == 1)
            continue;
        int64_t reach = (geometry->sizes[i] - 1) * geometry->strides[i];
        if (reach < 0)
            first += reach;
        else
            last += reach;
    }
    *low = first;
    *high = last + item_bytes;
}

/* ---- Broadcasting ---- */

static bool fail_broadcast(int count, const int *ndims, const int64_t *const *sizes, fa_error *err)
{
    char text[400];
    size_t at = 0;
    for (int k = 0; k < count; k++) {
        char shape[FA__SHAPE_TEXT];
        fa__shape_text(ndims[k], sizes[k], shape, sizeof shape);
        int length = snprintf(text + at, sizeof text - at, " %s", shape);
        if (at + (size_t)length + 5 > sizeof text) {
            snprintf(text + at, sizeof text - at, " ...");
            break;
        }
        at += (size_t)length;
    }
    return fa__fail(err, FA_BAD_SHAPE, "operands could not be broadcast together with shapes%s", text);
}

bool fa__broadcast(int count, const int *ndims, const int64_t *const *sizes, int *ndim, int64_t *result,
                   fa_error *err)
{
    if (fa_failed(err))
        return false;
    *ndim = 0;
    for (int k = 0; k < count; k++)
        *ndim = ndims[k] > *ndim ? ndims[k] : *ndim;
    for (int i = 0; i < *ndim; i++)
        result[i] = 1;
    for (int k = 0; k < count; k++) {
        int missing = *ndim - ndims[k];
        for (int i = 0; i < ndims[k]; i++) {
            int64_t size = sizes[k][i], *common = &result[missing + i];
            if (*common == 1)
                *common = size;
            else if (size != 1 && size != *common)
                return fail_broadcast(count, ndims, sizes, err);
        }
    }
    return true;
}

/* ---- Axes ---- */

int fa__axis(int axis, int ndim, fa_error *err)
{
    if (fa_failed(err))
        return -1;
    if (axis >= ndim || axis < -ndim) {
        fa__fail(err, FA_BAD_INDEX, "axis %d is out of bounds for an array of %d dimension%s", axis, ndim,
                 ndim == 1 ? "" : "s");
        return -1;
    }
    return axis < 0 ? axis + ndim : axis;
}

bool fa__axes_mask(fa_axes axes, int ndim, uint64_t *mask, fa_error *err)
{
    if (fa_failed(err))
        return false;
    if (axes.count < 0) {
        *mask = ndim == 0 ? 0 : UINT64_MAX >> (64 - ndim);
        return true;
    }
    uint64_t named = 0;
    for (int i = 0; i < axes.count; i++) {
        int axis = fa__axis(axes.axes[i], ndim, err);
        if (axis < 0)
            return false;
        if (named >> axis & 1)
            return fa__fail(err, FA_BAD_INDEX, "axis %d is named twice", axes.axes[i]);
        named |= UINT64_C(1) << axis;
    }
    *mask = named;
    return true;
}
