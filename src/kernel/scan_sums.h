/* SPDX-License-Identifier: BSD-3-Clause */
/* Sums of doubles from the first to the last, each rounded, without waiting for each rounding. While sums
 * stay between two powers of two they are multiples of one unit, and s + x rounds to s + y, where y is x
 * rounded to that unit; ties alone depend on s. Sums of such y need no rounding, in any order. So a few
 * elements are rounded and summed as a vector, and what is true of them is looked at afterwards: where a sum
 * left its octave, or x lay in the middle of two multiples, they are added one by one. Either way the bits
 * are those of one addition after the other. */
#ifndef FA_KERNEL_SCAN_SUMS_H
#define FA_KERNEL_SCAN_SUMS_H

#include "kernel/scan.h"
#include "kernel/vector.h"

enum { SUMMED_VECTORS = 8, SUMMED = SUMMED_VECTORS * VECTOR_WIDTH };

/* The larger magnitude. */
FA__INLINE vector farther(vector a, vector b)
{
#ifdef __AVX512F__
    return _mm512_range_pd(a, b, 0x0b);
#else
    return _mm256_max_pd(magnitude(a), magnitude(b));
#endif
}

/* Lane k: the sum of lanes 0 to k. */
FA__INLINE vector sums_of_lanes(vector a)
{
#ifdef __AVX512F__
#define MOVED_UP(a, k, lanes) \
    (vector) _mm512_maskz_alignr_epi64(lanes, (whole_vector)(a), (whole_vector)(a), 8 - (k))
    a += MOVED_UP(a, 1, 0xfe);
    a += MOVED_UP(a, 2, 0xfc);
    return a + MOVED_UP(a, 4, 0xf0);
#undef MOVED_UP
#else
    a += _mm256_blend_pd(_mm256_permute4x64_pd(a, 0x90), every(0), 1);
    return a + _mm256_permute2f128_pd(a, a, 0x08);
#endif
}

FA__INLINE vector every_last(vector a)
{
#ifdef __AVX512F__
    return _mm512_permutexvar_pd(_mm512_set1_epi64(7), a);
#else
    return _mm256_permute4x64_pd(a, 0xff);
#endif
}

/* An octave of doubles: what lies between a power of two and the next one, its middle, and half its width. */
typedef struct octave {
    double middle, half, half_unit;
} octave;

FA__INLINE double from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* That of a sum; false where there is none whose units and ends are all numbers. */
FA__INLINE bool octave_of(double sum, octave *o)
{
    uint64_t bits;
    memcpy(&bits, &sum, sizeof bits);
    const uint64_t field = bits >> 52 & 0x7ff;
    o->middle = from_bits((bits >> 52 << 52) | UINT64_C(1) << 51);
    o->half = from_bits((field - 1) << 52);
    o->half_unit = from_bits((field - 53) << 52);
    return field > 54 && field < 2046;
}

/* SUMMED elements behind *last; false, and nothing is written, where they must be added one by one. */
FA__INLINE bool sum_together(double *out, const double *x, double *last)
{
    octave o;
    if (!octave_of(*last, &o))
        return false;
    const vector middle = every(o.middle);
    vector sums[SUMMED_VECTORS], sum = every(*last), reach = every(0), rounding = reach;
#pragma GCC unroll 8
    for (int i = 0; i < SUMMED_VECTORS; i++) {
        const vector value = VECTOR_OF(loadu_pd)(x + i * VECTOR_WIDTH), rounded = (value + middle) - middle;
        const vector inside = sums_of_lanes(rounded);
        sums[i] = sum + inside;
        sum += every_last(inside);
        rounding = farther(rounding, value - rounded);
        reach = farther(reach, farther(value, sums[i] - middle));
    }
    const mask fine = both(below(reach, every(o.half)), below(rounding, every(o.half_unit)));
    if (!all(both(fine, equal(sum, sum))))
        return false;
#pragma GCC unroll 8
    for (int i = 0; i < SUMMED_VECTORS; i++)
        VECTOR_OF(storeu_pd)(out + i * VECTOR_WIDTH, sums[i]);
    *last = out[SUMMED - 1];
    return true;
}

/* What n elements, a multiple of SUMMED, come to in the octave of `near`. */
FA__INLINE void sum_in_octave(const double *x, int64_t n, double near, fa__octave_sum *result)
{
    octave o;
    const bool has_octave = octave_of(near, &o);
    const vector middle = every(o.middle);
    vector reach = every(0), rounding = reach;
    double total = 0, least = 0, most = 0, farthest = 0;
    for (int64_t at = 0; at < n; at += SUMMED) {
        vector sum = every(0);
#pragma GCC unroll 8
        for (int i = 0; i < SUMMED_VECTORS; i++) {
            const vector value = VECTOR_OF(loadu_pd)(x + at + i * VECTOR_WIDTH),
                         rounded = (value + middle) - middle;
            sum += rounded;
            rounding = farther(rounding, value - rounded);
            reach = farther(reach, value);
        }
        total += sums_of_lanes(sum)[VECTOR_WIDTH - 1];
        least = total < least ? total : least;
        most = total > most ? total : most;
    }
    for (int i = 0; i < VECTOR_WIDTH; i++)
        farthest = reach[i] > farthest ? reach[i] : farthest;
    *result = (fa__octave_sum){.total = total,
                               .least = least,
                               .most = most,
                               .middle = o.middle,
                               .room = o.half - SUMMED * farthest,
                               .is_exact =
                                   has_octave && total == total && all(below(rounding, every(o.half_unit)))};
}

#endif
