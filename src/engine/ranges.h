/* SPDX-License-Identifier: BSD-3-Clause */
/* Ranges of a source that one reader knows before it needs them: several are on their way past the page cache
 * at once, and come in the order in which they were asked for. What is in memory is read as usual. */
#ifndef FA_ENGINE_RANGES_H
#define FA_ENGINE_RANGES_H

#include "array/source.h"

typedef struct fa__ranges fa__ranges;

/* For ranges of at most `longest` bytes each, with room for so many bytes of them where the limit has it.
 * NULL where the source has no such way or there is no room: they are to be read otherwise, and that is no
 * error. */
fa__ranges *fa__ranges_start(fa__source *source, int64_t longest, int64_t bytes);
/* False when there is no room: one is to be taken first. */
bool fa__ranges_ask(fa__ranges *ranges, int64_t first, int64_t size);
/* The bytes of the range that was asked for first, until the next one is taken, or is asked for when no other
 * waits to be taken. NULL with an error. */
const char *fa__ranges_take(fa__ranges *ranges, fa_error *err);
/* Waits for those that nobody took. NULL is fine. */
void fa__ranges_stop(fa__ranges *ranges);

#endif
