/* SPDX-License-Identifier: BSD-3-Clause */
/* Searching maps: windows of the file in a buffer, which overlap by a pattern less one byte. */
#include "api/map.h"

#include "base/checked.h"
#include "base/memory.h"

#include <string.h>

enum { WINDOW = 256 << 10 };

/* The last place of a pattern in a buffer; NULL when it is not there. */
static const char *find_last(const char *bytes, size_t size, const char *pattern, size_t length)
{
    for (size_t end = size - length + 1; end > 0;) {
        const char *first = memrchr(bytes, pattern[0], end);
        if (first == NULL || memcmp(first, pattern, length) == 0)
            return first;
        end = (size_t)(first - bytes);
    }
    return NULL;
}

/* In [start, stop), which is at least as long as the pattern. */
static int64_t search(const fa_map *map, const char *pattern, size_t length, size_t start, size_t stop,
                      bool last, char *window, size_t room, fa_error *err)
{
    size_t at = last && stop - start > room ? stop - room : start;
    for (;;) {
        size_t size = stop - at < room ? stop - at : room;
        if (last && at + size > stop)
            size = stop - at;
        if (!fa__map_read(map, at, window, size, err))
            return -1;
        const char *found =
            last ? find_last(window, size, pattern, length) : memmem(window, size, pattern, length);
        if (found != NULL)
            return (int64_t)(at + (size_t)(found - window));
        if (last ? at == start : at + size == stop)
            return -1;
        size_t step = room - (length - 1);
        if (!last)
            at += step;
        else
            at = at - start > step ? at - step : start;
    }
}

/* An end of a range as Python's slices understand it. */
static size_t bound(int64_t at, size_t omitted, int64_t size)
{
    if (at == FA_OMITTED)
        return omitted;
    if (at < 0)
        at = fa__max_i64(at + size, 0);
    return (size_t)fa__min_i64(at, size);
}

static int64_t find(fa_map *map, const void *pattern, size_t length, int64_t from, int64_t to, bool last,
                    fa_error *err)
{
    if (fa__map_unusable(map, err) || !fa__source_check(map->bytes->source, err))
        return -1;
    if (pattern == NULL && length > 0) {
        fa__fail(err, FA_INVALID_ARGUMENT, "the pattern is NULL");
        return -1;
    }
    size_t size = fa_map_size(map);
    size_t start = bound(from, map->position, (int64_t)size), stop = bound(to, size, (int64_t)size);
    if (start > stop || length > stop - start)
        return -1;
    if (length == 0)
        return (int64_t)(last ? stop : start);
    size_t room = length < WINDOW / 2 ? WINDOW : 2 * length;
    if (room > stop - start)
        room = stop - start;
    if (!fa__ledger_charge(room)) {
        fa__ledger_refused(err, "searching a map", room);
        return -1;
    }
    char *window = fa__alloc(room, err);
    int64_t found = window != NULL ? search(map, pattern, length, start, stop, last, window, room, err) : -1;
    fa__free(window);
    fa__ledger_release(room);
    return found;
}

int64_t fa_map_find(fa_map *map, const void *pattern, size_t size, int64_t start, int64_t stop, fa_error *err)
{
    return find(map, pattern, size, start, stop, false, err);
}

int64_t fa_map_rfind(fa_map *map, const void *pattern, size_t size, int64_t start, int64_t stop,
                     fa_error *err)
{
    return find(map, pattern, size, start, stop, true, err);
}
