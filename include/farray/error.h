/* SPDX-License-Identifier: BSD-3-Clause */
/// Errors: how every function of farray reports what went wrong.
///
/// A `fa_error` belongs to the caller, is always the last argument, and is never NULL. It is *sticky*: a
/// function that is called with a failed error does nothing and returns NULL, false or 0, so that a program
/// is a straight line with one check at its end. The first error wins. Releasing and closing always act, and
/// record only into a clean error.
#ifndef FARRAY_ERROR_H
#define FARRAY_ERROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define FA_API __attribute__((visibility("default")))
#else
#define FA_API
#endif

#ifdef __cplusplus
extern "C" {
#define FA_MEMBER_DEFAULT = {}
#else
#define FA_MEMBER_DEFAULT
#endif

/// Every error code: X(identifier, value, what it means).
/// Values never change; new codes are added at the end.
#define FA_ERROR_CODES(X)                                                                              \
    X(FA_OK, 0, "no error")                                                                            \
    X(FA_INVALID_ARGUMENT, 1, "an argument is outside of what the function takes")                     \
    X(FA_NO_MEMORY, 2, "the system, or the memory limit, has no room")                                 \
    X(FA_NOT_FOUND, 3, "no such file, folder, array or field")                                         \
    X(FA_PERMISSION_DENIED, 4, "the system does not allow the access")                                 \
    X(FA_IO_ERROR, 5, "the system failed to read or write")                                            \
    X(FA_DISK_FULL, 6, "no space left for the bytes that were to be written")                          \
    X(FA_BAD_FORMAT, 7, "a file is not what it claims to be")                                          \
    X(FA_UNSUPPORTED, 8, "valid, but not something farray does")                                       \
    X(FA_BAD_DTYPE, 9, "a text is not a dtype")                                                        \
    X(FA_BAD_SHAPE, 10, "shapes do not fit each other, or a shape is not one")                         \
    X(FA_BAD_INDEX, 11, "an index, slice or axis is out of range or malformed")                        \
    X(FA_BAD_EXPRESSION, 12, "a text is not an expression")                                            \
    X(FA_UNKNOWN_NAME, 13, "an expression uses a name that nothing defines")                           \
    X(FA_BAD_TYPES, 14, "the operation is not defined for these element types")                        \
    X(FA_OUT_OF_RANGE, 15, "a value does not fit the type that must hold it")                          \
    X(FA_NOT_WRITEABLE, 16, "a write to something that is read-only")                                  \
    X(FA_CLOSED, 17, "the file behind the array was closed, or cut")                                   \
    X(FA_MAP_FAULT, 18, "bytes of a mapped file became unreadable")                                    \
    X(FA_BUSY, 19, "in use: a callback re-enters, another holder has the lock, pointers are exported") \
    X(FA_CANCELLED, 20, "the progress callback asked to stop")                                         \
    X(FA_TOO_LARGE, 21, "above a limit that farray sets")                                              \
    X(FA_INTERNAL, 22, "a bug in farray: please report it")                                            \
    X(FA_KERNEL_FAILED, 23, "a user kernel returned a status")

typedef enum fa_error_code {
#define FA_ERROR_ENUM_(identifier, value, meaning) identifier = value,
    FA_ERROR_CODES(FA_ERROR_ENUM_)
#undef FA_ERROR_ENUM_
} fa_error_code;

/// What went wrong. 512 bytes, for ever. Zero it before first use: `fa_error err = {0};`.
typedef struct fa_error {
    int code FA_MEMBER_DEFAULT;         ///< an fa_error_code; FA_OK is 0
    int system_errno FA_MEMBER_DEFAULT; ///< errno where the system said no, else 0
    int64_t byte_offset
        FA_MEMBER_DEFAULT; ///< position in the file that the error is about; 0 where the message names none
    int32_t column FA_MEMBER_DEFAULT;    ///< column in a text, from 1; 0 where there is none
    int32_t reserved FA_MEMBER_DEFAULT;  ///< zero
    char message[488] FA_MEMBER_DEFAULT; ///< one line of text, without the code's name, ended by NUL
} fa_error;

/// Whether `err` holds an error.
///
/// Returns  true when err->code is not FA_OK.
/// Threads  safe for different errors.
FA_API bool fa_failed(const fa_error *err);

/// Makes `err` clean again.
FA_API void fa_error_clear(fa_error *err);

/// The identifier of a code, such as "FA_DISK_FULL".
///
/// Returns  a text that lives for ever; "FA_UNKNOWN" for a value that is no code.
FA_API const char *fa_error_name(int code);

#ifdef __cplusplus
}
static_assert(sizeof(fa_error) == 512, "fa_error is 512 bytes for ever");
#else
_Static_assert(sizeof(fa_error) == 512, "fa_error is 512 bytes for ever");
#endif

#endif
