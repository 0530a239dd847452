/* SPDX-License-Identifier: BSD-3-Clause */
/* New arrays for what is computed. Knows nothing about what they are for. */
#include "engine/room.h"

#include "storage/storage.h"

#include <string.h>

/* What lies between the fields of a structure is not written by who fills the array. */
static fa_array *make(const fa_dtype *dtype, const fa__geometry *geometry, bool filled, fa_error *err)
{
    int64_t count;
    if (!fa__shape_count(geometry->ndim, geometry->sizes, dtype->item_bytes, &count, err))
        return NULL;
    int64_t bytes = count * dtype->item_bytes;
    fa__source *source = filled && !dtype->is_structure ? fa__memory_or_scratch_of_any_content(bytes, err)
                                                        : fa__memory_or_scratch(bytes, err);
    if (source == NULL)
        return NULL;
    fa_array *array = fa__view(source, dtype, geometry, true, err);
    fa__source_release(source);
    return array;
}

static fa_array *room_for(const fa__node *node, bool filled, fa_error *err)
{
    fa__geometry geometry = {.ndim = node->ndim};
    memcpy(geometry.sizes, node->sizes, (size_t)node->ndim * sizeof(int64_t));
    memcpy(geometry.strides, node->strides, (size_t)node->ndim * sizeof(int64_t));
    if (node->kind == FA__NODE_VIEW || node->kind == FA__NODE_LEAF) {
        int order[FA_MAX_NDIM];
        fa__k_order(node->ndim, node->sizes, node->strides, order);
        fa__strides_in_order(node->ndim, node->sizes, node->dtype->item_bytes, order, geometry.strides);
    }
    return make(node->dtype, &geometry, filled, err);
}

fa_array *fa__room_for(const fa__node *node, fa_error *err)
{
    return room_for(node, false, err);
}

fa_array *fa__room_to_fill(const fa__node *node, fa_error *err)
{
    return room_for(node, true, err);
}

static fa_array *room_in_c_order(const fa_dtype *dtype, int ndim, const int64_t *sizes, bool filled, fa_error *err)
{
    fa__geometry geometry = {.ndim = ndim};
    if (ndim > 0)
        memcpy(geometry.sizes, sizes, (size_t)ndim * sizeof(int64_t));
    fa__strides_c(ndim, geometry.sizes, dtype->item_bytes, geometry.strides);
    return make(dtype, &geometry, filled, err);
}

fa_array *fa__room_in_c_order(const fa_dtype *dtype, int ndim, const int64_t *sizes, fa_error *err)
{
    return room_in_c_order(dtype, ndim, sizes, false, err);
}

fa_array *fa__room_to_fill_in_c_order(const fa_dtype *dtype, int ndim, const int64_t *sizes, fa_error *err)
{
    return room_in_c_order(dtype, ndim, sizes, true, err);
}
