/* SPDX-License-Identifier: BSD-3-Clause */
/* A string that grows. Knows nothing about what is written. */
#include "api/print.h"
#include "base/memory.h"

#include <string.h>

static char *room(fa__text *text, int64_t length, fa_error *err)
{
    if (length > INT64_MAX - text->length) {
        fa__fail(err, FA_TOO_LARGE, "the text of the array is too long");
        return NULL;
    }
    if (!fa__grow(&text->data, &text->capacity, text->length + length, 1, err))
        return NULL;
    char *end = text->data + text->length;
    text->length += length;
    return end;
}

void fa__text_add(fa__text *text, const char *data, int64_t length, fa_error *err)
{
    if (length == 0)
        return;
    char *end = room(text, length, err);
    if (end != NULL)
        memcpy(end, data, (size_t)length);
}

void fa__text_add_string(fa__text *text, const char *string, fa_error *err)
{
    fa__text_add(text, string, (int64_t)strlen(string), err);
}

void fa__text_add_char(fa__text *text, char character, fa_error *err)
{
    fa__text_add(text, &character, 1, err);
}

void fa__text_repeat(fa__text *text, char character, int64_t count, fa_error *err)
{
    if (count <= 0)
        return;
    char *end = room(text, count, err);
    if (end != NULL)
        memset(end, character, (size_t)count);
}

void fa__text_add_code_point(fa__text *text, uint32_t code_point, fa_error *err)
{
    char bytes[4];
    if (code_point > 0x10ffff || (code_point >= 0xd800 && code_point < 0xe000))
        code_point = 0xfffd;
    if (code_point < 0x80) {
        bytes[0] = (char)code_point;
        fa__text_add(text, bytes, 1, err);
    } else if (code_point < 0x800) {
        bytes[0] = (char)(0xc0 | code_point >> 6);
        bytes[1] = (char)(0x80 | (code_point & 0x3f));
        fa__text_add(text, bytes, 2, err);
    } else if (code_point < 0x10000) {
        bytes[0] = (char)(0xe0 | code_point >> 12);
        bytes[1] = (char)(0x80 | (code_point >> 6 & 0x3f));
        bytes[2] = (char)(0x80 | (code_point & 0x3f));
        fa__text_add(text, bytes, 3, err);
    } else {
        bytes[0] = (char)(0xf0 | code_point >> 18);
        bytes[1] = (char)(0x80 | (code_point >> 12 & 0x3f));
        bytes[2] = (char)(0x80 | (code_point >> 6 & 0x3f));
        bytes[3] = (char)(0x80 | (code_point & 0x3f));
        fa__text_add(text, bytes, 4, err);
    }
}

void fa__text_clear(fa__text *text)
{
    fa__free(text->data);
    memset(text, 0, sizeof *text);
}

int64_t fa__text_characters(const char *data, int64_t length)
{
    int64_t count = 0;
    for (int64_t i = 0; i < length; i++)
        count += ((unsigned char)data[i] & 0xc0) != 0x80;
    return count;
}
