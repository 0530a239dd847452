/* SPDX-License-Identifier: BSD-3-Clause */
/* Slices as text: what is read, where reading stops, and what is refused at which column. */
#include "cmocka_all.h"

#include "array/slice.h"

#include <string.h>

static void assert_parts(const char *text, int count, const fa_index_part *parts, size_t stop)
{
    fa_error err = {0};
    fa__slice slice;
    size_t at = 0;
    assert_true(fa__slice_parse(text, strlen(text), &at, &slice, &err));
    assert_int_equal(slice.count, count);
    assert_null(slice.field);
    assert_int_equal(at, stop);
    for (int i = 0; i < count; i++) {
        assert_int_equal(slice.parts[i].kind, parts[i].kind);
        assert_int_equal(slice.parts[i].start, parts[i].start);
        assert_int_equal(slice.parts[i].stop, parts[i].stop);
        assert_int_equal(slice.parts[i].step, parts[i].step);
    }
}
#define ASSERT_INDEX(text, stop, ...)                         \
    do {                                                      \
        fa_index_parts parts_ = FA_INDEX(__VA_ARGS__);        \
        assert_parts(text, parts_.count, parts_.parts, stop); \
    } while (0)

static void assert_refused(const char *text, int column, const char *message)
{
    fa_error err = {0};
    fa__slice slice;
    size_t at = 0;
    assert_false(fa__slice_parse(text, strlen(text), &at, &slice, &err));
    assert_string_equal(err.message, message);
    assert_int_equal(err.column, column);
    assert_int_equal(err.code, FA_BAD_INDEX);
}

static void pythons_slices_are_read(void **state)
{
    (void)state;
    ASSERT_INDEX("[1:3, ::-1]", 11, fa_range(1, 3, 1), fa_range(FA_OMITTED, FA_OMITTED, -1));
    ASSERT_INDEX("1:3, ::-1", 9, fa_range(1, 3, 1), fa_range(FA_OMITTED, FA_OMITTED, -1));
    ASSERT_INDEX("..., 0", 6, fa_ellipsis(), fa_at(0));
    ASSERT_INDEX("newaxis, :5", 11, fa_newaxis(), fa_range(FA_OMITTED, 5, 1));
    ASSERT_INDEX("[None,np.newaxis , Ellipsis,]", 29, fa_newaxis(), fa_newaxis(), fa_ellipsis());
    ASSERT_INDEX("[ - 1 ,+2, --3]", 15, fa_at(-1), fa_at(2), fa_at(3));
    ASSERT_INDEX("[None:None:None]", 16, fa_whole());
    ASSERT_INDEX("[:]", 3, fa_whole());
    ASSERT_INDEX("[1_000: 2_0_0]", 14, fa_range(1000, 200, 1));
    ASSERT_INDEX("[()]", 4, );
    ASSERT_INDEX("", 0, );
    ASSERT_INDEX("[5][6]", 3, fa_at(5));
    ASSERT_INDEX("[5]  ", 5, fa_at(5));
    ASSERT_INDEX("[99999999999999999999:-99999999999999999999]", 44, fa_range(INT64_MAX, -INT64_MAX, 1));
    ASSERT_INDEX("[000]", 5, fa_at(0));
}

static void fields_are_read(void **state)
{
    (void)state;
    fa_error err = {0};
    fa__slice slice;
    size_t at = 3;
    const char *text = "[0]['a b'][1]";
    assert_true(fa__slice_parse(text, strlen(text), &at, &slice, &err));
    assert_int_equal(slice.field_length, 3);
    assert_memory_equal(slice.field, "a b", 3);
    assert_int_equal(at, 10);
    assert_int_equal(slice.count, 0);
    at = 0;
    assert_true(fa__slice_parse("\"it's\"", 6, &at, &slice, &err));
    assert_int_equal(slice.field_length, 4);
}

static void refusals_name_the_column(void **state)
{
    (void)state;
    static const char only[] =
        "index: only integers, slices, '...', None and one field name can stand in an index, found";
    char message[200];
    assert_refused("[1, x]", 5, strcat(strcpy(message, only), ": x"));
    assert_refused("[1.5]", 2, strcat(strcpy(message, only), ": 1.5"));
    assert_refused("[0x10]", 2, strcat(strcpy(message, only), ": 0x10"));
    assert_refused("[1__0]", 2, strcat(strcpy(message, only), ": 1__0"));
    assert_refused("[1_]", 2, strcat(strcpy(message, only), ": 1_"));
    assert_refused("[True]", 2, strcat(strcpy(message, only), ": True"));
    assert_refused("[]", 2, strcat(strcpy(message, only), ": ]"));
    assert_refused("[1,,2]", 4, strcat(strcpy(message, only), ": ,2]"));
    assert_refused(",", 1, strcat(strcpy(message, only), ": ,"));
    assert_refused("[1", 3, "index: expected ',' or ']', found the end of the text");
    assert_refused("[1 2]", 4, "index: expected ',' or ']', found: 2");
    assert_refused("1]", 2, "index: expected ',' or the end of the index, found: ]");
    assert_refused("[1:2:0]", 6, "index: slice step cannot be zero, found: 0");
    assert_refused("[::None0]", 4, "index: expected ',' or ']', found: None0");
    assert_refused("[007]", 2, "index: a number begins with 0, found: 007");
    assert_refused(
        "[0, 1.5]", 5,
        "index: only integers, slices, '...', None and one field name can stand in an index, found: 1.5");
    assert_refused("[-]", 2, "index: expected a number, found: -");
    assert_refused("['a]", 2, "index: a field name has no end, found: 'a]");
    assert_refused("['a', 'b']", 5, "index: expected ',' or ']', found: , 'b']");
    assert_refused("[9223372036854775808]", 2,
                   "index: an index does not fit 64 bits, found: 9223372036854775808");
}

static void an_index_has_a_most_of_parts(void **state)
{
    (void)state;
    char text[2 * FA__MAX_INDEX_PARTS + 8];
    fa_error err = {0};
    fa__slice slice;
    size_t at = 0;
    for (int i = 0; i <= FA__MAX_INDEX_PARTS; i++)
        memcpy(text + 2 * i, "0,", 2);
    assert_true(fa__slice_parse(text, 2 * FA__MAX_INDEX_PARTS, &at, &slice, &err));
    assert_int_equal(slice.count, FA__MAX_INDEX_PARTS);
    at = 0;
    assert_false(fa__slice_parse(text, 2 * FA__MAX_INDEX_PARTS + 2, &at, &slice, &err));
    assert_int_equal(err.column, 2 * FA__MAX_INDEX_PARTS + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pythons_slices_are_read),
        cmocka_unit_test(fields_are_read),
        cmocka_unit_test(refusals_name_the_column),
        cmocka_unit_test(an_index_has_a_most_of_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
