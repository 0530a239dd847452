/* SPDX-License-Identifier: BSD-3-Clause */
/* Everything that a run needs is made when the pass is planned, a block machine for each worker among it: a
 * run sets addresses and walks. Stand-ins begin in the middle of a source without bytes, so that an operand's
 * offset from there is that from an array's first element, whatever views the text takes of it. */
#include "engine/compiled.h"

#include "engine/budget.h"
#include "engine/buffers.h"
#include "engine/pool.h"
#include "engine/program.h"
#include "engine/schedule.h"

#include "base/checked.h"
#include "base/memory.h"
#include "platform/platform.h"

#include <stdatomic.h>
#include <string.h>

static const int64_t middle = INT64_C(1) << 61;

enum { FEW_ELEMENTS = 4 * FA__BLOCK }; /* times values: waking a thread costs more */

typedef struct input {
    int array;      /* which of the arrays an operand looks at */
    int64_t offset; /* from its first element, in bytes */
} input;

struct fa__compiled {
    fa_array *value; /* the graph: the pass borrows its constants */
    fa__pass pass;
    fa__span span; /* all of it */
    input *inputs; /* one for each operand */
    int64_t target_offset;
    fa__reach *loads, store;
    fa__program *workers;
    fa_error *errors;            /* one for each worker */
    size_t slots_bytes, charged; /* of each worker; of all, to the ledger */
    int threads;
    int64_t tile;
    bool large; /* results go past the cache */
    atomic_llong next;
};

/* ---- Stand-ins ---- */

typedef struct stand_in {
    fa__source source; /* first: a fa__source is this */
    fa__owner owner;
} stand_in;

static void destroy(fa__source *source)
{
    fa__free(source);
}

static bool read_box(fa__source *source, const fa__box *box, void *elements, fa_error *err)
{
    (void)source, (void)box, (void)elements;
    return fa__fail(err, FA_UNSUPPORTED, "what stands in for an array has no elements");
}

static bool write_box(fa__source *source, const fa__box *box, const void *elements, fa_error *err)
{
    (void)elements;
    return read_box(source, box, NULL, err);
}

static const fa__source_class stand_in_class = {
    .name = "memory", .destroy = destroy, .read = read_box, .write = write_box};

fa_array *fa__stand_in(const fa_array *like, fa_error *err)
{
    stand_in *made = fa__alloc_zero(1, sizeof *made, err);
    if (made == NULL)
        return NULL;
    fa__references_start(&made->source.references);
    made->source.class = &stand_in_class;
    made->source.bytes = 2 * middle;
    made->source.writeable = true;
    made->source.owner = &made->owner;
    fa__geometry geometry;
    fa__view_geometry(like, &geometry);
    geometry.offset = middle;
    fa_array *view = fa__view(&made->source, like->dtype, &geometry, true, err);
    fa__source_release(&made->source);
    return view;
}

/* ---- Planning ---- */

/* Nothing that has to be walked, moved or computed before. */
static bool is_one_pass(fa__node *node, fa_error *err)
{
    fa__schedule schedule = {0};
    fa__schedule_add(&schedule, node, err);
    bool one = !fa_failed(err) && schedule.barrier_count == 0 && schedule.levels == 1;
    fa__schedule_clear(&schedule);
    return one;
}

/* Users' kernels have errors and scratch of their own. */
static bool has_calls(const fa__pass *pass)
{
    for (int64_t i = 0; i < pass->value_count; i++)
        if (pass->values[i].kind == FA__VALUE_CALL)
            return true;
    return false;
}

static bool plan(fa__compiled *c, fa_array *target, fa_error *err)
{
    int order[FA_MAX_NDIM];
    fa__node *node = fa__node_leaf(c->value, err);
    if (node == NULL || !is_one_pass(node, err)) {
        fa__node_release(node);
        return false;
    }
    fa__request request = {.node = node, .target = target};
    fa__k_order(target->ndim, target->sizes, target->strides, order);
    bool planned = fa__plan_pass(&c->pass, target->ndim, target->sizes, order, &request, 1, err);
    fa__node_release(node); /* what the pass borrows is the value's */
    return planned && c->pass.total > 0 && c->pass.store_count == 1 && c->pass.consume_count == 0 &&
           !has_calls(&c->pass) && fa__pass_is_one_box(&c->pass);
}

/* Whose operands these are: false where one is not a stand-in's. */
static bool find_inputs(fa__compiled *c, fa_array *target, fa_array *const *stand_ins, int count,
                        fa_error *err)
{
    c->inputs = fa__alloc_zero((size_t)c->pass.operand_count, sizeof *c->inputs, err);
    for (int64_t i = 0; i < c->pass.operand_count && c->inputs != NULL; i++) {
        int number = 0;
        while (number < count && stand_ins[number]->source != c->pass.operands[i].source)
            number++;
        if (number == count)
            return false;
        c->inputs[i] = (input){number, c->pass.operands[i].offset - middle};
    }
    c->target_offset = c->pass.stores[0].to.offset - middle;
    return !fa_failed(err) && c->pass.stores[0].to.source == target->source;
}

static bool make_workers(fa__compiled *c, fa_error *err)
{
    fa__pass *pass = &c->pass;
    int64_t block = fa__program_block(pass),
            stride = fa__round_up(fa__min_i64(pass->total, block) * pass->slot_bytes, 64);
    memcpy(c->span.sizes, pass->sizes, sizeof c->span.sizes);
    c->span.last = pass->total;
    c->slots_bytes = (size_t)(pass->slot_count + 1) * (size_t)stride;
    size_t bytes = fa__buffer_size(c->slots_bytes) * (size_t)c->threads;
    if (!fa__ledger_charge(bytes))
        return false;
    c->charged = bytes;
    c->loads = fa__alloc_zero((size_t)pass->operand_count, sizeof *c->loads, err);
    c->workers = fa__alloc_zero((size_t)c->threads, sizeof *c->workers, err);
    c->errors = fa__alloc_zero((size_t)c->threads, sizeof *c->errors, err);
    for (int64_t i = 0; i < pass->operand_count && c->loads != NULL; i++)
        fa__reach_along(&c->loads[i], pass, &pass->operands[i], &c->span);
    fa__reach_along(&c->store, pass, &pass->stores[0].to, &c->span);
    for (int i = 0; i < c->threads && !fa_failed(err); i++) {
        fa__program *p = &c->workers[i];
        *p = (fa__program){.pass = pass,
                           .span = &c->span,
                           .loads = c->loads,
                           .stores = &c->store,
                           .slots = fa__buffer_take(c->slots_bytes, err),
                           .slot_stride = stride,
                           .block = block,
                           .err = &c->errors[i],
                           .row = fa__program_row(pass)};
        if (!fa_failed(err))
            fa__program_start(p, err);
    }
    return !fa_failed(err);
}

fa__compiled *fa__compile(fa_array *value, fa_array *target, fa_array *const *stand_ins, int count,
                          fa_error *err)
{
    fa__compiled *c = fa_failed(err) || fa__kernel_isa() == NULL ? NULL : fa__alloc_zero(1, sizeof *c, err);
    if (c == NULL)
        return NULL;
    fa__budget_start();
    c->value = fa_retain(value);
    if (plan(c, target, err) && find_inputs(c, target, stand_ins, count, err)) {
        fa__pass *pass = &c->pass;
        int64_t widest = fa__max_i64(pass->stores[0].to.item_bytes, 1);
        for (int64_t i = 0; i < pass->operand_count; i++)
            widest = fa__max_i64(widest, pass->operands[i].item_bytes);
        c->tile = fa__budget_share(fa__budget_tile(widest, 0, false, 1), pass->total, fa__pool_threads());
        c->large = fa__pass_exceeds_cache(pass);
        c->threads = (int)fa__min_i64(fa__pool_threads(), (pass->total + c->tile - 1) / c->tile);
        if (make_workers(c, err))
            return c;
    }
    fa__compiled_free(c);
    return NULL;
}

void fa__compiled_free(fa__compiled *c)
{
    if (c == NULL)
        return;
    for (int i = 0; c->workers != NULL && i < c->threads; i++) {
        fa__program_clear(&c->workers[i]);
        fa__buffer_give_back(c->workers[i].slots, c->slots_bytes);
    }
    fa__ledger_release(c->charged);
    fa__free(c->workers);
    fa__free(c->errors);
    fa__free(c->loads);
    fa__free(c->inputs);
    fa__pass_clear(&c->pass);
    fa_release(c->value);
    fa__free(c);
}

/* ---- Running ---- */

/* Where the first element of an array is; NULL where it is not in memory. */
static char *address_of(const fa_array *array)
{
    if (array->source->class->pending != NULL && array->source->class->pending(array->source))
        return NULL;
    char *memory = fa__source_memory(array->source);
    return memory != NULL ? memory + array->offset : NULL;
}

static bool set_addresses(fa__compiled *c, fa_array *target, fa_array *const *arrays)
{
    char *to = address_of(target);
    if (to == NULL)
        return false;
    bool aliased = false;
    for (int64_t i = 0; i < c->pass.operand_count; i++) {
        const fa_array *array = arrays[c->inputs[i].array];
        char *from = address_of(array);
        bool same = false;
        if (from == NULL)
            return false;
        if (array->source->owner == target->source->owner && fa__overlap(array, target, &same)) {
            if (!same || c->inputs[i].offset != 0 ||
                c->pass.operands[i].item_bytes != c->pass.stores[0].to.item_bytes ||
                memcmp(c->pass.operands[i].strides, c->pass.stores[0].to.strides,
                       (size_t)c->pass.ndim * sizeof(int64_t)) != 0)
                return false;
            aliased = true;
        }
        c->loads[i].base = from + c->inputs[i].offset;
    }
    c->store.base = to + c->target_offset;
    c->pass.aliased = aliased;
    c->pass.stores[0].stream = c->large && !aliased;
    return true;
}

static void work(void *job, int worker)
{
    fa__compiled *c = job;
    int64_t at;
    while ((at = atomic_fetch_add_explicit(&c->next, c->tile, memory_order_relaxed)) < c->pass.total)
        fa__program_run(&c->workers[worker], at, fa__min_i64(c->pass.total, at + c->tile));
    fa__stream_end();
}

bool fa__compiled_run(fa__compiled *c, fa_array *target, fa_array *const *arrays, fa_error *err)
{
    if (!fa__engine_enter(NULL, err))
        return false;
    bool runs = set_addresses(c, target, arrays);
    if (runs) {
        fa__count_pass();
        atomic_store_explicit(&c->next, 0, memory_order_relaxed);
        if (c->threads == 1 || c->pass.total * (c->pass.value_count + 1) <= FEW_ELEMENTS)
            work(c, 0);
        else
            fa__pool_join(c->threads, work, c, err);
        for (int i = 0; i < c->threads; i++) {
            fa__program_end(&c->workers[i], &c->errors[i]);
            fa__error_move(err, &c->errors[i]);
            fa_error_clear(&c->errors[i]);
        }
    }
    fa__engine_leave();
    return runs && !fa_failed(err);
}
