/* SPDX-License-Identifier: BSD-3-Clause */
/* The functions of SLEEF's deterministic family with fma ("finz") that kernels use: the same bits on every
 * instruction set. SLEEF's own header declares only some of them. SLEEF_1(exp) and its kin are the functions
 * of this compilation's set. */
#ifndef FA_KERNEL_SLEEF_H
#define FA_KERNEL_SLEEF_H

#include <immintrin.h>

/* X(name, accuracy) */
#define FA__SLEEF_UNARY(X) \
    X(cbrt, u10)           \
    X(exp, u10)            \
    X(exp2, u10)           \
    X(expm1, u10)          \
    X(log, u10)            \
    X(log2, u10)           \
    X(log10, u10)          \
    X(log1p, u10)          \
    X(sin, u10)            \
    X(cos, u10)            \
    X(tan, u10)            \
    X(asin, u10)           \
    X(acos, u10)           \
    X(atan, u10)           \
    X(sinh, u10)           \
    X(cosh, u10)           \
    X(tanh, u10)           \
    X(asinh, u10)          \
    X(acosh, u10)          \
    X(atanh, u10)          \
    X(sinpi, u05)          \
    X(cospi, u05)
#define FA__SLEEF_BINARY(X) \
    X(pow, u10)             \
    X(atan2, u10)           \
    X(hypot, u05)

#ifdef __AVX512F__
#define FA__SLEEF_F64(name, accuracy) Sleef_finz_##name##d8_##accuracy##avx512f
#define FA__SLEEF_F32(name, accuracy) Sleef_finz_##name##f16_##accuracy##avx512f
typedef __m512d fa__vector_f64;
typedef __m512 fa__vector_f32;
#else
#define FA__SLEEF_F64(name, accuracy) Sleef_finz_##name##d4_##accuracy##avx2
#define FA__SLEEF_F32(name, accuracy) Sleef_finz_##name##f8_##accuracy##avx2
typedef __m256d fa__vector_f64;
typedef __m256 fa__vector_f32;
#endif

#define X(name, accuracy)                                         \
    fa__vector_f64 FA__SLEEF_F64(name, accuracy)(fa__vector_f64); \
    fa__vector_f32 FA__SLEEF_F32(name, accuracy)(fa__vector_f32);
FA__SLEEF_UNARY(X)
#undef X
#define X(name, accuracy)                                                         \
    fa__vector_f64 FA__SLEEF_F64(name, accuracy)(fa__vector_f64, fa__vector_f64); \
    fa__vector_f32 FA__SLEEF_F32(name, accuracy)(fa__vector_f32, fa__vector_f32);
FA__SLEEF_BINARY(X)
#undef X

#endif
