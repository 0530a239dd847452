/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once per type T: the shapes of elementwise loops. An operation is an inline function on elements;
 * a driver is inlined around it, so that each loop below becomes one vector loop per operation. */

FA__INLINE void NAME(unary)(void *out_block, const void *const *in, int64_t n, unsigned scalars,
                            T (*operation)(T))
{
    T *out = out_block;
    const T *a = in[0];
    if (n > 0 && scalars & 1) {
        const T value = operation(a[0]);
        for (int64_t i = 0; i < n; i++)
            out[i] = value;
        return;
    }
    FA__INDEPENDENT
    for (int64_t i = 0; i < n; i++)
        out[i] = operation(a[i]);
}

FA__INLINE void NAME(binary)(void *out_block, const void *const *in, int64_t n, unsigned scalars,
                             T (*operation)(T, T))
{
    T *out = out_block;
    const T *a = in[0], *b = in[1];
    if (n <= 0)
        return;
    const T first = a[0], second = b[0];
    switch (scalars & 3) {
    case 0:
        FA__INDEPENDENT
        for (int64_t i = 0; i < n; i++)
            out[i] = operation(a[i], b[i]);
        return;
    case 1:
        FA__INDEPENDENT
        for (int64_t i = 0; i < n; i++)
            out[i] = operation(first, b[i]);
        return;
    case 2:
        FA__INDEPENDENT
        for (int64_t i = 0; i < n; i++)
            out[i] = operation(a[i], second);
        return;
    default: {
        const T value = operation(first, second);
        for (int64_t i = 0; i < n; i++)
            out[i] = value;
    }
    }
}

FA__INLINE void NAME(unary_to_bool)(void *out_block, const void *const *in, int64_t n, unsigned scalars,
                                    bool (*operation)(T))
{
    uint8_t *out = out_block;
    const T *a = in[0];
    if (n > 0 && scalars & 1) {
        memset(out, operation(a[0]), (size_t)n);
        return;
    }
    FA__INDEPENDENT
    for (int64_t i = 0; i < n; i++)
        out[i] = operation(a[i]);
}

FA__INLINE void NAME(binary_to_bool)(void *out_block, const void *const *in, int64_t n, unsigned scalars,
                                     bool (*operation)(T, T))
{
    uint8_t *out = out_block;
    const T *a = in[0], *b = in[1];
    if (n <= 0)
        return;
    const T first = a[0], second = b[0];
    switch (scalars & 3) {
    case 0:
        FA__INDEPENDENT
        for (int64_t i = 0; i < n; i++)
            out[i] = operation(a[i], b[i]);
        return;
    case 1:
        FA__INDEPENDENT
        for (int64_t i = 0; i < n; i++)
            out[i] = operation(first, b[i]);
        return;
    case 2:
        FA__INDEPENDENT
        for (int64_t i = 0; i < n; i++)
            out[i] = operation(a[i], second);
        return;
    default:
        memset(out, operation(first, second), (size_t)n);
    }
}
