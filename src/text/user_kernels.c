/* SPDX-License-Identifier: BSD-3-Clause */
/* The list of registered kernels, and the rows by which text calls them. */
#include "text/user_kernels.h"

#include "text/functions.h"

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

/* ---- Names ---- */

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

/* ---- Registering ---- */

static bool refuse(const fa_kernel *kernel, const char *what, fa_error *err)
{
    return fa__fail(err, FA_INVALID_ARGUMENT, "kernel '%s': %s", kernel->name != NULL ? kernel->name : "",
                    what);
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
        return fa__fail(err, FA_INVALID_ARGUMENT,
                        "a kernel for version %d of the interface, this is version %d", kernel->abi,
                        FA_KERNEL_ABI);
    if (kernel->name == NULL || strlen(kernel->name) > 64 ||
        !split_name(kernel->name, strlen(kernel->name), &bare, &version))
        return refuse(
            kernel, "a name has letters, digits and _, and then @ and a number where it has a version", err);
    for (int i = 0; i < 4; i++)
        if (kernel->reserved[i] != 0)
            return refuse(kernel, "reserved members must be zero", err);
    if (kernel->flags & ~(unsigned)FA_KERNEL_SERIAL)
        return refuse(kernel, "unknown flags", err);
    if (!are_numbers(kernel->inputs, kernel->input_count) ||
        !are_numbers(kernel->outputs, kernel->output_count))
        return refuse(kernel, "from 1 to 16 inputs and outputs are possible, each of a numeric type or bool",
                      err);
    bool reduces = kernel->add != NULL;
    if ((kernel->compute != NULL) + (kernel->element != NULL) + reduces != 1)
        return refuse(kernel, "one form is needed: compute, element, or a reduction", err);
    if (reduces && (kernel->begin == NULL || kernel->merge == NULL || kernel->end == NULL ||
                    kernel->state_bytes == 0 || kernel->state_bytes > FA_KERNEL_MOST_STATE))
        return refuse(kernel, "a reduction needs begin, add, merge and end, and a state of 1 to 4096 bytes",
                      err);
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
    size_t name = strlen(from->name) + 1,
           documentation = from->documentation != NULL ? strlen(from->documentation) + 1 : 1;
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
    kernel->is.documentation =
        from->documentation != NULL ? memcpy(text, from->documentation, documentation) : text;
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

/* ---- Text ---- */

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
        fa__kernel_reduce(kernel, inputs, count, axes, fa__argument_bool(call, count + 1, false), outputs,
                          call->err);
    if (fa_failed(call->err))
        return NULL;
    if (kernel->is.output_count == 1)
        return outputs[0];
    fa__nodes *several = fa__nodes_new(kernel->is.output_count, call->err);
    if (several == NULL) {
        for (int i = 0; i < kernel->is.output_count; i++)
            fa__node_release(outputs[i]);
        return NULL;
    }
    memcpy(several->items, outputs, (size_t)kernel->is.output_count * sizeof *outputs);
    *call->several = several;
    return NULL;
}
