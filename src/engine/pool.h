/* SPDX-License-Identifier: BSD-3-Clause */
/* Threads that compute. Made at the first job, kept, forgotten in a forked child. Knows nothing about what a
 * job does. */
#ifndef FA_ENGINE_POOL_H
#define FA_ENGINE_POOL_H

#include "base/error.h"

/* Runs body(job, worker) for worker = 0 .. workers - 1, each on a thread of the pool, and returns when all
 * are done. While they run, `poll` (may be NULL) is called on the calling thread at least every 50 ms; the
 * caller itself computes nothing, and so it never waits for a disk. One job at a time: callers queue before
 * (engine/run). */
bool fa__pool_run(int workers, void (*body)(void *job, int worker), void *job, void (*poll)(void *user),
                  void *user, fa_error *err);

/* The same where nothing has to be polled and nobody waits for a disk: the caller is worker 0. Work that it
 * has done before another thread has come is not waited for, so that a body must take what there is to do
 * from a list that all share, and some workers may never be. */
bool fa__pool_join(int workers, void (*body)(void *job, int worker), void *job, fa_error *err);

/* How many threads compute: what was set, else FARRAY_THREADS, else the processors that the process may use.
 */
int fa__pool_threads(void);
bool fa__pool_set_threads(int threads, fa_error *err);
enum { FA__MAX_THREADS = 256 };

#endif
