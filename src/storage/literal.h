/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads the Python literal in the header of a .npy file: tokens, strings, integers, bools, and whole values
 * skipped with their brackets checked. Stricter than Python (no comments, prefixes, concatenation or
 * arithmetic), never recursive. Knows nothing about what the keys mean. */
#ifndef FA_STORAGE_LITERAL_H
#define FA_STORAGE_LITERAL_H

#include "base/error.h"

/* A dtype of 16 nested structures opens a list and a tuple for each, and a shape's tuple inside the last. */
enum { FA__LITERAL_MAX_NESTING = 2 * 16 + 1 };

typedef struct fa__literal {
    const char *name; /* of the file, for messages */
    const char *text; /* needs no NUL at its end */
    size_t length;
    size_t at;
    int64_t file_offset; /* where text[0] is in the file, for messages */
    bool long_integers;  /* "10L", as Python 2 wrote it, is an integer */
} fa__literal;

/* Moves over white space, and then looks at the next byte: -1 at the end. */
int fa__literal_peek(fa__literal *literal);
/* Moves over `byte`, or fails: "x.npy: byte 12: expected ',', found '}'". */
bool fa__literal_expect(fa__literal *literal, char byte, fa_error *err);
/* Reads a quoted string: what stands between the quotes, escapes and all. */
bool fa__literal_string(fa__literal *literal, const char **content, size_t *length, fa_error *err);
bool fa__literal_bool(fa__literal *literal, const char *what, bool *value, fa_error *err);
/* Reads an integer from 0 to 2^63-1; `what` names it in messages: "a size of shape". */
bool fa__literal_size(fa__literal *literal, const char *what, int64_t *value, fa_error *err);
/* Moves over one value of strings, integers, bools, None and brackets, without looking at how they are
 * separated. */
bool fa__literal_skip(fa__literal *literal, const char **value, size_t *length, fa_error *err);
/* Fails when anything but white space is left. */
bool fa__literal_end(fa__literal *literal, fa_error *err);
/* Fails at the next token: "x.npy: byte 12: expected WHAT, found '}'". */
bool fa__literal_unexpected(fa__literal *literal, const char *what, fa_error *err);

/* The first byte that text of this encoding may not hold: NUL in both, above 127 in ASCII, and in UTF-8
 * whatever is not a whole, shortest sequence of a code point that is no surrogate. `length` when there is
 * none. */
size_t fa__literal_bad_byte(const char *text, size_t length, bool utf8);

#endif
