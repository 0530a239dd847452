/* SPDX-License-Identifier: BSD-3-Clause */
/* Units of dtypes against each other, in NumPy's arithmetic of 64 bits, and dates as text. */
#include "array/time.h"

#include "base/error.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

fa__unit fa__unit_of(const fa_dtype *dtype)
{
    return fa__unit_find(dtype->unit);
}

int64_t fa__time_units(const fa_dtype *dtype, int64_t value)
{
    return (int64_t)((uint64_t)value * (uint64_t)dtype->unit_count);
}

/* ---- What two units have in common ---- */

static bool is_nonlinear(fa__unit unit)
{
    return unit <= FA__UNIT_MONTH;
}

static bool refuse_units(fa_error_code code, const fa_dtype *a, const fa_dtype *b, const char *why,
                         fa_error *err)
{
    char first[48], second[48];
    fa__dtype_display(a, first, sizeof first);
    fa__dtype_display(b, second, sizeof second);
    return fa__fail(err, code, "%s and %s %s", first, second, why);
}

/* Brings two units to the smaller one; the counts become those of the smaller. */
static bool bring_together(fa__unit *larger, uint64_t *count, fa__unit smaller, bool strict)
{
    if (*larger == smaller)
        return true;
    if (strict && is_nonlinear(*larger) && smaller > FA__UNIT_MONTH)
        return false;
    *count *= *larger == FA__UNIT_YEAR && smaller == FA__UNIT_MONTH ? 12 : fa__unit_factor(*larger, smaller);
    *larger = smaller;
    return true;
}

const fa_dtype *fa__time_common(fa_type type, const fa_dtype *a, const fa_dtype *b, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    fa__unit first = fa__unit_of(a), second = fa__unit_of(b);
    if (first == FA__UNIT_GENERIC)
        return fa__dtype_time(type, b->unit, b->unit_count, false, err);
    if (second == FA__UNIT_GENERIC)
        return fa__dtype_time(type, a->unit, a->unit_count, false, err);
    bool strict = a->type == FA_TYPE_TIMEDELTA64 && b->type == FA_TYPE_TIMEDELTA64;
    uint64_t counts[2] = {(uint64_t)a->unit_count, (uint64_t)b->unit_count};
    bool linear = first < second ? bring_together(&first, &counts[0], second, strict)
                                 : bring_together(&second, &counts[1], first, strict);
    if (!linear) {
        refuse_units(FA_BAD_TYPES, a, b, "have no common unit: months and years have no fixed length", err);
        return NULL;
    }
    uint64_t common = fa__common_divisor(counts[0], counts[1]);
    if (counts[0] == 0 || counts[1] == 0 || common > INT32_MAX) {
        refuse_units(FA_OUT_OF_RANGE, a, b, "have no common unit that 64 bits count", err);
        return NULL;
    }
    return fa__dtype_time(type, fa__unit_symbol(first), (int32_t)common, false, err);
}

bool fa__time_same_kind(const fa_dtype *from, const fa_dtype *to)
{
    if (from->type != FA_TYPE_TIMEDELTA64 || to->type != FA_TYPE_TIMEDELTA64)
        return true;
    fa__unit a = fa__unit_of(from), b = fa__unit_of(to);
    return a == FA__UNIT_GENERIC || b == FA__UNIT_GENERIC || is_nonlinear(a) == is_nonlinear(b);
}

/* A year is 365.2425 days, a month the twelfth part of it. */
static void nonlinear_ratio(fa__unit larger, fa__unit smaller, uint64_t *multiply, uint64_t *divide)
{
    *divide = larger == FA__UNIT_YEAR ? 400 : 400 * 12;
    *multiply = 97 + 400 * 365;
    if (smaller == FA__UNIT_WEEK)
        *divide *= 7;
    else
        *multiply *= fa__unit_factor(FA__UNIT_DAY, smaller);
}

bool fa__time_ratio_of(const fa_dtype *from, const fa_dtype *to, fa__time_ratio *ratio, fa_error *err)
{
    fa__unit source = fa__unit_of(from), target = fa__unit_of(to);
    *ratio = (fa__time_ratio){1, 1, false};
    if (source == FA__UNIT_GENERIC || target == FA__UNIT_GENERIC)
        return true;
    bool to_larger = source > target;
    fa__unit larger = to_larger ? target : source, smaller = to_larger ? source : target;
    uint64_t multiply = 1, divide = 1;
    if (larger == FA__UNIT_YEAR && smaller == FA__UNIT_MONTH)
        multiply = 12;
    else if (is_nonlinear(larger) && larger != smaller)
        nonlinear_ratio(larger, smaller, &multiply, &divide);
    else if (larger != smaller)
        multiply = fa__unit_factor(larger, smaller);
    if (multiply == 0)
        return refuse_units(FA_OUT_OF_RANGE, from, to, "differ by more than 64 bits hold", err);
    uint64_t up = (to_larger ? divide : multiply) * (uint64_t)from->unit_count;
    uint64_t down = (to_larger ? multiply : divide) * (uint64_t)to->unit_count;
    uint64_t common = fa__common_divisor(up, down);
    ratio->multiply = (int64_t)(up / common);
    ratio->divide = (int64_t)(down / common);
    ratio->by_calendar = from->type == FA_TYPE_DATETIME64 && to->type == FA_TYPE_DATETIME64 &&
                         (is_nonlinear(source) || is_nonlinear(target));
    return true;
}

/* ---- Dates to text ---- */

void fa__time_text(fa__unit unit, int64_t value, char text[FA__TIME_TEXT])
{
    if (unit == FA__UNIT_GENERIC) {
        snprintf(text, FA__TIME_TEXT, "%" PRId64, value);
        return;
    }
    fa__moment moment = fa__moment_of(unit, value);
    int length = snprintf(text, FA__TIME_TEXT, "%04" PRId64, moment.year);
    size_t left = FA__TIME_TEXT;
#define ADD(condition, ...) \
    if (condition)          \
    length += snprintf(text + length, left - (size_t)length, __VA_ARGS__)
    ADD(unit >= FA__UNIT_MONTH, "-%02d", moment.month);
    ADD(unit >= FA__UNIT_WEEK, "-%02d", moment.day);
    ADD(unit >= FA__UNIT_HOUR, "T%02d", (int)(moment.seconds / 3600));
    ADD(unit >= FA__UNIT_MINUTE, ":%02d", (int)(moment.seconds / 60 % 60));
    ADD(unit >= FA__UNIT_SECOND, ":%02d", (int)(moment.seconds % 60));
#undef ADD
    if (unit > FA__UNIT_SECOND) {
        int digits = 3 * (int)(unit - FA__UNIT_SECOND);
        int64_t parts = moment.attoseconds;
        for (int i = digits; i < 18; i++)
            parts /= 10;
        snprintf(text + length, left - (size_t)length, ".%0*" PRId64, digits, parts);
    }
}

/* ---- Text to dates ---- */

/* Where in a text of a date the reader stands. */
typedef struct reader {
    const char *text;
    size_t length, at;
    fa_error *err;
} reader;

static bool wrong(const reader *r, const char *what)
{
    char quoted[80];
    fa__quote(quoted, sizeof quoted, r->text, r->length);
    if (what != NULL)
        return fa__fail(r->err, FA_BAD_EXPRESSION, "%s out of range in the date '%s'", what, quoted);
    return fa__fail(r->err, FA_BAD_EXPRESSION, "'%s' is no date: position %zu", quoted, r->at);
}

static char peek(const reader *r)
{
    return r->at < r->length ? r->text[r->at] : '\0';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void skip_spaces(reader *r)
{
    while (peek(r) == ' ' || (peek(r) >= '\t' && peek(r) <= '\r'))
        r->at++;
}

static bool two_digits(reader *r, int low, int high, const char *what, int *number)
{
    if (!is_digit(peek(r)) || r->at + 1 >= r->length || !is_digit(r->text[r->at + 1]))
        return wrong(r, NULL);
    *number = 10 * (r->text[r->at] - '0') + r->text[r->at + 1] - '0';
    if (*number < low || *number > high)
        return wrong(r, what);
    r->at += 2;
    return true;
}

/* A separator between parts, which may not be the last character. */
static bool separator(reader *r, char c)
{
    if (peek(r) != c)
        return false;
    r->at++;
    return r->at < r->length || wrong(r, NULL);
}

static bool read_year(reader *r, int64_t *year)
{
    bool negative = peek(r) == '-' && r->at == 0;
    if (peek(r) == '-' || peek(r) == '+')
        r->at++;
    if (r->at == r->length)
        return wrong(r, NULL);
    uint64_t value = 0;
    for (; is_digit(peek(r)); r->at++)
        value = 10 * value + (uint64_t)(peek(r) - '0');
    *year = (int64_t)(negative ? 0 - value : value);
    return true;
}

static void read_fraction(reader *r, fa__moment *moment, fa__unit *unit)
{
    int digits = 0;
    for (int i = 0; i < 18; i++) {
        moment->attoseconds *= 10;
        if (is_digit(peek(r))) {
            moment->attoseconds += peek(r) - '0';
            r->at++;
            digits++;
        }
    }
    int thousands = digits == 0 ? 1 : (digits + 2) / 3;
    *unit = (fa__unit)(FA__UNIT_SECOND + thousands);
}

static bool read_clock(reader *r, fa__moment *moment, fa__unit *unit)
{
    int hours, minutes = 0, seconds = 0;
    *unit = FA__UNIT_HOUR;
    if (!two_digits(r, 0, 23, "hours", &hours))
        return false;
    if (separator(r, ':')) {
        *unit = FA__UNIT_MINUTE;
        if (!two_digits(r, 0, 59, "minutes", &minutes))
            return false;
        if (separator(r, ':')) {
            *unit = FA__UNIT_SECOND;
            if (!two_digits(r, 0, 59, "seconds", &seconds))
                return false;
            if (peek(r) == '.') {
                r->at++;
                read_fraction(r, moment, unit);
            }
        }
    }
    moment->seconds = 3600 * hours + 60 * minutes + seconds;
    return !fa_failed(r->err);
}

/* "Z", "+02", "-0330": the moment becomes that of Greenwich. */
static bool read_zone(reader *r, fa__moment *moment)
{
    char sign = peek(r);
    if (sign == 'Z') {
        r->at++;
        return true;
    }
    if (sign != '+' && sign != '-')
        return true;
    int hours, minutes = 0;
    r->at++;
    if (!two_digits(r, 0, 23, "the hours of a time zone", &hours))
        return false;
    if (peek(r) == ':')
        r->at++;
    if (is_digit(peek(r)) && !two_digits(r, 0, 59, "the minutes of a time zone", &minutes))
        return false;
    int64_t ahead = 3600 * hours + 60 * minutes, days;
    days = fa__divide_down(moment->seconds - (sign == '-' ? -ahead : ahead), 86400, &moment->seconds);
    fa__moment date =
        fa__moment_of(FA__UNIT_DAY, fa__days_of_date(moment->year, moment->month, moment->day) + days);
    moment->year = date.year;
    moment->month = date.month;
    moment->day = date.day;
    return true;
}

static bool read_date(reader *r, fa__moment *moment, fa__unit *unit)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    *unit = FA__UNIT_YEAR;
    skip_spaces(r);
    if (!read_year(r, &moment->year))
        return false;
    if (!separator(r, '-'))
        return r->at == r->length || wrong(r, NULL);
    *unit = FA__UNIT_MONTH;
    if (!two_digits(r, 1, 12, "month", &moment->month))
        return false;
    if (!separator(r, '-'))
        return r->at == r->length || wrong(r, NULL);
    *unit = FA__UNIT_DAY;
    int last = days[moment->month - 1] + (moment->month == 2 && fa__is_leap_year(moment->year));
    if (!two_digits(r, 1, last, "day", &moment->day) || r->at == r->length)
        return !fa_failed(r->err);
    if (!separator(r, 'T') && !separator(r, ' '))
        return wrong(r, NULL);
    if (!read_clock(r, moment, unit) || !read_zone(r, moment))
        return false;
    skip_spaces(r);
    return r->at == r->length || wrong(r, NULL);
}

static bool is_nat(const char *text, size_t length)
{
    return length == 0 ||
           (length == 3 && (text[0] | 0x20) == 'n' && (text[1] | 0x20) == 'a' && (text[2] | 0x20) == 't');
}

bool fa__time_parse(const char *text, size_t length, const fa_dtype *wanted, fa__unit *unit, int64_t *value,
                    fa_error *err)
{
    if (fa_failed(err))
        return false;
    *unit = FA__UNIT_GENERIC;
    *value = FA__NOT_A_TIME;
    if (is_nat(text, length))
        return true;
    reader r = {.text = text, .length = length, .err = err};
    fa__moment moment = {.month = 1, .day = 1};
    if (!read_date(&r, &moment, unit))
        return false;
    fa__unit target = wanted != NULL ? fa__unit_of(wanted) : *unit;
    int64_t rest;
    *value = fa__moment_count(target == FA__UNIT_GENERIC ? *unit : target, &moment);
    if (wanted != NULL && wanted->unit_count > 1)
        *value = fa__divide_down(*value, wanted->unit_count, &rest);
    return true;
}
