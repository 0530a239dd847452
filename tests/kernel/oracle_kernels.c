/* SPDX-License-Identifier: BSD-3-Clause */
/* The kernels for tests/kernel/oracle_kernels.py: a shared library of plain functions that ctypes can call.
 */
#include "kernel/kernel.h"

#include <string.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT const char *kernels_isa(void);
EXPORT int kernels_operation_count(void);
EXPORT const char *kernels_operation(int operation);
EXPORT int kernels_arity(int operation);
EXPORT int kernels_output(int operation);
EXPORT int kernels_input(int operation, int type, int position);
EXPORT int kernels_run(int operation, int type, void *out, const void *a, const void *b, const void *c,
                       int64_t n, unsigned scalars);
EXPORT int kernels_run_mixed(int operation, int first_is_signed, void *out, const void *a, const void *b,
                             int64_t n, unsigned scalars);
EXPORT int kernels_result(int operation, int type);
EXPORT int kernels_exact(int operation, int type);
EXPORT int kernels_any_negative(const void *elements, int type, int64_t n);
EXPORT int kernels_convert(int from, int to, void *out, const void *in, int64_t n);
EXPORT void kernels_gather(void *out, const void *in, int64_t stride, int64_t n, int64_t item_bytes,
                           int swap);
EXPORT void kernels_scatter(void *out, int64_t stride, const void *in, int64_t n, int64_t item_bytes,
                            int swap);
EXPORT void kernels_transpose(void *out, int64_t out_stride, const void *in, int64_t in_stride, int64_t rows,
                              int64_t columns, int64_t item_bytes, int swap, int stream);
EXPORT void kernels_stream_copy(void *out, const void *in, size_t bytes);
EXPORT void kernels_fill(void *out, const void *element, int64_t n, int64_t item_bytes);
EXPORT int kernels_reduction_count(void);
EXPORT const char *kernels_reduction(int reduction);
EXPORT const fa__reducer *kernels_reducer(int reduction, int type);
EXPORT int kernels_reducer_result(const fa__reducer *reducer);
EXPORT int kernels_reducer_components(const fa__reducer *reducer);
EXPORT void kernels_reduce(const fa__reducer *reducer, void *out, const void *x, int64_t n,
                           int64_t item_bytes, double ddof);
EXPORT void kernels_reduce_rows(const fa__reducer *reducer, void *out, const void *x, int64_t rows, int64_t n,
                                double ddof);
EXPORT void kernels_reduce_strips(const fa__reducer *reducer, void *out, const void *x, int64_t rows,
                                  int64_t n, int64_t item_bytes, double ddof);
EXPORT void kernels_generate(int generator, int type, uint64_t seed, double a, double b, int64_t i, int64_t j,
                             double last, int64_t first, int64_t step, int64_t n, void *out, int past_cache);

const char *kernels_isa(void)
{
    return fa__kernel_isa();
}

int kernels_operation_count(void)
{
    return FA__OPERATION_COUNT;
}

const char *kernels_operation(int operation)
{
    return fa__operations[operation].name;
}

int kernels_arity(int operation)
{
    return fa__operations[operation].arity;
}

int kernels_output(int operation)
{
    return fa__operations[operation].output;
}

int kernels_input(int operation, int type, int position)
{
    return (int)fa__loop_input((fa__operation)operation, (fa_type)type, position);
}

int kernels_run(int operation, int type, void *out, const void *a, const void *b, const void *c, int64_t n,
                unsigned scalars)
{
    fa__loop *loop = fa__loop_find((fa__operation)operation, (fa_type)type);
    if (loop == NULL)
        return 0;
    if (out != NULL)
        loop(out, (const void *const[]){a, b, c}, n, scalars);
    return 1;
}

int kernels_run_mixed(int operation, int first_is_signed, void *out, const void *a, const void *b, int64_t n,
                      unsigned scalars)
{
    fa__loop *loop = fa__loop_compare_mixed((fa__operation)operation, first_is_signed != 0);
    if (loop == NULL)
        return 0;
    loop(out, (const void *const[]){a, b}, n, scalars);
    return 1;
}

int kernels_result(int operation, int type)
{
    return (int)fa__loop_result((fa__operation)operation, (fa_type)type);
}

int kernels_exact(int operation, int type)
{
    return fa__loop_is_exact((fa__operation)operation, (fa_type)type);
}

int kernels_any_negative(const void *elements, int type, int64_t n)
{
    return fa__any_negative(elements, (fa_type)type, n);
}

int kernels_convert(int from, int to, void *out, const void *in, int64_t n)
{
    fa__convert_loop *loop = fa__convert_find((fa_type)from, (fa_type)to);
    if (loop == NULL)
        return 0;
    loop(out, in, n);
    return 1;
}

void kernels_gather(void *out, const void *in, int64_t stride, int64_t n, int64_t item_bytes, int swap)
{
    fa__gather(out, in, stride, n, item_bytes, swap);
}

void kernels_scatter(void *out, int64_t stride, const void *in, int64_t n, int64_t item_bytes, int swap)
{
    fa__scatter(out, stride, in, n, item_bytes, swap);
}

void kernels_transpose(void *out, int64_t out_stride, const void *in, int64_t in_stride, int64_t rows,
                       int64_t columns, int64_t item_bytes, int swap, int stream)
{
    fa__transpose(out, out_stride, in, in_stride, rows, columns, item_bytes, swap, stream != 0);
    fa__stream_end();
}

void kernels_stream_copy(void *out, const void *in, size_t bytes)
{
    fa__stream_copy(out, in, bytes);
}

void kernels_fill(void *out, const void *element, int64_t n, int64_t item_bytes)
{
    fa__fill(out, element, n, item_bytes);
}

int kernels_reduction_count(void)
{
    return FA__REDUCTION_COUNT;
}

const char *kernels_reduction(int reduction)
{
    return fa__reductions[reduction].name;
}

const fa__reducer *kernels_reducer(int reduction, int type)
{
    return fa__reducer_find((fa__reduction)reduction, (fa_type)type);
}

int kernels_reducer_result(const fa__reducer *reducer)
{
    return (int)reducer->result;
}

int kernels_reducer_components(const fa__reducer *reducer)
{
    return reducer->components;
}

/* Merges states 0..count-1 into state 0, neighbours first: a binary counter of finished subtrees would do the
 * same. */
static void merge_all(const fa__reducer *reducer, double *states, int64_t capacity, int64_t count)
{
    for (int64_t distance = 1; distance < count; distance *= 2)
        for (int64_t i = 0; i + distance < count; i += 2 * distance)
            reducer->merge(states + i, capacity, states + i + distance, capacity, 1);
}

enum { MOST_LEAVES = 256, MOST_WIDTH = 4096 };

void kernels_reduce(const fa__reducer *reducer, void *out, const void *x, int64_t n, int64_t item_bytes,
                    double ddof)
{
    double states[FA__MAX_COMPONENTS * MOST_LEAVES];
    int64_t leaves = 0;
    for (int64_t done = 0; done < n; done += FA__BLOCK, leaves++) {
        reducer->leaf(states + leaves, MOST_LEAVES, (const char *)x + done * item_bytes,
                      n - done < FA__BLOCK ? n - done : FA__BLOCK);
        if (reducer->locate != NULL)
            reducer->locate(states + leaves, MOST_LEAVES, 1, done, 1);
    }
    merge_all(reducer, states, MOST_LEAVES, leaves);
    reducer->finish(out, states, MOST_LEAVES, 1, n, ddof);
}

void kernels_reduce_rows(const fa__reducer *reducer, void *out, const void *x, int64_t rows, int64_t n,
                         double ddof)
{
    static double states[FA__MAX_COMPONENTS * MOST_WIDTH];
    reducer->leaf_rows(states, MOST_WIDTH, x, rows, n);
    reducer->finish(out, states, MOST_WIDTH, rows, n, ddof);
}

/* Down the columns of a table of `rows` rows of n elements. */
void kernels_reduce_strips(const fa__reducer *reducer, void *out, const void *x, int64_t rows, int64_t n,
                           int64_t item_bytes, double ddof)
{
    static double states[FA__MAX_COMPONENTS * MOST_WIDTH], leaf[FA__MAX_COMPONENTS * MOST_WIDTH];
    for (int64_t row = 0; row < rows; row += FA__STRIP_LEAF) {
        int64_t count = rows - row < FA__STRIP_LEAF ? rows - row : FA__STRIP_LEAF;
        double *into = row == 0 ? states : leaf;
        /* A leaf at once, and the next one a few rows at a time. */
        const int64_t piece = row / FA__STRIP_LEAF % 2 == 0 ? FA__STRIP_LEAF : 1 + row % 5;
        for (int64_t k = 0; k < count; k += piece) {
            const void *from = (const char *)x + (row + k) * n * item_bytes;
            fa__asking asks = {(uintptr_t)x, 0, n * item_bytes, n * item_bytes};
            const fa__strip strip = {from, n, n, (int)k, (int)(count - k < piece ? count - k : piece), &asks};
            reducer->strip(into, MOST_WIDTH, &strip);
        }
        reducer->strip_end(into, MOST_WIDTH, n, (int)count);
        if (reducer->locate != NULL)
            reducer->locate(into, MOST_WIDTH, n, row, 1);
        if (row != 0)
            reducer->merge(states, MOST_WIDTH, leaf, MOST_WIDTH, n);
    }
    reducer->finish(out, states, MOST_WIDTH, n, rows, ddof);
}

void kernels_generate(int generator, int type, uint64_t seed, double a, double b, int64_t i, int64_t j,
                      double last, int64_t first, int64_t step, int64_t n, void *out, int past_cache)
{
    fa__generator_params params = {.seed = seed, .a = a, .b = b, .i = i, .j = j, .last = last};
    fa__generate((fa__generator)generator, (fa_type)type, &params, first, step, n, out, past_cache != 0);
    if (past_cache != 0)
        fa__stream_end();
}
