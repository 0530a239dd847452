/* SPDX-License-Identifier: BSD-3-Clause */
/* Generators: elements made from their position alone, in any order and in any pieces. Random numbers are Philox4x32-10
 * (Salmon, Moraes, Dror, Shaw 2011) with the seed as its key and the position, halved, as its counter: two elements come
 * of each count. */
#include "kernel/loop.h"
#include "kernel/sleef.h"

enum { COUNTS = 64 }; /* how many counters are turned into numbers together */

typedef struct philox_block {
    uint32_t words[4][COUNTS];
} philox_block;

static void philox(philox_block *block, uint64_t seed)
{
    uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
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

/* The counts first, first + 1, ... or, with a step, those of `COUNTS` positions each. */
static void philox_counts(philox_block *block, uint64_t seed, uint64_t first, uint64_t step)
{
    for (int i = 0; i < COUNTS; i++) {
        const uint64_t count = first + (uint64_t)i * step;
        block->words[0][i] = (uint32_t)count;
        block->words[1][i] = (uint32_t)(count >> 32);
        block->words[2][i] = 0;
        block->words[3][i] = 0;
    }
    philox(block, seed);
}

FA__INLINE double unit_double(uint32_t low, uint32_t high)
{
    return (double)(int64_t)(((uint64_t)high << 32 | low) >> 11) * 0x1p-53;
}

/* Two numbers of each count, equally distributed in [0, 1). */
static void unit_pairs(double *even, double *odd, const philox_block *block)
{
    for (int i = 0; i < COUNTS; i++) {
        even[i] = unit_double(block->words[0][i], block->words[1][i]);
        odd[i] = unit_double(block->words[2][i], block->words[3][i]);
    }
}

/* ---- Uniform and normal ---- */

static void uniform_doubles(double *out, const fa__generator_params *params, int64_t first, int64_t step, int64_t n,
                            double unit)
{
    (void)unit;
    philox_block block;
    double even[COUNTS], odd[COUNTS];
    const double width = params->b - params->a;
    int64_t done = 0;
    while (done < n) {
        const int64_t position = first + done * step;
        int64_t made = 0;
        if (step == 1) {
            philox_counts(&block, params->seed, (uint64_t)position / 2, 1);
            unit_pairs(even, odd, &block);
            for (int64_t k = position % 2; k < 2 * COUNTS && done + made < n; k++, made++)
                out[done + made] = k % 2 == 0 ? even[k / 2] : odd[k / 2];
        } else {
            for (int i = 0; i < COUNTS; i++) {
                const uint64_t count = ((uint64_t)position + (uint64_t)i * (uint64_t)step) / 2;
                block.words[0][i] = (uint32_t)count;
                block.words[1][i] = (uint32_t)(count >> 32);
                block.words[2][i] = 0;
                block.words[3][i] = 0;
            }
            philox(&block, params->seed);
            unit_pairs(even, odd, &block);
            for (; made < COUNTS && done + made < n; made++)
                out[done + made] = (position + made * step) % 2 == 0 ? even[made] : odd[made];
        }
        done += made;
    }
    for (int64_t i = 0; i < n; i++)
        out[i] = params->a + width * out[i];
}

static void generate(fa__generator generator, fa_type type, const fa__generator_params *params, int64_t first,
                     int64_t step, int64_t n, void *out)
{
    (void)generator, (void)type;
    uniform_doubles(out, params, first, step, n, 0);
}

void FA__ISA(fa__fill_random)(fa__kernels *kernels)
{
    kernels->generate = generate;
}
