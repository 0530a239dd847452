/* SPDX-License-Identifier: BSD-3-Clause */
/* Moves: nodes whose elements are those of standing inputs in other places. Nothing is copied for them: a
 * *derived source* answers reads from the inputs, and passes load it as they load a file. What a move does
 * with positions is a class that src/op fills. */
#ifndef FA_ENGINE_MOVE_H
#define FA_ENGINE_MOVE_H

#include "engine/flat.h"
#include "expr/graph.h"

/* Elements [first, first + n) of `flat` are read for what was asked. */
typedef void fa__move_visit(const fa__flat *flat, int64_t first, int64_t n, void *user);

/* Units of a file that follow each other in the virtual layout and are anywhere in the file: where. */
typedef struct fa__move_places {
    fa__source *source; /* borrowed */
    int64_t unit_bytes;
    /* Bytes of the source at which units [first, first + n) begin; `room` is for n numbers. On several
     * threads at once. */
    bool (*offsets)(const void *plan, int64_t first, int64_t n, int64_t *offsets, int64_t *room,
                    fa_error *err);
    const void *plan;
} fa__move_places;

typedef struct fa__move_class {
    /* Looks at the inputs, which stand and outlive the plan, once. NULL with an error. */
    void *(*plan)(const fa__node *node, fa_array *const *inputs, fa_error *err);
    void (*free)(void *plan); /* also of a plan that is half made */
    /* Elements number first, first + step, ... (n > 0 of them, any step) of the node's virtual layout, where
     * they are counted as they stand in memory, to dense memory, as elements of the node's dtype. Called on
     * several threads at once. */
    bool (*fetch)(const void *plan, int64_t first, int64_t step, int64_t n, void *elements, fa_error *err);
    /* The same for elements [first, first + n), past the cache: into memory that is larger. NULL: fetch()
     * knows no better. */
    bool (*stream)(const void *plan, int64_t first, int64_t n, void *elements, fa_error *err);
    /* Says what fetch(first, 1, n) would read, and what lies between where that is shorter to say. */
    void (*visit)(const void *plan, int64_t first, int64_t n, fa__move_visit *visit, void *user);
    /* How many bytes at least are together where elements that stand together come from anywhere in a file:
     * then long runs are worth their buffers, and the shorter these the more. 0: they come from near each
     * other. May be NULL: 0. */
    int64_t (*scattered)(const void *plan);
    /* Whether it reads ahead what it reads in runs, so that nobody else should. May be NULL: no. */
    bool (*reads_ahead)(const void *plan);
    /* Whether all elements are such units, and which. May be NULL: no. */
    bool (*places)(const void *plan, fa__move_places *places);
} fa__move_class;

/* src/op/move.c */
extern const fa__move_class *const fa__move_classes[FA__MOVE_COUNT];

/* The most derived sources that stand on each other: one above is copied first. Bounds the stack of a read.
 */
enum { FA__MAX_DERIVED = 4 };

/* What has to be computed and kept before a move can read `input`: a node below conversions and views. NULL
 * when the elements stand already, or will once the derived source of *from (NULL: nothing of the kind) is
 * made. */
fa__node *fa__move_needs(fa__node *input, fa__node **from);

/* A view of a new derived source in the node's virtual layout. All that fa__move_needs() named is kept. Lives
 * inside one evaluation. */
fa_array *fa__derived_array(const fa__node *node, fa_error *err);
bool fa__is_derived(const fa__source *source);
/* The same of a source; 0 for those that are not derived. */
int64_t fa__scattered_bytes(const fa__source *source);
/* Whether a source is derived, of memory alone, of items of so many bytes, and can be read past the cache;
 * and doing so. */
bool fa__derived_streams(const fa__source *source, int64_t item_bytes);
bool fa__derived_stream(fa__source *source, int64_t first, int64_t n, void *elements, fa_error *err);
/* The same of a source; false for those that are not derived. */
bool fa__derived_places(const fa__source *source, fa__move_places *places);
/* Whether a derived source reads bytes of `target`. */
bool fa__derived_reads(const fa__source *source, const fa_array *target);

#endif
