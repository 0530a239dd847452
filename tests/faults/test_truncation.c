/* SPDX-License-Identifier: BSD-3-Clause */
/* Files that are cut while they are read through evaluations: every round ends with the right values or with
 * an error that names the file; no signal arrives, and the process goes on computing. */
#include "faults/arrays.h"

#include "storage/storage.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <time.h>

enum { ROWS = 256, COLUMNS = 128, ELEMENTS = ROWS * COLUMNS, HEADER = 128, WHOLE = HEADER + 8 * ELEMENTS };

static unsigned long long state_of_random;

static unsigned random_number(unsigned below)
{
    state_of_random = state_of_random * 6364136223846793005ull + 1442695040888963407ull;
    return (unsigned)(state_of_random >> 33) % below;
}

/* The thread that cuts: waits for a round, spins for a while, and cuts the file. */
static struct {
    atomic_int round, done;
    int file;
    unsigned spins;
    long length;
} cutter;

static void *cut_files(void *argument)
{
    (void)argument;
    for (int seen = 0;;) {
        int round = atomic_load(&cutter.round);
        if (round < 0)
            return NULL;
        if (round == seen) {
            sched_yield();
            continue;
        }
        seen = round;
        for (atomic_uint i = 0; i < cutter.spins; i++)
            ;
        if (ftruncate(cutter.file, cutter.length) != 0)
            abort();
        atomic_store(&cutter.done, round);
    }
}

static double value_of(int64_t i)
{
    return (double)(i + 1);
}

/* What is computed of the file. */
static const char *const questions[] = {
    "a * 2",   "sum(a)",         "a.T + 1",        "astype(a, 'f4')",
    "a[::-1]", "max(a, axis=0)", "sum(a, axis=1)", "(a - 1) / max(a) + sqrt(a) * 0",
    "a.T"};
enum { QUESTIONS = sizeof questions / sizeof questions[0] };

/* Whether all values of a result are right. */
static bool is_right(int question, const double *x)
{
    double sum = 0;
    for (int64_t i = 0; i < ELEMENTS; i++) {
        int64_t row = i / COLUMNS, column = i % COLUMNS;
        switch (question) {
        case 0:
            if (x[i] != 2 * value_of(i))
                return false;
            break;
        case 2:
            if (x[column * ROWS + row] != value_of(i) + 1)
                return false;
            break;
        case 3:
            if (x[i] != value_of(i))
                return false;
            break;
        case 4:
            if (x[(ROWS - 1 - row) * COLUMNS + column] != value_of(i))
                return false;
            break;
        case 5:
            if (x[column] != value_of((int64_t)(ROWS - 1) * COLUMNS + column))
                return false;
            break;
        case 6:
            sum = column == 0 ? value_of(i) : sum + value_of(i);
            if (column == COLUMNS - 1 && x[row] != sum)
                return false;
            break;
        case 8:
            if (x[column * ROWS + row] != value_of(i))
                return false;
            break;
        case 7:
            if (x[i] != (value_of(i) - 1) / ELEMENTS)
                return false;
            break;
        default:
            return x[0] == (double)ELEMENTS * (ELEMENTS + 1) / 2;
        }
    }
    return true;
}

static void write_whole(int file, const char *bytes)
{
    assert_int_equal(pwrite(file, bytes, WHOLE, 0), WHOLE);
}

static int faults, successes, saved;

/* One evaluation of a file that is cut meanwhile. */
static void one_round(int round, int file, const char *bytes, double *values)
{
    fa_error err = {0};
    int question = (int)random_number(QUESTIONS);
    bool into_file = random_number(4) == 0;
    write_whole(file, bytes);
    fa_array *a = fa_open(in_folder("a.npy"), FA_READ_ONLY, NULL, &err);
    fa_array *x = fa_eval(questions[question], FA_VARS({"a", a}), &err);
    fa_array *numbers = fa_astype(x, FA_FLOAT64, &err);
    assert_clean(err);
    cutter.spins = random_number(SANITIZED ? 600000 : 60000);
    cutter.length = random_number(3) != 0 ? (long)random_number(WHOLE)
                                          : HEADER + 4096l * random_number(8 * ELEMENTS / 4096);
    atomic_store(&cutter.round, round);
    if (into_file)
        fa_save(in_folder("x.npy"), numbers, NULL, &err);
    else
        fa_get_all(numbers, values, (size_t)fa_bytes(numbers), &err);
    if (fa_failed(&err)) {
        if (err.code != FA_MAP_FAULT || strstr(err.message, "a.npy") == NULL ||
            strstr(err.message, "byte") == NULL || err.byte_offset <= 0)
            fail_msg("round %d, %s: %s: %s (byte %lld)", round, questions[question], fa_error_name(err.code),
                     err.message, (long long)err.byte_offset);
        assert_int_equal(access(in_folder("x.npy"), F_OK), -1);
        faults++;
    } else {
        if (into_file) {
            fa_array *back = fa_open(in_folder("x.npy"), FA_READ_ONLY, NULL, &err);
            fa_get_all(back, values, (size_t)fa_bytes(back), &err);
            fa_release(back);
            assert_clean(err);
            assert_int_equal(unlink(in_folder("x.npy")), 0);
            saved++;
        }
        if (!is_right(question, values))
            fail_msg("round %d: wrong values of %s were given as right ones", round, questions[question]);
        successes++;
    }
    while (atomic_load(&cutter.done) != round)
        sched_yield();
    fa_release(numbers);
    fa_release(x);
    fa_release(a);
}

/* Another file is still computed rightly by the same threads. */
static void still_computes(void)
{
    fa_error err = {0};
    fa_array *b = fa_open(in_folder("b.npy"), FA_READ_ONLY, NULL, &err);
    fa_array *sum = fa_eval("sum(b + 1)", FA_VARS({"b", b}), &err);
    assert_true(fa_item_float64(sum, &err) == 64.0 * 65 / 2 + 64);
    assert_clean(err);
    fa_release(sum);
    fa_release(b);
}

static void cut_in_mode(fa__io mode, int rounds)
{
    fa_error err = {0};
    pthread_t thread;
    static double values[ELEMENTS];
    static char bytes[WHOLE];
    fa__set_io_mode(mode);
    state_of_random = (unsigned long long)time(NULL);
    print_message("seed %llu\n", state_of_random);
    make_numbers(in_folder("a.npy"), ROWS, COLUMNS, &err);
    make_numbers(in_folder("b.npy"), 8, 8, &err);
    assert_clean(err);
    int file = open(in_folder("a.npy"), O_RDWR | O_CLOEXEC);
    assert_int_equal(pread(file, bytes, WHOLE, 0), WHOLE);
    assert_int_equal(lseek(file, 0, SEEK_END), WHOLE);
    faults = successes = saved = 0;
    cutter.file = file;
    atomic_store(&cutter.round, 0);
    atomic_store(&cutter.done, 0);
    assert_int_equal(pthread_create(&thread, NULL, cut_files, NULL), 0);
    still_computes(); /* what is made once in a process is made now */
    int descriptors = count_descriptors();
    for (int round = 1; round <= rounds; round++) {
        one_round(round, file, bytes, values);
        if (round % 64 == 0)
            still_computes();
    }
    assert_int_equal(count_descriptors(), descriptors);
    assert_int_equal(fa_memory_used(), 0);
    atomic_store(&cutter.round, -1);
    pthread_join(thread, NULL);
    close(file);
    assert_int_equal(count_names(), 2);
    fa__set_io_mode(FA__IO_AUTO);
    print_message("%d faults, %d successes, %d of them saved\n", faults, successes, saved);
    assert_true(faults > rounds / 50 && successes > 0);
}

static int rounds_of(int count)
{
    return is_long() ? 100 * count : SANITIZED ? count / 5 : count;
}

static void mapped_files_are_cut(void **state)
{
    (void)state;
    cut_in_mode(FA__IO_MMAP, rounds_of(2000));
}

static void files_that_are_read_are_cut(void **state)
{
    (void)state;
    cut_in_mode(FA__IO_PREAD, rounds_of(1000));
}

static void files_in_automatic_mode_are_cut(void **state)
{
    (void)state;
    cut_in_mode(FA__IO_AUTO, rounds_of(2000));
}

static void files_that_are_read_past_the_page_cache_are_cut(void **state)
{
    (void)state;
    cut_in_mode(FA__IO_DIRECT, rounds_of(500));
}

/* The negative control: the same cut, read without the guard, kills. */
static int read_cut_file(void *argument)
{
    (void)argument;
    signal(SIGBUS, SIG_DFL);
    int file = open(in_folder("cut"), O_RDWR | O_CREAT, 0600);
    if (ftruncate(file, 8192) != 0)
        return 1;
    volatile char *bytes = mmap(NULL, 8192, PROT_READ, MAP_SHARED, file, 0);
    if (ftruncate(file, 100) != 0)
        return 1;
    return bytes[5000];
}

static void without_the_guard_a_cut_file_kills(void **state)
{
    (void)state;
    assert_int_equal(in_child(read_cut_file, NULL), 256 + SIGBUS);
}

int main(void)
{
    setenv("FARRAY_THREADS", "4", 1);
    setenv("FARRAY_TILE", "8192", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(without_the_guard_a_cut_file_kills, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(mapped_files_are_cut, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(files_that_are_read_are_cut, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(files_in_automatic_mode_are_cut, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(files_that_are_read_past_the_page_cache_are_cut, make_folder,
                                        remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
