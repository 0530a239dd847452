/* SPDX-License-Identifier: BSD-3-Clause */
/* Making nodes whose elements are found by positions. A mask is computed when it is used, since the shape of
 * the result depends on it: the node holds the mask as it stood then, and how many of its elements are true,
 * block by block. */
#include "expr/take.h"

#include "expr/node.h"
#include "expr/types.h"

#include "array/slice.h"
#include "base/memory.h"

#include <string.h>

static size_t bytes_of(int count)
{
    return sizeof(fa__take) + (size_t)count * sizeof(fa__take_index);
}

static fa__take *take_new(int count, fa_error *err)
{
    fa__take *take = fa__alloc_zero(1, bytes_of(count), err);
    if (take != NULL)
        take->count = count;
    return take;
}

static fa__take *take_copy(const fa__take *from, fa_error *err)
{
    fa__take *take = take_new(from->count, err);
    if (take == NULL)
        return NULL;
    memcpy(take, from, bytes_of(from->count));
    for (int i = 0; i < take->count; i++)
        fa__counts_retain(take->indices[i].counts);
    return take;
}

void fa__take_release(fa__take *take)
{
    for (int i = 0; take != NULL && i < take->count; i++)
        fa__counts_release(take->indices[i].counts);
    fa__free(take);
}

bool fa__take_equal(const fa__take *a, const fa__take *b)
{
    bool equal =
        a->mode == b->mode && a->place == b->place && a->in_order == b->in_order && a->count == b->count;
    for (int i = 0; equal && i < a->count; i++) {
        const fa__take_index *x = &a->indices[i], *y = &b->indices[i];
        equal = x->axis == y->axis && x->span == y->span && fa__counts_equal(x->counts, y->counts);
    }
    return equal;
}

/* ---- Masks ---- */

/* A mask that stands, as a leaf, and its counts. */
static fa__node *counted(fa__node *input, fa__counts **counts, fa_error *err)
{
    *counts = NULL;
    fa__node *mask = fa__node_cast(input, FA_BOOL, err), *leaf = NULL;
    fa_array *stands = mask != NULL ? fa__stand(mask, err) : NULL;
    if (stands != NULL)
        *counts = fa__count_mask(stands, err);
    if (*counts != NULL)
        leaf = fa__node_leaf(stands, err);
    if (leaf == NULL) {
        fa__counts_release(*counts);
        *counts = NULL;
    }
    fa_release(stands);
    fa__node_release(mask);
    return leaf;
}

/* ---- Shapes ---- */

static bool is_chosen(const fa__take *take, int axis)
{
    for (int i = 0; i < take->count; i++)
        if (axis >= take->indices[i].axis && axis < take->indices[i].axis + take->indices[i].span)
            return true;
    return false;
}

/* What the indices broadcast to. */
static bool broadcast_indices(const fa__take *take, fa__node *const *positions, int *ndim, int64_t *sizes,
                              fa_error *err)
{
    int ndims[FA_MAX_NDIM];
    const int64_t *shapes[FA_MAX_NDIM];
    int64_t totals[FA_MAX_NDIM];
    char text[FA__SHAPE_TEXT], all[4 * FA__SHAPE_TEXT] = "";
    for (int i = 0; i < take->count; i++) {
        const fa__take_index *index = &take->indices[i];
        totals[i] = index->counts != NULL ? fa__counts_total(index->counts) : 0;
        ndims[i] = index->counts != NULL ? 1 : positions[i]->ndim;
        shapes[i] = index->counts != NULL ? &totals[i] : positions[i]->sizes;
    }
    fa_error inner = {0};
    if (fa__broadcast(take->count, ndims, shapes, ndim, sizes, &inner))
        return true;
    for (int i = 0; i < take->count; i++) {
        size_t used = strlen(all);
        fa__shape_text(ndims[i], shapes[i], text, sizeof text);
        if (used + strlen(text) + 2 < sizeof all)
            strcat(strcat(all, text), " ");
    }
    return fa__fail(err, FA_BAD_INDEX,
                    "shape mismatch: indexing arrays could not be broadcast together with shapes %s", all);
}

/* The axes of the result: those of the input of which nothing is chosen, and in their place those of the
 * indices. */
static bool result_shape(const fa__take *take, const fa__node *input, int chosen_ndim, const int64_t *chosen,
                         int *ndim, int64_t *sizes, fa_error *err)
{
    int others = 0;
    *ndim = 0;
    for (int axis = 0; axis <= input->ndim; axis++) {
        if (axis < input->ndim && is_chosen(take, axis))
            continue;
        if (others++ == take->place) {
            if (*ndim + chosen_ndim > FA_MAX_NDIM)
                return fa__fail(err, FA_BAD_INDEX, "the index gives more than %d dimensions", FA_MAX_NDIM);
            memcpy(sizes + *ndim, chosen, (size_t)chosen_ndim * sizeof *sizes);
            *ndim += chosen_ndim;
        }
        if (axis == input->ndim)
            break;
        if (*ndim == FA_MAX_NDIM)
            return fa__fail(err, FA_BAD_INDEX, "the index gives more than %d dimensions", FA_MAX_NDIM);
        sizes[(*ndim)++] = input->sizes[axis];
    }
    return true;
}

bool fa__take_is_index(const fa__node *node)
{
    const fa__take *take = node->as.move.take;
    bool is_index = take->mode == FA__TAKE_RAISE && (!take->in_order || take->place == 0);
    for (int i = 0; is_index && i < take->count; i++)
        is_index = take->indices[i].counts != NULL ||
                   (take->indices[i].span == 1 && fa__type_is_integer(node->inputs[i + 1]->dtype->type));
    return is_index;
}

/* Whether nothing can be taken because there is nothing, though something is asked for. */
static bool takes_from_nothing(const fa__take *take, const fa__node *input, int64_t elements, fa_error *err)
{
    for (int i = 0; i < take->count && elements > 0; i++) {
        const fa__take_index *index = &take->indices[i];
        if (index->counts == NULL && (take->mode == FA__TAKE_WRAP || take->mode == FA__TAKE_CLIP) &&
            fa__count(index->span, input->sizes + index->axis) == 0)
            return !fa__fail(err, FA_BAD_INDEX, "cannot do a non-empty take from an empty axes.");
    }
    return false;
}

static void lay_out(fa__node *node, const fa__take *take)
{
    int order[FA_MAX_NDIM], made = 0;
    for (int i = 0; i < take->ndim; i++)
        order[made++] = take->place + i;
    for (int i = 0; i < node->ndim; i++)
        if (i < take->place || i >= take->place + take->ndim)
            order[made++] = i;
    if (!take->in_order)
        fa__strides_in_order(node->ndim, node->sizes, node->dtype->item_bytes, order, node->strides);
}

/* The dtype as computing sees it; of structures as it stands. One reference. */
static const fa_dtype *moved_dtype(const fa_dtype *dtype, fa_error *err)
{
    if (fa__type_is_numeric(dtype->type))
        return fa_failed(err) ? NULL : fa_dtype_of(dtype->type);
    return dtype->type == FA_TYPE_VOID ? fa_dtype_retain(dtype) : fa__dtype_native(dtype, err);
}

/* ---- Makers ---- */

static fa__node *make(fa__move move, const fa_dtype *dtype, int ndim, const int64_t *sizes, int count,
                      fa__node *const *inputs, const fa__take *take, fa_error *err)
{
    int64_t elements;
    if (!fa__shape_count(ndim, sizes, dtype->item_bytes, &elements, err))
        return NULL;
    fa__take *own = take_copy(take, err);
    fa__node *node = own != NULL ? fa__node_new(FA__NODE_MOVE, dtype, ndim, sizes, count, inputs, err) : NULL;
    if (node == NULL) {
        fa__take_release(own);
        return NULL;
    }
    node->code = (int)move;
    node->as.move.take = own;
    return node;
}

static bool are_positions(int count, fa__node *const *positions, const fa__take *take, fa_error *err)
{
    for (int i = 0; i < count; i++) {
        fa_type type = positions[i]->dtype->type;
        if (take->indices[i].counts == NULL && !fa__type_is_integer(type) && type != FA_TYPE_BOOL)
            return fa__fail(err, FA_BAD_INDEX, "arrays used as indices must be of integer (or boolean) type");
    }
    return true;
}

/* Positions that stand are looked at now; the others when they are computed. */
static bool check_bounds(const fa__take *take, const fa__node *input, fa__node *const *positions,
                         int64_t elements, fa_error *err)
{
    for (int i = 0; i < take->count; i++) {
        const fa__take_index *index = &take->indices[i];
        int64_t size = fa__count(index->span, input->sizes + index->axis);
        bool may_fail = take->mode == FA__TAKE_RAISE || take->mode == FA__TAKE_EXACT;
        /* NumPy's take() looks at nothing where there is nothing in front of the axis, and an index with
         * arrays in it only at single positions where the arrays make nothing together. */
        bool is_asked = take->in_order ? elements > 0 && fa__count(index->axis, input->sizes) > 0
                                       : elements > 0 || positions[i]->ndim == 0;
        if (index->counts != NULL || positions[i]->kind != FA__NODE_LEAF || !may_fail || !is_asked)
            continue;
        if (!fa__check_positions(positions[i]->array, take->mode == FA__TAKE_RAISE ? -size : 0, size,
                                 index->named, err))
            return false;
    }
    return true;
}

fa__node *fa__node_take(fa__node *input, const fa__take *arguments, fa__node *const *positions, fa_error *err)
{
    int chosen_ndim, ndim;
    int64_t chosen[FA_MAX_NDIM], sizes[FA_MAX_NDIM], elements;
    fa__node *inputs[FA_MAX_NDIM + 1] = {input}, *node = NULL;
    if (!fa__nodes_usable(1, &input, err) || !fa__nodes_usable(arguments->count, positions, err) ||
        !are_positions(arguments->count, positions, arguments, err) ||
        !broadcast_indices(arguments, positions, &chosen_ndim, chosen, err) ||
        !result_shape(arguments, input, chosen_ndim, chosen, &ndim, sizes, err) ||
        !fa__shape_count(ndim, sizes, input->dtype->item_bytes, &elements, err) ||
        takes_from_nothing(arguments, input, elements, err) ||
        !check_bounds(arguments, input, positions, fa__count(chosen_ndim, chosen), err))
        return NULL;
    const fa_dtype *dtype = moved_dtype(input->dtype, err);
    inputs[0] = fa__node_strong(input, err);
    for (int i = 0; i < arguments->count; i++)
        inputs[i + 1] = fa__node_strong(positions[i], err);
    if (!fa_failed(err))
        node = make(FA__MOVE_TAKE, dtype, ndim, sizes, arguments->count + 1, inputs, arguments, err);
    if (node != NULL) {
        node->as.move.take->ndim = chosen_ndim;
        /* The two layouts are one where nothing stands before the indices. */
        if (arguments->place == 0)
            node->as.move.take->in_order = !fa__take_is_index(node);
        lay_out(node, node->as.move.take);
    }
    for (int i = 0; i <= arguments->count; i++)
        fa__node_release(inputs[i]);
    fa_dtype_release(dtype);
    return node;
}

/* ---- a[index] ---- */

static void describe_arrays(int count, fa__node *const *arrays, fa__selector *selectors)
{
    for (int i = 0; i < count; i++)
        selectors[i] =
            (fa__selector){arrays[i]->dtype->type == FA_TYPE_BOOL, arrays[i]->ndim, arrays[i]->sizes};
}

static int count_arrays(fa_index_parts index)
{
    int count = 0;
    for (int i = 0; i < index.count; i++)
        count += index.parts[i].kind == FA__PART_ARRAY;
    return count;
}

/* Where the axes of the indices stand in text that has no more than the indices and ":" in it. */
static int natural_place(const fa__take *take)
{
    for (int i = 1; i < take->count; i++)
        if (take->indices[i].axis != take->indices[i - 1].axis + take->indices[i - 1].span)
            return 0;
    return take->indices[0].axis;
}

/* The axes of the indices, which stand behind others, in front. */
static fa__node *brought_to_front(fa__node *node, fa_error *err)
{
    const fa__take *take = node->as.move.take;
    fa__geometry geometry;
    int axes[FA_MAX_NDIM], made = 0;
    for (int i = 0; i < take->ndim; i++)
        axes[made++] = take->place + i;
    for (int i = 0; i < node->ndim; i++)
        if (i < take->place || i >= take->place + take->ndim)
            axes[made++] = i;
    fa__node_geometry(node, &geometry);
    fa__geometry_permute(&geometry, (fa_axes){made, axes}, &geometry, err);
    fa__node *view = fa_failed(err) ? NULL : fa__node_view(node, &geometry, err);
    fa__node_release(node);
    return view;
}

static fa__node *take_selected(fa__node *base, const fa__selection *selection, fa__node *const *arrays,
                               fa_error *err)
{
    fa__take *take = take_new(selection->count, err);
    fa__node *positions[FA_MAX_NDIM] = {NULL}, *node = NULL;
    for (int i = 0; take != NULL && i < selection->count && !fa_failed(err); i++) {
        fa__take_index *index = &take->indices[i];
        index->axis = selection->axes[i];
        index->span = selection->spans[i];
        index->named = selection->named[i];
        if (arrays[i]->dtype->type == FA_TYPE_BOOL)
            positions[i] = counted(arrays[i], &index->counts, err);
        else
            positions[i] = fa__node_retain(arrays[i]);
    }
    if (take != NULL && !fa_failed(err)) {
        take->place = natural_place(take);
        node = fa__node_take(base, take, positions, err);
        if (node != NULL && take->place != selection->place)
            node = brought_to_front(node, err);
    }
    for (int i = 0; i < selection->count; i++)
        fa__node_release(positions[i]);
    fa__take_release(take);
    return node;
}

fa__node *fa__node_index(fa__node *input, fa_index_parts index, fa__node *const *arrays, fa_error *err)
{
    fa__geometry geometry;
    fa__selection selection;
    fa__selector selectors[FA__MAX_INDEX_PARTS];
    int count = count_arrays(index);
    if (!fa__nodes_usable(1, &input, err) || !fa__nodes_usable(count, arrays, err))
        return NULL;
    fa__node_geometry(input, &geometry);
    if (count == 0)
        return fa__geometry_index(&geometry, index, &geometry, err) ? fa__node_view(input, &geometry, err)
                                                                    : NULL;
    if (count > FA_MAX_NDIM) {
        fa__fail(err, FA_BAD_INDEX, "an index has more than %d arrays", FA_MAX_NDIM);
        return NULL;
    }
    describe_arrays(count, arrays, selectors);
    if (!fa__select(&geometry, index, selectors, &selection, err))
        return NULL;
    fa__node *base = fa__node_view(input, &selection.base, err);
    fa__node *node = base != NULL ? take_selected(base, &selection, arrays, err) : NULL;
    fa__node_release(base);
    return node;
}

/* ---- Along one axis ---- */

fa__node *fa__node_take_along(fa__node *input, fa__node *positions, int axis, fa__take_mode mode,
                              fa_error *err)
{
    if (!fa__nodes_usable(1, &input, err) || !fa__nodes_usable(1, &positions, err))
        return NULL;
    bool is_flat = axis == FA__FLAT;
    axis = is_flat ? 0 : fa__axis(axis, input->ndim, err);
    fa__take *take = axis >= 0 ? take_new(1, err) : NULL;
    if (take == NULL)
        return NULL;
    take->mode = mode;
    take->in_order = true;
    take->place = axis;
    take->indices[0] = (fa__take_index){.axis = axis, .span = is_flat ? input->ndim : 1, .named = axis};
    fa__node *node = fa__node_take(input, take, &positions, err);
    fa__take_release(take);
    return node;
}

/* Elements where a mask over axes [axis, axis + ndim) is true. */
static fa__node *squeezed(fa__node *mask, fa__node *input, int axis, fa_error *err)
{
    fa__take *take = take_new(1, err);
    if (take == NULL)
        return NULL;
    take->place = axis;
    take->in_order = true;
    take->indices[0] = (fa__take_index){.axis = axis, .span = mask->ndim, .named = axis};
    fa__node *stands = counted(mask, &take->indices[0].counts, err), *node = NULL;
    if (stands != NULL)
        node = fa__node_take(input, take, &stands, err);
    fa__node_release(stands);
    fa__take_release(take);
    return node;
}

/* Positions [first, last) along an axis; those that there are. */
static fa__node *part_of(fa__node *node, int axis, int64_t first, int64_t last, fa_error *err)
{
    fa_index_part parts[FA_MAX_NDIM];
    for (int i = 0; i < axis; i++)
        parts[i] = fa_whole();
    parts[axis] = fa_range(first, last, 1);
    return fa__node_index(node, (fa_index_parts){axis + 1, parts}, NULL, err);
}

/* A condition may be longer than the axis where the rest of it is false. */
static bool rest_is_false(fa__node *condition, int64_t size, int axis, fa_error *err)
{
    fa__node *where = fa__node_flatnonzero(condition, err);
    fa_array *positions = where != NULL ? fa__stand(where, err) : NULL;
    if (positions != NULL)
        fa__check_positions(positions, 0, size, axis, err);
    fa_release(positions);
    fa__node_release(where);
    return !fa_failed(err);
}

fa__node *fa__node_compress(fa__node *condition, fa__node *input, int axis, fa_error *err)
{
    if (!fa__nodes_usable(1, &condition, err) || !fa__nodes_usable(1, &input, err))
        return NULL;
    if (condition->ndim != 1) {
        fa__fail(err, FA_BAD_SHAPE, "condition must be a 1-d array, this one has %d dimensions",
                 condition->ndim);
        return NULL;
    }
    bool is_flat = axis == FA__FLAT;
    fa__node *from = is_flat && input->ndim != 1 ? fa__node_reshape(input, FA_SHAPE(-1), err)
                                                 : fa__node_strong(input, err);
    axis = from == NULL ? -1 : is_flat ? 0 : fa__axis(axis, from->ndim, err);
    fa__node *mask = NULL, *part = NULL, *node = NULL;
    if (axis >= 0) {
        int64_t length = condition->sizes[0], size = from->sizes[axis];
        bool fits =
            length <= size || fa__count(axis, from->sizes) == 0 || rest_is_false(condition, size, axis, err);
        mask = fits ? part_of(condition, 0, 0, size, err) : NULL;
        part = mask != NULL ? part_of(from, axis, 0, length, err) : NULL;
    }
    if (part != NULL)
        node = squeezed(mask, part, axis, err);
    fa__node_release(from);
    fa__node_release(mask);
    fa__node_release(part);
    return node;
}

fa__node *fa__node_extract(fa__node *condition, fa__node *input, fa_error *err)
{
    if (!fa__nodes_usable(1, &condition, err) || !fa__nodes_usable(1, &input, err))
        return NULL;
    bool same = condition->ndim == input->ndim &&
                memcmp(condition->sizes, input->sizes, (size_t)input->ndim * sizeof(int64_t)) == 0;
    if (same)
        return squeezed(condition, input, 0, err);
    fa__node *flat = fa__node_reshape(condition, FA_SHAPE(-1), err);
    fa__node *node = flat != NULL ? fa__node_compress(flat, input, FA__FLAT, err) : NULL;
    fa__node_release(flat);
    return node;
}

/* 0, 1, ... along one axis of `ndim`. */
static fa__node *positions_along(int64_t size, int axis, int ndim, fa_error *err)
{
    fa_index_part parts[FA_MAX_NDIM];
    for (int i = 0; i < ndim; i++)
        parts[i] = i == axis ? fa_whole() : fa_newaxis();
    fa__node *range = fa__node_arange_int64(0, size, 1, err);
    fa__node *node = range != NULL ? fa__node_index(range, (fa_index_parts){ndim, parts}, NULL, err) : NULL;
    fa__node_release(range);
    return node;
}

static fa__node *take_rows(fa__node *input, fa__node *positions, int axis, fa_error *err)
{
    fa__node *indices[FA_MAX_NDIM] = {NULL}, *node = NULL;
    fa__take *take = take_new(input->ndim, err);
    for (int i = 0; take != NULL && i < input->ndim && !fa_failed(err); i++) {
        take->indices[i] = (fa__take_index){.axis = i, .span = 1, .named = i};
        indices[i] = i == axis ? fa__node_strong(positions, err)
                               : positions_along(input->sizes[i], i, input->ndim, err);
    }
    if (take != NULL && !fa_failed(err))
        node = fa__node_take(input, take, indices, err);
    for (int i = 0; i < input->ndim; i++)
        fa__node_release(indices[i]);
    fa__take_release(take);
    return node;
}

fa__node *fa__node_take_along_axis(fa__node *input, fa__node *positions, int axis, fa_error *err)
{
    if (!fa__nodes_usable(1, &input, err) || !fa__nodes_usable(1, &positions, err))
        return NULL;
    bool is_flat = axis == FA__FLAT;
    fa__node *from = is_flat ? fa__node_reshape(input, FA_SHAPE(-1), err) : fa__node_strong(input, err),
             *node = NULL;
    axis = from == NULL ? -1 : is_flat ? 0 : fa__axis(axis, from->ndim, err);
    if (axis >= 0 && !fa__type_is_integer(positions->dtype->type))
        fa__fail(err, FA_BAD_INDEX, "`indices` must be an integer array");
    else if (axis >= 0 && is_flat && positions->ndim != 1)
        fa__fail(err, FA_BAD_SHAPE, "when axis=None, `indices` must have a single dimension.");
    else if (axis >= 0 && positions->ndim != from->ndim)
        fa__fail(err, FA_BAD_SHAPE, "`indices` and `arr` must have the same number of dimensions");
    else if (axis >= 0)
        node = take_rows(from, positions, axis, err);
    fa__node_release(from);
    return node;
}

/* ---- Positions ---- */

static fa__node *positions_of(fa__node *input, fa__move move, fa_error *err)
{
    if (!fa__nodes_usable(1, &input, err))
        return NULL;
    fa__take *take = take_new(1, err);
    fa__node *mask = take != NULL ? counted(input, &take->indices[0].counts, err) : NULL, *node = NULL;
    if (mask != NULL) {
        int64_t sizes[] = {fa__counts_total(take->indices[0].counts), input->ndim};
        take->indices[0].span = input->ndim;
        node = make(move, FA_INT64, move == FA__MOVE_ARGWHERE ? 2 : 1, sizes, 1, &mask, take, err);
    }
    fa__node_release(mask);
    fa__take_release(take);
    return node;
}

fa__node *fa__node_flatnonzero(fa__node *input, fa_error *err)
{
    return positions_of(input, FA__MOVE_FLATNONZERO, err);
}

fa__node *fa__node_argwhere(fa__node *input, fa_error *err)
{
    return positions_of(input, FA__MOVE_ARGWHERE, err);
}

fa__node *fa__node_spread(fa__node *mask, fa__node *values, fa_error *err)
{
    if (!fa__nodes_usable(1, &mask, err) || !fa__nodes_usable(1, &values, err))
        return NULL;
    fa__take *take = take_new(1, err);
    fa__node *inputs[2] = {take != NULL ? fa__node_strong(values, err) : NULL, NULL}, *node = NULL;
    const fa_dtype *dtype = moved_dtype(values->dtype, err);
    if (inputs[0] != NULL)
        inputs[1] = counted(mask, &take->indices[0].counts, err);
    if (!fa_failed(err) && (values->ndim < 1 || mask->ndim + values->ndim - 1 > FA_MAX_NDIM))
        fa__fail(err, FA_BAD_SHAPE, "values of %d dimensions cannot be spread over a mask of %d",
                 values->ndim, mask->ndim);
    if (!fa_failed(err) && values->sizes[0] == 0 && fa__counts_total(take->indices[0].counts) > 0)
        fa__fail(err, FA_BAD_SHAPE, "there are no values to spread over %lld true elements",
                 (long long)fa__counts_total(take->indices[0].counts));
    if (!fa_failed(err)) {
        int64_t sizes[2 * FA_MAX_NDIM];
        take->indices[0].span = mask->ndim;
        memcpy(sizes, mask->sizes, (size_t)mask->ndim * sizeof *sizes);
        memcpy(sizes + mask->ndim, values->sizes + 1, (size_t)(values->ndim - 1) * sizeof *sizes);
        node = make(FA__MOVE_SPREAD, dtype, mask->ndim + values->ndim - 1, sizes, 2, inputs, take, err);
    }
    fa__node_release(inputs[0]);
    fa__node_release(inputs[1]);
    fa_dtype_release(dtype);
    fa__take_release(take);
    return node;
}
