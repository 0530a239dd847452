/* SPDX-License-Identifier: BSD-3-Clause */
/* Quotients cut to whole numbers, remainders and common divisors. */
#include "kernel/loop.h"
#include "kernel/real.h"
#include "kernel/wide_quotient.h"

#include <float.h>

#define QUOTIENTS(X)              \
    X(FLOOR_DIVIDE, floor_divide) \
    X(REMAINDER, remainder)       \
    X(FMOD, fmod)
#define DIVISORS(X) \
    X(GCD, gcd)     \
    X(LCM, lcm)

#define FA__WITH_INTEGERS
#define FA__TEMPLATE "kernel/quotient_integer.inc.h"
#include "kernel/each_type.inc.h"

#define MATH(function) FA__JOIN(fa__##function, S)
/* float64 first: what is far for float32 is near for it. */
#define S            f64
#define T            double
#define BITS         64
#define TYPE         FA_TYPE_FLOAT64
#define FAR_QUOTIENT 0x1p52
#include "kernel/quotient_float.inc.h"
#undef S
#undef T
#undef BITS
#undef TYPE
#undef FAR_QUOTIENT

#define S            f32
#define T            float
#define BITS         32
#define TYPE         FA_TYPE_FLOAT32
#define FAR_QUOTIENT 0x1p23f
#include "kernel/quotient_float.inc.h"

void FA__ISA(fa__fill_quotient)(fa__kernels *kernels)
{
#define X(suffix) fill_##suffix(kernels);
    FA__EACH_INTEGER(X)
    FA__EACH_FLOAT(X)
#undef X
}
