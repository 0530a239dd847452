/* SPDX-License-Identifier: BSD-3-Clause */
/* Reductions as consumers of a pass: the fixed trees of DESIGN.md, cut into tasks and put together again.
 * Knows which element comes when; what is done with elements is the kernels' (fa__reducer). */
#include "op/reduce.h"

#include "engine/budget.h"
#include "engine/tiles.h"

#include "base/checked.h"
#include "base/memory.h"
#include "storage/storage.h"

#include <string.h>

/* ---- Structure ---- */

/* Groups of axes of a box; axes that have size 1 in the whole domain belong to none, so that all boxes agree.
 */
static fa__structure structure_of(const fa__pass *pass, const bool *reduced, const int64_t *sizes)
{
    fa__structure s = {0};
    int64_t kept = 1;
    bool inside = true, in_level = false;
    for (int i = pass->ndim - 1; i >= 0; i--) {
        if (pass->sizes[i] == 1)
            continue;
        if (!reduced[i]) {
            kept *= sizes[i];
            inside = in_level = false;
        } else if (inside) {
            s.run = fa__max_i64(s.run, 1) * sizes[i];
        } else if (in_level) {
            s.levels[s.level_count - 1].rows *= sizes[i];
        } else {
            s.levels[s.level_count++] = (fa__level){sizes[i], kept};
            in_level = true;
        }
    }
    if (s.run == 0 && s.level_count == 0)
        s.run = 1; /* nothing is reduced: each element is a row */
    s.width = s.level_count > 0 ? s.levels[s.level_count - 1].width : 1;
    s.item = fa__max_i64(s.run, 1) * s.width;
    for (int i = 0; i < s.level_count; i++)
        s.item *= s.levels[i].rows;
    return s;
}

/* ---- Tasks ---- */

static void *worker_new(void *plan_pointer, fa_error *err)
{
    fa__reduce_plan *p = plan_pointer;
    fa__reduce_worker *w = fa__alloc_zero(1, sizeof *w, err);
    if (w == NULL)
        return NULL;
    w->plan = p;
    if (p->leader != NULL)
        return w;
    w->raw = fa__alloc((size_t)(FA__BLOCK * p->item_bytes), err);
    w->states = fa__alloc((size_t)p->reducer->components * FA__BLOCK * 8, err);
    return w;
}

static void trees_clear(fa__reduce_worker *w)
{
    fa__tree_clear(&w->row);
    for (int i = 0; i < MAX_LEVELS; i++) {
        fa__tree_clear(&w->trees[i]);
        w->filled[i] = w->at_row[i] = 0;
    }
}

static void worker_free(void *worker_pointer)
{
    fa__reduce_worker *w = worker_pointer;
    trees_clear(w);
    fa__task_parts_free(w->part);
    fa__free(w->raw);
    fa__free(w->states);
    fa__free(w);
}

static fa__tree *top_tree(fa__reduce_worker *w)
{
    return w->s.level_count > 0 ? &w->trees[w->s.level_count - 1] : &w->row;
}

/* Trees and their vectors serve task after task, unless a box is narrower than the one before. */
static void start_trees(fa__reduce_worker *w, const fa__structure *s)
{
    bool same = w->row.reducer != NULL && w->s.level_count == s->level_count;
    for (int i = 0; same && i < s->level_count; i++)
        same = w->s.levels[i].width == s->levels[i].width;
    w->s = *s;
    if (same) {
        fa__tree_reset(&w->row);
        for (int i = 0; i < s->level_count; i++) {
            fa__tree_reset(&w->trees[i]);
            w->filled[i] = w->at_row[i] = 0;
        }
        return;
    }
    trees_clear(w);
    fa__tree_start(&w->row, w->plan->reducer, 1);
    for (int i = 0; i < s->level_count; i++)
        fa__tree_start(&w->trees[i], w->plan->reducer, s->levels[i].width);
}

static bool start(void *worker_pointer, const fa__span *span, fa_error *err)
{
    fa__reduce_worker *w = worker_pointer;
    fa__reduce_plan *p = w->plan;
    const fa__pass *pass = p->pass;
    if (fa_failed(err))
        return false;
    if (p->leader != NULL)
        return true;
    fa__structure s = structure_of(pass, p->reduced, span->sizes);
    start_trees(w, &s);
    w->part = w->part != NULL ? w->part : fa__task_part_take(p, err);
    if (w->part == NULL)
        return false;
    w->task = span->task;
    w->next = span->first;
    /* Where the box lies among the results: items come before columns. */
    int64_t kept = fa__first_result(pass, p->reduced, span->start);
    w->item = kept / p->whole.width + span->first / w->s.item;
    w->kept_offset = kept % p->whole.width;
    w->continuing = span->first % w->s.item != 0;
    w->head_leaf = -1;
    if (w->continuing) {
        fa__tree_piece_begin(p, &w->part->first, w->item, top_tree(w)->width);
        int64_t r = span->first % w->s.item;
        if (w->s.level_count == 0) {
            if (r % FA__BLOCK != 0 && fa__need_leaf(p, &w->part->first.head, err))
                w->head_leaf = r / FA__BLOCK;
            w->part->first.head_leaf = w->head_leaf;
        } else {
            int top = w->s.level_count - 1;
            w->at_row[top] = r / (w->s.item / w->s.levels[top].rows);
        }
    }
    return !fa_failed(err);
}

/* What is left of an item that goes on in the next task. */
static void keep_rest(fa__reduce_worker *w, fa__tree_piece *rest, fa_error *err)
{
    fa__reduce_plan *p = w->plan;
    if (!rest->present)
        fa__tree_piece_begin(p, rest, w->item, top_tree(w)->width);
    fa__tree_append(&rest->tree, top_tree(w), err);
    int64_t at = p->whole.run > 0 ? w->next % p->whole.run % FA__BLOCK : 0;
    int64_t leaf = p->whole.run > 0 ? w->next % p->whole.run / FA__BLOCK : 0;
    if (w->s.level_count > 0 || at == 0 || (w->continuing && leaf == w->head_leaf))
        return;
    if (!fa__need_leaf(p, &rest->tail, err))
        return;
    memcpy(rest->tail, w->raw, (size_t)(at * p->item_bytes));
    rest->tail_count = at;
    rest->tail_leaf = leaf;
}

static bool stop(void *worker_pointer, fa_error *err)
{
    fa__reduce_worker *w = worker_pointer;
    fa__error_move(err, &w->err);
    if (fa_failed(err))
        return false;
    if (w->plan->leader != NULL)
        return true;
    fa__task_part *part = w->part;
    if (w->next % w->s.item != 0)
        keep_rest(w, w->continuing ? &part->first : &part->last, err);
    if (fa_failed(err)) /* half a part would be taken for a whole one */
        return false;
    part->task = w->task;
    w->part = NULL;
    return fa__hand_over(w->plan, part, err);
}

/* ---- Planning ---- */

static void plan_free(void *plan_pointer)
{
    fa__reduce_plan *p = plan_pointer;
    fa__task_parts_free(p->waiting);
    fa__task_parts_free(p->unused);
    fa__tree_piece_clear(&p->open);
    for (int i = 0; i < p->output_count; i++)
        if (p->outputs[i].result != NULL)
            fa__source_release(p->outputs[i].result);
    fa__free(p->outputs);
    fa__ledger_release(p->states_bytes);
    fa__free(p->leaf);
    fa__free(p);
}

/* How positions in C order follow from the order of the walk. */
static void count_positions(fa__reduce_plan *p)
{
    const fa__pass *pass = p->pass;
    int64_t sizes[FA_MAX_NDIM], strides[FA_MAX_NDIM], step = 1;
    int domain[FA_MAX_NDIM], count = 0;
    for (int i = 0; i < pass->ndim; i++)
        domain[pass->perm[i]] = i;
    for (int axis = pass->ndim - 1; axis >= 0; axis--) {
        int64_t size = pass->sizes[domain[axis]];
        strides[domain[axis]] = step;
        step *= p->reduced[domain[axis]] ? size : 1;
    }
    for (int i = 0; i < pass->ndim; i++)
        if (p->reduced[i]) {
            sizes[count] = pass->sizes[i];
            strides[count++] = strides[i];
        }
    p->position_ndim = fa__merge_axes(count, sizes, strides, p->position_sizes, p->position_strides);
}

/* Whether two reductions take the same elements over the same axes. */
static bool are_alike(const fa__consume *a, const fa__consume *b)
{
    return b->node->kind == FA__NODE_REDUCE && a->value == b->value &&
           (b->class == NULL || b->class == a->class) && a->node->loop_type == b->node->loop_type &&
           a->node->as.reduce.axes == b->node->as.reduce.axes;
}

/* The plan of an earlier reduction that computes this one too. */
static fa__reduce_plan *leader_of(const fa__pass *pass, const fa__consume *consume)
{
    for (const fa__consume *earlier = pass->consumes; earlier < consume; earlier++) {
        fa__reduce_plan *p = earlier->class == &fa__reduce_consumer ? earlier->plan : NULL;
        for (int i = 0; p != NULL && i < p->output_count; i++)
            if (p->outputs[i].node == consume->node)
                return p;
    }
    return NULL;
}

static void add_output(fa__reduce_plan *p, fa__node *node, int place, fa_error *err)
{
    const fa__reducer *reducer = fa__reducer_find((fa__reduction)node->code, node->loop_type);
    fa__reduce_output *output = &p->outputs[p->output_count++];
    *output = (fa__reduce_output){.node = node, .reducer = reducer, .place = place};
    if (reducer->result != node->dtype->type)
        output->convert = fa__convert_find(reducer->result, node->dtype->type);
    output->result = fa__memory_or_scratch(p->result_count * node->dtype->item_bytes, true, err);
}

/* What this plan computes: its own reduction, and those behind it that come with it in one look. */
static void choose_outputs(fa__reduce_plan *p, const fa__consume *consume, fa_error *err)
{
    const fa__pass *pass = p->pass;
    const fa__consume *end = pass->consumes + pass->consume_count;
    const fa__node *node = consume->node;
    uint64_t wanted = 0;
    for (const fa__consume *other = consume; other < end; other++)
        if (are_alike(consume, other) && leader_of(pass, other) == NULL)
            wanted |= UINT64_C(1) << other->node->code;
    const fa__joint *joint = fa__joint_find((fa__reduction)node->code, wanted, node->loop_type);
    p->reducer =
        joint != NULL ? &joint->reducer : fa__reducer_find((fa__reduction)node->code, node->loop_type);
    p->outputs = fa__alloc_zero((size_t)(end - consume), sizeof *p->outputs, err);
    if (p->outputs == NULL)
        return;
    for (const fa__consume *other = consume; other < end; other++) {
        const bool joins = joint != NULL && (joint->covers >> other->node->code & 1) != 0;
        if (other == consume || (joins && are_alike(consume, other) && leader_of(pass, other) == NULL))
            add_output(p, other->node, joins ? joint->places[other->node->code] : 0, err);
    }
}

static bool in_memory(const fa__pass *pass)
{
    for (int64_t i = 0; i < pass->operand_count; i++)
        if (!fa__operand_in_memory(&pass->operands[i]))
            return false;
    return true;
}

/* Vectors of states that a worker has at a time: a node of each level, and some on their way. */
static int64_t vectors_of(const fa__reduce_plan *p)
{
    int64_t count = 3;
    for (int64_t leaves = p->whole.levels[0].rows / FA__STRIP_LEAF; leaves > 0; leaves /= 2)
        count++;
    return count;
}

/* About so many columns, but for each worker as many boxes as for the others. */
static int64_t even_columns(int64_t width, int64_t columns, int threads)
{
    const int64_t boxes = fa__round_up((width + columns - 1) / columns, threads);
    return fa__min_i64(fa__round_up((width + boxes - 1) / boxes, STRIP_COLUMNS), width);
}

/* Row by row, as it lies, where there is room for the states of a row, of memory also for the rows of a leaf;
 * else down columns, of a file as long rows as there is room for. What states take is charged as long as the
 * plan stands: what tiles may take is less by that. */
static void choose_columns(fa__reduce_plan *p, fa__pass *pass, int threads)
{
    const fa__level *level = &p->whole.levels[0];
    const bool memory = in_memory(pass);
    const int64_t state = 8 * p->reducer->components, column = state * vectors_of(p) * threads,
                  good = memory ? COLUMNS
                                : fa__max_i64(COLUMN_ROW_BYTES / p->item_bytes, COLUMN_STATES_BYTES / state),
                  fit = fa__budget_available() / 4 / column;
    const bool whole = memory ? level->rows >= ROUNDS * FA__STRIP_LEAF * threads &&
                                    level->width <= STRIP_BYTES / FA__STRIP_LEAF / p->item_bytes
                              : level->width <= 2 * good;
    int64_t columns = level->width;
    if (!whole || columns > fit)
        columns = even_columns(columns, fa__max_i64(fa__min_i64(good, fit), COLUMNS), threads);
    if (columns < level->width)
        fa__walk_columns(pass, p->reduced, columns);
    p->states_bytes = (size_t)(columns * column);
    if (!fa__ledger_charge(p->states_bytes))
        p->states_bytes = 0;
}

static void *make_plan(fa__pass *pass, const fa__consume *consume, int threads, fa_error *err)
{
    fa__node *node = consume->node;
    fa__reduce_plan *p = fa__alloc_zero(1, sizeof *p, err);
    if (p == NULL)
        return NULL;
    p->pass = pass;
    p->leader = leader_of(pass, consume);
    if (p->leader != NULL)
        return p;
    p->item_bytes = node->inputs[0]->dtype->item_bytes;
    p->mutex = (fa__mutex)FA__MUTEX_INIT;
    p->reduced_count = p->result_count = 1;
    for (int i = 0; i < pass->ndim; i++) {
        p->reduced[i] = node->as.reduce.axes >> pass->perm[i] & 1;
        *(p->reduced[i] ? &p->reduced_count : &p->result_count) *= pass->sizes[i];
    }
    choose_outputs(p, consume, err);
    if (p->reducer->locate != NULL)
        count_positions(p);
    p->whole = structure_of(pass, p->reduced, pass->sizes);
    if (p->whole.run == 0 && fa__walks_columns(node, pass->perm))
        choose_columns(p, pass, threads);
    fa__tree_start(&p->open.tree, p->reducer, p->whole.width);
    p->open.tail = fa__alloc((size_t)(FA__BLOCK * p->item_bytes), err);
    p->leaf = fa__alloc(2 * (size_t)p->reducer->components * 8, err);
    if (!fa_failed(err))
        return p;
    plan_free(p);
    return NULL;
}

/* Tasks may begin anywhere in a row along memory, or at short ones; at a leaf of the outermost tree across
 * rows; else at its items. */
static int64_t granule(const void *plan_pointer)
{
    const fa__reduce_plan *p = plan_pointer;
    const fa__structure *s = &p->whole;
    if (p->leader != NULL)
        return 1;
    if (s->level_count == 0) /* whole rows, where there are enough of them */
        return s->run <= LEAVES * FA__BLOCK && p->result_count >= ROUNDS * s->run / FA__BLOCK ? s->run : 1;
    if (p->result_count > s->width)
        return s->item;
    const fa__level *top = &s->levels[s->level_count - 1];
    int64_t rows = s->item / top->rows;
    if (s->level_count > 1 || s->run > 0)
        return rows;
    int64_t leaves = 1;
    while (leaves < STRIP_LEAVES && top->rows >= leaves * FA__STRIP_LEAF * ROUNDS &&
           2 * leaves * FA__STRIP_LEAF * rows * p->item_bytes <= STRIP_BYTES)
        leaves *= 2;
    return leaves * FA__STRIP_LEAF * rows;
}

static int64_t row(const void *plan_pointer)
{
    const fa__reduce_plan *p = plan_pointer;
    return p->leader == NULL && p->whole.level_count > 0 ? p->whole.run : 0;
}

/* A plan that follows another has no outputs. */
static bool keep(void *plan_pointer, fa_error *err)
{
    fa__reduce_plan *p = plan_pointer;
    for (int i = 0; i < p->output_count; i++)
        p->outputs[i].node->kept =
            fa__view_of_result(p->pass, p->outputs[i].node, p->reduced, p->outputs[i].result, err);
    return !fa_failed(err);
}

static void restart(void *plan_pointer)
{
    fa__reduce_plan *p = plan_pointer;
    p->next_task = 0;
}

static bool finish(void *plan_pointer, fa_error *err)
{
    fa__reduce_plan *p = plan_pointer;
    if (fa_failed(err))
        return false;
    if (p->leader != NULL)
        return true;
    if (p->pass->total == 0)
        for (int64_t at = 0; at < p->result_count; at += FA__BLOCK) {
            double none[FA__MAX_COMPONENTS * FA__BLOCK] = {0};
            fa__reduce_put(p, at, fa__min_i64(FA__BLOCK, p->result_count - at), none, FA__BLOCK, err);
        }
    else if (p->open.present || p->waiting != NULL)
        return fa__fail(err, FA_INTERNAL, "a reduction ended before all of its parts were there");
    return keep(p, err);
}

const fa__consumer_class fa__reduce_consumer = {
    .plan = make_plan,
    .granule = granule,
    .worker_new = worker_new,
    .worker_free = worker_free,
    .start = start,
    .feed = fa__reduce_feed,
    .feed_rows = fa__reduce_feed_rows,
    .leaves = fa__reduce_leaves,
    .feed_sums = fa__reduce_feed_sums,
    .takes_long = true,
    .row = row,
    .stop = stop,
    .finish = finish,
    .keep = keep,
    .restart = restart,
    .free = plan_free,
};
