/* SPDX-License-Identifier: BSD-3-Clause */
/* The functions of C on floats and doubles that are one instruction each, named by the suffixes of templates.
 */
#ifndef FA_KERNEL_REAL_H
#define FA_KERNEL_REAL_H

#include "kernel/loop.h"

#define X(function)                                  \
    FA__INLINE float fa__##function##_f32(float a)   \
    {                                                \
        return __builtin_##function##f(a);           \
    }                                                \
    FA__INLINE double fa__##function##_f64(double a) \
    {                                                \
        return __builtin_##function(a);              \
    }
X(fabs)
X(sqrt)
X(floor)
X(ceil)
X(trunc)
X(rint)
#undef X

FA__INLINE float fa__fma_f32(float a, float b, float c)
{
    return __builtin_fmaf(a, b, c);
}

FA__INLINE double fa__fma_f64(double a, double b, double c)
{
    return __builtin_fma(a, b, c);
}

FA__INLINE float fa__copysign_f32(float a, float b)
{
    return __builtin_copysignf(a, b);
}

FA__INLINE double fa__copysign_f64(double a, double b)
{
    return __builtin_copysign(a, b);
}

#endif
