/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines that do not fit into memory. Runs are sorted and go to scratch; then a piece of each run is held, and
 * of all that is held, whatever nothing unread can come before is taken together, sorted as a line is, and
 * written:
 *
 *     run 0   ...taken | held 1 3 3 7 | unread      the bound is the smallest of the last ones that are held:
 * 4 of run 1   ...taken | held 2 2 4   | unread      run 1; taken are 1 3 3 and 2 2 4 and 3 run 2   ...taken
 * | held 3 6 8   | unread
 *
 * What equals the bound is taken of its run and of those before it alone, so that equal elements stay as they
 * were. Knows nothing about how a line in memory is sorted. */
#include "op/external.h"

#include "engine/inlet.h"

#include "base/checked.h"
#include "base/memory.h"
#include "platform/platform.h"
#include "storage/storage.h"

#include <string.h>

enum { LEAST_HELD = 64 };              /* elements of a run */
enum { SHIFT = 2 * FA__DIRECT_GRAIN }; /* room to put what is written where it need not be copied */

/* A run in scratch: elements [next, end) are not read yet; of those held, `used` are taken. */
typedef struct run {
    int64_t next, end, held, used, taken, offset;
} run;

typedef struct merge {
    const fa__sorting *s;
    int64_t line;
    fa__source *elements, *positions; /* scratch, a line long; positions of ARGSORT alone */
    run *runs;
    int64_t count, room;         /* runs; elements of each that can be held */
    char *held, *taking, *taken; /* what is taken, somewhere in the room for it */
    char *sorting;               /* the same for positions in their order */
    int64_t *held_positions, *taken_positions, *order, *sorted_positions;
    void *sort_room;
} merge;

static int64_t item_of(const merge *m)
{
    return m->s->order.item_bytes;
}

/* Sorts elements in place; what stands is written to `to` from byte `first` on while the rest is sorted. */
static bool sort_and_put(const merge *m, char *elements, int64_t n, void *room, fa__putting putting,
                         fa_error *err)
{
    fa__when_sorted when = {fa__put_sorted, &putting};
    if (!fa_failed(err))
        fa__sort_line(m->s->lines.run, &m->s->order, elements, n, room, &when, err);
    return fa__outlet_end(putting.outlet, err);
}

/* Where in a room, which has SHIFT bytes more, memory stands that is written without being copied. */
static char *shifted(char *room, int64_t shift)
{
    enum { ANY_ALIGNMENT = 16 };
    const int64_t into = (int64_t)((uintptr_t)room % FA__DIRECT_GRAIN);
    return shift % ANY_ALIGNMENT == 0 ? room + (FA__DIRECT_GRAIN - into) % FA__DIRECT_GRAIN + shift : room;
}

/* ---- Runs ---- */

/* Of each element of a run: itself, its room, and for positions: those, and the elements in their order. */
static int64_t run_cost(const fa__sorting *s, int64_t n)
{
    const fa__order *order = &s->order;
    if (!s->positions)
        return n * order->item_bytes + fa__sort_room(order, n);
    return n * (2 * order->item_bytes + (int64_t)sizeof(int64_t)) + fa__argsort_room(order, n);
}

/* The longest run that fits. */
static int64_t run_length(const fa__sorting *s, int64_t limit)
{
    int64_t low = LEAST_HELD, high = fa__min_i64(s->lines.n, FA__LONGEST_LINE);
    while (low < high) {
        int64_t middle = high - (high - low) / 2;
        if (run_cost(s, middle) <= limit)
            low = middle;
        else
            high = middle - 1;
    }
    return fa__max_i64(low, LEAST_HELD);
}

/* Reads, sorts and puts away elements [first, first + n) of the line. `room` is what run_cost() says. */
static bool make_run(const merge *m, int64_t first, int64_t n, char *room, fa_error *err)
{
    const fa__sorting *s = m->s;
    fa__whole_run *whole = s->lines.run;
    int64_t item = item_of(m), bytes = n * item;
    const int64_t shift = fa__outlet_shift(m->elements, first * item);
    char *elements = s->positions ? room : shifted(room, shift),
         *rest = room + fa__round_up(bytes, 16) + SHIFT;
    if (fa__lines_read(&s->lines, m->line, 1, first, n, s->order.dtype, elements, err) == 0)
        return false;
    if (!s->positions)
        return sort_and_put(m, elements, n, rest,
                            (fa__putting){fa__outlet_start(m->elements, err), elements, first * item, item},
                            err);
    char *sorted = shifted(room + fa__round_up(bytes, 16), shift);
    int64_t *positions = (int64_t *)(void *)shifted(
        rest + fa__round_up(bytes, 16), fa__outlet_shift(m->positions, first * (int64_t)sizeof(int64_t)));
    return fa__argsort_line(whole, &s->order, elements, n, 0, positions, positions + n, NULL, err) &&
           fa__order_gather(whole, sorted, elements, positions, n, item, err) &&
           fa__write_run(whole, m->elements, first * item, bytes, sorted, err) &&
           fa__write_run(whole, m->positions, first * (int64_t)sizeof(int64_t), n * (int64_t)sizeof(int64_t),
                         positions, err);
}

static bool make_runs(merge *m, int64_t length, fa_error *err)
{
    int64_t n = m->s->lines.n;
    fa__work room = {0};
    fa__work_take(&room, run_cost(m->s, length) + 64 + 2 * SHIFT, err);
    for (int64_t first = 0; first < n && !fa_failed(err); first += length) {
        int64_t some = fa__min_i64(length, n - first);
        run *one = &m->runs[m->count++];
        *one = (run){.next = first, .end = first + some, .offset = first};
        make_run(m, first, some, room.memory, err);
    }
    fa__work_give_back(&room);
    return !fa_failed(err);
}

/* ---- Merging ---- */

static char *held_at(const merge *m, int64_t r, int64_t i)
{
    return m->held + (r * m->room + i) * item_of(m);
}

static bool read_scratch(fa__source *source, int64_t first, int64_t n, int64_t item, void *to, fa_error *err)
{
    return fa__inlet_read(source, first * item, n * item, to, err);
}

/* Holds as much of a run as there is room for, once half of that is free. */
static void hold_more(void *user, int64_t r, fa_error *err)
{
    const merge *m = user;
    run *one = &m->runs[r];
    int64_t left = one->held - one->used, some = fa__min_i64(m->room - left, one->end - one->next),
            item = item_of(m);
    if (some == 0 || left > m->room / 2)
        return;
    memmove(held_at(m, r, 0), held_at(m, r, one->used), (size_t)(left * item));
    read_scratch(m->elements, one->next, some, item, held_at(m, r, left), err);
    if (m->s->positions) {
        int64_t *positions = m->held_positions + r * m->room;
        memmove(positions, positions + one->used, (size_t)left * sizeof *positions);
        read_scratch(m->positions, one->next, some, sizeof *positions, positions + left, err);
        for (int64_t i = left; i < left + some; i++)
            positions[i] += one->offset;
    }
    one->next += some;
    one->held = left + some;
    one->used = 0;
}

static int compare_held(const merge *m, const void *a, const void *b)
{
    return fa__order_compare(&m->s->order, a, b, m->s->positions);
}

/* The run whose last held element is the smallest, of those that have more to read; -1 where none has. */
static int64_t find_bound(const merge *m)
{
    int64_t bound = -1;
    for (int64_t r = 0; r < m->count; r++) {
        const run *one = &m->runs[r];
        if (one->next < one->end &&
            (bound < 0 ||
             compare_held(m, held_at(m, r, one->held - 1), held_at(m, bound, m->runs[bound].held - 1)) < 0))
            bound = r;
    }
    return bound;
}

/* How many held elements of a run come before what is unread. */
static int64_t count_below(const merge *m, int64_t r, int64_t bound)
{
    const run *one = &m->runs[r];
    if (bound < 0 || r == bound)
        return one->held - one->used;
    const char *last = held_at(m, bound, m->runs[bound].held - 1);
    int64_t low = one->used, high = one->held;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        int difference = compare_held(m, held_at(m, r, middle), last);
        if (difference < 0 || (difference == 0 && r < bound))
            low = middle + 1;
        else
            high = middle;
    }
    return low - one->used;
}

/* What a run gives goes behind what those before it give: `taken` is where. */
static void take_run(void *user, int64_t r, fa_error *err)
{
    const merge *m = user;
    const run *one = &m->runs[r], *next = one + 1;
    int64_t item = item_of(m), n = next->taken - one->taken;
    (void)err;
    memcpy(m->taken + one->taken * item, held_at(m, r, one->used), (size_t)(n * item));
    if (m->s->positions)
        memcpy(m->taken_positions + one->taken, m->held_positions + r * m->room + one->used,
               (size_t)n * sizeof(int64_t));
}

static bool put_taken(const merge *m, int64_t first, int64_t n, fa_error *err)
{
    const fa__sorting *s = m->s;
    if (!s->positions && s->sink.is_dense)
        return sort_and_put(m, m->taken, n, m->sort_room,
                            fa__putting_start(&s->sink, m->line, first, m->taken, err), err);
    if (!s->positions)
        return fa__sort_line(s->lines.run, &s->order, m->taken, n, m->sort_room, NULL, err) &&
               fa__line_sink_write_part(&s->sink, m->line, first, n, m->taken, err);
    return fa__argsort_line(s->lines.run, &s->order, m->taken, n, 0, m->order, m->sort_room, NULL, err) &&
           fa__order_gather(s->lines.run, m->sorted_positions, m->taken_positions, m->order, n,
                            sizeof(int64_t), err) &&
           fa__line_sink_write_part(&s->sink, m->line, first, n, m->sorted_positions, err);
}

/* What is to be written stands where it need not be copied on its way. */
static void place(merge *m, int64_t done)
{
    const int64_t shift = fa__line_sink_shift(&m->s->sink, m->line, done);
    m->taken = m->s->positions ? m->taking : shifted(m->taking, shift);
    if (m->s->positions)
        m->sorted_positions = (int64_t *)(void *)shifted(m->sorting, shift);
}

static bool merge_runs(merge *m, fa_error *err)
{
    for (int64_t done = 0, n; done < m->s->lines.n && !fa_failed(err); done += n) {
        if (!fa__whole_parallel(m->s->lines.run, m->count, 0, hold_more, m, err))
            break;
        int64_t bound = find_bound(m);
        n = 0;
        for (int64_t r = 0; r < m->count; r++) {
            m->runs[r].taken = n;
            n += count_below(m, r, bound);
        }
        m->runs[m->count].taken = n;
        place(m, done);
        if (!fa__whole_parallel(m->s->lines.run, m->count, 0, take_run, m, err))
            break;
        for (int64_t r = 0; r < m->count; r++)
            m->runs[r].used += m->runs[r + 1].taken - m->runs[r].taken;
        put_taken(m, done, n, err);
    }
    return !fa_failed(err);
}

/* ---- Room ---- */

/* Of n elements that are held: themselves, a place where they are taken together, and the room of the sort;
 * of positions the same, their order, and themselves in it. */
static int64_t merge_cost(const fa__sorting *s, int64_t n)
{
    int64_t values = 2 * n * s->order.item_bytes;
    return s->positions ? values + 4 * n * (int64_t)sizeof(int64_t) + fa__argsort_room(&s->order, n)
                        : values + fa__sort_room(&s->order, n);
}

static char *lay_out(merge *m, char *room)
{
    int64_t n = m->count * m->room, bytes = fa__round_up(n * item_of(m), 16);
    m->held = room;
    m->taking = m->held + bytes;
    room = m->taking + bytes + SHIFT;
    if (m->s->positions) {
        m->held_positions = (int64_t *)(void *)room;
        m->taken_positions = m->held_positions + n;
        m->order = m->taken_positions + n;
        m->sorting = (char *)(m->order + n);
        room = m->sorting + n * (int64_t)sizeof(int64_t) + SHIFT;
    }
    return room;
}

static bool merge_line(merge *m, int64_t limit, fa_error *err)
{
    fa__work room = {0};
    m->room = run_length(m->s, limit) / m->count;
    while (m->room > LEAST_HELD && merge_cost(m->s, m->room * m->count) > limit)
        m->room -= fa__max_i64(m->room / 16, 1);
    m->room = fa__max_i64(m->room, LEAST_HELD);
    if (fa__work_take(&room, merge_cost(m->s, m->room * m->count) + 64 + 2 * SHIFT, err) != NULL) {
        m->sort_room = lay_out(m, room.memory);
        merge_runs(m, err);
    }
    fa__work_give_back(&room);
    return !fa_failed(err);
}

bool fa__sort_externally(const fa__sorting *s, int64_t limit, fa_error *err)
{
    int64_t n = s->lines.n, length = run_length(s, limit);
    merge m = {.s = s};
    m.runs = fa__alloc_zero((size_t)((n + length - 1) / length) + 1, sizeof *m.runs, err);
    m.elements = fa__scratch_source(n * s->order.item_bytes, err);
    if (s->positions)
        m.positions = fa__scratch_source(n * (int64_t)sizeof(int64_t), err);
    for (m.line = 0; m.line < s->lines.count && !fa_failed(err); m.line++) {
        m.count = 0;
        if (make_runs(&m, length, err))
            merge_line(&m, limit, err);
    }
    if (m.elements != NULL)
        fa__source_release(m.elements);
    if (m.positions != NULL)
        fa__source_release(m.positions);
    fa__free(m.runs);
    return !fa_failed(err);
}
