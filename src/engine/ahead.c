/* SPDX-License-Identifier: BSD-3-Clause */
/* Windows, and the buffers that they are read into. A window is NEW until somebody looks at it; then it is
 * read into a buffer, or it is PLAIN for the rest of the pass: in memory already, or no buffer was free when
 * it was needed. */
#include "engine/ahead.h"

#include "engine/budget.h"
#include "engine/cut.h"
#include "engine/tiles.h"

#include "base/checked.h"
#include "base/memory.h"
#include "platform/platform.h"
#include "storage/storage.h"

#include <string.h>

enum {
    WINDOW_BYTES = 1 << 20,        /* of one transfer: what disks like */
    LEAST_WINDOW_BYTES = 64 << 10, /* shorter ones are better left to the system's own reading ahead */
    MOST_TILES = 16,               /* of a window */
    MOST_ROWS = 64,                /* that are on their way, of boxes: they are shorter than windows may be */
    BYTES_AHEAD = 12 << 20,        /* of all operands */
    LEAST_BYTES = 4 << 20,         /* of an operand: less comes at once anyway */
    SPARSE = 4                     /* bytes of a window for each one that is wanted */
};
enum { NEW = -1, PLAIN = -2, DONE = -3 }; /* else the number of the buffer */

typedef struct buffer {
    char *memory;
    fa__transfer transfer;
    int64_t window;    /* NEW: free */
    int64_t low, size; /* bytes of the source */
    int64_t left;      /* elements that nobody was done with yet */
    int64_t users;     /* who waits for it, or has taken elements */
    bool ended;
    char *byte_zero; /* once it ended; NULL: it failed */
} buffer;

typedef struct stream {
    const fa__operand *operand; /* NULL: not read ahead */
    int64_t window, count;      /* elements of a window, how many there are */
    size_t buffer_bytes;
    short *states;
    int buffer_count;
    buffer *buffers;
} stream;

struct fa__ahead {
    const fa__pass *pass;
    int threads;
    bool rows;        /* there are several boxes, and windows are rows of them */
    int64_t box, row; /* places of a box and of a row; of all there are */
    int64_t places;
    int64_t distance;
    fa__mutex mutex; /* of all that follows */
    stream *streams; /* of each operand */
    bool has_arena, gave_up;
    char *arena;
    size_t arena_bytes;
};

/* ---- Which operands ---- */

/* Whether flat elements follow each other in the source, without large gaps. */
static bool walks_along(const fa__pass *pass, const fa__operand *operand)
{
    int64_t sizes[FA_MAX_NDIM], strides[FA_MAX_NDIM];
    int ndim = fa__merge_axes(pass->ndim, pass->sizes, operand->strides, sizes, strides);
    for (int i = 0; i < ndim; i++)
        if (strides[i] <= 0 || (i > 0 && strides[i] * (sizes[i] - 1) >= strides[i - 1]))
            return false;
    return strides[0] * sizes[0] / SPARSE <= pass->total * operand->item_bytes;
}

static bool is_forced(void)
{
    return fa__io_mode() == FA__IO_DIRECT;
}

/* The bytes of a window, and how many elements it has. */
static int64_t window_extent(const fa__ahead *ahead, const stream *s, int64_t window, int64_t *low,
                             int64_t *high)
{
    const fa__pass *pass = ahead->pass;
    const fa__operand *operand = s->operand;
    int64_t first = window * s->window;
    if (!ahead->rows) {
        fa__range_extent(pass->ndim, pass->sizes, operand->strides, operand->offset, operand->item_bytes,
                         first, fa__min_i64(first + s->window, pass->total), low, high);
        return fa__min_i64(s->window, pass->total - first);
    }
    int64_t start[FA_MAX_NDIM], sizes[FA_MAX_NDIM], offset = operand->offset;
    fa__cut_box(pass, first / ahead->box, start, sizes);
    for (int i = 0; i < pass->ndim; i++)
        offset += start[i] * operand->strides[i];
    int64_t row = fa__cut_row(pass, sizes), number = first % ahead->box / ahead->row;
    fa__range_extent(pass->ndim, sizes, operand->strides, offset, operand->item_bytes, number * row,
                     (number + 1) * row, low, high);
    return row;
}

static void choose_stream(fa__ahead *ahead, int64_t number, int64_t tile)
{
    const fa__pass *pass = ahead->pass;
    const fa__operand *operand = &pass->operands[number];
    int64_t bytes = pass->total * operand->item_bytes;
    if ((bytes < LEAST_BYTES && !is_forced()) || !walks_along(pass, operand) ||
        !fa__source_reads_direct(operand->source))
        return;
    stream *s = &ahead->streams[number];
    int64_t tiles = fa__min_i64(fa__max_i64(WINDOW_BYTES / (tile * operand->item_bytes), 1), MOST_TILES);
    s->window = ahead->rows ? ahead->row : tiles * tile;
    if (!ahead->rows && s->window * operand->item_bytes < LEAST_WINDOW_BYTES && !is_forced())
        return;
    s->count = (ahead->places + s->window - 1) / s->window;
    s->operand = operand;
    int64_t low, high;
    window_extent(ahead, s, 0, &low, &high);
    s->buffer_bytes = (size_t)fa__round_up(high - low, FA__DIRECT_GRAIN) + 2 * (size_t)FA__DIRECT_GRAIN;
}

/* Each worker holds one window of each operand while others are on their way. */
static bool choose_buffers(fa__ahead *ahead)
{
    int64_t count = 0, bytes = 0, room = fa__budget_available() / 4;
    for (int64_t i = 0; i < ahead->pass->operand_count; i++)
        if (ahead->streams[i].operand != NULL) {
            count++;
            bytes += (int64_t)ahead->streams[i].buffer_bytes;
        }
    if (count == 0)
        return false;
    int64_t each = fa__min_i64(BYTES_AHEAD / bytes, ahead->rows ? MOST_ROWS : 16);
    each = fa__min_i64(ahead->threads + fa__max_i64(each, 2), room / bytes);
    if (each <= ahead->threads)
        return false;
    ahead->distance = INT64_MAX;
    for (int64_t i = 0; i < ahead->pass->operand_count; i++) {
        stream *s = &ahead->streams[i];
        if (s->operand == NULL)
            continue;
        s->buffer_count = (int)each;
        ahead->arena_bytes += (size_t)each * s->buffer_bytes;
        /* Workers of consumers are in tasks of their own. */
        int64_t windows = each - ahead->threads;
        if (ahead->pass->consume_count > 0)
            windows = fa__max_i64(windows / ahead->threads, 1);
        ahead->distance = fa__min_i64(ahead->distance, windows * s->window);
    }
    return true;
}

static bool make_stream(stream *s)
{
    fa_error ignored = {0};
    if (s->operand == NULL)
        return true;
    s->states = fa__alloc((size_t)s->count * sizeof *s->states, &ignored);
    s->buffers = fa__alloc_zero((size_t)s->buffer_count, sizeof *s->buffers, &ignored);
    if (fa_failed(&ignored))
        return false;
    for (int64_t i = 0; i < s->count; i++)
        s->states[i] = NEW;
    for (int i = 0; i < s->buffer_count; i++)
        s->buffers[i].window = NEW;
    return true;
}

fa__ahead *fa__ahead_start(const fa__pass *pass, int64_t tile, int threads)
{
    fa_error ignored = {0};
    fa__ahead *ahead = fa__alloc_zero(1, sizeof *ahead, &ignored);
    if (ahead == NULL)
        return NULL;
    ahead->pass = pass;
    ahead->rows = !fa__pass_is_one_box(pass);
    ahead->box = fa__count(pass->ndim, pass->box);
    ahead->row = fa__cut_row(pass, pass->box);
    ahead->places = ahead->box;
    for (int i = 0; i < pass->ndim; i++)
        ahead->places *= (pass->sizes[i] + pass->box[i] - 1) / pass->box[i];
    ahead->threads = threads;
    ahead->mutex = (fa__mutex)FA__MUTEX_INIT;
    ahead->streams = fa__alloc_zero((size_t)pass->operand_count, sizeof *ahead->streams, &ignored);
    for (int64_t i = 0; i < pass->operand_count && ahead->streams != NULL; i++)
        choose_stream(ahead, i, tile);
    bool made = ahead->streams != NULL && choose_buffers(ahead);
    for (int64_t i = 0; i < pass->operand_count && made; i++)
        made = make_stream(&ahead->streams[i]);
    if (made)
        return ahead;
    fa__ahead_stop(ahead);
    return NULL;
}

/* Nothing is taken of the memory before a window is met that is not in memory. */
static bool need_arena(fa__ahead *ahead)
{
    fa_error ignored = {0};
    if (ahead->has_arena || ahead->gave_up)
        return ahead->has_arena;
    if (fa__ledger_charge(ahead->arena_bytes)) {
        ahead->arena = fa__pages_alloc(ahead->arena_bytes, true, &ignored);
        if (ahead->arena == NULL)
            fa__ledger_release(ahead->arena_bytes);
    }
    ahead->has_arena = ahead->arena != NULL;
    ahead->gave_up = !ahead->has_arena;
    if (ahead->gave_up)
        return false;
    fa__pages_keep_from_children(ahead->arena, ahead->arena_bytes);
    char *memory = ahead->arena;
    for (int64_t i = 0; i < ahead->pass->operand_count; i++) {
        stream *s = &ahead->streams[i];
        for (int k = 0; k < s->buffer_count; k++, memory += s->buffer_bytes)
            s->buffers[k].memory = memory;
    }
    return true;
}

/* ---- Windows, under the lock ---- */

static buffer *free_buffer(stream *s)
{
    for (int i = 0; i < s->buffer_count; i++)
        if (s->buffers[i].window == NEW)
            return &s->buffers[i];
    return NULL;
}

/* Looks at a window that is new: reads it, or finds it better reached otherwise. False when there is no
 * buffer. */
static bool begin(fa__ahead *ahead, stream *s, int64_t window)
{
    if (s->states[window] != NEW)
        return true;
    buffer *b = free_buffer(s);
    if (b == NULL)
        return false;
    fa__source *source = s->operand->source;
    int64_t low, high;
    const int64_t elements = window_extent(ahead, s, window, &low, &high);
    s->states[window] = PLAIN;
    if ((size_t)(high - low) + 2 * (size_t)FA__DIRECT_GRAIN > s->buffer_bytes ||
        !source->class->wants_direct(source, low, high - low) || !need_arena(ahead) ||
        !source->class->begin_direct(source, low, high - low, b->memory, &b->transfer))
        return true;
    s->states[window] = (short)(b - s->buffers);
    b->window = window;
    b->low = low;
    b->size = high - low;
    b->left = elements;
    b->users = 0;
    b->ended = false;
    b->byte_zero = NULL;
    return true;
}

static void end(stream *s, buffer *b)
{
    if (b->ended)
        return;
    fa__source *source = s->operand->source;
    char *first = source->class->end_direct(source, b->low, b->size, &b->transfer);
    b->byte_zero = first != NULL ? first - b->low : NULL;
    b->ended = true;
}

static void give_back_when_done(stream *s, buffer *b)
{
    if (b->users > 0 || (b->left > 0 && b->byte_zero != NULL))
        return;
    s->states[b->window] = b->left > 0 ? PLAIN : DONE;
    b->window = NEW;
}

/* ---- For the workers ---- */

bool fa__ahead_has(const fa__ahead *ahead, int64_t operand)
{
    return ahead != NULL && ahead->streams[operand].operand != NULL;
}

int64_t fa__ahead_place(const fa__ahead *ahead, const fa__span *span, int64_t first)
{
    if (!ahead->rows)
        return first;
    const int64_t row = fa__cut_row(ahead->pass, span->sizes);
    return span->task * ahead->box + first / row * ahead->row + first % row;
}

int64_t fa__ahead_distance(const fa__ahead *ahead)
{
    return ahead->distance;
}

void fa__ahead_expect(fa__ahead *ahead, int64_t first, int64_t last)
{
    int64_t operands = ahead->pass->operand_count;
    bool full = false;
    fa__mutex_lock(&ahead->mutex);
    /* Operand by operand, so that what one tile needs of all of them comes together. */
    for (int64_t at = first, next; at < last && !full; at = next) {
        next = last;
        for (int64_t i = 0; i < operands && !full; i++) {
            stream *s = &ahead->streams[i];
            if (s->operand == NULL)
                continue;
            full = !begin(ahead, s, at / s->window);
            next = fa__min_i64(next, (at / s->window + 1) * s->window);
        }
    }
    fa__mutex_unlock(&ahead->mutex);
}

int64_t fa__ahead_end(const fa__ahead *ahead, int64_t operand, int64_t first)
{
    const stream *s = &ahead->streams[operand];
    return (first / s->window + 1) * s->window;
}

char *fa__ahead_take(fa__ahead *ahead, int64_t operand, int64_t first, int64_t last)
{
    stream *s = &ahead->streams[operand];
    int64_t window = first / s->window;
    char *byte_zero = NULL;
    (void)last;
    fa__mutex_lock(&ahead->mutex);
    if (!begin(ahead, s, window))
        s->states[window] = PLAIN;
    if (s->states[window] >= 0) {
        buffer *b = &s->buffers[s->states[window]];
        b->users++;
        if (!b->ended) {
            fa__mutex_unlock(&ahead->mutex);
            fa__transfer_wait(&b->transfer);
            fa__mutex_lock(&ahead->mutex);
            end(s, b);
        }
        byte_zero = b->byte_zero;
        if (byte_zero == NULL) {
            b->users--;
            give_back_when_done(s, b);
        }
    }
    fa__mutex_unlock(&ahead->mutex);
    return byte_zero;
}

void fa__ahead_release(fa__ahead *ahead, int64_t operand, int64_t first, int64_t last)
{
    stream *s = &ahead->streams[operand];
    fa__mutex_lock(&ahead->mutex);
    buffer *b = &s->buffers[s->states[first / s->window]];
    b->users--;
    b->left -= last - first;
    give_back_when_done(s, b);
    fa__mutex_unlock(&ahead->mutex);
}

void fa__ahead_stop(fa__ahead *ahead)
{
    if (ahead == NULL)
        return;
    for (int64_t i = 0; ahead->streams != NULL && i < ahead->pass->operand_count; i++) {
        stream *s = &ahead->streams[i];
        for (int k = 0; s->buffers != NULL && k < s->buffer_count; k++)
            if (s->buffers[k].window != NEW)
                end(s, &s->buffers[k]);
        fa__free(s->states);
        fa__free(s->buffers);
    }
    if (ahead->has_arena) {
        fa__pages_free(ahead->arena, ahead->arena_bytes);
        fa__ledger_release(ahead->arena_bytes);
    }
    fa__free(ahead->streams);
    fa__free(ahead);
}
