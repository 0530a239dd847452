/* SPDX-License-Identifier: BSD-3-Clause */
/* Tiles in and out. Each operand decides for each tile: memory in place; buffers that were read ahead in
 * place; a file mapped where most bytes of the range are wanted and the source agrees (they are in the page
 * cache); else read into staging, element by element where the operand is sparse, so that a column costs its
 * cells and not their neighbours' pages. */
#include "engine/load.h"

#include "engine/buffers.h"
#include "engine/in_place.h"
#include "engine/tiles.h"

#include "base/checked.h"
#include "base/memory.h"
#include "platform/platform.h"
#include "storage/storage.h"

#include <stdlib.h>
#include <string.h>

/* Of the bytes of a range, at least one in this many must be wanted for the range to be mapped. */
enum { WORTH_MAPPING = 4 };
/* Fewer rows of a range that runs along other axes are walked as they are. */
enum { LEAST_TURNED_ROWS = 4 };
enum { AHEAD_BYTES = 4 << 10 };

static int64_t origin_of(const fa__pass *pass, const fa__operand *operand, const fa__span *span)
{
    int64_t offset = operand->offset;
    for (int i = 0; i < pass->ndim; i++)
        offset += span->start[i] * operand->strides[i];
    return offset;
}

static void set_axes(fa__reach *reach, const fa__pass *pass, const fa__span *span)
{
    reach->ndim =
        fa__merge_axes(pass->ndim, span->sizes, reach->operand->strides, reach->sizes, reach->strides);
    reach->dense =
        reach->ndim == 1 && (reach->strides[0] == reach->operand->item_bytes || reach->sizes[0] == 1);
}

void fa__reach_along(fa__reach *reach, const fa__pass *pass, const fa__operand *operand, const fa__span *span)
{
    reach->operand = operand;
    set_axes(reach, pass, span);
}

/* Staging holds [first, last) in the order of the walk. */
static void set_staged(fa__reach *reach, int64_t first)
{
    reach->base = reach->staging - first * reach->operand->item_bytes;
    reach->dense = true;
}

static void give_buffer_back(char **buffer, size_t *have)
{
    fa__buffer_give_back(*buffer, *have);
    fa__ledger_release(*have);
    *buffer = NULL;
    *have = 0;
}

/* False with a clean err where the limit has no room. */
static bool have_buffer(char **buffer, size_t *have, size_t bytes, fa_error *err)
{
    if (*have >= bytes)
        return true;
    give_buffer_back(buffer, have);
    bytes = fa__buffer_size(bytes);
    if (!fa__buffer_charge(bytes))
        return false;
    *buffer = fa__buffer_take(bytes, err);
    if (*buffer == NULL) {
        fa__ledger_release(bytes);
        return false;
    }
    *have = bytes;
    return true;
}

static bool need_buffer(char **buffer, size_t *have, size_t bytes, fa_error *err)
{
    if (have_buffer(buffer, have, bytes, err) || fa_failed(err))
        return !fa_failed(err);
    return fa__ledger_refused(err, "a buffer", fa__buffer_size(bytes));
}

void fa__reach_clear(fa__reach *reach)
{
    give_buffer_back(&reach->staging, &reach->staging_bytes);
    give_buffer_back(&reach->turned, &reach->turned_bytes);
    give_buffer_back(&reach->mask, &reach->mask_bytes);
}

/* ---- Reading ---- */

struct reading {
    fa__source *source;
    char *to; /* address of flat element 0 */
    int64_t item_bytes;
    fa_error *err;
};

static bool read_each(const fa__box *box, int64_t first, void *user)
{
    struct reading *reading = user;
    return fa__source_read(reading->source, box, reading->to + first * reading->item_bytes, reading->err);
}

static bool map_range(fa__reach *reach, int64_t origin, int64_t low, int64_t high, fa_error *err)
{
    fa__source *source = reach->operand->source;
    if (source->class->map == NULL || !fa__ledger_charge((size_t)(high - low)))
        return false;
    char *address = source->class->map(source, low, high - low, false, err);
    if (address == NULL) {
        fa__ledger_release((size_t)(high - low));
        return false;
    }
    reach->base = address - low + origin;
    reach->mapped = true;
    reach->mapped_first = low;
    reach->mapped_bytes = high - low;
    return true;
}

/* The axes of the box, outermost in memory first. */
static void order_in_memory(const fa__pass *pass, const fa__span *span, const fa__operand *operand,
                            int *order)
{
    fa__k_order(pass->ndim, span->sizes, operand->strides, order);
}

static bool runs_contrary(const fa__pass *pass, const fa__span *span, const fa__operand *operand)
{
    int order[FA_MAX_NDIM];
    order_in_memory(pass, span, operand, order);
    int inner = pass->ndim - 1, in_memory = pass->ndim - 1;
    while (inner > 0 && span->sizes[inner] == 1)
        inner--;
    while (in_memory > 0 && span->sizes[order[in_memory]] == 1)
        in_memory--;
    return pass->ndim > 1 && order[in_memory] != inner && operand->strides[order[in_memory]] != 0 &&
           operand->strides[inner] != 0;
}

/* Reads a whole box along its memory into the buffer that is there, to be walked along other axes: the file
 * sees long reads. */
static bool read_turned(fa__reach *reach, const fa__pass *pass, const fa__span *span, int64_t origin,
                        int64_t count, fa_error *err)
{
    const fa__operand *operand = reach->operand;
    int order[FA_MAX_NDIM];
    int64_t sizes[FA_MAX_NDIM], strides[FA_MAX_NDIM], dense[FA_MAX_NDIM];
    order_in_memory(pass, span, operand, order);
    for (int i = 0; i < pass->ndim; i++) {
        sizes[i] = span->sizes[order[i]];
        strides[i] = operand->strides[order[i]];
    }
    struct reading reading = {operand->source, reach->turned, operand->item_bytes, err};
    if (!fa__each_box(pass->ndim, sizes, strides, origin, operand->item_bytes, 0, count, read_each, &reading))
        return false;
    fa__strides_in_order(pass->ndim, span->sizes, operand->item_bytes, order, dense);
    reach->base = reach->turned;
    reach->ndim = fa__merge_axes(pass->ndim, span->sizes, dense, reach->sizes, reach->strides);
    reach->dense = false;
    return true;
}

/* Puts a box that is reachable, but along other axes, into the order of the walk, in squares; where the limit
 * has no room for that, it is walked as it is. */
static bool turn(fa__reach *reach, int64_t count, fa_error *err)
{
    int64_t item_bytes = reach->operand->item_bytes;
    int inner = reach->ndim - 1, other = -1;
    for (int i = 0; i < inner; i++)
        if (reach->strides[i] == item_bytes)
            other = i;
    if (other != inner - 1 ||
        !have_buffer(&reach->staging, &reach->staging_bytes, (size_t)(count * item_bytes), err))
        return !fa_failed(err);
    int64_t rows = reach->sizes[other], columns = reach->sizes[inner];
    for (int64_t at = 0; at < count; at += rows * columns)
        fa__transpose(reach->staging + at * item_bytes, columns * item_bytes,
                      reach->base + fa__flat_offset(reach->ndim, reach->sizes, reach->strides, at),
                      reach->strides[inner], rows, columns, item_bytes, 0, false);
    set_staged(reach, 0);
    return true;
}

/* The same for a range of elements in memory: its whole rows are turned. Where there is no room for them it
 * is walked as it is. */
static void turn_rows(fa__reach *reach, int64_t first, int64_t last)
{
    int64_t item = reach->operand->item_bytes;
    if (reach->ndim != 2 || reach->strides[0] != item || reach->strides[1] == 0)
        return;
    int64_t columns = reach->sizes[1], along = reach->strides[1];
    int64_t row = (first + columns - 1) / columns, rows = last / columns - row;
    fa_error ignored = {0};
    if (rows < LEAST_TURNED_ROWS ||
        !need_buffer(&reach->staging, &reach->staging_bytes, (size_t)((last - first) * item), &ignored))
        return;
    int64_t head = row * columns - first, tail = last - (row + rows) * columns;
    const char *from = reach->base + row * item;
    char *to = reach->staging;
    fa__gather(to, from - item + (columns - head) * along, along, head, item, 0);
    fa__transpose(to + head * item, columns * item, from, along, rows, columns, item, 0, false);
    fa__gather(to + (head + rows * columns) * item, from + rows * item, along, tail, item, 0);
    set_staged(reach, first);
}

/* The same for a file: what its whole rows have of each column is read along the file. False with a clean err
 * where these are few, or there is no room. */
static bool read_turned_rows(fa__reach *reach, int64_t origin, int64_t first, int64_t last,
                             struct reading *reading)
{
    const int64_t item = reach->operand->item_bytes;
    fa_error *err = reading->err;
    if (reach->ndim != 2 || reach->strides[0] != item || reach->strides[1] == 0)
        return false;
    const int64_t columns = reach->sizes[1], row = (first + columns - 1) / columns,
                  rows = last / columns - row;
    if (rows < LEAST_TURNED_ROWS ||
        !have_buffer(&reach->turned, &reach->turned_bytes, (size_t)(rows * columns * item), err))
        return false;
    const int64_t sizes[] = {columns, rows}, strides[] = {reach->strides[1], item};
    const fa__box box = {2, item, origin + row * item, sizes, strides};
    fa__source_read(reading->source, &box, reach->turned, err);
    fa__transpose(reading->to + row * columns * item, columns * item, reach->turned, rows * item, rows,
                  columns, item, 0, false);
    return !fa_failed(err) &&
           fa__each_box(2, reach->sizes, reach->strides, origin, item, first, row * columns, read_each,
                        reading) &&
           fa__each_box(2, reach->sizes, reach->strides, origin, item, (row + rows) * columns, last,
                        read_each, reading);
}

struct turning {
    fa__reach *reach;
    int64_t count;
    fa_error *err;
};

static void guarded_turn(void *argument)
{
    struct turning *turning = argument;
    turn(turning->reach, turning->count, turning->err);
}

static bool turn_guarded(fa__reach *reach, int64_t count, fa_error *err)
{
    if (!reach->mapped)
        return turn(reach, count, err);
    /* The buffer is made before, so that the guarded call owns nothing. */
    if (!have_buffer(&reach->staging, &reach->staging_bytes, (size_t)(count * reach->operand->item_bytes),
                     err))
        return !fa_failed(err);
    struct turning turning = {reach, count, err};
    const void *fault = fa__guarded(guarded_turn, &turning);
    if (fault != NULL)
        fa__storage_fault(fault, err);
    return !fa_failed(err);
}

/* ---- What was read ahead ---- */

struct gathering {
    const char *byte_zero; /* of the source */
    char *to;              /* address of flat element 0 */
};

static bool gather_each(const fa__box *box, int64_t first, void *user)
{
    struct gathering *gathering = user;
    fa__box_gather(gathering->byte_zero, box, gathering->to + first * box->item_bytes);
    return true;
}

/* A tile that lies over several windows is put together in staging. */
static bool load_pieces(fa__reach *reach, const fa__pass *pass, const fa__span *span, int64_t origin,
                        int64_t first, int64_t last, fa_error *err)
{
    const fa__operand *operand = reach->operand;
    if (!need_buffer(&reach->staging, &reach->staging_bytes, (size_t)((last - first) * operand->item_bytes),
                     err))
        return false;
    set_staged(reach, first);
    struct reading reading = {operand->source, reach->base, operand->item_bytes, err};
    for (int64_t at = first, end; at < last && !fa_failed(err); at = end) {
        const int64_t place = fa__ahead_place(reach->ahead, span, at);
        end = fa__min_i64(at + fa__ahead_end(reach->ahead, reach->number, place) - place, last);
        struct gathering gathering = {fa__ahead_take(reach->ahead, reach->number, place, place + end - at),
                                      reach->base};
        bool taken = gathering.byte_zero != NULL;
        fa__each_box(pass->ndim, span->sizes, operand->strides, origin, operand->item_bytes, at, end,
                     taken ? gather_each : read_each, taken ? (void *)&gathering : (void *)&reading);
        if (taken)
            fa__ahead_release(reach->ahead, reach->number, place, place + end - at);
    }
    return !fa_failed(err);
}

/* False with a clean err where the tile is to be reached otherwise. */
static bool load_ahead(fa__reach *reach, const fa__pass *pass, const fa__span *span, int64_t origin,
                       int64_t first, int64_t last, fa_error *err)
{
    if (reach->ahead == NULL)
        return false;
    const int64_t place = fa__ahead_place(reach->ahead, span, first), end = place + last - first;
    if (fa__ahead_end(reach->ahead, reach->number, place) < end)
        return load_pieces(reach, pass, span, origin, first, last, err);
    char *byte_zero = fa__ahead_take(reach->ahead, reach->number, place, end);
    if (byte_zero == NULL)
        return false;
    reach->base = byte_zero + origin;
    reach->taken = true;
    reach->taken_first = place;
    reach->taken_last = end;
    return true;
}

static bool reach_elements(fa__reach *reach, const fa__pass *pass, const fa__span *span, int64_t first,
                           int64_t last, fa_error *err)
{
    const fa__operand *operand = reach->operand;
    fa__source *source = operand->source;
    int64_t origin = origin_of(pass, operand, span), count = last - first;
    reach->mapped = false;
    set_axes(reach, pass, span);
    bool whole_box = first == 0 && last == fa__count(pass->ndim, span->sizes);
    bool contrary = whole_box && runs_contrary(pass, span, operand);
    char *memory = fa__source_memory(source);
    if (memory != NULL) {
        reach->base = memory + origin;
        if (!whole_box)
            turn_rows(reach, first, last);
        return !contrary || turn_guarded(reach, count, err);
    }
    int64_t low, high;
    fa__range_extent(pass->ndim, span->sizes, operand->strides, origin, operand->item_bytes, first, last,
                     &low, &high);
    reach->low = low;
    reach->high = high;
    if (load_ahead(reach, pass, span, origin, first, last, err))
        return !contrary || turn(reach, count, err);
    if (fa_failed(err))
        return false;
    fa__windows_before(reach->windows, low, high);
    if (!pass->foreign && (high - low) / WORTH_MAPPING <= count * operand->item_bytes &&
        map_range(reach, origin, low, high, err))
        return !contrary || turn_guarded(reach, count, err);
    if (fa_failed(err))
        return false;
    contrary = contrary &&
               have_buffer(&reach->turned, &reach->turned_bytes, (size_t)(count * operand->item_bytes), err);
    if (fa_failed(err))
        return false;
    if (contrary)
        return read_turned(reach, pass, span, origin, count, err) && turn(reach, count, err);
    if (!need_buffer(&reach->staging, &reach->staging_bytes, (size_t)(count * operand->item_bytes), err))
        return false;
    set_staged(reach, first);
    struct reading reading = {source, reach->base, operand->item_bytes, err};
    if (!whole_box && read_turned_rows(reach, origin, first, last, &reading))
        return true;
    return !fa_failed(err) && fa__each_box(pass->ndim, span->sizes, operand->strides, origin,
                                           operand->item_bytes, first, last, read_each, &reading);
}

bool fa__load_begin(fa__reach *reach, const fa__pass *pass, const fa__span *span, int64_t first, int64_t last,
                    fa_error *err)
{
    if (reach_elements(reach, pass, span, first, last, err))
        return true;
    if (reach->mapped || reach->taken) /* it is there, and turning it failed */
        fa__load_end(reach, true);
    return false;
}

void fa__load_end(fa__reach *reach, bool drop)
{
    fa__source *source = reach->operand->source;
    if (reach->taken) {
        reach->taken = false;
        fa__ahead_release(reach->ahead, reach->number, reach->taken_first, reach->taken_last);
    }
    if (reach->mapped) {
        reach->mapped = false;
        if (drop)
            source->class->unmap(source, reach->mapped_first, reach->mapped_bytes, false);
        fa__ledger_release((size_t)reach->mapped_bytes);
    }
    if (fa__source_memory(source) == NULL)
        fa__windows_behind(reach->windows, reach->low, reach->high);
}

/* ---- Blocks ---- */

/* Walks rows of a reach: calls for runs along its innermost axis. */
typedef struct rows {
    int64_t column;
    int64_t index[FA_MAX_NDIM];
    char *row; /* address of column 0 */
} rows;

static rows rows_at(const fa__reach *reach, int64_t first)
{
    rows at;
    int inner = reach->ndim - 1;
    at.column = first % reach->sizes[inner];
    first /= reach->sizes[inner];
    at.row = reach->base;
    for (int i = inner - 1; i >= 0; i--) {
        at.index[i] = first % reach->sizes[i];
        first /= reach->sizes[i];
        at.row += at.index[i] * reach->strides[i];
    }
    return at;
}

static void rows_next(rows *at, const fa__reach *reach)
{
    at->column = 0;
    for (int i = reach->ndim - 2; i >= 0; i--) {
        at->row += reach->strides[i];
        if (++at->index[i] < reach->sizes[i])
            return;
        at->row -= reach->sizes[i] * reach->strides[i];
        at->index[i] = 0;
    }
}

static bool is_aligned(const void *address, int64_t item_bytes)
{
    return (item_bytes & (item_bytes - 1)) != 0 ||
           ((uintptr_t)address & (uintptr_t)(item_bytes > 8 ? 7 : item_bytes - 1)) == 0;
}

/* Where n elements from `first` on stand one behind the other, aligned and native; NULL where they do not. */
static char *place_of(const fa__reach *reach, int64_t first, int64_t n)
{
    int64_t item = reach->operand->item_bytes;
    if (reach->operand->swap > 1)
        return NULL;
    char *place = reach->base + first * item;
    if (!reach->dense) {
        int inner = reach->ndim - 1;
        if (reach->strides[inner] != item)
            return NULL;
        rows at = rows_at(reach, first);
        if (n > reach->sizes[inner] - at.column)
            return NULL;
        place = at.row + at.column * item;
    }
    return is_aligned(place, item) ? place : NULL;
}

char *fa__load_place(const fa__reach *reach, int64_t first, int64_t n)
{
    return place_of(reach, first, n);
}

int64_t fa__load_rows(const fa__reach *reach, int64_t first, int64_t n, int64_t *row, int64_t *stride,
                      const char **place)
{
    const int64_t item = reach->operand->item_bytes;
    if (reach->dense || reach->ndim != 2 || reach->strides[1] != item || reach->operand->swap > 1 ||
        first % reach->sizes[1] != 0 || !is_aligned(reach->base, item) ||
        !is_aligned((const void *)(uintptr_t)reach->strides[0], item))
        return 0;
    *row = reach->sizes[1];
    *stride = reach->strides[0];
    *place = reach->base + first / *row * *stride;
    return n / *row;
}

/* What comes a little later is on its way while this is put together and computed with. */
static void ask_ahead(const char *block, int64_t bytes, int64_t distance)
{
    for (int64_t at = 0; at < bytes; at += 64)
        __builtin_prefetch((const void *)((uintptr_t)block + (uintptr_t)(distance + at)), 0, 2);
}

void fa__load_block(const fa__reach *reach, int64_t first, int64_t n, void *block)
{
    int64_t item = reach->operand->item_bytes;
    int swap = reach->operand->swap;
    if (reach->dense) {
        ask_ahead(reach->base + first * item, n * item, AHEAD_BYTES);
        fa__gather(block, reach->base + first * item, item, n, item, swap);
        return;
    }
    rows at = rows_at(reach, first);
    int inner = reach->ndim - 1;
    int64_t stride = reach->strides[inner];
    if (reach->ndim == 1 && stride == -item) /* the other way round */
        ask_ahead(reach->base - (first + n - 1) * item, n * item, -AHEAD_BYTES);
    for (int64_t done = 0; done < n; rows_next(&at, reach)) {
        int64_t run = fa__min_i64(n - done, reach->sizes[inner] - at.column);
        fa__gather((char *)block + done * item, at.row + at.column * stride, stride, run, item, swap);
        done += run;
    }
}

/* ---- Writing ---- */

bool fa__store_begin(fa__reach *reach, const fa__pass *pass, const fa__span *span, int64_t first,
                     int64_t last, fa_error *err)
{
    const fa__operand *operand = reach->operand;
    char *memory = fa__source_memory(operand->source);
    bool contrary = !reach->masked && first == 0 && last == fa__count(pass->ndim, span->sizes) &&
                    runs_contrary(pass, span, operand);
    set_axes(reach, pass, span);
    reach->mapped = false;
    contrary = contrary && memory != NULL &&
               have_buffer(&reach->staging, &reach->staging_bytes,
                           (size_t)((last - first) * operand->item_bytes), err);
    if (fa_failed(err))
        return false;
    reach->staged = memory == NULL || contrary;
    if (!reach->staged) {
        reach->base = memory + origin_of(pass, operand, span);
        return true;
    }
    if (reach->behind != NULL) {
        reach->held = fa__behind_take(reach->behind, reach->number, first, last, err);
        reach->base = reach->held != NULL ? reach->held - first * operand->item_bytes : NULL;
        reach->dense = true;
        return reach->held != NULL;
    }
    if (!need_buffer(&reach->staging, &reach->staging_bytes, (size_t)((last - first) * operand->item_bytes),
                     err))
        return false;
    if (reach->masked && !need_buffer(&reach->mask, &reach->mask_bytes, (size_t)(last - first), err))
        return false;
    reach->first = first;
    set_staged(reach, first);
    return true;
}

char *fa__store_place(const fa__reach *reach, int64_t first, int64_t n)
{
    return place_of(reach, first, n);
}

void fa__store_block(const fa__reach *reach, int64_t first, int64_t n, const void *block, bool stream)
{
    int64_t item = reach->operand->item_bytes;
    int swap = reach->operand->swap;
    if (reach->dense) {
        char *to = reach->base + first * item;
        if (swap <= 1 && stream)
            fa__stream_copy(to, block, (size_t)(n * item));
        else
            fa__scatter(to, item, block, n, item, swap);
        return;
    }
    rows at = rows_at(reach, first);
    int inner = reach->ndim - 1;
    int64_t stride = reach->strides[inner];
    for (int64_t done = 0; done < n; rows_next(&at, reach)) {
        int64_t run = fa__min_i64(n - done, reach->sizes[inner] - at.column);
        fa__scatter(at.row + at.column * stride, stride, (const char *)block + done * item, run, item, swap);
        done += run;
    }
}

/* The elements that a mask lets through, one at a time: where they do not stand as they are computed. */
static void store_some(const fa__reach *reach, int64_t first, int64_t n, const char *block,
                       const unsigned char *mask)
{
    int64_t chosen[FA__BLOCK], item = reach->operand->item_bytes;
    int64_t count = fa__true_positions(chosen, FA__BLOCK, mask, n, 0);
    for (int64_t i = 0; i < count; i++) {
        int64_t at = fa__flat_offset(reach->ndim, reach->sizes, reach->strides, first + chosen[i]);
        fa__scatter(reach->base + at, item, block + chosen[i] * item, 1, item, reach->operand->swap);
    }
}

void fa__store_masked(const fa__reach *reach, int64_t first, int64_t n, const void *block,
                      const unsigned char *mask)
{
    int64_t item = reach->operand->item_bytes;
    if (reach->staged) {
        fa__store_block(reach, first, n, block, false);
        memcpy(reach->mask + (first - reach->first), mask, (size_t)n);
    } else if (reach->dense && reach->operand->swap <= 1) {
        fa__overlay(reach->base + first * item, block, mask, n, item);
    } else {
        store_some(reach, first, n, block, mask);
    }
}

struct writing {
    fa__source *source;
    const char *from; /* address of flat element 0 */
    int64_t item_bytes;
    fa_error *err;
};

static bool write_each(const fa__box *box, int64_t first, void *user)
{
    struct writing *writing = user;
    return fa__source_write(writing->source, box, writing->from + first * writing->item_bytes, writing->err);
}

/* A staged box in the order of the walk goes to memory or to a file that runs along other axes, through a
 * buffer that is there. */
static bool store_turned(fa__reach *reach, const fa__pass *pass, const fa__span *span, int64_t origin,
                         int64_t count, fa_error *err)
{
    const fa__operand *operand = reach->operand;
    int order[FA_MAX_NDIM];
    int64_t walked[FA_MAX_NDIM], sizes[FA_MAX_NDIM], strides[FA_MAX_NDIM], from[FA_MAX_NDIM];
    order_in_memory(pass, span, operand, order);
    fa__strides_c(pass->ndim, span->sizes, operand->item_bytes, walked);
    for (int i = 0; i < pass->ndim; i++) {
        sizes[i] = span->sizes[order[i]];
        strides[i] = operand->strides[order[i]];
        from[i] = walked[order[i]];
    }
    /* The transpose is the same as for loads with the roles of the axes exchanged: gather the staged elements
     * in the target's order, then lay the rows down. Bytes are turned already when they were staged. */
    fa__operand staged = {.item_bytes = operand->item_bytes, .swap = 0};
    fa__reach source = {.operand = &staged,
                        .base = reach->staging,
                        .staging = reach->turned,
                        .staging_bytes = reach->turned_bytes};
    source.ndim = fa__merge_axes(pass->ndim, sizes, from, source.sizes, source.strides);
    if (!turn(&source, count, err))
        return false;
    if (!source.dense)
        fa__load_block(&source, 0, count, reach->turned);
    char *memory = fa__source_memory(operand->source);
    if (memory != NULL) {
        fa__box box = {pass->ndim, operand->item_bytes, origin, sizes, strides};
        fa__box_scatter(memory, &box, reach->turned);
        return true;
    }
    struct writing writing = {operand->source, reach->turned, operand->item_bytes, err};
    return fa__each_box(pass->ndim, sizes, strides, origin, operand->item_bytes, 0, count, write_each,
                        &writing);
}

/* A staged tile with a mask on its way into the bytes of a source. */
struct masking {
    const fa__reach *staged;
    fa__reach target; /* the same elements where they belong, once base is known */
    int64_t origin, low, first, n;
};

static void overlay_tile(char *low, void *user)
{
    struct masking *m = user;
    const fa__reach *staged = m->staged;
    int64_t item = staged->operand->item_bytes;
    m->target.base = low - m->low + m->origin;
    for (int64_t at = 0; at < m->n; at += FA__BLOCK)
        fa__store_masked(&m->target, m->first + at, fa__min_i64(FA__BLOCK, m->n - at),
                         staged->staging + at * item, (const unsigned char *)staged->mask + at);
}

static int64_t count_runs(const unsigned char *mask, int64_t n)
{
    int64_t runs = n > 0 && mask[0] != 0;
    for (int64_t i = 1; i < n; i++)
        runs += (mask[i] != 0) & (mask[i - 1] == 0);
    return runs;
}

/* The runs of true elements, each as boxes of its own. */
static bool write_runs(const fa__reach *reach, const fa__pass *pass, const fa__span *span, int64_t origin,
                       int64_t first, int64_t n, fa_error *err)
{
    const fa__operand *operand = reach->operand;
    const unsigned char *mask = (const unsigned char *)reach->mask;
    struct writing writing = {operand->source, reach->base, operand->item_bytes, err};
    for (int64_t i = 0, end; i < n; i = end) {
        end = i + 1;
        if (mask[i] == 0)
            continue;
        while (end < n && mask[end] != 0)
            end++;
        if (!fa__each_box(pass->ndim, span->sizes, operand->strides, origin, operand->item_bytes, first + i,
                          first + end, write_each, &writing))
            return false;
    }
    return true;
}

/* Only elements that the mask lets through are written: what stays is neither read nor written back. */
static bool store_masked_tile(fa__reach *reach, const fa__pass *pass, const fa__span *span, int64_t first,
                              int64_t last, fa_error *err)
{
    const fa__operand *operand = reach->operand;
    int64_t n = last - first, origin = origin_of(pass, operand, span), low, high;
    int64_t runs = count_runs((const unsigned char *)reach->mask, n);
    if (runs == 0)
        return true;
    fa__range_extent(pass->ndim, span->sizes, operand->strides, origin, operand->item_bytes, first, last,
                     &low, &high);
    fa__operand turned = *operand; /* staged elements have the source's byte order */
    turned.swap = 0;
    struct masking masking = {.staged = reach,
                              .target = {.operand = &turned},
                              .origin = origin,
                              .low = low,
                              .first = first,
                              .n = n};
    set_axes(&masking.target, pass, span);
    return fa__written_in_place(operand->source, low, high, runs, overlay_tile, &masking, err) ||
           (!fa_failed(err) && write_runs(reach, pass, span, origin, first, n, err));
}

bool fa__store_end(fa__reach *reach, const fa__pass *pass, const fa__span *span, int64_t first, int64_t last,
                   fa_error *err)
{
    const fa__operand *operand = reach->operand;
    if (reach->held != NULL) {
        fa__behind_put(reach->behind, reach->number, first, last, reach->held, err);
        reach->held = NULL;
        return !fa_failed(err);
    }
    if (!reach->staged || fa_failed(err))
        return !fa_failed(err);
    if (reach->masked)
        return store_masked_tile(reach, pass, span, first, last, err);
    int64_t origin = origin_of(pass, operand, span);
    if (first == 0 && last == fa__count(pass->ndim, span->sizes) && runs_contrary(pass, span, operand) &&
        have_buffer(&reach->turned, &reach->turned_bytes, (size_t)((last - first) * operand->item_bytes),
                    err))
        return store_turned(reach, pass, span, origin, last - first, err);
    if (fa_failed(err))
        return false;
    struct writing writing = {operand->source, reach->base, operand->item_bytes, err};
    int64_t low, high;
    fa__range_extent(pass->ndim, span->sizes, operand->strides, origin, operand->item_bytes, first, last,
                     &low, &high);
    return fa__each_box(pass->ndim, span->sizes, operand->strides, origin, operand->item_bytes, first, last,
                        write_each, &writing) &&
           fa__windows_written(reach->windows, low, high, err);
}
