/* SPDX-License-Identifier: BSD-3-Clause */
/* The fields of structures, several at once: which bytes are theirs, and structures of some of them. */
#include "array/dtype.h"

#include "array/shape.h"
#include "base/error.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* ---- Bytes ---- */

typedef struct run_list {
    fa__byte_run *runs;
    int64_t count, capacity;
} run_list;

/* Bounded by the depth of dtypes. */
static bool collect(run_list *list, const fa_dtype *dtype, int64_t offset, fa_error *err)
{
    int64_t count = 1;
    for (; dtype->base != NULL; dtype = dtype->base)
        count *= fa__count(dtype->base_ndim, dtype->base_sizes);
    if (!dtype->is_structure) {
        if (!fa__grow(&list->runs, &list->capacity, list->count + 1, sizeof *list->runs, err))
            return false;
        list->runs[list->count++] = (fa__byte_run){offset, count * dtype->item_bytes};
        return true;
    }
    for (int64_t i = 0; i < count; i++)
        for (int k = 0; k < dtype->field_count; k++)
            if (!collect(list, dtype->fields[k].dtype,
                         offset + i * dtype->item_bytes + dtype->fields[k].offset_bytes, err))
                return false;
    return true;
}

static int by_offset(const void *a, const void *b)
{
    const fa__byte_run *first = a, *second = b;
    return (first->offset > second->offset) - (first->offset < second->offset);
}

bool fa__dtype_runs(const fa_dtype *dtype, fa__byte_run **runs, int64_t *count, fa_error *err)
{
    run_list list = {0};
    int64_t kept = 0;
    *runs = NULL;
    *count = 0;
    if (!collect(&list, dtype, 0, err)) {
        fa__free(list.runs);
        return false;
    }
    if (list.count > 0)
        qsort(list.runs, (size_t)list.count, sizeof *list.runs, by_offset);
    for (int64_t i = 0; i < list.count; i++) {
        fa__byte_run next = list.runs[i];
        if (next.bytes == 0)
            continue;
        if (kept > 0 && list.runs[kept - 1].offset + list.runs[kept - 1].bytes == next.offset)
            list.runs[kept - 1].bytes += next.bytes;
        else
            list.runs[kept++] = next;
    }
    *runs = list.runs;
    *count = kept;
    return true;
}

/* ---- Some fields ---- */

/* The next name in quotes, and the comma behind it; false at the end, or with an error. */
static bool next_name(const char *names, size_t length, size_t *at, const char **name, size_t *name_length,
                      fa_error *err)
{
    while (*at < length && (names[*at] == ' ' || names[*at] == ','))
        ++*at;
    if (*at == length)
        return false;
    char quote = names[*at];
    const char *end = quote == '\'' || quote == '"' ? memchr(names + *at + 1, quote, length - *at - 1) : NULL;
    if (end == NULL)
        return fa__fail(err, FA_BAD_INDEX, "a list of fields is names in quotes: [['id', 'pos']]");
    *name = names + *at + 1;
    *name_length = (size_t)(end - *name);
    *at = (size_t)(end - names) + 1;
    return true;
}

/* Fields of one dtype are told apart by their names, which are its own. */
static bool has_field(const fa__field *fields, int count, const fa__field *field)
{
    for (int i = 0; i < count; i++)
        if (fields[i].name == field->name)
            return true;
    return false;
}

/* Takes the field of a name, which has not been taken yet. */
static bool add_field(const fa_dtype *dtype, const char *name, size_t length, fa__field *fields, int *count,
                      fa_error *err)
{
    const fa__field *field = fa__dtype_find_field(dtype, name, length);
    char quoted[80], text[240];
    fa__quote(quoted, sizeof quoted, name, length);
    if (field == NULL) {
        fa__dtype_display(dtype, text, sizeof text);
        return fa__fail(err, FA_NOT_FOUND, "no field '%s' in dtype %s", quoted, text);
    }
    if (has_field(fields, *count, field))
        return fa__fail(err, FA_BAD_INDEX, "field '%s' is named more than once", quoted);
    fields[(*count)++] = *field;
    return true;
}

const fa_dtype *fa__dtype_select(const fa_dtype *dtype, const char *names, size_t length, fa_error *err)
{
    const char *name = NULL;
    size_t at = 0, name_length = 0;
    int count = 0;
    fa__field *fields = fa__alloc_zero((size_t)dtype->field_count + 1, sizeof *fields, err);
    while (!fa_failed(err) && next_name(names, length, &at, &name, &name_length, err))
        add_field(dtype, name, name_length, fields, &count, err);
    const fa_dtype *selected = fa__dtype_structure(fields, count, dtype->aligned, dtype->item_bytes, err);
    fa__free(fields);
    return selected;
}

const fa_dtype *fa__dtype_led_by(const fa_dtype *dtype, int count, const fa__field_name *names, fa_error *err)
{
    int taken = 0;
    fa__field *fields = fa__alloc_zero((size_t)dtype->field_count + 1, sizeof *fields, err);
    for (int i = 0; i < count && !fa_failed(err); i++)
        add_field(dtype, names[i].start, names[i].length, fields, &taken, err);
    for (int i = 0; i < dtype->field_count && !fa_failed(err); i++)
        if (!has_field(fields, taken, &dtype->fields[i]))
            fields[taken++] = dtype->fields[i];
    const fa_dtype *led = fa__dtype_structure(fields, taken, dtype->aligned, dtype->item_bytes, err);
    fa__free(fields);
    return led;
}
