/* SPDX-License-Identifier: BSD-3-Clause */
/* What the fuzzers of parsers share: `allocated` counts the bytes asked for, and the program ends when they
 * are more than `allowed`. Included once by each fuzzer. */
#ifndef FA_FUZZ_ALLOCATION_CAP_H
#define FA_FUZZ_ALLOCATION_CAP_H

#include <sanitizer/allocator_interface.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);

static size_t allocated, allowed = SIZE_MAX;

static void count_allocation(const volatile void *pointer, size_t size)
{
    (void)pointer;
    allocated += size;
    if (allocated > allowed) {
        allowed = SIZE_MAX;
        abort();
    }
}

static void ignore_free(const volatile void *pointer)
{
    (void)pointer;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    __sanitizer_install_malloc_and_free_hooks(count_allocation, ignore_free);
    return 0;
}

static void require(bool condition)
{
    if (!condition)
        abort();
}

#endif
