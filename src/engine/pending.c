/* SPDX-License-Identifier: BSD-3-Clause */
/* Pending sources and the readers of bytes.
 *
 *     owner of bytes ----readers----> reader -> pending P     P.root's leaves are views of sources;
 *     (a file, a memory block,        reader -> pending Q     each is listed with the owner of its bytes.
 *      or a pending source itself)
 *
 * A pending source stays the owner of its own bytes after it is done, so that its readers stay listed in one
 * place. One mutex guards all lists and states; nothing is released while it is held, since a release may end
 * other sources. */
#include "engine/pending.h"

#include "engine/index.h"

#include "base/memory.h"
#include "platform/platform.h"

#include <stdatomic.h>
#include <string.h>

struct fa__reader {
    fa__reader *next, **link; /* in the owner's list; link is NULL when listed nowhere */
    fa__pending *pending;
    fa_array *view; /* borrowed from the graph */
    bool counted;   /* the first reader on this view */
};

struct fa__pending {
    fa__source source; /* first: a fa__source is this */
    fa__owner owner;
    _Atomic(int) state;
    fa__node *root;
    const fa_dtype *dtype; /* of all elements, as the root has it: known for as long as the source lives */
    fa__geometry *geometry;
    fa__source *result;
    fa_error failure;
    fa__reader *readings;
    int64_t reading_count;
    int64_t graph_views; /* leaves of other graphs that look at this source: references that nobody holds by
                            hand */
    bool affected;       /* while affected sources are collected */
    fa__pending *next_dead;
};

static fa__mutex lists = FA__MUTEX_INIT;

/* Held while the process is forked, so that the child finds the lists whole and unlocked. */
static void lock_lists(void)
{
    fa__mutex_lock(&lists);
}

static void unlock_lists(void)
{
    fa__mutex_unlock(&lists);
}

static void expect_forks(void)
{
    static atomic_bool expected;
    if (!atomic_exchange(&expected, true))
        fa__at_fork(lock_lists, unlock_lists, unlock_lists);
}

/* ---- The table of functions ---- */

static void unlist(fa__pending *pending)
{
    for (int64_t i = 0; i < pending->reading_count; i++) {
        fa__reader *reader = &pending->readings[i];
        if (reader->link == NULL)
            continue;
        *reader->link = reader->next;
        if (reader->next != NULL)
            reader->next->link = reader->link;
        reader->link = NULL;
        fa__pending *read = fa__pending_of(reader->view->source);
        if (read != NULL && reader->counted)
            read->graph_views--;
    }
}

static void free_parts(fa__pending *pending)
{
    fa_dtype_release(pending->dtype);
    fa__free(pending->geometry);
    fa__free(pending->readings);
    fa__free(pending);
}

/* Destroying a pending source releases views of others: chains of any length end in a loop, not in recursion.
 */
static void destroy(fa__source *source)
{
    static _Thread_local fa__pending *dead;
    static _Thread_local bool ending;
    fa__pending *pending = (fa__pending *)source;
    pending->next_dead = dead;
    dead = pending;
    if (ending)
        return;
    ending = true;
    while (dead != NULL) {
        pending = dead;
        dead = pending->next_dead;
        fa__mutex_lock(&lists);
        unlist(pending);
        fa__mutex_unlock(&lists);
        fa__node_release(pending->root);
        if (pending->result != NULL)
            fa__source_release(pending->result);
        free_parts(pending);
    }
    ending = false;
}

static bool check(fa__source *source, fa_error *err)
{
    fa__pending *pending = (fa__pending *)source;
    switch (fa__pending_get_state(pending)) {
    case FA__STATE_FAILED:
        fa__pending_failure(pending, err);
        return false;
    case FA__STATE_DONE:
        return fa__source_check(pending->result, err);
    default:
        return !fa_failed(err);
    }
}

/* Once done, everything else goes to the result. */
static fa__source *result_of(fa__source *source)
{
    fa__pending *pending = (fa__pending *)source;
    return fa__pending_get_state(pending) == FA__STATE_DONE ? pending->result : NULL;
}

static char *memory(fa__source *source)
{
    return result_of(source) != NULL ? fa__source_memory(result_of(source)) : NULL;
}

static bool read_box(fa__source *source, const fa__box *box, void *elements, fa_error *err)
{
    if (result_of(source) == NULL)
        return fa__fail(err, FA_INTERNAL, "a pending array was read before it was computed");
    return fa__source_read(result_of(source), box, elements, err);
}

static bool write_box(fa__source *source, const fa__box *box, const void *elements, fa_error *err)
{
    if (result_of(source) == NULL)
        return fa__fail(err, FA_INTERNAL, "a pending array was written before it was computed");
    return fa__source_write(result_of(source), box, elements, err);
}

static void describe(fa__source *source, fa_file_info *info, fa_error *err)
{
    fa__source *result = result_of(source);
    if (result != NULL && result->class->describe != NULL)
        result->class->describe(result, info, err);
    else
        info->format = result != NULL ? result->class->name : "pending";
}

static bool is_pending(fa__source *source)
{
    return fa__pending_get_state((fa__pending *)source) == FA__STATE_PENDING;
}

static const fa__source_class pending_class = {
    .name = "pending",
    .destroy = destroy,
    .memory = memory,
    .read = read_box,
    .write = write_box,
    .check = check,
    .describe = describe,
    .pending = is_pending,
};

/* ---- Making ---- */

struct leaves {
    fa__reader *readers;
    int64_t count, capacity;
    fa__index views;
    fa_error *err;
};

static bool collect_leaf(fa__node *node, void *user)
{
    struct leaves *leaves = user;
    if (node->kind != FA__NODE_LEAF)
        return true;
    if (!fa__grow(&leaves->readers, &leaves->capacity, leaves->count + 1, sizeof *leaves->readers,
                  leaves->err))
        return false;
    bool first = fa__index_find(&leaves->views, (uint64_t)(uintptr_t)node->array, 0) < 0;
    leaves->readers[leaves->count++] = (fa__reader){.view = node->array, .counted = first};
    return !first || fa__index_set(&leaves->views, (uint64_t)(uintptr_t)node->array, 0, 0, leaves->err);
}

static void list_readers(fa__pending *pending)
{
    for (int64_t i = 0; i < pending->reading_count; i++) {
        fa__reader *reader = &pending->readings[i];
        fa__owner *owner = reader->view->source->owner;
        reader->pending = pending;
        reader->next = owner->readers;
        reader->link = &owner->readers;
        if (reader->next != NULL)
            reader->next->link = &reader->next;
        owner->readers = reader;
        fa__pending *read = fa__pending_of(reader->view->source);
        if (read != NULL && reader->counted)
            read->graph_views++;
    }
}

static fa__pending *make(fa__node *root, fa_error *err)
{
    int64_t count;
    if (fa_failed(err) || !fa__shape_count(root->ndim, root->sizes, root->dtype->item_bytes, &count, err))
        return NULL;
    struct leaves leaves = {.err = err};
    fa__pending *pending = fa__alloc_zero(1, sizeof *pending, err);
    bool walked = pending != NULL && fa__node_walk(root, collect_leaf, &leaves, err);
    fa__index_clear(&leaves.views);
    if (walked) {
        pending->dtype = fa_dtype_retain(root->dtype);
        pending->geometry = fa__alloc(sizeof *pending->geometry, err);
    }
    if (!walked || pending->geometry == NULL) {
        fa__free(leaves.readers);
        if (pending != NULL)
            free_parts(pending);
        return NULL;
    }
    fa__node_geometry(root, pending->geometry);
    fa__references_start(&pending->source.references);
    pending->source.class = &pending_class;
    pending->source.bytes = count * root->dtype->item_bytes;
    pending->source.writeable = true;
    pending->source.owner = &pending->owner;
    atomic_init(&pending->state, FA__STATE_PENDING);
    pending->root = fa__node_retain(root);
    pending->readings = leaves.readers;
    pending->reading_count = leaves.count;
    fa__mutex_lock(&lists);
    list_readers(pending);
    fa__mutex_unlock(&lists);
    return pending;
}

fa_array *fa__pending_array(fa__node *root, fa_error *err)
{
    if (fa_failed(err) || root == NULL)
        return NULL;
    if (root->kind == FA__NODE_LEAF)
        return fa_retain(root->array);
    /* A view of a computation is a view of its pending source, not another computation. */
    expect_forks();
    fa__pending *pending = make(root->kind == FA__NODE_VIEW ? root->inputs[0] : root, err);
    if (pending == NULL)
        return NULL;
    fa__geometry geometry;
    fa__node_geometry(root, &geometry);
    fa_array *array = fa__view(&pending->source, root->dtype, &geometry, true, err);
    fa__source_release(&pending->source);
    return array;
}

fa_array *fa__pending_whole(fa__pending *pending, fa_error *err)
{
    return fa__view(&pending->source, pending->dtype, pending->geometry, true, err);
}

/* ---- States ---- */

fa__pending *fa__pending_of(fa__source *source)
{
    return source->class == &pending_class ? (fa__pending *)source : NULL;
}

fa__pending_state fa__pending_get_state(const fa__pending *pending)
{
    return (fa__pending_state)atomic_load_explicit(&pending->state, memory_order_acquire);
}

fa__node *fa__pending_root(const fa__pending *pending)
{
    return pending->root;
}

fa__source *fa__concrete(fa__source *source)
{
    fa__pending *pending = fa__pending_of(source);
    return pending != NULL && fa__pending_get_state(pending) == FA__STATE_DONE ? pending->result : source;
}

bool fa__stands_as(const fa_array *kept, const fa__node *node)
{
    bool same = kept->offset == 0;
    for (int i = 0; same && i < kept->ndim; i++)
        same = kept->strides[i] == node->strides[i] || kept->sizes[i] <= 1;
    return same;
}

void fa__pending_failure(const fa__pending *pending, fa_error *err)
{
    fa__error_move(err, &pending->failure);
}

bool fa__is_pending(const fa_array *array)
{
    fa__pending *pending = fa__pending_of(array->source);
    return pending != NULL && fa__pending_get_state(pending) == FA__STATE_PENDING;
}

fa__node *fa__pending_graph(fa_array *array)
{
    return fa__is_pending(array) ? fa__pending_root(fa__pending_of(array->source)) : NULL;
}

static void end(fa__pending *pending, fa__pending_state state)
{
    fa__mutex_lock(&lists);
    unlist(pending);
    fa__node *root = pending->root;
    fa__reader *readings = pending->readings;
    pending->root = NULL;
    pending->readings = NULL;
    pending->reading_count = 0;
    atomic_store_explicit(&pending->state, state, memory_order_release);
    fa__mutex_unlock(&lists);
    fa__node_release(root);
    fa__free(readings);
}

void fa__pending_complete(fa__pending *pending, fa__source *result)
{
    fa__source_retain(result);
    pending->result = result;
    end(pending, FA__STATE_DONE);
}

/* ---- Who reads what ---- */

struct marks {
    fa__pending **list;
    int64_t count, capacity;
};

static bool mark(struct marks *marks, fa__pending *pending, fa_error *err)
{
    if (pending->affected)
        return true;
    if (!fa__grow(&marks->list, &marks->capacity, marks->count + 1, sizeof *marks->list, err))
        return false;
    pending->affected = true;
    marks->list[marks->count++] = pending;
    return true;
}

static bool sees_writes_to(const fa__reader *reader, const fa__source *source)
{
    return !source->is_private || reader->view->source == source;
}

/* All pending sources that read bytes of `target`, and those that read through them. Called with the lists
 * locked. */
static bool mark_affected(struct marks *marks, fa_array *target, const fa__source *except, fa_error *err)
{
    for (fa__reader *reader = target->source->owner->readers; reader != NULL; reader = reader->next)
        if (&reader->pending->source != except && sees_writes_to(reader, target->source) &&
            fa__overlap(reader->view, target, NULL) && !mark(marks, reader->pending, err))
            return false;
    for (int64_t i = 0; i < marks->count; i++)
        for (fa__reader *reader = marks->list[i]->owner.readers; reader != NULL; reader = reader->next)
            if (&reader->pending->source != except && !mark(marks, reader->pending, err))
                return false;
    return true;
}

/* Takes a reference unless the last one is gone already. */
static bool retain_alive(fa__pending *pending)
{
    atomic_llong *count = &pending->source.references.count;
    long long seen = atomic_load(count);
    while (seen > 0)
        if (atomic_compare_exchange_weak(count, &seen, seen + 1))
            return true;
    return false;
}

/* Keeps of the marked sources those that somebody besides graphs holds, each with one reference more. */
static int64_t keep_held(struct marks *marks)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < marks->count; i++) {
        fa__pending *pending = marks->list[i];
        pending->affected = false;
        if (fa__references_count(&pending->source.references) > pending->graph_views && retain_alive(pending))
            marks->list[kept++] = pending;
    }
    return kept;
}

bool fa__pending_affected(fa_array *target, const fa__source *except, fa_array ***affected, int64_t *count,
                          fa_error *err)
{
    struct marks marks = {0};
    *affected = NULL;
    *count = 0;
    if (fa_failed(err))
        return false;
    expect_forks();
    fa__mutex_lock(&lists);
    bool whole = mark_affected(&marks, target, except, err);
    int64_t kept = keep_held(&marks);
    fa__mutex_unlock(&lists);
    fa_array **views = kept > 0 ? fa__alloc_zero((size_t)kept, sizeof *views, err) : NULL;
    for (int64_t i = 0; i < kept; i++) {
        if (views != NULL && whole)
            views[*count] = fa__pending_whole(marks.list[i], err);
        if (views != NULL && views[*count] != NULL)
            ++*count;
        fa__source_release(&marks.list[i]->source);
    }
    fa__free(marks.list);
    *affected = views;
    return !fa_failed(err);
}

void fa__engine_fail_readers(fa__owner *owner, const fa_error *why)
{
    fa_error ignored = {0};
    /* Graphs end, so no evaluation may be walking them. */
    if (!fa__engine_enter(NULL, &ignored))
        return;
    expect_forks();
    for (;;) {
        fa__mutex_lock(&lists);
        fa__pending *pending = NULL;
        for (fa__reader *reader = owner->readers; reader != NULL && pending == NULL; reader = reader->next)
            if (retain_alive(reader->pending))
                pending = reader->pending;
        if (pending != NULL)
            pending->failure = *why;
        fa__mutex_unlock(&lists);
        if (pending == NULL)
            break;
        end(pending, FA__STATE_FAILED);
        fa__source_release(&pending->source);
    }
    fa__engine_leave();
}
