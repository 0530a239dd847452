/* SPDX-License-Identifier: BSD-3-Clause */
/* Functions of several outputs, functions that are made of others, and what they refuse. */
#include <farray/farray.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static fa_error err;

static int start(void **state)
{
    (void)state;
    err = (fa_error){0};
    return 0;
}

static fa_array *numbers(int64_t count, const double *values)
{
    return fa_from_data(FA_FLOAT64, FA_SHAPE(count), values, &err);
}

static void assert_values(fa_array *array, int64_t count, const double *expected)
{
    assert_int_equal(fa_size(array), count);
    for (int64_t i = 0; i < count; i++) {
        const double found = fa_get_float64(array, FA_COORDS(i), &err);
        assert_int_equal(err.code, FA_OK);
        if (memcmp(&found, &expected[i], sizeof found) != 0)
            fail_msg("element %d is %.17g, not %.17g", (int)i, found, expected[i]);
    }
}

/* Of an array that is given back. */
static void assert_values_of(fa_array *array, int64_t count, const double *expected)
{
    assert_values(array, count, expected);
    fa_release(array);
}

static bool truth_of(fa_array *array)
{
    const bool truth = fa_item_int64(array, &err) != 0;
    fa_release(array);
    return truth;
}

static void both_outputs_are_what_numpy_gives(void **state)
{
    (void)state;
    fa_array *a = numbers(4, (const double[]){-2.5, 7, -0.0, INFINITY}), *b = numbers(1, (const double[]){2});
    fa_array *remainder, *whole, *exponent;
    fa_array *quotient = fa_divmod(a, b, &remainder, &err);
    fa_array *fraction = fa_modf(a, &whole, &err);
    fa_array *mantissa = fa_frexp(a, &exponent, &err);
    assert_int_equal(err.code, FA_OK);
    assert_values(fraction, 4, (const double[]){-0.5, 0, -0.0, 0});
    assert_values(whole, 4, (const double[]){-2, 7, -0.0, INFINITY});
    assert_values(mantissa, 4, (const double[]){-0.625, 0.875, -0.0, INFINITY});
    assert_values(exponent, 4, (const double[]){2, 3, 0, 0});
    assert_true(fa_dtype_equal(fa_dtype_of_array(exponent), FA_INT32));
    assert_values_of(fa_slice(quotient, ":3", &err), 3, (const double[]){-2, 3, -0.0});
    assert_values_of(fa_slice(remainder, ":3", &err), 3, (const double[]){1.5, 1, 0});
    fa_array *all[] = {a, b, quotient, remainder, fraction, whole, mantissa, exponent};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        fa_release(all[i]);
}

static void both_outputs_share_one_reading_of_the_file(void **state)
{
    (void)state;
    enum { COUNT = 1 << 20 };
    char path[] = "/tmp/farray-test-XXXXXX";
    const int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    fa_array *random = fa_random_uniform(FA_FLOAT64, FA_SHAPE(COUNT), NULL, &err);
    fa_save(path, random, NULL, &err);
    fa_release(random);
    fa_array *a = fa_open(path, FA_READ_ONLY, NULL, &err), *whole;
    fa_array *fraction = fa_modf(a, &whole, &err);
    fa_statistics before, after;
    fa_get_statistics(&before);
    fa_evaluate_all((const fa_output[]){{.array = fraction}, {.array = whole}}, 2, NULL, &err);
    fa_get_statistics(&after);
    assert_int_equal(err.code, FA_OK);
    assert_in_range(after.bytes_read - before.bytes_read, COUNT * sizeof(double),
                    COUNT * sizeof(double) + COUNT * sizeof(double) / 20);
    fa_release(whole);
    fa_release(fraction);
    fa_release(a);
    unlink(path);
}

static void a_pair_that_fails_gives_nothing(void **state)
{
    (void)state;
    fa_array *z = fa_ones(FA_COMPLEX128, FA_SHAPE(2), &err), *second = z;
    assert_null(fa_modf(z, &second, &err));
    assert_null(second);
    assert_int_equal(err.code, FA_BAD_TYPES);
    assert_string_equal(err.message, "'modf' is not defined for complex128");
    second = z;
    assert_null(fa_frexp(z, &second, &err)); /* err has failed already */
    assert_null(second);
    err = (fa_error){0};
    fa_array *a = fa_ones(FA_FLOAT64, FA_SHAPE(2), &err);
    assert_null(fa_frexp(a, NULL, &err));
    assert_int_equal(err.code, FA_INVALID_ARGUMENT);
    fa_release(a);
    fa_release(z);
}

static void defaults_and_options_are_those_of_numpy(void **state)
{
    (void)state;
    const double seven = 7, tenth = 0.1;
    fa_array *a = numbers(4, (const double[]){NAN, -INFINITY, 1.25, 15}),
             *b = numbers(1, (const double[]){1.3});
    fa_array *made[] = {
        fa_nan_to_num(a, NULL, &err),
        fa_nan_to_num(a, &(fa_nan_options){.nan = &seven, .neginf = &tenth}, &err),
        fa_isclose(a, b, NULL, &err),
        fa_isclose(a, b, &(fa_close_options){.atol = &tenth}, &err),
        fa_isclose(a, a, &(fa_close_options){.equal_nan = true}, &err),
        fa_angle(a, true, &err),
    };
    assert_int_equal(err.code, FA_OK);
    assert_values(made[0], 4, (const double[]){0, -1.7976931348623157e308, 1.25, 15});
    assert_values(made[1], 4, (const double[]){7, 0.1, 1.25, 15});
    assert_values(made[2], 4, (const double[]){0, 0, 0, 0});
    assert_values(made[3], 4, (const double[]){0, 0, 1, 0});
    assert_values(made[4], 4, (const double[]){1, 1, 1, 1});
    assert_values_of(fa_slice(made[5], "1:", &err), 3, (const double[]){180, 0, 0});
    assert_true(truth_of(fa_array_equiv(b, b, &err)));
    assert_false(truth_of(fa_array_equal(a, b, false, &err)));
    assert_true(truth_of(fa_array_equal(a, a, true, &err)));
    assert_false(truth_of(fa_allclose(a, a, NULL, &err)));
    assert_values_of(fa_round(b, 0, &err), 1, (const double[]){1});
    assert_values_of(fa_round(b, 1, &err), 1, (const double[]){1.3});
    assert_values_of(fa_round(b, -1, &err), 1, (const double[]){0});
    assert_int_equal(err.code, FA_OK);
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        fa_release(made[i]);
    fa_release(b);
    fa_release(a);
}

static void messages_are_about_the_arrays_and_have_no_column(void **state)
{
    (void)state;
    fa_array *a = fa_ones(FA_FLOAT64, FA_SHAPE(2), &err), *b = fa_ones(FA_FLOAT64, FA_SHAPE(3), &err);
    assert_null(fa_isclose(a, b, NULL, &err));
    assert_int_equal(err.code, FA_BAD_SHAPE);
    assert_int_equal(err.column, 0);
    err = (fa_error){0};
    fa_array *truth = fa_ones(FA_BOOL, FA_SHAPE(2), &err);
    assert_null(fa_round(truth, 1, &err));
    assert_string_equal(err.message, "'round' is not defined for bool");
    err = (fa_error){0};
    assert_null(fa_nan_to_num(a, &(fa_nan_options){.reserved = {1}}, &err));
    assert_int_equal(err.code, FA_INVALID_ARGUMENT);
    fa_release(truth);
    fa_release(b);
    fa_release(a);
}

/* What is not asked for is a copy all the same: a later write is not seen. */
static void whole_numbers_that_are_rounded_are_no_view(void **state)
{
    (void)state;
    fa_array *a = fa_zeros(FA_INT64, FA_SHAPE(3), &err);
    fa_array *rounded = fa_round(a, 2, &err), *numbers_again = fa_nan_to_num(a, NULL, &err);
    fa_fill_int64(a, 5, &err);
    assert_values(rounded, 3, (const double[]){0, 0, 0});
    assert_values(numbers_again, 3, (const double[]){0, 0, 0});
    fa_release(numbers_again);
    fa_release(rounded);
    fa_release(a);
}

static void outputs_print_as_text_that_parses(void **state)
{
    (void)state;
    static const struct {
        const char *text, *printed;
    } rows[] = {
        {"modf(a)[1] + divmod(a, 2)[0]", "modf(a0)[1] + a0 // 2"},
        {"frexp(a // 2 % 3)[-1]", "frexp(a0 // 2 % 3)[1]"},
        {"a // (2 * a)", "a0 // (2 * a0)"},
        {"add(a, 2, dtype='f4')", "astype(a0, 'float32') + float32(2.0)"},
        {"round(a, 2)", "rint(a0 * 100.0) / 100.0"},
    };
    fa_array *a = fa_ones(FA_FLOAT64, FA_SHAPE(2), &err);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[128];
        fa_array *made = fa_eval(rows[i].text, FA_VARS({"a", a}), &err);
        fa_expression(made, text, sizeof text, NULL, 0, NULL, &err);
        assert_int_equal(err.code, FA_OK);
        assert_string_equal(text, rows[i].printed);
        fa_release(made);
    }
    fa_release(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(both_outputs_are_what_numpy_gives, start),
        cmocka_unit_test_setup(both_outputs_share_one_reading_of_the_file, start),
        cmocka_unit_test_setup(a_pair_that_fails_gives_nothing, start),
        cmocka_unit_test_setup(defaults_and_options_are_those_of_numpy, start),
        cmocka_unit_test_setup(messages_are_about_the_arrays_and_have_no_column, start),
        cmocka_unit_test_setup(whole_numbers_that_are_rounded_are_no_view, start),
        cmocka_unit_test_setup(outputs_print_as_text_that_parses, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
