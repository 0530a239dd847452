/* SPDX-License-Identifier: BSD-3-Clause */
/* A box is brought into the order of the file first: its axes sorted by their strides there, neighbours
 * merged. What is dense in both the file and memory then moves by one call straight into place; the rest goes
 * through a small buffer in stretches, each read or written by one call. */
#include "storage/box_io.h"

#include "base/checked.h"
#include "base/memory.h"
#include "storage/storage.h"
#include "storage/statistics.h"

#include <string.h>

enum {
    BOUNCE_BYTES = 256 << 10,   /* stays in the second-level cache between the call and the copy */
    ASKED_AHEAD = 256,          /* calls whose bytes are asked for at once */
    MOST_ASKED_AHEAD = 64 << 10 /* bytes of such a call: longer ones keep a disk busy alone */
};

/* One axis of a box: how far apart its elements are in the file, and in dense memory. */
typedef struct axis {
    int64_t size, file_stride, memory_stride;
} axis;

/* A box in the order of the file: axes[0] outermost, no negative file strides, no axis of size 1. */
typedef struct transfer {
    fa__file *file;
    fa__checksum *checksum; /* NULL: nobody asks */
    bool writing;
    int64_t file_offset; /* of the first element in file order */
    char *memory;        /* of the same element */
    int64_t run_bytes;   /* dense in both */
    int axis_count;      /* of the axes outside of runs */
    axis axes[FA_MAX_NDIM];
    /* Axes from `inner` on move together, by one call, `chunk` steps of axis inner - 1 at a time. */
    int inner;
    int64_t chunk;
    bool direct;    /* without the buffer */
    int64_t extent; /* bytes that one call moves, where no axis is chunked */
    char *bounce;
} transfer;

/* ---- Into the order of the file ---- */

static void insert_axis(transfer *t, axis added)
{
    if (added.file_stride < 0) {
        t->file_offset += added.file_stride * (added.size - 1);
        t->memory += added.memory_stride * (added.size - 1);
        added.file_stride = -added.file_stride;
        added.memory_stride = -added.memory_stride;
    }
    int at = t->axis_count++;
    while (at > 0 && t->axes[at - 1].file_stride < added.file_stride) {
        t->axes[at] = t->axes[at - 1];
        at--;
    }
    t->axes[at] = added;
}

static void merge_axes(transfer *t)
{
    int count = 0;
    for (int i = 0; i < t->axis_count; i++) {
        axis *outer = count > 0 ? &t->axes[count - 1] : NULL;
        const axis *next = &t->axes[i];
        if (outer != NULL && outer->file_stride == next->size * next->file_stride &&
            outer->memory_stride == next->size * next->memory_stride) {
            outer->size *= next->size;
            outer->file_stride = next->file_stride;
            outer->memory_stride = next->memory_stride;
        } else {
            t->axes[count++] = *next;
        }
    }
    const axis *last = count > 0 ? &t->axes[count - 1] : NULL;
    if (last != NULL && last->file_stride == t->run_bytes && last->memory_stride == t->run_bytes) {
        t->run_bytes *= last->size;
        count--;
    }
    t->axis_count = count;
}

/* False when the box has no element. */
static bool begin(transfer *t, fa__file *file, int64_t base, const fa__box *box, char *memory)
{
    memset(t, 0, sizeof *t);
    t->file = file;
    t->file_offset = base + box->offset;
    t->memory = memory;
    t->run_bytes = box->item_bytes;
    int64_t memory_stride = box->item_bytes;
    for (int i = box->ndim - 1; i >= 0; i--) {
        if (box->sizes[i] == 0)
            return false;
        if (box->sizes[i] > 1)
            insert_axis(t, (axis){box->sizes[i], box->strides[i], memory_stride});
        memory_stride *= box->sizes[i];
    }
    merge_axes(t);
    return box->item_bytes > 0;
}

/* ---- What one call moves ---- */

/* Whether one call may move neighbours along an axis: `stride` bytes apart, each `extent` bytes long. */
static bool joins(const transfer *t, int64_t stride, int64_t extent)
{
    if (t->writing)
        return stride == extent;
    return stride <= fa__max_i64(extent, (int64_t)fa__page_size());
}

static void choose_call(transfer *t)
{
    int k = t->axis_count;
    int64_t extent = t->run_bytes; /* from the first to the last byte that one call moves */
    t->chunk = 1;
    bool small = extent < (int64_t)fa__page_size();
    while (small && k > 0 && joins(t, t->axes[k - 1].file_stride, extent)) {
        const axis *next = &t->axes[k - 1];
        int64_t fitting =
            next->file_stride == 0 ? next->size : 1 + (BOUNCE_BYTES - extent) / next->file_stride;
        if (fitting < next->size) {
            t->chunk = fitting;
            break;
        }
        extent += next->file_stride * (next->size - 1);
        k--;
    }
    t->inner = k;
    t->extent = extent;
    t->direct = k == t->axis_count && t->chunk == 1;
}

/* ---- Moving ---- */

/* Copies `count` runs whose places are some bytes apart. */
static void copy_runs(char *to, int64_t to_stride, const char *from, int64_t from_stride, int64_t count,
                      size_t bytes)
{
#define COPY(constant_bytes)            \
    for (int64_t i = 0; i < count; i++) \
    memcpy(to + i * to_stride, from + i * from_stride, constant_bytes)
    switch (bytes) {
    case 1:
        COPY(1);
        break;
    case 2:
        COPY(2);
        break;
    case 4:
        COPY(4);
        break;
    case 8:
        COPY(8);
        break;
    case 16:
        COPY(16);
        break;
    default:
        COPY(bytes);
    }
#undef COPY
}

/* Copies a strided block from the buffer to memory, or, when writing, to the buffer. */
static void copy_block(const transfer *t, int axis_count, const axis *axes, char *memory)
{
    int64_t at[FA_MAX_NDIM] = {0};
    const axis *row = &axes[axis_count - 1];
    char *buffer = t->bounce;
    int k;
    do {
        if (t->writing)
            copy_runs(buffer, row->file_stride, memory, row->memory_stride, row->size, (size_t)t->run_bytes);
        else
            copy_runs(memory, row->memory_stride, buffer, row->file_stride, row->size, (size_t)t->run_bytes);
        for (k = axis_count - 2; k >= 0; k--) {
            memory += axes[k].memory_stride;
            buffer += axes[k].file_stride;
            if (++at[k] < axes[k].size)
                break;
            memory -= axes[k].memory_stride * axes[k].size;
            buffer -= axes[k].file_stride * axes[k].size;
            at[k] = 0;
        }
    } while (k >= 0);
}

static bool move_bytes(const transfer *t, int64_t offset, void *bytes, int64_t size, fa_error *err)
{
    bool done = t->writing ? fa__file_write(t->file, offset, bytes, (size_t)size, err)
                           : fa__file_read(t->file, offset, bytes, (size_t)size, err);
    if (done && t->checksum != NULL)
        fa__checksum_add(t->checksum, offset, bytes, (size_t)size);
    if (done && t->writing)
        fa__storage_count_written(size);
    else if (done)
        fa__storage_count_read(size);
    return done;
}

/* Moves `steps` steps of axis inner - 1 (1 where nothing is chunked), beginning at these places. */
static bool move_stretch(const transfer *t, int64_t offset, char *memory, int64_t steps, fa_error *err)
{
    axis block[FA_MAX_NDIM + 1];
    int count = 0;
    if (t->inner > 0)
        block[count++] =
            (axis){steps, t->axes[t->inner - 1].file_stride, t->axes[t->inner - 1].memory_stride};
    for (int k = t->inner; k < t->axis_count; k++)
        block[count++] = t->axes[k];
    int64_t extent = t->run_bytes;
    for (int k = 0; k < count; k++)
        extent += block[k].file_stride * (block[k].size - 1);
    if (t->direct)
        return move_bytes(t, offset, memory, extent, err);
    if (t->writing)
        copy_block(t, count, block, memory);
    if (!move_bytes(t, offset, t->bounce, extent, err))
        return false;
    if (!t->writing)
        copy_block(t, count, block, memory);
    return true;
}

/* What the next calls along the innermost outer axis read comes all at once, where it has to come from the
 * disk: one after the other, each would wait for it. The first one speaks for all. */
static void ask_ahead(const transfer *t, int64_t offset, int64_t at)
{
    const axis *along = &t->axes[t->inner - 1];
    const int64_t count = fa__min_i64(along->size - at, ASKED_AHEAD);
    if (t->writing || t->chunk > 1 || count < 2 || at % ASKED_AHEAD != 0 || t->extent > MOST_ASKED_AHEAD ||
        along->file_stride == 0 || fa__file_resident(t->file, offset, 1) != 0)
        return;
    for (int64_t i = 0; i < count; i++)
        fa__file_prefetch(t->file, offset + i * along->file_stride, t->extent);
}

/* Moves the inner axes for every place of the outer ones. */
static bool move_all(const transfer *t, fa_error *err)
{
    int64_t at[FA_MAX_NDIM] = {0};
    int64_t offset = t->file_offset;
    char *memory = t->memory;
    int last = t->inner - 1;
    if (last < 0)
        return move_stretch(t, offset, memory, 1, err);
    for (;;) {
        int64_t steps = fa__min_i64(t->chunk, t->axes[last].size - at[last]);
        ask_ahead(t, offset, at[last]);
        if (!move_stretch(t, offset, memory, steps, err))
            return false;
        int k = last;
        int64_t moved = steps;
        for (; k >= 0; k--) {
            offset += t->axes[k].file_stride * moved;
            memory += t->axes[k].memory_stride * moved;
            at[k] += moved;
            if (at[k] < t->axes[k].size)
                break;
            offset -= t->axes[k].file_stride * t->axes[k].size;
            memory -= t->axes[k].memory_stride * t->axes[k].size;
            at[k] = 0;
            moved = 1;
        }
        if (k < 0)
            return true;
    }
}

static bool run_transfer(transfer *t, fa_error *err)
{
    choose_call(t);
    if (!t->direct) {
        t->bounce = fa__alloc(BOUNCE_BYTES, err);
        if (t->bounce == NULL)
            return false;
    }
    bool done = move_all(t, err);
    fa__free(t->bounce);
    return done;
}

bool fa__box_read_file(fa__file *file, int64_t base, const fa__box *box, void *elements, fa_error *err)
{
    transfer t;
    if (fa_failed(err) || !begin(&t, file, base, box, elements))
        return !fa_failed(err);
    return run_transfer(&t, err);
}

bool fa__box_write_file(fa__file *file, int64_t base, const fa__box *box, const void *elements,
                        fa__checksum *checksum, fa_error *err)
{
    transfer t;
    /* Writing only reads the elements; reading and writing share the walk. */
    if (fa_failed(err) || !begin(&t, file, base, box, (char *)(uintptr_t)elements))
        return !fa_failed(err);
    t.writing = true;
    t.checksum = checksum;
    return run_transfer(&t, err);
}
