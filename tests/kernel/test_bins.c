/* SPDX-License-Identifier: BSD-3-Clause */
/* Bins against what edges say: the element is not below its lower edge, and below its upper one. */
#include "kernel/bins.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { N = 1000, MOST_BINS = 3000 };

static uint64_t state = 88172645463325252;

static double next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (double)(state >> 11) * 0x1p-53;
}

static int32_t bin_of(const double *edges, int32_t count, double x)
{
    if (!(x >= edges[0] && x <= edges[count]))
        return count;
    int32_t bin = count - 1;
    while (bin > 0 && x < edges[bin])
        bin--;
    return bin;
}

/* Elements everywhere, on edges, beside edges, outside, and none at all. */
static void make_elements(double *x, const double *edges, int32_t count)
{
    for (int i = 0; i < N; i++) {
        const double edge = edges[(int32_t)(next() * (count + 1))],
                     any = edges[0] + next() * (edges[count] - edges[0]);
        const double others[] = {any,
                                 any,
                                 any,
                                 edge,
                                 nextafter(edge, INFINITY),
                                 nextafter(edge, -INFINITY),
                                 NAN,
                                 INFINITY,
                                 edges[0] - 1,
                                 edges[count] + next()};
        x[i] = others[i < N / 2 ? i % 3 : (int)(next() * 10)];
    }
}

static void check_uniform(double first, double last, int32_t count)
{
    static double x[N], edges[MOST_BINS + 1];
    static float narrow_x[N], narrow_edges[MOST_BINS + 1];
    static int32_t out[N];
    const double step = (last - first) / count;
    for (int32_t i = 0; i <= count; i++)
        edges[i] = i == count ? last : first + i * step;
    make_elements(x, edges, count);
    fa__bins bins = {.type = FA_TYPE_FLOAT64,
                     .count = count,
                     .edges = edges,
                     .uniform = true,
                     .first = first,
                     .last = last,
                     .width = last - first};
    for (int64_t n = N; n > 0; n -= n > 900 ? 1 : 100) {
        fa__find_bins(&bins, x, n, out);
        for (int64_t i = 0; i < n; i++)
            assert_int_equal(out[i], bin_of(edges, count, x[i]));
    }
    for (int32_t i = 0; i <= count; i++)
        edges[i] = narrow_edges[i] = (float)edges[i];
    for (int i = 0; i < N; i++)
        x[i] = narrow_x[i] = (float)x[i];
    bins.type = FA_TYPE_FLOAT32;
    bins.edges = narrow_edges;
    bins.first = edges[0];
    bins.last = edges[count];
    bins.width = bins.last - bins.first;
    for (int is_wide = 0; is_wide < 2; is_wide++) {
        bins.is_wide = is_wide != 0;
        fa__find_bins(&bins, narrow_x, N, out);
        for (int64_t i = 0; i < N; i++)
            assert_int_equal(out[i], bin_of(edges, count, x[i]));
    }
}

static void test_uniform_bins(void **unused)
{
    (void)unused;
    for (int32_t count = 1; count <= MOST_BINS; count = count * 3 / 2 + 1) {
        check_uniform(0, 1, count);
        check_uniform(-6, 6, count);
        check_uniform(0.1, 0.7, count);
        check_uniform(0, count, count);
        check_uniform(1000, 1001, count < 100 ? count : 100);
    }
}

static void check_given(int32_t count)
{
    static double x[N], edges[MOST_BINS + 1];
    static int64_t whole_x[N], whole_edges[MOST_BINS + 1];
    static int32_t out[N];
    edges[0] = -3;
    for (int32_t i = 1; i <= count; i++)
        edges[i] = edges[i - 1] + (next() < 0.2 ? 0 : next() * 5);
    make_elements(x, edges, count);
    fa__bins bins = {.type = FA_TYPE_FLOAT64, .count = count, .edges = edges};
    fa__find_bins(&bins, x, N, out);
    for (int i = 0; i < N; i++)
        assert_int_equal(out[i], bin_of(edges, count, x[i]));
    for (int32_t i = 0; i <= count; i++)
        edges[i] = (double)(whole_edges[i] = (int64_t)edges[i]);
    for (int i = 0; i < N; i++)
        x[i] = (double)(whole_x[i] = isfinite(x[i]) ? (int64_t)x[i] : 10000);
    bins.type = FA_TYPE_INT64;
    bins.edges = whole_edges;
    fa__find_bins(&bins, whole_x, N, out);
    for (int i = 0; i < N; i++)
        assert_int_equal(out[i], bin_of(edges, count, x[i]));
}

static void test_given_bins(void **unused)
{
    (void)unused;
    for (int32_t count = 1; count <= MOST_BINS; count = count < 20 ? count + 1 : count * 3 / 2)
        check_given(count);
}

static void check_counting(const fa__bins *bins, const void *x)
{
    static int64_t counters[8 * (MOST_BINS + 1)], expected[MOST_BINS + 1];
    static double sums[2 * (MOST_BINS + 1)], weights[2 * N];
    static int32_t out[N];
    const int64_t item = bins->type == FA_TYPE_FLOAT32 ? 4 : 8, slots = bins->count + 1;
    memset(counters, 0, sizeof counters);
    memset(expected, 0, sizeof expected);
    memset(sums, 0, sizeof sums);
    fa__find_bins(bins, x, N, out);
    for (int i = 0; i < N; i++)
        expected[out[i]]++;
    fa__count_elements(bins, x, N - 3, counters);
    fa__count_elements(bins, (const char *)x + (N - 3) * item, 3, counters);
    for (int64_t b = 0; b < slots; b++) {
        int64_t sum = 0;
        for (int64_t bank = 0; bank < FA__BIN_BANKS(bins->count); bank++)
            sum += counters[bank * slots + b];
        assert_int_equal(sum, expected[b]);
    }
    for (int i = 0; i < 2 * N; i++)
        weights[i] = i % 2 == 0 ? 1 : -2;
    fa__add_bins(sums, out, weights, 2, N);
    for (int64_t b = 0; b < slots; b++)
        assert_true(sums[2 * b] == (double)expected[b] && sums[2 * b + 1] == -2 * (double)expected[b]);
}

static void test_counting(void **unused)
{
    (void)unused;
    static double x[N], edges[MOST_BINS + 1];
    static float narrow_x[N], narrow_edges[MOST_BINS + 1];
    for (int32_t count = 1; count <= MOST_BINS; count = count * 2 + 1) {
        for (int32_t i = 0; i <= count; i++)
            narrow_edges[i] = (float)(edges[i] = i);
        make_elements(x, edges, count);
        for (int i = 0; i < N; i++)
            narrow_x[i] = (float)x[i];
        fa__bins bins = {
            .type = FA_TYPE_FLOAT64, .count = count, .edges = edges, .last = count, .width = count};
        check_counting(&bins, x);
        bins.uniform = bins.is_wide = true;
        check_counting(&bins, x);
        bins.type = FA_TYPE_FLOAT32;
        bins.edges = narrow_edges;
        check_counting(&bins, narrow_x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uniform_bins),
        cmocka_unit_test(test_given_bins),
        cmocka_unit_test(test_counting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
