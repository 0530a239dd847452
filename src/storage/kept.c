/* SPDX-License-Identifier: BSD-3-Clause */
/* A short list of blocks, the oldest first. As malloc does with what was freed, it holds little, and none of
 * it where the limit wants the room: the ledger counts these bytes, and has them dropped before it lets them
 * pass the limit. Knows nothing about arrays. */
#include "storage/kept.h"

#include "base/memory.h"
#include "platform/platform.h"
#include "storage/storage.h"

#include <stdatomic.h>
#include <string.h>

enum { KEPT = 16, KEPT_BYTES = 8 << 20, PART_OF_LIMIT = 8, HUGE_BYTES = 2 << 20 };

static struct {
    fa__mutex mutex;
    int count;
    size_t bytes;
    struct {
        void *pages;
        size_t bytes;
    } blocks[KEPT];
} kept = {.mutex = FA__MUTEX_INIT};

static void drop_all(void);

/* Takes block number i off the list, which is locked. */
static void *unlist(int i)
{
    void *pages = kept.blocks[i].pages;
    fa__pages_forbid(pages, kept.blocks[i].bytes, false);
    kept.bytes -= kept.blocks[i].bytes;
    fa__ledger_keep(kept.bytes, drop_all);
    memmove(&kept.blocks[i], &kept.blocks[i + 1], (size_t)(--kept.count - i) * sizeof kept.blocks[0]);
    return pages;
}

/* The oldest go, until no more than `bytes` are left. */
static void drop_to(size_t bytes)
{
    while (kept.bytes > bytes) {
        size_t size = kept.blocks[0].bytes;
        fa__pages_free(unlist(0), size);
    }
}

static void drop_all(void)
{
    fa__mutex_lock(&kept.mutex);
    drop_to(0);
    fa__mutex_unlock(&kept.mutex);
}

/* In a forked child: another thread may have been half way through the list. */
static void forget(void)
{
    static const fa__mutex fresh = FA__MUTEX_INIT;
    memcpy(&kept.mutex, &fresh, sizeof fresh);
    kept.count = 0;
    kept.bytes = 0;
    fa__ledger_keep(0, drop_all);
}

static size_t most(void)
{
    const size_t limit = fa__ledger_limit(), used = fa__ledger_used(), part = limit / PART_OF_LIMIT;
    if (used >= limit || fa__address_space_left() != SIZE_MAX)
        return 0;
    const size_t free = limit - used, least = free < part ? free : part;
    return least < KEPT_BYTES ? least : KEPT_BYTES;
}

void *fa__kept_take(size_t bytes, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    void *pages = NULL;
    fa__mutex_lock(&kept.mutex);
    for (int i = kept.count - 1; i >= 0 && pages == NULL; i--)
        if (kept.blocks[i].bytes == bytes)
            pages = unlist(i);
    fa__mutex_unlock(&kept.mutex);
    return pages != NULL ? pages : fa__pages_alloc(bytes, bytes >= HUGE_BYTES, err);
}

void fa__kept_give_back(void *pages, size_t bytes)
{
    static atomic_bool registered;
    if (!atomic_exchange(&registered, true))
        fa__at_fork_child(forget);
    fa__mutex_lock(&kept.mutex);
    const size_t room = most();
    if (bytes <= room) {
        drop_to(room - bytes);
        if (kept.count == KEPT)
            drop_to(kept.bytes - kept.blocks[0].bytes);
        fa__pages_forbid(pages, bytes, true);
        kept.blocks[kept.count].pages = pages;
        kept.blocks[kept.count++].bytes = bytes;
        kept.bytes += bytes;
        fa__ledger_keep(kept.bytes, drop_all);
        drop_to(most()); /* whoever charged since room was looked for did not see this block */
        pages = NULL;
    }
    fa__mutex_unlock(&kept.mutex);
    fa__pages_free(pages, bytes);
}
