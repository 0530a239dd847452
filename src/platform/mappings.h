/* SPDX-License-Identifier: BSD-3-Clause */
/* The register of the mappings that fa__map_file made: what a signal handler may ask, and what a message
 * needs to know. For the files of src/platform alone. */
#ifndef FA_PLATFORM_MAPPINGS_H
#define FA_PLATFORM_MAPPINGS_H

#include "platform/platform.h"

typedef struct fa__mapping {
    const char *address;
    size_t size;
    char path[4096]; /* as it was given; cut where longer */
    fa__file_identity identity;
} fa__mapping;

bool fa__mappings_add(const void *address, size_t size, const fa__file *file, fa_error *err);
/* Before the addresses are given back to the system, which may hand them out again at once. */
void fa__mappings_remove(const void *address);
/* Async-signal-safe: no lock, no allocation. */
bool fa__mappings_hold(const void *address);
/* A copy of what is known about the mapping that holds an address. False when none does. */
bool fa__mappings_find(const void *address, fa__mapping *mapping);

/* guard.c's: whether the fault that this thread survived last was at `address` and is known to have been a
 * store. */
bool fa__fault_was_store(const void *address);

#endif
