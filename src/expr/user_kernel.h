/* SPDX-License-Identifier: BSD-3-Clause */
/* Kernels of users as nodes of graphs. Knows nothing about names, and about how they are called. */
#ifndef FA_EXPR_USER_KERNEL_H
#define FA_EXPR_USER_KERNEL_H

#include <farray/kernel.h>

#include "expr/graph.h"

/* A registered kernel. It is never freed: lists of operations show its name; `release` is called once nobody
 * may call it. */
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

/* One node for each output: outputs[] has room for the kernel's, and holds NULLs where it fails. */
bool fa__kernel_apply(fa__kernel *kernel, fa__node *const *inputs, int count, fa__node **outputs,
                      fa_error *err);
bool fa__kernel_reduce(fa__kernel *kernel, fa__node *const *inputs, int count, fa_axes axes, bool keepdims,
                       fa__node **outputs, fa_error *err);

#endif
