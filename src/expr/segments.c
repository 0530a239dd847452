/* SPDX-License-Identifier: BSD-3-Clause */
/* reduceat() of operations, and interp(): graphs of operations on whole arrays. Knows nothing about how they
 * are computed. */
#include "expr/node.h"
#include "expr/routines.h"
#include "expr/take.h"
#include "expr/types.h"

#include <string.h>

/* ---- reduceat
 * ---------------------------------------------------------------------------------------------------- */

static bool are_segments(fa__operation operation, const fa__node *positions, fa_error *err)
{
    const char *name = fa__operations[operation].name;
    if (!fa__type_is_integer(positions->dtype->type))
        return fa__fail(err, FA_BAD_TYPES, "the positions of %s.reduceat() are whole numbers", name);
    return positions->ndim == 1 ||
           fa__fail(err, FA_BAD_SHAPE, "the positions of %s.reduceat() have one dimension, not %d", name,
                    positions->ndim);
}

/* Positions that stand are looked at now, the others when they are computed. */
static bool are_inside(const fa__node *positions, int64_t size, int axis, fa_error *err)
{
    return positions->kind != FA__NODE_LEAF || fa__check_positions(positions->array, 0, size, axis, err);
}

fa__node *fa__node_reduceat(fa__operation operation, fa__node *input, fa__node *positions, int axis,
                            const fa_dtype *dtype, fa_error *err)
{
    fa__node *inputs[2] = {input, positions};
    int64_t sizes[FA_MAX_NDIM];
    if (!fa__nodes_usable(2, inputs, err))
        return NULL;
    if (input->ndim == 0) {
        fa__fail(err, FA_BAD_SHAPE, "cannot reduceat on a scalar");
        return NULL;
    }
    axis = fa__axis(axis, input->ndim, err);
    const fa_dtype *repeated = axis >= 0 ? fa__repeated_dtype(operation, input, dtype, err) : NULL;
    fa__node *ready[2] = {NULL, NULL}, *node = NULL;
    if (repeated != NULL && are_segments(operation, positions, err) &&
        are_inside(positions, input->sizes[axis], axis, err)) {
        ready[0] = fa__node_as_input(input, repeated, err);
        ready[1] = fa__node_as_input(positions, FA_INT64, err);
    }
    memcpy(sizes, input->sizes, (size_t)input->ndim * sizeof *sizes);
    if (ready[1] != NULL && !fa_failed(err)) {
        sizes[axis] = positions->sizes[0];
        fa__whole_arguments arguments = {.axes = (uint64_t)1 << axis, .option = (int)operation};
        node = fa__node_whole(FA__WHOLE_REDUCEAT, repeated, input->ndim, sizes, 2, ready, &arguments, err);
    }
    if (node != NULL)
        node->loop_type = repeated->type;
    fa__node_release(ready[0]);
    fa__node_release(ready[1]);
    fa_dtype_release(repeated);
    return node;
}

/* ---- interp
 * ------------------------------------------------------------------------------------------------------ */

static bool is_table(const fa__node *x, const fa__node *values, fa_error *err)
{
    if (x->ndim != 1 || values->ndim != 1)
        return fa__fail(err, FA_BAD_SHAPE, "the points of interp() have one dimension, not %d and %d",
                        x->ndim, values->ndim);
    if (x->sizes[0] != values->sizes[0])
        return fa__fail(err, FA_BAD_SHAPE, "fp and xp are not of the same length.");
    return x->sizes[0] > 0 || fa__fail(err, FA_BAD_SHAPE, "array of sample points is empty");
}

/* A real number in float64. One reference. */
static fa__node *as_double(fa__node *node, fa_error *err)
{
    fa__node *strong = node != NULL ? fa__node_strong(node, err) : NULL, *result = NULL;
    if (strong != NULL &&
        (!fa__type_is_numeric(strong->dtype->type) || fa__type_is_complex(strong->dtype->type))) {
        char text[96];
        fa__dtype_display(strong->dtype, text, sizeof text);
        fa__fail(err, FA_BAD_TYPES, "interp() takes real numbers, not %s", text);
    } else if (strong != NULL) {
        result = fa__node_as_input(strong, FA_FLOAT64, err);
    }
    fa__node_release(strong);
    return result;
}

fa__node *fa__node_interp(fa__node *x, fa__node *points, fa__node *values, fa__node *left, fa__node *right,
                          fa_error *err)
{
    fa__node *given[5] = {x, points, values, left, right}, *ready[5] = {NULL}, *node = NULL;
    if (!fa__nodes_usable(3, given, err) || !is_table(points, values, err))
        return NULL;
    int count = 3;
    for (int i = 0; i < 3 && !fa_failed(err); i++)
        ready[i] = as_double(given[i], err);
    for (int i = 3; i < 5 && !fa_failed(err) && (left != NULL || right != NULL); i++, count++) {
        fa__node *end = given[i] != NULL
                            ? fa__node_retain(given[i])
                            : fa__node_slice(values, 0, i == 3 ? 0 : -1, i == 3 ? 1 : FA_OMITTED, 1, err);
        fa__node *one =
            end != NULL && end->ndim == 1 ? fa__node_reshape(end, FA_SHAPE(), err) : fa__node_retain(end);
        ready[i] = one != NULL ? as_double(one, err) : NULL;
        if (ready[i] != NULL && ready[i]->ndim != 0)
            fa__fail(err, FA_BAD_SHAPE, "left= and right= of interp() are one number each");
        fa__node_release(end);
        fa__node_release(one);
    }
    if (!fa_failed(err))
        node = fa__node_whole(FA__WHOLE_INTERP, FA_FLOAT64, x->ndim, x->sizes, count, ready, NULL, err);
    for (int i = 0; i < 5; i++)
        fa__node_release(ready[i]);
    return node;
}
