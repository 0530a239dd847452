/* SPDX-License-Identifier: BSD-3-Clause */
/* Files want long reads and writes, and a matrix whose axes are exchanged has them along one side only. So it
 * goes in two walks, both of which read and write some hundred kilobytes at least in one piece:
 *
 *     source, rows                 scratch: strips of rows, turned          target, columns
 *     a a a a a a                  a b | a b | a b ...                      a b c d e f
 *     b b b b b b    ------->      c d | c d | c d ...       ------->       a b c d e f
 *     c c c c c c                  e f | e f | e f ...                      ...
 *
 * A strip is read in pieces of whole rows, turned in memory, and written where its rows would stand. A group
 * of the target's rows is then a range of each strip. A matrix that fits into memory is one strip, and needs
 * no scratch. */
#include "engine/turn.h"

#include "engine/behind.h"
#include "engine/budget.h"
#include "engine/pool.h"
#include "engine/tiles.h"

#include "base/checked.h"
#include "base/memory.h"
#include "kernel/kernel.h"
#include "platform/platform.h"
#include "storage/storage.h"

#include <string.h>

enum {
    LEAST_BYTES = 16 << 20, /* of a matrix; less is in memory soon */
    MOST_PIECE_BYTES = 1 << 20,
    MOST_LINE_BYTES = 4 << 20, /* of rows that fill a line of the strip: of long ones a piece is larger */
    LEAST_PIECE_BYTES = 16 << 10,
    PIECES_AHEAD = 4, /* of one worker */
    BUFFER_BYTES =
        16 << 20, /* of a strip or a group: fresh memory costs more than the disk, so no more than it takes */
    RUN_BYTES =
        256 << 10, /* of the range of a strip that a group is, where the limit has room for such strips */
    LEAST_RUN_BYTES = 8 << 10 /* shorter ones are not worth it */
};

/* ---- Which passes ---- */

/* Axes that are neighbours both in the source and in the target are one. */
static int merge(const fa__pass *pass, int64_t *sizes, int64_t *from, int64_t *to)
{
    const int64_t *a = pass->operands[0].strides, *b = pass->stores[0].to.strides;
    int count = 0;
    for (int i = 0; i < pass->ndim; i++) {
        int64_t n = pass->sizes[i];
        if (n == 1)
            continue;
        if (count > 0 && from[count - 1] == n * a[i] && to[count - 1] == n * b[i]) {
            sizes[count - 1] *= n;
            from[count - 1] = a[i];
            to[count - 1] = b[i];
        } else {
            sizes[count] = n;
            from[count] = a[i];
            to[count++] = b[i];
        }
    }
    return count;
}

/* Whether the pass moves a dense matrix, and which. */
static bool is_matrix(fa__turn *turn, const fa__pass *pass)
{
    int64_t sizes[FA_MAX_NDIM], from[FA_MAX_NDIM], to[FA_MAX_NDIM];
    int64_t item = turn->item_bytes;
    if (merge(pass, sizes, from, to) != 2)
        return false;
    int row = to[0] == item ? 0 : 1, column = 1 - row; /* which axis is which in the source */
    turn->rows = sizes[row];
    turn->columns = sizes[column];
    return from[column] == item && from[row] == turn->columns * item && to[row] == item &&
           to[column] == turn->rows * item;
}

/* Rows whose elements fill a cache line where they lie side by side. */
static int64_t rows_of_line(const fa__turn *turn)
{
    return fa__max_i64(64 / turn->item_bytes, 1);
}

/* Shares the room out: pieces on their way in, strips and groups on their way out, each a grain at least. */
static bool share_room(fa__turn *turn, bool forced)
{
    int64_t room = fa__budget_free() / 4 * 3, item = turn->item_bytes;
    int64_t row_bytes = turn->columns * item, out_row_bytes = turn->rows * item,
            bytes = turn->rows * row_bytes;
    int64_t line_bytes = fa__min_i64(rows_of_line(turn) * row_bytes, MOST_LINE_BYTES);
    turn->piece_bytes =
        fa__min_i64(room / (2 * PIECES_AHEAD * turn->threads), fa__max_i64(MOST_PIECE_BYTES, line_bytes));
    int64_t left = room - turn->piece_bytes * PIECES_AHEAD * turn->threads;
    if (turn->piece_bytes < fa__max_i64(LEAST_PIECE_BYTES, row_bytes) || bytes < FA__DIRECT_GRAIN)
        return false;
    int64_t most = left / (turn->threads + 2), each = BUFFER_BYTES;
    while (each < most && each < bytes / each * RUN_BYTES)
        each *= 2;
    if (bytes <= fa__min_i64(2 * each, left - 2 * FA__DIRECT_GRAIN)) { /* at once */
        turn->strip_rows = turn->rows;
        turn->group_rows = 0;
        return true;
    }
    each = fa__min_i64(each, most);
    turn->strip_rows = each / row_bytes;
    turn->group_rows = each / out_row_bytes;
    return turn->strip_rows * row_bytes >= FA__DIRECT_GRAIN &&
           turn->group_rows * out_row_bytes >= FA__DIRECT_GRAIN &&
           (forced || turn->strip_rows * turn->group_rows * item >= LEAST_RUN_BYTES);
}

/* Scratch for strips, as large as the matrix: where there is none, the walk in squares needs none. Scratch
 * that is memory takes of the room. */
static bool make_scratch(fa__turn *turn, bool forced)
{
    fa_error ignored = {0};
    if (turn->group_rows == 0)
        return true;
    turn->scratch = fa__scratch_source(turn->rows * turn->columns * turn->item_bytes, &ignored);
    if (turn->scratch == NULL)
        return false;
    if (turn->scratch->class->can_direct_write(turn->scratch) && share_room(turn, forced))
        return true;
    fa__source_release(turn->scratch);
    return false;
}

bool fa__turn_plan(fa__turn *turn, const fa__pass *pass, int threads)
{
    bool forced = fa__io_mode() == FA__IO_DIRECT;
    if (!fa__pass_moves_files(pass))
        return false;
    *turn = (fa__turn){.from = &pass->operands[0],
                       .to = &pass->stores[0].to,
                       .item_bytes = pass->operands[0].item_bytes,
                       .threads = threads};
    int in = turn->from->swap > 1 ? turn->from->swap : 0, out = turn->to->swap > 1 ? turn->to->swap : 0;
    turn->swap = in == out ? 0 : in + out;
    return turn->to->item_bytes == turn->item_bytes && (in == 0 || out == 0 || in == out) &&
           is_matrix(turn, pass) && (forced || pass->total * turn->item_bytes >= LEAST_BYTES) &&
           share_room(turn, forced) && turn->to->source->class->can_direct_write(turn->to->source) &&
           make_scratch(turn, forced);
}

/* ---- Reading pieces ---- */

typedef struct piece {
    char *memory;
    fa__transfer transfer;
    bool started;
    int64_t first, size; /* bytes of the source */
} piece;

static void start_piece(piece *p, fa__source *source, int64_t first, int64_t size)
{
    p->first = first;
    p->size = size;
    p->started = source->class->wants_direct(source, first, size) &&
                 source->class->begin_direct(source, first, size, p->memory, &p->transfer);
}

/* The bytes, once they are there. */
static const char *finish_piece(piece *p, fa__source *source, fa_error *err)
{
    char *bytes = p->started ? source->class->end_direct(source, p->first, p->size, &p->transfer) : NULL;
    p->started = false;
    if (bytes != NULL)
        return bytes;
    const int64_t one = 1, none = 0;
    fa__box box = {1, p->size, p->first, &one, &none};
    return fa__source_read(source, &box, p->memory, err) ? p->memory : NULL;
}

/* ---- One walk ---- */

/* Tiles of elements that follow each other in a target are filled by pieces of a source. */
typedef struct walk {
    fa__turn *turn;
    fa__source *source;
    fa__behind *behind;
    int64_t total, tile, tiles; /* elements; how many */
    /* Piece number `number` of a tile: its bytes of the source; false behind the last. */
    bool (*find)(const struct walk *walk, int64_t tile, int64_t number, int64_t *first, int64_t *size);
    /* Puts it into the tile. */
    void (*put)(const struct walk *walk, int64_t tile, int64_t number, char *elements, const char *bytes);
    char *pieces; /* of all workers */
    size_t piece_bytes;
    atomic_llong next_tile;
    atomic_bool failed;
    fa__mutex mutex;
    fa_error err;
} walk;

static bool goes_on(const walk *w)
{
    return !atomic_load(&w->failed) && !atomic_load(w->turn->stop);
}

static void fill_tile(walk *w, piece *pieces, int64_t tile, char *elements, fa_error *err)
{
    int64_t first, size, started = 0, done = 0;
    for (bool more = true; !fa_failed(err);) {
        while (more && started < done + PIECES_AHEAD && goes_on(w)) {
            more = w->find(w, tile, started, &first, &size);
            if (more)
                start_piece(&pieces[started++ % PIECES_AHEAD], w->source, first, size);
        }
        if (done == started)
            break;
        const char *bytes = finish_piece(&pieces[done % PIECES_AHEAD], w->source, err);
        if (bytes != NULL)
            w->put(w, tile, done, elements, bytes);
        done++;
    }
    fa_error ignored = {.code = FA_CANCELLED};
    for (; done < started; done++)
        finish_piece(&pieces[done % PIECES_AHEAD], w->source, &ignored);
}

static void work(void *job, int number)
{
    walk *w = job;
    piece pieces[PIECES_AHEAD] = {0};
    fa_error err = {0};
    for (int i = 0; i < PIECES_AHEAD; i++)
        pieces[i].memory = w->pieces + (size_t)(number * PIECES_AHEAD + i) * w->piece_bytes;
    while (goes_on(w) && !fa_failed(&err)) {
        int64_t tile = atomic_fetch_add(&w->next_tile, 1);
        if (tile >= w->tiles)
            break;
        int64_t first = tile * w->tile, last = fa__min_i64(first + w->tile, w->total);
        char *elements = fa__behind_take(w->behind, 0, first, last, &err);
        if (elements == NULL)
            break;
        fill_tile(w, pieces, tile, elements, &err);
        fa__behind_put(w->behind, 0, first, last, elements, &err);
        atomic_fetch_add(w->turn->done_elements, (last - first) / (w->turn->group_rows > 0 ? 2 : 1));
    }
    if (fa_failed(&err)) {
        atomic_store(&w->failed, true);
        fa__mutex_lock(&w->mutex);
        fa__error_move(&w->err, &err);
        fa__mutex_unlock(&w->mutex);
    }
}

static bool run_walk(walk *w, const fa__operand *to, void (*poll)(void *), void *user, fa_error *err)
{
    fa__turn *turn = w->turn;
    int64_t stride = to->item_bytes;
    fa__operand flat = {.source = to->source, .item_bytes = stride, .offset = to->offset, .strides = &stride};
    fa__store store = {.mask = -1, .to = flat};
    fa__pass pass = {.ndim = 1, .sizes = {w->total}, .total = w->total, .stores = &store, .store_count = 1};
    w->mutex = (fa__mutex)FA__MUTEX_INIT;
    w->tiles = (w->total + w->tile - 1) / w->tile;
    w->piece_bytes = (size_t)fa__round_up(turn->piece_bytes, FA__DIRECT_GRAIN) + 2 * (size_t)FA__DIRECT_GRAIN;
    int threads = (int)fa__min_i64(turn->threads, w->tiles);
    size_t bytes = w->piece_bytes * (size_t)(threads * PIECES_AHEAD);
    if (!fa__ledger_charge(bytes))
        return fa__ledger_refused(err, "a buffer", bytes);
    w->pieces = fa__pages_alloc(bytes, true, err);
    if (w->pieces != NULL) {
        fa__pages_keep_from_children(w->pieces, bytes);
        w->behind = fa__behind_start(&pass, w->tile, threads, fa__budget_available());
        if (w->behind == NULL)
            fa__ledger_refused(err, "a buffer", (size_t)(w->tile * stride));
        fa__pool_run(threads, work, w, poll, user, err);
        fa__error_move(err, &w->err);
        if (atomic_load(turn->stop) && !fa_failed(err))
            fa__fail(err, FA_CANCELLED, "cancelled by the progress callback");
        fa__behind_stop(w->behind, err);
        fa__pages_free(w->pieces, bytes);
    }
    fa__ledger_release(bytes);
    return !fa_failed(err);
}

/* ---- From rows to turned strips ---- */

static int64_t rows_of_strip(const fa__turn *turn, int64_t strip)
{
    return fa__min_i64(turn->strip_rows, turn->rows - strip * turn->strip_rows);
}

static int64_t rows_of_piece(const fa__turn *turn)
{
    int64_t rows = turn->piece_bytes / (turn->columns * turn->item_bytes), line = rows_of_line(turn);
    return rows > line ? rows / line * line : rows;
}

static bool find_rows(const walk *w, int64_t tile, int64_t number, int64_t *first, int64_t *size)
{
    const fa__turn *turn = w->turn;
    int64_t row_bytes = turn->columns * turn->item_bytes, row = number * rows_of_piece(turn);
    int64_t rows = fa__min_i64(rows_of_piece(turn), rows_of_strip(turn, tile) - row);
    *first = turn->from->offset + (tile * turn->strip_rows + row) * row_bytes;
    *size = rows * row_bytes;
    return rows > 0;
}

static void put_rows(const walk *w, int64_t tile, int64_t number, char *elements, const char *bytes)
{
    const fa__turn *turn = w->turn;
    int64_t item = turn->item_bytes, row = number * rows_of_piece(turn), rows = rows_of_strip(turn, tile);
    fa__transpose(elements + row * item, rows * item, bytes, turn->columns * item, turn->columns,
                  fa__min_i64(rows_of_piece(turn), rows - row), item, turn->swap, false);
}

/* ---- From strips to groups of the target's rows ---- */

static int64_t rows_of_group(const fa__turn *turn, int64_t group)
{
    return fa__min_i64(turn->group_rows, turn->columns - group * turn->group_rows);
}

/* The elements of a strip that belong to a group are cut into pieces of this many. */
static int64_t elements_of_piece(const fa__turn *turn)
{
    return turn->piece_bytes / turn->item_bytes;
}

/* Which strip a piece is of, where in the strip's part it begins, and how many elements it has; 0: none. */
static int64_t place_piece(const fa__turn *turn, int64_t group, int64_t number, int64_t *strip,
                           int64_t *begin)
{
    int64_t whole = rows_of_group(turn, group) * turn->strip_rows, most = elements_of_piece(turn);
    int64_t each = (whole + most - 1) / most; /* pieces of a strip */
    *strip = number / each;
    *begin = number % each * most;
    if (*strip * turn->strip_rows >= turn->rows)
        return 0;
    return fa__min_i64(most, rows_of_group(turn, group) * rows_of_strip(turn, *strip) - *begin);
}

static bool find_run(const walk *w, int64_t tile, int64_t number, int64_t *first, int64_t *size)
{
    const fa__turn *turn = w->turn;
    int64_t strip, begin, count = place_piece(turn, tile, number, &strip, &begin);
    int64_t before = strip * turn->strip_rows * turn->columns; /* elements of the strips before */
    int64_t column = tile * turn->group_rows;
    *first = (before + column * rows_of_strip(turn, strip) + begin) * turn->item_bytes;
    *size = count * turn->item_bytes;
    return count > 0;
}

static void put_run(const walk *w, int64_t tile, int64_t number, char *elements, const char *bytes)
{
    const fa__turn *turn = w->turn;
    int64_t strip, begin, count = place_piece(turn, tile, number, &strip, &begin);
    int64_t rows = rows_of_strip(turn, strip), item = turn->item_bytes;
    for (int64_t at = begin, end = begin + count; at < end;) {
        int64_t run = fa__min_i64(rows - at % rows, end - at);
        int64_t to = at / rows * turn->rows + strip * turn->strip_rows + at % rows;
        memcpy(elements + to * item, bytes + (at - begin) * item, (size_t)(run * item));
        at += run;
    }
}

/* ---- Both ---- */

bool fa__turn_run(fa__turn *turn, void (*poll)(void *user), void *user, fa_error *err)
{
    int64_t total = turn->rows * turn->columns;
    walk in = {
        .turn = turn, .source = turn->from->source, .total = total, .find = find_rows, .put = put_rows};
    in.tile = turn->strip_rows * turn->columns;
    if (turn->group_rows == 0)
        return run_walk(&in, turn->to, poll, user, err);
    fa__operand strips = {.source = turn->scratch, .item_bytes = turn->item_bytes};
    walk out = {.turn = turn, .source = turn->scratch, .total = total, .find = find_run, .put = put_run};
    out.tile = turn->group_rows * turn->rows;
    bool done = run_walk(&in, &strips, poll, user, err) && run_walk(&out, turn->to, poll, user, err);
    fa__source_release(turn->scratch);
    return done;
}
