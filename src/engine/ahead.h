/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading ahead of the tiles past the page cache, into buffers of the pass: for operands that are walked
 * along a file and are not in memory. The domain is seen as windows of some tiles, or of one row of a box;
 * each window of each operand is read by one transfer, and its buffer is used again when all of its elements
 * were done with. Nobody ever waits for a buffer: a tile that finds none is reached otherwise.
 *
 * Elements are known by their *places*: box after box, and row after row as if all boxes were of one size. */
#ifndef FA_ENGINE_AHEAD_H
#define FA_ENGINE_AHEAD_H

#include "engine/consumer.h"

typedef struct fa__ahead fa__ahead;

/* For a pass that is walked in one box by tiles of `tile` elements, or in boxes by tiles that are their rows
 * (fa__cut.rows). NULL, which the other functions take,
 * when nothing of it is to be read so; no memory is a reason, and no error. */
fa__ahead *fa__ahead_start(const fa__pass *pass, int64_t tile, int threads);
/* When nobody works on the pass any more. */
void fa__ahead_stop(fa__ahead *ahead);
/* Whether an operand is read so, as far as its windows are not in memory. */
bool fa__ahead_has(const fa__ahead *ahead, int64_t operand);

/* Of flat element `first` of a box. */
int64_t fa__ahead_place(const fa__ahead *ahead, const fa__span *span, int64_t first);

/* How many elements one worker should have under way beside those that it works on. */
int64_t fa__ahead_distance(const fa__ahead *ahead);
/* Starts to read what is not in memory of places [first, last), as far as there are buffers. */
void fa__ahead_expect(fa__ahead *ahead, int64_t first, int64_t last);

/* The end of the window that place `first` is in. */
int64_t fa__ahead_end(const fa__ahead *ahead, int64_t operand, int64_t first);
/* What is at places [first, last) of one window: where byte 0 of the source would be, if all of it were
 * there; until fa__ahead_release(). NULL, and nothing to be released, when they are to be reached otherwise.
 */
char *fa__ahead_take(fa__ahead *ahead, int64_t operand, int64_t first, int64_t last);
/* Places that were taken are done with. */
void fa__ahead_release(fa__ahead *ahead, int64_t operand, int64_t first, int64_t last);

#endif
