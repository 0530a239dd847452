/* SPDX-License-Identifier: BSD-3-Clause */
/* Links of chains. A step of elements is in eight vectors of the widest element, which one link hands to the
 * next in registers: a link is a function whose arguments they are, and whose last act is a jump to the next
 * one. Elements of fewer bytes are in the first few of them. */
#include "kernel/chain.h"
#include "kernel/lanes.h"

enum {
    REGISTER_BYTES = sizeof(fa__doubles),
    REGISTER_COUNT = 8,
    STEP = REGISTER_BYTES, /* of elements, as many registers of 8 bytes an element */
    AHEAD_BYTES = 4 << 10,
    MASK_BYTES = STEP
};
_Static_assert((int)STEP <= (int)FA__CHAIN_STEP, "a step that is kept has room");

typedef fa__doubles reg;
typedef char bytes_register __attribute__((vector_size(REGISTER_BYTES)));

#define UNUSED __attribute__((unused))
#define LINK                                                                                    \
    UNUSED const fa__link *link, UNUSED int64_t i, UNUSED reg r0, UNUSED reg r1, UNUSED reg r2, \
        UNUSED reg r3, UNUSED reg r4, UNUSED reg r5, UNUSED reg r6, UNUSED reg r7
typedef void link_run(LINK);
#define NEXT         ((link_run *)link[1].run)(link + 1, i, r0, r1, r2, r3, r4, r5, r6, r7)
#define NEXT_BUT_ONE ((link_run *)link[2].run)(link + 2, i, r0, r1, r2, r3, r4, r5, r6, r7)
#define LAST         return

/* What is in front of it is computed before what is behind it: memory is read in the order of its addresses,
 * which is what a processor foresees. Compilers order loads as they like, and halve the speed. */
#define IN_ORDER(r) __asm__ volatile("" : "+v"(r))

FA__INLINE void past_cache(reg *out, reg x)
{
    FA__VECTOR(stream_pd)((double *)out, x);
}

/* ---- What comparisons give: a byte for each element ---- */

#ifdef __AVX512F__
FA__INLINE reg bytes_of(uint64_t bits)
{
    return (reg)_mm512_maskz_set1_epi8(bits, 1);
}

#define compare_f64(a, b, how) _mm512_cmp_pd_mask((__m512d)(a), (__m512d)(b), _CMP_##how)
#define compare_f32(a, b, how) _mm512_cmp_ps_mask((__m512)(a), (__m512)(b), _CMP_##how)

FA__INLINE reg truths_f32(__mmask16 m0, __mmask16 m1, __mmask16 m2, __mmask16 m3)
{
    return bytes_of(_mm512_kunpackd(_mm512_kunpackw(m3, m2), _mm512_kunpackw(m1, m0)));
}

FA__INLINE reg truths_f64(__mmask8 m0, __mmask8 m1, __mmask8 m2, __mmask8 m3, __mmask8 m4, __mmask8 m5,
                          __mmask8 m6, __mmask8 m7)
{
    return truths_f32(_mm512_kunpackb(m1, m0), _mm512_kunpackb(m3, m2), _mm512_kunpackb(m5, m4),
                      _mm512_kunpackb(m7, m6));
}

FA__INLINE uint64_t true_bytes(reg bytes)
{
    return _mm512_test_epi8_mask((__m512i)bytes, (__m512i)bytes);
}

/* Of vector number k: a where the bits are 1, else b. */
#define chosen_f64(bits, k, a, b) \
    _mm512_mask_blend_pd((__mmask8)((bits) >> (8 * (k))), (__m512d)(b), (__m512d)(a))
#define chosen_f32(bits, k, a, b) \
    _mm512_mask_blend_ps((__mmask16)((bits) >> (16 * (k))), (__m512)(b), (__m512)(a))

#define root_of_f64(a)   (__typeof__(a))_mm512_sqrt_pd((__m512d)(a))
#define root_of_f32(a)   (__typeof__(a))_mm512_sqrt_ps((__m512)(a))
#define widened(r, half) _mm512_cvtps_pd(_mm512_extractf32x8_ps((__m512)(r), half))
#else
FA__INLINE reg bytes_of(uint32_t bits)
{
    const __m256i spread = _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303);
    const __m256i bit = _mm256_set1_epi64x((int64_t)0x8040201008040201);
    const __m256i all = _mm256_shuffle_epi8(_mm256_set1_epi32((int)bits), spread);
    return (reg)_mm256_and_si256(_mm256_cmpeq_epi8(_mm256_and_si256(all, bit), bit), _mm256_set1_epi8(1));
}

#define compare_f64(a, b, how) \
    (unsigned)_mm256_movemask_pd(_mm256_cmp_pd((__m256d)(a), (__m256d)(b), _CMP_##how))
#define compare_f32(a, b, how) \
    (unsigned)_mm256_movemask_ps(_mm256_cmp_ps((__m256)(a), (__m256)(b), _CMP_##how))

FA__INLINE reg truths_f32(unsigned m0, unsigned m1, unsigned m2, unsigned m3)
{
    return bytes_of(m0 | m1 << 8 | m2 << 16 | m3 << 24);
}

FA__INLINE reg truths_f64(unsigned m0, unsigned m1, unsigned m2, unsigned m3, unsigned m4, unsigned m5,
                          unsigned m6, unsigned m7)
{
    return truths_f32(m0 | m1 << 4, m2 | m3 << 4, m4 | m5 << 4, m6 | m7 << 4);
}

FA__INLINE uint64_t true_bytes(reg bytes)
{
    const __m256i nothing = _mm256_cmpeq_epi8((__m256i)bytes, _mm256_setzero_si256());
    return (uint32_t)~_mm256_movemask_epi8(nothing);
}

/* Of vector number k: a where the bits are 1, else b. */
FA__INLINE __m256d chosen_f64(uint64_t bits, int k, __m256d a, __m256d b)
{
    const __m256i bit = _mm256_setr_epi64x(1, 2, 4, 8), all = _mm256_set1_epi64x((int64_t)(bits >> (4 * k)));
    return _mm256_blendv_pd(b, a, _mm256_castsi256_pd(_mm256_cmpeq_epi64(_mm256_and_si256(all, bit), bit)));
}

FA__INLINE __m256 chosen_f32(uint64_t bits, int k, __m256 a, __m256 b)
{
    const __m256i bit = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128),
                  all = _mm256_set1_epi32((int)(bits >> (8 * k)));
    return _mm256_blendv_ps(b, a, _mm256_castsi256_ps(_mm256_cmpeq_epi32(_mm256_and_si256(all, bit), bit)));
}

#define root_of_f64(a)   (__typeof__(a))_mm256_sqrt_pd((__m256d)(a))
#define root_of_f32(a)   (__typeof__(a))_mm256_sqrt_ps((__m256)(a))
#define widened(r, half) _mm256_cvtps_pd(_mm256_extractf128_ps((__m256)(r), half))
#endif

/* ---- Floats ---- */

#define OF_TWO(X)         \
    X(ADD, add)           \
    X(SUBTRACT, subtract) \
    X(MULTIPLY, multiply) \
    X(DIVIDE, divide)     \
    X(MINIMUM, minimum)   \
    X(MAXIMUM, maximum)   \
    X(FMIN, fmin)         \
    X(FMAX, fmax)
#define OF_ONE(X)             \
    X(NEGATIVE, negative)     \
    X(ABSOLUTE, absolute)     \
    X(SQUARE, square)         \
    X(RECIPROCAL, reciprocal) \
    X(SQRT, root)
/* What means the same as another operation. */
#define OF_TWO_SHARED(X)
#define OF_ONE_SHARED(X) X(FABS, absolute)
/* What is a loop of isa_math.c. */
#define OF_ONE_CALLED(X) \
    X(CBRT)              \
    X(EXP)               \
    X(EXP2)              \
    X(EXPM1)             \
    X(LOG)               \
    X(LOG2)              \
    X(LOG10)             \
    X(LOG1P)             \
    X(SIN)               \
    X(COS)               \
    X(TAN)               \
    X(SINH)              \
    X(COSH)              \
    X(TANH)              \
    X(ARCSIN)            \
    X(ARCCOS)            \
    X(ARCTAN)            \
    X(ARCSINH)           \
    X(ARCCOSH)           \
    X(ARCTANH)
#define COMPARISONS(X)               \
    X(EQUAL, equal, EQ_OQ)           \
    X(NOT_EQUAL, not_equal, NEQ_UQ)  \
    X(LESS, less, LT_OQ)             \
    X(LESS_EQUAL, less_equal, LE_OQ) \
    X(GREATER, greater, GT_OQ)       \
    X(GREATER_EQUAL, greater_equal, GE_OQ)

#define S     f64
#define T     double
#define TYPE  FA_TYPE_FLOAT64
#define WHOLE int64_t
#define EACH(X) \
    X(0)        \
    X(1)        \
    X(2)        \
    X(3)        \
    X(4)        \
    X(5)        \
    X(6)        \
    X(7)
#define EACH_IN(X, f) \
    X(0, f)           \
    X(1, f)           \
    X(2, f)           \
    X(3, f)           \
    X(4, f)           \
    X(5, f)           \
    X(6, f)           \
    X(7, f)
#define EACH_MASK(X, f) \
    X(0, f)             \
    , X(1, f)           \
    , X(2, f)           \
    , X(3, f)           \
    , X(4, f)           \
    , X(5, f)           \
    , X(6, f)           \
    , X(7, f)
#include "kernel/chain_floats.inc.h"
#undef S
#undef T
#undef TYPE
#undef WHOLE
#undef EACH
#undef EACH_IN
#undef EACH_MASK

#define S     f32
#define T     float
#define TYPE  FA_TYPE_FLOAT32
#define WHOLE int32_t
#define EACH(X) \
    X(0)        \
    X(1)        \
    X(2)        \
    X(3)
#define EACH_IN(X, f) \
    X(0, f)           \
    X(1, f)           \
    X(2, f)           \
    X(3, f)
#define EACH_MASK(X, f) \
    X(0, f)             \
    , X(1, f)           \
    , X(2, f)           \
    , X(3, f)
#include "kernel/chain_floats.inc.h"
#undef S
#undef T
#undef TYPE
#undef WHOLE
#undef EACH
#undef EACH_IN
#undef EACH_MASK
#undef OF_TWO
#undef OF_ONE
#undef OF_TWO_SHARED
#undef OF_ONE_SHARED
#undef OF_ONE_CALLED
#undef COMPARISONS

/* ---- Bool ---- */

/* Any byte but 0 is true; what comes out is 0 or 1. */
#define OF_TWO(X)         \
    X(BITWISE_AND, both)  \
    X(BITWISE_OR, either) \
    X(BITWISE_XOR, one_of)
#define OF_ONE(X) X(INVERT, neither)
#define OF_TWO_SHARED(X)  \
    X(LOGICAL_AND, both)  \
    X(LOGICAL_OR, either) \
    X(LOGICAL_XOR, one_of)
#define OF_ONE_SHARED(X) X(LOGICAL_NOT, neither)
#define OF_ONE_CALLED(X)
#define S             b8
#define T             uint8_t
#define TYPE          FA_TYPE_BOOL
#define EACH(X)       X(0)
#define EACH_IN(X, f) X(0, f)
#include "kernel/chain_bool.inc.h"
#undef S
#undef T
#undef TYPE
#undef EACH
#undef EACH_IN
#undef OF_TWO
#undef OF_ONE
#undef OF_TWO_SHARED
#undef OF_ONE_SHARED
#undef OF_ONE_CALLED

/* ---- Sums ---- */

static void sum_f64(LINK)
{
    reg *lanes = (reg *)(void *)(link->at + (i & (FA__LANES - 1)) * (int64_t)sizeof(double));
    lanes[0] += r0;
    lanes[1] += r1;
    lanes[2] += r2;
    lanes[3] += r3;
    lanes[4] += r4;
    lanes[5] += r5;
    lanes[6] += r6;
    lanes[7] += r7;
}

static void sum_f32(LINK)
{
    sum_f64(link, i, widened(r0, 0), widened(r0, 1), widened(r1, 0), widened(r1, 1), widened(r2, 0),
            widened(r2, 1), widened(r3, 0), widened(r3, 1));
}

/* ---- Running ---- */

/* Of all inputs, as much as a step reads, a little further on. Addresses beyond the end are asked for in
 * vain. */
static void ask_ahead(const fa__chain *chain, int64_t i)
{
    for (int k = 0; k < chain->count - 1; k++) {
        const fa__link *link = &chain->links[k];
        const uintptr_t begin = (uintptr_t)link->at + (uintptr_t)(i * link->item_bytes) + AHEAD_BYTES;
        for (int64_t at = 0; link->moves != 0 && at < (int64_t)STEP * link->item_bytes; at += 64)
            __builtin_prefetch((const void *)(begin + (uintptr_t)at), 0, 2);
    }
}

static void steps(const fa__chain *chain, int64_t first, int64_t last)
{
    const reg zero = {0};
    if (chain->takes_long) {
        for (int64_t i = first; i < last; i += STEP) {
            ask_ahead(chain, i);
            ((link_run *)chain->links[0].run)(chain->links, i, zero, zero, zero, zero, zero, zero, zero,
                                              zero);
        }
        return;
    }
    for (int64_t i = first; i < last; i += STEP)
        ((link_run *)chain->links[0].run)(chain->links, i, zero, zero, zero, zero, zero, zero, zero, zero);
}

/* Elements [first, first + n) of less than a step: inputs are copied to where a whole step can be read. The
 * last link stores to `out`, which has room for a step. */
static void some(const fa__chain *chain, fa__link_run *store, int64_t first, int64_t n, void *out)
{
    char copies[2 * FA__CHAIN_OPERATIONS + 1][STEP * sizeof(double)] __attribute__((aligned(64)));
    fa__link links[FA__CHAIN_LINKS];
    const fa__chain part = {links, chain->count, chain->type, false};
    int copied = 0;
    for (int k = 0; k < chain->count - 1; k++) {
        fa__link *link = &links[k];
        *link = chain->links[k];
        if (link->moves == 0)
            continue;
        const size_t bytes = (size_t)n * (size_t)link->item_bytes;
        memcpy(copies[copied], link->at + first * link->item_bytes, bytes);
        memset(copies[copied] + bytes, 0, (size_t)STEP * (size_t)link->item_bytes - bytes);
        link->at = copies[copied++];
    }
    links[chain->count - 1] = (fa__link){.run = store, .at = out};
    steps(&part, 0, STEP);
}

static fa__link_run *move_of(fa__link_move move, fa_type type)
{
    switch (type) {
    case FA_TYPE_FLOAT64:
        return (fa__link_run *)(move == FA__LINK_STREAM ? stream_f64 : store_f64);
    case FA_TYPE_FLOAT32:
        return (fa__link_run *)(move == FA__LINK_STREAM ? stream_f32 : store_f32);
    default:
        return (fa__link_run *)(move == FA__LINK_STREAM ? stream_b8 : store_b8);
    }
}

/* Elements [first, last) that are no whole steps, or begin in the middle of a line. */
static void some_to(const fa__chain *chain, int64_t first, int64_t last)
{
    char out[STEP * sizeof(double)] __attribute__((aligned(64)));
    const fa__link *end = &chain->links[chain->count - 1];
    for (int64_t n; first < last; first += n) {
        n = last - first < STEP ? last - first : STEP;
        some(chain, move_of(FA__LINK_STORE, chain->type), first, n, out);
        memcpy(end->at + first * end->item_bytes, out, (size_t)n * (size_t)end->item_bytes);
    }
}

static void chain_run(fa__chain *chain, int64_t n, bool stream)
{
    fa__link *end = &chain->links[chain->count - 1];
    const int64_t to_line = stream ? (int64_t)(-(uintptr_t)end->at & 63) / end->item_bytes : 0;
    const int64_t head = to_line < n ? to_line : n, tail = head + (n - head) / STEP * STEP;
    some_to(chain, 0, head);
    end->run = move_of(stream ? FA__LINK_STREAM : FA__LINK_STORE, chain->type);
    steps(chain, head, tail);
    some_to(chain, tail, n);
}

/* What is no whole step of a leaf, [first, n). */
static void sum_some(const fa__chain *chain, int64_t first, int64_t n, double *lanes)
{
    char out[STEP * sizeof(double)] __attribute__((aligned(64)));
    const bool wide = chain->type == FA_TYPE_FLOAT64;
    some(chain, move_of(FA__LINK_STORE, chain->type), first, n - first, out);
    for (int64_t i = 0; i < n - first; i++)
        lanes[(first + i) % FA__LANES] +=
            wide ? ((const double *)(const void *)out)[i] : (double)((const float *)(const void *)out)[i];
}

FA__INLINE reg add_lanes(reg a, reg b)
{
    return a + b;
}

static void chain_sums(fa__chain *chain, int64_t n, double *sums)
{
    reg lanes[FA__LANE_VECTORS];
    fa__link *last = &chain->links[chain->count - 1];
    last->at = (char *)lanes;
    last->run = (fa__link_run *)(chain->type == FA_TYPE_FLOAT64 ? sum_f64 : sum_f32);
    for (int64_t first = 0; first < n; first += FA__BLOCK) {
        const int64_t end = n - first < FA__BLOCK ? n : first + FA__BLOCK;
        const int64_t whole = first + (end - first) / STEP * STEP;
        for (int j = 0; j < FA__LANE_VECTORS; j++)
            lanes[j] = FA__VECTOR(set1_pd)(-0.0);
        steps(chain, first, whole);
        if (whole < end)
            sum_some(chain, whole, end, (double *)lanes);
        *sums++ = fa__join_lanes(lanes, add_lanes);
    }
}

void FA__ISA(fa__fill_chain)(fa__kernels *kernels)
{
    fill_f64(kernels);
    fill_f32(kernels);
    fill_b8(kernels);
    fill_where_f64(kernels);
    fill_where_f32(kernels);
    kernels->link_moves[FA_TYPE_FLOAT64][FA__LINK_SUM] = (fa__link_run *)sum_f64;
    kernels->link_moves[FA_TYPE_FLOAT32][FA__LINK_SUM] = (fa__link_run *)sum_f32;
    kernels->chain_run = chain_run;
    kernels->chain_sums = chain_sums;
}
