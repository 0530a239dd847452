/* SPDX-License-Identifier: BSD-3-Clause */
/* Equality of structures: that of all their fields, which are views; and of raw bytes. Knows nothing about
 * values. */
#include "expr/node.h"

#include <string.h>

static fa__node *both(fa__operation join, fa__node *first, fa__node *second, fa_error *err)
{
    fa__node *node = NULL;
    if (first == NULL)
        return second;
    if (!fa_failed(err))
        node = fa__node_operation(join, (fa__node *const[]){first, second}, err);
    fa__node_release(first);
    fa__node_release(second);
    return node;
}

static bool same_subarray(const fa_dtype *a, const fa_dtype *b)
{
    for (; a->base != NULL && b->base != NULL; a = a->base, b = b->base)
        if (a->base_ndim != b->base_ndim ||
            memcmp(a->base_sizes, b->base_sizes, (size_t)a->base_ndim * sizeof *a->base_sizes) != 0)
            return false;
    return a->base == NULL && b->base == NULL;
}

/* Axes that a sub-array has added behind the others go again. */
static fa__node *over_subarray(fa__operation operation, fa__node *compared, int ndim, fa_error *err)
{
    int axes[FA_MAX_NDIM], count = 0;
    if (compared == NULL || compared->ndim == ndim)
        return compared;
    for (int axis = ndim; axis < compared->ndim; axis++)
        axes[count++] = axis;
    fa__reduce_arguments arguments = {.axes = {count, axes}};
    fa__reduction reduction = operation == FA__OP_EQUAL ? FA__REDUCE_ALL : FA__REDUCE_ANY;
    fa__node *node = fa__node_reduce(reduction, compared, &arguments, err);
    fa__node_release(compared);
    return node;
}

static fa__node *compare_field(fa__operation operation, fa__node *const *inputs, const char *name, int ndim,
                               fa_error *err)
{
    fa__node *fields[2] = {NULL, NULL}, *compared = NULL;
    for (int i = 0; i < 2; i++)
        fields[i] = fa__node_field(inputs[i], name, strlen(name), err);
    if (!fa_failed(err))
        compared = fa__node_operation(operation, fields, err);
    fa__node_release(fields[0]);
    fa__node_release(fields[1]);
    return over_subarray(operation, compared, ndim, err);
}

/* Structures of no fields are all the same. */
static fa__node *compare_nothing(fa__operation operation, fa__node *const *inputs, fa_error *err)
{
    int ndims[2] = {inputs[0]->ndim, inputs[1]->ndim};
    const int64_t *shapes[2] = {inputs[0]->sizes, inputs[1]->sizes};
    fa__geometry geometry = {0};
    uint8_t equal = operation == FA__OP_EQUAL;
    if (!fa__broadcast(2, ndims, shapes, &geometry.ndim, geometry.sizes, err))
        return NULL;
    fa__node *truth = fa__node_scalar(FA_TYPE_BOOL, &equal, err);
    fa__node *node = truth != NULL ? fa__node_view(truth, &geometry, err) : NULL;
    fa__node_release(truth);
    return node;
}

static bool are_raw(const fa_dtype *a, const fa_dtype *b)
{
    return a->type == FA_TYPE_VOID && b->type == FA_TYPE_VOID && !a->is_structure && !b->is_structure &&
           a->item_bytes == b->item_bytes;
}

/* As strings of bytes: of one length these are equal where all their bytes are. */
static fa__node *compare_raw(fa__operation operation, fa__node *const *inputs, fa_error *err)
{
    const fa_dtype *dtype = fa__dtype_flexible(FA_TYPE_BYTES, inputs[0]->dtype->item_bytes, false, err);
    fa__node *strings[2] = {NULL, NULL}, *compared = NULL;
    for (int i = 0; dtype != NULL && i < 2; i++) {
        fa__geometry geometry;
        fa__node_geometry(inputs[i], &geometry);
        strings[i] = fa__node_view_as(inputs[i], dtype, &geometry, err);
    }
    if (!fa_failed(err))
        compared = fa__node_operation(operation, strings, err);
    fa__node_release(strings[0]);
    fa__node_release(strings[1]);
    fa_dtype_release(dtype);
    return compared;
}

fa__node *fa__node_compare_records(fa__operation operation, fa__node *const *inputs, fa_error *err)
{
    const fa_dtype *a = inputs[0]->dtype, *b = inputs[1]->dtype;
    const bool is_equality = operation == FA__OP_EQUAL || operation == FA__OP_NOT_EQUAL;
    if (is_equality && are_raw(a, b))
        return a->item_bytes == 0 ? compare_nothing(operation, inputs, err)
                                  : compare_raw(operation, inputs, err);
    bool comparable = is_equality && a->is_structure && b->is_structure && a->field_count == b->field_count;
    for (int i = 0; comparable && i < a->field_count; i++)
        comparable = strcmp(a->fields[i].name, b->fields[i].name) == 0 &&
                     same_subarray(a->fields[i].dtype, b->fields[i].dtype);
    if (!comparable) {
        fa__node_refuse_types(operation, inputs, err);
        return NULL;
    }
    int ndim = inputs[0]->ndim > inputs[1]->ndim ? inputs[0]->ndim : inputs[1]->ndim;
    fa__node *node = NULL;
    for (int i = 0; i < a->field_count && !fa_failed(err); i++)
        node = both(operation == FA__OP_EQUAL ? FA__OP_BITWISE_AND : FA__OP_BITWISE_OR, node,
                    compare_field(operation, inputs, a->fields[i].name, ndim, err), err);
    if (a->field_count == 0)
        return compare_nothing(operation, inputs, err);
    if (!fa_failed(err))
        return node;
    fa__node_release(node);
    return NULL;
}
