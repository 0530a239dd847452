/* SPDX-License-Identifier: BSD-3-Clause */
/* Values are looked at from the last to the first, so that all who read one are known: where all of them are
 * links of one chain, it becomes another link of it.
 *
 * A link works on what the one before it left in registers. A value that is wanted later, or twice, is kept
 * beside them. */
#include "engine/chains.h"

#include "base/memory.h"
#include "platform/platform.h"

/* Who reads a value. */
enum { NOBODY = -1, SEVERAL = -2 };

static bool may_be_link(const fa__value *value)
{
    return value->kind == FA__VALUE_LOOP && !value->uniform && value->operation >= 0 &&
           fa__link_find((fa__operation)value->operation, (fa_type)value->loop_type, FA__LINK_SECOND) != NULL;
}

static void note(int *reader, int by)
{
    *reader = *reader == NOBODY || *reader == by ? by : SEVERAL;
}

/* Stores and consumers read a value as it stands in memory. */
static void note_ends(fa__pass *pass, int *readers)
{
    for (int64_t i = 0; i < pass->store_count; i++) {
        const fa__store *store = &pass->stores[i];
        pass->values[store->value].times_stored += store->mask < 0;
        pass->values[store->value].times_read += store->mask >= 0;
        readers[store->value] = SEVERAL;
        if (store->mask < 0)
            continue;
        pass->values[store->mask].times_read++;
        readers[store->mask] = SEVERAL;
    }
    for (int64_t i = 0; i < pass->consume_count; i++) {
        const fa__consume *consume = &pass->consumes[i];
        pass->values[consume->value].times_fed += consume->output < 0;
        readers[consume->value] = SEVERAL;
    }
}

/* A function with nothing around it, whose result stays in the cache, is its loop. */
static bool is_better_alone(const fa__pass *pass, const fa__value *value)
{
    return !fa__loop_is_exact((fa__operation)value->operation, (fa_type)value->loop_type) &&
           pass->total <= (int64_t)fa__cache_bytes(2) / value->item_bytes;
}

bool fa__chains_plan(fa__pass *pass, fa_error *err)
{
    const int64_t count = pass->value_count;
    int *readers = fa__alloc((size_t)(3 * count + 1) * sizeof *readers, err);
    if (readers == NULL)
        return false;
    int *lengths = readers + count, *ends = lengths + count; /* of chains, by their last value */
    for (int64_t i = 0; i < count; i++)
        readers[i] = NOBODY;
    note_ends(pass, readers);
    for (int64_t i = count - 1; i >= 0; i--) {
        fa__value *value = &pass->values[i];
        if (may_be_link(value) && readers[i] >= 0 && lengths[readers[i]] < FA__CHAIN_OPERATIONS) {
            value->chain = readers[i];
            lengths[value->chain]++;
            pass->values[ends[value->chain]].earlier_link = (int)i;
            ends[value->chain] = (int)i;
        } else if (may_be_link(value)) {
            value->chain = ends[i] = (int)i;
            lengths[i] = 1;
        }
        for (int k = 0; k < value->input_count; k++) {
            note(&readers[value->inputs[k]], value->chain >= 0 ? value->chain : SEVERAL);
            pass->values[value->inputs[k]].times_read++;
        }
    }
    for (int64_t i = 0; i < count; i++)
        if (pass->values[i].chain == (int)i && lengths[i] == 1 && is_better_alone(pass, &pass->values[i]))
            pass->values[i].chain = -1;
    fa__free(readers);
    return true;
}

/* ---- Links ---- */

/* A chain while it is made. */
typedef struct making {
    const fa__pass *pass;
    fa__chain *made;
    fa__kept *kept;
    int kept_values[FA__CHAIN_OPERATIONS], kept_count;
} making;

static char *kept_at(const making *m, int value)
{
    for (int i = 0; i < m->kept_count; i++)
        if (m->kept_values[i] == value)
            return m->kept[i];
    return NULL;
}

/* A link beside a value in memory, or in what is kept. */
static void add(making *m, fa__link_run *run, int value)
{
    const fa__value *of = &m->pass->values[value];
    char *at = kept_at(m, value);
    m->made->links[m->made->count++] = (fa__link){
        .run = run,
        .at = at,
        .moves = at == NULL && !of->uniform ? -1 : 0,
        .item_bytes = (int)of->item_bytes,
        .value = at == NULL ? value : -1,
    };
}

static void add_alone(making *m, fa__link_run *run)
{
    m->made->links[m->made->count++] = (fa__link){.run = run, .value = -1};
}

static void load(making *m, int value)
{
    const fa__value *of = &m->pass->values[value];
    add(m, fa__link_move_find(of->uniform ? FA__LINK_LOAD_ONE : FA__LINK_LOAD, (fa_type)of->type), value);
}

/* A choice, whose condition is in registers; links beside what it chooses from. */
static void choose(making *m, const fa__value *value, int current)
{
    static const fa__link_form forms[2][2] = {{FA__LINK_SECOND, FA__LINK_ONE_SECOND},
                                              {FA__LINK_ONE_FIRST, FA__LINK_FIRST}};
    const int first = value->inputs[1], second = value->inputs[2];
    if (value->inputs[0] != current)
        load(m, value->inputs[0]);
    const bool one_first = m->pass->values[first].uniform, one_second = m->pass->values[second].uniform;
    add(m, fa__link_find(FA__OP_WHERE, (fa_type)value->loop_type, forms[one_first][one_second]), first);
    add(m, NULL, second);
}

/* The link of an operation, when `current` is in registers. */
static void operate(making *m, const fa__value *value, int current)
{
    const fa__operation operation = (fa__operation)value->operation;
    const fa_type type = (fa_type)value->loop_type;
    const int first = value->inputs[0], second = value->inputs[value->input_count - 1];
    if (value->input_count == 3) {
        choose(m, value, current);
        return;
    }
    if (value->input_count == 1) {
        fa__link_run *in_place = fa__link_find(operation, type, FA__LINK_FIRST);
        if (first != current && in_place != NULL && !m->pass->values[first].uniform) {
            add(m, in_place, first);
        } else {
            if (first != current)
                load(m, first);
            add_alone(m, fa__link_find(operation, type, FA__LINK_SECOND));
        }
        m->made->links[m->made->count - 1].loop = value->loop;
        m->made->takes_long = m->made->takes_long || !fa__loop_is_exact(operation, type);
        return;
    }
    const bool turned = first != current && (second == current || m->pass->values[first].uniform);
    if (first != current && second != current)
        load(m, turned ? second : first);
    const int other = turned ? first : second;
    const bool one = m->pass->values[other].uniform;
    const fa__link_form form =
        turned ? (one ? FA__LINK_ONE_FIRST : FA__LINK_FIRST) : (one ? FA__LINK_ONE_SECOND : FA__LINK_SECOND);
    add(m, fa__link_find(operation, type, form), other);
}

/* Whether a link takes the one before it out of registers, and nothing but registers. */
static bool takes_current(const fa__pass *pass, int link, int current)
{
    const fa__value *value = &pass->values[link];
    int times = 0;
    for (int k = 0; k < value->input_count; k++)
        times += value->inputs[k] == current;
    return times == 1 && (value->input_count < 3 || value->inputs[0] == current);
}

/* How often the links behind number `from` and before `to` read a value. */
static int times_read(const fa__pass *pass, const int *links, int from, int to, int value)
{
    int times = 0;
    for (int i = from; i < to; i++)
        for (int k = 0; k < pass->values[links[i]].input_count; k++)
            times += pass->values[links[i]].inputs[k] == value;
    return times;
}

int fa__chain_length(const fa__pass *pass, int value)
{
    int length = 1;
    for (int i = value; i >= 0; i = pass->values[i].earlier_link)
        length += FA__CHAIN_LINKS_EACH;
    return length;
}

void fa__chain_make(const fa__pass *pass, int value, fa__link *links, fa__kept *kept, fa__chain *made)
{
    int values[FA__CHAIN_OPERATIONS], count = (fa__chain_length(pass, value) - 1) / FA__CHAIN_LINKS_EACH;
    for (int i = value, at = count; i >= 0; i = pass->values[i].earlier_link)
        values[--at] = i;
    const fa_type type = (fa_type)pass->values[value].type;
    *made = (fa__chain){.links = links, .type = type};
    making m = {.pass = pass, .made = made, .kept = kept};
    for (int i = 0; i < count; i++) {
        const fa__value *link = &pass->values[values[i]];
        operate(&m, link, i > 0 ? values[i - 1] : -1);
        if (i + 1 == count || (times_read(pass, values, i + 1, count, values[i]) == 1 &&
                               takes_current(pass, values[i + 1], values[i])))
            continue;
        m.kept_values[m.kept_count++] = values[i];
        add(&m, fa__link_move_find(FA__LINK_KEEP, (fa_type)link->type), values[i]);
    }
    add(&m, fa__link_move_find(FA__LINK_STORE, type), value);
}
