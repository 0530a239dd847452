/* SPDX-License-Identifier: BSD-3-Clause */
/* Geometry of views: sizes and strides, and everything that makes new geometry from old without touching
 * data. Works on numbers alone, for views of memory, of files and of what is not computed yet. */
#ifndef FA_ARRAY_SHAPE_H
#define FA_ARRAY_SHAPE_H

#include <farray/array.h>
#include "base/error.h"

/* Where the elements of a view are, in bytes of its source: element (i0, i1, ...) is at
 * offset + i0 * strides[0] + i1 * strides[1] + ... */
typedef struct fa__geometry {
    int ndim;
    int64_t offset;
    int64_t sizes[FA_MAX_NDIM];
    int64_t strides[FA_MAX_NDIM];
} fa__geometry;

/* "(3, 4)", "(5,)", "()". Returns `text`. */
const char *fa__shape_text(int ndim, const int64_t *sizes, char *text, size_t size);
enum { FA__SHAPE_TEXT = 160 }; /* bytes that are enough for messages; longer ones are shortened with "..." */

/* The product of sizes; false when it, or it times item_bytes, overflows (sizes of 0 count as 1 there, as
 * NumPy does), or when a size is negative or ndim is out of range: FA_BAD_SHAPE or FA_TOO_LARGE. */
bool fa__shape_count(int ndim, const int64_t *sizes, int64_t item_bytes, int64_t *count, fa_error *err);
/* The product, for sizes that were checked. */
int64_t fa__count(int ndim, const int64_t *sizes);

void fa__strides_c(int ndim, const int64_t *sizes, int64_t item_bytes, int64_t *strides);
void fa__strides_f(int ndim, const int64_t *sizes, int64_t item_bytes, int64_t *strides);
bool fa__is_c_contiguous(int ndim, const int64_t *sizes, const int64_t *strides, int64_t item_bytes);
bool fa__is_f_contiguous(int ndim, const int64_t *sizes, const int64_t *strides, int64_t item_bytes);
/* The order of axes in memory, largest |stride| first; ties and axes of size 1 keep their C order: perm[0] is
 * the outermost. NumPy's K order. */
void fa__k_order(int ndim, const int64_t *sizes, const int64_t *strides, int *perm);
/* The same for `count` operands that were broadcast to one shape (strides of 0 where they repeat): the order
 * in which NumPy lays out the result of an operation on them. */
void fa__k_order_of(int count, int ndim, const int64_t *sizes, const int64_t *const *strides, int *perm);
/* Dense strides whose memory order is `perm`. */
void fa__strides_in_order(int ndim, const int64_t *sizes, int64_t item_bytes, const int *perm,
                          int64_t *strides);
/* The bytes that a view touches: [*low, *high) of its source; empty (0, 0) when it has no element. */
void fa__geometry_extent(const fa__geometry *geometry, int64_t item_bytes, int64_t *low, int64_t *high);

/* NumPy's broadcast of `count` shapes; the message names all shapes that do not fit: "operands could not be
 * broadcast together with shapes (3, 4) (5,)". */
bool fa__broadcast(int count, const int *ndims, const int64_t *const *sizes, int *ndim, int64_t *result,
                   fa_error *err);
/* -1 with FA_BAD_INDEX "axis 3 is out of bounds for an array of 2 dimensions". */
int fa__axis(int axis, int ndim, fa_error *err);
/* Which axes a fa_axes names, as a mask; duplicates and bounds are errors; all for FA_ALL_AXES. */
bool fa__axes_mask(fa_axes axes, int ndim, uint64_t *mask, fa_error *err);

/* New geometry; `from` and `to` may be the same. */
bool fa__geometry_index(const fa__geometry *from, fa_index_parts index, fa__geometry *to, fa_error *err);
bool fa__geometry_permute(const fa__geometry *from, fa_axes axes, fa__geometry *to, fa_error *err);
bool fa__geometry_transpose(const fa__geometry *from, fa__geometry *to);
bool fa__geometry_swap_axes(const fa__geometry *from, int axis1, int axis2, fa__geometry *to, fa_error *err);
/* False with a clean err when the elements are not where a view could reach them (a copy is needed). One size
 * may be -1. */
bool fa__geometry_reshape(const fa__geometry *from, int64_t item_bytes, fa_shape shape, fa__geometry *to,
                          fa_error *err);
bool fa__geometry_broadcast_to(const fa__geometry *from, fa_shape shape, fa__geometry *to, fa_error *err);
bool fa__geometry_diagonal(const fa__geometry *from, int64_t offset, int axis1, int axis2, fa__geometry *to,
                           fa_error *err);
bool fa__geometry_sliding_window(const fa__geometry *from, int64_t width, int axis, fa__geometry *to,
                                 fa_error *err);

#endif
