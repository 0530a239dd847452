/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls to pending arrays. The functions of the operations follow from their list. */
#include "api/api.h"

#include <farray/operations.h>

#include "base/memory.h"

#include <string.h>

fa__node *fa__leaf(fa_array *array, fa_error *err)
{
    if (fa__unusable(array, err) || !fa__source_check(array->source, err))
        return NULL;
    fa__geometry geometry;
    fa__view_geometry(array, &geometry);
    fa_array *view = fa__view_like(array, &geometry, err);
    fa__node *node = view != NULL ? fa__node_leaf(view, err) : NULL;
    fa_release(view);
    return node;
}

fa__node **fa__leaves(fa_array *const *arrays, int count, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    if (count < 0 || (arrays == NULL && count > 0)) {
        fa__fail(err, FA_INVALID_ARGUMENT, "a list of %d arrays", count);
        return NULL;
    }
    fa__node **leaves = fa__alloc_zero((size_t)count, sizeof *leaves, err);
    for (int i = 0; leaves != NULL && i < count; i++)
        leaves[i] = fa__leaf(arrays[i], err);
    if (!fa_failed(err))
        return leaves;
    fa__release_list(leaves, count);
    return NULL;
}

void fa__release_list(fa__node **nodes, int count)
{
    for (int i = 0; nodes != NULL && i < count; i++)
        fa__node_release(nodes[i]);
    fa__free(nodes);
}

fa_array *fa__array_of(fa__node *node, fa_error *err)
{
    fa_array *array = fa__pending_array(node, err);
    fa__node_release(node);
    return array;
}

static fa_array *apply(fa__operation operation, int count, fa_array *const *arrays, fa_error *err)
{
    fa__node *inputs[3] = {NULL, NULL, NULL}, *node = NULL;
    for (int i = 0; i < count; i++)
        inputs[i] = fa__leaf(arrays[i], err);
    if (!fa_failed(err))
        node = fa__node_operation(operation, inputs, err);
    for (int i = 0; i < count; i++)
        fa__node_release(inputs[i]);
    return fa__array_of(node, err);
}

static fa_array *reduce(fa__reduction reduction, fa_array *array, fa_axes axes,
                        const fa_reduce_options *options, fa_error *err)
{
    fa__reduce_arguments arguments;
    fa__node *input = fa__leaf(array, err), *node = NULL;
    if (fa__reduce_start(&arguments, axes, options, err))
        node = fa__node_reduce(reduction, input, &arguments, err);
    fa__reduce_end(&arguments);
    fa__node_release(input);
    return fa__array_of(node, err);
}

#define ARRAYS_1 fa_array *a
#define ARRAYS_2 fa_array *a, fa_array *b
#define ARRAYS_3 fa_array *a, fa_array *b, fa_array *c
#define LIST_1   a
#define LIST_2   a, b
#define LIST_3   a, b, c

#define X(id, name, arity, symbol, aliases, rule, documentation)                  \
    fa_array *fa_##name(ARRAYS_##arity, fa_error *err)                            \
    {                                                                             \
        return apply(FA__OP_##id, arity, (fa_array *const[]){LIST_##arity}, err); \
    }
FA__ELEMENTWISE(X)
#undef X

/* Each output is an array of its own; asked for together, they share one pass. */
static fa_array *apply_pair(fa__pair pair, int count, fa_array *const *arrays, fa_array **second,
                            fa_error *err)
{
    const fa__operation *outputs = fa__pairs[pair].outputs;
    if (!fa_failed(err) && second == NULL)
        fa__fail(err, FA_INVALID_ARGUMENT, "%s() has nowhere to put its second result", fa__pairs[pair].name);
    fa_array *first = apply(outputs[0], count, arrays, err), *other = apply(outputs[1], count, arrays, err);
    if (second != NULL)
        *second = other;
    if (other != NULL)
        return first;
    fa_release(first);
    return NULL;
}

#define X(name, arity, first, second, name_of_second, documentation)                             \
    fa_array *fa_##name(ARRAYS_##arity, fa_array **name_of_second, fa_error *err)                \
    {                                                                                            \
        return apply_pair(FA__PAIR_##first##_##second, arity, (fa_array *const[]){LIST_##arity}, \
                          name_of_second, err);                                                  \
    }
FA__PAIRS(X)
#undef X

#define X(id, name, aliases, documentation)                                                         \
    fa_array *fa_##name(fa_array *a, fa_axes axes, const fa_reduce_options *options, fa_error *err) \
    {                                                                                               \
        return reduce(FA__REDUCE_##id, a, axes, options, err);                                      \
    }
FA__REDUCTIONS(X)
#undef X

/* Inputs that are NULL at the end are left out. */
static fa_array *of_strings(fa__string_operation operation, int count, fa_array *const *arrays, fa_error *err)
{
    fa__node *inputs[FA__STRING_INPUTS] = {NULL}, *node = NULL;
    for (int i = 0; i < count; i++)
        if (i == 0 || arrays[i] != NULL)
            inputs[i] = fa__leaf(arrays[i], err);
    if (!fa_failed(err))
        node = fa__node_string_with_defaults(operation, inputs, err);
    for (int i = 0; i < count; i++)
        fa__node_release(inputs[i]);
    return fa__array_of(node, err);
}

#define ARRAYS_s    fa_array *a
#define ARRAYS_ss   fa_array *a, fa_array *b
#define ARRAYS_si   fa_array *a, fa_array *b
#define ARRAYS_siii fa_array *a, fa_array *b, fa_array *c, fa_array *d
#define ARRAYS_sis  fa_array *a, fa_array *b, fa_array *c
#define ARRAYS_ssii fa_array *a, fa_array *b, fa_array *c, fa_array *d
#define ARRAYS_sssi fa_array *a, fa_array *b, fa_array *c, fa_array *d
#define LIST_s      a
#define LIST_ss     a, b
#define LIST_si     a, b
#define LIST_siii   a, b, c, d
#define LIST_sis    a, b, c
#define LIST_ssii   a, b, c, d
#define LIST_sssi   a, b, c, d

#define X(id, name, parameters, kinds, result, documentation)                                               \
    fa_array *fa_strings_##name(ARRAYS_##kinds, fa_error *err)                                              \
    {                                                                                                       \
        return of_strings(FA__STRING_##id, (int)sizeof #kinds - 1, (fa_array *const[]){LIST_##kinds}, err); \
    }
FA__STRING_OPERATIONS(X)
#undef X

fa_array *fa_from_text(const char *text, fa_error *err)
{
    if (!fa_failed(err) && text == NULL)
        fa__fail(err, FA_INVALID_ARGUMENT, "the text is NULL");
    fa__node *node = fa_failed(err) ? NULL : fa__node_text(text, strlen(text), false, err);
    return fa__array_of(node, err);
}

fa_array *fa_astype(fa_array *array, const fa_dtype *dtype, fa_error *err)
{
    if (!fa_failed(err) && dtype == NULL)
        fa__fail(err, FA_INVALID_ARGUMENT, "astype needs a dtype");
    fa__node *input = fa__leaf(array, err);
    fa__node *node = input != NULL ? fa__node_cast(input, dtype, err) : NULL;
    fa__node_release(input);
    return fa__array_of(node, err);
}
