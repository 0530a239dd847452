/* SPDX-License-Identifier: BSD-3-Clause */
/* An append whose new header cannot be flushed: the rows that the header counts are cut off only when the old
 * header is on the disk again. The linker leads the library's calls here (--wrap). */
#include "faults/arrays.h"

#include <errno.h>

enum { ROWS = 100, COLUMNS = 10 };

/* Of the calls since `syncs` was set to 0: fsync fails from number `first` to number `last`. */
static int syncs, first_failing, last_failing;
static int synced_before_cut; /* the number of the last fsync before the file was cut; 0: it was not */
static bool was_last_sync_good;

int __real_fsync(int file);
int __wrap_fsync(int file);
int __wrap_fsync(int file)
{
    syncs++;
    was_last_sync_good = syncs < first_failing || syncs > last_failing;
    if (was_last_sync_good)
        return __real_fsync(file);
    errno = EIO;
    return -1;
}

int __real_ftruncate(int file, off_t size);
int __wrap_ftruncate(int file, off_t size);
int __wrap_ftruncate(int file, off_t size)
{
    synced_before_cut = was_last_sync_good ? syncs : -1;
    return __real_ftruncate(file, size);
}

/* Rows are synced by the first fsync, the header by the second. */
static void fail_to_append(int last)
{
    fa_error err = {0}, loss = {0};
    make_numbers(in_folder("a.npy"), ROWS, COLUMNS, &err);
    fa_array *array = fa_open(in_folder("a.npy"), FA_READ_WRITE, NULL, &err);
    assert_false(fa_failed(&err));
    syncs = synced_before_cut = 0;
    first_failing = 2;
    last_failing = last;
    fa_release(fa_append(array, array, NULL, &loss));
    assert_true(syncs >= 2);
    first_failing = last_failing = 0;
    assert_int_equal(loss.code, FA_IO_ERROR);
    fa_release(array);
}

static void assert_file(int64_t file_bytes)
{
    fa_error err = {0};
    fa_array *array = fa_open(in_folder("a.npy"), FA_READ_ONLY, NULL, &err);
    assert_int_equal(fa_get_int64(array, FA_COORDS(ROWS - 1, COLUMNS - 1), &err), ROWS * COLUMNS);
    fa_release(array);
    assert_false(fa_failed(&err));
    struct stat status;
    assert_int_equal(stat(in_folder("a.npy"), &status), 0);
    assert_int_equal(status.st_size, file_bytes);
}

static void new_rows_go_when_the_old_header_is_durable(void **state)
{
    (void)state;
    fail_to_append(2);
    assert_int_equal(synced_before_cut, 3);
    assert_file(128 + 8 * ROWS * COLUMNS);
}

static void new_rows_stay_when_the_disk_may_have_the_new_header(void **state)
{
    (void)state;
    fail_to_append(100);
    assert_int_equal(synced_before_cut, 0);
    assert_file(128 + 2 * 8 * ROWS * COLUMNS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(new_rows_go_when_the_old_header_is_durable, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(new_rows_stay_when_the_disk_may_have_the_new_header, make_folder,
                                        remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
