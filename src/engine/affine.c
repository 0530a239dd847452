/* SPDX-License-Identifier: BSD-3-Clause */
/* Index maps. Finding the map of a view means writing its offset and each of its strides as a sum of steps
 * along the axes of the layout, and proving that no index leaves its axis; what cannot be proved is not a
 * map. */
#include "engine/affine.h"

#include "base/checked.h"
#include "base/memory.h"

#include <string.h>

fa__affine *fa__affine_new(int rows, int columns, fa_error *err)
{
    size_t numbers = (size_t)rows + (size_t)rows * (size_t)columns;
    fa__affine *map = fa__alloc_zero(1, sizeof *map + numbers * sizeof(int64_t), err);
    if (map == NULL)
        return NULL;
    map->rows = rows;
    map->columns = columns;
    map->start = (int64_t *)(map + 1);
    map->coefficient = map->start + rows;
    return map;
}

fa__affine *fa__affine_identity(int ndim, fa_error *err)
{
    fa__affine *map = fa__affine_new(ndim, ndim, err);
    for (int i = 0; map != NULL && i < ndim; i++)
        map->coefficient[i * ndim + i] = 1;
    return map;
}

static size_t number_bytes(const fa__affine *map)
{
    return (size_t)map->rows * (size_t)(1 + map->columns) * sizeof(int64_t);
}

fa__affine *fa__affine_copy(const fa__affine *map, fa_error *err)
{
    fa__affine *copy = fa__affine_new(map->rows, map->columns, err);
    if (copy != NULL)
        memcpy(copy->start, map->start, number_bytes(map));
    return copy;
}

bool fa__affine_equal(const fa__affine *a, const fa__affine *b)
{
    if (a->rows != b->rows || a->columns != b->columns)
        return false;
    return memcmp(a->start, b->start, number_bytes(a)) == 0;
}

fa__affine *fa__affine_compose(const fa__affine *outer, const fa__affine *inner, fa_error *err)
{
    fa__affine *map = fa__affine_new(outer->rows, inner->columns, err);
    if (map == NULL)
        return NULL;
    for (int r = 0; r < outer->rows; r++) {
        map->start[r] = outer->start[r];
        for (int m = 0; m < outer->columns; m++) {
            int64_t factor = outer->coefficient[r * outer->columns + m];
            if (factor == 0)
                continue;
            map->start[r] += factor * inner->start[m];
            for (int c = 0; c < inner->columns; c++)
                map->coefficient[r * map->columns + c] += factor * inner->coefficient[m * inner->columns + c];
        }
    }
    return map;
}

fa__affine *fa__affine_broadcast(const fa__affine *map, int ndim, const int64_t *sizes, fa_error *err)
{
    fa__affine *result = fa__affine_new(ndim, map->columns, err);
    if (result == NULL)
        return NULL;
    int skipped = map->rows - ndim;
    for (int r = 0; r < ndim; r++) {
        if (sizes[r] == 1)
            continue;
        result->start[r] = map->start[r + skipped];
        memcpy(result->coefficient + r * map->columns, map->coefficient + (r + skipped) * map->columns,
               (size_t)map->columns * sizeof(int64_t));
    }
    return result;
}

/* Writes `stride` as a sum of coefficients times layout strides, such that `count` steps stay inside the
 * layout when begun anywhere. Axes are tried from the largest stride down; each may take the quotient or one
 * more (for strides like those of an antidiagonal). */
static bool solve_stride(int64_t stride, int64_t count, int ndim, const int64_t *sizes,
                         const int64_t *strides, const int *order, int64_t *coefficients)
{
    for (int choice = 0; choice < 2; choice++) {
        int64_t rest = stride;
        memset(coefficients, 0, (size_t)ndim * sizeof *coefficients);
        for (int i = 0; i < ndim; i++) {
            int axis = order[i];
            if (sizes[axis] <= 1 || strides[axis] == 0)
                continue;
            int64_t quotient = rest / strides[axis];
            if (choice == 1 && rest % strides[axis] != 0) {
                int64_t next = quotient + ((rest < 0) == (strides[axis] < 0) ? 1 : -1);
                if ((next < 0 ? -next : next) * (count - 1) < sizes[axis])
                    quotient = next;
            }
            coefficients[axis] = quotient;
            rest -= quotient * strides[axis];
        }
        if (rest == 0)
            return true;
    }
    return count <= 1; /* one step or none: any coefficients do */
}

fa__affine *fa__affine_of_view(const fa__geometry *geometry, int ndim, const int64_t *sizes,
                               const int64_t *strides, fa_error *err)
{
    int order[FA_MAX_NDIM];
    fa__k_order(ndim, sizes, strides, order);
    fa__affine *map = fa__affine_new(ndim, geometry->ndim, err);
    if (map == NULL)
        return NULL;
    int64_t rest = geometry->offset;
    for (int i = 0; i < ndim; i++) {
        int axis = order[i];
        if (sizes[axis] <= 1 || strides[axis] == 0)
            continue;
        map->start[axis] = rest / strides[axis];
        rest -= map->start[axis] * strides[axis];
    }
    bool found = rest == 0;
    for (int c = 0; c < geometry->ndim && found; c++) {
        int64_t coefficients[FA_MAX_NDIM];
        if (geometry->sizes[c] <= 1)
            continue;
        found =
            solve_stride(geometry->strides[c], geometry->sizes[c], ndim, sizes, strides, order, coefficients);
        for (int r = 0; r < ndim; r++)
            map->coefficient[r * map->columns + c] = coefficients[r];
    }
    /* No index may leave its axis. */
    for (int r = 0; r < ndim && found; r++) {
        int64_t low = map->start[r], high = map->start[r];
        for (int c = 0; c < map->columns; c++) {
            int64_t reach = map->coefficient[r * map->columns + c] * (geometry->sizes[c] - 1);
            *(reach < 0 ? &low : &high) += geometry->sizes[c] > 0 ? reach : 0;
        }
        found = (low >= 0 && high < sizes[r]) || sizes[r] == 0;
    }
    if (found)
        return map;
    fa__free(map);
    return NULL;
}

int64_t fa__affine_offset(const fa__affine *map, int64_t offset, const int64_t *strides)
{
    for (int r = 0; r < map->rows; r++)
        offset += map->start[r] * strides[r];
    return offset;
}

void fa__affine_strides(const fa__affine *map, const int64_t *strides, int64_t *domain_strides)
{
    for (int c = 0; c < map->columns; c++) {
        domain_strides[c] = 0;
        for (int r = 0; r < map->rows; r++)
            domain_strides[c] += map->coefficient[r * map->columns + c] * strides[r];
    }
}
