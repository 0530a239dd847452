/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once per integer type: quotients, remainders, common divisors. Division by zero gives 0, and the quotient
 * that does not fit (the smallest by -1) wraps, as in NumPy. Processors divide no vectors of integers: up to 32 bits the
 * quotient is that of floats or doubles, cut off, which is exact: two whole numbers of k bits have no quotient nearer than
 * 2**-k to a whole number but a whole number. */
#include "kernel/drivers.inc.h"

#if BITS < 64
#define WIDE uint32_t
#else
#define WIDE uint64_t
#endif

FA__INLINE bool NAME(is_negative)(T a)
{
#if IS_SIGNED
    return a < 0;
#else
    (void)a;
    return false;
#endif
}

FA__INLINE WIDE NAME(size_of)(T a)
{
    return NAME(is_negative)(a) ? 0 - (WIDE)a : (WIDE)a;
}

/* a / b, cut off; b is not 0. */
FA__INLINE T NAME(quotient)(T a, T b)
{
#if BITS <= 16
    /* The last bits of a float this large are a whole number. */
    const float shifted = __builtin_truncf((float)a / (float)b) + 0x1.8p23f;
    uint32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    return (T)bits;
#elif BITS == 32
    const double shifted = __builtin_trunc((double)a / (double)b) + 0x1.8p52;
    uint64_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    return (T)bits;
#elif IS_SIGNED
    const WIDE turned = 0 - (WIDE)(b == -1);
    return (T)(((WIDE)(a / (b == -1 ? 1 : b)) ^ turned) - turned);
#else
    return a / b;
#endif
}

FA__INLINE T NAME(rest)(T a, T b, T quotient)
{
    return (T)((WIDE)a - (WIDE)quotient * (WIDE)b);
}

/* Whether a quotient that was cut off is above its floor. */
FA__INLINE bool NAME(is_above)(T b, T rest)
{
    return (rest != 0) & NAME(is_negative)(rest ^ b);
}

/* All bits where the divisor is not 0. Masks and no branches: which way these go, no processor foresees. */
FA__INLINE WIDE NAME(divides)(T b)
{
    return 0 - (WIDE)(b != 0);
}

FA__INLINE T NAME(floor_divide_of)(T a, T b, T quotient)
{
    const WIDE above = NAME(is_above)(b, NAME(rest)(a, b, quotient));
    return (T)(((WIDE)quotient - above) & NAME(divides)(b));
}

FA__INLINE T NAME(remainder_of)(T a, T b, T quotient)
{
    const T rest = NAME(rest)(a, b, quotient);
    const WIDE above = NAME(is_above)(b, rest);
    return (T)(((WIDE)rest + ((WIDE)b & (0 - above))) & NAME(divides)(b));
}

FA__INLINE T NAME(fmod_of)(T a, T b, T quotient)
{
    return (T)((WIDE)NAME(rest)(a, b, quotient) & NAME(divides)(b));
}

#if BITS == 64
/* Division by one divisor for many: the upper half of a product and two shifts (Granlund and Montgomery). */
typedef struct NAME(divisor) {
    WIDE factor;
    int shift; /* -1: the divisor is 1 */
    bool negative;
} NAME(divisor);

FA__INLINE NAME(divisor) NAME(divisor_of)(T b)
{
    const WIDE size = NAME(size_of)(b);
    if (size <= 1)
        return (NAME(divisor)){0, -1, NAME(is_negative)(b)};
    const int bits = 64 - __builtin_clzll(size - 1);
    const WIDE above = (bits == 64 ? 0 : (WIDE)1 << bits) - size;
    __extension__ const unsigned __int128 wide = (unsigned __int128)above << 64;
    return (NAME(divisor)){(WIDE)(wide / size) + 1, bits - 1, NAME(is_negative)(b)};
}

FA__INLINE T NAME(divided)(T a, NAME(divisor) by)
{
    const WIDE size = NAME(size_of)(a);
    __extension__ const WIDE upper = (WIDE)((unsigned __int128)size * by.factor >> 64);
    const WIDE quotient = by.shift < 0 ? size : (upper + ((size - upper) >> 1)) >> by.shift;
    return (T)(NAME(is_negative)(a) != by.negative ? 0 - quotient : quotient);
}
#endif

/* Stein's algorithm. */
FA__INLINE T NAME(gcd)(T first, T second)
{
    WIDE a = NAME(size_of)(first), b = NAME(size_of)(second);
    if (a == 0 || b == 0)
        return (T)(a | b);
    const int twos = __builtin_ctzll(a | b);
    a >>= __builtin_ctzll(a);
    while (b != 0) {
        b >>= __builtin_ctzll(b);
        const WIDE low = a < b ? a : b;
        b = a < b ? b - a : a - b;
        a = low;
    }
    return (T)(a << twos);
}

FA__INLINE T NAME(lcm)(T first, T second)
{
    const WIDE a = NAME(size_of)(first), b = NAME(size_of)(second), common = (U)NAME(gcd)(first, second);
    return common == 0 ? 0 : (T)(a / common * b);
}

#if BITS == 64
#define BY_ONE_DIVISOR(operation)                                            \
    if ((scalars & 3) == 2 && n > 0) {                                       \
        T *to = out;                                                         \
        const T *a = in[0], b = *(const T *)in[1];                           \
        const NAME(divisor) by = NAME(divisor_of)(b);                        \
        for (int64_t i = 0; i < n; i++)                                      \
            to[i] = NAME(operation##_of)(a[i], b, NAME(divided)(a[i], by));  \
        return;                                                              \
    }
#else
#define BY_ONE_DIVISOR(operation)
#endif

#define X(id, operation)                                                                              \
    FA__INLINE T NAME(operation)(T a, T b)                                                            \
    {                                                                                                 \
        return NAME(operation##_of)(a, b, NAME(quotient)(a, (T)(b | (b == 0))));                         \
    }                                                                                                 \
    static void NAME(operation##_loop)(void *out, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                                 \
        BY_ONE_DIVISOR(operation)                                                                     \
        NAME(binary)(out, in, n, scalars, NAME(operation));                                           \
    }
QUOTIENTS(X)
#undef X
#undef BY_ONE_DIVISOR

#define X(id, operation)                                                                              \
    static void NAME(operation##_loop)(void *out, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                                 \
        NAME(binary)(out, in, n, scalars, NAME(operation));                                           \
    }
DIVISORS(X)
#undef X

static void NAME(fill)(fa__kernels *kernels)
{
#define X(id, operation) kernels->loops[FA__OP_##id][TYPE] = NAME(operation##_loop);
    QUOTIENTS(X)
    DIVISORS(X)
#undef X
}

#undef WIDE
