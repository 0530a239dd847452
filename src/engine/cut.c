/* SPDX-License-Identifier: BSD-3-Clause */
/* How the work of a pass is cut. That depends on threads, budget and files, and no result depends on it. */
#include "engine/cut.h"

#include "engine/budget.h"
#include "engine/move.h"
#include "engine/permute.h"
#include "engine/program.h"
#include "engine/tiles.h"

#include "base/checked.h"

enum {
    CONSUMED_TASK_BYTES = 16 << 20,
    LONG_TILE_BYTES = 16 << 20,
    SCATTERED_ROW_BYTES = 4 << 10 /* longer ones are read for themselves, wherever they are */
};

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

/* How long rows are that run across those of a file; 0: none do. */
static int64_t contrary_row(const fa__pass *pass)
{
    int64_t sizes[FA_MAX_NDIM], strides[FA_MAX_NDIM];
    for (int64_t i = 0; i < pass->operand_count; i++) {
        const fa__operand *operand = &pass->operands[i];
        if (!fa__operand_in_memory(operand) &&
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
    const int64_t contrary = fa__pass_is_one_box(pass) ? contrary_row(pass) : 0;
    if (contrary > 0)
        staged *= 2; /* read along the file, and turned */
    cut->tile = fa__budget_tile(widest, staged, turned || scattered > 0 || contrary > 0, threads);
    if (staged == 0)
        cut->tile = fa__budget_share(cut->tile, pass->total, threads);
    if (scattered > 0 && scattered < SCATTERED_ROW_BYTES)
        cut->tile = fa__max_i64(cut->tile, fa__budget_scattered_tile(pass->total, staged, threads));
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
    if (pass->consume_count > 0) {
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
