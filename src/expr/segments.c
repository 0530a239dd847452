/* SPDX-License-Identifier: BSD-3-Clause */
/* reduceat() of operations, and interp(): graphs of operations on whole arrays. Knows nothing about how they
 * are computed. */
#include "expr/formula.h"
#include "expr/kit.h"
#include "expr/node.h"
#include "expr/order.h"
#include "expr/routines.h"
#include "expr/take.h"
#include "expr/types.h"

#include <math.h>
#include <string.h>

/* ---- reduceat ---- */

static bool are_segments(fa__operation operation, const fa__node *positions, fa_error *err)
{
    const char *name = fa__operations[operation].name;
    const fa_type type = positions->dtype->type;
    if (type == FA_TYPE_UINT64 || (!fa__type_is_integer(type) && type != FA_TYPE_BOOL))
        return fa__fail(err, FA_BAD_TYPES,
                        "the positions of %s.reduceat() are whole numbers that int64 holds", name);
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

/* ---- interp ---- */

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

/* In float64, one value for each x. */
static fa__node *interpolated(fa__node *x, fa__node *points, fa__node *values, fa__node *left,
                              fa__node *right, fa_error *err)
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

/* One part of complex numbers, or NULL of NULL. */
static fa__node *part_of(fa__kit *k, const char *text, fa__node *node)
{
    return node != NULL && !fa_failed(k->err) ? fa__keep(k, fa__compose(text, 1, &node, k->err)) : NULL;
}

/* NumPy's complex numbers lie between each other part by part. */
static fa__node *by_parts(fa__node *x, fa__node *points, fa__node *values, fa__node *left, fa__node *right,
                          fa_error *err)
{
    static const char *const texts[] = {"real(a)", "imag(a)"};
    fa__kit k = {.err = err};
    fa__node *parts[2] = {NULL, NULL};
    for (int i = 0; i < 2 && !fa_failed(err); i++) {
        fa__node *of_values = part_of(&k, texts[i], values);
        fa__node *of_left = part_of(&k, texts[i], left), *of_right = part_of(&k, texts[i], right);
        if (!fa_failed(err))
            parts[i] = fa__keep(&k, interpolated(x, points, of_values, of_left, of_right, err));
    }
    fa__node *sides = fa_failed(err) ? NULL : fa__node_stack(2, parts, -1, err);
    return fa__give(&k, sides != NULL ? fa__keep(&k, fa__complex_of(sides, FA_TYPE_COMPLEX128, err)) : NULL);
}

static bool is_complex(const fa__node *node)
{
    return fa__type_is_numeric(node->dtype->type) && fa__type_is_complex(node->dtype->type);
}

fa__node *fa__node_interp(fa__node *x, fa__node *points, fa__node *values, fa__node *left, fa__node *right,
                          fa_error *err)
{
    if (!fa__nodes_usable(3, (fa__node *[]){x, points, values}, err))
        return NULL;
    return is_complex(values) ? by_parts(x, points, values, left, right, err)
                              : interpolated(x, points, values, left, right, err);
}

/* Points and what is sought are put into one period, and the points in order, with the last before the first
 * and the first behind the last. */
fa__node *fa__node_interp_periodic(fa__node *x, fa__node *points, fa__node *values, double period,
                                   fa_error *err)
{
    fa__kit k = {.err = err};
    if (!fa__nodes_usable(3, (fa__node *[]){x, points, values}, err) || !is_table(points, values, err))
        return NULL;
    if (period == 0) {
        fa__fail(err, FA_INVALID_ARGUMENT, "period must be a non-zero value");
        return NULL;
    }
    fa__node *length = fa__keep(&k, fa__node_float(fabs(period), err)), *inside[2] = {NULL, NULL};
    fa__node *const given[2] = {x, points};
    for (int i = 0; i < 2 && !fa_failed(err); i++) {
        fa__node *wide = fa__keep(&k, as_double(given[i], err));
        if (wide != NULL)
            inside[i] = fa__keep(&k, fa__compose("a % b", 2, (fa__node *[]){wide, length}, err));
    }
    fa__node *order = fa_failed(err) ? NULL : fa__keep(&k, fa__node_argsort(inside[1], 0, err));
    fa__node *sorted =
        order != NULL ? fa__keep(&k, fa__node_take_along(inside[1], order, 0, FA__TAKE_RAISE, err)) : NULL;
    fa__node *with =
        sorted != NULL ? fa__keep(&k, fa__node_take_along(values, order, 0, FA__TAKE_RAISE, err)) : NULL;
    fa__node *around = NULL, *ends = NULL, *node = NULL;
    if (with != NULL)
        around = fa__keep(&k, fa__compose("concatenate((a[-1:] - b, a, a[:1] + b))", 2,
                                          (fa__node *[]){sorted, length}, err));
    if (around != NULL)
        ends = fa__keep(&k, fa__compose("concatenate((a[-1:], a, a[:1]))", 1, &with, err));
    if (ends != NULL)
        node = fa__keep(&k, fa__node_interp(inside[0], around, ends, NULL, NULL, err));
    return fa__give(&k, node);
}
