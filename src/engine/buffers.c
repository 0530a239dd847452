/* SPDX-License-Identifier: BSD-3-Clause */
/* A short list of unused buffers. What is kept is bounded, and is part of the slack beside the memory limit.
 */
#include "engine/buffers.h"

#include "base/checked.h"
#include "base/memory.h"
#include "platform/platform.h"

#include <string.h>

enum { KEPT = 32, KEPT_BYTES = 12 << 20, HUGE_BYTES = 2 << 20 };

static struct {
    fa__mutex mutex;
    int count;
    size_t bytes;
    struct {
        void *buffer;
        size_t bytes;
    } kept[KEPT];
} unused = {.mutex = FA__MUTEX_INIT};

void fa__buffers_forget_lock(void)
{
    static const fa__mutex fresh = FA__MUTEX_INIT;
    memcpy(&unused.mutex, &fresh, sizeof fresh);
    unused.count = 0; /* another thread may have been half way through the list */
    unused.bytes = 0;
}

size_t fa__buffer_size(size_t bytes)
{
    int64_t grain = bytes >= HUGE_BYTES ? HUGE_BYTES : (int64_t)fa__page_size();
    return (size_t)fa__round_up((int64_t)bytes, grain);
}

bool fa__buffer_charge(size_t bytes)
{
    return fa__ledger_charge_beyond(bytes, bytes <= FA__SMALL_BUFFER ? FA__BEYOND_LIMIT : 0);
}

void *fa__buffer_take(size_t bytes, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    void *buffer = NULL;
    size_t wanted = fa__buffer_size(bytes);
    fa__mutex_lock(&unused.mutex);
    for (int i = 0; i < unused.count && buffer == NULL; i++) {
        if (unused.kept[i].bytes != wanted)
            continue;
        buffer = unused.kept[i].buffer;
        unused.bytes -= wanted;
        unused.kept[i] = unused.kept[--unused.count];
    }
    fa__mutex_unlock(&unused.mutex);
    return buffer != NULL ? buffer : fa__pages_alloc(wanted, wanted >= HUGE_BYTES, err);
}

void fa__buffer_give_back(void *buffer, size_t bytes)
{
    if (buffer == NULL)
        return;
    bytes = fa__buffer_size(bytes);
    fa__mutex_lock(&unused.mutex);
    bool keep = unused.count < KEPT && unused.bytes + bytes <= KEPT_BYTES;
    if (keep) {
        unused.kept[unused.count].buffer = buffer;
        unused.kept[unused.count++].bytes = bytes;
        unused.bytes += bytes;
    }
    fa__mutex_unlock(&unused.mutex);
    if (!keep)
        fa__pages_free(buffer, bytes);
}
