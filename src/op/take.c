/* SPDX-License-Identifier: BSD-3-Clause */
/* Elements at positions. In the memory order of the result stand axes of the input and, together as one,
 * those of the indices:
 *
 *     a[:, i]     i, rows         take(a, i, 1)     rows, i
 *
 * Elements are wanted in runs along one of these. Along an axis of the input a run is a row with a step;
 * along the indices it is a list of offsets, and where rows behind it are dense in the input each offset is
 * that of a whole row. */
#include "op/moves.h"
#include "op/chooser.h"
#include "op/places.h"

#include "engine/buffers.h"
#include "engine/ranges.h"
#include "engine/tiles.h"

#include "base/checked.h"
#include "base/memory.h"
#include "storage/storage.h"

#include <stdlib.h>
#include <string.h>

enum {
    RAW_BYTES = 64 << 10,     /* of elements before they are turned or converted */
    SQUEEZED_BYTES = 1 << 20, /* of a block of elements that a mask is laid over */
    SLICE = 8 << 10, /* elements of one in memory that are squeezed into the cache, and streamed from there */
    PICKED = 4 << 10, /* offsets into memory at a time */
    BLOCKS_AHEAD = 16,
    AHEAD_BYTES = 4 << 20,         /* of a file, on their way */
    AHEAD_LEAST_BYTES = 256 << 10, /* of a run: less is read as it is wanted */
    WORTH_SQUEEZING = 16 /* of a block in a file, one element in this many must be wanted to read all of it */
};

typedef struct axis {
    int64_t size, inside; /* positions; elements of the result inside of one */
    int64_t stride;       /* bytes of the input */
    bool chosen;          /* along the indices */
} axis;

typedef struct taking {
    fa__flat input; /* all elements of the input, and how they are turned */
    int64_t offset;
    fa__chooser *chooser;
    int ndim;
    axis axes[FA_MAX_NDIM + 1];
} taking;

/* ---- The plan ---- */

static void add_axis(taking *t, int64_t size, int64_t stride, bool chosen)
{
    axis *last = t->ndim > 0 ? &t->axes[t->ndim - 1] : NULL;
    if (size == 1)
        return;
    if (last != NULL && !chosen && !last->chosen && last->stride == size * stride) {
        last->size *= size;
        last->stride = stride;
        return;
    }
    t->axes[t->ndim++] = (axis){.size = size, .stride = stride, .chosen = chosen};
}

/* The axes of which nothing is chosen, `from` the first to `to`, counted among themselves. */
static void add_others(taking *t, const fa__take *take, const fa_array *input, int from, int to)
{
    int number = 0;
    for (int i = 0; i < input->ndim; i++) {
        bool chosen = false;
        for (int k = 0; k < take->count; k++)
            chosen =
                chosen || (i >= take->indices[k].axis && i < take->indices[k].axis + take->indices[k].span);
        if (chosen)
            continue;
        if (number >= from && number < to)
            add_axis(t, input->sizes[i], input->strides[i], false);
        number++;
    }
}

static void set_axes(taking *t, const fa__take *take, const fa_array *input)
{
    int front = take->in_order ? take->place : 0;
    add_others(t, take, input, 0, front);
    add_axis(t, t->chooser->total, 0, true);
    add_others(t, take, input, front, FA_MAX_NDIM);
    if (t->ndim == 0)
        t->axes[t->ndim++] = (axis){.size = 1, .chosen = true};
    int64_t inside = 1;
    for (int i = t->ndim - 1; i >= 0; i--) {
        t->axes[i].inside = inside;
        inside *= t->axes[i].size;
    }
}

static void free_plan(void *plan)
{
    taking *t = plan;
    fa__flat_clear(&t->input);
    fa__chooser_free(t->chooser);
    fa__free(t);
}

static void *plan(const fa__node *node, fa_array *const *inputs, fa_error *err)
{
    const fa__take *take = node->as.move.take;
    taking *t = fa__alloc_zero(1, sizeof *t, err);
    if (t == NULL)
        return NULL;
    t->offset = inputs[0]->offset;
    t->chooser = fa__chooser_new(take, take->ndim, node->sizes + take->place, inputs[0], inputs + 1,
                                 fa__checked_indices(node), err);
    if (t->chooser != NULL && fa__flat_start(&t->input, inputs[0], node->dtype, err))
        set_axes(t, take, inputs[0]);
    return t;
}

/* ---- Squeezing ---- */

/* Whether the run is a mask laid over elements of `bytes` bytes that stand one behind the other. */
static bool is_squeezed(const taking *t, int64_t step, int64_t bytes)
{
    const fa__chooser *chooser = t->chooser;
    const fa__chooser_index *index = &chooser->indices[0];
    return chooser->count == 1 && index->counts != NULL && step == 1 && index->row == chooser->total &&
           index->axes.ndim == 1 && index->axes.strides[0] == bytes &&
           (fa__source_memory(t->input.source) != NULL || bytes * FA__COUNTED_BLOCK <= SQUEEZED_BYTES);
}

/* How many elements of the mask come before the true one of this rank. */
static int64_t position_of(const unsigned char *mask, int64_t n, int64_t rank)
{
    int64_t at = 0;
    for (int64_t some; at < n && rank >= (some = fa__count_true(mask + at, fa__min_i64(64, n - at)));
         at += 64)
        rank -= some;
    while (at < n && (mask[at] == 0 || rank-- > 0))
        at++;
    return at;
}

/* Elements in memory, past the cache where `room` is given. */
static int64_t squeeze_memory(char *to, int64_t count, const char *in, const unsigned char *mask, int64_t n,
                              int64_t bytes, char *room)
{
    if (room == NULL || SLICE * bytes > SQUEEZED_BYTES)
        return fa__squeeze(to, count, in, mask, n, bytes);
    int64_t made = 0;
    for (int64_t at = 0; at < n && made < count; at += SLICE) {
        int64_t some =
            fa__squeeze(room, count - made, in + at * bytes, mask + at, fa__min_i64(SLICE, n - at), bytes);
        fa__stream_copy(to + made * bytes, room, (size_t)(some * bytes));
        made += some;
    }
    return made;
}

/* A block of a mask, of which `count` true elements are wanted, from number `skipped` on: they are among
 * [begin, end). */
typedef struct block {
    const unsigned char *mask;
    int64_t first, begin, end, count;
} block;

static bool find_block(const taking *t, int64_t number, int64_t skipped, int64_t count, unsigned char *room,
                       block *b, fa_error *err)
{
    const fa__chooser_index *index = &t->chooser->indices[0];
    const int64_t *before = &index->counts->before[number];
    int64_t n;
    b->first = number * FA__COUNTED_BLOCK;
    n = fa__min_i64(FA__COUNTED_BLOCK, index->counts->elements - b->first);
    b->mask = fa__mask_block(&index->flat, b->first, n, room, err);
    if (b->mask == NULL)
        return false;
    b->count = count;
    b->begin = position_of(b->mask, n, skipped);
    b->end = skipped + count == before[1] - before[0] ? n : position_of(b->mask, n, skipped + count);
    return true;
}

/* Whether all of a block is read, or its elements one by one. */
static bool is_read_whole(const block *b)
{
    return b->count >= (b->end - b->begin) / WORTH_SQUEEZING;
}

/* The elements of one block; those of a file are read ahead where there is `ranges`. */
static bool squeeze_block(const taking *t, int64_t offset, const block *b, int64_t bytes, fa__ranges *ranges,
                          char *room, char *to, bool stream, fa_error *err)
{
    char *memory = fa__source_memory(t->input.source);
    const unsigned char *mask = b->mask + b->begin;
    int64_t made = 0, n = b->end - b->begin;
    offset += (b->first + b->begin) * bytes;
    if (memory != NULL) {
        made = squeeze_memory(to, b->count, memory + offset, mask, n, bytes, stream ? room : NULL);
    } else if (is_read_whole(b)) {
        const char *in = room;
        if (ranges != NULL)
            in = fa__ranges_take(ranges, err);
        else if (!fa__source_read_bytes(t->input.source, offset, n * bytes, room, err))
            in = NULL;
        if (in != NULL)
            made = fa__squeeze(to, b->count, in, mask, n, bytes);
    } else {
        int64_t *offsets = (int64_t *)(void *)room;
        made = fa__true_positions(offsets, b->count, mask, n, 0);
        for (int64_t i = 0; i < made; i++)
            offsets[i] = offset + offsets[i] * bytes;
        fa__places_read(t->input.source, offsets, made, bytes, to, err);
    }
    return made == b->count ||
           fa__fail(err, FA_BAD_INDEX, "a mask has changed since its elements were counted");
}

/* Goes over the blocks that have true elements number first to first + n. */
typedef struct blocks {
    const taking *t;
    int64_t number, first, n;
    unsigned char *room;
} blocks;

static blocks blocks_from(const taking *t, int64_t first, int64_t n, unsigned char *room)
{
    const fa__counts *counts = t->chooser->indices[0].counts;
    return (blocks){t, n > 0 ? fa__counts_block(counts, first) : 0, first, n, room};
}

/* False behind the last, and with an error. */
static bool next_block(blocks *all, block *b, fa_error *err)
{
    const int64_t *before = all->t->chooser->indices[0].counts->before;
    while (all->n > 0 && before[all->number + 1] == all->first)
        all->number++;
    if (all->n == 0)
        return false;
    int64_t count = fa__min_i64(all->n, before[all->number + 1] - all->first);
    int64_t skipped = all->first - before[all->number];
    all->first += count;
    all->n -= count;
    return find_block(all->t, all->number++, skipped, count, all->room, b, err);
}

/* Blocks that are found, and read ahead, before they are wanted; `waiting` found no room. */
typedef struct queue {
    block blocks[BLOCKS_AHEAD], waiting;
    int64_t put, got, most;
} queue;

static void fill_queue(queue *q, blocks *all, int64_t offset, int64_t bytes, fa__ranges *ranges,
                       fa_error *err)
{
    block *b = &q->waiting;
    while (q->put - q->got < q->most && (b->count > 0 || next_block(all, b, err))) {
        int64_t first = offset + (b->first + b->begin) * bytes, size = (b->end - b->begin) * bytes;
        if (ranges != NULL && is_read_whole(b) && !fa__ranges_ask(ranges, first, size))
            return;
        q->blocks[q->put++ % BLOCKS_AHEAD] = *b;
        b->count = 0;
    }
}

static bool squeeze(const taking *t, int64_t offset, int64_t first, int64_t n, int64_t bytes, char *to,
                    bool stream, fa_error *err)
{
    size_t size = SQUEEZED_BYTES + FA__COUNTED_BLOCK;
    char *room = fa__buffer_take(size, err);
    if (room == NULL)
        return false;
    /* A mask that is read has room for one block. */
    fa__ranges *ranges = NULL;
    if ((n * bytes >= AHEAD_LEAST_BYTES || fa__io_mode() == FA__IO_DIRECT) &&
        fa__mask_is_in_place(&t->chooser->indices[0].flat))
        ranges = fa__ranges_start(t->input.source, FA__COUNTED_BLOCK * bytes, AHEAD_BYTES);
    blocks all = blocks_from(t, first, n, (unsigned char *)room + SQUEEZED_BYTES);
    queue q = {.most = ranges != NULL ? BLOCKS_AHEAD : 1};
    for (;;) {
        fill_queue(&q, &all, offset, bytes, ranges, err);
        if (fa_failed(err) || q.got == q.put)
            break;
        const block *b = &q.blocks[q.got++ % BLOCKS_AHEAD];
        squeeze_block(t, offset, b, bytes, ranges, room, to, stream, err);
        to += b->count * bytes;
    }
    fa__ranges_stop(ranges);
    fa__buffer_give_back(room, size);
    return !fa_failed(err);
}

/* ---- Runs ---- */

/* Offsets of a run along the indices. */
struct run {
    const taking *t;
    int64_t offset, first, step;
};

static bool run_offsets(const void *user, int64_t first, int64_t n, int64_t *offsets, int64_t *room,
                        fa_error *err)
{
    const struct run *run = user;
    if (!fa__chooser_offsets(run->t->chooser, run->first + first * run->step, run->step, n, offsets, room,
                             err))
        return false;
    for (int64_t i = 0; i < n; i++)
        offsets[i] += run->offset;
    return true;
}

/* Elements in memory at positions that stand along one axis, without offsets in between; false where they are
 * otherwise, or some count from the end. */
static bool pick_along(const taking *t, const char *memory, int64_t first, int64_t step, int64_t n,
                       int64_t bytes, char *to, bool stream)
{
    const fa__chooser *chooser = t->chooser;
    const fa__chooser_index *index = &chooser->indices[0];
    if (chooser->count != 1 || chooser->table != NULL || index->counts != NULL || index->axes.ndim != 1 ||
        bytes >= FA__LONG_ITEM)
        return false;
    const int64_t *positions = fa__positions_in_place(&index->flat, first, step, n);
    return positions != NULL &&
           fa__pick_along(to, memory, positions, index->axes.strides[0], index->axes.size, n, bytes, stream);
}

/* Along the indices: n items of `bytes` bytes at offset + what is chosen. */
static bool read_chosen(const taking *t, int64_t offset, int64_t first, int64_t step, int64_t n,
                        int64_t bytes, char *to, bool stream, fa_error *err)
{
    if (is_squeezed(t, step, bytes))
        return squeeze(t, offset, first, n, bytes, to, stream, err);
    const char *memory = fa__source_memory(t->input.source);
    if (memory != NULL && pick_along(t, memory + offset, first, step, n, bytes, to, stream))
        return true;
    struct run run = {t, offset, first, step};
    if (memory == NULL && fa__places_are_dense(t->input.source, n, bytes) &&
        (fa__places_read_dense(t->input.source, run_offsets, &run, n, bytes, to, err) || fa_failed(err)))
        return !fa_failed(err);
    /* In a file all that is wanted is looked for together, as far as the limit has room for where it is. */
    int64_t some = memory != NULL ? fa__min_i64(n, PICKED) : n;
    size_t pair = 2 * sizeof(int64_t);
    while (some > FA__BLOCK && !fa__ledger_charge((size_t)some * pair))
        some = (some + 1) / 2;
    size_t size = (size_t)some * pair, charged = some > FA__BLOCK ? size : 0;
    int64_t *offsets = fa__buffer_take(size, err);
    for (int64_t done = 0; done < n && offsets != NULL && !fa_failed(err); done += some) {
        some = fa__min_i64(some, n - done);
        if (!fa__chooser_offsets(t->chooser, first + done * step, step, some, offsets, offsets + some, err))
            break;
        if (memory != NULL) {
            fa__pick(to + done * bytes, memory + offset, offsets, some, bytes, stream);
            continue;
        }
        for (int64_t i = 0; i < some; i++)
            offsets[i] += offset;
        fa__places_read(t->input.source, offsets, some, bytes, to + done * bytes, err);
    }
    fa__buffer_give_back(offsets, size);
    fa__ledger_release(charged);
    return !fa_failed(err);
}

/* Along an axis of the input. */
static bool read_row(const taking *t, int64_t offset, int64_t stride, int64_t n, char *to, fa_error *err)
{
    fa__box box = {1, t->input.item_bytes, offset, &n, &stride};
    return fa__source_read(t->input.source, &box, to, err);
}

/* The axis that a step goes along by whole positions, and how many elements of a run it holds from `first`
 * on. */
static int axis_of_step(const taking *t, int64_t first, int64_t step, int64_t n, int64_t *along,
                        int64_t *count)
{
    for (int i = t->ndim - 1; i >= 0; i--) {
        const axis *a = &t->axes[i];
        int64_t position = first / a->inside % a->size;
        *along = step / a->inside;
        if (step % a->inside != 0 || (llabs(*along) >= a->size && i > 0))
            continue;
        int64_t left = *along > 0   ? (a->size - 1 - position) / *along
                       : *along < 0 ? position / -*along
                                    : n - 1;
        *count = fa__min_i64(n, left + 1);
        return i;
    }
    *along = 0;
    *count = 1;
    return t->ndim - 1;
}

/* Rows that are dense in the input and that whole positions of the indices choose: how many of them a run
 * holds. */
static int64_t whole_rows(const taking *t, int64_t first, int64_t step, int64_t n)
{
    if (t->ndim < 2 || step != 1 || !t->axes[t->ndim - 2].chosen)
        return 0;
    const axis *rows = &t->axes[t->ndim - 2], *row = &t->axes[t->ndim - 1];
    if (row->stride != t->input.item_bytes || first % row->size != 0)
        return 0;
    return fa__min_i64(n / row->size, rows->size - first / row->size % rows->size);
}

/* Reads as much of a run as lies along one axis; gives how many elements that are. */
static int64_t read_some(const taking *t, int64_t first, int64_t step, int64_t n, char *to, bool stream,
                         fa_error *err)
{
    int64_t offset = t->offset, chosen = 0, along, count, bytes = t->input.item_bytes, one, room;
    int64_t rows = whole_rows(t, first, step, n);
    for (int i = 0; i < t->ndim; i++) {
        int64_t position = first / t->axes[i].inside % t->axes[i].size;
        chosen = t->axes[i].chosen ? position : chosen;
        offset += position * t->axes[i].stride;
    }
    if (rows > 0) {
        int64_t size = t->axes[t->ndim - 1].size;
        read_chosen(t, offset, chosen, 1, rows, bytes * size, to, stream, err);
        return rows * size;
    }
    int run = axis_of_step(t, first, step, n, &along, &count);
    if (t->axes[run].chosen) {
        read_chosen(t, offset, chosen, along, count, bytes, to, stream, err);
        return count;
    }
    if (fa__chooser_offsets(t->chooser, chosen, 1, 1, &one, &room, err))
        read_row(t, offset + one, along * t->axes[run].stride, count, to, err);
    return count;
}

static bool fetch_raw(const taking *t, int64_t first, int64_t step, int64_t n, char *to, bool stream,
                      fa_error *err)
{
    while (n > 0 && !fa_failed(err)) {
        int64_t some = read_some(t, first, step, n, to, stream, err);
        first += some * step;
        to += some * t->input.item_bytes;
        n -= some;
    }
    return !fa_failed(err);
}

static bool fetch(const void *plan, int64_t first, int64_t step, int64_t n, void *elements, fa_error *err)
{
    const taking *t = plan;
    if (fa__flat_is_raw(&t->input))
        return t->input.item_bytes == 0 || fetch_raw(t, first, step, n, elements, false, err);
    int64_t item = fa__max_i64(t->input.item_bytes, 1),
            some = fa__min_i64(n, fa__max_i64(RAW_BYTES / item, 1));
    size_t bytes = 2 * (size_t)fa__round_up(some * item, 64);
    char *raw = fa__buffer_take(bytes, err), *to = elements;
    for (int64_t done = 0; done < n && raw != NULL && !fa_failed(err); done += some) {
        some = fa__min_i64(some, n - done);
        if (fetch_raw(t, first + done * step, step, some, raw, false, err))
            fa__flat_finish(&t->input, raw, raw + bytes / 2, some, to + done * t->input.out_bytes);
    }
    fa__buffer_give_back(raw, bytes);
    return !fa_failed(err);
}

static bool stream(const void *plan, int64_t first, int64_t n, void *elements, fa_error *err)
{
    const taking *t = plan;
    if (!fa__flat_is_raw(&t->input) || t->input.item_bytes == 0)
        return fetch(plan, first, 1, n, elements, err);
    return fetch_raw(t, first, 1, n, elements, true, err);
}

/* ---- What is read ---- */

/* Positions of the indices that elements [first, first + n) need: a range where the indices are outermost,
 * else all. */
static void chosen_range(const taking *t, int64_t first, int64_t n, int64_t *low, int64_t *high)
{
    *low = 0;
    *high = t->chooser->total;
    if (!t->axes[0].chosen)
        return;
    *low = first / t->axes[0].inside;
    *high = (first + n - 1) / t->axes[0].inside + 1;
}

static void visit_inputs(const void *plan, int64_t first, int64_t n, fa__move_visit *visit, void *user)
{
    const taking *t = plan;
    int64_t low, high;
    chosen_range(t, first, n, &low, &high);
    for (int i = 0; i < t->chooser->count; i++) {
        const fa__chooser_index *index = &t->chooser->indices[i];
        if (index->counts == NULL) {
            visit(&index->flat, low, high - low, user);
        } else if (t->chooser->count == 1 && high > low) {
            int64_t begin = fa__counts_block(index->counts, low) * FA__COUNTED_BLOCK;
            int64_t end = (fa__counts_block(index->counts, high - 1) + 1) * FA__COUNTED_BLOCK;
            end = fa__min_i64(end, index->counts->elements);
            visit(&index->flat, begin, end - begin, user);
            /* The mask covers the outermost axes of the input in its order. */
            int64_t inside = t->input.count / fa__max_i64(index->counts->elements, 1);
            if (t->axes[0].chosen && index->axes.ndim == 1 &&
                index->axes.strides[0] == inside * t->input.item_bytes)
                visit(&t->input, begin * inside, (end - begin) * inside, user);
        }
    }
}

static int64_t scattered(const void *plan)
{
    const taking *t = plan;
    bool is = fa__source_memory(t->input.source) == NULL && t->chooser->indices[0].counts == NULL &&
              t->axes[0].chosen;
    return is ? t->axes[0].inside * t->input.item_bytes : 0;
}

static bool offsets_of_units(const void *plan, int64_t first, int64_t n, int64_t *offsets, int64_t *room,
                             fa_error *err)
{
    const taking *t = plan;
    return run_offsets(&(struct run){t, t->offset, 0, 1}, first, n, offsets, room, err);
}

/* Elements, or rows that are dense in the input, which positions alone choose. */
static bool units(const void *plan, fa__move_places *places)
{
    const taking *t = plan;
    const axis *row = &t->axes[t->ndim - 1];
    bool is_row = t->ndim == 2 && !row->chosen && row->stride == t->input.item_bytes;
    if (!t->axes[0].chosen || t->chooser->table != NULL || t->input.item_bytes == 0 ||
        !fa__flat_is_raw(&t->input) || fa__source_memory(t->input.source) != NULL || (t->ndim > 1 && !is_row))
        return false;
    for (int i = 0; i < t->chooser->count; i++)
        if (t->chooser->indices[i].counts != NULL)
            return false;
    *places = (fa__move_places){.source = t->input.source,
                                .unit_bytes = t->axes[0].inside * t->input.item_bytes,
                                .offsets = offsets_of_units,
                                .plan = plan};
    return true;
}

static bool reads_ahead(const void *plan)
{
    const taking *t = plan;
    fa__source *source = t->input.source;
    const fa__chooser_index *index = &t->chooser->indices[0];
    return index->counts != NULL && fa__mask_is_in_place(&index->flat) && source->class->can_direct != NULL &&
           source->class->can_direct(source) && is_squeezed(t, 1, t->input.item_bytes);
}

const fa__move_class fa__move_take = {.plan = plan,
                                      .free = free_plan,
                                      .fetch = fetch,
                                      .stream = stream,
                                      .visit = visit_inputs,
                                      .scattered = scattered,
                                      .reads_ahead = reads_ahead,
                                      .places = units};
