/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once per type but float16: comparisons, logic and predicates, all of which give bool. The file
 * that includes it defines EQUAL, LESS, LESS_EQUAL, TRUTH, IS_NAN and IS_INF for the kind of the type. */
#include "kernel/drivers.inc.h"

FA__INLINE bool NAME(compare_equal)(T a, T b)
{
    return EQUAL(a, b);
}

FA__INLINE bool NAME(compare_not_equal)(T a, T b)
{
    return !EQUAL(a, b);
}

FA__INLINE bool NAME(compare_less)(T a, T b)
{
    return LESS(a, b);
}

FA__INLINE bool NAME(compare_less_equal)(T a, T b)
{
    return LESS_EQUAL(a, b);
}

FA__INLINE bool NAME(compare_greater)(T a, T b)
{
    return LESS(b, a);
}

FA__INLINE bool NAME(compare_greater_equal)(T a, T b)
{
    return LESS_EQUAL(b, a);
}

FA__INLINE bool NAME(logical_and)(T a, T b)
{
    return TRUTH(a) & TRUTH(b);
}

FA__INLINE bool NAME(logical_or)(T a, T b)
{
    return TRUTH(a) | TRUTH(b);
}

FA__INLINE bool NAME(logical_xor)(T a, T b)
{
    return TRUTH(a) != TRUTH(b);
}

FA__INLINE bool NAME(logical_not)(T a)
{
    return !TRUTH(a);
}

FA__INLINE bool NAME(isnan)(T a)
{
    (void)a;
    return IS_NAN(a);
}

FA__INLINE bool NAME(isinf)(T a)
{
    (void)a;
    return IS_INF(a);
}

FA__INLINE bool NAME(isfinite)(T a)
{
    (void)a;
    return IS_FINITE(a);
}

#define X(id, operation)                                                                              \
    static void NAME(operation##_loop)(void *out, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                                 \
        NAME(binary_to_bool)(out, in, n, scalars, NAME(operation));                                   \
    }
BOOL_OF_TWO(X)
#undef X

#define X(id, operation)                                                                              \
    static void NAME(operation##_loop)(void *out, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                                 \
        NAME(unary_to_bool)(out, in, n, scalars, NAME(operation));                                    \
    }
BOOL_OF_ONE(X)
#undef X

static void NAME(fill)(fa__kernels *kernels)
{
#define X(id, operation) kernels->loops[FA__OP_##id][TYPE] = NAME(operation##_loop);
    BOOL_OF_TWO(X)
    BOOL_OF_ONE(X)
#undef X
}
