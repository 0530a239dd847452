/* SPDX-License-Identifier: BSD-3-Clause */
/* A pairwise tree over numbered leaves (see DESIGN.md). Every node has room of its own, which stays where it
 * is when nodes are merged: trees that are built again and again ask for memory at the first time. */
#include "op/tree.h"

#include "base/memory.h"
#include "engine/buffers.h"

#include <string.h>

enum { LARGE_BYTES = 32 << 10 }; /* from there on room comes from buffers, whose pages were touched before */

static size_t bytes_of(const fa__tree *tree)
{
    return (size_t)tree->reducer->components * (size_t)tree->width * 8;
}

void fa__tree_start(fa__tree *tree, const fa__reducer *reducer, int64_t width)
{
    memset(tree, 0, sizeof *tree);
    tree->reducer = reducer;
    tree->width = width;
}

void fa__tree_clear(fa__tree *tree)
{
    for (int64_t i = 0; i < tree->made; i++)
        if (bytes_of(tree) >= LARGE_BYTES)
            fa__buffer_give_back(tree->nodes[i].states, bytes_of(tree));
        else
            fa__free(tree->nodes[i].states);
    fa__free(tree->nodes);
    memset(tree, 0, sizeof *tree);
}

void *fa__tree_vector(fa__tree *tree, fa_error *err)
{
    if (tree->count < tree->made)
        return tree->nodes[tree->count].states;
    if (!fa__grow(&tree->nodes, &tree->capacity, tree->count + 1, sizeof *tree->nodes, err))
        return NULL;
    void *states =
        bytes_of(tree) >= LARGE_BYTES ? fa__buffer_take(bytes_of(tree), err) : fa__alloc(bytes_of(tree), err);
    if (states != NULL)
        tree->nodes[tree->made++] = (fa__tree_node){.states = states};
    return states;
}

static void merge_last_two(fa__tree *tree)
{
    tree->count--;
    tree->reducer->merge(tree->nodes[tree->count - 1].states, tree->width, tree->nodes[tree->count].states,
                         tree->width, tree->width);
}

void fa__tree_push(fa__tree *tree, int64_t leaf, int level)
{
    fa__tree_node *last = &tree->nodes[tree->count++];
    last->leaf = leaf;
    last->level = level;
    while (tree->count >= 2) {
        fa__tree_node *left = &tree->nodes[tree->count - 2], *right = &tree->nodes[tree->count - 1];
        if (left->level != right->level || (left->leaf >> left->level) % 2 != 0)
            break;
        merge_last_two(tree);
        left->level++;
    }
}

/* Room is exchanged, and both have as much as before. */
bool fa__tree_append(fa__tree *tree, fa__tree *other, fa_error *err)
{
    for (int64_t i = 0; i < other->count; i++) {
        void *room = fa__tree_vector(tree, err);
        if (room == NULL)
            return false;
        tree->nodes[tree->count].states = other->nodes[i].states;
        other->nodes[i].states = room;
        fa__tree_push(tree, other->nodes[i].leaf, other->nodes[i].level);
    }
    other->count = 0;
    return true;
}

void fa__tree_collapse(fa__tree *tree)
{
    while (tree->count >= 2)
        merge_last_two(tree);
}

void fa__tree_reset(fa__tree *tree)
{
    tree->count = 0;
}
