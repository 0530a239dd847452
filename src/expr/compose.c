/* SPDX-License-Identifier: BSD-3-Clause */
/* Reductions that are graphs of other reductions: those that pass over NaN, those that begin somewhere
 * (initial=), leave out elements (where=) or know their mean (mean=), ptp() and average(). Every one reads
 * its input in one pass: what it is made of has one shape, and shares its pass. Knows nothing about kernels.
 */
#include "expr/kit.h"
#include "expr/node.h"
#include "expr/types.h"

#include "array/time.h"

#include "base/memory.h"

#include <string.h>

static fa__node *operate(fa__kit *k, fa__operation operation, fa__node *a, fa__node *b, fa__node *c)
{
    fa__node *inputs[3] = {a, b, c};
    return fa_failed(k->err) ? NULL : fa__keep(k, fa__node_operation(operation, inputs, k->err));
}

static fa__node *integer(fa__kit *k, int64_t value)
{
    return fa__keep(k, fa__node_int(value, k->err));
}

static fa__node *number(fa__kit *k, double value)
{
    return fa__keep(k, fa__node_float(value, k->err));
}

static fa__node *cast(fa__kit *k, fa__node *node, fa_type type)
{
    return fa_failed(k->err) ? NULL : fa__keep(k, fa__node_cast(node, fa_dtype_of(type), k->err));
}

/* Along the axes of the call, without its other arguments. */
static fa__node *reduce(fa__kit *k, fa__reduction reduction, fa__node *node, const fa_dtype *dtype)
{
    fa__reduce_arguments plain = {
        .axes = k->arguments->axes, .keepdims = k->arguments->keepdims, .dtype = dtype};
    return fa_failed(k->err) ? NULL : fa__keep(k, fa__node_reduce(reduction, node, &plain, k->err));
}

static bool is_inexact(fa_type type)
{
    return fa__type_kind(type) == 'f' || fa__type_is_complex(type);
}

/* What floating results are computed in, before they are rounded once. */
static fa_type wide_type(fa_type type)
{
    return fa__type_is_complex(type) ? FA_TYPE_COMPLEX128 : FA_TYPE_FLOAT64;
}

/* ---- Masks ---- */

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
    if (where->ndim > input->ndim) {
        fa__fail(k->err, FA_BAD_SHAPE, "where= has %d dimensions, the array %d", where->ndim, input->ndim);
        return NULL;
    }
    fa__geometry geometry;
    fa__node *strong = cast(k, where, FA_TYPE_BOOL);
    if (strong == NULL)
        return NULL;
    fa__node_geometry(strong, &geometry);
    if (!fa__geometry_broadcast_to(&geometry, (fa_shape){input->ndim, input->sizes}, &geometry, k->err))
        return NULL;
    return fa__keep(k, fa__node_view(strong, &geometry, k->err));
}

/* What is no NaN, and not left out; NULL where all elements are. */
static fa__node *numbers_of(fa__kit *k, fa__node *input, fa__node *mask)
{
    if (!is_inexact(input->dtype->type))
        return mask;
    fa__node *numbers =
        operate(k, FA__OP_LOGICAL_NOT, operate(k, FA__OP_ISNAN, input, NULL, NULL), NULL, NULL);
    return mask == NULL ? numbers : operate(k, FA__OP_LOGICAL_AND, numbers, mask, NULL);
}

/* The input with `other` where the mask is false. */
static fa__node *masked(fa__kit *k, fa__node *input, fa__node *mask, fa__node *other)
{
    return mask == NULL ? input : operate(k, FA__OP_WHERE, mask, input, other);
}

/* How many elements a result is made of, and the same as a floating number. */
static fa__node *count_of(fa__kit *k, const fa__node *input, fa__node *mask)
{
    if (mask != NULL)
        return reduce(k, FA__REDUCE_COUNT_NONZERO, mask, NULL);
    uint64_t axes;
    double count = 1;
    if (!fa__axes_mask(k->arguments->axes, input->ndim, &axes, k->err))
        return NULL;
    for (int i = 0; i < input->ndim; i++)
        count *= axes >> i & 1 ? (double)input->sizes[i] : 1;
    return number(k, count);
}

/* ---- Sums, products, extremes ---- */

fa__node *fa__node_initial(fa__node *initial, fa_type type, fa_error *err)
{
    if (!fa__nodes_usable(1, &initial, err))
        return NULL;
    if (initial->ndim != 0) {
        fa__fail(err, FA_BAD_SHAPE, "initial= is one number, not an array");
        return NULL;
    }
    if (fa__type_is_complex(initial->dtype->type) && !fa__type_is_complex(type)) {
        fa__fail(err, FA_BAD_TYPES, "initial= is complex, the result is not");
        return NULL;
    }
    fa__complex128 element = {0, 0};
    if (!fa__node_is_weak(initial) && initial->kind == FA__NODE_SCALAR) {
        fa__convert_find(initial->dtype->type, type)(&element, initial->as.bytes, 1);
        return fa__node_scalar(type, &element, err);
    }
    if (!fa__node_is_weak(initial))
        return fa__node_cast(initial, fa_dtype_of(type), err);
    fa__constant constant = fa__constant_of(initial);
    if (constant.kind == FA__WEAK_FLOAT && fa__type_is_integer(type)) { /* cut, as int() does */
        bool fits = constant.real > -0x1p63 && constant.real < 0x1p63;
        if (!fits) {
            fa__fail(err, FA_OUT_OF_RANGE, "initial= %g is out of bounds for %s", constant.real,
                     fa__type_name(type));
            return NULL;
        }
        constant = (fa__constant){.kind = FA__WEAK_INT, .integer = (int64_t)constant.real};
    }
    return fa__constant_convert(&constant, type, &element, err) ? fa__node_scalar(type, &element, err) : NULL;
}

/* The result's shape, everywhere the same. */
static fa__node *everywhere(fa__kit *k, const fa__node *input, fa__node *scalar)
{
    int64_t sizes[FA_MAX_NDIM];
    int ndim = 0;
    uint64_t axes;
    if (fa_failed(k->err) || !fa__axes_mask(k->arguments->axes, input->ndim, &axes, k->err))
        return NULL;
    for (int i = 0; i < input->ndim; i++) {
        bool gone = axes >> i & 1;
        if (!gone || k->arguments->keepdims)
            sizes[ndim++] = gone ? 1 : input->sizes[i];
    }
    fa__geometry geometry = {0};
    bool fits = fa__geometry_broadcast_to(&geometry, (fa_shape){ndim, sizes}, &geometry, k->err);
    return fits ? fa__keep(k, fa__node_view(scalar, &geometry, k->err)) : NULL;
}

static bool is_empty(const fa__node *input, fa_axes axes, fa_error *err)
{
    uint64_t mask;
    if (input->ndim == 0 || !fa__axes_mask(axes, input->ndim, &mask, err))
        return false;
    for (int i = 0; i < input->ndim; i++)
        if ((mask >> i & 1) && input->sizes[i] == 0)
            return true;
    return false;
}

/* sum, prod and their kin. Floating ones begin, as they end, in the wide type. */
static fa__node *accumulated(fa__kit *k, fa__node *input, bool product, bool skips_nan)
{
    const fa_dtype *dtype = k->arguments->dtype;
    fa__reduction reduction = product ? FA__REDUCE_PROD : FA__REDUCE_SUM;
    fa__node *mask = mask_of(k, input);
    if (skips_nan)
        mask = numbers_of(k, input, mask);
    bool is_bool = input->dtype->type == FA_TYPE_BOOL;
    fa__node *neutral = is_bool ? fa__keep(k, fa__node_bool(product, k->err)) : integer(k, product);
    fa__node *elements = masked(k, input, mask, neutral);
    if (k->arguments->initial == NULL || fa_failed(k->err))
        return reduce(k, reduction, elements, dtype);
    fa__node *plain = reduce(k, reduction, elements, dtype);
    if (plain == NULL)
        return NULL;
    fa_type type = plain->dtype->type, wide = is_inexact(type) ? wide_type(type) : type;
    fa__node *initial = fa__keep(k, fa__node_initial(k->arguments->initial, type, k->err));
    fa__node *rest = wide == type ? plain : reduce(k, reduction, elements, fa_dtype_of(wide));
    initial = cast(k, initial, wide);
    return cast(k, operate(k, product ? FA__OP_MULTIPLY : FA__OP_ADD, initial, rest, NULL), type);
}

/* min, max and those that pass over NaN. */
static fa__node *extreme(fa__kit *k, fa__reduction reduction, fa__node *input)
{
    bool least = reduction == FA__REDUCE_MIN || reduction == FA__REDUCE_NANMIN;
    bool skips_nan = reduction == FA__REDUCE_NANMIN || reduction == FA__REDUCE_NANMAX;
    fa_type type = input->dtype->type;
    if (skips_nan && !is_inexact(type)) {
        skips_nan = false;
        reduction = least ? FA__REDUCE_MIN : FA__REDUCE_MAX;
    }
    if (k->arguments->initial == NULL) {
        if (k->arguments->where != NULL)
            fa__fail(k->err, FA_INVALID_ARGUMENT,
                     "reduction operation '%s' does not have an identity, so to use a where mask one has to "
                     "specify "
                     "'initial'",
                     least ? "minimum" : "maximum");
        return reduce(k, reduction, input, NULL);
    }
    fa__node *initial = fa__keep(k, fa__node_initial(k->arguments->initial, type, k->err));
    fa__node *elements = masked(k, input, mask_of(k, input), initial);
    if (elements == NULL || is_empty(input, k->arguments->axes, k->err))
        return everywhere(k, input, initial);
    fa__operation operation = skips_nan ? least ? FA__OP_FMIN : FA__OP_FMAX
                              : least   ? FA__OP_MINIMUM
                                        : FA__OP_MAXIMUM;
    return operate(k, operation, initial, reduce(k, reduction, elements, NULL), NULL);
}

/* ---- Means and variances ---- */

/* The type of a mean, or of a variance, which is real. */
static fa_type mean_type(const fa__kit *k, const fa__node *input)
{
    fa_type type = k->arguments->dtype != NULL ? k->arguments->dtype->type : input->dtype->type;
    return k->arguments->dtype != NULL || is_inexact(type) ? type : FA_TYPE_FLOAT64;
}

/* The mean of what the mask lets through. */
static fa__node *mean(fa__kit *k, fa__node *input, fa__node *mask)
{
    fa_type type = mean_type(k, input), wide = is_inexact(type) ? wide_type(type) : type;
    bool is_bool = input->dtype->type == FA_TYPE_BOOL;
    fa__node *nothing = is_bool ? fa__keep(k, fa__node_bool(false, k->err)) : integer(k, 0);
    fa__node *sum = reduce(k, FA__REDUCE_SUM, masked(k, input, mask, nothing), fa_dtype_of(wide));
    return cast(k, operate(k, FA__OP_DIVIDE, sum, count_of(k, input, mask), NULL), type);
}

/* The squared magnitudes of deviations from a mean that is given. */
static fa__node *squares(fa__kit *k, fa__node *input, fa_type wide)
{
    fa__node *deviation = operate(k, FA__OP_SUBTRACT, cast(k, input, wide), k->arguments->mean, NULL);
    if (deviation == NULL || !fa__type_is_complex(deviation->dtype->type))
        return operate(k, FA__OP_SQUARE, deviation, NULL, NULL);
    return operate(
        k, FA__OP_REAL,
        operate(k, FA__OP_MULTIPLY, deviation, operate(k, FA__OP_CONJUGATE, deviation, NULL, NULL), NULL),
        NULL, NULL);
}

/* The variance of what the mask lets through, in the wide real type. Where no degrees of freedom are left it
 * is infinite, or NaN for those that pass over NaN. */
static fa__node *variance(fa__kit *k, fa__node *input, fa__node *mask, bool skips_nan)
{
    fa_type wide = wide_type(mean_type(k, input));
    double ddof = k->arguments->ddof;
    fa__node *count = count_of(k, input, mask), *nan = number(k, __builtin_nan(""));
    fa__node *freedom = operate(k, FA__OP_MAXIMUM, operate(k, FA__OP_SUBTRACT, count, number(k, ddof), NULL),
                                number(k, 0), NULL);
    fa__node *total; /* of the squares */
    if (k->arguments->mean != NULL) {
        fa__node *all = squares(k, input, wide);
        total = reduce(k, FA__REDUCE_SUM, masked(k, all, mask, integer(k, 0)), NULL);
    } else {
        fa__node *elements = masked(k, cast(k, input, wide), mask, nan);
        fa__node *spread = reduce(k, FA__REDUCE_NANVAR, elements, NULL);
        total = operate(k, FA__OP_MULTIPLY, spread, count, NULL);
    }
    fa__node *result = operate(k, FA__OP_DIVIDE, total, freedom, NULL);
    if (skips_nan)
        return operate(k, FA__OP_WHERE, operate(k, FA__OP_GREATER, freedom, number(k, 0), NULL), result, nan);
    if (k->arguments->mean != NULL || !is_inexact(input->dtype->type))
        return result;
    /* What NANVAR has passed over, but should not have. */
    fa__node *bad = operate(k, FA__OP_ISNAN, input, NULL, NULL);
    if (mask != NULL)
        bad = operate(k, FA__OP_LOGICAL_AND, bad, mask, NULL);
    return operate(k, FA__OP_WHERE, reduce(k, FA__REDUCE_ANY, bad, NULL), nan, result);
}

static fa__node *spread(fa__kit *k, fa__reduction reduction, fa__node *input)
{
    bool skips_nan = reduction == FA__REDUCE_NANVAR || reduction == FA__REDUCE_NANSTD;
    bool root = reduction == FA__REDUCE_STD || reduction == FA__REDUCE_NANSTD;
    fa__node *mask = mask_of(k, input);
    skips_nan = skips_nan && is_inexact(input->dtype->type);
    if (skips_nan)
        mask = numbers_of(k, input, mask);
    fa__node *result = variance(k, input, mask, skips_nan);
    if (root)
        result = operate(k, FA__OP_SQRT, result, NULL, NULL);
    fa_type type = mean_type(k, input);
    return cast(k, result, k->arguments->dtype != NULL ? type : fa__real_type(type));
}

/* ---- All of them ---- */

/* What one of those that pass over NaN is for elements that are never NaN. */
static fa__reduction without_nan(fa__reduction reduction)
{
    switch (reduction) {
    case FA__REDUCE_NANSUM:
        return FA__REDUCE_SUM;
    case FA__REDUCE_NANPROD:
        return FA__REDUCE_PROD;
    case FA__REDUCE_NANMIN:
        return FA__REDUCE_MIN;
    case FA__REDUCE_NANMAX:
        return FA__REDUCE_MAX;
    case FA__REDUCE_NANMEAN:
        return FA__REDUCE_MEAN;
    case FA__REDUCE_NANVAR:
        return FA__REDUCE_VAR;
    case FA__REDUCE_NANSTD:
        return FA__REDUCE_STD;
    case FA__REDUCE_NANARGMIN:
        return FA__REDUCE_ARGMIN;
    case FA__REDUCE_NANARGMAX:
        return FA__REDUCE_ARGMAX;
    default:
        return reduction;
    }
}

static bool takes_nothing(fa__kit *k, fa__reduction reduction)
{
    const fa__reduce_arguments *given = k->arguments;
    const char *name = fa__reductions[reduction].name;
    const char *wrong = given->initial != NULL ? "initial="
                        : given->where != NULL ? "where="
                        : given->mean != NULL  ? "mean="
                                               : NULL;
    return wrong == NULL || fa__fail(k->err, FA_INVALID_ARGUMENT, "%s() takes no %s", name, wrong);
}

static fa__node *compose(fa__kit *k, fa__reduction reduction, fa__node *input)
{
    switch (reduction) {
    case FA__REDUCE_SUM:
    case FA__REDUCE_NANSUM:
    case FA__REDUCE_PROD:
    case FA__REDUCE_NANPROD:
        return accumulated(k, input, reduction == FA__REDUCE_PROD || reduction == FA__REDUCE_NANPROD,
                           reduction == FA__REDUCE_NANSUM || reduction == FA__REDUCE_NANPROD);
    case FA__REDUCE_MIN:
    case FA__REDUCE_MAX:
    case FA__REDUCE_NANMIN:
    case FA__REDUCE_NANMAX:
        return extreme(k, reduction, input);
    case FA__REDUCE_MEAN:
        return mean(k, input, mask_of(k, input));
    case FA__REDUCE_NANMEAN:
        return mean(k, input, numbers_of(k, input, mask_of(k, input)));
    case FA__REDUCE_VAR:
    case FA__REDUCE_STD:
    case FA__REDUCE_NANVAR:
    case FA__REDUCE_NANSTD:
        return spread(k, reduction, input);
    case FA__REDUCE_ANY:
    case FA__REDUCE_ALL: {
        fa__node *neutral = fa__keep(k, fa__node_bool(reduction == FA__REDUCE_ALL, k->err));
        return reduce(k, reduction, masked(k, input, mask_of(k, input), neutral), NULL);
    }
    case FA__REDUCE_PTP:
        if (!takes_nothing(k, reduction))
            return NULL;
        return operate(k, FA__OP_SUBTRACT, reduce(k, FA__REDUCE_MAX, input, NULL),
                       reduce(k, FA__REDUCE_MIN, input, NULL), NULL);
    default:
        takes_nothing(k, reduction);
        return NULL;
    }
}

fa__node *fa__node_compose(fa__reduction reduction, fa__node *input, const fa__reduce_arguments *arguments,
                           fa_error *err)
{
    bool plain = arguments->initial == NULL && arguments->where == NULL && arguments->mean == NULL;
    bool numeric = fa__type_is_numeric(input->dtype->type);
    if (fa__type_is_time(input->dtype->type))
        return fa_failed(err) ? NULL : fa__node_compose_times(reduction, input, arguments, err);
    if (!numeric && !plain)
        fa__fail(err, FA_UNSUPPORTED,
                 "'%s' takes no initial=, where= or mean= for elements that are no numbers",
                 fa__reductions[reduction].name);
    if (fa_failed(err) || !numeric)
        return NULL;
    if (!is_inexact(input->dtype->type) && without_nan(reduction) != reduction)
        return fa__node_reduce(without_nan(reduction), input, arguments, err);
    if (without_nan(reduction) != reduction && arguments->dtype != NULL &&
        !is_inexact(arguments->dtype->type) && reduction != FA__REDUCE_NANSUM &&
        reduction != FA__REDUCE_NANPROD) {
        fa__fail(err, FA_BAD_TYPES, "If a is inexact, then dtype must be inexact");
        return NULL;
    }
    /* NaN are zeros before elements become those of another dtype. */
    bool sums_numbers = reduction == FA__REDUCE_NANSUM || reduction == FA__REDUCE_NANMEAN;
    plain = plain && (!sums_numbers || arguments->dtype == NULL);
    if (plain && fa__reducer_find(reduction, input->dtype->type) != NULL)
        return NULL;
    fa__kit k = {.arguments = arguments, .err = err};
    return fa__give(&k, compose(&k, reduction, input));
}

/* Weights that stand along the reduced axes, with axes of one element where the input has others. */
static fa__node *spread_weights(fa__kit *k, const fa__node *input, fa__node *weights)
{
    fa__geometry geometry, wide = {0};
    uint64_t axes;
    fa_axes given = k->arguments->axes;
    bool same = weights->ndim == input->ndim &&
                memcmp(weights->sizes, input->sizes, (size_t)input->ndim * sizeof(int64_t)) == 0;
    if (same || !fa__axes_mask(given, input->ndim, &axes, k->err))
        return weights;
    if (given.count < 0) {
        fa__fail(k->err, FA_BAD_SHAPE, "Axis must be specified when shapes of a and weights differ.");
        return NULL;
    }
    bool fits = weights->ndim == given.count;
    fa__node_geometry(weights, &geometry);
    wide.ndim = input->ndim;
    wide.offset = geometry.offset;
    for (int i = 0; i < wide.ndim; i++)
        wide.sizes[i] = 1;
    for (int i = 0; fits && i < given.count; i++) {
        int axis = given.axes[i] < 0 ? given.axes[i] + input->ndim : given.axes[i];
        wide.sizes[axis] = geometry.sizes[i];
        wide.strides[axis] = geometry.strides[i];
        fits = geometry.sizes[i] == input->sizes[axis];
    }
    if (!fits) {
        fa__fail(k->err, FA_BAD_SHAPE,
                 "Shape of weights must be consistent with shape of a along specified axis.");
        return NULL;
    }
    return fa__keep(k, fa__node_view(weights, &wide, k->err));
}

fa__node *fa__node_average(fa__node *input, fa__node *weights, const fa__reduce_arguments *arguments,
                           fa__node **sum_of_weights, fa_error *err)
{
    fa__node *inputs[2] = {input, weights};
    if (!fa__nodes_usable(weights != NULL ? 2 : 1, inputs, err))
        return NULL;
    fa__kit k = {.arguments = arguments, .err = err};
    fa__node *sum = NULL, *result = NULL;
    if (weights == NULL) {
        result = reduce(&k, FA__REDUCE_MEAN, input, NULL);
        if (sum_of_weights != NULL && result != NULL)
            sum = everywhere(&k, input, cast(&k, count_of(&k, input, NULL), result->dtype->type));
    } else {
        fa_type types[3] = {input->dtype->type, weights->dtype->type, FA_TYPE_FLOAT64};
        bool whole = !is_inexact(types[0]);
        fa_type common = FA_TYPE_BOOL;
        if (!fa__type_is_numeric(types[0]) || !fa__type_is_numeric(types[1]))
            fa__fail(err, FA_BAD_TYPES, "average() takes numbers");
        else
            common = fa__promote(fa__promote(types[0], types[1]), whole ? FA_TYPE_FLOAT64 : types[0]);
        fa__node *each = fa_failed(err) ? NULL : spread_weights(&k, input, weights);
        fa__geometry geometry;
        if (each != NULL) {
            fa__node_geometry(each, &geometry);
            fa__geometry_broadcast_to(&geometry, (fa_shape){input->ndim, input->sizes}, &geometry, err);
        }
        fa__node *along =
            each != NULL && !fa_failed(err) ? fa__keep(&k, fa__node_view(each, &geometry, err)) : NULL;
        sum = along != NULL ? reduce(&k, FA__REDUCE_SUM, along, fa_dtype_of(common)) : NULL;
        fa__node *product =
            operate(&k, FA__OP_MULTIPLY, cast(&k, input, common), cast(&k, along, common), NULL);
        result = operate(&k, FA__OP_DIVIDE, reduce(&k, FA__REDUCE_SUM, product, NULL), sum, NULL);
    }
    if (sum_of_weights != NULL)
        *sum_of_weights = fa_failed(err) ? NULL : fa__node_retain(sum);
    return fa__give(&k, result);
}
