/* SPDX-License-Identifier: BSD-3-Clause */
/* Arithmetic, bits and shifts of bool and integers. */
#include "kernel/loop.h"

#define INTEGER_BINARY(X)       \
    X(ADD, add)                 \
    X(SUBTRACT, subtract)       \
    X(MULTIPLY, multiply)       \
    X(MINIMUM, minimum)         \
    X(MAXIMUM, maximum)         \
    X(BITWISE_AND, bitwise_and) \
    X(BITWISE_OR, bitwise_or)   \
    X(BITWISE_XOR, bitwise_xor) \
    X(LEFT_SHIFT, left_shift)   \
    X(RIGHT_SHIFT, right_shift)
#define INTEGER_UNARY(X)      \
    X(NEGATIVE, negative)     \
    X(POSITIVE, positive)     \
    X(IMAG, zero)             \
    X(ABSOLUTE, absolute)     \
    X(SIGN, sign)             \
    X(SQUARE, square)         \
    X(RECIPROCAL, reciprocal) \
    X(INVERT, invert)
/* Operations that mean the same as another one on integers. */
#define INTEGER_SHARED(X)  \
    X(FMIN, minimum)       \
    X(FMAX, maximum)       \
    X(CONJUGATE, positive) \
    X(REAL, positive)      \
    X(FLOOR, positive)     \
    X(CEIL, positive)      \
    X(TRUNC, positive)

#define FA__WITH_INTEGERS
#define FA__TEMPLATE "kernel/integer.inc.h"
#include "kernel/each_type.inc.h"

/* Bool. Any byte but 0 is true; what is written is 0 or 1. */
#define S b8
#define T uint8_t
#include "kernel/drivers.inc.h"
#undef S
#undef T

FA__INLINE uint8_t or_b8(uint8_t a, uint8_t b)
{
    return (a | b) != 0;
}

FA__INLINE uint8_t and_b8(uint8_t a, uint8_t b)
{
    return (uint8_t)((a != 0) & (b != 0));
}

FA__INLINE uint8_t xor_b8(uint8_t a, uint8_t b)
{
    return (a != 0) != (b != 0);
}

FA__INLINE uint8_t not_b8(uint8_t a)
{
    return a == 0;
}

FA__INLINE uint8_t same_b8(uint8_t a)
{
    return a != 0;
}

FA__INLINE uint8_t zero_b8(uint8_t a)
{
    (void)a;
    return 0;
}

#define BOOL_BINARY(X) \
    X(or)              \
    X(and)             \
    X(xor)
#define BOOL_UNARY(X) \
    X(not )           \
    X(same)           \
    X(zero)

#define X(operation)                                                                               \
    static void operation##_loop_b8(void *out, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                              \
        binary_b8(out, in, n, scalars, operation##_b8);                                            \
    }
BOOL_BINARY(X)
#undef X
#define X(operation)                                                                               \
    static void operation##_loop_b8(void *out, const void *const *in, int64_t n, unsigned scalars) \
    {                                                                                              \
        unary_b8(out, in, n, scalars, operation##_b8);                                             \
    }
BOOL_UNARY(X)
#undef X

static void fill_b8(fa__kernels *kernels)
{
#define X(id, operation) kernels->loops[FA__OP_##id][FA_TYPE_BOOL] = operation##_loop_b8;
    X(ADD, or)
    X(MULTIPLY, and)
    X(MINIMUM, and)
    X(FMIN, and)
    X(MAXIMUM, or)
    X(FMAX, or)
    X(BITWISE_AND, and)
    X(BITWISE_OR, or)
    X(BITWISE_XOR, xor)
    X(INVERT, not )
    X(ABSOLUTE, same)
    X(REAL, same)
    X(IMAG, zero)
    X(FLOOR, same)
    X(CEIL, same)
    X(TRUNC, same)
#undef X
}

void FA__ISA(fa__fill_integer)(fa__kernels *kernels)
{
#define X(suffix) fill_##suffix(kernels);
    FA__EACH_INTEGER(X)
    X(b8)
#undef X
}
