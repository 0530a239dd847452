/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once per item size: rows become columns in registers. ITEM: bytes; LOW(a, b), HIGH(a, b): the
 * items of the lower or upper half of each 16 bytes, in turns. Items may lie at any address.
 *
 * A square is LINE rows of the input, a register of each, and makes a whole cache line of WIDE rows of the
 * output:
 *
 *     a0 a1 | a2 a3      a0 b0 | a2 b2      a0 b0 c0 d0      items change places inside of 16 bytes first,
 *     b0 b1 | b2 b3      a1 b1 | a3 b3      a1 b1 c1 d1      then pieces of 16 bytes do
 *     c0 c1 | c2 c3      c0 d0 | c2 d2      a2 b2 c2 d2
 *     d0 d1 | d2 d3      c1 d1 | c3 d3      a3 b3 c3 d3
 */

#define GROUP (16 / ITEM)
#define LINE  (64 / ITEM)
#define WIDE  ((int64_t)sizeof(lanes) / ITEM)

/* The rows of GROUP rows, in each piece of 16 bytes for itself. */
FA__INLINE void NAME(turn_pieces)(lanes *rows)
{
#if ITEM < 16
    for (int done = 1; done < GROUP; done *= 2) {
        lanes next[GROUP];
        for (int i = 0; i < GROUP / 2; i++) {
            next[2 * i] = LOW(rows[i], rows[i + GROUP / 2]);
            next[2 * i + 1] = HIGH(rows[i], rows[i + GROUP / 2]);
        }
        memcpy(rows, next, sizeof next);
    }
#endif
    (void)rows;
}

FA__INLINE void NAME(square)(unsigned char *out, int64_t out_stride, const unsigned char *in,
                             int64_t in_stride, const lanes *order, bool stream)
{
    lanes rows[4][GROUP];
    for (int g = 0; g < 4; g++) {
        for (int i = 0; i < GROUP; i++) {
            const lanes row = load_lanes(in + (g * GROUP + i) * in_stride);
            rows[g][i] = order != NULL ? LANES(shuffle_epi8)(row, *order) : row;
        }
        NAME(turn_pieces)(rows[g]);
    }
    for (int i = 0; i < GROUP; i++)
        put_lines(out + i * out_stride, GROUP * out_stride, rows[0][i], rows[1][i], rows[2][i], rows[3][i],
                  stream);
}

/* Rows [0, rows) of columns [first, last), one at a time. */
static void NAME(edge)(unsigned char *out, int64_t out_stride, const unsigned char *in, int64_t in_stride,
                       int64_t rows, int64_t first, int64_t last, int swap)
{
    for (int64_t i = 0; i < rows && first < last; i++)
        gather(out + i * out_stride + first * ITEM, in + first * in_stride + i * ITEM, in_stride,
               last - first, ITEM, swap);
}

/* What is turned a little later: no processor foresees where so many short rows begin, and few follow them.
 */
FA__INLINE void NAME(ask)(const unsigned char *in, int64_t in_stride, int64_t whole, int64_t at, int64_t some,
                          int64_t columns, int64_t i)
{
    int64_t later = i + ASKED_AHEAD / ITEM;
    if (later >= whole) {
        later -= whole;
        at += some;
        if (later >= whole || at + some > columns)
            return;
    }
    for (int64_t j = at; j < at + some; j++)
        __builtin_prefetch(in + j * in_stride + later * ITEM, 0, 2);
}

/* Two squares side by side, so that the memory sees pairs of lines. */
static void NAME(strip)(unsigned char *out, int64_t out_stride, const unsigned char *in, int64_t in_stride,
                        int64_t rows, int64_t columns, int swap, const lanes *order, bool stream)
{
    const int64_t whole = rows / WIDE * WIDE;
    int64_t at = stream ? (int64_t)(-(uintptr_t)out & 63) / ITEM : 0;
    at = at < columns ? at : columns;
    NAME(edge)(out, out_stride, in, in_stride, rows, 0, at, swap);
    for (int64_t some; columns - at >= LINE; at += some) {
        some = columns - at >= 2 * LINE ? 2 * LINE : LINE;
        for (int64_t i = 0; i < whole; i += WIDE) {
            if (!stream)
                NAME(ask)(in, in_stride, whole, at, some, columns, i);
            for (int64_t j = at; j < at + some; j += LINE)
                NAME(square)
            (out + i * out_stride + j * ITEM, out_stride, in + j * in_stride + i * ITEM, in_stride, order,
             stream);
        }
        NAME(edge)
        (out + whole * out_stride, out_stride, in + whole * ITEM, in_stride, rows - whole, at, at + some,
         swap);
    }
    NAME(edge)(out, out_stride, in, in_stride, rows, at, columns, swap);
}

/* Where lines begin elsewhere in each row, two of them are taken out of three squares. */
static void NAME(shifted_strip)(unsigned char *out, int64_t out_stride, const unsigned char *in,
                                int64_t in_stride, int64_t rows, int64_t columns, int swap,
                                const lanes *order)
{
    _Alignas(64) unsigned char squares[WIDE][192];
    const int64_t whole = rows / WIDE * WIDE;
    int64_t at = 0;
    for (; columns - at >= 3 * LINE; at += 2 * LINE)
        for (int64_t i = 0; i < whole; i += WIDE) {
            for (int64_t j = 0; j < 3; j++)
                NAME(square)
            (squares[0] + 64 * j, 192, in + (at + j * LINE) * in_stride + i * ITEM, in_stride, order, false);
            for (int64_t k = 0; k < WIDE; k++) {
                unsigned char *row = out + (i + k) * out_stride + at * ITEM;
                const int64_t before = (int64_t)(-(uintptr_t)row & 63);
                stream_lines(row + before, squares[k] + before, 2);
            }
        }
    for (int64_t i = 0; i < whole; i++) {
        unsigned char *row = out + i * out_stride;
        const int64_t before = at > 0 ? (int64_t)(-(uintptr_t)row & 63) / ITEM : 0;
        NAME(edge)(row, out_stride, in + i * ITEM, in_stride, 1, 0, before, swap);
        NAME(edge)(row, out_stride, in + i * ITEM, in_stride, 1, at + before, columns, swap);
    }
    NAME(edge)
    (out + whole * out_stride, out_stride, in + whole * ITEM, in_stride, rows - whole, 0, columns, swap);
}

/* Runs of the input of a page each: long enough to be read ahead, short enough for its rows to stay in the
 * cache. */
static void NAME(transpose)(unsigned char *out, int64_t out_stride, const unsigned char *in,
                            int64_t in_stride, int64_t rows, int64_t columns, int swap, const lanes *order,
                            bool stream)
{
    enum { RUN = 4096 / ITEM };
    const bool lines = stream && ((uintptr_t)out | (uintptr_t)out_stride) % ITEM == 0;
    for (int64_t i = 0; i < rows; i += RUN) {
        const int64_t some = rows - i < RUN ? rows - i : RUN;
        unsigned char *to = out + i * out_stride;
        if (lines && out_stride % 64 != 0)
            NAME(shifted_strip)(to, out_stride, in + i * ITEM, in_stride, some, columns, swap, order);
        else
            NAME(strip)(to, out_stride, in + i * ITEM, in_stride, some, columns, swap, order, lines);
    }
}

#undef GROUP
#undef LINE
#undef WIDE
