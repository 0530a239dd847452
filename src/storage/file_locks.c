/* SPDX-License-Identifier: BSD-3-Clause */
/* The exclusive form of a file object's lock: for whoever changes the file's size, and whoever replaces it.
 * Knows nothing about what is written. */
#include "storage/file_object_parts.h"

#include "base/checked.h"
#include "base/memory.h"

/* ---- Other sizes ---- */

fa__file *fa__object_begin_resize(fa__file_object *object, fa_error *err)
{
    fa__file *file = fa__object_enter(object, err);
    if (file == NULL)
        return NULL;
    fa__mutex_lock(&object->mutex);
    if (object->writer == NULL)
        fa__fail(err, FA_NOT_WRITEABLE, "%s: the file was opened read-only", object->path);
    else if (object->is_resizing || object->replacing > 0)
        fa__fail(err, FA_BUSY, "%s: another thread replaces it or changes its size", object->path);
    else if (fa__file_lock(object->writer, true, err))
        object->is_resizing = true;
    fa__mutex_unlock(&object->mutex);
    if (!fa_failed(err))
        return file;
    fa__object_leave(object);
    return NULL;
}

void fa__object_end_resize(fa__file_object *object)
{
    fa_error ignored = {0}; /* making a lock weaker fails only where there are no locks */
    fa__mutex_lock(&object->mutex);
    object->is_resizing = false;
    if (object->replacing == 0)
        fa__file_lock(object->writer, false, &ignored);
    fa__mutex_unlock(&object->mutex);
    fa__object_leave(object);
}

/* Under the lock, which everyone who enters takes: whoever comes later is told that the bytes went, so that
 * no store makes the file longer again. */
bool fa__object_cut(fa__file_object *object, int64_t size, bool alone, fa_error *err)
{
    if (fa_failed(err))
        return false;
    fa__mutex_lock(&object->mutex);
    if (alone && object->inside > 1)
        fa__fail(err, FA_BUSY, "%s: another thread uses it while it is cut to %lld bytes", object->path,
                 (long long)size);
    else if (fa__file_truncate(object->writer, size, err))
        for (fa__tenant *tenant = object->tenants; tenant != NULL; tenant = tenant->next)
            tenant->end = fa__min_i64(tenant->end, size);
    fa__mutex_unlock(&object->mutex);
    return !fa_failed(err);
}

/* ---- Replacing ---- */

struct fa__replace_lock {
    fa__file *file;          /* holds the exclusive lock itself; NULL where `object` does */
    fa__file_object *object; /* one reference */
};

/* Makes the lock of an object that is open for writing exclusive; false with a clean err when it is not open
 * so. */
static bool upgrade_lock(fa__file_object *object, fa_error *err)
{
    fa__mutex_lock(&object->mutex);
    bool upgraded = false;
    if (object->is_resizing)
        fa__fail(err, FA_BUSY, "%s: another thread changes its size", object->path);
    else if (object->writer != NULL)
        upgraded = object->replacing > 0 || fa__file_lock(object->writer, true, err);
    if (upgraded)
        object->replacing++;
    fa__mutex_unlock(&object->mutex);
    return upgraded;
}

static bool take_lock(fa__replace_lock *lock, fa__file *file, fa_error *err)
{
    fa__file_object *object = fa__object_find(fa__file_identity_of(file));
    bool upgraded = object != NULL && upgrade_lock(object, err);
    if (upgraded)
        lock->object = object;
    else
        fa__object_release(object);
    if (!upgraded && !fa_failed(err) && fa__file_lock(file, true, err))
        lock->file = file;
    return !fa_failed(err);
}

/* Locks the file that has the name at this moment. *stale: another took the name before the lock was had. */
static fa__replace_lock *take_once(const char *path, bool *stale, fa_error *err)
{
    fa_error missing = {0};
    *stale = false;
    fa__file *file = fa__file_open(path, FA__OPEN_WRITE, &missing);
    if (file == NULL) {
        if (missing.code != FA_NOT_FOUND)
            fa__error_move(err, &missing);
        return NULL;
    }
    fa__replace_lock *lock = fa__alloc_zero(1, sizeof *lock, err);
    if (lock != NULL && !take_lock(lock, file, err)) {
        fa__free(lock);
        lock = NULL;
    }
    *stale = lock != NULL && !fa__file_is_at(file, path);
    if (lock == NULL || lock->file == NULL)
        fa__file_close(file, NULL);
    return lock;
}

fa__replace_lock *fa__replace_lock_take(const char *path, fa_error *err)
{
    enum { MOST_TRIES = 100 };
    bool stale = true;
    fa__replace_lock *lock = NULL;
    for (int i = 0; i < MOST_TRIES && stale && !fa_failed(err); i++) {
        fa__replace_lock_release(lock);
        lock = take_once(path, &stale, err);
    }
    if (!stale || fa_failed(err))
        return lock;
    fa__replace_lock_release(lock);
    fa__fail(err, FA_BUSY, "%s: others keep replacing it", path);
    return NULL;
}

void fa__replace_lock_release(fa__replace_lock *lock)
{
    if (lock == NULL)
        return;
    fa__file_close(lock->file, NULL);
    if (lock->object != NULL) {
        fa__mutex_lock(&lock->object->mutex);
        fa_error ignored = {0};
        bool is_last = lock->object->replacing == 1; /* 0 in the child of a fork: the lock is the parent's */
        if (lock->object->replacing > 0)
            lock->object->replacing--;
        if (is_last && lock->object->writer != NULL)
            fa__file_lock(lock->object->writer, false, &ignored);
        fa__mutex_unlock(&lock->object->mutex);
        fa__object_release(lock->object);
    }
    fa__free(lock);
}
