/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of a reduction share: reduce.c plans and cuts into tasks, reduce_feed.c takes elements in,
 * reduce_parts.c puts leaves and tasks together. DESIGN.md says which element comes when. */
#ifndef FA_OP_REDUCE_H
#define FA_OP_REDUCE_H

#include "op/consumers.h"
#include "op/tree.h"

#include "platform/platform.h"

enum {
    MAX_LEVELS = FA_MAX_NDIM / 2 + 1,
    COLUMNS = 8 << 10, /* columns that are walked together where rows are wide, in memory */
    /* Of files at least as many as make a row that disks like, and as the second-level cache has states for.
     */
    COLUMN_ROW_BYTES = 256 << 10,
    COLUMN_STATES_BYTES = 512 << 10,
    LEAVES = FA__MOST_LEAVES, /* at most, that are merged together */
    ROWS_TOGETHER = 16,       /* at most, along memory, whose leaves are merged together */
    /* Of leaves across rows that are there as a whole: how many are merged in the cache, and the columns that
     * are taken together, by their bytes and at most. */
    STRIP_LEAVES = 8,
    STRIP_ROW_BYTES = 2 << 10,
    STRIP_COLUMNS = 256,
    STRIP_BYTES = 16 << 20, /* of the rows of as many leaves: a tile is no longer */
    ROUNDS = 20             /* of so many leaves, at least, for all workers to be busy */
};

/* A tree across rows: `rows` vectors of `width` states. */
typedef struct fa__level {
    int64_t rows, width;
} fa__level;

/* How groups of axes follow each other, sizes for one box. */
typedef struct fa__structure {
    int64_t run; /* elements of a row along memory; 0: the innermost group is kept */
    int level_count;
    fa__level levels[MAX_LEVELS]; /* from the inside */
    int64_t item;                 /* elements of one item of the outermost tree */
    int64_t width;                /* results of one item */
} fa__structure;

/* One item of the outermost tree, as far as one task has it. */
typedef struct fa__tree_piece {
    bool present, ended;
    int64_t item;
    fa__tree tree;
    char *head,
        *tail; /* elements of leaves that are not whole here: the first, the last; NULL: no room yet */
    int64_t head_count, tail_count, head_leaf, tail_leaf;
} fa__tree_piece;

typedef struct fa__task_part {
    struct fa__task_part *next;
    int64_t task;
    fa__tree_piece first, last;
} fa__task_part;

/* One of the reductions that a plan computes. */
typedef struct fa__reduce_output {
    fa__node *node;
    const fa__reducer *reducer; /* whose finish() it is */
    int place;                  /* of its first component in a state */
    fa__source *result;
    fa__convert_loop *convert; /* from the reducer's type to the node's; NULL: the same */
} fa__reduce_output;

/* Reductions of the same elements over the same axes are computed by the first of them; the others have plans
 * that do nothing. */
typedef struct fa__reduce_plan {
    const fa__pass *pass;
    struct fa__reduce_plan *leader; /* NULL: this one computes */
    fa__reduce_output *outputs;
    int output_count;
    const fa__reducer *reducer;
    int64_t item_bytes; /* of an element */
    /* The positions that argmin and its kin count: in C order of the reduced axes, axes that are one for them
     * merged. */
    int position_ndim;
    int64_t position_sizes[FA_MAX_NDIM], position_strides[FA_MAX_NDIM];
    bool reduced[FA_MAX_NDIM]; /* domain axes */
    fa__structure whole;
    size_t states_bytes;   /* charged for trees of wide rows */
    int64_t reduced_count; /* elements in a result */
    int64_t result_count;
    fa__mutex mutex; /* guards all below */
    fa__task_part *waiting, *unused;
    int64_t next_task;
    fa__tree_piece open;
    bool broken; /* a part was lost: `open` is not what it should be */
    void *leaf;  /* room for two states */
} fa__reduce_plan;

typedef struct fa__reduce_worker {
    fa__reduce_plan *plan;
    fa__structure s;
    int64_t task, next;  /* the flat element that comes next */
    int64_t kept_offset; /* of the box in a row of results */
    int64_t item;        /* of the outermost tree */
    bool continuing;     /* the item began in an earlier task */
    int64_t head_leaf;   /* leaf in whose middle the task began; -1: none */
    fa__tree row;        /* of the row along memory */
    fa__tree trees[MAX_LEVELS];
    int64_t filled[MAX_LEVELS]; /* of the states that the next node has room for */
    int64_t at_row[MAX_LEVELS];
    fa__task_part *part; /* what is handed over when the task ends */
    char *raw;           /* elements of a leaf that is not whole yet */
    double *states;      /* of a block of short rows, and of one leaf */
    fa_error err;
} fa__reduce_worker;

/* ---- reduce_parts.c ---- */

/* Writes results [at, at + n) out of their states. */
bool fa__reduce_put(const fa__reduce_plan *p, int64_t at, int64_t n, const void *states, int64_t capacity,
                    fa_error *err);
void fa__tree_piece_clear(fa__tree_piece *old);
/* An item that goes on in another task begins, or comes from one. */
void fa__tree_piece_begin(const fa__reduce_plan *p, fa__tree_piece *piece, int64_t item, int64_t width);
/* Room for the elements of a leaf. */
bool fa__need_leaf(const fa__reduce_plan *p, char **elements, fa_error *err);
/* Elements of a leaf along memory. */
int64_t fa__leaf_length(const fa__reduce_plan *p, int64_t leaf);
bool fa__push_leaf(fa__reduce_plan *p, fa__tree *tree, int64_t leaf, const void *elements, void *state,
                   fa_error *err);
bool fa__push_leaves(const fa__reduce_plan *p, fa__tree *tree, int64_t leaf, int64_t count, const char *x,
                     double *states, fa_error *err);
/* The same of leaves whose states are known. */
bool fa__push_states(const fa__reduce_plan *p, fa__tree *tree, int64_t leaf, int64_t count, double *states,
                     fa_error *err);
int64_t fa__leaves_together(int64_t leaf, int64_t n);
/* An empty part, which fa__hand_over() takes over. */
fa__task_part *fa__task_part_take(fa__reduce_plan *p, fa_error *err);
void fa__task_parts_free(fa__task_part *first);
bool fa__hand_over(fa__reduce_plan *p, fa__task_part *new, fa_error *err);

/* ---- reduce_feed.c ---- */

/* fa__consumer_class.feed */
void fa__reduce_feed(void *worker_pointer, int64_t first, int64_t n, const void *elements);
/* .feed_rows */
bool fa__reduce_feed_rows(void *worker_pointer, int64_t first, int64_t rows, int64_t row, int64_t stride,
                          const void *elements);
/* .leaves, .feed_sums */
int64_t fa__reduce_leaves(const void *worker_pointer, int64_t first, int64_t n);
void fa__reduce_feed_sums(void *worker_pointer, int64_t first, int64_t n, double *sums);

#endif
