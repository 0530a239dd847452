/* SPDX-License-Identifier: BSD-3-Clause */
/* Template: uniform bins of float32 and float64, by measuring. T is the type, EPSILON its precision. */

/* `offsets` are added to the bins of every SETS elements. */
FA__INLINE void NAME(together)(const fa__bins *bins, const ruler *r, const T *x, const int32_t offsets[SETS],
                               uint32_t *out)
{
    vector least = every(0.5), most = least;
    for (int k = 0; k < TOGETHER; k += VECTOR_WIDTH) {
        half_vector bin = measure(r, NAME(load_vector)(x + k), &least, &most), offset;
        memcpy(&offset, offsets + k % SETS, sizeof offset);
        bin = HALF_OF(add_epi32)(bin, offset);
        memcpy(out + k, &bin, sizeof bin);
    }
    if (!any(either(below(least, r->low), below(r->high, most))))
        return;
    NAME(exact)(bins, x, TOGETHER, (int32_t *)out);
    for (int k = 0; k < TOGETHER; k++)
        out[k] += (uint32_t)offsets[k % SETS];
}

static void NAME(find)(const fa__bins *bins, const T *x, int64_t n, int32_t *out)
{
    const double margin = nearness(bins, EPSILON);
    const ruler r = ruler_of(bins, margin);
    const int32_t nothing[SETS] = {0};
    int64_t i = 0;
    for (; can_measure(margin, bins) && i + TOGETHER <= n; i += TOGETHER)
        NAME(together)(bins, &r, x + i, nothing, (uint32_t *)out + i);
    NAME(exact)(bins, x + i, n - i, out + i);
}

/* Counts as many as go together; how many those are. While some are counted the next ones are measured. */
static int64_t NAME(count)(const fa__bins *bins, const T *x, int64_t n, int64_t *counters)
{
    const double margin = nearness(bins, EPSILON);
    const ruler r = ruler_of(bins, margin);
    int32_t offsets[SETS];
    set_offsets(offsets, bins->count);
    int64_t i = 0;
    for (; can_measure(margin, bins) && i + TOGETHER <= n; i += TOGETHER) {
        uint32_t out[TOGETHER];
        NAME(together)(bins, &r, x + i, offsets, out);
#pragma GCC unroll 8
        for (int k = 0; k < TOGETHER; k++)
            counters[out[k]]++;
    }
    return i;
}
