/* SPDX-License-Identifier: BSD-3-Clause */
/* Mode "c": an array that can be written, over a file that does not change by it. */
#include "faults/arrays.h"

enum { ROWS = 300, COLUMNS = 200, ELEMENTS = ROWS * COLUMNS };

static void read_bytes(const char *path, char *bytes, size_t size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(bytes, 1, size, file), size);
    fclose(file);
}

static void changes_are_private(void **state)
{
    (void)state;
    fa_error err = {0};
    static char before[128 + 8 * ELEMENTS], after[128 + 8 * ELEMENTS];
    make_numbers(in_folder("a.npy"), ROWS, COLUMNS, &err);
    chmod(in_folder("a.npy"), 0444);
    read_bytes(in_folder("a.npy"), before, sizeof before);
    size_t used = fa_memory_used();
    fa_array *copy = fa_open(in_folder("a.npy"), FA_COPY_ON_WRITE, NULL, &err);
    fa_array *other = fa_open(in_folder("a.npy"), FA_COPY_ON_WRITE, NULL, &err);
    fa_array *reader = fa_open(in_folder("a.npy"), FA_READ_ONLY, NULL, &err);
    assert_clean(err);
    assert_true(fa_flags(copy) & FA_WRITEABLE);
    assert_int_equal(fa_memory_used(), used);
    fa_array *column = fa_slice(copy, ":, 7", &err);
    fa_eval_into(column, "-c", FA_VARS({"c", column}), &err);
    fa_flush(copy, &err); /* there is nothing to do */
    assert_true(fa_get_float64(copy, FA_COORDS(5, 7), &err) == -(5 * COLUMNS + 8));
    assert_true(fa_get_float64(copy, FA_COORDS(5, 8), &err) == 5 * COLUMNS + 9);
    assert_true(fa_get_float64(other, FA_COORDS(5, 7), &err) == 5 * COLUMNS + 8);
    assert_true(fa_get_float64(reader, FA_COORDS(5, 7), &err) == 5 * COLUMNS + 8);
    fa_array *sum = fa_eval("sum(copy) - sum(reader) + 2*sum(reader[:, 7])",
                            FA_VARS({"copy", copy}, {"reader", reader}), &err);
    assert_true(fa_item_float64(sum, &err) == 0);
    assert_clean(err);
    assert_true(fa_memory_used() > used + (size_t)ROWS * COLUMNS * 8 / 2);
    fa_release(sum);
    fa_release(column);
    fa_release(copy);
    assert_int_equal(fa_memory_used(), used);
    fa_release(other);
    fa_release(reader);
    read_bytes(in_folder("a.npy"), after, sizeof after);
    assert_memory_equal(before, after, sizeof before);
}

/* Elements that lie across pages, strides in both directions, against a model in memory. */
static void every_box_is_written_where_it_belongs(void **state)
{
    (void)state;
    fa_error err = {0};
    static const char *const slices[] = {"3:200:7, ::-1", "::-5, 10:20", "..., ::3", "17",
                                         ":, 199",        "100:103",     "::2, ::90"};
    fa_memmap_options odd = {.offset_bytes = 3};
    fa_array *file = fa_memmap(in_folder("raw"), FA_CREATE, FA_FLOAT64, FA_SHAPE(ROWS, COLUMNS), &odd, &err);
    fa_eval_into(file, "arange(60000).reshape(300, 200)", FA_VARS(), &err);
    fa_array *model = fa_copy(file, &err);
    fa_array *copy =
        fa_memmap(in_folder("raw"), FA_COPY_ON_WRITE, FA_FLOAT64, FA_SHAPE(-1, COLUMNS), &odd, &err);
    for (size_t i = 0; i < sizeof slices / sizeof slices[0]; i++) {
        fa_array *targets[] = {fa_slice(copy, slices[i], &err), fa_slice(model, slices[i], &err)};
        for (int k = 0; k < 2; k++) {
            fa_eval_into(targets[k], "t * -3 + 0.5", FA_VARS({"t", targets[k]}), &err);
            fa_release(targets[k]);
        }
        fa_array *same = fa_eval("all(copy == model) & all(copy[::7, ::-3].T == model[::7, ::-3].T)",
                                 FA_VARS({"copy", copy}, {"model", model}), &err);
        assert_int_equal(fa_item_int64(same, &err), 1);
        fa_release(same);
    }
    fa_array *same = fa_eval("all(file == arange(60000).reshape(300, 200))", FA_VARS({"file", file}), &err);
    assert_int_equal(fa_item_int64(same, &err), 1);
    assert_clean(err);
    fa_release(same);
    fa_release(copy);
    fa_release(model);
    fa_release(file);
}

static void what_was_not_written_is_the_files(void **state)
{
    (void)state;
    fa_error err = {0};
    make_numbers(in_folder("a.npy"), ROWS, COLUMNS, &err);
    fa_array *copy = fa_open(in_folder("a.npy"), FA_COPY_ON_WRITE, NULL, &err);
    fa_array *file = fa_open(in_folder("a.npy"), FA_READ_WRITE, NULL, &err);
    fa_array *row = fa_slice(copy, "0", &err);
    fa_array *before = fa_eval("copy + 0", FA_VARS({"copy", copy}), &err);
    fa_fill_int64(row, 7, &err);
    fa_fill_int64(file, 9, &err);
    assert_true(fa_get_float64(before, FA_COORDS(200, 0), &err) ==
                200 * COLUMNS + 1); /* asked for before both */
    assert_true(fa_get_float64(before, FA_COORDS(0, 0), &err) == 1);
    assert_true(fa_get_float64(copy, FA_COORDS(0, 3), &err) == 7);
    assert_true(fa_get_float64(copy, FA_COORDS(200, 3), &err) == 9);
    assert_true(fa_get_float64(file, FA_COORDS(0, 3), &err) == 9);
    assert_clean(err);
    fa_release(before);
    fa_release(row);
    fa_release(file);
    fa_release(copy);
}

static void the_memory_limit_holds(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *zeros = fa_memmap(in_folder("big"), FA_CREATE, FA_FLOAT64, FA_SHAPE(4 << 20), NULL, &err);
    fa_release(zeros);
    fa_set_memory_limit(4 << 20, &err);
    fa_array *copy = fa_memmap(in_folder("big"), FA_COPY_ON_WRITE, FA_FLOAT64, FA_SHAPE(-1), NULL, &err);
    fa_array *head = fa_slice(copy, ":200000", &err);
    fa_fill_int64(head, 1, &err);
    assert_clean(err);
    fa_array *all = fa_eval("sum(copy)", FA_VARS({"copy", copy}), &err);
    assert_true(fa_item_float64(all, &err) == 200000); /* 32 MiB are read in what is left of 4 */
    assert_clean(err);
    fa_release(all);
    fa_fill_int64(copy, 2, &err);
    assert_int_equal(err.code, FA_NO_MEMORY);
    assert_non_null(strstr(err.message, "big: changed pages stay in memory"));
    assert_true(fa_memory_used() <= 4 << 20);
    fa_error_clear(&err);
    fa_close(copy, &err); /* gives the pages back, although a view lives */
    assert_clean(err);
    assert_int_equal(fa_memory_used(), 0);
    fa_get_float64(head, FA_COORDS(0), &err);
    assert_int_equal(err.code, FA_CLOSED);
    fa_error_clear(&err);
    fa_release(head);
    fa_set_memory_limit(0, &err);
    assert_clean(err);
}

static void a_cut_file_is_an_error(void **state)
{
    (void)state;
    fa_error err = {0};
    make_numbers(in_folder("a.npy"), ROWS, COLUMNS, &err);
    fa_array *copy = fa_open(in_folder("a.npy"), FA_COPY_ON_WRITE, NULL, &err);
    fa_array *end = fa_slice(copy, "200:", &err), *row = fa_slice(copy, "299", &err);
    fa_fill_int64(end, 5, &err);
    assert_clean(err);
    assert_int_equal(truncate(in_folder("a.npy"), 8192), 0); /* takes the private pages too */
    fa_fill_int64(row, 6, &err);
    assert_int_equal(err.code, FA_MAP_FAULT);
    assert_non_null(strstr(err.message, "a.npy: file ends at byte 8192"));
    fa_error_clear(&err);
    assert_true(fa_get_float64(copy, FA_COORDS(0, 1), &err) == 2);
    assert_clean(err);
    fa_get_float64(end, FA_COORDS(0, 1), &err);
    assert_int_equal(err.code, FA_MAP_FAULT);
    fa_release(row);
    fa_release(end);
    fa_release(copy);
}

static void the_file_itself_cannot_be_changed_by_it(void **state)
{
    (void)state;
    fa_error err = {0};
    make_numbers(in_folder("a.npy"), 10, 4, &err);
    fa_array *copy = fa_open(in_folder("a.npy"), FA_COPY_ON_WRITE, NULL, &err);
    assert_null(fa_resize(copy, 5, &err));
    assert_int_equal(err.code, FA_UNSUPPORTED);
    fa_error_clear(&err);
    fa_file_info info;
    fa_get_file_info(copy, &info, &err);
    assert_string_equal(info.format, "npy");
    assert_clean(err);
    fa_release(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(changes_are_private, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(every_box_is_written_where_it_belongs, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(what_was_not_written_is_the_files, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(the_memory_limit_holds, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_cut_file_is_an_error, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(the_file_itself_cannot_be_changed_by_it, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
