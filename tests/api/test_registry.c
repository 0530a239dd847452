/* SPDX-License-Identifier: BSD-3-Clause */
/* The public list of operations. */
#include <farray/farray.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void every_row_is_whole_and_no_name_is_there_twice(void **state)
{
    (void)state;
    fa_operation_info info, other;
    int count = 0;
    for (; fa_operation_at(count, &info); count++) {
        assert_true(strlen(info.name) > 0 && strlen(info.documentation) > 0);
        assert_in_range(info.arity, 0, 3);
        assert_in_range(info.outputs, 0, 3);
        assert_non_null(info.parameters);
        for (int i = 0; i < count; i++) {
            assert_true(fa_operation_at(i, &other));
            assert_in_range(info.kind, other.kind, FA_OPERATION_KIND_COUNT - 1);
            bool is_attribute = info.kind == FA_OPERATION_ATTRIBUTE; /* real(a) and a.real are both there */
            if (!is_attribute && strcmp(info.name, other.name) == 0)
                fail_msg("'%s' is there twice", info.name);
        }
    }
    assert_int_equal(count, fa_operation_count());
}

static void positions_outside_of_the_list_are_none(void **state)
{
    (void)state;
    fa_operation_info info = {.arity = 42};
    assert_false(fa_operation_at(-1, &info));
    assert_false(fa_operation_at(fa_operation_count(), &info));
    assert_int_equal(info.arity, 42);
}

/* Arguments that a call needs beyond arrays. */
static const char *arguments_of(const char *name)
{
    static const char *const rows[][2] = {
        {"where", "t, a, a"},
        {"isnat", "timedelta64(1)"},
        {"datetime64", "'2020'"},
        {"take", "a, 0"},
        {"take_along_axis", "a, a - 1"},
        {"compress", "t, a"},
        {"extract", "t, a"},
        {"spread", "t, a"},
        {"choose", "a - 1, (a, a)"},
        {"select", "[t], [a]"},
        {"unravel_index", "a, (2, 2)"},
        {"ravel_multi_index", "(a, a), (2, 2)"},
        {"astype", "a, 'f4'"},
        {"swapaxes", "a, 0, 0"},
        {"reshape", "a, (2, 1)"},
        {"broadcast_to", "a, (3, 2)"},
        {"expand_dims", "a, 0"},
        {"diagonal", "a[newaxis]"},
        {"as_strided", "a, (2,), (0,)"},
        {"complex", "1, 2"},
        {"arange", "3"},
        {"linspace", "0, 1"},
        {"random_uniform", "(2,)"},
        {"random_normal", "(2,)"},
        {"logspace", "0, 1"},
        {"geomspace", "1, 2"},
        {"zeros", "2"},
        {"ones", "2"},
        {"empty", "2"},
        {"full", "2, 1"},
        {"zeros_like", "a"},
        {"ones_like", "a"},
        {"empty_like", "a"},
        {"full_like", "a, 1"},
        {"eye", "2"},
        {"tri", "2"},
        {"identity", "2"},
        {"concatenate", "(a, a)"},
        {"stack", "(a, a)"},
        {"hstack", "(a, a)"},
        {"vstack", "(a, a)"},
        {"dstack", "(a, a)"},
        {"column_stack", "(a, a)"},
        {"block", "[a, a]"},
        {"append", "a, a"},
        {"insert", "a, 0, 1"},
        {"delete", "a, 0"},
        {"roll", "a, 1"},
        {"tile", "a, 2"},
        {"repeat", "a, 2"},
        {"resize", "a, (3, 3)"},
        {"pad", "a, 1"},
        {"fliplr", "eye(2)"},
        {"rot90", "eye(2)"},
        {"moveaxis", "a, 0, 0"},
        {"rollaxis", "a, 0"},
        {"split", "a, 2"},
        {"array_split", "a, 2"},
        {"vsplit", "eye(2), 2"},
        {"hsplit", "a, 2"},
        {"view", "a, 'u8'"},
        {"matvec", "eye(2), a"},
        {"vecmat", "a, eye(2)"},
        {"tensordot", "a, a, 1"},
        {"trace", "eye(2)"},
        {"dsplit", "ones((2, 2, 2)), 2"},
        {"quantile", "a, 0.5"},
        {"nanquantile", "a, 0.5"},
        {"percentile", "a, 50"},
        {"partition", "a, 0"},
        {"argpartition", "a, 0"},
        {"lexsort", "(a, a)"},
        {"searchsorted", "a, a"},
        {"isin", "a, a"},
        {"union1d", "a, a"},
        {"intersect1d", "a, a"},
        {"setdiff1d", "a, a"},
        {"setxor1d", "a, a"},
        {"nanpercentile", "a, 50"},
        {"digitize", "a, [0, 1]"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i][0], name) == 0)
            return rows[i][1];
    return NULL;
}

/* Functions of strings: text for the strings among their arguments. */
static void text_of_strings(const fa_operation_info *info, char *text, size_t size)
{
    static const char *const of_numbers[] = {"strings.expandtabs", "strings.zfill", "strings.multiply"};
    static const char *const justified[] = {"strings.center", "strings.ljust", "strings.rjust"};
    const char *arguments = info->arity == 1 ? "'ab'" : "'ab', 'a'";
    for (int i = 0; i < 3; i++) {
        arguments = strcmp(info->name, of_numbers[i]) == 0 ? "'ab', 3" : arguments;
        arguments = strcmp(info->name, justified[i]) == 0 ? "'ab', 3, '*'" : arguments;
    }
    if (strcmp(info->name, "strings.decode") == 0)
        arguments = "b'ab'";
    if (strcmp(info->name, "strings.replace") == 0)
        arguments = "'ab', 'a', 'b'";
    snprintf(text, size, "%s(%s)%s", info->name, arguments, info->outputs == 1 ? "" : "[1]");
}

static void text_of(const fa_operation_info *info, char *text, size_t size)
{
    if (strncmp(info->name, "strings.", 8) == 0) {
        text_of_strings(info, text, size);
        return;
    }
    static const char *const arrays[] = {"", "a", "a, a", "a, a, a"};
    const char *arguments = arguments_of(info->name);
    const char *output = info->outputs == 1 ? "" : "[-1]";
    if (info->kind == FA_OPERATION_ATTRIBUTE)
        snprintf(text, size, "a.%s", info->name);
    else if (info->kind == FA_OPERATION_CONSTANT)
        snprintf(text, size,
                 strncmp(info->name, "N", 1) == 0 || strcmp(info->name, "newaxis") == 0 ? "sum(a, axis=%s)"
                                                                                        : "a + %s",
                 info->name);
    else
        snprintf(text, size, "%s(%s)%s", info->name, arguments != NULL ? arguments : arrays[info->arity],
                 output);
}

/* What the list names, expressions know. */
static void expressions_know_every_name(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *a = fa_ones(FA_INT64, FA_SHAPE(2), &err);
    fa_array *truth = fa_ones(FA_BOOL, FA_SHAPE(2), &err);
    fa_operation_info info;
    for (int i = 0; fa_operation_at(i, &info); i++) {
        char text[64];
        text_of(&info, text, sizeof text);
        fa_release(fa_eval(text, FA_VARS({"a", a}, {"t", truth}), &err));
        if (fa_failed(&err))
            fail_msg("%s: %s", text, err.message);
    }
    fa_release(truth);
    fa_release(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_whole_and_no_name_is_there_twice),
        cmocka_unit_test(positions_outside_of_the_list_are_none),
        cmocka_unit_test(expressions_know_every_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
