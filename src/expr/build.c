/* SPDX-License-Identifier: BSD-3-Clause */
/* Making nodes that compute: elementwise operations, powers, casts. Finds types, converts and broadcasts
 * inputs, lays out results. Knows nothing about text, and nothing about how any of it is evaluated. */
#include "expr/node.h"
#include "expr/types.h"

#include "array/convert.h"
#include "array/time.h"

#include <string.h>

fa__node *fa__node_leaf(fa_array *array, fa_error *err)
{
    if (fa__unusable(array, err))
        return NULL;
    fa__node *node = fa__node_new(FA__NODE_LEAF, array->dtype, array->ndim, array->sizes, 0, NULL, err);
    if (node == NULL)
        return NULL;
    memcpy(node->strides, array->strides, (size_t)array->ndim * sizeof(int64_t));
    node->offset = array->offset;
    node->array = fa_retain(array);
    return node;
}

/* The dtype as computing sees it. Numbers have one that lives for ever; others give a reference. */
static const fa_dtype *native(const fa_dtype *dtype, fa_error *err)
{
    if (fa__type_is_numeric(dtype->type))
        return fa_failed(err) ? NULL : fa_dtype_of(dtype->type);
    return fa__dtype_native(dtype, err);
}

/* A CAST whose dtype is in the machine's order, laid out as astype() does. */
static fa__node *cast_to_native(fa__node *input, const fa_dtype *dtype, fa_error *err)
{
    fa__node *node = fa__node_new(FA__NODE_CAST, dtype, input->ndim, input->sizes, 1, &input, err);
    if (node == NULL)
        return NULL;
    fa__layout_of_copy(input, dtype->item_bytes, node->strides);
    return node;
}

fa__node *fa__node_cast(fa__node *input, const fa_dtype *dtype, fa_error *err)
{
    if (!fa__nodes_usable(1, &input, err))
        return NULL;
    if (dtype == NULL) {
        fa__fail(err, FA_INVALID_ARGUMENT, "the dtype is NULL");
        return NULL;
    }
    if (fa_dtype_equal(input->dtype, dtype))
        return fa__node_strong(input, err);
    const fa_dtype *from = native(input->dtype, err), *to = fa__cast_target(input->dtype, dtype, err);
    fa__node *strong = fa__node_strong(input, err), *node = NULL;
    if (!fa_failed(err) && fa_dtype_equal(input->dtype, to))
        node = fa__node_retain(strong);
    else if (!fa_failed(err) && fa__can_convert(from, to, err))
        node = cast_to_native(strong, to, err);
    fa__node_release(strong);
    fa_dtype_release(from);
    fa_dtype_release(to);
    return node;
}

/* An input in the type that a loop takes. */
fa__node *fa__node_as_input(fa__node *input, const fa_dtype *dtype, fa_error *err)
{
    if (fa__node_is_weak(input)) {
        fa__constant constant = fa__constant_of(input);
        if (fa__type_is_numeric(dtype->type))
            return fa__node_converted(&constant, dtype->type, err);
        int64_t count;
        bool fits = fa__constant_convert(&constant, FA_TYPE_INT64, &count, err);
        return fits ? fa__node_element(dtype, &count, constant.kind, err) : NULL;
    }
    if (fa_dtype_equal(input->dtype, dtype))
        return fa__node_retain(input);
    fa__node *node = cast_to_native(input, dtype, err);
    if (node != NULL)
        node->implicit = true;
    return node;
}

fa__node *fa__node_elementwise(fa__operation operation, fa__node *const *originals, fa__node *const *inputs,
                               const fa_dtype *result, fa_type loop_type, fa_error *err)
{
    int count = fa__operations[operation].arity, ndim;
    int ndims[3];
    const int64_t *shapes[3];
    int64_t sizes[FA_MAX_NDIM], elements;
    for (int i = 0; i < count; i++) {
        ndims[i] = inputs[i]->ndim;
        shapes[i] = inputs[i]->sizes;
    }
    if (!fa__broadcast(count, ndims, shapes, &ndim, sizes, err) ||
        !fa__shape_count(ndim, sizes, result->item_bytes, &elements, err))
        return NULL;
    fa__node *node = fa__node_new(FA__NODE_OPERATION, result, ndim, sizes, count, inputs, err);
    if (node == NULL)
        return NULL;
    node->code = (int)operation;
    node->loop_type = loop_type;
    fa__layout_of_result(count, originals, ndim, sizes, result->item_bytes, node->strides);
    return node;
}

/* NumPy compares any Python integer with integers of any type, exactly. A literal that the type does not hold
 * moves the comparison to 64 bits, where it fits, or to the loops of int64 with uint64. */
static void widen_comparison(fa__node *const *inputs, fa__resolution *resolution)
{
    int literal = fa__node_is_weak(inputs[1]) ? 1 : 0, other = 1 - literal;
    if (!fa__node_is_weak(inputs[literal]) || inputs[literal]->weak != FA__WEAK_INT ||
        !fa__type_is_integer(resolution->loop_type))
        return;
    fa__wide value = fa__constant_of(inputs[literal]).integer, lowest, highest;
    fa__integer_range(resolution->loop_type, &lowest, &highest);
    if (value >= lowest && value <= highest)
        return;
    bool is_signed = fa__type_is_signed(resolution->loop_type);
    if (value > INT64_MAX) {
        resolution->inputs[literal] = FA_TYPE_UINT64;
        resolution->inputs[other] = is_signed ? FA_TYPE_INT64 : FA_TYPE_UINT64;
    } else {
        resolution->inputs[literal] = FA_TYPE_INT64;
        resolution->inputs[other] = resolution->loop_type == FA_TYPE_UINT64 ? FA_TYPE_UINT64 : FA_TYPE_INT64;
    }
    resolution->loop_type = resolution->inputs[0];
    resolution->mixed_compare = resolution->inputs[0] != resolution->inputs[1];
}

/* Where NumPy lets a literal pass that the type does not hold: clip does not clip on that side, and logic
 * only asks whether it is zero. */
static fa__node *fit_literal(fa__operation operation, int position, fa__node *input, fa_type type,
                             fa_error *err)
{
    if (!fa__node_is_weak(input) || input->weak != FA__WEAK_INT || !fa__type_is_integer(type))
        return fa__node_retain(input);
    fa__constant constant = fa__constant_of(input);
    fa__wide lowest, highest;
    fa__integer_range(type, &lowest, &highest);
    if (constant.integer >= lowest && constant.integer <= highest)
        return fa__node_retain(input);
    if (fa__operations[operation].rule == FA__RULE_LOGIC)
        constant.integer = 1;
    else if (operation == FA__OP_CLIP && position == 1 && constant.integer < lowest)
        constant.integer = lowest;
    else if (operation == FA__OP_CLIP && position == 2 && constant.integer > highest)
        constant.integer = highest;
    return fa__node_constant(&constant, err);
}

/* NumPy finds this in the loop, and so not where there are no elements. */
static bool has_no_negative_exponent(fa__node *const *inputs, fa_type type, fa_error *err)
{
    if (!fa__node_is_weak(inputs[1]) || inputs[1]->weak != FA__WEAK_INT || !fa__type_is_signed(type) ||
        fa__count(inputs[0]->ndim, inputs[0]->sizes) == 0 || fa__constant_of(inputs[1]).integer >= 0)
        return true;
    return fa__fail(err, FA_OUT_OF_RANGE,
                    "Integers to negative integer powers are not allowed: make the base floating, as 2.0**b");
}

static fa__node *numeric_operation(fa__operation operation, fa__node *const *inputs, fa_error *err)
{
    int count = fa__operations[operation].arity;
    fa_type types[3];
    fa__weak weak[3];
    fa__resolution resolution;
    for (int i = 0; i < count; i++) {
        types[i] = inputs[i]->dtype->type;
        weak[i] = fa__node_is_weak(inputs[i]) ? inputs[i]->weak : FA__STRONG;
    }
    if (!fa__resolve(operation, types, weak, &resolution, err))
        return NULL;
    if (fa__operations[operation].rule == FA__RULE_COMPARE)
        widen_comparison(inputs, &resolution);
    if (operation == FA__OP_POWER && !has_no_negative_exponent(inputs, resolution.loop_type, err))
        return NULL;
    if (!resolution.mixed_compare && fa__loop_find(operation, resolution.loop_type) == NULL) {
        fa__fail(err, FA_UNSUPPORTED, "'%s' is not supported for %s", fa__operations[operation].name,
                 fa__type_name(resolution.loop_type));
        return NULL;
    }
    fa__node *fitted[3] = {NULL, NULL, NULL}, *converted[3] = {NULL, NULL, NULL}, *node = NULL;
    for (int i = 0; i < count; i++) {
        fitted[i] = fit_literal(operation, i, inputs[i], resolution.inputs[i], err);
        converted[i] =
            fitted[i] ? fa__node_as_input(fitted[i], fa_dtype_of(resolution.inputs[i]), err) : NULL;
    }
    if (!fa_failed(err))
        node = fa__node_elementwise(operation, inputs, converted, fa_dtype_of(resolution.result),
                                    resolution.loop_type, err);
    if (node != NULL)
        node->mixed_compare = resolution.mixed_compare;
    for (int i = 0; i < count; i++) {
        fa__node_release(fitted[i]);
        fa__node_release(converted[i]);
    }
    return node;
}

bool fa__node_refuse_types(fa__operation operation, fa__node *const *inputs, fa_error *err)
{
    char texts[3][96] = {"", "", ""};
    int count = fa__operations[operation].arity;
    for (int i = 0; i < count; i++)
        fa__dtype_display(inputs[i]->dtype, texts[i], sizeof texts[i]);
    const char *name = fa__operations[operation].name;
    if (count == 1)
        return fa__fail(err, FA_BAD_TYPES, "'%s' is not defined for %s", name, texts[0]);
    if (count == 2)
        return fa__fail(err, FA_BAD_TYPES, "'%s' is not defined for %s and %s", name, texts[0], texts[1]);
    return fa__fail(err, FA_BAD_TYPES, "'%s' is not defined for %s, %s and %s", name, texts[0], texts[1],
                    texts[2]);
}

/* where() of elements that are not numbers: strings as the wider ones, structures of one dtype. */
static fa__node *where_of_others(fa__node *const *inputs, fa_error *err)
{
    fa_error mismatch = {0};
    const fa_dtype *both = fa__dtype_of_both(inputs[1]->dtype, inputs[2]->dtype, &mismatch),
                   *dtype = both != NULL ? fa__dtype_native(both, err) : NULL;
    fa__node *converted[3] = {NULL, NULL, NULL}, *node = NULL;
    if (both == NULL)
        fa__node_refuse_types(FA__OP_WHERE, inputs, err);
    if (!fa_failed(err)) {
        converted[0] = fa__node_as_input(inputs[0], FA_BOOL, err);
        converted[1] = fa__node_as_input(inputs[1], dtype, err);
        converted[2] = fa__node_as_input(inputs[2], dtype, err);
    }
    if (!fa_failed(err))
        node = fa__node_elementwise(FA__OP_WHERE, inputs, converted, dtype, dtype->type, err);
    for (int i = 0; i < 3; i++)
        fa__node_release(converted[i]);
    fa_dtype_release(dtype);
    fa_dtype_release(both);
    return node;
}

/* The condition is asked whether it is true, whatever it is. */
static fa__node *where_of_truth(fa__node *const *inputs, fa_error *err)
{
    fa__node *node = NULL;
    if (!fa__can_convert(inputs[0]->dtype, FA_BOOL, err))
        return NULL;
    fa__node *condition = fa__node_as_input(inputs[0], FA_BOOL, err);
    if (condition != NULL)
        node = fa__node_operation(FA__OP_WHERE, (fa__node *const[]){condition, inputs[1], inputs[2]}, err);
    fa__node_release(condition);
    return node;
}

fa__node *fa__node_operation(fa__operation operation, fa__node *const *inputs, fa_error *err)
{
    int count = fa__operations[operation].arity;
    if (!fa__nodes_usable(count, inputs, err))
        return NULL;
    bool all_weak = true, all_numeric = true, any_time = false, any_string = false;
    for (int i = 0; i < count; i++) {
        all_weak = all_weak && fa__node_is_weak(inputs[i]);
        all_numeric = all_numeric && fa__type_is_numeric(inputs[i]->dtype->type);
        any_time = any_time || fa__type_is_time(inputs[i]->dtype->type);
        any_string =
            any_string || inputs[i]->dtype->type == FA_TYPE_BYTES || inputs[i]->dtype->type == FA_TYPE_STRING;
    }
    if (all_weak && fa__operation_folds(operation))
        return fa__fold(operation, inputs[0], count == 2 ? inputs[1] : NULL, err);
    if (all_numeric)
        return numeric_operation(operation, inputs, err);
    if (operation == FA__OP_WHERE && !fa__type_is_numeric(inputs[0]->dtype->type))
        return where_of_truth(inputs, err);
    if (fa__operations[operation].rule == FA__RULE_COMPARE &&
        (inputs[0]->dtype->type == FA_TYPE_VOID || inputs[1]->dtype->type == FA_TYPE_VOID))
        return fa__node_compare_records(operation, inputs, err);
    if (fa__operations[operation].rule == FA__RULE_COMPARE && any_string)
        return fa__node_compare_strings(operation, inputs, err);
    if (operation == FA__OP_ADD && any_string)
        return fa__node_string(FA__STRING_ADD, 2, inputs, err);
    if (any_time)
        return fa__node_time_operation(operation, inputs, err);
    if (operation == FA__OP_WHERE)
        return where_of_others(inputs, err);
    fa__node_refuse_types(operation, inputs, err);
    return NULL;
}

/* The operation that NumPy runs in place of a power with this exponent, or POWER. Only an int makes a square
 * of integers; roots and reciprocals are taken where the power is floating. */
static fa__operation shortcut(fa_type power_type, const fa__constant *exponent)
{
    bool is_int = exponent->kind == FA__WEAK_INT, is_complex = fa__type_is_complex(power_type);
    double value = is_int ? (double)exponent->integer : exponent->real;
    if (is_int && value == 2)
        return FA__OP_SQUARE;
    if (fa__type_is_integer(power_type))
        return value == 1 ? FA__OP_POSITIVE : FA__OP_POWER;
    if (exponent->kind == FA__WEAK_COMPLEX)
        return FA__OP_POWER;
    if (value == 0.5)
        return FA__OP_SQRT;
    if (is_complex)
        return is_int && value == -1 ? FA__OP_RECIPROCAL : FA__OP_POWER;
    return value == 2    ? FA__OP_SQUARE
           : value == 1  ? FA__OP_POSITIVE
           : value == -1 ? FA__OP_RECIPROCAL
                         : FA__OP_POWER;
}

fa__node *fa__node_power(fa__node *base, fa__node *exponent, fa_error *err)
{
    fa__node *inputs[2] = {base, exponent};
    if (!fa__nodes_usable(2, inputs, err))
        return NULL;
    bool is_literal = fa__node_is_weak(exponent) && exponent->weak != FA__WEAK_BOOL;
    if (!is_literal || fa__node_is_weak(base) || !fa__type_is_numeric(base->dtype->type))
        return fa__node_operation(FA__OP_POWER, inputs, err);
    fa_type types[2] = {base->dtype->type, exponent->dtype->type};
    fa__weak weak[2] = {FA__STRONG, exponent->weak};
    fa__resolution resolution;
    if (!fa__resolve(FA__OP_POWER, types, weak, &resolution, err))
        return NULL;
    fa__constant constant = fa__constant_of(exponent);
    if (constant.integer < 0 && fa__type_is_signed(resolution.loop_type) &&
        fa__count(base->ndim, base->sizes) > 0) {
        fa__fail(err, FA_OUT_OF_RANGE,
                 "Integers to negative integer powers are not allowed: make the base floating, as 2.0**b");
        return NULL;
    }
    fa__operation instead = shortcut(resolution.loop_type, &constant);
    if (instead == FA__OP_POWER)
        return fa__node_operation(FA__OP_POWER, inputs, err);
    /* An int makes a square in the type of the base: bool**2 is int8, not int64. */
    if (instead == FA__OP_SQUARE && constant.kind == FA__WEAK_INT)
        return fa__node_operation(FA__OP_SQUARE, &base, err);
    fa__node *converted = fa__node_cast(base, fa_dtype_of(resolution.loop_type), err);
    fa__node *node = converted ? fa__node_operation(instead, &converted, err) : NULL;
    fa__node_release(converted);
    return node;
}
