/* SPDX-License-Identifier: BSD-3-Clause */
/* A hash table from pairs of words to numbers, for walks over graphs. */
#ifndef FA_ENGINE_INDEX_H
#define FA_ENGINE_INDEX_H

#include "base/error.h"

typedef struct fa__index_entry {
    uint64_t a, b;
    int64_t value; /* -1: free */
} fa__index_entry;

/* Zero it before use. */
typedef struct fa__index {
    fa__index_entry *entries;
    int64_t count, capacity; /* a power of two */
} fa__index;

void fa__index_clear(fa__index *index);
/* -1 when there is none. */
int64_t fa__index_find(const fa__index *index, uint64_t a, uint64_t b);
/* Sets or replaces; value >= 0. */
bool fa__index_set(fa__index *index, uint64_t a, uint64_t b, int64_t value, fa_error *err);

#endif
