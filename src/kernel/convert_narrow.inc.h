/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once per float T of 16 bits: conversions to and from it, a block of float32 at a time. */

#define X(id, suffix, TO, VALUE)                                                      \
    static void FA__JOIN(NAME(convert), suffix)(void *out, const void *in, int64_t n) \
    {                                                                                 \
        float block[NARROW_BLOCK];                                                    \
        for (int64_t done = 0; done < n; done += NARROW_BLOCK) {                      \
            const int64_t count = n - done < NARROW_BLOCK ? n - done : NARROW_BLOCK;  \
            NAME(widen)(block, (const T *)in + done, count);                          \
            convert_f32_##suffix((TO *)out + done, block, count);                     \
        }                                                                             \
    }
CONVERT_TARGETS(X)
#undef X

#define X(id, suffix, FROM, to_block)                                                \
    static void NAME(convert_##suffix)(void *out, const void *in, int64_t n)         \
    {                                                                                \
        float block[NARROW_BLOCK];                                                   \
        for (int64_t done = 0; done < n; done += NARROW_BLOCK) {                     \
            const int64_t count = n - done < NARROW_BLOCK ? n - done : NARROW_BLOCK; \
            to_block(block, (const FROM *)in + done, count);                         \
            NAME(narrow)((T *)out + done, block, count);                             \
        }                                                                            \
    }
TO_NARROW(X)
#undef X

static void NAME(convert_bits)(void *out, const void *in, int64_t n)
{
    memcpy(out, in, (size_t)n * sizeof(T));
}

static void NAME(fill)(fa__kernels *kernels)
{
#define X(id, suffix, TO, VALUE) kernels->converts[TYPE][FA_TYPE_##id] = FA__JOIN(NAME(convert), suffix);
    CONVERT_TARGETS(X)
#undef X
#define X(id, suffix, FROM, to_block) kernels->converts[FA_TYPE_##id][TYPE] = NAME(convert_##suffix);
    TO_NARROW(X)
#undef X
    kernels->converts[TYPE][TYPE] = NAME(convert_bits);
}
