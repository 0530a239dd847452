/* SPDX-License-Identifier: BSD-3-Clause */
/* Threads that open, read, map, write, flush, close and replace the same few files at once. What one thread
 * does to a file may fail another's call in the ways that are documented, and in no other; every element
 * stays one that was written. */
#include "platform/folder.h"

#include "base/memory.h"
#include "storage/storage.h"

#include <stdatomic.h>

enum { FILES = 3, THREADS = 4, ROUNDS = 400, COUNT = 3000 };

static char paths[FILES][512];
static atomic_int completed[8];
static atomic_int wrong;

static void expect(bool condition)
{
    if (!condition)
        atomic_fetch_add(&wrong, 1);
}

/* All elements of a file are multiples of 0.5 from 0 to 50. */
static void check_values(const double *values, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        expect(values[i] >= 0 && values[i] <= 50 && values[i] * 2 == (double)(int)(values[i] * 2));
}

static void read_some(fa_array *array, unsigned n, fa_error *err)
{
    double values[100];
    fa__box box = {1, 8, 8 * (int64_t)(n % (COUNT - 100)), (int64_t[]){100}, (int64_t[]){8}};
    if (fa__source_read(array->source, &box, values, err))
        check_values(values, 100);
}

static void write_some(fa_array *array, unsigned n, fa_error *err)
{
    double value = (double)(n % 101) / 2;
    fa__box box = {1, 8, 8 * (int64_t)(n % COUNT), (int64_t[]){1}, (int64_t[]){8}};
    fa__source_write(array->source, &box, &value, err);
}

static void map_some(fa_array *array, unsigned n, fa_error *err)
{
    int64_t first = 8 * (int64_t)(n % (COUNT - 512));
    const char *bytes = array->source->class->map(array->source, first, 4096, false, err);
    if (bytes == NULL)
        return;
    /* Writers of other threads race with these bytes on purpose: only the addresses are looked at. */
    expect(fa__guarded((void (*)(void *))(void (*)(void))fa__thread_yield, NULL) == NULL);
    array->source->class->unmap(array->source, first, 4096, false);
}

static void replace(const char *path, unsigned n)
{
    fa_error err = {0};
    fa__publication *publication = fa__publish_begin(path, FA_FLOAT64, 1, (int64_t[]){COUNT}, NULL, &err);
    fa_array *array = fa__publish_array(publication);
    if (array != NULL)
        write_some(array, n, &err);
    fa__publish_commit(publication, false, &err);
    /* Another thread may hold the lock of a replacer at the same moment. */
    expect(err.code == FA_OK || err.code == FA_BUSY);
}

/* Longer, or back to the length that all others count on. */
static void change_length(fa_array *array, unsigned n, fa_error *err)
{
    fa__resizing *resizing = fa__resize_begin(array, err);
    if (resizing == NULL)
        return;
    fa__resize_to(resizing, COUNT + (n % 3 == 0 ? 0 : n % 500), err);
    fa_release(fa__resize_commit(resizing, err));
}

static void use_file(const char *path, unsigned n)
{
    fa_error err = {0};
    fa_mode mode = n % 2 ? FA_READ_WRITE : n % 4 ? FA_COPY_ON_WRITE : FA_READ_ONLY;
    fa_array *array = fa__storage_open(path, mode, NULL, &err);
    if (array != NULL) {
        fa__source *source = array->source;
        read_some(array, n * 7, &err);
        if (mode != FA_COPY_ON_WRITE)
            map_some(array, n * 13, &err);
        if (source->writeable)
            write_some(array, n * 29, &err);
        if (source->writeable && n % 8 == 1)
            change_length(array, n >> 3, &err);
        if (n % 16 == 3)
            source->class->flush(source, 0, 4096, &err);
        if (n % 8 == 5)
            source->class->close(source, &err);
        else if (n % 8 == 4)
            source->class->close_alone(source, &err);
        fa_file_info info;
        source->class->describe(source, &info, &err);
        fa_release(array);
    }
    expect(err.code == FA_OK || err.code == FA_CLOSED || err.code == FA_BUSY);
    atomic_fetch_add(&completed[err.code == FA_OK ? 0 : err.code == FA_CLOSED ? 1 : 2], 1);
}

static void run_thread(void *argument)
{
    unsigned state = 1 + *(const unsigned *)argument * 2654435761u;
    for (int i = 0; i < ROUNDS; i++) {
        state = state * 1664525u + 1013904223u;
        unsigned n = state >> 12;
        if (n % 32 == 0)
            replace(paths[n % FILES], n);
        else
            use_file(paths[n % FILES], n);
    }
}

static void threads_share_files(void **unused)
{
    (void)unused;
    fa_error err = {0};
    fa__thread *threads[THREADS];
    unsigned numbers[THREADS];
    for (int i = 0; i < FILES; i++) {
        snprintf(paths[i], sizeof paths[i], "%s/%d.npy", folder, i);
        replace(paths[i], 0);
    }
    fa__set_io_mode(FA__IO_MMAP);
    for (unsigned i = 0; i < THREADS; i++) {
        numbers[i] = i;
        threads[i] = fa__thread_start("test", run_thread, &numbers[i], &err);
    }
    assert_false(fa_failed(&err));
    for (int i = 0; i < THREADS; i++)
        fa__thread_join(threads[i]);
    fa__set_io_mode(FA__IO_AUTO);
    print_message("%d without error, %d closed, %d busy\n", atomic_load(&completed[0]),
                  atomic_load(&completed[1]), atomic_load(&completed[2]));
    assert_int_equal(atomic_load(&wrong), 0);
    assert_true(atomic_load(&completed[0]) > ROUNDS);
    assert_int_equal(count_names(), FILES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(threads_share_files)};
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
