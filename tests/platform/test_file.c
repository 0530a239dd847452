/* SPDX-License-Identifier: BSD-3-Clause */
/* Opening, reading, writing, reserving, locking. */
#include "platform/folder.h"

#include "platform/platform.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

static fa__file *create(const char *name, const void *bytes, size_t size)
{
    fa_error err = {0};
    unlink(in_folder(name));
    fa__file *file = fa__file_open(in_folder(name), FA__OPEN_WRITE | FA__OPEN_CREATE, &err);
    assert_true(fa__file_write(file, 0, bytes, size, &err));
    return file;
}

static void assert_refused(const char *path, unsigned flags, fa_error_code code, const char *words)
{
    fa_error err = {0};
    alarm(10); /* a pipe that blocks ends the test */
    assert_null(fa__file_open(path, flags, &err));
    alarm(0);
    assert_int_equal(err.code, code);
    char message[600];
    snprintf(message, sizeof message, "%s: %s", path, words);
    assert_string_equal(err.message, message);
}

static void only_regular_files_are_opened(void **state)
{
    (void)state;
    static const unsigned ways[] = {FA__OPEN_READ, FA__OPEN_WRITE};
    assert_int_equal(mkfifo(in_folder("pipe"), 0600), 0);
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    snprintf(name.sun_path, sizeof name.sun_path, "%s", in_folder("socket"));
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&name, sizeof name), 0);
    assert_int_equal(symlink(in_folder("pipe"), in_folder("link")), 0);
    for (int i = 0; i < 2; i++) {
        assert_refused(in_folder("pipe"), ways[i], FA_BAD_FORMAT, "is a pipe, not a regular file");
        assert_refused(in_folder("link"), ways[i], FA_BAD_FORMAT, "is a pipe, not a regular file");
        assert_refused(in_folder("socket"), ways[i], FA_BAD_FORMAT, "is a socket, not a regular file");
        assert_refused(folder, ways[i], FA_BAD_FORMAT, "is a folder, not a regular file");
        assert_refused("/dev/null", ways[i], FA_BAD_FORMAT, "is a device, not a regular file");
    }
    close(listener);
}

static void what_cannot_be_opened_says_why(void **state)
{
    (void)state;
    fa__file *file = create("there", "x", 1);
    assert_refused(in_folder("absent"), FA__OPEN_READ, FA_NOT_FOUND,
                   "cannot be opened: No such file or directory");
    assert_refused(in_folder("there/x"), FA__OPEN_READ, FA_NOT_FOUND, "cannot be opened: Not a directory");
    assert_refused(in_folder("there"), FA__OPEN_WRITE | FA__OPEN_CREATE, FA_BUSY,
                   "cannot be created: File exists");
    assert_refused(in_folder("no/there"), FA__OPEN_WRITE | FA__OPEN_CREATE, FA_NOT_FOUND,
                   "cannot be created: No such file or directory");
    fa__file_close(file, NULL);
    fa_error err = {0};
    fa__fail(&err, FA_CANCELLED, "before");
    assert_null(fa__file_open(in_folder("there"), FA__OPEN_READ, &err)); /* sticky */
    assert_string_equal(err.message, "before");
}

static int open_unreadable(void *argument)
{
    (void)argument;
    if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0)
        return 2;
    fa_error err = {0};
    return fa__file_open(in_folder("secret"), FA__OPEN_READ, &err) != NULL ||
           err.code != FA_PERMISSION_DENIED;
}

static void an_unreadable_file_is_permission_denied(void **state)
{
    (void)state;
    fa__file_close(create("secret", "x", 1), NULL);
    assert_int_equal(chmod(in_folder("secret"), 0), 0);
    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(in_child(open_unreadable, NULL), 0);
}

static void descriptors_are_not_left_open_or_passed_on(void **state)
{
    (void)state;
    int first = dup(0);
    close(first);
    fa__file_close(create("one", "x", 1), NULL);
    fa_error err = {0};
    assert_null(fa__file_open(folder, FA__OPEN_READ, &err));
    assert_null(fa__file_open(in_folder("none"), FA__OPEN_READ, &err));
    int again = dup(0);
    close(again);
    assert_int_equal(again, first);

    fa_error_clear(&err);
    fa__file *file = fa__file_open(in_folder("one"), FA__OPEN_READ, &err);
    assert_true(fcntl(first, F_GETFD) & FD_CLOEXEC);
    assert_false(fcntl(first, F_GETFL) & O_NONBLOCK);
    fa__file_close(file, &err);
    assert_int_equal(fcntl(first, F_GETFD), -1);
    assert_false(fa_failed(&err));
}

static void identity_follows_the_file_not_the_name(void **state)
{
    (void)state;
    fa__file *a = create("a", "a", 1), *b = create("b", "b", 1);
    unlink(in_folder("second"));
    assert_int_equal(link(in_folder("a"), in_folder("second")), 0);
    fa_error err = {0};
    fa__file *second = fa__file_open(in_folder("second"), FA__OPEN_READ, &err);
    fa__file_identity of_a = fa__file_identity_of(a), of_b = fa__file_identity_of(b);
    fa__file_identity of_second = fa__file_identity_of(second);
    assert_memory_equal(&of_a, &of_second, sizeof of_a);
    assert_memory_not_equal(&of_a, &of_b, sizeof of_a);
    assert_true(fa__file_is_at(a, in_folder("second")));
    assert_false(fa__file_is_at(a, in_folder("b")));
    assert_int_equal(rename(in_folder("b"), in_folder("a")), 0);
    assert_false(fa__file_is_at(a, in_folder("a")));
    assert_true(fa__file_is_at(b, in_folder("a")));
    assert_string_equal(fa__file_path(second), in_folder("second"));
    fa__file_close(a, NULL);
    fa__file_close(b, NULL);
    fa__file_close(second, NULL);
}

static void reading_needs_all_bytes(void **state)
{
    (void)state;
    fa__file *file = create("bytes", "0123456789", 10);
    char bytes[16] = "";
    fa_error err = {0};
    assert_true(fa__file_read(file, 3, bytes, 7, &err));
    assert_string_equal(bytes, "3456789");
    assert_true(fa__file_read(file, 10, bytes, 0, &err));
    assert_false(fa__file_read(file, 4, bytes, 8, &err));
    assert_int_equal(err.code, FA_MAP_FAULT);
    assert_int_equal(err.byte_offset, 10);
    char message[600];
    snprintf(message, sizeof message, "%s: file ends at byte 10, needed up to 12", in_folder("bytes"));
    assert_string_equal(err.message, message);
    fa_error outside = {0};
    assert_false(fa__file_read(file, -1, bytes, 1, &outside));
    assert_int_equal(outside.code, FA_INVALID_ARGUMENT);
    fa_error beyond = {0};
    assert_false(fa__file_read(file, INT64_MAX, bytes, 1, &beyond));
    assert_int_equal(beyond.code, FA_INVALID_ARGUMENT);
    fa__file_close(file, NULL);
}

static void sizes_follow_the_file(void **state)
{
    (void)state;
    fa__file *file = create("size", "0123456789", 10);
    fa_error err = {0};
    assert_int_equal(fa__file_size(file, &err), 10);
    assert_true(fa__file_truncate(file, 4, &err));
    assert_int_equal(fa__file_size(file, &err), 4);
    assert_true(fa__file_truncate(file, 100, &err));
    char bytes[100], zeros[96] = {0};
    assert_true(fa__file_read(file, 0, bytes, 100, &err));
    assert_memory_equal(bytes, "0123", 4);
    assert_memory_equal(bytes + 4, zeros, 96);
    assert_true(fa__file_truncate(file, 0, &err));
    assert_int_equal(fa__file_size(file, &err), 0);
    assert_false(fa__file_truncate(file, -1, &err));
    assert_int_equal(err.system_errno, EINVAL);
    fa__file_close(file, NULL);
}

static int64_t blocks_of(const char *path)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return (int64_t)status.st_blocks * 512;
}

static void reserving_keeps_old_bytes_and_takes_blocks(void **state)
{
    (void)state;
    fa__file *file = create("reserved", "old bytes", 9);
    fa_error err = {0};
    assert_true(fa__file_reserve(file, 3000000, &err));
    assert_int_equal(fa__file_size(file, &err), 3000000);
    assert_true(blocks_of(in_folder("reserved")) >= 3000000);
    char *bytes = calloc(3000000, 2);
    assert_true(fa__file_read(file, 0, bytes, 3000000, &err));
    assert_memory_equal(bytes, "old bytes", 9);
    assert_memory_equal(bytes + 9, bytes + 3000000, 3000000 - 9);
    assert_true(fa__file_reserve(file, 10, &err)); /* never shorter */
    assert_true(fa__file_reserve(file, 0, &err));
    assert_int_equal(fa__file_size(file, &err), 3000000);
    free(bytes);
    fa__file_close(file, NULL);
}

static void reserving_fills_the_holes_of_a_sparse_file(void **state)
{
    (void)state;
    fa__file *file = create("sparse", "x", 1);
    fa_error err = {0};
    int descriptor = open(in_folder("sparse"), O_RDWR | O_CLOEXEC);
    bool can_reserve = fallocate(descriptor, 0, 0, 1) == 0 || errno != EOPNOTSUPP;
    close(descriptor);
    if (!can_reserve) {
        print_message("skipped: this file system cannot reserve\n");
        fa__file_close(file, NULL);
        skip();
    }
    assert_true(fa__file_truncate(file, 1 << 20, &err));
    assert_true(blocks_of(in_folder("sparse")) < 1 << 20);
    assert_true(fa__file_reserve(file, 1 << 20, &err));
    assert_true(blocks_of(in_folder("sparse")) >= 1 << 20);
    assert_int_equal(fa__file_size(file, &err), 1 << 20);
    fa__file_close(file, NULL);
}

static void ignore(int number)
{
    (void)number;
}

/* A profiler's timer interrupts the reservation again and again; it has to end all the same. */
static void reserving_ends_under_a_storm_of_signals(void **state)
{
    (void)state;
    if (!mount_small("storm", "300m"))
        skip();
    fa__file *file = create("storm/file", "x", 1);
    struct sigaction handler = {.sa_handler = ignore}, before;
    sigaction(SIGALRM, &handler, &before);
    struct itimerval often = {{0, 500}, {0, 500}}, never = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &often, NULL);
    fa_error err = {0};
    bool reserved = fa__file_reserve(file, 200 << 20, &err);
    setitimer(ITIMER_REAL, &never, NULL);
    sigaction(SIGALRM, &before, NULL);
    assert_true(reserved);
    assert_true(blocks_of(in_folder("storm/file")) >= 200 << 20);
    fa__file_close(file, NULL);
    unmount_small("storm");
}

static int grow_past_the_limit(void *argument)
{
    fa__file *file = argument;
    struct rlimit limit = {1000, 1000};
    setrlimit(RLIMIT_FSIZE, &limit);
    static char bytes[2000];
    fa_error err[4] = {{0}};
    if (fa__file_reserve(file, 1001, &err[0]) || fa__file_truncate(file, 1001, &err[1]) ||
        fa__file_write(file, 0, bytes, 1001, &err[2]) || fa__file_write(file, 5000, bytes, 1, &err[3]))
        return 1;
    for (int i = 0; i < 4; i++)
        if (err[i].code != FA_DISK_FULL || err[i].system_errno != EFBIG ||
            strstr(err[i].message, "1000") == NULL)
            return 2;
    fa_error none = {0};
    if (!fa__file_reserve(file, 1000, &none) || !fa__file_write(file, 0, bytes, 1000, &none) ||
        fa__file_size(file, &none) != 1000 || !fa__file_truncate(file, 10, &none))
        return 3;
    return 0;
}

static int grow_past_the_limit_unguarded(void *argument)
{
    struct rlimit limit = {1000, 1000};
    setrlimit(RLIMIT_FSIZE, &limit);
    return ftruncate(*(int *)argument, 1001) == 0;
}

static void the_limit_of_file_sizes_is_an_error_and_no_signal(void **state)
{
    (void)state;
    fa__file *file = create("limited", "x", 1);
    assert_int_equal(in_child(grow_past_the_limit, file), 0);
    fa__file_close(file, NULL);
    int descriptor = open(in_folder("limited"), O_RDWR | O_CLOEXEC);
    assert_int_equal(in_child(grow_past_the_limit_unguarded, &descriptor), 256 + SIGXFSZ);
    close(descriptor);
}

static void unlinked_files_have_no_name(void **state)
{
    (void)state;
    int names = count_names();
    fa_error err = {0};
    fa__file *file = fa__file_open(folder, FA__OPEN_WRITE | FA__OPEN_UNLINKED, &err);
    assert_non_null(file);
    assert_int_equal(count_names(), names);
    char byte = 0;
    assert_true(fa__file_reserve(file, 100000, &err));
    assert_true(fa__file_write(file, 99999, "x", 1, &err));
    assert_true(fa__file_read(file, 99999, &byte, 1, &err));
    assert_int_equal(byte, 'x');
    char name[128];
    snprintf(name, sizeof name, "a scratch file in %s", folder);
    assert_string_equal(fa__file_path(file), name);
    fa__file_close(file, &err);
    assert_false(fa_failed(&err));
    assert_refused(in_folder("none"), FA__OPEN_WRITE | FA__OPEN_UNLINKED, FA_NOT_FOUND,
                   "no file can be made in this folder: No such file or directory");
}

/* Every size of room: the reservation succeeds, or is an error that leaves the file and the free space as
 * they were. */
static void a_full_disk_is_an_error_that_changes_nothing(void **state)
{
    (void)state;
    static const char *const rooms[] = {"4096", "8192", "12288", "64k", "1m", "8m"};
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
        if (!mount_small("small", rooms[i]))
            skip();
        fa__file *file = create("small/file", "old", 3);
        fa_error err = {0};
        int64_t size = 1024;
        while (fa__file_reserve(file, size, &err))
            size *= 2;
        assert_int_equal(err.code, FA_DISK_FULL);
        assert_int_equal(err.system_errno, ENOSPC);
        assert_non_null(strstr(err.message, "are free: No space left on device"));
        fa_error again = {0};
        int64_t kept = fa__file_size(file, &again);
        assert_int_equal(kept, size == 1024 ? 3 : size / 2);
        char old[3];
        assert_true(fa__file_read(file, 0, old, 3, &again));
        assert_memory_equal(old, "old", 3);
        static const char block[1 << 16];
        fa_error full = {0};
        for (int64_t at = 0; fa__file_write(file, at, block, sizeof block, &full); at += sizeof block)
            continue;
        assert_int_equal(full.code, FA_DISK_FULL);
        fa__file_close(file, NULL);
        unmount_small("small");
    }
}

static void locks_exclude_each_other(void **state)
{
    (void)state;
    fa_error err = {0};
    fa__file *a = create("locked", "x", 1);
    fa__file *b = fa__file_open(in_folder("locked"), FA__OPEN_WRITE, &err);
    fa__file *reader = fa__file_open(in_folder("locked"), FA__OPEN_READ, &err);
    assert_true(fa__file_lock(a, false, &err));
    assert_true(fa__file_lock(b, false, &err));
    assert_true(fa__file_lock(reader, false, &err));
    assert_false(fa__file_lock(a, true, &err));
    assert_int_equal(err.code, FA_BUSY);
    assert_non_null(strstr(err.message, "another reader or writer holds a lock"));
    fa_error_clear(&err);
    fa__file_unlock(b);
    fa__file_unlock(reader);
    assert_true(fa__file_lock(a, true, &err)); /* a shared lock becomes an exclusive one */
    assert_false(fa__file_lock(reader, false, &err));
    assert_non_null(strstr(err.message, "another writer holds a lock"));
    fa_error_clear(&err);
    assert_false(fa__file_lock(reader, true, &err));
    fa_error_clear(&err);
    fa__file_close(a, &err);
    assert_true(fa__file_lock(b, true, &err));
    fa__file_unlock(b);
    fa__file_unlock(b);
    assert_false(fa__file_lock(reader, true, &err));
    assert_int_equal(err.code, FA_INVALID_ARGUMENT);
    fa__file_close(b, NULL);
    fa__file_close(reader, NULL);
}

static int finds_no_lock(void *descriptor)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(*(int *)descriptor, F_GETLK, &lock) != 0 || lock.l_type != F_UNLCK;
}

/* The control: POSIX's own lock vanishes with the unrelated descriptor. */
static void an_unrelated_close_takes_a_posix_lock(void **state)
{
    (void)state;
    fa__file_close(create("posix", "x", 1), NULL);
    int descriptor = open(in_folder("posix"), O_RDWR | O_CLOEXEC);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    assert_int_equal(fcntl(descriptor, F_SETLK, &lock), 0);
    assert_int_equal(in_child(finds_no_lock, &descriptor), 1);
    close(open(in_folder("posix"), O_RDONLY | O_CLOEXEC));
    assert_int_equal(in_child(finds_no_lock, &descriptor), 0);
    close(descriptor);
}

static void an_unrelated_close_keeps_the_lock(void **state)
{
    (void)state;
    fa_error err = {0};
    fa__file *holder = create("kept", "x", 1);
    fa__file *rival = fa__file_open(in_folder("kept"), FA__OPEN_WRITE, &err);
    assert_true(fa__file_lock(holder, true, &err));
    close(open(in_folder("kept"), O_RDONLY | O_CLOEXEC));
    assert_false(fa__file_lock(rival, true, &err));
    assert_int_equal(err.code, FA_BUSY);
    fa__file_close(holder, NULL);
    fa__file_close(rival, NULL);
}

static int close_in_child(void *file)
{
    fa__file_close(file, NULL);
    return 0;
}

static void a_childs_close_keeps_the_lock_and_a_childs_life_does_not(void **state)
{
    (void)state;
    fa_error err = {0};
    fa__file *holder = create("forked", "x", 1);
    fa__file *rival = fa__file_open(in_folder("forked"), FA__OPEN_WRITE, &err);
    assert_true(fa__file_lock(holder, true, &err));
    assert_int_equal(in_child(close_in_child, holder), 0);
    assert_false(fa__file_lock(rival, true, &err));
    assert_int_equal(err.code, FA_BUSY);

    pid_t child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    fa__map map;
    fa_error_clear(&err);
    assert_true(fa__map_file(&map, holder, 1, false, &err)); /* keeps the open description alive as well */
    fa__file_close(holder, NULL);
    assert_true(fa__file_lock(rival, true, &err));
    fa__map_release(&map);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    fa__file_close(rival, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_regular_files_are_opened),
        cmocka_unit_test(what_cannot_be_opened_says_why),
        cmocka_unit_test(an_unreadable_file_is_permission_denied),
        cmocka_unit_test(descriptors_are_not_left_open_or_passed_on),
        cmocka_unit_test(identity_follows_the_file_not_the_name),
        cmocka_unit_test(reading_needs_all_bytes),
        cmocka_unit_test(sizes_follow_the_file),
        cmocka_unit_test(reserving_keeps_old_bytes_and_takes_blocks),
        cmocka_unit_test(reserving_fills_the_holes_of_a_sparse_file),
        cmocka_unit_test(reserving_ends_under_a_storm_of_signals),
        cmocka_unit_test(the_limit_of_file_sizes_is_an_error_and_no_signal),
        cmocka_unit_test(unlinked_files_have_no_name),
        cmocka_unit_test(a_full_disk_is_an_error_that_changes_nothing),
        cmocka_unit_test(locks_exclude_each_other),
        cmocka_unit_test(an_unrelated_close_takes_a_posix_lock),
        cmocka_unit_test(an_unrelated_close_keeps_the_lock),
        cmocka_unit_test(a_childs_close_keeps_the_lock_and_a_childs_life_does_not),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
