/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys of every type that has an order, and what is done with keys (rank.h). */
#include "kernel/rank.h"

#include "kernel/eights.h"

/* ---- Keys ---- */

/* Integers: themselves, or from the middle of the unsigned ones on. */
#define SIGNED_KEYS(suffix, type, name)                                   \
    static void name##_##suffix(void *out, const void *in, int64_t n)     \
    {                                                                     \
        memmove(out, in, (size_t)n * sizeof(type)); /* may be the same */ \
    }
SIGNED_KEYS(i8, int8_t, to_keys)
SIGNED_KEYS(i8, int8_t, from_keys)
SIGNED_KEYS(i16, int16_t, to_keys)
SIGNED_KEYS(i16, int16_t, from_keys)
SIGNED_KEYS(i32, int32_t, to_keys)
SIGNED_KEYS(i32, int32_t, from_keys)
SIGNED_KEYS(i64, int64_t, to_keys)
SIGNED_KEYS(i64, int64_t, from_keys)
#undef SIGNED_KEYS

#define S         u8
#define K         int8_t
#define ENCODE(x) (x) ^ INT8_MIN
#define DECODE(x) (x) ^ INT8_MIN
#include "kernel/rank_keys.inc.h"

#define S         u16
#define K         int16_t
#define ENCODE(x) (x) ^ INT16_MIN
#define DECODE(x) (x) ^ INT16_MIN
#include "kernel/rank_keys.inc.h"

#define S         u32
#define K         int32_t
#define ENCODE(x) (x) ^ INT32_MIN
#define DECODE(x) (x) ^ INT32_MIN
#include "kernel/rank_keys.inc.h"

#define S         u64
#define K         int64_t
#define ENCODE(x) (x) ^ INT64_MIN
#define DECODE(x) (x) ^ INT64_MIN
#include "kernel/rank_keys.inc.h"

/* Floats: negative ones stand the other way round. Every NaN becomes the largest key, which is the bits of
 * one. */
#define FLOAT_KEY(x, most, infinity) (((x) & (most)) > (infinity) ? (most) : (x) ^ ((x) < 0 ? (most) : 0))
#define FLOAT_OF(key, most)          (key) ^ ((key) < 0 ? (most) : 0)

#define S         f16
#define K         int16_t
#define ENCODE(x) FLOAT_KEY(x, INT16_MAX, 0x7c00)
#define DECODE(x) FLOAT_OF(x, INT16_MAX)
#include "kernel/rank_keys.inc.h"

#define S         bf16
#define K         int16_t
#define ENCODE(x) FLOAT_KEY(x, INT16_MAX, 0x7f80)
#define DECODE(x) FLOAT_OF(x, INT16_MAX)
#include "kernel/rank_keys.inc.h"

#define S         f32
#define K         int32_t
#define ENCODE(x) FLOAT_KEY(x, INT32_MAX, 0x7f800000)
#define DECODE(x) FLOAT_OF(x, INT32_MAX)
#include "kernel/rank_keys.inc.h"

#define S         f64
#define K         int64_t
#define ENCODE(x) FLOAT_KEY(x, INT64_MAX, INT64_C(0x7ff0000000000000))
#define DECODE(x) FLOAT_OF(x, INT64_MAX)
#include "kernel/rank_keys.inc.h"

/* Times: what is no time is the least integer, and comes last. */
#define S         time
#define K         int64_t
#define ENCODE(x) (uint64_t)(x) - 1
#define DECODE(x) (uint64_t)(x) + 1
#include "kernel/rank_keys.inc.h"

/* ---- Counting and selecting ---- */

#define S 1
#define K int8_t
#define U uint8_t
#include "kernel/rank.inc.h"
#undef S
#undef K
#undef U

#define S 2
#define K int16_t
#define U uint16_t
#include "kernel/rank.inc.h"
#undef S
#undef K
#undef U

#define S 4
#define K int32_t
#define U uint32_t
#include "kernel/rank.inc.h"
#undef S
#undef K
#undef U

#define S 8
#define K int64_t
#define U uint64_t
#include "kernel/rank.inc.h"
#undef S
#undef K
#undef U

/* ---- Brackets: vectors of keys, what is true of each lane, and counts of that ---- */

#ifdef __AVX512F__
typedef __m512i lanes_8;
typedef __mmask8 truth_8;
enum { width_8 = 8 };

FA__INLINE lanes_8 every_8(int64_t key)
{
    return _mm512_set1_epi64(key);
}

FA__INLINE lanes_8 load_8(const int64_t *keys)
{
    return _mm512_loadu_si512(keys);
}

FA__INLINE truth_8 less_8(lanes_8 a, lanes_8 b)
{
    return _mm512_cmplt_epi64_mask(a, b);
}

FA__INLINE lanes_8 count_8(lanes_8 counts, truth_8 truth)
{
    return _mm512_mask_add_epi64(counts, truth, counts, _mm512_set1_epi64(1));
}

FA__INLINE unsigned bits_8(truth_8 a, truth_8 b)
{
    return (unsigned)(a | b);
}

FA__INLINE int64_t sum_8(lanes_8 counts)
{
    return _mm512_reduce_add_epi64(counts);
}
#else
typedef __m256i lanes_8;
typedef __m256i truth_8;
enum { width_8 = 4 };

FA__INLINE lanes_8 every_8(int64_t key)
{
    return _mm256_set1_epi64x(key);
}

FA__INLINE lanes_8 load_8(const int64_t *keys)
{
    return _mm256_loadu_si256((const __m256i *)keys);
}

FA__INLINE truth_8 less_8(lanes_8 a, lanes_8 b)
{
    return _mm256_cmpgt_epi64(b, a);
}

FA__INLINE lanes_8 count_8(lanes_8 counts, truth_8 truth)
{
    return _mm256_sub_epi64(counts, truth);
}

FA__INLINE unsigned bits_8(truth_8 a, truth_8 b)
{
    return (unsigned)_mm256_movemask_pd((__m256d)_mm256_or_si256(a, b));
}

FA__INLINE int64_t sum_8(lanes_8 counts)
{
    int64_t sums[4];
    memcpy(sums, &counts, sizeof sums);
    return sums[0] + sums[1] + sums[2] + sums[3];
}
#endif

typedef __m256i lanes_4;
typedef __m256i truth_4;
enum { width_4 = 8 };

FA__INLINE lanes_4 every_4(int32_t key)
{
    return _mm256_set1_epi32(key);
}

FA__INLINE lanes_4 load_4(const int32_t *keys)
{
    return _mm256_loadu_si256((const __m256i *)keys);
}

FA__INLINE truth_4 less_4(lanes_4 a, lanes_4 b)
{
    return _mm256_cmpgt_epi32(b, a);
}

FA__INLINE lanes_4 count_4(lanes_4 counts, truth_4 truth)
{
    return _mm256_sub_epi32(counts, truth);
}

FA__INLINE unsigned bits_4(truth_4 a, truth_4 b)
{
    return (unsigned)_mm256_movemask_ps((__m256)_mm256_or_si256(a, b));
}

FA__INLINE int64_t sum_4(lanes_4 counts)
{
    int32_t sums[8];
    memcpy(sums, &counts, sizeof sums);
    int64_t sum = 0;
    for (int i = 0; i < 8; i++)
        sum += sums[i];
    return sum;
}

#define S 8
#define K int64_t
#include "kernel/rank_bracket.inc.h"
#undef S
#undef K

#define S 4
#define K int32_t
#include "kernel/rank_bracket.inc.h"
#undef S
#undef K

/* ---- The table ---- */

#define RANKER(type, bytes, nan, suffix)                                                              \
    kernels->rankers[FA_TYPE_##type] = (fa__ranker)                                                   \
    {                                                                                                 \
        .key_bytes = bytes, .has_nan = nan, .keys = to_keys_##suffix, .elements = from_keys_##suffix, \
        .largest = largest_##bytes, .bracket = BRACKET_##bytes, .digits = digits_##bytes,             \
        .select = select_##bytes                                                                      \
    }
#define BRACKET_1 NULL
#define BRACKET_2 NULL
#define BRACKET_4 bracket_4
#define BRACKET_8 bracket_8

void FA__ISA(fa__fill_rank)(fa__kernels *kernels)
{
    RANKER(BOOL, 1, false, u8);
    RANKER(INT8, 1, false, i8);
    RANKER(UINT8, 1, false, u8);
    RANKER(INT16, 2, false, i16);
    RANKER(UINT16, 2, false, u16);
    RANKER(INT32, 4, false, i32);
    RANKER(UINT32, 4, false, u32);
    RANKER(INT64, 8, false, i64);
    RANKER(UINT64, 8, false, u64);
    RANKER(FLOAT16, 2, true, f16);
    RANKER(BFLOAT16, 2, true, bf16);
    RANKER(FLOAT32, 4, true, f32);
    RANKER(FLOAT64, 8, true, f64);
    RANKER(DATETIME64, 8, true, time);
    RANKER(TIMEDELTA64, 8, true, time);
}
