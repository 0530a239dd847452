/* SPDX-License-Identifier: BSD-3-Clause */
/* Operations on strings: which inputs they take, and how wide their results are. Where the width of a
 * result depends on values, it is looked at when the node is made, as NumPy does. */
#include "expr/node.h"
#include "expr/take.h"
#include "expr/types.h"

#include "array/convert.h"
#include "array/source.h"
#include "kernel/strings.h"

#include <string.h>

typedef struct row {
    const char *name, *kinds;
    fa__string_result result;
} row;

static const row rows[] = {
#define ROW(id, name, parameters, kinds, result, documentation) {#name, #kinds, FA__STRING_GIVES_##result},
    FA__STRING_OPERATIONS(ROW)
#undef ROW
};

const char *fa__string_operation_name(int operation)
{
    return rows[operation].name;
}

bool fa__string_operation_makes_strings(int operation)
{
    return rows[operation].result >= FA__STRING_GIVES_SAME;
}

static bool is_string(const fa__node *node)
{
    return node->dtype->type == FA_TYPE_BYTES || node->dtype->type == FA_TYPE_STRING;
}

/* ---- Inputs ---- */

static bool refuse(const char *name, const fa__node *input, const char *wanted, fa_error *err)
{
    char text[96];
    fa__dtype_display(input->dtype, text, sizeof text);
    return fa__fail(err, FA_BAD_TYPES, "'strings.%s' takes %s, not %s", name, wanted, text);
}

/* The input in the machine's byte order. */
static fa__node *as_string(fa__node *input, fa_error *err)
{
    const fa_dtype *dtype = fa__dtype_native(input->dtype, err);
    fa__node *node = dtype != NULL ? fa__node_as_input(input, dtype, err) : NULL;
    fa_dtype_release(dtype);
    return node;
}

/* Whether NumPy takes an input as the first string's dtype: what fills up, and separators. */
static bool follows_first(fa__string_operation operation, int input)
{
    switch (operation) {
    case FA__STRING_CENTER:
    case FA__STRING_LJUST:
    case FA__STRING_RJUST:
        return input == 2;
    default:
        return input == 1 && operation >= FA__STRING_BEFORE && operation <= FA__STRING_RAFTER;
    }
}

static fa__node *as_count(const char *name, fa__node *input, fa_error *err)
{
    bool is_whole =
        fa__type_is_numeric(input->dtype->type) && strchr("biu", fa__type_kind(input->dtype->type)) != NULL;
    if (!is_whole) {
        refuse(name, input, "whole numbers", err);
        return NULL;
    }
    return fa__node_as_input(input, FA_INT64, err);
}

/* ---- Making ---- */

/* Inputs that have been converted. */
typedef struct made_of {
    fa__node *inputs[FA__STRING_INPUTS];
    int count;
} made_of;

static fa__node *node_of(fa__string_operation operation, made_of *of, const fa_dtype *result, fa_error *err)
{
    int ndims[FA__STRING_INPUTS], ndim;
    const int64_t *shapes[FA__STRING_INPUTS];
    int64_t sizes[FA_MAX_NDIM], elements;
    for (int i = 0; i < of->count; i++) {
        ndims[i] = of->inputs[i]->ndim;
        shapes[i] = of->inputs[i]->sizes;
    }
    if (result == NULL || !fa__broadcast(of->count, ndims, shapes, &ndim, sizes, err) ||
        !fa__shape_count(ndim, sizes, result->item_bytes, &elements, err))
        return NULL;
    fa__node *node = fa__node_new(FA__NODE_STRING, result, ndim, sizes, of->count, of->inputs, err);
    if (node == NULL)
        return NULL;
    node->code = (int)operation;
    fa__layout_of_result(of->count, of->inputs, ndim, sizes, result->item_bytes, node->strides);
    return node;
}

/* The most characters that a result has. */
static bool measure(fa__string_operation operation, made_of *of, int64_t *width, fa_error *err)
{
    fa__node *lengths = node_of(operation, of, FA_INT64, err), *most = NULL;
    fa__reduce_arguments all = {.axes = FA_ALL_AXES};
    *width = 0;
    if (lengths != NULL && fa__count(lengths->ndim, lengths->sizes) > 0)
        most = fa__node_reduce(FA__REDUCE_MAX, lengths, &all, err);
    fa_array *stands = most != NULL ? fa__stand(most, err) : NULL;
    if (stands != NULL) {
        int64_t one = 1, stride = sizeof *width;
        fa__box box = {1, sizeof *width, stands->offset, &one, &stride};
        fa__source_read(stands->source, &box, width, err);
    }
    fa_release(stands);
    fa__node_release(most);
    fa__node_release(lengths);
    return !fa_failed(err);
}

static const fa_dtype *result_dtype(fa__string_operation operation, made_of *of, fa_error *err)
{
    const fa_dtype *first = of->inputs[0]->dtype;
    const bool recodes = rows[operation].result == FA__STRING_GIVES_RECODED;
    const fa_type type =
        recodes ? first->type == FA_TYPE_STRING ? FA_TYPE_BYTES : FA_TYPE_STRING : first->type;
    int64_t character = type == FA_TYPE_STRING ? 4 : 1, width;
    switch (rows[operation].result) {
    case FA__STRING_GIVES_TRUTH:
        return FA_BOOL;
    case FA__STRING_GIVES_COUNT:
        return FA_INT64;
    case FA__STRING_GIVES_SAME:
        return fa_dtype_retain(first);
    case FA__STRING_GIVES_SUM:
        return fa__dtype_flexible(first->type, first->item_bytes + of->inputs[1]->dtype->item_bytes, false,
                                  err);
    case FA__STRING_GIVES_MEASURED:
    case FA__STRING_GIVES_RECODED:
        break;
    }
    if (!measure(operation, of, &width, err))
        return NULL;
    /* A separator's width is that of all separators, where any is found. */
    if (operation == FA__STRING_SEPARATOR || operation == FA__STRING_RSEPARATOR) {
        made_of separator = {.inputs = {of->inputs[1]}, .count = 1};
        int64_t found = width;
        if (!measure(FA__STRING_STR_LEN, &separator, &width, err))
            return NULL;
        width = found == 0 ? 1 : width;
    }
    if (width > FA__MAX_ITEM_BYTES / character) {
        fa__fail(err, FA_TOO_LARGE, "'strings.%s' makes strings of %lld characters", rows[operation].name,
                 (long long)width);
        return NULL;
    }
    return fa__dtype_flexible(type, width * character, false, err);
}

fa__node *fa__node_string(fa__string_operation operation, int count, fa__node *const *inputs, fa_error *err)
{
    if (!fa__nodes_usable(count, inputs, err))
        return NULL;
    const row *of = &rows[operation];
    made_of made = {.count = count};
    for (int i = 0; i < count && !fa_failed(err); i++) {
        bool follows = i > 0 && follows_first(operation, i);
        if (of->kinds[i] == 'i')
            made.inputs[i] = as_count(of->name, inputs[i], err);
        else if (!is_string(inputs[i]))
            refuse(of->name, inputs[i], "strings", err);
        else if (follows)
            made.inputs[i] = fa__node_as_input(inputs[i], made.inputs[0]->dtype, err);
        else if (i > 0 && inputs[i]->dtype->type != inputs[0]->dtype->type)
            refuse(of->name, inputs[i], "bytes with bytes, and Unicode with Unicode", err);
        else
            made.inputs[i] = as_string(inputs[i], err);
    }
    if (!fa_failed(err) && fa__string_loop_find(operation, inputs[0]->dtype->type) == NULL)
        refuse(of->name, inputs[0], operation == FA__STRING_DECODE ? "bytes" : "Unicode strings", err);
    const fa_dtype *result = fa_failed(err) ? NULL : result_dtype(operation, &made, err);
    fa__node *node = fa_failed(err) ? NULL : node_of(operation, &made, result, err);
    fa_dtype_release(result);
    for (int i = 0; i < count; i++)
        fa__node_release(made.inputs[i]);
    return node;
}

fa__node *fa__node_compare_strings(fa__operation operation, fa__node *const *inputs, fa_error *err)
{
    if (!is_string(inputs[0]) || inputs[0]->dtype->type != inputs[1]->dtype->type) {
        fa__node_refuse_types(operation, inputs, err);
        return NULL;
    }
    fa__node *ready[2] = {as_string(inputs[0], err), as_string(inputs[1], err)}, *node = NULL;
    if (!fa_failed(err))
        node = fa__node_elementwise(operation, inputs, ready, FA_BOOL, ready[0]->dtype->type, err);
    fa__node_release(ready[0]);
    fa__node_release(ready[1]);
    return node;
}

/* ---- What is left out ---- */

/* A bound of a slice where its step goes back, and where it does not; one that is left out does not. */
static fa__node *by_step(fa__node *step, int64_t back, int64_t ahead, fa_error *err)
{
    if (step == NULL)
        return fa__node_int(ahead, err);
    fa__node *zero = fa__node_int(0, err), *is_back = NULL, *node = NULL;
    if (zero != NULL)
        is_back = fa__node_operation(FA__OP_LESS, (fa__node *const[]){step, zero}, err);
    fa__node *values[3] = {is_back, fa__node_int(back, err), fa__node_int(ahead, err)};
    if (!fa_failed(err))
        node = fa__node_operation(FA__OP_WHERE, values, err);
    for (int i = 0; i < 3; i++)
        fa__node_release(values[i]);
    fa__node_release(zero);
    return node;
}

/* What is left out: all of a string, as often as it is found, 8 characters a tab. Spaces to strip and to fill
 * with are no input at all. */
static fa__node *left_out(fa__string_operation operation, int input, fa__node *const *given, fa_error *err)
{
    if (operation == FA__STRING_SLICE)
        return input == 3   ? fa__node_int(1, err)
               : input == 2 ? by_step(given[3], INT64_MIN, INT64_MAX, err)
                            : by_step(given[3], INT64_MAX, 0, err);
    if (operation == FA__STRING_EXPANDTABS)
        return fa__node_int(8, err);
    if (operation == FA__STRING_REPLACE)
        return fa__node_int(-1, err);
    return fa__node_int(input == 2 ? 0 : INT64_MAX, err);
}

fa__node *fa__node_string_with_defaults(fa__string_operation operation, fa__node *const *given, fa_error *err)
{
    fa__node *inputs[FA__STRING_INPUTS] = {NULL}, *defaults[FA__STRING_INPUTS] = {NULL};
    int count = (int)strlen(rows[operation].kinds);
    for (int i = 0; i < count && !fa_failed(err); i++) {
        bool optional = i > 0 && (rows[operation].kinds[i] == 'i' || i == count - 1);
        inputs[i] = given[i];
        if (given[i] == NULL && optional && rows[operation].kinds[i] == 's')
            count = i;
        else if (given[i] == NULL && optional)
            inputs[i] = defaults[i] = left_out(operation, i, given, err);
    }
    fa__node *node = fa__node_string(operation, count, inputs, err);
    for (int i = 0; i < FA__STRING_INPUTS; i++)
        fa__node_release(defaults[i]);
    return node;
}
