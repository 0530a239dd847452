/* SPDX-License-Identifier: BSD-3-Clause */
/* Generators: elements made from their position alone, in any order and in any pieces.
 *
 * Random numbers are Philox4x32-7 (Salmon, Moraes, Dror, Shaw 2011: the fewest rounds that pass
 * BigCrush) with the seed as its key. Each count
 * gives four words of 32 bits. float64: element k takes half k mod 2 of count k / 2, with 53 of its 64 bits;
 * so do all types but float32. float32, uniform: element k takes word k mod 4 of count k / 4, with 24 of its
 * 32 bits. Normal numbers are the two of Box and Muller's method, made of the two halves of a count in
 * float64: normal_pairs(). */
#include "kernel/vector.h"

/* ---- Words: a vector of counts at a time, each in a lane of 64 bits ---- */

/* So many vectors are turned into words together: the rounds of one wait for each other. */
#ifdef __AVX512F__
enum { TOGETHER = 4 };
#else
enum { TOGETHER = 2 };
#endif
enum { ROUNDS = 7, GROUP = TOGETHER * VECTOR_WIDTH }; /* counts that make a group */

typedef struct philox_keys {
    uint64_t of[ROUNDS][2];
} philox_keys;

/* Words are the lower halves of lanes; what stands in the upper ones is no matter. */
typedef struct philox_words {
    whole_vector at[4];
} philox_words;

FA__INLINE whole_vector every_whole(uint64_t x)
{
#ifdef __AVX512F__
    return _mm512_set1_epi64((long long)x);
#else
    return _mm256_set1_epi64x((long long)x);
#endif
}

FA__INLINE whole_vector odd_one_out(whole_vector a, whole_vector b, whole_vector c) /* a ^ b ^ c */
{
#ifdef __AVX512F__
    return _mm512_ternarylogic_epi64(a, b, c, 0x96);
#else
    return a ^ b ^ c;
#endif
}

/* Not inline: compilers keep what they know the parts of in registers that they do not have, but words in
 * memory go with the instructions that take them. */
static __attribute__((noinline)) void set_keys(philox_keys *keys, uint64_t seed)
{
    for (int round = 0; round < ROUNDS; round++) {
        keys->of[round][0] = (uint32_t)seed + (uint32_t)round * UINT32_C(0x9E3779B9);
        keys->of[round][1] = (uint32_t)(seed >> 32) + (uint32_t)round * UINT32_C(0xBB67AE85);
    }
}

static const uint64_t FACTOR_0 = 0xD2511F53, FACTOR_1 = 0xCD9E8D57;

/* The first round of vectors of counts, of which `products` are the lower halves times FACTOR_0 and `uppers`
 * the upper ones: it knows that two of its words are 0. */
FA__INLINE void first_round(philox_words *words, const whole_vector *products, const whole_vector *uppers,
                            int vectors, const philox_keys *keys)
{
    for (int i = 0; i < vectors; i++) {
        words[i].at[0] = uppers[i] ^ every_whole(keys->of[0][0]);
        words[i].at[1] = every_whole(0);
        words[i].at[2] = VECTOR_OF(srli_epi64)(products[i], 32) ^ every_whole(keys->of[0][1]);
        words[i].at[3] = products[i];
    }
}

FA__INLINE void next_round(philox_words *words, int vectors, const philox_keys *keys, int round)
{
    const whole_vector factor0 = every_whole(FACTOR_0), factor1 = every_whole(FACTOR_1);
#pragma GCC unroll 4
    for (int i = 0; i < vectors; i++) {
        whole_vector *at = words[i].at;
        const whole_vector product0 = VECTOR_OF(mul_epu32)(at[0], factor0),
                           product1 = VECTOR_OF(mul_epu32)(at[2], factor1);
        at[0] = odd_one_out(VECTOR_OF(srli_epi64)(product1, 32), at[1], every_whole(keys->of[round][0]));
        at[1] = product1;
        at[2] = odd_one_out(VECTOR_OF(srli_epi64)(product0, 32), at[3], every_whole(keys->of[round][1]));
        at[3] = product0;
    }
}

FA__INLINE void philox(philox_words *words, const whole_vector *products, const whole_vector *uppers,
                       int vectors, const philox_keys *keys)
{
    first_round(words, products, uppers, vectors, keys);
#pragma GCC unroll 10
    for (int round = 1; round < ROUNDS; round++)
        next_round(words, vectors, keys, round);
}

FA__INLINE void philox_of(philox_words *words, const whole_vector *counts, int vectors,
                          const philox_keys *keys)
{
    whole_vector products[TOGETHER], uppers[TOGETHER];
    for (int i = 0; i < vectors; i++) {
        products[i] = VECTOR_OF(mul_epu32)(counts[i], every_whole(FACTOR_0));
        uppers[i] = VECTOR_OF(srli_epi64)(counts[i], 32);
    }
    philox(words, products, uppers, vectors, keys);
}

/* 64 bits of two words. */
FA__INLINE whole_vector joined(whole_vector low, whole_vector high)
{
#ifdef __AVX512F__
    return _mm512_mask_shuffle_epi32(low, 0xAAAA, high, _MM_PERM_CCAA);
#else
    return _mm256_blend_epi32(low, _mm256_slli_epi64(high, 32), 0xAA);
#endif
}

/* A number in [1, 2) with the lower 52 bits. */
FA__INLINE vector fraction_of(whole_vector bits)
{
    const whole_vector below = every_whole((UINT64_C(1) << 52) - 1), one = (whole_vector)every(1);
#ifdef __AVX512F__
    return (vector)_mm512_ternarylogic_epi64(bits, below, one, 0xEA); /* bits & below | one */
#else
    return (vector)((bits & below) | one);
#endif
}

/* 64 bits as a number, rounded. */
FA__INLINE vector number_of(whole_vector bits)
{
#ifdef __AVX512F__
    return _mm512_cvtepu64_pd(bits);
#else
    /* Behind the leading bits of 2**84 and 2**52 the halves of an integer are themselves. */
    const vector high = (vector)(_mm256_srli_epi64(bits, 32) | (whole_vector)every(0x1p84)),
                 low = (vector)_mm256_blend_epi32(bits, (whole_vector)every(0x1p52), 0xAA);
    return (high - (0x1p84 + 0x1p52)) + low;
#endif
}

/* ---- Pairs: what vectors of counts become ---- */

/* So many vectors of pairs are made abreast: each step of one waits for the one before it. */
enum { ABREAST = 2 };

typedef struct pairs {
    vector even[ABREAST], odd[ABREAST];
} pairs;

/* Of two times 64 bits. */
typedef void make_pairs(pairs *p, const whole_vector *first, const whole_vector *second);

/* In [0, 1), equally spaced. */
FA__INLINE void uniform_pairs(pairs *p, const whole_vector *first, const whole_vector *second)
{
    for (int i = 0; i < ABREAST; i++) {
        p->even[i] = number_of(VECTOR_OF(srli_epi64)(first[i], 11)) * 0x1p-53;
        p->odd[i] = number_of(VECTOR_OF(srli_epi64)(second[i], 11)) * 0x1p-53;
    }
}

#define POLYNOMIAL(sum, x, terms) polynomial(sum, x, terms, (int)(sizeof(terms) / sizeof *(terms)))

FA__INLINE void polynomial(vector *sum, const vector *x, const double *terms, int count)
{
    for (int i = 0; i < ABREAST; i++)
        sum[i] = every(terms[count - 1]);
#pragma GCC unroll 8
    for (int k = count - 2; k >= 0; k--)
        for (int i = 0; i < ABREAST; i++)
            sum[i] = fused(sum[i], x[i], every(terms[k]));
}

/* x is 2**e m, with m in [3/4, 3/2): gives m, and e. */
FA__INLINE vector parted(vector x, vector *e)
{
    const whole_vector moved = VECTOR_OF(add_epi64)((whole_vector)x, every_whole(UINT64_C(1) << 51));
#ifdef __AVX512F__
    *e = _mm512_getexp_pd((vector)moved);
    return _mm512_getmant_pd(x, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_src);
#else
    const whole_vector fraction = moved & every_whole((UINT64_C(1) << 52) - 1);
    *e = exponent((vector)moved);
    return (vector)VECTOR_OF(add_epi64)(fraction, (whole_vector)every(0.75));
#endif
}

/* -2 log(x / 2**64) of numbers from 1 to 2**64: x is 2**e m, and log(m) twice the inverse hyperbolic tangent
 * of s = (m - 1) / (m + 1). */
FA__INLINE void minus_two_logs(vector *x)
{
    static const double terms[] = {-4,
                                   -0x1.5555555549beep+0,
                                   -0x1.999999c540d91p-1,
                                   -0x1.24922dcadc9e1p-1,
                                   -0x1.c72c2a7cd7030p-2,
                                   -0x1.7217164956adcp-2,
                                   -0x1.63f7534d7d3ecp-2};
    const double minus_two_log_2 = -0x1.62e42fefa39efp+0;
    vector e[ABREAST], s[ABREAST], square[ABREAST], sum[ABREAST];
    for (int i = 0; i < ABREAST; i++) {
        const vector m = parted(x[i], &e[i]);
        s[i] = (m - 1) / (m + 1);
        square[i] = s[i] * s[i];
    }
    POLYNOMIAL(sum, square, terms);
    for (int i = 0; i < ABREAST; i++)
        x[i] = fused(s[i], sum[i], fused(e[i], every(minus_two_log_2), every(-64 * minus_two_log_2)));
}

/* Box and Muller: the radius of the first 64 bits, which are odd, so that no logarithm is infinite, and the
 * angle of the lower 52 of the others. That is an eighth of a turn to either side; whether the two numbers
 * are negative, and whether they are exchanged, say the first two bits. Coefficients: tools/minimax.py. */
FA__INLINE void normal_pairs(pairs *p, const whole_vector *first, const whole_vector *second)
{
    static const double sine_terms[] = {0x1.921fb54442d18p+0,  -0x1.4abbce625be41p-1, 0x1.466bc677587afp-4,
                                        -0x1.32d2cce2e1e62p-8, 0x1.50782fd6f5e4fp-13, -0x1.e3006f3a5b985p-19,
                                        0x1.e3f2c401356d9p-25};
    static const double cosine_terms[] = {1,
                                          -0x1.3bd3cc9be45a5p+0,
                                          0x1.03c1f081b14bdp-2,
                                          -0x1.55d3c7dcb5e83p-6,
                                          0x1.e1f4fbfbf792ep-11,
                                          -0x1.a6ca00930bd33p-16,
                                          0x1.f3ef4179df5f6p-22};
    vector radius[ABREAST], quarters[ABREAST], square[ABREAST], sine[ABREAST], cosine[ABREAST];
    for (int i = 0; i < ABREAST; i++) {
        radius[i] = number_of(first[i] | every_whole(1));
        quarters[i] = fraction_of(second[i]) - 1.5;
        square[i] = quarters[i] * quarters[i];
    }
    minus_two_logs(radius);
    POLYNOMIAL(sine, square, sine_terms);
    POLYNOMIAL(cosine, square, cosine_terms);
    for (int i = 0; i < ABREAST; i++) {
        const mask are_exchanged = by_bit(second[i], 62);
        const vector signed_radius = turned(root(radius[i]), (vector)second[i]);
        const vector along = signed_radius * cosine[i], across = signed_radius * (quarters[i] * sine[i]);
        p->even[i] = pick(are_exchanged, across, along);
        p->odd[i] = pick(are_exchanged, along, across);
    }
}

/* 64 bits of the first half of each count, and of the second. */
FA__INLINE void halves_of(whole_vector *first, whole_vector *second, const philox_words *words, int vectors)
{
    for (int i = 0; i < vectors; i++) {
        first[i] = joined(words[i].at[0], words[i].at[1]);
        second[i] = joined(words[i].at[2], words[i].at[3]);
    }
}

/* Counts in such an order that unpacking two vectors puts what is made of them in order. */
FA__INLINE whole_vector counts_from(uint64_t first)
{
#ifdef __AVX512F__
    const whole_vector order = _mm512_setr_epi64(0, 4, 1, 5, 2, 6, 3, 7);
#else
    const whole_vector order = _mm256_setr_epi64x(0, 2, 1, 3);
#endif
    return VECTOR_OF(add_epi64)(order, every_whole(first));
}

/* Where the upper halves of counts differ. */
static __attribute__((noinline)) void words_across(philox_words words[TOGETHER], uint64_t first,
                                                   const philox_keys *keys)
{
    whole_vector counts[TOGETHER];
    for (int i = 0; i < TOGETHER; i++)
        counts[i] = counts_from(first + (uint64_t)(i * VECTOR_WIDTH));
    philox_of(words, counts, TOGETHER, keys);
}

/* Where they do not, the second round has one product for all; and each first product is the one before it
 * and a constant. */
FA__INLINE void words_of_group(philox_words words[TOGETHER], uint64_t first, const philox_keys *keys)
{
    whole_vector products[TOGETHER], uppers[TOGETHER];
    if (first >> 32 != (first + (GROUP - 1)) >> 32) {
        words_across(words, first, keys);
        return;
    }
    products[0] = VECTOR_OF(mul_epu32)(counts_from(first), every_whole(FACTOR_0));
    for (int i = 0; i < TOGETHER; i++) {
        products[i] =
            VECTOR_OF(add_epi64)(products[0], every_whole((uint64_t)i * VECTOR_WIDTH * (uint64_t)FACTOR_0));
        uppers[i] = every_whole(first >> 32);
    }
    philox(words, products, uppers, TOGETHER, keys);
}

FA__INLINE void put(double *out, vector numbers, bool past_cache)
{
    if (past_cache)
        VECTOR_OF(stream_pd)(out, numbers);
    else
        VECTOR_OF(storeu_pd)(out, numbers);
}

/* In order, of ABREAST vectors. */
FA__INLINE void put_pairs(double *out, const whole_vector *first, const whole_vector *second,
                          make_pairs *make, bool past_cache)
{
    pairs p;
    make(&p, first, second);
    for (int i = 0; i < ABREAST; i++, out += 2 * VECTOR_WIDTH) {
        put(out, VECTOR_OF(unpacklo_pd)(p.even[i], p.odd[i]), past_cache);
        put(out + VECTOR_WIDTH, VECTOR_OF(unpackhi_pd)(p.even[i], p.odd[i]), past_cache);
    }
}

/* 2 * GROUP numbers of counts from `first` on; past the cache only to a multiple of its lines. */
FA__INLINE void doubles_of_group(double *out, uint64_t first, const philox_keys *keys, make_pairs *make,
                                 bool past_cache)
{
    philox_words words[TOGETHER];
    whole_vector firsts[TOGETHER], seconds[TOGETHER];
    words_of_group(words, first, keys);
    halves_of(firsts, seconds, words, TOGETHER);
#pragma GCC unroll 4
    for (int k = 0; k < TOGETHER; k += ABREAST)
        put_pairs(out + 2 * k * VECTOR_WIDTH, firsts + k, seconds + k, make, past_cache);
}

/* The same of MANY vectors of counts, in two walks: where making pairs is work as well, both need the units
 * that multiply, and more of one than of two is under way at a time. */
enum { MANY = 32 };

FA__INLINE void doubles_of_many(double *out, uint64_t first, const philox_keys *keys, make_pairs *make,
                                bool past_cache)
{
    whole_vector firsts[MANY], seconds[MANY];
    for (int k = 0; k < MANY; k += TOGETHER) {
        philox_words words[TOGETHER];
        words_of_group(words, first + (uint64_t)(k * VECTOR_WIDTH), keys);
        halves_of(firsts + k, seconds + k, words, TOGETHER);
    }
    for (int k = 0; k < MANY; k += ABREAST)
        put_pairs(out + 2 * k * VECTOR_WIDTH, firsts + k, seconds + k, make, past_cache);
}

/* The same of float32: 4 * GROUP numbers in [0, 1). */
static void floats_of_group(float *out, uint64_t first, const philox_keys *keys)
{
    philox_words words[TOGETHER];
    words_of_group(words, first, keys);
    for (int i = 0; i < TOGETHER; i++) {
        const whole_vector lower = joined(words[i].at[0], words[i].at[1]),
                           upper = joined(words[i].at[2], words[i].at[3]);
        const whole_vector halves[] = {VECTOR_OF(unpacklo_epi64)(lower, upper),
                                       VECTOR_OF(unpackhi_epi64)(lower, upper)};
        for (int half = 0; half < 2; half++, out += 2 * VECTOR_WIDTH) {
            const fa__vector_f32 bits = VECTOR_OF(cvtepi32_ps)(VECTOR_OF(srli_epi32)(halves[half], 8));
            VECTOR_OF(storeu_ps)(out, bits * 0x1p-24f);
        }
    }
}

/* Numbers at positions that do not follow each other: those of vectors of counts, each half of them. */
FA__INLINE void doubles_here_and_there(double *out, uint64_t first, uint64_t step, int64_t n,
                                       const philox_keys *keys, make_pairs *make)
{
    enum { SOME = ABREAST * VECTOR_WIDTH };
    for (int64_t done = 0; done < n; done += SOME) {
        uint64_t counts[SOME];
        double halves[2][SOME];
        for (int k = 0; k < SOME; k++)
            counts[k] = (first + ((uint64_t)done + (uint64_t)k) * step) / 2;
        whole_vector vectors[ABREAST];
        memcpy(vectors, counts, sizeof vectors);
        philox_words words[ABREAST];
        philox_of(words, vectors, ABREAST, keys);
        whole_vector firsts[ABREAST], seconds[ABREAST];
        halves_of(firsts, seconds, words, ABREAST);
        pairs p;
        make(&p, firsts, seconds);
        memcpy(halves[0], p.even, sizeof p.even);
        memcpy(halves[1], p.odd, sizeof p.odd);
        for (int k = 0; k < SOME && done + k < n; k++)
            out[done + k] = halves[(first + ((uint64_t)done + (uint64_t)k) * step) & 1][k];
    }
}

FA__INLINE void standard_doubles(double *out, uint64_t seed, int64_t first, int64_t step, int64_t n,
                                 make_pairs *make, bool in_two_walks, bool past_cache)
{
    enum { LINE = 64, FEW = 2 * GROUP, LONG = 2 * MANY * VECTOR_WIDTH };
    philox_keys keys;
    set_keys(&keys, seed);
    if (step != 1) {
        doubles_here_and_there(out, (uint64_t)first, (uint64_t)step, n, &keys, make);
        return;
    }
    for (int64_t done = 0; done < n;) {
        const int64_t position = first + done, from = position % 2;
        const uint64_t count = (uint64_t)position / 2;
        const bool stream = past_cache && (uintptr_t)(out + done) % LINE == 0;
        if (in_two_walks && from == 0 && n - done >= LONG) {
            if (stream)
                doubles_of_many(out + done, count, &keys, make, true);
            else
                doubles_of_many(out + done, count, &keys, make, false);
            done += LONG;
        } else if (from == 0 && n - done >= FEW) {
            if (stream)
                doubles_of_group(out + done, count, &keys, make, true);
            else
                doubles_of_group(out + done, count, &keys, make, false);
            done += FEW;
        } else {
            double some[FEW];
            const int64_t some_count = n - done < FEW - from ? n - done : FEW - from;
            doubles_of_group(some, count, &keys, make, false);
            memcpy(out + done, some + from, (size_t)some_count * sizeof *out);
            done += some_count;
        }
    }
}

static void standard_floats(float *out, uint64_t seed, int64_t first, int64_t step, int64_t n)
{
    philox_keys keys;
    set_keys(&keys, seed);
    for (int64_t done = 0; done < n;) {
        const int64_t position = first + done * step, from = position % 4;
        if (step == 1 && from == 0 && n - done >= 4 * GROUP) {
            floats_of_group(out + done, (uint64_t)position / 4, &keys);
            done += 4 * GROUP;
            continue;
        }
        float some[4 * GROUP];
        floats_of_group(some, (uint64_t)position / 4, &keys);
        if (step != 1) {
            out[done++] = some[from];
            continue;
        }
        const int64_t count = n - done < 4 * GROUP - from ? n - done : 4 * GROUP - from;
        memcpy(out + done, some + from, (size_t)count * sizeof *out);
        done += count;
    }
}

/* The next number below x. */
static double before_f64(double x)
{
    int64_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits += x > 0 ? -1 : 1;
    double result;
    memcpy(&result, &bits, sizeof result);
    return x == 0 ? -0x1p-1074 : result;
}

static float before_f32(float x)
{
    int32_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits += x > 0 ? -1 : 1;
    float result;
    memcpy(&result, &bits, sizeof result);
    return x == 0 ? -0x1p-149f : result;
}

/* low + (high - low) * u may round up to `high`, which is not in the interval: then it is the number before
 * it. */
static void uniform_doubles(double *out, const fa__generator_params *params, int64_t first, int64_t step,
                            int64_t n, bool past_cache)
{
    const double low = params->a, width = params->b - low;
    const double last = params->b > low ? before_f64(params->b) : low;
    standard_doubles(out, params->seed, first, step, n, uniform_pairs, false, past_cache);
    if (low == 0 && width == 1)
        return;
    for (int64_t i = 0; i < n; i++) {
        const double x = low + width * out[i];
        out[i] = x > last ? last : x;
    }
}

static void normal_doubles(double *out, const fa__generator_params *params, int64_t first, int64_t step,
                           int64_t n, bool past_cache)
{
    const double mean = params->a, deviation = params->b;
    standard_doubles(out, params->seed, first, step, n, normal_pairs, true, past_cache);
    if (mean == 0 && deviation == 1)
        return;
    for (int64_t i = 0; i < n; i++)
        out[i] = mean + deviation * out[i];
}

static void uniform_floats(float *out, const fa__generator_params *params, int64_t first, int64_t step,
                           int64_t n)
{
    const float low = (float)params->a, high = (float)params->b, width = high - low;
    const float last = high > low ? before_f32(high) : low;
    standard_floats(out, params->seed, first, step, n);
    if (low == 0 && width == 1)
        return;
    for (int64_t i = 0; i < n; i++) {
        const float x = low + width * out[i];
        out[i] = x > last ? last : x;
    }
}

/* ---- Ranges, with NumPy's formulas ---- */

static void range_integers(int64_t *out, const fa__generator_params *params, int64_t first, int64_t step,
                           int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        const uint64_t position = (uint64_t)first + (uint64_t)i * (uint64_t)step;
        out[i] = (int64_t)((uint64_t)params->i + position * (uint64_t)params->j);
    }
}

/* The step is the difference of the first two elements as they are stored; the second is stored as it is. */
static void range_doubles(double *out, const fa__generator_params *params, int64_t first, int64_t step,
                          int64_t n)
{
    const double start = params->a, second = start + params->b, delta = second - start;
    for (int64_t i = 0; i < n; i++) {
        const int64_t position = first + i * step;
        out[i] = position == 1 ? second : start + (double)position * delta;
    }
}

static void range_floats(float *out, float start, float second, int64_t first, int64_t step, int64_t n)
{
    const float delta = second - start;
    for (int64_t i = 0; i < n; i++) {
        const int64_t position = first + i * step;
        out[i] = position == 1 ? second : start + (float)position * delta;
    }
}

/* What a number is in a float of 16 bits. */
static float through_narrow(fa_type type, double x)
{
    uint16_t narrow;
    float back;
    fa__convert_find(FA_TYPE_FLOAT64, type)(&narrow, &x, 1);
    fa__convert_find(type, FA_TYPE_FLOAT32)(&back, &narrow, 1);
    return back;
}

static void linear_doubles(double *out, const fa__generator_params *params, int64_t first, int64_t step,
                           int64_t n, bool whole)
{
    for (int64_t i = 0; i < n; i++) {
        const int64_t position = first + i * step;
        double x = (double)position * params->b + params->a;
        if (position > 0 && position == params->i - 1)
            x = params->last;
        out[i] = whole ? __builtin_floor(x) : x;
    }
}

/* ---- One block of any type ---- */

static fa_type type_made(fa__generator generator, fa_type type)
{
    const bool is_range = generator == FA__GENERATE_ARANGE;
    switch (type) {
    case FA_TYPE_FLOAT64:
    case FA_TYPE_COMPLEX128:
        return FA_TYPE_FLOAT64;
    case FA_TYPE_FLOAT32:
        return is_range || generator == FA__GENERATE_RANDOM_UNIFORM ? FA_TYPE_FLOAT32 : FA_TYPE_FLOAT64;
    case FA_TYPE_COMPLEX64:
    case FA_TYPE_FLOAT16:
    case FA_TYPE_BFLOAT16:
        return is_range ? FA_TYPE_FLOAT32 : FA_TYPE_FLOAT64;
    default:
        return is_range ? FA_TYPE_INT64 : FA_TYPE_FLOAT64;
    }
}

static void range_block(void *block, fa_type type, const fa__generator_params *params, int64_t first,
                        int64_t step, int64_t n)
{
    const double second = params->a + params->b;
    switch (type) {
    case FA_TYPE_FLOAT64:
    case FA_TYPE_COMPLEX128:
        range_doubles(block, params, first, step, n);
        break;
    case FA_TYPE_FLOAT32:
    case FA_TYPE_COMPLEX64:
        range_floats(block, (float)params->a, (float)second, first, step, n);
        break;
    case FA_TYPE_FLOAT16:
    case FA_TYPE_BFLOAT16:
        range_floats(block, through_narrow(type, params->a), through_narrow(type, second), first, step, n);
        break;
    default:
        range_integers(block, params, first, step, n);
    }
}

/* Whether numbers stay as they are drawn. */
static bool is_standard(fa__generator generator, const fa__generator_params *params)
{
    const bool is_drawn = generator == FA__GENERATE_RANDOM_UNIFORM || generator == FA__GENERATE_RANDOM_NORMAL;
    return is_drawn && params->a == 0 && params->b == 1;
}

/* Makes n <= FA__BLOCK elements of the type that is made for `type`. */
static void generate_block(void *block, fa__generator generator, fa_type type,
                           const fa__generator_params *params, int64_t first, int64_t step, int64_t n,
                           bool past_cache)
{
    switch (generator) {
    case FA__GENERATE_ARANGE:
        range_block(block, type, params, first, step, n);
        break;
    case FA__GENERATE_LINSPACE:
        linear_doubles(block, params, first, step, n, type < FA_TYPE_FLOAT16 && type != FA_TYPE_BOOL);
        break;
    case FA__GENERATE_RANDOM_UNIFORM:
        if (type == FA_TYPE_FLOAT32)
            uniform_floats(block, params, first, step, n);
        else
            uniform_doubles(block, params, first, step, n, past_cache);
        break;
    default:
        normal_doubles(block, params, first, step, n, past_cache);
    }
}

static void generate(fa__generator generator, fa_type type, const fa__generator_params *params, int64_t first,
                     int64_t step, int64_t n, void *out, bool past_cache)
{
    static const unsigned char sizes[] = {
#define X(id, suffix, name, kind, character, type, bytes) [FA_TYPE_##id] = bytes,
        FA__NUMERIC_TYPES(X)
#undef X
    };
    const fa_type made = type_made(generator, type);
    const bool is_as_made =
        made == type && (!past_cache || (type == FA_TYPE_FLOAT64 && is_standard(generator, params)));
    double block[FA__BLOCK], converted[2 * FA__BLOCK];
    for (int64_t done = 0; done < n; done += FA__BLOCK) {
        const int64_t count = n - done < FA__BLOCK ? n - done : FA__BLOCK;
        void *to = (unsigned char *)out + done * sizes[type];
        generate_block(is_as_made ? to : block, generator, type, params, first + done * step, step, count,
                       past_cache && is_as_made);
        if (is_as_made)
            continue;
        if (!past_cache) {
            fa__convert_find(made, type)(to, block, count);
        } else if (made == type) {
            fa__stream_copy(to, block, (size_t)(count * sizes[type]));
        } else {
            fa__convert_find(made, type)(converted, block, count);
            fa__stream_copy(to, converted, (size_t)(count * sizes[type]));
        }
    }
}

void FA__ISA(fa__fill_random)(fa__kernels *kernels)
{
    kernels->generate = generate;
}
