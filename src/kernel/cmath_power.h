/* SPDX-License-Identifier: BSD-3-Clause */
/* Complex powers. z**w is exp(w log z) with the logarithm and its product in twice the precision: what an
 * exponential makes of an argument of 700 is 700 times the argument's error. Small whole powers, of which
 * NumPy's users know that they are products, are products, in twice the precision too: those of whole numbers
 * are exact. */
#ifndef FA_KERNEL_CMATH_POWER_H
#define FA_KERNEL_CMATH_POWER_H

#include "kernel/cmath.h"

typedef struct wide_pair {
    twofold real, imag;
} wide_pair;

FA__INLINE twofold finite_low(twofold a)
{
    return (twofold){a.high, pick(is_finite(a.low), a.low, every(0))};
}

/* The sum of coefficients 1 / (2 k + 5) of powers of `square`, of which `sign` says whether signs change. */
FA__INLINE vector odd_series(vector square, double sign, int terms)
{
    vector sum = every(1.0 / (2 * terms + 5));
    for (int k = terms - 1; k >= 0; k--)
        sum = fused(sum, square * sign, every(1.0 / (2 * k + 5)));
    return sum;
}

/* x + sign x**3 / 3 + x**5 / 5 + ..., with the term in x**3 in twice the precision: artanh (sign 1) or arctan
 * (-1). */
FA__INLINE twofold odd_function(twofold x, double sign, int terms)
{
    const twofold square = multiply(x, x), third = twofold_of(0x1.5555555555555p-2, 0x1.5555555555555p-56);
    const vector rest = odd_series(square.high, sign, terms) * square.high;
    const twofold factor = add(third, (twofold){rest * sign, every(0)});
    const twofold correction = multiply(multiply(square, factor), x);
    return add(x, sign < 0 ? minus(correction) : correction);
}

/* log|z| of a number other than zero, its larger part from 2**-1000 to 2**1000 once `shift` is added to the
 * exponent. */
FA__INLINE twofold wide_log_magnitude(pair z, vector shift)
{
    const vector whole = exponent(larger(magnitude(z.real), magnitude(z.imag)));
    const vector down = power_of_two(-whole), x = z.real * down, y = z.imag * down;
    const twofold a = product_of(x, x), b = product_of(y, y);
    const twofold square = add(a, b); /* from 1 to below 8 */
    const mask two = below(every(0x1.6a09e667f3bcdp+0), square.high);
    const mask four = below(every(0x1.6a09e667f3bcdp+1), square.high);
    const mask eight = below(every(0x1.6a09e667f3bcdp+2), square.high);
    const vector twos = pick(eight, every(3), pick(four, every(2), pick(two, every(1), every(0))));
    const vector factor = pick(eight, every(0.125), pick(four, every(0.25), pick(two, every(0.5), every(1))));
    const twofold near_one = {square.high * factor, square.low * factor};
    const twofold above = add(near_one, twofold_of(-1, 0)), sum = add(near_one, twofold_of(1, 0));
    const twofold half_log =
        odd_function(divide(above, sum), 1, 13); /* log is 2 artanh; of a root, half of that */
    const twofold ln_2 = twofold_of(0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56);
    return add(scale(ln_2, whole + shift + twos * 0.5), half_log);
}

/* The angle of a number other than zero: that of a ratio at most 1, from the nearest quarter on. */
FA__INLINE twofold wide_angle(pair z)
{
    const vector x = magnitude(z.real), y = magnitude(z.imag);
    const mask steep = below(x, y);
    const vector large = pick(steep, y, x), small = pick(steep, x, y), ratio = small / large;
    vector quarter = every(0);
    twofold angle = twofold_of(0, 0);
    static const double angles[4][2] = {{0x1.f5b75f92c80ddp-3, 0x1.8ab6e3cf7afbdp-57},
                                        {0x1.dac670561bb4fp-2, 0x1.a2b7f222f65e2p-56},
                                        {0x1.4978fa3269ee1p-1, 0x1.2419a87f2a458p-56},
                                        {0x1.921fb54442d18p-1, 0x1.1a62633145c07p-55}};
    for (int k = 0; k < 4; k++) {
        const mask beyond = below(every(0.25 * k + 0.125), ratio);
        quarter = pick(beyond, every(0.25 * (k + 1)), quarter);
        angle = pick_twofold(beyond, twofold_of(angles[k][0], angles[k][1]), angle);
    }
    const twofold above = add((twofold){small, every(0)}, minus(product_of(quarter, large)));
    const twofold below_it = add((twofold){large, every(0)}, product_of(quarter, small));
    angle = add(angle, odd_function(divide(above, below_it), -1, 11));
    const twofold right = twofold_of(0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54);
    const twofold straight = twofold_of(0x1.921fb54442d18p+1, 0x1.1a62633145c07p-53);
    angle = pick_twofold(steep, add(right, minus(angle)), angle);
    const mask left = below(with_sign(every(1), z.real), every(0));
    angle = pick_twofold(left, add(straight, minus(angle)), angle);
    return (twofold){turned(angle.high, z.imag), turned(angle.low, z.imag)};
}

/* exp(w log z) of finite numbers, z not zero. */
FA__INLINE pair power_by_logarithm(pair z, pair w)
{
    const vector size = larger(magnitude(z.real), magnitude(z.imag));
    const mask large = below(every(0x1p900), size), small = below(size, every(0x1p-900));
    const vector by = pick(large, every(0x1p-200), pick(small, every(0x1p200), every(1)));
    const vector shift = pick(large, every(200), pick(small, every(-200), every(0)));
    const pair near = {z.real * by, z.imag * by};
    const twofold length = wide_log_magnitude(near, shift), angle = wide_angle(near);
    const twofold real = finite_low(add(scale(length, w.real), minus(scale(angle, w.imag))));
    const pair unit = unit_of_twofold(add(scale(length, w.imag), scale(angle, w.real)));
    return exp_times(real.high,
                     (pair){fused(unit.real, real.low, unit.real), fused(unit.imag, real.low, unit.imag)});
}

/* The same in double, where infinities or NaNs decide. */
FA__INLINE pair power_at_edges(pair z, pair w)
{
    const pair log = complex_log(z);
    const pair product = {w.real * log.real - w.imag * log.imag, w.real * log.imag + w.imag * log.real};
    return complex_exp(product);
}

/* ---- Whole powers ---- */

/* An infinity has nothing behind it; a zero has the sign that one multiplication in double would give it. */
FA__INLINE twofold tidy(twofold a, vector plain)
{
    return (twofold){pick(is_zero(a.high), with_sign(a.high, plain), a.high),
                     pick(is_finite(a.high), a.low, every(0))};
}

FA__INLINE wide_pair multiply_pairs(wide_pair a, wide_pair b)
{
    const vector real = a.real.high * b.real.high - a.imag.high * b.imag.high;
    const vector imag = a.real.high * b.imag.high + a.imag.high * b.real.high;
    return (wide_pair){tidy(add(multiply(a.real, b.real), minus(multiply(a.imag, b.imag))), real),
                       tidy(add(multiply(a.real, b.imag), multiply(a.imag, b.real)), imag)};
}

FA__INLINE wide_pair pick_wide(mask m, wide_pair a, wide_pair b)
{
    return (wide_pair){pick_twofold(m, a.real, b.real), pick_twofold(m, a.imag, b.imag)};
}

/* 1 / z as conj(z) / |z|**2. A zero has the sign of the other part, which it has from NumPy's quotient. */
FA__INLINE wide_pair inverse_pair(wide_pair z)
{
    const twofold square = add(multiply(z.real, z.real), multiply(z.imag, z.imag));
    return (wide_pair){tidy(divide(z.real, square), z.imag.high),
                       tidy(minus(divide(z.imag, square)), z.real.high)};
}

enum { WHOLE_POWERS = 100 }; /* NumPy's, too: below this a power is a product */

/* z to the whole power n, |n| < WHOLE_POWERS, by its binary digits. The first factor is one, as in NumPy, of
 * which a zero may lose its sign; but not in the powers 1, 2 and 3. */
FA__INLINE pair power_by_products(pair z, vector n)
{
    wide_pair square = {{z.real, every(0)}, {z.imag, every(0)}},
              result = {twofold_of(1, 0), twofold_of(0, 0)};
    vector left = magnitude(n);
    mask plain = both(below(every(0), n), below(n, every(4)));
    for (int bit = 1; bit < WHOLE_POWERS; bit *= 2) {
        const vector half = left * 0.5, even = (half + 0x1p52) - 0x1p52; /* half, rounded */
        const mask odd = first_only(below(every(0), left), equal(half, even));
        const wide_pair product = multiply_pairs(result, square);
        result = pick_wide(odd, pick_wide(plain, square, product), result);
        plain = first_only(plain, odd);
        left = pick(odd, half - 0.5, half);
        if (!any(below(every(0), left)))
            break;
        square = multiply_pairs(square, square);
    }
    const mask inverted = below(n, every(0));
    if (any(inverted))
        result = pick_wide(inverted, inverse_pair(result), result);
    return (pair){result.real.high, result.imag.high};
}

/* Powers that stay so far inside the range that no product of their parts leaves it, or are of no number at
 * all. */
FA__INLINE mask is_product(pair z, pair w)
{
    const vector n = magnitude(w.real), rounded = (n + 0x1p52) - 0x1p52;
    const mask whole = both(both(is_zero(w.imag), below(n, every(WHOLE_POWERS))), equal(n, rounded));
    const vector size = larger(magnitude(z.real), magnitude(z.imag));
    const mask ordinary = both(below(every(0x1p-900), size), below(size, every(0x1p900)));
    const vector digits = n * (magnitude(exponent(pick(ordinary, size, every(1)))) + 1.0);
    return both(whole,
                either(both(ordinary, below(digits, every(480))), first_only(whole, is_finite_pair(z))));
}

static pair complex_power(pair z, pair w)
{
    const mask products = is_product(z, w), finite = both(is_finite_pair(z), is_finite_pair(w));
    const pair one = {every(1), every(0)}, nothing = {every(0), every(0)}, nan = {every(NAN), every(NAN)};
    const mask zero = both(is_zero(z.real), is_zero(z.imag));
    pair result = {every(0), every(0)};
    if (any(products))
        result = pick_pair(products, power_by_products(z, w.real), result);
    if (!all(products))
        result = pick_pair(products, result, power_by_logarithm(pick_pair(zero, one, z), w));
    if (!all(either(products, finite)))
        result = pick_pair(either(products, finite), result, power_at_edges(z, w));
    const mask positive = below(every(0), w.real);
    result = pick_pair(zero, pick_pair(positive, nothing, nan), result);
    return pick_pair(both(is_zero(w.real), is_zero(w.imag)), one, result);
}

#endif
