/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once per real floating type T: functions that are computed a vector at a time. The elements
 * behind the last whole vector are computed in a vector that is filled up with ones. V is the vector, LOAD,
 * STORE and SET1 its operations. */

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

/* ---- Where SLEEF's functions end before the type does ----
 *
 * The other branch is computed only when some lane needs it; what a lane gets depends on that lane alone. */

FA__INLINE V NAME(log1p)(V x)
{
    const V result = SLEEF(log1p, u10)(x);
    const MASK far = ABOVE(x, SET1(LOG1P_FAR));
    return ANY(far) ? CHOOSE(far, SLEEF(log, u10)(x), result) : result;
}

/* exp(x) / 2 for large x: x - 1 is exact there, and exp(x - 1) does not overflow where exp(x) / 2 does not.
 */
FA__INLINE V NAME(half_exp)(V x)
{
    const V part = SLEEF(exp, u10)(x - SET1(1));
    return FMA(part, SET1(HALF_E), part * SET1(HALF_E_REST));
}

FA__INLINE V NAME(sinh)(V x)
{
    const V result = SLEEF(sinh, u10)(x), size = MAGNITUDE(x);
    const MASK far = ABOVE(size, SET1(SINH_FAR));
    return ANY(far) ? CHOOSE(far, WITH_SIGN(NAME(half_exp)(size), x), result) : result;
}

FA__INLINE V NAME(cosh)(V x)
{
    const V result = SLEEF(cosh, u10)(x), size = MAGNITUDE(x);
    const MASK far = ABOVE(size, SET1(SINH_FAR));
    return ANY(far) ? CHOOSE(far, NAME(half_exp)(size), result) : result;
}

/* log(2 x), where 2 x may overflow. */
FA__INLINE V NAME(log_twice)(V x)
{
    return SLEEF(log, u10)(x) + SET1(LN_2);
}

FA__INLINE V NAME(asinh)(V x)
{
    const V result = SLEEF(asinh, u10)(x), size = MAGNITUDE(x);
    const MASK far = ABOVE(size, SET1(ASINH_FAR));
    return ANY(far) ? CHOOSE(far, WITH_SIGN(NAME(log_twice)(size), x), result) : result;
}

FA__INLINE V NAME(acosh)(V x)
{
    const V result = SLEEF(acosh, u10)(x);
    const MASK far = ABOVE(x, SET1(ASINH_FAR));
    return ANY(far) ? CHOOSE(far, NAME(log_twice)(x), result) : result;
}

/* pow overflows a little too early: within 2e-6 of the end of the type. The square of the root, to 3 ULP, is
 * there. */
FA__INLINE V NAME(pow)(V x, V y)
{
    const V result = SLEEF(pow, u10)(x, y), size = MAGNITUDE(x), largest = SET1(LARGEST);
    if (!ANY(ABOVE(MAGNITUDE(result), largest)))
        return result;
    const V root = SLEEF(pow, u10)(size, y * SET1(0.5)), square = WITH_SIGN(root * root, result);
    /* Only of finite numbers but 0: of the others infinity is right. */
    V mended = CHOOSE(ABOVE(MAGNITUDE(result), largest), square, result);
    mended = CHOOSE(ABOVE(size, SET1(0)), mended, result);
    mended = CHOOSE(ABOVE(size, largest), result, mended);
    return CHOOSE(ABOVE(MAGNITUDE(y), largest), result, mended);
}

/* The larger one, and what the smaller one adds to it: at most log(2). */
#if BITS == 64
FA__INLINE V NAME(less_by)(V x, V y)
{
    return CHOOSE(EQUALS(x, y), SET1(0), MAGNITUDE(x - y)); /* infinities have no difference */
}

FA__INLINE V NAME(logaddexp)(V x, V y)
{
    const V rest = SLEEF(exp, u10)(SET1(0) - NAME(less_by)(x, y));
    return CHOOSE(ABOVE(x, y), x, y) + SLEEF(log1p, u10)(rest);
}

FA__INLINE V NAME(logaddexp2)(V x, V y)
{
    const V rest = SLEEF(exp2, u10)(SET1(0) - NAME(less_by)(x, y));
    return CHOOSE(ABOVE(x, y), x, y) + SLEEF(log1p, u10)(rest) * SET1(LOG2_E);
}

#define X(id, name, accuracy)                                                                    \
    static void NAME(name##_loop)(void *out, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                            \
        NAME(vector_binary)(out, in, n, scalars, NAME(name));                                    \
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

#define X(id, name, accuracy)                                                                    \
    static void NAME(name##_loop)(void *out, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                            \
        NAME(vector_binary)(out, in, n, scalars, NAME(name));                                    \
    }
MATH_BINARY_MENDED(X)
#undef X

static void NAME(fill)(fa__kernels *kernels)
{
#define X(id, name, accuracy) kernels->loops[FA__OP_##id][TYPE] = NAME(name##_loop);
    MATH_UNARY(X)
    MATH_BINARY(X)
    MATH_UNARY_MENDED(X)
    MATH_BINARY_MENDED(X)
    MATH_BINARY_DOUBLE(X)
#undef X
}
