/* SPDX-License-Identifier: BSD-3-Clause */
/* Types of operations on datetime64 and timedelta64: which loop takes the inputs, and the unit that they are
 * brought to. Where NumPy lets a whole number stand for a span of the other operand's unit, so it is here. */
#include "expr/node.h"

#include "array/time.h"
#include "expr/types.h"

/* The loop of an operation: the type of each input and of the result. */
typedef struct signature {
    fa_type inputs[3];
    fa_type result;
} signature;

static bool is_whole(fa_type type)
{
    return type <= FA_TYPE_UINT64;
}

static bool scales(fa__operation operation)
{
    return operation == FA__OP_MULTIPLY || operation == FA__OP_DIVIDE || operation == FA__OP_FLOOR_DIVIDE ||
           operation == FA__OP_REMAINDER;
}

/* A span times or over a number. */
static bool find_scaled(fa__operation operation, const fa_type *types, signature *found)
{
    if (!scales(operation))
        return false;
    for (int i = 0; i < 2; i++) {
        bool counts = is_whole(types[i]) && (types[i] != FA_TYPE_BOOL || operation == FA__OP_MULTIPLY);
        found->inputs[i] = counts                                                            ? FA_TYPE_INT64
                           : fa__type_is_numeric(types[i]) && fa__type_kind(types[i]) == 'f' ? FA_TYPE_FLOAT64
                                                                                             : types[i];
    }
    found->result = FA_TYPE_TIMEDELTA64;
    return fa__loop_of_pair(operation, found->inputs[0], found->inputs[1]) != NULL;
}

/* Whether a whole number is taken as a span of the other operand's unit. Spans do not hold all of uint64,
 * which NumPy's sums alone overlook. */
static bool stands_for_span(fa__operation operation, fa_type type)
{
    bool adds = operation == FA__OP_ADD || operation == FA__OP_SUBTRACT;
    return is_whole(type) && !scales(operation) && (adds || type != FA_TYPE_UINT64);
}

/* Inputs that are times, or whole numbers that stand for spans. */
static bool find_of_times(fa__operation operation, int count, int first, const fa_type *types,
                          signature *found)
{
    bool same = true, any_date = false;
    for (int i = first; i < count; i++) {
        bool counts = stands_for_span(operation, types[i]);
        if (!counts && !fa__type_is_time(types[i]))
            return false;
        found->inputs[i] = counts ? FA_TYPE_TIMEDELTA64 : types[i];
        same = same && found->inputs[i] == found->inputs[first];
        any_date = any_date || found->inputs[i] == FA_TYPE_DATETIME64;
    }
    if (same) {
        found->result = fa__loop_result(operation, found->inputs[first]);
        return fa__loop_find(operation, found->inputs[first]) != NULL;
    }
    found->result = FA_TYPE_DATETIME64;
    if (operation == FA__OP_WHERE) {
        found->inputs[1] = found->inputs[2] = FA_TYPE_DATETIME64;
        return fa__type_is_time(types[1]) && fa__type_is_time(types[2]);
    }
    return count == 2 && any_date && fa__loop_of_pair(operation, found->inputs[0], found->inputs[1]) != NULL;
}

/* The dtype whose unit counts all times among the inputs; gives a reference. */
static const fa_dtype *common_unit(int count, int first, fa__node *const *inputs, fa_error *err)
{
    const fa_dtype *common = NULL;
    for (int i = first; i < count && !fa_failed(err); i++) {
        const fa_dtype *dtype = inputs[i]->dtype;
        if (!fa__type_is_time(dtype->type))
            continue;
        bool any_date = dtype->type == FA_TYPE_DATETIME64 || (common && common->type == FA_TYPE_DATETIME64);
        const fa_dtype *next = fa__time_common(any_date ? FA_TYPE_DATETIME64 : FA_TYPE_TIMEDELTA64,
                                               common ? common : dtype, dtype, err);
        fa_dtype_release(common);
        common = next;
    }
    return common;
}

/* The dtype that an input or the result has: a time in the common unit, or a number. */
static const fa_dtype *in_unit(fa_type type, const fa_dtype *unit, fa_error *err)
{
    if (fa__type_is_numeric(type))
        return fa_failed(err) ? NULL : fa_dtype_of(type);
    return fa__dtype_time(type, unit->unit, unit->unit_count, false, err);
}

static fa__node *converted(fa__operation operation, fa__node *input, const fa_dtype *dtype, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    if (operation != FA__OP_WHERE && fa__type_is_time(input->dtype->type) &&
        !fa__time_same_kind(input->dtype, dtype)) {
        char from[64], to[64];
        fa__dtype_display(input->dtype, from, sizeof from);
        fa__dtype_display(dtype, to, sizeof to);
        fa__fail(err, FA_BAD_TYPES, "'%s' cannot take %s as %s: months and years have no fixed length",
                 fa__operations[operation].name, from, to);
        return NULL;
    }
    fa__time_ratio ratio;
    if (fa__type_is_time(dtype->type) && input->dtype->type == dtype->type &&
        !fa__time_ratio_of(input->dtype, dtype, &ratio, err))
        return NULL;
    return fa__node_as_input(input, dtype, err);
}

/* Logic asks every operand on its own whether it is true. */
static fa__node *logic(fa__operation operation, fa__node *const *inputs, fa_error *err)
{
    fa__node *ready[2] = {fa__node_as_input(inputs[0], FA_BOOL, err),
                          fa__node_as_input(inputs[1], FA_BOOL, err)};
    fa__node *node = NULL;
    if (!fa_failed(err))
        node = fa__node_elementwise(operation, inputs, ready, FA_BOOL, FA_TYPE_BOOL, err);
    fa__node_release(ready[0]);
    fa__node_release(ready[1]);
    return node;
}

fa__node *fa__node_time_operation(fa__operation operation, fa__node *const *inputs, fa_error *err)
{
    int count = fa__operations[operation].arity, first = operation == FA__OP_WHERE ? 1 : 0;
    if (fa__operations[operation].rule == FA__RULE_LOGIC && count == 2)
        return logic(operation, inputs, err);
    fa_type types[3] = {FA_TYPE_BOOL, FA_TYPE_BOOL, FA_TYPE_BOOL};
    for (int i = 0; i < count; i++)
        types[i] = inputs[i]->dtype->type;
    signature found = {.inputs = {FA_TYPE_BOOL, FA_TYPE_BOOL, FA_TYPE_BOOL}};
    bool defined = (first == 0 || fa__type_is_numeric(types[0])) &&
                   ((count == 2 && find_scaled(operation, types, &found)) ||
                    find_of_times(operation, count, first, types, &found));
    if (!defined) {
        fa__node_refuse_types(operation, inputs, err);
        return NULL;
    }
    const fa_dtype *unit = common_unit(count, first, inputs, err), *result = NULL;
    fa__node *ready[3] = {NULL, NULL, NULL}, *node = NULL;
    for (int i = 0; i < count && !fa_failed(err); i++) {
        const fa_dtype *dtype = in_unit(found.inputs[i], unit, err);
        ready[i] = converted(operation, inputs[i], dtype, err);
        fa_dtype_release(dtype);
    }
    if (!fa_failed(err))
        result = in_unit(found.result, unit, err);
    if (!fa_failed(err))
        node = fa__node_elementwise(operation, inputs, ready, result, found.inputs[first], err);
    for (int i = 0; i < count; i++)
        fa__node_release(ready[i]);
    fa_dtype_release(result);
    fa_dtype_release(unit);
    return node;
}
