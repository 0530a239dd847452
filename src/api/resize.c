/* SPDX-License-Identifier: BSD-3-Clause */
/* Arrays in files that get longer or shorter. How the file changes is storage's; here are the rows, and
 * whoever reads bytes that go. */
#include "api/api.h"

#include "engine/pending.h"
#include "storage/storage.h"

#include <string.h>

static fa__resizing *begin(fa_array *array, fa_error *err)
{
    if (fa__unusable(array, err) || fa__engine_busy(err) || !fa__source_check(array->source, err))
        return NULL;
    if (fa__concrete(array->source) != array->source || fa__is_pending(array)) {
        fa__fail(err, FA_UNSUPPORTED, "only arrays in files get longer or shorter, this one is computed");
        return NULL;
    }
    return fa__may_write(array, err) ? fa__resize_begin(array, err) : NULL;
}

/* Pending arrays that read what goes are computed first, as before a write. */
static bool give_away(fa__resizing *resizing, int64_t length, const fa_evaluate_options *options,
                      fa_error *err)
{
    fa_array *doomed = fa__resize_doomed(resizing, length, err);
    if (doomed != NULL)
        fa__write_gate(doomed, NULL, options, err);
    fa_release(doomed);
    return !fa_failed(err);
}

/* `rows` with as many dimensions as the array has. */
static fa_array *fit(fa_array *rows, const fa__layout *layout, int axis, fa_error *err)
{
    fa__geometry geometry;
    fa__view_geometry(rows, &geometry);
    if (geometry.ndim == layout->ndim - 1) {
        for (int i = geometry.ndim++; i > axis; i--) {
            geometry.sizes[i] = geometry.sizes[i - 1];
            geometry.strides[i] = geometry.strides[i - 1];
        }
        geometry.sizes[axis] = 1;
        geometry.strides[axis] = 0;
    }
    bool fits = geometry.ndim == layout->ndim;
    for (int i = 0; fits && i < layout->ndim; i++)
        fits = i == axis || geometry.sizes[i] == layout->sizes[i];
    if (fits)
        return fa__view_like(rows, &geometry, err);
    char from[FA__SHAPE_TEXT], to[FA__SHAPE_TEXT];
    fa__fail(err, FA_BAD_SHAPE, "rows of shape %s cannot be appended to an array of shape %s along axis %d",
             fa__shape_text(rows->ndim, rows->sizes, from, sizeof from),
             fa__shape_text(layout->ndim, layout->sizes, to, sizeof to), axis);
    return NULL;
}

fa_array *fa_append(fa_array *array, fa_array *rows, const fa_evaluate_options *options, fa_error *err)
{
    if (fa__unusable(rows, err) || (options != NULL && !FA__RESERVED_IS_ZERO(options, err)))
        return NULL;
    fa__resizing *resizing = begin(array, err);
    if (resizing == NULL)
        return NULL;
    const fa__layout *layout = fa__resize_layout(resizing);
    int axis = fa__resize_axis(resizing);
    int64_t old = layout->sizes[axis], length = old;
    fa_array *fitted = fit(rows, layout, axis, err);
    if (fitted != NULL && __builtin_add_overflow(old, fitted->sizes[axis], &length))
        fa__fail(err, FA_TOO_LARGE, "%lld rows and %lld more are above 2^63-1", (long long)old,
                 (long long)fitted->sizes[axis]);
    fa_array *added = NULL;
    if (!fa_failed(err) && give_away(resizing, length, options, err) && fa__resize_to(resizing, length, err))
        added = fa__resize_added(resizing, err);
    if (added != NULL)
        fa__write(added, fitted, false, options, err);
    fa_release(added);
    fa_release(fitted);
    return fa__resize_commit(resizing, err);
}

fa_array *fa_resize(fa_array *array, int64_t length, fa_error *err)
{
    if (!fa_failed(err) && length < 0)
        fa__fail(err, FA_BAD_SHAPE, "a length of %lld is negative", (long long)length);
    fa__resizing *resizing = begin(array, err);
    if (resizing == NULL)
        return NULL;
    if (give_away(resizing, length, NULL, err))
        fa__resize_to(resizing, length, err);
    return fa__resize_commit(resizing, err);
}
