/* SPDX-License-Identifier: BSD-3-Clause */
/* Strings as other strings, and as what they say. Bytes and code points become each other where they are
 * ASCII. */
#include "kernel/cast.h"

#include <string.h>

/* ---- Characters ---- */

static uint32_t character(fa_type type, const char *element, int64_t i)
{
    uint32_t wide;
    if (type == FA_TYPE_BYTES)
        return (unsigned char)element[i];
    memcpy(&wide, element + 4 * i, sizeof wide);
    return wide;
}

static void put_character(fa_type type, char *element, int64_t i, uint32_t c)
{
    if (type == FA_TYPE_BYTES)
        element[i] = (char)c;
    else
        memcpy(element + 4 * i, &c, sizeof c);
}

static int64_t characters_of(fa_type type, int64_t bytes)
{
    return type == FA_TYPE_BYTES ? bytes : bytes / 4;
}

fa__trouble fa__cast_text(const fa__cast *cast, void *out, const void *in, int64_t n)
{
    const int64_t room = characters_of(cast->to_type, cast->to_bytes);
    const int64_t have = characters_of(cast->from_type, cast->from_bytes);
    for (int64_t i = 0; i < n; i++) {
        const char *from = (const char *)in + i * cast->from_bytes;
        char *to = (char *)out + i * cast->to_bytes;
        for (int64_t k = 0; k < room; k++) {
            const uint32_t c = k < have ? character(cast->from_type, from, k) : 0;
            if (c >= 0x80)
                return FA__TROUBLE_ASCII;
            put_character(cast->to_type, to, k, c);
        }
    }
    return FA__NO_TROUBLE;
}

/* Whether there is any character at all. */
fa__trouble fa__cast_to_truth(const fa__cast *cast, void *out, const void *in, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        const char *from = (const char *)in + i * cast->from_bytes;
        uint8_t truth = 0;
        for (int64_t k = 0; k < cast->from_bytes && truth == 0; k++)
            truth = from[k] != 0;
        ((uint8_t *)out)[i] = truth;
    }
    return FA__NO_TROUBLE;
}

/* ---- What they say ---- */

fa__trouble fa__cast_from_number(const fa__cast *cast, void *out, const void *in, int64_t n)
{
    const int64_t room = characters_of(cast->to_type, cast->to_bytes);
    char text[FA__CAST_TEXT];
    for (int64_t i = 0; i < n; i++) {
        const int64_t length = cast->write(cast, (const char *)in + i * cast->from_bytes, text);
        char *to = (char *)out + i * cast->to_bytes;
        for (int64_t k = 0; k < room; k++)
            put_character(cast->to_type, to, k, k < length ? (unsigned char)text[k] : 0);
    }
    return FA__NO_TROUBLE;
}

fa__trouble fa__cast_to_number(const fa__cast *cast, void *out, const void *in, int64_t n)
{
    const int64_t have = characters_of(cast->from_type, cast->from_bytes);
    char text[FA__CAST_TEXT];
    for (int64_t i = 0; i < n; i++) {
        const char *from = (const char *)in + i * cast->from_bytes;
        int64_t length = 0;
        for (; length < have && character(cast->from_type, from, length) != 0; length++) {
            const uint32_t c = character(cast->from_type, from, length);
            if (c >= 0x80 || length == FA__CAST_TEXT - 1)
                return FA__TROUBLE_NUMBER;
            text[length] = (char)c;
        }
        text[length] = '\0';
        if (!cast->read(cast, text, length, (char *)out + i * cast->to_bytes))
            return FA__TROUBLE_NUMBER;
    }
    return FA__NO_TROUBLE;
}
