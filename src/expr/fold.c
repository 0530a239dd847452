/* SPDX-License-Identifier: BSD-3-Clause */
/* Operators between Python's own numbers, as Python computes them: 2**10 is an int, 1/3 a float, 7 > 3 a
 * bool. Knows nothing about arrays and their types. Integers are exact; those beyond 64 bits are
 * FA_OUT_OF_RANGE. */
#include "expr/node.h"

#include <math.h>

bool fa__operation_folds(fa__operation operation)
{
    switch (operation) {
    case FA__OP_ADD:
    case FA__OP_SUBTRACT:
    case FA__OP_MULTIPLY:
    case FA__OP_DIVIDE:
    case FA__OP_FLOOR_DIVIDE:
    case FA__OP_REMAINDER:
    case FA__OP_POWER:
    case FA__OP_EQUAL:
    case FA__OP_NOT_EQUAL:
    case FA__OP_LESS:
    case FA__OP_LESS_EQUAL:
    case FA__OP_GREATER:
    case FA__OP_GREATER_EQUAL:
    case FA__OP_BITWISE_AND:
    case FA__OP_BITWISE_OR:
    case FA__OP_BITWISE_XOR:
    case FA__OP_LEFT_SHIFT:
    case FA__OP_RIGHT_SHIFT:
    case FA__OP_NEGATIVE:
    case FA__OP_POSITIVE:
    case FA__OP_INVERT:
        return true;
    default:
        return false;
    }
}

static bool refuse(fa__operation operation, const fa__constant *a, const fa__constant *b, fa_error *err)
{
    static const char *const names[] = {"", "bool", "int", "float", "complex"};
    const char *name = fa__operations[operation].name;
    if (b == NULL)
        return fa__fail(err, FA_BAD_TYPES, "'%s' is not defined for a Python %s", name, names[a->kind]);
    return fa__fail(err, FA_BAD_TYPES, "'%s' is not defined for a Python %s and a Python %s", name,
                    names[a->kind], names[b->kind]);
}

static bool too_large(fa_error *err)
{
    return fa__fail(err, FA_OUT_OF_RANGE, "a constant does not fit into 64 bits");
}

static bool division_by_zero(fa_error *err)
{
    return fa__fail(err, FA_OUT_OF_RANGE, "division of a constant by zero");
}

/* The double nearest to a / b: the quotient to at least 61 bits, its last bit set where something is left
 * over. */
static double divide_integers(fa__wide a, fa__wide b)
{
    bool negative = (a < 0) != (b < 0);
    fa__wide x = a < 0 ? -a : a, y = b < 0 ? -b : b;
    if (x == 0)
        return negative ? -0.0 : 0.0;
    int shift = 0;
    while (x >> 125 == 0) {
        x <<= 1;
        shift++;
    }
    fa__wide quotient = x / y;
    if (quotient * y != x)
        quotient |= 1;
    double result = ldexp((double)quotient, -shift);
    return negative ? -result : result;
}

static bool floor_integers(fa__operation operation, fa__wide a, fa__wide b, fa__constant *result,
                           fa_error *err)
{
    if (b == 0)
        return division_by_zero(err);
    bool above = a % b != 0 && (a < 0) != (b < 0);
    result->integer = operation == FA__OP_REMAINDER ? a % b + (above ? b : 0) : a / b - (above ? 1 : 0);
    return true;
}

static bool power_of_integers(fa__wide base, fa__wide exponent, fa__constant *result, fa_error *err)
{
    if (exponent < 0) {
        if (base == 0)
            return division_by_zero(err);
        result->kind = FA__WEAK_FLOAT;
        result->real = pow((double)base, (double)exponent);
        return true;
    }
    if (base == 0 || base == 1) {
        result->integer = exponent == 0 ? 1 : base;
        return true;
    }
    if (base == -1) {
        result->integer = exponent % 2 == 0 ? 1 : -1;
        return true;
    }
    if (exponent > 64)
        return too_large(err);
    result->integer = 1;
    for (int i = 0; i < (int)exponent; i++) {
        if (__builtin_mul_overflow(result->integer, base, &result->integer))
            return too_large(err);
    }
    return true;
}

static bool shift_integers(fa__operation operation, fa__wide a, fa__wide by, fa__constant *result,
                           fa_error *err)
{
    if (by < 0)
        return fa__fail(err, FA_OUT_OF_RANGE, "negative shift count");
    if (operation == FA__OP_RIGHT_SHIFT) {
        result->integer = by > 100 ? (a < 0 ? -1 : 0) : a >> (int)by;
        return true;
    }
    if (a != 0 && by > 64)
        return too_large(err);
    fa__wide factor = (fa__wide)1 << (a == 0 ? 0 : (int)by);
    return !__builtin_mul_overflow(a, factor, &result->integer) || too_large(err);
}

static bool compare(fa__operation operation, bool less, bool equal)
{
    switch (operation) {
    case FA__OP_EQUAL:
        return equal;
    case FA__OP_NOT_EQUAL:
        return !equal;
    case FA__OP_LESS:
        return less;
    case FA__OP_LESS_EQUAL:
        return less || equal;
    case FA__OP_GREATER_EQUAL:
        return !less;
    default:
        return !less && !equal;
    }
}

static bool is_comparison(fa__operation operation)
{
    return fa__operations[operation].rule == FA__RULE_COMPARE;
}

static bool fold_integers(fa__operation operation, const fa__constant *a, const fa__constant *b,
                          fa__constant *result, fa_error *err)
{
    fa__wide x = a->integer, y = b->integer;
    result->kind = FA__WEAK_INT;
    switch (operation) {
    case FA__OP_ADD:
        result->integer = x + y;
        return true;
    case FA__OP_SUBTRACT:
        result->integer = x - y;
        return true;
    case FA__OP_MULTIPLY:
        return !__builtin_mul_overflow(x, y, &result->integer) || too_large(err);
    case FA__OP_DIVIDE:
        if (y == 0)
            return division_by_zero(err);
        result->kind = FA__WEAK_FLOAT;
        result->real = divide_integers(x, y);
        return true;
    case FA__OP_FLOOR_DIVIDE:
    case FA__OP_REMAINDER:
        return floor_integers(operation, x, y, result, err);
    case FA__OP_POWER:
        return power_of_integers(x, y, result, err);
    case FA__OP_LEFT_SHIFT:
    case FA__OP_RIGHT_SHIFT:
        return shift_integers(operation, x, y, result, err);
    case FA__OP_BITWISE_AND:
        result->integer = x & y;
        break;
    case FA__OP_BITWISE_OR:
        result->integer = x | y;
        break;
    case FA__OP_BITWISE_XOR:
        result->integer = x ^ y;
        break;
    default:
        result->kind = FA__WEAK_BOOL;
        result->integer = compare(operation, x < y, x == y);
        return true;
    }
    if (a->kind == FA__WEAK_BOOL && b->kind == FA__WEAK_BOOL)
        result->kind = FA__WEAK_BOOL;
    return true;
}

static double real_of(const fa__constant *constant)
{
    bool is_whole = constant->kind == FA__WEAK_INT || constant->kind == FA__WEAK_BOOL;
    return is_whole ? (double)constant->integer : constant->real;
}

/* Exact also between an int and a float: a long double holds both. */
static long double exact_value_of(const fa__constant *constant)
{
    bool is_whole = constant->kind == FA__WEAK_INT || constant->kind == FA__WEAK_BOOL;
    return is_whole ? (long double)constant->integer : (long double)constant->real;
}

static bool compare_reals(fa__operation operation, const fa__constant *a, const fa__constant *b)
{
    long double x = exact_value_of(a), y = exact_value_of(b);
    if (isnan(x) || isnan(y))
        return operation == FA__OP_NOT_EQUAL;
    return compare(operation, x < y, x == y);
}

/* x**y by polar coordinates, as Python does where the exponent is no small whole number. */
static bool power_of_complex(double a, double b, double c, double d, fa__constant *result, fa_error *err)
{
    result->kind = FA__WEAK_COMPLEX;
    if (c == 0 && d == 0) {
        result->real = 1;
        result->imag = 0;
        return true;
    }
    if (a == 0 && b == 0) {
        if (d != 0 || c < 0)
            return division_by_zero(err);
        result->real = result->imag = 0;
        return true;
    }
    double magnitude = hypot(a, b), angle = atan2(b, a);
    double length = pow(magnitude, c), phase = angle * c;
    if (d != 0) {
        length *= exp(-angle * d);
        phase += d * log(magnitude);
    }
    result->real = length * cos(phase);
    result->imag = length * sin(phase);
    return true;
}

/* Python's own // and %: the quotient is that of what the remainder leaves, and nearly whole. */
static bool floor_reals(fa__operation operation, double a, double b, fa__constant *result, fa_error *err)
{
    if (b == 0)
        return division_by_zero(err);
    double rest = fmod(a, b), quotient = (a - rest) / b;
    if (rest == 0) {
        rest = copysign(0, b);
    } else if ((rest < 0) != (b < 0)) {
        rest += b;
        quotient -= 1;
    }
    double floored = floor(quotient);
    floored = quotient == 0 ? copysign(0, a / b) : quotient - floored > 0.5 ? floored + 1 : floored;
    result->real = operation == FA__OP_REMAINDER ? rest : floored;
    return true;
}

static bool fold_reals(fa__operation operation, const fa__constant *a, const fa__constant *b,
                       fa__constant *result, fa_error *err)
{
    double x = real_of(a), y = real_of(b);
    result->kind = FA__WEAK_FLOAT;
    switch (operation) {
    case FA__OP_ADD:
        result->real = x + y;
        return true;
    case FA__OP_SUBTRACT:
        result->real = x - y;
        return true;
    case FA__OP_MULTIPLY:
        result->real = x * y;
        return true;
    case FA__OP_DIVIDE:
        if (y == 0)
            return division_by_zero(err);
        result->real = x / y;
        return true;
    case FA__OP_FLOOR_DIVIDE:
    case FA__OP_REMAINDER:
        return floor_reals(operation, x, y, result, err);
    case FA__OP_POWER:
        if (x == 0 && y < 0)
            return division_by_zero(err);
        if (x < 0 && isfinite(x) && isfinite(y) && floor(y) != y)
            return power_of_complex(x, 0, y, 0, result, err);
        result->real = pow(x, y);
        if (isinf(result->real) && isfinite(x) && isfinite(y))
            return fa__fail(err, FA_OUT_OF_RANGE, "a constant is too large for a float");
        return true;
    default:
        return refuse(operation, a, b, err);
    }
}

/* Whole exponents up to 100 multiply, as in Python. */
static void power_by_squaring(double a, double b, int exponent, fa__constant *result)
{
    double x = 1, y = 0;
    for (int bits = exponent < 0 ? -exponent : exponent; bits > 0; bits >>= 1) {
        if (bits & 1) {
            double real = x * a - y * b;
            y = x * b + y * a;
            x = real;
        }
        double real = a * a - b * b;
        b = 2 * a * b;
        a = real;
    }
    result->kind = FA__WEAK_COMPLEX;
    result->real = x;
    result->imag = y;
}

/* Smith's division: scaled by the larger part, so that nothing overflows on the way. */
static void divide_complex(double a, double b, double c, double d, fa__constant *result)
{
    result->kind = FA__WEAK_COMPLEX;
    if (fabs(c) >= fabs(d)) {
        double ratio = d / c, scale = c + d * ratio;
        result->real = (a + b * ratio) / scale;
        result->imag = (b - a * ratio) / scale;
    } else {
        double ratio = c / d, scale = c * ratio + d;
        result->real = (a * ratio + b) / scale;
        result->imag = (b * ratio - a) / scale;
    }
}

static bool fold_complex(fa__operation operation, const fa__constant *first, const fa__constant *second,
                         fa__constant *result, fa_error *err)
{
    double a = real_of(first), b = first->imag, c = real_of(second), d = second->imag;
    result->kind = FA__WEAK_COMPLEX;
    switch (operation) {
    case FA__OP_ADD:
        result->real = a + c;
        result->imag = b + d;
        return true;
    case FA__OP_SUBTRACT:
        result->real = a - c;
        result->imag = b - d;
        return true;
    case FA__OP_MULTIPLY:
        result->real = a * c - b * d;
        result->imag = a * d + b * c;
        return true;
    case FA__OP_DIVIDE:
        if (c == 0 && d == 0)
            return division_by_zero(err);
        divide_complex(a, b, c, d, result);
        return true;
    case FA__OP_POWER:
        if (d != 0 || floor(c) != c || fabs(c) > 100)
            return power_of_complex(a, b, c, d, result, err);
        if (a == 0 && b == 0 && c < 0)
            return division_by_zero(err);
        power_by_squaring(a, b, (int)c, result);
        if (c < 0)
            divide_complex(1, 0, result->real, result->imag, result);
        return true;
    case FA__OP_EQUAL:
    case FA__OP_NOT_EQUAL:
        result->kind = FA__WEAK_BOOL;
        result->integer = (a == c && b == d) == (operation == FA__OP_EQUAL);
        return true;
    default:
        return refuse(operation, first, second, err);
    }
}

static bool fold_one(fa__operation operation, const fa__constant *a, fa__constant *result, fa_error *err)
{
    bool is_whole = a->kind == FA__WEAK_INT || a->kind == FA__WEAK_BOOL;
    *result = *a;
    if (is_whole)
        result->kind = FA__WEAK_INT;
    if (operation == FA__OP_NEGATIVE) {
        result->integer = -a->integer;
        result->real = -a->real;
        result->imag = -a->imag;
    } else if (operation == FA__OP_INVERT) {
        if (!is_whole)
            return refuse(operation, a, NULL, err);
        result->integer = ~a->integer;
    }
    return true;
}

static bool fold_two(fa__operation operation, const fa__constant *a, const fa__constant *b,
                     fa__constant *result, fa_error *err)
{
    fa__weak kind = a->kind > b->kind ? a->kind : b->kind;
    if (kind == FA__WEAK_COMPLEX)
        return fold_complex(operation, a, b, result, err);
    if (kind != FA__WEAK_FLOAT)
        return fold_integers(operation, a, b, result, err);
    if (is_comparison(operation)) {
        result->kind = FA__WEAK_BOOL;
        result->integer = compare_reals(operation, a, b);
        return true;
    }
    return fold_reals(operation, a, b, result, err);
}

fa__node *fa__fold(fa__operation operation, const fa__node *first, const fa__node *second, fa_error *err)
{
    fa__constant a = fa__constant_of(first), result = {.kind = FA__WEAK_INT};
    bool folded;
    if (second == NULL) {
        folded = fold_one(operation, &a, &result, err);
    } else {
        fa__constant b = fa__constant_of(second);
        folded = fold_two(operation, &a, &b, &result, err);
    }
    return folded ? fa__node_constant(&result, err) : NULL;
}
