/* SPDX-License-Identifier: BSD-3-Clause */
/* From the indices of a TAKE to byte offsets: where the elements begin that each position of the indices'
 * common shape chooses. Used by what reads elements there (take.c) and by what writes them (assign.c). Knows
 * nothing about what is done at the offsets. */
#ifndef FA_OP_CHOOSER_H
#define FA_OP_CHOOSER_H

#include "engine/flat.h"
#include "expr/take.h"

/* The axes of the input that one index chooses from. */
typedef struct fa__chosen_axes {
    int64_t size; /* positions are below this */
    int ndim;     /* axes that are one in memory are one here */
    int64_t sizes[FA_MAX_NDIM], strides[FA_MAX_NDIM];
    int named;
} fa__chosen_axes;

typedef struct fa__chooser_index {
    fa__flat flat; /* positions as int64, over the common shape; or the mask */
    fa__counts *counts;
    int64_t row; /* a mask chooses along the last axis of the common shape, or stands still (0) */
    fa__chosen_axes axes;
} fa__chooser_index;

typedef struct fa__chooser {
    fa__take_mode mode;
    int64_t total;  /* positions of the common shape */
    int64_t *table; /* all offsets, where they are few */
    int count;
    fa__chooser_index indices[];
} fa__chooser;

/* `input` is what is chosen from, `positions` the indices; positions that are out of bounds are found here
 * where they are few or have not been `checked` (bit i: index i), else by fa__chooser_offsets(). */
/* Which indices of a TAKE were looked at when it was made: those that stood then. */
uint64_t fa__checked_indices(const fa__node *node);
fa__chooser *fa__chooser_new(const fa__take *take, int ndim, const int64_t *sizes, const fa_array *input,
                             fa_array *const *positions, uint64_t checked, fa_error *err);
void fa__chooser_free(fa__chooser *chooser);

/* Offsets of positions first, first + step, ... (n of them) in C order of the common shape, from the first
 * byte of the input. `room` is for n numbers. */
bool fa__chooser_offsets(const fa__chooser *chooser, int64_t first, int64_t step, int64_t n, int64_t *offsets,
                         int64_t *room, fa_error *err);

/* A run of positions where they stand; NULL where they have to be read. */
const int64_t *fa__positions_in_place(const fa__flat *positions, int64_t first, int64_t step, int64_t n);
/* A run of positions: in place, or read into `room`. NULL with an error. */
const int64_t *fa__positions_run(const fa__flat *positions, int64_t first, int64_t step, int64_t n,
                                 int64_t *room, fa_error *err);

/* The bytes of a block of a mask (FA__COUNTED_BLOCK elements): in place, or read into `room`. NULL with an
 * error. */
const unsigned char *fa__mask_block(const fa__flat *mask, int64_t first, int64_t n, unsigned char *room,
                                    fa_error *err);
bool fa__mask_is_in_place(const fa__flat *mask);
/* Where a mask is true: the positions, in C order, of its true elements number first, first + step, ..., each
 * number modulo `row`. */
bool fa__mask_positions(const fa__flat *mask, const fa__counts *counts, int64_t row, int64_t first,
                        int64_t step, int64_t n, int64_t *positions, fa_error *err);

#endif
