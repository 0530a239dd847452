/* SPDX-License-Identifier: BSD-3-Clause */
/* What one compilation of the kernels (an isa_*.c file with one instruction set) hands to kernel/table.c.
 * Each family of kernels fills its own part of the table. Knows nothing about which instruction set the
 * processor has. */
#ifndef FA_KERNEL_ISA_H
#define FA_KERNEL_ISA_H

#include "kernel/bins.h"
#include "kernel/chain.h"
#include "kernel/kernel.h"
#include "kernel/product.h"
#include "kernel/rank.h"
#include "kernel/order.h"

/* The suffixes of element types by kind, as kernel/each_type.inc.h has them. */
#define FA__EACH_INTEGER(X) \
    X(i8)                   \
    X(u8)                   \
    X(i16)                  \
    X(u16)                  \
    X(i32)                  \
    X(u32)                  \
    X(i64)                  \
    X(u64)
#define FA__EACH_NARROW(X) \
    X(f16)                 \
    X(bf16)
#define FA__EACH_FLOAT(X) \
    X(f32)                \
    X(f64)
#define FA__EACH_COMPLEX(X) \
    X(c64)                  \
    X(c128)
/* All that FA__WITH_BOOL, INTEGERS, FLOATS and COMPLEX bring. */
#define FA__EACH_NUMBER(X) \
    X(b8)                  \
    FA__EACH_INTEGER(X)    \
    FA__EACH_FLOAT(X)      \
    FA__EACH_COMPLEX(X)

/* Types with kernels come first in fa_type. */
enum { FA__KERNEL_TYPES = FA_TYPE_TIMEDELTA64 + 1, FA__MAX_MIXED = 32, FA__MAX_JOINTS = 7 };

struct fa__octave_sum;
typedef struct fa__kernels {
    const char *name;
    fa__loop *loops[FA__OPERATION_COUNT][FA__KERNEL_TYPES];
    fa__loop *compare_mixed[FA__OPERATION_COUNT][2]; /* [1]: the first is signed */
    struct {
        fa__operation operation;
        fa_type first, second;
        fa__loop *loop;
    } mixed[FA__MAX_MIXED]; /* of inputs of two types */
    int mixed_count;
    fa__link_run *links[FA__OPERATION_COUNT][FA__KERNEL_TYPES][FA__LINK_FORMS];
    fa__link_run *link_moves[FA__KERNEL_TYPES][FA__LINK_MOVES];
    void (*chain_run)(fa__chain *chain, int64_t n, bool stream);
    void (*chain_sums)(fa__chain *chain, int64_t n, double *sums);
    fa__convert_loop *converts[FA__KERNEL_TYPES][FA__KERNEL_TYPES]; /* [from][to] */
    fa__reducer reducers[FA__REDUCTION_COUNT][FA__KERNEL_TYPES];    /* leaf is NULL where undefined */
    fa__joint joints[FA__KERNEL_TYPES][FA__MAX_JOINTS];             /* those that cost least first */
    fa__scan_loop *scans[FA__OPERATION_COUNT][FA__KERNEL_TYPES];
    void (*octave_sum)(const double *x, int64_t n, double near, struct fa__octave_sum *sum);
    fa__ranker rankers[FA__KERNEL_TYPES]; /* keys is NULL where undefined */
    void (*find_bins)(const fa__bins *bins, const void *x, int64_t n, int32_t *out);
    void (*count_elements)(const fa__bins *bins, const void *x, int64_t n, int64_t *counters);
    void (*add_bins)(double *sums, const int32_t *bins, const double *weights, int parts, int64_t n);
    bool (*any_negative[FA__KERNEL_TYPES])(const void *elements, int64_t n);
    void (*gather)(void *out, const void *in, int64_t stride, int64_t n, int64_t item_bytes, int swap);
    void (*scatter)(void *out, int64_t stride, const void *in, int64_t n, int64_t item_bytes, int swap);
    void (*transpose)(void *out, int64_t out_row_stride, const void *in, int64_t in_column_stride,
                      int64_t rows, int64_t columns, int64_t item_bytes, int swap, bool stream);
    void (*stream_copy)(void *out, const void *in, size_t bytes);
    void (*fill)(void *out, const void *element, int64_t n, int64_t item_bytes);
    int64_t (*count_true)(const unsigned char *mask, int64_t n);
    int64_t (*true_positions)(int64_t *out, int64_t room, const unsigned char *mask, int64_t n,
                              int64_t first);
    int64_t (*squeeze)(void *out, int64_t room, const void *in, const unsigned char *mask, int64_t n,
                       int64_t item_bytes);
    void (*pick)(void *out, const void *base, const int64_t *offsets, int64_t n, int64_t item_bytes,
                 bool stream);
    bool (*pick_along)(void *out, const void *base, const int64_t *positions, int64_t stride, int64_t size,
                       int64_t n, int64_t item_bytes, bool stream);
    void (*place)(void *base, const int64_t *offsets, const void *in, int64_t n, int64_t item_bytes);
    void (*overlay)(void *out, const void *in, const unsigned char *mask, int64_t n, int64_t item_bytes);
    void (*generate)(fa__generator generator, fa_type type, const fa__generator_params *params, int64_t first,
                     int64_t step, int64_t n, void *out, bool past_cache);
    fa__product_loop *products[FA__KERNEL_TYPES];
    size_t product_rooms[FA__KERNEL_TYPES]; /* bytes for panels */
    void (*keys_of)(void *keys, const void *elements, fa_type type, int64_t n, bool merged);
    void (*elements_of)(void *elements, const void *keys, fa_type type, int64_t n);
    void (*sort_keys)(void *keys, int64_t n, int key_bytes);
    int64_t (*select_key)(void *keys, int64_t n, int64_t k, int key_bytes);
    int64_t (*part_keys)(void *keys, int64_t n, int key_bytes);
    void (*search_keys)(const void *keys, int64_t n, const void *sought, int64_t count, int key_bytes,
                        bool right, int64_t *positions);
    void (*key_range)(const void *elements, fa_type type, int64_t n, int64_t *low, int64_t *high);
    void (*pack)(const fa__packing *packing, const void *elements, int64_t first, int64_t n, int64_t *packed);
    void (*sort_lost)(const fa__packing *packing, const void *elements, int64_t *packed, int64_t n);
    void (*unpack)(const fa__packing *packing, int64_t *packed, int64_t n, int64_t first);
} fa__kernels;

static inline void fa__add_mixed(fa__kernels *kernels, fa__operation operation, fa_type first, fa_type second,
                                 fa__loop *loop)
{
    const int at = kernels->mixed_count++;
    kernels->mixed[at].operation = operation;
    kernels->mixed[at].first = first;
    kernels->mixed[at].second = second;
    kernels->mixed[at].loop = loop;
}

/* The families, and what each fills; X(name). The last one stands on the others. */
#define FA__FAMILIES(X) \
    X(arithmetic)       \
    X(integer)          \
    X(quotient)         \
    X(parts)            \
    X(complex)          \
    X(math)             \
    X(cmath)            \
    X(compare)          \
    X(chain)            \
    X(time)             \
    X(select)           \
    X(convert)          \
    X(reduce)           \
    X(scan)             \
    X(move)             \
    X(squeeze)          \
    X(rank)             \
    X(bins)             \
    X(random)           \
    X(product)          \
    X(sort)             \
    X(narrow)

#define FA__ROW(family)                                \
    void fa__fill_##family##_v3(fa__kernels *kernels); \
    void fa__fill_##family##_v4(fa__kernels *kernels);
FA__FAMILIES(FA__ROW)
#undef FA__ROW

/* What FARRAY_MATH=fast puts in place of functions of real floats; then what stands on them is filled again.
 */
void fa__fill_fast_v3(fa__kernels *kernels);
void fa__fill_fast_v4(fa__kernels *kernels);

/* fa__fill_math becomes fa__fill_math_v3 in a file that is compiled for x86-64-v3. */
#define FA__JOIN_(a, b) a##_##b
#define FA__JOIN(a, b)  FA__JOIN_(a, b)
#ifdef FA__ISA_LEVEL
#define FA__ISA(name) FA__JOIN(name, FA__ISA_LEVEL)
#endif

#endif
