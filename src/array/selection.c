/* SPDX-License-Identifier: BSD-3-Clause */
/* Arrays in an index stand for whole axes in the view that is made first; integers beside them are part of
 * that view, but count as arrays where it is asked whether all of them are neighbours. */
#include "array/selection.h"

#include "array/slice.h"

/* Where the walk over an index is. */
typedef struct walk {
    fa_index_part parts[FA__MAX_INDEX_PARTS]; /* the index without arrays */
    int part_count;
    int axis;         /* of the array */
    int made;         /* axes of the base */
    int chosen;       /* of those, in axes that selectors choose from */
    int before_first; /* others before the first integer or array; -1: none yet */
    bool apart;       /* something stands between two of them */
    bool closed;      /* something stands behind the last of them */
} walk;

bool fa__selects(fa_index_parts index)
{
    for (int i = 0; i < index.count; i++)
        if (index.parts[i].kind == FA__PART_ARRAY)
            return true;
    return false;
}

static int axes_used(const fa_index_part *part, const fa__selector *selector)
{
    if (part->kind == FA__PART_ARRAY)
        return selector->is_mask ? selector->ndim : 1;
    return part->kind == FA__PART_AT || part->kind == FA__PART_RANGE;
}

/* How many axes an ellipsis hides; -1 with an error. */
static int hidden_axes(const fa__geometry *from, fa_index_parts index, const fa__selector *selectors,
                       fa_error *err)
{
    int used = 0, ellipses = 0;
    for (int i = 0; i < index.count; i++) {
        used += axes_used(&index.parts[i], selectors);
        selectors += index.parts[i].kind == FA__PART_ARRAY;
        ellipses += index.parts[i].kind == FA__PART_ELLIPSIS;
    }
    if (ellipses > 1) {
        fa__fail(err, FA_BAD_INDEX, "an index can only have a single ellipsis ('...')");
        return -1;
    }
    if (used <= from->ndim)
        return from->ndim - used;
    fa__fail(err, FA_BAD_INDEX, "too many indices for array: array is %d-dimensional, but %d were indexed",
             from->ndim, used);
    return -1;
}

/* As in NumPy, an axis of a mask without elements fits every axis. */
static bool mask_fits(const fa__geometry *from, int axis, const fa__selector *mask, fa_error *err)
{
    for (int i = 0; i < mask->ndim; i++)
        if (mask->sizes[i] != from->sizes[axis + i] && mask->sizes[i] != 0)
            return fa__fail(
                err, FA_BAD_INDEX,
                "boolean index did not match indexed array along axis %d; size of axis is %lld but size of "
                "corresponding boolean axis is %lld",
                axis + i, (long long)from->sizes[axis + i], (long long)mask->sizes[i]);
    return true;
}

static bool add_part(walk *w, fa_index_part part, fa_error *err)
{
    if (w->part_count == FA__MAX_INDEX_PARTS)
        return fa__fail(err, FA_BAD_INDEX, "an index has more than %d parts", FA__MAX_INDEX_PARTS);
    w->parts[w->part_count++] = part;
    return true;
}

static void choose(walk *w)
{
    if (w->before_first < 0)
        w->before_first = w->made - w->chosen;
    w->apart = w->apart || w->closed;
}

static bool add_array(walk *w, const fa__geometry *from, const fa__selector *selector,
                      fa__selection *selection, fa_error *err)
{
    int span = selector->is_mask ? selector->ndim : 1;
    if (selection->count == FA_MAX_NDIM)
        return fa__fail(err, FA_BAD_INDEX, "an index has more than %d arrays", FA_MAX_NDIM);
    if (selector->is_mask && !mask_fits(from, w->axis, selector, err))
        return false;
    choose(w);
    selection->axes[selection->count] = w->made;
    selection->named[selection->count] = w->axis;
    selection->spans[selection->count++] = span;
    for (int i = 0; i < span; i++)
        if (!add_part(w, fa_whole(), err))
            return false;
    w->axis += span;
    w->made += span;
    w->chosen += span;
    return true;
}

static bool add_other(walk *w, const fa_index_part *part, int hidden, fa_error *err)
{
    if (part->kind == FA__PART_AT) {
        choose(w);
        w->axis++;
    } else {
        int axes = part->kind == FA__PART_ELLIPSIS ? hidden : 1;
        w->closed = w->before_first >= 0;
        w->made += axes;
        w->axis += part->kind == FA__PART_NEWAXIS ? 0 : axes;
    }
    return add_part(w, *part, err);
}

bool fa__select(const fa__geometry *from, fa_index_parts index, const fa__selector *selectors,
                fa__selection *selection, fa_error *err)
{
    if (fa_failed(err))
        return false;
    walk w = {.before_first = -1};
    int hidden = hidden_axes(from, index, selectors, err);
    selection->count = 0;
    for (int i = 0; i < index.count && !fa_failed(err); i++) {
        if (index.parts[i].kind == FA__PART_ARRAY)
            add_array(&w, from, selectors++, selection, err);
        else
            add_other(&w, &index.parts[i], hidden, err);
    }
    selection->place = w.apart ? 0 : w.before_first;
    return fa__geometry_index(from, (fa_index_parts){w.part_count, w.parts}, &selection->base, err);
}
