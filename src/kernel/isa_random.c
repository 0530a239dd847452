/* SPDX-License-Identifier: BSD-3-Clause */
/* Generators: elements made from their position alone, in any order and in any pieces.
 *
 * Random numbers are Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011) with the seed as its key. Each count
 * gives four words of 32 bits. float64: element k takes half k mod 2 of count k / 2, with 53 of its 64 bits;
 * so do all types but float32. float32, uniform: element k takes word k mod 4 of count k / 4, with 24 of its
 * 32 bits. Normal numbers are the two of Box and Muller's method, made of the two halves of a count in
 * float64. */
#include "kernel/loop.h"
#include "kernel/sleef.h"

enum { COUNTS = 64 }; /* how many counts are turned into words together */

typedef struct philox_block {
    uint32_t words[4][COUNTS];
} philox_block;

/* In: counts in words 0 and 1. Out: four random words of each. */
static void philox(philox_block *block, uint64_t seed)
{
    uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
    memset(block->words[2], 0, sizeof block->words[2]);
    memset(block->words[3], 0, sizeof block->words[3]);
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < COUNTS; i++) {
            const uint64_t product0 = (uint64_t)0xD2511F53 * block->words[0][i];
            const uint64_t product1 = (uint64_t)0xCD9E8D57 * block->words[2][i];
            block->words[0][i] = (uint32_t)(product1 >> 32) ^ block->words[1][i] ^ key0;
            block->words[1][i] = (uint32_t)product1;
            block->words[2][i] = (uint32_t)(product0 >> 32) ^ block->words[3][i] ^ key1;
            block->words[3][i] = (uint32_t)product0;
        }
        key0 += 0x9E3779B9;
        key1 += 0xBB67AE85;
    }
}

/* The counts of positions first, first + step, ... where each count serves `share` positions (a power of
 * two); with step 1 no count comes twice. */
static void philox_at(philox_block *block, uint64_t seed, uint64_t first, uint64_t step, unsigned share)
{
    for (unsigned i = 0; i < COUNTS; i++) {
        const uint64_t count = step == 1 ? first / share + i : (first + i * step) / share;
        block->words[0][i] = (uint32_t)count;
        block->words[1][i] = (uint32_t)(count >> 32);
    }
    philox(block, seed);
}

/* Half 0 or 1 of a count as a number in [0, 1), equally spaced. */
FA__INLINE double unit_double(const philox_block *block, int half, int i)
{
    const uint64_t bits = (uint64_t)block->words[2 * half + 1][i] << 32 | block->words[2 * half][i];
    return (double)(int64_t)(bits >> 11) * 0x1p-53;
}

static void uniform_pairs(double pairs[2][COUNTS], const philox_block *block)
{
    for (int half = 0; half < 2; half++)
        for (int i = 0; i < COUNTS; i++)
            pairs[half][i] = unit_double(block, half, i);
}

/* Box and Muller: the radius of the first half, which is taken from (0, 1], and the angle of the second. */
static void normal_pairs(double pairs[2][COUNTS], const philox_block *block)
{
    enum { WIDTH = sizeof(fa__vector_f64) / sizeof(double) };
    double inverse[COUNTS], angle[COUNTS];
    for (int i = 0; i < COUNTS; i++) {
        inverse[i] = 1 - unit_double(block, 0, i);
        angle[i] = 2 * unit_double(block, 1, i);
    }
    for (int i = 0; i < COUNTS; i += WIDTH) {
        fa__vector_f64 radius, turn;
        memcpy(&radius, inverse + i, sizeof radius);
        memcpy(&turn, angle + i, sizeof turn);
        radius = FA__SLEEF_F64(log, u10)(radius) * -2.0;
#ifdef __AVX512F__
        radius = _mm512_sqrt_pd(radius);
#else
        radius = _mm256_sqrt_pd(radius);
#endif
        const fa__vector_f64 even = radius * FA__SLEEF_F64(cospi, u05)(turn);
        const fa__vector_f64 odd = radius * FA__SLEEF_F64(sinpi, u05)(turn);
        memcpy(pairs[0] + i, &even, sizeof even);
        memcpy(pairs[1] + i, &odd, sizeof odd);
    }
}

typedef void make_pairs(double pairs[2][COUNTS], const philox_block *block);

/* n <= FA__BLOCK standard numbers. */
FA__INLINE void standard_doubles(double *out, uint64_t seed, int64_t first, int64_t step, int64_t n,
                                 make_pairs *make)
{
    philox_block block;
    double pairs[2][COUNTS];
    for (int64_t done = 0; done < n;) {
        const int64_t position = first + done * step;
        philox_at(&block, seed, (uint64_t)position, (uint64_t)step, 2);
        make(pairs, &block);
        if (step != 1) {
            for (int i = 0; i < COUNTS && done < n; i++, done++)
                out[done] = pairs[(position + i * step) & 1][i];
        } else if (position % 2 == 0 && n - done >= 2 * COUNTS) {
            for (int i = 0; i < COUNTS; i++) {
                out[done + 2 * i] = pairs[0][i];
                out[done + 2 * i + 1] = pairs[1][i];
            }
            done += 2 * COUNTS;
        } else {
            for (int64_t k = position % 2; k < 2 * COUNTS && done < n; k++, done++)
                out[done] = pairs[k % 2][k / 2];
        }
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
                            int64_t n)
{
    const double low = params->a, width = params->b - low;
    const double last = params->b > low ? before_f64(params->b) : low;
    standard_doubles(out, params->seed, first, step, n, uniform_pairs);
    for (int64_t i = 0; i < n; i++) {
        const double x = low + width * out[i];
        out[i] = x > last ? last : x;
    }
}

static void normal_doubles(double *out, const fa__generator_params *params, int64_t first, int64_t step,
                           int64_t n)
{
    const double mean = params->a, deviation = params->b;
    standard_doubles(out, params->seed, first, step, n, normal_pairs);
    for (int64_t i = 0; i < n; i++)
        out[i] = mean + deviation * out[i];
}

static void uniform_floats(float *out, const fa__generator_params *params, int64_t first, int64_t step,
                           int64_t n)
{
    const float low = (float)params->a, high = (float)params->b, width = high - low;
    const float last = high > low ? before_f32(high) : low;
    philox_block block;
    for (int64_t done = 0; done < n;) {
        const int64_t position = first + done * step;
        philox_at(&block, params->seed, (uint64_t)position, (uint64_t)step, 4);
        float units[4][COUNTS];
        for (int word = 0; word < 4; word++)
            for (int i = 0; i < COUNTS; i++) {
                const float x = low + width * ((float)(int32_t)(block.words[word][i] >> 8) * 0x1p-24f);
                units[word][i] = x > last ? last : x;
            }
        if (step != 1) {
            for (int i = 0; i < COUNTS && done < n; i++, done++)
                out[done] = units[(position + i * step) & 3][i];
        } else if (position % 4 == 0 && n - done >= 4 * COUNTS) {
            for (int i = 0; i < COUNTS; i++)
                for (int word = 0; word < 4; word++)
                    out[done + 4 * i + word] = units[word][i];
            done += 4 * COUNTS;
        } else {
            for (int64_t k = position % 4; k < 4 * COUNTS && done < n; k++, done++)
                out[done] = units[k % 4][k / 4];
        }
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

static fa_type range_block(void *block, fa_type type, const fa__generator_params *params, int64_t first,
                           int64_t step, int64_t n)
{
    const double second = params->a + params->b;
    switch (type) {
    case FA_TYPE_FLOAT64:
    case FA_TYPE_COMPLEX128:
        range_doubles(block, params, first, step, n);
        return FA_TYPE_FLOAT64;
    case FA_TYPE_FLOAT32:
    case FA_TYPE_COMPLEX64:
        range_floats(block, (float)params->a, (float)second, first, step, n);
        return FA_TYPE_FLOAT32;
    case FA_TYPE_FLOAT16:
    case FA_TYPE_BFLOAT16:
        range_floats(block, through_narrow(type, params->a), through_narrow(type, second), first, step, n);
        return FA_TYPE_FLOAT32;
    default:
        range_integers(block, params, first, step, n);
        return FA_TYPE_INT64;
    }
}

/* Makes n <= FA__BLOCK elements and tells their type, from which they are converted to `type`. */
static fa_type generate_block(void *block, fa__generator generator, fa_type type,
                              const fa__generator_params *params, int64_t first, int64_t step, int64_t n)
{
    switch (generator) {
    case FA__GENERATE_ARANGE:
        return range_block(block, type, params, first, step, n);
    case FA__GENERATE_LINSPACE:
        linear_doubles(block, params, first, step, n, type < FA_TYPE_FLOAT16 && type != FA_TYPE_BOOL);
        return FA_TYPE_FLOAT64;
    case FA__GENERATE_RANDOM_UNIFORM:
        if (type == FA_TYPE_FLOAT32) {
            uniform_floats(block, params, first, step, n);
            return FA_TYPE_FLOAT32;
        }
        uniform_doubles(block, params, first, step, n);
        return FA_TYPE_FLOAT64;
    default:
        normal_doubles(block, params, first, step, n);
        return FA_TYPE_FLOAT64;
    }
}

static void generate(fa__generator generator, fa_type type, const fa__generator_params *params, int64_t first,
                     int64_t step, int64_t n, void *out)
{
    static const unsigned char sizes[] = {
#define X(id, suffix, name, kind, character, type, bytes) [FA_TYPE_##id] = bytes,
        FA__NUMERIC_TYPES(X)
#undef X
    };
    double block[FA__BLOCK];
    for (int64_t done = 0; done < n; done += FA__BLOCK) {
        const int64_t count = n - done < FA__BLOCK ? n - done : FA__BLOCK;
        const fa_type made = generate_block(block, generator, type, params, first + done * step, step, count);
        fa__convert_find(made, type)((unsigned char *)out + done * sizes[type], block, count);
    }
}

void FA__ISA(fa__fill_random)(fa__kernels *kernels)
{
    kernels->generate = generate;
}
