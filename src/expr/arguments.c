/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading the arguments of calls as what functions take: numbers, axes, shapes, dtypes. Knows nothing about
 * functions. */
#include "expr/functions.h"

#include "base/memory.h"

#include <limits.h>
#include <string.h>

fa__nodes *fa__nodes_new(int count, fa_error *err)
{
    fa__nodes *nodes = fa__alloc_zero(1, sizeof *nodes + (size_t)count * sizeof nodes->items[0], err);
    if (nodes != NULL)
        nodes->count = count;
    return nodes;
}

void fa__nodes_release(fa__nodes *nodes)
{
    for (int i = 0; nodes != NULL && i < nodes->count; i++)
        fa__node_release(nodes->items[i]);
    fa__free(nodes);
}

bool fa__value_text(fa__value *value, fa_error *err)
{
    fa__node *node = fa__node_text(value->as.text.start, value->as.text.length, value->as.text.is_bytes, err);
    if (node == NULL)
        return false;
    value->kind = FA__VALUE_NODE;
    value->node = node;
    return true;
}

void fa__value_release(fa__value *value)
{
    fa__node_release(value->node);
    if (value->kind == FA__VALUE_TUPLE)
        fa__free(value->as.tuple);
    if (value->kind == FA__VALUE_NODES)
        fa__nodes_release(value->as.nodes);
}

const char *fa__value_words(const fa__value *value)
{
    switch (value->kind) {
    case FA__VALUE_NODE:
        return fa__node_is_weak(value->node) ? "a number" : "an array";
    case FA__VALUE_NODES:
        return "a tuple of arrays";
    case FA__VALUE_NONE:
        return "None";
    case FA__VALUE_TEXT:
        return "a text";
    case FA__VALUE_TUPLE:
        return "a tuple";
    case FA__VALUE_FUNCTION:
    case FA__VALUE_METHOD:
        return "a function";
    case FA__VALUE_NUMPY:
        return "the name of NumPy";
    case FA__VALUE_KEYWORD:
        return "a keyword";
    case FA__VALUE_COLON:
        return "':'";
    case FA__VALUE_ELLIPSIS:
        return "'...'";
    case FA__VALUE_COMMA:
        return "','";
    }
    return "";
}

static bool wrong(const fa__bound_call *call, int index, const char *expected)
{
    const fa__value *value = call->arguments[index];
    const char *name = call->function != NULL ? call->function->name : "";
    return fa__fail_at_column(call->err, FA_BAD_EXPRESSION, value->column, "%s%s%s where %s is expected",
                              name, name[0] ? "(): " : "", fa__value_words(value), expected);
}

bool fa__argument_given(const fa__bound_call *call, int index)
{
    return call->arguments[index] != NULL && call->arguments[index]->kind != FA__VALUE_NONE;
}

fa__node *fa__argument_node(const fa__bound_call *call, int index)
{
    const fa__value *value = call->arguments[index];
    if (fa_failed(call->err))
        return NULL;
    if (value->kind == FA__VALUE_TEXT && !fa__value_text((fa__value *)value, call->err)) {
        call->err->column = value->column;
        return NULL;
    }
    if (fa__value_array(value) != NULL)
        return fa__value_array(value);
    wrong(call, index, "an array");
    return NULL;
}

/* The constant that an argument is; false, without an error, where it is none. */
static bool constant_at(const fa__bound_call *call, int index, fa__constant *constant)
{
    const fa__value *value = call->arguments[index];
    if (value->kind != FA__VALUE_NODE || !fa__node_is_weak(value->node))
        return false;
    *constant = fa__constant_of(value->node);
    return true;
}

int64_t fa__argument_int(const fa__bound_call *call, int index, int64_t otherwise)
{
    fa__constant constant;
    if (fa_failed(call->err) || !fa__argument_given(call, index))
        return otherwise;
    if (constant_at(call, index, &constant) && constant.kind == FA__WEAK_INT && constant.integer <= INT64_MAX)
        return (int64_t)constant.integer;
    wrong(call, index, "a whole number");
    return otherwise;
}

double fa__argument_float(const fa__bound_call *call, int index, double otherwise)
{
    fa__constant constant;
    if (fa_failed(call->err) || !fa__argument_given(call, index))
        return otherwise;
    if (constant_at(call, index, &constant) && constant.kind == FA__WEAK_INT)
        return (double)constant.integer;
    if (constant_at(call, index, &constant) && constant.kind == FA__WEAK_FLOAT)
        return constant.real;
    wrong(call, index, "a number");
    return otherwise;
}

bool fa__argument_bool(const fa__bound_call *call, int index, bool otherwise)
{
    fa__constant constant;
    if (fa_failed(call->err) || !fa__argument_given(call, index))
        return otherwise;
    if (constant_at(call, index, &constant) &&
        (constant.kind == FA__WEAK_BOOL || constant.kind == FA__WEAK_INT))
        return constant.integer != 0;
    wrong(call, index, "True or False");
    return otherwise;
}

static const fa_dtype *dtype_of_text(const fa__bound_call *call, const fa__value *value)
{
    char *text = fa__copy_text(value->as.text.start, value->as.text.length, call->err);
    if (text == NULL)
        return NULL;
    const fa_dtype *dtype = fa_dtype_parse(text, call->err);
    if (dtype == NULL) /* its column counts from behind the quote */
        call->err->column = value->column + (call->err->column > 0 ? call->err->column : 0);
    fa__free(text);
    return dtype;
}

const fa_dtype *fa__argument_dtype(const fa__bound_call *call, int index)
{
    if (fa_failed(call->err) || !fa__argument_given(call, index))
        return NULL;
    const fa__value *value = call->arguments[index];
    if (value->kind == FA__VALUE_TEXT)
        return dtype_of_text(call, value);
    const fa_dtype *dtype = NULL;
    if (value->kind == FA__VALUE_FUNCTION)
        dtype = fa__function_type(value->as.function);
    if (dtype == NULL)
        wrong(call, index, "a dtype, as 'f4' or float32,");
    return dtype;
}

bool fa__argument_tuple(const fa__bound_call *call, int index, fa__tuple *tuple)
{
    if (fa_failed(call->err))
        return false;
    const fa__value *value = call->arguments[index];
    if (value->kind == FA__VALUE_TUPLE && value->as.tuple != NULL) {
        *tuple = *value->as.tuple;
        return true;
    }
    if (value->kind != FA__VALUE_NODE)
        return wrong(call, index, "a tuple of whole numbers");
    tuple->count = 1;
    tuple->items[0] = fa__argument_int(call, index, 0);
    return !fa_failed(call->err);
}

bool fa__argument_axes(const fa__bound_call *call, int index, int storage[FA_MAX_NDIM], fa_axes *axes)
{
    *axes = FA_ALL_AXES;
    if (fa_failed(call->err) || !fa__argument_given(call, index))
        return !fa_failed(call->err);
    fa__tuple tuple;
    if (!fa__argument_tuple(call, index, &tuple))
        return false;
    for (int i = 0; i < tuple.count; i++) {
        if (tuple.items[i] > INT_MAX || tuple.items[i] < INT_MIN)
            return fa__fail_at_column(call->err, FA_BAD_INDEX, call->arguments[index]->column,
                                      "axis %lld is out of bounds", (long long)tuple.items[i]);
        storage[i] = (int)tuple.items[i];
    }
    axes->count = tuple.count;
    axes->axes = storage;
    return true;
}
