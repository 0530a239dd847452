/* SPDX-License-Identifier: BSD-3-Clause */
/* Places are sorted unless they are in order already, and cut into windows: stretches of the source without
 * long gaps. */
#include "op/places.h"

#include "engine/buffers.h"
#include "engine/in_place.h"
#include "engine/ranges.h"

#include "base/checked.h"
#include "base/memory.h"
#include "kernel/kernel.h"
#include "platform/platform.h"
#include "storage/storage.h"

#include <string.h>

enum {
    GAP_BYTES = 4096,        /* what lies between two elements of a window is read along, never written */
    AHEAD_GAP_BYTES = 16384, /* the same where several windows are on their way past the page cache */
    AHEAD_BYTES = 4 << 20,
    AHEAD_LEAST_BYTES = 4 << 20, /* of the grains of all elements: less may be wanted again */
    AHEAD_WINDOWS = 256,
    WINDOW_BYTES = 1 << 20,
    SMALL_WINDOW_BYTES = 64 << 10,
    FEW_PLACES = 1 << 10,
    DIGIT_BITS = 11
};

/* An element on its way: where it is in the source, and its number in memory. */
typedef struct place {
    int64_t offset, number;
} place;

static bool has_room(size_t bytes)
{
    if (!fa__ledger_charge(bytes))
        return false;
    fa__ledger_release(bytes);
    return true;
}

/* ---- Order ---- */

static bool are_in_order(const int64_t *offsets, int64_t n)
{
    for (int64_t i = 1; i < n; i++)
        if (offsets[i] < offsets[i - 1])
            return false;
    return true;
}

/* One digit: stable, so that equal offsets stay in the order of their numbers. */
static void sort_digit(const place *from, place *to, int64_t n, int shift)
{
    int64_t starts[(1 << DIGIT_BITS) + 1] = {0};
    const int64_t mask = (1 << DIGIT_BITS) - 1;
    for (int64_t i = 0; i < n; i++)
        starts[(from[i].offset >> shift & mask) + 1]++;
    for (int64_t i = 0; i < mask; i++)
        starts[i + 1] += starts[i];
    for (int64_t i = 0; i < n; i++)
        to[starts[from[i].offset >> shift & mask]++] = from[i];
}

/* Sorts by offset; the result is in `places` or in `other`, and given. */
static place *sort(place *places, place *other, int64_t n)
{
    int64_t highest = 0;
    for (int64_t i = 0; i < n; i++)
        highest |= places[i].offset;
    for (int shift = 0; shift < 63 && highest >> shift != 0; shift += DIGIT_BITS) {
        sort_digit(places, other, n, shift);
        place *sorted = other;
        other = places;
        places = sorted;
    }
    return places;
}

/* ---- Windows ---- */

/* What is done with places [first, last), which lie in bytes [low, high) of the source. */
typedef struct work {
    fa__source *source;
    const place *places;
    int64_t item_bytes;
    char *out;      /* reading */
    const char *in; /* writing */
    char *window;
    int64_t window_bytes;
    fa__ranges *ranges; /* reading ahead; NULL: as it comes */
    fa_error *err;
} work;

/* `byte_zero` is where the source would begin. */
static void take_places(const work *w, int64_t first, int64_t last, const char *byte_zero)
{
    const size_t item = (size_t)w->item_bytes;
    for (int64_t i = first; i < last; i++)
        memcpy(w->out + (size_t)w->places[i].number * item, byte_zero + w->places[i].offset, item);
}

static bool read_window(work *w, int64_t first, int64_t last, int64_t low, int64_t high)
{
    int64_t item = w->item_bytes;
    if (last - first == 1)
        return fa__source_read_bytes(w->source, low, high - low, w->out + w->places[first].number * item,
                                     w->err);
    if (!fa__source_read_bytes(w->source, low, high - low, w->window, w->err))
        return false;
    take_places(w, first, last, w->window - low);
    return true;
}

/* Places [first, last) that are written, which begin in byte `low` of the source. */
struct placing {
    const work *work;
    int64_t first, last, low;
};

static void place_all(char *low, void *user)
{
    const struct placing *p = user;
    const work *w = p->work;
    for (int64_t i = p->first; i < p->last; i++)
        memcpy(low + (w->places[i].offset - p->low), w->in + w->places[i].number * w->item_bytes,
               (size_t)w->item_bytes);
}

/* The place behind those from `first` on that lie one behind the other, or on each other. */
static int64_t run_end(const work *w, int64_t first, int64_t last)
{
    int64_t end = first + 1;
    while (end < last && w->places[end].offset <= w->places[end - 1].offset + w->item_bytes)
        end++;
    return end;
}

static int64_t count_runs(const work *w, int64_t first, int64_t last)
{
    int64_t runs = 0;
    for (; first < last; first = run_end(w, first, last))
        runs++;
    return runs;
}

/* What lies between two places is not written. */
static bool write_window(work *w, int64_t first, int64_t last, int64_t low, int64_t high)
{
    int64_t item = w->item_bytes;
    if (last - first == 1)
        return fa__source_write_bytes(w->source, low, high - low, w->in + w->places[first].number * item,
                                      w->err);
    struct placing all = {w, first, last, low};
    if (fa__written_in_place(w->source, low, high, count_runs(w, first, last), place_all, &all, w->err))
        return true;
    for (int64_t end; first < last && !fa_failed(w->err); first = end) {
        end = run_end(w, first, last);
        int64_t begin = w->places[first].offset;
        place_all(w->window, &(struct placing){w, first, end, begin});
        fa__source_write_bytes(w->source, begin, w->places[end - 1].offset + item - begin, w->window, w->err);
    }
    return !fa_failed(w->err);
}

/* Places that are one window. */
typedef struct window {
    int64_t first, last, low, high;
    bool ahead;
} window;

/* The window that begins with place `first` of n. */
static window window_at(const work *w, int64_t first, int64_t n)
{
    const int64_t gap = w->ranges != NULL ? AHEAD_GAP_BYTES : GAP_BYTES;
    int64_t low = w->places[first].offset, high = low + w->item_bytes, last = first + 1;
    for (; last < n; last++) {
        int64_t offset = w->places[last].offset, end = fa__max_i64(high, offset + w->item_bytes);
        if (offset - high > gap || end - low > w->window_bytes)
            break;
        high = end;
    }
    /* Two large elements at one place are windows of their own, which need no room. */
    return (window){first, last, low, high, w->ranges != NULL && high - low <= w->window_bytes};
}

static bool read_ahead(work *w, int64_t n)
{
    window windows[AHEAD_WINDOWS];
    int64_t put = 0, got = 0, at = 0;
    for (;;) {
        while (put - got < AHEAD_WINDOWS && at < n) {
            window next = window_at(w, at, n);
            if (next.ahead && !fa__ranges_ask(w->ranges, next.low, next.high - next.low))
                break;
            at = next.last;
            windows[put++ % AHEAD_WINDOWS] = next;
        }
        if (put == got)
            return true;
        const window *next = &windows[got++ % AHEAD_WINDOWS];
        if (!next->ahead) {
            if (!read_window(w, next->first, next->last, next->low, next->high))
                return false;
            continue;
        }
        const char *bytes = fa__ranges_take(w->ranges, w->err);
        if (bytes == NULL)
            return false;
        take_places(w, next->first, next->last, bytes - next->low);
    }
}

static bool each_window(work *w, int64_t n)
{
    if (w->ranges != NULL)
        return read_ahead(w, n);
    for (int64_t first = 0; first < n;) {
        window next = window_at(w, first, n);
        bool done = w->out != NULL ? read_window(w, next.first, next.last, next.low, next.high)
                                   : write_window(w, next.first, next.last, next.low, next.high);
        if (!done)
            return false;
        first = next.last;
    }
    return true;
}

/* Places [first, first + n), for which there is room. */
static bool some_places(work *w, place *list, const int64_t *offsets, int64_t first, int64_t n, bool sorted)
{
    for (int64_t i = 0; i < n; i++)
        list[i] = (place){offsets[first + i], first + i};
    w->places = sorted ? list : sort(list, list + n, n);
    return each_window(w, n);
}

/* Under a small limit fewer places are looked for together, but a few in any case. */
static bool in_order_of_file(work *w, const int64_t *offsets, int64_t n)
{
    bool sorted = are_in_order(offsets, n);
    int64_t some = n, items = sorted ? 1 : 2;
    while (some > FEW_PLACES && !has_room((size_t)(some * items) * sizeof(place) + WINDOW_BYTES))
        some = (some + 1) / 2;
    w->window_bytes = has_room(WINDOW_BYTES) ? WINDOW_BYTES : SMALL_WINDOW_BYTES;
    size_t bytes = (size_t)(some * items) * sizeof(place) + (size_t)w->window_bytes;
    bool charged = fa__ledger_charge(bytes);
    place *list = fa__buffer_take(bytes, w->err);
    w->window = (char *)(list + some * items);
    for (int64_t first = 0; list != NULL && first < n; first += some) {
        some = fa__min_i64(some, n - first);
        if (!some_places(w, list, offsets, first, some, sorted))
            break;
    }
    fa__buffer_give_back(list, bytes);
    fa__ledger_release(charged ? bytes : 0);
    return !fa_failed(w->err);
}

/* ---- Reading and writing ---- */

bool fa__places_read(fa__source *source, const int64_t *offsets, int64_t n, int64_t item_bytes,
                     void *elements, fa_error *err)
{
    if (fa_failed(err) || n == 0 || item_bytes == 0)
        return !fa_failed(err);
    const char *memory = fa__source_memory(source);
    if (memory != NULL) {
        fa__pick(elements, memory, offsets, n, item_bytes, false);
        return true;
    }
    work w = {.source = source, .item_bytes = item_bytes, .out = elements, .err = err};
    int64_t grains = fa__round_up(item_bytes, FA__DIRECT_GRAIN);
    if (n >= AHEAD_LEAST_BYTES / grains || fa__io_mode() == FA__IO_DIRECT)
        w.ranges = fa__ranges_start(source, WINDOW_BYTES, AHEAD_BYTES);
    in_order_of_file(&w, offsets, n);
    fa__ranges_stop(w.ranges);
    return !fa_failed(err);
}

bool fa__places_write(fa__source *source, const int64_t *offsets, int64_t n, int64_t item_bytes,
                      const void *elements, fa_error *err)
{
    if (fa_failed(err) || n == 0 || item_bytes == 0)
        return !fa_failed(err);
    char *memory = fa__source_memory(source);
    if (memory != NULL) {
        fa__place(memory, offsets, elements, n, item_bytes);
        return true;
    }
    work w = {.source = source, .item_bytes = item_bytes, .in = elements, .err = err};
    return in_order_of_file(&w, offsets, n);
}
