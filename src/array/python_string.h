/* SPDX-License-Identifier: BSD-3-Clause */
/* Strings as Python's literals write them. */
#ifndef FA_ARRAY_PYTHON_STRING_H
#define FA_ARRAY_PYTHON_STRING_H

#include "base/error.h"

/* Reads the literal whose opening quote is text[*at] as UTF-8 that ends in NUL and holds no other; moves *at
 * behind it. Released with fa__free(). NULL with no memory, or with a clean err when it is no string: then
 * *at is where, and *why says what is wrong there. */
char *fa__python_string(const char *text, size_t length, size_t *at, size_t *string_length, const char **why,
                        fa_error *err);

#endif
