/* SPDX-License-Identifier: BSD-3-Clause */
/* New geometry from old: basic indexing, axes in another order, other shapes of the same elements,
 * broadcasts, diagonals and windows. Numbers alone, as NumPy computes them; no data is touched. A geometry of
 * no elements keeps the offset that it was made from, so that it never points past its source. */
#include "array/shape.h"

#include "array/slice.h"
#include "base/checked.h"

#include <string.h>

/* ---- Parts of an index ---- */

fa_index_part fa_at(int64_t position)
{
    return (fa_index_part){.kind = FA__PART_AT, .start = position};
}

fa_index_part fa_range(int64_t start, int64_t stop, int64_t step)
{
    return (fa_index_part){.kind = FA__PART_RANGE, .start = start, .stop = stop, .step = step};
}

fa_index_part fa_whole(void)
{
    return fa_range(FA_OMITTED, FA_OMITTED, 1);
}

fa_index_part fa_ellipsis(void)
{
    return (fa_index_part){.kind = FA__PART_ELLIPSIS};
}

fa_index_part fa_newaxis(void)
{
    return (fa_index_part){.kind = FA__PART_NEWAXIS};
}

fa_index_part fa_by(fa_array *positions)
{
    return (fa_index_part){.kind = FA__PART_ARRAY, .array = positions};
}

/* ---- Indexing ---- */

static bool add_axis(fa__geometry *geometry, int64_t size, int64_t stride, fa_error *err)
{
    if (geometry->ndim == FA_MAX_NDIM)
        return fa__fail(err, FA_BAD_INDEX, "the index gives more than %d dimensions", FA_MAX_NDIM);
    geometry->sizes[geometry->ndim] = size;
    geometry->strides[geometry->ndim++] = stride;
    return true;
}

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

/* Python's slice.indices(): the first position and how many there are. */
static int64_t slice_positions(const fa_index_part *part, int64_t size, int64_t *first)
{
    int64_t step = part->step;
    int64_t low = step < 0 ? -1 : 0, high = step < 0 ? size - 1 : size;
    int64_t start = part->start, stop = part->stop;
    if (start == FA_OMITTED)
        start = step < 0 ? high : low;
    else
        start = clamp(start < 0 ? start + size : start, low, high);
    if (stop == FA_OMITTED)
        stop = step < 0 ? low : high;
    else
        stop = clamp(stop < 0 ? stop + size : stop, low, high);
    *first = start;
    if (step < 0 ? stop >= start : start >= stop)
        return 0;
    uint64_t distance = step < 0 ? (uint64_t)start - (uint64_t)stop : (uint64_t)stop - (uint64_t)start;
    uint64_t stride = step < 0 ? -(uint64_t)step : (uint64_t)step;
    return (int64_t)((distance - 1) / stride + 1);
}

static bool index_range(const fa__geometry *from, int axis, const fa_index_part *part, fa__geometry *to,
                        fa_error *err)
{
    int64_t first, stride = from->strides[axis];
    if (part->step == 0)
        return fa__fail(err, FA_BAD_INDEX, "slice step cannot be zero");
    int64_t count = slice_positions(part, from->sizes[axis], &first);
    if (count > 0)
        to->offset += first * stride;
    /* The stride of one element means nothing, and a step may be as large as a number can be. */
    if (count > 0 && !fa__multiply_checked(stride, part->step, &stride))
        stride = from->strides[axis];
    return add_axis(to, count, stride, err);
}

static bool index_at(const fa__geometry *from, int axis, int64_t position, fa__geometry *to, fa_error *err)
{
    int64_t size = from->sizes[axis];
    if (position >= size || position < -size)
        return fa__fail(err, FA_BAD_INDEX, "index %lld is out of bounds for axis %d with size %lld",
                        (long long)position, axis, (long long)size);
    to->offset += (position < 0 ? position + size : position) * from->strides[axis];
    return true;
}

/* How many axes the ellipsis stands for; -1 with an error. An index without one ends with one. */
static int ellipsis_axes(const fa__geometry *from, fa_index_parts index, fa_error *err)
{
    int used = 0, ellipses = 0;
    for (int i = 0; i < index.count; i++) {
        used += index.parts[i].kind == FA__PART_AT || index.parts[i].kind == FA__PART_RANGE;
        ellipses += index.parts[i].kind == FA__PART_ELLIPSIS;
    }
    if (ellipses > 1) {
        fa__fail(err, FA_BAD_INDEX, "an index can only have a single ellipsis ('...')");
        return -1;
    }
    if (used > from->ndim) {
        fa__fail(err, FA_BAD_INDEX,
                 "too many indices for array: array is %d-dimensional, but %d were indexed", from->ndim,
                 used);
        return -1;
    }
    return from->ndim - used;
}

bool fa__geometry_index(const fa__geometry *from, fa_index_parts index, fa__geometry *to, fa_error *err)
{
    if (fa_failed(err))
        return false;
    fa__geometry made = {.ndim = 0, .offset = from->offset};
    int axis = 0, hidden = ellipsis_axes(from, index, err);
    if (hidden < 0)
        return false;
    for (int i = 0; i <= index.count && !fa_failed(err); i++) {
        const fa_index_part *part = i < index.count ? &index.parts[i] : NULL;
        if (part == NULL || part->kind == FA__PART_ELLIPSIS) {
            for (; hidden > 0 && !fa_failed(err); hidden--, axis++)
                add_axis(&made, from->sizes[axis], from->strides[axis], err);
        } else if (part->kind == FA__PART_AT) {
            index_at(from, axis++, part->start, &made, err);
        } else if (part->kind == FA__PART_RANGE) {
            index_range(from, axis++, part, &made, err);
        } else if (part->kind == FA__PART_NEWAXIS) {
            add_axis(&made, 1, 0, err);
        } else {
            fa__fail(err, FA_INVALID_ARGUMENT, "part %d of an index is of no known kind", i);
        }
    }
    if (fa_failed(err))
        return false;
    if (fa__count(made.ndim, made.sizes) == 0)
        made.offset = from->offset;
    *to = made;
    return true;
}

/* ---- Axes in another order ---- */

bool fa__geometry_permute(const fa__geometry *from, fa_axes axes, fa__geometry *to, fa_error *err)
{
    if (fa_failed(err))
        return false;
    if (axes.count < 0)
        return fa__geometry_transpose(from, to);
    if (axes.count != from->ndim)
        return fa__fail(err, FA_BAD_INDEX, "%d axes are named, the array has %d dimension%s", axes.count,
                        from->ndim, from->ndim == 1 ? "" : "s");
    uint64_t mask;
    if (!fa__axes_mask(axes, from->ndim, &mask, err))
        return false;
    fa__geometry made = {.ndim = from->ndim, .offset = from->offset};
    for (int i = 0; i < from->ndim; i++) {
        int axis = axes.axes[i] < 0 ? axes.axes[i] + from->ndim : axes.axes[i];
        made.sizes[i] = from->sizes[axis];
        made.strides[i] = from->strides[axis];
    }
    *to = made;
    return true;
}

bool fa__geometry_transpose(const fa__geometry *from, fa__geometry *to)
{
    fa__geometry made = {.ndim = from->ndim, .offset = from->offset};
    for (int i = 0; i < from->ndim; i++) {
        made.sizes[i] = from->sizes[from->ndim - 1 - i];
        made.strides[i] = from->strides[from->ndim - 1 - i];
    }
    *to = made;
    return true;
}

bool fa__geometry_swap_axes(const fa__geometry *from, int axis1, int axis2, fa__geometry *to, fa_error *err)
{
    axis1 = fa__axis(axis1, from->ndim, err);
    axis2 = fa__axis(axis2, from->ndim, err);
    if (fa_failed(err))
        return false;
    fa__geometry made = *from;
    made.sizes[axis1] = from->sizes[axis2];
    made.strides[axis1] = from->strides[axis2];
    made.sizes[axis2] = from->sizes[axis1];
    made.strides[axis2] = from->strides[axis1];
    *to = made;
    return true;
}

/* ---- Other shapes of the same elements ---- */

static bool fail_reshape(int64_t count, fa_shape shape, fa_error *err)
{
    char text[FA__SHAPE_TEXT];
    return fa__fail(err, FA_BAD_SHAPE, "cannot reshape array of size %lld into shape %s", (long long)count,
                    fa__shape_text(shape.ndim, shape.sizes, text, sizeof text));
}

/* The shape that was asked for, with its -1 replaced by what is left. */
static bool complete_shape(fa_shape shape, int64_t count, int64_t *sizes, fa_error *err)
{
    int unknown = -1;
    int64_t known = 1;
    bool fits = true, empty = false;
    if (shape.ndim < 0 || shape.ndim > FA_MAX_NDIM)
        return fa__fail(err, FA_BAD_SHAPE, "a shape of %d dimensions: it must have 0 to %d", shape.ndim,
                        FA_MAX_NDIM);
    for (int i = 0; i < shape.ndim; i++) {
        sizes[i] = shape.sizes[i];
        if (sizes[i] == -1 && unknown >= 0)
            return fa__fail(err, FA_BAD_SHAPE, "can only specify one unknown dimension");
        if (sizes[i] == -1)
            unknown = i;
        else if (sizes[i] < 0)
            return fail_reshape(count, shape, err);
        else if (sizes[i] == 0)
            empty = true;
        else
            fits = fits && fa__multiply_checked(known, sizes[i], &known);
    }
    if (empty)
        known = 0;
    else if (!fits)
        return fail_reshape(count, shape, err);
    if (unknown < 0)
        return known == count || fail_reshape(count, shape, err);
    if (known == 0 || count % known != 0)
        return fail_reshape(count, shape, err);
    sizes[unknown] = count / known;
    return true;
}

/* The stride of a longer step. It may not fit 64 bits where the axis that gets it has one element, and means
 * nothing there: so it wraps. */
static int64_t multiply_stride(int64_t stride, int64_t size)
{
    return (int64_t)((uint64_t)stride * (uint64_t)size);
}

/* NumPy's way (_attempt_nocopy_reshape): both shapes are cut into the shortest runs of axes that hold the
 * same number of elements. Inside a run the old axes must be one row of equal steps, which the new axes then
 * divide. `old` has no axis of size 1 and no empty one; new axes of size 1 at the end belong to no run. */
static bool divide_runs(const fa__geometry *old, int64_t item_bytes, int ndim, const int64_t *sizes,
                        int64_t *strides)
{
    int from = 0, to = 0;
    while (from < old->ndim && to < ndim) {
        int from_end = from + 1, to_end = to + 1;
        int64_t had = old->sizes[from], wanted = sizes[to];
        while (had != wanted) {
            if (wanted < had)
                wanted *= sizes[to_end++];
            else
                had *= old->sizes[from_end++];
        }
        for (int i = from; i < from_end - 1; i++)
            if (old->strides[i] != multiply_stride(old->strides[i + 1], old->sizes[i + 1]))
                return false;
        strides[to_end - 1] = old->strides[from_end - 1];
        for (int i = to_end - 1; i > to; i--)
            strides[i - 1] = multiply_stride(strides[i], sizes[i]);
        from = from_end;
        to = to_end;
    }
    int64_t last = to > 0 ? strides[to - 1] : item_bytes;
    for (; to < ndim; to++)
        strides[to] = last;
    return true;
}

bool fa__geometry_reshape(const fa__geometry *from, int64_t item_bytes, fa_shape shape, fa__geometry *to,
                          fa_error *err)
{
    if (fa_failed(err))
        return false;
    int64_t count = fa__count(from->ndim, from->sizes);
    fa__geometry made = {.ndim = shape.ndim, .offset = from->offset};
    if (!complete_shape(shape, count, made.sizes, err) ||
        !fa__shape_count(made.ndim, made.sizes, item_bytes, &count, err))
        return false;
    /* The very same shape keeps its strides; one with a -1 does not, in NumPy. */
    if (shape.ndim == from->ndim &&
        (shape.ndim == 0 || memcmp(shape.sizes, from->sizes, (size_t)from->ndim * sizeof *made.sizes) == 0)) {
        *to = *from;
        return true;
    }
    if (fa__is_c_contiguous(from->ndim, from->sizes, from->strides, item_bytes)) {
        fa__strides_c(made.ndim, made.sizes, item_bytes, made.strides);
        *to = made;
        return true;
    }
    fa__geometry old = {.ndim = 0};
    for (int i = 0; i < from->ndim; i++) {
        old.sizes[old.ndim] = from->sizes[i];
        old.strides[old.ndim] = from->strides[i];
        old.ndim += from->sizes[i] != 1;
    }
    if (!divide_runs(&old, item_bytes, made.ndim, made.sizes, made.strides))
        return false;
    *to = made;
    return true;
}

bool fa__geometry_broadcast_to(const fa__geometry *from, fa_shape shape, fa__geometry *to, fa_error *err)
{
    int64_t count;
    if (!fa__shape_count(shape.ndim, shape.sizes, 1, &count, err))
        return false;
    int added = shape.ndim - from->ndim;
    bool fits = added >= 0;
    fa__geometry made = {.ndim = shape.ndim, .offset = from->offset};
    for (int i = 0; i < shape.ndim && fits; i++) {
        int64_t size = i < added ? 1 : from->sizes[i - added];
        made.sizes[i] = shape.sizes[i];
        made.strides[i] = size == 1 ? 0 : from->strides[i - added];
        fits = size == 1 || size == shape.sizes[i];
    }
    if (!fits) {
        char had[FA__SHAPE_TEXT], wanted[FA__SHAPE_TEXT];
        return fa__fail(err, FA_BAD_SHAPE, "an array of shape %s cannot be broadcast to shape %s",
                        fa__shape_text(from->ndim, from->sizes, had, sizeof had),
                        fa__shape_text(shape.ndim, shape.sizes, wanted, sizeof wanted));
    }
    *to = made;
    return true;
}

/* ---- Diagonals and windows ---- */

bool fa__geometry_diagonal(const fa__geometry *from, int64_t offset, int axis1, int axis2, fa__geometry *to,
                           fa_error *err)
{
    if (fa_failed(err))
        return false;
    if (from->ndim < 2)
        return fa__fail(err, FA_BAD_SHAPE, "a diagonal needs 2 dimensions, the array has %d", from->ndim);
    axis1 = fa__axis(axis1, from->ndim, err);
    axis2 = fa__axis(axis2, from->ndim, err);
    if (fa_failed(err))
        return false;
    if (axis1 == axis2)
        return fa__fail(err, FA_BAD_INDEX, "axis1 and axis2 cannot be the same");
    fa__geometry made = {.ndim = 0, .offset = from->offset};
    for (int i = 0; i < from->ndim; i++)
        if (i != axis1 && i != axis2)
            add_axis(&made, from->sizes[i], from->strides[i], err);
    /* The first element is `skip` steps along the axis that the offset is on. */
    int skipped = offset >= 0 ? axis2 : axis1;
    uint64_t skip = offset >= 0 ? (uint64_t)offset : -(uint64_t)offset;
    int64_t left = skip >= (uint64_t)from->sizes[skipped] ? 0 : from->sizes[skipped] - (int64_t)skip;
    int64_t length = fa__min_i64(left, from->sizes[skipped == axis2 ? axis1 : axis2]);
    int64_t stride = (int64_t)((uint64_t)from->strides[axis1] + (uint64_t)from->strides[axis2]);
    add_axis(&made, length, stride, err);
    if (fa__count(made.ndim, made.sizes) > 0)
        made.offset += (int64_t)skip * from->strides[skipped];
    *to = made;
    return true;
}

bool fa__geometry_sliding_window(const fa__geometry *from, int64_t width, int axis, fa__geometry *to,
                                 fa_error *err)
{
    axis = fa__axis(axis, from->ndim, err);
    if (fa_failed(err))
        return false;
    if (width < 0)
        return fa__fail(err, FA_BAD_SHAPE, "a window of the negative width %lld", (long long)width);
    if (width > from->sizes[axis])
        return fa__fail(err, FA_BAD_SHAPE, "a window of width %lld is larger than axis %d with size %lld",
                        (long long)width, axis, (long long)from->sizes[axis]);
    fa__geometry made = *from;
    made.sizes[axis] = from->sizes[axis] - width + 1;
    if (!add_axis(&made, width, from->strides[axis], err))
        return false;
    *to = made;
    return true;
}
