/* SPDX-License-Identifier: BSD-3-Clause */
/* Differences, sums and products of neighbours, as NumPy's gradient(), trapezoid(), cross(), unwrap() and
 * ediff1d(): graphs of operations. NULL stands for what is left out. */
#ifndef FA_TEXT_CALCULUS_H
#define FA_TEXT_CALCULUS_H

#include "expr/graph.h"

/* Along one axis; `spacing` is one number, or the coordinates of the elements. `order` of the edges is 1
 * or 2. */
fa__node *fa__node_gradient(fa__node *input, fa__node *spacing, int axis, int order, fa_error *err);
/* `x` are coordinates, along the axis or of all elements; without them they are `dx` (NULL: 1) apart. */
fa__node *fa__node_trapezoid(fa__node *y, fa__node *x, fa__node *dx, int axis, fa_error *err);
/* Of vectors of 2 or 3 components along an axis of each; those of the result stand along `axis_of_result`. */
fa__node *fa__node_cross(fa__node *a, fa__node *b, int axis_of_a, int axis_of_b, int axis_of_result,
                         fa_error *err);
fa__node *fa__node_unwrap(fa__node *input, fa__node *discont, int axis, fa__node *period, fa_error *err);
fa__node *fa__node_ediff1d(fa__node *input, fa__node *behind, fa__node *before, fa_error *err);

#endif
