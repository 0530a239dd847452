/* SPDX-License-Identifier: BSD-3-Clause */
/* Mathematical functions of real floats, on SLEEF's deterministic family. */
#include "kernel/loop.h"
#include "kernel/half.inc.h"
#include "kernel/sleef.h"

#define MATH_UNARY(X)                                                                                                  \
    X(CBRT, cbrt, u10)                                                                                                 \
    X(EXP, exp, u10)                                                                                                   \
    X(EXP2, exp2, u10)                                                                                                 \
    X(EXPM1, expm1, u10)                                                                                               \
    X(LOG, log, u10)                                                                                                   \
    X(LOG2, log2, u10)                                                                                                 \
    X(LOG10, log10, u10)                                                                                               \
    X(LOG1P, log1p, u10)                                                                                               \
    X(SIN, sin, u10)                                                                                                   \
    X(COS, cos, u10)                                                                                                   \
    X(TAN, tan, u10)                                                                                                   \
    X(ARCSIN, asin, u10)                                                                                               \
    X(ARCCOS, acos, u10)                                                                                               \
    X(ARCTAN, atan, u10)                                                                                               \
    X(SINH, sinh, u10)                                                                                                 \
    X(COSH, cosh, u10)                                                                                                 \
    X(TANH, tanh, u10)                                                                                                 \
    X(ARCSINH, asinh, u10)                                                                                             \
    X(ARCCOSH, acosh, u10)                                                                                             \
    X(ARCTANH, atanh, u10)
#define MATH_BINARY(X)                                                                                                 \
    X(POWER, pow, u10)                                                                                                 \
    X(ARCTAN2, atan2, u10)                                                                                             \
    X(HYPOT, hypot, u05)

#ifdef __AVX512F__
#define VECTOR(name) _mm512_##name
#else
#define VECTOR(name) _mm256_##name
#endif

#define S           f64
#define T           double
#define TYPE        FA_TYPE_FLOAT64
#define V           fa__vector_f64
#define LOAD(x)     VECTOR(loadu_pd)(x)
#define STORE(x, v) VECTOR(storeu_pd)(x, v)
#define SET1(x)     VECTOR(set1_pd)(x)
#define SLEEF(name, accuracy) FA__SLEEF_F64(name, accuracy)
#include "kernel/math.inc.h"
#undef S
#undef T
#undef TYPE
#undef V
#undef LOAD
#undef STORE
#undef SET1
#undef SLEEF

#define S           f32
#define T           float
#define TYPE        FA_TYPE_FLOAT32
#define V           fa__vector_f32
#define LOAD(x)     VECTOR(loadu_ps)(x)
#define STORE(x, v) VECTOR(storeu_ps)(x, v)
#define SET1(x)     VECTOR(set1_ps)(x)
#define SLEEF(name, accuracy) FA__SLEEF_F32(name, accuracy)
#include "kernel/math.inc.h"

#define X(id, name, accuracy)                                                                                          \
    static void name##_loop_f16(void *out, const void *const *in, int64_t n, unsigned scalars)                         \
    {                                                                                                                  \
        half_loop(out, in, 1, n, scalars, name##_loop_f32, false);                                                     \
    }
MATH_UNARY(X)
#undef X

#define X(id, name, accuracy)                                                                                          \
    static void name##_loop_f16(void *out, const void *const *in, int64_t n, unsigned scalars)                         \
    {                                                                                                                  \
        half_loop(out, in, 2, n, scalars, name##_loop_f32, false);                                                     \
    }
MATH_BINARY(X)
#undef X

void FA__ISA(fa__fill_math)(fa__kernels *kernels)
{
    fill_f64(kernels);
    fill_f32(kernels);
#define X(id, name, accuracy) kernels->loops[FA__OP_##id][FA_TYPE_FLOAT16] = name##_loop_f16;
    MATH_UNARY(X)
    MATH_BINARY(X)
#undef X
}
