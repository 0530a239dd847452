/* SPDX-License-Identifier: BSD-3-Clause */
/* Samples: short runs along the memory of an input, evenly over all of it. How far a quantile of the sample
 * may be from that of the array follows from how much the runs differ from each other, so that elements that
 * resemble their neighbours widen a bracket and nothing else. A bracket that does not hold its rank costs a
 * pass, never a wrong result. */
#include "op/sample.h"

#include "kernel/order.h"

#include "base/checked.h"
#include "base/memory.h"

#include <math.h>
#include <string.h>

enum { RUN_BYTES = 2 << 10, MOST_RUNS = 2048, HEAVY = 16, LEAST_LIMIT = 32 << 20 };

/* Keys of a sample, run by run. */
typedef struct sample {
    const fa__ranker *ranker;
    char *keys;
    int64_t run, runs, count; /* count == run * runs */
} sample;

/* The geometry of a sample of a box: the axis that runs along memory is cut into runs, all others are thinned
 * out. */
static void lay_out(const fa__rank_search *s, fa__geometry *geometry)
{
    const fa__node *input = s->run->node->inputs[s->input];
    fa__geometry box;
    int order[FA_MAX_NDIM];
    fa__node_geometry(input, &box);
    for (int i = 0; i < box.ndim && s->start != NULL; i++) {
        box.offset += s->start[i] * box.strides[i];
        box.sizes[i] = s->sizes[i];
    }
    fa__k_order(box.ndim, box.sizes, box.strides, order);
    const int inner = order[box.ndim - 1];
    /* A disk gives a page at least; where memory is short, so is a sample. */
    const int64_t bytes = fa__ledger_limit() < LEAST_LIMIT ? RUN_BYTES / 4 : RUN_BYTES;
    const int64_t run = fa__min_i64(bytes / fa__max_i64(input->dtype->item_bytes, 4), box.sizes[inner]);
    int64_t counts[FA_MAX_NDIM];
    for (int i = 0; i < box.ndim; i++)
        counts[i] = i == inner ? box.sizes[i] / run : box.sizes[i];
    while (fa__count(box.ndim, counts) > MOST_RUNS) {
        int most = 0;
        for (int i = 1; i < box.ndim; i++)
            most = counts[i] > counts[most] ? i : most;
        counts[most] = (counts[most] + 1) / 2;
    }
    *geometry = (fa__geometry){.ndim = box.ndim + 1, .offset = box.offset};
    for (int i = 0; i < box.ndim; i++) {
        const int64_t step = box.sizes[i] / counts[i], first = (box.sizes[i] - (counts[i] - 1) * step) / 2;
        geometry->sizes[i] = counts[i];
        geometry->strides[i] = step * box.strides[i];
        geometry->offset +=
            (i == inner ? fa__min_i64(first, step - run) : fa__min_i64(first, step - 1)) * box.strides[i];
    }
    geometry->sizes[box.ndim] = run;
    geometry->strides[box.ndim] = box.strides[inner];
}

static bool take(const fa__rank_search *s, sample *taken, fa_error *err)
{
    const fa__node *input = s->run->node->inputs[s->input];
    fa__geometry geometry;
    if (input->ndim == 0 || input->ndim == FA_MAX_NDIM)
        return false;
    lay_out(s, &geometry);
    taken->run = geometry.sizes[geometry.ndim - 1];
    taken->count = fa__count(geometry.ndim, geometry.sizes);
    taken->runs = taken->count / taken->run;
    char *elements = fa__alloc((size_t)(taken->count * input->dtype->item_bytes), err);
    taken->keys = fa__alloc((size_t)(taken->count * s->ranker->key_bytes), err);
    bool is_there = !fa_failed(err) && fa__whole_read_view(s->run, s->input, &geometry, elements, err);
    if (is_there)
        s->ranker->keys(taken->keys, elements, taken->count);
    fa__free(elements);
    return is_there;
}

/* ---- How sure a quantile of the sample is ---- */

/* The standard error of the fraction of elements that are less than a key, from how the runs differ. */
static double error_at(const sample *taken, int64_t key)
{
    const int bytes = taken->ranker->key_bytes;
    double sum = 0, squares = 0;
    for (int64_t r = 0; r < taken->runs; r++) {
        fa__bracket_counts counts = {0};
        const fa__bracket one = {key, key};
        taken->ranker->bracket(taken->keys + r * taken->run * bytes, taken->run, &one, &counts, NULL, 0);
        const double fraction = (double)counts.below / (double)taken->run;
        sum += fraction;
        squares += fraction * fraction;
    }
    const double runs = (double)taken->runs, mean = sum / runs;
    const double of_runs = sqrt(fmax(squares / runs - mean * mean, 0) / runs);
    return fmax(of_runs, sqrt(mean * (1 - mean) / (double)taken->count));
}

/* Where in the sample's order a rank most likely is, and how far from there it may be. */
typedef struct estimate {
    int64_t first, middle, last;
} estimate;

/* The key at a place in order; beyond an end, the least or largest there is. */
static int64_t key_in_order(const sample *taken, const void *sorted, int64_t valid, int64_t place)
{
    const int bytes = taken->ranker->key_bytes;
    const int64_t highest = (int64_t)(UINT64_MAX >> (65 - 8 * bytes));
    return place < 0 ? -highest - 1 : place >= valid ? highest : fa__rank_key(sorted, bytes, place);
}

/* Adds a bracket behind those that are there: of one that overlaps the last one, what is new. Two that are
 * kept are one then, since each is looked for in every key. */
static void add(fa__sample_bracket *brackets, int64_t *count, int64_t low, int64_t high, int64_t expected)
{
    fa__sample_bracket *last = *count > 0 ? &brackets[*count - 1] : NULL;
    if (last != NULL && low <= last->high) {
        if (high <= last->high)
            return;
        if (last->low < last->high && low < high) {
            last->high = high;
            last->expected += expected;
            return;
        }
        low = last->high + 1;
    }
    if (low <= high)
        brackets[(*count)++] = (fa__sample_bracket){low, high, low < high ? expected : 0};
}

/* The brackets of one rank: one, or three where its key is likely to be that of many elements, which need not
 * be kept. */
static void bracket_one(const fa__rank_search *s, const sample *taken, const void *sorted, int64_t valid,
                        const estimate *e, fa__sample_bracket *brackets, int64_t *count)
{
    const int64_t low = key_in_order(taken, sorted, valid, e->first),
                  high = key_in_order(taken, sorted, valid, e->last);
    const int64_t middle = key_in_order(taken, sorted, valid, e->middle);
    const double each = (double)s->n / (double)taken->count;
    const int64_t expected = (int64_t)((double)(e->last - e->first + 1) * each);
    const int64_t before = key_in_order(taken, sorted, valid, e->middle - HEAVY / 2);
    const int64_t behind = key_in_order(taken, sorted, valid, e->middle + HEAVY / 2);
    if (before != middle || behind != middle) {
        add(brackets, count, low, high, expected);
        return;
    }
    if (low < middle)
        add(brackets, count, low, middle - 1, expected);
    add(brackets, count, middle, middle, 0);
    if (middle < high)
        add(brackets, count, middle + 1, high, expected);
}

/* Puts those keys in place that estimates look at. */
static void put_in_place(const sample *taken, void *sorted, int64_t valid, const estimate *estimates,
                         int64_t count)
{
    int64_t places[5 * FA__MAX_RANKS], wanted = 0;
    for (int64_t i = 0; i < count; i++) {
        const estimate *e = &estimates[i];
        const int64_t five[] = {e->first, e->middle - HEAVY / 2, e->middle, e->middle + HEAVY / 2, e->last};
        for (int k = 0; k < 5; k++)
            if (five[k] >= 0 && five[k] < valid)
                places[wanted++] = five[k];
    }
    fa__sort_keys(places, wanted, sizeof *places);
    taken->ranker->select(sorted, taken->count, places, wanted);
}

static void estimate_all(const fa__rank_search *s, const sample *taken, void *sorted, int64_t valid,
                         const int64_t *ranks, estimate *estimates)
{
    int64_t ascending[FA__MAX_RANKS];
    memcpy(ascending, ranks, (size_t)s->count * sizeof *ranks);
    fa__sort_keys(ascending, s->count, sizeof *ascending);
    for (int64_t i = 0; i < s->count; i++) {
        const double place = (double)ascending[i] / (double)s->n * (double)valid;
        const int64_t middle = fa__min_i64((int64_t)place, valid - 1);
        estimates[i] = (estimate){middle, middle, middle};
    }
    put_in_place(taken, sorted, valid, estimates, s->count);
    for (int64_t i = 0; i < s->count; i++) {
        const int64_t middle = estimates[i].middle;
        const double error = error_at(taken, key_in_order(taken, sorted, valid, middle));
        const int64_t far = (int64_t)(5 * error * (double)taken->count) + 4;
        estimates[i] = (estimate){middle - far, middle, middle + far};
    }
    put_in_place(taken, sorted, valid, estimates, s->count);
}

int64_t fa__sample_brackets(const fa__rank_search *s, const int64_t *ranks, fa__sample_bracket *brackets,
                            fa_error *err)
{
    sample taken = {.ranker = s->ranker};
    estimate estimates[FA__MAX_RANKS];
    int64_t count = 0;
    if (take(s, &taken, err)) {
        const int64_t nans = s->skips_nan ? s->ranker->largest(taken.keys, taken.count) : 0,
                      valid = taken.count - nans;
        const size_t bytes = (size_t)(taken.count * s->ranker->key_bytes);
        char *sorted = fa__alloc(bytes, err);
        if (sorted != NULL && valid > 0) {
            memcpy(sorted, taken.keys, bytes);
            estimate_all(s, &taken, sorted, valid, ranks, estimates);
            for (int64_t i = 0; i < s->count; i++)
                bracket_one(s, &taken, sorted, valid, &estimates[i], brackets, &count);
        }
        fa__free(sorted);
    }
    fa__free(taken.keys);
    return fa_failed(err) ? 0 : count;
}
