/* SPDX-License-Identifier: BSD-3-Clause */
/* Arrays as JSON: numbers as numbers, strings and dates as strings, records as objects. Everything is
 * computed and read before the first character is written: half an object is no JSON. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

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

/* ---- Reading ---- */

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
    case FA_TYPE_BFLOAT16:
    case FA_TYPE_FLOAT32:
    case FA_TYPE_FLOAT64:
        return FA_FLOAT64;
    default:
        return FA_COMPLEX128;
    }
}

static void *allocate(size_t count, size_t bytes, fa_error *err)
{
    void *memory = fa_failed(err) ? NULL : calloc(count > 0 ? count : 1, bytes > 0 ? bytes : 1);
    if (memory == NULL && !fa_failed(err)) {
        err->code = FA_NO_MEMORY;
        snprintf(err->message, sizeof err->message, "the system has no memory for %zu elements", count);
    }
    return memory;
}

static void load_numbers(fa_array *array, json_value *value, fa_error *err)
{
    const fa_dtype *dtype = wide_dtype(fa_dtype_type(fa_dtype_of_array(array)));
    fa_array *wide = fa_astype(array, dtype, err);
    size_t bytes = fa_failed(err) ? 0 : (size_t)fa_bytes(wide);
    value->type = fa_dtype_type(dtype);
    value->item_bytes = (size_t)fa_dtype_item_bytes(dtype);
    value->elements = allocate(bytes, 1, err);
    fa_get_all(wide, value->elements, bytes, err);
    fa_release(wide);
}

static void load_raw(fa_array *array, json_value *value, fa_error *err)
{
    value->item_bytes = (size_t)fa_dtype_item_bytes(fa_dtype_of_array(array));
    value->elements = allocate((size_t)fa_bytes(array), 1, err);
    fa_get_all(array, value->elements, (size_t)fa_bytes(array), err);
}

/* Dates, and bytes that are neither: as they are printed, one by one. */
static void load_texts(fa_array *array, json_value *value, fa_error *err)
{
    int64_t coordinates[FA_MAX_NDIM] = {0};
    int ndim = fa_ndim(array);
    value->text_count = fa_size(array);
    value->texts = allocate((size_t)value->text_count, sizeof *value->texts, err);
    for (int64_t i = 0; i < value->text_count && !fa_failed(err); i++) {
        fa_index_part parts[FA_MAX_NDIM];
        for (int axis = 0; axis < ndim; axis++)
            parts[axis] = fa_at(coordinates[axis]);
        fa_array *element = fa_index(array, (fa_index_parts){ndim, parts}, err);
        value->texts[i] = fa_to_text(element, NULL, err);
        fa_release(element);
        for (int axis = ndim - 1; axis >= 0 && ++coordinates[axis] == fa_size_of_axis(array, axis); axis--)
            coordinates[axis] = 0;
    }
}

/* The recursion is as deep as structures are nested, which is bounded. */
static void load_fields(fa_array *array, json_value *value, fa_error *err)
{
    const fa_dtype *dtype = fa_dtype_of_array(array);
    value->fields = allocate((size_t)fa_dtype_field_count(dtype), sizeof *value->fields, err);
    for (int i = 0; i < fa_dtype_field_count(dtype) && !fa_failed(err); i++) {
        const char *name = NULL;
        fa_dtype_field(dtype, i, &name, NULL, NULL);
        fa_array *field = fa_field(array, name, err);
        value->field_count++;
        json_load(field, &value->fields[i], err);
        fa_release(field);
    }
}

bool json_load(fa_array *array, json_value *value, fa_error *err)
{
    memset(value, 0, sizeof *value);
    if (fa_failed(err))
        return false;
    const fa_dtype *dtype = fa_dtype_of_array(array);
    value->array = fa_retain(array);
    value->type = fa_dtype_type(dtype);
    if (fa_dtype_field_count(dtype) > 0)
        load_fields(array, value, err);
    else if (value->type <= FA_TYPE_COMPLEX128)
        load_numbers(array, value, err);
    else if (value->type == FA_TYPE_BYTES || value->type == FA_TYPE_STRING)
        load_raw(array, value, err);
    else
        load_texts(array, value, err);
    return !fa_failed(err);
}

void json_unload(json_value *value)
{
    for (int i = 0; i < value->field_count; i++)
        json_unload(&value->fields[i]);
    for (int64_t i = 0; i < value->text_count; i++)
        free(value->texts[i]);
    free(value->fields);
    free(value->texts);
    free(value->elements);
    fa_release(value->array);
    memset(value, 0, sizeof *value);
}

/* ---- Writing ---- */

/* Numbers lie in memory as int64_t, uint64_t, double, pairs of double, or bytes of bool. */
static void write_number(const json_value *value, const char *number)
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

/* S holds bytes, of which JSON knows nothing: each is the character of its number, as in Latin-1. U holds
 * code points. NULs at the end are padding. */
static void write_characters(const json_value *value, const char *element)
{
    bool wide = value->type == FA_TYPE_STRING;
    size_t unit = wide ? 4 : 1, count = value->item_bytes / unit;
    json_string_begin();
    for (size_t i = 0, zeros = 0; i < count; i++) {
        uint32_t point = (unsigned char)element[i];
        if (wide)
            memcpy(&point, element + 4 * i, sizeof point);
        if (point == 0) {
            zeros++;
            continue;
        }
        for (; zeros > 0; zeros--)
            json_string_point(0);
        json_string_point(point);
    }
    json_string_end();
}

static void write_element(json_value *value);

/* The recursion is bounded by FA_MAX_NDIM. */
static void write_axes(json_value *value, int axis)
{
    if (axis == fa_ndim(value->array)) {
        write_element(value);
        return;
    }
    json_begin('[');
    for (int64_t i = 0; i < fa_size_of_axis(value->array, axis); i++)
        write_axes(value, axis + 1);
    json_end(']');
}

static void write_element(json_value *value)
{
    const char *element =
        value->elements != NULL ? value->elements + value->next * (int64_t)value->item_bytes : NULL;
    if (value->field_count > 0) {
        const fa_dtype *dtype = fa_dtype_of_array(value->array);
        json_begin('{');
        for (int i = 0; i < value->field_count; i++) {
            const char *name = NULL;
            fa_dtype_field(dtype, i, &name, NULL, NULL);
            json_key(name);
            write_axes(&value->fields[i],
                       fa_ndim(value->array)); /* what is left are the axes of a sub-array */
        }
        json_end('}');
    } else if (value->texts != NULL) {
        json_string(value->texts[value->next]);
    } else if (value->type == FA_TYPE_BYTES || value->type == FA_TYPE_STRING) {
        write_characters(value, element);
    } else {
        write_number(value, element);
    }
    value->next++;
}

void json_elements(json_value *value)
{
    value->next = 0;
    write_axes(value, 0);
}
