/* SPDX-License-Identifier: BSD-3-Clause */
/* The elementwise operations as functions of text: the rows that follow from their list, functions of two
 * outputs, and the arguments that NumPy gives to all of them. Knows nothing about what the operations
 * compute. */
#include "text/functions.h"

#include "expr/types.h"
#include "text/user_kernels.h"

#include <string.h>

#define PARAMETERS_1 "x out= where= dtype="
#define PARAMETERS_2 "x1 x2 out= where= dtype="
#define PARAMETERS_3 "x1 x2 x3"

static fa__node *apply_elementwise(const fa__bound_call *call);
static fa__node *apply_pair(const fa__bound_call *call);

const fa__function fa__elementwise_functions[] = {
#define ROW(id, name, arity, symbol, aliases, rule, documentation)              \
    {#name,       aliases,         PARAMETERS_##arity,       apply_elementwise, \
     FA__OP_##id, FA__AS_FUNCTION, FA_OPERATION_ELEMENTWISE, documentation},
    FA__ELEMENTWISE(ROW)
#undef ROW
        {0},
};

const fa__function fa__pair_functions[] = {
#define ROW(name, arity, first, second, name_of_second, documentation) \
    {#name,                                                            \
     "",                                                               \
     PARAMETERS_##arity,                                               \
     apply_pair,                                                       \
     FA__PAIR_##first##_##second,                                      \
     FA__AS_FUNCTION,                                                  \
     FA_OPERATION_ELEMENTWISE,                                         \
     documentation},
    FA__PAIRS(ROW)
#undef ROW
        {0},
};

const char *fa__function_symbol(const fa__function *function)
{
    if (function->apply == apply_elementwise)
        return fa__operations[function->code].symbol;
    return strcmp(function->name, "matmul") == 0 ? "@" : "";
}

int fa__function_outputs(const fa__function *function)
{
    if (function->kind == FA_OPERATION_KERNEL)
        return fa__kernel_of(function)->is.output_count;
    const bool is_pair = function->apply == apply_pair || (function->uses & FA__GIVES_PAIR) != 0;
    return is_pair ? 2 : fa__string_function_outputs(function);
}

static bool wrong(const fa__bound_call *call, int index, const char *what)
{
    return fa__fail_at_column(call->err, FA_BAD_EXPRESSION, call->arguments[index]->column, "%s(): %s",
                              call->function->name, what);
}

static bool is_true(const fa__value *value)
{
    return value->kind == FA__VALUE_NODE && fa__node_is_weak(value->node) &&
           value->node->weak == FA__WEAK_BOOL && fa__constant_of(value->node).integer != 0;
}

/* An expression makes a new array: there is none that out= could name, and what where= leaves out would be
 * undefined. */
static bool refuses_targets(const fa__bound_call *call, int arity)
{
    const int out = arity, where = arity + 1;
    if (fa__argument_given(call, out))
        return wrong(call, out, "out= is not part of expressions: assign the result");
    if (fa__argument_given(call, where) && !is_true(call->arguments[where]))
        return wrong(call, where,
                     "where= leaves the other elements undefined: write where(condition, result, otherwise)");
    return true;
}

fa__node *fa__argument_cast(const fa__bound_call *call, int index, fa__node *input, fa_type type)
{
    fa__complex128 element = {0, 0};
    const bool is_weak = fa__node_is_weak(input);
    const fa_type from = input->dtype->type;
    const bool fits =
        is_weak && input->weak == FA__WEAK_INT ? type != FA_TYPE_BOOL : fa__can_cast_same_kind(from, type);
    if (!fa__type_is_numeric(from) || !fits) {
        fa__fail_at_column(call->err, FA_BAD_TYPES, call->arguments[index]->column,
                           "%s(): an input of %s cannot be cast to %s, which is of a lower kind",
                           call->function->name, fa__type_name(from), fa__type_name(type));
        return NULL;
    }
    if (!is_weak)
        return fa__node_cast(input, fa_dtype_of(type), call->err);
    const fa__constant constant = fa__constant_of(input);
    return fa__constant_convert(&constant, type, &element, call->err)
               ? fa__node_scalar(type, &element, call->err)
               : NULL;
}

/* Casts the inputs so that the loop is the one that writes `type`. */
static bool cast_inputs(const fa__bound_call *call, fa__operation operation, fa_type type, fa__node **inputs)
{
    const fa__operation_info *row = &fa__operations[operation];
    const bool is_fixed = fa__loop_result(operation, FA_TYPE_INT64) == type &&
                          fa__loop_result(operation, FA_TYPE_FLOAT64) == type;
    if (is_fixed)
        return true;
    if (fa__loop_result(operation, type) != type || fa__loop_find(operation, type) == NULL)
        return fa__fail(call->err, FA_BAD_TYPES, "'%s' has no loop that gives %s", row->name,
                        fa__type_name(type));
    for (int i = 0; i < row->arity && !fa_failed(call->err); i++) {
        if (fa__loop_input(operation, type, i) != type)
            continue;
        fa__node *cast = fa__argument_cast(call, i, inputs[i], type);
        fa__node_release(inputs[i]);
        inputs[i] = cast;
    }
    return !fa_failed(call->err);
}

static bool takes_keywords(const fa__bound_call *call, int arity, fa__operation operation, fa__node **inputs)
{
    const int at = arity + 2;
    if (!refuses_targets(call, arity))
        return false;
    const fa_dtype *dtype = fa__argument_dtype(call, at);
    if (dtype == NULL)
        return !fa_failed(call->err);
    const fa_type type = dtype->type;
    fa_dtype_release(dtype);
    if (!fa__type_is_numeric(type))
        return wrong(call, at, "dtype= is the type of a number");
    return cast_inputs(call, operation, type, inputs);
}

/* Two constants in a call of add() are the 0-d arrays that NumPy makes of them; between operators they are
 * Python's. */
static fa__node *apply_operation(const fa__bound_call *call, fa__operation operation)
{
    const int arity = fa__operations[operation].arity;
    fa__node *inputs[3] = {NULL, NULL, NULL}, *node = NULL;
    bool all_weak = true;
    for (int i = 0; i < arity; i++) {
        inputs[i] = fa__node_retain(fa__argument_node(call, i));
        all_weak = all_weak && inputs[i] != NULL && fa__node_is_weak(inputs[i]);
    }
    const bool usable =
        !fa_failed(call->err) && (arity > 2 || takes_keywords(call, arity, operation, inputs));
    for (int i = 0; usable && all_weak && fa__operation_folds(operation) && i < arity; i++) {
        fa__node *strong = fa__node_strong(inputs[i], call->err);
        fa__node_release(inputs[i]);
        inputs[i] = strong;
    }
    if (usable && !fa_failed(call->err)) {
        const bool is_power = operation == FA__OP_POWER && inputs[0]->dtype->type >= FA_TYPE_FLOAT16;
        node = is_power ? fa__node_power(inputs[0], inputs[1], call->err)
                        : fa__node_operation(operation, inputs, call->err);
    }
    for (int i = 0; i < arity; i++)
        fa__node_release(inputs[i]);
    return node;
}

static fa__node *apply_elementwise(const fa__bound_call *call)
{
    return apply_operation(call, (fa__operation)call->function->code);
}

static fa__node *apply_pair(const fa__bound_call *call)
{
    fa__nodes *nodes = fa__nodes_new(2, call->err);
    for (int i = 0; nodes != NULL && i < 2; i++)
        nodes->items[i] = apply_operation(call, fa__pairs[call->function->code].outputs[i]);
    if (fa_failed(call->err))
        fa__nodes_release(nodes);
    else
        *call->several = nodes;
    return NULL;
}
