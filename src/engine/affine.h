/* SPDX-License-Identifier: BSD-3-Clause */
/* Index maps: where in an input an element of the domain comes from, as start + matrix * index. Slices,
 * steps, transposes, broadcasts, diagonals and sliding windows are all of this kind and compose; a reshape of
 * something that is not computed may not be. Knows nothing about graphs. */
#ifndef FA_ENGINE_AFFINE_H
#define FA_ENGINE_AFFINE_H

#include "array/shape.h"

/* Axis r of the input is at start[r] + sum over c of coefficient[r * columns + c] * (index along axis c). */
typedef struct fa__affine {
    int rows, columns;
    int64_t *start;       /* rows; both in one block behind the struct */
    int64_t *coefficient; /* rows * columns */
} fa__affine;

fa__affine *fa__affine_new(int rows, int columns, fa_error *err); /* all zero; ended by fa__free() */
fa__affine *fa__affine_identity(int ndim, fa_error *err);
fa__affine *fa__affine_copy(const fa__affine *map, fa_error *err);
bool fa__affine_equal(const fa__affine *a, const fa__affine *b);
/* outer after inner: first `inner` (domain to middle), then `outer` (middle to input). */
fa__affine *fa__affine_compose(const fa__affine *outer, const fa__affine *inner, fa_error *err);
/* From a shape to one that broadcasts to it: axes aligned at the end, size 1 stays at 0. `map` goes to the
 * larger one. */
fa__affine *fa__affine_broadcast(const fa__affine *map, int ndim, const int64_t *sizes, fa_error *err);

/* The map of a view with `geometry` on dense elements with `sizes` and `strides` (a virtual layout). NULL
 * with a clean err when the view is no such map: its axes run across ends of rows (a reshape). */
fa__affine *fa__affine_of_view(const fa__geometry *geometry, int ndim, const int64_t *sizes,
                               const int64_t *strides, fa_error *err);
/* Offset and strides over the domain of something that has `offset` and `strides` over the input. */
int64_t fa__affine_offset(const fa__affine *map, int64_t offset, const int64_t *strides);
void fa__affine_strides(const fa__affine *map, const int64_t *strides, int64_t *domain_strides);

#endif
