/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once per real floating type: exact remainders, and NumPy's quotient made of them. A remainder a -
 * q b is a number of the type wherever q is the quotient cut off, so that one fma gives it: as long as q has
 * no more bits than the type. Blocks in which some quotient is larger go through NAME(rest_far), which takes
 * the bits of the quotient piece by piece. */
#include "kernel/drivers.inc.h"

/* What C's fmod gives, for quotients below FAR_QUOTIENT, infinities and NaN. */
FA__INLINE T NAME(rest_near)(T a, T b)
{
    const T x = MATH(fabs)(a), y = MATH(fabs)(b);
    T rest = MATH(fma)(-MATH(trunc)(x / y), y, x);
    rest = rest < 0 ? rest + y : rest; /* the quotient was rounded up to a whole number */
    return MATH(copysign)(x < y ? x : rest, a);
}

/* Python's remainder has the sign of the divisor. */
FA__INLINE T NAME(remainder_of)(T a, T b, T rest)
{
    (void)a;
    const T moved = (b < 0) != (rest < 0) ? rest + b : rest;
    return rest == 0 ? MATH(copysign)(0, b) : moved;
}

/* The floor of the quotient as NumPy finds it: (a - remainder) / b, snapped to the nearest whole number. */
FA__INLINE T NAME(floor_divide_of)(T a, T b, T rest)
{
    const bool above = (rest != 0) & ((b < 0) != (rest < 0));
    const T whole = (a - rest) / b, quotient = whole - (above ? (T)1 : (T)0);
    const T floored = MATH(floor)(quotient), snapped = floored + (quotient - floored > (T)0.5 ? (T)1 : (T)0);
    const T nearest = quotient == 0 ? MATH(copysign)(0, a / b) : snapped;
    return b == 0 ? a / b : nearest;
}

#if BITS == 64
static int exponent_of(double x)
{
    uint64_t bits;
    const double normal = x < DBL_MIN ? x * 0x1p54 : x;
    memcpy(&bits, &normal, sizeof bits);
    return (int)(bits >> 52) - (x < DBL_MIN ? 54 : 0);
}

static double times_power_of_two(double x, int power)
{
    for (; power > 0; power -= 1000) {
        const uint64_t bits = (uint64_t)((power < 1000 ? power : 1000) + 1023) << 52;
        double factor;
        memcpy(&factor, &bits, sizeof factor);
        x *= factor;
    }
    return x;
}

/* fmod of any two numbers: 50 bits of the quotient at a time. */
static double rest_far_f64(double a, double b)
{
    enum { BITS_AT_ONCE = 50 };
    double x = __builtin_fabs(a);
    const double y = __builtin_fabs(b);
    if (!(x < INFINITY && y > 0 && x >= y))
        return rest_near_f64(a, b);
    while (x >= y) {
        const double step = times_power_of_two(y, exponent_of(x) - exponent_of(y) - BITS_AT_ONCE);
        x = __builtin_fma(-__builtin_trunc(x / step), step, x);
        x = x < 0 ? x + step : x;
    }
    return __builtin_copysign(x, a);
}
#else
static float rest_far_f32(float a, float b)
{
    return (float)rest_far_f64((double)a, (double)b);
}
#endif

FA__INLINE T NAME(fmod_of)(T a, T b, T rest)
{
    (void)a;
    (void)b;
    return rest;
}

FA__INLINE bool NAME(any_far)(const T *a, const T *b, int64_t n, unsigned scalars)
{
    const int64_t a_step = !(scalars & 1), b_step = !(scalars & 2);
    unsigned far = 0;
    for (int64_t i = 0; i < n; i++) {
        const T x = MATH(fabs)(a[i * a_step]), y = MATH(fabs)(b[i * b_step]);
        far |= (x / y >= FAR_QUOTIENT) & (x < (T)INFINITY) & (y > 0);
    }
    return far != 0;
}

#define X(id, operation)                                                                              \
    FA__INLINE T NAME(operation##_near)(T a, T b)                                                     \
    {                                                                                                 \
        return NAME(operation##_of)(a, b, NAME(rest_near)(a, b));                                     \
    }                                                                                                 \
    FA__INLINE T NAME(operation##_far)(T a, T b)                                                      \
    {                                                                                                 \
        return NAME(operation##_of)(a, b, NAME(rest_far)(a, b));                                      \
    }                                                                                                 \
    static void NAME(operation##_loop)(void *out, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                                 \
        if (NAME(any_far)(in[0], in[1], n, scalars))                                                  \
            NAME(binary)(out, in, n, scalars, NAME(operation##_far));                                 \
        else                                                                                          \
            NAME(binary)(out, in, n, scalars, NAME(operation##_near));                                \
    }
QUOTIENTS(X)
#undef X

static void NAME(fill)(fa__kernels *kernels)
{
#define X(id, operation) kernels->loops[FA__OP_##id][TYPE] = NAME(operation##_loop);
    QUOTIENTS(X)
#undef X
}
