/* SPDX-License-Identifier: BSD-3-Clause */
/* Files past the page cache: the same bits as through it for every layout, by the ring and by threads, also
 * where some transfers fail; and the page cache is afterwards as it was before. A count of transfers tells
 * which way was taken. The linker leads the library's calls here (--wrap). */
#include "faults/arrays.h"

#include "storage/storage.h"

#include <errno.h>
#include <stdatomic.h>

#if __has_include(<liburing.h>)
#include <liburing.h>
#endif

enum { ROWS = 320, COLUMNS = 1000, ELEMENTS = ROWS * COLUMNS };

/* What threads hold when the process is forked is not the sanitizers' to say. */
FA_API const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    return "die_after_fork=0";
}

/* ---- What fails ---- */

static struct {
    bool no_ring;
    bool submit_in_part; /* what follows a failed submission leaves the last entry */
    size_t page_bytes;   /* 0: the system's */
    size_t available;    /* memory; 0: the system's */
    int submit_every, read_every, direct_read_every, write_every,
        direct_write_every; /* each N-th fails; 0: none */
    atomic_int submitted, read, direct, written, direct_written;
} plan;

static bool is_nth(atomic_int *count, int every)
{
    int number = atomic_fetch_add(count, 1) + 1;
    return every > 0 && number % every == 0;
}

struct io_uring;
struct io_uring_params;
int __real_io_uring_queue_init(unsigned entries, struct io_uring *ring, unsigned flags);
int __wrap_io_uring_queue_init(unsigned entries, struct io_uring *ring, unsigned flags);
int __wrap_io_uring_queue_init(unsigned entries, struct io_uring *ring, unsigned flags)
{
    return plan.no_ring ? -EPERM : __real_io_uring_queue_init(entries, ring, flags);
}

int __real_io_uring_submit(struct io_uring *ring);
int __wrap_io_uring_submit(struct io_uring *ring);
int __wrap_io_uring_submit(struct io_uring *ring)
{
    if (is_nth(&plan.submitted, plan.submit_every))
        return -EAGAIN;
#if __has_include(<liburing.h>)
    if (plan.submit_in_part && io_uring_sq_ready(ring) > 1) {
        ring->sq.sqe_tail--;
        int submitted = __real_io_uring_submit(ring);
        ring->sq.sqe_tail++;
        return submitted;
    }
#endif
    return __real_io_uring_submit(ring);
}

size_t __real_fa__page_size(void);
size_t __wrap_fa__page_size(void);
size_t __wrap_fa__page_size(void)
{
    return plan.page_bytes > 0 ? plan.page_bytes : __real_fa__page_size();
}

size_t __real_fa__memory_available(void);
size_t __wrap_fa__memory_available(void);
size_t __wrap_fa__memory_available(void)
{
    return plan.available > 0 ? plan.available : __real_fa__memory_available();
}

static bool is_direct(int file)
{
    return (fcntl(file, F_GETFL) & O_DIRECT) != 0;
}

ssize_t __real_pread(int file, void *bytes, size_t size, off_t offset);
ssize_t __wrap_pread(int file, void *bytes, size_t size, off_t offset);
ssize_t __wrap_pread(int file, void *bytes, size_t size, off_t offset)
{
    bool direct = is_direct(file);
    if (direct ? is_nth(&plan.direct, plan.direct_read_every) : is_nth(&plan.read, plan.read_every)) {
        errno = EIO;
        return -1;
    }
    return __real_pread(file, bytes, size, offset);
}

ssize_t __real_pwrite(int file, const void *bytes, size_t size, off_t offset);
ssize_t __wrap_pwrite(int file, const void *bytes, size_t size, off_t offset);
ssize_t __wrap_pwrite(int file, const void *bytes, size_t size, off_t offset)
{
    bool direct = is_direct(file);
    if (direct ? is_nth(&plan.direct_written, plan.direct_write_every)
               : is_nth(&plan.written, plan.write_every)) {
        errno = EIO;
        return -1;
    }
    return __real_pwrite(file, bytes, size, offset);
}

static int transfers(void)
{
    return atomic_load(&plan.submitted) + atomic_load(&plan.direct) + atomic_load(&plan.direct_written);
}

/* ---- The same bits ---- */

/* `a` and `b` are float64, `n` int8, `r` without a header at byte 40. */
static const char *const questions[] = {
    "a * 2 + b",
    "sum(a)",
    "a[3:, 7:] - b[:-3, :-7]",
    "where(n > 3, a, r)",
    "n + 1",
    "sum(n, axis=0)",
    "a[::2] + a[1::2]",
    "a[:, ::3] + 1",
    "a[5:300].T + b[5:300].T",
    "max(a, axis=1) + min(b, axis=1)",
    "cumsum(r)",
    "sum(a[:, :500])",
    "r[1:] - r[:-1]",
    "std(a) + mean(b)",
    "a[a % 3 == 1]",
    "r[n > 2]",
    "take(a, arange(100000) * 7919 % 320000)",
    "take(n, arange(90000) * 104729 % 320000)",
    "take(a, arange(2000) * 131 % 320000)",
    "a[arange(900) * 37 % 320]",
    "take(r, -1 - arange(70000) * 31 % 320000) + 1",
    "a[n == 3]",
};
enum { QUESTIONS = sizeof questions / sizeof questions[0] };

typedef struct inputs {
    fa_array *a, *b, *n, *r;
} inputs;

static void make_inputs(void)
{
    fa_error err = {0};
    make_numbers(in_folder("a.npy"), ROWS, COLUMNS, &err);
    make_numbers(in_folder("b.npy"), ROWS, COLUMNS, &err);
    fa_array *n = fa_eval("(arange(320000) % 7).astype('i1').reshape(320, 1000)", FA_VARS(), &err);
    fa_save(in_folder("n.npy"), n, NULL, &err);
    const fa_memmap_options at = {.offset_bytes = 40};
    fa_array *r = fa_memmap(in_folder("r"), FA_CREATE, FA_FLOAT64, FA_SHAPE(ROWS, COLUMNS), &at, &err);
    fa_eval_into(r, "sqrt(arange(320000.)).reshape(320, 1000)", FA_VARS(), &err);
    fa_close(r, &err);
    fa_release(n);
    assert_clean(err);
}

static inputs open_inputs(fa_error *err)
{
    const fa_memmap_options at = {.offset_bytes = 40};
    return (inputs){fa_open(in_folder("a.npy"), FA_READ_ONLY, NULL, err),
                    fa_open(in_folder("b.npy"), FA_READ_ONLY, NULL, err),
                    fa_open(in_folder("n.npy"), FA_READ_ONLY, NULL, err),
                    fa_memmap(in_folder("r"), FA_READ_ONLY, FA_FLOAT64, FA_SHAPE(ROWS, COLUMNS), &at, err)};
}

static void release_inputs(inputs *in)
{
    fa_release(in->a);
    fa_release(in->b);
    fa_release(in->n);
    fa_release(in->r);
}

/* The bytes of an answer, and how many; ended by free(). */
static void *answer(fa__io mode, int question, size_t *bytes, fa_error *err)
{
    fa__set_io_mode(mode);
    inputs in = open_inputs(err);
    fa_array *x =
        fa_eval(questions[question], FA_VARS({"a", in.a}, {"b", in.b}, {"n", in.n}, {"r", in.r}), err);
    *bytes = x != NULL ? (size_t)fa_bytes(x) : 0;
    void *values = malloc(*bytes + 1);
    fa_get_all(x, values, *bytes, err);
    fa_release(x);
    release_inputs(&in);
    fa__set_io_mode(FA__IO_AUTO);
    return values;
}

/* The bytes of an answer that is saved past the page cache and read through it. */
static void *saved_answer(int question, const char *name, size_t *bytes, fa_error *err)
{
    fa__set_io_mode(FA__IO_DIRECT);
    inputs in = open_inputs(err);
    fa_array *x =
        fa_eval(questions[question], FA_VARS({"a", in.a}, {"b", in.b}, {"n", in.n}, {"r", in.r}), err);
    fa_save(in_folder(name), x, NULL, err);
    fa_release(x);
    release_inputs(&in);
    fa__set_io_mode(FA__IO_PREAD);
    const fa_open_options strict = {.strict = true};
    fa_array *file = fa_open(in_folder(name), FA_READ_ONLY, &strict, err);
    *bytes = file != NULL ? (size_t)fa_bytes(file) : 0;
    void *values = malloc(*bytes + 1);
    fa_get_all(file, values, *bytes, err);
    fa_release(file);
    fa__set_io_mode(FA__IO_AUTO);
    return values;
}

/* How many answers are not as they should be: for children too, where an assertion would return into the
 * parent's tests. */
static int compare_all(void *argument)
{
    int wrong = 0;
    (void)argument;
    alarm(600); /* waits for ever are failures too */
    for (int i = 0; i < QUESTIONS; i++) {
        fa_error err = {0};
        size_t bytes, direct_bytes;
        void *expected = answer(FA__IO_PREAD, i, &bytes, &err);
        int before = transfers();
        void *direct = answer(FA__IO_DIRECT, i, &direct_bytes, &err);
        const char *what = fa_failed(&err)                                                 ? err.message
                           : bytes != direct_bytes || memcmp(expected, direct, bytes) != 0 ? "other values"
                           : transfers() == before ? "through the page cache"
                                                   : NULL;
        if (what != NULL)
            print_error("%s: %s\n", questions[i], what);
        wrong += what != NULL;
        free(direct);
        static const char *const names[] = {"x.npy", "x.npz"};
        for (int k = 0; k < 2 && i % 4 == 0; k++) { /* each is flushed to the disk */
            direct = saved_answer(i, names[k], &direct_bytes, &err);
            bool right = !fa_failed(&err) && bytes == direct_bytes && memcmp(expected, direct, bytes) == 0;
            if (!right)
                print_error("%s, saved: %s\n", questions[i], err.message);
            wrong += !right;
            free(direct);
        }
        free(expected);
    }
    return wrong + (fa_memory_used() != 0);
}

/* ---- Matrices whose axes are exchanged ---- */

static int64_t bytes_written(void)
{
    fa_statistics statistics;
    fa_get_statistics(&statistics);
    return statistics.bytes_written;
}

static void matrices_are_turned_at_once_and_by_strips(void **state)
{
    (void)state;
    static const char *const moves[] = {"a.T",
                                        "n.T",
                                        "r.T",
                                        "astype(a, '>f8').T",
                                        "moveaxis(a.reshape(32, 10, 1000), 2, 0)",
                                        "transpose(r.reshape(320, 20, 50), (1, 2, 0))"};
    static const size_t limits[] = {256 << 20, 2 << 20, 1 << 20, 768 << 10};
    size_t limit = fa_memory_limit();
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        for (size_t k = 0; k < sizeof limits / sizeof *limits; k++) {
            fa_error err = {0};
            inputs in = open_inputs(&err);
            fa_array *x = fa_eval(moves[i], FA_VARS({"a", in.a}, {"n", in.n}, {"r", in.r}), &err);
            fa__set_io_mode(FA__IO_DIRECT);
            fa_set_memory_limit(limits[k], &err);
            int64_t before = bytes_written();
            fa_save(in_folder("x.npy"), x, NULL, &err);
            int64_t written = bytes_written() - before;
            fa_set_memory_limit(limit, &err);
            fa__set_io_mode(FA__IO_PREAD);
            fa_array *file = fa_open(in_folder("x.npy"), FA_READ_ONLY, NULL, &err);
            fa_array *same = fa_eval("all(x == y)", FA_VARS({"x", x}, {"y", file}), &err);
            if (fa_item_int64(same, &err) != 1 || fa_failed(&err))
                fail_msg("%s, %zu bytes: %s", moves[i], limits[k], err.message);
            if (k == 0 ? written > fa_bytes(x) + 4096 : i == 0 && written < 2 * fa_bytes(x))
                fail_msg("%s, %zu bytes: %lld bytes were written", moves[i], limits[k], (long long)written);
            fa_release(same);
            fa_release(file);
            fa_release(x);
            release_inputs(&in);
            assert_int_equal(fa_memory_used(), 0);
        }
    fa__set_io_mode(FA__IO_AUTO);
}

/* Saves a file's numbers turned, past the page cache, under a limit. */
static void save_turned(const char *name, size_t limit)
{
    fa_error err = {0};
    size_t usual = fa_memory_limit();
    fa_array *a = fa_open(in_folder(name), FA_READ_ONLY, NULL, &err);
    fa_array *turned = fa_transpose(a, &err);
    fa__set_io_mode(FA__IO_DIRECT);
    fa_set_memory_limit(limit, &err);
    fa_save(in_folder("x.npy"), turned, NULL, &err);
    fa_set_memory_limit(usual, &err);
    fa__set_io_mode(FA__IO_PREAD);
    fa_array *file = fa_open(in_folder("x.npy"), FA_READ_ONLY, NULL, &err);
    fa_array *same = fa_eval("all(x == y)", FA_VARS({"x", turned}, {"y", file}), &err);
    assert_clean(err);
    assert_int_equal(fa_item_int64(same, &err), 1);
    fa_release(same);
    fa_release(file);
    fa_release(turned);
    fa_release(a);
    fa__set_io_mode(FA__IO_AUTO);
    assert_int_equal(fa_memory_used(), 0);
}

static void matrices_around_a_grain_are_turned(void **state)
{
    (void)state;
    static const int64_t sizes[][2] = {{2, 3},   {10, 10},   {20, 20},  {16, 32},
                                       {23, 23}, {2, 40000}, {40000, 2}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        fa_error err = {0};
        make_numbers(in_folder("s.npy"), sizes[i][0], sizes[i][1], &err);
        assert_clean(err);
        save_turned("s.npy", 256 << 20);
        save_turned("s.npy", 512 << 10);
    }
}

/* What goes by strips where there is scratch goes without where there is none, or none that takes it. */
static void matrices_are_turned_without_scratch(void **state)
{
    (void)state;
    static const char *const folders[] = {"/nonexistent", "/dev/shm", "/dev/null"};
    const char *before = getenv("FARRAY_TMPDIR");
    char *usual = before != NULL ? strdup(before) : NULL;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        setenv("FARRAY_TMPDIR", folders[i], 1);
        save_turned("a.npy", 1 << 20);
        save_turned("a.npy", 4 << 20); /* of which the numbers take more than half */
    }
    if (usual != NULL)
        setenv("FARRAY_TMPDIR", usual, 1);
    else
        unsetenv("FARRAY_TMPDIR");
    free(usual);
}

/* ---- Axes in another order ---- */

static const char *const orders[] = {
    "transpose(a.reshape(40, 8, 125, 8), (0, 2, 1, 3))",
    "transpose(a.reshape(16, 20, 50, 20), (2, 0, 3, 1))",
    "transpose(n.reshape(5, 64, 40, 25), (2, 0, 1, 3))",
    "transpose(n.reshape(20, 16, 1000), (0, 2, 1))",
    "transpose(r.reshape(10, 32, 1000), (1, 0, 2))",
    "transpose(r.reshape(320, 20, 50), (1, 2, 0))",
    "transpose(a[3:, 7:], (1, 0))",
    "transpose(a[1:300].reshape(13, 23, 8, 125), (1, 3, 0, 2))",
    "transpose(astype(a, '>f8').reshape(64, 5, 1000), (2, 0, 1))",
    "transpose(a.reshape(2, 2, 2, 2, 20, 10, 5, 2, 10), (8, 0, 6, 2, 4, 3, 5, 1, 7))",
    "transpose(n.reshape(2, 160, 1000), (1, 0, 2))[:, :, 5:800]",
};

/* How many of them are not as they should be in files that are written past the page cache under a limit;
 * each byte is written once where there is room for boxes. */
static int carry_all(void *argument)
{
    static const size_t limits[] = {256 << 20, 3 << 20, 1 << 20, 512 << 10, 128 << 10};
    size_t usual = fa_memory_limit();
    int wrong = 0;
    alarm(600);
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        for (size_t k = 0; k < sizeof limits / sizeof *limits; k++) {
            fa_error err = {0};
            inputs in = open_inputs(&err);
            fa_array *x = fa_eval(orders[i], FA_VARS({"a", in.a}, {"n", in.n}, {"r", in.r}), &err);
            fa__set_io_mode(FA__IO_DIRECT);
            fa_set_memory_limit(limits[k], &err);
            int64_t before = bytes_written();
            int transfers_before = transfers();
            fa_save(in_folder("x.npy"), x, NULL, &err);
            int64_t written = bytes_written() - before;
            bool past = transfers() > transfers_before;
            fa_set_memory_limit(usual, &err);
            fa__set_io_mode(FA__IO_PREAD);
            fa_array *file = fa_open(in_folder("x.npy"), FA_READ_ONLY, NULL, &err);
            fa_array *same = fa_eval("all(x == y)", FA_VARS({"x", x}, {"y", file}), &err);
            bool right = fa_item_int64(same, &err) == 1 && !fa_failed(&err) &&
                         (argument != NULL || ((k > 1 || past) && (k > 0 || written <= fa_bytes(x) + 4096)));
            if (!right)
                print_error("%s, %zu bytes: %s, %lld bytes were written\n", orders[i], limits[k], err.message,
                            (long long)written);
            fa_release(same);
            fa_release(file);
            fa_release(x);
            release_inputs(&in);
            wrong += !right + (fa_memory_used() != 0);
        }
    fa__set_io_mode(FA__IO_AUTO);
    alarm(0);
    return wrong;
}

static void axes_come_in_another_order(void **state)
{
    (void)state;
    assert_int_equal(carry_all(NULL), 0);
}

static void axes_come_in_another_order_where_transfers_fail(void **state)
{
    (void)state;
    plan.submit_every = 3;
    assert_int_equal(in_child(carry_all, &plan), 0);
    plan.no_ring = true;
    plan.direct_read_every = plan.direct_write_every = 5;
    assert_int_equal(in_child(carry_all, &plan), 0);
}

/* Reading, or writing, fails past the page cache and through it. */
static int fail_to_carry(void *argument)
{
    (void)argument;
    for (int k = 0; k < 2; k++) {
        fa_error err = {0};
        plan.no_ring = true;
        inputs in = open_inputs(&err);
        fa_array *x = fa_eval(orders[k], FA_VARS({"a", in.a}), &err);
        fa__set_io_mode(FA__IO_DIRECT);
        *(k == 0 ? &plan.direct_read_every : &plan.direct_write_every) = 2;
        *(k == 0 ? &plan.read_every : &plan.write_every) = 2;
        fa_save(in_folder("y.npy"), x, NULL, &err);
        plan.direct_read_every = plan.read_every = plan.direct_write_every = plan.write_every = 0;
        fa_release(x);
        release_inputs(&in);
        if (err.code != FA_IO_ERROR || strstr(err.message, k == 0 ? "a.npy" : "y.npy") == NULL ||
            access(in_folder("y.npy"), F_OK) == 0 || fa_memory_used() != 0)
            return k + 2;
    }
    return 0;
}

static void what_cannot_be_carried_leaves_no_file(void **state)
{
    (void)state;
    assert_int_equal(in_child(fail_to_carry, NULL), 0);
}

static int make_files(void **state)
{
    if (make_folder(state) != 0)
        return 1;
    memset(&plan, 0, sizeof plan);
    make_inputs();
    return 0;
}

static void the_bits_are_the_same_past_the_page_cache(void **state)
{
    (void)state;
    assert_int_equal(compare_all(NULL), 0);
    alarm(0);
}

/* The queue is made once in a process, and anew in a child. */
static void the_bits_are_the_same_by_threads(void **state)
{
    (void)state;
    plan.no_ring = true;
    assert_int_equal(in_child(compare_all, NULL), 0);
}

static void transfers_that_are_refused_or_fail_are_made_up_for(void **state)
{
    (void)state;
    plan.submit_every = 3;
    assert_int_equal(in_child(compare_all, NULL), 0);
    plan.submit_in_part = true;
    assert_int_equal(in_child(compare_all, NULL), 0);
    plan.no_ring = true;
    plan.direct_read_every = plan.direct_write_every = 5;
    assert_int_equal(in_child(compare_all, NULL), 0);
}

static int save_with_large_pages(void *argument)
{
    (void)argument;
    fa_error err = {0};
    size_t bytes, saved_bytes;
    plan.no_ring = true;
    plan.page_bytes = 64 << 10;
    void *expected = answer(FA__IO_PREAD, 0, &bytes, &err),
         *saved = saved_answer(0, "x.npy", &saved_bytes, &err);
    bool same = !fa_failed(&err) && bytes == saved_bytes && memcmp(expected, saved, bytes) == 0;
    free(saved);
    free(expected);
    return !same ? 2 : atomic_load(&plan.direct_written) != 0 ? 3 : 0;
}

/* Transfers in grains and the page cache would share such pages. */
static void larger_pages_are_written_through_the_cache(void **state)
{
    (void)state;
    assert_int_equal(in_child(save_with_large_pages, NULL), 0);
}

/* Both ways fail: the error names file and byte. */
static int fail_both_ways(void *argument)
{
    (void)argument;
    fa_error err = {0};
    size_t bytes;
    plan.no_ring = true;
    plan.direct_read_every = 2;
    plan.read_every = 1;
    atomic_store(&plan.direct, 0);
    inputs in = open_inputs(&err);
    if (!fa_failed(&err))
        return 2; /* its header was read: the negative control of the plan */
    fa_error_clear(&err);
    release_inputs(&in);
    plan.read_every = 9; /* behind the headers */
    for (int i = 0; i < 9 && !fa_failed(&err); i++)
        free(answer(FA__IO_DIRECT, 0, &bytes, &err));
    if (err.code != FA_IO_ERROR || strstr(err.message, ".npy") == NULL || strstr(err.message, "byte") == NULL)
        return 3;
    fa_error_clear(&err);
    plan.read_every = plan.direct_read_every = 0;
    plan.direct_write_every = plan.write_every = 2;
    for (int i = 0; i < 9 && !fa_failed(&err); i++)
        free(saved_answer(0, "y.npy", &bytes, &err));
    if (err.code != FA_IO_ERROR || strstr(err.message, "y.npy") == NULL ||
        strstr(err.message, "byte") == NULL)
        return 4;
    return access(in_folder("y.npy"), F_OK) == 0 || fa_memory_used() != 0 ? 5 : 0;
}

static void what_fails_both_ways_names_file_and_byte(void **state)
{
    (void)state;
    assert_int_equal(in_child(fail_both_ways, NULL), 0);
}

/* ---- The page cache ---- */

enum {
    LARGE_ROWS = 1024,
    LARGE_COLUMNS = 1024,         /* 8 MiB */
    WATCHED_ROWS = 8 * LARGE_ROWS /* what takes longer than the time between two callbacks */
};

static int64_t resident_bytes(const char *name)
{
    fa_error err = {0};
    fa_array *a = fa_open(in_folder(name), FA_READ_ONLY, NULL, &err);
    fa_file_info info;
    fa_get_file_info(a, &info, &err);
    assert_clean(err);
    int64_t resident = info.resident_bytes;
    fa_release(a);
    return resident;
}

static void drop_from_cache(const char *name, off_t first)
{
    int file = open(in_folder(name), O_RDONLY);
    assert_int_equal(fsync(file), 0);
    posix_fadvise(file, first, 0, POSIX_FADV_DONTNEED);
    close(file);
}

static void sum_of(const char *name, double expected)
{
    fa_error err = {0};
    fa_array *a = fa_open(in_folder(name), FA_READ_ONLY, NULL, &err);
    fa_array *sum = fa_eval("sum(a)", FA_VARS({"a", a}), &err);
    assert_true(fa_item_float64(sum, &err) == expected);
    assert_clean(err);
    fa_release(sum);
    fa_release(a);
}

static void what_was_in_memory_stays_and_nothing_is_left(void **state)
{
    (void)state;
    fa_error err = {0};
    const double n = LARGE_ROWS * LARGE_COLUMNS, sum = n * (n + 1) / 2;
    make_numbers(in_folder("l.npy"), LARGE_ROWS, LARGE_COLUMNS, &err);
    assert_clean(err);
    drop_from_cache("l.npy", 0);
    int64_t cold = resident_bytes("l.npy");
    if (cold < 0 || cold > 1 << 20)
        skip(); /* the system does not say, or keeps it */
    int before = transfers();
    sum_of("l.npy", sum);
    assert_true(transfers() > before);
    assert_true(resident_bytes("l.npy") <= cold);
    char *bytes = malloc(3 << 20);
    int file = open(in_folder("l.npy"), O_RDONLY);
    posix_fadvise(file, 0, 0, POSIX_FADV_RANDOM); /* the system's own reading ahead is not asked here */
    assert_int_equal(__real_pread(file, bytes, 3 << 20, 0), 3 << 20);
    close(file);
    free(bytes);
    int64_t warm = resident_bytes("l.npy");
    assert_true(warm >= 3 << 20);
    sum_of("l.npy", sum);
    assert_int_equal(resident_bytes("l.npy"), warm);
}

static void sum_again(fa_array *a, double expected)
{
    fa_error err = {0};
    fa_array *sum = fa_eval("sum(a)", FA_VARS({"a", a}), &err);
    assert_true(fa_item_float64(sum, &err) == expected);
    assert_clean(err);
    fa_release(sum);
}

/* Two readings leave nothing, a third one all, where that is a quarter of what memory has left. */
static void what_is_read_again_and_again_stays(void **state)
{
    (void)state;
    fa_error err = {0};
    const double n = LARGE_ROWS * LARGE_COLUMNS, total = n * (n + 1) / 2;
    const int64_t bytes = (int64_t)n * 8;
    make_numbers(in_folder("l.npy"), LARGE_ROWS, LARGE_COLUMNS, &err);
    drop_from_cache("l.npy", 0);
    int64_t cold = resident_bytes("l.npy");
    if (cold < 0 || cold > 1 << 20)
        skip();
    fa_array *a = fa_open(in_folder("l.npy"), FA_READ_ONLY, NULL, &err);
    assert_clean(err);
    plan.available = (size_t)bytes; /* four times as much would be enough */
    for (int i = 0; i < 4; i++)
        sum_again(a, total);
    assert_true(resident_bytes("l.npy") <= cold);
    plan.available = 0;
    sum_again(a, total);
    sum_again(a, total);
    assert_true(resident_bytes("l.npy") <= cold);
    for (int round = 0; round < 2; round++) { /* also what the system threw out meanwhile */
        sum_again(a, total);
        assert_true(resident_bytes("l.npy") >= bytes - (1 << 20));
        int before = transfers();
        sum_again(a, total);
        assert_int_equal(transfers(), before);
        drop_from_cache("l.npy", 0);
    }
    fa_release(a);
    assert_clean(err);
}

/* What is in the page cache and not on the disk yet is seen. */
static void changes_that_are_not_on_the_disk_are_seen(void **state)
{
    (void)state;
    fa_error err = {0};
    for (int i = 0; i < 3; i++) {
        fa_array *a = fa_open(in_folder("a.npy"), FA_READ_WRITE, NULL, &err);
        fa__set_io_mode(i == 1 ? FA__IO_MMAP : FA__IO_PREAD);
        fa_fill_int64(a, i + 5, &err);
        fa__set_io_mode(i == 2 ? FA__IO_AUTO : FA__IO_DIRECT);
        sum_of("a.npy", (i + 5.0) * ELEMENTS);
        fa_release(a);
    }
    fa__set_io_mode(FA__IO_AUTO);
    assert_clean(err);
}

/* ---- Ending early ---- */

static bool cancel(const fa_progress *progress, void *user)
{
    (void)progress;
    (void)user;
    return false;
}

static pid_t forked = -1;

static bool fork_once(const fa_progress *progress, void *user)
{
    (void)progress;
    (void)user;
    if (forked < 0)
        forked = fork();
    return true;
}

static const char slow[] = "sum(a ** 1.7 + a ** 1.3 + a ** 0.3 + sin(a) ** 2 + a ** 2.1 + a ** 0.1 + a ** "
                           "1.01 + a ** 3.3 + cos(a) ** 4)";

static int evaluate_watched(bool (*progress)(const fa_progress *, void *), fa_error *err)
{
    fa__set_io_mode(FA__IO_DIRECT);
    fa_array *a = fa_open(in_folder("l.npy"), FA_READ_ONLY, NULL, err);
    fa_array *x = fa_eval(slow, FA_VARS({"a", a}), err);
    const fa_evaluate_options options = {.progress = progress};
    fa_evaluate(x, &options, err);
    fa_release(x);
    fa_release(a);
    fa__set_io_mode(FA__IO_AUTO);
    return err->code;
}

static void a_cancelled_evaluation_leaves_nothing(void **state)
{
    (void)state;
    fa_error err = {0};
    make_numbers(in_folder("l.npy"), WATCHED_ROWS, LARGE_COLUMNS, &err);
    evaluate_watched(NULL, &err);
    assert_clean(err);
    int descriptors = count_descriptors(), mappings = count_mappings();
    for (int i = 0; i < 5; i++) {
        fa_error_clear(&err);
        assert_int_equal(evaluate_watched(cancel, &err), FA_CANCELLED);
    }
    assert_int_equal(count_descriptors(), descriptors);
    assert_true(SANITIZED || count_mappings() <= mappings + 8);
    assert_int_equal(fa_memory_used(), 0);
}

/* The child of a process that reads ahead at this moment has neither ring nor buffers, and computes by its
 * own. */
static void a_child_forked_while_reads_are_under_way_computes(void **state)
{
    (void)state;
    fa_error err = {0};
    make_numbers(in_folder("l.npy"), WATCHED_ROWS, LARGE_COLUMNS, &err);
    forked = -1;
    int code = evaluate_watched(fork_once, &err);
    if (forked == 0) {
        fa_error mine = {0};
        alarm(60);
        _exit(code == FA_CANCELLED && evaluate_watched(NULL, &mine) == FA_OK ? 0 : 1);
    }
    assert_clean(err);
    if (forked < 0)
        skip(); /* it was done before it was watched */
    int status;
    assert_int_equal(waitpid(forked, &status, 0), forked);
    assert_int_equal(status, 0);
}

int main(void)
{
    setenv("FARRAY_THREADS", "3", 1);
    setenv("FARRAY_TILE", "8192", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_bits_are_the_same_by_threads, make_files, remove_folder),
        cmocka_unit_test_setup_teardown(transfers_that_are_refused_or_fail_are_made_up_for, make_files,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(larger_pages_are_written_through_the_cache, make_files,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(what_fails_both_ways_names_file_and_byte, make_files, remove_folder),
        cmocka_unit_test_setup_teardown(the_bits_are_the_same_past_the_page_cache, make_files, remove_folder),
        cmocka_unit_test_setup_teardown(matrices_are_turned_at_once_and_by_strips, make_files, remove_folder),
        cmocka_unit_test_setup_teardown(matrices_around_a_grain_are_turned, make_files, remove_folder),
        cmocka_unit_test_setup_teardown(matrices_are_turned_without_scratch, make_files, remove_folder),
        cmocka_unit_test_setup_teardown(axes_come_in_another_order, make_files, remove_folder),
        cmocka_unit_test_setup_teardown(axes_come_in_another_order_where_transfers_fail, make_files,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(what_cannot_be_carried_leaves_no_file, make_files, remove_folder),
        cmocka_unit_test_setup_teardown(what_was_in_memory_stays_and_nothing_is_left, make_files,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(what_is_read_again_and_again_stays, make_files, remove_folder),
        cmocka_unit_test_setup_teardown(changes_that_are_not_on_the_disk_are_seen, make_files, remove_folder),
        cmocka_unit_test_setup_teardown(a_cancelled_evaluation_leaves_nothing, make_files, remove_folder),
        cmocka_unit_test_setup_teardown(a_child_forked_while_reads_are_under_way_computes, make_files,
                                        remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
