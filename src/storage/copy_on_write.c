/* SPDX-License-Identifier: BSD-3-Clause */
/* Sources whose changes are their own: an array of a file, read through another source, under pages of memory
 * that hold what was written. The system copies a page of the private mapping at the first store to it; which
 * pages those are is known here, since only they are ever touched: everything else is read by calls, and
 * stays the file's. Private pages are charged to the ledger one by one, and given back when the file is
 * closed or the source ends. */
#include "storage/copy_on_write.h"

#include "array/shape.h"
#include "base/checked.h"
#include "base/memory.h"

#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

/* One bit a page, in leaves that are made where something is written. */
enum { LEAF_WORDS = 512, LEAF_PAGES = LEAF_WORDS * 64 };

typedef struct leaf {
    _Atomic uint64_t words[LEAF_WORDS];
} leaf;

typedef struct copy_on_write {
    fa__source source;
    fa__source *file; /* what is read where nothing was written; read-only */
    fa__file_object *object;
    fa__tenant tenant;
    fa__map map; /* private; made at the first write */
    int64_t page_bytes, leaf_count;
    _Atomic(leaf *) *leaves; /* changed under the object's lock */
    size_t charged;
} copy_on_write;

/* ---- Which pages are private ---- */

static bool is_private(const copy_on_write *self, int64_t page)
{
    const leaf *pages = atomic_load_explicit(&self->leaves[page / LEAF_PAGES], memory_order_acquire);
    int64_t bit = page % LEAF_PAGES;
    return pages != NULL &&
           (atomic_load_explicit(&pages->words[bit / 64], memory_order_acquire) >> (bit % 64) & 1);
}

/* Whether any page of bytes [low, high) of the file may be private: exact for whole leaves only. */
static bool may_be_private(const copy_on_write *self, int64_t low, int64_t high)
{
    int64_t last = (high - 1) / self->page_bytes / LEAF_PAGES;
    for (int64_t i = low / self->page_bytes / LEAF_PAGES; i <= last; i++)
        if (atomic_load_explicit(&self->leaves[i], memory_order_acquire) != NULL)
            return true;
    return false;
}

static bool charge(copy_on_write *self, size_t bytes, fa_error *err)
{
    if (!fa__ledger_charge(bytes))
        return fa__fail(
            err, FA_NO_MEMORY,
            "%s: changed pages stay in memory in copy-on-write mode, and the limit of %zu bytes has no room "
            "for one more: %zu are used, %zu of them by such pages",
            fa__object_path(self->object), fa__ledger_limit(), fa__ledger_used(), self->charged);
    self->charged += bytes;
    return true;
}

/* Under the object's lock. */
static bool make_private(copy_on_write *self, int64_t page, fa_error *err)
{
    leaf *pages = atomic_load(&self->leaves[page / LEAF_PAGES]);
    int64_t bit = page % LEAF_PAGES;
    if (pages == NULL) {
        if (!charge(self, sizeof *pages, err))
            return false;
        pages = fa__alloc_zero(1, sizeof *pages, err);
        if (pages == NULL)
            return false;
        atomic_store_explicit(&self->leaves[page / LEAF_PAGES], pages, memory_order_release);
    }
    if (!charge(self, (size_t)self->page_bytes, err))
        return false;
    atomic_fetch_or_explicit(&pages->words[bit / 64], UINT64_C(1) << (bit % 64), memory_order_release);
    return true;
}

/* ---- Boxes ---- */

/* Calls for every run of bytes of a box that lies in one page: where it is in the file, and in dense memory.
 */
typedef bool each_run(copy_on_write *self, int64_t at, int64_t size, int64_t dense, void *user);

static bool walk_element(copy_on_write *self, int64_t at, int64_t size, int64_t dense, each_run *run,
                         void *user)
{
    while (size > 0) {
        int64_t here = fa__min_i64(size, self->page_bytes - at % self->page_bytes);
        if (!run(self, at, here, dense, user))
            return false;
        at += here;
        dense += here;
        size -= here;
    }
    return true;
}

static bool walk_box(copy_on_write *self, const fa__box *box, each_run *run, void *user)
{
    int64_t index[FA_MAX_NDIM] = {0}, at = self->source.base + box->offset, dense = 0;
    int inner = box->ndim - 1, i;
    /* Elements that follow each other are one run. */
    bool joins = inner >= 0 && box->strides[inner] == box->item_bytes;
    int64_t run_bytes = joins ? box->sizes[inner] * box->item_bytes : box->item_bytes;
    if (joins)
        inner--;
    if (fa__count(box->ndim, box->sizes) == 0)
        return true;
    do {
        if (!walk_element(self, at, run_bytes, dense, run, user))
            return false;
        dense += run_bytes;
        for (i = inner; i >= 0; i--) {
            at += box->strides[i];
            if (++index[i] < box->sizes[i])
                break;
            at -= box->strides[i] * box->sizes[i];
            index[i] = 0;
        }
    } while (i >= 0);
    return true;
}

static bool charge_run(copy_on_write *self, int64_t at, int64_t size, int64_t dense, void *user)
{
    (void)size;
    (void)dense;
    int64_t page = at / self->page_bytes;
    return is_private(self, page) || make_private(self, page, user);
}

/* A guarded walk between memory and private pages. */
typedef struct transfer {
    copy_on_write *self;
    const fa__box *box;
    char *elements;
    bool writing;
} transfer;

static bool move_run(copy_on_write *self, int64_t at, int64_t size, int64_t dense, void *user)
{
    const transfer *t = user;
    if (t->writing)
        memcpy(self->map.address + at, t->elements + dense, (size_t)size);
    else if (is_private(self, at / self->page_bytes))
        memcpy(t->elements + dense, self->map.address + at, (size_t)size);
    return true;
}

static void guarded_transfer(void *argument)
{
    transfer *t = argument;
    walk_box(t->self, t->box, move_run, t);
}

static bool move_box(transfer *t, fa_error *err)
{
    const void *fault = fa__guarded(guarded_transfer, t);
    if (fault != NULL)
        fa__storage_fault(fault, err);
    return !fa_failed(err);
}

static void extent(const fa__source *source, const fa__box *box, int64_t *low, int64_t *high)
{
    fa__geometry geometry = {.ndim = box->ndim, .offset = source->base + box->offset};
    memcpy(geometry.sizes, box->sizes, (size_t)box->ndim * sizeof(int64_t));
    memcpy(geometry.strides, box->strides, (size_t)box->ndim * sizeof(int64_t));
    fa__geometry_extent(&geometry, box->item_bytes, low, high);
}

static bool read_box(fa__source *source, const fa__box *box, void *elements, fa_error *err)
{
    copy_on_write *self = (copy_on_write *)source;
    int64_t low, high;
    if (!fa__source_read(self->file, box, elements, err))
        return false;
    extent(source, box, &low, &high);
    if (high <= low || !may_be_private(self, low, high))
        return true;
    if (fa__object_enter_as(self->object, &self->tenant, high, err) == NULL)
        return false;
    move_box(&(transfer){.self = self, .box = box, .elements = elements}, err);
    fa__object_leave(self->object);
    return !fa_failed(err);
}

/* Charges the pages before a byte moves. */
static bool prepare(copy_on_write *self, fa__file *file, const fa__box *box, fa_error *err)
{
    fa__mutex *mutex = fa__object_mutex(self->object);
    fa__mutex_lock(mutex);
    if (self->map.address == NULL)
        fa__map_private(&self->map, file, (size_t)(self->source.base + self->source.bytes), err);
    if (!fa_failed(err))
        walk_box(self, box, charge_run, err);
    fa__mutex_unlock(mutex);
    return !fa_failed(err);
}

static bool write_box(fa__source *source, const fa__box *box, const void *elements, fa_error *err)
{
    copy_on_write *self = (copy_on_write *)source;
    int64_t low, high;
    extent(source, box, &low, &high);
    if (fa_failed(err) || high <= low)
        return !fa_failed(err);
    fa__file *file = fa__object_enter_as(self->object, &self->tenant, high, err);
    if (file == NULL)
        return false;
    /* Writing only reads the elements. */
    if (prepare(self, file, box, err))
        move_box(&(transfer){self, box, (char *)(uintptr_t)elements, true}, err);
    fa__object_leave(self->object);
    return !fa_failed(err);
}

/* ---- What is the file's ---- */

static fa__source *file_of(fa__source *source)
{
    return ((copy_on_write *)source)->file;
}

static void prefetch(fa__source *source, int64_t first, int64_t size)
{
    file_of(source)->class->prefetch(file_of(source), first, size);
}

static void drop(fa__source *source, int64_t first, int64_t size)
{
    file_of(source)->class->drop(file_of(source), first, size);
}

static int64_t resident(fa__source *source, int64_t first, int64_t size)
{
    return file_of(source)->class->resident(file_of(source), first, size);
}

static void expect(fa__source *source, fa__access access)
{
    file_of(source)->class->expect(file_of(source), access);
}

static bool check(fa__source *source, fa_error *err)
{
    return fa__source_check(file_of(source), err);
}

static bool holds(fa__source *source, int64_t first, int64_t size, fa_error *err)
{
    return fa__source_holds(file_of(source), first, size, err);
}

static bool close_file(fa__source *source, fa_error *err)
{
    return file_of(source)->class->close(file_of(source), err);
}

static bool close_alone(fa__source *source, fa_error *err)
{
    copy_on_write *self = (copy_on_write *)source;
    return file_of(source)->class->close_alone(file_of(source), err) &&
           fa__object_close_tenant(self->object, &self->tenant, err);
}

static void describe(fa__source *source, fa_file_info *info, fa_error *err)
{
    file_of(source)->class->describe(file_of(source), info, err);
}

/* ---- Making and ending ---- */

static void give_back(fa__tenant *tenant)
{
    copy_on_write *self = (copy_on_write *)((char *)tenant - offsetof(copy_on_write, tenant));
    fa__map_release(&self->map);
    for (int64_t i = 0; i < self->leaf_count; i++)
        fa__free(atomic_exchange(&self->leaves[i], NULL));
    fa__ledger_release(self->charged);
    self->charged = 0;
}

static void destroy(fa__source *source)
{
    copy_on_write *self = (copy_on_write *)source;
    fa__object_remove_tenant(self->object, &self->tenant);
    give_back(&self->tenant);
    fa__source_release(self->file);
    fa__free((void *)self->leaves);
    fa__free(self);
}

static const fa__source_class copy_on_write_class = {
    .name = "copy-on-write",
    .destroy = destroy,
    .read = read_box,
    .write = write_box,
    .prefetch = prefetch,
    .drop = drop,
    .resident = resident,
    .expect = expect,
    .check = check,
    .holds = holds,
    .close = close_file,
    .close_alone = close_alone,
    .describe = describe,
};

fa__source *fa__copy_on_write_source(fa__source *file, fa__file_object *object, fa_error *err)
{
    copy_on_write *self = fa_failed(err) ? NULL : fa__alloc_zero(1, sizeof *self, err);
    if (self == NULL)
        return NULL;
    self->page_bytes = (int64_t)fa__page_size();
    self->leaf_count = (file->base + file->bytes) / self->page_bytes / LEAF_PAGES + 1;
    self->leaves = fa__alloc_zero((size_t)self->leaf_count, sizeof *self->leaves, err);
    if (self->leaves == NULL) {
        fa__free(self);
        return NULL;
    }
    fa__references_start(&self->source.references);
    self->source.class = &copy_on_write_class;
    self->source.bytes = file->bytes;
    self->source.writeable = self->source.is_private = true;
    self->source.owner = file->owner;
    self->source.base = file->base;
    self->file = file;
    fa__source_retain(file);
    self->object = object;
    self->tenant.give_back = give_back;
    fa__object_add_tenant(self->object, &self->tenant);
    return &self->source;
}
