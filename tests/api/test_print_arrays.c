/* SPDX-License-Identifier: BSD-3-Clause */
/* Printing arrays: what is read and computed for it, and what can go wrong. How text looks is test_print's
 * subject. */
#include <farray/farray.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_text(fa_array *array, const char *wanted, fa_error *err)
{
    char *text = fa_to_text(array, NULL, err);
    if (fa_failed(err))
        fail_msg("%s", err->message);
    assert_string_equal(text, wanted);
    free(text);
}

static void views_print_what_they_show(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *a = fa_from_int64((int64_t[]){1, 2, 3, 4, 5, 6}, FA_SHAPE(2, 3), &err);
    fa_array *turned = fa_transpose(a, &err);
    fa_array *reversed = fa_slice(a, "[:, ::-1]", &err);
    assert_text(turned, "[[1 4]\n [2 5]\n [3 6]]", &err);
    assert_text(reversed, "[[3 2 1]\n [6 5 4]]", &err);
    fa_release(reversed);
    fa_release(turned);
    fa_release(a);
}

static void records_print_in_their_stored_byte_order(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_dtype *dtype = fa_dtype_parse("[('a', '>i2'), ('b', '<i2')]", &err);
    fa_array *a = fa_from_data(dtype, FA_SHAPE(1), "\1\2\1\2", &err);
    assert_text(a, "[(258, 513)]", &err);
    fa_release(a);
    fa_dtype_release(dtype);
}

/* A terabyte that exists nowhere: were more than the corners computed, this would not end. */
static void printing_computes_the_corners_only(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *one = fa_ones(FA_INT64, FA_SHAPE(), &err);
    fa_array *huge = fa_broadcast_to(one, FA_SHAPE(1 << 20, 1 << 17), &err);
    fa_array *sum = fa_eval("a + a", FA_VARS({"a", huge}), &err);
    assert_text(sum,
                "[[2 2 2 ... 2 2 2]\n [2 2 2 ... 2 2 2]\n [2 2 2 ... 2 2 2]\n ...\n [2 2 2 ... 2 2 2]\n"
                " [2 2 2 ... 2 2 2]\n [2 2 2 ... 2 2 2]]",
                &err);
    assert_true((fa_flags(sum) & FA_PENDING) != 0);
    fa_release(sum);
    fa_release(huge);
    fa_release(one);
}

static void each_corner_comes_from_its_place(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *numbers = fa_arange_int64(0, 4000, 1, &err);
    fa_array *table = fa_reshape(numbers, FA_SHAPE(40, 100), &err);
    fa_print_options options = {.edge_items = 1};
    char *text = fa_to_text(table, &options, &err);
    assert_false(fa_failed(&err));
    assert_string_equal(text, "[[   0 ...   99]\n ...\n [3900 ... 3999]]");
    free(text);
    fa_release(table);
    fa_release(numbers);
}

static void errors_say_what_is_wrong(void **state)
{
    (void)state;
    fa_error err = {0};
    assert_null(fa_to_text(NULL, NULL, &err));
    assert_int_equal(err.code, FA_INVALID_ARGUMENT);
    fa_error first = err;
    fa_array *a = fa_zeros(FA_FLOAT64, FA_SHAPE(2), &(fa_error){0});
    assert_null(fa_to_text(a, NULL, &err)); /* a failed error stays as it is */
    assert_memory_equal(&err, &first, sizeof err);
    fa_error_clear(&err);
    assert_null(fa_to_text(a, &(fa_print_options){.threshold = -1}, &err));
    assert_int_equal(err.code, FA_INVALID_ARGUMENT);
    fa_error_clear(&err);
    fa_print(NULL, a, NULL, &err);
    assert_int_equal(err.code, FA_INVALID_ARGUMENT);
    fa_release(a);
}

static void a_stream_that_is_full_is_an_error(void **state)
{
    (void)state;
    FILE *full = fopen("/dev/full", "w");
    if (full == NULL)
        skip();
    setvbuf(full, NULL, _IONBF, 0);
    fa_error err = {0};
    fa_array *a = fa_zeros(FA_FLOAT64, FA_SHAPE(2), &err);
    fa_print(full, a, NULL, &err);
    assert_int_equal(err.code, FA_DISK_FULL);
    fa_release(a);
    fclose(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(views_print_what_they_show),
        cmocka_unit_test(records_print_in_their_stored_byte_order),
        cmocka_unit_test(printing_computes_the_corners_only),
        cmocka_unit_test(each_corner_comes_from_its_place),
        cmocka_unit_test(errors_say_what_is_wrong),
        cmocka_unit_test(a_stream_that_is_full_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
