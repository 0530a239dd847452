/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls and text to pending arrays. The functions of the operations follow from their list. */
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

static fa_array *reduce(fa__reduction reduction, fa_array *array, fa_axes axes, const fa_reduce_options *options,
                        fa_error *err)
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

#define X(id, name, arity, symbol, aliases, rule, documentation)                                                       \
    fa_array *fa_##name(ARRAYS_##arity, fa_error *err)                                                                 \
    {                                                                                                                  \
        return apply(FA__OP_##id, arity, (fa_array *const[]){LIST_##arity}, err);                                      \
    }
FA__ELEMENTWISE(X)
#undef X

/* Each output is an array of its own; asked for together, they share one pass. */
static fa_array *apply_pair(fa__pair pair, int count, fa_array *const *arrays, fa_array **second, fa_error *err)
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

#define X(name, arity, first, second, name_of_second, documentation)                                                   \
    fa_array *fa_##name(ARRAYS_##arity, fa_array **name_of_second, fa_error *err)                                      \
    {                                                                                                                  \
        return apply_pair(FA__PAIR_##first##_##second, arity, (fa_array *const[]){LIST_##arity}, name_of_second, err); \
    }
FA__PAIRS(X)
#undef X

#define X(id, name, aliases, documentation)                                                                            \
    fa_array *fa_##name(fa_array *a, fa_axes axes, const fa_reduce_options *options, fa_error *err)                    \
    {                                                                                                                  \
        return reduce(FA__REDUCE_##id, a, axes, options, err);                                                         \
    }
FA__REDUCTIONS(X)
#undef X

fa_array *fa_astype(fa_array *array, const fa_dtype *dtype, fa_error *err)
{
    if (!fa_failed(err) && dtype == NULL)
        fa__fail(err, FA_INVALID_ARGUMENT, "astype needs a dtype");
    fa__node *input = fa__leaf(array, err);
    fa__node *node = input != NULL ? fa__node_cast(input, dtype, err) : NULL;
    fa__node_release(input);
    return fa__array_of(node, err);
}

/* ---- Text ----------------------------------------------------------------------------------------------------- */

/* The variables of an expression, each with the view that the graph gets. */
typedef struct bindings {
    fa_vars vars;
    fa_array **views;
} bindings;

static fa_array *find(const char *name, size_t length, void *user)
{
    bindings *b = user;
    for (int i = 0; i < b->vars.count; i++)
        if (strlen(b->vars.vars[i].name) == length && memcmp(b->vars.vars[i].name, name, length) == 0)
            return b->views[i];
    return NULL;
}

/* The number of single-character edits between two short names; a bound when it is more than `most`. */
static int distance(const char *a, size_t a_length, const char *b, size_t b_length, int most)
{
    int row[65];
    if (a_length > 64 || b_length > 64)
        return most + 1;
    for (size_t k = 0; k <= b_length; k++)
        row[k] = (int)k;
    for (size_t i = 1; i <= a_length; i++) {
        int diagonal = row[0];
        row[0] = (int)i;
        for (size_t k = 1; k <= b_length; k++) {
            int change = diagonal + (a[i - 1] != b[k - 1]);
            diagonal = row[k];
            int least = row[k] < row[k - 1] ? row[k] + 1 : row[k - 1] + 1;
            row[k] = change < least ? change : least;
        }
    }
    return row[b_length];
}

static const char *nearest(const char *name, size_t length, void *user)
{
    bindings *b = user;
    const char *best = NULL;
    int least = 3;
    for (int i = 0; i < b->vars.count; i++) {
        int d = distance(name, length, b->vars.vars[i].name, strlen(b->vars.vars[i].name), least);
        if (d < least) {
            least = d;
            best = b->vars.vars[i].name;
        }
    }
    return best;
}

static bool bind(bindings *b, fa_error *err)
{
    b->views = fa__alloc_zero((size_t)b->vars.count, sizeof(fa_array *), err);
    for (int i = 0; i < b->vars.count && !fa_failed(err); i++) {
        const fa_variable *v = &b->vars.vars[i];
        fa__geometry geometry;
        if (v->name == NULL || v->array == NULL)
            return fa__fail(err, FA_INVALID_ARGUMENT, "variable %d (%s) has no %s", i + 1,
                            v->name != NULL ? v->name : "?", v->name != NULL ? "array" : "name");
        fa__view_geometry(v->array, &geometry);
        b->views[i] = fa__view_like(v->array, &geometry, err);
    }
    return !fa_failed(err);
}

static fa__node *parse(const char *text, fa_vars vars, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    if (text == NULL) {
        fa__fail(err, FA_INVALID_ARGUMENT, "the expression is NULL");
        return NULL;
    }
    bindings b = {.vars = vars};
    fa__node *node = NULL;
    if (bind(&b, err)) {
        fa__names names = {.find = find, .nearest = nearest, .user = &b};
        node = fa__parse(text, &names, err);
    }
    for (int i = 0; b.views != NULL && i < vars.count; i++)
        fa_release(b.views[i]);
    fa__free(b.views);
    return node;
}

fa_array *fa_eval(const char *text, fa_vars vars, fa_error *err)
{
    return fa__array_of(parse(text, vars, err), err);
}

void fa_eval_into(fa_array *target, const char *text, fa_vars vars, fa_error *err)
{
    if (fa__unusable(target, err))
        return;
    fa__node *node = parse(text, vars, err);
    bool ours = node != NULL && node->kind != FA__NODE_LEAF; /* a leaf is a view of somebody's array */
    fa_array *value = fa__array_of(node, err);
    if (value != NULL)
        fa__write(target, value, ours, NULL, err);
    fa_release(value);
}

size_t fa_expression(fa_array *array, char *text, size_t size, fa_array **leaves, int capacity, int *leaf_count,
                     fa_error *err)
{
    fa__node *leaf = fa__leaf(array, err);
    int count = 0;
    if (leaf == NULL || fa__engine_busy(err) || !fa__engine_enter(NULL, err)) {
        fa__node_release(leaf);
        return 0;
    }
    size_t length = leaf == NULL ? 0
                                 : fa__graph_text(leaf, fa__pending_graph, text, size, leaves, capacity,
                                                  leaf_count != NULL ? leaf_count : &count, err);
    /* An array that is computed is its own leaf; ours is about to go. */
    if (leaf != NULL && capacity > 0 && leaves != NULL && leaves[0] == leaf->array)
        leaves[0] = array;
    fa__engine_leave();
    fa__node_release(leaf);
    return length;
}
