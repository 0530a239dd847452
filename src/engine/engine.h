/* SPDX-License-Identifier: BSD-3-Clause */
/* Computing graphs: pending sources, and sinks that ask for values. See DESIGN.md beside this file. */
#ifndef FA_ENGINE_ENGINE_H
#define FA_ENGINE_ENGINE_H

#include <farray/evaluate.h>
#include "expr/graph.h"
#include "storage/storage.h"

/* Wraps a graph into a pending source and gives a view of all of it. LEAF and whole VIEW-of-LEAF graphs give
 * that view itself. The pending source registers with the owners of the bytes that it reads. */
fa_array *fa__pending_array(fa__node *root, fa_error *err);
/* The graph of a pending array's source; NULL when it is concrete. Borrowed, while no evaluation can end it.
 */
fa__node *fa__pending_graph(fa_array *array);
bool fa__is_pending(const fa_array *array);

/* A value that is asked for. */
typedef struct fa__sink {
    fa_array *value; /* any view */
    fa_array
        *target; /* concrete and writeable, the value's shape; NULL: the value's source becomes concrete */
    fa_array *where; /* bool, of the same shape: elements where it is false stay as they are; NULL: all are
                      * written. Neither it nor the value may read bytes of the target as other elements */
} fa__sink;

/* Computes all sinks, sharing passes. All or nothing for sources that become concrete; targets may be half
 * written when it fails. Does not look at hazards: api/write_gate does, before. */
bool fa__engine_run(const fa__sink *sinks, int count, const fa_evaluate_options *options, fa_error *err);

/* Copies the elements of any view to dense C-order memory in the machine's byte order: what get and print
 * use. */
bool fa__engine_read(fa_array *value, void *elements, fa_error *err);

/* Makes `target` concrete and evaluates the pending arrays that read its bytes, in one run. Nothing is
 * written when it fails. `except` (may be NULL) is the value that is about to be written and that nobody else
 * holds: the engine sees to it that it reads old bytes. */
bool fa__engine_before_write(fa_array *target, fa_array *except, const fa_evaluate_options *options,
                             fa_error *err);
/* The same for all bytes of an owner, before it goes away: pending readers are marked failed with `why`. */
void fa__engine_fail_readers(fa__owner *owner, const fa_error *why);

/* Waits in line for evaluations; between enter and leave no other thread evaluates, and no graph ends. */
bool fa__engine_enter(const fa_evaluate_options *options, fa_error *err);
void fa__engine_leave(void);

/* Does long work that computes nothing, calling back meanwhile; FA_CANCELLED when a callback said so. */
bool fa__engine_aside(void (*body)(void *argument, fa__watch *watch, fa_error *err), void *argument,
                      const fa_evaluate_options *options, fa_error *err);

/* True inside a progress callback on this thread: records FA_BUSY. */
bool fa__engine_busy(fa_error *err);

#endif
