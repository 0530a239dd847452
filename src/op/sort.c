/* SPDX-License-Identifier: BSD-3-Clause */
/* SORT and ARGSORT, of all elements or around one of them: lines along an axis, many short ones at once, or
 * one long one by all threads. A line that does not fit is sorted in runs (external.c), or parted in chunks
 * (partition.c). Knows nothing about how a line in memory is sorted. */
#include "op/distinct.h"
#include "op/external.h"
#include "op/partition.h"
#include "op/wholes.h"

#include "engine/buffers.h"
#include "engine/outlet.h"
#include "engine/pool.h"

#include "base/checked.h"
#include "expr/order.h"

#include <string.h>

enum {
    SHARED_BYTES = 512 << 10, /* a line from here on is sorted by all threads */
    BATCH_BYTES = 32 << 20,   /* of lines that are read together */
    GROUP_BYTES = 256 << 10   /* of lines that one job sorts */
};

static int64_t value_bytes(const fa__sorting *s)
{
    return s->order.item_bytes + (s->positions ? (int64_t)sizeof(int64_t) : 0);
}

static int64_t room_of(const fa__sorting *s, int64_t n)
{
    if (s->kth >= 0)
        return fa__partition_room(s, n);
    return s->positions ? fa__argsort_room(&s->order, n) : fa__sort_room(&s->order, n);
}

/* One line, in place or into positions. */
static bool sort_one(const fa__sorting *s, fa__whole_run *run, char *elements, int64_t *positions, void *room,
                     const fa__when_sorted *when, fa_error *err)
{
    if (s->kth >= 0) {
        fa__partition_line(s, elements, s->lines.n, positions, room);
        return !fa_failed(err);
    }
    if (s->positions)
        return fa__argsort_line(run, &s->order, elements, s->lines.n, 0, positions, room, when, err);
    return fa__sort_line(run, &s->order, elements, s->lines.n, room, when, err);
}

/* Lines that stand behind each other. */
typedef struct batch {
    const fa__sorting *s;
    char *elements;
    int64_t *positions;
    int64_t count, group;
} batch;

static void sort_group(void *user, int64_t job, fa_error *err)
{
    const batch *b = user;
    const fa__sorting *s = b->s;
    int64_t begin = job * b->group, end = fa__min_i64(begin + b->group, b->count), n = s->lines.n;
    int64_t line_bytes = n * s->order.item_bytes;
    if (s->kth < 0 && !s->positions && s->order.key_bytes == s->order.item_bytes) {
        fa__sort_key_lines(&s->order, b->elements + begin * line_bytes, end - begin, n);
        return;
    }
    size_t room_bytes = (size_t)fa__max_i64(room_of(s, n), 1);
    void *room = fa__buffer_take(room_bytes, err);
    for (int64_t i = begin; i < end && room != NULL; i++)
        sort_one(s, NULL, b->elements + i * line_bytes, s->positions ? b->positions + i * n : NULL, room,
                 NULL, err);
    fa__buffer_give_back(room, room_bytes);
}

/* Lines that all threads sort are written part by part, while other parts are sorted. */
static bool sort_shared(const fa__sorting *s, char *elements, int64_t *positions, int64_t count, void *room,
                        fa__putting *putting, fa_error *err)
{
    int64_t n = s->lines.n, line_bytes = n * s->order.item_bytes;
    fa__when_sorted when = {fa__put_sorted, putting};
    for (int64_t i = 0; i < count && !fa_failed(err); i++) {
        sort_one(s, s->lines.run, elements + i * line_bytes, s->positions ? positions + i * n : NULL, room,
                 putting != NULL ? &when : NULL, err);
        if (putting != NULL) {
            putting->first += n * putting->item_bytes;
            putting->from += n * putting->item_bytes;
        }
    }
    return !fa_failed(err);
}

static bool sort_batch(const fa__sorting *s, char *elements, int64_t *positions, int64_t count, void *room,
                       fa_error *err)
{
    int64_t n = s->lines.n, line_bytes = n * s->order.item_bytes;
    if (s->is_shared)
        return sort_shared(s, elements, positions, count, room, NULL, err);
    batch b = {.s = s, .elements = elements, .positions = positions, .count = count};
    b.group = fa__max_i64(GROUP_BYTES / fa__max_i64(line_bytes, 1), 1);
    return fa__whole_parallel(s->lines.run, (count + b.group - 1) / b.group, room_of(s, n), sort_group, &b,
                              err);
}

/* Whether values can be read to where they stay: lines stand in the result as they do in the input, in
 * memory. What is staged has them in another order. */
static bool stay_where_read(const fa__sorting *s)
{
    return !s->positions && s->sink.staged == NULL && fa__line_sink_memory(&s->sink, 0) != NULL;
}

static bool sort_where_they_stay(const fa__sorting *s, void *room, fa_error *err)
{
    return fa__whole_read(s->lines.run, 0, NULL, NULL, s->sink.array, err) &&
           sort_batch(s, fa__line_sink_memory(&s->sink, 0), NULL, s->lines.count, room, err);
}

/* Sorts lines and writes them. */
static bool sort_and_put(const fa__sorting *s, int64_t line, char *elements, int64_t *positions,
                         int64_t count, void *room, fa_error *err)
{
    const void *sorted = s->positions ? (const void *)positions : elements;
    if (!s->is_shared || !s->sink.is_dense)
        return sort_batch(s, elements, positions, count, room, err) &&
               fa__line_sink_write(&s->sink, line, count, sorted, err);
    fa__putting putting = fa__putting_start(&s->sink, line, 0, sorted, err);
    if (!fa_failed(err))
        sort_shared(s, elements, positions, count, room, &putting, err);
    return fa__outlet_end(putting.outlet, err);
}

static bool sort_batches(const fa__sorting *s, int64_t most, char *elements, int64_t *positions, void *room,
                         fa_error *err)
{
    const fa__lines *lines = &s->lines;
    const char *standing =
        s->positions && lines->inside == 1 ? fa__input_in_memory(lines->run, 0, s->order.dtype, err) : NULL;
    for (int64_t line = 0, count; line < lines->count && !fa_failed(err); line += count) {
        int64_t *to = s->positions ? fa__line_sink_memory(&s->sink, line) : NULL;
        bool is_there = to != NULL;
        char *from = elements;
        if (standing != NULL) {
            /* Positions alone are made: nobody writes there. */
            from = (char *)(uintptr_t)standing + line * lines->n * s->order.item_bytes;
            count = fa__lines_together(lines, line, most);
        } else {
            count = fa__lines_read(lines, line, most, 0, lines->n, s->order.dtype, elements, err);
        }
        if (!fa_failed(err) && is_there)
            sort_batch(s, from, to, count, room, err);
        else if (!fa_failed(err))
            sort_and_put(s, line, from, positions, count, room, err);
    }
    return !fa_failed(err);
}

static bool sort_in_memory(const fa__sorting *s, int64_t limit, fa_error *err)
{
    const fa__lines *lines = &s->lines;
    fa__work elements = {0}, positions = {0}, room = {0};
    int64_t line_bytes = lines->n * s->order.item_bytes;
    if (s->is_shared)
        fa__work_take(&room, room_of(s, lines->n), err);
    if (stay_where_read(s)) {
        sort_where_they_stay(s, room.memory, err);
        fa__work_give_back(&room);
        return !fa_failed(err);
    }
    int64_t most =
        fa__min_i64(limit - room_of(s, lines->n), BATCH_BYTES) / fa__max_i64(lines->n * value_bytes(s), 1);
    most = fa__min_i64(fa__max_i64(most, 1), lines->count);
    bool has_home = s->positions && fa__line_sink_memory(&s->sink, 0) != NULL;
    bool stands =
        s->positions && lines->inside == 1 && fa__input_in_memory(lines->run, 0, s->order.dtype, err) != NULL;
    const int64_t shift = fa__line_sink_shift(&s->sink, 0, 0);
    if (!stands)
        fa__work_take(&elements, most * line_bytes + shift, err);
    if (s->positions && !has_home)
        fa__work_take(&positions, most * lines->n * (int64_t)sizeof(int64_t) + shift, err);
    if (!fa_failed(err))
        sort_batches(s, most, (char *)elements.memory + (stands ? 0 : shift),
                     (int64_t *)(void *)((char *)positions.memory + (has_home ? 0 : shift)), room.memory,
                     err);
    fa__work_give_back(&elements);
    fa__work_give_back(&positions);
    fa__work_give_back(&room);
    return !fa_failed(err);
}

/* Whether a line fits with all that its sort needs. */
static bool fits(const fa__sorting *s, int64_t limit)
{
    int64_t n = s->lines.n, stays = 0, needed;
    if (n > FA__LONGEST_LINE)
        return false;
    if (stay_where_read(s))
        stays = n * s->order.item_bytes;
    else if (s->positions && fa__line_sink_memory(&s->sink, 0) != NULL)
        stays = n * (int64_t)sizeof(int64_t);
    return fa__multiply_checked(n, value_bytes(s), &needed) && needed - stays + room_of(s, n) <= limit;
}

/* Whether there are so few different elements among the first ones of a long line that runs of it become
 * short: less memory is touched then than the line takes. */
static bool has_few(const fa__sorting *s, fa_error *err)
{
    enum { LEAST_LINE = 64 << 20, SOME = 1 << 20, FEW = 4 };
    const int64_t bytes = SOME * s->order.item_bytes;
    if (s->lines.n * s->order.item_bytes < LEAST_LINE || s->lines.n < SOME)
        return false;
    fa__work elements = {0}, room = {0};
    int64_t kept = SOME;
    if (fa__work_take(&elements, bytes, err) != NULL &&
        fa__work_take(&room, fa__sort_room(&s->order, SOME), err) != NULL &&
        fa__lines_read(&s->lines, 0, 1, 0, SOME, s->order.dtype, elements.memory, err) > 0)
        kept = fa__sort_distinct(s->lines.run, &s->order, elements.memory, SOME, room.memory, err);
    fa__work_give_back(&elements);
    fa__work_give_back(&room);
    return kept <= SOME / FEW;
}

static bool sort_distinct_in_memory(const fa__sorting *s, fa_error *err)
{
    const int64_t n = s->lines.n;
    fa__work elements = {0}, room = {0};
    char *home = fa__line_sink_memory(&s->sink, 0),
         *at = home != NULL ? home : fa__work_take(&elements, n * s->order.item_bytes, err);
    fa__work_take(&room, fa__sort_room(&s->order, n), err);
    if (!fa_failed(err) && fa__lines_read(&s->lines, 0, 1, 0, n, s->order.dtype, at, err) > 0)
        *s->kept = fa__sort_distinct(s->lines.run, &s->order, at, n, room.memory, err);
    if (home == NULL)
        fa__line_sink_write_part(&s->sink, 0, 0, *s->kept, at, err);
    fa__work_give_back(&elements);
    fa__work_give_back(&room);
    return !fa_failed(err);
}

static bool run_sort(fa__whole_run *run, fa_error *err)
{
    fa__node *node = run->node;
    fa__sorting s = {.order = fa__order_of(node->inputs[0]->dtype),
                     .positions = node->code == FA__WHOLE_ARGSORT,
                     .kth = -1};
    if (fa__count(node->ndim, node->sizes) == 0 || run->result->dtype->item_bytes == 0)
        return true;
    fa__lines_start(&s.lines, run, __builtin_ctzll(node->as.reduce.axes));
    s.is_shared = s.lines.n * s.order.item_bytes >= SHARED_BYTES;
    if (node->as.reduce.option == FA__ORDER_PARTITION && s.order.key_bytes > 0)
        s.kth = node->as.reduce.number; /* else what is in order is parted, too */
    int64_t kept = 0;
    if (node->as.reduce.option == FA__ORDER_DISTINCT)
        s.kept = &kept;
    if (fa__line_sink_start(&s.sink, &s.lines, err)) {
        int64_t limit = fa__work_limit();
        if (s.kth >= 0 && (s.is_shared || !fits(&s, limit)))
            fa__partition_lines(&s, limit, err);
        else if (s.kept != NULL && fits(&s, limit) && !has_few(&s, err))
            sort_distinct_in_memory(&s, err);
        else if (s.kept == NULL && fits(&s, limit))
            sort_in_memory(&s, limit, err);
        else
            fa__sort_externally(&s, limit, err);
    }
    if (s.kept != NULL)
        node->as.reduce.number = kept;
    return fa__line_sink_finish(&s.sink, err);
}

const fa__whole_class fa__whole_sort = {.run = run_sort};
