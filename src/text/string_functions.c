/* SPDX-License-Identifier: BSD-3-Clause */
/* numpy.strings as text: each operation by its name, and what a call gives them. */
#include "text/functions.h"

#include "kernel/strings.h"

#include <string.h>

typedef struct row {
    const char *kinds;
    fa__string_result result;
} row;
static const row rows[] = {
#define ROW(id, name, parameters, kinds, result, documentation) {#kinds, FA__STRING_GIVES_##result},
    FA__STRING_OPERATIONS(ROW)
#undef ROW
};

/* UTF-8 is the one encoding that there is; what is none of it is an error. */
static bool takes_utf8(const fa__bound_call *call)
{
    const bool is_utf8 = !fa__argument_given(call, 1) || fa__argument_is(call, 1, "utf-8") ||
                         fa__argument_is(call, 1, "utf8") || fa__argument_is(call, 1, "UTF-8");
    if (!is_utf8)
        return fa__argument_refuse(call, 1, "the encoding is 'utf-8'");
    return !fa__argument_given(call, 2) || fa__argument_is(call, 2, "strict") ||
           fa__argument_refuse(call, 2, "errors= is 'strict'");
}

static fa__node *apply_string(const fa__bound_call *call)
{
    fa__node *given[FA__STRING_INPUTS] = {NULL};
    fa__string_operation operation = (fa__string_operation)call->function->code;
    if (rows[operation].result == FA__STRING_GIVES_RECODED && !takes_utf8(call))
        return NULL;
    for (int i = 0; i < (int)strlen(rows[operation].kinds); i++)
        given[i] = fa__argument_given(call, i) ? fa__argument_node(call, i) : NULL;
    return fa_failed(call->err) ? NULL : fa__node_string_with_defaults(operation, given, call->err);
}

/* Before, separator, after. */
static fa__node *apply_partition(const fa__bound_call *call)
{
    fa__nodes *nodes = fa__nodes_new(3, call->err);
    fa__node *inputs[2] = {fa__argument_node(call, 0), fa__argument_node(call, 1)};
    for (int i = 0; nodes != NULL && i < 3 && !fa_failed(call->err); i++)
        nodes->items[i] =
            fa__node_string((fa__string_operation)(call->function->code + i), 2, inputs, call->err);
    if (fa_failed(call->err))
        fa__nodes_release(nodes);
    else
        *call->several = nodes;
    return NULL;
}

/* slice(a, stop), slice(a, start, stop, step): as Python's own slice(). */
static fa__node *apply_slice(const fa__bound_call *call)
{
    const bool stop_alone = call->arguments[2] == NULL;
    fa__node *given[FA__STRING_INPUTS] = {NULL};
    for (int i = 0; i < FA__STRING_INPUTS; i++)
        if (fa__argument_given(call, i))
            given[stop_alone && i == 1 ? 2 : i] = fa__argument_node(call, i);
    return fa_failed(call->err) ? NULL : fa__node_string_with_defaults(FA__STRING_SLICE, given, call->err);
}

int fa__string_function_outputs(const fa__function *function)
{
    return function->apply == apply_partition ? 3 : 1;
}

const fa__function fa__string_functions[] = {
#define ROW(id, name, parameters, kinds, result, documentation)                                  \
    {"strings." #name,                                                                           \
     "",                                                                                         \
     FA__STRING_GIVES_##result == FA__STRING_GIVES_RECODED ? "a encoding= errors=" : parameters, \
     FA__STRING_##id == FA__STRING_SLICE ? apply_slice : apply_string,                           \
     FA__STRING_##id,                                                                            \
     FA__AS_FUNCTION,                                                                            \
     FA_OPERATION_ELEMENTWISE,                                                                   \
     documentation},
    FA__STRING_OPERATIONS(ROW)
#undef ROW
        {"strings.partition", "", "a sep", apply_partition, FA__STRING_BEFORE, FA__AS_FUNCTION,
         FA_OPERATION_ELEMENTWISE,
         "What stands before the first separator, the separator, and what stands behind it."},
    {"strings.rpartition", "", "a sep", apply_partition, FA__STRING_RBEFORE, FA__AS_FUNCTION,
     FA_OPERATION_ELEMENTWISE,
     "What stands before the last separator, the separator, and what stands behind it."},
    {0},
};
