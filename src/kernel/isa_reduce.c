/* SPDX-License-Identifier: BSD-3-Clause */
/* Reductions. Floating ones are those of doubles (reduce_double.inc.h) on converted blocks, so that there is
 * one tree; those of integers are exact in any order. any, all and count_nonzero share a count. */
#include "kernel/loop.h"
#include "kernel/complex.h"
#include "kernel/narrow.h"
#include "kernel/strip.h"

#include "kernel/reduce_double.inc.h"
#include "kernel/reduce_spread.inc.h"
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

static fa__joint *add_joint(fa__kernels *kernels, fa_type type, const fa__reducer *reducer)
{
    fa__joint *joint = kernels->joints[type];
    while (joint->covers != 0)
        joint++;
    joint->reducer = *reducer;
    return joint;
}

static void cover(fa__joint *joint, fa__reduction reduction, int place)
{
    joint->covers |= UINT64_C(1) << reduction;
    joint->places[reduction] = (unsigned char)place;
}

/* Those of which only the end differs. */
static void join_alike(fa__kernels *kernels, fa_type type, fa__reduction first, fa__reduction last)
{
    const fa__reducer *of_first = &kernels->reducers[first][type];
    if (of_first->leaf == NULL)
        return;
    fa__joint *joint = add_joint(kernels, type, of_first);
    for (int r = first; r <= (int)last; r++)
        if (kernels->reducers[r][type].leaf == of_first->leaf)
            cover(joint, (fa__reduction)r, 0);
}

#define FA__JOINT(parts, family, ending)                            \
    add_joint(kernels, TYPE,                                        \
              &(fa__reducer){.components = parts,                   \
                             .leaf = NAME(family##_leaf),           \
                             .leaf_rows = NAME(family##_leaf_rows), \
                             .strip = NAME(family##_strip),         \
                             .strip_end = ending,                   \
                             .merge = family##_merge})

#define FA__REDUCER(id, parts, identity, family, merging, finishing, type)                               \
    kernels->reducers[FA__REDUCE_##id][TYPE] = (fa__reducer)                                             \
    {                                                                                                    \
        .components = parts, .result = type, .has_identity = identity, .leaf = NAME(family##_leaf),      \
        .leaf_rows = NAME(family##_leaf_rows), .strip = NAME(family##_strip), .strip_end = no_strip_end, \
        .merge = merging, .finish = finishing                                                            \
    }

#define FA__LOCATOR(id, parts, family, merging, finishing, locating)          \
    FA__REDUCER(id, parts, false, family, merging, finishing, FA_TYPE_INT64); \
    kernels->reducers[FA__REDUCE_##id][TYPE].locate = locating

/* Integers and bool: means and variances as doubles, the rest exactly. */
#define DOUBLE_REDUCTIONS(X) \
    X(sum)                   \
    X(var)                   \
    X(moments)
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
    X(nanargmax)             \
    X(moments)               \
    X(range)                 \
    X(four)
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

static void join_all_alike(fa__kernels *kernels)
{
    for (int type = 0; type < FA__KERNEL_TYPES; type++) {
        join_alike(kernels, (fa_type)type, FA__REDUCE_SUM, FA__REDUCE_MEAN);
        join_alike(kernels, (fa_type)type, FA__REDUCE_VAR, FA__REDUCE_STD);
        join_alike(kernels, (fa_type)type, FA__REDUCE_NANVAR, FA__REDUCE_NANSTD);
        join_alike(kernels, (fa_type)type, FA__REDUCE_ANY, FA__REDUCE_COUNT_NONZERO);
    }
}

void FA__ISA(fa__fill_reduce)(fa__kernels *kernels)
{
    fill_real_b8(kernels);
    fill_integer_b8(kernels);
#define X(suffix)                \
    fill_real_##suffix(kernels); \
    fill_integer_##suffix(kernels);
    FA__EACH_INTEGER(X)
#undef X
#define X(suffix) fill_real_##suffix(kernels);
    FA__EACH_NARROW(X)
    FA__EACH_FLOAT(X)
#undef X
#define X(suffix) fill_complex_##suffix(kernels);
    FA__EACH_COMPLEX(X)
#undef X
    join_all_alike(kernels);
    fill_joints_b8(kernels);
#define X(suffix) fill_joints_##suffix(kernels);
    FA__EACH_INTEGER(X)
    FA__EACH_NARROW(X)
    FA__EACH_FLOAT(X)
#undef X
}
