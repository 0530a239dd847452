/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of functions of sources in files. Reads and writes of boxes go through calls, which cannot fault;
 * tiles that the engine touches under its guard go through the one mapping of the file, where that is the
 * faster way. */
#include "storage/file_source.h"

#include "base/checked.h"
#include "base/memory.h"
#include "storage/box_io.h"
#include "storage/copy_on_write.h"
#include "storage/direct.h"
#include "storage/statistics.h"

#include <string.h>

typedef struct file_source {
    fa__source source;
    fa__file_object *object;
    fa__tenant tenant;
    fa__layout layout;      /* what the header said; its dtype is NULL for scratch */
    size_t charged;         /* to the ledger, for as long as the source lives */
    char *member;           /* layout.member, of an array in an archive */
    fa__checksum *checksum; /* of what is written; NULL: nobody asks */
} file_source;

static fa__file_object *object_of(fa__source *source)
{
    return ((file_source *)source)->object;
}

static void file_destroy(fa__source *source)
{
    file_source *self = (file_source *)source;
    fa__object_remove_tenant(self->object, &self->tenant);
    fa__object_release(self->object);
    fa__ledger_release_array(self->charged);
    fa__layout_clear(&self->layout);
    fa__free(self->member);
    fa__free(self);
}

static bool file_check(fa__source *source, fa_error *err)
{
    return fa__object_check(object_of(source), &((file_source *)source)->tenant, err);
}

/* The descriptor, for bytes of the source up to `end`. */
static fa__file *enter(fa__source *source, int64_t end, fa_error *err)
{
    const file_source *self = (const file_source *)source;
    return fa__object_enter_as(self->object, &self->tenant, source->base + end, err);
}

/* ---- Boxes ---- */

/* Views lie inside their source; a box that does not would reach other bytes of the file. *end is the byte
 * behind the last one that it touches. */
static bool check_box(fa__source *source, const fa__box *box, int64_t *end, fa_error *err)
{
    fa__geometry geometry = {.ndim = box->ndim, .offset = box->offset};
    for (int i = 0; i < box->ndim; i++) {
        geometry.sizes[i] = box->sizes[i];
        geometry.strides[i] = box->strides[i];
    }
    int64_t low, high;
    fa__geometry_extent(&geometry, box->item_bytes, &low, &high);
    *end = high > low ? high : 0;
    if (low >= 0 && high <= source->bytes)
        return true;
    return fa__fail(err, FA_INTERNAL, "%s: a box of bytes %lld to %lld in an array of %lld bytes",
                    fa__object_path(object_of(source)), (long long)low, (long long)high,
                    (long long)source->bytes);
}

static bool file_read(fa__source *source, const fa__box *box, void *elements, fa_error *err)
{
    int64_t end;
    if (fa_failed(err) || !check_box(source, box, &end, err))
        return false;
    fa__file *file = enter(source, end, err);
    if (file == NULL)
        return false;
    fa__box_read_file(file, source->base, box, elements, err);
    fa__object_leave(object_of(source));
    return !fa_failed(err);
}

static bool file_write(fa__source *source, const fa__box *box, const void *elements, fa_error *err)
{
    int64_t end;
    if (fa_failed(err) || !check_box(source, box, &end, err))
        return false;
    if (!source->writeable)
        return fa__fail(err, FA_NOT_WRITEABLE, "%s: the file was opened read-only",
                        fa__object_path(object_of(source)));
    fa__file *file = enter(source, end, err);
    if (file == NULL)
        return false;
    fa__box_write_file(file, source->base, box, elements, ((file_source *)source)->checksum, err);
    fa__object_leave(object_of(source));
    return !fa_failed(err);
}

/* ---- The mapping ---- */

/* In auto mode a range is mapped for reading where at least fifteen sixteenths of it are in memory already:
 * faulting the rest in is slower than reading it, and fills the cache with small pages. It is mapped for
 * writing where the other way is a call for each of many pieces. */
static bool prefers_mapping(fa__file *file, int64_t first, int64_t size, bool for_writing)
{
    if (fa__io_mode() != FA__IO_AUTO)
        return fa__io_mode() == FA__IO_MMAP;
    return for_writing || fa__file_resident(file, first, size) >= size - size / 16;
}

/* What cannot be read through the mapping cannot be read otherwise; whatever else hinders mapping (address
 * space, a file system without it) leaves the read calls. */
static bool is_final(const fa_error *err)
{
    return err->code == FA_MAP_FAULT || err->code == FA_DISK_FULL || err->code == FA_NOT_WRITEABLE;
}

/* Stays inside the object until unmap, so that closing does not take the pages from under the caller. */
static char *file_map(fa__source *source, int64_t first, int64_t size, bool for_writing, fa_error *err)
{
    if (fa_failed(err) || size <= 0)
        return NULL;
    fa__file_object *object = object_of(source);
    const char *path = fa__object_path(object);
    if (for_writing && ((file_source *)source)->checksum != NULL)
        return NULL; /* written by calls, which are seen */
    if (for_writing && !source->writeable) {
        fa__fail(err, FA_NOT_WRITEABLE, "%s: the file was opened read-only", path);
        return NULL;
    }
    fa__file *file = enter(source, first + size, err);
    if (file == NULL)
        return NULL;
    int64_t at = source->base + first;
    fa_error inner = {0};
    fa__map map;
    if (prefers_mapping(file, at, size, for_writing) &&
        fa__object_map(object, at + size, for_writing, &map, &inner) &&
        fa__map_populate(&map, (size_t)at, (size_t)size, for_writing, path, &inner)) {
        if (!for_writing)
            fa__storage_count_read(size);
        return map.address + at;
    }
    if (is_final(&inner))
        fa__error_move(err, &inner);
    fa__object_leave(object);
    return NULL;
}

static void file_unmap(fa__source *source, int64_t first, int64_t size, bool written)
{
    fa__object_unmap(object_of(source), source->base + first, size);
    if (written)
        fa__storage_count_written(size);
    fa__object_leave(object_of(source));
}

/* ---- Advice ---- */

static void file_prefetch(fa__source *source, int64_t first, int64_t size)
{
    fa_error ignored = {0};
    fa__file *file = enter(source, first + size, &ignored);
    if (file == NULL)
        return;
    fa__file_prefetch(file, source->base + first, size);
    fa__object_leave(object_of(source));
}

static void file_drop(fa__source *source, int64_t first, int64_t size)
{
    fa_error ignored = {0};
    fa__file *file = enter(source, first + size, &ignored);
    if (file == NULL)
        return;
    fa__file_drop(file, source->base + first, size);
    fa__object_leave(object_of(source));
}

static void file_expect(fa__source *source, fa__access access)
{
    fa_error ignored = {0};
    fa__file *file = enter(source, 0, &ignored);
    if (file == NULL)
        return;
    if (access == FA__ACCESS_RANDOM)
        fa__file_expect_random(file);
    else if (access == FA__ACCESS_SEQUENTIAL)
        fa__file_expect_sequential(file);
    else
        fa__file_expect_nothing(file);
    fa__object_leave(object_of(source));
}

static int64_t file_resident(fa__source *source, int64_t first, int64_t size)
{
    fa_error ignored = {0};
    fa__file *file = enter(source, first + size, &ignored);
    if (file == NULL)
        return -1;
    int64_t resident = fa__file_resident(file, source->base + first, size);
    fa__object_leave(object_of(source));
    return resident;
}

static bool file_holds(fa__source *source, int64_t first, int64_t size, fa_error *err)
{
    fa__file *file = enter(source, first + size, err);
    if (file == NULL)
        return false;
    int64_t have = fa__file_size(file, err), needed = source->base + first + size;
    if (have >= 0 && have < needed)
        fa__fail_at_byte(err, FA_MAP_FAULT, have, "%s: file ends at byte %lld, needed up to %lld",
                         fa__object_path(object_of(source)), (long long)have, (long long)needed);
    fa__object_leave(object_of(source));
    return !fa_failed(err);
}

/* ---- Past the page cache ---- */

static bool file_can_direct(fa__source *source)
{
    return fa__direct_can(object_of(source));
}

static bool file_wants_direct(fa__source *source, int64_t first, int64_t size)
{
    return fa__direct_wants(object_of(source), &((file_source *)source)->tenant, source->base + first, size);
}

static bool file_begin_direct(fa__source *source, int64_t first, int64_t size, char *buffer,
                              fa__transfer *transfer)
{
    return fa__direct_begin(object_of(source), &((file_source *)source)->tenant, source->base + first, size,
                            buffer, transfer);
}

static char *file_end_direct(fa__source *source, int64_t first, int64_t size, fa__transfer *transfer)
{
    return fa__direct_end(object_of(source), source->base + first, size, transfer);
}

static bool file_can_direct_write(fa__source *source)
{
    return source->writeable && fa__direct_can_write(object_of(source));
}

static void count_written(fa__source *source, int64_t first, int64_t size, const char *elements)
{
    fa__checksum *checksum = ((file_source *)source)->checksum;
    if (checksum != NULL)
        fa__checksum_add(checksum, source->base + first, elements, (size_t)size);
    fa__storage_count_written(size);
}

static bool file_begin_direct_write(fa__source *source, int64_t first, int64_t size, char *elements,
                                    fa__transfer *transfer, fa_error *err)
{
    bool started = fa__direct_begin_write(object_of(source), &((file_source *)source)->tenant,
                                          source->base + first, size, elements, transfer, err);
    if (!started && !fa_failed(err))
        count_written(source, first, size, elements);
    return started;
}

static bool file_end_direct_write(fa__source *source, int64_t first, int64_t size, fa__transfer *transfer,
                                  fa_error *err)
{
    bool arrived = fa__direct_end_write(object_of(source), transfer, err);
    if (arrived)
        count_written(source, first, size, transfer->buffer);
    return arrived;
}

/* ---- Durable ---- */

static bool file_write_behind(fa__source *source, int64_t first, int64_t size, bool wait, fa_error *err)
{
    if (!source->writeable)
        return !fa_failed(err);
    fa__file *file = enter(source, first + size, err);
    if (file == NULL)
        return false;
    fa_error loss = {0};
    if (!fa__file_write_behind(file, source->base + first, size, wait, &loss)) {
        fa__object_fail(object_of(source), &loss);
        fa__error_move(err, &loss);
    }
    fa__object_leave(object_of(source));
    return !fa_failed(err);
}

static bool file_flush(fa__source *source, int64_t first, int64_t size, fa_error *err)
{
    if (enter(source, first + size, err) == NULL)
        return false;
    fa__object_flush(object_of(source), source->base + first, size, err);
    fa__object_leave(object_of(source));
    return !fa_failed(err);
}

static bool file_close(fa__source *source, fa_error *err)
{
    return fa__object_close(object_of(source), err);
}

static bool file_close_alone(fa__source *source, fa_error *err)
{
    return fa__object_close_tenant(object_of(source), &((file_source *)source)->tenant, err);
}

static void file_describe(fa__source *source, fa_file_info *info, fa_error *err)
{
    memset(info, 0, sizeof *info);
    const file_source *self = (const file_source *)source;
    fa__file *file = fa__object_enter(self->object, err);
    if (file == NULL)
        return;
    info->path = fa__object_path(self->object);
    info->format = self->layout.format;
    info->offset_bytes = source->base;
    info->file_bytes = fa__file_size(file, err);
    int64_t end = self->member != NULL ? self->layout.member_end : info->file_bytes;
    info->trailing_bytes = fa__max_i64(end - (source->base + source->bytes), 0);
    info->name = self->member;
    info->major = self->layout.major;
    info->minor = self->layout.minor;
    info->order = self->layout.order;
    fa__file_cached(file, source->base, source->bytes, &info->resident_bytes, &info->dirty_bytes);
    fa__object_leave(self->object);
}

static void scratch_describe(fa__source *source, fa_file_info *info, fa_error *err)
{
    (void)err;
    memset(info, 0, sizeof *info);
    info->format = source->class->name;
    info->resident_bytes = info->dirty_bytes = -1;
}

/* ---- Making ---- */

#define SHARED_FUNCTIONS                                                                                   \
    .destroy = file_destroy, .read = file_read, .write = file_write, .map = file_map, .unmap = file_unmap, \
    .prefetch = file_prefetch, .drop = file_drop, .resident = file_resident, .expect = file_expect,        \
    .can_direct = file_can_direct, .wants_direct = file_wants_direct, .begin_direct = file_begin_direct,   \
    .end_direct = file_end_direct, .can_direct_write = file_can_direct_write,                              \
    .begin_direct_write = file_begin_direct_write, .end_direct_write = file_end_direct_write,              \
    .write_behind = file_write_behind, .check = file_check, .holds = file_holds

#define FILE_FUNCTIONS                                                                           \
    SHARED_FUNCTIONS, .flush = file_flush, .close = file_close, .close_alone = file_close_alone, \
                      .describe = file_describe

static const fa__source_class npy_class = {.name = "npy", FILE_FUNCTIONS};
static const fa__source_class raw_class = {.name = "raw", FILE_FUNCTIONS};
static const fa__source_class npz_class = {.name = "npz", FILE_FUNCTIONS};
static const fa__source_class scratch_class = {
    .name = "scratch", SHARED_FUNCTIONS, .describe = scratch_describe};

static file_source *make_source(fa__file_object *object, const fa__source_class *class, int64_t bytes,
                                fa_error *err)
{
    file_source *self = fa__alloc_zero(1, sizeof *self, err);
    if (self == NULL)
        return NULL;
    fa__references_start(&self->source.references);
    self->source.class = class;
    self->source.bytes = bytes;
    self->source.writeable = true;
    self->source.owner = fa__object_owner(object);
    self->object = object;
    fa__object_retain(object);
    fa__object_add_tenant(object, &self->tenant);
    return self;
}

fa__source *fa__file_source(fa__file_object *object, const fa__layout *layout, fa_mode mode, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    int64_t bytes = fa__count(layout->ndim, layout->sizes) * fa_dtype_item_bytes(layout->dtype);
    const fa__source_class *class = layout->member != NULL               ? &npz_class
                                    : strcmp(layout->format, "npy") == 0 ? &npy_class
                                                                         : &raw_class;
    file_source *self = make_source(object, class, bytes, err);
    if (self == NULL)
        return NULL;
    self->source.writeable = mode == FA_READ_WRITE;
    self->source.base = layout->offset_bytes;
    self->layout = *layout;
    fa_dtype_retain(layout->dtype);
    if (layout->member != NULL)
        self->member = fa__copy_text(layout->member, (size_t)layout->member_name_bytes, err);
    self->layout.member = self->member;
    if (mode != FA_COPY_ON_WRITE && !fa_failed(err))
        return &self->source;
    fa__source *copy = fa__copy_on_write_source(&self->source, object, err);
    fa__source_release(&self->source);
    return copy;
}

static bool is_file_class(const fa__source_class *class)
{
    return class == &npy_class || class == &raw_class;
}

fa__file_object *fa__file_source_object(fa__source *source)
{
    return is_file_class(source->class) ? object_of(source) : NULL;
}

const fa__layout *fa__file_source_layout(fa__source *source)
{
    return is_file_class(source->class) ? &((file_source *)source)->layout : NULL;
}

fa_array *fa__layout_view(fa__source *source, const fa__layout *layout, bool writeable, fa_error *err)
{
    fa__geometry geometry = {.ndim = layout->ndim};
    memcpy(geometry.sizes, layout->sizes, sizeof geometry.sizes);
    int64_t item_bytes = fa_dtype_item_bytes(layout->dtype);
    if (layout->order == FA_ORDER_F)
        fa__strides_f(layout->ndim, layout->sizes, item_bytes, geometry.strides);
    else
        fa__strides_c(layout->ndim, layout->sizes, item_bytes, geometry.strides);
    return fa__view(source, layout->dtype, &geometry, writeable, err);
}

fa_array *fa__file_array(fa__file_object *object, const fa__layout *layout, fa_mode mode, fa_error *err)
{
    fa__source *source = fa__file_source(object, layout, mode, err);
    if (source == NULL)
        return NULL;
    fa_array *array = fa__layout_view(source, layout, mode != FA_READ_ONLY, err);
    fa__source_release(source);
    return array;
}

fa_array *fa__file_array_checked(fa__file_object *object, const fa__layout *layout, fa__checksum *checksum,
                                 fa_error *err)
{
    fa_array *array = fa__file_array(object, layout, FA_READ_WRITE, err);
    if (array != NULL)
        ((file_source *)array->source)->checksum = checksum;
    return array;
}

fa__source *fa__file_scratch_source(fa__file_object *object, int64_t bytes, size_t charged, fa_error *err)
{
    file_source *self = make_source(object, &scratch_class, bytes, err);
    if (self == NULL)
        return NULL;
    self->charged = charged;
    return &self->source;
}
