/* SPDX-License-Identifier: BSD-3-Clause */
/* How the work of a pass is cut. That depends on threads, budget and files, and no result depends on it. */
#include "engine/cut.h"

#include "engine/budget.h"
#include "engine/move.h"
#include "engine/permute.h"
#include "engine/program.h"
#include "engine/tiles.h"

#include "array/shape.h"
#include "base/checked.h"

#include <stdlib.h>
#include <string.h>

enum {
    CONSUMED_TASK_BYTES = 16 << 20,
    LONG_TILE_BYTES = 16 << 20,
    LONG_ROW_BYTES = 32 << 10,
    TILE_ROW_BYTES = 2 << 20,
    ROWS_TOGETHER = 128,
    TURNED_TILE_BYTES = 8 << 20,
    TURNED_BYTES = 512,           /* of memory that runs along another axis than the walk */
    LEAST_TOGETHER = 128,         /* elements of a file that are moved by one call */
    SCATTERED_ROW_BYTES = 4 << 10 /* longer ones are read for themselves, wherever they are */
};

/* ---- Boxes ---- */

/* An operand whose memory runs along another axis than the walk: walking boxes that are long along both keeps
 * whole cache lines and pages in use. */
static int contrary_axis(const fa__pass *pass, const fa__operand *operand)
{
    int inner = pass->ndim - 1, best;
    while (inner > 0 && pass->sizes[inner] == 1)
        inner--;
    best = inner;
    int64_t least = llabs(operand->strides[inner]);
    if (least == 0 || least == operand->item_bytes)
        return -1;
    for (int i = 0; i < inner; i++) {
        int64_t stride = llabs(operand->strides[i]);
        if (pass->sizes[i] > 1 && stride != 0 && stride < least) {
            least = stride;
            best = i;
        }
    }
    return best == inner ? -1 : best;
}

/* Makes `side` elements of a box neighbours in memory that has these strides: along its innermost axis, and
 * as long as they are fewer than `least`, along those around it. */
static void lengthen_box(fa__pass *pass, const int64_t *strides, int64_t side, int64_t least)
{
    int64_t lengths[FA_MAX_NDIM], extent = 0, run = 1;
    int order[FA_MAX_NDIM];
    for (int i = 0; i < pass->ndim; i++)
        lengths[i] = llabs(strides[i]);
    fa__k_order(pass->ndim, pass->sizes, lengths, order);
    for (int k = pass->ndim - 1; k >= 0 && (extent == 0 || run < least); k--) {
        const int axis = order[k];
        if (pass->sizes[axis] == 1 || lengths[axis] == 0)
            continue;
        if (extent > 0 && lengths[axis] != extent)
            break;
        pass->box[axis] =
            fa__max_i64(pass->box[axis], fa__min_i64((side + run - 1) / run, pass->sizes[axis]));
        run *= pass->box[axis];
        extent = lengths[axis] * pass->sizes[axis];
    }
}

void fa__choose_box(fa__pass *pass)
{
    memcpy(pass->box, pass->sizes, sizeof pass->box);
    if (pass->consume_count > 0 || pass->ndim < 2)
        return;
    bool along[FA_MAX_NDIM] = {false}, in_files = false;
    int count = 1;
    for (int64_t i = 0; i < pass->operand_count + pass->store_count; i++) {
        const fa__operand *operand =
            i < pass->operand_count ? &pass->operands[i] : &pass->stores[i - pass->operand_count].to;
        int axis = contrary_axis(pass, operand);
        in_files = in_files || fa__source_memory(operand->source) == NULL;
        if (axis >= 0 && !along[axis]) {
            along[axis] = true;
            count++;
        }
    }
    if (count == 1)
        return;
    const int64_t side = count > 2 ? 32 : 1024;
    /* What is turned in memory is turned along two axes; a file is called for what is together in it. */
    const int64_t least = in_files ? fa__min_i64(side, LEAST_TOGETHER) : 1;
    int64_t walked[FA_MAX_NDIM];
    for (int i = 0; i < pass->ndim; i++)
        pass->box[i] = 1;
    fa__strides_c(pass->ndim, pass->sizes, 1, walked);
    lengthen_box(pass, walked, side, least);
    for (int64_t i = 0; i < pass->operand_count + pass->store_count; i++) {
        const fa__operand *operand =
            i < pass->operand_count ? &pass->operands[i] : &pass->stores[i - pass->operand_count].to;
        /* Of memory a few lines along the other axis are turned at once: all of a box stays in the cache. */
        if (contrary_axis(pass, operand) >= 0)
            lengthen_box(pass, operand->strides,
                         in_files || count > 2 ? side : fa__max_i64(TURNED_BYTES / operand->item_bytes, 1),
                         least);
    }
}

/* ---- Tasks and tiles ---- */

static int64_t common_multiple(int64_t a, int64_t b, int64_t limit)
{
    int64_t x = a, y = b, product;
    while (y != 0) {
        int64_t rest = x % y;
        x = y;
        y = rest;
    }
    return fa__multiply_checked(a / x, b, &product) && product < limit ? product : limit;
}

/* The least bytes that are together where an operand's elements come from anywhere; 0: none's do. */
static int64_t scattered_bytes(const fa__pass *pass)
{
    int64_t least = 0;
    for (int64_t i = 0; i < pass->operand_count; i++) {
        int64_t bytes = fa__scattered_bytes(pass->operands[i].source);
        least = bytes > 0 && (least == 0 || bytes < least) ? bytes : least;
    }
    return least;
}

/* How long rows are that run across those of a file, or of memory; 0: none do. */
static int64_t contrary_row(const fa__pass *pass, bool in_memory)
{
    int64_t sizes[FA_MAX_NDIM], strides[FA_MAX_NDIM];
    for (int64_t i = 0; i < pass->operand_count; i++) {
        const fa__operand *operand = &pass->operands[i];
        if (fa__operand_in_memory(operand) == in_memory &&
            fa__merge_axes(pass->ndim, pass->sizes, operand->strides, sizes, strides) == 2 &&
            strides[0] == operand->item_bytes && strides[1] != 0)
            return sizes[1];
    }
    return 0;
}

static void count_boxes(fa__cut *cut, const fa__pass *pass)
{
    cut->boxes = 1;
    for (int i = 0; i < pass->ndim; i++)
        cut->boxes *= (pass->sizes[i] + pass->box[i] - 1) / pass->box[i];
}

void fa__cut_box(const fa__pass *pass, int64_t number, int64_t *start, int64_t *sizes)
{
    for (int i = pass->ndim - 1; i >= 0; i--) {
        int64_t along = (pass->sizes[i] + pass->box[i] - 1) / pass->box[i];
        start[i] = number % along * pass->box[i];
        sizes[i] = fa__min_i64(pass->box[i], pass->sizes[i] - start[i]);
        number /= along;
    }
}

int64_t fa__cut_row(const fa__pass *pass, const int64_t *sizes)
{
    int64_t row = 1;
    for (int i = pass->ndim - 1; i >= 0; i--) {
        row *= sizes[i];
        if (pass->box[i] < pass->sizes[i])
            break;
    }
    return row;
}

void fa__cut_for_permuting(fa__cut *cut, fa__pass *pass, int threads)
{
    fa__permute_boxes(pass, threads);
    count_boxes(cut, pass);
    cut->tile = cut->task = fa__count(pass->ndim, pass->box);
    cut->block = fa__program_block(pass);
    cut->slot_stride = fa__round_up(cut->block * pass->slot_bytes, 64);
    cut->task_count = cut->boxes;
}

static bool takes_turns(const fa__pass *pass)
{
    for (int64_t i = 0; i < pass->consume_count; i++) {
        const fa__consume *consume = &pass->consumes[i];
        if (consume->class->takes_turns != NULL && consume->class->takes_turns(consume->plan))
            return true;
    }
    return false;
}

/* Walks down columns: of a file, long rows are read one by one, ahead of the tiles; in memory there are as
 * many as consumers put together. */
static int64_t rows_of_tile(bool guard, int64_t row_bytes)
{
    int64_t rows = guard ? row_bytes >= LONG_ROW_BYTES && row_bytes <= TILE_ROW_BYTES : ROWS_TOGETHER;
    while (!guard && rows > 1 && rows * row_bytes > LONG_TILE_BYTES)
        rows /= 2;
    return rows;
}

void fa__cut_pass(fa__cut *cut, fa__pass *pass, int threads)
{
    int64_t widest = 1, staged = 0;
    /* Walks in boxes turn what runs along other axes: in memory too that takes a buffer, and two where it is
     * staged. */
    const bool boxes = !fa__pass_is_one_box(pass);
    for (int64_t i = 0; i < pass->operand_count + pass->store_count; i++) {
        const fa__operand *operand =
            i < pass->operand_count ? &pass->operands[i] : &pass->stores[i - pass->operand_count].to;
        widest = fa__max_i64(widest, operand->item_bytes);
        if (boxes)
            staged += 2 * operand->item_bytes;
        if (i >= pass->operand_count && pass->stores[i - pass->operand_count].mask >= 0)
            staged += operand->item_bytes + 1; /* what stays of a tile is read, and a mask kept */
        if (!fa__operand_in_memory(operand)) {
            staged += operand->item_bytes;
            cut->guard = cut->guard || (i < pass->operand_count && !pass->foreign);
        }
    }
    bool turned = staged > 0 && pass->consume_count == 0 && !fa__pass_is_one_box(pass);
    int64_t scattered = fa__pass_is_one_box(pass) ? scattered_bytes(pass) : 0;
    int64_t contrary = boxes ? 0 : contrary_row(pass, false);
    if (contrary > 0)
        staged *= 2; /* read along the file, and turned */
    cut->tile = fa__budget_tile(widest, staged, turned || scattered > 0 || contrary > 0, threads);
    if (staged == 0)
        cut->tile = fa__budget_share(cut->tile, pass->total, threads);
    if (scattered > 0 && scattered < SCATTERED_ROW_BYTES)
        cut->tile = fa__max_i64(cut->tile, fa__budget_scattered_tile(pass->total, staged, threads));
    if (contrary == 0 && !boxes && pass->consume_count > 0) { /* as many rows as are turned at once */
        contrary = contrary_row(pass, true);
        const int64_t most =
            fa__min_i64(pass->total / (4 * threads),
                        fa__min_i64(fa__budget_free() / 4 / threads, TURNED_TILE_BYTES) / widest);
        cut->tile = fa__max_i64(cut->tile, fa__min_i64(contrary * (TURNED_BYTES / widest), most));
    }
    int64_t granule = 1;
    for (int64_t i = 0; i < pass->consume_count; i++)
        granule =
            common_multiple(granule, pass->consumes[i].class->granule(pass->consumes[i].plan), pass->total);
    /* Boxes of a walk along two axes shrink to what a tile holds; those that a consumer asked for stay. */
    while (pass->consume_count == 0 && fa__count(pass->ndim, pass->box) > cut->tile &&
           !fa__pass_is_one_box(pass)) {
        int largest = 0;
        for (int i = 1; i < pass->ndim; i++)
            if (pass->box[i] > pass->box[largest])
                largest = i;
        pass->box[largest] = (pass->box[largest] + 1) / 2;
    }
    count_boxes(cut, pass);
    cut->row = fa__program_row(pass);
    for (int64_t i = 0; i < pass->consume_count && cut->row == 0; i++) {
        const fa__consume *consume = &pass->consumes[i];
        int64_t row = consume->class->row != NULL ? consume->class->row(consume->plan) : 0;
        cut->row = row >= FA__BLOCK / 4 ? row : 0;
    }
    cut->block = fa__program_block(pass);
    cut->slot_stride = fa__round_up(fa__min_i64(pass->total, cut->block) * pass->slot_bytes, 64);
    if (pass->foreign)
        cut->slot_stride += FA_KERNEL_MOST * FA__PART_ALIGNMENT;
    cut->task = fa__max_i64(cut->tile, 1);
    const bool columns = boxes && pass->consume_count > 0;
    const int64_t row = columns ? fa__cut_row(pass, pass->box) : 0;
    cut->rows = columns ? rows_of_tile(cut->guard, row * widest) : 0;
    if (cut->rows > 0) {
        cut->tile = cut->rows * row;
        cut->task = fa__count(pass->ndim, pass->box); /* places of one */
    } else if (pass->consume_count > 0) {
        /* What a task leaves to be put together costs more than a tile, so tasks are longer; but workers stay
         * near each other in a file. */
        int64_t share = fa__min_i64(pass->total / (16 * threads), CONSUMED_TASK_BYTES / widest);
        cut->task = takes_turns(pass) ? 1 : fa__max_i64(fa__max_i64(cut->task, share), pass->total / 4096);
        granule = granule == 1 ? FA__BLOCK : granule; /* leaves begin there */
        if (contrary > 0 && common_multiple(granule, contrary, cut->tile) < cut->tile)
            granule = common_multiple(granule, contrary, cut->tile);
        if (granule <= cut->tile)
            cut->tile -= cut->tile % granule;
        else if (staged == 0 && granule <= LONG_TILE_BYTES / widest)
            cut->tile = granule;
        cut->task = (cut->task + granule - 1) / granule * granule;
    }
    cut->task_count = cut->boxes > 1 ? cut->boxes : (pass->total + cut->task - 1) / cut->task;
}
