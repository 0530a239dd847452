/* SPDX-License-Identifier: BSD-3-Clause */
/* Putting arrays together and taking them apart. Knows nothing but which graph a function stands for. */
#include "api/api.h"

#include "base/memory.h"

#include <farray/move.h>

/* A leaf for each array; released by release_leaves(). */
static fa__node **leaves_of(fa_array *const *arrays, int count, fa_error *err)
{
    if (fa_failed(err))
        return NULL;
    if (count < 0 || (arrays == NULL && count > 0)) {
        fa__fail(err, FA_INVALID_ARGUMENT, "a list of %d arrays", count);
        return NULL;
    }
    fa__node **leaves = fa__alloc_zero((size_t)count, sizeof *leaves, err);
    for (int i = 0; leaves != NULL && i < count; i++)
        leaves[i] = fa__leaf(arrays[i], err);
    return leaves;
}

static void release_leaves(fa__node **leaves, int count)
{
    for (int i = 0; leaves != NULL && i < count; i++)
        fa__node_release(leaves[i]);
    fa__free(leaves);
}

fa_array *fa_concatenate(fa_array *const *arrays, int count, int axis, fa_error *err)
{
    fa__node **leaves = leaves_of(arrays, count, err);
    fa_array *array = fa__array_of(fa__node_concatenate(count, leaves, axis, NULL, err), err);
    release_leaves(leaves, count);
    return array;
}
