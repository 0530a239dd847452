/* SPDX-License-Identifier: BSD-3-Clause */
/* Element types: the built-in ones, the makers of all others, and the public getters. Every dtype is checked
 * when it is made and never changes after that; `depth` bounds every walk over one. Knows nothing about texts
 * (dtype_parse.c, dtype_text.c). */
#include "array/dtype.h"

#include "base/checked.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#define ALIGNMENT(kind, bytes) ((kind) == 'c' ? (bytes) / 2 : (bytes))
#define BUILT_IN(id, suffix, name_, kind_, character, c_type, bytes) \
    [FA_TYPE_##id] = {.built_in = true,                              \
                      .type = FA_TYPE_##id,                          \
                      .unit_count = 1,                               \
                      .item_bytes = (bytes),                         \
                      .alignment = ALIGNMENT(kind_, bytes)},
static const fa_dtype built_in_dtypes[] = {FA__NUMERIC_TYPES(BUILT_IN)};
#undef BUILT_IN

#define NUMERIC_NAME(id, suffix, name_, kind_, character, c_type, bytes) \
    [FA_TYPE_##id] = {.name = (name_), .kind = (kind_), .item_bytes = (bytes)},
#define OTHER_NAME(id, name_, kind_) [FA_TYPE_##id] = {.name = (name_), .kind = (kind_)},
static const struct {
    const char *name;
    char kind;
    int item_bytes;
} types[] = {FA__NUMERIC_TYPES(NUMERIC_NAME) FA__OTHER_TYPES(OTHER_NAME)};
#undef NUMERIC_NAME
#undef OTHER_NAME

char fa__type_kind(fa_type type)
{
    return types[type].kind;
}

const char *fa__type_name(fa_type type)
{
    return types[type].name;
}

int fa__type_bytes(fa_type type)
{
    return types[type].item_bytes;
}

const fa_dtype *fa_dtype_of(fa_type type)
{
    return (unsigned)type <= FA_TYPE_COMPLEX128 ? &built_in_dtypes[type] : NULL;
}

/* ---- References ---- */

const fa_dtype *fa_dtype_retain(const fa_dtype *dtype)
{
    if (dtype != NULL && !dtype->built_in)
        fa__references_take(&((fa_dtype *)dtype)->references);
    return dtype;
}

static void destroy(fa_dtype *dtype)
{
    for (int i = 0; dtype->fields != NULL && i < dtype->field_count; i++) {
        fa__free(dtype->fields[i].name);
        fa__free(dtype->fields[i].title);
        fa_dtype_release(dtype->fields[i].dtype);
    }
    fa__free(dtype->fields);
    fa_dtype_release(dtype->base);
    fa__free(dtype->base_sizes);
    fa__free(dtype);
}

void fa_dtype_release(const fa_dtype *dtype)
{
    if (dtype != NULL && !dtype->built_in && fa__references_drop(&((fa_dtype *)dtype)->references))
        destroy((fa_dtype *)dtype);
}

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
        destroy(dtype);
        return NULL;
    }
    return dtype;
}

/* ---- Byte orders ---- */

bool fa_dtype_is_native(const fa_dtype *dtype)
{
    for (int i = 0; i < dtype->field_count; i++)
        if (!fa_dtype_is_native(dtype->fields[i].dtype))
            return false;
    return dtype->base != NULL ? fa_dtype_is_native(dtype->base) : !dtype->swapped;
}

typedef enum byte_order { NATIVE, REVERSED } byte_order;

static const fa_dtype *reorder(const fa_dtype *dtype, byte_order order, fa_error *err);

static const fa_dtype *reorder_structure(const fa_dtype *dtype, byte_order order, fa_error *err)
{
    fa__field *fields = fa__alloc_zero((size_t)dtype->field_count, sizeof *fields, err);
    for (int i = 0; fields != NULL && i < dtype->field_count; i++) {
        fields[i] = dtype->fields[i];
        fields[i].dtype = reorder(dtype->fields[i].dtype, order, err);
    }
    const fa_dtype *result =
        fa__dtype_structure(fields, dtype->field_count, dtype->aligned, dtype->item_bytes, err);
    for (int i = 0; fields != NULL && i < dtype->field_count; i++)
        fa_dtype_release(fields[i].dtype);
    fa__free(fields);
    return result;
}

static const fa_dtype *reorder(const fa_dtype *dtype, byte_order order, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    if (order == NATIVE && fa_dtype_is_native(dtype))
        return fa_dtype_retain(dtype);
    if (dtype->is_structure)
        return reorder_structure(dtype, order, err);
    if (dtype->base != NULL) {
        const fa_dtype *base = reorder(dtype->base, order, err);
        const fa_dtype *result = fa__dtype_subarray(base, dtype->base_ndim, dtype->base_sizes, err);
        fa_dtype_release(base);
        return result;
    }
    bool swapped = order == REVERSED && !dtype->swapped;
    if (fa__type_is_numeric(dtype->type))
        return fa__dtype_numeric(dtype->type, swapped, err);
    if (dtype->type == FA_TYPE_DATETIME64 || dtype->type == FA_TYPE_TIMEDELTA64)
        return fa__dtype_time(dtype->type, dtype->unit, dtype->unit_count, swapped, err);
    return fa__dtype_flexible(dtype->type, dtype->item_bytes, swapped, err);
}

const fa_dtype *fa__dtype_native(const fa_dtype *dtype, fa_error *err)
{
    return reorder(dtype, NATIVE, err);
}

const fa_dtype *fa__dtype_swapped(const fa_dtype *dtype, fa_error *err)
{
    return reorder(dtype, REVERSED, err);
}

/* ---- Comparing ---- */

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* What equality means besides names: the same bytes mean the same numbers. */
static bool equal(const fa_dtype *a, const fa_dtype *b, bool names_matter)
{
    if (a == b)
        return true;
    if (a->type != b->type || a->swapped != b->swapped || a->item_bytes != b->item_bytes ||
        a->is_structure != b->is_structure || a->field_count != b->field_count ||
        (a->base == NULL) != (b->base == NULL) || strcmp(a->unit, b->unit) != 0 ||
        a->unit_count != b->unit_count)
        return false;
    if (a->base != NULL)
        return a->base_ndim == b->base_ndim &&
               memcmp(a->base_sizes, b->base_sizes, (size_t)a->base_ndim * sizeof *a->base_sizes) == 0 &&
               equal(a->base, b->base, names_matter);
    for (int i = 0; i < a->field_count; i++) {
        const fa__field *x = &a->fields[i], *y = &b->fields[i];
        if (names_matter && (strcmp(x->name, y->name) != 0 || !same_text(x->title, y->title)))
            return false;
        if (x->offset_bytes != y->offset_bytes || !equal(x->dtype, y->dtype, names_matter))
            return false;
    }
    return true;
}

bool fa_dtype_equal(const fa_dtype *a, const fa_dtype *b)
{
    return a == b || (a != NULL && b != NULL && equal(a, b, true));
}

bool fa__dtype_same_bytes(const fa_dtype *a, const fa_dtype *b)
{
    return equal(a, b, false);
}

/* ---- Getters ---- */

const fa__field *fa__dtype_find_field(const fa_dtype *dtype, const char *name, size_t length)
{
    for (int i = 0; i < dtype->field_count; i++) {
        const fa__field *field = &dtype->fields[i];
        if (strlen(field->name) == length && memcmp(field->name, name, length) == 0)
            return field;
        if (field->title != NULL && strlen(field->title) == length && memcmp(field->title, name, length) == 0)
            return field;
    }
    return NULL;
}

fa_type fa_dtype_type(const fa_dtype *dtype)
{
    return dtype->type;
}

int64_t fa_dtype_item_bytes(const fa_dtype *dtype)
{
    return dtype->item_bytes;
}

int64_t fa_dtype_alignment(const fa_dtype *dtype)
{
    return dtype->alignment;
}

int fa_dtype_field_count(const fa_dtype *dtype)
{
    return dtype->field_count;
}

bool fa_dtype_field(const fa_dtype *dtype, int index, const char **name, const fa_dtype **field,
                    int64_t *offset_bytes)
{
    if (index < 0 || index >= dtype->field_count)
        return false;
    if (name != NULL)
        *name = dtype->fields[index].name;
    if (field != NULL)
        *field = dtype->fields[index].dtype;
    if (offset_bytes != NULL)
        *offset_bytes = dtype->fields[index].offset_bytes;
    return true;
}
