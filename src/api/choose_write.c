/* SPDX-License-Identifier: BSD-3-Clause */
/* Writing where masks and positions say. A mask becomes a store that lets some elements through, positions a
 * walk in their order. Everything that is read is computed, or copied where it shares bytes with the target,
 * before anything is written. */
#include "api/api.h"

#include <farray/choose.h>
#include <farray/create.h>

#include "array/promote.h"
#include "array/selection.h"
#include "array/slice.h"
#include "expr/take.h"
#include "op/assign.h"

#include <string.h>

/* ---- By a mask of all elements ---- */

/* target[where] = value; both are broadcast to the target. */
static void write_where(fa_array *target, fa_array *value, fa_array *where, fa_error *err)
{
    fa_array *mask = fa_astype(where, FA_BOOL, err);
    fa_array *fitted = mask != NULL ? fa__broadcast_value(value, target, err) : NULL;
    if (fitted != NULL && fa__write_gate(target, NULL, NULL, err)) {
        fa_array *everywhere = fa__broadcast_value(mask, target, err);
        fitted = fa__apart_from(fitted, target, true, err);
        everywhere = fa__apart_from(everywhere, target, true, err);
        fa__sink sink = {.value = fitted, .target = target, .where = everywhere};
        if (!fa_failed(err))
            fa__engine_run(&sink, 1, NULL, err);
        fa_release(everywhere);
    }
    fa_release(fitted);
    fa_release(mask);
}

/* ---- By positions ---- */

static void fail_shape(const fa_array *value, const fa__node *into, fa_error *err)
{
    char from[FA__SHAPE_TEXT], to[FA__SHAPE_TEXT];
    fa__fail(err, FA_BAD_SHAPE,
             "shape mismatch: value array of shape %s could not be broadcast to indexing result of "
             "shape %s",
             fa__shape_text(value->ndim, value->sizes, from, sizeof from),
             fa__shape_text(into->ndim, into->sizes, to, sizeof to));
}

/* The values for a TAKE, over its axes; `root` is the TAKE or a view of it with the axes of the indices in
 * front. */
static fa_array *values_for(const fa__node *root, const fa__node *take, fa_array *value, fa_error *err)
{
    fa__geometry geometry;
    fa_error inner = {0};
    fa_array as_target = {.ndim = root->ndim, .sizes = root->sizes};
    fa_array *fitted = fa__broadcast_value(value, &as_target, &inner);
    if (fitted == NULL) {
        if (inner.code == FA_BAD_SHAPE)
            fail_shape(value, root, err);
        fa__error_move(err, &inner);
        return NULL;
    }
    if (root == take)
        return fitted;
    int axes[FA_MAX_NDIM], chosen = take->as.move.take->ndim, place = take->as.move.take->place;
    for (int i = 0; i < take->ndim; i++)
        axes[i] = i < place ? chosen + i : i < place + chosen ? i - place : i;
    fa__view_geometry(fitted, &geometry);
    fa__geometry_permute(&geometry, (fa_axes){take->ndim, axes}, &geometry, err);
    fa_array *turned = fa_failed(err) ? NULL : fa__view_like(fitted, &geometry, err);
    fa_release(fitted);
    return turned;
}

/* The value as an array that stands, of a dtype that the walk converts to the target's. */
static fa_array *standing_values(fa_array *values, const fa_array *target, fa_error *err)
{
    bool are_numbers = fa__type_is_numeric(values->dtype->type) && fa__type_is_numeric(target->dtype->type);
    fa__node *leaf = fa__leaf(values, err), *node = NULL;
    const fa_dtype *dtype = are_numbers ? NULL : fa__dtype_native(target->dtype, err);
    if (leaf != NULL && !fa_failed(err))
        node = dtype != NULL && !fa__dtype_same_bytes(leaf->dtype, target->dtype)
                   ? fa__node_cast(leaf, dtype, err)
                   : fa__node_retain(leaf);
    fa_array *stands = node != NULL ? fa__stand(node, err) : NULL;
    fa_dtype_release(dtype);
    fa__node_release(node);
    fa__node_release(leaf);
    return fa__apart_from(stands, target, false, err);
}

/* Writes `values` (over the axes of the take, or to be used again and again) at the places that a TAKE of a
 * leaf chooses. */
static void write_places(const fa__node *take, fa_array *values, fa_error *err)
{
    fa_array *target = take->inputs[0]->array, *positions[FA_MAX_NDIM] = {NULL}, *what = NULL;
    int count = take->input_count - 1;
    if (fa__write_gate(target, NULL, NULL, err))
        what = standing_values(values, target, err);
    for (int i = 0; i < count && !fa_failed(err); i++)
        positions[i] = fa__apart_from(fa__stand(take->inputs[i + 1], err), target, false, err);
    if (!fa_failed(err))
        fa__assign_places(take, positions, what, err);
    for (int i = 0; i < count; i++)
        fa_release(positions[i]);
    fa_release(what);
}

/* The TAKE that a node is, or that it is a view of. */
static const fa__node *take_of(const fa__node *root)
{
    return root->kind == FA__NODE_VIEW ? root->inputs[0] : root;
}

static void assign_by_positions(fa__node *leaf, fa_index_parts index, fa__node *const *arrays,
                                fa_array *value, fa_error *err)
{
    fa__node *root = fa__node_index(leaf, index, arrays, err);
    fa_array *values = root != NULL ? values_for(root, take_of(root), value, err) : NULL;
    if (values != NULL)
        write_places(take_of(root), values, err);
    fa_release(values);
    fa__node_release(root);
}

/* ---- By one mask ---- */

/* The target with the axes of the mask in front. */
static fa_array *mask_in_front(fa_array *target, const fa__selection *s, fa_error *err)
{
    fa__geometry geometry;
    int axes[FA_MAX_NDIM], made = 0, begin = s->axes[0], end = begin + s->spans[0];
    for (int i = begin; i < end; i++)
        axes[made++] = i;
    for (int i = 0; i < s->base.ndim; i++)
        if (i < begin || i >= end)
            axes[made++] = i;
    if (!fa__geometry_permute(&s->base, (fa_axes){made, axes}, &geometry, err))
        return NULL;
    return fa__view_like(target, &geometry, err);
}

/* The mask, repeated over the axes behind its own. */
static fa_array *mask_over(fa_array *mask, int others, fa_error *err)
{
    fa_index_part parts[FA_MAX_NDIM + 1];
    parts[0] = fa_ellipsis();
    for (int i = 0; i < others; i++)
        parts[i + 1] = fa_newaxis();
    return fa_index(mask, (fa_index_parts){others + 1, parts}, err);
}

/* What an array value gives for the k-th true element, k along the first axis, the others behind it: a view
 * of the value, or where it is the same for all k, and then *same is set, without that axis. */
static fa_array *values_for_mask(fa_array *value, int place, int others, const int64_t *sizes, int64_t count,
                                 bool *same, fa_error *err)
{
    int64_t shape[FA_MAX_NDIM], extra = 0;
    int axes[FA_MAX_NDIM], made = 0;
    while (value->ndim - extra > others + 1 && value->sizes[extra] == 1)
        extra++;
    int axis = place - (others + 1 - (value->ndim - (int)extra)); /* of the value, that k is along */
    *same = axis < 0 || value->sizes[extra + axis] == 1;
    for (int i = 0; i <= others; i++)
        shape[i] = i < place ? sizes[i] : i == place ? (*same ? 1 : count) : sizes[i - 1];
    fa_array as_target = {.ndim = others + 1, .sizes = shape};
    fa_array *fitted = fa__broadcast_value(value, &as_target, err);
    axes[made++] = place;
    for (int i = 0; i <= others; i++)
        if (i != place)
            axes[made++] = i;
    fa_array *turned = fitted != NULL ? fa_permute(fitted, (fa_axes){made, axes}, err) : NULL;
    fa_array *result =
        turned != NULL && *same ? fa_index(turned, FA_INDEX(fa_at(0)), err) : fa_retain(turned);
    fa_release(turned);
    fa_release(fitted);
    return result;
}

/* The value that is stored where the mask is true: of the target's shape, or broadcast to it. */
static fa_array *value_over_mask(fa_array *mask, const fa__selection *s, const fa_array *front,
                                 fa_array *value, fa_error *err)
{
    int span = s->spans[0], others = front->ndim - span;
    fa__node *where = fa__leaf(mask, err), *leaf = NULL, *spread = NULL;
    fa__node *positions = where != NULL ? fa__node_flatnonzero(where, err) : NULL;
    fa_array *values = NULL;
    bool same = false;
    if (positions != NULL)
        values =
            values_for_mask(value, s->place, others, front->sizes + span, positions->sizes[0], &same, err);
    if (values != NULL && !same) {
        leaf = fa__leaf(values, err);
        spread = leaf != NULL ? fa__node_spread(positions->inputs[0], leaf, err) : NULL;
        fa_release(values);
        values = fa__array_of(fa__node_retain(spread), err);
    }
    fa__node_release(spread);
    fa__node_release(leaf);
    fa__node_release(positions);
    fa__node_release(where);
    return values;
}

static void assign_by_mask(fa_array *target, fa_array *mask, const fa__selection *s, fa_array *value,
                           fa_error *err)
{
    fa_array *front = mask_in_front(target, s, err);
    fa_array *over = front != NULL ? mask_over(mask, front->ndim - s->spans[0], err) : NULL;
    fa_array *values = over != NULL ? value_over_mask(mask, s, front, value, err) : NULL;
    if (values != NULL)
        write_where(front, values, over, err);
    fa_release(front);
    fa_release(over);
    fa_release(values);
}

/* ---- target[index] = value ---- */

static void assign_basic(fa_array *target, fa_index_parts index, fa_array *value, fa_error *err)
{
    fa_array *view = fa_index(target, index, err);
    if (view != NULL)
        fa_assign(view, value, err);
    fa_release(view);
}

/* The leaf of what is written to, which has to stand. */
static fa__node *target_leaf(fa_array *target, fa_error *err)
{
    if (!fa_failed(err) && fa__is_pending(target))
        fa_evaluate(target, NULL, err);
    return fa__leaf(target, err);
}

/* NumPy takes the values of such a mask in order, and refuses to broadcast them. */
static bool is_all_mask(fa_index_parts index, const fa_array *mask, const fa_array *target)
{
    return index.count == 1 && mask->dtype->type == FA_TYPE_BOOL && mask->ndim == target->ndim;
}

/* Whether an index names one element: NumPy sets that one to a number, and to no array that has axes. */
static bool is_one_element(fa_index_parts index, const fa_array *target)
{
    bool is_one = index.count == target->ndim;
    for (int i = 0; i < index.count && is_one; i++) {
        const fa_index_part *part = &index.parts[i];
        is_one = part->kind == FA__PART_AT || (part->kind == FA__PART_ARRAY && part->array->ndim == 0 &&
                                               part->array->dtype->type != FA_TYPE_BOOL);
    }
    return is_one;
}

void fa_assign_at(fa_array *target, fa_index_parts index, fa_array *value, fa_error *err)
{
    fa__node *arrays[FA_MAX_NDIM] = {NULL}, *leaf = NULL;
    fa__selector selectors[FA_MAX_NDIM];
    fa__selection selection;
    fa__geometry geometry;
    int count = 0;
    if (fa__unusable(target, err) || fa__unusable(value, err))
        return;
    if (!fa__selects(index)) {
        assign_basic(target, index, value, err);
        return;
    }
    /* NumPy asks an array of one element whether it is true. */
    bool is_truth = target->dtype->type == FA_TYPE_BOOL && fa__count(value->ndim, value->sizes) == 1;
    if (is_one_element(index, target) && value->ndim > 0 && !is_truth) {
        fa__fail(err, FA_BAD_SHAPE, "one element cannot be set to an array of %d dimension%s", value->ndim,
                 value->ndim > 1 ? "s" : "");
        return;
    }
    fa_array *mask = NULL;
    for (int i = 0; i < index.count && !fa_failed(err); i++) {
        if (index.parts[i].kind != FA__PART_ARRAY)
            continue;
        mask = index.parts[i].array;
        if (count == FA_MAX_NDIM)
            fa__fail(err, FA_BAD_INDEX, "an index has more than %d arrays", FA_MAX_NDIM);
        else if ((arrays[count] = fa__leaf(mask, err)) != NULL) {
            selectors[count] = (fa__selector){mask->dtype->type == FA_TYPE_BOOL, mask->ndim, mask->sizes};
            count++;
        }
    }
    if (!fa_failed(err) && (leaf = target_leaf(target, err)) != NULL) {
        fa__view_geometry(target, &geometry);
        if (fa__select(&geometry, index, selectors, &selection, err)) {
            if (is_all_mask(index, mask, target) && value->ndim > 1)
                fa__fail(err, FA_BAD_SHAPE,
                         "a mask of all axes is assigned values of 0 or 1 dimensions, not of %d",
                         value->ndim);
            else if (count == 1 && selectors[0].is_mask && fa__count(mask->ndim, mask->sizes) > 0)
                assign_by_mask(target, mask, &selection, value, err);
            else
                assign_by_positions(leaf, index, arrays, value, err);
        }
    }
    for (int i = 0; i < count; i++)
        fa__node_release(arrays[i]);
    fa__node_release(leaf);
}

/* ---- NumPy's functions ---- */

void fa_put(fa_array *target, fa_array *positions, fa_array *values, fa_bounds bounds, fa_error *err)
{
    if (fa__unusable(target, err) || fa__unusable(positions, err) || fa__unusable(values, err))
        return;
    fa__node *leaf = target_leaf(target, err), *at = fa__leaf(positions, err), *take = NULL;
    fa__take_mode mode = bounds == FA_BOUNDS_WRAP   ? FA__TAKE_WRAP
                         : bounds == FA_BOUNDS_CLIP ? FA__TAKE_CLIP
                                                    : FA__TAKE_RAISE;
    if (!fa_failed(err))
        take = fa__node_take_along(leaf, at, FA__FLAT, mode, err);
    /* Values without axes of their own take part in no broadcast: they are used in C order, again and again.
     */
    fa__node *flat = take != NULL ? fa__leaf(values, err) : NULL;
    fa__node *row = flat != NULL ? fa__node_reshape(flat, FA_SHAPE(1, -1), err) : NULL;
    fa_array *cycle = row != NULL ? fa__array_of(fa__node_retain(row), err) : NULL;
    if (cycle != NULL)
        write_places(take, cycle, err);
    fa_release(cycle);
    fa__node_release(row);
    fa__node_release(flat);
    fa__node_release(take);
    fa__node_release(at);
    fa__node_release(leaf);
}

void fa_put_along_axis(fa_array *target, fa_array *positions, fa_array *values, int axis, fa_error *err)
{
    if (fa__unusable(target, err) || fa__unusable(positions, err) || fa__unusable(values, err))
        return;
    fa__node *leaf = target_leaf(target, err), *at = fa__leaf(positions, err);
    fa__node *take = fa_failed(err) ? NULL : fa__node_take_along_axis(leaf, at, axis, err);
    fa_array *fitted = take != NULL ? values_for(take, take, values, err) : NULL;
    if (fitted != NULL)
        write_places(take, fitted, err);
    fa_release(fitted);
    fa__node_release(take);
    fa__node_release(at);
    fa__node_release(leaf);
}

/* The mask in the target's shape. */
static fa__node *mask_of_size(fa_array *target, fa_array *mask, const char *function, fa_error *err)
{
    fa__node *leaf = fa__leaf(mask, err);
    if (leaf != NULL && fa_size(mask) != fa_size(target))
        fa__fail(err, FA_BAD_SHAPE, "%s: mask and data must be the same size", function);
    fa__node *shaped =
        fa_failed(err) ? NULL : fa__node_reshape(leaf, (fa_shape){target->ndim, target->sizes}, err);
    fa__node *cast = shaped != NULL ? fa__node_cast(shaped, FA_BOOL, err) : NULL;
    fa__node_release(shaped);
    fa__node_release(leaf);
    return cast;
}

static fa__node *flattened(fa_array *array, fa_error *err)
{
    fa__node *leaf = fa__leaf(array, err);
    fa__node *flat = leaf != NULL ? fa__node_reshape(leaf, FA_SHAPE(-1), err) : NULL;
    fa__node_release(leaf);
    return flat;
}

static void write_node_where(fa_array *target, fa__node *value, fa__node *where, fa_error *err)
{
    fa_array *values = value != NULL ? fa__array_of(fa__node_retain(value), err) : NULL;
    fa_array *mask = values != NULL ? fa__array_of(fa__node_retain(where), err) : NULL;
    if (mask != NULL)
        write_where(target, values, mask, err);
    fa_release(values);
    fa_release(mask);
}

void fa_place(fa_array *target, fa_array *mask, fa_array *values, fa_error *err)
{
    if (fa__unusable(target, err) || fa__unusable(mask, err) || fa__unusable(values, err))
        return;
    fa__node *where = mask_of_size(target, mask, "place", err), *flat = flattened(values, err),
             *spread = NULL;
    if (!fa_failed(err))
        spread = fa__node_spread(where, flat, err);
    if (spread != NULL)
        write_node_where(target, spread, spread->inputs[1], err);
    fa__node_release(spread);
    fa__node_release(flat);
    fa__node_release(where);
}

/* values[n % size] for every element number n of a shape. */
static fa__node *repeated(fa__node *flat, fa_shape shape, fa_error *err)
{
    int64_t count = fa__count(shape.ndim, shape.sizes);
    fa__node *numbers = fa__node_arange_int64(0, count, 1, err), *node = NULL;
    fa__node *shaped = numbers != NULL ? fa__node_reshape(numbers, shape, err) : NULL;
    if (shaped != NULL)
        node = fa__node_take_along(flat, shaped, FA__FLAT, FA__TAKE_WRAP, err);
    fa__node_release(shaped);
    fa__node_release(numbers);
    return node;
}

void fa_putmask(fa_array *target, fa_array *mask, fa_array *values, fa_error *err)
{
    if (fa__unusable(target, err) || fa__unusable(mask, err) || fa__unusable(values, err))
        return;
    fa__node *where = mask_of_size(target, mask, "putmask", err), *flat = flattened(values, err),
             *value = NULL;
    fa_shape shape = {target->ndim, target->sizes};
    if (!fa_failed(err) && flat->sizes[0] == fa_size(target))
        value = fa__node_reshape(flat, shape, err);
    else if (!fa_failed(err) && flat->sizes[0] == 1)
        value = fa__node_retain(flat);
    else if (!fa_failed(err) && flat->sizes[0] > 0)
        value = repeated(flat, shape, err);
    if (value != NULL)
        write_node_where(target, value, where, err);
    else if (!fa_failed(err))
        fa__write_gate(target, NULL, NULL, err); /* no values: nothing is written */
    fa__node_release(value);
    fa__node_release(flat);
    fa__node_release(where);
}

void fa_copyto(fa_array *target, fa_array *value, fa_array *where, fa_error *err)
{
    if (fa__unusable(target, err) || fa__unusable(value, err))
        return;
    fa_type from = value->dtype->type, to = target->dtype->type;
    if (fa__type_is_numeric(from) && fa__type_is_numeric(to) && !fa__can_cast_same_kind(from, to))
        fa__fail(err, FA_BAD_TYPES, "cannot cast array data from %s to %s according to the rule 'same_kind'",
                 fa__type_name(from), fa__type_name(to));
    if (where == NULL)
        fa_assign(target, value, err);
    else if (!fa_failed(err) && where->dtype->type != FA_TYPE_BOOL)
        fa__fail(err, FA_BAD_TYPES, "the mask of copyto is bool, not %s", fa__type_name(where->dtype->type));
    else if (!fa_failed(err))
        write_where(target, value, where, err);
}
