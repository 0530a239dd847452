/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether it pays is the dealing's to say (deal.c). Knows nothing about what is computed. */
#include "engine/gather.h"

#include "engine/pass.h"
#include "engine/pending.h"
#include "engine/room.h"

#include "array/shape.h"

enum { MOST_NODES = 1000 }; /* of a graph that are looked at */

static int64_t count_of(const fa__node *node)
{
    return fa__count(node->ndim, node->sizes);
}

/* What stands behind leaves that are pending. */
static const fa__node *behind_leaves(const fa__node *node)
{
    while (node->kind == FA__NODE_LEAF && node->kept == NULL && fa__is_pending(node->array)) {
        const fa__node *root = fa__pending_root(fa__pending_of(node->array->source));
        if (count_of(root) != count_of(node))
            break;
        node = root;
    }
    return node;
}

/* Through what is computed element by element. */
static bool reads_all(const fa__node *node, const fa__node *gather, int *left)
{
    node = behind_leaves(node);
    if (node == gather || --*left <= 0 || node->kept != NULL)
        return node == gather;
    const bool is_elementwise = node->kind == FA__NODE_OPERATION || node->kind == FA__NODE_CAST ||
                                node->kind == FA__NODE_KERNEL || node->kind == FA__NODE_STRING,
               is_view = node->kind == FA__NODE_VIEW && count_of(node) == count_of(node->inputs[0]);
    bool found = false;
    for (int i = 0; i < node->input_count && (is_elementwise || is_view) && !found; i++)
        found = reads_all(node->inputs[i], gather, left);
    return found;
}

bool fa__gather_is_read(const fa__node *graph, const fa__node *feeds, const fa__node *gather)
{
    int left = MOST_NODES;
    return reads_all(graph, gather, &left) && (feeds != NULL || behind_leaves(graph) != gather);
}

bool fa__gather_stand(fa__node *gather, const fa_evaluate_options *options, fa_error *err)
{
    fa_error ignored = {0}; /* without room for it, it stays a derived source */
    fa_array *array = fa_failed(err) ? NULL : fa__room_for(gather, FA__ROOM_IN_SCRATCH, &ignored);
    if (array == NULL)
        return !fa_failed(err);
    fa__pass pass = {0};
    int order[FA_MAX_NDIM];
    const fa__request request = {.node = gather, .target = array};
    fa__k_order(gather->ndim, gather->sizes, gather->strides, order);
    if (fa__plan_pass(&pass, gather->ndim, gather->sizes, order, &request, 1, err)) {
        pass.is_only_dealt = true;
        fa__run_pass(&pass, options, err);
    }
    if (pass.was_dealt && !fa_failed(err)) {
        fa_release(gather->kept);
        gather->kept = fa_retain(array);
    }
    fa__pass_clear(&pass);
    fa_release(array);
    return !fa_failed(err);
}
