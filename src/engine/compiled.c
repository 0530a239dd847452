/* SPDX-License-Identifier: BSD-3-Clause */
/* What an evaluation would plan is planned once: a stage for the reductions of each level, and the last one,
 * which stores. A run sets addresses and walks. Stand-ins begin in the middle of a source without bytes, so
 * that an operand's offset from there is that from an array's first element, whatever views the text takes of
 * it. */
#include "engine/compiled.h"

#include "engine/budget.h"
#include "engine/schedule.h"
#include "engine/stage.h"

#include "base/memory.h"
#include "platform/platform.h"

#include <string.h>

static const int64_t middle = INT64_C(1) << 61;

typedef struct input {
    int array;      /* which of the arrays an operand looks at; -1: what stands still, such as a result */
    int64_t offset; /* from its first element, in bytes */
} input;

/* One pass, and what its operands are. */
typedef struct step {
    fa__stage stage;
    input *inputs;
} step;

struct fa__compiled {
    fa_array *value; /* the graph: passes borrow its constants */
    step *steps;     /* the last one stores */
    int64_t count;
    int64_t target_offset;
    bool large; /* results go past the cache */
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

/* Whether reductions alone have to be made before. */
static bool only_reductions(const fa__schedule *schedule)
{
    for (int64_t i = 0; i < schedule->barrier_count; i++)
        if (schedule->barriers[i].node->kind != FA__NODE_REDUCE)
            return false;
    return true;
}

/* Whose operands these are: false where one is neither a stand-in's nor in memory. */
static bool find_inputs(step *s, fa_array *const *stand_ins, int count, fa_error *err)
{
    const fa__pass *pass = &s->stage.pass;
    s->inputs = fa__alloc_zero((size_t)pass->operand_count, sizeof *s->inputs, err);
    for (int64_t i = 0; i < pass->operand_count && s->inputs != NULL; i++) {
        const fa__operand *operand = &pass->operands[i];
        int number = 0;
        while (number < count && stand_ins[number]->source != operand->source)
            number++;
        if (number < count) {
            s->inputs[i] = (input){number, operand->offset - middle};
            continue;
        }
        char *memory = fa__source_memory(operand->source);
        if (memory == NULL)
            return false;
        s->inputs[i] = (input){.array = -1};
        s->stage.loads[i].base = memory + operand->offset;
    }
    return !fa_failed(err);
}

static bool add_step(fa__compiled *c, const fa__node *shape, const int *order, const fa__request *requests,
                     int64_t request_count, fa_array *const *stand_ins, int count, fa_error *err)
{
    step *s = &c->steps[c->count++];
    return fa__plan_pass(&s->stage.pass, shape->ndim, shape->sizes, order, requests, request_count, err) &&
           fa__stage_start(&s->stage, err) && find_inputs(s, stand_ins, count, err);
}

static bool goes_with(const fa__barrier *a, const fa__barrier *b)
{
    const fa__node *x = a->node->inputs[0], *y = b->node->inputs[0];
    const size_t bytes = (size_t)x->ndim * sizeof(int64_t);
    return a->level == b->level && x->ndim == y->ndim && memcmp(x->sizes, y->sizes, bytes) == 0 &&
           memcmp(x->strides, y->strides, bytes) == 0;
}

/* Steps for the reductions of a level, each for all that go with the first. */
static bool add_reductions(fa__compiled *c, const fa__schedule *schedule, int level,
                           fa_array *const *stand_ins, int count, fa_error *err)
{
    const fa__barrier *barriers = schedule->barriers;
    fa__request *requests = fa__alloc_zero((size_t)schedule->barrier_count, sizeof *requests, err);
    bool planned = requests != NULL;
    for (int64_t i = 0; i < schedule->barrier_count && planned; i++) {
        const fa__node *shape = barriers[i].node->inputs[0];
        int order[FA_MAX_NDIM];
        int64_t made = 0;
        if (barriers[i].level != level || barriers[i].node->kept != NULL)
            continue;
        for (int64_t k = i; k < schedule->barrier_count; k++)
            if (goes_with(&barriers[i], &barriers[k]))
                requests[made++] =
                    (fa__request){.node = barriers[k].node->inputs[0], .feeds = barriers[k].node};
        fa__k_order(shape->ndim, shape->sizes, shape->strides, order);
        planned = add_step(c, shape, order, requests, made, stand_ins, count, err);
    }
    fa__free(requests);
    return planned;
}

/* The last step: elements of the value into the target. */
static bool add_store(fa__compiled *c, fa__node *node, fa_array *target, fa_array *const *stand_ins,
                      int count, fa_error *err)
{
    int order[FA_MAX_NDIM];
    fa__request request = {.node = node, .target = target};
    fa__k_order(target->ndim, target->sizes, target->strides, order);
    if (!add_step(c, node, order, &request, 1, stand_ins, count, err))
        return false;
    const fa__pass *pass = &c->steps[c->count - 1].stage.pass;
    c->large = fa__pass_exceeds_cache(pass);
    if (pass->store_count != 1 || pass->stores[0].to.source != target->source)
        return false;
    c->target_offset = pass->stores[0].to.offset - middle;
    return true;
}

static bool plan(fa__compiled *c, fa_array *target, fa_array *const *stand_ins, int count, fa_error *err)
{
    fa__schedule schedule = {0};
    fa__node *node = fa__node_leaf(c->value, err);
    bool planned = node != NULL && fa__schedule_add(&schedule, node, err) >= 0 && only_reductions(&schedule);
    if (planned)
        c->steps = fa__alloc_zero((size_t)schedule.barrier_count + 1, sizeof *c->steps, err);
    planned = planned && c->steps != NULL;
    for (int level = 0; level < schedule.levels && planned; level++)
        planned = add_reductions(c, &schedule, level, stand_ins, count, err);
    planned = planned && add_store(c, node, target, stand_ins, count, err);
    fa__schedule_clear(&schedule);
    fa__node_release(node); /* what passes borrow is the value's */
    return planned;
}

fa__compiled *fa__compile(fa_array *value, fa_array *target, fa_array *const *stand_ins, int count,
                          fa_error *err)
{
    fa__compiled *c = fa_failed(err) || fa__kernel_isa() == NULL ? NULL : fa__alloc_zero(1, sizeof *c, err);
    if (c == NULL)
        return NULL;
    fa__budget_start();
    c->value = fa_retain(value);
    if (plan(c, target, stand_ins, count, err))
        return c;
    fa__compiled_free(c);
    return NULL;
}

void fa__compiled_free(fa__compiled *c)
{
    if (c == NULL)
        return;
    for (int64_t i = 0; i < c->count; i++) {
        fa__stage_clear(&c->steps[i].stage);
        fa__free(c->steps[i].inputs);
    }
    fa__free(c->steps);
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

/* Whether an operand of the last step reads bytes of the target: *aliased where they are the same elements.
 * False where they are others. */
static bool may_overlap(const fa__pass *pass, const fa__operand *operand, int64_t offset,
                        const fa_array *array, const fa_array *target, bool *aliased)
{
    const fa__operand *to = &pass->stores[0].to;
    bool same = false;
    if (array->source->owner != target->source->owner || !fa__overlap(array, target, &same))
        return true;
    *aliased = true;
    return same && offset == 0 && operand->item_bytes == to->item_bytes &&
           memcmp(operand->strides, to->strides, (size_t)pass->ndim * sizeof(int64_t)) == 0;
}

static bool set_addresses(fa__compiled *c, fa_array *target, fa_array *const *arrays)
{
    char *to = address_of(target);
    if (to == NULL)
        return false;
    bool aliased = false;
    for (int64_t k = 0; k < c->count; k++) {
        step *s = &c->steps[k];
        const fa__pass *pass = &s->stage.pass;
        for (int64_t i = 0; i < pass->operand_count; i++) {
            const input *in = &s->inputs[i];
            if (in->array < 0)
                continue;
            char *from = address_of(arrays[in->array]);
            if (from == NULL || (pass->store_count > 0 && !may_overlap(pass, &pass->operands[i], in->offset,
                                                                       arrays[in->array], target, &aliased)))
                return false;
            s->stage.loads[i].base = from + in->offset;
        }
    }
    fa__stage *last = &c->steps[c->count - 1].stage;
    last->stores[0].base = to + c->target_offset;
    last->pass.aliased = aliased;
    last->pass.stores[0].stream = c->large && !aliased;
    return true;
}

bool fa__compiled_run(fa__compiled *c, fa_array *target, fa_array *const *arrays, fa_error *err)
{
    if (!fa__engine_enter(NULL, err))
        return false;
    bool runs = set_addresses(c, target, arrays);
    for (int64_t i = 0; i < c->count && runs && !fa_failed(err); i++)
        fa__stage_run(&c->steps[i].stage, err);
    fa__engine_leave();
    return runs && !fa_failed(err);
}
