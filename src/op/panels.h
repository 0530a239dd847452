/* SPDX-License-Identifier: BSD-3-Clause */
/* A matrix in scratch, box by box, so that each box is one long read, which goes on while others compute.
 * Knows nothing about what the boxes are for. */
#ifndef FA_OP_PANELS_H
#define FA_OP_PANELS_H

#include "engine/whole.h"

typedef struct fa__panels fa__panels;

/* Boxes of `sizes` elements of an input of two axes, dense in memory with axis `outer` outside. NULL with a
 * clean err where there is no scratch or no room: `room` bytes are what it may take while it copies. */
fa__panels *fa__panels_new(fa__whole_run *run, int input, int outer, const int64_t *sizes, int64_t room,
                           fa_error *err);
void fa__panels_free(fa__panels *panels);
/* What a box needs in memory. */
int64_t fa__panels_bytes(const fa__panels *panels);
/* Starts to read the box at a multiple of the sizes, into memory at a page, unless one is on its way. */
void fa__panels_ask(fa__panels *panels, int64_t row, int64_t column, char *memory);
/* Waits for it: whether it is that box, all of it, and in that memory; if not, it is read. */
bool fa__panels_take(fa__panels *panels, int64_t row, int64_t column, char *memory, fa_error *err);

#endif
