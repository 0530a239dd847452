/* SPDX-License-Identifier: BSD-3-Clause */
/* The loops of strings: bytes with the letters of ASCII, as Python's bytes; code points with Unicode's, as
 * Python's str. */
#include "kernel/strings.h"

#include "kernel/unicode_table.inc.h"

#include <string.h>

#define NAME_(a, b)  a##_##b
#define NAME__(a, b) NAME_(a, b)
#define NAME(name)   NAME__(name, S)

#define MADE_STRINGS(X) \
    X(upper)            \
    X(lower)            \
    X(swapcase)         \
    X(capitalize)       \
    X(title)            \
    X(strip)            \
    X(lstrip)           \
    X(rstrip)           \
    X(replace)          \
    X(expandtabs)       \
    X(center)           \
    X(ljust)            \
    X(rjust)            \
    X(zfill)            \
    X(slice)            \
    X(add)              \
    X(multiply)         \
    X(before)           \
    X(separator)        \
    X(after)            \
    X(rbefore)          \
    X(rseparator)       \
    X(rafter)

typedef enum which_case { UPPER_CASE, LOWER_CASE, TITLE_CASE } which_case;

/* ---- Characters ---- */

static const character *character_of(uint32_t c)
{
    if (c >= 0x110000)
        return &characters[0];
    return &characters[unicode_blocks[unicode_index[c / UNICODE_BLOCK] * UNICODE_BLOCK + c % UNICODE_BLOCK]];
}

static unsigned unicode_classes(uint32_t c)
{
    return character_of(c)->classes;
}

static int unicode_case(uint32_t c, which_case which, uint32_t changed[3])
{
    const character *of = character_of(c);
    const letter_case found = which == UPPER_CASE ? of->upper : which == LOWER_CASE ? of->lower : of->title;
    changed[0] = c >= 0x110000 ? c : (uint32_t)((int32_t)c + found.by);
    if (found.count == 0)
        return 1;
    memcpy(changed, several_cases[found.by - 1], sizeof several_cases[0]);
    return found.count;
}

/* A capital sigma becomes the small one that ends words where a letter stands before it and none behind. */
static int unicode_lower_at(const uint32_t *text, int64_t length, int64_t at, uint32_t changed[3])
{
    enum { CAPITAL_SIGMA = 0x3a3, FINAL_SIGMA = 0x3c2, SMALL_SIGMA = 0x3c3 };
    if (text[at] != CAPITAL_SIGMA)
        return unicode_case(text[at], LOWER_CASE, changed);
    int64_t before = at - 1, behind = at + 1;
    while (before >= 0 && unicode_classes(text[before]) & IS_IGNORABLE)
        before--;
    while (behind < length && unicode_classes(text[behind]) & IS_IGNORABLE)
        behind++;
    const bool ends = before >= 0 && unicode_classes(text[before]) & IS_CASED &&
                      !(behind < length && unicode_classes(text[behind]) & IS_CASED);
    changed[0] = ends ? FINAL_SIGMA : SMALL_SIGMA;
    return 1;
}

static unsigned ascii_classes(uint8_t c)
{
    if (c >= 'a' && c <= 'z')
        return IS_ALPHA | IS_LOWER | IS_CASED;
    if (c >= 'A' && c <= 'Z')
        return IS_ALPHA | IS_UPPER | IS_CASED;
    if (c >= '0' && c <= '9')
        return IS_DECIMAL | IS_DIGIT | IS_NUMERIC;
    return c == ' ' || (c >= '\t' && c <= '\r') ? IS_SPACE : 0;
}

static int ascii_case(uint8_t c, which_case which, uint8_t changed[3])
{
    const unsigned turned = which == LOWER_CASE ? IS_UPPER : IS_LOWER;
    changed[0] = ascii_classes(c) & turned ? c ^ 0x20 : c;
    return 1;
}

static int ascii_lower_at(const uint8_t *text, int64_t length, int64_t at, uint8_t changed[3])
{
    (void)length;
    return ascii_case(text[at], LOWER_CASE, changed);
}

/* ---- Both widths ---- */

#define S        bytes
#define C        uint8_t
#define CLASSES  ascii_classes
#define CASE     ascii_case
#define LOWER_AT ascii_lower_at
#include "kernel/strings.inc.h"
#undef S
#undef C
#undef CLASSES
#undef CASE
#undef LOWER_AT

#define S        unicode
#define C        uint32_t
#define CLASSES  unicode_classes
#define CASE     unicode_case
#define LOWER_AT unicode_lower_at
#include "kernel/strings.inc.h"

#include "kernel/strings_utf8.inc.h"

/* ---- The table ---- */

#define encode_bytes   NULL
#define decode_unicode NULL

fa__string_loop *fa__string_loop_find(fa__string_operation operation, fa_type type)
{
    static fa__string_loop *const loops[2][FA__STRING_OPERATION_COUNT] = {
#define ROW(id, name, parameters, kinds, result, documentation) [FA__STRING_##id] = name##_bytes,
#define COMPARED(S)                                                                                       \
    [FA__STRING_EQUAL] = equal_##S, [FA__STRING_NOT_EQUAL] = not_equal_##S, [FA__STRING_LESS] = less_##S, \
    [FA__STRING_LESS_EQUAL] = less_equal_##S, [FA__STRING_GREATER] = greater_##S,                         \
    [FA__STRING_GREATER_EQUAL] = greater_equal_##S
        {FA__STRING_OPERATIONS(ROW) COMPARED(bytes)},
#undef ROW
#define ROW(id, name, parameters, kinds, result, documentation) [FA__STRING_##id] = name##_unicode,
        {FA__STRING_OPERATIONS(ROW) COMPARED(unicode)},
#undef ROW
    };
    const bool of_unicode_alone = operation == FA__STRING_ISDECIMAL || operation == FA__STRING_ISNUMERIC;
    if (type != FA_TYPE_STRING && (type != FA_TYPE_BYTES || of_unicode_alone))
        return NULL;
    return loops[type == FA_TYPE_STRING][operation];
}

const char *fa__trouble_words(fa__trouble trouble)
{
    switch (trouble) {
    case FA__TROUBLE_NOT_FOUND:
        return "substring not found";
    case FA__TROUBLE_FILL:
        return "the fill character must be exactly one character long";
    case FA__TROUBLE_SEPARATOR:
        return "empty separator";
    case FA__TROUBLE_STEP:
        return "slice step cannot be zero";
    case FA__TROUBLE_ASCII:
        return "a string that is to become another type has a character beyond ASCII";
    case FA__TROUBLE_UTF8:
        return "a string that is to be encoded or decoded is not UTF-8";
    case FA__TROUBLE_NUMBER:
        return "a string that is to become a number is none";
    case FA__NO_TROUBLE:
        break;
    }
    return "";
}
