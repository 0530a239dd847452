/* SPDX-License-Identifier: BSD-3-Clause */
/* Dtypes as Python literals: 'f8' in quotes, lists of field tuples, dictionaries of lists, (dtype, shape)
 * tuples. What NumPy's own files and a person's repr() hold. Lists follow np.lib.format.descr_to_dtype: a
 * nameless field of void is a gap. Nesting is bounded; knows nothing about names of types (dtype_name.c). */
#include "array/dtype.h"

#include "array/python_string.h"
#include "base/checked.h"
#include "base/error.h"
#include "base/memory.h"

#include <stdio.h>
#include <string.h>

enum { MAX_NESTING = 2 * FA__MAX_DTYPE_DEPTH };

typedef struct parser {
    const char *text;
    size_t length, at;
    int nesting;
    fa_error *err;
} parser;

/* ---- Characters ---- */

static bool fail_at(parser *in, size_t at, fa_error_code code, const char *why)
{
    char quoted[48];
    size_t left = at < in->length ? in->length - at : 0;
    if (left == 0)
        return fa__fail_at_column(in->err, code, (int)at + 1, "dtype: %s, found the end of the text", why);
    fa__quote(quoted, sizeof quoted, in->text + at, left);
    return fa__fail_at_column(in->err, code, (int)at + 1, "dtype: %s, found: %s", why, quoted);
}

static bool fail(parser *in, const char *why)
{
    return fail_at(in, in->at, FA_BAD_DTYPE, why);
}

/* The next character that is no space; NUL at the end of the text (and for a NUL, which nothing accepts). */
static char peek(parser *in)
{
    while (in->at < in->length && strchr(" \t\r\n", in->text[in->at]) != NULL && in->text[in->at] != '\0')
        in->at++;
    return in->at < in->length ? in->text[in->at] : '\0';
}

static bool accept(parser *in, char character)
{
    if (fa_failed(in->err) || peek(in) != character)
        return false;
    in->at++;
    return true;
}

static bool expect(parser *in, char character)
{
    if (accept(in, character))
        return true;
    char why[] = "expected ' '";
    why[10] = character;
    return fail(in, why);
}

/* Between items: true when another one follows, false at `closing`, which is read. */
static bool more_items(parser *in, int read, char closing)
{
    if (fa_failed(in->err) || accept(in, closing))
        return false;
    if (read > 0 && !expect(in, ','))
        return false;
    return !accept(in, closing);
}

static bool accept_word(parser *in, const char *word)
{
    peek(in);
    size_t length = strlen(word);
    if (fa_failed(in->err) || in->length - in->at < length || memcmp(in->text + in->at, word, length) != 0)
        return false;
    in->at += length;
    return true;
}

static bool is_quote(char character)
{
    return character == '\'' || character == '"';
}

/* ---- Strings ---- */

/* A quoted string as UTF-8, released with fa__free(). *column is that of its first character. */
static char *read_string(parser *in, size_t *length, int *column)
{
    const char *why = "expected a string";
    char *string = NULL;
    char quote = peek(in);
    if (quote == 'u' && in->at + 1 < in->length && is_quote(in->text[in->at + 1]))
        quote = in->text[++in->at]; /* Python 2 */
    *column = (int)in->at + 2;
    if (is_quote(quote))
        string = fa__python_string(in->text, in->length, &in->at, length, &why, in->err);
    if (string == NULL && !fa_failed(in->err))
        fail(in, why);
    return string;
}

/* ---- Numbers and shapes ---- */

static bool read_integer(parser *in, int64_t *number)
{
    bool negative = accept(in, '-');
    size_t first = (peek(in), in->at);
    *number = 0;
    for (; in->at < in->length && in->text[in->at] >= '0' && in->text[in->at] <= '9'; in->at++)
        if (!fa__multiply_checked(*number, 10, number) ||
            !fa__add_checked(*number, in->text[in->at] - '0', number))
            return fail_at(in, first, FA_TOO_LARGE, "a number does not fit 64 bits");
    if (in->at == first)
        return fail(in, "expected a number");
    if (in->at < in->length && in->text[in->at] == 'L')
        in->at++; /* Python 2 */
    if (negative)
        *number = -*number;
    return !fa_failed(in->err);
}

/* "3", "(2, 3)", "()". *is_number tells the first from "(3,)". */
static bool read_shape(parser *in, int *ndim, int64_t *sizes, bool *is_number)
{
    *ndim = 0;
    *is_number = !accept(in, '(');
    if (*is_number) {
        *ndim = 1;
        return read_integer(in, &sizes[0]);
    }
    while (more_items(in, *ndim, ')')) {
        if (*ndim == FA_MAX_NDIM)
            return fail(in, "a sub-array has more than 64 dimensions");
        read_integer(in, &sizes[(*ndim)++]);
    }
    return !fa_failed(in->err);
}

/* ---- Dtypes ---- */

static fa_dtype *read_dtype(parser *in);

/* Errors that the makers of dtypes record know no text: they get the column of what was made. */
static fa_dtype *finish(parser *in, size_t first, fa_dtype *dtype)
{
    if (fa_failed(in->err) && in->err->column == 0)
        in->err->column = (int)first + 1;
    return dtype;
}

static fa_dtype *read_name(parser *in)
{
    size_t length;
    int column;
    char *name = read_string(in, &length, &column);
    fa_dtype *dtype = name != NULL ? fa__dtype_from_string(name, length, column, in->err) : NULL;
    fa__free(name);
    return dtype;
}

/* Reads a shape and applies it to `base`, which is used up. A number behind an unsized type is its size:
 * ('U', 10). */
static fa_dtype *read_repeat(parser *in, fa_dtype *base)
{
    size_t first = (peek(in), in->at);
    int ndim;
    bool is_number;
    int64_t sizes[FA_MAX_NDIM];
    if (base != NULL && read_shape(in, &ndim, sizes, &is_number))
        return finish(in, first, fa__dtype_repeated(base, ndim, sizes, is_number, in->err));
    fa_dtype_release(base);
    return NULL;
}

/* "('<f4', (2, 3))": the opening parenthesis is read. */
static fa_dtype *read_tuple(parser *in)
{
    fa_dtype *dtype = read_dtype(in);
    if (expect(in, ','))
        dtype = read_repeat(in, dtype);
    accept(in, ',');
    if (expect(in, ')'))
        return dtype;
    fa_dtype_release(dtype);
    return NULL;
}

static void clear_field(fa__field *field)
{
    fa__free(field->name);
    fa__free(field->title);
    fa_dtype_release(field->dtype);
}

static void release_fields(fa__field *fields, int count)
{
    for (int i = 0; i < count; i++)
        clear_field(&fields[i]);
    fa__free(fields);
}

static char *read_field_name(parser *in)
{
    size_t length;
    int column;
    return read_string(in, &length, &column);
}

/* "('name', dtype)", "('name', dtype, shape)", "(('title', 'name'), dtype)". */
static bool read_field(parser *in, fa__field *field)
{
    if (!expect(in, '('))
        return false;
    if (accept(in, '(')) {
        field->title = read_field_name(in);
        if (expect(in, ','))
            field->name = read_field_name(in);
        accept(in, ',');
        expect(in, ')');
    } else {
        field->name = read_field_name(in);
    }
    if (expect(in, ','))
        field->dtype = read_dtype(in);
    if (accept(in, ',') && peek(in) != ')') {
        field->dtype = read_repeat(in, (fa_dtype *)field->dtype);
        accept(in, ',');
    }
    return expect(in, ')');
}

/* NumPy calls a nameless field f0, f1, ... by its place. */
static void name_field(parser *in, fa__field *field, int place)
{
    char name[16];
    if (field->title != NULL || field->name == NULL || field->name[0] != '\0')
        return;
    snprintf(name, sizeof name, "f%d", place);
    fa__free(field->name);
    field->name = fa__copy_text(name, strlen(name), in->err);
}

static bool is_gap(const fa__field *field)
{
    return field->title == NULL && field->name[0] == '\0' && field->dtype->type == FA_TYPE_VOID &&
           !field->dtype->is_structure;
}

/* "[('a', '<i4'), ...]": the opening bracket is read. */
static fa_dtype *read_list(parser *in)
{
    size_t first = in->at - 1;
    fa__field *fields = NULL;
    int64_t capacity = 0, end = 0;
    int count = 0, read = 0;
    for (; more_items(in, read, ']'); read++) {
        if (read == FA__MAX_FIELDS)
            fail_at(in, in->at, FA_TOO_LARGE, "a structure has more than 4096 fields");
        if (!fa__grow(&fields, &capacity, count + 1, sizeof *fields, in->err))
            break;
        fa__field *field = &fields[count++];
        *field = (fa__field){.offset_bytes = end};
        if (!read_field(in, field))
            break;
        end += field->dtype->item_bytes; /* 4096 times 2^31 at most */
        if (is_gap(field)) {
            clear_field(field);
            count--;
        } else {
            name_field(in, field, read);
        }
    }
    fa_dtype *dtype = fa__dtype_structure(fields, count, false, end, in->err);
    release_fields(fields, count);
    return finish(in, first, dtype);
}

/* ---- Dictionaries ---- */

/* The lists of a dictionary are columns of one table of fields; each has its own length until the end. */
typedef enum column { NAMES, FORMATS, OFFSETS, TITLES, COLUMN_COUNT } column;

typedef struct table {
    fa__field *fields;
    int64_t capacity;
    int cleared;              /* fields up to here hold something or NULL */
    int counts[COLUMN_COUNT]; /* -1: no such key yet */
    int64_t item_bytes;
    bool has_item_bytes, aligned, has_aligned;
} table;

static void read_cell(parser *in, fa__field *field, column which)
{
    switch (which) {
    case NAMES:
        field->name = read_field_name(in);
        break;
    case FORMATS:
        field->dtype = read_dtype(in);
        break;
    case OFFSETS: {
        size_t first = (peek(in), in->at);
        if (read_integer(in, &field->offset_bytes) && field->offset_bytes < 0)
            fail_at(in, first, FA_BAD_DTYPE, "an offset is negative");
        break;
    }
    default:
        if (!accept_word(in, "None"))
            field->title = read_field_name(in);
    }
}

static bool read_column(parser *in, table *into, column which)
{
    char closing = accept(in, '(') ? ')' : ']';
    if (closing == ']' && !expect(in, '['))
        return false;
    int count = 0;
    for (; more_items(in, count, closing); count++) {
        if (count == FA__MAX_FIELDS)
            return fail_at(in, in->at, FA_TOO_LARGE, "a structure has more than 4096 fields");
        if (!fa__grow(&into->fields, &into->capacity, count + 1, sizeof *into->fields, in->err))
            return false;
        if (into->cleared == count)
            into->fields[into->cleared++] = (fa__field){.offset_bytes = -1};
        read_cell(in, &into->fields[count], which);
    }
    into->counts[which] = count;
    return !fa_failed(in->err);
}

static bool read_flag(parser *in, bool *flag)
{
    *flag = accept_word(in, "True") || accept_word(in, "1");
    if (*flag || accept_word(in, "False") || accept_word(in, "0"))
        return true;
    return fail(in, "expected True or False");
}

static bool read_entry(parser *in, table *into)
{
    static const char *const keys[] = {"names", "formats", "offsets", "titles"};
    size_t length, first = (peek(in), in->at);
    int text_column;
    char *key = read_string(in, &length, &text_column);
    if (key == NULL || !expect(in, ':')) {
        fa__free(key);
        return false;
    }
    int which = 0;
    while (which < COLUMN_COUNT && strcmp(key, keys[which]) != 0)
        which++;
    bool is_item_bytes = strcmp(key, "itemsize") == 0, is_aligned = strcmp(key, "aligned") == 0;
    fa__free(key);
    if (which == COLUMN_COUNT && !is_item_bytes && !is_aligned)
        return fail_at(in, first, FA_BAD_DTYPE,
                       "a key is none of names, formats, offsets, titles, itemsize, aligned");
    bool again = is_item_bytes ? into->has_item_bytes
                 : is_aligned  ? into->has_aligned
                               : into->counts[which] >= 0;
    if (again)
        return fail_at(in, first, FA_BAD_DTYPE, "a key stands here twice");
    into->has_item_bytes = into->has_item_bytes || is_item_bytes;
    into->has_aligned = into->has_aligned || is_aligned;
    if (is_aligned)
        return read_flag(in, &into->aligned);
    if (!is_item_bytes)
        return read_column(in, into, (column)which);
    first = (peek(in), in->at);
    if (read_integer(in, &into->item_bytes) && into->item_bytes < 0)
        return fail_at(in, first, FA_BAD_DTYPE, "the itemsize is negative");
    return !fa_failed(in->err);
}

/* "{'names': [...], 'formats': [...], ...}": the opening brace is read. */
static fa_dtype *read_dictionary(parser *in)
{
    size_t first = in->at - 1;
    table read = {.counts = {-1, -1, -1, -1}, .item_bytes = -1};
    for (int entries = 0; more_items(in, entries, '}'); entries++)
        if (!read_entry(in, &read))
            break;
    int count = read.counts[NAMES];
    if (!fa_failed(in->err) && (count < 0 || read.counts[FORMATS] < 0))
        fail_at(in, first, FA_BAD_DTYPE, "a dictionary needs the keys names and formats");
    for (int i = FORMATS; i < COLUMN_COUNT; i++)
        if (read.counts[i] >= 0 && read.counts[i] != count)
            fail_at(in, first, FA_BAD_DTYPE, "the lists of a dictionary are not of one length");
    fa_dtype *dtype = fa__dtype_structure(read.fields, count, read.aligned, read.item_bytes, in->err);
    release_fields(read.fields, read.cleared);
    return finish(in, first, dtype);
}

/* ---- The whole ---- */

static fa_dtype *read_dtype(parser *in)
{
    if (fa_failed(in->err))
        return NULL;
    if (++in->nesting > MAX_NESTING) {
        fail_at(in, in->at, FA_TOO_LARGE, "nested too deep");
        return NULL;
    }
    fa_dtype *dtype = NULL;
    if (accept(in, '['))
        dtype = read_list(in);
    else if (accept(in, '{'))
        dtype = read_dictionary(in);
    else if (accept(in, '('))
        dtype = read_tuple(in);
    else if (is_quote(peek(in)) || peek(in) == 'u')
        dtype = read_name(in);
    else
        fail(in, "expected a type in quotes, or one of [ { (");
    in->nesting--;
    return dtype;
}

fa_dtype *fa__dtype_parse_literal(const char *text, size_t length, fa_error *err)
{
    parser in = {.text = text, .length = length, .err = err};
    if (fa_failed(err))
        return NULL;
    if (length > INT32_MAX - 1) {
        fa__fail(err, FA_TOO_LARGE, "dtype: a text of %zu bytes", length);
        return NULL;
    }
    fa_dtype *dtype = read_dtype(&in);
    peek(&in);
    if (!fa_failed(err) && in.at < length)
        fail(&in, "expected the end of the dtype");
    if (!fa_failed(err))
        return dtype;
    fa_dtype_release(dtype);
    return NULL;
}

/* "(2,3)f4" and "('f4', (2, 3))" begin alike. */
static bool is_literal(const char *text)
{
    const char *after = text + strspn(text, " \t\r\n");
    if (*after == '(') {
        after++;
        after += strspn(after, " \t\r\n");
        return *after != '\0' && strchr("'\"[{(u", *after) != NULL;
    }
    return *after != '\0' && strchr("'\"[{", *after) != NULL;
}

fa_dtype *fa_dtype_parse(const char *text, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    if (text == NULL) {
        fa__fail(err, FA_INVALID_ARGUMENT, "the text of a dtype is NULL");
        return NULL;
    }
    size_t length = strlen(text);
    if (is_literal(text) || length > INT32_MAX - 1)
        return fa__dtype_parse_literal(text, length, err);
    return fa__dtype_from_string(text, length, 1, err);
}
