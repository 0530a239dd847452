/* SPDX-License-Identifier: BSD-3-Clause */
/* Products of matrices. Integers wrap, so their sign does not matter: one kernel for each size, and lanes of
 * 16 bits for elements of 8. Bool is an or of ands, 64 of them in a word. */
#include "kernel/loop.h"
#include "kernel/product.h"

/* Steps of a panel, and its rows and columns: a strip of the second factor stays in the first cache, a panel
 * of the first in the second. STEPS decides the order of sums, and is the same for every instruction set. */
enum { STEPS = 256, MOST_ROWS = 240, MOST_COLUMNS = 512 };

#ifdef __AVX512F__
#define TILE_ROWS       12
#define VECTOR_BYTES    64
#define INTRINSIC(name) _mm512_##name
#else
#define TILE_ROWS       6
#define VECTOR_BYTES    32
#define INTRINSIC(name) _mm256_##name
#endif

typedef uint16_t words16 __attribute__((vector_size(VECTOR_BYTES)));
typedef uint32_t words32 __attribute__((vector_size(VECTOR_BYTES)));
typedef uint64_t words64 __attribute__((vector_size(VECTOR_BYTES)));
typedef float reals32 __attribute__((vector_size(VECTOR_BYTES)));
typedef double reals64 __attribute__((vector_size(VECTOR_BYTES)));

/* ---- Integers ---- */

#define PARTS                1
#define EVERY(x)             ((V){0} + (x))
#define FUSED(a, b, c)       ((c) + (a) * (b))
#define FUSED_MINUS(a, b, c) ((c) - (a) * (b))

#define S size1
#define T uint8_t
#define P uint8_t
#define L uint16_t
#define V words16
#include "kernel/product_numbers.inc.h"
#undef S
#undef T
#undef P

#define S size2
#define T uint16_t
#define P uint16_t
#include "kernel/product_numbers.inc.h"
#undef S
#undef T
#undef P
#undef L
#undef V

#define S size4
#define T uint32_t
#define P uint32_t
#define L uint32_t
#define V words32
#include "kernel/product_numbers.inc.h"
#undef S
#undef T
#undef P
#undef L
#undef V

#define S size8
#define T uint64_t
#define P uint64_t
#define L uint64_t
#define V words64
#include "kernel/product_numbers.inc.h"
#undef S
#undef T
#undef P
#undef L
#undef V
#undef EVERY
#undef FUSED
#undef FUSED_MINUS

/* ---- Floats ---- */

#define P                    float
#define L                    float
#define V                    reals32
#define EVERY(x)             ((V)INTRINSIC(set1_ps)(x))
#define FUSED(a, b, c)       ((V)INTRINSIC(fmadd_ps)(a, b, c))
#define FUSED_MINUS(a, b, c) ((V)INTRINSIC(fnmadd_ps)(a, b, c))
#define S                    f32
#define T                    float
#include "kernel/product_numbers.inc.h"
#undef S
#undef T
#undef PARTS
#define PARTS 2
#define S     c64
#define T     fa__complex64
#include "kernel/product_numbers.inc.h"
#undef S
#undef T
#undef P
#undef L
#undef V
#undef EVERY
#undef FUSED
#undef FUSED_MINUS

#define P                    double
#define L                    double
#define V                    reals64
#define EVERY(x)             ((V)INTRINSIC(set1_pd)(x))
#define FUSED(a, b, c)       ((V)INTRINSIC(fmadd_pd)(a, b, c))
#define FUSED_MINUS(a, b, c) ((V)INTRINSIC(fnmadd_pd)(a, b, c))
#define S                    c128
#define T                    fa__complex128
#include "kernel/product_numbers.inc.h"
#undef S
#undef T
#undef PARTS
#define PARTS 1
#define S     f64
#define T     double
#include "kernel/product_numbers.inc.h"
#undef S
#undef T
#undef P
#undef L
#undef V
#undef EVERY
#undef FUSED
#undef FUSED_MINUS

/* ---- Bool ---- */

#define S       b8
#define T       uint8_t
#define L       uint64_t
#define STEP    64
#define ROWS    TILE_ROWS
#define COLUMNS (2 * (int)(sizeof(words64) / sizeof(uint64_t)))

static void pack_rows_b8(const fa__product *p, int64_t k, int64_t depth, int64_t i, int64_t height,
                         uint64_t *out)
{
    const uint8_t *from = (const uint8_t *)p->first + i * p->first_row + k * p->first_column;
    int64_t steps = (depth + STEP - 1) / STEP;
    memset(out, 0, (size_t)((height + ROWS - 1) / ROWS * ROWS * steps) * sizeof *out);
    for (int64_t r = 0; r < height; r++)
        for (int64_t s = 0; s < depth; s++) {
            uint64_t *word = out + (r / ROWS * steps + s / STEP) * ROWS + r % ROWS;
            *word |= (uint64_t)(from[r * p->first_row + s * p->first_column] != 0) << s % STEP;
        }
}

static void pack_columns_b8(const fa__product *p, int64_t k, int64_t depth, int64_t j, int64_t width,
                            uint64_t *out)
{
    const uint8_t *from = (const uint8_t *)p->second + k * p->second_row + j * p->second_column;
    int64_t steps = (depth + STEP - 1) / STEP;
    memset(out, 0, (size_t)((width + COLUMNS - 1) / COLUMNS * COLUMNS * steps) * sizeof *out);
    for (int64_t s = 0; s < depth; s++)
        for (int64_t c = 0; c < width; c++) {
            uint64_t *word = out + (c / COLUMNS * steps + s / STEP) * COLUMNS + c % COLUMNS;
            *word |= (uint64_t)(from[s * p->second_row + c * p->second_column] != 0) << s % STEP;
        }
}

static void tile_b8(const uint64_t *restrict rows, const uint64_t *restrict columns, int64_t steps,
                    uint64_t *restrict out)
{
    words64 any[ROWS][2];
    for (int r = 0; r < ROWS; r++)
        any[r][0] = any[r][1] = (words64){0};
    const words64 *step = (const words64 *)columns;
    for (int64_t s = 0; s < steps; s++, rows += ROWS, step += 2) {
        const words64 one = step[0], two = step[1];
#pragma GCC unroll 16
        for (int r = 0; r < ROWS; r++) {
            const words64 a = (words64){0} + rows[r];
            any[r][0] |= a & one;
            any[r][1] |= a & two;
        }
    }
    memcpy(out, any, sizeof any);
}

static void merge_b8(uint8_t *result, int64_t stride, int64_t tall, int64_t wide, bool add,
                     const uint64_t *tile)
{
    for (int64_t r = 0; r < tall; r++, result += stride, tile += COLUMNS)
        for (int64_t c = 0; c < wide; c++)
            result[c] = (uint8_t)((add && result[c] != 0) | (tile[c] != 0));
}

#include "kernel/product.inc.h"

/* ---- The table ---- */

#define ADD(type, name, lane)                           \
    kernels->products[FA_TYPE_##type] = product_##name; \
    kernels->product_rooms[FA_TYPE_##type] = STEPS * (MOST_ROWS + MOST_COLUMNS) * sizeof(lane);

void FA__ISA(fa__fill_product)(fa__kernels *kernels)
{
    ADD(BOOL, b8, uint64_t)
    ADD(INT8, size1, uint16_t)
    ADD(UINT8, size1, uint16_t)
    ADD(INT16, size2, uint16_t)
    ADD(UINT16, size2, uint16_t)
    ADD(INT32, size4, uint32_t)
    ADD(UINT32, size4, uint32_t)
    ADD(INT64, size8, uint64_t)
    ADD(UINT64, size8, uint64_t)
    ADD(FLOAT32, f32, float)
    ADD(FLOAT64, f64, double)
    ADD(COMPLEX64, c64, fa__complex64)
    ADD(COMPLEX128, c128, fa__complex128)
}
