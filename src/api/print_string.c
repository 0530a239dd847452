/* SPDX-License-Identifier: BSD-3-Clause */
/* Bytes and Unicode strings as Python's repr() and str() write them. Knows nothing about arrays. */
#include "api/print.h"

#include <string.h>

static const struct {
    uint32_t first, last;
} unprintable[] = {
#include "api/unprintable.inc.h"
};

static bool is_printable(uint32_t code_point)
{
    size_t low = 0, high = sizeof unprintable / sizeof *unprintable;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (code_point < unprintable[middle].first)
            high = middle;
        else if (code_point > unprintable[middle].last)
            low = middle + 1;
        else
            return false;
    }
    return code_point <= 0x10ffff;
}

static void add_escape(fa__text *text, char kind, int digits, uint32_t value, fa_error *err)
{
    fa__text_add_char(text, '\\', err);
    fa__text_add_char(text, kind, err);
    for (int i = digits - 1; i >= 0; i--)
        fa__text_add_char(text, "0123456789abcdef"[value >> 4 * i & 15], err);
}

/* What bytes and strings escape alike; false for all other characters. */
static bool add_common_escape(fa__text *text, uint32_t character, char quote, fa_error *err)
{
    const char *escape = character == '\n'              ? "\\n"
                         : character == '\r'            ? "\\r"
                         : character == '\t'            ? "\\t"
                         : character == '\\'            ? "\\\\"
                         : character == (uint32_t)quote ? quote == '"' ? "\\\"" : "\\'"
                                                        : NULL;
    if (escape != NULL)
        fa__text_add_string(text, escape, err);
    return escape != NULL;
}

/* Python takes double quotes where that saves escapes. */
static char quote_for(bool has_single, bool has_double)
{
    return has_single && !has_double ? '"' : '\'';
}

void fa__string_bytes(fa__text *text, const char *bytes, int64_t length, fa_error *err)
{
    while (length > 0 && bytes[length - 1] == '\0')
        length--;
    bool has_single = length > 0 && memchr(bytes, '\'', (size_t)length) != NULL;
    bool has_double = length > 0 && memchr(bytes, '"', (size_t)length) != NULL;
    char quote = quote_for(has_single, has_double);
    fa__text_add_char(text, 'b', err);
    fa__text_add_char(text, quote, err);
    for (int64_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if (add_common_escape(text, byte, quote, err))
            continue;
        if (byte < 0x20 || byte >= 0x7f)
            add_escape(text, 'x', 2, byte, err);
        else
            fa__text_add_char(text, (char)byte, err);
    }
    fa__text_add_char(text, quote, err);
}

static uint32_t code_point_at(const char *code_points, int64_t index, bool swapped)
{
    uint32_t value;
    memcpy(&value, code_points + 4 * index, sizeof value);
    return swapped ? __builtin_bswap32(value) : value;
}

static int64_t without_padding(const char *code_points, int64_t count, bool swapped)
{
    while (count > 0 && code_point_at(code_points, count - 1, swapped) == 0)
        count--;
    return count;
}

void fa__string_unicode(fa__text *text, const char *code_points, int64_t count, bool swapped, fa_error *err)
{
    count = without_padding(code_points, count, swapped);
    bool has_single = false, has_double = false;
    for (int64_t i = 0; i < count; i++) {
        uint32_t code_point = code_point_at(code_points, i, swapped);
        has_single |= code_point == '\'';
        has_double |= code_point == '"';
    }
    char quote = quote_for(has_single, has_double);
    fa__text_add_char(text, quote, err);
    for (int64_t i = 0; i < count; i++) {
        uint32_t code_point = code_point_at(code_points, i, swapped);
        if (add_common_escape(text, code_point, quote, err))
            continue;
        if (is_printable(code_point))
            fa__text_add_code_point(text, code_point, err);
        else if (code_point < 0x100)
            add_escape(text, 'x', 2, code_point, err);
        else if (code_point < 0x10000)
            add_escape(text, 'u', 4, code_point, err);
        else
            add_escape(text, 'U', 8, code_point, err);
    }
    fa__text_add_char(text, quote, err);
}

void fa__string_plain(fa__text *text, const char *code_points, int64_t count, bool swapped, fa_error *err)
{
    count = without_padding(code_points, count, swapped);
    for (int64_t i = 0; i < count; i++)
        fa__text_add_code_point(text, code_point_at(code_points, i, swapped), err);
}

void fa__string_void(fa__text *text, const char *bytes, int64_t length, fa_error *err)
{
    fa__text_add_string(text, "b'", err);
    for (int64_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        char escape[] = {'\\', 'x', "0123456789ABCDEF"[byte >> 4], "0123456789ABCDEF"[byte & 15]};
        fa__text_add(text, escape, sizeof escape, err);
    }
    fa__text_add_char(text, '\'', err);
}
