/* SPDX-License-Identifier: BSD-3-Clause */
/* Arrays that wait to be computed when something is written: what they give is what they would have given at
 * once, and what is written is what was asked for. */
#include <farray/farray.h>

#include "engine/engine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

enum { COUNT = 5000 };

static fa_array *computed(const char *text, fa_array *a, fa_error *err)
{
    fa_array *array = fa_eval(text, FA_VARS({"a", a}), err);
    if (array != NULL)
        fa_evaluate(array, NULL, err);
    return array;
}

static void assert_same(fa_array *found, fa_array *expected, const char *what, fa_error *err)
{
    fa_array *same =
        fa_eval("array_equal(found, expected)", FA_VARS({"found", found}, {"expected", expected}), err);
    bool is = same != NULL && fa_item_int64(same, err) != 0;
    fa_release(same);
    if (fa_failed(err))
        fail_msg("%s: %s", what, err->message);
    if (!is)
        fail_msg("%s: other elements", what);
}

/* ---- Masked writes ---- */

static void by_copyto(fa_array *target, fa_array *mask, fa_array *value, fa_error *err)
{
    fa_copyto(target, value, mask, err);
}

static void by_putmask(fa_array *target, fa_array *mask, fa_array *value, fa_error *err)
{
    fa_putmask(target, mask, value, err);
}

static void by_assignment(fa_array *target, fa_array *mask, fa_array *value, fa_error *err)
{
    fa_array *some = fa_index(value, FA_INDEX(fa_by(mask)), err);
    fa_assign_at(target, FA_INDEX(fa_by(mask)), some, err);
    fa_release(some);
}

static void by_place(fa_array *target, fa_array *mask, fa_array *value, fa_error *err)
{
    fa_array *some = fa_index(value, FA_INDEX(fa_by(mask)), err);
    fa_place(target, mask, some, err);
    fa_release(some);
}

static void a_masked_write_of_what_waits_leaves_the_others(void **state)
{
    (void)state;
    static const char *const values[] = {
        "cumsum(a)",      "subtract.reduce(stack((a, a)))", "stack((a, a)).sum(0)", "roll(a, 3)", "a * 2",
        "cumsum(a)[::-1]"};
    void (*const writes[])(fa_array *, fa_array *, fa_array *, fa_error *) = {by_copyto, by_putmask,
                                                                              by_assignment, by_place};
    for (size_t v = 0; v < sizeof values / sizeof *values; v++)
        for (size_t w = 0; w < sizeof writes / sizeof *writes; w++) {
            fa_error err = {0};
            fa_array *a = fa_ones(FA_FLOAT64, FA_SHAPE(COUNT), &err);
            fa_array *mask = computed("arange(5000) % 7 == 3", a, &err);
            fa_array *target = fa_zeros(FA_FLOAT64, FA_SHAPE(COUNT), &err);
            fa_array *waits = fa_eval(values[v], FA_VARS({"a", a}), &err),
                     *stands = computed(values[v], a, &err);
            fa_array *expected = fa_eval("where(m, v, 0.0)", FA_VARS({"m", mask}, {"v", stands}), &err);
            writes[w](target, mask, waits, &err);
            assert_same(target, expected, values[v], &err);
            fa_array *const all[] = {a, mask, target, waits, stands, expected};
            for (size_t i = 0; i < sizeof all / sizeof *all; i++)
                fa_release(all[i]);
        }
}

/* ---- Several results of one computation ---- */

static void what_two_arrays_are_made_of_is_not_changed_through_one(void **state)
{
    (void)state;
    for (int together = 0; together < 2; together++) {
        fa_error err = {0};
        fa_array *a = fa_ones(FA_FLOAT64, FA_SHAPE(4, COUNT), &err), *sum = NULL;
        fa_array *average = fa_average(a, a, FA_AXES(1), NULL, &sum, &err);
        fa_output outputs[2] = {{.array = sum}, {.array = average}};
        fa_evaluate_all(outputs, together ? 2 : 1, NULL, &err);
        fa_fill_float64(sum, 10, &err);
        fa_array *expected = fa_ones(FA_FLOAT64, FA_SHAPE(4), &err);
        assert_same(average, expected, "average", &err);
        fa_array *const all[] = {a, sum, average, expected};
        for (size_t i = 0; i < sizeof all / sizeof *all; i++)
            fa_release(all[i]);
    }
}

static void a_scan_that_is_stored_and_kept_stands_in_two_places(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *a = fa_ones(FA_FLOAT64, FA_SHAPE(COUNT), &err),
             *target = fa_zeros(FA_FLOAT64, FA_SHAPE(COUNT), &err);
    fa_array *scan = fa_eval("cumsum(a)", FA_VARS({"a", a}), &err),
             *expected = computed("cumsum(a)", a, &err);
    fa_output outputs[2] = {{.array = scan, .target = target}, {.array = scan}};
    fa_evaluate_all(outputs, 2, NULL, &err);
    assert_same(target, expected, "target", &err);
    fa_fill_float64(target, 7, &err);
    assert_same(scan, expected, "scan", &err);
    fa_array *const all[] = {a, target, scan, expected};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        fa_release(all[i]);
}

/* ---- at() ---- */

/* operation.at(target, indices, values), where `target` waits and `values` may read it. */
static void assert_at(const char *operation, const char *target_text, const char *index_text,
                      const char *value_text)
{
    fa_error err = {0};
    fa_array *a = fa_ones(FA_FLOAT64, FA_SHAPE(COUNT), &err), *targets[2];
    for (int waits = 0; waits < 2; waits++) {
        fa_array *target = targets[waits] =
            waits ? fa_eval(target_text, FA_VARS({"a", a}), &err) : computed(target_text, a, &err);
        fa_array *before = computed(target_text, a, &err);
        fa_array *indices = index_text == NULL ? fa_retain(target) : computed(index_text, a, &err);
        fa_array *values = fa_eval(value_text, FA_VARS({"t", waits ? target : before}), &err);
        fa_ufunc_at(operation, target, indices, values, &err);
        fa_array *const all[] = {before, indices, values};
        for (size_t i = 0; i < sizeof all / sizeof *all; i++)
            fa_release(all[i]);
    }
    assert_same(targets[1], targets[0], operation, &err);
    fa_release(targets[0]);
    fa_release(targets[1]);
    fa_release(a);
}

static void at_reads_what_waits_as_it_was(void **state)
{
    (void)state;
    assert_at("add", "a * 1", "a.astype(int64) * 0 + 4999", "t");
    assert_at("add", "a * 1", "a.astype(int64) * 0 + 4999", "t[::-1]");
    assert_at("add", "cumsum(a)", "arange(5000)[::-1] % 10", "t");
    assert_at("add", "(a * 2).astype(int64)", "arange(5000) % 10", "t + 1");
    assert_at("divide", "(a * 2).astype(int64)", "arange(5000) % 10", "t");
    assert_at("add", "(arange(5000) + 1) % 5000", NULL, "1");
}

/* ---- Several targets ---- */

/* The gate computes such readers before; the engine alone keeps its word too. */
static void what_a_later_sink_reads_at_any_depth_is_written_last(void **state)
{
    (void)state;
    for (int depth = 0; depth < 4; depth++) {
        fa_error err = {0};
        fa_array *a = fa_ones(FA_FLOAT64, FA_SHAPE(COUNT), &err),
                 *sevens = fa_ones(FA_FLOAT64, FA_SHAPE(COUNT), &err);
        fa_array *copy = fa_zeros(FA_FLOAT64, FA_SHAPE(COUNT / 50, 50), &err);
        fa_fill_float64(sevens, 7, &err);
        fa_array *reads = fa_reshape(a, FA_SHAPE(COUNT / 50, 50), &err);
        for (int i = 0; i < depth; i++) {
            fa_array *below = reads;
            reads = fa_eval("below + 1", FA_VARS({"below", below}), &err);
            fa_release(below);
        }
        const fa__sink sinks[2] = {{.value = sevens, .target = a}, {.value = reads, .target = copy}};
        fa__engine_run(sinks, 2, NULL, &err);
        fa_array *expected = fa_ones(FA_FLOAT64, FA_SHAPE(COUNT / 50, 50), &err);
        fa_fill_float64(expected, 1 + depth, &err);
        assert_same(copy, expected, "read before", &err);
        assert_same(a, sevens, "written", &err);
        fa_array *const all[] = {a, sevens, copy, reads, expected};
        for (size_t i = 0; i < sizeof all / sizeof *all; i++)
            fa_release(all[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_masked_write_of_what_waits_leaves_the_others),
        cmocka_unit_test(what_two_arrays_are_made_of_is_not_changed_through_one),
        cmocka_unit_test(a_scan_that_is_stored_and_kept_stands_in_two_places),
        cmocka_unit_test(at_reads_what_waits_as_it_was),
        cmocka_unit_test(what_a_later_sink_reads_at_any_depth_is_written_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
