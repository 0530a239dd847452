/* SPDX-License-Identifier: BSD-3-Clause */
/* Pages that are kept for the next result are no part of what is used, and never in the way of others. */
#include "storage/spare.h"

#include "array/source.h"
#include "base/memory.h"
#include "platform/platform.h"
#include "storage/storage.h"

#include "cmocka_all.h"

#include <string.h>

enum { MEBIBYTE = 1 << 20, LIMIT = 256 * MEBIBYTE, RESULT = 16 * MEBIBYTE };

static fa__source *result(bool zeros)
{
    fa_error err = {0};
    fa__source *source =
        zeros ? fa__memory_or_scratch(RESULT, &err) : fa__memory_or_scratch_of_any_content(RESULT, &err);
    assert_false(fa_failed(&err));
    return source;
}

static int start(void **unused)
{
    (void)unused;
    fa__ledger_set_limit(1); /* nothing is kept */
    fa__ledger_set_limit(LIMIT);
    return 0;
}

static void the_next_result_stands_where_the_last_one_stood(void **unused)
{
    (void)unused;
    size_t used = fa__ledger_used();
    fa__source *first = result(false);
    char *place = fa__source_memory(first);
    memset(place, 7, RESULT);
    assert_int_equal(fa__ledger_used(), used + RESULT);
    fa__source_release(first);
    assert_int_equal(fa__ledger_used(), used);
    assert_int_equal(fa__ledger_kept(), RESULT);
    fa__source *second = result(false);
    assert_ptr_equal(fa__source_memory(second), place);
    assert_int_equal(fa__ledger_used(), used + RESULT);
    assert_int_equal(fa__ledger_kept(), 0);
    fa__source_release(second);
}

static void zeros_are_zeros(void **unused)
{
    (void)unused;
    fa__source *first = result(false);
    memset(fa__source_memory(first), 7, RESULT);
    fa__source_release(first);
    fa__source *second = result(true);
    const char *bytes = fa__source_memory(second);
    for (int64_t i = 0; i < RESULT; i++)
        assert_int_equal(bytes[i], 0);
    fa__source_release(second);
}

static void a_charge_that_finds_no_room_takes_what_is_kept(void **unused)
{
    (void)unused;
    fa__source_release(result(false));
    size_t rest = LIMIT - fa__ledger_used();
    assert_int_equal(fa__ledger_kept(), RESULT);
    assert_true(fa__ledger_charge(rest));
    assert_int_equal(fa__ledger_kept(), 0);
    assert_false(fa__ledger_charge(1));
    fa__ledger_release(rest);
}

static void a_lower_limit_takes_what_is_kept(void **unused)
{
    (void)unused;
    fa__source_release(result(false));
    fa__ledger_set_limit(RESULT / 2);
    assert_int_equal(fa__ledger_kept(), 0);
}

static void only_a_part_of_the_limit_is_kept(void **unused)
{
    (void)unused;
    fa__source *all[3];
    for (int i = 0; i < 3; i++)
        all[i] = result(false);
    for (int i = 0; i < 3; i++)
        fa__source_release(all[i]);
    assert_int_equal(fa__ledger_kept(), LIMIT / 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_next_result_stands_where_the_last_one_stood, start),
        cmocka_unit_test_setup(zeros_are_zeros, start),
        cmocka_unit_test_setup(a_charge_that_finds_no_room_takes_what_is_kept, start),
        cmocka_unit_test_setup(a_lower_limit_takes_what_is_kept, start),
        cmocka_unit_test_setup(only_a_part_of_the_limit_is_kept, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
