/* SPDX-License-Identifier: BSD-3-Clause */
/* Products of matrices that may be larger than memory. A window of the result is kept while windows of both
 * factors pass, along the inner dimension and in order; windows are as large as the limit allows, and are cut
 * into tiles and panels whose edges depend on shapes alone. Each tile is computed on one thread, by OpenBLAS
 * or by a kernel of ours: neither threads nor the limit change a bit. Elements that stand in memory are used
 * where they are; of files the libraries see copies, never mappings. */
#include "engine/whole.h"

#include "engine/budget.h"
#include "engine/buffers.h"
#include "engine/pool.h"
#include "op/blas.h"
#include "op/lines.h"
#include "op/panels.h"

#include "base/checked.h"
#include "base/memory.h"
#include "storage/storage.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
    TILE = 1 << 21, /* elements of a tile, at most, and */
    TILE_BYTES = 16 << 20,
    SMALL_TILE = 1 << 18, /* and at least, where there would be fewer than */
    SOME_TILES = 8,
    GRID = 16,           /* edges of tiles are multiples of it */
    PANEL = 384,         /* of the inner dimension: what OpenBLAS takes at a time */
    MOST_PANELS = 20,    /* in one window: a job ends within a second */
    JOB_STEPS = 1 << 18, /* multiplications that are worth a job */
    PANEL_READINGS = 3,  /* of a factor that is worth a copy in boxes, and */
    LEAST_PANEL_BYTES = 32 << 20,
    WRITTEN_ROWS = 512, /* at a time */
    MOST_WORKERS = FA__MAX_THREADS
};

/* One of the two factors. */
typedef struct factor {
    int input;
    const fa__node *node;
    fa_array *stands;     /* used in place; borrowed; or NULL: */
    bool turned;          /* windows stand column by column, as the source does */
    char *buffer, *other; /* the other one is read into while this one is used, if there are `panels` */
    size_t bytes, other_bytes;
    bool has_panels;
    fa__panels *panels;
    bool filled; /* with this window: */
    int64_t start[FA_MAX_NDIM], sizes[FA_MAX_NDIM];
    /* Of the current window: the first element, and from one to the next, in elements. */
    const char *at;
    int64_t row, column, batch[FA_MAX_NDIM];
} factor;

/* A range of the result, and of the inner dimension. Batch axes are those of the result. */
typedef struct window {
    int64_t batch_start[FA_MAX_NDIM], batch_sizes[FA_MAX_NDIM], items;
    int64_t row, rows, column, columns, inner, depth;
} window;

typedef struct work {
    fa__whole_run *run;
    fa_type type;
    int64_t item_bytes;
    int batch_ndim;
    int64_t batch_sizes[FA_MAX_NDIM], rows, inner, columns;
    int64_t tile_rows, tile_columns;
    factor first, second;
    char *buffer; /* the window of the result; NULL: it is used in place */
    size_t bytes;
    window window;
    int64_t down, across, items_per_job; /* tiles of the window */
    fa__product_loop *loop;              /* NULL: the library computes */
    char *rooms;                         /* for panels of `loop` */
    size_t room_bytes;
    int room_count;
    atomic_bool room_taken[MOST_WORKERS];
} work;

/* ---- Tiles ---- */

/* Where an item of the window is in something with strides along the batch axes. */
static int64_t offset_of(const work *w, int64_t item, const int64_t *strides)
{
    int64_t offset = 0;
    for (int i = w->batch_ndim - 1; i >= 0; i--) {
        offset += item % w->window.batch_sizes[i] * strides[i];
        item /= w->window.batch_sizes[i];
    }
    return offset;
}

/* The result's tile, and its stride from row to row. */
static char *place_of(const work *w, int64_t item, int64_t row, int64_t column, int64_t *stride)
{
    const fa_array *result = w->run->result;
    const window *v = &w->window;
    if (w->buffer != NULL) {
        *stride = v->columns;
        return w->buffer + ((item * v->rows + row) * v->columns + column) * w->item_bytes;
    }
    int64_t offset = result->offset + offset_of(w, item, result->strides);
    for (int i = 0; i < w->batch_ndim; i++)
        offset += v->batch_start[i] * result->strides[i];
    *stride = w->columns;
    return fa__source_memory(result->source) + offset +
           ((v->row + row) * w->columns + v->column + column) * w->item_bytes;
}

static void multiply_tile(work *w, int64_t item, int64_t row, int64_t column, void *room, fa_error *err)
{
    const window *v = &w->window;
    const factor *a = &w->first, *b = &w->second;
    fa__product p = {
        .rows = fa__min_i64(w->tile_rows, v->rows - row),
        .columns = fa__min_i64(w->tile_columns, v->columns - column),
        .first_row = a->row,
        .first_column = a->column,
        .second_row = b->row,
        .second_column = b->column,
        .room = room,
    };
    p.result = place_of(w, item, row, column, &p.result_row);
    const char *first = a->at + (offset_of(w, item, a->batch) + row * a->row) * w->item_bytes;
    const char *second = b->at + (offset_of(w, item, b->batch) + column * b->column) * w->item_bytes;
    for (int64_t k = 0; k < v->depth; k += PANEL) {
        p.inner = fa__min_i64(PANEL, v->depth - k);
        p.first = first + k * a->column * w->item_bytes;
        p.second = second + k * b->row * w->item_bytes;
        p.add = v->inner + k > 0;
        if (w->loop != NULL)
            w->loop(&p);
        else if (!fa__blas_product(w->type, &p))
            fa__fail(err, FA_INTERNAL, "a product has strides that the library does not take");
    }
}

static int take_room(work *w)
{
    for (int i = 0;; i = (i + 1) % w->room_count) {
        bool taken = false;
        if (atomic_compare_exchange_strong(&w->room_taken[i], &taken, true))
            return i;
    }
}

static void multiply(void *user, int64_t job, fa_error *err)
{
    work *w = user;
    int room = w->loop != NULL ? take_room(w) : 0;
    void *panels = w->loop != NULL ? w->rooms + (size_t)room * w->room_bytes : NULL;
    int64_t tile = job % (w->down * w->across), item = job / (w->down * w->across) * w->items_per_job;
    int64_t last = fa__min_i64(item + w->items_per_job, w->window.items);
    for (; item < last; item++)
        multiply_tile(w, item, tile / w->across * w->tile_rows, tile % w->across * w->tile_columns, panels,
                      err);
    if (w->loop != NULL)
        atomic_store(&w->room_taken[room], false);
}

static bool multiply_window(work *w, fa_error *err)
{
    const window *v = &w->window;
    w->down = (v->rows + w->tile_rows - 1) / w->tile_rows;
    w->across = (v->columns + w->tile_columns - 1) / w->tile_columns;
    int64_t steps = fa__max_i64(v->rows * v->columns, 1) * v->depth; /* below 2**63: a window is in memory */
    w->items_per_job = w->down * w->across > 1 ? 1 : fa__max_i64(JOB_STEPS / steps, 1);
    int64_t jobs = (v->items + w->items_per_job - 1) / w->items_per_job * w->down * w->across;
    return fa__whole_parallel(w->run, jobs, 0, multiply, w, err);
}

/* ---- Windows of the factors ---- */

/* In memory, and no element of it where a load or a store of one may not be. */
static bool is_aligned(const work *w, const fa_array *a)
{
    const char *memory = fa__source_memory(a->source);
    int64_t item = w->item_bytes, part = item > 8 ? item / 2 : item;
    return memory != NULL && ((uintptr_t)memory + (uintptr_t)a->offset) % (uintptr_t)part == 0;
}

/* Whether elements may be worked on where they stand: by a kernel of ours at any strides, by the library
 * where rows or columns are dense. */
static bool is_usable(const work *w, const fa_array *a)
{
    int64_t item = w->item_bytes;
    if (a->dtype->type != w->type || fa__dtype_swap(a->dtype) > 1 || !is_aligned(w, a))
        return false;
    for (int i = 0; i < a->ndim; i++)
        if (a->strides[i] % item != 0)
            return false;
    if (w->loop != NULL)
        return true;
    int dense = a->strides[a->ndim - 1] == item ? a->ndim - 1 : a->ndim - 2, other = 2 * a->ndim - 3 - dense;
    return a->strides[dense] == item && a->strides[other] >= a->sizes[dense] * item &&
           a->strides[other] / item <= INT32_MAX;
}

static void aim_in_place(const work *w, factor *f, int64_t row, int64_t column)
{
    const fa_array *a = f->stands;
    const int64_t *strides = a->strides + a->ndim - 2;
    int64_t item = w->item_bytes, offset = a->offset + row * strides[0] + column * strides[1];
    int missing = w->batch_ndim - (a->ndim - 2);
    for (int i = 0; i < w->batch_ndim; i++) {
        bool has = i >= missing && a->sizes[i - missing] > 1;
        f->batch[i] = has ? a->strides[i - missing] / item : 0;
        offset += f->batch[i] * item * w->window.batch_start[i];
    }
    f->at = fa__source_memory(a->source) + offset;
    f->row = strides[0] / item;
    f->column = strides[1] / item;
}

/* The box of a factor that a window wants. Gives the number of its elements. */
static int64_t box_of(const work *w, const factor *f, int64_t row, int64_t rows, int64_t column,
                      int64_t columns, int64_t *start, int64_t *sizes)
{
    const fa__node *node = f->node;
    int batch = node->ndim - 2, missing = w->batch_ndim - batch;
    for (int i = 0; i < batch; i++) {
        bool has = node->sizes[i] > 1;
        start[i] = has ? w->window.batch_start[missing + i] : 0;
        sizes[i] = has ? w->window.batch_sizes[missing + i] : 1;
    }
    start[batch] = row;
    start[batch + 1] = column;
    sizes[batch] = rows;
    sizes[batch + 1] = columns;
    return fa__count(node->ndim, sizes);
}

static bool grow_buffer(char **buffer, size_t *bytes, size_t wanted, fa_error *err)
{
    if (*bytes >= wanted)
        return true;
    fa__buffer_give_back(*buffer, *bytes);
    *buffer = fa__buffer_take(wanted, err);
    *bytes = *buffer != NULL ? wanted : 0;
    return *buffer != NULL;
}

/* Dense strides in bytes, column by column where windows are turned. */
static void dense_strides(const factor *f, const int64_t *sizes, int64_t item, int64_t *strides)
{
    int order[FA_MAX_NDIM], ndim = f->node->ndim;
    for (int i = 0; i < ndim; i++)
        order[i] = i;
    if (f->turned) {
        order[ndim - 2] = ndim - 1;
        order[ndim - 1] = ndim - 2;
    }
    fa__strides_in_order(ndim, sizes, item, order, strides);
}

static bool read_box(work *w, factor *f, int64_t count, const fa__geometry *geometry, fa_error *err)
{
    fa__source *source = fa__memory_source_adopt(f->buffer, count * w->item_bytes, NULL, err);
    fa_array *target = source != NULL ? fa__view(source, f->node->dtype, geometry, true, err) : NULL;
    fa__source_release(source);
    if (target != NULL)
        fa__whole_read(w->run, f->input, f->start, f->sizes, target, err);
    fa_release(target);
    return !fa_failed(err);
}

/* The one that was asked for is in the other buffer. */
static bool take_panel(factor *f, int64_t row, int64_t column, fa_error *err)
{
    char *buffer = f->other;
    f->other = f->buffer;
    f->buffer = buffer;
    return fa__panels_take(f->panels, row, column, f->buffer, err);
}

/* Begins to read what aim() will want next. */
static void aim_ahead(factor *f, int64_t row, int64_t column)
{
    const int64_t batch = f->node->ndim - 2;
    if (f->panels != NULL && (f->start[batch] != row || f->start[batch + 1] != column))
        fa__panels_ask(f->panels, row, column, f->other);
}

/* Makes the elements of a factor that the window wants reachable. */
static bool aim(work *w, factor *f, int64_t row, int64_t rows, int64_t column, int64_t columns, fa_error *err)
{
    if (f->stands != NULL) {
        aim_in_place(w, f, row, column);
        return true;
    }
    int ndim = f->node->ndim;
    int64_t start[FA_MAX_NDIM], sizes[FA_MAX_NDIM];
    int64_t count = box_of(w, f, row, rows, column, columns, start, sizes);
    size_t list = (size_t)ndim * sizeof *start;
    if (f->filled && memcmp(start, f->start, list) == 0 && memcmp(sizes, f->sizes, list) == 0)
        return true;
    memcpy(f->start, start, list);
    memcpy(f->sizes, sizes, list);
    fa__geometry geometry = {.ndim = ndim};
    memcpy(geometry.sizes, sizes, list);
    dense_strides(f, sizes, w->item_bytes, geometry.strides);
    if (f->panels != NULL)
        f->filled = take_panel(f, row, column, err);
    else
        f->filled = grow_buffer(&f->buffer, &f->bytes, (size_t)(count * w->item_bytes), err) &&
                    read_box(w, f, count, &geometry, err);
    for (int i = 0; i < w->batch_ndim; i++) {
        int axis = i - (w->batch_ndim - (ndim - 2));
        f->batch[i] = axis >= 0 && f->node->sizes[axis] > 1 ? geometry.strides[axis] / w->item_bytes : 0;
    }
    f->at = f->buffer;
    f->row = geometry.strides[ndim - 2] / w->item_bytes;
    f->column = geometry.strides[ndim - 1] / w->item_bytes;
    return f->filled;
}

/* ---- Windows of the result ---- */

/* Some rows of the result's window on their way. */
static void write_rows(void *user, int64_t job, fa_error *err)
{
    work *w = user;
    const window *v = &w->window;
    const fa_array *result = w->run->result;
    int64_t first = job % w->down * WRITTEN_ROWS, rows = fa__min_i64(WRITTEN_ROWS, v->rows - first),
            item = job / w->down;
    int64_t sizes[2] = {rows, v->columns}, strides[2] = {w->columns * w->item_bytes, w->item_bytes};
    int64_t offset = result->offset + offset_of(w, item, result->strides);
    for (int i = 0; i < w->batch_ndim; i++)
        offset += v->batch_start[i] * result->strides[i];
    offset += (v->row + first) * strides[0] + v->column * strides[1];
    fa__box box = {2, w->item_bytes, offset, sizes, strides};
    fa__source_write(result->source, &box, w->buffer + (item * v->rows + first) * v->columns * w->item_bytes,
                     err);
}

static bool write_window(work *w, fa_error *err)
{
    const window *v = &w->window;
    if (w->buffer == NULL || fa_failed(err))
        return !fa_failed(err);
    const int64_t count = v->items * v->rows * v->columns;
    if (v->columns == w->columns && (v->rows == w->rows || v->items == 1)) { /* one behind the other */
        const fa_array *result = w->run->result;
        int64_t first = result->offset + v->row * w->columns * w->item_bytes;
        for (int i = 0; i < w->batch_ndim; i++)
            first += v->batch_start[i] * result->strides[i];
        return fa__write_run(w->run, result->source, first, count * w->item_bytes, w->buffer, err);
    }
    w->down = (v->rows + WRITTEN_ROWS - 1) / WRITTEN_ROWS;
    fa__source *source = w->run->result->source;
    if (!fa__whole_parallel(w->run, v->items * w->down, 0, write_rows, w, err))
        return false;
    /* The disk writes while the next window is computed. */
    const int64_t row_bytes = w->columns * w->item_bytes;
    if (w->batch_ndim == 0 && source->class->write_behind != NULL)
        source->class->write_behind(source, w->run->result->offset + v->row * row_bytes, v->rows * row_bytes,
                                    false, err);
    return !fa_failed(err);
}

/* What the next step wants: of this window of the result, of the next one beside it, or of the next rows. */
static void read_ahead(work *w, int64_t depth)
{
    const window *v = &w->window;
    int64_t row = v->row, column = v->column, inner = v->inner + depth;
    if (inner >= w->inner) {
        inner = 0;
        column += v->columns;
    }
    if (column >= w->columns) {
        column = 0;
        row += v->rows;
    }
    if (row >= w->rows)
        return;
    aim_ahead(&w->first, row, inner);
    aim_ahead(&w->second, inner, column);
}

/* All of the inner dimension for one window of the result. `depth`: as much of it as the factors' windows
 * hold. */
static bool fill_window(work *w, int64_t depth, fa_error *err)
{
    window *v = &w->window;
    for (v->inner = 0; v->inner < w->inner && !fa_failed(err); v->inner += depth) {
        v->depth = fa__min_i64(depth, w->inner - v->inner);
        if (aim(w, &w->first, v->row, v->rows, v->inner, v->depth, err) &&
            aim(w, &w->second, v->inner, v->depth, v->column, v->columns, err)) {
            read_ahead(w, depth);
            multiply_window(w, err);
        }
    }
    return write_window(w, err);
}

/* ---- The plan ---- */

/* How large windows are. */
typedef struct plan {
    int64_t items, rows, columns, depth;
} plan;

static int64_t buffers_of(const factor *f)
{
    return f->has_panels ? 2 : 1;
}

static int64_t plan_bytes(const work *w, const plan *p)
{
    int64_t elements = 0;
    if (w->buffer != NULL)
        elements += p->rows * p->columns;
    if (w->first.stands == NULL)
        elements += p->rows * p->depth * buffers_of(&w->first);
    if (w->second.stands == NULL)
        elements += p->depth * p->columns * buffers_of(&w->second);
    return elements * p->items * w->item_bytes;
}

/* What windows of so many tiles cost for each element and step: the time of threads, of which some may have
 * nothing to do, and what is read. */
static double cost_of(const work *w, int64_t rows, int64_t columns)
{
    enum { READING = 120 }; /* steps of one thread in the time that an element is read in */
    const int64_t threads = fa__pool_threads(), tiles = rows * columns;
    const double busy = (double)tiles / (double)fa__round_up(tiles, threads);
    return 1 / (busy * (double)threads) +
           READING * (1.0 / (double)(rows * w->tile_rows) + 1.0 / (double)(columns * w->tile_columns));
}

/* The tiles of a window that cost least, of those that there is room for; one in any case. */
static void choose_tiles(const work *w, plan *p, int64_t room)
{
    double least = INFINITY;
    for (int64_t rows = 1; (rows - 1) * w->tile_rows < w->rows; rows++)
        for (int64_t columns = 1; (columns - 1) * w->tile_columns < w->columns; columns++) {
            plan next = *p;
            next.rows = fa__min_i64(rows * w->tile_rows, w->rows);
            next.columns = fa__min_i64(columns * w->tile_columns, w->columns);
            if (rows * columns > 1 && plan_bytes(w, &next) > room)
                break;
            if (cost_of(w, rows, columns) >= least)
                continue;
            least = cost_of(w, rows, columns);
            *p = next;
        }
}

/* All of the result, or some tiles; then depth, then items. */
static plan make_plan(const work *w, int64_t room)
{
    const int64_t most_depth = fa__min_i64(MOST_PANELS * PANEL, w->inner);
    plan p = {1, w->rows, w->columns, fa__min_i64(PANEL, w->inner)};
    if (plan_bytes(w, &p) > room)
        choose_tiles(w, &p, room);
    for (plan next = p; p.depth < most_depth; p = next) {
        next.depth = fa__min_i64(p.depth + PANEL, w->inner);
        if (plan_bytes(w, &next) > room)
            break;
    }
    if (p.rows == w->rows && p.columns == w->columns && p.depth == w->inner) {
        int64_t bytes = fa__max_i64(plan_bytes(w, &p), 1);
        p.items = fa__max_i64(room / bytes, 1);
    }
    return p;
}

/* Elements that are computed anew each time they are read: conversions are not worth a copy. */
static bool is_dear(const fa__node *node)
{
    while (node->kept == NULL && node->kind == FA__NODE_CAST)
        node = node->inputs[0];
    return node->kept == NULL && (node->kind != FA__NODE_LEAF || fa__is_pending(node->array));
}

/* A factor that several windows would compute again stands from here on. */
static bool settle(work *w, factor *f, bool is_read_again, fa_error *err)
{
    if (f->stands != NULL || !is_read_again || !is_dear(f->node))
        return false;
    fa_array *array = fa__whole_input(w->run, f->input, err);
    f->stands = array != NULL && is_usable(w, array) ? array : NULL;
    return array != NULL;
}

static int64_t room_for_windows(void)
{
    return fa__budget_available() / 2;
}

static bool wants_panels(const work *w, const factor *f, int64_t readings)
{
    const bool forced = fa__io_mode() == FA__IO_DIRECT;
    return f->stands == NULL && w->batch_ndim == 0 && (forced || readings >= PANEL_READINGS) &&
           (forced || fa__count(f->node->ndim, f->node->sizes) * w->item_bytes >= LEAST_PANEL_BYTES);
}

static bool make_panels(work *w, factor *f, int64_t rows, int64_t columns, fa_error *err)
{
    const int64_t sizes[2] = {rows, columns};
    if (f->has_panels)
        f->panels =
            fa__panels_new(w->run, f->input, f->turned ? 1 : 0, sizes, fa__budget_available() / 4 * 3, err);
    return !f->has_panels || f->panels != NULL;
}

/* Whether there is memory for boxes of them, and for those that come meanwhile. */
static bool start_reading(factor *f)
{
    const size_t bytes = f->has_panels ? (size_t)fa__panels_bytes(f->panels) : 0;
    fa_error ignored = {0};
    return !f->has_panels || (grow_buffer(&f->buffer, &f->bytes, bytes, &ignored) &&
                              grow_buffer(&f->other, &f->other_bytes, bytes, &ignored));
}

static void leave_panels(factor *f)
{
    fa__panels_free(f->panels);
    fa__buffer_give_back(f->buffer, f->bytes);
    fa__buffer_give_back(f->other, f->other_bytes);
    f->panels = NULL;
    f->buffer = f->other = NULL;
    f->bytes = f->other_bytes = 0;
    f->has_panels = false;
}

/* A factor of which each box is read several times is copied once, so that boxes are read in one piece while
 * others are multiplied. Nothing else needs room then, if no other factor is read otherwise. */
static plan plan_with_panels(work *w, plan p, fa_error *err)
{
    factor *a = &w->first, *b = &w->second;
    a->has_panels = wants_panels(w, a, (w->columns + p.columns - 1) / p.columns);
    b->has_panels = wants_panels(w, b, (w->rows + p.rows - 1) / p.rows);
    const bool reads_otherwise =
        (a->stands == NULL && !a->has_panels) || (b->stands == NULL && !b->has_panels);
    if (reads_otherwise || (!a->has_panels && !b->has_panels) || fa_failed(err)) {
        a->has_panels = b->has_panels = false;
        return p;
    }
    plan with = make_plan(w, fa__budget_available() / 16 * 15);
    if (make_panels(w, a, with.rows, with.depth, err) && make_panels(w, b, with.depth, with.columns, err) &&
        start_reading(a) && start_reading(b))
        return with;
    leave_panels(a);
    leave_panels(b);
    return p;
}

static plan plan_and_settle(work *w, fa_error *err)
{
    plan p = make_plan(w, room_for_windows());
    bool first = settle(w, &w->first, p.columns < w->columns, err),
         second = settle(w, &w->second, p.rows < w->rows, err);
    return first || second ? make_plan(w, room_for_windows()) : p;
}

/* ---- Batches ---- */

/* So many items at once: whole axes from the last on, and part of one before them. */
static void group_sizes(const work *w, int64_t items, int64_t *sizes)
{
    for (int i = w->batch_ndim - 1; i >= 0; i--) {
        sizes[i] = fa__max_i64(fa__min_i64(items, w->batch_sizes[i]), 1);
        items = sizes[i] == w->batch_sizes[i] ? items / sizes[i] : 1;
    }
}

/* All windows of the result of the items that the window has. */
static bool fill_items(work *w, const plan *p, fa_error *err)
{
    window *v = &w->window;
    size_t elements = (size_t)(v->items * p->rows * p->columns);
    if (w->buffer != NULL && !grow_buffer(&w->buffer, &w->bytes, elements * (size_t)w->item_bytes, err))
        return false;
    for (v->row = 0; v->row < w->rows; v->row += p->rows) {
        v->rows = fa__min_i64(p->rows, w->rows - v->row);
        for (v->column = 0; v->column < w->columns; v->column += p->columns) {
            v->columns = fa__min_i64(p->columns, w->columns - v->column);
            if (!fill_window(w, p->depth, err))
                return false;
        }
    }
    return true;
}

static bool fill_batch(work *w, const plan *p, fa_error *err)
{
    int64_t group[FA_MAX_NDIM], *start = w->window.batch_start;
    group_sizes(w, p->items, group);
    for (;;) {
        w->window.items = 1;
        for (int i = 0; i < w->batch_ndim; i++) {
            w->window.batch_sizes[i] = fa__min_i64(group[i], w->batch_sizes[i] - start[i]);
            w->window.items *= w->window.batch_sizes[i];
        }
        if (!fill_items(w, p, err))
            return false;
        int axis = w->batch_ndim - 1;
        for (; axis >= 0; axis--) {
            start[axis] += group[axis];
            if (start[axis] < w->batch_sizes[axis])
                break;
            start[axis] = 0;
        }
        if (axis < 0)
            return true;
    }
}

/* ---- The run ---- */

static bool start_factor(work *w, factor *f, int input, fa_error *err)
{
    f->input = input;
    f->node = w->run->node->inputs[input];
    const int64_t *strides = f->node->strides + f->node->ndim - 2;
    f->turned = llabs(strides[0]) < llabs(strides[1]);
    fa_array *array = fa__whole_standing(w->run, input, err);
    f->stands = array != NULL && is_usable(w, array) ? array : NULL;
    return !fa_failed(err);
}

static int64_t edge_of(int64_t size, int64_t parts)
{
    return fa__round_up((size + parts - 1) / parts, GRID);
}

/* Tiles of one size, as many as threads of any usual number can share, and as large as there can be: both
 * factors of a tile are packed for it alone. What a library gives for an element depends on the edges of the
 * tile around it, and so these follow from the shape and from nothing else. */
static void cut_into_tiles(work *w)
{
    const int64_t elements = w->rows * w->columns;
    int64_t count = (elements - 1) / fa__min_i64(TILE, TILE_BYTES / w->item_bytes) + 1;
    if (count > SOME_TILES)
        count = fa__round_up(count, SOME_TILES);
    else
        for (count = 1; count < SOME_TILES && elements / (2 * count) >= SMALL_TILE;)
            count *= 2;
    double least = INFINITY; /* what is packed for an element */
    for (int64_t down = 1; down <= count; down++) {
        const int64_t rows = edge_of(w->rows, down), columns = edge_of(w->columns, count / down);
        const double packed = 1.0 / (double)rows + 1.0 / (double)columns;
        if (count % down != 0 || packed > least)
            continue;
        least = packed;
        w->tile_rows = rows;
        w->tile_columns = columns;
    }
}

static bool start(work *w, fa__whole_run *run, fa_error *err)
{
    const fa__node *node = run->node, *first = node->inputs[0];
    w->run = run;
    w->type = node->dtype->type;
    w->item_bytes = node->dtype->item_bytes;
    w->batch_ndim = node->ndim - 2;
    memcpy(w->batch_sizes, node->sizes, (size_t)w->batch_ndim * sizeof(int64_t));
    w->rows = node->sizes[node->ndim - 2];
    w->columns = node->sizes[node->ndim - 1];
    w->inner = first->sizes[first->ndim - 1];
    cut_into_tiles(w);
    w->loop = w->columns <= INT32_MAX && fa__blas_has(w->type) ? NULL : fa__product_find(w->type);
    if (w->loop != NULL) {
        w->room_count = (int)fa__pool_threads();
        w->room_bytes = (size_t)fa__round_up((int64_t)fa__product_room(w->type), 64);
        w->rooms = fa__buffer_take((size_t)w->room_count * w->room_bytes, err);
    }
    if (!is_aligned(w, run->result) && !fa_failed(err)) {
        w->bytes = 1;
        w->buffer = fa__buffer_take(w->bytes, err);
    }
    return !fa_failed(err) && start_factor(w, &w->first, 0, err) && start_factor(w, &w->second, 1, err);
}

static void stop(work *w)
{
    factor *const factors[] = {&w->first, &w->second};
    for (int i = 0; i < 2; i++) {
        fa__panels_free(factors[i]->panels); /* before what is read into */
        fa__buffer_give_back(factors[i]->buffer, factors[i]->bytes);
        fa__buffer_give_back(factors[i]->other, factors[i]->other_bytes);
    }
    fa__buffer_give_back(w->buffer, w->bytes);
    fa__buffer_give_back(w->rooms, (size_t)w->room_count * w->room_bytes);
}

/* What the windows of a plan take is charged; the least that there can be is part of the slack beside the
 * limit. */
static bool compute(work *w, fa_error *err)
{
    plan p = plan_with_panels(w, plan_and_settle(w, err), err);
    if (fa_failed(err))
        return false;
    size_t bytes = (size_t)plan_bytes(w, &p);
    bool charged = fa__ledger_charge(bytes);
    fa__blas_begin();
    fill_batch(w, &p, err);
    fa__blas_end();
    if (charged)
        fa__ledger_release(bytes);
    return !fa_failed(err);
}

static bool run_product(fa__whole_run *run, fa_error *err)
{
    work *w = fa__alloc_zero(1, sizeof *w, err);
    if (w == NULL)
        return false;
    if (fa__count(run->node->ndim, run->node->sizes) > 0 && start(w, run, err))
        compute(w, err);
    stop(w);
    fa__free(w);
    return !fa_failed(err);
}

const fa__whole_class fa__whole_matmul = {.run = run_product};
