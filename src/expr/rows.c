/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows along an axis as often as an array says, and all but those that it names: how many there are depends
 * on data, which is looked at when the node is made. Knows nothing about text. */
#include "expr/node.h"
#include "expr/routines.h"
#include "expr/take.h"
#include "expr/types.h"

/* `a` and the axis that counts in it: its elements along one where `axis` is NULL. One reference. */
static fa__node *along_axis(fa__node *a, const int *axis, int *number, fa_error *err)
{
    if (!fa__nodes_usable(1, &a, err))
        return NULL;
    fa__node *along = axis != NULL ? fa__node_strong(a, err) : fa__node_ravel(a, err);
    *number = along != NULL ? fa__axis(axis != NULL ? *axis : 0, along->ndim, err) : -1;
    if (*number >= 0)
        return along;
    fa__node_release(along);
    return NULL;
}

static bool are_whole(const char *name, const fa__node *node, fa_error *err)
{
    fa_type type = node->dtype->type;
    if (fa__type_is_integer(type) || type == FA_TYPE_BOOL)
        return true;
    char text[96];
    fa__dtype_display(node->dtype, text, sizeof text);
    return fa__fail(err, FA_BAD_TYPES, "%s() takes whole numbers or bool, not %s", name, text);
}

/* ---- repeat ---- */

static bool fit_counts(const fa__node *counts, int64_t size, fa_error *err)
{
    if (counts->ndim == 1 && counts->dtype->type == FA_TYPE_UINT64)
        return fa__fail(err, FA_BAD_TYPES, "repeat() takes counts that int64 holds, not uint64");
    if (counts->ndim > 1)
        return fa__fail(err, FA_BAD_SHAPE, "the counts of repeat() have one dimension, not %d", counts->ndim);
    if (counts->ndim == 0 || counts->sizes[0] == 1 || counts->sizes[0] == size)
        return are_whole("repeat", counts, err);
    return fa__fail(err, FA_BAD_SHAPE, "operands could not be broadcast together with shape (%lld,) (%lld,)",
                    (long long)size, (long long)counts->sizes[0]);
}

fa__node *fa__node_repeat_each(fa__node *a, fa__node *counts, const int *axis, fa_error *err)
{
    int number = -1;
    if (!fa__nodes_usable(1, &counts, err))
        return NULL;
    fa__node *along = along_axis(a, axis, &number, err), *wide = NULL, *positions = NULL, *node = NULL;
    fa_array *stands = NULL, *rows = NULL;
    if (along != NULL && fit_counts(counts, along->sizes[number], err)) {
        fa__node *flat = fa__node_reshape(counts, FA_SHAPE(-1), err);
        wide = flat != NULL ? fa__node_broadcast_to(flat, FA_SHAPE(along->sizes[number]), err) : NULL;
        fa__node_release(flat);
    }
    if (wide != NULL)
        stands = fa__stand(wide, err);
    if (stands != NULL)
        rows = fa__repeated_positions(stands, err);
    if (rows != NULL)
        positions = fa__node_leaf(rows, err);
    if (positions != NULL)
        node = fa__node_take_along(along, positions, number, FA__TAKE_RAISE, err);
    fa_release(stands);
    fa_release(rows);
    fa__node_release(along);
    fa__node_release(wide);
    fa__node_release(positions);
    return node;
}

/* ---- delete ---- */

/* What stays: true where a mask is false, or where no position is. One reference. */
static fa__node *kept_rows(fa__node *chosen, int64_t size, int axis, fa_error *err)
{
    if (chosen->dtype->type == FA_TYPE_BOOL) {
        if (chosen->ndim == 1 && chosen->sizes[0] == size)
            return fa__node_operation(FA__OP_LOGICAL_NOT, &chosen, err);
        fa__fail(err, FA_BAD_SHAPE,
                 "boolean array argument obj to delete must be one dimensional and match the axis length of "
                 "%lld",
                 (long long)size);
        return NULL;
    }
    fa_array *stands = fa__stand(chosen, err), *mask = NULL;
    if (stands != NULL)
        mask = fa__mask_without(stands, size, axis, err);
    fa__node *kept = mask != NULL ? fa__node_leaf(mask, err) : NULL;
    fa_release(stands);
    fa_release(mask);
    return kept;
}

fa__node *fa__node_delete_at(fa__node *a, fa__node *chosen, const int *axis, fa_error *err)
{
    int number = -1;
    if (!fa__nodes_usable(1, &chosen, err))
        return NULL;
    fa__node *along = along_axis(a, axis, &number, err), *kept = NULL, *node = NULL;
    if (along != NULL && are_whole("delete", chosen, err))
        kept = kept_rows(chosen, along->sizes[number], number, err);
    if (kept != NULL)
        node = fa__node_compress(kept, along, number, err);
    fa__node_release(along);
    fa__node_release(kept);
    return node;
}
