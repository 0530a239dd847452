/* SPDX-License-Identifier: BSD-3-Clause */
/* Bytes of a source into memory, for whole operations that know what they want next: past the page cache
 * where that is the shorter way, several transfers at once. */
#ifndef FA_ENGINE_INLET_H
#define FA_ENGINE_INLET_H

#include "engine/whole.h"

/* Bytes [first, first + size), on the calling thread. */
bool fa__inlet_read(fa__source *source, int64_t first, int64_t size, char *to, fa_error *err);

#endif
