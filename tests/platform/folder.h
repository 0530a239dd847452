/* SPDX-License-Identifier: BSD-3-Clause */
/* What the tests of the platform share: a folder that goes away, small file systems, children whose end is
 * looked at. */
#ifndef FA_TESTS_PLATFORM_FOLDER_H
#define FA_TESTS_PLATFORM_FOLDER_H

#include "cmocka_all.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];

/* The path of a name in the test's folder; the last eight results of a thread stay valid. */
static inline const char *in_folder(const char *name)
{
    static _Thread_local char paths[8][512];
    static _Thread_local int next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static inline int make_folder(void **state)
{
    (void)state;
    const char *parent = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/farray-test-XXXXXX",
             parent != NULL && strlen(parent) < 32 ? parent : "/var/tmp");
    return mkdtemp(folder) == NULL;
}

static inline int remove_folder(void **state)
{
    (void)state;
    DIR *names = opendir(folder);
    if (names == NULL)
        return 1;
    for (const struct dirent *entry; (entry = readdir(names)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (unlinkat(dirfd(names), entry->d_name, 0) != 0)
            unlinkat(dirfd(names), entry->d_name, AT_REMOVEDIR);
    }
    closedir(names);
    return rmdir(folder);
}

static inline int count_names(void)
{
    int count = -2; /* "." and ".." */
    DIR *names = opendir(folder);
    assert_non_null(names);
    while (readdir(names) != NULL)
        count++;
    closedir(names);
    return count;
}

/* Lays a tmpfs of that many bytes over the folder `name`, seen by this process alone. False, with a line that
 * says why, where that is not allowed. */
static inline bool mount_small(const char *name, const char *bytes)
{
    static bool apart;
    char options[64];
    snprintf(options, sizeof options, "size=%s", bytes);
    mkdir(in_folder(name), 0700);
    if (!apart && (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)) {
        print_message("skipped: no mount namespace of our own\n");
        return false;
    }
    apart = true;
    if (mount("farray-test", in_folder(name), "tmpfs", 0, options) != 0) {
        print_message("skipped: no tmpfs may be mounted\n");
        return false;
    }
    return true;
}

static inline void unmount_small(const char *name)
{
    umount2(in_folder(name), MNT_DETACH);
    rmdir(in_folder(name));
}

/* Runs body(argument) in a child. The result is its exit status, or 256 plus the signal that ended it. The
 * child leaves by _exit: the leak checker and cmocka have their say in the parent only. */
static inline int in_child(int (*body)(void *), void *argument)
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(body(argument));
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? 256 + WTERMSIG(status) : WEXITSTATUS(status);
}

#endif
