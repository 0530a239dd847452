/* SPDX-License-Identifier: BSD-3-Clause */
/* Moving elements: gather, scatter, transpose, fill, and copies past the cache. */
#include "kernel/loop.h"

typedef struct pair64 {
    uint64_t low, high;
} pair64;

FA__INLINE pair64 turn_halves(pair64 item)
{
    return (pair64){__builtin_bswap64(item.low), __builtin_bswap64(item.high)};
}

FA__INLINE pair64 turn_whole(pair64 item)
{
    return (pair64){__builtin_bswap64(item.high), __builtin_bswap64(item.low)};
}

FA__INLINE uint64_t turn_pairs(uint64_t item)
{
    item = __builtin_bswap64(item);
    return item << 32 | item >> 32;
}

#define S       move1
#define T       uint8_t
#define TURN(x) (x)
#include "kernel/move.inc.h"
#undef S
#undef T

#define S move2
#define T uint16_t
#include "kernel/move.inc.h"
#undef S
#undef T

#define S move4
#define T uint32_t
#include "kernel/move.inc.h"
#undef S
#undef T

#define S move8
#define T uint64_t
#include "kernel/move.inc.h"
#undef S
#undef T

#define S move16
#define T pair64
#include "kernel/move.inc.h"
#undef S
#undef T
#undef TURN

#define S       turn2
#define T       uint16_t
#define TURN(x) __builtin_bswap16(x)
#include "kernel/move.inc.h"
#undef S
#undef T
#undef TURN

#define S       turn4
#define T       uint32_t
#define TURN(x) __builtin_bswap32(x)
#include "kernel/move.inc.h"
#undef S
#undef T
#undef TURN

#define S       turn8
#define T       uint64_t
#define TURN(x) __builtin_bswap64(x)
#include "kernel/move.inc.h"
#undef S
#undef T
#undef TURN

#define S       turn44
#define T       uint64_t
#define TURN(x) turn_pairs(x)
#include "kernel/move.inc.h"
#undef S
#undef T
#undef TURN

#define S       turn88
#define T       pair64
#define TURN(x) turn_halves(x)
#include "kernel/move.inc.h"
#undef S
#undef T
#undef TURN

#define S       turn16
#define T       pair64
#define TURN(x) turn_whole(x)
#include "kernel/move.inc.h"
#undef S
#undef T
#undef TURN

/* Copies one item of any size, reversing the bytes of each part of `swap` bytes. */
static void move_item(unsigned char *out, const unsigned char *in, int64_t item_bytes, int swap)
{
    if (swap <= 1) {
        memcpy(out, in, (size_t)item_bytes);
        return;
    }
    int64_t part = 0;
    for (; part + swap <= item_bytes; part += swap)
        for (int k = 0; k < swap; k++)
            out[part + k] = in[part + swap - 1 - k];
    memcpy(out + part, in + part, (size_t)(item_bytes - part));
}

static void any_strided(unsigned char *out, int64_t out_stride, const unsigned char *in, int64_t in_stride,
                        int64_t n, int64_t item_bytes, int swap)
{
    for (int64_t i = 0; i < n; i++)
        move_item(out + i * out_stride, in + i * in_stride, item_bytes, swap);
}

/* The loops for items of `item_bytes` in parts of `swap`: X(item_bytes, swap, suffix). */
#define MOVES(X)     \
    X(1, 1, move1)   \
    X(2, 1, move2)   \
    X(4, 1, move4)   \
    X(8, 1, move8)   \
    X(16, 1, move16) \
    X(2, 2, turn2)   \
    X(4, 4, turn4)   \
    X(8, 8, turn8)   \
    X(8, 4, turn44)  \
    X(16, 8, turn88) \
    X(16, 16, turn16)

enum { MOVE_KEY = 32 };

static void fill(void *out_block, const void *element, int64_t n, int64_t item_bytes)
{
    unsigned char *out = out_block;
    if (n <= 0 || item_bytes <= 0)
        return;
    switch (item_bytes) {
    case 1:
        memset(out, *(const unsigned char *)element, (size_t)n);
        return;
#define X(size, swap, suffix)                       \
    case size:                                      \
        strided_##suffix(out, size, element, 0, n); \
        return;
        X(2, 1, move2)
        X(4, 1, move4)
        X(8, 1, move8)
        X(16, 1, move16)
#undef X
    }
    any_strided(out, item_bytes, element, 0, n, item_bytes, 1);
}

static void gather(void *out, const void *in, int64_t stride, int64_t n, int64_t item_bytes, int swap)
{
    if (n <= 0 || item_bytes <= 0)
        return;
    if (swap < 1)
        swap = 1;
    if (swap == 1 && stride == item_bytes) {
        memcpy(out, in, (size_t)(n * item_bytes));
        return;
    }
    if (stride == 0 && n > 1) {
        unsigned char item[64];
        if (item_bytes <= (int64_t)sizeof item) {
            move_item(item, in, item_bytes, swap);
            fill(out, item, n, item_bytes);
            return;
        }
    }
    if (item_bytes < MOVE_KEY && swap < MOVE_KEY)
        switch (item_bytes * MOVE_KEY + swap) {
#define X(size, part, suffix)                \
    case size *MOVE_KEY + part:              \
        gather_##suffix(out, in, stride, n); \
        return;
            MOVES(X)
#undef X
        }
    any_strided(out, item_bytes, in, stride, n, item_bytes, swap);
}

static void scatter(void *out, int64_t stride, const void *in, int64_t n, int64_t item_bytes, int swap)
{
    if (n <= 0 || item_bytes <= 0)
        return;
    if (stride == item_bytes) {
        gather(out, in, stride, n, item_bytes, swap);
        return;
    }
    if (swap < 1)
        swap = 1;
    if (item_bytes < MOVE_KEY && swap < MOVE_KEY)
        switch (item_bytes * MOVE_KEY + swap) {
#define X(size, part, suffix)                 \
    case size *MOVE_KEY + part:               \
        scatter_##suffix(out, stride, in, n); \
        return;
            MOVES(X)
#undef X
        }
    any_strided(out, stride, in, item_bytes, n, item_bytes, swap);
}

/* ---- Transposes ---- */

#ifdef __AVX512F__
#define LANES(name) _mm512_##name
typedef __m512i lanes;
#else
#define LANES(name) _mm256_##name
typedef __m256i lanes;
#endif

FA__INLINE lanes load_lanes(const unsigned char *in)
{
    lanes row;
    memcpy(&row, in, sizeof row);
    return row;
}

FA__INLINE void put_lanes(unsigned char *out, lanes row, bool stream)
{
    if (!stream)
        memcpy(out, &row, sizeof row);
    else
#ifdef __AVX512F__
        _mm512_stream_si512((__m512i *)(void *)out, row);
#else
        _mm256_stream_si256((__m256i *)(void *)out, row);
#endif
}

FA__INLINE void stream_lines(unsigned char *out, const unsigned char *in, int lines)
{
    for (int at = 0; at < 64 * lines; at += (int)sizeof(lanes))
        put_lanes(out + at, load_lanes(in + at), true);
}

/* The pieces of 16 bytes of a, b, c and d that have the same number are a line; lines are `stride` apart. */
FA__INLINE void put_lines(unsigned char *out, int64_t stride, lanes a, lanes b, lanes c, lanes d, bool stream)
{
#ifdef __AVX512F__
    const lanes ab[2] = {_mm512_shuffle_i64x2(a, b, 0x44), _mm512_shuffle_i64x2(a, b, 0xee)};
    const lanes cd[2] = {_mm512_shuffle_i64x2(c, d, 0x44), _mm512_shuffle_i64x2(c, d, 0xee)};
    for (int half = 0; half < 2; half++) {
        put_lanes(out + 2 * half * stride, _mm512_shuffle_i64x2(ab[half], cd[half], 0x88), stream);
        put_lanes(out + (2 * half + 1) * stride, _mm512_shuffle_i64x2(ab[half], cd[half], 0xdd), stream);
    }
#else
    put_lanes(out, _mm256_permute2x128_si256(a, b, 0x20), stream);
    put_lanes(out + 32, _mm256_permute2x128_si256(c, d, 0x20), stream);
    put_lanes(out + stride, _mm256_permute2x128_si256(a, b, 0x31), stream);
    put_lanes(out + stride + 32, _mm256_permute2x128_si256(c, d, 0x31), stream);
#endif
}

/* Puts the bytes of each part of `swap` bytes into the other order. */
static lanes order_of_bytes(int swap)
{
    unsigned char order[16];
    for (int i = 0; i < 16; i++)
        order[i] = (unsigned char)(i / swap * swap + (swap - 1 - i % swap));
    const __m128i piece = _mm_loadu_si128((const __m128i *)(const void *)order);
#ifdef __AVX512F__
    return _mm512_broadcast_i32x4(piece);
#else
    return _mm256_broadcastsi128_si256(piece);
#endif
}

enum { ASKED_AHEAD = 512 }; /* bytes of a row that is turned */

#define S          square1
#define ITEM       1
#define LOW(a, b)  LANES(unpacklo_epi8)(a, b)
#define HIGH(a, b) LANES(unpackhi_epi8)(a, b)
#include "kernel/squares.inc.h"
#undef S
#undef ITEM
#undef LOW
#undef HIGH

#define S          square2
#define ITEM       2
#define LOW(a, b)  LANES(unpacklo_epi16)(a, b)
#define HIGH(a, b) LANES(unpackhi_epi16)(a, b)
#include "kernel/squares.inc.h"
#undef S
#undef ITEM
#undef LOW
#undef HIGH

#define S          square4
#define ITEM       4
#define LOW(a, b)  LANES(unpacklo_epi32)(a, b)
#define HIGH(a, b) LANES(unpackhi_epi32)(a, b)
#include "kernel/squares.inc.h"
#undef S
#undef ITEM
#undef LOW
#undef HIGH

#define S          square8
#define ITEM       8
#define LOW(a, b)  LANES(unpacklo_epi64)(a, b)
#define HIGH(a, b) LANES(unpackhi_epi64)(a, b)
#include "kernel/squares.inc.h"
#undef S
#undef ITEM
#undef LOW
#undef HIGH

#define S    square16
#define ITEM 16
#include "kernel/squares.inc.h"
#undef S
#undef ITEM

static void transpose(void *out, int64_t out_row_stride, const void *in, int64_t in_column_stride,
                      int64_t rows, int64_t columns, int64_t item_bytes, int swap, bool stream)
{
    if (rows <= 0 || columns <= 0 || item_bytes <= 0)
        return;
    const bool plain = swap <= 1, known = plain || (swap <= item_bytes && item_bytes % swap == 0);
    const lanes order = order_of_bytes(plain || !known || swap > 16 ? 1 : swap);
    switch (known ? item_bytes : 0) {
#define X(size)                                                                                            \
    case size:                                                                                             \
        transpose_square##size(out, out_row_stride, in, in_column_stride, rows, columns, plain ? 1 : swap, \
                               plain ? NULL : &order, stream);                                             \
        return;
        X(1)
        X(2)
        X(4)
        X(8)
        X(16)
#undef X
    }
    for (int64_t i = 0; i < rows; i++)
        any_strided((unsigned char *)out + i * out_row_stride, item_bytes,
                    (const unsigned char *)in + i * item_bytes, in_column_stride, columns, item_bytes, swap);
}

/* Whole cache lines go past the cache; the bytes before the first and behind the last whole line of `out` do
 * not. */
static void stream_copy(void *out_bytes, const void *in_bytes, size_t bytes)
{
    unsigned char *out = out_bytes;
    const unsigned char *in = in_bytes;
    const size_t head = -(uintptr_t)out & 63;
    if (bytes < head + 64) {
        memcpy(out, in, bytes);
        return;
    }
    if (head > 0) {
        memcpy(out, in, head);
        out += head;
        in += head;
        bytes -= head;
    }
    for (; bytes >= 64; bytes -= 64, out += 64, in += 64) {
#ifdef __AVX512F__
        _mm512_stream_si512((__m512i *)(void *)out, _mm512_loadu_si512(in));
#else
        const __m256i first = _mm256_loadu_si256((const __m256i *)(const void *)in);
        const __m256i second = _mm256_loadu_si256((const __m256i *)(const void *)(in + 32));
        _mm256_stream_si256((__m256i *)(void *)out, first);
        _mm256_stream_si256((__m256i *)(void *)(out + 32), second);
#endif
    }
    if (bytes > 0)
        memcpy(out, in, bytes);
}

void FA__ISA(fa__fill_move)(fa__kernels *kernels)
{
    kernels->gather = gather;
    kernels->scatter = scatter;
    kernels->transpose = transpose;
    kernels->stream_copy = stream_copy;
    kernels->fill = fill;
}
