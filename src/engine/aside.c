/* SPDX-License-Identifier: BSD-3-Clause */
/* Long work that is no pass (packing, flushing), done on a thread of the pool, so that the calling thread
 * goes on calling back. Knows nothing about the work. */
#include "engine/engine.h"

#include "engine/budget.h"
#include "engine/pool.h"

typedef struct aside {
    void (*body)(void *argument, fa__watch *watch, fa_error *err);
    void *argument;
    fa__watch watch;
    fa_error err;
    const fa_evaluate_options *options;
    double started;
} aside;

static void work(void *job, int number)
{
    aside *a = job;
    (void)number;
    a->body(a->argument, &a->watch, &a->err);
}

static void poll(void *user)
{
    aside *a = user;
    fa_progress progress = {
        .done_bytes = atomic_load(&a->watch.done_bytes),
        .total_bytes = atomic_load(&a->watch.total_bytes),
        .seconds = fa__now() - a->started,
    };
    if (!fa__callback(a->options, &progress))
        atomic_store(&a->watch.stop, true);
}

bool fa__engine_aside(void (*body)(void *argument, fa__watch *watch, fa_error *err), void *argument,
                      const fa_evaluate_options *options, fa_error *err)
{
    aside a = {.body = body, .argument = argument, .options = options, .started = fa__now()};
    if (fa_failed(err))
        return false;
    if (options == NULL || options->progress == NULL) {
        body(argument, &a.watch, err);
        return !fa_failed(err);
    }
    if (!fa__engine_enter(options, err))
        return false;
    fa__pool_run(1, work, &a, poll, &a, err);
    fa__engine_leave();
    fa__error_move(err, &a.err);
    if (atomic_load(&a.watch.stop) && !fa_failed(err))
        fa__fail(err, FA_CANCELLED, "cancelled by the progress callback");
    return !fa_failed(err);
}
