/* SPDX-License-Identifier: BSD-3-Clause */
/* One box is in memory at a time, and pieces of it, and of the next one, are on their way. Workers start
 * pieces, wait for the oldest, and put its elements into the box; who has put the last one writes the box
 * while the pieces of the next come. */
#include "engine/carry.h"

#include "engine/grains.h"
#include "engine/permute.h"
#include "engine/pool.h"

#include "base/checked.h"
#include "base/memory.h"
#include "platform/platform.h"
#include "storage/storage.h"

#include <string.h>

enum { TRANSFERS_BEHIND = 64, WRITE_BYTES = 1 << 20 };

/* A box, or a piece of one: elements [start, start + size) of each axis. */
typedef struct part {
    int64_t start[FA_MAX_NDIM], size[FA_MAX_NDIM];
} part;

typedef struct row {
    bool started;
    fa__transfer transfer;
} row;

/* Pieces go round: number n is in place n modulo pieces_ahead. */
typedef struct piece {
    enum { FREE, STARTING, READING, TAKEN } state;
    int64_t box; /* its number */
    part at;
    char *memory;
    row *rows;
} piece;

typedef struct job {
    fa__carry *carry;
    int loops[FA_MAX_NDIM]; /* axes in which boxes follow each other, the outermost first */
    int64_t boxes;
    char *arena, *box; /* the box behind all pieces */
    size_t arena_bytes;
    row *rows; /* of all pieces */
    piece *pieces;
    fa__grains *grains;
    fa__transfer *writes;
    /* Under the lock. */
    fa__mutex mutex;
    fa__condition changed;
    int64_t started, taken;       /* pieces */
    int64_t next_box, next_piece; /* what is started next */
    int64_t current, left;        /* the box in memory, and its pieces that are not in it yet */
    bool failed;
    fa_error err;
} job;

/* ---- Boxes and pieces ---- */

static int64_t along(int64_t size, int64_t step)
{
    return (size + step - 1) / step;
}

/* Part number `number` of a larger one that is cut into parts of these sizes, along axes in this order. */
static void set_part(const fa__carry *carry, const part *whole, const int64_t *sizes, const int *order,
                     int64_t number, part *made)
{
    for (int k = carry->ndim - 1; k >= 0; k--) {
        int axis = order[k];
        int64_t count = along(whole->size[axis], sizes[axis]), at = number % count * sizes[axis];
        made->start[axis] = whole->start[axis] + at;
        made->size[axis] = fa__min_i64(sizes[axis], whole->size[axis] - at);
        number /= count;
    }
}

static int64_t count_parts(const fa__carry *carry, const part *whole, const int64_t *sizes)
{
    int64_t count = 1;
    for (int i = 0; i < carry->ndim; i++)
        count *= along(whole->size[i], sizes[i]);
    return count;
}

static void set_box(const job *j, int64_t number, part *box)
{
    part all = {{0}, {0}};
    memcpy(all.size, j->carry->sizes, sizeof all.size);
    set_part(j->carry, &all, j->carry->box, j->loops, number, box);
}

static int64_t pieces_of(const job *j, int64_t number)
{
    part box;
    if (number >= j->boxes)
        return 0;
    set_box(j, number, &box);
    return count_parts(j->carry, &box, j->carry->piece);
}

static int64_t byte_of(const fa__carry *carry, const fa__carry_side *side, const int64_t *start)
{
    int64_t byte = side->operand->offset;
    for (int i = 0; i < carry->ndim; i++)
        byte += start[i] * side->strides[i];
    return byte;
}

static int64_t into_grain(const fa__carry_side *side, int64_t byte)
{
    return (side->operand->source->base + byte) % FA__DIRECT_GRAIN;
}

/* Walks the rows of a part: where each is in the file, and in memory from where the first grain begins. */
typedef struct rows {
    const fa__carry *carry;
    const fa__carry_side *side;
    const part *part;
    int64_t at[FA_MAX_NDIM];
    int64_t byte, place, bytes;
} rows;

static rows first_row(const fa__carry *carry, const fa__carry_side *side, const part *p)
{
    rows r = {.carry = carry, .side = side, .part = p, .bytes = carry->item_bytes};
    r.byte = byte_of(carry, side, p->start);
    r.place = into_grain(side, r.byte);
    for (int k = side->run; k < carry->ndim; k++)
        r.bytes *= p->size[side->order[k]];
    return r;
}

static bool next_row(rows *r)
{
    for (int k = r->side->run - 1; k >= 0; k--) {
        int axis = r->side->order[k];
        r->byte += r->side->strides[axis];
        r->place += r->side->memory[axis];
        if (++r->at[axis] < r->part->size[axis])
            return true;
        r->byte -= r->at[axis] * r->side->strides[axis];
        r->place -= r->at[axis] * r->side->memory[axis];
        r->at[axis] = 0;
    }
    return false;
}

/* ---- Reading a piece ---- */

static void start_piece(const job *j, piece *p)
{
    const fa__carry_side *from = &j->carry->from;
    fa__source *source = from->operand->source;
    rows r = first_row(j->carry, from, &p->at);
    int64_t i = 0;
    do {
        char *grain = p->memory + r.place / FA__DIRECT_GRAIN * FA__DIRECT_GRAIN;
        p->rows[i].started =
            source->class->wants_direct(source, r.byte, r.bytes) &&
            source->class->begin_direct(source, r.byte, r.bytes, grain, &p->rows[i].transfer);
        i++;
    } while (next_row(&r));
}

/* All rows, however it ends. */
static bool finish_piece(const job *j, piece *p, fa_error *err)
{
    const fa__carry_side *from = &j->carry->from;
    fa__source *source = from->operand->source;
    rows r = first_row(j->carry, from, &p->at);
    int64_t i = 0;
    do {
        row *w = &p->rows[i++];
        bool there = w->started && source->class->end_direct(source, r.byte, r.bytes, &w->transfer) != NULL;
        if (!there && !fa_failed(err))
            fa__source_read_bytes(source, r.byte, r.bytes, p->memory + r.place, err);
    } while (next_row(&r));
    return !fa_failed(err);
}

static void put_piece(const job *j, const piece *p)
{
    const fa__carry *carry = j->carry;
    part box;
    set_box(j, p->box, &box);
    char *to = j->box + into_grain(&carry->to, byte_of(carry, &carry->to, box.start));
    for (int i = 0; i < carry->ndim; i++)
        to += (p->at.start[i] - box.start[i]) * carry->to.memory[i];
    const char *from = p->memory + into_grain(&carry->from, byte_of(carry, &carry->from, p->at.start));
    fa__permute_memory(carry->ndim, p->at.size, carry->item_bytes, carry->swap, from, carry->from.memory, to,
                       carry->to.memory);
}

/* ---- Writing a box ---- */

/* Transfers that are under way, the oldest first; ends each in the order of its start. */
typedef struct behind {
    const job *job;
    int64_t begun, ended;
} behind;

static void end_oldest(behind *b, fa_error *err)
{
    fa__source *source = b->job->carry->to.operand->source;
    fa__transfer *transfer = &b->job->writes[b->ended++ % TRANSFERS_BEHIND];
    source->class->end_direct_write(source, 0, 0, transfer, err);
}

static void write_grains(behind *b, int64_t first, int64_t end, char *bytes, fa_error *err)
{
    fa__source *source = b->job->carry->to.operand->source;
    for (int64_t some; first < end && !fa_failed(err); first += some, bytes += some) {
        some = fa__min_i64(end - first, WRITE_BYTES);
        if (b->begun - b->ended == TRANSFERS_BEHIND)
            end_oldest(b, err);
        fa__transfer *transfer = &b->job->writes[b->begun % TRANSFERS_BEHIND];
        if (!fa_failed(err) && source->class->begin_direct_write(source, first, some, bytes, transfer, err))
            b->begun++;
    }
}

static void write_box(const job *j, int64_t number, fa_error *err)
{
    part box;
    behind b = {.job = j};
    set_box(j, number, &box);
    rows r = first_row(j->carry, &j->carry->to, &box);
    do {
        int64_t first = r.byte, end = r.byte + r.bytes;
        if (!fa__grains_round(j->grains, &first, &end, j->box + r.place, err))
            break;
        write_grains(&b, first, end, j->box + r.place + (first - r.byte), err);
    } while (!fa_failed(err) && next_row(&r));
    while (b.ended < b.begun)
        end_oldest(&b, err);
    atomic_fetch_add(j->carry->done_elements, fa__count(j->carry->ndim, box.size));
}

/* ---- Workers, under the lock but where they leave it ---- */

static bool start_next(job *j)
{
    piece *p = &j->pieces[j->started % j->carry->pieces_ahead];
    if (p->state != FREE || j->next_box >= j->boxes)
        return false;
    part box;
    set_box(j, j->next_box, &box);
    set_part(j->carry, &box, j->carry->piece, j->carry->from.order, j->next_piece, &p->at);
    p->box = j->next_box;
    p->state = STARTING;
    j->started++;
    if (++j->next_piece == count_parts(j->carry, &box, j->carry->piece)) {
        j->next_piece = 0;
        j->next_box++;
    }
    fa__mutex_unlock(&j->mutex);
    start_piece(j, p);
    fa__mutex_lock(&j->mutex);
    p->state = READING;
    fa__condition_broadcast(&j->changed);
    return true;
}

static bool take_next(job *j, fa_error *err)
{
    piece *p = &j->pieces[j->taken % j->carry->pieces_ahead];
    if (p->state != READING || p->box != j->current)
        return false;
    p->state = TAKEN;
    j->taken++;
    fa__mutex_unlock(&j->mutex);
    if (finish_piece(j, p, err))
        put_piece(j, p);
    fa__mutex_lock(&j->mutex);
    p->state = FREE;
    if (--j->left == 0 && !fa_failed(err) && !j->failed) {
        fa__mutex_unlock(&j->mutex);
        write_box(j, j->current, err);
        fa__mutex_lock(&j->mutex);
        j->left = pieces_of(j, ++j->current);
    }
    fa__condition_broadcast(&j->changed);
    return true;
}

static void work(void *user, int number)
{
    job *j = user;
    fa_error err = {0};
    (void)number;
    fa__mutex_lock(&j->mutex);
    while (j->current < j->boxes && !j->failed && !atomic_load(j->carry->stop)) {
        if (!start_next(j) && !take_next(j, &err))
            fa__condition_wait(&j->changed, &j->mutex);
        if (fa_failed(&err)) {
            j->failed = true;
            fa__error_move(&j->err, &err);
        }
    }
    fa__condition_broadcast(&j->changed);
    fa__mutex_unlock(&j->mutex);
}

/* ---- All ---- */

/* Boxes that share grains follow each other: along the axis where rows end. */
static void set_loops(job *j)
{
    const fa__carry *carry = j->carry;
    int n = 0, last = carry->to.order[carry->to.run];
    for (int k = 0; k < carry->ndim; k++)
        if (carry->to.order[k] != last)
            j->loops[n++] = carry->to.order[k];
    j->loops[n] = last;
    part all = {{0}, {0}};
    memcpy(all.size, carry->sizes, sizeof all.size);
    j->boxes = count_parts(carry, &all, carry->box);
    j->left = pieces_of(j, 0);
}

static bool make(job *j, fa_error *err)
{
    const fa__carry *carry = j->carry;
    int pieces = carry->pieces_ahead;
    j->pieces = fa__alloc_zero((size_t)pieces, sizeof *j->pieces, err);
    j->rows = fa__alloc((size_t)(pieces * carry->rows_of_piece) * sizeof *j->rows, err);
    j->writes = fa__alloc(TRANSFERS_BEHIND * sizeof *j->writes, err);
    j->grains = fa__grains_new(carry->to.operand->source, carry->parts, err);
    j->arena_bytes = (size_t)(pieces * carry->from.bytes + carry->to.bytes);
    j->arena = fa_failed(err) ? NULL : fa__pages_alloc(j->arena_bytes, true, err);
    if (j->arena == NULL)
        return false;
    fa__pages_keep_from_children(j->arena, j->arena_bytes);
    for (int i = 0; i < pieces; i++) {
        j->pieces[i].memory = j->arena + i * carry->from.bytes;
        j->pieces[i].rows = j->rows + i * carry->rows_of_piece;
    }
    j->box = j->arena + pieces * carry->from.bytes;
    return true;
}

static void end(job *j, fa_error *err)
{
    fa_error cancelled = {.code = FA_CANCELLED};
    for (int i = 0; j->pieces != NULL && i < j->carry->pieces_ahead; i++)
        if (j->pieces[i].state == READING)
            finish_piece(j, &j->pieces[i], &cancelled);
    fa__grains_end(j->grains, err);
    if (j->arena != NULL)
        fa__pages_free(j->arena, j->arena_bytes);
    fa__free(j->writes);
    fa__free(j->rows);
    fa__free(j->pieces);
}

bool fa__carry_run(fa__carry *carry, void (*poll)(void *user), void *user, fa_error *err)
{
    job j = {.carry = carry, .mutex = FA__MUTEX_INIT, .changed = FA__CONDITION_INIT};
    set_loops(&j);
    if (make(&j, err)) {
        fa__pool_run(carry->threads, work, &j, poll, user, err);
        fa__error_move(err, &j.err);
        if (atomic_load(carry->stop) && !fa_failed(err))
            fa__fail(err, FA_CANCELLED, "cancelled by the progress callback");
    }
    end(&j, err);
    return !fa_failed(err);
}
