/* SPDX-License-Identifier: BSD-3-Clause */
/* A few places that are filled and emptied by exchange, so that a forked child finds no lock that somebody
 * held. How long the pages in a place are stands in their first bytes. */
#include "storage/spare.h"

#include "base/memory.h"
#include "platform/platform.h"

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

enum { PLACES = 8, MOST_BYTES = 512 << 20, SHARE = 8 /* of the limit */ };

static _Atomic(void *) places[PLACES];

static void *empty(int place, size_t *bytes)
{
    void *pages = atomic_exchange(&places[place], NULL);
    if (pages != NULL)
        memcpy(bytes, pages, sizeof *bytes);
    return pages;
}

static bool put(void *pages)
{
    for (int i = 0; i < PLACES; i++) {
        void *none = NULL;
        if (atomic_compare_exchange_strong(&places[i], &none, pages))
            return true;
    }
    return false;
}

static void give_back(void *pages, size_t bytes)
{
    fa__pages_free(pages, bytes);
    fa__ledger_use_kept(bytes);
    fa__ledger_release(bytes);
}

/* Until no more than `most` bytes are kept. */
static bool shrink(size_t most)
{
    bool any = false;
    for (int i = 0; i < PLACES && fa__ledger_kept() > most; i++) {
        size_t bytes;
        void *pages = empty(i, &bytes);
        if (pages != NULL)
            give_back(pages, bytes);
        any = any || pages != NULL;
    }
    return any;
}

static bool give_all_back(void)
{
    return shrink(0);
}

void *fa__spare_take(size_t bytes)
{
    for (int i = 0; i < PLACES; i++) {
        size_t have;
        char *pages = empty(i, &have);
        if (pages == NULL)
            continue;
        if (have >= bytes && have / 2 <= bytes) {
            if (have > bytes)
                give_back(pages + bytes, have - bytes);
            fa__ledger_use_kept(bytes);
            return pages;
        }
        if (!put(pages))
            give_back(pages, have);
    }
    return NULL;
}

bool fa__spare_keep(void *pages, size_t bytes)
{
    size_t limit = fa__ledger_limit(), most = limit / SHARE < MOST_BYTES ? limit / SHARE : MOST_BYTES;
    if (bytes > most)
        return false;
    shrink(most - bytes);
    fa__pages_offer(pages, bytes);
    memcpy(pages, &bytes, sizeof bytes);
    fa__ledger_set_reclaim(give_all_back);
    fa__ledger_keep(bytes);
    if (put(pages))
        return true;
    fa__ledger_use_kept(bytes);
    return false;
}
