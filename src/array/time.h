/* SPDX-License-Identifier: BSD-3-Clause */
/* Times as dtypes describe them: what two units have in common, how one is counted in the other, and dates as
 * ISO 8601 text, read and written as NumPy does. */
#ifndef FA_ARRAY_TIME_H
#define FA_ARRAY_TIME_H

#include "array/dtype.h"
#include "base/time.h"

static inline bool fa__type_is_time(fa_type type)
{
    return type == FA_TYPE_DATETIME64 || type == FA_TYPE_TIMEDELTA64;
}
fa__unit fa__unit_of(const fa_dtype *dtype);
/* How many of the bare unit an element stands for: 2 of "M8[25s]" are 50. Wraps. */
int64_t fa__time_units(const fa_dtype *dtype, int64_t value);

/* The dtype of `type` that counts both dtypes' times exactly, in the machine's byte order; gives a reference.
 * FA_BAD_TYPES where years or months of timedelta64 meet shorter units; FA_OUT_OF_RANGE where the count of
 * units leaves 32 bits. */
const fa_dtype *fa__time_common(fa_type type, const fa_dtype *a, const fa_dtype *b, fa_error *err);
/* np.can_cast(..., "same_kind"): timedelta64 does not pass between months and days. */
bool fa__time_same_kind(const fa_dtype *from, const fa_dtype *to);

/* How counts of one dtype become counts of another: value * multiply / divide, rounded down. `by_calendar`:
 * dates with years or months on one side, which have no such ratio. */
typedef struct fa__time_ratio {
    int64_t multiply, divide;
    bool by_calendar;
} fa__time_ratio;
/* FA_OUT_OF_RANGE when the ratio leaves 64 bits. */
bool fa__time_ratio_of(const fa_dtype *from, const fa_dtype *to, fa__time_ratio *ratio, fa_error *err);

enum { FA__TIME_TEXT = 80 };
/* Writes `value` units since 1970 as a date. FA__NOT_A_TIME is the caller's. */
void fa__time_text(fa__unit unit, int64_t value, char text[FA__TIME_TEXT]);
/* Reads a date: "2020", "2020-02-03T04:05:06.789Z", "NaT". *unit is the one that the text is written in,
 * GENERIC for what is no time; *value counts `wanted` (a date's own unit where that is NULL), FA__NOT_A_TIME
 * included. FA_BAD_EXPRESSION. */
bool fa__time_parse(const char *text, size_t length, const fa_dtype *wanted, fa__unit *unit, int64_t *value,
                    fa_error *err);

#endif
