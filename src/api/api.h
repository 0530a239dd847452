/* SPDX-License-Identifier: BSD-3-Clause */
/* What the public functions share: checks of arguments, leaves, the one gate for writes. */
#ifndef FA_API_API_H
#define FA_API_API_H

#include <farray/operations.h>

#include "engine/engine.h"

/* Words of an options struct that must be zero: FA_INVALID_ARGUMENT otherwise. */
bool fa__reserved_is_zero(const uint64_t *words, size_t bytes, fa_error *err);
#define FA__RESERVED_IS_ZERO(options, err) \
    fa__reserved_is_zero((options)->reserved, sizeof(options)->reserved, err)

/* A graph's leaf for a user's array, on a view of its own, so that the engine can tell who else holds the
 * array. */
fa__node *fa__leaf(fa_array *array, fa_error *err);
/* A leaf for each array of a list; given back by fa__release_list(). NULL where it fails. */
fa__node **fa__leaves(fa_array *const *arrays, int count, fa_error *err);
void fa__release_list(fa__node **nodes, int count);
/* The graph of a text, for elements of `dtype` or (NULL) for nothing in particular. */
fa__node *fa__parse_for(const fa_dtype *dtype, const char *text, fa_vars vars, fa_error *err);
/* The pending array of a graph; takes the reference over. NULL passes through. */
fa_array *fa__array_of(fa__node *node, fa_error *err);

/* The options of a reduction as graphs take them, with leaves of their own for the arrays among them. To be
 * ended, also when it fails. */
bool fa__reduce_start(fa__reduce_arguments *arguments, fa_axes axes, const fa_reduce_options *options,
                      fa_error *err);
void fa__reduce_end(fa__reduce_arguments *arguments);

/* The operation of a name: FA_UNKNOWN_NAME where there is none. */
bool fa__find_operation(const char *name, fa__operation *operation, fa_error *err);

/* Every write passes here: flags, closed files, hazards, overlap. Assigns `value` (broadcast, cast without a
 * check) to `target`. `ours` says that nobody but the caller holds the value: it need not be kept as it was.
 */
bool fa__write(fa_array *target, fa_array *value, bool ours, const fa_evaluate_options *options,
               fa_error *err);
/* The checks alone: whether bytes of `target` may be written now; computes what reads them. */
bool fa__write_gate(fa_array *target, fa_array *except, const fa_evaluate_options *options, fa_error *err);
/* The flag alone: FA_NOT_WRITEABLE with the file's name. */
bool fa__may_write(fa_array *target, fa_error *err);
/* An array whose bytes writing to `target` does not change: itself, or a copy. Takes the reference over.
 * Behind the gate: what waits then reads other bytes. `may_be_same` says that each element is read before it
 * is written. */
fa_array *fa__apart_from(fa_array *array, const fa_array *target, bool may_be_same, fa_error *err);
/* `value` as a view of the target's shape. */
fa_array *fa__broadcast_value(fa_array *value, const fa_array *target, fa_error *err);

/* fa_index() with arrays in the index: a pending array. */
fa_array *fa__index_by_arrays(fa_array *array, fa_index_parts index, fa_error *err);

/* A new writeable array of zeros in C order: memory, or scratch. */
fa_array *fa__new_array(const fa_dtype *dtype, fa_shape shape, fa_error *err);

#endif
