/* SPDX-License-Identifier: BSD-3-Clause */
/* Sorted runs, put together. Blocks are read in the order of their fences, which is the order in which they
 * are needed, so that many are under way before. Nothing that is not there comes before the fence of the next
 * block:
 *
 *     run 0   ...taken | held 1 3 3 7 | 8 ... unread      the next fence is 4, of run 1; what can be taken is
 *     run 1   ...taken | held 2 2 4   | 4 ... unread      1 3 3 and 2 2 4, and 3 of run 2
 *     run 2   ...taken | held 3 6 8   | 9 ... unread
 *
 * That is cut into small parts, which stand in order, by elements that are spread evenly over it; a part is
 * gathered from the runs and sorted in the cache, by one thread. Of what equals a fence or such an element,
 * only its own run and those before it give theirs, which keeps equal elements as they stood, and parts short
 * whatever the elements are. What is finished is on its way to the disk while the next parts are sorted. */
#include "op/merged.h"

#include "engine/buffers.h"
#include "engine/inlet.h"
#include "engine/pool.h"
#include "op/distinct.h"

#include "base/checked.h"
#include "base/memory.h"

#include <string.h>

enum {
    MOST_BYTES = 256 << 20, /* of all that is here: more would not be faster */
    MOST_PART = 32 << 10,   /* elements */
    LEAST_PART = 64,
    LEAST_PART_BYTES = 64 << 10, /* ... of wide elements */
    LEAST_OF_RUN = 4,            /* of a part, on average, from each run */
    SMALL_BLOCK = 16 << 10,
    SAMPLES = 16, /* of a part, and one for each run */
    ALIGNMENT = 16
};

typedef struct slot {
    fa__inlet inlet;
    fa__transfer transfer;
    char *room, *elements;
    int64_t run, block;
} slot;

/* Of a run: elements that are taken, that are there, that can be taken; blocks that were asked for. */
typedef struct cursor {
    int64_t used, held, end, asked;
} cursor;

typedef struct sample {
    int64_t run, at;
} sample;

typedef struct merge {
    const fa__runs *runs;
    const fa__sorting *s;
    fa__order sampled; /* how what is in `keys` is ordered */
    int64_t held, wanted;
    cursor *cursors;
    slot *slots;
    int64_t slot_count;
    int64_t ways;            /* blocks of a run that can be there at a time */
    int *slot_of;            /* where they are: block number modulo `ways` */
    int *unused, *under_way; /* slots: a stack, and a ring in the order in which they come */
    int64_t unused_count, begun, arrived;
    /* Parts: where each begins in each run, and in the room. */
    int64_t part, step, part_count;
    int64_t worker_bytes; /* what a worker takes that is not charged */
    int64_t *cuts, *places;
    fa__kept *kept; /* of each part, where elements are told apart */
    bool has_last;
    char last[8]; /* of those */
    int64_t most_parts, most_samples;
    sample *samples;
    char *elements, *keys, *key_room; /* of samples; keys are elements where these have none */
    int64_t *key_order;
    fa__merged to;
} merge;

static int64_t block_of(const merge *m, int64_t i)
{
    return i >> m->runs->block_bits;
}

static int *slot_of(const merge *m, int64_t run, int64_t block)
{
    return &m->slot_of[run * m->ways + block % m->ways];
}

static const slot *slot_at(const merge *m, int64_t run, int64_t i)
{
    return &m->slots[*slot_of(m, run, block_of(m, i))];
}

static int64_t within(const merge *m, int64_t i)
{
    return i & ((INT64_C(1) << m->runs->block_bits) - 1);
}

static const char *element_at(const merge *m, int64_t run, int64_t i)
{
    return slot_at(m, run, i)->elements + within(m, i) * m->runs->item_bytes;
}

static int compare(const merge *m, const void *a, const void *b)
{
    return fa__order_compare(&m->s->order, a, b, m->s->positions);
}

/* ---- Reading ---- */

/* The block of a run that comes next. */
static int64_t arriving(const merge *m, int64_t run)
{
    return block_of(m, m->cursors[run].held + (INT64_C(1) << m->runs->block_bits) - 1);
}

/* Whether its next block can be asked for: its fence is known, and there is a way for it. */
static bool can_ask(const merge *m, int64_t run)
{
    const cursor *c = &m->cursors[run];
    return c->asked < fa__run_blocks(m->runs, run) &&
           (m->runs->has_all_fences ||
            (c->asked == arriving(m, run) && c->asked - block_of(m, c->used) < m->ways));
}

/* The run whose next block is needed first; -1: none can be asked for. */
static int64_t next_run(const merge *m)
{
    int64_t next = -1;
    for (int64_t r = 0; r < m->runs->count; r++)
        if (can_ask(m, r) && (next < 0 || compare(m, fa__fence(m->runs, r, m->cursors[r].asked),
                                                  fa__fence(m->runs, next, m->cursors[next].asked)) < 0))
            next = r;
    return next;
}

static void ask(merge *m)
{
    const fa__runs *runs = m->runs;
    for (int64_t r; m->unused_count > 0 && (r = next_run(m)) >= 0;) {
        const int number = m->unused[--m->unused_count];
        slot *s = &m->slots[number];
        s->run = r;
        s->block = m->cursors[r].asked++;
        const int64_t first = runs->runs[r].place + s->block * runs->block_bytes;
        *slot_of(m, r, s->block) = number;
        m->under_way[m->begun++ % m->slot_count] = number;
        s->elements =
            fa__inlet_begin(&s->inlet, runs->source, first, fa__block_used(runs, r, s->block), s->room);
    }
}

static bool arrive(merge *m, fa_error *err)
{
    slot *s = &m->slots[m->under_way[m->arrived++ % m->slot_count]];
    const int64_t have = m->cursors[s->run].held,
                  end = fa__min_i64((s->block + 1) << m->runs->block_bits, m->runs->runs[s->run].n);
    m->cursors[s->run].held = end;
    m->held += end - have;
    fa__inlet_end(&s->inlet, err);
    if (!m->runs->has_all_fences && end < m->runs->runs[s->run].n)
        memcpy(fa__fence(m->runs, s->run, s->block + 1), s->elements + m->runs->fence_at,
               (size_t)m->runs->item_bytes);
    return !fa_failed(err);
}

/* How many of elements [low, high) of a run come before one of another run, whose number is known. */
static int64_t count_before(const merge *m, int64_t run, int64_t low, int64_t high, const char *element,
                            int64_t of_run)
{
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        const int difference = compare(m, element_at(m, run, middle), element);
        if (difference < 0 || (difference == 0 && run < of_run))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The run with the smallest fence of those that come next; -1: all is there. */
static int64_t find_bound(const merge *m)
{
    int64_t bound = -1;
    for (int64_t r = 0; r < m->runs->count; r++)
        if (m->cursors[r].held < m->runs->runs[r].n &&
            (bound < 0 || compare(m, fa__fence(m->runs, r, arriving(m, r)),
                                  fa__fence(m->runs, bound, arriving(m, bound))) < 0))
            bound = r;
    return bound;
}

/* What can be taken: how many elements. */
static int64_t find_ends(merge *m)
{
    const int64_t bound = find_bound(m);
    const char *fence = bound >= 0 ? fa__fence(m->runs, bound, arriving(m, bound)) : NULL;
    int64_t n = 0;
    for (int64_t r = 0; r < m->runs->count; r++) {
        cursor *c = &m->cursors[r];
        c->end = fence == NULL || r == bound ? c->held : count_before(m, r, c->used, c->held, fence, bound);
        n += c->end - c->used;
    }
    return n;
}

static int64_t read_some(merge *m, fa_error *err)
{
    for (;;) {
        ask(m);
        const bool all = m->arrived == m->begun;
        int64_t n = m->held >= m->wanted || all ? find_ends(m) : 0;
        if (n > 0 || all)
            return n;
        if (!arrive(m, err))
            return 0;
    }
}

/* ---- Parts ---- */

static int64_t take_samples(merge *m)
{
    const int64_t item = m->runs->item_bytes;
    int64_t count = 0;
    for (int64_t r = 0; r < m->runs->count; r++)
        for (int64_t i = m->cursors[r].used + m->step - 1; i < m->cursors[r].end; i += m->step) {
            m->samples[count] = (sample){r, i};
            memcpy(m->elements + count++ * item, element_at(m, r, i), (size_t)item);
        }
    if (m->s->order.key_bytes > 0)
        fa__keys_of(m->keys, m->elements, m->s->order.type, count, m->s->positions);
    return count;
}

/* Of a part: so that it has not more elements than it may, with those of each run between two samples. */
static int64_t samples_of(const merge *m)
{
    return m->step == 1 ? m->part : m->part / m->step - m->runs->count;
}

/* Elements up to a sample, and those that equal it of runs before. */
static void cut_runs(void *user, int64_t job, fa_error *err)
{
    const merge *m = user;
    const sample *at = &m->samples[m->key_order[(job + 1) * samples_of(m) - 1]];
    const char *element = element_at(m, at->run, at->at);
    (void)err;
    for (int64_t r = 0; r < m->runs->count; r++) {
        const cursor *c = &m->cursors[r];
        m->cuts[(job + 1) * m->runs->count + r] =
            r == at->run ? at->at + 1 : count_before(m, r, c->used, c->end, element, at->run);
    }
}

/* Parts that have room: how many elements. */
static int64_t cut(merge *m, int64_t n, fa_error *err)
{
    const int64_t each = samples_of(m), count = m->runs->count;
    int64_t parts = 1, samples = n > m->part ? take_samples(m) : 0;
    bool all = true;
    if (samples > each) {
        fa__argsort_line(NULL, &m->sampled, m->keys, samples, 0, m->key_order, m->key_room, NULL, err);
        parts = samples / each + 1;
        all = parts <= m->most_parts;
        parts = fa__min_i64(parts, m->most_parts);
        fa__whole_parallel(m->s->lines.run, parts - all, 0, cut_runs, m, err);
    }
    for (int64_t r = 0; r < count; r++) {
        m->cuts[r] = m->cursors[r].used;
        if (all)
            m->cuts[parts * count + r] = m->cursors[r].end;
    }
    m->places[0] = 0;
    for (m->part_count = 0; m->part_count < parts; m->part_count++) {
        const int64_t *from = m->cuts + m->part_count * count;
        int64_t place = m->places[m->part_count];
        for (int64_t r = 0; r < count; r++)
            place += from[count + r] - from[r];
        if (place > m->to.room)
            break;
        m->places[m->part_count + 1] = place;
    }
    return m->places[m->part_count];
}

/* ---- Sorting ---- */

static int64_t part_cost(const fa__sorting *s, int64_t n)
{
    if (!s->positions)
        return fa__sort_room(&s->order, n);
    return fa__round_up(n * s->order.item_bytes, ALIGNMENT) + 2 * n * (int64_t)sizeof(int64_t) +
           fa__argsort_room(&s->order, n);
}

static void widen(int64_t *out, const char *numbers, int64_t n, int64_t number_bytes)
{
    const uint32_t *narrow = (const void *)numbers;
    if (number_bytes == sizeof(int64_t))
        memcpy(out, numbers, (size_t)n * sizeof *out);
    else
        for (int64_t i = 0; i < n; i++)
            out[i] = narrow[i];
}

/* A part's elements, those of one run behind those of the one before it; and their positions. */
static void gather(const merge *m, int64_t part, char *elements, int64_t *numbers)
{
    const fa__runs *runs = m->runs;
    const int64_t *from = m->cuts + part * runs->count, *to = from + runs->count;
    for (int64_t r = 0; r < runs->count; r++)
        for (int64_t i = from[r], some; i < to[r]; i += some) {
            const slot *s = slot_at(m, r, i);
            const int64_t at = within(m, i);
            some = fa__min_i64(to[r] - i, (INT64_C(1) << runs->block_bits) - at);
            memcpy(elements, s->elements + at * runs->item_bytes, (size_t)(some * runs->item_bytes));
            elements += some * runs->item_bytes;
            if (numbers != NULL) {
                widen(numbers, s->elements + runs->numbers_at + at * runs->number_bytes, some,
                      runs->number_bytes);
                numbers += some;
            }
        }
}

static void sort_part(const merge *m, int64_t job, fa_error *err)
{
    const fa__order *order = &m->s->order;
    const int64_t place = m->places[job], n = m->places[job + 1] - place;
    const size_t bytes = (size_t)part_cost(m->s, m->part); /* of one size, so that buffers are used again */
    char *room = bytes > 0 ? fa__buffer_take(bytes, err) : NULL;
    if (!m->s->positions && !fa_failed(err)) {
        gather(m, job, m->to.out + place * order->item_bytes, NULL);
        fa__sort_line(NULL, order, m->to.out + place * order->item_bytes, n, room, NULL, err);
        if (m->s->kept != NULL)
            m->kept[job] =
                (fa__kept){place, fa__keep_firsts(order, m->to.out + place * order->item_bytes, n)};
    } else if (room != NULL) {
        int64_t *numbers = (int64_t *)(void *)(room + fa__round_up(n * order->item_bytes, ALIGNMENT)),
                *positions = numbers + n;
        gather(m, job, room, numbers);
        fa__argsort_line(NULL, order, room, n, 0, positions, positions + n, NULL, err);
        if (fa__merged_has_blocks(&m->to))
            fa__merged_lay(&m->to, m->to.done + place, n, room, numbers, positions);
        else
            for (int64_t i = 0; i < n; i++)
                ((int64_t *)(void *)m->to.out)[place + i] = numbers[positions[i]];
    }
    fa__buffer_give_back(room, bytes);
}

/* What was taken makes room for other blocks. */
static void take(merge *m)
{
    for (int64_t r = 0; r < m->runs->count; r++) {
        cursor *c = &m->cursors[r];
        const int64_t to = m->cuts[m->part_count * m->runs->count + r],
                      blocks = to == m->runs->runs[r].n ? fa__run_blocks(m->runs, r) : block_of(m, to);
        for (int64_t b = block_of(m, c->used); c->used < to && b < blocks; b++)
            m->unused[m->unused_count++] = *slot_of(m, r, b);
        m->held -= to - c->used;
        c->used = to;
    }
}

static void sort_or_set_off(void *user, int64_t job, fa_error *err)
{
    merge *m = user;
    if (job == 0)
        fa__merged_set_off(&m->to, err);
    else
        sort_part(m, job - 1, err);
}

/* Of n elements in order those that are another than the one before. */
static int64_t tell_apart(merge *m, int64_t n)
{
    const int64_t item = m->runs->item_bytes;
    if (m->s->kept == NULL)
        return n;
    n = fa__close_gaps(&m->s->order, m->to.out, m->kept, m->part_count, m->has_last ? m->last : NULL);
    if (n > 0)
        memcpy(m->last, m->to.out + (n - 1) * item, (size_t)item);
    m->has_last = true;
    return n;
}

static bool merge_all(merge *m, fa_error *err)
{
    int64_t left = 0;
    fa__merged_start(&m->to);
    for (int64_t r = 0; r < m->runs->count; r++)
        left += m->runs->runs[r].n;
    for (int64_t n; left > 0 && !fa_failed(err); left -= n) {
        n = read_some(m, err);
        n = fa_failed(err) ? 0 : cut(m, n, err);
        if (!fa__merged_turn(&m->to, err) ||
            !fa__whole_parallel(m->s->lines.run, m->part_count + 1, m->worker_bytes, sort_or_set_off, m, err))
            break;
        take(m);
        const int64_t some = tell_apart(m, n);
        fa__merged_finish(&m->to, some, left == n, err);
    }
    if (m->to.into != NULL)
        m->to.into->run->n = m->to.done;
    else if (m->s->kept != NULL)
        *m->s->kept = m->to.done;
    fa__merged_set_off(&m->to, err);
    /* Nothing may come or go when the rooms are somebody else's. */
    while (m->arrived < m->begun)
        arrive(m, err);
    return fa__merged_end(&m->to, err);
}

/* ---- Room ---- */

/* Pieces of a room, one behind the other; or, where there is no room yet, how long it is to be. */
typedef struct rooms {
    char *memory;
    int64_t bytes;
} rooms;

static void *piece(rooms *r, int64_t bytes, int64_t alignment)
{
    const int64_t at = fa__round_up(r->bytes, alignment);
    r->bytes = at + bytes;
    return r->memory != NULL ? r->memory + at : NULL;
}

/* Small blocks come through the page cache, whatever the way of reading: room for whole grains of a file
 * would be many times their own. */
static bool are_small(const fa__runs *runs)
{
    return runs->block_bytes + runs->item_bytes < SMALL_BLOCK;
}

static int64_t slot_bytes(const fa__runs *runs)
{
    const int64_t bytes = runs->block_bytes + runs->item_bytes;
    return fa__round_up(are_small(runs) ? bytes : fa__inlet_room(bytes), ALIGNMENT);
}

static int64_t lay_out(merge *m, char *memory)
{
    const fa__runs *runs = m->runs;
    const int64_t count = runs->count, item = runs->item_bytes;
    rooms r = {.memory = memory};
    char *blocks = piece(&r, m->slot_count * slot_bytes(runs), FA__DIRECT_GRAIN);
    for (int i = 0; i < 2; i++)
        m->to.rooms[i] = piece(&r, fa__merged_room_bytes(&m->to), FA__DIRECT_GRAIN);
    m->cursors = piece(&r, count * (int64_t)sizeof *m->cursors, ALIGNMENT);
    m->slots = piece(&r, m->slot_count * (int64_t)sizeof *m->slots, ALIGNMENT);
    m->slot_of = piece(&r, count * m->ways * (int64_t)sizeof *m->slot_of, ALIGNMENT);
    m->unused = piece(&r, m->slot_count * (int64_t)sizeof *m->unused, ALIGNMENT);
    m->under_way = piece(&r, m->slot_count * (int64_t)sizeof *m->under_way, ALIGNMENT);
    m->cuts = piece(&r, (m->most_parts + 1) * count * (int64_t)sizeof *m->cuts, ALIGNMENT);
    m->places = piece(&r, (m->most_parts + 1) * (int64_t)sizeof *m->places, ALIGNMENT);
    if (m->s->kept != NULL)
        m->kept = piece(&r, m->most_parts * (int64_t)sizeof *m->kept, ALIGNMENT);
    m->samples = piece(&r, m->most_samples * (int64_t)sizeof *m->samples, ALIGNMENT);
    m->elements = piece(&r, m->most_samples * item, ALIGNMENT);
    m->keys = m->elements;
    if (m->s->order.key_bytes > 0)
        m->keys = piece(&r, m->most_samples * m->s->order.key_bytes, ALIGNMENT);
    m->key_order = piece(&r, m->most_samples * (int64_t)sizeof *m->key_order, ALIGNMENT);
    m->key_room = piece(&r, fa__argsort_room(&m->sampled, m->most_samples), ALIGNMENT);
    for (int64_t i = 0; memory != NULL && i < m->slot_count; i++) {
        slot *s = &m->slots[i];
        *s = (slot){.room = blocks + i * slot_bytes(runs),
                    .inlet.transfers = &s->transfer,
                    .inlet.most = !are_small(runs)};
        m->unused[i] = (int)i;
    }
    for (int64_t i = 0; memory != NULL && i < count; i++)
        m->cursors[i] = (cursor){0};
    m->unused_count = m->slot_count;
    return r.bytes;
}

/* How much is read, and put in order, at a time: while so much is sorted, as much is read and written. */
static void choose(merge *m, int64_t limit, int64_t ahead)
{
    const fa__runs *runs = m->runs;
    const int64_t block = INT64_C(1) << runs->block_bits, threads = fa__pool_threads();
    m->part = MOST_PART;
    const int64_t least =
        fa__min_i64(fa__max_i64(LEAST_PART, fa__min_i64(LEAST_OF_RUN * runs->count, MOST_PART)),
                    fa__max_i64(LEAST_PART_BYTES / fa__max_i64(runs->item_bytes, 1), 1));
    while (m->part > least &&
           threads * part_cost(m->s, m->part) + 2 * m->part * fa__merged_item_bytes(&m->to) > limit / 8)
        m->part /= 2;
    m->step = fa__max_i64(m->part / (SAMPLES + runs->count), 1);
    m->to.room = fa__max_i64(ahead * block, m->part);
    m->ways = runs->has_all_fences ? runs->most_blocks : 2;
    m->slot_count = runs->has_all_fences ? runs->count + 2 * ahead : m->ways * runs->count;
    m->wanted = m->to.room + runs->count * block / 2;
    m->most_samples = m->slot_count * block / m->step + 1;
    /* No more than the room takes, of parts that may be as short as the samples that end them. */
    m->most_parts = fa__min_i64(m->most_samples / samples_of(m) + 1, m->to.room / samples_of(m) + 1);
}

static int64_t cost(merge *m, int64_t limit, int64_t ahead)
{
    choose(m, limit, ahead);
    return lay_out(m, NULL) + fa__pool_threads() * part_cost(m->s, m->part);
}

static merge start(const fa__runs *runs)
{
    const fa__order *order = &runs->s->order;
    merge m = {.runs = runs, .s = runs->s, .to.runs = runs, .to.s = runs->s, .sampled = *order};
    if (order->key_bytes > 0)
        m.sampled = (fa__order){.type = order->key_bytes == 8 ? FA_TYPE_INT64 : FA_TYPE_INT32,
                                .item_bytes = order->key_bytes,
                                .key_bytes = order->key_bytes};
    return m;
}

bool fa__merge_fits(const fa__runs *runs, int64_t limit)
{
    merge m = start(runs);
    return cost(&m, limit, 1) <= limit;
}

bool fa__merge_runs(const fa__runs *runs, int64_t line, const fa__run_target *into, int64_t limit,
                    fa_error *err)
{
    merge m = start(runs);
    fa__work work = {0};
    m.to.line = line;
    m.to.into = into;
    limit = fa__min_i64(limit, MOST_BYTES);
    int64_t low = 1, high = (runs->s->lines.n >> runs->block_bits) + 1;
    while (low < high) {
        const int64_t middle = high - (high - low) / 2;
        if (cost(&m, limit, middle) <= limit)
            low = middle;
        else
            high = middle - 1;
    }
    choose(&m, limit, low);
    if (fa__work_take(&work, lay_out(&m, NULL), err) != NULL) {
        lay_out(&m, work.memory);
        const int64_t each = part_cost(m.s, m.part);
        m.worker_bytes = fa__work_charge(&work, fa__pool_threads() * each) ? 0 : each;
        merge_all(&m, err);
    }
    fa__work_give_back(&work);
    return !fa_failed(err);
}
