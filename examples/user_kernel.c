/* SPDX-License-Identifier: BSD-3-Clause */
/* An operation of one's own: a C function that is used in expressions like any other, on a file. */
#include <farray/farray.h>

#include <stdio.h>

/* The logistic map, `steps` times: user data is the kernel's own. */
static int logistic(const void *const *in, void *const *out, int64_t n, void *user)
{
    const float *x = in[0];
    float *y = out[0];
    int steps = *(const int *)user;
    for (int64_t i = 0; i < n; i++)
        y[i] = x[i];
    for (int step = 0; step < steps; step++)
        for (int64_t i = 0; i < n; i++)
            y[i] = 3.7f * y[i] * (1 - y[i]);
    return 0;
}

int main(int argc, char **argv)
{
    static int steps = 20;
    static const fa_type type[] = {FA_TYPE_FLOAT32};
    const fa_kernel kernel = {.abi = FA_KERNEL_ABI,
                              .name = "logistic",
                              .documentation = "The logistic map, again and again.",
                              .input_count = 1,
                              .output_count = 1,
                              .inputs = type,
                              .outputs = type,
                              .user = &steps,
                              .compute = logistic};
    fa_error err = {0};
    const char *path = argc > 1 ? argv[1] : "start.npy";
    fa_array *start = fa_create(path, FA_FLOAT32, FA_SHAPE(1000, 1000), NULL, &err);
    fa_eval_into(start, "linspace(0.1, 0.9, 1000000).reshape(1000, 1000)", FA_VARS(), &err);
    fa_kernel_register(&kernel, &err);
    fa_array *chaos = fa_eval("mean(logistic(x[::2]) > 0.5, axis=0)[:3]", FA_VARS({"x", start}), &err);
    fa_print(stdout, chaos, NULL, &err);
    fa_release(chaos);
    fa_release(start);
    if (fa_failed(&err))
        fprintf(stderr, "%s\n", err.message);
    return fa_failed(&err);
}
