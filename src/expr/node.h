/* SPDX-License-Identifier: BSD-3-Clause */
/* What the rooms of expr/ and text/ share about nodes, and those who compute do not need: making a bare node,
 * and the constants of Python. */
#ifndef FA_EXPR_NODE_H
#define FA_EXPR_NODE_H

#include "expr/graph.h"

/* A node that holds its dtype and inputs; sizes are copied, strides are those of C order, all else is zero.
 */
fa__node *fa__node_new(fa__node_kind kind, const fa_dtype *dtype, int ndim, const int64_t *sizes,
                       int input_count, fa__node *const *inputs, fa_error *err);
/* False when a maker has nothing to work on: err is failed, or an input is NULL (FA_INVALID_ARGUMENT). */
bool fa__nodes_usable(int count, fa__node *const *inputs, fa_error *err);

static inline bool fa__node_is_weak(const fa__node *node)
{
    return node->kind == FA__NODE_SCALAR && node->weak != FA__STRONG;
}

/* Holds every integer that a constant can be, and the results of one operation on two of them, but products.
 */
__extension__ typedef __int128 fa__wide;

/* One of Python's own numbers. Integers are those that an int64 or a uint64 holds. */
typedef struct fa__constant {
    fa__weak kind;     /* never FA__STRONG */
    fa__wide integer;  /* bool and int */
    double real, imag; /* float and complex */
} fa__constant;

fa__constant fa__constant_of(const fa__node *weak);
/* A weak scalar; FA_OUT_OF_RANGE for an integer that 64 bits do not hold. */
fa__node *fa__node_constant(const fa__constant *constant, fa_error *err);
/* Writes a constant as one element of `type`. An integer that `type` does not hold is FA_OUT_OF_RANGE in
 * NumPy's words; floating types round, to infinity where need be. */
bool fa__constant_convert(const fa__constant *constant, fa_type type, void *element, fa_error *err);
/* The SCALAR that stands for a weak one in a loop of `type`; it remembers how it was written. */
fa__node *fa__node_converted(const fa__constant *constant, fa_type type, fa_error *err);
/* A strong scalar of the same value when `node` is weak, else `node` again. */
fa__node *fa__node_strong(fa__node *node, fa_error *err);
/* A constant of any dtype in the machine's byte order, whose element is at `element`; FA__STRONG, or how it
 * was written. */
fa__node *fa__node_element(const fa_dtype *dtype, const void *element, fa__weak weak, fa_error *err);
/* What text shows of a node: below the conversions that rules of types have made. */
const fa__node *fa__shown_node(const fa__node *node);
/* Whether a move's dtype is another than the one that its inputs make. */
bool fa__move_was_converted(const fa__node *move, fa_error *err);
/* The range of an integer type. */
void fa__integer_range(fa_type type, fa__wide *lowest, fa__wide *highest);

/* An input as a loop takes it: a conversion that text does not show, or a constant that remembers how it was
 * written. */
fa__node *fa__node_as_input(fa__node *input, const fa_dtype *dtype, fa_error *err);
/* An OPERATION on inputs that have been converted, broadcast; the layout is that of the inputs as they were.
 */
fa__node *fa__node_elementwise(fa__operation operation, fa__node *const *originals, fa__node *const *inputs,
                               const fa_dtype *result, fa_type loop_type, fa_error *err);
/* What holds elements of both, native unless both are the same structure: then their bytes are moved as they
 * are. Gives a reference. */
const fa_dtype *fa__dtype_of_both(const fa_dtype *a, const fa_dtype *b, fa_error *err);
/* The dtype in which an operation is repeated over elements of an input; `dtype` is what was asked for, or
 * NULL. */
const fa_dtype *fa__repeated_dtype(fa__operation operation, const fa__node *input, const fa_dtype *dtype,
                                   fa_error *err);
/* Reductions of times that have no kernel of their own, begin somewhere or leave out elements. As
 * fa__node_compose(). */
fa__node *fa__node_compose_times(fa__reduction reduction, fa__node *input,
                                 const fa__reduce_arguments *arguments, fa_error *err);
/* FA_BAD_TYPES that names the operation and the dtypes of its inputs. */
bool fa__node_refuse_types(fa__operation operation, fa__node *const *inputs, fa_error *err);
/* == and != of structures: all fields, or any. */
fa__node *fa__node_compare_records(fa__operation operation, fa__node *const *inputs, fa_error *err);
/* Comparisons of strings. */
fa__node *fa__node_compare_strings(fa__operation operation, fa__node *const *inputs, fa_error *err);
/* Operations on datetime64 and timedelta64: at least one input is one of them. */
fa__node *fa__node_time_operation(fa__operation operation, fa__node *const *inputs, fa_error *err);
/* What a reduction begins with: a 0-d node as `type`, a literal checked against its range. */
fa__node *fa__node_initial(fa__node *initial, fa_type type, fa_error *err);
/* A reduction that has no kernel, or begins somewhere, or leaves out elements, as a graph of those that do
 * not. NULL with a clean err when it has its kernel. */
fa__node *fa__node_compose(fa__reduction reduction, fa__node *input, const fa__reduce_arguments *arguments,
                           fa_error *err);

/* What Python makes of an operator between its own numbers. `second` is NULL for unary ones. */
bool fa__operation_folds(fa__operation operation);
fa__node *fa__fold(fa__operation operation, const fa__node *first, const fa__node *second, fa_error *err);

/* A view that sees the bytes as elements of another dtype as well: how a field of a computed structure is
 * seen. Leaves keep theirs: FA_UNSUPPORTED. */
fa__node *fa__node_view_as(fa__node *input, const fa_dtype *dtype, const fa__geometry *geometry,
                           fa_error *err);

/* The strides that NumPy gives to the result of an elementwise operation, or of a reduction that keeps the
 * axes in which `sizes` differ from the input's as 1: dense, in the order that nditer finds for the inputs
 * together. */
void fa__layout_of_result(int count, fa__node *const *inputs, int ndim, const int64_t *sizes,
                          int64_t item_bytes, int64_t *strides);

/* The strides that NumPy gives to a result whose axes are those of all inputs, as concatenate() has them. */
void fa__layout_of_joined(int count, fa__node *const *inputs, int ndim, const int64_t *sizes,
                          int64_t item_bytes, int64_t *strides);

/* The strides that astype() gives to its copy: by descending stride, so that repeated axes go innermost. */
void fa__layout_of_copy(const fa__node *input, int64_t item_bytes, int64_t *strides);

#endif
