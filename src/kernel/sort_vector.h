/* SPDX-License-Identifier: BSD-3-Clause */
/* Vectors of signed keys for sorting, of this compilation's width: key_i32 and key_i64. What a sort needs of
 * them: smaller, larger, lanes exchanged at a distance, and lanes parted by a comparison. Knows nothing about
 * sorting.
 *
 * turn_K(v, d) gives lane i the lane i ^ d; high_K(d) chooses, of the result of two lanes i and i ^ d that
 * are compared, the larger where the highest bit of d is set in i. */
#ifndef FA_KERNEL_SORT_VECTOR_H
#define FA_KERNEL_SORT_VECTOR_H

#include "kernel/loop.h"

#ifdef __AVX512F__

typedef __m512i keys_vector;
enum { LANES_i32 = 16, LANES_i64 = 8 };

FA__INLINE keys_vector load_keys(const void *from)
{
    return _mm512_loadu_si512(from);
}

FA__INLINE void store_keys(void *to, keys_vector v)
{
    _mm512_storeu_si512(to, v);
}

FA__INLINE keys_vector every_i32(int32_t x)
{
    return _mm512_set1_epi32(x);
}

FA__INLINE keys_vector every_i64(int64_t x)
{
    return _mm512_set1_epi64(x);
}

FA__INLINE keys_vector smaller_i32(keys_vector a, keys_vector b)
{
    return _mm512_min_epi32(a, b);
}

FA__INLINE keys_vector larger_i32(keys_vector a, keys_vector b)
{
    return _mm512_max_epi32(a, b);
}

FA__INLINE keys_vector smaller_i64(keys_vector a, keys_vector b)
{
    return _mm512_min_epi64(a, b);
}

FA__INLINE keys_vector larger_i64(keys_vector a, keys_vector b)
{
    return _mm512_max_epi64(a, b);
}

/* The larger of a and b in the lanes that `lanes` names, the smaller in the others. */
#define ORDERED_i32(a, b, lanes) _mm512_mask_max_epi32(_mm512_min_epi32(a, b), (__mmask16)(lanes), a, b)
#define ORDERED_i64(a, b, lanes) _mm512_mask_max_epi64(_mm512_min_epi64(a, b), (__mmask8)(lanes), a, b)

FA__INLINE keys_vector turn_i64(keys_vector v, int d)
{
    switch (d) {
    case 1:
        return _mm512_shuffle_epi32(v, _MM_PERM_BADC);
    case 2:
        return _mm512_permutex_epi64(v, 0x4e);
    case 3:
        return _mm512_permutex_epi64(v, 0x1b);
    case 4:
        return _mm512_shuffle_i64x2(v, v, 0x4e);
    default:
        return _mm512_permutex_epi64(_mm512_shuffle_i64x2(v, v, 0x4e), 0x1b);
    }
}

FA__INLINE keys_vector turn_i32(keys_vector v, int d)
{
    switch (d) {
    case 1:
        return _mm512_shuffle_epi32(v, _MM_PERM_CDAB);
    case 2:
        return _mm512_shuffle_epi32(v, _MM_PERM_BADC);
    case 3:
        return _mm512_shuffle_epi32(v, _MM_PERM_ABCD);
    case 4:
        return _mm512_permutex_epi64(v, 0x4e);
    case 7:
        return _mm512_shuffle_epi32(_mm512_permutex_epi64(v, 0x4e), _MM_PERM_ABCD);
    case 8:
        return _mm512_shuffle_i64x2(v, v, 0x4e);
    default:
        return _mm512_shuffle_epi32(_mm512_shuffle_i64x2(v, v, 0x1b), _MM_PERM_ABCD);
    }
}

/* Lanes below `pivot` (or not above it) to the front, the others behind them, each in order; how many are in
 * front. */
FA__INLINE int part_i64(keys_vector *v, keys_vector pivot, bool or_equal)
{
    const __mmask8 front = or_equal ? _mm512_cmple_epi64_mask(*v, pivot) : _mm512_cmplt_epi64_mask(*v, pivot);
    const int n = __builtin_popcount(front);
    *v = _mm512_mask_expand_epi64(_mm512_maskz_compress_epi64(front, *v), (__mmask8)(0xffu << n),
                                  _mm512_maskz_compress_epi64((__mmask8)~front, *v));
    return n;
}

FA__INLINE int part_i32(keys_vector *v, keys_vector pivot, bool or_equal)
{
    const __mmask16 front =
        or_equal ? _mm512_cmple_epi32_mask(*v, pivot) : _mm512_cmplt_epi32_mask(*v, pivot);
    const int n = __builtin_popcount(front);
    *v = _mm512_mask_expand_epi32(_mm512_maskz_compress_epi32(front, *v), (__mmask16)(0xffffu << n),
                                  _mm512_maskz_compress_epi32((__mmask16)~front, *v));
    return n;
}

#else

typedef __m256i keys_vector;
enum { LANES_i32 = 8, LANES_i64 = 4 };

FA__INLINE keys_vector load_keys(const void *from)
{
    return _mm256_loadu_si256(from);
}

FA__INLINE void store_keys(void *to, keys_vector v)
{
    _mm256_storeu_si256(to, v);
}

FA__INLINE keys_vector every_i32(int32_t x)
{
    return _mm256_set1_epi32(x);
}

FA__INLINE keys_vector every_i64(int64_t x)
{
    return _mm256_set1_epi64x(x);
}

FA__INLINE keys_vector smaller_i32(keys_vector a, keys_vector b)
{
    return _mm256_min_epi32(a, b);
}

FA__INLINE keys_vector larger_i32(keys_vector a, keys_vector b)
{
    return _mm256_max_epi32(a, b);
}

FA__INLINE keys_vector smaller_i64(keys_vector a, keys_vector b)
{
    return _mm256_blendv_epi8(a, b, _mm256_cmpgt_epi64(a, b));
}

FA__INLINE keys_vector larger_i64(keys_vector a, keys_vector b)
{
    return _mm256_blendv_epi8(b, a, _mm256_cmpgt_epi64(a, b));
}

/* A lane of 64 bits is two words. */
#define WORDS_OF(lanes) \
    (((lanes)&1) * 3 | ((lanes) >> 1 & 1) * 12 | ((lanes) >> 2 & 1) * 48 | ((lanes) >> 3 & 1) * 192)
#define ORDERED_i32(a, b, lanes) \
    _mm256_blend_epi32(_mm256_min_epi32(a, b), _mm256_max_epi32(a, b), (lanes)&255)
#define ORDERED_i64(a, b, lanes) _mm256_blend_epi32(smaller_i64(a, b), larger_i64(a, b), WORDS_OF(lanes))

FA__INLINE keys_vector turn_i64(keys_vector v, int d)
{
    switch (d) {
    case 1:
        return _mm256_shuffle_epi32(v, 0x4e);
    case 2:
        return _mm256_permute4x64_epi64(v, 0x4e);
    default:
        return _mm256_permute4x64_epi64(v, 0x1b);
    }
}

FA__INLINE keys_vector turn_i32(keys_vector v, int d)
{
    switch (d) {
    case 1:
        return _mm256_shuffle_epi32(v, 0xb1);
    case 2:
        return _mm256_shuffle_epi32(v, 0x4e);
    case 3:
        return _mm256_shuffle_epi32(v, 0x1b);
    case 4:
        return _mm256_permute4x64_epi64(v, 0x4e);
    default:
        return _mm256_shuffle_epi32(_mm256_permute4x64_epi64(v, 0x4e), 0x1b);
    }
}

/* `front` has a bit for each word of 4 bytes. */
FA__INLINE int part_words(keys_vector *v, unsigned front)
{
    const uint64_t words = UINT64_C(0x0706050403020100);
    const uint64_t bytes = _pdep_u64(front, UINT64_C(0x0101010101010101)) * 0xff;
    const int n = __builtin_popcount(front);
    const uint64_t behind = _pext_u64(words, ~bytes) << 4 * n << 4 * n;
    const __m128i order = _mm_cvtsi64_si128((int64_t)(_pext_u64(words, bytes) | behind));
    *v = _mm256_permutevar8x32_epi32(*v, _mm256_cvtepu8_epi32(order));
    return n;
}

FA__INLINE int part_i32(keys_vector *v, keys_vector pivot, bool or_equal)
{
    const __m256i compared = or_equal ? _mm256_cmpgt_epi32(*v, pivot) : _mm256_cmpgt_epi32(pivot, *v);
    const unsigned bits = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(compared));
    return part_words(v, or_equal ? bits ^ 255 : bits);
}

FA__INLINE int part_i64(keys_vector *v, keys_vector pivot, bool or_equal)
{
    const __m256i compared = or_equal ? _mm256_cmpgt_epi64(*v, pivot) : _mm256_cmpgt_epi64(pivot, *v);
    const unsigned bits = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(compared));
    return part_words(v, or_equal ? bits ^ 255 : bits) / 2;
}

#endif

#endif
