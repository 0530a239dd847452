/* SPDX-License-Identifier: BSD-3-Clause */
/* Dtypes as text: what NumPy says in dtype.str and dtype.descr, what it writes to .npy files, and what it
 * shows to people. What is written here, dtype_parse.c reads back as an equal dtype. */
#include "array/dtype.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Text of any length into a buffer that may be too small: what does not fit is only counted. */
typedef struct writer {
    char *text;
    size_t size, length;
    bool to_numpy; /* which does not know bfloat16: two raw bytes */
} writer;

static void put_bytes(writer *out, const char *bytes, size_t count)
{
    if (out->length < out->size) {
        size_t room = out->size - out->length;
        memcpy(out->text + out->length, bytes, count < room ? count : room);
    }
    out->length += count;
}

static void put(writer *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(writer *out, const char *format, ...)
{
    char piece[64];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(piece, sizeof piece, format, arguments);
    va_end(arguments);
    put_bytes(out, piece, (size_t)length);
}

static size_t finish(writer *out)
{
    if (out->size > 0)
        out->text[out->length < out->size ? out->length : out->size - 1] = '\0';
    return out->length;
}

/* As Python's repr() writes a string. Characters above ASCII are written as they are, but for those of
 * Latin-1 that Python calls not printable. */
static void put_string(writer *out, const char *string)
{
    char quote = strchr(string, '\'') != NULL && strchr(string, '"') == NULL ? '"' : '\'';
    put_bytes(out, &quote, 1);
    for (const unsigned char *at = (const unsigned char *)string; *at != '\0'; at++) {
        if (*at == (unsigned char)quote || *at == '\\')
            put(out, "\\%c", *at);
        else if (*at == '\n' || *at == '\r' || *at == '\t')
            put(out, "\\%c", *at == '\n' ? 'n' : *at == '\r' ? 'r' : 't');
        else if (*at < 0x20 || *at == 0x7f)
            put(out, "\\x%02x", *at);
        else if (*at == 0xc2 && (at[1] <= 0xa0 || at[1] == 0xad))
            put(out, "\\x%02x", *++at);
        else
            put_bytes(out, (const char *)at, 1);
    }
    put_bytes(out, &quote, 1);
}

static void put_shape(writer *out, const fa_dtype *dtype)
{
    put(out, "(");
    for (int i = 0; i < dtype->base_ndim; i++)
        put(out, "%s%lld", i ? ", " : "", (long long)dtype->base_sizes[i]);
    put(out, dtype->base_ndim == 1 ? ",)" : ")");
}

/* ---- Scalars ---- */

static char order_of(const fa_dtype *dtype)
{
    bool ordered = (fa__type_is_numeric(dtype->type) && dtype->item_bytes > 1) ||
                   dtype->type == FA_TYPE_DATETIME64 || dtype->type == FA_TYPE_TIMEDELTA64 ||
                   dtype->type == FA_TYPE_STRING;
    bool little = (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) != dtype->swapped;
    return !ordered ? '|' : little ? '<' : '>';
}

static void put_unit(writer *out, const fa_dtype *dtype)
{
    if (dtype->unit[0] == '\0')
        return;
    if (dtype->unit_count == 1)
        put(out, "[%s]", dtype->unit);
    else
        put(out, "[%d%s]", (int)dtype->unit_count, dtype->unit);
}

/* What NumPy's notation has no name for: as ml_dtypes writes it, or in a file. */
static bool put_bfloat(writer *out, const fa_dtype *dtype)
{
    if (dtype->type == FA_TYPE_BFLOAT16)
        put(out, "%s", out->to_numpy ? "<V2" : fa__type_name(dtype->type));
    return dtype->type == FA_TYPE_BFLOAT16;
}

/* dtype.str: "<f8", "|S4", "<M8[us]". */
static void put_str(writer *out, const fa_dtype *dtype)
{
    if (put_bfloat(out, dtype))
        return;
    int64_t size = dtype->type == FA_TYPE_STRING ? dtype->item_bytes / 4 : dtype->item_bytes;
    put(out, "%c%c%lld", order_of(dtype), fa__type_kind(dtype->type), (long long)size);
    put_unit(out, dtype);
}

/* As it stands inside a shown structure: no '|', '?' for bool, no size where it is 0. */
static void put_short(writer *out, const fa_dtype *dtype)
{
    const char order = order_of(dtype);
    const int64_t size = dtype->type == FA_TYPE_STRING ? dtype->item_bytes / 4 : dtype->item_bytes;
    put(out, "'");
    if (!put_bfloat(out, dtype)) {
        if (order != '|')
            put(out, "%c", order);
        if (dtype->type == FA_TYPE_BOOL)
            put(out, "?");
        else if (size == 0)
            put(out, "%c", fa__type_kind(dtype->type));
        else
            put(out, "%c%lld", fa__type_kind(dtype->type), (long long)size);
        put_unit(out, dtype);
    }
    put(out, "'");
}

/* ---- Structures ---- */

/* How the parts of a structure are written: as descr (with '|', gaps as fields) or as shown to people. */
typedef enum style { DESCR, SHOWN } style;

static void put_inner(writer *out, const fa_dtype *dtype, style how);

static bool fields_ascend(const fa_dtype *dtype)
{
    int64_t end = 0;
    for (int i = 0; i < dtype->field_count; i++) {
        if (dtype->fields[i].offset_bytes < end)
            return false;
        end = dtype->fields[i].offset_bytes + dtype->fields[i].dtype->item_bytes;
    }
    return true;
}

/* Whether the fields and the size are those that NumPy would choose. */
static bool is_packed(const fa_dtype *dtype)
{
    int64_t end = 0, alignment = 1;
    for (int i = 0; i < dtype->field_count; i++) {
        const fa__field *field = &dtype->fields[i];
        int64_t align = dtype->aligned ? field->dtype->alignment : 1;
        end = (end + align - 1) / align * align;
        alignment = align > alignment ? align : alignment;
        if (field->offset_bytes != end)
            return false;
        end += field->dtype->item_bytes;
    }
    return (end + alignment - 1) / alignment * alignment == dtype->item_bytes;
}

static void put_field(writer *out, const fa__field *field, style how)
{
    put(out, "(");
    if (field->title != NULL) {
        put(out, "(");
        put_string(out, field->title);
        put(out, ", ");
        put_string(out, field->name);
        put(out, ")");
    } else {
        put_string(out, field->name);
    }
    put(out, ", ");
    const fa_dtype *dtype = field->dtype;
    put_inner(out, dtype->base != NULL ? dtype->base : dtype, how);
    if (dtype->base != NULL) {
        put(out, ", ");
        put_shape(out, dtype);
    }
    put(out, ")");
}

static void put_gap(writer *out, int64_t from, int64_t to, bool *first)
{
    if (to > from) {
        put(out, "%s('', '|V%lld')", *first ? "" : ", ", (long long)(to - from));
        *first = false;
    }
}

static void put_list(writer *out, const fa_dtype *dtype, style how)
{
    int64_t end = 0;
    bool first = true;
    put(out, "[");
    for (int i = 0; i < dtype->field_count; i++) {
        const fa__field *field = &dtype->fields[i];
        if (how == DESCR)
            put_gap(out, end, field->offset_bytes, &first);
        put(out, first ? "" : ", ");
        put_field(out, field, how);
        end = field->offset_bytes + field->dtype->item_bytes;
        first = false;
    }
    if (how == DESCR)
        put_gap(out, end, dtype->item_bytes, &first);
    put(out, "]");
}

static void put_titles(writer *out, const fa_dtype *dtype)
{
    bool any = false;
    for (int i = 0; i < dtype->field_count; i++)
        any = any || dtype->fields[i].title != NULL;
    if (!any)
        return;
    put(out, ", 'titles': [");
    for (int i = 0; i < dtype->field_count; i++) {
        put(out, i ? ", " : "");
        if (dtype->fields[i].title != NULL)
            put_string(out, dtype->fields[i].title);
        else
            put(out, "None");
    }
    put(out, "]");
}

static void put_dictionary(writer *out, const fa_dtype *dtype, style how, bool show_aligned)
{
    put(out, "{'names': [");
    for (int i = 0; i < dtype->field_count; i++) {
        put(out, i ? ", " : "");
        put_string(out, dtype->fields[i].name);
    }
    put(out, "], 'formats': [");
    for (int i = 0; i < dtype->field_count; i++) {
        put(out, i ? ", " : "");
        put_inner(out, dtype->fields[i].dtype, how);
    }
    put(out, "], 'offsets': [");
    for (int i = 0; i < dtype->field_count; i++)
        put(out, "%s%lld", i ? ", " : "", (long long)dtype->fields[i].offset_bytes);
    put(out, "]");
    put_titles(out, dtype);
    put(out, ", 'itemsize': %lld", (long long)dtype->item_bytes);
    if (show_aligned && dtype->aligned)
        put(out, ", 'aligned': True");
    put(out, "}");
}

static void put_inner(writer *out, const fa_dtype *dtype, style how)
{
    if (dtype->is_structure && (how == DESCR ? fields_ascend(dtype) : is_packed(dtype))) {
        put_list(out, dtype, how);
    } else if (dtype->is_structure) {
        put_dictionary(out, dtype, how, how == DESCR);
    } else if (dtype->base != NULL) {
        put(out, "(");
        put_inner(out, dtype->base, how);
        put(out, ", ");
        put_shape(out, dtype);
        put(out, ")");
    } else if (how == DESCR) {
        put(out, "'");
        put_str(out, dtype);
        put(out, "'");
    } else {
        put_short(out, dtype);
    }
}

/* ---- The whole ---- */

bool fa__dtype_has_descr(const fa_dtype *dtype)
{
    if (dtype->base != NULL)
        return fa__dtype_has_descr(dtype->base);
    for (int i = 0; i < dtype->field_count; i++)
        if (!fa__dtype_has_descr(dtype->fields[i].dtype))
            return false;
    return fields_ascend(dtype);
}

size_t fa__dtype_descr(const fa_dtype *dtype, char *text, size_t size)
{
    writer out = {.text = text, .size = size, .to_numpy = true};
    put_inner(&out, dtype, DESCR);
    return finish(&out);
}

size_t fa_dtype_text(const fa_dtype *dtype, char *text, size_t size)
{
    writer out = {.text = text, .size = size};
    if (dtype->is_structure || dtype->base != NULL)
        put_inner(&out, dtype, DESCR);
    else
        put_str(&out, dtype);
    return finish(&out);
}

size_t fa__dtype_display(const fa_dtype *dtype, char *text, size_t size)
{
    writer out = {.text = text, .size = size};
    if (dtype->is_structure && dtype->aligned)
        put_dictionary(&out, dtype, SHOWN, true);
    else if (dtype->is_structure || dtype->base != NULL)
        put_inner(&out, dtype, SHOWN);
    else if (!dtype->swapped && dtype->type < FA_TYPE_BYTES) {
        put(&out, "%s", fa__type_name(dtype->type));
        put_unit(&out, dtype);
    } else {
        put_str(&out, dtype);
    }
    return finish(&out);
}
