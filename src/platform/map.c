/* SPDX-License-Identifier: BSD-3-Clause */
/* Files as memory: mapping, populating, dropping, writing back, and saying why a byte of a mapping is not
 * there. When to do which is the engine's to know; surviving the signal is guard.c's. */
#include "platform/file_internal.h"
#include "platform/mappings.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

size_t fa__page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

static bool map_range(fa__map *map, fa__file *file, size_t size, int protection, int flags, fa_error *err)
{
    *map = (fa__map){0};
    if (fa_failed(err))
        return false;
    if (size == 0) /* the system maps no empty range */
        return true;
    void *address = mmap(NULL, size, protection, flags, file->descriptor, 0);
    if (address == MAP_FAILED)
        return fa__fail_system(err, errno, "%s: cannot map %zu bytes%s", file->path, size,
                               protection & PROT_WRITE ? " for writing" : "");
    if (!fa__mappings_add(address, size, file, err)) {
        munmap(address, size);
        return false;
    }
    *map = (fa__map){address, size};
    return true;
}

bool fa__map_file(fa__map *map, fa__file *file, size_t size, bool writeable, fa_error *err)
{
    return map_range(map, file, size, PROT_READ | (writeable ? PROT_WRITE : 0), MAP_SHARED, err);
}

/* Without a reserve: a file may be larger than the memory for all of its copies. */
bool fa__map_private(fa__map *map, fa__file *file, size_t size, fa_error *err)
{
    return map_range(map, file, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, err);
}

void fa__map_release(fa__map *map)
{
    if (map->address == NULL)
        return;
    fa__mappings_remove(map->address);
    munmap(map->address, map->size);
    *map = (fa__map){0};
}

/* The whole pages of the mapping that hold [offset, offset + size). */
typedef struct pages {
    char *address;
    size_t bytes;
} pages;

static pages pages_of(const fa__map *map, size_t offset, size_t size)
{
    assert(offset <= map->size && size <= map->size - offset);
    size_t ahead = offset % fa__page_size();
    return (pages){map->address + (offset - ahead), size + ahead};
}

/* ---- Why a byte is not there ---- */

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ  22
#define MADV_POPULATE_WRITE 23
#endif

/* Looks at the file by its name, since a mapping outlives its descriptor: false when the name is another
 * file's now. */
static bool examine(const fa__mapping *mapping, struct stat *status, struct statvfs *room)
{
    return stat(mapping->path, status) == 0 && status->st_dev == mapping->identity.device &&
           status->st_ino == mapping->identity.inode && statvfs(mapping->path, room) == 0;
}

/* `readable`: a store failed, and the page can be read. Then there was no room for it. */
static bool fail_by_cause(const fa__mapping *mapping, const char *path, const char *address,
                          int64_t needed_end, bool readable, fa_error *err)
{
    int64_t offset = address - mapping->address;
    struct stat status;
    struct statvfs room;
    bool known = examine(mapping, &status, &room);
    if (known && status.st_size <= offset)
        return fa__fail_at_byte(err, FA_MAP_FAULT, status.st_size,
                                "%s: file ends at byte %lld, needed up to %lld", path,
                                (long long)status.st_size, (long long)needed_end);
    if (readable || (known && room.f_blocks > 0 && room.f_bavail == 0))
        fa__fail_system(err, ENOSPC, "%s: a hole at byte %lld cannot be filled", path, (long long)offset);
    else if (known)
        fa__fail_at_byte(err, FA_MAP_FAULT, offset,
                         "%s: bytes at %lld cannot be read: the disk, or the system under it, failed", path,
                         (long long)offset);
    else
        fa__fail_at_byte(err, FA_MAP_FAULT, offset,
                         "%s: bytes at %lld are gone: the file was cut or its disk failed", path,
                         (long long)offset);
    err->byte_offset = offset;
    return false;
}

/* The first page that cannot be populated, given that one cannot. */
static char *first_bad_page(pages range, int advice)
{
    size_t page = fa__page_size();
    while (range.bytes > page) {
        size_t half = (range.bytes / 2 + page - 1) / page * page;
        if (madvise(range.address, half, advice) == 0) {
            range.address += half;
            range.bytes -= half;
        } else {
            range.bytes = half;
        }
    }
    return range.address;
}

static int populate(pages range, int advice)
{
    int failed;
    do
        failed = madvise(range.address, range.bytes, advice) == 0 ? 0 : errno;
    while (failed == EINTR);
    return failed;
}

static bool is_readable(const char *byte)
{
    char *page = (char *)(uintptr_t)byte - (uintptr_t)byte % fa__page_size();
    return populate((pages){page, fa__page_size()}, MADV_POPULATE_READ) == 0;
}

bool fa__map_populate(const fa__map *map, size_t offset, size_t size, bool for_writing, const char *path,
                      fa_error *err)
{
    if (fa_failed(err))
        return false;
    if (size == 0)
        return true;
    pages range = pages_of(map, offset, size);
    int advice = for_writing ? MADV_POPULATE_WRITE : MADV_POPULATE_READ;
    int failed = populate(range, advice);
    if (failed == 0 || failed == EINVAL) /* EINVAL: Linux before 5.14 */
        return true;
    if (failed != EFAULT && failed != EHWPOISON)
        return fa__fail_system(err, failed, "%s: cannot map in %zu bytes at byte %zu", path, size, offset);
    fa__mapping mapping;
    if (!fa__mappings_find(map->address, &mapping))
        return fa__fail(err, FA_INTERNAL, "%s: a mapping that nobody made", path);
    char *bad = first_bad_page(range, advice);
    bool readable = for_writing && is_readable(bad);
    return fail_by_cause(&mapping, path, bad, (int64_t)(offset + size), readable, err);
}

bool fa__map_fault(const void *address, fa_error *err)
{
    if (fa_failed(err))
        return false;
    fa__mapping mapping;
    if (!fa__mappings_find(address, &mapping))
        return fa__fail(err, FA_MAP_FAULT, "bytes of a mapped file that was closed meanwhile cannot be read");
    const char *byte = address;
    int64_t needed_end = byte - mapping.address + 1;
    bool readable = fa__fault_was_store(address) && is_readable(byte);
    return fail_by_cause(&mapping, mapping.path, byte, needed_end, readable, err);
}

/* ---- Dropping and writing back ---- */

/* A shared mapping loses nothing: its pages, dirty ones too, stay in the page cache. So whole pages go,
 * neighbours' bytes included: they come back by a minor fault. */
void fa__map_drop(const fa__map *map, size_t offset, size_t size)
{
    if (size == 0)
        return;
    /* A fault maps its neighbours in too: all of them go. Who still uses one faults it in again. */
    const size_t around = 64 << 10;
    size_t first = offset / around * around, end = offset + size;
    end = map->size - end < around ? map->size : (end + around - 1) / around * around;
    pages range = pages_of(map, first, end - first);
    madvise(range.address, range.bytes, MADV_DONTNEED);
}

bool fa__map_sync(const fa__map *map, size_t offset, size_t size, const char *path, fa_error *err)
{
    if (fa_failed(err))
        return false;
    if (size == 0)
        return true;
    pages range = pages_of(map, offset, size);
    int failed;
    do
        failed = msync(range.address, range.bytes, MS_SYNC);
    while (failed != 0 && errno == EINTR);
    if (failed == 0)
        return true;
    fa__fail_system(err, errno, "%s: cannot flush %zu bytes at byte %zu", path, size, offset);
    err->byte_offset = (int64_t)offset;
    return false;
}
