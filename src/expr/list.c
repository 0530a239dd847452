/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers in brackets as the arrays that NumPy makes of them: [1, 2, 5], [[True, False], [False, True]].
 * Knows nothing about what they are used for. */
#include "expr/calls.h"

#include "kernel/kernel.h"

/* What all numbers have in common; sizes[] are those of the first ones found at each depth. */
typedef struct survey {
    int ndim;
    int64_t sizes[FA__MAX_LIST_DEPTH + 1];
    fa_type type;
    bool has_number, is_even, is_numbers;
} survey;

static fa_type type_of(const fa__constant *constant)
{
    if (constant->kind == FA__WEAK_INT && constant->integer > INT64_MAX)
        return FA_TYPE_UINT64;
    return fa__weak_type(constant->kind);
}

static void meet(survey *s, fa_type type, int depth)
{
    s->is_even = s->is_even && (!s->has_number || s->ndim == depth);
    s->ndim = depth;
    s->type = s->has_number ? fa__promote(s->type, type) : type;
    s->has_number = true;
}

static void meet_brackets(survey *s, int64_t count, int depth)
{
    if (s->sizes[depth] < 0)
        s->sizes[depth] = count;
    s->is_even = s->is_even && s->sizes[depth] == count;
    if (count == 0)
        meet(s, FA_TYPE_FLOAT64, depth + 1);
}

/* Recursion is bounded by FA__MAX_LIST_DEPTH. */
static void look(survey *s, const fa__value *value, int depth)
{
    if (value->kind == FA__VALUE_TUPLE) {
        meet_brackets(s, value->as.tuple->count, depth);
        if (value->as.tuple->count > 0)
            meet(s, FA_TYPE_INT64, depth + 1);
    } else if (value->kind == FA__VALUE_LIST) {
        meet_brackets(s, value->as.list->count, depth);
        for (int i = 0; i < value->as.list->count && s->is_numbers; i++)
            look(s, &value->as.list->items[i], depth + 1);
    } else if (value->kind == FA__VALUE_NODE && fa__node_is_weak(value->node)) {
        fa__constant constant = fa__constant_of(value->node);
        meet(s, type_of(&constant), depth);
    } else {
        s->is_numbers = false;
    }
}

/* Writes the numbers in order; gives where the next one goes. */
static char *put(const fa__value *value, fa_type type, char *to, fa_error *err)
{
    if (value->kind == FA__VALUE_TUPLE) {
        fa__convert_find(FA_TYPE_INT64, type)(to, value->as.tuple->items, value->as.tuple->count);
        return to + value->as.tuple->count * fa__type_bytes(type);
    }
    if (value->kind == FA__VALUE_NODE) {
        fa__constant constant = fa__constant_of(value->node);
        fa__constant_convert(&constant, type, to, err);
        return to + fa__type_bytes(type);
    }
    for (int i = 0; i < value->as.list->count; i++)
        to = put(&value->as.list->items[i], type, to, err);
    return to;
}

fa__node *fa__numbers_node(const fa__value *value, fa_error *err)
{
    survey s = {.is_even = true,
                .is_numbers = value->kind == FA__VALUE_TUPLE || value->kind == FA__VALUE_LIST};
    fa__geometry geometry = {.ndim = 0};
    int64_t count, item_bytes;
    if (fa_failed(err) || !s.is_numbers)
        return NULL;
    for (int i = 0; i <= FA__MAX_LIST_DEPTH; i++)
        s.sizes[i] = -1;
    look(&s, value, 0);
    if (!s.is_numbers)
        return NULL;
    if (!s.is_even) {
        fa__fail_at_column(err, FA_BAD_SHAPE, value->column, "lists of different lengths make no array");
        return NULL;
    }
    geometry.ndim = s.ndim;
    for (int i = 0; i < s.ndim; i++)
        geometry.sizes[i] = s.sizes[i];
    item_bytes = fa__type_bytes(s.type);
    if (!fa__shape_count(geometry.ndim, geometry.sizes, item_bytes, &count, err))
        return NULL;
    fa__strides_c(geometry.ndim, geometry.sizes, item_bytes, geometry.strides);
    fa__source *source = fa__memory_source(count * item_bytes, err);
    if (source != NULL)
        put(value, s.type, fa__source_memory(source), err);
    fa_array *made = source != NULL ? fa__view(source, fa_dtype_of(s.type), &geometry, true, err) : NULL;
    fa__node *node = made != NULL ? fa__node_leaf(made, err) : NULL;
    fa_release(made);
    fa__source_release(source);
    return node;
}
