/* SPDX-License-Identifier: BSD-3-Clause */
/* Small allocations and the ledger of bytes. Knows nothing about what the bytes are for. */
#include "base/memory.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdio.h>
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
static _Atomic size_t ledger_arrays; /* a part of what is used */
static _Atomic size_t ledger_limit;
static _Atomic size_t ledger_kept; /* beside what is used */
static void (*_Atomic drop_kept)(void);

/* What is kept goes where it would stand beyond the limit. */
static void make_room(size_t used, size_t limit)
{
    const size_t kept = atomic_load(&ledger_kept);
    if (kept > 0 && limit != 0 && (kept > limit || used > limit - kept))
        atomic_load (&drop_kept)();
}

bool fa__ledger_charge(size_t bytes)
{
    return fa__ledger_charge_beyond(bytes, 0);
}

bool fa__ledger_charge_beyond(size_t bytes, size_t beyond)
{
    const size_t set = atomic_load(&ledger_limit);
    const size_t limit = set == 0 || set > SIZE_MAX - beyond ? SIZE_MAX : set + beyond;
    size_t used = atomic_load(&ledger_used);
    do {
        if (bytes > limit || used > limit - bytes)
            return false;
    } while (!atomic_compare_exchange_weak(&ledger_used, &used, used + bytes));
    make_room(used + bytes, set);
    return true;
}

bool fa__ledger_charge_array(size_t bytes)
{
    enum { SMALL_BYTES = 4 << 10 };
    if (!fa__ledger_charge_beyond(bytes, bytes <= SMALL_BYTES ? FA__BEYOND_LIMIT / 2 : 0))
        return false;
    atomic_fetch_add(&ledger_arrays, bytes);
    return true;
}

void fa__ledger_release_array(size_t bytes)
{
    atomic_fetch_sub(&ledger_arrays, bytes);
    fa__ledger_release(bytes);
}

void fa__ledger_release(size_t bytes)
{
    size_t before = atomic_fetch_sub(&ledger_used, bytes);
    assert(before >= bytes);
    (void)before;
}

/* "512 bytes", "3.2 MiB". */
static const char *size_words(char words[24], size_t bytes)
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double size = (double)bytes / 1024;
    int unit = 0;
    for (; size >= 1024; size /= 1024)
        unit++;
    if (bytes < 10000)
        snprintf(words, 24, "%zu bytes", bytes);
    else
        snprintf(words, 24, size == (double)(int)size ? "%.0f %s" : "%.1f %s", size, units[unit]);
    return words;
}

bool fa__ledger_refused(fa_error *err, const char *what, size_t bytes)
{
    char needed[24], limit[24], arrays[24], others[24];
    const size_t used = fa__ledger_used(), held = atomic_load(&ledger_arrays),
                 computing = used > held ? used - held : 0;
    size_words(needed, bytes);
    size_words(limit, fa__ledger_limit());
    size_words(arrays, held);
    size_words(others, computing);
    if (held == 0 && computing == 0)
        return fa__fail(err, FA_NO_MEMORY, "%s needs %s, and the memory limit is %s", what, needed, limit);
    if (computing == 0)
        return fa__fail(err, FA_NO_MEMORY,
                        "%s needs %s, and %s of the memory limit of %s are held by arrays in use", what,
                        needed, arrays, limit);
    if (held == 0)
        return fa__fail(err, FA_NO_MEMORY,
                        "%s needs %s, and what is being computed holds %s of the memory limit of %s", what,
                        needed, others, limit);
    return fa__fail(
        err, FA_NO_MEMORY,
        "%s needs %s, and of the memory limit of %s arrays in use hold %s, what is being computed %s", what,
        needed, limit, arrays, others);
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
    make_room(fa__ledger_used(), bytes);
}

void fa__ledger_keep(size_t bytes, void (*drop)(void))
{
    atomic_store(&drop_kept, drop);
    atomic_store(&ledger_kept, bytes);
}
