/* SPDX-License-Identifier: BSD-3-Clause */
/* Guarded calls: leaving a computation whose mapped bytes went away, instead of dying of SIGBUS. The only
 * place of the library that touches a signal's disposition, and only once something is guarded. Why the bytes
 * are gone is map.c's. */
#include "platform/mappings.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <ucontext.h>

typedef struct guard {
    sigjmp_buf jump;
    struct guard *outer;
    const void
        *volatile address; /* the handler writes this and the next before the second return of sigsetjmp */
    volatile bool stored;
} guard;

/* In the initial-exec model, since the first use of another kind may allocate, and that may be in the
 * handler. */
static _Thread_local guard *volatile innermost __attribute__((tls_model("initial-exec")));

/* The last fault of this thread that was survived: for the message about it. */
static _Thread_local struct {
    const void *address;
    bool stored;
} last_fault;

/* Our handler is there once per level, each of which has its own predecessor for ever. Whoever installs a
 * handler over ours keeps ours as predecessor and may call it. When we then put ourselves on top again with
 * the same function, that call would come back to us and go round for ever; with the next level's function it
 * goes down one level. */
enum { LEVELS = 8 };

static struct {
    struct sigaction previous; /* written before `used`, constant after it */
    atomic_bool used;
} levels[LEVELS];

static fa__mutex installing = FA__MUTEX_INIT;
static pthread_once_t forking = PTHREAD_ONCE_INIT;

/* ---- In the handler: nothing here may lock or allocate ---- */

/* Faults of the thread itself, by the kernel. Not what a process sends (si_code <= 0), not a misaligned
 * address, and not the news that some page went bad without being touched (BUS_MCEERR_AO). */
static bool is_missing_memory(int code)
{
    return code == BUS_ADRERR || code == BUS_OBJERR || code == BUS_MCEERR_AR;
}

/* Whether it was a store that faulted, where the processor says so. */
static bool is_store(const void *context)
{
#if defined(__x86_64__)
    const ucontext_t *machine = context;
    return (machine->uc_mcontext.gregs[REG_ERR] & 2) != 0; /* bit 1 of the page fault's error code */
#else
    (void)context;
    return false;
#endif
}

static void set_default(void)
{
    struct sigaction standard = {.sa_handler = SIG_DFL};
    sigaction(SIGBUS, &standard, NULL);
}

/* Ends the process as it would have ended without us. A fault comes back when its instruction runs again, now
 * with the core dump showing that instruction; what was sent has to be sent again. */
static void act_by_default(int code)
{
    set_default();
    if (!is_missing_memory(code) && code != BUS_ADRALN)
        raise(SIGBUS);
}

static bool is_plain(const struct sigaction *action, void (*disposition)(int))
{
    return !(action->sa_flags & SA_SIGINFO) && action->sa_handler == disposition;
}

/* Calls a handler as the kernel would: with its mask, and back to the default first where it asked for that.
 */
static void call_previous(const struct sigaction *previous, int number, siginfo_t *information, void *context)
{
    sigset_t blocked = previous->sa_mask, before;
    if (!(previous->sa_flags & SA_NODEFER))
        sigaddset(&blocked, number);
    if (previous->sa_flags & (int)SA_RESETHAND)
        set_default();
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    if (previous->sa_flags & SA_SIGINFO)
        previous->sa_sigaction(number, information, context);
    else
        previous->sa_handler(number);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void handle(int level, int number, siginfo_t *information, void *context)
{
    guard *top = innermost;
    if (top != NULL && is_missing_memory(information->si_code) && fa__mappings_hold(information->si_addr)) {
        top->address = information->si_addr;
        top->stored = is_store(context);
        siglongjmp(top->jump, 1);
    }
    if (!atomic_load_explicit(&levels[level].used, memory_order_acquire))
        return;
    const struct sigaction *previous = &levels[level].previous;
    bool ignored = is_plain(previous, SIG_IGN);
    if (ignored && !is_missing_memory(information->si_code) && information->si_code != BUS_ADRALN)
        return;
    if (ignored || is_plain(previous, SIG_DFL))
        act_by_default(information->si_code);
    else
        call_previous(previous, number, information, context);
}

#define FOR_EACH_LEVEL(X) \
    X(0)                  \
    X(1)                  \
    X(2)                  \
    X(3)                  \
    X(4)                  \
    X(5)                  \
    X(6)                  \
    X(7)

#define DEFINE_HANDLER(level)                                                     \
    static void handle_##level(int number, siginfo_t *information, void *context) \
    {                                                                             \
        handle(level, number, information, context);                              \
    }
FOR_EACH_LEVEL(DEFINE_HANDLER)
#undef DEFINE_HANDLER

typedef void signal_handler(int, siginfo_t *, void *);

static signal_handler *const handlers[LEVELS] = {
#define NAME_HANDLER(level) handle_##level,
    FOR_EACH_LEVEL(NAME_HANDLER)
#undef NAME_HANDLER
};

/* ---- Installing ---- */

static bool is_ours(const struct sigaction *action)
{
    if (!(action->sa_flags & SA_SIGINFO))
        return false;
    for (int level = 0; level < LEVELS; level++)
        if (action->sa_sigaction == handlers[level])
            return true;
    return false;
}

static bool is_same(const struct sigaction *a, const struct sigaction *b)
{
    if ((a->sa_flags & SA_SIGINFO) != (b->sa_flags & SA_SIGINFO))
        return false;
    return a->sa_flags & SA_SIGINFO ? a->sa_sigaction == b->sa_sigaction : a->sa_handler == b->sa_handler;
}

/* The level for a predecessor: its own from before (a handler that comes and goes would use up all levels),
 * else the next one. When all are used, the last: its predecessor misses signals that are not ours, which
 * ends the process anyhow. */
static int level_for(const struct sigaction *previous)
{
    int level = 0;
    while (level < LEVELS - 1 && atomic_load(&levels[level].used) &&
           !is_same(&levels[level].previous, previous))
        level++;
    return level;
}

/* A forked child may find the lock held by a thread that it does not have; the levels are whole at every
 * moment. */
static void forget_lock(void)
{
    static const fa__mutex fresh = FA__MUTEX_INIT;
    installing = fresh;
}

static void forget_lock_in_children(void)
{
    fa__at_fork_child(forget_lock);
}

static void install(void)
{
    pthread_once(&forking, forget_lock_in_children);
    fa__mutex_lock(&installing);
    struct sigaction current;
    if (sigaction(SIGBUS, NULL, &current) == 0 && !is_ours(&current)) {
        int level = level_for(&current);
        if (!atomic_load(&levels[level].used)) {
            levels[level].previous = current;
            atomic_store_explicit(&levels[level].used, true, memory_order_release);
        }
        /* Not deferred, since the handler is left by a jump; on the alternative stack where the thread has
         * one. */
        struct sigaction ours = {.sa_sigaction = handlers[level],
                                 .sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK};
        sigaction(SIGBUS, &ours, NULL);
    }
    fa__mutex_unlock(&installing);
}

/* Asked at each guarded call, because others install handlers without telling: Python's faulthandler does. */
static void ensure_installed(void)
{
    struct sigaction current;
    if (sigaction(SIGBUS, NULL, &current) != 0 || !is_ours(&current))
        install();
}

/* A thread that has SIGBUS blocked dies of its fault without a handler being asked. The mask is given back as
 * it was, on both ways out: a handler that was put over ours and called it may have left more blocked. */
const void *fa__guarded(void (*body)(void *), void *argument)
{
    ensure_installed();
    sigset_t bus, before;
    sigemptyset(&bus);
    sigaddset(&bus, SIGBUS);
    pthread_sigmask(SIG_UNBLOCK, &bus, &before);

    guard here;
    here.outer = innermost;
    here.address = NULL;
    here.stored = false;
    if (sigsetjmp(here.jump, 0) == 0) {
        innermost = &here;
        atomic_signal_fence(memory_order_seq_cst); /* nothing of the body may move out of the guard */
        body(argument);
        atomic_signal_fence(memory_order_seq_cst);
    }
    innermost = here.outer;
    if (here.address != NULL || sigismember(&before, SIGBUS))
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (here.address != NULL) {
        last_fault.address = here.address;
        last_fault.stored = here.stored;
    }
    return here.address;
}

bool fa__fault_was_store(const void *address)
{
    return last_fault.address == address && last_fault.stored;
}
