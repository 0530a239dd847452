/* SPDX-License-Identifier: BSD-3-Clause */
/* Arithmetic of complex64 and complex128. */
#include "kernel/loop.h"
#include "kernel/complex.h"

#define COMPLEX_BINARY(X)                                                                                              \
    X(ADD, add)                                                                                                        \
    X(SUBTRACT, subtract)                                                                                              \
    X(MULTIPLY, multiply)                                                                                              \
    X(DIVIDE, divide)                                                                                                  \
    X(MINIMUM, minimum)                                                                                                \
    X(MAXIMUM, maximum)                                                                                                \
    X(FMIN, fmin)                                                                                                      \
    X(FMAX, fmax)
#define COMPLEX_UNARY(X)                                                                                               \
    X(NEGATIVE, negative)                                                                                              \
    X(POSITIVE, positive)                                                                                              \
    X(CONJUGATE, conjugate)                                                                                            \
    X(SQUARE, square)                                                                                                  \
    X(RECIPROCAL, reciprocal)

#define FA__WITH_COMPLEX
#define FA__TEMPLATE "kernel/complex.inc.h"
#include "kernel/each_type.inc.h"

void FA__ISA(fa__fill_complex)(fa__kernels *kernels)
{
    fill_c64(kernels);
    fill_c128(kernels);
}
