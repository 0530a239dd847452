/* SPDX-License-Identifier: BSD-3-Clause */
/* Loops and reductions of datetime64 and timedelta64: counts of 64 bits, of which the smallest is "not a
 * time". The engine has brought both operands to one unit before. */
#include "kernel/strip.h"

#include "base/time.h"

#define NAT FA__NOT_A_TIME

FA__INLINE int64_t add(int64_t a, int64_t b)
{
    return a == NAT || b == NAT ? NAT : (int64_t)((uint64_t)a + (uint64_t)b);
}

FA__INLINE int64_t subtract(int64_t a, int64_t b)
{
    return a == NAT || b == NAT ? NAT : (int64_t)((uint64_t)a - (uint64_t)b);
}

FA__INLINE int64_t minimum(int64_t a, int64_t b)
{
    return a < b ? a : b; /* the smallest of all is no time, and wins */
}

FA__INLINE int64_t maximum(int64_t a, int64_t b)
{
    return a == NAT || b == NAT ? NAT : a > b ? a : b;
}

FA__INLINE int64_t earliest_time(int64_t a, int64_t b)
{
    return a == NAT ? b : b == NAT ? a : a < b ? a : b;
}

FA__INLINE int64_t latest_time(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

FA__INLINE int64_t remainder_down(int64_t a, int64_t b)
{
    if (a == NAT || b == NAT || b == 0)
        return NAT;
    if (b == -1)
        return 0;
    const int64_t rest = a % b;
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

FA__INLINE int64_t scale(int64_t a, int64_t by)
{
    return a == NAT ? NAT : (int64_t)((uint64_t)a * (uint64_t)by);
}

/* What is no number of 64 bits is no time. */
FA__INLINE int64_t of_double(double value)
{
    return isfinite(value) ? (int64_t)value : NAT;
}

FA__INLINE int64_t scale_by_double(int64_t a, double by)
{
    return a == NAT ? NAT : of_double((double)a * by);
}

FA__INLINE int64_t divide_by_double(int64_t a, double by)
{
    return a == NAT ? NAT : of_double((double)a / by);
}

FA__INLINE int64_t divide_by(int64_t a, int64_t by)
{
    return a == NAT || by == 0 ? NAT : by == -1 ? -a : a / by;
}

FA__INLINE int64_t floor_divide_by(int64_t a, int64_t by)
{
    if (a == NAT || by == 0)
        return NAT;
    if (by == -1)
        return -a;
    const int64_t quotient = a / by;
    return (a < 0) != (by < 0) && quotient * by != a ? quotient - 1 : quotient;
}

FA__INLINE double ratio(int64_t a, int64_t b)
{
    return a == NAT || b == NAT ? (double)NAN : (double)a / (double)b;
}

FA__INLINE int64_t whole_ratio(int64_t a, int64_t b)
{
    return b == NAT || a == NAT || b == 0 ? 0 : floor_divide_by(a, b);
}

FA__INLINE int64_t negative(int64_t a)
{
    return (int64_t)(0 - (uint64_t)a); /* what is no time is its own negative */
}

FA__INLINE int64_t positive(int64_t a)
{
    return a;
}

FA__INLINE int64_t nothing(int64_t a)
{
    (void)a;
    return 0;
}

FA__INLINE int64_t absolute(int64_t a)
{
    return a < 0 ? negative(a) : a;
}

FA__INLINE int64_t sign(int64_t a)
{
    return (a > 0) - (a < 0); /* NumPy too sees what is no time below 0 */
}

FA__INLINE bool isnat(int64_t a)
{
    return a == NAT;
}

FA__INLINE bool isfinite_time(int64_t a)
{
    return a != NAT;
}

FA__INLINE bool isinf_time(int64_t a)
{
    (void)a;
    return false;
}

FA__INLINE bool equal(int64_t a, int64_t b)
{
    return a == b && a != NAT;
}

FA__INLINE bool not_equal(int64_t a, int64_t b)
{
    return !equal(a, b);
}

FA__INLINE bool less(int64_t a, int64_t b)
{
    return a < b && a != NAT;
}

FA__INLINE bool less_equal(int64_t a, int64_t b)
{
    return a <= b && a != NAT;
}

FA__INLINE bool greater(int64_t a, int64_t b)
{
    return less(b, a);
}

FA__INLINE bool greater_equal(int64_t a, int64_t b)
{
    return less_equal(b, a);
}

/* ---- Loops ---- */

#define UNARY(name, R, operation)                                                         \
    static void name(void *out_block, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                     \
        R *out = out_block;                                                               \
        const int64_t *a = in[0];                                                         \
        const int64_t step = !(scalars & 1);                                              \
        FA__INDEPENDENT                                                                   \
        for (int64_t i = 0; i < n; i++)                                                   \
            out[i] = operation(a[i * step]);                                              \
    }

#define BINARY(name, R, A, B, operation)                                                  \
    static void name(void *out_block, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                     \
        R *out = out_block;                                                               \
        const A *a = in[0];                                                               \
        const B *b = in[1];                                                               \
        const int64_t a_step = !(scalars & 1), b_step = !(scalars & 2);                   \
        FA__INDEPENDENT                                                                   \
        for (int64_t i = 0; i < n; i++)                                                   \
            out[i] = operation(a[i * a_step], b[i * b_step]);                             \
    }

/* X(operation of the list, types it is for, type it gives, function): both operands of one type. */
#define OF_TWO(X)                                \
    X(ADD, SPANS, int64_t, add)                  \
    X(SUBTRACT, BOTH, int64_t, subtract)         \
    X(MINIMUM, BOTH, int64_t, minimum)           \
    X(MAXIMUM, BOTH, int64_t, maximum)           \
    X(FMIN, BOTH, int64_t, earliest_time)        \
    X(FMAX, BOTH, int64_t, latest_time)          \
    X(DIVIDE, SPANS, double, ratio)              \
    X(FLOOR_DIVIDE, SPANS, int64_t, whole_ratio) \
    X(REMAINDER, SPANS, int64_t, remainder_down) \
    X(EQUAL, BOTH, uint8_t, equal)               \
    X(NOT_EQUAL, BOTH, uint8_t, not_equal)       \
    X(LESS, BOTH, uint8_t, less)                 \
    X(LESS_EQUAL, BOTH, uint8_t, less_equal)     \
    X(GREATER, BOTH, uint8_t, greater)           \
    X(GREATER_EQUAL, BOTH, uint8_t, greater_equal)

#define OF_ONE(X)                         \
    X(NEGATIVE, SPANS, int64_t, negative) \
    X(POSITIVE, SPANS, int64_t, positive) \
    X(ABSOLUTE, SPANS, int64_t, absolute) \
    X(SIGN, SPANS, int64_t, sign)         \
    X(REAL, BOTH, int64_t, positive)      \
    X(IMAG, BOTH, int64_t, nothing)       \
    X(ISNAT, BOTH, uint8_t, isnat)        \
    X(ISNAN, BOTH, uint8_t, isnat)        \
    X(ISINF, BOTH, uint8_t, isinf_time)   \
    X(ISFINITE, BOTH, uint8_t, isfinite_time)

#define X(id, types, result, operation) BINARY(loop_##id, result, int64_t, int64_t, operation)
OF_TWO(X)
#undef X
#define X(id, types, result, operation) UNARY(loop_##id, result, operation)
OF_ONE(X)
#undef X

FA__INLINE int64_t scaled_from_left(int64_t by, int64_t a)
{
    return scale(a, by);
}

FA__INLINE int64_t scaled_by_double_from_left(double by, int64_t a)
{
    return scale_by_double(a, by);
}

BINARY(multiply_mq, int64_t, int64_t, int64_t, scale)
BINARY(multiply_qm, int64_t, int64_t, int64_t, scaled_from_left)
BINARY(multiply_md, int64_t, int64_t, double, scale_by_double)
BINARY(multiply_dm, int64_t, double, int64_t, scaled_by_double_from_left)
BINARY(divide_mq, int64_t, int64_t, int64_t, divide_by)
BINARY(divide_md, int64_t, int64_t, double, divide_by_double)

static void loop_clip(void *out_block, const void *const *in, int64_t n, unsigned scalars)
{
    int64_t *out = out_block;
    const int64_t *value = in[0], *low = in[1], *high = in[2];
    const int64_t value_step = !(scalars & 1), low_step = !(scalars & 2), high_step = !(scalars & 4);
    FA__INDEPENDENT
    for (int64_t i = 0; i < n; i++)
        out[i] = minimum(maximum(value[i * value_step], low[i * low_step]), high[i * high_step]);
}

/* ---- Reductions: the least, the most, the sum, each with what is no time kept; and counts of what is not
 * zero ---- */

FA__INLINE int64_t truth(int64_t a)
{
    return a != 0;
}

#define REDUCER(name, first, operation)                                                                      \
    static void name##_leaf_rows(void *state, int64_t capacity, const void *x_rows, int64_t rows, int64_t n) \
    {                                                                                                        \
        int64_t *results = state;                                                                            \
        const int64_t *x = x_rows;                                                                           \
        (void)capacity;                                                                                      \
        for (int64_t row = 0; row < rows; row++, x += n) {                                                   \
            int64_t result = first(x[0]);                                                                    \
            for (int64_t i = 1; i < n; i++)                                                                  \
                result = operation(result, first(x[i]));                                                     \
            results[row] = result;                                                                           \
        }                                                                                                    \
    }                                                                                                        \
    static void name##_leaf(void *state, int64_t capacity, const void *x, int64_t n)                         \
    {                                                                                                        \
        name##_leaf_rows(state, capacity, x, 1, n);                                                          \
    }                                                                                                        \
    static void name##_row(void *state, int64_t capacity, const void *x_row, int64_t n, int row)             \
    {                                                                                                        \
        int64_t *results = state;                                                                            \
        const int64_t *x = x_row;                                                                            \
        (void)capacity;                                                                                      \
        for (int64_t i = 0; i < n; i++)                                                                      \
            results[i] = row == 0 ? first(x[i]) : operation(results[i], first(x[i]));                        \
    }                                                                                                        \
    FA__STRIP_BY_ROWS(name##_strip, name##_row, int64_t)                                                     \
    static void name##_merge(void *a, int64_t a_capacity, const void *b, int64_t b_capacity, int64_t n)      \
    {                                                                                                        \
        int64_t *firsts = a;                                                                                 \
        const int64_t *seconds = b;                                                                          \
        (void)a_capacity, (void)b_capacity;                                                                  \
        for (int64_t i = 0; i < n; i++)                                                                      \
            firsts[i] = operation(firsts[i], seconds[i]);                                                    \
    }
REDUCER(least, positive, minimum)
REDUCER(most, positive, maximum)
REDUCER(sum, positive, add)
REDUCER(count, truth, add)

static void no_strip_end(void *state, int64_t capacity, int64_t n, int rows)
{
    (void)state, (void)capacity, (void)n, (void)rows;
}

/* Of no elements: 0. */
static void finish_time(void *out, const void *state, int64_t capacity, int64_t n, int64_t count, double ddof)
{
    int64_t *results = out;
    const int64_t *states = state;
    (void)capacity, (void)ddof;
    for (int64_t i = 0; i < n; i++)
        results[i] = count == 0 ? 0 : states[i];
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

/* ---- The table ---- */

static void fill_reducers(fa__kernels *kernels, fa_type type)
{
#define ROW(id, name, identity, type_of_result, finishing)                                  \
    kernels->reducers[FA__REDUCE_##id][type] = (fa__reducer){.components = 1,               \
                                                             .result = type_of_result,      \
                                                             .has_identity = identity,      \
                                                             .leaf = name##_leaf,           \
                                                             .leaf_rows = name##_leaf_rows, \
                                                             .strip = name##_strip,         \
                                                             .strip_end = no_strip_end,     \
                                                             .merge = name##_merge,         \
                                                             .finish = finishing};
    ROW(MIN, least, false, type, finish_time)
    ROW(MAX, most, false, type, finish_time)
    ROW(ANY, count, true, FA_TYPE_BOOL, finish_any)
    ROW(ALL, count, true, FA_TYPE_BOOL, finish_all)
    ROW(COUNT_NONZERO, count, true, FA_TYPE_INT64, finish_time)
    if (type == FA_TYPE_TIMEDELTA64)
        ROW(SUM, sum, true, type, finish_time)
#undef ROW
}

void FA__ISA(fa__fill_time)(fa__kernels *kernels)
{
#define BOTH_LOOPS(id) kernels->loops[FA__OP_##id][FA_TYPE_DATETIME64] = loop_##id;
#define SPANS_LOOPS(id)
#define X(id, types, result, operation)                           \
    kernels->loops[FA__OP_##id][FA_TYPE_TIMEDELTA64] = loop_##id; \
    types##_LOOPS(id)
    OF_TWO(X)
    OF_ONE(X)
#undef X
    for (int type = FA_TYPE_DATETIME64; type <= FA_TYPE_TIMEDELTA64; type++) {
        kernels->loops[FA__OP_CLIP][type] = loop_clip;
        fill_reducers(kernels, (fa_type)type);
    }
#define ROW(id, first, second, loop) \
    fa__add_mixed(kernels, FA__OP_##id, FA_TYPE_##first, FA_TYPE_##second, loop);
    ROW(MULTIPLY, TIMEDELTA64, INT64, multiply_mq)
    ROW(MULTIPLY, INT64, TIMEDELTA64, multiply_qm)
    ROW(MULTIPLY, TIMEDELTA64, FLOAT64, multiply_md)
    ROW(MULTIPLY, FLOAT64, TIMEDELTA64, multiply_dm)
    ROW(DIVIDE, TIMEDELTA64, INT64, divide_mq)
    ROW(DIVIDE, TIMEDELTA64, FLOAT64, divide_md)
    ROW(FLOOR_DIVIDE, TIMEDELTA64, INT64, divide_mq)
    ROW(FLOOR_DIVIDE, TIMEDELTA64, FLOAT64, divide_md)
    ROW(ADD, DATETIME64, TIMEDELTA64, loop_ADD)
    ROW(ADD, TIMEDELTA64, DATETIME64, loop_ADD)
    ROW(SUBTRACT, DATETIME64, TIMEDELTA64, loop_SUBTRACT)
#undef ROW
}
