/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once per type T to convert from: to every type but float16. The file that includes it defines
 * CONVERT(to, a), the value of a as the type with the suffix `to`, and TRUTH(a). */

#define X(id, suffix, TO, VALUE)                                                            \
    static void FA__JOIN(NAME(convert), suffix)(void *out_block, const void *in, int64_t n) \
    {                                                                                       \
        TO *out = out_block;                                                                \
        const T *a = in;                                                                    \
        for (int64_t i = 0; i < n; i++)                                                     \
            out[i] = VALUE;                                                                 \
    }
CONVERT_TARGETS(X)
#undef X

static void NAME(fill)(fa__kernels *kernels)
{
#define X(id, suffix, TO, VALUE) kernels->converts[TYPE][FA_TYPE_##id] = FA__JOIN(NAME(convert), suffix);
    CONVERT_TARGETS(X)
#undef X
}
