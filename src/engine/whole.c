/* SPDX-License-Identifier: BSD-3-Clause */
/* What operations on whole arrays are given: their inputs, box by box, walked, or standing; and threads.
 * Passes run inside of the evaluation that computes the operation. Knows nothing about what they do. */
#include "engine/whole.h"

#include "engine/budget.h"
#include "engine/move.h"
#include "engine/pending.h"
#include "engine/pool.h"
#include "engine/room.h"

#include "base/checked.h"
#include "base/memory.h"
#include "platform/platform.h"

#include <stdatomic.h>
#include <string.h>

/* ---- Calling back ---- */

static int64_t result_bytes(const fa__whole_run *run)
{
    return fa__count(run->result->ndim, run->result->sizes) * run->result->dtype->item_bytes;
}

/* Steps that are all short would end before anybody is called back: then it is done between them. */
static bool call_back(fa__whole_run *run, fa_error *err)
{
    enum { RATE = 25 }; /* a second */
    if (fa_failed(err) || run->options == NULL || run->options->progress == NULL)
        return !fa_failed(err);
    const double now = fa__now();
    if (now - run->called < 1.0 / RATE)
        return true;
    run->called = now;
    const fa_progress progress = {
        .done_bytes = run->done_bytes, .total_bytes = result_bytes(run), .seconds = now - run->started};
    return fa__callback(run->options, &progress) ||
           fa__fail(err, FA_CANCELLED, "cancelled by the progress callback");
}

/* ---- Passes ---- */

static bool run_request(fa__request request, bool in_c_order, const fa_evaluate_options *options,
                        fa_error *err)
{
    const fa__node *node = request.node;
    fa__pass pass = {0};
    int order[FA_MAX_NDIM];
    if (in_c_order)
        for (int i = 0; i < node->ndim; i++)
            order[i] = i;
    else
        fa__k_order(node->ndim, node->sizes, node->strides, order);
    if (fa__plan_pass(&pass, node->ndim, node->sizes, order, &request, 1, err))
        fa__run_pass(&pass, options, err);
    fa__pass_clear(&pass);
    return !fa_failed(err);
}

/* An input, or what was made of it; one reference. */
static fa__node *input_of(const fa__whole_run *run, int input, fa_error *err)
{
    return run->made[input] != NULL ? fa__node_leaf(run->made[input], err)
                                    : fa__node_retain(run->node->inputs[input]);
}

/* A box of a node as a view of it; one reference. Takes that of the node over. */
static fa__node *box_of(fa__node *input, const int64_t *start, const int64_t *sizes, fa_error *err)
{
    if (start == NULL || input == NULL)
        return input;
    fa__geometry geometry;
    fa__node_geometry(input, &geometry);
    if (input->kind != FA__NODE_VIEW && input->kind != FA__NODE_LEAF)
        geometry.offset = 0;
    for (int i = 0; i < input->ndim; i++) {
        geometry.offset += start[i] * geometry.strides[i];
        geometry.sizes[i] = sizes[i];
    }
    fa__node *box = fa__node_view(input, &geometry, err);
    fa__node_release(input);
    return box;
}

bool fa__whole_read(fa__whole_run *run, int input, const int64_t *start, const int64_t *sizes,
                    fa_array *target, fa_error *err)
{
    if (fa_failed(err))
        return false;
    fa__node *box = box_of(input_of(run, input, err), start, sizes, err);
    if (box != NULL)
        run_request((fa__request){.node = box, .target = target}, false, run->options, err);
    fa__node_release(box);
    return call_back(run, err);
}

bool fa__whole_walk_box(fa__whole_run *run, int input, const int64_t *start, const int64_t *sizes,
                        bool in_c_order, const fa__consumer_class *consumer, void *user, fa_error *err)
{
    if (fa_failed(err))
        return false;
    fa__node *box = box_of(input_of(run, input, err), start, sizes, err);
    fa__request request = {.node = box, .feeds = run->node, .consumer = consumer, .user = user};
    if (box != NULL)
        run_request(request, in_c_order, run->options, err);
    fa__node_release(box);
    return call_back(run, err);
}

bool fa__whole_walk(fa__whole_run *run, int input, bool in_c_order, const fa__consumer_class *consumer,
                    void *user, fa_error *err)
{
    return fa__whole_walk_box(run, input, NULL, NULL, in_c_order, consumer, user, err);
}

/* Whether a pass finds elements under a geometry on a node's layout. */
static bool can_be_seen(const fa__node *node, const fa__geometry *geometry, fa_error *err)
{
    if (node->kind == FA__NODE_LEAF)
        return !fa__is_pending(node->array);
    if (node->kind == FA__NODE_VIEW)
        return false;
    fa__affine *map = fa__affine_of_view(geometry, node->ndim, node->sizes, node->strides, err);
    fa__free(map);
    return map != NULL;
}

bool fa__whole_read_view(fa__whole_run *run, int input, const fa__geometry *geometry, void *elements,
                         fa_error *err)
{
    fa__node *node = run->node->inputs[input];
    if (fa_failed(err) || !can_be_seen(node, geometry, err))
        return false;
    fa__geometry dense = {.ndim = geometry->ndim};
    const fa_dtype *dtype = fa__dtype_native(node->dtype, err);
    fa__node *view = dtype != NULL ? fa__node_view(node, geometry, err) : NULL;
    fa__source *source = NULL;
    if (view != NULL) {
        memcpy(dense.sizes, geometry->sizes, sizeof dense.sizes);
        fa__strides_c(dense.ndim, dense.sizes, dtype->item_bytes, dense.strides);
        source = fa__memory_source_adopt(elements, fa__count(dense.ndim, dense.sizes) * dtype->item_bytes,
                                         NULL, err);
    }
    fa_array *target = source != NULL ? fa__view(source, dtype, &dense, true, err) : NULL;
    if (target != NULL)
        run_request((fa__request){.node = view, .target = target}, false, run->options, err);
    fa_release(target);
    if (source != NULL)
        fa__source_release(source);
    fa__node_release(view);
    fa_dtype_release(dtype);
    return !fa_failed(err);
}

/* ---- Inputs that stand ---- */

/* A view of what stands already; NULL with a clean err where nothing does. */
static fa_array *standing(const fa__node *node, fa_error *err)
{
    fa__geometry geometry;
    if (node->kept != NULL)
        return fa_retain(node->kept);
    if (node->kind != FA__NODE_LEAF || fa__is_pending(node->array))
        return NULL;
    fa__view_geometry(node->array, &geometry);
    return fa__view(fa__concrete(node->array->source), node->array->dtype, &geometry, false, err);
}

fa_array *fa__whole_standing(fa__whole_run *run, int input, fa_error *err)
{
    if (!fa_failed(err) && run->made[input] == NULL)
        run->made[input] = standing(run->node->inputs[input], err);
    return run->made[input];
}

fa_array *fa__whole_input(fa__whole_run *run, int input, fa_error *err)
{
    const fa__node *node = run->node->inputs[input];
    if (fa_failed(err) || fa__whole_standing(run, input, err) != NULL)
        return run->made[input];
    fa_array *array = NULL;
    if (!fa_failed(err)) {
        array = fa__room_for(node, FA__ROOM_OF_ZEROS, err);
        if (array != NULL && !fa__whole_read(run, input, NULL, NULL, array, err)) {
            fa_release(array);
            array = NULL;
        }
    }
    run->made[input] = array;
    return array;
}

static fa_array *array_of_scalar(const fa__node *node, fa_error *err)
{
    fa_array *array = fa__room_in_c_order(node->dtype, 0, NULL, FA__ROOM_OF_ZEROS, err);
    if (array != NULL)
        memcpy(fa__source_memory(array->source), node->element, (size_t)node->dtype->item_bytes);
    return array;
}

fa_array *fa__whole_beside(const fa__node *node, int input, fa_error *err)
{
    const fa__node *beside = node->inputs[input];
    if (fa_failed(err))
        return NULL;
    fa_array *array = beside->kind == FA__NODE_SCALAR && beside->kept == NULL ? array_of_scalar(beside, err)
                                                                              : standing(beside, err);
    if (array == NULL)
        fa__fail(err, FA_INTERNAL, "what stands beside a walk was not computed first");
    return array;
}

/* ---- Results ---- */

bool fa__whole_write(fa__whole_run *run, int64_t first, int64_t n, const void *elements, fa_error *err)
{
    const fa_array *result = run->result;
    int64_t item = result->dtype->item_bytes;
    fa__box box = {1, item, result->offset + first * item, &n, &item};
    return !fa_failed(err) && fa__source_write(result->source, &box, elements, err);
}

/* ---- Threads ---- */

typedef struct crew {
    void (*body)(void *user, int64_t job, fa_error *err);
    void *user;
    fa__whole_run *run;
    int64_t jobs;
    atomic_llong next, done;
    atomic_bool stop;
    fa__mutex mutex; /* guards `err` */
    fa_error err;
} crew;

static void fail_crew(crew *c, const fa_error *err)
{
    atomic_store(&c->stop, true);
    fa__mutex_lock(&c->mutex);
    fa__error_move(&c->err, err);
    fa__mutex_unlock(&c->mutex);
}

static void work(void *job, int number)
{
    crew *c = job;
    (void)number;
    for (;;) {
        int64_t next = atomic_fetch_add(&c->next, 1);
        fa_error err = {0};
        if (next >= c->jobs || atomic_load(&c->stop))
            return;
        c->body(c->user, next, &err);
        atomic_fetch_add(&c->done, 1);
        if (fa_failed(&err))
            fail_crew(c, &err);
    }
}

static void poll(void *user)
{
    crew *c = user;
    fa_error cancelled = {0};
    const double done = (double)atomic_load(&c->done) / (double)c->jobs;
    c->run->done_bytes = (int64_t)((double)result_bytes(c->run) * done);
    if (!atomic_load(&c->stop) && !call_back(c->run, &cancelled))
        fail_crew(c, &cancelled);
}

/* How many workers may take so many bytes each that nobody charges: a few in any case, which are part of the
 * slack beside the limit. */
static int64_t workers_with_room(int64_t worker_bytes)
{
    enum { SLACK_BYTES = 4 << 20 };
    return fa__max_i64((fa__budget_available() / 2 + SLACK_BYTES) / fa__max_i64(worker_bytes, 1), 1);
}

bool fa__whole_parallel(fa__whole_run *run, int64_t jobs, int64_t worker_bytes,
                        void (*body)(void *user, int64_t job, fa_error *err), void *user, fa_error *err)
{
    if (fa_failed(err) || jobs <= 0)
        return !fa_failed(err);
    crew c = {.body = body, .user = user, .run = run, .jobs = jobs, .mutex = FA__MUTEX_INIT};
    bool callback = run->options != NULL && run->options->progress != NULL;
    if (jobs == 1 && !callback)
        work(&c, 0);
    else
        fa__pool_run((int)fa__min_i64(fa__min_i64(jobs, workers_with_room(worker_bytes)), fa__pool_threads()),
                     work, &c, callback ? poll : NULL, &c, err);
    fa__error_move(err, &c.err);
    return call_back(run, err);
}

/* ---- The run ---- */

bool fa__whole_compute(fa__node *node, fa_array *result, const fa_evaluate_options *options, fa_error *err)
{
    if (fa_failed(err))
        return false;
    fa__whole_run run = {
        .node = node, .result = result, .options = options, .started = fa__now(), .called = fa__now()};
    run.made = fa__alloc_zero((size_t)node->input_count + 1, sizeof *run.made, err);
    if (run.made != NULL)
        fa__whole_classes[node->code]->run(&run, err);
    for (int i = 0; run.made != NULL && i < node->input_count; i++)
        fa_release(run.made[i]);
    fa__free(run.made);
    return !fa_failed(err);
}
