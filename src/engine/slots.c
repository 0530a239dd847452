/* SPDX-License-Identifier: BSD-3-Clause */
/* Which block buffer a value of a pass is computed into. Links of a chain have none: what they read is read
 * where the chain ends. Knows nothing about graphs. */
#include "engine/slots.h"

#include "base/checked.h"
#include "base/memory.h"

static void use(fa__pass *pass, int value, int64_t by)
{
    if (by > pass->values[value].last_use)
        pass->values[value].last_use = (int)by;
    if (pass->values[value].kind == FA__VALUE_PART)
        use(pass, pass->values[value].inputs[0], by);
}

/* Where a value is computed: links of a chain where it ends. */
static int64_t computed_at(const fa__pass *pass, int64_t value)
{
    return pass->values[value].chain >= 0 ? pass->values[value].chain : value;
}

/* A block of a part is one of its call's. */
static void feed(fa__value *value, fa__pass *pass)
{
    value->is_fed = true;
    if (value->kind == FA__VALUE_PART)
        pass->values[value->inputs[0]].is_fed = true;
}

bool fa__assign_slots(fa__pass *pass, fa_error *err)
{
    for (int64_t i = 0; i < pass->value_count; i++)
        for (int k = 0; k < pass->values[i].input_count; k++)
            use(pass, pass->values[i].inputs[k], computed_at(pass, i));
    for (int64_t i = 0; i < pass->store_count; i++)
        use(pass, pass->stores[i].value, pass->value_count);
    for (int64_t i = 0; i < pass->store_count; i++)
        if (pass->stores[i].mask >= 0)
            use(pass, pass->stores[i].mask, pass->value_count);
    for (int64_t i = 0; i < pass->consume_count; i++)
        if (pass->consumes[i].output < 0) {
            use(pass, pass->consumes[i].value, pass->value_count);
            feed(&pass->values[pass->consumes[i].value], pass);
        }
    int *unused = NULL;
    int64_t unused_count = 0, unused_capacity = 0;
    pass->slot_bytes = 8;
    for (int64_t i = 0; i < pass->value_count; i++) {
        fa__value *value = &pass->values[i];
        pass->slot_bytes = fa__max_i64(pass->slot_bytes, value->item_bytes);
        if (value->uniform) {
            value->uniform_at = pass->uniform_bytes;
            pass->uniform_bytes += fa__round_up(value->item_bytes, 16);
            if (value->kind == FA__VALUE_CALL)
                pass->uniform_bytes += FA_KERNEL_MOST * FA__PART_ALIGNMENT;
            continue;
        }
        if (value->kind == FA__VALUE_PART || computed_at(pass, i) != i)
            continue;
        value->slot = unused_count > 0 && !value->is_fed ? unused[--unused_count] : pass->slot_count++;
        /* Inputs that die here are free from the next value on: a loop's output may not be one of them when
         * sizes of elements differ, and telling those apart gains one buffer at most. */
        for (int64_t link = i; link >= 0 && !fa_failed(err); link = pass->values[link].earlier_link) {
            const fa__value *of = &pass->values[link];
            fa__grow(&unused, &unused_capacity, unused_count + of->input_count, sizeof *unused, err);
            for (int k = 0; k < of->input_count && !fa_failed(err); k++) {
                fa__value *input = &pass->values[of->inputs[k]];
                if (input->kind == FA__VALUE_PART)
                    input = &pass->values[input->inputs[0]];
                if (input->slot >= 0 && input->last_use == (int)i) {
                    unused[unused_count++] = input->slot;
                    input->last_use = -2; /* given back once, also when it is an input twice */
                }
            }
        }
    }
    fa__free(unused);
    return !fa_failed(err);
}
