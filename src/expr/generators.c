/* SPDX-License-Identifier: BSD-3-Clause */
/* arange, linspace and the random arrays as text calls them. */
#include "expr/functions.h"

/* arange(stop), arange(start, stop, step): of integers where all are. `count` in place of `stop` says how
 * many elements a range of floats has, for text that has to make the same one again. */
static fa__node *apply_arange(const fa__bound_call *call)
{
    enum { START, STOP, STEP, COUNT };
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
    if (fa__argument_given(call, COUNT)) {
        fa__generator_params params = {.a = fa__argument_float(call, START, 0),
                                       .b = fa__argument_float(call, STEP, 1)};
        int64_t count = fa__argument_int(call, COUNT, 0);
        return fa__node_generate(FA__GENERATE_ARANGE, FA_TYPE_FLOAT64, FA_SHAPE(count), &params, call->err);
    }
    if (is_float)
        return fa__node_arange_float64(fa__argument_float(call, start, 0), fa__argument_float(call, stop, 0),
                                       fa__argument_float(call, STEP, 1), call->err);
    return fa__node_arange_int64(fa__argument_int(call, start, 0), fa__argument_int(call, stop, 0),
                                 fa__argument_int(call, STEP, 1), call->err);
}

static fa__node *apply_linspace(const fa__bound_call *call)
{
    return fa__node_linspace(fa__argument_float(call, 0, 0), fa__argument_float(call, 1, 0),
                             fa__argument_int(call, 2, 50), call->err);
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
    {"arange", "", "start stop= step= count=", apply_arange, 0, FA__AS_FUNCTION, FA_OPERATION_GENERATOR,
     "Numbers from start to stop by step."},
    {"linspace", "", "start stop num=", apply_linspace, 0, FA__AS_FUNCTION, FA_OPERATION_GENERATOR,
     "Numbers from start to stop, both included."},
    {"random_uniform", "", "shape low= high= seed= dtype=", apply_random, FA__GENERATE_RANDOM_UNIFORM,
     FA__AS_FUNCTION, FA_OPERATION_GENERATOR, "Random numbers, evenly spread; the same for a seed."},
    {"random_normal", "", "shape mean= std= seed= dtype=", apply_random, FA__GENERATE_RANDOM_NORMAL,
     FA__AS_FUNCTION, FA_OPERATION_GENERATOR, "Random numbers around a mean; the same for a seed."},
    {0},
};
