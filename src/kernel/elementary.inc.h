/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once per real floating type T: exponentials, sines and cosines of a vector, to less than 1 ULP,
 * with the same bits on every instruction set. Arguments are brought near 0 by multiples of a constant that
 * is held in two parts (Cody and Waite, "Software manual for the elementary functions", 1980), of which fma
 * makes the first product exact; a polynomial does the rest, and what its last sum rounds away is added to
 * the next term (Dekker 1971). Coefficients: tools/minimax.py. */

/* Numbers as bits, which may wrap, and as integers. */
typedef UNSIGNED NAME(whole) __attribute__((vector_size(sizeof(V))));
typedef INT NAME(integer) __attribute__((vector_size(sizeof(V))));

/* Horner's rule; `c` holds `count` coefficients, the lowest one first. */
FA__INLINE V NAME(polynomial)(V x, const T *c, int count)
{
    V sum = SET1(c[count - 1]);
    for (int k = count - 2; k >= 0; k--)
        sum = FMA(sum, x, SET1(c[k]));
    return sum;
}

/* The same by even and odd powers, which do not wait for each other. */
FA__INLINE V NAME(polynomial_of)(V x, V square, const T *c, int count)
{
    V even = SET1(c[(count - 1) & ~1]), odd = SET1(c[(count - 2) | 1]);
    for (int k = ((count - 1) & ~1) - 2; k >= 0; k -= 2)
        even = FMA(even, square, SET1(c[k]));
    for (int k = ((count - 2) | 1) - 2; k >= 0; k -= 2)
        odd = FMA(odd, square, SET1(c[k]));
    return FMA(odd, x, even);
}

/* ---- exp ---- */

/* Behind the leading bit of a number this large the nearest whole number stands as an integer. */
#define WHOLE_SHIFT SET1(0x1.8p0 * ((INT)1 << FRACTION_BITS))

/* exp(x) is 2**n (high + low): the whole number n stands in the last bits of `shifted`. */
typedef struct NAME(power) {
    V shifted, high, low;
} NAME(power);

/* `fine`: with what rounding left of the argument, too. */
FA__INLINE NAME(power) NAME(exp_parts)(V x, bool fine)
{
    const V shifted = FMA(x, SET1(LOG2_E), WHOLE_SHIFT), n = shifted - WHOLE_SHIFT;
    const V first = FMA(n, SET1(-LN_2_HIGH), x), r = FMA(n, SET1(-LN_2_LOW), first);
    const V high = r + SET1(1), rest = r - (high - SET1(1));
    const V square = r * r, half = SET1(0.5);
    const V sum = NAME(polynomial_of)(r, square, NAME(exp_terms) + 1, COUNT_OF(NAME(exp_terms)) - 1);
    if (!fine)
        return (NAME(power)){shifted, high, FMA(square, FMA(sum, r, half + SET1(NAME(exp_terms)[0])), rest)};
    const V left = FMA(FMA(n, SET1(-LN_2_LOW), first - r), high, FMA(r, r, -square) * half);
    const V small = FMA(square, FMA(sum, r, SET1(NAME(exp_terms)[0])), left);
    return (NAME(power)){shifted, high, FMA(square, half, rest + small)};
}

/* x * 2**n, rounded once where it is subnormal; n from the last bits of `shifted` and `more`. */
FA__INLINE V NAME(scaled)(V x, V shifted, int more)
{
    const NAME(integer) n = (NAME(integer))((NAME(whole))shifted - (NAME(whole))WHOLE_SHIFT + (UNSIGNED)more),
                        half = n >> 1;
    const V first = (V)(((NAME(whole))half + EXPONENT_BIAS) << FRACTION_BITS);
    const V second = (V)(((NAME(whole))n - (NAME(whole))half + EXPONENT_BIAS) << FRACTION_BITS);
    return x * first * second;
}

/* exp(x) * 2**more. */
FA__INLINE V NAME(exp_scaled)(V x, int more)
{
    const NAME(power) power = NAME(exp_parts)(x, false);
    V result = NAME(scaled)(power.high + power.low, power.shifted, more);
    result = CHOOSE(ABOVE(x, SET1(EXP_LARGEST + 1)), SET1(INFINITY), result);
    return CHOOSE(ABOVE(SET1(EXP_SMALLEST), x), SET1(0), result);
}

FA__INLINE V NAME(exp)(V x)
{
    const NAME(power) power = NAME(exp_parts)(x, false);
    const NAME(whole) sum = (NAME(whole))(power.high + power.low);
    const V result = (V)(sum + ((NAME(whole))power.shifted << FRACTION_BITS));
    const MASK far = NOT_AT_LEAST(SET1(EXP_NEAR), MAGNITUDE(x));
    return ANY(far) ? CHOOSE(far, NAME(exp_scaled)(x, 0), result) : result;
}

/* exp(x) - 1 in two parts, the second one small beside the first; for |x| below EXP_NEAR. */
FA__INLINE V NAME(expm1_parts)(V x, V *low)
{
    const NAME(power) power = NAME(exp_parts)(x, true);
    const V scale = (V)(((NAME(whole))power.shifted << FRACTION_BITS) + (NAME(whole))SET1(1));
    const V scaled = power.high * scale, high = scaled - SET1(1),
            one = high - scaled; /* Knuth's sum of two */
    *low = FMA(power.low, scale, (scaled - (high - one)) - (SET1(1) + one));
    return high;
}

FA__INLINE V NAME(expm1)(V x)
{
    V low;
    const V high = NAME(expm1_parts)(x, &low), sum = high + low;
    const V result = CHOOSE(ABOVE(SET1(TINY * TINY), MAGNITUDE(x)), x, sum);
    const MASK far = NOT_AT_LEAST(SET1(EXP_NEAR), MAGNITUDE(x));
    return ANY(far) ? CHOOSE(far, NAME(exp_scaled)(x, 0) - SET1(1), result) : result;
}

/* t / (t + 2) where t is exp(2 |x|) - 1, both in two parts, and the quotient corrected by what it leaves. */
FA__INLINE V NAME(tanh)(V x)
{
    const V two = SET1(2), size = MAGNITUDE(x), end = SET1(TANH_END);
    V rest;
    const V first = NAME(expm1_parts)(two * CHOOSE(ABOVE(size, end), end, size), &rest);
    const V over = first + rest, over_low = rest - (over - first), under = over + two;
    const MASK large = ABOVE(over, two);
    const V under_low = over_low + (CHOOSE(large, two, over) - (under - CHOOSE(large, over, two)));
    const V inverse = SET1(1) / under, quotient = over * inverse;
    const V left = FMA(-quotient, under_low, FMA(-quotient, under, over) + over_low);
    const V result = CHOOSE(ABOVE(SET1(TINY), size), size, FMA(left, inverse, quotient));
    return WITH_SIGN(CHOOSE(NOT_AT_LEAST(size, SET1(0)), x, result), x);
}

/* ---- sin and cos ---- */

/* Minus the sine of r + low where `turns` is odd, else the sine; r is what n pi left. `far` are lanes that
 * this cannot do: those nearer to n pi than two parts of pi tell, which every r is to an n that is very
 * large. */
FA__INLINE V NAME(sine_of)(V r, V low, V n, V turns, MASK *far)
{
    const V nearest = (V)((NAME(whole))n - ((NAME(whole))SET1(1) - (NAME(whole))SET1(TRIG_NEAREST)));
    *far = NOT_AT_LEAST(MAGNITUDE(r), nearest);
    /* The cube in two parts: a sixth of it is more than half of the result. */
    const V square = r * r, square_low = FMA(r, r, -square);
    const V cube = r * square, cube_low = FMA(r, square_low, FMA(r, square, -cube));
    const V sum = NAME(polynomial)(square, NAME(sin_terms), COUNT_OF(NAME(sin_terms)));
    const V sixth = SET1(-SIXTH), high = FMA(cube, sixth, r), rest = FMA(cube, sixth, r - high);
    const V slope = FMA(square, SET1(-COSINE_SLOPE), SET1(1)); /* times `low`: hardly a cosine is enough */
    const V small = FMA(slope, low, FMA(cube_low, sixth, rest));
    const V result = high + FMA(cube, FMA(sum, square, SET1(-SIXTH_LOW)), small);
    return (V)((NAME(whole))result ^ ((NAME(whole))turns << (BITS - 1)));
}

/* Of magnitudes, so that a zero keeps its sign. */
FA__INLINE V NAME(sin)(V x)
{
    const V size = MAGNITUDE(x), turns = FMA(size, SET1(ONE_OVER_PI), WHOLE_SHIFT), n = turns - WHOLE_SHIFT;
    const V first = FMA(n, SET1(-PI_HIGH), size), r = FMA(n, SET1(-PI_LOW), first);
    MASK far;
    const V result = NAME(sine_of)(r, FMA(n, SET1(-PI_LOW), first - r), n, turns, &far);
    far = TRIG_FAR(far, size);
    const V turned = XOR(result, AND(x, SET1(-0.0)));
    return ANY(far) ? CHOOSE(far, SLEEF(sin, u10)(x), turned) : turned;
}

/* The sine a quarter of a turn on. Of a half times pi the first difference is not exact. */
FA__INLINE V NAME(cos)(V x)
{
    const V size = MAGNITUDE(x), turns = FMA(size, SET1(ONE_OVER_PI), SET1(0.5)) + WHOLE_SHIFT;
    const V n = turns - WHOLE_SHIFT - SET1(0.5), first = FMA(n, SET1(-PI_HIGH), size);
    const V r = FMA(n, SET1(-PI_LOW), first), left = size - FMA(n, SET1(PI_HIGH), first);
    MASK far;
    const V result = NAME(sine_of)(r, FMA(n, SET1(-PI_LOW), first - r) + left, n, turns, &far);
    far = TRIG_FAR(far, size);
    return ANY(far) ? CHOOSE(far, SLEEF(cos, u10)(x), result) : result;
}

/* ---- FARRAY_MATH=fast: the same with nothing behind the last sums, to 4 ULP ---- */

FA__INLINE V NAME(fast_exp)(V x)
{
    const V shifted = FMA(x, SET1(LOG2_E), WHOLE_SHIFT), n = shifted - WHOLE_SHIFT;
    const V r = FMA(n, SET1(-LN_2_LOW), FMA(n, SET1(-LN_2_HIGH), x)), square = r * r;
    const V sum = NAME(polynomial_of)(r, square, NAME(fast_exp_terms), COUNT_OF(NAME(fast_exp_terms)));
    const NAME(whole) power = (NAME(whole))(FMA(square, sum, r) + SET1(1));
    const V result = (V)(power + ((NAME(whole))shifted << FRACTION_BITS));
    const MASK far = NOT_AT_LEAST(SET1(EXP_NEAR), MAGNITUDE(x));
    return ANY(far) ? CHOOSE(far, NAME(exp_scaled)(x, 0), result) : result;
}

FA__INLINE V NAME(fast_sine_of)(V r, V n, V turns, MASK *far)
{
    const V nearest = (V)((NAME(whole))n - ((NAME(whole))SET1(1) - (NAME(whole))SET1(TRIG_NEAREST)));
    *far = NOT_AT_LEAST(MAGNITUDE(r), nearest);
    const V square = r * r;
    const V sum = NAME(polynomial)(square, NAME(fast_sin_terms), COUNT_OF(NAME(fast_sin_terms)));
    const V result = FMA(r * square, FMA(sum, square, SET1(-SIXTH)), r);
    return (V)((NAME(whole))result ^ ((NAME(whole))turns << (BITS - 1)));
}

FA__INLINE V NAME(fast_sin)(V x)
{
    const V size = MAGNITUDE(x), turns = FMA(size, SET1(ONE_OVER_PI), WHOLE_SHIFT), n = turns - WHOLE_SHIFT;
    MASK far;
    const V result = NAME(fast_sine_of)(FMA(n, SET1(-PI_LOW), FMA(n, SET1(-PI_HIGH), size)), n, turns, &far);
    far = TRIG_FAR(far, size);
    const V turned = XOR(result, AND(x, SET1(-0.0)));
    return ANY(far) ? CHOOSE(far, SLEEF(sin, u10)(x), turned) : turned;
}

FA__INLINE V NAME(fast_cos)(V x)
{
    const V size = MAGNITUDE(x), turns = FMA(size, SET1(ONE_OVER_PI), SET1(0.5)) + WHOLE_SHIFT;
    const V n = turns - WHOLE_SHIFT - SET1(0.5);
    MASK far;
    const V result = NAME(fast_sine_of)(FMA(n, SET1(-PI_LOW), FMA(n, SET1(-PI_HIGH), size)), n, turns, &far);
    far = TRIG_FAR(far, size);
    return ANY(far) ? CHOOSE(far, SLEEF(cos, u10)(x), result) : result;
}

/* 1 - 2 / (exp(2 |x|) + 1), by what exp() has more than 1. */
FA__INLINE V NAME(fast_tanh)(V x)
{
    const V size = MAGNITUDE(x), end = SET1(TANH_END), twice = SET1(2) * CHOOSE(ABOVE(size, end), end, size);
    const NAME(power) power = NAME(exp_parts)(twice, false);
    const V scale = (V)(((NAME(whole))power.shifted << FRACTION_BITS) + (NAME(whole))SET1(1));
    const V over = FMA(power.low, scale, FMA(power.high, scale, SET1(-1)));
    const V result = CHOOSE(ABOVE(SET1(TINY), size), size, over / (over + SET1(2)));
    return WITH_SIGN(CHOOSE(NOT_AT_LEAST(size, SET1(0)), x, result), x);
}
