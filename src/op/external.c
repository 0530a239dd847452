/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines that do not fit into memory: runs are sorted and go to scratch (and are put together by merge.c).
 * While one run is sorted, the next one comes, where it is in a file that can be asked for it, and the one
 * before goes to the disk. Knows nothing about how a line in memory is sorted. */
#include "op/external.h"

#include "engine/inlet.h"
#include "op/distinct.h"
#include "op/runs.h"

#include "base/checked.h"
#include "base/memory.h"
#include "storage/storage.h"

#include <string.h>

enum {
    GRAIN = FA__DIRECT_GRAIN,
    LEAST_RUN = 64, /* elements, where they are narrow */
    LEAST_RUN_BYTES = 64 << 10,
    LEAST_BLOCK = 32, /* the same, where they are narrow */
    LEAST_BLOCK_BYTES = 4 << 10,
    LEAST_TURN = 1 << 20,   /* bytes: runs that take turns are not shorter */
    TRANSFERS = 4,          /* of a run */
    RUNS = 32,              /* more of them are not worth more memory */
    LEAST_BYTES = 32 << 20, /* of a run, where there is room */
    MOST_BLOCK = 1 << 20,   /* bytes */
    GOOD_BLOCK = 32 << 10,  /* ... is read past the page cache */
    BLOCKS_PART = 5,        /* of the room: one of so many parts is for a block of each run */
    FENCES_PART = 16,       /* the same for all fences */
    LEAST_TOGETHER = 32,    /* runs that are merged at once, where there is room */
    ALIGNMENT = 16
};

/* What makes runs of a line: rooms that take turns, so that runs come and go while others are sorted.
 * Elements are sorted where they came; with positions, they are laid down in blocks with these. */
enum { ROOMS = 3, ROOMS_BESIDE_POSITIONS = 2 };
typedef struct maker {
    fa__runs *runs;
    const fa__sorting *s;
    int64_t line, length;
    fa_array *standing; /* the input, where runs are read from its file as they are; borrowed */
    int rooms;
    char *room[ROOMS], *elements[ROOMS];
    fa__inlet inlets[ROOMS];
    fa__transfer transfers[ROOMS][TRANSFERS];
    fa__outlet *outlets[ROOMS];
    /* Positions in order, what sorting takes beside that, and blocks on their way. */
    int64_t *order;
    char *sort_room, *blocks;
    fa__outlet *blocks_outlet;
} maker;

static int64_t first_of(const maker *m, int64_t run)
{
    return run * m->length;
}

static int64_t length_of(const maker *m, int64_t run)
{
    return fa__min_i64(m->length, m->s->lines.n - first_of(m, run));
}

/* Of so many elements, with a grain for what stands before them. */
static int64_t bytes_in_scratch(const fa__runs *runs, int64_t n)
{
    const int64_t blocks = (n + (INT64_C(1) << runs->block_bits) - 1) >> runs->block_bits;
    return fa__round_up(blocks * runs->block_bytes, GRAIN) + GRAIN;
}

/* ---- Reading ---- */

/* The input, where its lines stand in a file one behind the other as they are sorted. */
static fa_array *standing_in_file(const fa__sorting *s, fa_error *err)
{
    fa_array *array = fa__whole_standing(s->lines.run, 0, err);
    const bool is_usable =
        array != NULL && s->lines.inside == 1 && fa_dtype_equal(array->dtype, s->order.dtype) &&
        fa__is_c_contiguous(array->ndim, array->sizes, array->strides, s->order.item_bytes) &&
        fa__source_memory(array->source) == NULL && fa__source_reads_direct(array->source) &&
        (array->source->base + array->offset) % ALIGNMENT == 0;
    return is_usable ? array : NULL;
}

/* A run sets off for its room, which the run before it there has left. */
static void expect_run(maker *m, int64_t run, fa_error *err)
{
    const int64_t item = m->runs->item_bytes, bytes = length_of(m, run) * item;
    const int turn = (int)(run % m->rooms);
    fa__outlet_end(m->outlets[turn], err);
    m->outlets[turn] = NULL;
    m->elements[turn] = m->room[turn];
    if (fa_failed(err) || m->standing == NULL)
        return;
    const int64_t byte = m->standing->offset + (m->line * m->s->lines.n + first_of(m, run)) * item;
    if (fa__inlet_is_direct(m->standing->source, byte, bytes))
        m->elements[turn] =
            fa__inlet_begin(&m->inlets[turn], m->standing->source, byte, bytes, m->room[turn]);
}

static char *run_that_came(maker *m, int64_t run, fa_error *err)
{
    const int turn = (int)(run % m->rooms);
    if (m->inlets[turn].source != NULL)
        fa__inlet_end(&m->inlets[turn], err);
    else
        fa__lines_read(&m->s->lines, m->line, 1, first_of(m, run), length_of(m, run), m->s->order.dtype,
                       m->elements[turn], err);
    return m->elements[turn];
}

/* ---- Sorting ---- */

/* What a run leaves of the grains at its ends is written with it, whatever it is: so no page of scratch is in
 * the page cache when it is read. */
static void fill_grains(fa__outlet *outlet, const fa__run *run, int64_t bytes, const char *elements,
                        fa_error *err)
{
    const int64_t head = run->place % GRAIN, tail = (GRAIN - (run->place + bytes) % GRAIN) % GRAIN;
    if (fa_failed(err))
        return;
    if (head > 0)
        fa__outlet_put(outlet, run->place - head, head, elements - head, err);
    if (tail > 0)
        fa__outlet_put(outlet, run->place + bytes, tail, elements + bytes, err);
}

/* What stands is written while the rest is sorted. */
static bool sort_and_put(maker *m, int64_t run, char *elements, fa_error *err)
{
    const int turn = (int)(run % m->rooms);
    fa__putting putting = {fa__outlet_start(m->runs->source, err), elements, m->runs->runs[run].place,
                           m->runs->item_bytes};
    fa__when_sorted when = {fa__put_sorted, &putting};
    m->outlets[turn] = putting.outlet;
    fill_grains(putting.outlet, &m->runs->runs[run], length_of(m, run) * m->runs->item_bytes, elements, err);
    return fa__sort_line(m->s->lines.run, &m->s->order, elements, length_of(m, run), m->sort_room, &when,
                         err);
}

/* The same of the different elements of a run, all at once. */
static bool sort_distinct_and_put(maker *m, int64_t run, char *elements, fa_error *err)
{
    fa__run *r = &m->runs->runs[run];
    fa__outlet *outlet = fa__outlet_start(m->runs->source, err);
    m->outlets[run % m->rooms] = outlet;
    r->n = fa__sort_distinct(m->s->lines.run, &m->s->order, elements, r->n, m->sort_room, err);
    const int64_t bytes = r->n * m->runs->item_bytes;
    if (!fa_failed(err) && fa__outlet_put(outlet, r->place, bytes, elements, err))
        fill_grains(outlet, r, bytes, elements, err);
    return !fa_failed(err);
}

typedef struct laying {
    const maker *m;
    int64_t run;
    const char *elements;
} laying;

/* A block's elements in order, and their positions in the line. */
static void lay_block(void *user, int64_t block, fa_error *err)
{
    const laying *l = user;
    const fa__runs *runs = l->m->runs;
    const int64_t begin = block << runs->block_bits, item = runs->item_bytes,
                  end = fa__min_i64(begin + (INT64_C(1) << runs->block_bits), length_of(l->m, l->run)),
                  first = first_of(l->m, l->run);
    const int64_t *order = l->m->order + begin;
    char *out = l->m->blocks + block * runs->block_bytes, *numbers = out + runs->numbers_at;
    int64_t offsets[FA__BLOCK];
    (void)err;
    for (int64_t at = 0; at < end - begin; at += FA__BLOCK) {
        const int64_t some = fa__min_i64(end - begin - at, FA__BLOCK);
        for (int64_t i = 0; i < some; i++)
            offsets[i] = order[at + i] * item;
        fa__pick(out + at * item, l->elements, offsets, some, item, false);
        if (runs->number_bytes == sizeof(uint32_t))
            for (int64_t i = 0; i < some; i++)
                ((uint32_t *)(void *)numbers)[at + i] = (uint32_t)(order[at + i] + first);
        else
            for (int64_t i = 0; i < some; i++)
                ((int64_t *)(void *)numbers)[at + i] = order[at + i] + first;
    }
    if (end < length_of(l->m, l->run))
        memcpy(out + runs->fence_at, l->elements + l->m->order[end] * item, (size_t)item);
}

static bool argsort_and_put(maker *m, int64_t run, const char *elements, fa_error *err)
{
    const fa__runs *runs = m->runs;
    const int64_t blocks = fa__run_blocks(runs, run);
    laying l = {m, run, elements};
    fa__argsort_line(m->s->lines.run, &m->s->order, elements, length_of(m, run), 0, m->order, m->sort_room,
                     NULL, err);
    fa__outlet_end(m->blocks_outlet, err);
    m->blocks_outlet = NULL;
    if (!fa__whole_parallel(m->s->lines.run, blocks, 0, lay_block, &l, err))
        return false;
    m->blocks_outlet = fa__outlet_start(runs->source, err);
    return !fa_failed(err) &&
           fa__outlet_put(
               m->blocks_outlet, runs->runs[run].place,
               fa__round_up((blocks - 1) * runs->block_bytes + fa__block_used(runs, run, blocks - 1), GRAIN),
               m->blocks, err);
}

/* A run stands in scratch as far behind a grain as in memory. */
static void place_run(maker *m, int64_t run, const char *elements)
{
    const int64_t apart = bytes_in_scratch(m->runs, m->length);
    m->runs->runs[run].n = length_of(m, run);
    m->runs->runs[run].place = run * apart + (m->s->positions ? 0 : (int64_t)((uintptr_t)elements % GRAIN));
}

static void keep_fences(maker *m, int64_t run, const char *elements)
{
    const fa__runs *runs = m->runs;
    for (int64_t b = 0; b < fa__run_blocks(runs, run); b++)
        memcpy(fa__fence(runs, run, b),
               m->s->positions ? m->blocks + b * runs->block_bytes
                               : elements + (b << runs->block_bits) * runs->item_bytes,
               (size_t)runs->item_bytes);
}

static bool make_all(maker *m, fa_error *err)
{
    if (m->rooms > 1)
        expect_run(m, 0, err);
    for (int64_t run = 0; run < m->runs->count && !fa_failed(err); run++) {
        if (run + 1 < m->runs->count && m->rooms > 1)
            expect_run(m, run + 1, err);
        if (m->rooms == 1)
            expect_run(m, run, err);
        char *elements = run_that_came(m, run, err);
        if (fa_failed(err))
            break;
        place_run(m, run, elements);
        if (m->s->positions)
            argsort_and_put(m, run, elements, err);
        else if (m->s->kept != NULL)
            sort_distinct_and_put(m, run, elements, err);
        else
            sort_and_put(m, run, elements, err);
        if (!fa_failed(err) && m->runs->has_all_fences)
            keep_fences(m, run, elements);
    }
    /* Nothing may come or go when the rooms are somebody else's. */
    for (int i = 0; i < ROOMS; i++) {
        fa__inlet_end(&m->inlets[i], err);
        fa__outlet_end(m->outlets[i], err);
    }
    fa__outlet_end(m->blocks_outlet, err);
    return !fa_failed(err);
}

/* ---- Room ---- */

static int64_t room_bytes(const fa__sorting *s, int64_t length)
{
    return fa__round_up(length * s->order.item_bytes, GRAIN) + 2 * GRAIN;
}

/* Runs of so many elements, in rooms that take turns, or in one. */
static int64_t run_cost(const fa__sorting *s, int64_t length, bool turns)
{
    if (!s->positions)
        return (turns ? ROOMS : 1) * room_bytes(s, length) + fa__sort_room(&s->order, length);
    return ((turns ? ROOMS_BESIDE_POSITIONS : 1) + 1) * room_bytes(s, length) +
           2 * length * (int64_t)sizeof(int64_t) + fa__argsort_room(&s->order, length);
}

/* As long as there is room for, or as they may as well be. */
static int64_t run_length(const fa__sorting *s, int64_t limit, bool turns)
{
    const int64_t enough =
        fa__max_i64(s->lines.n / RUNS, LEAST_BYTES / fa__max_i64(s->order.item_bytes, 1)) + 1;
    const int64_t least =
        fa__max_i64(fa__min_i64(LEAST_RUN, LEAST_RUN_BYTES / fa__max_i64(s->order.item_bytes, 1)), 2);
    int64_t low = least, high = fa__min_i64(fa__min_i64(s->lines.n, FA__LONGEST_LINE), enough);
    while (low < high) {
        int64_t middle = high - (high - low) / 2;
        if (run_cost(s, middle, turns) <= limit)
            low = middle;
        else
            high = middle - 1;
    }
    return low / least * least;
}

/* Where `together` runs are merged: a part of the room is for a block of each, another one for fences. */
static void cut_blocks(fa__runs *runs, int64_t together, int64_t length, int64_t limit)
{
    const int64_t item = runs->item_bytes, each = fa__max_i64(item + runs->number_bytes, 1),
                  most = fa__min_i64(limit / BLOCKS_PART / together, MOST_BLOCK) / each;
    int64_t block = 1;
    runs->block_bits = 0;
    while (2 * block <= most || (block < LEAST_BLOCK && 2 * block * each <= LEAST_BLOCK_BYTES)) {
        block *= 2;
        runs->block_bits++;
    }
    runs->fence_at = runs->block_bytes = block * item;
    runs->most_blocks = (length + block - 1) >> runs->block_bits;
    runs->has_all_fences =
        together == runs->count &&
        runs->count * runs->most_blocks * (item + (int64_t)sizeof(int)) <= limit / FENCES_PART;
    if (runs->number_bytes > 0) {
        runs->numbers_at = fa__round_up(block * item, ALIGNMENT);
        runs->fence_at = runs->numbers_at + block * runs->number_bytes;
        runs->block_bytes = fa__round_up(runs->fence_at + (runs->has_all_fences ? 0 : item), ALIGNMENT);
    }
}

/* How many runs are merged together: the more they are, the shorter are their blocks. To read and write
 * everything once more is cheaper than to read blocks that are shorter than a disk likes; where the room is
 * so small that they are in any case, it is cheaper than to look for each block among hundreds of runs. */
static int64_t choose_blocks(fa__runs *runs, int64_t length, int64_t limit)
{
    int64_t together =
        fa__min_i64(fa__max_i64(limit / BLOCKS_PART / GOOD_BLOCK, LEAST_TOGETHER), runs->count);
    for (;; together = (together + 1) / 2) {
        fa__runs some = *runs;
        cut_blocks(runs, together, length, limit);
        some.count = together;
        if (together <= 2 || fa__merge_fits(&some, limit))
            return together;
    }
}

static bool make_runs(fa__runs *runs, int64_t line, int64_t length, bool turns, fa_error *err)
{
    const fa__sorting *s = runs->s;
    maker m = {.runs = runs,
               .s = s,
               .line = line,
               .length = length,
               .standing = standing_in_file(s, err),
               .rooms = !turns         ? 1
                        : s->positions ? ROOMS_BESIDE_POSITIONS
                                       : ROOMS};
    const int64_t blocks = fa__round_up(runs->most_blocks * runs->block_bytes, GRAIN);
    fa__work work = {0};
    const int64_t padding =
        s->positions ? fa__max_i64(blocks - length * (s->order.item_bytes + (int64_t)sizeof(int64_t)), 0) : 0;
    char *room = fa__work_take(&work, run_cost(s, length, turns) + padding, err);
    for (int i = 0; i < ROOMS; i++)
        m.inlets[i] = (fa__inlet){.transfers = m.transfers[i], .most = TRANSFERS};
    if (room != NULL) {
        for (int i = 0; i < m.rooms; i++, room += room_bytes(s, length))
            m.room[i] = room;
        if (s->positions) {
            m.blocks = room;
            room += blocks;
            m.order = (int64_t *)(void *)room;
            room += length * (int64_t)sizeof(int64_t);
        }
        m.sort_room = room;
        make_all(&m, err);
    }
    fa__work_give_back(&work);
    return !fa_failed(err);
}

/* ---- Merging ---- */

/* Some of the runs, whose fences are in memory, or else the first of each is read. */
static bool merge_some(const fa__runs *runs, int64_t first, int64_t count, int64_t line,
                       const fa__run_target *target, int64_t limit, fa_error *err)
{
    fa__runs some = *runs;
    some.runs += first;
    some.count = count;
    for (int64_t r = 0; r < count && !some.has_all_fences; r++)
        fa__source_read_bytes(runs->source, some.runs[r].place, some.item_bytes, fa__fence(&some, r, 0), err);
    return !fa_failed(err) && fa__merge_runs(&some, line, target, limit, err);
}

/* Puts runs together in groups: so many fewer, in a scratch of their own. */
static bool merge_groups(fa__runs *runs, int64_t groups, int64_t limit, fa_error *err)
{
    const int64_t count = runs->count;
    int64_t n = 0;
    for (int64_t r = 0; r < count; r++)
        n += runs->runs[r].n;
    fa__source *source =
        fa__scratch_source(bytes_in_scratch(runs, n) + groups * (runs->block_bytes + 2 * GRAIN), err);
    fa__run made = {0};
    for (int64_t g = 0; g < groups && !fa_failed(err); g++) {
        const int64_t first = count * g / groups;
        const fa__run_target target = {source, &made};
        merge_some(runs, first, count * (g + 1) / groups - first, 0, &target, limit, err);
        runs->runs[g] = made;
        made.place += bytes_in_scratch(runs, made.n);
    }
    if (source != NULL) {
        fa__source_release(runs->source);
        runs->source = source;
    }
    runs->count = groups;
    return !fa_failed(err);
}

static bool sort_one(fa__runs runs, int64_t line, int64_t length, bool turns, int64_t together, int64_t limit,
                     fa_error *err)
{
    runs.source = fa__scratch_source(runs.count * bytes_in_scratch(&runs, length), err);
    if (runs.source == NULL)
        return false;
    make_runs(&runs, line, length, turns, err);
    while (runs.count > together && !fa_failed(err))
        merge_groups(&runs, (runs.count + together - 1) / together, limit, err);
    if (!fa_failed(err))
        merge_some(&runs, 0, runs.count, line, NULL, limit, err);
    fa__source_release(runs.source);
    return !fa_failed(err);
}

bool fa__sort_externally(const fa__sorting *s, int64_t limit, fa_error *err)
{
    const int64_t n = s->lines.n, item = s->order.item_bytes, most = limit - limit / FENCES_PART;
    int64_t length = run_length(s, most, true);
    const bool turns = length * item >= LEAST_TURN;
    if (!turns)
        length = run_length(s, most, false);
    fa__runs runs = {.s = s, .item_bytes = item, .count = (n + length - 1) / length};
    if (s->positions)
        runs.number_bytes = n <= UINT32_MAX ? sizeof(uint32_t) : sizeof(int64_t);
    const int64_t together = choose_blocks(&runs, length, most),
                  places = runs.count * (int64_t)sizeof *runs.runs,
                  fences = (runs.has_all_fences ? runs.count * runs.most_blocks : together) * item;
    fa__work work = {0};
    if (fa__work_take(&work, places + fences, err) != NULL) {
        runs.runs = work.memory;
        runs.fences = (char *)work.memory + places;
        for (int64_t line = 0; line < s->lines.count && !fa_failed(err); line++)
            sort_one(runs, line, length, turns, together, limit - places - fences, err);
    }
    fa__work_give_back(&work);
    return !fa_failed(err);
}
