/* SPDX-License-Identifier: BSD-3-Clause */
/* Choosing elements: by a mask (one byte for each element, true where it is not zero) and by offsets. Knows
 * nothing about dtypes: elements are items of some number of bytes.
 *
 * A mask is looked at 64 elements at a time, as the bits of one word. */
#include "kernel/eights.h"

#include <stddef.h>

/* Bit i says that mask[i] is true, for i < 64. */
FA__INLINE uint64_t bits_of_64(const unsigned char *mask)
{
    const __m256i zero = _mm256_setzero_si256();
    const __m256i low = _mm256_loadu_si256((const __m256i *)mask);
    const __m256i high = _mm256_loadu_si256((const __m256i *)(mask + 32));
    const uint32_t low_zeros = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, zero));
    const uint32_t high_zeros = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, zero));
    return ~((uint64_t)high_zeros << 32 | low_zeros);
}

/* The same for up to 64 elements. */
FA__INLINE uint64_t bits_of(const unsigned char *mask, int64_t n)
{
    if (n >= 64)
        return bits_of_64(mask);
    uint64_t bits = 0;
    for (int64_t i = 0; i < n; i++)
        bits |= (uint64_t)(mask[i] != 0) << i;
    return bits;
}

static int64_t count_true(const unsigned char *mask, int64_t n)
{
    int64_t count = 0;
    for (int64_t i = 0; i < n; i += 64)
        count += __builtin_popcountll(bits_of(mask + i, n - i));
    return count;
}

static int64_t true_positions(int64_t *out, int64_t room, const unsigned char *mask, int64_t n, int64_t first)
{
    int64_t made = 0;
    for (int64_t i = 0; i < n; i += 64)
        for (uint64_t bits = bits_of(mask + i, n - i); bits != 0 && made < room; bits &= bits - 1)
            out[made++] = first + i + __builtin_ctzll(bits);
    return made;
}

/* ---- Squeezing: the elements where the mask is true, one behind the other ---- */

/* Items whose size is no vector's. */
FA__INLINE int64_t squeeze_bits(unsigned char *out, const unsigned char *in, uint64_t bits, int64_t made,
                                int64_t room, size_t item_bytes)
{
    for (; bits != 0 && made < room; bits &= bits - 1)
        memcpy(out + (size_t)made++ * item_bytes, in + (size_t)__builtin_ctzll(bits) * item_bytes,
               item_bytes);
    return made;
}

FA__INLINE void squeeze_eight_1(unsigned char *out, const unsigned char *in, unsigned chosen)
{
    uint64_t items;
    memcpy(&items, in, sizeof items);
    items = _pext_u64(items, _pdep_u64(chosen, UINT64_C(0x0101010101010101)) * 0xff);
    memcpy(out, &items, sizeof items);
}

FA__INLINE void squeeze_eight_2(unsigned char *out, const unsigned char *in, unsigned chosen)
{
    for (int half = 0; half < 2; half++) {
        const uint64_t four = chosen >> 4 * half & 15;
        uint64_t items;
        memcpy(&items, in + 8 * half, sizeof items);
        items = _pext_u64(items, _pdep_u64(four, UINT64_C(0x0001000100010001)) * 0xffff);
        memcpy(out, &items, sizeof items);
        out += 2 * __builtin_popcountll(four);
    }
}

/* The loop for items of a size that has vectors: EIGHT writes 8 items, so there must be room for those. */
#define SQUEEZE(size)                                                                                     \
    static int64_t squeeze_##size(unsigned char *out, int64_t room, const unsigned char *in,              \
                                  const unsigned char *mask, int64_t n)                                   \
    {                                                                                                     \
        int64_t made = 0;                                                                                 \
        for (int64_t i = 0; i < n && made < room; i += 64) {                                              \
            const uint64_t bits = bits_of(mask + i, n - i);                                               \
            const unsigned char *from = in + (size_t)i * (size);                                          \
            if (bits == UINT64_MAX && room - made >= 64) {                                                \
                memcpy(out + (size_t)made * (size), from, 64 * (size));                                   \
                made += 64;                                                                               \
            } else if (n - i < 64 || room - made < 64 || __builtin_popcountll(bits) < 8) {                \
                made = squeeze_bits(out, from, bits, made, room, (size));                                 \
            } else {                                                                                      \
                for (int k = 0; k < 64; k += 8) {                                                         \
                    const unsigned chosen = bits >> k & 0xff;                                             \
                    squeeze_eight_##size(out + (size_t)made * (size), from + (size_t)k * (size), chosen); \
                    made += __builtin_popcount(chosen);                                                   \
                }                                                                                         \
            }                                                                                             \
        }                                                                                                 \
        return made;                                                                                      \
    }

SQUEEZE(1)
SQUEEZE(2)
SQUEEZE(4)
SQUEEZE(8)

static int64_t squeeze(void *out, int64_t room, const void *in, const unsigned char *mask, int64_t n,
                       int64_t item_bytes)
{
    switch (item_bytes) {
    case 1:
        return squeeze_1(out, room, in, mask, n);
    case 2:
        return squeeze_2(out, room, in, mask, n);
    case 4:
        return squeeze_4(out, room, in, mask, n);
    case 8:
        return squeeze_8(out, room, in, mask, n);
    }
    int64_t made = 0;
    for (int64_t i = 0; i < n && made < room; i += 64)
        made = squeeze_bits(out, (const unsigned char *)in + i * item_bytes, bits_of(mask + i, n - i), made,
                            room, (size_t)item_bytes);
    return made;
}

/* ---- Offsets and masked stores ---- */

/* One loop for each size that the compiler knows, and one for all others: X(size). */
#define BY_SIZE(item_bytes, X) \
    switch (item_bytes) {      \
    case 1:                    \
        X(1);                  \
        break;                 \
    case 2:                    \
        X(2);                  \
        break;                 \
    case 4:                    \
        X(4);                  \
        break;                 \
    case 8:                    \
        X(8);                  \
        break;                 \
    case 16:                   \
        X(16);                 \
        break;                 \
    default:                   \
        X((size_t)item_bytes); \
    }

/* Items that lie anywhere are asked for into the second-level cache, which can wait for more of them than the
 * first; of long ones the beginning, since what follows is read ahead. */
enum { ITEMS_AHEAD = 64 };

/* There are `known` offsets, n of which are picked now. */
static void pick_short(unsigned char *out, const unsigned char *in, const int64_t *offsets, int64_t n,
                       int64_t known, int64_t item_bytes)
{
    const int64_t last = known - 1;
#define LOOP(size)                                                                               \
    for (int64_t i = 0; i < n; i++) {                                                            \
        __builtin_prefetch(in + offsets[i + ITEMS_AHEAD < last ? i + ITEMS_AHEAD : last], 0, 2); \
        memcpy(out + (size_t)i * (size), in + offsets[i], (size));                               \
    }
    BY_SIZE(item_bytes, LOOP)
#undef LOOP
}

static void pick_long(unsigned char *out, const unsigned char *in, const int64_t *offsets, int64_t n,
                      int64_t item_bytes, bool stream)
{
    for (int64_t i = 0; i < n; i++, out += item_bytes) {
        for (int64_t at = 0; i + 1 < n && at < FA__LONG_ITEM; at += 64)
            __builtin_prefetch(in + offsets[i + 1] + at);
        if (stream)
            fa__stream_copy(out, in + offsets[i], (size_t)item_bytes);
        else
            memcpy(out, in + offsets[i], (size_t)item_bytes);
    }
}

static void pick(void *out_items, const void *base, const int64_t *offsets, int64_t n, int64_t item_bytes,
                 bool stream)
{
    unsigned char *out = out_items, some_items[4096];
    if (item_bytes >= FA__LONG_ITEM) {
        pick_long(out, base, offsets, n, item_bytes, stream);
        return;
    }
    const int64_t most = stream ? (int64_t)sizeof some_items / item_bytes : n;
    for (int64_t some; n > 0; n -= some, offsets += some, out += some * item_bytes) {
        some = n < most ? n : most;
        pick_short(stream ? some_items : out, base, offsets, some, n, item_bytes);
        if (stream)
            fa__stream_copy(out, some_items, (size_t)(some * item_bytes));
    }
}

/* The offset of one position; the first where it is outside. Whoever changes it meanwhile makes another
 * element of it and nothing worse: it is read once. */
FA__INLINE size_t offset_along(const int64_t *position, int64_t stride, int64_t size, bool *inside)
{
    const uint64_t at = (uint64_t)__atomic_load_n(position, __ATOMIC_RELAXED);
    const bool is_inside = at < (uint64_t)size;
    *inside &= is_inside;
    return (is_inside ? at : 0) * (size_t)stride;
}

static bool pick_short_along(unsigned char *out, const unsigned char *in, const int64_t *positions,
                             int64_t stride, int64_t size, int64_t n, int64_t known, int64_t item_bytes)
{
    const int64_t last = known - 1;
    bool inside = true, any = true;
#define LOOP(bytes)                                                                                          \
    for (int64_t i = 0; i < n; i++) {                                                                        \
        const int64_t *next = positions + (i + ITEMS_AHEAD < last ? i + ITEMS_AHEAD : last);                 \
        __builtin_prefetch(in + offset_along(next, stride, size, &any), 0, 2);                               \
        memcpy(out + (size_t)i * (bytes), in + offset_along(positions + i, stride, size, &inside), (bytes)); \
    }
    BY_SIZE(item_bytes, LOOP)
#undef LOOP
    return inside;
}

static bool pick_along(void *out_items, const void *base, const int64_t *positions, int64_t stride,
                       int64_t size, int64_t n, int64_t item_bytes, bool stream)
{
    unsigned char *out = out_items, some_items[4096];
    const int64_t most = stream ? (int64_t)sizeof some_items / item_bytes : n;
    for (int64_t some; n > 0; n -= some, positions += some, out += some * item_bytes) {
        some = n < most ? n : most;
        if (!pick_short_along(stream ? some_items : out, base, positions, stride, size, some, n, item_bytes))
            return false;
        if (stream)
            fa__stream_copy(out, some_items, (size_t)(some * item_bytes));
    }
    return true;
}

static void place(void *base, const int64_t *offsets, const void *in_items, int64_t n, int64_t item_bytes)
{
    unsigned char *out = base;
    const unsigned char *in = in_items;
#define LOOP(size)                  \
    for (int64_t i = 0; i < n; i++) \
    memcpy(out + offsets[i], in + (size_t)i * (size), (size))
    BY_SIZE(item_bytes, LOOP)
#undef LOOP
}

/* Elements where the mask is not true are not written at all: they may be another thread's. */
static void overlay(void *out_items, const void *in_items, const unsigned char *mask, int64_t n,
                    int64_t item_bytes)
{
    unsigned char *out = out_items;
    const unsigned char *in = in_items;
#define LOOP(size)                                                                      \
    for (int64_t i = 0; i < n; i += 64) {                                               \
        uint64_t bits = bits_of(mask + i, n - i);                                       \
        if (bits == UINT64_MAX)                                                         \
            memcpy(out + (size_t)i * (size), in + (size_t)i * (size), 64 * (size));     \
        else                                                                            \
            for (; bits != 0; bits &= bits - 1) {                                       \
                const size_t at = ((size_t)i + (size_t)__builtin_ctzll(bits)) * (size); \
                memcpy(out + at, in + at, (size));                                      \
            }                                                                           \
    }
    BY_SIZE(item_bytes, LOOP)
#undef LOOP
}

void FA__ISA(fa__fill_squeeze)(fa__kernels *kernels)
{
    kernels->count_true = count_true;
    kernels->true_positions = true_positions;
    kernels->squeeze = squeeze;
    kernels->pick = pick;
    kernels->pick_along = pick_along;
    kernels->place = place;
    kernels->overlay = overlay;
}
