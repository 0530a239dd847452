/* SPDX-License-Identifier: BSD-3-Clause */
/* Products of matrices that may be larger than memory. A window of the result is kept while windows of both
 * factors pass, along the inner dimension and in order; windows are as large as the limit allows, and are cut
 * into tiles and panels whose edges depend on shapes alone. Each tile is computed on one thread, by OpenBLAS
 * or by a kernel of ours: neither threads nor the limit change a bit. Elements that stand in memory are used
 * where they are; of files the libraries see copies, never mappings. */
#include "op/product.h"

#include "engine/budget.h"
#include "engine/buffers.h"
#include "op/blas.h"
#include "op/lines.h"

#include "base/checked.h"
#include "base/memory.h"
#include "storage/storage.h"

#include <string.h>

enum {
    JOB_STEPS = 1 << 18, /* multiplications that are worth a job */
    WRITTEN_ROWS = 512   /* at a time */
};

/* ---- Tiles ---- */

/* Where an item of the window is in something with strides along the batch axes. */
static int64_t offset_of(const fa__product_work *w, int64_t item, const int64_t *strides)
{
    int64_t offset = 0;
    for (int i = w->batch_ndim - 1; i >= 0; i--) {
        offset += item % w->window.batch_sizes[i] * strides[i];
        item /= w->window.batch_sizes[i];
    }
    return offset;
}

/* The result's tile, and its stride from row to row. */
static char *place_of(const fa__product_work *w, int64_t item, int64_t row, int64_t column, int64_t *stride)
{
    const fa_array *result = w->run->result;
    const fa__product_window *v = &w->window;
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

static void multiply_tile(fa__product_work *w, int64_t item, int64_t row, int64_t column, void *room,
                          fa_error *err)
{
    const fa__product_window *v = &w->window;
    const fa__factor *a = &w->first, *b = &w->second;
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
    for (int64_t k = 0; k < v->depth; k += FA__PRODUCT_PANEL) {
        p.inner = fa__min_i64(FA__PRODUCT_PANEL, v->depth - k);
        p.first = first + k * a->column * w->item_bytes;
        p.second = second + k * b->row * w->item_bytes;
        p.add = v->inner + k > 0;
        if (w->loop != NULL)
            w->loop(&p);
        else if (!fa__blas_product(w->type, &p))
            fa__fail(err, FA_INTERNAL, "a product has strides that the library does not take");
    }
}

static int take_room(fa__product_work *w)
{
    for (int i = 0;; i = (i + 1) % w->room_count) {
        bool taken = false;
        if (atomic_compare_exchange_strong(&w->room_taken[i], &taken, true))
            return i;
    }
}

static void multiply(void *user, int64_t job, fa_error *err)
{
    fa__product_work *w = user;
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

static bool multiply_window(fa__product_work *w, fa_error *err)
{
    const fa__product_window *v = &w->window;
    w->down = (v->rows + w->tile_rows - 1) / w->tile_rows;
    w->across = (v->columns + w->tile_columns - 1) / w->tile_columns;
    int64_t steps = fa__max_i64(v->rows * v->columns, 1) * v->depth; /* below 2**63: a window is in memory */
    w->items_per_job = w->down * w->across > 1 ? 1 : fa__max_i64(JOB_STEPS / steps, 1);
    int64_t jobs = (v->items + w->items_per_job - 1) / w->items_per_job * w->down * w->across;
    return fa__whole_parallel(w->run, jobs, 0, multiply, w, err);
}

/* ---- Windows of the result ---- */

/* Some rows of the result's window on their way. */
static void write_rows(void *user, int64_t job, fa_error *err)
{
    fa__product_work *w = user;
    const fa__product_window *v = &w->window;
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

static bool write_window(fa__product_work *w, fa_error *err)
{
    const fa__product_window *v = &w->window;
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
static void read_ahead(fa__product_work *w, int64_t depth)
{
    const fa__product_window *v = &w->window;
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
    fa__factor_aim_ahead(&w->first, row, inner);
    fa__factor_aim_ahead(&w->second, inner, column);
}

/* All of the inner dimension for one window of the result. `depth`: as much of it as the factors' windows
 * hold. */
static bool fill_window(fa__product_work *w, int64_t depth, fa_error *err)
{
    fa__product_window *v = &w->window;
    for (v->inner = 0; v->inner < w->inner && !fa_failed(err); v->inner += depth) {
        v->depth = fa__min_i64(depth, w->inner - v->inner);
        if (fa__factor_aim(w, &w->first, v->row, v->rows, v->inner, v->depth, err) &&
            fa__factor_aim(w, &w->second, v->inner, v->depth, v->column, v->columns, err)) {
            read_ahead(w, depth);
            multiply_window(w, err);
        }
    }
    return write_window(w, err);
}

/* ---- Batches ---- */

/* So many items at once: whole axes from the last on, and part of one before them. */
static void group_sizes(const fa__product_work *w, int64_t items, int64_t *sizes)
{
    for (int i = w->batch_ndim - 1; i >= 0; i--) {
        sizes[i] = fa__max_i64(fa__min_i64(items, w->batch_sizes[i]), 1);
        items = sizes[i] == w->batch_sizes[i] ? items / sizes[i] : 1;
    }
}

/* All windows of the result of the items that the window has. */
static bool fill_items(fa__product_work *w, const fa__product_plan *p, fa_error *err)
{
    fa__product_window *v = &w->window;
    size_t elements = (size_t)(v->items * p->rows * p->columns);
    if (w->buffer != NULL && !fa__product_grow(&w->buffer, &w->bytes, elements * (size_t)w->item_bytes, err))
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

static bool fill_batch(fa__product_work *w, const fa__product_plan *p, fa_error *err)
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

static bool start(fa__product_work *w, fa__whole_run *run, fa_error *err)
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
    fa__product_cut(w);
    w->loop = w->columns <= INT32_MAX && fa__blas_has(w->type) ? NULL : fa__product_find(w->type);
    if (w->loop != NULL) {
        w->room_count = (int)fa__pool_threads();
        w->room_bytes = (size_t)fa__round_up((int64_t)fa__product_room(w->type), 64);
        w->rooms = fa__buffer_take((size_t)w->room_count * w->room_bytes, err);
    }
    if (!fa__product_is_aligned(w, run->result) && !fa_failed(err)) {
        w->bytes = 1;
        w->buffer = fa__buffer_take(w->bytes, err);
    }
    return !fa_failed(err) && fa__factor_start(w, &w->first, 0, err) &&
           fa__factor_start(w, &w->second, 1, err);
}

static void stop(fa__product_work *w)
{
    fa__factor_stop(&w->first);
    fa__factor_stop(&w->second);
    fa__buffer_give_back(w->buffer, w->bytes);
    fa__buffer_give_back(w->rooms, (size_t)w->room_count * w->room_bytes);
}

/* What the windows of a plan take is charged; the least that there can be is part of the slack beside the
 * limit. */
static bool compute(fa__product_work *w, fa_error *err)
{
    fa__product_plan p = fa__product_make_plan(w, err);
    if (fa_failed(err))
        return false;
    size_t bytes = (size_t)fa__product_plan_bytes(w, &p);
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
    fa__product_work *w = fa__alloc_zero(1, sizeof *w, err);
    if (w == NULL)
        return false;
    if (fa__count(run->node->ndim, run->node->sizes) > 0 && start(w, run, err))
        compute(w, err);
    stop(w);
    fa__free(w);
    return !fa_failed(err);
}

const fa__whole_class fa__whole_matmul = {.run = run_product};
