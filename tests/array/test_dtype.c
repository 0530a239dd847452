/* SPDX-License-Identifier: BSD-3-Clause */
/* Dtypes: the built-in ones, what texts give, what is refused and where, limits, byte orders, equality. The
 * random half of this is oracle_dtype.py. */
#include "cmocka_all.h"

#include "array/dtype.h"
#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static fa_dtype *parse(const char *text)
{
    fa_error err = {0};
    fa_dtype *dtype = fa_dtype_parse(text, &err);
    if (dtype == NULL)
        print_message("%s: %s\n", text, err.message);
    assert_false(fa_failed(&err));
    assert_non_null(dtype);
    return dtype;
}

static void assert_text(const char *text, const char *expected, const char *display)
{
    char written[512];
    fa_dtype *dtype = parse(text);
    assert_int_equal(fa_dtype_text(dtype, written, sizeof written), strlen(expected));
    assert_string_equal(written, expected);
    assert_int_equal(fa__dtype_display(dtype, written, sizeof written), strlen(display));
    assert_string_equal(written, display);
    fa_dtype_release(dtype);
}

static void assert_refused(const char *text, fa_error_code code, int column, const char *message)
{
    fa_error err = {0};
    assert_null(fa_dtype_parse(text, &err));
    assert_string_equal(err.message, message);
    assert_int_equal(err.code, code);
    assert_int_equal(err.column, column);
}

static void built_in_dtypes_live_for_ever(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t item_bytes, alignment;
    } rows[] = {{"|b1", 1, 1},      {"|i1", 1, 1}, {"|u1", 1, 1}, {"<i2", 2, 2}, {"<u2", 2, 2},
                {"<i4", 4, 4},      {"<u4", 4, 4}, {"<i8", 8, 8}, {"<u8", 8, 8}, {"<f2", 2, 2},
                {"bfloat16", 2, 2}, {"<f4", 4, 4}, {"<f8", 8, 8}, {"<c8", 8, 4}, {"<c16", 16, 8}};
    for (int type = 0; type <= FA_TYPE_COMPLEX128; type++) {
        const fa_dtype *dtype = fa_dtype_of((fa_type)type);
        char text[16];
        fa_dtype_text(dtype, text, sizeof text);
        assert_string_equal(text, rows[type].text);
        assert_int_equal(fa_dtype_item_bytes(dtype), rows[type].item_bytes);
        assert_int_equal(fa_dtype_alignment(dtype), rows[type].alignment);
        assert_int_equal(fa_dtype_type(dtype), type);
        assert_int_equal(fa_dtype_field_count(dtype), 0);
        assert_true(fa_dtype_is_native(dtype));
        fa_dtype_release(dtype);
        assert_ptr_equal(fa_dtype_retain(dtype), dtype);
        fa_dtype *parsed = parse(text);
        assert_ptr_equal(parsed, dtype);
    }
    assert_null(fa_dtype_of(FA_TYPE_DATETIME64));
    assert_null(fa_dtype_of((fa_type)-1));
    fa_dtype_release(NULL);
    assert_null(fa_dtype_retain(NULL));
}

static void texts_are_numpys(void **state)
{
    (void)state;
    assert_text("f8", "<f8", "float64");
    assert_text("|i4", "<i4", "int32");
    assert_text(">b", "|i1", "int8");
    assert_text("?", "|b1", "bool");
    assert_text(">c16", ">c16", ">c16");
    assert_text("longlong", "<i8", "int64");
    assert_text("a4", "|S4", "|S4");
    assert_text(">U10", ">U10", ">U10");
    assert_text("V16", "|V16", "|V16");
    assert_text("M8", "<M8", "datetime64");
    assert_text("datetime64[25s]", "<M8[25s]", "datetime64[25s]");
    assert_text("m8[ns/4]", "<m8[250ps]", "timedelta64[250ps]");
    assert_text("M8[\xce\xbcs]", "<M8[us]", "datetime64[us]");
    assert_text("(2,3)f4", "('<f4', (2, 3))", "('<f4', (2, 3))");
    assert_text("2>f4", "('>f4', (2,))", "('>f4', (2,))");
    assert_text("f4, i8", "[('f0', '<f4'), ('f1', '<i8')]", "[('f0', '<f4'), ('f1', '<i8')]");
    assert_text("'f4'", "<f4", "float32");
    assert_text("('S', 5)", "|S5", "|S5");
    assert_text("[]", "[]", "[]");
    assert_text("[(('when', 't'), 'M8[s]'), ('', 'f4')]", "[(('when', 't'), '<M8[s]'), ('f1', '<f4')]",
                "[(('when', 't'), '<M8[s]'), ('f1', '<f4')]");
    assert_text("[('a', '|u1'), ('', '|V3'), ('b', '<i4')]", "[('a', '|u1'), ('', '|V3'), ('b', '<i4')]",
                "{'names': ['a', 'b'], 'formats': ['u1', '<i4'], 'offsets': [0, 4], 'itemsize': 8}");
    assert_text("{'names': ['a', 'b'], 'formats': ['u1', 'f8'], 'aligned': True}",
                "[('a', '|u1'), ('', '|V7'), ('b', '<f8')]",
                "{'names': ['a', 'b'], 'formats': ['u1', '<f8'], 'offsets': [0, 8], 'itemsize': 16, "
                "'aligned': True}");
    assert_text("{'names': ['b', 'a'], 'formats': ['u1', 'u1'], 'offsets': [1, 0]}",
                "{'names': ['b', 'a'], 'formats': ['|u1', '|u1'], 'offsets': [1, 0], 'itemsize': 2}",
                "{'names': ['b', 'a'], 'formats': ['u1', 'u1'], 'offsets': [1, 0], 'itemsize': 2}");
    assert_text("[(\"it's\", 'f4'), ('a\\nb\\x01', 'f4')]", "[(\"it's\", '<f4'), ('a\\nb\\x01', '<f4')]",
                "[(\"it's\", '<f4'), ('a\\nb\\x01', '<f4')]");
}

static void refusals_say_where_and_why(void **state)
{
    (void)state;
    assert_refused("", FA_BAD_DTYPE, 1, "dtype '': the text is empty");
    assert_refused("f9", FA_BAD_DTYPE, 1, "dtype 'f9': unknown type");
    assert_refused("<", FA_BAD_DTYPE, 1, "dtype '<': a byte order without a type");
    assert_refused("<float64", FA_BAD_DTYPE, 1, "dtype '<float64': unknown type");
    assert_refused("f4,!i8", FA_BAD_DTYPE, 4, "dtype '!i8': unknown type");
    assert_refused("O", FA_UNSUPPORTED, 1, "dtype 'O': Python objects cannot live in files");
    assert_refused("[('a', '|O')]", FA_UNSUPPORTED, 9, "dtype '|O': Python objects cannot live in files");
    assert_refused("longdouble", FA_UNSUPPORTED, 1,
                   "dtype 'longdouble': long double has another format on each machine");
    assert_refused("T", FA_UNSUPPORTED, 1, "dtype 'T': strings of variable width have no fixed size");
    assert_refused("M8[lightyear]", FA_BAD_DTYPE, 4,
                   "dtype 'lightyear': unknown unit of time: known are Y M W D h m s ms us ns ps fs as");
    assert_refused("S2147483648", FA_TOO_LARGE, 1,
                   "dtype bytes: an item of 2147483648 bytes is above the limit of 2147483647 bytes");
    assert_refused("(65536,32768)u1", FA_TOO_LARGE, 1, "a sub-array takes more than 2147483647 bytes");
    assert_refused("[('a', 'f4'), ('a', 'i4')]", FA_BAD_DTYPE, 1, "field 'a' occurs more than once");
    assert_refused("[(('a', 'b'), 'f4'), ('a', 'i4')]", FA_BAD_DTYPE, 1, "field 'a' occurs more than once");
    assert_refused("[('a', 'f4')", FA_BAD_DTYPE, 13, "dtype: expected ',', found the end of the text");
    assert_refused("[('a', 'f4')] x", FA_BAD_DTYPE, 15, "dtype: expected the end of the dtype, found: x");
    assert_refused("[('a\xff', 'f4')]", FA_BAD_DTYPE, 5,
                   "dtype: a string is no UTF-8 text, found: \\xff', 'f4')]");
    assert_refused("[('a\\ud800', 'f4')]", FA_BAD_DTYPE, 11,
                   "dtype: the escape before this is no character, found: ', 'f4')]");
    assert_refused("[('x', 'f4', (2, -3))]", FA_BAD_DTYPE, 14, "a sub-array has the negative size -3");
    assert_refused(
        "{'names': ['a'], 'formats': ['f4', 'f4']}", FA_BAD_DTYPE, 1,
        "dtype: the lists of a dictionary are not of one length, found: {'names': ['a'], 'formats': ['f4', "
        "'f4']}");
    assert_refused("{'names': ['a', 'b'], 'formats': ['i4', 'i4'], 'offsets': [0, 2]}", FA_BAD_DTYPE, 1,
                   "fields 'a' and 'b' overlap at byte 2");
    assert_refused("{'names': ['a'], 'formats': ['i4'], 'itemsize': 3}", FA_BAD_DTYPE, 1,
                   "fields need 4 bytes, itemsize is 3");
    assert_refused("{'names': ['a'], 'formats': ['i4'], 'offsets': [2], 'aligned': True}", FA_BAD_DTYPE, 1,
                   "field 'a' is at byte 2, which its alignment 4 does not divide");
}

static char *repeat(const char *open, const char *middle, const char *close, int count)
{
    size_t size = (strlen(open) + strlen(close)) * (size_t)count + strlen(middle) + 1;
    char *text = calloc(size, 1);
    for (int i = 0; i < count; i++)
        strcat(text, open);
    strcat(text, middle);
    for (int i = 0; i < count; i++)
        strcat(text, close);
    return text;
}

static void limits_hold_at_their_edge(void **state)
{
    (void)state;
    fa_error err = {0};
    char *deep = repeat("[('x', ", "'f4'", ")]", FA__MAX_DTYPE_DEPTH);
    char *deeper = repeat("[('x', ", "'f4'", ")]", FA__MAX_DTYPE_DEPTH + 1);
    char *deepest = repeat("(", "'f4'", ", ())", 100000);
    fa_dtype_release(parse(deep));
    assert_null(fa_dtype_parse(deeper, &err));
    assert_int_equal(err.code, FA_TOO_LARGE);
    fa_error_clear(&err);
    assert_null(fa_dtype_parse(deepest, &err));
    assert_int_equal(err.code, FA_TOO_LARGE);
    fa_error_clear(&err);
    char *many = repeat("b,", "b", "", FA__MAX_FIELDS - 1), *more = repeat("b,", "b", "", FA__MAX_FIELDS);
    fa_dtype *wide = parse(many);
    assert_int_equal(fa_dtype_field_count(wide), FA__MAX_FIELDS);
    fa_dtype_release(wide);
    assert_null(fa_dtype_parse(more, &err));
    assert_int_equal(err.code, FA_TOO_LARGE);
    fa_dtype *large = parse("V2147483647");
    assert_int_equal(fa_dtype_item_bytes(large), FA__MAX_ITEM_BYTES);
    fa_dtype_release(large);
    free(deep);
    free(deeper);
    free(deepest);
    free(many);
    free(more);
}

static void fields_are_found(void **state)
{
    (void)state;
    fa_dtype *dtype = parse("[('id', '<i8'), (('where', 'pos'), [('x', '<f8'), ('y', '<f8')], (2,))]");
    const char *name;
    const fa_dtype *field;
    int64_t offset;
    assert_int_equal(fa_dtype_field_count(dtype), 2);
    assert_true(fa_dtype_field(dtype, 1, &name, &field, &offset));
    assert_string_equal(name, "pos");
    assert_int_equal(offset, 8);
    assert_int_equal(fa_dtype_item_bytes(field), 32);
    assert_true(fa_dtype_field(dtype, 0, NULL, NULL, NULL));
    assert_false(fa_dtype_field(dtype, 2, &name, &field, &offset));
    assert_false(fa_dtype_field(dtype, -1, &name, &field, &offset));
    assert_ptr_equal(fa__dtype_find_field(dtype, "position", 3), &dtype->fields[1]);
    assert_ptr_equal(fa__dtype_find_field(dtype, "where", 5), &dtype->fields[1]);
    assert_null(fa__dtype_find_field(dtype, "po", 2));
    fa_dtype_release(dtype);
}

static void equality_sees_names_and_layout(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool equal, same_bytes;
    } rows[] = {
        {"f8", "<f8", true, true},
        {"f8", ">f8", false, false},
        {"f8", "i8", false, false},
        {"S4", "V4", false, false},
        {"M8[s]", "M8[ms]", false, false},
        {"M8[s]", "M8[2s]", false, false},
        {"M8[s]", "m8[s]", false, false},
        {"i4,i4", "[('f0', 'i4'), ('f1', 'i4')]", true, true},
        {"i4,i4", "[('a', 'i4'), ('b', 'i4')]", false, true},
        {"i4,i4", "i4,i4,i4", false, false},
        {"[('a', 'i4')]", "[(('t', 'a'), 'i4')]", false, true},
        {"[('a', 'i4')]", "[('a', '>i4')]", false, false},
        {"[('a', 'i4'), ('', 'V4')]", "[('a', 'i4')]", false, false},
        {"(2,3)i4", "(3,2)i4", false, false},
        {"(2,3)i4", "('<i4', (2, 3))", true, true},
        {"[('a', 'i4')]", "V4", false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fa_dtype *a = parse(rows[i].a), *b = parse(rows[i].b);
        assert_int_equal(fa_dtype_equal(a, b), rows[i].equal);
        assert_int_equal(fa_dtype_equal(b, a), rows[i].equal);
        assert_int_equal(fa__dtype_same_bytes(a, b), rows[i].same_bytes);
        fa_dtype_release(a);
        fa_dtype_release(b);
    }
    assert_false(fa_dtype_equal(FA_BOOL, NULL));
    assert_true(fa_dtype_equal(NULL, NULL));
}

static void byte_orders_reach_every_part(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_dtype *mixed =
        parse("[('a', '>i4'), ('b', '<f8', (2,)), ('c', [('d', '>M8[s]'), ('e', 'S3')]), ('', 'V5')]");
    const fa_dtype *native = fa__dtype_native(mixed, &err), *swapped = fa__dtype_swapped(mixed, &err);
    char text[200];
    assert_false(fa_dtype_is_native(mixed));
    fa_dtype_text(native, text, sizeof text);
    assert_string_equal(
        text, "[('a', '<i4'), ('b', '<f8', (2,)), ('c', [('d', '<M8[s]'), ('e', '|S3')]), ('', '|V5')]");
    fa_dtype_text(swapped, text, sizeof text);
    assert_string_equal(
        text, "[('a', '<i4'), ('b', '>f8', (2,)), ('c', [('d', '<M8[s]'), ('e', '|S3')]), ('', '|V5')]");
    const fa_dtype *again = fa__dtype_native(native, &err);
    assert_ptr_equal(again, native);
    assert_ptr_equal(fa__dtype_native(FA_FLOAT64, &err), FA_FLOAT64);
    fa_dtype_release(again);
    fa_dtype_release(native);
    fa_dtype_release(swapped);
    fa_dtype_release(mixed);
}

static void parts_outlive_the_whole(void **state)
{
    (void)state;
    fa_dtype *dtype = parse("[('p', [('x', '>f8')])]");
    const fa_dtype *field;
    fa_dtype_field(dtype, 0, NULL, &field, NULL);
    fa_dtype_retain(field);
    fa_dtype_release(dtype);
    assert_int_equal(fa_dtype_field_count(field), 1);
    fa_dtype_release(field);
}

static void texts_are_cut_where_the_buffer_ends(void **state)
{
    (void)state;
    fa_dtype *dtype = parse("[('name', '<f8')]");
    char text[32];
    for (size_t size = 0; size <= sizeof text; size++) {
        memset(text, '#', sizeof text);
        assert_int_equal(fa_dtype_text(dtype, text, size), 17);
        if (size > 0)
            assert_int_equal(strlen(text), size - 1 < 17 ? size - 1 : 17);
        if (size < sizeof text)
            assert_int_equal(text[size], '#');
    }
    assert_int_equal(fa_dtype_text(dtype, NULL, 0), 17);
    fa_dtype_release(dtype);
}

static void failed_errors_stop_everything(void **state)
{
    (void)state;
    fa_error err = {.code = FA_BUSY};
    assert_null(fa_dtype_parse("f8", &err));
    assert_null(fa__dtype_parse_literal("'f8'", 4, &err));
    assert_null(fa__dtype_native(FA_INT8, &err));
    assert_null(fa__dtype_structure(NULL, 0, false, -1, &err));
    assert_int_equal(err.code, FA_BUSY);
    fa_error_clear(&err);
    assert_null(fa_dtype_parse(NULL, &err));
    assert_int_equal(err.code, FA_INVALID_ARGUMENT);
}

/* Found by fuzzing: the same field twice beside fewer others was called a bad dtype. */
static void a_field_selected_twice_is_a_bad_index(void **state)
{
    (void)state;
    fa_error err = {0};
    fa_dtype *dtype = fa_dtype_parse("[('a', 'f4'), ('b', 'i4'), ('c', 'i2')]", &err);
    assert_null(fa__dtype_select(dtype, "'b', 'b'", 8, &err));
    assert_int_equal(err.code, FA_BAD_INDEX);
    assert_string_equal(err.message, "field 'b' is named more than once");
    fa_dtype_release(dtype);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_field_selected_twice_is_a_bad_index),
        cmocka_unit_test(built_in_dtypes_live_for_ever),
        cmocka_unit_test(texts_are_numpys),
        cmocka_unit_test(refusals_say_where_and_why),
        cmocka_unit_test(limits_hold_at_their_edge),
        cmocka_unit_test(fields_are_found),
        cmocka_unit_test(equality_sees_names_and_layout),
        cmocka_unit_test(byte_orders_reach_every_part),
        cmocka_unit_test(parts_outlive_the_whole),
        cmocka_unit_test(texts_are_cut_where_the_buffer_ends),
        cmocka_unit_test(failed_errors_stop_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
