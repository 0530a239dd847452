/* SPDX-License-Identifier: BSD-3-Clause */
/* Arrays in files that get longer and shorter: what the file holds, what views see, what is refused. */
#include "faults/arrays.h"

static fa_array *count_from(double first, int64_t rows, int64_t columns, fa_error *err)
{
    fa_array *numbers = fa_arange_float64(first, first + (double)(rows * columns), 1, err);
    fa_array *shaped = fa_reshape(numbers, FA_SHAPE(rows, columns), err);
    fa_release(numbers);
    return shaped;
}

static int64_t file_bytes(const char *path)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return status.st_size;
}

/* Element i in C order of the array at `path` is first + i. */
static void assert_counts(const char *path, double first, int64_t rows, int64_t columns)
{
    fa_error err = {0};
    fa_array *array = fa_open(path, FA_READ_ONLY, &(fa_open_options){.strict = true}, &err);
    assert_clean(err);
    assert_int_equal(fa_size_of_axis(array, 0), rows);
    assert_int_equal(fa_size_of_axis(array, 1), columns);
    fa_array *expected = count_from(first, rows, columns, &err);
    fa_array *same = fa_eval("all(a == b)", FA_VARS({"a", array}, {"b", expected}), &err);
    assert_int_equal(fa_item_int64(same, &err), 1);
    assert_clean(err);
    fa_release(same);
    fa_release(expected);
    fa_release(array);
}

static void rows_are_appended(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *array = fa_create(in_folder("a.npy"), FA_FLOAT64, FA_SHAPE(0, 7), NULL, &err);
    for (int64_t rows = 0, added; rows < 1300; rows += added) {
        added = 1 + rows % 17;
        fa_array *more = count_from((double)(rows * 7), added, 7, &err);
        fa_array *longer = fa_append(array, more, NULL, &err);
        assert_clean(err);
        assert_int_equal(fa_size_of_axis(longer, 0), rows + added);
        fa_release(more);
        fa_release(array);
        array = longer;
        if (rows < 20 || rows > 1200)
            assert_counts(in_folder("a.npy"), 0, rows + added, 7);
    }
    fa_release(array);
}

static void one_row_has_a_dimension_less(void **state)
{
    (void)state;
    fa_error err = {0};
    make_numbers(in_folder("a.npy"), 9, 3, &err);
    fa_array *array = fa_open(in_folder("a.npy"), FA_READ_WRITE, NULL, &err);
    fa_array *row = fa_arange_int64(28, 31, 1, &err); /* cast on its way */
    fa_array *longer = fa_append(array, row, NULL, &err);
    assert_clean(err);
    assert_int_equal(fa_size_of_axis(array, 0), 9);
    assert_counts(in_folder("a.npy"), 1, 10, 3);
    /* The old handle appends to what the file has now. */
    fa_array *another = fa_append(array, row, NULL, &err);
    assert_int_equal(fa_size_of_axis(another, 0), 11);
    assert_true(fa_get_float64(another, FA_COORDS(10, 2), &err) == 30);
    fa_array *empty = fa_zeros(FA_FLOAT64, FA_SHAPE(0, 3), &err);
    fa_array *none = fa_append(array, empty, NULL, &err);
    assert_int_equal(fa_size_of_axis(none, 0), 11);
    assert_clean(err);
    fa_release(none);
    fa_release(empty);
    fa_release(another);
    fa_release(longer);
    fa_release(row);
    fa_release(array);
}

static void an_array_is_appended_to_itself(void **state)
{
    (void)state;
    fa_error err = {0};
    make_numbers(in_folder("a.npy"), 40, 10, &err);
    fa_array *array = fa_open(in_folder("a.npy"), FA_READ_WRITE, NULL, &err);
    fa_array *rows = fa_eval("a + 400", FA_VARS({"a", array}), &err);
    fa_array *longer = fa_append(array, rows, NULL, &err);
    assert_clean(err);
    assert_counts(in_folder("a.npy"), 1, 80, 10);
    fa_release(longer);
    fa_release(rows);
    fa_release(array);
}

static void columns_are_appended_in_order_f(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_create_options fortran = {.order = FA_ORDER_F};
    fa_array *whole = count_from(0, 6, 30, &err);
    fa_array *left = fa_slice(whole, ":, :8", &err), *right = fa_slice(whole, ":, 8:", &err);
    fa_save(in_folder("f.npy"), left, &fortran, &err);
    fa_array *array = fa_open(in_folder("f.npy"), FA_READ_WRITE, NULL, &err);
    fa_array *longer = fa_append(array, right, NULL, &err);
    assert_clean(err);
    assert_true(fa_flags(longer) & FA_F_CONTIGUOUS);
    assert_counts(in_folder("f.npy"), 0, 6, 30);
    fa_array *rest = fa_slice(whole, ":, 1:", &err);
    fa_array *shorter = fa_resize(longer, 1, &err); /* one column stays in order F */
    fa_array *again = fa_append(shorter, rest, NULL, &err);
    assert_clean(err);
    assert_counts(in_folder("f.npy"), 0, 6, 30);
    fa_release(again);
    fa_release(rest);
    fa_release(shorter);
    fa_release(longer);
    fa_release(array);
    fa_release(right);
    fa_release(left);
    fa_release(whole);
}

static void a_headerless_file_grows_by_its_size(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_memmap_options behind = {.offset_bytes = 40};
    fa_array *array = fa_memmap(in_folder("raw"), FA_CREATE, FA_INT32, FA_SHAPE(10, 4), &behind, &err);
    fa_array *rows = fa_ones(FA_INT64, FA_SHAPE(5, 4), &err);
    fa_array *longer = fa_append(array, rows, NULL, &err);
    assert_clean(err);
    assert_int_equal(file_bytes(in_folder("raw")), 40 + 15 * 16);
    assert_int_equal(fa_get_int64(longer, FA_COORDS(9, 3), &err), 0);
    assert_int_equal(fa_get_int64(longer, FA_COORDS(10, 0), &err), 1);
    fa_array *shorter = fa_resize(longer, 3, &err);
    assert_clean(err);
    assert_int_equal(file_bytes(in_folder("raw")), 40 + 3 * 16);
    assert_int_equal(truncate(in_folder("raw"), 50), 0);
    assert_null(fa_append(shorter, rows, NULL, &err));
    assert_int_equal(err.code, FA_BAD_FORMAT);
    assert_non_null(strstr(err.message, "10 bytes from byte 40 on are no multiple of 16"));
    fa_release(shorter);
    fa_release(longer);
    fa_release(rows);
    fa_release(array);
}

static void bytes_that_went_stay_gone(void **state)
{
    (void)state;
    fa_error err = {0};
    make_numbers(in_folder("a.npy"), 1000, 4, &err);
    fa_array *array = fa_open(in_folder("a.npy"), FA_READ_WRITE, NULL, &err);
    fa_array *reader = fa_open(in_folder("a.npy"), FA_READ_ONLY, NULL, &err);
    fa_array *head = fa_slice(array, ":10", &err), *tail = fa_slice(reader, "10:", &err);
    fa_array *lazy = fa_eval("tail * 2", FA_VARS({"tail", tail}), &err);
    fa_array *shorter = fa_resize(array, 10, &err);
    assert_clean(err);
    assert_counts(in_folder("a.npy"), 1, 10, 4);
    assert_int_equal(file_bytes(in_folder("a.npy")), 128 + 320);
    assert_true(fa_get_float64(lazy, FA_COORDS(0, 0), &err) == 82); /* computed before its bytes went */
    assert_true(fa_get_float64(head, FA_COORDS(9, 3), &err) == 40);
    assert_clean(err);
    fa_array *again = fa_resize(shorter, 1000, &err);
    assert_true(fa_get_float64(again, FA_COORDS(10, 0), &err) == 0);
    assert_true(fa_get_float64(array, FA_COORDS(9, 0), &err) == 37);
    assert_clean(err);
    for (int way = 0; way < 5; way++) {
        fa_error gone = {0};
        switch (way) {
        case 0:
            fa_get_float64(tail, FA_COORDS(0, 0), &gone);
            break;
        case 1:
            fa_fill_float64(array, 7, &gone);
            break;
        case 2:
            fa_flush(tail, &gone);
            break;
        case 3:
            fa_save(in_folder("tail.npy"), tail, NULL, &gone);
            break;
        case 4:
            fa_release(fa_copy(array, &gone));
        }
        assert_int_equal(gone.code, FA_CLOSED);
        assert_non_null(
            strstr(gone.message, "a.npy: the file was cut to 448 bytes, this view needs bytes up to"));
    }
    assert_int_equal(file_bytes(in_folder("a.npy")), 128 + 32000);
    fa_release(again);
    fa_release(shorter);
    fa_release(lazy);
    fa_release(tail);
    fa_release(head);
    fa_release(reader);
    fa_release(array);
}

/* What a killed append leaves behind the array goes with the next one, and its new rows begin as zeros. */
static void litter_behind_the_array_is_cut_off(void **state)
{
    (void)state;
    fa_error err = {0};
    make_numbers(in_folder("a.npy"), 10, 4, &err);
    FILE *file = fopen(in_folder("a.npy"), "ab");
    for (int i = 0; i < 10000; i++)
        fputc('x', file);
    fclose(file);
    fa_array *array = fa_open(in_folder("a.npy"), FA_READ_WRITE, NULL, &err);
    fa_array *longer = fa_resize(array, 12, &err);
    assert_clean(err);
    assert_int_equal(file_bytes(in_folder("a.npy")), 128 + 12 * 32);
    assert_true(fa_get_float64(longer, FA_COORDS(11, 3), &err) == 0);
    fa_release(longer);
    fa_release(array);
    file = fopen(in_folder("a.npy"), "ab");
    fwrite("\x93NUMPY\x01\x00 another one", 1, 20, file);
    fclose(file);
    array = fa_open(in_folder("a.npy"), FA_READ_WRITE, NULL, &err);
    assert_null(fa_resize(array, 20, &err));
    assert_int_equal(err.code, FA_UNSUPPORTED);
    assert_int_equal(file_bytes(in_folder("a.npy")), 128 + 12 * 32 + 20);
    fa_release(array);
}

static int append_in_child(void *path)
{
    fa_error err = {0};
    fa_array *array = fa_open(path, FA_READ_WRITE, NULL, &err);
    fa_array *longer = fa_resize(array, 11, &err);
    fa_release(longer);
    fa_release(array);
    return err.code;
}

static void one_process_at_a_time_changes_a_length(void **state)
{
    (void)state;
    fa_error err = {0};
    static char path[512];
    snprintf(path, sizeof path, "%s", in_folder("a.npy"));
    make_numbers(path, 10, 4, &err);
    fa_array *array = fa_open(path, FA_READ_WRITE, NULL, &err);
    assert_int_equal(in_child(append_in_child, path), FA_BUSY);
    assert_counts(path, 1, 10, 4);
    fa_release(array);
    assert_int_equal(in_child(append_in_child, path), FA_OK);
    array = fa_open(path, FA_READ_WRITE, NULL, &err);
    assert_int_equal(fa_size_of_axis(array, 0), 11);
    assert_clean(err);
    fa_release(array);
}

static void assert_refused(fa_array *array, fa_array *rows, fa_error_code code, const char *words)
{
    fa_error err = {0};
    fa_array *longer = rows != NULL ? fa_append(array, rows, NULL, &err) : fa_resize(array, 12, &err);
    assert_null(longer);
    if (err.code != (int)code || strstr(err.message, words) == NULL)
        fail_msg("%s: %s", fa_error_name(err.code), err.message);
}

static void what_cannot_grow_is_refused(void **state)
{
    (void)state;
    fa_error err = {0};
    make_numbers(in_folder("a.npy"), 10, 4, &err);
    fa_array *array = fa_open(in_folder("a.npy"), FA_READ_WRITE, NULL, &err);
    fa_array *reader = fa_open(in_folder("a.npy"), FA_READ_ONLY, NULL, &err);
    fa_array *memory = fa_zeros(FA_FLOAT64, FA_SHAPE(2, 5), &err);
    fa_array *computed = fa_eval("a + 1", FA_VARS({"a", array}), &err);
    fa_array *text = fa_zeros(FA_INT8, FA_SHAPE(2, 4, 1), &err);
    fa_array *scalar = fa_create(in_folder("scalar.npy"), FA_INT8, FA_SHAPE(), NULL, &err);
    assert_clean(err);
    assert_refused(array, memory, FA_BAD_SHAPE,
                   "rows of shape (2, 5) cannot be appended to an array of shape (10, 4) along axis 0");
    assert_refused(array, text, FA_BAD_SHAPE, "rows of shape (2, 4, 1)");
    assert_refused(reader, NULL, FA_NOT_WRITEABLE, "a.npy: the array is read-only");
    assert_refused(memory, NULL, FA_UNSUPPORTED, "only arrays in files");
    assert_refused(computed, NULL, FA_UNSUPPORTED, "only arrays in files");
    assert_refused(scalar, NULL, FA_BAD_SHAPE, "without dimensions");
    assert_null(fa_resize(array, -1, &err));
    assert_int_equal(err.code, FA_BAD_SHAPE);
    fa_error_clear(&err);
    assert_null(fa_resize(array, INT64_MAX / 2, &err));
    assert_true(fa_failed(&err));
    assert_counts(in_folder("a.npy"), 1, 10, 4);
    fa_release(scalar);
    fa_release(text);
    fa_release(computed);
    fa_release(memory);
    fa_release(reader);
    fa_release(array);
}

/* A header that another program wrote without room: the array can be saved anew, not grown. */
static void a_header_without_room_is_refused(void **state)
{
    (void)state;
    fa_error err = {0};
    FILE *file = fopen(in_folder("tight.npy"), "wb");
    const char *literal = "{'descr': '|u1', 'fortran_order': False, 'shape': (9,), }\n";
    fprintf(file, "%c%s%c%c%c%c%s123456789", 0x93, "NUMPY", 1, 0, (int)strlen(literal), 0, literal);
    fclose(file);
    fa_array *array = fa_open(in_folder("tight.npy"), FA_READ_WRITE, NULL, &err);
    assert_clean(err);
    fa_array *same = fa_resize(array, 8, &err);
    assert_clean(err);
    assert_refused(array, NULL, FA_UNSUPPORTED, "has no room for the shape (12,)");
    fa_release(same);
    fa_release(array);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rows_are_appended, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(one_row_has_a_dimension_less, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(an_array_is_appended_to_itself, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(columns_are_appended_in_order_f, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_headerless_file_grows_by_its_size, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(bytes_that_went_stay_gone, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(litter_behind_the_array_is_cut_off, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(one_process_at_a_time_changes_a_length, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(what_cannot_grow_is_refused, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_header_without_room_is_refused, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
