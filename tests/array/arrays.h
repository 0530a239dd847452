/* SPDX-License-Identifier: BSD-3-Clause */
/* What the tests of arrays share: random numbers whose seed is printed, and views of memory. */
#ifndef FA_TESTS_ARRAYS_H
#define FA_TESTS_ARRAYS_H

#include "cmocka_all.h"

#include "array/view.h"

#include <stdlib.h>
#include <time.h>

static uint64_t random_state;

/* FARRAY_TEST_SEED replays a run. */
static inline void start_random(void)
{
    const char *seed = getenv("FARRAY_TEST_SEED");
    random_state = seed != NULL ? strtoull(seed, NULL, 10) : (uint64_t)time(NULL);
    print_message("FARRAY_TEST_SEED=%llu\n", (unsigned long long)random_state);
}

/* SplitMix64. */
static inline uint64_t next_random(void)
{
    uint64_t z = random_state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static inline int64_t random_between(int64_t low, int64_t high)
{
    return low + (int64_t)(next_random() % (uint64_t)(high - low + 1));
}

/* A writeable array of zeros in C order. */
static inline fa_array *memory_array(const fa_dtype *dtype, fa_shape shape)
{
    fa_error err = {0};
    int64_t count = 0, item_bytes = fa_dtype_item_bytes(dtype);
    fa__geometry geometry = {.ndim = shape.ndim};
    for (int i = 0; i < shape.ndim; i++)
        geometry.sizes[i] = shape.sizes[i];
    fa__shape_count(shape.ndim, shape.sizes, item_bytes, &count, &err);
    fa__strides_c(shape.ndim, shape.sizes, item_bytes, geometry.strides);
    fa__source *source = fa__memory_source(count * item_bytes, &err);
    fa_array *array = fa__view(source, dtype, &geometry, true, &err);
    assert_false(fa_failed(&err));
    fa__source_release(source);
    return array;
}

/* A view of `source` with any strides; the test fails when it does not fit. */
static inline fa_array *strided_view(fa__source *source, const fa_dtype *dtype, int64_t offset, int ndim,
                                     const int64_t *sizes, const int64_t *strides)
{
    fa_error err = {0};
    fa__geometry geometry = {.ndim = ndim, .offset = offset};
    for (int i = 0; i < ndim; i++) {
        geometry.sizes[i] = sizes[i];
        geometry.strides[i] = strides[i];
    }
    fa_array *view = fa__view(source, dtype, &geometry, true, &err);
    assert_false(fa_failed(&err));
    return view;
}

/* A random view of a source: up to three axes, any strides that stay inside. */
static inline fa_array *random_view(fa__source *source, const fa_dtype *dtype)
{
    int64_t item_bytes = fa_dtype_item_bytes(dtype);
    for (;;) {
        int64_t sizes[3], strides[3], low = 0, high = item_bytes;
        int ndim = (int)random_between(0, 3);
        for (int i = 0; i < ndim; i++) {
            sizes[i] = random_between(1, 5);
            strides[i] = random_between(-24, 24);
            int64_t reach = (sizes[i] - 1) * strides[i];
            *(reach < 0 ? &low : &high) += reach;
        }
        if (high - low <= source->bytes)
            return strided_view(source, dtype, random_between(-low, source->bytes - high), ndim, sizes,
                                strides);
    }
}

#endif
