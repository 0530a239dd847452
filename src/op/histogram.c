/* SPDX-License-Identifier: BSD-3-Clause */
/* Histograms as consumers of a pass, so that they share the reading of a file with means and extremes.
 * Workers count for themselves and are added up in the end: counts have no order. Elements of one and two
 * bytes are counted by their bits, and bins are found for all that there can be once the walk is over; others
 * find their bins as they come. */
#include "op/bins_of.h"

#include "base/checked.h"
#include "base/memory.h"
#include "engine/room.h"
#include "platform/platform.h"
#include "storage/storage.h"

#include <stdatomic.h>
#include <string.h>

enum {
    MOST_OWN = 1 << 17, /* counters from which on workers share them */
    PIECE = 1 << 16     /* edges, or counts of patterns, that are made at once */
};

typedef struct plan {
    fa__node *node;
    fa__bins_of bins;
    int narrow_bytes;  /* 1 or 2: elements are counted by their bits */
    int64_t slots;     /* counters: bins and one for what is in none, or one for each pattern of bits */
    int banks;         /* sets of counters of a worker */
    int64_t *counters; /* of all workers; at the end */
    bool is_shared;    /* and meanwhile */
    size_t charged;
    fa__mutex mutex; /* guards the counters where they are not shared */
} plan;

typedef struct worker {
    plan *plan;
    int64_t *counters;
    int32_t bins[FA__BLOCK];
} worker;

static void plan_free(void *pointer)
{
    plan *p = pointer;
    fa__bins_clear(&p->bins);
    fa__free(p->counters);
    fa__ledger_release(p->charged);
    fa__free(p);
}

static void *make_plan(fa__pass *pass, const fa__consume *consume, int threads, fa_error *err)
{
    (void)pass, (void)threads;
    plan *p = fa_failed(err) ? NULL : fa__alloc_zero(1, sizeof *p, err);
    if (p == NULL)
        return NULL;
    fa__node *node = consume->node;
    const int bytes = (int)node->inputs[0]->dtype->item_bytes;
    p->node = node;
    p->mutex = (fa__mutex)FA__MUTEX_INIT;
    p->narrow_bytes = bytes <= 2 ? bytes : 0;
    p->slots = p->narrow_bytes > 0 ? (int64_t)1 << 8 * bytes : node->as.reduce.number + 1;
    p->banks = p->narrow_bytes == 1 ? 4 : p->narrow_bytes == 2 ? 1 : FA__BIN_BANKS((int32_t)(p->slots - 1));
    p->is_shared = p->slots > MOST_OWN;
    if (p->is_shared && !fa__ledger_charge((size_t)p->slots * sizeof *p->counters))
        fa__ledger_refused(err, "counting in bins", (size_t)p->slots * sizeof *p->counters);
    else if (p->is_shared)
        p->charged = (size_t)p->slots * sizeof *p->counters;
    if (!fa_failed(err))
        p->counters = fa__alloc_zero((size_t)p->slots, sizeof *p->counters, err);
    if (!fa_failed(err) && fa__bins_start(&p->bins, node, 1, err))
        return p;
    plan_free(p);
    return NULL;
}

static int64_t granule(const void *unused)
{
    (void)unused;
    return 1;
}

static void *worker_new(void *pointer, fa_error *err)
{
    plan *p = pointer;
    worker *w = fa__alloc(sizeof *w, err);
    if (w == NULL)
        return NULL;
    *w = (worker){.plan = p};
    if (!p->is_shared)
        w->counters = fa__alloc_zero((size_t)(p->slots * p->banks), sizeof *w->counters, err);
    return w;
}

static void worker_free(void *pointer)
{
    worker *w = pointer;
    plan *p = w->plan;
    fa__mutex_lock(&p->mutex);
    for (int64_t i = 0; w->counters != NULL && i < p->slots * p->banks; i++)
        p->counters[i % p->slots] += w->counters[i];
    fa__mutex_unlock(&p->mutex);
    fa__free(w->counters);
    fa__free(w);
}

static bool start(void *pointer, const fa__span *span, fa_error *err)
{
    (void)pointer, (void)span;
    return !fa_failed(err);
}

static bool stop(void *pointer, fa_error *err)
{
    (void)pointer;
    return !fa_failed(err);
}

static void count_narrow(int64_t *counters, int bytes, const void *x, int64_t n)
{
    const uint8_t *small = x;
    const uint16_t *wide = x;
    for (int64_t i = 0; i < n; i++)
        counters[bytes == 1 ? (i & 3) * 256 + small[i] : wide[i]]++;
}

static void feed(void *pointer, int64_t first, int64_t n, const void *x)
{
    worker *w = pointer;
    const plan *p = w->plan;
    (void)first;
    if (p->narrow_bytes > 0) {
        count_narrow(w->counters, p->narrow_bytes, x, n);
        return;
    }
    if (p->bins.bins.count == 0) /* one edge makes no bin */
        return;
    if (!p->is_shared) {
        fa__bins_count(&p->bins, x, n, w->counters);
        return;
    }
    for (int64_t some; n > 0; n -= some, x = (const char *)x + some * fa__type_bytes(p->bins.element)) {
        some = fa__min_i64(n, FA__BLOCK);
        fa__bins_find(&p->bins, x, some, w->bins);
        for (int64_t i = 0; i < some; i++)
            __atomic_fetch_add(&p->counters[w->bins[i]], 1, __ATOMIC_RELAXED);
    }
}

static void find_bins_of_patterns(const plan *p, int32_t *bins)
{
    for (int64_t first = 0; first < p->slots; first += FA__BLOCK) {
        const int64_t n = fa__min_i64(FA__BLOCK, p->slots - first);
        uint16_t patterns[FA__BLOCK];
        for (int64_t i = 0; i < n; i++) {
            if (p->narrow_bytes == 1)
                ((uint8_t *)patterns)[i] = (uint8_t)(first + i);
            else
                patterns[i] = (uint16_t)(first + i);
        }
        fa__bins_find(&p->bins, patterns, n, bins + first);
    }
}

/* The counts of bins [first, first + n). */
static bool write_counts(fa_array *result, int64_t first, int64_t n, const int64_t *counts, fa_error *err)
{
    const int64_t item = sizeof *counts;
    const fa__box box = {1, item, result->offset + first * item, &n, &item};
    return fa__source_write(result->source, &box, counts, err);
}

/* From the counts of patterns, some bins after the others. */
static void write_narrow(const plan *p, fa_array *result, fa_error *err)
{
    const int64_t count = p->node->as.reduce.number;
    int32_t *bins = fa__alloc((size_t)p->slots * sizeof *bins, err);
    int64_t *counts = fa__alloc(PIECE * sizeof *counts, err);
    if (!fa_failed(err))
        find_bins_of_patterns(p, bins);
    for (int64_t first = 0; first < count && !fa_failed(err); first += PIECE) {
        const int64_t n = fa__min_i64(PIECE, count - first);
        memset(counts, 0, (size_t)n * sizeof *counts);
        for (int64_t i = 0; i < p->slots; i++)
            if (bins[i] >= first && bins[i] < first + n)
                counts[bins[i] - first] += p->counters[i];
        write_counts(result, first, n, counts, err);
    }
    fa__free(bins);
    fa__free(counts);
}

static bool finish(void *pointer, fa_error *err)
{
    plan *p = pointer;
    const int64_t count = p->node->as.reduce.number;
    fa_array *result =
        fa_failed(err) ? NULL : fa__room_in_c_order(p->node->dtype, 1, &count, FA__ROOM_OF_ZEROS, err);
    if (result != NULL && p->narrow_bytes > 0)
        write_narrow(p, result, err);
    else if (result != NULL)
        write_counts(result, 0, count, p->counters, err);
    if (fa_failed(err))
        fa_release(result);
    else
        p->node->kept = result;
    return !fa_failed(err);
}

static const fa__consumer_class histogram_consumer = {
    .plan = make_plan,
    .granule = granule,
    .worker_new = worker_new,
    .worker_free = worker_free,
    .start = start,
    .feed = feed,
    .takes_long = true,
    .stop = stop,
    .finish = finish,
    .free = plan_free,
};

const fa__whole_class fa__whole_histogram = {.consumer = &histogram_consumer};

/* ---- Edges ---- */

/* Between the least and the largest element, which stand. */
static bool run_edges(fa__whole_run *run, fa_error *err)
{
    const fa__node *node = run->node;
    const int64_t size = node->as.reduce.number + 1;
    fa__bins_ends ends;
    if (!fa__bins_read_ends(&ends, node, 1, err))
        return false;
    const fa__histogram_steps steps = {ends.first, ends.last, size - 1, ends.step_type, node->dtype->type};
    void *edges = fa__alloc((size_t)(fa__min_i64(PIECE, size) * node->dtype->item_bytes), err);
    for (int64_t at = 0; at < size && !fa_failed(err); at += PIECE) {
        const int64_t n = fa__min_i64(PIECE, size - at);
        if (fa__histogram_fill(&steps, at, n, edges, err))
            fa__whole_write(run, at, n, edges, err);
    }
    fa__free(edges);
    return !fa_failed(err);
}

const fa__whole_class fa__whole_histogram_edges = {.run = run_edges};
