/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys, brackets, digits and selections against loops that are plainly right, for every type that has an
 * order. */
#include "kernel/rank.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { MOST = 700 };

static const fa_type types[] = {
    FA_TYPE_BOOL,     FA_TYPE_INT8,    FA_TYPE_UINT8,   FA_TYPE_INT16,      FA_TYPE_UINT16,
    FA_TYPE_INT32,    FA_TYPE_UINT32,  FA_TYPE_INT64,   FA_TYPE_UINT64,     FA_TYPE_FLOAT16,
    FA_TYPE_BFLOAT16, FA_TYPE_FLOAT32, FA_TYPE_FLOAT64, FA_TYPE_DATETIME64, FA_TYPE_TIMEDELTA64,
};
enum { TYPES = sizeof types / sizeof *types };

static uint64_t state = 88172645463325252;

static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static int64_t key_at(const void *keys, int bytes, int64_t i)
{
    switch (bytes) {
    case 1:
        return ((const int8_t *)keys)[i];
    case 2:
        return ((const int16_t *)keys)[i];
    case 4:
        return ((const int32_t *)keys)[i];
    default:
        return ((const int64_t *)keys)[i];
    }
}

/* Keys among `kinds` values, or any when that is 0. */
static void make_keys(void *keys, int bytes, int64_t n, int kinds)
{
    for (int64_t i = 0; i < n; i++) {
        const uint64_t key = kinds > 0 ? next() % (unsigned)kinds : next();
        memcpy((char *)keys + i * bytes, &key, (size_t)bytes);
    }
}

/* The number that an element is, NaN where it is none; integers of 64 bits lose digits, which the test leaves
 * out. */
static double value_of(fa_type type, const void *x, int64_t i)
{
    double value;
    const bool is_time = type == FA_TYPE_DATETIME64 || type == FA_TYPE_TIMEDELTA64;
    if (is_time)
        return ((const int64_t *)x)[i] == INT64_MIN ? (double)NAN : (double)((const int64_t *)x)[i];
    fa__convert_find(type, FA_TYPE_FLOAT64)(&value, (const char *)x + i * fa__ranker_find(type)->key_bytes,
                                            1);
    return value;
}

static void test_keys_stand_in_the_order_of_elements(void **unused)
{
    (void)unused;
    for (int t = 0; t < TYPES; t++) {
        const fa__ranker *ranker = fa__ranker_find(types[t]);
        assert_non_null(ranker);
        uint64_t x[MOST], keys[MOST], back[MOST];
        const int bytes = ranker->key_bytes;
        make_keys(x, bytes, MOST, types[t] == FA_TYPE_BOOL ? 2 : 0);
        if (bytes == 8 && types[t] != FA_TYPE_FLOAT64)
            for (int i = 0; i < MOST; i++)
                x[i] = i == 0                       ? (uint64_t)INT64_MIN
                       : types[t] == FA_TYPE_UINT64 ? x[i] >> 11
                                                    : (uint64_t)((int64_t)x[i] >> 11);
        ranker->keys(keys, x, MOST);
        ranker->elements(back, keys, MOST);
        int64_t nans = 0;
        for (int i = 0; i < MOST; i++) {
            const double a = value_of(types[t], x, i);
            nans += isnan(a);
            for (int k = 0; k < MOST; k++) {
                const double b = value_of(types[t], x, k);
                if (a < b || (isnan(b) && !isnan(a)))
                    assert_true(key_at(keys, bytes, i) < key_at(keys, bytes, k));
            }
            const double again = value_of(types[t], back, i);
            assert_true(isnan(a) ? isnan(again) : a == again && signbit(a) == signbit(again));
        }
        if (ranker->has_nan)
            assert_int_equal(ranker->largest(keys, MOST), nans);
    }
    assert_null(fa__ranker_find(FA_TYPE_COMPLEX128));
    assert_null(fa__ranker_find(FA_TYPE_STRING));
}

static void check_bracket(const fa__ranker *ranker, int64_t n, int kinds, int64_t low, int64_t high)
{
    const int bytes = ranker->key_bytes;
    uint64_t keys[MOST], kept[MOST + 8];
    make_keys(keys, bytes, n, kinds);
    int64_t below = 0, inside = 0;
    for (int64_t i = 0; i < n; i++) {
        below += key_at(keys, bytes, i) < low;
        inside += key_at(keys, bytes, i) >= low && key_at(keys, bytes, i) <= high;
    }
    for (int64_t room = inside + 3; room >= 0; room -= room / 3 + 1) {
        fa__bracket_counts counts = {10, 20};
        const fa__bracket bracket = {low, high};
        const int64_t made = ranker->bracket(keys, n, &bracket, &counts, kept, room);
        assert_int_equal(counts.below, 10 + below);
        assert_int_equal(counts.inside, 20 + inside);
        assert_int_equal(made, room < inside ? room : inside);
        for (int64_t i = 0, k = 0; k < made; i++)
            if (key_at(keys, bytes, i) >= low && key_at(keys, bytes, i) <= high)
                assert_int_equal(key_at(kept, bytes, k++), key_at(keys, bytes, i));
    }
}

static void test_brackets_count_and_keep(void **unused)
{
    (void)unused;
    for (int64_t n = 0; n < MOST; n += n < 40 ? 1 : 97) {
        check_bracket(fa__ranker_find(FA_TYPE_INT64), n, 10, 3, 5);
        check_bracket(fa__ranker_find(FA_TYPE_INT64), n, 10, 4, 4);
        check_bracket(fa__ranker_find(FA_TYPE_FLOAT64), n, 0, INT64_MIN, INT64_MAX);
        check_bracket(fa__ranker_find(FA_TYPE_FLOAT64), n, 0, -INT64_MAX / 3, INT64_MAX / 2);
        check_bracket(fa__ranker_find(FA_TYPE_INT32), n, 10, 3, 5);
        check_bracket(fa__ranker_find(FA_TYPE_FLOAT32), n, 0, INT32_MIN, INT32_MAX);
        check_bracket(fa__ranker_find(FA_TYPE_FLOAT32), n, 0, -INT32_MAX / 3, INT32_MAX / 2);
    }
}

static void check_digits(const fa__ranker *ranker, int64_t low, int shift, int64_t buckets)
{
    const int bytes = ranker->key_bytes, banks = FA__DIGIT_BANKS(buckets);
    uint64_t keys[MOST];
    make_keys(keys, bytes, MOST, 0);
    int64_t *counters = calloc((size_t)(buckets + 1) * (size_t)banks, sizeof *counters), others = 0;
    int64_t *expected = calloc((size_t)buckets + 1, sizeof *expected);
    ranker->digits(keys, MOST, low, shift, buckets, counters);
    const uint64_t mask = bytes == 8 ? UINT64_MAX : (UINT64_C(1) << 8 * bytes) - 1;
    for (int i = 0; i < MOST; i++) {
        const uint64_t digit = (((uint64_t)key_at(keys, bytes, i) - (uint64_t)low) & mask) >> shift;
        others += digit >= (uint64_t)buckets;
        expected[digit < (uint64_t)buckets ? digit : (uint64_t)buckets]++;
    }
    for (int64_t b = 0; b <= buckets; b++) {
        int64_t sum = 0;
        for (int bank = 0; bank < banks; bank++)
            sum += counters[bank * (buckets + 1) + b];
        assert_int_equal(sum, expected[b]);
    }
    free(counters);
    free(expected);
}

static void test_digits_count_buckets(void **unused)
{
    (void)unused;
    check_digits(fa__ranker_find(FA_TYPE_INT8), INT8_MIN, 0, 256);
    check_digits(fa__ranker_find(FA_TYPE_UINT8), -3, 1, 100);
    check_digits(fa__ranker_find(FA_TYPE_FLOAT16), INT16_MIN, 0, 65536);
    check_digits(fa__ranker_find(FA_TYPE_FLOAT16), -1000, 3, 500);
    check_digits(fa__ranker_find(FA_TYPE_FLOAT64), -1000, 0, 500);
    check_digits(fa__ranker_find(FA_TYPE_FLOAT32), INT32_MIN, 16, 65536);
    check_digits(fa__ranker_find(FA_TYPE_FLOAT32), -5, 12, 9999);
    check_digits(fa__ranker_find(FA_TYPE_FLOAT64), INT64_MIN, 48, 65536);
    check_digits(fa__ranker_find(FA_TYPE_FLOAT64), INT64_MAX / 2, 40, 65536);
    /* Keys of 64 bits, each with a bucket of its own: those beyond are counted apart, not somewhere behind.
     */
    check_digits(fa__ranker_find(FA_TYPE_INT64), 0, 0, 2);
    check_digits(fa__ranker_find(FA_TYPE_FLOAT64), -3, 0, 65536);
}

static int64_t sorted[MOST];

static int ascending(const void *a, const void *b)
{
    const int64_t first = *(const int64_t *)a, second = *(const int64_t *)b;
    return first < second ? -1 : first > second;
}

static void check_select(const fa__ranker *ranker, int64_t n, int kinds, int wanted)
{
    const int bytes = ranker->key_bytes;
    uint64_t keys[MOST];
    int64_t ranks[MOST], count = 0;
    make_keys(keys, bytes, n, kinds);
    for (int64_t i = 0; i < n; i++)
        sorted[i] = key_at(keys, bytes, i);
    qsort(sorted, (size_t)n, sizeof *sorted, ascending);
    for (int64_t r = 0; r < n; r++)
        if (next() % (unsigned)n < (unsigned)wanted)
            ranks[count++] = r;
    ranker->select(keys, n, ranks, count);
    for (int64_t i = 0; i < count; i++)
        assert_int_equal(key_at(keys, bytes, ranks[i]), sorted[ranks[i]]);
    uint64_t sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += (uint64_t)sorted[i] - (uint64_t)key_at(keys, bytes, i);
    assert_true(sum == 0);
}

static void test_selections_are_in_place(void **unused)
{
    static const fa_type of_sizes[] = {FA_TYPE_INT8, FA_TYPE_INT16, FA_TYPE_INT32, FA_TYPE_INT64};
    (void)unused;
    for (int t = 0; t < 4; t++)
        for (int64_t n = 1; n < MOST; n += n < 60 ? 1 : 53)
            for (int wanted = 1; wanted < 40; wanted *= 3) {
                check_select(fa__ranker_find(of_sizes[t]), n, 0, wanted);
                check_select(fa__ranker_find(of_sizes[t]), n, 1, wanted);
                check_select(fa__ranker_find(of_sizes[t]), n, 2, wanted);
                check_select(fa__ranker_find(of_sizes[t]), n, 9, wanted);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_stand_in_the_order_of_elements),
        cmocka_unit_test(test_brackets_count_and_keep),
        cmocka_unit_test(test_digits_count_buckets),
        cmocka_unit_test(test_selections_are_in_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
