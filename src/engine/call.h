/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls of users' kernels. While one runs, its thread is inside of a callback: what would compute is FA_BUSY.
 * Nothing here may run under a guard. */
#ifndef FA_ENGINE_CALL_H
#define FA_ENGINE_CALL_H

#include "expr/user_kernel.h"

/* n elements of every output out of those of the inputs; of a reduction out of its states. */
bool fa__call_compute(const fa__kernel *kernel, const void *const *in, const int64_t *in_bytes,
                      void *const *out, int64_t n, fa_error *err);
/* The state of n elements, n >= 0; of two that follow each other, in the first. States need no alignment. */
bool fa__call_add(const fa__kernel *kernel, void *state, const void *const *in, int64_t n, fa_error *err);
bool fa__call_merge(const fa__kernel *kernel, void *state, const void *next, fa_error *err);

#endif
