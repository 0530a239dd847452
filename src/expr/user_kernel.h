/* SPDX-License-Identifier: BSD-3-Clause */
/* Kernels that users register: by name, and as nodes of graphs. Knows nothing about how they are called. */
#ifndef FA_EXPR_USER_KERNEL_H
#define FA_EXPR_USER_KERNEL_H

#include <farray/kernel.h>

#include "expr/graph.h"

struct fa__function;

/* A registered kernel. It is never freed: lists of operations show its name; `release` is called once nobody may call it. */
struct fa__kernel {
    fa__references references; /* of nodes and of text that is being parsed, and one while it is registered */
    fa_kernel is;              /* name and lists are copies */
    int version;               /* 0: none was given */
    size_t name_length;        /* without the version */
    bool registered;           /* under the lock of the list */
    struct fa__kernel *next;
};

fa__kernel *fa__kernel_retain(fa__kernel *kernel);
void fa__kernel_release(fa__kernel *kernel);

static inline bool fa__kernel_reduces(const fa__kernel *kernel)
{
    return kernel->is.add != NULL;
}

/* Registers all of them, or none. */
bool fa__kernels_register(const fa_kernel *kernels, int count, fa_error *err);
bool fa__kernel_unregister(const char *name, fa_error *err);
/* For a forked child, which may find the lock of the list held by a thread that it does not have. The list is whole at every
 * moment. Whoever registers the first kernel sees to it that this is called. */
void fa__kernels_forget_lock(void);
/* By name, with or without a version; NULL where there is none. One reference: another thread may unregister it. */
fa__kernel *fa__kernel_find(const char *name, size_t length);
/* The versions that are registered under a name, "1, 3"; how many. */
int fa__kernel_versions(const char *name, size_t length, char *text, size_t size);
/* All that are registered, one after the other; NULL for the first and behind the last. */
fa__kernel *fa__kernel_next(fa__kernel *kernel);

/* The row by which text calls it, and back. */
const struct fa__function *fa__kernel_function(const fa__kernel *kernel);
fa__kernel *fa__kernel_of(const struct fa__function *function);

/* One node for each output: outputs[] has room for the kernel's, and holds NULLs where it fails. */
bool fa__kernel_apply(fa__kernel *kernel, fa__node *const *inputs, int count, fa__node **outputs, fa_error *err);
bool fa__kernel_reduce(fa__kernel *kernel, fa__node *const *inputs, int count, fa_axes axes, bool keepdims, fa__node **outputs,
                       fa_error *err);

#endif
