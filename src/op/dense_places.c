/* SPDX-License-Identifier: BSD-3-Clause */
/* Elements that are wanted from all over a source. They are dealt out to the windows of the source that they
 * are in, which are then read one after the other; inside of one, which is in the cache, they need no order.
 */
#include "op/places.h"

#include "engine/buffers.h"
#include "engine/ranges.h"

#include "base/checked.h"
#include "base/memory.h"
#include "kernel/kernel.h"

#include <string.h>

enum {
    WINDOW_SHIFT = 20,
    WINDOW_BYTES = 1 << WINDOW_SHIFT,
    AHEAD_BYTES = 6 << 20,
    SPACING = 4 << 10, /* bytes of the source for each element, at most */
    LEAST = 64 << 10,  /* elements */
    RUN = 16 << 10     /* elements whose offsets are looked at together */
};

/* An element on its way: where it is in its window, and its number in memory. */
typedef struct dealt {
    uint32_t at, number;
} dealt;

typedef struct dealing {
    fa__source *source;
    fa__places_offsets *offsets;
    const void *user;
    int64_t item_bytes, windows;
    int64_t *starts, *next; /* of each window in the list: where it begins, and where its next element goes */
    int64_t *run, *room;
    dealt *list;
    char *window; /* where none is read ahead */
    fa__ranges *ranges;
    fa_error *err;
} dealing;

bool fa__places_are_dense(const fa__source *source, int64_t n, int64_t item_bytes)
{
    return n >= LEAST && item_bytes <= SPACING && source->bytes / SPACING <= n;
}

/* Calls for runs of the offsets of elements [first, first + n). */
static bool each_run(dealing *d, int64_t first, int64_t n,
                     bool (*each)(dealing *d, int64_t number, int64_t n))
{
    for (int64_t at = 0; at < n; at += RUN) {
        int64_t some = fa__min_i64(RUN, n - at);
        if (!d->offsets(d->user, first + at, some, d->run, d->room, d->err) || !each(d, at, some))
            return false;
    }
    return true;
}

static bool count_run(dealing *d, int64_t number, int64_t n)
{
    (void)number;
    for (int64_t i = 0; i < n; i++)
        d->starts[(d->run[i] >> WINDOW_SHIFT) + 1]++;
    return true;
}

/* Offsets that have changed since they were counted may find no room. */
static bool deal_run(dealing *d, int64_t number, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        int64_t window = d->run[i] >> WINDOW_SHIFT;
        if (d->next[window] == d->starts[window + 1])
            return fa__fail(d->err, FA_BAD_INDEX, "positions have changed while they were looked at");
        d->list[d->next[window]++] =
            (dealt){(uint32_t)(d->run[i] & (WINDOW_BYTES - 1)), (uint32_t)(number + i)};
    }
    return true;
}

static bool deal_out(dealing *d, int64_t first, int64_t n)
{
    memset(d->starts, 0, (size_t)(d->windows + 1) * sizeof *d->starts);
    if (!each_run(d, first, n, count_run))
        return false;
    for (int64_t w = 0; w < d->windows; w++)
        d->starts[w + 1] += d->starts[w];
    memcpy(d->next, d->starts, (size_t)d->windows * sizeof *d->next);
    return each_run(d, first, n, deal_run);
}

/* ---- Windows ---- */

static int64_t window_size(const dealing *d, int64_t window)
{
    return fa__min_i64(WINDOW_BYTES + d->item_bytes - 1, d->source->bytes - (window << WINDOW_SHIFT));
}

static bool is_wanted(const dealing *d, int64_t window)
{
    return d->starts[window + 1] > d->starts[window];
}

static const char *read_window(const dealing *d, int64_t window)
{
    if (d->ranges != NULL)
        return fa__ranges_take(d->ranges, d->err);
    const int64_t first = window << WINDOW_SHIFT, size = window_size(d, window);
    return fa__source_read_bytes(d->source, first, size, d->window, d->err) ? d->window : NULL;
}

static void take_elements(const dealing *d, int64_t window, const char *bytes, char *to)
{
    const dealt *e = d->list + d->starts[window], *end = d->list + d->starts[window + 1];
    const size_t item = (size_t)d->item_bytes;
    if (item == sizeof(uint64_t))
        for (; e < end; e++)
            memcpy(to + e->number * sizeof(uint64_t), bytes + e->at, sizeof(uint64_t));
    else if (item == sizeof(uint32_t))
        for (; e < end; e++)
            memcpy(to + e->number * sizeof(uint32_t), bytes + e->at, sizeof(uint32_t));
    else
        for (; e < end; e++)
            memcpy(to + e->number * item, bytes + e->at, item);
}

static bool each_window(dealing *d, char *to)
{
    for (int64_t window = 0, ahead = 0; window < d->windows; window++) {
        if (!is_wanted(d, window))
            continue;
        for (; d->ranges != NULL && ahead < d->windows; ahead++)
            if (is_wanted(d, ahead) &&
                !fa__ranges_ask(d->ranges, ahead << WINDOW_SHIFT, window_size(d, ahead)))
                break;
        const char *bytes = read_window(d, window);
        if (bytes == NULL)
            return false;
        take_elements(d, window, bytes, to);
    }
    return true;
}

/* ---- All ---- */

/* Under a small limit fewer elements are dealt out together. */
static int64_t charge_some(const dealing *d, int64_t n, size_t *bytes)
{
    int64_t least = 2 * (d->windows + 1) + 2 * RUN;
    for (int64_t some = fa__min_i64(n, UINT32_MAX);; some = (some + 1) / 2) {
        *bytes = fa__buffer_size((size_t)(some * (int64_t)sizeof(dealt) + least * (int64_t)sizeof(int64_t)));
        if (fa__ledger_charge(*bytes))
            return some;
        if (some <= LEAST)
            return 0;
    }
}

bool fa__places_read_dense(fa__source *source, fa__places_offsets *offsets, const void *user, int64_t n,
                           int64_t item_bytes, void *elements, fa_error *err)
{
    dealing d = {.source = source, .offsets = offsets, .user = user, .item_bytes = item_bytes, .err = err};
    size_t bytes, window_bytes = (size_t)(WINDOW_BYTES + item_bytes);
    d.windows = (source->bytes >> WINDOW_SHIFT) + 1;
    int64_t some = charge_some(&d, n, &bytes);
    if (some == 0)
        return false;
    d.ranges = fa__ranges_start(source, WINDOW_BYTES + item_bytes, AHEAD_BYTES);
    bool charged = d.ranges == NULL && fa__ledger_charge(fa__buffer_size(window_bytes));
    if (d.ranges != NULL || charged) {
        d.list = fa__buffer_take(bytes, err);
        d.window = charged ? fa__buffer_take(window_bytes, err) : NULL;
        d.starts = (int64_t *)(void *)(d.list + some);
        d.next = d.starts + d.windows + 1;
        d.run = d.next + d.windows + 1;
        d.room = d.run + RUN;
    } else {
        some = 0;
    }
    for (int64_t done = 0; done < n && some > 0 && !fa_failed(err); done += some) {
        int64_t now = fa__min_i64(some, n - done);
        if (deal_out(&d, done, now))
            each_window(&d, (char *)elements + done * item_bytes);
    }
    fa__ranges_stop(d.ranges);
    fa__buffer_give_back(d.window, window_bytes);
    fa__buffer_give_back(d.list, bytes);
    fa__ledger_release(bytes + (charged ? fa__buffer_size(window_bytes) : 0));
    return some > 0 && !fa_failed(err);
}
