/* SPDX-License-Identifier: BSD-3-Clause */
/* The one gate for writes: flags, closed files, hazards, overlap. */
#include "api/api.h"

#include "storage/storage.h"

#include <string.h>

bool fa__reserved_is_zero(const uint64_t *words, size_t bytes, fa_error *err)
{
    for (size_t i = 0; i < bytes / sizeof *words; i++)
        if (words[i] != 0)
            return fa__fail(err, FA_INVALID_ARGUMENT, "reserved members of an options struct must be zero");
    return !fa_failed(err);
}

bool fa__may_write(fa_array *target, fa_error *err)
{
    if (fa_failed(err) || target->writeable)
        return !fa_failed(err);
    fa_file_info info = {0};
    fa_error ignored = {0};
    fa_get_file_info(target, &info, &ignored);
    if (info.path != NULL)
        return fa__fail(err, FA_NOT_WRITEABLE, "%s: the array is read-only", info.path);
    return fa__fail(err, FA_NOT_WRITEABLE, "the array is read-only");
}

bool fa__write_gate(fa_array *target, fa_array *except, const fa_evaluate_options *options, fa_error *err)
{
    if (fa__unusable(target, err) || fa__engine_busy(err) || !fa__source_check(target->source, err))
        return false;
    return fa__may_write(target, err) && fa__engine_before_write(target, except, options, err);
}

fa_array *fa__apart_from(fa_array *array, const fa_array *target, bool may_be_same, fa_error *err)
{
    bool same = false;
    if (array == NULL || fa_failed(err) || fa__is_pending(array) || !fa__overlap(array, target, &same) ||
        (same && may_be_same))
        return array;
    fa_array *copy = fa_copy(array, err);
    fa_release(array);
    return copy;
}

fa_array *fa__broadcast_value(fa_array *value, const fa_array *target, fa_error *err)
{
    fa__geometry geometry;
    if (fa_failed(err))
        return NULL;
    fa__view_geometry(value, &geometry);
    /* As NumPy does on assignment: axes of size 1 in front go away where the target has fewer. */
    int extra = 0;
    while (geometry.ndim - extra > target->ndim && geometry.sizes[extra] == 1)
        extra++;
    geometry.ndim -= extra;
    memmove(geometry.sizes, geometry.sizes + extra, (size_t)geometry.ndim * sizeof(int64_t));
    memmove(geometry.strides, geometry.strides + extra, (size_t)geometry.ndim * sizeof(int64_t));
    fa_error inner = {0};
    fa_shape shape = {target->ndim, target->sizes};
    if (!fa__geometry_broadcast_to(&geometry, shape, &geometry, &inner)) {
        char from[FA__SHAPE_TEXT], to[FA__SHAPE_TEXT];
        fa__fail(err, FA_BAD_SHAPE, "could not broadcast input array from shape %s into shape %s",
                 fa__shape_text(value->ndim, value->sizes, from, sizeof from),
                 fa__shape_text(target->ndim, target->sizes, to, sizeof to));
        return NULL;
    }
    return fa__view_like(value, &geometry, err);
}

bool fa__write(fa_array *target, fa_array *value, bool ours, const fa_evaluate_options *options,
               fa_error *err)
{
    if (fa__unusable(target, err) || fa__unusable(value, err))
        return false;
    fa_array *fitted = fa__broadcast_value(value, target, err);
    if (fitted != NULL && fa__write_gate(target, ours ? fitted : NULL, options, err)) {
        fa__sink sink = {.value = fitted, .target = target};
        fa__engine_run(&sink, 1, options, err);
    }
    fa_release(fitted);
    return !fa_failed(err);
}
