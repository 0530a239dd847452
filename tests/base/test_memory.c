/* SPDX-License-Identifier: BSD-3-Clause */
/* Allocations that fail with an error, lists that grow, the ledger under threads; checked arithmetic and
 * references. */
#include "cmocka_all.h"

#include "base/checked.h"
#include "base/memory.h"
#include "base/reference.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

/* The sanitizers end the process on such a size unless they are told that NULL is an answer. */
#define MAY_RETURN_NULL "allocator_may_return_null=1"
__attribute__((visibility("default"))) const char *__asan_default_options(void);
__attribute__((visibility("default"))) const char *__tsan_default_options(void);
const char *__asan_default_options(void)
{
    return MAY_RETURN_NULL;
}
const char *__tsan_default_options(void)
{
    return MAY_RETURN_NULL;
}

/* Larger than any machine's address space; the optimiser must not know it. */
static volatile size_t far_too_much = (size_t)1 << 62;

static void too_large_allocations_are_errors(void **state)
{
    (void)state;
    fa_error err = {0};
    assert_null(fa__alloc(far_too_much, &err));
    assert_int_equal(err.code, FA_NO_MEMORY);
    assert_null(fa__alloc(1, &err)); /* sticky */
    assert_null(fa__alloc_zero(1, 1, &err));
    assert_null(fa__copy_text("x", 1, &err));

    fa_error product = {0};
    assert_null(fa__alloc_zero(far_too_much, 8, &product)); /* the product overflows to 0 */
    assert_int_equal(product.code, FA_NO_MEMORY);
}

static void nothing_is_something_to_free(void **state)
{
    (void)state;
    fa_error err = {0};
    void *nothing = fa__alloc(0, &err);
    assert_non_null(nothing);
    fa__free(nothing);
    nothing = fa__alloc_zero(0, 8, &err);
    assert_non_null(nothing);
    fa__free(nothing);
    fa__free(NULL);
    char *text = fa__copy_text("abcdef", 3, &err);
    assert_string_equal(text, "abc");
    fa__free(text);
}

static void lists_grow_and_keep_their_items(void **state)
{
    (void)state;
    fa_error err = {0};
    int64_t *items = NULL;
    int64_t capacity = 0;
    for (int64_t i = 0; i < 1000; i++) {
        assert_true(fa__grow(&items, &capacity, i + 1, sizeof *items, &err));
        assert_true(capacity > i);
        items[i] = i * i;
    }
    for (int64_t i = 0; i < 1000; i++)
        assert_int_equal(items[i], i * i);
    assert_int_equal(capacity, 1024);

    int64_t *before = items;
    assert_false(fa__grow(&items, &capacity, INT64_MAX, sizeof *items, &err));
    assert_int_equal(err.code, FA_NO_MEMORY);
    assert_ptr_equal(items, before);
    assert_int_equal(capacity, 1024);
    fa_error bytes = {0};
    assert_false(fa__grow(&items, &capacity, (int64_t)1 << 61, sizeof *items, &bytes));
    assert_int_equal(bytes.code, FA_NO_MEMORY);
    assert_int_equal(items[999], 999 * 999);
    fa__free(items);
}

static void what_the_ledger_refuses_says_who_holds_it(void **state)
{
    (void)state;
    fa_error none = {0}, arrays = {0}, both = {0};
    fa__ledger_set_limit(64 << 20);
    assert_false(fa__ledger_refused(&none, "an array", 100 << 20));
    assert_int_equal(none.code, FA_NO_MEMORY);
    assert_string_equal(none.message, "an array needs 100 MiB, and the memory limit is 64 MiB");
    assert_true(fa__ledger_charge_array(60 << 20));
    assert_false(fa__ledger_refused(&arrays, "sorting", 5 << 20));
    assert_string_equal(
        arrays.message,
        "sorting needs 5 MiB, and 60 MiB of the memory limit of 64 MiB are held by arrays in use");
    assert_true(fa__ledger_charge(1536 << 10));
    assert_false(fa__ledger_refused(&both, "a buffer", 4096));
    assert_string_equal(both.message,
                        "a buffer needs 4096 bytes, and of the memory limit of 64 MiB arrays in use "
                        "hold 60 MiB, what is being computed 1.5 MiB");
    fa__ledger_release(1536 << 10);
    fa__ledger_release_array(60 << 20);
    assert_int_equal(fa__ledger_used(), 0);
    fa__ledger_set_limit(0);
}

static void the_ledger_holds_its_limit(void **state)
{
    (void)state;
    fa__ledger_set_limit(0);
    assert_int_equal(fa__ledger_used(), 0);
    assert_true(fa__ledger_charge(1000)); /* no limit yet */
    fa__ledger_set_limit(1500);
    assert_int_equal(fa__ledger_limit(), 1500);
    assert_false(fa__ledger_charge(501));
    assert_false(fa__ledger_charge(SIZE_MAX));
    assert_true(fa__ledger_charge(500));
    assert_false(fa__ledger_charge(1));
    assert_true(fa__ledger_charge(0));
    fa__ledger_set_limit(100); /* below what is in use: nothing more until it fell */
    assert_false(fa__ledger_charge(1));
    fa__ledger_release(1500);
    assert_true(fa__ledger_charge(100));
    fa__ledger_release(100);
    assert_int_equal(fa__ledger_used(), 0);
}

enum { THREADS = 4, ROUNDS = 20000, LEDGER_LIMIT = 2500, PIECE = 1000 };
static atomic_int holders, most_holders, granted;

static void *charge_and_release(void *argument)
{
    (void)argument;
    for (int i = 0; i < ROUNDS; i++) {
        if (!fa__ledger_charge(PIECE))
            continue;
        int now = atomic_fetch_add(&holders, 1) + 1;
        int most = atomic_load(&most_holders);
        while (now > most && !atomic_compare_exchange_weak(&most_holders, &most, now))
            continue;
        atomic_fetch_add(&granted, 1);
        atomic_fetch_sub(&holders, 1);
        fa__ledger_release(PIECE);
    }
    return NULL;
}

static void threads_never_exceed_the_ledger(void **state)
{
    (void)state;
    fa__ledger_set_limit(LEDGER_LIMIT);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, charge_and_release, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_true(atomic_load(&most_holders) <= LEDGER_LIMIT / PIECE);
    assert_true(atomic_load(&granted) >= ROUNDS);
    assert_int_equal(fa__ledger_used(), 0);
    fa__ledger_set_limit(0);
}

static void overflow_is_told_and_leaves_the_result(void **state)
{
    (void)state;
    int64_t result = 7;
    assert_false(fa__add_checked(INT64_MAX, 1, &result));
    assert_false(fa__add_checked(INT64_MIN, -1, &result));
    assert_false(fa__multiply_checked(INT64_MAX, 2, &result));
    assert_false(fa__multiply_checked(INT64_MIN, -1, &result));
    assert_int_equal(result, 7);
    assert_true(fa__add_checked(INT64_MAX, INT64_MIN, &result));
    assert_int_equal(result, -1);
    assert_true(fa__multiply_checked(INT64_MAX, 0, &result));
    assert_int_equal(result, 0);
    assert_int_equal(fa__round_up(0, 64), 0);
    assert_int_equal(fa__round_up(1, 64), 64);
    assert_int_equal(fa__round_up(64, 64), 64);
    assert_int_equal(fa__min_i64(-1, 1), -1);
    assert_int_equal(fa__max_i64(-1, 1), 1);
}

static fa__references references;
static atomic_int destroyed;

static void *take_and_drop(void *argument)
{
    (void)argument;
    for (int i = 0; i < ROUNDS; i++) {
        fa__references_take(&references);
        if (fa__references_drop(&references))
            atomic_fetch_add(&destroyed, 1);
    }
    if (fa__references_drop(&references)) /* the one that main took for this thread */
        atomic_fetch_add(&destroyed, 1);
    return NULL;
}

static void exactly_one_thread_destroys(void **state)
{
    (void)state;
    fa__references_start(&references);
    assert_int_equal(fa__references_count(&references), 1);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        fa__references_take(&references);
        assert_int_equal(pthread_create(&threads[i], NULL, take_and_drop, NULL), 0);
    }
    if (fa__references_drop(&references))
        atomic_fetch_add(&destroyed, 1);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&destroyed), 1);
    assert_int_equal(fa__references_count(&references), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(too_large_allocations_are_errors),
        cmocka_unit_test(nothing_is_something_to_free),
        cmocka_unit_test(lists_grow_and_keep_their_items),
        cmocka_unit_test(the_ledger_holds_its_limit),
        cmocka_unit_test(what_the_ledger_refuses_says_who_holds_it),
        cmocka_unit_test(threads_never_exceed_the_ledger),
        cmocka_unit_test(overflow_is_told_and_leaves_the_result),
        cmocka_unit_test(exactly_one_thread_destroys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
