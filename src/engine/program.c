/* SPDX-License-Identifier: BSD-3-Clause */
/* A block is loaded, computed and stored in stretches, each of which goes through all values while it is in
 * the first-level cache: inputs, intermediate values and the result of a stretch share that cache, and many
 * of them begin at the same place of a page. What consumers take in is collected in a block: their leaves are
 * longer.
 *
 *     block     [ stretch | stretch | stretch | stretch ]      fed to consumers as one
 *     stretch   load, load, operation, operation, ..., store
 *
 * Elements that stand in memory as kernels want them are used where they are; their addresses move along. */
#include "engine/program.h"

#include "engine/call.h"
#include "engine/chains.h"
#include "engine/tiles.h"

#include "base/checked.h"
#include "base/memory.h"
#include "platform/platform.h"

#include <string.h>

/* Stretches of elements that come from memory are short: while the processor waits for the first inputs of
 * one, it has the next ones in sight. Those of elements in the cache are as long as fit into the first level.
 */
enum {
    MEMORY_STRETCH_BYTES = 512,
    CACHE_STRETCH_BYTES = 2 << 10,
    AHEAD_BYTES = 4 << 10,
    SHARED_STRETCH = 2 << 10, /* elements, where several chains read the same ones from memory */
    CHAIN_STRETCH = 256,      /* elements, where chains have to be brought what they read */
    SHORTEST_STRETCH = 64,
    WIDE_BLOCK_BYTES = 64 << 10
};

/* A value that varies, and its inputs. */
struct fa__step {
    fa__loop *loop;  /* NULL: anything else */
    fa__chain chain; /* of those values that are computed here; without links: none */
    int value, input_count;
    unsigned scalars;
    int inputs[FA__MAX_INPUTS];
};

int64_t fa__program_block(const fa__pass *pass)
{
    return fa__max_i64(fa__min_i64(FA__BLOCK, WIDE_BLOCK_BYTES / pass->slot_bytes), 1);
}

/* Blocks that end where rows end find their elements in place. */
int64_t fa__program_row(const fa__pass *pass)
{
    int64_t row = 0, sizes[FA_MAX_NDIM], strides[FA_MAX_NDIM];
    for (int64_t i = 0; i < pass->operand_count + pass->store_count; i++) {
        const fa__operand *operand =
            i < pass->operand_count ? &pass->operands[i] : &pass->stores[i - pass->operand_count].to;
        int ndim = fa__merge_axes(pass->ndim, pass->box, operand->strides, sizes, strides);
        if (ndim > 1 && sizes[ndim - 1] >= FA__BLOCK / 4 && (row == 0 || sizes[ndim - 1] < row))
            row = sizes[ndim - 1];
    }
    return row;
}

/* ---- Setting up ---- */

/* Whether a value costs little a call: then stretches may be short. */
static bool is_quick(const fa__value *value)
{
    return value->uniform || value->kind == FA__VALUE_LOAD || value->kind == FA__VALUE_CONVERT ||
           (value->kind == FA__VALUE_LOOP && !value->check_exponents);
}

static int64_t stretch_of(const fa__pass *pass, int64_t block)
{
    int64_t widest = 1, bytes = 0;
    for (int64_t i = 0; i < pass->value_count; i++) {
        if (!is_quick(&pass->values[i]))
            return block;
        widest = fa__max_i64(widest, pass->values[i].item_bytes);
        bytes += pass->values[i].kind == FA__VALUE_LOAD ? pass->values[i].item_bytes : 0;
    }
    bool in_cache = bytes < (int64_t)fa__cache_bytes(2) / fa__max_i64(pass->total, 1);
    return fa__min_i64(
        fa__max_i64((in_cache ? CACHE_STRETCH_BYTES : MEMORY_STRETCH_BYTES) / widest, SHORTEST_STRETCH),
        block);
}

static void add_step(fa__program *p, int number)
{
    const fa__value *value = &p->pass->values[number];
    fa__step *step = &p->steps[p->step_count++];
    step->value = number;
    if (value->chain == number) {
        fa__chain_make(p->pass, number, p->links + p->link_count, p->kept, &step->chain);
        p->link_count += step->chain.count;
    }
    step->input_count = value->input_count;
    for (int i = 0; i < value->input_count; i++) {
        step->inputs[i] = value->inputs[i];
        step->scalars |= (unsigned)p->pass->values[value->inputs[i]].uniform << i;
    }
    if (value->kind == FA__VALUE_LOOP && !value->check_exponents)
        step->loop = value->loop;
}

/* The links of all chains, and what they keep. */
static bool make_room_for_chains(fa__program *p, fa_error *err)
{
    int64_t links = 0;
    for (int64_t i = 0; i < p->pass->value_count; i++)
        if (p->pass->values[i].chain == (int)i)
            links += fa__chain_length(p->pass, (int)i);
    if (links == 0)
        return !fa_failed(err);
    p->links = fa__alloc((size_t)links * sizeof *p->links, err);
    p->kept_room = fa__alloc((FA__CHAIN_OPERATIONS + 1) * sizeof *p->kept, err);
    if (fa_failed(err))
        return false;
    p->kept = (fa__kept *)(void *)(p->kept_room + (-(uintptr_t)p->kept_room & 63));
    return true;
}

/* Whether all is loaded in place, if it is there, and stored by chains: then a stretch has no need to be
 * short. */
static bool is_straight(const fa__program *p)
{
    const fa__pass *pass = p->pass;
    bool straight = pass->consume_count == 0 && pass->store_count > 0;
    for (int64_t i = 0; i < p->step_count && straight; i++) {
        const fa__value *value = &pass->values[p->steps[i].value];
        straight = value->kind == FA__VALUE_LOAD
                       ? value->times_stored == 0
                       : value->chain >= 0 && value->times_stored == 1 && value->times_read == 0;
    }
    for (int64_t i = 0; i < pass->store_count && straight; i++)
        straight = !pass->values[pass->stores[i].value].uniform;
    return straight;
}

bool fa__program_start(fa__program *p, fa_error *err)
{
    const fa__pass *pass = p->pass;
    size_t count = (size_t)pass->value_count;
    p->steps = fa__alloc_zero(count, sizeof *p->steps, err);
    p->at = fa__alloc_zero(count, sizeof *p->at, err);
    p->begins = fa__alloc_zero(count, sizeof *p->begins, err);
    p->moves = fa__alloc_zero(count, sizeof *p->moves, err);
    p->ends = fa__alloc_zero(count, sizeof *p->ends, err);
    p->uniforms = fa__alloc_zero((size_t)pass->uniform_bytes + 16, 1, err);
    if (!make_room_for_chains(p, err))
        return false;
    p->chains_alone = true;
    for (int64_t i = 0; i < pass->value_count; i++) {
        if (pass->values[i].uniform || (pass->values[i].chain >= 0 && pass->values[i].chain != (int)i))
            continue;
        add_step(p, (int)i);
        p->load_count += pass->values[i].kind == FA__VALUE_LOAD;
        p->chains_alone =
            p->chains_alone && (pass->values[i].kind == FA__VALUE_LOAD || pass->values[i].chain >= 0);
    }
    p->loads_alone = pass->store_count == 0 && p->load_count == p->step_count;
    for (int64_t i = 0; i < pass->consume_count; i++)
        p->loads_alone = p->loads_alone && pass->consumes[i].class->takes_long &&
                         !pass->values[pass->consumes[i].value].uniform;
    p->straight = is_straight(p);
    p->stretch = p->chains_alone ? fa__min_i64(CHAIN_STRETCH, p->block) : stretch_of(pass, p->block);
    return true;
}

void fa__program_clear(fa__program *p)
{
    fa__free(p->steps);
    fa__free(p->at);
    fa__free(p->begins);
    fa__free(p->moves);
    fa__free(p->ends);
    fa__free(p->uniforms);
    fa__free(p->links);
    fa__free(p->kept_room);
}

/* ---- Values ---- */

static char *slot(const fa__program *p, int number)
{
    return p->slots + (int64_t)number * p->slot_stride;
}

static void generate(const fa__program *p, const fa__value *value, int64_t first, int64_t n, void *out,
                     bool past_cache)
{
    const fa__pass *pass = p->pass;
    const fa__node *node = value->node;
    int64_t base = value->position, sizes[FA_MAX_NDIM], strides[FA_MAX_NDIM];
    for (int i = 0; i < pass->ndim; i++)
        base += p->span->start[i] * value->position_strides[i];
    int ndim = fa__merge_axes(pass->ndim, p->span->sizes, value->position_strides, sizes, strides);
    int64_t row = sizes[ndim - 1];
    for (int64_t done = 0; done < n;) {
        int64_t at = first + done;
        int64_t some = fa__min_i64(n - done, row - at % row);
        fa__generate((fa__generator)node->code, (fa_type)value->type, &node->as.generate,
                     base + fa__flat_offset(ndim, sizes, strides, at), strides[ndim - 1], some,
                     (char *)out + done * value->item_bytes, past_cache);
        done += some;
    }
}

/* where() of elements that are only moved; any of the three may be one for all. */
static void choose(int64_t item_bytes, const void *const *in, int64_t n, unsigned scalars, void *out)
{
    const unsigned char *condition = in[0];
    for (int64_t i = 0; i < n; i++) {
        const int from = condition[scalars & 1 ? 0 : i] ? 1 : 2;
        memcpy((char *)out + i * item_bytes,
               (const char *)in[from] + (scalars >> from & 1 ? 0 : i * item_bytes), (size_t)item_bytes);
    }
}

static void note(fa__program *p, fa__trouble trouble)
{
    p->trouble = p->trouble == FA__NO_TROUBLE ? trouble : p->trouble;
}

static void of_strings(fa__program *p, const fa__value *value, const void *const *in, unsigned scalars,
                       int64_t n, void *out)
{
    fa__strings strings = {.out = out,
                           .in = in,
                           .n = n,
                           .scalars = scalars,
                           .out_bytes = value->item_bytes,
                           .input_count = value->input_count,
                           .measures = value->measures};
    for (int i = 0; i < value->input_count; i++)
        strings.in_bytes[i] = p->pass->values[value->inputs[i]].item_bytes;
    note(p, value->strings(&strings));
}

/* Where an output of a kernel stands among all of them. */
static char *part(const fa__kernel *kernel, int output, int64_t n, char *all)
{
    for (int i = 0; i < output; i++)
        all += fa__round_up(n * fa__type_bytes(kernel->is.outputs[i]), FA__PART_ALIGNMENT);
    return all;
}

/* A user's kernel wants a block of each input. */
static void call(fa__program *p, const fa__value *value, int64_t n, void *out)
{
    const fa__pass *pass = p->pass;
    const void *in[FA_KERNEL_MOST];
    int64_t in_bytes[FA_KERNEL_MOST];
    void *outs[FA_KERNEL_MOST];
    int spread = 0;
    for (int i = 0; i < value->input_count; i++) {
        const fa__value *input = &pass->values[value->inputs[i]];
        in[i] = p->at[value->inputs[i]];
        in_bytes[i] = input->item_bytes;
        if (!input->uniform || value->uniform)
            continue;
        void *block = slot(p, pass->slot_count + spread++);
        fa__fill(block, in[i], n, input->item_bytes);
        in[i] = block;
    }
    for (int i = 0; i < value->kernel->is.output_count; i++)
        outs[i] = part(value->kernel, i, n, out);
    fa__call_compute(value->kernel, in, in_bytes, outs, n, p->err);
}

/* Computes a value for n elements into `out`. */
static void compute(fa__program *p, const fa__value *value, int64_t n, void *out)
{
    const fa__pass *pass = p->pass;
    const void *in[FA__MAX_INPUTS] = {NULL};
    unsigned scalars = 0;
    for (int i = 0; i < value->input_count; i++) {
        in[i] = p->at[value->inputs[i]];
        scalars |= (unsigned)pass->values[value->inputs[i]].uniform << i;
    }
    switch (value->kind) {
    case FA__VALUE_CONVERT:
        value->convert(out, in[0], n);
        break;
    case FA__VALUE_CAST:
        note(p, value->cast.loop(&value->cast, out, in[0], n));
        break;
    case FA__VALUE_STRINGS:
        of_strings(p, value, in, scalars, n, out);
        break;
    case FA__VALUE_CHOOSE:
        choose(value->item_bytes, in, n, scalars, out);
        break;
    case FA__VALUE_CALL:
        call(p, value, n, out);
        break;
    default:
        if (value->check_exponents &&
            fa__any_negative(in[1], (fa_type)pass->values[value->inputs[1]].type, scalars & 2 ? 1 : n))
            p->negative_power = true;
        value->loop(out, in, n, value->uniform ? 0 : scalars);
    }
}

/* n elements of a value: what is the same everywhere is spread. */
static const void *spread(const fa__program *p, int number, int64_t n, const char *elements)
{
    const fa__pass *pass = p->pass;
    const fa__value *value = &pass->values[number];
    if (!value->uniform)
        return elements;
    void *all = slot(p, pass->slot_count);
    fa__fill(all, p->at[number], n, value->item_bytes);
    return all;
}

/* Values that are one element for the whole tile are computed once, before its blocks. */
static void uniforms(fa__program *p, int64_t first)
{
    const fa__pass *pass = p->pass;
    for (int64_t i = 0; i < pass->value_count; i++) {
        const fa__value *value = &pass->values[i];
        if (!value->uniform)
            continue;
        char *out = p->uniforms + value->uniform_at;
        p->at[i] = out;
        switch (value->kind) {
        case FA__VALUE_LOAD:
            fa__load_block(&p->loads[value->operand], first, 1, out);
            break;
        case FA__VALUE_CONSTANT:
            memcpy(out, value->constant, (size_t)value->item_bytes);
            break;
        case FA__VALUE_GENERATE:
            generate(p, value, first, 1, out, false);
            break;
        case FA__VALUE_PART:
            p->at[i] = part(value->kernel, value->output, 1, p->at[value->inputs[0]]);
            break;
        default:
            compute(p, value, 1, out);
        }
    }
}

/* ---- Blocks ---- */

static void begin_at(fa__program *p, int64_t value, char *place, bool moves)
{
    p->at[value] = p->begins[value] = place;
    p->moves[value] = moves;
}

/* Whether a value is what a chain or a generator ends in, and nothing but one store wants it. */
static bool only_stored(const fa__value *value)
{
    return (value->chain >= 0 || value->kind == FA__VALUE_GENERATE) && value->times_stored == 1 &&
           value->times_read == 0 && value->times_fed == 0;
}

/* Where the values of a block stand: in place, or in a buffer, which what is fed fills as the block goes on.
 */
static void begin_block(fa__program *p, int64_t first, int64_t n)
{
    const fa__pass *pass = p->pass;
    p->stream_count = 0;
    for (int64_t i = 0; i < p->step_count; i++) {
        int number = p->steps[i].value;
        const fa__value *value = &pass->values[number];
        char *place = NULL;
        if (value->kind == FA__VALUE_LOAD && !pass->aliased)
            place = fa__load_place(&p->loads[value->operand], first, n);
        p->begins[number] = NULL;
        p->ends[number] = FA__TO_MEMORY;
        if (place != NULL) {
            begin_at(p, number, place, true);
            if (p->stream_count < FA__MOST_STREAMS)
                p->streams[p->stream_count++] = (fa__stream){number, value->item_bytes};
        } else if (value->kind != FA__VALUE_PART) /* which begins once its call is made */
            begin_at(p, number, slot(p, value->slot), value->is_fed);
    }
    for (int64_t i = 0; i < pass->store_count && !pass->aliased; i++) {
        const fa__store *store = &pass->stores[i];
        const fa__value *value = &pass->values[store->value];
        char *place = NULL;
        const bool streams = store->stream && only_stored(value);
        if (value->kind != FA__VALUE_LOAD && value->kind != FA__VALUE_PART && !value->uniform &&
            store->mask < 0 && (!store->stream || streams))
            place = fa__store_place(&p->stores[i], first, n);
        if (place != NULL)
            begin_at(p, store->value, place, true);
        p->ends[store->value] = place != NULL && streams ? FA__PAST_CACHE : FA__TO_MEMORY;
    }
}

static void compute_other(fa__program *p, const fa__step *step, int64_t first, int64_t n)
{
    const fa__pass *pass = p->pass;
    const fa__value *value = &pass->values[step->value];
    char *out = p->at[step->value];
    switch (value->kind) {
    case FA__VALUE_LOAD:
        if (p->begins[step->value] == slot(p, value->slot))
            fa__load_block(&p->loads[value->operand], first, n, out);
        break;
    case FA__VALUE_GENERATE:
        generate(p, value, first, n, out, p->ends[step->value] == FA__PAST_CACHE);
        break;
    case FA__VALUE_PART:
        begin_at(p, step->value, part(value->kernel, value->output, n, p->at[value->inputs[0]]), false);
        break;
    case FA__VALUE_SCAN:
        pass->consumes[value->consume].class->transform(
            p->consumers[value->consume], first, n, spread(p, value->inputs[0], n, p->at[value->inputs[0]]),
            out);
        break;
    default:
        compute(p, value, n, out);
    }
}

static void store_masked(const fa__program *p, int64_t number, int64_t first, int64_t n, const void *x)
{
    const fa__store *store = &p->pass->stores[number];
    const unsigned char *mask = (const unsigned char *)p->at[store->mask];
    unsigned char same[FA__BLOCK];
    if (p->pass->values[store->mask].uniform) {
        memset(same, *mask, (size_t)n);
        mask = same;
    }
    fa__store_masked(&p->stores[number], first, n, x, mask);
}

static void store(const fa__program *p, int64_t first, int64_t n)
{
    const fa__pass *pass = p->pass;
    for (int64_t i = 0; i < pass->store_count; i++) {
        const fa__store *s = &pass->stores[i];
        const void *x = spread(p, s->value, n, p->at[s->value]);
        if (s->mask >= 0)
            store_masked(p, i, first, n, x);
        else if (x != fa__store_place(&p->stores[i], first, n))
            fa__store_block(&p->stores[i], first, n, x, s->stream);
    }
}

/* A core that computes with what it has waits for no memory, unless what comes next is on its way already:
 * while step number `step` of a stretch is computed, its share of the bytes a little further on is asked for.
 * All at once would fill the queue in which loads wait. Addresses beyond the end are asked for in vain. */
static void ask_ahead(const fa__program *p, int64_t step, int64_t n)
{
    for (int i = 0; i < p->stream_count; i++) {
        const fa__stream *s = &p->streams[i];
        const uintptr_t begin = (uintptr_t)p->at[s->value] + AHEAD_BYTES;
        const int64_t bytes = n * s->item_bytes, end = bytes * (step + 1) / p->step_count;
        for (int64_t at = bytes * step / p->step_count / 64 * 64; at < end; at += 64)
            __builtin_prefetch((const void *)(begin + (uintptr_t)at), 0, 2);
    }
}

static void run_chain(fa__program *p, fa__step *step, int64_t n)
{
    for (int i = 0; i < step->chain.count; i++) {
        fa__link *link = &step->chain.links[i];
        if (link->value >= 0)
            link->at = p->at[link->value];
    }
    if (p->ends[step->value] == FA__INTO_SUMS)
        fa__chain_sums(&step->chain, n, p->sums);
    else
        fa__chain_run(&step->chain, n, p->ends[step->value] == FA__PAST_CACHE);
}

static void stretch(fa__program *p, int64_t first, int64_t n)
{
    for (int64_t i = 0; i < p->step_count; i++) {
        fa__step *step = &p->steps[i];
        if (!p->chains_alone)
            ask_ahead(p, i, n);
        if (step->chain.count > 0) {
            run_chain(p, step, n);
            continue;
        }
        if (step->loop == NULL) {
            compute_other(p, step, first, n);
            continue;
        }
        const void *in[FA__MAX_INPUTS];
        for (int k = 0; k < step->input_count; k++)
            in[k] = p->at[step->inputs[k]];
        step->loop(p->at[step->value], in, n, step->scalars);
    }
    store(p, first, n);
}

/* How many of these elements the one consumer of a chain wants the sums of. */
static int64_t summed(const fa__program *p, int64_t first, int64_t n)
{
    if (p->pass->consume_count != 1)
        return 0;
    const fa__consume *consume = &p->pass->consumes[0];
    const fa__value *value = &p->pass->values[consume->value];
    if (consume->class->leaves == NULL || consume->output >= 0 || value->chain < 0 || value->times_fed != 1 ||
        value->times_read > 0 || value->times_stored > 0 ||
        fa__link_move_find(FA__LINK_SUM, (fa_type)value->type) == NULL)
        return 0;
    return consume->class->leaves(p->consumers[0], first, n);
}

static void feed_block(fa__program *p, int64_t number, int64_t first, int64_t n)
{
    const fa__consume *consume = &p->pass->consumes[number];
    if (p->ends[consume->value] == FA__INTO_SUMS)
        consume->class->feed_sums(p->consumers[number], first, n, p->sums);
    else
        consume->class->feed(p->consumers[number], first, n,
                             spread(p, consume->value, n, p->begins[consume->value]));
}

static void block(fa__program *p, int64_t first, int64_t n, int64_t length)
{
    const fa__pass *pass = p->pass;
    begin_block(p, first, n);
    for (int64_t i = 0; i < pass->consume_count; i++)
        p->ends[pass->consumes[i].value] =
            n <= length && summed(p, first, n) == n ? FA__INTO_SUMS : FA__TO_MEMORY;
    for (int64_t done = 0; done < n; done += length) {
        int64_t some = fa__min_i64(length, n - done);
        stretch(p, first + done, some);
        for (int64_t i = 0; i < p->step_count; i++) {
            int value = p->steps[i].value;
            if (p->moves[value])
                p->at[value] += some * pass->values[value].item_bytes;
        }
    }
    for (int64_t i = 0; i < pass->consume_count; i++)
        if (pass->consumes[i].output < 0)
            feed_block(p, i, first, n);
}

/* Whether chains find all that they read, and have all that they write, where they want it. */
static bool stands(const fa__program *p, int64_t first, int64_t n)
{
    const fa__pass *pass = p->pass;
    bool stands = !pass->aliased;
    for (int64_t i = 0; i < pass->store_count && stands; i++)
        stands = pass->stores[i].mask < 0 && fa__store_place(&p->stores[i], first, n) != NULL;
    for (int64_t i = 0; i < p->step_count && stands; i++) {
        const fa__value *value = &pass->values[p->steps[i].value];
        stands = value->kind != FA__VALUE_LOAD || fa__load_place(&p->loads[value->operand], first, n) != NULL;
    }
    return stands;
}

/* Feeds a long stretch of what stands in memory; false where it does not. */
static bool feed_in_place(fa__program *p, int64_t first, int64_t n)
{
    const fa__pass *pass = p->pass;
    for (int64_t i = 0; i < pass->consume_count; i++) {
        int value = pass->consumes[i].value;
        p->begins[value] = fa__load_place(&p->loads[pass->values[value].operand], first, n);
        if (p->begins[value] == NULL)
            return false;
    }
    for (int64_t i = 0; i < pass->consume_count; i++)
        pass->consumes[i].class->feed(p->consumers[i], first, n, p->begins[pass->consumes[i].value]);
    return true;
}

/* The same of rows that stand there, one far from the other; how many elements were fed. */
static int64_t feed_rows_in_place(fa__program *p, int64_t first, int64_t n)
{
    const fa__pass *pass = p->pass;
    int64_t rows = 0, row = 0, stride = 0;
    const char *place = NULL;
    if (pass->consume_count == 0 || pass->operand_count != 1)
        return 0;
    for (int64_t i = 0; i < pass->consume_count; i++)
        if (pass->consumes[i].class->feed_rows == NULL)
            return 0;
    rows = fa__load_rows(&p->loads[0], first, n, &row, &stride, &place);
    for (int64_t i = 0; i < pass->consume_count && rows > 1; i++)
        if (!pass->consumes[i].class->feed_rows(p->consumers[i], first, 0, row, stride, place))
            return 0; /* one refuses for all, before any has taken what it would be fed with once more */
    for (int64_t i = 0; i < pass->consume_count && rows > 1; i++)
        pass->consumes[i].class->feed_rows(p->consumers[i], first, rows, row, stride, place);
    return rows > 1 ? rows * row : 0;
}

/* Blocks end at multiples of their length, counted from the beginning of a row. */
static int64_t until(const fa__program *p, int64_t at, int64_t last, int64_t block)
{
    int64_t in_row = p->row > 0 ? at % p->row : at, n = block - in_row % block;
    if (p->row > 0)
        n = fa__min_i64(n, p->row - in_row);
    return fa__min_i64(n, last - at);
}

void fa__program_run(fa__program *p, int64_t first, int64_t last)
{
    const bool is_one_chain = p->chains_alone && p->step_count == p->load_count + 1;
    uniforms(p, first);
    for (int64_t at = first, n; at < last && !fa_failed(p->err); at += n) {
        n = p->loads_alone ? feed_rows_in_place(p, at, last - at) : 0;
        if (n > 0)
            continue;
        n = p->row > 0 ? fa__min_i64(p->row - at % p->row, last - at) : last - at;
        if (p->loads_alone && feed_in_place(p, at, n))
            continue;
        if (p->straight && stands(p, at, n)) {
            block(p, at, n, is_one_chain ? n : SHARED_STRETCH);
            continue;
        }
        const int64_t leaves = is_one_chain && p->pass->store_count == 0 ? summed(p, at, n) : 0;
        if (leaves > p->block && stands(p, at, leaves)) {
            n = leaves;
            block(p, at, n, n);
            continue;
        }
        n = until(p, at, last, p->block);
        block(p, at, n, p->stretch);
    }
}

bool fa__program_end(fa__program *p, fa_error *err)
{
    if (p->trouble != FA__NO_TROUBLE)
        fa__fail(err, FA_OUT_OF_RANGE, "%s", fa__trouble_words(p->trouble));
    if (p->negative_power)
        fa__fail(err, FA_OUT_OF_RANGE,
                 "Integers to negative integer powers are not allowed: make the base floating, as 2.0**b");
    p->trouble = FA__NO_TROUBLE;
    p->negative_power = false;
    return !fa_failed(err);
}
