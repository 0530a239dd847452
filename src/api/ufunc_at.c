/* SPDX-License-Identifier: BSD-3-Clause */
/* at(): an operation on the elements that indices name, one after the other, so that an index that stands
 * there twice counts twice. Knows nothing about operations but their loops and types. */
#include "api/api.h"

#include <farray/ufunc.h>

#include "base/checked.h"
#include "base/memory.h"
#include "engine/buffers.h"
#include "expr/types.h"

#include <string.h>

enum { MOST_INDICES = 4096, VALUES_BYTES = 256 << 10 };

/* What one call works with. A row is what one index names: an element, or a slice behind the first axis. */
typedef struct work {
    fa_array *target, *indices,
        *values; /* indices: one axis, int64; values: (indices, row...), as the loop takes them */
    fa__loop *loop;
    fa__convert_loop *to_loop, *from_loop; /* NULL: the target has the loop's type */
    bool check_exponents;
    fa_type value_type;
    int64_t row;          /* elements of a row */
    int64_t together;     /* indices that are read at once */
    int64_t loop_bytes;   /* of an element in the loop */
    int64_t buffer_bytes; /* of each buffer for one row or several */
    int64_t *numbers;
    char *operands, *old, *wide;
    fa_error *err;
} work;

/* ---- Elements ---- */

static fa_array *part(fa_array *array, int64_t first, int64_t count, fa_error *err)
{
    return fa_index(array, FA_INDEX(fa_range(first, first + count, 1)), err);
}

static bool read_indices(work *w, int64_t first, int64_t count)
{
    fa_array *some = part(w->indices, first, count, w->err);
    int64_t size = w->target->sizes[0];
    if (some != NULL)
        fa__engine_read(some, w->numbers, w->err);
    fa_release(some);
    for (int64_t i = 0; i < count && !fa_failed(w->err); i++) {
        int64_t index = w->numbers[i];
        if (index < -size || index >= size)
            return fa__fail(w->err, FA_BAD_INDEX, "index %lld is out of bounds for axis 0 with size %lld",
                            (long long)index, (long long)size);
        w->numbers[i] = index < 0 ? index + size : index;
    }
    return !fa_failed(w->err);
}

static bool read_values(work *w, int64_t first, int64_t count)
{
    fa_array *some = w->values != NULL ? part(w->values, first, count, w->err) : NULL;
    if (some != NULL)
        fa__engine_read(some, w->operands, w->err);
    fa_release(some);
    return !fa_failed(w->err);
}

/* The bytes of a row are turned where the target has another byte order than the machine. */
static void turn(const work *w)
{
    const fa_dtype *dtype = w->target->dtype;
    int parts = fa__type_is_complex(dtype->type) ? 2 : 1;
    if (dtype->swapped)
        fa__gather(w->wide, w->old, dtype->item_bytes, w->row, dtype->item_bytes,
                   (int)dtype->item_bytes / parts);
    if (dtype->swapped)
        memcpy(w->old, w->wide, (size_t)(w->row * dtype->item_bytes));
}

static void apply_to_row(work *w, int64_t index, const char *values)
{
    const fa_array *t = w->target;
    int64_t one = 1, none = 0;
    fa__box box = {t->ndim - 1, t->dtype->item_bytes, t->offset + index * t->strides[0], t->sizes + 1,
                   t->strides + 1};
    if (t->ndim == 1) {
        box.ndim = 1;
        box.sizes = &one;
        box.strides = &none;
    }
    if (!fa__source_read(t->source, &box, w->old, w->err))
        return;
    turn(w);
    char *elements = w->to_loop != NULL ? w->wide : w->old;
    if (w->to_loop != NULL)
        w->to_loop(w->wide, w->old, w->row);
    const void *in[2] = {elements, values};
    if (w->check_exponents && fa__any_negative(values, w->value_type, w->row))
        fa__fail(w->err, FA_OUT_OF_RANGE, "integers to negative integer powers are not allowed");
    w->loop(elements, in, w->row, 0);
    if (w->from_loop != NULL)
        w->from_loop(w->old, w->wide, w->row);
    turn(w);
    if (!fa_failed(w->err))
        fa__source_write(t->source, &box, w->old, w->err);
}

/* All indices are looked at before the first element changes. */
static void run(work *w)
{
    int64_t count = w->indices->sizes[0];
    for (int64_t at = 0; at < count && !fa_failed(w->err); at += w->together)
        read_indices(w, at, fa__min_i64(w->together, count - at));
    for (int64_t at = 0; at < count && !fa_failed(w->err) && w->row > 0; at += w->together) {
        int64_t some = fa__min_i64(w->together, count - at);
        if (!read_indices(w, at, some) || !read_values(w, at, some) || !fa__engine_enter(NULL, w->err))
            return;
        for (int64_t i = 0; i < some && !fa_failed(w->err); i++)
            apply_to_row(w, w->numbers[i], w->operands + i * w->row * w->loop_bytes);
        fa__engine_leave();
    }
}

/* ---- What is worked with ---- */

static bool choose_loop(work *w, fa__operation operation, fa_array *values)
{
    const fa__operation_info *info = &fa__operations[operation];
    fa_type type = w->target->dtype->type;
    const fa_type types[3] = {type, values != NULL ? values->dtype->type : type};
    const fa__weak weak[3] = {FA__STRONG, FA__STRONG, FA__STRONG};
    fa__resolution resolution;
    if (info->arity != (values != NULL ? 2 : 1))
        return fa__fail(w->err, FA_INVALID_ARGUMENT, "%s.at() takes %s", info->name,
                        info->arity == 1   ? "no values"
                        : info->arity == 2 ? "values"
                                           : "no operation of three operands");
    if (!fa__type_is_numeric(types[0]) || !fa__type_is_numeric(types[1]))
        return fa__fail(w->err, FA_BAD_TYPES, "%s.at() is not defined for elements that are no numbers",
                        info->name);
    if (!fa__resolve(operation, types, weak, &resolution, w->err))
        return false;
    fa_type in = resolution.inputs[0], out = resolution.result;
    w->loop = resolution.mixed_compare ? fa__loop_compare_mixed(operation, in == FA_TYPE_INT64)
                                       : fa__loop_find(operation, resolution.loop_type);
    if (w->loop == NULL)
        return fa__fail(w->err, FA_UNSUPPORTED, "'%s' is not supported for %s", info->name,
                        fa__type_name(in));
    bool same = in == type && out == type;
    w->to_loop = same ? NULL : fa__convert_find(type, in);
    w->from_loop = same ? NULL : fa__convert_find(out, type);
    w->value_type = resolution.inputs[1];
    w->loop_bytes = fa__type_bytes(w->value_type);
    w->check_exponents = operation == FA__OP_POWER && fa__type_is_signed(resolution.loop_type);
    return true;
}

static fa_array *flat_indices(fa_array *indices, fa_error *err)
{
    fa__node *leaf = fa__leaf(indices, err);
    if (leaf != NULL && !fa__type_is_integer(leaf->dtype->type))
        fa__fail(err, FA_BAD_TYPES, "at() takes whole numbers as indices");
    fa__node *flat = leaf != NULL && !fa_failed(err) ? fa__node_reshape(leaf, FA_SHAPE(-1), err) : NULL;
    fa__node *numbers = flat != NULL ? fa__node_cast(flat, FA_INT64, err) : NULL;
    fa__node_release(leaf);
    fa__node_release(flat);
    return fa__array_of(numbers, err);
}

/* The values as one row for each index. */
static fa_array *rows_of_values(const work *w, fa_array *values, const fa_array *indices)
{
    fa_error *err = w->err;
    const fa_array *t = w->target;
    int64_t sizes[FA_MAX_NDIM], count = fa__count(indices->ndim, indices->sizes);
    int ndim = indices->ndim + t->ndim - 1;
    fa__geometry geometry;
    if (ndim > FA_MAX_NDIM)
        fa__fail(err, FA_BAD_SHAPE, "at() would work on %d axes, more than %d", ndim, FA_MAX_NDIM);
    fa__node *leaf = fa__leaf(values, err);
    if (leaf == NULL)
        return NULL;
    memcpy(sizes, indices->sizes, (size_t)indices->ndim * sizeof *sizes);
    memcpy(sizes + indices->ndim, t->sizes + 1, (size_t)(t->ndim - 1) * sizeof *sizes);
    fa__node_geometry(leaf, &geometry);
    fa__node *wide = NULL, *rows = NULL, *cast = NULL;
    if (fa__geometry_broadcast_to(&geometry, (fa_shape){ndim, sizes}, &geometry, err))
        wide = fa__node_view(leaf, &geometry, err);
    if (wide != NULL) {
        int64_t shape[FA_MAX_NDIM] = {count};
        memcpy(shape + 1, t->sizes + 1, (size_t)(t->ndim - 1) * sizeof *shape);
        rows = fa__node_reshape(wide, (fa_shape){t->ndim, shape}, err);
    }
    if (rows != NULL)
        cast = fa__node_cast(rows, fa_dtype_of(w->value_type), err);
    fa__node_release(leaf);
    fa__node_release(wide);
    fa__node_release(rows);
    return fa__array_of(cast, err);
}

void fa_ufunc_at(const char *operation, fa_array *target, fa_array *indices, fa_array *values, fa_error *err)
{
    fa__operation code = FA__OP_ADD;
    work w = {.target = target, .err = err};
    if (fa__unusable(target, err) || fa__unusable(indices, err) || !fa__find_operation(operation, &code, err))
        return;
    if (target->ndim == 0) {
        fa__fail(err, FA_BAD_SHAPE, "at() of an array without axes");
        return;
    }
    if (!choose_loop(&w, code, values))
        return;
    w.row = fa__count(target->ndim - 1, target->sizes + 1);
    w.together =
        fa__max_i64(1, fa__min_i64(MOST_INDICES, VALUES_BYTES / fa__max_i64(1, w.row * w.loop_bytes)));
    w.buffer_bytes = w.together * fa__max_i64(w.row, 1) * 16;
    w.indices = flat_indices(indices, err);
    if (values != NULL && !fa_failed(err))
        w.values = rows_of_values(&w, values, indices);
    w.numbers = fa__alloc((size_t)w.together * sizeof *w.numbers, err);
    w.operands = fa__buffer_take((size_t)w.buffer_bytes, err);
    w.old = fa__buffer_take((size_t)fa__max_i64(w.row, 1) * 16, err);
    w.wide = fa__buffer_take((size_t)fa__max_i64(w.row, 1) * 16, err);
    if (!fa_failed(err) && fa__write_gate(target, NULL, NULL, err)) {
        w.indices = fa__apart_from(w.indices, target, false, err);
        w.values = fa__apart_from(w.values, target, false, err);
        run(&w);
    }
    fa__buffer_give_back(w.operands, (size_t)w.buffer_bytes);
    fa__buffer_give_back(w.old, (size_t)fa__max_i64(w.row, 1) * 16);
    fa__buffer_give_back(w.wide, (size_t)fa__max_i64(w.row, 1) * 16);
    fa__free(w.numbers);
    fa_release(w.indices);
    fa_release(w.values);
}
