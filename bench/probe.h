/* SPDX-License-Identifier: BSD-3-Clause */
/* What this machine can do at best, measured in the run that asks: memory by a STREAM-like triad, read, copy
 * and fill; the disk by large reads and writes past the page cache; vector mathematics by SLEEF. Knows
 * nothing about farray. */
#ifndef BENCH_PROBE_H
#define BENCH_PROBE_H

#include <stddef.h>

typedef enum probe_kind {
    PROBE_TRIAD = 0, /* a = b + 3 c with non-temporal stores: 24 bytes an element */
    PROBE_READ = 1,  /* a sum: 8 bytes an element */
    PROBE_COPY = 2,  /* non-temporal: 16 bytes an element */
    PROBE_FILL = 3,  /* non-temporal: 8 bytes an element */
    PROBE_MATH = 4,  /* exp and sin of each element to 1 ULP (SLEEF), in the cache: 1 element */
    PROBE_CACHED = 5 /* the triad with ordinary stores: 24 bytes an element */
} probe_kind;

typedef struct probe probe;

/* Three arrays of `bytes` each, touched. NULL when there is no memory. */
probe *probe_start(size_t bytes, int threads);
void probe_stop(probe *p);
/* One run over whole arrays. Units: bytes, of PROBE_MATH elements, a second. */
double probe_memory(probe *p, int kind);
/* The same of `times` runs by threads that are started once, for arrays so small that starting would count.
 */
double probe_repeated(probe *p, int kind, int times);

/* Writes a new file of `bytes` at `path`, or reads it back, four times 4 MiB in flight, past the page cache
 * where the file system allows that, else through it and flushed or dropped first. Units: bytes a second; 0
 * when it fails. */
double probe_disk_write(const char *path, size_t bytes);
double probe_disk_read(const char *path);

#endif
