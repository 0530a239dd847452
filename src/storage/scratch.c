/* SPDX-License-Identifier: BSD-3-Clause */
/* Room for results that nobody named: memory while the ledger has room, else an unlinked file whose space is
 * reserved. */
#include "base/memory.h"
#include "storage/file_source.h"
#include "storage/kept.h"

#include <stdlib.h>

static const char *scratch_folder(void)
{
    const char *folder = getenv("FARRAY_TMPDIR");
    return folder != NULL && folder[0] != '\0' ? folder : "/var/tmp";
}

/* Says what the file was for, and how to put it elsewhere. */
static bool fail_scratch(const char *folder, int64_t bytes, const fa_error *inner, fa_error *err)
{
    if (inner->system_errno == 0) {
        fa__error_move(err, inner);
        return false;
    }
    return fa__fail_system(err, inner->system_errno,
                           "scratch of %lld bytes in %s (FARRAY_TMPDIR names another folder)",
                           (long long)bytes, folder);
}

static fa__source *make_scratch(const char *folder, int64_t bytes, size_t charged, fa_error *err)
{
    fa_error inner = {0};
    fa__file *file = fa__file_open(folder, FA__OPEN_WRITE | FA__OPEN_UNLINKED, &inner);
    if (file != NULL && bytes > 0)
        fa__file_reserve(file, bytes, &inner);
    if (fa_failed(&inner)) {
        fa__file_close(file, NULL);
        fail_scratch(folder, bytes, &inner, err);
        return NULL;
    }
    fa__file_object *object = fa__object_of_new_file(file, "scratch", err);
    fa__source *source = object != NULL ? fa__file_scratch_source(object, bytes, charged, err) : NULL;
    fa__object_release(object);
    return source;
}

fa__source *fa__scratch_source(int64_t bytes, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    const char *folder = scratch_folder();
    size_t charged = fa__path_is_memory(folder) ? (size_t)bytes : 0;
    if (charged > 0 && !fa__ledger_charge_array(charged)) {
        fa__fail(err, FA_NO_MEMORY,
                 "scratch of %lld bytes in %s is memory, and the limit of %zu bytes has no room for it "
                 "(FARRAY_TMPDIR "
                 "names another folder)",
                 (long long)bytes, folder, fa__ledger_limit());
        return NULL;
    }
    fa__source *source = make_scratch(folder, bytes, charged, err);
    if (source == NULL)
        fa__ledger_release_array(charged);
    return source;
}

fa_array *fa__anonymous_array(const char *name, int64_t bytes, size_t *charged, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    *charged = fa__ledger_charge_array((size_t)bytes) ? (size_t)bytes : 0;
    bool is_memory = *charged > 0 || bytes == 0;
    fa_error inner = {0};
    fa__file *file = is_memory ? fa__file_open(name, FA__OPEN_WRITE | FA__OPEN_MEMORY, &inner)
                               : fa__file_open(scratch_folder(), FA__OPEN_WRITE | FA__OPEN_UNLINKED, &inner);
    if (file != NULL)
        fa__file_reserve(file, bytes, &inner);
    fa_array *array = NULL;
    if (fa_failed(&inner)) {
        fa__file_close(file, NULL);
        fa__error_move(err, &inner);
    } else {
        fa__layout layout = {.format = "anonymous", .dtype = FA_UINT8, .ndim = 1, .sizes = {bytes}};
        fa__file_object *object = fa__object_of_new_file(file, name, err);
        array = object != NULL ? fa__file_array(object, &layout, FA_READ_WRITE, err) : NULL;
        fa__object_release(object);
    }
    if (array == NULL)
        fa__ledger_release_array(*charged);
    return array;
}

/* Large results stand in huge pages: a core reads them half as fast again. What is smaller comes from
 * malloc(), unless it is large enough to be kept and need not be zero. */
enum { HUGE_PAGE = 2 << 20, LARGE_BYTES = 4 * HUGE_PAGE, KEPT_BYTES = 1 << 20 };

static size_t in_pages(int64_t bytes)
{
    const size_t page = bytes >= LARGE_BYTES ? HUGE_PAGE : fa__page_size();
    return ((size_t)bytes + page - 1) / page * page;
}

static void give_pages_back(void *pages, int64_t bytes)
{
    fa__ledger_release_array(in_pages(bytes));
    fa__kept_give_back(pages, in_pages(bytes));
}

static fa__source *memory_in_pages(int64_t bytes, bool zero, fa_error *err)
{
    size_t size = in_pages(bytes);
    if (!fa__ledger_charge_array(size)) {
        fa__ledger_refused(err, "an array", size);
        return NULL;
    }
    void *pages = zero ? fa__pages_alloc(size, true, err) : fa__kept_take(size, err);
    if (pages != NULL)
        return fa__memory_source_adopt(pages, bytes, give_pages_back, err);
    fa__ledger_release_array(size);
    return NULL;
}

fa__source *fa__memory_or_scratch(int64_t bytes, bool zero, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    fa_error inner = {0};
    /* An eighth of the limit stays free of results: evaluations work in it. */
    size_t limit = fa__ledger_limit(), room = limit - limit / 8, used = fa__ledger_used();
    if (limit != 0 && bytes > 0 && (used > room || (size_t)bytes > room - used))
        return fa__scratch_source(bytes, err);
    fa__source *source = bytes >= (zero ? LARGE_BYTES : KEPT_BYTES) ? memory_in_pages(bytes, zero, &inner)
                                                                    : fa__memory_source(bytes, &inner);
    if (source != NULL)
        return source;
    if (inner.code == FA_NO_MEMORY)
        return fa__scratch_source(bytes, err);
    fa__error_move(err, &inner);
    return NULL;
}
