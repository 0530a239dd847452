/* SPDX-License-Identifier: BSD-3-Clause */
/* Reaches, block machines and consumers are made once; a run hands out tasks and asks for no memory, but for
 * what reductions hand over where tasks of other workers are late. */
#include "engine/stage.h"

#include "engine/budget.h"
#include "engine/buffers.h"
#include "engine/pool.h"

#include "base/checked.h"
#include "base/memory.h"
#include "platform/platform.h"

#include <string.h>

/* ---- Making ---- */

/* Users' kernels have errors and scratch of their own. */
static bool has_calls(const fa__pass *pass)
{
    for (int64_t i = 0; i < pass->value_count; i++)
        if (pass->values[i].kind == FA__VALUE_CALL)
            return true;
    return false;
}

static bool plan_consumers(fa__pass *pass, int threads, fa_error *err)
{
    for (int64_t i = 0; i < pass->consume_count; i++) {
        fa__consume *consume = &pass->consumes[i];
        consume->class = consume->class != NULL ? consume->class : fa__consumers.class_of(consume->node);
        if (consume->class->keep == NULL)
            return false;
        consume->plan = consume->class->plan(pass, consume, threads, err);
        if (consume->plan == NULL || !consume->class->keep(consume->plan, err))
            return false;
    }
    return true;
}

static bool start_worker(fa__stage *s, fa__stage_worker *w, fa_error *err)
{
    const fa__pass *pass = &s->pass;
    memcpy(w->span.sizes, pass->sizes, sizeof w->span.sizes);
    w->program = (fa__program){.pass = pass,
                               .span = &w->span,
                               .loads = s->loads,
                               .stores = s->stores,
                               .slots = fa__buffer_take(s->slots_bytes, err),
                               .slot_stride = s->cut.slot_stride,
                               .block = s->cut.block,
                               .err = &w->err,
                               .row = s->cut.row};
    w->program.consumers = fa__alloc_zero((size_t)pass->consume_count, sizeof *w->program.consumers, err);
    for (int64_t i = 0; i < pass->consume_count && !fa_failed(err); i++)
        w->program.consumers[i] = pass->consumes[i].class->worker_new(pass->consumes[i].plan, err);
    return !fa_failed(err) && fa__program_start(&w->program, err);
}

bool fa__stage_start(fa__stage *s, fa_error *err)
{
    fa__pass *pass = &s->pass;
    const fa__span all = {.sizes = {0}};
    fa__span span = all;
    if (pass->total == 0 || has_calls(pass) || !fa__pass_is_one_box(pass) ||
        !plan_consumers(pass, fa__pool_threads(), err) || !fa__pass_is_one_box(pass))
        return false;
    fa__cut_pass(&s->cut, pass, fa__pool_threads());
    s->threads = (int)fa__min_i64(fa__pool_threads(), s->cut.task_count);
    memcpy(span.sizes, pass->sizes, sizeof span.sizes);
    s->slots_bytes = (size_t)(pass->slot_count + 1) * (size_t)s->cut.slot_stride;
    size_t bytes = fa__buffer_size(s->slots_bytes) * (size_t)s->threads;
    if (!fa__ledger_charge(bytes))
        return false;
    s->charged = bytes;
    s->loads = fa__alloc_zero((size_t)pass->operand_count, sizeof *s->loads, err);
    s->stores = fa__alloc_zero((size_t)pass->store_count, sizeof *s->stores, err);
    s->workers = fa__alloc_zero((size_t)s->threads, sizeof *s->workers, err);
    for (int64_t i = 0; i < pass->operand_count && !fa_failed(err); i++)
        fa__reach_along(&s->loads[i], pass, &pass->operands[i], &span);
    for (int64_t i = 0; i < pass->store_count && !fa_failed(err); i++)
        fa__reach_along(&s->stores[i], pass, &pass->stores[i].to, &span);
    for (int i = 0; i < s->threads && !fa_failed(err); i++)
        start_worker(s, &s->workers[i], err);
    return !fa_failed(err);
}

static void clear_worker(fa__stage *s, fa__stage_worker *w)
{
    for (int64_t i = 0; w->program.consumers != NULL && i < s->pass.consume_count; i++)
        if (w->program.consumers[i] != NULL)
            s->pass.consumes[i].class->worker_free(w->program.consumers[i]);
    fa__free(w->program.consumers);
    fa__program_clear(&w->program);
    fa__buffer_give_back(w->program.slots, s->slots_bytes);
}

void fa__stage_clear(fa__stage *s)
{
    for (int i = 0; s->workers != NULL && i < s->threads; i++)
        clear_worker(s, &s->workers[i]);
    for (int64_t i = 0; i < s->pass.consume_count; i++)
        if (s->pass.consumes[i].plan != NULL)
            s->pass.consumes[i].class->free(s->pass.consumes[i].plan);
    fa__ledger_release(s->charged);
    fa__free(s->workers);
    fa__free(s->loads);
    fa__free(s->stores);
    fa__pass_clear(&s->pass);
}

/* ---- Running ---- */

static bool task(fa__stage *s, fa__stage_worker *w, int64_t number)
{
    const fa__pass *pass = &s->pass;
    w->span.task = number;
    w->span.first = number * s->cut.task;
    w->span.last = fa__min_i64(w->span.first + s->cut.task, pass->total);
    for (int64_t i = 0; i < pass->consume_count; i++)
        pass->consumes[i].class->start(w->program.consumers[i], &w->span, &w->err);
    for (int64_t at = w->span.first; at < w->span.last && !fa_failed(&w->err); at += s->cut.tile)
        fa__program_run(&w->program, at, fa__min_i64(w->span.last, at + s->cut.tile));
    for (int64_t i = 0; i < pass->consume_count; i++)
        pass->consumes[i].class->stop(w->program.consumers[i], &w->err);
    return fa__program_end(&w->program, &w->err);
}

static void work(void *job, int number)
{
    fa__stage *s = job;
    fa__stage_worker *w = &s->workers[number];
    int64_t next;
    while (!atomic_load_explicit(&s->failed, memory_order_relaxed) &&
           (next = atomic_fetch_add_explicit(&s->next_task, 1, memory_order_relaxed)) < s->cut.task_count)
        if (!task(s, w, next))
            atomic_store_explicit(&s->failed, true, memory_order_relaxed);
    fa__stream_end();
}

bool fa__stage_run(fa__stage *s, fa_error *err)
{
    const fa__pass *pass = &s->pass;
    fa__count_pass();
    atomic_store_explicit(&s->next_task, 0, memory_order_relaxed);
    for (int64_t i = 0; i < pass->consume_count; i++)
        pass->consumes[i].class->restart(pass->consumes[i].plan);
    if (s->threads == 1 || fa__pass_is_small(pass))
        work(s, 0);
    else
        fa__pool_join(s->threads, work, s, err);
    for (int i = 0; i < s->threads; i++)
        fa__error_move(err, &s->workers[i].err);
    return !fa_failed(err);
}
