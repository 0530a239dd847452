/* SPDX-License-Identifier: BSD-3-Clause */
/* File objects and the registry that finds them by inode. The registry's lock is taken before an object's,
 * and neither is held while the system reads, writes or waits for a file. */
#include "storage/file_object_parts.h"

#include "base/checked.h"
#include "base/memory.h"
#include "storage/storage.h"

#include <stdatomic.h>
#include <string.h>

static fa__mutex registry_mutex = FA__MUTEX_INIT;
static fa__file_object *registry;

/* ---- fork ---- */

/* All locks are held while the process is forked, so that the child finds its objects whole and unlocked. */
static void lock_all(void)
{
    fa__mutex_lock(&registry_mutex);
    for (fa__file_object *object = registry; object != NULL; object = object->next)
        fa__mutex_lock(&object->mutex);
}

static void unlock_all(void)
{
    for (fa__file_object *object = registry; object != NULL; object = object->next)
        fa__mutex_unlock(&object->mutex);
    fa__mutex_unlock(&registry_mutex);
}

/* Nobody is inside an object or replaces one any more: the threads that did do not exist here. */
static void unlock_all_in_child(void)
{
    for (fa__file_object *object = registry; object != NULL; object = object->next) {
        object->inside = 0;
        object->is_resizing = false;
        object->replacing = 0;
        for (fa__tenant *tenant = object->tenants; tenant != NULL; tenant = tenant->next)
            tenant->is_unpacking = false;
    }
    unlock_all();
}

static void expect_forks(void)
{
    static atomic_bool expected;
    if (!atomic_exchange(&expected, true))
        fa__at_fork(lock_all, unlock_all, unlock_all_in_child);
}

static void register_object(fa__file_object *object)
{
    object->next = registry;
    if (registry != NULL)
        registry->previous = object;
    registry = object;
}

static void unregister_object(fa__file_object *object)
{
    if (object->previous != NULL)
        object->previous->next = object->next;
    else
        registry = object->next;
    if (object->next != NULL)
        object->next->previous = object->previous;
}

/* ---- Making and ending ---- */

static fa__file_object *make_object(const char *path, fa__file_identity identity, fa_error *err)
{
    fa__file_object *object = fa__alloc_zero(1, sizeof *object, err);
    if (object == NULL)
        return NULL;
    object->path = fa__copy_text(path, strlen(path), err);
    if (object->path == NULL) {
        fa__free(object);
        return NULL;
    }
    expect_forks();
    object->references = 1;
    object->identity = identity;
    object->mutex = (fa__mutex)FA__MUTEX_INIT;
    return object;
}

static void release_maps(fa__file_object *object)
{
    for (int64_t i = 0; i < object->map_count; i++)
        fa__map_release(&object->maps[i]);
    object->map_count = 0;
}

/* Under the object's lock, or when nobody else has the object. */
static void give_back(fa__file_object *object)
{
    for (fa__tenant *tenant = object->tenants; tenant != NULL; tenant = tenant->next)
        if (tenant->give_back != NULL)
            tenant->give_back(tenant);
    release_maps(object);
    fa__file_close(object->reader, NULL);
    fa__file_close(object->writer, NULL); /* its lock goes with it */
    object->reader = object->writer = NULL;
}

static void destroy_object(fa__file_object *object)
{
    give_back(object);
    fa__free(object->maps);
    fa__free(object->unsynced_name);
    fa__free(object->path);
    fa__free(object);
}

void fa__object_retain(fa__file_object *object)
{
    fa__mutex_lock(&registry_mutex);
    object->references++;
    fa__mutex_unlock(&registry_mutex);
}

void fa__object_release(fa__file_object *object)
{
    if (object == NULL)
        return;
    fa__mutex_lock(&registry_mutex);
    bool was_last = --object->references == 0;
    if (was_last)
        unregister_object(object);
    fa__mutex_unlock(&registry_mutex);
    if (was_last)
        destroy_object(object);
}

/* Under the registry's lock: the open object of a file. */
static fa__file_object *find_object(fa__file_identity identity)
{
    for (fa__file_object *object = registry; object != NULL; object = object->next) {
        if (object->identity.device != identity.device || object->identity.inode != identity.inode)
            continue;
        fa__mutex_lock(&object->mutex);
        bool is_closed = object->is_closed; /* the inode of a closed file may be another file by now */
        fa__mutex_unlock(&object->mutex);
        if (!is_closed)
            return object;
    }
    return NULL;
}

fa__file_object *fa__object_find(fa__file_identity identity)
{
    fa__mutex_lock(&registry_mutex);
    fa__file_object *object = find_object(identity);
    if (object != NULL)
        object->references++;
    fa__mutex_unlock(&registry_mutex);
    return object;
}

fa__file_object *fa__object_of_new_file(fa__file *file, const char *path, fa_error *err)
{
    fa__file_object *object = fa_failed(err) ? NULL : make_object(path, fa__file_identity_of(file), err);
    if (object == NULL) {
        fa__file_close(file, NULL);
        return NULL;
    }
    object->writer = file;
    object->is_new = true;
    fa__mutex_lock(&registry_mutex);
    register_object(object);
    fa__mutex_unlock(&registry_mutex);
    return object;
}

void fa__object_published(fa__file_object *object, const char *target, bool durable)
{
    fa_error ignored = {0}; /* making a lock weaker fails only where there are no locks */
    fa__mutex_lock(&object->mutex);
    object->is_new = false;
    if (!durable)
        object->unsynced_name = fa__copy_text(target, strlen(target), &ignored);
    if (object->writer != NULL && object->replacing == 0)
        fa__file_lock(object->writer, false, &ignored);
    fa__mutex_unlock(&object->mutex);
}

/* Hands a descriptor to an object. *surplus is what the object has no use for. False when the file is locked.
 */
static bool add_descriptor(fa__file_object *object, fa__file *file, bool writeable, fa__file **surplus,
                           fa_error *err)
{
    fa__mutex_lock(&object->mutex);
    *surplus = file;
    bool added = true;
    if (writeable && object->writer == NULL) {
        added = fa__file_lock(file, false, err);
        if (added) {
            object->writer = file;
            *surplus = NULL;
        }
    } else if (!writeable && object->reader == NULL && object->writer == NULL) {
        object->reader = file;
        *surplus = NULL;
    }
    fa__mutex_unlock(&object->mutex);
    return added;
}

fa__file_object *fa__object_of_file(fa__file *file, bool writeable, const char *path, fa_error *err)
{
    fa__file_identity identity = fa__file_identity_of(file);
    fa__file *surplus = file;
    fa__file_object *candidate = fa_failed(err) ? NULL : make_object(path, identity, err), *object = NULL;
    if (candidate != NULL) {
        fa__mutex_lock(&registry_mutex);
        object = find_object(identity);
        bool is_new = object == NULL;
        if (is_new)
            object = candidate;
        if (!add_descriptor(object, file, writeable, &surplus, err)) {
            object = NULL;
        } else if (is_new) {
            register_object(object);
            candidate = NULL;
        } else {
            object->references++;
        }
        fa__mutex_unlock(&registry_mutex);
    }
    if (candidate != NULL)
        destroy_object(candidate);
    fa__file_close(surplus, NULL);
    return object;
}

fa__mutex *fa__object_mutex(fa__file_object *object)
{
    return &object->mutex;
}

fa__owner *fa__object_owner(fa__file_object *object)
{
    return &object->owner;
}

const char *fa__object_path(const fa__file_object *object)
{
    return object->path;
}

/* ---- Being usable ---- */

/* Under the object's lock. */
static bool check_locked(const fa__file_object *object, fa_error *err)
{
    if (object->is_closed)
        return fa__fail(err, FA_CLOSED, "%s: the file was closed", object->path);
    fa__error_move(err, &object->failure);
    return !fa_failed(err);
}

/* Under the object's lock: whether `tenant` (which may be NULL) may use bytes up to `end`. */
static bool check_tenant(const fa__file_object *object, const fa__tenant *tenant, int64_t end, fa_error *err)
{
    if (!check_locked(object, err) || tenant == NULL)
        return !fa_failed(err);
    if (tenant->is_closed)
        return fa__fail(err, FA_CLOSED, "%s: the map was closed", object->path);
    if (end > tenant->end)
        return fa__fail_at_byte(err, FA_CLOSED, tenant->end,
                                "%s: the file was cut to %lld bytes, this view needs bytes up to %lld",
                                object->path, (long long)tenant->end, (long long)end);
    return true;
}

bool fa__object_check(fa__file_object *object, const fa__tenant *tenant, fa_error *err)
{
    if (fa_failed(err))
        return false;
    fa__mutex_lock(&object->mutex);
    bool usable = check_tenant(object, tenant, 0, err);
    fa__mutex_unlock(&object->mutex);
    return usable;
}

void fa__object_fail(fa__file_object *object, const fa_error *err)
{
    fa__mutex_lock(&object->mutex);
    fa__error_move(&object->failure, err);
    fa__mutex_unlock(&object->mutex);
}

fa__file *fa__object_enter(fa__file_object *object, fa_error *err)
{
    return fa__object_enter_as(object, NULL, 0, err);
}

fa__file *fa__object_enter_as(fa__file_object *object, const fa__tenant *tenant, int64_t end, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    fa__file *file = NULL;
    fa__mutex_lock(&object->mutex);
    if (check_tenant(object, tenant, end, err)) {
        object->inside++;
        file = object->writer != NULL ? object->writer : object->reader;
    }
    fa__mutex_unlock(&object->mutex);
    return file;
}

void fa__object_leave(fa__file_object *object)
{
    fa__mutex_lock(&object->mutex);
    if (--object->inside == 0 && object->is_closed)
        give_back(object);
    fa__mutex_unlock(&object->mutex);
}

/* ---- The mapping ---- */

/* Under the object's lock. */
static bool add_map(fa__file_object *object, int64_t end, bool writeable, fa_error *err)
{
    fa__file *file = object->writer != NULL ? object->writer : object->reader;
    int64_t size = fa__file_size(file, err);
    if (size < end)
        return fa__fail_at_byte(err, FA_MAP_FAULT, size, "%s: file ends at byte %lld, needed up to %lld",
                                object->path, (long long)size, (long long)end);
    if (writeable && object->writer == NULL)
        return fa__fail(err, FA_NOT_WRITEABLE, "%s: the file is open for reading only", object->path);
    if (object->inside == 1) /* the caller: nobody uses an address of the older ones */
        release_maps(object);
    bool done =
        fa__grow(&object->maps, &object->map_capacity, object->map_count + 1, sizeof *object->maps, err) &&
        fa__map_file(&object->maps[object->map_count], file, (size_t)size, object->writer != NULL, err);
    if (done) {
        object->map_count++;
        object->map_writeable = object->writer != NULL;
    }
    return done;
}

bool fa__object_map(fa__file_object *object, int64_t end, bool writeable, fa__map *map, fa_error *err)
{
    if (fa_failed(err))
        return false;
    fa__mutex_lock(&object->mutex);
    const fa__map *last = object->map_count > 0 ? &object->maps[object->map_count - 1] : NULL;
    bool fits = last != NULL && (uint64_t)end <= last->size && (object->map_writeable || !writeable);
    if (fits || add_map(object, end, writeable, err))
        *map = object->maps[object->map_count - 1];
    fa__mutex_unlock(&object->mutex);
    return !fa_failed(err);
}

void fa__object_unmap(fa__file_object *object, int64_t first, int64_t size)
{
    fa__mutex_lock(&object->mutex);
    for (int64_t i = 0; i < object->map_count; i++) {
        int64_t end = fa__min_i64(first + size, (int64_t)object->maps[i].size);
        if (end > first)
            fa__map_drop(&object->maps[i], (size_t)first, (size_t)(end - first));
    }
    fa__mutex_unlock(&object->mutex);
}

/* Bytes that are gone stay gone for this object; a full disk may have room again. */
static void fail_objects_at(const void *address, const fa_error *fault)
{
    fa__mutex_lock(&registry_mutex);
    for (fa__file_object *object = registry; object != NULL; object = object->next) {
        fa__mutex_lock(&object->mutex);
        for (int64_t i = 0; i < object->map_count; i++) {
            uintptr_t distance = (uintptr_t)address - (uintptr_t)object->maps[i].address;
            if (distance < object->maps[i].size)
                fa__error_move(&object->failure, fault);
        }
        fa__mutex_unlock(&object->mutex);
    }
    fa__mutex_unlock(&registry_mutex);
}

void fa__storage_fault(const void *address, fa_error *err)
{
    fa_error fault = {0};
    fa__map_fault(address, &fault);
    if (fault.code == FA_MAP_FAULT)
        fail_objects_at(address, &fault);
    fa__error_move(err, &fault);
}

/* ---- Durable, closed ---- */

/* Syncing a range of a mapping asks the file system for exactly that range, blocks that were only reserved
 * included; syncing the descriptor writes all of the file's changed pages. Pages that were changed by write
 * calls and through any mapping are the same pages. */
static bool sync_range(fa__file_object *object, fa__file *file, int64_t first, int64_t size, fa_error *err)
{
    fa_error unmapped = {0};
    fa__map map;
    int64_t whole = fa__file_size(file, err);
    if (size < whole && fa__io_mode() != FA__IO_PREAD &&
        fa__object_map(object, first + size, true, &map, &unmapped))
        return fa__map_sync(&map, (size_t)first, (size_t)size, object->path, err);
    return fa__file_sync(file, err);
}

/* Bytes are on stable storage only when a new file's name is. */
static bool sync_name(fa__file_object *object, fa_error *err)
{
    fa__mutex_lock(&object->mutex);
    char *name = object->unsynced_name;
    object->unsynced_name = NULL;
    fa__mutex_unlock(&object->mutex);
    bool synced = name == NULL || fa__path_sync_folder(name, err);
    fa__free(name);
    return synced;
}

bool fa__object_flush(fa__file_object *object, int64_t first, int64_t size, fa_error *err)
{
    fa__file *file = fa__object_enter(object, err);
    if (file == NULL)
        return false;
    fa__mutex_lock(&object->mutex);
    bool writes = object->writer != NULL;
    fa__mutex_unlock(&object->mutex);
    fa_error loss = {0};
    if (writes && size > 0 && !(sync_range(object, file, first, size, &loss) && sync_name(object, &loss))) {
        fa__object_fail(object, &loss);
        fa__error_move(err, &loss);
    }
    fa__object_leave(object);
    return !fa_failed(err);
}

bool fa__object_close(fa__file_object *object, fa_error *err)
{
    fa_error failure = {0};
    fa__object_flush(object, 0, INT64_MAX, &failure);
    fa__mutex_lock(&object->mutex);
    bool was_closed = object->is_closed;
    object->is_closed = true;
    if (object->inside == 0)
        give_back(object);
    fa__mutex_unlock(&object->mutex);
    if (!was_closed) /* closing twice is fine */
        fa__error_move(err, &failure);
    return !fa_failed(err);
}

bool fa__object_close_tenant(fa__file_object *object, fa__tenant *tenant, fa_error *err)
{
    bool others = false;
    fa__mutex_lock(&object->mutex);
    tenant->is_closed = true;
    for (const fa__tenant *other = object->tenants; other != NULL; other = other->next)
        others |= !other->is_closed;
    fa__mutex_unlock(&object->mutex);
    return others ? fa__object_flush(object, 0, INT64_MAX, err) : fa__object_close(object, err);
}

/* ---- Sources of the file ---- */

void fa__object_add_tenant(fa__file_object *object, fa__tenant *tenant)
{
    fa__mutex_lock(&object->mutex);
    tenant->end = INT64_MAX;
    tenant->previous = NULL;
    tenant->next = object->tenants;
    if (tenant->next != NULL)
        tenant->next->previous = tenant;
    object->tenants = tenant;
    fa__mutex_unlock(&object->mutex);
}

void fa__object_remove_tenant(fa__file_object *object, fa__tenant *tenant)
{
    fa__mutex_lock(&object->mutex);
    if (tenant->previous != NULL)
        tenant->previous->next = tenant->next;
    else
        object->tenants = tenant->next;
    if (tenant->next != NULL)
        tenant->next->previous = tenant->previous;
    fa__mutex_unlock(&object->mutex);
}
