/* SPDX-License-Identifier: BSD-3-Clause */
/* Compiled expressions: the same values as fa_eval_into() gives, for arrays of one kind and then of another,
 * in place and where the plan does not hold; and runs that allocate nothing. The linker leads the library's
 * requests for memory here
 * (--wrap). */
#include "cmocka_all.h"

#include <farray/farray.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static atomic_int requests;

#define COUNTED(type, name, parameters, arguments) \
    type __real_##name parameters;                 \
    type __wrap_##name parameters;                 \
    type __wrap_##name parameters                  \
    {                                              \
        atomic_fetch_add(&requests, 1);            \
        return __real_##name arguments;            \
    }

/* The build reads the names: __wrap_malloc( __wrap_calloc( __wrap_realloc( __wrap_mmap( */
COUNTED(void *, malloc, (size_t size), (size))
COUNTED(void *, calloc, (size_t count, size_t size), (count, size))
COUNTED(void *, realloc, (void *old, size_t size), (old, size))
COUNTED(void *, mmap, (void *at, size_t size, int protection, int flags, int file, off_t offset),
        (at, size, protection, flags, file, offset))

static fa_array *counted(int64_t rows, int64_t columns, double first)
{
    fa_error err = {0};
    fa_array *lazy = fa_arange_float64(first, first + (double)(rows * columns), 1, &err);
    fa_array *flat = fa_copy(lazy, &err), *made = fa_reshape(flat, FA_SHAPE(rows, columns), &err);
    assert_non_null(made);
    fa_release(lazy);
    fa_release(flat);
    return made;
}

static fa_program *compiled(const char *text)
{
    fa_error err = {0};
    fa_program *program = fa_compile(text, 2, (const char *const[]){"a", "b"}, &err);
    assert_non_null(program);
    return program;
}

/* Both ways, into targets of the dtype: the same bytes. */
static void assert_same(fa_program *program, const char *text, const fa_dtype *dtype, fa_array *a,
                        fa_array *b)
{
    fa_error err = {0};
    fa_array *target = fa_zeros(
        dtype, (fa_shape){fa_ndim(a), (const int64_t[]){fa_size_of_axis(a, 0), fa_size_of_axis(a, 1)}}, &err);
    fa_array *expected = fa_copy(target, &err);
    fa_program_run(program, target, (fa_array *[]){a, b}, &err);
    fa_eval_into(expected, text, FA_VARS({"a", a}, {"b", b}), &err);
    assert_false(fa_failed(&err));
    size_t bytes = (size_t)fa_bytes(target);
    char *found = malloc(bytes), *wanted = malloc(bytes);
    fa_get_all(target, found, bytes, &err);
    fa_get_all(expected, wanted, bytes, &err);
    assert_memory_equal(found, wanted, bytes);
    free(found);
    free(wanted);
    fa_release(target);
    fa_release(expected);
}

static void runs_give_what_text_gives(void **state)
{
    static const char *const texts[] = {
        "2*a + 3*b",
        "a*b - 4.1*a > 2.5*b",
        "where(a > b, a, 0)",
        "a[::-1] + b[0]",
        "sqrt(a) / (b + 1)",
        "7",
        "a",
        "a.sum() + b",
        "((a - b)**2).sum()",
        "(a - a.mean(axis=0)) / a.std(axis=0) + b.max()",
        "a.sum(axis=1, keepdims=True) * b",
        "(a + b.T.mean())[::-1].min(axis=0)",
        "where((a > b).any(), a.argmax(), b.argmin(axis=0)) + (a > 3).all() + (b > 3).sum()",
        "(a - (a - a.mean()).max()).var() + median(b)",
        "a[:, ::2].sum() + a[:1].sum(axis=0)[::-1].sum()",
        "a[a > 3].sum()",
        "cumsum(a, axis=1) - b",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        fa_program *program = compiled(texts[i]);
        static const int64_t shapes[][2] = {{3, 4}, {3, 4}, {200, 300}, {1, 1}, {3, 4}, {700, 1100}};
        for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++) {
            fa_array *a = counted(shapes[k][0], shapes[k][1], 1 + (double)k),
                     *b = counted(shapes[k][0], shapes[k][1], 5);
            assert_same(program, texts[i], FA_FLOAT64, a, b);
            assert_same(program, texts[i], FA_FLOAT64, b, b);
            assert_same(program, texts[i], FA_INT32, a, b);
            fa_release(a);
            fa_release(b);
        }
        fa_program_release(program);
    }
}

static void layouts_are_seen(void **state)
{
    fa_error err = {0};
    (void)state;
    fa_program *program = compiled("a - b");
    fa_array *a = counted(40, 40, 0), *b = counted(40, 40, 7), *turned = fa_transpose(a, &err),
             *back = fa_slice(b, "[::-1, ::-1]", &err);
    for (int i = 0; i < 2; i++) {
        assert_same(program, "a - b", FA_FLOAT64, a, b);
        assert_same(program, "a - b", FA_FLOAT64, turned, b);
        assert_same(program, "a - b", FA_FLOAT64, a, back);
        assert_same(program, "a - b", FA_FLOAT64, back, back);
    }
    fa_release(a);
    fa_release(b);
    fa_release(turned);
    fa_release(back);
    fa_program_release(program);
}

/* target[...] = text, where the target is read too: first as the same elements, then as others. */
static void targets_may_be_inputs(void **state)
{
    fa_error err = {0};
    (void)state;
    fa_array *a = counted(30, 30, 0), *b = counted(30, 30, 1), *turned = fa_transpose(a, &err);
    fa_program *program = compiled("a * 2 + b");
    for (int i = 0; i < 3; i++) { /* the second time as planned before */
        fa_program_run(program, a, (fa_array *[]){a, b}, &err);
        fa_program_run(program, a, (fa_array *[]){turned, b}, &err);
    }
    fa_array *expected = counted(30, 30, 0), *mirror = fa_transpose(expected, &err);
    for (int i = 0; i < 3; i++) {
        fa_eval_into(expected, "a * 2 + b", FA_VARS({"a", expected}, {"b", b}), &err);
        fa_eval_into(expected, "a * 2 + b", FA_VARS({"a", mirror}, {"b", b}), &err);
    }
    assert_false(fa_failed(&err));
    double found[900], wanted[900];
    fa_get_all(a, found, sizeof found, &err);
    fa_get_all(expected, wanted, sizeof wanted, &err);
    assert_memory_equal(found, wanted, sizeof found);
    fa_array *arrays[] = {a, b, turned, expected, mirror};
    for (int i = 0; i < 5; i++)
        fa_release(arrays[i]);
    fa_program_release(program);
}

/* What reads the target and is not computed yet keeps the old values. */
static void pending_readers_are_computed_first(void **state)
{
    fa_error err = {0};
    (void)state;
    fa_array *a = counted(2, 2, 1), *b = counted(2, 2, 10), *target = counted(2, 2, 100);
    fa_program *program = compiled("a + b");
    fa_program_run(program, target, (fa_array *[]){a, b}, &err);
    fa_array *lazy = fa_eval("t * 1", FA_VARS({"t", target}), &err);
    fa_program_run(program, target, (fa_array *[]){b, b}, &err);
    assert_true(fa_get_float64(lazy, FA_SHAPE(0, 0), &err) == 11);
    assert_true(fa_get_float64(target, FA_SHAPE(0, 0), &err) == 20);
    fa_program_run(program, target, (fa_array *[]){lazy, b}, &err); /* computed meanwhile */
    assert_true(fa_get_float64(target, FA_SHAPE(0, 0), &err) == 21);
    fa_array *later = fa_eval("a * 3", FA_VARS({"a", a}), &err);
    fa_program_run(program, target, (fa_array *[]){later, b}, &err);
    assert_true(fa_get_float64(target, FA_SHAPE(0, 0), &err) == 13);
    assert_false(fa_failed(&err));
    fa_array *arrays[] = {a, b, target, lazy, later};
    for (int i = 0; i < 5; i++)
        fa_release(arrays[i]);
    fa_program_release(program);
}

static void what_is_wrong_is_said(void **state)
{
    fa_error err = {0};
    (void)state;
    assert_null(fa_compile(NULL, 0, NULL, &err));
    assert_int_equal(err.code, FA_INVALID_ARGUMENT);
    fa_error_clear(&err);
    fa_array *a = counted(2, 3, 0), *b = counted(3, 2, 0);
    fa_program *program = compiled("a + b"), *unknown = compiled("a + c");
    fa_program_run(program, a, (fa_array *[]){a, b}, &err);
    assert_int_equal(err.code, FA_BAD_SHAPE);
    fa_error_clear(&err);
    fa_program_run(program, a, (fa_array *[]){a, a}, &err); /* and is forgotten */
    assert_false(fa_failed(&err));
    fa_program_run(unknown, a, (fa_array *[]){a, a}, &err);
    assert_int_equal(err.code, FA_UNKNOWN_NAME);
    fa_error_clear(&err);
    fa_array *whole = fa_astype(a, FA_INT64, &err), *powers = fa_copy(whole, &err);
    fa_program *power = compiled("a ** b");
    fa_program_run(power, powers, (fa_array *[]){powers, powers}, &err);
    assert_false(fa_failed(&err));
    fa_fill_int64(powers, -1, &err);
    for (int i = 0; i < 2; i++) {
        fa_program_run(power, powers, (fa_array *[]){powers, powers}, &err);
        assert_int_equal(err.code, FA_OUT_OF_RANGE);
        fa_error_clear(&err);
    }
    fa_array *none = fa_eval("a + nan", FA_VARS({"a", a}), &err), *nans = fa_copy(none, &err);
    fa_program *extreme = compiled("nanargmin(a) + b");
    for (int i = 0; i < 3; i++) { /* and the run after one that failed is as any other */
        fa_program_run(extreme, a, (fa_array *[]){a, a}, &err);
        assert_false(fa_failed(&err));
        fa_program_run(extreme, a, (fa_array *[]){nans, a}, &err);
        assert_int_equal(err.code, FA_OUT_OF_RANGE);
        fa_error_clear(&err);
    }
    fa_release(none);
    fa_release(nans);
    fa_program_release(extreme);
    fa_fill_int64(powers, 2, &err);
    fa_program_run(power, powers, (fa_array *[]){powers, powers}, &err);
    assert_true(fa_get_int64(powers, FA_SHAPE(1, 2), &err) == 4);
    fa_program_run(program, NULL, (fa_array *[]){a, a}, &err);
    assert_int_equal(err.code, FA_INVALID_ARGUMENT);
    fa_release(a);
    fa_release(b);
    fa_release(whole);
    fa_release(powers);
    fa_program_release(program);
    fa_program_release(unknown);
    fa_program_release(power);
    fa_program_release(NULL);
}

/* Requests for memory of a run on arrays that look as those of runs before. Parts of a reduction wait where a
 * worker is late, so that one of a few runs counts. */
static int requests_of(const char *text, int64_t rows, int64_t columns)
{
    fa_error err = {0};
    fa_program *program = compiled(text);
    fa_array *a = counted(rows, columns, 1), *b = counted(rows, columns, 2),
             *target = counted(rows, columns, 3);
    int made = 1;
    for (int i = 0; i < 2; i++)
        fa_program_run(program, target, (fa_array *[]){a, b}, &err);
    for (int i = 0; i < 50 && made > 0; i++) {
        atomic_store(&requests, 0);
        fa_program_run(program, target, (fa_array *[]){b, a}, &err);
        made = atomic_load(&requests);
    }
    assert_false(fa_failed(&err));
    fa_release(a);
    fa_release(b);
    fa_release(target);
    fa_program_release(program);
    return made;
}

static void runs_allocate_nothing(void **state)
{
    (void)state;
    assert_int_equal(requests_of("2*a + 3*b", 1, 1), 0);
    assert_int_equal(requests_of("where(a > 2.5*b, exp(a), b[::-1])", 100, 100), 0);
    assert_int_equal(requests_of("a*b - 4.1*a > 2.5*b", 1000, 1000), 0);
    static const char *const reductions[] = {"((a - b)**2).sum()",
                                             "a.mean() + b.std() + b.min() + b.max()",
                                             "(a > b).any() + (a > b).all()",
                                             "a.argmax() - b.argmin()",
                                             "a.sum(axis=0) - b.mean(axis=0)",
                                             "a.sum(axis=1, keepdims=True)",
                                             "(a - a.mean()).var(axis=0)"};
    for (size_t i = 0; i < sizeof reductions / sizeof *reductions; i++) {
        assert_int_equal(requests_of(reductions[i], 1, 1), 0);
        assert_int_equal(requests_of(reductions[i], 37, 41), 0);
        assert_int_equal(requests_of(reductions[i], 1000, 300), 0);
    }
    /* The negative control: a plan for each run. */
    assert_true(requests_of("a + median(b)", 10, 10) > 0);
}

static void *run_often(void *argument)
{
    fa_program *program = argument;
    fa_error err = {0};
    fa_array *a = counted(60, 70, 1), *b = counted(60, 70, 2), *target = counted(60, 70, 0);
    for (int i = 0; i < 200; i++)
        fa_program_run(program, target, (fa_array *[]){a, b}, &err);
    assert_false(fa_failed(&err));
    assert_true(fa_get_float64(target, FA_SHAPE(59, 69), &err) == 2 * 4200 + 3 * 4201);
    fa_release(a);
    fa_release(b);
    fa_release(target);
    return NULL;
}

static void threads_take_turns(void **state)
{
    pthread_t threads[3];
    (void)state;
    fa_program *program = compiled("2*a + 3*b");
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_often, program), 0);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    fa_program_release(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_give_what_text_gives), cmocka_unit_test(layouts_are_seen),
        cmocka_unit_test(targets_may_be_inputs),     cmocka_unit_test(pending_readers_are_computed_first),
        cmocka_unit_test(what_is_wrong_is_said),     cmocka_unit_test(runs_allocate_nothing),
        cmocka_unit_test(threads_take_turns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
