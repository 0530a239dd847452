/* SPDX-License-Identifier: BSD-3-Clause */
/* A vector of doubles of this compilation's width, with the operations that C's operators do not give. A mask
 * has one answer for each lane. Knows nothing about which width it is, and neither do those who use it. */
#ifndef FA_KERNEL_VECTOR_H
#define FA_KERNEL_VECTOR_H

#include "kernel/loop.h"
#include "kernel/sleef.h"

typedef fa__vector_f64 vector;
enum { VECTOR_WIDTH = sizeof(vector) / sizeof(double) };

#ifdef __AVX512F__
#define VECTOR_OF(name) _mm512_##name
typedef __mmask8 mask;
typedef __m512i whole_vector;
#else
#define VECTOR_OF(name) _mm256_##name
typedef __m256d mask;
typedef __m256i whole_vector;
#endif

FA__INLINE vector every(double x)
{
    return VECTOR_OF(set1_pd)(x);
}

FA__INLINE vector fused(vector a, vector b, vector c) /* a * b + c, rounded once */
{
    return VECTOR_OF(fmadd_pd)(a, b, c);
}

FA__INLINE vector root(vector a)
{
    return VECTOR_OF(sqrt_pd)(a);
}

FA__INLINE vector magnitude(vector a)
{
    return VECTOR_OF(andnot_pd)(every(-0.0), a);
}

FA__INLINE vector sign_of(vector a)
{
    return VECTOR_OF(and_pd)(every(-0.0), a);
}

FA__INLINE vector with_sign(vector a, vector sign)
{
    return VECTOR_OF(or_pd)(magnitude(a), sign_of(sign));
}

/* Minus a where `sign` is negative. */
FA__INLINE vector turned(vector a, vector sign)
{
#ifdef __AVX512F__
    return (vector)_mm512_ternarylogic_epi64((__m512i)a, (__m512i)sign, (__m512i)every(-0.0), 0x78);
#else
    return VECTOR_OF(xor_pd)(a, sign_of(sign));
#endif
}

#ifdef __AVX512F__
#define COMPARISON(name, how)                        \
    FA__INLINE mask name(vector a, vector b)         \
    {                                                \
        return _mm512_cmp_pd_mask(a, b, _CMP_##how); \
    }
#else
#define COMPARISON(name, how)                   \
    FA__INLINE mask name(vector a, vector b)    \
    {                                           \
        return _mm256_cmp_pd(a, b, _CMP_##how); \
    }
#endif
COMPARISON(below, LT_OQ)
COMPARISON(equal, EQ_OQ)
COMPARISON(unordered, UNORD_Q) /* either is NaN */
#undef COMPARISON

#ifdef __AVX512F__
FA__INLINE vector pick(mask m, vector a, vector b) /* m ? a : b */
{
    return _mm512_mask_blend_pd(m, b, a);
}

FA__INLINE mask both(mask a, mask b)
{
    return (mask)(a & b);
}

FA__INLINE mask either(mask a, mask b)
{
    return (mask)(a | b);
}

FA__INLINE mask first_only(mask a, mask b) /* a and not b */
{
    return (mask)(a & ~b);
}

FA__INLINE bool any(mask m)
{
    return m != 0;
}

FA__INLINE bool all(mask m)
{
    return m == (mask)0xff;
}
#else
FA__INLINE vector pick(mask m, vector a, vector b) /* m ? a : b */
{
    return _mm256_blendv_pd(b, a, m);
}

FA__INLINE mask both(mask a, mask b)
{
    return _mm256_and_pd(a, b);
}

FA__INLINE mask either(mask a, mask b)
{
    return _mm256_or_pd(a, b);
}

FA__INLINE mask first_only(mask a, mask b) /* a and not b */
{
    return _mm256_andnot_pd(b, a);
}

FA__INLINE bool any(mask m)
{
    return _mm256_movemask_pd(m) != 0;
}

FA__INLINE bool all(mask m)
{
    return _mm256_movemask_pd(m) == 0xf;
}
#endif

FA__INLINE mask by_bit(whole_vector a, int bit)
{
#ifdef __AVX512F__
    return _mm512_test_epi64_mask(a, _mm512_set1_epi64((long long)1 << bit));
#else
    return (vector)_mm256_slli_epi64(a, 63 - bit); /* picking looks at the sign */
#endif
}

FA__INLINE mask is_zero(vector a)
{
    return equal(a, every(0));
}

FA__INLINE mask is_infinite(vector a)
{
    return equal(magnitude(a), every(INFINITY));
}

FA__INLINE mask is_finite(vector a)
{
    return below(magnitude(a), every(INFINITY));
}

FA__INLINE vector larger(vector a, vector b)
{
    return pick(below(a, b), b, a);
}

FA__INLINE vector smaller(vector a, vector b)
{
    return pick(below(a, b), a, b);
}

/* Of a positive normal number: how far the e of 2**e <= a < 2**(e + 1) is above `from`. */
FA__INLINE vector exponent_above(vector a, int from)
{
    const whole_vector field = VECTOR_OF(srli_epi64)((whole_vector)a, 52);
    /* Behind the leading bit of 2**52 an integer is itself. */
    const vector shifted = VECTOR_OF(or_pd)((vector)field, every(0x1p52));
    return shifted - (0x1p52 + 1023 + from);
}

FA__INLINE vector exponent(vector a)
{
    return exponent_above(a, 0);
}

/* 2**e for whole -1022 <= e <= 1023. */
FA__INLINE vector power_of_two(vector e)
{
    const vector shifted = e + (0x1p52 + 1023);
    return (vector)VECTOR_OF(slli_epi64)((whole_vector)shifted, 52);
}

#define SLEEF_OF(name) FA__SLEEF_F64(name, u10)

#endif
