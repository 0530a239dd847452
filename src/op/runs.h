/* SPDX-License-Identifier: BSD-3-Clause */
/* Sorted runs of a line in scratch, and how they are put together. Elements of a run stand in blocks, which
 * are read one by one:
 *
 *     scratch    run 0: block, block, block, ... | run 1: block, ... | ...
 *     a block    elements; where positions are wanted, these behind them; and the fence of the next block
 *
 * The fence of a block is its first element. All of them are kept in memory, or, where there are too many,
 * one of each run: that of its first block, and then of each that follows one that has come. */
#ifndef FA_OP_RUNS_H
#define FA_OP_RUNS_H

#include "op/external.h"

typedef struct fa__run {
    int64_t n, place; /* elements; byte of the scratch source */
} fa__run;

typedef struct fa__runs {
    const fa__sorting *s;
    fa__source *source;
    int64_t item_bytes, number_bytes; /* of a position: 0 where none are wanted */
    int block_bits;                   /* a block has 1 << block_bits elements, the last one of a run fewer */
    int64_t numbers_at, fence_at;     /* byte of a block where positions begin, and the next fence stands */
    int64_t block_bytes; /* from block to block; without positions the next fence is the next element */
    int64_t most_blocks; /* of a run */
    int64_t count;
    fa__run *runs;
    bool has_all_fences;
    char *fences;
} fa__runs;

static inline char *fa__fence(const fa__runs *runs, int64_t run, int64_t block)
{
    return runs->fences + (runs->has_all_fences ? run * runs->most_blocks + block : run) * runs->item_bytes;
}

static inline int64_t fa__run_blocks(const fa__runs *runs, int64_t run)
{
    return (runs->runs[run].n + (INT64_C(1) << runs->block_bits) - 1) >> runs->block_bits;
}

/* The bytes of a run's block that are in use. */
static inline int64_t fa__block_used(const fa__runs *runs, int64_t run, int64_t block)
{
    const int64_t n = runs->runs[run].n - (block << runs->block_bits), all = INT64_C(1) << runs->block_bits;
    if (n > all)
        return runs->fence_at + (runs->has_all_fences ? 0 : runs->item_bytes);
    return runs->number_bytes > 0 ? runs->numbers_at + n * runs->number_bytes : n * runs->item_bytes;
}

/* Where a merge makes one run of several: from byte `run->place` on, a multiple of FA__DIRECT_GRAIN. */
typedef struct fa__run_target {
    fa__source *source;
    fa__run *run;
} fa__run_target;

/* Puts the runs of a line together, into the sink or into one run, in about `limit` bytes. */
bool fa__merge_runs(const fa__runs *runs, int64_t line, const fa__run_target *into, int64_t limit,
                    fa_error *err);
/* Whether there is room for that. */
bool fa__merge_fits(const fa__runs *runs, int64_t limit);

#endif
