/* SPDX-License-Identifier: BSD-3-Clause */
/* Statistics by calls: options, refusals, cancelling, and the same bits for every number of threads and every
 * limit. */
#include <farray/farray.h>

#include "platform/folder.h"
#include "storage/storage.h"

#include <math.h>

static fa_error err;

static int start(void **state)
{
    (void)state;
    err = (fa_error){0};
    return 0;
}

static int end(void **state)
{
    (void)state;
    fa_set_threads(0, &(fa_error){0});
    fa_set_memory_limit(0, &(fa_error){0});
    return 0;
}

static double number_of(fa_array *array)
{
    const double number = fa_item_float64(array, &err);
    fa_release(array);
    return number;
}

static void medians_and_quantiles(void **state)
{
    (void)state;
    const double values[6] = {3, NAN, 1, 2, 5, 4};
    fa_array *a = fa_from_data(FA_FLOAT64, FA_SHAPE(2, 3), values, &err);
    const fa_quantile_options skip = {.skip_nan = true, .keepdims = true};
    assert_true(isnan(number_of(fa_median(a, FA_ALL_AXES, NULL, &err))));
    fa_array *kept = fa_median(a, FA_ALL_AXES, &skip, &err);
    assert_int_equal(fa_ndim(kept), 2);
    assert_true(number_of(kept) == 3);
    const fa_quantile_options lower = {.skip_nan = true, .method = FA_QUANTILE_LOWER};
    assert_true(number_of(fa_quantile_at(a, 0.99, FA_ALL_AXES, &lower, &err)) == 4);
    fa_array *q = fa_from_data(FA_FLOAT64, FA_SHAPE(2), (const double[]){0, 100}, &err);
    fa_array *both = fa_percentile(a, q, FA_AXES(1), &lower, &err);
    assert_int_equal(fa_size_of_axis(both, 0), 2);
    assert_true(fa_get_float64(both, FA_COORDS(1, 1), &err) == 5 &&
                fa_get_float64(both, FA_COORDS(0, 0), &err) == 1);
    assert_int_equal(err.code, FA_OK);
    fa_release(both);
    fa_release(q);
    fa_release(a);
}

static void weights_rows_and_periods(void **state)
{
    (void)state;
    fa_array *a = fa_from_data(FA_FLOAT64, FA_SHAPE(3, 2), (const double[]){3, 1, 2, 2, 3, 1}, &err);
    fa_array *weights = fa_from_data(FA_FLOAT64, FA_SHAPE(3), (const double[]){1, 1, 8}, &err);
    const fa_quantile_options by_weight = {.method = FA_QUANTILE_INVERTED_CDF, .weights = weights};
    fa_array *quantiles = fa_quantile_at(a, 0.3, FA_AXES(0), &by_weight, &err);
    assert_true(fa_get_float64(quantiles, FA_COORDS(0), &err) == 3 &&
                fa_get_float64(quantiles, FA_COORDS(1), &err) == 1);
    fa_array *counts = NULL, *inverse = NULL;
    const int rows = 0;
    fa_array *unique =
        fa_unique(a, &(fa_unique_options){.axis = &rows, .counts = &counts, .inverse = &inverse}, &err);
    assert_int_equal(fa_size_of_axis(unique, 0), 2);
    assert_true(fa_get_float64(unique, FA_COORDS(1, 0), &err) == 3 &&
                fa_get_int64(counts, FA_COORDS(1), &err) == 2);
    assert_int_equal(fa_ndim(inverse), 1);
    fa_array *x = fa_from_data(FA_FLOAT64, FA_SHAPE(1), (const double[]){7.5}, &err);
    fa_array *points = fa_from_data(FA_FLOAT64, FA_SHAPE(3), (const double[]){2, 0, 1}, &err);
    fa_array *between = fa_interp_periodic(x, points, weights, 3, &err);
    assert_true(fa_get_float64(between, FA_COORDS(0), &err) == 4.5); /* of 8 at 1 and 1 at 2 */
    assert_int_equal(err.code, FA_OK);
    fa_array *const made[] = {a, weights, quantiles, counts, inverse, unique, x, points, between};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        fa_release(made[i]);
}

static void assert_refused(fa_array *none, int code)
{
    assert_null(none);
    assert_int_equal(err.code, code);
    err = (fa_error){0};
}

static void what_is_refused(void **state)
{
    (void)state;
    fa_array *a = fa_from_data(FA_FLOAT64, FA_SHAPE(2), (const double[]){1, 2}, &err);
    assert_refused(fa_quantile_at(a, 1.5, FA_ALL_AXES, NULL, &err), FA_OUT_OF_RANGE);
    assert_refused(fa_quantile_at(a, NAN, FA_ALL_AXES, NULL, &err), FA_OUT_OF_RANGE);
    assert_refused(fa_quantile_at(a, 0.5, FA_AXES(1), NULL, &err), FA_BAD_INDEX);
    const fa_quantile_options unknown = {.method = (fa_quantile_method)99}, used = {.reserved = {1}};
    assert_refused(fa_quantile_at(a, 0.5, FA_ALL_AXES, &unknown, &err), FA_INVALID_ARGUMENT);
    assert_refused(fa_median(a, FA_ALL_AXES, &used, &err), FA_INVALID_ARGUMENT);
    assert_refused(fa_quantile(a, NULL, FA_ALL_AXES, NULL, &err), FA_INVALID_ARGUMENT);
    fa_array *complex = fa_astype(a, FA_COMPLEX64, &err);
    assert_refused(fa_median(complex, FA_ALL_AXES, &(fa_quantile_options){.skip_nan = true}, &err),
                   FA_BAD_TYPES);
    assert_refused(fa_quantile_at(complex, 0.5, FA_ALL_AXES, NULL, &err), FA_BAD_TYPES);
    const fa_quantile_options weighted = {.weights = a};
    assert_refused(fa_quantile_at(a, 0.5, FA_ALL_AXES, &weighted, &err),
                   FA_INVALID_ARGUMENT); /* by 'linear' */
    fa_array *far = fa_from_data(FA_FLOAT64, FA_SHAPE(1), (const double[]){2}, &err);
    fa_array *pending = fa_quantile(a, far, FA_ALL_AXES, NULL, &err); /* looked at when it is computed */
    assert_true(fa_item_float64(pending, &err) == 0);
    assert_int_equal(err.code, FA_OUT_OF_RANGE);
    fa_release(pending);
    fa_release(far);
    fa_release(complex);
    fa_release(a);
}

enum { LONG = (1 << 20) + 4321 };

/* In a file, so that it takes nothing of the limit. */
static fa_array *long_array(void)
{
    fa_array *numbers = fa_eval("random_normal((1052897,), seed=3)", FA_VARS(), &err);
    fa_save(in_folder("a.npy"), numbers, NULL, &err);
    fa_release(numbers);
    return fa_open(in_folder("a.npy"), FA_READ_ONLY, NULL, &err);
}

/* Every way to cut the work, and a limit that has no room for what a bracket holds. */
static void same_bits_however_the_work_is_cut(void **state)
{
    (void)state;
    fa_array *a = long_array();
    assert_int_equal(fa_size(a), LONG);
    const double expected = number_of(fa_quantile_at(a, 0.37, FA_ALL_AXES, NULL, &err));
    for (int threads = 1; threads <= 5; threads += 2)
        for (size_t limit = 256 << 20; limit >= 64 << 10; limit /= 16) {
            fa_set_threads(threads, &err);
            fa_set_memory_limit(limit, &err);
            const double found = number_of(fa_quantile_at(a, 0.37, FA_ALL_AXES, NULL, &err));
            if (fa_failed(&err))
                fail_msg("%d threads, %zu bytes: %s", threads, limit, err.message);
            assert_memory_equal(&found, &expected, sizeof found);
            fa_array *lines =
                fa_eval("median(a[:1048576].reshape(1024, 1024), axis=0)[17]", FA_VARS({"a", a}), &err);
            fa_array *line = fa_eval("median(a[17:1048576:1024])", FA_VARS({"a", a}), &err);
            if (fa_failed(&err))
                fail_msg("%d threads, %zu bytes: %s", threads, limit, err.message);
            assert_true(number_of(lines) == number_of(line));
        }
    fa_release(a);
}

/* A search for each few of them would take hours. */
static void a_million_quantiles(void **state)
{
    (void)state;
    enum { COUNT = 1000001 };
    const int64_t asked[] = {0, 1, 12345, 500000, 999998, 1000000};
    fa_array *a = long_array(), *q = fa_linspace(0, 1, COUNT, &err);
    for (size_t limit = 256 << 20; limit >= 2 << 20; limit /= 128) {
        fa_set_memory_limit(limit, &err);
        fa_array *all = fa_eval("nanquantile(where(a > 2, nan, a), q)", FA_VARS({"a", a}, {"q", q}), &err);
        fa_evaluate(all, NULL, &err);
        for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
            const double place = fa_get_float64(q, FA_COORDS(asked[i]), &err);
            fa_array *some = fa_from_data(FA_FLOAT64, FA_SHAPE(1), &place, &err);
            fa_array *one =
                fa_eval("nanquantile(where(a > 2, nan, a), q)", FA_VARS({"a", a}, {"q", some}), &err);
            const double found = fa_get_float64(all, FA_COORDS(asked[i]), &err), expected = number_of(one);
            if (fa_failed(&err))
                fail_msg("%zu bytes: %s", limit, err.message);
            assert_memory_equal(&found, &expected, sizeof found);
            fa_release(some);
        }
        fa_release(all);
    }
    fa_release(q);
    fa_release(a);
}

/* Where the range is known, counts come with the mean and the extremes: the file is read once. */
static void a_histogram_shares_its_reading(void **state)
{
    (void)state;
    fa_array *a = long_array(), *edges = NULL;
    const double range[2] = {-4, 4};
    const fa_histogram_options options = {.bins = 100, .range = range};
    int64_t before, after, written;
    fa_output outputs[4] = {{.array = fa_mean(a, FA_ALL_AXES, NULL, &err)},
                            {.array = fa_std(a, FA_ALL_AXES, NULL, &err)},
                            {.array = fa_min(a, FA_ALL_AXES, NULL, &err)},
                            {.array = fa_histogram(a, &options, &edges, &err)}};
    fa__storage_statistics(&before, &written);
    fa_evaluate_all(outputs, 4, NULL, &err);
    fa__storage_statistics(&after, &written);
    assert_int_equal(err.code, FA_OK);
    assert_in_range(after - before, LONG * 8, LONG * 8 * 105 / 100);
    int64_t counted = 0;
    for (int64_t i = 0; i < 100; i++)
        counted += fa_get_int64(outputs[3].array, FA_COORDS(i), &err);
    fa_array *inside = fa_eval("count_nonzero((a >= -4) & (a <= 4))", FA_VARS({"a", a}), &err);
    assert_int_equal(counted, fa_item_int64(inside, &err));
    assert_true(fa_get_float64(edges, FA_COORDS(50), &err) == 0);
    for (int i = 0; i < 4; i++)
        fa_release(outputs[i].array);
    fa_release(inside);
    fa_release(edges);
    fa_release(a);
}

/* Sums of weights have an order that no way to cut the work changes. */
static void same_sums_however_the_work_is_cut(void **state)
{
    (void)state;
    fa_array *a = long_array(), *weights = fa_eval("exp(a)", FA_VARS({"a", a}), &err);
    double expected[7];
    for (int threads = 1; threads <= 5; threads += 2)
        for (size_t limit = 256 << 20; limit >= 256 << 10; limit /= 32) {
            fa_set_threads(threads, &err);
            fa_set_memory_limit(limit, &err);
            const fa_histogram_options options = {.bins = 7, .weights = weights};
            fa_array *sums = fa_histogram(a, &options, NULL, &err);
            for (int64_t i = 0; i < 7; i++) {
                const double sum = fa_get_float64(sums, FA_COORDS(i), &err);
                if (threads == 1 && limit == 256 << 20)
                    expected[i] = sum;
                assert_memory_equal(&sum, &expected[i], sizeof sum);
            }
            assert_int_equal(err.code, FA_OK);
            fa_release(sums);
        }
    fa_release(weights);
    fa_release(a);
}

static void whole_numbers_are_counted(void **state)
{
    (void)state;
    fa_array *a = fa_from_data(FA_INT64, FA_SHAPE(4), (const int64_t[]){3, 0, 3, 1}, &err);
    fa_array *counts = fa_bincount(a, NULL, 6, &err), *sums = fa_bincount(a, a, 0, &err);
    assert_int_equal(fa_size(counts), 6);
    assert_int_equal(fa_size(sums), 4);
    assert_int_equal(fa_get_int64(counts, FA_COORDS(3), &err), 2);
    assert_true(fa_get_float64(sums, FA_COORDS(3), &err) == 6);
    assert_int_equal(err.code, FA_OK);
    fa_release(sums);
    fa_release(counts);
    fa_release(a);
}

static bool never(const fa_progress *progress, void *user)
{
    (void)progress, (void)user;
    return false;
}

static void cancelled(void **state)
{
    (void)state;
    fa_array *a = fa_eval("exp(random_normal((30000000,), seed=3))", FA_VARS(), &err);
    fa_array *median = fa_median(a, FA_ALL_AXES, NULL, &err);
    const fa_evaluate_options options = {.progress = never};
    fa_evaluate(median, &options, &err);
    assert_int_equal(err.code, FA_CANCELLED);
    fa_release(median);
    fa_release(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(medians_and_quantiles, start, end),
        cmocka_unit_test(weights_rows_and_periods),
        cmocka_unit_test_setup_teardown(what_is_refused, start, end),
        cmocka_unit_test_setup_teardown(same_bits_however_the_work_is_cut, start, end),
        cmocka_unit_test_setup_teardown(a_million_quantiles, start, end),
        cmocka_unit_test_setup_teardown(a_histogram_shares_its_reading, start, end),
        cmocka_unit_test_setup_teardown(same_sums_however_the_work_is_cut, start, end),
        cmocka_unit_test_setup_teardown(whole_numbers_are_counted, start, end),
        cmocka_unit_test_setup_teardown(cancelled, start, end),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
