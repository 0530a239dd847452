/* SPDX-License-Identifier: BSD-3-Clause */
/* The makers of dtypes: scalars, sub-arrays, structures. Whatever is made here keeps the limits of dtype.h,
 * whoever asks: a text, a file, or the library itself. Knows nothing about texts (dtype_parse.c). */
#include "array/dtype.h"

#include "base/checked.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static fa_dtype *make(fa_type type, int64_t item_bytes, int64_t alignment, fa_error *err)
{
    fa_dtype *dtype = fa__alloc_zero(1, sizeof *dtype, err);
    if (dtype == NULL)
        return NULL;
    fa__references_start(&dtype->references);
    dtype->type = type;
    dtype->unit_count = 1;
    dtype->item_bytes = item_bytes;
    dtype->alignment = alignment;
    return dtype;
}

/* ---- Scalars ---- */

fa_dtype *fa__dtype_numeric(fa_type type, bool swapped, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    const fa_dtype *native = fa_dtype_of(type);
    if (!swapped || native->item_bytes == 1)
        return (fa_dtype *)native;
    if (type == FA_TYPE_BFLOAT16) {
        fa__fail(err, FA_UNSUPPORTED, "bfloat16 has the machine's byte order only");
        return NULL;
    }
    fa_dtype *dtype = make(type, native->item_bytes, native->alignment, err);
    if (dtype != NULL)
        dtype->swapped = true;
    return dtype;
}

fa_dtype *fa__dtype_time(fa_type type, const char *unit, int32_t count, bool swapped, fa_error *err)
{
    fa_dtype *dtype = make(type, 8, 8, err);
    if (dtype == NULL)
        return NULL;
    strncpy(dtype->unit, unit, sizeof dtype->unit - 1);
    dtype->unit_count = count;
    dtype->swapped = swapped;
    return dtype;
}

fa_dtype *fa__dtype_flexible(fa_type type, int64_t item_bytes, bool swapped, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    if (item_bytes < 0 || item_bytes > FA__MAX_ITEM_BYTES) {
        fa__fail(err, FA_TOO_LARGE, "dtype %s: an item of %lld bytes is above the limit of %lld bytes",
                 fa__type_name(type), (long long)item_bytes, (long long)FA__MAX_ITEM_BYTES);
        return NULL;
    }
    fa_dtype *dtype = make(type, item_bytes, type == FA_TYPE_STRING ? 4 : 1, err);
    if (dtype != NULL)
        dtype->swapped = swapped && type == FA_TYPE_STRING;
    return dtype;
}

/* ---- Sub-arrays ---- */

fa_dtype *fa__dtype_subarray(const fa_dtype *base, int ndim, const int64_t *sizes, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    int64_t bytes = base->item_bytes;
    bool fits = true;
    if (ndim < 1 || ndim > FA_MAX_NDIM) {
        fa__fail(err, FA_BAD_DTYPE, "a sub-array of %d dimensions: it must have 1 to %d", ndim, FA_MAX_NDIM);
        return NULL;
    }
    for (int i = 0; i < ndim; i++) {
        if (sizes[i] < 0) {
            fa__fail(err, FA_BAD_DTYPE, "a sub-array has the negative size %lld", (long long)sizes[i]);
            return NULL;
        }
        fits = fits && sizes[i] <= FA__MAX_ITEM_BYTES && fa__multiply_checked(bytes, sizes[i], &bytes) &&
               bytes <= FA__MAX_ITEM_BYTES;
    }
    if (!fits) {
        fa__fail(err, FA_TOO_LARGE, "a sub-array takes more than %lld bytes", (long long)FA__MAX_ITEM_BYTES);
        return NULL;
    }
    if (base->depth >= FA__MAX_DTYPE_DEPTH) {
        fa__fail(err, FA_TOO_LARGE, "a dtype is nested deeper than %d", FA__MAX_DTYPE_DEPTH);
        return NULL;
    }
    fa_dtype *dtype = make(FA_TYPE_VOID, bytes, base->alignment, err);
    int64_t *copy = fa__alloc_zero((size_t)ndim, sizeof *copy, err);
    if (copy == NULL) {
        fa__free(dtype);
        return NULL;
    }
    memcpy(copy, sizes, (size_t)ndim * sizeof *copy);
    dtype->base = fa_dtype_retain(base);
    dtype->base_ndim = ndim;
    dtype->base_sizes = copy;
    dtype->depth = base->depth + 1;
    return dtype;
}

static bool is_unsized(const fa_dtype *dtype)
{
    return dtype->item_bytes == 0 && dtype->base == NULL && !dtype->is_structure;
}

fa_dtype *fa__dtype_repeated(fa_dtype *base, int ndim, const int64_t *sizes, bool is_number, fa_error *err)
{
    fa_dtype *result = NULL;
    if (base == NULL || fa_failed(err))
        result = NULL;
    else if (ndim == 0)
        return base;
    else if (is_unsized(base) && !is_number)
        fa__fail(err, FA_BAD_DTYPE, "a sub-array of elements of type %s that have no size",
                 fa__type_name(base->type));
    else if (is_unsized(base) && sizes[0] <= FA__MAX_ITEM_BYTES)
        result = fa__dtype_flexible(base->type, sizes[0] * (base->type == FA_TYPE_STRING ? 4 : 1),
                                    base->swapped, err);
    else
        result = fa__dtype_subarray(base, ndim, sizes, err);
    fa_dtype_release(base);
    return result;
}

/* ---- Structures ---- */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names and titles are one name space, as in NumPy: a field is found by either. */
static bool check_names(const fa_dtype *dtype, fa_error *err)
{
    const char **names = fa__alloc_zero(2 * (size_t)dtype->field_count, sizeof *names, err);
    if (names == NULL)
        return false;
    size_t count = 0;
    for (int i = 0; i < dtype->field_count; i++) {
        names[count++] = dtype->fields[i].name;
        if (dtype->fields[i].title != NULL)
            names[count++] = dtype->fields[i].title;
    }
    qsort(names, count, sizeof *names, compare_names);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(names[i - 1], names[i]) == 0) {
            char quoted[80];
            fa__quote(quoted, sizeof quoted, names[i], strlen(names[i]));
            fa__fail(err, FA_BAD_DTYPE, "field '%s' occurs more than once", quoted);
            break;
        }
    }
    fa__free(names);
    return !fa_failed(err);
}

static int compare_offsets(const void *a, const void *b)
{
    const fa__field *first = *(const fa__field *const *)a, *second = *(const fa__field *const *)b;
    if (first->offset_bytes != second->offset_bytes)
        return first->offset_bytes < second->offset_bytes ? -1 : 1;
    /* A field of no bytes stands before one that begins at the same place. */
    return (first->dtype->item_bytes > second->dtype->item_bytes) -
           (first->dtype->item_bytes < second->dtype->item_bytes);
}

static bool check_overlap(const fa_dtype *dtype, fa_error *err)
{
    const fa__field **order = fa__alloc_zero((size_t)dtype->field_count, sizeof *order, err);
    if (order == NULL)
        return false;
    for (int i = 0; i < dtype->field_count; i++)
        order[i] = &dtype->fields[i];
    qsort(order, (size_t)dtype->field_count, sizeof *order, compare_offsets);
    int64_t end = 0;
    for (int i = 0; i < dtype->field_count; i++) {
        if (order[i]->dtype->item_bytes > 0 && order[i]->offset_bytes < end) {
            char first[80], second[80];
            fa__quote(first, sizeof first, order[i - 1]->name, strlen(order[i - 1]->name));
            fa__quote(second, sizeof second, order[i]->name, strlen(order[i]->name));
            fa__fail(err, FA_BAD_DTYPE, "fields '%s' and '%s' overlap at byte %lld", first, second,
                     (long long)order[i]->offset_bytes);
            break;
        }
        end = fa__max_i64(end, order[i]->offset_bytes + order[i]->dtype->item_bytes);
    }
    fa__free(order);
    return !fa_failed(err);
}

/* Takes a copy of one field, placed at `end` when its offset is -1. Moves *end behind it. */
static bool copy_field(fa_dtype *dtype, fa__field *to, const fa__field *from, int64_t *end, fa_error *err)
{
    char quoted[80];
    fa__quote(quoted, sizeof quoted, from->name, strlen(from->name));
    int64_t offset = from->offset_bytes;
    int64_t alignment = dtype->aligned ? from->dtype->alignment : 1;
    if (from->name[0] == '\0')
        return fa__fail(err, FA_BAD_DTYPE, "a field has no name");
    if (offset < -1 || offset > FA__MAX_ITEM_BYTES)
        return fa__fail(err, FA_BAD_DTYPE, "field '%s' is at byte %lld: it must be from 0 to %lld", quoted,
                        (long long)offset, (long long)FA__MAX_ITEM_BYTES);
    if (offset == -1)
        offset = fa__round_up(*end, alignment);
    else if (offset % alignment != 0)
        return fa__fail(err, FA_BAD_DTYPE,
                        "field '%s' is at byte %lld, which its alignment %lld does not divide", quoted,
                        (long long)offset, (long long)alignment);
    *end = offset + from->dtype->item_bytes; /* both are at most 2^31 */
    if (*end > FA__MAX_ITEM_BYTES)
        return fa__fail(err, FA_TOO_LARGE, "field '%s' ends at byte %lld, above the limit of %lld", quoted,
                        (long long)*end, (long long)FA__MAX_ITEM_BYTES);
    if (from->dtype->depth >= FA__MAX_DTYPE_DEPTH)
        return fa__fail(err, FA_TOO_LARGE, "field '%s' makes a dtype nested deeper than %d", quoted,
                        FA__MAX_DTYPE_DEPTH);
    to->offset_bytes = offset;
    to->dtype = fa_dtype_retain(from->dtype);
    to->name = fa__copy_text(from->name, strlen(from->name), err);
    if (from->title != NULL)
        to->title = fa__copy_text(from->title, strlen(from->title), err);
    dtype->depth = from->dtype->depth + 1 > dtype->depth ? from->dtype->depth + 1 : dtype->depth;
    if (dtype->aligned)
        dtype->alignment = fa__max_i64(dtype->alignment, from->dtype->alignment);
    return !fa_failed(err);
}

/* The item's size: what fits, or what was asked for when all fields lie inside it. */
static bool finish_item(fa_dtype *dtype, int64_t needed, int64_t item_bytes, fa_error *err)
{
    if (item_bytes == -1) {
        dtype->item_bytes = fa__round_up(needed, dtype->alignment);
        if (dtype->item_bytes > FA__MAX_ITEM_BYTES)
            return fa__fail(err, FA_TOO_LARGE, "a structure takes more than %lld bytes",
                            (long long)FA__MAX_ITEM_BYTES);
        return true;
    }
    if (item_bytes < needed)
        return fa__fail(err, FA_BAD_DTYPE, "fields need %lld bytes, itemsize is %lld", (long long)needed,
                        (long long)item_bytes);
    if (item_bytes > FA__MAX_ITEM_BYTES)
        return fa__fail(err, FA_TOO_LARGE, "itemsize %lld is above the limit of %lld", (long long)item_bytes,
                        (long long)FA__MAX_ITEM_BYTES);
    if (item_bytes % dtype->alignment != 0)
        return fa__fail(err, FA_BAD_DTYPE, "itemsize %lld is no multiple of the alignment %lld",
                        (long long)item_bytes, (long long)dtype->alignment);
    dtype->item_bytes = item_bytes;
    return true;
}

fa_dtype *fa__dtype_structure(const fa__field *fields, int count, bool aligned, int64_t item_bytes,
                              fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    if (count < 0 || count > FA__MAX_FIELDS) {
        fa__fail(err, FA_TOO_LARGE, "a structure has %d fields, the limit is %d", count, FA__MAX_FIELDS);
        return NULL;
    }
    fa_dtype *dtype = make(FA_TYPE_VOID, 0, 1, err);
    if (dtype == NULL)
        return NULL;
    dtype->is_structure = true;
    dtype->aligned = aligned;
    dtype->depth = 1;
    dtype->field_count = count;
    dtype->fields = fa__alloc_zero((size_t)count, sizeof *dtype->fields, err);
    int64_t end = 0, needed = 0;
    for (int i = 0; i < count && !fa_failed(err); i++) {
        copy_field(dtype, &dtype->fields[i], &fields[i], &end, err);
        needed = fa__max_i64(needed, end);
    }
    if (fa_failed(err) || !check_names(dtype, err) || !check_overlap(dtype, err) ||
        !finish_item(dtype, needed, item_bytes, err)) {
        fa_dtype_release(dtype);
        return NULL;
    }
    return dtype;
}
