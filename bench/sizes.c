/* SPDX-License-Identifier: BSD-3-Clause */
/* What part of the machine's limit three jobs reach on arrays of every size: `sizes THREADS ROUNDS MIB...`.
 * The probe runs on arrays of the same size, in turns with farray, and in caches the better of both kinds of
 * stores counts. Prints lines of `job<TAB>MiB<TAB>ratio of each round`. A user of the public headers. */
#define _GNU_SOURCE
#include "probe.h"

#include <farray/farray.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const double LEAST_SECONDS = .02; /* of one measurement */

typedef struct job {
    const char *name;
    int kind, bytes, reads; /* of the limit; of an element; arrays that one probe's array stands for */
} job;

static const job JOBS[] = {
    {"2*a+3*b", PROBE_TRIAD, 24, 1}, {"sum((a-b)**2)", PROBE_READ, 16, 2}, {"sum(a)", PROBE_READ, 8, 1}};

typedef struct operands {
    fa_array *a, *b, *result, *sum;
    int64_t count;
    probe *limits[3]; /* on arrays of this size, and as large as two of them */
} operands;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static fa_array *ones(int64_t count, fa_error *err)
{
    fa_array *made = fa_zeros(FA_FLOAT64, FA_SHAPE(count), err);
    fa_eval_into(made, "1", FA_VARS(), err);
    return made;
}

static operands start(int64_t bytes, int threads, fa_error *err)
{
    int64_t count = bytes / 8;
    return (operands){ones(count, err),
                      ones(count, err),
                      ones(count, err),
                      fa_zeros(FA_FLOAT64, FA_SHAPE(), err),
                      count,
                      {NULL, probe_start((size_t)bytes, threads), probe_start(2 * (size_t)bytes, threads)}};
}

static void stop(operands *o)
{
    fa_release(o->a);
    fa_release(o->b);
    fa_release(o->result);
    fa_release(o->sum);
    probe_stop(o->limits[1]);
    probe_stop(o->limits[2]);
}

/* Seconds of `times` runs of farray's side. */
static double run(const job *j, const operands *o, fa_program *program, int times, fa_error *err)
{
    fa_array *target = j->kind == PROBE_TRIAD ? o->result : o->sum;
    double begin = now();
    for (int i = 0; i < times; i++)
        fa_program_run(program, target, (fa_array *[]){o->a, o->b}, err);
    return now() - begin;
}

/* Bytes a second that the machine can do, on arrays of this size. */
static double limit(const job *j, const operands *o, int times)
{
    double best = probe_repeated(o->limits[j->reads], j->kind, times);
    if (j->kind == PROBE_TRIAD) {
        double cached = probe_repeated(o->limits[j->reads], PROBE_CACHED, times);
        best = cached > best ? cached : best;
    }
    return best;
}

static void measure(const job *j, const operands *o, int64_t mebibytes, int rounds, fa_error *err)
{
    fa_program *program = fa_compile(j->name, 2, (const char *const[]){"a", "b"}, err);
    double once = run(j, o, program, 2, err) / 2;
    int times = once < LEAST_SECONDS ? (int)(LEAST_SECONDS / once) + 1 : 1;
    printf("%s\t%lld", j->name, (long long)mebibytes);
    for (int round = 0; round < rounds && !fa_failed(err); round++) {
        double possible = limit(j, o, times), seconds = run(j, o, program, times, err);
        printf("\t%.3f", (double)j->bytes * (double)o->count * times / seconds / possible);
    }
    puts("");
    fa_program_release(program);
}

int main(int argc, char **argv)
{
    fa_error err = {0};
    if (argc < 4) {
        fputs("usage: bench_sizes THREADS ROUNDS MIB...\n", stderr);
        return 2;
    }
    int threads = atoi(argv[1]), rounds = atoi(argv[2]);
    fa_set_threads(threads, &err);
    fa_set_memory_limit(INT64_C(64) << 30, &err);
    for (int k = 3; k < argc && !fa_failed(&err); k++) {
        operands o = start((int64_t)atoi(argv[k]) << 20, threads, &err);
        for (size_t i = 0; o.limits[1] != NULL && o.limits[2] != NULL && i < sizeof JOBS / sizeof JOBS[0] &&
                           !fa_failed(&err);
             i++)
            measure(&JOBS[i], &o, atoi(argv[k]), rounds, &err);
        stop(&o);
    }
    if (fa_failed(&err))
        fprintf(stderr, "sizes: %s\n", err.message);
    return fa_failed(&err);
}
