/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once per real floating type: arithmetic whose results are NumPy's bits. */
#include "kernel/drivers.inc.h"

FA__INLINE T NAME(add)(T a, T b)
{
    return a + b;
}

FA__INLINE T NAME(subtract)(T a, T b)
{
    return a - b;
}

FA__INLINE T NAME(multiply)(T a, T b)
{
    return a * b;
}

FA__INLINE T NAME(divide)(T a, T b)
{
    return a / b;
}

FA__INLINE T NAME(copysign)(T a, T b)
{
    return MATH(copysign)(a, b);
}

FA__INLINE T NAME(heaviside)(T a, T b)
{
    return a != a ? a : a < 0 ? (T)0 : a > 0 ? (T)1 : b;
}

FA__INLINE T NAME(minimum)(T a, T b)
{
    return a != a ? a : a <= b ? a : b;
}

FA__INLINE T NAME(maximum)(T a, T b)
{
    return a != a ? a : a >= b ? a : b;
}

FA__INLINE T NAME(fmin)(T a, T b)
{
    return b != b ? a : a <= b ? a : b;
}

FA__INLINE T NAME(fmax)(T a, T b)
{
    return b != b ? a : a >= b ? a : b;
}

FA__INLINE T NAME(negative)(T a)
{
    return -a;
}

FA__INLINE T NAME(positive)(T a)
{
    return a;
}

FA__INLINE T NAME(imag)(T a)
{
    (void)a;
    return 0;
}

FA__INLINE T NAME(absolute)(T a)
{
    return MATH(fabs)(a);
}

FA__INLINE T NAME(sign)(T a)
{
    return a > 0 ? (T)1 : a < 0 ? (T)-1 : a == 0 ? (T)0 : a;
}

FA__INLINE T NAME(square)(T a)
{
    return a * a;
}

FA__INLINE T NAME(reciprocal)(T a)
{
    return 1 / a;
}

FA__INLINE T NAME(sqrt)(T a)
{
    return MATH(sqrt)(a);
}

FA__INLINE T NAME(floor)(T a)
{
    return MATH(floor)(a);
}

FA__INLINE T NAME(ceil)(T a)
{
    return MATH(ceil)(a);
}

FA__INLINE T NAME(trunc)(T a)
{
    return MATH(trunc)(a);
}

FA__INLINE T NAME(rint)(T a)
{
    return MATH(rint)(a);
}

FA__INLINE T NAME(deg2rad)(T a)
{
    return a * ((T)PI / 180);
}

FA__INLINE T NAME(rad2deg)(T a)
{
    return a * (180 / (T)PI);
}

#define X(id, operation)                                                                              \
    static void NAME(operation##_loop)(void *out, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                                 \
        NAME(binary)(out, in, n, scalars, NAME(operation));                                           \
    }
FLOAT_BINARY(X)
#undef X

#define X(id, operation)                                                                              \
    static void NAME(operation##_loop)(void *out, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                                 \
        NAME(unary)(out, in, n, scalars, NAME(operation));                                            \
    }
FLOAT_UNARY(X)
#undef X

static void NAME(fill)(fa__kernels *kernels)
{
#define X(id, operation) kernels->loops[FA__OP_##id][TYPE] = NAME(operation##_loop);
    FLOAT_BINARY(X)
    FLOAT_UNARY(X)
    FLOAT_UNARY_SHARED(X)
#undef X
}
