/* SPDX-License-Identifier: BSD-3-Clause */
/* Units of time and the calendar. Arithmetic is done on unsigned numbers where it may wrap. */
#include "base/time.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *symbol, *plural;
    uint64_t parts;
} units[] = {
#define FA__ROW(id, symbol, plural, parts) {symbol, plural, parts},
    FA__TIME_UNITS(FA__ROW)
#undef FA__ROW
        {"", "generic time units", 1},
};

const char *fa__unit_symbol(fa__unit unit)
{
    return units[unit].symbol;
}

const char *fa__unit_plural(fa__unit unit)
{
    return units[unit].plural;
}

fa__unit fa__unit_find(const char *symbol)
{
    int unit = 0;
    while (unit < FA__UNIT_GENERIC && strcmp(symbol, units[unit].symbol) != 0)
        unit++;
    return (fa__unit)unit;
}

uint64_t fa__unit_factor(fa__unit larger, fa__unit smaller)
{
    uint64_t factor = 1;
    for (int unit = (int)larger; unit < (int)smaller; unit++) {
        factor *= units[unit].parts;
        if (factor >> 56 != 0)
            return 0;
    }
    return factor;
}

uint64_t fa__common_divisor(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

int64_t fa__divide_down(int64_t value, int64_t divisor, int64_t *rest)
{
    int64_t quotient = value / divisor, remainder = value % divisor;
    if (remainder < 0) {
        remainder += divisor;
        quotient--;
    }
    *rest = remainder;
    return quotient;
}

/* ---- Dates ---- */

enum { DAYS_OF_ERA = 146097, YEARS_OF_ERA = 400, SECONDS_OF_DAY = 86400 };

static const int days_before_month[2][13] = {
    {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365},
    {0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366},
};

bool fa__is_leap_year(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int64_t wrapping_sum(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

static int64_t wrapping_product(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a * (uint64_t)b);
}

/* NumPy's count of leap days, division by division, so that years beyond 64 bits of days wrap to the same
 * day. */
int64_t fa__days_of_date(int64_t year, int month, int day)
{
    int64_t since = wrapping_sum(year, -1970), days = wrapping_product(since, 365);
    if (days >= 0) {
        since = wrapping_sum(since, 1);
        days = wrapping_sum(days, since / 4);
        since = wrapping_sum(since, 68);
        days = wrapping_sum(days, -(since / 100));
        since = wrapping_sum(since, 300);
        days = wrapping_sum(days, since / 400);
    } else {
        since = wrapping_sum(since, -2);
        days = wrapping_sum(days, since / 4);
        since = wrapping_sum(since, -28);
        days = wrapping_sum(days, -(since / 100));
        days = wrapping_sum(days, since / 400);
    }
    return wrapping_sum(days, days_before_month[fa__is_leap_year(year)][month - 1] + day - 1);
}

/* Years are counted from the first of March, so that a leap day is the last of its year, and in eras of 400
 * years. */
static void date_of_days(int64_t days, fa__moment *moment)
{
    enum { FROM_MARCH_OF_YEAR_0_TO_1970 = 719468 };
    int64_t day_of_era, era = fa__divide_down(days, DAYS_OF_ERA, &day_of_era);
    day_of_era += FROM_MARCH_OF_YEAR_0_TO_1970;
    era += day_of_era / DAYS_OF_ERA;
    day_of_era %= DAYS_OF_ERA;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month_from_march = (int)((5 * day_of_year + 2) / 153);
    moment->day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    moment->month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    moment->year = era * YEARS_OF_ERA + year_of_era + (moment->month <= 2);
}

fa__moment fa__moment_of(fa__unit unit, int64_t value)
{
    fa__moment moment = {.year = 1970, .month = 1, .day = 1};
    int64_t rest = 0;
    switch (unit) {
    case FA__UNIT_GENERIC:
        return moment;
    case FA__UNIT_YEAR:
        moment.year = wrapping_sum(value, 1970);
        return moment;
    case FA__UNIT_MONTH:
        moment.year = fa__divide_down(value, 12, &rest) + 1970;
        moment.month = (int)rest + 1;
        return moment;
    case FA__UNIT_WEEK:
        date_of_days(wrapping_product(value, 7), &moment);
        return moment;
    default:
        break;
    }
    if (unit <= FA__UNIT_SECOND) {
        int64_t in_day = (int64_t)fa__unit_factor(FA__UNIT_DAY, unit);
        date_of_days(fa__divide_down(value, in_day, &rest), &moment);
        moment.seconds = rest * (SECONDS_OF_DAY / in_day);
    } else {
        int64_t in_second = 1, parts;
        for (int i = FA__UNIT_SECOND; i < (int)unit; i++)
            in_second *= 1000;
        int64_t seconds = fa__divide_down(value, in_second, &parts);
        date_of_days(fa__divide_down(seconds, SECONDS_OF_DAY, &moment.seconds), &moment);
        moment.attoseconds = parts * (INT64_C(1000000000000000000) / in_second);
    }
    return moment;
}

int64_t fa__moment_count(fa__unit unit, const fa__moment *moment)
{
    if (unit == FA__UNIT_GENERIC || unit == FA__UNIT_YEAR)
        return wrapping_sum(moment->year, -1970);
    if (unit == FA__UNIT_MONTH)
        return wrapping_sum(wrapping_product(wrapping_sum(moment->year, -1970), 12), moment->month - 1);
    int64_t days = fa__days_of_date(moment->year, moment->month, moment->day), rest;
    if (unit == FA__UNIT_WEEK)
        return fa__divide_down(days, 7, &rest);
    if (unit <= FA__UNIT_SECOND) {
        int64_t in_day = (int64_t)fa__unit_factor(FA__UNIT_DAY, unit);
        return wrapping_sum(wrapping_product(days, in_day), moment->seconds / (SECONDS_OF_DAY / in_day));
    }
    int64_t in_second = 1;
    for (int i = FA__UNIT_SECOND; i < (int)unit; i++)
        in_second *= 1000;
    int64_t seconds = wrapping_sum(wrapping_product(days, SECONDS_OF_DAY), moment->seconds);
    return wrapping_sum(wrapping_product(seconds, in_second),
                        moment->attoseconds / (INT64_C(1000000000000000000) / in_second));
}
