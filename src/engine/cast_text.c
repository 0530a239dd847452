/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers and dates as the texts that NumPy's str() gives, and back as int() and float() read them. */
#include "engine/cast.h"

#include "array/time.h"
#include "base/time.h"
#include "expr/number.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Writing ---- */

static int write_bool(const fa__cast *cast, const void *element, char text[FA__CAST_TEXT])
{
    (void)cast;
    return snprintf(text, FA__CAST_TEXT, "%s", *(const uint8_t *)element ? "True" : "False");
}

static int write_signed(const fa__cast *cast, const void *element, char text[FA__CAST_TEXT])
{
    int64_t value;
    fa__convert_find(cast->from_type, FA_TYPE_INT64)(&value, element, 1);
    return snprintf(text, FA__CAST_TEXT, "%" PRId64, value);
}

static int write_unsigned(const fa__cast *cast, const void *element, char text[FA__CAST_TEXT])
{
    uint64_t value;
    fa__convert_find(cast->from_type, FA_TYPE_UINT64)(&value, element, 1);
    return snprintf(text, FA__CAST_TEXT, "%" PRIu64, value);
}

static int write_time(const fa__cast *cast, const void *element, char text[FA__CAST_TEXT])
{
    int64_t value;
    memcpy(&value, element, sizeof value);
    if (value == FA__NOT_A_TIME)
        return snprintf(text, FA__CAST_TEXT, "NaT");
    if (cast->from_type == FA_TYPE_TIMEDELTA64)
        return snprintf(text, FA__CAST_TEXT, "%" PRId64 " %s",
                        (int64_t)((uint64_t)value * (uint64_t)cast->from_count),
                        fa__unit_plural(cast->from_unit));
    fa__time_text(cast->from_unit, (int64_t)((uint64_t)value * (uint64_t)cast->from_count), text);
    return (int)strlen(text);
}

static int write_float(const fa__cast *cast, const void *element, char text[FA__CAST_TEXT])
{
    double value;
    fa__convert_find(cast->from_type, FA_TYPE_FLOAT64)(&value, element, 1);
    return (int)strlen(fa__number_text_of(cast->from_type, value, text));
}

/* ---- Reading ---- */

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Spaces around a number, and underscores between its digits, are Python's. */
static bool bare(const char *text, int64_t length, char copy[FA__CAST_TEXT])
{
    int64_t first = 0, used = 0;
    while (first < length && is_space(text[first]))
        first++;
    while (length > first && is_space(text[length - 1]))
        length--;
    for (int64_t i = first; i < length; i++) {
        bool between = text[i] == '_' && i > first && i + 1 < length && text[i - 1] >= '0' &&
                       text[i - 1] <= '9' && text[i + 1] >= '0' && text[i + 1] <= '9';
        if (!between)
            copy[used++] = text[i];
    }
    copy[used] = '\0';
    return used > 0;
}

static bool read_whole(const fa__cast *cast, const char *text, int64_t length, void *element)
{
    char copy[FA__CAST_TEXT], *end;
    if (!bare(text, length, copy) || strchr(copy, ' ') != NULL)
        return false;
    errno = 0;
    bool is_wide = cast->to_type == FA_TYPE_UINT64 && copy[0] != '-';
    uint64_t large = is_wide ? strtoull(copy, &end, 10) : (uint64_t)strtoll(copy, &end, 10);
    if (*end != '\0' || errno != 0)
        return false;
    int64_t value = (int64_t)large, again = 0;
    if (is_wide || cast->to_type == FA_TYPE_INT64) {
        memcpy(element, &large, sizeof large);
        return true;
    }
    fa__convert_find(FA_TYPE_INT64, cast->to_type)(element, &value, 1);
    fa__convert_find(cast->to_type, FA_TYPE_INT64)(&again, element, 1);
    return again == value;
}

static bool read_float(const fa__cast *cast, const char *text, int64_t length, void *element)
{
    char copy[FA__CAST_TEXT], *end;
    if (!bare(text, length, copy) || strpbrk(copy, "xXpP(") != NULL)
        return false;
    double value = strtod(copy, &end);
    if (*end != '\0')
        return false;
    fa__convert_find(FA_TYPE_FLOAT64, cast->to_type)(element, &value, 1);
    return true;
}

static bool read_span(const fa__cast *cast, const char *text, int64_t length, void *element)
{
    fa__cast whole = {.to_type = FA_TYPE_INT64};
    int64_t nat = FA__NOT_A_TIME;
    (void)cast;
    if (length != 0 && strcmp(text, "NaT") != 0 && strcmp(text, "nat") != 0)
        return read_whole(&whole, text, length, element);
    memcpy(element, &nat, sizeof nat);
    return true;
}

static bool read_date(const fa__cast *cast, const char *text, int64_t length, void *element)
{
    fa_error err = {0};
    fa__unit unit;
    int64_t value;
    fa_dtype wanted = {.type = FA_TYPE_DATETIME64, .unit_count = cast->to_count};
    strncpy(wanted.unit, fa__unit_symbol(cast->to_unit), sizeof wanted.unit - 1);
    if (!fa__time_parse(text, (size_t)length, &wanted, &unit, &value, &err))
        return false;
    memcpy(element, &value, sizeof value);
    return true;
}

/* ---- Which ---- */

static bool is_string(fa_type type)
{
    return type == FA_TYPE_BYTES || type == FA_TYPE_STRING;
}

void fa__cast_plan_text(const fa_dtype *from, const fa_dtype *to, fa__cast *cast)
{
    cast->from_type = from->type;
    cast->to_type = to->type;
    cast->from_unit = fa__unit_of(from);
    cast->to_unit = fa__unit_of(to);
    cast->from_count = from->unit_count;
    cast->to_count = to->unit_count;
    if (is_string(from->type) && is_string(to->type)) {
        cast->loop = from->type == to->type ? fa__cast_bytes : fa__cast_text;
    } else if (is_string(to->type)) {
        char kind = fa__type_kind(from->type);
        cast->loop = fa__cast_from_number;
        cast->write = kind == 'b'   ? write_bool
                      : kind == 'i' ? write_signed
                      : kind == 'u' ? write_unsigned
                      : kind == 'f' ? write_float
                                    : write_time;
    } else if (to->type == FA_TYPE_BOOL) {
        cast->loop = fa__cast_to_truth;
    } else {
        char kind = fa__type_kind(to->type);
        cast->loop = fa__cast_to_number;
        cast->read = kind == 'M'   ? read_date
                     : kind == 'm' ? read_span
                     : kind == 'f' ? read_float
                                   : read_whole;
    }
}
