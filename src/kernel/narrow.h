/* SPDX-License-Identifier: BSD-3-Clause */
/* The two floats of 16 bits, to and from float32: float16, and bfloat16, which is the upper half of a
 * float32. Every one of them is a float32; the other way rounds to nearest even. */
#ifndef FA_KERNEL_NARROW_H
#define FA_KERNEL_NARROW_H

#include "kernel/loop.h"

enum { NARROW_BLOCK = 256 };

FA__INLINE void widen_f16(float *out, const fa__half *in, int64_t n)
{
    int64_t i = 0;
    for (; i + 8 <= n; i += 8)
        _mm256_storeu_ps(out + i, _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(in + i))));
    for (; i < n; i++)
        out[i] = _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(in[i].bits)));
}

FA__INLINE void narrow_f16(fa__half *out, const float *in, int64_t n)
{
    int64_t i = 0;
    for (; i + 8 <= n; i += 8)
        _mm_storeu_si128((__m128i *)(out + i),
                         _mm256_cvtps_ph(_mm256_loadu_ps(in + i), _MM_FROUND_TO_NEAREST_INT));
    for (; i < n; i++)
        out[i].bits = (uint16_t)_mm_cvtsi128_si32(_mm_cvtps_ph(_mm_set_ss(in[i]), _MM_FROUND_TO_NEAREST_INT));
}

FA__INLINE void widen_bf16(float *out, const fa__bfloat *in, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        const uint32_t bits = (uint32_t)in[i].bits << 16;
        memcpy(out + i, &bits, sizeof bits);
    }
}

FA__INLINE void narrow_bf16(fa__bfloat *out, const float *in, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, in + i, sizeof bits);
        const uint32_t nearest = (bits + 0x7fff + (bits >> 16 & 1)) >> 16, quiet = bits >> 16 | 0x40;
        out[i].bits = (uint16_t)(in[i] == in[i] ? nearest : quiet);
    }
}

/* A float32 on the way to fewer bits: where the number does not fit, the neighbour whose last bit is set.
 * Then the second rounding is right. */
FA__INLINE float rounded_to_odd(double x)
{
    float nearest = (float)x;
    const double back = (double)nearest;
    uint32_t bits;
    memcpy(&bits, &nearest, sizeof bits);
    bits -= __builtin_fabs(back) > __builtin_fabs(x); /* towards zero */
    bits |= (back < x) | (back > x);
    memcpy(&nearest, &bits, sizeof bits);
    return nearest;
}

#endif
