/* SPDX-License-Identifier: BSD-3-Clause */
/* reduceat: an operation repeated from one position of an axis to the next, for every pair of neighbours in a
 * list of positions; where the next one is not further on, the element itself; from the last position to the
 * end. Segments may overlap, and go back. Floats below float64 are added and multiplied in float64 and
 * rounded once.
 *
 *     axes:   outer | the axis | inner         element (o, k, i) of the result is made of (o, first_k ..
 * last_k - 1, i)
 *
 * Where nothing stands inside of the axis a segment is a run of memory, cut into pieces; else rows of `inner`
 * are combined with each other. */
#include "op/wholes.h"

#include "base/checked.h"
#include "engine/buffers.h"
#include "engine/flat.h"
#include "op/consumers.h"

#include <string.h>

enum {
    PIECE = 64, /* elements that are combined before they meet what stands before: bounds the error of long
                   sums */
    POSITIONS = 1024, /* looked at together */
    JOB = 4096,       /* results of one job, at most */
    JOBS = 64         /* where segments are long there are few results: more than threads, for all that */
};

typedef struct segments {
    fa__whole_run *run;
    fa__flat elements, positions;
    fa__loop *loop;
    fa__scan_loop *scan;
    fa_type type, wide; /* of the elements, and of what they are combined in */
    bool is_associative, check_exponents;
    int64_t item_bytes, wide_bytes;
    int64_t length, inner, count, total; /* of the axis; elements inside; positions; results */
    int64_t job;
} segments;

/* What one job works with. */
typedef struct worker {
    const segments *s;
    fa_error *err;
    char *row, *wide, *sum, *out; /* a block of elements each: as they are, wide, combined, results */
    int64_t *positions;
    int64_t positions_first, positions_count;
} worker;

static bool may_be_cut(fa__operation operation)
{
    switch (operation) {
    case FA__OP_ADD:
    case FA__OP_MULTIPLY:
    case FA__OP_MINIMUM:
    case FA__OP_MAXIMUM:
    case FA__OP_FMIN:
    case FA__OP_FMAX:
        return true;
    default:
        return false;
    }
}

static fa_type wide_type(fa__operation operation, fa_type type)
{
    if (operation != FA__OP_ADD && operation != FA__OP_MULTIPLY)
        return type;
    if (type == FA_TYPE_FLOAT16 || type == FA_TYPE_BFLOAT16 || type == FA_TYPE_FLOAT32)
        return FA_TYPE_FLOAT64;
    return type == FA_TYPE_COMPLEX64 ? FA_TYPE_COMPLEX128 : type;
}

/* ---- Elements ---- */

/* n elements, number first, first + step, ..., in the type in which they are combined; NULL with an error. */
static const char *elements_at(worker *w, int64_t first, int64_t step, int64_t n)
{
    const segments *s = w->s;
    if (!fa__flat_read(&s->elements, first, step, n, w->row, w->err))
        return NULL;
    if (s->wide == s->type)
        return w->row;
    fa__convert_find(s->type, s->wide)(w->wide, w->row, n);
    return w->wide;
}

static bool refuse_exponents(worker *w, const char *elements, int64_t n)
{
    if (!w->s->check_exponents || !fa__any_negative(elements, w->s->type, n))
        return true;
    return fa__fail(w->err, FA_OUT_OF_RANGE, "integers to negative integer powers are not allowed");
}

/* Where segment k begins and ends. */
static bool segment(worker *w, int64_t k, int64_t *first, int64_t *last)
{
    const segments *s = w->s;
    if (k < w->positions_first || k + 1 >= w->positions_first + w->positions_count) {
        w->positions_first = k;
        w->positions_count = fa__min_i64(POSITIONS, s->count - k);
        if (!fa__flat_read(&s->positions, k, 1, w->positions_count, w->positions, w->err))
            return false;
    }
    *first = w->positions[k - w->positions_first];
    *last = k + 1 < s->count ? w->positions[k + 1 - w->positions_first] : s->length;
    if (*first < 0 || *first >= s->length)
        return fa__fail(w->err, FA_BAD_INDEX, "index %lld out-of-bounds in %s.reduceat [0, %lld)",
                        (long long)*first, fa__operations[s->run->node->as.reduce.option].name,
                        (long long)s->length);
    if (*last <= *first)
        *last = *first + 1;
    return true;
}

/* ---- One segment ---- */

/* Combines n elements that follow each other into *sum, which holds what stands before unless they begin. */
static void combine_line(const segments *s, char *sum, const char *x, int64_t n, bool begins)
{
    _Alignas(16) char steps[PIECE * 16];
    int64_t item = s->wide_bytes;
    for (int64_t done = 0; done < n; done += PIECE) {
        int64_t some = fa__min_i64(PIECE, n - done);
        const char *from = x + done * item;
        bool alone = (begins && done == 0) || s->is_associative;
        const void *before = alone ? NULL : sum;
        if (s->scan != NULL) {
            s->scan(steps, from, some, before);
        } else {
            for (int64_t i = 0; i < some; i++) {
                const void *in[2] = {before, from + i * item};
                if (before == NULL)
                    memcpy(steps, from, (size_t)item);
                else
                    s->loop(steps + i * item, in, 1, 0);
                before = steps + i * item;
            }
        }
        const void *both[2] = {sum, steps + (some - 1) * item};
        if (alone && !(begins && done == 0))
            s->loop(sum, both, 1, 0);
        else
            memcpy(sum, both[1], (size_t)item);
    }
}

/* The segment [first, last) of one line: elements `step` apart, from number `at` of the line's first one on.
 */
static bool along(worker *w, int64_t at, int64_t step, int64_t first, int64_t last, char *sum)
{
    for (int64_t j = first; j < last; j += FA__BLOCK) {
        int64_t n = fa__min_i64(FA__BLOCK, last - j), unchecked = j == first ? 1 : 0;
        const char *x = elements_at(w, at + j * step, step, n);
        if (x == NULL || !refuse_exponents(w, x + unchecked * w->s->wide_bytes, n - unchecked))
            return false;
        combine_line(w->s, sum, x, n, j == first);
    }
    return true;
}

/* The segment [first, last) of n lines side by side. */
static bool across(worker *w, int64_t at, int64_t step, int64_t n, int64_t first, int64_t last, char *sums)
{
    for (int64_t j = first; j < last; j++) {
        const char *x = elements_at(w, at + j * step, 1, n);
        if (x == NULL || (j > first && !refuse_exponents(w, x, n)))
            return false;
        const void *in[2] = {sums, x};
        if (j == first)
            memcpy(sums, x, (size_t)(n * w->s->wide_bytes));
        else
            w->s->loop(sums, in, n, 0);
    }
    return true;
}

/* ---- Results ---- */

/* Results [first, first + n), at most a block of them. */
static bool some_results(worker *w, int64_t first, int64_t n)
{
    const segments *s = w->s;
    for (int64_t done = 0, some; done < n; done += some) {
        int64_t at = first + done, i = at % s->inner, k = at / s->inner % s->count,
                outer = at / s->inner / s->count;
        int64_t begin, end, base = outer * s->length * s->inner + i;
        some = fa__min_i64(n - done, s->inner - i);
        char *sums = w->sum + done * s->wide_bytes;
        if (!segment(w, k, &begin, &end))
            return false;
        bool made = some == 1 ? along(w, base, s->inner, begin, end, sums)
                              : across(w, base, s->inner, some, begin, end, sums);
        if (!made)
            return false;
    }
    const char *out = w->sum;
    if (s->wide != s->type) {
        fa__convert_find(s->wide, s->type)(w->out, w->sum, n);
        out = w->out;
    }
    return fa__whole_write(s->run, first, n, out, w->err);
}

static void work(void *user, int64_t job, fa_error *err)
{
    const segments *s = user;
    size_t block = FA__BLOCK * 16, all = 4 * block + POSITIONS * sizeof(int64_t);
    char *room = fa__buffer_take(all, err);
    if (room == NULL)
        return;
    worker w = {.s = s,
                .err = err,
                .row = room,
                .wide = room + block,
                .sum = room + 2 * block,
                .out = room + 3 * block,
                .positions = (int64_t *)(void *)(room + 4 * block)};
    int64_t first = job * s->job, end = fa__min_i64(first + s->job, s->total);
    for (int64_t at = first; at < end && !fa_failed(err); at += FA__BLOCK)
        some_results(&w, at, fa__min_i64(FA__BLOCK, end - at));
    fa__buffer_give_back(room, all);
}

static bool start(segments *s, fa_error *err)
{
    const fa__node *node = s->run->node;
    fa__operation operation = (fa__operation)node->as.reduce.option;
    int axis = __builtin_ctzll(node->as.reduce.axes);
    s->type = node->loop_type;
    s->wide = wide_type(operation, s->type);
    s->loop = fa__loop_find(operation, s->wide);
    s->scan = fa__scan_find(operation, s->wide);
    s->is_associative = may_be_cut(operation);
    s->check_exponents = operation == FA__OP_POWER && fa__type_kind(s->type) == 'i';
    s->item_bytes = node->dtype->item_bytes;
    s->wide_bytes = s->wide == s->type ? s->item_bytes : fa__type_bytes(s->wide);
    s->length = node->inputs[0]->sizes[axis];
    s->count = node->sizes[axis];
    s->total = fa__count(node->ndim, node->sizes);
    s->inner = fa__count(node->ndim - axis - 1, node->sizes + axis + 1);
    s->job = fa__max_i64(1, fa__min_i64(JOB, s->total / JOBS));
    fa_array *elements = fa__whole_input(s->run, 0, err), *positions = fa__whole_input(s->run, 1, err);
    return !fa_failed(err) && fa__flat_start(&s->elements, elements, node->dtype, err) &&
           fa__flat_start(&s->positions, positions, FA_INT64, err);
}

static bool run(fa__whole_run *whole, fa_error *err)
{
    segments s = {.run = whole};
    if (fa__count(whole->node->ndim, whole->node->sizes) > 0 && start(&s, err))
        fa__whole_parallel(whole, (s.total + s.job - 1) / s.job, 0, work, &s, err);
    fa__flat_clear(&s.elements);
    fa__flat_clear(&s.positions);
    return !fa_failed(err);
}

const fa__whole_class fa__whole_reduceat = {.run = run};
