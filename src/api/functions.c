/* SPDX-License-Identifier: BSD-3-Clause */
/* The public functions that are made of operations: calls to graphs. What they are made of is expr/formulas.c. */
#include "api/api.h"

#include <farray/functions.h>

#include "expr/formulas.h"

enum { MOST = 4 };

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
        node = (all ? fa__node_allclose : fa__node_isclose)(in.nodes[0], in.nodes[1], in.nodes[2], in.nodes[3],
                                                            equal_nan, err);
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
