/* SPDX-License-Identifier: BSD-3-Clause */
/* The classes of moves: which element of which input stands where. Each works on flat positions alone, in the
 * order in which its node's elements stand in memory; reading inputs is engine/flat's, boxes are
 * engine/derived's. */
#include "engine/move.h"
#include "op/moves.h"

#include "base/checked.h"
#include "base/memory.h"
#include "engine/buffers.h"

#include <string.h>

/* ---- RESHAPE: element i is element i of the input in C order ---- */

static void *reshape_plan(const fa__node *node, fa_array *const *inputs, fa_error *err)
{
    fa__flat *flat = fa__alloc_zero(1, sizeof *flat, err);
    if (flat != NULL)
        fa__flat_start(flat, inputs[0], node->dtype, err);
    return flat;
}

static void reshape_free(void *plan)
{
    fa__flat_clear(plan);
    fa__free(plan);
}

static bool reshape_fetch(const void *plan, int64_t first, int64_t step, int64_t n, void *elements,
                          fa_error *err)
{
    return fa__flat_read(plan, first, step, n, elements, err);
}

static void reshape_visit(const void *plan, int64_t first, int64_t n, fa__move_visit *visit, void *user)
{
    visit(plan, first, n, user);
}

static const fa__move_class reshape_class = {
    .plan = reshape_plan, .free = reshape_free, .fetch = reshape_fetch, .visit = reshape_visit};

/* ---- CONCATENATE: rows of the result are rows of the inputs, one behind the other ---- */

/* Shorter rows are read many at a time: as many as a tile has, where the ledger has room for them, since
 * inputs whose memory runs along the other axis are read in runs that are no longer than that. */
enum { SHORT_ROW_BYTES = 64 << 10, LEAST_ROWS_BYTES = 64 << 10, MOST_ROWS_BYTES = 1 << 20 };

/* A row is everything inside of one position of the axes outside of the one that is concatenated. */
typedef struct part {
    fa__flat flat;
    int64_t start, width; /* elements of a row */
} part;

typedef struct joined {
    int64_t row; /* elements */
    int64_t item_bytes;
    int count;
    part parts[];
} joined;

/* Where the axes stand in memory order, the concatenated one among them. */
static bool start_part(part *p, const fa__node *node, const int *order, fa_array *input, fa_error *err)
{
    fa__geometry geometry;
    fa__view_geometry(input, &geometry);
    if (!fa__geometry_permute(&geometry, (fa_axes){node->ndim, order}, &geometry, err))
        return false;
    p->width = 1;
    for (int i = node->ndim - 1; i >= 0; i--) {
        p->width *= geometry.sizes[i];
        if (order[i] == node->as.move.axis)
            break;
    }
    fa_array *permuted = fa__view_like(input, &geometry, err);
    bool started = permuted != NULL && fa__flat_start(&p->flat, permuted, node->dtype, err);
    fa_release(permuted);
    return started;
}

static void *concatenate_plan(const fa__node *node, fa_array *const *inputs, fa_error *err)
{
    joined *all = fa__alloc_zero(1, sizeof *all + (size_t)node->input_count * sizeof(part), err);
    if (all == NULL)
        return NULL;
    int order[FA_MAX_NDIM];
    fa__k_order(node->ndim, node->sizes, node->strides, order);
    all->item_bytes = node->dtype->item_bytes;
    for (int i = 0; i < node->input_count && !fa_failed(err); i++) {
        part *p = &all->parts[all->count++];
        p->start = all->row;
        start_part(p, node, order, inputs[i], err);
        all->row += p->width;
    }
    return all;
}

static void concatenate_free(void *plan)
{
    joined *all = plan;
    for (int i = 0; i < all->count; i++)
        fa__flat_clear(&all->parts[i].flat);
    fa__free(all);
}

/* The part that has position `at` of a row: the last one that begins there or before, and is not empty. */
static const part *part_at(const joined *all, int64_t at)
{
    int low = 0, high = all->count - 1;
    while (low < high) {
        int middle = low + (high - low + 1) / 2;
        if (all->parts[middle].start <= at)
            low = middle;
        else
            high = middle - 1;
    }
    return &all->parts[low];
}

/* How many steps stay between `at` and the end of `size` positions, the first one counted. */
static int64_t steps_inside(int64_t at, int64_t step, int64_t size)
{
    return 1 + (step > 0 ? (size - 1 - at) / step : at / -step);
}

/* Piece by piece: what is in one row of one input, or along one column. */
static bool fetch_pieces(const joined *all, int64_t first, int64_t step, int64_t n, char *to, fa_error *err)
{
    bool is_column = step % all->row == 0;
    while (n > 0) {
        int64_t row = first / all->row, at = first % all->row, some = n, inner = step;
        const part *p = part_at(all, at);
        if (is_column)
            inner = step / all->row * p->width;
        else
            some = fa__min_i64(n, steps_inside(at - p->start, step, p->width));
        if (!fa__flat_read(&p->flat, row * p->width + at - p->start, inner, some, to, err))
            return false;
        first += some * step;
        to += some * all->item_bytes;
        n -= some;
    }
    return true;
}

/* Whole rows that are short: each input's share of many rows is read at once and laid down beside the
 * others'. */
static bool fetch_rows(const joined *all, int64_t row, int64_t count, char *to, fa_error *err)
{
    int64_t row_bytes = all->row * all->item_bytes;
    int64_t wanted = fa__min_i64(fa__max_i64(count * row_bytes, LEAST_ROWS_BYTES), MOST_ROWS_BYTES);
    bool charged = fa__ledger_charge((size_t)wanted);
    size_t bytes = charged ? (size_t)wanted : LEAST_ROWS_BYTES;
    int64_t some = fa__max_i64((int64_t)bytes / row_bytes, 1);
    char *rows = fa__buffer_take(bytes, err);
    for (int64_t done = 0; rows != NULL && done < count && !fa_failed(err); done += some) {
        some = fa__min_i64(some, count - done);
        for (int i = 0; i < all->count; i++) {
            const part *p = &all->parts[i];
            int64_t width_bytes = p->width * all->item_bytes, stride = row_bytes, one = some;
            if (p->width == 0 ||
                !fa__flat_read(&p->flat, (row + done) * p->width, 1, some * p->width, rows, err))
                continue;
            fa__box box = {1, width_bytes, p->start * all->item_bytes, &one, &stride};
            fa__box_scatter(to + done * row_bytes, &box, rows);
        }
    }
    fa__buffer_give_back(rows, bytes);
    if (charged)
        fa__ledger_release((size_t)wanted);
    return !fa_failed(err);
}

static bool concatenate_fetch(const void *plan, int64_t first, int64_t step, int64_t n, void *elements,
                              fa_error *err)
{
    const joined *all = plan;
    char *to = elements;
    if (step != 1 || all->count == 1 || all->row * all->item_bytes > SHORT_ROW_BYTES)
        return fetch_pieces(all, first, step, n, to, err);
    int64_t head = fa__min_i64(n, (all->row - first % all->row) % all->row), whole = (n - head) / all->row;
    int64_t behind = head + whole * all->row;
    return (head == 0 || fetch_pieces(all, first, 1, head, to, err)) &&
           (whole == 0 ||
            fetch_rows(all, (first + head) / all->row, whole, to + head * all->item_bytes, err)) &&
           (behind == n ||
            fetch_pieces(all, first + behind, 1, n - behind, to + behind * all->item_bytes, err));
}

/* What an input has of the rows from that of the first element to that of the last. */
static void concatenate_visit(const void *plan, int64_t first, int64_t n, fa__move_visit *visit, void *user)
{
    const joined *all = plan;
    int64_t first_row = first / all->row, last_row = (first + n - 1) / all->row;
    int64_t first_at = first % all->row, last_at = (first + n - 1) % all->row;
    for (int i = 0; i < all->count; i++) {
        const part *p = &all->parts[i];
        int64_t begin = fa__min_i64(fa__max_i64(first_at - p->start, 0), p->width) + first_row * p->width;
        int64_t end = fa__min_i64(fa__max_i64(last_at + 1 - p->start, 0), p->width) + last_row * p->width;
        if (begin < end)
            visit(&p->flat, begin, end - begin, user);
    }
}

static const fa__move_class concatenate_class = {.plan = concatenate_plan,
                                                 .free = concatenate_free,
                                                 .fetch = concatenate_fetch,
                                                 .visit = concatenate_visit};

const fa__move_class *const fa__move_classes[FA__MOVE_COUNT] = {
    [FA__MOVE_CONCATENATE] = &concatenate_class,
    [FA__MOVE_RESHAPE] = &reshape_class,
    [FA__MOVE_TAKE] = &fa__move_take,
    [FA__MOVE_FLATNONZERO] = &fa__move_flatnonzero,
    [FA__MOVE_ARGWHERE] = &fa__move_argwhere,
    [FA__MOVE_SPREAD] = &fa__move_spread,
};
