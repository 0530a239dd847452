/* SPDX-License-Identifier: BSD-3-Clause */
/* Buffers of pages that are used again: the first touch of fresh memory costs more than filling it. */
#ifndef FA_ENGINE_BUFFERS_H
#define FA_ENGINE_BUFFERS_H

#include "base/error.h"

enum { FA__SMALL_BUFFER = 64 << 10 }; /* bytes */

/* The size of the buffer that holds `bytes`: whole pages, or whole huge pages. */
size_t fa__buffer_size(size_t bytes);
/* fa__buffer_size(bytes) bytes, aligned to a page, contents undefined. NULL with FA_NO_MEMORY. */
void *fa__buffer_take(size_t bytes, fa_error *err);
/* Charges the ledger for a buffer of that many bytes (fa__ledger_release gives it back). A small one has room
 * even where other evaluations, or other threads of this one, have filled the limit to the brim: what is then
 * taken beyond it is at most FA__BEYOND_LIMIT in all, and part of the slack beside it. */
bool fa__buffer_charge(size_t bytes);
/* In a forked child: whoever held the lock does not exist there. */
void fa__buffers_forget_lock(void);
/* Keeps the buffer for the next taker, or gives its pages back to the system. NULL is fine. */
void fa__buffer_give_back(void *buffer, size_t bytes);

#endif
