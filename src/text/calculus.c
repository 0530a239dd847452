/* SPDX-License-Identifier: BSD-3-Clause */
/* Derivatives, integrals and products of vectors from NumPy's own formulas, written as the text that a user
 * would write, on arrays whose axis has been brought to the front or to the end. Knows nothing about how any
 * of it is computed. */
#include "text/calculus.h"

#include "array/time.h"
#include "text/formulas.h"
#include "text/functions.h"
#include "expr/routines.h"
#include "expr/take.h"
#include "expr/types.h"

#include <limits.h>

static bool refuse(const char *function, const fa__node *node, fa_error *err)
{
    char text[96];
    fa__dtype_display(node->dtype, text, sizeof text);
    return fa__fail(err, FA_BAD_TYPES, "'%s' is not defined for %s", function, text);
}

static bool is_inexact(const fa__node *node)
{
    const fa_type type = node->dtype->type;
    return fa__type_is_numeric(type) && (fa__type_kind(type) == 'f' || fa__type_is_complex(type));
}

/* ---- gradient ---- */

/* Dates as the spans since the calendar's beginning. */
static fa__node *as_spans(fa__node *input, fa_error *err)
{
    if (input->dtype->type != FA_TYPE_DATETIME64)
        return fa__node_strong(input, err);
    fa__geometry geometry;
    fa__node_geometry(input, &geometry);
    const fa_dtype *dtype = fa__dtype_time(FA_TYPE_TIMEDELTA64, input->dtype->unit, input->dtype->unit_count,
                                           input->dtype->swapped, err);
    fa__node *spans = dtype != NULL ? fa__node_view_as(input, dtype, &geometry, err) : NULL;
    fa_dtype_release(dtype);
    return spans;
}

/* Coordinates that are evenly spaced count as one number, as in NumPy: this is looked at. */
static fa__node *even_spacing(fa__node *steps, fa_error *err)
{
    const bool even = fa__formula_holds("all(a == a[0])", steps, err);
    return even && !fa_failed(err) ? fa__node_slice(steps, 0, 0, 1, 1, err) : NULL;
}

/* Numbers along the first axis of an array of `ndim` axes. */
static fa__node *along_first(fa__node *numbers, int ndim, fa_error *err)
{
    int64_t sizes[FA_MAX_NDIM];
    for (int i = 0; i < ndim; i++)
        sizes[i] = i == 0 ? numbers->sizes[0] : 1;
    return fa__node_reshape(numbers, (fa_shape){ndim, sizes}, err);
}

static fa__node *even_gradient(fa__node *a, fa__node *step, int order, fa_error *err)
{
    fa__node *nodes[2] = {a, step};
    if (order == 1)
        return fa__compose(
            "concatenate(((a[1:2] - a[:1]) / b, (a[2:] - a[:-2]) / (2. * b), (a[-1:] - a[-2:-1]) / b))", 2,
            nodes, err);
    return fa__compose("concatenate(((-1.5 / b) * a[:1] + (2. / b) * a[1:2] + (-0.5 / b) * a[2:3],"
                       " (a[2:] - a[:-2]) / (2. * b),"
                       " (0.5 / b) * a[-3:-2] + (-2. / b) * a[-2:-1] + (1.5 / b) * a[-1:]))",
                       2, nodes, err);
}

/* `steps`: between neighbours, along the first axis. */
static fa__node *uneven_gradient(fa__node *a, fa__node *steps, int order, fa_error *err)
{
    fa__node *before = fa__node_slice(steps, 0, 0, -1, 1, err),
             *behind = fa__node_slice(steps, 0, 1, FA_OMITTED, 1, err);
    fa__node *nodes[4] = {a, steps, before, behind}, *node = NULL;
    if (!fa_failed(err) && order == 1)
        node = fa__compose(
            "concatenate(((a[1:2] - a[:1]) / b[:1],"
            " (-d / (c * (c + d))) * a[:-2] + ((d - c) / (c * d)) * a[1:-1] + (c / (d * (c + d))) * a[2:],"
            " (a[-1:] - a[-2:-1]) / b[-1:]))",
            4, nodes, err);
    else if (!fa_failed(err))
        node = fa__compose(
            "concatenate(((-(2. * b[:1] + b[1:2]) / (b[:1] * (b[:1] + b[1:2]))) * a[:1]"
            " + ((b[:1] + b[1:2]) / (b[:1] * b[1:2])) * a[1:2] + (-b[:1] / (b[1:2] * (b[:1] + b[1:2]))) * "
            "a[2:3],"
            " (-d / (c * (c + d))) * a[:-2] + ((d - c) / (c * d)) * a[1:-1] + (c / (d * (c + d))) * a[2:],"
            " (b[-1:] / (b[-2:-1] * (b[-2:-1] + b[-1:]))) * a[-3:-2]"
            " + (-(b[-1:] + b[-2:-1]) / (b[-2:-1] * b[-1:])) * a[-2:-1]"
            " + ((2. * b[-1:] + b[-2:-1]) / (b[-1:] * (b[-2:-1] + b[-1:]))) * a[-1:]))",
            4, nodes, err);
    fa__node_release(before);
    fa__node_release(behind);
    return node;
}

/* What NumPy gives: floats as they are, all else of numbers in float64; spans in their unit. */
static fa__node *gradient_type(fa__node *node, const fa__node *input, fa_error *err)
{
    if (node == NULL || fa__type_is_time(input->dtype->type))
        return fa__node_retain(node);
    return fa__node_cast(node, is_inexact(input) ? fa_dtype_of(input->dtype->type) : FA_FLOAT64, err);
}

static bool may_differentiate(const fa__node *input, const fa__node *spacing, int axis, int order,
                              fa_error *err)
{
    if (!fa__type_is_numeric(input->dtype->type) && !fa__type_is_time(input->dtype->type))
        return refuse("gradient", input, err);
    if (order < 1 || order > 2)
        return fa__fail(err, FA_INVALID_ARGUMENT, "'edge_order' greater than 2 not supported");
    if (input->sizes[axis] < order + 1)
        return fa__fail(err, FA_BAD_SHAPE,
                        "Shape of array too small to calculate a numerical gradient, at least "
                        "(edge_order + 1) elements are required.");
    if (spacing->ndim > 1)
        return fa__fail(err, FA_BAD_SHAPE, "distances must be either scalars or 1d");
    return spacing->ndim == 0 || spacing->sizes[0] == input->sizes[axis] ||
           fa__fail(err, FA_BAD_SHAPE,
                    "when 1d, distances must match the length of the corresponding dimension");
}

/* Whole numbers are promoted first, so that steps of unsigned ones do not wrap. */
static fa__node *steps_of(fa__node *coordinates, fa_error *err)
{
    const fa_type type = coordinates->dtype->type;
    const bool is_whole = fa__type_is_numeric(type) && fa__type_is_integer(type);
    fa__node *numbers = is_whole ? fa__node_cast(coordinates, FA_FLOAT64, err) : fa__node_retain(coordinates);
    fa__node *steps = numbers != NULL ? fa__node_diff(numbers, 1, 0, NULL, NULL, err) : NULL;
    fa__node_release(numbers);
    return steps;
}

static fa__node *differentiate(fa__node *front, fa__node *spacing, int order, fa_error *err)
{
    if (spacing->ndim == 0)
        return even_gradient(front, spacing, order, err);
    fa__node *steps = steps_of(spacing, err), *wide = NULL, *node = NULL;
    fa__node *even = steps != NULL ? even_spacing(steps, err) : NULL;
    if (!fa_failed(err))
        wide = along_first(even != NULL ? even : steps, front->ndim, err);
    if (wide != NULL)
        node =
            even != NULL ? even_gradient(front, wide, order, err) : uneven_gradient(front, wide, order, err);
    fa__node_release(steps);
    fa__node_release(even);
    fa__node_release(wide);
    return node;
}

fa__node *fa__node_gradient(fa__node *input, fa__node *spacing, int axis, int order, fa_error *err)
{
    if (!fa__nodes_usable(1, &input, err))
        return NULL;
    axis = fa__axis(axis, input->ndim, err);
    fa__node *step = spacing != NULL ? fa__node_retain(spacing) : fa__node_float(1, err);
    fa__node *front = NULL, *spans = NULL, *made = NULL, *back = NULL, *node = NULL;
    if (axis >= 0 && step != NULL && may_differentiate(input, step, axis, order, err))
        front = fa__node_move_axes(input, FA_AXES(axis), FA_AXES(0), err);
    /* Unsigned ones do not wrap either. */
    if (front != NULL && fa__type_is_numeric(front->dtype->type) && fa__type_is_integer(front->dtype->type))
        spans = fa__node_cast(front, FA_FLOAT64, err);
    else if (front != NULL)
        spans = as_spans(front, err);
    if (spans != NULL)
        made = differentiate(spans, step, order, err);
    if (made != NULL)
        back = fa__node_move_axes(made, FA_AXES(0), FA_AXES(axis), err);
    if (back != NULL)
        node = gradient_type(back, input, err);
    fa__node_release(step);
    fa__node_release(front);
    fa__node_release(spans);
    fa__node_release(made);
    fa__node_release(back);
    return node;
}

/* ---- trapezoid ---- */

fa__node *fa__node_trapezoid(fa__node *y, fa__node *x, fa__node *dx, int axis, fa_error *err)
{
    fa__node *steps = NULL, *last = NULL, *node = NULL;
    if (!fa__nodes_usable(1, &y, err))
        return NULL;
    axis = fa__axis(axis, y->ndim, err);
    if (axis >= 0 && x != NULL && x->ndim == 1)
        steps = fa__node_diff(x, 1, 0, NULL, NULL, err);
    else if (axis >= 0 && x != NULL) {
        fa__node *moved =
            fa__node_move_axes(x, FA_AXES(x->ndim == y->ndim ? axis : x->ndim - 1), FA_AXES(-1), err);
        steps = moved != NULL ? fa__node_diff(moved, 1, -1, NULL, NULL, err) : NULL;
        fa__node_release(moved);
    } else if (axis >= 0) {
        steps = dx != NULL ? fa__node_retain(dx) : fa__node_float(1, err);
    }
    if (steps != NULL)
        last = fa__node_move_axes(y, FA_AXES(axis), FA_AXES(-1), err);
    fa__node *nodes[2] = {last, steps};
    if (last != NULL)
        node = fa__compose("sum(b * (a[..., 1:] + a[..., :-1]) / 2.0, axis=-1)", 2, nodes, err);
    fa__node_release(steps);
    fa__node_release(last);
    return node;
}

/* ---- cross ---- */

/* An array with its vectors along the last axis. */
static fa__node *with_vectors_last(fa__node *node, int axis, fa_error *err)
{
    axis = fa__axis(axis, node->ndim, err);
    if (axis >= 0 && node->sizes[axis] != 2 && node->sizes[axis] != 3)
        fa__fail(err, FA_BAD_SHAPE, "incompatible dimensions for cross product (dimension must be 2 or 3)");
    return fa_failed(err) ? NULL : fa__node_move_axes(node, FA_AXES(axis), FA_AXES(-1), err);
}

static const char *cross_formula(bool a_has_3, bool b_has_3)
{
#define Z "a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]"
    if (a_has_3 && b_has_3)
        return "stack((a[..., 1] * b[..., 2] - a[..., 2] * b[..., 1], a[..., 2] * b[..., 0] - a[..., 0] * "
               "b[..., 2], " Z "), axis=-1)";
    if (a_has_3)
        return "stack((-(a[..., 2] * b[..., 1]), a[..., 2] * b[..., 0], " Z "), axis=-1)";
    return b_has_3 ? "stack((a[..., 1] * b[..., 2], -(a[..., 0] * b[..., 2]), " Z "), axis=-1)" : Z;
#undef Z
}

fa__node *fa__node_cross(fa__node *a, fa__node *b, int axis_of_a, int axis_of_b, int axis_of_result,
                         fa_error *err)
{
    fa__node *nodes[2] = {a, b}, *made = NULL, *node = NULL;
    if (!fa__nodes_usable(2, nodes, err))
        return NULL;
    if (a->ndim < 1 || b->ndim < 1) {
        fa__fail(err, FA_BAD_SHAPE, "At least one array has zero dimension");
        return NULL;
    }
    for (int i = 0; i < 2; i++)
        if (fa__type_is_time(nodes[i]->dtype->type)) {
            refuse("cross", nodes[i], err);
            return NULL;
        }
    nodes[0] = with_vectors_last(a, axis_of_a, err);
    nodes[1] = with_vectors_last(b, axis_of_b, err);
    if (!fa_failed(err)) {
        const bool a_has_3 = nodes[0]->sizes[a->ndim - 1] == 3, b_has_3 = nodes[1]->sizes[b->ndim - 1] == 3;
        made = fa__compose(cross_formula(a_has_3, b_has_3), 2, nodes, err);
        if (made != NULL)
            node = a_has_3 || b_has_3 ? fa__node_move_axes(made, FA_AXES(-1), FA_AXES(axis_of_result), err)
                                      : fa__node_retain(made);
    }
    fa__node_release(nodes[0]);
    fa__node_release(nodes[1]);
    fa__node_release(made);
    return node;
}

/* ---- unwrap, ediff1d ---- */

static bool is_whole(const fa__node *node)
{
    return node->weak == FA__WEAK_INT ||
           (fa__type_is_numeric(node->dtype->type) && fa__type_is_integer(node->dtype->type));
}

static bool is_unsigned(const fa__node *node)
{
    return fa__type_is_numeric(node->dtype->type) && fa__type_kind(node->dtype->type) == 'u';
}

/* a: differences; b: half a period; c: what counts as a jump; d: the period. */
static fa__node *corrections(fa__node *steps, fa__node *period, fa__node *discont, bool whole, fa_error *err)
{
    fa__node *half = fa__compose(whole ? "a // 2" : "a / 2", 1, &period, err);
    fa__node *bound = discont == NULL ? fa__compose("a / 2", 1, &period, err) : fa__node_retain(discont);
    fa__node *nodes[4] = {steps, half, bound, period}, *node = NULL;
    fa__node *odd = whole ? fa__compose("a % 2", 1, &period, err) : NULL;
    /* The middle of an odd period is nowhere: no step is on the edge of two. */
    const bool ambiguous =
        !whole || (odd != NULL && fa__node_is_weak(odd) && fa__constant_of(odd).integer == 0);
    fa__node *modulo = fa_failed(err) ? NULL : fa__compose("(a + b) % d - b", 4, nodes, err);
    if (modulo != NULL && ambiguous) {
        fa__node *parts[3] = {steps, half, modulo};
        fa__node *mended = fa__compose("where((c == -b) & (a > 0), b, c)", 3, parts, err);
        fa__node_release(modulo);
        modulo = mended;
    }
    fa__node *parts[3] = {steps, modulo, bound};
    if (modulo != NULL)
        node = fa__compose("where(abs(a) < c, 0, b - a)", 3, parts, err);
    fa__node_release(odd);
    fa__node_release(half);
    fa__node_release(bound);
    fa__node_release(modulo);
    return node;
}

fa__node *fa__node_unwrap(fa__node *input, fa__node *discont, int axis, fa__node *period, fa_error *err)
{
    if (!fa__nodes_usable(1, &input, err))
        return NULL;
    fa__node *around = period != NULL ? fa__node_retain(period) : fa__node_float(2 * 3.141592653589793, err);
    axis = fa__axis(axis, input->ndim, err);
    if (!fa_failed(err) && (around->ndim != 0 || !fa__node_is_weak(around)))
        fa__fail(err, FA_INVALID_ARGUMENT, "the period of unwrap() is a number");
    if (!fa_failed(err) && is_whole(around) && fa__constant_of(around).integer > 1 && is_unsigned(input))
        fa__fail(err, FA_OUT_OF_RANGE, "unwrap(): half a period below 0 is no %s",
                 fa__type_name(input->dtype->type));
    fa__node *front = fa_failed(err) ? NULL : fa__node_move_axes(input, FA_AXES(axis), FA_AXES(0), err);
    fa__node *steps = front != NULL ? fa__node_diff(front, 1, 0, NULL, NULL, err) : NULL, *mend = NULL,
             *made = NULL;
    if (steps != NULL)
        mend = corrections(steps, around, discont,
                           (is_whole(input) || input->dtype->type == FA_TYPE_BOOL) && is_whole(around), err);
    fa__node *nodes[2] = {front, mend}, *typed = NULL, *node = NULL;
    if (mend != NULL)
        made = fa__compose("concatenate((a[:1], a[1:] + cumsum(b, axis=0)))", 2, nodes, err);
    if (made != NULL)
        typed = fa__node_cast(made, mend->dtype, err);
    if (typed != NULL)
        node = fa__node_move_axes(typed, FA_AXES(0), FA_AXES(axis), err);
    fa__node_release(typed);
    fa__node_release(around);
    fa__node_release(front);
    fa__node_release(steps);
    fa__node_release(mend);
    fa__node_release(made);
    return node;
}

/* What stands before or behind differences of a type, along one axis, as the type of these. One reference. */
static fa__node *end_of(fa__node *given, const fa__node *steps, fa_type of_type, const char *name,
                        fa_error *err)
{
    fa__node *strong = fa__node_strong(given, err), *flat = NULL, *node = NULL;
    const bool numbers =
        strong != NULL && fa__type_is_numeric(strong->dtype->type) && fa__type_is_numeric(steps->dtype->type);
    const fa_type type = strong != NULL ? strong->dtype->type : FA_TYPE_BOOL;
    const bool fits =
        strong != NULL && of_type != FA_TYPE_DATETIME64 &&
        (numbers ? fa__can_cast_same_kind(type, steps->dtype->type)
                 : type == of_type || (of_type == FA_TYPE_TIMEDELTA64 && type <= FA_TYPE_UINT64));
    if (strong != NULL && !fits)
        fa__fail(err, FA_BAD_TYPES,
                 "dtype of `%s` must be compatible with input `ary` under the `same_kind` rule.", name);
    if (!fa_failed(err))
        flat = fa__node_ravel(strong, err);
    if (flat != NULL)
        node = fa__node_cast(flat, steps->dtype, err);
    fa__node_release(strong);
    fa__node_release(flat);
    return node;
}

fa__node *fa__node_ediff1d(fa__node *input, fa__node *behind, fa__node *before, fa_error *err)
{
    if (!fa__nodes_usable(1, &input, err))
        return NULL;
    fa__node *flat = fa__node_ravel(input, err), *steps = NULL, *parts[3] = {NULL}, *node = NULL;
    int count = 0;
    if (flat != NULL)
        steps = fa__compose("a[1:] - a[:-1]", 1, &flat, err);
    if (steps != NULL && before != NULL)
        parts[count++] = end_of(before, steps, input->dtype->type, "to_begin", err);
    if (steps != NULL)
        parts[count++] = fa__node_retain(steps);
    if (steps != NULL && behind != NULL)
        parts[count++] = end_of(behind, steps, input->dtype->type, "to_end", err);
    if (!fa_failed(err))
        node = count == 1 ? fa__node_retain(steps) : fa__node_concatenate(count, parts, 0, NULL, err);
    for (int i = 0; i < count; i++)
        fa__node_release(parts[i]);
    fa__node_release(flat);
    fa__node_release(steps);
    return node;
}

/* ---- As text calls them ---- */

static fa__node *given_node(const fa__bound_call *call, int index)
{
    return fa__argument_given(call, index) ? fa__argument_node(call, index) : NULL;
}

static int axis_at(const fa__bound_call *call, int index, int otherwise)
{
    const int64_t axis = fa__argument_int(call, index, otherwise);
    return axis >= INT_MIN && axis <= INT_MAX ? (int)axis : INT_MAX;
}

/* gradient(f), gradient(f, h), gradient(f, hx, hy): one spacing for all axes, or one for each. */
static fa__node *apply_gradient(const fa__bound_call *call)
{
    enum { INPUT, SPACING, AXIS, ORDER };
    int storage[FA_MAX_NDIM];
    fa_axes axes;
    fa__node *input = fa__argument_node(call, INPUT);
    const fa__list *spacings = call->arguments[SPACING] != NULL ? call->arguments[SPACING]->as.list : NULL;
    const int given = spacings != NULL ? spacings->count : 0;
    const int order = (int)fa__argument_int(call, ORDER, 1);
    if (!fa__argument_axes(call, AXIS, storage, &axes) || input == NULL)
        return NULL;
    if (axes.count < 0) {
        for (int i = 0; i < input->ndim; i++)
            storage[i] = i;
        axes = (fa_axes){input->ndim, storage};
    }
    if (given > 1 && given != axes.count) {
        fa__fail_at_column(call->err, FA_BAD_EXPRESSION, call->arguments[INPUT]->column,
                           "invalid number of arguments");
        return NULL;
    }
    if (axes.count == 0)
        fa__argument_refuse(call, INPUT, "no axes: there is no array to give");
    fa__nodes *nodes = fa_failed(call->err) ? NULL : fa__nodes_new(axes.count, call->err);
    for (int i = 0; nodes != NULL && i < axes.count && !fa_failed(call->err); i++) {
        const fa__value *value = given > 0 ? &spacings->items[given > 1 ? i : 0] : NULL;
        fa__bound_call one = {.function = call->function, .arguments = {value}, .err = call->err};
        fa__node *spacing = value != NULL ? fa__argument_node(&one, 0) : NULL;
        if (given == 1 && axes.count > 1 && spacing != NULL && spacing->ndim > 0)
            fa__fail_at_column(call->err, FA_BAD_EXPRESSION, value->column, "invalid number of arguments");
        if (!fa_failed(call->err))
            nodes->items[i] = fa__node_gradient(input, spacing, axes.axes[i], order, call->err);
    }
    if (nodes != NULL && !fa_failed(call->err) && axes.count != 1) {
        *call->several = nodes;
        return NULL;
    }
    fa__node *node = nodes != NULL && !fa_failed(call->err) ? fa__node_retain(nodes->items[0]) : NULL;
    fa__nodes_release(nodes);
    return node;
}

static fa__node *apply_trapezoid(const fa__bound_call *call)
{
    fa__node *y = fa__argument_node(call, 0), *x = given_node(call, 1), *dx = given_node(call, 2);
    const int axis = axis_at(call, 3, -1);
    return fa_failed(call->err) ? NULL : fa__node_trapezoid(y, x, dx, axis, call->err);
}

static fa__node *apply_cross(const fa__bound_call *call)
{
    enum { A, B, AXIS_A, AXIS_B, AXIS_C, AXIS };
    fa__node *a = fa__argument_node(call, A), *b = fa__argument_node(call, B);
    int axes[3];
    for (int i = 0; i < 3; i++)
        axes[i] = axis_at(call, fa__argument_given(call, AXIS) ? AXIS : AXIS_A + i, -1);
    return fa_failed(call->err) ? NULL : fa__node_cross(a, b, axes[0], axes[1], axes[2], call->err);
}

static fa__node *apply_unwrap(const fa__bound_call *call)
{
    fa__node *input = fa__argument_node(call, 0), *discont = given_node(call, 1),
             *period = given_node(call, 3);
    const int axis = axis_at(call, 2, -1);
    return fa_failed(call->err) ? NULL : fa__node_unwrap(input, discont, axis, period, call->err);
}

static fa__node *apply_ediff1d(const fa__bound_call *call)
{
    fa__node *input = fa__argument_node(call, 0), *behind = given_node(call, 1),
             *before = given_node(call, 2);
    return fa_failed(call->err) ? NULL : fa__node_ediff1d(input, behind, before, call->err);
}

static fa__node *apply_interp(const fa__bound_call *call)
{
    enum { X, POINTS, VALUES, LEFT, RIGHT, PERIOD };
    fa__node *nodes[5];
    for (int i = X; i <= RIGHT; i++)
        nodes[i] = i < LEFT ? fa__argument_node(call, i) : given_node(call, i);
    if (!fa_failed(call->err) && fa__argument_given(call, PERIOD)) { /* which leaves no ends */
        const double period = fa__argument_float(call, PERIOD, 0);
        return fa_failed(call->err)
                   ? NULL
                   : fa__node_interp_periodic(nodes[X], nodes[POINTS], nodes[VALUES], period, call->err);
    }
    return fa_failed(call->err) ? NULL
                                : fa__node_interp(nodes[X], nodes[POINTS], nodes[VALUES], nodes[LEFT],
                                                  nodes[RIGHT], call->err);
}

const fa__function fa__calculus_functions[] = {
    {"gradient", "", "f +varargs= axis= edge_order=", apply_gradient, 0, FA__AS_FUNCTION,
     FA_OPERATION_FUNCTION,
     "Derivatives by differences of second order, one array for each axis; spacing is one number, or "
     "coordinates."},
    {"trapezoid", "", "y x= dx= axis=", apply_trapezoid, 0, FA__AS_FUNCTION, FA_OPERATION_FUNCTION,
     "Integral along an axis by the trapezoidal rule."},
    {"cross", "", "a b axisa= axisb= axisc= axis=", apply_cross, 0, FA__AS_FUNCTION, FA_OPERATION_FUNCTION,
     "Product of vectors of 2 or 3 components."},
    {"unwrap", "", "p discont= axis= period=", apply_unwrap, 0, FA__AS_FUNCTION, FA_OPERATION_FUNCTION,
     "Angles without jumps of a period: each is at most half a period from the one before."},
    {"ediff1d", "", "ary to_end= to_begin=", apply_ediff1d, 0, FA__AS_FUNCTION, FA_OPERATION_FUNCTION,
     "Differences of neighbours in C order."},
    {"interp", "", "x xp fp left= right= period=", apply_interp, 0, FA__AS_FUNCTION, FA_OPERATION_FUNCTION,
     "Straight lines between the points of a table; what is outside has the values of the ends, or left and "
     "right."},
    {0},
};
