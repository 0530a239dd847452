/* SPDX-License-Identifier: BSD-3-Clause */
/* The list of registered kernels, and the nodes that they become. */
#include "expr/user_kernel.h"

#include "expr/functions.h"
#include "expr/node.h"
#include "expr/routines.h"
#include "expr/types.h"

#include "base/memory.h"

#include <ctype.h>
#include <limits.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* A kernel, and the row by which text calls it. */
typedef struct entry {
    fa__kernel kernel; /* first */
    fa__function function;
} entry;

const fa__function *fa__kernel_function(const fa__kernel *kernel)
{
    return &((const entry *)(const void *)kernel)->function;
}

fa__kernel *fa__kernel_of(const fa__function *function)
{
    return (fa__kernel *)(void *)((char *)(uintptr_t)function - offsetof(entry, function));
}

/* Held for a few comparisons of names. */
static atomic_flag list_lock = ATOMIC_FLAG_INIT;
/* Also those that are registered no more. While there are none nobody looks under the lock. */
static fa__kernel *_Atomic all;

void fa__kernels_forget_lock(void)
{
    atomic_flag_clear(&list_lock);
}

static void lock(void)
{
    while (atomic_flag_test_and_set_explicit(&list_lock, memory_order_acquire))
        ;
}

static void unlock(void)
{
    atomic_flag_clear_explicit(&list_lock, memory_order_release);
}

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

/* ---- Names -------------------------------------------------------------------------------------------------------- */

/* "name" or "name@2": the length of the first, and the version; false where it is no such name. */
static bool split_name(const char *name, size_t length, size_t *bare, int *version)
{
    size_t at = 0;
    while (at < length && (isalnum((unsigned char)name[at]) || name[at] == '_'))
        at++;
    *bare = at;
    *version = 0;
    if (at == 0 || isdigit((unsigned char)name[0]) || at == length)
        return at == length && at > 0 && !isdigit((unsigned char)name[0]);
    if (name[at] != '@' || at + 1 == length || length - at > 7)
        return false;
    for (at++; at < length; at++) {
        if (!isdigit((unsigned char)name[at]))
            return false;
        *version = 10 * *version + (name[at] - '0');
    }
    return *version > 0;
}

static bool is_called(const fa__kernel *kernel, const char *name, size_t bare)
{
    return kernel->registered && kernel->name_length == bare && memcmp(kernel->is.name, name, bare) == 0;
}

/* Under the lock. */
static fa__kernel *find(const char *name, size_t bare, int version)
{
    fa__kernel *newest = NULL;
    for (fa__kernel *kernel = all; kernel != NULL; kernel = kernel->next) {
        if (is_called(kernel, name, bare) && (version == 0 || kernel->version == version) &&
            (newest == NULL || kernel->version > newest->version))
            newest = kernel;
    }
    return newest;
}

fa__kernel *fa__kernel_find(const char *name, size_t length)
{
    size_t bare;
    int version;
    if (atomic_load(&all) == NULL || !split_name(name, length, &bare, &version))
        return NULL;
    lock();
    fa__kernel *kernel = find(name, bare, version);
    if (kernel != NULL)
        fa__kernel_retain(kernel);
    unlock();
    return kernel;
}

int fa__kernel_versions(const char *name, size_t length, char *text, size_t size)
{
    int count = 0, below = 0;
    size_t used = 0;
    if (atomic_load(&all) == NULL)
        return 0;
    lock();
    for (;; count++) { /* the next smallest each time: there are few */
        int next = INT_MAX;
        for (fa__kernel *kernel = all; kernel != NULL; kernel = kernel->next)
            if (is_called(kernel, name, length) && kernel->version > below && kernel->version < next)
                next = kernel->version;
        if (next == INT_MAX)
            break;
        if (used < size)
            used += (size_t)snprintf(text + used, size - used, "%s%d", count > 0 ? ", " : "", next);
        below = next;
    }
    unlock();
    return count;
}

fa__kernel *fa__kernel_next(fa__kernel *kernel)
{
    if (atomic_load(&all) == NULL)
        return NULL;
    lock();
    kernel = kernel == NULL ? all : kernel->next;
    while (kernel != NULL && !kernel->registered)
        kernel = kernel->next;
    unlock();
    return kernel;
}

/* ---- Registering -------------------------------------------------------------------------------------------------- */

static bool refuse(const fa_kernel *kernel, const char *what, fa_error *err)
{
    return fa__fail(err, FA_INVALID_ARGUMENT, "kernel '%s': %s", kernel->name != NULL ? kernel->name : "", what);
}

static bool are_numbers(const fa_type *types, int count)
{
    if (count < 1 || count > FA_KERNEL_MOST || types == NULL)
        return false;
    for (int i = 0; i < count; i++)
        if (!fa__type_is_numeric(types[i]))
            return false;
    return true;
}

/* Whether a kernel is one, by itself. */
static bool is_good(const fa_kernel *kernel, fa_error *err)
{
    size_t bare;
    int version;
    if (kernel->abi != FA_KERNEL_ABI)
        return fa__fail(err, FA_INVALID_ARGUMENT, "a kernel for version %d of the interface, this is version %d", kernel->abi,
                        FA_KERNEL_ABI);
    if (kernel->name == NULL || strlen(kernel->name) > 64 ||
        !split_name(kernel->name, strlen(kernel->name), &bare, &version))
        return refuse(kernel, "a name has letters, digits and _, and then @ and a number where it has a version", err);
    for (int i = 0; i < 4; i++)
        if (kernel->reserved[i] != 0)
            return refuse(kernel, "reserved members must be zero", err);
    if (kernel->flags & ~(unsigned)FA_KERNEL_SERIAL)
        return refuse(kernel, "unknown flags", err);
    if (!are_numbers(kernel->inputs, kernel->input_count) || !are_numbers(kernel->outputs, kernel->output_count))
        return refuse(kernel, "from 1 to 16 inputs and outputs are possible, each of a numeric type or bool", err);
    bool reduces = kernel->add != NULL;
    if ((kernel->compute != NULL) + (kernel->element != NULL) + reduces != 1)
        return refuse(kernel, "one form is needed: compute, element, or a reduction", err);
    if (reduces && (kernel->begin == NULL || kernel->merge == NULL || kernel->end == NULL || kernel->state_bytes == 0 ||
                    kernel->state_bytes > FA_KERNEL_MOST_STATE))
        return refuse(kernel, "a reduction needs begin, add, merge and end, and a state of 1 to 4096 bytes", err);
    fa_error ignored = {0};
    fa__value value = {0};
    const fa__function *function = fa__function_find(kernel->name, bare);
    bool is_taken = function != NULL || fa__constant_find(kernel->name, bare, &value, &ignored);
    fa__value_release(&value);
    return !is_taken || refuse(kernel, "the name is that of an operation", err);
}

static fa__node *apply_kernel(const fa__bound_call *call);

/* Everything that is borrowed is copied behind the structure. */
static fa__kernel *copy(const fa_kernel *from, fa_error *err)
{
    size_t lists = ((size_t)from->input_count + (size_t)from->output_count) * sizeof(fa_type);
    size_t name = strlen(from->name) + 1, documentation = from->documentation != NULL ? strlen(from->documentation) + 1 : 1;
    enum { PARAMETER = 5 }; /* " x16=" */
    size_t parameters = (size_t)from->input_count * PARAMETER + sizeof "axis= keepdims=";
    entry *made = fa__alloc_zero(1, sizeof *made + lists + name + documentation + parameters, err);
    if (made == NULL)
        return NULL;
    fa__kernel *kernel = &made->kernel;
    fa__references_start(&kernel->references);
    kernel->is = *from;
    fa_type *types = (fa_type *)(made + 1);
    memcpy(types, from->inputs, (size_t)from->input_count * sizeof *types);
    memcpy(types + from->input_count, from->outputs, (size_t)from->output_count * sizeof *types);
    kernel->is.inputs = types;
    kernel->is.outputs = types + from->input_count;
    char *text = (char *)(types + from->input_count + from->output_count);
    kernel->is.name = memcpy(text, from->name, name);
    text += name;
    kernel->is.documentation = from->documentation != NULL ? memcpy(text, from->documentation, documentation) : text;
    text += documentation;
    made->function = (fa__function){.name = kernel->is.name,
                                    .aliases = "",
                                    .parameters = text,
                                    .apply = apply_kernel,
                                    .uses = FA__AS_FUNCTION,
                                    .kind = FA_OPERATION_KERNEL,
                                    .documentation = kernel->is.documentation};
    for (int i = 0; i < from->input_count; i++)
        text += snprintf(text, PARAMETER + 1, "%sx%d", i > 0 ? " " : "", i + 1);
    if (fa__kernel_reduces(kernel))
        strcpy(text, " axis= keepdims=");
    split_name(kernel->is.name, strlen(kernel->is.name), &kernel->name_length, &kernel->version);
    return kernel;
}

static bool is_same(const fa_kernel *a, const fa_kernel *b)
{
    return a->compute == b->compute && a->element == b->element && a->add == b->add && a->user == b->user;
}

/* Adds the new ones; those that are there already, the same, stay. Under the lock. */
static bool add_all(fa__kernel **made, int count, fa_error *err)
{
    for (int i = 0; i < count; i++) {
        fa__kernel *old = NULL;
        for (fa__kernel *kernel = all; kernel != NULL && old == NULL; kernel = kernel->next)
            if (kernel->registered && strcmp(kernel->is.name, made[i]->is.name) == 0)
                old = kernel;
        if (old != NULL && !is_same(&old->is, &made[i]->is))
            return refuse(&made[i]->is, "another one of this name is registered", err);
        for (int j = 0; j < i; j++)
            if (strcmp(made[j]->is.name, made[i]->is.name) == 0)
                return refuse(&made[i]->is, "its name is listed twice", err);
        made[i]->registered = old == NULL;
    }
    for (int i = 0; i < count; i++) {
        if (!made[i]->registered)
            continue;
        made[i]->next = all;
        all = made[i];
        made[i] = NULL;
    }
    return true;
}

bool fa__kernels_register(const fa_kernel *kernels, int count, fa_error *err)
{
    if (fa_failed(err))
        return false;
    if (kernels == NULL || count < 0)
        return fa__fail(err, FA_INVALID_ARGUMENT, "the kernel is NULL");
    fa__kernel **made = fa__alloc_zero((size_t)count, sizeof(fa__kernel *), err);
    for (int i = 0; i < count && !fa_failed(err); i++)
        made[i] = is_good(&kernels[i], err) ? copy(&kernels[i], err) : NULL;
    if (!fa_failed(err)) {
        lock();
        add_all(made, count, err);
        unlock();
    }
    for (int i = 0; made != NULL && i < count; i++)
        fa__free(made[i]);
    fa__free(made);
    return !fa_failed(err);
}

bool fa__kernel_unregister(const char *name, fa_error *err)
{
    if (fa_failed(err))
        return false;
    fa__kernel *kernel = NULL;
    lock();
    for (fa__kernel *each = all; name != NULL && each != NULL && kernel == NULL; each = each->next)
        if (each->registered && strcmp(each->is.name, name) == 0)
            kernel = each;
    if (kernel != NULL)
        kernel->registered = false;
    unlock();
    if (kernel == NULL)
        return fa__fail(err, FA_UNKNOWN_NAME, "there is no kernel '%s'", name != NULL ? name : "");
    fa__kernel_release(kernel);
    return true;
}

/* ---- Nodes -------------------------------------------------------------------------------------------------------- */

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
    fa__fail(err, FA_BAD_TYPES, "%s(): input %d is %s, which is not cast to %s", kernel->is.name, position + 1, text,
             fa__type_name(type));
    return NULL;
}

/* Inputs in the types of the kernel, and the shape that they broadcast to. */
static bool take_inputs(const fa__kernel *kernel, fa__node *const *inputs, int count, fa__node **taken, int *ndim,
                        int64_t *sizes, fa_error *err)
{
    int ndims[FA_KERNEL_MOST];
    const int64_t *shapes[FA_KERNEL_MOST];
    if (!fa__nodes_usable(count, inputs, err))
        return false;
    if (count != kernel->is.input_count)
        return fa__fail(err, FA_INVALID_ARGUMENT, "%s() takes %d arrays, not %d", kernel->is.name, kernel->is.input_count, count);
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
static bool make_outputs(fa__kernel *kernel, int count, fa__node *const *originals, fa__node *const *inputs, int ndim,
                         const int64_t *sizes, fa__node **outputs, fa_error *err)
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

bool fa__kernel_apply(fa__kernel *kernel, fa__node *const *inputs, int count, fa__node **outputs, fa_error *err)
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

/* ---- Reductions --------------------------------------------------------------------------------------------------- */

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
        states = fa__node_whole(FA__WHOLE_KERNEL, dtype, kept, inputs[0]->sizes, count, inputs, &arguments, err);
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

bool fa__kernel_reduce(fa__kernel *kernel, fa__node *const *inputs, int count, fa_axes axes, bool keepdims, fa__node **outputs,
                       fa_error *err)
{
    fa__node *taken[FA_KERNEL_MOST] = {NULL}, *states = NULL;
    int ndim = 0, kept = 0, output_count = kernel->is.output_count;
    int64_t sizes[FA_MAX_NDIM];
    uint64_t mask = 0;
    for (int i = 0; i < output_count; i++)
        outputs[i] = NULL;
    if (!fa_failed(err) && !fa__kernel_reduces(kernel))
        fa__fail(err, FA_INVALID_ARGUMENT, "%s() is no reduction", kernel->is.name);
    if (take_inputs(kernel, inputs, count, taken, &ndim, sizes, err) && fa__axes_mask(axes, ndim, &mask, err)) {
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
    if (states != NULL && make_outputs(kernel, 1, &states, &states, kept, states->sizes, outputs, err) && keepdims)
        keep_axes(outputs, output_count, mask, err);
    fa__node_release(states);
    release_all(taken, FA_KERNEL_MOST);
    return !fa_failed(err);
}

/* ---- Text --------------------------------------------------------------------------------------------------------- */

static fa__node *apply_kernel(const fa__bound_call *call)
{
    fa__kernel *kernel = fa__kernel_of(call->function);
    fa__node *inputs[FA_KERNEL_MOST], *outputs[FA_KERNEL_MOST];
    int count = kernel->is.input_count, storage[FA_MAX_NDIM];
    fa_axes axes = FA_ALL_AXES;
    for (int i = 0; i < count; i++)
        inputs[i] = fa__argument_node(call, i);
    if (fa_failed(call->err))
        return NULL;
    if (!fa__kernel_reduces(kernel))
        fa__kernel_apply(kernel, inputs, count, outputs, call->err);
    else if (fa__argument_axes(call, count, storage, &axes))
        fa__kernel_reduce(kernel, inputs, count, axes, fa__argument_bool(call, count + 1, false), outputs, call->err);
    if (fa_failed(call->err))
        return NULL;
    if (kernel->is.output_count == 1)
        return outputs[0];
    fa__nodes *several = fa__nodes_new(kernel->is.output_count, call->err);
    if (several == NULL) {
        release_all(outputs, kernel->is.output_count);
        return NULL;
    }
    memcpy(several->items, outputs, (size_t)kernel->is.output_count * sizeof *outputs);
    *call->several = several;
    return NULL;
}
