/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading the arguments of calls as what functions take: numbers, axes, shapes, dtypes. Knows nothing about
 * functions. */
#include "text/functions.h"

#include "expr/routines.h"
#include "text/user_kernels.h"

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
    if (value->kind == FA__VALUE_FUNCTION && value->as.function->kind == FA_OPERATION_KERNEL)
        fa__kernel_release(fa__kernel_of(value->as.function));
    if (value->kind == FA__VALUE_LIST) {
        for (int i = 0; i < value->as.list->count; i++)
            fa__value_release(&value->as.list->items[i]);
        fa__free(value->as.list);
    }
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
        return value->node != NULL ? "a list" : "a tuple";
    case FA__VALUE_LIST:
        return "a list";
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
    if (fa__is_sequence(value) && value->node == NULL) /* of texts, of arrays, or a tuple */
        ((fa__value *)value)->node = fa__sequence_array(value, call->err);
    if (fa__value_array(value) != NULL || fa_failed(call->err))
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
    if (value->kind == FA__VALUE_TUPLE) {
        *tuple = *value->as.tuple;
        return true;
    }
    if (value->kind == FA__VALUE_LIST && value->as.list->count > FA_MAX_NDIM)
        return fa__fail_at_column(call->err, FA_BAD_EXPRESSION, value->column,
                                  "%s(): %d numbers where a tuple of at most %d is expected",
                                  call->function != NULL ? call->function->name : "", value->as.list->count,
                                  FA_MAX_NDIM);
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

fa__node *fa__argument_named(const fa__bound_call *call, const char *name)
{
    int at = fa__argument_position(call, name);
    return at >= 0 && fa__argument_given(call, at) ? fa__argument_node(call, at) : NULL;
}

bool fa__argument_reduce(const fa__bound_call *call, int storage[FA_MAX_NDIM],
                         fa__reduce_arguments *arguments)
{
    int axis = fa__argument_position(call, "axis"), dtype = fa__argument_position(call, "dtype"),
        out = fa__argument_position(call, "out"), ddof = fa__argument_position(call, "ddof"),
        correction = fa__argument_position(call, "correction"),
        keepdims = fa__argument_position(call, "keepdims");
    *arguments = (fa__reduce_arguments){.axes = FA_ALL_AXES,
                                        .initial = fa__argument_named(call, "initial"),
                                        .where = fa__argument_named(call, "where"),
                                        .mean = fa__argument_named(call, "mean")};
    if (out >= 0 && fa__argument_given(call, out))
        fa__fail_at_column(call->err, FA_BAD_EXPRESSION, call->arguments[out]->column,
                           "%s(): out= is not part of expressions", call->function->name);
    if (correction >= 0 && fa__argument_given(call, correction)) {
        if (fa__argument_given(call, ddof))
            fa__fail_at_column(call->err, FA_BAD_EXPRESSION, call->arguments[correction]->column,
                               "ddof and correction can't be provided simultaneously.");
        ddof = correction;
    }
    if (ddof >= 0)
        arguments->ddof = fa__argument_float(call, ddof, 0);
    if (keepdims >= 0)
        arguments->keepdims = fa__argument_bool(call, keepdims, false);
    if (axis >= 0)
        fa__argument_axes(call, axis, storage, &arguments->axes);
    if (dtype >= 0)
        arguments->dtype = fa__argument_dtype(call, dtype);
    return !fa_failed(call->err);
}

/* ---- Arrays ---- */

/* The array that NumPy makes of a value; one reference. Recursion is bounded by FA__MAX_LIST_DEPTH. */
static fa__node *array_of(const fa__bound_call *call, const fa__value *value)
{
    fa_error *err = call->err;
    if (fa_failed(err))
        return NULL;
    if (fa__value_array(value) != NULL)
        return fa__node_strong(value->node, err);
    if (value->kind == FA__VALUE_TEXT)
        return fa__node_text(value->as.text.start, value->as.text.length, value->as.text.is_bytes, err);
    fa__nodes *nodes = fa__value_arrays(call, value);
    fa__node *node = NULL;
    if (nodes != NULL && nodes->count == 0)
        node = fa__node_generate(FA__GENERATE_ARANGE, FA_TYPE_FLOAT64, FA_SHAPE(0),
                                 &(fa__generator_params){.b = 1}, err);
    else if (nodes != NULL)
        node = fa__node_stack(nodes->count, nodes->items, 0, err);
    fa__nodes_release(nodes);
    return node;
}

fa__node *fa__sequence_array(const fa__value *value, fa_error *err)
{
    return array_of(&(fa__bound_call){.err = err}, value);
}

fa__node *fa__argument_array(const fa__bound_call *call, int index)
{
    return array_of(call, call->arguments[index]);
}

fa__node *fa__argument_positions(const fa__bound_call *call, int index)
{
    const fa__value *value = call->arguments[index];
    if (value->kind == FA__VALUE_NODE || fa__value_array(value) == NULL || fa_failed(call->err))
        return fa__argument_array(call, index);
    fa__node *node = fa__value_as(value, FA_INT64, call->err);
    fa__node *whole = node != NULL ? fa__node_cast(node, FA_INT64, call->err) : NULL;
    fa__node_release(node);
    return whole;
}

int64_t fa__argument_truncated(const fa__bound_call *call, int index)
{
    fa__constant constant;
    if (fa_failed(call->err) || !constant_at(call, index, &constant))
        return fa__argument_int(call, index, 0);
    if (constant.kind == FA__WEAK_BOOL)
        return constant.integer != 0;
    if (constant.kind == FA__WEAK_FLOAT && constant.real > -0x1p63 && constant.real < 0x1p63)
        return (int64_t)constant.real;
    return fa__argument_int(call, index, 0);
}

/* The arrays of its first axis. */
static fa__nodes *rows_of(const fa__bound_call *call, const fa__value *value)
{
    fa__node *node = value->node;
    enum { MANY = 1 << 20 };
    if (node->ndim == 0 || node->sizes[0] > MANY) {
        fa__fail_at_column(call->err, FA_BAD_SHAPE, value->column, "%s where a list of arrays is expected",
                           node->ndim == 0 ? "a 0-d array" : "an array of more than a million rows");
        return NULL;
    }
    fa__nodes *nodes = fa__nodes_new((int)node->sizes[0], call->err);
    for (int i = 0; nodes != NULL && i < nodes->count; i++) {
        fa__geometry geometry;
        fa__node_geometry(node, &geometry);
        if (fa__geometry_index(&geometry, FA_INDEX(fa_at(i)), &geometry, call->err))
            nodes->items[i] = fa__node_view(node, &geometry, call->err);
    }
    return nodes;
}

fa__nodes *fa__value_arrays(const fa__bound_call *call, const fa__value *value)
{
    fa_error *err = call->err;
    fa__nodes *nodes = NULL;
    if (fa_failed(err))
        return NULL;
    if (value->kind == FA__VALUE_NODE) {
        nodes = rows_of(call, value);
    } else if (value->kind == FA__VALUE_NODES) {
        nodes = fa__nodes_new(value->as.nodes->count, err);
        for (int i = 0; nodes != NULL && i < nodes->count; i++)
            nodes->items[i] = fa__node_retain(value->as.nodes->items[i]);
    } else if (value->kind == FA__VALUE_TUPLE) {
        nodes = fa__nodes_new(value->as.tuple->count, err);
        for (int i = 0; nodes != NULL && i < nodes->count; i++)
            nodes->items[i] = fa__node_scalar(FA_TYPE_INT64, &value->as.tuple->items[i], err);
    } else if (value->kind == FA__VALUE_LIST) {
        nodes = fa__nodes_new(value->as.list->count, err);
        for (int i = 0; nodes != NULL && i < nodes->count; i++)
            nodes->items[i] = array_of(call, &value->as.list->items[i]);
    } else {
        fa__fail_at_column(err, FA_BAD_EXPRESSION, value->column, "%s%s%s where arrays are expected",
                           call->function != NULL ? call->function->name : "",
                           call->function != NULL ? "(): " : "", fa__value_words(value));
    }
    if (!fa_failed(err))
        return nodes;
    fa__nodes_release(nodes);
    return NULL;
}

fa__nodes *fa__argument_arrays(const fa__bound_call *call, int index)
{
    return fa__value_arrays(call, call->arguments[index]);
}

bool fa__argument_is(const fa__bound_call *call, int index, const char *word)
{
    const fa__value *value = call->arguments[index];
    return value != NULL && value->kind == FA__VALUE_TEXT && value->as.text.length == strlen(word) &&
           memcmp(value->as.text.start, word, value->as.text.length) == 0;
}

/* ---- What functions that move share ---- */

bool fa__argument_refuse(const fa__bound_call *call, int index, const char *what)
{
    return fa__fail_at_column(call->err, FA_BAD_EXPRESSION, call->arguments[index]->column, "%s(): %s",
                              call->function->name, what);
}

bool fa__argument_refuse_out(const fa__bound_call *call, int index)
{
    return !fa__argument_given(call, index) ||
           fa__argument_refuse(call, index, "out= is not part of expressions");
}

const int *fa__argument_axis(const fa__bound_call *call, int index, int *axis)
{
    if (!fa__argument_given(call, index))
        return NULL;
    int64_t given = fa__argument_int(call, index, 0);
    *axis = given >= INT_MIN && given <= INT_MAX ? (int)given : INT_MAX;
    return axis;
}

int fa__argument_axis_or(const fa__bound_call *call, int index, int otherwise)
{
    int axis = otherwise;
    fa__argument_axis(call, index, &axis);
    return axis;
}

fa__node *fa__call_of_array(const fa__bound_call *call, fa__node *(*routine)(fa__node *a, fa_error *err))
{
    fa__node *a = fa__argument_array(call, 0);
    fa__node *node = a != NULL ? routine(a, call->err) : NULL;
    fa__node_release(a);
    return node;
}

fa__node *fa__call_gives_numbers(const fa__bound_call *call, int count, const int64_t *numbers)
{
    fa__tuple *tuple = fa__alloc_zero(1, sizeof *tuple, call->err);
    if (tuple == NULL)
        return NULL;
    tuple->count = count;
    memcpy(tuple->items, numbers, (size_t)count * sizeof *numbers);
    *call->numbers = tuple;
    return NULL;
}

fa__node *fa__call_gives(const fa__bound_call *call, fa__nodes *nodes)
{
    if (fa_failed(call->err))
        fa__nodes_release(nodes);
    else
        *call->several = nodes;
    return NULL;
}

bool fa__argument_is_array(const fa__bound_call *call, int index)
{
    const fa__value *value = call->arguments[index];
    return (value->kind == FA__VALUE_NODE && !fa__node_is_weak(value->node)) || value->kind == FA__VALUE_LIST;
}
