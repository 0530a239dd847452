/* SPDX-License-Identifier: BSD-3-Clause */
/* The header of .npy files, read and written: magic, version, length, and a Python dict of descr,
 * fortran_order and shape (NEP 1). Works on bytes in memory; knows nothing about files. What a descr means is
 * array/dtype's. */
#include "storage/storage.h"

#include "array/dtype.h"
#include "array/shape.h"
#include "base/checked.h"
#include "base/memory.h"
#include "storage/literal.h"

#include <stdio.h>
#include <string.h>

static const char magic[] = "\x93NUMPY";

enum {
    MAGIC_BYTES = 6,
    MAX_LITERAL = 65536,
    DATA_ALIGNMENT = 64,
    GROWTH_DIGITS = 21 /* room that NumPy leaves for the first axis to grow in place */
};

void fa__layout_clear(fa__layout *layout)
{
    fa_dtype_release(layout->dtype);
    memset(layout, 0, sizeof *layout);
}

/* ---- Reading ---- */

/* Records what array/ found wrong with a part of the file, with the file's name in front. A text that is not
 * a dtype or a shape is, here, a bad file. */
static bool fail_inside(fa_error *err, const char *name, int64_t byte_offset, const char *what,
                        const fa_error *inner)
{
    fa_error_code code = inner->code;
    if (code == FA_BAD_DTYPE || code == FA_BAD_SHAPE)
        code = FA_BAD_FORMAT;
    int64_t column = inner->column > 0 ? inner->column - 1 : 0;
    return fa__fail_at_byte(err, code, byte_offset + column, "%s: byte %lld: %s: %s", name,
                            (long long)(byte_offset + column), what, inner->message);
}

/* Finds the literal: checks magic, version and length. *utf8 is its encoding. */
static bool read_prefix(const char *name, const unsigned char *bytes, size_t size, int64_t file_bytes,
                        fa__layout *layout, size_t *start, size_t *length, fa_error *err)
{
    if (memcmp(bytes, magic, size < MAGIC_BYTES ? size : MAGIC_BYTES) != 0)
        return fa__fail(err, FA_BAD_FORMAT,
                        "%s: not an .npy file: it does not begin with \\x93NUMPY and a version", name);
    if (size < MAGIC_BYTES + 2)
        return fa__fail_at_byte(err, FA_BAD_FORMAT, (int64_t)size,
                                "%s: file ends at byte %zu, inside the first %d of an .npy file", name, size,
                                MAGIC_BYTES + 2);
    layout->major = bytes[MAGIC_BYTES];
    layout->minor = bytes[MAGIC_BYTES + 1];
    if (layout->major < 1 || layout->major > 3 || layout->minor != 0)
        return fa__fail_at_byte(
            err, FA_UNSUPPORTED, MAGIC_BYTES,
            "%s: version %d.%d of the .npy format is unknown, farray reads 1.0, 2.0 and 3.0", name,
            layout->major, layout->minor);
    size_t length_bytes = layout->major == 1 ? 2 : 4;
    *start = MAGIC_BYTES + 2 + length_bytes;
    if (size < *start)
        return fa__fail_at_byte(err, FA_BAD_FORMAT, (int64_t)size,
                                "%s: file ends at byte %zu, inside the header's length", name, size);
    uint32_t claimed = 0;
    for (size_t i = 0; i < length_bytes; i++)
        claimed |= (uint32_t)bytes[MAGIC_BYTES + 2 + i] << (8 * i);
    if (claimed > MAX_LITERAL)
        return fa__fail_at_byte(err, FA_TOO_LARGE, MAGIC_BYTES + 2,
                                "%s: header claims %lu bytes, the limit is %d", name, (unsigned long)claimed,
                                MAX_LITERAL);
    int64_t room = fa__min_i64(file_bytes, (int64_t)size) - (int64_t)*start;
    if ((int64_t)claimed > room)
        return fa__fail_at_byte(err, FA_BAD_FORMAT, MAGIC_BYTES + 2,
                                "%s: header claims %lu bytes, file has room for %lld", name,
                                (unsigned long)claimed, (long long)room);
    *length = claimed;
    return true;
}

static bool check_encoding(const fa__literal *literal, const fa__layout *layout, fa_error *err)
{
    bool utf8 = layout->major == 3;
    size_t bad = fa__literal_bad_byte(literal->text, literal->length, utf8);
    if (bad == literal->length)
        return true;
    int64_t at = literal->file_offset + (int64_t)bad;
    return fa__fail_at_byte(err, FA_BAD_FORMAT, at,
                            "%s: byte %lld: 0x%02x in the header is not %s, which version %d.0 asks for",
                            literal->name, (long long)at, (unsigned char)literal->text[bad],
                            utf8 ? "UTF-8" : "ASCII", layout->major);
}

/* Python 2 wrote long integers as "10L", which dtype texts do not know: blanks the L, so that columns stay.
 */
static void blank_long_suffixes(char *text, size_t length)
{
    char quote = '\0';
    for (size_t i = 0; i < length; i++) {
        if (quote != '\0') {
            if (text[i] == '\\')
                i++;
            else if (text[i] == quote)
                quote = '\0';
        } else if (text[i] == '\'' || text[i] == '"') {
            quote = text[i];
        } else if (text[i] == 'L') {
            text[i] = ' ';
        }
    }
}

/* Whether what follows an empty name is the descr of bytes: ('', '|V4') is padding. */
static bool is_padding(fa__literal *literal)
{
    fa_error ignored = {0};
    const char *descr;
    size_t length;
    if (!fa__literal_expect(literal, ',', &ignored) ||
        !fa__literal_string(literal, &descr, &length, &ignored) || length < 3 || memcmp(descr, "|V", 2) != 0)
        return false;
    for (size_t i = 2; i < length; i++) {
        if (descr[i] < '0' || descr[i] > '9')
            return false;
    }
    return true;
}

/* In other dtype texts NumPy makes up a name for an empty one, but not in files: only padding has none.
 * `literal` is a copy that stands behind a descr that begins at `start`. */
static bool check_field_names(fa__literal literal, size_t start, fa_error *err)
{
    literal.length = literal.at;
    literal.at = start;
    for (int byte; (byte = fa__literal_peek(&literal)) >= 0;) {
        int64_t at = literal.file_offset + (int64_t)literal.at;
        const char *name;
        size_t length;
        if (byte != '\'' && byte != '"')
            literal.at++;
        else if (!fa__literal_string(&literal, &name, &length, err))
            return false;
        else if (length == 0 && !is_padding(&literal))
            return fa__fail_at_byte(err, FA_BAD_FORMAT, at, "%s: byte %lld: descr: a field without a name",
                                    literal.name, (long long)at);
    }
    return true;
}

static bool read_descr(fa__literal *literal, fa__layout *layout, fa_error *err)
{
    int first = fa__literal_peek(literal);
    if (first != '\'' && first != '"' && first != '[' && first != '(')
        return fa__literal_unexpected(literal, "a string, a list or a tuple as descr", err);
    int64_t at = literal->file_offset + (int64_t)literal->at;
    const char *value;
    size_t length;
    if (!fa__literal_skip(literal, &value, &length, err))
        return false;
    if ((first == '[' || first == '(') && !check_field_names(*literal, (size_t)(value - literal->text), err))
        return false;
    char *text = fa__copy_text(value, length, err);
    if (text == NULL)
        return false;
    if (literal->long_integers)
        blank_long_suffixes(text, length);
    fa_error inner = {0};
    layout->dtype = fa__dtype_parse_literal(text, length, &inner);
    fa__free(text);
    if (layout->dtype == NULL && inner.code == FA_NO_MEMORY)
        fa__error_move(err, &inner);
    if (layout->dtype == NULL)
        return fail_inside(err, literal->name, at, "descr", &inner);
    /* NumPy writes such an array's sub-array as axes of its shape, and does not agree with itself on reading
     * one. */
    if (layout->dtype->base != NULL)
        return fa__fail_at_byte(err, FA_UNSUPPORTED, at,
                                "%s: byte %lld: descr: a sub-array outside of a structure", literal->name,
                                (long long)at);
    return true;
}

static bool read_shape(fa__literal *literal, fa__layout *layout, fa_error *err)
{
    if (fa__literal_peek(literal) != '(')
        return fa__literal_unexpected(literal, "a tuple of integers as shape", err);
    literal->at++;
    while (fa__literal_peek(literal) != ')') {
        int64_t size;
        if (!fa__literal_size(literal, "an integer of 0 or more in shape", &size, err))
            return false;
        if (layout->ndim == FA_MAX_NDIM)
            return fa__fail_at_byte(err, FA_TOO_LARGE, literal->file_offset + (int64_t)literal->at,
                                    "%s: header claims more than %d dimensions", literal->name, FA_MAX_NDIM);
        layout->sizes[layout->ndim++] = size;
        if (fa__literal_peek(literal) == ')') {
            if (layout->ndim == 1) /* "(3)" is an integer in parentheses */
                return fa__literal_unexpected(literal, "',' in a shape of one dimension", err);
            break;
        }
        if (!fa__literal_expect(literal, ',', err))
            return false;
    }
    return fa__literal_expect(literal, ')', err);
}

enum { KEY_DESCR, KEY_ORDER, KEY_SHAPE, KEY_COUNT };
static const char *const keys[KEY_COUNT] = {"descr", "fortran_order", "shape"};

static bool read_key(fa__literal *literal, bool seen[KEY_COUNT], int *key, fa_error *err)
{
    fa__literal_peek(literal);
    int64_t at = literal->file_offset + (int64_t)literal->at;
    const char *text;
    size_t length;
    if (!fa__literal_string(literal, &text, &length, err))
        return false;
    char quoted[40];
    fa__quote(quoted, sizeof quoted, text, length);
    for (*key = 0; *key < KEY_COUNT; ++*key) {
        if (strlen(keys[*key]) == length && memcmp(keys[*key], text, length) == 0)
            break;
    }
    if (*key == KEY_COUNT)
        return fa__fail_at_byte(
            err, FA_BAD_FORMAT, at,
            "%s: byte %lld: unknown key '%s', a header has descr, fortran_order and shape", literal->name,
            (long long)at, quoted);
    if (seen[*key])
        return fa__fail_at_byte(err, FA_BAD_FORMAT, at, "%s: byte %lld: key '%s' is there twice",
                                literal->name, (long long)at, quoted);
    seen[*key] = true;
    return fa__literal_expect(literal, ':', err);
}

static bool read_dict(fa__literal *literal, fa__layout *layout, fa_error *err)
{
    bool seen[KEY_COUNT] = {false}, is_fortran = false;
    int key;
    if (!fa__literal_expect(literal, '{', err))
        return false;
    while (fa__literal_peek(literal) != '}') {
        if (!read_key(literal, seen, &key, err))
            return false;
        if (key == KEY_DESCR ? !read_descr(literal, layout, err)
            : key == KEY_ORDER
                ? !fa__literal_bool(literal, "True or False as fortran_order", &is_fortran, err)
                : !read_shape(literal, layout, err))
            return false;
        if (fa__literal_peek(literal) != '}' && !fa__literal_expect(literal, ',', err))
            return false;
    }
    literal->at++;
    for (key = 0; key < KEY_COUNT; key++) {
        if (!seen[key])
            return fa__fail_at_byte(err, FA_BAD_FORMAT, literal->file_offset, "%s: header has no key '%s'",
                                    literal->name, keys[key]);
    }
    layout->order = is_fortran ? FA_ORDER_F : FA_ORDER_C;
    return fa__literal_end(literal, err);
}

static bool check_extent(const char *name, const fa__layout *layout, int64_t file_bytes, fa_error *err)
{
    int64_t item_bytes = fa_dtype_item_bytes(layout->dtype), count, bytes, end;
    fa_error inner = {0};
    if (!fa__shape_count(layout->ndim, layout->sizes, item_bytes, &count, &inner)) {
        fa_error_code code = inner.code == FA_BAD_SHAPE ? FA_BAD_FORMAT : (fa_error_code)inner.code;
        return fa__fail(err, code, "%s: %s", name, inner.message);
    }
    if (item_bytes == 0 && count > 0)
        return fa__fail(err, FA_BAD_FORMAT, "%s: header claims %lld elements of 0 bytes", name,
                        (long long)count);
    if (!fa__multiply_checked(count, item_bytes, &bytes) ||
        !fa__add_checked(bytes, layout->offset_bytes, &end))
        return fa__fail(err, FA_TOO_LARGE, "%s: header claims more than 9223372036854775807 bytes", name);
    if (end > file_bytes)
        return fa__fail(err, FA_BAD_FORMAT, "%s: header claims %lld bytes, file has %lld", name,
                        (long long)end, (long long)file_bytes);
    return true;
}

bool fa__npy_parse(const char *name, const void *bytes, size_t size, int64_t file_bytes, fa__layout *layout,
                   fa_error *err)
{
    memset(layout, 0, sizeof *layout);
    if (fa_failed(err))
        return false;
    size_t start = 0, length = 0;
    if (!read_prefix(name, bytes, size, file_bytes, layout, &start, &length, err))
        return false;
    layout->format = "npy";
    layout->offset_bytes = (int64_t)(start + length);
    fa__literal literal = {.name = name,
                           .text = (const char *)bytes + start,
                           .length = length,
                           .file_offset = (int64_t)start,
                           .long_integers = layout->major < 3};
    if (check_encoding(&literal, layout, err) && read_dict(&literal, layout, err) &&
        check_extent(name, layout, file_bytes, err))
        return true;
    fa__layout_clear(layout);
    return false;
}

/* ---- Writing ---- */

/* Writes like repr() of a tuple. At most 22 bytes an axis. */
static size_t format_shape(int ndim, const int64_t *sizes, char *text, size_t room)
{
    size_t at = (size_t)snprintf(text, room, "(");
    for (int i = 0; i < ndim; i++)
        at += (size_t)snprintf(text + at, room - at, "%s%lld", i > 0 ? ", " : "", (long long)sizes[i]);
    return at + (size_t)snprintf(text + at, room - at, ndim == 1 ? ",)" : ")");
}

/* np.save says Fortran order only of arrays that are not C-contiguous too. */
static bool says_fortran(int ndim, const int64_t *sizes, fa_order order)
{
    int64_t strides[FA_MAX_NDIM];
    fa__strides_f(ndim, sizes, 1, strides);
    return order == FA_ORDER_F && !fa__is_c_contiguous(ndim, sizes, strides, 1);
}

/* The dict with the spaces that let the growing axis take 21 digits. */
static char *format_dict(const fa_dtype *dtype, int ndim, const int64_t *sizes, bool is_fortran,
                         size_t *length, fa_error *err)
{
    if (!fa__dtype_has_descr(dtype)) {
        char text[80];
        fa__dtype_display(dtype, text, sizeof text);
        fa__fail(err, FA_UNSUPPORTED,
                 "a .npy header cannot describe fields that are out of order of their offsets: %s", text);
        return NULL;
    }
    size_t descr_bytes = fa__dtype_descr(dtype, NULL, 0);
    if (descr_bytes > MAX_LITERAL) {
        fa__fail(err, FA_TOO_LARGE,
                 "a dtype of %zu bytes of text does not fit a .npy header, the limit is %d", descr_bytes,
                 MAX_LITERAL);
        return NULL;
    }
    char shape[FA_MAX_NDIM * 22 + 4];
    format_shape(ndim, sizes, shape, sizeof shape);
    int growth = 0;
    if (ndim > 0)
        growth = GROWTH_DIGITS - snprintf(NULL, 0, "%lld", (long long)sizes[is_fortran ? ndim - 1 : 0]);
    size_t room = descr_bytes + sizeof shape + GROWTH_DIGITS + 64;
    char *text = fa__alloc(room, err);
    if (text == NULL)
        return NULL;
    size_t at = (size_t)snprintf(text, room, "{'descr': ");
    at += fa__dtype_descr(dtype, text + at, room - at);
    at += (size_t)snprintf(text + at, room - at, ", 'fortran_order': %s, 'shape': %s, }%*s",
                           is_fortran ? "True" : "False", shape, growth, "");
    *length = at;
    return text;
}

bool fa__npy_format(const fa_dtype *dtype, int ndim, const int64_t *sizes, fa_order order, char **header,
                    size_t *header_bytes, fa_error *err)
{
    if (fa_failed(err))
        return false;
    size_t length;
    char *dict = format_dict(dtype, ndim, sizes, says_fortran(ndim, sizes, order), &length, err);
    if (dict == NULL)
        return false;
    /* NumPy writes names beyond ASCII that fit Latin-1 as version 1.0; farray reads only ASCII there, and 3.0
     * is read by both. Version 2.0 is for headers above 64 KiB, which are refused. */
    bool ascii = fa__literal_bad_byte(dict, length, false) == length;
    size_t length_bytes = ascii ? 2 : 4, prefix = MAGIC_BYTES + 2 + length_bytes;
    size_t padding = DATA_ALIGNMENT - (prefix + length + 1) % DATA_ALIGNMENT;
    size_t literal_bytes = length + padding + 1;
    char *bytes = NULL;
    if (literal_bytes > 0xffff)
        fa__fail(err, FA_TOO_LARGE, "a .npy header of %zu bytes is above the limit of %d", literal_bytes,
                 0xffff);
    else
        bytes = fa__alloc(prefix + literal_bytes, err);
    if (bytes != NULL) {
        memcpy(bytes, magic, MAGIC_BYTES);
        bytes[MAGIC_BYTES] = ascii ? 1 : 3;
        bytes[MAGIC_BYTES + 1] = 0;
        for (size_t i = 0; i < length_bytes; i++)
            bytes[MAGIC_BYTES + 2 + i] = (char)(unsigned char)(literal_bytes >> (8 * i) & 0xff);
        memcpy(bytes + prefix, dict, length);
        memset(bytes + prefix + length, ' ', padding);
        bytes[prefix + literal_bytes - 1] = '\n';
        *header = bytes;
        *header_bytes = prefix + literal_bytes;
    }
    fa__free(dict);
    return bytes != NULL;
}

bool fa__npy_reformat(const char *name, const fa__layout *layout, char *header, size_t header_bytes,
                      fa_error *err)
{
    size_t length, prefix = MAGIC_BYTES + (layout->major == 1 ? 4 : 6);
    if (fa_failed(err))
        return false;
    char *dict =
        format_dict(layout->dtype, layout->ndim, layout->sizes, layout->order == FA_ORDER_F, &length, err);
    if (dict == NULL)
        return false;
    while (dict[length - 1] == ' ')
        length--;
    if (prefix + length + 1 > header_bytes) {
        char text[FA__SHAPE_TEXT];
        fa__fail(err, FA_UNSUPPORTED,
                 "%s: its header of %zu bytes has no room for the shape %s; a saved copy will have it", name,
                 header_bytes, fa__shape_text(layout->ndim, layout->sizes, text, sizeof text));
    } else {
        memcpy(header + prefix, dict, length);
        memset(header + prefix + length, ' ', header_bytes - prefix - length - 1);
        header[header_bytes - 1] = '\n';
    }
    fa__free(dict);
    return !fa_failed(err);
}
