/* SPDX-License-Identifier: BSD-3-Clause */
/* Sorting, selecting and packing keys, against qsort, for every length up to a few vectors and for inputs
 * that are hard on pivots. */
#include "kernel/order.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { MOST = 20000 };

static uint64_t state = 88172645463325252;

static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

enum { RANDOM, FEW, ASCENDING, DESCENDING, EQUAL, PIPES, ENDS, NARROW, KINDS };

static int64_t number(int kind, int64_t i, int64_t n)
{
    switch (kind) {
    case RANDOM:
        return (int64_t)next();
    case FEW:
        return (int64_t)(next() % 3);
    case ASCENDING:
        return i;
    case DESCENDING:
        return n - i;
    case EQUAL:
        return 7;
    case PIPES:
        return i < n / 2 ? i : n - i;
    case ENDS:
        return next() % 5 == 0 ? INT64_MAX : INT64_MIN;
    default: /* what differs is below what a packed key has room for */
        return i == 0 ? INT64_MIN : INT64_MAX - (int64_t)(next() % 1000);
    }
}

static int compare_8(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int compare_4(const void *a, const void *b)
{
    const int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static void check_sort(const int64_t *keys, int64_t n)
{
    int64_t *wide = malloc((size_t)n * 8 + 8), *wide_expected = malloc((size_t)n * 8 + 8);
    int32_t *narrow = malloc((size_t)n * 4 + 4), *narrow_expected = malloc((size_t)n * 4 + 4);
    for (int64_t i = 0; i < n; i++) {
        wide[i] = wide_expected[i] = keys[i];
        narrow[i] = narrow_expected[i] = (int32_t)keys[i];
    }
    qsort(wide_expected, (size_t)n, 8, compare_8);
    qsort(narrow_expected, (size_t)n, 4, compare_4);
    fa__sort_keys(wide, n, 8);
    fa__sort_keys(narrow, n, 4);
    assert_memory_equal(wide, wide_expected, (size_t)n * 8);
    assert_memory_equal(narrow, narrow_expected, (size_t)n * 4);
    memcpy(wide, keys, (size_t)n * 8);
    if (n > 0) {
        const int64_t k = (int64_t)(next() % (uint64_t)n);
        assert_true(fa__select_key(wide, n, k, 8) == wide_expected[k]);
        memcpy(wide, keys, (size_t)n * 8);
        const int64_t front = fa__part_keys(wide, n, 8);
        assert_in_range(front, 1, n);
        assert_true(front < n || wide_expected[0] == wide_expected[n - 1]);
        fa__sort_keys(wide, front, 8);
        fa__sort_keys(wide + front, n - front, 8);
        assert_memory_equal(wide, wide_expected, (size_t)n * 8);
    }
    free(wide);
    free(wide_expected);
    free(narrow);
    free(narrow_expected);
}

/* A stable order by position of elements whose merged keys these are. */
static void check_packed(const int64_t *elements, fa_type type, int64_t n)
{
    int64_t *packed = malloc((size_t)n * 8 + 8), *keys = malloc((size_t)n * 8 + 8), low, high;
    if (n > 0) {
        fa__keys_of(keys, elements, type, n, true);
        fa__key_range(elements, type, n, &low, &high);
        const fa__packing packing = fa__packing_of(type, low, high, n);
        fa__pack(&packing, elements, 0, n, packed);
        fa__sort_keys(packed, n, 8);
        if (packing.lost_bits > 0)
            fa__sort_lost(&packing, elements, packed, n);
        fa__unpack(&packing, packed, n, 0);
        for (int64_t i = 1; i < n; i++) {
            const int64_t before = keys[packed[i - 1]], here = keys[packed[i]];
            assert_true(before < here || (before == here && packed[i - 1] < packed[i]));
        }
    }
    free(packed);
    free(keys);
}

static void each_input(void (*check)(const int64_t *keys, int64_t n))
{
    int64_t *keys = malloc(MOST * sizeof *keys);
    for (int kind = 0; kind < KINDS; kind++)
        for (int64_t n = 0; n <= MOST; n = n < 300 ? n + 1 : n * 3 / 2 + 1) {
            for (int64_t i = 0; i < n; i++)
                keys[i] = number(kind, i, n);
            check(keys, n);
        }
    free(keys);
}

static void keys_sort(void **unused)
{
    (void)unused;
    each_input(check_sort);
}

static void check_each_packed(const int64_t *keys, int64_t n)
{
    check_packed(keys, FA_TYPE_INT64, n);
    check_packed(keys, FA_TYPE_UINT64, n);
    check_packed(keys, FA_TYPE_FLOAT64, n);
    check_packed(keys, FA_TYPE_DATETIME64, n);
}

static void positions_sort_stably(void **unused)
{
    (void)unused;
    each_input(check_each_packed);
}

static void keys_are_in_the_order_of_floats(void **unused)
{
    (void)unused;
    const double order[] = {-INFINITY, -2, -1e-310, -0.0, 0.0, 1e-310, 2, INFINITY, (double)NAN};
    int64_t keys[9], merged[9], back[9];
    fa__keys_of(keys, order, FA_TYPE_FLOAT64, 9, false);
    fa__keys_of(merged, order, FA_TYPE_FLOAT64, 9, true);
    fa__elements_of(back, keys, FA_TYPE_FLOAT64, 9);
    assert_memory_equal(back, order, sizeof order);
    for (int i = 1; i < 9; i++) {
        assert_true(keys[i - 1] < keys[i]);
        assert_true(i == 4 ? merged[3] == merged[4] : merged[i - 1] < merged[i]);
    }
    const uint64_t nans[] = {0xfff8000000000001, 0xffffffffffffffff, 0xfff0000000000001, 0x7ff0000000000001};
    const double infinity = INFINITY;
    int64_t last;
    fa__keys_of(&last, &infinity, FA_TYPE_FLOAT64, 1, false);
    fa__keys_of(keys, nans, FA_TYPE_FLOAT64, 4, false);
    fa__keys_of(merged, nans, FA_TYPE_FLOAT64, 4, true);
    for (int i = 0; i < 4; i++) {
        assert_true(keys[i] > last);
        assert_true(merged[i] == merged[0]);
    }
}

/* Every number of 16 bits there and back, in the order of its value. */
static void keys_of_two_bytes_go_back(void **unused)
{
    (void)unused;
    static uint16_t all[65536], back[65536];
    static int32_t keys[65536];
    const fa_type types[] = {FA_TYPE_FLOAT16, FA_TYPE_BFLOAT16, FA_TYPE_INT16, FA_TYPE_UINT16};
    for (int i = 0; i < 65536; i++)
        all[i] = (uint16_t)i;
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
        fa__keys_of(keys, all, types[t], 65536, false);
        fa__elements_of(back, keys, types[t], 65536);
        assert_memory_equal(back, all, sizeof all);
        fa__sort_keys(keys, 65536, 4);
        for (int i = 1; i < 65536; i++)
            assert_true(keys[i - 1] + 1 == keys[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_sort),
        cmocka_unit_test(positions_sort_stably),
        cmocka_unit_test(keys_are_in_the_order_of_floats),
        cmocka_unit_test(keys_of_two_bytes_go_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
