/* SPDX-License-Identifier: BSD-3-Clause */
/* NumPy's routines of manipulation and of making arrays, as graphs: what text and C functions of these names
 * stand for. Most are views and moves put together; none touches data but
 * those of rows.c, which look at counts and masks. Rules of makers as in graph.h: each
 * gives one reference, borrows its inputs, passes NULL through with a failed err. */
#ifndef FA_EXPR_ROUTINES_H
#define FA_EXPR_ROUTINES_H

#include "expr/graph.h"

/* ---- turn.c: views ---- */

fa__node *fa__node_permute(fa__node *a, fa_axes axes, fa_error *err); /* all axes: reversed */
fa__node *fa__node_flip(fa__node *a, fa_axes axes, fa_error *err);
fa__node *fa__node_rot90(fa__node *a, int64_t times, int axis1, int axis2, fa_error *err);
fa__node *fa__node_move_axes(fa__node *a, fa_axes from, fa_axes to, fa_error *err);
fa__node *fa__node_roll_axis(fa__node *a, int axis, int start, fa_error *err);
fa__node *fa__node_squeeze(fa__node *a, fa_axes axes, fa_error *err); /* all axes: those of size 1 */
fa__node *fa__node_expand_dims(fa__node *a, fa_axes axes, fa_error *err);
/* At least ndim axes: 1, 2 or 3, placed as NumPy's atleast_1d() and its kin place them. */
fa__node *fa__node_at_least(fa__node *a, int ndim, fa_error *err);
/* At least ndim axes, new ones in front. */
fa__node *fa__node_lead(fa__node *a, int ndim, fa_error *err);
/* Read-only where it is a view of an array. */
fa__node *fa__node_broadcast_to(fa__node *a, fa_shape shape, fa_error *err);
/* All to their common shape; outputs[] are NULL where it fails. */
bool fa__nodes_broadcast(int count, fa__node *const *inputs, fa__node **outputs, fa_error *err);
/* a[start:stop:step] along one axis, as Python slices. */
fa__node *fa__node_slice(fa__node *a, int axis, int64_t start, int64_t stop, int64_t step, fa_error *err);
/* `sections` parts; unless `equal`, the first ones may be one longer. outputs[] are NULL where it fails. */
bool fa__node_split(fa__node *a, int64_t sections, int axis, bool equal, fa__node **outputs, fa_error *err);
/* count + 1 parts. */
bool fa__node_split_at(fa__node *a, const int64_t *places, int count, int axis, fa__node **outputs,
                       fa_error *err);
/* The axis of hsplit() and hstack(): 1, or 0 of what has no other. */
int fa__horizontal_axis(const fa__node *a);

/* ---- join.c: one behind the other ---- */

fa__node *fa__node_stack(int count, fa__node *const *inputs, int axis, fa_error *err);
fa__node *fa__node_hstack(int count, fa__node *const *inputs, fa_error *err);
fa__node *fa__node_vstack(int count, fa__node *const *inputs, fa_error *err);
fa__node *fa__node_dstack(int count, fa__node *const *inputs, fa_error *err);
fa__node *fa__node_column_stack(int count, fa__node *const *inputs, fa_error *err);
/* All elements in C order, along one axis: a view where there is one; never one. */
fa__node *fa__node_ravel(fa__node *a, fa_error *err);
fa__node *fa__node_flatten(fa__node *a, fa_error *err);
/* NULL for `axis`: both along one axis first. */
fa__node *fa__node_append(fa__node *a, fa__node *values, const int *axis, fa_error *err);
/* `values` before the elements at `places`, which count in `a`; `single` is NumPy's insert() of one number.
 */
fa__node *fa__node_insert(fa__node *a, const int64_t *places, int count, bool single, fa__node *values,
                          const int *axis, fa_error *err);
fa__node *fa__node_delete(fa__node *a, const int64_t *places, int count, const int *axis, fa_error *err);
fa__node *fa__node_roll(fa__node *a, const int64_t *shifts, int shift_count, fa_axes axes, fa_error *err);
fa__node *fa__node_tile(fa__node *a, const int64_t *times, int count, fa_error *err);
fa__node *fa__node_repeat(fa__node *a, int64_t times, const int *axis, fa_error *err);
/* rows.c: each element as often as `counts` says (one for all, or one for each); without the rows that
 * positions or a mask name. */
fa__node *fa__node_repeat_each(fa__node *a, fa__node *counts, const int *axis, fa_error *err);
fa__node *fa__node_delete_at(fa__node *a, fa__node *chosen, const int *axis, fa_error *err);
fa__node *fa__node_resize(fa__node *a, fa_shape shape, fa_error *err);
/* `matrix`: NumPy's 'xy', the first two axes exchanged; `sparse`: views that broadcast. */
bool fa__nodes_meshgrid(int count, fa__node *const *inputs, bool matrix, bool sparse, fa__node **outputs,
                        fa_error *err);

/* ---- pad.c ---- */

/* NumPy's modes. */
typedef enum fa__pad_mode {
    FA__PAD_CONSTANT,
    FA__PAD_EDGE,
    FA__PAD_LINEAR_RAMP,
    FA__PAD_MAXIMUM,
    FA__PAD_MEAN,
    FA__PAD_MEDIAN,
    FA__PAD_MINIMUM,
    FA__PAD_REFLECT,
    FA__PAD_SYMMETRIC,
    FA__PAD_WRAP
} fa__pad_mode;

/* What pads one axis: before and after it. */
typedef struct fa__pad_axis {
    int64_t width[2];
    int64_t length[2];  /* of the edge that statistics are of; 0: all */
    fa__node *value[2]; /* borrowed; constant and linear ramp: NULL is 0 */
} fa__pad_axis;
/* One for each axis of `a`. `odd`: reflect and symmetric turn around the edge's value. */
fa__node *fa__node_pad(fa__node *a, fa__pad_mode mode, const fa__pad_axis *axes, bool odd, fa_error *err);

/* ---- fill.c: made of nothing, or of little ---- */

/* `value` as `dtype` everywhere. NULL for dtype: the value's. */
fa__node *fa__node_full(fa_shape shape, fa__node *value, const fa_dtype *dtype, fa_error *err);
/* As full, in the order in which a copy of `like` would stand; its dtype where dtype is NULL. */
fa__node *fa__node_full_like(fa__node *like, fa__node *value, const fa_dtype *dtype, fa_error *err);
/* A value as one of `dtype`, strong. Python's numbers must fit, as NumPy asks. */
fa__node *fa__node_as_element(fa__node *value, const fa_dtype *dtype, fa_error *err);
/* One element whose bytes are zero, 0-d. */
fa__node *fa__node_zero(const fa_dtype *dtype, fa_error *err);
fa__node *fa__node_eye(int64_t rows, int64_t columns, int64_t diagonal, const fa_dtype *dtype, fa_error *err);
/* 1 at and below a diagonal. */
fa__node *fa__node_tri(int64_t rows, int64_t columns, int64_t diagonal, const fa_dtype *dtype, fa_error *err);
/* `a` on one side of a diagonal, 0 on the other. */
fa__node *fa__node_triangle(fa__node *a, int64_t diagonal, bool lower, fa_error *err);
/* The diagonal of a matrix, or the matrix that has a diagonal. */
fa__node *fa__node_diag(fa__node *a, int64_t diagonal, fa_error *err);

#endif
