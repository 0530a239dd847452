/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers as text, constants as Python computes them, and distances of names. */
#include "expr/number.h"

#include "text/graphs.h"

#include "text/calls.h"
#include "text/lexer.h"

#include <locale.h>
#include <math.h>
#include <time.h>

static void test_numbers_are_written_as_python_writes_them(void **state)
{
    (void)state;
    static const struct {
        double number;
        const char *text;
    } rows[] = {
        {0.0, "0.0"},
        {-0.0, "-0.0"},
        {1.0, "1.0"},
        {0.1, "0.1"},
        {1e16, "1e+16"},
        {1e15, "1000000000000000.0"},
        {123456789012345680.0, "1.2345678901234568e+17"},
        {1e-4, "0.0001"},
        {1e-5, "1e-05"},
        {1.5e300, "1.5e+300"},
        {5e-324, "5e-324"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {2.0 / 3, "0.6666666666666666"},
        {HUGE_VAL, "inf"},
        {-HUGE_VAL, "-inf"},
        {100.25, "100.25"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[FA__NUMBER_TEXT];
        assert_string_equal(fa__number_text(rows[i].number, text), rows[i].text);
    }
    char text[FA__NUMBER_TEXT];
    assert_string_equal(fa__number_text((double)NAN, text), "nan");
    assert_string_equal(fa__number_text_of(FA_TYPE_FLOAT32, (double)0.1f, text), "0.1");
    assert_string_equal(fa__number_text_of(FA_TYPE_FLOAT16, 0.0999755859375, text), "0.1");
}

static void random_numbers_read_back(void)
{
    uint64_t seed = (uint64_t)time(NULL), bits = seed * 2 + 1;
    for (int i = 0; i < 20000; i++) {
        bits = bits * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        uint64_t mixed = bits ^ bits >> 33;
        double number, again;
        memcpy(&number, &mixed, sizeof number);
        if (!isfinite(number))
            continue;
        fa_error err = {0};
        char text[FA__NUMBER_TEXT];
        fa__number_text(number, text);
        assert_true(fa__number_parse(text, strlen(text), &again, &err));
        if (memcmp(&number, &again, sizeof number) != 0)
            fail_msg("seed %llu: %s reads back as %.17g", (unsigned long long)seed, text, again);
    }
}

static void test_numbers_read_back(void **state)
{
    (void)state;
    random_numbers_read_back();
}

static void test_the_locale_changes_nothing(void **state)
{
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE"};
    bool found = false;
    for (int i = 0; i < 4 && !found; i++)
        found = setlocale(LC_NUMERIC, names[i]) != NULL;
    if (!found)
        skip();
    char text[FA__NUMBER_TEXT];
    fa_error err = {0};
    double number;
    assert_string_equal(fa__number_text(1.5, text), "1.5");
    assert_true(fa__number_parse("2.25", 4, &number, &err));
    assert_true(number == 2.25);
    random_numbers_read_back();
    setlocale(LC_NUMERIC, "C");
}

static void test_constants_are_pythons(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"1 + 2", "3"},
        {"2 ** 10", "1024"},
        {"2 ** -1", "0.5"},
        {"1 / 3", "0.3333333333333333"},
        {"18446744073709551615 / 3", "6.148914691236517e+18"},
        {"9007199254740993 / 1", "9007199254740992.0"},
        {"7 - 10", "-3"},
        {"True + True", "2"},
        {"True & False", "False"},
        {"True & 3", "1"},
        {"~True", "-2"},
        {"-True", "-1"},
        {"1 << 62", "4611686018427387904"},
        {"-1 >> 70", "-1"},
        {"-9223372036854775808", "-9223372036854775808"},
        {"2 ** 63 - 1 + 2 ** 63", "18446744073709551615"},
        {"9007199254740993 == 9007199254740992.0", "False"},
        {"1.5 < 2", "True"},
        {"nan != nan", "True"},
        {"0x1f + 0o17 + 0b11 + 1_000", "1049"},
        {".5 + 5. + 1e2", "105.5"},
        {"2j ** 2", "complex(-4.0, 0.0)"},
        {"(1+2j) * (3-1j)", "complex(5.0, 5.0)"},
        {"(1+2j) / (1-1j)", "complex(-0.5, 1.5)"},
        {"-2 ** 2", "-4"},
        {"2 ** 3 ** 2", "512"},
        {"-2j", "complex(-0.0, -2.0)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fa_error err = {0};
        fa__node *root = parse(rows[i][0], &err);
        if (root == NULL)
            print_error("%s: %s\n", rows[i][0], err.message);
        assert_non_null(root);
        char *written = text_of(root);
        assert_string_equal(written, rows[i][1]);
        free(written);
        fa__node_release(root);
    }
}

static void test_constants_that_python_alone_can_hold(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        fa_error_code code;
    } rows[] = {
        {"2 ** 64", FA_OUT_OF_RANGE},
        {"3 ** 1000", FA_OUT_OF_RANGE},
        {"1 << 64", FA_OUT_OF_RANGE},
        {"1 << -1", FA_OUT_OF_RANGE},
        {"-2 ** 63 - 1", FA_OUT_OF_RANGE},
        {"1.0 / 0", FA_OUT_OF_RANGE},
        {"0 ** -1", FA_OUT_OF_RANGE},
        {"1e300 ** 2", FA_OUT_OF_RANGE},
        {"1.5 & 1", FA_BAD_TYPES},
        {"2j < 1", FA_BAD_TYPES},
        {"~1.5", FA_BAD_TYPES},
        {"18446744073709551615 * 18446744073709551615", FA_OUT_OF_RANGE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fa_error err = {0};
        assert_null(parse(rows[i].text, &err));
        if (err.code != (int)rows[i].code)
            print_error("%s\n", rows[i].text);
        assert_int_equal(err.code, rows[i].code);
        assert_true(err.column > 0);
    }
}

static void test_distances_of_names(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        int distance;
    } rows[] = {{"sqrt", "sqrt", 0}, {"sqr", "sqrt", 1}, {"sqtr", "sqrt", 1},  {"maen", "mean", 1},
                {"abc", "xyz", 3},   {"", "ab", 2},      {"cosine", "cos", 3}, {"abcdefgh", "x", 6}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(fa__distance(rows[i].a, strlen(rows[i].a), rows[i].b, strlen(rows[i].b), 5),
                         rows[i].distance);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_are_written_as_python_writes_them),
        cmocka_unit_test(test_numbers_read_back),
        cmocka_unit_test(test_the_locale_changes_nothing),
        cmocka_unit_test(test_constants_are_pythons),
        cmocka_unit_test(test_constants_that_python_alone_can_hold),
        cmocka_unit_test(test_distances_of_names),
    };
    return cmocka_run_group_tests(tests, make_arrays, release_arrays);
}
