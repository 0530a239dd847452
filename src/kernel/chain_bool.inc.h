/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once, of bool: its operations on vectors of bytes, and their links. */

typedef T NAME(bytes) __attribute__((vector_size(REGISTER_BYTES)));

FA__INLINE NAME(bytes) NAME(both)(NAME(bytes) a, NAME(bytes) b)
{
    return (NAME(bytes))((a != 0) & (b != 0)) & 1;
}

FA__INLINE NAME(bytes) NAME(either)(NAME(bytes) a, NAME(bytes) b)
{
    return (NAME(bytes))((a | b) != 0) & 1;
}

FA__INLINE NAME(bytes) NAME(one_of)(NAME(bytes) a, NAME(bytes) b)
{
    return (NAME(bytes))((a != 0) ^ (b != 0)) & 1;
}

FA__INLINE NAME(bytes) NAME(neither)(NAME(bytes) a)
{
    return (NAME(bytes))(a == 0) & 1;
}

#include "kernel/chain.inc.h"
