/* SPDX-License-Identifier: BSD-3-Clause */
/* Arithmetic of complex64 and complex128. */
#include "kernel/loop.h"
#include "kernel/complex.h"
#include "kernel/real.h"
#include "kernel/sleef.h"

enum { PARTS = 128 }; /* elements that are split into their parts together */

#define COMPLEX_BINARY(X) \
    X(ADD, add)           \
    X(SUBTRACT, subtract) \
    X(MULTIPLY, multiply) \
    X(MINIMUM, minimum)   \
    X(MAXIMUM, maximum)   \
    X(FMIN, fmin)         \
    X(FMAX, fmax)
#define COMPLEX_UNARY(X)    \
    X(NEGATIVE, negative)   \
    X(POSITIVE, positive)   \
    X(CONJUGATE, conjugate) \
    X(RINT, rint)           \
    X(SQUARE, square)

#define MATH(function) FA__JOIN(fa__##function, REAL_S)
#define V              FA__JOIN(fa__vector, REAL_S)
#define HYPOT          FA__JOIN(hypot, REAL_S)
#define hypot_f32      FA__SLEEF_F32(hypot, u05)
#define hypot_f64      FA__SLEEF_F64(hypot, u05)

#define FA__WITH_COMPLEX
#define FA__TEMPLATE "kernel/complex.inc.h"
#include "kernel/each_type.inc.h"

void FA__ISA(fa__fill_complex)(fa__kernels *kernels)
{
    fill_c64(kernels);
    fill_c128(kernels);
}
