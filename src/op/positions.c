/* SPDX-License-Identifier: BSD-3-Clause */
/* Masks as moves: the positions of what is true, and elements laid down where a mask is true. Nothing is as
 * long as the mask but the mask: its counted blocks are looked through again for each piece. */
#include "op/moves.h"
#include "op/chooser.h"

#include "engine/buffers.h"

#include "base/checked.h"
#include "base/memory.h"

#include <string.h>

enum { SPREAD_BYTES = 256 << 10 }; /* of short rows that are moved together */

typedef struct masked {
    fa__flat mask;
    const fa__counts *counts; /* the node's */
    int ndim;
    int64_t sizes[FA_MAX_NDIM];
    fa__flat values; /* SPREAD */
    int64_t inside;  /* SPREAD: elements for each element of the mask */
} masked;

static void free_plan(void *plan)
{
    masked *m = plan;
    fa__flat_clear(&m->mask);
    if (m->values.source != NULL)
        fa__flat_clear(&m->values);
    fa__free(m);
}

static masked *plan_mask(const fa__node *node, const fa_array *mask, fa_error *err)
{
    masked *m = fa__alloc_zero(1, sizeof *m, err);
    if (m == NULL)
        return NULL;
    m->counts = node->as.move.take->indices[0].counts;
    m->ndim = mask->ndim;
    memcpy(m->sizes, mask->sizes, (size_t)mask->ndim * sizeof m->sizes[0]);
    fa__flat_start(&m->mask, mask, FA_BOOL, err);
    return m;
}

static void *plan_positions(const fa__node *node, fa_array *const *inputs, fa_error *err)
{
    return plan_mask(node, inputs[0], err);
}

/* ---- Positions ---- */

static bool fetch_flat(const void *plan, int64_t first, int64_t step, int64_t n, void *elements,
                       fa_error *err)
{
    const masked *m = plan;
    return fa__mask_positions(&m->mask, m->counts, fa__counts_total(m->counts), first, step, n, elements,
                              err);
}

static void coordinates_of(const masked *m, int64_t position, int64_t *coordinates)
{
    for (int i = m->ndim - 1; i >= 0; i--) {
        coordinates[i] = position % m->sizes[i];
        position /= m->sizes[i];
    }
}

/* Rows of coordinates: a run is pieces of rows, or one column. */
static bool fetch_rows(const void *plan, int64_t first, int64_t step, int64_t n, void *elements,
                       fa_error *err)
{
    const masked *m = plan;
    int64_t positions[FA__BLOCK], coordinates[FA_MAX_NDIM], *out = elements;
    bool is_column = step % m->ndim == 0;
    for (int64_t done = 0; done < n && !fa_failed(err);) {
        int64_t at = first + done * step, row = at / m->ndim, column = at % m->ndim, some = 1, rows;
        if (is_column)
            some = fa__min_i64(n - done, FA__BLOCK);
        else if (step == 1)
            some = fa__min_i64(n - done, FA__BLOCK * m->ndim - column);
        rows = is_column ? some : (column + some - 1) / m->ndim + 1;
        if (!fetch_flat(m, row, is_column ? step / m->ndim : 1, rows, positions, err))
            break;
        for (int64_t i = 0, made = 0; i < rows; i++) {
            coordinates_of(m, positions[i], coordinates);
            for (int64_t k = column; k < m->ndim && made < some; k++) {
                out[done + made++] = coordinates[k];
                if (is_column)
                    break;
            }
            column = is_column ? column : 0;
        }
        done += some;
    }
    return !fa_failed(err);
}

static void visit_mask(const masked *m, int64_t low, int64_t high, fa__move_visit *visit, void *user)
{
    int64_t begin = fa__counts_block(m->counts, low) * FA__COUNTED_BLOCK;
    int64_t end = (fa__counts_block(m->counts, high) + 1) * FA__COUNTED_BLOCK;
    visit(&m->mask, begin, fa__min_i64(end, m->counts->elements) - begin, user);
}

static void visit_flat(const void *plan, int64_t first, int64_t n, fa__move_visit *visit, void *user)
{
    visit_mask(plan, first, first + n - 1, visit, user);
}

static void visit_rows(const void *plan, int64_t first, int64_t n, fa__move_visit *visit, void *user)
{
    const masked *m = plan;
    visit_mask(m, first / m->ndim, (first + n - 1) / m->ndim, visit, user);
}

/* ---- Spreading ---- */

static void *plan_spread(const fa__node *node, fa_array *const *inputs, fa_error *err)
{
    masked *m = plan_mask(node, inputs[1], err);
    if (m == NULL || !fa__flat_start(&m->values, inputs[0], node->dtype, err))
        return m;
    m->inside = fa__count(node->ndim - m->ndim, node->sizes + m->ndim);
    return m;
}

/* Rows of values from number `first` on, and from the start again behind the last. */
static bool read_values(const masked *m, int64_t first, int64_t n, char *to, fa_error *err)
{
    int64_t rows = m->values.count / m->inside;
    while (n > 0) {
        first %= rows;
        int64_t some = fa__min_i64(n, rows - first);
        if (!fa__flat_read(&m->values, first * m->inside, 1, some * m->inside, to, err))
            return false;
        to += some * m->inside * m->values.out_bytes;
        first += some;
        n -= some;
    }
    return true;
}

/* A row of the result, and how many rows before it have values. */
typedef struct cursor {
    const masked *m;
    unsigned char *room;       /* for a block of the mask */
    const unsigned char *mask; /* of the block that `row` is in, from its begin on; NULL: not read yet */
    int64_t row, rank;
} cursor;

static bool seek(cursor *c, int64_t row, fa_error *err)
{
    const fa__counts *counts = c->m->counts;
    int64_t block = row / FA__COUNTED_BLOCK, begin = block * FA__COUNTED_BLOCK;
    if (c->mask == NULL || c->row / FA__COUNTED_BLOCK != block) {
        int64_t n = fa__min_i64(FA__COUNTED_BLOCK, counts->elements - begin);
        c->mask = fa__mask_block(&c->m->mask, begin, n, c->room, err);
        c->row = begin;
        c->rank = counts->before[block];
    }
    if (c->mask == NULL)
        return false;
    if (row >= c->row)
        c->rank += fa__count_true(c->mask + (c->row - begin), row - c->row);
    else
        c->rank -= fa__count_true(c->mask + (row - begin), c->row - row);
    c->row = row;
    return true;
}

/* n whole rows from the cursor on, all in one block of the mask; `room` has room for their values. */
static bool spread_rows(const cursor *c, int64_t n, char *room, char *to, fa_error *err)
{
    const unsigned char *mask = c->mask + c->row % FA__COUNTED_BLOCK;
    size_t bytes = (size_t)(c->m->inside * c->m->values.out_bytes);
    if (!read_values(c->m, c->rank, fa__count_true(mask, n), room, err))
        return false;
    for (int64_t i = 0; i < n; i++) {
        if (mask[i] != 0) {
            memcpy(to + (size_t)i * bytes, room, bytes);
            room += bytes;
        } else {
            memset(to + (size_t)i * bytes, 0, bytes);
        }
    }
    return true;
}

/* Elements [skipped, skipped + n) of the cursor's row. */
static bool spread_part(const cursor *c, int64_t skipped, int64_t n, char *to, fa_error *err)
{
    const masked *m = c->m;
    if (c->mask[c->row % FA__COUNTED_BLOCK] == 0) {
        memset(to, 0, (size_t)(n * m->values.out_bytes));
        return true;
    }
    int64_t rows = m->values.count / m->inside;
    return fa__flat_read(&m->values, c->rank % rows * m->inside + skipped, 1, n, to, err);
}

/* Short rows are moved many at once, of others what is asked for and no more. */
static bool fetch_spread(const void *plan, int64_t first, int64_t step, int64_t n, void *elements,
                         fa_error *err)
{
    const masked *m = plan;
    int64_t item = m->values.out_bytes, row = m->inside * item, most = SPREAD_BYTES / (row + 1);
    size_t size = FA__COUNTED_BLOCK + (size_t)fa__round_up(most * row, 64);
    char *mask_room = fa__buffer_take(size, err), *to = elements;
    cursor c = {.m = m, .room = (unsigned char *)mask_room};
    for (int64_t done = 0, some; done < n && mask_room != NULL && !fa_failed(err); done += some) {
        int64_t at = first + done * step, q = at / m->inside, skipped = at % m->inside;
        int64_t rows = step == 1 && skipped == 0 ? (n - done) / m->inside : 0;
        rows = fa__min_i64(fa__min_i64(rows, most), FA__COUNTED_BLOCK - q % FA__COUNTED_BLOCK);
        if (rows > 0)
            some = rows * m->inside;
        else
            some = step == 1 ? fa__min_i64(n - done, m->inside - skipped) : 1;
        if (!seek(&c, q, err))
            break;
        if (rows > 0)
            spread_rows(&c, rows, mask_room + FA__COUNTED_BLOCK, to + done * item, err);
        else
            spread_part(&c, skipped, some, to + done * item, err);
    }
    fa__buffer_give_back(mask_room, size);
    return !fa_failed(err);
}

static void visit_spread(const void *plan, int64_t first, int64_t n, fa__move_visit *visit, void *user)
{
    const masked *m = plan;
    int64_t begin = first / m->inside, end = (first + n - 1) / m->inside + 1;
    int64_t low = m->counts->before[begin / FA__COUNTED_BLOCK];
    int64_t high = m->counts->before[(end - 1) / FA__COUNTED_BLOCK + 1];
    visit(&m->mask, begin, end - begin, user);
    if (high > low && high * m->inside <= m->values.count)
        visit(&m->values, low * m->inside, (high - low) * m->inside, user);
}

const fa__move_class fa__move_flatnonzero = {
    .plan = plan_positions, .free = free_plan, .fetch = fetch_flat, .visit = visit_flat};
const fa__move_class fa__move_argwhere = {
    .plan = plan_positions, .free = free_plan, .fetch = fetch_rows, .visit = visit_rows};
const fa__move_class fa__move_spread = {
    .plan = plan_spread, .free = free_plan, .fetch = fetch_spread, .visit = visit_spread};
