/* SPDX-License-Identifier: BSD-3-Clause */
/* Medians and quantiles along axes. Many short lines are read together and selected in memory, each by one
 * thread; a long line is searched where it lies (ranks.c). Results stand in C order: quantiles outermost,
 * then lines. */
#include "op/interpolate.h"
#include "op/ranks.h"

#include "base/checked.h"
#include "base/memory.h"
#include "engine/room.h"
#include "expr/order.h"
#include "kernel/order.h"
#include "storage/storage.h"

#include <math.h>
#include <string.h>

enum {
    LONG_LINE = 1 << 20,
    MANY = 512, /* quantiles for which a sort takes less than as many searches */
    READ_BYTES = 32 << 20,
    LEAST_BYTES = 1 << 20,
    LINES_OF_A_JOB = 16
};

typedef struct quantiles {
    fa__whole_run *run;
    const fa__ranker *ranker;
    fa__quantile_rule rule;
    bool skips_nan;
    double *q; /* count of them */
    int64_t count;
    int kept_ndim, reduced_ndim; /* axes of the input, in order */
    int kept[FA_MAX_NDIM], reduced[FA_MAX_NDIM];
    int64_t n, lines; /* elements of a line */
    int64_t result_bytes;
} quantiles;

/* ---- What is asked for ---- */

static bool read_q(quantiles *t, fa_error *err)
{
    if (t->rule.is_median) {
        t->q = fa__alloc(sizeof *t->q, err);
        t->count = 1;
        return t->q != NULL;
    }
    const fa__node *node = t->run->node->inputs[1];
    t->count = fa__count(node->ndim, node->sizes);
    t->q = fa__alloc((size_t)t->count * sizeof *t->q, err);
    if (t->q == NULL)
        return false;
    fa__geometry dense = {.ndim = node->ndim};
    memcpy(dense.sizes, node->sizes, (size_t)node->ndim * sizeof(int64_t));
    fa__strides_c(dense.ndim, dense.sizes, sizeof *t->q, dense.strides);
    fa__source *memory = fa__memory_source_adopt(t->q, t->count * (int64_t)sizeof *t->q, NULL, err);
    fa_array *target = memory != NULL ? fa__view(memory, FA_FLOAT64, &dense, true, err) : NULL;
    if (target != NULL)
        fa__whole_read(t->run, 1, NULL, NULL, target, err);
    fa_release(target);
    if (memory != NULL)
        fa__source_release(memory);
    for (int64_t i = 0; i < t->count && !fa_failed(err); i++)
        if (!(t->q[i] >= 0 && t->q[i] <= 1))
            fa__fail(err, FA_OUT_OF_RANGE, "Quantiles must be in the range [0, 1]");
    return !fa_failed(err);
}

static bool start(quantiles *t, fa__whole_run *run, bool is_median, bool skips_nan, fa_error *err)
{
    const fa__node *node = run->node, *input = node->inputs[0];
    t->run = run;
    t->ranker = fa__ranker_find(input->dtype->type);
    t->skips_nan = skips_nan && t->ranker->has_nan;
    t->rule = (fa__quantile_rule){.is_median = is_median,
                                  .method = node->as.reduce.option,
                                  .element = input->dtype->type,
                                  .result = node->dtype->type,
                                  .q = FA_TYPE_FLOAT64,
                                  .is_weak = true};
    t->result_bytes = node->dtype->item_bytes;
    t->n = t->lines = 1;
    if (!is_median) {
        const fa__node *q = node->inputs[1];
        t->rule.q = q->dtype->type <= FA_TYPE_UINT64 ? FA_TYPE_INT64 : q->dtype->type;
        t->rule.is_weak = q->kind == FA__NODE_SCALAR && q->weak != FA__STRONG;
    }
    for (int axis = 0; axis < input->ndim; axis++) {
        const bool is_reduced = node->as.reduce.axes >> axis & 1;
        *(is_reduced ? &t->n : &t->lines) *= input->sizes[axis];
        if (is_reduced)
            t->reduced[t->reduced_ndim++] = axis;
        else
            t->kept[t->kept_ndim++] = axis;
    }
    return read_q(t, err);
}

/* ---- Results ---- */

/* The ranks of all places, two for each quantile. */
static void ranks_of(const quantiles *t, int64_t first, int64_t count, int64_t valid, int64_t *ranks)
{
    for (int64_t i = 0; i < count; i++) {
        const fa__quantile_place place = fa__quantile_place_of(&t->rule, t->q[first + i], valid);
        ranks[2 * i] = place.previous;
        ranks[2 * i + 1] = place.next;
    }
}

/* One result of a line, from the keys of its two ranks; NaN where there is one that counts, or nothing else.
 */
static void make_result(const quantiles *t, int64_t number, int64_t valid, int64_t nans, const int64_t *keys,
                        void *out)
{
    uint64_t elements[2] = {0};
    if (valid == 0 || (nans > 0 && !t->skips_nan)) {
        fa__quantile_nan(&t->rule, out);
        return;
    }
    for (int i = 0; i < 2; i++) {
        const uint64_t key = (uint64_t)keys[i]; /* its first bytes are the key of a narrower type */
        t->ranker->elements(&elements[i], &key, 1);
    }
    const fa__quantile_place place = fa__quantile_place_of(&t->rule, t->q[number], valid);
    fa__quantile_between(&t->rule, &elements[0], &elements[1], place.weight, out);
}

/* ---- Long lines ---- */

typedef struct part_of_q {
    const quantiles *t;
    int64_t first, count;
} part_of_q;

static void ranks_of_part(void *user, int64_t valid, int64_t *ranks)
{
    const part_of_q *part = user;
    ranks_of(part->t, part->first, part->count, valid, ranks);
}

/* Where line number `line` is: one element along every kept axis. */
static void box_of_line(const quantiles *t, int64_t line, int64_t *first, int64_t *sizes)
{
    const fa__node *input = t->run->node->inputs[0];
    for (int axis = 0; axis < input->ndim; axis++) {
        first[axis] = 0;
        sizes[axis] = input->sizes[axis];
    }
    for (int i = t->kept_ndim - 1; i >= 0; i--) {
        const int64_t size = input->sizes[t->kept[i]];
        first[t->kept[i]] = line % size;
        sizes[t->kept[i]] = 1;
        line /= size;
    }
}

/* Reads a box of lines so that the elements of each stand together, from an offset in `to` on. */
static bool read_lines(quantiles *t, const int64_t *first, const int64_t *sizes, fa__source *to,
                       int64_t offset, fa_error *err)
{
    const fa__node *input = t->run->node->inputs[0];
    const fa_dtype *dtype = fa__dtype_native(input->dtype, err);
    if (dtype == NULL)
        return false;
    fa__geometry geometry = {.ndim = input->ndim, .offset = offset};
    int64_t stride = dtype->item_bytes;
    memcpy(geometry.sizes, sizes, (size_t)input->ndim * sizeof *sizes);
    for (int i = t->reduced_ndim - 1; i >= 0; i--) {
        geometry.strides[t->reduced[i]] = stride;
        stride *= sizes[t->reduced[i]];
    }
    for (int i = t->kept_ndim - 1; i >= 0; i--) {
        geometry.strides[t->kept[i]] = stride;
        stride *= sizes[t->kept[i]];
    }
    fa_array *target = fa__view(to, dtype, &geometry, true, err);
    if (target != NULL)
        fa__whole_read(t->run, 0, first, sizes, target, err);
    fa_release(target);
    fa_dtype_release(dtype);
    return !fa_failed(err);
}

static void long_line(quantiles *t, int64_t line, fa_error *err)
{
    enum { TOGETHER = FA__MAX_RANKS / 2 };
    int64_t first[FA_MAX_NDIM], sizes[FA_MAX_NDIM], keys[FA__MAX_RANKS];
    box_of_line(t, line, first, sizes);
    for (int64_t at = 0; at < t->count && !fa_failed(err); at += TOGETHER) {
        part_of_q part = {t, at, fa__min_i64(TOGETHER, t->count - at)};
        fa__rank_search search = {.run = t->run,
                                  .start = first,
                                  .sizes = sizes,
                                  .n = t->n,
                                  .ranker = t->ranker,
                                  .count = 2 * part.count,
                                  .skips_nan = t->skips_nan,
                                  .ranks = ranks_of_part,
                                  .user = &part,
                                  .keys = keys};
        if (!fa__ranks_find(&search, err))
            return;
        const int64_t valid = t->skips_nan ? t->n - search.nans : t->n;
        for (int64_t i = 0; i < part.count; i++) {
            uint64_t result[2];
            make_result(t, at + i, valid, search.nans, keys + 2 * i, result);
            fa__whole_write(t->run, (at + i) * t->lines + line, 1, result, err);
        }
    }
}

/* ---- Many quantiles of a long line: it is sorted ---- */

/* The elements of a line in order, in memory or in scratch; one reference. */
static fa_array *sorted_line(quantiles *t, int64_t line, fa_error *err)
{
    int64_t first[FA_MAX_NDIM], sizes[FA_MAX_NDIM];
    const fa_dtype *dtype = fa__dtype_native(t->run->node->inputs[0]->dtype, err);
    fa_array *elements = dtype != NULL ? fa__room_in_c_order(dtype, 1, &t->n, FA__ROOM_TO_FILL, err) : NULL;
    fa_array *sorted = elements != NULL ? fa__room_in_c_order(dtype, 1, &t->n, FA__ROOM_TO_FILL, err) : NULL;
    fa__node *leaf = NULL, *sort = NULL;
    box_of_line(t, line, first, sizes);
    if (sorted != NULL && read_lines(t, first, sizes, elements->source, elements->offset, err))
        leaf = fa__node_leaf(elements, err);
    if (leaf != NULL)
        sort = fa__node_sort(leaf, 0, err);
    if (sort != NULL)
        fa__whole_compute(sort, sorted, t->run->options, err);
    fa__node_release(sort);
    fa__node_release(leaf);
    fa_release(elements);
    fa_dtype_release(dtype);
    if (!fa_failed(err))
        return sorted;
    fa_release(sorted);
    return NULL;
}

/* The key of element i. */
static int64_t key_at(const quantiles *t, const fa_array *sorted, int64_t i, fa_error *err)
{
    const int64_t item = sorted->dtype->item_bytes, one = 1;
    const fa__box box = {1, item, sorted->offset + i * item, &one, &item};
    uint64_t element = 0, key = 0;
    fa__source_read(sorted->source, &box, &element, err);
    t->ranker->keys(&key, &element, 1);
    return fa__rank_key(&key, t->ranker->key_bytes, 0);
}

static int64_t nans_at_end(const quantiles *t, const fa_array *sorted, fa_error *err)
{
    const int64_t largest = (int64_t)(UINT64_MAX >> (65 - 8 * t->ranker->key_bytes));
    int64_t low = 0, high = t->ranker->has_nan ? t->n : 0;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (key_at(t, sorted, middle, err) < largest)
            low = middle + 1;
        else
            high = middle;
    }
    return t->ranker->has_nan ? t->n - low : 0;
}

static void long_line_in_order(quantiles *t, int64_t line, fa_error *err)
{
    fa_array *sorted = sorted_line(t, line, err);
    const int64_t nans = sorted != NULL ? nans_at_end(t, sorted, err) : 0,
                  valid = t->skips_nan ? t->n - nans : t->n;
    for (int64_t i = 0; i < t->count && !fa_failed(err); i++) {
        int64_t ranks[2], keys[2] = {0};
        uint64_t result[2];
        if (valid > 0)
            ranks_of(t, i, 1, valid, ranks);
        for (int k = 0; k < 2 && valid > 0; k++)
            keys[k] = key_at(t, sorted, ranks[k], err);
        make_result(t, i, valid, nans, keys, result);
        fa__whole_write(t->run, i * t->lines + line, 1, result, err);
    }
    fa_release(sorted);
}

/* ---- Many lines ---- */

/* Lines that are in memory, one behind the other. */
typedef struct batch {
    const quantiles *t;
    char *elements;
    char *results; /* quantile by quantile */
    int64_t lines;
} batch;

static void one_line(const quantiles *t, char *elements, int64_t *ranks, int64_t *sorted, char *results,
                     int64_t stride)
{
    const fa__ranker *ranker = t->ranker;
    const int bytes = ranker->key_bytes;
    ranker->keys(elements, elements, t->n);
    const int64_t nans = ranker->has_nan ? ranker->largest(elements, t->n) : 0,
                  valid = t->skips_nan ? t->n - nans : t->n;
    if (valid > 0 && (nans == 0 || t->skips_nan)) {
        ranks_of(t, 0, t->count, valid, ranks);
        memcpy(sorted, ranks, (size_t)t->count * 2 * sizeof *ranks);
        fa__sort_keys(sorted, 2 * t->count, sizeof *sorted);
        ranker->select(elements, t->n, sorted, 2 * t->count);
    }
    for (int64_t i = 0; i < t->count; i++) {
        int64_t keys[2] = {0};
        for (int k = 0; k < 2 && valid > 0; k++)
            keys[k] = fa__rank_key(elements, bytes, nans == 0 || t->skips_nan ? ranks[2 * i + k] : 0);
        make_result(t, i, valid, nans, keys, results + i * stride);
    }
}

static void lines_job(void *user, int64_t job, fa_error *err)
{
    const batch *b = user;
    const quantiles *t = b->t;
    int64_t *ranks = fa__alloc((size_t)t->count * 4 * sizeof *ranks, err);
    const int64_t end = fa__min_i64(b->lines, (job + 1) * LINES_OF_A_JOB);
    for (int64_t line = job * LINES_OF_A_JOB; ranks != NULL && line < end; line++)
        one_line(t, b->elements + line * t->n * t->ranker->key_bytes, ranks, ranks + 2 * t->count,
                 b->results + line * t->result_bytes, b->lines * t->result_bytes);
    fa__free(ranks);
}

/* The next box of lines in C order, at most `most` of them: whole inner axes, some of one axis, one of the
 * outer ones. */
static int64_t box_of_lines(const quantiles *t, int64_t line, int64_t most, int64_t *first, int64_t *sizes)
{
    const fa__node *input = t->run->node->inputs[0];
    box_of_line(t, line, first, sizes);
    int64_t lines = 1;
    for (int i = t->kept_ndim - 1; i >= 0; i--) {
        const int axis = t->kept[i];
        sizes[axis] = fa__min_i64(input->sizes[axis] - first[axis], most / lines);
        lines *= sizes[axis];
        if (sizes[axis] < input->sizes[axis])
            break;
    }
    return lines;
}

/* How many lines are read at a time. Where rows of a file hold an element of each line, wide boxes read whole
 * pages. */
static int64_t lines_at_a_time(const quantiles *t, size_t *charged)
{
    const int64_t line_bytes = t->n * t->ranker->key_bytes + t->count * t->result_bytes;
    const int64_t limit = (int64_t)(fa__ledger_limit() >> 1) * 2, left = limit - (int64_t)fa__ledger_used();
    int64_t bytes = fa__max_i64(fa__min_i64(READ_BYTES, left / 4), line_bytes);
    for (; bytes > LEAST_BYTES && bytes >= line_bytes; bytes /= 2) {
        *charged = (size_t)bytes;
        if (fa__ledger_charge(*charged))
            break;
        *charged = 0;
    }
    return fa__max_i64(fa__min_i64(bytes / line_bytes, t->lines), 1);
}

static void many_lines(quantiles *t, fa_error *err)
{
    size_t charged = 0;
    const int64_t most = lines_at_a_time(t, &charged);
    batch b = {.t = t};
    b.elements = fa__alloc((size_t)(most * t->n * t->ranker->key_bytes), err);
    fa__source *memory = fa__memory_source_adopt(b.elements, most * t->n * t->ranker->key_bytes, NULL, err);
    b.results = fa__alloc((size_t)(most * t->count * t->result_bytes), err);
    for (int64_t line = 0; line < t->lines && !fa_failed(err); line += b.lines) {
        int64_t first[FA_MAX_NDIM], sizes[FA_MAX_NDIM];
        b.lines = box_of_lines(t, line, most, first, sizes);
        if (!read_lines(t, first, sizes, memory, 0, err) ||
            !fa__whole_parallel(t->run, (b.lines + LINES_OF_A_JOB - 1) / LINES_OF_A_JOB, 0, lines_job, &b,
                                err))
            break;
        for (int64_t i = 0; i < t->count; i++)
            fa__whole_write(t->run, i * t->lines + line, b.lines, b.results + i * b.lines * t->result_bytes,
                            err);
    }
    if (memory != NULL)
        fa__source_release(memory);
    fa__free(b.elements);
    fa__free(b.results);
    fa__ledger_release(charged);
}

/* ---- The run ---- */

/* Nothing is there to select from. */
static void of_nothing(quantiles *t, fa_error *err)
{
    uint64_t nan[2];
    fa__quantile_nan(&t->rule, nan);
    for (int64_t i = 0; i < t->count * t->lines && !fa_failed(err); i++)
        fa__whole_write(t->run, i, 1, nan, err);
}

static bool run(fa__whole_run *run, bool is_median, bool skips_nan, fa_error *err)
{
    quantiles t = {0};
    if (start(&t, run, is_median, skips_nan, err) && t.count > 0 && t.lines > 0) {
        if (t.n == 0)
            of_nothing(&t, err);
        else if (t.n >= LONG_LINE || t.n * t.ranker->key_bytes > (int64_t)(fa__ledger_limit() / 8))
            for (int64_t line = 0; line < t.lines && !fa_failed(err); line++)
                (t.count > MANY ? long_line_in_order : long_line)(&t, line, err);
        else
            many_lines(&t, err);
    }
    fa__free(t.q);
    return !fa_failed(err);
}

static bool run_median(fa__whole_run *r, fa_error *err)
{
    return run(r, true, false, err);
}

static bool run_nanmedian(fa__whole_run *r, fa_error *err)
{
    return run(r, true, true, err);
}

static bool run_quantile(fa__whole_run *r, fa_error *err)
{
    return run(r, false, false, err);
}

static bool run_nanquantile(fa__whole_run *r, fa_error *err)
{
    return run(r, false, true, err);
}

const fa__whole_class fa__whole_median = {.run = run_median};
const fa__whole_class fa__whole_nanmedian = {.run = run_nanmedian};
const fa__whole_class fa__whole_quantile = {.run = run_quantile};
const fa__whole_class fa__whole_nanquantile = {.run = run_nanquantile};
