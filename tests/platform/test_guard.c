/* SPDX-License-Identifier: BSD-3-Clause */
/* Guarded calls: faults survived on every thread, with any mask and stack, while files and mappings change.
 */
#include "platform/cut_file.h"

#include <pthread.h>
#include <stdatomic.h>

static void a_fault_is_an_address(void **state)
{
    (void)state;
    assert_null(fa__guarded(read_byte, cut_map.address));
    assert_ptr_equal(fa__guarded(read_byte, missing(5)), missing(5));
    assert_ptr_equal(fa__guarded(write_byte, missing(99)), missing(99));
    assert_null(fa__guarded(write_byte, cut_map.address + page));
    fa_error err = {0};
    assert_false(fa__map_fault(missing(5), &err));
    assert_int_equal(err.code, FA_MAP_FAULT);
    assert_non_null(strstr(err.message, in_folder("cut")));
}

/* Stores through a mapping into the holes of a sparse file, on a disk without room. */
static void fill(void *map)
{
    const fa__map *holes = map;
    for (size_t at = 0; at < holes->size; at += page)
        write_byte(holes->address + at);
}

static void a_store_into_a_hole_of_a_full_disk_is_a_full_disk(void **state)
{
    (void)state;
    if (!mount_small("small", "64k"))
        skip();
    fa_error err = {0};
    fa__file *file = fa__file_open(in_folder("small/sparse"), FA__OPEN_WRITE | FA__OPEN_CREATE, &err);
    fa__map map;
    assert_true(fa__file_truncate(file, 64 * (int64_t)page, &err));
    assert_true(fa__map_file(&map, file, 64 * page, true, &err));
    const char *fault = fa__guarded(fill, &map);
    assert_in_range(fault - map.address, page, 16 * page);
    assert_false(fa__map_fault(fault, &err));
    assert_int_equal(err.code, FA_DISK_FULL);
    assert_int_equal(err.byte_offset, fault - map.address);
    fa__map_release(&map);
    fa__file_close(file, NULL);
    unmount_small("small");
}

static void read_in_a_guard(void *address)
{
    if (fa__guarded(read_byte, address) != address)
        abort();
    read_byte(cut_map.address);
    read_byte((char *)address + 1); /* leaves through the outer guard */
    abort();
}

static void guards_nest(void **state)
{
    (void)state;
    for (size_t i = 0; i < 100; i++)
        assert_ptr_equal(fa__guarded(read_in_a_guard, missing(i * page)), missing(i * page) + 1);
}

/* ---- Threads, while the file is cut under them ---- */

enum { READERS = 4, FAULTS_EACH = 2500 };

static fa__file *changing_file;
static fa__map changing_map;
static atomic_bool stop_cutting;
static atomic_int faults_seen, reads_done;

static void sum_pages(void *sum)
{
    unsigned total = 0;
    for (size_t at = 0; at < changing_map.size; at += 512)
        total += *(volatile unsigned char *)(changing_map.address + at);
    *(volatile unsigned *)sum = total;
}

static void read_until_enough_faults(void *failure)
{
    const unsigned whole = (unsigned)(changing_map.size / 512);
    for (int faults = 0; faults < FAULTS_EACH;) {
        unsigned sum = 0;
        const char *fault = fa__guarded(sum_pages, &sum);
        if (fault != NULL) {
            faults++;
            if (fault < changing_map.address || fault >= changing_map.address + changing_map.size || sum != 0)
                *(const char **)failure = "a fault outside of the mapping";
        } else {
            atomic_fetch_add(&reads_done, 1);
            if (sum > whole) /* what is refilled may be zero still */
                *(const char **)failure = "a wrong sum";
        }
        atomic_fetch_add(&faults_seen, fault != NULL);
    }
}

static void cut_and_fill(void *failure)
{
    fa_error err = {0};
    char *bytes = malloc(changing_map.size);
    memset(bytes, 1, changing_map.size);
    for (unsigned i = 0; !atomic_load(&stop_cutting); i++) {
        fa__file_truncate(changing_file, (int64_t)(i % PAGES * page), &err);
        fa__thread_yield();
        if (i % 16 == 15)
            fa__file_write(changing_file, 0, bytes, changing_map.size, &err);
    }
    free(bytes);
    if (fa_failed(&err))
        *(const char **)failure = "the file could not be cut or filled";
}

static void ten_thousand_faults_on_four_threads(void **state)
{
    (void)state;
    fa_error err = {0};
    changing_file = fa__file_open(in_folder("changing"), FA__OPEN_WRITE | FA__OPEN_CREATE, &err);
    assert_true(fa__file_reserve(changing_file, (int64_t)(PAGES * page), &err));
    assert_true(fa__map_file(&changing_map, changing_file, PAGES * page, false, &err));
    const char *failures[READERS + 1] = {NULL};
    fa__thread *threads[READERS + 1];
    for (int i = 0; i < READERS; i++)
        threads[i] = fa__thread_start("reader", read_until_enough_faults, &failures[i], &err);
    threads[READERS] = fa__thread_start("cutter", cut_and_fill, &failures[READERS], &err);
    assert_false(fa_failed(&err));
    for (int i = 0; i < READERS; i++)
        fa__thread_join(threads[i]);
    atomic_store(&stop_cutting, true);
    fa__thread_join(threads[READERS]);
    for (int i = 0; i <= READERS; i++)
        assert_null(failures[i]);
    assert_int_equal(atomic_load(&faults_seen), READERS * FAULTS_EACH);
    fa__map_release(&changing_map);
    fa__file_close(changing_file, NULL);
}

/* Mappings come and go in the register while faults look into it. */
static void map_and_release(void *failure)
{
    fa_error err = {0};
    fa__file *file = fa__file_open(in_folder("cut"), FA__OPEN_READ, &err);
    while (!atomic_load(&stop_cutting) && !fa_failed(&err)) {
        fa__map maps[5];
        for (int i = 0; i < 5; i++)
            fa__map_file(&maps[i], file, (size_t)(i + 1) * page, false, &err);
        for (int i = 0; i < 5; i++)
            fa__map_release(&maps[i]);
    }
    fa__file_close(file, &err);
    if (fa_failed(&err))
        *(const char **)failure = "mapping failed";
}

static void the_register_changes_under_faults(void **state)
{
    (void)state;
    fa_error err = {0};
    atomic_store(&stop_cutting, false);
    const char *failures[2] = {NULL};
    fa__thread *threads[2];
    for (int i = 0; i < 2; i++)
        threads[i] = fa__thread_start("mapper", map_and_release, &failures[i], &err);
    for (size_t i = 0; i < 500; i++)
        assert_ptr_equal(fa__guarded(read_byte, missing(i * 37)), missing(i * 37));
    atomic_store(&stop_cutting, true);
    for (int i = 0; i < 2; i++) {
        fa__thread_join(threads[i]);
        assert_null(failures[i]);
    }
}

/* ---- Masks and stacks ---- */

static sigset_t mask_now(void)
{
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    return mask;
}

static void the_mask_is_given_back(void **state)
{
    (void)state;
    sigset_t some, before = mask_now();
    sigemptyset(&some);
    sigaddset(&some, SIGBUS);
    sigaddset(&some, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &some, NULL);
    for (int round = 0; round < 3; round++) {
        char *address = round == 1 ? cut_map.address : missing(1);
        assert_ptr_equal(fa__guarded(read_byte, address), round == 1 ? NULL : address);
        sigset_t after = mask_now();
        assert_true(sigismember(&after, SIGBUS));
        assert_true(sigismember(&after, SIGUSR1));
        assert_false(sigismember(&after, SIGUSR2));
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    assert_ptr_equal(fa__guarded(read_byte, missing(1)), missing(1));
    sigset_t after = mask_now();
    assert_false(sigismember(&after, SIGBUS));
}

static void *fault_on_a_foreign_thread(void *argument)
{
    (void)argument;
    return fa__guarded(read_byte, missing(3)) == missing(3) ? NULL : "no fault";
}

/* A thread that farray did not start, with every signal blocked. */
static void threads_with_all_signals_blocked_survive(void **state)
{
    (void)state;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, fault_on_a_foreign_thread, NULL), 0);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    void *failure;
    pthread_join(thread, &failure);
    assert_null(failure);
}

static int fault_on_an_alternative_stack(void *argument)
{
    (void)argument;
    static char stack[1 << 16];
    stack_t alternative = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&alternative, NULL);
    for (size_t i = 0; i < 1000; i++)
        if (fa__guarded(read_byte, missing(i)) != missing(i))
            return 1;
    return 0;
}

static void an_alternative_stack_is_used_and_left(void **state)
{
    (void)state;
    assert_int_equal(in_child(fault_on_an_alternative_stack, NULL), 0);
}

/* ---- Forks ---- */

static int fault_in_the_child(void *argument)
{
    (void)argument;
    fa_error err = {0};
    fa__map map;
    fa__file *file = fa__file_open(in_folder("cut"), FA__OPEN_READ, &err);
    alarm(20); /* a lock that nobody gives back ends the child */
    if (!fa__map_file(&map, file, page, false, &err) || fa__guarded(read_byte, missing(1)) != missing(1))
        return 1;
    fa__map_release(&map);
    fa__file_close(file, &err);
    return fa_failed(&err);
}

/* A fork while another thread holds the register's lock, most of the time. */
static void children_of_busy_parents_work(void **state)
{
    (void)state;
    fa_error err = {0};
    const char *failure = NULL;
    atomic_store(&stop_cutting, false);
    fa__thread *mapper = fa__thread_start("mapper", map_and_release, &failure, &err);
    for (int i = 0; i < 40; i++)
        assert_int_equal(in_child(fault_in_the_child, NULL), 0);
    atomic_store(&stop_cutting, true);
    fa__thread_join(mapper);
    assert_null(failure);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_is_an_address),
        cmocka_unit_test(a_store_into_a_hole_of_a_full_disk_is_a_full_disk),
        cmocka_unit_test(guards_nest),
        cmocka_unit_test(ten_thousand_faults_on_four_threads),
        cmocka_unit_test(the_register_changes_under_faults),
        cmocka_unit_test(the_mask_is_given_back),
        cmocka_unit_test(threads_with_all_signals_blocked_survive),
        cmocka_unit_test(an_alternative_stack_is_used_and_left),
        cmocka_unit_test(children_of_busy_parents_work),
    };
    return cmocka_run_group_tests(tests, make_cut_file, remove_cut_file);
}
