/* SPDX-License-Identifier: BSD-3-Clause */
/* Files as bytes: arrays over maps, sizes, closing, what is refused, what is cut. That every method answers
 * as Python's mmap does is test_map_oracle.py's to show. */
#include "faults/arrays.h"

#include <signal.h>

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void assert_text(const char *path, const char *text)
{
    char bytes[256] = {0};
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(bytes, 1, sizeof bytes - 1, file), strlen(text));
    assert_string_equal(bytes, text);
    fclose(file);
}

#define assert_fails(call, expected, words)                                    \
    do {                                                                       \
        fa_error why = {0};                                                    \
        call;                                                                  \
        if (why.code != (int)(expected) || strstr(why.message, words) == NULL) \
            fail_msg("%s: %s", fa_error_name(why.code), why.message);          \
    } while (0)

static void lines_are_read_and_replaced_in_place(void **state)
{
    (void)state;
    fa_error err = {0};
    write_text(in_folder("text"), "one\n\nthree\nlast");
    fa_map *map = fa_map_open(in_folder("text"), FA_READ_WRITE, NULL, &err);
    static const char *const lines[] = {"one\n", "\n", "three\n", "last"};
    size_t length;
    for (int i = 0; i < 4; i++) {
        assert_string_equal(fa_map_readline(map, &length, &err), lines[i]);
        assert_int_equal(length, strlen(lines[i]));
    }
    assert_null(fa_map_readline(map, &length, &err));
    assert_int_equal(length, 0);
    assert_clean(err);
    fa_map_put(map, 5, "THREE", 5, &err);
    assert_int_equal(fa_map_seek(map, -4, SEEK_END, &err), 11);
    assert_int_equal(fa_map_write(map, "LAST", 4, &err), 4);
    assert_int_equal(fa_map_tell(map), 15);
    fa_map_close(map, &err);
    assert_clean(err);
    assert_text(in_folder("text"), "one\n\nTHREE\nLAST");
}

static void long_lines_are_charged(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_map *map = fa_map_anonymous(1 << 20, &err);
    size_t used = fa_memory_used(), length;
    assert_true(used >= 1 << 20);
    assert_non_null(fa_map_readline(map, &length, &err));
    assert_int_equal(length, 1 << 20);
    assert_true(fa_memory_used() > used + (1 << 20));
    fa_set_memory_limit(fa_memory_used(), &err);
    fa_map *larger = fa_map_anonymous(4 << 20, &err); /* goes to scratch */
    assert_clean(err);
    assert_fails(fa_map_readline(larger, &length, &why), FA_NO_MEMORY, "does not fit into the memory limit");
    fa_set_memory_limit(0, &err);
    fa_map_close(larger, &err);
    fa_map_close(map, &err);
    assert_clean(err);
    assert_int_equal(fa_memory_used(), 0);
}

static void a_part_of_a_file_is_mapped_at_any_byte(void **state)
{
    (void)state;
    fa_error err = {0};
    char bytes[8] = {0};
    write_text(in_folder("text"), "0123456789");
    fa_map *map = fa_map_open(in_folder("text"), FA_READ_WRITE,
                              &(fa_map_options){.offset_bytes = 3, .length_bytes = 4}, &err);
    assert_int_equal(fa_map_size(map), 4);
    assert_int_equal(fa_map_file_bytes(map, &err), 10);
    fa_map_get(map, 1, bytes, 3, &err);
    assert_string_equal(bytes, "456");
    fa_map_put(map, 0, "abcd", 4, &err);
    fa_map *rest = fa_map_open(in_folder("text"), FA_READ_ONLY, &(fa_map_options){.offset_bytes = 6}, &err);
    assert_int_equal(fa_map_size(rest), 4);
    assert_int_equal(fa_map_read(rest, bytes, 8, &err), 4);
    assert_memory_equal(bytes, "d789", 4);
    assert_clean(err);
    assert_fails(fa_map_put(rest, 0, "x", 1, &why), FA_NOT_WRITEABLE, "text: the array is read-only");
    assert_fails(fa_map_resize(rest, 9, &why), FA_NOT_WRITEABLE, "text");
    assert_fails(fa_map_put(map, 2, "xyz", 3, &why), FA_OUT_OF_RANGE,
                 "text: 3 bytes from byte 2 on are not in a map of 4 bytes");
    assert_fails(fa_map_open(in_folder("text"), FA_READ_ONLY,
                             &(fa_map_options){.offset_bytes = 8, .length_bytes = 4}, &why),
                 FA_BAD_FORMAT, "needs 12 bytes, file has 10");
    fa_map_close(rest, &err);
    fa_map_close(map, &err);
    assert_clean(err);
    assert_text(in_folder("text"), "012abcd789");
}

static void arrays_over_a_map_share_its_bytes_and_its_life(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_map *map =
        fa_map_open(in_folder("numbers"), FA_CREATE, &(fa_map_options){.length_bytes = 800 + 3}, &err);
    fa_array *array = fa_map_array(map, FA_FLOAT64, FA_SHAPE(-1, 10), 3, &err);
    assert_clean(err);
    assert_int_equal(fa_size_of_axis(array, 0), 10);
    fa_eval_into(array, "arange(100).reshape(10, 10)", FA_VARS(), &err);
    fa_array *lazy = fa_eval("sum(a)", FA_VARS({"a", array}), &err);
    double number;
    fa_map_get(map, 3 + 8 * 42, &number, sizeof number, &err);
    assert_true(number == 42);
    number = 1000;
    fa_map_put(map, 3, &number, sizeof number, &err); /* `lazy` was asked for before */
    assert_true(fa_item_float64(lazy, &err) == 4950);
    assert_true(fa_get_float64(array, FA_COORDS(0, 0), &err) == 1000);
    fa_array *raw = fa_memmap(in_folder("numbers"), FA_READ_ONLY, FA_UINT8, FA_SHAPE(-1), NULL, &err);
    assert_true(fa_shares_bytes(raw, array));
    assert_clean(err);
    assert_fails(fa_map_array(map, FA_FLOAT64, FA_SHAPE(101), 3, &why), FA_OUT_OF_RANGE,
                 "808 bytes from byte 3 on");
    assert_fails(fa_map_array(map, FA_FLOAT64, FA_SHAPE(-1), 0, &why), FA_BAD_SHAPE, "no multiple of 8");
    fa_map_close(map, &err);
    assert_clean(err);
    assert_fails(fa_get_float64(array, FA_COORDS(0, 0), &why), FA_CLOSED, "numbers: the map was closed");
    assert_int_equal(fa_get_int64(raw, FA_COORDS(0), &err), 0); /* other handles of the file stay open */
    assert_clean(err);
    fa_release(raw);
    fa_release(lazy);
    fa_release(array);
}

static void the_last_map_gives_the_file_back(void **state)
{
    (void)state;
    fa_error err = {0};
    int descriptors = count_descriptors();
    write_text(in_folder("text"), "0123456789");
    fa_map *map = fa_map_open(in_folder("text"), FA_COPY_ON_WRITE, NULL, &err);
    fa_map_put(map, 0, "x", 1, &err);
    fa_array *array = fa_map_array(map, FA_UINT8, FA_SHAPE(-1), 0, &err);
    assert_int_equal(fa_get_int64(array, FA_COORDS(0), &err), 'x');
    fa_map_flush(map, 0, 0, &err);
    fa_map_close(map, &err);
    assert_clean(err);
    assert_int_equal(count_descriptors(), descriptors);
    assert_int_equal(fa_memory_used(), 0);
    assert_fails(fa_get_int64(array, FA_COORDS(0), &why), FA_CLOSED, "text");
    fa_release(array);
    assert_text(in_folder("text"), "0123456789");
}

static void views_of_bytes_that_went_are_errors(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_map *map = fa_map_open(in_folder("numbers"), FA_CREATE, &(fa_map_options){.length_bytes = 8000}, &err);
    fa_array *array = fa_map_array(map, FA_INT64, FA_SHAPE(1000), 0, &err);
    fa_array *head = fa_slice(array, ":100", &err), *tail = fa_slice(array, "100:", &err);
    fa_eval_into(array, "arange(1000)", FA_VARS(), &err);
    fa_map_seek(map, 0, SEEK_END, &err);
    fa_map_resize(map, 800, &err);
    assert_int_equal(fa_map_size(map), 800);
    assert_int_equal(fa_map_tell(map), 800);
    assert_int_equal(fa_get_int64(head, FA_COORDS(99), &err), 99);
    assert_clean(err);
    assert_fails(fa_get_int64(tail, FA_COORDS(0), &why), FA_CLOSED, "numbers: the file was cut to 800 bytes");
    for (int i = 0; i < 20; i++) {
        fa_map_resize(map, (size_t)(8000 + i), &err);
        int64_t number;
        fa_map_get(map, 800, &number, 8, &err);
        assert_int_equal(number, 0);
    }
    assert_clean(err);
    assert_fails(fa_fill_int64(tail, 1, &why), FA_CLOSED, "numbers: the file was cut to 800 bytes");
    fa_map_close(map, &err);
    assert_fails(fa_get_int64(head, FA_COORDS(0), &why), FA_CLOSED, "numbers");
    fa_release(tail);
    fa_release(head);
    fa_release(array);
    struct stat status;
    assert_int_equal(stat(in_folder("numbers"), &status), 0);
    assert_int_equal(status.st_size, 8019);
}

static void anonymous_maps_grow_and_are_charged(void **state)
{
    (void)state;
    fa_error err = {0};
    int descriptors = count_descriptors();
    fa_map *map = fa_map_anonymous_named(100, "a ring", &err);
    assert_int_equal(fa_memory_used(), 100);
    fa_map_put(map, 90, "0123456789", 10, &err);
    fa_array *array = fa_map_array(map, FA_UINT8, FA_SHAPE(-1), 0, &err);
    fa_map_resize(map, 100000, &err);
    assert_int_equal(fa_memory_used(), 100000);
    fa_map_put(map, 0, "z", 1, &err);
    assert_int_equal(fa_get_int64(array, FA_COORDS(0), &err), 'z');
    assert_int_equal(fa_get_int64(array, FA_COORDS(99), &err), '9');
    fa_map_resize(map, 10, &err);
    assert_int_equal(fa_memory_used(), 10);
    assert_int_equal(fa_map_file_bytes(map, &err), 10);
    assert_clean(err);
    assert_fails(fa_get_int64(array, FA_COORDS(99), &why), FA_CLOSED, "a ring: the file was cut to 10 bytes");
    fa_map *empty = fa_map_anonymous(0, &err);
    assert_int_equal(fa_map_size(empty), 0);
    fa_map_resize(empty, 5, &err);
    assert_int_equal(fa_memory_used(), 15);
    fa_map_put(empty, 0, "hello", 5, &err);
    assert_int_equal(fa_map_find(empty, "lo", 2, 0, FA_OMITTED, &err), 3);
    fa_map_resize(empty, 0, &err);
    assert_int_equal(fa_memory_used(), 10);
    fa_map_resize(empty, 7, &err);
    assert_int_equal(fa_memory_used(), 17);
    fa_map_close(empty, &err);
    fa_map_close(map, &err);
    assert_clean(err);
    assert_int_equal(fa_memory_used(), 0);
    fa_release(array);
    assert_int_equal(count_descriptors(), descriptors);
}

static int write_in_child(void *map)
{
    fa_error err = {0};
    fa_map_put(map, 3, "child", 5, &err);
    return err.code;
}

static void children_share_anonymous_maps(void **state)
{
    (void)state;
    fa_error err = {0};
    char bytes[9] = {0};
    fa_map *map = fa_map_anonymous(8, &err);
    assert_int_equal(in_child(write_in_child, map), FA_OK);
    fa_map_get(map, 3, bytes, 5, &err);
    assert_string_equal(bytes, "child");
    fa_map_close(map, &err);
    assert_clean(err);
}

static void a_cut_file_is_an_error_and_no_signal(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_map *map = fa_map_open(in_folder("cut"), FA_CREATE, &(fa_map_options){.length_bytes = 1 << 20}, &err);
    fa_array *array = fa_map_array(map, FA_FLOAT64, FA_SHAPE(-1), 0, &err);
    char bytes[100];
    size_t length;
    fa_fill_float64(array, 1, &err);
    assert_clean(err);
    assert_int_equal(truncate(in_folder("cut"), 5000), 0);
    assert_fails(fa_map_get(map, 4950, bytes, 100, &why), FA_MAP_FAULT,
                 "cut: file ends at byte 5000, needed up to 5050");
    assert_fails(fa_map_find(map, "xyz", 3, 0, FA_OMITTED, &why), FA_MAP_FAULT,
                 "cut: file ends at byte 5000");
    assert_fails(fa_map_rfind(map, "xyz", 3, 0, FA_OMITTED, &why), FA_MAP_FAULT,
                 "cut: file ends at byte 5000");
    assert_fails(fa_map_move(map, 0, 500000, 100, &why), FA_MAP_FAULT, "cut: file ends at byte 5000");
    assert_fails(fa_map_readline(map, &length, &why), FA_MAP_FAULT, "cut: file ends at byte 5000");
    assert_fails(fa_release(fa_copy(array, &why)), FA_MAP_FAULT, "cut: file ends at byte 5000");
    fa_map_close(map, &(fa_error){0});
    fa_release(array);
}

static void two_maps_and_an_array_see_each_other(void **state)
{
    (void)state;
    fa_error err = {0};
    make_numbers(in_folder("a.npy"), 10, 10, &err);
    fa_array *array = fa_open(in_folder("a.npy"), FA_READ_WRITE, NULL, &err);
    fa_map *map = fa_map_open(in_folder("a.npy"), FA_READ_WRITE, NULL, &err);
    fa_map *other =
        fa_map_open(in_folder("a.npy"), FA_READ_ONLY, &(fa_map_options){.offset_bytes = 128}, &err);
    double number = -7;
    fa_map_put(map, 128, &number, sizeof number, &err);
    assert_true(fa_get_float64(array, FA_COORDS(0, 0), &err) == -7);
    fa_fill_int64(array, 5, &err);
    fa_map_get(other, 8, &number, sizeof number, &err);
    assert_true(number == 5);
    fa_map_move(map, 128, 0, 64, &err); /* overlaps nothing, and changes the array's first elements */
    assert_true(fa_get_float64(array, FA_COORDS(0, 0), &err) != 5);
    fa_array *longer = fa_append(array, array, NULL, &err);
    assert_int_equal(fa_map_file_bytes(map, &err), 128 + 1600);
    assert_clean(err);
    fa_release(longer);
    fa_map_close(other, &err);
    fa_map_close(map, &err);
    fa_release(array);
    assert_clean(err);
}

static void what_makes_no_sense_is_refused(void **state)
{
    (void)state;
    fa_error ok = {0};
    char byte;
    fa_map *map = fa_map_anonymous(10, &ok);
    assert_clean(ok);
    assert_fails(fa_map_open(NULL, FA_READ_ONLY, NULL, &why), FA_INVALID_ARGUMENT, "path");
    assert_fails(fa_map_open(in_folder("none"), FA_READ_ONLY, NULL, &why), FA_NOT_FOUND, "none");
    assert_fails(fa_map_open(folder, FA_READ_ONLY, NULL, &why), FA_BAD_FORMAT, "is a folder");
    assert_fails(fa_map_seek(map, 11, SEEK_SET, &why), FA_OUT_OF_RANGE, "lead out of a map of 10 bytes");
    assert_fails(fa_map_seek(map, -1, SEEK_SET, &why), FA_OUT_OF_RANGE, "");
    assert_fails(fa_map_seek(map, INT64_MAX, SEEK_END, &why), FA_OUT_OF_RANGE, "");
    assert_fails(fa_map_seek(map, 0, 9, &why), FA_INVALID_ARGUMENT, "whence 9");
    assert_fails(fa_map_get(map, SIZE_MAX, &byte, 1, &why), FA_OUT_OF_RANGE, "");
    assert_fails(fa_map_get(map, 1, &byte, SIZE_MAX, &why), FA_OUT_OF_RANGE, "");
    assert_fails(fa_map_move(map, 5, 0, 6, &why), FA_OUT_OF_RANGE, "");
    assert_fails(fa_map_write_byte(map, 256, &why), FA_OUT_OF_RANGE, "256 is not a byte");
    assert_fails(fa_map_advise(map, (fa_advice)77, 0, 0, &why), FA_INVALID_ARGUMENT, "77 is no advice");
    assert_fails(fa_map_flush(map, 11, 0, &why), FA_OUT_OF_RANGE, "");
    assert_fails(fa_map_tell(NULL); fa_map_flush(NULL, 0, 0, &why), FA_INVALID_ARGUMENT, "the map is NULL");
    assert_fails(fa_map_resize(map, SIZE_MAX, &why), FA_TOO_LARGE, "");
    fa_map_seek(map, 0, SEEK_END, &ok);
    assert_fails(assert_int_equal(fa_map_read_byte(map, &why), -1), FA_OUT_OF_RANGE, "");
    assert_fails(assert_int_equal(fa_map_write(map, "x", 1, &why), 0), FA_OUT_OF_RANGE, "");
    for (int advice = FA_ADVICE_NORMAL; advice <= FA_ADVICE_DONT_NEED; advice++)
        fa_map_advise(map, (fa_advice)advice, 0, 0, &ok);
    fa_map_start_flush(map, 2, 3, &ok);
    fa_map_close(NULL, &ok);
    fa_map_close(map, &ok);
    assert_clean(ok);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lines_are_read_and_replaced_in_place, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(long_lines_are_charged, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_part_of_a_file_is_mapped_at_any_byte, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(arrays_over_a_map_share_its_bytes_and_its_life, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(the_last_map_gives_the_file_back, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(views_of_bytes_that_went_are_errors, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(anonymous_maps_grow_and_are_charged, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(children_share_anonymous_maps, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_cut_file_is_an_error_and_no_signal, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(two_maps_and_an_array_see_each_other, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(what_makes_no_sense_is_refused, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
