/* SPDX-License-Identifier: BSD-3-Clause */
/* User kernels: registering, loading, and arrays made with them. */
#include "api/api.h"

#include "base/memory.h"
#include "text/user_kernels.h"
#include "platform/platform.h"

#include <farray/kernel.h>

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

/* Children that are forked from now on can look names up, whatever other threads do at that moment. */
static void prepare_for_forks(void)
{
    static atomic_bool prepared;
    if (!atomic_exchange(&prepared, true))
        fa__at_fork_child(fa__kernels_forget_lock);
}

void fa_kernel_register(const fa_kernel *kernel, fa_error *err)
{
    prepare_for_forks();
    fa__kernels_register(kernel, 1, err);
}

void fa_kernel_unregister(const char *name, fa_error *err)
{
    prepare_for_forks();
    fa__kernel_unregister(name, err);
}

/* ---- Shared objects ---- */

/* Where a name without a slash is in the current folder, there. */
static char *path_of(const char *library, fa_error *err)
{
    size_t length = strlen(library);
    char *path = fa__alloc(length + 3, err);
    if (path == NULL)
        return NULL;
    bool is_here = strchr(library, '/') == NULL && fa__path_exists(library);
    snprintf(path, length + 3, "%s%s", is_here ? "./" : "", library);
    return path;
}

static void put_name_in_front(const char *library, fa_error *err)
{
    fa_error inner = *err;
    fa_error_clear(err);
    fa__fail(err, inner.code, "%s: %s", library, inner.message);
}

void fa_kernel_load(const char *library, fa_error *err)
{
    if (fa_failed(err))
        return;
    if (library == NULL) {
        fa__fail(err, FA_INVALID_ARGUMENT, "the name of the shared object is NULL");
        return;
    }
    if (*library == '\0') {
        fa__fail(err, FA_INVALID_ARGUMENT, "the name of the shared object is empty");
        return;
    }
    char *path = path_of(library, err);
    void *loaded = path != NULL ? fa__library_open(path, err) : NULL;
    fa__free(path);
    if (loaded == NULL)
        return;
    fa_kernel_entry *entry = (fa_kernel_entry *)fa__library_function(loaded, "farray_kernels");
    if (entry == NULL) {
        fa__fail(err, FA_BAD_FORMAT,
                 "%s: has no function farray_kernels(): FA_KERNELS() of farray/kernel.h writes it", library);
        return;
    }
    int count = 0;
    const fa_kernel *kernels = entry(FA_KERNEL_ABI, &count);
    if (kernels == NULL) {
        fa__fail(err, FA_BAD_FORMAT,
                 "%s: was made for another version of farray's kernels than %d: build it again", library,
                 FA_KERNEL_ABI);
        return;
    }
    prepare_for_forks();
    fa__kernels_register(kernels, count, err);
    if (fa_failed(err))
        put_name_in_front(library, err);
}

/* ---- Arrays ---- */

/* One reference. */
static fa__kernel *find(const char *name, int output_count, fa_array *const *outputs, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    fa__kernel *kernel = name != NULL ? fa__kernel_find(name, strlen(name)) : NULL;
    if (kernel == NULL) {
        fa__fail(err, FA_UNKNOWN_NAME, "there is no kernel '%s'", name != NULL ? name : "");
        return NULL;
    }
    if (outputs != NULL && output_count == kernel->is.output_count)
        return kernel;
    fa__fail(err, FA_INVALID_ARGUMENT, "%s() gives %d arrays, and there is room for %d", kernel->is.name,
             kernel->is.output_count, outputs != NULL ? output_count : 0);
    fa__kernel_release(kernel);
    return NULL;
}

/* axes NULL: not a reduction. */
static void make(const char *name, fa_array *const *inputs, int input_count, const fa_axes *axes,
                 bool keepdims, fa_array **outputs, int output_count, fa_error *err)
{
    fa__node *leaves[FA_KERNEL_MOST] = {NULL}, *nodes[FA_KERNEL_MOST] = {NULL};
    for (int i = 0; outputs != NULL && i < output_count; i++)
        outputs[i] = NULL;
    fa__kernel *kernel = find(name, output_count, outputs, err);
    if (kernel != NULL && (input_count != kernel->is.input_count || inputs == NULL))
        fa__fail(err, FA_INVALID_ARGUMENT, "%s() takes %d arrays, not %d", kernel->is.name,
                 kernel->is.input_count, input_count);
    for (int i = 0; i < input_count && !fa_failed(err); i++)
        leaves[i] = fa__leaf(inputs[i], err);
    if (!fa_failed(err) && axes == NULL)
        fa__kernel_apply(kernel, leaves, input_count, nodes, err);
    else if (!fa_failed(err))
        fa__kernel_reduce(kernel, leaves, input_count, *axes, keepdims, nodes, err);
    for (int i = 0; i < output_count && !fa_failed(err); i++) {
        outputs[i] = fa__array_of(nodes[i], err);
        nodes[i] = NULL;
    }
    fa__kernel_release(kernel);
    for (int i = 0; i < FA_KERNEL_MOST; i++) {
        fa__node_release(leaves[i]);
        fa__node_release(nodes[i]);
    }
    for (int i = 0; fa_failed(err) && outputs != NULL && i < output_count; i++) {
        fa_release(outputs[i]);
        outputs[i] = NULL;
    }
}

void fa_kernel_apply(const char *name, fa_array *const *inputs, int input_count, fa_array **outputs,
                     int output_count, fa_error *err)
{
    make(name, inputs, input_count, NULL, false, outputs, output_count, err);
}

void fa_kernel_reduce(const char *name, fa_array *const *inputs, int input_count, fa_axes axes, bool keepdims,
                      fa_array **outputs, int output_count, fa_error *err)
{
    make(name, inputs, input_count, &axes, keepdims, outputs, output_count, err);
}
