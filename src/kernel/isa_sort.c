/* SPDX-License-Identifier: BSD-3-Clause */
/* Sorting of keys: signed integers of 4 or 8 bytes (sort.inc.h), and what brings elements into that form and
 * back. Knows nothing about arrays, axes, or which element a key belongs to. */
#include "kernel/order.h"
#include "kernel/sort_vector.h"

#define S       i32
#define K       int32_t
#define LANES   LANES_i32
#define HIGHEST INT32_MAX
#include "kernel/sort.inc.h"
#undef S
#undef K
#undef LANES
#undef HIGHEST

#define S       i64
#define K       int64_t
#define LANES   LANES_i64
#define HIGHEST INT64_MAX
#include "kernel/sort.inc.h"
#undef S
#undef K
#undef LANES
#undef HIGHEST

/* ---- Keys ---- */

enum { SOME = FA__BLOCK };

/* Floats, by their bits: sign and magnitude become a number in two's complement; what NaNs with a sign would
 * be, the lowest numbers, wraps around to the highest. */
#define FLOAT_KEYS(S, I, U, K, BITS, MANTISSA)                                   \
    FA__INLINE I key_##S(I bits)                                                 \
    {                                                                            \
        const U nans = ((U)1 << (MANTISSA)) - 1;                                 \
        return (I)((U)(bits ^ (I)((U)(I)(bits >> ((BITS)-1)) >> 1)) - nans);     \
    }                                                                            \
    FA__INLINE I merged_##S(I bits)                                              \
    {                                                                            \
        const I highest = (I)((U)-1 >> 1), nans = (I)(((U)1 << (MANTISSA)) - 1); \
        const I infinity = (I)(highest - nans - nans);                           \
        I key = key_##S(bits);                                                   \
        key = (I)(key + (key == (I)(-1 - nans)));                                \
        return key > infinity ? highest : key;                                   \
    }                                                                            \
    FA__INLINE I bits_##S(I key)                                                 \
    {                                                                            \
        const I turned = (I)((U)key + (((U)1 << (MANTISSA)) - 1));               \
        return (I)(turned ^ (I)((U)(I)(turned >> ((BITS)-1)) >> 1));             \
    }

/* Integers are in order but for a constant. Times: one less, so that NaT is the highest. */
#define WHOLE_KEYS(S, I, U, TO, BACK) \
    FA__INLINE I key_##S(I bits)      \
    {                                 \
        return (I)(U)((U)bits TO);    \
    }                                 \
    FA__INLINE I merged_##S(I bits)   \
    {                                 \
        return key_##S(bits);         \
    }                                 \
    FA__INLINE I bits_##S(I key)      \
    {                                 \
        return (I)(U)((U)key BACK);   \
    }

/* X(TYPE, suffix, element's bits, key) */
#define EACH_KEY(X)                       \
    X(BOOL, u8, int8_t, int32_t)          \
    X(INT8, i8, int8_t, int32_t)          \
    X(UINT8, u8, int8_t, int32_t)         \
    X(INT16, i16, int16_t, int32_t)       \
    X(UINT16, u16, int16_t, int32_t)      \
    X(INT32, i32, int32_t, int32_t)       \
    X(UINT32, u32, int32_t, int32_t)      \
    X(INT64, i64, int64_t, int64_t)       \
    X(UINT64, u64, int64_t, int64_t)      \
    X(FLOAT16, f16, int16_t, int32_t)     \
    X(BFLOAT16, bf16, int16_t, int32_t)   \
    X(FLOAT32, f32, int32_t, int32_t)     \
    X(FLOAT64, f64, int64_t, int64_t)     \
    X(DATETIME64, time, int64_t, int64_t) \
    X(TIMEDELTA64, time, int64_t, int64_t)

WHOLE_KEYS(i8, int8_t, uint8_t, +0, +0)
WHOLE_KEYS(u8, int8_t, uint8_t, ^0x80, ^0x80)
WHOLE_KEYS(i16, int16_t, uint16_t, +0, +0)
WHOLE_KEYS(u16, int16_t, uint16_t, ^0x8000, ^0x8000)
WHOLE_KEYS(i32, int32_t, uint32_t, +0, +0)
WHOLE_KEYS(u32, int32_t, uint32_t, ^0x80000000u, ^0x80000000u)
WHOLE_KEYS(i64, int64_t, uint64_t, +0, +0)
WHOLE_KEYS(u64, int64_t, uint64_t, ^0x8000000000000000u, ^0x8000000000000000u)
WHOLE_KEYS(time, int64_t, uint64_t, -1, +1)
FLOAT_KEYS(f16, int16_t, uint16_t, int32_t, 16, 10)
FLOAT_KEYS(bf16, int16_t, uint16_t, int32_t, 16, 7)
FLOAT_KEYS(f32, int32_t, uint32_t, int32_t, 32, 23)
FLOAT_KEYS(f64, int64_t, uint64_t, int64_t, 64, 52)

#define X(TYPE, S, I, K)                                                                 \
    static void keys_of_##TYPE(void *keys, const void *elements, int64_t n, bool merged) \
    {                                                                                    \
        K *out = keys;                                                                   \
        const I *in = elements;                                                          \
        if (merged)                                                                      \
            FA__INDEPENDENT for (int64_t i = 0; i < n; i++) out[i] = merged_##S(in[i]);  \
        else                                                                             \
            FA__INDEPENDENT for (int64_t i = 0; i < n; i++) out[i] = key_##S(in[i]);     \
    }                                                                                    \
    static void elements_of_##TYPE(void *elements, const void *keys, int64_t n)          \
    {                                                                                    \
        I *out = elements;                                                               \
        const K *in = keys;                                                              \
        FA__INDEPENDENT for (int64_t i = 0; i < n; i++) out[i] = bits_##S((I)in[i]);     \
    }
EACH_KEY(X)
#undef X

typedef void keys_of_loop(void *keys, const void *elements, int64_t n, bool merged);
static keys_of_loop *const keys_of_loops[FA__KERNEL_TYPES] = {
#define X(TYPE, S, I, K) [FA_TYPE_##TYPE] = keys_of_##TYPE,
    EACH_KEY(X)
#undef X
};

static int key_bytes(fa_type type)
{
    switch (type) {
#define X(TYPE, S, I, K) \
    case FA_TYPE_##TYPE: \
        return sizeof(K);
        EACH_KEY(X)
#undef X
    default:
        return 0;
    }
}

static void keys_of(void *keys, const void *elements, fa_type type, int64_t n, bool merged)
{
    keys_of_loops[type](keys, elements, n, merged);
}

static void elements_of(void *elements, const void *keys, fa_type type, int64_t n)
{
    switch (type) {
#define X(TYPE, S, I, K)                       \
    case FA_TYPE_##TYPE:                       \
        elements_of_##TYPE(elements, keys, n); \
        break;
        EACH_KEY(X)
#undef X
    default:
        break;
    }
}

static size_t item_bytes_of(fa_type type)
{
    switch (type) {
#define X(TYPE, S, I, K) \
    case FA_TYPE_##TYPE: \
        return sizeof(I);
        EACH_KEY(X)
#undef X
    default:
        return 0;
    }
}

/* ---- Sorting ---- */

static void sort_keys(void *keys, int64_t n, int bytes)
{
    if (bytes == 4)
        sort_keys_i32(keys, n);
    else
        sort_keys_i64(keys, n);
}

static int64_t part_keys(void *keys, int64_t n, int bytes)
{
    return bytes == 4 ? part_middle_i32(keys, n) : part_middle_i64(keys, n);
}

static int64_t select_key(void *keys, int64_t n, int64_t k, int bytes)
{
    return bytes == 4 ? select_key_i32(keys, n, k) : select_key_i64(keys, n, k);
}

static void search_keys(const void *keys, int64_t n, const void *sought, int64_t count, int bytes, bool right,
                        int64_t *positions)
{
    if (bytes == 4)
        search_keys_i32(keys, n, sought, count, right, positions);
    else
        search_keys_i64(keys, n, sought, count, right, positions);
}

/* ---- Keys that carry their position ---- */

/* Merged keys of up to SOME elements, as 64 bits. */
FA__INLINE void wide_keys(fa_type type, const void *elements, int64_t n, int64_t *keys)
{
    if (key_bytes(type) == 8) {
        keys_of(keys, elements, type, n, true);
        return;
    }
    int32_t narrow[SOME];
    keys_of(narrow, elements, type, n, true);
    for (int64_t i = 0; i < n; i++)
        keys[i] = narrow[i];
}

static void key_range(const void *elements, fa_type type, int64_t n, int64_t *lowest, int64_t *highest)
{
    int64_t keys[SOME], low = INT64_MAX, high = INT64_MIN;
    const char *in = elements;
    const size_t item = item_bytes_of(type);
    for (int64_t done = 0; done < n; done += SOME) {
        const int64_t some = n - done < SOME ? n - done : SOME;
        wide_keys(type, in + (size_t)done * item, some, keys);
        for (int64_t i = 0; i < some; i++) {
            low = keys[i] < low ? keys[i] : low;
            high = keys[i] > high ? keys[i] : high;
        }
    }
    *lowest = low;
    *highest = high;
}

/* Numbers are signed to the sort: the uppermost bit is turned over. */
#define SIGN ((uint64_t)1 << 63)

static void pack(const fa__packing *p, const void *elements, int64_t first, int64_t n, int64_t *packed)
{
    int64_t keys[SOME];
    const char *in = elements;
    const size_t item = item_bytes_of(p->type);
    const uint64_t low = p->low;
    const int lost = p->lost_bits, positions = p->position_bits;
    for (int64_t done = 0; done < n; done += SOME) {
        const int64_t some = n - done < SOME ? n - done : SOME, at = first + done;
        wide_keys(p->type, in + (size_t)at * item, some, keys);
        for (int64_t i = 0; i < some; i++)
            packed[done + i] =
                (int64_t)((((uint64_t)keys[i] - low) >> lost << positions | (uint64_t)(at + i)) ^ SIGN);
    }
}

static void sort_lost(const fa__packing *p, const void *elements, int64_t *packed, int64_t n)
{
    const char *in = elements;
    const size_t item = item_bytes_of(p->type);
    const uint64_t positions = ((uint64_t)1 << p->position_bits) - 1,
                   lost = ((uint64_t)1 << p->lost_bits) - 1;
    for (int64_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && fa__packed_alike(p, packed[i], packed[end]);)
            end++;
        if (end == i + 1)
            continue;
        for (int64_t k = i; k < end; k++) {
            const uint64_t at = (uint64_t)packed[k] & positions;
            int64_t key;
            wide_keys(p->type, in + at * item, 1, &key);
            packed[k] = (int64_t)(((((uint64_t)key - p->low) & lost) << p->position_bits | at) ^ SIGN);
        }
        sort_keys_i64(packed + i, end - i);
    }
}

static void unpack(const fa__packing *p, int64_t *packed, int64_t n, int64_t first)
{
    const int64_t positions = (int64_t)(((uint64_t)1 << p->position_bits) - 1);
    for (int64_t i = 0; i < n; i++)
        packed[i] = (packed[i] & positions) + first;
}

void FA__ISA(fa__fill_sort)(fa__kernels *kernels)
{
    kernels->keys_of = keys_of;
    kernels->elements_of = elements_of;
    kernels->sort_keys = sort_keys;
    kernels->part_keys = part_keys;
    kernels->select_key = select_key;
    kernels->search_keys = search_keys;
    kernels->key_range = key_range;
    kernels->pack = pack;
    kernels->sort_lost = sort_lost;
    kernels->unpack = unpack;
}
