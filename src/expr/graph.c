/* SPDX-License-Identifier: BSD-3-Clause */
/* The life of nodes: making them, holding them, walking and comparing the graphs that they form. Knows
 * nothing about what the operations mean. No function here recurses: graphs may be a million nodes deep. */
#include "expr/node.h"
#include "expr/take.h"
#include "expr/user_kernel.h"

#include "base/memory.h"

#include <string.h>

bool fa__nodes_usable(int count, fa__node *const *inputs, fa_error *err)
{
    if (fa_failed(err))
        return false;
    for (int i = 0; i < count; i++) {
        if (inputs[i] == NULL)
            return fa__fail(err, FA_INVALID_ARGUMENT, "an operand is NULL");
    }
    return true;
}

fa__node *fa__node_new(fa__node_kind kind, const fa_dtype *dtype, int ndim, const int64_t *sizes,
                       int input_count, fa__node *const *inputs, fa_error *err)
{
    fa__node *node = fa__alloc_zero(
        1, sizeof *node + 2 * (size_t)ndim * sizeof(int64_t) + (size_t)input_count * sizeof(fa__node *), err);
    if (node == NULL)
        return NULL;
    fa__references_start(&node->references);
    node->kind = kind;
    node->dtype = fa_dtype_retain(dtype);
    node->ndim = ndim;
    node->sizes = node->geometry;
    node->strides = node->geometry + ndim;
    node->inputs = (fa__node **)(void *)(node->geometry + 2 * (size_t)ndim);
    for (int i = 0; i < ndim; i++)
        node->sizes[i] = sizes[i];
    fa__strides_c(ndim, sizes, dtype->item_bytes, node->strides);
    node->element = node->as.bytes;
    node->input_count = input_count;
    for (int i = 0; i < input_count; i++)
        node->inputs[i] = fa__node_retain(inputs[i]);
    return node;
}

fa__node *fa__node_retain(fa__node *node)
{
    if (node != NULL)
        fa__references_take(&node->references);
    return node;
}

/* Nodes of this thread whose last reference is gone. Releasing a leaf may end a computation, and with it
 * another graph: that graph's nodes join the list of the release that is under way, so that a chain of
 * computations takes no stack. */
static _Thread_local fa__node *released;
static _Thread_local bool releasing;

static void release_later(fa__node *node)
{
    if (node != NULL && fa__references_drop(&node->references)) {
        node->next_free = released;
        released = node;
    }
}

void fa__node_release(fa__node *node)
{
    release_later(node);
    if (releasing)
        return;
    releasing = true;
    while (released != NULL) {
        fa__node *gone = released;
        released = gone->next_free;
        for (int i = 0; i < gone->input_count; i++)
            release_later(gone->inputs[i]);
        fa__kernel_release(gone->kernel);
        if (gone->kind == FA__NODE_MOVE)
            fa__take_release(gone->as.move.take);
        fa_release(gone->array);
        fa_release(gone->kept);
        if (gone->element != gone->as.bytes)
            fa__free(gone->element);
        fa_dtype_release(gone->dtype);
        fa__free(gone);
    }
    releasing = false;
}

const fa__node *fa__shown_node(const fa__node *node)
{
    while (node->kind == FA__NODE_CAST && node->implicit)
        node = node->inputs[0];
    return node;
}

fa__node *fa__node_whole(fa__whole whole, const fa_dtype *dtype, int ndim, const int64_t *sizes, int count,
                         fa__node *const *inputs, const fa__whole_arguments *arguments, fa_error *err)
{
    if (!fa__nodes_usable(count, inputs, err))
        return NULL;
    fa__node *node = fa__node_new(FA__NODE_WHOLE, dtype, ndim, sizes, count, inputs, err);
    if (node == NULL)
        return NULL;
    node->code = (int)whole;
    if (arguments != NULL) {
        node->as.reduce.axes = arguments->axes;
        node->as.reduce.keepdims = arguments->keepdims;
        node->as.reduce.flat = arguments->flat;
        node->as.reduce.ddof = arguments->ddof;
        node->as.reduce.option = arguments->option;
        node->as.reduce.number = arguments->number;
    }
    return node;
}

void fa__node_geometry(const fa__node *node, fa__geometry *geometry)
{
    geometry->ndim = node->ndim;
    geometry->offset = node->offset;
    memcpy(geometry->sizes, node->sizes, (size_t)node->ndim * sizeof(int64_t));
    memcpy(geometry->strides, node->strides, (size_t)node->ndim * sizeof(int64_t));
}

/* A set of pairs of nodes; the second is NULL where only one counts. */
typedef struct pair_set {
    int64_t used, room; /* room: a power of two, or 0 */
    const fa__node *(*pairs)[2];
} pair_set;

static uint64_t hash_pair(const fa__node *a, const fa__node *b)
{
    uint64_t hash = (uint64_t)(uintptr_t)a * UINT64_C(0x9e3779b97f4a7c15);
    hash ^= (uint64_t)(uintptr_t)b * UINT64_C(0xc2b2ae3d27d4eb4f);
    return hash ^ hash >> 29;
}

static void place(pair_set *set, const fa__node *a, const fa__node *b)
{
    uint64_t at = hash_pair(a, b) & (uint64_t)(set->room - 1);
    while (set->pairs[at][0] != NULL)
        at = (at + 1) & (uint64_t)(set->room - 1);
    set->pairs[at][0] = a;
    set->pairs[at][1] = b;
}

static bool contains(const pair_set *set, const fa__node *a, const fa__node *b)
{
    if (set->room == 0)
        return false;
    uint64_t at = hash_pair(a, b) & (uint64_t)(set->room - 1);
    while (set->pairs[at][0] != NULL) {
        if (set->pairs[at][0] == a && set->pairs[at][1] == b)
            return true;
        at = (at + 1) & (uint64_t)(set->room - 1);
    }
    return false;
}

static bool insert(pair_set *set, const fa__node *a, const fa__node *b, fa_error *err)
{
    if (2 * (set->used + 1) > set->room) {
        pair_set larger = {.used = set->used, .room = set->room == 0 ? 64 : 2 * set->room};
        larger.pairs = fa__alloc_zero((size_t)larger.room, sizeof *larger.pairs, err);
        if (larger.pairs == NULL)
            return false;
        for (int64_t i = 0; i < set->room; i++) {
            if (set->pairs[i][0] != NULL)
                place(&larger, set->pairs[i][0], set->pairs[i][1]);
        }
        fa__free(set->pairs);
        *set = larger;
    }
    place(set, a, b);
    set->used++;
    return true;
}

/* What is left to do in a walk: a node, and which of its inputs comes next. */
typedef struct step {
    fa__node *node;
    int next_input;
} step;

bool fa__node_walk(fa__node *root, bool (*visit)(fa__node *node, void *user), void *user, fa_error *err)
{
    if (!fa__nodes_usable(1, &root, err))
        return false;
    pair_set seen = {0};
    step *steps = NULL;
    int64_t depth = 0, room = 0;
    bool going = insert(&seen, root, NULL, err) && fa__grow(&steps, &room, 1, sizeof *steps, err);
    if (going)
        steps[depth++] = (step){root, 0};
    while (going && depth > 0) {
        step *top = &steps[depth - 1];
        if (top->next_input == top->node->input_count) {
            depth--;
            going = visit(top->node, user);
            continue;
        }
        fa__node *input = top->node->inputs[top->next_input++];
        if (contains(&seen, input, NULL))
            continue;
        going = insert(&seen, input, NULL, err) && fa__grow(&steps, &room, depth + 1, sizeof *steps, err);
        if (going)
            steps[depth++] = (step){input, 0};
    }
    fa__free(steps);
    fa__free(seen.pairs);
    return going;
}

static bool same_double(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (a != a && b != b);
}

static bool same_scalar(const fa__node *a, const fa__node *b)
{
    if (a->weak != b->weak)
        return false;
    size_t bytes = (size_t)a->dtype->item_bytes;
    if (memcmp(a->element, b->element, bytes) == 0)
        return true;
    /* Not-a-numbers of any payload are one value. */
    switch (a->dtype->type) {
    case FA_TYPE_FLOAT16:
    case FA_TYPE_BFLOAT16: {
        const uint16_t infinite = a->dtype->type == FA_TYPE_FLOAT16 ? 0x7c00 : 0x7f80;
        uint16_t x, y;
        memcpy(&x, a->as.bytes, sizeof x);
        memcpy(&y, b->as.bytes, sizeof y);
        return (x & 0x7fff) > infinite && (y & 0x7fff) > infinite;
    }
    case FA_TYPE_FLOAT32:
    case FA_TYPE_COMPLEX64: {
        float x[2] = {0}, y[2] = {0};
        memcpy(x, a->as.bytes, bytes);
        memcpy(y, b->as.bytes, bytes);
        return same_double((double)x[0], (double)y[0]) && same_double((double)x[1], (double)y[1]);
    }
    case FA_TYPE_FLOAT64:
    case FA_TYPE_COMPLEX128: {
        double x[2] = {0}, y[2] = {0};
        memcpy(x, a->as.bytes, bytes);
        memcpy(y, b->as.bytes, bytes);
        return same_double(x[0], y[0]) && same_double(x[1], y[1]);
    }
    default:
        return false;
    }
}

static bool same_generator(const fa__generator_params *a, const fa__generator_params *b)
{
    return a->seed == b->seed && same_double(a->a, b->a) && same_double(a->b, b->b) && a->i == b->i &&
           a->j == b->j && same_double(a->last, b->last);
}

/* Equal but for their inputs. */
static bool same_node(const fa__node *a, const fa__node *b)
{
    if (a->kind != b->kind || a->code != b->code || a->loop_type != b->loop_type || a->ndim != b->ndim ||
        a->offset != b->offset || a->mixed_compare != b->mixed_compare || a->implicit != b->implicit ||
        a->input_count != b->input_count || a->kernel != b->kernel || !fa_dtype_equal(a->dtype, b->dtype))
        return false;
    size_t bytes = (size_t)a->ndim * sizeof(int64_t);
    if (memcmp(a->sizes, b->sizes, bytes) != 0 || memcmp(a->strides, b->strides, bytes) != 0)
        return false;
    switch (a->kind) {
    case FA__NODE_LEAF:
        return a->array->source == b->array->source;
    case FA__NODE_SCALAR:
        return same_scalar(a, b);
    case FA__NODE_REDUCE:
    case FA__NODE_SCAN:
    case FA__NODE_FOLD:
    case FA__NODE_WHOLE:
        return a->as.reduce.option == b->as.reduce.option && a->as.reduce.number == b->as.reduce.number &&
               a->as.reduce.axes == b->as.reduce.axes && a->as.reduce.keepdims == b->as.reduce.keepdims &&
               a->as.reduce.flat == b->as.reduce.flat && same_double(a->as.reduce.ddof, b->as.reduce.ddof);
    case FA__NODE_GENERATE:
        return same_generator(&a->as.generate, &b->as.generate);
    case FA__NODE_MOVE:
        return a->as.move.axis == b->as.move.axis && (a->as.move.take == NULL) == (b->as.move.take == NULL) &&
               (a->as.move.take == NULL || fa__take_equal(a->as.move.take, b->as.move.take));
    default:
        return true;
    }
}

bool fa__graph_equal(fa__node *a, fa__node *b, fa_error *err)
{
    fa__node *roots[2] = {a, b};
    if (!fa__nodes_usable(2, roots, err))
        return false;
    pair_set seen = {0};
    fa__node *(*pending)[2] = NULL;
    int64_t count = 0, room = 0;
    bool equal = insert(&seen, a, b, err) && fa__grow(&pending, &room, 1, sizeof *pending, err);
    if (equal)
        memcpy(pending[count++], roots, sizeof roots);
    while (equal && count > 0) {
        count--;
        fa__node *first = pending[count][0], *second = pending[count][1];
        equal = same_node(first, second);
        for (int i = 0; equal && i < first->input_count; i++) {
            if (first->inputs[i] == second->inputs[i] || contains(&seen, first->inputs[i], second->inputs[i]))
                continue;
            equal = insert(&seen, first->inputs[i], second->inputs[i], err) &&
                    fa__grow(&pending, &room, count + 1, sizeof *pending, err);
            if (equal) {
                pending[count][0] = first->inputs[i];
                pending[count++][1] = second->inputs[i];
            }
        }
    }
    fa__free(pending);
    fa__free(seen.pairs);
    return equal;
}
