/* SPDX-License-Identifier: BSD-3-Clause */
/* Threads, mutexes, conditions, the clock, and what is forgotten in a child. */
#include "platform/folder.h"

#include "platform/platform.h"

#include <math.h>
#include <pthread.h>
#include <sys/resource.h>

static fa__mutex mutex = FA__MUTEX_INIT;
static fa__condition condition = FA__CONDITION_INIT;

struct seen {
    char name[16];
    sigset_t mask;
};

static void look_around(void *argument)
{
    struct seen *seen = argument;
    pthread_getname_np(pthread_self(), seen->name, sizeof seen->name);
    pthread_sigmask(SIG_SETMASK, NULL, &seen->mask);
}

static void a_thread_has_its_name_and_only_signals_of_faults(void **state)
{
    (void)state;
    static const int open_signals[] = {SIGBUS, SIGSEGV, SIGFPE, SIGILL};
    static const int blocked_signals[] = {SIGINT, SIGTERM, SIGALRM, SIGPROF, SIGUSR1, SIGCHLD, SIGXFSZ};
    fa_error err = {0};
    sigset_t bus, mine;
    sigemptyset(&bus);
    sigaddset(&bus, SIGBUS);
    pthread_sigmask(SIG_BLOCK, &bus, NULL); /* the parent's mask is not the thread's */
    struct seen seen;
    fa__thread *thread = fa__thread_start("farray-worker-with-a-long-name", look_around, &seen, &err);
    pthread_sigmask(SIG_SETMASK, NULL, &mine);
    assert_true(sigismember(&mine, SIGBUS));
    assert_false(sigismember(&mine, SIGINT));
    pthread_sigmask(SIG_UNBLOCK, &bus, NULL);
    fa__thread_join(thread);
    assert_string_equal(seen.name, "farray-worker-w");
    for (size_t i = 0; i < sizeof open_signals / sizeof *open_signals; i++)
        assert_false(sigismember(&seen.mask, open_signals[i]));
    for (size_t i = 0; i < sizeof blocked_signals / sizeof *blocked_signals; i++)
        assert_true(sigismember(&seen.mask, blocked_signals[i]));
    fa__thread_join(NULL);
}

static void do_nothing(void *argument)
{
    (void)argument;
}

static int start_one_too_many(void *argument)
{
    (void)argument;
    struct rlimit limit = {0, 0};
    if (setrlimit(RLIMIT_NPROC, &limit) != 0 || (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0))
        return 1;
    fa_error err = {0};
    fa__thread *thread = fa__thread_start("one", do_nothing, NULL, &err);
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    return thread != NULL || err.code != FA_NO_MEMORY || err.system_errno == 0 || sigismember(&mask, SIGINT);
}

static void a_thread_too_many_is_an_error(void **state)
{
    (void)state;
    assert_int_equal(in_child(start_one_too_many, NULL), 0);
    fa_error failed = {0};
    fa__fail(&failed, FA_CANCELLED, "before");
    assert_null(fa__thread_start("two", do_nothing, NULL, &failed));
}

static int counter, turns[2];

static void count_up(void *argument)
{
    (void)argument;
    for (int i = 0; i < 20000; i++) {
        fa__mutex_lock(&mutex);
        counter++;
        fa__mutex_unlock(&mutex);
    }
}

static void a_mutex_keeps_threads_apart(void **state)
{
    (void)state;
    fa_error err = {0};
    fa__thread *threads[4];
    for (int i = 0; i < 4; i++)
        threads[i] = fa__thread_start("count", count_up, NULL, &err);
    for (int i = 0; i < 4; i++)
        fa__thread_join(threads[i]);
    assert_int_equal(counter, 80000);
}

static void take_turns(void *argument)
{
    const int mine = *(const int *)argument;
    fa__mutex_lock(&mutex);
    for (int i = 0; i < 500; i++) {
        while (counter % 2 != mine)
            fa__condition_wait(&condition, &mutex);
        counter++;
        turns[mine]++;
        if (i % 2 == 0)
            fa__condition_signal(&condition);
        else
            fa__condition_broadcast(&condition);
    }
    fa__mutex_unlock(&mutex);
}

static void conditions_wake(void **state)
{
    (void)state;
    int numbers[2] = {0, 1};
    fa_error err = {0};
    counter = 0;
    fa__thread *threads[2];
    for (int i = 0; i < 2; i++)
        threads[i] = fa__thread_start("turns", take_turns, &numbers[i], &err);
    for (int i = 0; i < 2; i++)
        fa__thread_join(threads[i]);
    assert_int_equal(counter, 1000);
    assert_int_equal(turns[0], 500);
    assert_int_equal(turns[1], 500);
}

static void waiting_ends_on_time(void **state)
{
    (void)state;
    static const double times[] = {0, -1, 0.001, 0.05, -INFINITY};
    fa__mutex_lock(&mutex);
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        double begin = fa__now();
        while (fa__condition_wait_for(&condition, &mutex,
                                      times[i])) /* woken for nothing, as conditions may be */
            continue;
        double passed = fa__now() - begin;
        assert_true(passed >= times[i]);
        assert_true(passed < 5);
    }
    fa__mutex_unlock(&mutex);
}

static void wake_in_a_moment(void *argument)
{
    usleep(20000);
    fa__mutex_lock(&mutex);
    *(bool *)argument = true;
    fa__condition_broadcast(&condition);
    fa__mutex_unlock(&mutex);
}

static void waiting_for_ever_can_be_woken(void **state)
{
    (void)state;
    static const double times[] = {INFINITY, NAN, 1e300, 1e9, 1e8};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        fa_error err = {0};
        bool woken = false;
        fa__thread *thread = fa__thread_start("waker", wake_in_a_moment, &woken, &err);
        fa__mutex_lock(&mutex);
        while (!woken)
            assert_true(fa__condition_wait_for(&condition, &mutex, times[i]));
        fa__mutex_unlock(&mutex);
        fa__thread_join(thread);
    }
}

static void the_clock_goes_forward(void **state)
{
    (void)state;
    double last = fa__now();
    for (int i = 0; i < 1000; i++) {
        double now = fa__now();
        assert_true(now >= last);
        last = now;
        fa__thread_yield();
    }
    usleep(2000);
    assert_true(fa__now() >= last + 0.002);
}

static int forgotten;

static void forget(void)
{
    forgotten++;
}

static int count_forgotten(void *argument)
{
    (void)argument;
    return forgotten;
}

static void children_forget(void **state)
{
    (void)state;
    fa__at_fork_child(forget);
    assert_int_equal(in_child(count_forgotten, NULL), 1);
    assert_int_equal(forgotten, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thread_has_its_name_and_only_signals_of_faults),
        cmocka_unit_test(a_thread_too_many_is_an_error),
        cmocka_unit_test(a_mutex_keeps_threads_apart),
        cmocka_unit_test(conditions_wake),
        cmocka_unit_test(waiting_ends_on_time),
        cmocka_unit_test(waiting_for_ever_can_be_woken),
        cmocka_unit_test(the_clock_goes_forward),
        cmocka_unit_test(children_forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
