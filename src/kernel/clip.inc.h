/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once per type: clip. A NaN in any of the three gives NaN. BEFORE(a, b) is a < b in the order of
 * the type. */

FA__INLINE T NAME(clip)(T value, T low, T high)
{
    const T raised = IS_NAN(value) ? value : BEFORE(low, value) ? value : low;
    return IS_NAN(raised) ? raised : BEFORE(raised, high) ? raised : high;
}

static void NAME(clip_loop)(void *out_block, const void *const *in, int64_t n, unsigned scalars)
{
    T *out = out_block;
    const T *a = in[0], *low = in[1], *high = in[2];
    if (n <= 0)
        return;
    if ((scalars & 7) == 6) {
        const T lowest = low[0], highest = high[0];
        FA__INDEPENDENT
        for (int64_t i = 0; i < n; i++)
            out[i] = NAME(clip)(a[i], lowest, highest);
        return;
    }
    if ((scalars & 7) == 0) {
        FA__INDEPENDENT
        for (int64_t i = 0; i < n; i++)
            out[i] = NAME(clip)(a[i], low[i], high[i]);
        return;
    }
    const int64_t a_step = !(scalars & 1), low_step = !(scalars & 2), high_step = !(scalars & 4);
    const T a_first = a[0], low_first = low[0], high_first = high[0];
    FA__INDEPENDENT
    for (int64_t i = 0; i < n; i++)
        out[i] = NAME(clip)(a_step ? a[i] : a_first, low_step ? low[i] : low_first,
                            high_step ? high[i] : high_first);
}

static void NAME(fill)(fa__kernels *kernels)
{
    kernels->loops[FA__OP_CLIP][TYPE] = NAME(clip_loop);
}
