/* SPDX-License-Identifier: BSD-3-Clause */
/* Kernels that users register, by name. */
#ifndef FA_TEXT_USER_KERNELS_H
#define FA_TEXT_USER_KERNELS_H

#include "expr/user_kernel.h"

struct fa__function;

/* Registers all of them, or none. */
bool fa__kernels_register(const fa_kernel *kernels, int count, fa_error *err);
bool fa__kernel_unregister(const char *name, fa_error *err);
/* For a forked child, which may find the lock of the list held by a thread that it does not have. The list is
 * whole at every moment. Whoever registers the first kernel sees to it that this is called. */
void fa__kernels_forget_lock(void);
/* By name, with or without a version; NULL where there is none. One reference: another thread may unregister
 * it. */
fa__kernel *fa__kernel_find(const char *name, size_t length);
/* The versions that are registered under a name, "1, 3"; how many. */
int fa__kernel_versions(const char *name, size_t length, char *text, size_t size);
/* All that are registered, one after the other; NULL for the first and behind the last. */
fa__kernel *fa__kernel_next(fa__kernel *kernel);

/* The row by which text calls it, and back. */
const struct fa__function *fa__kernel_function(const fa__kernel *kernel);
fa__kernel *fa__kernel_of(const struct fa__function *function);

#endif
