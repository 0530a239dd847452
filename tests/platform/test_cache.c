/* SPDX-License-Identifier: BSD-3-Clause */
/* The page cache: flushing, write-behind, prefetching, dropping, counting what is resident. */
#include "platform/folder.h"

#include "platform/platform.h"

enum { SIZE = 8 << 20 };

static fa__file *make_clean_file(const char *name)
{
    fa_error err = {0};
    unlink(in_folder(name));
    fa__file *file = fa__file_open(in_folder(name), FA__OPEN_WRITE | FA__OPEN_CREATE, &err);
    char *bytes = malloc(SIZE);
    memset(bytes, 1, SIZE);
    assert_true(fa__file_write(file, 0, bytes, SIZE, &err));
    free(bytes);
    assert_true(fa__file_sync(file, &err));
    return file;
}

static void skip_in_memory(void)
{
    if (!fa__path_is_memory(folder))
        return;
    print_message("skipped: %s is in memory, where pages stay\n", folder);
    skip();
}

static void what_is_dropped_is_not_resident(void **state)
{
    (void)state;
    skip_in_memory();
    fa__file *file = make_clean_file("file");
    assert_int_equal(fa__file_resident(file, 0, SIZE), SIZE);
    assert_int_equal(fa__file_resident(file, 0, (int64_t)SIZE * 10), SIZE); /* behind the end is nothing */
    assert_int_equal(fa__file_resident(file, 100, 1), 1);
    assert_int_equal(fa__file_resident(file, 0, 0), 0);
    assert_int_equal(fa__file_resident(file, -5, 10), -1);
    fa__file_drop(file, 0, 0); /* not: up to the end */
    assert_int_equal(fa__file_resident(file, 0, SIZE), SIZE);
    fa__file_drop(file, SIZE / 2, SIZE / 2);
    assert_int_equal(fa__file_resident(file, SIZE / 2, SIZE / 2), 0);
    assert_int_equal(fa__file_resident(file, 0, SIZE), SIZE / 2);
    fa__file_prefetch(file, SIZE / 2, 0);
    assert_int_equal(fa__file_resident(file, SIZE / 2, SIZE / 2), 0);
    fa__file_prefetch(file, SIZE / 2, SIZE / 2);
    for (int i = 0; i < 500 && fa__file_resident(file, 0, SIZE) < SIZE; i++)
        usleep(10000);
    assert_int_equal(fa__file_resident(file, 0, SIZE), SIZE);
    fa__file_close(file, NULL);
}

static int ask_as_a_stranger(void *argument)
{
    (void)argument;
    if (setresuid(65534, 65534, 65534) != 0)
        return 1;
    fa_error err = {0};
    fa__file *file = fa__file_open(in_folder("foreign"), FA__OPEN_READ, &err);
    int64_t resident = fa__file_resident(file, 0, SIZE);
    fa__file_close(file, &err);
    return fa_failed(&err) || resident != -1;
}

/* The kernel would say that all of it is resident. */
static void strangers_are_told_nothing(void **state)
{
    (void)state;
    if (geteuid() != 0) {
        print_message("skipped: only root can become a stranger\n");
        skip();
    }
    fa__file *file = make_clean_file("foreign");
    assert_int_equal(chmod(in_folder("foreign"), 0644), 0);
    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(in_child(ask_as_a_stranger, NULL), 0);
    fa__file_close(file, NULL);
}

static void dirty_pages_can_be_dropped_once_written_behind(void **state)
{
    (void)state;
    skip_in_memory();
    fa_error err = {0};
    fa__file *file = make_clean_file("behind");
    char *bytes = calloc(1, SIZE);
    assert_true(fa__file_write(file, 0, bytes, SIZE, &err));
    free(bytes);
    assert_true(fa__file_write_behind(file, 0, SIZE, false, &err));
    assert_true(fa__file_write_behind(file, 0, SIZE, true, &err));
    assert_true(fa__file_write_behind(file, 0, 0, true, &err));
    fa__file_drop(file, 0, SIZE);
    assert_int_equal(fa__file_resident(file, 0, SIZE), 0);
    assert_false(fa__file_write_behind(file, -1, 5, true, &err));
    assert_true(fa_failed(&err));
    assert_int_equal(err.byte_offset, -1);
    assert_false(fa__file_sync(file, &err)); /* sticky */
    fa__file_close(file, NULL);
}

static void files_in_memory_answer_too(void **state)
{
    (void)state;
    if (!mount_small("memory", "16m"))
        skip();
    fa_error err = {0};
    fa__file *file = make_clean_file("memory/file");
    assert_int_equal(fa__file_resident(file, 0, SIZE), SIZE);
    fa__file_drop(file, 0, SIZE); /* there is nowhere else: it stays */
    assert_int_equal(fa__file_resident(file, 0, SIZE), SIZE);
    assert_true(fa__file_write_behind(file, 0, SIZE, true, &err));
    fa__file_close(file, NULL);
    unmount_small("memory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_dropped_is_not_resident),
        cmocka_unit_test(strangers_are_told_nothing),
        cmocka_unit_test(dirty_pages_can_be_dropped_once_written_behind),
        cmocka_unit_test(files_in_memory_answer_too),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
