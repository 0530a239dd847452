/* SPDX-License-Identifier: BSD-3-Clause */
/* NumPy's types of elementwise operations. Every rule but FLOATING promotes the inputs first; weak scalars
 * take the promoted type of the strong ones unless their kind is higher. Knows nothing about values: what a
 * literal's size changes is decided where the literal is converted. */
#include "expr/types.h"

#include "base/error.h"
#include "kernel/kernel.h"

bool fa__type_is_integer(fa_type type)
{
    char kind = fa__type_kind(type);
    return kind == 'i' || kind == 'u';
}

bool fa__type_is_signed(fa_type type)
{
    return fa__type_kind(type) == 'i';
}

bool fa__type_is_complex(fa_type type)
{
    return fa__type_kind(type) == 'c';
}

fa_type fa__real_type(fa_type type)
{
    return type == FA_TYPE_COMPLEX64 ? FA_TYPE_FLOAT32 : type == FA_TYPE_COMPLEX128 ? FA_TYPE_FLOAT64 : type;
}

/* A Python bool is a strong bool_. */
static bool is_weak(fa__weak weak)
{
    return weak > FA__WEAK_BOOL;
}

/* NEP 50: the strong types promote; the weak kinds then lift the result. Weak scalars alone are what they are
 * alone. Of three types the highest comes first, as in NumPy: int8, uint8 and float16 make float16, although
 * int8 and uint8 make int16. */
static fa_type promote_all(int first, int count, const fa_type *types, const fa__weak *weak)
{
    bool any_strong = false;
    for (int i = first; i < count; i++)
        any_strong = any_strong || !is_weak(weak[i]);
    bool found = false;
    fa_type common = FA_TYPE_BOOL;
    for (int type = FA_TYPE_COMPLEX128; type >= FA_TYPE_BOOL; type--) {
        for (int i = first; i < count; i++) {
            if ((int)types[i] != type || (any_strong && is_weak(weak[i])))
                continue;
            common = found ? fa__promote(common, types[i]) : types[i];
            found = true;
        }
    }
    for (int i = first; i < count && any_strong; i++) {
        if (is_weak(weak[i]))
            common = fa__promote_weak(common, weak[i]);
    }
    return common;
}

/* What an input counts as where a loop is searched to which every input can be cast safely: a weak scalar
 * that lifts nothing is cast to anything. False: leave it out. */
static bool counts_as(int i, int count, const fa_type *types, const fa__weak *weak, fa_type *type)
{
    *type = types[i];
    if (!is_weak(weak[i]))
        return true;
    bool any_strong = false;
    fa_type strong = FA_TYPE_BOOL;
    for (int j = 0; j < count; j++) {
        if (is_weak(weak[j]))
            continue;
        strong = any_strong ? fa__promote(strong, types[j]) : types[j];
        any_strong = true;
    }
    if (!any_strong)
        return true;
    *type = fa__promote_weak(strong, weak[i]);
    return *type != strong;
}

/* The first of the floating types, up to `last`, that holds the first `held` of the inputs; false when none
 * does. */
static bool floating_loop(int held, int count, const fa_type *types, const fa__weak *weak, fa_type last,
                          fa_type *loop)
{
    static const fa_type candidates[] = {FA_TYPE_FLOAT16, FA_TYPE_BFLOAT16,  FA_TYPE_FLOAT32,
                                         FA_TYPE_FLOAT64, FA_TYPE_COMPLEX64, FA_TYPE_COMPLEX128};
    bool any_bfloat = false; /* only then is it a candidate: integers alone go to NumPy's types */
    for (int i = 0; i < held; i++)
        any_bfloat = any_bfloat || types[i] == FA_TYPE_BFLOAT16;
    for (int c = 0; c < 6 && candidates[c] <= last; c++) {
        bool holds = candidates[c] != FA_TYPE_BFLOAT16 || any_bfloat;
        for (int i = 0; i < held; i++) {
            fa_type type;
            if (counts_as(i, count, types, weak, &type))
                holds = holds && fa__can_cast_safely(type, candidates[c]);
        }
        if (holds) {
            *loop = candidates[c];
            return true;
        }
    }
    return false;
}

static bool refuse(fa__operation operation, int count, const fa_type *types, const fa__weak *weak,
                   fa_error *err)
{
    static const char *const python_names[] = {"", "bool", "Python int", "Python float", "Python complex"};
    const char *names[3] = {"", "", ""};
    for (int i = 0; i < count; i++)
        names[i] = is_weak(weak[i]) ? python_names[weak[i]] : fa__type_name(types[i]);
    const char *name = fa__operations[operation].name;
    if (count == 1)
        return fa__fail(err, FA_BAD_TYPES, "'%s' is not defined for %s", name, names[0]);
    if (count == 2)
        return fa__fail(err, FA_BAD_TYPES, "'%s' is not defined for %s and %s", name, names[0], names[1]);
    return fa__fail(err, FA_BAD_TYPES, "'%s' is not defined for %s, %s and %s", name, names[0], names[1],
                    names[2]);
}

/* The operations that NumPy refuses for bool, although others of their rule run in int8. */
static bool refuse_bool(fa__operation operation, const fa_type *types, const fa__weak *weak, fa_error *err)
{
    switch (operation) {
    case FA__OP_SUBTRACT:
        return fa__fail(
            err, FA_BAD_TYPES,
            "boolean subtract, the `-` operator, is not supported, use the bitwise_xor, the `^` operator, "
            "or the logical_xor function instead");
    case FA__OP_NEGATIVE:
        return fa__fail(err, FA_BAD_TYPES,
                        "boolean negative, the `-` operator, is not supported, use the `~` operator or the "
                        "logical_not function instead");
    case FA__OP_POSITIVE:
    case FA__OP_SIGN:
    case FA__OP_GCD:
    case FA__OP_LCM:
        return refuse(operation, fa__operations[operation].arity, types, weak, err);
    default:
        return true;
    }
}

static bool is_signed_with_unsigned_64(const fa_type *types)
{
    return (types[0] == FA_TYPE_UINT64 && fa__type_is_signed(types[1])) ||
           (types[1] == FA_TYPE_UINT64 && fa__type_is_signed(types[0]));
}

/* int64 with uint64 has no common type that is exact: those loops take one of each. */
static void resolve_comparison(const fa_type *types, const fa__weak *weak, fa__resolution *resolution)
{
    if (is_weak(weak[0]) || is_weak(weak[1]) || !is_signed_with_unsigned_64(types))
        return;
    for (int i = 0; i < 2; i++)
        resolution->inputs[i] = types[i] == FA_TYPE_UINT64 ? FA_TYPE_UINT64 : FA_TYPE_INT64;
    resolution->loop_type = resolution->inputs[0];
    resolution->mixed_compare = true;
}

/* An exponent of ldexp: an integer that int64 holds. */
static bool is_exponent(fa_type type, fa__weak weak)
{
    return is_weak(weak) ? weak == FA__WEAK_INT : fa__can_cast_safely(type, FA_TYPE_INT64);
}

/* The type of the loop that the rule of an operation finds; false where there is none. */
static bool find_loop(fa__type_rule rule, int count, const fa_type *types, const fa__weak *weak,
                      fa_type *loop)
{
    *loop = promote_all(rule == FA__RULE_CHOOSE ? 1 : 0, count, types, weak);
    switch (rule) {
    case FA__RULE_NUMBER:
        *loop = *loop == FA_TYPE_BOOL ? FA_TYPE_INT8 : *loop;
        return true;
    case FA__RULE_DIVIDE:
        if (*loop == FA_TYPE_BOOL || fa__type_is_integer(*loop))
            *loop = FA_TYPE_FLOAT64;
        return true;
    case FA__RULE_FLOATING:
    case FA__RULE_FLOAT_PREDICATE:
    case FA__RULE_EXPONENT:
        return floating_loop(count, count, types, weak, FA_TYPE_FLOAT64, loop);
    case FA__RULE_ANALYTIC:
        return floating_loop(count, count, types, weak, FA_TYPE_COMPLEX128, loop);
    case FA__RULE_SCALE:
        return floating_loop(1, count, types, weak, FA_TYPE_FLOAT64, loop) && is_exponent(types[1], weak[1]);
    case FA__RULE_WIDEST:
        *loop = fa__type_is_complex(*loop) ? FA_TYPE_COMPLEX128 : FA_TYPE_FLOAT64;
        return true;
    case FA__RULE_REAL:
        return !fa__type_is_complex(*loop);
    case FA__RULE_QUOTIENT:
        *loop = *loop == FA_TYPE_BOOL ? FA_TYPE_INT8 : *loop;
        return !fa__type_is_complex(*loop);
    case FA__RULE_BITS:
        return *loop == FA_TYPE_BOOL || fa__type_is_integer(*loop);
    case FA__RULE_INTEGER:
    case FA__RULE_COUNT:
        *loop = *loop == FA_TYPE_BOOL ? FA_TYPE_INT8 : *loop;
        return fa__type_is_integer(*loop);
    default:
        return true;
    }
}

bool fa__resolve(fa__operation operation, const fa_type *types, const fa__weak *weak,
                 fa__resolution *resolution, fa_error *err)
{
    const fa__operation_info *row = &fa__operations[operation];
    fa_type loop;
    if (!find_loop(row->rule, row->arity, types, weak, &loop))
        return refuse(operation, row->arity, types, weak, err);
    if (promote_all(0, row->arity, types, weak) == FA_TYPE_BOOL && !refuse_bool(operation, types, weak, err))
        return false;
    *resolution = (fa__resolution){.loop_type = loop, .result = fa__loop_result(operation, loop)};
    for (int i = 0; i < row->arity; i++)
        resolution->inputs[i] = fa__loop_input(operation, loop, i);
    if (row->rule == FA__RULE_COMPARE)
        resolve_comparison(types, weak, resolution);
    return true;
}
