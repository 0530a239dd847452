/* SPDX-License-Identifier: BSD-3-Clause */
/* Making nodes that reduce over axes, and nodes that are made from positions. Knows nothing about how they
 * are computed. */
#include "expr/node.h"
#include "expr/types.h"

#include "array/time.h"

#include <math.h>
#include <string.h>

static bool takes_dtype(fa__reduction reduction)
{
    switch (reduction) {
    case FA__REDUCE_SUM:
    case FA__REDUCE_PROD:
    case FA__REDUCE_MEAN:
    case FA__REDUCE_VAR:
    case FA__REDUCE_STD:
    case FA__REDUCE_NANVAR:
    case FA__REDUCE_NANSTD:
        return true;
    default:
        return false;
    }
}

static bool is_position(fa__reduction reduction)
{
    return reduction == FA__REDUCE_ARGMIN || reduction == FA__REDUCE_ARGMAX ||
           reduction == FA__REDUCE_NANARGMIN || reduction == FA__REDUCE_NANARGMAX;
}

/* What is reduced: the input in the type of the reducer. A conversion is not shown by text, which says
 * dtype=. */
static fa__node *reducer_input(fa__reduction reduction, fa__node *input, const fa_dtype *dtype, fa_error *err)
{
    const char *name = fa__reductions[reduction].name;
    if (dtype != NULL && !takes_dtype(reduction)) {
        fa__fail(err, FA_INVALID_ARGUMENT, "'%s' takes no dtype", name);
        return NULL;
    }
    const fa_dtype *wanted = dtype != NULL ? dtype : input->dtype;
    if (fa__type_is_time(input->dtype->type) && dtype == NULL &&
        fa__reducer_find(reduction, input->dtype->type) != NULL) {
        const fa_dtype *native = fa__dtype_native(input->dtype, err);
        fa__node *time = native ? fa__node_as_input(input, native, err) : NULL;
        fa_dtype_release(native);
        return time;
    }
    if (!fa__type_is_numeric(input->dtype->type) || !fa__type_is_numeric(wanted->type)) {
        char text[96];
        fa__dtype_display(fa__type_is_numeric(wanted->type) ? input->dtype : wanted, text, sizeof text);
        fa__fail(err, FA_BAD_TYPES, "'%s' is not defined for %s", name, text);
        return NULL;
    }
    if (fa__reducer_find(reduction, wanted->type) == NULL) {
        fa__fail(err, FA_BAD_TYPES, "'%s' is not defined for %s", name, fa__type_name(wanted->type));
        return NULL;
    }
    fa__node *strong = fa__node_strong(input, err);
    fa__node *node = strong ? fa__node_cast(strong, fa_dtype_of(wanted->type), err) : NULL;
    if (node != NULL && node != strong) {
        node->implicit = true; /* just made: nobody else has seen it */
        /* Walked in the order in which the results of the input stand. */
        fa__layout_of_result(1, &strong, node->ndim, node->sizes, node->dtype->item_bytes, node->strides);
    }
    fa__node_release(strong);
    return node;
}

/* Sizes of the result with the reduced axes kept as 1; how many elements one result is made of. */
static int64_t keep_as_one(const fa__node *input, uint64_t axes, int64_t *sizes)
{
    int64_t reduced = 1;
    for (int i = 0; i < input->ndim; i++) {
        bool is_reduced = (axes >> i & 1) != 0;
        sizes[i] = is_reduced ? 1 : input->sizes[i];
        reduced *= is_reduced && reduced != 0 ? input->sizes[i] : 1;
    }
    return reduced;
}

static int drop_axes(int ndim, uint64_t axes, int64_t *values)
{
    int kept = 0;
    for (int i = 0; i < ndim; i++) {
        if ((axes >> i & 1) == 0)
            values[kept++] = values[i];
    }
    return kept;
}

/* NumPy lets axis 0 and -1 of a scalar pass, but where the reduction divides by the size of the axis. */
static bool axes_of(fa__reduction reduction, const fa__node *input, fa_axes axes, uint64_t *mask,
                    fa_error *err)
{
    bool divides = reduction == FA__REDUCE_MEAN || reduction == FA__REDUCE_VAR || reduction == FA__REDUCE_STD;
    *mask = 0;
    if (is_position(reduction) && axes.count > 1)
        return fa__fail(err, FA_BAD_INDEX, "%s() goes along one axis, not %d", fa__reductions[reduction].name,
                        axes.count);
    if (input->ndim == 0 && !divides && axes.count == 1 && (axes.axes[0] == 0 || axes.axes[0] == -1))
        return true;
    return fa__axes_mask(axes, input->ndim, mask, err);
}

/* NumPy counts in a copy of type bool, whose layout shows in that of the result. */
static void layout(fa__reduction reduction, fa__node *input, const int64_t *sizes, int64_t item_bytes,
                   int64_t *strides, fa_error *err)
{
    bool copies = reduction == FA__REDUCE_COUNT_NONZERO;
    fa__node *seen = copies ? fa__node_cast(input, FA_BOOL, err) : fa__node_retain(input);
    if (seen != NULL)
        fa__layout_of_result(1, &seen, input->ndim, sizes, item_bytes, strides);
    fa__node_release(seen);
}

static bool is_whole_number(const fa_dtype *dtype)
{
    return dtype != NULL && dtype->type <= FA_TYPE_UINT64;
}

/* The mean of spans: their sum over their count, cut to the unit. */
static fa__node *mean_of_times(fa__node *input, uint64_t axes, const fa__reduce_arguments *arguments,
                               fa_error *err)
{
    int64_t sizes[FA_MAX_NDIM], count = keep_as_one(input, axes, sizes);
    fa__node *parts[2] = {fa__node_reduce(FA__REDUCE_SUM, input, arguments, err), fa__node_int(count, err)};
    fa__node *mean = fa_failed(err) ? NULL : fa__node_operation(FA__OP_DIVIDE, parts, err);
    fa__node_release(parts[0]);
    fa__node_release(parts[1]);
    return mean;
}

/* The mean in a type of integers: NumPy adds in that type, wrapping, then divides and cuts. */
static fa__node *mean_of_integers(fa__node *input, uint64_t axes, const fa__reduce_arguments *arguments,
                                  fa_error *err)
{
    int64_t sizes[FA_MAX_NDIM];
    double count = (double)keep_as_one(input, axes, sizes);
    fa__node *parts[2] = {fa__node_reduce(FA__REDUCE_SUM, input, arguments, err), fa__node_float(count, err)};
    fa__node *quotient = fa_failed(err) ? NULL : fa__node_operation(FA__OP_DIVIDE, parts, err);
    fa__node *mean = quotient != NULL ? fa__node_cast(quotient, arguments->dtype, err) : NULL;
    fa__node_release(parts[0]);
    fa__node_release(parts[1]);
    fa__node_release(quotient);
    return mean;
}

/* Strings are true where they are not empty. */
static bool asks_for_truth(fa__reduction reduction, const fa__node *input)
{
    const fa_type type = input->dtype->type;
    return (type == FA_TYPE_BYTES || type == FA_TYPE_STRING) &&
           (reduction == FA__REDUCE_ANY || reduction == FA__REDUCE_ALL ||
            reduction == FA__REDUCE_COUNT_NONZERO);
}

fa__node *fa__node_reduce(fa__reduction reduction, fa__node *input, const fa__reduce_arguments *arguments,
                          fa_error *err)
{
    uint64_t axes;
    if (!fa__nodes_usable(1, &input, err) || !axes_of(reduction, input, arguments->axes, &axes, err))
        return NULL;
    if (asks_for_truth(reduction, input)) {
        fa__node *truth = fa__node_cast(input, FA_BOOL, err);
        fa__node *node = truth != NULL ? fa__node_reduce(reduction, truth, arguments, err) : NULL;
        fa__node_release(truth);
        return node;
    }
    bool of_spans = input->dtype->type == FA_TYPE_TIMEDELTA64;
    bool adds = reduction == FA__REDUCE_SUM || reduction == FA__REDUCE_MEAN;
    fa__reduce_arguments without_dtype =
        *arguments; /* sums of spans are spans, whatever dtype says, as in NumPy */
    without_dtype.dtype = NULL;
    if (of_spans && adds)
        arguments = &without_dtype;
    fa__node *composed = fa__node_compose(reduction, input, arguments, err);
    if (composed != NULL || fa_failed(err))
        return composed;
    if (reduction == FA__REDUCE_MEAN && is_whole_number(arguments->dtype))
        return mean_of_integers(input, axes, arguments, err);
    if (reduction == FA__REDUCE_MEAN && of_spans)
        return mean_of_times(input, axes, arguments, err);
    fa__node *converted = reducer_input(reduction, input, arguments->dtype, err);
    if (converted == NULL)
        return NULL;
    const fa__reducer *reducer = fa__reducer_find(reduction, converted->dtype->type);
    const fa_dtype *result =
        fa__type_is_numeric(reducer->result) ? fa_dtype_of(reducer->result) : converted->dtype;
    int64_t sizes[FA_MAX_NDIM], strides[FA_MAX_NDIM];
    int64_t reduced = keep_as_one(input, axes, sizes);
    fa__node *node = NULL;
    if (reduced == 0 && is_position(reduction)) {
        bool least = reduction == FA__REDUCE_ARGMIN || reduction == FA__REDUCE_NANARGMIN;
        fa__fail(err, FA_BAD_SHAPE, "attempt to get %s of an empty sequence", least ? "argmin" : "argmax");
    } else if (reduced == 0 && !reducer->has_identity) {
        const char *name = reduction == FA__REDUCE_MIN      ? "minimum"
                           : reduction == FA__REDUCE_MAX    ? "maximum"
                           : reduction == FA__REDUCE_NANMIN ? "fmin"
                           : reduction == FA__REDUCE_NANMAX ? "fmax"
                                                            : NULL;
        fa__fail(err, FA_BAD_SHAPE, "zero-size array to reduction operation %s which has no identity",
                 name ? name : fa__reductions[reduction].name);
    } else {
        layout(reduction, input, sizes, result->item_bytes, strides, err);
        int ndim = input->ndim;
        if (!arguments->keepdims) {
            drop_axes(input->ndim, axes, strides);
            ndim = drop_axes(input->ndim, axes, sizes);
        }
        node = fa__node_new(FA__NODE_REDUCE, result, ndim, sizes, 1, &converted, err);
        if (node != NULL) {
            memcpy(node->strides, strides, (size_t)ndim * sizeof(int64_t));
            node->code = (int)reduction;
            node->loop_type = converted->dtype->type;
            node->as.reduce.axes = axes;
            node->as.reduce.keepdims = arguments->keepdims;
            node->as.reduce.ddof = arguments->ddof;
        }
    }
    fa__node_release(converted);
    if (node == NULL || arguments->dtype == NULL || arguments->dtype->type == node->dtype->type)
        return node;
    fa__node *cast = fa__node_cast(node, fa_dtype_of(arguments->dtype->type), err);
    fa__node_release(node);
    return cast;
}

static bool generates(fa__generator generator, fa_type type)
{
    bool is_real = type == FA_TYPE_FLOAT32 || type == FA_TYPE_FLOAT64;
    switch (generator) {
    case FA__GENERATE_ARANGE:
        return type == FA_TYPE_INT64 || type >= FA_TYPE_FLOAT16;
    case FA__GENERATE_LINSPACE:
        return type == FA_TYPE_FLOAT64;
    default:
        return is_real;
    }
}

fa__node *fa__node_generate(fa__generator generator, fa_type type, fa_shape shape,
                            const fa__generator_params *params, fa_error *err)
{
    static const char *const names[] = {
#define NAME(id, name) #name,
        FA__GENERATORS(NAME)
#undef NAME
    };
    if (fa_failed(err))
        return NULL;
    if (!generates(generator, type)) {
        fa__fail(err, FA_BAD_TYPES, "'%s' does not make elements of this type", names[generator]);
        return NULL;
    }
    bool counts = generator == FA__GENERATE_ARANGE || generator == FA__GENERATE_LINSPACE;
    if (counts && shape.ndim != 1) {
        fa__fail(err, FA_BAD_SHAPE, "'%s' makes one dimension, not %d", names[generator], shape.ndim);
        return NULL;
    }
    int64_t count;
    if (!fa__shape_count(shape.ndim, shape.sizes, fa__type_bytes(type), &count, err))
        return NULL;
    fa__node *node =
        fa__node_new(FA__NODE_GENERATE, fa_dtype_of(type), shape.ndim, shape.sizes, 0, NULL, err);
    if (node == NULL)
        return NULL;
    node->code = (int)generator;
    node->as.generate = *params;
    return node;
}

fa__node *fa__node_arange_int64(int64_t start, int64_t stop, int64_t step, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    if (step == 0) {
        fa__fail(err, FA_INVALID_ARGUMENT, "the step of arange is 0");
        return NULL;
    }
    fa__wide distance = (fa__wide)stop - start, one = step > 0 ? 1 : -1;
    fa__wide count = (distance + step - one) / step;
    if (distance == 0 || (distance > 0) != (step > 0))
        count = 0;
    if (count > INT64_MAX) {
        fa__fail(err, FA_TOO_LARGE, "arange has more than 2**63-1 elements");
        return NULL;
    }
    fa__generator_params params = {.i = start, .j = step};
    return fa__node_generate(FA__GENERATE_ARANGE, FA_TYPE_INT64, FA_SHAPE((int64_t)count), &params, err);
}

fa__node *fa__node_arange_float64(double start, double stop, double step, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    double length = ceil((stop - start) / step);
    if (isnan(length) || step == 0) {
        fa__fail(err, FA_INVALID_ARGUMENT, "arange from %g to %g by %g has no length", start, stop, step);
        return NULL;
    }
    if (length >= 0x1p63) {
        fa__fail(err, FA_TOO_LARGE, "arange from %g to %g by %g has more than 2**63-1 elements", start, stop,
                 step);
        return NULL;
    }
    /* NumPy makes the first two elements and takes their difference as the step of all. */
    fa__generator_params params = {.a = start, .b = start + step - start};
    return fa__node_generate(FA__GENERATE_ARANGE, FA_TYPE_FLOAT64, FA_SHAPE(length > 0 ? (int64_t)length : 0),
                             &params, err);
}

static fa__node *evenly_spaced(double start, double stop, int64_t count, bool endpoint, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    if (count < 0) {
        fa__fail(err, FA_INVALID_ARGUMENT, "number of samples, %lld, must be non-negative", (long long)count);
        return NULL;
    }
    /* Where the end is not one of them, its number is one that is never made. */
    double steps = (double)(endpoint ? count - 1 : count);
    fa__generator_params params = {.a = start,
                                   .b = steps > 0 ? (stop - start) / steps : 0,
                                   .i = endpoint ? count : count + 1,
                                   .last = stop};
    if (endpoint && count <= 1)
        params.last = start;
    return fa__node_generate(FA__GENERATE_LINSPACE, FA_TYPE_FLOAT64, FA_SHAPE(count), &params, err);
}

fa__node *fa__node_linspace(double start, double stop, int64_t count, fa_error *err)
{
    return evenly_spaced(start, stop, count, true, err);
}

fa__node *fa__node_linspace_open(double start, double stop, int64_t count, fa_error *err)
{
    return evenly_spaced(start, stop, count, false, err);
}
