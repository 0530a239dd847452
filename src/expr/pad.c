/* SPDX-License-Identifier: BSD-3-Clause */
/* NumPy's pad(): axis after axis, as it does it, so that corners come out the same. What is put before and
 * behind an axis is a graph of what the axis holds: edges broadcast, statistics of edges, ramps, or the axis
 * continued periodically. */
#include "expr/quantile.h"
#include "expr/routines.h"

#include "expr/node.h"
#include "expr/types.h"

#include "array/time.h"
#include "base/checked.h"

/* ---- Small graphs ---- */

static fa__node *apply_two(fa__operation operation, fa__node *a, fa__node *b, fa_error *err)
{
    return fa__nodes_usable(2, (fa__node *[]){a, b}, err)
               ? fa__node_operation(operation, (fa__node *[]){a, b}, err)
               : NULL;
}

/* As above; gives both up. */
static fa__node *combine(fa__operation operation, fa__node *a, fa__node *b, fa_error *err)
{
    fa__node *node = fa_failed(err) ? NULL : apply_two(operation, a, b, err);
    fa__node_release(a);
    fa__node_release(b);
    return node;
}

static fa__node *cast_owned(fa__node *a, const fa_dtype *dtype, fa_error *err)
{
    fa__node *node = a != NULL ? fa__node_cast(a, dtype, err) : NULL;
    fa__node_release(a);
    return node;
}

/* One position of an axis, repeated along it. */
static fa__node *widen(fa__node *a, int axis, int64_t width, fa_error *err)
{
    int64_t sizes[FA_MAX_NDIM];
    for (int i = 0; i < a->ndim; i++)
        sizes[i] = i == axis ? width : a->sizes[i];
    return fa__node_broadcast_to(a, (fa_shape){a->ndim, sizes}, err);
}

static fa__node *widen_owned(fa__node *a, int axis, int64_t width, fa_error *err)
{
    fa__node *node = a != NULL ? widen(a, axis, width, err) : NULL;
    fa__node_release(a);
    return node;
}

/* ---- What is put on one side ---- */

/* The edge of an axis: side 0 is its beginning. */
static fa__node *edge(fa__node *a, int axis, int side, int64_t length, fa_error *err)
{
    int64_t size = a->sizes[axis];
    return side == 0 ? fa__node_slice(a, axis, 0, length, 1, err)
                     : fa__node_slice(a, axis, size - length, size, 1, err);
}

static fa__node *constant(fa__node *a, int axis, const fa__pad_axis *pad, int side, fa_error *err)
{
    int64_t sizes[FA_MAX_NDIM];
    /* NumPy assigns the number 0, which strings write as "0". */
    const bool takes_numbers = a->dtype->type != FA_TYPE_VOID || a->dtype->is_structure;
    fa__node *zero = takes_numbers ? fa__node_int(0, err) : NULL;
    fa__node *value = pad->value[side] != NULL ? fa__node_cast(pad->value[side], a->dtype, err)
                      : zero != NULL           ? fa__node_cast(zero, a->dtype, err)
                                               : fa__node_zero(a->dtype, err);
    fa__node_release(zero);
    for (int i = 0; i < a->ndim; i++)
        sizes[i] = i == axis ? pad->width[side] : a->sizes[i];
    fa__node *wide = value != NULL ? fa__node_broadcast_to(value, (fa_shape){a->ndim, sizes}, err) : NULL;
    fa__node_release(value);
    return wide;
}

static fa__node *statistic(fa__node *a, fa__pad_mode mode, int axis, const fa__pad_axis *pad, int side,
                           fa_error *err)
{
    fa__reduction reduction = mode == FA__PAD_MAXIMUM   ? FA__REDUCE_MAX
                              : mode == FA__PAD_MINIMUM ? FA__REDUCE_MIN
                                                        : FA__REDUCE_MEAN;
    int64_t length = pad->length[side] > 0 ? fa__min_i64(pad->length[side], a->sizes[axis]) : a->sizes[axis];
    fa__reduce_arguments arguments = {.axes = FA_AXES(axis), .keepdims = true};
    fa__node *part = edge(a, axis, side, length, err);
    fa__node *value = NULL;
    if (part != NULL && mode == FA__PAD_MEDIAN)
        value =
            fa__node_median(part, &(fa__quantile_arguments){.axes = arguments.axes, .keepdims = true}, err);
    else if (part != NULL)
        value = fa__node_reduce(reduction, part, &arguments, err);
    fa__node_release(part);
    if (value != NULL && fa__type_is_integer(a->dtype->type) && !fa__type_is_integer(value->dtype->type)) {
        fa__node *rounded = fa__node_operation(FA__OP_RINT, &value, err);
        fa__node_release(value);
        value = rounded;
    }
    return widen_owned(cast_owned(value, a->dtype, err), axis, pad->width[side], err);
}

/* Steps from 0 on along an axis, as float64. */
static fa__node *steps_along(int ndim, int axis, int64_t count, fa_error *err)
{
    int axes[FA_MAX_NDIM], others = 0;
    for (int i = 0; i < ndim; i++)
        if (i != axis)
            axes[others++] = i;
    fa__node *steps = fa__node_arange_float64(0, (double)count, 1, err);
    fa__node *placed = steps != NULL ? fa__node_expand_dims(steps, (fa_axes){others, axes}, err) : NULL;
    fa__node_release(steps);
    return placed;
}

/* linspace(value, edge, width, endpoint=False) in float64 or complex128. NumPy multiplies first where any
 * step is zero. */
static fa__node *ramp(fa__node *a, int axis, const fa__pad_axis *pad, int side, fa_error *err)
{
    bool is_complex = fa__type_is_complex(a->dtype->type);
    const fa_dtype *wide = is_complex ? FA_COMPLEX128 : FA_FLOAT64;
    fa__node *zero = fa__node_int(0, err), *width = fa__node_float((double)pad->width[side], err);
    fa__node *from =
        fa_failed(err) ? NULL : fa__node_cast(pad->value[side] != NULL ? pad->value[side] : zero, wide, err);
    fa__node *to = cast_owned(edge(a, axis, side, 1, err), wide, err);
    fa__node *steps = steps_along(a->ndim, axis, pad->width[side], err);
    fa__node *delta = apply_two(FA__OP_SUBTRACT, to, from, err);
    fa__node *step = apply_two(FA__OP_DIVIDE, delta, width, err);
    fa__node *is_zero = apply_two(FA__OP_EQUAL, step, zero, err);
    fa__reduce_arguments all = {.axes = FA_ALL_AXES};
    fa__node *any_zero = is_zero != NULL ? fa__node_reduce(FA__REDUCE_ANY, is_zero, &all, err) : NULL;
    fa__node *by_step = apply_two(FA__OP_MULTIPLY, steps, step, err);
    fa__node *by_delta =
        combine(FA__OP_MULTIPLY, apply_two(FA__OP_DIVIDE, steps, width, err), fa__node_retain(delta), err);
    fa__node *values = NULL;
    if (!fa_failed(err))
        values = fa__node_operation(FA__OP_WHERE, (fa__node *[]){any_zero, by_delta, by_step}, err);
    values = combine(FA__OP_ADD, values, fa__node_retain(from), err);
    if (values != NULL && fa__type_is_integer(a->dtype->type)) {
        fa__node *whole = fa__node_operation(FA__OP_FLOOR, &values, err);
        fa__node_release(values);
        values = whole;
    }
    fa__node *const made[] = {zero, width,   from,     to,      steps,   delta,
                              step, is_zero, any_zero, by_step, by_delta};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        fa__node_release(made[i]);
    values = cast_owned(values, a->dtype, err);
    if (side == 0 || values == NULL)
        return values;
    fa__node *turned = fa__node_flip(values, FA_AXES(axis), err);
    fa__node_release(values);
    return turned;
}

static fa__node *beside(fa__node *a, fa__pad_mode mode, int axis, const fa__pad_axis *pad, int side,
                        fa_error *err)
{
    switch (mode) {
    case FA__PAD_CONSTANT:
        return constant(a, axis, pad, side, err);
    case FA__PAD_EDGE:
        return widen_owned(edge(a, axis, side, 1, err), axis, pad->width[side], err);
    case FA__PAD_LINEAR_RAMP:
        return ramp(a, axis, pad, side, err);
    default:
        return statistic(a, mode, axis, pad, side, err);
    }
}

/* before, a, after; takes `before` and `after` over, either may be NULL. */
static fa__node *put_beside(fa__node *before, fa__node *a, fa__node *after, int axis, fa_error *err)
{
    fa__node *parts[3], *node = NULL;
    int count = 0;
    if (before != NULL)
        parts[count++] = before;
    parts[count++] = a;
    if (after != NULL)
        parts[count++] = after;
    if (!fa_failed(err))
        node = fa__node_concatenate(count, parts, axis, a->dtype, err);
    fa__node_release(before);
    fa__node_release(after);
    return node;
}

static fa__node *pad_sides(fa__node *a, fa__pad_mode mode, int axis, const fa__pad_axis *pad, fa_error *err)
{
    fa__node *before = pad->width[0] > 0 ? beside(a, mode, axis, pad, 0, err) : NULL;
    fa__node *after = pad->width[1] > 0 && !fa_failed(err) ? beside(a, mode, axis, pad, 1, err) : NULL;
    return put_beside(before, a, after, axis, err);
}

/* ---- An axis that goes on ---- */

/* The elements that come again and again: there, and, for reflect and symmetric, back. */
static fa__node *period_of(fa__node *a, fa__pad_mode mode, int axis, fa_error *err)
{
    int64_t size = a->sizes[axis];
    if (mode == FA__PAD_WRAP)
        return fa__node_retain(a);
    int64_t first = mode == FA__PAD_SYMMETRIC ? size - 1 : size - 2;
    if (first < 1 && mode == FA__PAD_REFLECT)
        return fa__node_retain(a);
    fa__node *back = fa__node_slice(a, axis, first, mode == FA__PAD_SYMMETRIC ? FA_OMITTED : 0, -1, err);
    return put_beside(NULL, a, back, axis, err);
}

static fa__node *pad_periodic(fa__node *a, fa__pad_mode mode, int axis, const fa__pad_axis *pad,
                              fa_error *err)
{
    fa__node *period = period_of(a, mode, axis, err), *tiled = NULL, *node = NULL;
    if (period == NULL)
        return NULL;
    int64_t times[FA_MAX_NDIM], length = period->sizes[axis], total;
    int64_t first = (length - pad->width[0] % length) % length;
    if (fa__add_checked(first, pad->width[0], &total) && fa__add_checked(total, pad->width[1], &total) &&
        fa__add_checked(total, a->sizes[axis], &total) && fa__add_checked(total, length, &total)) {
        total -= length;
        for (int i = 0; i < a->ndim; i++)
            times[i] = i == axis ? (total - 1) / length + 1 : 1;
        tiled = fa__node_tile(period, times, a->ndim, err);
    } else {
        fa__fail(err, FA_TOO_LARGE, "pad() makes an axis of more than 2**63 elements");
    }
    if (tiled != NULL)
        node = fa__node_slice(tiled, axis, first, total, 1, err);
    fa__node_release(period);
    fa__node_release(tiled);
    return node;
}

/* 2 * edge - elements, which are turned around. */
static fa__node *turned_around(fa__node *a, int axis, int64_t at, int64_t from, int64_t length, fa_error *err)
{
    fa__node *two = fa__node_int(2, err), *one = fa__node_slice(a, axis, at, at + 1, 1, err);
    fa__node *part = fa__node_slice(a, axis, from, from + length, 1, err);
    fa__node *turned = part != NULL ? fa__node_flip(part, FA_AXES(axis), err) : NULL;
    fa__node *twice = combine(FA__OP_MULTIPLY, two, one, err);
    fa__node_release(part);
    return combine(FA__OP_SUBTRACT, twice, turned, err);
}

/* The odd kind continues from what it has made, in steps that triple what there is, as NumPy does. */
static fa__node *pad_odd(fa__node *a, fa__pad_mode mode, int axis, const fa__pad_axis *pad, fa_error *err)
{
    int64_t left[2] = {pad->width[0], pad->width[1]}, size = a->sizes[axis];
    int64_t off = mode == FA__PAD_SYMMETRIC ? 0 : 1;
    fa__node *now = fa__node_retain(a);
    while (now != NULL && (left[0] > 0 || left[1] > 0)) {
        int64_t have = now->sizes[axis];
        int64_t most = off == 0 ? have / size * size : (have - 1) / (size - 1) * (size - 1);
        int64_t before = fa__min_i64(most, left[0]), behind = fa__min_i64(most, left[1]);
        fa__node *first = before > 0 ? turned_around(now, axis, 0, off, before, err) : NULL;
        fa__node *last = behind > 0 && !fa_failed(err)
                             ? turned_around(now, axis, have - 1, have - off - behind, behind, err)
                             : NULL;
        fa__node *next = put_beside(first, now, last, axis, err);
        fa__node_release(now);
        now = next;
        left[0] -= before;
        left[1] -= behind;
    }
    return now;
}

/* ---- All axes ---- */

static fa__node *pad_axis(fa__node *a, fa__pad_mode mode, int axis, const fa__pad_axis *pad, bool odd,
                          fa_error *err)
{
    bool continues = mode >= FA__PAD_REFLECT;
    if (pad->width[0] == 0 && pad->width[1] == 0)
        return fa__node_retain(a);
    if (mode != FA__PAD_CONSTANT && a->sizes[axis] == 0) {
        fa__fail(err, FA_BAD_SHAPE, "can't extend empty axis %d using modes other than 'constant' or 'empty'",
                 axis);
        return NULL;
    }
    if (!continues)
        return pad_sides(a, mode, axis, pad, err);
    if (a->sizes[axis] == 1 && mode != FA__PAD_WRAP)
        return pad_sides(a, FA__PAD_EDGE, axis, pad, err);
    return odd && mode != FA__PAD_WRAP ? pad_odd(a, mode, axis, pad, err)
                                       : pad_periodic(a, mode, axis, pad, err);
}

/* Whether elements stand one behind the other, the first axis innermost, or (`from_last`) the last one. */
static bool stands_in_order(const fa__node *a, bool from_last)
{
    int64_t stride = a->dtype->item_bytes;
    for (int k = 0; k < a->ndim; k++) {
        int i = from_last ? a->ndim - 1 - k : k;
        if (a->sizes[i] != 1 && a->strides[i] != stride)
            return false;
        stride *= a->sizes[i];
    }
    return true;
}

/* Fortran's order where the array stands in it and in no other, else C order, as NumPy does; a view is no
 * result. */
static fa__node *laid_out_like(fa__node *padded, const fa__node *a, fa_error *err)
{
    bool fortran = stands_in_order(a, false) && !stands_in_order(a, true);
    if (padded->kind != FA__NODE_VIEW && stands_in_order(padded, !fortran))
        return padded;
    fa__node *copy = fa__node_copy(padded, fortran ? 'F' : 'C', err);
    fa__node_release(padded);
    return copy;
}

/* What NumPy rounds or divides on its way is no time. */
static bool may_pad(const fa__node *a, fa__pad_mode mode, fa_error *err)
{
    const bool has_steps = mode == FA__PAD_LINEAR_RAMP;
    const bool is_statistic =
        mode == FA__PAD_MAXIMUM || mode == FA__PAD_MINIMUM || mode == FA__PAD_MEAN || mode == FA__PAD_MEDIAN;
    if (!(has_steps && fa__type_is_time(a->dtype->type)) &&
        !(is_statistic && a->dtype->type == FA_TYPE_TIMEDELTA64))
        return true;
    char text[96];
    fa__dtype_display(a->dtype, text, sizeof text);
    return fa__fail(err, FA_BAD_TYPES, "pad() of %s has no such mode", text);
}

fa__node *fa__node_pad(fa__node *a, fa__pad_mode mode, const fa__pad_axis *axes, bool odd, fa_error *err)
{
    if (!fa__nodes_usable(1, &a, err) || !may_pad(a, mode, err))
        return NULL;
    fa__node *now = fa__node_strong(a, err);
    bool is_copy = true;
    for (int i = 0; i < a->ndim && now != NULL; i++) {
        if (axes[i].width[0] < 0 || axes[i].width[1] < 0) {
            fa__fail(err, FA_INVALID_ARGUMENT, "index can't contain negative values");
            fa__node_release(now);
            return NULL;
        }
        is_copy = is_copy && axes[i].width[0] == 0 && axes[i].width[1] == 0;
        fa__node *next = pad_axis(now, mode, i, &axes[i], odd, err);
        fa__node_release(now);
        now = next;
    }
    if (now == NULL)
        return NULL;
    if (!is_copy)
        return laid_out_like(now, a, err);
    fa__node *copy = fa__node_copy(now, 'K', err);
    fa__node_release(now);
    return copy;
}
