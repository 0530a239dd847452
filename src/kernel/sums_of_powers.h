/* SPDX-License-Identifier: BSD-3-Clause */
/* Logarithms of sums of powers, a vector of doubles at a time: m + log(1 + exp(-d)), where m is the larger
 * exponent and d the distance to the other one. The logarithm has 12 bits more than a double; where m takes
 * almost all of it away, both it and the exponential are computed again in twice the precision, by series. */
#ifndef FA_KERNEL_SUMS_OF_POWERS_H
#define FA_KERNEL_SUMS_OF_POWERS_H

#include "kernel/twofold.h"

/* 1 / k. */
FA__INLINE twofold inverse_of_whole(int k)
{
    const double inverse = 1.0 / k;
    return twofold_of(inverse, -__builtin_fma(inverse, k, -1.0) / k);
}

/* exp(-r), |r| below 0.36. */
static twofold wide_exp_of_minus(twofold r)
{
    const twofold one = twofold_of(1, 0), negative = minus(r);
    twofold sum = one;
    for (int k = 24; k > 0; k--)
        sum = add(one, multiply(multiply(negative, inverse_of_whole(k)), sum));
    return sum;
}

/* log(1 + w), 0 < w <= 1. */
static twofold wide_log_of_one_and(twofold w)
{
    const twofold s = divide(w, add(twofold_of(2, 0), w)), square = multiply(s, s);
    twofold sum = twofold_of(0, 0);
    for (int k = 34; k >= 0; k--)
        sum = add(inverse_of_whole(2 * k + 1), multiply(square, sum));
    const twofold half = multiply(s, sum);
    return (twofold){half.high + half.high, half.low + half.low};
}

__attribute__((noinline)) static vector wide_log_of_sum(vector m, twofold d, bool to_base_2)
{
    const twofold ln_2 = twofold_of(0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56);
    const twofold log2_e = twofold_of(0x1.71547652b82fep+0, 0x1.777d0ffda0d24p-56);
    const vector n = d.high * (to_base_2 ? 1 : 0x1.71547652b82fep+0) + 0x1.8p52 - 0x1.8p52;
    const twofold r =
        to_base_2 ? multiply(add(d, (twofold){-n, every(0)}), ln_2) : add(d, minus(scale(ln_2, n)));
    const vector down = power_of_two(smaller(n, every(1022)) * -1.0);
    const twofold power = wide_exp_of_minus(r), scaled = {power.high * down, power.low * down};
    twofold log = wide_log_of_one_and(scaled);
    if (to_base_2)
        log = multiply(log, log2_e);
    const twofold sum = add((twofold){m, every(0)}, log);
    return sum.high + sum.low;
}

/* exp(-d) in two parts. */
FA__INLINE parts_f64 exp_of_minus(twofold d)
{
    const vector x = -d.high;
    const power_f64 power = exp_parts_f64(x, true);
    const vector low = fused(power.high + power.low, -d.low, power.low);
    const parts_f64 tidy = tidied_f64((parts_f64){power.high, low});
    const vector scale = (vector)(((whole_f64)power.shifted << 52) + (whole_f64)every(1));
    const mask far = below(every(708), d.high);
    parts_f64 result = {tidy.high * scale, tidy.low * scale};
    if (any(far)) {
        const vector edge =
            pick(below(every(746), d.high), every(0), scaled_f64(tidy.high, power.shifted, 0));
        result = (parts_f64){pick(far, edge, result.high), pick(far, every(0), result.low)};
    }
    return result;
}

FA__INLINE vector log_of_sum(vector x, vector y, bool to_base_2)
{
    const vector m = larger(x, y);
    twofold d = sum_of(m, -smaller(x, y));
    const mask finite = is_finite(d.high);
    d = pick_twofold(finite, d, twofold_of(0, 0));
    const twofold ln_2 = twofold_of(0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56);
    const parts_f64 w = exp_of_minus(to_base_2 ? multiply(d, ln_2) : d), sum = one_and_f64(w.high);
    parts_f64 log = wide_log_f64(sum.high, sum.low + w.low, true);
    if (to_base_2)
        log = times_f64(log, (parts_f64){every(0x1.71547652b82fep+0), every(0x1.777d0ffda0d24p-56)});
    const twofold total = sum_of(m, log.high);
    vector result = total.high + (total.low + log.low);
    mask cancelled = both(below(m, every(0)), below(magnitude(result), every(0x1p-4)));
    cancelled = both(cancelled, below(d.high, every(700)));
    if (any(cancelled))
        result = pick(cancelled, wide_log_of_sum(m, d, to_base_2), result);
    if (to_base_2) /* exact where both are one */
        result = pick(is_zero(d.high), m + 1.0, result);
    const vector edge = pick(unordered(x, y), x + y, m + 0.0);
    return pick(finite, result, edge);
}

#endif
