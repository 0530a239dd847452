/* SPDX-License-Identifier: BSD-3-Clause */
/* Mathematical functions of real floats: our own (elementary.inc.h, logarithm.inc.h), the others on SLEEF's
 * deterministic family. */
#include "kernel/loop.h"
#include "kernel/sleef.h"

#include <float.h>

#define COUNT_OF(array) ((int)(sizeof(array) / sizeof((array)[0])))

#define MATH_UNARY(X)    \
    X(CBRT, cbrt, u10)   \
    X(EXP2, exp2, u10)   \
    X(ARCSIN, asin, u10) \
    X(ARCCOS, acos, u10) \
    X(ARCTAN, atan, u10)
/* Those that need more than SLEEF's function. */
#define MATH_UNARY_MENDED(X) \
    X(EXP, exp, u10)         \
    X(SIN, sin, u10)         \
    X(COS, cos, u10)         \
    X(LOG, log, u10)         \
    X(LOG2, log2, u10)       \
    X(LOG10, log10, u10)     \
    X(TAN, tan, u10)         \
    X(EXPM1, expm1, u10)     \
    X(TANH, tanh, u10)       \
    X(ARCTANH, atanh, u10)   \
    X(LOG1P, log1p, u10)     \
    X(SINH, sinh, u10)       \
    X(COSH, cosh, u10)       \
    X(ARCSINH, asinh, u10)   \
    X(ARCCOSH, acosh, u10)
/* Those that FARRAY_MATH=fast takes others for. */
#define MATH_FAST(X) \
    X(EXP, fast_exp) \
    X(SIN, fast_sin) \
    X(COS, fast_cos) \
    X(TANH, fast_tanh)
#define MATH_BINARY(X) X(ARCTAN2, atan2, u10)
/* Those that are computed in float64 for narrower types too; X(id, name, name of what narrower types take).
 */
#define MATH_BINARY_DOUBLE(X)             \
    X(LOGADDEXP, logaddexp, logaddexp)    \
    X(LOGADDEXP2, logaddexp2, logaddexp2) \
    X(POWER, pow, float_pow)              \
    X(HYPOT, hypot, float_hypot)

/* Vectors under names that do not tell their width: PD is the suffix of intrinsics, pd or ps. */
#ifdef __AVX512F__
#define VECTOR(name)            _mm512_##name
#define MASK_f64                __mmask8
#define MASK_f32                __mmask16
#define ABOVE_(a, b, pd)        _mm512_cmp_##pd##_mask(a, b, _CMP_GT_OQ)
#define EQUALS_(a, b, pd)       _mm512_cmp_##pd##_mask(a, b, _CMP_EQ_OQ)
#define ANY_(mask, pd)          ((mask) != 0)
#define CHOOSE_(m, a, b, pd)    _mm512_mask_blend_##pd(m, b, a)
#define NOT_AT_LEAST_(a, b, pd) _mm512_cmp_##pd##_mask(a, b, _CMP_NGE_UQ)
#define EITHER_(m, n, pd)       ((m) | (n))
#define BY_SIGN_f64(a)          _mm512_movepi64_mask((__m512i)(a))
#define BY_SIGN_f32(a)          _mm512_movepi32_mask((__m512i)(a))
#else
#define VECTOR(name)            _mm256_##name
#define MASK_f64                __m256d
#define MASK_f32                __m256
#define ABOVE_(a, b, pd)        _mm256_cmp_##pd(a, b, _CMP_GT_OQ)
#define EQUALS_(a, b, pd)       _mm256_cmp_##pd(a, b, _CMP_EQ_OQ)
#define ANY_(mask, pd)          (_mm256_movemask_##pd(mask) != 0)
#define CHOOSE_(m, a, b, pd)    _mm256_blendv_##pd(b, a, m)
#define NOT_AT_LEAST_(a, b, pd) _mm256_cmp_##pd(a, b, _CMP_NGE_UQ)
#define EITHER_(m, n, pd)       VECTOR(or_##pd)(m, n)
#define BY_SIGN_f64(a)          (a)
#define BY_SIGN_f32(a)          (a)
#endif
#define WITH_SIGN_(a, b, pd) \
    VECTOR(or_##pd)          \
    (VECTOR(andnot_##pd)(VECTOR(set1_##pd)(-0.0f), a), VECTOR(and_##pd)(VECTOR(set1_##pd)(-0.0f), b))

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
#define NOT_AT_LEAST(a, b)    NOT_AT_LEAST_(a, b, pd)
#define EITHER(m, n)          EITHER_(m, n, pd)
#define BY_SIGN(a)            BY_SIGN_f64(a)
#define XOR(a, b)             VECTOR(xor_pd)(a, b)
#define AND(a, b)             VECTOR(and_pd)(a, b)
#define SLEEF(name, accuracy) FA__SLEEF_F64(name, accuracy)
#define INT                   int64_t
#define UNSIGNED              uint64_t
#define ROOT_HALF             0x1.6a09e667f3bcdp-1
#define SMALLEST_NORMAL       DBL_MIN
#define LOG2_E_LOW            0x1.777d0ffda0d24p-56
#define LOG10_E               0x1.bcb7b1526e50ep-2
#define LOG10_E_LOW           0x1.95355baaafad3p-57
#define FRACTION_BITS         52
#define EXPONENT_BIAS         1023
#define LOG2_E                0x1.71547652b82fep+0
#define LN_2_HIGH             0x1.62e42fefa38p-1
#define LN_2_LOW              0x1.ef35793c7673p-45
#define EXP_NEAR              708.0
#define EXP_LARGEST           709.79
#define EXP_SMALLEST          -745.14
#define ONE_OVER_PI           0x1.45f306dc9c883p-2
#define PI_HIGH               0x1.921fb54442d18p+1
#define PI_LOW                0x1.1a62633145c07p-53
#define SIXTH                 0x1.5555555555555p-3
#define SIXTH_LOW             0x1.5555555555555p-57
#define COSINE_SLOPE          0.4053
#define TRIG_NEAREST          0x1p-38
#define TRIG_FAR(far, size)   (far)
static const double exp_terms_f64[] = {0x1.319ba919c120dp-50, 0x1.55555555554fdp-3,  0x1.55555555508b3p-5,
                                       0x1.1111111126b71p-7,  0x1.6c16c1841afa7p-10, 0x1.a01a0130683cap-13,
                                       0x1.a0199a3b76de6p-16, 0x1.71df16b815d95p-19, 0x1.28ad42d6b63aep-22,
                                       0x1.ad982b886b739p-26};
/* The first one is what 2 / 3 lacks. */
static const double log_terms_f64[] = {0x1.5555555555555p-1 + 0x1.e833b769b40e5p-48,
                                       0x1.999999997fdafp-2,
                                       0x1.24924941f1a13p-2,
                                       0x1.c71c5208ef6bdp-3,
                                       0x1.74663f00c2aedp-3,
                                       0x1.39a1b813b730cp-3,
                                       0x1.2f058005ebff4p-3};
static const double power_terms[] = {0x1.166bba6b12af0p-61, 0x1.999999999998ep-2, 0x1.24924924939abp-2,
                                     0x1.c71c71c4bfefbp-3,  0x1.745d1877bc924p-3, 0x1.3b1353de96faap-3,
                                     0x1.112292bc4d78bp-3,  0x1.ddf26c211300bp-4, 0x1.ecec12017edafp-4};
static const double fast_exp_terms_f64[] = {
    0x1p-1 - 0x1.2504d7bd33414p-46, 0x1.5555555550815p-3,  0x1.555555558744cp-5,
    0x1.11111125a4489p-7,           0x1.6c16c0cec44a1p-10, 0x1.a0198d928d9fep-13,
    0x1.a01b69d338843p-16,          0x1.72e8d87b9cd42p-19, 0x1.271934dfd06b7p-22};
static const double sin_terms_f64[] = {0x1.11111111110f8p-7,   -0x1.a01a01a017352p-13, 0x1.71de3a538b724p-19,
                                       -0x1.ae6455375f9b4p-26, 0x1.6123e432dad17p-33,  -0x1.ae493036168a2p-41,
                                       0x1.88c36c40e01b7p-49};
#define fast_sin_terms_f64 sin_terms_f64
#define SINH_FAR           709.0
#define ASINH_FAR          0x1p500
#define LARGEST            DBL_MAX
#define TINY               0x1p-27
#define TANH_END           20.0
#define LAST_SCALE         0x1p-1023
#define LAST_LOG           0x1.62e42fefa39efp+9
#define LAST_LOG_LOW       0x1.abc9e3b39803fp-46
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
#undef SINH_FAR
#undef ASINH_FAR
#undef LARGEST
#undef TINY
#undef TANH_END
#undef LAST_SCALE
#undef LAST_LOG
#undef LAST_LOG_LOW
#undef INT
#undef UNSIGNED
#undef ROOT_HALF
#undef SMALLEST_NORMAL
#undef LOG2_E_LOW
#undef LOG10_E
#undef LOG10_E_LOW
#undef FRACTION_BITS
#undef EXPONENT_BIAS
#undef LOG2_E
#undef LN_2_HIGH
#undef LN_2_LOW
#undef EXP_NEAR
#undef EXP_LARGEST
#undef EXP_SMALLEST
#undef ONE_OVER_PI
#undef PI_HIGH
#undef PI_LOW
#undef SIXTH
#undef SIXTH_LOW
#undef COSINE_SLOPE
#undef TRIG_FAR
#undef TRIG_NEAREST
#undef NOT_AT_LEAST
#undef EITHER
#undef BY_SIGN
#undef XOR
#undef AND

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
#define NOT_AT_LEAST(a, b)    NOT_AT_LEAST_(a, b, ps)
#define EITHER(m, n)          EITHER_(m, n, ps)
#define BY_SIGN(a)            BY_SIGN_f32(a)
#define XOR(a, b)             VECTOR(xor_ps)(a, b)
#define AND(a, b)             VECTOR(and_ps)(a, b)
#define SLEEF(name, accuracy) FA__SLEEF_F32(name, accuracy)
#define INT                   int32_t
#define UNSIGNED              uint32_t
#define ROOT_HALF             0x1.6a09e6p-1f
#define SMALLEST_NORMAL       FLT_MIN
#define LOG2_E_LOW            0x1.4ae0cp-26f
#define LOG10_E               0x1.bcb7b2p-2f
#define LOG10_E_LOW           -0x1.5b235ep-27f
#define FRACTION_BITS         23
#define EXPONENT_BIAS         127
#define LOG2_E                0x1.715476p+0f
#define LN_2_HIGH             0x1.62e4p-1f
#define LN_2_LOW              0x1.7f7d1cp-20f
#define EXP_NEAR              87.0f
#define EXP_LARGEST           88.73f
#define EXP_SMALLEST          -103.98f
#define ONE_OVER_PI           0x1.45f306p-2f
#define PI_HIGH               0x1.921fb6p+1f
#define PI_LOW                -0x1.777a5cp-24f
#define SIXTH                 0x1.555556p-3f
#define SIXTH_LOW             -0x1.555556p-28f
#define COSINE_SLOPE          0.4053f
#define TRIG_NEAREST          0x1p-22f
#define TRIG_FAR(far, size)   EITHER(far, NOT_AT_LEAST(SET1(8192.0f), size))
static const float exp_terms_f32[] = {-0x1.13e208p-24f, 0x1.555492p-3f, 0x1.5558dap-5f, 0x1.12398ap-7f,
                                      0x1.6a3a36p-10f};
static const float log_terms_f32[] = {0x1.55557ap-1f, 0x1.995ebap-2f, 0x1.31e30ap-2f};
static const float fast_exp_terms_f32[] = {0x1p-1f - 0x1.0198cp-17f, 0x1.55579ap-3f, 0x1.5729aep-5f,
                                           0x1.107086p-7f};
static const float fast_sin_terms_f32[] = {0x1.11102p-7f, -0x1.9fa5a2p-13f, 0x1.606c3p-19f};
static const float sin_terms_f32[] = {0x1.11111p-7f, -0x1.a018acp-13f, 0x1.71885ep-19f, -0x1.9c4c1cp-26f};
#define SINH_FAR     88.0f
#define ASINH_FAR    0x1p60f
#define LARGEST      FLT_MAX
#define TINY         0x1p-13f
#define TANH_END     10.0f
#define LAST_SCALE   0x1p-127f
#define LAST_LOG     0x1.62e43p+6f
#define LAST_LOG_LOW -0x1.05c61p-22f
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

#define X(id, name, narrow)                                                                    \
    static void name##_loop_f32(void *out, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                          \
        double_loop(out, in, n, scalars, narrow##_for_f32);                                    \
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

void FA__ISA(fa__fill_fast)(fa__kernels *kernels)
{
    fill_fast_f64(kernels);
    fill_fast_f32(kernels);
}
