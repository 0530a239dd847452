/* SPDX-License-Identifier: BSD-3-Clause */
/* Files that get longer or shorter in place. What is new lies behind the old end, reserved and durable,
 * before the header says so by one small write: whoever reads the file meanwhile, or after a kill, finds the
 * old array or the new one. A headerless file has nothing but its size to say it. */
#include "array/dtype.h"
#include "base/checked.h"
#include "base/memory.h"
#include "storage/file_source.h"
#include "storage/formats.h"
#include "storage/statistics.h"

#include <string.h>

struct fa__resizing {
    fa__file_object *object; /* one reference; inside, and exclusively locked */
    fa__file *file;
    const char *path;
    fa__layout layout;         /* as the file says it now */
    int axis;                  /* the one whose length changes */
    int64_t row_bytes;         /* of one step along it */
    int64_t length;            /* that was asked for */
    bool has_new_rows;         /* the file was made longer, and is cut back when this is dropped */
    char *header, *old_header; /* NULL for headerless files */
    fa__source *source;        /* of the whole array in its new length */
};

static bool is_npy(const fa__resizing *resizing)
{
    return strcmp(resizing->layout.format, "npy") == 0;
}

static int64_t end_of(const fa__resizing *resizing, int64_t length)
{
    return resizing->layout.offset_bytes + length * resizing->row_bytes;
}

/* ---- Beginning ---- */

/* Other handles may have changed the length, and nothing else. */
static bool check_header(const fa__resizing *resizing, const fa__layout *opened, fa_error *err)
{
    const fa__layout *now = &resizing->layout;
    bool same = now->ndim == opened->ndim && now->order == opened->order &&
                now->offset_bytes == opened->offset_bytes && fa_dtype_equal(now->dtype, opened->dtype);
    for (int i = 0; same && i < now->ndim; i++)
        same = i == resizing->axis || now->sizes[i] == opened->sizes[i];
    return same || fa__fail(err, FA_BUSY, "%s: its header is not the one that was opened", resizing->path);
}

/* A headerless array goes up to the end of its file. */
static bool measure_raw(fa__resizing *resizing, fa_error *err)
{
    int64_t file_bytes = fa__file_size(resizing->file, err);
    int64_t rest = file_bytes - resizing->layout.offset_bytes;
    if (file_bytes < 0)
        return false;
    if (resizing->row_bytes == 0)
        return fa__fail(err, FA_BAD_SHAPE, "%s: without a header, rows of 0 bytes have no number",
                        resizing->path);
    if (rest < 0 || rest % resizing->row_bytes != 0)
        return fa__fail(err, FA_BAD_FORMAT, "%s: %lld bytes from byte %lld on are no multiple of %lld",
                        resizing->path, (long long)rest, (long long)resizing->layout.offset_bytes,
                        (long long)resizing->row_bytes);
    resizing->layout.sizes[resizing->axis] = rest / resizing->row_bytes;
    return true;
}

static bool read_layout(fa__resizing *resizing, const fa__layout *opened, fa_error *err)
{
    fa__layout *layout = &resizing->layout;
    if (opened->ndim == 0)
        return fa__fail(err, FA_BAD_SHAPE, "%s: an array without dimensions has no length", resizing->path);
    if (strcmp(opened->format, "npy") == 0) {
        if (!fa__formats_read(resizing->file, resizing->path, layout, err))
            return false;
    } else {
        *layout = *opened;
        fa_dtype_retain(layout->dtype);
    }
    resizing->axis = layout->order == FA_ORDER_F ? layout->ndim - 1 : 0;
    resizing->row_bytes = fa_dtype_item_bytes(layout->dtype);
    for (int i = 0; i < layout->ndim; i++)
        if (i != resizing->axis &&
            !fa__multiply_checked(resizing->row_bytes, layout->sizes[i], &resizing->row_bytes))
            return fa__fail(err, FA_TOO_LARGE, "%s: one row has more than 2^63-1 bytes", resizing->path);
    return check_header(resizing, opened, err) && (is_npy(resizing) || measure_raw(resizing, err));
}

fa__resizing *fa__resize_begin(fa_array *array, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    fa__file_object *object = fa__file_source_object(array->source);
    if (object == NULL) {
        fa__fail(err, FA_UNSUPPORTED, "only arrays in files get longer or shorter, this one is %s",
                 array->source->class->name);
        return NULL;
    }
    fa__resizing *resizing = fa__alloc_zero(1, sizeof *resizing, err);
    fa__file *file = resizing != NULL ? fa__object_begin_resize(object, err) : NULL;
    if (file == NULL) {
        fa__free(resizing);
        return NULL;
    }
    fa__object_retain(object);
    resizing->object = object;
    resizing->file = file;
    resizing->path = fa__object_path(object);
    if (read_layout(resizing, fa__file_source_layout(array->source), err))
        return resizing;
    fa__resize_drop(resizing);
    return NULL;
}

const fa__layout *fa__resize_layout(const fa__resizing *resizing)
{
    return &resizing->layout;
}

int fa__resize_axis(const fa__resizing *resizing)
{
    return resizing->axis;
}

/* ---- What goes, and what comes ---- */

/* Several arrays saved into one file follow each other: the first of them has no room to grow. */
static bool check_trailing(const fa__resizing *resizing, int64_t end, int64_t file_bytes, fa_error *err)
{
    static const char magic[] = "\x93NUMPY";
    char bytes[sizeof magic - 1];
    if (!is_npy(resizing) || file_bytes - end < (int64_t)sizeof bytes)
        return true;
    if (!fa__file_read(resizing->file, end, bytes, sizeof bytes, err))
        return false;
    return memcmp(bytes, magic, sizeof bytes) != 0 ||
           fa__fail_at_byte(err, FA_UNSUPPORTED, end, "%s: another array follows at byte %lld",
                            resizing->path, (long long)end);
}

fa_array *fa__resize_doomed(fa__resizing *resizing, int64_t length, fa_error *err)
{
    int64_t old = resizing->layout.sizes[resizing->axis];
    int64_t first = end_of(resizing, fa__min_i64(old, length)),
            file_bytes = fa__file_size(resizing->file, err);
    if (file_bytes <= first || !check_trailing(resizing, end_of(resizing, old), file_bytes, err))
        return NULL;
    fa__layout bytes = {.format = "raw", .dtype = FA_UINT8, .ndim = 1, .offset_bytes = first};
    bytes.sizes[0] = file_bytes - first;
    return fa__file_array(resizing->object, &bytes, FA_READ_WRITE, err);
}

/* The header that the new length will have; fails where it has no room. */
static bool prepare_header(fa__resizing *resizing, const fa__layout *wanted, fa_error *err)
{
    size_t size = (size_t)wanted->offset_bytes;
    resizing->header = fa__alloc(size, err);
    resizing->old_header = fa__alloc(size, err);
    if (fa_failed(err) || !fa__file_read(resizing->file, 0, resizing->old_header, size, err))
        return false;
    memcpy(resizing->header, resizing->old_header, size);
    return fa__npy_reformat(resizing->path, wanted, resizing->header, size, err);
}

bool fa__resize_to(fa__resizing *resizing, int64_t length, fa_error *err)
{
    int64_t old = resizing->layout.sizes[resizing->axis], count, end;
    fa__layout wanted = resizing->layout;
    wanted.sizes[resizing->axis] = length;
    if (fa_failed(err) ||
        !fa__shape_count(wanted.ndim, wanted.sizes, fa_dtype_item_bytes(wanted.dtype), &count, err))
        return false;
    if (!fa__add_checked(count * fa_dtype_item_bytes(wanted.dtype), wanted.offset_bytes, &end))
        return fa__fail(err, FA_TOO_LARGE, "%s: the array ends above byte 2^63-1", resizing->path);
    if (is_npy(resizing) && !prepare_header(resizing, &wanted, err))
        return false;
    resizing->length = length;
    /* What a killed writer left is cut off first, so that new rows are zero. */
    if (length > old && fa__file_size(resizing->file, err) > end_of(resizing, old) &&
        !fa__object_cut(resizing->object, end_of(resizing, old), false, err))
        return false;
    resizing->source = fa__file_source(resizing->object, &wanted, FA_READ_WRITE, err);
    if (length > old)
        resizing->has_new_rows = fa__file_reserve(resizing->file, end, err);
    return !fa_failed(err);
}

/* A view of the rows from `first` on. */
static fa_array *rows_from(const fa__resizing *resizing, int64_t first, fa_error *err)
{
    const fa__layout *layout = &resizing->layout;
    fa__geometry geometry = {.ndim = layout->ndim};
    memcpy(geometry.sizes, layout->sizes, sizeof geometry.sizes);
    geometry.sizes[resizing->axis] = resizing->length - first;
    geometry.offset = first * resizing->row_bytes;
    int64_t item_bytes = fa_dtype_item_bytes(layout->dtype);
    if (layout->order == FA_ORDER_F)
        fa__strides_f(layout->ndim, geometry.sizes, item_bytes, geometry.strides);
    else
        fa__strides_c(layout->ndim, geometry.sizes, item_bytes, geometry.strides);
    return fa__view(resizing->source, layout->dtype, &geometry, true, err);
}

fa_array *fa__resize_added(fa__resizing *resizing, fa_error *err)
{
    return rows_from(resizing, resizing->layout.sizes[resizing->axis], err);
}

/* ---- Ending ---- */

/* Only the bytes that change are written, by one call: digits of the length, and blanks behind. */
static bool write_header(const fa__resizing *resizing, const char *from, const char *to, fa_error *err)
{
    int64_t first = 0, last = resizing->layout.offset_bytes;
    while (first < last && from[first] == to[first])
        first++;
    while (last > first && from[last - 1] == to[last - 1])
        last--;
    if (last > first && fa__file_write(resizing->file, first, to + first, (size_t)(last - first), err))
        fa__storage_count_written(last - first);
    return !fa_failed(err);
}

/* Steps of a headerless file have no order to keep: whoever wants it durable flushes it. */
static bool flush(const fa__resizing *resizing, fa_error *err)
{
    return !fa_failed(err) &&
           (resizing->header == NULL || fa__object_flush(resizing->object, 0, INT64_MAX, err));
}

/* Brings back the header of the old length, durably: nothing that the new one counts may be cut off before.
 * Where the disk is not certain to have it, new rows stay. Synced past the file object, which remembers a
 * flush that failed and tries none again: the bytes that matter were written anew after it. */
static void take_header_back(fa__resizing *resizing)
{
    fa_error loss = {0};
    if (!write_header(resizing, resizing->header, resizing->old_header, &loss) ||
        !fa__file_sync(resizing->file, &loss))
        resizing->has_new_rows = false;
}

/* A header that was not written whole, or says what did not come to be, is taken back. */
static bool switch_header(fa__resizing *resizing, fa_error *err)
{
    if (resizing->header == NULL ||
        (write_header(resizing, resizing->old_header, resizing->header, err) && flush(resizing, err)))
        return true;
    take_header_back(resizing);
    return false;
}

/* The new header, and only then less file: what is left behind it by a kill is litter. */
static bool switch_length(fa__resizing *resizing, fa_error *err)
{
    int64_t end = end_of(resizing, resizing->length);
    if (!switch_header(resizing, err))
        return false;
    resizing->has_new_rows = false; /* they are the file's from here on */
    if (fa__file_size(resizing->file, err) <= end)
        return !fa_failed(err);
    if (fa__object_cut(resizing->object, end, true, err))
        return flush(resizing, err);
    if (resizing->header != NULL)
        take_header_back(resizing);
    return false;
}

fa_array *fa__resize_commit(fa__resizing *resizing, fa_error *err)
{
    if (resizing == NULL)
        return NULL;
    fa_array *array = fa_failed(err) ? NULL : rows_from(resizing, 0, err);
    if (array != NULL && (!resizing->has_new_rows || flush(resizing, err)))
        switch_length(resizing, err);
    fa__resize_drop(resizing);
    if (!fa_failed(err))
        return array;
    fa_release(array);
    return NULL;
}

void fa__resize_drop(fa__resizing *resizing)
{
    if (resizing == NULL)
        return;
    fa_error ignored = {0};
    if (resizing->has_new_rows)
        fa__object_cut(resizing->object, end_of(resizing, resizing->layout.sizes[resizing->axis]), false,
                       &ignored);
    if (resizing->source != NULL)
        fa__source_release(resizing->source);
    fa__free(resizing->header);
    fa__free(resizing->old_header);
    fa__layout_clear(&resizing->layout);
    fa__object_end_resize(resizing->object);
    fa__object_release(resizing->object);
    fa__free(resizing);
}
