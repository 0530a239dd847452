/* SPDX-License-Identifier: BSD-3-Clause */
/* Small allocations and the ledger of bytes. Knows nothing about what the bytes are for. */
#include "base/memory.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

void *fa__alloc(size_t bytes, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    void *pointer = malloc(bytes ? bytes : 1);
    if (pointer == NULL)
        fa__fail(err, FA_NO_MEMORY, "the system has no memory for %zu bytes", bytes);
    return pointer;
}

void *fa__alloc_zero(size_t count, size_t item_bytes, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    void *pointer = calloc(count ? count : 1, item_bytes ? item_bytes : 1);
    if (pointer == NULL)
        fa__fail(err, FA_NO_MEMORY, "the system has no memory for %zu times %zu bytes", count, item_bytes);
    return pointer;
}

char *fa__copy_text(const char *text, size_t length, fa_error *err)
{
    char *copy = fa__alloc(length + 1, err);
    if (copy == NULL)
        return NULL;
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

void fa__free(void *pointer)
{
    free(pointer);
}

bool fa__grow(void *items_pointer, int64_t *capacity, int64_t needed, size_t item_bytes, fa_error *err)
{
    if (fa_failed(err))
        return false;
    if (needed <= *capacity)
        return true;
    int64_t wanted = *capacity < 8 ? 8 : *capacity;
    while (wanted < needed) {
        if (wanted > INT64_MAX / 2)
            return fa__fail(err, FA_NO_MEMORY, "a list of %lld items is too long", (long long)needed);
        wanted *= 2;
    }
    void *old, *items;
    size_t bytes;
    if (__builtin_mul_overflow((size_t)wanted, item_bytes, &bytes))
        return fa__fail(err, FA_NO_MEMORY, "a list of %lld items is too long", (long long)needed);
    memcpy(&old, items_pointer, sizeof old); /* the caller's pointer has a type of its own */
    items = realloc(old, bytes);
    if (items == NULL)
        return fa__fail(err, FA_NO_MEMORY, "the system has no memory for %zu bytes", bytes);
    memcpy(items_pointer, &items, sizeof items);
    *capacity = wanted;
    return true;
}

static _Atomic size_t ledger_used;
static _Atomic size_t ledger_limit;

bool fa__ledger_charge(size_t bytes)
{
    return fa__ledger_charge_beyond(bytes, 0);
}

bool fa__ledger_charge_beyond(size_t bytes, size_t beyond)
{
    size_t limit = atomic_load(&ledger_limit);
    limit = limit == 0 || limit > SIZE_MAX - beyond ? SIZE_MAX : limit + beyond;
    size_t used = atomic_load(&ledger_used);
    do {
        if (bytes > limit || used > limit - bytes)
            return false;
    } while (!atomic_compare_exchange_weak(&ledger_used, &used, used + bytes));
    return true;
}

bool fa__ledger_charge_array(size_t bytes)
{
    enum { SMALL_BYTES = 4 << 10 };
    return fa__ledger_charge_beyond(bytes, bytes <= SMALL_BYTES ? FA__BEYOND_LIMIT / 2 : 0);
}

void fa__ledger_release(size_t bytes)
{
    size_t before = atomic_fetch_sub(&ledger_used, bytes);
    assert(before >= bytes);
    (void)before;
}

size_t fa__ledger_used(void)
{
    return atomic_load(&ledger_used);
}

size_t fa__ledger_limit(void)
{
    return atomic_load(&ledger_limit);
}

void fa__ledger_set_limit(size_t bytes)
{
    atomic_store(&ledger_limit, bytes);
}
