/* SPDX-License-Identifier: BSD-3-Clause */
/* Bins of histograms (bins.h). Uniform bins of float32 and float64 are found by one product where the element
 * is far enough from every edge that no rounding can matter; a block that has others goes through NumPy's own
 * steps. */
#include "kernel/bins.h"

#include "kernel/narrow.h"
#include "kernel/vector.h"

#include <float.h>

/* ---- Uniform bins ---- */

#define F        float
#define LOAD(x)  NAME(load)(x)
#define ROUND(x) NAME(rounded)(x)

#define S f16
#define T fa__half
FA__INLINE float load_f16(fa__half x)
{
    float wide;
    widen_f16(&wide, &x, 1);
    return wide;
}

FA__INLINE float rounded_f16(float x)
{
    fa__half narrow;
    narrow_f16(&narrow, &x, 1);
    return load_f16(narrow);
}
#include "kernel/bins.inc.h"
#undef S
#undef T

#define S bf16
#define T fa__bfloat
FA__INLINE float load_bf16(fa__bfloat x)
{
    float wide;
    widen_bf16(&wide, &x, 1);
    return wide;
}

FA__INLINE float rounded_bf16(float x)
{
    fa__bfloat narrow;
    narrow_bf16(&narrow, &x, 1);
    return load_bf16(narrow);
}
#include "kernel/bins.inc.h"
#undef S
#undef T
#undef LOAD
#undef ROUND

#define LOAD(x)  (x)
#define ROUND(x) (x)
#define S        f32
#define T        float
#include "kernel/bins.inc.h"
#undef S
#undef T
#undef F

#define F double
#define S f64
#define T double
#include "kernel/bins.inc.h"
#undef S
#undef T
#undef F
#undef LOAD
#undef ROUND

/* ---- Far from the edges ---- */

FA__INLINE vector load_vector_f64(const double *x)
{
    return VECTOR_OF(loadu_pd)(x);
}

FA__INLINE vector load_vector_f32(const float *x)
{
#ifdef __AVX512F__
    return _mm512_cvtps_pd(_mm256_loadu_ps(x));
#else
    return _mm256_cvtps_pd(_mm_loadu_ps(x));
#endif
}

/* Whole parts of numbers below 2**31, which are stored, too. */
FA__INLINE vector whole_parts(int32_t *out, vector a)
{
#ifdef __AVX512F__
    const __m256i whole = _mm512_cvttpd_epi32(a);
    _mm256_storeu_si256((__m256i *)out, whole);
    return _mm512_cvtepi32_pd(whole);
#else
    const __m128i whole = _mm256_cvttpd_epi32(a);
    _mm_storeu_si128((__m128i *)out, whole);
    return _mm256_cvtepi32_pd(whole);
#endif
}

/* How near to an edge, in bins, rounding may matter: the place of an element, and that of an edge, are off by
 * a few ULP of the range and of its distance from 0. */
static double nearness(const fa__bins *bins, double epsilon)
{
    const double extent = fmax(fabs(bins->first), fabs(bins->last));
    return 8 * epsilon * bins->count * (1 + extent / bins->width);
}

enum { TOGETHER = 64 }; /* elements that go through the exact steps where one of them is near an edge */

#define FIND_UNIFORM(suffix, type, epsilon)                                                             \
    static void find_##suffix(const fa__bins *bins, const type *x, int64_t n, int32_t *out)             \
    {                                                                                                   \
        const double margin = nearness(bins, epsilon);                                                  \
        const vector first = every(bins->first), last = every(bins->last),                              \
                     scale = every(bins->count / bins->width);                                          \
        const vector nowhere = every(bins->count + 0.5), low = every(margin), high = every(1 - margin); \
        int64_t i = 0;                                                                                  \
        for (; margin < 0.25 && i + TOGETHER <= n; i += TOGETHER) {                                     \
            mask is_near = unordered(first, first);                                                     \
            for (int k = 0; k < TOGETHER; k += VECTOR_WIDTH) {                                          \
                const vector value = load_vector_##suffix(x + i + k);                                   \
                const mask from = either(below(first, value), equal(first, value));                     \
                const mask inside = both(from, either(below(value, last), equal(value, last)));         \
                const vector place = pick(inside, (value - first) * scale, nowhere);                    \
                const vector rest = place - whole_parts(out + i + k, place);                            \
                is_near = either(is_near, either(below(rest, low), below(high, rest)));                 \
            }                                                                                           \
            if (any(is_near))                                                                           \
                exact_##suffix(bins, x + i, TOGETHER, out + i);                                         \
        }                                                                                               \
        exact_##suffix(bins, x + i, n - i, out + i);                                                    \
    }
FIND_UNIFORM(f32, float, FLT_EPSILON)
FIND_UNIFORM(f64, double, DBL_EPSILON)
#undef FIND_UNIFORM

/* ---- Given edges ---- */

#define S i64
#define T int64_t
#include "kernel/bins_given.inc.h"
#undef S
#undef T

#define S u64
#define T uint64_t
#include "kernel/bins_given.inc.h"
#undef S
#undef T

#define S f32
#define T float
#include "kernel/bins_given.inc.h"
#undef S
#undef T

#define S f64
#define T double
#include "kernel/bins_given.inc.h"
#undef S
#undef T

static void find_bins(const fa__bins *bins, const void *x, int64_t n, int32_t *out)
{
    const bool is_uniform = bins->uniform;
    switch (bins->type) {
    case FA_TYPE_INT64:
        given_i64(bins, x, n, out);
        break;
    case FA_TYPE_UINT64:
        given_u64(bins, x, n, out);
        break;
    case FA_TYPE_FLOAT16:
        exact_f16(bins, x, n, out);
        break;
    case FA_TYPE_BFLOAT16:
        exact_bf16(bins, x, n, out);
        break;
    case FA_TYPE_FLOAT32:
        (is_uniform ? find_f32 : given_f32)(bins, x, n, out);
        break;
    default:
        (is_uniform ? find_f64 : given_f64)(bins, x, n, out);
    }
}

/* ---- Counting ---- */

static void count_bins(int64_t *counters, int32_t count, const int32_t *bins, int64_t n)
{
    const int64_t bank = FA__BIN_BANKS(count) > 1 ? (int64_t)count + 1 : 0;
    int64_t i = 0;
    for (; i + 4 <= n; i += 4) {
        counters[bins[i]]++;
        counters[bank + bins[i + 1]]++;
        counters[2 * bank + bins[i + 2]]++;
        counters[3 * bank + bins[i + 3]]++;
    }
    for (; i < n; i++)
        counters[bins[i]]++;
}

static void add_bins(double *sums, const int32_t *bins, const double *weights, int parts, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        for (int part = 0; part < parts; part++)
            sums[(int64_t)bins[i] * parts + part] += weights[i * parts + part];
}

void FA__ISA(fa__fill_bins)(fa__kernels *kernels)
{
    kernels->find_bins = find_bins;
    kernels->count_bins = count_bins;
    kernels->add_bins = add_bins;
}
