/* SPDX-License-Identifier: BSD-3-Clause */
/* Sorted elements without those that equal the one before: part by part, as parts come to stand, by all
 * threads; then the gaps between parts are closed. */
#include "op/distinct.h"

#include "engine/buffers.h"

#include "array/dtype.h"
#include "base/checked.h"
#include "base/memory.h"
#include "platform/platform.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Where one is not another than the one before, the next one takes its place. */
#define KEEP(ELEMENT, KEY)                         \
    do {                                           \
        ELEMENT *to = elements;                    \
        const ELEMENT *from = to + at;             \
        const KEY *key = (const void *)keys;       \
        KEY before = at > 0 ? (KEY)last : ~key[0]; \
        for (int64_t i = 0; i < some; i++) {       \
            to[kept] = from[i];                    \
            kept += key[i] != before;              \
            before = key[i];                       \
        }                                          \
        last = before;                             \
    } while (0)

int64_t fa__keep_firsts(const fa__order *order, void *elements, int64_t n)
{
    int64_t keys[FA__BLOCK], kept = 0, last = 0;
    for (int64_t at = 0; at < n; at += FA__BLOCK) {
        const int64_t some = n - at < FA__BLOCK ? n - at : FA__BLOCK;
        fa__keys_of(keys, (const char *)elements + at * order->item_bytes, order->type, some, true);
        switch (order->item_bytes) {
        case 1:
            KEEP(uint8_t, int32_t);
            break;
        case 2:
            KEEP(uint16_t, int32_t);
            break;
        case 4:
            KEEP(uint32_t, int32_t);
            break;
        default:
            KEEP(uint64_t, int64_t);
        }
    }
    return kept;
}

static int by_place(const void *a, const void *b)
{
    const fa__kept *first = a, *second = b;
    return (first->begin > second->begin) - (first->begin < second->begin);
}

int64_t fa__close_gaps(const fa__order *order, char *elements, fa__kept *parts, int64_t count,
                       const char *before)
{
    const int64_t item = order->item_bytes;
    int64_t done = 0;
    qsort(parts, (size_t)count, sizeof *parts, by_place);
    for (int64_t i = 0; i < count; i++) {
        int64_t from = parts[i].begin, n = parts[i].count;
        const char *last = done > 0 ? elements + (done - 1) * item : before;
        if (n > 0 && last != NULL && fa__order_compare(order, last, elements + from * item, true) == 0) {
            from++;
            n--;
        }
        if (from != done)
            memmove(elements + done * item, elements + from * item, (size_t)(n * item));
        done += n;
    }
    return done;
}

typedef struct keeping {
    const fa__order *order;
    char *elements;
    fa__mutex mutex; /* of what follows */
    fa__kept *parts;
    int64_t count, capacity;
} keeping;

static void keep_part(void *user, int64_t begin, int64_t end, fa_error *err)
{
    keeping *k = user;
    const int64_t kept = fa__keep_firsts(k->order, k->elements + begin * k->order->item_bytes, end - begin);
    fa__mutex_lock(&k->mutex);
    if (fa__grow(&k->parts, &k->capacity, k->count + 1, sizeof *k->parts, err))
        k->parts[k->count++] = (fa__kept){begin, kept};
    fa__mutex_unlock(&k->mutex);
}

/* ---- Whole numbers close together ---- */

enum { MOST_VALUES = 512 << 10, LEAST_MARKED = 64 << 10, JOBS = 8, LOOKED_AT = 4096 };

typedef struct marking {
    const fa__order *order;
    char *elements;
    int64_t n, low, high;
    struct {
        int64_t low, high;
    } ranges[JOBS];
    atomic_uchar *marks;
} marking;

static bool are_close(int64_t low, int64_t high)
{
    return (uint64_t)high - (uint64_t)low < MOST_VALUES;
}

static void find_range(void *user, int64_t job, fa_error *err)
{
    marking *m = user;
    const int64_t begin = m->n * job / JOBS, end = m->n * (job + 1) / JOBS;
    (void)err;
    fa__key_range(m->elements + begin * m->order->item_bytes, m->order->type, end - begin,
                  &m->ranges[job].low, &m->ranges[job].high);
}

static void mark(void *user, int64_t job, fa_error *err)
{
    const marking *m = user;
    const int64_t begin = m->n * job / JOBS, end = m->n * (job + 1) / JOBS;
    int64_t wide[FA__BLOCK];
    int32_t narrow[FA__BLOCK];
    (void)err;
    for (int64_t at = begin; at < end; at += FA__BLOCK) {
        const int64_t some = end - at < FA__BLOCK ? end - at : FA__BLOCK;
        const bool is_wide = m->order->key_bytes == 8;
        fa__keys_of(is_wide ? (void *)wide : (void *)narrow, m->elements + at * m->order->item_bytes,
                    m->order->type, some, false);
        for (int64_t i = 0; i < some; i++)
            atomic_store_explicit(&m->marks[(is_wide ? wide[i] : narrow[i]) - m->low], 1,
                                  memory_order_relaxed);
    }
}

static int64_t lay_down(const marking *m)
{
    int64_t kept = 0;
    for (int64_t v = 0; v <= m->high - m->low; v++) {
        if (atomic_load_explicit(&m->marks[v], memory_order_relaxed) == 0)
            continue;
        const int64_t wide = m->low + v;
        const int32_t narrow = (int32_t)wide;
        fa__elements_of(m->elements + kept++ * m->order->item_bytes,
                        m->order->key_bytes == 8 ? (const void *)&wide : (const void *)&narrow,
                        m->order->type, 1);
    }
    return kept;
}

/* How many different ones there are, in order; -1 where elements are not close together. */
static int64_t mark_values(fa__whole_run *run, const fa__order *order, char *elements, int64_t n,
                           fa_error *err)
{
    marking m = {.order = order, .elements = elements, .n = n};
    const char kind = fa__type_kind(order->type);
    if (run == NULL || n < LEAST_MARKED || (kind != 'i' && kind != 'u') || fa_failed(err))
        return -1;
    fa__key_range(elements, order->type, LOOKED_AT, &m.low, &m.high);
    if (!are_close(m.low, m.high) || !fa__whole_parallel(run, JOBS, 0, find_range, &m, err))
        return -1;
    for (int i = 0; i < JOBS; i++) {
        m.low = fa__min_i64(m.low, m.ranges[i].low);
        m.high = fa__max_i64(m.high, m.ranges[i].high);
    }
    if (!are_close(m.low, m.high))
        return -1;
    int64_t kept = -1;
    m.marks = fa__buffer_take(MOST_VALUES, err);
    if (m.marks != NULL) {
        memset(m.marks, 0, MOST_VALUES);
        if (fa__whole_parallel(run, JOBS, 0, mark, &m, err))
            kept = lay_down(&m);
    }
    fa__buffer_give_back(m.marks, MOST_VALUES);
    return kept;
}

/* ---- Any elements ---- */

int64_t fa__sort_distinct(fa__whole_run *run, const fa__order *order, void *elements, int64_t n, void *room,
                          fa_error *err)
{
    keeping k = {.order = order, .elements = elements, .mutex = FA__MUTEX_INIT};
    const fa__when_sorted when = {keep_part, &k};
    int64_t kept = mark_values(run, order, elements, n, err);
    if (kept >= 0)
        return kept;
    kept = 0;
    if (fa__sort_line(run, order, elements, n, room, &when, err))
        kept = fa__close_gaps(order, elements, k.parts, k.count, NULL);
    fa__free(k.parts);
    return kept;
}
