/* SPDX-License-Identifier: BSD-3-Clause */
/* Guarded calls beside the signal handlers of others: a SIGBUS that is not ours reaches whom it reached
 * before, and handlers may come, go, call ours, jump, or ask for one call only. */
#include "platform/cut_file.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>

static sigset_t mask_now(void)
{
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    return mask;
}

static atomic_int foreign_calls;
static struct sigaction chained;

static void end_with_7(int number, siginfo_t *information, void *context)
{
    (void)number;
    (void)information;
    (void)context;
    _exit(7);
}

static void call_chained(int number, siginfo_t *information, void *context)
{
    atomic_fetch_add(&foreign_calls, 1);
    if (atomic_load(&foreign_calls) > 3) /* goes round for ever */
        _exit(66);
    chained.sa_sigaction(number, information, context);
}

static void set_handler(void (*handler)(int, siginfo_t *, void *), int flags, struct sigaction *before)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags};
    sigaction(SIGBUS, &action, before);
}

static void set_default(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigaction(SIGBUS, &action, NULL);
}

/* Memory that faults and that farray did not map. */
static char *foreign_memory(void)
{
    char path[] = "/var/tmp/farray-foreign-XXXXXX";
    int descriptor = mkstemp(path);
    unlink(path);
    char *address = mmap(NULL, page, PROT_READ, MAP_SHARED, descriptor, 0);
    close(descriptor);
    return address;
}

enum way { UNGUARDED_OURS, UNGUARDED_FOREIGN, GUARDED_FOREIGN, SENT, SENT_IN_A_GUARD };

static void send_bus(void *argument)
{
    (void)argument;
    raise(SIGBUS);
}

static void cause(enum way way)
{
    switch (way) {
    case UNGUARDED_OURS:
        read_byte(missing(1));
        break;
    case UNGUARDED_FOREIGN:
        read_byte(foreign_memory());
        break;
    case GUARDED_FOREIGN:
        fa__guarded(read_byte, foreign_memory());
        break;
    case SENT:
        raise(SIGBUS);
        break;
    case SENT_IN_A_GUARD:
        fa__guarded(send_bus, NULL);
        break;
    }
}

static int with_an_earlier_handler(void *way)
{
    set_handler(end_with_7, 0, NULL);
    /* The parent installed ours already: make it put itself over the handler again. */
    if (fa__guarded(read_byte, missing(2)) != missing(2))
        return 1;
    cause(*(enum way *)way);
    return 2;
}

static int with_the_default(void *way)
{
    set_default();
    if (fa__guarded(read_byte, missing(2)) != missing(2))
        return 1;
    cause(*(enum way *)way);
    return 2;
}

static void signals_that_are_not_ours_go_where_they_went(void **state)
{
    (void)state;
    for (enum way way = UNGUARDED_OURS; way <= SENT_IN_A_GUARD; way++) {
        assert_int_equal(in_child(with_an_earlier_handler, &way), 7);
        assert_int_equal(in_child(with_the_default, &way), 256 + SIGBUS);
    }
}

static int with_ignored_signals(void *argument)
{
    (void)argument;
    signal(SIGBUS, SIG_IGN);
    if (fa__guarded(read_byte, missing(2)) != missing(2))
        return 1;
    raise(SIGBUS);         /* ignored as before */
    read_byte(missing(2)); /* the kernel lets nobody ignore this one */
    return 2;
}

static void an_ignored_signal_stays_ignored(void **state)
{
    (void)state;
    assert_int_equal(in_child(with_ignored_signals, NULL), 256 + SIGBUS);
}

static int with_a_handler_over_ours(void *argument)
{
    (void)argument;
    set_handler(end_with_7, 0, NULL);
    fa__guarded(read_byte, cut_map.address); /* ours over end_with_7 */
    set_handler(call_chained, 0, &chained);  /* over ours, which it calls */
    if (fa__guarded(read_byte, missing(2)) != missing(2) || atomic_load(&foreign_calls) != 0)
        return 1;
    cause(UNGUARDED_FOREIGN); /* ours, call_chained, ours below it, end_with_7 */
    return 2;
}

static void a_handler_that_calls_ours_makes_no_circle(void **state)
{
    (void)state;
    assert_int_equal(in_child(with_a_handler_over_ours, NULL), 7);
}

static volatile bool installs_itself;

static void fault_below_a_foreign_handler(void *address)
{
    if (installs_itself)
        set_handler(call_chained, 0, &chained); /* after the check, as another thread could */
    read_byte(address);
}

static int with_a_handler_that_blocks_all(void *argument)
{
    (void)argument;
    fa__guarded(read_byte, cut_map.address);
    installs_itself = true;
    sigset_t before = mask_now();
    if (fa__guarded(fault_below_a_foreign_handler, missing(4)) != missing(4) ||
        atomic_load(&foreign_calls) != 1)
        return 1;
    sigset_t after = mask_now(); /* SIGBUS was blocked while call_chained ran */
    if (sigismember(&after, SIGBUS) != sigismember(&before, SIGBUS))
        return 2;
    installs_itself = false;
    return fa__guarded(read_byte, missing(5)) == missing(5) ? 0 : 3;
}

static void a_handler_that_calls_ours_with_the_signal_blocked_leaves_it_open(void **state)
{
    (void)state;
    assert_int_equal(in_child(with_a_handler_that_blocks_all, NULL), 0);
}

/* Python's faulthandler, in short: over ours, and off again by putting back what it found, a thousand times.
 */
static int with_a_handler_that_comes_and_goes(void *argument)
{
    (void)argument;
    for (size_t i = 0; i < 1000; i++) {
        struct sigaction before;
        set_handler(end_with_7, SA_NODEFER, &before);
        if (fa__guarded(read_byte, missing(i)) != missing(i))
            return 1;
        sigaction(SIGBUS, &before, NULL);
        if (fa__guarded(read_byte, missing(i)) != missing(i))
            return 2;
    }
    set_default();
    if (fa__guarded(read_byte, missing(1)) != missing(1))
        return 3;
    cause(SENT);
    return 4;
}

static void a_handler_may_come_and_go(void **state)
{
    (void)state;
    assert_int_equal(in_child(with_a_handler_that_comes_and_goes, NULL), 256 + SIGBUS);
}

static sigjmp_buf foreign_jump;

static void jump_away(int number, siginfo_t *information, void *context)
{
    (void)number;
    (void)information;
    (void)context;
    siglongjmp(foreign_jump, 1);
}

/* Another library that survives its own faults as we do. */
static int with_a_handler_that_jumps(void *argument)
{
    (void)argument;
    set_handler(jump_away, 0, NULL);
    fa__guarded(read_byte, cut_map.address);
    char *foreign = foreign_memory();
    for (volatile size_t i = 0; i < 1000; i++) {
        if (sigsetjmp(foreign_jump, 1) == 0) {
            read_byte(foreign);
            return 1;
        }
        if (fa__guarded(read_byte, missing(i)) != missing(i))
            return 2;
    }
    return 0;
}

static void a_handler_may_jump(void **state)
{
    (void)state;
    assert_int_equal(in_child(with_a_handler_that_jumps, NULL), 0);
}

static void raise_again(int number)
{
    raise(number);
    _exit(9);
}

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WITH_THREAD_SANITIZER
#endif
#elif defined(__SANITIZE_THREAD__)
#define WITH_THREAD_SANITIZER
#endif

/* The common crash handler: asks for one call, does its work, raises the signal again. */
static int with_a_handler_for_one_call(void *argument)
{
    (void)argument;
    struct sigaction action = {.sa_handler = raise_again, .sa_flags = (int)(SA_RESETHAND | SA_NODEFER)};
    sigaction(SIGBUS, &action, NULL);
    fa__guarded(read_byte, cut_map.address);
    cause(UNGUARDED_FOREIGN);
    return 2;
}

static void a_handler_for_one_call_gets_one_call(void **state)
{
    (void)state;
#ifdef WITH_THREAD_SANITIZER
    print_message("skipped: ThreadSanitizer blocks every signal while a handler runs\n");
    skip();
#endif
    assert_int_equal(in_child(with_a_handler_for_one_call, NULL), 256 + SIGBUS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signals_that_are_not_ours_go_where_they_went),
        cmocka_unit_test(an_ignored_signal_stays_ignored),
        cmocka_unit_test(a_handler_that_calls_ours_makes_no_circle),
        cmocka_unit_test(a_handler_that_calls_ours_with_the_signal_blocked_leaves_it_open),
        cmocka_unit_test(a_handler_may_come_and_go),
        cmocka_unit_test(a_handler_may_jump),
        cmocka_unit_test(a_handler_for_one_call_gets_one_call),
    };
    return cmocka_run_group_tests(tests, make_cut_file, remove_cut_file);
}
