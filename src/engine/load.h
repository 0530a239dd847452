/* SPDX-License-Identifier: BSD-3-Clause */
/* Tiles in and out: how a worker reaches an operand's elements during one tile, and how results leave. An
 * operand may be memory (used in place), a mapped range (used in place, under the guard), or read into a
 * staging buffer; blocks come out contiguous, aligned and native in every case. Knows nothing about what is
 * computed. */
#ifndef FA_ENGINE_LOAD_H
#define FA_ENGINE_LOAD_H

#include "engine/ahead.h"
#include "engine/behind.h"
#include "engine/consumer.h"
#include "engine/windows.h"

/* An operand or a store during one tile. */
typedef struct fa__reach {
    const fa__operand *operand;
    fa__windows *windows; /* shared by all workers */
    fa__ahead *ahead;     /* the same; NULL: this operand is not read ahead by it */
    fa__behind *behind;   /* STORE: the same */
    int64_t number;       /* of the operand, or of the store */
    int64_t low, high;    /* bytes of the source that the tile touches, where it is no memory */
    char *base;           /* address of flat element 0 of the box, if all of it were there */
    int ndim;             /* axes of the box that are left after merging */
    int64_t sizes[FA_MAX_NDIM], strides[FA_MAX_NDIM];
    bool dense;  /* element f is at base + f * item_bytes */
    bool mapped; /* in place, in a mapping: [mapped_first, mapped_first + mapped_bytes) of the source */
    int64_t mapped_first, mapped_bytes;
    bool taken; /* in place, in a buffer of `ahead`: places [taken_first, taken_last) */
    int64_t taken_first, taken_last;
    int64_t first;                 /* STORE: the flat element that staging begins with */
    bool staged;                   /* STORE: to be written to the source at the end of the tile */
    bool masked;                   /* STORE: some elements are not written */
    char *held;                    /* STORE: a buffer of `behind` for this tile */
    char *staging, *turned, *mask; /* buffers of this worker, charged to the ledger */
    size_t staging_bytes, turned_bytes, mask_bytes;
} fa__reach;

/* Makes flat elements [first, last) of the span's box reachable. */
bool fa__load_begin(fa__reach *reach, const fa__pass *pass, const fa__span *span, int64_t first, int64_t last,
                    fa_error *err);
void fa__load_end(fa__reach *reach, bool drop);
/* Where n elements from `first` on stand contiguous, aligned and native; NULL where they have to be copied.
 */
char *fa__load_place(const fa__reach *reach, int64_t first, int64_t n);
/* How many rows of `*row` elements each, aligned and native, begin with `first`, of n elements: where the
 * first one is, and how many bytes behind it the next. 0: they are no such rows. */
int64_t fa__load_rows(const fa__reach *reach, int64_t first, int64_t n, int64_t *row, int64_t *stride,
                      const char **place);
/* Copies n elements from `first` on, made native. */
void fa__load_block(const fa__reach *reach, int64_t first, int64_t n, void *block);

/* How an operand in memory is walked, once `base` is the address of its first element: the same for all
 * tiles. */
void fa__reach_along(fa__reach *reach, const fa__pass *pass, const fa__operand *operand,
                     const fa__span *span);

bool fa__store_begin(fa__reach *reach, const fa__pass *pass, const fa__span *span, int64_t first,
                     int64_t last, fa_error *err);
/* Where n elements from `first` on may be written straight; NULL when they must go through fa__store_block().
 */
char *fa__store_place(const fa__reach *reach, int64_t first, int64_t n);
void fa__store_block(const fa__reach *reach, int64_t first, int64_t n, const void *block, bool stream);
/* For a store that is masked: those of n <= FA__BLOCK elements where the mask is true. */
void fa__store_masked(const fa__reach *reach, int64_t first, int64_t n, const void *block,
                      const unsigned char *mask);
/* Writes what was staged for [first, last). */
bool fa__store_end(fa__reach *reach, const fa__pass *pass, const fa__span *span, int64_t first, int64_t last,
                   fa_error *err);

void fa__reach_clear(fa__reach *reach);

#endif
