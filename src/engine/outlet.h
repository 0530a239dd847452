/* SPDX-License-Identifier: BSD-3-Clause */
/* Finished bytes of whole operations on their way from memory to a source, past the page cache where the
 * source can be written so: several transfers at once, while others compute what comes next. */
#ifndef FA_ENGINE_OUTLET_H
#define FA_ENGINE_OUTLET_H

#include "engine/whole.h"

typedef struct fa__outlet fa__outlet;

/* Never NULL but with an error. */
fa__outlet *fa__outlet_start(fa__source *source, fa_error *err);
/* How far behind a boundary of FA__DIRECT_GRAIN memory should begin whose bytes go to byte `first`: such
 * memory is written from where it is, other memory is copied first. */
int64_t fa__outlet_shift(const fa__source *source, int64_t first);
/* Bytes [first, first + size) of the source, from any thread. The memory stays as it is until the end. Ranges
 * do not overlap. */
bool fa__outlet_put(fa__outlet *outlet, int64_t first, int64_t size, const char *bytes, fa_error *err);
/* All has arrived, or failed; also after an error. NULL is fine. */
bool fa__outlet_end(fa__outlet *outlet, fa_error *err);

#endif
