/* SPDX-License-Identifier: BSD-3-Clause */
/* The public functions that are made of operations: calls to graphs. What they are made of is text/formulas.c
 * and text/calculus.c. */
#include "api/api.h"

#include <farray/functions.h>

#include "text/calculus.h"
#include "text/formulas.h"

enum { MOST = 5 };

/* The arrays of a call as nodes, then numbers that were given; a node that stays NULL is a default. */
typedef struct inputs {
    fa__node *nodes[MOST];
} inputs;

static void add_array(inputs *in, int at, fa_array *array, fa_error *err)
{
    in->nodes[at] = fa__leaf(array, err);
}

static void add_number(inputs *in, int at, const double *number, fa_error *err)
{
    if (number != NULL)
        in->nodes[at] = fa__node_float(*number, err);
}

/* Gives the inputs back, and makes an array of the result. */
static fa_array *finish(inputs *in, fa__node *node, fa_error *err)
{
    for (int i = 0; i < MOST; i++)
        fa__node_release(in->nodes[i]);
    return fa__array_of(node, err);
}

fa_array *fa_round(fa_array *array, int decimals, fa_error *err)
{
    inputs in = {0};
    add_array(&in, 0, array, err);
    return finish(&in, fa_failed(err) ? NULL : fa__node_round(in.nodes[0], decimals, err), err);
}

fa_array *fa_nan_to_num(fa_array *array, const fa_nan_options *options, fa_error *err)
{
    inputs in = {0};
    add_array(&in, 0, array, err);
    if (options != NULL && FA__RESERVED_IS_ZERO(options, err)) {
        add_number(&in, 1, options->nan, err);
        add_number(&in, 2, options->posinf, err);
        add_number(&in, 3, options->neginf, err);
    }
    fa__node *node =
        fa_failed(err) ? NULL : fa__node_nan_to_num(in.nodes[0], in.nodes[1], in.nodes[2], in.nodes[3], err);
    return finish(&in, node, err);
}

static fa_array *close(fa_array *a, fa_array *b, const fa_close_options *options, bool all, fa_error *err)
{
    inputs in = {0};
    add_array(&in, 0, a, err);
    add_array(&in, 1, b, err);
    const bool equal_nan = options != NULL && options->equal_nan;
    if (options != NULL && FA__RESERVED_IS_ZERO(options, err)) {
        add_number(&in, 2, options->rtol, err);
        add_number(&in, 3, options->atol, err);
    }
    fa__node *node = NULL;
    if (!fa_failed(err))
        node = (all ? fa__node_allclose : fa__node_isclose)(in.nodes[0], in.nodes[1], in.nodes[2],
                                                            in.nodes[3], equal_nan, err);
    return finish(&in, node, err);
}

fa_array *fa_isclose(fa_array *a, fa_array *b, const fa_close_options *options, fa_error *err)
{
    return close(a, b, options, false, err);
}

fa_array *fa_allclose(fa_array *a, fa_array *b, const fa_close_options *options, fa_error *err)
{
    return close(a, b, options, true, err);
}

static fa_array *equal(fa_array *a, fa_array *b, bool equal_nan, bool broadcast, fa_error *err)
{
    inputs in = {0};
    add_array(&in, 0, a, err);
    add_array(&in, 1, b, err);
    fa__node *node = NULL;
    if (!fa_failed(err))
        node = fa__node_array_equal(in.nodes[0], in.nodes[1], equal_nan, broadcast, err);
    return finish(&in, node, err);
}

fa_array *fa_array_equal(fa_array *a, fa_array *b, bool equal_nan, fa_error *err)
{
    return equal(a, b, equal_nan, false, err);
}

fa_array *fa_array_equiv(fa_array *a, fa_array *b, fa_error *err)
{
    return equal(a, b, false, true, err);
}

fa_array *fa_sinc(fa_array *array, fa_error *err)
{
    inputs in = {0};
    add_array(&in, 0, array, err);
    return finish(&in, fa_failed(err) ? NULL : fa__node_sinc(in.nodes[0], err), err);
}

fa_array *fa_angle(fa_array *array, bool degrees, fa_error *err)
{
    inputs in = {0};
    add_array(&in, 0, array, err);
    return finish(&in, fa_failed(err) ? NULL : fa__node_angle(in.nodes[0], degrees, err), err);
}

/* ---- Neighbours ---- */

/* One that may be left out. */
static void add_optional(inputs *in, int at, fa_array *array, fa_error *err)
{
    if (array != NULL)
        add_array(in, at, array, err);
}

fa_array *fa_gradient(fa_array *array, fa_array *spacing, int axis, int edge_order, fa_error *err)
{
    inputs in = {0};
    add_array(&in, 0, array, err);
    add_optional(&in, 1, spacing, err);
    fa__node *node =
        fa_failed(err) ? NULL : fa__node_gradient(in.nodes[0], in.nodes[1], axis, edge_order, err);
    return finish(&in, node, err);
}

fa_array *fa_trapezoid(fa_array *y, fa_array *x, double dx, int axis, fa_error *err)
{
    inputs in = {0};
    add_array(&in, 0, y, err);
    add_optional(&in, 1, x, err);
    add_number(&in, 2, &dx, err);
    fa__node *node =
        fa_failed(err) ? NULL : fa__node_trapezoid(in.nodes[0], in.nodes[1], in.nodes[2], axis, err);
    return finish(&in, node, err);
}

fa_array *fa_cross(fa_array *a, fa_array *b, fa_error *err)
{
    inputs in = {0};
    add_array(&in, 0, a, err);
    add_array(&in, 1, b, err);
    return finish(&in, fa_failed(err) ? NULL : fa__node_cross(in.nodes[0], in.nodes[1], -1, -1, -1, err),
                  err);
}

fa_array *fa_unwrap(fa_array *array, double discont, int axis, double period, fa_error *err)
{
    inputs in = {0};
    add_array(&in, 0, array, err);
    add_number(&in, 1, discont != 0 ? &discont : NULL, err);
    add_number(&in, 2, period != 0 ? &period : NULL, err);
    fa__node *node =
        fa_failed(err) ? NULL : fa__node_unwrap(in.nodes[0], in.nodes[1], axis, in.nodes[2], err);
    return finish(&in, node, err);
}

fa_array *fa_ediff1d(fa_array *array, fa_array *behind, fa_array *before, fa_error *err)
{
    inputs in = {0};
    add_array(&in, 0, array, err);
    add_optional(&in, 1, behind, err);
    add_optional(&in, 2, before, err);
    fa__node *node = fa_failed(err) ? NULL : fa__node_ediff1d(in.nodes[0], in.nodes[1], in.nodes[2], err);
    return finish(&in, node, err);
}

fa_array *fa_interp(fa_array *array, fa_array *points, fa_array *values, fa_array *left, fa_array *right,
                    fa_error *err)
{
    inputs in = {0};
    add_array(&in, 0, array, err);
    add_array(&in, 1, points, err);
    add_array(&in, 2, values, err);
    add_optional(&in, 3, left, err);
    add_optional(&in, 4, right, err);
    fa__node *node = NULL;
    if (!fa_failed(err))
        node = fa__node_interp(in.nodes[0], in.nodes[1], in.nodes[2], in.nodes[3], in.nodes[4], err);
    return finish(&in, node, err);
}

fa_array *fa_interp_periodic(fa_array *array, fa_array *points, fa_array *values, double period,
                             fa_error *err)
{
    inputs in = {0};
    add_array(&in, 0, array, err);
    add_array(&in, 1, points, err);
    add_array(&in, 2, values, err);
    fa__node *node = NULL;
    if (!fa_failed(err))
        node = fa__node_interp_periodic(in.nodes[0], in.nodes[1], in.nodes[2], period, err);
    return finish(&in, node, err);
}
