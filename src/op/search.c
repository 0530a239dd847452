/* SPDX-License-Identifier: BSD-3-Clause */
/* SEARCHSORTED and ISIN: places of elements in an order. The order stands in memory as keys, or as elements
 * where their type has none; where it does not fit, every so-manieth of its elements does, and what is sought
 * is sorted, so that what lies between is read in the order of the file, and once for all that is sought
 * there. Elements that are sought come piece by piece. Knows nothing about where results stand. */
#include "op/lines.h"
#include "op/order.h"
#include "op/wholes.h"

#include "engine/buffers.h"
#include "engine/flat.h"

#include "base/checked.h"
#include "base/memory.h"

#include <string.h>

enum { SEEK_BYTES = 4 << 20, SEEK_PIECE = 16 << 10, LEAST_SEEK = 1024 };

/* ---- An order ---- */

typedef struct sorted {
    fa__order order;
    int64_t n;
    const char *items; /* keys, or elements that are compared; NULL where they do not fit */
    fa__work work;
    /* Where they do not fit: */
    fa__flat flat;
    int64_t step, sampled;
    char *samples; /* elements number 0, step, 2 step, ... */
} sorted;

static int64_t item_of(const sorted *s)
{
    return s->order.key_bytes > 0 ? s->order.key_bytes : s->order.item_bytes;
}

/* Elements as they are looked for. */
static void items_of(const sorted *s, const char *elements, int64_t n, char *items)
{
    if (s->order.key_bytes > 0)
        fa__keys_of(items, elements, s->order.type, n, true);
    else if (items != elements)
        memcpy(items, elements, (size_t)(n * s->order.item_bytes));
}

static bool comes_before(const sorted *s, const char *item, const char *sought, bool right)
{
    int difference = fa__order_compare(&s->order, item, sought, true);
    return difference < 0 || (right && difference == 0);
}

/* How many of n elements come before one. */
static int64_t search(const sorted *s, const char *elements, int64_t n, const char *sought, bool right)
{
    int64_t low = 0, high = n;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (comes_before(s, elements + middle * s->order.item_bytes, sought, right))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Keys of all elements of an input, piece by piece. */
static bool read_items(sorted *s, fa__whole_run *run, int input, char *items, fa_error *err)
{
    fa__lines lines;
    fa__work piece = {0};
    int64_t item = s->order.item_bytes, most = fa__max_i64(SEEK_BYTES / fa__max_i64(item, 1), 1);
    fa__lines_flat(&lines, run, input);
    char *elements = fa__work_take(&piece, fa__min_i64(most, s->n) * item, err);
    for (int64_t done = 0, some; done < s->n && !fa_failed(err); done += some) {
        some = fa__lines_read_flat(&lines, done, most, s->order.dtype, elements, err);
        if (some > 0)
            items_of(s, elements, some, items + done * item_of(s));
    }
    fa__work_give_back(&piece);
    return !fa_failed(err);
}

/* Every step-th element, of an order that stands in a file. */
static bool read_samples(sorted *s, fa__whole_run *run, int input, int64_t limit, fa_error *err)
{
    const fa_array *array = fa__whole_input(run, input, err);
    int64_t item = s->order.item_bytes;
    if (array == NULL || !fa__flat_start(&s->flat, array, s->order.dtype, err))
        return false;
    s->step = fa__max_i64(4096 / item, 16);
    while (s->n / s->step * item > limit / 4)
        s->step *= 2;
    s->sampled = (s->n + s->step - 1) / s->step;
    s->samples = fa__work_take(&s->work, s->sampled * item, err);
    return s->samples != NULL && fa__flat_read(&s->flat, 0, s->step, s->sampled, s->samples, err);
}

static bool start_sorted(sorted *s, fa__whole_run *run, int input, int64_t limit, fa_error *err)
{
    const fa__node *node = run->node->inputs[input];
    *s = (sorted){.order = fa__order_of(node->dtype), .n = fa__count(node->ndim, node->sizes)};
    fa_type type = s->order.type;
    if (type == FA_TYPE_INT64 || type == FA_TYPE_INT32 || s->order.key_bytes == 0) /* their own keys */
        s->items = fa__input_in_memory(run, input, s->order.dtype, err);
    if (s->items != NULL || fa_failed(err))
        return !fa_failed(err);
    if (s->n * item_of(s) > limit / 2)
        return read_samples(s, run, input, limit, err);
    char *items = fa__work_take(&s->work, s->n * item_of(s), err);
    s->items = items;
    return items != NULL && read_items(s, run, input, items, err);
}

static void end_sorted(sorted *s)
{
    if (s->flat.source != NULL)
        fa__flat_clear(&s->flat);
    fa__work_give_back(&s->work);
}

/* ---- Seeking ---- */

/* A piece of what is sought. */
typedef struct seeking {
    const sorted *s;
    bool right;
    const char *elements;
    int64_t n;
    int64_t *positions;
    int64_t *order; /* of the elements, where the order does not fit */
} seeking;

static void seek_in_memory(void *user, int64_t job, fa_error *err)
{
    const seeking *k = user;
    const sorted *s = k->s;
    int64_t begin = job * SEEK_PIECE, end = fa__min_i64(begin + SEEK_PIECE, k->n), item = s->order.item_bytes;
    _Alignas(64) char keys[FA__BLOCK * sizeof(int64_t)];
    (void)err;
    if (s->order.key_bytes == 0) {
        for (int64_t i = begin; i < end; i++)
            k->positions[i] = search(s, s->items, s->n, k->elements + i * item, k->right);
        return;
    }
    for (int64_t at = begin; at < end; at += FA__BLOCK) {
        int64_t some = fa__min_i64(end - at, FA__BLOCK);
        items_of(s, k->elements + at * item, some, keys);
        fa__search_keys(s->items, s->n, keys, some, s->order.key_bytes, k->right, k->positions + at);
    }
}

/* In order: a part of what lies between two samples is read once. */
static void seek_in_file(void *user, int64_t job, fa_error *err)
{
    const seeking *k = user;
    const sorted *s = k->s;
    int64_t begin = job * SEEK_PIECE, end = fa__min_i64(begin + SEEK_PIECE, k->n), item = s->order.item_bytes;
    int64_t block = -1, count = 0;
    size_t bytes = (size_t)(s->step * item);
    char *elements = fa__buffer_take(bytes, err);
    for (int64_t i = begin; i < end && elements != NULL && !fa_failed(err); i++) {
        const char *sought = k->elements + k->order[i] * item;
        int64_t wanted = search(s, s->samples, s->sampled, sought, k->right) - 1;
        if (wanted >= 0 && wanted != block) {
            block = wanted;
            count = fa__min_i64(s->step, s->n - block * s->step);
            fa__flat_read(&s->flat, block * s->step, 1, count, elements, err);
        }
        k->positions[k->order[i]] =
            wanted < 0 ? 0 : block * s->step + search(s, elements, count, sought, k->right);
    }
    fa__buffer_give_back(elements, bytes);
}

static bool seek(fa__whole_run *run, seeking *k, void *room, fa_error *err)
{
    int64_t jobs = (k->n + SEEK_PIECE - 1) / SEEK_PIECE;
    if (k->s->items != NULL)
        return fa__whole_parallel(run, jobs, 0, seek_in_memory, k, err);
    return fa__argsort_line(run, &k->s->order, k->elements, k->n, 0, k->order, room, NULL, err) &&
           fa__whole_parallel(run, jobs, 0, seek_in_file, k, err);
}

/* ---- SEARCHSORTED ---- */

/* How many elements are sought at a time: more where each walk over a file is dear. */
static int64_t sought_at_once(const sorted *s, int64_t limit)
{
    int64_t each = s->order.item_bytes + 3 * (int64_t)sizeof(int64_t) + fa__argsort_room(&s->order, 1);
    int64_t bytes = s->items != NULL ? SEEK_BYTES : limit / 2;
    return fa__max_i64(fa__min_i64(bytes, limit / 2) / each, LEAST_SEEK);
}

static bool seek_all(fa__whole_run *run, const sorted *s, int64_t limit, fa_error *err)
{
    const fa__node *node = run->node;
    int64_t total = fa__count(node->ndim, node->sizes), item = s->order.item_bytes, wide = sizeof(int64_t);
    int64_t most = fa__min_i64(sought_at_once(s, limit), total),
            room_bytes = fa__argsort_room(&s->order, most);
    fa__lines lines;
    fa__work work = {0};
    fa__lines_flat(&lines, run, 1);
    char *elements = fa__work_take(&work, fa__round_up(most * item, 16) + 2 * most * wide + room_bytes, err);
    if (elements == NULL)
        return false;
    seeking k = {.s = s, .right = node->as.reduce.option != 0, .elements = elements};
    k.positions = (int64_t *)(void *)(elements + fa__round_up(most * item, 16));
    k.order = k.positions + most;
    for (int64_t done = 0; done < total && !fa_failed(err); done += k.n) {
        k.n = fa__lines_read_flat(&lines, done, most, s->order.dtype, elements, err);
        if (k.n > 0 && seek(run, &k, k.order + most, err))
            fa__write_run(run, run->result->source, run->result->offset + done * wide, k.n * wide,
                          k.positions, err);
    }
    fa__work_give_back(&work);
    return !fa_failed(err);
}

static bool run_searchsorted(fa__whole_run *run, fa_error *err)
{
    sorted s = {0};
    int64_t limit = fa__work_limit();
    if (fa__count(run->node->ndim, run->node->sizes) > 0 && start_sorted(&s, run, 0, limit, err))
        seek_all(run, &s, limit, err);
    end_sorted(&s);
    return !fa_failed(err);
}

/* ---- ISIN ---- */

/* Some of the elements that are tested against, in order, and a piece of those that are tested. */
typedef struct testing {
    seeking k; /* `s` has the items */
    unsigned char *found;
    bool first, last, invert; /* of the parts that are tested against */
} testing;

/* The key of what equals nothing, itself neither; *has says whether the type has such. */
static int64_t key_of_nan(fa_type type, bool *has)
{
    *has = true;
    switch (type) {
    case FA_TYPE_FLOAT16:
    case FA_TYPE_BFLOAT16:
        return INT16_MAX;
    case FA_TYPE_FLOAT32:
        return INT32_MAX;
    case FA_TYPE_FLOAT64:
    case FA_TYPE_DATETIME64:
    case FA_TYPE_TIMEDELTA64:
        return INT64_MAX;
    default:
        *has = false;
        return 0;
    }
}

static int64_t key_at(const char *keys, int64_t i, int key_bytes)
{
    int64_t wide = 0;
    int32_t narrow = 0;
    if (key_bytes == sizeof wide)
        memcpy(&wide, keys + i * (int64_t)sizeof wide, sizeof wide);
    else
        memcpy(&narrow, keys + i * (int64_t)sizeof narrow, sizeof narrow);
    return key_bytes == sizeof wide ? wide : narrow;
}

/* Up to FA__BLOCK elements from number `at` on. */
static void test_keys(const testing *t, int64_t at, int64_t n)
{
    const sorted *s = t->k.s;
    bool has_nan;
    int bytes = s->order.key_bytes;
    int64_t nan = key_of_nan(s->order.type, &has_nan), *positions = t->k.positions + at;
    _Alignas(64) char keys[FA__BLOCK * sizeof(int64_t)];
    items_of(s, t->k.elements + at * s->order.item_bytes, n, keys);
    fa__search_keys(s->items, s->n, keys, n, bytes, false, positions);
    for (int64_t i = 0; i < n; i++) {
        int64_t key = key_at(keys, i, bytes);
        bool found =
            positions[i] < s->n && key_at(s->items, positions[i], bytes) == key && !(has_nan && key == nan);
        found = found || (!t->first && t->found[at + i] != 0);
        t->found[at + i] = found != (t->last && t->invert);
    }
}

/* Complex numbers that are NaN equal nothing. */
static bool is_nan(const fa__order *order, const char *element)
{
    double wide[2] = {0, 0};
    float narrow[2] = {0, 0};
    if (order->type == FA_TYPE_COMPLEX128)
        memcpy(wide, element, sizeof wide);
    else if (order->type == FA_TYPE_COMPLEX64)
        memcpy(narrow, element, sizeof narrow);
    return wide[0] != wide[0] || wide[1] != wide[1] || narrow[0] != narrow[0] || narrow[1] != narrow[1];
}

static void test_compared(const testing *t, int64_t at)
{
    const sorted *s = t->k.s;
    const char *element = t->k.elements + at * s->order.item_bytes;
    int64_t place = search(s, s->items, s->n, element, false);
    bool found = place < s->n && !is_nan(&s->order, element) &&
                 fa__order_compare(&s->order, s->items + place * s->order.item_bytes, element, true) == 0;
    found = found || (!t->first && t->found[at] != 0);
    t->found[at] = found != (t->last && t->invert);
}

static void test_piece(void *user, int64_t job, fa_error *err)
{
    const testing *t = user;
    int64_t begin = job * SEEK_PIECE, end = fa__min_i64(begin + SEEK_PIECE, t->k.n);
    (void)err;
    if (t->k.s->order.key_bytes > 0)
        for (int64_t at = begin; at < end; at += FA__BLOCK)
            test_keys(t, at, fa__min_i64(end - at, FA__BLOCK));
    else
        for (int64_t at = begin; at < end; at++)
            test_compared(t, at);
}

static bool read_found(const fa__whole_run *run, int64_t first, int64_t n, unsigned char *found,
                       fa_error *err)
{
    return fa__source_read_bytes(run->result->source, run->result->offset + first, n, found, err);
}

/* All elements against those in `s`. */
static bool test_all(fa__whole_run *run, testing *t, int64_t limit, fa_error *err)
{
    const sorted *s = t->k.s;
    const fa__node *node = run->node;
    int64_t total = fa__count(node->ndim, node->sizes), item = s->order.item_bytes;
    int64_t most = fa__min_i64(sought_at_once(s, limit), total);
    fa__lines lines;
    fa__work work = {0};
    fa__lines_flat(&lines, run, 0);
    char *elements =
        fa__work_take(&work, fa__round_up(most * item, 16) + most * ((int64_t)sizeof(int64_t) + 1), err);
    if (elements == NULL)
        return false;
    t->k.elements = elements;
    t->k.positions = (int64_t *)(void *)(elements + fa__round_up(most * item, 16));
    t->found = (unsigned char *)(t->k.positions + most);
    for (int64_t done = 0; done < total && !fa_failed(err); done += t->k.n) {
        t->k.n = fa__lines_read_flat(&lines, done, most, s->order.dtype, elements, err);
        if (t->k.n == 0 || (!t->first && !read_found(run, done, t->k.n, t->found, err)))
            break;
        if (fa__whole_parallel(run, (t->k.n + SEEK_PIECE - 1) / SEEK_PIECE, 0, test_piece, t, err))
            fa__write_run(run, run->result->source, run->result->offset + done, t->k.n, t->found, err);
    }
    fa__work_give_back(&work);
    return !fa_failed(err);
}

/* The part of what is tested against that begins at `done`: its items in order. */
static int64_t sort_some(sorted *s, fa__whole_run *run, const fa__lines *lines, int64_t done, int64_t most,
                         char *room, fa_error *err)
{
    fa__order keys = s->order;
    int64_t n = fa__lines_read_flat(lines, done, most, s->order.dtype, room, err);
    char *items = room, *rest = room + fa__round_up(most * s->order.item_bytes, 16);
    if (n == 0)
        return 0;
    if (s->order.key_bytes > 0) {
        items = rest;
        rest += fa__round_up(most * s->order.key_bytes, 16);
        items_of(s, room, n, items);
        bool is_wide = s->order.key_bytes == 8;
        keys = fa__order_of(is_wide ? FA_INT64 : FA_INT32);
    }
    fa__sort_line(run, &keys, items, n, rest, NULL, err);
    s->items = items;
    s->n = n;
    return n;
}

static bool run_isin(fa__whole_run *run, fa_error *err)
{
    const fa__node *tests = run->node->inputs[1];
    sorted s = {.order = fa__order_of(tests->dtype)};
    int64_t limit = fa__work_limit(), total = fa__count(tests->ndim, tests->sizes);
    int64_t each =
        s.order.item_bytes + s.order.key_bytes + (s.order.key_bytes > 0 ? 0 : fa__sort_room(&s.order, 1));
    int64_t most =
        fa__max_i64(fa__min_i64(limit / 2 / fa__max_i64(each, 1), fa__min_i64(total, FA__LONGEST_LINE)), 1);
    testing t = {
        .k = {.s = &s}, .first = true, .last = total == 0, .invert = run->node->as.reduce.option != 0};
    fa__lines lines;
    fa__work work = {0};
    fa__lines_flat(&lines, run, 1);
    if (fa__count(run->node->ndim, run->node->sizes) == 0)
        return true;
    char *room = fa__work_take(&work, most * each + 128, err);
    if (total == 0 && room != NULL)
        test_all(run, &t, limit, err);
    for (int64_t done = 0, some; done < total && room != NULL && !fa_failed(err);
         done += some, t.first = false) {
        some = sort_some(&s, run, &lines, done, most, room, err);
        t.last = done + some == total;
        if (some > 0)
            test_all(run, &t, limit - most * each, err);
    }
    fa__work_give_back(&work);
    return !fa_failed(err);
}

const fa__whole_class fa__whole_searchsorted = {.run = run_searchsorted};
const fa__whole_class fa__whole_isin = {.run = run_isin};
