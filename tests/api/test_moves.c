/* SPDX-License-Identifier: BSD-3-Clause */
/* Moves that wait: what they read when it changes, goes away, or is what they are written to; and each C
 * function once. Their values stand against NumPy in test_move_oracle.py. */
#include <farray/farray.h>

#include "platform/folder.h"

static int64_t evaluations(void)
{
    fa_statistics statistics;
    fa_get_statistics(&statistics);
    return statistics.evaluations;
}

/* 0, 1, 2, ... in memory. */
static fa_array *count_to(int64_t count, fa_error *err)
{
    fa_array *range = fa_arange_int64(0, count, 1, err), *array = fa_copy(range, err);
    fa_release(range);
    return array;
}

static void assert_elements(fa_array *array, int64_t count, const int64_t *expected, fa_error *err)
{
    int64_t found[64];
    assert_int_equal(fa_size(array), count);
    fa_get_all(array, found, sizeof found[0] * (size_t)count, err);
    if (fa_failed(err))
        fail_msg("%s", err->message);
    assert_memory_equal(found, expected, sizeof found[0] * (size_t)count);
}
#define ASSERT_ELEMENTS(array, err, ...)                                                  \
    assert_elements(array, (int64_t)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), \
                    (int64_t[]){__VA_ARGS__}, err)

static void a_write_to_an_input_computes_it_first_and_others_do_not(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *a = count_to(6, &err), *b = count_to(2, &err);
    fa_array *head = fa_slice(a, ":2", &err), *middle = fa_slice(a, "2:4", &err),
             *tail = fa_slice(a, "4:", &err);
    fa_array *joined = fa_concatenate((fa_array *[]){tail, b, head}, 3, 0, &err);
    int64_t before = evaluations();
    fa_fill_int64(middle, 9, &err);
    assert_int_equal(evaluations(), before);
    assert_true(fa_flags(joined) & FA_PENDING);
    fa_fill_int64(head, 7, &err);
    assert_int_equal(evaluations(), before + 1);
    assert_false(fa_flags(joined) & FA_PENDING);
    ASSERT_ELEMENTS(joined, &err, 4, 5, 0, 1, 0, 1);
    ASSERT_ELEMENTS(a, &err, 7, 7, 9, 9, 4, 5);
    fa_array *const all[] = {a, b, head, middle, tail, joined};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        fa_release(all[i]);
}

static void what_is_computed_is_a_copy(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *a = count_to(3, &err);
    fa_array *twice = fa_tile(a, FA_SHAPE(2), &err);
    fa_evaluate(twice, NULL, &err);
    fa_fill_int64(a, 8, &err);
    ASSERT_ELEMENTS(twice, &err, 0, 1, 2, 0, 1, 2);
    fa_release(a);
    fa_fill_int64(twice, 5, &err);
    ASSERT_ELEMENTS(twice, &err, 5, 5, 5, 5, 5, 5);
    fa_release(twice);
}

static void an_array_is_moved_onto_itself_as_if_copied_first(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *a = count_to(6, &err);
    fa_eval_into(a, "roll(a, 2)", FA_VARS({"a", a}), &err);
    ASSERT_ELEMENTS(a, &err, 4, 5, 0, 1, 2, 3);
    fa_eval_into(a, "concatenate((a[3:], a[:3])) + roll(a, 1)", FA_VARS({"a", a}), &err);
    ASSERT_ELEMENTS(a, &err, 4, 6, 8, 4, 6, 2);
    fa_array *inner = fa_slice(a, "1:5", &err);
    fa_eval_into(inner, "pad(a[2:4], 1, mode='edge')", FA_VARS({"a", a}), &err);
    ASSERT_ELEMENTS(a, &err, 4, 8, 8, 4, 4, 2);
    fa_release(inner);
    fa_release(a);
}

static void moves_stand_on_each_other_to_any_depth(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *a = count_to(5, &err), *now = fa_retain(a);
    for (int i = 0; i < 1000; i++) {
        fa_array *next = fa_roll(now, FA_SHAPE(1), FA_AXES(0), &err);
        fa_release(now);
        now = next;
    }
    ASSERT_ELEMENTS(now, &err, 0, 1, 2, 3, 4);
    fa_release(now);
    fa_release(a);
}

static void a_file_that_was_cut_is_an_error(void **state)
{
    (void)state;
    fa_error err = {0};
    const char *path = in_folder("cut.npy");
    fa_array *numbers = count_to(20000, &err);
    fa_save(path, numbers, NULL, &err);
    fa_release(numbers);
    fa_array *file = fa_open(path, FA_READ_ONLY, NULL, &err);
    fa_array *joined = fa_concatenate((fa_array *[]){file, file}, 2, 0, &err);
    assert_false(fa_failed(&err));
    assert_int_equal(truncate(path, 4096), 0);
    fa_array *sum = fa_sum(joined, FA_ALL_AXES, NULL, &err);
    fa_item_int64(sum, &err);
    assert_true(fa_failed(&err));
    assert_non_null(strstr(err.message, "cut.npy"));
    fa_release(sum);
    fa_release(joined);
    fa_release(file);
}

/* Rows longer than a tile, spread over a mask: each byte of the values is read once, and parts of rows are
 * what the whole rows are. */
static void wide_rows_are_spread_once(void **state)
{
    (void)state;
    enum { WIDTH = 1 << 20 };
    fa_error err = {0};
    static const char *const same[] = {
        "all(s[0] == v[0])",
        "all(s[1] == 0)",
        "all(s[2:] == v[1:])",
        "all(s[3, ::-1] == v[2, ::-1])",
        "all(s.T[7, :1:-1] == v[:0:-1, 7])",
        "s[3, 5] == v[2, 5]",
        "all(s[:1:-1, 9:70000:7] == v[:0:-1, 9:70000:7])",
    };
    fa_array *file = fa_create(in_folder("wide.npy"), FA_FLOAT64, FA_SHAPE(3, WIDTH), NULL, &err);
    fa_eval_into(file, "arange(1, 3145729).reshape(3, 1048576)", FA_VARS({"f", file}), &err);
    fa_array *mask = fa_eval("arange(4) != 1", FA_VARS({"f", file}), &err);
    fa_array *spread = fa_spread(mask, file, &err), *all = fa_eval("s + 0", FA_VARS({"s", spread}), &err);
    fa_statistics before, after;
    fa_get_statistics(&before);
    fa_evaluate(all, NULL, &err);
    fa_get_statistics(&after);
    assert_false(fa_failed(&err));
    assert_int_equal(after.bytes_read - before.bytes_read, (int64_t)3 * WIDTH * 8);
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        fa_array *is = fa_eval(same[i], FA_VARS({"s", spread}, {"v", file}), &err);
        if (fa_item_int64(is, &err) != 1 || fa_failed(&err))
            fail_msg("%s: %s", same[i], err.message);
        fa_release(is);
    }
    fa_array *const made[] = {file, mask, spread, all};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        fa_release(made[i]);
}

/* A few values for many places: they are read once for all places that are looked at together. */
static void values_that_repeat_are_read_once(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *values = fa_create(in_folder("three.npy"), FA_FLOAT64, FA_SHAPE(3), NULL, &err);
    fa_eval_into(values, "arange(1, 4)", FA_VARS({"v", values}), &err);
    fa_array *where = fa_eval("arange(100000) * 2 + 1", FA_VARS({"v", values}), &err);
    fa_evaluate(where, NULL, &err);
    static const char *const dtypes[] = {"<f8", ">f8"};
    for (int i = 0; i < 2; i++) {
        fa_dtype *dtype = fa_dtype_parse(dtypes[i], &err);
        fa_array *target = fa_zeros(dtype, FA_SHAPE(200000), &err);
        fa_statistics before, after;
        fa_get_statistics(&before);
        fa_put(target, where, values, FA_BOUNDS_RAISE, &err);
        fa_get_statistics(&after);
        assert_false(fa_failed(&err));
        assert_true(after.bytes_read - before.bytes_read < 1000);
        fa_array *is = fa_eval("all(t[1::2] == arange(100000) % 3 + 1) & all(t[::2] == 0)",
                               FA_VARS({"t", target}), &err);
        assert_int_equal(fa_item_int64(is, &err), 1);
        assert_false(fa_failed(&err));
        fa_release(is);
        fa_release(target);
        fa_dtype_release(dtype);
    }
    fa_release(where);
    fa_release(values);
}

static void each_function_does_what_its_name_says(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *a = count_to(4, &err), *m = fa_reshape(a, FA_SHAPE(2, 2), &err),
             *nine = fa_full(FA_INT64, FA_SHAPE(), &(int64_t){9}, &err);
    fa_array *const two[] = {a, a}, *const four[] = {m, m, m, m};
    struct {
        fa_array *array;
        int ndim;
        int64_t first, last;
    } const rows[] = {
        {fa_concatenate(two, 2, 0, &err), 1, 0, 3},
        {fa_stack(two, 2, 1, &err), 2, 0, 3},
        {fa_hstack(two, 2, &err), 1, 0, 3},
        {fa_vstack(two, 2, &err), 2, 0, 3},
        {fa_dstack(two, 2, &err), 3, 0, 3},
        {fa_column_stack(two, 2, &err), 2, 0, 3},
        {fa_block(four, FA_SHAPE(2, 2), &err), 2, 0, 3},
        {fa_insert(a, FA_COORDS(0, 4), nine, FA_AXES(0), &err), 1, 9, 9},
        {fa_delete(a, FA_COORDS(0, -1), FA_ALL_AXES, &err), 1, 1, 2},
        {fa_roll(m, FA_SHAPE(1), FA_ALL_AXES, &err), 2, 3, 2},
        {fa_tile(a, FA_SHAPE(2, 1), &err), 2, 0, 3},
        {fa_repeat(m, 3, FA_AXES(1), &err), 2, 0, 3},
        {fa_tile_to(a, FA_SHAPE(3, 2), &err), 2, 0, 1},
        {fa_flatten(m, &err), 1, 0, 3},
        {fa_pad(m, FA_PAD_CONSTANT, FA_SHAPE(1, 0), FA_SHAPE(0, 1), &(fa_pad_options){.value_before = nine},
                &err),
         2, 9, 0},
        {fa_pad(m, FA_PAD_WRAP, FA_SHAPE(1, 1), FA_SHAPE(0, 0), NULL, &err), 2, 3, 3},
        {fa_flip(m, FA_ALL_AXES, &err), 2, 3, 0},
        {fa_rot90(m, 1, 0, 1, &err), 2, 1, 2},
        {fa_move_axes(m, FA_AXES(0), FA_AXES(-1), &err), 2, 0, 3},
        {fa_squeeze(m, FA_ALL_AXES, &err), 2, 0, 3},
        {fa_expand_dims(m, FA_AXES(0, -1), &err), 4, 0, 3},
        {fa_at_least(a, 3, &err), 3, 0, 3},
        {fa_diag(a, 0, &err), 2, 0, 3},
        {fa_diag(m, 0, &err), 1, 0, 3},
        {fa_tril(m, -1, &err), 2, 0, 0},
        {fa_triu(m, 0, &err), 2, 0, 3},
        {fa_eye(FA_INT64, 2, 2, 0, &err), 2, 1, 1},
        {fa_tri(FA_INT64, 2, 3, 0, &err), 2, 1, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t elements[64];
        if (fa_failed(&err))
            fail_msg("%s", err.message);
        fa_get_all(rows[i].array, elements, (size_t)fa_bytes(rows[i].array), &err);
        if (fa_ndim(rows[i].array) != rows[i].ndim || elements[0] != rows[i].first ||
            elements[fa_size(rows[i].array) - 1] != rows[i].last)
            fail_msg("row %zu: %d axes, %lld to %lld", i, fa_ndim(rows[i].array), (long long)elements[0],
                     (long long)elements[fa_size(rows[i].array) - 1]);
        fa_release(rows[i].array);
    }
    fa_release(a);
    fa_release(m);
    fa_release(nine);
}

static void lists_are_filled_whole_or_not_at_all(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *a = count_to(5, &err), *parts[3];
    fa_array_split(a, 3, 0, parts, &err);
    ASSERT_ELEMENTS(parts[0], &err, 0, 1);
    ASSERT_ELEMENTS(parts[2], &err, 4);
    for (int i = 0; i < 3; i++)
        fa_release(parts[i]);
    fa_split_at(a, FA_COORDS(1, -1), 0, parts, &err);
    ASSERT_ELEMENTS(parts[1], &err, 1, 2, 3);
    for (int i = 0; i < 3; i++)
        fa_release(parts[i]);
    fa_meshgrid((fa_array *[]){a, a}, 2, false, true, parts, &err);
    assert_int_equal(fa_size_of_axis(parts[0], 1), 5);
    fa_release(parts[0]);
    fa_release(parts[1]);
    fa_broadcast_arrays((fa_array *[]){a, a}, 2, parts, &err);
    assert_false(fa_flags(parts[0]) & FA_WRITEABLE);
    fa_release(parts[0]);
    fa_release(parts[1]);
    fa_split(a, 3, 0, parts, &err);
    assert_int_equal(err.code, FA_BAD_SHAPE);
    for (int i = 0; i < 3; i++)
        assert_null(parts[i]);
    fa_error_clear(&err);
    assert_null(fa_concatenate(NULL, 0, 0, &err));
    assert_int_equal(err.code, FA_INVALID_ARGUMENT);
    fa_release(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_write_to_an_input_computes_it_first_and_others_do_not),
        cmocka_unit_test(what_is_computed_is_a_copy),
        cmocka_unit_test(an_array_is_moved_onto_itself_as_if_copied_first),
        cmocka_unit_test(moves_stand_on_each_other_to_any_depth),
        cmocka_unit_test_setup_teardown(values_that_repeat_are_read_once, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(wide_rows_are_spread_once, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_file_that_was_cut_is_an_error, make_folder, remove_folder),
        cmocka_unit_test(each_function_does_what_its_name_says),
        cmocka_unit_test(lists_are_filled_whole_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
