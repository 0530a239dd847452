/* SPDX-License-Identifier: BSD-3-Clause */
/* What one operation on one element costs, from C: building, computing and releasing, the median of many.
 * Prints lines of `name<TAB>microseconds`. A user of the public headers. */
#define _GNU_SOURCE
#include <farray/farray.h>

#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 200, CALLS = 50 };

static fa_array *one, *target;
static fa_program *program, *total;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void add(fa_error *err)
{
    fa_array *sum = fa_add(one, one, err);
    fa_evaluate(sum, NULL, err);
    fa_release(sum);
}

static void reduce(fa_error *err)
{
    fa_array *sum = fa_sum(one, FA_ALL_AXES, NULL, err);
    (void)fa_item_float64(sum, err);
    fa_release(sum);
}

static void text(fa_error *err)
{
    fa_eval_into(target, "2*a+1", FA_VARS({"a", one}), err);
}

static void compiled(fa_error *err)
{
    fa_program_run(program, target, &one, err);
    (void)fa_get_float64(target, FA_SHAPE(0), err);
}

static void compiled_sum(fa_error *err)
{
    fa_program_run(total, target, &one, err);
    (void)fa_get_float64(target, FA_SHAPE(0), err);
}

static void read_one(fa_error *err)
{
    (void)fa_get_float64(one, FA_SHAPE(0), err);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(const char *name, void (*call)(fa_error *err), fa_error *err)
{
    double seconds[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        double begin = now();
        for (int i = 0; i < CALLS; i++)
            call(err);
        seconds[round] = (now() - begin) / CALLS;
    }
    qsort(seconds, ROUNDS, sizeof seconds[0], ascending);
    printf("%s\t%.3f\n", name, 1e6 * seconds[ROUNDS / 2]);
}

int main(void)
{
    fa_error err = {0};
    one = fa_from_float64((const double[]){1}, FA_SHAPE(1), &err);
    target = fa_zeros(FA_FLOAT64, FA_SHAPE(1), &err);
    program = fa_compile("2*a+1", 1, (const char *const[]){"a"}, &err);
    total = fa_compile("sum((a-1)**2)", 1, (const char *const[]){"a"}, &err);
    measure("a + a", add, &err);
    measure("sum(a)", reduce, &err);
    measure("2*a+1 from text into b", text, &err);
    measure("2*a+1 compiled, into b, and b[0] read", compiled, &err);
    measure("sum((a-1)**2) compiled, into b, and b[0] read", compiled_sum, &err);
    measure("reading one element", read_one, &err);
    fa_program_release(program);
    fa_program_release(total);
    fa_release(one);
    fa_release(target);
    if (fa_failed(&err))
        fprintf(stderr, "overhead: %s\n", err.message);
    return fa_failed(&err);
}
