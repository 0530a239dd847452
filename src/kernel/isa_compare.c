/* SPDX-License-Identifier: BSD-3-Clause */
/* Operations that give bool: comparisons, logic, and predicates. */
#include "kernel/loop.h"
#include "kernel/complex.h"

#define BOOL_OF_TWO(X)                      \
    X(EQUAL, compare_equal)                 \
    X(NOT_EQUAL, compare_not_equal)         \
    X(LESS, compare_less)                   \
    X(LESS_EQUAL, compare_less_equal)       \
    X(GREATER, compare_greater)             \
    X(GREATER_EQUAL, compare_greater_equal) \
    X(LOGICAL_AND, logical_and)             \
    X(LOGICAL_OR, logical_or)               \
    X(LOGICAL_XOR, logical_xor)
#define BOOL_OF_ONE(X)          \
    X(LOGICAL_NOT, logical_not) \
    X(ISNAN, isnan)             \
    X(ISINF, isinf)             \
    X(ISFINITE, isfinite)

#define TRUTH(a)     ((a) != 0)
#define IS_NAN(a)    false
#define IS_INF(a)    false
#define IS_FINITE(a) true

/* Bool. Any byte but 0 is true. */
#define EQUAL(a, b)      (TRUTH(a) == TRUTH(b))
#define LESS(a, b)       (TRUTH(a) < TRUTH(b))
#define LESS_EQUAL(a, b) (TRUTH(a) <= TRUTH(b))
#define FA__WITH_BOOL
#define FA__TEMPLATE "kernel/compare.inc.h"
#include "kernel/each_type.inc.h"
#undef EQUAL
#undef LESS
#undef LESS_EQUAL

#define EQUAL(a, b)      ((a) == (b))
#define LESS(a, b)       ((a) < (b))
#define LESS_EQUAL(a, b) ((a) <= (b))
#define FA__WITH_INTEGERS
#define FA__TEMPLATE "kernel/compare.inc.h"
#include "kernel/each_type.inc.h"
#undef IS_NAN
#undef IS_INF
#undef IS_FINITE

#define IS_NAN(a)    ((a) != (a))
#define IS_INF(a)    (NAME(magnitude)(a) == (T)INFINITY)
#define IS_FINITE(a) (NAME(magnitude)(a) < (T)INFINITY)
FA__INLINE float magnitude_f32(float a)
{
    return __builtin_fabsf(a);
}

FA__INLINE double magnitude_f64(double a)
{
    return __builtin_fabs(a);
}

#define FA__WITH_FLOATS
#define FA__TEMPLATE "kernel/compare.inc.h"
#include "kernel/each_type.inc.h"
#undef EQUAL
#undef LESS
#undef LESS_EQUAL
#undef TRUTH
#undef IS_NAN
#undef IS_INF
#undef IS_FINITE

#define EQUAL(a, b)      (((a).real == (b).real) & ((a).imag == (b).imag))
#define LESS(a, b)       NAME(less)(a, b)
#define LESS_EQUAL(a, b) NAME(less_equal)(a, b)
#define TRUTH(a)         (((a).real != 0) | ((a).imag != 0))
#define MAGNITUDE(part)  FA__JOIN(magnitude, REAL_S)(part)
#define IS_NAN(a)        NAME(is_nan)(a)
#define IS_INF(a)        ((MAGNITUDE((a).real) == (R)INFINITY) | (MAGNITUDE((a).imag) == (R)INFINITY))
#define IS_FINITE(a)     ((MAGNITUDE((a).real) < (R)INFINITY) & (MAGNITUDE((a).imag) < (R)INFINITY))
#define FA__WITH_COMPLEX
#define FA__TEMPLATE "kernel/compare.inc.h"
#include "kernel/each_type.inc.h"

#define FLOAT_PREDICATES(X) \
    X(SIGNBIT, signbit)     \
    X(ISPOSINF, isposinf)   \
    X(ISNEGINF, isneginf)

FA__INLINE bool isposinf_f32(float a)
{
    return a == INFINITY;
}

FA__INLINE bool isneginf_f32(float a)
{
    return a == -INFINITY;
}

FA__INLINE bool isposinf_f64(double a)
{
    return a == (double)INFINITY;
}

FA__INLINE bool isneginf_f64(double a)
{
    return a == -(double)INFINITY;
}

FA__INLINE bool signbit_f32(float a)
{
    int32_t bits;
    memcpy(&bits, &a, sizeof bits);
    return bits < 0;
}

FA__INLINE bool signbit_f64(double a)
{
    int64_t bits;
    memcpy(&bits, &a, sizeof bits);
    return bits < 0;
}

#define X(id, operation)                                                                            \
    static void operation##_loop_f32(void *out, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                               \
        unary_to_bool_f32(out, in, n, scalars, operation##_f32);                                    \
    }                                                                                               \
    static void operation##_loop_f64(void *out, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                               \
        unary_to_bool_f64(out, in, n, scalars, operation##_f64);                                    \
    }
FLOAT_PREDICATES(X)
#undef X

/* int64 with uint64, compared as numbers. */
#define MIXED(suffix, A, B, LESS_THAN, SAME) \
    FA__INLINE bool less_##suffix(A a, B b)  \
    {                                        \
        return LESS_THAN;                    \
    }                                        \
    FA__INLINE bool equal_##suffix(A a, B b) \
    {                                        \
        return SAME;                         \
    }
MIXED(i64_u64, int64_t, uint64_t, (a < 0) | ((uint64_t)a < b), (a >= 0) & ((uint64_t)a == b))
MIXED(u64_i64, uint64_t, int64_t, (b > 0) & (a < (uint64_t)b), (b >= 0) & (a == (uint64_t)b))
#undef MIXED

#define MIXED_LOOP(name, A, B, RESULT)                                                    \
    static void name(void *out_block, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                     \
        uint8_t *out = out_block;                                                         \
        const A *first = in[0];                                                           \
        const B *second = in[1];                                                          \
        const int64_t first_step = !(scalars & 1), second_step = !(scalars & 2);          \
        FA__INDEPENDENT                                                                   \
        for (int64_t i = 0; i < n; i++) {                                                 \
            const A a = first[i * first_step];                                            \
            const B b = second[i * second_step];                                          \
            out[i] = RESULT;                                                              \
        }                                                                                 \
    }
MIXED_LOOP(mixed_equal_iu, int64_t, uint64_t, equal_i64_u64(a, b))
MIXED_LOOP(mixed_not_equal_iu, int64_t, uint64_t, !equal_i64_u64(a, b))
MIXED_LOOP(mixed_less_iu, int64_t, uint64_t, less_i64_u64(a, b))
MIXED_LOOP(mixed_less_equal_iu, int64_t, uint64_t, !less_u64_i64(b, a))
MIXED_LOOP(mixed_greater_iu, int64_t, uint64_t, less_u64_i64(b, a))
MIXED_LOOP(mixed_greater_equal_iu, int64_t, uint64_t, !less_i64_u64(a, b))
MIXED_LOOP(mixed_equal_ui, uint64_t, int64_t, equal_u64_i64(a, b))
MIXED_LOOP(mixed_not_equal_ui, uint64_t, int64_t, !equal_u64_i64(a, b))
MIXED_LOOP(mixed_less_ui, uint64_t, int64_t, less_u64_i64(a, b))
MIXED_LOOP(mixed_less_equal_ui, uint64_t, int64_t, !less_i64_u64(b, a))
MIXED_LOOP(mixed_greater_ui, uint64_t, int64_t, less_i64_u64(b, a))
MIXED_LOOP(mixed_greater_equal_ui, uint64_t, int64_t, !less_u64_i64(a, b))

void FA__ISA(fa__fill_compare)(fa__kernels *kernels)
{
#define X(suffix) fill_##suffix(kernels);
    FA__EACH_NUMBER(X)
#undef X
#define X(id, operation)                                                 \
    kernels->loops[FA__OP_##id][FA_TYPE_FLOAT32] = operation##_loop_f32; \
    kernels->loops[FA__OP_##id][FA_TYPE_FLOAT64] = operation##_loop_f64;
    FLOAT_PREDICATES(X)
#undef X
#define X(id, name)                                             \
    kernels->compare_mixed[FA__OP_##id][1] = mixed_##name##_iu; \
    kernels->compare_mixed[FA__OP_##id][0] = mixed_##name##_ui;
    X(EQUAL, equal)
    X(NOT_EQUAL, not_equal)
    X(LESS, less)
    X(LESS_EQUAL, less_equal)
    X(GREATER, greater)
    X(GREATER_EQUAL, greater_equal)
#undef X
}
