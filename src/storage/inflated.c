/* SPDX-License-Identifier: BSD-3-Clause */
/* The source of a compressed array: unpacked on first use into a source of its own (memory or scratch), to
 * which everything is handed on. The file is only asked whether it was closed. */
#include "storage/inflate.h"

#include "base/checked.h"
#include "base/memory.h"
#include "storage/file_source.h"

#include <string.h>

typedef struct inflated {
    fa__source source;
    fa__owner owner;
    fa__file_object *object;
    fa__packed packed;
    char *name;   /* packed.name */
    char *member; /* what the array is called */
    fa__layout layout;
    fa__tenant tenant;
    fa_error failure;               /* under the file's lock */
    _Atomic(fa__source *) unpacked; /* NULL until it is first used */
} inflated;

static void inflated_destroy(fa__source *source)
{
    inflated *self = (inflated *)source;
    fa__source_release(atomic_load(&self->unpacked));
    fa__object_remove_tenant(self->object, &self->tenant);
    fa__object_release(self->object);
    fa__free(self->member);
    fa__free(self->name);
    fa__free(self);
}

static bool inflated_check(fa__source *source, fa_error *err)
{
    inflated *self = (inflated *)source;
    return fa__object_check(self->object, &self->tenant, err);
}

static void inflated_describe(fa__source *source, fa_file_info *info, fa_error *err)
{
    const inflated *self = (const inflated *)source;
    memset(info, 0, sizeof *info);
    fa__file *file = fa__object_enter_as(self->object, &self->tenant, 0, err);
    if (file == NULL)
        return;
    info->path = fa__object_path(self->object);
    info->format = source->class->name;
    info->offset_bytes = self->packed.offset;
    info->file_bytes = fa__file_size(file, err);
    info->trailing_bytes = self->packed.bytes - self->layout.offset_bytes - source->bytes;
    info->major = self->layout.major;
    info->minor = self->layout.minor;
    info->order = self->layout.order;
    info->name = self->member;
    info->packed_bytes = self->packed.packed_bytes;
    info->resident_bytes = info->dirty_bytes = -1;
    fa__object_leave(self->object);
}

/* ---- On first use ---- */

enum { WINDOW = 8 << 20 };

typedef struct unpacking {
    fa__source *to;
    int64_t header_bytes; /* in front of the array */
    int64_t sent;         /* to the disk, of what goes to scratch */
} unpacking;

/* Scratch is sent to the disk as it grows, one window behind, so that its pages do not fill the memory. */
static void send_behind(unpacking *u, int64_t written, fa_error *err)
{
    const fa__source_class *class = u->to->class;
    if (class->write_behind == NULL || class->drop == NULL || written - u->sent < 2 * WINDOW)
        return;
    class->write_behind(u->to, u->sent + WINDOW, WINDOW, false, err);
    class->write_behind(u->to, u->sent, WINDOW, true, err);
    class->drop(u->to, u->sent, WINDOW);
    u->sent += WINDOW;
}

static bool take_piece(void *user, int64_t at, const char *bytes, size_t size, fa_error *err)
{
    unpacking *u = user;
    int64_t first = fa__max_i64(at, u->header_bytes);
    int64_t last = fa__min_i64(at + (int64_t)size, u->header_bytes + u->to->bytes);
    if (first >= last)
        return true;
    fa__source_write_bytes(u->to, first - u->header_bytes, last - first, bytes + (first - at), err);
    send_behind(u, last - u->header_bytes, err);
    return !fa_failed(err);
}

/* Broken data stays broken; whatever else went wrong is tried again by the next use. */
static bool was_broken(inflated *self, fa_error *err)
{
    fa__mutex_lock(fa__object_mutex(self->object));
    fa__error_move(err, &self->failure);
    fa__mutex_unlock(fa__object_mutex(self->object));
    return fa_failed(err);
}

static void remember_failure(inflated *self, const fa_error *err)
{
    if (err->code != FA_BAD_FORMAT)
        return;
    fa__mutex_lock(fa__object_mutex(self->object));
    fa__error_move(&self->failure, err);
    fa__mutex_unlock(fa__object_mutex(self->object));
}

static fa__source *unpack_all(inflated *self, const atomic_bool *stop, fa_error *err)
{
    fa__file *file = fa__object_enter_as(self->object, &self->tenant,
                                         self->packed.offset + self->packed.packed_bytes, err);
    if (file == NULL)
        return NULL;
    unpacking u = {.to = fa__memory_or_scratch(self->source.bytes, true, err),
                   .header_bytes = self->layout.offset_bytes};
    if (u.to != NULL && !fa__inflate(&self->packed, file, FA__INFLATE_ALL, take_piece, &u, stop, err)) {
        fa__source_release(u.to);
        u.to = NULL;
    }
    fa__object_leave(self->object);
    remember_failure(self, err);
    return u.to;
}

/* One thread unpacks, and others wait for it: two at once would take twice the memory. No lock is held
 * meanwhile, since a process may be forked at any time: in the child nobody is at it (file_object.c sees to
 * that). False when the caller gave up. */
static bool take_turn(inflated *self, const atomic_bool *stop, fa_error *err)
{
    static const double pause = 0.001;
    fa__condition never = FA__CONDITION_INIT;
    fa__mutex *mutex = fa__object_mutex(self->object);
    fa__mutex_lock(mutex);
    while (self->tenant.is_unpacking && !fa_failed(err)) {
        fa__condition_wait_for(&never, mutex, pause);
        if (stop != NULL && atomic_load(stop))
            fa__fail(err, FA_CANCELLED, "%s: stopped while it was unpacked", self->name);
    }
    if (!fa_failed(err))
        self->tenant.is_unpacking = true;
    fa__mutex_unlock(mutex);
    return !fa_failed(err);
}

static void end_turn(inflated *self)
{
    fa__mutex *mutex = fa__object_mutex(self->object);
    fa__mutex_lock(mutex);
    self->tenant.is_unpacking = false;
    fa__mutex_unlock(mutex);
}

static fa__source *unpacked(fa__source *source, const atomic_bool *stop, fa_error *err)
{
    inflated *self = (inflated *)source;
    fa__source *known = atomic_load(&self->unpacked);
    if (fa_failed(err) || known != NULL || !take_turn(self, stop, err))
        return known;
    known = atomic_load(&self->unpacked); /* by whoever had the turn before */
    if (known == NULL && !was_broken(self, err)) {
        known = unpack_all(self, stop, err);
        atomic_store(&self->unpacked, known);
    }
    end_turn(self);
    return known;
}

/* What is there already; NULL before the first use. */
static fa__source *ready(fa__source *source)
{
    return atomic_load(&((inflated *)source)->unpacked);
}

/* ---- Handed on ---- */

static bool inflated_prepare(fa__source *source, const atomic_bool *stop, fa_error *err)
{
    return unpacked(source, stop, err) != NULL;
}

static bool inflated_is_ready(fa__source *source)
{
    return ready(source) != NULL;
}

static char *inflated_memory(fa__source *source)
{
    return ready(source) != NULL ? fa__source_memory(ready(source)) : NULL;
}

static bool inflated_read(fa__source *source, const fa__box *box, void *elements, fa_error *err)
{
    fa__source *to = unpacked(source, NULL, err);
    return to != NULL && fa__source_read(to, box, elements, err);
}

static bool inflated_write(fa__source *source, const fa__box *box, const void *elements, fa_error *err)
{
    fa__source *to = unpacked(source, NULL, err);
    return to != NULL && fa__source_write(to, box, elements, err);
}

static char *inflated_map(fa__source *source, int64_t first, int64_t size, bool for_writing, fa_error *err)
{
    fa__source *to = ready(source);
    return to != NULL && to->class->map != NULL ? to->class->map(to, first, size, for_writing, err) : NULL;
}

static void inflated_unmap(fa__source *source, int64_t first, int64_t size, bool written)
{
    ready(source)->class->unmap(ready(source), first, size, written);
}

static void inflated_prefetch(fa__source *source, int64_t first, int64_t size)
{
    fa__source *to = ready(source);
    if (to != NULL && to->class->prefetch != NULL)
        to->class->prefetch(to, first, size);
}

static void inflated_drop(fa__source *source, int64_t first, int64_t size)
{
    fa__source *to = ready(source);
    if (to != NULL && to->class->drop != NULL)
        to->class->drop(to, first, size);
}

static int64_t inflated_resident(fa__source *source, int64_t first, int64_t size)
{
    fa__source *to = ready(source);
    return to != NULL && to->class->resident != NULL ? to->class->resident(to, first, size) : -1;
}

static bool inflated_close(fa__source *source, fa_error *err)
{
    inflated *self = (inflated *)source;
    return fa__object_close_tenant(self->object, &self->tenant, err);
}

static const fa__source_class inflated_class = {
    .name = "npz",
    .destroy = inflated_destroy,
    .prepare = inflated_prepare,
    .is_ready = inflated_is_ready,
    .memory = inflated_memory,
    .read = inflated_read,
    .write = inflated_write,
    .map = inflated_map,
    .unmap = inflated_unmap,
    .prefetch = inflated_prefetch,
    .drop = inflated_drop,
    .resident = inflated_resident,
    .close = inflated_close,
    .check = inflated_check,
    .describe = inflated_describe,
};

/* ---- Making ---- */

static inflated *make_source(fa__file_object *object, const fa__packed *packed, const fa__layout *layout,
                             fa_error *err)
{
    inflated *self = fa__alloc_zero(1, sizeof *self, err);
    if (self == NULL)
        return NULL;
    fa__references_start(&self->source.references);
    self->source.class = &inflated_class;
    self->source.bytes = fa__count(layout->ndim, layout->sizes) * fa_dtype_item_bytes(layout->dtype);
    self->source.owner = &self->owner;
    self->object = object;
    fa__object_retain(object);
    fa__object_add_tenant(object, &self->tenant);
    self->layout = *layout;
    self->layout.dtype = NULL; /* the view's */
    self->packed = *packed;
    self->packed.name = self->name = fa__copy_text(packed->name, strlen(packed->name), err);
    self->member = fa__copy_text(layout->member, (size_t)layout->member_name_bytes, err);
    return self;
}

fa_array *fa__inflated_array(fa__file_object *object, const fa__packed *packed, const fa__layout *layout,
                             bool writeable, fa_error *err)
{
    inflated *self = fa_failed(err) ? NULL : make_source(object, packed, layout, err);
    if (self == NULL)
        return NULL;
    self->source.writeable = writeable;
    fa_array *array = fa__layout_view(&self->source, layout, writeable, err);
    fa__source_release(&self->source);
    return array;
}
