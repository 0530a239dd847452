/* SPDX-License-Identifier: BSD-3-Clause */
/* Scans and folds as consumers of a pass: an operation repeated along a line of elements, from the first to
 * the last, as NumPy does it. A line is walked by one worker; what the line has come to so far is carried
 * from block to block. Where lines run across rows, a row of carries is kept, and each row goes through the
 * operation's loop as one.
 *
 *     along memory: carry -> [x x x x x x]    across rows: carries   c c c c c
 *                                                          row i     x x x x x
 *
 * A scan makes a value of the pass (transform), a fold keeps what comes last (feed).
 *
 * One long line of sums that stands in memory is cut into pieces, which the workers take in turns. Who takes
 * a piece adds it up, waits for what comes before it, says what comes behind it, and then makes its results
 * while the piece is in the cache:
 *
 *     worker 0   [add up 0 | scan 0      ][add up 2 | scan 2      ]
 *     worker 1   [add up 1 .| scan 1      ][add up 3 | scan 3      ]
 *
 * Whole numbers may be added in any order. Sums of doubles are those of the line walked in order: a piece is
 * added up for the octave in which the sums most likely are, and where they are not, it is walked first. */
#include "op/consumers.h"

#include "base/checked.h"
#include "base/memory.h"
#include "engine/tiles.h"
#include "kernel/scan.h"
#include "platform/platform.h"
#include "storage/storage.h"

#include <stdatomic.h>
#include <string.h>

enum { COLUMNS = 8 << 10, FEWEST_COLUMNS = 512, PIECE = 32 << 10 };

typedef struct plan {
    const fa__pass *pass;
    fa__node *node;
    fa__loop *loop;
    fa__scan_loop *scan; /* NULL: the loop, for one element after the other */
    const void *initial; /* what lines begin with; NULL: their first element */
    bool check_exponents;
    int64_t item_bytes;
    bool ends[FA_MAX_NDIM]; /* domain axes that lines run along */
    int64_t length;         /* of a line */
    int64_t width;          /* lines side by side, in the whole domain */
    fa__source *result;     /* FOLD: in the order of the walk */
    /* Where a line is cut: its elements, how many tasks said what comes behind them, and what that is. */
    const char *pieces; /* NULL: not cut */
    atomic_llong known;
    _Atomic uint64_t sum;
    atomic_bool is_broken; /* a worker went without a word */
} plan;

typedef struct worker {
    plan *plan;
    int64_t width; /* lines side by side, in the box */
    char *carries;
    int64_t carries_width;
    int64_t first_result; /* FOLD: that of the box */
    char *folded;         /* FOLD: results that follow each other from `folded_first` on */
    int64_t folded_first, folded_count;
    int64_t silent; /* the task whose sum is not said yet, or -1 */
    fa_error err;
} worker;

/* ---- Steps ---- */

/* Elements of one line. The carry is where the line stands, and moves on. */
static void along_line(worker *w, const char *x, int64_t n, bool begins, char *out)
{
    const plan *p = w->plan;
    int64_t item = p->item_bytes;
    const void *before = begins ? p->initial : w->carries;
    if (p->scan != NULL) {
        p->scan(out, x, n, before);
    } else {
        for (int64_t i = 0; i < n; i++) {
            const void *in[2] = {before, x + i * item};
            if (before == NULL)
                memcpy(out, x, (size_t)item);
            else
                p->loop(out + i * item, in, 1, 0);
            before = out + i * item;
        }
    }
    memcpy(w->carries, out + (n - 1) * item, (size_t)item);
}

/* Elements of one row, one of each of n lines from `column` on. */
static void across_lines(worker *w, int64_t column, const char *x, int64_t n, bool begins)
{
    const plan *p = w->plan;
    char *carries = w->carries + column * p->item_bytes;
    if (begins && p->initial == NULL) {
        memcpy(carries, x, (size_t)(n * p->item_bytes));
        return;
    }
    const void *in[2] = {begins ? p->initial : carries, x};
    p->loop(carries, in, n, begins ? 1 : 0);
}

static bool flush(worker *w)
{
    plan *p = w->plan;
    int64_t count = w->folded_count;
    fa__box box = {1, p->item_bytes, w->folded_first * p->item_bytes, &count, &p->item_bytes};
    if (count > 0)
        fa__source_write(p->result, &box, w->folded, &w->err);
    w->folded_count = 0;
    return !fa_failed(&w->err);
}

/* Results [first, first + n) are there. */
static void keep(worker *w, int64_t first, int64_t n, const char *values)
{
    int64_t item = w->plan->item_bytes;
    while (n > 0 && !fa_failed(&w->err)) {
        if (w->folded_count == FA__BLOCK || first != w->folded_first + w->folded_count) {
            flush(w);
            w->folded_first = first;
        }
        int64_t some = fa__min_i64(n, FA__BLOCK - w->folded_count);
        memcpy(w->folded + w->folded_count * item, values, (size_t)(some * item));
        w->folded_count += some;
        values += some * item;
        first += some;
        n -= some;
    }
}

/* n elements from flat element `first` of the box on; `out` is NULL for a fold. */
static void walk(worker *w, int64_t first, int64_t n, const char *x, char *out)
{
    const plan *p = w->plan;
    int64_t item = p->item_bytes;
    _Alignas(16) char block[FA__BLOCK * 16];
    while (n > 0 && !fa_failed(&w->err)) {
        int64_t column = first % w->width, row = first / w->width % p->length,
                line = first / w->width / p->length;
        bool along = w->width == 1;
        int64_t some = fa__min_i64(n, along ? p->length - row : w->width - column);
        bool begins = row == 0, ends = along ? row + some == p->length : row == p->length - 1;
        int64_t unchecked = begins && p->initial == NULL ? along ? 1 : some : 0;
        if (p->check_exponents &&
            fa__any_negative(x + unchecked * item, p->node->loop_type, some - unchecked))
            fa__fail(&w->err, FA_OUT_OF_RANGE, "integers to negative integer powers are not allowed");
        if (along) {
            along_line(w, x, some, begins, out != NULL ? out : block);
        } else {
            across_lines(w, column, x, some, begins);
            if (out != NULL)
                memcpy(out, w->carries + column * item, (size_t)(some * item));
        }
        if (ends && out == NULL)
            keep(w, w->first_result + line * p->width + column, along ? 1 : some, w->carries + column * item);
        x += some * item;
        out += out != NULL ? some * item : 0;
        first += some;
        n -= some;
    }
}

static void feed(void *worker_pointer, int64_t first, int64_t n, const void *x)
{
    walk(worker_pointer, first, n, x, NULL);
}

static void transform(void *worker_pointer, int64_t first, int64_t n, const void *x, void *out)
{
    walk(worker_pointer, first, n, x, out);
}

/* ---- Pieces of a line, in turns ---- */

static void say(worker *w, uint64_t sum)
{
    plan *p = w->plan;
    if (w->silent < 0)
        return;
    atomic_store_explicit(&p->sum, sum, memory_order_relaxed);
    atomic_store_explicit(&p->known, w->silent + 1, memory_order_release);
    w->silent = -1;
}

/* What the tasks before this one came to. */
static uint64_t wait_for(plan *p, int64_t task)
{
    enum { PATIENCE = 1 << 12 };
    for (int64_t i = 0; atomic_load_explicit(&p->known, memory_order_acquire) < task; i++) {
        if (atomic_load(&p->is_broken))
            break;
        if (i > PATIENCE)
            fa__thread_yield();
        else
            fa__thread_pause();
    }
    return atomic_load_explicit(&p->sum, memory_order_relaxed);
}

static uint64_t whole_sum(const uint64_t *x, int64_t n)
{
    uint64_t sums[4] = {0};
    for (int64_t i = 0; i + 4 <= n; i += 4)
        for (int k = 0; k < 4; k++)
            sums[k] += x[i + k];
    for (int64_t i = n / 4 * 4; i < n; i++)
        sums[0] += x[i];
    return sums[0] + sums[1] + sums[2] + sums[3];
}

static void take_turn(worker *w, const fa__span *span)
{
    plan *p = w->plan;
    const int64_t n = span->last - span->first;
    const void *x = p->pieces + span->first * p->item_bytes;
    if (p->node->loop_type != FA_TYPE_FLOAT64) {
        const uint64_t sum = whole_sum(x, n), before = span->task > 0 ? wait_for(p, span->task) : 0;
        memcpy(w->carries, &before, sizeof before);
        say(w, before + sum);
        return;
    }
    if (span->task == 0)
        return;
    fa__octave_sum sum;
    wait_for(p, 1);
    const uint64_t late = atomic_load_explicit(&p->sum, memory_order_relaxed);
    double near, before, behind;
    memcpy(&near, &late, sizeof near);
    fa__sum_in_octave(x, n % PIECE == 0 ? n : 0, near, &sum);
    const uint64_t bits = wait_for(p, span->task);
    memcpy(&before, &bits, sizeof before);
    memcpy(w->carries, &before, sizeof before);
    if (n % PIECE != 0 || !fa__octave_sum_holds(&sum, before))
        return; /* said when it has been walked */
    behind = before + sum.total;
    uint64_t said;
    memcpy(&said, &behind, sizeof said);
    say(w, said);
}

/* ---- Tasks ---- */

static void *worker_new(void *plan_pointer, fa_error *err)
{
    plan *p = plan_pointer;
    worker *w = fa__alloc_zero(1, sizeof *w, err);
    if (w == NULL)
        return NULL;
    w->plan = p;
    w->silent = -1;
    if (p->result != NULL)
        w->folded = fa__alloc((size_t)(FA__BLOCK * p->item_bytes), err);
    return w;
}

static void worker_free(void *worker_pointer)
{
    worker *w = worker_pointer;
    if (w->silent >= 0)
        atomic_store(&w->plan->is_broken, true);
    fa__free(w->carries);
    fa__free(w->folded);
    fa__free(w);
}

static bool start(void *worker_pointer, const fa__span *span, fa_error *err)
{
    worker *w = worker_pointer;
    const plan *p = w->plan;
    if (p->pieces != NULL)
        w->silent = span->task; /* from now on others wait for it */
    if (fa_failed(err))
        return false;
    w->width = 1;
    for (int i = p->pass->ndim - 1; i >= 0 && !p->ends[i]; i--)
        w->width *= span->sizes[i];
    w->first_result = fa__first_result(p->pass, p->ends, span->start);
    if (w->carries_width < w->width) {
        fa__free(w->carries);
        w->carries = fa__alloc((size_t)(w->width * p->item_bytes), err);
        w->carries_width = w->carries != NULL ? w->width : 0;
    }
    if (p->pieces != NULL && !fa_failed(err))
        take_turn(w, span);
    return !fa_failed(err);
}

static bool stop(void *worker_pointer, fa_error *err)
{
    worker *w = worker_pointer;
    if (w->plan->result != NULL)
        flush(w);
    if (w->silent >= 0 && !fa_failed(err)) {
        uint64_t sum;
        memcpy(&sum, w->carries, sizeof sum);
        say(w, sum);
    }
    fa__error_move(err, &w->err);
    return !fa_failed(err);
}

/* ---- Planning ---- */

static void plan_free(void *plan_pointer)
{
    plan *p = plan_pointer;
    if (p->result != NULL)
        fa__source_release(p->result);
    fa__free(p);
}

/* Rows are cut among the workers, but not so short that a file is read in crumbs. */
static int64_t columns_for(const plan *p, int threads)
{
    int64_t share = (p->width + threads - 1) / threads;
    return fa__max_i64(FEWEST_COLUMNS, fa__min_i64(share, COLUMNS));
}

/* The elements of one long line of sums that stand in memory behind each other; NULL where that is not what
 * is scanned. */
static const char *pieces_of(const plan *p, const fa__pass *pass, const fa__consume *consume, int threads)
{
    const fa__value *value = &pass->values[consume->value];
    const fa_type type = p->node->loop_type;
    int64_t sizes[FA_MAX_NDIM], strides[FA_MAX_NDIM];
    if (threads == 1 || p->node->kind != FA__NODE_SCAN || p->node->code != FA__OP_ADD || p->initial != NULL ||
        value->kind != FA__VALUE_LOAD || p->length != pass->total || p->length < 8 * PIECE ||
        (type != FA_TYPE_FLOAT64 && type != FA_TYPE_INT64 && type != FA_TYPE_UINT64) || pass->aliased)
        return NULL;
    const fa__operand *operand = &pass->operands[value->operand];
    const char *memory = fa__source_memory(operand->source);
    const bool is_dense = fa__merge_axes(pass->ndim, pass->sizes, operand->strides, sizes, strides) == 1 &&
                          strides[0] == p->item_bytes && operand->item_bytes == p->item_bytes;
    const bool is_aligned = (uintptr_t)memory % 8 == 0 && operand->offset % 8 == 0;
    return memory != NULL && is_dense && is_aligned && operand->swap <= 1 ? memory + operand->offset : NULL;
}

static void *make_plan(fa__pass *pass, const fa__consume *consume, int threads, fa_error *err)
{
    fa__node *node = consume->node;
    plan *p = fa__alloc_zero(1, sizeof *p, err);
    if (p == NULL)
        return NULL;
    p->pass = pass;
    p->node = node;
    p->loop = fa__loop_find((fa__operation)node->code, node->loop_type);
    p->scan = fa__scan_find((fa__operation)node->code, node->loop_type);
    p->initial = node->input_count > 1 ? node->inputs[1]->as.bytes : NULL;
    p->check_exponents = node->code == FA__OP_POWER && fa__type_kind(node->loop_type) == 'i';
    p->item_bytes = node->dtype->item_bytes;
    p->length = p->width = 1;
    int64_t results = 1;
    for (int i = pass->ndim - 1; i >= 0; i--) {
        p->ends[i] = node->as.reduce.axes >> pass->perm[i] & 1;
        *(p->ends[i] ? &p->length : &results) *= pass->sizes[i];
    }
    for (int i = pass->ndim - 1; i >= 0 && !p->ends[i]; i--)
        p->width *= pass->sizes[i];
    if (fa__walks_columns(node, pass->perm))
        fa__walk_columns(pass, p->ends, columns_for(p, threads));
    p->pieces = pieces_of(p, pass, consume, threads);
    if (node->kind == FA__NODE_FOLD)
        p->result = fa__memory_or_scratch(results * p->item_bytes, true, err);
    if (!fa_failed(err))
        return p;
    plan_free(p);
    return NULL;
}

/* A task has whole lines, or a piece of one. */
static int64_t granule(const void *plan_pointer)
{
    const plan *p = plan_pointer;
    return p->pieces != NULL ? PIECE : p->length * p->width;
}

static bool takes_turns(const void *plan_pointer)
{
    const plan *p = plan_pointer;
    return p->pieces != NULL;
}

static bool finish(void *plan_pointer, fa_error *err)
{
    plan *p = plan_pointer;
    if (!fa_failed(err) && p->result != NULL)
        p->node->kept = fa__view_of_result(p->pass, p->node, p->ends, p->result, err);
    return !fa_failed(err);
}

const fa__consumer_class fa__scan_consumer = {
    .plan = make_plan,
    .granule = granule,
    .takes_turns = takes_turns,
    .worker_new = worker_new,
    .worker_free = worker_free,
    .start = start,
    .feed = feed,
    .transform = transform,
    .stop = stop,
    .finish = finish,
    .free = plan_free,
};
