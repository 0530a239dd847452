/* SPDX-License-Identifier: BSD-3-Clause */
/* Results out of states, leaves into trees, and the parts that tasks have of a tree put together, in order.
 */
#include "op/reduce.h"

#include "engine/tiles.h"

#include "base/checked.h"
#include "base/memory.h"
#include "storage/storage.h"

#include <string.h>

/* ---- Results ---- */

static bool all_found(const int64_t *positions, int64_t n)
{
    int64_t least = 0;
    for (int64_t i = 0; i < n; i++)
        least = fa__min_i64(least, positions[i]);
    return least >= 0;
}

static bool put(const fa__reduce_plan *p, const fa__reduce_output *output, int64_t at, int64_t n,
                const void *states, int64_t capacity, fa_error *err)
{
    int64_t item = output->node->dtype->item_bytes;
    char *memory = fa__source_memory(output->result);
    const char *from = (const char *)states + 8 * output->place * capacity;
    while (n > 0 && !fa_failed(err)) {
        char results[256 * 16], converted[256 * 16];
        int64_t some = fa__min_i64(n, 256);
        bool straight = memory != NULL && output->convert == NULL;
        char *out = straight ? memory + at * item : results;
        output->reducer->finish(out, from, capacity, some, p->reduced_count, output->node->as.reduce.ddof);
        if (output->reducer->locate != NULL && !all_found((const int64_t *)(const void *)out, some))
            return fa__fail(err, FA_OUT_OF_RANGE, "All-NaN slice encountered");
        if (output->convert != NULL) {
            output->convert(converted, results, some);
            out = converted;
        }
        if (memory != NULL && !straight) {
            memcpy(memory + at * item, out, (size_t)(some * item));
        } else if (memory == NULL) {
            int64_t size = some, stride = item;
            fa__box box = {1, item, at * item, &size, &stride};
            fa__source_write(output->result, &box, out, err);
        }
        from += some * 8; /* states of one component stand side by side */
        at += some;
        n -= some;
    }
    return !fa_failed(err);
}

/* Writes results [at, at + n) out of their states. */
bool fa__reduce_put(const fa__reduce_plan *p, int64_t at, int64_t n, const void *states, int64_t capacity,
                    fa_error *err)
{
    for (int i = 0; i < p->output_count && !fa_failed(err); i++)
        put(p, &p->outputs[i], at, n, states, capacity, err);
    return !fa_failed(err);
}

/* ---- Pieces ---- */

void fa__tree_piece_clear(fa__tree_piece *old)
{
    fa__tree_clear(&old->tree);
    fa__free(old->head);
    fa__free(old->tail);
    memset(old, 0, sizeof *old);
}

void fa__tree_piece_begin(const fa__reduce_plan *p, fa__tree_piece *piece, int64_t item, int64_t width)
{
    piece->present = true;
    piece->item = item;
    if (piece->tree.reducer != NULL && piece->tree.width == width)
        return;
    fa__tree_clear(&piece->tree);
    fa__tree_start(&piece->tree, p->reducer, width);
}

/* Nothing is in it any more; the room stays. */
static void piece_reset(fa__tree_piece *piece)
{
    piece->present = piece->ended = false;
    piece->head_count = piece->tail_count = 0;
    fa__tree_reset(&piece->tree);
}

bool fa__need_leaf(const fa__reduce_plan *p, char **elements, fa_error *err)
{
    if (*elements == NULL)
        *elements = fa__alloc((size_t)(FA__BLOCK * p->item_bytes), err);
    return *elements != NULL;
}

int64_t fa__leaf_length(const fa__reduce_plan *p, int64_t leaf)
{
    return fa__min_i64(FA__BLOCK, p->whole.run - leaf * FA__BLOCK);
}

/* The state of a leaf along memory. Positions are found in stretches that are one in C order too. `state` has
 * room for two. */
static void make_leaf(const fa__reduce_plan *p, int64_t leaf, const char *elements, void *state)
{
    int64_t n = fa__leaf_length(p, leaf), first = leaf * FA__BLOCK;
    const fa__reducer *reducer = p->reducer;
    if (reducer->locate == NULL) {
        reducer->leaf(state, 1, elements, n);
        return;
    }
    int64_t stretch = p->position_sizes[p->position_ndim - 1];
    for (int64_t at = 0; at < n;) {
        int64_t some = fa__min_i64(n - at, stretch - (first + at) % stretch);
        char *next = (char *)state + (at > 0 ? 8 * reducer->components : 0);
        reducer->leaf(next, 1, elements + at * p->item_bytes, some);
        int64_t position =
            fa__flat_offset(p->position_ndim, p->position_sizes, p->position_strides, first + at);
        reducer->locate(next, 1, 1, position, p->position_strides[p->position_ndim - 1]);
        if (at > 0)
            reducer->merge(state, 1, next, 1, 1);
        at += some;
    }
}

bool fa__push_leaf(fa__reduce_plan *p, fa__tree *tree, int64_t leaf, const void *elements, void *state,
                   fa_error *err)
{
    make_leaf(p, leaf, elements, state);
    void *vector = fa__tree_vector(tree, err);
    if (vector == NULL)
        return false;
    memcpy(vector, state, (size_t)p->reducer->components * 8);
    fa__tree_push(tree, leaf, 0);
    return true;
}

/* Leaves `leaf` .. leaf + count - 1 as one node: count is a power of two that divides `leaf`. Neighbours are
 * merged as the tree would merge them, many at a time. */
bool fa__push_states(const fa__reduce_plan *p, fa__tree *tree, int64_t leaf, int64_t count, double *states,
                     fa_error *err)
{
    double even[FA__MAX_COMPONENTS * LEAVES], odd[FA__MAX_COMPONENTS * LEAVES];
    const int components = p->reducer->components;
    int height = 0;
    for (; count > 1; count /= 2, height++) {
        for (int c = 0; c < components; c++)
            for (int64_t i = 0; i < count / 2; i++) {
                even[c * LEAVES + i] = states[c * LEAVES + 2 * i];
                odd[c * LEAVES + i] = states[c * LEAVES + 2 * i + 1];
            }
        p->reducer->merge(even, LEAVES, odd, LEAVES, count / 2);
        for (int c = 0; c < components; c++)
            memcpy(states + c * LEAVES, even + c * LEAVES, (size_t)(count / 2) * sizeof *even);
    }
    double *vector = fa__tree_vector(tree, err);
    if (vector == NULL)
        return false;
    for (int c = 0; c < components; c++)
        memcpy(vector + c, states + c * LEAVES, sizeof *vector);
    fa__tree_push(tree, leaf, height);
    return true;
}

bool fa__push_leaves(const fa__reduce_plan *p, fa__tree *tree, int64_t leaf, int64_t count, const char *x,
                     double *states, fa_error *err)
{
    p->reducer->leaf_rows(states, LEAVES, x, count, FA__BLOCK);
    return fa__push_states(p, tree, leaf, count, states, err);
}

/* How many leaves, of `n` elements that begin with a leaf, make one node. */
int64_t fa__leaves_together(int64_t leaf, int64_t n)
{
    int64_t count = 1;
    while (count < LEAVES && 2 * count * FA__BLOCK <= n && leaf % (2 * count) == 0)
        count *= 2;
    return count;
}

/* Continues the open item by what the next task has of it. */
static bool join(fa__reduce_plan *p, fa__tree_piece *open, fa__tree_piece *next, fa_error *err)
{
    if (next->head_count > 0) {
        memcpy(open->tail + open->tail_count * p->item_bytes, next->head,
               (size_t)(next->head_count * p->item_bytes));
        open->tail_count += next->head_count;
        if (open->tail_count == fa__leaf_length(p, next->head_leaf)) {
            open->tail_count = 0;
            fa__push_leaf(p, &open->tree, next->head_leaf, open->tail, p->leaf, err);
        }
    }
    fa__tree_append(&open->tree, &next->tree, err);
    if (next->tail_count > 0) {
        memcpy(open->tail, next->tail, (size_t)(next->tail_count * p->item_bytes));
        open->tail_count = next->tail_count;
    }
    if (!next->ended || fa_failed(err))
        return !fa_failed(err);
    fa__tree_collapse(&open->tree);
    fa__reduce_put(p, open->item * p->whole.width, p->whole.width, open->tree.nodes[0].states, p->whole.width,
                   err);
    fa__tree_reset(&open->tree);
    open->present = false;
    return !fa_failed(err);
}

static bool take(fa__reduce_plan *p, fa__task_part *from, fa_error *err)
{
    fa__tree_piece *open = &p->open;
    if (from->first.present && !join(p, open, &from->first, err))
        return false;
    if (!from->last.present)
        return true;
    fa__tree_append(&open->tree, &from->last.tree, err);
    open->present = true;
    open->item = from->last.item;
    open->tail_count = from->last.tail_count;
    if (from->last.tail_count > 0)
        memcpy(open->tail, from->last.tail, (size_t)(from->last.tail_count * p->item_bytes));
    return !fa_failed(err);
}

void fa__task_parts_free(fa__task_part *first)
{
    while (first != NULL) {
        fa__task_part *next = first->next;
        fa__tree_piece_clear(&first->first);
        fa__tree_piece_clear(&first->last);
        fa__free(first);
        first = next;
    }
}

/* The caller holds the plan's mutex. */
static void put_away(fa__reduce_plan *p, fa__task_part *part)
{
    piece_reset(&part->first);
    piece_reset(&part->last);
    part->next = p->unused;
    p->unused = part;
}

fa__task_part *fa__task_part_take(fa__reduce_plan *p, fa_error *err)
{
    fa__mutex_lock(&p->mutex);
    fa__task_part *part = p->unused;
    if (part != NULL) {
        p->unused = part->next;
        part->next = NULL; /* nobody's but the taker's */
    }
    fa__mutex_unlock(&p->mutex);
    return part != NULL ? part : fa__alloc_zero(1, sizeof *part, err);
}

/* Takes parts in the order of their tasks; those that came too early wait. */
bool fa__hand_over(fa__reduce_plan *p, fa__task_part *new, fa_error *err)
{
    fa__mutex_lock(&p->mutex);
    fa__task_part **place = &p->waiting;
    while (*place != NULL && (*place)->task < new->task)
        place = &(*place)->next;
    new->next = *place;
    *place = new;
    while (p->waiting != NULL && p->waiting->task == p->next_task && !p->broken) {
        fa__task_part *next = p->waiting;
        p->waiting = next->next;
        p->next_task++;
        p->broken = !take(p, next, err);
        put_away(p, next);
    }
    fa__mutex_unlock(&p->mutex);
    return !fa_failed(err);
}
