/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once per integer type: arithmetic that wraps as NumPy's does. Computed in unsigned integers at
 * least as wide as int, where C defines the wrap. */
#include "kernel/drivers.inc.h"

#if BITS < 64
#define WIDE uint32_t
#else
#define WIDE uint64_t
#endif

FA__INLINE T NAME(add)(T a, T b)
{
    return (T)((WIDE)a + (WIDE)b);
}

FA__INLINE T NAME(subtract)(T a, T b)
{
    return (T)((WIDE)a - (WIDE)b);
}

FA__INLINE T NAME(multiply)(T a, T b)
{
    return (T)((WIDE)a * (WIDE)b);
}

FA__INLINE T NAME(minimum)(T a, T b)
{
    return a < b ? a : b;
}

FA__INLINE T NAME(maximum)(T a, T b)
{
    return a > b ? a : b;
}

FA__INLINE T NAME(bitwise_and)(T a, T b)
{
    return a & b;
}

FA__INLINE T NAME(bitwise_or)(T a, T b)
{
    return a | b;
}

FA__INLINE T NAME(bitwise_xor)(T a, T b)
{
    return a ^ b;
}

/* Counts of BITS and more (and negative ones, which are large as unsigned) shift everything out. */
FA__INLINE T NAME(left_shift)(T a, T b)
{
    return (U)b < BITS ? (T)((WIDE)a << ((U)b & (BITS - 1))) : 0;
}

FA__INLINE T NAME(right_shift)(T a, T b)
{
#if IS_SIGNED
    return (T)(a >> ((U)b < BITS ? (U)b : BITS - 1));
#else
    return (U)b < BITS ? (T)(a >> ((U)b & (BITS - 1))) : 0;
#endif
}

FA__INLINE T NAME(negative)(T a)
{
    return (T)(0 - (WIDE)a);
}

FA__INLINE T NAME(positive)(T a)
{
    return a;
}

FA__INLINE T NAME(zero)(T a)
{
    (void)a;
    return 0;
}

FA__INLINE T NAME(absolute)(T a)
{
#if IS_SIGNED
    return a < 0 ? NAME(negative)(a) : a;
#else
    return a;
#endif
}

FA__INLINE T NAME(sign)(T a)
{
#if IS_SIGNED
    return (T)((a > 0) - (a < 0));
#else
    return a > 0;
#endif
}

FA__INLINE T NAME(square)(T a)
{
    return NAME(multiply)(a, a);
}

/* One over zero is what x86-64 makes of an infinity: the smallest int32 or int64, cut to the type. */
FA__INLINE T NAME(reciprocal)(T a)
{
#if IS_SIGNED && BITS >= 32
    const T of_zero = (T)((U)1 << (BITS - 1));
    return a == 0 ? of_zero : a == 1 ? 1 : a == -1 ? -1 : 0;
#elif IS_SIGNED
    return a == 1 ? 1 : a == -1 ? -1 : 0;
#else
    return a == 1;
#endif
}

FA__INLINE T NAME(invert)(T a)
{
    return (T)~a;
}

#define X(id, operation)                                                                              \
    static void NAME(operation##_loop)(void *out, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                                 \
        NAME(binary)(out, in, n, scalars, NAME(operation));                                           \
    }
INTEGER_BINARY(X)
#undef X

#define X(id, operation)                                                                              \
    static void NAME(operation##_loop)(void *out, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                                 \
        NAME(unary)(out, in, n, scalars, NAME(operation));                                            \
    }
INTEGER_UNARY(X)
#undef X

/* Of the magnitude, as in NumPy. Sums of ever wider groups of bits: vectors have no instruction for it. */
FA__INLINE uint8_t NAME(bitwise_count)(T a)
{
    const U all = (U) ~(U)0;
    U x = (U)NAME(absolute)(a);
    x = (U)(x - ((x >> 1) & (U)(all / 3)));
    x = (U)((x & (U)(all / 5)) + ((x >> 2) & (U)(all / 5)));
    x = (U)((x + (x >> 4)) & (U)(all / 17));
    return (uint8_t)((U)(x * (WIDE)(U)(all / 255)) >> (BITS - 8));
}

static void NAME(bitwise_count_loop)(void *out_block, const void *const *in, int64_t n, unsigned scalars)
{
    uint8_t *out = out_block;
    const T *a = in[0];
    const int64_t step = !(scalars & 1);
    FA__INDEPENDENT
    for (int64_t i = 0; i < n; i++)
        out[i] = NAME(bitwise_count)(a[i * step]);
}

/* No exponent is negative: the caller has asked fa__any_negative(). Bits of exponents are the outer loop and
 * elements the inner one, a vector loop: as many steps as the largest exponent of a chunk has bits. */
static void NAME(power_loop)(void *out_block, const void *const *in, int64_t n, unsigned scalars)
{
    T *out = out_block;
    const T *a = in[0], *b = in[1];
    enum { CHUNK = 256 };
    for (int64_t done = 0; done < n; done += CHUNK) {
        const int64_t count = n - done < CHUNK ? n - done : CHUNK;
        T base[CHUNK], result[CHUNK];
        U rest[CHUNK], all = 0;
        for (int64_t i = 0; i < count; i++) {
            base[i] = a[scalars & 1 ? 0 : done + i];
            rest[i] = (U)b[scalars & 2 ? 0 : done + i];
            result[i] = 1;
            all |= rest[i];
        }
        for (; all != 0; all = (U)(all >> 1)) {
            if (scalars & 2) { /* all or none multiplies */
                if (all & 1)
                    for (int64_t i = 0; i < count; i++)
                        result[i] = NAME(multiply)(result[i], base[i]);
            } else
                for (int64_t i = 0; i < count; i++) {
                    const T product = NAME(multiply)(result[i], base[i]);
                    result[i] = rest[i] & 1 ? product : result[i];
                    rest[i] = (U)(rest[i] >> 1);
                }
            for (int64_t i = 0; i < count; i++)
                base[i] = NAME(multiply)(base[i], base[i]);
        }
        memcpy(out + done, result, (size_t)count * sizeof(T));
    }
}

#if IS_SIGNED
static bool NAME(any_negative)(const void *elements, int64_t n)
{
    const T *a = elements;
    T all = 0;
    for (int64_t i = 0; i < n; i++)
        all |= a[i];
    return all < 0;
}
#endif

static void NAME(fill)(fa__kernels *kernels)
{
#define X(id, operation) kernels->loops[FA__OP_##id][TYPE] = NAME(operation##_loop);
    INTEGER_BINARY(X)
    INTEGER_UNARY(X)
    INTEGER_SHARED(X)
    X(POWER, power)
    X(BITWISE_COUNT, bitwise_count)
#undef X
#if IS_SIGNED
    kernels->any_negative[TYPE] = NAME(any_negative);
#endif
}

#undef WIDE
