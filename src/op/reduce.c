/* SPDX-License-Identifier: BSD-3-Clause */
/* Reductions as consumers of a pass: the fixed trees of DESIGN.md, cut into tasks and put together again.
 * Knows which element comes when; what is done with elements is the kernels' (fa__reducer). */
#include "op/consumers.h"
#include "op/tree.h"

#include "engine/tiles.h"

#include "base/checked.h"
#include "base/memory.h"
#include "platform/platform.h"
#include "storage/storage.h"

#include <string.h>

enum {
    MAX_LEVELS = FA_MAX_NDIM / 2 + 1,
    COLUMNS = 8 << 10, /* columns that are walked together where rows are wide */
    LEAVES = 16,       /* at most, that are merged together */
    STRIP_COLUMNS = 256 /* of a leaf across rows that is there as a whole, that are taken together */
};

/* A tree across rows: `rows` vectors of `width` states. */
typedef struct level {
    int64_t rows, width;
} level;

/* How groups of axes follow each other, sizes for one box. */
typedef struct structure {
    int64_t run;   /* elements of a row along memory; 0: the innermost group is kept */
    int level_count;
    level levels[MAX_LEVELS]; /* from the inside */
    int64_t item;  /* elements of one item of the outermost tree */
    int64_t width; /* results of one item */
} structure;

/* One item of the outermost tree, as far as one task has it. */
typedef struct piece {
    bool present, ended;
    int64_t item;
    fa__tree tree;
    char *head, *tail; /* elements of leaves that are not whole here: the first, the last */
    int64_t head_count, tail_count, head_leaf, tail_leaf;
} piece;

typedef struct part {
    struct part *next;
    int64_t task;
    piece first, last;
} part;

typedef struct plan {
    const fa__pass *pass;
    fa__node *node;
    const fa__reducer *reducer;
    int64_t item_bytes; /* of an element */
    /* The positions that argmin and its kin count: in C order of the reduced axes, axes that are one for them
     * merged. */
    int position_ndim;
    int64_t position_sizes[FA_MAX_NDIM], position_strides[FA_MAX_NDIM];
    bool reduced[FA_MAX_NDIM]; /* domain axes */
    structure whole;
    int64_t reduced_count; /* elements in a result */
    int64_t result_count;
    fa__source *result;
    fa__convert_loop *convert; /* from the reducer's type to the node's; NULL: the same */
    fa__mutex mutex;           /* guards all below */
    part *waiting;
    int64_t next_task;
    piece open;
    bool broken; /* a part was lost: `open` is not what it should be */
    void *leaf;  /* room for two states */
} plan;

typedef struct worker {
    plan *plan;
    structure s;
    int64_t task, next;   /* the flat element that comes next */
    int64_t kept_offset;  /* of the box in a row of results */
    int64_t item;         /* of the outermost tree */
    bool continuing;      /* the item began in an earlier task */
    int64_t head_leaf;    /* leaf in whose middle the task began; -1: none */
    fa__tree row;         /* of the row along memory */
    fa__tree trees[MAX_LEVELS];
    void *strips[MAX_LEVELS]; /* the vector that is being filled */
    int64_t filled[MAX_LEVELS], at_row[MAX_LEVELS];
    piece first, last;
    char *raw;            /* elements of a leaf that is not whole yet */
    double *states;       /* of a block of short rows, and of one leaf */
    fa_error err;
} worker;

/* ---- Structure ------------------------------------------------------------------------------------------------ */

/* Groups of axes of a box; axes that have size 1 in the whole domain belong to none, so that all boxes agree. */
static structure structure_of(const fa__pass *pass, const bool *reduced, const int64_t *sizes)
{
    structure s = {0};
    int64_t kept = 1;
    bool inside = true, in_level = false;
    for (int i = pass->ndim - 1; i >= 0; i--) {
        if (pass->sizes[i] == 1)
            continue;
        if (!reduced[i]) {
            kept *= sizes[i];
            inside = in_level = false;
        } else if (inside) {
            s.run = fa__max_i64(s.run, 1) * sizes[i];
        } else if (in_level) {
            s.levels[s.level_count - 1].rows *= sizes[i];
        } else {
            s.levels[s.level_count++] = (level){sizes[i], kept};
            in_level = true;
        }
    }
    if (s.run == 0 && s.level_count == 0)
        s.run = 1; /* nothing is reduced: each element is a row */
    s.width = s.level_count > 0 ? s.levels[s.level_count - 1].width : 1;
    s.item = fa__max_i64(s.run, 1) * s.width;
    for (int i = 0; i < s.level_count; i++)
        s.item *= s.levels[i].rows;
    return s;
}

/* ---- Results ----------------------------------------------------------------------------------------------------- */

static bool all_found(const int64_t *positions, int64_t n)
{
    int64_t least = 0;
    for (int64_t i = 0; i < n; i++)
        least = fa__min_i64(least, positions[i]);
    return least >= 0;
}

/* Writes results [at, at + n) out of their states. */
static bool put(plan *p, int64_t at, int64_t n, const void *states, int64_t capacity, fa_error *err)
{
    int64_t item = p->node->dtype->item_bytes;
    char *memory = fa__source_memory(p->result);
    const char *from = states;
    while (n > 0 && !fa_failed(err)) {
        char results[256 * 16], converted[256 * 16];
        int64_t some = fa__min_i64(n, 256);
        bool straight = memory != NULL && p->convert == NULL;
        char *out = straight ? memory + at * item : results;
        p->reducer->finish(out, from, capacity, some, p->reduced_count, p->node->as.reduce.ddof);
        if (p->reducer->locate != NULL && !all_found((const int64_t *)(const void *)out, some))
            return fa__fail(err, FA_OUT_OF_RANGE, "All-NaN slice encountered");
        if (p->convert != NULL) {
            p->convert(converted, results, some);
            out = converted;
        }
        if (memory != NULL && !straight) {
            memcpy(memory + at * item, out, (size_t)(some * item));
        } else if (memory == NULL) {
            int64_t size = some, stride = item;
            fa__box box = {1, item, at * item, &size, &stride};
            fa__source_write(p->result, &box, out, err);
        }
        from += some * 8; /* states of one component stand side by side */
        at += some;
        n -= some;
    }
    return !fa_failed(err);
}

/* ---- Pieces --------------------------------------------------------------------------------------------------- */

static void piece_clear(piece *old)
{
    fa__tree_clear(&old->tree);
    fa__free(old->head);
    fa__free(old->tail);
    memset(old, 0, sizeof *old);
}

static int64_t leaf_length(const plan *p, int64_t leaf)
{
    return fa__min_i64(FA__BLOCK, p->whole.run - leaf * FA__BLOCK);
}

/* The state of a leaf along memory. Positions are found in stretches that are one in C order too. `state` has
 * room for two. */
static void make_leaf(const plan *p, int64_t leaf, const char *elements, void *state)
{
    int64_t n = leaf_length(p, leaf), first = leaf * FA__BLOCK;
    const fa__reducer *reducer = p->reducer;
    if (reducer->locate == NULL) {
        reducer->leaf(state, 1, elements, n);
        return;
    }
    int64_t stretch = p->position_sizes[p->position_ndim - 1];
    for (int64_t at = 0; at < n;) {
        int64_t some = fa__min_i64(n - at, stretch - (first + at) % stretch);
        char *next = (char *)state + (at > 0 ? 8 * reducer->components : 0);
        reducer->leaf(next, 1, elements + at * p->item_bytes, some);
        int64_t position = fa__flat_offset(p->position_ndim, p->position_sizes, p->position_strides, first + at);
        reducer->locate(next, 1, 1, position, p->position_strides[p->position_ndim - 1]);
        if (at > 0)
            reducer->merge(state, 1, next, 1, 1);
        at += some;
    }
}

static bool push_leaf(plan *p, fa__tree *tree, int64_t leaf, const void *elements, void *state, fa_error *err)
{
    make_leaf(p, leaf, elements, state);
    void *vector = fa__tree_vector(tree, err);
    if (vector == NULL)
        return false;
    memcpy(vector, state, (size_t)p->reducer->components * 8);
    return fa__tree_push(tree, leaf, 0, vector, err);
}

/* Whole leaves `leaf` .. leaf + count - 1 as one node: count is a power of two that divides `leaf`. Neighbours are merged as
 * the tree would merge them, many at a time. */
static bool push_leaves(const plan *p, fa__tree *tree, int64_t leaf, int64_t count, const char *x, double *states,
                        fa_error *err)
{
    double even[FA__MAX_COMPONENTS * LEAVES], odd[FA__MAX_COMPONENTS * LEAVES];
    const int components = p->reducer->components;
    int height = 0;
    p->reducer->leaf_rows(states, LEAVES, x, count, FA__BLOCK);
    for (; count > 1; count /= 2, height++) {
        for (int c = 0; c < components; c++)
            for (int64_t i = 0; i < count / 2; i++) {
                even[c * LEAVES + i] = states[c * LEAVES + 2 * i];
                odd[c * LEAVES + i] = states[c * LEAVES + 2 * i + 1];
            }
        p->reducer->merge(even, LEAVES, odd, LEAVES, count / 2);
        for (int c = 0; c < components; c++)
            memcpy(states + c * LEAVES, even + c * LEAVES, (size_t)(count / 2) * sizeof *even);
    }
    double *vector = fa__tree_vector(tree, err);
    if (vector == NULL)
        return false;
    for (int c = 0; c < components; c++)
        memcpy(vector + c, states + c * LEAVES, sizeof *vector);
    return fa__tree_push(tree, leaf, height, vector, err);
}

/* How many leaves, of `n` elements that begin with a leaf, make one node. */
static int64_t leaves_together(int64_t leaf, int64_t n)
{
    int64_t count = 1;
    while (count < LEAVES && 2 * count * FA__BLOCK <= n && leaf % (2 * count) == 0)
        count *= 2;
    return count;
}

/* Continues the open item by what the next task has of it. */
static bool join(plan *p, piece *open, piece *next, fa_error *err)
{
    if (next->head_count > 0) {
        memcpy(open->tail + open->tail_count * p->item_bytes, next->head, (size_t)(next->head_count * p->item_bytes));
        open->tail_count += next->head_count;
        if (open->tail_count == leaf_length(p, next->head_leaf)) {
            open->tail_count = 0;
            push_leaf(p, &open->tree, next->head_leaf, open->tail, p->leaf, err);
        }
    }
    fa__tree_append(&open->tree, &next->tree, err);
    if (next->tail_count > 0) {
        memcpy(open->tail, next->tail, (size_t)(next->tail_count * p->item_bytes));
        open->tail_count = next->tail_count;
    }
    if (!next->ended || fa_failed(err))
        return !fa_failed(err);
    fa__tree_collapse(&open->tree);
    put(p, open->item * p->whole.width, p->whole.width, open->tree.nodes[0].states, p->whole.width, err);
    fa__tree_reset(&open->tree);
    open->present = false;
    return !fa_failed(err);
}

static bool take(plan *p, part *from, fa_error *err)
{
    piece *open = &p->open;
    if (from->first.present && !join(p, open, &from->first, err))
        return false;
    if (!from->last.present)
        return true;
    fa__tree_append(&open->tree, &from->last.tree, err);
    open->present = true;
    open->item = from->last.item;
    open->tail_count = from->last.tail_count;
    if (from->last.tail_count > 0)
        memcpy(open->tail, from->last.tail, (size_t)(from->last.tail_count * p->item_bytes));
    return !fa_failed(err);
}

static void part_free(part *old)
{
    piece_clear(&old->first);
    piece_clear(&old->last);
    fa__free(old);
}

/* Takes parts in the order of their tasks; those that came too early wait. Vectors that are free then go to `spare`, for
 * the next task. */
static bool hand_over(plan *p, part *new, fa__tree *spare, fa_error *err)
{
    fa__mutex_lock(&p->mutex);
    part **place = &p->waiting;
    while (*place != NULL && (*place)->task < new->task)
        place = &(*place)->next;
    new->next = *place;
    *place = new;
    while (p->waiting != NULL && p->waiting->task == p->next_task && !p->broken) {
        part *next = p->waiting;
        p->waiting = next->next;
        p->next_task++;
        p->broken = !take(p, next, err);
        part_free(next);
    }
    fa__tree_take_spare(spare, &p->open.tree);
    fa__mutex_unlock(&p->mutex);
    return !fa_failed(err);
}

/* ---- Feeding -------------------------------------------------------------------------------------------------- */

/* An item of the outermost tree is whole, or its last part is. */
static void end_item(worker *w, fa__tree *tree)
{
    plan *p = w->plan;
    if (w->continuing) {
        w->first.ended = true;
        fa__tree_append(&w->first.tree, tree, &w->err);
        w->continuing = false;
    } else {
        fa__tree_collapse(tree);
        put(p, w->item * p->whole.width + w->kept_offset, w->s.width, tree->nodes[0].states, w->s.width, &w->err);
    }
    fa__tree_reset(tree);
    w->item++;
}

/* n states follow in a row of level `number`. */
static void rise(worker *w, int number, const char *states, int64_t capacity, int64_t n)
{
    plan *p = w->plan;
    int components = p->reducer->components;
    while (n > 0 && !fa_failed(&w->err)) {
        if (number == w->s.level_count) { /* rows along memory, and nothing further out */
            put(p, w->item, n, states, capacity, &w->err);
            w->item += n;
            return;
        }
        const level *l = &w->s.levels[number];
        fa__tree *tree = &w->trees[number];
        if (w->strips[number] == NULL)
            w->strips[number] = fa__tree_vector(tree, &w->err);
        if (w->strips[number] == NULL)
            return;
        int64_t some = fa__min_i64(n, l->width - w->filled[number]);
        for (int c = 0; c < components; c++)
            memcpy((char *)w->strips[number] + 8 * (c * l->width + w->filled[number]), states + 8 * c * capacity,
                   (size_t)some * 8);
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

static void end_row(worker *w)
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
static int64_t feed_row(worker *w, int64_t r, int64_t n, const char *x)
{
    plan *p = w->plan;
    int64_t run = p->whole.run, leaf = r / FA__BLOCK, at = r % FA__BLOCK, item = p->item_bytes;
    int64_t length = leaf_length(p, leaf), some = fa__min_i64(n, length - at);
    int64_t together = at == 0 && p->reducer->locate == NULL ? leaves_together(leaf, fa__min_i64(n, run - r)) : 1;
    if (together > 1) {
        some = together * FA__BLOCK;
        push_leaves(p, &w->row, leaf, together, x, w->states, &w->err);
    } else if (at == 0 && some == length) {
        push_leaf(p, &w->row, leaf, x, w->states, &w->err);
    } else if (w->continuing && leaf == w->head_leaf) {
        memcpy(w->first.head + w->first.head_count * item, x, (size_t)(some * item));
        w->first.head_count += some;
    } else {
        memcpy(w->raw + at * item, x, (size_t)(some * item));
        if (at + some == length)
            push_leaf(p, &w->row, leaf, w->raw, w->states, &w->err);
    }
    if (r + some == run && !fa_failed(&w->err))
        end_row(w);
    return some;
}

/* All rows of a leaf, a few columns at a time: their states stay near the processor. What these rows have further on is on
 * its way meanwhile. */
static void strip_leaf(const plan *p, char *strip, int64_t width, const char *x, int64_t rows)
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
static int64_t feed_strip(worker *w, int64_t first, int64_t n, const char *x)
{
    plan *p = w->plan;
    const level *l = &w->s.levels[0];
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

static void feed(void *worker_pointer, int64_t first, int64_t n, const void *elements)
{
    worker *w = worker_pointer;
    plan *p = w->plan;
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

/* ---- Tasks ---------------------------------------------------------------------------------------------------- */

static void *worker_new(void *plan_pointer, fa_error *err)
{
    plan *p = plan_pointer;
    worker *w = fa__alloc_zero(1, sizeof *w, err);
    if (w == NULL)
        return NULL;
    w->plan = p;
    w->raw = fa__alloc((size_t)(FA__BLOCK * p->item_bytes), err);
    w->states = fa__alloc((size_t)p->reducer->components * FA__BLOCK * 8, err);
    return w;
}

static void trees_clear(worker *w)
{
    fa__tree_clear(&w->row);
    for (int i = 0; i < MAX_LEVELS; i++) {
        fa__tree_clear(&w->trees[i]);
        fa__free(w->strips[i]);
        w->strips[i] = NULL;
        w->filled[i] = w->at_row[i] = 0;
    }
    piece_clear(&w->first);
    piece_clear(&w->last);
}

static void worker_free(void *worker_pointer)
{
    worker *w = worker_pointer;
    trees_clear(w);
    fa__free(w->raw);
    fa__free(w->states);
    fa__free(w);
}

static fa__tree *top_tree(worker *w)
{
    return w->s.level_count > 0 ? &w->trees[w->s.level_count - 1] : &w->row;
}

/* Trees and their vectors serve task after task, unless a box is narrower than the one before. */
static void start_trees(worker *w, const structure *s)
{
    bool same = w->row.reducer != NULL && w->s.level_count == s->level_count;
    for (int i = 0; same && i < s->level_count; i++)
        same = w->s.levels[i].width == s->levels[i].width;
    w->s = *s;
    if (same) {
        fa__tree_reset(&w->row);
        for (int i = 0; i < s->level_count; i++) {
            fa__tree_reset(&w->trees[i]);
            w->filled[i] = w->at_row[i] = 0;
        }
        return;
    }
    trees_clear(w);
    fa__tree_start(&w->row, w->plan->reducer, 1);
    for (int i = 0; i < s->level_count; i++)
        fa__tree_start(&w->trees[i], w->plan->reducer, s->levels[i].width);
}

static bool start(void *worker_pointer, const fa__span *span, fa_error *err)
{
    worker *w = worker_pointer;
    plan *p = w->plan;
    const fa__pass *pass = p->pass;
    if (fa_failed(err))
        return false;
    structure s = structure_of(pass, p->reduced, span->sizes);
    start_trees(w, &s);
    w->task = span->task;
    w->next = span->first;
    /* Where the box lies among the results: items come before columns. */
    int64_t kept = fa__first_result(pass, p->reduced, span->start);
    w->item = kept / p->whole.width + span->first / w->s.item;
    w->kept_offset = kept % p->whole.width;
    w->continuing = span->first % w->s.item != 0;
    w->head_leaf = -1;
    if (p->whole.run == 0 && w->strips[0] == NULL)
        w->strips[0] = fa__tree_vector(&w->trees[0], err);
    if (w->continuing) {
        w->first = (piece){.present = true, .item = w->item};
        fa__tree_start(&w->first.tree, p->reducer, top_tree(w)->width);
        int64_t r = span->first % w->s.item;
        if (w->s.level_count == 0) {
            if (r % FA__BLOCK != 0)
                w->head_leaf = r / FA__BLOCK;
            w->first.head_leaf = w->head_leaf;
            w->first.head = fa__alloc((size_t)(FA__BLOCK * p->item_bytes), err);
        } else {
            int top = w->s.level_count - 1;
            w->at_row[top] = r / (w->s.item / w->s.levels[top].rows);
        }
    }
    return !fa_failed(err);
}

/* What is left of an item that goes on in the next task. */
static void keep_rest(worker *w, piece *rest, fa_error *err)
{
    plan *p = w->plan;
    if (!rest->present) {
        *rest = (piece){.present = true, .item = w->item};
        fa__tree_start(&rest->tree, p->reducer, top_tree(w)->width);
    }
    fa__tree_append(&rest->tree, top_tree(w), err);
    int64_t at = p->whole.run > 0 ? w->next % p->whole.run % FA__BLOCK : 0;
    int64_t leaf = p->whole.run > 0 ? w->next % p->whole.run / FA__BLOCK : 0;
    if (w->s.level_count > 0 || at == 0 || (w->continuing && leaf == w->head_leaf))
        return;
    rest->tail = fa__alloc((size_t)(at * p->item_bytes), err);
    if (rest->tail == NULL)
        return;
    memcpy(rest->tail, w->raw, (size_t)(at * p->item_bytes));
    rest->tail_count = at;
    rest->tail_leaf = leaf;
}

static bool stop(void *worker_pointer, fa_error *err)
{
    worker *w = worker_pointer;
    fa__error_move(err, &w->err);
    if (fa_failed(err))
        return false;
    part *new = fa__alloc_zero(1, sizeof *new, err);
    if (new == NULL)
        return false;
    if (w->next % w->s.item != 0)
        keep_rest(w, w->continuing ? &w->first : &w->last, err);
    new->task = w->task;
    new->first = w->first;
    new->last = w->last;
    memset(&w->first, 0, sizeof w->first);
    memset(&w->last, 0, sizeof w->last);
    if (fa_failed(err)) { /* half a part would be taken for a whole one */
        part_free(new);
        return false;
    }
    return hand_over(w->plan, new, top_tree(w), err);
}

/* ---- Planning ------------------------------------------------------------------------------------------------- */

static void plan_free(void *plan_pointer)
{
    plan *p = plan_pointer;
    while (p->waiting != NULL) {
        part *next = p->waiting->next;
        part_free(p->waiting);
        p->waiting = next;
    }
    piece_clear(&p->open);
    if (p->result != NULL)
        fa__source_release(p->result);
    fa__free(p->leaf);
    fa__free(p);
}

/* How positions in C order follow from the order of the walk. */
static void count_positions(plan *p)
{
    const fa__pass *pass = p->pass;
    int64_t sizes[FA_MAX_NDIM], strides[FA_MAX_NDIM], step = 1;
    int domain[FA_MAX_NDIM], count = 0;
    for (int i = 0; i < pass->ndim; i++)
        domain[pass->perm[i]] = i;
    for (int axis = pass->ndim - 1; axis >= 0; axis--) {
        int64_t size = pass->sizes[domain[axis]];
        strides[domain[axis]] = step;
        step *= p->reduced[domain[axis]] ? size : 1;
    }
    for (int i = 0; i < pass->ndim; i++)
        if (p->reduced[i]) {
            sizes[count] = pass->sizes[i];
            strides[count++] = strides[i];
        }
    p->position_ndim = fa__merge_axes(count, sizes, strides, p->position_sizes, p->position_strides);
}

static void *make_plan(fa__pass *pass, const fa__consume *consume, int threads, fa_error *err)
{
    fa__node *node = consume->node;
    (void)threads;
    plan *p = fa__alloc_zero(1, sizeof *p, err);
    if (p == NULL)
        return NULL;
    p->pass = pass;
    p->node = node;
    p->reducer = fa__reducer_find((fa__reduction)node->code, node->loop_type);
    p->item_bytes = node->inputs[0]->dtype->item_bytes;
    p->mutex = (fa__mutex)FA__MUTEX_INIT;
    p->reduced_count = p->result_count = 1;
    for (int i = 0; i < pass->ndim; i++) {
        p->reduced[i] = node->as.reduce.axes >> pass->perm[i] & 1;
        *(p->reduced[i] ? &p->reduced_count : &p->result_count) *= pass->sizes[i];
    }
    if (p->reducer->locate != NULL)
        count_positions(p);
    p->whole = structure_of(pass, p->reduced, pass->sizes);
    if (fa__walks_columns(node, pass->perm))
        fa__walk_columns(pass, p->reduced, COLUMNS);
    fa__tree_start(&p->open.tree, p->reducer, p->whole.width);
    p->open.tail = fa__alloc((size_t)(FA__BLOCK * p->item_bytes), err);
    p->leaf = fa__alloc(2 * (size_t)p->reducer->components * 8, err);
    if (p->reducer->result != node->dtype->type)
        p->convert = fa__convert_find(p->reducer->result, node->dtype->type);
    p->result = fa__memory_or_scratch(p->result_count * node->dtype->item_bytes, err);
    if (!fa_failed(err))
        return p;
    plan_free(p);
    return NULL;
}

/* Tasks may begin anywhere in a row along memory; at a leaf of the outermost tree across rows; else at its items. */
static int64_t granule(const void *plan_pointer)
{
    const plan *p = plan_pointer;
    const structure *s = &p->whole;
    if (s->level_count == 0)
        return 1;
    if (p->result_count > s->width)
        return s->item;
    int64_t rows = s->item / s->levels[s->level_count - 1].rows;
    return s->level_count == 1 && s->run == 0 ? rows * FA__STRIP_LEAF : rows;
}

static int64_t row(const void *plan_pointer)
{
    const structure *s = &((const plan *)plan_pointer)->whole;
    return s->level_count > 0 ? s->run : 0;
}

static bool finish(void *plan_pointer, fa_error *err)
{
    plan *p = plan_pointer;
    if (fa_failed(err))
        return false;
    if (p->pass->total == 0)
        for (int64_t at = 0; at < p->result_count; at += FA__BLOCK) {
            double none[FA__MAX_COMPONENTS * FA__BLOCK] = {0};
            put(p, at, fa__min_i64(FA__BLOCK, p->result_count - at), none, FA__BLOCK, err);
        }
    else if (p->open.present || p->waiting != NULL)
        return fa__fail(err, FA_INTERNAL, "a reduction ended before all of its parts were there");
    p->node->kept = fa__view_of_result(p->pass, p->node, p->reduced, p->result, err);
    return !fa_failed(err);
}

const fa__consumer_class fa__reduce_consumer = {
    .plan = make_plan,
    .granule = granule,
    .worker_new = worker_new,
    .worker_free = worker_free,
    .start = start,
    .feed = feed,
    .takes_long = true,
    .row = row,
    .stop = stop,
    .finish = finish,
    .free = plan_free,
};
