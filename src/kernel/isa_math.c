/* SPDX-License-Identifier: BSD-3-Clause */
/* Mathematical functions of real floats, on SLEEF's deterministic family. */
#include "kernel/loop.h"
#include "kernel/sleef.h"

#include <float.h>

#define MATH_UNARY(X)    \
    X(CBRT, cbrt, u10)   \
    X(EXP, exp, u10)     \
    X(EXP2, exp2, u10)   \
    X(EXPM1, expm1, u10) \
    X(LOG, log, u10)     \
    X(LOG2, log2, u10)   \
    X(LOG10, log10, u10) \
    X(SIN, sin, u10)     \
    X(COS, cos, u10)     \
    X(TAN, tan, u10)     \
    X(ARCSIN, asin, u10) \
    X(ARCCOS, acos, u10) \
    X(ARCTAN, atan, u10) \
    X(TANH, tanh, u10)   \
    X(ARCTANH, atanh, u10)
/* Those that need more than SLEEF's function. */
#define MATH_UNARY_MENDED(X) \
    X(LOG1P, log1p, u10)     \
    X(SINH, sinh, u10)       \
    X(COSH, cosh, u10)       \
    X(ARCSINH, asinh, u10)   \
    X(ARCCOSH, acosh, u10)
#define MATH_BINARY_MENDED(X) X(POWER, pow, u10)
/* Those that are computed in float64 for narrower types too: what they add up may cancel. */
#define MATH_BINARY_DOUBLE(X)    \
    X(LOGADDEXP, logaddexp, u20) \
    X(LOGADDEXP2, logaddexp2, u20)
#define MATH_BINARY(X)     \
    X(ARCTAN2, atan2, u10) \
    X(HYPOT, hypot, u05)

/* Vectors under names that do not tell their width: PD is the suffix of intrinsics, pd or ps. */
#ifdef __AVX512F__
#define VECTOR(name)         _mm512_##name
#define MASK_f64             __mmask8
#define MASK_f32             __mmask16
#define ABOVE_(a, b, pd)     _mm512_cmp_##pd##_mask(a, b, _CMP_GT_OQ)
#define EQUALS_(a, b, pd)    _mm512_cmp_##pd##_mask(a, b, _CMP_EQ_OQ)
#define ANY_(mask, pd)       ((mask) != 0)
#define CHOOSE_(m, a, b, pd) _mm512_mask_blend_##pd(m, b, a)
#else
#define VECTOR(name)         _mm256_##name
#define MASK_f64             __m256d
#define MASK_f32             __m256
#define ABOVE_(a, b, pd)     _mm256_cmp_##pd(a, b, _CMP_GT_OQ)
#define EQUALS_(a, b, pd)    _mm256_cmp_##pd(a, b, _CMP_EQ_OQ)
#define ANY_(mask, pd)       (_mm256_movemask_##pd(mask) != 0)
#define CHOOSE_(m, a, b, pd) _mm256_blendv_##pd(b, a, m)
#endif
#define WITH_SIGN_(a, b, pd) \
    VECTOR(or_##pd)          \
    (VECTOR(andnot_##pd)(VECTOR(set1_##pd)(-0.0f), a), VECTOR(and_##pd)(VECTOR(set1_##pd)(-0.0f), b))

#define LN_2   0.693147180559945309417
#define LOG2_E 1.44269504088896340736

#define S                     f64
#define T                     double
#define BITS                  64
#define TYPE                  FA_TYPE_FLOAT64
#define V                     fa__vector_f64
#define MASK                  MASK_f64
#define LOAD(x)               VECTOR(loadu_pd)(x)
#define STORE(x, v)           VECTOR(storeu_pd)(x, v)
#define SET1(x)               VECTOR(set1_pd)(x)
#define FMA(a, b, c)          VECTOR(fmadd_pd)(a, b, c)
#define MAGNITUDE(a)          VECTOR(andnot_pd)(SET1(-0.0), a)
#define ABOVE(a, b)           ABOVE_(a, b, pd)
#define EQUALS(a, b)          EQUALS_(a, b, pd)
#define ANY(mask)             ANY_(mask, pd)
#define CHOOSE(m, a, b)       CHOOSE_(m, a, b, pd)
#define WITH_SIGN(a, b)       WITH_SIGN_(a, b, pd)
#define SLEEF(name, accuracy) FA__SLEEF_F64(name, accuracy)
#define LOG1P_FAR             0x1p60
#define SINH_FAR              709.0
#define ASINH_FAR             0x1p500
#define LARGEST               DBL_MAX
#define HALF_E                0x1.5bf0a8b145769p+0
#define HALF_E_REST           0x1.4d57ee2b1013ap-54
#include "kernel/math.inc.h"
#undef S
#undef T
#undef BITS
#undef TYPE
#undef V
#undef MASK
#undef LOAD
#undef STORE
#undef SET1
#undef FMA
#undef MAGNITUDE
#undef ABOVE
#undef EQUALS
#undef ANY
#undef CHOOSE
#undef WITH_SIGN
#undef SLEEF
#undef LOG1P_FAR
#undef SINH_FAR
#undef ASINH_FAR
#undef LARGEST
#undef HALF_E
#undef HALF_E_REST

#define S                     f32
#define T                     float
#define BITS                  32
#define TYPE                  FA_TYPE_FLOAT32
#define V                     fa__vector_f32
#define MASK                  MASK_f32
#define LOAD(x)               VECTOR(loadu_ps)(x)
#define STORE(x, v)           VECTOR(storeu_ps)(x, v)
#define SET1(x)               VECTOR(set1_ps)((float)(x))
#define FMA(a, b, c)          VECTOR(fmadd_ps)(a, b, c)
#define MAGNITUDE(a)          VECTOR(andnot_ps)(SET1(-0.0), a)
#define ABOVE(a, b)           ABOVE_(a, b, ps)
#define EQUALS(a, b)          EQUALS_(a, b, ps)
#define ANY(mask)             ANY_(mask, ps)
#define CHOOSE(m, a, b)       CHOOSE_(m, a, b, ps)
#define WITH_SIGN(a, b)       WITH_SIGN_(a, b, ps)
#define SLEEF(name, accuracy) FA__SLEEF_F32(name, accuracy)
#define LOG1P_FAR             0x1p60f
#define SINH_FAR              88.0f
#define ASINH_FAR             0x1p60f
#define LARGEST               FLT_MAX
#define HALF_E                0x1.5bf0a8p+0f
#define HALF_E_REST           0x1.628aeep-25f
enum { DOUBLE_BLOCK = 256 };

/* Loops of float64 on float32, rounded once. */
static void double_loop(float *out, const void *const *in, int64_t n, unsigned scalars, fa__loop *loop)
{
    double inputs[2][DOUBLE_BLOCK], results[DOUBLE_BLOCK];
    const void *const pointers[] = {inputs[0], inputs[1]};
    for (int64_t done = 0; done < n; done += DOUBLE_BLOCK) {
        const int64_t count = n - done < DOUBLE_BLOCK ? n - done : DOUBLE_BLOCK;
        for (int k = 0; k < 2; k++) {
            const bool is_one = scalars >> k & 1;
            const float *x = (const float *)in[k] + (is_one ? 0 : done);
            for (int64_t i = 0; i < (is_one ? 1 : count); i++)
                inputs[k][i] = (double)x[i];
        }
        loop(results, pointers, count, scalars);
        for (int64_t i = 0; i < count; i++)
            out[done + i] = (float)results[i];
    }
}

#define X(id, name, accuracy)                                                                  \
    static void name##_loop_f32(void *out, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                          \
        double_loop(out, in, n, scalars, name##_loop_f64);                                     \
    }
MATH_BINARY_DOUBLE(X)
#undef X

#include "kernel/math.inc.h"

void FA__ISA(fa__fill_math)(fa__kernels *kernels)
{
    fill_f64(kernels);
    fill_f32(kernels);
    kernels->loops[FA__OP_FLOAT_POWER][FA_TYPE_FLOAT64] = pow_loop_f64;
}
