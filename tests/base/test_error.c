/* SPDX-License-Identifier: BSD-3-Clause */
/* Messages: what they hold, that they stay one line of UTF-8, that the first error wins. */
#include "cmocka_all.h"

#include "base/error.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static void names_follow_the_list(void **state)
{
    (void)state;
#define CHECK(identifier, value, meaning) \
    assert_int_equal(identifier, value);  \
    assert_string_equal(fa_error_name(identifier), #identifier);
    FA_ERROR_CODES(CHECK)
#undef CHECK
    assert_string_equal(fa_error_name(-1), "FA_UNKNOWN");
    assert_string_equal(fa_error_name(1000), "FA_UNKNOWN");
}

static void the_first_error_wins(void **state)
{
    (void)state;
    fa_error err = {0};
    assert_false(fa_failed(&err));
    assert_false(fa__fail_at_byte(&err, FA_BAD_FORMAT, 10, "x.npy: header claims %d bytes", 5));
    assert_false(fa__fail(&err, FA_NO_MEMORY, "later"));
    assert_false(fa__fail_system(&err, ENOSPC, "later"));
    assert_false(fa__fail_at_byte(&err, FA_MAP_FAULT, 99, "later"));
    assert_false(fa__fail_at_column(&err, FA_BAD_EXPRESSION, 3, "later"));
    assert_true(fa_failed(&err));
    assert_int_equal(err.code, FA_BAD_FORMAT);
    assert_int_equal(err.byte_offset, 10);
    assert_int_equal(err.column, 0);
    assert_int_equal(err.system_errno, 0);
    assert_string_equal(err.message, "x.npy: header claims 5 bytes");
    fa_error_clear(&err);
    assert_false(fa_failed(&err));
    assert_string_equal(err.message, "");
    assert_false(fa__fail_at_column(&err, FA_BAD_EXPRESSION, 3, "unknown name"));
    assert_int_equal(err.column, 3);
}

static void moving_keeps_the_first(void **state)
{
    (void)state;
    fa_error to = {0}, from = {0};
    fa__error_move(&to, &from);
    assert_false(fa_failed(&to));
    fa__fail(&from, FA_CLOSED, "one");
    fa__error_move(&to, &from);
    assert_string_equal(to.message, "one");
    fa_error second = {0};
    fa__fail(&second, FA_BUSY, "two");
    fa__error_move(&to, &second);
    assert_int_equal(to.code, FA_CLOSED);
    assert_string_equal(to.message, "one");
}

static void codes_follow_from_errno(void **state)
{
    (void)state;
    static const struct {
        int system_errno;
        fa_error_code code;
    } rows[] = {
        {ENOENT, FA_NOT_FOUND},
        {ENOTDIR, FA_NOT_FOUND},
        {EACCES, FA_PERMISSION_DENIED},
        {EPERM, FA_PERMISSION_DENIED},
        {EROFS, FA_NOT_WRITEABLE},
        {ENOSPC, FA_DISK_FULL},
        {EDQUOT, FA_DISK_FULL},
        {EFBIG, FA_DISK_FULL},
        {ENOMEM, FA_NO_MEMORY},
        {EMFILE, FA_NO_MEMORY},
        {EAGAIN, FA_BUSY},
        {EEXIST, FA_BUSY},
        {EIO, FA_IO_ERROR},
        {ENAMETOOLONG, FA_INVALID_ARGUMENT},
        {EOPNOTSUPP, FA_UNSUPPORTED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fa_error err = {0};
        assert_false(fa__fail_system(&err, rows[i].system_errno, "x"));
        assert_int_equal(err.code, rows[i].code);
        assert_int_equal(err.system_errno, rows[i].system_errno);
    }
    fa_error err = {0};
    fa__fail_system(&err, ENOSPC, "big.npy: cannot reserve %d bytes", 800);
    assert_string_equal(err.message, "big.npy: cannot reserve 800 bytes: No space left on device");
    fa_error unknown = {0};
    fa__fail_system(&unknown, 123456, "x");
    assert_int_equal(unknown.code, FA_IO_ERROR);
    assert_string_equal(unknown.message, "x: Unknown error 123456");
}

/* A path of 4,000 bytes must not push the cause out of the message. */
static void long_names_leave_room_for_the_cause(void **state)
{
    (void)state;
    char path[4001];
    memset(path, 'p', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    fa_error err = {0};
    fa__fail_system(&err, ENOENT, "%s: cannot be opened", path);
    static const char end[] = "ppp...: No such file or directory";
    size_t length = strlen(err.message);
    assert_int_equal(length, sizeof err.message - 1);
    assert_string_equal(err.message + length - strlen(end), end);

    fa_error plain = {0};
    fa__fail(&plain, FA_BAD_FORMAT, "%s", path);
    assert_int_equal(strlen(plain.message), sizeof plain.message - 1);
    assert_string_equal(plain.message + sizeof plain.message - 5, "p...");
}

static void a_cut_message_does_not_split_a_character(void **state)
{
    (void)state;
    for (size_t shift = 0; shift < 4; shift++) {
        char text[1024] = "";
        memset(text, 'x', shift);
        for (size_t i = shift; i + 3 < sizeof text; i += 3)
            memcpy(text + i, "\xe2\x82\xac", 4); /* a euro sign */
        fa_error err = {0};
        fa__fail(&err, FA_BAD_FORMAT, "%s", text);
        size_t length = strlen(err.message);
        assert_true(length >= sizeof err.message - 4);
        assert_string_equal(err.message + length - 3, "...");
        assert_int_equal((length - 3 - shift) % 3, 0);
        assert_null(strchr(err.message, '?'));
    }
}

static void messages_are_one_line_of_text(void **state)
{
    (void)state;
    fa_error err = {0};
    fa__fail(&err, FA_NOT_FOUND, "%s: is not there", "a\nb\x1b[31mc\xff\xc3(\x7f\xc3\xa9");
    assert_string_equal(err.message, "a?b?[31mc?"
                                     "?(?\xc3\xa9: is not there");
}

static void quoting_shows_what_a_message_may_not_hold(void **state)
{
    (void)state;
    static const struct {
        size_t size;
        const char *text, *quoted;
    } rows[] = {
        {32, "", ""},
        {32, "plain", "plain"},
        {6, "plain", "plain"}, /* fits exactly: not cut */
        {5, "plain", "p..."},
        {4, "plain", "..."},
        {3, "plain", ".."},
        {2, "plain", "."},
        {1, "plain", ""},
        {32, "a\nb\x7f", "a\\x0ab\\x7f"},
        {8, "a\nb\nc\n", "a..."},
        {9, "a\nb\nc\n", "a\\x0a..."},
        {32, "\xff\xc3\xa9\xc3", "\\xff\xc3\xa9\\xc3"},
        {7, "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", "\xc3\xa9..."},
        {32, "\xed\xa0\x80", "\\xed\\xa0\\x80"},          /* a surrogate */
        {32, "\xc0\xaf", "\\xc0\\xaf"},                   /* an overlong slash */
        {32, "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}, /* above U+10FFFF */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char quoted[64];
        memset(quoted, '#', sizeof quoted);
        assert_ptr_equal(fa__quote(quoted, rows[i].size, rows[i].text, strlen(rows[i].text)), quoted);
        assert_string_equal(quoted, rows[i].quoted);
        assert_int_equal(quoted[rows[i].size], '#');
    }
    char nothing = '#';
    fa__quote(&nothing, 0, "x", 1);
    assert_int_equal(nothing, '#');
    char zero[16];
    assert_string_equal(fa__quote(zero, sizeof zero, "a\0b", 3), "a\\x00b");
}

static void *fail_many_times(void *argument)
{
    const int system_errno = *(const int *)argument;
    fa_error first = {0};
    fa__fail_system(&first, system_errno, "x");
    for (int i = 0; i < 2000; i++) {
        fa_error err = {0};
        fa__fail_system(&err, system_errno, "x");
        if (strcmp(err.message, first.message) != 0)
            return "differs";
    }
    return NULL;
}

static void threads_do_not_share_the_words_of_the_system(void **state)
{
    (void)state;
    int numbers[] = {ENOSPC, 999001, ENOENT, 999002};
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, fail_many_times, &numbers[i]), 0);
    for (int i = 0; i < 4; i++) {
        void *differs;
        pthread_join(threads[i], &differs);
        assert_null(differs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_follow_the_list),
        cmocka_unit_test(the_first_error_wins),
        cmocka_unit_test(moving_keeps_the_first),
        cmocka_unit_test(codes_follow_from_errno),
        cmocka_unit_test(long_names_leave_room_for_the_cause),
        cmocka_unit_test(a_cut_message_does_not_split_a_character),
        cmocka_unit_test(messages_are_one_line_of_text),
        cmocka_unit_test(quoting_shows_what_a_message_may_not_hold),
        cmocka_unit_test(threads_do_not_share_the_words_of_the_system),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
