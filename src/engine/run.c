/* SPDX-License-Identifier: BSD-3-Clause */
/* Walks one pass. Workers take tasks in order; a task is a range of elements of one box and is walked tile by
 * tile; a tile is made reachable (load.c), pushed block by block through the values of the pass while it is
 * in L1, and stored. How large all of these are is engine/cut.h's to know. */
#include "engine/ahead.h"
#include "engine/behind.h"
#include "engine/budget.h"
#include "engine/buffers.h"
#include "engine/carry.h"
#include "engine/cut.h"
#include "engine/deal.h"
#include "engine/move.h"
#include "engine/permute.h"
#include "engine/pool.h"
#include "engine/program.h"
#include "engine/tiles.h"
#include "engine/turn.h"

#include "base/checked.h"
#include "base/memory.h"
#include "platform/platform.h"
#include "storage/storage.h"

#include <stdatomic.h>
#include <string.h>

enum { BRIEF_BYTES = 4 << 20 }; /* of files: a disk that has to be waited for is not waited for long */

/* What all workers share. */
typedef struct run {
    fa__pass *pass;
    int threads;
    fa__cut cut;
    bool drop;            /* mapped pages are taken out of the page tables behind the tiles */
    bool permutes;        /* boxes are moved in memory as they are */
    bool streams;         /* tiles are read from a derived source to where they stay */
    bool copies_behind;   /* the same, to where they go to the disk from */
    fa__windows *windows; /* of operands, then of stores */
    fa__ahead *ahead;     /* of operands */
    fa__behind *behind;   /* of stores */
    int64_t bytes_per_element;
    atomic_llong next_task, done_elements;
    atomic_bool stop; /* failed or cancelled */
    fa__mutex mutex;  /* guards `err` */
    fa_error err;
    const fa_evaluate_options *options;
    double started;
} run;

typedef struct worker {
    run *run;
    size_t slots_bytes;
    fa__program program; /* and its buffers, reaches and consumers */
    fa__span span;
    int64_t first, last; /* the tile */
    int64_t tile;        /* elements of this worker's tiles */
    fa_error err;
} worker;

/* ---- Tiles ---- */

/* Runs under the guard where operands are mapped: owns nothing. */
static void tile_body(void *argument)
{
    worker *w = argument;
    fa__program_run(&w->program, w->first, w->last);
}

/* What this worker comes to next: the rest of its task, and then the task that nobody has taken yet. */
static void read_ahead(const worker *w)
{
    const run *r = w->run;
    if (r->ahead == NULL)
        return;
    int64_t distance = fa__ahead_distance(r->ahead), end = fa__min_i64(w->span.last, w->first + distance);
    fa__ahead_expect(r->ahead, w->first, end);
    int64_t next = atomic_load_explicit(&r->next_task, memory_order_relaxed);
    if (next < r->cut.task_count && end < w->first + distance)
        fa__ahead_expect(r->ahead, next * r->cut.task,
                         fa__min_i64(next * r->cut.task + w->first + distance - end, r->pass->total));
}

/* Others may have taken what was free when the work was cut. What a tile needs is known before anything of it
 * is computed, so that it is tried again in shorter ones. */
static bool shorten_tiles(worker *w)
{
    enum { SHORTEST = 64 };
    const fa__pass *pass = w->run->pass;
    if (w->err.code != FA_NO_MEMORY || w->tile <= SHORTEST)
        return false;
    for (int64_t i = 0; i < pass->operand_count; i++)
        fa__reach_clear(&w->program.loads[i]);
    for (int64_t i = 0; i < pass->store_count; i++)
        fa__reach_clear(&w->program.stores[i]);
    w->tile = fa__min_i64(w->tile, w->last - w->first) / 2;
    w->tile = w->tile > FA__BLOCK ? w->tile - w->tile % FA__BLOCK : fa__max_i64(w->tile, SHORTEST);
    fa_error_clear(&w->err);
    return true;
}

/* Nothing is computed, and all elements are written in the order in which a derived source has them. */
static bool copies_derived(const fa__pass *pass)
{
    if (!fa__pass_only_moves(pass) || !fa__is_derived(pass->operands[0].source))
        return false;
    const fa__operand *from = &pass->operands[0], *to = &pass->stores[0].to;
    int64_t sizes[FA_MAX_NDIM], strides[FA_MAX_NDIM];
    return from->item_bytes == to->item_bytes && from->swap <= 1 && to->swap <= 1 && from->item_bytes > 0 &&
           from->offset % from->item_bytes == 0 &&
           fa__merge_axes(pass->ndim, pass->sizes, from->strides, sizes, strides) == 1 &&
           strides[0] == from->item_bytes &&
           fa__merge_axes(pass->ndim, pass->sizes, to->strides, sizes, strides) == 1 &&
           strides[0] == to->item_bytes;
}

static bool only_streams(const fa__pass *pass)
{
    return pass->store_count == 1 && pass->stores[0].stream && copies_derived(pass) &&
           fa__derived_streams(pass->operands[0].source, pass->operands[0].item_bytes);
}

/* Into a buffer that goes to the disk. */
static bool read_behind(const run *r, int64_t first, int64_t last, fa_error *err)
{
    const fa__operand *from = &r->pass->operands[0];
    const int64_t n = last - first, item = from->item_bytes;
    char *to = fa__behind_take(r->behind, 0, first, last, err);
    if (to == NULL)
        return false;
    int64_t low = from->offset + first * item;
    fa__box box = {1, item, low, &n, &item};
    fa__windows_before(&r->windows[0], low, low + n * item);
    fa__source_read(from->source, &box, to, err);
    fa__windows_behind(&r->windows[0], low, low + n * item);
    fa__behind_put(r->behind, 0, first, last, to, err);
    return !fa_failed(err);
}

static bool stream(const fa__pass *pass, int64_t first, int64_t last, fa_error *err)
{
    const fa__operand *from = &pass->operands[0], *to = &pass->stores[0].to;
    char *memory = fa__source_memory(to->source) + to->offset;
    return fa__derived_stream(from->source, from->offset / from->item_bytes + first, last - first,
                              memory + first * to->item_bytes, err);
}

/* False with a clean err: to be tried again. */
static bool tile(worker *w, int64_t first, int64_t last)
{
    run *r = w->run;
    fa__pass *pass = r->pass;
    fa_error *err = &w->err;
    w->first = first;
    w->last = last;
    if (r->permutes || r->streams || r->copies_behind) {
        if (r->permutes)
            fa__permute(pass, &w->span);
        else if (r->copies_behind)
            read_behind(r, first, last, err);
        else
            stream(pass, first, last, err);
        fa__stream_end();
        atomic_fetch_add(&r->done_elements, last - first);
        return !fa_failed(err);
    }
    read_ahead(w);
    int64_t loaded = 0;
    while (loaded < pass->operand_count &&
           fa__load_begin(&w->program.loads[loaded], pass, &w->span, first, last, err))
        loaded++;
    for (int64_t i = 0; i < pass->store_count && !fa_failed(err); i++)
        fa__store_begin(&w->program.stores[i], pass, &w->span, first, last, err);
    bool begun = !fa_failed(err);
    if (begun) {
        const void *fault = NULL;
        if (r->cut.guard)
            fault = fa__guarded(tile_body, w);
        else
            tile_body(w);
        fa__stream_end();
        if (fault != NULL)
            fa__storage_fault(fault, err);
        fa__program_end(&w->program, err);
    }
    for (int64_t i = 0; i < loaded; i++)
        fa__load_end(&w->program.loads[i], r->drop);
    for (int64_t i = 0; i < pass->store_count; i++)
        fa__store_end(&w->program.stores[i], pass, &w->span, first, last, err);
    if (!begun && shorten_tiles(w))
        return false;
    atomic_fetch_add(&r->done_elements, last - first);
    return !fa_failed(err);
}

static void set_span(worker *w, int64_t task)
{
    const run *r = w->run;
    const fa__pass *pass = r->pass;
    fa__span *span = &w->span;
    span->task = task;
    int64_t box = r->cut.boxes > 1 ? task : 0;
    for (int i = pass->ndim - 1; i >= 0; i--) {
        int64_t along = (pass->sizes[i] + pass->box[i] - 1) / pass->box[i];
        span->start[i] = box % along * pass->box[i];
        span->sizes[i] = fa__min_i64(pass->box[i], pass->sizes[i] - span->start[i]);
        box /= along;
    }
    int64_t count = fa__count(pass->ndim, span->sizes);
    span->first = r->cut.boxes > 1 ? 0 : task * r->cut.task;
    span->last = r->cut.boxes > 1 ? count : fa__min_i64(count, span->first + r->cut.task);
}

static bool task(worker *w, int64_t number)
{
    run *r = w->run;
    fa__pass *pass = r->pass;
    set_span(w, number);
    for (int64_t i = 0; i < pass->consume_count; i++)
        pass->consumes[i].class->start(w->program.consumers[i], &w->span, &w->err);
    for (int64_t at = w->span.first; at < w->span.last && !fa_failed(&w->err);) {
        if (atomic_load_explicit(&r->stop, memory_order_relaxed))
            return false;
        if (tile(w, at, fa__min_i64(w->span.last, at + w->tile)))
            at = w->last;
    }
    for (int64_t i = 0; i < pass->consume_count; i++)
        pass->consumes[i].class->stop(w->program.consumers[i], &w->err);
    return !fa_failed(&w->err);
}

/* ---- Workers ---- */

static void worker_clear(worker *w)
{
    const fa__pass *pass = w->run->pass;
    for (int64_t i = 0; w->program.loads != NULL && i < pass->operand_count; i++)
        fa__reach_clear(&w->program.loads[i]);
    for (int64_t i = 0; w->program.stores != NULL && i < pass->store_count; i++)
        fa__reach_clear(&w->program.stores[i]);
    for (int64_t i = 0; w->program.consumers != NULL && i < pass->consume_count; i++)
        if (w->program.consumers[i] != NULL)
            pass->consumes[i].class->worker_free(w->program.consumers[i]);
    fa__free(w->program.loads);
    fa__free(w->program.stores);
    fa__free(w->program.consumers);
    fa__program_clear(&w->program);
    fa__buffer_give_back(w->program.slots, w->slots_bytes);
}

static bool worker_start(worker *w)
{
    const fa__pass *pass = w->run->pass;
    fa_error *err = &w->err;
    w->program.loads = fa__alloc_zero((size_t)pass->operand_count, sizeof *w->program.loads, err);
    w->program.stores = fa__alloc_zero((size_t)pass->store_count, sizeof *w->program.stores, err);
    w->program.consumers = fa__alloc_zero((size_t)pass->consume_count, sizeof *w->program.consumers, err);
    /* And buffers to spread uniform values. */
    int spread = pass->spread_count > 1 ? pass->spread_count : 1;
    w->slots_bytes = (size_t)(pass->slot_count + spread) * (size_t)w->run->cut.slot_stride;
    w->program.slots = fa__buffer_take(w->slots_bytes, err);
    w->program.pass = pass;
    w->program.span = &w->span;
    w->program.err = err;
    w->program.slot_stride = w->run->cut.slot_stride;
    w->program.block = w->run->cut.block;
    w->program.row = w->run->cut.row;
    if (fa_failed(err) || !fa__program_start(&w->program, err))
        return false;
    for (int64_t i = 0; i < pass->operand_count; i++) {
        w->program.loads[i].operand = &pass->operands[i];
        w->program.loads[i].windows = &w->run->windows[i];
        w->program.loads[i].ahead = fa__ahead_has(w->run->ahead, i) ? w->run->ahead : NULL;
        w->program.loads[i].number = i;
    }
    for (int64_t i = 0; i < pass->store_count; i++) {
        w->program.stores[i].operand = &pass->stores[i].to;
        w->program.stores[i].masked = pass->stores[i].mask >= 0;
        w->program.stores[i].windows = &w->run->windows[pass->operand_count + i];
        w->program.stores[i].behind = fa__behind_has(w->run->behind, i) ? w->run->behind : NULL;
        w->program.stores[i].number = i;
    }
    for (int64_t i = 0; i < pass->consume_count; i++)
        w->program.consumers[i] = pass->consumes[i].class->worker_new(pass->consumes[i].plan, err);
    return !fa_failed(err);
}

/* One worker's error ends the run of all. */
static void fail_run(run *r, const fa_error *err)
{
    if (!fa_failed(err))
        return;
    atomic_store(&r->stop, true);
    fa__mutex_lock(&r->mutex);
    fa__error_move(&r->err, err);
    fa__mutex_unlock(&r->mutex);
}

static void work(void *job, int number)
{
    run *r = job;
    worker w = {.run = r, .tile = r->cut.tile};
    (void)number;
    if (worker_start(&w)) {
        while (!atomic_load(&r->stop)) {
            int64_t next = atomic_fetch_add(&r->next_task, 1);
            if (next >= r->cut.task_count || !task(&w, next))
                break;
        }
    }
    worker_clear(&w);
    fail_run(r, &w.err);
}

static void poll(void *user)
{
    run *r = user;
    fa_progress progress = {
        .done_bytes = atomic_load(&r->done_elements) * r->bytes_per_element,
        .total_bytes = r->pass->total * r->bytes_per_element,
        .seconds = fa__now() - r->started,
    };
    if (!fa__callback(r->options, &progress) && !atomic_exchange(&r->stop, true)) {
        fa__mutex_lock(&r->mutex);
        fa__fail(&r->err, FA_CANCELLED, "cancelled by the progress callback");
        fa__mutex_unlock(&r->mutex);
    }
}

/* ---- What must be ready before ---- */

/* A source that several operands look at is prepared for the first. */
static bool needs_preparing(const fa__pass *pass, int64_t number)
{
    fa__source *source = pass->operands[number].source;
    if (fa__source_is_ready(source))
        return false;
    for (int64_t i = 0; i < number; i++)
        if (pass->operands[i].source == source)
            return false;
    return true;
}

static void prepare(void *job, int number)
{
    run *r = job;
    fa_error err = {0};
    (void)number;
    while (!atomic_load(&r->stop) && !fa_failed(&err)) {
        int64_t next = atomic_fetch_add(&r->next_task, 1);
        if (next >= r->pass->operand_count)
            break;
        if (needs_preparing(r->pass, next))
            fa__source_prepare(r->pass->operands[next].source, &r->stop, &err);
    }
    fail_run(r, &err);
}

/* On the pool, so that callbacks are called meanwhile; and before the work is cut, since it takes memory. */
static void prepare_operands(run *r)
{
    int64_t count = 0;
    for (int64_t i = 0; i < r->pass->operand_count; i++)
        count += needs_preparing(r->pass, i);
    if (count == 0)
        return;
    bool callback = r->options != NULL && r->options->progress != NULL;
    fa__pool_run((int)fa__min_i64(count, r->threads), prepare, r, callback ? poll : NULL, r, &r->err);
    atomic_store(&r->next_task, 0);
}

/* ---- A pass ---- */

/* Results in memory are written past the cache where it does not hold what is read and written. */
static void choose_streams(fa__pass *pass)
{
    bool exceeds = fa__pass_exceeds_cache(pass);
    for (int64_t i = 0; i < pass->store_count; i++) {
        fa__store *store = &pass->stores[i];
        store->stream = !pass->aliased && store->mask < 0 && fa__operand_in_memory(&store->to) && exceeds;
    }
}

static bool start_windows(run *r, fa_error *err)
{
    const fa__pass *pass = r->pass;
    r->windows = fa__alloc_zero((size_t)(pass->operand_count + pass->store_count), sizeof *r->windows, err);
    if (r->windows == NULL)
        return false;
    if (fa__pass_is_one_box(pass) && r->cut.guard)
        r->ahead = fa__ahead_start(pass, r->cut.tile, r->threads);
    if (fa__pass_is_one_box(pass))
        r->behind = fa__behind_start(pass, r->cut.tile, r->threads, fa__budget_available() / 4);
    r->copies_behind = r->behind != NULL && copies_derived(pass);
    for (int64_t i = 0; i < pass->operand_count; i++)
        if (!fa__ahead_has(r->ahead, i))
            fa__windows_start(&r->windows[i], pass, &pass->operands[i], false, false);
    for (int64_t i = 0; i < pass->store_count; i++) {
        const fa__operand *to = &pass->stores[i].to;
        bool large = pass->total > (int64_t)(fa__ledger_limit() / 2) / fa__max_i64(to->item_bytes, 1);
        if (!fa__behind_has(r->behind, i))
            fa__windows_start(&r->windows[pass->operand_count + i], pass, to, true, large);
    }
    return true;
}

static void clear_windows(run *r)
{
    for (int64_t i = 0; r->windows != NULL && i < r->pass->operand_count + r->pass->store_count; i++)
        fa__windows_clear(&r->windows[i]);
    fa__free(r->windows);
    fa__ahead_stop(r->ahead);
}

/* A page beyond the new end of a file faults, the rest of the page that holds its end reads as zeros: whether
 * a file was cut is asked once everything has been read. */
static bool operands_still_hold(const fa__pass *pass, fa_error *err)
{
    for (int64_t i = 0; i < pass->operand_count && !fa_failed(err); i++) {
        const fa__operand *operand = &pass->operands[i];
        int64_t low, high;
        if (fa__operand_in_memory(operand))
            continue;
        fa__range_extent(pass->ndim, pass->sizes, operand->strides, operand->offset, operand->item_bytes, 0,
                         pass->total, &low, &high);
        fa__source_holds(operand->source, low, high - low, err);
    }
    return !fa_failed(err);
}

static bool in_memory_all(const fa__pass *pass)
{
    bool all = true;
    for (int64_t i = 0; i < pass->operand_count; i++)
        all = all && fa__operand_in_memory(&pass->operands[i]);
    for (int64_t i = 0; i < pass->store_count; i++)
        all = all && fa__operand_in_memory(&pass->stores[i].to);
    return all;
}

static void run_tiles(run *r, bool callback)
{
    const int threads = (int)fa__min_i64(r->threads, r->cut.task_count);
    const bool is_small =
                   !callback && !r->cut.guard && r->pass->total * (r->pass->value_count + 1) <= 4 * FA__BLOCK,
               is_brief = in_memory_all(r->pass) ||
                          r->pass->total <= BRIEF_BYTES / fa__max_i64(r->bytes_per_element, 1);
    start_windows(r, &r->err);
    if (is_small && !fa_failed(&r->err))
        work(r, 0); /* waking a thread costs more than the work */
    else if (!callback && is_brief && !fa_failed(&r->err))
        fa__pool_join(threads, work, r, &r->err);
    else
        fa__pool_run(threads, work, r, callback ? poll : NULL, r, &r->err);
    fa__behind_stop(r->behind, &r->err);
    clear_windows(r);
}

static void run_deal(run *r, fa__deal *deal, bool callback)
{
    deal->done_elements = &r->done_elements;
    deal->stop = &r->stop;
    fa__deal_run(deal, callback ? poll : NULL, r, &r->err);
    fa__deal_clear(deal);
}

bool fa__run_pass(fa__pass *pass, const fa_evaluate_options *options, fa_error *err)
{
    if (fa_failed(err))
        return false;
    run r = {
        .pass = pass,
        /* Staged, turned and stored: an operand may need three buffers. */
        .threads = fa__budget_threads(fa__pool_threads(), 3 * (pass->operand_count + pass->store_count)),
        .drop = true,
        .mutex = FA__MUTEX_INIT,
        .options = options,
        .started = fa__now(),
        .bytes_per_element = fa__pass_bytes(pass),
    };
    if (pass->total > 0)
        prepare_operands(&r);
    fa__error_move(err, &r.err);
    choose_streams(pass);
    for (int64_t i = 0; i < pass->consume_count; i++) {
        fa__consume *consume = &pass->consumes[i];
        consume->class = consume->class != NULL ? consume->class : fa__consumers.class_of(consume->node);
        consume->plan = consume->class->plan(pass, consume, r.threads, err);
    }
    fa__carry carry;
    fa__turn turn;
    fa__deal deal;
    bool callback = options != NULL && options->progress != NULL, is_short,
         moves = !fa_failed(err) && pass->total > 0;
    bool carries = moves && fa__carry_plan(&carry, pass, r.threads, &is_short);
    bool turns = moves && (!carries || is_short) && fa__turn_plan(&turn, pass, r.threads);
    /* Others may have taken the room meanwhile: then it goes tile by tile. */
    const size_t carried_bytes = carries && !turns ? (size_t)fa__carry_bytes(&carry) : 0;
    if (carried_bytes > 0 && fa__ledger_charge(carried_bytes)) {
        carry.done_elements = &r.done_elements;
        carry.stop = &r.stop;
        fa__count_pass();
        fa__carry_run(&carry, callback ? poll : NULL, &r, &r.err);
        fa__ledger_release(carried_bytes);
        operands_still_hold(pass, &r.err);
        fa__error_move(err, &r.err);
    } else if (turns) {
        turn.done_elements = &r.done_elements;
        turn.stop = &r.stop;
        fa__count_pass();
        fa__turn_run(&turn, callback ? poll : NULL, &r, &r.err);
        operands_still_hold(pass, &r.err);
        fa__error_move(err, &r.err);
    } else if (!fa_failed(err) && pass->total > 0) {
        r.permutes = fa__permutes(pass);
        r.streams = only_streams(pass);
        if (r.permutes)
            fa__cut_for_permuting(&r.cut, pass, r.threads);
        else
            fa__cut_pass(&r.cut, pass, r.threads);
        pass->was_dealt = copies_derived(pass) && fa__deal_plan(&deal, pass, r.cut.tile, r.threads);
        if (pass->was_dealt || !pass->is_only_dealt)
            fa__count_pass();
        if (pass->was_dealt)
            run_deal(&r, &deal, callback);
        else if (!pass->is_only_dealt)
            run_tiles(&r, callback);
        operands_still_hold(pass, &r.err);
        fa__error_move(err, &r.err);
    }
    for (int64_t i = 0; i < pass->consume_count; i++) {
        fa__consume *consume = &pass->consumes[i];
        if (consume->plan != NULL) {
            consume->class->finish(consume->plan, err);
            consume->class->free(consume->plan);
        }
    }
    return !fa_failed(err);
}
