/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once per real floating type T: functions that are computed a vector at a time. The elements
 * behind the last whole vector are computed in a vector that is filled up with ones. V is the vector, LOAD,
 * STORE and SET1 its operations. */

#include "kernel/elementary.inc.h"
#include "kernel/logarithm.inc.h"

enum { NAME(WIDTH) = sizeof(V) / sizeof(T) };

FA__INLINE V NAME(load_some)(const T *x, int64_t count)
{
    T padded[NAME(WIDTH)];
    for (int i = 0; i < NAME(WIDTH); i++)
        padded[i] = 1;
    memcpy(padded, x, (size_t)count * sizeof(T));
    return LOAD(padded);
}

FA__INLINE void NAME(store_some)(T *x, V values, int64_t count)
{
    T padded[NAME(WIDTH)];
    STORE(padded, values);
    memcpy(x, padded, (size_t)count * sizeof(T));
}

FA__INLINE void NAME(fill_with)(T *out, V value, int64_t n)
{
    T first[NAME(WIDTH)];
    STORE(first, value);
    for (int64_t i = 0; i < n; i++)
        out[i] = first[0];
}

FA__INLINE void NAME(vector_unary)(void *out_block, const void *const *in, int64_t n, unsigned scalars,
                                   V (*function)(V))
{
    T *out = out_block;
    const T *a = in[0];
    if (n > 0 && scalars & 1) {
        NAME(fill_with)(out, function(SET1(a[0])), n);
        return;
    }
    int64_t i = 0;
    for (; i + NAME(WIDTH) <= n; i += NAME(WIDTH))
        STORE(out + i, function(LOAD(a + i)));
    if (i < n)
        NAME(store_some)(out + i, function(NAME(load_some)(a + i, n - i)), n - i);
}

FA__INLINE void NAME(vector_binary)(void *out_block, const void *const *in, int64_t n, unsigned scalars,
                                    V (*function)(V, V))
{
    T *out = out_block;
    const T *a = in[0], *b = in[1];
    if (n <= 0)
        return;
    const V first = SET1(a[0]), second = SET1(b[0]);
    const bool one_a = scalars & 1, one_b = scalars & 2;
    if (one_a && one_b) {
        NAME(fill_with)(out, function(first, second), n);
        return;
    }
    int64_t i = 0;
    for (; i + NAME(WIDTH) <= n; i += NAME(WIDTH))
        STORE(out + i, function(one_a ? first : LOAD(a + i), one_b ? second : LOAD(b + i)));
    if (i < n)
        NAME(store_some)
    (out + i,
     function(one_a ? first : NAME(load_some)(a + i, n - i), one_b ? second : NAME(load_some)(b + i, n - i)),
     n - i);
}

/* ---- Where SLEEF's functions end before the type does, or lose what is small ----
 *
 * The other branch is computed only when some lane needs it; what a lane gets depends on that lane alone. */

/* Functions that are x near 0. */
FA__INLINE V NAME(or_tiny)(V x, V result, T tiny)
{
    const MASK small = ABOVE(SET1(tiny), MAGNITUDE(x));
    return ANY(small) ? CHOOSE(small, x, result) : result;
}

FA__INLINE V NAME(tan)(V x)
{
    return NAME(or_tiny)(x, SLEEF(tan, u10)(x), TINY);
}

FA__INLINE V NAME(atanh)(V x)
{
    return NAME(or_tiny)(x, SLEEF(atanh, u10)(x), TINY);
}

FA__INLINE V NAME(sinh)(V x)
{
    const V result = NAME(or_tiny)(x, SLEEF(sinh, u10)(x), TINY), size = MAGNITUDE(x);
    const MASK far = ABOVE(size, SET1(SINH_FAR));
    return ANY(far) ? CHOOSE(far, WITH_SIGN(NAME(exp_scaled)(size, -1), x), result) : result;
}

FA__INLINE V NAME(cosh)(V x)
{
    const V result = SLEEF(cosh, u10)(x), size = MAGNITUDE(x);
    const MASK far = ABOVE(size, SET1(SINH_FAR));
    return ANY(far) ? CHOOSE(far, NAME(exp_scaled)(size, -1), result) : result;
}

/* log(2 x). Where that overflows, the logarithm of what x is more than 2**EXPONENT_BIAS is small beside the
 * rest. */
FA__INLINE V NAME(log_twice)(V x)
{
    const MASK last = ABOVE(x, SET1(LARGEST / 2));
    const V near = SLEEF(log, u10)(CHOOSE(last, x * SET1(LAST_SCALE), x + x));
    return CHOOSE(last, SET1(LAST_LOG) + (SET1(LAST_LOG_LOW) + near), near);
}

FA__INLINE V NAME(asinh)(V x)
{
    const V result = NAME(or_tiny)(x, SLEEF(asinh, u10)(x), TINY), size = MAGNITUDE(x);
    const MASK far = ABOVE(size, SET1(ASINH_FAR));
    return ANY(far) ? CHOOSE(far, WITH_SIGN(NAME(log_twice)(size), x), result) : result;
}

FA__INLINE V NAME(acosh)(V x)
{
    const V result = SLEEF(acosh, u10)(x);
    const MASK far = ABOVE(x, SET1(ASINH_FAR));
    return ANY(far) ? CHOOSE(far, NAME(log_twice)(x), result) : result;
}

#if BITS == 64
#include "kernel/sums_of_powers.h"

FA__INLINE V NAME(logaddexp)(V x, V y)
{
    return log_of_sum(x, y, false);
}

FA__INLINE V NAME(logaddexp2)(V x, V y)
{
    return log_of_sum(x, y, true);
}

FA__INLINE V NAME(hypot)(V x, V y)
{
    return SLEEF(hypot, u05)(x, y);
}

#define X(id, name, narrow)                                                                      \
    static void NAME(name##_loop)(void *out, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                            \
        NAME(vector_binary)(out, in, n, scalars, NAME(name));                                    \
    }                                                                                            \
    static void narrow##_for_f32(void *out, const void *const *in, int64_t n, unsigned scalars)  \
    {                                                                                            \
        NAME(vector_binary)(out, in, n, scalars, NAME(narrow));                                  \
    }
MATH_BINARY_DOUBLE(X)
#undef X
#endif

#define X(id, name, accuracy)                                                                    \
    static void NAME(name##_loop)(void *out, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                            \
        NAME(vector_unary)(out, in, n, scalars, SLEEF(name, accuracy));                          \
    }
MATH_UNARY(X)
#undef X

#define X(id, name, accuracy)                                                                    \
    static void NAME(name##_loop)(void *out, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                            \
        NAME(vector_unary)(out, in, n, scalars, NAME(name));                                     \
    }
MATH_UNARY_MENDED(X)
#undef X

#define X(id, name, accuracy)                                                                    \
    static void NAME(name##_loop)(void *out, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                            \
        NAME(vector_binary)(out, in, n, scalars, SLEEF(name, accuracy));                         \
    }
MATH_BINARY(X)
#undef X

#define X(id, name)                                                                              \
    static void NAME(name##_loop)(void *out, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                            \
        NAME(vector_unary)(out, in, n, scalars, NAME(name));                                     \
    }
MATH_FAST(X)
#undef X

static void NAME(fill_fast)(fa__kernels *kernels)
{
#define X(id, name) kernels->loops[FA__OP_##id][TYPE] = NAME(name##_loop);
    MATH_FAST(X)
#undef X
}

static void NAME(fill)(fa__kernels *kernels)
{
#define X(id, name, accuracy) kernels->loops[FA__OP_##id][TYPE] = NAME(name##_loop);
    MATH_UNARY(X)
    MATH_BINARY(X)
    MATH_UNARY_MENDED(X)
    MATH_BINARY_DOUBLE(X)
#undef X
}
