/* SPDX-License-Identifier: BSD-3-Clause */
/* Flat ranges of a box as boxes.
 *
 *     . . . a a      a flat range of rows is at most a tail of a row, whole rows, and a head of a row, for
 * every b b b b b      number of axes: at each step the largest aligned box that fits is taken. b b b b b c c
 * . . .
 */
#include "engine/tiles.h"

#include "base/checked.h"

int fa__merge_axes(int ndim, const int64_t *sizes, const int64_t *strides, int64_t *merged_sizes,
                   int64_t *merged_strides)
{
    int count = 0;
    for (int i = 0; i < ndim; i++) {
        if (sizes[i] == 1)
            continue;
        if (count > 0 && merged_strides[count - 1] == sizes[i] * strides[i]) {
            merged_sizes[count - 1] *= sizes[i];
            merged_strides[count - 1] = strides[i];
        } else {
            merged_sizes[count] = sizes[i];
            merged_strides[count] = strides[i];
            count++;
        }
    }
    if (count == 0) {
        merged_sizes[0] = 1;
        merged_strides[0] = 0;
        count = 1;
    }
    return count;
}

int64_t fa__flat_offset(int ndim, const int64_t *sizes, const int64_t *strides, int64_t flat)
{
    int64_t offset = 0;
    for (int i = ndim - 1; i >= 0 && flat > 0; i--) {
        offset += flat % sizes[i] * strides[i];
        flat /= sizes[i];
    }
    return offset;
}

bool fa__each_box(int ndim, const int64_t *sizes, const int64_t *strides, int64_t offset, int64_t item_bytes,
                  int64_t first, int64_t last, bool (*each)(const fa__box *box, int64_t first, void *user),
                  void *user)
{
    int64_t s[FA_MAX_NDIM], t[FA_MAX_NDIM], inside[FA_MAX_NDIM + 1], box_sizes[FA_MAX_NDIM];
    int n = fa__merge_axes(ndim, sizes, strides, s, t);
    inside[n] = 1;
    for (int i = n - 1; i >= 0; i--)
        inside[i] = inside[i + 1] * s[i];
    while (first < last) {
        int axis = n - 1;
        while (axis > 0 && first % inside[axis] == 0 && last - first >= inside[axis])
            axis--;
        int64_t along = first / inside[axis + 1] % s[axis];
        int64_t count = fa__min_i64((last - first) / inside[axis + 1], s[axis] - along);
        box_sizes[axis] = count;
        for (int i = axis + 1; i < n; i++)
            box_sizes[i] = s[i];
        fa__box box = {n - axis, item_bytes, offset + fa__flat_offset(n, s, t, first), box_sizes + axis,
                       t + axis};
        if (!each(&box, first, user))
            return false;
        first += count * inside[axis + 1];
    }
    return true;
}

struct extent {
    int64_t low, high;
};

static bool add_extent(const fa__box *box, int64_t first, void *user)
{
    struct extent *extent = user;
    int64_t low = box->offset, high = box->offset + box->item_bytes;
    for (int i = 0; i < box->ndim; i++) {
        int64_t reach = (box->sizes[i] - 1) * box->strides[i];
        *(reach < 0 ? &low : &high) += reach;
    }
    extent->low = fa__min_i64(extent->low, low);
    extent->high = fa__max_i64(extent->high, high);
    (void)first;
    return true;
}

void fa__range_extent(int ndim, const int64_t *sizes, const int64_t *strides, int64_t offset,
                      int64_t item_bytes, int64_t first, int64_t last, int64_t *low, int64_t *high)
{
    struct extent extent = {INT64_MAX, INT64_MIN};
    fa__each_box(ndim, sizes, strides, offset, item_bytes, first, last, add_extent, &extent);
    *low = extent.low;
    *high = extent.high;
}
