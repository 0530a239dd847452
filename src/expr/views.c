/* SPDX-License-Identifier: BSD-3-Clause */
/* Views of nodes: other geometries on the layout that a node's elements would have. Knows nothing about
 * values. */
#include "expr/node.h"

#include <string.h>

/* What the geometry of a view of `node` counts in: the node itself, or the input of a VIEW. */
static fa__node *viewed(fa__node *node)
{
    return node->kind == FA__NODE_VIEW ? node->inputs[0] : node;
}

static bool is_whole(const fa__node *node, const fa__geometry *geometry)
{
    size_t bytes = (size_t)node->ndim * sizeof(int64_t);
    return geometry->ndim == node->ndim && geometry->offset == node->offset &&
           memcmp(geometry->sizes, node->sizes, bytes) == 0 &&
           memcmp(geometry->strides, node->strides, bytes) == 0;
}

static fa__node *view_of_layout(fa__node *input, const fa_dtype *dtype, const fa__geometry *geometry,
                                fa_error *err)
{
    int64_t low, high, bytes = input->dtype->item_bytes * fa__count(input->ndim, input->sizes);
    fa__geometry_extent(geometry, dtype->item_bytes, &low, &high);
    if (low < 0 || high > bytes) {
        fa__fail(err, FA_INTERNAL, "a view covers bytes %lld to %lld of a layout of %lld bytes",
                 (long long)low, (long long)high, (long long)bytes);
        return NULL;
    }
    fa__node *node = fa__node_new(FA__NODE_VIEW, dtype, geometry->ndim, geometry->sizes, 1, &input, err);
    if (node == NULL)
        return NULL;
    memcpy(node->strides, geometry->strides, (size_t)geometry->ndim * sizeof(int64_t));
    node->offset = geometry->offset;
    return node;
}

fa__node *fa__node_view(fa__node *input, const fa__geometry *geometry, fa_error *err)
{
    if (!fa__nodes_usable(1, &input, err))
        return NULL;
    if (input->kind == FA__NODE_LEAF) {
        fa_array *view = fa__view_like(input->array, geometry, err);
        fa__node *leaf = view ? fa__node_leaf(view, err) : NULL;
        fa_release(view);
        return leaf;
    }
    return fa__node_view_as(input, input->dtype, geometry, err);
}

static fa__node *leaf_as(fa_array *array, const fa_dtype *dtype, const fa__geometry *geometry, fa_error *err)
{
    fa_array *view = fa__view(array->source, dtype, geometry, array->writeable, err);
    fa__node *leaf = view ? fa__node_leaf(view, err) : NULL;
    fa_release(view);
    return leaf;
}

fa__node *fa__node_view_as(fa__node *input, const fa_dtype *dtype, const fa__geometry *geometry,
                           fa_error *err)
{
    if (!fa__nodes_usable(1, &input, err))
        return NULL;
    if (input->kind == FA__NODE_LEAF)
        return leaf_as(input->array, dtype, geometry, err);
    fa__node *strong = fa__node_strong(input, err);
    if (strong == NULL || (fa_dtype_equal(strong->dtype, dtype) && is_whole(strong, geometry)))
        return strong;
    fa__node *base = viewed(strong);
    bool all_of_base = fa_dtype_equal(base->dtype, dtype) && is_whole(base, geometry);
    fa__node *view = all_of_base ? fa__node_retain(base) : view_of_layout(base, dtype, geometry, err);
    fa__node_release(strong);
    return view;
}

/* The longest part of a path that is a field's name: all of it, or up to one of its dots. */
static const fa__field *first_of_path(const fa_dtype *dtype, const char *path, size_t length, size_t *used)
{
    for (*used = length; *used > 0; --*used) {
        bool ends_here = *used == length || path[*used] == '.';
        const fa__field *field = ends_here ? fa__dtype_find_field(dtype, path, *used) : NULL;
        if (field != NULL)
            return field;
    }
    return NULL;
}

fa__node *fa__node_fields(fa__node *input, const char *names, size_t length, fa_error *err)
{
    if (!fa__nodes_usable(1, &input, err))
        return NULL;
    fa__geometry geometry;
    fa__node_geometry(input, &geometry);
    const fa_dtype *dtype = fa__dtype_select(input->dtype, names, length, err);
    fa__node *node = dtype != NULL ? fa__node_view_as(input, dtype, &geometry, err) : NULL;
    fa_dtype_release(dtype);
    return node;
}

static fa__node *view_of_field(fa__node *input, const fa__field *field, fa_error *err)
{
    const fa_dtype *dtype = field->dtype;
    fa__geometry geometry;
    fa__node_geometry(input, &geometry);
    geometry.offset += fa__count(input->ndim, input->sizes) > 0 ? field->offset_bytes : 0;
    if (input->kind == FA__NODE_LEAF)
        return leaf_as(input->array, dtype, &geometry, err);
    for (; dtype->base != NULL; dtype = dtype->base) {
        /* A sub-array becomes axes at the end. */
        int ndim = geometry.ndim + dtype->base_ndim;
        if (ndim > FA_MAX_NDIM) {
            fa__fail(err, FA_BAD_SHAPE, "a field with %d axes makes more than %d", dtype->base_ndim,
                     FA_MAX_NDIM);
            return NULL;
        }
        memcpy(geometry.sizes + geometry.ndim, dtype->base_sizes, (size_t)dtype->base_ndim * sizeof(int64_t));
        fa__strides_c(dtype->base_ndim, dtype->base_sizes, dtype->base->item_bytes,
                      geometry.strides + geometry.ndim);
        geometry.ndim = ndim;
    }
    return view_of_layout(viewed(input), dtype, &geometry, err);
}

fa__node *fa__node_field(fa__node *input, const char *name, size_t length, fa_error *err)
{
    if (!fa__nodes_usable(1, &input, err))
        return NULL;
    fa__node *node = fa__node_retain(input);
    while (node != NULL) {
        size_t used;
        const fa__field *field = first_of_path(node->dtype, name, length, &used);
        fa__node *next = field ? view_of_field(node, field, err) : NULL;
        if (field == NULL) {
            char quoted[96], text[240];
            fa__dtype_display(node->dtype, text, sizeof text);
            fa__fail(err, FA_NOT_FOUND, "no field '%s' in dtype %s",
                     fa__quote(quoted, sizeof quoted, name, length), text);
        }
        fa__node_release(node);
        node = next;
        if (node == NULL || used == length)
            break;
        name += used + 1;
        length -= used + 1;
    }
    return node;
}

fa__node *fa__complex_of(fa__node *parts, fa_type type, fa_error *err)
{
    fa__geometry geometry;
    fa__node *dense = NULL, *node = NULL;
    if (parts != NULL) {
        const bool together = parts->strides[parts->ndim - 1] == parts->dtype->item_bytes;
        dense = together ? fa__node_retain(parts) : fa__node_copy(parts, 'C', err);
    }
    if (dense != NULL) {
        fa__node_geometry(dense, &geometry);
        geometry.ndim--;
        node = fa__node_view_as(dense, fa_dtype_of(type), &geometry, err);
    }
    fa__node_release(dense);
    fa__node_release(parts);
    return node;
}
