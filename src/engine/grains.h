/* SPDX-License-Identifier: BSD-3-Clause */
/* Parts of grains on their way to a file. Transfers move whole grains, and what is written at once ends
 * anywhere: of a grain that several share, all leave their parts here but the last, who takes them along.
 * Knows nothing about who writes what; has no lock of its own. */
#ifndef FA_ENGINE_GRAINS_H
#define FA_ENGINE_GRAINS_H

#include "array/source.h"

typedef struct fa__grains fa__grains;

/* For parts of `most` grains at a time. NULL where there is no memory, which the caller has charged:
 * fa__grains_bytes(). */
fa__grains *fa__grains_new(fa__source *source, int64_t most, fa_error *err);
int64_t fa__grains_bytes(int64_t most);
/* Makes [*first, *end) of the source, whose bytes are at `elements` as they lie in their grains, whole
 * grains: with the parts of others, for which there is room before and behind, or by leaving its own. Then
 * nothing may be left: *first >= *end. Parts that find no room are written through the page cache. */
bool fa__grains_round(fa__grains *grains, int64_t *first, int64_t *end, char *elements, fa_error *err);
/* Writes the parts that nobody took through the page cache, unless `err` is failed, and ends it. NULL: does
 * nothing. */
bool fa__grains_end(fa__grains *grains, fa_error *err);

#endif
