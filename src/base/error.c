/* SPDX-License-Identifier: BSD-3-Clause */
/* Making errors; the public getters of fa_error. */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool fa_failed(const fa_error *err)
{
    return err->code != FA_OK;
}

void fa_error_clear(fa_error *err)
{
    memset(err, 0, sizeof *err);
}

const char *fa_error_name(int code)
{
    switch (code) {
#define NAME(identifier, value, meaning) \
    case identifier:                     \
        return #identifier;
        FA_ERROR_CODES(NAME)
#undef NAME
    }
    return "FA_UNKNOWN";
}

/* The length in bytes of the character that starts at `text` when it is well-formed UTF-8, else 0. */
static size_t character_length(const char *text, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)text;
    if (bytes[0] < 0x80)
        return 1;
    size_t wanted = bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : 2;
    if (bytes[0] < 0xc2 || bytes[0] > 0xf4 || wanted > length)
        return 0;
    for (size_t i = 1; i < wanted; i++)
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (bytes[0] == 0xe0 && bytes[1] < 0xa0) || (bytes[0] == 0xf0 && bytes[1] < 0x90);
    bool surrogate = bytes[0] == 0xed && bytes[1] > 0x9f;
    bool too_high = bytes[0] == 0xf4 && bytes[1] > 0x8f;
    return overlong || surrogate || too_high ? 0 : wanted;
}

static bool is_control(char byte)
{
    return (unsigned char)byte < 0x20 || byte == 0x7f;
}

/* Names of files hold any byte but NUL; a message stays one line of well-formed text all the same. */
static void make_one_line(char *message)
{
    for (size_t left = strlen(message); left > 0;) {
        size_t step = character_length(message, left);
        if (step == 0 || is_control(*message)) {
            *message = '?';
            step = 1;
        }
        message += step;
        left -= step;
    }
}

/* Writes at most `room` bytes, NUL included, and ends with "..." where the text is longer. */
static void write_message(char *message, size_t room, const char *format, va_list arguments)
{
    int length = vsnprintf(message, room, format, arguments);
    if (length < 0) {
        snprintf(message, room, "(the message could not be written)");
    } else if ((size_t)length >= room) {
        size_t end = room - 4;
        while (end > 0 && ((unsigned char)message[end] & 0xc0) == 0x80)
            end--;
        memcpy(message + end, "...", 4);
    }
    make_one_line(message);
}

static void record(fa_error *err, fa_error_code code, const char *format, va_list arguments)
{
    err->code = code;
    write_message(err->message, sizeof err->message, format, arguments);
}

bool fa__fail(fa_error *err, fa_error_code code, const char *format, ...)
{
    if (fa_failed(err))
        return false;
    va_list arguments;
    va_start(arguments, format);
    record(err, code, format, arguments);
    va_end(arguments);
    return false;
}

bool fa__fail_changed(fa_error *err)
{
    return fa__fail(err, FA_IO_ERROR,
                    "elements changed while they were read: something else writes to the file");
}

bool fa__fail_at_byte(fa_error *err, fa_error_code code, int64_t byte_offset, const char *format, ...)
{
    if (fa_failed(err))
        return false;
    va_list arguments;
    va_start(arguments, format);
    record(err, code, format, arguments);
    va_end(arguments);
    err->byte_offset = byte_offset;
    return false;
}

bool fa__fail_at_column(fa_error *err, fa_error_code code, int column, const char *format, ...)
{
    if (fa_failed(err))
        return false;
    va_list arguments;
    va_start(arguments, format);
    record(err, code, format, arguments);
    va_end(arguments);
    err->column = column;
    return false;
}

static fa_error_code code_of_errno(int system_errno)
{
    switch (system_errno) {
    case ENOENT:
    case ENOTDIR:
        return FA_NOT_FOUND;
    case EACCES:
    case EPERM:
        return FA_PERMISSION_DENIED;
    case EROFS:
        return FA_NOT_WRITEABLE;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return FA_DISK_FULL;
    case ENOMEM:
    case EMFILE:
    case ENFILE:
        return FA_NO_MEMORY;
    case EBUSY:
    case EAGAIN:
    case ETXTBSY:
    case EEXIST:
        return FA_BUSY;
    case ENAMETOOLONG:
    case ELOOP:
        return FA_INVALID_ARGUMENT;
    case EOPNOTSUPP:
    case ENOSYS:
    case ENODEV:
        return FA_UNSUPPORTED;
    default:
        return FA_IO_ERROR;
    }
}

/* strerror_r exists in two shapes, POSIX's, which fills the buffer and returns a status, and glibc's, which
 * returns the text. The type of its result tells which one this is. (strerror itself need not be
 * thread-safe.) */
static const char *words_by_status(int status, const char *buffer)
{
    return status == 0 ? buffer : "unknown error";
}

static const char *words_by_pointer(const char *words, const char *buffer)
{
    (void)buffer;
    return words;
}

#define WORDS_OF_ERRNO(number, buffer, size) \
    _Generic(strerror_r(number, buffer, size), int: words_by_status, char *: words_by_pointer)(                        \
        strerror_r(number, buffer, size), buffer)

bool fa__fail_system(fa_error *err, int system_errno, const char *format, ...)
{
    if (fa_failed(err))
        return false;
    char buffer[128];
    const char *words = WORDS_OF_ERRNO(system_errno, buffer, sizeof buffer);
    size_t room_for_words = strnlen(words, sizeof buffer) + 2;
    va_list arguments;
    va_start(arguments, format);
    write_message(err->message, sizeof err->message - room_for_words, format, arguments);
    va_end(arguments);
    size_t length = strlen(err->message);
    snprintf(err->message + length, sizeof err->message - length, ": %s", words);
    make_one_line(err->message + length);
    err->code = code_of_errno(system_errno);
    err->system_errno = system_errno;
    return false;
}

void fa__error_move(fa_error *to, const fa_error *from)
{
    if (!fa_failed(to) && fa_failed(from))
        *to = *from;
}

/* Quotes the character at text[*at] into `quoted` (room for 4 bytes), moves *at behind it, and returns the
 * bytes made. */
static size_t quote_character(char quoted[4], const char *text, size_t length, size_t *at)
{
    static const char hex[] = "0123456789abcdef";
    const char *character = text + *at;
    size_t bytes = character_length(character, length - *at);
    if (bytes == 0 || is_control(*character)) {
        unsigned char byte = (unsigned char)*character;
        memcpy(quoted, (char[4]){'\\', 'x', hex[byte >> 4], hex[byte & 15]}, 4);
        *at += 1;
        return 4;
    }
    memcpy(quoted, character, bytes);
    *at += bytes;
    return bytes;
}

const char *fa__quote(char *quoted, size_t size, const char *text, size_t length)
{
    if (size == 0)
        return quoted;
    size_t filled = 0;  /* what is written */
    size_t cut_end = 0; /* where "..." goes when the rest does not fit */
    for (size_t at = 0; at < length;) {
        char piece[4];
        size_t bytes = quote_character(piece, text, length, &at);
        if (filled + bytes >= size) {
            size_t dots = size - 1 - cut_end < 3 ? size - 1 - cut_end : 3;
            memcpy(quoted + cut_end, "...", dots);
            filled = cut_end + dots;
            break;
        }
        memcpy(quoted + filled, piece, bytes);
        filled += bytes;
        if (filled + 4 <= size)
            cut_end = filled;
    }
    quoted[filled] = '\0';
    return quoted;
}
