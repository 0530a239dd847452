/* SPDX-License-Identifier: BSD-3-Clause */
/* Threads, mutexes, conditions and the clock. How many threads there are, and what they do, is the engine's
 * to know. */
#include "platform/platform.h"

#include "base/memory.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct fa__thread {
    pthread_t thread;
    char name[16]; /* the system's limit */
    void (*body)(void *);
    void *argument;
};

void fa__mutex_lock(fa__mutex *mutex)
{
    pthread_mutex_lock(&mutex->mutex);
}

void fa__mutex_unlock(fa__mutex *mutex)
{
    pthread_mutex_unlock(&mutex->mutex);
}

void fa__condition_wait(fa__condition *condition, fa__mutex *mutex)
{
    pthread_cond_wait(&condition->condition, &mutex->mutex);
}

/* The clock is named at the wait: a statically initialised condition has the one that people set. */
bool fa__condition_wait_for(fa__condition *condition, fa__mutex *mutex, double seconds)
{
    const double most = 1e9; /* 30 years: what is longer, and what is not a number, waits that long */
    if (!(seconds < most))
        seconds = most;
    if (seconds < 0)
        seconds = 0;
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    long nanoseconds = until.tv_nsec + (long)((seconds - (double)(time_t)seconds) * 1e9);
    until.tv_sec += (time_t)seconds + nanoseconds / 1000000000;
    until.tv_nsec = nanoseconds % 1000000000;
    return pthread_cond_clockwait(&condition->condition, &mutex->mutex, CLOCK_MONOTONIC, &until) != ETIMEDOUT;
}

void fa__condition_signal(fa__condition *condition)
{
    pthread_cond_signal(&condition->condition);
}

void fa__condition_broadcast(fa__condition *condition)
{
    pthread_cond_broadcast(&condition->condition);
}

static void *run_thread(void *argument)
{
    fa__thread *thread = argument;
    pthread_setname_np(pthread_self(), thread->name);
    thread->body(thread->argument);
    return NULL;
}

/* The signals of faults stay open: a thread that has one of them blocked dies of it without a handler being
 * asked. */
static void block_signals(sigset_t *before)
{
    sigset_t blocked;
    sigfillset(&blocked);
    sigdelset(&blocked, SIGBUS);
    sigdelset(&blocked, SIGSEGV);
    sigdelset(&blocked, SIGFPE);
    sigdelset(&blocked, SIGILL);
    pthread_sigmask(SIG_SETMASK, &blocked, before);
}

fa__thread *fa__thread_start(const char *name, void (*body)(void *), void *argument, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    fa__thread *thread = fa__alloc_zero(1, sizeof *thread, err);
    if (thread == NULL)
        return NULL;
    snprintf(thread->name, sizeof thread->name, "%s", name);
    thread->body = body;
    thread->argument = argument;
    /* A thread begins with the mask of the one that starts it. */
    sigset_t before;
    block_signals(&before);
    int failed = pthread_create(&thread->thread, NULL, run_thread, thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed == 0)
        return thread;
    fa__free(thread);
    fa__fail(err, FA_NO_MEMORY,
             "the system starts no thread \"%s\": the limit of threads, or of memory, is reached", name);
    err->system_errno = failed;
    return NULL;
}

void fa__thread_join(fa__thread *thread)
{
    if (thread == NULL)
        return;
    pthread_join(thread->thread, NULL);
    fa__free(thread);
}

void fa__thread_pause(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

void fa__thread_yield(void)
{
    sched_yield();
}

void fa__at_fork_child(void (*forget)(void))
{
    pthread_atfork(NULL, NULL, forget);
}

void fa__at_fork(void (*before)(void), void (*after_in_parent)(void), void (*after_in_child)(void))
{
    pthread_atfork(before, after_in_parent, after_in_child);
}

double fa__now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

int64_t fa__process_number(void)
{
    return getpid();
}
