/* SPDX-License-Identifier: BSD-3-Clause */
/* Views as text: as the index that makes them where there is one, else by their sizes and strides. */
#include "text/writer.h"

#include "array/slice.h"

#include <string.h>

/* One axis of the base as the slice that gives an axis of the view; false where no step does. */
static bool slice_axis(int64_t size, int64_t stride, int64_t start, int64_t view_size, int64_t view_stride,
                       fa_index_part *part)
{
    int64_t last;
    if (view_stride == 0 || stride == 0 || view_stride % stride != 0)
        return false;
    int64_t step = view_stride / stride;
    if (__builtin_mul_overflow(view_size - 1, step, &last) || last < -start || last >= size - start)
        return false;
    last += start;
    bool to_the_end = step > 0 ? step >= size - last : -step > last;
    *part = fa_range(start, to_the_end ? FA_OMITTED : last + (step > 0 ? 1 : -1), step);
    return true;
}

/* Guesses an index that makes `view` of its base: axes in order, each sliced or at one position, and new ones
 * of size 1. How far an offset lies along each axis is plain, as the base is dense. */
static int guess_index(const fa__geometry *view, const fa__node *base, fa_index_part *parts)
{
    int axis = 0, made = 0;
    for (int i = 0; i <= view->ndim; i++) {
        if (i < view->ndim && view->sizes[i] == 1 && view->strides[i] == 0) {
            parts[made++] = fa_newaxis();
            continue;
        }
        for (; axis < base->ndim; axis++) {
            int64_t size = base->sizes[axis], stride = base->strides[axis];
            int64_t start = size > 1 ? view->offset / stride % size : 0;
            if (i < view->ndim &&
                slice_axis(size, stride, start, view->sizes[i], view->strides[i], &parts[made]))
                break;
            parts[made++] = fa_at(start);
        }
        if (i == view->ndim)
            break;
        if (axis++ == base->ndim)
            return 0;
        made++;
    }
    return made;
}

/* The index that makes `view` of `base`, where a simple one does; how many parts it has, 0 where none does.
 */
static int find_index(const fa__geometry *view, const fa__node *base, fa_index_part *parts)
{
    if (view->ndim == 0 ? base->ndim == 0 : fa__count(view->ndim, view->sizes) == 0)
        return 0;
    int made = guess_index(view, base, parts);
    fa_error err = {0};
    fa__geometry got;
    fa__node_geometry(base, &got);
    size_t bytes = (size_t)view->ndim * sizeof(int64_t);
    bool same = made > 0 && fa__geometry_index(&got, (fa_index_parts){made, parts}, &got, &err) &&
                got.offset == view->offset && got.ndim == view->ndim &&
                memcmp(got.sizes, view->sizes, bytes) == 0 && memcmp(got.strides, view->strides, bytes) == 0;
    return same ? made : 0;
}

typedef enum view_form { FORM_STRIDED, FORM_INDEX, FORM_TRANSPOSED_INDEX } view_form;

/* An index, the transpose of one, or neither: then sizes and strides are spelled out. */
static view_form form_of(const fa__node *view, const fa__node *base, fa_index_part *parts, int *count)
{
    fa__geometry geometry;
    fa__node_geometry(view, &geometry);
    if (!fa_dtype_equal(view->dtype, base->dtype))
        return FORM_STRIDED;
    *count = find_index(&geometry, base, parts);
    if (*count > 0)
        return FORM_INDEX;
    fa__geometry_transpose(&geometry, &geometry);
    *count = find_index(&geometry, base, parts);
    return *count > 0 ? FORM_TRANSPOSED_INDEX : FORM_STRIDED;
}

static void put_range(fa__writer *w, const fa_index_part *part, int64_t size)
{
    if (part->start != (part->step > 0 ? 0 : size - 1))
        fa__put_int(w, part->start);
    fa__put(w, ":");
    if (part->stop != FA_OMITTED)
        fa__put_int(w, part->stop);
    if (part->step != 1) {
        fa__put(w, ":");
        fa__put_int(w, part->step);
    }
}

static bool takes_all(const fa_index_part *part)
{
    return part->kind == FA__PART_RANGE && part->start == 0 && part->stop == FA_OMITTED && part->step == 1;
}

/* "[1:, None, ::-1]", without the ":" that end it; nothing where that is all. */
static void put_index(fa__writer *w, const fa_index_part *parts, int count, const fa__node *base)
{
    int axis = 0;
    while (count > 0 && takes_all(&parts[count - 1]))
        count--;
    for (int i = 0; i < count; i++) {
        fa__put(w, i == 0 ? "[" : ", ");
        if (parts[i].kind == FA__PART_NEWAXIS)
            fa__put(w, "None");
        else if (parts[i].kind == FA__PART_RANGE)
            put_range(w, &parts[i], base->sizes[axis++]);
        else
            fa__put_int(w, (axis++, parts[i].start));
    }
    fa__put(w, count > 0 ? "]" : "");
}

void fa__write_view(fa__writer *w, const fa__node *view, const fa__node *base)
{
    fa_index_part parts[FA__MAX_INDEX_PARTS];
    int count;
    bool strided = form_of(view, base, parts, &count) == FORM_STRIDED;
    fa__push_piece(w, (fa__piece){.kind = FA__PIECE_GEOMETRY, .node = view, .base = base});
    fa__push_node(w, base, strided ? FA__BINDS_NOTHING : FA__BINDS_OPERAND);
    fa__put(w, strided ? "as_strided(" : "");
}

void fa__write_geometry(fa__writer *w, const fa__node *view, const fa__node *base)
{
    fa_index_part parts[FA__MAX_INDEX_PARTS];
    int count;
    view_form form = form_of(view, base, parts, &count);
    if (form != FORM_STRIDED) {
        put_index(w, parts, count, base);
        fa__put(w, form == FORM_TRANSPOSED_INDEX ? ".T" : "");
        return;
    }
    fa__put(w, ", ");
    fa__put_tuple(w, view->ndim, view->sizes);
    fa__put(w, ", ");
    fa__put_tuple(w, view->ndim, view->strides);
    if (view->offset != 0) {
        fa__put(w, ", ");
        fa__put_int(w, view->offset);
    }
    if (!fa_dtype_equal(view->dtype, base->dtype)) {
        fa__put(w, ", dtype=");
        fa__put_dtype(w, view->dtype);
    }
    fa__put(w, ")");
}
