/* SPDX-License-Identifier: BSD-3-Clause */
/* Open addressing with linear probes, at most half full. */
#include "engine/index.h"

#include "base/memory.h"

#include <string.h>

static uint64_t hash(uint64_t a, uint64_t b)
{
    uint64_t h = (a ^ (b << 32 | b >> 32)) * UINT64_C(0x9e3779b97f4a7c15);
    h = (h ^ h >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
    return h ^ h >> 32;
}

static fa__index_entry *place(const fa__index *index, uint64_t a, uint64_t b)
{
    int64_t at = (int64_t)(hash(a, b) & (uint64_t)(index->capacity - 1));
    for (;; at = (at + 1) & (index->capacity - 1)) {
        fa__index_entry *entry = &index->entries[at];
        if (entry->value < 0 || (entry->a == a && entry->b == b))
            return entry;
    }
}

void fa__index_clear(fa__index *index)
{
    fa__free(index->entries);
    memset(index, 0, sizeof *index);
}

int64_t fa__index_find(const fa__index *index, uint64_t a, uint64_t b)
{
    return index->capacity == 0 ? -1 : place(index, a, b)->value;
}

static bool double_capacity(fa__index *index, fa_error *err)
{
    fa__index larger = {.capacity = index->capacity == 0 ? 64 : 2 * index->capacity};
    larger.entries = fa__alloc((size_t)larger.capacity * sizeof *larger.entries, err);
    if (larger.entries == NULL)
        return false;
    for (int64_t i = 0; i < larger.capacity; i++)
        larger.entries[i].value = -1;
    for (int64_t i = 0; i < index->capacity; i++)
        if (index->entries[i].value >= 0)
            *place(&larger, index->entries[i].a, index->entries[i].b) = index->entries[i];
    larger.count = index->count;
    fa__free(index->entries);
    *index = larger;
    return true;
}

bool fa__index_set(fa__index *index, uint64_t a, uint64_t b, int64_t value, fa_error *err)
{
    if (fa_failed(err) || (2 * (index->count + 1) > index->capacity && !double_capacity(index, err)))
        return false;
    fa__index_entry *entry = place(index, a, b);
    if (entry->value < 0)
        index->count++;
    *entry = (fa__index_entry){a, b, value};
    return true;
}
