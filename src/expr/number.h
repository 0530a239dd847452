/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers as Python reads and writes them, whatever the process's locale says. */
#ifndef FA_EXPR_NUMBER_H
#define FA_EXPR_NUMBER_H

#include "base/error.h"

#include <farray/dtype.h>

/* The double nearest to a decimal number of Python ("1e-3", "1_000.5") */
bool fa__number_parse(const char *text, size_t length, double *number, fa_error *err);
/* The shortest digits that read back as the same double: what Python's repr() writes. Returns `text`. */
enum { FA__NUMBER_TEXT = 96 };
const char *fa__number_text(double number, char text[FA__NUMBER_TEXT]);
/* The same for an element of float16, float32 or float64: the digits read back as the same element. */
const char *fa__number_text_of(fa_type type, double number, char text[FA__NUMBER_TEXT]);

#endif
