/* SPDX-License-Identifier: BSD-3-Clause */
/* Pages of results that are gone, kept for the next ones: the first touch of fresh memory costs more than
 * filling it. They stay charged, are no part of what is used, and go when somebody else needs the room; the
 * system may take them before. */
#ifndef FA_STORAGE_SPARE_H
#define FA_STORAGE_SPARE_H

#include <stdbool.h>
#include <stddef.h>

/* `bytes` bytes in huge pages, charged, of any content; NULL where nothing of that size is kept. */
void *fa__spare_take(size_t bytes);
/* Keeps pages, with their charge; false where there is no room for them. */
bool fa__spare_keep(void *pages, size_t bytes);

#endif
