/* SPDX-License-Identifier: BSD-3-Clause */
/* Whole grains set off from where they stand; the part of a grain that is behind them, or a block that is not
 * whole yet, goes along with what comes next, before it:
 *
 *     room, this turn    ...sent | finished, on its way          | behind
 *     room, next turn                                       behind | what comes next
 */
#include "op/merged.h"

#include "base/checked.h"
#include "kernel/kernel.h"

#include <string.h>

static int64_t block_of(const fa__merged *t, int64_t i)
{
    return i >> t->runs->block_bits;
}

static int64_t within(const fa__merged *t, int64_t i)
{
    return i & ((INT64_C(1) << t->runs->block_bits) - 1);
}

bool fa__merged_has_blocks(const fa__merged *t)
{
    return t->into != NULL && t->s->positions;
}

int64_t fa__merged_item_bytes(const fa__merged *t)
{
    return t->s->positions ? (int64_t)sizeof(int64_t) : t->s->order.item_bytes;
}

/* Where an element, or its position, begins in the target: a byte of the stream. */
static int64_t byte_of(const fa__merged *t, int64_t i)
{
    return fa__merged_has_blocks(t)
               ? block_of(t, i) * t->runs->block_bytes + within(t, i) * t->runs->item_bytes
               : i * fa__merged_item_bytes(t);
}

static char *address_of(const fa__merged *t, int64_t byte)
{
    return t->out + (byte - byte_of(t, t->done));
}

void fa__merged_lay(const fa__merged *t, int64_t first, int64_t n, const char *elements,
                    const int64_t *numbers, const int64_t *positions)
{
    const fa__runs *runs = t->runs;
    const int64_t item = runs->item_bytes;
    int64_t offsets[FA__BLOCK];
    for (int64_t at = 0, some; at < n; at += some) {
        const int64_t i = first + at;
        some = fa__min_i64(fa__min_i64(n - at, FA__BLOCK), (INT64_C(1) << runs->block_bits) - within(t, i));
        char *block = address_of(t, block_of(t, i) * runs->block_bytes), *to = block + runs->numbers_at;
        for (int64_t k = 0; k < some; k++)
            offsets[k] = positions[at + k] * item;
        fa__pick(block + within(t, i) * item, elements, offsets, some, item, false);
        if (runs->number_bytes == sizeof(uint32_t))
            for (int64_t k = 0; k < some; k++)
                ((uint32_t *)(void *)to)[within(t, i) + k] = (uint32_t)numbers[positions[at + k]];
        else
            for (int64_t k = 0; k < some; k++)
                ((int64_t *)(void *)to)[within(t, i) + k] = numbers[positions[at + k]];
    }
}

void fa__merged_start(fa__merged *t)
{
    t->source = t->into != NULL ? t->into->source : t->s->sink.array->source;
    t->first = t->into != NULL ? t->into->run->place : fa__line_sink_byte(&t->s->sink, t->line, 0);
}

/* A block is whole when the fence of the next one stands in it: byte of the stream up to which they are. */
static int64_t end_blocks(const fa__merged *t, int64_t n, bool is_last)
{
    const fa__runs *runs = t->runs;
    const int64_t block = INT64_C(1) << runs->block_bits, end = t->done + n;
    for (int64_t i = fa__max_i64(fa__round_up(t->done, block), block); i < end; i += block)
        memcpy(address_of(t, (block_of(t, i) - 1) * runs->block_bytes + runs->fence_at),
               address_of(t, byte_of(t, i)), (size_t)runs->item_bytes);
    return is_last ? t->begun : block_of(t, end - 1) * runs->block_bytes;
}

/* Whole grains set off; the part of one that is behind them goes along with what comes next. */
bool fa__merged_finish(fa__merged *t, int64_t n, bool is_last, fa_error *err)
{
    const fa__sorting *s = t->s;
    const int64_t first = t->done, end = first + n;
    if (t->into == NULL && !s->sink.is_dense) {
        t->done = end;
        return fa__line_sink_write_part(&s->sink, t->line, first, n, t->out, err);
    }
    int64_t sure = t->begun = byte_of(t, end);
    if (fa__merged_has_blocks(t)) {
        t->begun = block_of(t, end - 1) * t->runs->block_bytes + t->runs->block_bytes;
        sure = end_blocks(t, n, is_last);
    }
    const int64_t behind =
        is_last ? 0 : fa__min_i64(fa__outlet_shift(t->source, t->first + sure), sure - t->sent);
    int64_t bytes = sure - behind - t->sent;
    /* Whole grains of scratch, so that none of them is in the page cache when it is read. */
    if (is_last && t->into != NULL)
        bytes = fa__round_up(bytes, FA__DIRECT_GRAIN);
    t->outlets[t->turn] = fa__outlet_start(t->source, err);
    t->finished.outlet = t->outlets[t->turn];
    t->finished.from = address_of(t, t->sent);
    t->finished.first = t->first + t->sent;
    t->finished.bytes = bytes;
    t->sent += bytes;
    t->behind = address_of(t, t->sent);
    t->done = end;
    return !fa_failed(err);
}

void fa__merged_set_off(fa__merged *t, fa_error *err)
{
    if (t->finished.outlet != NULL)
        fa__outlet_put(t->finished.outlet, t->finished.first, t->finished.bytes, t->finished.from, err);
    t->finished.outlet = NULL;
}

/* What may be carried stands before what comes next. */
static int64_t room_before(const fa__merged *t)
{
    return FA__DIRECT_GRAIN +
           (fa__merged_has_blocks(t) ? fa__round_up(t->runs->block_bytes, FA__DIRECT_GRAIN) : 0);
}

int64_t fa__merged_room_bytes(const fa__merged *t)
{
    const int64_t n = t->room, block = INT64_C(1) << t->runs->block_bits;
    return room_before(t) + 2 * FA__DIRECT_GRAIN +
           (fa__merged_has_blocks(t) ? (n / block + 2) * t->runs->block_bytes : n * fa__merged_item_bytes(t));
}

bool fa__merged_turn(fa__merged *t, fa_error *err)
{
    const int64_t byte = byte_of(t, t->done),
                  shift = t->into != NULL ? fa__outlet_shift(t->source, t->first + byte)
                                          : fa__line_sink_shift(&t->s->sink, t->line, t->done);
    t->turn = 1 - t->turn;
    fa__outlet_end(t->outlets[t->turn], err);
    t->outlets[t->turn] = NULL;
    t->out = t->rooms[t->turn] + room_before(t) + shift;
    if (t->begun > t->sent)
        memcpy(address_of(t, t->sent), t->behind, (size_t)(t->begun - t->sent));
    return !fa_failed(err);
}

bool fa__merged_end(fa__merged *t, fa_error *err)
{
    for (int i = 0; i < 2; i++)
        fa__outlet_end(t->outlets[i], err);
    return !fa_failed(err);
}
