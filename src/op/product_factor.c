/* SPDX-License-Identifier: BSD-3-Clause */
/* Factors of a product: in memory they are used where they stand, else the windows that are wanted are read
 * into a buffer, and where there are boxes, the next one while this one is multiplied. Knows nothing about
 * results. */
#include "op/product.h"

#include "engine/buffers.h"

#include "base/checked.h"
#include "storage/storage.h"

#include <stdlib.h>
#include <string.h>

bool fa__product_is_aligned(const fa__product_work *w, const fa_array *a)
{
    const char *memory = fa__source_memory(a->source);
    int64_t item = w->item_bytes, part = item > 8 ? item / 2 : item;
    return memory != NULL && ((uintptr_t)memory + (uintptr_t)a->offset) % (uintptr_t)part == 0;
}

bool fa__product_is_usable(const fa__product_work *w, const fa_array *a)
{
    int64_t item = w->item_bytes;
    if (a->dtype->type != w->type || fa__dtype_swap(a->dtype) > 1 || !fa__product_is_aligned(w, a))
        return false;
    for (int i = 0; i < a->ndim; i++)
        if (a->strides[i] % item != 0)
            return false;
    if (w->loop != NULL)
        return true;
    int dense = a->strides[a->ndim - 1] == item ? a->ndim - 1 : a->ndim - 2, other = 2 * a->ndim - 3 - dense;
    return a->strides[dense] == item && a->strides[other] >= a->sizes[dense] * item &&
           a->strides[other] / item <= INT32_MAX;
}

static void aim_in_place(const fa__product_work *w, fa__factor *f, int64_t row, int64_t column)
{
    const fa_array *a = f->stands;
    const int64_t *strides = a->strides + a->ndim - 2;
    int64_t item = w->item_bytes, offset = a->offset + row * strides[0] + column * strides[1];
    int missing = w->batch_ndim - (a->ndim - 2);
    for (int i = 0; i < w->batch_ndim; i++) {
        bool has = i >= missing && a->sizes[i - missing] > 1;
        f->batch[i] = has ? a->strides[i - missing] / item : 0;
        offset += f->batch[i] * item * w->window.batch_start[i];
    }
    f->at = fa__source_memory(a->source) + offset;
    f->row = strides[0] / item;
    f->column = strides[1] / item;
}

/* The box of a factor that a window wants. Gives the number of its elements. */
static int64_t box_of(const fa__product_work *w, const fa__factor *f, int64_t row, int64_t rows,
                      int64_t column, int64_t columns, int64_t *start, int64_t *sizes)
{
    const fa__node *node = f->node;
    int batch = node->ndim - 2, missing = w->batch_ndim - batch;
    for (int i = 0; i < batch; i++) {
        bool has = node->sizes[i] > 1;
        start[i] = has ? w->window.batch_start[missing + i] : 0;
        sizes[i] = has ? w->window.batch_sizes[missing + i] : 1;
    }
    start[batch] = row;
    start[batch + 1] = column;
    sizes[batch] = rows;
    sizes[batch + 1] = columns;
    return fa__count(node->ndim, sizes);
}

bool fa__product_grow(char **buffer, size_t *bytes, size_t wanted, fa_error *err)
{
    if (*bytes >= wanted)
        return true;
    fa__buffer_give_back(*buffer, *bytes);
    *buffer = fa__buffer_take(wanted, err);
    *bytes = *buffer != NULL ? wanted : 0;
    return *buffer != NULL;
}

/* Dense strides in bytes, column by column where windows are turned. */
static void dense_strides(const fa__factor *f, const int64_t *sizes, int64_t item, int64_t *strides)
{
    int order[FA_MAX_NDIM], ndim = f->node->ndim;
    for (int i = 0; i < ndim; i++)
        order[i] = i;
    if (f->turned) {
        order[ndim - 2] = ndim - 1;
        order[ndim - 1] = ndim - 2;
    }
    fa__strides_in_order(ndim, sizes, item, order, strides);
}

static bool read_box(fa__product_work *w, fa__factor *f, int64_t count, const fa__geometry *geometry,
                     fa_error *err)
{
    fa__source *source = fa__memory_source_adopt(f->buffer, count * w->item_bytes, NULL, err);
    fa_array *target = source != NULL ? fa__view(source, f->node->dtype, geometry, true, err) : NULL;
    fa__source_release(source);
    if (target != NULL)
        fa__whole_read(w->run, f->input, f->start, f->sizes, target, err);
    fa_release(target);
    return !fa_failed(err);
}

/* The one that was asked for is in the other buffer. */
static bool take_panel(fa__factor *f, int64_t row, int64_t column, fa_error *err)
{
    char *buffer = f->other;
    f->other = f->buffer;
    f->buffer = buffer;
    return fa__panels_take(f->panels, row, column, f->buffer, err);
}

/* Begins to read what fa__factor_aim() will want next. */
void fa__factor_aim_ahead(fa__factor *f, int64_t row, int64_t column)
{
    const int64_t batch = f->node->ndim - 2;
    if (f->panels != NULL && (f->start[batch] != row || f->start[batch + 1] != column))
        fa__panels_ask(f->panels, row, column, f->other);
}

bool fa__factor_aim(fa__product_work *w, fa__factor *f, int64_t row, int64_t rows, int64_t column,
                    int64_t columns, fa_error *err)
{
    if (f->stands != NULL) {
        aim_in_place(w, f, row, column);
        return true;
    }
    int ndim = f->node->ndim;
    int64_t start[FA_MAX_NDIM], sizes[FA_MAX_NDIM];
    int64_t count = box_of(w, f, row, rows, column, columns, start, sizes);
    size_t list = (size_t)ndim * sizeof *start;
    if (f->filled && memcmp(start, f->start, list) == 0 && memcmp(sizes, f->sizes, list) == 0)
        return true;
    memcpy(f->start, start, list);
    memcpy(f->sizes, sizes, list);
    fa__geometry geometry = {.ndim = ndim};
    memcpy(geometry.sizes, sizes, list);
    dense_strides(f, sizes, w->item_bytes, geometry.strides);
    if (f->panels != NULL)
        f->filled = take_panel(f, row, column, err);
    else
        f->filled = fa__product_grow(&f->buffer, &f->bytes, (size_t)(count * w->item_bytes), err) &&
                    read_box(w, f, count, &geometry, err);
    for (int i = 0; i < w->batch_ndim; i++) {
        int axis = i - (w->batch_ndim - (ndim - 2));
        f->batch[i] = axis >= 0 && f->node->sizes[axis] > 1 ? geometry.strides[axis] / w->item_bytes : 0;
    }
    f->at = f->buffer;
    f->row = geometry.strides[ndim - 2] / w->item_bytes;
    f->column = geometry.strides[ndim - 1] / w->item_bytes;
    return f->filled;
}

bool fa__factor_start(fa__product_work *w, fa__factor *f, int input, fa_error *err)
{
    f->input = input;
    f->node = w->run->node->inputs[input];
    const int64_t *strides = f->node->strides + f->node->ndim - 2;
    f->turned = llabs(strides[0]) < llabs(strides[1]);
    fa_array *array = fa__whole_standing(w->run, input, err);
    f->stands = array != NULL && fa__product_is_usable(w, array) ? array : NULL;
    return !fa_failed(err);
}

void fa__factor_stop(fa__factor *f)
{
    fa__panels_free(f->panels); /* before what is read into */
    fa__buffer_give_back(f->buffer, f->bytes);
    fa__buffer_give_back(f->other, f->other_bytes);
    f->panels = NULL;
    f->buffer = f->other = NULL;
    f->bytes = f->other_bytes = 0;
    f->has_panels = false;
}
