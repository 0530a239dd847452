/* SPDX-License-Identifier: BSD-3-Clause */
/* The source whose bytes are those of other sources in other places. It has the virtual layout of its node
 * and holds no elements: a box is turned into runs, and the class of the move finds them in the inputs.
 *
 *     box -> runs (here) -> runs of inputs (the class) -> boxes of inputs (flat.c) -> their sources
 *
 * Boxes that are dense but not one run, or parts of elements, are read as the run around them and picked out
 * of it. */
#include "engine/move.h"

#include "engine/buffers.h"
#include "engine/pending.h"
#include "engine/tiles.h"

#include "base/checked.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum {
    AROUND_BYTES = 256 << 10, /* of the run around a box */
    LONG_ROW_BYTES = 4096,    /* dense rows from here on are read for themselves */
    WORTH_READING = 4         /* of the bytes of a run, one in this many must be wanted */
};

typedef struct derived {
    fa__source source;
    fa__owner owner;
    const fa__move_class *class;
    void *plan;
    int64_t item_bytes, count;
    int input_count;
    fa_array *inputs[];
} derived;

/* ---- Boxes ---- */

/* A box with its axes merged, and how it is read: axes from `inner` on together, `chunk` positions of the
 * axis outside of them at a time. */
typedef struct walk {
    const derived *from;
    int ndim;
    int64_t sizes[FA_MAX_NDIM], strides[FA_MAX_NDIM];
    int64_t item_bytes; /* of an element of the box: a part of one of the source's, or a whole one */
    bool whole;
    bool rows; /* the innermost axis alone, by its step */
    int inner;
    int64_t chunk;
    char *around;
    size_t around_bytes;
} walk;

static bool is_whole(const derived *self, const fa__box *box)
{
    bool whole = box->item_bytes == self->item_bytes && box->offset % self->item_bytes == 0;
    for (int i = 0; i < box->ndim && whole; i++)
        whole = box->sizes[i] == 1 || box->strides[i] % self->item_bytes == 0;
    return whole;
}

static void choose(walk *w)
{
    int last = w->ndim - 1;
    int64_t stride = llabs(w->strides[last]), wanted = w->item_bytes, cover = w->item_bytes;
    bool is_row = stride == w->item_bytes && w->sizes[last] * stride >= LONG_ROW_BYTES;
    bool is_sparse = stride / WORTH_READING > w->item_bytes;
    w->inner = w->ndim;
    w->chunk = 1;
    w->rows = w->whole && (is_row || is_sparse || w->ndim == 1);
    if (w->rows) {
        w->inner = last;
        return;
    }
    while (w->inner > 0) {
        int axis = w->inner - 1;
        stride = llabs(w->strides[axis]);
        int64_t size = w->sizes[axis], fitting = stride > 0 ? (AROUND_BYTES - cover) / stride + 1 : size;
        if (stride / WORTH_READING > wanted || cover > AROUND_BYTES)
            return;
        if (fitting < size) {
            w->chunk = fa__max_i64(fitting, 1);
            return;
        }
        cover += (size - 1) * stride;
        wanted *= size;
        w->inner = axis;
    }
}

static bool read_row(const walk *w, int64_t offset, char *to, fa_error *err)
{
    const derived *self = w->from;
    int64_t n = w->sizes[w->ndim - 1], step = w->strides[w->ndim - 1] / self->item_bytes;
    int64_t first = offset / self->item_bytes;
    if (step != 0 || n == 1)
        return self->class->fetch(self->plan, first, n == 1 ? 1 : step, n, to, err);
    if (!self->class->fetch(self->plan, first, 1, 1, to, err))
        return false;
    for (int64_t i = 1; i < n; i++)
        memcpy(to + i * self->item_bytes, to, (size_t)self->item_bytes);
    return true;
}

static bool need_around(walk *w, size_t bytes, fa_error *err)
{
    if (w->around_bytes >= bytes)
        return true;
    fa__buffer_give_back(w->around, w->around_bytes);
    w->around = fa__buffer_take(bytes, err);
    w->around_bytes = w->around != NULL ? bytes : 0;
    return w->around != NULL;
}

/* `steps` positions of the axis outside of the inner ones. */
static bool read_around(walk *w, int64_t offset, int64_t steps, char *to, fa_error *err)
{
    const derived *self = w->from;
    int64_t sizes[FA_MAX_NDIM + 1], strides[FA_MAX_NDIM + 1], low, high;
    int ndim = 0;
    if (w->inner > 0) {
        sizes[ndim] = steps;
        strides[ndim++] = w->strides[w->inner - 1];
    }
    for (int i = w->inner; i < w->ndim; i++) {
        sizes[ndim] = w->sizes[i];
        strides[ndim++] = w->strides[i];
    }
    low = high = offset;
    for (int i = 0; i < ndim; i++)
        *(strides[i] < 0 ? &low : &high) += (sizes[i] - 1) * strides[i];
    int64_t first = low / self->item_bytes, last = (high + w->item_bytes - 1) / self->item_bytes;
    if (!need_around(w, (size_t)((last - first + 1) * self->item_bytes), err) ||
        !self->class->fetch(self->plan, first, 1, last - first + 1, w->around, err))
        return false;
    fa__box box = {ndim, w->item_bytes, offset - first * self->item_bytes, sizes, strides};
    fa__box_gather(w->around, &box, to);
    return true;
}

/* Goes over all positions of the axes that are not read together. */
static bool read_all(walk *w, int64_t offset, char *to, fa_error *err)
{
    int64_t at[FA_MAX_NDIM] = {0}, inside = w->item_bytes;
    int last = w->inner - 1;
    for (int i = w->inner; i < w->ndim; i++)
        inside *= w->sizes[i];
    for (;;) {
        int64_t steps = last < 0 || w->rows ? 1 : fa__min_i64(w->chunk, w->sizes[last] - at[last]);
        if (w->rows ? !read_row(w, offset, to, err) : !read_around(w, offset, steps, to, err))
            return false;
        to += steps * inside;
        int k = last;
        for (int64_t moved = steps; k >= 0; k--, moved = 1) {
            offset += w->strides[k] * moved;
            at[k] += moved;
            if (at[k] < w->sizes[k])
                break;
            offset -= w->strides[k] * w->sizes[k];
            at[k] = 0;
        }
        if (k < 0)
            return true;
    }
}

static bool read_box(fa__source *source, const fa__box *box, void *elements, fa_error *err)
{
    const derived *self = (const derived *)source;
    if (fa_failed(err) || box->item_bytes == 0 || fa__count(box->ndim, box->sizes) == 0)
        return !fa_failed(err);
    walk w = {.from = self, .item_bytes = box->item_bytes, .whole = is_whole(self, box)};
    w.ndim = fa__merge_axes(box->ndim, box->sizes, box->strides, w.sizes, w.strides);
    choose(&w);
    read_all(&w, box->offset, elements, err);
    fa__buffer_give_back(w.around, w.around_bytes);
    return !fa_failed(err);
}

static bool write_box(fa__source *source, const fa__box *box, const void *elements, fa_error *err)
{
    (void)source;
    (void)box;
    (void)elements;
    return fa__fail(err, FA_INTERNAL, "elements that were moved were written before they were copied");
}

/* ---- What goes through to the inputs ---- */

static bool check(fa__source *source, fa_error *err)
{
    const derived *self = (const derived *)source;
    for (int i = 0; i < self->input_count; i++)
        fa__source_check(self->inputs[i]->source, err);
    return !fa_failed(err);
}

static bool prepare(fa__source *source, const atomic_bool *stop, fa_error *err)
{
    const derived *self = (const derived *)source;
    for (int i = 0; i < self->input_count; i++)
        fa__source_prepare(fa__concrete(self->inputs[i]->source), stop, err);
    return !fa_failed(err);
}

static bool is_ready(fa__source *source)
{
    const derived *self = (const derived *)source;
    bool ready = true;
    for (int i = 0; i < self->input_count && ready; i++)
        ready = fa__source_is_ready(fa__concrete(self->inputs[i]->source));
    return ready;
}

/* Calls the class for the elements of a range of bytes. */
static void visit_range(fa__source *source, int64_t first, int64_t size, fa__move_visit *visit, void *user)
{
    const derived *self = (const derived *)source;
    if (size <= 0 || self->item_bytes == 0)
        return;
    int64_t begin = first / self->item_bytes;
    int64_t end = fa__min_i64((first + size + self->item_bytes - 1) / self->item_bytes, self->count);
    if (begin < end)
        self->class->visit(self->plan, begin, end - begin, visit, user);
}

static void visit_holds(const fa__flat *flat, int64_t first, int64_t n, void *user)
{
    int64_t low, high;
    fa__flat_extent(flat, first, n, &low, &high);
    if (fa__source_memory(flat->source) == NULL)
        fa__source_holds(flat->source, low, high - low, user);
}

static bool holds(fa__source *source, int64_t first, int64_t size, fa_error *err)
{
    visit_range(source, first, size, visit_holds, err);
    return !fa_failed(err);
}

/* Advice is for runs: where an input is read far apart, prefetching and dropping ranges would bring in and
 * throw out what lies between. False there. */
static bool is_run(const fa__flat *flat, int64_t first, int64_t n, int64_t *low, int64_t *high)
{
    fa__flat_extent(flat, first, n, low, high);
    return (*high - *low) / WORTH_READING <= n * flat->item_bytes;
}

static void visit_prefetch(const fa__flat *flat, int64_t first, int64_t n, void *user)
{
    int64_t low, high;
    (void)user;
    if (flat->source->class->prefetch != NULL && is_run(flat, first, n, &low, &high))
        flat->source->class->prefetch(flat->source, low, high - low);
}

static void prefetch(fa__source *source, int64_t first, int64_t size)
{
    visit_range(source, first, size, visit_prefetch, NULL);
}

static void visit_drop(const fa__flat *flat, int64_t first, int64_t n, void *user)
{
    int64_t low, high;
    (void)user;
    if (flat->source->class->drop != NULL && is_run(flat, first, n, &low, &high))
        flat->source->class->drop(flat->source, low, high - low);
}

static void drop(fa__source *source, int64_t first, int64_t size)
{
    visit_range(source, first, size, visit_drop, NULL);
}

static void visit_resident(const fa__flat *flat, int64_t first, int64_t n, void *user)
{
    int64_t low, high, *resident = user;
    if (flat->source->class->resident == NULL || *resident < 0 || !is_run(flat, first, n, &low, &high))
        return;
    int64_t here = flat->source->class->resident(flat->source, low, high - low);
    *resident = here < 0 ? -1 : *resident + here;
}

static int64_t resident(fa__source *source, int64_t first, int64_t size)
{
    const derived *self = (const derived *)source;
    int64_t bytes = 0;
    if (self->class->reads_ahead != NULL && self->class->reads_ahead(self->plan))
        return -1;
    visit_range(source, first, size, visit_resident, &bytes);
    return bytes;
}

/* ---- Making ---- */

static void destroy(fa__source *source)
{
    derived *self = (derived *)source;
    if (self->plan != NULL)
        self->class->free(self->plan);
    for (int i = 0; i < self->input_count; i++)
        fa_release(self->inputs[i]);
    fa__free(self);
}

static const fa__source_class derived_class = {
    .name = "derived",
    .destroy = destroy,
    .prepare = prepare,
    .is_ready = is_ready,
    .read = read_box,
    .write = write_box,
    .check = check,
    .holds = holds,
    .prefetch = prefetch,
    .drop = drop,
    .resident = resident,
};

/* Whether a move converts elements while it reads them: numbers, and texts of other lengths. The bytes of
 * structures it moves as they are. */
static bool converts(const fa_dtype *from, const fa_dtype *to)
{
    if (fa__type_is_numeric(from->type) && fa__type_is_numeric(to->type))
        return true;
    if (from->type == FA_TYPE_VOID)
        return fa__dtype_same_bytes(from, to);
    return from->type == to->type && from->unit_count == to->unit_count && strcmp(from->unit, to->unit) == 0;
}

/* Below such conversions. */
static fa__node *unconverted(fa__node *node)
{
    while (node->kind == FA__NODE_CAST && node->kept == NULL && converts(node->inputs[0]->dtype, node->dtype))
        node = node->inputs[0];
    return node;
}

/* What a view is of: the graph of a pending array, the input of a VIEW. NULL for what is no view, and for
 * arrays that stand. */
static fa__node *below_view(fa__node *node)
{
    if (node->kind == FA__NODE_VIEW)
        return node->inputs[0];
    if (node->kind != FA__NODE_LEAF)
        return NULL;
    fa__pending *pending = fa__pending_of(node->array->source);
    return pending != NULL && fa__pending_get_state(pending) == FA__STATE_PENDING ? fa__pending_root(pending)
                                                                                  : NULL;
}

static bool will_stand(const fa__node *node)
{
    return node->kept != NULL || node->kind == FA__NODE_REDUCE || node->kind == FA__NODE_SCALAR ||
           node->kind == FA__NODE_MOVE || node->kind == FA__NODE_WHOLE;
}

fa__node *fa__move_needs(fa__node *input, fa__node **from)
{
    fa__node *node = unconverted(input), *below = below_view(node);
    *from = NULL;
    if (node->kept != NULL || (below == NULL && node->kind == FA__NODE_LEAF))
        return NULL;
    fa__node *base = below != NULL ? below : node;
    if (base->kind == FA__NODE_MOVE && base->kept == NULL)
        *from = base;
    if (will_stand(base))
        return NULL;
    /* Of a view that repeats elements all that it is of is kept, else what it shows. */
    bool shows_more =
        below != NULL && fa__count(node->ndim, node->sizes) >= fa__count(below->ndim, below->sizes);
    return shows_more ? below : node;
}

static fa_array *array_of_scalar(const fa__node *node, fa_error *err)
{
    fa__source *source = fa__memory_source(node->dtype->item_bytes, err);
    if (source == NULL)
        return NULL;
    memcpy(fa__source_memory(source), node->element, (size_t)node->dtype->item_bytes);
    fa__geometry geometry = {.ndim = 0};
    fa_array *array = fa__view(source, node->dtype, &geometry, false, err);
    fa__source_release(source);
    return array;
}

/* The elements of a node that is no view. */
static fa_array *standing_whole(const fa__node *node, fa_error *err)
{
    if (node->kept != NULL)
        return fa_retain(node->kept);
    if (node->kind == FA__NODE_SCALAR)
        return array_of_scalar(node, err);
    fa__fail(err, FA_INTERNAL, "what a move reads was not computed first");
    return NULL;
}

static fa_array *standing(fa__node *input, fa_error *err)
{
    fa__geometry geometry;
    fa__node *node = unconverted(input), *below = below_view(node);
    if (node->kept != NULL)
        return fa_retain(node->kept);
    if (below == NULL && node->kind == FA__NODE_LEAF) {
        fa__view_geometry(node->array, &geometry);
        return fa__view(fa__concrete(node->array->source), node->array->dtype, &geometry, false, err);
    }
    if (below == NULL)
        return standing_whole(node, err);
    fa_array *whole = standing_whole(below, err), *view = NULL;
    fa__node_geometry(node, &geometry);
    if (whole != NULL && !fa__stands_as(whole, below))
        fa__fail(err, FA_INTERNAL, "what a move reads stands in another layout");
    else if (whole != NULL)
        view = fa__view(fa__concrete(whole->source), node->dtype, &geometry, false, err);
    fa_release(whole);
    return view;
}

fa_array *fa__derived_array(const fa__node *node, fa_error *err)
{
    size_t count = (size_t)node->input_count;
    derived *self = fa__alloc_zero(1, sizeof *self + count * sizeof(fa_array *), err);
    if (self == NULL)
        return NULL;
    fa__references_start(&self->source.references);
    self->source.class = &derived_class;
    self->source.owner = &self->owner;
    self->class = fa__move_classes[node->code];
    self->item_bytes = node->dtype->item_bytes;
    self->count = fa__count(node->ndim, node->sizes);
    self->source.bytes = self->count * self->item_bytes;
    for (; self->input_count < node->input_count && !fa_failed(err); self->input_count++)
        self->inputs[self->input_count] = standing(node->inputs[self->input_count], err);
    if (!fa_failed(err))
        self->plan = self->class->plan(node, self->inputs, err);
    fa__geometry geometry;
    fa__node_geometry(node, &geometry);
    fa_array *array = fa__view(&self->source, node->dtype, &geometry, false, err);
    fa__source_release(&self->source);
    return array;
}

bool fa__is_derived(const fa__source *source)
{
    return source->class == &derived_class;
}

int64_t fa__scattered_bytes(const fa__source *source)
{
    const derived *self = (const derived *)source;
    return fa__is_derived(source) && self->class->scattered != NULL ? self->class->scattered(self->plan) : 0;
}

bool fa__derived_places(const fa__source *source, fa__move_places *places)
{
    const derived *self = (const derived *)source;
    return fa__is_derived(source) && self->class->places != NULL && self->class->places(self->plan, places);
}

bool fa__derived_streams(const fa__source *source, int64_t item_bytes)
{
    const derived *self = (const derived *)source;
    if (!fa__is_derived(source) || self->class->stream == NULL || self->item_bytes != item_bytes)
        return false;
    for (int i = 0; i < self->input_count; i++)
        if (fa__source_memory(fa__concrete(self->inputs[i]->source)) == NULL)
            return false;
    return true;
}

bool fa__derived_stream(fa__source *source, int64_t first, int64_t n, void *elements, fa_error *err)
{
    const derived *self = (const derived *)source;
    return fa__source_check(source, err) && self->class->stream(self->plan, first, n, elements, err);
}

bool fa__derived_reads(const fa__source *source, const fa_array *target)
{
    const derived *self = (const derived *)source;
    bool reads = false;
    for (int i = 0; i < self->input_count && !reads; i++) {
        const fa_array *input = self->inputs[i];
        reads = fa__is_derived(input->source) ? fa__derived_reads(input->source, target)
                                              : fa__overlap(input, target, NULL);
    }
    return reads;
}
