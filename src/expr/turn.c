/* SPDX-License-Identifier: BSD-3-Clause */
/* Views by NumPy's names: axes exchanged, turned, added, taken away, and arrays taken apart. All of it is
 * arithmetic on geometries; none of it makes a node that computes. */
#include "expr/routines.h"

#include "expr/node.h"

#include "base/checked.h"

#include <string.h>

/* The geometry of an input that can be seen, which is the input unless that is a bare number. */
static bool start(fa__node *a, fa__geometry *geometry, fa_error *err)
{
    if (!fa__nodes_usable(1, &a, err))
        return false;
    fa__node_geometry(a, geometry);
    return true;
}

fa__node *fa__node_permute(fa__node *a, fa_axes axes, fa_error *err)
{
    fa__geometry geometry;
    if (!start(a, &geometry, err))
        return NULL;
    bool permuted = axes.count < 0 ? fa__geometry_transpose(&geometry, &geometry)
                                   : fa__geometry_permute(&geometry, axes, &geometry, err);
    return permuted ? fa__node_view(a, &geometry, err) : NULL;
}

fa__node *fa__node_flip(fa__node *a, fa_axes axes, fa_error *err)
{
    fa__geometry geometry;
    uint64_t mask;
    if (!start(a, &geometry, err) || !fa__axes_mask(axes, geometry.ndim, &mask, err))
        return NULL;
    fa_index_part parts[FA_MAX_NDIM];
    for (int i = 0; i < geometry.ndim; i++)
        parts[i] = mask >> i & 1 ? fa_range(FA_OMITTED, FA_OMITTED, -1) : fa_whole();
    bool indexed = fa__geometry_index(&geometry, (fa_index_parts){geometry.ndim, parts}, &geometry, err);
    return indexed ? fa__node_view(a, &geometry, err) : NULL;
}

fa__node *fa__node_rot90(fa__node *a, int64_t times, int axis1, int axis2, fa_error *err)
{
    if (!fa__nodes_usable(1, &a, err))
        return NULL;
    int first = fa__axis(axis1, a->ndim, err), second = fa__axis(axis2, a->ndim, err);
    if (fa_failed(err))
        return NULL;
    if (first == second) {
        fa__fail(err, FA_INVALID_ARGUMENT, "Axes must be different.");
        return NULL;
    }
    times = (times % 4 + 4) % 4;
    if (times == 0 || times == 2)
        return fa__node_flip(a, times == 0 ? FA_AXES() : FA_AXES(first, second), err);
    fa__node *turned = times == 1 ? fa__node_flip(a, FA_AXES(second), err) : fa__node_retain(a);
    fa__geometry geometry;
    fa__node *exchanged = NULL;
    if (turned != NULL) {
        fa__node_geometry(turned, &geometry);
        if (fa__geometry_swap_axes(&geometry, first, second, &geometry, err))
            exchanged = fa__node_view(turned, &geometry, err);
    }
    fa__node_release(turned);
    if (times == 1 || exchanged == NULL)
        return exchanged;
    fa__node *flipped = fa__node_flip(exchanged, FA_AXES(second), err);
    fa__node_release(exchanged);
    return flipped;
}

fa__node *fa__node_move_axes(fa__node *a, fa_axes from, fa_axes to, fa_error *err)
{
    uint64_t from_mask, to_mask;
    if (!fa__nodes_usable(1, &a, err))
        return NULL;
    if (from.count < 0 || to.count < 0 || from.count != to.count) {
        fa__fail(err, FA_INVALID_ARGUMENT,
                 "`source` and `destination` arguments must have the same number of elements");
        return NULL;
    }
    if (!fa__axes_mask(from, a->ndim, &from_mask, err) || !fa__axes_mask(to, a->ndim, &to_mask, err))
        return NULL;
    int order[FA_MAX_NDIM], next = 0;
    for (int i = 0; i < a->ndim; i++) {
        order[i] = -1;
        for (int k = 0; k < to.count; k++)
            if (fa__axis(to.axes[k], a->ndim, err) == i)
                order[i] = fa__axis(from.axes[k], a->ndim, err);
        while (order[i] < 0 && (from_mask >> next & 1))
            next++;
        if (order[i] < 0)
            order[i] = next++;
    }
    return fa__node_permute(a, (fa_axes){a->ndim, order}, err);
}

fa__node *fa__node_roll_axis(fa__node *a, int axis, int before, fa_error *err)
{
    if (!fa__nodes_usable(1, &a, err))
        return NULL;
    int from = fa__axis(axis, a->ndim, err);
    if (from < 0)
        return NULL;
    int place = before < 0 ? before + a->ndim : before;
    if (place < 0 || place > a->ndim) {
        fa__fail(err, FA_BAD_INDEX, "'start' arg requires %d <= start < %d, but %d was passed in", -a->ndim,
                 a->ndim + 1, before);
        return NULL;
    }
    place -= from < place;
    return fa__node_move_axes(a, FA_AXES(from), FA_AXES(place), err);
}

/* ---- Axes of size 1 ---- */

fa__node *fa__node_squeeze(fa__node *a, fa_axes axes, fa_error *err)
{
    fa__geometry geometry;
    uint64_t mask;
    int kept = 0;
    if (!start(a, &geometry, err))
        return NULL;
    /* NumPy lets one axis of a 0-d array pass. */
    if (a->ndim == 0 && axes.count == 1 && (axes.axes[0] == 0 || axes.axes[0] == -1))
        axes = FA_ALL_AXES;
    if (!fa__axes_mask(axes, geometry.ndim, &mask, err))
        return NULL;
    for (int i = 0; i < geometry.ndim; i++) {
        bool named = (mask >> i & 1) != 0;
        if (named && axes.count >= 0 && geometry.sizes[i] != 1) {
            fa__fail(err, FA_BAD_SHAPE, "axis %d of size %lld cannot be squeezed away", i,
                     (long long)geometry.sizes[i]);
            return NULL;
        }
        if (named && geometry.sizes[i] == 1)
            continue;
        geometry.sizes[kept] = geometry.sizes[i];
        geometry.strides[kept++] = geometry.strides[i];
    }
    geometry.ndim = kept;
    return fa__node_view(a, &geometry, err);
}

fa__node *fa__node_expand_dims(fa__node *a, fa_axes axes, fa_error *err)
{
    fa__geometry from, to;
    uint64_t mask;
    if (!start(a, &from, err))
        return NULL;
    to = (fa__geometry){.ndim = from.ndim + (axes.count < 0 ? 0 : axes.count), .offset = from.offset};
    if (to.ndim > FA_MAX_NDIM) {
        fa__fail(err, FA_BAD_SHAPE, "expand_dims() makes more than %d axes", FA_MAX_NDIM);
        return NULL;
    }
    if (axes.count < 0 || !fa__axes_mask(axes, to.ndim, &mask, err)) {
        fa__fail(err, FA_INVALID_ARGUMENT, "expand_dims() needs an axis");
        return NULL;
    }
    for (int i = 0, next = 0; i < to.ndim; i++) {
        bool is_new = (mask >> i & 1) != 0;
        to.sizes[i] = is_new ? 1 : from.sizes[next];
        to.strides[i] = is_new ? 0 : from.strides[next];
        next += !is_new;
    }
    return fa__node_view(a, &to, err);
}

fa__node *fa__node_lead(fa__node *a, int ndim, fa_error *err)
{
    int axes[FA_MAX_NDIM];
    if (!fa__nodes_usable(1, &a, err))
        return NULL;
    int missing = ndim > a->ndim ? ndim - a->ndim : 0;
    for (int i = 0; i < missing && i < FA_MAX_NDIM; i++)
        axes[i] = i;
    return fa__node_expand_dims(a, (fa_axes){missing, axes}, err);
}

fa__node *fa__node_at_least(fa__node *a, int ndim, fa_error *err)
{
    if (!fa__nodes_usable(1, &a, err))
        return NULL;
    if (ndim < 3 || a->ndim >= 3)
        return fa__node_lead(a, ndim, err);
    /* NumPy's atleast_3d() puts the last axis behind. */
    if (a->ndim == 0)
        return fa__node_expand_dims(a, FA_AXES(0, 1, 2), err);
    return a->ndim == 1 ? fa__node_expand_dims(a, FA_AXES(0, 2), err)
                        : fa__node_expand_dims(a, FA_AXES(2), err);
}

/* ---- Broadcasting ---- */

fa__node *fa__node_broadcast_to(fa__node *a, fa_shape shape, fa_error *err)
{
    fa__geometry geometry;
    if (!start(a, &geometry, err) || !fa__geometry_broadcast_to(&geometry, shape, &geometry, err))
        return NULL;
    if (a->kind != FA__NODE_LEAF)
        return fa__node_view(a, &geometry, err);
    fa_array *view = fa__view(a->array->source, a->array->dtype, &geometry, false, err);
    fa__node *leaf = view != NULL ? fa__node_leaf(view, err) : NULL;
    fa_release(view);
    return leaf;
}

static void release_all(int count, fa__node **nodes)
{
    for (int i = 0; i < count; i++) {
        fa__node_release(nodes[i]);
        nodes[i] = NULL;
    }
}

bool fa__nodes_broadcast(int count, fa__node *const *inputs, fa__node **outputs, fa_error *err)
{
    enum { AT_ONCE = 32 };
    int64_t sizes[FA_MAX_NDIM];
    int ndim = 0;
    for (int i = 0; i < count; i++)
        outputs[i] = NULL;
    if (!fa__nodes_usable(count, inputs, err))
        return false;
    /* In groups: what came out of those before is one of the next. */
    for (int first = 0; first < count;) {
        const int64_t *shapes[AT_ONCE + 1] = {sizes};
        int64_t before[FA_MAX_NDIM];
        int ndims[AT_ONCE + 1] = {ndim}, used = 0;
        memcpy(before, sizes, (size_t)ndim * sizeof *sizes);
        shapes[used++] = before;
        for (; used <= AT_ONCE && first < count; first++, used++) {
            ndims[used] = inputs[first]->ndim;
            shapes[used] = inputs[first]->sizes;
        }
        if (!fa__broadcast(used, ndims, shapes, &ndim, sizes, err))
            return false;
    }
    for (int i = 0; i < count && !fa_failed(err); i++)
        outputs[i] = fa__node_broadcast_to(inputs[i], (fa_shape){ndim, sizes}, err);
    if (fa_failed(err))
        release_all(count, outputs);
    return !fa_failed(err);
}

/* ---- Parts ---- */

fa__node *fa__node_slice(fa__node *a, int axis, int64_t from, int64_t stop, int64_t step, fa_error *err)
{
    fa__geometry geometry;
    fa_index_part parts[FA_MAX_NDIM];
    if (!start(a, &geometry, err))
        return NULL;
    axis = fa__axis(axis, geometry.ndim, err);
    for (int i = 0; i < axis; i++)
        parts[i] = fa_whole();
    if (axis >= 0)
        parts[axis] = fa_range(from, stop, step);
    if (axis < 0 || !fa__geometry_index(&geometry, (fa_index_parts){axis + 1, parts}, &geometry, err))
        return NULL;
    return fa__node_view(a, &geometry, err);
}

int fa__horizontal_axis(const fa__node *a)
{
    return a->ndim > 1 ? 1 : 0;
}

bool fa__node_split(fa__node *a, int64_t sections, int axis, bool equal, fa__node **outputs, fa_error *err)
{
    for (int64_t i = 0; i < sections; i++)
        outputs[i] = NULL;
    if (!fa__nodes_usable(1, &a, err))
        return false;
    axis = fa__axis(axis, a->ndim, err);
    if (axis < 0)
        return false;
    if (sections <= 0)
        return fa__fail(err, FA_INVALID_ARGUMENT, "number sections must be larger than 0.");
    int64_t size = a->sizes[axis], share = size / sections, longer = size % sections, at = 0;
    if (equal && longer != 0)
        return fa__fail(err, FA_BAD_SHAPE,
                        "array split does not result in an equal division: %lld elements in %lld parts",
                        (long long)size, (long long)sections);
    for (int64_t i = 0; i < sections && !fa_failed(err); i++) {
        int64_t end = at + share + (i < longer);
        outputs[i] = fa__node_slice(a, axis, at, end, 1, err);
        at = end;
    }
    if (fa_failed(err))
        release_all((int)sections, outputs);
    return !fa_failed(err);
}

bool fa__node_split_at(fa__node *a, const int64_t *places, int count, int axis, fa__node **outputs,
                       fa_error *err)
{
    for (int i = 0; i <= count; i++)
        outputs[i] = NULL;
    if (!fa__nodes_usable(1, &a, err))
        return false;
    for (int i = 0; i <= count && !fa_failed(err); i++)
        outputs[i] =
            fa__node_slice(a, axis, i > 0 ? places[i - 1] : 0, i < count ? places[i] : FA_OMITTED, 1, err);
    if (fa_failed(err))
        release_all(count + 1, outputs);
    return !fa_failed(err);
}
