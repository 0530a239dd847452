/* SPDX-License-Identifier: BSD-3-Clause */
/* Making errors. Every function of the library that can fail takes a caller-owned `fa_error *err`, returns at
 * once with NULL, false or 0 when it is failed already, and records only into a clean one. There is nothing
 * else: no codes as results, no forwarding macros. Messages are one line, name the object, the value and the
 * limit, and do not repeat the code's name: "big.npy: header claims 800000128 bytes, file has 4096". */
#ifndef FA_BASE_ERROR_H
#define FA_BASE_ERROR_H

#include <farray/error.h>

#if defined(__GNUC__)
#define FA__PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define FA__PRINTF(text, first)
#endif

/* Each returns false, so that `return fa__fail(...)` ends a function that returns bool. Whatever the
 * arguments hold, the message is one line of UTF-8: bytes that are not become '?', and what is too long ends
 * in "...". */
bool fa__fail(fa_error *err, fa_error_code code, const char *format, ...) FA__PRINTF(3, 4);
/* The message gets ": " and the system's words behind it; the code follows from errno (ENOSPC: FA_DISK_FULL,
 * ...). */
bool fa__fail_system(fa_error *err, int system_errno, const char *format, ...) FA__PRINTF(3, 4);
bool fa__fail_at_byte(fa_error *err, fa_error_code code, int64_t byte_offset, const char *format, ...)
    FA__PRINTF(4, 5);
/* `column` counts from 1. */
bool fa__fail_at_column(fa_error *err, fa_error_code code, int column, const char *format, ...)
    FA__PRINTF(4, 5);
/* What several passes found of the same elements does not fit together: another process wrote to their file.
 */
bool fa__fail_changed(fa_error *err);
/* Copies a failed `from` into a clean `to`. */
void fa__error_move(fa_error *to, const fa_error *from);
/* Shortens a text that a user gave for use in a message: control bytes and bytes that are not UTF-8 as \xNN,
 * at most `size` - 1 bytes, "..." at the end when cut. Returns `quoted`. */
const char *fa__quote(char *quoted, size_t size, const char *text, size_t length);

#endif
