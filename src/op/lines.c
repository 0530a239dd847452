/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines along an axis, read and written. Knows nothing about what becomes of them. */
#include "op/lines.h"

#include "engine/buffers.h"
#include "engine/pending.h"
#include "engine/room.h"

#include "base/checked.h"
#include "base/memory.h"

#include <string.h>

enum { WRITTEN_BYTES = 4 << 20, TURNED_BYTES = 1 << 20, LEAST_WORK = 512 << 10 };

/* ---- Room ---- */

/* What may be taken though the limit has no room: an eighth of it, or a little, which is part of the slack
 * beside it and never charged. */
static int64_t floor_of(int64_t limit)
{
    return fa__max_i64(limit / 8, LEAST_WORK);
}

/* An eighth of the limit is left to the passes that read inputs, more of a small one. */
int64_t fa__work_limit(void)
{
    int64_t limit = (int64_t)(fa__ledger_limit() >> 1), used = (int64_t)(fa__ledger_used() >> 1);
    int64_t left = fa__max_i64(limit / 8, fa__min_i64(limit / 2, LEAST_WORK));
    return fa__max_i64((limit - left - used) * 2, floor_of(2 * limit));
}

void *fa__work_take(fa__work *work, int64_t bytes, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    size_t size = (size_t)fa__max_i64(bytes, 1);
    int64_t limit = (int64_t)fa__min_i64((int64_t)(fa__ledger_limit() >> 1), INT64_MAX / 4) * 2;
    *work = (fa__work){.bytes = size, .charged = bytes > LEAST_WORK && fa__ledger_charge(size) ? size : 0};
    if (work->charged == 0 && bytes > 2 * floor_of(limit)) {
        fa__ledger_refused(err, "sorting", size);
        return NULL;
    }
    work->memory = fa__buffer_take(size, err);
    if (work->memory == NULL)
        fa__work_give_back(work);
    return work->memory;
}

bool fa__work_charge(fa__work *work, int64_t bytes)
{
    if (!fa__ledger_charge((size_t)bytes))
        return false;
    work->charged += (size_t)bytes;
    return true;
}

void fa__work_give_back(fa__work *work)
{
    fa__buffer_give_back(work->memory, work->bytes);
    fa__ledger_release(work->charged);
    *work = (fa__work){0};
}

/* ---- Reading ---- */

static void start(fa__lines *lines, fa__whole_run *run, int input, int axis)
{
    const fa__node *node = run->node->inputs[input];
    *lines = (fa__lines){.run = run,
                         .input = input,
                         .ndim = node->ndim,
                         .axis = axis,
                         .sizes = node->sizes,
                         .n = 1,
                         .count = 1,
                         .inside = 1};
    if (axis < 0)
        return;
    lines->n = node->sizes[axis];
    for (int i = axis + 1; i < node->ndim; i++)
        lines->inside *= node->sizes[i];
    lines->count = fa__count(axis, node->sizes) * lines->inside;
}

void fa__lines_start(fa__lines *lines, fa__whole_run *run, int axis)
{
    start(lines, run, 0, axis);
}

void fa__lines_flat(fa__lines *lines, fa__whole_run *run, int input)
{
    start(lines, run, input, run->node->inputs[input]->ndim - 1);
}

int64_t fa__lines_read_flat(const fa__lines *lines, int64_t first, int64_t most, const fa_dtype *dtype,
                            void *elements, fa_error *err)
{
    if (lines->axis < 0)
        return fa__lines_read(lines, 0, 1, 0, 1, dtype, elements, err);
    int64_t line = first / lines->n, at = first % lines->n;
    if (at == 0 && lines->n <= most)
        return lines->n * fa__lines_read(lines, line, most / lines->n, 0, lines->n, dtype, elements, err);
    int64_t some = fa__min_i64(lines->n - at, most);
    return some * fa__lines_read(lines, line, 1, at, some, dtype, elements, err);
}

/* A box of whole inner axes, a piece of the next one, and one position of the outer ones: lines that are
 * numbered one behind the other. How many. */
static int64_t box_of_lines(const fa__lines *lines, int64_t line, int64_t most, int64_t *start,
                            int64_t *sizes)
{
    int64_t count = 1;
    bool is_open = true;
    for (int i = lines->ndim - 1; i >= 0; i--) {
        if (i == lines->axis)
            continue;
        int64_t size = lines->sizes[i], at = line % size;
        line /= size;
        start[i] = at;
        sizes[i] = 1;
        if (!is_open)
            continue;
        is_open = at == 0 && count * size <= most;
        sizes[i] = is_open ? size : fa__min_i64(size - at, fa__max_i64(most / count, 1));
        count *= sizes[i];
    }
    return count;
}

int64_t fa__lines_together(const fa__lines *lines, int64_t line, int64_t most)
{
    int64_t start[FA_MAX_NDIM], sizes[FA_MAX_NDIM];
    return box_of_lines(lines, line, most, start, sizes);
}

fa_array *fa__view_of_memory(void *memory, const fa_dtype *dtype, int ndim, const int64_t *sizes,
                             const int64_t *strides, fa_error *err)
{
    fa__geometry geometry = {.ndim = ndim};
    memcpy(geometry.sizes, sizes, (size_t)ndim * sizeof *sizes);
    memcpy(geometry.strides, strides, (size_t)ndim * sizeof *strides);
    fa__source *source =
        fa__memory_source_adopt(memory, fa__count(ndim, sizes) * dtype->item_bytes, NULL, err);
    fa_array *view = source != NULL ? fa__view(source, dtype, &geometry, true, err) : NULL;
    if (source != NULL)
        fa__source_release(source);
    return view;
}

int64_t fa__lines_read(const fa__lines *lines, int64_t line, int64_t most, int64_t first, int64_t n,
                       const fa_dtype *dtype, void *elements, fa_error *err)
{
    int64_t start[FA_MAX_NDIM], sizes[FA_MAX_NDIM], strides[FA_MAX_NDIM];
    if (fa_failed(err))
        return 0;
    int64_t count = box_of_lines(lines, line, most, start, sizes), stride = n * dtype->item_bytes;
    if (lines->axis >= 0) {
        start[lines->axis] = first;
        sizes[lines->axis] = n;
        strides[lines->axis] = dtype->item_bytes;
    }
    for (int i = lines->ndim - 1; i >= 0; i--) {
        if (i == lines->axis)
            continue;
        strides[i] = stride;
        stride *= sizes[i];
    }
    fa_array *target = fa__view_of_memory(elements, dtype, lines->ndim, sizes, strides, err);
    bool done = target != NULL && fa__whole_read(lines->run, lines->input, start, sizes, target, err);
    fa_release(target);
    return done ? count : 0;
}

const void *fa__input_in_memory(fa__whole_run *run, int input, const fa_dtype *dtype, fa_error *err)
{
    const fa__node *node = run->node->inputs[input];
    if (fa_failed(err) ||
        (node->kept == NULL && (node->kind != FA__NODE_LEAF || fa__is_pending(node->array))))
        return NULL;
    const fa_array *array = fa__whole_input(run, input, err);
    if (array == NULL || !fa_dtype_equal(array->dtype, dtype) ||
        !fa__is_c_contiguous(array->ndim, array->sizes, array->strides, dtype->item_bytes))
        return NULL;
    const char *memory = fa__source_memory(array->source);
    bool is_aligned = memory != NULL && dtype->item_bytes > 0 &&
                      ((uintptr_t)memory + (uintptr_t)array->offset) % (uintptr_t)dtype->alignment == 0;
    return is_aligned ? memory + array->offset : NULL;
}

/* ---- Writing ---- */

typedef struct writing {
    fa__outlet *outlet;
    const char *from;
    int64_t offset, bytes;
} writing;

static void write_piece(void *user, int64_t job, fa_error *err)
{
    const writing *w = user;
    int64_t begin = job * WRITTEN_BYTES, size = fa__min_i64(WRITTEN_BYTES, w->bytes - begin);
    fa__outlet_put(w->outlet, w->offset + begin, size, w->from + begin, err);
}

bool fa__write_run(fa__whole_run *run, fa__source *source, int64_t offset, int64_t bytes, const void *from,
                   fa_error *err)
{
    writing w = {fa__outlet_start(source, err), from, offset, bytes};
    fa__whole_parallel(run, (bytes + WRITTEN_BYTES - 1) / WRITTEN_BYTES, 0, write_piece, &w, err);
    return fa__outlet_end(w.outlet, err);
}

bool fa__line_sink_start(fa__line_sink *sink, const fa__lines *lines, fa_error *err)
{
    fa_array *result = lines->run->result;
    *sink = (fa__line_sink){.lines = lines, .array = result, .is_dense = lines->inside == 1};
    if (fa_failed(err) || sink->is_dense || fa__source_memory(result->source) != NULL)
        return !fa_failed(err);
    const int64_t sizes[] = {lines->count, lines->n};
    sink->staged = fa__room_in_c_order(result->dtype, 2, sizes, FA__ROOM_OF_ZEROS, err);
    sink->array = sink->staged;
    sink->is_dense = true;
    return sink->staged != NULL;
}

static char *memory_of(const fa_array *array)
{
    char *memory = fa__source_memory(array->source);
    return memory != NULL ? memory + array->offset : NULL;
}

void *fa__line_sink_memory(const fa__line_sink *sink, int64_t line)
{
    char *memory = memory_of(sink->array);
    bool is_usable =
        memory != NULL && sink->is_dense && (uintptr_t)memory % (uintptr_t)sink->array->dtype->alignment == 0;
    return is_usable ? memory + line * sink->lines->n * sink->array->dtype->item_bytes : NULL;
}

int64_t fa__line_sink_byte(const fa__line_sink *sink, int64_t line, int64_t first)
{
    return sink->array->offset + (line * sink->lines->n + first) * sink->array->dtype->item_bytes;
}

/* None where elements would stand crooked. */
int64_t fa__line_sink_shift(const fa__line_sink *sink, int64_t line, int64_t first)
{
    const int64_t shift = fa__outlet_shift(sink->array->source, fa__line_sink_byte(sink, line, first));
    return shift % fa__max_i64(sink->array->dtype->alignment, 1) == 0 ? shift : 0;
}

fa__putting fa__putting_start(const fa__line_sink *sink, int64_t line, int64_t first, const void *from,
                              fa_error *err)
{
    return (fa__putting){fa__outlet_start(sink->array->source, err), from,
                         fa__line_sink_byte(sink, line, first), sink->array->dtype->item_bytes};
}

void fa__put_sorted(void *user, int64_t begin, int64_t end, fa_error *err)
{
    const fa__putting *p = user;
    fa__outlet_put(p->outlet, p->first + begin * p->item_bytes, (end - begin) * p->item_bytes,
                   p->from + begin * p->item_bytes, err);
}

/* Lines that become columns of memory: `count` of them, elements [first, first + n). */
typedef struct turning {
    const fa__line_sink *sink;
    int64_t line, count, first, n;
    const char *elements;
} turning;

enum { TURNED_ROWS = 1024 };

static void turn_rows(void *user, int64_t job, fa_error *err)
{
    const turning *t = user;
    const fa__lines *lines = t->sink->lines;
    int64_t item = t->sink->array->dtype->item_bytes, row = lines->inside * item;
    int64_t begin = job * TURNED_ROWS, rows = fa__min_i64(TURNED_ROWS, t->n - begin);
    char *memory = memory_of(t->sink->array);
    (void)err;
    for (int64_t done = 0, some; done < t->count; done += some) {
        int64_t line = t->line + done, outer = line / lines->inside, column = line % lines->inside;
        some = fa__min_i64(t->count - done, lines->inside - column);
        char *to = memory + (outer * lines->n + t->first + begin) * row + column * item;
        fa__transpose(to, row, t->elements + (done * t->n + begin) * item, t->n * item, rows, some, item, 0,
                      false);
    }
}

static bool write_lines(const fa__line_sink *sink, int64_t line, int64_t count, int64_t first, int64_t n,
                        const void *elements, fa_error *err)
{
    const fa_array *array = sink->array;
    int64_t item = array->dtype->item_bytes;
    if (fa_failed(err))
        return false;
    if (sink->is_dense)
        return fa__write_run(sink->lines->run, array->source,
                             array->offset + (line * sink->lines->n + first) * item, count * n * item,
                             elements, err);
    turning t = {.sink = sink, .line = line, .count = count, .first = first, .n = n, .elements = elements};
    return fa__whole_parallel(sink->lines->run, (n + TURNED_ROWS - 1) / TURNED_ROWS, 0, turn_rows, &t, err);
}

bool fa__line_sink_write(const fa__line_sink *sink, int64_t line, int64_t count, const void *elements,
                         fa_error *err)
{
    return write_lines(sink, line, count, 0, sink->lines->n, elements, err);
}

bool fa__line_sink_write_part(const fa__line_sink *sink, int64_t line, int64_t first, int64_t n,
                              const void *elements, fa_error *err)
{
    return write_lines(sink, line, 1, first, n, elements, err);
}

/* ---- Laying down what was staged: squares of it, turned ---- */

typedef struct laying {
    const fa__line_sink *sink;
    int64_t side, down, across; /* of a square; squares in a line, and side by side */
} laying;

static void lay_square(void *user, int64_t job, fa_error *err)
{
    const laying *l = user;
    const fa__lines *lines = l->sink->lines;
    const fa_array *staged = l->sink->staged, *result = lines->run->result;
    int64_t item = staged->dtype->item_bytes;
    int64_t first = job % l->down * l->side, column = job / l->down % l->across * l->side,
            outer = job / l->down / l->across;
    int64_t n = fa__min_i64(l->side, lines->n - first), some = fa__min_i64(l->side, lines->inside - column);
    size_t bytes = (size_t)(n * some * item);
    char *buffer = fa__buffer_take(2 * bytes, err);
    int64_t from_sizes[] = {some, n}, from_strides[] = {lines->n * item, item};
    int64_t to_sizes[] = {n, some}, to_strides[] = {lines->inside * item, item};
    fa__box from = {2, item, ((outer * lines->inside + column) * lines->n + first) * item, from_sizes,
                    from_strides};
    fa__box to = {2, item, result->offset + ((outer * lines->n + first) * lines->inside + column) * item,
                  to_sizes, to_strides};
    if (buffer != NULL && fa__source_read(staged->source, &from, buffer, err)) {
        fa__transpose(buffer + bytes, some * item, buffer, n * item, n, some, item, 0, false);
        fa__source_write(result->source, &to, buffer + bytes, err);
    }
    fa__buffer_give_back(buffer, 2 * bytes);
}

static int64_t square_side(int64_t item_bytes)
{
    int64_t side = 1;
    while (4 * side * side * item_bytes <= TURNED_BYTES)
        side *= 2;
    return side;
}

bool fa__line_sink_finish(fa__line_sink *sink, fa_error *err)
{
    const fa__lines *lines = sink->lines;
    if (sink->staged != NULL && !fa_failed(err)) {
        laying l = {.sink = sink, .side = square_side(sink->staged->dtype->item_bytes)};
        l.down = (lines->n + l.side - 1) / l.side;
        l.across = (lines->inside + l.side - 1) / l.side;
        fa__whole_parallel(lines->run, l.down * l.across * (lines->count / lines->inside),
                           2 * l.side * l.side * sink->staged->dtype->item_bytes, lay_square, &l, err);
    }
    fa_release(sink->staged);
    sink->staged = NULL;
    return !fa_failed(err);
}
