/* SPDX-License-Identifier: BSD-3-Clause */
/* Values of a line in memory, sorted: keys in place, values of few bits by counting them, and what is
 * compared by its positions. */
#include "op/parting.h"

#include "base/checked.h"

#include <string.h>

/* ---- Values of few bits: counted ---- */

/* Elements of one or two bytes are as many of each value as there are. */
typedef struct counting {
    const fa__order *order;
    char *elements;
    int64_t n, jobs, values;
    int64_t *counts; /* a row for each job; the first one becomes where each value begins */
} counting;

enum { LEAST_COUNTED_1 = 256, LEAST_COUNTED_2 = 32 << 10, COUNTING_JOBS = 8 };

static bool is_counted(const fa__order *order, int64_t n)
{
    return (order->item_bytes == 1 && n >= LEAST_COUNTED_1) ||
           (order->item_bytes == 2 && n >= LEAST_COUNTED_2);
}

static int64_t values_of(const fa__order *order)
{
    return INT64_C(1) << 8 * order->item_bytes;
}

static int64_t counting_jobs(int64_t n)
{
    return n < FA__LEAST_SHARED ? 1 : COUNTING_JOBS;
}

static void count_values(void *user, int64_t job, fa_error *err)
{
    const counting *c = user;
    int64_t *counts = c->counts + job * c->values, middle = c->values / 2;
    int64_t begin = c->n * job / c->jobs, end = c->n * (job + 1) / c->jobs;
    int32_t keys[FA__BLOCK];
    (void)err;
    memset(counts, 0, (size_t)c->values * sizeof *counts);
    for (int64_t at = begin; at < end; at += FA__BLOCK) {
        int64_t some = fa__min_i64(end - at, FA__BLOCK);
        fa__keys_of(keys, c->elements + at * c->order->item_bytes, c->order->type, some, false);
        for (int64_t i = 0; i < some; i++)
            counts[keys[i] + middle]++;
    }
}

/* Where elements of each value begin. */
static void add_up(const counting *c)
{
    int64_t before = 0;
    for (int64_t v = 0; v < c->values; v++) {
        int64_t count = 0;
        for (int64_t job = 0; job < c->jobs; job++)
            count += c->counts[job * c->values + v];
        c->counts[v] = before;
        before += count;
    }
}

static void lay_down(void *user, int64_t job, fa_error *err)
{
    const counting *c = user;
    int64_t begin = c->n * job / c->jobs, end = c->n * (job + 1) / c->jobs, item = c->order->item_bytes;
    int64_t low = 0, high = c->values;
    (void)err;
    while (high - low > 1) { /* the last value that begins at `begin` or before */
        int64_t middle = (low + high) / 2;
        *(c->counts[middle] <= begin ? &low : &high) = middle;
    }
    for (int64_t at = begin, v = low; at < end; v++) {
        int64_t next = v + 1 < c->values ? fa__min_i64(c->counts[v + 1], end) : end;
        if (next <= at)
            continue;
        int32_t key = (int32_t)(v - c->values / 2);
        _Alignas(8) char element[8];
        fa__elements_of(element, &key, c->order->type, 1);
        fa__fill(c->elements + at * item, element, next - at, item);
        at = next;
    }
}

static bool sort_counted(fa__whole_run *run, const fa__order *order, void *elements, int64_t n, void *room,
                         fa_error *err)
{
    counting c = {.order = order,
                  .elements = elements,
                  .n = n,
                  .jobs = counting_jobs(n),
                  .values = values_of(order),
                  .counts = room};
    if (!fa__each_job(run, c.jobs, count_values, &c, err))
        return false;
    add_up(&c);
    return fa__each_job(run, c.jobs, lay_down, &c, err);
}

/* ---- Values ---- */

int64_t fa__sort_room(const fa__order *order, int64_t n)
{
    if (order->key_bytes == 0)
        return n * (order->item_bytes + (int64_t)sizeof(int64_t)) + 16 + fa__argsort_room(order, n);
    if (order->key_bytes == order->item_bytes)
        return 0;
    if (is_counted(order, n))
        return counting_jobs(n) * values_of(order) * (int64_t)sizeof(int64_t);
    return n * order->key_bytes;
}

typedef struct values {
    const fa__order *order;
    char *elements, *keys; /* the same memory, or not */
    int64_t n;
} values;

static void make_keys(void *user, int64_t job, fa_error *err)
{
    const values *v = user;
    int64_t begin, end = fa__line_piece(v->n, job, &begin);
    (void)err;
    fa__keys_of(v->keys + begin * v->order->key_bytes, v->elements + begin * v->order->item_bytes,
                v->order->type, end - begin, false);
}

static void make_elements(void *user, int64_t begin, int64_t end)
{
    const values *v = user;
    fa__elements_of(v->elements + begin * v->order->item_bytes, v->keys + begin * v->order->key_bytes,
                    v->order->type, end - begin);
}

static bool sort_compared(fa__whole_run *run, const fa__order *order, void *elements, int64_t n, void *room,
                          fa_error *err)
{
    int64_t *positions = room;
    char *copy = (char *)(positions + n), *rest = copy + fa__round_up(n * order->item_bytes, 16);
    return fa__argsort_line(run, order, elements, n, 0, positions, rest, NULL, err) &&
           fa__order_gather(run, copy, elements, positions, n, order->item_bytes, err) &&
           memcpy(elements, copy, (size_t)(n * order->item_bytes)) != NULL;
}

bool fa__sort_line(fa__whole_run *run, const fa__order *order, void *elements, int64_t n, void *room,
                   const fa__when_sorted *when, fa_error *err)
{
    if (fa_failed(err) || n < 2 || order->item_bytes == 0)
        return fa__tell_sorted(when, 0, n, err);
    if (order->key_bytes == 0)
        return sort_compared(run, order, elements, n, room, err) && fa__tell_sorted(when, 0, n, err);
    bool in_place = order->key_bytes == order->item_bytes;
    if (!in_place && is_counted(order, n))
        return sort_counted(run, order, elements, n, room, err) && fa__tell_sorted(when, 0, n, err);
    values v = {.order = order, .elements = elements, .keys = in_place ? elements : room, .n = n};
    fa__parting p = {
        .keys = v.keys, .key_bytes = order->key_bytes, .finish = make_elements, .user = &v, .when = when};
    return fa__each_job(run, fa__line_pieces(n), make_keys, &v, err) && fa__sort_parted(run, &p, n, err);
}

void fa__sort_key_lines(const fa__order *order, void *elements, int64_t count, int64_t n)
{
    char *line = elements;
    fa__keys_of(elements, elements, order->type, count * n, false);
    for (int64_t i = 0; i < count; i++, line += n * order->key_bytes)
        fa__sort_keys(line, n, order->key_bytes);
    fa__elements_of(elements, elements, order->type, count * n);
}
