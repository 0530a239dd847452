/* SPDX-License-Identifier: BSD-3-Clause */
/* Opening arrays of files that exist: self-describing ones by their header, headerless ones by what the
 * caller says. */
#include "array/dtype.h"
#include "base/checked.h"
#include "base/memory.h"
#include "storage/file_source.h"
#include "storage/formats.h"

#include <string.h>

static fa__file_object *open_object(const char *path, fa_mode mode, fa_error *err)
{
    bool writeable = mode == FA_READ_WRITE;
    fa__file *file = fa__file_open(path, writeable ? FA__OPEN_WRITE : FA__OPEN_READ, err);
    return file != NULL ? fa__object_of_file(file, writeable, path, err) : NULL;
}

/* ---- Self-describing files ---- */

static bool read_layout(fa__file *file, const char *path, const fa_open_options *options, fa__layout *layout,
                        fa_error *err)
{
    if (!fa__formats_read(file, path, layout, err))
        return false;
    int64_t file_bytes = fa__file_size(file, err);
    int64_t end =
        layout->offset_bytes + fa__count(layout->ndim, layout->sizes) * fa_dtype_item_bytes(layout->dtype);
    if (options != NULL && options->strict && end < file_bytes)
        fa__fail_at_byte(err, FA_BAD_FORMAT, end, "%s: the array ends at byte %lld, %lld bytes are behind it",
                         path, (long long)end, (long long)(file_bytes - end));
    if (fa_failed(err))
        fa__layout_clear(layout);
    return !fa_failed(err);
}

/* What a name leads to: an open file, and what is asked for in it. */
typedef struct opened {
    char *path;
    const char *member; /* NULL: none was named */
    fa__file_object *object;
    fa__file *file;                 /* NULL: the object is not entered */
    const fa__container *container; /* NULL: the file is one array */
} opened;

static bool open_name(opened *o, const char *name, fa_mode mode, fa_error *err)
{
    *o = (opened){0};
    if (!fa__name_split(name, &o->path, &o->member, err))
        return false;
    o->object = open_object(o->path, mode, err);
    o->file = o->object != NULL ? fa__object_enter(o->object, err) : NULL;
    if (o->file != NULL)
        o->container = fa__formats_container(o->file, err);
    return !fa_failed(err);
}

static void opened_clear(opened *o)
{
    if (o->file != NULL)
        fa__object_leave(o->object);
    fa__object_release(o->object);
    fa__free(o->path);
}

static fa_array *open_only(const opened *o, fa_mode mode, const fa_open_options *options, fa_error *err)
{
    fa_array *array = NULL;
    fa__layout layout = {0};
    if (!read_layout(o->file, o->path, options, &layout, err))
        return NULL;
    if (o->member != NULL)
        fa__fail(err, FA_NOT_FOUND, "%s: holds one array, which has no name", o->path);
    else
        array = fa__file_array(o->object, &layout, mode, err);
    fa__layout_clear(&layout);
    return array;
}

fa_array *fa__storage_open(const char *name, fa_mode mode, const fa_open_options *options, fa_error *err)
{
    opened o;
    fa_array *array = NULL;
    if (!fa_failed(err) && mode != FA_READ_ONLY && mode != FA_READ_WRITE && mode != FA_COPY_ON_WRITE) {
        fa__fail(
            err, FA_INVALID_ARGUMENT,
            "%s: a file is opened with FA_READ_ONLY, FA_READ_WRITE or FA_COPY_ON_WRITE, not with mode %d",
            name, (int)mode);
        return NULL;
    }
    if (open_name(&o, name, mode, err)) {
        if (o.container == NULL)
            array = open_only(&o, mode, options, err);
        else
            array = o.container->open(o.object, o.file, o.path, o.member, mode, options, err);
    }
    opened_clear(&o);
    return array;
}

fa_names *fa__storage_list(const char *path, fa_error *err)
{
    opened o;
    fa__layout layout = {0};
    fa_names *names = fa__names_new(err);
    if (open_name(&o, path, FA_READ_ONLY, err) && o.member == NULL) {
        if (o.container != NULL)
            o.container->list(o.file, o.path, names, err);
        else if (fa__formats_read(o.file, o.path, &layout, err))
            fa__layout_clear(&layout);
    }
    opened_clear(&o);
    if (!fa_failed(err))
        return names;
    fa_names_release(names);
    return NULL;
}

/* ---- Headerless files ---- */

/* What the caller says, without the offset's check against the file; one size may still be -1, at *open_axis.
 */
static bool raw_layout(const char *path, const fa_dtype *dtype, fa_shape shape,
                       const fa_memmap_options *options, fa__layout *layout, int *open_axis, fa_error *err)
{
    static const fa_memmap_options defaults;
    options = options != NULL ? options : &defaults;
    if (dtype == NULL)
        return fa__fail(err, FA_INVALID_ARGUMENT, "%s: a headerless file needs a dtype", path);
    if (shape.ndim < 0 || shape.ndim > FA_MAX_NDIM)
        return fa__fail(err, FA_BAD_SHAPE, "%s: %d dimensions, the limit is %d", path, shape.ndim,
                        FA_MAX_NDIM);
    if (options->order != FA_ORDER_C && options->order != FA_ORDER_F)
        return fa__fail(err, FA_INVALID_ARGUMENT, "%s: order %d is neither C nor F", path,
                        (int)options->order);
    if (options->offset_bytes > INT64_MAX)
        return fa__fail(err, FA_TOO_LARGE, "%s: offset %llu is above 2^63-1", path,
                        (unsigned long long)options->offset_bytes);
    if (fa_dtype_item_bytes(dtype) == 0)
        return fa__fail(err, FA_BAD_DTYPE, "%s: elements of 0 bytes cannot be in a file", path);
    *open_axis = -1;
    for (int i = 0; i < shape.ndim; i++) {
        if (shape.sizes[i] == -1 && *open_axis < 0)
            *open_axis = i;
        else if (shape.sizes[i] < 0)
            return fa__fail(err, FA_BAD_SHAPE, "%s: size %lld of axis %d is negative%s", path,
                            (long long)shape.sizes[i], i, shape.sizes[i] == -1 ? ", only one may be -1" : "");
        layout->sizes[i] = shape.sizes[i];
    }
    layout->format = "raw";
    layout->dtype = dtype; /* borrowed: this layout is never cleared */
    layout->ndim = shape.ndim;
    layout->order = options->order;
    layout->offset_bytes = (int64_t)options->offset_bytes;
    return true;
}

/* Gives the axis of -1 what the rest of the file holds. */
static bool fill_open_axis(const char *path, fa__layout *layout, int open_axis, int64_t file_bytes,
                           fa_error *err)
{
    int64_t item_bytes = fa_dtype_item_bytes(layout->dtype), count;
    layout->sizes[open_axis] = 1;
    if (!fa__shape_count(layout->ndim, layout->sizes, item_bytes, &count, err))
        return false;
    int64_t rest = file_bytes - layout->offset_bytes, step = count * item_bytes;
    if (step == 0)
        return fa__fail(err, FA_BAD_SHAPE, "%s: a shape with a size of 0 says nothing about its size of -1",
                        path);
    if (rest < 0)
        return fa__fail(err, FA_BAD_FORMAT, "%s: the array begins at byte %lld, file has %lld", path,
                        (long long)layout->offset_bytes, (long long)file_bytes);
    if (rest % step != 0)
        return fa__fail(err, FA_BAD_FORMAT, "%s: %lld bytes from byte %lld on are no multiple of %lld", path,
                        (long long)rest, (long long)layout->offset_bytes, (long long)step);
    layout->sizes[open_axis] = rest / step;
    return true;
}

static bool check_extent(const char *path, const fa__layout *layout, int64_t file_bytes, fa_error *err)
{
    int64_t item_bytes = fa_dtype_item_bytes(layout->dtype), count, end;
    if (!fa__shape_count(layout->ndim, layout->sizes, item_bytes, &count, err))
        return false;
    if (!fa__add_checked(count * item_bytes, layout->offset_bytes, &end))
        return fa__fail(err, FA_TOO_LARGE, "%s: the array ends above byte 2^63-1", path);
    if (end <= file_bytes)
        return true;
    char shape[FA__SHAPE_TEXT], dtype[64];
    fa__dtype_display(layout->dtype, dtype, sizeof dtype);
    return fa__fail(err, FA_BAD_FORMAT,
                    "%s: shape %s of %s from byte %lld on needs %lld bytes, file has %lld", path,
                    fa__shape_text(layout->ndim, layout->sizes, shape, sizeof shape), dtype,
                    (long long)layout->offset_bytes, (long long)end, (long long)file_bytes);
}

static fa_array *open_raw(const char *path, fa_mode mode, fa__layout *layout, int open_axis, fa_error *err)
{
    fa__file_object *object = open_object(path, mode, err);
    fa__file *file = object != NULL ? fa__object_enter(object, err) : NULL;
    fa_array *array = NULL;
    if (file != NULL) {
        int64_t file_bytes = fa__file_size(file, err);
        if (file_bytes >= 0 && (open_axis < 0 || fill_open_axis(path, layout, open_axis, file_bytes, err)) &&
            check_extent(path, layout, file_bytes, err))
            array = fa__file_array(object, layout, mode, err);
        fa__object_leave(object);
    }
    fa__object_release(object);
    return array;
}

static fa_array *create_raw(const char *path, const fa__layout *layout, int open_axis,
                            const fa_memmap_options *options, fa_error *err)
{
    if (open_axis >= 0) {
        fa__fail(err, FA_BAD_SHAPE, "%s: a new file needs a whole shape, size %d is -1", path, open_axis);
        return NULL;
    }
    fa__publication *publication =
        fa__publish_begin_raw(path, layout->dtype, layout->ndim, layout->sizes, options, err);
    if (publication == NULL)
        return NULL;
    fa_array *array = fa_retain(fa__publish_array(publication));
    if (fa__publish_commit(publication, true, err))
        return array;
    fa_release(array);
    return NULL;
}

static bool check_path(const char *path, fa_error *err)
{
    if (fa_failed(err))
        return false;
    if (path == NULL || path[0] == '\0')
        return fa__fail(err, FA_INVALID_ARGUMENT, "the name of a file is %s",
                        path == NULL ? "NULL" : "empty");
    return true;
}

fa_array *fa__storage_memmap(const char *path, fa_mode mode, const fa_dtype *dtype, fa_shape shape,
                             const fa_memmap_options *options, fa_error *err)
{
    fa__layout layout = {0};
    int open_axis = -1;
    if (!check_path(path, err) || !raw_layout(path, dtype, shape, options, &layout, &open_axis, err))
        return NULL;
    switch (mode) {
    case FA_READ_ONLY:
    case FA_READ_WRITE:
    case FA_COPY_ON_WRITE:
        return open_raw(path, mode, &layout, open_axis, err);
    case FA_CREATE:
        return create_raw(path, &layout, open_axis, options, err);
    }
    fa__fail(err, FA_INVALID_ARGUMENT, "%s: there is no mode %d", path, (int)mode);
    return NULL;
}
