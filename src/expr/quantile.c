/* SPDX-License-Identifier: BSD-3-Clause */
/* What medians and quantiles take and give: NumPy's types, shapes and refusals. */
#include "expr/quantile.h"

#include "expr/node.h"
#include "expr/types.h"

#include "kernel/rank.h"

#include <string.h>

static const struct {
    const char *name;
    bool takes;
} methods[] = {
#define ROW(id, name, takes) {#name, takes},
    FA__QUANTILE_METHODS(ROW)
#undef ROW
};

int fa__quantile_method_find(const char *name, size_t length, fa_error *err)
{
    for (int i = 0; i < FA__QUANTILE_METHOD_COUNT; i++)
        if (strlen(methods[i].name) == length && memcmp(methods[i].name, name, length) == 0)
            return i;
#define ROW(id, name, takes) " " #name
    static const char all[] = FA__QUANTILE_METHODS(ROW);
#undef ROW
    char quoted[48];
    fa__quote(quoted, sizeof quoted, name, length);
    fa__fail(err, FA_INVALID_ARGUMENT, "'%s' is no method of quantiles; these are:%s", quoted, all);
    return -1;
}

const char *fa__quantile_method_name(int method)
{
    return methods[method].name;
}

bool fa__quantile_takes_elements(int method, fa_type type_of_q)
{
    return methods[method].takes || (method == FA__QUANTILE_LINEAR && type_of_q <= FA_TYPE_UINT64);
}

static bool refuse(const char *name, const fa__node *input, fa_error *err)
{
    char text[96];
    fa__dtype_display(input->dtype, text, sizeof text);
    return fa__fail(err, FA_BAD_TYPES, "'%s' is not defined for %s", name, text);
}

static const char *name_of(fa__whole whole)
{
    return fa__wholes[whole].name;
}

/* The input with its elements as the search takes them. */
static fa__node *strong_input(fa__whole whole, fa__node *input, fa_error *err)
{
    if (!fa__nodes_usable(1, &input, err))
        return NULL;
    if (fa__ranker_find(input->dtype->type) == NULL) {
        refuse(name_of(whole), input, err);
        return NULL;
    }
    return fa__node_strong(input, err);
}

static int kept_axes(const fa__node *input, uint64_t axes, bool keepdims)
{
    return keepdims ? input->ndim : input->ndim - __builtin_popcountll(axes);
}

/* The node, of the shape of q and then that of what the reduction leaves. `input` is given up. */
static fa__node *make(fa__whole whole, fa__node *input, fa__node *q, const fa_dtype *dtype,
                      const fa__quantile_arguments *arguments, fa_error *err)
{
    uint64_t axes;
    int64_t sizes[FA_MAX_NDIM], n = 1, results = 1;
    int ndim = 0;
    fa__node *node = NULL, *inputs[2] = {input, q};
    if (!fa_failed(err) && fa__axes_mask(arguments->axes, input->ndim, &axes, err)) {
        if (q != NULL && q->ndim > 2)
            fa__fail(err, FA_BAD_SHAPE, "q must be a scalar or 1d");
        else if ((q != NULL ? q->ndim : 0) + kept_axes(input, axes, arguments->keepdims) > FA_MAX_NDIM)
            fa__fail(err, FA_BAD_SHAPE, "more than %d dimensions", FA_MAX_NDIM);
        for (int i = 0; !fa_failed(err) && q != NULL && i < q->ndim; i++)
            sizes[ndim++] = q->sizes[i];
        for (int axis = 0; !fa_failed(err) && axis < input->ndim; axis++) {
            const bool is_reduced = axes >> axis & 1;
            n *= is_reduced && n > 0 ? input->sizes[axis] : 1;
            if (!is_reduced || arguments->keepdims)
                sizes[ndim++] = is_reduced ? 1 : input->sizes[axis];
        }
        for (int i = 0; i < ndim; i++)
            results = sizes[i] > 0 && results > 0 ? 1 : 0;
        if (n == 0 && results > 0 && whole == FA__WHOLE_QUANTILE)
            fa__fail(err, FA_BAD_INDEX, "index -1 is out of bounds for axis 0 with size 0");
        const fa__whole_arguments how = {
            .axes = axes, .keepdims = arguments->keepdims, .option = arguments->method};
        if (!fa_failed(err))
            node = fa__node_whole(whole, dtype, ndim, sizes, q != NULL ? 2 : 1, inputs, &how, err);
    }
    fa__node_release(input);
    return node;
}

fa__node *fa__node_median(fa__node *input, const fa__quantile_arguments *arguments, fa_error *err)
{
    const fa__whole whole = arguments->skips_nan ? FA__WHOLE_NANMEDIAN : FA__WHOLE_MEDIAN;
    if (fa__nodes_usable(1, &input, err) && !arguments->skips_nan &&
        fa__type_is_numeric(input->dtype->type) && fa__type_is_complex(input->dtype->type))
        return fa__node_complex_median(input, arguments, err);
    fa__node *strong = strong_input(whole, input, err);
    if (strong == NULL)
        return NULL;
    if (strong->dtype->type == FA_TYPE_DATETIME64)
        refuse(name_of(whole), strong, err);
    const fa_dtype *dtype = strong->dtype->type <= FA_TYPE_UINT64 ? fa_dtype_retain(FA_FLOAT64)
                                                                  : fa__dtype_native(strong->dtype, err);
    fa__node *node = make(whole, strong, NULL, dtype, arguments, err);
    fa_dtype_release(dtype);
    return node;
}

/* NumPy's type of what lies between two elements; one reference. */
static const fa_dtype *type_between(const fa__node *input, const fa__node *q, int method, const char *name,
                                    fa_error *err)
{
    const fa_type type = input->dtype->type, type_of_q = q->dtype->type;
    if (fa__quantile_takes_elements(method, type_of_q) || !fa__type_is_numeric(type))
        return fa__dtype_native(input->dtype, err);
    if (type == FA_TYPE_BOOL) {
        fa__fail(err, FA_BAD_TYPES,
                 "'%s' of bool subtracts one from another, which NumPy refuses: name a method that takes "
                 "elements as they "
                 "are, as method='lower'",
                 name);
        return NULL;
    }
    if (fa__node_is_weak(q))
        return fa_dtype_of(fa__promote_weak(type, FA__WEAK_FLOAT));
    const bool is_whole = type_of_q <= FA_TYPE_UINT64,
               is_between_whole = method == FA__QUANTILE_AVERAGED_INVERTED_CDF ||
                                  method == FA__QUANTILE_INTERPOLATED_INVERTED_CDF ||
                                  method == FA__QUANTILE_WEIBULL;
    const fa_type place = !is_whole ? type_of_q : is_between_whole ? FA_TYPE_INT64 : FA_TYPE_FLOAT64;
    return fa_dtype_of(fa__promote(type, place));
}

/* A constant that no computation has to be waited for. */
static bool q_is_possible(const fa__node *q, fa_error *err)
{
    char text[96];
    fa__dtype_display(q->dtype, text, sizeof text);
    if (!fa__type_is_numeric(q->dtype->type) || fa__type_is_complex(q->dtype->type))
        return fa__fail(err, FA_BAD_TYPES, "quantiles are numbers from 0 to 1, not %s", text);
    double value;
    if (q->kind != FA__NODE_SCALAR)
        return true;
    fa__convert_find(q->dtype->type, FA_TYPE_FLOAT64)(&value, q->element, 1);
    return (value >= 0 && value <= 1) ||
           fa__fail(err, FA_OUT_OF_RANGE, "Quantiles must be in the range [0, 1]");
}

/* NumPy's nanquantile() of no elements is their nanmean(), whatever the method. */
static const fa_dtype *type_of_nothing(const fa__node *input, fa_error *err)
{
    return input->dtype->type <= FA_TYPE_UINT64 ? fa_dtype_retain(FA_FLOAT64)
                                                : fa__dtype_native(input->dtype, err);
}

fa__node *fa__node_quantile(fa__node *input, fa__node *q, const fa__quantile_arguments *arguments,
                            fa_error *err)
{
    const fa__whole whole = arguments->skips_nan ? FA__WHOLE_NANQUANTILE : FA__WHOLE_QUANTILE;
    fa__node *strong = strong_input(whole, input, err);
    if (strong == NULL || !fa__nodes_usable(1, &q, err) || !q_is_possible(q, err)) {
        fa__node_release(strong);
        return NULL;
    }
    if (arguments->weights != NULL) {
        fa__node *weighted = fa__node_weighted_quantile(strong, q, arguments, err);
        fa__node_release(strong);
        return weighted;
    }
    const bool is_nanmean = arguments->skips_nan && fa__count(strong->ndim, strong->sizes) == 0;
    const fa_dtype *dtype = is_nanmean ? type_of_nothing(strong, err)
                                       : type_between(strong, q, arguments->method, name_of(whole), err);
    fa__node *node = make(whole, strong, q, dtype, arguments, err);
    fa_dtype_release(dtype);
    return node;
}

fa__node *fa__node_percentile(fa__node *input, fa__node *q, const fa__quantile_arguments *arguments,
                              fa_error *err)
{
    fa__node *parts[2] = {q, fa__node_int(100, err)};
    fa__node *part = fa_failed(err) ? NULL : fa__node_operation(FA__OP_DIVIDE, parts, err), *node = NULL;
    if (part != NULL)
        node = fa__node_quantile(input, part, arguments, err);
    if (node == NULL && err->code == FA_OUT_OF_RANGE) {
        fa_error_clear(err);
        fa__fail(err, FA_OUT_OF_RANGE, "Percentiles must be in the range [0, 100]");
    }
    fa__node_release(part);
    fa__node_release(parts[1]);
    return node;
}
