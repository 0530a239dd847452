/* SPDX-License-Identifier: BSD-3-Clause */
/* Reference counts that threads share. */
#ifndef FA_BASE_REFERENCE_H
#define FA_BASE_REFERENCE_H

#include <stdatomic.h>
#include <stdbool.h>

typedef struct fa__references {
    atomic_llong count;
} fa__references;

static inline void fa__references_start(fa__references *references)
{
    atomic_init(&references->count, 1);
}

static inline void fa__references_take(fa__references *references)
{
    atomic_fetch_add_explicit(&references->count, 1, memory_order_relaxed);
}

/* True when that was the last one: the caller destroys. */
static inline bool fa__references_drop(fa__references *references)
{
    return atomic_fetch_sub_explicit(&references->count, 1, memory_order_acq_rel) == 1;
}

static inline long long fa__references_count(fa__references *references)
{
    return atomic_load_explicit(&references->count, memory_order_acquire);
}

#endif
