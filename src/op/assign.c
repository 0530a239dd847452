/* SPDX-License-Identifier: BSD-3-Clause */
/* A place is a position of the indices and one of the axes of which nothing is chosen. Where the innermost of
 * these is dense in the target, all of it is one unit. */
#include "op/assign.h"

#include "engine/buffers.h"
#include "engine/engine.h"
#include "engine/tiles.h"
#include "op/chooser.h"
#include "op/places.h"

#include "base/checked.h"
#include "base/memory.h"

#include <string.h>

enum { VALUE_BYTES = 1 << 20 }; /* of values that are looked at together */

typedef struct walk {
    fa__source *source;
    int64_t offset, item_bytes;
    int swap;
    fa__chooser *chooser;
    fa__flat values;
    int ndim; /* axes of which nothing is chosen, but for the unit */
    int64_t sizes[FA_MAX_NDIM], strides[FA_MAX_NDIM];
    int64_t others; /* how many positions they have */
    int64_t unit;   /* elements */
} walk;

/* The axes of `target` of which nothing is chosen. */
static void set_others(walk *w, const fa__take *take, const fa_array *target)
{
    int64_t sizes[FA_MAX_NDIM], strides[FA_MAX_NDIM];
    int count = 0;
    for (int i = 0; i < target->ndim; i++) {
        bool chosen = false;
        for (int k = 0; k < take->count; k++)
            chosen =
                chosen || (i >= take->indices[k].axis && i < take->indices[k].axis + take->indices[k].span);
        if (chosen)
            continue;
        sizes[count] = target->sizes[i];
        strides[count++] = target->strides[i];
    }
    w->ndim = fa__merge_axes(count, sizes, strides, w->sizes, w->strides);
    w->others = fa__count(w->ndim, w->sizes);
    w->unit = 1;
    if (w->strides[w->ndim - 1] == w->item_bytes && w->sizes[w->ndim - 1] * w->item_bytes <= VALUE_BYTES) {
        w->unit = w->sizes[--w->ndim];
        w->others /= fa__max_i64(w->unit, 1);
    }
}

/* Values in the order of the walk: the axes of the indices first, then the others. */
static bool start_values(walk *w, const fa__node *node, const fa_array *values, const fa_dtype *dtype,
                         fa_error *err)
{
    const fa__take *take = node->as.move.take;
    fa__geometry geometry;
    int axes[FA_MAX_NDIM], made = 0;
    if (values->ndim != node->ndim)
        return fa__flat_start(&w->values, values, dtype, err);
    for (int i = 0; i < take->ndim; i++)
        axes[made++] = take->place + i;
    for (int i = 0; i < node->ndim; i++)
        if (i < take->place || i >= take->place + take->ndim)
            axes[made++] = i;
    fa__view_geometry(values, &geometry);
    if (!fa__geometry_permute(&geometry, (fa_axes){made, axes}, &geometry, err))
        return false;
    fa_array *view = fa__view(values->source, values->dtype, &geometry, false, err);
    if (view != NULL)
        fa__flat_start(&w->values, view, dtype, err);
    fa_release(view);
    return !fa_failed(err);
}

static bool start(walk *w, const fa__node *node, fa_array *const *positions, const fa_array *values,
                  fa_error *err)
{
    const fa__take *take = node->as.move.take;
    const fa_array *target = node->inputs[0]->array;
    w->source = target->source;
    w->offset = target->offset;
    w->item_bytes = target->dtype->item_bytes;
    w->swap = fa__dtype_swap(target->dtype);
    set_others(w, take, target);
    if (!start_values(w, node, values, target->dtype, err))
        return false;
    w->chooser = fa__chooser_new(take, take->ndim, node->sizes + take->place, target, positions,
                                 fa__checked_indices(node), err);
    return w->chooser != NULL;
}

/* Element numbers [first, first + n) of the values, which begin again when they end: what was read once is
 * copied from then on, twice as much each time. */
static bool read_values(const walk *w, int64_t first, int64_t n, char *to, char *turned, fa_error *err)
{
    char *begin = w->swap > 1 ? turned : to;
    int64_t count = w->values.count, distinct = fa__min_i64(n, count);
    for (int64_t done = 0; done < distinct;) {
        int64_t at = (first + done) % count, some = fa__min_i64(distinct - done, count - at);
        if (!fa__flat_read(&w->values, at, 1, some, begin + done * w->item_bytes, err))
            return false;
        done += some;
    }
    for (int64_t done = distinct; done < n;) {
        int64_t some = fa__min_i64(done, n - done);
        memcpy(begin + done * w->item_bytes, begin, (size_t)(some * w->item_bytes));
        done += some;
    }
    if (w->swap > 1)
        fa__gather(to, turned, w->item_bytes, n, w->item_bytes, w->swap);
    return true;
}

/* Offsets of units [first, first + n), each a position of the indices and one of the other axes. */
static bool find_units(const walk *w, int64_t first, int64_t n, int64_t *offsets, int64_t *room,
                       fa_error *err)
{
    int64_t begin = first / w->others, end = (first + n - 1) / w->others + 1, *chosen = room + n;
    if (!fa__chooser_offsets(w->chooser, begin, 1, end - begin, chosen, room, err))
        return false;
    for (int64_t i = 0; i < n && w->others == 1; i++)
        offsets[i] = w->offset + chosen[i];
    for (int64_t i = 0; i < n && w->others > 1; i++) {
        int64_t at = first + i, other = at % w->others;
        offsets[i] = w->offset + chosen[at / w->others - begin] +
                     fa__flat_offset(w->ndim, w->sizes, w->strides, other);
    }
    return true;
}

static bool walk_all(const walk *w, fa__places_visit *visit, void *user, fa_error *err)
{
    int64_t total = w->chooser->total * w->others, unit_bytes = w->unit * w->item_bytes;
    if (total == 0 || unit_bytes == 0 || w->values.count == 0)
        return !fa_failed(err);
    int64_t most = fa__max_i64(fa__min_i64(VALUE_BYTES / unit_bytes, FA__PLACES), 1);
    most = fa__min_i64(most, total);
    size_t numbers = 3 * (size_t)most * sizeof(int64_t), values = (size_t)fa__round_up(most * unit_bytes, 64);
    size_t bytes = numbers + values * (w->swap > 1 ? 2 : 1);
    char *buffer = fa__buffer_take(bytes, err);
    int64_t *offsets = (int64_t *)(void *)buffer;
    char *room = buffer + numbers;
    for (int64_t first = 0, n; buffer != NULL && first < total; first += n) {
        n = fa__min_i64(most, total - first);
        if (!find_units(w, first, n, offsets, offsets + most, err) ||
            !read_values(w, first * w->unit, n * w->unit, room, room + values, err) ||
            !visit(w->source, offsets, n, unit_bytes, room, user, err))
            break;
    }
    fa__buffer_give_back(buffer, bytes);
    return !fa_failed(err);
}

bool fa__each_place(const fa__node *take, fa_array *const *positions, const fa_array *values,
                    fa__places_visit *visit, void *user, fa_error *err)
{
    walk w = {0};
    if (!fa_failed(err) && start(&w, take, positions, values, err))
        walk_all(&w, visit, user, err);
    fa__chooser_free(w.chooser);
    fa__flat_clear(&w.values);
    return !fa_failed(err);
}

static bool write_places(fa__source *source, const int64_t *offsets, int64_t n, int64_t bytes,
                         const void *values, void *user, fa_error *err)
{
    (void)user;
    return fa__places_write(source, offsets, n, bytes, values, err);
}

bool fa__assign_places(const fa__node *take, fa_array *const *positions, const fa_array *values,
                       fa_error *err)
{
    if (fa_failed(err) || fa__engine_busy(err) || !fa__engine_enter(NULL, err))
        return false;
    fa__each_place(take, positions, values, write_places, NULL, err);
    fa__engine_leave();
    return !fa_failed(err);
}
