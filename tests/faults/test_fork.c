/* SPDX-License-Identifier: BSD-3-Clause */
/* fork: the child of a process whose pool lives, and of one that computes at this very moment on another
 * thread, opens, computes, saves and exits. One that waits for a lock which nobody will give back is ended by
 * its alarm. */
#include "faults/arrays.h"

#include "storage/storage.h"

#include <farray/kernel.h>

#include <pthread.h>
#include <stdatomic.h>

enum { ROWS = 200, COLUMNS = 100, ELEMENTS = ROWS * COLUMNS };

/* What threads hold when the process is forked is not the sanitizers' to say. */
FA_API const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    return "die_after_fork=0";
}

/* Opens, computes and looks; 0 when all is right. */
static int compute(const char *name)
{
    fa_error err = {0};
    fa_array *a = fa_open(in_folder("a.npy"), FA_READ_ONLY, NULL, &err);
    fa_array *x = fa_eval("(a - mean(a)).T + a.T", FA_VARS({"a", a}), &err);
    fa_save(in_folder(name), x, NULL, &err);
    fa_array *sum = fa_eval("sum(x)", FA_VARS({"x", x}), &err);
    double found = fa_item_float64(sum, &err);
    fa_release(sum);
    fa_release(x);
    fa_release(a);
    if (fa_failed(&err))
        fprintf(stderr, "%s\n", err.message);
    return fa_failed(&err) || found != ELEMENTS * (ELEMENTS + 1) / 2.0;
}

static fa_array *shared; /* pending in the parent when it forks */

static int child(void *argument)
{
    (void)argument;
    alarm(30);
    fa_error err = {0};
    int status = compute("child.npy");
    double first = fa_get_float64(shared, FA_COORDS(0, 0), &err);
    status += fa_failed(&err) || first != 2;
    fa_release(shared);
    return status;
}

static int make_shared(void **state)
{
    fa_error err = {0};
    if (make_folder(state) != 0)
        return 1;
    make_numbers(in_folder("a.npy"), ROWS, COLUMNS, &err);
    fa_array *a = fa_open(in_folder("a.npy"), FA_READ_ONLY, NULL, &err);
    shared = fa_eval("a * 2", FA_VARS({"a", a}), &err);
    fa_release(a);
    return fa_failed(&err);
}

static int forget_shared(void **state)
{
    fa_release(shared);
    return remove_folder(state);
}

static int rounds(void)
{
    return is_long() ? 10000 : SANITIZED ? 10 : 40;
}

static void a_child_computes_where_the_pool_lived(void **state)
{
    (void)state;
    for (int i = 0; i < rounds(); i++) {
        assert_int_equal(compute("parent.npy"), 0);
        assert_int_equal(in_child(child, NULL), 0);
    }
    assert_int_equal(compute("parent.npy"), 0);
}

/* In the child the callback stops what nobody computes there any more. */
static bool fork_once(const fa_progress *progress, void *user)
{
    pid_t *made = user;
    (void)progress;
    if (*made == 0)
        *made = fork();
    return *made != 0;
}

static void a_child_of_a_callback_leaves_its_parents_result_alone(void **state)
{
    (void)state;
    fa_error err = {0};
    pid_t made = 0;
    int status = 1;
    const fa_evaluate_options options = {.progress = fork_once, .user = &made};
    fa_array *x = fa_eval("tanh(exp(sin(arange(6e6)))) + 1", FA_VARS(), &err);
    fa_evaluate_all(&(fa_output){.array = x, .path = in_folder("forked.npy")}, 1, &options, &err);
    if (made == 0) /* the child, which was told that it is one: FA_CANCELLED */
        _exit(err.code == FA_CANCELLED ? 0 : 1);
    assert_false(fa_failed(&err));
    fa_release(x);
    assert_true(made > 0);
    assert_int_equal(waitpid(made, &status, 0), made);
    assert_int_equal(status, 0);
    fa_array *back = fa_open(in_folder("forked.npy"), FA_READ_ONLY, NULL, &err);
    assert_false(fa_failed(&err));
    fa_release(back);
}

static atomic_bool enough;

static void *compute_on(void *argument)
{
    const char *name = argument;
    while (!atomic_load(&enough))
        if (compute(name) != 0)
            return argument;
    return NULL;
}

static void a_child_computes_past_the_page_cache(void **state)
{
    fa__set_io_mode(FA__IO_DIRECT);
    a_child_computes_where_the_pool_lived(state);
    fa__set_io_mode(FA__IO_AUTO);
}

/* The sanitizers' own mallocs forget to give back their locks in a child of threads that allocate; glibc's
 * does not. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { MALLOC_SURVIVES_FORK = false };
#else
enum { MALLOC_SURVIVES_FORK = true };
#endif

static void a_child_computes_while_its_parent_did(void **state)
{
    (void)state;
    if (!MALLOC_SURVIVES_FORK)
        skip();
    pthread_t threads[2];
    void *wrong;
    static char *const names[] = {"one.npy", "two.npy"};
    atomic_store(&enough, false);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, compute_on, names[i]), 0);
    for (int i = 0; i < 3 * rounds(); i++)
        assert_int_equal(in_child(child, NULL), 0);
    atomic_store(&enough, true);
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], &wrong);
        assert_null(wrong);
    }
    assert_int_equal(compute("parent.npy"), 0);
}

static void a_child_computes_while_its_parent_reads_past_the_page_cache(void **state)
{
    fa__set_io_mode(FA__IO_DIRECT);
    a_child_computes_while_its_parent_did(state);
    fa__set_io_mode(FA__IO_AUTO);
}

static int nothing(const void *const *in, void *const *out, void *user)
{
    (void)in, (void)user;
    *(double *)out[0] = 0;
    return 0;
}

/* Where there are many kernels their lock is held for long. */
static void *look_up(void *unused)
{
    fa_error err = {0};
    while (!atomic_load(&enough)) {
        fa_release(fa_eval("sin", FA_VARS(), &err));
        fa_error_clear(&err);
    }
    return unused;
}

static int look_up_and_register(void *kernel)
{
    fa_error err = {0};
    alarm(30);
    fa_release(fa_eval("kernel7(1)", FA_VARS(), &err));
    fa_kernel_register(kernel, &err);
    return fa_failed(&err);
}

static void a_child_looks_names_up_while_its_parent_did(void **state)
{
    (void)state;
    if (!MALLOC_SURVIVES_FORK)
        skip();
    fa_error err = {0};
    fa_type type = FA_TYPE_FLOAT64;
    char name[32];
    fa_kernel kernel = {.abi = FA_KERNEL_ABI,
                        .name = name,
                        .input_count = 1,
                        .output_count = 1,
                        .inputs = &type,
                        .outputs = &type,
                        .element = nothing};
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "kernel%d", i);
        fa_kernel_register(&kernel, &err);
    }
    assert_false(fa_failed(&err));
    snprintf(name, sizeof name, "of_the_child");
    pthread_t thread;
    atomic_store(&enough, false);
    assert_int_equal(pthread_create(&thread, NULL, look_up, NULL), 0);
    for (int i = 0; i < rounds(); i++)
        assert_int_equal(in_child(look_up_and_register, &kernel), 0);
    atomic_store(&enough, true);
    pthread_join(thread, NULL);
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "kernel%d", i);
        fa_kernel_unregister(name, &err);
    }
    assert_false(fa_failed(&err));
}

static int wait_for_ever(void *argument)
{
    alarm(1);
    pthread_mutex_lock(argument);
    return 0;
}

/* The negative control: a lock that the parent holds stays locked in the child, and the alarm tells. */
static void a_lock_that_is_lost_is_noticed(void **state)
{
    (void)state;
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&mutex);
    assert_int_equal(in_child(wait_for_ever, &mutex), 256 + SIGALRM);
    pthread_mutex_unlock(&mutex);
}

int main(void)
{
    setenv("FARRAY_THREADS", "3", 1);
    setenv("FARRAY_TILE", "4096", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lock_that_is_lost_is_noticed),
        cmocka_unit_test_setup_teardown(a_child_computes_where_the_pool_lived, make_shared, forget_shared),
        cmocka_unit_test_setup_teardown(a_child_of_a_callback_leaves_its_parents_result_alone, make_shared,
                                        forget_shared),
        cmocka_unit_test_setup_teardown(a_child_computes_while_its_parent_did, make_shared, forget_shared),
        cmocka_unit_test_setup_teardown(a_child_computes_past_the_page_cache, make_shared, forget_shared),
        cmocka_unit_test_setup_teardown(a_child_computes_while_its_parent_reads_past_the_page_cache,
                                        make_shared, forget_shared),
        cmocka_unit_test(a_child_looks_names_up_while_its_parent_did),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
