/* SPDX-License-Identifier: BSD-3-Clause */
/* Python's string literals to UTF-8. Field names come from files, so that nothing is taken on trust: bytes
 * that are no UTF-8, escapes that are no character, and NUL are refused. */
#include "array/python_string.h"

#include "base/memory.h"

#include <string.h>

/* What is read, and what is wrong with it: NULL so far. */
typedef struct reader {
    const char *text;
    size_t length, at;
    const char *why;
} reader;

static bool fail(reader *in, const char *why)
{
    in->why = why;
    return false;
}

static size_t put_utf8(char *to, uint32_t code)
{
    if (code < 0x80) {
        to[0] = (char)code;
        return 1;
    }
    size_t more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char first[] = {0, 0xc0, 0xe0, 0xf0};
    to[0] = (char)(first[more] | code >> 6 * more);
    for (size_t i = 1; i <= more; i++)
        to[i] = (char)(0x80 | (code >> 6 * (more - i) & 0x3f));
    return more + 1;
}

/* Reads `count` hexadecimal digits. */
static bool read_hex(reader *in, int count, uint32_t *code)
{
    *code = 0;
    for (int i = 0; i < count; i++, in->at++) {
        char digit = in->at < in->length ? in->text[in->at] : '\0';
        if (digit >= '0' && digit <= '9')
            *code = *code << 4 | (uint32_t)(digit - '0');
        else if ((digit | 32) >= 'a' && (digit | 32) <= 'f')
            *code = *code << 4 | (uint32_t)((digit | 32) - 'a' + 10);
        else
            return fail(in, "expected a hexadecimal digit");
    }
    if (*code == 0 || *code > 0x10ffff || (*code >= 0xd800 && *code < 0xe000))
        return fail(in, "the escape before this is no character");
    return true;
}

/* The character behind a backslash; writes at most as many bytes as the escape has. */
static size_t read_escape(reader *in, char *to)
{
    static const char plain[] = "\\'\"nrtabfv", meant[] = "\\'\"\n\r\t\a\b\f\v";
    char letter = in->at < in->length ? in->text[in->at++] : '\0';
    const char *found = letter != '\0' ? strchr(plain, letter) : NULL;
    uint32_t code;
    if (found != NULL) {
        *to = meant[found - plain];
        return 1;
    }
    int digits = letter == 'x' ? 2 : letter == 'u' ? 4 : letter == 'U' ? 8 : 0;
    if (digits == 0) {
        in->at--;
        fail(in, "unknown escape in a string");
        return 0;
    }
    return read_hex(in, digits, &code) ? put_utf8(to, code) : 0;
}

/* How many bytes the UTF-8 character at `at` has; 0 when there is none. */
static size_t utf8_length(const char *text, size_t length, size_t at)
{
    const unsigned char *bytes = (const unsigned char *)text + at;
    size_t count = bytes[0] < 0x80 ? 1 : bytes[0] < 0xc2 ? 0 : bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : 4;
    if (count == 0 || bytes[0] > 0xf4 || bytes[0] == 0 || at + count > length)
        return 0;
    for (size_t i = 1; i < count; i++)
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (bytes[0] == 0xe0 && bytes[1] < 0xa0) || (bytes[0] == 0xf0 && bytes[1] < 0x90);
    bool outside = (bytes[0] == 0xed && bytes[1] > 0x9f) || (bytes[0] == 0xf4 && bytes[1] > 0x8f);
    return overlong || outside ? 0 : count;
}

char *fa__python_string(const char *text, size_t length, size_t *at, size_t *string_length, const char **why,
                        fa_error *err)
{
    reader in = {.text = text, .length = length, .at = *at + 1};
    char quote = text[*at];
    size_t close = in.at;
    while (close < length && text[close] != quote)
        close += text[close] == '\\' ? 2 : 1;
    if (close >= length) {
        *why = "a string has no end";
        return NULL;
    }
    char *string = fa__alloc(close - in.at + 1, err); /* no escape is shorter than what it stands for */
    *string_length = 0;
    while (string != NULL && in.at < close && in.why == NULL) {
        if (text[in.at] == '\\') {
            in.at++;
            *string_length += read_escape(&in, string + *string_length);
            continue;
        }
        size_t bytes = utf8_length(text, close, in.at);
        if (bytes == 0)
            fail(&in, "a string is no UTF-8 text");
        memcpy(string + *string_length, text + in.at, bytes);
        *string_length += bytes;
        in.at += bytes;
    }
    *at = in.at;
    if (string == NULL || in.why != NULL) {
        *why = in.why;
        fa__free(string);
        return NULL;
    }
    string[*string_length] = '\0';
    *at = close + 1;
    return string;
}
