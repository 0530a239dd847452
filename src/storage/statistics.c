/* SPDX-License-Identifier: BSD-3-Clause */
/* How much was read and written since the process began, and how reads go. */
#include "storage/statistics.h"

#include "storage/storage.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static atomic_llong bytes_read, bytes_written;
static atomic_int io_mode = -1; /* not asked for yet */

void fa__storage_statistics(int64_t *read, int64_t *written)
{
    *read = atomic_load_explicit(&bytes_read, memory_order_relaxed);
    *written = atomic_load_explicit(&bytes_written, memory_order_relaxed);
}

void fa__storage_count_read(int64_t bytes)
{
    atomic_fetch_add_explicit(&bytes_read, bytes, memory_order_relaxed);
}

void fa__storage_count_written(int64_t bytes)
{
    atomic_fetch_add_explicit(&bytes_written, bytes, memory_order_relaxed);
}

/* What is no mode is auto. */
static fa__io mode_of_environment(void)
{
    const char *text = getenv("FARRAY_IO");
    if (text != NULL && strcmp(text, "mmap") == 0)
        return FA__IO_MMAP;
    if (text != NULL && strcmp(text, "pread") == 0)
        return FA__IO_PREAD;
    if (text != NULL && strcmp(text, "direct") == 0)
        return FA__IO_DIRECT;
    return FA__IO_AUTO;
}

fa__io fa__io_mode(void)
{
    int mode = atomic_load_explicit(&io_mode, memory_order_relaxed);
    if (mode < 0) {
        mode = (int)mode_of_environment();
        fa__set_io_mode((fa__io)mode);
    }
    return (fa__io)mode;
}

void fa__set_io_mode(fa__io mode)
{
    atomic_store_explicit(&io_mode, (int)mode, memory_order_relaxed);
}
