/* SPDX-License-Identifier: BSD-3-Clause */
/* Sorted elements without those that equal the one before: part by part, as parts come to stand, by all
 * threads; then the gaps between parts are closed. */
#include "op/distinct.h"

#include "base/memory.h"
#include "platform/platform.h"

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

int64_t fa__sort_distinct(fa__whole_run *run, const fa__order *order, void *elements, int64_t n, void *room,
                          fa_error *err)
{
    keeping k = {.order = order, .elements = elements, .mutex = FA__MUTEX_INIT};
    const fa__when_sorted when = {keep_part, &k};
    int64_t kept = 0;
    if (fa__sort_line(run, order, elements, n, room, &when, err))
        kept = fa__close_gaps(order, elements, k.parts, k.count, NULL);
    fa__free(k.parts);
    return kept;
}
