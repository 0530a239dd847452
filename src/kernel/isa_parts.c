/* SPDX-License-Identifier: BSD-3-Clause */
/* Floating numbers taken apart and put together: fractions, mantissas, exponents, neighbours. */
#include "kernel/loop.h"
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

void FA__ISA(fa__fill_parts)(fa__kernels *kernels)
{
    fill_f64(kernels);
    fill_f32(kernels);
}
