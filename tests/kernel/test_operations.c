/* SPDX-License-Identifier: BSD-3-Clause */
/* That the list of operations and the table of kernels agree: every row has loops exactly for the types of
 * its rule. */
#include "kernel/kernel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { TYPES = FA_TYPE_COMPLEX128 + 1 };

static bool is_integer(fa_type type)
{
    return type >= FA_TYPE_INT8 && type <= FA_TYPE_UINT64;
}

static bool is_float(fa_type type)
{
    return type >= FA_TYPE_FLOAT16 && type <= FA_TYPE_FLOAT64;
}

static bool row_has(fa__operation operation, fa_type type)
{
    switch (fa__operations[operation].rule) {
    case FA__RULE_NUMBER:
        return type != FA_TYPE_BOOL;
    case FA__RULE_DIVIDE:
    case FA__RULE_ANALYTIC:
        return type >= FA_TYPE_FLOAT16;
    case FA__RULE_FLOATING:
    case FA__RULE_FLOAT_PREDICATE:
        return is_float(type);
    case FA__RULE_REAL:
        return type <= FA_TYPE_FLOAT64;
    case FA__RULE_BITS:
        return type == FA_TYPE_BOOL || is_integer(type);
    case FA__RULE_SCALE:
    case FA__RULE_EXPONENT:
        return is_float(type);
    case FA__RULE_QUOTIENT:
        return is_integer(type) || is_float(type);
    case FA__RULE_WIDEST:
        return type == FA_TYPE_FLOAT64 || type == FA_TYPE_COMPLEX128;
    case FA__RULE_INTEGER:
    case FA__RULE_COUNT:
        return is_integer(type);
    case FA__RULE_TIME_PREDICATE:
        return false;
    default:
        return true;
    }
}

static void every_operation_has_loops_for_the_types_of_its_rule(void **state)
{
    (void)state;
    for (int operation = 0; operation < FA__OPERATION_COUNT; operation++)
        for (int type = 0; type < TYPES; type++) {
            const bool there = fa__loop_find((fa__operation)operation, (fa_type)type) != NULL;
            if (there != row_has((fa__operation)operation, (fa_type)type))
                fail_msg("%s of type %d: %s", fa__operations[operation].name, type,
                         there ? "unexpected" : "missing");
        }
}

/* Those that are made of others, and those that pass over NaN where there is none. */
static bool is_composed(fa__reduction reduction, fa_type type)
{
    switch (reduction) {
    case FA__REDUCE_PTP:
    case FA__REDUCE_NANPROD:
        return true;
    case FA__REDUCE_NANSUM:
    case FA__REDUCE_NANMEAN:
        return type < FA_TYPE_FLOAT16 || type > FA_TYPE_FLOAT64;
    default:
        return strncmp(fa__reductions[reduction].name, "nan", 3) == 0 && type < FA_TYPE_FLOAT16;
    }
}

static void every_reduction_is_there_for_every_type(void **state)
{
    (void)state;
    for (int reduction = 0; reduction < FA__REDUCTION_COUNT; reduction++)
        for (int type = 0; type < TYPES; type++) {
            const fa__reducer *reducer = fa__reducer_find((fa__reduction)reduction, (fa_type)type);
            if (is_composed((fa__reduction)reduction, (fa_type)type)) {
                assert_null(reducer);
                continue;
            }
            assert_non_null(reducer);
            assert_in_range(reducer->components, 1, FA__MAX_COMPONENTS);
            assert_non_null(reducer->strip_end);
        }
}

static void every_pair_of_types_converts(void **state)
{
    (void)state;
    for (int from = 0; from < TYPES; from++)
        for (int to = 0; to < TYPES; to++)
            assert_non_null(fa__convert_find((fa_type)from, (fa_type)to));
}

static void types_without_kernels_have_none(void **state)
{
    (void)state;
    assert_null(fa__loop_find(FA__OP_ADD, FA_TYPE_DATETIME64));
    assert_null(fa__reducer_find(FA__REDUCE_SUM, FA_TYPE_VOID));
    assert_null(fa__convert_find(FA_TYPE_STRING, FA_TYPE_INT8));
    assert_null(fa__convert_find(FA_TYPE_INT8, FA_TYPE_STRING));
}

static void loops_of_no_elements_touch_nothing(void **state)
{
    (void)state;
    for (int operation = 0; operation < FA__OPERATION_COUNT; operation++)
        for (int type = 0; type < TYPES; type++) {
            fa__loop *loop = fa__loop_find((fa__operation)operation, (fa_type)type);
            for (unsigned scalars = 0; loop != NULL && scalars < 8; scalars++)
                loop(NULL, (const void *const[]){NULL, NULL, NULL}, 0, scalars);
        }
}

static void negative_exponents_are_found(void **state)
{
    (void)state;
    int16_t exponents[1000] = {0};
    assert_false(fa__any_negative(exponents, FA_TYPE_INT16, 1000));
    exponents[777] = -1;
    assert_true(fa__any_negative(exponents, FA_TYPE_INT16, 1000));
    assert_false(fa__any_negative(exponents, FA_TYPE_INT16, 777));
    assert_false(fa__any_negative(exponents, FA_TYPE_UINT16, 1000));
}

static void the_instruction_set_is_the_one_asked_for(void **state)
{
    (void)state;
    const char *wanted = getenv("FARRAY_ISA");
    assert_non_null(fa__kernel_isa());
    if (wanted != NULL)
        assert_string_equal(fa__kernel_isa(), wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operation_has_loops_for_the_types_of_its_rule),
        cmocka_unit_test(every_reduction_is_there_for_every_type),
        cmocka_unit_test(every_pair_of_types_converts),
        cmocka_unit_test(types_without_kernels_have_none),
        cmocka_unit_test(loops_of_no_elements_touch_nothing),
        cmocka_unit_test(negative_exponents_are_found),
        cmocka_unit_test(the_instruction_set_is_the_one_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
