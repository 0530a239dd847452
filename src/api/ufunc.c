/* SPDX-License-Identifier: BSD-3-Clause */
/* Scans, and the methods of ufuncs by the names of their operations. */
#include "api/api.h"

#include <farray/ufunc.h>

#include <string.h>

bool fa__reduce_start(fa__reduce_arguments *arguments, fa_axes axes, const fa_reduce_options *options,
                      fa_error *err)
{
    *arguments = (fa__reduce_arguments){.axes = axes};
    if (fa_failed(err) || options == NULL)
        return !fa_failed(err);
    if (!FA__RESERVED_IS_ZERO(options, err))
        return false;
    arguments->keepdims = options->keepdims;
    arguments->dtype = options->dtype;
    arguments->ddof = options->ddof;
    arguments->initial = options->initial != NULL ? fa__leaf(options->initial, err) : NULL;
    arguments->where = options->where != NULL ? fa__leaf(options->where, err) : NULL;
    arguments->mean = options->mean != NULL ? fa__leaf(options->mean, err) : NULL;
    return !fa_failed(err);
}

void fa__reduce_end(fa__reduce_arguments *arguments)
{
    fa__node_release(arguments->initial);
    fa__node_release(arguments->where);
    fa__node_release(arguments->mean);
}

#define X(id, name, operation, documentation)                                            \
    fa_array *fa_##name(fa_array *a, fa_axes axes, const fa_dtype *dtype, fa_error *err) \
    {                                                                                    \
        fa__node *input = fa__leaf(a, err);                                              \
        fa__node *node = fa__node_scan(FA__SCAN_##id, input, axes, dtype, err);          \
        fa__node_release(input);                                                         \
        return fa__array_of(node, err);                                                  \
    }
FA__SCANS(X)
#undef X

bool fa__find_operation(const char *name, fa__operation *operation, fa_error *err)
{
    if (fa_failed(err))
        return false;
    for (int i = 0; name != NULL && i < FA__OPERATION_COUNT; i++)
        if (strcmp(fa__operations[i].name, name) == 0) {
            *operation = (fa__operation)i;
            return true;
        }
    return fa__fail(err, FA_UNKNOWN_NAME, "there is no operation '%s'", name != NULL ? name : "");
}

/* A leaf of one number becomes that number: nobody can tell when it was read. */
static void make_constant(fa__node **leaf, fa_array *array, fa_error *err)
{
    _Alignas(16) unsigned char element[16] = {0};
    if (array->ndim != 0 || !fa__type_is_numeric(array->dtype->type) || !fa__engine_read(array, element, err))
        return;
    fa__node_release(*leaf);
    *leaf = fa__node_scalar(array->dtype->type, element, err);
}

fa_array *fa_ufunc_reduce(const char *operation, fa_array *a, fa_axes axes, const fa_reduce_options *options,
                          fa_error *err)
{
    fa__operation code = FA__OP_ADD;
    fa__reduce_arguments arguments = {.axes = axes};
    fa__node *input = fa__leaf(a, err), *node = NULL;
    if (fa__find_operation(operation, &code, err) && fa__reduce_start(&arguments, axes, options, err)) {
        if (arguments.initial != NULL)
            make_constant(&arguments.initial, options->initial, err);
        node = fa__node_fold(code, input, &arguments, err);
    }
    fa__reduce_end(&arguments);
    fa__node_release(input);
    return fa__array_of(node, err);
}

fa_array *fa_ufunc_accumulate(const char *operation, fa_array *a, int axis, const fa_dtype *dtype,
                              fa_error *err)
{
    fa__operation code = FA__OP_ADD;
    fa__node *input = fa__leaf(a, err);
    fa__node *node =
        fa__find_operation(operation, &code, err) ? fa__node_accumulate(code, input, axis, dtype, err) : NULL;
    fa__node_release(input);
    return fa__array_of(node, err);
}

fa_array *fa_ufunc_reduceat(const char *operation, fa_array *a, fa_array *positions, int axis,
                            const fa_dtype *dtype, fa_error *err)
{
    fa__operation code = FA__OP_ADD;
    fa__node *input = fa__leaf(a, err), *places = fa__leaf(positions, err), *node = NULL;
    if (fa__find_operation(operation, &code, err))
        node = fa__node_reduceat(code, input, places, axis, dtype, err);
    fa__node_release(input);
    fa__node_release(places);
    return fa__array_of(node, err);
}

fa_array *fa_ufunc_outer(const char *operation, fa_array *a, fa_array *b, fa_error *err)
{
    fa__operation code = FA__OP_ADD;
    fa__node *first = fa__leaf(a, err), *second = fa__leaf(b, err);
    fa__node *node =
        fa__find_operation(operation, &code, err) ? fa__node_outer(code, first, second, err) : NULL;
    fa__node_release(first);
    fa__node_release(second);
    return fa__array_of(node, err);
}

fa_array *fa_average(fa_array *a, fa_array *weights, fa_axes axes, const fa_reduce_options *options,
                     fa_array **sum_of_weights, fa_error *err)
{
    fa__reduce_arguments arguments;
    fa__node *input = fa__leaf(a, err), *each = weights != NULL ? fa__leaf(weights, err) : NULL;
    fa__node *node = NULL, *sum = NULL;
    if (fa__reduce_start(&arguments, axes, options, err))
        node = fa__node_average(input, each, &arguments, sum_of_weights != NULL ? &sum : NULL, err);
    fa__reduce_end(&arguments);
    fa__node_release(input);
    fa__node_release(each);
    fa_array *average = fa__array_of(node, err);
    if (sum_of_weights != NULL)
        *sum_of_weights = fa__array_of(sum, err);
    return average;
}

fa_array *fa_diff(fa_array *a, int64_t n, int axis, fa_array *before, fa_array *behind, fa_error *err)
{
    fa__node *input = fa__leaf(a, err), *first = before != NULL ? fa__leaf(before, err) : NULL;
    fa__node *last = behind != NULL ? fa__leaf(behind, err) : NULL;
    fa__node *node = fa__node_diff(input, n, axis, first, last, err);
    fa__node_release(input);
    fa__node_release(first);
    fa__node_release(last);
    return fa__array_of(node, err);
}
