/* SPDX-License-Identifier: BSD-3-Clause */
/* NumPy's bins: their number, their edges, and the types in which both are found. */
#include "expr/histogram.h"

#include "expr/formula.h"
#include "expr/node.h"
#include "expr/routines.h"
#include "expr/take.h"
#include "expr/types.h"

#include "array/view.h"
#include "base/checked.h"
#include "base/memory.h"

#include <math.h>
#include <string.h>

/* What bins are found in: the floats themselves, float64 for all else. */
static fa_type edge_type_of(const fa__node *input)
{
    return fa__type_kind(input->dtype->type) == 'f' ? input->dtype->type : FA_TYPE_FLOAT64;
}

static double number_of(const fa__node *scalar)
{
    double number;
    fa__convert_find(scalar->dtype->type, FA_TYPE_FLOAT64)(&number, scalar->element, 1);
    return number;
}

/* Edges that are known now. */
static fa__node *constant_edges(double first, double last, int64_t count, fa_type edge_type, fa_error *err)
{
    const int64_t item = fa__type_bytes(edge_type);
    fa__geometry geometry = {.ndim = 1, .sizes = {count + 1}, .strides = {item}};
    fa__source *source = fa_failed(err) ? NULL : fa__memory_source((count + 1) * item, err);
    fa_array *array = NULL;
    const fa__histogram_steps steps = {first, last, count, FA_TYPE_FLOAT64, edge_type};
    if (source != NULL && fa__histogram_fill(&steps, 0, count + 1, fa__source_memory(source), err))
        array = fa__view(source, fa_dtype_of(edge_type), &geometry, true, err);
    if (source != NULL)
        fa__source_release(source);
    fa__node *node = array != NULL ? fa__node_leaf(array, err) : NULL;
    fa_release(array);
    return node;
}

/* ---- Bins ---- */

/* What bins there are: nodes of their own. */
typedef struct bins {
    bool is_uniform;
    int64_t count;
    fa__node *edges, *first, *last;
} bins;

static void bins_clear(bins *b)
{
    fa__node_release(b->edges);
    fa__node_release(b->first);
    fa__node_release(b->last);
}

static bool may_be_counted(const fa__node *input, fa_error *err)
{
    char text[96];
    if (fa__type_is_numeric(input->dtype->type) && !fa__type_is_complex(input->dtype->type))
        return true;
    fa__dtype_display(input->dtype, text, sizeof text);
    return fa__fail(err, FA_BAD_TYPES, "'histogram' is not defined for %s", text);
}

enum { MOST_BINS = INT32_MAX - 2 };

static bool find_ends(fa__node *input, const fa__histogram_arguments *arguments, bins *b, fa_error *err)
{
    const bool is_empty = fa__count(input->ndim, input->sizes) == 0;
    const fa__reduce_arguments all = {.axes = FA_ALL_AXES};
    if (arguments->has_range || is_empty) {
        b->first =
            is_empty && !arguments->has_range ? fa__node_int(0, err) : fa__node_retain(arguments->first);
        b->last = is_empty && !arguments->has_range ? fa__node_int(1, err) : fa__node_retain(arguments->last);
    } else {
        b->first = fa__node_reduce(FA__REDUCE_MIN, input, &all, err);
        b->last = fa_failed(err) ? NULL : fa__node_reduce(FA__REDUCE_MAX, input, &all, err);
    }
    return !fa_failed(err);
}

static bool uniform_bins(fa__node *input, const fa__histogram_arguments *arguments, bins *b, fa_error *err)
{
    b->is_uniform = true;
    b->count = arguments->bins;
    if (b->count < 1)
        return fa__fail(err, FA_INVALID_ARGUMENT, "`bins` must be positive, when an integer");
    if (b->count > MOST_BINS)
        return fa__fail(err, FA_TOO_LARGE, "%lld bins: a histogram has at most %d", (long long)b->count,
                        MOST_BINS);
    if (!find_ends(input, arguments, b, err))
        return false;
    const fa_type edge_type = edge_type_of(input);
    if (b->first->kind == FA__NODE_SCALAR && b->last->kind == FA__NODE_SCALAR) {
        double first = number_of(b->first), last = number_of(b->last);
        if (fa__histogram_ends(FA_TYPE_FLOAT64, true, &first, &last, err))
            b->edges = constant_edges(first, last, b->count, edge_type, err);
        return !fa_failed(err);
    }
    fa__node *inputs[3] = {input, b->first, b->last};
    const int64_t size = b->count + 1;
    const fa__whole_arguments how = {.number = b->count};
    b->edges =
        fa__node_whole(FA__WHOLE_HISTOGRAM_EDGES, fa_dtype_of(edge_type), 1, &size, 3, inputs, &how, err);
    return !fa_failed(err);
}

static bool given_bins(const fa__histogram_arguments *arguments, bins *b, fa_error *err)
{
    const fa__node *edges = arguments->edges;
    if (edges->ndim != 1)
        return fa__fail(err, FA_BAD_SHAPE, "`bins` must be 1d, when an array");
    if (!may_be_counted(edges, err))
        return false;
    if (edges->sizes[0] > MOST_BINS)
        return fa__fail(err, FA_TOO_LARGE, "%lld edges: a histogram has at most %d",
                        (long long)edges->sizes[0], MOST_BINS);
    b->count = edges->sizes[0] > 0 ? edges->sizes[0] - 1 : 0;
    b->edges = fa__node_retain(arguments->edges);
    return true;
}

/* Gives nodes that bins_clear() takes, also where it fails. */
static bool find_bins(fa__node *input, const fa__histogram_arguments *arguments, bins *b, fa_error *err)
{
    *b = (bins){0};
    if (!fa__nodes_usable(1, &input, err) || !may_be_counted(input, err))
        return false;
    if (arguments->weights != NULL &&
        (arguments->weights->ndim != input->ndim ||
         memcmp(arguments->weights->sizes, input->sizes, (size_t)input->ndim * sizeof *input->sizes) != 0))
        return fa__fail(err, FA_BAD_SHAPE, "weights should have the same shape as a.");
    if (arguments->edges != NULL)
        return given_bins(arguments, b, err);
    fa__histogram_arguments counted = *arguments;
    if (arguments->estimator != NULL && !fa__histogram_estimate(input, arguments, &counted.bins, err))
        return false;
    return uniform_bins(input, &counted, b, err);
}

/* The type in which elements are held against given edges: exact for both. */
static fa_type compared_type(fa_type a, fa_type b)
{
    const fa_type both = fa__promote(a, b);
    if (both == FA_TYPE_FLOAT64 || both == FA_TYPE_FLOAT32)
        return both;
    if (both == FA_TYPE_FLOAT16 || both == FA_TYPE_BFLOAT16)
        return FA_TYPE_FLOAT32;
    return both == FA_TYPE_UINT64 ? FA_TYPE_UINT64 : FA_TYPE_INT64;
}

/* The elements as they are counted: narrow ones as they are, since all that there can be are looked at in the
 * end. */
static fa__node *counted_input(fa__node *input, const bins *b, fa_error *err)
{
    fa__node *strong = fa__node_strong(input, err);
    if (strong == NULL)
        return NULL;
    const fa_type type = strong->dtype->type, wanted = fa__type_bytes(type) <= 2 ? type
                                                       : b->is_uniform
                                                           ? edge_type_of(strong)
                                                           : compared_type(type, b->edges->dtype->type);
    fa__node *node = fa__node_as_input(strong, fa_dtype_of(wanted), err);
    fa__node_release(strong);
    return node;
}

static fa__node *count(fa__node *input, const bins *b, fa_error *err)
{
    fa__node *inputs[4] = {counted_input(input, b, err), b->edges, b->first, b->last};
    const fa__whole_arguments how = {.option = b->is_uniform ? FA__BINS_UNIFORM : FA__BINS_GIVEN,
                                     .number = b->count};
    fa__node *node = NULL;
    if (!fa_failed(err))
        node = fa__node_whole(FA__WHOLE_HISTOGRAM, FA_INT64, 1, &b->count, b->is_uniform ? 4 : 2, inputs,
                              &how, err);
    fa__node_release(inputs[0]);
    return node;
}

/* One row of the elements, in C order. */
static fa__node *in_a_row(fa__node *node, fa_type type, fa_error *err)
{
    fa__node *row = fa__node_reshape(node, FA_SHAPE(-1), err), *converted = NULL;
    if (row != NULL)
        converted = fa__node_as_input(row, fa_dtype_of(type), err);
    fa__node_release(row);
    return converted;
}

/* Weights are added in float64, or complex128. */
static fa__node *sum_weights(fa__node *elements, fa__node *weights, const bins *b, fa__bins_option option,
                             const fa_dtype *dtype, fa_error *err)
{
    const bool are_numbers = fa__type_is_numeric(weights->dtype->type);
    const bool are_complex = are_numbers && fa__type_is_complex(weights->dtype->type);
    if (!are_numbers) {
        char text[96];
        fa__dtype_display(weights->dtype, text, sizeof text);
        fa__fail(err, FA_BAD_TYPES, "weights are numbers, not %s", text);
        return NULL;
    }
    fa__node *inputs[5] = {elements, NULL, b->edges, b->first, b->last}, *node = NULL;
    fa__node *strong = fa__node_strong(weights, err);
    if (strong != NULL)
        inputs[1] = in_a_row(strong, are_complex ? FA_TYPE_COMPLEX128 : FA_TYPE_FLOAT64, err);
    const fa__whole_arguments how = {.option = option, .number = b->count};
    const int count = option == FA__BINS_ARE_ELEMENTS ? 2 : option == FA__BINS_GIVEN ? 3 : 5;
    if (!fa_failed(err))
        node = fa__node_whole(FA__WHOLE_BIN_SUMS, dtype, 1, &b->count, count, inputs, &how, err);
    fa__node_release(strong);
    fa__node_release(inputs[1]);
    return node;
}

static fa__node *sum(fa__node *input, fa__node *weights, const bins *b, fa_error *err)
{
    fa__node *counted = counted_input(input, b, err), *row = NULL, *node = NULL;
    const fa_dtype *dtype = fa__dtype_native(weights->dtype, err);
    if (!fa_failed(err))
        row = in_a_row(counted, counted->dtype->type, err);
    if (row != NULL)
        node = sum_weights(row, weights, b, b->is_uniform ? FA__BINS_UNIFORM : FA__BINS_GIVEN, dtype, err);
    fa__node_release(counted);
    fa__node_release(row);
    fa_dtype_release(dtype);
    return node;
}

/* n / db / n.sum() */
static fa__node *make_density(fa__node *counts, fa__node *edges, fa_error *err)
{
    fa__node *widths = fa__node_diff(edges, 1, 0, NULL, NULL, err);
    fa__node *wide = widths != NULL ? fa__node_cast(widths, FA_FLOAT64, err) : NULL, *density = NULL;
    if (wide != NULL)
        density = fa__compose("a / b / sum(a)", 2, (fa__node *[]){counts, wide}, err);
    fa__node_release(widths);
    fa__node_release(wide);
    return density;
}

fa__node *fa__node_histogram(fa__node *input, const fa__histogram_arguments *arguments, fa__node **edges,
                             fa_error *err)
{
    bins b;
    fa__node *node = NULL;
    if (edges != NULL)
        *edges = NULL;
    if (find_bins(input, arguments, &b, err))
        node = arguments->weights != NULL ? sum(input, arguments->weights, &b, err) : count(input, &b, err);
    if (node != NULL && arguments->density) {
        fa__node *density = make_density(node, b.edges, err);
        fa__node_release(node);
        node = density;
    }
    if (node != NULL && edges != NULL)
        *edges = fa__node_retain(b.edges);
    bins_clear(&b);
    return node;
}

fa__node *fa__node_histogram_edges(fa__node *input, const fa__histogram_arguments *arguments, fa_error *err)
{
    bins b;
    fa__node *node = find_bins(input, arguments, &b, err) ? fa__node_retain(b.edges) : NULL;
    bins_clear(&b);
    return node;
}

/* ---- Whole numbers ---- */

bool fa__extremes_now(fa__node *input, int64_t extremes[2], fa_error *err)
{
    const fa__reduce_arguments all = {.axes = FA_ALL_AXES};
    fa__node *both[2] = {fa__node_reduce(FA__REDUCE_MIN, input, &all, err), NULL};
    both[1] = fa_failed(err) ? NULL : fa__node_reduce(FA__REDUCE_MAX, input, &all, err);
    fa__node *pair = fa_failed(err) ? NULL : fa__node_stack(2, both, 0, err);
    fa_array *stands = pair != NULL ? fa__stand(pair, err) : NULL;
    if (stands != NULL) {
        const fa__box box = {1, stands->dtype->item_bytes, stands->offset, stands->sizes, stands->strides};
        fa__source_read(stands->source, &box, extremes, err);
    }
    fa_release(stands);
    fa__node_release(pair);
    fa__node_release(both[0]);
    fa__node_release(both[1]);
    return !fa_failed(err);
}

static bool may_be_positions(const fa__node *input, int64_t least, fa_error *err)
{
    char text[96];
    fa__dtype_display(input->dtype, text, sizeof text);
    if (input->ndim != 1)
        return fa__fail(err, FA_BAD_SHAPE, "bincount() counts in one row: an array of %d axes", input->ndim);
    if (input->dtype->type > FA_TYPE_UINT64)
        return fa__fail(err, FA_BAD_TYPES, "bincount() counts integers, not %s", text);
    if (least < 0)
        return fa__fail(err, FA_INVALID_ARGUMENT, "'minlength' must not be negative");
    return true;
}

fa__node *fa__node_bincount(fa__node *input, fa__node *weights, int64_t least, fa_error *err)
{
    int64_t extremes[2] = {0, -1};
    if (!fa__nodes_usable(1, &input, err) || !may_be_positions(input, least, err))
        return NULL;
    fa__node *strong = fa__node_strong(input, err), *whole = NULL, *node = NULL;
    if (strong != NULL)
        whole = fa__node_as_input(strong, FA_INT64, err);
    if (whole != NULL && whole->sizes[0] > 0)
        fa__extremes_now(whole, extremes, err);
    const bins b = {.count = fa__max_i64(extremes[1] + 1, least)};
    if (!fa_failed(err) && extremes[0] < 0)
        fa__fail(err, FA_OUT_OF_RANGE, "'list' argument must have no negative elements");
    if (!fa_failed(err) && (extremes[1] == INT64_MAX || b.count > MOST_BINS))
        fa__fail(err, FA_TOO_LARGE, "bincount() of %lld: there are at most %d counts", (long long)extremes[1],
                 MOST_BINS);
    if (!fa_failed(err) && weights != NULL && (weights->ndim != 1 || weights->sizes[0] != input->sizes[0]))
        fa__fail(err, FA_BAD_SHAPE, "The weights and list don't have the same length.");
    if (!fa_failed(err) && weights != NULL && fa__type_is_numeric(weights->dtype->type) &&
        fa__type_is_complex(weights->dtype->type))
        fa__fail(err, FA_BAD_TYPES, "bincount() adds weights in float64: they are complex");
    const fa__whole_arguments how = {.number = b.count, .option = FA__BINS_ARE_ELEMENTS};
    const bool are_sums =
        weights != NULL && input->sizes[0] > 0; /* no elements make NumPy's zeros, not 0.0 */
    if (!fa_failed(err) && are_sums)
        node = sum_weights(whole, weights, &b, FA__BINS_ARE_ELEMENTS, FA_FLOAT64, err);
    else if (!fa_failed(err))
        node = fa__node_whole(FA__WHOLE_BINCOUNT, FA_INT64, 1, &b.count, 1, &whole, &how, err);
    fa__node_release(strong);
    fa__node_release(whole);
    return node;
}
