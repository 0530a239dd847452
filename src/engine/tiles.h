/* SPDX-License-Identifier: BSD-3-Clause */
/* Flat ranges of a box as boxes, and what they touch. Numbers alone. */
#ifndef FA_ENGINE_TILES_H
#define FA_ENGINE_TILES_H

#include "array/shape.h"
#include "array/source.h"

/* Calls each(box, first, user) for boxes that together are the flat elements [first, last) of sizes[], in
 * order: `box` has the offset and strides of the operand, adjacent axes merged; `first` is its first flat
 * element. */
bool fa__each_box(int ndim, const int64_t *sizes, const int64_t *strides, int64_t offset, int64_t item_bytes,
                  int64_t first, int64_t last, bool (*each)(const fa__box *box, int64_t first, void *user),
                  void *user);

/* Merges axes that are one in memory and drops those of size 1. Gives the number of axes left, at least 1. */
int fa__merge_axes(int ndim, const int64_t *sizes, const int64_t *strides, int64_t *merged_sizes,
                   int64_t *merged_strides);

/* The bytes that flat elements [first, last) touch: [*low, *high). */
void fa__range_extent(int ndim, const int64_t *sizes, const int64_t *strides, int64_t offset,
                      int64_t item_bytes, int64_t first, int64_t last, int64_t *low, int64_t *high);

/* Byte offset of a flat element. */
int64_t fa__flat_offset(int ndim, const int64_t *sizes, const int64_t *strides, int64_t flat);

#endif
