/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers of twice the precision: unevaluated sums of two doubles (Dekker 1971; Knuth 2; Joldes, Muller and
 * Popescu 2017), a vector at a time. What is beyond the range of double is not expected; infinities keep
 * their `high`. */
#ifndef FA_KERNEL_TWOFOLD_H
#define FA_KERNEL_TWOFOLD_H

#include "kernel/vector.h"

typedef struct twofold {
    vector high, low;
} twofold;

FA__INLINE twofold twofold_of(double high, double low)
{
    return (twofold){every(high), every(low)};
}

/* a + b, exactly. */
FA__INLINE twofold sum_of(vector a, vector b)
{
    const vector sum = a + b, part = sum - a;
    return (twofold){sum, (a - (sum - part)) + (b - part)};
}

/* The same where |a| >= |b|. */
FA__INLINE twofold ordered_sum_of(vector a, vector b)
{
    const vector sum = a + b;
    return (twofold){sum, b - (sum - a)};
}

/* a * b, exactly. */
FA__INLINE twofold product_of(vector a, vector b)
{
    const vector product = a * b;
    return (twofold){product, fused(a, b, -product)};
}

FA__INLINE twofold add(twofold a, twofold b)
{
    const twofold high = sum_of(a.high, b.high), low = sum_of(a.low, b.low);
    const twofold sum = ordered_sum_of(high.high, high.low + low.high);
    return ordered_sum_of(sum.high, sum.low + low.low);
}

FA__INLINE twofold minus(twofold a)
{
    return (twofold){-a.high, -a.low};
}

FA__INLINE twofold multiply(twofold a, twofold b)
{
    const twofold product = product_of(a.high, b.high);
    const vector cross = fused(a.high, b.low, a.low * b.high);
    return ordered_sum_of(product.high, product.low + cross);
}

FA__INLINE twofold scale(twofold a, vector factor)
{
    const twofold product = product_of(a.high, factor);
    return ordered_sum_of(product.high, fused(a.low, factor, product.low));
}

FA__INLINE twofold divide(twofold a, twofold b)
{
    const vector quotient = a.high / b.high;
    const twofold rest = add(a, minus(scale(b, quotient)));
    return ordered_sum_of(quotient, rest.high / b.high);
}

FA__INLINE twofold pick_twofold(mask m, twofold a, twofold b)
{
    return (twofold){pick(m, a.high, b.high), pick(m, a.low, b.low)};
}

#endif
