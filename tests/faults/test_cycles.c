/* SPDX-License-Identifier: BSD-3-Clause */
/* Ten thousand rounds of create, slice, evaluate and release: resident memory, descriptors, mappings and the
 * ledger are after them what they were before. */
#include "faults/arrays.h"

enum { ROWS = 64, COLUMNS = 64 };

/* A file that gets longer and shorter, is changed in memory only, and is bytes; memory that is bytes. */
static void change_sizes(int round)
{
    fa_error err = {0};
    fa_array *file = fa_open(in_folder("long.npy"), FA_READ_WRITE, NULL, &err);
    fa_array *rows = fa_slice(file, ":2", &err);
    fa_array *longer = fa_append(file, rows, NULL, &err);
    fa_array *shorter = fa_resize(longer, 4, &err);
    fa_array *copy = fa_open(in_folder("long.npy"), FA_COPY_ON_WRITE, NULL, &err);
    fa_fill_int64(copy, round, &err);
    fa_map *map = fa_map_open(in_folder("long.npy"), FA_READ_WRITE, NULL, &err);
    fa_array *bytes = fa_map_array(map, FA_UINT8, FA_SHAPE(-1), 0, &err);
    fa_map_find(map, "no such bytes", 13, 0, FA_OMITTED, &err);
    fa_map_put(map, 128, "12345678", 8, &err);
    fa_map *memory = fa_map_anonymous(1000, &err);
    fa_map_resize(memory, 5000, &err);
    assert_clean(err);
    fa_map_close(memory, &err);
    fa_map_close(map, &err);
    fa_release(bytes);
    fa_release(copy);
    fa_release(shorter);
    fa_release(longer);
    fa_release(rows);
    fa_release(file);
    assert_clean(err);
}

static void one_round(int round)
{
    fa_error err = {0};
    fa_array *file = fa_open(in_folder("a.npy"), round % 2 == 0 ? FA_READ_ONLY : FA_READ_WRITE, NULL, &err);
    fa_array *memory = fa_zeros(FA_FLOAT64, FA_SHAPE(ROWS, COLUMNS), &err);
    fa_array *part = fa_slice(memory, "::2, ::-1", &err);
    fa_array *rows = fa_slice(file, "::2", &err);
    fa_array *x = fa_eval("sqrt(rows) + part.T[:32].sum() + max(file, axis=0)",
                          FA_VARS({"rows", rows}, {"part", part}, {"file", file}), &err);
    fa_fill_int64(part, round % 7, &err);
    fa_evaluate(x, NULL, &err);
    double value = fa_get_float64(x, FA_COORDS(0, 0), &err);
    assert_clean(err);
    /* `x` was asked for before the write: it saw zeros. */
    assert_true(value == 1 + (ROWS - 1) * COLUMNS + 1);
    if (round % 500 == 0) {
        fa_array *new = fa_create(in_folder("new.npy"), FA_FLOAT32, FA_SHAPE(100), NULL, &err);
        fa_eval_into(new, "arange(100)", FA_VARS(), &err);
        fa_release(new);
    }
    if (round % 20 == 0)
        change_sizes(round);
    if (round % 2 == 0)
        fa_close(file, &err); /* views of it live */
    else
        fa_release(file);
    assert_clean(err);
    fa_release(x);
    fa_release(rows);
    fa_release(part);
    fa_release(memory);
}

static void nothing_grows(void **state)
{
    (void)state;
    fa_error err = {0};
    int rounds = is_long() ? 100000 : SANITIZED ? 2000 : 10000;
    make_numbers(in_folder("a.npy"), ROWS, COLUMNS, &err);
    make_numbers(in_folder("long.npy"), 4, COLUMNS, &err);
    assert_clean(err);
    for (int i = 0; i < rounds / 10; i++)
        one_round(i);
    size_t resident = fa_resident_bytes(), used = fa_memory_used();
    int descriptors = count_descriptors(), mappings = count_mappings();
    for (int i = 0; i < rounds; i++)
        one_round(i);
    print_message("%d rounds: resident memory grew by %lld bytes\n", rounds,
                  (long long)fa_resident_bytes() - (long long)resident);
    assert_int_equal(fa_memory_used(), used);
    assert_int_equal(count_descriptors(), descriptors);
    if (!SANITIZED) {
        assert_in_range(count_mappings(), 0, mappings + 2);
        assert_in_range(fa_resident_bytes(), 0, resident + (256 << 10));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_grows, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
