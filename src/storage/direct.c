/* SPDX-License-Identifier: BSD-3-Clause */
/* Ranges past the page cache. A read takes the whole grains around its range, so that any range can be asked
 * for; what comes short or fails is nobody's error here: the same bytes are asked for once more through the
 * page cache, which says what is wrong with them. */
#include "storage/direct.h"

#include "base/checked.h"
#include "storage/file_object_parts.h"
#include "storage/statistics.h"
#include "storage/storage.h"

#include <errno.h>

static bool open_direct(fa__file_object *object, fa__file *file)
{
    fa__mutex_lock(&object->mutex);
    bool open = !object->refuses_direct && fa__file_open_direct(file);
    fa__mutex_unlock(&object->mutex);
    return open;
}

static void refuse_direct(fa__file_object *object)
{
    fa__mutex_lock(&object->mutex);
    object->refuses_direct = true;
    fa__mutex_unlock(&object->mutex);
}

static bool mode_allows(void)
{
    return fa__io_mode() == FA__IO_AUTO || fa__io_mode() == FA__IO_DIRECT;
}

/* ---- Reading ---- */

/* A file that is read again and again belongs into memory, where there is room for it beside everything else.
 * A reading through the cache takes longer than one past it: it pays when others follow, which is likely
 * after two, since one expression seldom takes more. What the system threw out again was read twice in vain,
 * and whether there is room is asked anew. */
enum { READINGS = 2, SHARE_OF_MEMORY = 4 };

static void count(fa__file_object *object, fa__file *file, int64_t bytes)
{
    fa_error ignored = {0};
    int64_t size = fa__file_size(file, &ignored), without_header = size - FA__DIRECT_GRAIN;
    if (fa_failed(&ignored) || without_header <= 0)
        return;
    fa__mutex_lock(&object->mutex);
    object->bytes_read += bytes;
    const bool again = object->bytes_read / READINGS >= without_header;
    if (again)
        object->bytes_read = 0;
    fa__mutex_unlock(&object->mutex);
    if (!again)
        return;
    const bool fits = (uint64_t)size <= fa__memory_available() / SHARE_OF_MEMORY;
    fa__mutex_lock(&object->mutex);
    object->is_kept = fits;
    fa__mutex_unlock(&object->mutex);
}

static bool is_kept(fa__file_object *object)
{
    fa__mutex_lock(&object->mutex);
    bool kept = object->is_kept && fa__io_mode() == FA__IO_AUTO;
    fa__mutex_unlock(&object->mutex);
    return kept;
}

bool fa__direct_can(fa__file_object *object)
{
    fa_error ignored = {0};
    fa__file *file = mode_allows() ? fa__object_enter(object, &ignored) : NULL;
    if (file == NULL)
        return false;
    bool can = open_direct(object, file);
    fa__object_leave(object);
    return can;
}

/* A range that is not in memory to its last page is cold: to map it would start the system's own reading
 * ahead. */
static bool is_cold(fa__file *file, int64_t first, int64_t size)
{
    int64_t resident, dirty, page = (int64_t)fa__page_size();
    int64_t low = first / page * page;
    size = fa__round_up(first + size, page) - low;
    first = low;
    fa__file_cached(file, first, size, &resident, &dirty);
    if (fa__io_mode() == FA__IO_DIRECT) {
        fa_error ignored = {0}; /* a failed write-back stays in the file, and is told when it is flushed */
        return dirty == 0 || fa__file_write_behind(file, first, size, true, &ignored);
    }
    if (dirty < 0) /* what is resident may have been changed */
        return resident == 0;
    return dirty == 0 && resident >= 0 && resident < size;
}

bool fa__direct_wants(fa__file_object *object, const fa__tenant *tenant, int64_t first, int64_t size)
{
    fa_error ignored = {0};
    if (first > INT64_MAX - FA__DIRECT_GRAIN - size)
        return false;
    fa__file *file = fa__object_enter_as(object, tenant, first + size, &ignored);
    if (file == NULL)
        return false;
    bool wants = open_direct(object, file) && is_cold(file, first, size);
    fa__object_leave(object);
    return wants;
}

bool fa__direct_begin(fa__file_object *object, const fa__tenant *tenant, int64_t first, int64_t size,
                      char *buffer, fa__transfer *transfer)
{
    fa_error ignored = {0};
    fa__file *file = fa__object_enter_as(object, tenant, first + size, &ignored);
    if (file == NULL)
        return false;
    if (!open_direct(object, file)) {
        fa__object_leave(object);
        return false;
    }
    transfer->file = file;
    transfer->writing = false;
    transfer->through_cache = is_kept(object);
    transfer->offset = first / FA__DIRECT_GRAIN * FA__DIRECT_GRAIN;
    transfer->size = (size_t)(fa__round_up(first + size, FA__DIRECT_GRAIN) - transfer->offset);
    transfer->buffer = buffer;
    fa__transfer_start(transfer);
    return true;
}

char *fa__direct_end(fa__file_object *object, int64_t first, int64_t size, fa__transfer *transfer)
{
    fa__transfer_wait(transfer);
    bool whole = transfer->moved >= first + size - transfer->offset;
    if (transfer->system_errno == EINVAL || transfer->system_errno == EOPNOTSUPP)
        refuse_direct(object);
    if (whole)
        count(object, transfer->file, size);
    fa__object_leave(object);
    if (!whole)
        return NULL;
    fa__storage_count_read(size);
    return transfer->buffer + (first - transfer->offset);
}

/* ---- Writing ---- */

/* A page that holds several grains would be written both ways at once. */
bool fa__direct_can_write(fa__file_object *object)
{
    if (fa__page_size() > FA__DIRECT_GRAIN)
        return false;
    fa__mutex_lock(&object->mutex);
    bool is_new = object->is_new;
    fa__mutex_unlock(&object->mutex);
    return is_new && fa__direct_can(object);
}

/* One owner at a time: what the page cache has of a range goes to the disk and away before the range is
 * written past it. */
static bool empty_cache(fa__file *file, int64_t first, int64_t size, fa_error *err)
{
    if (fa__file_resident(file, first, size) == 0)
        return true;
    if (!fa__file_write_behind(file, first, size, true, err))
        return false;
    fa__file_drop(file, first, size);
    return true;
}

bool fa__direct_begin_write(fa__file_object *object, const fa__tenant *tenant, int64_t first, int64_t size,
                            char *elements, fa__transfer *transfer, fa_error *err)
{
    fa__file *file = fa__object_enter_as(object, tenant, first + size, err);
    if (file == NULL)
        return false;
    if (open_direct(object, file) && empty_cache(file, first, size, err)) {
        transfer->file = file;
        transfer->writing = true;
        transfer->through_cache = false;
        transfer->offset = first;
        transfer->size = (size_t)size;
        transfer->buffer = elements;
        fa__transfer_start(transfer);
        return true;
    }
    fa__file_write(file, first, elements, (size_t)size, err);
    fa__object_leave(object);
    return false;
}

/* What did not arrive whole goes through the page cache, whose write says what is wrong, or the flush before
 * the file gets its name. */
bool fa__direct_end_write(fa__file_object *object, fa__transfer *transfer, fa_error *err)
{
    fa__transfer_wait(transfer);
    bool whole = transfer->moved == (int64_t)transfer->size;
    if (transfer->system_errno == EINVAL || transfer->system_errno == EOPNOTSUPP)
        refuse_direct(object);
    if (!whole && !fa_failed(err))
        fa__file_write(transfer->file, transfer->offset, transfer->buffer, transfer->size, err);
    fa__object_leave(object);
    return !fa_failed(err);
}
