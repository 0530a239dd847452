/* SPDX-License-Identifier: BSD-3-Clause */
/* New arrays for what is computed. Knows nothing about what they are for. */
#include "engine/room.h"

#include "storage/storage.h"

#include <string.h>

static fa_array *make(const fa_dtype *dtype, const fa__geometry *geometry, fa__room room, fa_error *err)
{
    int64_t count;
    if (!fa__shape_count(geometry->ndim, geometry->sizes, dtype->item_bytes, &count, err))
        return NULL;
    const bool zero =
        room == FA__ROOM_OF_ZEROS || dtype->type == FA_TYPE_VOID; /* nobody fills gaps between fields */
    const int64_t bytes = count * dtype->item_bytes;
    fa__source *source = room == FA__ROOM_IN_SCRATCH ? fa__scratch_source(bytes, err)
                                                     : fa__memory_or_scratch(bytes, zero, err);
    if (source == NULL)
        return NULL;
    fa_array *array = fa__view(source, dtype, geometry, true, err);
    fa__source_release(source);
    return array;
}

fa_array *fa__room_for(const fa__node *node, fa__room room, fa_error *err)
{
    fa__geometry geometry = {.ndim = node->ndim};
    memcpy(geometry.sizes, node->sizes, (size_t)node->ndim * sizeof(int64_t));
    memcpy(geometry.strides, node->strides, (size_t)node->ndim * sizeof(int64_t));
    if (node->kind == FA__NODE_VIEW || node->kind == FA__NODE_LEAF) {
        int order[FA_MAX_NDIM];
        fa__k_order(node->ndim, node->sizes, node->strides, order);
        fa__strides_in_order(node->ndim, node->sizes, node->dtype->item_bytes, order, geometry.strides);
    }
    return make(node->dtype, &geometry, room, err);
}

fa_array *fa__room_in_c_order(const fa_dtype *dtype, int ndim, const int64_t *sizes, fa__room room,
                              fa_error *err)
{
    fa__geometry geometry = {.ndim = ndim};
    if (ndim > 0)
        memcpy(geometry.sizes, sizes, (size_t)ndim * sizeof(int64_t));
    fa__strides_c(ndim, geometry.sizes, dtype->item_bytes, geometry.strides);
    return make(dtype, &geometry, room, err);
}
