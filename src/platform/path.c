/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of files and the folders that hold them. Nothing here opens a file for its bytes; which name is a
 * temporary one is storage's to know. */
#include "platform/file_internal.h"

#include "base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

bool fa__path_rename(const char *from, const char *to, fa_error *err)
{
    if (fa_failed(err))
        return false;
    if (rename(from, to) != 0)
        return fa__fail_system(err, errno, "%s: cannot take the place of %s", from, to);
    return true;
}

/* Where the file system cannot rename without replacing, a second name and the removal of the first do the
 * same, with a moment in which the file has both. */
bool fa__path_rename_new(const char *from, const char *to, fa_error *err)
{
    if (fa_failed(err) || renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return !fa_failed(err);
    if (errno == EINVAL || errno == ENOSYS) {
        if (link(from, to) == 0)
            return fa__path_remove(from, err);
    }
    return fa__fail_system(err, errno, "%s: cannot be named %s", from, to);
}

bool fa__path_remove(const char *path, fa_error *err)
{
    if (fa_failed(err))
        return false;
    if (unlink(path) != 0)
        return fa__fail_system(err, errno, "%s: cannot be removed", path);
    return true;
}

/* The folder that holds `path`, to be freed. */
static char *folder_of(const char *path, fa_error *err)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return fa__copy_text(".", 1, err);
    while (slash > path && slash[-1] == '/')
        slash--;
    return slash == path ? fa__copy_text("/", 1, err) : fa__copy_text(path, (size_t)(slash - path), err);
}

int fa__path_open_folder(const char *path, fa_error *err)
{
    char *folder = fa_failed(err) ? NULL : folder_of(path, err);
    int descriptor = folder != NULL ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (folder != NULL && descriptor < 0)
        fa__fail_system(err, errno, "%s: cannot be opened to be flushed", folder);
    fa__free(folder);
    return descriptor;
}

bool fa__path_flush_folder(int folder, const char *path, fa_error *err)
{
    int failed = 0;
    do
        failed = folder < 0 || fa_failed(err) || fsync(folder) == 0 ? 0 : errno;
    while (failed == EINTR);
    if (folder >= 0)
        close(folder);
    /* Some file systems keep no folder on a disk of theirs, and say so. */
    if (failed != 0 && failed != EINVAL && failed != EOPNOTSUPP)
        fa__fail_system(err, failed, "%s: the folder cannot be flushed", path);
    return !fa_failed(err);
}

bool fa__path_sync_folder(const char *path, fa_error *err)
{
    return fa__path_flush_folder(fa__path_open_folder(path, err), path, err);
}

static const char *last_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

bool fa__path_is_same(const char *one, const char *other, fa_error *err)
{
    if (fa_failed(err) || strcmp(last_name(one), last_name(other)) != 0)
        return false;
    struct stat status, other_status;
    char *folder = folder_of(one, err), *other_folder = folder_of(other, err);
    bool same = !fa_failed(err) && stat(folder, &status) == 0 && stat(other_folder, &other_status) == 0 &&
                status.st_dev == other_status.st_dev && status.st_ino == other_status.st_ino;
    fa__free(folder);
    fa__free(other_folder);
    return same;
}

bool fa__path_exists(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

static bool each_name(DIR *folder, const char *path, bool (*each)(const char *name, void *user), void *user,
                      fa_error *err)
{
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(folder);
        if (entry == NULL)
            return errno == 0 || fa__fail_system(err, errno, "%s: cannot be listed", path);
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (!each(entry->d_name, user))
            return true;
    }
}

bool fa__path_each_sibling(const char *path, bool (*each)(const char *name, void *user), void *user,
                           fa_error *err)
{
    if (fa_failed(err))
        return false;
    char *folder = folder_of(path, err);
    if (folder == NULL)
        return false;
    DIR *names = opendir(folder);
    if (names == NULL) {
        fa__fail_system(err, errno, "%s: cannot be listed", folder);
    } else {
        each_name(names, folder, each, user, err);
        closedir(names);
    }
    fa__free(folder);
    return !fa_failed(err);
}

/* A new file has what the umask left already. The old file's group comes along where the system allows it;
 * where it does not, another group gets no more than everybody. */
bool fa__file_copy_mode(fa__file *file, const char *path, fa_error *err)
{
    if (fa_failed(err))
        return false;
    struct stat old, new;
    if (stat(path, &old) != 0) {
        if (errno == ENOENT)
            return true;
        return fa__fail_system(err, errno, "%s: cannot be examined", path);
    }
    if (fstat(file->descriptor, &new) != 0)
        return fa__fail_system(err, errno, "%s: cannot be examined", file->path);
    mode_t mode = old.st_mode & 0777;
    if (old.st_gid != new.st_gid && fchown(file->descriptor, (uid_t)-1, old.st_gid) != 0)
        mode = (mode & 0707) | (mode & (mode & 07) << 3);
    if (fchmod(file->descriptor, mode) != 0)
        return fa__fail_system(err, errno, "%s: cannot be given the permissions of %s", file->path, path);
    return true;
}

bool fa__path_is_memory(const char *folder)
{
    struct statfs status;
    if (statfs(folder, &status) != 0)
        return false;
    return status.f_type == TMPFS_MAGIC || status.f_type == RAMFS_MAGIC || status.f_type == HUGETLBFS_MAGIC;
}
