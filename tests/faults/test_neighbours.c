/* SPDX-License-Identifier: BSD-3-Clause */
/* Writing here and there in a file: what lies between is neither read nor written, so that nobody else's
 * writes to it are lost, in every layout and whichever way the bytes go. */
#include "faults/arrays.h"

#include "storage/storage.h"

#include <pthread.h>
#include <stdatomic.h>

enum { ROWS = 200, COLUMNS = 150 };

static int64_t bytes_read(void)
{
    fa_statistics statistics;
    fa_get_statistics(&statistics);
    return statistics.bytes_read;
}

/* What makes a part of the target, a mask of it and positions in it. */
typedef struct layout {
    const char *part, *mask, *positions;
} layout;

static void write_both_ways(fa_array *target, const layout *how, fa_error *err)
{
    fa_array *part = fa_eval(how->part, FA_VARS({"t", target}), err);
    fa_array *mask = fa_eval(how->mask, FA_VARS({"t", part}), err);
    fa_array *positions = fa_eval(how->positions, FA_VARS({"t", part}), err);
    fa_array *value = fa_full(FA_FLOAT64, FA_SHAPE(1), &(double){-7}, err);
    fa_array *values = fa_eval("t * -0.5", FA_VARS({"t", part}), err);
    fa_evaluate(mask, NULL, err);
    fa_evaluate(positions, NULL, err);
    fa_evaluate(values, NULL, err);
    int64_t before = bytes_read();
    fa_putmask(part, mask, values, err);
    fa_assign_at(part, FA_INDEX(fa_by(positions)), value, err);
    if (!fa_failed(err))
        assert_int_equal(bytes_read(), before);
    fa_array *const all[] = {part, mask, positions, value, values};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        fa_release(all[i]);
}

static void what_is_written_is_as_in_memory(void **state)
{
    (void)state;
    static const layout layouts[] = {
        {"t", "arange(30000).reshape(200, 150) % 3 == 0", "arange(0, 200, 2)"},
        {"t", "arange(30000).reshape(200, 150) % 1000 == 0", "arange(6) % 3 * 90"},
        {"t", "arange(30000).reshape(200, 150) % 5000 < 2000", "arange(1) - 1"},
        {"t.T", "arange(30000).reshape(150, 200) % 7 < 2", "arange(149, 0, -3)"},
        {"t[::-2, 3::5]", "arange(3000).reshape(100, 30) % 4 != 1", "arange(4) // 2 * 60 + 3"},
        {"t[:, 7]", "arange(200) % 2 == 1", "(arange(100) * 2 + 60) % 200"},
        {"t.reshape(30000)", "arange(30000) % 2 == 1", "(arange(15000) * 7919) % 30000"},
    };
    static const fa__io modes[] = {FA__IO_AUTO, FA__IO_PREAD, FA__IO_MMAP, FA__IO_DIRECT};
    fa_error err = {0};
    for (size_t mode = 0; mode < sizeof modes / sizeof *modes; mode++)
        for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
            fa__set_io_mode(modes[mode]);
            make_numbers(in_folder("a.npy"), ROWS, COLUMNS, &err);
            fa_array *file = fa_open(in_folder("a.npy"), FA_READ_WRITE, NULL, &err);
            fa_array *model = fa_copy(file, &err);
            write_both_ways(file, &layouts[i], &err);
            write_both_ways(model, &layouts[i], &err);
            fa_array *same = fa_eval("all(f == m)", FA_VARS({"f", file}, {"m", model}), &err);
            if (fa_item_int64(same, &err) != 1 || fa_failed(&err))
                fail_msg("mode %zu, %s: %s", mode, layouts[i].part, err.message);
            fa_array *const all[] = {file, model, same};
            for (size_t k = 0; k < sizeof all / sizeof *all; k++)
                fa_release(all[k]);
        }
    fa__set_io_mode(FA__IO_AUTO);
}

/* ---- Another writer ---- */

static atomic_bool stop;

static void *put_even_ones(void *user)
{
    fa_error err = {0};
    fa_array *even = fa_eval("arange(0, 8000, 2)", FA_VARS({"x", user}), &err);
    fa_array *mask = fa_eval("arange(8000) % 2 == 0", FA_VARS({"x", user}), &err);
    fa_array *one = fa_ones(FA_FLOAT64, FA_SHAPE(1), &err);
    fa_evaluate(even, NULL, &err);
    fa_evaluate(mask, NULL, &err);
    while (!atomic_load(&stop) && !fa_failed(&err)) {
        fa_put(user, even, one, FA_BOUNDS_RAISE, &err);
        fa_putmask(user, mask, one, &err);
    }
    fa_release(one);
    fa_release(mask);
    fa_release(even);
    return fa_failed(&err) ? "failed" : NULL;
}

static void neighbours_of_what_is_written_are_not_lost(void **state)
{
    (void)state;
    fa_error err = {0};
    for (int mode = 0; mode < 2; mode++) {
        fa__set_io_mode(mode == 0 ? FA__IO_AUTO : FA__IO_PREAD);
        fa_array *shared = fa_create(in_folder("s.npy"), FA_FLOAT64, FA_SHAPE(8000), NULL, &err);
        fa_map *map = fa_map_open(in_folder("s.npy"), FA_READ_WRITE, NULL, &err);
        size_t head = fa_map_size(map) - 64000;
        assert_clean(err);
        pthread_t other;
        void *failure;
        atomic_store(&stop, false);
        assert_int_equal(pthread_create(&other, NULL, put_even_ones, shared), 0);
        int lost = 0;
        for (int i = 0; i < 40000; i++) {
            size_t at = head + 8 * (size_t)(2 * (i % 4000) + 1);
            double value = i + 1, got = 0;
            fa_map_put(map, at, &value, sizeof value, &err);
            for (int spin = 0; spin < 2000; spin++)
                __asm__ volatile("");
            fa_map_get(map, at, &got, sizeof got, &err);
            lost += got != value;
        }
        atomic_store(&stop, true);
        pthread_join(other, &failure);
        assert_null(failure);
        assert_clean(err);
        assert_int_equal(lost, 0);
        fa_map_close(map, &err);
        fa_release(shared);
    }
    fa__set_io_mode(FA__IO_AUTO);
}

/* ---- Private pages ---- */

static void a_few_elements_make_a_few_pages_private(void **state)
{
    (void)state;
    fa_error err = {0};
    const int64_t elements = 4 << 20;
    fa_array *zeros = fa_memmap(in_folder("big"), FA_CREATE, FA_FLOAT64, FA_SHAPE(elements), NULL, &err);
    fa_release(zeros);
    fa_set_memory_limit(8 << 20, &err);
    fa_array *one = fa_ones(FA_FLOAT64, FA_SHAPE(1), &err);
    for (int by_mask = 0; by_mask < 2; by_mask++) {
        size_t used = fa_memory_used();
        fa_array *copy = fa_memmap(in_folder("big"), FA_COPY_ON_WRITE, FA_FLOAT64, FA_SHAPE(-1), NULL, &err);
        fa_array *where = fa_eval(by_mask ? "arange(4194304) % 100000 == 0" : "arange(0, 4194304, 100000)",
                                  FA_VARS({"x", one}), &err);
        fa_assign_at(copy, FA_INDEX(fa_by(where)), one, &err);
        fa_release(where);
        assert_clean(err);
        assert_true(fa_memory_used() < used + (42 + 4) * 4096);
        fa_array *sum = fa_eval("sum(c)", FA_VARS({"c", copy}), &err);
        assert_true(fa_item_float64(sum, &err) == 42);
        assert_clean(err);
        fa_release(sum);
        fa_release(copy);
    }
    fa_release(one);
    fa_set_memory_limit(0, &err);
    assert_clean(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_written_is_as_in_memory, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(neighbours_of_what_is_written_are_not_lost, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_few_elements_make_a_few_pages_private, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
