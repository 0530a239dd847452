/* SPDX-License-Identifier: BSD-3-Clause */
/* Which elements can be converted into which, and what a dtype that leaves something open becomes. */
#include "array/convert.h"

#include "array/time.h"
#include "base/error.h"

#include <string.h>

const fa_dtype *fa__cast_target(const fa_dtype *from, const fa_dtype *to, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    if (fa__type_is_numeric(to->type))
        return fa_dtype_of(to->type);
    if (fa__type_is_time(to->type) && fa__type_is_time(from->type) && to->unit[0] == '\0')
        return fa__dtype_time(to->type, from->unit, from->unit_count, false, err);
    return fa__dtype_native(to, err);
}

static bool same_but_for_order(const fa_dtype *a, const fa_dtype *b)
{
    return a->type == b->type && a->type != FA_TYPE_VOID && a->item_bytes == b->item_bytes &&
           a->unit_count == b->unit_count && strcmp(a->unit, b->unit) == 0;
}

bool fa__can_convert(const fa_dtype *from, const fa_dtype *to, fa_error *err)
{
    if (fa_failed(err))
        return false;
    fa__time_ratio ratio;
    bool from_number = fa__type_is_numeric(from->type), to_number = fa__type_is_numeric(to->type);
    bool from_time = fa__type_is_time(from->type), to_time = fa__type_is_time(to->type);
    if (same_but_for_order(from, to) || fa__dtype_same_bytes(from, to))
        return true;
    if (from_time && to_time && from->type == to->type)
        return fa__time_ratio_of(from, to, &ratio, err);
    if ((from_number || from_time) && (to_number || to_time))
        return true;
    char from_text[96], to_text[96];
    fa__dtype_display(from, from_text, sizeof from_text);
    fa__dtype_display(to, to_text, sizeof to_text);
    return fa__fail(err, FA_UNSUPPORTED, "elements of type %s cannot be converted to %s", from_text, to_text);
}
