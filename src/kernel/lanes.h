/* SPDX-License-Identifier: BSD-3-Clause */
/* Vectors of doubles, 4 or 8 wide, and the fixed tree of a block: element i goes to lane i mod 64; each lane
 * takes its elements in order; then lane j takes lane j + 32 for j < 32, j + 16 for j < 16, and so on down to
 * lane 0. Lanes that no element reaches stay at a value that changes nothing. The width of the vectors does
 * not show in the result. */
#ifndef FA_KERNEL_LANES_H
#define FA_KERNEL_LANES_H

#include "kernel/loop.h"

#ifdef __AVX512F__
typedef __m512d fa__doubles;
enum { FA__WIDTH = 8 };
#define FA__VECTOR(name) _mm512_##name
#else
typedef __m256d fa__doubles;
enum { FA__WIDTH = 4 };
#define FA__VECTOR(name) _mm256_##name
#endif

enum {
    FA__LANES = 64,
    FA__LANE_VECTORS = FA__LANES / FA__WIDTH,
    FA__LINE = 8,  /* doubles in a line of the cache */
    FA__GROUP = 8, /* vectors that stay in registers together */
};

typedef fa__doubles fa__join(fa__doubles a, fa__doubles b);
/* A lane and its next element, with a constant for all. */
typedef fa__doubles fa__step(fa__doubles lane, fa__doubles x, fa__doubles constant);

/* The first `count` (0..WIDTH) doubles at x, and `rest` behind them. */
FA__INLINE fa__doubles fa__load_some(const double *x, int64_t count, fa__doubles rest)
{
#ifdef __AVX512F__
    return _mm512_mask_loadu_pd(rest, (__mmask8)((1u << count) - 1), x);
#else
    const __m256i mask = _mm256_cmpgt_epi64(_mm256_set1_epi64x(count), _mm256_setr_epi64x(0, 1, 2, 3));
    return _mm256_blendv_pd(rest, _mm256_maskload_pd(x, mask), _mm256_castsi256_pd(mask));
#endif
}

/* Not 0 when some lane has a NaN in either vector. */
FA__INLINE unsigned fa__unordered(fa__doubles a, fa__doubles b)
{
#ifdef __AVX512F__
    return _mm512_cmp_pd_mask(a, b, _CMP_UNORD_Q);
#else
    return (unsigned)_mm256_movemask_pd(_mm256_cmp_pd(a, b, _CMP_UNORD_Q));
#endif
}

/* The numbers of a vector, and zero where there is a NaN. */
FA__INLINE fa__doubles fa__or_zero(fa__doubles x)
{
#ifdef __AVX512F__
    return _mm512_maskz_mov_pd(_mm512_cmp_pd_mask(x, x, _CMP_ORD_Q), x);
#else
    return _mm256_and_pd(x, _mm256_cmp_pd(x, x, _CMP_ORD_Q));
#endif
}

#ifdef __AVX512F__
typedef __mmask8 fa__mask;
#define FA__COMPARE(a, b, how) _mm512_cmp_pd_mask(a, b, _CMP_##how)
#else
typedef __m256d fa__mask;
#define FA__COMPARE(a, b, how) _mm256_cmp_pd(a, b, _CMP_##how)
#endif

FA__INLINE fa__mask fa__is_nan(fa__doubles x)
{
    return FA__COMPARE(x, x, UNORD_Q);
}

/* What is computed where this holds is one instruction with the choice, where masks are registers. */
FA__INLINE fa__mask fa__is_number(fa__doubles x)
{
    return FA__COMPARE(x, x, ORD_Q);
}

/* Where x is a number, and the mask holds. */
FA__INLINE fa__mask fa__is_number_and(fa__doubles x, fa__mask mask)
{
#ifdef __AVX512F__
    return _mm512_mask_cmp_pd_mask(mask, x, x, _CMP_ORD_Q);
#else
    return _mm256_and_pd(mask, FA__COMPARE(x, x, ORD_Q));
#endif
}

FA__INLINE fa__doubles fa__choose(fa__mask mask, fa__doubles yes, fa__doubles no)
{
#ifdef __AVX512F__
    return _mm512_mask_mov_pd(no, mask, yes);
#else
    return _mm256_blendv_pd(no, yes, mask);
#endif
}

/* a + b, by the units that multiply: some processors add, and find the least and the most, in others, which a
 * step that does much of that waits for. The same sum: the product is exact. */
FA__INLINE fa__doubles fa__add_beside(fa__doubles a, fa__doubles b)
{
    return FA__VECTOR(fmadd_pd)(b, FA__VECTOR(set1_pd)(1), a);
}

/* Joins the lanes of one vector: WIDTH / 2 with WIDTH / 2, ... */
FA__INLINE double fa__join_vector(fa__doubles lanes, fa__join *join)
{
#ifdef __AVX512F__
    lanes = join(lanes, _mm512_shuffle_f64x2(lanes, lanes, 0x4e));
    lanes = join(lanes, _mm512_shuffle_f64x2(lanes, lanes, 0xb1));
    lanes = join(lanes, _mm512_permute_pd(lanes, 0x55));
    return _mm512_cvtsd_f64(lanes);
#else
    lanes = join(lanes, _mm256_permute2f128_pd(lanes, lanes, 1));
    lanes = join(lanes, _mm256_permute_pd(lanes, 5));
    return _mm256_cvtsd_f64(lanes);
#endif
}

/* The lanes of a block. */
FA__INLINE double fa__join_lanes(fa__doubles lanes[FA__LANE_VECTORS], fa__join *join)
{
    for (int half = FA__LANE_VECTORS / 2; half > 0; half /= 2)
        for (int j = 0; j < half; j++)
            lanes[j] = join(lanes[j], lanes[j + half]);
    return fa__join_vector(lanes[0], join);
}

/* What lies behind doubles, for them to be asked for meanwhile: as many elements, of 8 >> shift bytes. */
typedef struct fa__behind {
    uintptr_t at;
    int shift; /* FA__NOTHING_BEHIND: nothing is asked for */
} fa__behind;
enum { FA__NOTHING_BEHIND = -1 };
static const fa__behind fa__nothing_behind = {0, FA__NOTHING_BEHIND};

FA__INLINE fa__behind fa__further(fa__behind behind, int64_t n)
{
    if (behind.shift != FA__NOTHING_BEHIND)
        behind.at += (uintptr_t)n * sizeof(double) >> behind.shift;
    return behind;
}

/* With vector j behind element i, a multiple of the lanes: every other line, since the processor, which sees
 * what is read in order, asks for what is next to it. */
FA__INLINE void fa__ask_behind(fa__behind behind, int64_t i, int j)
{
    const int line = j * FA__WIDTH / FA__LINE;
    if (behind.shift != FA__NOTHING_BEHIND && j * FA__WIDTH % FA__LINE == 0 &&
        (line & ((1 << behind.shift) - 1)) == 0 && (line >> behind.shift) % 2 == 0)
        __builtin_prefetch(
            (const void *)(behind.at + ((uintptr_t)(i + j * FA__WIDTH) * sizeof(double) >> behind.shift)), 0,
            2);
}

/* Reduces n >= 1 doubles. `start` is what lanes begin with, `rest` an element that changes nothing. Sets
 * *unordered (NULL: nobody wants to know) when there is a NaN: on the way, since a second look at the block
 * would leave the memory idle. */
FA__INLINE double fa__reduce_lanes(const double *x, int64_t n, fa__doubles start, fa__doubles rest,
                                   fa__doubles constant, fa__step *step, fa__join *join, bool *unordered)
{
    unsigned found = 0;
    if (n <= FA__WIDTH) {
        const fa__doubles some = fa__load_some(x, n, rest);
        if (unordered != NULL)
            *unordered = fa__unordered(some, some) != 0;
        return fa__join_vector(step(start, some, constant), join);
    }
    fa__doubles lanes[FA__LANE_VECTORS];
    for (int group = 0; group < FA__LANE_VECTORS; group += FA__GROUP) {
        fa__doubles part[FA__GROUP];
        for (int j = 0; j < FA__GROUP; j++)
            part[j] = start;
        int64_t i = group * FA__WIDTH;
        for (; i + FA__GROUP * FA__WIDTH <= n; i += FA__LANES)
            for (int j = 0; j < FA__GROUP; j += 2) {
                const fa__doubles one = FA__VECTOR(loadu_pd)(x + i + j * FA__WIDTH);
                const fa__doubles two = FA__VECTOR(loadu_pd)(x + i + (j + 1) * FA__WIDTH);
                if (unordered != NULL)
                    found |= fa__unordered(one, two);
                part[j] = step(part[j], one, constant);
                part[j + 1] = step(part[j + 1], two, constant);
            }
        for (int j = 0; j < FA__GROUP; j++) {
            const int64_t left = n - i - j * FA__WIDTH;
            if (left <= 0)
                break;
            const fa__doubles some =
                fa__load_some(x + i + j * FA__WIDTH, left < FA__WIDTH ? left : FA__WIDTH, rest);
            if (unordered != NULL)
                found |= fa__unordered(some, some);
            part[j] = step(part[j], some, constant);
        }
        for (int j = 0; j < FA__GROUP; j++)
            lanes[group + j] = part[j];
    }
    if (unordered != NULL)
        *unordered = found != 0;
    return fa__join_lanes(lanes, join);
}

/* Two such reductions that begin with 0 in one look: their steps take the same elements, and `constant`
 * changes nothing; of the first one there are two ways to the same lane, by different units of the processor.
 * It is a second look at the elements: what lies behind them is asked for meanwhile. */
FA__INLINE void fa__reduce_lanes_twice(const double *x, int64_t n, fa__doubles constant, fa__step *first_step,
                                       fa__step *first_beside, fa__step *second_step, fa__join *join,
                                       double *first, double *second, fa__behind behind)
{
    enum {
        GROUP = FA__WIDTH
    }; /* twice as many vectors stay in registers: there are 32 of the wide ones, 16 of the others */
    const fa__doubles zero = FA__VECTOR(setzero_pd)();
    if (n <= FA__WIDTH) {
        const fa__doubles some = fa__load_some(x, n, constant);
        *first = fa__join_vector(first_step(zero, some, constant), join);
        *second = fa__join_vector(second_step(zero, some, constant), join);
        return;
    }
    fa__doubles ones[FA__LANE_VECTORS], twos[FA__LANE_VECTORS];
    for (int group = 0; group < FA__LANE_VECTORS; group += GROUP) {
        fa__doubles one[GROUP], two[GROUP];
        for (int j = 0; j < GROUP; j++)
            one[j] = two[j] = zero;
        int64_t i = group * FA__WIDTH;
        for (; i + GROUP * FA__WIDTH <= n; i += FA__LANES)
            for (int j = 0; j < GROUP; j++) {
                const fa__doubles some = FA__VECTOR(loadu_pd)(x + i + j * FA__WIDTH);
                fa__ask_behind(behind, i - group * FA__WIDTH, group + j);
                one[j] =
                    j % 2 == 0 ? first_step(one[j], some, constant) : first_beside(one[j], some, constant);
                two[j] = second_step(two[j], some, constant);
            }
        for (int j = 0; j < GROUP; j++) {
            const int64_t left = n - i - j * FA__WIDTH;
            if (left <= 0)
                break;
            const fa__doubles some =
                fa__load_some(x + i + j * FA__WIDTH, left < FA__WIDTH ? left : FA__WIDTH, constant);
            one[j] = first_step(one[j], some, constant);
            two[j] = second_step(two[j], some, constant);
        }
        for (int j = 0; j < GROUP; j++) {
            ones[group + j] = one[j];
            twos[group + j] = two[j];
        }
    }
    for (int half = FA__LANE_VECTORS / 2; half > 0; half /= 2)
        for (int j = 0; j < half; j++) {
            ones[j] = join(ones[j], ones[j + half]);
            twos[j] = join(twos[j], twos[j + half]);
        }
    *first = fa__join_vector(ones[0], join);
    *second = fa__join_vector(twos[0], join);
}

#endif
