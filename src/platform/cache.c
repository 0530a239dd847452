/* SPDX-License-Identifier: BSD-3-Clause */
/* The page cache under an open file, and the way from it to the disk: durability, write-behind, advice,
 * residency. What was resident before, and what may be dropped, is the engine's to know. */
#include "platform/file_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* fsync, not fdatasync: the permission bits that a replacement takes over travel with it. Never repeated
 * after an error: the kernel reports a lost page once, and the next call succeeds. */
bool fa__file_sync(fa__file *file, fa_error *err)
{
    if (fa_failed(err))
        return false;
    int failed;
    do
        failed = fsync(file->descriptor);
    while (failed != 0 && errno == EINTR);
    if (failed != 0)
        return fa__fail_system(err, errno, "%s: cannot be flushed", file->path);
    return true;
}

bool fa__file_write_behind(fa__file *file, int64_t offset, int64_t size, bool wait, fa_error *err)
{
    if (fa_failed(err))
        return false;
    if (size <= 0) /* 0 would mean: up to the end of the file */
        return true;
    unsigned steps = SYNC_FILE_RANGE_WRITE;
    if (wait)
        steps |= SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WAIT_AFTER;
    int failed;
    do
        failed = sync_file_range(file->descriptor, offset, size, steps);
    while (failed != 0 && errno == EINTR);
    if (failed == 0)
        return true;
    if (errno == ENOSYS || errno == EOPNOTSUPP)
        return !wait || fa__file_sync(file, err);
    fa__fail_system(err, errno, "%s: cannot write back %lld bytes at byte %lld", file->path, (long long)size,
                    (long long)offset);
    err->byte_offset = offset;
    return false;
}

/* One request reads no more than the device's read-ahead, and the rest of it is forgotten without a word.
 * Linux's default is the least that devices have. */
void fa__file_prefetch(fa__file *file, int64_t offset, int64_t size)
{
    const int64_t most = 128 << 10;
    for (int64_t done = 0; done < size; done += most) {
        int64_t step = size - done < most ? size - done : most;
        if (posix_fadvise(file->descriptor, offset + done, step, POSIX_FADV_WILLNEED) != 0)
            return;
    }
}

void fa__file_drop(fa__file *file, int64_t offset, int64_t size)
{
    if (size > 0) /* 0 would mean: up to the end of the file */
        posix_fadvise(file->descriptor, offset, size, POSIX_FADV_DONTNEED);
}

void fa__file_expect_random(fa__file *file)
{
    posix_fadvise(file->descriptor, 0, 0, POSIX_FADV_RANDOM);
}

void fa__file_expect_sequential(fa__file *file)
{
    posix_fadvise(file->descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
}

void fa__file_expect_nothing(fa__file *file)
{
    posix_fadvise(file->descriptor, 0, 0, POSIX_FADV_NORMAL);
}

/* cachestat(2), Linux 6.5: newer than the headers that we build with. The number is the same on every
 * architecture. */
#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

struct cache_range {
    uint64_t offset, size;
};
struct cache_state {
    uint64_t cached, dirty, in_write_back, evicted, recently_evicted; /* pages */
};

/* The kernel tells strangers that all pages of a file are resident; only who owns or may write it hears the
 * truth. */
static bool may_ask_for_residency(const fa__file *file)
{
    struct stat status;
    uid_t user = geteuid();
    return file->writeable || user == 0 || (fstat(file->descriptor, &status) == 0 && status.st_uid == user);
}

static int64_t fewer(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t count_resident(const unsigned char *pages, size_t count)
{
    int64_t resident = 0;
    for (size_t i = 0; i < count; i++)
        resident += pages[i] & 1;
    return resident;
}

/* Through mincore(2), window by window. `offset` is a multiple of the page. */
static int64_t resident_pages_by_mapping(fa__file *file, int64_t offset, int64_t end)
{
    unsigned char pages[4096];
    const int64_t page = (int64_t)fa__page_size();
    const int64_t window = page * (int64_t)sizeof pages;
    int64_t resident = 0;
    for (int64_t at = offset; at < end; at += window) {
        size_t bytes = (size_t)(end - at < window ? end - at : window);
        void *address = mmap(NULL, bytes, PROT_READ, MAP_SHARED, file->descriptor, at);
        if (address == MAP_FAILED)
            return -1;
        int failed = mincore(address, bytes, pages);
        munmap(address, bytes);
        if (failed != 0)
            return -1;
        resident += count_resident(pages, (bytes + (size_t)page - 1) / (size_t)page);
    }
    return resident;
}

void fa__file_cached(fa__file *file, int64_t offset, int64_t size, int64_t *resident, int64_t *dirty)
{
    *resident = *dirty = size <= 0 ? 0 : -1;
    if (size <= 0 || offset < 0 || size > INT64_MAX - offset || !may_ask_for_residency(file))
        return;
    int64_t page = (int64_t)fa__page_size();
    int64_t begin = offset / page * page;
    struct cache_range range = {(uint64_t)offset, (uint64_t)size};
    struct cache_state state;
    int64_t pages;
    if (syscall(SYS_cachestat, file->descriptor, &range, &state, 0) == 0) {
        pages = (int64_t)state.cached;
        *dirty = fewer(size, (int64_t)state.dirty * page);
    } else {
        struct stat status; /* a mapping knows nothing behind the end of the file */
        if (fstat(file->descriptor, &status) != 0)
            return;
        int64_t end = fewer(offset + size, status.st_size);
        pages = begin < end ? resident_pages_by_mapping(file, begin, end) : 0;
    }
    if (pages >= 0)
        *resident = pages > size / page ? size : pages * page;
}

int64_t fa__file_resident(fa__file *file, int64_t offset, int64_t size)
{
    int64_t resident, dirty;
    fa__file_cached(file, offset, size, &resident, &dirty);
    return resident;
}
