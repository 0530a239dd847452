/* SPDX-License-Identifier: BSD-3-Clause */
/* What to say about text that another language or a word processor would write. Knows no grammar: only what
 * stands there. */
#include "text/lexer.h"

#include <string.h>

/* Signs that look like those of expressions, and are others. */
static const struct {
    const char *bytes, *name, *instead;
} look_alikes[] = {
    {"\xe2\x88\x92", "a minus sign (U+2212)", "-"},
    {"\xe2\x80\x90", "a hyphen (U+2010)", "-"},
    {"\xe2\x80\x91", "a non-breaking hyphen (U+2011)", "-"},
    {"\xe2\x80\x93", "an en dash (U+2013)", "-"},
    {"\xe2\x80\x94", "an em dash (U+2014)", "-"},
    {"\xc3\x97", "a multiplication sign (U+00D7)", "*"},
    {"\xc2\xb7", "a middle dot (U+00B7)", "*"},
    {"\xe2\x8b\x85", "a dot operator (U+22C5)", "*"},
    {"\xe2\x88\x97", "an asterisk operator (U+2217)", "*"},
    {"\xc3\xb7", "a division sign (U+00F7)", "/"},
    {"\xe2\x88\x95", "a division slash (U+2215)", "/"},
    {"\xe2\x81\x84", "a fraction slash (U+2044)", "/"},
    {"\xe2\x89\xa4", "a less-than or equal sign (U+2264)", "<="},
    {"\xe2\x89\xa5", "a greater-than or equal sign (U+2265)", ">="},
    {"\xe2\x89\xa0", "a not-equal sign (U+2260)", "!="},
    {"\xc2\xb2", "a superscript two (U+00B2)", "**2"},
    {"\xc2\xb3", "a superscript three (U+00B3)", "**3"},
    {"\xe2\x88\x9a", "a square root sign (U+221A)", "sqrt(...)"},
    {"\xcf\x80", "a Greek pi (U+03C0)", "pi"},
    {"\xe2\x88\x9e", "an infinity sign (U+221E)", "inf"},
    {"\xc2\xac", "a not sign (U+00AC)", "~(...)"},
    {"\xe2\x80\x98", "a curly quotation mark (U+2018)", "'"},
    {"\xe2\x80\x99", "a curly quotation mark (U+2019)", "'"},
    {"\xe2\x80\x9c", "a curly quotation mark (U+201C)", "\""},
    {"\xe2\x80\x9d", "a curly quotation mark (U+201D)", "\""},
    {"\xc2\xa0", "a non-breaking space (U+00A0)", "a space"},
    {"\xe2\x80\xaf", "a narrow non-breaking space (U+202F)", "a space"},
    {"\xe2\x80\x89", "a thin space (U+2009)", "a space"},
    {"\xe2\x80\x8b", "a zero-width space (U+200B)", "nothing"},
    {"\xef\xbb\xbf", "a byte order mark (U+FEFF)", "nothing"},
};

/* The number of bytes of a UTF-8 sequence, and its code point; 0 where there is none. */
static int decode(const char *text, size_t length, unsigned *point)
{
    const unsigned char *bytes = (const unsigned char *)text;
    const int count = bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : bytes[0] >= 0xc2 ? 2 : 0;
    if (count == 0 || bytes[0] > 0xf4 || (size_t)count > length)
        return 0;
    *point = bytes[0] & (0x7fu >> count);
    for (int i = 1; i < count; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
        *point = *point << 6 | (bytes[i] & 0x3fu);
    }
    return count;
}

bool fa__refuse_character(const char *text, size_t length, int column, fa_error *err)
{
    char quoted[16];
    unsigned point;
    for (size_t i = 0; i < sizeof look_alikes / sizeof *look_alikes; i++) {
        const size_t bytes = strlen(look_alikes[i].bytes);
        if (bytes <= length && memcmp(text, look_alikes[i].bytes, bytes) == 0)
            return fa__fail_at_column(err, FA_BAD_EXPRESSION, column, "%s: write %s", look_alikes[i].name,
                                      look_alikes[i].instead);
    }
    const int bytes = decode(text, length, &point);
    if (bytes > 0)
        return fa__fail_at_column(err, FA_BAD_EXPRESSION, column,
                                  "'%.*s' (U+%04X) does not belong in an expression", bytes, text, point);
    return fa__fail_at_column(err, FA_BAD_EXPRESSION, column, "'%s' does not belong in an expression",
                              fa__quote(quoted, sizeof quoted, text, 1));
}

const char *fa__hint_of_symbol(const fa__token *token)
{
    static const char *const rows[][2] = {
        {"&&", "'&&' is not Python's: write (...) & (...)"},
        {"||", "'||' is not Python's: write (...) | (...)"},
        {"!", "'!' is not Python's: write ~(...) of bool, or logical_not(...)"},
        {"=", "'=' assigns, which an expression does not: compare with =="},
        {":=", "':=' assigns, which an expression does not"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (fa__token_is(token, rows[i][0]))
            return rows[i][1];
    }
    return NULL;
}
