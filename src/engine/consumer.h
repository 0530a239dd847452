/* SPDX-License-Identifier: BSD-3-Clause */
/* What takes in the values of a pass and is more than a store: the table that src/op fills. A consumer is
 * planned once, works on every thread, and puts its parts together in the order of the tasks, so that its
 * result does not depend on how the work was cut. */
#ifndef FA_ENGINE_CONSUMER_H
#define FA_ENGINE_CONSUMER_H

#include "engine/pass.h"

enum { FA__MOST_LEAVES = 16 };

/* A piece of the domain that one worker walks in order: flat elements [first, last) of a box. */
typedef struct fa__span {
    int64_t task; /* tasks are numbered in the order of boxes and of elements */
    int64_t start[FA_MAX_NDIM], sizes[FA_MAX_NDIM]; /* the box, over the domain's axes */
    int64_t first, last;
} fa__span;

typedef struct fa__consumer_class {
    /* May set pass->box where it alone consumes. NULL with an error. */
    void *(*plan)(fa__pass *pass, const fa__consume *consume, int threads, fa_error *err);
    /* Tasks begin at multiples of this many flat elements. */
    int64_t (*granule)(const void *plan);
    /* Whether tasks are short, because each waits for what the one before it came to. NULL: no. */
    bool (*takes_turns)(const void *plan);
    void *(*worker_new)(void *plan, fa_error *err);
    void (*worker_free)(void *worker);
    bool (*start)(void *worker, const fa__span *span, fa_error *err);
    /* n <= FA__BLOCK elements from flat element `first` on; called in order. May be left by a fault while it
     * reads x. */
    void (*feed)(void *worker, int64_t first, int64_t n, const void *x);
    bool takes_long; /* feed() takes any number of elements */
    /* The same of `rows` rows of `row` elements each, `stride` bytes from one to the next, the first of which
     * begins a row of the box. False, and nothing was taken, where it would rather be fed, which asking for
     * no rows tells. NULL: always. */
    bool (*feed_rows)(void *worker, int64_t first, int64_t rows, int64_t row, int64_t stride, const void *x);
    /* Elements of a row: blocks that end where rows end are fed without being cut. NULL: anywhere. */
    int64_t (*row)(const void *plan);
    /* How many of the flat elements [first, first + n) are leaves that belong together, at most
     * FA__MOST_LEAVES, of which only the sums are wanted (fa__chain_sums): it may be fed with these instead.
     * NULL: none ever. */
    int64_t (*leaves)(const void *worker, int64_t first, int64_t n);
    void (*feed_sums)(void *worker, int64_t first, int64_t n, double *sums);
    /* In place of feed(), where the consumer makes a value: n elements of it, for the n of x. */
    void (*transform)(void *worker, int64_t first, int64_t n, const void *x, void *out);
    bool (*stop)(void *worker, fa_error *err);
    /* After the last task. Keeps the result on the node. */
    bool (*finish)(void *plan, fa_error *err);
    /* In place of it, where a pass is walked again and again: the result is on the node before the first
     * walk, and each begins with a restart. NULL: a walk is the only one. */
    bool (*keep)(void *plan, fa_error *err);
    void (*restart)(void *plan);
    void (*free)(void *plan);
} fa__consumer_class;

/* The table of consumers, which src/op/consumers.c fills. */
typedef struct fa__consuming {
    /* What takes in the input of a REDUCE, SCAN or FOLD. */
    const fa__consumer_class *(*class_of)(const fa__node *node);
    /* True when such a node must have its pass for itself, if its input is walked in this order: the walk
     * goes along columns. */
    bool (*walks_columns)(const fa__node *node, const int *order);
} fa__consuming;
extern const fa__consuming fa__consumers;

#endif
