/* SPDX-License-Identifier: BSD-3-Clause */
/* Boxes begin at grains of the scratch file, so that they are read to where they stay:
 *
 *     a a a a b b b b c          band of rows: box a | box b | box c
 *     a a a a b b b b c                        (each padded to a grain)
 *     d d d d e e e e f          the next one: box d | box e | box f
 *
 * They are made of whole rows, some at a time, whose part of each box is one long write. */
#include "op/panels.h"

#include "engine/outlet.h"

#include "base/checked.h"
#include "base/memory.h"
#include "platform/platform.h"
#include "storage/storage.h"

#include <string.h>

enum {
    PIECE_BYTES = 4 << 20, /* of a box, in one transfer */
    MOST_PIECES = 64,
    ROWS = 64, /* at a time a multiple of it, so that writes are whole grains, and */
    LEAST_WRITE_BYTES = 1 << 20
};

struct fa__panels {
    fa__source *scratch;
    int outer; /* the axis that rows of memory stand along */
    int64_t item_bytes;
    int64_t sizes[2], box[2]; /* outer, inner */
    /* On its way: */
    int64_t at[2];
    char *memory; /* NULL: nothing is */
    fa__transfer transfers[MOST_PIECES];
    bool started[MOST_PIECES];
};

/* ---- Where boxes are ---- */

static int64_t boxes_across(const fa__panels *p)
{
    return (p->sizes[1] + p->box[1] - 1) / p->box[1];
}

static int64_t bytes_of(const fa__panels *p, int64_t outer, int64_t inner)
{
    return fa__min_i64(p->box[0], p->sizes[0] - outer) * fa__min_i64(p->box[1], p->sizes[1] - inner) *
           p->item_bytes;
}

int64_t fa__panels_bytes(const fa__panels *p)
{
    return fa__round_up(p->box[0] * p->box[1] * p->item_bytes, FA__DIRECT_GRAIN);
}

/* Every box has the room of a whole one. */
static int64_t place_of(const fa__panels *p, int64_t outer, int64_t inner)
{
    return (outer / p->box[0] * boxes_across(p) + inner / p->box[1]) * fa__panels_bytes(p);
}

/* ---- Making ---- */

/* Rows [first, first + n) of memory, from the input. */
static bool read_rows(const fa__panels *p, fa__whole_run *run, int input, int64_t first, int64_t n,
                      char *rows, fa_error *err)
{
    const fa__node *node = run->node->inputs[input];
    int64_t start[2] = {0, 0}, sizes[2];
    fa__geometry geometry = {.ndim = 2};
    start[p->outer] = first;
    sizes[p->outer] = geometry.sizes[p->outer] = n;
    sizes[1 - p->outer] = geometry.sizes[1 - p->outer] = p->sizes[1];
    geometry.strides[p->outer] = p->sizes[1] * p->item_bytes;
    geometry.strides[1 - p->outer] = p->item_bytes;
    fa__source *source = fa__memory_source_adopt(rows, n * p->sizes[1] * p->item_bytes, NULL, err);
    fa_array *target = source != NULL ? fa__view(source, node->dtype, &geometry, true, err) : NULL;
    fa__source_release(source);
    if (target != NULL)
        fa__whole_read(run, input, start, sizes, target, err);
    fa_release(target);
    return !fa_failed(err);
}

/* Puts rows of one band into their boxes. */
static bool write_rows(const fa__panels *p, int64_t first, int64_t n, const char *rows, char *parts,
                       fa_error *err)
{
    fa__outlet *outlet = fa__outlet_start(p->scratch, err);
    const int64_t row_bytes = p->sizes[1] * p->item_bytes;
    for (int64_t inner = 0; inner < p->sizes[1] && !fa_failed(err); inner += p->box[1]) {
        const int64_t part_bytes = fa__min_i64(p->box[1], p->sizes[1] - inner) * p->item_bytes;
        for (int64_t i = 0; i < n; i++)
            memcpy(parts + i * part_bytes, rows + i * row_bytes + inner * p->item_bytes, (size_t)part_bytes);
        fa__outlet_put(outlet, place_of(p, first, inner) + first % p->box[0] * part_bytes, n * part_bytes,
                       parts, err);
        parts += n * part_bytes;
    }
    return fa__outlet_end(outlet, err);
}

/* False with a clean err where there is no memory for it. */
static bool fill(const fa__panels *p, fa__whole_run *run, int input, int64_t some, fa_error *err)
{
    const size_t bytes = (size_t)fa__round_up(some * p->sizes[1] * p->item_bytes, FA__DIRECT_GRAIN);
    fa_error own = {0};
    if (fa_failed(err) || !fa__ledger_charge(2 * bytes))
        return false;
    char *rows = fa__pages_alloc(2 * bytes, true, &own);
    for (int64_t first = 0, n; first < p->sizes[0] && !fa_failed(&own); first += n) {
        n = fa__min_i64(fa__min_i64(some, p->box[0] - first % p->box[0]), p->sizes[0] - first);
        if (read_rows(p, run, input, first, n, rows, &own))
            write_rows(p, first, n, rows, rows + bytes, &own);
    }
    if (rows != NULL)
        fa__pages_free(rows, 2 * bytes);
    fa__ledger_release(2 * bytes);
    /* What went through the page cache would be read through it. */
    if (!fa_failed(&own))
        p->scratch->class->write_behind(p->scratch, 0, p->scratch->bytes, true, &own);
    if (fa_failed(&own) && own.code != FA_NO_MEMORY)
        fa__error_move(err, &own);
    return !fa_failed(&own);
}

fa__panels *fa__panels_new(fa__whole_run *run, int input, int outer, const int64_t *sizes, int64_t room,
                           fa_error *err)
{
    const fa__node *node = run->node->inputs[input];
    fa_error ignored = {0};
    if (fa_failed(err))
        return NULL;
    fa__panels *p = fa__alloc_zero(1, sizeof *p, &ignored);
    if (p == NULL)
        return NULL;
    p->outer = outer;
    p->item_bytes = node->dtype->item_bytes;
    for (int i = 0; i < 2; i++) {
        p->sizes[i] = node->sizes[i == 0 ? outer : 1 - outer];
        p->box[i] = sizes[i == 0 ? outer : 1 - outer];
    }
    const int64_t fits = room / (2 * p->sizes[1] * p->item_bytes),
                  some = fa__min_i64(fits - fits % ROWS, p->box[0]);
    const int64_t bands = (p->sizes[0] + p->box[0] - 1) / p->box[0];
    const bool forced = fa__io_mode() == FA__IO_DIRECT && some > 0;
    if ((forced || some * p->box[1] * p->item_bytes >= LEAST_WRITE_BYTES) &&
        fa__panels_bytes(p) <= MOST_PIECES * (int64_t)PIECE_BYTES)
        p->scratch = fa__scratch_source(bands * boxes_across(p) * fa__panels_bytes(p), &ignored);
    if (p->scratch != NULL && fa__source_reads_direct(p->scratch) && fill(p, run, input, some, err))
        return p;
    fa__panels_free(p);
    return NULL;
}

/* ---- Reading ---- */

static int64_t pieces_of(int64_t bytes)
{
    return (bytes + PIECE_BYTES - 1) / PIECE_BYTES;
}

/* Whether all of what is on its way has come to where it belongs. */
static bool wait(fa__panels *p)
{
    fa__source *source = p->scratch;
    const int64_t first = place_of(p, p->at[0], p->at[1]), bytes = bytes_of(p, p->at[0], p->at[1]);
    bool whole = true;
    for (int64_t i = 0; i < pieces_of(bytes); i++) {
        const int64_t at = i * PIECE_BYTES, size = fa__min_i64(bytes - at, PIECE_BYTES);
        const char *came =
            p->started[i] ? source->class->end_direct(source, first + at, size, &p->transfers[i]) : NULL;
        whole = whole && came == p->memory + at;
    }
    p->memory = NULL;
    return whole;
}

static void place_in(const fa__panels *p, int64_t row, int64_t column, int64_t *at)
{
    at[0] = p->outer == 0 ? row : column;
    at[1] = p->outer == 0 ? column : row;
}

void fa__panels_ask(fa__panels *p, int64_t row, int64_t column, char *memory)
{
    fa__source *source = p->scratch;
    if (p->memory != NULL)
        return;
    place_in(p, row, column, p->at);
    p->memory = memory;
    const int64_t first = place_of(p, p->at[0], p->at[1]), bytes = bytes_of(p, p->at[0], p->at[1]);
    for (int64_t i = 0; i < pieces_of(bytes); i++) {
        const int64_t at = i * PIECE_BYTES, size = fa__min_i64(bytes - at, PIECE_BYTES);
        p->started[i] = source->class->wants_direct(source, first + at, size) &&
                        source->class->begin_direct(source, first + at, size, memory + at, &p->transfers[i]);
    }
}

bool fa__panels_take(fa__panels *p, int64_t row, int64_t column, char *memory, fa_error *err)
{
    int64_t at[2];
    place_in(p, row, column, at);
    const bool is_it = p->memory == memory && at[0] == p->at[0] && at[1] == p->at[1];
    if (p->memory != NULL && wait(p) && is_it)
        return !fa_failed(err);
    return !fa_failed(err) && fa__source_read_bytes(p->scratch, place_of(p, at[0], at[1]),
                                                    bytes_of(p, at[0], at[1]), memory, err);
}

void fa__panels_free(fa__panels *p)
{
    if (p == NULL)
        return;
    if (p->memory != NULL)
        wait(p);
    if (p->scratch != NULL)
        fa__source_release(p->scratch);
    fa__free(p);
}
