/* SPDX-License-Identifier: BSD-3-Clause */
/* Which boxes: a request costs a disk as much as some ten kilobytes do, more so where it writes what was
 * never written, and memory that was not touched before costs too, so that a box grows by what its rows gain.
 */
#include "engine/carry.h"

#include "engine/budget.h"
#include "engine/grains.h"

#include "base/checked.h"
#include "platform/platform.h"
#include "storage/storage.h"

#include <string.h>

enum {
    LEAST_BYTES = 16 << 20, /* of what is carried; less is in memory soon */
    /* What a disk moves while it takes one more request: a read goes beyond its row by a grain. */
    READ_REQUEST_BYTES = 27 << 10,
    WRITE_REQUEST_BYTES = 40 << 10,
    MOST_TIMES_LONGER = 4,    /* rows of the target than those of the source */
    MEMORY_COST = 2,          /* bytes that a disk moves while one of memory is touched for the first time */
    LONG_ROW_BYTES = 1 << 20, /* longer ones gain nothing */
    GOOD_BOX_BYTES = 8 << 20, /* smaller ones wait for each other */
    LEAST_BOX_BYTES = 32 << 10,
    PIECE_BYTES = 2 << 20,
    LINE_BYTES = 128, /* of the target's rows, of one piece */
    PIECES_AHEAD = 6,
    SHORT_ROW_BYTES = 1 << 10 /* shorter ones are left to the page cache */
};

/* ---- Which passes ---- */

/* Axes that are neighbours both in the source and in the target are one; those of the target outermost first.
 */
static void merge(fa__carry *carry, const fa__pass *pass)
{
    const int64_t *from = pass->operands[0].strides, *to = pass->stores[0].to.strides;
    int order[FA_MAX_NDIM], n = 0;
    fa__k_order(pass->ndim, pass->sizes, to, order);
    for (int k = 0; k < pass->ndim; k++) {
        int i = order[k];
        int64_t size = pass->sizes[i];
        if (size == 1)
            continue;
        if (n > 0 && carry->from.strides[n - 1] == size * from[i] && carry->to.strides[n - 1] == size * to[i])
            carry->sizes[--n] *= size;
        else
            carry->sizes[n] = size;
        carry->from.strides[n] = from[i];
        carry->to.strides[n++] = to[i];
    }
    carry->ndim = n;
}

/* Elements of the innermost axis are neighbours, and no two are at one place. */
static bool is_nested(const fa__carry *carry, fa__carry_side *side)
{
    int64_t extent = carry->item_bytes;
    fa__k_order(carry->ndim, carry->sizes, side->strides, side->order);
    for (int k = carry->ndim - 1; k >= 0; k--) {
        int axis = side->order[k];
        if (side->strides[axis] < extent || (k == carry->ndim - 1 && side->strides[axis] != extent))
            return false;
        extent = side->strides[axis] * carry->sizes[axis];
    }
    return true;
}

/* ---- Boxes ---- */

/* The first axis of order[], from inside, that a row of a box does not have whole; -1: it is all the file's.
 */
static int end_of_row(const fa__carry *carry, const fa__carry_side *side, const int64_t *box,
                      int64_t *row_bytes)
{
    int64_t extent = carry->item_bytes;
    int k = carry->ndim - 1;
    for (; k >= 0 && side->strides[side->order[k]] == extent; k--) {
        int axis = side->order[k];
        extent *= box[axis];
        if (box[axis] < carry->sizes[axis])
            break;
    }
    *row_bytes = extent;
    return k;
}

/* The axis along which a row can become longer; -1: none. */
static int growing_axis(const fa__carry *carry, const fa__carry_side *side, int64_t *row_bytes)
{
    int k = end_of_row(carry, side, carry->box, row_bytes);
    return k >= 0 && carry->box[side->order[k]] < carry->sizes[side->order[k]] &&
                   side->strides[side->order[k]] <= *row_bytes
               ? side->order[k]
               : -1;
}

static int64_t box_bytes(const fa__carry *carry)
{
    return carry->item_bytes * fa__count(carry->ndim, carry->box);
}

/* The row grows that is too short, until both are long or the box is full: those of the target are to be
 * `times` as long as those of the source. */
static void grow_box(fa__carry *carry, int64_t most, int64_t times)
{
    for (int i = 0; i < carry->ndim; i++)
        carry->box[i] = 1;
    for (;;) {
        int64_t in, out, bytes = box_bytes(carry);
        int along_in = growing_axis(carry, &carry->from, &in),
            along_out = growing_axis(carry, &carry->to, &out);
        if (in >= LONG_ROW_BYTES && out >= LONG_ROW_BYTES && bytes >= GOOD_BOX_BYTES)
            break;
        int axis = along_out < 0 || (along_in >= 0 && in * times < out) ? along_in : along_out;
        if (axis < 0)
            break;
        int64_t rest = bytes / carry->box[axis], fits = most / rest;
        int64_t next =
            fa__min_i64(fa__min_i64(carry->box[axis] + carry->box[axis] / 8 + 1, carry->sizes[axis]), fits);
        if (next <= carry->box[axis])
            break;
        carry->box[axis] = next;
    }
    /* As many boxes, and none that is much smaller than the others. */
    for (int i = 0; i < carry->ndim; i++) {
        int64_t along = (carry->sizes[i] + carry->box[i] - 1) / carry->box[i];
        carry->box[i] = (carry->sizes[i] + along - 1) / along;
    }
}

/* Rows of the target's lines, and of those as long ones of the source as there is room for. */
static void grow_piece(fa__carry *carry, int64_t most)
{
    int line = carry->to.order[carry->ndim - 1];
    for (int i = 0; i < carry->ndim; i++)
        carry->piece[i] = 1;
    carry->piece[line] = fa__min_i64(carry->box[line], fa__max_i64(LINE_BYTES / carry->item_bytes, 1));
    for (int k = carry->ndim - 1; k >= 0; k--) {
        int axis = carry->from.order[k];
        int64_t rest = carry->item_bytes * fa__count(carry->ndim, carry->piece) / carry->piece[axis];
        carry->piece[axis] = fa__max_i64(fa__min_i64(carry->box[axis], most / rest), carry->piece[axis]);
        if (carry->piece[axis] < carry->box[axis])
            break;
    }
}

/* ---- In memory ---- */

/* Places the rows of boxes of these sizes, so that each one lies in its grains as in the file. */
static int64_t lay_out(const fa__carry *carry, fa__carry_side *side, const int64_t *box)
{
    const int64_t grain = FA__DIRECT_GRAIN;
    int64_t rows = 1;
    int end = end_of_row(carry, side, box, &side->row_bytes);
    side->run = end < 0 ? 0 : side->strides[side->order[end]] > side->row_bytes ? end + 1 : end;
    int64_t extent = side->row_bytes + 2 * grain;
    for (int k = carry->ndim - 1; k >= 0; k--) {
        int axis = side->order[k];
        if (k >= side->run) {
            side->memory[axis] = side->strides[axis];
            continue;
        }
        int64_t stride = side->strides[axis];
        side->memory[axis] = extent + ((stride - extent) % grain + grain) % grain;
        extent += side->memory[axis] * (box[axis] - 1);
        rows *= box[axis];
    }
    side->bytes = fa__round_up(extent, grain);
    return rows;
}

int64_t fa__carry_bytes(const fa__carry *carry)
{
    return carry->to.bytes + fa__grains_bytes(carry->parts) +
           carry->pieces_ahead *
               (carry->from.bytes + carry->rows_of_piece * (int64_t)(2 * sizeof(fa__transfer)));
}

static void set_box(fa__carry *carry, int64_t most, int64_t times, int64_t piece_bytes)
{
    grow_box(carry, most, times);
    grow_piece(carry, piece_bytes);
    carry->rows_of_box = lay_out(carry, &carry->to, carry->box);
    carry->rows_of_piece = lay_out(carry, &carry->from, carry->piece);
    carry->parts = 2 * carry->rows_of_box + 64;
}

/* What requests take, in bytes of a disk. */
static int64_t cost_of_requests(const fa__carry *carry, int64_t total_bytes)
{
    return total_bytes / fa__min_i64(carry->from.row_bytes, LONG_ROW_BYTES) * READ_REQUEST_BYTES +
           total_bytes / fa__min_i64(carry->to.row_bytes, LONG_ROW_BYTES) * WRITE_REQUEST_BYTES;
}

/* Sets the box that costs least; false: there is room for none. */
static bool best_box(fa__carry *carry, int64_t total_bytes, int64_t room, int64_t piece_bytes)
{
    int64_t best = 0, best_times = 1, least = INT64_MAX;
    for (int64_t times = 1; times <= MOST_TIMES_LONGER; times++)
        for (int64_t most = LEAST_BOX_BYTES; most <= room; most += most / 8) {
            set_box(carry, most, times, piece_bytes);
            int64_t bytes = fa__carry_bytes(carry);
            int64_t costs = cost_of_requests(carry, total_bytes) + MEMORY_COST * bytes;
            if (bytes <= room && costs < least) {
                least = costs;
                best = most;
                best_times = times;
            }
        }
    if (best > 0)
        set_box(carry, best, best_times, piece_bytes);
    return best > 0;
}

static bool choose_box(fa__carry *carry, int64_t total_bytes)
{
    const int64_t room = fa__budget_free() / 4 * 3,
                  piece_bytes = fa__min_i64(room / (6 * PIECES_AHEAD), PIECE_BYTES);
    bool found = false;
    for (int pieces = PIECES_AHEAD; pieces > 0 && !found; pieces /= 2) {
        carry->pieces_ahead = pieces;
        found = best_box(carry, total_bytes, room, piece_bytes);
    }
    return found;
}

bool fa__carry_plan(fa__carry *carry, const fa__pass *pass, int threads, bool *is_short)
{
    bool forced = fa__io_mode() == FA__IO_DIRECT;
    *is_short = false;
    if (!fa__pass_moves_files(pass) || !fa__source_reads_direct(pass->operands[0].source))
        return false;
    const fa__operand *from = &pass->operands[0], *to = &pass->stores[0].to;
    *carry = (fa__carry){.item_bytes = from->item_bytes, .threads = threads};
    carry->from.operand = from;
    carry->to.operand = to;
    int in = from->swap > 1 ? from->swap : 0, out = to->swap > 1 ? to->swap : 0;
    carry->swap = in == out ? 0 : in + out;
    int64_t total_bytes = pass->total * carry->item_bytes;
    if (from->item_bytes != to->item_bytes || carry->item_bytes == 0 || (in != 0 && out != 0 && in != out) ||
        (total_bytes < LEAST_BYTES && !forced))
        return false;
    merge(carry, pass);
    if (carry->ndim < 2 || !is_nested(carry, &carry->from) || !is_nested(carry, &carry->to) ||
        memcmp(carry->from.order, carry->to.order, (size_t)carry->ndim * sizeof carry->to.order[0]) == 0 ||
        !choose_box(carry, total_bytes) || !to->source->class->can_direct_write(to->source))
        return false;
    int64_t row = fa__min_i64(carry->from.row_bytes, carry->to.row_bytes);
    *is_short = cost_of_requests(carry, total_bytes) / 5 * 2 > total_bytes;
    return forced || row >= SHORT_ROW_BYTES;
}
