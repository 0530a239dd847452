/* SPDX-License-Identifier: BSD-3-Clause */
/* Dates and spans of time as text: datetime64 in the proleptic Gregorian calendar (ISO 8601 down to the
 * dtype's unit), timedelta64 as a count of its unit. Values that leave 64 bits on the way wrap, as in NumPy.
 * Knows nothing about arrays. */
#include "api/print.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The units from years on, as NumPy orders them. */
static const struct {
    const char *unit, *name;
    int64_t per_day; /* of W, D: 0; of what divides a day: how many; below a second: 0 */
    int decimals;    /* digits behind the seconds */
} units[] = {
    {"Y", "years", 0, 0},         {"M", "months", 0, 0},        {"W", "weeks", 0, 0},
    {"D", "days", 0, 0},          {"h", "hours", 24, 0},        {"m", "minutes", 1440, 0},
    {"s", "seconds", 86400, 0},   {"ms", "milliseconds", 0, 3}, {"us", "microseconds", 0, 6},
    {"ns", "nanoseconds", 0, 9},  {"ps", "picoseconds", 0, 12}, {"fs", "femtoseconds", 0, 15},
    {"as", "attoseconds", 0, 18},
};
enum {
    YEARS,
    MONTHS,
    WEEKS,
    DAYS,
    HOURS,
    MINUTES,
    SECONDS,
    UNITS = sizeof units / sizeof *units,
    GENERIC = -1
};

static int unit_of(const fa_dtype *dtype)
{
    for (int i = 0; i < UNITS; i++)
        if (strcmp(dtype->unit, units[i].unit) == 0)
            return i;
    return GENERIC;
}

static int64_t multiply_wrapping(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a * (uint64_t)b);
}

/* Rounds down; *rest is not negative. */
static int64_t divide(int64_t value, int64_t divisor, int64_t *rest)
{
    int64_t quotient = value / divisor, remainder = value % divisor;
    if (remainder < 0) {
        remainder += divisor;
        quotient--;
    }
    *rest = remainder;
    return quotient;
}

/* Years are counted from the first of March, so that a leap day is the last of its year, and in eras of 400
 * years. */
static void date_of_days(int64_t days, int64_t *year, int *month, int *day)
{
    enum { DAYS_OF_ERA = 146097, FROM_MARCH_OF_YEAR_0_TO_1970 = 719468 };
    int64_t day_of_era, era = divide(days, DAYS_OF_ERA, &day_of_era);
    day_of_era += FROM_MARCH_OF_YEAR_0_TO_1970;
    era += day_of_era / DAYS_OF_ERA;
    day_of_era %= DAYS_OF_ERA;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month_from_march = (int)((5 * day_of_year + 2) / 153);
    *day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    *month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    *year = era * 400 + year_of_era + (*month <= 2);
}

/* Days, seconds of the day and parts of a second since 1970. */
static int64_t split(int unit, int64_t value, int64_t *seconds, int64_t *parts)
{
    *seconds = *parts = 0;
    if (unit == WEEKS)
        return multiply_wrapping(value, 7);
    if (unit == DAYS)
        return value;
    if (units[unit].per_day > 0) {
        int64_t days = divide(value, units[unit].per_day, seconds);
        *seconds *= 86400 / units[unit].per_day;
        return days;
    }
    int64_t parts_per_second = 1;
    for (int i = 0; i < units[unit].decimals; i++)
        parts_per_second *= 10;
    return divide(divide(value, parts_per_second, parts), 86400, seconds);
}

void fa__time_date(fa__text *text, const fa_dtype *dtype, int64_t value, fa_error *err)
{
    char buffer[80];
    int unit = unit_of(dtype), length = 0, month = 1, day = 1;
    int64_t year, seconds = 0, parts = 0;
    value = multiply_wrapping(value, dtype->unit_count);
    if (unit == GENERIC) {
        snprintf(buffer, sizeof buffer, "%" PRId64, value);
        fa__text_add_string(text, buffer, err);
        return;
    }
    if (unit == YEARS) {
        year = (int64_t)((uint64_t)value + 1970);
    } else if (unit == MONTHS) {
        int64_t rest;
        year = divide(value, 12, &rest) + 1970;
        month = (int)rest + 1;
    } else {
        date_of_days(split(unit, value, &seconds, &parts), &year, &month, &day);
    }
    length = snprintf(buffer, sizeof buffer, "%04" PRId64, year);
    if (unit >= MONTHS)
        length += snprintf(buffer + length, sizeof buffer - (size_t)length, "-%02d", month);
    if (unit >= WEEKS)
        length += snprintf(buffer + length, sizeof buffer - (size_t)length, "-%02d", day);
    if (unit >= HOURS)
        length += snprintf(buffer + length, sizeof buffer - (size_t)length, "T%02d", (int)(seconds / 3600));
    if (unit >= MINUTES)
        length +=
            snprintf(buffer + length, sizeof buffer - (size_t)length, ":%02d", (int)(seconds / 60 % 60));
    if (unit >= SECONDS)
        length += snprintf(buffer + length, sizeof buffer - (size_t)length, ":%02d", (int)(seconds % 60));
    if (unit > SECONDS)
        snprintf(buffer + length, sizeof buffer - (size_t)length, ".%0*" PRId64, units[unit].decimals, parts);
    fa__text_add_string(text, buffer, err);
}

void fa__time_span(fa__text *text, const fa_dtype *dtype, int64_t value, fa_error *err)
{
    char buffer[64];
    int unit = unit_of(dtype);
    snprintf(buffer, sizeof buffer, "%" PRId64 " %s", multiply_wrapping(value, dtype->unit_count),
             unit == GENERIC ? "generic time units" : units[unit].name);
    fa__text_add_string(text, buffer, err);
}
