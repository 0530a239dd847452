/* SPDX-License-Identifier: BSD-3-Clause */
/* Which elements can be converted into which, and what a dtype that leaves something open becomes. */
#include "array/convert.h"

#include "array/shape.h"
#include "array/time.h"
#include "base/error.h"

#include <string.h>

/* Whether elements stay what they are but for their byte order. */
static bool same_but_for_order(const fa_dtype *a, const fa_dtype *b)
{
    return a->type == b->type && a->type != FA_TYPE_VOID && a->item_bytes == b->item_bytes &&
           a->unit_count == b->unit_count && strcmp(a->unit, b->unit) == 0;
}

static bool refuse(const fa_dtype *from, const fa_dtype *to, fa_error *err)
{
    char from_text[96], to_text[96];
    fa__dtype_display(from, from_text, sizeof from_text);
    fa__dtype_display(to, to_text, sizeof to_text);
    return fa__fail(err, FA_UNSUPPORTED, "elements of type %s cannot be converted to %s", from_text, to_text);
}

static const fa_dtype *element_of(const fa_dtype *dtype, int64_t *count)
{
    *count = 1;
    for (; dtype->base != NULL; dtype = dtype->base)
        *count *= fa__count(dtype->base_ndim, dtype->base_sizes);
    return dtype;
}

static bool can_convert_subarrays(const fa_dtype *from, const fa_dtype *to, fa_error *err)
{
    int64_t have, wanted;
    const fa_dtype *element = element_of(from, &have), *target = element_of(to, &wanted);
    bool fits =
        have == 1 || to->base == NULL ||
        (from->base != NULL && from->base_ndim == to->base_ndim && have == wanted &&
         memcmp(from->base_sizes, to->base_sizes, (size_t)to->base_ndim * sizeof *to->base_sizes) == 0);
    return fits && have > 0 ? fa__can_convert(element, target, err) : refuse(from, to, err);
}

/* Structures by position; one value becomes every field; a structure of one field is that field. */
static bool can_convert_structures(const fa_dtype *from, const fa_dtype *to, fa_error *err)
{
    if (!to->is_structure)
        return from->field_count == 1 ? fa__can_convert(from->fields[0].dtype, to, err)
                                      : refuse(from, to, err);
    if (from->is_structure && from->field_count != to->field_count)
        return refuse(from, to, err);
    for (int i = 0; i < to->field_count && !fa_failed(err); i++)
        fa__can_convert(from->is_structure ? from->fields[i].dtype : from, to->fields[i].dtype, err);
    return !fa_failed(err);
}

static bool is_string(fa_type type)
{
    return type == FA_TYPE_BYTES || type == FA_TYPE_STRING;
}

/* What strings can be read as, and what can be written as strings. */
static bool reads_as(fa_type type)
{
    return fa__type_is_time(type) ||
           (fa__type_is_numeric(type) && strchr("biuf", fa__type_kind(type)) != NULL);
}

static bool writes_as(fa_type type)
{
    return fa__type_is_time(type) ||
           (fa__type_is_numeric(type) && strchr("biuf", fa__type_kind(type)) != NULL);
}

/* As NumPy counts: a sign and 20 digits of a year, and what stands behind it down to the unit. */
static int64_t date_characters(const fa_dtype *dtype)
{
    static const int behind[] = {0, 3, 6, 6, 10, 13, 16, 20, 23, 26, 29, 32, 35, 0};
    return 22 + behind[fa__unit_of(dtype)];
}

/* How many characters any element of a type may take, as NumPy counts them. */
static int64_t characters_of(const fa_dtype *from)
{
    static const int whole[] = {0, 4, 6, 0, 11, 0, 0, 0, 21}, unsigned_[] = {0, 3, 5, 0, 10, 0, 0, 0, 20};
    switch (fa__type_kind(from->type)) {
    case 'b':
        return 5;
    case 'i':
        return whole[from->item_bytes];
    case 'u':
        return unsigned_[from->item_bytes];
    case 'U':
        return from->item_bytes / 4;
    case 'S':
        return from->item_bytes;
    case 'm':
        return 21;
    case 'f':
        return 32;
    case 'M':
        return date_characters(from);
    default:
        return 0;
    }
}

bool fa__can_convert(const fa_dtype *from, const fa_dtype *to, fa_error *err)
{
    if (fa_failed(err))
        return false;
    fa__time_ratio ratio;
    bool from_time = fa__type_is_time(from->type), to_time = fa__type_is_time(to->type);
    if (same_but_for_order(from, to) || fa__dtype_same_bytes(from, to))
        return true;
    if (from->base != NULL || to->base != NULL)
        return can_convert_subarrays(from, to, err);
    if (from->is_structure || to->is_structure)
        return can_convert_structures(from, to, err);
    if (from_time && to_time && from->type == to->type)
        return fa__time_ratio_of(from, to, &ratio, err);
    bool from_count = fa__type_is_numeric(from->type) || from_time,
         to_count = fa__type_is_numeric(to->type) || to_time;
    bool from_string = is_string(from->type), to_string = is_string(to->type);
    bool said = (from_string && (to_string || reads_as(to->type))) || (to_string && writes_as(from->type));
    bool same_bytes = from->type == to->type && from->type == FA_TYPE_VOID;
    return (from_count && to_count) || same_bytes || said || refuse(from, to, err);
}

const fa_dtype *fa__cast_target(const fa_dtype *from, const fa_dtype *to, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    if (fa__type_is_numeric(to->type))
        return fa_dtype_of(to->type);
    if (fa__type_is_time(to->type) && fa__type_is_time(from->type) && to->unit[0] == '\0')
        return fa__dtype_time(to->type, from->unit, from->unit_count, false, err);
    if (is_string(to->type) && to->item_bytes == 0 && characters_of(from) > 0)
        return fa__dtype_flexible(to->type, characters_of(from) * (to->type == FA_TYPE_STRING ? 4 : 1), false,
                                  err);
    return fa__dtype_native(to, err);
}
