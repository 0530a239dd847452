/* SPDX-License-Identifier: BSD-3-Clause */
/* Element types: the built-in ones, references, byte orders, equality, and the public getters. A dtype is
 * checked when it is made (dtype_make.c) and never changes after that; `depth` bounds every walk over one. */
#include "array/dtype.h"

#include "base/memory.h"

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

/* ---- Byte orders ---- */

int fa__dtype_swap(const fa_dtype *dtype)
{
    if (!dtype->swapped)
        return 0;
    switch (dtype->type) {
    case FA_TYPE_COMPLEX64:
        return 4;
    case FA_TYPE_COMPLEX128:
    case FA_TYPE_DATETIME64:
    case FA_TYPE_TIMEDELTA64:
        return 8;
    case FA_TYPE_STRING:
        return 4;
    case FA_TYPE_BYTES:
    case FA_TYPE_VOID:
        return 0;
    default:
        return (int)dtype->item_bytes;
    }
}

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

const fa_dtype *fa__dtype_as_read(const fa_dtype *dtype, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    return dtype->type == FA_TYPE_VOID ? fa_dtype_retain(dtype) : fa__dtype_native(dtype, err);
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
