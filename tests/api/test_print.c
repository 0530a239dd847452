/* SPDX-License-Identifier: BSD-3-Clause */
/* Printing from buffers. With the argument --filter this program is what tests/api/test_print_oracle.py
 * compares with NumPy: it reads cases from standard input and writes their texts.
 *
 * A case is one line `DTYPE;SIZES;PRECISION,THRESHOLD,EDGE_ITEMS,LINE_WIDTH,SUPPRESS` (sizes with commas, "-"
 * for 0-d), followed by the bytes of the shown elements. The answer is the length of the text, a newline, and
 * the text. */
#include "api/print.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- The filter ---- */

static int read_sizes(char *text, int64_t *sizes)
{
    int ndim = 0;
    if (strcmp(text, "-") == 0)
        return 0;
    for (char *at = text; ndim < FA_MAX_NDIM;) {
        sizes[ndim++] = strtoll(at, &at, 10);
        if (*at++ != ',')
            break;
    }
    return ndim;
}

static bool answer_case(char *line)
{
    char *save = NULL;
    char *dtype_text = strtok_r(line, ";", &save), *sizes_text = strtok_r(NULL, ";", &save);
    char *options_text = strtok_r(NULL, ";\n", &save);
    int precision, threshold, edge_items, line_width, suppress;
    if (options_text == NULL || sscanf(options_text, "%d,%d,%d,%d,%d", &precision, &threshold, &edge_items,
                                       &line_width, &suppress) != 5)
        return false;
    fa_error err = {0};
    fa_print_options options = {precision, threshold, edge_items, line_width, suppress != 0, {0}};
    fa_dtype *dtype = fa_dtype_parse(dtype_text, &err);
    int64_t sizes[FA_MAX_NDIM];
    int ndim = read_sizes(sizes_text, sizes);
    fa__print_settings settings;
    fa__shown shown;
    fa__text text = {0};
    if (fa__print_settings_from(&options, &settings, &err) &&
        fa__shown_choose(ndim, sizes, &settings, &shown, &err)) {
        size_t bytes = (size_t)(shown.shown_count * fa_dtype_item_bytes(dtype));
        char *data = malloc(bytes + 1);
        if (data == NULL || fread(data, 1, bytes, stdin) != bytes)
            return false;
        fa__print_layout(dtype, &shown, data, &settings, &text, &err);
        free(data);
    }
    if (fa_failed(&err))
        printf("%zu\n%s", strlen(err.message), err.message);
    else
        printf("%lld\n%.*s", (long long)text.length, (int)text.length, text.data);
    fflush(stdout);
    fa__text_clear(&text);
    fa_dtype_release(dtype);
    return true;
}

static int run_filter(void)
{
    static char line[1 << 16];
    /* The text never depends on the locale; where this machine has one with a decimal comma, it is set. */
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL)
        setlocale(LC_ALL, "");
    while (fgets(line, sizeof line, stdin) != NULL)
        if (!answer_case(line))
            return 1;
    return 0;
}

/* ---- Fixed cases ---- */

/* The text of `data`, all of which is shown unless `options` shorten it. */
static char *text_of(const char *dtype_text, int ndim, const int64_t *sizes, const void *data,
                     const fa_print_options *options)
{
    static char buffer[1 << 16];
    fa_error err = {0};
    fa_dtype *dtype = fa_dtype_parse(dtype_text, &err);
    fa__print_settings settings;
    fa__shown shown;
    fa__text text = {0};
    assert_true(fa__print_settings_from(options, &settings, &err));
    assert_true(fa__shown_choose(ndim, sizes, &settings, &shown, &err));
    fa__print_layout(dtype, &shown, data, &settings, &text, &err);
    if (fa_failed(&err))
        fail_msg("%s", err.message);
    assert_in_range(text.length, 0, sizeof buffer - 1);
    if (text.length > 0)
        memcpy(buffer, text.data, (size_t)text.length);
    buffer[text.length] = '\0';
    fa__text_clear(&text);
    fa_dtype_release(dtype);
    return buffer;
}

static void assert_float64s(int64_t count, const double *values, const fa_print_options *options,
                            const char *wanted)
{
    assert_string_equal(text_of("f8", 1, &count, values, options), wanted);
}

static void numbers_share_one_format(void **state)
{
    (void)state;
    assert_float64s(3, (double[]){1, 2.5, -3.125}, NULL, "[ 1.     2.5   -3.125]");
    assert_float64s(2, (double[]){0, 0.1}, NULL, "[0.  0.1]");
    assert_float64s(2, (double[]){1e8, 1}, NULL, "[1.e+08 1.e+00]");
    assert_float64s(2, (double[]){99999999, 1e5}, NULL, "[99999999.   100000.]");
    assert_float64s(2, (double[]){1, 1e-5}, NULL, "[1.e+00 1.e-05]");
    assert_float64s(2, (double[]){1, 1e-5}, &(fa_print_options){.suppress = true}, "[1.      0.00001]");
    assert_float64s(2, (double[]){1e100, 1}, NULL, "[1.e+100 1.e+000]");
    assert_float64s(3, (double[]){-0.0, 0.0 / -1.0, 2}, NULL, "[-0. -0.  2.]");
    assert_float64s(1, (double[]){1.0 / 3}, &(fa_print_options){.precision = 3}, "[0.333]");
    assert_float64s(3, (double[]){0.5, 1.5, 2.5}, &(fa_print_options){.precision = -1}, "[0. 2. 2.]");
}

static void special_numbers_take_the_width_they_need(void **state)
{
    (void)state;
    double nan = strtod("nan", NULL), infinity = strtod("inf", NULL);
    assert_float64s(3, (double[]){nan, 1, infinity}, NULL, "[nan  1. inf]");
    assert_float64s(3, (double[]){nan, 1, -infinity}, NULL, "[ nan   1. -inf]");
    assert_float64s(2, (double[]){nan, nan}, NULL, "[nan nan]");
    assert_float64s(2, (double[]){-infinity, 1.5e300}, NULL, "[    -inf 1.5e+300]");
}

static void assert_scalar(double value, const char *wanted)
{
    assert_string_equal(text_of("f8", 0, NULL, &value, NULL), wanted);
}

static void an_array_without_dimensions_prints_as_a_scalar(void **state)
{
    (void)state;
    assert_scalar(0.1, "0.1");
    assert_scalar(1, "1.0");
    assert_scalar(1e15, "1000000000000000.0");
    assert_scalar(1e16, "1e+16");
    assert_scalar(0.0001, "0.0001");
    assert_scalar(0.00001, "1e-05");
    assert_scalar(5e-324, "5e-324");
    assert_scalar(1.7976931348623157e308, "1.7976931348623157e+308");
    assert_scalar(0x1p-44, "5.684341886080802e-14"); /* the neighbour below is nearer than the one above */
    assert_scalar(9007199254740993.0, "9007199254740992.0");
    assert_string_equal(text_of("?", 0, NULL, "\1", NULL), "True");
    assert_string_equal(text_of("U2", 0, NULL, U"é'", NULL), "é'");
    assert_string_equal(text_of("S2", 0, NULL, "ab", NULL), "np.bytes_(b'ab')");
    assert_string_equal(text_of("c16", 0, NULL, (double[]){1, -2.5}, NULL), "(1-2.5j)");
    assert_string_equal(text_of("c16", 0, NULL, (double[]){0, 1e16}, NULL), "1e+16j");
    assert_string_equal(text_of("f4", 0, NULL, (float[]){1e6f}, NULL), "1e+06");
}

static void long_rows_wrap_at_the_line_width(void **state)
{
    (void)state;
    int64_t values[30], count = 30;
    for (int i = 0; i < 30; i++)
        values[i] = i;
    assert_string_equal(text_of("i8", 1, &count, values, &(fa_print_options){.line_width = 20}),
                        "[ 0  1  2  3  4  5\n  6  7  8  9 10 11\n 12 13 14 15 16 17\n 18 19 20 21 22 23\n"
                        " 24 25 26 27 28 29]");
    assert_string_equal(text_of("i8", 3, (int64_t[]){2, 2, 2}, values, NULL),
                        "[[[0 1]\n  [2 3]]\n\n [[4 5]\n  [6 7]]]");
}

static void large_arrays_show_their_corners(void **state)
{
    (void)state;
    double zeros[36] = {0};
    assert_string_equal(text_of("f8", 2, (int64_t[]){10000, 10000}, zeros, NULL),
                        "[[0. 0. 0. ... 0. 0. 0.]\n [0. 0. 0. ... 0. 0. 0.]\n [0. 0. 0. ... 0. 0. 0.]\n ...\n"
                        " [0. 0. 0. ... 0. 0. 0.]\n [0. 0. 0. ... 0. 0. 0.]\n [0. 0. 0. ... 0. 0. 0.]]");
}

static void empty_arrays_are_empty_brackets(void **state)
{
    (void)state;
    assert_string_equal(text_of("f8", 2, (int64_t[]){0, 3}, "", NULL), "[]");
}

static void structures_print_as_tuples(void **state)
{
    (void)state;
    struct {
        int64_t id;
        double position[2];
        char note[8];
    } records[2] = {{996, {99.6, 0}, ""}, {7, {-1, 0.5}, "ab"}};
    int64_t count = 2;
    const char *dtype = "[('id', '<i8'), ('pos', [('x', '<f8'), ('y', '<f8')]), ('note', 'S8')]";
    assert_int_equal(sizeof records[0], 32);
    assert_string_equal(text_of(dtype, 1, &count, records, NULL),
                        "[(996, (99.6, 0. ), b'') (  7, (-1. , 0.5), b'ab')]");
    assert_string_equal(text_of(dtype, 0, NULL, records, NULL), "(996, (99.6, 0.0), b'')");
}

static void times_print_to_their_unit(void **state)
{
    (void)state;
    int64_t days[] = {0, 18321, FA__NOT_A_TIME, -719162, -719529}, count = 5;
    assert_string_equal(text_of("M8[D]", 1, &count, days, &(fa_print_options){.line_width = 200}),
                        "['1970-01-01' '2020-02-29'        'NaT' '0001-01-01' '-001-12-31']");
    assert_string_equal(text_of("M8[25s]", 0, NULL, (int64_t[]){4}, NULL), "1970-01-01T00:01:40");
    assert_string_equal(text_of("M8[as]", 0, NULL, (int64_t[]){-1}, NULL),
                        "1969-12-31T23:59:59.999999999999999999");
    assert_string_equal(text_of("m8[h]", 1, (int64_t[]){2}, (int64_t[]){-12, 5}, NULL), "[-12   5]");
    assert_string_equal(text_of("m8[2h]", 0, NULL, (int64_t[]){-12}, NULL), "-24 hours");
    assert_string_equal(text_of("m8[h]", 0, NULL, (int64_t[]){FA__NOT_A_TIME}, NULL), "NaT");
}

static void options_out_of_range_are_refused(void **state)
{
    (void)state;
    fa_error err = {0};
    fa__print_settings settings;
    assert_false(fa__print_settings_from(&(fa_print_options){.line_width = -1}, &settings, &err));
    assert_int_equal(err.code, FA_INVALID_ARGUMENT);
    fa_error_clear(&err);
    assert_false(fa__print_settings_from(&(fa_print_options){.reserved = {1}}, &settings, &err));
    assert_int_equal(err.code, FA_INVALID_ARGUMENT);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--filter") == 0)
        return run_filter();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_share_one_format),
        cmocka_unit_test(special_numbers_take_the_width_they_need),
        cmocka_unit_test(an_array_without_dimensions_prints_as_a_scalar),
        cmocka_unit_test(long_rows_wrap_at_the_line_width),
        cmocka_unit_test(large_arrays_show_their_corners),
        cmocka_unit_test(empty_arrays_are_empty_brackets),
        cmocka_unit_test(structures_print_as_tuples),
        cmocka_unit_test(times_print_to_their_unit),
        cmocka_unit_test(options_out_of_range_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
