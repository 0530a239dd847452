/* SPDX-License-Identifier: BSD-3-Clause */
/* Guarded calls: faults survived on every thread, while others change handlers, masks and stacks; and every
 * signal that is not ours reaching whom it reached before. */
#include "platform/folder.h"

#include "platform/platform.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>

enum { PAGES = 8 };

static size_t page;
static fa__file *cut_file;
static fa__map cut_map; /* of PAGES pages, of which the file has the first two */

static volatile unsigned sink;

static void read_byte(void *address)
{
    sink += *(volatile unsigned char *)address;
}

static void write_byte(void *address)
{
    *(volatile unsigned char *)address = 1;
}

static char *missing(size_t number)
{
    return cut_map.address + (2 + number % (PAGES - 2)) * page + number % page;
}

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

/* ---- Threads, while the file is cut under them
 * ----------------------------------------------------------------- */

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

/* ---- Masks and stacks
 * ----------------------------------------------------------------------------------------- */

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

/* ---- Signals that are not ours, each in a child
 * ---------------------------------------------------------------- */

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

/* ---- Forks
 * ---------------------------------------------------------------------------------------------------- */

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

static int make_cut_file(void **state)
{
    page = fa__page_size();
    fa_error err = {0};
    if (make_folder(state) != 0)
        return 1;
    cut_file = fa__file_open(in_folder("cut"), FA__OPEN_WRITE | FA__OPEN_CREATE, &err);
    fa__file_reserve(cut_file, (int64_t)(PAGES * page), &err);
    fa__map_file(&cut_map, cut_file, PAGES * page, true, &err);
    fa__file_truncate(cut_file, (int64_t)(2 * page), &err);
    return fa_failed(&err);
}

static int remove_cut_file(void **state)
{
    fa__map_release(&cut_map);
    fa__file_close(cut_file, NULL);
    return remove_folder(state);
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
        cmocka_unit_test(signals_that_are_not_ours_go_where_they_went),
        cmocka_unit_test(an_ignored_signal_stays_ignored),
        cmocka_unit_test(a_handler_that_calls_ours_makes_no_circle),
        cmocka_unit_test(a_handler_that_calls_ours_with_the_signal_blocked_leaves_it_open),
        cmocka_unit_test(a_handler_may_come_and_go),
        cmocka_unit_test(a_handler_may_jump),
        cmocka_unit_test(a_handler_for_one_call_gets_one_call),
        cmocka_unit_test(children_of_busy_parents_work),
    };
    return cmocka_run_group_tests(tests, make_cut_file, remove_cut_file);
}
