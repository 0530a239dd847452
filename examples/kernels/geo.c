/* SPDX-License-Identifier: BSD-3-Clause */
/* Kernels in a shared object, for farray eval --kernel ./geo.so: distances on a sphere, polar coordinates,
 * and the mean and spread of weighted numbers. Nothing but the header of farray is needed to build it. */
#include <farray/kernel.h>

#include <math.h>

static const fa_type f8[4] = {FA_TYPE_FLOAT64, FA_TYPE_FLOAT64, FA_TYPE_FLOAT64, FA_TYPE_FLOAT64};

/* Great-circle distance in km between (latitude, longitude) and (latitude, longitude), in degrees. */
static int haversine(const void *const *in, void *const *out, int64_t n, void *user)
{
    const double *lat1 = in[0], *lon1 = in[1], *lat2 = in[2], *lon2 = in[3], radians = 0.017453292519943295;
    double *km = out[0];
    (void)user;
    for (int64_t i = 0; i < n; i++) {
        double across = sin((lat2[i] - lat1[i]) * radians / 2),
               along = sin((lon2[i] - lon1[i]) * radians / 2);
        double h = across * across + cos(lat1[i] * radians) * cos(lat2[i] * radians) * along * along;
        km[i] = 2 * 6371.0088 * asin(sqrt(h));
    }
    return 0;
}

/* Two outputs, one element at a time. A status of its own for what is no number. */
static int polar(const void *const *in, void *const *out, void *user)
{
    double x = *(const double *)in[0], y = *(const double *)in[1];
    (void)user;
    if (x != x || y != y)
        return 7;
    *(double *)out[0] = hypot(x, y);
    *(double *)out[1] = atan2(y, x);
    return 0;
}

/* A reduction of two inputs with two outputs: mean and standard deviation of x with weights w (West, 1979).
 */
typedef struct spread {
    double weight, mean, squares;
} spread;

static int spread_begin(void *state, void *user)
{
    (void)user;
    *(spread *)state = (spread){0, 0, 0};
    return 0;
}

static int spread_add(void *state, const void *const *in, int64_t n, void *user)
{
    spread *s = state;
    const double *x = in[0], *w = in[1];
    (void)user;
    for (int64_t i = 0; i < n; i++) {
        if (w[i] == 0)
            continue;
        double step = x[i] - s->mean;
        s->weight += w[i];
        s->mean += step * w[i] / s->weight;
        s->squares += w[i] * step * (x[i] - s->mean);
    }
    return 0;
}

static int spread_merge(void *state, const void *next, void *user)
{
    spread *a = state;
    const spread *b = next;
    double weight = a->weight + b->weight, step = b->mean - a->mean;
    (void)user;
    if (weight == 0)
        return 0;
    a->squares += b->squares + step * step * a->weight * b->weight / weight;
    a->mean += step * b->weight / weight;
    a->weight = weight;
    return 0;
}

static int spread_end(const void *state, void *const *out, void *user)
{
    const spread *s = state;
    (void)user;
    *(double *)out[0] = s->weight > 0 ? s->mean : NAN;
    *(double *)out[1] = s->weight > 0 ? sqrt(s->squares / s->weight) : NAN;
    return 0;
}

static const fa_kernel kernels[] = {
    {.abi = FA_KERNEL_ABI,
     .name = "haversine@1",
     .documentation = "Great-circle distance in km of points in degrees.",
     .input_count = 4,
     .output_count = 1,
     .inputs = f8,
     .outputs = f8,
     .compute = haversine},
    {.abi = FA_KERNEL_ABI,
     .name = "polar",
     .documentation = "Distance and angle of (x, y).",
     .input_count = 2,
     .output_count = 2,
     .inputs = f8,
     .outputs = f8,
     .element = polar},
    {.abi = FA_KERNEL_ABI,
     .name = "weighted_spread",
     .documentation = "Mean and standard deviation with weights.",
     .input_count = 2,
     .output_count = 2,
     .inputs = f8,
     .outputs = f8,
     .state_bytes = sizeof(spread),
     .begin = spread_begin,
     .add = spread_add,
     .merge = spread_merge,
     .end = spread_end},
};

FA_KERNELS(kernels)
