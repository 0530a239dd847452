/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once per real floating type T: its operations on vectors, and their links. WHOLE is the integer
 * of its size. */

typedef T NAME(floats) __attribute__((vector_size(REGISTER_BYTES)));
typedef WHOLE NAME(wholes) __attribute__((vector_size(REGISTER_BYTES)));

FA__INLINE NAME(floats) NAME(pick)(NAME(wholes) first, NAME(floats) a, NAME(floats) b)
{
    return (NAME(floats))(((NAME(wholes))a & first) | ((NAME(wholes))b & ~first));
}

FA__INLINE NAME(floats) NAME(add)(NAME(floats) a, NAME(floats) b)
{
    return a + b;
}

FA__INLINE NAME(floats) NAME(subtract)(NAME(floats) a, NAME(floats) b)
{
    return a - b;
}

FA__INLINE NAME(floats) NAME(multiply)(NAME(floats) a, NAME(floats) b)
{
    return a * b;
}

FA__INLINE NAME(floats) NAME(divide)(NAME(floats) a, NAME(floats) b)
{
    return a / b;
}

FA__INLINE NAME(floats) NAME(minimum)(NAME(floats) a, NAME(floats) b)
{
    return NAME(pick)((a != a) | (a <= b), a, b);
}

FA__INLINE NAME(floats) NAME(maximum)(NAME(floats) a, NAME(floats) b)
{
    return NAME(pick)((a != a) | (a >= b), a, b);
}

FA__INLINE NAME(floats) NAME(fmin)(NAME(floats) a, NAME(floats) b)
{
    return NAME(pick)((b != b) | (a <= b), a, b);
}

FA__INLINE NAME(floats) NAME(fmax)(NAME(floats) a, NAME(floats) b)
{
    return NAME(pick)((b != b) | (a >= b), a, b);
}

FA__INLINE NAME(floats) NAME(negative)(NAME(floats) a)
{
    return -a;
}

FA__INLINE NAME(floats) NAME(absolute)(NAME(floats) a)
{
    const WHOLE all_but_sign = (WHOLE)(((uint64_t)1 << (8 * sizeof(WHOLE) - 1)) - 1);
    return (NAME(floats))((NAME(wholes))a & all_but_sign);
}

FA__INLINE NAME(floats) NAME(square)(NAME(floats) a)
{
    return a * a;
}

FA__INLINE NAME(floats) NAME(reciprocal)(NAME(floats) a)
{
    return 1 / a;
}

FA__INLINE NAME(floats) NAME(root)(NAME(floats) a)
{
    return NAME(root_of)(a);
}

#include "kernel/chain.inc.h"
