/* SPDX-License-Identifier: BSD-3-Clause */
/* What platform falls back to where the kernel or the file system lacks a call. A filter in a child answers
 * the calls as such a system would: each test runs the same functions as everybody, and checks the same
 * promises. */
#include "platform/folder.h"

#include "platform/platform.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

/* Answers call `number` with an errno when (argument & mask) == value. */
struct refusal {
    uint32_t number, argument, mask, value;
    int system_errno;
};

enum { INSTRUCTIONS_EACH = 6, MOST_REFUSALS = 4 };

static bool refuse(const struct refusal *refusals, unsigned short count)
{
    struct sock_filter program[MOST_REFUSALS * INSTRUCTIONS_EACH + 1];
    struct sock_filter *next = program;
    for (unsigned short i = 0; i < count; i++) {
        const struct refusal *refusal = &refusals[i];
        const uint32_t number_at = (uint32_t)offsetof(struct seccomp_data, nr);
        const uint32_t argument_at = (uint32_t)offsetof(struct seccomp_data, args) + 8 * refusal->argument;
        *next++ = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, number_at);
        *next++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, refusal->number, 0, 4);
        *next++ = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, argument_at);
        *next++ = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, refusal->mask);
        *next++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, refusal->value, 0, 1);
        *next++ = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
                                               SECCOMP_RET_ERRNO | (uint32_t)refusal->system_errno);
    }
    *next++ = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog filter = {(unsigned short)(next - program), program};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

/* In a child: cmocka's own checks would jump into the parent's test. */
#define CHECK(condition)                                            \
    do {                                                            \
        if (!(condition)) {                                         \
            fprintf(stderr, "line %d: %s\n", __LINE__, #condition); \
            return 1;                                               \
        }                                                           \
    } while (0)

enum { NOT_ALLOWED = 77 };

static int64_t blocks_of(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? (int64_t)status.st_blocks * 512 : -1;
}

static int reserve_without_fallocate(void *system_errno)
{
    const struct refusal refusal = {SYS_fallocate, 0, 0, 0, *(int *)system_errno};
    if (!refuse(&refusal, 1))
        return NOT_ALLOWED;
    fa_error err = {0};
    unlink(in_folder("zeros"));
    fa__file *file = fa__file_open(in_folder("zeros"), FA__OPEN_WRITE | FA__OPEN_CREATE, &err);
    CHECK(fa__file_write(file, 0, "old bytes", 9, &err));
    CHECK(fa__file_reserve(file, 2500000, &err));
    CHECK(fa__file_size(file, &err) == 2500000);
    CHECK(blocks_of(in_folder("zeros")) >= 2500000);
    char bytes[10];
    CHECK(fa__file_read(file, 0, bytes, 10, &err));
    CHECK(memcmp(bytes, "old bytes", 10) == 0); /* and a zero behind them */
    CHECK(fa__file_reserve(file, 100, &err));
    CHECK(fa__file_size(file, &err) == 2500000);
    fa__file_close(file, &err);
    CHECK(!fa_failed(&err));
    return 0;
}

static void space_is_reserved_by_writing_zeros(void **state)
{
    (void)state;
    static int numbers[] = {EOPNOTSUPP, ENOSYS};
    for (int i = 0; i < 2; i++) {
        int status = in_child(reserve_without_fallocate, &numbers[i]);
        if (status == NOT_ALLOWED)
            skip();
        assert_int_equal(status, 0);
    }
}

static int fill_without_fallocate(void *argument)
{
    (void)argument;
    const struct refusal refusal = {SYS_fallocate, 0, 0, 0, EOPNOTSUPP};
    if (!refuse(&refusal, 1))
        return NOT_ALLOWED;
    fa_error err = {0};
    fa__file *file = fa__file_open(in_folder("small/zeros"), FA__OPEN_WRITE | FA__OPEN_CREATE, &err);
    CHECK(fa__file_write(file, 0, "old", 3, &err));
    CHECK(!fa__file_reserve(file, 10 << 20, &err));
    CHECK(err.code == FA_DISK_FULL && err.system_errno == ENOSPC);
    fa_error after = {0};
    CHECK(fa__file_size(file, &after) == 3);
    CHECK(blocks_of(in_folder("small/zeros")) <= 4096 * 16);
    fa__file_close(file, &after);
    return 0;
}

static void a_full_disk_gets_its_zeros_back(void **state)
{
    (void)state;
    if (!mount_small("small", "2m"))
        skip();
    int status = in_child(fill_without_fallocate, NULL);
    unmount_small("small");
    if (status == NOT_ALLOWED)
        skip();
    assert_int_equal(status, 0);
}

static int unlink_without_tmpfile(void *system_errno)
{
    const struct refusal refusal = {SYS_openat, 2, O_TMPFILE & ~O_DIRECTORY, O_TMPFILE & ~O_DIRECTORY,
                                    *(int *)system_errno};
    if (!refuse(&refusal, 1))
        return NOT_ALLOWED;
    fa_error err = {0};
    CHECK(open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) < 0);
    int names = count_names();
    fa__file *file = fa__file_open(folder, FA__OPEN_WRITE | FA__OPEN_UNLINKED, &err);
    CHECK(file != NULL);
    CHECK(count_names() == names);
    char byte;
    CHECK(fa__file_reserve(file, 5000, &err) && fa__file_write(file, 4999, "x", 1, &err));
    CHECK(fa__file_read(file, 4999, &byte, 1, &err) && byte == 'x');
    fa__file_close(file, &err);
    CHECK(!fa_failed(&err));
    CHECK(fa__file_open(in_folder("none"), FA__OPEN_WRITE | FA__OPEN_UNLINKED, &err) == NULL);
    CHECK(err.code == FA_NOT_FOUND || err.system_errno == EISDIR || err.system_errno == EOPNOTSUPP);
    return 0;
}

static void unlinked_files_are_made_and_unlinked(void **state)
{
    (void)state;
    static int numbers[] = {EOPNOTSUPP, EISDIR};
    for (int i = 0; i < 2; i++) {
        int status = in_child(unlink_without_tmpfile, &numbers[i]);
        if (status == NOT_ALLOWED)
            skip();
        assert_int_equal(status, 0);
    }
}

static int count_without_cachestat(void *system_errno)
{
    const struct refusal refusal = {451, 0, 0, 0, *(int *)system_errno};
    const int64_t size = 40 << 20; /* more than one window */
    fa_error err = {0};
    unlink(in_folder("resident"));
    fa__file *file = fa__file_open(in_folder("resident"), FA__OPEN_WRITE | FA__OPEN_CREATE, &err);
    char *bytes = calloc(1, (size_t)size);
    CHECK(fa__file_write(file, 0, bytes, (size_t)size, &err) && fa__file_sync(file, &err));
    free(bytes);
    fa__file_drop(file, 8 << 20, 4 << 20);
    int64_t counted = fa__file_resident(file, 0, size);
    CHECK(counted == (36 << 20));
    if (!refuse(&refusal, 1))
        return NOT_ALLOWED;
    CHECK(fa__file_resident(file, 0, size) == counted);
    CHECK(fa__file_resident(file, (8 << 20) + 5, 100) == 0);
    CHECK(fa__file_resident(file, 5, 100) == 100);
    CHECK(fa__file_resident(file, size - 5, 100000) == (int64_t)fa__page_size());
    CHECK(fa__file_resident(file, size, 100000) == 0);
    fa__file_close(file, &err);
    return 0;
}

static void resident_pages_are_counted_through_a_mapping(void **state)
{
    (void)state;
    static int numbers[] = {ENOSYS, EPERM, EOPNOTSUPP};
    for (int i = 0; i < 3; i++) {
        int status = in_child(count_without_cachestat, &numbers[i]);
        if (status == NOT_ALLOWED)
            skip();
        assert_int_equal(status, 0);
    }
}

static void read_byte(void *address)
{
    (void)*(volatile char *)address;
}

static int populate_on_an_old_kernel(void *argument)
{
    (void)argument;
    const struct refusal refusal = {SYS_madvise, 2, 0xfffffffe, 22, EINVAL}; /* 22 and 23 */
    if (!refuse(&refusal, 1))
        return NOT_ALLOWED;
    fa_error err = {0};
    size_t page = fa__page_size();
    fa__file *file = fa__file_open(in_folder("populated"), FA__OPEN_WRITE | FA__OPEN_CREATE, &err);
    fa__map map;
    CHECK(fa__file_reserve(file, (int64_t)(4 * page), &err) &&
          fa__map_file(&map, file, 4 * page, true, &err));
    CHECK(fa__map_populate(&map, 0, 4 * page, true, "populated", &err));
    CHECK(fa__file_truncate(file, (int64_t)page, &err));
    CHECK(fa__map_populate(&map, 0, 4 * page, false, "populated", &err));
    CHECK(fa__guarded(read_byte, map.address + 2 * page) == map.address + 2 * page);
    fa__map_release(&map);
    fa__file_close(file, &err);
    CHECK(!fa_failed(&err));
    return 0;
}

static void populating_leaves_it_to_the_guard(void **state)
{
    (void)state;
    int status = in_child(populate_on_an_old_kernel, NULL);
    if (status == NOT_ALLOWED)
        skip();
    assert_int_equal(status, 0);
}

static int rename_without_the_flag(void *system_errno)
{
    const struct refusal refusal = {SYS_renameat2, 0, 0, 0, *(int *)system_errno};
    if (!refuse(&refusal, 1))
        return NOT_ALLOWED;
    fa_error err = {0};
    static const char *const names[] = {"mine", "taken"};
    for (int i = 0; i < 2; i++) {
        unlink(in_folder(names[i]));
        fa__file_close(fa__file_open(in_folder(names[i]), FA__OPEN_WRITE | FA__OPEN_CREATE, &err), &err);
    }
    unlink(in_folder("free"));
    CHECK(!fa__path_rename_new(in_folder("mine"), in_folder("taken"), &err) && err.code == FA_BUSY);
    CHECK(fa__path_exists(in_folder("mine")));
    fa_error_clear(&err);
    CHECK(fa__path_rename_new(in_folder("mine"), in_folder("free"), &err));
    CHECK(fa__path_exists(in_folder("free")) && !fa__path_exists(in_folder("mine")));
    return 0;
}

static void a_name_is_taken_by_linking(void **state)
{
    (void)state;
    static int numbers[] = {EINVAL, ENOSYS};
    for (int i = 0; i < 2; i++) {
        int status = in_child(rename_without_the_flag, &numbers[i]);
        if (status == NOT_ALLOWED)
            skip();
        assert_int_equal(status, 0);
    }
}

static int flush_and_lock_on_a_poor_file_system(void *argument)
{
    (void)argument;
    const struct refusal refusals[] = {{SYS_sync_file_range, 0, 0, 0, ENOSYS},
                                       {SYS_fcntl, 1, 0xffffffff, F_OFD_SETLK, ENOLCK}};
    if (!refuse(refusals, 2))
        return NOT_ALLOWED;
    fa_error err = {0};
    fa__file *file = fa__file_open(in_folder("poor"), FA__OPEN_WRITE | FA__OPEN_CREATE, &err);
    CHECK(fa__file_write(file, 0, "x", 1, &err));
    CHECK(fa__file_write_behind(file, 0, 1, false, &err) && fa__file_write_behind(file, 0, 1, true, &err));
    CHECK(fa__file_lock(file, true, &err) && fa__file_lock(file, false, &err));
    fa__file_unlock(file);
    fa__file_close(file, &err);
    CHECK(!fa_failed(&err));
    return 0;
}

static int flush_a_failing_file(void *argument)
{
    (void)argument;
    const struct refusal refusals[] = {{SYS_sync_file_range, 0, 0, 0, EIO},
                                       {SYS_fsync, 0, 0, 0, EIO},
                                       {SYS_msync, 0, 0, 0, EIO},
                                       {SYS_pread64, 0, 0, 0, EIO}};
    if (!refuse(refusals, 4))
        return NOT_ALLOWED;
    fa_error err[5] = {{0}};
    char byte;
    fa__map map;
    fa__file *file = fa__file_open(in_folder("failing"), FA__OPEN_WRITE | FA__OPEN_CREATE, &err[0]);
    CHECK(fa__file_write(file, 0, "xy", 2, &err[0]) && fa__map_file(&map, file, 2, true, &err[0]));
    CHECK(!fa__file_write_behind(file, 1, 1, true, &err[1]) && err[1].byte_offset == 1);
    CHECK(!fa__file_sync(file, &err[2]));
    CHECK(!fa__map_sync(&map, 1, 1, "failing", &err[3]) && err[3].byte_offset == 1);
    CHECK(!fa__file_read(file, 1, &byte, 1, &err[4]) && err[4].byte_offset == 1);
    for (int i = 1; i < 5; i++)
        CHECK(err[i].code == FA_IO_ERROR && err[i].system_errno == EIO);
    fa_error folder_err = {0};
    CHECK(!fa__path_sync_folder(in_folder("failing"), &folder_err) && folder_err.code == FA_IO_ERROR);
    fa__map_release(&map);
    fa__file_close(file, &err[0]);
    return 0;
}

static void poor_file_systems_flush_whole_files_and_lock_nothing(void **state)
{
    (void)state;
    int status = in_child(flush_and_lock_on_a_poor_file_system, NULL);
    if (status == NOT_ALLOWED)
        skip();
    assert_int_equal(status, 0);
}

static void failing_disks_are_io_errors(void **state)
{
    (void)state;
    int status = in_child(flush_a_failing_file, NULL);
    if (status == NOT_ALLOWED)
        skip();
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(space_is_reserved_by_writing_zeros),
        cmocka_unit_test(a_full_disk_gets_its_zeros_back),
        cmocka_unit_test(unlinked_files_are_made_and_unlinked),
        cmocka_unit_test(resident_pages_are_counted_through_a_mapping),
        cmocka_unit_test(populating_leaves_it_to_the_guard),
        cmocka_unit_test(a_name_is_taken_by_linking),
        cmocka_unit_test(poor_file_systems_flush_whole_files_and_lock_nothing),
        cmocka_unit_test(failing_disks_are_io_errors),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
