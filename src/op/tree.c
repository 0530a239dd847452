/* SPDX-License-Identifier: BSD-3-Clause */
/* A pairwise tree over numbered leaves (see DESIGN.md). */
#include "op/tree.h"

#include "base/memory.h"

#include <string.h>

void fa__tree_start(fa__tree *tree, const fa__reducer *reducer, int64_t width)
{
    memset(tree, 0, sizeof *tree);
    tree->reducer = reducer;
    tree->width = width;
}

void fa__tree_clear(fa__tree *tree)
{
    for (int64_t i = 0; i < tree->count; i++)
        fa__free(tree->nodes[i].states);
    for (int64_t i = 0; i < tree->spare_count; i++)
        fa__free(tree->spare[i]);
    fa__free(tree->nodes);
    fa__free(tree->spare);
    memset(tree, 0, sizeof *tree);
}

void *fa__tree_vector(fa__tree *tree, fa_error *err)
{
    if (tree->spare_count > 0)
        return tree->spare[--tree->spare_count];
    return fa__alloc((size_t)tree->reducer->components * (size_t)tree->width * 8, err);
}

static void give_back(fa__tree *tree, void *states)
{
    fa_error ignored = {0};
    if (fa__grow(&tree->spare, &tree->spare_capacity, tree->spare_count + 1, sizeof *tree->spare, &ignored))
        tree->spare[tree->spare_count++] = states;
    else
        fa__free(states);
}

static void merge_last_two(fa__tree *tree)
{
    fa__tree_node *left = &tree->nodes[tree->count - 2], *right = &tree->nodes[tree->count - 1];
    tree->reducer->merge(left->states, tree->width, right->states, tree->width, tree->width);
    give_back(tree, right->states);
    tree->count--;
}

bool fa__tree_push(fa__tree *tree, int64_t leaf, int level, void *states, fa_error *err)
{
    if (!fa__grow(&tree->nodes, &tree->capacity, tree->count + 1, sizeof *tree->nodes, err)) {
        fa__free(states);
        return false;
    }
    tree->nodes[tree->count++] = (fa__tree_node){leaf, level, states};
    while (tree->count >= 2) {
        fa__tree_node *left = &tree->nodes[tree->count - 2], *right = &tree->nodes[tree->count - 1];
        if (left->level != right->level || (left->leaf >> left->level) % 2 != 0)
            break;
        merge_last_two(tree);
        left->level++;
    }
    return true;
}

bool fa__tree_append(fa__tree *tree, fa__tree *other, fa_error *err)
{
    for (int64_t i = 0; i < other->count; i++) {
        fa__tree_node node = other->nodes[i];
        if (!fa__tree_push(tree, node.leaf, node.level, node.states, err)) {
            memmove(other->nodes, other->nodes + i + 1,
                    (size_t)(other->count - i - 1) * sizeof *other->nodes);
            other->count -= i + 1;
            return false;
        }
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
    for (int64_t i = 0; i < tree->count; i++)
        give_back(tree, tree->nodes[i].states);
    tree->count = 0;
}

void fa__tree_take_spare(fa__tree *tree, fa__tree *from)
{
    while (tree->width == from->width && from->spare_count > 0)
        give_back(tree, from->spare[--from->spare_count]);
}
