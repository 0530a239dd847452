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

/* ---- where: its condition is in registers, and the next link is its third input ---- */

#define CHOICES(form, a, b)                                                                \
    static void NAME(where_##form)(LINK)                                                   \
    {                                                                                      \
        const uint64_t bits = true_bytes(r0);                                              \
        a##_OF(x, link) b##_OF(y, link + 1) EACH(a##_FIRST) EACH(b##_CHOSEN) NEXT_BUT_ONE; \
    }
#define MANY_OF(name, of) const NAME(in_memory) *name = NAME(elements)(of, i);
#define ONE_OF(name, of)  const NAME(vector) name = NAME(every)(of);
#define MANY_FIRST(k) \
    r##k = (reg)x[k]; \
    IN_ORDER(r##k);
#define ONE_FIRST(k) r##k = (reg)x;
#define MANY_CHOSEN(k)                                                         \
    r##k = (reg)NAME(chosen)(bits, k, (NAME(vector))r##k, (NAME(vector))y[k]); \
    IN_ORDER(r##k);
#define ONE_CHOSEN(k) r##k = (reg)NAME(chosen)(bits, k, (NAME(vector))r##k, y);
CHOICES(second, MANY, MANY)
CHOICES(first, ONE, ONE)
CHOICES(one_second, MANY, ONE)
CHOICES(one_first, ONE, MANY)
#undef CHOICES
#undef MANY_OF
#undef ONE_OF
#undef MANY_FIRST
#undef ONE_FIRST
#undef MANY_CHOSEN
#undef ONE_CHOSEN

static void NAME(fill_where)(fa__kernels *kernels)
{
    NAME(fill_forms)
    (kernels->links[FA__OP_WHERE][TYPE], (fa__link_run *)NAME(where_second),
     (fa__link_run *)NAME(where_first), (fa__link_run *)NAME(where_one_second),
     (fa__link_run *)NAME(where_one_first));
}
