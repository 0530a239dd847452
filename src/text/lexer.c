/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads expression text token by token. Knows nothing about grammar. */
#include "expr/number.h"
#include "text/lexer.h"

#include <string.h>

/* Character classes of ASCII, not of the locale. */
static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_name_part(char c)
{
    return is_name_start(c) || is_digit(c);
}

static char at(const fa__lexer *lexer, size_t position)
{
    return position < lexer->length ? lexer->text[position] : '\0';
}

static bool fail(size_t position, fa_error *err, const char *what)
{
    return fa__fail_at_column(err, FA_BAD_EXPRESSION, (int)position + 1, "%s", what);
}

/* Longest first. */
static const char *const symbols[] = {"...", "**", "//", "<<", ">>", "<=", ">=", "==", "!=", ":=", "->", "&&",
                                      "||",  "(",  ")",  "[",  "]",  ",",  ".",  "=",  "+",  "-",  "*",  "/",
                                      "%",   "@",  "<",  ">",  "&",  "^",  "|",  "~",  ":",  "!"};

static size_t symbol_length(const fa__lexer *lexer, size_t position)
{
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        size_t length = strlen(symbols[i]);
        if (position + length <= lexer->length && memcmp(lexer->text + position, symbols[i], length) == 0)
            return length;
    }
    return 0;
}

static size_t skip_spaces(const fa__lexer *lexer)
{
    size_t position = lexer->at;
    while (position < lexer->length && strchr(" \t\r\n", lexer->text[position]) != NULL &&
           lexer->text[position] != '\0')
        position++;
    return position;
}

/* Digits with single underscores between them; false when there are none or an underscore stands alone. */
static bool skip_digits(const fa__lexer *lexer, size_t *position, bool (*is_one)(char c))
{
    if (!is_one(at(lexer, *position)))
        return false;
    while (is_one(at(lexer, *position)) || (at(lexer, *position) == '_' && is_one(at(lexer, *position + 1))))
        ++*position;
    return at(lexer, *position) != '_';
}

static int digit_value(char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 99;
}

static bool is_hexadecimal(char c)
{
    return digit_value(c) < 16;
}

static bool is_octal(char c)
{
    return digit_value(c) < 8;
}

static bool is_binary(char c)
{
    return digit_value(c) < 2;
}

static bool read_integer(const fa__lexer *lexer, size_t first, size_t end, int base, fa__token *token,
                         fa_error *err)
{
    fa__wide value = 0;
    for (size_t i = first; i < end; i++) {
        if (lexer->text[i] == '_')
            continue;
        value = value * base + digit_value(lexer->text[i]);
        if (value > UINT64_MAX)
            return fa__fail_at_column(err, FA_OUT_OF_RANGE, token->column,
                                      "an integer that does not fit into 64 bits: write it as a float");
    }
    token->kind = FA__TOKEN_INTEGER;
    token->integer = value;
    return true;
}

static bool based_integer(fa__lexer *lexer, int base, bool (*is_one)(char c), fa__token *token, fa_error *err)
{
    size_t first = lexer->at + 2, end = first;
    if (at(lexer, end) == '_')
        end++;
    if (!skip_digits(lexer, &end, is_one) || is_name_part(at(lexer, end)))
        return fail(end < lexer->length ? end : lexer->at, err, "an integer with a digit that is none");
    token->length = end - lexer->at;
    return read_integer(lexer, first, end, base, token, err);
}

/* Finds the end of a decimal number; *is_whole is false where it has a point or an exponent. */
static bool skip_decimal(const fa__lexer *lexer, size_t *end, bool *is_whole)
{
    *is_whole = true;
    if (is_digit(at(lexer, *end)) && !skip_digits(lexer, end, is_digit))
        return false;
    if (at(lexer, *end) == '.') {
        *is_whole = false;
        ++*end;
        if (is_digit(at(lexer, *end)) && !skip_digits(lexer, end, is_digit))
            return false;
    }
    if (at(lexer, *end) == 'e' || at(lexer, *end) == 'E') {
        *is_whole = false;
        ++*end;
        if (at(lexer, *end) == '+' || at(lexer, *end) == '-')
            ++*end;
        if (!skip_digits(lexer, end, is_digit))
            return false;
    }
    return true;
}

static bool decimal(fa__lexer *lexer, fa__token *token, fa_error *err)
{
    size_t end = lexer->at;
    bool is_whole;
    if (!skip_decimal(lexer, &end, &is_whole))
        return fail(lexer->at, err, "a number that is not complete");
    bool is_imaginary = at(lexer, end) == 'j' || at(lexer, end) == 'J';
    token->length = end - lexer->at + (is_imaginary ? 1 : 0);
    if (is_name_part(at(lexer, lexer->at + token->length)))
        return fail(lexer->at + token->length, err, "a number runs into a name");
    if (is_whole && !is_imaginary) {
        size_t significant = lexer->at;
        while (significant + 1 < end && (at(lexer, significant) == '0' || at(lexer, significant) == '_'))
            significant++;
        if (significant > lexer->at && at(lexer, significant) != '0')
            return fail(lexer->at, err, "an integer with zeros in front: write 0o17 for base 8");
        return read_integer(lexer, lexer->at, end, 10, token, err);
    }
    token->kind = is_imaginary ? FA__TOKEN_IMAGINARY : FA__TOKEN_FLOAT;
    return fa__number_parse(lexer->text + lexer->at, end - lexer->at, &token->number, err);
}

static bool number(fa__lexer *lexer, fa__token *token, fa_error *err)
{
    char base = at(lexer, lexer->at + 1);
    if (at(lexer, lexer->at) == '0' && (base == 'x' || base == 'X'))
        return based_integer(lexer, 16, is_hexadecimal, token, err);
    if (at(lexer, lexer->at) == '0' && (base == 'o' || base == 'O'))
        return based_integer(lexer, 8, is_octal, token, err);
    if (at(lexer, lexer->at) == '0' && (base == 'b' || base == 'B'))
        return based_integer(lexer, 2, is_binary, token, err);
    return decimal(lexer, token, err);
}

static bool text(fa__lexer *lexer, fa__token *token, fa_error *err)
{
    char quote = at(lexer, lexer->at);
    size_t end = lexer->at + 1;
    while (end < lexer->length && lexer->text[end] != quote && lexer->text[end] != '\\')
        end++;
    if (end == lexer->length)
        return fail(lexer->at, err, "a text that is never closed");
    if (lexer->text[end] == '\\')
        return fail(end, err, "a backslash: texts have no escapes here");
    token->kind = FA__TOKEN_TEXT;
    token->start = lexer->text + lexer->at + 1;
    token->length = end - lexer->at - 1;
    lexer->at = end + 1;
    return true;
}

bool fa__lexer_next(fa__lexer *lexer, fa__token *token, fa_error *err)
{
    if (fa_failed(err))
        return false;
    lexer->at = skip_spaces(lexer);
    *token =
        (fa__token){.kind = FA__TOKEN_END, .start = lexer->text + lexer->at, .column = (int)lexer->at + 1};
    if (lexer->at == lexer->length)
        return true;
    char first = at(lexer, lexer->at);
    char second = at(lexer, lexer->at + 1);
    token->is_bytes = (first == 'b' || first == 'B') && (second == '"' || second == '\'');
    lexer->at += token->is_bytes;
    if (first == '"' || first == '\'' || token->is_bytes)
        return text(lexer, token, err);
    if (is_digit(first) || (first == '.' && is_digit(at(lexer, lexer->at + 1)))) {
        if (!number(lexer, token, err))
            return false;
    } else if (is_name_start(first)) {
        token->kind = FA__TOKEN_NAME;
        while (is_name_part(at(lexer, lexer->at + token->length)))
            token->length++;
    } else {
        token->kind = FA__TOKEN_SYMBOL;
        token->length = symbol_length(lexer, lexer->at);
        if (token->length == 0)
            return fa__refuse_character(token->start, lexer->length - lexer->at, token->column, err);
    }
    lexer->at += token->length;
    return true;
}

bool fa__lexer_sees(const fa__lexer *lexer, const char *symbol)
{
    size_t position = skip_spaces(lexer), length = symbol_length(lexer, position);
    return length == strlen(symbol) && memcmp(lexer->text + position, symbol, length) == 0;
}

bool fa__token_is(const fa__token *token, const char *symbol)
{
    return token->kind == FA__TOKEN_SYMBOL && token->length == strlen(symbol) &&
           memcmp(token->start, symbol, token->length) == 0;
}
