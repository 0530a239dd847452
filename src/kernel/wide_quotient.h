/* SPDX-License-Identifier: BSD-3-Clause */
/* Quotients of vectors of 64-bit integers without a sign. By one divisor: the upper half of a product and two
 * shifts (Granlund and Montgomery, "Division by invariant integers using multiplication", 1994). By a vector
 * of them, where the processor converts such integers to doubles and back: an estimate in double that is
 * never above the quotient, twice, and one step up at the end. */
#ifndef FA_KERNEL_WIDE_QUOTIENT_H
#define FA_KERNEL_WIDE_QUOTIENT_H

#include "kernel/vector.h"

enum { WHOLE_WIDTH = sizeof(whole_vector) / sizeof(int64_t) };

#ifdef __AVX512F__
#define WHOLE(name) _mm512_##name
#define LOAD_WHOLE  _mm512_loadu_si512
#define STORE_WHOLE _mm512_storeu_si512
#else
#define WHOLE(name)       _mm256_##name
#define LOAD_WHOLE(x)     _mm256_loadu_si256((const __m256i *)(x))
#define STORE_WHOLE(x, v) _mm256_storeu_si256((__m256i *)(x), v)
#endif

/* They wrap. */
FA__INLINE whole_vector plus_whole(whole_vector a, whole_vector b)
{
    return WHOLE(add_epi64)(a, b);
}

FA__INLINE whole_vector less_whole(whole_vector a, whole_vector b)
{
    return WHOLE(sub_epi64)(a, b);
}

/* Minus a where `minus` has all bits. */
FA__INLINE whole_vector turned_whole(whole_vector a, whole_vector minus)
{
    return less_whole(a ^ minus, minus);
}

/* All bits where a is above b, as numbers with a sign. */
FA__INLINE whole_vector above_signed(whole_vector a, whole_vector b)
{
#ifdef __AVX512F__
    return _mm512_movm_epi64(_mm512_cmpgt_epi64_mask(a, b));
#else
    return _mm256_cmpgt_epi64(a, b);
#endif
}

FA__INLINE whole_vector where_zero(whole_vector a)
{
#ifdef __AVX512F__
    return _mm512_movm_epi64(_mm512_testn_epi64_mask(a, a));
#else
    return _mm256_cmpeq_epi64(a, _mm256_setzero_si256());
#endif
}

FA__INLINE whole_vector upper_half(whole_vector a)
{
    return WHOLE(srli_epi64)(a, 32);
}

FA__INLINE whole_vector upper_product(whole_vector x, whole_vector y)
{
    const whole_vector x_high = upper_half(x), y_high = upper_half(y);
    const whole_vector low = WHOLE(mul_epu32)(x, y), left = WHOLE(mul_epu32)(x_high, y);
    const whole_vector right = WHOLE(mul_epu32)(x, y_high), high = WHOLE(mul_epu32)(x_high, y_high);
    const whole_vector middle = plus_whole(left, upper_half(low));
    const whole_vector carry = plus_whole(right, middle & 0xffffffff);
    return plus_whole(high, plus_whole(upper_half(middle), upper_half(carry)));
}

FA__INLINE whole_vector lower_product(whole_vector x, whole_vector y)
{
#ifdef __AVX512F__
    return _mm512_mullo_epi64(x, y);
#else
    const whole_vector left = WHOLE(mul_epu32)(upper_half(x), y), right = WHOLE(mul_epu32)(x, upper_half(y));
    return plus_whole(WHOLE(mul_epu32)(x, y), WHOLE(slli_epi64)(plus_whole(left, right), 32));
#endif
}

/* Division by one number for many. */
typedef struct divisor {
    uint64_t size, factor;
    int shift; /* -1: the divisor is 1 */
} divisor;

FA__INLINE divisor divisor_of(uint64_t size)
{
    if (size <= 1)
        return (divisor){size, 0, -1};
    const int bits = 64 - __builtin_clzll(size - 1);
    const uint64_t above = (bits == 64 ? 0 : (uint64_t)1 << bits) - size;
    __extension__ const unsigned __int128 wide = (unsigned __int128)above << 64;
    return (divisor){size, (uint64_t)(wide / size) + 1, bits - 1};
}

FA__INLINE whole_vector divided(whole_vector x, divisor by)
{
    if (by.shift < 0)
        return x;
    const whole_vector upper = upper_product(x, (whole_vector){0} + (int64_t)by.factor);
    const whole_vector sum = plus_whole(upper, WHOLE(srli_epi64)(less_whole(x, upper), 1));
    return WHOLE(srl_epi64)(sum, _mm_cvtsi32_si128(by.shift));
}

#ifdef __AVX512F__
/* x / d, d not 0. */
FA__INLINE whole_vector quotient_of(whole_vector x, whole_vector d)
{
    const __m512d inverse =
        (1 - 0x1p-50) / _mm512_cvtepu64_pd(d); /* a little too small, whatever is rounded */
    const whole_vector first = _mm512_cvttpd_epu64(_mm512_cvtepu64_pd(x) * inverse);
    const whole_vector rest = less_whole(x, lower_product(first, d));
    const whole_vector second = _mm512_cvttpd_epu64(_mm512_cvtepu64_pd(rest) * inverse);
    const whole_vector last = less_whole(rest, lower_product(second, d)),
                       quotient = plus_whole(first, second);
    return _mm512_mask_add_epi64(quotient, _mm512_cmpge_epu64_mask(last, d), quotient, _mm512_set1_epi64(1));
}
#endif

#endif
