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
        w->first.ended = true;
        fa__tree_append(&w->first.tree, tree, &w->err);
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
        if (w->strips[number] == NULL)
            w->strips[number] = fa__tree_vector(tree, &w->err);
        if (w->strips[number] == NULL)
            return;
        int64_t some = fa__min_i64(n, l->width - w->filled[number]);
        for (int c = 0; c < components; c++)
            memcpy((char *)w->strips[number] + 8 * (c * l->width + w->filled[number]),
                   states + 8 * c * capacity, (size_t)some * 8);
        states += 8 * some;
        n -= some;
        w->filled[number] += some;
        if (w->filled[number] < l->width)
            return;
        void *strip = w->strips[number];
        w->strips[number] = NULL;
        w->filled[number] = 0;
        if (!fa__tree_push(tree, w->at_row[number], 0, strip, &w->err) || ++w->at_row[number] < l->rows)
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
        memcpy(w->first.head + w->first.head_count * item, x, (size_t)(some * item));
        w->first.head_count += some;
    } else {
        memcpy(w->raw + at * item, x, (size_t)(some * item));
        if (at + some == length)
            fa__push_leaf(p, &w->row, leaf, w->raw, w->states, &w->err);
    }
    if (r + some == run && !fa_failed(&w->err))
        end_row(w);
    return some;
}

/* All rows of a leaf, a few columns at a time: their states stay near the processor. What these rows have
 * further on is on its way meanwhile. */
static void strip_leaf(const fa__reduce_plan *p, char *strip, int64_t width, const char *x, int64_t rows)
{
    const int64_t item = p->item_bytes;
    for (int64_t column = 0; column < width; column += STRIP_COLUMNS) {
        const int64_t some = fa__min_i64(STRIP_COLUMNS, width - column);
        for (int64_t row = 0; row < rows; row++) {
            const char *from = x + (row * width + column) * item;
            for (int64_t at = 0; at < some * item; at += 64)
                __builtin_prefetch((const void *)((uintptr_t)from + (uintptr_t)(some * item + at)), 0, 2);
            p->reducer->strip_row(strip + 8 * column, width, from, some, (int)row);
        }
    }
}

/* Elements across rows. */
static int64_t feed_strip(fa__reduce_worker *w, int64_t first, int64_t n, const char *x)
{
    fa__reduce_plan *p = w->plan;
    const fa__level *l = &w->s.levels[0];
    fa__tree *tree = &w->trees[0];
    int64_t column = first % l->width, row = first / l->width % l->rows;
    int64_t some = fa__min_i64(n, l->width - column);
    int of_leaf = (int)(row % FA__STRIP_LEAF);
    char *strip = w->strips[0];
    int64_t rows = fa__min_i64(FA__STRIP_LEAF, l->rows - row);
    if (column == 0 && of_leaf == 0 && rows > 1 && n >= rows * l->width) {
        strip_leaf(p, strip, l->width, x, rows);
        some = rows * l->width;
        row += rows - 1;
        of_leaf = (int)rows - 1;
        column = l->width - 1;
    } else {
        p->reducer->strip_row(strip + 8 * column, l->width, x, some, of_leaf);
        column += some - 1;
    }
    bool last_row = row == l->rows - 1;
    if (column < l->width - 1 || (of_leaf < FA__STRIP_LEAF - 1 && !last_row))
        return some;
    p->reducer->strip_end(strip, l->width, l->width, of_leaf + 1);
    if (p->reducer->locate != NULL)
        p->reducer->locate(strip, l->width, l->width, row - of_leaf, 1);
    w->strips[0] = NULL; /* the tree takes it over, also where it has no room for it */
    if (fa__tree_push(tree, row / FA__STRIP_LEAF, 0, strip, &w->err))
        w->strips[0] = fa__tree_vector(tree, &w->err);
    if (w->strips[0] == NULL || !last_row)
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
    while (n > 0 && !fa_failed(&w->err)) {
        int64_t some;
        if (run == 0) {
            some = feed_strip(w, first, n, x);
        } else if (run <= fa__min_i64(n, FA__BLOCK) && first % run == 0 && p->position_ndim <= 1) {
            /* Whole short rows, many at once. */
            int64_t rows = fa__min_i64(n / run, FA__BLOCK);
            p->reducer->leaf_rows(w->states, FA__BLOCK, x, rows, run);
            rise(w, 0, (const char *)w->states, FA__BLOCK, rows);
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
