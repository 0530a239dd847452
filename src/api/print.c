/* SPDX-License-Identifier: BSD-3-Clause */
/* fa_print() and fa_to_text(): fetches what is shown of an array, and no element more, and hands it to the
 * layout. Knows nothing about how text looks. */
#include "api/print.h"

#include "array/view.h"
#include "base/checked.h"
#include "base/memory.h"
#include "engine/engine.h"

#include <errno.h>
#include <stdlib.h>

/* One corner: along each axis that is shortened, `last` says which of the two ends. */
static fa_array *corner_view(fa_array *array, const fa__shown *shown, uint64_t last, fa_error *err)
{
    fa_index_part parts[FA_MAX_NDIM];
    for (int axis = 0; axis < shown->ndim; axis++) {
        int64_t size = shown->sizes[axis], edge = shown->shown_sizes[axis] / 2;
        if (shown->shown_sizes[axis] == size)
            parts[axis] = fa_whole();
        else if (last >> axis & 1)
            parts[axis] = fa_range(size - edge, size, 1);
        else
            parts[axis] = fa_range(0, edge, 1);
    }
    return fa_index(array, (fa_index_parts){shown->ndim, parts}, err);
}

/* Where the elements of a corner go among all that are shown. */
static void lay_corner(const fa__shown *shown, uint64_t last, const fa_array *corner, int64_t item_bytes,
                       const char *elements, char *data)
{
    int64_t strides[FA_MAX_NDIM], offset = 0;
    fa__strides_c(shown->ndim, shown->shown_sizes, item_bytes, strides);
    for (int axis = 0; axis < shown->ndim; axis++)
        if (last >> axis & 1)
            offset += shown->shown_sizes[axis] / 2 * strides[axis];
    fa__box box = {.ndim = shown->ndim,
                   .item_bytes = item_bytes,
                   .offset = offset,
                   .sizes = corner->sizes,
                   .strides = strides};
    fa__box_scatter(data, &box, elements);
}

/* Reads the corners one after the other; `data` has room for all, and behind that for the largest corner. */
static void read_corners(fa_array *array, const fa__shown *shown, uint64_t shortened_axes, int64_t item_bytes,
                         char *data, fa_error *err)
{
    char *elements = data + shown->shown_count * item_bytes;
    uint64_t last = 0;
    do {
        fa_array *corner = corner_view(array, shown, last, err);
        if (fa__engine_read(corner, elements, err))
            lay_corner(shown, last, corner, item_bytes, elements, data);
        fa_release(corner);
        last = (last - shortened_axes) & shortened_axes; /* the next subset of the axes */
    } while (last != 0 && !fa_failed(err));
}

static void write_shown(fa_array *array, const fa_dtype *dtype, const fa__shown *shown,
                        const fa__print_settings *settings, fa__text *text, fa_error *err)
{
    uint64_t shortened_axes = 0;
    for (int axis = 0; axis < shown->ndim; axis++)
        if (shown->shown_sizes[axis] < shown->sizes[axis])
            shortened_axes |= UINT64_C(1) << axis;
    int64_t bytes;
    if (!fa__multiply_checked(shown->shown_count, dtype->item_bytes, &bytes) ||
        !fa__multiply_checked(bytes, shortened_axes ? 2 : 1, &bytes) || !fa__ledger_charge((size_t)bytes)) {
        fa__fail(err, FA_NO_MEMORY, "the memory limit has no room for the %lld elements to print",
                 (long long)shown->shown_count);
        return;
    }
    char *data = fa__alloc((size_t)bytes, err);
    if (data != NULL && shown->shown_count > 0) {
        if (shortened_axes)
            read_corners(array, shown, shortened_axes, dtype->item_bytes, data, err);
        else
            fa__engine_read(array, data, err);
    }
    if (!fa_failed(err))
        fa__print_layout(dtype, shown, data, settings, text, err);
    fa__free(data);
    fa__ledger_release((size_t)bytes);
}

static bool write_array(fa_array *array, const fa_print_options *options, fa__text *text, fa_error *err)
{
    fa__print_settings settings;
    fa__shown shown;
    if (fa__unusable(array, err) || fa__engine_busy(err) ||
        !fa__print_settings_from(options, &settings, err) ||
        !fa__shown_choose(array->ndim, array->sizes, &settings, &shown, err))
        return false;
    const fa_dtype *dtype = fa__dtype_as_read(array->dtype, err);
    if (dtype != NULL)
        write_shown(array, dtype, &shown, &settings, text, err);
    fa_dtype_release(dtype);
    return !fa_failed(err);
}

void fa_print(FILE *stream, fa_array *array, const fa_print_options *options, fa_error *err)
{
    fa__text text = {0};
    if (stream == NULL)
        fa__fail(err, FA_INVALID_ARGUMENT, "the stream to print to is NULL");
    if (write_array(array, options, &text, err)) {
        fa__text_add_char(&text, '\n', err);
        if (!fa_failed(err) && fwrite(text.data, 1, (size_t)text.length, stream) != (size_t)text.length)
            fa__fail_system(err, errno, "writing an array as text");
    }
    fa__text_clear(&text);
}

char *fa_to_text(fa_array *array, const fa_print_options *options, fa_error *err)
{
    fa__text text = {0};
    if (write_array(array, options, &text, err))
        fa__text_add_char(&text, '\0', err);
    if (!fa_failed(err))
        return text.data;
    fa__text_clear(&text);
    return NULL;
}
