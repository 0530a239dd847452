/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once per real floating type: taking numbers apart and putting them together by their bits. U is
 * the unsigned integer of the type's size; MANTISSA_BITS, EXPONENT_BIAS and LEAST_NORMAL are those of the
 * type. */
#include "kernel/drivers.inc.h"

#define INFINITE  ((T)INFINITY)
#define EXPONENTS ((U)(2 * EXPONENT_BIAS + 1) << MANTISSA_BITS)

FA__INLINE U NAME(bits_of)(T a)
{
    U bits;
    memcpy(&bits, &a, sizeof bits);
    return bits;
}

FA__INLINE T NAME(from_bits)(U bits)
{
    T a;
    memcpy(&a, &bits, sizeof a);
    return a;
}

FA__INLINE T NAME(modf_fraction)(T a)
{
    return MATH(copysign)(MATH(fabs)(a) == INFINITE ? 0 : a - MATH(trunc)(a), a);
}

FA__INLINE T NAME(modf_whole)(T a)
{
    return MATH(trunc)(a);
}

FA__INLINE bool NAME(has_exponent)(T a)
{
    return (a != 0) & (MATH(fabs)(a) < INFINITE);
}

/* Numbers below the normal ones by as much more as makes them normal. */
FA__INLINE T NAME(normal)(T a)
{
    const T factor = (T)((U)1 << (MANTISSA_BITS + 1));
    return MATH(fabs)(a) < LEAST_NORMAL ? a * factor : a;
}

FA__INLINE T NAME(frexp_mantissa)(T a)
{
    const U half = (U)(EXPONENT_BIAS - 1) << MANTISSA_BITS;
    const T mantissa = NAME(from_bits)((NAME(bits_of)(NAME(normal)(a)) & ~EXPONENTS) | half);
    return NAME(has_exponent)(a) ? mantissa : a;
}

FA__INLINE int32_t NAME(frexp_exponent)(T a)
{
    const int biased = (int)((NAME(bits_of)(NAME(normal)(a)) & EXPONENTS) >> MANTISSA_BITS);
    const int less = MATH(fabs)(a) < LEAST_NORMAL ? MANTISSA_BITS + 1 : 0;
    return NAME(has_exponent)(a) ? biased - (EXPONENT_BIAS - 1) - less : 0;
}

/* Neighbours in bits are neighbours in value, away from zero and towards it. */
FA__INLINE T NAME(nextafter)(T a, T b)
{
    const U bits = NAME(bits_of)(a), away = (a < b) == (a > 0);
    const T moved = NAME(from_bits)(bits + away - !away), from_zero = MATH(copysign)(NAME(from_bits)(1), b);
    const T next = a == 0 ? from_zero : moved;
    return (a != a) | (b != b) ? a + b : a == b ? b : next;
}

/* The distance to the neighbour away from zero, with the sign of the value. */
FA__INLINE T NAME(spacing)(T a)
{
    const T size = MATH(fabs)(a), distance = NAME(from_bits)(NAME(bits_of)(size) + 1) - size;
    const T result = a < 0 ? -distance : distance;
    return size < INFINITE ? result : (T)NAN;
}

FA__INLINE T NAME(power_of_two)(int64_t exponent)
{
    return NAME(from_bits)((U)(exponent + EXPONENT_BIAS) << MANTISSA_BITS);
}

/* a * 2**exponent, rounded once. */
#if BITS == 64
FA__INLINE double ldexp_f64(double a, int64_t exponent)
{
    int64_t left = exponent > 2200 ? 2200 : exponent < -2200 ? -2200 : exponent;
    for (int i = 0; i < 3; i++) {
        /* A number that -969 takes below the normal ones ends at 0 for what is left. */
        const int64_t now = left > 1023 ? 1023 : left < -1022 ? -969 : left;
        a *= power_of_two_f64(now);
        left -= now;
    }
    return a;
}
#else
FA__INLINE float ldexp_f32(float a, int64_t exponent)
{
    const int64_t near = exponent > 600 ? 600 : exponent < -600 ? -600 : exponent;
    return (float)((double)a * power_of_two_f64(near));
}
#endif

static void NAME(frexp_exponent_loop)(void *out_block, const void *const *in, int64_t n, unsigned scalars)
{
    int32_t *out = out_block;
    const T *a = in[0];
    const int64_t step = !(scalars & 1);
    FA__INDEPENDENT
    for (int64_t i = 0; i < n; i++)
        out[i] = NAME(frexp_exponent)(a[i * step]);
}

static void NAME(ldexp_loop)(void *out_block, const void *const *in, int64_t n, unsigned scalars)
{
    T *out = out_block;
    const T *a = in[0];
    const int64_t *exponents = in[1], a_step = !(scalars & 1), exponent_step = !(scalars & 2);
    FA__INDEPENDENT
    for (int64_t i = 0; i < n; i++)
        out[i] = NAME(ldexp)(a[i * a_step], exponents[i * exponent_step]);
}

#define X(id, operation)                                                                              \
    static void NAME(operation##_loop)(void *out, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                                 \
        NAME(unary)(out, in, n, scalars, NAME(operation));                                            \
    }
PARTS_UNARY(X)
X(SPACING, spacing)
#undef X

static void NAME(nextafter_loop)(void *out, const void *const *in, int64_t n, unsigned scalars)
{
    NAME(binary)(out, in, n, scalars, NAME(nextafter));
}

static void NAME(fill)(fa__kernels *kernels)
{
#define X(id, operation) kernels->loops[FA__OP_##id][TYPE] = NAME(operation##_loop);
    PARTS_UNARY(X)
    X(SPACING, spacing)
    X(NEXTAFTER, nextafter)
    X(FREXP_EXPONENT, frexp_exponent)
    X(LDEXP, ldexp)
#undef X
}

#undef INFINITE
#undef EXPONENTS
