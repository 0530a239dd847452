/* SPDX-License-Identifier: BSD-3-Clause */
/* The states of a user's reduction. Reduced axes stand last. A unit is all of the last of them that together
 * have at most 1024 elements, a leaf as many units along the axis before as make at most 1024 elements;
 * leaves of one result are numbered in C order and merged by a pairwise tree over their numbers. All that
 * depends on shapes alone, and not on how much is read at a time, nor on threads. */
#include "engine/whole.h"

#include "engine/budget.h"
#include "engine/buffers.h"
#include "engine/call.h"

#include "base/checked.h"
#include "base/memory.h"

#include <string.h>

enum { MOST_ELEMENTS = 1 << 20, JOB_LEAVES = 64, MOST_LEVELS = 64 };

typedef struct input {
    char *buffer;
    size_t buffer_bytes;
    int64_t item_bytes;
} input;

typedef struct work {
    fa__whole_run *run;
    const fa__kernel *kernel;
    int64_t state_bytes;
    int ndim;
    int64_t sizes[FA_MAX_NDIM];                   /* of the inputs */
    int64_t start[FA_MAX_NDIM], box[FA_MAX_NDIM]; /* what is read at a time */
    int64_t leaf_elements, leaves_of_result;
    int leaf_axis;                     /* along which leaves are cut; -1: a result has one leaf */
    int64_t leaf_step;                 /* along it */
    int64_t line, line_leaves, leaves; /* of the box: elements and leaves along that axis, all leaves */
    input inputs[FA_KERNEL_MOST];
    char *states; /* of the leaves of a box, without gaps */
    /* Complete subtrees of the result that is under way. */
    char *stack;
    int depth;
    int64_t leaf; /* that comes next */
    char *done;   /* states of results on their way */
    int64_t done_count, written;
} work;

/* ---- Leaves ---- */

static void make_leaves(void *user, int64_t job, fa_error *err)
{
    work *w = user;
    int64_t last = fa__min_i64((job + 1) * JOB_LEAVES, w->leaves);
    for (int64_t leaf = job * JOB_LEAVES; leaf < last && !fa_failed(err); leaf++) {
        int64_t first = leaf % w->line_leaves * w->leaf_elements,
                at = leaf / w->line_leaves * w->line + first;
        const void *in[FA_KERNEL_MOST];
        for (int i = 0; i < w->kernel->is.input_count; i++)
            in[i] = w->inputs[i].buffer + at * w->inputs[i].item_bytes;
        fa__call_add(w->kernel, w->states + leaf * w->state_bytes, in,
                     fa__min_i64(w->leaf_elements, w->line - first), err);
    }
}

/* ---- The tree ---- */

static char *top(work *w, int below)
{
    return w->stack + (w->depth - 1 - below) * w->state_bytes;
}

static void merge_last_two(work *w, fa_error *err)
{
    if (fa__call_merge(w->kernel, top(w, 1), top(w, 0), err))
        w->depth--;
}

/* As many subtrees are complete as the number of the leaf ends in ones. */
static void push(work *w, const char *state, fa_error *err)
{
    memcpy(w->stack + w->depth++ * w->state_bytes, state, (size_t)w->state_bytes);
    for (int64_t number = w->leaf++; (number & 1) && !fa_failed(err); number >>= 1)
        merge_last_two(w, err);
    if (w->leaf < w->leaves_of_result)
        return;
    while (w->depth > 1 && !fa_failed(err))
        merge_last_two(w, err);
    memcpy(w->done + w->done_count++ * w->state_bytes, w->stack, (size_t)w->state_bytes);
    w->depth = 0;
    w->leaf = 0;
}

static bool write_done(work *w, const char *states, int64_t count, fa_error *err)
{
    if (count > 0)
        fa__whole_write(w->run, w->written, count, states, err);
    w->written += count;
    return !fa_failed(err);
}

static bool merge_box(work *w, fa_error *err)
{
    if (w->leaves_of_result == 1)
        return write_done(w, w->states, w->leaves, err);
    w->done_count = 0;
    for (int64_t i = 0; i < w->leaves && !fa_failed(err); i++)
        push(w, w->states + i * w->state_bytes, err);
    return !fa_failed(err) && write_done(w, w->done, w->done_count, err);
}

/* ---- Boxes ---- */

/* As much of the last axes as `elements` holds: boxes follow each other in C order. */
static void choose_box(work *w, int64_t elements)
{
    int64_t rest = elements;
    for (int i = w->ndim - 1; i >= 0; i--) {
        w->box[i] = fa__max_i64(fa__min_i64(w->sizes[i], rest), 1);
        if (i == w->leaf_axis && w->box[i] < w->sizes[i])
            w->box[i] = w->box[i] / w->leaf_step * w->leaf_step;
        rest = w->box[i] == w->sizes[i] ? rest / w->box[i] : 1;
    }
}

static bool read_input(work *w, int number, const int64_t *sizes, fa_error *err)
{
    input *in = &w->inputs[number];
    fa__geometry geometry = {.ndim = w->ndim};
    int64_t count = fa__count(w->ndim, sizes);
    memcpy(geometry.sizes, sizes, (size_t)w->ndim * sizeof *sizes);
    fa__strides_c(w->ndim, sizes, in->item_bytes, geometry.strides);
    fa__source *source = fa__memory_source_adopt(in->buffer, count * in->item_bytes, NULL, err);
    fa_array *target =
        source != NULL ? fa__view(source, w->run->node->inputs[number]->dtype, &geometry, true, err) : NULL;
    fa__source_release(source);
    if (target != NULL)
        fa__whole_read(w->run, number, w->start, sizes, target, err);
    fa_release(target);
    return !fa_failed(err);
}

static bool take_box(work *w, fa_error *err)
{
    int64_t sizes[FA_MAX_NDIM];
    for (int i = 0; i < w->ndim; i++)
        sizes[i] = fa__min_i64(w->box[i], w->sizes[i] - w->start[i]);
    for (int i = 0; i < w->kernel->is.input_count; i++)
        if (!read_input(w, i, sizes, err))
            return false;
    int64_t count = fa__count(w->ndim, sizes);
    w->line = w->leaf_axis < 0 ? w->leaf_elements : sizes[w->leaf_axis] * (w->leaf_elements / w->leaf_step);
    w->line_leaves = (w->line + w->leaf_elements - 1) / w->leaf_elements;
    w->leaves = count / w->line * w->line_leaves;
    return fa__whole_parallel(w->run, (w->leaves + JOB_LEAVES - 1) / JOB_LEAVES, 0, make_leaves, w, err) &&
           merge_box(w, err);
}

static bool next_box(work *w)
{
    for (int i = w->ndim - 1; i >= 0; i--) {
        w->start[i] += w->box[i];
        if (w->start[i] < w->sizes[i])
            return true;
        w->start[i] = 0;
    }
    return false;
}

/* Results of no elements. */
static bool fill_empty(work *w, int64_t results, fa_error *err)
{
    const void *in[FA_KERNEL_MOST] = {NULL};
    for (int64_t i = 0; i < results && !fa_failed(err); i++)
        if (fa__call_add(w->kernel, w->stack, in, 0, err))
            write_done(w, w->stack, 1, err);
    return !fa_failed(err);
}

static bool take_all(work *w, fa_error *err)
{
    int64_t element_bytes = 0, most;
    for (int i = 0; i < w->kernel->is.input_count; i++)
        element_bytes += w->inputs[i].item_bytes;
    /* At worst a leaf has one element. */
    most = fa__budget_available() / 4 / (element_bytes + 2 * w->state_bytes);
    most = fa__max_i64(fa__min_i64(most, MOST_ELEMENTS), FA__BLOCK);
    choose_box(w, most);
    int64_t count = fa__count(w->ndim, w->box);
    size_t states = (size_t)((count + 1) * w->state_bytes);
    w->states = fa__buffer_take(states, err);
    w->done = fa__buffer_take(states, err);
    for (int i = 0; i < w->kernel->is.input_count && !fa_failed(err); i++) {
        w->inputs[i].buffer_bytes = (size_t)(count * w->inputs[i].item_bytes);
        w->inputs[i].buffer = fa__buffer_take(w->inputs[i].buffer_bytes, err);
    }
    while (!fa_failed(err) && take_box(w, err) && next_box(w))
        ;
    for (int i = 0; i < w->kernel->is.input_count; i++)
        fa__buffer_give_back(w->inputs[i].buffer, w->inputs[i].buffer_bytes);
    fa__buffer_give_back(w->states, states);
    fa__buffer_give_back(w->done, states);
    return !fa_failed(err);
}

/* `kept` axes stand in front. */
static void choose_leaves(work *w, int kept)
{
    int64_t unit = 1;
    int axis = w->ndim - 1;
    while (axis >= kept && unit * w->sizes[axis] <= FA__BLOCK)
        unit *= w->sizes[axis--];
    w->leaf_axis = axis >= kept ? axis : -1;
    w->leaf_step = w->leaf_axis < 0 ? 1 : FA__BLOCK / fa__max_i64(unit, 1);
    w->leaf_elements = w->leaf_step * unit;
    w->leaves_of_result = unit == 0          ? 0
                          : w->leaf_axis < 0 ? 1
                                             : (w->sizes[axis] + w->leaf_step - 1) / w->leaf_step;
    for (axis--; axis >= kept; axis--)
        w->leaves_of_result *= w->sizes[axis];
}

static bool run_states(fa__whole_run *run, fa_error *err)
{
    const fa__node *node = run->node;
    work *w = fa__alloc_zero(1, sizeof *w, err);
    if (w == NULL)
        return false;
    w->run = run;
    w->kernel = node->kernel;
    w->state_bytes = (int64_t)node->kernel->is.state_bytes;
    w->ndim = node->inputs[0]->ndim;
    memcpy(w->sizes, node->inputs[0]->sizes, (size_t)w->ndim * sizeof(int64_t));
    for (int i = 0; i < node->input_count; i++)
        w->inputs[i].item_bytes = node->inputs[i]->dtype->item_bytes;
    int64_t results = fa__count(node->ndim, node->sizes);
    choose_leaves(w, node->ndim);
    w->stack = fa__alloc((size_t)(MOST_LEVELS * w->state_bytes), err);
    if (!fa_failed(err) && results > 0) {
        if (w->leaves_of_result == 0)
            fill_empty(w, results, err);
        else
            take_all(w, err);
    }
    fa__free(w->stack);
    fa__free(w);
    return !fa_failed(err);
}

const fa__whole_class fa__whole_kernel = {.run = run_states};
