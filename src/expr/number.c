/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers as Python reads and writes them. C's functions do the digits; the decimal point of the process's
 * locale is exchanged on the way, as a program that uses farray may have set one. */
#include "expr/number.h"

#include "base/memory.h"
#include "kernel/kernel.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POINT_BYTES = 16 };

/* What stands between the digits of "0.5" in the process's locale; a few bytes. */
static void decimal_point(char point[POINT_BYTES])
{
    char half[POINT_BYTES];
    snprintf(half, sizeof half, "%.1f", 0.5);
    size_t length = strcspn(half + 1, "5");
    memcpy(point, half + 1, length);
    point[length] = '\0';
}

bool fa__number_parse(const char *text, size_t length, double *number, fa_error *err)
{
    char few[64], point[POINT_BYTES];
    decimal_point(point);
    size_t point_length = strlen(point), most = length + point_length + 1, used = 0;
    char *copy = most <= sizeof few ? few : fa__alloc(most, err);
    if (copy == NULL)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '.') {
            memcpy(copy + used, point, point_length);
            used += point_length;
        } else if (text[i] != '_') {
            copy[used++] = text[i];
        }
    }
    copy[used] = '\0';
    *number = strtod(copy, NULL);
    if (copy != few)
        fa__free(copy);
    return true;
}

/* Whether digits in the locale's spelling are the number again, once it is rounded to the type. */
static bool reads_back(const char *text, fa_type type, double number)
{
    double value = strtod(text, NULL);
    if (type == FA_TYPE_FLOAT32)
        return (float)value == (float)number;
    if (type != FA_TYPE_FLOAT16 && type != FA_TYPE_BFLOAT16)
        return value == number;
    uint16_t a, b;
    fa__convert_find(FA_TYPE_FLOAT64, type)(&a, &value, 1);
    fa__convert_find(FA_TYPE_FLOAT64, type)(&b, &number, 1);
    return a == b;
}

/* "%.{digits}e" taken apart: its digits without the point, and the power of ten of the first one. */
static int take_apart(const char *scientific, char *digits)
{
    int count = 0;
    const char *at = scientific;
    for (; *at != 'e'; at++) {
        if (*at >= '0' && *at <= '9')
            digits[count++] = *at;
    }
    while (count > 1 && digits[count - 1] == '0')
        count--;
    digits[count] = '\0';
    return atoi(at + 1);
}

/* NumPy's str() of a scalar turns to the exponent below 1e-4, and at 10 to the number of digits that the type
 * surely holds. */
static bool is_positional(fa_type type, double size)
{
    const double limit = type == FA_TYPE_FLOAT64 ? 1e16 : type == FA_TYPE_FLOAT16 ? 1e3 : 1e6;
    return size == 0 || (size >= 1e-4 && size < limit);
}

/* Python's repr(): positional, or with an exponent of two digits or more. */
static void put_together(bool positional, const char *digits, int exponent, char *text, size_t size)
{
    int count = (int)strlen(digits);
    if (!positional)
        snprintf(text, size, "%c%s%.17se%c%02d", digits[0], count > 1 ? "." : "", digits + 1,
                 exponent < 0 ? '-' : '+', exponent < 0 ? -exponent : exponent);
    else if (exponent < 0)
        snprintf(text, size, "0.%.*s%.17s", -exponent - 1, "000", digits);
    else if (count <= exponent + 1)
        snprintf(text, size, "%.17s%.*s.0", digits, exponent + 1 - count, "000000000000000");
    else
        snprintf(text, size, "%.*s.%.17s", exponent + 1, digits, digits + exponent + 1);
}

const char *fa__number_text_of(fa_type type, double number, char text[FA__NUMBER_TEXT])
{
    if (!isfinite(number)) {
        snprintf(text, FA__NUMBER_TEXT, "%s", isnan(number) ? "nan" : number < 0 ? "-inf" : "inf");
        return text;
    }
    char scientific[FA__NUMBER_TEXT], digits[32];
    int precision = 0;
    do {
        snprintf(scientific, sizeof scientific, "%.*e", precision, fabs(number));
    } while (!reads_back(scientific, type, fabs(number)) && ++precision < 17);
    int exponent = take_apart(scientific, digits);
    text[0] = '-';
    put_together(is_positional(type, fabs(number)), digits, exponent, text + (signbit(number) ? 1 : 0),
                 FA__NUMBER_TEXT - 1);
    return text;
}

const char *fa__number_text(double number, char text[FA__NUMBER_TEXT])
{
    return fa__number_text_of(FA_TYPE_FLOAT64, number, text);
}
