/* SPDX-License-Identifier: BSD-3-Clause */
/* What is made of positions and of where(): choosing between arrays, coordinates and their numbers, open
 * meshes. A position that must not be out of bounds is taken from 0, 1, 2, ...: the take looks at it. */
#include "expr/take.h"

#include "expr/node.h"
#include "expr/types.h"

#include <string.h>

/* ---- Choosing between arrays ---- */

/* The type that holds all; literals take part as they do between operands. FA_TYPE_VOID where something is no
 * number. */
static fa_type common_type(int count, fa__node *const *nodes)
{
    fa_type type = FA_TYPE_BOOL;
    bool has_strong = false;
    for (int i = 0; i < count; i++) {
        if (!fa__type_is_numeric(nodes[i]->dtype->type))
            return FA_TYPE_VOID;
        if (!fa__node_is_weak(nodes[i])) {
            type = has_strong ? fa__promote(type, nodes[i]->dtype->type) : nodes[i]->dtype->type;
            has_strong = true;
        }
    }
    for (int i = 0; i < count; i++)
        if (fa__node_is_weak(nodes[i]))
            type = has_strong ? fa__promote_weak(type, nodes[i]->weak)
                              : fa__promote(type, fa__weak_type(nodes[i]->weak));
    return type;
}

static fa__node *as_type(fa__node *node, fa_type type, fa_error *err)
{
    return type == FA_TYPE_VOID ? fa__node_retain(node) : fa__node_cast(node, fa_dtype_of(type), err);
}

/* where(condition, choice, otherwise); takes `otherwise` over. */
static fa__node *or_else(fa__node *condition, fa__node *choice, fa_type type, fa__node *otherwise,
                         fa_error *err)
{
    fa__node *inputs[] = {condition, NULL, otherwise}, *node = NULL;
    if (!fa_failed(err))
        inputs[1] = as_type(choice, type, err);
    if (inputs[1] != NULL)
        node = fa__node_operation(FA__OP_WHERE, inputs, err);
    fa__node_release(inputs[1]);
    fa__node_release(otherwise);
    return node;
}

static fa__node *equals(fa__node *node, int64_t value, fa_error *err)
{
    fa__node *inputs[] = {node, fa__node_int(value, err)};
    fa__node *equal = fa_failed(err) ? NULL : fa__node_operation(FA__OP_EQUAL, inputs, err);
    fa__node_release(inputs[1]);
    return equal;
}

fa__node *fa__node_choose(fa__node *selector, int count, fa__node *const *choices, fa__take_mode mode,
                          fa_error *err)
{
    if (!fa__nodes_usable(1, &selector, err) || !fa__nodes_usable(count, choices, err))
        return NULL;
    if (count < 1) {
        fa__fail(err, FA_INVALID_ARGUMENT, "choose needs at least one array to choose from");
        return NULL;
    }
    fa_type type = common_type(count, choices);
    fa__node *numbers = fa__node_arange_int64(0, count, 1, err), *inside = NULL, *node = NULL;
    if (numbers != NULL)
        inside =
            fa__node_take_along(numbers, selector, 0, mode == FA__TAKE_RAISE ? FA__TAKE_EXACT : mode, err);
    node = inside != NULL ? as_type(choices[count - 1], type, err) : NULL;
    for (int i = count > 1 ? count - 2 : 0; i >= 0 && node != NULL; i--) {
        fa__node *chosen = equals(inside, i, err);
        node = or_else(chosen, choices[i], type, node, err);
        fa__node_release(chosen);
    }
    fa__node_release(numbers);
    fa__node_release(inside);
    return node;
}

fa__node *fa__node_select(int count, fa__node *const *conditions, fa__node *const *choices,
                          fa__node *otherwise, fa_error *err)
{
    fa__node *all[FA__MAX_CHOICES + 1];
    if (!fa__nodes_usable(count, conditions, err) || !fa__nodes_usable(count, choices, err) ||
        !fa__nodes_usable(1, &otherwise, err))
        return NULL;
    if (count < 1 || count > FA__MAX_CHOICES) {
        fa__fail(err, FA_INVALID_ARGUMENT, "select takes from 1 to %d conditions, not %d", FA__MAX_CHOICES,
                 count);
        return NULL;
    }
    for (int i = 0; i < count; i++)
        if (conditions[i]->dtype->type != FA_TYPE_BOOL) {
            fa__fail(err, FA_BAD_TYPES, "invalid entry %d in condlist: should be boolean ndarray", i);
            return NULL;
        }
    memcpy(all, choices, (size_t)count * sizeof(fa__node *));
    all[count] = otherwise;
    fa_type type = common_type(count + 1, all);
    fa__node *node = as_type(otherwise, type, err);
    for (int i = count - 1; i >= 0 && node != NULL; i--)
        node = or_else(conditions[i], choices[i], type, node, err);
    return node;
}

/* ---- Coordinates ---- */

bool fa__node_nonzero(fa__node *input, fa__node **positions, fa_error *err)
{
    if (!fa__nodes_usable(1, &input, err))
        return false;
    if (input->ndim == 0)
        return fa__fail(err, FA_BAD_SHAPE, "Calling nonzero on 0d arrays is not allowed.");
    fa__node *rows = fa__node_argwhere(input, err);
    for (int i = 0; i < input->ndim; i++)
        positions[i] = rows == NULL ? NULL : fa__node_index(rows, FA_INDEX(fa_whole(), fa_at(i)), NULL, err);
    fa__node_release(rows);
    return !fa_failed(err);
}

/* The coordinate along one axis of every element of a shape, seen and not made. */
static fa__node *coordinates_along(fa_shape shape, int axis, fa_error *err)
{
    fa__geometry geometry = {.ndim = shape.ndim};
    fa__node *range = fa__node_arange_int64(0, shape.sizes[axis], 1, err);
    memcpy(geometry.sizes, shape.sizes, (size_t)shape.ndim * sizeof(int64_t));
    geometry.strides[axis] = (int64_t)sizeof(int64_t);
    fa__node *node = range != NULL ? fa__node_view(range, &geometry, err) : NULL;
    fa__node_release(range);
    return node;
}

bool fa__node_unravel_index(fa__node *positions, fa_shape shape, fa__node **coordinates, fa_error *err)
{
    int64_t count;
    if (!fa__nodes_usable(1, &positions, err) || !fa__shape_count(shape.ndim, shape.sizes, 8, &count, err))
        return false;
    for (int i = 0; i < shape.ndim; i++) {
        fa__node *along = coordinates_along(shape, i, err);
        coordinates[i] =
            along == NULL ? NULL : fa__node_take_along(along, positions, FA__FLAT, FA__TAKE_EXACT, err);
        fa__node_release(along);
    }
    return !fa_failed(err);
}

fa__node *fa__node_ravel_multi_index(int count, fa__node *const *coordinates, fa_shape shape,
                                     fa__take_mode mode, fa_error *err)
{
    int64_t total, strides[FA_MAX_NDIM];
    if (!fa__nodes_usable(count, coordinates, err) ||
        !fa__shape_count(shape.ndim, shape.sizes, 1, &total, err))
        return NULL;
    if (count != shape.ndim || count == 0) {
        fa__fail(err, FA_BAD_SHAPE, "%d arrays of coordinates for a shape of %d dimensions", count,
                 shape.ndim);
        return NULL;
    }
    fa__strides_c(shape.ndim, shape.sizes, 1, strides);
    fa__node *sum = NULL;
    for (int i = 0; i < count && !fa_failed(err); i++) {
        int64_t step = total > 0 ? strides[i] : 1;
        fa__node *starts = fa__node_arange_int64(0, shape.sizes[i] * step, step, err);
        fa__node *inputs[] = {sum, NULL};
        if (starts != NULL)
            inputs[1] = fa__node_take_along(starts, coordinates[i], 0,
                                            mode == FA__TAKE_RAISE ? FA__TAKE_EXACT : mode, err);
        fa__node_release(starts);
        if (inputs[1] != NULL && sum != NULL) {
            sum = fa__node_operation(FA__OP_ADD, inputs, err);
            fa__node_release(inputs[0]);
            fa__node_release(inputs[1]);
        } else if (inputs[1] != NULL) {
            sum = inputs[1];
        }
    }
    if (!fa_failed(err))
        return sum;
    fa__node_release(sum);
    return NULL;
}

bool fa__node_ix(int count, fa__node *const *arrays, fa__node **meshed, fa_error *err)
{
    if (!fa__nodes_usable(count, arrays, err))
        return false;
    if (count > FA_MAX_NDIM)
        return fa__fail(err, FA_BAD_SHAPE, "%d arrays make more than %d dimensions", count, FA_MAX_NDIM);
    for (int i = 0; i < count; i++) {
        fa_index_part parts[FA_MAX_NDIM];
        for (int k = 0; k < count; k++)
            parts[k] = k == i ? fa_whole() : fa_newaxis();
        if (arrays[i]->ndim != 1)
            return fa__fail(err, FA_BAD_SHAPE, "Cross index must be 1 dimensional");
        bool is_mask = arrays[i]->dtype->type == FA_TYPE_BOOL;
        fa__node *positions = is_mask ? fa__node_flatnonzero(arrays[i], err) : fa__node_retain(arrays[i]);
        meshed[i] =
            positions != NULL ? fa__node_index(positions, (fa_index_parts){count, parts}, NULL, err) : NULL;
        fa__node_release(positions);
    }
    return !fa_failed(err);
}
