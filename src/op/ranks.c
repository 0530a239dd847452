/* SPDX-License-Identifier: BSD-3-Clause */
/* Narrowing down where ranks are, until the keys about them fit in memory (DESIGN.md has the whole story).
 * What is known of a rank is an interval of keys, and how many keys are below it and in it. A pass makes
 * intervals smaller:
 *
 *     brackets   keys of a few intervals are counted, and collected where there is room
 *     digits     the keys of one interval are counted in 65536 equal parts of it
 *
 * A sample says which brackets are likely to hold the ranks, so that one pass is enough nearly always. */
#include "op/ranks.h"

#include "op/sample.h"

#include "base/checked.h"
#include "base/memory.h"
#include "platform/platform.h"

#include <stdatomic.h>
#include <string.h>

enum { MOST_BRACKETS = 16, MOST_BUCKETS = 1 << 16, FEW_KEYS = 1 << 18, MUCH_ROOM = 256 << 20 };

/* What is known of a rank. */
typedef struct known {
    int64_t rank, low, high; /* its key is from low to high */
    int64_t below, inside;   /* keys less than `low`, and from low to high */
    bool found;              /* low is its key */
} known;

/* One pass. */
typedef struct counting {
    const fa__ranker *ranker;
    bool counts_nans;
    fa__mutex mutex; /* guards what workers add to: nans, counts, counters */
    int64_t nans;
    fa__bracket brackets[MOST_BRACKETS];
    bool keeps[MOST_BRACKETS]; /* what is inside; else it is only counted */
    fa__bracket_counts counts[MOST_BRACKETS];
    int bracket_count;
    char *kept;
    int64_t room;
    atomic_llong kept_count;    /* as many as there are, also where they are more than the room */
    int64_t low, high, buckets; /* digits from low to high, where buckets > 0 */
    int shift;
    int64_t *counters;
} counting;

typedef struct worker {
    counting *shared;
    int64_t nans;
    fa__bracket_counts counts[MOST_BRACKETS];
    int64_t *counters;
    _Alignas(64) char keys[FA__BLOCK * 8];
    char inside[(FA__BLOCK + 8) * 8];
} worker;

/* ---- A pass ---- */

static void *pass_plan(fa__pass *pass, const fa__consume *consume, int threads, fa_error *err)
{
    (void)pass, (void)threads, (void)err;
    return consume->user;
}

static int64_t pass_granule(const void *plan)
{
    (void)plan;
    return 1;
}

static int64_t counter_count(const counting *c)
{
    return c->buckets > 0 ? (c->buckets + 1) * FA__DIGIT_BANKS(c->buckets) : 0;
}

static void *pass_worker_new(void *plan, fa_error *err)
{
    counting *c = plan;
    worker *w = fa__alloc_zero(1, sizeof *w, err);
    if (w == NULL)
        return NULL;
    w->shared = c;
    w->counters = fa__alloc_zero((size_t)counter_count(c), sizeof *w->counters, err);
    return w;
}

/* What a worker has counted is added up when it ends. */
static void pass_worker_free(void *pointer)
{
    worker *w = pointer;
    counting *c = w->shared;
    fa__mutex_lock(&c->mutex);
    c->nans += w->nans;
    for (int b = 0; b < c->bracket_count; b++) {
        c->counts[b].below += w->counts[b].below;
        c->counts[b].inside += w->counts[b].inside;
    }
    for (int64_t i = 0; w->counters != NULL && i < counter_count(c); i++)
        c->counters[i % (c->buckets + 1)] += w->counters[i];
    fa__mutex_unlock(&c->mutex);
    fa__free(w->counters);
    fa__free(w);
}

static bool pass_start(void *pointer, const fa__span *span, fa_error *err)
{
    (void)pointer, (void)span;
    return !fa_failed(err);
}

static bool pass_stop(void *pointer, fa_error *err)
{
    (void)pointer;
    return !fa_failed(err);
}

static bool pass_finish(void *plan, fa_error *err)
{
    (void)plan;
    return !fa_failed(err);
}

static void pass_free(void *plan)
{
    (void)plan;
}

static void keep(counting *c, const char *keys, int64_t n)
{
    const int64_t at = atomic_fetch_add_explicit(&c->kept_count, n, memory_order_relaxed),
                  bytes = c->ranker->key_bytes;
    if (at + n <= c->room)
        memcpy(c->kept + at * bytes, keys, (size_t)(n * bytes));
}

static void pass_feed(void *pointer, int64_t first, int64_t n, const void *x)
{
    worker *w = pointer;
    counting *c = w->shared;
    const fa__ranker *ranker = c->ranker;
    (void)first;
    ranker->keys(w->keys, x, n);
    if (c->counts_nans)
        w->nans += ranker->largest(w->keys, n);
    if (c->buckets > 0)
        ranker->digits(w->keys, n, c->low, c->shift, c->buckets, w->counters);
    for (int b = 0; b < c->bracket_count; b++) {
        const int64_t room = c->keeps[b] ? FA__BLOCK : 0;
        const int64_t made = ranker->bracket(w->keys, n, &c->brackets[b], &w->counts[b], w->inside, room);
        if (made > 0)
            keep(c, w->inside, made);
    }
}

static const fa__consumer_class counting_class = {
    .plan = pass_plan,
    .granule = pass_granule,
    .worker_new = pass_worker_new,
    .worker_free = pass_worker_free,
    .start = pass_start,
    .feed = pass_feed,
    .stop = pass_stop,
    .finish = pass_finish,
    .free = pass_free,
};

static bool run_pass(fa__rank_search *s, counting *c, fa_error *err)
{
    return fa__whole_walk_box(s->run, s->input, s->start, s->sizes, false, &counting_class, c, err);
}

/* ---- What a pass says about a rank ---- */

static void narrow_by_bracket(known *k, const fa__bracket *bracket, const fa__bracket_counts *counts)
{
    const int64_t end = k->below + k->inside, behind = counts->below + counts->inside;
    if (k->rank < counts->below) {
        if (bracket->low <= k->high) {
            k->high = bracket->low - 1;
            k->inside = fa__min_i64(end, counts->below) - k->below;
        }
    } else if (k->rank >= behind) {
        if (bracket->high >= k->low) {
            k->low = bracket->high + 1;
            k->inside = end - behind;
            k->below = behind;
        }
    } else if (bracket->low >= k->low && bracket->high <= k->high) {
        *k = (known){k->rank, bracket->low, bracket->high, counts->below, counts->inside, false};
    }
}

/* Whether the rank is where it was said to be: passes over elements that do not change never lose it. */
static bool is_kept(const known *k)
{
    return k->low <= k->high && k->rank >= k->below && k->rank - k->below < k->inside;
}

static bool narrow_by_digits(known *k, const counting *c)
{
    int64_t below = k->below;
    for (int64_t b = 0; b < c->buckets; b++) {
        if (k->rank >= below + c->counters[b]) {
            below += c->counters[b];
            continue;
        }
        const uint64_t low = (uint64_t)c->low + ((uint64_t)b << c->shift),
                       last = low + ((UINT64_C(1) << c->shift) - 1);
        const int64_t high = b < c->buckets - 1 ? (int64_t)last : c->high;
        *k = (known){k->rank, (int64_t)low, high, below, c->counters[b], false};
        return true;
    }
    return false;
}

/* Keys that were collected, in brackets that do not overlap, are one order: the places in it of the ranks
 * that are there. */
static int64_t place_among_kept(const counting *c, const known *k)
{
    int64_t before = 0;
    for (int b = 0; b < c->bracket_count; b++) {
        if (c->brackets[b].low == k->low && c->brackets[b].high == k->high)
            return c->keeps[b] ? before + k->rank - k->below : -1;
        before += c->keeps[b] ? c->counts[b].inside : 0;
    }
    return -1;
}

typedef struct selecting {
    const fa__ranker *ranker;
    void *keys;
    const int64_t *places;
    int64_t n, count;
} selecting;

static void select_job(void *user, int64_t job, fa_error *err)
{
    const selecting *s = user;
    (void)job, (void)err;
    s->ranker->select(s->keys, s->n, s->places, s->count);
}

int64_t fa__rank_key(const void *keys, int bytes, int64_t i)
{
    switch (bytes) {
    case 1:
        return ((const int8_t *)keys)[i];
    case 2:
        return ((const int16_t *)keys)[i];
    case 4:
        return ((const int32_t *)keys)[i];
    default:
        return ((const int64_t *)keys)[i];
    }
}

static void select_kept(fa__rank_search *s, counting *c, known *all, fa_error *err)
{
    int64_t places[FA__MAX_RANKS], owners[FA__MAX_RANKS], count = 0;
    if (atomic_load(&c->kept_count) > c->room || fa_failed(err))
        return;
    for (int64_t i = 0; i < s->count; i++) { /* insertion: they are few */
        const int64_t place = all[i].found || all[i].low == all[i].high ? -1 : place_among_kept(c, &all[i]);
        if (place < 0)
            continue;
        int64_t at = count++;
        for (; at > 0 && places[at - 1] > place; at--) {
            places[at] = places[at - 1];
            owners[at] = owners[at - 1];
        }
        places[at] = place;
        owners[at] = i;
    }
    selecting job = {s->ranker, c->kept, places, atomic_load(&c->kept_count), count};
    if (count == 0 || !fa__whole_parallel(s->run, 1, 0, select_job, &job, err))
        return;
    for (int64_t i = 0; i < count; i++) {
        known *k = &all[owners[i]];
        k->low = k->high = fa__rank_key(c->kept, s->ranker->key_bytes, places[i]);
        k->found = true;
    }
}

/* ---- Which pass comes next ---- */

/* Room for keys that are kept: part of what the limit has left, and a few in any case. A second reading costs
 * more than what is taken for a moment; most of a large limit is left to others. */
static int64_t charge_room(const fa__rank_search *s, size_t *charged)
{
    const int64_t bytes = s->ranker->key_bytes, limit = (int64_t)(fa__ledger_limit() >> 1) * 2;
    const int64_t left = fa__max_i64(limit - (int64_t)fa__ledger_used(), limit / 8);
    int64_t keys = fa__max_i64(left / 8, fa__min_i64(left / 2, MUCH_ROOM)) / bytes;
    for (; keys > FEW_KEYS / 4; keys /= 2) {
        *charged = (size_t)(keys * bytes);
        if (fa__ledger_charge(*charged))
            return keys;
    }
    *charged = 0;
    return FEW_KEYS / 4;
}

static void add_bracket(counting *c, int64_t low, int64_t high, bool keep)
{
    if (low > high || c->bracket_count == MOST_BRACKETS)
        return;
    int at = c->bracket_count;
    for (int b = 0; b < c->bracket_count; b++) /* those that overlap are one */
        if (low <= c->brackets[b].high && high >= c->brackets[b].low)
            at = -1;
    if (at < 0)
        return;
    for (; at > 0 && c->brackets[at - 1].low > low; at--) {
        c->brackets[at] = c->brackets[at - 1];
        c->keeps[at] = c->keeps[at - 1];
    }
    c->brackets[at] = (fa__bracket){low, high};
    c->keeps[at] = keep && low < high;
    c->bracket_count++;
}

/* Intervals whose keys all fit, as brackets; how many keys they have. */
static int64_t plan_brackets(const fa__rank_search *s, counting *c, const known *all, int64_t room)
{
    int64_t wanted = 0;
    for (int64_t i = 0; i < s->count; i++) {
        const int before = c->bracket_count;
        if (all[i].found || wanted + all[i].inside > room)
            continue;
        add_bracket(c, all[i].low, all[i].high, true);
        wanted += c->bracket_count > before ? all[i].inside : 0;
    }
    return wanted;
}

static void plan_digits(counting *c, int64_t low, int64_t high)
{
    const uint64_t extent = (uint64_t)high - (uint64_t)low;
    c->low = low;
    c->high = high;
    while (extent >> c->shift >= MOST_BUCKETS)
        c->shift++;
    c->buckets = (int64_t)(extent >> c->shift) + 1;
}

/* The first pass knows nothing but what a sample says. */
static int64_t plan_first(fa__rank_search *s, counting *c, int64_t lowest, int64_t highest, int64_t room,
                          fa_error *err)
{
    if (s->ranker->key_bytes <= 2) {
        plan_digits(c, lowest, highest);
        return 0;
    }
    if (s->n <= fa__min_i64(room, FEW_KEYS)) {
        add_bracket(c, lowest, highest, true);
        return s->n;
    }
    fa__sample_bracket brackets[FA__MAX_SAMPLE_BRACKETS];
    int64_t ranks[FA__MAX_RANKS];
    s->ranks(s->user, s->n, ranks);
    const int64_t count = fa__sample_brackets(s, ranks, brackets, err);
    int64_t expected = 0;
    for (int64_t i = 0; i < count;
         i++) { /* what there is no room for is counted now, and kept the next time */
        const bool fits = expected + brackets[i].expected <= room;
        add_bracket(c, brackets[i].low, brackets[i].high, fits);
        expected += fits ? brackets[i].expected : 0;
    }
    if (c->bracket_count > 0)
        return expected + expected / 2 + FA__BLOCK;
    plan_digits(c, lowest, highest);
    return 0;
}

/* ---- The search ---- */

/* One pass, and what it says about all ranks that are not found yet. */
static void learn(fa__rank_search *s, counting *c, known *all, int64_t lowest, int64_t highest, bool first,
                  fa_error *err)
{
    if (!run_pass(s, c, err))
        return;
    if (first) {
        int64_t ranks[FA__MAX_RANKS];
        s->nans = c->nans;
        const int64_t valid = s->skips_nan ? s->n - s->nans : s->n;
        if (valid == 0)
            return;
        s->ranks(s->user, valid, ranks);
        for (int64_t i = 0; i < s->count; i++)
            all[i] = (known){ranks[i], lowest, highest, 0, s->n, false};
    }
    for (int64_t i = 0; i < s->count; i++) {
        if (all[i].found)
            continue;
        for (int b = 0; b < c->bracket_count; b++)
            narrow_by_bracket(&all[i], &c->brackets[b], &c->counts[b]);
        if (c->buckets > 0 && c->low == all[i].low && c->high == all[i].high && !narrow_by_digits(&all[i], c))
            all[i].inside = 0;
        if (!is_kept(&all[i])) {
            fa__fail_changed(err);
            return;
        }
    }
    select_kept(s, c, all, err);
    for (int64_t i = 0; i < s->count; i++)
        all[i].found = all[i].found || all[i].low == all[i].high;
}

static known *next_unfound(const fa__rank_search *s, known *all)
{
    for (int64_t i = 0; i < s->count; i++)
        if (!all[i].found)
            return &all[i];
    return NULL;
}

static void plan_next(fa__rank_search *s, counting *c, known *all, int64_t room)
{
    c->room = plan_brackets(s, c, all, room);
    if (c->bracket_count > 0)
        return;
    const known *k = next_unfound(s, all);
    plan_digits(c, k->low, k->high);
}

bool fa__ranks_find(fa__rank_search *s, fa_error *err)
{
    const int bytes = s->ranker->key_bytes;
    const int64_t highest = (int64_t)(UINT64_MAX >> (65 - 8 * bytes)), lowest = -highest - 1;
    known all[FA__MAX_RANKS] = {0};
    for (bool first = true; !fa_failed(err) && (first || next_unfound(s, all) != NULL); first = false) {
        counting c = {
            .ranker = s->ranker, .mutex = FA__MUTEX_INIT, .counts_nans = first && s->ranker->has_nan};
        size_t charged;
        const int64_t room = charge_room(s, &charged);
        if (first)
            c.room = fa__min_i64(plan_first(s, &c, lowest, highest, room, err), room);
        else
            plan_next(s, &c, all, room);
        c.kept = fa__alloc((size_t)((c.room + 8) * bytes), err);
        c.counters = fa__alloc_zero((size_t)c.buckets + 1, sizeof *c.counters, err);
        learn(s, &c, all, lowest, highest, first, err);
        fa__ledger_release(charged);
        fa__free(c.kept);
        fa__free(c.counters);
        if (first && s->skips_nan && s->nans == s->n)
            return !fa_failed(err);
    }
    for (int64_t i = 0; i < s->count; i++)
        s->keys[i] = all[i].low;
    return !fa_failed(err);
}
