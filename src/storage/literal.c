/* SPDX-License-Identifier: BSD-3-Clause */
/* The reader of Python literals. Every function moves forward over bytes it has looked at, inside [at,
 * length). */
#include "storage/literal.h"

#include <stdio.h>
#include <string.h>

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* Bytes of names and numbers, which must not touch each other. */
static bool is_word(char byte)
{
    return is_digit(byte) || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' ||
           byte == '.' || (unsigned char)byte >= 0x80;
}

int fa__literal_peek(fa__literal *literal)
{
    while (literal->at < literal->length && is_space(literal->text[literal->at]))
        literal->at++;
    return literal->at < literal->length ? (unsigned char)literal->text[literal->at] : -1;
}

/* The length of the token at literal->at, for messages: a word, a string up to its quote or line, or one
 * byte. */
static size_t token_length(const fa__literal *literal)
{
    const char *text = literal->text + literal->at;
    size_t left = literal->length - literal->at, length = 0;
    if (left > 0 && (text[0] == '\'' || text[0] == '"')) {
        for (length = 1; length < left && text[length] != text[0] && text[length] != '\n'; length++)
            continue;
        return length < left ? length + 1 : length;
    }
    if (left > 0 && (text[0] == '-' || text[0] == '+'))
        length = 1;
    while (length < left && is_word(text[length]))
        length++;
    return length == 0 && left > 0 ? 1 : length;
}

static int64_t position(const fa__literal *literal)
{
    return literal->file_offset + (int64_t)literal->at;
}

bool fa__literal_unexpected(fa__literal *literal, const char *what, fa_error *err)
{
    if (fa__literal_peek(literal) < 0)
        return fa__fail_at_byte(err, FA_BAD_FORMAT, position(literal),
                                "%s: byte %lld: expected %s, found the end of the header", literal->name,
                                (long long)position(literal), what);
    char found[40];
    fa__quote(found, sizeof found, literal->text + literal->at, token_length(literal));
    return fa__fail_at_byte(err, FA_BAD_FORMAT, position(literal), "%s: byte %lld: expected %s, found %s",
                            literal->name, (long long)position(literal), what, found);
}

bool fa__literal_expect(fa__literal *literal, char byte, fa_error *err)
{
    if (fa_failed(err))
        return false;
    if (fa__literal_peek(literal) == (unsigned char)byte) {
        literal->at++;
        return true;
    }
    char what[4] = {'\'', byte, '\'', '\0'};
    return fa__literal_unexpected(literal, what, err);
}

bool fa__literal_string(fa__literal *literal, const char **content, size_t *length, fa_error *err)
{
    if (fa_failed(err))
        return false;
    int quote = fa__literal_peek(literal);
    if (quote != '\'' && quote != '"')
        return fa__literal_unexpected(literal, "a string", err);
    size_t at = literal->at + 1;
    while (at < literal->length && literal->text[at] != quote && literal->text[at] != '\n') {
        bool escape = literal->text[at] == '\\' && at + 1 < literal->length;
        at += escape ? 2 : 1;
    }
    if (at >= literal->length || literal->text[at] != quote)
        return fa__fail_at_byte(err, FA_BAD_FORMAT, position(literal),
                                "%s: byte %lld: a string without an end", literal->name,
                                (long long)position(literal));
    *content = literal->text + literal->at + 1;
    *length = at - literal->at - 1;
    literal->at = at + 1;
    return true;
}

static bool next_word_is(fa__literal *literal, const char *word)
{
    size_t length = strlen(word);
    return fa__literal_peek(literal) >= 0 && token_length(literal) == length &&
           memcmp(literal->text + literal->at, word, length) == 0;
}

bool fa__literal_bool(fa__literal *literal, const char *what, bool *value, fa_error *err)
{
    if (fa_failed(err))
        return false;
    *value = next_word_is(literal, "True");
    if (!*value && !next_word_is(literal, "False"))
        return fa__literal_unexpected(literal, what, err);
    literal->at += *value ? strlen("True") : strlen("False");
    return true;
}

/* How many bytes of the word at text are the digits of a decimal integer as Python 3 writes it, or, where
 * allowed, as Python 2 wrote a long one; 0 when the word is something else. *word is the length of all of it.
 */
static size_t integer_digits(const fa__literal *literal, size_t *word)
{
    const char *text = literal->text + literal->at;
    size_t length = token_length(literal), digits = 0;
    *word = length;
    while (digits < length && is_digit(text[digits]))
        digits++;
    if (digits == 0 || (digits > 1 && text[0] == '0'))
        return 0;
    bool is_long = literal->long_integers && digits + 1 == length && text[digits] == 'L';
    return digits == length || is_long ? digits : 0;
}

bool fa__literal_size(fa__literal *literal, const char *what, int64_t *value, fa_error *err)
{
    if (fa_failed(err))
        return false;
    if (fa__literal_peek(literal) < 0)
        return fa__literal_unexpected(literal, what, err);
    size_t word, digits = integer_digits(literal, &word);
    if (digits == 0)
        return fa__literal_unexpected(literal, what, err);
    int64_t result = 0;
    for (size_t i = 0; i < digits; i++) {
        int digit = literal->text[literal->at + i] - '0';
        if (result > (INT64_MAX - digit) / 10) {
            char found[48];
            fa__quote(found, sizeof found, literal->text + literal->at, digits);
            return fa__fail_at_byte(err, FA_TOO_LARGE, position(literal),
                                    "%s: byte %lld: %s is above 9223372036854775807", literal->name,
                                    (long long)position(literal), found);
        }
        result = result * 10 + digit;
    }
    *value = result;
    literal->at += word;
    return true;
}

/* Moves over a string, an integer, a bool or None. */
static bool skip_atom(fa__literal *literal, fa_error *err)
{
    int byte = fa__literal_peek(literal);
    const char *content;
    size_t length, word;
    if (byte == '\'' || byte == '"')
        return fa__literal_string(literal, &content, &length, err);
    if (byte >= 0 && (integer_digits(literal, &word) > 0 || next_word_is(literal, "True") ||
                      next_word_is(literal, "False") || next_word_is(literal, "None"))) {
        literal->at += token_length(literal);
        return true;
    }
    return fa__literal_unexpected(literal, "a literal", err);
}

bool fa__literal_skip(fa__literal *literal, const char **value, size_t *length, fa_error *err)
{
    if (fa_failed(err))
        return false;
    char closing[FA__LITERAL_MAX_NESTING];
    int depth = 0;
    fa__literal_peek(literal);
    size_t start = literal->at;
    do {
        int byte = fa__literal_peek(literal);
        if (byte == '(' || byte == '[' || byte == '{') {
            if (depth == FA__LITERAL_MAX_NESTING)
                return fa__fail_at_byte(err, FA_TOO_LARGE, position(literal),
                                        "%s: byte %lld: brackets nest deeper than %d", literal->name,
                                        (long long)position(literal), FA__LITERAL_MAX_NESTING);
            closing[depth++] = byte == '(' ? ')' : byte == '[' ? ']' : '}';
            literal->at++;
        } else if (byte == ')' || byte == ']' || byte == '}') {
            if (depth == 0 || closing[depth - 1] != byte) {
                char what[4] = {'\'', depth > 0 ? closing[depth - 1] : ' ', '\'', '\0'};
                return fa__literal_unexpected(literal, depth > 0 ? what : "a literal", err);
            }
            depth--;
            literal->at++;
        } else if ((byte == ',' || byte == ':') && depth > 0) {
            literal->at++;
        } else if (!skip_atom(literal, err)) {
            return false;
        }
    } while (depth > 0);
    *value = literal->text + start;
    *length = literal->at - start;
    return true;
}

bool fa__literal_end(fa__literal *literal, fa_error *err)
{
    if (fa_failed(err))
        return false;
    return fa__literal_peek(literal) < 0 || fa__literal_unexpected(literal, "the end of the header", err);
}

/* The length of the UTF-8 sequence at `bytes`, or 0 when it is none. */
static size_t utf8_sequence(const unsigned char *bytes, size_t left)
{
    if (bytes[0] < 0x80)
        return 1;
    size_t length = bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : 2;
    if (bytes[0] < 0xc2 || bytes[0] > 0xf4 || length > left)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
    }
    bool overlong = (bytes[0] == 0xe0 && bytes[1] < 0xa0) || (bytes[0] == 0xf0 && bytes[1] < 0x90);
    bool surrogate = bytes[0] == 0xed && bytes[1] >= 0xa0;
    bool above = bytes[0] == 0xf4 && bytes[1] >= 0x90;
    return overlong || surrogate || above ? 0 : length;
}

size_t fa__literal_bad_byte(const char *text, size_t length, bool utf8)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t at = 0;
    while (at < length && bytes[at] != 0) {
        size_t sequence = utf8 ? utf8_sequence(bytes + at, length - at) : bytes[at] < 0x80;
        if (sequence == 0)
            break;
        at += sequence;
    }
    return at;
}
