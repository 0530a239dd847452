/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes JSON to standard output. Numbers are written with the fewest digits that read back as the same
 * double. The command line never leaves the C locale, so that the decimal point is a point. */
#include "cli.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool needs_comma;

static void before_value(void)
{
    if (needs_comma)
        fputs(", ", stdout);
    needs_comma = true;
}

void json_begin(char bracket)
{
    before_value();
    putchar(bracket);
    needs_comma = false;
}

void json_end(char bracket)
{
    putchar(bracket);
    needs_comma = true;
}

/* Length of the UTF-8 character at `text`; 0 when its bytes are none. */
static int utf8_length(const unsigned char *text)
{
    int length = text[0] < 0x80                      ? 1
                 : text[0] >= 0xc2 && text[0] < 0xe0 ? 2
                 : (text[0] & 0xf0) == 0xe0          ? 3
                 : text[0] >= 0xf0 && text[0] < 0xf5 ? 4
                                                     : 0;
    for (int i = 1; i < length; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] >= 0xa0) ||
        (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] >= 0x90))
        return 0;
    return length;
}

/* Bytes of names that are not UTF-8 become the lone surrogates that Python's os.fsencode() turns back. */
static void write_string(const char *string)
{
    const unsigned char *text = (const unsigned char *)string;
    putchar('"');
    while (*text != '\0') {
        int length = utf8_length(text);
        if (*text == '"' || *text == '\\')
            printf("\\%c", *text);
        else if (*text < 0x20 || *text == 0x7f)
            printf("\\u%04x", *text);
        else if (length == 0)
            printf("\\udc%02x", *text);
        else
            fwrite(text, 1, (size_t)length, stdout);
        text += length > 0 ? length : 1;
    }
    putchar('"');
}

void json_key(const char *key)
{
    before_value();
    write_string(key);
    fputs(": ", stdout);
    needs_comma = false;
}

void json_string(const char *text)
{
    before_value();
    write_string(text);
}

void json_integer(int64_t value)
{
    before_value();
    printf("%" PRId64, value);
}

void json_unsigned(uint64_t value)
{
    before_value();
    printf("%" PRIu64, value);
}

void json_number(double value)
{
    if (isnan(value) || isinf(value)) {
        json_string(isnan(value) ? "nan" : value < 0 ? "-inf" : "inf");
        return;
    }
    char text[40];
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    /* A double stays one when it is read back. */
    if (strpbrk(text, ".e") == NULL)
        strcat(text, ".0");
    before_value();
    fputs(text, stdout);
}

void json_boolean(bool value)
{
    before_value();
    fputs(value ? "true" : "false", stdout);
}

void json_describe(fa_array *array)
{
    size_t length = fa_dtype_text(fa_dtype_of_array(array), NULL, 0);
    char *text = malloc(length + 1);
    if (text != NULL) {
        fa_dtype_text(fa_dtype_of_array(array), text, length + 1);
        json_key("dtype");
        json_string(text);
    }
    free(text);
    json_key("shape");
    json_begin('[');
    for (int axis = 0; axis < fa_ndim(array); axis++)
        json_integer(fa_size_of_axis(array, axis));
    json_end(']');
}

/* ---- Elements ---- */

/* Elements as they lie in memory: int64_t, uint64_t, double, pairs of double, or bytes of bool. */
typedef struct values {
    fa_type type;
    const char *next;
    size_t item_bytes;
} values;

static void write_value(values *from)
{
    int64_t integer;
    uint64_t whole;
    double parts[2];
    switch (from->type) {
    case FA_TYPE_BOOL:
        json_boolean(*from->next != 0);
        break;
    case FA_TYPE_INT64:
        memcpy(&integer, from->next, sizeof integer);
        json_integer(integer);
        break;
    case FA_TYPE_UINT64:
        memcpy(&whole, from->next, sizeof whole);
        json_unsigned(whole);
        break;
    case FA_TYPE_FLOAT64:
        memcpy(parts, from->next, sizeof *parts);
        json_number(parts[0]);
        break;
    default:
        memcpy(parts, from->next, sizeof parts);
        json_begin('{');
        json_key("real");
        json_number(parts[0]);
        json_key("imag");
        json_number(parts[1]);
        json_end('}');
    }
    from->next += from->item_bytes;
}

/* The recursion is bounded by FA_MAX_NDIM. */
static void write_axis(fa_array *array, int axis, values *from)
{
    if (axis == fa_ndim(array)) {
        write_value(from);
        return;
    }
    json_begin('[');
    for (int64_t i = 0; i < fa_size_of_axis(array, axis); i++)
        write_axis(array, axis + 1, from);
    json_end(']');
}

/* Every number fits one of five types. */
static const fa_dtype *wide_dtype(fa_type type)
{
    switch (type) {
    case FA_TYPE_BOOL:
        return FA_BOOL;
    case FA_TYPE_INT8:
    case FA_TYPE_INT16:
    case FA_TYPE_INT32:
    case FA_TYPE_INT64:
        return FA_INT64;
    case FA_TYPE_UINT8:
    case FA_TYPE_UINT16:
    case FA_TYPE_UINT32:
    case FA_TYPE_UINT64:
        return FA_UINT64;
    case FA_TYPE_FLOAT16:
    case FA_TYPE_FLOAT32:
    case FA_TYPE_FLOAT64:
        return FA_FLOAT64;
    default:
        return FA_COMPLEX128;
    }
}

static void write_numbers(fa_array *array, fa_error *err)
{
    const fa_dtype *dtype = wide_dtype(fa_dtype_type(fa_dtype_of_array(array)));
    fa_array *wide = fa_astype(array, dtype, err);
    size_t bytes = fa_failed(err) ? 0 : (size_t)fa_bytes(wide);
    char *data = malloc(bytes + 1);
    if (data == NULL && !fa_failed(err)) {
        err->code = FA_NO_MEMORY;
        snprintf(err->message, sizeof err->message, "the system has no memory for %zu bytes", bytes);
    }
    fa_get_all(wide, data, bytes, err);
    if (!fa_failed(err)) {
        values from = {fa_dtype_type(dtype), data, (size_t)fa_dtype_item_bytes(dtype)};
        write_axis(array, 0, &from);
    }
    free(data);
    fa_release(wide);
}

void json_elements(fa_array *array, fa_error *err)
{
    if (fa_dtype_type(fa_dtype_of_array(array)) <= FA_TYPE_COMPLEX128) {
        write_numbers(array, err);
        return;
    }
    char *text = fa_to_text(array, NULL, err);
    if (text != NULL)
        json_string(text);
    free(text);
}
