/* SPDX-License-Identifier: BSD-3-Clause */
/* Text's functions that shift, repeat, turn and take arrays apart: arguments to routines. Those that put
 * together are functions_join.c. */
#include "text/functions.h"
#include "expr/routines.h"

#include "base/memory.h"

#include <limits.h>
#include <string.h>

/* ---- Shifted and repeated ---- */

static fa__node *apply_roll(const fa__bound_call *call)
{
    int storage[FA_MAX_NDIM];
    fa_axes axes;
    fa__tuple shifts;
    if (!fa__argument_tuple(call, 1, &shifts) || !fa__argument_axes(call, 2, storage, &axes))
        return NULL;
    fa__node *a = fa__argument_array(call, 0);
    fa__node *node = a != NULL ? fa__node_roll(a, shifts.items, shifts.count, axes, call->err) : NULL;
    fa__node_release(a);
    return node;
}

static fa__node *apply_tile(const fa__bound_call *call)
{
    fa__tuple times;
    if (!fa__argument_tuple(call, 1, &times))
        return NULL;
    fa__node *a = fa__argument_array(call, 0);
    fa__node *node = a != NULL ? fa__node_tile(a, times.items, times.count, call->err) : NULL;
    fa__node_release(a);
    return node;
}

static fa__node *apply_repeat(const fa__bound_call *call)
{
    int axis;
    const int *along = fa__argument_axis(call, 2, &axis);
    fa__node *a = fa__argument_array(call, 0), *node = NULL;
    if (fa__argument_is_array(call, 1) || call->arguments[1]->kind == FA__VALUE_TUPLE) {
        fa__node *counts = fa__argument_positions(call, 1);
        node = fa_failed(call->err) ? NULL : fa__node_repeat_each(a, counts, along, call->err);
        fa__node_release(counts);
    } else {
        int64_t times = fa__argument_truncated(call, 1);
        node = fa_failed(call->err) ? NULL : fa__node_repeat(a, times, along, call->err);
    }
    fa__node_release(a);
    return node;
}

static fa__node *apply_resize(const fa__bound_call *call)
{
    fa__tuple sizes;
    if (!fa__argument_tuple(call, 1, &sizes))
        return NULL;
    fa__node *a = fa__argument_array(call, 0);
    fa__node *node = a != NULL ? fa__node_resize(a, (fa_shape){sizes.count, sizes.items}, call->err) : NULL;
    fa__node_release(a);
    return node;
}

static fa__node *apply_meshgrid(const fa__bound_call *call)
{
    enum { ARRAYS, COPY, SPARSE, INDEXING };
    bool sparse = fa__argument_bool(call, SPARSE, false), matrix = !fa__argument_is(call, INDEXING, "ij");
    if (fa__argument_given(call, INDEXING) && matrix && !fa__argument_is(call, INDEXING, "xy"))
        fa__argument_refuse(call, INDEXING, "valid values for `indexing` are 'xy' and 'ij'");
    fa__nodes *arrays =
        call->arguments[ARRAYS] != NULL ? fa__argument_arrays(call, ARRAYS) : fa__nodes_new(0, call->err);
    fa__nodes *grids = arrays != NULL ? fa__nodes_new(arrays->count, call->err) : NULL;
    if (grids != NULL)
        fa__nodes_meshgrid(arrays->count, arrays->items, matrix, sparse, grids->items, call->err);
    fa__nodes_release(arrays);
    return fa__call_gives(call, grids);
}

static fa__node *apply_broadcast_arrays(const fa__bound_call *call)
{
    fa__nodes *arrays = fa__argument_arrays(call, 0);
    fa__nodes *wide = arrays != NULL ? fa__nodes_new(arrays->count, call->err) : NULL;
    if (wide != NULL)
        fa__nodes_broadcast(arrays->count, arrays->items, wide->items, call->err);
    fa__nodes_release(arrays);
    return fa__call_gives(call, wide);
}

/* ---- Turned ---- */

static fa__node *apply_flip(const fa__bound_call *call)
{
    int storage[FA_MAX_NDIM];
    fa_axes axes;
    if (!fa__argument_axes(call, 1, storage, &axes))
        return NULL;
    fa__node *a = fa__argument_array(call, 0), *node = a != NULL ? fa__node_flip(a, axes, call->err) : NULL;
    fa__node_release(a);
    return node;
}

/* flipud() and fliplr(): `code` is the axis. */
static fa__node *apply_flip_axis(const fa__bound_call *call)
{
    fa__node *a = fa__argument_array(call, 0), *node = NULL;
    if (a != NULL)
        node = fa__node_flip(a, FA_AXES(call->function->code), call->err);
    fa__node_release(a);
    return node;
}

static fa__node *apply_rot90(const fa__bound_call *call)
{
    int storage[FA_MAX_NDIM] = {0, 1};
    fa_axes axes = {2, storage};
    int64_t times = fa__argument_int(call, 1, 1);
    if (fa__argument_given(call, 2) && !fa__argument_axes(call, 2, storage, &axes))
        return NULL;
    if (axes.count != 2) {
        fa__argument_refuse(call, 2, "len(axes) must be 2.");
        return NULL;
    }
    fa__node *a = fa__argument_array(call, 0);
    fa__node *node = a != NULL ? fa__node_rot90(a, times, storage[0], storage[1], call->err) : NULL;
    fa__node_release(a);
    return node;
}

static fa__node *apply_moveaxis(const fa__bound_call *call)
{
    int from_storage[FA_MAX_NDIM], to_storage[FA_MAX_NDIM];
    fa_axes from, to;
    if (!fa__argument_axes(call, 1, from_storage, &from) || !fa__argument_axes(call, 2, to_storage, &to))
        return NULL;
    fa__node *a = fa__argument_array(call, 0),
             *node = a != NULL ? fa__node_move_axes(a, from, to, call->err) : NULL;
    fa__node_release(a);
    return node;
}

static fa__node *apply_rollaxis(const fa__bound_call *call)
{
    int axis = fa__argument_axis_or(call, 1, 0), before = fa__argument_axis_or(call, 2, 0);
    fa__node *a = fa__argument_array(call, 0), *node = NULL;
    if (!fa_failed(call->err))
        node = fa__node_roll_axis(a, axis, before, call->err);
    fa__node_release(a);
    return node;
}

/* atleast_1d() and its kin: `code` is how many. One array gives one, more give several. */
static fa__node *apply_at_least(const fa__bound_call *call)
{
    fa__nodes *arrays = fa__argument_arrays(call, 0);
    for (int i = 0; arrays != NULL && i < arrays->count; i++) {
        fa__node *more = fa__node_at_least(arrays->items[i], call->function->code, call->err);
        fa__node_release(arrays->items[i]);
        arrays->items[i] = more;
    }
    if (arrays == NULL || arrays->count != 1)
        return fa__call_gives(call, arrays);
    fa__node *node = fa__node_retain(arrays->items[0]);
    fa__nodes_release(arrays);
    return node;
}

/* ---- Taken apart ---- */

static fa__node *split_along(const fa__bound_call *call, fa__node *a, int axis, bool equal)
{
    enum { MANY = 1 << 20 };
    fa__tuple places;
    fa__nodes *parts = NULL;
    bool by_count = call->arguments[1]->kind == FA__VALUE_NODE;
    if (a == NULL || !fa__argument_tuple(call, 1, &places))
        return NULL;
    if (by_count && (places.items[0] <= 0 || places.items[0] > MANY))
        fa__argument_refuse(call, 1,
                            places.items[0] > MANY ? "more than a million sections"
                                                   : "number sections must be larger than 0.");
    else
        parts = fa__nodes_new(by_count ? (int)places.items[0] : places.count + 1, call->err);
    if (parts != NULL && by_count)
        fa__node_split(a, places.items[0], axis, equal, parts->items, call->err);
    else if (parts != NULL)
        fa__node_split_at(a, places.items, places.count, axis, parts->items, call->err);
    return fa__call_gives(call, parts);
}

/* `code`: whether parts must be equal. */
static fa__node *apply_split(const fa__bound_call *call)
{
    fa__node *a = fa__argument_array(call, 0);
    split_along(call, a, fa__argument_axis_or(call, 2, 0), call->function->code);
    fa__node_release(a);
    return NULL;
}

/* vsplit(), hsplit(), dsplit(): `code` is the axis. */
static fa__node *apply_split_axis(const fa__bound_call *call)
{
    fa__node *a = fa__argument_array(call, 0);
    int axis = call->function->code, least = axis == 1 ? 1 : axis + (axis == 0 ? 2 : 1);
    if (a != NULL && a->ndim < least)
        fa__fail(call->err, FA_BAD_SHAPE, "%s only works on arrays of %d or more dimensions",
                 call->function->name, least);
    else if (a != NULL)
        split_along(call, a, axis == 1 ? fa__horizontal_axis(a) : axis, true);
    fa__node_release(a);
    return NULL;
}

/* ---- Copies ---- */

/* 'C', 'F' or 'K', as text says it; `otherwise` where it is left out. */
static char order_at(const fa__bound_call *call, int index, char otherwise)
{
    static const char *const orders[] = {"C", "F", "K"};
    if (!fa__argument_given(call, index))
        return otherwise;
    for (int i = 0; i < 3; i++)
        if (fa__argument_is(call, index, orders[i]))
            return orders[i][0];
    fa__argument_refuse(call, index, "an order is 'C', 'F' or 'K'");
    return otherwise;
}

/* The method copies in C order, the function in that of the array. */
static fa__node *apply_copy(const fa__bound_call *call)
{
    char order = order_at(call, 1, (char)call->function->code);
    fa__node *a = fa__argument_array(call, 0), *node = NULL;
    if (!fa_failed(call->err))
        node = fa__node_copy(a, order, call->err);
    fa__node_release(a);
    return node;
}

/* ravel() and flatten(); `code`: whether it copies. In Fortran's order it is that of the transpose. */
static fa__node *apply_ravel(const fa__bound_call *call)
{
    char order = order_at(call, 1, 'C');
    fa__node *a = fa__argument_array(call, 0), *node = NULL;
    if (a != NULL && order == 'F') {
        fa__node *turned = fa__node_permute(a, FA_ALL_AXES, call->err);
        fa__node_release(a);
        a = turned;
    }
    if (!fa_failed(call->err) && order == 'K')
        fa__argument_refuse(call, 1, "an order is 'C' or 'F'");
    if (!fa_failed(call->err))
        node = call->function->code ? fa__node_flatten(a, call->err) : fa__node_ravel(a, call->err);
    fa__node_release(a);
    return node;
}

static fa__node *apply_diag(const fa__bound_call *call)
{
    int64_t diagonal = fa__argument_int(call, 1, 0);
    fa__node *a = fa__argument_array(call, 0),
             *node = a != NULL ? fa__node_diag(a, diagonal, call->err) : NULL;
    fa__node_release(a);
    return node;
}

static fa__node *apply_diagflat(const fa__bound_call *call)
{
    int64_t diagonal = fa__argument_int(call, 1, 0);
    fa__node *along = fa__call_of_array(call, fa__node_ravel);
    fa__node *node = along != NULL ? fa__node_diag(along, diagonal, call->err) : NULL;
    fa__node_release(along);
    return node;
}

/* tril() and triu(); `code`: the lower one. */
static fa__node *apply_triangle(const fa__bound_call *call)
{
    int64_t diagonal = fa__argument_int(call, 1, 0);
    fa__node *a = fa__argument_array(call, 0);
    fa__node *node = a != NULL ? fa__node_triangle(a, diagonal, call->function->code, call->err) : NULL;
    fa__node_release(a);
    return node;
}

enum { FUNCTION = FA__AS_FUNCTION, METHOD = FA__AS_METHOD, LIST = FA__AS_FUNCTION | FA__GIVES_LIST };

const fa__function fa__move_functions[] = {
    {"roll", "", "a shift axis=", apply_roll, 0, FUNCTION, FA_OPERATION_MOVE,
     "Elements shifted; what leaves comes back."},
    {"tile", "", "A reps", apply_tile, 0, FUNCTION, FA_OPERATION_MOVE, "An array repeated as a whole."},
    {"repeat", "", "a repeats axis=", apply_repeat, 0, FUNCTION | METHOD, FA_OPERATION_MOVE,
     "Each element repeated."},
    {"resize", "", "a new_shape", apply_resize, 0, FUNCTION, FA_OPERATION_MOVE,
     "Repeated and cut to another shape."},
    {"meshgrid", "", "+xi= copy= sparse= indexing=", apply_meshgrid, 0, LIST, FA_OPERATION_MOVE,
     "Coordinates along axes as grids."},
    {"broadcast_arrays", "", "+args", apply_broadcast_arrays, 0, LIST, FA_OPERATION_VIEW,
     "Arrays repeated to their common shape."},
    {"flip", "", "m axis=", apply_flip, 0, FUNCTION, FA_OPERATION_VIEW,
     "Elements along axes in reverse order."},
    {"flipud", "", "m", apply_flip_axis, 0, FUNCTION, FA_OPERATION_VIEW, "The first axis in reverse order."},
    {"fliplr", "", "m", apply_flip_axis, 1, FUNCTION, FA_OPERATION_VIEW, "The second axis in reverse order."},
    {"rot90", "", "m k= axes=", apply_rot90, 0, FUNCTION, FA_OPERATION_VIEW,
     "Turned by quarters in the plane of two axes."},
    {"moveaxis", "", "a source destination", apply_moveaxis, 0, FUNCTION, FA_OPERATION_VIEW,
     "Axes moved to other places."},
    {"rollaxis", "", "a axis start=", apply_rollaxis, 0, FUNCTION, FA_OPERATION_VIEW,
     "An axis moved before another."},
    {"atleast_1d", "", "+arys", apply_at_least, 1, FUNCTION, FA_OPERATION_VIEW, "With one axis or more."},
    {"atleast_2d", "", "+arys", apply_at_least, 2, FUNCTION, FA_OPERATION_VIEW, "With two axes or more."},
    {"atleast_3d", "", "+arys", apply_at_least, 3, FUNCTION, FA_OPERATION_VIEW, "With three axes or more."},
    {"split", "", "ary indices_or_sections axis=", apply_split, 1, LIST, FA_OPERATION_VIEW,
     "Equal parts of an array."},
    {"array_split", "", "ary indices_or_sections axis=", apply_split, 0, LIST, FA_OPERATION_VIEW,
     "Parts of an array, the first ones one longer where need be."},
    {"vsplit", "", "ary indices_or_sections", apply_split_axis, 0, LIST, FA_OPERATION_VIEW,
     "Parts along the first axis."},
    {"hsplit", "", "ary indices_or_sections", apply_split_axis, 1, LIST, FA_OPERATION_VIEW,
     "Parts along the second axis."},
    {"dsplit", "", "ary indices_or_sections", apply_split_axis, 2, LIST, FA_OPERATION_VIEW,
     "Parts along the third axis."},
    {"copy", "", "a order=", apply_copy, 'K', FUNCTION, FA_OPERATION_CONVERSION, "New elements."},
    {"copy", "", "a order=", apply_copy, 'C', METHOD, FA_OPERATION_CONVERSION, "New elements."},
    {"ravel", "", "a order=", apply_ravel, false, FUNCTION | METHOD, FA_OPERATION_VIEW,
     "The same elements along one axis; copied where no view is possible."},
    {"flatten", "", "a order=", apply_ravel, true, METHOD, FA_OPERATION_CONVERSION,
     "New elements along one axis."},
    {"diag", "", "v k=", apply_diag, 0, FUNCTION, FA_OPERATION_MOVE,
     "The diagonal of a matrix, or the matrix of a diagonal."},
    {"diagflat", "", "v k=", apply_diagflat, 0, FUNCTION, FA_OPERATION_MOVE,
     "The matrix with all elements as its diagonal."},
    {"tril", "", "m k=", apply_triangle, true, FUNCTION, FA_OPERATION_MOVE,
     "What is not above a diagonal; 0 elsewhere."},
    {"triu", "", "m k=", apply_triangle, false, FUNCTION, FA_OPERATION_MOVE,
     "What is not below a diagonal; 0 elsewhere."},
    {0},
};
