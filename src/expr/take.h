/* SPDX-License-Identifier: BSD-3-Clause */
/* Moves whose places are data: elements at positions that arrays hold, or where a mask is true; and the
 * positions of what is true. Knows nothing about text, and nothing about how elements are fetched. */
#ifndef FA_EXPR_TAKE_H
#define FA_EXPR_TAKE_H

#include "array/counts.h"
#include "array/selection.h"
#include "expr/graph.h"

/* What becomes of a position beyond the end: NumPy's `mode`. */
typedef enum fa__take_mode {
    FA__TAKE_RAISE, /* an error; negative ones count from the end */
    FA__TAKE_WRAP,
    FA__TAKE_CLIP,
    FA__TAKE_EXACT /* an error for negative ones too */
} fa__take_mode;

/* Positions for axes [axis, axis + span) of what is taken from, counted over them in C order. */
typedef struct fa__take_index {
    int axis, span;
    int named;          /* what messages call the axis */
    fa__counts *counts; /* of a mask over these axes; NULL for integers */
} fa__take_index;

/* The parameters of a TAKE. Its first input is taken from, the others are the indices, which broadcast to one
 * shape; the axes of that shape stand in the result behind `place` of the axes of which nothing is chosen.
 * SPREAD and POSITIONS have the counts of their mask here alone. */
typedef struct fa__take {
    fa__take_mode mode;
    int place;
    int ndim;      /* of the indices together */
    bool in_order; /* laid out in C order, as take() does; else the axes of the indices are outermost, as in
                      a[i] */
    int count;
    fa__take_index indices[];
} fa__take;

void fa__take_release(fa__take *take);
bool fa__take_equal(const fa__take *a, const fa__take *b);

/* Whether a TAKE is what an index in brackets gives. */
bool fa__take_is_index(const fa__node *node);
/* A TAKE of `positions` (integers, or masks where an index has counts). Each index must lie behind the one
 * before. */
fa__node *fa__node_take(fa__node *input, const fa__take *arguments, fa__node *const *positions,
                        fa_error *err);
/* a[index]: `arrays` stand for the parts that hold one. A view where there are none. */
fa__node *fa__node_index(fa__node *input, fa_index_parts index, fa__node *const *arrays, fa_error *err);
/* take(): along one axis, or, where axis is FA__FLAT, of all elements in C order. */
enum { FA__FLAT = INT32_MIN };
fa__node *fa__node_take_along(fa__node *input, fa__node *positions, int axis, fa__take_mode mode,
                              fa_error *err);
/* compress(), extract(), take_along_axis(), as NumPy has them; axis as above. */
fa__node *fa__node_compress(fa__node *condition, fa__node *input, int axis, fa_error *err);
fa__node *fa__node_extract(fa__node *condition, fa__node *input, fa_error *err);
fa__node *fa__node_take_along_axis(fa__node *input, fa__node *positions, int axis, fa_error *err);

/* Where `input` is not zero: positions counted in C order, shape (count,). */
fa__node *fa__node_flatnonzero(fa__node *input, fa_error *err);
/* The same as one row of coordinates for each, shape (count, ndim). */
fa__node *fa__node_argwhere(fa__node *input, fa_error *err);
/* values[k], from the start again when they end, where the mask is true for the k-th time in C order; zero
 * elsewhere. The axes of the mask stand in place of the first one of the values. */
fa__node *fa__node_spread(fa__node *mask, fa__node *values, fa_error *err);

/* choose() and select(); choices may be literals. */
enum { FA__MAX_CHOICES = 1024 };
fa__node *fa__node_choose(fa__node *selector, int count, fa__node *const *choices, fa__take_mode mode,
                          fa_error *err);
fa__node *fa__node_select(int count, fa__node *const *conditions, fa__node *const *choices,
                          fa__node *otherwise, fa_error *err);
/* What gives several arrays: one reference each, some of them NULL when it fails. */
bool fa__node_nonzero(fa__node *input, fa__node **positions, fa_error *err);
bool fa__node_unravel_index(fa__node *positions, fa_shape shape, fa__node **coordinates, fa_error *err);
bool fa__node_ix(int count, fa__node *const *arrays, fa__node **meshed, fa_error *err);
fa__node *fa__node_ravel_multi_index(int count, fa__node *const *coordinates, fa_shape shape,
                                     fa__take_mode mode, fa_error *err);

/* What only those who compute can do: a table that src/op fills, since graphs know nothing about how they are
 * computed. */
typedef struct fa__computing {
    fa_array *(*stand)(fa__node *node, fa_error *err);
    fa__counts *(*count_mask)(fa_array *mask, fa_error *err);
    bool (*check_positions)(fa_array *positions, int64_t low, int64_t size, int axis, fa_error *err);
    fa_array *(*repeated_positions)(fa_array *counts, fa_error *err);
    fa_array *(*mask_without)(fa_array *positions, int64_t size, int axis, fa_error *err);
} fa__computing;
extern const fa__computing fa__computer;

/* The elements of a graph as an array that is not pending. */
static inline fa_array *fa__stand(fa__node *node, fa_error *err)
{
    return fa__computer.stand(node, err);
}

/* The counts of a mask that stands. */
static inline fa__counts *fa__count_mask(fa_array *mask, fa_error *err)
{
    return fa__computer.count_mask(mask, err);
}

/* FA_BAD_INDEX in NumPy's words where a position that stands already is not in [low, size). */
static inline bool fa__check_positions(fa_array *positions, int64_t low, int64_t size, int axis,
                                       fa_error *err)
{
    return fa__computer.check_positions(positions, low, size, axis, err);
}

/* Position i as often as element i of `counts` (which stand) says: int64, in memory or in scratch. */
static inline fa_array *fa__repeated_positions(fa_array *counts, fa_error *err)
{
    return fa__computer.repeated_positions(counts, err);
}

/* A mask of `size` elements, true but at positions that stand; negative ones count from the end.
 * FA_BAD_INDEX. */
static inline fa_array *fa__mask_without(fa_array *positions, int64_t size, int axis, fa_error *err)
{
    return fa__computer.mask_without(positions, size, axis, err);
}

#endif
