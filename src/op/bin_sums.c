/* SPDX-License-Identifier: BSD-3-Clause */
/* Sums of weights in bins, and counts of whole numbers.
 *
 * A sum depends on its order, so elements are cut into segments by their number alone; each segment is added
 * up in order, into sums of its own, and those follow each other. Pieces of all segments are read together
 * and are added in parallel. Counts have no order: whole numbers are counted in a walk, as many of them at a
 * time as the limit has room for. */
#include "op/bins_of.h"

#include "base/checked.h"
#include "base/memory.h"
#include "platform/platform.h"

#include <string.h>

enum {
    MOST_SEGMENTS = 16,
    MOST_SUMS = 1 << 20,
    LEAST_SEGMENT = 1 << 16,
    MOST_TOGETHER = 1 << 16, /* elements of a segment that are in memory */
    LEAST_TOGETHER = 1 << 12,
    LEAST_CHARGE = 1 << 20 /* bytes of sums that are charged to the ledger */
};

typedef struct sums {
    fa__whole_run *run;
    fa__bins_of bins; /* where elements are not bins themselves */
    bool are_elements;
    int64_t n, count;         /* elements, bins */
    int parts;                /* 2: weights are complex */
    int64_t segments, length; /* of a segment */
    int64_t piece, together;  /* which piece of each segment is in memory, and how long pieces are */
    int64_t element_bytes;
    char *elements; /* `together` of each segment */
    double *weights, *totals;
    size_t charged;
} sums;

static int64_t piece_length(const sums *s, int64_t segment)
{
    const int64_t first = segment * s->length + s->piece * s->together,
                  end = fa__min_i64((segment + 1) * s->length, s->n);
    return fa__max_i64(fa__min_i64(end - first, s->together), 0);
}

/* Elements that are bins; false where one is none. */
static bool take_bins(const int64_t *elements, int64_t n, int64_t count, int32_t *bins)
{
    bool fit = true;
    for (int64_t i = 0; i < n; i++) {
        fit = fit && (uint64_t)elements[i] < (uint64_t)count;
        bins[i] = fit ? (int32_t)elements[i] : (int32_t)count;
    }
    return fit;
}

static void segment_job(void *user, int64_t segment, fa_error *err)
{
    const sums *s = user;
    const int64_t n = piece_length(s, segment);
    const char *elements = s->elements + segment * s->together * s->element_bytes;
    const double *weights = s->weights + segment * s->together * s->parts;
    double *totals = s->totals + segment * (s->count + 1) * s->parts;
    int32_t bins[FA__BLOCK];
    for (int64_t at = 0; at < n; at += FA__BLOCK) {
        const int64_t some = fa__min_i64(n - at, FA__BLOCK);
        const void *x = elements + at * s->element_bytes;
        if (!s->are_elements)
            fa__bins_find(&s->bins, x, some, bins);
        else if (!take_bins(x, some, s->count, bins))
            fa__fail(err, FA_OUT_OF_RANGE,
                     "bincount(): the array has other elements than when its largest was looked for");
        fa__add_bins(totals, bins, weights + at * s->parts, s->parts, some);
    }
}

/* Elements [first, first + n) of an input of one axis. */
static bool read_some(fa__whole_run *run, int input, int64_t first, int64_t n, void *elements, fa_error *err)
{
    const fa_dtype *dtype = fa__dtype_native(run->node->inputs[input]->dtype, err);
    if (dtype == NULL)
        return false;
    const fa__geometry row = {.ndim = 1, .sizes = {n}, .strides = {dtype->item_bytes}};
    fa__source *memory = fa__memory_source_adopt(elements, n * dtype->item_bytes, NULL, err);
    fa_array *target = memory != NULL ? fa__view(memory, dtype, &row, true, err) : NULL;
    if (target != NULL)
        fa__whole_read(run, input, &first, &n, target, err);
    fa_release(target);
    if (memory != NULL)
        fa__source_release(memory);
    fa_dtype_release(dtype);
    return !fa_failed(err);
}

static bool read_pieces(sums *s, fa_error *err)
{
    for (int64_t segment = 0; segment < s->segments && !fa_failed(err); segment++) {
        const int64_t n = piece_length(s, segment), first = segment * s->length + s->piece * s->together;
        if (n > 0 &&
            read_some(s->run, 0, first, n, s->elements + segment * s->together * s->element_bytes, err))
            read_some(s->run, 1, first, n, s->weights + segment * s->together * s->parts, err);
    }
    return !fa_failed(err);
}

/* The sums of all segments, in order, as the result's type. */
static bool write_sums(const sums *s, fa_error *err)
{
    const int64_t numbers = s->count * s->parts, stride = (s->count + 1) * s->parts;
    const fa_dtype *dtype = s->run->node->dtype;
    for (int64_t segment = 1; segment < s->segments; segment++)
        for (int64_t i = 0; i < numbers; i++)
            s->totals[i] += s->totals[segment * stride + i];
    const fa_type from = s->parts == 2 ? FA_TYPE_COMPLEX128 : FA_TYPE_FLOAT64;
    fa__convert_loop *convert = fa__convert_find(from, dtype->type);
    void *converted = s->weights; /* which have been added, and are no narrower */
    for (int64_t at = 0; at < s->count && !fa_failed(err); at += s->together) {
        const int64_t n = fa__min_i64(s->together, s->count - at);
        convert(converted, s->totals + at * s->parts, n);
        fa__whole_write(s->run, at, n, converted, err);
    }
    return !fa_failed(err);
}

/* Room for the sums, and for pieces that leave most of the limit to whoever reads them. */
static bool take_room(sums *s, fa_error *err)
{
    const size_t numbers = (size_t)(s->segments * (s->count + 1) * s->parts),
                 totals = numbers * sizeof(double);
    if (totals >= LEAST_CHARGE && !fa__ledger_charge(totals))
        return fa__ledger_refused(err, "adding up in bins", totals);
    s->charged = totals >= LEAST_CHARGE ? totals : 0;
    const size_t each = (size_t)(s->segments * (s->element_bytes + s->parts * (int64_t)sizeof(double))),
                 limit = fa__ledger_limit(), used = fa__ledger_used(), left = limit > used ? limit - used : 0;
    s->together = MOST_TOGETHER;
    while (s->together > LEAST_TOGETHER && each * (size_t)s->together > left / 4)
        s->together /= 2;
    if (fa__ledger_charge(each * (size_t)s->together))
        s->charged += each * (size_t)s->together;
    s->elements = fa__alloc((size_t)(s->segments * s->together * s->element_bytes), err);
    s->weights = fa__alloc((size_t)(s->segments * s->together * s->parts) * sizeof(double), err);
    s->totals = fa__alloc_zero(numbers, sizeof(double), err);
    return !fa_failed(err);
}

static bool run_sums(fa__whole_run *run, fa_error *err)
{
    const fa__node *node = run->node;
    sums s = {.run = run,
              .are_elements = node->as.reduce.option == FA__BINS_ARE_ELEMENTS,
              .n = node->inputs[0]->sizes[0],
              .count = node->as.reduce.number,
              .parts = node->inputs[1]->dtype->type == FA_TYPE_COMPLEX128 ? 2 : 1,
              .element_bytes = node->inputs[0]->dtype->item_bytes};
    const int64_t wanted = fa__max_i64(fa__min_i64(MOST_SUMS / fa__max_i64(s.count, 1), MOST_SEGMENTS), 1);
    s.length = fa__max_i64((s.n + wanted - 1) / wanted, LEAST_SEGMENT);
    s.segments = fa__max_i64((s.n + s.length - 1) / s.length, 1);
    if (take_room(&s, err) && !s.are_elements)
        fa__bins_start(&s.bins, node, 2, err);
    for (; s.count > 0 && s.piece * s.together < fa__min_i64(s.length, s.n) && !fa_failed(err); s.piece++)
        if (read_pieces(&s, err))
            fa__whole_parallel(run, s.segments, 0, segment_job, &s, err);
    if (!fa_failed(err) && s.count > 0)
        write_sums(&s, err);
    fa__bins_clear(&s.bins);
    fa__free(s.elements);
    fa__free(s.weights);
    fa__free(s.totals);
    fa__ledger_release(s.charged);
    return !fa_failed(err);
}

const fa__whole_class fa__whole_bin_sums = {.run = run_sums};

/* ---- Counts of whole numbers ---- */

enum { MOST_OWN = 1 << 17, LEAST_COUNTERS = 1 << 17 };

/* Whole numbers from `first` on, as many as there are counters. */
typedef struct counting {
    int64_t first, count;
    int64_t *counters;
    bool is_shared;
    fa__mutex mutex; /* guards the counters where they are not */
} counting;

typedef struct worker {
    counting *shared;
    int64_t *counters;
} worker;

static void *count_plan(fa__pass *pass, const fa__consume *consume, int threads, fa_error *err)
{
    (void)pass, (void)threads, (void)err;
    return consume->user;
}

static int64_t count_granule(const void *plan)
{
    (void)plan;
    return 1;
}

static void *count_worker_new(void *pointer, fa_error *err)
{
    counting *c = pointer;
    worker *w = fa__alloc(sizeof *w, err);
    if (w == NULL)
        return NULL;
    *w = (worker){c, c->is_shared ? NULL : fa__alloc_zero((size_t)c->count, sizeof *w->counters, err)};
    return w;
}

static void count_worker_free(void *pointer)
{
    worker *w = pointer;
    counting *c = w->shared;
    fa__mutex_lock(&c->mutex);
    for (int64_t i = 0; w->counters != NULL && i < c->count; i++)
        c->counters[i] += w->counters[i];
    fa__mutex_unlock(&c->mutex);
    fa__free(w->counters);
    fa__free(w);
}

static bool count_start(void *pointer, const fa__span *span, fa_error *err)
{
    (void)pointer, (void)span;
    return !fa_failed(err);
}

static void count_feed(void *pointer, int64_t first, int64_t n, const void *x)
{
    worker *w = pointer;
    const counting *c = w->shared;
    const int64_t *numbers = x;
    (void)first;
    for (int64_t i = 0; i < n; i++) {
        const uint64_t at = (uint64_t)numbers[i] - (uint64_t)c->first;
        if (at >= (uint64_t)c->count)
            continue;
        if (c->is_shared)
            __atomic_fetch_add(&c->counters[at], 1, __ATOMIC_RELAXED);
        else
            w->counters[at]++;
    }
}

static bool count_stop(void *pointer, fa_error *err)
{
    (void)pointer;
    return !fa_failed(err);
}

static bool count_finish(void *plan, fa_error *err)
{
    (void)plan;
    return !fa_failed(err);
}

static void count_free(void *plan)
{
    (void)plan;
}

static const fa__consumer_class count_consumer = {
    .plan = count_plan,
    .granule = count_granule,
    .worker_new = count_worker_new,
    .worker_free = count_worker_free,
    .start = count_start,
    .feed = count_feed,
    .stop = count_stop,
    .finish = count_finish,
    .free = count_free,
};

/* How many counters there are at a time. */
static int64_t charge_counters(int64_t count, size_t *charged)
{
    for (*charged = 0; count > LEAST_COUNTERS; count = (count + 1) / 2)
        if (fa__ledger_charge((size_t)count * sizeof(int64_t))) {
            *charged = (size_t)count * sizeof(int64_t);
            break;
        }
    return count;
}

static bool run_count(fa__whole_run *run, fa_error *err)
{
    const int64_t count = run->node->as.reduce.number;
    size_t charged;
    counting c = {.mutex = FA__MUTEX_INIT};
    const int64_t most = charge_counters(count, &charged);
    const fa__node *input = run->node->inputs[0];
    int64_t counted = 0;
    c.counters = fa__alloc((size_t)most * sizeof *c.counters, err);
    for (; c.first < count && !fa_failed(err); c.first += c.count) {
        c.count = fa__min_i64(most, count - c.first);
        c.is_shared = c.count > MOST_OWN;
        memset(c.counters, 0, (size_t)c.count * sizeof *c.counters);
        if (fa__whole_walk(run, 0, false, &count_consumer, &c, err))
            fa__whole_write(run, c.first, c.count, c.counters, err);
        for (int64_t i = 0; i < c.count; i++)
            counted += c.counters[i];
    }
    /* Each element is one of those that were looked at for the largest, and is counted once. */
    if (!fa_failed(err) && counted != fa__count(input->ndim, input->sizes))
        fa__fail_changed(err);
    fa__free(c.counters);
    fa__ledger_release(charged);
    return !fa_failed(err);
}

const fa__whole_class fa__whole_bincount = {.run = run_count};
