/* SPDX-License-Identifier: BSD-3-Clause */
/* Files that were opened read-only, and files that nobody named, are never changed; a result that takes the
 * place of the file it is computed from is right, and whoever has the old file open goes on seeing it. */
#include "faults/arrays.h"

#include <math.h>

enum { ROWS = 120, COLUMNS = 90, ELEMENTS = ROWS * COLUMNS };

/* All that is known about a file from outside. */
typedef struct print_of_file {
    struct stat status;
    unsigned long long hash;
} print_of_file;

static print_of_file print_of(const char *name)
{
    print_of_file print = {.hash = 1469598103934665603ull};
    FILE *file = fopen(in_folder(name), "re");
    assert_non_null(file);
    for (int c; (c = fgetc(file)) != EOF;)
        print.hash = (print.hash ^ (unsigned)c) * 1099511628211ull;
    assert_int_equal(fstat(fileno(file), &print.status), 0);
    fclose(file);
    return print;
}

static bool is_same(const print_of_file *a, const print_of_file *b)
{
    return a->hash == b->hash && a->status.st_ino == b->status.st_ino &&
           a->status.st_size == b->status.st_size && a->status.st_mode == b->status.st_mode &&
           a->status.st_mtim.tv_sec == b->status.st_mtim.tv_sec &&
           a->status.st_mtim.tv_nsec == b->status.st_mtim.tv_nsec &&
           a->status.st_ctim.tv_sec == b->status.st_ctim.tv_sec &&
           a->status.st_ctim.tv_nsec == b->status.st_ctim.tv_nsec;
}

static int make_files(void **state)
{
    fa_error err = {0};
    if (make_folder(state) != 0)
        return 1;
    make_numbers(in_folder("a.npy"), ROWS, COLUMNS, &err);
    make_numbers(in_folder("bystander.npy"), ROWS, COLUMNS, &err);
    return fa_failed(&err);
}

static void not_writeable(fa_error *err)
{
    assert_int_equal(err->code, FA_NOT_WRITEABLE);
    fa_error_clear(err);
}

/* All ways to write, through a view of a read-only file. */
static void try_to_write(fa_array *view)
{
    fa_error err = {0};
    fa_fill_int64(view, 7, &err);
    not_writeable(&err);
    fa_fill_float64(view, 7, &err);
    not_writeable(&err);
    fa_eval_into(view, "1", FA_VARS(), &err);
    not_writeable(&err);
    fa_assign(view, view, &err);
    not_writeable(&err);
    fa_set_writeable(view, true, &err);
    not_writeable(&err);
    fa_evaluate_all(&(fa_output){.array = view, .target = view}, 1, NULL, &err);
    not_writeable(&err);
}

static void try_all_views(fa_array *a)
{
    static const char *const slices[] = {"...", "0", "::-1, ::2", "newaxis, 3:5", "0, 0"};
    fa_error err = {0};
    try_to_write(a);
    for (size_t i = 0; i < sizeof slices / sizeof slices[0]; i++) {
        fa_array *view = fa_slice(a, slices[i], &err);
        fa_array *turned = fa_transpose(view, &err);
        assert_clean(err);
        try_to_write(view);
        try_to_write(turned);
        fa_release(turned);
        fa_release(view);
    }
}

static void use(fa_array *a)
{
    fa_error err = {0};
    fa_array *x = fa_eval("(a - mean(a, axis=0)) / std(a, axis=0) + a[::-1]", FA_VARS({"a", a}), &err);
    fa_evaluate(x, NULL, &err);
    fa_fill_int64(x, 3, &err);
    fa_array *copy = fa_copy(a, &err);
    fa_fill_int64(copy, 5, &err);
    fa_save(in_folder("x.npy"), x, NULL, &err);
    char *text = fa_to_text(a, NULL, &err);
    fa_flush(a, &err);
    assert_clean(err);
    free(text);
    fa_release(copy);
    fa_release(x);
}

static void a_read_only_file_is_never_changed(void **state)
{
    (void)state;
    fa_error err = {0};
    print_of_file a_before = print_of("a.npy"), bystander_before = print_of("bystander.npy");
    for (int raw = 0; raw < 2; raw++) {
        fa_memmap_options options = {.offset_bytes = 128};
        fa_array *a = raw ? fa_memmap(in_folder("a.npy"), FA_READ_ONLY, FA_FLOAT64, FA_SHAPE(ROWS, COLUMNS),
                                      &options, &err)
                          : fa_open(in_folder("a.npy"), FA_READ_ONLY, NULL, &err);
        assert_clean(err);
        try_all_views(a);
        use(a);
        fa_close(a, &err);
        assert_clean(err);
    }
    print_of_file a_after = print_of("a.npy"), bystander_after = print_of("bystander.npy");
    assert_true(is_same(&a_before, &a_after));
    assert_true(is_same(&bystander_before, &bystander_after));
    assert_int_equal(count_names(), 3);
}

/* One handle may write what another one only reads: the reader's views still may not. */
static void a_writer_elsewhere_gives_no_right_to_write(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *writer = fa_open(in_folder("a.npy"), FA_READ_WRITE, NULL, &err);
    fa_array *reader = fa_open(in_folder("a.npy"), FA_READ_ONLY, NULL, &err);
    assert_clean(err);
    print_of_file before = print_of("a.npy");
    try_all_views(reader);
    print_of_file after = print_of("a.npy");
    assert_true(is_same(&before, &after));
    fa_release(reader);
    fa_release(writer);
}

/* The negative control: a file that is written does look different. */
static void a_write_is_noticed(void **state)
{
    (void)state;
    fa_error err = {0};
    print_of_file before = print_of("a.npy");
    fa_array *a = fa_open(in_folder("a.npy"), FA_READ_WRITE, NULL, &err);
    fa_fill_int64(a, 7, &err);
    fa_close(a, &err);
    assert_clean(err);
    print_of_file after = print_of("a.npy");
    assert_false(is_same(&before, &after));
}

static double element(const char *path, int64_t row, int64_t column)
{
    fa_error err = {0};
    fa_array *a = fa_open(path, FA_READ_ONLY, NULL, &err);
    double value = fa_get_float64(a, FA_COORDS(row, column), &err);
    assert_clean(err);
    fa_release(a);
    return value;
}

static void a_result_takes_the_place_of_its_input(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *a = fa_open(in_folder("a.npy"), FA_READ_ONLY, NULL, &err);
    fa_array *waiting = fa_eval("a + 0.5", FA_VARS({"a", a}), &err);
    fa_array *x = fa_eval("a[::-1, ::-1] * 2 + sum(a)", FA_VARS({"a", a}), &err);
    fa_save(in_folder("a.npy"), x, NULL, &err);
    assert_clean(err);
    double sum = ELEMENTS * (ELEMENTS + 1) / 2.0;
    assert_true(element(in_folder("a.npy"), 0, 0) == 2.0 * ELEMENTS + sum);
    assert_true(element(in_folder("a.npy"), ROWS - 1, COLUMNS - 1) == 2 + sum);
    /* The input's handle, and what is pending on it, see the old bytes. */
    assert_true(fa_get_float64(a, FA_COORDS(0, 0), &err) == 1);
    assert_true(fa_get_float64(waiting, FA_COORDS(-1, -1), &err) == ELEMENTS + 0.5);
    /* And again, several at once: each reads what the other replaces. */
    make_numbers(in_folder("b.npy"), ROWS, COLUMNS, &err);
    fa_array *b = fa_open(in_folder("b.npy"), FA_READ_ONLY, NULL, &err);
    fa_array *c = fa_open(in_folder("a.npy"), FA_READ_ONLY, NULL, &err);
    fa_array *to_a = fa_eval("b.T", FA_VARS({"b", b}), &err);
    fa_array *to_b = fa_eval("c * 0 + b[0, 1]", FA_VARS({"b", b}, {"c", c}), &err);
    fa_output outputs[] = {{.array = to_a, .path = in_folder("a.npy")},
                           {.array = to_b, .path = in_folder("b.npy")}};
    fa_evaluate_all(outputs, 2, NULL, &err);
    assert_clean(err);
    assert_true(element(in_folder("a.npy"), 1, 0) == 2);
    assert_true(element(in_folder("b.npy"), 7, 7) == 2);
    assert_true(fa_get_float64(b, FA_COORDS(7, 7), &err) == 7 * COLUMNS + 8);
    assert_clean(err);
    fa_array *all[] = {a, waiting, x, b, c, to_a, to_b};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        fa_release(all[i]);
    assert_int_equal(count_names(), 3);
}

/* An expression assigned to a part of the file that it reads. */
static void a_file_is_assigned_from_itself(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *a = fa_open(in_folder("a.npy"), FA_READ_WRITE, NULL, &err);
    fa_array *other = fa_open(in_folder("a.npy"), FA_READ_ONLY, NULL, &err);
    fa_array *before = fa_eval("other * 1", FA_VARS({"other", other}), &err);
    fa_eval_into(a, "other[::-1, ::-1]", FA_VARS({"other", other}), &err);
    for (int64_t i = 0; i < ROWS; i++) {
        assert_true(fa_get_float64(a, FA_COORDS(i, 3), &err) == (double)(ELEMENTS - (i * COLUMNS + 3)));
        assert_true(fa_get_float64(before, FA_COORDS(i, 3), &err) == (double)(i * COLUMNS + 4));
    }
    assert_clean(err);
    fa_release(before);
    fa_release(other);
    fa_release(a);
}

int main(void)
{
    setenv("FARRAY_TILE", "4096", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_read_only_file_is_never_changed, make_files, remove_folder),
        cmocka_unit_test_setup_teardown(a_writer_elsewhere_gives_no_right_to_write, make_files,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_write_is_noticed, make_files, remove_folder),
        cmocka_unit_test_setup_teardown(a_result_takes_the_place_of_its_input, make_files, remove_folder),
        cmocka_unit_test_setup_teardown(a_file_is_assigned_from_itself, make_files, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
