/* SPDX-License-Identifier: BSD-3-Clause */
/* The functions that tests/kernel/accuracy.c measures, and what they are held against: MPFR; glibc's in long
 * double, which say which results MPFR has to look at; and libmvec's vectors of doubles, for results of fewer
 * bits. Knows nothing about farray's own. */
#ifndef ACCURACY_FUNCTIONS_H
#define ACCURACY_FUNCTIONS_H

#include <immintrin.h>
#include <math.h>
#include <mpfr.h>
#include <stdbool.h>

/* UNARY(ID, name, name in C, a range that matters, another one) */
#define UNARY_FUNCTIONS(UNARY)                       \
    UNARY(CBRT, cbrt, cbrt, -8, 8, -1e9, 1e9)        \
    UNARY(EXP, exp, exp, -745.2, 709.8, -2, 2)       \
    UNARY(EXP2, exp2, exp2, -1075, 1024, -2, 2)      \
    UNARY(EXPM1, expm1, expm1, -40, 709.8, -1, 1)    \
    UNARY(LOG, log, log, 0.5, 2, 0, 1e6)             \
    UNARY(LOG2, log2, log2, 0.5, 2, 0, 1e6)          \
    UNARY(LOG10, log10, log10, 0.5, 2, 0, 1e6)       \
    UNARY(LOG1P, log1p, log1p, -1, 1, 0, 1e6)        \
    UNARY(SIN, sin, sin, -7, 7, -1e6, 1e6)           \
    UNARY(COS, cos, cos, -7, 7, -1e6, 1e6)           \
    UNARY(TAN, tan, tan, -7, 7, -1e6, 1e6)           \
    UNARY(ARCSIN, arcsin, asin, -1, 1, 0.4, 0.6)     \
    UNARY(ARCCOS, arccos, acos, -1, 1, 0.4, 0.6)     \
    UNARY(ARCTAN, arctan, atan, -2, 2, -30, 30)      \
    UNARY(SINH, sinh, sinh, -2, 2, -710.5, 710.5)    \
    UNARY(COSH, cosh, cosh, -2, 2, -710.5, 710.5)    \
    UNARY(TANH, tanh, tanh, -1, 1, -20, 20)          \
    UNARY(ARCSINH, arcsinh, asinh, -2, 2, -1e3, 1e3) \
    UNARY(ARCCOSH, arccosh, acosh, 1, 3, 1, 1e3)     \
    UNARY(ARCTANH, arctanh, atanh, -1, 1, 0.4, 0.6)
#define BINARY_FUNCTIONS(BINARY) \
    BINARY(ARCTAN2, arctan2)     \
    BINARY(HYPOT, hypot)         \
    BINARY(POWER, power)         \
    BINARY(LOGADDEXP, logaddexp) \
    BINARY(LOGADDEXP2, logaddexp2)

/* Four doubles at a time, as the vector functions of glibc take them. */
#define VECTOR_UNARY(ID, name, c_name, ...) __m256d _ZGVdN4v_##c_name(__m256d);
UNARY_FUNCTIONS(VECTOR_UNARY)
#undef VECTOR_UNARY
__m256d _ZGVdN4vv_atan2(__m256d, __m256d);
__m256d _ZGVdN4vv_hypot(__m256d, __m256d);
__m256d _ZGVdN4vv_pow(__m256d, __m256d);

enum { PRECISION = 150 }; /* bits that MPFR computes with */

/* log(exp(x) + exp(y)) by its definition, in enough bits for what cancels; `base` is 2 or 0 for e. */
static inline int sum_of_powers(mpfr_t result, const mpfr_t x, const mpfr_t y, int base, mpfr_rnd_t rounding)
{
    if (mpfr_nan_p(x) || mpfr_nan_p(y)) {
        mpfr_set_nan(result);
        return 0;
    }
    const bool x_is_larger = mpfr_cmp(x, y) > 0;
    if (mpfr_inf_p(x) || mpfr_inf_p(y))
        return mpfr_set(result, x_is_larger ? x : y, rounding);
    mpfr_t part, sum;
    mpfr_init2(part, 2300); /* holds differences of doubles of any size */
    mpfr_init2(sum, 400);
    mpfr_sub(part, x_is_larger ? y : x, x_is_larger ? x : y, rounding);
    if (base == 2) {
        mpfr_exp2(sum, part, rounding);
        mpfr_log1p(sum, sum, rounding);
        mpfr_const_log2(part, rounding);
        mpfr_div(sum, sum, part, rounding);
    } else {
        mpfr_exp(sum, part, rounding);
        mpfr_log1p(sum, sum, rounding);
    }
    mpfr_add(part, x_is_larger ? x : y, sum, rounding);
    const int inexact = mpfr_set(result, part, rounding);
    mpfr_clears(part, sum, (mpfr_ptr)NULL);
    return inexact;
}

static inline int mpfr_logaddexp(mpfr_t result, const mpfr_t x, const mpfr_t y, mpfr_rnd_t rounding)
{
    return sum_of_powers(result, x, y, 0, rounding);
}

static inline int mpfr_logaddexp2(mpfr_t result, const mpfr_t x, const mpfr_t y, mpfr_rnd_t rounding)
{
    return sum_of_powers(result, x, y, 2, rounding);
}

#define mpfr_arctan2 mpfr_atan2
#define mpfr_power   mpfr_pow

#endif
