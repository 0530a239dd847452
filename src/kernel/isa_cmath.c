/* SPDX-License-Identifier: BSD-3-Clause */
/* Functions of complex numbers: brings elements of complex64 and complex128 into vectors of doubles and back.
 * complex64 is computed in double and rounded once. */
#include "kernel/cmath.h"
#include "kernel/cmath_power.h"

#define CMATH_UNARY(X) \
    X(SQRT, sqrt)      \
    X(EXP, exp)        \
    X(EXP2, exp2)      \
    X(EXPM1, expm1)    \
    X(LOG, log)        \
    X(LOG2, log2)      \
    X(LOG10, log10)    \
    X(LOG1P, log1p)    \
    X(SIN, sin)        \
    X(COS, cos)        \
    X(TAN, tan)        \
    X(ARCSIN, asin)    \
    X(ARCCOS, acos)    \
    X(ARCTAN, atan)    \
    X(SINH, sinh)      \
    X(COSH, cosh)      \
    X(TANH, tanh)      \
    X(ARCSINH, asinh)  \
    X(ARCCOSH, acosh)  \
    X(ARCTANH, atanh)
#define CMATH_BINARY(X) X(POWER, power)

/* Two vectors of elements become a pair of parts, in an order that joining takes back. */
FA__INLINE pair split(vector first, vector second)
{
    return (pair){VECTOR_OF(unpacklo_pd)(first, second), VECTOR_OF(unpackhi_pd)(first, second)};
}

FA__INLINE pair load_c128(const fa__complex128 *x)
{
    const double *parts = &x->real;
    return split(VECTOR_OF(loadu_pd)(parts), VECTOR_OF(loadu_pd)(parts + VECTOR_WIDTH));
}

FA__INLINE void store_c128(fa__complex128 *x, pair z)
{
    const pair elements = split(z.real, z.imag);
    double *parts = &x->real;
    VECTOR_OF(storeu_pd)(parts, elements.real);
    VECTOR_OF(storeu_pd)(parts + VECTOR_WIDTH, elements.imag);
}

#ifdef __AVX512F__
#define LOAD_FLOATS  _mm256_loadu_ps
#define STORE_FLOATS _mm256_storeu_ps
#else
#define LOAD_FLOATS  _mm_loadu_ps
#define STORE_FLOATS _mm_storeu_ps
#endif

FA__INLINE pair load_c64(const fa__complex64 *x)
{
    const float *parts = &x->real;
    return split(VECTOR_OF(cvtps_pd)(LOAD_FLOATS(parts)),
                 VECTOR_OF(cvtps_pd)(LOAD_FLOATS(parts + VECTOR_WIDTH)));
}

FA__INLINE void store_c64(fa__complex64 *x, pair z)
{
    const pair elements = split(z.real, z.imag);
    float *parts = &x->real;
    STORE_FLOATS(parts, VECTOR_OF(cvtpd_ps)(elements.real));
    STORE_FLOATS(parts + VECTOR_WIDTH, VECTOR_OF(cvtpd_ps)(elements.imag));
}

#define S c64
#define T fa__complex64
#include "kernel/cmath.inc.h"
#undef S
#undef T
#define S c128
#define T fa__complex128
#include "kernel/cmath.inc.h"
#undef S
#undef T

void FA__ISA(fa__fill_cmath)(fa__kernels *kernels)
{
#define X(id, name)                                                   \
    kernels->loops[FA__OP_##id][FA_TYPE_COMPLEX64] = name##_loop_c64; \
    kernels->loops[FA__OP_##id][FA_TYPE_COMPLEX128] = name##_loop_c128;
    CMATH_UNARY(X)
    CMATH_BINARY(X)
#undef X
    kernels->loops[FA__OP_FLOAT_POWER][FA_TYPE_COMPLEX128] = power_loop_c128;
}
