/* SPDX-License-Identifier: BSD-3-Clause */
/* Arrays made of numbers alone, as text calls them: ranges, one value everywhere, matrices of positions,
 * random arrays. */
#include "text/functions.h"
#include "expr/routines.h"
#include "expr/types.h"

#include <math.h>

/* The dtype of an argument, or another; one reference. */
static const fa_dtype *dtype_or(const fa__bound_call *call, int index, const fa_dtype *otherwise)
{
    const fa_dtype *dtype = fa__argument_dtype(call, index);
    return dtype != NULL ? dtype : fa_dtype_retain(otherwise);
}

/* A range in a type that was asked for, or as it came. Takes the node over. NumPy makes its first two
 * elements and goes on in that type. */
static fa__node *range_as(fa__node *range, const fa_dtype *dtype, fa_error *err)
{
    if (range == NULL || dtype == NULL || fa_dtype_equal(range->dtype, dtype))
        return range;
    fa__node *node = NULL;
    const fa__generator_params *params = &range->as.generate;
    fa_type type = dtype->type;
    bool counts = range->dtype->type == FA_TYPE_INT64, floats = type >= FA_TYPE_FLOAT16;
    if (!fa__type_is_numeric(type)) {
        fa__fail(err, FA_BAD_TYPES, "arange() does not make elements of this type");
    } else if (type == FA_TYPE_BOOL && range->sizes[0] > 2) {
        fa__fail(err, FA_BAD_TYPES, "arange() of bool has two elements at most");
    } else if (floats) {
        fa__generator_params made = {.a = counts ? (double)params->i : params->a,
                                     .b = counts ? (double)params->j : params->b};
        node = fa__node_generate(FA__GENERATE_ARANGE, type, FA_SHAPE(range->sizes[0]), &made, err);
    } else if (counts) {
        node = fa__node_cast(range, dtype, err);
    } else {
        int64_t ends[2];
        double first[2] = {params->a, params->a + params->b};
        fa__convert_find(FA_TYPE_FLOAT64, FA_TYPE_INT64)(ends, first, 2);
        fa__generator_params made = {.i = ends[0], .j = (int64_t)((uint64_t)ends[1] - (uint64_t)ends[0])};
        fa__node *whole =
            fa__node_generate(FA__GENERATE_ARANGE, FA_TYPE_INT64, FA_SHAPE(range->sizes[0]), &made, err);
        node = whole != NULL ? fa__node_cast(whole, dtype, err) : NULL;
        fa__node_release(whole);
    }
    fa__node_release(range);
    return node;
}

/* arange(stop), arange(start, stop, step): of integers where all are. `count` in place of `stop` says how
 * many elements a range of floats has, for text that has to make the same one again. */
static fa__node *apply_arange(const fa__bound_call *call)
{
    enum { START, STOP, STEP, DTYPE, COUNT };
    bool is_float = false;
    if (fa__arange_is_of_times(call))
        return fa__arange_of_times(call);
    for (int i = START; i <= STEP; i++) {
        if (!fa__argument_given(call, i))
            continue;
        const fa__node *node = fa__argument_node(call, i);
        is_float = is_float || (node != NULL && node->weak == FA__WEAK_FLOAT);
    }
    bool only_stop = !fa__argument_given(call, STOP) && !fa__argument_given(call, COUNT);
    int start = only_stop ? STOP : START, stop = only_stop ? START : STOP;
    const fa_dtype *dtype = fa__argument_dtype(call, DTYPE);
    fa__node *range;
    if (fa__argument_given(call, COUNT)) {
        fa__generator_params params = {.a = fa__argument_float(call, START, 0),
                                       .b = fa__argument_float(call, STEP, 1)};
        int64_t count = fa__argument_int(call, COUNT, 0);
        range = fa__node_generate(FA__GENERATE_ARANGE, FA_TYPE_FLOAT64, FA_SHAPE(count), &params, call->err);
    } else if (is_float) {
        range = fa__node_arange_float64(fa__argument_float(call, start, 0), fa__argument_float(call, stop, 0),
                                        fa__argument_float(call, STEP, 1), call->err);
    } else {
        range = fa__node_arange_int64(fa__argument_int(call, start, 0), fa__argument_int(call, stop, 0),
                                      fa__argument_int(call, STEP, 1), call->err);
    }
    fa__node *node = range_as(range, dtype, call->err);
    fa_dtype_release(dtype);
    return node;
}

/* A linspace as float64, and, where integers are wanted, their floor. */
static fa__node *as_spaced(fa__node *node, const fa_dtype *dtype, fa_error *err)
{
    if (node == NULL || dtype == NULL)
        return node;
    if (fa__type_is_integer(dtype->type)) {
        fa__node *whole = fa__node_operation(FA__OP_FLOOR, &node, err);
        fa__node_release(node);
        node = whole;
    }
    fa__node *cast = node != NULL ? fa__node_cast(node, dtype, err) : NULL;
    fa__node_release(node);
    return cast;
}

static fa__node *spaced(const fa__bound_call *call, double start, double stop, int count_at, int endpoint_at)
{
    int64_t count = fa__argument_int(call, count_at, 50);
    return fa__argument_bool(call, endpoint_at, true) ? fa__node_linspace(start, stop, count, call->err)
                                                      : fa__node_linspace_open(start, stop, count, call->err);
}

static fa__node *apply_linspace(const fa__bound_call *call)
{
    enum { START, STOP, NUM, ENDPOINT, RETSTEP, DTYPE };
    const fa_dtype *dtype = fa__argument_dtype(call, DTYPE);
    if (fa__argument_bool(call, RETSTEP, false))
        fa__fail_at_column(call->err, FA_BAD_EXPRESSION, call->arguments[RETSTEP]->column,
                           "linspace(): retstep= is not part of expressions");
    fa__node *node =
        spaced(call, fa__argument_float(call, START, 0), fa__argument_float(call, STOP, 0), NUM, ENDPOINT);
    node = as_spaced(node, dtype, call->err);
    fa_dtype_release(dtype);
    return node;
}

/* base ** node; takes the node over. */
static fa__node *power_of(double base, fa__node *node, fa_error *err)
{
    fa__node *inputs[2] = {fa__node_float(base, err), node}, *power = NULL;
    if (!fa_failed(err))
        power = fa__node_operation(FA__OP_POWER, inputs, err);
    fa__node_release(inputs[0]);
    fa__node_release(node);
    return power;
}

static fa__node *apply_logspace(const fa__bound_call *call)
{
    enum { START, STOP, NUM, ENDPOINT, BASE, DTYPE };
    const fa_dtype *dtype = fa__argument_dtype(call, DTYPE);
    fa__node *exponents =
        spaced(call, fa__argument_float(call, START, 0), fa__argument_float(call, STOP, 0), NUM, ENDPOINT);
    fa__node *node =
        exponents != NULL ? power_of(fa__argument_float(call, BASE, 10), exponents, call->err) : NULL;
    if (node != NULL && dtype != NULL) {
        fa__node *cast = fa__node_cast(node, dtype, call->err);
        fa__node_release(node);
        node = cast;
    }
    fa_dtype_release(dtype);
    return node;
}

/* The ends are what was asked for, exactly. */
static fa__node *with_ends(fa__node *inner, double start, double stop, bool endpoint, fa_error *err)
{
    int64_t count = inner->sizes[0], from = count > 0, to = count - (endpoint && count > 1);
    fa__node *parts[3] = {NULL, NULL, NULL},
             *values[2] = {fa__node_float(start, err), fa__node_float(stop, err)};
    for (int i = 0; i < 2; i++) {
        fa__node *strong =
            fa_failed(err) ? NULL : fa__node_full(FA_SHAPE(i == 0 ? from : count - to), values[i], NULL, err);
        parts[2 * i] = strong;
        fa__node_release(values[i]);
    }
    parts[1] = fa__node_slice(inner, 0, from, to > from ? to : from, 1, err);
    fa__node *node = fa_failed(err) ? NULL : fa__node_concatenate(3, parts, 0, NULL, err);
    for (int i = 0; i < 3; i++)
        fa__node_release(parts[i]);
    fa__node_release(inner);
    return node;
}

static fa__node *apply_geomspace(const fa__bound_call *call)
{
    enum { START, STOP, NUM, ENDPOINT, DTYPE };
    double start = fa__argument_float(call, START, 1), stop = fa__argument_float(call, STOP, 1);
    bool endpoint = fa__argument_bool(call, ENDPOINT, true);
    if (!fa_failed(call->err) && (start == 0 || stop == 0 || (start < 0) != (stop < 0))) {
        fa__fail_at_column(call->err, FA_INVALID_ARGUMENT, call->arguments[STOP]->column,
                           start == 0 || stop == 0
                               ? "Geometric sequence cannot include zero"
                               : "geomspace() between numbers of different signs is not supported");
        return NULL;
    }
    double sign = start < 0 ? -1 : 1;
    fa__node *exponents = spaced(call, log10(start * sign), log10(stop * sign), NUM, ENDPOINT);
    fa__node *node = exponents != NULL ? power_of(10, exponents, call->err) : NULL;
    if (node != NULL && sign < 0) {
        fa__node *negative = fa__node_operation(FA__OP_NEGATIVE, &node, call->err);
        fa__node_release(node);
        node = negative;
    }
    if (node != NULL)
        node = with_ends(node, start, stop, endpoint, call->err);
    const fa_dtype *dtype = fa__argument_dtype(call, DTYPE);
    if (node != NULL && dtype != NULL) {
        fa__node *cast = fa__node_cast(node, dtype, call->err);
        fa__node_release(node);
        node = cast;
    }
    fa_dtype_release(dtype);
    return node;
}

/* ---- One value, or positions ---- */

/* zeros(), ones() and empty(): `code` is the value. */
static fa__node *apply_filled(const fa__bound_call *call)
{
    fa__tuple sizes;
    if (!fa__argument_tuple(call, 0, &sizes))
        return NULL;
    const fa_dtype *dtype = dtype_or(call, 1, FA_FLOAT64);
    fa__node *value = NULL, *node = NULL;
    if (dtype != NULL)
        value = call->function->code == 0 ? fa__node_zero(dtype, call->err) : fa__node_int(1, call->err);
    if (value != NULL)
        node = fa__node_full((fa_shape){sizes.count, sizes.items}, value, dtype, call->err);
    fa__node_release(value);
    fa_dtype_release(dtype);
    return node;
}

static fa__node *apply_full(const fa__bound_call *call)
{
    fa__tuple sizes;
    if (!fa__argument_tuple(call, 0, &sizes))
        return NULL;
    const fa_dtype *dtype = fa__argument_dtype(call, 2);
    bool is_number = call->arguments[1]->kind == FA__VALUE_NODE;
    fa__node *value = is_number ? fa__node_retain(fa__argument_node(call, 1)) : fa__argument_array(call, 1);
    fa__node *node = NULL;
    if (!fa_failed(call->err))
        node = fa__node_full((fa_shape){sizes.count, sizes.items}, value, dtype, call->err);
    fa__node_release(value);
    fa_dtype_release(dtype);
    return node;
}

enum { LIKE_ZEROS, LIKE_ONES, LIKE_FULL };

/* zeros_like(), ones_like(), empty_like(), full_like(). */
static fa__node *apply_like(const fa__bound_call *call)
{
    const int form = call->function->code, dtype_at = form == LIKE_FULL ? 2 : 1;
    fa__node *like = fa__argument_array(call, 0), *value = NULL, *node = NULL;
    const fa_dtype *dtype = like != NULL ? dtype_or(call, dtype_at, like->dtype) : NULL;
    if (dtype != NULL && form == LIKE_FULL)
        value = fa__node_retain(fa__argument_node(call, 1));
    else if (dtype != NULL)
        value = form == LIKE_ZEROS ? fa__node_zero(dtype, call->err) : fa__node_int(1, call->err);
    if (!fa_failed(call->err))
        node = fa__node_full_like(like, value, dtype, call->err);
    fa__node_release(like);
    fa__node_release(value);
    fa_dtype_release(dtype);
    return node;
}

/* eye() and tri(). */
static fa__node *apply_positions(const fa__bound_call *call)
{
    int64_t rows = fa__argument_int(call, 0, 0), columns = fa__argument_int(call, 1, rows);
    int64_t diagonal = fa__argument_int(call, 2, 0);
    const fa_dtype *dtype = dtype_or(call, 3, FA_FLOAT64);
    fa__node *node = NULL;
    if (dtype != NULL)
        node =
            (call->function->code ? fa__node_tri : fa__node_eye)(rows, columns, diagonal, dtype, call->err);
    fa_dtype_release(dtype);
    return node;
}

static fa__node *apply_identity(const fa__bound_call *call)
{
    int64_t size = fa__argument_int(call, 0, 0);
    const fa_dtype *dtype = dtype_or(call, 1, FA_FLOAT64);
    fa__node *node = dtype != NULL ? fa__node_eye(size, size, 0, dtype, call->err) : NULL;
    fa_dtype_release(dtype);
    return node;
}

/* random_uniform(shape, low, high, seed, dtype), random_normal(shape, mean, std, seed, dtype). */
static fa__node *apply_random(const fa__bound_call *call)
{
    fa__tuple sizes;
    fa__constant seed = {.kind = FA__WEAK_INT};
    fa__generator_params params = {.a = fa__argument_float(call, 1, 0), .b = fa__argument_float(call, 2, 1)};
    if (!fa__argument_tuple(call, 0, &sizes))
        return NULL;
    if (fa__argument_given(call, 3)) {
        const fa__value *value = call->arguments[3];
        bool is_weak = value->kind == FA__VALUE_NODE && fa__node_is_weak(value->node);
        if (is_weak)
            seed = fa__constant_of(value->node);
        if (!is_weak || seed.kind != FA__WEAK_INT || seed.integer < 0) {
            fa__fail_at_column(call->err, FA_BAD_EXPRESSION, value->column,
                               "a seed is a whole number from 0");
            return NULL;
        }
    }
    params.seed = (uint64_t)seed.integer;
    const fa_dtype *dtype = fa__argument_dtype(call, 4);
    fa_type type = dtype != NULL ? dtype->type : FA_TYPE_FLOAT64;
    fa_dtype_release(dtype);
    return fa__node_generate((fa__generator)call->function->code, type, (fa_shape){sizes.count, sizes.items},
                             &params, call->err);
}

const fa__function fa__generator_functions[] = {
    {"arange", "", "start stop= step= dtype= count=", apply_arange, 0, FA__AS_FUNCTION,
     FA_OPERATION_GENERATOR, "Numbers from start to stop by step."},
    {"linspace", "", "start stop num= endpoint= retstep= dtype=", apply_linspace, 0, FA__AS_FUNCTION,
     FA_OPERATION_GENERATOR, "Numbers from start to stop, evenly spaced."},
    {"logspace", "", "start stop num= endpoint= base= dtype=", apply_logspace, 0, FA__AS_FUNCTION,
     FA_OPERATION_GENERATOR, "Powers of a base whose exponents are evenly spaced."},
    {"geomspace", "", "start stop num= endpoint= dtype=", apply_geomspace, 0, FA__AS_FUNCTION,
     FA_OPERATION_GENERATOR, "Numbers from start to stop, each the same multiple of the one before."},
    {"zeros", "", "shape dtype=", apply_filled, 0, FA__AS_FUNCTION, FA_OPERATION_GENERATOR, "0 everywhere."},
    {"ones", "", "shape dtype=", apply_filled, 1, FA__AS_FUNCTION, FA_OPERATION_GENERATOR, "1 everywhere."},
    {"empty", "", "shape dtype=", apply_filled, 0, FA__AS_FUNCTION, FA_OPERATION_GENERATOR, "0 everywhere."},
    {"full", "", "shape fill_value dtype=", apply_full, 0, FA__AS_FUNCTION, FA_OPERATION_GENERATOR,
     "One value everywhere."},
    {"zeros_like", "", "a dtype=", apply_like, LIKE_ZEROS, FA__AS_FUNCTION, FA_OPERATION_GENERATOR,
     "0 everywhere, in the shape of an array."},
    {"ones_like", "", "a dtype=", apply_like, LIKE_ONES, FA__AS_FUNCTION, FA_OPERATION_GENERATOR,
     "1 everywhere, in the shape of an array."},
    {"empty_like", "", "prototype dtype=", apply_like, LIKE_ZEROS, FA__AS_FUNCTION, FA_OPERATION_GENERATOR,
     "0 everywhere, in the shape of an array."},
    {"full_like", "", "a fill_value dtype=", apply_like, LIKE_FULL, FA__AS_FUNCTION, FA_OPERATION_GENERATOR,
     "One value everywhere, in the shape of an array."},
    {"eye", "", "N M= k= dtype=", apply_positions, false, FA__AS_FUNCTION, FA_OPERATION_GENERATOR,
     "1 on a diagonal, 0 elsewhere."},
    {"tri", "", "N M= k= dtype=", apply_positions, true, FA__AS_FUNCTION, FA_OPERATION_GENERATOR,
     "1 at and below a diagonal, 0 above."},
    {"identity", "", "n dtype=", apply_identity, 0, FA__AS_FUNCTION, FA_OPERATION_GENERATOR,
     "1 on the main diagonal of a square."},
    {"random_uniform", "", "shape low= high= seed= dtype=", apply_random, FA__GENERATE_RANDOM_UNIFORM,
     FA__AS_FUNCTION, FA_OPERATION_GENERATOR, "Random numbers, evenly spread; the same for a seed."},
    {"random_normal", "", "shape mean= std= seed= dtype=", apply_random, FA__GENERATE_RANDOM_NORMAL,
     FA__AS_FUNCTION, FA_OPERATION_GENERATOR, "Random numbers around a mean; the same for a seed."},
    {0},
};
