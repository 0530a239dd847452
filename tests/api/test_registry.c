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
        assert_in_range(info.arity, 1, 3);
        for (int i = 0; i < count; i++) {
            assert_true(fa_operation_at(i, &other));
            assert_string_not_equal(info.name, other.name);
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
        const char *first = strcmp(info.name, "where") == 0   ? "t"
                            : strcmp(info.name, "isnat") == 0 ? "timedelta64(1)"
                                                              : "a";
        snprintf(text, sizeof text,
                 info.arity == 1   ? "%s(%s)"
                 : info.arity == 2 ? "%s(%s, a)"
                                   : "%s(%s, a, a)",
                 info.name, first);
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
