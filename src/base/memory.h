/* SPDX-License-Identifier: BSD-3-Clause */
/* Small allocations, growing lists, and the ledger of bytes that the memory limit bounds.
 * Metadata (views, nodes, lists) is allocated and not charged: it is bounded by what the user makes.
 * Everything that grows with the data is charged to the ledger before it is allocated, touched or mapped in.
 */
#ifndef FA_BASE_MEMORY_H
#define FA_BASE_MEMORY_H

#include "base/error.h"

/* NULL with FA_NO_MEMORY when the system has none. `fa__alloc_zero` clears. Size 0 gives a pointer to free.
 */
void *fa__alloc(size_t bytes, fa_error *err);
void *fa__alloc_zero(size_t count, size_t item_bytes, fa_error *err);
char *fa__copy_text(const char *text, size_t length, fa_error *err);
void fa__free(void *pointer);

/* Makes room for `needed` items in a list that has room for *capacity, doubling. False with FA_NO_MEMORY. */
bool fa__grow(void *items_pointer, int64_t *capacity, int64_t needed, size_t item_bytes, fa_error *err);

/* What small things may take beyond the memory limit, in all: it is part of the slack beside it. */
enum { FA__BEYOND_LIMIT = 1 << 20 };

/* The ledger. Thread-safe. `fa__ledger_charge` reserves bytes or says no, and never blocks. The limit starts
 * as 0, which means "not set": platform's memory limit is asked for by whoever sets it first (engine/budget).
 */
bool fa__ledger_charge(size_t bytes);
/* The same, up to `beyond` bytes above the limit: for the few buffers without which work that has begun
 * cannot go on. */
bool fa__ledger_charge_beyond(size_t bytes, size_t beyond);
void fa__ledger_release(size_t bytes);
/* The same for arrays, which stay for as long as their users want: those of up to 4 KiB have half of
 * FA__BEYOND_LIMIT above the limit. */
bool fa__ledger_charge_array(size_t bytes);
void fa__ledger_release_array(size_t bytes);
/* What the ledger refused: how much it would have been, and who holds the limit. FA_NO_MEMORY; false. `what`
 * is a noun, as "an array". */
bool fa__ledger_refused(fa_error *err, const char *what, size_t bytes);
size_t fa__ledger_used(void);
size_t fa__ledger_limit(void);
void fa__ledger_set_limit(size_t bytes);
/* So many bytes are kept that nobody uses, and drop() gives them back: as soon as they would not fit beside
 * what is used. They are all there are: each call says it anew. */
void fa__ledger_keep(size_t bytes, void (*drop)(void));

#endif
