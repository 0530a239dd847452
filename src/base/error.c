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
#define NAME(identifier, value, meaning)                                                                               \
    case identifier:                                                                                                   \
        return #identifier;
        FA_ERROR_CODES(NAME)
#undef NAME
    }
    return "FA_UNKNOWN";
}

static void record(fa_error *err, fa_error_code code, const char *format, va_list arguments)
{
    err->code = code;
    vsnprintf(err->message, sizeof err->message, format, arguments);
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
        return FA_NO_MEMORY;
    case EBUSY:
    case EWOULDBLOCK:
    case ETXTBSY:
        return FA_BUSY;
    default:
        return FA_IO_ERROR;
    }
}

bool fa__fail_system(fa_error *err, int system_errno, const char *format, ...)
{
    if (fa_failed(err))
        return false;
    va_list arguments;
    va_start(arguments, format);
    record(err, code_of_errno(system_errno), format, arguments);
    va_end(arguments);
    err->system_errno = system_errno;
    size_t length = strlen(err->message);
    char words[128];
    /* strerror_r exists in two shapes; strerrorname_np in none of them everywhere. strerror is thread-safe on the
     * systems we run on for known numbers. */
    snprintf(words, sizeof words, "%s", strerror(system_errno));
    snprintf(err->message + length, sizeof err->message - length, ": %s", words);
    return false;
}

void fa__error_move(fa_error *to, const fa_error *from)
{
    if (!fa_failed(to) && fa_failed(from))
        *to = *from;
}

const char *fa__quote(char *quoted, size_t size, const char *text, size_t length)
{
    static const char hex[] = "0123456789abcdef";
    size_t at = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        size_t need = byte < 0x20 || byte == 0x7f ? 4 : 1;
        size_t reserve = i + 1 < length ? 4 : 1;
        if (at + need + reserve > size) {
            if (size >= 4) {
                at = at + 4 > size ? size - 4 : at;
                memcpy(quoted + at, "...", 3);
                at += 3;
            }
            break;
        }
        if (need == 1) {
            quoted[at++] = (char)byte;
        } else {
            quoted[at++] = '\\';
            quoted[at++] = 'x';
            quoted[at++] = hex[byte >> 4];
            quoted[at++] = hex[byte & 15];
        }
    }
    if (size > 0)
        quoted[at < size ? at : size - 1] = '\0';
    return quoted;
}
