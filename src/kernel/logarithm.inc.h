/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once per real floating type T: logarithms of a vector. x is 2**e m with m near 1, and log m is
 * twice the inverse hyperbolic tangent of (m - 1) / (m + 1): that quotient is known in two parts (Dekker
 * 1971), so is its product with anything that must be. Coefficients: tools/minimax.py. */

/* Unevaluated sums: low is small beside high. */
typedef struct NAME(parts) {
    V high, low;
} NAME(parts);

FA__INLINE NAME(parts) NAME(product_parts)(V a, V b)
{
    const V product = a * b;
    return (NAME(parts)){product, FMA(a, b, -product)};
}

FA__INLINE NAME(parts) NAME(times)(NAME(parts) a, NAME(parts) b)
{
    const NAME(parts) product = NAME(product_parts)(a.high, b.high);
    return (NAME(parts)){product.high, FMA(a.high, b.low, FMA(a.low, b.high, product.low))};
}

/* a + b where |a.high| is not the smaller one, or is 0. */
FA__INLINE NAME(parts) NAME(plus)(NAME(parts) a, NAME(parts) b)
{
    const V sum = a.high + b.high;
    return (NAME(parts)){sum, (b.high - (sum - a.high)) + (a.low + b.low)};
}

FA__INLINE NAME(parts) NAME(tidied)(NAME(parts) a)
{
    const V sum = a.high + a.low;
    return (NAME(parts)){sum, a.low - (sum - a.high)};
}

/* x = 2**e (1 + f), and s = f / (2 + f). */
typedef struct NAME(reduced) {
    V e;
    NAME(parts) s;
} NAME(reduced);

/* Of x + left; x is positive and normal, `left` at most a unit of its last place. */
FA__INLINE NAME(reduced) NAME(reduce)(V x, V left, bool has_left)
{
    const NAME(whole) root = (NAME(whole))SET1(ROOT_HALF),
                      moved = (NAME(whole))x + ((NAME(whole))SET1(1) - root);
    const NAME(whole) field = moved >> FRACTION_BITS;
    const V behind = SET1((UNSIGNED)1 << FRACTION_BITS);
    const V e = (V)(field | (NAME(whole))behind) - (behind + SET1(EXPONENT_BIAS));
    const V f = (V)((moved & (((UNSIGNED)1 << FRACTION_BITS) - 1)) + root) - SET1(1);
    const V under = f + SET1(2), under_low = f - (under - SET1(2)), inverse = SET1(1) / under,
            s = f * inverse;
    V rest = FMA(-s, under_low, FMA(-s, under, f));
    if (has_left) {
        const V scaled = left * (V)((2 * EXPONENT_BIAS + 1 - field) << FRACTION_BITS) * SET1(0.5);
        rest += FMA(-s, scaled, scaled);
    }
    return (NAME(reduced)){e, {s, rest * inverse}};
}

/* log(x + left), of which the sum of the parts is nearly the exact value's rounding. */
FA__INLINE NAME(parts) NAME(log_parts)(V x, V left, bool has_left)
{
    const NAME(reduced) at = NAME(reduce)(x, left, has_left);
    const V s = at.s.high, square = s * s, twice = s + s, whole = at.e * SET1(LN_2_HIGH);
    const V sum = NAME(polynomial)(square, NAME(log_terms), COUNT_OF(NAME(log_terms)));
    const V rest = FMA(s * square, sum, at.s.low + at.s.low), high = whole + twice;
    return (NAME(parts)){high, (twice - (high - whole)) + FMA(at.e, SET1(LN_2_LOW), rest)};
}

/* Lanes that are not positive and normal: their logarithms are SLEEF's. */
FA__INLINE MASK NAME(not_normal)(V x)
{
    return EITHER(NOT_AT_LEAST(x, SET1(SMALLEST_NORMAL)), NOT_AT_LEAST(SET1(LARGEST), x));
}

FA__INLINE V NAME(log)(V x)
{
    const NAME(parts) parts = NAME(log_parts)(x, x, false);
    const V result = parts.high + parts.low;
    const MASK far = NAME(not_normal)(x);
    return ANY(far) ? CHOOSE(far, SLEEF(log, u10)(x), result) : result;
}

FA__INLINE V NAME(log_to_base)(V x, T inverse, T inverse_low)
{
    const NAME(parts) product =
        NAME(times)(NAME(log_parts)(x, x, false), (NAME(parts)){SET1(inverse), SET1(inverse_low)});
    return product.high + product.low;
}

FA__INLINE V NAME(log2)(V x)
{
    const V result = NAME(log_to_base)(x, LOG2_E, LOG2_E_LOW);
    const MASK far = NAME(not_normal)(x);
    return ANY(far) ? CHOOSE(far, SLEEF(log2, u10)(x), result) : result;
}

FA__INLINE V NAME(log10)(V x)
{
    const V result = NAME(log_to_base)(x, LOG10_E, LOG10_E_LOW);
    const MASK far = NAME(not_normal)(x);
    return ANY(far) ? CHOOSE(far, SLEEF(log10, u10)(x), result) : result;
}

/* The sum 1 + x in two parts, whichever is larger. */
FA__INLINE NAME(parts) NAME(one_and)(V x)
{
    const V sum = x + SET1(1), part = sum - x;
    return (NAME(parts)){sum, (x - (sum - part)) + (SET1(1) - part)};
}

FA__INLINE V NAME(log1p)(V x)
{
    const NAME(parts) sum = NAME(one_and)(x), parts = NAME(log_parts)(sum.high, sum.low, true);
    const V result = parts.high + parts.low, tiny = SET1(TINY * TINY);
    const MASK small = ABOVE(tiny, MAGNITUDE(x)), far = NAME(not_normal)(sum.high);
    V mended = ANY(far) ? CHOOSE(far, SLEEF(log, u10)(sum.high), result) : result;
    return ANY(small) ? CHOOSE(small, x, mended) : mended;
}

#if BITS == 64
/* log(x + left) with 12 more bits than a double. */
FA__INLINE NAME(parts) NAME(wide_log)(V x, V left, bool has_left)
{
    const NAME(reduced) at = NAME(reduce)(x, left, has_left);
    const NAME(parts) s = at.s, twice = {s.high + s.high, s.low + s.low};
    NAME(parts) square = NAME(product_parts)(s.high, s.high);
    square.low = FMA(twice.high, s.low, square.low);
    const V sum = square.high * NAME(polynomial_of)(square.high, square.high * square.high, power_terms + 1,
                                                    COUNT_OF(power_terms) - 1);
    const NAME(parts) two_thirds = {SET1(0x1.5555555555555p-1), SET1(0x1.5555555555555p-55 + power_terms[0])};
    const NAME(parts) factor = NAME(plus)(two_thirds, (NAME(parts)){sum, SET1(0)});
    const NAME(parts) log = NAME(plus)(twice, NAME(times)(s, NAME(times)(square, factor)));
    const NAME(parts) whole = {at.e * SET1(LN_2_HIGH), at.e * SET1(LN_2_LOW)};
    return NAME(tidied)(NAME(plus)(whole, log));
}

/* exp(high + low) * 2**more, rounded once. */
FA__INLINE V NAME(exp_of_parts)(NAME(parts) x)
{
    NAME(power) power = NAME(exp_parts)(x.high, true);
    power.low = FMA(x.low, power.high + power.low, power.low);
    const V sum = power.high + power.low;
    const V result = (V)((NAME(whole))sum + ((NAME(whole))power.shifted << FRACTION_BITS));
    const MASK far = NOT_AT_LEAST(SET1(EXP_NEAR), MAGNITUDE(x.high));
    if (!ANY(far))
        return result;
    V edge = NAME(scaled)(sum, power.shifted, 0);
    edge = CHOOSE(ABOVE(x.high, SET1(EXP_LARGEST + 1)), SET1(INFINITY), edge);
    edge = CHOOSE(ABOVE(SET1(EXP_SMALLEST), x.high), SET1(0), edge);
    return CHOOSE(far, edge, result);
}

FA__INLINE V NAME(rounded_whole)(V x)
{
#ifdef __AVX512F__
    return _mm512_roundscale_pd(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
#else
    return _mm256_round_pd(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
#endif
}

/* Of x below zero: minus the result where y is odd, NaN where it is not whole. */
FA__INLINE V NAME(power_of_negative)(V result, V y)
{
    const V half = y * SET1(0.5);
    const V turned = CHOOSE(EQUALS(NAME(rounded_whole)(half), half), result, -result);
    return CHOOSE(EQUALS(NAME(rounded_whole)(y), y), turned, SET1(NAN));
}

/* exp(y log |x|), |x| finite and not 0. */
FA__INLINE V NAME(power_of_size)(V size, V y)
{
    const MASK small = ABOVE(SET1(SMALLEST_NORMAL), size);
    NAME(parts)
    log = NAME(wide_log)(ANY(small) ? CHOOSE(small, size * SET1(0x1p54), size) : size, size, false);
    if (ANY(small)) {
        const V off = CHOOSE(small, SET1(-54), SET1(0));
        log = NAME(tidied)(NAME(plus)((NAME(parts)){off * SET1(LN_2_HIGH), off * SET1(LN_2_LOW)}, log));
    }
    const NAME(parts) product = NAME(product_parts)(log.high, y);
    return NAME(exp_of_parts)((NAME(parts)){product.high, FMA(log.low, y, product.low)});
}

/* The same to the digits of a float, of floats. */
FA__INLINE V NAME(power_of_float)(V size, V y)
{
    const NAME(parts) log = NAME(log_parts)(size, size, false);
    return NAME(exp)((log.high + log.low) * y);
}

FA__INLINE V NAME(power_of)(V x, V y, V (*power)(V, V))
{
    const V size = MAGNITUDE(x), largest = SET1(LARGEST);
    const MASK negative = NOT_AT_LEAST(x, SET1(0));
    V result = power(size, y);
    if (ANY(negative))
        result = CHOOSE(negative, NAME(power_of_negative)(result, y), result);
    /* Zeros, infinities and NaNs. */
    const MASK special = EITHER(EITHER(NOT_AT_LEAST(largest, size), NOT_AT_LEAST(largest, MAGNITUDE(y))),
                                EQUALS(size, SET1(0)));
    return ANY(special) ? CHOOSE(special, SLEEF(pow, u10)(x, y), result) : result;
}

FA__INLINE V NAME(pow)(V x, V y)
{
    return NAME(power_of)(x, y, NAME(power_of_size));
}

FA__INLINE V NAME(float_pow)(V x, V y)
{
    return NAME(power_of)(x, y, NAME(power_of_float));
}

/* No square of a float overflows here. */
FA__INLINE V NAME(float_hypot)(V x, V y)
{
    const V endless = SET1(INFINITY), a = MAGNITUDE(x), b = MAGNITUDE(y),
            length = VECTOR(sqrt_pd)(FMA(a, a, b * b));
    return CHOOSE(EQUALS(a, endless), endless, CHOOSE(EQUALS(b, endless), endless, length));
}
#endif
