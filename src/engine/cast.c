/* SPDX-License-Identifier: BSD-3-Clause */
/* From two dtypes to a conversion. Structures are taken apart into what stands in each of their places; the
 * depth of dtypes bounds the recursion. */
#include "engine/cast.h"

#include "array/convert.h"
#include "array/shape.h"
#include "array/time.h"
#include "base/error.h"
#include "base/memory.h"

#include <string.h>

/* Numbers, and times as the counts that they are; -1 for all else. */
static int number_type(const fa_dtype *dtype)
{
    if (fa__type_is_time(dtype->type))
        return FA_TYPE_INT64;
    return fa__type_is_numeric(dtype->type) ? (int)dtype->type : -1;
}

static void plan_numbers(int from, int to, fa__cast *cast)
{
    if (from == to)
        return;
    cast->loop = fa__cast_numbers;
    cast->convert = fa__convert_find((fa_type)from, (fa_type)to);
}

/* Dates and spans become each other by their counts. */
static bool plan_times(const fa_dtype *from, const fa_dtype *to, fa__cast *cast, fa_error *err)
{
    fa__time_ratio ratio;
    if (from->type != to->type)
        return true;
    if (!fa__time_ratio_of(from, to, &ratio, err))
        return false;
    if (ratio.multiply == 1 && ratio.divide == 1 && !ratio.by_calendar)
        return true;
    cast->loop = ratio.by_calendar ? fa__cast_time_by_calendar : fa__cast_time_by_ratio;
    cast->multiply = ratio.multiply;
    cast->divide = ratio.divide;
    cast->from_unit = fa__unit_of(from);
    cast->to_unit = fa__unit_of(to);
    cast->from_count = from->unit_count;
    cast->to_count = to->unit_count;
    return true;
}

/* ---- Structures ---- */

static int64_t elements_of(const fa_dtype **dtype)
{
    int64_t count = 1;
    for (; (*dtype)->base != NULL; *dtype = (*dtype)->base)
        count *= fa__count((*dtype)->base_ndim, (*dtype)->base_sizes);
    return count;
}

/* The parts that are being collected. */
typedef struct parts {
    fa__cast *cast;
    int64_t capacity;
    fa_error *err;
} parts;

static bool add_leaf(parts *p, const fa_dtype *from, int64_t from_offset, const fa_dtype *to,
                     int64_t to_offset, int64_t count, bool repeats)
{
    fa__cast *whole = p->cast;
    if (!fa__grow(&whole->parts, &p->capacity, whole->part_count + 1, sizeof *whole->parts, p->err))
        return false;
    fa__cast_part *part = &whole->parts[whole->part_count];
    *part = (fa__cast_part){.from_offset = from_offset,
                            .to_offset = to_offset,
                            .count = count,
                            .repeats = repeats,
                            .from_swap = fa__dtype_swap(from),
                            .to_swap = fa__dtype_swap(to)};
    if (!fa__cast_plan(from, to, &part->cast, p->err))
        return false;
    if (part->cast.loop == NULL)
        part->cast.loop = fa__cast_bytes;
    if (part->cast.loop != fa__cast_bytes &&
        (from->item_bytes > FA__CAST_WIDEST || to->item_bytes > FA__CAST_WIDEST))
        return fa__fail(p->err, FA_UNSUPPORTED, "a field of more than %d bytes cannot be converted",
                        FA__CAST_WIDEST);
    part->cast.from_bytes = from->item_bytes;
    part->cast.to_bytes = to->item_bytes;
    whole->part_count++;
    return true;
}

static bool add(parts *p, const fa_dtype *from, int64_t from_offset, const fa_dtype *to, int64_t to_offset);

/* Elements of sub-arrays one by one: as many, or one for all; what is no sub-array takes the first. */
static bool add_elements(parts *p, const fa_dtype *from, int64_t from_offset, const fa_dtype *to,
                         int64_t to_offset)
{
    int64_t have = elements_of(&from), count = elements_of(&to);
    bool repeats = have == 1 && count > 1;
    if (!from->is_structure && !to->is_structure)
        return count == 0 || add_leaf(p, from, from_offset, to, to_offset, count, repeats);
    for (int64_t i = 0; i < count; i++)
        if (!add(p, from, from_offset + (repeats ? 0 : i * from->item_bytes), to,
                 to_offset + i * to->item_bytes))
            return false;
    return true;
}

static bool add(parts *p, const fa_dtype *from, int64_t from_offset, const fa_dtype *to, int64_t to_offset)
{
    if (from->base != NULL || to->base != NULL)
        return add_elements(p, from, from_offset, to, to_offset);
    if (!from->is_structure && !to->is_structure)
        return add_leaf(p, from, from_offset, to, to_offset, 1, false);
    if (!to->is_structure)
        return add(p, from->fields[0].dtype, from_offset + from->fields[0].offset_bytes, to, to_offset);
    for (int i = 0; i < to->field_count; i++) {
        const fa__field *target = &to->fields[i], *source = from->is_structure ? &from->fields[i] : NULL;
        if (!add(p, source ? source->dtype : from, from_offset + (source ? source->offset_bytes : 0),
                 target->dtype, to_offset + target->offset_bytes))
            return false;
    }
    return true;
}

static bool plan_structures(const fa_dtype *from, const fa_dtype *to, fa__cast *cast, fa_error *err)
{
    parts p = {.cast = cast, .err = err};
    cast->loop = fa__cast_parts;
    if (add(&p, from, 0, to, 0))
        return true;
    fa__cast_clear(cast);
    return false;
}

static bool has_parts(const fa_dtype *dtype)
{
    return dtype->is_structure || dtype->base != NULL;
}

bool fa__cast_plan(const fa_dtype *from, const fa_dtype *to, fa__cast *cast, fa_error *err)
{
    memset(cast, 0, sizeof *cast);
    if (!fa__can_convert(from, to, err))
        return false;
    cast->from_bytes = from->item_bytes;
    cast->to_bytes = to->item_bytes;
    if (has_parts(from) || has_parts(to))
        return fa__dtype_same_bytes(from, to) || plan_structures(from, to, cast, err);
    if (fa__type_is_time(from->type) && fa__type_is_time(to->type))
        return plan_times(from, to, cast, err);
    if (number_type(from) >= 0 && number_type(to) >= 0)
        plan_numbers(number_type(from), number_type(to), cast);
    else if (from->type == FA_TYPE_VOID && from->item_bytes != to->item_bytes)
        cast->loop = fa__cast_bytes;
    else if (from->type != FA_TYPE_VOID && (from->type != to->type || from->item_bytes != to->item_bytes))
        fa__cast_plan_text(from, to, cast);
    return true;
}

bool fa__cast_plan_part(const fa_dtype *from, int64_t offset, int64_t bytes, fa__cast *cast, fa_error *err)
{
    *cast = (fa__cast){.loop = fa__cast_parts, .from_bytes = from->item_bytes, .to_bytes = bytes};
    cast->parts = fa__alloc_zero(1, sizeof *cast->parts, err);
    if (cast->parts == NULL)
        return false;
    cast->part_count = 1;
    cast->parts[0].from_offset = offset;
    cast->parts[0].count = 1;
    cast->parts[0].cast = (fa__cast){.loop = fa__cast_bytes, .from_bytes = bytes, .to_bytes = bytes};
    return true;
}

void fa__cast_clear(fa__cast *cast)
{
    for (int64_t i = 0; i < cast->part_count; i++)
        fa__cast_clear(&cast->parts[i].cast); /* a part has no parts: one level */
    fa__free(cast->parts);
    memset(cast, 0, sizeof *cast);
}
