/* SPDX-License-Identifier: BSD-3-Clause */
/* Arrays by the name of their file: opening, making, flushing, closing. */
#include "api/api.h"

#include "engine/budget.h"
#include "engine/pending.h"
#include "storage/storage.h"

#include <string.h>

static bool path_is_given(const char *path, fa_error *err)
{
    if (fa_failed(err))
        return false;
    return path != NULL || fa__fail(err, FA_INVALID_ARGUMENT, "the path is NULL");
}

static bool shape_is_given(fa_shape shape, const fa_dtype *dtype, fa_error *err)
{
    if (fa_failed(err))
        return false;
    if (dtype == NULL)
        return fa__fail(err, FA_INVALID_ARGUMENT, "the dtype is NULL");
    if (shape.ndim < 0 || shape.ndim > FA_MAX_NDIM || (shape.sizes == NULL && shape.ndim > 0))
        return fa__fail(err, FA_BAD_SHAPE, "a shape of %d dimensions: from 0 to %d are possible", shape.ndim,
                        FA_MAX_NDIM);
    return true;
}

fa_array *fa_open(const char *path, fa_mode mode, const fa_open_options *options, fa_error *err)
{
    if (!path_is_given(path, err) || (options != NULL && !FA__RESERVED_IS_ZERO(options, err)))
        return NULL;
    if (mode == FA_CREATE) {
        fa__fail(err, FA_INVALID_ARGUMENT,
                 "%s: a file is opened to read or to read and write; fa_create makes one", path);
        return NULL;
    }
    fa__budget_start();
    return fa__storage_open(path, mode, options, err);
}

fa_names *fa_names_of_file(const char *path, fa_error *err)
{
    return path_is_given(path, err) ? fa__storage_list(path, err) : NULL;
}

/* Publishes what was begun, empty as it is, and gives its array. */
static fa_array *publish_empty(fa__publication *publication, const char *path, fa_error *err)
{
    if (publication == NULL)
        return NULL;
    if (fa__publish_is_archive(publication)) {
        fa__fail(err, FA_UNSUPPORTED, "%s: arrays of archives are written once, by fa_save", path);
        fa__publish_drop(publication);
        return NULL;
    }
    fa_array *array = fa_retain(fa__publish_array(publication));
    if (fa__publish_commit(publication, false, err))
        return array;
    fa_release(array);
    return NULL;
}

fa_array *fa_create(const char *path, const fa_dtype *dtype, fa_shape shape, const fa_create_options *options,
                    fa_error *err)
{
    if (!path_is_given(path, err) || !shape_is_given(shape, dtype, err) ||
        (options != NULL && !FA__RESERVED_IS_ZERO(options, err)))
        return NULL;
    fa__budget_start();
    return publish_empty(fa__publish_begin(path, dtype, shape.ndim, shape.sizes, options, err), path, err);
}

fa_array *fa_memmap(const char *path, fa_mode mode, const fa_dtype *dtype, fa_shape shape,
                    const fa_memmap_options *options, fa_error *err)
{
    if (!path_is_given(path, err) || !shape_is_given(shape, dtype, err) ||
        (options != NULL && !FA__RESERVED_IS_ZERO(options, err)))
        return NULL;
    fa__budget_start();
    if (mode == FA_CREATE)
        return publish_empty(fa__publish_begin_raw(path, dtype, shape.ndim, shape.sizes, options, err), path,
                             err);
    return fa__storage_memmap(path, mode, dtype, shape, options, err);
}

void fa_flush(fa_array *array, fa_error *err)
{
    if (fa__unusable(array, err) || !fa__source_check(array->source, err) || fa__is_pending(array))
        return;
    fa__source *source = fa__concrete(array->source);
    fa__geometry geometry;
    int64_t low, high;
    fa__view_geometry(array, &geometry);
    fa__geometry_extent(&geometry, array->dtype->item_bytes, &low, &high);
    if (source->class->flush != NULL && high > low)
        source->class->flush(source, low, high - low, err);
}

void fa_close(fa_array *array, fa_error *err)
{
    if (array == NULL) {
        if (!fa_failed(err))
            fa__fail(err, FA_INVALID_ARGUMENT, "the array is NULL");
        return;
    }
    fa_error busy = {0};
    if (fa__engine_busy(&busy)) {
        fa__error_move(err, &busy);
        return;
    }
    fa__source *source = fa__concrete(array->source);
    if (source->class->close != NULL && !fa__is_pending(array)) {
        fa_error closing = {0}, why = {0};
        source->class->close(source, &closing);
        if (!fa__source_check(source, &why))
            fa__engine_fail_readers(source->owner, &why);
        fa__error_move(err, &closing);
    }
    fa_release(array);
}

void fa_get_file_info(fa_array *array, fa_file_info *info, fa_error *err)
{
    memset(info, 0, sizeof *info);
    if (fa__unusable(array, err) || !fa__source_check(array->source, err))
        return;
    fa__source *source = array->source;
    info->format = source->class->name;
    info->resident_bytes = info->dirty_bytes = -1;
    if (source->class->describe != NULL)
        source->class->describe(source, info, err);
}
