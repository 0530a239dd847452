/* SPDX-License-Identifier: BSD-3-Clause */
/* Reductions of datetime64 and timedelta64 that are graphs of others. Times are counts of 64 bits, and what
 * is no time is the smallest of them: that makes positions, and extremes of what is a time, reductions of
 * integers. Knows nothing about kernels. */
#include "expr/kit.h"
#include "expr/node.h"
#include "expr/routines.h"
#include "expr/types.h"

#include "array/time.h"

#include "array/convert.h"

static fa__node *operate(fa__kit *k, fa__operation operation, fa__node *a, fa__node *b, fa__node *c)
{
    fa__node *inputs[3] = {a, b, c};
    return fa_failed(k->err) ? NULL : fa__keep(k, fa__node_operation(operation, inputs, k->err));
}

/* Along the axes of the call, without its other arguments. */
static fa__node *reduce(fa__kit *k, fa__reduction reduction, fa__node *node)
{
    fa__reduce_arguments plain = {.axes = k->arguments->axes, .keepdims = k->arguments->keepdims};
    return fa_failed(k->err) ? NULL : fa__keep(k, fa__node_reduce(reduction, node, &plain, k->err));
}

/* The same bytes as elements of another dtype of 8 bytes. */
static fa__node *seen_as(fa__kit *k, fa__node *node, const fa_dtype *dtype)
{
    fa__geometry geometry;
    if (fa_failed(k->err))
        return NULL;
    fa__node_geometry(node, &geometry);
    return fa__keep(k, fa__node_view_as(node, dtype, &geometry, k->err));
}

static fa__node *as_counts(fa__kit *k, fa__node *input)
{
    const fa_dtype *counts =
        fa__dtype_numeric(FA_TYPE_INT64, input->kind == FA__NODE_LEAF && input->dtype->swapped, k->err);
    fa__node *node = counts != NULL ? seen_as(k, input, counts) : NULL;
    fa_dtype_release(counts);
    return node;
}

/* The counts less one: what is no time goes around and is the largest of all. */
static fa__node *less_one(fa__kit *k, fa__node *input)
{
    fa__node *one = fa__keep(k, fa__node_int(1, k->err));
    return operate(k, FA__OP_SUBTRACT, as_counts(k, input), one, NULL);
}

static const fa_dtype *native(fa__kit *k, const fa__node *input)
{
    return fa_failed(k->err) ? NULL : fa__dtype_native(input->dtype, k->err);
}

/* initial= as an element of the input's dtype: a time of another unit, or a count. */
static fa__node *initial_of(fa__kit *k, const fa__node *input)
{
    fa__node *given = k->arguments->initial;
    bool is_count = fa__type_is_numeric(given->dtype->type) && fa__type_kind(given->dtype->type) != 'f' &&
                    !fa__type_is_complex(given->dtype->type);
    if (given->ndim != 0 || (given->dtype->type != input->dtype->type && !is_count)) {
        char text[96];
        fa__dtype_display(input->dtype, text, sizeof text);
        fa__fail(k->err, FA_BAD_TYPES, "initial= is one element of %s", text);
        return NULL;
    }
    const fa_dtype *dtype = native(k, input);
    fa__node *initial = dtype != NULL ? fa__keep(k, fa__node_cast(given, dtype, k->err)) : NULL;
    fa_dtype_release(dtype);
    return initial;
}

/* where= as an array of the input's shape; NULL where nothing is left out. */
static fa__node *mask_of(fa__kit *k, const fa__node *input)
{
    fa__node *where = k->arguments->where;
    if (where == NULL || fa_failed(k->err))
        return NULL;
    if (where->dtype->type != FA_TYPE_BOOL && !fa__node_is_weak(where)) {
        fa__fail(k->err, FA_BAD_TYPES, "where= is an array of bool");
        return NULL;
    }
    fa__node *strong = fa__keep(k, fa__node_cast(where, FA_BOOL, k->err));
    return strong != NULL
               ? fa__keep(k, fa__node_broadcast_to(strong, (fa_shape){input->ndim, input->sizes}, k->err))
               : NULL;
}

static fa__node *masked(fa__kit *k, fa__node *input, fa__node *mask, fa__node *other)
{
    return mask == NULL ? input : operate(k, FA__OP_WHERE, mask, input, other);
}

static fa__node *zero_of(fa__kit *k, const fa__node *input)
{
    const fa_dtype *dtype = native(k, input);
    fa__node *zero = dtype != NULL ? fa__keep(k, fa__node_zero(dtype, k->err)) : NULL;
    fa_dtype_release(dtype);
    return zero;
}

static fa__node *sum(fa__kit *k, fa__node *input)
{
    fa__node *mask = mask_of(k, input);
    fa__node *elements = mask != NULL ? masked(k, input, mask, zero_of(k, input)) : input;
    fa__node *total = reduce(k, FA__REDUCE_SUM, elements);
    return k->arguments->initial == NULL || total == NULL
               ? total
               : operate(k, FA__OP_ADD, initial_of(k, input), total, NULL);
}

/* Spans where the mask is true, over how many they are. */
static fa__node *mean(fa__kit *k, fa__node *input)
{
    fa__node *mask = mask_of(k, input), *total = sum(k, input);
    fa__node *count = mask != NULL ? reduce(k, FA__REDUCE_COUNT_NONZERO, mask) : NULL;
    return count != NULL ? operate(k, FA__OP_DIVIDE, total, count, NULL) : NULL;
}

/* The extreme of what is a time: of counts, among which what is none is the largest or the smallest. */
static fa__node *extreme_of_times(fa__kit *k, bool least, fa__node *input)
{
    fa__node *counts = least ? less_one(k, input) : as_counts(k, input);
    fa__node *found = counts != NULL ? reduce(k, least ? FA__REDUCE_MIN : FA__REDUCE_MAX, counts) : NULL;
    if (least && found != NULL)
        found = operate(k, FA__OP_ADD, found, fa__keep(k, fa__node_int(1, k->err)), NULL);
    const fa_dtype *dtype = native(k, input);
    fa__node *time = found != NULL && dtype != NULL ? seen_as(k, found, dtype) : NULL;
    fa_dtype_release(dtype);
    return time;
}

static bool is_empty(fa__kit *k, const fa__node *input)
{
    uint64_t axes = 0;
    bool empty = false;
    if (input->ndim > 0)
        fa__axes_mask(k->arguments->axes, input->ndim, &axes, k->err);
    for (int i = 0; i < input->ndim; i++)
        empty = empty || ((axes >> i & 1) && input->sizes[i] == 0);
    return empty;
}

/* The result's shape, everywhere the same. */
static fa__node *everywhere(fa__kit *k, fa__node *input, fa__node *scalar)
{
    fa__node *shape = reduce(k, FA__REDUCE_ANY, fa__keep(k, fa__node_cast(input, FA_BOOL, k->err)));
    return shape != NULL
               ? fa__keep(k, fa__node_full((fa_shape){shape->ndim, shape->sizes}, scalar, NULL, k->err))
               : NULL;
}

static fa__node *extreme(fa__kit *k, fa__reduction reduction, fa__node *input)
{
    bool least = reduction == FA__REDUCE_MIN || reduction == FA__REDUCE_NANMIN;
    bool passes = reduction == FA__REDUCE_NANMIN || reduction == FA__REDUCE_NANMAX;
    fa__node *initial = k->arguments->initial != NULL ? initial_of(k, input) : NULL;
    if (initial == NULL && k->arguments->where != NULL)
        fa__fail(
            k->err, FA_INVALID_ARGUMENT,
            "reduction operation '%s' does not have an identity, so to use a where mask one has to specify "
            "'initial'",
            least ? "minimum" : "maximum");
    if (initial == NULL)
        return passes ? extreme_of_times(k, least, input) : NULL;
    if (is_empty(k, input))
        return everywhere(k, input, initial);
    fa__node *elements = masked(k, input, mask_of(k, input), initial);
    fa__reduce_arguments all = {.axes = k->arguments->axes, .keepdims = k->arguments->keepdims};
    fa__node *found = NULL;
    if (elements != NULL)
        found = passes ? extreme_of_times(k, least, elements)
                       : fa__keep(k, fa__node_reduce(reduction, elements, &all, k->err));
    fa__operation operation = passes  ? least ? FA__OP_FMIN : FA__OP_FMAX
                              : least ? FA__OP_MINIMUM
                                      : FA__OP_MAXIMUM;
    return found != NULL ? operate(k, operation, initial, found, NULL) : NULL;
}

static fa__node *position(fa__kit *k, bool least, fa__node *input)
{
    fa__node *counts = least ? as_counts(k, input) : less_one(k, input);
    return counts != NULL ? reduce(k, least ? FA__REDUCE_ARGMIN : FA__REDUCE_ARGMAX, counts) : NULL;
}

/* any() and all() with where=: every time is true, or not, whatever its unit. */
static fa__node *truth(fa__kit *k, fa__reduction reduction, fa__node *input)
{
    fa__node *is_true = fa__keep(k, fa__node_cast(input, FA_BOOL, k->err));
    return is_true != NULL ? fa__keep(k, fa__node_reduce(reduction, is_true, k->arguments, k->err)) : NULL;
}

static fa__node *compose(fa__kit *k, fa__reduction reduction, fa__node *input)
{
    bool spans = input->dtype->type == FA_TYPE_TIMEDELTA64;
    bool plain = k->arguments->initial == NULL && k->arguments->where == NULL;
    switch (reduction) {
    case FA__REDUCE_SUM:
        return plain || !spans ? NULL : sum(k, input);
    case FA__REDUCE_MEAN:
        return plain || !spans ? NULL : mean(k, input);
    case FA__REDUCE_MIN:
    case FA__REDUCE_MAX:
    case FA__REDUCE_NANMIN:
    case FA__REDUCE_NANMAX:
        return extreme(k, reduction, input);
    case FA__REDUCE_ANY:
    case FA__REDUCE_ALL:
        return plain ? NULL : truth(k, reduction, input);
    case FA__REDUCE_PTP:
        return operate(k, FA__OP_SUBTRACT, reduce(k, FA__REDUCE_MAX, input), reduce(k, FA__REDUCE_MIN, input),
                       NULL);
    case FA__REDUCE_ARGMIN:
    case FA__REDUCE_NANARGMIN:
        return position(k, true, input);
    case FA__REDUCE_ARGMAX:
    case FA__REDUCE_NANARGMAX:
        return position(k, false, input);
    default:
        return NULL;
    }
}

static bool takes_its_arguments(fa__reduction reduction, const fa__reduce_arguments *given, fa_error *err)
{
    bool begins = reduction == FA__REDUCE_SUM || reduction == FA__REDUCE_MIN || reduction == FA__REDUCE_MAX ||
                  reduction == FA__REDUCE_NANSUM || reduction == FA__REDUCE_NANMIN ||
                  reduction == FA__REDUCE_NANMAX;
    bool leaves_out = begins || reduction == FA__REDUCE_MEAN || reduction == FA__REDUCE_NANMEAN ||
                      reduction == FA__REDUCE_ANY || reduction == FA__REDUCE_ALL;
    const char *wrong = given->mean != NULL                   ? "mean="
                        : given->initial != NULL && !begins   ? "initial="
                        : given->where != NULL && !leaves_out ? "where="
                                                              : NULL;
    return wrong == NULL || fa__fail(err, FA_INVALID_ARGUMENT, "%s() of times takes no %s",
                                     fa__reductions[reduction].name, wrong);
}

/* What passes over NaN and nothing else: what is no time counts in it, as in NumPy. */
static fa__reduction without_nan(fa__reduction reduction)
{
    return reduction == FA__REDUCE_NANSUM    ? FA__REDUCE_SUM
           : reduction == FA__REDUCE_NANMEAN ? FA__REDUCE_MEAN
                                             : reduction;
}

fa__node *fa__node_compose_times(fa__reduction reduction, fa__node *input,
                                 const fa__reduce_arguments *arguments, fa_error *err)
{
    fa__kit k = {.arguments = arguments, .err = err};
    if (!takes_its_arguments(reduction, arguments, err))
        return NULL;
    if (without_nan(reduction) != reduction)
        return fa__node_reduce(without_nan(reduction), input, arguments, err);
    return fa__give(&k, compose(&k, reduction, input));
}
