/* SPDX-License-Identifier: BSD-3-Clause */
/* Archives through the public functions: what is read and written, and how often. */
#include "platform/folder.h"

#include <farray/farray.h>

enum { ROWS = 1000, COLUMNS = 512, BYTES = ROWS * COLUMNS * 8 };

static const char *member(const char *file, const char *name)
{
    static char names[4][600];
    static int next;
    char *text = names[next++ % 4];
    snprintf(text, sizeof names[0], "%s::%s", in_folder(file), name);
    return text;
}

static fa_array *numbers(fa_error *err)
{
    fa_array *count = fa_arange_float64(0, (double)ROWS * COLUMNS, 1, err);
    fa_array *shaped = fa_reshape(count, FA_SHAPE(ROWS, COLUMNS), err);
    fa_release(count);
    return shaped;
}

static void save_pair(const char *file, const fa_create_options *options)
{
    fa_error err = {0};
    fa_array *a = numbers(&err), *b = fa_negative(a, &err);
    fa_output outputs[] = {{.array = a, .path = member(file, "a"), .options = options},
                           {.array = b, .path = member(file, "b"), .options = options}};
    fa_evaluate_all(outputs, 2, NULL, &err);
    assert_string_equal(err.message, "");
    fa_release(b);
    fa_release(a);
}

/* The folder's name once more: "/a/../a/file" is "/a/file". */
static const char *otherwise(const char *file, const char *name)
{
    static char text[1200];
    snprintf(text, sizeof text, "%s/../%s/./%s::%s", folder, strrchr(folder, '/') + 1, file, name);
    return text;
}

static void one_archive_spelled_in_two_ways_is_one(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_array *a = numbers(&err), *b = fa_negative(a, &err);
    fa_output outputs[] = {{.array = a, .path = member("spelled.npz", "a")},
                           {.array = b, .path = otherwise("spelled.npz", "b")}};
    for (int i = 0; i < 2; i++) { /* a new archive, and one that is there */
        fa_evaluate_all(outputs, 2, NULL, &err);
        assert_string_equal(err.message, "");
        fa_array *saved = fa_open(member("spelled.npz", "a"), FA_READ_ONLY, NULL, &err);
        fa_array *negative = fa_open(member("spelled.npz", "b"), FA_READ_ONLY, NULL, &err);
        assert_true(fa_get_float64(saved, FA_COORDS(0, 5), &err) == 5);
        assert_true(fa_get_float64(negative, FA_COORDS(0, 5), &err) == -5);
        assert_string_equal(err.message, "");
        fa_release(negative);
        fa_release(saved);
    }
    fa_release(b);
    fa_release(a);
}

static fa_statistics statistics(void)
{
    fa_statistics now;
    fa_get_statistics(&now);
    return now;
}

static void a_slice_reads_a_slice(void **state)
{
    (void)state;
    fa_error err = {0};
    save_pair("s.npz", NULL);
    int64_t before = statistics().bytes_read;
    fa_array *b = fa_open(member("s.npz", "b"), FA_READ_ONLY, NULL, &err);
    fa_array *row = fa_slice(b, "700", &err);
    fa_array *sum = fa_sum(row, FA_ALL_AXES, NULL, &err);
    assert_true(fa_item_float64(sum, &err) == -(700.0 * COLUMNS * COLUMNS + COLUMNS * (COLUMNS - 1) / 2));
    assert_in_range(statistics().bytes_read - before, 1, COLUMNS * 8);
    fa_release(sum);
    fa_release(row);
    fa_release(b);
    assert_false(fa_failed(&err));
}

static void a_compressed_array_is_unpacked_once(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_file_info info;
    fa_create_options options = {.codec = FA_CODEC_DEFLATE};
    save_pair("z.npz", &options);
    int64_t before = statistics().bytes_read;
    fa_array *a = fa_open(member("z.npz", "a"), FA_READ_ONLY, NULL, &err);
    fa_get_file_info(a, &info, &err);
    assert_string_equal(info.name, "a");
    assert_true(info.packed_bytes > 0 && info.packed_bytes < BYTES / 2);
    int64_t opened = statistics().bytes_read;
    assert_in_range(opened - before, 1, 256 << 10); /* what the header takes */
    for (int i = 0; i < 3; i++) {
        fa_array *x = fa_eval("sum(a[1:] - a[:-1])", FA_VARS({"a", a}), &err);
        assert_true(fa_item_float64(x, &err) == (double)COLUMNS * COLUMNS * (ROWS - 1));
        fa_release(x);
    }
    assert_int_equal(statistics().bytes_read - opened, info.packed_bytes);
    fa_release(a);
    assert_false(fa_failed(&err));
}

/* However many threads meet it first: `text` is computed of the compressed array z and another one, a. */
static void check_unpacked_once(const char *file, fa_array *value, const char *text, double expected)
{
    fa_error err = {0};
    fa_file_info info;
    fa_create_options options = {.codec = FA_CODEC_DEFLATE};
    fa_save(member(file, "z"), value, &options, &err);
    fa_array *z = fa_open(member(file, "z"), FA_READ_ONLY, NULL, &err), *a = numbers(&err);
    fa_get_file_info(z, &info, &err);
    fa_array *memory = fa_copy(a, &err);
    fa_evaluate(memory, NULL, &err);
    int64_t before = statistics().bytes_read;
    fa_array *x = fa_eval(text, FA_VARS({"z", z}, {"a", memory}), &err);
    double found = fa_item_float64(x, &err);
    assert_string_equal(err.message, "");
    assert_true(found == expected);
    assert_int_equal(statistics().bytes_read - before, info.packed_bytes);
    fa_release(x);
    fa_release(memory);
    fa_release(a);
    fa_release(z);
}

static void what_is_moved_or_counted_is_unpacked_once(void **state)
{
    (void)state;
    fa_error err = {0};
    double n = (double)ROWS * COLUMNS, sum = n * (n - 1) / 2;
    fa_set_threads(4, &err);
    fa_array *a = numbers(&err), *mask = fa_eval("a % 2 == 0", FA_VARS({"a", a}), &err);
    fa_array *positions = fa_eval("astype(a % 1000, 'int64')", FA_VARS({"a", a}), &err);
    check_unpacked_once("moved.npz", a, "sum(take(z, arange(999, -1, -1), axis=0))", sum);
    check_unpacked_once("two.npz", a, "sum(roll(z, 1, axis=0)) + sum(roll(z, 3))", 2 * sum);
    check_unpacked_once("mask.npz", mask, "sum(a[z])", n * (n - 2) / 4);
    check_unpacked_once("positions.npz", positions, "sum(take(ones(1000), z))", n);
    fa_release(positions);
    fa_release(mask);
    fa_release(a);
    fa_set_threads(0, &err);
    assert_string_equal(err.message, "");
}

/* Neither checksums nor other arrays cost a second look at what is written. */
static void an_archive_is_written_in_one_pass(void **state)
{
    (void)state;
    fa_statistics before = statistics();
    save_pair("w.npz", NULL);
    fa_statistics after = statistics();
    assert_int_equal(after.passes - before.passes, 1);
    assert_int_equal(after.bytes_read - before.bytes_read, 0);
    assert_in_range(after.bytes_written - before.bytes_written, 2 * BYTES, 2 * BYTES + 1000);
}

static void checksums_are_right_whatever_the_order(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_open_options strict = {.strict = true};
    for (int order = FA_ORDER_C; order <= FA_ORDER_F; order++)
        for (int codec = FA_CODEC_NONE; codec <= FA_CODEC_DEFLATE; codec++) {
            fa_create_options options = {
                .order = (fa_order)order, .codec = (fa_codec)codec, .dtype = FA_INT32};
            save_pair("o.npz", &options);
            fa_array *b = fa_open(member("o.npz", "b"), FA_READ_ONLY, &strict, &err);
            assert_int_equal(fa_get_int64(b, FA_COORDS(999, 511), &err), -(ROWS * COLUMNS - 1));
            fa_release(b);
            assert_string_equal(err.message, "");
        }
}

static void expect_error(fa_error *err, int code, const char *words)
{
    assert_int_equal(err->code, code);
    if (strstr(err->message, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err->message, words);
    fa_error_clear(err);
}

static void what_exists_is_kept_where_that_is_asked_for(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_create_options keep = {.keep_existing = true}, whole = {.whole_archive = true},
                      npz = {.format = FA_FORMAT_NPZ};
    fa_array *a = numbers(&err);
    save_pair("k.npz", NULL);
    fa_save(member("k.npz", "a"), a, &keep, &err);
    expect_error(&err, FA_BUSY, "::a: the array exists");
    fa_save(member("k.npz", "c"), a, &keep, &err);
    fa_names *names = fa_names_of_file(in_folder("k.npz"), &err);
    assert_int_equal(fa_names_count(names), 3);
    fa_names_release(names);
    fa_save(in_folder("k.npz"), a, &keep, &err);
    expect_error(&err, FA_BUSY, "the file exists");
    fa_save(member("k.npz", "c"), a, &whole, &err);
    names = fa_names_of_file(in_folder("k.npz"), &err);
    assert_int_equal(fa_names_count(names), 1);
    fa_names_release(names);
    fa_save(in_folder("named otherwise"), a, &npz, &err);
    fa_array *back = fa_open(member("named otherwise", "arr_0"), FA_READ_ONLY, NULL, &err);
    assert_true(fa_get_float64(back, FA_COORDS(1, 1), &err) == COLUMNS + 1);
    fa_release(back);
    assert_null(fa_create(in_folder("new.npz"), FA_FLOAT64, FA_SHAPE(3), NULL, &err));
    expect_error(&err, FA_UNSUPPORTED, "written once");
    assert_null(fa_open(member("k.npz", "c"), FA_READ_WRITE, NULL, &err));
    expect_error(&err, FA_UNSUPPORTED, "checksums");
    fa_release(a);
}

/* An archive that is read while another takes its place goes on being what it was. */
static void an_array_of_an_archive_that_is_replaced_stays(void **state)
{
    (void)state;
    fa_error err = {0};
    save_pair("r.npz", NULL);
    fa_array *a = fa_open(member("r.npz", "a"), FA_READ_ONLY, NULL, &err);
    fa_array *twice = fa_eval("a * 2", FA_VARS({"a", a}), &err);
    fa_save(member("r.npz", "a"), twice, NULL, &err);
    fa_array *now = fa_open(member("r.npz", "a"), FA_READ_ONLY, NULL, &err);
    assert_true(fa_get_float64(a, FA_COORDS(0, 5), &err) == 5);
    assert_true(fa_get_float64(now, FA_COORDS(0, 5), &err) == 10);
    fa_close(a, &err);
    assert_true(fa_get_float64(now, FA_COORDS(999, 0), &err) == 2.0 * 999 * COLUMNS);
    fa_release(now);
    fa_release(twice);
    assert_string_equal(err.message, "");
}

static bool stop(const fa_progress *progress, void *user)
{
    ++*(int *)user;
    return progress == NULL;
}

/* Stops when the elements are computed and are being packed: then the total is what is packed alone. */
static bool stop_packing(const fa_progress *progress, void *user)
{
    return progress->total_bytes != *(int64_t *)user || progress->done_bytes == 0;
}

static void packing_can_be_cancelled(void **state)
{
    (void)state;
    fa_error err = {0};
    int64_t packed = (4 << 20) * 8 + 128;
    fa_create_options deflate = {.codec = FA_CODEC_DEFLATE};
    fa_evaluate_options options = {.progress = stop_packing, .user = &packed};
    fa_array *large = fa_arange_int64(0, 4 << 20, 1, &err);
    fa_output output = {.array = large, .path = member("p.npz", "a"), .options = &deflate};
    fa_evaluate_all(&output, 1, &options, &err);
    assert_int_equal(err.code, FA_CANCELLED);
    assert_int_equal(access(in_folder("p.npz"), F_OK), -1);
    fa_release(large);
}

static void unpacking_can_be_cancelled(void **state)
{
    (void)state;
    fa_error err = {0};
    int calls = 0;
    fa_create_options deflate = {.codec = FA_CODEC_DEFLATE};
    fa_evaluate_options options = {.progress = stop, .user = &calls};
    fa_array *large = fa_arange_int64(0, 4 << 20, 1, &err);
    fa_save(member("c.npz", "a"), large, &deflate, &err);
    fa_array *a = fa_open(member("c.npz", "a"), FA_READ_ONLY, NULL, &err);
    fa_array *x = fa_sum(a, FA_ALL_AXES, NULL, &err);
    assert_string_equal(err.message, "");
    fa_evaluate(x, &options, &err);
    assert_int_equal(err.code, FA_CANCELLED);
    assert_true(calls > 0);
    fa_error_clear(&err);
    assert_int_equal(fa_item_int64(x, &err), (int64_t)(4 << 20) / 2 * ((4 << 20) - 1));
    assert_string_equal(err.message, "");
    fa_release(x);
    fa_release(a);
    fa_release(large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slice_reads_a_slice),
        cmocka_unit_test(one_archive_spelled_in_two_ways_is_one),
        cmocka_unit_test(a_compressed_array_is_unpacked_once),
        cmocka_unit_test(what_is_moved_or_counted_is_unpacked_once),
        cmocka_unit_test(an_archive_is_written_in_one_pass),
        cmocka_unit_test(checksums_are_right_whatever_the_order),
        cmocka_unit_test(what_exists_is_kept_where_that_is_asked_for),
        cmocka_unit_test(an_array_of_an_archive_that_is_replaced_stays),
        cmocka_unit_test(packing_can_be_cancelled),
        cmocka_unit_test(unpacking_can_be_cancelled),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
