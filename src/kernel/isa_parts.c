/* SPDX-License-Identifier: BSD-3-Clause */
/* Floating numbers taken apart and put together: fractions, mantissas, exponents, neighbours. */
#include "kernel/loop.h"
#include "kernel/half.inc.h"
#include "kernel/real.h"

#include <float.h>

#define PARTS_UNARY(X)              \
    X(MODF_FRACTION, modf_fraction) \
    X(MODF_WHOLE, modf_whole)       \
    X(FREXP_MANTISSA, frexp_mantissa)

#define MATH(function) FA__JOIN(fa__##function, S)

#define S             f64
#define T             double
#define U             uint64_t
#define BITS          64
#define TYPE          FA_TYPE_FLOAT64
#define MANTISSA_BITS 52
#define EXPONENT_BIAS 1023
#define LEAST_NORMAL  DBL_MIN
#include "kernel/parts.inc.h"
#undef S
#undef T
#undef U
#undef BITS
#undef TYPE
#undef MANTISSA_BITS
#undef EXPONENT_BIAS
#undef LEAST_NORMAL

#define S             f32
#define T             float
#define U             uint32_t
#define BITS          32
#define TYPE          FA_TYPE_FLOAT32
#define MANTISSA_BITS 23
#define EXPONENT_BIAS 127
#define LEAST_NORMAL  FLT_MIN
#include "kernel/parts.inc.h"
#undef S
#undef T

#define X(id, operation)                                                                            \
    static void operation##_loop_f16(void *out, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                               \
        half_loop(out, in, 1, n, scalars, operation##_loop_f32, 0);                                 \
    }
PARTS_UNARY(X)
#undef X

static void frexp_exponent_loop_f16(void *out, const void *const *in, int64_t n, unsigned scalars)
{
    half_loop(out, in, 1, n, scalars, frexp_exponent_loop_f32, sizeof(int32_t));
}

static void ldexp_loop_f16(void *out, const void *const *in, int64_t n, unsigned scalars)
{
    float block[HALF_BLOCK];
    for (int64_t done = 0; done < n; done += HALF_BLOCK) {
        const int64_t count = n - done < HALF_BLOCK ? n - done : HALF_BLOCK;
        if (scalars & 1)
            half_widen(block, in[0], 1);
        else
            half_widen(block, (const fa__half *)in[0] + done, count);
        const void *const inputs[] = {block, (const int64_t *)in[1] + (scalars & 2 ? 0 : done)};
        float results[HALF_BLOCK];
        ldexp_loop_f32(results, inputs, count, scalars);
        half_narrow((fa__half *)out + done, results, count);
    }
}

/* The neighbours of a float16 are no neighbours of a float32: by the bits, in the order of NumPy's own
 * functions. */
#define S half
#define T uint16_t
#include "kernel/drivers.inc.h"

enum {
    HALF_SIGN = 0x8000,
    HALF_INFINITY = 0x7c00,
    HALF_LARGEST = 0x7bff,
    HALF_NAN = 0x7e00,
    HALF_ONE_EXPONENT = 0x0400
};

FA__INLINE uint16_t nextafter_half(uint16_t a, uint16_t b)
{
    const int size_a = a & ~HALF_SIGN & 0xffff, size_b = b & ~HALF_SIGN & 0xffff;
    const int value_a = a & HALF_SIGN ? -size_a : size_a, value_b = b & HALF_SIGN ? -size_b : size_b;
    const int moved = (value_a < value_b) == (value_a > 0) ? a + 1 : a - 1;
    const int next = value_a == value_b ? a : size_a == 0 ? (b & HALF_SIGN) + 1 : moved;
    return (uint16_t)(size_a > HALF_INFINITY || size_b > HALF_INFINITY ? HALF_NAN : next);
}

/* Positive for every number, unlike that of wider types; from a negative power of two towards zero. */
FA__INLINE uint16_t spacing_half(uint16_t a)
{
    const int exponent = a & HALF_INFINITY;
    const bool towards_zero = (a & HALF_SIGN) && (a & (HALF_ONE_EXPONENT - 1)) == 0;
    const int steps = (exponent >> 10) - (towards_zero ? 11 : 10); /* of the exponent of the distance */
    const int below_normal = steps + 9 > 0 ? 1 << (steps + 9) : 1;
    const int distance = steps > 0 ? steps * HALF_ONE_EXPONENT : below_normal;
    return (uint16_t)(exponent == HALF_INFINITY ? HALF_NAN : a == HALF_LARGEST ? HALF_INFINITY : distance);
}

static void nextafter_loop_f16(void *out, const void *const *in, int64_t n, unsigned scalars)
{
    binary_half(out, in, n, scalars, nextafter_half);
}

static void spacing_loop_f16(void *out, const void *const *in, int64_t n, unsigned scalars)
{
    unary_half(out, in, n, scalars, spacing_half);
}

void FA__ISA(fa__fill_parts)(fa__kernels *kernels)
{
    fill_f64(kernels);
    fill_f32(kernels);
#define X(id, operation) kernels->loops[FA__OP_##id][FA_TYPE_FLOAT16] = operation##_loop_f16;
    PARTS_UNARY(X)
    X(FREXP_EXPONENT, frexp_exponent)
    X(LDEXP, ldexp)
    X(NEXTAFTER, nextafter)
    X(SPACING, spacing)
#undef X
}
