/* SPDX-License-Identifier: BSD-3-Clause */
/* Which moves are dealt out, and into what: by how much a disk has to move, where a request costs as much as
 * some ten kilobytes do. */
#include "engine/deal.h"

#include "engine/budget.h"

#include "base/checked.h"
#include "base/memory.h"
#include "platform/platform.h"
#include "storage/storage.h"

enum {
    GRAIN = FA__DIRECT_GRAIN,
    LEAST_BYTES = 16 << 20,   /* of the result; less is read at once */
    REQUEST_BYTES = 32 << 10, /* what a disk moves while it takes one more request */
    DENSE_BYTES = 16 << 10,   /* what is read for one unit, where many are wanted */
    IN_MEMORY = 3,            /* bytes that are read from the page cache in the time of one from a disk */
    TILE_BYTES = 1 << 20,
    PIECE_BYTES = 1 << 20,
    RING_BYTES = 4 << 20,
    LEAST_TILE_BYTES = 4 * GRAIN,
    LEAST_WINDOW_BYTES = 64 << 10,
    MOST_WINDOWS = UINT16_MAX, /* their numbers have two bytes, and */
    MOST_WINDOW_MIB = 1 << 10, /* places in them four */
    MOST_WORKERS = 8,          /* who share the room */
    TILES_LOOKED_AT = 16,
    UNITS_LOOKED_AT = 8,
    OWN_BYTES = 128 << 10 /* of each, for what is looked at together, and edges of buffers */
};
#define LONGEST_SOURCE (UINT32_MAX * (int64_t)GRAIN) /* grains of it are counted in 32 bits */

/* ---- The share of each ---- */

/* Bytes of the dealing that each unit of a group takes: its place as it comes, and sorted, and the number of
 * its window; what is on its way to the disk as often as there are buffers. */
static int64_t bytes_of_place(int threads)
{
    const int64_t place = sizeof(uint32_t), number = sizeof(uint16_t), buffers = threads + 2;
    return threads * place + buffers * (place + number);
}

static bool share_room(fa__deal *deal)
{
    const int64_t t = deal->threads, room = deal->room, each = room / 2 / t;
    deal->tile = fa__min_i64(fa__max_i64(room / 64, LEAST_TILE_BYTES), TILE_BYTES);
    deal->tile = fa__max_i64(deal->tile / deal->unit, 1) * deal->unit;
    deal->ring = fa__min_i64(room / 8 / t, RING_BYTES);
    deal->piece = fa__min_i64(deal->ring / 4, PIECE_BYTES) / GRAIN * GRAIN;
    int64_t window = fa__min_i64(each - deal->unit, (int64_t)MOST_WINDOW_MIB << 20);
    deal->window = window / GRAIN * GRAIN;
    if (deal->window < LEAST_WINDOW_BYTES || deal->piece == 0 || deal->tile * (t + 2) > room / 4)
        return false;
    deal->windows = (deal->places.source->bytes + deal->window - 1) / deal->window;
    deal->chunk = fa__min_i64(each / (deal->unit + (int64_t)sizeof(uint16_t)), deal->n);
    if (deal->chunk == 0 || deal->windows > MOST_WINDOWS)
        return false;
    int64_t most = (room - t * OWN_BYTES) / bytes_of_place(deal->threads);
    if (most <= 0)
        return false;
    deal->chunk = fa__min_i64(deal->chunk, most);
    deal->group = most / deal->chunk;
    deal->chunks = (deal->n + deal->chunk - 1) / deal->chunk;
    deal->groups = (deal->chunks + deal->group - 1) / deal->group;
    return true;
}

static size_t bytes_of_tables(const fa__deal *deal)
{
    return (size_t)(deal->windows * (deal->chunks + 1 + deal->groups) + deal->groups) * sizeof(int64_t);
}

/* ---- Whether it pays ---- */

/* How much of the source lies between the units of a tile: all of it, unless positions are in some order. By
 * a few units of a few tiles. */
static double bytes_of_tile(const fa__deal *deal, int64_t tile)
{
    const int64_t tiles = (deal->n + tile - 1) / tile, looked_at = fa__min_i64(tiles, TILES_LOOKED_AT);
    double sum = 0;
    for (int64_t i = 0; i < looked_at; i++) {
        const int64_t first = tiles * i / looked_at * tile, count = fa__min_i64(tile, deal->n - first);
        int64_t low = INT64_MAX, high = 0, offset, room;
        for (int64_t k = 0; k < UNITS_LOOKED_AT; k++) {
            fa_error ignored = {0}; /* which will be met again */
            if (!deal->places.offsets(deal->places.plan, deal->first + first + count * k / UNITS_LOOKED_AT, 1,
                                      &offset, &room, &ignored)) {
                fa_error_clear(&ignored);
                return (double)deal->places.source->bytes;
            }
            low = fa__min_i64(low, offset);
            high = fa__max_i64(high, offset + deal->unit);
        }
        sum += (double)(high - low) * (UNITS_LOOKED_AT + 1) / (UNITS_LOOKED_AT - 1);
    }
    return sum / (double)looked_at;
}

/* Bytes that a disk moves: one by one in tiles. Each reads what lies between its units, or around each. */
static double cost_of_tiles(const fa__deal *deal, int64_t tile, double share_on_disk)
{
    double tiles = (double)deal->n / (double)tile, around = (double)tile * (double)(deal->unit + DENSE_BYTES);
    double between = bytes_of_tile(deal, tile) * share_on_disk;
    return tiles * (around < between ? around : between);
}

static double cost_of_dealing(const fa__deal *deal, double source_bytes)
{
    double n = (double)deal->n, windows = (double)deal->windows;
    double moved = 2 * n * (double)(deal->unit + (int64_t)sizeof(uint32_t) + (int64_t)sizeof(uint16_t));
    if (deal->pass->is_only_dealt) /* the result goes to scratch, and is read again */
        moved += 2 * n * (double)deal->unit;
    return source_bytes + moved + windows * (double)(deal->groups + deal->chunks) * REQUEST_BYTES;
}

static bool pays(const fa__deal *deal, int64_t tile)
{
    fa__source *source = deal->places.source;
    int64_t resident =
        source->class->resident != NULL ? source->class->resident(source, 0, source->bytes) : 0;
    double here = resident > 0 ? (double)resident : 0;
    double cost = (double)source->bytes - here + here / IN_MEMORY;
    return cost_of_dealing(deal, cost) < cost_of_tiles(deal, tile, cost / (double)source->bytes) / 4 * 3;
}

/* ---- The plan ---- */

void fa__deal_clear(fa__deal *deal)
{
    fa__source *scratch[] = {deal->places_dealt, deal->numbers, deal->units};
    for (int i = 0; i < 3; i++)
        if (scratch[i] != NULL)
            fa__source_release(scratch[i]);
    fa__free(deal->cells);
    fa__ledger_release(deal->table_bytes);
}

static bool make_tables(fa__deal *deal)
{
    fa_error ignored = {0};
    size_t bytes = bytes_of_tables(deal);
    if (bytes > (size_t)deal->room / 8 || !fa__ledger_charge(bytes))
        return false;
    deal->table_bytes = bytes;
    deal->cells = fa__alloc_zero(bytes, 1, &ignored);
    if (deal->cells == NULL)
        return false;
    deal->runs = deal->cells + deal->windows * (deal->chunks + 1);
    return true;
}

static bool make_scratch(fa__deal *deal)
{
    fa_error ignored = {0};
    deal->places_dealt = fa__scratch_source(deal->n * (int64_t)sizeof(uint32_t), &ignored);
    deal->numbers = fa__scratch_source(deal->n * (int64_t)sizeof(uint16_t), &ignored);
    deal->units = fa__scratch_source(deal->n * deal->unit, &ignored);
    return !fa_failed(&ignored) && fa__source_writes_direct(deal->units);
}

bool fa__deal_may_pay(const fa_array *derived)
{
    fa__move_places places;
    const int64_t bytes = fa__count(derived->ndim, derived->sizes) * derived->dtype->item_bytes;
    return (fa__io_mode() == FA__IO_DIRECT || bytes >= fa__max_i64(LEAST_BYTES, fa__budget_free() / 4)) &&
           fa__derived_places(derived->source, &places) && fa__source_memory(places.source) == NULL;
}

bool fa__deal_plan(fa__deal *deal, const fa__pass *pass, int64_t tile, int threads)
{
    const bool forced = fa__io_mode() == FA__IO_DIRECT;
    const fa__operand *from = &pass->operands[0], *to = &pass->stores[0].to;
    *deal = (fa__deal){.pass = pass, .to = to};
    if (tile >= pass->total || !fa__derived_places(from->source, &deal->places))
        return false;
    int64_t bytes = pass->total * to->item_bytes;
    deal->unit = deal->places.unit_bytes;
    if ((!forced && bytes < LEAST_BYTES) || bytes % deal->unit != 0 || from->offset % deal->unit != 0 ||
        deal->places.source->bytes > LONGEST_SOURCE || !fa__source_writes_direct(to->source))
        return false;
    deal->first = from->offset / deal->unit;
    deal->n = bytes / deal->unit;
    deal->elements_of_unit = deal->unit / to->item_bytes;
    deal->threads = (int)fa__min_i64(threads, MOST_WORKERS);
    deal->room = fa__budget_free() / 4 * 3;
    if (share_room(deal) && (forced || pays(deal, fa__max_i64(tile / deal->elements_of_unit, 1))) &&
        make_tables(deal) && make_scratch(deal))
        return true;
    fa__deal_clear(deal);
    return false;
}
