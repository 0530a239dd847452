/* SPDX-License-Identifier: BSD-3-Clause */
/* Which consumer takes in what, and what they share. Knows nothing about what is done with elements. */
#include "op/consumers.h"

#include "array/view.h"
#include "base/checked.h"
#include "engine/whole.h"

enum {
    WIDE_STATES = 16 << 10, /* results in a row from which on a reduction walks down columns */
    WIDE_ROW = 1 << 10      /* elements in a row from which on a scan does: rows are cut among workers */
};

static const fa__consumer_class *class_of(const fa__node *node)
{
    if (node->kind == FA__NODE_WHOLE)
        return fa__whole_classes[node->code]->consumer;
    return node->kind == FA__NODE_REDUCE ? &fa__reduce_consumer : &fa__scan_consumer;
}

bool fa__walks_columns(const fa__node *node, const int *order)
{
    if (node->kind == FA__NODE_WHOLE)
        return false;
    const fa__node *input = node->inputs[0];
    uint64_t axes = node->as.reduce.axes;
    int64_t width = 1;
    int i = input->ndim - 1;
    for (; i >= 0 && !(axes >> order[i] & 1); i--)
        width *= input->sizes[order[i]];
    if (node->kind != FA__NODE_REDUCE)
        return width >= WIDE_ROW && i >= 0;
    int changes = 0;
    for (int k = i; k > 0; k--)
        changes += (axes >> order[k] & 1) != (axes >> order[k - 1] & 1);
    return width > WIDE_STATES && i >= 0 && changes <= 1;
}

void fa__walk_columns(fa__pass *pass, const bool *reduced, int64_t columns)
{
    int64_t together = 1;
    int i = pass->ndim - 1;
    for (; i >= 0 && !reduced[i]; i--) {
        int64_t fit = fa__max_i64(columns / together, 1);
        together *= pass->sizes[i];
        pass->box[i] = fa__min_i64(fit, pass->sizes[i]);
    }
    for (; i >= 0 && reduced[i]; i--)
        ;
    for (; i >= 0; i--)
        pass->box[i] = reduced[i] ? pass->sizes[i] : 1;
}

fa_array *fa__view_of_result(const fa__pass *pass, const fa__node *node, const bool *reduced,
                             fa__source *results, fa_error *err)
{
    fa__geometry geometry = {0};
    int64_t strides[FA_MAX_NDIM] = {0}, stride = node->dtype->item_bytes;
    for (int i = pass->ndim - 1; i >= 0; i--) {
        if (reduced[i])
            continue;
        strides[pass->perm[i]] = stride;
        stride *= fa__max_i64(pass->sizes[i], 1);
    }
    uint64_t axes = node->as.reduce.axes;
    for (int axis = 0; axis < pass->ndim; axis++) {
        bool gone = axes >> axis & 1;
        if (gone && !node->as.reduce.keepdims)
            continue;
        geometry.sizes[geometry.ndim] = node->sizes[geometry.ndim];
        geometry.strides[geometry.ndim] = gone ? 0 : strides[axis];
        geometry.ndim++;
    }
    return fa__view(results, node->dtype, &geometry, true, err);
}

int64_t fa__first_result(const fa__pass *pass, const bool *reduced, const int64_t *start)
{
    int64_t first = 0, width = 1;
    for (int i = pass->ndim - 1; i >= 0; i--) {
        if (reduced[i])
            continue;
        first += start[i] * width;
        width *= pass->sizes[i];
    }
    return first;
}

const fa__consuming fa__consumers = {.class_of = class_of, .walks_columns = fa__walks_columns};
