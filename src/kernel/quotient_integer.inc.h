/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once per integer type: quotients, remainders, common divisors. Division by zero gives 0, and the
 * quotient that does not fit (the smallest by -1) wraps, as in NumPy. Processors divide no vectors of
 * integers: up to 32 bits the quotient is that of floats or doubles, cut off, which is exact: two whole
 * numbers of k bits have no quotient nearer than 2**-k to a whole number but a whole number. */
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
/* ---- Vectors of them ----
 *
 * A floor is a quotient without signs: of a b below 0 both change sign; and floor(a / b) of an a below 0 is
 * minus 1 minus
 * (-1 - a) / b, which is all bits turned before and after. `turns` has all bits where they are. */

FA__INLINE whole_vector NAME(below_zero)(whole_vector a)
{
#if IS_SIGNED
    return above_signed((whole_vector){0}, a);
#else
    return a & 0;
#endif
}

FA__INLINE whole_vector NAME(floor_turns)(whole_vector a, whole_vector minus)
{
#if IS_SIGNED
    return (above_signed((whole_vector){0}, a) & ~minus) | (above_signed(a, (whole_vector){0}) & minus);
#else
    return a & minus & 0;
#endif
}

FA__INLINE whole_vector NAME(whole_size)(whole_vector a)
{
    return turned_whole(a, NAME(below_zero)(a));
}

/* The operations on vectors; `divide` is x / |b| without signs, and b is not 0. */
#define VECTOR_QUOTIENTS(name, D, divide)                                                         \
    FA__INLINE whole_vector NAME(name##_floor_divide)(whole_vector a, whole_vector b, D by)       \
    {                                                                                             \
        const whole_vector minus = NAME(below_zero)(b), turns = NAME(floor_turns)(a, minus);      \
        return divide(turned_whole(a, minus) ^ turns, by) ^ turns;                                \
    }                                                                                             \
    FA__INLINE whole_vector NAME(name##_remainder)(whole_vector a, whole_vector b, D by)          \
    {                                                                                             \
        return less_whole(a, lower_product(NAME(name##_floor_divide)(a, b, by), b));              \
    }                                                                                             \
    FA__INLINE whole_vector NAME(name##_fmod)(whole_vector a, whole_vector b, D by)               \
    {                                                                                             \
        const whole_vector size = NAME(whole_size)(a), quotient = divide(size, by);               \
        const whole_vector rest = less_whole(size, lower_product(quotient, NAME(whole_size)(b))); \
        return turned_whole(rest, NAME(below_zero)(a));                                           \
    }
VECTOR_QUOTIENTS(by_one, divisor, divided)
#ifdef __AVX512F__
VECTOR_QUOTIENTS(by_each, whole_vector, quotient_of)
#endif
#undef VECTOR_QUOTIENTS

FA__INLINE whole_vector NAME(load_whole)(const T *x, int64_t count, bool is_one)
{
    if (is_one)
        return (whole_vector){0} + (int64_t)x[0];
    if (count >= WHOLE_WIDTH)
        return LOAD_WHOLE(x);
    T some[WHOLE_WIDTH] = {1, 1, 1, 1};
    memcpy(some, x, (size_t)count * sizeof(T));
    return LOAD_WHOLE(some);
}

FA__INLINE void NAME(store_whole)(T *x, whole_vector values, int64_t count)
{
    if (count >= WHOLE_WIDTH) {
        STORE_WHOLE(x, values);
        return;
    }
    T some[WHOLE_WIDTH];
    STORE_WHOLE(some, values);
    memcpy(x, some, (size_t)count * sizeof(T));
}

#define BY_ONE(operation)                                                                  \
    if ((scalars & 3) == 2 && n > 0 && *(const T *)in[1] != 0) {                           \
        const T b = *(const T *)in[1];                                                     \
        const divisor by = divisor_of(NAME(size_of)(b));                                   \
        const whole_vector each = (whole_vector){0} + (int64_t)b;                          \
        for (int64_t i = 0; i < n; i += WHOLE_WIDTH) {                                     \
            const whole_vector a = NAME(load_whole)((const T *)in[0] + i, n - i, false);   \
            NAME(store_whole)((T *)out + i, NAME(by_one_##operation)(a, each, by), n - i); \
        }                                                                                  \
        return;                                                                            \
    }
#ifdef __AVX512F__
#define BY_EACH(operation)                                                                               \
    if ((scalars & 2) == 0 && n > 0) {                                                                   \
        const bool is_one = scalars & 1;                                                                 \
        for (int64_t i = 0; i < n; i += WHOLE_WIDTH) {                                                   \
            const whole_vector a = NAME(load_whole)((const T *)in[0] + (is_one ? 0 : i), n - i, is_one); \
            const whole_vector b = NAME(load_whole)((const T *)in[1] + i, n - i, false);                 \
            const whole_vector nothing = where_zero(b), some = less_whole(b, nothing);                   \
            const whole_vector size = NAME(whole_size)(some);                                            \
            NAME(store_whole)((T *)out + i, NAME(by_each_##operation)(a, some, size) & ~nothing, n - i); \
        }                                                                                                \
        return;                                                                                          \
    }
#else
#define BY_EACH(operation)
#endif
#else
#define BY_ONE(operation)
#define BY_EACH(operation)
#endif

#define X(id, operation)                                                                              \
    FA__INLINE T NAME(operation)(T a, T b)                                                            \
    {                                                                                                 \
        return NAME(operation##_of)(a, b, NAME(quotient)(a, (T)(b | (b == 0))));                      \
    }                                                                                                 \
    static void NAME(operation##_loop)(void *out, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                                 \
        BY_ONE(operation)                                                                             \
        BY_EACH(operation)                                                                            \
        NAME(binary)(out, in, n, scalars, NAME(operation));                                           \
    }
QUOTIENTS(X)
#undef X
#undef BY_ONE
#undef BY_EACH

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
