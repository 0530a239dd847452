/* SPDX-License-Identifier: BSD-3-Clause */
/* Scans, folds and positions where the random programs do not look: what is refused and when, how often
 * inputs are read, where results go, and the same bits for every number of threads. Values: tests/random. */
#include <farray/farray.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { ROWS = 700, COLUMNS = 2100 };

static double *numbers(int64_t count)
{
    double *x = malloc((size_t)count * sizeof *x);
    uint64_t seed = 1;
    for (int64_t i = 0; x != NULL && i < count; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        x[i] = ldexp((double)(int64_t)(seed >> 11), -40) - 4000;
    }
    return x;
}

static fa_array *table(fa_error *err)
{
    double *x = numbers((int64_t)ROWS * COLUMNS);
    fa_array *array = fa_from_data(FA_FLOAT64, FA_SHAPE(ROWS, COLUMNS), x, err);
    free(x);
    return array;
}

static void is_refused(const char *text, fa_error_code code, const char *words)
{
    fa_error err = {0};
    fa_array *array = fa_eval(text, FA_VARS(), &err);
    if (array != NULL)
        fa_evaluate(array, NULL, &err);
    fa_release(array);
    assert_int_equal(err.code, code);
    if (strstr(err.message, words) == NULL)
        fail_msg("%s: %s", text, err.message);
}

static void what_has_no_answer_is_refused_in_numpy_words(void **state)
{
    (void)state;
    is_refused("argmin(linspace(0, 1, 0))", FA_BAD_SHAPE, "attempt to get argmin of an empty sequence");
    is_refused("nanargmax(linspace(0, 1, 0))", FA_BAD_SHAPE, "attempt to get argmax of an empty sequence");
    is_refused("nanargmin(linspace(0, 1, 5) * nan)", FA_OUT_OF_RANGE, "All-NaN slice encountered");
    is_refused("subtract.reduce(arange(0))", FA_BAD_SHAPE,
               "zero-size array to reduction operation subtract which has no identity");
    is_refused("divide.reduce(arange(6).reshape(2, 3), axis=None)", FA_INVALID_ARGUMENT, "not reorderable");
    is_refused("argmax(arange(6).reshape(2, 3), axis=(0, 1))", FA_BAD_INDEX, "one axis");
    is_refused("max(arange(6), where=arange(6) > 2)", FA_INVALID_ARGUMENT, "'initial'");
    is_refused("add.accumulate(pi)", FA_BAD_SHAPE, "cannot accumulate on a scalar");
    is_refused("less.accumulate(arange(3))", FA_BAD_TYPES, "less");
    is_refused("power.accumulate(arange(3) - 2)", FA_OUT_OF_RANGE, "negative integer powers");
    is_refused("std(arange(3), ddof=1, correction=1)", FA_BAD_EXPRESSION, "simultaneously");
    is_refused("add.at(arange(3), 0)", FA_BAD_EXPRESSION, "changes its array");
}

static void the_bits_are_the_same_for_every_number_of_threads(void **state)
{
    static const char *const texts[] = {"cumsum(a)",
                                        "cumsum(a, axis=0)",
                                        "cumsum(a.T, axis=0)",
                                        "cumprod(a, axis=1)",
                                        "subtract.reduce(a, axis=0)",
                                        "hypot.accumulate(a, axis=0)",
                                        "nanstd(where(a > 0, a, nan), axis=0)",
                                        "argmax(a.T)",
                                        "argmin(a, axis=0)"};
    (void)state;
    for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
        size_t bytes = 0;
        void *first = NULL;
        for (int threads = 1; threads <= 5; threads += threads == 3 ? 2 : 1) {
            fa_error err = {0};
            fa_set_threads(threads, &err);
            fa_array *a = table(&err), *result = fa_eval(texts[t], FA_VARS({"a", a}), &err);
            bytes = (size_t)fa_bytes(result);
            void *found = malloc(bytes);
            fa_get_all(result, found, bytes, &err);
            assert_int_equal(err.code, FA_OK);
            if (first == NULL)
                first = found;
            else if (memcmp(first, found, bytes) != 0)
                fail_msg("%s differs with %d threads", texts[t], threads);
            if (found != first)
                free(found);
            fa_release(result);
            fa_release(a);
        }
        free(first);
    }
    fa_error err = {0};
    fa_set_threads(0, &err);
}

static void positions_sums_and_scans_share_one_pass(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *a = table(&err);
    fa_vars vars = FA_VARS({"a", a});
    fa_output outputs[] = {{.array = fa_eval("argmin(a, axis=1)", vars, &err)},
                           {.array = fa_eval("argmax(a, axis=1)", vars, &err)},
                           {.array = fa_eval("nansum(a)", vars, &err)},
                           {.array = fa_eval("cumsum(a, axis=1)", vars, &err)},
                           {.array = fa_eval("nanvar(a)", vars, &err)}};
    int count = sizeof outputs / sizeof *outputs;
    fa_statistics before, after;
    fa_get_statistics(&before);
    fa_evaluate_all(outputs, count, NULL, &err);
    fa_get_statistics(&after);
    assert_int_equal(err.code, FA_OK);
    assert_int_equal(after.passes - before.passes, 1);
    for (int i = 0; i < count; i++)
        fa_release(outputs[i].array);
    fa_release(a);
}

/* What is saved is written once, and not first somewhere else. */
static void a_scan_goes_straight_to_its_file(void **state)
{
    char path[] = "/tmp/farray-scan-XXXXXX";
    (void)state;
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    fa_error err = {0};
    fa_array *a = table(&err), *scan = fa_eval("cumsum(a * 2, axis=0)", FA_VARS({"a", a}), &err);
    fa_statistics before, after;
    fa_get_statistics(&before);
    fa_save(path, scan, NULL, &err);
    fa_get_statistics(&after);
    assert_int_equal(err.code, FA_OK);
    assert_int_equal(after.passes - before.passes, 1);
    fa_release(scan);
    fa_array *saved = fa_open(path, FA_READ_ONLY, NULL, &err);
    fa_array *wrong = fa_eval("any(s != cumsum(a * 2, axis=0))", FA_VARS({"s", saved}, {"a", a}), &err);
    assert_true(fa_item_float64(wrong, &err) == 0);
    assert_int_equal(err.code, FA_OK);
    fa_release(wrong);
    fa_release(saved);
    fa_release(a);
    unlink(path);
}

static void an_array_may_become_its_own_scan(void **state)
{
    (void)state;
    static const char *const texts[] = {"cumsum(a, axis=0)", "cumsum(a, axis=1)", "cumsum(a[::-1], axis=0)",
                                        "cumsum(a).reshape(700, 2100)"};
    for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
        fa_error err = {0};
        fa_array *a = table(&err), *b = table(&err);
        fa_eval_into(a, texts[t], FA_VARS({"a", a}), &err);
        fa_array *expected = fa_eval(texts[t], FA_VARS({"a", b}), &err);
        fa_array *wrong = fa_eval("any(a != e)", FA_VARS({"a", a}, {"e", expected}), &err);
        assert_true(fa_item_float64(wrong, &err) == 0);
        assert_int_equal(err.code, FA_OK);
        fa_release(wrong);
        fa_release(expected);
        fa_release(a);
        fa_release(b);
    }
}

static void averages_give_the_sum_of_weights_too(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *a = fa_eval("arange(6).reshape(2, 3)", FA_VARS(), &err),
             *w = fa_eval("arange(1, 4)", FA_VARS(), &err), *sum = NULL;
    fa_array *average = fa_average(a, w, FA_AXES(1), NULL, &sum, &err);
    double means[2], sums[2];
    fa_get_all(average, means, sizeof means, &err);
    fa_get_all(sum, sums, sizeof sums, &err);
    assert_int_equal(err.code, FA_OK);
    assert_true(means[0] == 8.0 / 6 && means[1] == 26.0 / 6 && sums[0] == 6 && sums[1] == 6);
    fa_release(average);
    fa_release(sum);
    fa_release(a);
    fa_release(w);
}

static void an_index_that_stands_there_twice_counts_twice(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *big = fa_from_data(FA_INT16, FA_SHAPE(4), (int16_t[]){1, 2, 3, 4}, &err);
    fa_array *target = fa_zeros(FA_FLOAT32, FA_SHAPE(3, 2), &err),
             *rows = fa_from_data(FA_INT64, FA_SHAPE(5), (int64_t[]){0, 2, 0, -1, 2}, &err);
    fa_array *values = fa_eval("arange(5.0).reshape(5, 1) + 1", FA_VARS(), &err);
    fa_array *column = fa_slice(target, "[:, 1]", &err);
    fa_array *before = fa_eval("target * 1", FA_VARS({"target", target}), &err);
    fa_ufunc_at("add", target, rows, values, &err);
    fa_ufunc_at("multiply", column, rows, column, &err); /* reads what it writes: the values as they were */
    float found[6], old[6];
    fa_get_all(target, found, sizeof found, &err);
    fa_get_all(before, old, sizeof old, &err);
    assert_int_equal(err.code, FA_BAD_SHAPE); /* three values for five rows */
    err = (fa_error){0};
    fa_ufunc_at("square", column, rows, NULL, &err);
    fa_get_all(target, found, sizeof found, &err);
    fa_get_all(before, old, sizeof old, &err);
    assert_int_equal(err.code, FA_OK);
    assert_memory_equal(found, ((float[]){4, 256, 0, 0, 11, 214358880}), sizeof found);
    assert_memory_equal(old, (float[6]){0}, sizeof old);
    fa_array *beyond = fa_from_data(FA_INT8, FA_SHAPE(2), (int8_t[]){0, 4}, &err);
    fa_ufunc_at("negative", big, beyond, NULL, &err);
    assert_int_equal(err.code, FA_BAD_INDEX);
    err = (fa_error){0};
    int16_t unchanged[4];
    fa_get_all(big, unchanged, sizeof unchanged, &err);
    assert_memory_equal(unchanged, ((int16_t[]){1, 2, 3, 4}), sizeof unchanged);
    assert_int_equal(err.code, FA_OK);
    fa_array *all[] = {big, target, rows, values, column, before, beyond};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        fa_release(all[i]);
}

/* What is folded from no elements is the identity, once for each result: writing one leaves the others. */
static void folds_of_nothing_have_elements_of_their_own(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *nothing = fa_zeros(FA_INT16, FA_SHAPE(3, 0, 2), &err);
    fa_array *folded = fa_eval("logical_xor.reduce(a, axis=1)", FA_VARS({"a", nothing}), &err);
    fa_array *one = fa_slice(folded, "[0, 0]", &err);
    fa_fill_int64(one, 1, &err);
    fa_array *sum = fa_sum(folded, FA_ALL_AXES, NULL, &err);
    assert_int_equal(fa_item_int64(sum, &err), 1);
    assert_string_equal(err.message, "");
    fa_array *all[] = {nothing, folded, one, sum};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        fa_release(all[i]);
}

/* Sums that stay in their octave and that leave it, that lie between two multiples of its unit, that end. */
static double element(int kind, int64_t i, double uniform)
{
    switch (kind) {
    case 0:
        return uniform;
    case 1:
        return uniform - 0.5;
    case 2:
        return floor(uniform * 8) * 0x1p-30 + 0x1p23 * (i == 0); /* half of a unit, often */
    case 3:
        return (i % 2 == 0 ? 1 : -1) * (0.7 + uniform * 1e-3) + 4 * (i == 0);
    case 4:
        return i == 300001 ? NAN : uniform;
    case 5:
        return i == 300001 ? INFINITY : -uniform;
    case 6:
        return uniform * 0x1p1005;
    case 7:
        return uniform * 0x1p-1060;
    default:
        return i % 40000 == 39999 ? -3 * uniform * (double)i : uniform * 5;
    }
}

static void sums_of_a_long_line_are_those_of_one_after_the_other(void **state)
{
    enum { COUNT = 423456, KINDS = 9 };
    static double x[COUNT], expected[COUNT], found[COUNT];
    static int64_t whole[COUNT], whole_found[COUNT];
    (void)state;
    fa_error err = {0};
    for (int kind = 0; kind < KINDS; kind++) {
        uint64_t seed = 7, whole_sum = 0;
        for (int64_t i = 0; i < COUNT; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            x[i] = element(kind, i, (double)(seed >> 11) * 0x1p-53);
            expected[i] = i > 0 ? expected[i - 1] + x[i] : x[i];
            whole[i] = (int64_t)(seed ^ seed >> 20);
        }
        fa_array *a = fa_from_data(FA_FLOAT64, FA_SHAPE(COUNT), x, &err);
        fa_array *b = fa_from_data(FA_INT64, FA_SHAPE(COUNT), whole, &err);
        for (int threads = 1; threads <= 4; threads++) {
            fa_set_threads(threads, &err);
            fa_array *sums = fa_eval("cumsum(a)", FA_VARS({"a", a}), &err);
            fa_array *whole_sums = fa_eval("cumsum(b)", FA_VARS({"b", b}), &err);
            fa_get_all(sums, found, sizeof found, &err);
            fa_get_all(whole_sums, whole_found, sizeof whole_found, &err);
            assert_string_equal(err.message, "");
            for (int64_t i = 0; i < COUNT; i++)
                if (memcmp(&found[i], &expected[i], sizeof *found) != 0 &&
                    !(isnan(found[i]) && isnan(expected[i])))
                    fail_msg("kind %d, %d threads: element %lld is %a, not %a", kind, threads, (long long)i,
                             found[i], expected[i]);
            whole_sum = 0;
            for (int64_t i = 0; i < COUNT; i++)
                assert_int_equal(whole_found[i], (int64_t)(whole_sum += (uint64_t)whole[i]));
            fa_release(sums);
            fa_release(whole_sums);
        }
        fa_release(a);
        fa_release(b);
    }
    fa_set_threads(0, &err);
}

static bool never(const fa_progress *progress, void *user)
{
    (void)progress, (void)user;
    return false;
}

/* Workers that wait for each other's sums go, too. */
static void a_line_in_pieces_can_be_cancelled(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_set_threads(3, &err);
    fa_array *a = fa_zeros(FA_FLOAT64, FA_SHAPE(60000000), &err);
    fa_array *sums = fa_eval("cumsum(a)", FA_VARS({"a", a}), &err);
    const fa_evaluate_options options = {.progress = never};
    fa_evaluate(sums, &options, &err);
    assert_int_equal(err.code, FA_CANCELLED);
    fa_release(sums);
    fa_release(a);
    err = (fa_error){0};
    fa_set_threads(0, &err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_has_no_answer_is_refused_in_numpy_words),
        cmocka_unit_test(the_bits_are_the_same_for_every_number_of_threads),
        cmocka_unit_test(positions_sums_and_scans_share_one_pass),
        cmocka_unit_test(a_scan_goes_straight_to_its_file),
        cmocka_unit_test(an_array_may_become_its_own_scan),
        cmocka_unit_test(an_index_that_stands_there_twice_counts_twice),
        cmocka_unit_test(averages_give_the_sum_of_weights_too),
        cmocka_unit_test(folds_of_nothing_have_elements_of_their_own),
        cmocka_unit_test(sums_of_a_long_line_are_those_of_one_after_the_other),
        cmocka_unit_test(a_line_in_pieces_can_be_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
