/* SPDX-License-Identifier: BSD-3-Clause */
/* Maps: a file as a row of bytes with a position. A map is an array of uint8 over its file, and everything
 * that changes bytes passes the write gate as other arrays do: it knows nothing about files itself. Searching
 * is map_find.c's. */
#include "api/map.h"

#include "base/checked.h"
#include "base/memory.h"
#include "engine/budget.h"
#include "engine/buffers.h"
#include "storage/storage.h"

#include <string.h>

/* ---- Opening and closing ---- */

static fa_map *make_map(fa_array *bytes, bool in_memory, size_t charged, fa_error *err)
{
    fa_map *map = bytes != NULL ? fa__alloc_zero(1, sizeof *map, err) : NULL;
    if (map == NULL) {
        fa_release(bytes);
        fa__ledger_release_array(bytes != NULL ? charged : 0);
        return NULL;
    }
    map->bytes = bytes;
    map->in_memory = in_memory;
    map->charged = charged;
    return map;
}

fa_map *fa_map_open(const char *path, fa_mode mode, const fa_map_options *options, fa_error *err)
{
    static const fa_map_options defaults;
    if (fa_failed(err) || (options != NULL && !FA__RESERVED_IS_ZERO(options, err)))
        return NULL;
    options = options != NULL ? options : &defaults;
    if (options->length_bytes > INT64_MAX) {
        fa__fail(err, FA_TOO_LARGE, "a map of %llu bytes is above 2^63-1",
                 (unsigned long long)options->length_bytes);
        return NULL;
    }
    bool rest = options->length_bytes == 0 && mode != FA_CREATE;
    fa_memmap_options place = {.offset_bytes = options->offset_bytes};
    return make_map(
        fa_memmap(path, mode, FA_UINT8, FA_SHAPE(rest ? -1 : (int64_t)options->length_bytes), &place, err),
        false, 0, err);
}

fa_map *fa_map_anonymous(size_t length, fa_error *err)
{
    return fa_map_anonymous_named(length, "an anonymous map", err);
}

fa_map *fa_map_anonymous_named(size_t length, const char *name, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    if (name == NULL || length > INT64_MAX) {
        fa__fail(err, name == NULL ? FA_INVALID_ARGUMENT : FA_TOO_LARGE,
                 "a map needs a name, and at most 2^63-1 bytes");
        return NULL;
    }
    fa__budget_start();
    size_t charged = 0;
    fa_array *bytes = fa__anonymous_array(name, (int64_t)length, &charged, err);
    return make_map(bytes, charged == length, charged, err);
}

static void close_source(fa__source *source, fa_error *err)
{
    fa_error closing = {0};
    if (source->class->close_alone != NULL)
        source->class->close_alone(source, &closing);
    fa__error_move(err, &closing);
}

void fa_map_close(fa_map *map, fa_error *err)
{
    if (map == NULL || fa__engine_busy(err))
        return;
    for (int64_t i = 0; i < map->earlier_count; i++) {
        close_source(map->earlier[i], err);
        fa__source_release(map->earlier[i]);
    }
    close_source(map->bytes->source, err);
    fa_release(map->bytes);
    fa__free(map->earlier);
    fa__free(map->line);
    fa__ledger_release(map->line_room);
    fa__ledger_release_array(map->charged);
    fa__free(map);
}

/* ---- What may be used ---- */

bool fa__map_unusable(const fa_map *map, fa_error *err)
{
    if (!fa_failed(err) && map == NULL)
        fa__fail(err, FA_INVALID_ARGUMENT, "the map is NULL");
    return fa_failed(err);
}

const char *fa__map_name(const fa_map *map)
{
    fa_error ignored = {0};
    fa_file_info info;
    fa_get_file_info(map->bytes, &info, &ignored);
    return info.path != NULL ? info.path : "a map";
}

/* Whether [offset, offset + size) is in the map. */
static bool check_range(const fa_map *map, size_t offset, size_t size, fa_error *err)
{
    size_t whole = fa_map_size(map);
    if (offset <= whole && size <= whole - offset)
        return true;
    return fa__fail(err, FA_OUT_OF_RANGE, "%s: %zu bytes from byte %zu on are not in a map of %zu bytes",
                    fa__map_name(map), size, offset, whole);
}

/* The same, where a size of 0 means up to the end. */
static bool take_range(const fa_map *map, size_t offset, size_t *size, fa_error *err)
{
    if (fa__map_unusable(map, err) || !check_range(map, offset, *size, err) ||
        !fa__source_check(map->bytes->source, err))
        return false;
    if (*size == 0)
        *size = fa_map_size(map) - offset;
    return true;
}

/* ---- Moving bytes ---- */

typedef struct range_box {
    fa__box box;
    int64_t size, stride;
} range_box;

static const fa__box *box_of(range_box *range, const fa_map *map, size_t offset, size_t size)
{
    range->size = (int64_t)size;
    range->stride = 1;
    range->box = (fa__box){1, 1, map->bytes->offset + (int64_t)offset, &range->size, &range->stride};
    return &range->box;
}

bool fa__map_read(const fa_map *map, size_t offset, void *bytes, size_t size, fa_error *err)
{
    range_box range;
    return fa__source_read(map->bytes->source, box_of(&range, map, offset, size), bytes, err);
}

static bool write_bytes(const fa_map *map, size_t offset, const void *bytes, size_t size, fa_error *err)
{
    range_box range;
    return fa__source_write(map->bytes->source, box_of(&range, map, offset, size), bytes, err);
}

/* Whether a range may be written: computes what reads it. */
static bool pass_gate(const fa_map *map, size_t offset, size_t size, fa_error *err)
{
    fa__geometry geometry;
    fa__view_geometry(map->bytes, &geometry);
    geometry.offset += (int64_t)offset;
    geometry.sizes[0] = (int64_t)size;
    fa_array *target = fa__view_like(map->bytes, &geometry, err);
    bool open = target != NULL && fa__write_gate(target, NULL, NULL, err);
    fa_release(target);
    return open;
}

void fa_map_get(fa_map *map, size_t offset, void *bytes, size_t size, fa_error *err)
{
    if (!fa__map_unusable(map, err) && check_range(map, offset, size, err))
        fa__map_read(map, offset, bytes, size, err);
}

void fa_map_put(fa_map *map, size_t offset, const void *bytes, size_t size, fa_error *err)
{
    if (!fa__map_unusable(map, err) && check_range(map, offset, size, err) &&
        pass_gate(map, offset, size, err))
        write_bytes(map, offset, bytes, size, err);
}

/* From the end that lies ahead, so that no byte is overwritten before it was copied. */
static void move_steps(const fa_map *map, size_t to, size_t from, size_t size, char *buffer, size_t room,
                       fa_error *err)
{
    for (size_t done = 0; done < size && !fa_failed(err);) {
        size_t step = size - done < room ? size - done : room;
        size_t at = to <= from ? done : size - done - step;
        if (fa__map_read(map, from + at, buffer, step, err))
            write_bytes(map, to + at, buffer, step, err);
        done += step;
    }
}

void fa_map_move(fa_map *map, size_t to, size_t from, size_t size, fa_error *err)
{
    enum { ROOM = 256 << 10 };
    if (fa__map_unusable(map, err) || !check_range(map, to, size, err) ||
        !check_range(map, from, size, err) || !pass_gate(map, to, size, err))
        return;
    size_t room = size < ROOM ? size : ROOM;
    char *buffer = fa__alloc(room, err);
    if (buffer != NULL)
        move_steps(map, to, from, size, buffer, room, err);
    fa__free(buffer);
}

/* ---- The position ---- */

size_t fa_map_size(const fa_map *map)
{
    return map != NULL ? (size_t)map->bytes->sizes[0] : 0;
}

size_t fa_map_tell(const fa_map *map)
{
    return map != NULL ? map->position : 0;
}

size_t fa_map_seek(fa_map *map, int64_t offset, int whence, fa_error *err)
{
    if (fa__map_unusable(map, err))
        return 0;
    int64_t size = (int64_t)fa_map_size(map), to = -1;
    if (whence != SEEK_SET && whence != SEEK_CUR && whence != SEEK_END) {
        fa__fail(err, FA_INVALID_ARGUMENT, "whence %d is neither SEEK_SET nor SEEK_CUR nor SEEK_END", whence);
        return 0;
    }
    int64_t origin = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? (int64_t)map->position : size;
    if (!fa__add_checked(origin, offset, &to) || to < 0 || to > size) {
        fa__fail(err, FA_OUT_OF_RANGE, "%s: %lld bytes from byte %lld on lead out of a map of %lld bytes",
                 fa__map_name(map), (long long)offset, (long long)origin, (long long)size);
        return 0;
    }
    map->position = (size_t)to;
    return map->position;
}

static size_t bytes_left(const fa_map *map)
{
    return fa_map_size(map) - map->position;
}

size_t fa_map_read(fa_map *map, void *bytes, size_t most, fa_error *err)
{
    if (fa__map_unusable(map, err))
        return 0;
    size_t size = most < bytes_left(map) ? most : bytes_left(map);
    if (!fa__map_read(map, map->position, bytes, size, err))
        return 0;
    map->position += size;
    return size;
}

int fa_map_read_byte(fa_map *map, fa_error *err)
{
    unsigned char byte = 0;
    if (fa__map_unusable(map, err) || !check_range(map, map->position, 1, err) ||
        fa_map_read(map, &byte, 1, err) != 1)
        return -1;
    return byte;
}

size_t fa_map_write(fa_map *map, const void *bytes, size_t size, fa_error *err)
{
    if (fa__map_unusable(map, err))
        return 0;
    fa_map_put(map, map->position, bytes, size, err);
    if (fa_failed(err))
        return 0;
    map->position += size;
    return size;
}

void fa_map_write_byte(fa_map *map, int byte, fa_error *err)
{
    unsigned char one = (unsigned char)byte;
    if (!fa_failed(err) && (byte < 0 || byte > 255))
        fa__fail(err, FA_OUT_OF_RANGE, "%d is not a byte", byte);
    fa_map_write(map, &one, 1, err);
}

static bool grow_line(fa_map *map, fa_error *err)
{
    size_t room = map->line_room != 0 ? 2 * map->line_room : 4096;
    if (!fa__ledger_charge(room - map->line_room))
        return fa__fail(err, FA_NO_MEMORY,
                        "%s: a line of more than %zu bytes does not fit into the memory limit",
                        fa__map_name(map), map->line_room);
    char *line = fa__alloc(room, err);
    if (line == NULL) {
        fa__ledger_release(room - map->line_room);
        return false;
    }
    if (map->line != NULL)
        memcpy(line, map->line, map->line_room);
    fa__free(map->line);
    map->line = line;
    map->line_room = room;
    return true;
}

const char *fa_map_readline(fa_map *map, size_t *length, fa_error *err)
{
    size_t have = 0;
    *length = 0;
    if (fa__map_unusable(map, err) || bytes_left(map) == 0 || !fa__source_check(map->bytes->source, err))
        return NULL;
    for (;;) {
        if (have + 1 >= map->line_room && !grow_line(map, err))
            return NULL;
        size_t room = map->line_room - have - 1, left = bytes_left(map) - have;
        size_t step = left < room ? left : room;
        if (!fa__map_read(map, map->position + have, map->line + have, step, err))
            return NULL;
        const char *newline = memchr(map->line + have, '\n', step);
        have += newline != NULL ? (size_t)(newline - (map->line + have)) + 1 : step;
        if (newline != NULL || have == bytes_left(map))
            break;
    }
    map->line[have] = '\0';
    map->position += have;
    *length = have;
    return map->line;
}

/* ---- The file ---- */

int64_t fa_map_file_bytes(fa_map *map, fa_error *err)
{
    fa_file_info info;
    if (fa__map_unusable(map, err))
        return 0;
    fa_get_file_info(map->bytes, &info, err);
    return info.file_bytes;
}

/* Keeps the source of the old size for as long as arrays look at it: closing the map closes it too. */
static bool keep_earlier(fa_map *map, fa_error *err)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < map->earlier_count; i++) {
        if (fa__references_count(&map->earlier[i]->references) == 1)
            fa__source_release(map->earlier[i]);
        else
            map->earlier[kept++] = map->earlier[i];
    }
    map->earlier_count = kept;
    return fa__grow(&map->earlier, &map->earlier_capacity, kept + 1, sizeof *map->earlier, err);
}

/* Memory is charged before it grows, and given back after it shrank. */
static bool charge_growth(fa_map *map, size_t size, fa_error *err)
{
    if (!map->in_memory || size <= map->charged)
        return true;
    return fa__ledger_charge_array(size - map->charged) ||
           fa__ledger_refused(err, "a map in memory", size - map->charged);
}

void fa_map_resize(fa_map *map, size_t size, fa_error *err)
{
    if (!fa_failed(err) && size > INT64_MAX)
        fa__fail(err, FA_TOO_LARGE, "a map of %zu bytes is above 2^63-1", size);
    if (fa__map_unusable(map, err) || !keep_earlier(map, err) || !charge_growth(map, size, err))
        return;
    fa_array *bytes = fa_resize(map->bytes, (int64_t)size, err);
    if (map->in_memory) {
        size_t held = bytes != NULL ? size : map->charged, before = size > map->charged ? size : map->charged;
        fa__ledger_release_array(before - held);
        map->charged = held;
    }
    if (bytes == NULL)
        return;
    fa__source_retain(map->bytes->source);
    map->earlier[map->earlier_count++] = map->bytes->source;
    fa_release(map->bytes);
    map->bytes = bytes;
    if (map->position > size)
        map->position = size;
}

void fa_map_flush(fa_map *map, size_t offset, size_t size, fa_error *err)
{
    if (!take_range(map, offset, &size, err) || size == 0 || map->bytes->source->class->flush == NULL)
        return;
    map->bytes->source->class->flush(map->bytes->source, map->bytes->offset + (int64_t)offset, (int64_t)size,
                                     err);
}

void fa_map_start_flush(fa_map *map, size_t offset, size_t size, fa_error *err)
{
    if (!take_range(map, offset, &size, err) || size == 0 || map->bytes->source->class->write_behind == NULL)
        return;
    map->bytes->source->class->write_behind(map->bytes->source, map->bytes->offset + (int64_t)offset,
                                            (int64_t)size, false, err);
}

void fa_map_advise(fa_map *map, fa_advice advice, size_t offset, size_t size, fa_error *err)
{
    if (!take_range(map, offset, &size, err))
        return;
    fa__source *source = map->bytes->source;
    int64_t first = map->bytes->offset + (int64_t)offset;
    switch (advice) {
    case FA_ADVICE_NORMAL:
        source->class->expect(source, FA__ACCESS_NORMAL);
        return;
    case FA_ADVICE_RANDOM:
        source->class->expect(source, FA__ACCESS_RANDOM);
        return;
    case FA_ADVICE_SEQUENTIAL:
        source->class->expect(source, FA__ACCESS_SEQUENTIAL);
        return;
    case FA_ADVICE_WILL_NEED:
        source->class->prefetch(source, first, (int64_t)size);
        return;
    case FA_ADVICE_DONT_NEED:
        source->class->drop(source, first, (int64_t)size);
        return;
    }
    fa__fail(err, FA_INVALID_ARGUMENT, "%d is no advice", (int)advice);
}

/* ---- Arrays ---- */

/* Gives the size of -1 what the map has left. */
static bool fill_shape(const fa_map *map, int64_t item_bytes, fa_shape shape, size_t offset,
                       fa__geometry *geometry, fa_error *err)
{
    int open_axis = -1;
    int64_t count, left = (int64_t)(fa_map_size(map) - offset);
    if (shape.ndim < 0 || shape.ndim > FA_MAX_NDIM || (shape.sizes == NULL && shape.ndim > 0))
        return fa__fail(err, FA_BAD_SHAPE, "a shape of %d dimensions: from 0 to %d are possible", shape.ndim,
                        FA_MAX_NDIM);
    geometry->ndim = shape.ndim;
    for (int i = 0; i < shape.ndim; i++) {
        bool open = shape.sizes[i] == -1 && open_axis < 0;
        geometry->sizes[i] = open ? 1 : shape.sizes[i];
        if (open)
            open_axis = i;
    }
    if (!fa__shape_count(shape.ndim, geometry->sizes, item_bytes, &count, err))
        return false;
    if (open_axis >= 0 && (count == 0 || left % (count * item_bytes) != 0))
        return fa__fail(err, FA_BAD_SHAPE, "%s: %lld bytes from byte %zu on are no multiple of %lld",
                        fa__map_name(map), (long long)left, offset, (long long)(count * item_bytes));
    if (open_axis >= 0) {
        geometry->sizes[open_axis] = left / (count * item_bytes);
        count *= geometry->sizes[open_axis];
    }
    return check_range(map, offset, (size_t)(count * item_bytes), err);
}

fa_array *fa_map_array(fa_map *map, const fa_dtype *dtype, fa_shape shape, size_t offset, fa_error *err)
{
    if (fa__map_unusable(map, err) || !fa__source_check(map->bytes->source, err) ||
        !check_range(map, offset, 0, err))
        return NULL;
    if (dtype == NULL || dtype->item_bytes == 0) {
        fa__fail(err, dtype == NULL ? FA_INVALID_ARGUMENT : FA_BAD_DTYPE,
                 "an array over a map needs a dtype of at least one byte");
        return NULL;
    }
    fa__geometry geometry = {.offset = map->bytes->offset + (int64_t)offset};
    if (!fill_shape(map, dtype->item_bytes, shape, offset, &geometry, err))
        return NULL;
    fa__strides_c(geometry.ndim, geometry.sizes, dtype->item_bytes, geometry.strides);
    return fa__view(map->bytes->source, dtype, &geometry, map->bytes->writeable, err);
}
