/* SPDX-License-Identifier: BSD-3-Clause */
/* Partitions. The key that belongs at position k is found by counting keys in ranges, of which one is looked
 * into until few keys are left; then what is below, equal and above is squeezed to where it belongs. A line
 * is walked in chunks, and a chunk in pieces by all threads. Knows nothing about types that are compared. */
#include "op/partition.h"

#include "base/checked.h"
#include "base/error.h"
#include "base/memory.h"

#include <stdatomic.h>
#include <string.h>

enum {
    RANGES = 2048,
    PIECES = 32,
    LEAST_PIECE = 16 << 10,
    FEW = 64 << 10,
    LEAST_CHUNK = 4096,
    WIDE = sizeof(int64_t)
};

/* Merged keys where positions are wanted, of up to FA__BLOCK elements. */
static void wide_keys(const fa__sorting *s, const char *elements, int64_t n, int64_t *keys)
{
    int32_t narrow[FA__BLOCK];
    if (s->order.key_bytes == WIDE) {
        fa__keys_of(keys, elements, s->order.type, n, s->positions);
        return;
    }
    fa__keys_of(narrow, elements, s->order.type, n, s->positions);
    for (int64_t i = 0; i < n; i++)
        keys[i] = narrow[i];
}

static int64_t out_bytes(const fa__sorting *s)
{
    return s->positions ? WIDE : s->order.item_bytes;
}

/* ---- Squeezing ---- */

/* Below, equal, above. */
typedef struct parts {
    int64_t counts[3];
} parts;

static void count_parts(const int64_t *keys, int64_t n, int64_t middle, parts *found)
{
    int64_t below = 0, equal = 0;
    for (int64_t i = 0; i < n; i++) {
        below += keys[i] < middle;
        equal += keys[i] == middle;
    }
    found->counts[0] += below;
    found->counts[1] += equal;
    found->counts[2] += n - below - equal;
}

/* Elements number `first` on of the line, or their positions, behind what is at `to` of each part. */
static void squeeze_parts(const fa__sorting *s, const int64_t *keys, const char *elements, int64_t first,
                          int64_t n, int64_t middle, char *to[3])
{
    unsigned char masks[3][FA__BLOCK];
    for (int64_t i = 0; i < n; i++) {
        masks[0][i] = keys[i] < middle;
        masks[1][i] = keys[i] == middle;
        masks[2][i] = keys[i] > middle;
    }
    for (int k = 0; k < 3; k++) {
        int64_t room = fa__count_true(masks[k], n);
        if (s->positions)
            fa__true_positions((int64_t *)(void *)to[k], room, masks[k], n, first);
        else
            fa__squeeze(to[k], room, elements, masks[k], n, s->order.item_bytes);
        to[k] += room * out_bytes(s);
    }
}

/* ---- A line of one thread ---- */

int64_t fa__partition_room(const fa__sorting *s, int64_t n)
{
    return n * (WIDE + out_bytes(s));
}

void fa__partition_line(const fa__sorting *s, char *elements, int64_t n, int64_t *positions, void *room)
{
    int64_t *keys = room, block[FA__BLOCK], item = s->order.item_bytes;
    char *out = s->positions ? (char *)positions : (char *)(keys + n), *to[3];
    parts found = {{0, 0, 0}};
    for (int64_t at = 0; at < n; at += FA__BLOCK)
        wide_keys(s, elements + at * item, fa__min_i64(n - at, FA__BLOCK), keys + at);
    int64_t middle = fa__select_key(keys, n, s->kth, WIDE);
    count_parts(keys, n, middle, &found);
    to[0] = out;
    to[1] = to[0] + found.counts[0] * out_bytes(s);
    to[2] = to[1] + found.counts[1] * out_bytes(s);
    for (int64_t at = 0; at < n; at += FA__BLOCK) {
        int64_t some = fa__min_i64(n - at, FA__BLOCK);
        wide_keys(s, elements + at * item, some, block);
        squeeze_parts(s, block, elements + at * item, at, some, middle, to);
    }
    if (!s->positions)
        memcpy(elements, out, (size_t)(n * item));
}

/* ---- A line of all threads: walks over it ---- */

typedef struct parting parting;
typedef void walk_body(parting *p, int64_t piece, const int64_t *keys, const char *elements, int64_t first,
                       int64_t n);

struct parting {
    const fa__sorting *s;
    int64_t line;
    /* The chunk in memory, elements [first, first + n) of the line, and the pieces of it. */
    char *buffer, *out;
    int64_t chunk, first, n, piece;
    walk_body *body;
    int64_t low, high; /* keys that are looked at */
    int shift;
    struct {
        int64_t low, high, counts[RANGES];
        parts found;
        char *to[3];
    } pieces[PIECES];
    int64_t middle;
    atomic_llong few_count;
    int64_t *few;
};

static void walk_piece(void *user, int64_t piece, fa_error *err)
{
    parting *p = user;
    int64_t keys[FA__BLOCK], item = p->s->order.item_bytes;
    int64_t end = fa__min_i64((piece + 1) * p->piece, p->n);
    (void)err;
    for (int64_t at = piece * p->piece; at < end; at += FA__BLOCK) {
        int64_t some = fa__min_i64(end - at, FA__BLOCK);
        wide_keys(p->s, p->buffer + at * item, some, keys);
        p->body(p, piece, keys, p->buffer + at * item, p->first + at, some);
    }
}

static bool walk_chunk(parting *p, walk_body *body, fa_error *err)
{
    p->body = body;
    p->piece = fa__max_i64((p->n + PIECES - 1) / PIECES, LEAST_PIECE);
    return fa__whole_parallel(p->s->lines.run, (p->n + p->piece - 1) / p->piece, 0, walk_piece, p, err);
}

/* Brings in the chunk that begins at `first`. One that is all of the line stays. */
static bool read_chunk(parting *p, int64_t first, fa_error *err)
{
    int64_t n = fa__min_i64(p->chunk, p->s->lines.n - first);
    if (p->n == n && p->first == first)
        return !fa_failed(err);
    p->first = first;
    p->n = n;
    return fa__lines_read(&p->s->lines, p->line, 1, first, n, p->s->order.dtype, p->buffer, err) > 0;
}

static bool walk(parting *p, walk_body *body, fa_error *err)
{
    for (int64_t first = 0; first < p->s->lines.n && !fa_failed(err); first += p->chunk)
        if (read_chunk(p, first, err))
            walk_chunk(p, body, err);
    return !fa_failed(err);
}

/* ---- The key that belongs at position k ---- */

static void find_range(parting *p, int64_t piece, const int64_t *keys, const char *elements, int64_t first,
                       int64_t n)
{
    int64_t low = p->pieces[piece].low, high = p->pieces[piece].high;
    (void)elements;
    (void)first;
    for (int64_t i = 0; i < n; i++) {
        low = fa__min_i64(low, keys[i]);
        high = fa__max_i64(high, keys[i]);
    }
    p->pieces[piece].low = low;
    p->pieces[piece].high = high;
}

static void count_ranges(parting *p, int64_t piece, const int64_t *keys, const char *elements, int64_t first,
                         int64_t n)
{
    int64_t *counts = p->pieces[piece].counts;
    (void)elements;
    (void)first;
    for (int64_t i = 0; i < n; i++)
        if (keys[i] >= p->low && keys[i] <= p->high)
            counts[((uint64_t)keys[i] - (uint64_t)p->low) >> p->shift]++;
}

static void collect_few(parting *p, int64_t piece, const int64_t *keys, const char *elements, int64_t first,
                        int64_t n)
{
    int64_t some[FA__BLOCK], count = 0;
    (void)piece;
    (void)elements;
    (void)first;
    for (int64_t i = 0; i < n; i++) {
        some[count] = keys[i];
        count += keys[i] >= p->low && keys[i] <= p->high;
    }
    const int64_t at = count > 0 ? atomic_fetch_add(&p->few_count, count) : FEW;
    if (at + count <= FEW)
        memcpy(p->few + at, some, (size_t)count * sizeof *some);
}

/* Looks into the range that has position k of those counted; gives how many keys it has, 0 where no range has
 * it. */
static int64_t narrow(parting *p, int64_t *k)
{
    int64_t range = 0, count = 0;
    for (; range < RANGES; range++, *k -= count) {
        count = 0;
        for (int i = 0; i < PIECES; i++)
            count += p->pieces[i].counts[range];
        if (*k < count)
            break;
    }
    if (range == RANGES)
        return 0;
    uint64_t low = (uint64_t)p->low + ((uint64_t)range << p->shift), width = ((uint64_t)1 << p->shift) - 1;
    p->high = (uint64_t)p->high - low < width ? p->high : (int64_t)(low + width);
    p->low = (int64_t)low;
    return count;
}

static int shift_for(int64_t low, int64_t high)
{
    int shift = 0;
    while (((uint64_t)high - (uint64_t)low) >> shift >= RANGES)
        shift++;
    return shift;
}

/* Finds the middle, and how many keys are below and equal to it. */
static bool select_middle(parting *p, parts *found, fa_error *err)
{
    int64_t k = p->s->kth, count = p->s->lines.n;
    for (int i = 0; i < PIECES; i++) {
        p->pieces[i].low = INT64_MAX;
        p->pieces[i].high = INT64_MIN;
    }
    if (!walk(p, find_range, err))
        return false;
    p->low = INT64_MAX;
    p->high = INT64_MIN;
    for (int i = 0; i < PIECES; i++) {
        p->low = fa__min_i64(p->low, p->pieces[i].low);
        p->high = fa__max_i64(p->high, p->pieces[i].high);
    }
    while (p->low < p->high && count > FEW) {
        p->shift = shift_for(p->low, p->high);
        for (int i = 0; i < PIECES; i++)
            memset(p->pieces[i].counts, 0, sizeof p->pieces[i].counts);
        if (!walk(p, count_ranges, err))
            return false;
        count = narrow(p, &k);
        if (count == 0)
            return fa__fail_changed(err);
    }
    p->middle = p->low;
    *found = (parts){{p->s->kth - k, count, p->s->lines.n - count - (p->s->kth - k)}};
    if (p->low == p->high)
        return true;
    atomic_store(&p->few_count, 0);
    if (!walk(p, collect_few, err))
        return false;
    if (atomic_load(&p->few_count) != count)
        return fa__fail_changed(err);
    parts few = {{0, 0, 0}};
    p->middle = fa__select_key(p->few, count, k, WIDE);
    count_parts(p->few, count, p->middle, &few);
    *found = (parts){{found->counts[0] + few.counts[0], few.counts[1], found->counts[2] + few.counts[2]}};
    return true;
}

/* ---- Laying down ---- */

static void count_piece(parting *p, int64_t piece, const int64_t *keys, const char *elements, int64_t first,
                        int64_t n)
{
    (void)elements;
    (void)first;
    count_parts(keys, n, p->middle, &p->pieces[piece].found);
}

static void squeeze_piece(parting *p, int64_t piece, const int64_t *keys, const char *elements, int64_t first,
                          int64_t n)
{
    squeeze_parts(p->s, keys, elements, first, n, p->middle, p->pieces[piece].to);
}

/* The parts of the chunk stand behind each other in `out`, and go to where those of the line are, which move
 * on up to their ends. */
static bool lay_chunk(parting *p, int64_t at[3], const int64_t ends[3], fa_error *err)
{
    int64_t bytes = out_bytes(p->s), counts[3] = {0, 0, 0};
    char *to = p->out;
    for (int i = 0; i < PIECES; i++)
        p->pieces[i].found = (parts){{0, 0, 0}};
    if (!walk_chunk(p, count_piece, err))
        return false;
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < PIECES; i++) {
            p->pieces[i].to[k] = to;
            to += p->pieces[i].found.counts[k] * bytes;
            counts[k] += p->pieces[i].found.counts[k];
        }
    if (!walk_chunk(p, squeeze_piece, err))
        return false;
    to = p->out;
    for (int k = 0; k < 3 && !fa_failed(err); k++) {
        if (counts[k] > ends[k] - at[k])
            return fa__fail_changed(err);
        if (counts[k] > 0)
            fa__line_sink_write_part(&p->s->sink, p->line, at[k], counts[k], to, err);
        at[k] += counts[k];
        to += counts[k] * bytes;
    }
    return !fa_failed(err);
}

static bool partition_one(parting *p, fa_error *err)
{
    parts found = {{0, 0, 0}};
    p->n = 0;
    if (!select_middle(p, &found, err))
        return false;
    int64_t at[3] = {0, found.counts[0], found.counts[0] + found.counts[1]};
    const int64_t ends[3] = {at[1], at[2], p->s->lines.n};
    if (at[2] > ends[2])
        return fa__fail_changed(err);
    for (int64_t first = 0; first < p->s->lines.n && !fa_failed(err); first += p->chunk)
        if (read_chunk(p, first, err))
            lay_chunk(p, at, ends, err);
    return !fa_failed(err);
}

bool fa__partition_lines(const fa__sorting *s, int64_t limit, fa_error *err)
{
    int64_t each = s->order.item_bytes + out_bytes(s), n = s->lines.n;
    fa__work work = {0};
    parting *p = fa__alloc_zero(1, sizeof *p, err);
    if (p == NULL)
        return false;
    p->s = s;
    p->chunk = fa__min_i64(n, fa__max_i64(limit * 3 / 4 / each, LEAST_CHUNK));
    p->buffer = fa__work_take(
        &work, fa__round_up(p->chunk * s->order.item_bytes, 16) + p->chunk * out_bytes(s) + 64, err);
    p->few = fa__alloc(FEW * sizeof *p->few, err);
    if (!fa_failed(err))
        p->out = p->buffer + fa__round_up(p->chunk * s->order.item_bytes, 16);
    for (p->line = 0; p->line < s->lines.count && !fa_failed(err); p->line++)
        partition_one(p, err);
    fa__work_give_back(&work);
    fa__free(p->few);
    fa__free(p);
    return !fa_failed(err);
}
