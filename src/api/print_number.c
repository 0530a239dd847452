/* SPDX-License-Identifier: BSD-3-Clause */
/* Floating-point numbers to decimal text, exactly: the shortest digits that read back as the same number, or
 * correctly rounded ones where fewer or more are asked for. The digits come from exact integers (Burger and
 * Dybvig, "Printing Floating-Point Numbers Quickly and Accurately", PLDI 1996), so that they depend neither
 * on the C library nor on its locale. Knows nothing about arrays. */
#include "api/print.h"

#include <math.h>
#include <string.h>

/* ---- Exact integers ---- */

/* 1 / 2**1074 with four guard bits, scaled by 10**324 and multiplied by 10 once more, needs 1140 bits. */
enum { BLOCKS = 40 };

typedef struct integer {
    int length; /* blocks in use; the highest is not zero */
    uint32_t blocks[BLOCKS];
} integer;

static void set(integer *number, uint64_t value)
{
    number->blocks[0] = (uint32_t)value;
    number->blocks[1] = (uint32_t)(value >> 32);
    number->length = value >> 32 ? 2 : value ? 1 : 0;
}

static void multiply(integer *number, uint32_t factor)
{
    uint64_t carry = 0;
    for (int i = 0; i < number->length; i++) {
        carry += (uint64_t)number->blocks[i] * factor;
        number->blocks[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry)
        number->blocks[number->length++] = (uint32_t)carry;
}

static void multiply_by_power_of_10(integer *number, int power)
{
    for (; power >= 9; power -= 9)
        multiply(number, 1000000000);
    for (; power > 0; power--)
        multiply(number, 10);
}

static void shift_left(integer *number, int bits)
{
    if (number->length == 0)
        return;
    int blocks = bits / 32;
    memmove(number->blocks + blocks, number->blocks, (size_t)number->length * sizeof *number->blocks);
    memset(number->blocks, 0, (size_t)blocks * sizeof *number->blocks);
    number->length += blocks;
    multiply(number, UINT32_C(1) << bits % 32);
}

static int compare(const integer *a, const integer *b)
{
    if (a->length != b->length)
        return a->length < b->length ? -1 : 1;
    for (int i = a->length - 1; i >= 0; i--)
        if (a->blocks[i] != b->blocks[i])
            return a->blocks[i] < b->blocks[i] ? -1 : 1;
    return 0;
}

static integer add(const integer *a, const integer *b)
{
    integer sum;
    uint64_t carry = 0;
    int longest = a->length > b->length ? a->length : b->length;
    for (int i = 0; i < longest; i++) {
        carry += (uint64_t)(i < a->length ? a->blocks[i] : 0) + (i < b->length ? b->blocks[i] : 0);
        sum.blocks[i] = (uint32_t)carry;
        carry >>= 32;
    }
    sum.length = longest;
    if (carry)
        sum.blocks[sum.length++] = (uint32_t)carry;
    return sum;
}

/* a -= b, where a >= b. */
static void subtract(integer *a, const integer *b)
{
    int64_t borrow = 0;
    for (int i = 0; i < a->length; i++) {
        borrow += (int64_t)a->blocks[i] - (i < b->length ? b->blocks[i] : 0);
        a->blocks[i] = (uint32_t)borrow;
        borrow >>= 32;
    }
    while (a->length > 0 && a->blocks[a->length - 1] == 0)
        a->length--;
}

/* ---- Digits ---- */

enum { MAX_DIGITS = 800 };

struct digits {
    int count;
    int exponent; /* of the first digit: 0 for 1 to 9.99 */
    char text[MAX_DIGITS];
};

/* How many digits: `most` and `least` count all digits, or those behind the point when `behind_point`; -1: no
 * bound. */
struct bounds {
    bool behind_point;
    int most, least;
};

/* The number is remainder / scale; its rounding interval reaches from (remainder - below) / scale to
 * (remainder + above) / scale. */
struct fraction {
    integer remainder, scale, below, above;
};

static struct fraction fraction_of(const fa__binary *number)
{
    struct fraction f;
    int more = number->uneven ? 1 : 0;
    set(&f.remainder, number->mantissa);
    set(&f.scale, 1);
    set(&f.below, 1);
    set(&f.above, 1);
    int up = number->exponent > 0 ? number->exponent : 0;
    int down = number->exponent < 0 ? -number->exponent : 0;
    shift_left(&f.remainder, up + 1 + more);
    shift_left(&f.scale, down + 1 + more);
    shift_left(&f.below, up);
    shift_left(&f.above, up + more);
    return f;
}

static void multiply_by_10(struct fraction *f)
{
    multiply(&f->remainder, 10);
    multiply(&f->below, 10);
    multiply(&f->above, 10);
}

/* Scales so that the next digit is remainder / scale, and gives the exponent of that digit plus 1. With a
 * bound behind the point the first digit is never behind the bound, even when it is a zero: that is where the
 * number is rounded. */
static int scale_to_first_digit(struct fraction *f, const fa__binary *number, const struct bounds *bounds)
{
    int high_bit = 63 - __builtin_clzll(number->mantissa);
    /* Too small by one at most. */
    int exponent = (int)ceil((high_bit + number->exponent) * 0.30102999566398119521 - 0.69);
    if (bounds->behind_point && bounds->most >= 0 && exponent <= -bounds->most)
        exponent = 1 - bounds->most;
    if (exponent > 0) {
        multiply_by_power_of_10(&f->scale, exponent);
    } else {
        multiply_by_power_of_10(&f->remainder, -exponent);
        multiply_by_power_of_10(&f->below, -exponent);
        multiply_by_power_of_10(&f->above, -exponent);
    }
    if (compare(&f->remainder, &f->scale) >= 0)
        return exponent + 1;
    multiply_by_10(f);
    return exponent;
}

static void round_up(struct digits *result)
{
    while (result->count > 0 && result->text[result->count - 1] == '9')
        result->count--;
    if (result->count > 0) {
        result->text[result->count - 1]++;
        return;
    }
    result->text[result->count++] = '1';
    result->exponent++;
}

static void make_digits(const fa__binary *number, const struct bounds *bounds, struct digits *result)
{
    if (number->mantissa == 0) {
        result->text[0] = '0';
        result->count = 1;
        result->exponent = 0;
        return;
    }
    struct fraction f = fraction_of(number);
    bool even = (number->mantissa & 1) == 0; /* an even number owns both ends of its interval */
    int exponent = scale_to_first_digit(&f, number, bounds);
    int origin = bounds->behind_point ? 0 : exponent;
    int last = exponent - MAX_DIGITS;
    if (bounds->most >= 0 && origin - bounds->most > last)
        last = origin - bounds->most;
    int first_stop = exponent;
    if (bounds->least >= 0 && origin - bounds->least < first_stop)
        first_stop = origin - bounds->least;

    result->count = 0;
    result->exponent = exponent - 1;
    for (;;) {
        exponent--;
        char digit = '0';
        for (; compare(&f.remainder, &f.scale) >= 0; digit++)
            subtract(&f.remainder, &f.scale);
        integer end = add(&f.remainder, &f.above);
        int from_below = compare(&f.remainder, &f.below), from_above = compare(&end, &f.scale);
        bool low = even ? from_below <= 0 : from_below < 0;
        bool high = even ? from_above >= 0 : from_above > 0;
        result->text[result->count++] = digit;
        if (((low || high) && exponent <= first_stop) || exponent == last) {
            bool up = high;
            if (low == high) {
                shift_left(&f.remainder, 1);
                int half = compare(&f.remainder, &f.scale);
                up = half > 0 || (half == 0 && (digit & 1) != 0);
            }
            if (up)
                round_up(result);
            return;
        }
        multiply_by_10(&f);
    }
}

/* ---- Text ---- */

static bool has_sign(const fa__binary *number, const fa__number_style *style)
{
    return number->negative || style->plus;
}

static void add_sign(fa__text *text, const fa__binary *number, const fa__number_style *style, fa_error *err)
{
    if (has_sign(number, style))
        fa__text_add_char(text, number->negative ? '-' : '+', err);
}

/* The point and the fraction: `zeros` zeros, then `count` digits, trimmed or filled up. Gives the fraction's
 * length. */
static int add_fraction(fa__text *text, int zeros, const char *fraction, int count,
                        const fa__number_style *style, fa_error *err)
{
    if (style->trim != FA__TRIM_KEEP) {
        while (count > 0 && fraction[count - 1] == '0')
            count--;
        if (count == 0)
            zeros = 0;
    }
    if (style->trim == FA__TRIM_ALL && count == 0)
        return 0;
    fa__text_add_char(text, '.', err);
    fa__text_repeat(text, '0', zeros, err);
    fa__text_add(text, fraction, count, err);
    int length = zeros + count, wanted = 0;
    if (style->trim == FA__TRIM_KEEP)
        wanted = style->min_digits;
    else if (style->trim == FA__TRIM_ONE_ZERO)
        wanted = 1;
    if (wanted > length) {
        fa__text_repeat(text, '0', wanted - length, err);
        length = wanted;
    }
    return length;
}

void fa__number_positional(fa__text *text, const fa__binary *number, const fa__number_style *style,
                           fa_error *err)
{
    struct digits digits;
    make_digits(number,
                &(struct bounds){.behind_point = true, .most = style->precision, .least = style->min_digits},
                &digits);
    int whole = digits.exponent >= 0 ? digits.exponent + 1 : 1;
    fa__text_repeat(text, ' ', style->pad_left - whole - has_sign(number, style), err);
    add_sign(text, number, style, err);
    int length;
    if (digits.exponent < 0) {
        fa__text_add_char(text, '0', err);
        length = add_fraction(text, -digits.exponent - 1, digits.text, digits.count, style, err);
    } else {
        int given = digits.count < whole ? digits.count : whole;
        fa__text_add(text, digits.text, given, err);
        fa__text_repeat(text, '0', whole - given, err);
        length = add_fraction(text, 0, digits.text + given, digits.count - given, style, err);
    }
    fa__text_repeat(text, ' ', style->pad_right - length, err);
}

void fa__number_scientific(fa__text *text, const fa__binary *number, const fa__number_style *style,
                           fa_error *err)
{
    struct digits digits;
    struct bounds bounds = {.most = style->precision < 0 ? -1 : style->precision + 1,
                            .least = style->min_digits < 0 ? -1 : style->min_digits + 1};
    make_digits(number, &bounds, &digits);
    fa__text_repeat(text, ' ', style->pad_left - 1 - has_sign(number, style), err);
    add_sign(text, number, style, err);
    fa__text_add(text, digits.text, 1, err);
    add_fraction(text, 0, digits.text + 1, digits.count - 1, style, err);
    fa__text_add_char(text, 'e', err);
    fa__text_add_char(text, digits.exponent < 0 ? '-' : '+', err);
    int exponent = digits.exponent < 0 ? -digits.exponent : digits.exponent;
    char reversed[8];
    int length = 0;
    while (exponent > 0 || length < style->exponent_digits) {
        reversed[length++] = (char)('0' + exponent % 10);
        exponent /= 10;
    }
    while (length > 0)
        fa__text_add_char(text, reversed[--length], err);
}

/* str() of a scalar turns to the exponent at 10 to the number of digits that the type surely holds. */
static bool scalar_is_positional(const fa__binary *number)
{
    double size = fabs(number->value);
    double limit = number->type == FA_TYPE_FLOAT16 ? 1e3 : number->type == FA_TYPE_FLOAT64 ? 1e16 : 1e6;
    return size == 0 || (size >= 1e-4 && size < limit);
}

static void add_part(fa__text *text, const fa__binary *number, bool plus, fa__trim trim, fa_error *err)
{
    fa__number_style style = {
        .precision = -1, .min_digits = -1, .plus = plus, .exponent_digits = 2, .trim = trim};
    if (number->nan) {
        fa__text_add_string(text, plus ? "+nan" : "nan", err);
    } else if (!number->finite) {
        add_sign(text, number, &style, err);
        fa__text_add_string(text, "inf", err);
    } else if (scalar_is_positional(number)) {
        fa__number_positional(text, number, &style, err);
    } else {
        style.trim = FA__TRIM_ALL;
        fa__number_scientific(text, number, &style, err);
    }
}

void fa__number_scalar(fa__text *text, const fa__binary *number, fa_error *err)
{
    add_part(text, number, false, FA__TRIM_ONE_ZERO, err);
}

void fa__number_scalar_complex(fa__text *text, const fa__binary *real, const fa__binary *imaginary,
                               fa_error *err)
{
    bool only_imaginary = real->finite && real->mantissa == 0 && !real->negative;
    if (!only_imaginary) {
        fa__text_add_char(text, '(', err);
        add_part(text, real, false, FA__TRIM_ALL, err);
    }
    add_part(text, imaginary, !only_imaginary, FA__TRIM_ALL, err);
    fa__text_add_string(text, only_imaginary ? "j" : "j)", err);
}

/* ---- Reading ---- */

fa__binary fa__binary_load(fa_type type, bool swapped, const char *element)
{
    int bytes = fa__type_bytes(type);
    int mantissa_bits = type == FA_TYPE_BFLOAT16 ? 7 : bytes == 2 ? 10 : bytes == 4 ? 23 : 52;
    int exponent_bits = 8 * bytes - 1 - mantissa_bits;
    int bias = (1 << (exponent_bits - 1)) - 1;
    union {
        uint64_t bits64;
        uint32_t bits32;
        uint16_t bits16;
        char bytes[8];
    } raw;
    for (int i = 0; i < bytes; i++)
        raw.bytes[i] = element[swapped ? bytes - 1 - i : i];
    uint64_t bits = bytes == 2 ? raw.bits16 : bytes == 4 ? raw.bits32 : raw.bits64;

    fa__binary number = {.type = type};
    int top = (1 << exponent_bits) - 1;
    int exponent = (int)(bits >> mantissa_bits) & top;
    number.mantissa = bits & ((UINT64_C(1) << mantissa_bits) - 1);
    number.negative = bits >> (8 * bytes - 1) != 0;
    number.finite = exponent != top;
    number.nan = !number.finite && number.mantissa != 0;
    number.uneven = exponent > 1 && number.mantissa == 0;
    number.exponent = (exponent > 0 ? exponent : 1) - bias - mantissa_bits;
    if (exponent > 0)
        number.mantissa |= UINT64_C(1) << mantissa_bits;
    number.value = number.nan      ? NAN
                   : number.finite ? ldexp((double)number.mantissa, number.exponent)
                                   : INFINITY;
    if (number.negative)
        number.value = -number.value;
    return number;
}
