/* SPDX-License-Identifier: BSD-3-Clause */
/* Open files: opening without surprises, reading, writing, making room, making durable, locks. What a file's
 * bytes mean, and when to do what, is not known here. Names of files are path.c's, the page cache is
 * cache.c's. */
#include "platform/file_internal.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static const char *kind_of(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFDIR:
        return "a folder";
    case S_IFIFO:
        return "a pipe";
    case S_IFSOCK:
        return "a socket";
    case S_IFCHR:
    case S_IFBLK:
        return "a device";
    default:
        return "something else";
    }
}

static bool require_regular(const char *path, const struct stat *status, fa_error *err)
{
    if (S_ISREG(status->st_mode))
        return true;
    return fa__fail(err, FA_BAD_FORMAT, "%s: is %s, not a regular file", path, kind_of(status->st_mode));
}

static int open_retried(const char *path, int flags)
{
    int descriptor;
    do
        descriptor = open(path, flags | O_CLOEXEC | O_NOCTTY, 0666);
    while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

/* Looks before it opens, since opening alone can do things (a tape rewinds, a watchdog starts); the caller
 * looks again at what is open. O_NONBLOCK is for a pipe that takes the name between the two looks. */
static int open_existing(const char *path, unsigned flags, fa_error *err)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        fa__fail_system(err, errno, "%s: cannot be opened", path);
        return -1;
    }
    if (!require_regular(path, &status, err))
        return -1;
    int descriptor = open_retried(path, (flags & FA__OPEN_WRITE ? O_RDWR : O_RDONLY) | O_NONBLOCK);
    if (descriptor < 0) {
        fa__fail_system(err, errno, "%s: cannot be opened%s", path,
                        flags & FA__OPEN_WRITE ? " for writing" : "");
        return -1;
    }
    int mode = fcntl(descriptor, F_GETFL);
    if (mode >= 0)
        fcntl(descriptor, F_SETFL, mode & ~O_NONBLOCK);
    return descriptor;
}

static int open_new(const char *path, fa_error *err)
{
    int descriptor = open_retried(path, O_RDWR | O_CREAT | O_EXCL);
    if (descriptor < 0)
        fa__fail_system(err, errno, "%s: cannot be created", path);
    return descriptor;
}

/* For file systems without O_TMPFILE: a file that has its name for a moment. */
static int open_then_unlink(const char *folder, fa_error *err)
{
    static const char pattern[] = "/.farray-XXXXXX";
    size_t length = strlen(folder);
    char *path = fa__alloc(length + sizeof pattern, err);
    if (path == NULL)
        return -1;
    memcpy(path, folder, length);
    memcpy(path + length, pattern, sizeof pattern);
    int descriptor = mkostemp(path, O_CLOEXEC);
    if (descriptor < 0)
        fa__fail_system(err, errno, "%s: no file can be made in this folder", folder);
    else
        unlink(path);
    fa__free(path);
    return descriptor;
}

static int open_unlinked(const char *folder, fa_error *err)
{
    int descriptor;
    do
        descriptor = open(folder, O_RDWR | O_TMPFILE | O_EXCL | O_CLOEXEC, 0600);
    while (descriptor < 0 && errno == EINTR);
    /* Kernels that do not know the flag see an attempt to write a folder: EISDIR. */
    if (descriptor < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL))
        return open_then_unlink(folder, err);
    if (descriptor < 0)
        fa__fail_system(err, errno, "%s: no file can be made in this folder", folder);
    return descriptor;
}

static int open_memory(const char *name, fa_error *err)
{
    char cut[200]; /* the system takes names of up to 249 bytes */
    snprintf(cut, sizeof cut, "%s", name);
    int descriptor = memfd_create(cut, MFD_CLOEXEC);
    if (descriptor < 0)
        fa__fail_system(err, errno, "%s: cannot be created", name);
    return descriptor;
}

static int open_by_flags(const char *path, unsigned flags, fa_error *err)
{
    if (flags & FA__OPEN_MEMORY)
        return open_memory(path, err);
    if (flags & FA__OPEN_UNLINKED)
        return open_unlinked(path, err);
    if (flags & FA__OPEN_CREATE)
        return open_new(path, err);
    return open_existing(path, flags, err);
}

static char *name_for_messages(const char *path, unsigned flags, fa_error *err)
{
    static const char prefix[] = "a scratch file in ";
    if (!(flags & FA__OPEN_UNLINKED))
        return fa__copy_text(path, strlen(path), err);
    size_t size = sizeof prefix + strlen(path);
    char *name = fa__alloc(size, err);
    if (name != NULL)
        snprintf(name, size, "%s%s", prefix, path);
    return name;
}

fa__file *fa__file_open(const char *path, unsigned flags, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    fa__file *file = fa__alloc_zero(1, sizeof *file, err);
    if (file == NULL)
        return NULL;
    struct stat status;
    file->descriptor = -1;
    file->writeable = (flags & FA__OPEN_WRITE) != 0;
    file->path = name_for_messages(path, flags, err);
    if (file->path == NULL)
        goto failed;
    file->descriptor = open_by_flags(path, flags, err);
    if (file->descriptor < 0)
        goto failed;
    if (fstat(file->descriptor, &status) != 0) {
        fa__fail_system(err, errno, "%s: cannot be examined", file->path);
        goto failed;
    }
    if (!require_regular(path, &status, err))
        goto failed;
    file->identity = (fa__file_identity){status.st_dev, status.st_ino};
    return file;
failed:
    if (file->descriptor >= 0 && (flags & FA__OPEN_CREATE))
        unlink(path); /* nobody else has seen it */
    fa__file_close(file, NULL);
    return NULL;
}

int fa__file_open_again(const fa__file *file, int flags)
{
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file->descriptor);
    return open_retried(path, (file->writeable ? O_RDWR : O_RDONLY) | flags);
}

void fa__file_close(fa__file *file, fa_error *err)
{
    if (file == NULL)
        return;
    fa__file_unlock(file);
    if (file->direct_state == FA__DIRECT_OPEN)
        close(file->direct);
    /* Never retried: on Linux the descriptor is gone, whatever close says. */
    if (file->descriptor >= 0 && close(file->descriptor) != 0 && errno != EINTR && err != NULL)
        fa__fail_system(err, errno, "%s: cannot be closed", file->path);
    fa__free(file->path);
    fa__free(file);
}

const char *fa__file_path(const fa__file *file)
{
    return file->path;
}

fa__file_identity fa__file_identity_of(const fa__file *file)
{
    return file->identity;
}

int64_t fa__file_size(fa__file *file, fa_error *err)
{
    if (fa_failed(err))
        return -1;
    struct stat status;
    if (fstat(file->descriptor, &status) == 0)
        return status.st_size;
    fa__fail_system(err, errno, "%s: cannot be examined", file->path);
    return -1;
}

bool fa__file_is_at(const fa__file *file, const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && status.st_dev == file->identity.device &&
           status.st_ino == file->identity.inode;
}

/* ---- Reading and writing ---- */

/* Linux moves at most 2 GiB less a page in one call; whole 1 GiB steps keep the buffer's alignment. */
static const size_t most_bytes_at_once = (size_t)1 << 30;

static size_t step_of(size_t left)
{
    return left < most_bytes_at_once ? left : most_bytes_at_once;
}

static bool check_range(const fa__file *file, int64_t offset, size_t size, fa_error *err)
{
    if (offset >= 0 && size <= (uint64_t)INT64_MAX - (uint64_t)offset)
        return true;
    return fa__fail(err, FA_INVALID_ARGUMENT, "%s: %zu bytes at byte %lld are beyond what a file can hold",
                    file->path, size, (long long)offset);
}

/* Nothing was there to be read at byte `at`: the end of the file is there or before. */
static bool fail_at_end(fa__file *file, int64_t at, int64_t needed_end, fa_error *err)
{
    int64_t end = fa__file_size(file, err);
    if (end > at)
        end = at; /* it grew meanwhile */
    return end >= 0 &&
           fa__fail_at_byte(err, FA_MAP_FAULT, end, "%s: file ends at byte %lld, needed up to %lld",
                            file->path, (long long)end, (long long)needed_end);
}

bool fa__file_read(fa__file *file, int64_t offset, void *buffer, size_t size, fa_error *err)
{
    if (fa_failed(err) || !check_range(file, offset, size, err))
        return false;
    for (size_t done = 0; done < size;) {
        int64_t at = offset + (int64_t)done;
        ssize_t got = pread(file->descriptor, (char *)buffer + done, step_of(size - done), at);
        if (got == 0)
            return fail_at_end(file, at, offset + (int64_t)size, err);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            fa__fail_system(err, errno, "%s: cannot be read at byte %lld", file->path, (long long)at);
            err->byte_offset = at;
            return false;
        }
        done += (size_t)got;
    }
    return true;
}

/* The kernel answers a write or a growth past RLIMIT_FSIZE with SIGXFSZ, which kills. So nothing is tried
 * that could. */
static bool check_size_limit(const fa__file *file, int64_t end, fa_error *err)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
        (rlim_t)end <= limit.rlim_cur)
        return true;
    return fa__fail_system(err, EFBIG,
                           "%s: cannot have %lld bytes, this process may write files of %lld (ulimit -f)",
                           file->path, (long long)end, (long long)limit.rlim_cur);
}

bool fa__file_write(fa__file *file, int64_t offset, const void *buffer, size_t size, fa_error *err)
{
    if (fa_failed(err) || !check_range(file, offset, size, err))
        return false;
    if (!check_size_limit(file, offset + (int64_t)size, err))
        return false;
    for (size_t done = 0; done < size;) {
        int64_t at = offset + (int64_t)done;
        ssize_t put = pwrite(file->descriptor, (const char *)buffer + done, step_of(size - done), at);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0) { /* a write of nothing without an error would be tried for ever */
            fa__fail_system(err, put == 0 ? EIO : errno, "%s: cannot be written at byte %lld", file->path,
                            (long long)at);
            err->byte_offset = at;
            return false;
        }
        done += (size_t)put;
    }
    return true;
}

/* ---- Size and space ---- */

static bool set_size(fa__file *file, int64_t size, fa_error *err)
{
    int failed;
    do
        failed = ftruncate(file->descriptor, size);
    while (failed != 0 && errno == EINTR);
    if (failed != 0)
        return fa__fail_system(err, errno, "%s: cannot be given %lld bytes", file->path, (long long)size);
    return true;
}

bool fa__file_truncate(fa__file *file, int64_t size, fa_error *err)
{
    int64_t old_size = fa__file_size(file, err);
    if (old_size < 0 || (size > old_size && !check_size_limit(file, size, err)))
        return false;
    return set_size(file, size, err);
}

/* Reserves [0, size): 0, or an errno. A signal makes the system undo the step that it interrupts, so that
 * steps get smaller until they fit between two ticks of a profiler's timer. */
static int reserve_blocks(int descriptor, int64_t size)
{
    const int64_t least = 1 << 20;
    int64_t step = size;
    for (int64_t done = 0; done < size;) {
        int64_t bytes = size - done < step ? size - done : step;
        if (fallocate(descriptor, 0, done, bytes) == 0)
            done += bytes;
        else if (errno != EINTR)
            return errno;
        else if (step > least)
            step = step / 2 > least ? step / 2 : least;
    }
    return 0;
}

static bool write_zeros(fa__file *file, int64_t begin, int64_t end, fa_error *err)
{
    const size_t block = (size_t)1 << 20;
    char *zeros = fa__alloc_zero(1, block, err);
    for (int64_t at = begin; at < end && !fa_failed(err); at += (int64_t)block)
        fa__file_write(file, at, zeros, (uint64_t)(end - at) < block ? (size_t)(end - at) : block, err);
    fa__free(zeros);
    return !fa_failed(err);
}

static bool fail_reserving(fa__file *file, int64_t size, int system_errno, fa_error *err)
{
    struct statvfs room;
    if ((system_errno == ENOSPC || system_errno == EDQUOT) && fstatvfs(file->descriptor, &room) == 0 &&
        room.f_blocks > 0)
        return fa__fail_system(err, system_errno, "%s: cannot reserve %lld bytes, %llu are free", file->path,
                               (long long)size, (unsigned long long)room.f_bavail * room.f_frsize);
    return fa__fail_system(err, system_errno, "%s: cannot reserve %lld bytes", file->path, (long long)size);
}

/* Takes back what a failed reservation made, and no byte that another process put behind it meanwhile. */
static void undo_growth(fa__file *file, int64_t old_size, int64_t wanted_size)
{
    fa_error ignored = {0};
    int64_t size = fa__file_size(file, &ignored);
    if (size >= old_size && size <= wanted_size)
        set_size(file, old_size, &ignored);
}

bool fa__file_reserve(fa__file *file, int64_t size, fa_error *err)
{
    int64_t old_size = fa__file_size(file, err);
    if (old_size < 0 || size <= 0)
        return !fa_failed(err);
    if (size > old_size && !check_size_limit(file, size, err))
        return false;
    int refused = reserve_blocks(file->descriptor, size);
    if (refused == 0 ||
        ((refused == EOPNOTSUPP || refused == ENOSYS) && write_zeros(file, old_size, size, err)))
        return true;
    if (size > old_size)
        undo_growth(file, old_size, size);
    return fail_reserving(file, size, refused, err); /* says nothing where writing zeros said why */
}

/* ---- Locks ---- */

/* A forked child shares the parent's description, and with it the lock: what it locks itself needs one of its
 * own, under the same number. */
static bool own_description(fa__file *file, fa_error *err)
{
    if (file->locked_by == 0 || file->locked_by == getpid())
        return true;
    int descriptor = fa__file_open_again(file, 0);
    bool own = descriptor >= 0 && dup3(descriptor, file->descriptor, O_CLOEXEC) >= 0;
    if (!own)
        fa__fail_system(err, errno, "%s: cannot be opened again after a fork", file->path);
    if (descriptor >= 0)
        close(descriptor);
    if (own)
        file->locked_by = 0;
    return own;
}

/* Open-file-description locks: POSIX's own vanish when any descriptor of the file closes in the process. */
bool fa__file_lock(fa__file *file, bool exclusive, fa_error *err)
{
    if (fa_failed(err) || !own_description(file, err))
        return false;
    struct flock lock = {.l_type = exclusive ? F_WRLCK : F_RDLCK, .l_whence = SEEK_SET};
    int failed;
    do
        failed = fcntl(file->descriptor, F_OFD_SETLK, &lock);
    while (failed != 0 && errno == EINTR);
    if (failed == 0) {
        file->locked_by = getpid();
        return true;
    }
    switch (errno) {
    case EAGAIN:
    case EACCES:
        return fa__fail(err, FA_BUSY, "%s: %s holds a lock on it", file->path,
                        exclusive ? "another reader or writer" : "another writer");
    case ENOLCK:
    case ENOSYS:
    case EOPNOTSUPP:
    case EINVAL:
        return true;
    case EBADF:
        return fa__fail(err, FA_INVALID_ARGUMENT, "%s: an exclusive lock needs a file opened for writing",
                        file->path);
    default:
        return fa__fail_system(err, errno, "%s: cannot be locked", file->path);
    }
}

/* The lock belongs to the open description, which a forked child shares and which mappings keep alive:
 * closing alone would not release it, and a child's closing must not. */
void fa__file_unlock(fa__file *file)
{
    if (file->locked_by == 0 || file->locked_by != getpid())
        return;
    struct flock lock = {.l_type = F_UNLCK, .l_whence = SEEK_SET};
    fcntl(file->descriptor, F_OFD_SETLK, &lock);
    file->locked_by = 0;
}
