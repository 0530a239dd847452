/* SPDX-License-Identifier: BSD-3-Clause */
/* Copying strided boxes to dense memory and back. Axes that lie one behind the other are merged first, so
 * that the copy is in rows as long as the layout allows; a row is one memcpy, or a loop with a size that the
 * compiler knows. */
#include "array/source.h"

#include <farray/array.h>
#include <string.h>

/* A box with no axis of size 1 and no two neighbours that are one: its last axis is the row. */
typedef struct rows {
    int ndim;
    int64_t sizes[FA_MAX_NDIM];
    int64_t strides[FA_MAX_NDIM];
} rows;

static void merge_axes(const fa__box *box, rows *merged)
{
    merged->ndim = 0;
    for (int i = 0; i < box->ndim; i++) {
        int last = merged->ndim - 1;
        if (box->sizes[i] == 1)
            continue;
        if (last >= 0 && merged->strides[last] == box->sizes[i] * box->strides[i]) {
            merged->sizes[last] *= box->sizes[i];
            merged->strides[last] = box->strides[i];
            continue;
        }
        merged->sizes[merged->ndim] = box->sizes[i];
        merged->strides[merged->ndim++] = box->strides[i];
    }
    if (merged->ndim == 0) {
        merged->ndim = 1;
        merged->sizes[0] = 1;
        merged->strides[0] = box->item_bytes;
    }
}

/* The size is a constant in each call, so that each memcpy is one load and one store. */
#define COPY_STRIDED(bytes)             \
    for (int64_t i = 0; i < count; i++) \
    memcpy(to + i * to_stride, from + i * from_stride, (bytes))

static void copy_row(char *to, int64_t to_stride, const char *from, int64_t from_stride, int64_t count,
                     int64_t item_bytes)
{
    if (to_stride == item_bytes && from_stride == item_bytes) {
        memcpy(to, from, (size_t)(count * item_bytes));
        return;
    }
    switch (item_bytes) {
    case 1:
        COPY_STRIDED(1);
        break;
    case 2:
        COPY_STRIDED(2);
        break;
    case 4:
        COPY_STRIDED(4);
        break;
    case 8:
        COPY_STRIDED(8);
        break;
    case 16:
        COPY_STRIDED(16);
        break;
    default:
        COPY_STRIDED((size_t)item_bytes);
    }
}

static bool is_empty(const fa__box *box)
{
    for (int i = 0; i < box->ndim; i++)
        if (box->sizes[i] == 0)
            return true;
    return box->item_bytes == 0;
}

/* Steps to the next row; false behind the last one. */
static bool next_row(const rows *shape, int64_t *position, int64_t *offset)
{
    for (int i = shape->ndim - 2; i >= 0; i--) {
        *offset += shape->strides[i];
        if (++position[i] < shape->sizes[i])
            return true;
        *offset -= shape->sizes[i] * shape->strides[i];
        position[i] = 0;
    }
    return false;
}

void fa__box_gather(const char *base, const fa__box *box, void *elements)
{
    if (is_empty(box))
        return;
    rows shape;
    merge_axes(box, &shape);
    int64_t position[FA_MAX_NDIM] = {0}, offset = box->offset;
    int64_t count = shape.sizes[shape.ndim - 1], stride = shape.strides[shape.ndim - 1];
    char *dense = elements;
    do {
        copy_row(dense, box->item_bytes, base + offset, stride, count, box->item_bytes);
        dense += count * box->item_bytes;
    } while (next_row(&shape, position, &offset));
}

void fa__box_scatter(char *base, const fa__box *box, const void *elements)
{
    if (is_empty(box))
        return;
    rows shape;
    merge_axes(box, &shape);
    int64_t position[FA_MAX_NDIM] = {0}, offset = box->offset;
    int64_t count = shape.sizes[shape.ndim - 1], stride = shape.strides[shape.ndim - 1];
    const char *dense = elements;
    do {
        copy_row(base + offset, stride, dense, box->item_bytes, count, box->item_bytes);
        dense += count * box->item_bytes;
    } while (next_row(&shape, position, &offset));
}
