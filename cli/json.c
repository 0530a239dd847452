/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes JSON to standard output. Numbers are written with the fewest digits that read back as the same
 * double. The command line never leaves the C locale, so that the decimal point is a point. */
#include "cli.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool needs_comma;

static void before_value(void)
{
    if (needs_comma)
        fputs(", ", stdout);
    needs_comma = true;
}

void json_begin(char bracket)
{
    before_value();
    putchar(bracket);
    needs_comma = false;
}

void json_end(char bracket)
{
    putchar(bracket);
    needs_comma = true;
}

/* Length of the UTF-8 character at `text`; 0 when its bytes are none. */
static int utf8_length(const unsigned char *text)
{
    int length = text[0] < 0x80                      ? 1
                 : text[0] >= 0xc2 && text[0] < 0xe0 ? 2
                 : (text[0] & 0xf0) == 0xe0          ? 3
                 : text[0] >= 0xf0 && text[0] < 0xf5 ? 4
                                                     : 0;
    for (int i = 1; i < length; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] >= 0xa0) ||
        (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] >= 0x90))
        return 0;
    return length;
}

static void write_point(uint32_t point)
{
    if (point == '"' || point == '\\')
        printf("\\%c", (int)point);
    else if (point < 0x20 || (point >= 0x7f && point < 0xa0) || (point >= 0xd800 && point < 0xe000))
        printf("\\u%04x", point);
    else if (point < 0x80)
        putchar((int)point);
    else if (point < 0x800)
        printf("%c%c", 0xc0 | point >> 6, 0x80 | (point & 0x3f));
    else if (point < 0x10000)
        printf("%c%c%c", 0xe0 | point >> 12, 0x80 | (point >> 6 & 0x3f), 0x80 | (point & 0x3f));
    else if (point < 0x110000)
        printf("%c%c%c%c", 0xf0 | point >> 18, 0x80 | (point >> 12 & 0x3f), 0x80 | (point >> 6 & 0x3f),
               0x80 | (point & 0x3f));
    else
        fputs("\\ufffd", stdout); /* no character has such a number */
}

/* Bytes of names that are not UTF-8 become the lone surrogates that Python's os.fsencode() turns back. */
static void write_string(const char *string)
{
    const unsigned char *text = (const unsigned char *)string;
    putchar('"');
    while (*text != '\0') {
        int length = utf8_length(text);
        if (*text == '"' || *text == '\\')
            printf("\\%c", *text);
        else if (*text < 0x20 || *text == 0x7f)
            printf("\\u%04x", *text);
        else if (length == 0)
            printf("\\udc%02x", *text);
        else
            fwrite(text, 1, (size_t)length, stdout);
        text += length > 0 ? length : 1;
    }
    putchar('"');
}

void json_key(const char *key)
{
    before_value();
    write_string(key);
    fputs(": ", stdout);
    needs_comma = false;
}

void json_string(const char *text)
{
    before_value();
    write_string(text);
}

void json_string_begin(void)
{
    before_value();
    putchar('"');
}

void json_string_point(uint32_t point)
{
    write_point(point);
}

void json_string_end(void)
{
    putchar('"');
}

void json_integer(int64_t value)
{
    before_value();
    printf("%" PRId64, value);
}

void json_unsigned(uint64_t value)
{
    before_value();
    printf("%" PRIu64, value);
}

void json_number(double value)
{
    if (isnan(value) || isinf(value)) {
        json_string(isnan(value) ? "nan" : value < 0 ? "-inf" : "inf");
        return;
    }
    char text[40];
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    before_value();
    fputs(text, stdout);
    if (strpbrk(text, ".e") == NULL)
        fputs(".0", stdout); /* a double stays one when it is read back */
}

void json_boolean(bool value)
{
    before_value();
    fputs(value ? "true" : "false", stdout);
}

void json_null(void)
{
    before_value();
    fputs("null", stdout);
}
