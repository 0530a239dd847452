/* SPDX-License-Identifier: BSD-3-Clause */
/* An evaluation: sinks to passes. Level by level, what has the same shape is computed in one pass; then
 * pending sources become what was computed, all of them or none.
 *
 * One evaluation runs at a time; others wait in line, and their callbacks go on meanwhile. */
#include "engine/engine.h"

#include "engine/budget.h"
#include "engine/buffers.h"
#include "engine/consumer.h"
#include "engine/deal.h"
#include "engine/gather.h"
#include "engine/move.h"
#include "engine/room.h"
#include "engine/schedule.h"
#include "engine/whole.h"

#include "base/memory.h"
#include "platform/platform.h"
#include "storage/storage.h"

#include <stdatomic.h>
#include <string.h>

/* One sink, or one barrier, on its way. */
typedef struct job {
    fa__node *node;         /* whose elements; one reference */
    fa__node *feeds;        /* they feed this reduction, fold or scan (borrowed), or */
    fa_array *target;       /* are stored here, or the scan is; one reference */
    fa__node *where;        /* only where this is true; one reference, or NULL */
    fa__pending *completes; /* what becomes concrete by it; borrowed */
    fa__node *keeps;        /* whose elements stand in target from now on; borrowed */
    bool derives;           /* no pass: `keeps` is a move, read from its inputs */
    bool runs;              /* no pass: `keeps` is an operation on whole arrays that makes its own */
    fa_array *behind;       /* the target that the user gave, when `target` is a buffer before it */
    int level;
    bool planned;
    bool lasting; /* what is kept stays when the evaluation has ended */
} job;

typedef struct evaluation {
    fa__schedule schedule;
    job *jobs;
    int64_t count, capacity;
    job **ordered;        /* by level, in the order of jobs inside a level */
    int64_t *level_start; /* where each level begins in `ordered`; one more at the end */
    const fa_evaluate_options *options;
    fa_error *err;
} evaluation;

/* ---- One at a time ---- */

static fa__mutex line_mutex = FA__MUTEX_INIT;
static fa__condition line_moves = FA__CONDITION_INIT;
static bool running;

static void forget_line(void)
{
    static const fa__mutex fresh_mutex = FA__MUTEX_INIT;
    static const fa__condition fresh_condition = FA__CONDITION_INIT;
    memcpy(&line_mutex, &fresh_mutex, sizeof fresh_mutex);
    memcpy(&line_moves, &fresh_condition, sizeof fresh_condition);
    running = false;
    fa__buffers_forget_lock();
}

bool fa__engine_enter(const fa_evaluate_options *options, fa_error *err)
{
    fa_progress waiting = {0};
    double began = fa__now();
    static atomic_bool registered;
    if (!atomic_exchange(&registered, true))
        fa__at_fork_child(forget_line);
    fa__mutex_lock(&line_mutex);
    while (running) {
        if (fa__condition_wait_for(&line_moves, &line_mutex, 0.04))
            continue;
        fa__mutex_unlock(&line_mutex);
        waiting.seconds = fa__now() - began;
        if (!fa__callback(options, &waiting))
            return fa__fail(err, FA_CANCELLED, "cancelled by the progress callback");
        fa__mutex_lock(&line_mutex);
    }
    running = true;
    fa__mutex_unlock(&line_mutex);
    return true;
}

void fa__engine_leave(void)
{
    fa__mutex_lock(&line_mutex);
    running = false;
    fa__condition_signal(&line_moves);
    fa__mutex_unlock(&line_mutex);
}

/* ---- Jobs ---- */

static job *add_job(evaluation *e, fa__node *node, int level)
{
    if (fa_failed(e->err) || !fa__grow(&e->jobs, &e->capacity, e->count + 1, sizeof *e->jobs, e->err))
        return NULL;
    job *added = &e->jobs[e->count++];
    *added = (job){.node = fa__node_retain(node), .level = level};
    return added;
}

/* The mask of a job; both are there in the level of the later one. */
static void add_where(evaluation *e, job *j, fa_array *where)
{
    if (!fa__source_check(where->source, e->err))
        return;
    j->where = fa__node_leaf(where, e->err);
    int level = j->where != NULL ? fa__schedule_add(&e->schedule, j->where, e->err) : -1;
    if (level > j->level)
        j->level = level;
}

static void add_sink(evaluation *e, const fa__sink *sink)
{
    fa__pending *pending = fa__pending_of(sink->value->source);
    if (!fa__source_check(sink->value->source, e->err))
        return;
    if (sink->target != NULL) {
        fa__node *leaf = fa__node_leaf(sink->value, e->err);
        int level = leaf != NULL ? fa__schedule_add(&e->schedule, leaf, e->err) : -1;
        job *added = level >= 0 ? add_job(e, leaf, level) : NULL;
        if (added != NULL)
            added->target = fa_retain(sink->target);
        if (added != NULL && sink->where != NULL)
            add_where(e, added, sink->where);
        fa__node_release(leaf);
        return;
    }
    if (pending == NULL || fa__pending_get_state(pending) != FA__STATE_PENDING)
        return;
    fa__node *root = fa__pending_root(pending);
    int level = fa__schedule_add(&e->schedule, root, e->err);
    job *added = level >= 0 ? add_job(e, root, level) : NULL;
    if (added != NULL)
        added->completes = pending;
}

static void add_barriers(evaluation *e)
{
    for (int64_t i = 0; i < e->schedule.barrier_count; i++) {
        fa__barrier *barrier = &e->schedule.barriers[i];
        fa__node *node = barrier->node;
        job *added = add_job(e, fa__node_is_walk(node) ? node->inputs[0] : node, barrier->level);
        if (added == NULL)
            return;
        added->feeds = fa__node_is_walk(node) ? node : NULL;
        added->keeps = node->kind == FA__NODE_SCAN || added->feeds == NULL ? node : NULL;
        added->lasting = node->kind == FA__NODE_SCAN || node->kind == FA__NODE_WHOLE;
        added->derives = barrier->derives;
        added->runs = node->kind == FA__NODE_WHOLE && added->feeds == NULL;
    }
}

/* Levels are walked one after the other, and there may be as many as jobs. */
static bool order_jobs(evaluation *e)
{
    int levels = e->schedule.levels;
    e->ordered = fa__alloc_zero((size_t)e->count, sizeof(job *), e->err);
    e->level_start = fa__alloc_zero((size_t)levels + 1, sizeof *e->level_start, e->err);
    int64_t *next = fa__alloc_zero((size_t)levels + 1, sizeof *next, e->err);
    if (!fa_failed(e->err)) {
        for (int64_t i = 0; i < e->count; i++)
            e->level_start[e->jobs[i].level + 1]++;
        for (int level = 0; level < levels; level++) {
            e->level_start[level + 1] += e->level_start[level];
            next[level] = e->level_start[level];
        }
        for (int64_t i = 0; i < e->count; i++)
            e->ordered[next[e->jobs[i].level]++] = &e->jobs[i];
    }
    fa__free(next);
    return !fa_failed(e->err);
}

/* ---- Shapes and orders ---- */

/* The order in which a job wants to be walked: along the memory of what is read; where that stands still
 * along an axis (a broadcast), along the memory of what is written. A flat scan goes in C order. */
static void order_of(const job *j, int *order)
{
    const int64_t *strides = j->node->strides;
    if (j->feeds != NULL && j->feeds->as.reduce.flat) {
        for (int i = 0; i < j->node->ndim; i++)
            order[i] = i;
        return;
    }
    for (int i = 0; j->feeds == NULL && j->target != NULL && i < j->node->ndim; i++)
        if (strides[i] == 0 && j->node->sizes[i] > 1)
            strides = j->target->strides;
    fa__k_order(j->node->ndim, j->node->sizes, strides, order);
}

static bool same_shape(const job *a, const job *b)
{
    return a->node->ndim == b->node->ndim &&
           memcmp(a->node->sizes, b->node->sizes, (size_t)a->node->ndim * sizeof(int64_t)) == 0;
}

/* Orders differ only where it matters: axes of size 1 may stand anywhere. */
static bool same_order(const job *j, const int *a, const int *b)
{
    int ndim = j->node->ndim, i = 0, k = 0;
    for (;;) {
        while (i < ndim && j->node->sizes[a[i]] == 1)
            i++;
        while (k < ndim && j->node->sizes[b[k]] == 1)
            k++;
        if (i == ndim || k == ndim)
            return i == ndim && k == ndim;
        if (a[i++] != b[k++])
            return false;
    }
}

static bool is_wide(const job *j, const int *order)
{
    return j->feeds != NULL && fa__consumers.walks_columns(j->feeds, order);
}

/* Whether a job can be computed in the pass that walks like `leader`. Stores may go along with anybody;
 * reductions and scans have their own order; one that walks columns goes alone, but for scans along the same
 * axis. */
static bool goes_with(const job *j, const job *leader, const int *order)
{
    int own[FA_MAX_NDIM];
    if (!same_shape(j, leader))
        return false;
    order_of(j, own);
    if (is_wide(leader, order))
        return leader->feeds->kind == FA__NODE_SCAN && j->feeds != NULL && j->feeds->kind == FA__NODE_SCAN &&
               j->feeds->as.reduce.axes == leader->feeds->as.reduce.axes && same_order(j, own, order);
    return j->feeds == NULL || (same_order(j, own, order) && !is_wide(j, own));
}

/* ---- Overlap ---- */

/* A view for the overlap test: no reference is taken. */
typedef struct probe {
    fa_dtype dtype;
    fa_array *view;
} probe;

static bool probe_start(probe *p, const fa__pass *pass, const fa__operand *operand, fa_error *err)
{
    memset(&p->dtype, 0, sizeof p->dtype);
    p->dtype.type = FA_TYPE_VOID;
    p->dtype.item_bytes = operand->item_bytes;
    p->view = fa__alloc_zero(1, sizeof *p->view + 2 * (size_t)pass->ndim * sizeof(int64_t), err);
    if (p->view == NULL)
        return false;
    p->view->source = operand->source;
    p->view->dtype = &p->dtype;
    p->view->ndim = pass->ndim;
    p->view->offset = operand->offset;
    p->view->sizes = p->view->geometry;
    p->view->strides = p->view->geometry + pass->ndim;
    memcpy(p->view->sizes, pass->sizes, (size_t)pass->ndim * sizeof(int64_t));
    memcpy(p->view->strides, operand->strides, (size_t)pass->ndim * sizeof(int64_t));
    return true;
}

/* Whether the pass writes bytes that it reads as other elements. Sets pass->aliased when it reads the same
 * ones. */
static bool writes_what_it_reads(fa__pass *pass, const fa__store *store, fa_error *err)
{
    bool found = false;
    probe to, from;
    if (!probe_start(&to, pass, &store->to, err))
        return false;
    for (int64_t i = 0; i < pass->operand_count && !found; i++) {
        const fa__operand *operand = &pass->operands[i];
        if (fa__is_derived(operand->source)) {
            found = fa__derived_reads(operand->source, to.view);
            continue;
        }
        if (operand->source->owner != store->to.source->owner || !probe_start(&from, pass, operand, err))
            continue;
        bool same = false;
        if (fa__overlap(to.view, from.view, &same)) {
            pass->aliased = true;
            found = !same;
        }
        fa__free(from.view);
    }
    fa__free(to.view);
    return found;
}

/* A search for graphs that read bytes of a target, below the computations that they stand on. */
typedef struct search {
    const fa_array *target;
    fa__node **graphs; /* still to be looked at; borrowed */
    int64_t count, capacity;
    fa__index seen;
    bool found;
    fa_error *err;
} search;

static bool look_later(search *s, fa__node *graph)
{
    if (fa__index_find(&s->seen, (uint64_t)(uintptr_t)graph, 0) >= 0)
        return true;
    if (!fa__grow(&s->graphs, &s->capacity, s->count + 1, sizeof *s->graphs, s->err))
        return false;
    s->graphs[s->count++] = graph;
    return fa__index_set(&s->seen, (uint64_t)(uintptr_t)graph, 0, 0, s->err);
}

static bool look_at(fa__node *node, void *user)
{
    search *s = user;
    if (node->kind != FA__NODE_LEAF)
        return true;
    if (fa__is_pending(node->array))
        return look_later(s, fa__pending_graph(node->array));
    if (node->array->source->owner == s->target->source->owner && fa__overlap(node->array, s->target, NULL))
        s->found = true;
    return !s->found;
}

/* Whether another sink may read bytes of this one's target after they are written: then it is written last.
 */
static bool is_read_by_others(const evaluation *e, const job *writer)
{
    search s = {.target = writer->target, .err = e->err};
    for (int64_t i = 0; i < e->count && !s.found && !fa_failed(e->err); i++) {
        const job *j = &e->jobs[i];
        if (j == writer || j->planned || j->level < writer->level)
            continue;
        look_later(&s, j->node);
        if (j->where != NULL)
            look_later(&s, j->where);
        while (s.count > 0 && !s.found && !fa_failed(e->err))
            fa__node_walk(s.graphs[--s.count], look_at, &s, e->err);
    }
    fa__free(s.graphs);
    fa__index_clear(&s.seen);
    return s.found;
}

/* Whether an earlier sink writes bytes of this one's target: then this one is written after it. */
static bool is_written_before(const evaluation *e, const job *writer)
{
    for (const job *j = e->jobs; j != writer; j++)
        if (j->target != NULL && fa__overlap(j->behind != NULL ? j->behind : j->target, writer->target, NULL))
            return true;
    return false;
}

/* Whether the computation of a node reads bytes of a target. */
static bool reads(const evaluation *e, fa__node *node, const fa_array *target)
{
    search s = {.target = target, .err = e->err};
    look_later(&s, node);
    while (s.count > 0 && !s.found && !fa_failed(e->err))
        fa__node_walk(s.graphs[--s.count], look_at, &s, e->err);
    fa__free(s.graphs);
    fa__index_clear(&s.seen);
    return s.found;
}

/* ---- Aiming ---- */

/* Whether a target takes the elements of a node as they are made: a scan is stored by a pass, which turns
 * them and lays them down anywhere; an operation on whole arrays writes them itself. */
static bool takes_as_made(const evaluation *e, const fa_array *target, fa__node *made)
{
    if (fa__overlaps_itself(target))
        return false;
    if (made->kind == FA__NODE_SCAN)
        return target->dtype->type == made->dtype->type;
    return made->kind == FA__NODE_WHOLE && !fa__node_is_walk(made) &&
           fa_dtype_equal(target->dtype, made->dtype) &&
           memcmp(target->strides, made->strides, (size_t)made->ndim * sizeof(int64_t)) == 0 &&
           !reads(e, made, target);
}

/* The scan, or the operation on whole arrays, that a sink wants as it is: all of it, everywhere, in its own
 * type. */
static fa__node *made_for_sink(const evaluation *e, const job *sink)
{
    const fa__node *leaf = sink->node;
    if (sink->target == NULL || sink->where != NULL || sink->feeds != NULL || leaf->kind != FA__NODE_LEAF ||
        !fa__is_pending(leaf->array))
        return NULL;
    fa__node *root = fa__pending_graph(leaf->array);
    size_t bytes = (size_t)leaf->ndim * sizeof(int64_t);
    bool whole = root->kept == NULL && leaf->ndim == root->ndim && leaf->offset == 0 &&
                 fa__dtype_same_bytes(leaf->dtype, root->dtype) &&
                 memcmp(leaf->sizes, root->sizes, bytes) == 0 &&
                 memcmp(leaf->strides, root->strides, bytes) == 0;
    return whole && takes_as_made(e, sink->target, root) ? root : NULL;
}

static bool makes(const job *j, const fa__node *node)
{
    return j->feeds == node || (j->runs && j->keeps == node);
}

/* Such elements are stored where they are wanted, not first somewhere else; but not where an array that is
 * completed would then stand in somebody's target. */
static void aim(evaluation *e)
{
    for (int64_t i = 0; i < e->count && !fa_failed(e->err); i++) {
        job *sink = &e->jobs[i];
        fa__node *made = made_for_sink(e, sink);
        bool alone = made != NULL;
        for (int64_t k = 0; alone && k < e->count; k++) {
            const job *j = &e->jobs[k];
            bool overlaps = j->target != NULL && fa__overlap(j->target, sink->target, NULL);
            alone = k == i || ((makes(j, made) || j->node != made) && !overlaps);
        }
        for (int64_t k = 0; alone && k < e->count; k++) {
            job *maker = &e->jobs[k];
            if (!makes(maker, made) || maker->target != NULL)
                continue;
            maker->target = sink->target;
            maker->lasting = false;
            sink->target = NULL;
            sink->planned = true;
            break;
        }
    }
}

/* Puts a buffer before a target. */
static void put_behind(job *j, fa_error *err)
{
    fa_array *buffer = fa__room_in_c_order(j->target->dtype, j->target->ndim, j->target->sizes, err);
    if (buffer == NULL)
        return;
    j->behind = j->target;
    j->target = buffer;
}

/* ---- Passes ---- */

/* Whether another graph has the node that a job completes: it would read what is written to the array later.
 * The array's graph, the job, the schedule and a job of the schedule hold it besides. */
static bool is_shared(const evaluation *e, const job *j)
{
    int ours = 2;
    if (fa__schedule_has_pass(&e->schedule, j->node))
        ours += fa__node_is_walk(j->node) ? 1 : 2;
    return fa__references_count(&j->node->references) > ours;
}

/* What needs no pass: the elements stand already in the layout that is wanted, and nobody else wants them. */
static bool stands_already(const evaluation *e, job *j)
{
    const fa_array *kept = j->node->kept;
    if (j->completes == NULL || kept == NULL || fa__is_derived(kept->source) ||
        !fa__stands_as(kept, j->node) || is_shared(e, j))
        return false;
    j->target = fa_retain(j->node->kept);
    return true;
}

/* The jobs that one pass computes: what each asks for, in the same order. */
typedef struct group {
    job **members;
    fa__request *requests;
    int64_t count;
} group;

static void collect_group(evaluation *e, job *leader, const int *order, group *g)
{
    int64_t begin = e->level_start[leader->level], end = e->level_start[leader->level + 1];
    g->members = fa__alloc_zero((size_t)(end - begin), sizeof(job *), e->err);
    g->requests = fa__alloc_zero((size_t)(end - begin), sizeof *g->requests, e->err);
    for (int64_t i = begin; i < end && !fa_failed(e->err); i++) {
        job *j = e->ordered[i];
        if (j->planned || (j != leader && !goes_with(j, leader, order)))
            continue;
        j->planned = true;
        bool stores = j->feeds == NULL || j->feeds->kind == FA__NODE_SCAN;
        if (stores && j->target == NULL)
            j->target = fa__room_for(j->feeds != NULL ? j->feeds : j->node, e->err);
        if (j->feeds == NULL && j->node->dtype->item_bytes == 0)
            continue; /* elements of no bytes are there already */
        g->members[g->count] = j;
        g->requests[g->count++] =
            (fa__request){.node = j->node, .target = j->target, .where = j->where, .feeds = j->feeds};
    }
}

/* A target whose bytes the pass reads as other elements is written behind a buffer. True when the plan must
 * be made again. Stores stand in the order of the requests that have a target. */
static bool put_conflicts_behind(fa__pass *pass, group *g, fa_error *err)
{
    bool changed = false;
    int64_t at = 0;
    for (int64_t i = 0; i < g->count && !fa_failed(err); i++) {
        job *j = g->members[i];
        bool conflicts = false;
        for (; j->target != NULL && at < pass->store_count && pass->stores[at].request == (int)i; at++)
            conflicts = writes_what_it_reads(pass, &pass->stores[at], err) || conflicts;
        if (!conflicts)
            continue;
        if (j->where != NULL)
            return !fa__fail(err, FA_INTERNAL, "a masked value reads other elements of its target");
        put_behind(j, err);
        g->requests[i].target = j->target;
        changed = true;
    }
    return changed;
}

static void run_group(evaluation *e, job *leader, const int *order)
{
    group g = {0};
    fa__pass pass = {0};
    const fa__node *shape = leader->node;
    collect_group(e, leader, order, &g);
    while (g.count > 0 &&
           fa__plan_pass(&pass, shape->ndim, shape->sizes, order, g.requests, g.count, e->err) &&
           put_conflicts_behind(&pass, &g, e->err))
        fa__pass_clear(&pass);
    if (g.count > 0)
        fa__run_pass(&pass, e->options, e->err);
    fa__pass_clear(&pass);
    fa__free(g.members);
    fa__free(g.requests);
}

/* The values of `node` are in `array` from now on, which is taken over. */
static void keep(fa__node *node, fa_array *array)
{
    fa_array *before = node->kept;
    node->kept = array;
    fa_release(before);
}

/* An operation on whole arrays, which makes passes of its own. */
static void run_whole(evaluation *e, job *j)
{
    j->planned = true;
    if (j->target == NULL)
        j->target = fa__room_for(j->keeps, e->err);
    fa__whole_compute(j->keeps, j->target, e->options, e->err);
}

/* Whether jobs read all elements of a move, for more than a copy of them. */
static bool is_computed_on(const evaluation *e, const fa__node *move)
{
    bool found = false;
    for (int64_t i = 0; i < e->count && !found; i++) {
        const job *j = &e->jobs[i];
        for (int k = 0; j->runs && k < j->keeps->input_count; k++)
            found = found || fa__gather_is_read(j->keeps->inputs[k], j->keeps, move);
        found = found || (!j->runs && !j->derives && fa__gather_is_read(j->node, j->feeds, move));
    }
    return found;
}

static void run_level(evaluation *e, int level)
{
    int64_t begin = e->level_start[level], end = e->level_start[level + 1];
    for (int64_t i = begin; i < end && !fa_failed(e->err); i++) {
        job *j = e->ordered[i];
        if (j->derives) {
            keep(j->keeps, fa__derived_array(j->keeps, e->err));
            if (!fa_failed(e->err) && fa__deal_may_pay(j->keeps->kept) && is_computed_on(e, j->keeps))
                fa__gather_stand(j->keeps, e->options, e->err);
            j->planned = true;
        }
    }
    for (int64_t i = begin; i < end && !fa_failed(e->err); i++)
        if (e->ordered[i]->runs)
            run_whole(e, e->ordered[i]);
    /* Reductions and scans lead, since they have an order of their own; stores go along where they can. */
    for (int turn = 0; turn < 2; turn++)
        for (int64_t i = begin; i < end && !fa_failed(e->err); i++) {
            job *j = e->ordered[i];
            int order[FA_MAX_NDIM];
            if (j->planned || (turn == 0) != (j->feeds != NULL))
                continue;
            if (stands_already(e, j)) {
                j->planned = true;
                continue;
            }
            order_of(j, order);
            run_group(e, j, order);
        }
    for (int64_t i = begin; i < end && !fa_failed(e->err); i++) {
        job *j = e->ordered[i];
        if (j->keeps != NULL && !j->derives)
            keep(j->keeps, fa_retain(j->target));
    }
}

static void copy_buffers(evaluation *e)
{
    for (int64_t i = 0; i < e->count && !fa_failed(e->err); i++) {
        job *j = &e->jobs[i];
        int order[FA_MAX_NDIM];
        fa__pass pass = {0};
        if (j->behind == NULL)
            continue;
        fa__node *leaf = fa__node_leaf(j->target, e->err);
        fa__request request = {.node = leaf, .target = j->behind};
        fa__k_order(j->target->ndim, j->target->sizes, j->target->strides, order);
        if (leaf != NULL &&
            fa__plan_pass(&pass, j->target->ndim, j->target->sizes, order, &request, 1, e->err))
            fa__run_pass(&pass, e->options, e->err);
        fa__pass_clear(&pass);
        fa__node_release(leaf);
    }
}

static void finish(evaluation *e)
{
    for (int64_t i = 0; i < e->count; i++) {
        job *j = &e->jobs[i];
        if (j->keeps != NULL && !j->lasting)
            keep(j->keeps, NULL);
        if (j->completes != NULL && !fa_failed(e->err) &&
            fa__pending_get_state(j->completes) == FA__STATE_PENDING) {
            fa__count_evaluation();
            fa__pending_complete(j->completes, j->target->source);
        }
        fa__node_release(j->node);
        fa__node_release(j->where);
        fa_release(j->target);
        fa_release(j->behind);
    }
    fa__free(e->jobs);
    fa__free(e->ordered);
    fa__free(e->level_start);
    fa__schedule_clear(&e->schedule);
}

bool fa__engine_run(const fa__sink *sinks, int count, const fa_evaluate_options *options, fa_error *err)
{
    if (fa_failed(err) || fa__engine_busy(err))
        return false;
    if (fa__kernel_isa() == NULL)
        return fa__fail(err, FA_UNSUPPORTED, "this processor is older than x86-64-v3 (AVX2 and FMA)");
    fa__budget_start();
    if (!fa__engine_enter(options, err))
        return false;
    evaluation e = {.options = options, .err = err};
    for (int i = 0; i < count && !fa_failed(err); i++)
        add_sink(&e, &sinks[i]);
    add_barriers(&e);
    aim(&e);
    for (int64_t i = 0; i < e.count && !fa_failed(err); i++)
        if (e.jobs[i].target != NULL &&
            (is_written_before(&e, &e.jobs[i]) || is_read_by_others(&e, &e.jobs[i])))
            put_behind(&e.jobs[i], err);
    order_jobs(&e);
    for (int level = 0; level < e.schedule.levels && !fa_failed(err); level++)
        run_level(&e, level);
    copy_buffers(&e);
    finish(&e);
    fa__engine_leave();
    return !fa_failed(err);
}
