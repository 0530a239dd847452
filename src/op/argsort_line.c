/* SPDX-License-Identifier: BSD-3-Clause */
/* Positions of a line in memory, in the order of its elements: sorted as keys that carry them. Elements that
 * are compared are sorted by the positions of their prefixes, and by comparison where these are alike. */
#include "op/parting.h"

#include "base/checked.h"
#include "base/memory.h"

#include <string.h>

enum { RANGE_JOBS = 8 };

int64_t fa__argsort_room(const fa__order *order, int64_t n)
{
    return order->key_bytes > 0 ? 0 : n * (int64_t)sizeof(int64_t) * (order->is_exact ? 1 : 2);
}

typedef struct packed {
    const fa__order *order;
    fa__packing packing;
    fa_type type; /* of what has keys: elements, or prefixes */
    const char *elements;
    int64_t n, first;
    int64_t *positions;
    int64_t *prefixes, *room;
    struct {
        int64_t low, high;
    } ranges[RANGE_JOBS];
    bool same_prefixes; /* looks for runs of those; else for runs of what is packed alike */
} packed;

static void find_range(void *user, int64_t job, fa_error *err)
{
    packed *p = user;
    int64_t begin = p->n * job / RANGE_JOBS, end = p->n * (job + 1) / RANGE_JOBS;
    int64_t item = p->type == p->order->type ? p->order->item_bytes : (int64_t)sizeof(int64_t);
    (void)err;
    p->ranges[job].low = INT64_MAX;
    p->ranges[job].high = INT64_MIN;
    if (begin < end)
        fa__key_range(p->elements + begin * item, p->type, end - begin, &p->ranges[job].low,
                      &p->ranges[job].high);
}

static void pack_piece(void *user, int64_t job, fa_error *err)
{
    const packed *p = user;
    int64_t begin, end = fa__line_piece(p->n, job, &begin);
    (void)err;
    fa__pack(&p->packing, p->elements, begin, end - begin, p->positions + begin);
}

static void unpack_part(void *user, int64_t begin, int64_t end)
{
    const packed *p = user;
    fa__unpack(&p->packing, p->positions + begin, end - begin, p->first);
}

static bool is_run(const packed *p, int64_t i, int64_t k)
{
    if (!p->same_prefixes)
        return fa__packed_alike(&p->packing, p->positions[i], p->positions[k]);
    return p->prefixes[p->positions[i]] == p->prefixes[p->positions[k]];
}

/* Merges neighbours of equal length, from bottom up; `from` and `room` take turns. */
static void merge_run(const packed *p, int64_t *positions, int64_t n, int64_t *room)
{
    int64_t *from = positions, *to = room, item = p->order->item_bytes;
    const char *base = p->elements;
    for (int64_t width = 1; width < n; width *= 2) {
        for (int64_t begin = 0; begin < n; begin += 2 * width) {
            int64_t a = begin, middle = fa__min_i64(begin + width, n), b = middle,
                    end = fa__min_i64(begin + 2 * width, n);
            for (int64_t k = begin; k < end; k++) {
                bool first = b >= end || (a < middle && fa__order_compare(p->order, base + from[a] * item,
                                                                          base + from[b] * item, true) <= 0);
                to[k] = first ? from[a++] : from[b++];
            }
        }
        int64_t *other = from;
        from = to;
        to = other;
    }
    if (from != positions)
        memcpy(positions, from, (size_t)n * sizeof *from);
}

static void sort_runs(const packed *p, int64_t begin, int64_t end)
{
    for (int64_t i = begin, next; i < end; i = next) {
        for (next = i + 1; next < end && is_run(p, i, next);)
            next++;
        if (next > i + 1)
            merge_run(p, p->positions + i, next - i, p->room + i);
    }
}

/* Where runs end: jobs begin at those, looked for before any job moves something. */
typedef struct runs {
    packed *p;
    int64_t *bounds;
} runs;

static void finish_runs(void *user, int64_t job, fa_error *err)
{
    const runs *r = user;
    packed *p = r->p;
    int64_t begin = r->bounds[job], end = r->bounds[job + 1];
    (void)err;
    if (begin >= end)
        return;
    if (p->same_prefixes) {
        sort_runs(p, begin, end);
        for (int64_t i = begin; i < end && p->first != 0; i++)
            p->positions[i] += p->first;
        return;
    }
    fa__sort_lost(&p->packing, p->elements, p->positions + begin, end - begin);
    fa__unpack(&p->packing, p->positions + begin, end - begin, p->first);
}

static bool each_run(fa__whole_run *run, packed *p, fa_error *err)
{
    int64_t jobs = fa__line_pieces(p->n);
    runs r = {.p = p, .bounds = fa__alloc((size_t)(jobs + 1) * sizeof(int64_t), err)};
    for (int64_t job = 0, at = 0; r.bounds != NULL && job <= jobs; job++) {
        at = fa__min_i64(fa__max_i64(job * FA__LINE_PIECE, at), p->n);
        while (at > 0 && at < p->n && is_run(p, at - 1, at))
            at++;
        r.bounds[job] = at;
    }
    if (r.bounds != NULL)
        fa__each_job(run, jobs, finish_runs, &r, err);
    fa__free(r.bounds);
    return !fa_failed(err);
}

static bool argsort_keys(fa__whole_run *run, packed *p, const fa__when_sorted *when, fa_error *err)
{
    if (!fa__each_job(run, RANGE_JOBS, find_range, p, err))
        return false;
    int64_t low = INT64_MAX, high = INT64_MIN;
    for (int i = 0; i < RANGE_JOBS; i++) {
        low = fa__min_i64(low, p->ranges[i].low);
        high = fa__max_i64(high, p->ranges[i].high);
    }
    p->packing = fa__packing_of(p->type, low, high, p->n);
    bool is_whole = p->packing.lost_bits == 0;
    fa__parting parts = {.keys = (char *)p->positions,
                         .key_bytes = sizeof(int64_t),
                         .finish = is_whole ? unpack_part : NULL,
                         .user = p,
                         .when = is_whole ? when : NULL};
    return fa__each_job(run, fa__line_pieces(p->n), pack_piece, p, err) &&
           fa__sort_parted(run, &parts, p->n, err) &&
           (is_whole || (each_run(run, p, err) && fa__tell_sorted(when, 0, p->n, err)));
}

/* A line that one thread sorts. */
static void argsort_short(packed *p)
{
    int64_t low, high;
    fa__key_range(p->elements, p->type, p->n, &low, &high);
    p->packing = fa__packing_of(p->type, low, high, p->n);
    fa__pack(&p->packing, p->elements, 0, p->n, p->positions);
    fa__sort_keys(p->positions, p->n, sizeof(int64_t));
    if (p->packing.lost_bits > 0)
        fa__sort_lost(&p->packing, p->elements, p->positions, p->n);
    fa__unpack(&p->packing, p->positions, p->n, p->first);
}

static void make_prefixes(void *user, int64_t job, fa_error *err)
{
    const packed *p = user;
    int64_t begin, end = fa__line_piece(p->n, job, &begin);
    (void)err;
    for (int64_t i = begin; i < end; i++)
        p->prefixes[i] = fa__order_prefix(p->order->dtype, p->elements + i * p->order->item_bytes);
}

static bool argsort_compared(fa__whole_run *run, packed *p, void *room, fa_error *err)
{
    p->prefixes = room;
    p->room = p->prefixes + p->n;
    if (!fa__each_job(run, fa__line_pieces(p->n), make_prefixes, p, err))
        return false;
    packed prefixes = *p;
    fa__order order = {.type = FA_TYPE_INT64, .item_bytes = sizeof(int64_t), .key_bytes = sizeof(int64_t)};
    prefixes.order = &order;
    prefixes.type = FA_TYPE_INT64;
    prefixes.elements = (const char *)p->prefixes;
    prefixes.first = p->order->is_exact ? p->first : 0;
    if (!argsort_keys(run, &prefixes, NULL, err) || p->order->is_exact)
        return !fa_failed(err);
    p->same_prefixes = true;
    return each_run(run, p, err);
}

bool fa__argsort_line(fa__whole_run *run, const fa__order *order, const void *elements, int64_t n,
                      int64_t first, int64_t *positions, void *room, const fa__when_sorted *when,
                      fa_error *err)
{
    if (fa_failed(err) || n == 0)
        return !fa_failed(err);
    packed p = {.order = order,
                .type = order->type,
                .elements = elements,
                .n = n,
                .first = first,
                .positions = positions};
    if (order->item_bytes == 0) {
        for (int64_t i = 0; i < n; i++)
            positions[i] = first + i;
        return fa__tell_sorted(when, 0, n, err);
    }
    if (order->key_bytes == 0)
        return argsort_compared(run, &p, room, err) && fa__tell_sorted(when, 0, n, err);
    if (run == NULL || n < FA__LEAST_SHARED) {
        argsort_short(&p);
        return fa__tell_sorted(when, 0, n, err);
    }
    return argsort_keys(run, &p, when, err);
}

/* ---- Gathering ---- */

typedef struct gathering {
    char *out;
    const char *in;
    const int64_t *positions;
    int64_t n, item_bytes;
} gathering;

static void gather_piece(void *user, int64_t job, fa_error *err)
{
    const gathering *g = user;
    int64_t begin, end = fa__line_piece(g->n, job, &begin), offsets[FA__BLOCK];
    (void)err;
    for (int64_t at = begin; at < end; at += FA__BLOCK) {
        int64_t some = fa__min_i64(end - at, FA__BLOCK);
        for (int64_t i = 0; i < some; i++)
            offsets[i] = g->positions[at + i] * g->item_bytes;
        fa__pick(g->out + at * g->item_bytes, g->in, offsets, some, g->item_bytes, false);
    }
}

bool fa__order_gather(fa__whole_run *run, void *out, const void *in, const int64_t *positions, int64_t n,
                      int64_t item_bytes, fa_error *err)
{
    gathering g = {.out = out, .in = in, .positions = positions, .n = n, .item_bytes = item_bytes};
    return fa__each_job(run, fa__line_pieces(n), gather_piece, &g, err);
}
