/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once per item size with loops of its own and per way of turning bytes. T: an unsigned integer (or
 * pair) of that size; TURN(x): the item with its bytes in the other order, or as it is. Items may lie at any
 * address. */

static void NAME(strided)(unsigned char *out, int64_t out_stride, const unsigned char *in, int64_t in_stride,
                          int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        T item;
        memcpy(&item, in + i * in_stride, sizeof item);
        item = TURN(item);
        memcpy(out + i * out_stride, &item, sizeof item);
    }
}

static void NAME(gather)(unsigned char *out, const unsigned char *in, int64_t stride, int64_t n)
{
    if (stride == sizeof(T)) {
        for (int64_t i = 0; i < n; i++) {
            T item;
            memcpy(&item, in + i * (int64_t)sizeof(T), sizeof item);
            item = TURN(item);
            memcpy(out + i * (int64_t)sizeof(T), &item, sizeof item);
        }
    } else if (stride == -(int64_t)sizeof(T)) {
        for (int64_t i = 0; i < n; i++) {
            T item;
            memcpy(&item, in - i * (int64_t)sizeof(T), sizeof item);
            item = TURN(item);
            memcpy(out + i * (int64_t)sizeof(T), &item, sizeof item);
        }
    } else {
        NAME(strided)(out, sizeof(T), in, stride, n);
    }
}

static void NAME(scatter)(unsigned char *out, int64_t stride, const unsigned char *in, int64_t n)
{
    NAME(strided)(out, stride, in, sizeof(T), n);
}

/* Squares of SQUARE x SQUARE items: each reads and writes whole stretches of that many items. */
static void NAME(transpose)(unsigned char *out, int64_t out_stride, const unsigned char *in,
                            int64_t in_stride, int64_t rows, int64_t columns)
{
    enum { SQUARE = 8 };
    const int64_t size = sizeof(T);
    const int64_t whole_rows = rows / SQUARE * SQUARE, whole_columns = columns / SQUARE * SQUARE;
    for (int64_t j = 0; j < whole_columns; j += SQUARE)
        for (int64_t i = 0; i < whole_rows; i += SQUARE) {
            T square[SQUARE][SQUARE];
            for (int y = 0; y < SQUARE; y++)
                memcpy(square[y], in + (j + y) * in_stride + i * size, sizeof square[y]);
            for (int x = 0; x < SQUARE; x++) {
                T line[SQUARE];
                for (int y = 0; y < SQUARE; y++)
                    line[y] = TURN(square[y][x]);
                memcpy(out + (i + x) * out_stride + j * size, line, sizeof line);
            }
        }
    for (int64_t i = 0; i < rows; i++) {
        const int64_t first = i < whole_rows ? whole_columns : 0;
        NAME(strided)
        (out + i * out_stride + first * size, size, in + first * in_stride + i * size, in_stride,
         columns - first);
    }
}
