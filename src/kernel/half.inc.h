/* SPDX-License-Identifier: BSD-3-Clause */
/* Loops on float16: converted to float32, computed there, and rounded once, as NumPy does. */

enum { HALF_BLOCK = 256 };

FA__INLINE void half_widen(float *out, const fa__half *in, int64_t n)
{
    int64_t i = 0;
    for (; i + 8 <= n; i += 8)
        _mm256_storeu_ps(out + i, _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(in + i))));
    for (; i < n; i++)
        out[i] = _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(in[i].bits)));
}

FA__INLINE void half_narrow(fa__half *out, const float *in, int64_t n)
{
    int64_t i = 0;
    for (; i + 8 <= n; i += 8)
        _mm_storeu_si128((__m128i *)(out + i),
                         _mm256_cvtps_ph(_mm256_loadu_ps(in + i), _MM_FROUND_TO_NEAREST_INT));
    for (; i < n; i++)
        out[i].bits = (uint16_t)_mm_cvtsi128_si32(_mm_cvtps_ph(_mm_set_ss(in[i]), _MM_FROUND_TO_NEAREST_INT));
}

/* Runs a float32 loop of `arity` inputs on float16. Results of the loop are float32 and rounded or, where
 * `result_bytes` is not 0, elements of that size and kept. */
__attribute__((unused)) static void half_loop(void *out, const void *const *in, int arity, int64_t n,
                                              unsigned scalars, fa__loop *loop, int result_bytes)
{
    float inputs[3][HALF_BLOCK], results[HALF_BLOCK];
    const void *pointers[3] = {inputs[0], inputs[1], inputs[2]};
    for (int64_t done = 0; done < n; done += HALF_BLOCK) {
        int64_t count = n - done < HALF_BLOCK ? n - done : HALF_BLOCK;
        for (int k = 0; k < arity; k++)
            if (scalars >> k & 1)
                half_widen(inputs[k], in[k], 1);
            else
                half_widen(inputs[k], (const fa__half *)in[k] + done, count);
        if (result_bytes > 0) {
            loop((uint8_t *)out + done * result_bytes, pointers, count, scalars);
        } else {
            loop(results, pointers, count, scalars);
            half_narrow((fa__half *)out + done, results, count);
        }
    }
}
