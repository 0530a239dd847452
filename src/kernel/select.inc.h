/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once per size of elements: choosing between two blocks by a third one of bool. */

FA__INLINE void NAME(where_each)(T *out, const uint8_t *condition, const T *a, const T *b, int64_t n,
                                 bool one_a, bool one_b)
{
    const T first = a[0], second = b[0];
    FA__INDEPENDENT
    for (int64_t i = 0; i < n; i++) {
        const T x = one_a ? first : a[i], y = one_b ? second : b[i];
        out[i] = condition[i] ? x : y;
    }
}

static void NAME(where_loop)(void *out_block, const void *const *in, int64_t n, unsigned scalars)
{
    T *out = out_block;
    const uint8_t *condition = in[0];
    const T *a = in[1], *b = in[2];
    if (n <= 0)
        return;
    if (scalars & 1) {
        const T *chosen = *condition ? a : b;
        if (scalars & (*condition ? 2u : 4u)) {
            const T value = *chosen;
            for (int64_t i = 0; i < n; i++)
                out[i] = value;
        } else if (out != chosen) {
            memcpy(out, chosen, (size_t)n * sizeof(T));
        }
        return;
    }
    switch (scalars >> 1 & 3) {
    case 0:
        NAME(where_each)(out, condition, a, b, n, false, false);
        return;
    case 1:
        NAME(where_each)(out, condition, a, b, n, true, false);
        return;
    case 2:
        NAME(where_each)(out, condition, a, b, n, false, true);
        return;
    default:
        NAME(where_each)(out, condition, a, b, n, true, true);
    }
}
