/* SPDX-License-Identifier: BSD-3-Clause */
/* Three walks, each of which reads and writes long runs alone:
 *
 *     places ------> by groups, in each by windows ------> units by windows,     ------> units
 *        |           (where in the window it is)   source  in each by chunks             in order
 *        `---------> numbers of windows ----------------------------------------^
 *
 * Places stay in their order when they are dealt out to windows, so that the units of a chunk come out of
 * each window in the order in which the chunk wants them: the number of the next unit's window says all that
 * is needed to put them together again. */
#include "engine/deal.h"

#include "engine/behind.h"
#include "engine/budget.h"
#include "engine/buffers.h"
#include "engine/inlet.h"
#include "engine/pool.h"
#include "engine/ranges.h"
#include "engine/windows.h"

#include "base/checked.h"
#include "base/memory.h"
#include "kernel/kernel.h"
#include "platform/platform.h"

#include <string.h>

enum {
    RUN = 4 << 10, /* places that are looked at together */
    WALKS = 3,
    PIECE_BYTES = 1 << 20, /* of what is read ahead */
    READERS = 2
};

/* ---- Walks ---- */

/* What all workers share: jobs 0 to `jobs`. */
typedef struct walk walk;
typedef struct worker worker;
typedef void work_on(worker *own, int64_t job, fa_error *err);
struct walk {
    fa__deal *deal;
    int64_t jobs;
    work_on *job;
    fa__source *sources[READERS]; /* what is read ahead, if anything is */
    int64_t piece;                /* bytes of it at once */
    const struct written *out;
    fa__behind *behind;
    fa__windows windows;
    int64_t worker_bytes, plain_bytes; /* of one worker */
    char *memory, *plain;              /* of all workers */
    atomic_llong next;
    atomic_bool failed;
    fa__mutex mutex; /* guards `err` */
    fa_error err;
};

/* What one of them has for itself. */
struct worker {
    walk *walk;
    char *memory;
    char *plain[2]; /* for what is not written behind */
    fa__ranges *ranges[READERS];
};

static bool goes_on(const walk *w, const fa_error *err)
{
    return !fa_failed(err) && !atomic_load(&w->failed) && !atomic_load(w->deal->stop);
}

/* What a walk writes: one or two files, of items of these bytes, at most a tile of items at once. */
typedef struct written {
    fa__operand to[2];
    int count;
    int64_t tile;
} written;

static int64_t plain_bytes_of(const written *out, int i)
{
    return fa__round_up(out->tile * out->to[i].item_bytes, FA__DIRECT_GRAIN);
}

static void work(void *job, int number)
{
    walk *w = job;
    fa_error err = {0};
    worker own = {.walk = w, .memory = w->memory + number * w->worker_bytes};
    char *plain = w->plain + number * w->plain_bytes;
    for (int i = 0; i < w->out->count; i++)
        if (!fa__behind_has(w->behind, i)) {
            own.plain[i] = plain;
            plain += plain_bytes_of(w->out, i);
        }
    for (int i = 0; i < READERS; i++)
        if (w->sources[i] != NULL)
            own.ranges[i] = fa__ranges_start(w->sources[i], w->piece, w->deal->ring);
    while (goes_on(w, &err)) {
        int64_t next = atomic_fetch_add(&w->next, 1);
        if (next >= w->jobs)
            break;
        w->job(&own, next, &err);
    }
    for (int i = 0; i < READERS; i++)
        fa__ranges_stop(own.ranges[i]);
    if (fa_failed(&err)) {
        atomic_store(&w->failed, true);
        fa__mutex_lock(&w->mutex);
        fa__error_move(&w->err, &err);
        fa__mutex_unlock(&w->mutex);
    }
}

/* Charged; NULL where there are none, and with an error. */
static char *take_room(int64_t bytes, fa_error *err)
{
    if (fa_failed(err) || bytes == 0)
        return NULL;
    if (!fa__ledger_charge((size_t)bytes)) {
        fa__ledger_refused(err, "a buffer", (size_t)bytes);
        return NULL;
    }
    char *room = fa__pages_alloc((size_t)bytes, true, err);
    if (room != NULL)
        fa__pages_keep_from_children(room, (size_t)bytes);
    else
        fa__ledger_release((size_t)bytes);
    return room;
}

static void give_room_back(char *room, int64_t bytes)
{
    if (room == NULL)
        return;
    fa__pages_free(room, (size_t)bytes);
    fa__ledger_release((size_t)bytes);
}

/* Each worker has `worker_bytes`; of what is left, writing takes a share, and reading ahead another one where
 * there is any. */
static bool run_walk(walk *w, const written *out, int64_t worker_bytes, void (*poll)(void *), void *user,
                     fa_error *err)
{
    fa__deal *deal = w->deal;
    const int64_t threads = fa__min_i64(deal->threads, w->jobs);
    int64_t strides[2];
    fa__store stores[2];
    for (int i = 0; i < out->count; i++) {
        strides[i] = out->to[i].item_bytes;
        stores[i] = (fa__store){.mask = -1, .to = out->to[i]};
        stores[i].to.strides = &strides[i];
    }
    fa__pass pass = {
        .ndim = 1, .sizes = {deal->n}, .total = deal->n, .stores = stores, .store_count = out->count};
    w->out = out;
    w->mutex = (fa__mutex)FA__MUTEX_INIT;
    w->worker_bytes = fa__round_up(worker_bytes, FA__DIRECT_GRAIN);
    w->memory = take_room(w->worker_bytes * threads, err);
    w->behind =
        fa__behind_start(&pass, out->tile, (int)threads, fa__budget_free() / (w->sources[0] != NULL ? 2 : 1));
    for (int i = 0; i < out->count; i++)
        if (!fa__behind_has(w->behind, i))
            w->plain_bytes += plain_bytes_of(out, i);
    w->plain = take_room(w->plain_bytes * threads, err);
    fa__pool_run((int)threads, work, w, poll, user, err);
    fa__error_move(err, &w->err);
    if (atomic_load(deal->stop) && !fa_failed(err))
        fa__fail(err, FA_CANCELLED, "cancelled by the progress callback");
    fa__behind_stop(w->behind, err);
    give_room_back(w->plain, w->plain_bytes * threads);
    give_room_back(w->memory, w->worker_bytes * threads);
    return !fa_failed(err);
}

/* Where items [first, last) are to be put, at most a tile, before they are written: also after an error. */
static char *begin_items(worker *own, int out, int64_t first, int64_t last, fa_error *err)
{
    return own->plain[out] != NULL ? own->plain[out]
                                   : fa__behind_take(own->walk->behind, out, first, last, err);
}

static void write_items(worker *own, int number, int64_t first, int64_t last, char *items, fa_error *err)
{
    const fa__operand *to = &own->walk->out->to[number];
    if (own->plain[number] == NULL)
        fa__behind_put(own->walk->behind, number, first, last, items, err);
    else if (!fa_failed(err))
        fa__source_write_bytes(to->source, to->offset + first * to->item_bytes,
                               (last - first) * to->item_bytes, items, err);
}

static void count_done(const fa__deal *deal, int64_t units)
{
    atomic_fetch_add(deal->done_elements, units * deal->elements_of_unit / WALKS);
}

/* ---- Cells ---- */

static int64_t *cell(const fa__deal *deal, int64_t chunk, int64_t window)
{
    return &deal->cells[chunk * deal->windows + window];
}

/* From how many units each has to where they begin: windows one behind the other, in each chunks. */
static void place_cells(const fa__deal *deal)
{
    int64_t begin = 0;
    for (int64_t w = 0; w < deal->windows; w++) {
        for (int64_t d = 0; d <= deal->chunks; d++) {
            int64_t count = *cell(deal, d, w);
            *cell(deal, d, w) = begin;
            begin += count;
        }
    }
}

/* Where the places of a group begin that are in a window. */
static int64_t *place_run(const fa__deal *deal, int64_t group, int64_t window)
{
    return &deal->runs[group * (deal->windows + 1) + window];
}

static int64_t end_of_chunk(const fa__deal *deal, int64_t chunk)
{
    return fa__min_i64((chunk + 1) * deal->chunk, deal->n);
}

/* ---- Dealing out places ---- */

typedef struct places_room {
    int64_t offsets[RUN], room[RUN];
    uint32_t places[];
} places_room;

/* Some places of one chunk: where they are in their windows, and how many there are in each. */
static bool look_at(walk *w, int64_t chunk, int64_t first, int64_t n, places_room *room, uint32_t *places,
                    uint16_t *numbers, fa_error *err)
{
    const fa__deal *deal = w->deal;
    const uint32_t grains = (uint32_t)(deal->window / FA__DIRECT_GRAIN);
    const int64_t last = deal->places.source->bytes - deal->unit;
    int64_t *counts = cell(deal, chunk, 0);
    if (!deal->places.offsets(deal->places.plan, deal->first + first, n, room->offsets, room->room, err))
        return false;
    for (int64_t i = 0; i < n; i++) {
        const int64_t offset = room->offsets[i];
        if (offset < 0 || offset > last)
            return fa__fail(err, FA_BAD_INDEX, "a position is outside of its file");
        const uint32_t window = (uint32_t)(offset / FA__DIRECT_GRAIN) / grains;
        numbers[i] = (uint16_t)window;
        places[i] = (uint32_t)(offset - (int64_t)window * deal->window);
        counts[window]++;
    }
    return true;
}

static void sort_places(const fa__deal *deal, int64_t group, const uint32_t *places, const uint16_t *numbers,
                        int64_t n, uint32_t *sorted)
{
    const int64_t first = group * deal->group, last = fa__min_i64(first + deal->group, deal->chunks);
    int64_t *next = place_run(deal, group, 0), begin = 0;
    for (int64_t w = 0; w < deal->windows; w++) {
        next[w] = begin;
        for (int64_t d = first; d < last; d++)
            begin += *cell(deal, d, w);
    }
    for (int64_t i = 0; i < n; i++)
        sorted[next[numbers[i]]++] = places[i];
    /* Each is now where the next one begins. */
    const int64_t base = first * deal->chunk;
    for (int64_t w = deal->windows; w > 0; w--)
        next[w] = base + next[w - 1];
    next[0] = base;
}

static void deal_places(worker *own, int64_t group, fa_error *err)
{
    walk *w = own->walk;
    const fa__deal *deal = w->deal;
    places_room *room = (places_room *)(void *)own->memory;
    const int64_t first = group * deal->group * deal->chunk,
                  last = fa__min_i64(first + deal->group * deal->chunk, deal->n);
    uint32_t *sorted = (uint32_t *)(void *)begin_items(own, 0, first, last, err);
    uint16_t *numbers = (uint16_t *)(void *)begin_items(own, 1, first, last, err);
    for (int64_t at = first, some; at < last && goes_on(w, err); at += some) {
        const int64_t chunk = at / deal->chunk, low = (deal->first + at) * deal->unit;
        some = fa__min_i64(RUN, end_of_chunk(deal, chunk) - at);
        fa__windows_before(&w->windows, low, low + some * deal->unit);
        look_at(w, chunk, at, some, room, room->places + (at - first), numbers + (at - first), err);
        fa__windows_behind(&w->windows, low, low + some * deal->unit);
    }
    if (sorted != NULL && numbers != NULL && goes_on(w, err))
        sort_places(deal, group, room->places, numbers, last - first, sorted);
    if (sorted != NULL)
        write_items(own, 0, first, last, (char *)sorted, err);
    if (numbers != NULL)
        write_items(own, 1, first, last, (char *)numbers, err);
    count_done(deal, last - first);
}

/* ---- Reading ahead ---- */

/* Some runs of a source, which are read one after the other, in pieces. */
typedef struct reader reader;
typedef void find_run(const fa__deal *deal, int64_t job, int64_t number, int64_t *first, int64_t *last);
typedef struct cursor {
    int64_t number, at; /* of a run; items of it */
} cursor;
struct reader {
    const walk *walk;
    fa__source *source;
    fa__ranges *ranges; /* NULL: there is no room; */
    char *room;         /* then pieces are read here */
    find_run *find;
    int64_t job, runs, item_bytes;
    cursor asked, taken;
};

/* The next piece; false behind the last. */
static bool next_piece(const reader *r, cursor *c, int64_t *first, int64_t *n)
{
    for (; c->number < r->runs; c->number++, c->at = 0) {
        int64_t low, high;
        r->find(r->walk->deal, r->job, c->number, &low, &high);
        *first = low + c->at;
        *n = fa__min_i64(high - *first, r->walk->piece / r->item_bytes);
        c->at += *n;
        if (*n > 0)
            return true;
    }
    return false;
}

static void ask(reader *r)
{
    int64_t first, n;
    for (cursor next = r->asked; r->ranges != NULL && next_piece(r, &next, &first, &n); r->asked = next)
        if (!fa__ranges_ask(r->ranges, first * r->item_bytes, n * r->item_bytes))
            return;
}

/* The bytes of the next items; NULL behind the last, and with an error. */
static const char *take(reader *r, int64_t *n, fa_error *err)
{
    int64_t first;
    if (!goes_on(r->walk, err))
        return NULL;
    ask(r);
    if (!next_piece(r, &r->taken, &first, n))
        return NULL;
    if (r->ranges != NULL)
        return fa__ranges_take(r->ranges, err);
    return fa__source_read_bytes(r->source, first * r->item_bytes, *n * r->item_bytes, r->room, err) ? r->room
                                                                                                     : NULL;
}

/* What was asked for and not taken, when it goes on no more. */
static void leave(reader *r)
{
    fa_error ignored = {0};
    int64_t first, n;
    while (r->ranges != NULL && (r->taken.number != r->asked.number || r->taken.at != r->asked.at) &&
           next_piece(r, &r->taken, &first, &n))
        fa__ranges_take(r->ranges, &ignored);
    fa_error_clear(&ignored);
}

/* One behind the other; how many bytes came. */
static int64_t take_all(reader *r, char *to, fa_error *err)
{
    int64_t n, done = 0;
    for (const char *bytes; (bytes = take(r, &n, err)) != NULL; done += n * r->item_bytes)
        memcpy(to + done, bytes, (size_t)(n * r->item_bytes));
    return done;
}

/* ---- From a window of the source ---- */

static void find_window(const fa__deal *deal, int64_t job, int64_t number, int64_t *first, int64_t *last)
{
    (void)number;
    *first = job * deal->window;
    *last = fa__min_i64(*first + deal->window + deal->unit - 1, deal->places.source->bytes);
}

static void find_places(const fa__deal *deal, int64_t job, int64_t number, int64_t *first, int64_t *last)
{
    *first = *place_run(deal, number, job);
    *last = *place_run(deal, number, job + 1);
}

/* What is picked together, and where the tile that it goes to stands. */
typedef struct picking {
    int64_t offsets[RUN];
    int64_t at, last; /* of all units of the window */
    int64_t tile, tile_end;
    char *to; /* NULL: none is begun */
} picking;

static void put_tile(worker *own, picking *p, fa_error *err)
{
    if (p->to != NULL)
        write_items(own, 0, p->tile, p->tile_end, p->to, err);
    p->to = NULL;
}

static bool begin_tile(worker *own, picking *p, fa_error *err)
{
    const fa__deal *deal = own->walk->deal;
    if (p->to != NULL)
        return true;
    p->tile = p->at;
    p->tile_end = fa__min_i64(p->at + deal->tile / deal->unit, p->last);
    p->to = begin_items(own, 0, p->tile, p->tile_end, err);
    return p->to != NULL;
}

/* Of places that lie one behind the other. */
static bool pick_units(worker *own, picking *p, const char *window, const uint32_t *places, int64_t n,
                       fa_error *err)
{
    const int64_t unit = own->walk->deal->unit;
    for (int64_t some; n > 0; n -= some, places += some, p->at += some) {
        if (!begin_tile(own, p, err))
            return false;
        some = fa__min_i64(fa__min_i64(RUN, n), p->tile_end - p->at);
        for (int64_t i = 0; i < some; i++)
            p->offsets[i] = places[i];
        fa__pick(p->to + (p->at - p->tile) * unit, window, p->offsets, some, unit, false);
        if (p->at + some == p->tile_end)
            put_tile(own, p, err);
    }
    return !fa_failed(err);
}

static void deal_window(worker *own, int64_t window, fa_error *err)
{
    walk *w = own->walk;
    fa__deal *deal = w->deal;
    picking *p = (picking *)(void *)own->memory;
    char *room = own->memory + sizeof *p, *bytes = room + w->piece;
    p->at = *cell(deal, 0, window);
    p->last = *cell(deal, deal->chunks, window);
    p->to = NULL;
    if (p->at == p->last)
        return;
    count_done(deal, p->last - p->at);
    reader source = {.walk = w, .source = w->sources[0], .ranges = own->ranges[0], .room = room};
    source.find = find_window;
    source.job = window;
    source.runs = source.item_bytes = 1;
    reader places = {.walk = w, .source = w->sources[1], .ranges = own->ranges[1], .room = room};
    places.find = find_places;
    places.job = window;
    places.runs = deal->groups;
    places.item_bytes = sizeof(uint32_t);
    ask(&places);
    take_all(&source, bytes, err);
    int64_t n;
    for (const char *some; (some = take(&places, &n, err)) != NULL;)
        pick_units(own, p, bytes, (const uint32_t *)(const void *)some, n, err);
    put_tile(own, p, err);
    leave(&source);
    leave(&places);
}

/* ---- Putting chunks together ---- */

static void find_cell(const fa__deal *deal, int64_t job, int64_t number, int64_t *first, int64_t *last)
{
    *first = *cell(deal, job, number);
    *last = *cell(deal, job + 1, number);
}

/* The next unit of each window. */
static void put_units(const char **next, const uint16_t *numbers, int64_t n, int64_t unit, char *to)
{
    if (unit == sizeof(uint64_t))
        for (int64_t i = 0; i < n; i++, to += sizeof(uint64_t)) {
            memcpy(to, next[numbers[i]], sizeof(uint64_t));
            next[numbers[i]] += sizeof(uint64_t);
        }
    else if (unit == sizeof(uint32_t))
        for (int64_t i = 0; i < n; i++, to += sizeof(uint32_t)) {
            memcpy(to, next[numbers[i]], sizeof(uint32_t));
            next[numbers[i]] += sizeof(uint32_t);
        }
    else
        for (int64_t i = 0; i < n; i++, to += unit) {
            memcpy(to, next[numbers[i]], (size_t)unit);
            next[numbers[i]] += unit;
        }
}

/* Room for the window numbers of a chunk, wherever it begins. */
static int64_t numbers_bytes(const fa__deal *deal)
{
    return fa__round_up(fa__inlet_room(deal->chunk * (int64_t)sizeof(uint16_t)), 64) + FA__DIRECT_GRAIN;
}

static void put_chunk(worker *own, int64_t chunk, fa_error *err)
{
    walk *w = own->walk;
    fa__deal *deal = w->deal;
    const int64_t first = chunk * deal->chunk, last = end_of_chunk(deal, chunk), item = sizeof(uint16_t);
    const char **next = (const char **)(void *)own->memory;
    char *room = own->memory + deal->windows * (int64_t)sizeof *next;
    char *numbers_room = room + w->piece + (-(uintptr_t)(room + w->piece) & (FA__DIRECT_GRAIN - 1));
    char *units = numbers_room + numbers_bytes(deal) - FA__DIRECT_GRAIN;
    fa__transfer transfers[2];
    fa__inlet inlet = {.transfers = transfers, .most = 2};
    const uint16_t *numbers = (const uint16_t *)(const void *)fa__inlet_begin(
        &inlet, deal->numbers, first * item, (last - first) * item, numbers_room);
    reader cells = {.walk = w, .source = w->sources[0], .ranges = own->ranges[0], .room = room};
    cells.find = find_cell;
    cells.job = chunk;
    cells.runs = deal->windows;
    cells.item_bytes = deal->unit;
    ask(&cells);
    take_all(&cells, units, err);
    leave(&cells);
    fa__inlet_end(&inlet, err);
    next[0] = units;
    for (int64_t i = 1; i < deal->windows; i++)
        next[i] = next[i - 1] + (*cell(deal, chunk + 1, i - 1) - *cell(deal, chunk, i - 1)) * deal->unit;
    for (int64_t at = first, end; at < last && goes_on(w, err); at = end) {
        end = fa__min_i64(at + deal->tile / deal->unit, last);
        char *to = begin_items(own, 0, at, end, err);
        if (to == NULL)
            break;
        put_units(next, numbers + (at - first), end - at, deal->unit, to);
        write_items(own, 0, at, end, to, err);
    }
    count_done(deal, last - first);
}

/* ---- All ---- */

static fa__operand items_of(fa__source *source, int64_t item_bytes)
{
    return (fa__operand){.source = source, .item_bytes = item_bytes};
}

static bool walk_places(fa__deal *deal, void (*poll)(void *), void *user, fa_error *err)
{
    const int64_t n = deal->group * deal->chunk;
    walk w = {.deal = deal, .jobs = deal->groups, .job = deal_places};
    written out = {.count = 2, .tile = n};
    out.to[0] = items_of(deal->places_dealt, sizeof(uint32_t));
    out.to[1] = items_of(deal->numbers, sizeof(uint16_t));
    fa__windows_start(&w.windows, deal->pass, &deal->pass->operands[0], false, false);
    run_walk(&w, &out, (int64_t)sizeof(places_room) + n * (int64_t)sizeof(uint32_t), poll, user, err);
    fa__windows_clear(&w.windows);
    return !fa_failed(err);
}

static bool walk_windows(fa__deal *deal, void (*poll)(void *), void *user, fa_error *err)
{
    walk w = {.deal = deal, .jobs = deal->windows, .job = deal_window};
    written out = {.count = 1, .tile = deal->tile / deal->unit};
    out.to[0] = items_of(deal->units, deal->unit);
    w.sources[0] = deal->places.source;
    w.sources[1] = deal->places_dealt;
    w.piece = deal->piece;
    return run_walk(&w, &out, (int64_t)sizeof(picking) + w.piece + deal->window + deal->unit, poll, user,
                    err);
}

static bool walk_chunks(fa__deal *deal, void (*poll)(void *), void *user, fa_error *err)
{
    walk w = {.deal = deal, .jobs = deal->chunks, .job = put_chunk};
    written out = {.count = 1, .tile = deal->tile / deal->unit};
    out.to[0] = items_of(deal->to->source, deal->unit);
    out.to[0].offset = deal->to->offset;
    w.sources[0] = deal->units;
    w.piece = fa__max_i64(deal->piece, deal->unit);
    const int64_t of_windows = deal->windows * (int64_t)sizeof(char *);
    return run_walk(&w, &out, of_windows + w.piece + numbers_bytes(deal) + deal->chunk * deal->unit, poll,
                    user, err);
}

bool fa__deal_run(fa__deal *deal, void (*poll)(void *user), void *user, fa_error *err)
{
    if (!walk_places(deal, poll, user, err))
        return false;
    place_cells(deal);
    return walk_windows(deal, poll, user, err) && walk_chunks(deal, poll, user, err);
}
