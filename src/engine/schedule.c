/* SPDX-License-Identifier: BSD-3-Clause */
/* Levels of a graph. The walk has a stack of its own: graphs may be a million nodes deep. */
#include "engine/schedule.h"

#include "engine/affine.h"
#include "engine/move.h"

#include "base/memory.h"

#include <string.h>

typedef struct walk {
    fa__schedule *schedule;
    fa__node **stack;
    int64_t depth, capacity;
    fa_error *err;
} walk;

/* What the index knows of a node, by its second word. */
enum { LEVEL, HAS_PASS, DERIVED_DEPTH };

static int level_of(const fa__schedule *schedule, const fa__node *node)
{
    return (int)fa__index_find(&schedule->nodes, (uint64_t)(uintptr_t)node, LEVEL);
}

bool fa__schedule_has_pass(const fa__schedule *schedule, const fa__node *node)
{
    return fa__index_find(&schedule->nodes, (uint64_t)(uintptr_t)node, HAS_PASS) >= 0;
}

/* Whether elements of `below` can be found by an index map: then a view of them needs no pass. A field is
 * another element. */
static bool is_map(const fa__geometry *geometry, const fa_dtype *dtype, const fa__node *below, fa_error *err)
{
    if (!fa__dtype_same_bytes(dtype, below->dtype))
        return false;
    fa__affine *map = fa__affine_of_view(geometry, below->ndim, below->sizes, below->strides, err);
    fa__free(map);
    return map != NULL;
}

/* The nodes whose elements `node` reads; *stands says that they must stand in memory first. `one` holds the
 * graph that a leaf stands for. */
static int inputs_of(fa__node *node, fa__node ***inputs, fa__node **one, bool *stands, fa_error *err)
{
    fa__geometry geometry;
    *stands = false;
    if (node->kept != NULL)
        return 0;
    *inputs = node->inputs;
    if (node->kind == FA__NODE_LEAF) {
        fa__pending *pending = fa__pending_of(node->array->source);
        if (pending == NULL || fa__pending_get_state(pending) == FA__STATE_DONE)
            return 0;
        if (fa__pending_get_state(pending) == FA__STATE_FAILED) {
            fa__pending_failure(pending, err);
            return 0;
        }
        *one = fa__pending_root(pending);
        *inputs = one;
        fa__view_geometry(node->array, &geometry);
        *stands = !is_map(&geometry, node->dtype, *one, err);
        return 1;
    }
    if (node->kind == FA__NODE_VIEW) {
        fa__node_geometry(node, &geometry);
        *stands = !is_map(&geometry, node->dtype, node->inputs[0], err);
    }
    return node->input_count;
}

static bool set_level(walk *w, const fa__node *node, int level)
{
    if (level >= w->schedule->levels)
        w->schedule->levels = level + 1;
    return fa__index_set(&w->schedule->nodes, (uint64_t)(uintptr_t)node, LEVEL, level, w->err);
}

static bool append_barrier(walk *w, fa__node *node, int level, bool derives)
{
    fa__schedule *s = w->schedule;
    if (!fa__grow(&s->barriers, &s->barrier_capacity, s->barrier_count + 1, sizeof *s->barriers, w->err))
        return false;
    s->barriers[s->barrier_count++] = (fa__barrier){fa__node_retain(node), level, derives};
    return true;
}

/* The node gets a pass of its own in `level`, once. */
static bool add_barrier(walk *w, fa__node *node, int level)
{
    if (fa__schedule_has_pass(w->schedule, node))
        return true;
    return append_barrier(w, node, level, false) &&
           fa__index_set(&w->schedule->nodes, (uint64_t)(uintptr_t)node, HAS_PASS, level, w->err);
}

static bool push(walk *w, fa__node *node)
{
    if (!fa__grow(&w->stack, &w->capacity, w->depth + 1, sizeof *w->stack, w->err))
        return false;
    w->stack[w->depth++] = node;
    return true;
}

/* Where a move can read its input: what is not there yet is computed in a level before. Of derived sources
 * that stand on each other only so many do. */
static int level_for_move(walk *w, fa__node *input, int *depth)
{
    fa__node *derived, *needed = fa__move_needs(input, &derived);
    if (derived != NULL) {
        int below = (int)fa__index_find(&w->schedule->nodes, (uint64_t)(uintptr_t)derived, DERIVED_DEPTH);
        if (below < FA__MAX_DERIVED) {
            *depth = below + 1 > *depth ? below + 1 : *depth;
            return level_of(w->schedule, derived);
        }
        needed = derived;
    }
    if (needed == NULL)
        return level_of(w->schedule, input);
    add_barrier(w, needed, level_of(w->schedule, needed));
    return level_of(w->schedule, needed) + 1;
}

static void settle_move(walk *w, fa__node *node)
{
    int level = 0, depth = 1;
    for (int i = 0; i < node->input_count && !fa_failed(w->err); i++) {
        int below = level_for_move(w, node->inputs[i], &depth);
        level = below > level ? below : level;
    }
    append_barrier(w, node, level, true);
    fa__index_set(&w->schedule->nodes, (uint64_t)(uintptr_t)node, DERIVED_DEPTH, depth, w->err);
    set_level(w, node, level);
}

/* Inputs that an operation on whole arrays finds standing: of one that walks all but the first, of sums in
 * bins all but elements and weights, which it reads piece by piece. */
static bool is_beside(const fa__node *node, int input)
{
    return node->kind == FA__NODE_WHOLE && node->kept == NULL &&
           (fa__node_is_walk(node) ? input > 0 : node->code == FA__WHOLE_BIN_SUMS && input > 1);
}

/* Whether an input has to stand before the node is made: under views that are no index maps, and beside an
 * operation on whole arrays. */
static bool must_stand(const fa__node *node, int input, const fa__node *below, bool stands)
{
    bool beside = is_beside(node, input);
    bool is_concrete = below->kind == FA__NODE_LEAF && fa__pending_of(below->array->source) == NULL;
    bool is_there = below->kept != NULL || fa__node_is_walk(below) || below->kind == FA__NODE_MOVE ||
                    below->kind == FA__NODE_WHOLE ||
                    (beside && (below->kind == FA__NODE_SCALAR || is_concrete));
    return (stands || beside) && !is_there;
}

/* All inputs of the node on top have levels: gives it its own. */
static void settle(walk *w, fa__node *node, int count, fa__node **inputs, bool stands)
{
    int level = 0;
    if (node->kind == FA__NODE_MOVE && node->kept == NULL) {
        settle_move(w, node);
        return;
    }
    for (int i = 0; i < count; i++) {
        int below = level_of(w->schedule, inputs[i]);
        if (must_stand(node, i, inputs[i], stands)) {
            add_barrier(w, inputs[i], below);
            below++;
        }
        if (below > level)
            level = below;
    }
    if ((fa__node_is_walk(node) || node->kind == FA__NODE_WHOLE) && node->kept == NULL) {
        add_barrier(w, node, level);
        level++;
    }
    set_level(w, node, level);
}

int fa__schedule_add(fa__schedule *schedule, fa__node *root, fa_error *err)
{
    walk w = {.schedule = schedule, .err = err};
    push(&w, root);
    while (w.depth > 0 && !fa_failed(err)) {
        fa__node *node = w.stack[w.depth - 1], **inputs = NULL, *one = NULL;
        if (level_of(schedule, node) >= 0) {
            w.depth--;
            continue;
        }
        bool stands, ready = true;
        int count = inputs_of(node, &inputs, &one, &stands, err);
        for (int i = 0; i < count; i++)
            if (level_of(schedule, inputs[i]) < 0) {
                push(&w, inputs[i]);
                ready = false;
            }
        if (ready && !fa_failed(err)) {
            settle(&w, node, count, inputs, stands);
            w.depth--;
        }
    }
    fa__free(w.stack);
    return fa_failed(err) ? -1 : level_of(schedule, root);
}

void fa__schedule_clear(fa__schedule *schedule)
{
    for (int64_t i = 0; i < schedule->barrier_count; i++)
        fa__node_release(schedule->barriers[i].node);
    fa__free(schedule->barriers);
    fa__index_clear(&schedule->nodes);
    memset(schedule, 0, sizeof *schedule);
}
