/* SPDX-License-Identifier: BSD-3-Clause */
/* Counts of the true elements of a mask: one number for a block, found by binary search. */
#include "array/counts.h"

#include "base/memory.h"

#include <string.h>

static size_t bytes_of(int64_t blocks)
{
    return sizeof(fa__counts) + ((size_t)blocks + 1) * sizeof(int64_t);
}

fa__counts *fa__counts_new(int64_t elements, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    int64_t blocks = elements / FA__COUNTED_BLOCK + (elements % FA__COUNTED_BLOCK != 0);
    if (!fa__ledger_charge_array(bytes_of(blocks))) {
        fa__ledger_refused(err, "counting a mask", bytes_of(blocks));
        return NULL;
    }
    fa__counts *counts = fa__alloc_zero(1, bytes_of(blocks), err);
    if (counts == NULL) {
        fa__ledger_release_array(bytes_of(blocks));
        return NULL;
    }
    fa__references_start(&counts->references);
    counts->elements = elements;
    counts->blocks = blocks;
    return counts;
}

void fa__counts_add_up(fa__counts *counts)
{
    for (int64_t i = 0; i < counts->blocks; i++)
        counts->before[i + 1] += counts->before[i];
}

fa__counts *fa__counts_retain(fa__counts *counts)
{
    if (counts != NULL)
        fa__references_take(&counts->references);
    return counts;
}

void fa__counts_release(fa__counts *counts)
{
    if (counts == NULL || !fa__references_drop(&counts->references))
        return;
    fa__ledger_release_array(bytes_of(counts->blocks));
    fa__free(counts);
}

int64_t fa__counts_block(const fa__counts *counts, int64_t rank)
{
    int64_t low = 0, high = counts->blocks;
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (counts->before[middle] <= rank)
            low = middle;
        else
            high = middle;
    }
    return low;
}

bool fa__counts_equal(const fa__counts *a, const fa__counts *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return a->elements == b->elements &&
           memcmp(a->before, b->before, ((size_t)a->blocks + 1) * sizeof a->before[0]) == 0;
}
