/* SPDX-License-Identifier: BSD-3-Clause */
/* Elements of a reduction as they come, box by box: rows along memory and strips across them, into trees. */
#include "op/reduce.h"

#include "base/checked.h"
#include "base/memory.h"

#include <string.h>

/* ---- Feeding ---- */

/* An item of the outermost tree is whole, or its last part is. */
static void end_item(fa__reduce_worker *w, fa__tree *tree)
{
    fa__reduce_plan *p = w->plan;
    if (w->continuing) {
        w->part->first.ended = true;
        fa__tree_append(&w->part->first.tree, tree, &w->err);
        w->continuing = false;
    } else {
        fa__tree_collapse(tree);
        fa__reduce_put(p, w->item * p->whole.width + w->kept_offset, w->s.width, tree->nodes[0].states,
                       w->s.width, &w->err);
    }
    fa__tree_reset(tree);
    w->item++;
}

/* n states follow in a row of level `number`. */
static void rise(fa__reduce_worker *w, int number, const char *states, int64_t capacity, int64_t n)
{
    fa__reduce_plan *p = w->plan;
    int components = p->reducer->components;
    while (n > 0 && !fa_failed(&w->err)) {
        if (number == w->s.level_count) { /* rows along memory, and nothing further out */
            fa__reduce_put(p, w->item, n, states, capacity, &w->err);
            w->item += n;
            return;
        }
        const fa__level *l = &w->s.levels[number];
        fa__tree *tree = &w->trees[number];
        char *strip = fa__tree_vector(tree, &w->err);
        if (strip == NULL)
            return;
        int64_t some = fa__min_i64(n, l->width - w->filled[number]);
        for (int c = 0; c < components; c++)
            memcpy(strip + 8 * (c * l->width + w->filled[number]), states + 8 * c * capacity,
                   (size_t)some * 8);
        states += 8 * some;
        n -= some;
        w->filled[number] += some;
        if (w->filled[number] < l->width)
            return;
        w->filled[number] = 0;
        fa__tree_push(tree, w->at_row[number], 0);
        if (++w->at_row[number] < l->rows)
            continue;
        w->at_row[number] = 0;
        if (number == w->s.level_count - 1) {
            end_item(w, tree);
            continue;
        }
        fa__tree_collapse(tree);
        rise(w, number + 1, tree->nodes[0].states, l->width, l->width); /* as deep as levels: at most 33 */
        fa__tree_reset(tree);
    }
}

static void end_row(fa__reduce_worker *w)
{
    if (w->s.level_count == 0) {
        end_item(w, &w->row);
        return;
    }
    fa__tree_collapse(&w->row);
    rise(w, 0, w->row.nodes[0].states, 1, 1);
    fa__tree_reset(&w->row);
}

/* Elements of a row along memory: r is the position of the first in its row. Gives how many were taken. */
static int64_t feed_row(fa__reduce_worker *w, int64_t r, int64_t n, const char *x)
{
    fa__reduce_plan *p = w->plan;
    int64_t run = p->whole.run, leaf = r / FA__BLOCK, at = r % FA__BLOCK, item = p->item_bytes;
    int64_t length = fa__leaf_length(p, leaf), some = fa__min_i64(n, length - at);
    int64_t together =
        at == 0 && p->reducer->locate == NULL ? fa__leaves_together(leaf, fa__min_i64(n, run - r)) : 1;
    if (together > 1) {
        some = together * FA__BLOCK;
        fa__push_leaves(p, &w->row, leaf, together, x, w->states, &w->err);
    } else if (at == 0 && some == length) {
        fa__push_leaf(p, &w->row, leaf, x, w->states, &w->err);
    } else if (w->continuing && leaf == w->head_leaf) {
        fa__tree_piece *piece = &w->part->first;
        memcpy(piece->head + piece->head_count * item, x, (size_t)(some * item));
        piece->head_count += some;
    } else {
        memcpy(w->raw + at * item, x, (size_t)(some * item));
        if (at + some == length)
            fa__push_leaf(p, &w->row, leaf, w->raw, w->states, &w->err);
    }
    if (r + some == run && !fa_failed(&w->err))
        end_row(w);
    return some;
}

/* Rows that are there as a whole, from row `first` of a leaf on; they end it where `ends`. A few columns of
 * all of them are read before the next columns, so that states stay near the processor, and of several
 * leaves, a power of two, they are merged on the way. Each leaf asks for the one that is read next. */
static void feed_rows(fa__reduce_worker *w, char *strip, const char *x, int64_t stride, int first,
                      int64_t rows, bool ends)
{
    enum { NODES = 5 }; /* one of each level that leaves may come to, and a leaf */
    _Static_assert(STRIP_LEAVES <= 1 << (NODES - 1) && (NODES - 1) * STRIP_COLUMNS <= FA__BLOCK,
                   "room for nodes");
    const fa__reduce_plan *p = w->plan;
    const fa__reducer *reducer = p->reducer;
    const int64_t width = w->s.levels[0].width, item = p->item_bytes, leaf_items = FA__STRIP_LEAF * stride;
    const int64_t leaves = fa__max_i64(rows / FA__STRIP_LEAF, 1),
                  columns = fa__min_i64(STRIP_ROW_BYTES / item, STRIP_COLUMNS);
    const int in_leaf = (int)fa__min_i64(rows, FA__STRIP_LEAF);
    char *nodes[NODES];
    int64_t capacities[NODES];
    for (int i = 1; i < NODES; i++) {
        nodes[i] = (char *)(w->states + (i - 1) * reducer->components * STRIP_COLUMNS);
        capacities[i] = STRIP_COLUMNS;
    }
    capacities[0] = width;
    for (int64_t column = 0, some; column < width; column += some) {
        some = fa__min_i64(columns, width - column);
        nodes[0] = strip + 8 * column; /* what they come to stays there */
        int count = 0;
        for (int64_t leaf = 0; leaf < leaves; leaf++, count++) {
            const char *from = x + (leaf * leaf_items + column) * item;
            const int64_t next = leaf + 1 < leaves       ? (leaf + 1) * leaf_items + column
                                 : column + some < width ? column + some
                                                         : rows * stride;
            fa__asking asks = {(uintptr_t)x + (uintptr_t)(next * item), 0, some * item, stride * item};
            reducer->strip(nodes[count], capacities[count],
                           &(fa__strip){from, stride, some, first, in_leaf, &asks});
            if (ends)
                reducer->strip_end(nodes[count], capacities[count], some, first + in_leaf);
            for (int64_t done = leaf + 1; done % 2 == 0; done /= 2, count--)
                reducer->merge(nodes[count - 1], capacities[count - 1], nodes[count], capacities[count],
                               some);
        }
    }
}

/* How many whole leaves, of `rows` rows that begin with one, make one node. */
static int strip_level(const fa__reduce_worker *w, int64_t row, int64_t rows)
{
    int level = 0;
    if (w->plan->reducer->locate != NULL)
        return 0;
    while ((2 << level) <= STRIP_LEAVES && (2 << level) * FA__STRIP_LEAF <= rows &&
           row / FA__STRIP_LEAF % (2 << level) == 0)
        level++;
    return level;
}

/* Elements across rows, which begin `stride` elements one behind the other. */
static int64_t feed_strip(fa__reduce_worker *w, int64_t first, int64_t n, const char *x, int64_t stride)
{
    fa__reduce_plan *p = w->plan;
    const fa__level *l = &w->s.levels[0];
    fa__tree *tree = &w->trees[0];
    int64_t column = first % l->width, row = first / l->width % l->rows;
    int64_t rows = fa__min_i64(n / l->width, l->rows - row), some;
    int of_leaf = (int)(row % FA__STRIP_LEAF), level = of_leaf == 0 ? strip_level(w, row, rows) : 0;
    bool ended = column == 0 && rows > 0;
    char *strip = fa__tree_vector(tree, &w->err);
    if (strip == NULL)
        return n;
    if (ended) {
        rows = level > 0 ? FA__STRIP_LEAF << level : fa__min_i64(rows, FA__STRIP_LEAF - of_leaf);
        feed_rows(w, strip, x, stride, of_leaf, rows,
                  (row + rows) % FA__STRIP_LEAF == 0 || row + rows == l->rows);
        some = rows * l->width;
    } else {
        some = fa__min_i64(n, l->width - column);
        const fa__strip part = {.x = x, .stride = some, .n = some, .first = of_leaf, .rows = 1};
        p->reducer->strip(strip + 8 * column, l->width, &part);
        rows = column + some == l->width;
    }
    const int64_t after = row + rows; /* rows that are whole now */
    if (rows == 0 || (after % FA__STRIP_LEAF != 0 && after < l->rows))
        return some;
    const int64_t leaf_row = (after - 1) / FA__STRIP_LEAF * FA__STRIP_LEAF;
    if (!ended)
        p->reducer->strip_end(strip, l->width, l->width, (int)(after - leaf_row));
    if (p->reducer->locate != NULL)
        p->reducer->locate(strip, l->width, l->width, leaf_row, 1);
    fa__tree_push(tree, row / FA__STRIP_LEAF, level);
    if (after < l->rows)
        return some;
    if (w->s.level_count == 1) {
        end_item(w, tree);
    } else {
        fa__tree_collapse(tree);
        rise(w, 1, tree->nodes[0].states, l->width, l->width);
        fa__tree_reset(tree);
    }
    return some;
}

/* Whole rows of a few leaves, some together: each leaf of all of them is merged with its neighbour at once.
 */
static void feed_long_rows(fa__reduce_worker *w, const char *x, int64_t rows)
{
    const fa__reduce_plan *p = w->plan;
    const fa__reducer *reducer = p->reducer;
    const int64_t run = p->whole.run, whole = run / FA__BLOCK, rest = run % FA__BLOCK,
                  leaves = whole + (rest > 0);
    for (int64_t row = 0; row < rows; row++, x += run * p->item_bytes) {
        double of_row[FA__MAX_COMPONENTS * LEAVES];
        reducer->leaf_rows(of_row, LEAVES, x, whole, FA__BLOCK);
        if (rest > 0)
            reducer->leaf(of_row + whole, LEAVES, x + whole * FA__BLOCK * p->item_bytes, rest);
        for (int c = 0; c < reducer->components; c++)
            for (int64_t leaf = 0; leaf < leaves; leaf++)
                w->states[c * FA__BLOCK + leaf * rows + row] = of_row[c * LEAVES + leaf];
    }
    for (int64_t distance = 1; distance < leaves; distance *= 2)
        for (int64_t leaf = 0; leaf + distance < leaves; leaf += 2 * distance)
            reducer->merge(w->states + leaf * rows, FA__BLOCK, w->states + (leaf + distance) * rows,
                           FA__BLOCK, rows);
    rise(w, 0, (const char *)w->states, FA__BLOCK, rows);
}

int64_t fa__reduce_leaves(const void *worker_pointer, int64_t first, int64_t n)
{
    const fa__reduce_worker *w = worker_pointer;
    const fa__reduce_plan *p = w->plan;
    int64_t run = p->whole.run, r = run > 0 ? first % run : 1, leaf = r / FA__BLOCK;
    if (!p->reducer->is_sum || r % FA__BLOCK != 0 || n < fa__leaf_length(p, leaf))
        return 0;
    return fa__min_i64(fa__leaves_together(leaf, fa__min_i64(n, run - r)) * FA__BLOCK, run - r);
}

void fa__reduce_feed_sums(void *worker_pointer, int64_t first, int64_t n, double *sums)
{
    fa__reduce_worker *w = worker_pointer;
    fa__reduce_plan *p = w->plan;
    int64_t run = p->whole.run, r = first % run, count = (n + FA__BLOCK - 1) / FA__BLOCK;
    if (fa__push_states(p, &w->row, r / FA__BLOCK, count, sums, &w->err) && r + n == run)
        end_row(w);
    w->next = first + n;
}

void fa__reduce_feed(void *worker_pointer, int64_t first, int64_t n, const void *elements)
{
    fa__reduce_worker *w = worker_pointer;
    fa__reduce_plan *p = w->plan;
    const char *x = elements;
    int64_t run = p->whole.run;
    if (p->leader != NULL)
        return;
    while (n > 0 && !fa_failed(&w->err)) {
        int64_t some;
        if (run == 0) {
            some = feed_strip(w, first, n, x, w->s.levels[0].width);
        } else if (run <= fa__min_i64(n, FA__BLOCK) && first % run == 0 && p->position_ndim <= 1) {
            /* Whole short rows, many at once. */
            int64_t rows = fa__min_i64(n / run, FA__BLOCK);
            p->reducer->leaf_rows(w->states, FA__BLOCK, x, rows, run);
            rise(w, 0, (const char *)w->states, FA__BLOCK, rows);
            some = rows * run;
        } else if (run > FA__BLOCK && run <= LEAVES * FA__BLOCK && n >= run && first % run == 0 &&
                   p->reducer->locate == NULL) {
            const int64_t rows = fa__min_i64(n / run, ROWS_TOGETHER);
            feed_long_rows(w, x, rows);
            some = rows * run;
        } else {
            some = feed_row(w, first % run, n, x);
        }
        first += some;
        n -= some;
        x += some * p->item_bytes;
        w->next = first;
    }
}

bool fa__reduce_feed_rows(void *worker_pointer, int64_t first, int64_t rows, int64_t row, int64_t stride,
                          const void *elements)
{
    fa__reduce_worker *w = worker_pointer;
    const fa__reduce_plan *p = w->plan;
    const char *x = elements;
    if (p->leader != NULL)
        return true;
    if (p->whole.run != 0 || row != w->s.levels[0].width)
        return false;
    for (int64_t n = rows * row; n > 0 && !fa_failed(&w->err); w->next = first) {
        const int64_t some = feed_strip(w, first, n, x, stride / p->item_bytes);
        first += some;
        n -= some;
        x += some / row * stride;
    }
    return true;
}
