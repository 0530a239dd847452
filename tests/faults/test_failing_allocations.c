/* SPDX-License-Identifier: BSD-3-Clause */
/* The N-th request for memory, then the N-th call of the system, fails, N = 1 until nothing fails any more:
 * each time the function says so, gives nothing half made, and leaves no descriptor, no charge and no file
 * behind; leaks are the leak checker's to find. The linker leads the library's calls here (--wrap). */
#include "faults/arrays.h"

#include "storage/storage.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>

/* ---- What fails ---- */

enum { MEMORY, SYSTEM };

static struct {
    atomic_int kind, left; /* calls of this kind until one fails; 0 and below: none will */
    atomic_bool fired;
} plan;

static bool fails(int kind)
{
    if (atomic_load(&plan.kind) != kind || atomic_load(&plan.left) <= 0 ||
        atomic_fetch_sub(&plan.left, 1) != 1)
        return false;
    atomic_store(&plan.fired, true);
    errno = kind == MEMORY ? ENOMEM : EIO;
    return true;
}

#define WRAP(kind, failure, type, name, parameters, arguments)    \
    type __real_##name parameters;                                \
    type __wrap_##name parameters;                                \
    type __wrap_##name parameters                                 \
    {                                                             \
        return fails(kind) ? (failure) : __real_##name arguments; \
    }

/* The build reads the names of what is wrapped here: __wrap_malloc( __wrap_calloc( __wrap_realloc(
 * __wrap_mmap(
 * __wrap_pthread_create( __wrap_pread( __wrap_pwrite( __wrap_fsync( __wrap_fstat( __wrap_ftruncate(
 * __wrap_renameat2(
 * __wrap_io_uring_submit(
 * __wrap_sync_file_range( __wrap_fallocate( __wrap_msync( __wrap_memfd_create( */
WRAP(MEMORY, NULL, void *, malloc, (size_t size), (size))
WRAP(MEMORY, NULL, void *, calloc, (size_t count, size_t size), (count, size))
WRAP(MEMORY, NULL, void *, realloc, (void *old, size_t size), (old, size))
WRAP(MEMORY, MAP_FAILED, void *, mmap,
     (void *at, size_t size, int protection, int flags, int file, off_t offset),
     (at, size, protection, flags, file, offset))
WRAP(MEMORY, EAGAIN, int, pthread_create,
     (pthread_t * thread, const pthread_attr_t *attributes, void *(*body)(void *), void *argument),
     (thread, attributes, body, argument))
WRAP(SYSTEM, -1, ssize_t, pread, (int file, void *bytes, size_t size, off_t offset),
     (file, bytes, size, offset))
WRAP(SYSTEM, -1, ssize_t, pwrite, (int file, const void *bytes, size_t size, off_t offset),
     (file, bytes, size, offset))
struct io_uring;
WRAP(SYSTEM, -EAGAIN, int, io_uring_submit, (struct io_uring * ring), (ring))
WRAP(SYSTEM, -1, int, fsync, (int file), (file))
WRAP(SYSTEM, -1, int, fstat, (int file, struct stat *status), (file, status))
WRAP(SYSTEM, -1, int, ftruncate, (int file, off_t size), (file, size))
WRAP(SYSTEM, -1, int, renameat2, (int a, const char *from, int b, const char *to, unsigned flags),
     (a, from, b, to, flags))
WRAP(SYSTEM, -1, int, sync_file_range, (int file, off64_t offset, off64_t size, unsigned flags),
     (file, offset, size, flags))

WRAP(SYSTEM, -1, int, fallocate, (int file, int mode, off_t offset, off_t size), (file, mode, offset, size))
WRAP(SYSTEM, -1, int, msync, (void *at, size_t size, int flags), (at, size, flags))
WRAP(SYSTEM, -1, int, memfd_create, (const char *name, unsigned flags), (name, flags))

/* ---- What is done meanwhile ---- */

enum { ROWS = 40, COLUMNS = 50, ELEMENTS = ROWS * COLUMNS };

/* A pointer is given exactly when there is no error. */
static void *made(void *pointer, const fa_error *err)
{
    assert_true((pointer != NULL) != fa_failed(err));
    return pointer;
}

static void open_and_view(fa_error *err)
{
    fa_array *a = made(fa_open(in_folder("a.npy"), FA_READ_ONLY, NULL, err), err);
    fa_array *b = made(fa_slice(a, "::2, 1:, newaxis", err), err);
    fa_array *c = made(fa_transpose(b, err), err);
    fa_array *d = made(fa_broadcast_to(c, FA_SHAPE(2, 1, COLUMNS - 1, ROWS / 2), err), err);
    fa_array *e = made(fa_diagonal(a, 0, 0, 1, err), err);
    double last = fa_get_float64(d, FA_COORDS(1, 0, -1, 1), err);
    assert_true(fa_failed(err) || last == 2 * COLUMNS + COLUMNS);
    fa_release(e);
    fa_release(d);
    fa_release(c);
    fa_release(b);
    fa_release(a);
}

static void print(fa_error *err)
{
    fa_array *a = made(fa_open(in_folder("a.npy"), FA_READ_ONLY, NULL, err), err);
    fa_array *b = made(fa_eval("a * 2 + 1", FA_VARS({"a", a}), err), err);
    char *text = made(fa_to_text(b, NULL, err), err);
    assert_true(text == NULL || strncmp(text, "[[", 2) == 0);
    free(text);
    fa_release(b);
    fa_release(a);
}

static void parse(fa_error *err)
{
    fa_dtype *dtype = made(
        fa_dtype_parse("[('id', '<i8'), ('pos', [('x', '<f8'), ('y', '>f4', (2, 3))]), ('n', 'S9')]", err),
        err);
    fa_array *p = made(fa_zeros(dtype, FA_SHAPE(7), err), err);
    fa_array *x =
        made(fa_eval("where(p['pos']['x'] > 0.5, p['id'], sum(p['pos']['y']))", FA_VARS({"p", p}), err), err);
    fa_release(x);
    fa_release(p);
    fa_dtype_release(dtype);
}

static void evaluate_text(fa_error *err)
{
    fa_array *a = made(fa_open(in_folder("a.npy"), FA_READ_ONLY, NULL, err), err);
    fa_array *x = made(fa_eval("where(a.T > mean(a), sqrt(a.T), -(a.T)) + std(a, axis=1)[newaxis, :]",
                               FA_VARS({"a", a}), err),
                       err);
    char text[500];
    fa_array *leaves[8];
    int count;
    fa_expression(x, text, sizeof text, leaves, 8, &count, err);
    fa_evaluate(x, NULL, err);
    double first = fa_get_float64(x, FA_COORDS(0, 0), err);
    assert_true(fa_failed(err) || fabs(first - (-1 + sqrt((COLUMNS * COLUMNS - 1) / 12.0))) < 1e-9);
    fa_release(x);
    fa_release(a);
}

static void reduce(fa_error *err)
{
    fa_array *a = made(fa_open(in_folder("a.npy"), FA_READ_ONLY, NULL, err), err);
    fa_array *all = made(fa_eval("sum(a)", FA_VARS({"a", a}), err), err);
    fa_array *columns = made(fa_eval("max(a, axis=0)", FA_VARS({"a", a}), err), err);
    fa_array *rows = made(fa_eval("var(a.T, axis=0)", FA_VARS({"a", a}), err), err);
    fa_output outputs[] = {{.array = all}, {.array = columns}, {.array = rows}};
    fa_evaluate_all(outputs, 3, NULL, err);
    double sum = fa_item_float64(all, err), most = fa_get_float64(columns, FA_COORDS(0), err);
    assert_true(fa_failed(err) || (sum == ELEMENTS * (ELEMENTS + 1) / 2.0 && most == ELEMENTS - COLUMNS + 1));
    fa_release(all);
    fa_release(columns);
    fa_release(rows);
    fa_release(a);
}

/* A long line of all threads in turns: who fails owes the others a word. */
static void add_up_in_turns(fa_error *err)
{
    fa_array *x = made(fa_eval("arange(600000.0)", FA_VARS(), err), err);
    fa_evaluate(x, NULL, err);
    fa_array *sums = made(fa_eval("cumsum(x)", FA_VARS({"x", x}), err), err);
    fa_evaluate(sums, NULL, err);
    fa_release(sums);
    fa_release(x);
}

/* OpenBLAS would allocate too: a library of others', which ends the process when it cannot. */
static void multiply(fa_error *err)
{
    fa_array *a = made(fa_open(in_folder("a.npy"), FA_READ_ONLY, NULL, err), err);
    fa_array *x =
        made(fa_eval("astype(a, 'i8') @ astype(a.T, 'i8') + dot(a[0], a[1])", FA_VARS({"a", a}), err), err);
    fa_array *y = made(fa_tensordot(x, x, FA_AXES(0), FA_AXES(1), err), err);
    fa_evaluate(x, NULL, err);
    fa_release(y);
    fa_release(x);
    fa_release(a);
}

static int copy_block(const void *const *in, void *const *out, int64_t n, void *user)
{
    (void)user;
    memcpy(out[0], in[0], (size_t)n * sizeof(double));
    return 0;
}

static int count_begin(void *state, void *user)
{
    (void)user;
    *(double *)state = 0;
    return 0;
}

static int count_add(void *state, const void *const *in, int64_t n, void *user)
{
    (void)user;
    (void)in;
    *(double *)state += (double)n;
    return 0;
}

static int count_merge(void *state, const void *next, void *user)
{
    return count_add(state, NULL, (int64_t) * (const double *)next, user);
}

static int count_end(const void *state, void *const *out, void *user)
{
    (void)user;
    memcpy(out[0], state, sizeof(double));
    return 0;
}

static void user_kernels(fa_error *err)
{
    static const fa_type type[] = {FA_TYPE_FLOAT64};
    const fa_kernel block = {.abi = FA_KERNEL_ABI,
                             .name = "block_of",
                             .input_count = 1,
                             .output_count = 1,
                             .inputs = type,
                             .outputs = type,
                             .compute = copy_block};
    const fa_kernel count = {.abi = FA_KERNEL_ABI,
                             .name = "count_of",
                             .input_count = 1,
                             .output_count = 1,
                             .inputs = type,
                             .outputs = type,
                             .state_bytes = sizeof(double),
                             .begin = count_begin,
                             .add = count_add,
                             .merge = count_merge,
                             .end = count_end};
    fa_kernel_register(&block, err);
    fa_kernel_register(&count, err);
    fa_array *a = made(fa_open(in_folder("a.npy"), FA_READ_ONLY, NULL, err), err);
    fa_array *x = made(fa_eval("count_of(block_of(a.T) + 1)", FA_VARS({"a", a}), err), err);
    double found = fa_item_float64(x, err);
    assert_true(fa_failed(err) || found == ELEMENTS);
    fa_release(x);
    fa_release(a);
    fa_error ignored = {0};
    fa_kernel_unregister("block_of", &ignored);
    fa_error_clear(&ignored);
    fa_kernel_unregister("count_of", &ignored);
}

static void create_and_assign(fa_error *err)
{
    fa_array *file = made(fa_create(in_folder("new.npy"), FA_INT32, FA_SHAPE(30, 20), NULL, err), err);
    fa_array *part = made(fa_slice(file, "1::3, ::-1", err), err);
    fa_eval_into(part, "arange(20) + 7", FA_VARS(), err);
    fa_flush(file, err);
    int64_t value = fa_get_int64(file, FA_COORDS(1, 0), err);
    assert_true(fa_failed(err) || value == 26);
    fa_release(part);
    fa_close(file, err);
    unlink(in_folder("new.npy"));
}

static void save_several(fa_error *err)
{
    fa_array *a = made(fa_open(in_folder("a.npy"), FA_READ_ONLY, NULL, err), err);
    fa_array *x = made(fa_eval("a.T * 2", FA_VARS({"a", a}), err), err);
    fa_array *y = made(fa_eval("a - sum(a)", FA_VARS({"a", a}), err), err);
    fa_create_options fortran = {.order = FA_ORDER_F, .dtype = FA_FLOAT32};
    fa_output outputs[] = {{.array = x, .path = in_folder("x.npy")},
                           {.array = y, .path = in_folder("y.npy"), .options = &fortran}};
    fa_evaluate_all(outputs, 2, NULL, err);
    fa_array *back = made(fa_open(in_folder("x.npy"), FA_READ_ONLY, NULL, err), err);
    double last = fa_get_float64(back, FA_COORDS(-1, -1), err);
    assert_true(fa_failed(err) || last == 2 * ELEMENTS);
    fa_release(back);
    fa_release(y);
    fa_release(x);
    fa_release(a);
    unlink(in_folder("x.npy"));
    unlink(in_folder("y.npy"));
}

/* An archive of one stored and one compressed array. */
static void save_archive(const char *path, fa_array *a, fa_error *err)
{
    char stored[300], packed[300];
    fa_create_options deflate = {.codec = FA_CODEC_DEFLATE};
    snprintf(stored, sizeof stored, "%s::stored", path);
    snprintf(packed, sizeof packed, "%s::packed", path);
    fa_output outputs[] = {{.array = a, .path = stored}, {.array = a, .path = packed, .options = &deflate}};
    fa_evaluate_all(outputs, 2, NULL, err);
}

static void read_archive(fa_error *err)
{
    fa_names *names = made(fa_names_of_file(in_folder("a.npz"), err), err);
    assert_true(fa_failed(err) || fa_names_count(names) == 2);
    fa_names_release(names);
    fa_array *stored = made(fa_open(in_folder("a.npz::stored"), FA_READ_ONLY, NULL, err), err);
    fa_array *packed = made(fa_open(in_folder("a.npz::packed"), FA_READ_ONLY, NULL, err), err);
    fa_array *x = made(fa_eval("sum(s) + sum(p)", FA_VARS({"s", stored}, {"p", packed}), err), err);
    double sum = fa_item_float64(x, err);
    assert_true(fa_failed(err) || sum == ELEMENTS * (ELEMENTS + 1.0));
    fa_open_options strict = {.strict = true};
    fa_release(made(fa_open(in_folder("a.npz::stored"), FA_READ_ONLY, &strict, err), err));
    fa_release(x);
    fa_release(packed);
    fa_release(stored);
}

static void write_archive(fa_error *err)
{
    fa_array *a = made(fa_open(in_folder("a.npy"), FA_READ_ONLY, NULL, err), err);
    fa_array *x = made(fa_eval("a.T * 2", FA_VARS({"a", a}), err), err);
    save_archive(in_folder("x.npz"), x, err);
    fa_save(in_folder("x.npz::more"), a, NULL, err); /* the others are copied */
    fa_array *back = made(fa_open(in_folder("x.npz::packed"), FA_READ_ONLY, NULL, err), err);
    double last = fa_get_float64(back, FA_COORDS(-1, -1), err);
    assert_true(fa_failed(err) || last == 2 * ELEMENTS);
    fa_release(back);
    fa_release(x);
    fa_release(a);
    unlink(in_folder("x.npz"));
}

static void write_what_is_pending(fa_error *err)
{
    fa_array *m = made(fa_ones(FA_FLOAT64, FA_SHAPE(100), err), err);
    fa_array *x = made(fa_eval("m + 1", FA_VARS({"m", m}), err), err);
    fa_array *half = made(fa_slice(m, ":50", err), err);
    fa_fill_int64(half, 9, err);
    double before = fa_get_float64(x, FA_COORDS(0), err);
    assert_true(fa_failed(err) || before == 2);
    fa_eval_into(m, "m[::-1] * 3", FA_VARS({"m", m}), err);
    fa_release(half);
    fa_release(x);
    fa_release(m);
}

static void spill(fa_error *err)
{
    fa_array *r = made(fa_random_normal(FA_FLOAT64, FA_SHAPE(100, 200), NULL, err), err);
    fa_evaluate(r, NULL, err);
    fa_array *flat = made(fa_eval("(r * 0 + 5).reshape(-1)[::7]", FA_VARS({"r", r}), err), err);
    fa_array *kept = made(fa_copy(flat, err), err);
    double five = fa_get_float64(kept, FA_COORDS(-1), err);
    assert_true(fa_failed(err) || five == 5);
    fa_release(kept);
    fa_release(flat);
    fa_release(r);
}

/* Whatever fails: the file is whole, in a length that it had before or after a call. Looked at from outside,
 * since the library goes on reporting a loss. */
static void check_length(const char *path, int64_t least, int64_t most)
{
    int left = atomic_exchange(&plan.left, 0);
    enum { WIDTH = 300 };
    static float row[WIDTH];
    char header[129] = {0};
    FILE *file = fopen(path, "rb");
    assert_int_equal(fread(header, 1, 128, file), 128);
    const char *shape = strstr(header + 10, "'shape': (");
    int64_t rows = shape != NULL ? strtoll(shape + 10, NULL, 10) : -1;
    bool right = rows >= least && rows <= most;
    for (int64_t i = 0; i < rows && right; i++) {
        right = fread(row, sizeof row, 1, file) == 1;
        for (int k = 0; k < WIDTH && right; k++)
            right = row[k] == (i < 6 ? 1 : 7);
    }
    fclose(file);
    if (!right)
        fail_msg("%s: %lld rows for %lld to %lld", header + 10, (long long)rows, (long long)least,
                 (long long)most);
    atomic_store(&plan.left, left);
}

static void grow_and_shrink(fa_error *err)
{
    const char *path = in_folder("long.npy");
    fa_array *ones = made(fa_ones(FA_FLOAT32, FA_SHAPE(6, 300), err), err);
    fa_save(path, ones, NULL, err);
    fa_array *file = made(fa_open(path, FA_READ_WRITE, NULL, err), err);
    fa_array *rows = made(fa_eval("x * 7", FA_VARS({"x", ones}), err), err);
    fa_array *longer = made(fa_append(file, rows, NULL, err), err);
    if (file != NULL)
        check_length(path, longer != NULL ? 12 : 6, 12);
    fa_array *shorter = made(fa_resize(longer, 8, err), err);
    if (longer != NULL)
        check_length(path, 8, shorter != NULL ? 8 : 12);
    double last = fa_get_float64(shorter, FA_COORDS(7, 299), err);
    assert_true(fa_failed(err) || last == 7);
    fa_release(shorter);
    fa_release(longer);
    fa_release(rows);
    fa_release(file);
    fa_release(ones);
    unlink(path);
}

static void change_a_copy(fa_error *err)
{
    fa_array *copy = made(fa_open(in_folder("a.npy"), FA_COPY_ON_WRITE, NULL, err), err);
    fa_array *part = made(fa_slice(copy, "::2, ::-1", err), err);
    fa_eval_into(part, "part * 0 - 3", FA_VARS({"part", part}), err);
    double changed = fa_get_float64(copy, FA_COORDS(2, 3), err),
           kept = fa_get_float64(copy, FA_COORDS(3, 0), err);
    assert_true(fa_failed(err) || (changed == -3 && kept == 3 * COLUMNS + 1));
    fa_release(part);
    fa_release(copy);
}

static void use_bytes(fa_error *err)
{
    const char *path = in_folder("bytes");
    fa_map_options options = {.length_bytes = 20000};
    fa_map *map = made(fa_map_open(path, FA_CREATE, &options, err), err);
    fa_map_put(map, 9000, "a line\nand more\n", 16, err);
    fa_map_move(map, 100, 9000, 10000, err);
    fa_map_seek(map, fa_map_find(map, "and", 3, 0, FA_OMITTED, err), SEEK_SET, err);
    size_t length = 0;
    const char *line =
        fa_failed(err) ? NULL : made((void *)(uintptr_t)fa_map_readline(map, &length, err), err);
    assert_true(line == NULL || strcmp(line, "and more\n") == 0);
    fa_array *array = made(fa_map_array(map, FA_INT16, FA_SHAPE(-1, 5), 0, err), err);
    fa_map_flush(map, 100, 300, err);
    fa_map_resize(map, 30000, err);
    fa_map_resize(map, 5000, err);
    int64_t value = fa_get_int64(array, FA_COORDS(0, 0), err);
    assert_true(fa_failed(err) || value == 0);
    fa_map *memory = made(fa_map_anonymous(5000, err), err);
    fa_map_write(memory, "bytes", 5, err);
    fa_map_resize(memory, 90000, err);
    int byte = fa_map_seek(memory, 4, SEEK_SET, err) == 4 ? fa_map_read_byte(memory, err) : -1;
    assert_true(fa_failed(err) || byte == 's');
    fa_map_close(memory, err);
    fa_map_close(map, err);
    fa_release(array);
    unlink(path);
}

/* ---- The walk ---- */

/* Everything, with the N-th call failing, until no call is the N-th. */
static void walk(int kind, void (*body)(fa_error *), const char *name)
{
    int quiet = 0, n = 0, failed = 0, survived = 0;
    fa_error first = {0};
    body(&first); /* threads and tables that stay are there from here on */
    assert_clean(first);
    int descriptors = count_descriptors(), names = count_names();
    size_t used = fa_memory_used();
    while (quiet < 3) {
        fa_error err = {0};
        atomic_store(&plan.fired, false);
        atomic_store(&plan.kind, kind);
        atomic_store(&plan.left, ++n);
        body(&err);
        atomic_store(&plan.left, 0);
        bool fired = atomic_load(&plan.fired);
        quiet = fired ? 0 : quiet + 1;
        failed += fa_failed(&err);
        survived += fired && !fa_failed(&err);
        if (fa_failed(&err) &&
            (!fired || err.code == FA_INTERNAL || err.message[0] == '\0' || err.message[0] == ':'))
            fail_msg("%s, call %d: %s: %s", name, n, fa_error_name(err.code), err.message);
        if (count_descriptors() != descriptors || fa_memory_used() != used || count_names() != names)
            fail_msg(
                "%s, call %d left something: %d descriptors for %d, %zu bytes for %zu, %d names for %d (%s)",
                name, n, count_descriptors(), descriptors, fa_memory_used(), used, count_names(), names,
                err.message);
    }
    print_message("%s: %d calls failed, %d of them were an error, %d were survived\n", name,
                  failed + survived, failed, survived);
    assert_true(kind == SYSTEM || failed > 3);
}

static void walk_all(int kind)
{
    fa_error err = {0};
    make_numbers(in_folder("a.npy"), ROWS, COLUMNS, &err);
    fa_array *numbers = fa_open(in_folder("a.npy"), FA_READ_ONLY, NULL, &err);
    save_archive(in_folder("a.npz"), numbers, &err);
    fa_release(numbers);
    setenv("FARRAY_TMPDIR", folder, 1);
    assert_clean(err);
    walk(kind, open_and_view, "open and view");
    walk(kind, print, "print");
    walk(kind, parse, "parse");
    walk(kind, evaluate_text, "evaluate text");
    walk(kind, reduce, "reduce");
    walk(kind, add_up_in_turns, "add up in turns");
    walk(kind, multiply, "multiply");
    walk(kind, user_kernels, "kernels of the user's");
    walk(kind, create_and_assign, "create and assign");
    walk(kind, save_several, "save several");
    walk(kind, write_what_is_pending, "write what is pending");
    walk(kind, grow_and_shrink, "grow and shrink");
    walk(kind, change_a_copy, "change a copy");
    walk(kind, use_bytes, "use bytes");
    walk(kind, read_archive, "read an archive");
    walk(kind, write_archive, "write an archive");
    size_t limit = fa_memory_limit();
    fa_set_memory_limit(128 << 10, &err);
    walk(kind, spill, "spill");
    fa_set_memory_limit(limit, &err);
}

static void every_allocation_fails_in_turn(void **state)
{
    (void)state;
    walk_all(MEMORY);
}

static void every_call_of_the_system_fails_in_turn(void **state)
{
    (void)state;
    walk_all(SYSTEM);
}

static void every_allocation_fails_in_turn_past_the_page_cache(void **state)
{
    (void)state;
    fa__set_io_mode(FA__IO_DIRECT);
    walk_all(MEMORY);
    fa__set_io_mode(FA__IO_AUTO);
}

static void every_call_of_the_system_fails_in_turn_past_the_page_cache(void **state)
{
    (void)state;
    fa__set_io_mode(FA__IO_DIRECT);
    walk_all(SYSTEM);
    fa__set_io_mode(FA__IO_AUTO);
}

/* In a child whose pool has no thread yet. */
static int start_the_pool(void *argument)
{
    for (int n = 1; n < 200; n++) {
        fa_error err = {0};
        atomic_store(&plan.fired, false);
        atomic_store(&plan.kind, MEMORY);
        atomic_store(&plan.left, n);
        evaluate_text(&err);
        atomic_store(&plan.left, 0);
        if (fa_failed(&err) && (err.code == FA_INTERNAL || !atomic_load(&plan.fired)))
            return 1;
    }
    (void)argument;
    return 0;
}

static void allocations_fail_while_threads_start(void **state)
{
    (void)state;
    fa_error err = {0};
    make_numbers(in_folder("a.npy"), ROWS, COLUMNS, &err);
    assert_clean(err);
    assert_int_equal(in_child(start_the_pool, NULL), 0);
}

int main(void)
{
    setenv("FARRAY_THREADS", "2", 1);
    setenv("FARRAY_TILE", "4096", 1); /* a grain of the file: the least that goes past the page cache */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(allocations_fail_while_threads_start, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(every_allocation_fails_in_turn, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(every_call_of_the_system_fails_in_turn, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(every_allocation_fails_in_turn_past_the_page_cache, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(every_call_of_the_system_fails_in_turn_past_the_page_cache,
                                        make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
