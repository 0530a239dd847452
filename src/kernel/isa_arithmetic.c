/* SPDX-License-Identifier: BSD-3-Clause */
/* Arithmetic of float16, float32 and float64. */
#include "kernel/loop.h"
#include "kernel/real.h"

#define FLOAT_BINARY(X)     \
    X(ADD, add)             \
    X(SUBTRACT, subtract)   \
    X(MULTIPLY, multiply)   \
    X(DIVIDE, divide)       \
    X(COPYSIGN, copysign)   \
    X(HEAVISIDE, heaviside) \
    X(MINIMUM, minimum)     \
    X(MAXIMUM, maximum)     \
    X(FMIN, fmin)           \
    X(FMAX, fmax)
#define FLOAT_UNARY(X)        \
    X(NEGATIVE, negative)     \
    X(POSITIVE, positive)     \
    X(IMAG, imag)             \
    X(ABSOLUTE, absolute)     \
    X(SIGN, sign)             \
    X(SQUARE, square)         \
    X(RECIPROCAL, reciprocal) \
    X(SQRT, sqrt)             \
    X(FLOOR, floor)           \
    X(CEIL, ceil)             \
    X(TRUNC, trunc)           \
    X(RINT, rint)             \
    X(DEG2RAD, deg2rad)       \
    X(RAD2DEG, rad2deg)
/* Operations that mean the same as another one on real types. */
#define FLOAT_UNARY_SHARED(X) \
    X(FABS, absolute)         \
    X(CONJUGATE, positive)    \
    X(REAL, positive)

#define PI             3.14159265358979323846
#define MATH(function) FA__JOIN(fa__##function, S)
#define FA__WITH_FLOATS
#define FA__TEMPLATE "kernel/arithmetic.inc.h"
#include "kernel/each_type.inc.h"

void FA__ISA(fa__fill_arithmetic)(fa__kernels *kernels)
{
    fill_f32(kernels);
    fill_f64(kernels);
}
