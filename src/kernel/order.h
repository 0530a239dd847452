/* SPDX-License-Identifier: BSD-3-Clause */
/* Kernels of order: elements as keys, sorting and selecting keys, keys that carry their position. A key is a
 * signed integer of 4 or 8 bytes that is in the order of its element. Knows nothing about arrays and axes,
 * nor about types whose order is not that of one integer (complex numbers, texts, records): src/op/order.c
 * brings those down to keys.
 *
 * The order is NumPy's: NaN and NaT stand last. What NumPy takes for equal is in a fixed order as well, -0.0
 * before 0.0 and NaNs by their bits; or it is `merged`, and one key is that of all. */
#ifndef FA_KERNEL_ORDER_H
#define FA_KERNEL_ORDER_H

#include "kernel/kernel.h"

/* 4 or 8; 0 where the type has no keys. */
int fa__key_bytes(fa_type type);
/* Keys of n elements. Both may be the same memory where elements are as large as keys. */
void fa__keys_of(void *keys, const void *elements, fa_type type, int64_t n, bool merged);
/* The elements whose keys, not merged, these are. */
void fa__elements_of(void *elements, const void *keys, fa_type type, int64_t n);

/* Sorts keys in place. */
void fa__sort_keys(void *keys, int64_t n, int key_bytes);
/* Moves keys about so that no one of the first ones is above any of the others, about as many; how many first
 * ones. All n where every key is the same. */
int64_t fa__part_keys(void *keys, int64_t n, int key_bytes);
/* The key that would stand at position k; keys are moved about. */
int64_t fa__select_key(void *keys, int64_t n, int64_t k, int key_bytes);

/* Where each of `count` sought keys belongs among n sorted ones: how many come before it, and, to the right,
 * equal it. */
void fa__search_keys(const void *keys, int64_t n, const void *sought, int64_t count, int key_bytes,
                     bool right, int64_t *positions);

/* Keys that carry their position: of the key, as many of its upper bits as 64 leave room for. Sorted, equal
 * ones are in the order of their positions. */
typedef struct fa__packing {
    fa_type type; /* of the elements, whose keys are merged */
    uint64_t low; /* the lowest key */
    int position_bits, lost_bits;
} fa__packing;

/* The lowest and the highest key of n elements (n > 0), merged. */
void fa__key_range(const void *elements, fa_type type, int64_t n, int64_t *low, int64_t *high);
/* For n < 2**32 elements whose keys are in a range. */
fa__packing fa__packing_of(fa_type type, int64_t low, int64_t high, int64_t n);
/* Elements [first, first + n) to packed[0..n). */
void fa__pack(const fa__packing *packing, const void *elements, int64_t first, int64_t n, int64_t *packed);
/* Where bits were lost: puts those in order, of sorted ones, that differ in these alone. */
void fa__sort_lost(const fa__packing *packing, const void *elements, int64_t *packed, int64_t n);
/* Whether two differ in lost bits and positions alone. */
static inline bool fa__packed_alike(const fa__packing *packing, int64_t a, int64_t b)
{
    return (uint64_t)a >> packing->position_bits == (uint64_t)b >> packing->position_bits;
}
/* Their positions, in place, counted from `first`. */
void fa__unpack(const fa__packing *packing, int64_t *packed, int64_t n, int64_t first);

#endif
