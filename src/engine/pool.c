/* SPDX-License-Identifier: BSD-3-Clause */
/* The pool: a list of threads that grows to the largest number a job asked for, and sleeps.
 *
 * A job is announced by raising `generation`; each thread compares it with the last one it saw. Waking a
 * thread takes as long as computing a mebibyte, so that whoever waits looks for a moment before it sleeps,
 * where there is a processor for each. In a forked child the threads do not exist: the child forgets them and
 * starts anew. */
#include "engine/pool.h"

#include "platform/platform.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static struct {
    fa__mutex mutex;
    fa__condition work, done;
    int started; /* threads that exist */
    atomic_ulong generation;
    int forks;          /* counts up in a forked child */
    int wanted;         /* threads for the job of this generation */
    atomic_int running; /* those not finished; of those that join, those that have begun */
    bool joined;        /* the caller is a worker too, number 0 */
    atomic_bool looks;  /* whoever waits looks before it sleeps */
    void (*body)(void *job, int worker);
    void *job;
} pool = {.mutex = FA__MUTEX_INIT, .work = FA__CONDITION_INIT, .done = FA__CONDITION_INIT};

static atomic_int threads_set;

static bool is_announced(unsigned long seen)
{
    return atomic_load(&pool.generation) != seen;
}

static bool is_done(unsigned long seen)
{
    (void)seen;
    return atomic_load(&pool.running) == 0;
}

/* Without the mutex, until something holds or the moment is over: then it is waited for as ever. */
static void look_for(bool (*holds)(unsigned long seen), unsigned long seen)
{
    static const double moment = 1e-4; /* seconds: what a program does between two expressions */
    if (!atomic_load(&pool.looks) || holds(seen))
        return;
    double end = fa__now() + moment;
    do
        for (int i = 0; i < 16; i++)
            fa__thread_pause();
    while (!holds(seen) && fa__now() < end);
}

/* The mutex is held. */
static void announce(int workers, bool joined, void (*body)(void *job, int worker), void *job)
{
    static int processors;
    if (processors == 0)
        processors = fa__processors();
    pool.body = body;
    pool.job = job;
    pool.wanted = workers;
    pool.running = joined ? 0 : workers;
    pool.joined = joined;
    pool.looks = workers + joined <= processors;
    atomic_fetch_add(&pool.generation, 1);
    fa__condition_broadcast(&pool.work);
}

/* A thread that begins while a job is announced takes part in it: it starts from the generation before. */
struct start {
    int worker;
    unsigned long seen;
};

static void thread_body(void *argument)
{
    struct start *start = argument;
    int worker = start->worker;
    unsigned long seen = start->seen;
    free(start);
    for (;;) {
        look_for(is_announced, seen);
        fa__mutex_lock(&pool.mutex);
        while (!is_announced(seen))
            fa__condition_wait(&pool.work, &pool.mutex);
        seen = pool.generation;
        bool takes_part = worker < pool.wanted, joins = pool.joined;
        pool.running += takes_part && joins;
        fa__mutex_unlock(&pool.mutex);
        if (!takes_part)
            continue;
        pool.body(pool.job, joins ? worker + 1 : worker);
        fa__mutex_lock(&pool.mutex);
        if (--pool.running == 0)
            fa__condition_signal(&pool.done);
        fa__mutex_unlock(&pool.mutex);
    }
}

static void forget(void)
{
    static const fa__mutex fresh_mutex = FA__MUTEX_INIT;
    static const fa__condition fresh_condition = FA__CONDITION_INIT;
    memcpy(&pool.mutex, &fresh_mutex, sizeof fresh_mutex);
    memcpy(&pool.work, &fresh_condition, sizeof fresh_condition);
    memcpy(&pool.done, &fresh_condition, sizeof fresh_condition);
    pool.started = pool.wanted = pool.running = 0;
    pool.forks++;
}

static bool start_threads(int count, fa_error *err)
{
    static bool registered;
    if (!registered) {
        fa__at_fork_child(forget);
        registered = true;
    }
    while (pool.started < count) {
        struct start *start = malloc(sizeof *start);
        if (start == NULL)
            return fa__fail(err, FA_NO_MEMORY, "the system has no memory to start a thread");
        *start = (struct start){.worker = pool.started, .seen = pool.generation};
        if (fa__thread_start("farray", thread_body, start, err) == NULL) {
            free(start);
            return false;
        }
        pool.started++;
    }
    return true;
}

bool fa__pool_run(int workers, void (*body)(void *job, int worker), void *job, void (*poll)(void *user),
                  void *user, fa_error *err)
{
    if (fa_failed(err))
        return false;
    fa__mutex_lock(&pool.mutex);
    if (!start_threads(workers, err)) {
        if (pool.started == 0) {
            fa__mutex_unlock(&pool.mutex);
            return false;
        }
        fa_error_clear(err); /* fewer threads than asked for do the same work */
        workers = pool.started;
    }
    int forks = pool.forks;
    announce(workers, false, body, job);
    while (pool.running > 0) {
        if (poll == NULL) {
            fa__condition_wait(&pool.done, &pool.mutex);
        } else if (!fa__condition_wait_for(&pool.done, &pool.mutex, 0.04) && pool.running > 0) {
            fa__mutex_unlock(&pool.mutex);
            poll(user);
            fa__mutex_lock(&pool.mutex);
        }
    }
    /* A callback may have forked: in the child nobody does the work that is left. */
    bool forked = pool.forks != forks;
    fa__mutex_unlock(&pool.mutex);
    return !forked || fa__fail(err, FA_CANCELLED, "the process was forked while it computed");
}

bool fa__pool_join(int workers, void (*body)(void *job, int worker), void *job, fa_error *err)
{
    fa_error ignored = {0};
    if (fa_failed(err))
        return false;
    if (workers > 1) {
        fa__mutex_lock(&pool.mutex);
        start_threads(workers - 1, &ignored); /* fewer threads than asked for do the same work */
        announce(workers - 1, true, body, job);
        fa__mutex_unlock(&pool.mutex);
    }
    body(job, 0);
    if (workers > 1) {
        fa__mutex_lock(&pool.mutex);
        pool.wanted = 0; /* who comes now is too late */
        fa__mutex_unlock(&pool.mutex);
        look_for(is_done, 0);
        fa__mutex_lock(&pool.mutex);
        while (pool.running > 0)
            fa__condition_wait(&pool.done, &pool.mutex);
        fa__mutex_unlock(&pool.mutex);
    }
    return true;
}

int fa__pool_threads(void)
{
    int threads = atomic_load(&threads_set);
    if (threads > 0)
        return threads;
    const char *text = getenv("FARRAY_THREADS");
    threads = text != NULL ? atoi(text) : 0;
    if (threads <= 0)
        threads = fa__processors();
    if (threads > FA__MAX_THREADS)
        threads = FA__MAX_THREADS;
    atomic_store(&threads_set, threads);
    return threads;
}

bool fa__pool_set_threads(int threads, fa_error *err)
{
    if (fa_failed(err))
        return false;
    if (threads < 0 || threads > FA__MAX_THREADS)
        return fa__fail(err, FA_INVALID_ARGUMENT, "%d threads: from 1 to %d are possible", threads,
                        FA__MAX_THREADS);
    atomic_store(&threads_set, threads);
    return true;
}
