/* SPDX-License-Identifier: BSD-3-Clause */
/* Columns of a strip in registers: a few vectors of them go down all rows before the next ones do, so that
 * their states meet memory once. Rows lie far apart, and no processor foresees such a walk: what comes behind
 * is asked for, a few lines with each row, in the order of its addresses. */
#ifndef FA_KERNEL_STRIP_H
#define FA_KERNEL_STRIP_H

#include "kernel/lanes.h"

enum { FA__LINE_BYTES = FA__LINE * sizeof(double) };

FA__INLINE void fa__ask(fa__asking *a, int64_t bytes)
{
    if (a == NULL || a->row == 0)
        return;
    for (int64_t i = 0; i < bytes; i += FA__LINE_BYTES)
        __builtin_prefetch((const void *)(a->row + (uintptr_t)(a->at + i)), 0, 2);
    a->at += bytes;
    if (a->at >= a->row_bytes) {
        a->at = 0;
        a->row += (uintptr_t)a->stride_bytes;
    }
}

/* Where each row is as good as any other: name() of `row`, which takes one. */
#define FA__STRIP_BY_ROWS(name, row_of, element)                                                    \
    static void name(void *state, int64_t capacity, const fa__strip *s)                             \
    {                                                                                               \
        for (int row = 0; row < s->rows; row++) {                                                   \
            fa__ask(s->asks, s->n *(int64_t)sizeof(element));                                       \
            row_of(state, capacity, (const element *)s->x + row * s->stride, s->n, s->first + row); \
        }                                                                                           \
    }

/* The components of a vector of columns, and their next elements. */
typedef void fa__columns(fa__doubles *parts, fa__doubles x);

enum {
    /* Vectors that stay in registers, beside what a step needs. */
    FA__STRIP_REGISTERS = FA__WIDTH == 8 ? 24 : 12,
    FA__STRIP_VECTORS = 4
};

FA__INLINE void fa__store_some(double *out, fa__doubles x, int64_t count)
{
#ifdef __AVX512F__
    _mm512_mask_storeu_pd(out, (__mmask8)((1u << count) - 1), x);
#else
    _mm256_maskstore_pd(out, _mm256_cmpgt_epi64(_mm256_set1_epi64x(count), _mm256_setr_epi64x(0, 1, 2, 3)),
                        x);
#endif
}

/* Vector j of a row of doubles or, where `floats`, of such; or the first `count` elements there. */
FA__INLINE fa__doubles fa__load_columns(const void *x, int64_t at, bool floats, bool whole, int64_t count)
{
    const double *doubles = (const double *)x + at;
    double few[FA__WIDTH] = {0};
    if (floats) {
        const float *from = (const float *)x + at;
        if (whole) {
#ifdef __AVX512F__
            return _mm512_cvtps_pd(_mm256_loadu_ps(from));
#else
            return _mm256_cvtps_pd(_mm_loadu_ps(from));
#endif
        }
        for (int64_t i = 0; i < count; i++)
            few[i] = from[i];
        return FA__VECTOR(loadu_pd)(few);
    }
    return whole ? FA__VECTOR(loadu_pd)(doubles) : fa__load_some(doubles, count, FA__VECTOR(setzero_pd)());
}

/* `vectors` vectors of columns, whole ones, or `count` columns. Part c of a state is its component places[c].
 */
FA__INLINE void fa__strip_group(double *state, int64_t capacity, const fa__strip *s, bool floats,
                                int64_t column, int vectors, bool whole, int64_t count, int parts,
                                const int *places, fa__columns *begin, fa__columns *step, fa__asking *ask)
{
    const int64_t bytes = vectors * FA__WIDTH * (int64_t)(floats ? sizeof(float) : sizeof(double));
    fa__doubles held[FA__STRIP_VECTORS][FA__MAX_COMPONENTS];
    double *to = state + column;
    int row = 0;
    if (s->first == 0) {
        fa__ask(ask, bytes);
        for (int j = 0; j < vectors; j++)
            begin(held[j], fa__load_columns(s->x, column + j * FA__WIDTH, floats, whole, count));
        row = 1;
    } else {
        for (int j = 0; j < vectors; j++)
            for (int c = 0; c < parts; c++)
                held[j][c] = fa__load_columns(to + places[c] * capacity, j * FA__WIDTH, false, whole, count);
    }
    for (int64_t at = column + row * s->stride; row < s->rows; row++, at += s->stride) {
        fa__ask(ask, bytes);
        for (int j = 0; j < vectors; j++)
            step(held[j], fa__load_columns(s->x, at + j * FA__WIDTH, floats, whole, count));
    }
    for (int j = 0; j < vectors; j++)
        for (int c = 0; c < parts; c++) {
            double *into = to + places[c] * capacity + j * FA__WIDTH;
            if (whole)
                FA__VECTOR(storeu_pd)(into, held[j][c]);
            else
                fa__store_some(into, held[j][c], count);
        }
}

/* fa__reducer.strip, of doubles or floats. */
FA__INLINE void fa__strip_columns(double *state, int64_t capacity, const fa__strip *s, bool floats, int parts,
                                  const int *places, fa__columns *begin, fa__columns *step)
{
    const int vectors =
        parts * FA__STRIP_VECTORS <= FA__STRIP_REGISTERS ? FA__STRIP_VECTORS : FA__STRIP_VECTORS / 2;
    fa__asking ask = {0};
    if (s->asks != NULL)
        ask = *s->asks;
    int64_t column = 0;
    for (; column + vectors * FA__WIDTH <= s->n; column += vectors * FA__WIDTH)
        fa__strip_group(state, capacity, s, floats, column, vectors, true, 0, parts, places, begin, step,
                        &ask);
    for (; column + FA__WIDTH <= s->n; column += FA__WIDTH)
        fa__strip_group(state, capacity, s, floats, column, 1, true, 0, parts, places, begin, step, &ask);
    if (column < s->n)
        fa__strip_group(state, capacity, s, floats, column, 1, false, s->n - column, parts, places, begin,
                        step, &ask);
    if (s->asks != NULL)
        *s->asks = ask;
}

/* Both of them, for parts of a state that are its components `...`. */
#define FA__STRIPS(name, parts, begin, step, ...)                                      \
    static void name##_strip(void *state, int64_t capacity, const fa__strip *s)        \
    {                                                                                  \
        static const int places[] = {__VA_ARGS__};                                     \
        fa__strip_columns(state, capacity, s, false, parts, places, begin, step);      \
    }                                                                                  \
    static void name##_strip_floats(void *state, int64_t capacity, const fa__strip *s) \
    {                                                                                  \
        static const int places[] = {__VA_ARGS__};                                     \
        fa__strip_columns(state, capacity, s, true, parts, places, begin, step);       \
    }

#endif
