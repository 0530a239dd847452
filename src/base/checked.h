/* SPDX-License-Identifier: BSD-3-Clause */
/* Arithmetic on sizes that come from files and users: false on overflow, and *result is untouched. */
#ifndef FA_BASE_CHECKED_H
#define FA_BASE_CHECKED_H

#include <stdbool.h>
#include <stdint.h>

static inline bool fa__add_checked(int64_t a, int64_t b, int64_t *result)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return false;
    *result = sum;
    return true;
}

static inline bool fa__multiply_checked(int64_t a, int64_t b, int64_t *result)
{
    int64_t product;
    if (__builtin_mul_overflow(a, b, &product))
        return false;
    *result = product;
    return true;
}

/* For values that are known to be small: value + multiple must not overflow, value >= 0, multiple > 0. */
static inline int64_t fa__round_up(int64_t value, int64_t multiple)
{
    return (value + multiple - 1) / multiple * multiple;
}

static inline int64_t fa__min_i64(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static inline int64_t fa__max_i64(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

#endif
