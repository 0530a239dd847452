/* SPDX-License-Identifier: BSD-3-Clause */
/* Quantiles of elements that count for more or less than others: NumPy's method 'inverted_cdf', as a graph of
 * sorts and running sums. And the median of complex numbers, which is one of a sort too. Knows nothing about
 * how any of it is computed. */
#include "expr/kit.h"
#include "expr/quantile.h"

#include "expr/formula.h"
#include "expr/order.h"
#include "expr/routines.h"
#include "expr/take.h"
#include "expr/types.h"

#include "array/time.h"
#include "array/view.h"

#include <string.h>

static fa__node *compose(fa__kit *k, const char *text, fa__node *a, fa__node *b, fa__node *c)
{
    fa__node *nodes[3] = {a, b, c};
    const int count = c != NULL ? 3 : b != NULL ? 2 : 1;
    return fa_failed(k->err) ? NULL : fa__keep(k, fa__compose(text, count, nodes, k->err));
}

/* The reduced axes as one, behind the others. */
static fa__node *as_lines(fa__kit *k, fa__node *node, uint64_t axes)
{
    int from[FA_MAX_NDIM], to[FA_MAX_NDIM], count = 0, ndim = 0;
    int64_t sizes[FA_MAX_NDIM];
    if (node == NULL || fa_failed(k->err))
        return NULL;
    for (int i = 0; i < node->ndim; i++)
        if (axes >> i & 1)
            from[count++] = i;
        else
            sizes[ndim++] = node->sizes[i];
    int64_t length = 1;
    for (int i = 0; i < count; i++) {
        to[i] = ndim + i;
        length *= node->sizes[from[i]];
    }
    sizes[ndim++] = length;
    fa__node *moved =
        fa__keep(k, fa__node_move_axes(node, (fa_axes){count, from}, (fa_axes){count, to}, k->err));
    return moved != NULL ? fa__keep(k, fa__node_reshape(moved, (fa_shape){ndim, sizes}, k->err)) : NULL;
}

/* The reduced axes back as ones, behind `leading` axes, where they are to be kept. */
static fa__node *with_axes_kept(fa__kit *k, fa__node *node, const fa__node *input, uint64_t axes, int leading,
                                bool keepdims)
{
    int64_t sizes[FA_MAX_NDIM];
    int ndim = 0;
    if (node == NULL || !keepdims || fa_failed(k->err))
        return node;
    for (; ndim < leading; ndim++)
        sizes[ndim] = node->sizes[ndim];
    for (int i = 0; i < input->ndim; i++)
        sizes[ndim++] = axes >> i & 1 ? 1 : input->sizes[i];
    return fa__keep(k, fa__node_reshape(node, (fa_shape){ndim, sizes}, k->err));
}

static fa__node *in_order(fa__kit *k, fa__node *lines, fa__node *order)
{
    return lines != NULL && order != NULL ? fa__keep(k, fa__node_take_along_axis(lines, order, -1, k->err))
                                          : NULL;
}

/* ---- Weights ---- */

/* Weights of the input's shape, or of its reduced axes in the order in which they are named, spread over the
 * input. */
static fa__node *spread_weights(fa__kit *k, fa__node *weights, const fa__node *input,
                                const fa__quantile_arguments *arguments)
{
    fa_error *err = k->err;
    const bool same = weights->ndim == input->ndim &&
                      memcmp(weights->sizes, input->sizes, (size_t)input->ndim * sizeof *input->sizes) == 0;
    const fa_axes named = arguments->axes;
    int64_t sizes[FA_MAX_NDIM];
    int order[FA_MAX_NDIM], count = 0;
    if (same)
        return weights;
    if (named.count < 0) {
        fa__fail(err, FA_BAD_SHAPE, "Axis must be specified when shapes of a and weights differ.");
        return NULL;
    }
    bool fits = weights->ndim == named.count;
    for (int i = 0; i < named.count && fits; i++)
        fits = weights->sizes[i] == input->sizes[fa__axis(named.axes[i], input->ndim, err)];
    if (!fits) {
        fa__fail(err, FA_BAD_SHAPE,
                 "Shape of weights must be consistent with shape of a along specified axis.");
        return NULL;
    }
    for (int i = 0; i < input->ndim; i++) {
        sizes[i] = 1;
        for (int named_at = 0; named_at < named.count; named_at++)
            if (fa__axis(named.axes[named_at], input->ndim, err) == i) {
                order[count++] = named_at;
                sizes[i] = input->sizes[i];
            }
    }
    fa__node *turned = fa__keep(k, fa__node_permute(weights, (fa_axes){count, order}, err));
    fa__node *shaped =
        turned != NULL ? fa__keep(k, fa__node_reshape(turned, (fa_shape){input->ndim, sizes}, err)) : NULL;
    return shaped != NULL
               ? fa__keep(k, fa__node_broadcast_to(shaped, (fa_shape){input->ndim, input->sizes}, err))
               : NULL;
}

/* Weights are looked at now, as NumPy does. */
static bool are_weights(const fa__node *weights, fa__node *node, fa_error *err)
{
    if (!fa__type_is_numeric(weights->dtype->type) || fa__type_is_complex(weights->dtype->type)) {
        char text[96];
        fa__dtype_display(weights->dtype, text, sizeof text);
        return fa__fail(err, FA_BAD_TYPES, "weights are real numbers, not %s", text);
    }
    return !fa__formula_holds("any(a < 0)", node, err) ||
           fa__fail(err, FA_OUT_OF_RANGE, "Weights must be non-negative.");
}

/* What part of the weights stands up to each element in order; what comes before any weight is below every
 * place. */
static fa__node *running_parts(fa__kit *k, fa__node *weights, fa_type type_of_q)
{
    fa__node *sums = compose(k, "cumsum(a, axis=-1)", weights, NULL, NULL);
    fa__node *parts = compose(k, "a / a[..., -1:]", sums, NULL, NULL);
    if (fa__formula_holds("any(isnan(a[..., -1]))", parts, k->err))
        fa__fail(k->err, FA_OUT_OF_RANGE, "Weights included NaN, inf or were all zero.");
    const bool is_float = fa__type_kind(type_of_q) == 'f' && type_of_q != FA_TYPE_FLOAT64;
    if (parts != NULL && is_float && !fa_failed(k->err))
        parts = fa__keep(k, fa__node_cast(parts, fa_dtype_of(type_of_q), k->err));
    return compose(k, "where(a == 0, -1, a)", parts, NULL, NULL);
}

/* What is NaN weighs nothing: it stands behind all others, where nothing is added any more. A line of nothing
 * else has one all the same, and gives NaN. */
static fa__node *without_nan(fa__kit *k, fa__node *weights, fa__node *lines)
{
    const char *text = fa__type_is_time(lines->dtype->type)
                           ? "where(all(isnat(b), axis=-1, keepdims=True), 1, where(isnat(b), 0, a))"
                           : "where(all(isnan(b), axis=-1, keepdims=True), 1, where(isnan(b), 0, a))";
    return compose(k, text, weights, lines, NULL);
}

/* The first axis as the two of the places. */
static fa__node *of_places(fa__kit *k, fa__node *result, const fa__node *q)
{
    int64_t sizes[FA_MAX_NDIM + 1] = {q->sizes[0], q->sizes[1]};
    if (result->ndim == FA_MAX_NDIM) {
        fa__fail(k->err, FA_BAD_SHAPE, "more than %d dimensions", FA_MAX_NDIM);
        return NULL;
    }
    for (int i = 1; i < result->ndim; i++)
        sizes[i + 1] = result->sizes[i];
    return fa__keep(k, fa__node_reshape(result, (fa_shape){result->ndim + 1, sizes}, k->err));
}

fa__node *fa__node_weighted_quantile(fa__node *input, fa__node *q, const fa__quantile_arguments *arguments,
                                     fa_error *err)
{
    fa__kit k = {.err = err};
    fa__node *const weights = arguments->weights;
    uint64_t axes;
    if (!fa__nodes_usable(3, (fa__node *[]){input, q, weights}, err) ||
        !fa__axes_mask(arguments->axes, input->ndim, &axes, err))
        return NULL;
    if (arguments->method != FA__QUANTILE_INVERTED_CDF) {
        fa__fail(err, FA_INVALID_ARGUMENT, "Only method 'inverted_cdf' supports weights, not '%s'",
                 fa__quantile_method_name(arguments->method));
        return NULL;
    }
    if (q->ndim > 2) {
        fa__fail(err, FA_BAD_SHAPE, "q must be a scalar or 1d");
        return NULL;
    }
    if (q->ndim > 0 && fa__formula_holds("any((a < 0) | (a > 1) | (a != a))", q, err))
        fa__fail(err, FA_OUT_OF_RANGE, "Quantiles must be in the range [0, 1]");
    fa__node *spread = spread_weights(&k, weights, input, arguments);
    fa__node *wide = spread != NULL && are_weights(weights, spread, err)
                         ? fa__keep(&k, fa__node_cast(spread, FA_FLOAT64, err))
                         : NULL;
    fa__node *lines = as_lines(&k, wide != NULL ? fa__keep(&k, fa__node_strong(input, err)) : NULL, axes);
    fa__node *order = lines != NULL ? fa__keep(&k, fa__node_argsort(lines, -1, err)) : NULL;
    fa__node *weight_lines = as_lines(&k, wide, axes);
    if (arguments->skips_nan && weight_lines != NULL && lines != NULL)
        weight_lines = without_nan(&k, weight_lines, lines);
    fa__node *sorted = in_order(&k, lines, order), *of_lines = in_order(&k, weight_lines, order);
    if (sorted != NULL && sorted->sizes[sorted->ndim - 1] == 0)
        fa__fail(err, FA_BAD_INDEX, "index -1 is out of bounds for axis 0 with size 0");
    const bool takes_type = fa__node_is_weak(q) && fa__type_kind(input->dtype->type) == 'f';
    const fa_type type_of_q = takes_type ? input->dtype->type : q->dtype->type;
    fa__node *places = fa_failed(err) ? NULL : fa__keep(&k, fa__node_cast(q, fa_dtype_of(type_of_q), err));
    fa__node *parts = of_lines != NULL && places != NULL ? running_parts(&k, of_lines, type_of_q) : NULL;
    fa__node *column = places != NULL ? fa__keep(&k, fa__node_reshape(places, FA_SHAPE(-1, 1), err)) : NULL;
    fa__node *last =
        fa_failed(err) ? NULL : fa__keep(&k, fa__node_int(sorted->sizes[sorted->ndim - 1] - 1, err));
    /* Running parts are in order. */
    fa__node *at =
        parts != NULL && parts->ndim == 1
            ? compose(&k, "minimum(searchsorted(a, b[:, 0]), c)", parts, column, last)
            : compose(&k, "minimum(count_nonzero(a[..., newaxis, :] < b, axis=-1), c)", parts, column, last);
    fa__node *found = in_order(&k, sorted, at), *result = found;
    if (found != NULL && arguments->skips_nan)
        result = found;
    else if (found != NULL && fa__type_kind(input->dtype->type) == 'f')
        result = compose(&k, "where(isnan(b[..., -1:]), nan, a)", found, sorted, NULL);
    else if (found != NULL && fa__type_is_time(input->dtype->type))
        result = compose(&k, "where(isnat(b[..., -1:]), b[..., -1:], a)", found, sorted, NULL);
    if (result != NULL && q->ndim == 0)
        result = fa__keep(&k, fa__node_squeeze(result, FA_AXES(-1), err));
    else if (result != NULL)
        result = fa__keep(&k, fa__node_move_axes(result, FA_AXES(-1), FA_AXES(0), err));
    if (result != NULL && q->ndim == 2)
        result = of_places(&k, result, q);
    return fa__give(&k, with_axes_kept(&k, result, input, axes, q->ndim, arguments->keepdims));
}

/* ---- Complex numbers ---- */

/* The middle of a line in order, or the mean of the two in the middle; the last one where it is NaN. */
fa__node *fa__node_complex_median(fa__node *input, const fa__quantile_arguments *arguments, fa_error *err)
{
    fa__kit k = {.err = err};
    uint64_t axes;
    if (!fa__axes_mask(arguments->axes, input->ndim, &axes, err))
        return NULL;
    fa__node *lines = as_lines(&k, input, axes), *node = NULL;
    const int64_t n = lines != NULL ? lines->sizes[lines->ndim - 1] : 0;
    fa__node *sorted = lines != NULL ? fa__keep(&k, fa__node_sort(lines, -1, err)) : NULL;
    if (n == 0) {
        node = compose(&k, "mean(a, axis=-1)", lines, NULL, NULL);
    } else {
        fa__node *middle =
            sorted != NULL ? fa__keep(&k, fa__node_slice(sorted, -1, (n - 1) / 2, n / 2 + 1, 1, err)) : NULL;
        fa__node *mean = compose(&k, "mean(a, axis=-1)", middle, NULL, NULL);
        node = compose(&k, "where(isnan(b[..., -1]), b[..., -1], a)", mean, sorted, NULL);
    }
    return fa__give(&k, with_axes_kept(&k, node, input, axes, 0, arguments->keepdims));
}
