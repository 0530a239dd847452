/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory of results that were released, kept for the next ones: pages that were touched once are worth as
 * much as writing them twice. */
#ifndef FA_STORAGE_KEPT_H
#define FA_STORAGE_KEPT_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Pages, whose bytes are whatever they were; NULL with an error. */
void *fa__kept_take(size_t bytes, fa_error *err);
/* Gives them back. Charge for them is the caller's, and has been released. */
void fa__kept_give_back(void *pages, size_t bytes);

#endif
