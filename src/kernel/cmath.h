/* SPDX-License-Identifier: BSD-3-Clause */
/* Functions of complex numbers, a vector of them at a time, in double. Formulas: Kahan, "Branch cuts for
 * complex elementary functions" (1987) for the square root and the inverse functions; Hull, Fairgrieve and
 * Tang (1994) for what a logarithm needs near the unit circle. Infinities, NaNs and signs of zeros are those
 * of C99's annex G, where NumPy's are. Knows nothing about complex64, or how elements stand in memory. */
#ifndef FA_KERNEL_CMATH_H
#define FA_KERNEL_CMATH_H

#include "kernel/twofold.h"

/* Complex numbers, their parts apart. */
typedef struct pair {
    vector real, imag;
} pair;

FA__INLINE pair pick_pair(mask m, pair a, pair b)
{
    return (pair){pick(m, a.real, b.real), pick(m, a.imag, b.imag)};
}

FA__INLINE mask is_finite_pair(pair z)
{
    return both(is_finite(z.real), is_finite(z.imag));
}

/* i z and -i z: functions and their hyperbolic kin are one. */
FA__INLINE pair times_i(pair z)
{
    return (pair){-z.imag, z.real};
}

FA__INLINE pair over_i(pair z)
{
    return (pair){z.imag, -z.real};
}

/* ---- Exponentials ---- */

/* exp(x) times parts of magnitude at most 1, also where exp(x) alone overflows: x - 300 is exact there. */
FA__INLINE pair exp_times(vector x, pair parts)
{
    const mask far = below(every(700), x);
    const vector power = SLEEF_OF(exp)(pick(far, x - 300.0, x));
    pair z = {power * parts.real, power * parts.imag};
    if (any(far)) {
        const vector high = every(0x1.c05c0a7166b4ap+432), low = every(0x1.cf59a9e7d8cb5p+378); /* exp(300) */
        z.real = pick(far, fused(z.real, high, z.real * low), z.real);
        z.imag = pick(far, fused(z.imag, high, z.imag * low), z.imag);
    }
    return z;
}

/* What exp() and its kin are where multiplying does not tell: on the real axis, and far out on either side.
 * `z` is the argument, `unit` the function of its imaginary part. */
FA__INLINE pair exp_at_edges(pair result, pair z)
{
    const mask endless = is_infinite(z.real), lost = first_only(endless, is_finite(z.imag));
    const mask to_zero = both(lost, below(z.real, every(0))), to_infinity = first_only(lost, to_zero);
    result.real = pick(to_zero, every(0), pick(to_infinity, every(INFINITY), result.real));
    result.imag = pick(to_zero, with_sign(every(0), z.imag), result.imag);
    result.imag = pick(is_zero(z.imag), z.imag, result.imag);
    return result;
}

FA__INLINE pair unit_of(vector angle)
{
    return (pair){SLEEF_OF(cos)(angle), SLEEF_OF(sin)(angle)};
}

static pair complex_exp(pair z)
{
    return exp_at_edges(exp_times(z.real, unit_of(z.imag)), z);
}

/* The unit at an angle of twice the precision; behind a large one the rest is no small number. */
FA__INLINE pair unit_of_twofold(twofold angle)
{
    const vector low = pick(is_finite(angle.low), angle.low, every(0));
    const pair coarse = unit_of(angle.high);
    const mask far = below(every(0x1p-28), magnitude(low));
    pair fine = {every(1), low};
    if (any(far))
        fine = pick_pair(far, unit_of(low), fine);
    return (pair){fused(-coarse.imag, fine.imag, coarse.real * fine.real),
                  fused(coarse.real, fine.imag, coarse.imag * fine.real)};
}

/* The angle y log 2 is needed to more than its own precision. Good while |y| is below 2**50; NumPy's own is
 * not. */
static pair complex_exp2(pair z)
{
    const twofold ln_2 = twofold_of(0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56);
    const pair unit = unit_of_twofold(scale(ln_2, z.imag));
    const mask far = below(every(1000), z.real);
    const vector power = SLEEF_OF(exp2)(pick(far, z.real - 512.0, z.real));
    const vector factor = pick(far, every(0x1p512), every(1));
    return exp_at_edges((pair){power * unit.real * factor, power * unit.imag * factor}, z);
}

/* exp(z) - 1 = expm1(x) cos(y) - 2 sin(y / 2)**2 + i exp(x) sin(y). */
static pair complex_expm1(pair z)
{
    const pair unit = unit_of(z.imag), power = exp_times(z.real, unit);
    const vector half = SLEEF_OF(sin)(z.imag * 0.5);
    const vector real = fused(SLEEF_OF(expm1)(z.real), unit.real, -2.0 * half * half);
    const mask far = both(below(every(700), z.real), is_finite(z.real));
    return (pair){pick(far, power.real, real), power.imag};
}

/* ---- Hyperbolic functions, and those of i z ---- */

FA__INLINE pair half_exp_times(vector x, pair parts)
{
    return exp_times(x, (pair){parts.real * 0.5, parts.imag * 0.5});
}

/* sinh z = sinh x cos y + i cosh x sin y. */
static pair complex_sinh(pair z)
{
    const vector x = z.real, y = z.imag, size = magnitude(x);
    const pair unit = unit_of(y);
    pair result = {SLEEF_OF(sinh)(x) * unit.real, SLEEF_OF(cosh)(x) * unit.imag};
    const mask far = below(every(700), size);
    if (any(far)) {
        const pair half = half_exp_times(size, unit);
        result = pick_pair(far, (pair){turned(half.real, x), half.imag}, result);
    }
    const mask lost = first_only(is_infinite(x), is_finite(y));
    result.real = pick(lost, every(INFINITY), result.real);
    result.real = pick(first_only(is_zero(x), is_finite(y)), x, result.real);
    result.imag = pick(is_zero(y), y, result.imag);
    return result;
}

/* cosh z = cosh x cos y + i sinh x sin y. */
static pair complex_cosh(pair z)
{
    const vector x = z.real, y = z.imag, size = magnitude(x);
    const pair unit = unit_of(y);
    pair result = {SLEEF_OF(cosh)(x) * unit.real, SLEEF_OF(sinh)(x) * unit.imag};
    const mask far = below(every(700), size);
    if (any(far)) {
        const pair half = half_exp_times(size, unit);
        result = pick_pair(far, (pair){half.real, turned(half.imag, x)}, result);
    }
    const mask lost = first_only(is_infinite(x), is_finite(y));
    result.real = pick(lost, every(INFINITY), result.real);
    result.imag = pick(first_only(is_zero(x), is_finite(y)), every(0), result.imag);
    result.imag = pick(is_zero(y), turned(y, x), result.imag);
    return result;
}

FA__INLINE vector sine_of_double(vector y)
{
    const vector sine = SLEEF_OF(sin)(y * 2.0);
    const mask large = below(every(0x1p1000), magnitude(y));
    return any(large) ? pick(large, 2.0 * SLEEF_OF(sin)(y) * SLEEF_OF(cos)(y), sine) : sine;
}

/* tanh z = (sinh x cosh x + i sin y cos y) / (sinh(x)**2 + cos(y)**2) in twice the precision for |x| <= 1:
 * next to a pole errors of sinh and cos cancel then. Beyond, with t = exp(-2 |x|), 1 - 2 t (t + cos 2y) / d +
 * i 2 t sin(2y) / d where d = 1 + t**2 + 2 t cos 2y. */
static pair complex_tanh(pair z)
{
    const vector x = z.real, y = z.imag;
    const vector up = SLEEF_OF(sinh)(x), cosine = SLEEF_OF(cos)(y);
    const twofold inner = add(product_of(up, up), product_of(cosine, cosine));
    pair result = {divide(product_of(up, SLEEF_OF(cosh)(x)), inner).high,
                   divide(product_of(SLEEF_OF(sin)(y), cosine), inner).high};
    const mask far = below(every(1), magnitude(x));
    if (any(far)) {
        const vector turn = sine_of_double(y), power = SLEEF_OF(exp)(-2.0 * magnitude(x)),
                     twice = 2.0 * power;
        const vector shift = power + fused(2.0 * cosine, cosine, every(-1)); /* t + cos 2y */
        const vector outer = fused(power, shift, 1.0 + power * (shift - power));
        const vector real = 1.0 - twice * shift / outer;
        result = pick_pair(far, (pair){with_sign(real, x), twice * turn / outer}, result);
    }
    const mask lost = either(is_infinite(y), unordered(y, y)), endless = is_infinite(x);
    result.real = pick(endless, with_sign(every(1), x), pick(lost, every(NAN), result.real));
    result.imag = pick(both(lost, endless), with_sign(every(0), y), result.imag);
    result.real = pick(is_zero(x), x, result.real);
    result.imag = pick(is_zero(y), y, result.imag);
    return result;
}

static pair complex_sin(pair z)
{
    return over_i(complex_sinh(times_i(z)));
}

static pair complex_cos(pair z)
{
    return complex_cosh(times_i(z));
}

static pair complex_tan(pair z)
{
    return over_i(complex_tanh(times_i(z)));
}

/* ---- Logarithms ---- */

/* 2 x + x**2 + y**2 or x**2 + y**2 - 1, by what `first` is: how far a square of a magnitude is from 1. */
FA__INLINE twofold add_squares(vector first, vector x, vector y)
{
    const twofold a = product_of(x, x), b = product_of(y, y);
    const twofold one = sum_of(first, a.high), two = sum_of(one.high, b.high);
    return ordered_sum_of(two.high, ((one.low + two.low) + a.low) + b.low);
}

/* log|w| times `unit`, with the logarithm to that base. Near the unit circle by `excess` = |w|**2 - 1;
 * elsewhere log of the larger part, and of the rest. */
FA__INLINE vector log_magnitude(pair w, twofold excess, vector (*logarithm)(vector), double unit)
{
    const vector x = magnitude(w.real), y = magnitude(w.imag);
    const mask by_real = below(y, x);
    const vector large = pick(by_real, x, y), small = pick(by_real, y, x);
    const vector ratio = pick(is_zero(small), every(0), small / large);
    const vector near = SLEEF_OF(log1p)(excess.high) + excess.low / (1.0 + excess.high);
    const vector far = logarithm(large) + SLEEF_OF(log1p)(ratio * ratio) * (0.5 * unit);
    const mask is_near = both(below(every(-0.5), excess.high), below(excess.high, every(2)));
    const vector result = pick(is_near, near * (0.5 * unit), far);
    return pick(either(is_infinite(x), is_infinite(y)), every(INFINITY), result);
}

FA__INLINE pair logarithm_of(pair z, vector (*logarithm)(vector), double unit)
{
    const vector angle = SLEEF_OF(atan2)(z.imag, z.real);
    const twofold excess = add_squares(every(-1), z.real, z.imag);
    return (pair){log_magnitude(z, excess, logarithm, unit), angle * unit};
}

static pair complex_log(pair z)
{
    return logarithm_of(z, SLEEF_OF(log), 1);
}

static pair complex_log2(pair z)
{
    return logarithm_of(z, SLEEF_OF(log2), 0x1.71547652b82fep+0);
}

static pair complex_log10(pair z)
{
    return logarithm_of(z, SLEEF_OF(log10), 0x1.bcb7b1526e50ep-2);
}

static pair complex_log1p(pair z)
{
    const pair w = {z.real + 1.0, z.imag};
    const twofold excess = add_squares(z.real * 2.0, z.real, z.imag);
    return (pair){log_magnitude(w, excess, SLEEF_OF(log), 1), SLEEF_OF(atan2)(w.imag, w.real)};
}

/* ---- Square root and inverse functions ---- */

/* The square root of a finite number, scaled where squares would leave the range. */
FA__INLINE pair root_of(pair z)
{
    const vector size = larger(magnitude(z.real), magnitude(z.imag));
    const mask large = below(every(0x1p1000), size), small = below(size, every(0x1p-900));
    const vector before = pick(large, every(0x1p-8), pick(small, every(0x1p200), every(1)));
    const vector after = pick(large, every(0x1p4), pick(small, every(0x1p-100), every(1)));
    const vector x = z.real * before, y = z.imag * before;
    const vector norm = FA__SLEEF_F64(hypot, u05)(x, y);
    const vector main = root((magnitude(x) + norm) * 0.5);
    const vector other = pick(is_zero(main), y, y / (2.0 * main));
    const mask left = below(x, every(0));
    const vector real = pick(left, magnitude(other), main), imag = pick(left, with_sign(main, y), other);
    return (pair){real * after, imag * after};
}

static pair complex_sqrt(pair z)
{
    pair result = root_of(z);
    if (all(is_finite_pair(z)))
        return result;
    const vector x = z.real, y = z.imag;
    const mask to_left = both(is_infinite(x), below(x, every(0))),
               to_right = first_only(is_infinite(x), to_left);
    const pair nan = {every(NAN), every(NAN)};
    result = pick_pair(is_finite_pair(z), result, nan);
    const mask known = is_finite(y);
    result = pick_pair(to_right, (pair){every(INFINITY), pick(known, with_sign(every(0), y), y)}, result);
    result = pick_pair(to_left, (pair){pick(known, every(0), y), with_sign(every(INFINITY), y)}, result);
    return pick_pair(is_infinite(y), (pair){every(INFINITY), y}, result);
}

/* asinh of real numbers of any size. */
FA__INLINE vector real_asinh(vector x)
{
    const mask far = below(every(0x1p500), magnitude(x));
    const vector near = SLEEF_OF(asinh)(x);
    return any(far) ? pick(far, with_sign(SLEEF_OF(log)(magnitude(x)) + M_LN2, x), near) : near;
}

/* Kahan's formulas for arcsin and arccos out of the roots of 1 - z and 1 + z: sums of terms of one sign. Very
 * large numbers are taken down first, where the ones do not matter. */
typedef struct inverse {
    vector across, along; /* sin of asin's real part times cosh of its imaginary one, and sinh of that */
    pair lower, upper;    /* sqrt(1 - z), sqrt(1 + z) */
    vector imag;          /* asin's */
    vector x;
} inverse;

FA__INLINE inverse inverse_of(pair z)
{
    const mask large = below(every(0x1p1000), larger(magnitude(z.real), magnitude(z.imag)));
    const vector by = pick(large, every(0x1p-64), every(1));
    const vector x = z.real * by, y = z.imag * by;
    const pair lower = root_of((pair){1.0 - x, -y}), upper = root_of((pair){1.0 + x, y});
    const vector across = fused(lower.real, upper.real, -(lower.imag * upper.imag));
    const vector along = fused(lower.real, upper.imag, -(lower.imag * upper.real));
    const vector imag = real_asinh(along);
    const vector back = with_sign(every(0x1.62e42fefa39efp+5), imag); /* 64 log 2 */
    return (inverse){across, along, lower, upper, pick(large, imag + back, imag), x};
}

static pair complex_asin(pair z)
{
    const inverse parts = inverse_of(z);
    pair result = {SLEEF_OF(atan2)(parts.x, parts.across), parts.imag};
    const vector x = z.real, y = z.imag;
    const mask endless = either(is_infinite(x), is_infinite(y));
    if (any(endless)) {
        const pair edge = {SLEEF_OF(atan2)(x, magnitude(y)), with_sign(every(INFINITY), y)};
        result = pick_pair(endless, edge, result);
    }
    result.real = pick(both(is_zero(x), unordered(y, y)), x, result.real);
    return result;
}

static pair complex_acos(pair z)
{
    const inverse parts = inverse_of(z);
    pair result = {2.0 * SLEEF_OF(atan2)(parts.lower.real, parts.upper.real), -parts.imag};
    const vector x = z.real, y = z.imag;
    const mask endless = either(is_infinite(x), is_infinite(y));
    if (any(endless)) {
        const pair edge = {SLEEF_OF(atan2)(magnitude(y), x), with_sign(every(INFINITY), -y)};
        result = pick_pair(endless, edge, result);
    }
    result.real = pick(both(is_zero(x), unordered(y, y)), every(M_PI_2), result.real);
    return result;
}

static pair complex_asinh(pair z)
{
    return over_i(complex_asin(times_i(z)));
}

static pair complex_acosh(pair z)
{
    const pair result = complex_acos(z);
    return (pair){magnitude(result.imag), with_sign(result.real, z.imag)};
}

/* atanh z = log1p(4 x / ((1 - x)**2 + y**2)) / 4 + i atan2(2 y, (1 - x) (1 + x) - y**2) / 2 for x >= 0. Far
 * away it is 1 / z, beside a right angle; next to 1 the quotient overflows, and its logarithm is that of 2 /
 * |y|. */
static pair complex_atanh(pair z)
{
    const vector x = magnitude(z.real), y = z.imag, height = magnitude(y);
    const vector below_one = 1.0 - x, square = fused(below_one, below_one, y * y);
    const vector angle = SLEEF_OF(atan2)(2.0 * y, fused(below_one, 1.0 + x, -(y * y)));
    pair result = {SLEEF_OF(log1p)(4.0 * x / square) * 0.25, angle * 0.5};
    const mask at_one = both(equal(x, every(1)), below(height, every(0x1p-500)));
    if (any(at_one))
        result.real = pick(at_one, (M_LN2 - SLEEF_OF(log)(height)) * 0.5, result.real);
    const vector large = larger(x, height), ratio = smaller(x, height) / large;
    const mask far = below(every(0x1p100), large);
    if (any(far)) {
        const vector inverted = x / large / fused(ratio, ratio, every(1)) / large;
        const pair edge = {pick(is_infinite(large), every(0), inverted), with_sign(every(M_PI_2), y)};
        result = pick_pair(far, edge, result);
    }
    result.real = turned(result.real, z.real);
    const mask endless = either(is_infinite(x), is_infinite(y)), unknown = unordered(x, y);
    result.real = pick(both(endless, unknown), with_sign(every(0), z.real), result.real);
    result.imag = pick(is_infinite(y), with_sign(every(M_PI_2), y), result.imag);
    result.imag = pick(first_only(unknown, is_infinite(y)), every(NAN), result.imag);
    result.real = pick(both(is_zero(x), unknown), z.real, result.real);
    return result;
}

static pair complex_atan(pair z)
{
    return over_i(complex_atanh(times_i(z)));
}

#endif
