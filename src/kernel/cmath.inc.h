/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once per complex type T: blocks through a function of vectors. Elements behind the last whole
 * vector are computed in one that is filled up with ones. */

FA__INLINE pair NAME(load_some)(const T *x, int64_t count)
{
    T padded[VECTOR_WIDTH];
    for (int i = 0; i < VECTOR_WIDTH; i++)
        padded[i] = (T){1, 0};
    memcpy(padded, x, (size_t)count * sizeof(T));
    return NAME(load)(padded);
}

FA__INLINE pair NAME(load_one)(const T *x)
{
    return (pair){every(x->real), every(x->imag)};
}

FA__INLINE void NAME(store_some)(T *x, pair z, int64_t count)
{
    T padded[VECTOR_WIDTH];
    NAME(store)(padded, z);
    memcpy(x, padded, (size_t)count * sizeof(T));
}

static void NAME(map)(T *out, const T *in, int64_t n, bool scalar, pair (*function)(pair))
{
    if (scalar && n > 0) {
        NAME(store_some)(out, function(NAME(load_one)(in)), 1);
        for (int64_t i = 1; i < n; i++)
            out[i] = out[0];
        return;
    }
    int64_t i = 0;
    for (; i + VECTOR_WIDTH <= n; i += VECTOR_WIDTH)
        NAME(store)(out + i, function(NAME(load)(in + i)));
    if (i < n)
        NAME(store_some)(out + i, function(NAME(load_some)(in + i, n - i)), n - i);
}

static void NAME(map_two)(T *out, const void *const *in, int64_t n, unsigned scalars,
                          pair (*function)(pair, pair))
{
    const T *a = in[0], *b = in[1];
    if (n <= 0)
        return;
    const pair first = NAME(load_one)(a), second = NAME(load_one)(b);
    const bool one_a = scalars & 1, one_b = scalars & 2;
    int64_t i = 0;
    for (; i + VECTOR_WIDTH <= n; i += VECTOR_WIDTH)
        NAME(store)(out + i, function(one_a ? first : NAME(load)(a + i), one_b ? second : NAME(load)(b + i)));
    if (i < n)
        NAME(store_some)
    (out + i,
     function(one_a ? first : NAME(load_some)(a + i, n - i), one_b ? second : NAME(load_some)(b + i, n - i)),
     n - i);
}

#define X(id, name)                                                                              \
    static void NAME(name##_loop)(void *out, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                            \
        NAME(map)(out, in[0], n, scalars & 1, complex_##name);                                   \
    }
CMATH_UNARY(X)
#undef X

#define X(id, name)                                                                              \
    static void NAME(name##_loop)(void *out, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                            \
        NAME(map_two)(out, in, n, scalars, complex_##name);                                      \
    }
CMATH_BINARY(X)
#undef X
