/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines in memory, sorted. Keys are sorted in place, parted first into pieces for all threads; positions are
 * sorted as keys that carry them; elements that are compared by the positions of their prefixes, and by
 * comparison where these are alike. Knows nothing about where lines come from. */
#include "op/order.h"

#include "engine/buffers.h"
#include "engine/pool.h"

#include "base/checked.h"
#include "base/memory.h"

#include <string.h>

enum {
    PIECE = 64 << 10,         /* elements of a job that goes over all of a line */
    LEAST_SHARED = 128 << 10, /* elements of a line that threads share */
    PARTS_EACH = 4,           /* parts for each thread */
    MOST_TOLD = 16 << 20      /* bytes of a part that somebody is told of */
};

/* ---- Comparison ---- */

/* Both keys at once: most of what one takes is the way there. */
static int compare_keys(const fa_dtype *dtype, const void *a, const void *b, bool merged)
{
    const size_t item = (size_t)dtype->item_bytes;
    _Alignas(8) char elements[16];
    memcpy(elements, a, item);
    memcpy(elements + item, b, item);
    if (fa__key_bytes(dtype->type) == 8) {
        int64_t keys[2];
        fa__keys_of(keys, elements, dtype->type, 2, merged);
        return (keys[0] > keys[1]) - (keys[0] < keys[1]);
    }
    int32_t keys[2];
    fa__keys_of(keys, elements, dtype->type, 2, merged);
    return (keys[0] > keys[1]) - (keys[0] < keys[1]);
}

static void parts_of(fa_type type, const void *element, double parts[2])
{
    if (type == FA_TYPE_COMPLEX128) {
        memcpy(parts, element, 2 * sizeof(double));
        return;
    }
    float single[2];
    memcpy(single, element, sizeof single);
    parts[0] = (double)single[0];
    parts[1] = (double)single[1];
}

/* 0: no part is NaN, 1: the imaginary one, 2: the real one, 3: both. */
static int class_of(const double parts[2])
{
    return (parts[0] != parts[0]) * 2 + (parts[1] != parts[1]);
}

/* NumPy's: by where NaNs are, then by the parts that are numbers. */
static int compare_complex(fa_type type, const void *a, const void *b)
{
    double first[2], second[2];
    parts_of(type, a, first);
    parts_of(type, b, second);
    int class = class_of(first), difference = class - class_of(second);
    for (int i = 0; i < 2 && difference == 0; i++)
        difference = (first[i] > second[i]) - (first[i] < second[i]);
    return difference;
}

static int compare_text(const void *a, const void *b, int64_t bytes)
{
    const uint32_t *first = a, *second = b;
    for (int64_t i = 0; i < bytes / 4; i++)
        if (first[i] != second[i])
            return first[i] < second[i] ? -1 : 1;
    return 0;
}

static int compare(const fa_dtype *dtype, const void *a, const void *b, bool merged);

/* A field of a record may stand anywhere, and in any byte order. */
static int compare_field(const fa__field *field, const char *a, const char *b)
{
    const fa_dtype *dtype = field->dtype;
    int swap = fa__dtype_swap(dtype);
    int64_t bytes = dtype->item_bytes;
    _Alignas(16) char first[256], second[256];
    a += field->offset_bytes;
    b += field->offset_bytes;
    if (dtype->type == FA_TYPE_VOID || dtype->type == FA_TYPE_BYTES)
        return compare(dtype, a, b, true);
    /* Longer texts part by part: each part is in order by itself. */
    int64_t part = bytes <= (int64_t)sizeof first ? bytes : (int64_t)sizeof first;
    for (int64_t done = 0; done < bytes; done += part) {
        int64_t some = fa__min_i64(part, bytes - done), unit = swap > 1 ? swap : some;
        fa__gather(first, a + done, unit, some / unit, unit, swap);
        fa__gather(second, b + done, unit, some / unit, unit, swap);
        int difference = dtype->type == FA_TYPE_STRING ? compare_text(first, second, some)
                                                       : compare(dtype, first, second, true);
        if (difference != 0)
            return difference;
    }
    return 0;
}

/* Records by their fields, in the order of their names; depth is bounded by FA__MAX_DTYPE_DEPTH. */
static int compare(const fa_dtype *dtype, const void *a, const void *b, bool merged)
{
    if (fa__key_bytes(dtype->type) > 0)
        return compare_keys(dtype, a, b, merged);
    if (dtype->type == FA_TYPE_COMPLEX64 || dtype->type == FA_TYPE_COMPLEX128)
        return compare_complex(dtype->type, a, b);
    if (dtype->type == FA_TYPE_STRING)
        return compare_text(a, b, dtype->item_bytes);
    if (dtype->field_count == 0)
        return memcmp(a, b, (size_t)dtype->item_bytes);
    int difference = 0;
    for (int i = 0; i < dtype->field_count && difference == 0; i++)
        difference = compare_field(&dtype->fields[i], a, b);
    return difference;
}

fa__order fa__order_of(const fa_dtype *dtype)
{
    bool is_text = dtype->type == FA_TYPE_BYTES || dtype->type == FA_TYPE_STRING ||
                   (dtype->type == FA_TYPE_VOID && dtype->field_count == 0);
    return (fa__order){.dtype = dtype,
                       .type = dtype->type,
                       .item_bytes = dtype->item_bytes,
                       .key_bytes = fa__key_bytes(dtype->type),
                       .is_exact = is_text && dtype->item_bytes <= 8};
}

int fa__order_compare(const fa__order *order, const void *a, const void *b, bool merged)
{
    return compare(order->dtype, a, b, merged);
}

/* ---- Prefixes ---- */

static const uint64_t SIGN = (uint64_t)1 << 63;

/* The class, then as much of the first number as there is room for. */
static int64_t prefix_of_complex(fa_type type, const void *element)
{
    double parts[2];
    parts_of(type, element, parts);
    int class = class_of(parts);
    int64_t key = 0;
    if (class < 3)
        fa__keys_of(&key, &parts[class == 2], FA_TYPE_FLOAT64, 1, true);
    return (int64_t)(((uint64_t) class << 62 | ((uint64_t)key ^ SIGN) >> 2) ^ SIGN);
}

static int64_t prefix_of_bytes(const void *element, int64_t bytes)
{
    const unsigned char *from = element;
    uint64_t prefix = 0;
    for (int64_t i = 0; i < 8; i++)
        prefix = prefix << 8 | (i < bytes ? from[i] : 0);
    return (int64_t)(prefix ^ SIGN);
}

static int64_t prefix_of_text(const void *element, int64_t bytes)
{
    const uint32_t *from = element;
    uint64_t first = bytes >= 4 ? from[0] : 0, second = bytes >= 8 ? from[1] : 0;
    return (int64_t)((first << 32 | second) ^ SIGN);
}

/* Of a record: that of its first field, where this has one. */
static int64_t prefix_of(const fa_dtype *dtype, const void *element)
{
    _Alignas(16) char room[16];
    const char *from = element;
    while (dtype->field_count > 0) {
        from += dtype->fields[0].offset_bytes;
        dtype = dtype->fields[0].dtype;
    }
    int swap = fa__dtype_swap(dtype);
    if (dtype->type == FA_TYPE_BYTES || dtype->type == FA_TYPE_VOID)
        return prefix_of_bytes(from, dtype->item_bytes);
    size_t some = (size_t)fa__min_i64(dtype->item_bytes, (int64_t)sizeof room);
    if (swap > 1)
        fa__gather(room, from, swap, (int64_t)some / swap, swap, swap);
    else
        memcpy(room, from, some);
    if (dtype->type == FA_TYPE_STRING)
        return prefix_of_text(room, (int64_t)some);
    int bytes = fa__key_bytes(dtype->type);
    if (bytes == 0)
        return prefix_of_complex(dtype->type, room);
    int64_t wide = 0;
    int32_t narrow = 0;
    fa__keys_of(bytes == 8 ? (void *)&wide : (void *)&narrow, room, dtype->type, 1, true);
    return bytes == 8 ? wide : narrow;
}

/* ---- Jobs ---- */

typedef void body(void *user, int64_t job, fa_error *err);

static bool each(fa__whole_run *run, int64_t jobs, body *one, void *user, fa_error *err)
{
    if (run != NULL)
        return fa__whole_parallel(run, jobs, 0, one, user, err);
    for (int64_t job = 0; job < jobs && !fa_failed(err); job++)
        one(user, job, err);
    return !fa_failed(err);
}

static int64_t pieces_of(int64_t n)
{
    return (n + PIECE - 1) / PIECE;
}

/* Elements [*begin, end) of a piece. */
static int64_t piece_end(int64_t n, int64_t job, int64_t *begin)
{
    *begin = job * PIECE;
    return fa__min_i64(*begin + PIECE, n);
}

/* ---- Keys ---- */

/* A range of keys, none of which belongs before or behind it. */
typedef struct part {
    int64_t begin, end, front;
    bool is_equal; /* all keys are the same */
} part;

typedef struct parting {
    char *keys;
    int key_bytes;
    part *parts;
    int64_t count, capacity, most; /* parts of more keys than `most` are parted */
    /* What becomes of keys that are sorted, and who is told then. */
    void (*finish)(void *user, int64_t begin, int64_t end);
    void *user;
    const fa__when_sorted *when;
} parting;

static bool is_large(const parting *p, const part *one)
{
    return !one->is_equal && one->end - one->begin > p->most;
}

static void part_one(void *user, int64_t job, fa_error *err)
{
    const parting *p = user;
    part *one = &p->parts[job];
    (void)err;
    one->front = 0;
    if (is_large(p, one))
        one->front = fa__part_keys(p->keys + one->begin * p->key_bytes, one->end - one->begin, p->key_bytes);
}

/* Each part that was parted becomes two. */
static bool divide_parts(parting *p, fa_error *err)
{
    bool divided = false;
    if (!fa__grow(&p->parts, &p->capacity, 2 * p->count, sizeof *p->parts, err))
        return false;
    for (int64_t i = 0, count = p->count; i < count; i++) {
        part *one = &p->parts[i];
        int64_t end = one->end;
        if (one->front == 0)
            continue;
        one->is_equal = one->front == end - one->begin;
        one->end = one->begin + one->front;
        if (!one->is_equal)
            p->parts[p->count++] = (part){.begin = one->end, .end = end};
        divided = true;
    }
    return divided;
}

static bool tell(const fa__when_sorted *when, int64_t begin, int64_t end, fa_error *err)
{
    if (when != NULL && begin < end && !fa_failed(err))
        when->done(when->user, begin, end, err);
    return !fa_failed(err);
}

static void sort_part(void *user, int64_t job, fa_error *err)
{
    const parting *p = user;
    const part *one = &p->parts[job];
    if (!one->is_equal)
        fa__sort_keys(p->keys + one->begin * p->key_bytes, one->end - one->begin, p->key_bytes);
    if (p->finish != NULL)
        p->finish(p->user, one->begin, one->end);
    tell(p->when, one->begin, one->end, err);
}

/* Sorts keys in place. Parts are divided until each thread has some of them: the steps are those of the sort
 * of one thread, only that one part is not finished before the other is begun. */
static bool sort_keys(fa__whole_run *run, parting *p, int64_t n, fa_error *err)
{
    enum { MOST_ROUNDS = 24 };
    part all = {.begin = 0, .end = n};
    int threads = run != NULL ? fa__pool_threads() : 1;
    if (threads == 1 || n < LEAST_SHARED) {
        p->parts = &all;
        sort_part(p, 0, err);
        return !fa_failed(err);
    }
    p->most = n / (threads * PARTS_EACH);
    if (p->when != NULL) /* who writes parts is not to wait for the last ones */
        p->most = fa__min_i64(p->most, MOST_TOLD / p->key_bytes);
    if (!fa__grow(&p->parts, &p->capacity, 1, sizeof *p->parts, err))
        return false;
    p->parts[0] = all;
    p->count = 1;
    for (int round = 0; round < MOST_ROUNDS && each(run, p->count, part_one, p, err); round++)
        if (!divide_parts(p, err))
            break;
    each(run, p->count, sort_part, p, err);
    fa__free(p->parts);
    return !fa_failed(err);
}

/* ---- Values of few bits: counted ---- */

/* Elements of one or two bytes are as many of each value as there are. */
typedef struct counting {
    const fa__order *order;
    char *elements;
    int64_t n, jobs, values;
    int64_t *counts; /* a row for each job; the first one becomes where each value begins */
} counting;

enum { LEAST_COUNTED_1 = 256, LEAST_COUNTED_2 = 32 << 10, COUNTING_JOBS = 8 };

static bool is_counted(const fa__order *order, int64_t n)
{
    return (order->item_bytes == 1 && n >= LEAST_COUNTED_1) ||
           (order->item_bytes == 2 && n >= LEAST_COUNTED_2);
}

static int64_t values_of(const fa__order *order)
{
    return INT64_C(1) << 8 * order->item_bytes;
}

static int64_t counting_jobs(int64_t n)
{
    return n < LEAST_SHARED ? 1 : COUNTING_JOBS;
}

static void count_values(void *user, int64_t job, fa_error *err)
{
    const counting *c = user;
    int64_t *counts = c->counts + job * c->values, middle = c->values / 2;
    int64_t begin = c->n * job / c->jobs, end = c->n * (job + 1) / c->jobs;
    int32_t keys[FA__BLOCK];
    (void)err;
    memset(counts, 0, (size_t)c->values * sizeof *counts);
    for (int64_t at = begin; at < end; at += FA__BLOCK) {
        int64_t some = fa__min_i64(end - at, FA__BLOCK);
        fa__keys_of(keys, c->elements + at * c->order->item_bytes, c->order->type, some, false);
        for (int64_t i = 0; i < some; i++)
            counts[keys[i] + middle]++;
    }
}

/* Where elements of each value begin. */
static void add_up(const counting *c)
{
    int64_t before = 0;
    for (int64_t v = 0; v < c->values; v++) {
        int64_t count = 0;
        for (int64_t job = 0; job < c->jobs; job++)
            count += c->counts[job * c->values + v];
        c->counts[v] = before;
        before += count;
    }
}

static void lay_down(void *user, int64_t job, fa_error *err)
{
    const counting *c = user;
    int64_t begin = c->n * job / c->jobs, end = c->n * (job + 1) / c->jobs, item = c->order->item_bytes;
    int64_t low = 0, high = c->values;
    (void)err;
    while (high - low > 1) { /* the last value that begins at `begin` or before */
        int64_t middle = (low + high) / 2;
        *(c->counts[middle] <= begin ? &low : &high) = middle;
    }
    for (int64_t at = begin, v = low; at < end; v++) {
        int64_t next = v + 1 < c->values ? fa__min_i64(c->counts[v + 1], end) : end;
        if (next <= at)
            continue;
        int32_t key = (int32_t)(v - c->values / 2);
        _Alignas(8) char element[8];
        fa__elements_of(element, &key, c->order->type, 1);
        fa__fill(c->elements + at * item, element, next - at, item);
        at = next;
    }
}

static bool sort_counted(fa__whole_run *run, const fa__order *order, void *elements, int64_t n, void *room,
                         fa_error *err)
{
    counting c = {.order = order,
                  .elements = elements,
                  .n = n,
                  .jobs = counting_jobs(n),
                  .values = values_of(order),
                  .counts = room};
    if (!each(run, c.jobs, count_values, &c, err))
        return false;
    add_up(&c);
    return each(run, c.jobs, lay_down, &c, err);
}

/* ---- Values ---- */

int64_t fa__sort_room(const fa__order *order, int64_t n)
{
    if (order->key_bytes == 0)
        return n * (order->item_bytes + (int64_t)sizeof(int64_t)) + 16 + fa__argsort_room(order, n);
    if (order->key_bytes == order->item_bytes)
        return 0;
    if (is_counted(order, n))
        return counting_jobs(n) * values_of(order) * (int64_t)sizeof(int64_t);
    return n * order->key_bytes;
}

typedef struct values {
    const fa__order *order;
    char *elements, *keys; /* the same memory, or not */
    int64_t n;
} values;

static void make_keys(void *user, int64_t job, fa_error *err)
{
    const values *v = user;
    int64_t begin, end = piece_end(v->n, job, &begin);
    (void)err;
    fa__keys_of(v->keys + begin * v->order->key_bytes, v->elements + begin * v->order->item_bytes,
                v->order->type, end - begin, false);
}

static void make_elements(void *user, int64_t begin, int64_t end)
{
    const values *v = user;
    fa__elements_of(v->elements + begin * v->order->item_bytes, v->keys + begin * v->order->key_bytes,
                    v->order->type, end - begin);
}

static bool sort_compared(fa__whole_run *run, const fa__order *order, void *elements, int64_t n, void *room,
                          fa_error *err)
{
    int64_t *positions = room;
    char *copy = (char *)(positions + n), *rest = copy + fa__round_up(n * order->item_bytes, 16);
    return fa__argsort_line(run, order, elements, n, 0, positions, rest, NULL, err) &&
           fa__order_gather(run, copy, elements, positions, n, order->item_bytes, err) &&
           memcpy(elements, copy, (size_t)(n * order->item_bytes)) != NULL;
}

bool fa__sort_line(fa__whole_run *run, const fa__order *order, void *elements, int64_t n, void *room,
                   const fa__when_sorted *when, fa_error *err)
{
    if (fa_failed(err) || n < 2 || order->item_bytes == 0)
        return tell(when, 0, n, err);
    if (order->key_bytes == 0)
        return sort_compared(run, order, elements, n, room, err) && tell(when, 0, n, err);
    bool in_place = order->key_bytes == order->item_bytes;
    if (!in_place && is_counted(order, n))
        return sort_counted(run, order, elements, n, room, err) && tell(when, 0, n, err);
    values v = {.order = order, .elements = elements, .keys = in_place ? elements : room, .n = n};
    parting p = {
        .keys = v.keys, .key_bytes = order->key_bytes, .finish = make_elements, .user = &v, .when = when};
    return each(run, pieces_of(n), make_keys, &v, err) && sort_keys(run, &p, n, err);
}

void fa__sort_key_lines(const fa__order *order, void *elements, int64_t count, int64_t n)
{
    char *line = elements;
    fa__keys_of(elements, elements, order->type, count * n, false);
    for (int64_t i = 0; i < count; i++, line += n * order->key_bytes)
        fa__sort_keys(line, n, order->key_bytes);
    fa__elements_of(elements, elements, order->type, count * n);
}

/* ---- Positions ---- */

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
    } ranges[COUNTING_JOBS];
    bool same_prefixes; /* looks for runs of those; else for runs of what is packed alike */
} packed;

static void find_range(void *user, int64_t job, fa_error *err)
{
    packed *p = user;
    int64_t begin = p->n * job / COUNTING_JOBS, end = p->n * (job + 1) / COUNTING_JOBS;
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
    int64_t begin, end = piece_end(p->n, job, &begin);
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
                bool first = b >= end || (a < middle && compare(p->order->dtype, base + from[a] * item,
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
    int64_t jobs = pieces_of(p->n);
    runs r = {.p = p, .bounds = fa__alloc((size_t)(jobs + 1) * sizeof(int64_t), err)};
    for (int64_t job = 0, at = 0; r.bounds != NULL && job <= jobs; job++) {
        at = fa__min_i64(fa__max_i64(job * PIECE, at), p->n);
        while (at > 0 && at < p->n && is_run(p, at - 1, at))
            at++;
        r.bounds[job] = at;
    }
    if (r.bounds != NULL)
        each(run, jobs, finish_runs, &r, err);
    fa__free(r.bounds);
    return !fa_failed(err);
}

static bool argsort_keys(fa__whole_run *run, packed *p, const fa__when_sorted *when, fa_error *err)
{
    if (!each(run, COUNTING_JOBS, find_range, p, err))
        return false;
    int64_t low = INT64_MAX, high = INT64_MIN;
    for (int i = 0; i < COUNTING_JOBS; i++) {
        low = fa__min_i64(low, p->ranges[i].low);
        high = fa__max_i64(high, p->ranges[i].high);
    }
    p->packing = fa__packing_of(p->type, low, high, p->n);
    bool is_whole = p->packing.lost_bits == 0;
    parting parts = {.keys = (char *)p->positions,
                     .key_bytes = sizeof(int64_t),
                     .finish = is_whole ? unpack_part : NULL,
                     .user = p,
                     .when = is_whole ? when : NULL};
    return each(run, pieces_of(p->n), pack_piece, p, err) && sort_keys(run, &parts, p->n, err) &&
           (is_whole || (each_run(run, p, err) && tell(when, 0, p->n, err)));
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
    int64_t begin, end = piece_end(p->n, job, &begin);
    (void)err;
    for (int64_t i = begin; i < end; i++)
        p->prefixes[i] = prefix_of(p->order->dtype, p->elements + i * p->order->item_bytes);
}

static bool argsort_compared(fa__whole_run *run, packed *p, void *room, fa_error *err)
{
    p->prefixes = room;
    p->room = p->prefixes + p->n;
    if (!each(run, pieces_of(p->n), make_prefixes, p, err))
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
        return tell(when, 0, n, err);
    }
    if (order->key_bytes == 0)
        return argsort_compared(run, &p, room, err) && tell(when, 0, n, err);
    if (run == NULL || n < LEAST_SHARED) {
        argsort_short(&p);
        return tell(when, 0, n, err);
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
    int64_t begin, end = piece_end(g->n, job, &begin), offsets[FA__BLOCK];
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
    return each(run, pieces_of(n), gather_piece, &g, err);
}
