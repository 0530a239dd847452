/* SPDX-License-Identifier: BSD-3-Clause */
/* The rules of types against tables that NumPy wrote. */
#include "cmocka_all.h"

#include "array/promote.h"
#include "array/promote_table.inc.h"

enum { TYPES = FA_TYPE_COMPLEX128 + 1 };

static void pairs_are_numpys(void **state)
{
    (void)state;
    for (int a = 0; a < TYPES; a++)
        for (int b = 0; b < TYPES; b++) {
            assert_int_equal(fa__promote((fa_type)a, (fa_type)b), promoted[a][b]);
            assert_int_equal(fa__can_cast_safely((fa_type)a, (fa_type)b), safe[a][b]);
            assert_int_equal(fa__can_cast_same_kind((fa_type)a, (fa_type)b), same_kind[a][b]);
        }
}

static void weak_scalars_are_numpys(void **state)
{
    (void)state;
    static const fa__weak kinds[] = {FA__WEAK_BOOL, FA__WEAK_INT, FA__WEAK_FLOAT, FA__WEAK_COMPLEX};
    for (int type = 0; type < TYPES; type++) {
        for (int kind = 0; kind < 4; kind++)
            assert_int_equal(fa__promote_weak((fa_type)type, kinds[kind]), weak[type][kind]);
        assert_int_equal(fa__promote_weak((fa_type)type, FA__STRONG), type);
    }
    assert_int_equal(fa__weak_type(FA__WEAK_BOOL), FA_TYPE_BOOL);
    assert_int_equal(fa__weak_type(FA__WEAK_INT), FA_TYPE_INT64);
    assert_int_equal(fa__weak_type(FA__WEAK_FLOAT), FA_TYPE_FLOAT64);
    assert_int_equal(fa__weak_type(FA__WEAK_COMPLEX), FA_TYPE_COMPLEX128);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_numpys),
        cmocka_unit_test(weak_scalars_are_numpys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
