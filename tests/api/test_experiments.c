/* SPDX-License-Identifier: BSD-3-Clause */
/* What a reader of NumPy's and Python's documentation tries with arrays in files, at a small size: rows of
 * docs/experiments. */
#include "faults/arrays.h"

/* for every row: data *= i; fp[i, :] = data; fp.flush(). Flushing one row costs the row, not the file. */
static void flushing_one_row_costs_the_row(void **state)
{
    (void)state;
    fa_error err = {0};
    enum { ROWS = 64, COLUMNS = 4096 }; /* a row is 8 pages */
    fa_array *file = fa_memmap(in_folder("rows"), FA_CREATE, FA_FLOAT64, FA_SHAPE(ROWS, COLUMNS), NULL, &err);
    fa_array *data = fa_ones(FA_FLOAT64, FA_SHAPE(COLUMNS), &err);
    fa_flush(file, &err);
    for (int i = 0; i < ROWS; i++) {
        fa_array *row = fa_index(file, FA_INDEX(fa_at(i)), &err);
        fa_array *factor = fa_full(FA_FLOAT64, FA_SHAPE(), &(double){1.001}, &err);
        fa_eval_into(data, "data * factor", FA_VARS({"data", data}, {"factor", factor}), &err);
        fa_assign(row, data, &err);
        if (i % 2 == 0)
            fa_flush(row, &err);
        fa_release(factor);
        fa_release(row);
    }
    assert_clean(err);
    fa_file_info info;
    fa_get_file_info(file, &info, &err);
    if (info.dirty_bytes >= 0) /* what was not flushed still waits, unless the system wrote it by itself */
        assert_in_range(info.dirty_bytes, 0, ROWS / 2 * COLUMNS * 8);
    fa_array *odd = fa_slice(file, "1", &err);
    fa_flush(odd, &err);
    int64_t before = info.dirty_bytes;
    fa_get_file_info(file, &info, &err);
    if (before > 0)
        assert_in_range(before - info.dirty_bytes, 0, before - 1);
    assert_true(fa_get_float64(file, FA_COORDS(1, 0), &err) == 1.001 * 1.001);
    assert_clean(err);
    fa_release(odd);
    fa_release(data);
    fa_release(file);
}

/* del fp; gc.collect(). Memory falls at the release, at once. */
static void memory_falls_with_the_release(void **state)
{
    (void)state;
    fa_error err = {0};
    enum { SIZE = 8 << 20 };
    size_t before = fa_resident_bytes();
    fa_array *array = fa_ones(FA_FLOAT64, FA_SHAPE(SIZE), &err);
    fa_array *view = fa_slice(array, "::2", &err);
    size_t with = fa_resident_bytes(), used = fa_memory_used();
    assert_clean(err);
    assert_true(used >= (size_t)SIZE * 8);
    fa_release(array);
    assert_int_equal(fa_memory_used(), used); /* the view keeps it */
    fa_release(view);
    assert_int_equal(fa_memory_used(), 0);
    if (!SANITIZED) {
        assert_true(with - before >= (size_t)SIZE * 8);
        assert_true(fa_resident_bytes() <= before + (16 << 20));
    }
}

static void assert_prints(fa_array *array, const char *text)
{
    fa_error err = {0};
    char *printed = fa_to_text(array, NULL, &err);
    assert_clean(err);
    assert_string_equal(printed, text);
    free(printed);
}

/* b = a; b += 1 changes both. b = a[1:3]; b += 1 gives [1 3 4 4]. And so through two handles of one file. */
static void aliases_and_views_see_each_other(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *memory = fa_from_int64((int64_t[]){1, 2, 3, 4}, FA_SHAPE(4), &err);
    fa_save(in_folder("a.npy"), memory, NULL, &err);
    fa_array *file = fa_open(in_folder("a.npy"), FA_READ_WRITE, NULL, &err);
    fa_array *handle = fa_memmap(in_folder("a.npy"), FA_READ_WRITE, FA_INT64, FA_SHAPE(4),
                                 &(fa_memmap_options){.offset_bytes = 128}, &err);
    fa_array *owners[] = {memory, file, file}, *viewed[] = {memory, file, handle};
    for (int i = 0; i < 3; i++) {
        fa_eval_into(owners[i], "arange(1, 5)", FA_VARS(), &err);
        fa_array *b = fa_slice(viewed[i], "1:3", &err);
        fa_array *before = fa_eval("a * 10", FA_VARS({"a", owners[i]}), &err);
        fa_eval_into(b, "b + 1", FA_VARS({"b", b}), &err);
        assert_prints(owners[i], "[1 3 4 4]");
        assert_prints(before, "[10 20 30 40]"); /* asked for before the write */
        fa_array *left = fa_slice(viewed[i], ":-1", &err), *right = fa_slice(owners[i], "1:", &err);
        fa_assign(right, left, &err); /* they overlap */
        assert_prints(viewed[i], "[1 1 3 4]");
        fa_eval_into(left, "right[::-1] + left", FA_VARS({"left", left}, {"right", right}), &err);
        assert_prints(owners[i], "[5 4 4 4]");
        fa_eval_into(owners[i], "a[::-1] - 1", FA_VARS({"a", viewed[i]}), &err);
        assert_prints(viewed[i], "[3 3 3 4]");
        fa_release(right);
        fa_release(left);
        fa_release(before);
        fa_release(b);
    }
    assert_clean(err);
    fa_release(handle);
    fa_release(file);
    fa_release(memory);
}

/* a.flags.writeable = False; a[0] = 5 raises. flags.aligned, strides. */
static void read_only_views_are_not_written(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *owner = fa_create(in_folder("a.npy"), FA_FLOAT64, FA_SHAPE(3, 4), NULL, &err);
    fa_array *view = fa_slice(owner, "1:", &err);
    assert_int_equal(fa_flags(owner), FA_C_CONTIGUOUS | FA_WRITEABLE | FA_ALIGNED);
    assert_int_equal(fa_stride_bytes(owner, 0), 32);
    fa_set_writeable(view, false, &err);
    assert_clean(err);
    fa_fill_int64(view, 5, &err);
    assert_int_equal(err.code, FA_NOT_WRITEABLE);
    fa_error_clear(&err);
    fa_array *part = fa_slice(view, "0", &err); /* made of a read-only view: read-only */
    fa_fill_int64(part, 5, &err);
    assert_int_equal(err.code, FA_NOT_WRITEABLE);
    fa_error_clear(&err);
    assert_null(fa_append(view, part, NULL, &err));
    assert_int_equal(err.code, FA_NOT_WRITEABLE);
    fa_error_clear(&err);
    fa_set_writeable(view, true, &err);
    fa_fill_int64(view, 5, &err);
    fa_array *reader = fa_open(in_folder("a.npy"), FA_READ_ONLY, NULL, &err);
    assert_true(fa_get_float64(reader, FA_COORDS(2, 3), &err) == 5);
    assert_clean(err);
    fa_set_writeable(reader, true, &err);
    assert_int_equal(err.code, FA_NOT_WRITEABLE);
    fa_error_clear(&err);
    fa_map *map = fa_map_open(in_folder("a.npy"), FA_READ_WRITE, NULL, &err);
    fa_array *odd = fa_map_array(map, FA_FLOAT64, FA_SHAPE(2), 129, &err);
    assert_int_equal(fa_flags(odd) & FA_ALIGNED, 0);
    fa_fill_int64(odd, 0, &err); /* unaligned elements are elements */
    assert_clean(err);
    fa_map_close(map, &err);
    fa_release(odd);
    fa_release(reader);
    fa_release(part);
    fa_release(view);
    fa_release(owner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(flushing_one_row_costs_the_row, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(memory_falls_with_the_release, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(aliases_and_views_see_each_other, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(read_only_views_are_not_written, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
