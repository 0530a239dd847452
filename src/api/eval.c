/* SPDX-License-Identifier: BSD-3-Clause */
/* Text to pending arrays and back, and indices as text. Knows names of variables, and nothing about grammar.
 */
#include "text/text.h"
#include "api/api.h"

#include <farray/choose.h>

#include "array/slice.h"
#include "base/memory.h"
#include "text/calls.h"

#include <stdio.h>
#include <string.h>

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

static const char *nearest(const char *name, size_t length, void *user)
{
    bindings *b = user;
    const char *best = NULL;
    int least = 3;
    for (int i = 0; i < b->vars.count; i++) {
        int d = fa__distance(name, length, b->vars.vars[i].name, strlen(b->vars.vars[i].name), least);
        if (d < least && d < (int)length) {
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

static void unbind(bindings *b)
{
    for (int i = 0; b->views != NULL && i < b->vars.count; i++)
        fa_release(b->views[i]);
    fa__free(b->views);
}

fa__node *fa__parse_for(const fa_dtype *dtype, const char *text, fa_vars vars, fa_error *err)
{
    bindings b = {.vars = vars};
    fa__names names = {.find = find, .nearest = nearest, .user = &b};
    if (fa_failed(err))
        return NULL;
    fa__node *node = bind(&b, err) ? fa__parse_as(text, &names, dtype, err) : NULL;
    unbind(&b);
    return node;
}

fa_array *fa_eval(const char *text, fa_vars vars, fa_error *err)
{
    return fa__array_of(fa__parse_for(NULL, text, vars, err), err);
}

static void eval_into(fa_array *target, const char *text, fa_vars vars, const fa_evaluate_options *options,
                      fa_error *err)
{
    if (fa__unusable(target, err))
        return;
    fa__node *node = fa__parse_for(target->dtype, text, vars, err);
    bool ours = node != NULL && node->kind != FA__NODE_LEAF; /* a leaf is a view of somebody's array */
    fa_array *value = fa__array_of(node, err);
    if (value != NULL)
        fa__write(target, value, ours, options, err);
    fa_release(value);
}

void fa_eval_into(fa_array *target, const char *text, fa_vars vars, fa_error *err)
{
    eval_into(target, text, vars, NULL, err);
}

/* ---- Indices as text ---- */

/* An index as text: what slices and fields of it make of the array, and the brackets behind them, which hold
 * more; NULL where there are none. */
typedef struct index_text {
    fa_array *base;
    char *rest;
    int column; /* of the rest, less 1 */
} index_text;

/* Where the bracket that opens at text[at] is closed; `length` where it is not. */
static size_t closing(const char *text, size_t length, size_t at)
{
    int depth = 0;
    char quote = '\0';
    for (; at < length; at++) {
        if (quote != '\0')
            quote = (char)(text[at] == quote ? '\0' : quote);
        else if (text[at] == '\'' || text[at] == '"')
            quote = text[at];
        else if (strchr("([", text[at]) != NULL)
            depth++;
        else if (strchr(")]", text[at]) != NULL && --depth == 0)
            return at;
    }
    return length;
}

/* Brackets may be left out where there is one pair alone: "[0], :" has none around it. */
static bool has_brackets(const char *text, size_t length)
{
    size_t at = strspn(text, " \t");
    while (at < length && text[at] == '[') {
        size_t end = closing(text, length, at);
        at = end < length ? end + 1 + strspn(text + end + 1, " \t") : length + 1;
    }
    return at == length && length > 0;
}

/* Everything up to a last pair of brackets that has more in it than slices. */
static bool take_apart(fa_array *array, const char *given, index_text *index, fa_error *err)
{
    size_t length = strlen(given), room = length + 3, first = strspn(given, " \t");
    if (given[first] == '[' && closing(given, length, first) == length)
        return fa__fail_at_column(err, FA_BAD_INDEX, (int)first + 1, "'[' is never closed");
    char *text = fa__alloc(room, err);
    if (text == NULL)
        return false;
    bool bracketed = has_brackets(given, length);
    snprintf(text, room, "%s%s%s", bracketed ? "" : "[", given, bracketed ? "" : "]");
    length = strlen(text);
    size_t at = strspn(text, " \t");
    while (at < length && fa__index_is_basic(text, length, at)) {
        size_t end = closing(text, length, at);
        at = end < length ? end + 1 + strspn(text + end + 1, " \t") : length;
    }
    index->column = (int)at - (bracketed ? 0 : 1);
    index->rest = at < length ? fa__copy_text(text + at, length - at, err) : NULL;
    text[at] = '\0';
    bool all = at == length;
    index->base = at == 0 ? fa_retain(array) : fa_slice(array, all ? given : text, err);
    fa__free(text);
    return !fa_failed(err);
}

static void forget(index_text *index)
{
    fa_release(index->base);
    fa__free(index->rest);
}

/* An index whose arrays are pending arrays, for fa_index() and fa_assign_at(). */
typedef struct bound_index {
    int count, array_count;
    fa_index_part parts[FA__MAX_INDEX_PARTS];
    fa_array *arrays[FA__MAX_INDEX_PARTS];
} bound_index;

static bool bind_index(const index_text *text, fa_vars vars, bound_index *bound, fa_error *err)
{
    bindings b = {.vars = vars};
    fa__names names = {.find = find, .nearest = nearest, .user = &b};
    fa__index_text index = {0};
    *bound = (bound_index){0};
    if (bind(&b, err))
        fa__parse_index(text->rest, strlen(text->rest), &names, &index, err);
    if (err->column > 0)
        err->column += text->column;
    for (int i = 0; i < index.count && !fa_failed(err); i++) {
        bound->parts[bound->count++] = index.parts[i];
        if (index.parts[i].kind != FA__PART_ARRAY)
            continue;
        fa_array *part = fa__pending_array(index.arrays[bound->array_count], err);
        bound->parts[i].array = bound->arrays[bound->array_count++] = part;
    }
    fa__index_text_clear(&index);
    unbind(&b);
    return !fa_failed(err);
}

static void unbind_index(bound_index *bound)
{
    for (int i = 0; i < bound->array_count; i++)
        fa_release(bound->arrays[i]);
}

static bool may_index(fa_array *array, const char *index, fa_error *err)
{
    if (fa__unusable(array, err))
        return false;
    return index != NULL || fa__fail(err, FA_INVALID_ARGUMENT, "the text of an index is NULL");
}

fa_array *fa_eval_index(fa_array *array, const char *index, fa_vars vars, fa_error *err)
{
    index_text text = {0};
    bound_index bound = {0};
    fa_array *chosen = NULL;
    if (may_index(array, index, err) && take_apart(array, index, &text, err)) {
        if (text.rest == NULL)
            chosen = fa_retain(text.base);
        else if (bind_index(&text, vars, &bound, err))
            chosen = fa_index(text.base, (fa_index_parts){bound.count, bound.parts}, err);
        if (fa_failed(err) && err->column == 0 && text.rest != NULL)
            err->column = text.column + 1 > 0 ? text.column + 1 : 1;
    }
    unbind_index(&bound);
    forget(&text);
    return chosen;
}

void fa_eval_into_index(fa_array *target, const char *index, const char *text, fa_vars vars,
                        const fa_evaluate_options *options, fa_error *err)
{
    index_text where = {0};
    bound_index bound = {0};
    if (options != NULL && !FA__RESERVED_IS_ZERO(options, err))
        return;
    if (may_index(target, index, err) && take_apart(target, index, &where, err)) {
        if (where.rest == NULL) {
            eval_into(where.base, text, vars, options, err);
        } else if (bind_index(&where, vars, &bound, err)) {
            fa_array *value = fa__array_of(fa__parse_for(target->dtype, text, vars, err), err);
            if (value != NULL)
                fa_assign_at(where.base, (fa_index_parts){bound.count, bound.parts}, value, err);
            fa_release(value);
        }
    }
    unbind_index(&bound);
    forget(&where);
}

/* ---- Graphs as text ---- */

size_t fa_expression(fa_array *array, char *text, size_t size, fa_array **leaves, int capacity,
                     int *leaf_count, fa_error *err)
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
    /* What is no computation is its own text; the view that the graph had of it goes away here. */
    if (length > 0 && leaves != NULL && capacity > 0 && leaves[0] == leaf->array)
        leaves[0] = array;
    fa__node_release(leaf);
    return length;
}
