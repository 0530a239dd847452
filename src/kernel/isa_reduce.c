/* SPDX-License-Identifier: BSD-3-Clause */
/* Reductions. Floating ones are those of doubles (reduce_double.inc.h) on converted blocks, so that there is
 * one tree; those of integers are exact in any order. any, all and count_nonzero share a count. */
#include "kernel/loop.h"
#include "kernel/complex.h"
#include "kernel/narrow.h"
#include "kernel/lanes.h"

#include "kernel/reduce_double.inc.h"
#include "kernel/reduce_complex.inc.h"
#include "kernel/reduce_position.inc.h"

/* ---- Strips that need no end, counts, and results of integers ---- */

static void no_strip_end(void *state, int64_t capacity, int64_t n, int rows)
{
    (void)state, (void)capacity, (void)n, (void)rows;
}

static void add_merge(void *a, int64_t a_capacity, const void *b, int64_t b_capacity, int64_t n)
{
    uint64_t *firsts = a;
    const uint64_t *seconds = b;
    (void)a_capacity, (void)b_capacity;
    for (int64_t i = 0; i < n; i++)
        firsts[i] += seconds[i];
}

static void finish_any(void *out, const void *state, int64_t capacity, int64_t n, int64_t count, double ddof)
{
    uint8_t *results = out;
    const int64_t *counts = state;
    (void)capacity, (void)ddof;
    for (int64_t i = 0; i < n; i++)
        results[i] = count != 0 && counts[i] != 0;
}

static void finish_all(void *out, const void *state, int64_t capacity, int64_t n, int64_t count, double ddof)
{
    uint8_t *results = out;
    const int64_t *counts = state;
    (void)capacity, (void)ddof;
    for (int64_t i = 0; i < n; i++)
        results[i] = count == 0 || counts[i] == count;
}

static void finish_count(void *out, const void *state, int64_t capacity, int64_t n, int64_t count,
                         double ddof)
{
    int64_t *results = out;
    const int64_t *counts = state;
    (void)capacity, (void)ddof;
    for (int64_t i = 0; i < n; i++)
        results[i] = count == 0 ? 0 : counts[i];
}

static void finish_integer_sum(void *out, const void *state, int64_t capacity, int64_t n, int64_t count,
                               double ddof)
{
    finish_count(out, state, capacity, n, count, ddof);
}

static void finish_integer_prod(void *out, const void *state, int64_t capacity, int64_t n, int64_t count,
                                double ddof)
{
    int64_t *results = out;
    const int64_t *products = state;
    (void)capacity, (void)ddof;
    for (int64_t i = 0; i < n; i++)
        results[i] = count == 0 ? 1 : products[i];
}

/* ---- Results of floats ---- */

/* A float of 16 bits of a double, rounded once. */
#define STORE_NARROW                         \
    FA__INLINE T NAME(store)(double x)       \
    {                                        \
        const float odd = rounded_to_odd(x); \
        T result;                            \
        NAME(narrow)(&result, &odd, 1);      \
        return result;                       \
    }

#define NARROW
#define STORE(x) NAME(store)(x)
#define S        f16
#define T        fa__half
STORE_NARROW
#include "kernel/reduce_float.inc.h"
#undef S
#undef T
#define S bf16
#define T fa__bfloat
STORE_NARROW
#include "kernel/reduce_float.inc.h"
#undef NARROW
#undef STORE
#undef S
#undef T

#define STORE(x) (T)(x)
#define FA__WITH_FLOATS
#define FA__TEMPLATE "kernel/reduce_float.inc.h"
#include "kernel/each_type.inc.h"
#undef STORE

/* ---- The reducers of each type ---- */

#define FA__REDUCER(id, parts, identity, family, merging, finishing, type)                          \
    kernels->reducers[FA__REDUCE_##id][TYPE] = (fa__reducer)                                        \
    {                                                                                               \
        .components = parts, .result = type, .has_identity = identity, .leaf = NAME(family##_leaf), \
        .leaf_rows = NAME(family##_leaf_rows), .strip_row = NAME(family##_strip_row),               \
        .strip_end = no_strip_end, .merge = merging, .finish = finishing                            \
    }

#define FA__LOCATOR(id, parts, family, merging, finishing, locating)          \
    FA__REDUCER(id, parts, false, family, merging, finishing, FA_TYPE_INT64); \
    kernels->reducers[FA__REDUCE_##id][TYPE].locate = locating

/* Integers and bool: means and variances as doubles, the rest exactly. */
#define DOUBLE_REDUCTIONS(X) \
    X(sum)                   \
    X(var)
#define FLOATING_RESULT FA_TYPE_FLOAT64
#define FINISH(name)    finish_##name##_f64

#define VALUE(x)   ((x) != 0)
#define IS_TRUE(x) ((x) != 0)
#define WIDE       int64_t
#define WIDE_TYPE  FA_TYPE_INT64
#define FA__WITH_BOOL
#define FA__TEMPLATE "kernel/reduce_whole.inc.h"
#include "kernel/each_type.inc.h"
#undef VALUE
#undef WIDE
#undef WIDE_TYPE

#define VALUE(x)  (x)
#define WIDE      FA__JOIN(wide, IS_SIGNED)
#define WIDE_TYPE (IS_SIGNED ? FA_TYPE_INT64 : FA_TYPE_UINT64)
typedef uint64_t wide_0;
typedef int64_t wide_1;
#define FA__WITH_INTEGERS
#define FA__TEMPLATE "kernel/reduce_whole.inc.h"
#include "kernel/each_type.inc.h"
#undef DOUBLE_REDUCTIONS
#undef FLOATING_RESULT
#undef FINISH

/* Floats: everything as doubles. */
#define DOUBLE_REDUCTIONS(X) \
    X(sum)                   \
    X(prod)                  \
    X(min)                   \
    X(max)                   \
    X(var)                   \
    X(nansum)                \
    X(nanmean)               \
    X(nanmin)                \
    X(nanmax)                \
    X(nanvar)                \
    X(argmin)                \
    X(argmax)                \
    X(nanargmin)             \
    X(nanargmax)
#define FLOATING
#define FLOATING_RESULT TYPE
#define FINISH(name)    NAME(finish_##name)
#define FA__WITH_FLOATS
#define FA__TEMPLATE "kernel/reduce_real.inc.h"
#include "kernel/each_type.inc.h"
#undef IS_TRUE

#define NARROW
#define IS_TRUE(x) (((x).bits & 0x7fff) != 0)
#define S          f16
#define T          fa__half
#define TYPE       FA_TYPE_FLOAT16
#include "kernel/reduce_real.inc.h"
#undef S
#undef T
#undef TYPE

#define S    bf16
#define T    fa__bfloat
#define TYPE FA_TYPE_BFLOAT16
#include "kernel/reduce_real.inc.h"
#undef S
#undef T
#undef TYPE

#define FA__WITH_COMPLEX
#define FA__TEMPLATE "kernel/reduce_pairs.inc.h"
#include "kernel/each_type.inc.h"

void FA__ISA(fa__fill_reduce)(fa__kernels *kernels)
{
    fill_real_b8(kernels);
    fill_integer_b8(kernels);
#define X(suffix)                \
    fill_real_##suffix(kernels); \
    fill_integer_##suffix(kernels);
    X(i8)
    X(u8)
    X(i16)
    X(u16)
    X(i32)
    X(u32)
    X(i64)
    X(u64)
#undef X
    fill_real_f16(kernels);
    fill_real_bf16(kernels);
    fill_real_f32(kernels);
    fill_real_f64(kernels);
    fill_complex_c64(kernels);
    fill_complex_c128(kernels);
}
