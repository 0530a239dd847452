/* SPDX-License-Identifier: BSD-3-Clause */
/* NumPy's basic index as text: integers, slices, "...", None and newaxis, or one field name in quotes. Knows
 * nothing about arrays: what an index means for a shape is in geometry.c. */
#include "array/slice.h"

#include <string.h>

typedef struct parser {
    const char *text;
    size_t length, at;
    fa_error *err;
} parser;

static bool is_word_character(char character)
{
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') || character == '_' || (character & 0x80) != 0;
}

static bool fail_at(parser *in, size_t at, const char *why)
{
    char quoted[48];
    size_t left = at < in->length ? in->length - at : 0;
    if (left == 0)
        return fa__fail_at_column(in->err, FA_BAD_INDEX, (int)at + 1, "index: %s, found the end of the text",
                                  why);
    if (is_word_character(in->text[at]) || in->text[at] == '-' || in->text[at] == '+') {
        size_t part = 1; /* what follows it is not what is wrong */
        while (part < left && memchr(",])", in->text[at + part], 3) == NULL)
            part++;
        left = part;
    }
    fa__quote(quoted, sizeof quoted, in->text + at, left);
    return fa__fail_at_column(in->err, FA_BAD_INDEX, (int)at + 1, "index: %s, found: %s", why, quoted);
}

/* The next character that is no space; NUL at the end. */
static char peek(parser *in)
{
    while (in->at < in->length && (in->text[in->at] == ' ' || in->text[in->at] == '\t'))
        in->at++;
    return in->at < in->length ? in->text[in->at] : '\0';
}

static bool accept(parser *in, char character)
{
    if (peek(in) != character || in->at == in->length)
        return false;
    in->at++;
    return true;
}

static bool accept_word(parser *in, const char *word)
{
    size_t length = strlen(word);
    peek(in);
    if (in->length - in->at < length || memcmp(in->text + in->at, word, length) != 0)
        return false;
    if (in->at + length < in->length && is_word_character(in->text[in->at + length]))
        return false;
    in->at += length;
    return true;
}

/* ---- Numbers ---- */

static bool at_number(parser *in)
{
    char next = peek(in);
    return next == '-' || next == '+' || (next >= '0' && next <= '9');
}

/* Python's integer: signs, decimal digits, single underscores between them. One that does not fit 64 bits
 * becomes the largest of its sign, and *fits false: a slice is clamped, an index is out of bounds. */
static bool read_number(parser *in, int64_t *number, bool *fits)
{
    size_t first = in->at;
    bool negative = false;
    while (peek(in) == '-' || peek(in) == '+')
        negative ^= in->text[in->at++] == '-';
    size_t digits = (peek(in), in->at);
    uint64_t value = 0;
    *fits = true;
    for (; in->at < in->length; in->at++) {
        char digit = in->text[in->at];
        bool inside = in->at > digits && in->at + 1 < in->length;
        if (digit == '_' && inside && in->text[in->at - 1] != '_' && is_word_character(in->text[in->at + 1]))
            continue;
        if (digit < '0' || digit > '9')
            break;
        if (value > (INT64_MAX - 9) / 10)
            *fits = false;
        else
            value = 10 * value + (uint64_t)(digit - '0');
    }
    if (in->at == digits)
        return fail_at(in, first, "expected a number");
    if (in->at < in->length && (is_word_character(in->text[in->at]) || in->text[in->at] == '.'))
        return fail_at(in, first,
                       "only integers, slices, '...', None and one field name can stand in an index");
    if (in->text[digits] == '0' && value != 0)
        return fail_at(in, first, "a number begins with 0");
    *number = *fits ? (int64_t)value : INT64_MAX;
    if (negative)
        *number = -*number;
    return true;
}

/* ---- Parts ---- */

/* What stands between colons: a number, None, or nothing, which leave `*number` as it is. */
static bool read_bound(parser *in, int64_t *number)
{
    bool fits;
    if (at_number(in))
        return read_number(in, number, &fits);
    accept_word(in, "None");
    return true;
}

/* "start:stop:step", from the first colon on. */
static bool read_range(parser *in, int64_t start, fa_index_part *part)
{
    int64_t stop = FA_OMITTED, step = 1;
    in->at++;
    size_t step_at = in->at;
    bool whole = read_bound(in, &stop);
    if (whole && accept(in, ':')) {
        peek(in);
        step_at = in->at;
        whole = read_bound(in, &step);
    }
    if (whole && step == 0)
        return fail_at(in, step_at, "slice step cannot be zero");
    *part = fa_range(start, stop, step);
    return whole;
}

static bool read_part(parser *in, fa_index_part *part)
{
    size_t first = (peek(in), in->at);
    int64_t number = FA_OMITTED;
    bool fits = true;
    if (in->length - in->at >= 3 && memcmp(in->text + in->at, "...", 3) == 0) {
        in->at += 3;
        *part = fa_ellipsis();
        return true;
    }
    if (accept_word(in, "Ellipsis")) {
        *part = fa_ellipsis();
        return true;
    }
    if (accept_word(in, "newaxis") || accept_word(in, "np.newaxis")) {
        *part = fa_newaxis();
        return true;
    }
    bool none = accept_word(in, "None");
    if (!none && at_number(in) && !read_number(in, &number, &fits))
        return false;
    if (peek(in) == ':')
        return read_range(in, number, part);
    if (none) {
        *part = fa_newaxis();
        return true;
    }
    if (number == FA_OMITTED)
        return fail_at(in, first,
                       "only integers, slices, '...', None and one field name can stand in an index");
    if (!fits)
        return fail_at(in, first, "an index does not fit 64 bits");
    *part = fa_at(number);
    return true;
}

/* ---- The whole ---- */

static bool read_field(parser *in, fa__slice *slice)
{
    char quote = in->text[in->at++];
    const char *name = in->text + in->at;
    const char *end = memchr(name, quote, in->length - in->at);
    if (end == NULL)
        return fail_at(in, in->at - 1, "a field name has no end");
    slice->field = name;
    slice->field_length = (size_t)(end - name);
    in->at += slice->field_length + 1;
    return true;
}

/* "['id', 'pos']", behind whose bracket a quote stands. */
static bool read_fields(parser *in, fa__slice *slice)
{
    const char *start = in->text + in->at + 1;
    size_t at = in->at + 1;
    while (at < in->length && in->text[at] != ']') {
        char c = in->text[at++];
        const char *end = c == '\'' || c == '"' ? memchr(in->text + at, c, in->length - at) : NULL;
        if (end != NULL)
            at = (size_t)(end - in->text) + 1;
    }
    if (at >= in->length)
        return fail_at(in, in->at, "a list of field names has no end");
    slice->is_list = true;
    slice->field = start;
    slice->field_length = (size_t)(in->text + at - start);
    in->at = at + 1;
    return true;
}

/* Whether a list of names comes next. */
static bool at_names(parser *in)
{
    size_t at = in->at + 1;
    if (peek(in) != '[')
        return false;
    at = in->at + 1;
    while (at < in->length && in->text[at] == ' ')
        at++;
    return at < in->length && (in->text[at] == '\'' || in->text[at] == '"');
}

static bool read_parts(parser *in, fa__slice *slice)
{
    if (accept(in, '(')) {
        if (!accept(in, ')'))
            return fail_at(in, in->at, "expected ')'");
        return true;
    }
    do {
        if (slice->count > 0 && (peek(in) == ']' || in->at == in->length))
            break; /* a comma at the end */
        if (slice->count == FA__MAX_INDEX_PARTS)
            return fail_at(in, in->at, "an index has more than 129 parts");
        if (!read_part(in, &slice->parts[slice->count]))
            return false;
        slice->count++;
    } while (accept(in, ','));
    return true;
}

bool fa__slice_parse(const char *text, size_t length, size_t *at, fa__slice *slice, fa_error *err)
{
    if (fa_failed(err))
        return false;
    parser in = {.text = text, .length = length, .at = *at, .err = err};
    slice->count = 0;
    slice->field = NULL;
    slice->field_length = 0;
    slice->is_list = false;
    bool brackets = accept(&in, '[');
    char next = peek(&in);
    if (next == '\'' || next == '"') {
        if (!read_field(&in, slice))
            return false;
    } else if (at_names(&in)) {
        if (!read_fields(&in, slice))
            return false;
    } else if (brackets || in.at < in.length) {
        if (!read_parts(&in, slice))
            return false;
    }
    if (brackets && !accept(&in, ']'))
        return fail_at(&in, in.at, "expected ',' or ']'");
    peek(&in);
    if (!brackets && in.at < in.length)
        return fail_at(&in, in.at, "expected ',' or the end of the index");
    *at = in.at;
    return true;
}
