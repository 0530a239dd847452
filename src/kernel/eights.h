/* SPDX-License-Identifier: BSD-3-Clause */
/* Eight items at a time: moving the chosen ones to the front. Writes eight items, whatever was chosen. */
#ifndef FA_KERNEL_EIGHTS_H
#define FA_KERNEL_EIGHTS_H

#include "kernel/loop.h"

/* Moves the chosen of 8 items to the front of out[0..8), which is written whole. */
FA__INLINE void squeeze_eight_8(unsigned char *out, const unsigned char *in, unsigned chosen)
{
#ifdef __AVX512F__
    const __m512i items = _mm512_loadu_si512(in);
    _mm512_storeu_si512(out, _mm512_maskz_compress_epi64((__mmask8)chosen, items));
#else
    /* Each item is two words of 4 bytes; the numbers of the chosen words make the permutation. */
    const uint64_t words = UINT64_C(0x0706050403020100);
    for (int half = 0; half < 2; half++) {
        const uint64_t four = chosen >> 4 * half & 15;
        const uint64_t picked = _pext_u64(words, _pdep_u64(four, UINT64_C(0x0001000100010001)) * 0xffff);
        const __m256i order = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((int64_t)picked));
        const __m256i items = _mm256_loadu_si256((const __m256i *)(in + 32 * half));
        _mm256_storeu_si256((__m256i *)out, _mm256_permutevar8x32_epi32(items, order));
        out += 8 * __builtin_popcountll(four);
    }
#endif
}

FA__INLINE void squeeze_eight_4(unsigned char *out, const unsigned char *in, unsigned chosen)
{
    const uint64_t bytes = _pdep_u64(chosen, UINT64_C(0x0101010101010101)) * 0xff;
    const uint64_t picked = _pext_u64(UINT64_C(0x0706050403020100), bytes);
    const __m256i order = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((int64_t)picked));
    const __m256i items = _mm256_loadu_si256((const __m256i *)in);
    _mm256_storeu_si256((__m256i *)out, _mm256_permutevar8x32_epi32(items, order));
}

#endif
