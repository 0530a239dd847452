/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls of users' kernels, in their three forms. */
#include "engine/call.h"

#include "engine/budget.h"

#include "array/dtype.h"
#include "platform/platform.h"

#include <stdatomic.h>
#include <string.h>

static fa__mutex serial_mutex = FA__MUTEX_INIT;

static void forget_lock(void)
{
    static const fa__mutex fresh = FA__MUTEX_INIT;
    memcpy(&serial_mutex, &fresh, sizeof fresh);
}

static void enter(const fa__kernel *kernel)
{
    static atomic_bool registered;
    if (kernel->is.flags & FA_KERNEL_SERIAL) {
        if (!atomic_exchange(&registered, true))
            fa__at_fork_child(forget_lock);
        fa__mutex_lock(&serial_mutex);
    }
    fa__engine_set_inside(true);
}

static bool leave(const fa__kernel *kernel, int status, fa_error *err)
{
    fa__engine_set_inside(false);
    if (kernel->is.flags & FA_KERNEL_SERIAL)
        fa__mutex_unlock(&serial_mutex);
    return status == 0 ||
           fa__fail(err, FA_KERNEL_FAILED, "%s: the kernel returned status %d", kernel->is.name, status);
}

/* A state where kernels want it. */
typedef struct aligned_state {
    _Alignas(16) unsigned char bytes[FA_KERNEL_MOST_STATE];
} aligned_state;

static int each_element(const fa_kernel *kernel, const void *const *in, const int64_t *in_bytes,
                        void *const *out, int64_t n)
{
    const void *from[FA_KERNEL_MOST];
    void *to[FA_KERNEL_MOST];
    aligned_state state;
    bool ends = kernel->add != NULL;
    int inputs = ends ? 1 : kernel->input_count, status = 0;
    for (int64_t i = 0; i < n && status == 0; i++) {
        for (int k = 0; k < inputs; k++)
            from[k] = (const char *)in[k] + i * in_bytes[k];
        for (int k = 0; k < kernel->output_count; k++)
            to[k] = (char *)out[k] + i * fa__type_bytes(kernel->outputs[k]);
        if (ends) {
            memcpy(state.bytes, from[0], kernel->state_bytes);
            status = kernel->end(state.bytes, to, kernel->user);
        } else {
            status = kernel->element(from, to, kernel->user);
        }
    }
    return status;
}

bool fa__call_compute(const fa__kernel *kernel, const void *const *in, const int64_t *in_bytes,
                      void *const *out, int64_t n, fa_error *err)
{
    enter(kernel);
    int status = kernel->is.compute != NULL ? kernel->is.compute(in, out, n, kernel->is.user)
                                            : each_element(&kernel->is, in, in_bytes, out, n);
    return leave(kernel, status, err);
}

bool fa__call_add(const fa__kernel *kernel, void *state, const void *const *in, int64_t n, fa_error *err)
{
    aligned_state own;
    enter(kernel);
    int status = kernel->is.begin(own.bytes, kernel->is.user);
    if (status == 0 && n > 0)
        status = kernel->is.add(own.bytes, in, n, kernel->is.user);
    if (status == 0)
        memcpy(state, own.bytes, kernel->is.state_bytes);
    return leave(kernel, status, err);
}

bool fa__call_merge(const fa__kernel *kernel, void *state, const void *next, fa_error *err)
{
    aligned_state one, other;
    memcpy(one.bytes, state, kernel->is.state_bytes);
    memcpy(other.bytes, next, kernel->is.state_bytes);
    enter(kernel);
    int status = kernel->is.merge(one.bytes, other.bytes, kernel->is.user);
    if (status == 0)
        memcpy(state, one.bytes, kernel->is.state_bytes);
    return leave(kernel, status, err);
}
