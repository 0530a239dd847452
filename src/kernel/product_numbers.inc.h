/* SPDX-License-Identifier: BSD-3-Clause */
/* Panels and tiles of numbers: S, P (a part in memory), L (a lane), V (a vector of lanes), PARTS (2:
 * complex), and FUSED(a, b, c), FUSED_MINUS(a, b, c): c + a b and c - a b on vectors, rounded once. */
#define LANES   ((int)(sizeof(V) / sizeof(L)))
#define ROWS    TILE_ROWS
#define COLUMNS (PARTS == 1 ? 2 * LANES : LANES)
#define STEP    1

static void NAME(pack_rows)(const fa__product *p, int64_t k, int64_t depth, int64_t i, int64_t height, L *out)
{
    const T *from = (const T *)p->first + i * p->first_row + k * p->first_column;
    for (int64_t strip = 0; strip < height; strip += ROWS, out += ROWS * depth * PARTS)
        for (int64_t r = 0; r < ROWS; r++) {
            const T *row = from + (strip + r) * p->first_row;
            L *to = out + r * PARTS;
            if (strip + r >= height) {
                for (int64_t s = 0; s < depth; s++)
                    for (int part = 0; part < PARTS; part++)
                        to[s * ROWS * PARTS + part] = 0;
                continue;
            }
            for (int64_t s = 0; s < depth; s++) {
                const P *element = (const P *)(row + s * p->first_column);
                for (int part = 0; part < PARTS; part++)
                    to[s * ROWS * PARTS + part] = (L)element[part];
            }
        }
}

/* Some columns of one row of the second factor, the parts of complex numbers apart. */
FA__INLINE void NAME(pack_step)(const T *from, int64_t stride, int64_t wide, L *to)
{
    for (int part = 0; part < PARTS; part++, to += COLUMNS) {
        if (stride == 1 && wide == COLUMNS) {
            for (int c = 0; c < COLUMNS; c++)
                to[c] = (L)((const P *)(from + c))[part];
            continue;
        }
        for (int64_t c = 0; c < COLUMNS; c++)
            to[c] = c < wide ? (L)((const P *)(from + c * stride))[part] : (L)0;
    }
}

static void NAME(pack_columns)(const fa__product *p, int64_t k, int64_t depth, int64_t j, int64_t width,
                               L *out)
{
    const T *from = (const T *)p->second + k * p->second_row + j * p->second_column;
    for (int64_t strip = 0; strip < width; strip += COLUMNS)
        for (int64_t s = 0; s < depth; s++, out += COLUMNS * PARTS)
            NAME(pack_step)
    (from + s * p->second_row + strip * p->second_column, p->second_column,
     width - strip < COLUMNS ? width - strip : COLUMNS, out);
}

static void NAME(tile)(const L *restrict rows, const L *restrict columns, int64_t steps, L *restrict out)
{
    V sum[ROWS][2];
    for (int r = 0; r < ROWS; r++)
        sum[r][0] = sum[r][1] = (V){0};
    const V *step = (const V *)columns;
    for (int64_t s = 0; s < steps; s++, rows += ROWS * PARTS, step += 2) {
        const V one = step[0], two = step[1];
#pragma GCC unroll 16
        for (int r = 0; r < ROWS; r++) {
            const V a = EVERY(rows[r * PARTS]);
            sum[r][0] = FUSED(a, one, sum[r][0]);
            sum[r][1] = FUSED(a, two, sum[r][1]);
#if PARTS == 2
            const V b = EVERY(rows[r * PARTS + 1]);
            sum[r][0] = FUSED_MINUS(b, two, sum[r][0]);
            sum[r][1] = FUSED(b, one, sum[r][1]);
#endif
        }
    }
    memcpy(out, sum, sizeof sum);
}

static void NAME(merge)(T *result, int64_t stride, int64_t tall, int64_t wide, bool add, const L *tile)
{
    for (int64_t r = 0; r < tall; r++, result += stride, tile += COLUMNS * PARTS)
        for (int part = 0; part < PARTS; part++) {
            P *to = (P *)result + part;
            const L *from = tile + part * COLUMNS;
            for (int64_t c = 0; c < wide; c++)
                to[c * PARTS] = (P)((add ? (L)to[c * PARTS] : (L)0) + from[c]);
        }
}

#include "kernel/product.inc.h"

#undef LANES
#undef ROWS
#undef COLUMNS
#undef STEP
