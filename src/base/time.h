/* SPDX-License-Identifier: BSD-3-Clause */
/* The one list of units of time, and the proleptic Gregorian calendar on 64-bit counts. Whatever leaves 64
 * bits wraps, as in NumPy. Knows nothing about dtypes and texts. */
#ifndef FA_BASE_TIME_H
#define FA_BASE_TIME_H

#include <stdbool.h>
#include <stdint.h>

/* X(id, as dtypes write it, the plural that a scalar prints, how many of the next unit it is made of),
 * NumPy's order. How many days a year or a month has depends on which; where NumPy multiplies counts all the
 * same, they are 1. */
#define FA__TIME_UNITS(X)                      \
    X(YEAR, "Y", "years", 1)                   \
    X(MONTH, "M", "months", 1)                 \
    X(WEEK, "W", "weeks", 7)                   \
    X(DAY, "D", "days", 24)                    \
    X(HOUR, "h", "hours", 60)                  \
    X(MINUTE, "m", "minutes", 60)              \
    X(SECOND, "s", "seconds", 1000)            \
    X(MILLISECOND, "ms", "milliseconds", 1000) \
    X(MICROSECOND, "us", "microseconds", 1000) \
    X(NANOSECOND, "ns", "nanoseconds", 1000)   \
    X(PICOSECOND, "ps", "picoseconds", 1000)   \
    X(FEMTOSECOND, "fs", "femtoseconds", 1000) \
    X(ATTOSECOND, "as", "attoseconds", 1)

typedef enum fa__unit {
#define FA__ROW(id, symbol, plural, parts) FA__UNIT_##id,
    FA__TIME_UNITS(FA__ROW)
#undef FA__ROW
        FA__UNIT_GENERIC /* a count of nobody knows what; NumPy writes no unit */
} fa__unit;

/* What is no time. */
#define FA__NOT_A_TIME INT64_MIN

/* "ns" and "nanoseconds"; "" and "generic time units". */
const char *fa__unit_symbol(fa__unit unit);
const char *fa__unit_plural(fa__unit unit);
/* GENERIC for every text that is none. */
fa__unit fa__unit_find(const char *symbol);

/* How many of the smaller unit make one of the larger, as NumPy multiplies; 0 above 2**56. */
uint64_t fa__unit_factor(fa__unit larger, fa__unit smaller);
/* The number that divides both. */
uint64_t fa__common_divisor(uint64_t a, uint64_t b);

/* A moment, down to the unit that it was made from: what lies below is zero. */
typedef struct fa__moment {
    int64_t year;
    int month, day;      /* from 1 */
    int64_t seconds;     /* of the day */
    int64_t attoseconds; /* of the second */
} fa__moment;

/* Days since the first of January 1970. */
int64_t fa__days_of_date(int64_t year, int month, int day);
bool fa__is_leap_year(int64_t year);
/* `value` counts units since 1970. */
fa__moment fa__moment_of(fa__unit unit, int64_t value);
int64_t fa__moment_count(fa__unit unit, const fa__moment *moment);

/* Rounds down; *rest is not negative. */
int64_t fa__divide_down(int64_t value, int64_t divisor, int64_t *rest);

#endif
