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

/* How near to an edge, in bins, rounding may matter: the place of an element, and that of an edge, are off by
 * a few ULP of the range and of its distance from 0. */
static double nearness(const fa__bins *bins, double epsilon)
{
    const double first = fabs(bins->first), last = fabs(bins->last), extent = first > last ? first : last;
    return 8 * epsilon * bins->count * (1 + extent / bins->width);
}

enum { TOGETHER = 64 }; /* elements that go through the exact steps where one of them is near an edge */

#ifdef __AVX512F__
typedef __m256i half_vector;
#define HALF_OF(name) _mm256_##name
#else
typedef __m128i half_vector;
#define HALF_OF(name) _mm_##name
#endif

/* Where elements are, in bins from the first edge on. Those outside are put in the middle of a bin that is
 * not there, and NaN with them. */
typedef struct ruler {
    vector first, scale, end;
    half_vector count;
    vector low, high; /* between edges: no rounding matters there */
} ruler;

static ruler ruler_of(const fa__bins *bins, double margin)
{
    return (ruler){.first = every(bins->first),
                   .scale = every(bins->count / bins->width),
                   .end = every(bins->count + 0.5),
                   .count = HALF_OF(set1_epi32)(bins->count),
                   .low = every(margin),
                   .high = every(1 - margin)};
}

/* Bins of a vector of elements; `least` and `most` are of all distances from lower edges so far. */
FA__INLINE half_vector measure(const ruler *r, vector value, vector *least, vector *most)
{
    const vector place =
        VECTOR_OF(max_pd)(VECTOR_OF(min_pd)((value - r->first) * r->scale, r->end), every(-0.5));
#ifdef __AVX512F__
    const vector whole = _mm512_roundscale_pd(place, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
    const half_vector bin = _mm512_cvtpd_epi32(whole);
#else
    const vector whole = _mm256_floor_pd(place);
    const half_vector bin = _mm256_cvtpd_epi32(whole);
#endif
    const vector rest = place - whole;
    *least = VECTOR_OF(min_pd)(*least, rest);
    *most = VECTOR_OF(max_pd)(*most, rest);
    return HALF_OF(min_epu32)(bin, r->count);
}

/* Counters stand in sets: those of neighbours do not wait for each other. */
enum { SETS = 8 };

static void set_offsets(int32_t offsets[SETS], int32_t count)
{
    for (int32_t k = 0; k < SETS; k++)
        offsets[k] = (k & (FA__BIN_BANKS(count) - 1)) * (count + 1);
}

static bool can_measure(double margin, const fa__bins *bins)
{
    return margin < 0.25 && bins->width < INFINITY && bins->count / bins->width < INFINITY;
}

#define S       f32
#define T       float
#define EPSILON FLT_EPSILON
#include "kernel/bins_uniform.inc.h"
#undef S
#undef T
#undef EPSILON

#define S       f64
#define T       double
#define EPSILON DBL_EPSILON
#include "kernel/bins_uniform.inc.h"
#undef S
#undef T
#undef EPSILON

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

static void count_elements(const fa__bins *bins, const void *elements, int64_t n, int64_t *counters)
{
    const int64_t bytes = bins->type == FA_TYPE_FLOAT16 || bins->type == FA_TYPE_BFLOAT16 ? 2
                          : bins->type == FA_TYPE_FLOAT32                                 ? 4
                                                                                          : 8;
    int64_t done = 0;
    if (bins->uniform && bins->type == FA_TYPE_FLOAT32)
        done = count_f32(bins, elements, n, counters);
    if (bins->uniform && bins->type == FA_TYPE_FLOAT64)
        done = count_f64(bins, elements, n, counters);
    int32_t offsets[SETS];
    set_offsets(offsets, bins->count);
    for (int64_t some; done < n; done += some) {
        int32_t out[FA__BLOCK];
        some = n - done < FA__BLOCK ? n - done : FA__BLOCK;
        find_bins(bins, (const unsigned char *)elements + done * bytes, some, out);
        for (int64_t i = 0; i < some; i++)
            counters[out[i] + offsets[i % SETS]]++;
    }
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
    kernels->count_elements = count_elements;
    kernels->add_bins = add_bins;
}
