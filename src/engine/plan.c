/* SPDX-License-Identifier: BSD-3-Clause */
/* From graphs to one pass: every node that is asked for, seen through an index map, becomes a value; equal
 * demands become one value. Slices are pushed down here, and nowhere else. Computations that are not done are
 * seen through; what had to be computed first (reductions, elements under a reshape) is read from where it is
 * kept.
 *
 * Graphs may be a million nodes deep: the walk keeps its own stack. */
#include "engine/chains.h"
#include "engine/cut.h"
#include "engine/index.h"
#include "engine/pass.h"
#include "engine/pending.h"
#include "engine/slots.h"

#include "array/time.h"
#include "engine/cast.h"

#include "base/checked.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

typedef struct demand {
    fa__node *node;
    int64_t map;
} demand;

typedef struct planner {
    fa__pass *pass;
    fa__affine **maps;
    int64_t map_count, map_capacity;
    fa__index map_index; /* hash of a map, probe number -> map */
    fa__index values;    /* node, map -> value */
    fa__index calls;     /* kernel, hash of inputs -> value */
    fa__index loads;     /* source, hash of offset and strides -> value */
    demand *stack;
    int64_t depth, stack_capacity;
    int request; /* the number of the one that is being planned */
    fa_error *err;
} planner;

/* ---- Maps ---- */

static uint64_t hash_words(uint64_t seed, const int64_t *words, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        seed = (seed ^ (uint64_t)words[i]) * UINT64_C(0x100000001b3) + UINT64_C(0x9e3779b97f4a7c15);
    return seed;
}

/* The number of a map; takes the map over. -1 with an error. */
static int64_t intern(planner *p, fa__affine *map)
{
    if (map == NULL)
        return -1;
    uint64_t seed = ((uint64_t)map->rows << 32) + (uint64_t)map->columns;
    uint64_t hash = hash_words(seed, map->start, (int64_t)map->rows * (1 + map->columns));
    uint64_t probe = 0;
    int64_t found;
    while ((found = fa__index_find(&p->map_index, hash, probe)) >= 0) {
        if (fa__affine_equal(p->maps[found], map)) {
            fa__free(map);
            return found;
        }
        probe++;
    }
    if (!fa__grow(&p->maps, &p->map_capacity, p->map_count + 1, sizeof *p->maps, p->err) ||
        !fa__index_set(&p->map_index, hash, probe, p->map_count, p->err)) {
        fa__free(map);
        return -1;
    }
    p->maps[p->map_count] = map;
    return p->map_count++;
}

/* ---- Values ---- */

static int64_t add_value(planner *p, fa__value value)
{
    fa__pass *pass = p->pass;
    if (!fa__grow(&pass->values, &pass->value_capacity, pass->value_count + 1, sizeof *pass->values, p->err))
        return -1;
    value.last_use = -1;
    value.slot = -1;
    value.chain = value.earlier_link = -1;
    pass->values[pass->value_count] = value;
    return pass->value_count++;
}

static bool all_zero(const fa__pass *pass, const int64_t *strides)
{
    for (int i = 0; i < pass->ndim; i++)
        if (strides[i] != 0 && pass->sizes[i] > 1)
            return false;
    return true;
}

/* The type that kernels see in elements of a dtype; -1 where they only move them. */
static int kernel_type(const fa_dtype *dtype)
{
    return fa__type_is_numeric(dtype->type) || fa__type_is_time(dtype->type) ? (int)dtype->type : -1;
}

static bool add_operand(planner *p, fa__source *source, const fa_dtype *dtype, int64_t offset,
                        int64_t *strides, fa__operand *operand)
{
    *operand = (fa__operand){source, dtype->item_bytes, fa__dtype_swap(dtype), offset, strides};
    fa__source_retain(source);
    return !fa_failed(p->err);
}

/* A load of elements that stand at offset + strides of `source`, over the axes of `map`'s input. Equal loads
 * are one. */
static int64_t load(planner *p, fa__source *source, const fa_dtype *dtype, int64_t offset,
                    const int64_t *strides, const fa__affine *map)
{
    if (!fa__source_check(source, p->err))
        return -1;
    fa__pass *pass = p->pass;
    int64_t *domain = fa__alloc((size_t)(pass->ndim + 1) * sizeof *domain, p->err);
    if (domain == NULL)
        return -1;
    fa__affine_strides(map, strides, domain);
    offset = fa__affine_offset(map, offset, strides);
    uint64_t hash =
        hash_words((uint64_t)offset ^ (uint64_t)dtype->type << 56 ^ (uint64_t)fa__dtype_swap(dtype) << 48,
                   domain, pass->ndim);
    int64_t found = fa__index_find(&p->loads, (uint64_t)(uintptr_t)source, hash);
    if (found >= 0) {
        const fa__operand *old = &pass->operands[pass->values[found].operand];
        if (old->offset == offset && old->item_bytes == dtype->item_bytes &&
            old->swap == fa__dtype_swap(dtype) &&
            memcmp(old->strides, domain, (size_t)pass->ndim * sizeof *domain) == 0 &&
            pass->values[found].type == kernel_type(dtype)) {
            fa__free(domain);
            return found;
        }
    }
    if (!fa__grow(&pass->operands, &pass->operand_capacity, pass->operand_count + 1, sizeof *pass->operands,
                  p->err)) {
        fa__free(domain);
        return -1;
    }
    add_operand(p, source, dtype, offset, domain, &pass->operands[pass->operand_count++]);
    int64_t value = add_value(p, (fa__value){
                                     .kind = FA__VALUE_LOAD,
                                     .type = kernel_type(dtype),
                                     .item_bytes = dtype->item_bytes,
                                     .operand = (int)(pass->operand_count - 1),
                                     .uniform = all_zero(pass, domain),
                                 });
    if (value >= 0 && found < 0)
        fa__index_set(&p->loads, (uint64_t)(uintptr_t)source, hash, value, p->err);
    return value;
}

static int64_t load_view(planner *p, const fa_array *view, const fa__affine *map)
{
    return load(p, fa__concrete(view->source), view->dtype, view->offset, view->strides, map);
}

static int64_t generate(planner *p, fa__node *node, const fa__affine *map)
{
    int64_t c_strides[FA_MAX_NDIM];
    fa__pass *pass = p->pass;
    fa__strides_c(node->ndim, node->sizes, 1, c_strides);
    int64_t *domain = fa__alloc((size_t)(pass->ndim + 1) * sizeof *domain, p->err);
    if (domain == NULL)
        return -1;
    fa__affine_strides(map, c_strides, domain);
    int64_t value = add_value(p, (fa__value){
                                     .kind = FA__VALUE_GENERATE,
                                     .type = (int)node->dtype->type,
                                     .item_bytes = node->dtype->item_bytes,
                                     .node = node,
                                     .position = fa__affine_offset(map, 0, c_strides),
                                     .position_strides = domain,
                                     .uniform = all_zero(pass, domain),
                                 });
    if (value < 0)
        fa__free(domain);
    return value;
}

static int64_t constant(planner *p, const fa__node *node)
{
    fa__value value = {
        .kind = FA__VALUE_CONSTANT,
        .type = kernel_type(node->dtype),
        .item_bytes = node->dtype->item_bytes,
        .uniform = true,
    };
    value.constant = node->element;
    return add_value(p, value);
}

/* Elements of one dtype as those of another; byte orders are the loads' and stores', but inside of
 * structures. */
static int64_t cast(planner *p, int64_t input, const fa_dtype *from, const fa_dtype *to)
{
    fa__value value = {
        .kind = FA__VALUE_CAST,
        .type = kernel_type(to),
        .item_bytes = to->item_bytes,
        .input_count = 1,
        .inputs = {(int)input},
        .uniform = p->pass->values[input].uniform,
    };
    if (!fa__cast_plan(from, to, &value.cast, p->err))
        return -1;
    if (value.cast.loop == NULL)
        return input;
    if (value.cast.loop == fa__cast_numbers) {
        value.kind = FA__VALUE_CONVERT;
        value.convert = value.cast.convert;
    }
    int64_t made = add_value(p, value);
    if (made < 0)
        fa__cast_clear(&value.cast);
    return made;
}

/* The loop of a node, by the types of its inputs. */
static fa__loop *loop_of(const fa__node *node)
{
    fa__operation operation = (fa__operation)node->code;
    if (node->mixed_compare)
        return fa__loop_compare_mixed(operation, node->loop_type == FA_TYPE_INT64);
    fa_type first = node->inputs[0]->dtype->type, second = node->inputs[node->input_count - 1]->dtype->type;
    if (node->input_count == 2 && first != second && (fa__type_is_time(first) || fa__type_is_time(second)))
        return fa__loop_of_pair(operation, first, second);
    return fa__loop_find(operation, node->loop_type);
}

static int64_t choose(planner *p, const fa__node *node, const int64_t *inputs)
{
    return add_value(p, (fa__value){
                            .kind = FA__VALUE_CHOOSE,
                            .type = -1,
                            .item_bytes = node->dtype->item_bytes,
                            .input_count = 3,
                            .inputs = {(int)inputs[0], (int)inputs[1], (int)inputs[2]},
                        });
}

/* The inputs of a string operation say how wide their elements are. */
static int64_t of_strings(planner *p, const fa__node *node, fa__string_operation operation,
                          const int64_t *inputs)
{
    fa__value value = {
        .kind = FA__VALUE_STRINGS,
        .type = kernel_type(node->dtype),
        .item_bytes = node->dtype->item_bytes,
        .input_count = node->input_count,
        .uniform = true,
        .strings = fa__string_loop_find(operation, node->inputs[0]->dtype->type),
        /* A string's own length is what is asked for where a whole number stands for it. */
        .measures = node->kind == FA__NODE_STRING && fa__string_operation_makes_strings(operation) &&
                    node->dtype->type == FA_TYPE_INT64,
    };
    if (value.strings == NULL) {
        fa__fail(p->err, FA_INTERNAL, "no loop of strings for %s",
                 fa__type_name(node->inputs[0]->dtype->type));
        return -1;
    }
    for (int i = 0; i < node->input_count; i++) {
        value.inputs[i] = (int)inputs[i];
        value.uniform = value.uniform && p->pass->values[inputs[i]].uniform;
    }
    return add_value(p, value);
}

/* The comparison of strings that an operation writes; -1 for none. */
static int comparison_of_strings(const fa__node *node)
{
    static const fa__operation compared[] = {FA__OP_EQUAL,      FA__OP_NOT_EQUAL, FA__OP_LESS,
                                             FA__OP_LESS_EQUAL, FA__OP_GREATER,   FA__OP_GREATER_EQUAL};
    fa_type type = node->inputs[0]->dtype->type;
    for (int i = 0; i < 6 && (type == FA_TYPE_BYTES || type == FA_TYPE_STRING); i++)
        if ((int)compared[i] == node->code)
            return FA__STRING_EQUAL + i;
    return -1;
}

static int64_t operation(planner *p, const fa__node *node, const int64_t *inputs)
{
    if (comparison_of_strings(node) >= 0)
        return of_strings(p, node, (fa__string_operation)comparison_of_strings(node), inputs);
    if (kernel_type(node->dtype) < 0)
        return choose(p, node, inputs);
    fa__value value = {
        .kind = FA__VALUE_LOOP,
        .type = (int)node->dtype->type,
        .item_bytes = node->dtype->item_bytes,
        .input_count = node->input_count,
        .uniform = true,
    };
    value.loop = loop_of(node);
    if (value.loop == NULL) {
        fa__fail(p->err, FA_INTERNAL, "no loop of %s for %s", fa__operations[node->code].name,
                 fa__type_name(node->loop_type));
        return -1;
    }
    char kind = fa__type_kind(node->loop_type);
    value.check_exponents = node->code == FA__OP_POWER && kind == 'i';
    value.loop_type = (int)node->loop_type;
    value.operation =
        value.loop == fa__loop_find((fa__operation)node->code, node->loop_type) ? node->code : -1;
    for (int i = 0; i < node->input_count; i++) {
        value.inputs[i] = (int)inputs[i];
        value.uniform = value.uniform && p->pass->values[inputs[i]].uniform;
    }
    return add_value(p, value);
}

static bool is_call(const fa__value *value, const fa__node *node, const int64_t *inputs)
{
    bool same = value->kind == FA__VALUE_CALL && value->kernel == node->kernel;
    for (int i = 0; i < node->input_count && same; i++)
        same = value->inputs[i] == (int)inputs[i];
    return same;
}

/* A kernel is called once for all its outputs. */
static int64_t call(planner *p, const fa__node *node, const int64_t *inputs)
{
    const fa__kernel *kernel = node->kernel;
    uint64_t hash = hash_words(0, inputs, node->input_count);
    int64_t found = fa__index_find(&p->calls, (uint64_t)(uintptr_t)kernel, hash);
    if (found >= 0 && is_call(&p->pass->values[found], node, inputs))
        return found;
    int uniform = 0;
    fa__value value = {.kind = FA__VALUE_CALL,
                       .type = kernel->is.output_count == 1 ? (int)node->dtype->type : -1,
                       .kernel = kernel,
                       .input_count = node->input_count};
    for (int i = 0; i < kernel->is.output_count; i++)
        value.item_bytes += fa__type_bytes(kernel->is.outputs[i]);
    for (int i = 0; i < node->input_count; i++) {
        value.inputs[i] = (int)inputs[i];
        uniform += p->pass->values[inputs[i]].uniform;
    }
    value.uniform = uniform == node->input_count;
    p->pass->foreign = true;
    if (!value.uniform && uniform > p->pass->spread_count)
        p->pass->spread_count = uniform;
    int64_t made = add_value(p, value);
    if (made >= 0 && found < 0)
        fa__index_set(&p->calls, (uint64_t)(uintptr_t)kernel, hash, made, p->err);
    return made;
}

static int64_t output_of_call(planner *p, const fa__node *node, const int64_t *inputs)
{
    int64_t made = call(p, node, inputs);
    if (made < 0 || node->kernel->is.output_count == 1)
        return made;
    return add_value(p, (fa__value){.kind = FA__VALUE_PART,
                                    .type = (int)node->dtype->type,
                                    .item_bytes = node->dtype->item_bytes,
                                    .kernel = node->kernel,
                                    .output = node->code,
                                    .input_count = 1,
                                    .inputs = {(int)made},
                                    .uniform = p->pass->values[made].uniform});
}

/* ---- The walk ---- */

static int64_t lookup(planner *p, demand d)
{
    return fa__index_find(&p->values, (uint64_t)(uintptr_t)d.node, (uint64_t)d.map);
}

static bool push(planner *p, demand d)
{
    if (d.map < 0 || !fa__grow(&p->stack, &p->stack_capacity, p->depth + 1, sizeof *p->stack, p->err))
        return false;
    p->stack[p->depth++] = d;
    return true;
}

/* The demand on the layout under a view: false with a clean err when the view is no index map on it. */
static bool through_view(planner *p, const fa__geometry *geometry, fa__node *input, int64_t map,
                         demand *below)
{
    fa__affine *view = fa__affine_of_view(geometry, input->ndim, input->sizes, input->strides, p->err);
    if (view == NULL)
        return false;
    below->node = input;
    below->map = intern(p, fa__affine_compose(view, p->maps[map], p->err));
    fa__free(view);
    return below->map >= 0;
}

/* Elements under a view that is no index map: they stand in memory, in the layout that the view is of. */
static int64_t load_under_view(planner *p, const fa__node *below, const fa__geometry *geometry,
                               const fa_dtype *dtype, const fa__affine *map)
{
    const fa_array *kept = below->kept;
    if (kept != NULL && fa__stands_as(kept, below))
        return load(p, fa__concrete(kept->source), dtype, geometry->offset, geometry->strides, map);
    fa__fail(p->err, FA_INTERNAL, "a reshaped view was not computed first");
    return -1;
}

/* What a view of a computation is made of: one demand below it, or a value at once. */
static int under_view(planner *p, demand d, fa__node *input, const fa__geometry *geometry,
                      const fa_dtype *dtype, demand *below, int64_t *value)
{
    if (fa__dtype_same_bytes(dtype, input->dtype) && through_view(p, geometry, input, d.map, below))
        return 1;
    if (!fa_failed(p->err))
        *value = load_under_view(p, input, geometry, dtype, p->maps[d.map]);
    return -1;
}

/* What a demand is made of: up to three demands below it. Gives -1 when the value was made at once (in
 * *value). */
static int inputs_of(planner *p, demand d, demand *below, int64_t *value)
{
    fa__node *node = d.node;
    const fa__affine *map = p->maps[d.map];
    fa__geometry geometry;
    if (node->kept != NULL) {
        *value = load_view(p, node->kept, map);
        return -1;
    }
    switch (node->kind) {
    case FA__NODE_LEAF: {
        fa__pending *pending = fa__pending_of(node->array->source);
        if (pending == NULL || fa__pending_get_state(pending) == FA__STATE_DONE) {
            *value = load_view(p, node->array, map);
            return -1;
        }
        if (fa__pending_get_state(pending) == FA__STATE_FAILED) {
            fa__pending_failure(pending, p->err);
            return -1;
        }
        fa__view_geometry(node->array, &geometry);
        return under_view(p, d, fa__pending_root(pending), &geometry, node->dtype, below, value);
    }
    case FA__NODE_VIEW:
        fa__node_geometry(node, &geometry);
        return under_view(p, d, node->inputs[0], &geometry, node->dtype, below, value);
    case FA__NODE_SCALAR:
        *value = constant(p, node);
        return -1;
    case FA__NODE_GENERATE:
        *value = generate(p, node, map);
        return -1;
    case FA__NODE_CAST:
        below[0] = (demand){node->inputs[0], d.map};
        return 1;
    case FA__NODE_REDUCE:
    case FA__NODE_SCAN:
    case FA__NODE_FOLD:
    case FA__NODE_MOVE:
    case FA__NODE_WHOLE:
        fa__fail(p->err, FA_INTERNAL, "what needs a walk of its own was not made first");
        return -1;
    case FA__NODE_OPERATION:
    case FA__NODE_STRING:
    case FA__NODE_KERNEL:
        for (int i = 0; i < node->input_count; i++) {
            fa__node *input = node->inputs[i];
            below[i].node = input;
            below[i].map = intern(p, fa__affine_broadcast(map, input->ndim, input->sizes, p->err));
        }
        return node->input_count;
    }
    return -1;
}

static int64_t value_of(planner *p, fa__node *node, int count, const int64_t *inputs)
{
    switch (node->kind) {
    case FA__NODE_OPERATION:
        return operation(p, node, inputs);
    case FA__NODE_STRING:
        return of_strings(p, node, (fa__string_operation)node->code, inputs);
    case FA__NODE_KERNEL:
        return output_of_call(p, node, inputs);
    case FA__NODE_CAST:
        return cast(p, inputs[0], node->inputs[0]->dtype, node->dtype);
    default:
        return count == 1 ? inputs[0] : -1;
    }
}

static int64_t demand_value(planner *p, fa__node *node, int64_t map)
{
    if (!push(p, (demand){node, map}))
        return -1;
    while (p->depth > 0 && !fa_failed(p->err)) {
        demand top = p->stack[p->depth - 1];
        if (lookup(p, top) >= 0) {
            p->depth--;
            continue;
        }
        demand below[FA__MAX_INPUTS];
        int64_t inputs[FA__MAX_INPUTS], value = -1;
        int count = inputs_of(p, top, below, &value);
        bool ready = true;
        for (int i = count - 1; i >= 0 && !fa_failed(p->err); i--) {
            inputs[i] = lookup(p, below[i]);
            if (inputs[i] < 0) {
                push(p, below[i]);
                ready = false;
            }
        }
        if (fa_failed(p->err) || !ready)
            continue;
        if (count >= 0)
            value = value_of(p, top.node, count, inputs);
        if (value >= 0)
            fa__index_set(&p->values, (uint64_t)(uintptr_t)top.node, (uint64_t)top.map, value, p->err);
        p->depth--;
    }
    return fa_failed(p->err) ? -1 : lookup(p, (demand){node, map});
}

/* ---- Stores ---- */

/* Strides of the target over the domain. Of a flat scan the domain has the axes of its input, the target has
 * one. */
static void strides_of_target(const fa__pass *pass, const fa_array *target, bool flat, int64_t *strides)
{
    int64_t sizes[FA_MAX_NDIM], c_strides[FA_MAX_NDIM];
    for (int i = 0; i < pass->ndim; i++)
        sizes[pass->perm[i]] = pass->sizes[i];
    if (flat)
        fa__strides_c(pass->ndim, sizes, target->strides[0], c_strides);
    for (int i = 0; i < pass->ndim; i++)
        strides[i] = flat ? c_strides[pass->perm[i]] : target->strides[pass->perm[i]];
}

/* Stores `bytes` bytes of each element, from `offset` on. */
static bool store_bytes(planner *p, int64_t value, int64_t mask, fa_array *target, bool flat, int64_t offset,
                        int64_t bytes, int swap)
{
    fa__pass *pass = p->pass;
    fa__source *source = fa__concrete(target->source);
    if (value < 0 || !fa__source_check(source, p->err) ||
        !fa__grow(&pass->stores, &pass->store_capacity, pass->store_count + 1, sizeof *pass->stores, p->err))
        return false;
    int64_t *strides = fa__alloc((size_t)(pass->ndim + 1) * sizeof *strides, p->err);
    if (strides == NULL)
        return false;
    strides_of_target(pass, target, flat, strides);
    fa__store *s = &pass->stores[pass->store_count++];
    *s = (fa__store){.value = (int)value, .mask = (int)mask, .request = p->request};
    s->to = (fa__operand){source, bytes, swap, target->offset + offset, strides};
    fa__source_retain(source);
    return true;
}

/* What lies between the fields of a structure belongs to others: the fields are stored one run of bytes after
 * the other. */
static bool store_fields(planner *p, int64_t value, int64_t mask, const fa_dtype *dtype, fa_array *target,
                         bool flat)
{
    fa__byte_run *runs;
    int64_t count;
    if (!fa__dtype_runs(dtype, &runs, &count, p->err))
        return false;
    for (int64_t i = 0; i < count && !fa_failed(p->err); i++) {
        int64_t made = value;
        if (runs[i].bytes < dtype->item_bytes) {
            fa__value part = {
                .kind = FA__VALUE_CAST,
                .type = -1,
                .item_bytes = runs[i].bytes,
                .input_count = 1,
                .inputs = {(int)value},
                .uniform = p->pass->values[value].uniform,
            };
            if (fa__cast_plan_part(dtype, runs[i].offset, runs[i].bytes, &part.cast, p->err))
                made = add_value(p, part);
            if (made < 0)
                fa__cast_clear(&part.cast);
        }
        store_bytes(p, made, mask, target, flat, runs[i].offset, runs[i].bytes, 0);
    }
    fa__free(runs);
    return !fa_failed(p->err);
}

static bool store(planner *p, int64_t value, int64_t mask, const fa_dtype *from, fa_array *target, bool flat)
{
    const fa_dtype *dtype = target->dtype;
    value = cast(p, value, from, dtype);
    if (value < 0)
        return false;
    if (dtype->is_structure)
        return store_fields(p, value, mask, dtype, target, flat);
    return store_bytes(p, value, mask, target, flat, 0, dtype->item_bytes, fa__dtype_swap(dtype));
}

/* ---- The pass ---- */

static bool add_request(planner *p, const fa__request *request, const fa__affine *permutation)
{
    fa__affine *map = request->map != NULL ? fa__affine_compose(request->map, permutation, p->err)
                                           : fa__affine_copy(permutation, p->err);
    int64_t number = intern(p, map), value = demand_value(p, request->node, number), mask = -1;
    if (value >= 0 && request->where != NULL)
        mask = demand_value(p, request->where, number);
    if (fa_failed(p->err))
        return false;
    fa__node *feeds = request->feeds;
    if (feeds == NULL)
        return store(p, value, mask, request->node->dtype, request->target, false);
    fa__pass *pass = p->pass;
    if (!fa__grow(&pass->consumes, &pass->consume_capacity, pass->consume_count + 1, sizeof *pass->consumes,
                  p->err))
        return false;
    fa__consume *consume = &pass->consumes[pass->consume_count++];
    *consume = (fa__consume){.value = (int)value,
                             .output = -1,
                             .node = fa__node_retain(feeds),
                             .class = request->consumer,
                             .user = request->user};
    if (feeds->kind != FA__NODE_SCAN)
        return true;
    int64_t output = add_value(p, (fa__value){
                                      .kind = FA__VALUE_SCAN,
                                      .type = (int)feeds->dtype->type,
                                      .item_bytes = feeds->dtype->item_bytes,
                                      .input_count = 1,
                                      .inputs = {(int)value},
                                      .consume = (int)(pass->consume_count - 1),
                                  });
    consume->output = (int)output;
    return output >= 0 && store(p, output, -1, feeds->dtype, request->target, feeds->as.reduce.flat);
}

static void planner_clear(planner *p)
{
    for (int64_t i = 0; i < p->map_count; i++)
        fa__free(p->maps[i]);
    fa__free(p->maps);
    fa__free(p->stack);
    fa__index_clear(&p->map_index);
    fa__index_clear(&p->values);
    fa__index_clear(&p->loads);
    fa__index_clear(&p->calls);
}

bool fa__plan_pass(fa__pass *pass, int ndim, const int64_t *sizes, const int *order,
                   const fa__request *requests, int64_t count, fa_error *err)
{
    memset(pass, 0, sizeof *pass);
    if (fa_failed(err))
        return false;
    planner p = {.pass = pass, .err = err};
    pass->ndim = ndim;
    pass->total = 1;
    fa__affine *permutation = fa__affine_new(ndim, ndim, err);
    if (permutation == NULL)
        return false;
    for (int i = 0; i < ndim; i++) {
        pass->perm[i] = order[i];
        pass->sizes[i] = sizes[order[i]];
        pass->total *= pass->sizes[i];
        permutation->coefficient[order[i] * ndim + i] = 1;
    }
    for (int64_t i = 0; i < count && !fa_failed(err); i++) {
        p.request = (int)i;
        add_request(&p, &requests[i], permutation);
    }
    fa__free(permutation);
    planner_clear(&p);
    if (!fa_failed(err) && fa__chains_plan(pass, err) && fa__assign_slots(pass, err))
        fa__choose_box(pass);
    return !fa_failed(err);
}

bool fa__pass_is_one_box(const fa__pass *pass)
{
    return memcmp(pass->box, pass->sizes, (size_t)pass->ndim * sizeof pass->box[0]) == 0;
}

int64_t fa__pass_bytes(const fa__pass *pass)
{
    int64_t bytes = 0;
    for (int64_t i = 0; i < pass->operand_count; i++)
        bytes += pass->operands[i].item_bytes;
    for (int64_t i = 0; i < pass->store_count; i++)
        bytes += pass->stores[i].to.item_bytes;
    return bytes;
}

bool fa__pass_is_small(const fa__pass *pass)
{
    return pass->total * (pass->value_count + 1) <= 4 * FA__BLOCK;
}

bool fa__pass_exceeds_cache(const fa__pass *pass)
{
    return pass->total > (int64_t)fa__cache_bytes(3) / fa__max_i64(fa__pass_bytes(pass), 1);
}

bool fa__pass_only_moves(const fa__pass *pass)
{
    return pass->operand_count == 1 && pass->store_count == 1 && pass->value_count == 1 &&
           pass->consume_count == 0 && pass->stores[0].mask < 0 && !pass->aliased &&
           pass->values[0].kind == FA__VALUE_LOAD && !pass->values[0].uniform;
}

bool fa__pass_moves_files(const fa__pass *pass)
{
    if (!fa__pass_only_moves(pass))
        return false;
    fa__source *from = pass->operands[0].source, *to = pass->stores[0].to.source;
    return from->class->begin_direct != NULL && to->class->begin_direct_write != NULL &&
           fa__source_memory(from) == NULL && fa__source_memory(to) == NULL;
}

static void operand_clear(fa__operand *operand)
{
    fa__source_release(operand->source);
    fa__free(operand->strides);
}

void fa__pass_clear(fa__pass *pass)
{
    for (int64_t i = 0; i < pass->value_count; i++) {
        fa__free(pass->values[i].position_strides);
        fa__cast_clear(&pass->values[i].cast);
    }
    for (int64_t i = 0; i < pass->operand_count; i++)
        operand_clear(&pass->operands[i]);
    for (int64_t i = 0; i < pass->store_count; i++)
        operand_clear(&pass->stores[i].to);
    for (int64_t i = 0; i < pass->consume_count; i++)
        fa__node_release(pass->consumes[i].node);
    fa__free(pass->values);
    fa__free(pass->operands);
    fa__free(pass->stores);
    fa__free(pass->consumes);
    memset(pass, 0, sizeof *pass);
}
