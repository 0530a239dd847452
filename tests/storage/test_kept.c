/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory of released results is used again, never holds more than it may, and is never seen as zeros. */
#include "cmocka_all.h"

#include <farray/farray.h>

#include "base/memory.h"
#include "storage/kept.h"

#include <string.h>

enum { MEBIBYTE = 1 << 20 };

/* A limit, and nothing kept: as a small one before it leaves it. */
static void start(size_t limit)
{
    fa__ledger_set_limit(64 << 10);
    fa__ledger_set_limit(limit);
}

static void *take(size_t bytes)
{
    fa_error err = {0};
    void *pages = fa__kept_take(bytes, &err);
    assert_non_null(pages);
    return pages;
}

static void a_block_comes_back(void **unused)
{
    (void)unused;
    start(256 * MEBIBYTE);
    void *first = take(2 * MEBIBYTE);
    memset(first, 1, 2 * MEBIBYTE);
    fa__kept_give_back(first, 2 * MEBIBYTE);
    void *other = take(MEBIBYTE);
    assert_ptr_not_equal(other, first);
    void *again = take(2 * MEBIBYTE);
    assert_ptr_equal(again, first);
    fa__kept_give_back(other, MEBIBYTE);
    fa__kept_give_back(again, 2 * MEBIBYTE);
}

static bool is_kept(const char *pages, size_t bytes)
{
    char *found = take(bytes);
    bool is_same = found == pages && found[0] == 1;
    fa__kept_give_back(found, bytes);
    return is_same;
}

static void the_limit_has_the_first_word(void **unused)
{
    (void)unused;
    start(256 * MEBIBYTE);
    char *pages = take(8 * MEBIBYTE);
    memset(pages, 1, 8 * MEBIBYTE);
    fa__kept_give_back(pages, 8 * MEBIBYTE);
    assert_true(fa__ledger_charge(248 * MEBIBYTE)); /* just beside it */
    assert_true(is_kept(pages, 8 * MEBIBYTE));
    assert_true(fa__ledger_charge(1)); /* dropped: what comes is fresh */
    pages = take(8 * MEBIBYTE);
    assert_int_equal(pages[0], 0);
    fa__kept_give_back(pages, 8 * MEBIBYTE);
    fa__ledger_release(248 * MEBIBYTE + 1);

    start(16 * MEBIBYTE); /* an eighth of which is 2 MiB */
    pages = take(3 * MEBIBYTE);
    pages[0] = 1;
    fa__kept_give_back(pages, 3 * MEBIBYTE);
    pages = take(3 * MEBIBYTE);
    assert_int_equal(pages[0], 0);
    fa__kept_give_back(pages, 3 * MEBIBYTE);
}

static void the_oldest_go_first(void **unused)
{
    (void)unused;
    start(256 * MEBIBYTE);
    char *blocks[5];
    size_t sizes[5];
    for (int i = 0; i < 5; i++) {
        sizes[i] = 2 * MEBIBYTE + (size_t)i * 4096;
        blocks[i] = take(sizes[i]);
        blocks[i][0] = 1;
    }
    for (int i = 0; i < 5; i++)
        fa__kept_give_back(blocks[i], sizes[i]);
    for (int i = 0; i < 5; i++) {
        blocks[i] = take(sizes[i]);
        assert_int_equal(blocks[i][0], i >= 2); /* three are less than 8 MiB */
    }
    for (int i = 0; i < 5; i++)
        fa__kept_give_back(blocks[i], sizes[i]);
}

static void zeros_are_zeros(void **unused)
{
    (void)unused;
    fa_error err = {0};
    start(256 * MEBIBYTE);
    fa_set_memory_limit(256 * MEBIBYTE, &err);
    const size_t used = fa__ledger_used();
    fa_array *a = fa_ones(FA_FLOAT64, FA_SHAPE(3, 100000), &err);
    for (int round = 0; round < 3; round++) {
        fa_array *sum = fa_add(a, a, &err);
        fa_evaluate(sum, NULL, &err);
        assert_true(fa_get_float64(sum, FA_SHAPE(2, 99999), &err) == 2);
        fa_release(sum);
        fa_array *zeros = fa_zeros(FA_FLOAT64, FA_SHAPE(3, 100000), &err);
        fa_array *any = fa_any(zeros, FA_ALL_AXES, NULL, &err);
        assert_true(fa_item_float64(any, &err) == 0);
        fa_release(any);
        fa_release(zeros);
    }
    fa_release(a);
    assert_false(fa_failed(&err));
    assert_int_equal(fa__ledger_used(), used);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_comes_back),
        cmocka_unit_test(the_limit_has_the_first_word),
        cmocka_unit_test(the_oldest_go_first),
        cmocka_unit_test(zeros_are_zeros),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
