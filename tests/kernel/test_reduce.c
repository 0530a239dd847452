/* SPDX-License-Identifier: BSD-3-Clause */
/* The tree of a sum, its edges, and the merging of variances. Values of all kernels: oracle_kernels.py. */
#include "kernel/kernel.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

enum { LANES = 64 };

/* The tree as it is documented, one addition after another. */
static double sum_as_documented(const double *x, int n)
{
    double lanes[LANES];
    for (int j = 0; j < LANES; j++)
        lanes[j] = -0.0;
    for (int i = 0; i < n; i++)
        lanes[i % LANES] += x[i];
    for (int half = LANES / 2; half > 0; half /= 2)
        for (int j = 0; j < half; j++)
            lanes[j] += lanes[j + half];
    return lanes[0];
}

static uint64_t seed;

static double next_number(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return ldexp((double)(int64_t)(seed >> 11), (int)(seed >> 58) - 60);
}

static void the_leaf_of_a_sum_is_the_documented_tree(void **state)
{
    (void)state;
    seed = (uint64_t)time(NULL);
    print_message("seed %llu\n", (unsigned long long)seed);
    const fa__reducer *sum = fa__reducer_find(FA__REDUCE_SUM, FA_TYPE_FLOAT64);
    double x[FA__BLOCK];
    for (int n = 1; n <= FA__BLOCK; n++) {
        for (int i = 0; i < n; i++)
            x[i] = next_number() - 1e-3;
        double leaf, expected = sum_as_documented(x, n);
        sum->leaf(&leaf, 1, x, n);
        assert_memory_equal(&leaf, &expected, sizeof leaf);
    }
}

static void float32_is_summed_as_double(void **state)
{
    (void)state;
    const fa__reducer *sum = fa__reducer_find(FA__REDUCE_SUM, FA_TYPE_FLOAT32);
    float x[FA__BLOCK], result;
    double state_of_sum, wide[FA__BLOCK];
    for (int i = 0; i < FA__BLOCK; i++)
        wide[i] = x[i] = i % 2 == 0 ? 1e8f : 0.125f;
    sum->leaf(&state_of_sum, 1, x, FA__BLOCK);
    assert_true(state_of_sum == sum_as_documented(wide, FA__BLOCK));
    sum->finish(&result, &state_of_sum, 1, 1, FA__BLOCK, 0);
    assert_true(result == (float)(512 * (1e8 + 0.125)));
}

static void nothing_sums_to_zero_and_has_no_mean(void **state)
{
    (void)state;
    double result;
    fa__reducer_find(FA__REDUCE_SUM, FA_TYPE_FLOAT64)->finish(&result, NULL, 0, 1, 0, 0);
    assert_true(result == 0 && !signbit(result));
    fa__reducer_find(FA__REDUCE_PROD, FA_TYPE_FLOAT64)->finish(&result, NULL, 0, 1, 0, 0);
    assert_true(result == 1);
    fa__reducer_find(FA__REDUCE_MEAN, FA_TYPE_FLOAT64)->finish(&result, NULL, 0, 1, 0, 0);
    assert_true(isnan(result));
    assert_false(fa__reducer_find(FA__REDUCE_MIN, FA_TYPE_FLOAT64)->has_identity);
}

/* 3 rows and 16 rows, with a mean 1e9 times the spread: deviations must survive the merge. */
static void variances_of_unequal_parts_merge(void **state)
{
    (void)state;
    const fa__reducer *var = fa__reducer_find(FA__REDUCE_VAR, FA_TYPE_FLOAT64);
    enum { WIDTH = 5, CAPACITY = 8 };
    double a[FA__MAX_COMPONENTS * CAPACITY], b[FA__MAX_COMPONENTS * CAPACITY], rows[19][WIDTH];
    for (int row = 0; row < 19; row++)
        for (int i = 0; i < WIDTH; i++)
            rows[row][i] = 1e9 + row % 2 + i;
    for (int row = 0; row < 3; row++)
        var->strip(a, CAPACITY, &(fa__strip){.x = rows[row], .n = WIDTH, .first = row, .rows = 1});
    var->strip_end(a, CAPACITY, WIDTH, 3);
    for (int row = 3; row < 19; row++)
        var->strip(b, CAPACITY, &(fa__strip){.x = rows[row], .n = WIDTH, .first = row - 3, .rows = 1});
    var->strip_end(b, CAPACITY, WIDTH, 16);
    var->merge(a, CAPACITY, b, CAPACITY, WIDTH);
    double result[WIDTH];
    var->finish(result, a, CAPACITY, WIDTH, 19, 0);
    for (int i = 0; i < WIDTH; i++)
        assert_true(fabs(result[i] - 9.0 * 10 / 361) < 1e-15);
}

static void equal_elements_have_no_variance(void **state)
{
    (void)state;
    const fa__reducer *var = fa__reducer_find(FA__REDUCE_VAR, FA_TYPE_FLOAT64);
    double x[777], components[FA__MAX_COMPONENTS], result;
    for (int i = 0; i < 777; i++)
        x[i] = 0.1;
    var->leaf(components, 1, x, 777);
    var->finish(&result, components, 1, 1, 777, 0);
    assert_true(result >= 0 && result < 1e-36);
}

static void infinite_elements_have_no_variance_but_overflow_is_infinite(void **state)
{
    (void)state;
    const fa__reducer *var = fa__reducer_find(FA__REDUCE_VAR, FA_TYPE_FLOAT64);
    double components[FA__MAX_COMPONENTS], result;
    const double infinite[2][3] = {{INFINITY, 1, 2}, {1, 2, -INFINITY}}, large[3] = {1e200, -1e200, 3};
    for (int k = 0; k < 2; k++) {
        var->leaf(components, 1, infinite[k], 3);
        var->finish(&result, components, 1, 1, 3, 0);
        assert_true(isnan(result));
        for (int row = 0; row < 3; row++)
            var->strip(components, 1, &(fa__strip){.x = infinite[k] + row, .n = 1, .first = row, .rows = 1});
        var->strip_end(components, 1, 1, 3);
        var->finish(&result, components, 1, 1, 3, 0);
        assert_true(isnan(result));
    }
    var->leaf(components, 1, large, 3);
    var->finish(&result, components, 1, 1, 3, 0);
    assert_true(result == INFINITY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_leaf_of_a_sum_is_the_documented_tree),
        cmocka_unit_test(float32_is_summed_as_double),
        cmocka_unit_test(nothing_sums_to_zero_and_has_no_mean),
        cmocka_unit_test(variances_of_unequal_parts_merge),
        cmocka_unit_test(equal_elements_have_no_variance),
        cmocka_unit_test(infinite_elements_have_no_variance_but_overflow_is_infinite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
