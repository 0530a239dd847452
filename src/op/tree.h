/* SPDX-License-Identifier: BSD-3-Clause */
/* A pairwise tree over numbered leaves, built from the left, from any leaf on. Knows how states are merged,
 * not what they mean. */
#ifndef FA_OP_TREE_H
#define FA_OP_TREE_H

#include "base/error.h"
#include "kernel/kernel.h"

/* A complete node: leaves [leaf, leaf + 2^level), `width` states. */
typedef struct fa__tree_node {
    int64_t leaf;
    int level;
    void *states;
} fa__tree_node;

typedef struct fa__tree {
    const fa__reducer *reducer;
    int64_t width; /* states in a node */
    fa__tree_node *nodes;
    int64_t count, made,
        capacity; /* nodes behind the last one have room for states, which the next ones use */
} fa__tree;

void fa__tree_start(fa__tree *tree, const fa__reducer *reducer, int64_t width);
void fa__tree_clear(fa__tree *tree);
/* Room for the states of the node that is appended next: the same until it is. NULL with an error. */
void *fa__tree_vector(fa__tree *tree, fa_error *err);
/* Appends the node whose states fa__tree_vector() has room for, and merges what is complete. */
void fa__tree_push(fa__tree *tree, int64_t leaf, int level);
/* Appends all nodes of another tree, which is empty then. */
bool fa__tree_append(fa__tree *tree, fa__tree *other, fa_error *err);
/* Merges all that is left, from the right. The states are in the only node then; forget them by
 * fa__tree_reset(). */
void fa__tree_collapse(fa__tree *tree);
/* Without nodes again; the room stays. */
void fa__tree_reset(fa__tree *tree);

#endif
