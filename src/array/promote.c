/* SPDX-License-Identifier: BSD-3-Clause */
/* NumPy 2's rules of types, computed from kind and size. The tests hold them against NumPy's own tables. */
#include "array/promote.h"

/* The float whose range and precision hold every value of an integer type, as NumPy sees it: int64 goes to
 * float64 although its last bits do not fit. */
static fa_type float_holding(fa_type type)
{
    if (fa__type_kind(type) == 'f')
        return type;
    switch (fa__type_bytes(type)) {
    case 1:
        return FA_TYPE_FLOAT16;
    case 2:
        return FA_TYPE_FLOAT32;
    default:
        return FA_TYPE_FLOAT64;
    }
}

static fa_type complex_holding(fa_type type)
{
    if (fa__type_kind(type) == 'c')
        return type;
    return float_holding(type) == FA_TYPE_FLOAT64 ? FA_TYPE_COMPLEX128 : FA_TYPE_COMPLEX64;
}

static fa_type larger(fa_type a, fa_type b)
{
    return fa__type_bytes(a) >= fa__type_bytes(b) ? a : b;
}

static fa_type promote_signed_with_unsigned(fa_type with_sign, fa_type without)
{
    int needed = 2 * fa__type_bytes(without);
    if (needed > 8)
        return FA_TYPE_FLOAT64;
    fa_type holding = needed == 2 ? FA_TYPE_INT16 : needed == 4 ? FA_TYPE_INT32 : FA_TYPE_INT64;
    return larger(with_sign, holding);
}

/* As in ml_dtypes with bool and small integers, here with all of them: bfloat16 has the range of float32 and
 * wins. Neither it nor float16 holds the other one. */
static fa_type promote_bfloat(fa_type other)
{
    if (fa__type_kind(other) != 'f')
        return FA_TYPE_BFLOAT16;
    return other == FA_TYPE_FLOAT16 ? FA_TYPE_FLOAT32 : other;
}

fa_type fa__promote(fa_type a, fa_type b)
{
    if (a == b || b == FA_TYPE_BOOL)
        return a;
    if (a == FA_TYPE_BOOL)
        return b;
    char first = fa__type_kind(a), second = fa__type_kind(b);
    if (first == 'c' || second == 'c')
        return larger(complex_holding(a), complex_holding(b));
    if (a == FA_TYPE_BFLOAT16 || b == FA_TYPE_BFLOAT16)
        return promote_bfloat(a == FA_TYPE_BFLOAT16 ? b : a);
    if (first == 'f' || second == 'f')
        return larger(float_holding(a), float_holding(b));
    if (first == second)
        return larger(a, b);
    return first == 'i' ? promote_signed_with_unsigned(a, b) : promote_signed_with_unsigned(b, a);
}

bool fa__can_cast_safely(fa_type from, fa_type to)
{
    return fa__promote(from, to) == to;
}

static int rank(fa_type type)
{
    switch (fa__type_kind(type)) {
    case 'b':
        return 0;
    case 'u':
        return 1;
    case 'i':
        return 2;
    case 'f':
        return 3;
    default:
        return 4;
    }
}

bool fa__can_cast_same_kind(fa_type from, fa_type to)
{
    return fa__can_cast_safely(from, to) || rank(from) <= rank(to);
}

fa_type fa__promote_weak(fa_type strong, fa__weak weak)
{
    switch (weak) {
    case FA__STRONG:
    case FA__WEAK_BOOL:
        return strong;
    case FA__WEAK_INT:
        return strong == FA_TYPE_BOOL ? FA_TYPE_INT64 : strong;
    case FA__WEAK_FLOAT:
        return rank(strong) >= 3 ? strong : FA_TYPE_FLOAT64;
    case FA__WEAK_COMPLEX:
        return rank(strong) < 3 ? FA_TYPE_COMPLEX128 : complex_holding(strong);
    }
    return strong;
}

fa_type fa__weak_type(fa__weak weak)
{
    switch (weak) {
    case FA__STRONG:
    case FA__WEAK_BOOL:
        return FA_TYPE_BOOL;
    case FA__WEAK_INT:
        return FA_TYPE_INT64;
    case FA__WEAK_FLOAT:
        return FA_TYPE_FLOAT64;
    case FA__WEAK_COMPLEX:
        return FA_TYPE_COMPLEX128;
    }
    return FA_TYPE_BOOL;
}
