/* SPDX-License-Identifier: BSD-3-Clause */
/* What kernels of users become in graphs. */
#include "expr/user_kernel.h"

#include "expr/node.h"
#include "expr/routines.h"
#include "expr/types.h"

#include "base/memory.h"

#include <string.h>

fa__kernel *fa__kernel_retain(fa__kernel *kernel)
{
    fa__references_take(&kernel->references);
    return kernel;
}

void fa__kernel_release(fa__kernel *kernel)
{
    if (kernel != NULL && fa__references_drop(&kernel->references) && kernel->is.release != NULL)
        kernel->is.release(kernel->is.user);
}

/* The smallest kind of number that holds a bare one. */
static bool holds(fa_type type, const fa__node *weak)
{
    char kind = fa__type_kind(type);
    switch (weak->weak) {
    case FA__WEAK_INT:
        return kind != 'b';
    case FA__WEAK_FLOAT:
        return kind == 'f' || kind == 'c';
    case FA__WEAK_COMPLEX:
        return kind == 'c';
    default:
        return true;
    }
}

static fa__node *as_input(const fa__kernel *kernel, int position, fa__node *input, fa_error *err)
{
    char text[96];
    fa_type type = kernel->is.inputs[position];
    bool is_weak = fa__node_is_weak(input), is_number = fa__type_is_numeric(input->dtype->type);
    if (is_number && (is_weak ? holds(type, input) : fa__can_cast_same_kind(input->dtype->type, type)))
        return fa__node_as_input(input, fa_dtype_of(type), err);
    fa__dtype_display(input->dtype, text, sizeof text);
    fa__fail(err, FA_BAD_TYPES, "%s(): input %d is %s, which is not cast to %s", kernel->is.name,
             position + 1, text, fa__type_name(type));
    return NULL;
}

/* Inputs in the types of the kernel, and the shape that they broadcast to. */
static bool take_inputs(const fa__kernel *kernel, fa__node *const *inputs, int count, fa__node **taken,
                        int *ndim, int64_t *sizes, fa_error *err)
{
    int ndims[FA_KERNEL_MOST];
    const int64_t *shapes[FA_KERNEL_MOST];
    if (!fa__nodes_usable(count, inputs, err))
        return false;
    if (count != kernel->is.input_count)
        return fa__fail(err, FA_INVALID_ARGUMENT, "%s() takes %d arrays, not %d", kernel->is.name,
                        kernel->is.input_count, count);
    for (int i = 0; i < count; i++) {
        taken[i] = as_input(kernel, i, inputs[i], err);
        ndims[i] = inputs[i]->ndim;
        shapes[i] = inputs[i]->sizes;
    }
    return !fa_failed(err) && fa__broadcast(count, ndims, shapes, ndim, sizes, err);
}

static void release_all(fa__node **nodes, int count)
{
    for (int i = 0; i < count; i++) {
        fa__node_release(nodes[i]);
        nodes[i] = NULL;
    }
}

/* A node for each output. `originals` say how the results are laid out. */
static bool make_outputs(fa__kernel *kernel, int count, fa__node *const *originals, fa__node *const *inputs,
                         int ndim, const int64_t *sizes, fa__node **outputs, fa_error *err)
{
    for (int i = 0; i < kernel->is.output_count && !fa_failed(err); i++) {
        const fa_dtype *dtype = fa_dtype_of(kernel->is.outputs[i]);
        int64_t elements;
        if (!fa__shape_count(ndim, sizes, dtype->item_bytes, &elements, err))
            break;
        outputs[i] = fa__node_new(FA__NODE_KERNEL, dtype, ndim, sizes, count, inputs, err);
        if (outputs[i] == NULL)
            break;
        outputs[i]->code = i;
        outputs[i]->kernel = fa__kernel_retain(kernel);
        fa__layout_of_result(count, originals, ndim, sizes, dtype->item_bytes, outputs[i]->strides);
    }
    if (fa_failed(err))
        release_all(outputs, kernel->is.output_count);
    return !fa_failed(err);
}

bool fa__kernel_apply(fa__kernel *kernel, fa__node *const *inputs, int count, fa__node **outputs,
                      fa_error *err)
{
    fa__node *taken[FA_KERNEL_MOST] = {NULL};
    int ndim;
    int64_t sizes[FA_MAX_NDIM];
    for (int i = 0; i < kernel->is.output_count; i++)
        outputs[i] = NULL;
    if (!fa_failed(err) && fa__kernel_reduces(kernel))
        fa__fail(err, FA_INVALID_ARGUMENT, "%s() is a reduction", kernel->is.name);
    if (take_inputs(kernel, inputs, count, taken, &ndim, sizes, err))
        make_outputs(kernel, count, inputs, taken, ndim, sizes, outputs, err);
    release_all(taken, FA_KERNEL_MOST);
    return !fa_failed(err);
}

/* ---- Reductions ---- */

/* An input in the common shape, reduced axes last. */
static fa__node *turned(fa__node *input, int ndim, const int64_t *sizes, uint64_t axes, fa_error *err)
{
    int order[FA_MAX_NDIM], count = 0;
    for (int reduced = 0; reduced < 2; reduced++)
        for (int i = 0; i < ndim; i++)
            if ((int)(axes >> i & 1) == reduced)
                order[count++] = i;
    fa__node *wide = fa__node_broadcast_to(input, (fa_shape){ndim, sizes}, err);
    fa__node *node = wide != NULL ? fa__node_permute(wide, (fa_axes){ndim, order}, err) : NULL;
    fa__node_release(wide);
    return node;
}

static fa__node *states_of(fa__kernel *kernel, fa__node *const *inputs, int count, int kept, fa_error *err)
{
    const fa_dtype *dtype = fa__dtype_flexible(FA_TYPE_VOID, (int64_t)kernel->is.state_bytes, false, err);
    fa__whole_arguments arguments = {.number = kept};
    int64_t elements;
    fa__node *states = NULL;
    if (dtype != NULL && fa__shape_count(kept, inputs[0]->sizes, dtype->item_bytes, &elements, err))
        states =
            fa__node_whole(FA__WHOLE_KERNEL, dtype, kept, inputs[0]->sizes, count, inputs, &arguments, err);
    if (states != NULL)
        states->kernel = fa__kernel_retain(kernel);
    fa_dtype_release(dtype);
    return states;
}

static void keep_axes(fa__node **outputs, int count, uint64_t axes, fa_error *err)
{
    int kept[FA_MAX_NDIM], ndim = 0;
    for (int i = 0; i < FA_MAX_NDIM; i++)
        if (axes >> i & 1)
            kept[ndim++] = i;
    for (int i = 0; i < count && !fa_failed(err); i++) {
        fa__node *wide = fa__node_expand_dims(outputs[i], (fa_axes){ndim, kept}, err);
        fa__node_release(outputs[i]);
        outputs[i] = wide;
    }
    if (fa_failed(err))
        release_all(outputs, count);
}

bool fa__kernel_reduce(fa__kernel *kernel, fa__node *const *inputs, int count, fa_axes axes, bool keepdims,
                       fa__node **outputs, fa_error *err)
{
    fa__node *taken[FA_KERNEL_MOST] = {NULL}, *states = NULL;
    int ndim = 0, kept = 0, output_count = kernel->is.output_count;
    int64_t sizes[FA_MAX_NDIM];
    uint64_t mask = 0;
    for (int i = 0; i < output_count; i++)
        outputs[i] = NULL;
    if (!fa_failed(err) && !fa__kernel_reduces(kernel))
        fa__fail(err, FA_INVALID_ARGUMENT, "%s() is no reduction", kernel->is.name);
    if (take_inputs(kernel, inputs, count, taken, &ndim, sizes, err) &&
        fa__axes_mask(axes, ndim, &mask, err)) {
        for (int i = 0; i < ndim; i++)
            kept += !(mask >> i & 1);
        for (int i = 0; i < count && !fa_failed(err); i++) {
            fa__node *last = turned(taken[i], ndim, sizes, mask, err);
            fa__node_release(taken[i]);
            taken[i] = last;
        }
    }
    if (!fa_failed(err)) {
        states = states_of(kernel, taken, count, kept, err);
    }
    if (states != NULL && make_outputs(kernel, 1, &states, &states, kept, states->sizes, outputs, err) &&
        keepdims)
        keep_axes(outputs, output_count, mask, err);
    fa__node_release(states);
    release_all(taken, FA_KERNEL_MOST);
    return !fa_failed(err);
}
