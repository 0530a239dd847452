/* SPDX-License-Identifier: BSD-3-Clause */
/* The source whose bytes are not there yet: a graph until it is computed, then the source of the result.
 * Keeps the lists of who reads whose bytes. Knows nothing about how a graph is computed. */
#ifndef FA_ENGINE_PENDING_H
#define FA_ENGINE_PENDING_H

#include "engine/engine.h"

typedef enum fa__pending_state { FA__STATE_PENDING, FA__STATE_DONE, FA__STATE_FAILED } fa__pending_state;

/* One view that a pending graph reads, in the list of the owner of the bytes. */
typedef struct fa__reader fa__reader;
typedef struct fa__pending fa__pending;

/* The pending source behind a source; NULL for all others. */
fa__pending *fa__pending_of(fa__source *source);
fa__pending_state fa__pending_get_state(const fa__pending *pending);
/* The graph, while the state is pending. Borrowed: alive during an evaluation, since only evaluations end it.
 */
fa__node *fa__pending_root(const fa__pending *pending);
/* Where bytes of a source are: the result's source once a pending one is done, else the source itself. */
fa__source *fa__concrete(fa__source *source);
/* Whether `kept` holds a node's elements in the node's virtual layout, so that views of the layout are views
 * of it. */
bool fa__stands_as(const fa_array *kept, const fa__node *node);
/* The error of a failed source. */
void fa__pending_failure(const fa__pending *pending, fa_error *err);
/* Ends the computation: `result` (retained here) holds the elements in the root's virtual layout. */
void fa__pending_complete(fa__pending *pending, fa__source *result);
/* A view of all elements of a source that is pending, in the root's shape. */
fa_array *fa__pending_whole(fa__pending *pending, fa_error *err);

/* What must be computed before bytes of `target` change: views of the pending sources that read them and that
 * somebody besides graphs still holds; `except` (may be NULL) is left out. The list and its views are the
 * caller's. */
bool fa__pending_affected(fa_array *target, const fa__source *except, fa_array ***affected, int64_t *count,
                          fa_error *err);

#endif
