/* SPDX-License-Identifier: BSD-3-Clause */
/* Runs of elements of a view. A dense run is read as boxes; a run with a step stays on one axis for as long
 * as it can, and is a row of one box there. */
#include "engine/flat.h"

#include "engine/buffers.h"
#include "engine/pending.h"
#include "engine/tiles.h"

#include "base/checked.h"

#include <string.h>

enum {
    CONVERTED_BYTES = 32 << 10
}; /* of elements before they are turned or converted: stays in the first-level cache */

bool fa__flat_start(fa__flat *flat, const fa_array *view, const fa_dtype *dtype, fa_error *err)
{
    if (fa_failed(err))
        return false;
    fa_type from = view->dtype->type, to = dtype->type;
    flat->source = fa__concrete(view->source);
    fa__source_retain(flat->source);
    flat->offset = view->offset;
    flat->count = fa__count(view->ndim, view->sizes);
    flat->item_bytes = view->dtype->item_bytes;
    flat->out_bytes = dtype->item_bytes;
    flat->swap = fa__dtype_swap(view->dtype);
    if (from != to && fa__type_is_numeric(from) && fa__type_is_numeric(to))
        flat->convert = fa__convert_find(from, to);
    else if (from != to)
        return fa__fail(err, FA_INTERNAL, "a move converts %s to %s", fa__type_name(from), fa__type_name(to));
    flat->ndim = fa__merge_axes(view->ndim, view->sizes, view->strides, flat->sizes, flat->strides);
    return true;
}

void fa__flat_clear(fa__flat *flat)
{
    fa__source_release(flat->source);
    flat->source = NULL;
}

/* ---- Elements as they stand ---- */

struct reading {
    fa__source *source;
    char *to; /* address of flat element 0 */
    int64_t item_bytes;
    fa_error *err;
};

static bool read_each(const fa__box *box, int64_t first, void *user)
{
    struct reading *reading = user;
    return fa__source_read(reading->source, box, reading->to + first * reading->item_bytes, reading->err);
}

/* The axis that a step moves along by whole positions, and how many elements lie inside of one of them. */
static int axis_of_step(const fa__flat *flat, int64_t step, int64_t *inside)
{
    *inside = 1;
    int axis = flat->ndim - 1;
    while (axis > 0 && step % (*inside * flat->sizes[axis]) == 0)
        *inside *= flat->sizes[axis--];
    return axis;
}

static bool read_with_step(const fa__flat *flat, int64_t first, int64_t step, int64_t n, char *to,
                           fa_error *err)
{
    int64_t inside;
    int axis = axis_of_step(flat, step, &inside);
    int64_t along = step / inside, size = flat->sizes[axis], stride = along * flat->strides[axis];
    while (n > 0) {
        int64_t position = first / inside % size;
        int64_t some = n; /* until the end of the axis */
        if (axis > 0)
            some = fa__min_i64(n, 1 + (along > 0 ? (size - 1 - position) / along : position / -along));
        fa__box box = {1, flat->item_bytes, flat->offset, &some, &stride};
        box.offset += fa__flat_offset(flat->ndim, flat->sizes, flat->strides, first);
        if (!fa__source_read(flat->source, &box, to, err))
            return false;
        to += some * flat->item_bytes;
        first += some * step;
        n -= some;
    }
    return true;
}

static bool read_standing(const fa__flat *flat, int64_t first, int64_t step, int64_t n, char *to,
                          fa_error *err)
{
    if (step != 1 && n > 1)
        return read_with_step(flat, first, step, n, to, err);
    struct reading reading = {flat->source, to - first * flat->item_bytes, flat->item_bytes, err};
    return fa__each_box(flat->ndim, flat->sizes, flat->strides, flat->offset, flat->item_bytes, first,
                        first + n, read_each, &reading);
}

/* ---- Elements as they are wanted ---- */

/* Texts of another length: the rest is NULs, as NumPy pads, or is cut. */
static void fit(char *to, int64_t to_bytes, const char *from, int64_t from_bytes, int64_t n)
{
    size_t kept = (size_t)fa__min_i64(to_bytes, from_bytes);
    for (int64_t i = 0; i < n; i++) {
        memcpy(to + i * to_bytes, from + i * from_bytes, kept);
        memset(to + i * to_bytes + kept, 0, (size_t)to_bytes - kept);
    }
}

bool fa__flat_is_raw(const fa__flat *flat)
{
    return flat->swap <= 1 && flat->convert == NULL && flat->item_bytes == flat->out_bytes;
}

void fa__flat_finish(const fa__flat *flat, char *raw, char *turned, int64_t n, void *elements)
{
    char *to = elements;
    bool same_size = flat->convert == NULL && flat->item_bytes == flat->out_bytes;
    if (flat->swap > 1) {
        fa__gather(same_size ? to : turned, raw, flat->item_bytes, n, flat->item_bytes, flat->swap);
        raw = turned;
    }
    if (flat->convert != NULL)
        flat->convert(to, raw, n);
    else if (!same_size)
        fit(to, flat->out_bytes, raw, flat->item_bytes, n);
}

bool fa__flat_read(const fa__flat *flat, int64_t first, int64_t step, int64_t n, void *elements,
                   fa_error *err)
{
    if (fa_failed(err) || n == 0)
        return !fa_failed(err);
    if (fa__flat_is_raw(flat))
        return flat->item_bytes == 0 || read_standing(flat, first, step, n, elements, err);
    int64_t some = fa__min_i64(n, fa__max_i64(CONVERTED_BYTES / fa__max_i64(flat->item_bytes, 1), 1));
    size_t bytes = 2 * (size_t)fa__round_up(some * flat->item_bytes, 64);
    char *buffer = fa__buffer_take(bytes, err), *to = elements;
    for (int64_t done = 0; done < n && buffer != NULL && !fa_failed(err); done += some) {
        some = fa__min_i64(some, n - done);
        if (flat->item_bytes == 0 || read_standing(flat, first + done * step, step, some, buffer, err))
            fa__flat_finish(flat, buffer, buffer + bytes / 2, some, to + done * flat->out_bytes);
    }
    fa__buffer_give_back(buffer, bytes);
    return !fa_failed(err);
}

void fa__flat_extent(const fa__flat *flat, int64_t first, int64_t n, int64_t *low, int64_t *high)
{
    fa__range_extent(flat->ndim, flat->sizes, flat->strides, flat->offset, flat->item_bytes, first, first + n,
                     low, high);
}
