/* SPDX-License-Identifier: BSD-3-Clause */
/* The register of mappings. A signal handler reads it without a lock while other threads change it. Faults,
 * and what to do about them, are guard.c's. */
#include "platform/mappings.h"

#include "base/memory.h"
#include "platform/file_internal.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

/* Blocks of slots are added and never freed, so that a reader may walk them at any time. A slot is empty
 * while its end is 0. */
enum { SLOTS_PER_BLOCK = 64 };

struct slot {
    atomic_uintptr_t begin, end;
    char *path; /* this and the next: under the lock */
    fa__file_identity identity;
};

struct block {
    struct slot slots[SLOTS_PER_BLOCK];
    struct block *_Atomic next;
};

static struct block first_block;
static fa__mutex lock = FA__MUTEX_INIT;
static pthread_once_t forking = PTHREAD_ONCE_INIT;

/* A forked child may find the lock held by a thread that it does not have. The register itself is whole at
 * every moment: a slot that was being filled is empty. */
static void forget_lock(void)
{
    static const fa__mutex fresh = FA__MUTEX_INIT;
    lock = fresh;
}

static void forget_lock_in_children(void)
{
    fa__at_fork_child(forget_lock);
}

/* `end` is read on both sides of `begin`. The writer sets end to 0 before it changes begin, so that equal
 * ends mean that begin belongs to them. A slot that changes meanwhile is not the one of a mapping in use. */
static bool slot_holds(struct slot *slot, uintptr_t address)
{
    uintptr_t end = atomic_load(&slot->end);
    uintptr_t begin = atomic_load(&slot->begin);
    return end != 0 && address >= begin && address < end && atomic_load(&slot->end) == end;
}

static struct slot *find_slot(uintptr_t address)
{
    for (struct block *block = &first_block; block != NULL; block = atomic_load(&block->next))
        for (int i = 0; i < SLOTS_PER_BLOCK; i++)
            if (slot_holds(&block->slots[i], address))
                return &block->slots[i];
    return NULL;
}

/* Under the lock. */
static struct slot *find_empty_slot(fa_error *err)
{
    struct block *last = NULL;
    for (struct block *block = &first_block; block != NULL; block = atomic_load(&block->next)) {
        for (int i = 0; i < SLOTS_PER_BLOCK; i++)
            if (atomic_load(&block->slots[i].end) == 0)
                return &block->slots[i];
        last = block;
    }
    struct block *added = fa__alloc_zero(1, sizeof *added, err);
    if (added == NULL)
        return NULL;
    atomic_store(&last->next, added);
    return &added->slots[0];
}

bool fa__mappings_add(const void *address, size_t size, const fa__file *file, fa_error *err)
{
    pthread_once(&forking, forget_lock_in_children);
    char *path = fa__copy_text(file->path, strlen(file->path), err);
    if (path == NULL)
        return false;
    fa__mutex_lock(&lock);
    struct slot *slot = find_empty_slot(err);
    if (slot != NULL) {
        slot->path = path;
        slot->identity = file->identity;
        atomic_store(&slot->begin, (uintptr_t)address);
        atomic_store(&slot->end, (uintptr_t)address + size);
    }
    fa__mutex_unlock(&lock);
    if (slot == NULL)
        fa__free(path);
    return slot != NULL;
}

void fa__mappings_remove(const void *address)
{
    char *path = NULL;
    fa__mutex_lock(&lock);
    struct slot *slot = find_slot((uintptr_t)address);
    if (slot != NULL) {
        atomic_store(&slot->end, 0);
        path = slot->path;
        slot->path = NULL;
    }
    fa__mutex_unlock(&lock);
    fa__free(path);
}

bool fa__mappings_hold(const void *address)
{
    return find_slot((uintptr_t)address) != NULL;
}

bool fa__mappings_find(const void *address, fa__mapping *mapping)
{
    fa__mutex_lock(&lock);
    const struct slot *slot = find_slot((uintptr_t)address);
    if (slot != NULL) {
        uintptr_t begin = atomic_load(&slot->begin);
        mapping->size = atomic_load(&slot->end) - begin;
        mapping->address = (const char *)address - ((uintptr_t)address - begin);
        mapping->identity = slot->identity;
        snprintf(mapping->path, sizeof mapping->path, "%s", slot->path);
    }
    fa__mutex_unlock(&lock);
    return slot != NULL;
}

bool fa__map_find(const void *address, char *path, size_t path_size, int64_t *byte_offset)
{
    fa__mapping mapping;
    if (!fa__mappings_find(address, &mapping))
        return false;
    snprintf(path, path_size, "%s", mapping.path);
    *byte_offset = (const char *)address - mapping.address;
    return true;
}
