/* SPDX-License-Identifier: BSD-3-Clause */
/* New files: whole under their name or not there, nothing beside them, the old file until then. */
#include "platform/folder.h"

#include "base/memory.h"
#include "storage/storage.h"

static void fill(fa_array *array, double value)
{
    fa_error err = {0};
    int64_t count = fa_size(array), stride = 8;
    double *values = malloc((size_t)count * sizeof *values + 1);
    for (int64_t i = 0; i < count; i++)
        values[i] = value;
    fa__box box = {1, 8, 0, &count, &stride};
    assert_true(fa__source_write(array->source, &box, values, &err));
    free(values);
}

/* The file's elements are all one value: -1 when they differ, -2 when there is no file. */
static double uniform_value(const char *path, int64_t *count)
{
    fa_error err = {0};
    fa_array *array = fa__storage_open(path, FA_READ_ONLY, &(fa_open_options){.strict = true}, &err);
    if (array == NULL)
        return -2;
    int64_t stride = 8;
    *count = fa_size(array);
    double *values = malloc((size_t)*count * sizeof *values + 1);
    fa__box box = {1, 8, 0, count, &stride};
    assert_true(fa__source_read(array->source, &box, values, &err));
    double value = *count > 0 ? values[0] : 0;
    for (int64_t i = 0; i < *count; i++)
        value = values[i] == value ? value : -1;
    free(values);
    fa_release(array);
    return value;
}

static void make(const char *name, int64_t count, double value)
{
    fa_error err = {0};
    fa__publication *publication = fa__publish_begin(in_folder(name), FA_FLOAT64, 1, &count, NULL, &err);
    fill(fa__publish_array(publication), value);
    assert_true(fa__publish_commit(publication, true, &err));
}

static void assert_uniform(const char *name, int64_t count, double value)
{
    int64_t found = -1;
    assert_true(uniform_value(in_folder(name), &found) == value);
    assert_int_equal(found, count);
}

/* ---- Whole or not ---- */

static void a_file_appears_when_it_is_committed(void **state)
{
    (void)state;
    fa_error err = {0};
    int64_t count = 1000;
    int names = count_names();
    fa__publication *publication = fa__publish_begin(in_folder("new.npy"), FA_FLOAT64, 1, &count, NULL, &err);
    assert_non_null(publication);
    assert_false(fa__path_exists(in_folder("new.npy")));
    fill(fa__publish_array(publication), 5);
    assert_true(fa__publish_prepare(publication, NULL, &err));
    assert_false(fa__path_exists(in_folder("new.npy")));
    assert_true(fa__publish_commit(publication, true, &err));
    assert_uniform("new.npy", 1000, 5);
    assert_int_equal(count_names(), names + 1);
    unlink(in_folder("new.npy"));
}

static void a_dropped_file_leaves_nothing(void **state)
{
    (void)state;
    fa_error err = {0};
    int64_t count = 1000;
    make("kept.npy", 10, 1);
    int names = count_names();
    fa__publication *publication =
        fa__publish_begin(in_folder("kept.npy"), FA_FLOAT64, 1, &count, NULL, &err);
    assert_int_equal(count_names(), names + 1);
    fill(fa__publish_array(publication), 5);
    fa__publish_drop(publication);
    fa__publish_drop(NULL);
    publication = fa__publish_begin(in_folder("kept.npy"), FA_FLOAT64, 1, &count, NULL, &err);
    fa__fail(&err, FA_CANCELLED, "stop");
    assert_false(fa__publish_commit(publication, true, &err)); /* ends it, and keeps the first error */
    assert_int_equal(err.code, FA_CANCELLED);
    assert_int_equal(count_names(), names);
    assert_uniform("kept.npy", 10, 1);
    unlink(in_folder("kept.npy"));
}

static void views_of_a_replaced_file_keep_the_old_one(void **state)
{
    (void)state;
    fa_error err = {0};
    make("old.npy", 10, 1);
    assert_int_equal(chmod(in_folder("old.npy"), 0640), 0);
    fa_array *old = fa__storage_open(in_folder("old.npy"), FA_READ_WRITE, NULL, &err);
    make("old.npy", 20, 2); /* this process holds the lock of writers itself */
    double value = 0;
    fa__box box = {1, 8, 0, (int64_t[]){1}, (int64_t[]){8}};
    assert_true(fa__source_read(old->source, &box, &value, &err));
    assert_true(value == 1);
    fill(old, 3);
    assert_true(old->source->class->flush(old->source, 0, 80, &err));
    fa_release(old);
    assert_uniform("old.npy", 20, 2);
    struct stat status;
    assert_int_equal(stat(in_folder("old.npy"), &status), 0);
    assert_int_equal(status.st_mode & 0777, 0640);
    unlink(in_folder("old.npy"));
}

static void the_array_outlives_its_publication(void **state)
{
    (void)state;
    fa_error err = {0};
    int64_t count = 100;
    fa__publication *publication =
        fa__publish_begin(in_folder("alive.npy"), FA_FLOAT64, 1, &count, NULL, &err);
    fa_array *array = fa_retain(fa__publish_array(publication));
    assert_true(fa__publish_commit(publication, true, &err));
    assert_uniform("alive.npy", 100, 0);
    fill(array, 4);
    assert_uniform("alive.npy", 100, 4);
    fa_array *again = fa__storage_open(in_folder("alive.npy"), FA_READ_WRITE, NULL, &err);
    assert_ptr_equal(again->source->owner, array->source->owner);
    fa_file_info info;
    array->source->class->describe(array->source, &info, &err);
    assert_string_equal(info.path, in_folder("alive.npy"));
    fa_release(again);
    fa_release(array);
    assert_false(fa_failed(&err));
    unlink(in_folder("alive.npy"));
}

static void a_raw_file_is_its_bytes_alone(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *array = fa__storage_memmap(in_folder("mymmap"), FA_CREATE, FA_FLOAT64, FA_SHAPE(100, 100),
                                         &(fa_memmap_options){.offset_bytes = 24}, &err);
    assert_non_null(array);
    assert_true(fa_flags(array) & FA_WRITEABLE);
    struct stat status;
    assert_int_equal(stat(in_folder("mymmap"), &status), 0);
    assert_int_equal(status.st_size, 24 + 80000);
    assert_true(status.st_blocks * 512 >= 80000); /* reserved, not a hole */
    fa_release(array);
    unlink(in_folder("mymmap"));
}

/* ---- Targets that are not plain ---- */

static void a_link_is_followed(void **state)
{
    (void)state;
    make("real.npy", 10, 1);
    assert_int_equal(symlink("real.npy", in_folder("link.npy")), 0);
    make("link.npy", 20, 2);
    struct stat status;
    assert_int_equal(lstat(in_folder("link.npy"), &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_uniform("real.npy", 20, 2);
    unlink(in_folder("real.npy"));
    make("link.npy", 30, 3); /* where a link leads to nothing, the file is made there */
    assert_uniform("real.npy", 30, 3);
    unlink(in_folder("link.npy"));
    unlink(in_folder("real.npy"));
    assert_int_equal(symlink("loop.npy", in_folder("loop.npy")), 0);
    fa_error err = {0};
    assert_null(fa__publish_begin(in_folder("loop.npy"), FA_FLOAT64, 0, NULL, NULL, &err));
    assert_true(fa_failed(&err));
    unlink(in_folder("loop.npy"));
}

static void assert_not_made(const char *path, fa_error_code code, const char *words)
{
    fa_error err = {0};
    int names = count_names();
    assert_null(fa__publish_begin(path, FA_FLOAT64, 1, (int64_t[]){3}, NULL, &err));
    assert_int_equal(count_names(), names);
    assert_non_null(strstr(err.message, words));
    assert_memory_equal(err.message, path, strlen(path));
    assert_int_equal(err.code, code);
}

static void targets_that_cannot_be_files_are_refused(void **state)
{
    (void)state;
    mkdir(in_folder("folder"), 0700);
    assert_not_made(in_folder("folder"), FA_BAD_FORMAT, "is a folder, not a regular file");
    rmdir(in_folder("folder"));
    assert_not_made(in_folder("missing/x.npy"), FA_NOT_FOUND,
                    ": cannot be created: No such file or directory");
    assert_not_made("/dev/null", FA_BAD_FORMAT, "is a device, not a regular file");
    fa_error err = {0};
    assert_null(fa__publish_begin(in_folder("slash/"), FA_FLOAT64, 0, NULL, NULL, &err));
    assert_int_equal(err.code, FA_INVALID_ARGUMENT);
    fa_error_clear(&err);
    assert_null(fa__publish_begin(in_folder("x.npy"), FA_FLOAT64, 2, (int64_t[]){INT64_MAX, 2}, NULL, &err));
    assert_int_equal(err.code, FA_TOO_LARGE);
    fa_error_clear(&err);
    assert_null(fa__publish_begin(in_folder("x.npy"), FA_FLOAT64, 1, (int64_t[]){INT64_MAX / 8}, NULL, &err));
    assert_int_equal(err.code, FA_TOO_LARGE);
}

static int make_as_nobody(void *path)
{
    fa_error err = {0};
    if (setgid(65534) != 0 || setuid(65534) != 0)
        return -1;
    assert_null(fa__publish_begin(path, FA_FLOAT64, 1, (int64_t[]){3}, NULL, &err));
    return err.code;
}

static void what_a_user_may_not_write_is_refused(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    make("protected.npy", 3, 1);
    assert_int_equal(chmod(folder, 0777), 0);
    assert_int_equal(chmod(in_folder("protected.npy"), 0444), 0);
    assert_int_equal(in_child(make_as_nobody, (void *)(uintptr_t)in_folder("protected.npy")),
                     FA_PERMISSION_DENIED);
    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(in_child(make_as_nobody, (void *)(uintptr_t)in_folder("new.npy")), FA_PERMISSION_DENIED);
    assert_uniform("protected.npy", 3, 1);
    unlink(in_folder("protected.npy"));
}

static void an_existing_file_can_be_kept(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_create_options options = {.keep_existing = true};
    make("mine.npy", 10, 1);
    int names = count_names();
    assert_null(fa__publish_begin(in_folder("mine.npy"), FA_FLOAT64, 1, (int64_t[]){3}, &options, &err));
    assert_int_equal(err.code, FA_BUSY);
    fa_error_clear(&err);
    fa__publication *publication =
        fa__publish_begin(in_folder("race.npy"), FA_FLOAT64, 1, (int64_t[]){3}, &options, &err);
    make("race.npy", 10, 2); /* somebody is faster */
    assert_false(fa__publish_commit(publication, true, &err));
    assert_int_equal(err.code, FA_BUSY);
    assert_uniform("mine.npy", 10, 1);
    assert_uniform("race.npy", 10, 2);
    assert_int_equal(count_names(), names + 1);
    unlink(in_folder("mine.npy"));
    unlink(in_folder("race.npy"));
}

static void a_long_name_has_a_temporary_too(void **state)
{
    (void)state;
    char name[256];
    memset(name, 'n', 255);
    name[255] = '\0';
    make(name, 10, 1);
    assert_uniform(name, 10, 1);
    unlink(in_folder(name));
}

/* ---- Killed writers ---- */

enum { DIE_BEGUN, DIE_FILLED, DIE_PREPARED, DIE_ANYWHERE };

static void die_at(int place, int wanted)
{
    if (place == wanted)
        raise(SIGKILL);
}

/* Replaces a file over and over, each time by one of another value and size, until it is killed or kills
 * itself. */
static int replace_until_killed(const char *path, int place)
{
    for (int i = 2;; i = i % 50 + 1) {
        fa_error err = {0};
        int64_t count = i * 100;
        fa__publication *publication = fa__publish_begin(path, FA_FLOAT64, 1, &count, NULL, &err);
        if (publication == NULL)
            return err.code;
        die_at(DIE_BEGUN, place);
        fill(fa__publish_array(publication), i);
        die_at(DIE_FILLED, place);
        if (i % 8 == 0 || place == DIE_PREPARED)
            fa__publish_prepare(publication, NULL, &err);
        die_at(DIE_PREPARED, place);
        fa__publish_commit(publication, false, &err);
    }
}

static void a_killed_writer_leaves_old_or_new_and_the_next_cleans_up(void **state)
{
    (void)state;
    char path[512];
    snprintf(path, sizeof path, "%s", in_folder("killed.npy"));
    int names = count_names(), littered = 0, replaced = 0;
    make("killed.npy", 100, 1);
    for (int i = 0; i < 60; i++) {
        int place = i < 3 ? i : DIE_ANYWHERE;
        pid_t child = fork();
        if (child == 0)
            _exit(replace_until_killed(path, place));
        usleep(4000 + (unsigned)(i * 137 % 8000));
        if (place == DIE_ANYWHERE)
            kill(child, SIGKILL);
        int status;
        waitpid(child, &status, 0);
        assert_true(WIFSIGNALED(status));
        int64_t count;
        double value = uniform_value(path, &count);
        assert_true(value >= 1 && count == (int64_t)value * 100);
        littered += count_names() - names - 1;
        replaced += value != 1;
        make("killed.npy", 100, 1);
        assert_int_equal(count_names(), names + 1);
    }
    print_message("killed with a temporary %d times, after a replacement %d times\n", littered, replaced);
    assert_true(littered >= 3); /* else the test tested nothing */
    unlink(path);
}

/* Once the parent is through with the file, its lock is to be had again. */
static int resize_after_parent(fa_array *array, int parent_is_done)
{
    fa_error err = {0};
    char byte;
    alarm(30);
    if (read(parent_is_done, &byte, 1) != 0)
        return -1;
    fa__resize_drop(fa__resize_begin(array, &err));
    return err.code;
}

static void a_child_forked_while_a_file_is_replaced_may_change_it_later(void **state)
{
    (void)state;
    fa_error err = {0};
    int64_t count = 10;
    int ends[2], status;
    make("parents.npy", count, 1);
    fa_array *array = fa__storage_open(in_folder("parents.npy"), FA_READ_WRITE, NULL, &err);
    fa__publication *publication =
        fa__publish_begin(in_folder("parents.npy"), FA_FLOAT64, 1, &count, NULL, &err);
    assert_false(fa_failed(&err));
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        close(ends[1]);
        _exit(resize_after_parent(array, ends[0]));
    }
    fa__publish_drop(publication);
    fa_release(array);
    close(ends[1]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), FA_OK);
    close(ends[0]);
    unlink(in_folder("parents.npy"));
}

static void the_temporaries_of_living_writers_stay(void **state)
{
    (void)state;
    fa_error err = {0};
    int64_t count = 10;
    fa__publication *one = fa__publish_begin(in_folder("both.npy"), FA_FLOAT64, 1, &count, NULL, &err);
    fa__publication *two = fa__publish_begin(in_folder("both.npy"), FA_FLOAT64, 1, &count, NULL, &err);
    FILE *other = fopen(in_folder(".both.npy.farray-notes"), "w"); /* no temporary of ours */
    fclose(other);
    fill(fa__publish_array(one), 1);
    fill(fa__publish_array(two), 2);
    assert_true(fa__publish_commit(two, false, &err));
    assert_uniform("both.npy", 10, 2);
    assert_true(fa__publish_commit(one, false, &err));
    assert_uniform("both.npy", 10, 1);
    assert_true(fa__path_exists(in_folder(".both.npy.farray-notes")));
    unlink(in_folder(".both.npy.farray-notes"));
    unlink(in_folder("both.npy"));
}

/* ---- Archives that several begin ---- */

static void check_members(const char *const *names, int count)
{
    char path[600];
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s::%s", in_folder("new.npz"), names[i]);
        int64_t found = -1;
        assert_true(uniform_value(path, &found) == i + 1);
        assert_int_equal(found, 1000);
    }
}

static fa__publication *begin_member(const char *name, double value, fa_codec codec, fa_error *err)
{
    char path[600];
    int64_t count = 1000;
    fa_create_options options = {.codec = codec};
    snprintf(path, sizeof path, "%s::%s", in_folder("new.npz"), name);
    fa__publication *publication = fa__publish_begin(path, FA_FLOAT64, 1, &count, &options, err);
    if (publication != NULL)
        fill(fa__publish_array(publication), value);
    return publication;
}

static void members_of_a_new_archive_do_not_replace_each_other(void **state)
{
    (void)state;
    static const char *const names[] = {"one", "two", "three"};
    const fa_codec codecs[] = {FA_CODEC_NONE, FA_CODEC_DEFLATE};
    int before = count_names();
    for (int c = 0; c < 2; c++) {
        fa_error err = {0};
        fa__publication *publications[3];
        for (int i = 0; i < 3; i++)
            publications[i] = begin_member(names[i], i + 1, codecs[c], &err);
        fa__publish_prepare(publications[2], NULL, &err);
        for (int i = 0; i < 3; i++)
            assert_true(fa__publish_commit(publications[i], false, &err));
        check_members(names, 3);
        unlink(in_folder("new.npz"));
    }
    assert_int_equal(count_names(), before);
}

/* Whoever meets another's lock tries again. */
static int save_member(const char *name, double value)
{
    alarm(60);
    for (;;) {
        fa_error err = {0};
        fa__publish_commit(begin_member(name, value, FA_CODEC_NONE, &err), false, &err);
        if (err.code != FA_BUSY)
            return err.code;
    }
}

static void processes_fill_a_new_archive_together(void **state)
{
    (void)state;
    enum { CHILDREN = 4, ROUNDS = 20 };
    static const char *const names[CHILDREN] = {"a", "b", "c", "d"};
    for (int round = 0; round < ROUNDS; round++) {
        pid_t children[CHILDREN];
        int status;
        for (int i = 0; i < CHILDREN; i++)
            if ((children[i] = fork()) == 0)
                _exit(save_member(names[i], i + 1));
        for (int i = 0; i < CHILDREN; i++) {
            assert_int_equal(waitpid(children[i], &status, 0), children[i]);
            assert_int_equal(status, 0);
        }
        check_members(names, CHILDREN);
        unlink(in_folder("new.npz"));
    }
}

/* ---- Full disks ---- */

static void check_full_disk(int64_t disk_bytes)
{
    char size[32];
    snprintf(size, sizeof size, "%lld", (long long)disk_bytes);
    if (!mount_small("small", size))
        skip();
    int64_t page = (int64_t)fa__page_size();
    int64_t fits = (disk_bytes - page - 128) / 8; /* the old file has a page, the new one a header */
    make("small/old.npy", 10, 7);
    const int64_t bytes[] = {disk_bytes - 2 * page, disk_bytes - page - 128, disk_bytes - page - 120,
                             disk_bytes - page,     disk_bytes - 1,          disk_bytes,
                             disk_bytes + 1,        disk_bytes + page,       10 * disk_bytes};
    for (size_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++) {
        fa_error err = {0};
        int64_t count = bytes[i] / 8;
        fa__publication *publication =
            fa__publish_begin(in_folder("small/old.npy"), FA_FLOAT64, 1, &count, NULL, &err);
        if (publication != NULL) { /* whoever begins can finish */
            fill(fa__publish_array(publication), 8);
            fa__publish_drop(publication);
            assert_true(count <= fits);
        } else {
            assert_int_equal(err.code, FA_DISK_FULL);
            assert_non_null(strstr(err.message, "small/old.npy: cannot reserve "));
            assert_non_null(strstr(err.message, "No space left on device"));
        }
        assert_uniform("small/old.npy", 10, 7);
        DIR *names = opendir(in_folder("small"));
        int found = 0;
        while (readdir(names) != NULL)
            found++;
        closedir(names);
        assert_int_equal(found, 3); /* ".", ".." and the old file */
    }
    fa_error err = {0};
    assert_null(fa__storage_memmap(in_folder("small/raw"), FA_CREATE, FA_UINT8, FA_SHAPE(disk_bytes + 1),
                                   NULL, &err));
    assert_int_equal(err.code, FA_DISK_FULL);
    fa_error_clear(&err);
    setenv("FARRAY_TMPDIR", in_folder("small"), 1);
    assert_null(fa__scratch_source(disk_bytes + 1, &err));
    assert_int_equal(err.code, FA_DISK_FULL);
    unsetenv("FARRAY_TMPDIR");
    unmount_small("small");
}

static void a_full_disk_is_an_error_and_old_data_stays(void **state)
{
    (void)state;
    for (int64_t bytes = 64 << 10; bytes <= 8 << 20; bytes *= 4)
        check_full_disk(bytes);
    check_full_disk(8 << 20);
}

static void a_hole_that_cannot_be_filled_is_an_error(void **state)
{
    (void)state;
    fa_error err = {0};
    if (!mount_small("tiny", "131072"))
        skip();
    int file = open(in_folder("tiny/sparse"), O_RDWR | O_CREAT, 0600);
    assert_int_equal(ftruncate(file, 1 << 20), 0);
    close(file);
    fa_array *array =
        fa__storage_memmap(in_folder("tiny/sparse"), FA_READ_WRITE, FA_FLOAT64, FA_SHAPE(-1), NULL, &err);
    assert_non_null(array);
    int64_t count = fa_size(array), stride = 8;
    double *values = calloc((size_t)count, sizeof *values);
    fa__box box = {1, 8, 0, &count, &stride};
    assert_false(fa__source_write(array->source, &box, values, &err));
    assert_int_equal(err.code, FA_DISK_FULL);
    fa_error_clear(&err);
    fa__set_io_mode(FA__IO_MMAP);
    assert_null(array->source->class->map(array->source, 0, 1 << 20, true, &err));
    assert_int_equal(err.code, FA_DISK_FULL);
    fa_error_clear(&err);
    assert_true(fa__source_read(array->source, &box, values, &err)); /* reading goes on */
    fa__set_io_mode(FA__IO_AUTO);
    free(values);
    fa_release(array);
    unmount_small("tiny");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_appears_when_it_is_committed),
        cmocka_unit_test(a_dropped_file_leaves_nothing),
        cmocka_unit_test(views_of_a_replaced_file_keep_the_old_one),
        cmocka_unit_test(the_array_outlives_its_publication),
        cmocka_unit_test(a_raw_file_is_its_bytes_alone),
        cmocka_unit_test(a_link_is_followed),
        cmocka_unit_test(targets_that_cannot_be_files_are_refused),
        cmocka_unit_test(what_a_user_may_not_write_is_refused),
        cmocka_unit_test(an_existing_file_can_be_kept),
        cmocka_unit_test(a_long_name_has_a_temporary_too),
        cmocka_unit_test(a_killed_writer_leaves_old_or_new_and_the_next_cleans_up),
        cmocka_unit_test(a_child_forked_while_a_file_is_replaced_may_change_it_later),
        cmocka_unit_test(the_temporaries_of_living_writers_stay),
        cmocka_unit_test(members_of_a_new_archive_do_not_replace_each_other),
        cmocka_unit_test(processes_fill_a_new_archive_together),
        cmocka_unit_test(a_full_disk_is_an_error_and_old_data_stays),
        cmocka_unit_test(a_hole_that_cannot_be_filled_is_an_error),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
