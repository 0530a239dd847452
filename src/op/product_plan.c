/* SPDX-License-Identifier: BSD-3-Clause */
/* How products are cut: into tiles, whose edges follow from shapes and from nothing else, and into windows,
 * which are as large as the limit allows. Reads nothing but what it copies because it will be read again. */
#include "op/product.h"

#include "engine/budget.h"
#include "engine/pending.h"

#include "base/checked.h"
#include "storage/storage.h"

#include <math.h>

enum {
    TILE = 1 << 21, /* elements of a tile, at most, and */
    TILE_BYTES = 16 << 20,
    SMALL_TILE = 1 << 18, /* and at least, where there would be fewer than */
    SOME_TILES = 8,
    GRID = 16,          /* edges of tiles are multiples of it */
    MOST_PANELS = 20,   /* in one window: a job ends within a second */
    PANEL_READINGS = 3, /* of a factor that is worth a copy in boxes, and */
    LEAST_PANEL_BYTES = 32 << 20
};

static int64_t edge_of(int64_t size, int64_t parts)
{
    return fa__round_up((size + parts - 1) / parts, GRID);
}

/* Tiles of one size, as many as threads of any usual number can share, and as large as there can be: both
 * factors of a tile are packed for it alone. What a library gives for an element depends on the edges of the
 * tile around it, and so these follow from the shape and from nothing else. */
void fa__product_cut(fa__product_work *w)
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

static int64_t buffers_of(const fa__factor *f)
{
    return f->has_panels ? 2 : 1;
}

int64_t fa__product_plan_bytes(const fa__product_work *w, const fa__product_plan *p)
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
static double cost_of(const fa__product_work *w, int64_t rows, int64_t columns)
{
    enum { READING = 120 }; /* steps of one thread in the time that an element is read in */
    const int64_t threads = fa__pool_threads(), tiles = rows * columns;
    const double busy = (double)tiles / (double)fa__round_up(tiles, threads);
    return 1 / (busy * (double)threads) +
           READING * (1.0 / (double)(rows * w->tile_rows) + 1.0 / (double)(columns * w->tile_columns));
}

/* The tiles of a window that cost least, of those that there is room for; one in any case. */
static void choose_tiles(const fa__product_work *w, fa__product_plan *p, int64_t room)
{
    double least = INFINITY;
    for (int64_t rows = 1; (rows - 1) * w->tile_rows < w->rows; rows++)
        for (int64_t columns = 1; (columns - 1) * w->tile_columns < w->columns; columns++) {
            fa__product_plan next = *p;
            next.rows = fa__min_i64(rows * w->tile_rows, w->rows);
            next.columns = fa__min_i64(columns * w->tile_columns, w->columns);
            if (rows * columns > 1 && fa__product_plan_bytes(w, &next) > room)
                break;
            if (cost_of(w, rows, columns) >= least)
                continue;
            least = cost_of(w, rows, columns);
            *p = next;
        }
}

/* All of the result, or some tiles; then depth, then items. */
static fa__product_plan plan_for(const fa__product_work *w, int64_t room)
{
    const int64_t most_depth = fa__min_i64(MOST_PANELS * FA__PRODUCT_PANEL, w->inner);
    fa__product_plan p = {1, w->rows, w->columns, fa__min_i64(FA__PRODUCT_PANEL, w->inner)};
    if (fa__product_plan_bytes(w, &p) > room)
        choose_tiles(w, &p, room);
    for (fa__product_plan next = p; p.depth < most_depth; p = next) {
        next.depth = fa__min_i64(p.depth + FA__PRODUCT_PANEL, w->inner);
        if (fa__product_plan_bytes(w, &next) > room)
            break;
    }
    if (p.rows == w->rows && p.columns == w->columns && p.depth == w->inner) {
        int64_t bytes = fa__max_i64(fa__product_plan_bytes(w, &p), 1);
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
static bool settle(fa__product_work *w, fa__factor *f, bool is_read_again, fa_error *err)
{
    if (f->stands != NULL || !is_read_again || !is_dear(f->node))
        return false;
    fa_array *array = fa__whole_input(w->run, f->input, err);
    f->stands = array != NULL && fa__product_is_usable(w, array) ? array : NULL;
    return array != NULL;
}

static int64_t room_for_windows(void)
{
    return fa__budget_available() / 2;
}

static bool wants_panels(const fa__product_work *w, const fa__factor *f, int64_t readings)
{
    const bool forced = fa__io_mode() == FA__IO_DIRECT;
    return f->stands == NULL && w->batch_ndim == 0 && (forced || readings >= PANEL_READINGS) &&
           (forced || fa__count(f->node->ndim, f->node->sizes) * w->item_bytes >= LEAST_PANEL_BYTES);
}

static bool make_panels(fa__product_work *w, fa__factor *f, int64_t rows, int64_t columns, fa_error *err)
{
    const int64_t sizes[2] = {rows, columns};
    if (f->has_panels)
        f->panels =
            fa__panels_new(w->run, f->input, f->turned ? 1 : 0, sizes, fa__budget_available() / 4 * 3, err);
    return !f->has_panels || f->panels != NULL;
}

/* Whether there is memory for boxes of them, and for those that come meanwhile. */
static bool start_reading(fa__factor *f)
{
    const size_t bytes = f->has_panels ? (size_t)fa__panels_bytes(f->panels) : 0;
    fa_error ignored = {0};
    return !f->has_panels || (fa__product_grow(&f->buffer, &f->bytes, bytes, &ignored) &&
                              fa__product_grow(&f->other, &f->other_bytes, bytes, &ignored));
}

static fa__product_plan settled_plan(fa__product_work *w, fa_error *err)
{
    fa__product_plan p = plan_for(w, room_for_windows());
    bool first = settle(w, &w->first, p.columns < w->columns, err),
         second = settle(w, &w->second, p.rows < w->rows, err);
    return first || second ? plan_for(w, room_for_windows()) : p;
}

/* A factor of which each box is read several times is copied once, so that boxes are read in one piece while
 * others are multiplied. Nothing else needs room then, if no other factor is read otherwise. */
static fa__product_plan with_panels(fa__product_work *w, fa__product_plan p, fa_error *err)
{
    fa__factor *a = &w->first, *b = &w->second;
    a->has_panels = wants_panels(w, a, (w->columns + p.columns - 1) / p.columns);
    b->has_panels = wants_panels(w, b, (w->rows + p.rows - 1) / p.rows);
    const bool reads_otherwise =
        (a->stands == NULL && !a->has_panels) || (b->stands == NULL && !b->has_panels);
    if (reads_otherwise || (!a->has_panels && !b->has_panels) || fa_failed(err)) {
        a->has_panels = b->has_panels = false;
        return p;
    }
    fa__product_plan with = plan_for(w, fa__budget_available() / 16 * 15);
    if (make_panels(w, a, with.rows, with.depth, err) && make_panels(w, b, with.depth, with.columns, err) &&
        start_reading(a) && start_reading(b))
        return with;
    fa__factor_stop(a);
    fa__factor_stop(b);
    return p;
}

fa__product_plan fa__product_make_plan(fa__product_work *w, fa_error *err)
{
    return with_panels(w, settled_plan(w, err), err);
}
