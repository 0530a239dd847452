/* SPDX-License-Identifier: BSD-3-Clause */
/* The .npy header: what is read, what is refused and in which words, and what is written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "array/dtype.h"
#include "base/memory.h"
#include "storage/literal.h"
#include "storage/storage.h"

/* A file's first bytes: magic, version, length and a literal. */
static size_t make_header(char *bytes, int major, const char *literal, size_t length)
{
    size_t length_bytes = major == 1 ? 2 : 4;
    memcpy(bytes, "\x93NUMPY", 6);
    bytes[6] = (char)major;
    bytes[7] = 0;
    for (size_t i = 0; i < length_bytes; i++)
        bytes[8 + i] = (char)(unsigned char)(length >> (8 * i) & 0xff);
    memcpy(bytes + 8 + length_bytes, literal, length);
    return 8 + length_bytes + length;
}

static char buffer[FA__NPY_MAX_HEADER + 100];

static bool parse(int major, const char *literal, int64_t file_bytes, fa__layout *layout, fa_error *err)
{
    size_t size = make_header(buffer, major, literal, strlen(literal));
    return fa__npy_parse("x.npy", buffer, size, file_bytes, layout, err);
}

/* ---- Refused headers ---- */

typedef struct hostile {
    int major;
    const char *literal;
    fa_error_code code;
    const char *message;
} hostile;

#define F8(shape)    "{'descr': '<f8', 'fortran_order': False, 'shape': " shape ", }"
#define DESCR(descr) "{'descr': " descr ", 'fortran_order': False, 'shape': (3,), }"

/* One row for each way to be refused. */
static const hostile refused[] = {
#include "storage/hostile_headers.inc.h"
};

static void every_hostile_header_has_its_own_words(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        fa__layout layout;
        fa_error err = {0};
        bool parsed = parse(refused[i].major, refused[i].literal, INT64_MAX, &layout, &err);
        if (parsed || err.code != (int)refused[i].code || strcmp(err.message, refused[i].message) != 0) {
            fprintf(stderr, "row %zu: %.60s\n  code %s, expected %s\n  \"%s\"\n  expected\n  \"%s\"\n", i,
                    refused[i].literal, fa_error_name(err.code), fa_error_name(refused[i].code), err.message,
                    refused[i].message);
            wrong++;
        }
        assert_null(layout.dtype);
    }
    assert_true(sizeof refused / sizeof refused[0] >= 40);
    assert_int_equal(wrong, 0);
}

static void expect_refused(const void *bytes, size_t size, int64_t file_bytes, fa_error_code code,
                           const char *message)
{
    fa__layout layout;
    fa_error err = {0};
    assert_false(fa__npy_parse("x.npy", bytes, size, file_bytes, &layout, &err));
    assert_string_equal(err.message, message);
    assert_int_equal(err.code, code);
}

static void prefixes_are_refused(void **state)
{
    (void)state;
    expect_refused("hello, world", 12, 12, FA_BAD_FORMAT,
                   "x.npy: not an .npy file: it does not begin with \\x93NUMPY and a version");
    expect_refused("\x93NUMPY\x01", 7, 7, FA_BAD_FORMAT,
                   "x.npy: file ends at byte 7, inside the first 8 of an .npy file");
    expect_refused("\x93NUMPY\x01\x00\x05", 9, 9, FA_BAD_FORMAT,
                   "x.npy: file ends at byte 9, inside the header's length");
    expect_refused("\x93NUMPY\x02\x00\x05\x00\x00", 11, 11, FA_BAD_FORMAT,
                   "x.npy: file ends at byte 11, inside the header's length");
    expect_refused("\x93NUMPY\x04\x00\x05\x00\x00\x00", 12, 12, FA_UNSUPPORTED,
                   "x.npy: version 4.0 of the .npy format is unknown, farray reads 1.0, 2.0 and 3.0");
    expect_refused("\x93NUMPY\x00\x00\x05\x00\x00\x00", 12, 12, FA_UNSUPPORTED,
                   "x.npy: version 0.0 of the .npy format is unknown, farray reads 1.0, 2.0 and 3.0");
    expect_refused("\x93NUMPY\x01\x01\x05\x00\x00\x00", 12, 12, FA_UNSUPPORTED,
                   "x.npy: version 1.1 of the .npy format is unknown, farray reads 1.0, 2.0 and 3.0");
    expect_refused("\x93NUMPY\x01\x00\x76\x00{}", 12, 12, FA_BAD_FORMAT,
                   "x.npy: header claims 118 bytes, file has room for 2");
    expect_refused("\x93NUMPY\x02\x00\x01\x00\x01\x00", 12, 12, FA_TOO_LARGE,
                   "x.npy: header claims 65537 bytes, the limit is 65536");
    expect_refused("\x93NUMPY\x03\x00\xff\xff\xff\xff", 12, 12, FA_TOO_LARGE,
                   "x.npy: header claims 4294967295 bytes, the limit is 65536");
}

static void bytes_beyond_the_encoding_are_refused(void **state)
{
    (void)state;
    char literal[] = DESCR("[('#', '<f4')]");
    char *place = strchr(literal, '#');
    *place = '\0';
    size_t size = make_header(buffer, 1, literal, sizeof literal - 1);
    expect_refused(buffer, size, INT64_MAX, FA_BAD_FORMAT,
                   "x.npy: byte 23: 0x00 in the header is not ASCII, which version 1.0 asks for");
    size = make_header(buffer, 3, literal, sizeof literal - 1);
    expect_refused(buffer, size, INT64_MAX, FA_BAD_FORMAT,
                   "x.npy: byte 25: 0x00 in the header is not UTF-8, which version 3.0 asks for");
    *place = '\xe9';
    size = make_header(buffer, 2, literal, sizeof literal - 1);
    expect_refused(buffer, size, INT64_MAX, FA_BAD_FORMAT,
                   "x.npy: byte 25: 0xe9 in the header is not ASCII, which version 2.0 asks for");
    size = make_header(buffer, 3, literal, sizeof literal - 1);
    expect_refused(buffer, size, INT64_MAX, FA_BAD_FORMAT,
                   "x.npy: byte 25: 0xe9 in the header is not UTF-8, which version 3.0 asks for");
}

static void utf8_is_checked_to_the_letter(void **state)
{
    (void)state;
    static const char *const good[] = {"",
                                       "a",
                                       "\xc2\x80",
                                       "\xdf\xbf",
                                       "\xe0\xa0\x80",
                                       "\xed\x9f\xbf",
                                       "\xee\x80\x80",
                                       "\xf0\x90\x80\x80",
                                       "\xf4\x8f\xbf\xbf"};
    static const char *const bad[] = {"\x80",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xc2",
                                      "\xe0\x9f\xbf",
                                      "\xed\xa0\x80",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xff",
                                      "\xe2\x82",
                                      "\xf0\x9f\x98"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_int_equal(fa__literal_bad_byte(good[i], strlen(good[i]), true), strlen(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(fa__literal_bad_byte(bad[i], strlen(bad[i]), true), 0);
}

static void the_file_must_hold_what_the_header_claims(void **state)
{
    (void)state;
    fa__layout layout;
    fa_error err = {0};
    static const char literal[] = "{'descr': '<f8', 'fortran_order': False, 'shape': (10000, 10000), }";
    int64_t claims = 10 + (int64_t)strlen(literal) + 800000000;
    char message[100];
    snprintf(message, sizeof message, "x.npy: header claims %lld bytes, file has 4096", (long long)claims);
    assert_false(parse(1, literal, 4096, &layout, &err));
    assert_string_equal(err.message, message);
    assert_int_equal(err.code, FA_BAD_FORMAT);
    fa_error_clear(&err);
    assert_false(parse(1, literal, claims - 1, &layout, &err));
    fa_error_clear(&err);
    assert_true(parse(1, literal, claims, &layout, &err));
    fa__layout_clear(&layout);
}

/* ---- Accepted headers ---- */

static void accepted_headers_say_what_they_say(void **state)
{
    (void)state;
    static const struct {
        int major;
        const char *literal;
        int ndim;
        int64_t first_size;
        fa_order order;
    } rows[] = {
        {1, F8("(3,)"), 1, 3, FA_ORDER_C},
        {1, F8("()"), 0, 0, FA_ORDER_C},
        {2, F8("(3, 4)"), 2, 3, FA_ORDER_C},
        {3, F8("(0, 1152921504606846975)") "   \n", 2, 0, FA_ORDER_C},
        {1, F8("(10L, 2L)"), 2, 10, FA_ORDER_C},
        {2, F8("(10L,)"), 1, 10, FA_ORDER_C},
        {1, "{\"shape\":(7,),\"fortran_order\":True,\"descr\":\"<f8\"}", 1, 7, FA_ORDER_F},
        {1, " { 'shape' : ( 7 , 8 , ) , 'descr' : '<f8' , 'fortran_order' : True } \n\n", 2, 7, FA_ORDER_F},
        {3,
         "{'descr': [('\xc3\xa9', '<f4'), ('b', [('c', '>i2', (2, 3))])], 'fortran_order': False, 'shape': "
         "(5,)}",
         1, 5, FA_ORDER_C},
        {1, "{'descr': [('a', '<f4', (2L, 3L))], 'fortran_order': False, 'shape': (5L,)}", 1, 5, FA_ORDER_C},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fa__layout layout;
        fa_error err = {0};
        bool parsed = parse(rows[i].major, rows[i].literal, INT64_MAX, &layout, &err);
        assert_string_equal(err.message, "");
        assert_true(parsed);
        assert_int_equal(layout.ndim, rows[i].ndim);
        assert_int_equal(layout.sizes[0], rows[i].first_size);
        assert_int_equal(layout.order, rows[i].order);
        assert_int_equal(layout.major, rows[i].major);
        assert_int_equal(layout.offset_bytes,
                         (rows[i].major == 1 ? 10 : 12) + (int64_t)strlen(rows[i].literal));
        fa__layout_clear(&layout);
    }
}

static void a_failed_error_stops_everything(void **state)
{
    (void)state;
    fa_error err = {0};
    fa__fail(&err, FA_IO_ERROR, "before");
    fa__layout layout;
    char *header;
    size_t header_bytes;
    assert_false(parse(1, F8("(3,)"), INT64_MAX, &layout, &err));
    assert_null(layout.dtype);
    assert_false(fa__npy_format(FA_FLOAT64, 0, NULL, FA_ORDER_C, &header, &header_bytes, &err));
    assert_string_equal(err.message, "before");
}

/* ---- Written headers ---- */

static void expect_written(const fa_dtype *dtype, int ndim, const int64_t *sizes, fa_order order,
                           const char *literal)
{
    fa_error err = {0};
    char *header;
    size_t bytes;
    assert_true(fa__npy_format(dtype, ndim, sizes, order, &header, &bytes, &err));
    assert_int_equal(bytes % 64, 0);
    assert_int_equal(header[bytes - 1], '\n');
    assert_memory_equal(header + 10, literal, strlen(literal));
    for (size_t i = 10 + strlen(literal); i < bytes - 1; i++)
        assert_int_equal(header[i], ' ');
    fa__free(header);
}

static void headers_are_written_as_numpy_writes_them(void **state)
{
    (void)state;
    expect_written(FA_FLOAT64, 0, NULL, FA_ORDER_C,
                   "{'descr': '<f8', 'fortran_order': False, 'shape': (), }");
    expect_written(FA_BOOL, 1, (int64_t[]){3}, FA_ORDER_F,
                   "{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }");
    expect_written(FA_INT32, 2, (int64_t[]){3, 4}, FA_ORDER_F,
                   "{'descr': '<i4', 'fortran_order': True, 'shape': (3, 4), }");
    expect_written(FA_INT32, 2, (int64_t[]){1, 4}, FA_ORDER_F,
                   "{'descr': '<i4', 'fortran_order': False, 'shape': (1, 4), }");
    expect_written(FA_INT32, 2, (int64_t[]){0, 4}, FA_ORDER_F,
                   "{'descr': '<i4', 'fortran_order': False, 'shape': (0, 4), }");
}

static void the_growing_axis_has_room_for_21_digits(void **state)
{
    (void)state;
    fa_error err = {0};
    char *header;
    size_t narrow, wide;
    /* From 100 dimensions' worth of text on, one more digit moves the padding only where the room is not
     * there. */
    assert_true(fa__npy_format(FA_FLOAT64, 1, (int64_t[]){1}, FA_ORDER_C, &header, &narrow, &err));
    fa__free(header);
    assert_true(fa__npy_format(FA_FLOAT64, 1, (int64_t[]){INT64_MAX / 8}, FA_ORDER_C, &header, &wide, &err));
    fa__free(header);
    assert_int_equal(narrow, 128);
    assert_int_equal(wide, 128);
}

static void a_dtype_too_long_for_a_header_is_refused(void **state)
{
    (void)state;
    static char text[4096 * 24];
    size_t at = 0;
    at += (size_t)snprintf(text, sizeof text, "[");
    for (int i = 0; i < 4096; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "('f%04d', '<f8'), ", i);
    snprintf(text + at, sizeof text - at, "]");
    fa_error err = {0};
    fa_dtype *dtype = fa_dtype_parse(text, &err);
    assert_non_null(dtype);
    char *header;
    size_t bytes;
    assert_false(fa__npy_format(dtype, 0, NULL, FA_ORDER_C, &header, &bytes, &err));
    assert_int_equal(err.code, FA_TOO_LARGE);
    fa_dtype_release(dtype);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_hostile_header_has_its_own_words),
        cmocka_unit_test(prefixes_are_refused),
        cmocka_unit_test(bytes_beyond_the_encoding_are_refused),
        cmocka_unit_test(utf8_is_checked_to_the_letter),
        cmocka_unit_test(the_file_must_hold_what_the_header_claims),
        cmocka_unit_test(accepted_headers_say_what_they_say),
        cmocka_unit_test(a_failed_error_stops_everything),
        cmocka_unit_test(headers_are_written_as_numpy_writes_them),
        cmocka_unit_test(the_growing_axis_has_room_for_21_digits),
        cmocka_unit_test(a_dtype_too_long_for_a_header_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
