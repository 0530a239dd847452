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
    before_value();
    fputs(text, stdout);
    if (strpbrk(text, ".e") == NULL)
        fputs(".0", stdout); /* a double stays one when it is read back */
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

/* Numbers lie in memory as int64_t, uint64_t, double, pairs of double, or bytes of bool. */
static void write_value(const json_value *value, const char *number)
{
    int64_t integer;
    uint64_t whole;
    double parts[2];
    switch (value->type) {
    case FA_TYPE_BOOL:
        json_boolean(*number != 0);
        return;
    case FA_TYPE_INT64:
        memcpy(&integer, number, sizeof integer);
        json_integer(integer);
        return;
    case FA_TYPE_UINT64:
        memcpy(&whole, number, sizeof whole);
        json_unsigned(whole);
        return;
    case FA_TYPE_FLOAT64:
        memcpy(parts, number, sizeof *parts);
        json_number(parts[0]);
        return;
    default:
        memcpy(parts, number, sizeof parts);
        json_begin('{');
        json_key("real");
        json_number(parts[0]);
        json_key("imag");
        json_number(parts[1]);
        json_end('}');
    }
}

/* The recursion is bounded by FA_MAX_NDIM. */
static void write_axis(fa_array *array, int axis, const json_value *value, const char **next)
{
    if (axis == fa_ndim(array)) {
        write_value(value, *next);
        *next += value->item_bytes;
        return;
    }
    json_begin('[');
    for (int64_t i = 0; i < fa_size_of_axis(array, axis); i++)
        write_axis(array, axis + 1, value, next);
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

/* What can fail comes first: half an object is no JSON. */
bool json_load(fa_array *array, json_value *value, fa_error *err)
{
    memset(value, 0, sizeof *value);
    fa_type type = fa_dtype_type(fa_dtype_of_array(array));
    if (type > FA_TYPE_COMPLEX128) {
        value->text = fa_to_text(array, NULL, err);
        return !fa_failed(err);
    }
    const fa_dtype *dtype = wide_dtype(type);
    fa_array *wide = fa_astype(array, dtype, err);
    size_t bytes = fa_failed(err) ? 0 : (size_t)fa_bytes(wide);
    value->type = fa_dtype_type(dtype);
    value->item_bytes = (size_t)fa_dtype_item_bytes(dtype);
    value->numbers = malloc(bytes + 1);
    if (value->numbers == NULL && !fa_failed(err)) {
        err->code = FA_NO_MEMORY;
        snprintf(err->message, sizeof err->message, "the system has no memory for %zu bytes", bytes);
    }
    fa_get_all(wide, value->numbers, bytes, err);
    fa_release(wide);
    return !fa_failed(err);
}

void json_elements(fa_array *array, const json_value *value)
{
    if (value->text != NULL) {
        json_string(value->text);
        return;
    }
    const char *next = value->numbers;
    write_axis(array, 0, value, &next);
}

void json_unload(json_value *value)
{
    free(value->text);
    free(value->numbers);
    memset(value, 0, sizeof *value);
}
