/* SPDX-License-Identifier: BSD-3-Clause */
/* Making nodes that put elements in order or look for them in one. Knows shapes and types; how it is done is
 * known to src/op. */
#include "expr/order.h"

#include "expr/node.h"
#include "expr/routines.h"
#include "expr/take.h"

#include "array/time.h"

#include <string.h>

/* Elements as they are ordered: in the machine's byte order, structures as they stand. */
static fa__node *as_read(fa__node *input, fa_error *err)
{
    fa__node *strong = fa__node_strong(input, err), *node = NULL;
    const fa_dtype *dtype = strong != NULL ? fa__dtype_as_read(strong->dtype, err) : NULL;
    if (dtype != NULL)
        node = fa_dtype_equal(dtype, strong->dtype) ? fa__node_retain(strong)
                                                    : fa__node_as_input(strong, dtype, err);
    fa_dtype_release(dtype);
    fa__node_release(strong);
    return node;
}

/* The same along one axis, all of them where `axis` is FA__FLAT; *axis becomes that one. */
static fa__node *along_axis(fa__node *input, int *axis, bool may_be_0d, fa_error *err)
{
    if (!fa__nodes_usable(1, &input, err))
        return NULL;
    fa__node *elements = as_read(input, err), *node = elements;
    if (elements == NULL)
        return NULL;
    if (*axis == FA__FLAT || (may_be_0d && input->ndim == 0 && (*axis == 0 || *axis == -1))) {
        node = input->ndim == 1 ? fa__node_retain(elements) : fa__node_ravel(elements, err);
        *axis = 0;
    } else {
        *axis = fa__axis(*axis, input->ndim, err);
        node = *axis >= 0 ? fa__node_retain(elements) : NULL;
    }
    fa__node_release(elements);
    return node;
}

static fa__node *ordered(fa__whole whole, fa__node *input, int axis, const fa_dtype *dtype, bool may_be_0d,
                         fa_error *err)
{
    fa__node *elements = along_axis(input, &axis, may_be_0d, err), *node = NULL;
    if (elements != NULL)
        node = fa__node_whole(whole, dtype != NULL ? dtype : elements->dtype, elements->ndim, elements->sizes,
                              1, &elements, &(fa__whole_arguments){.axes = UINT64_C(1) << axis}, err);
    fa__node_release(elements);
    return node;
}

fa__node *fa__node_sort(fa__node *input, int axis, fa_error *err)
{
    return ordered(FA__WHOLE_SORT, input, axis, NULL, false, err);
}

fa__node *fa__node_distinct(fa__node *input, fa_error *err)
{
    int axis = FA__FLAT;
    fa__node *elements = along_axis(input, &axis, false, err), *node = NULL;
    const fa__whole_arguments distinct = {.axes = 1, .option = FA__ORDER_DISTINCT};
    if (elements != NULL)
        node =
            fa__node_whole(FA__WHOLE_SORT, elements->dtype, 1, elements->sizes, 1, &elements, &distinct, err);
    fa__node_release(elements);
    return node;
}

fa__node *fa__node_argsort(fa__node *input, int axis, fa_error *err)
{
    return ordered(FA__WHOLE_ARGSORT, input, axis, FA_INT64, true, err);
}

/* ---- Partitions ---- */

/* Around one position. */
static fa__node *parted(fa__node *input, int64_t kth, int axis, bool positions, fa_error *err)
{
    int64_t size = input->sizes[axis];
    if (fa__count(input->ndim, input->sizes) == 0) {
        kth = 0; /* nothing is there to be out of bounds of */
    } else if (kth < -size || kth >= size) {
        fa__fail(err, FA_BAD_INDEX, "kth(=%lld) out of bounds (%lld)", (long long)kth, (long long)size);
        return NULL;
    }
    fa__whole_arguments arguments = {
        .axes = UINT64_C(1) << axis, .option = FA__ORDER_PARTITION, .number = kth < 0 ? kth + size : kth};
    return fa__node_whole(positions ? FA__WHOLE_ARGSORT : FA__WHOLE_SORT, positions ? FA_INT64 : input->dtype,
                          input->ndim, input->sizes, 1, &input, &arguments, err);
}

/* One partition after the other: each leaves what stands below, equal and above as it stood, and so what the
 * ones before it have put in place. */
static fa__node *parted_values(fa__node *elements, const int64_t *kth, int count, int axis, fa_error *err)
{
    fa__node *node = fa__node_retain(elements);
    for (int i = 0; i < count && node != NULL; i++) {
        fa__node *next = parted(node, kth[i], axis, false, err);
        fa__node_release(node);
        node = next;
    }
    return node;
}

static fa__node *parted_positions(fa__node *elements, const int64_t *kth, int count, int axis, fa_error *err)
{
    fa__node *node = parted(elements, kth[0], axis, true, err);
    for (int i = 1; i < count && node != NULL; i++) {
        fa__node *values = fa__node_take_along_axis(elements, node, axis, err);
        fa__node *order = values != NULL ? parted(values, kth[i], axis, true, err) : NULL;
        fa__node *next = order != NULL ? fa__node_take_along_axis(node, order, axis, err) : NULL;
        fa__node_release(values);
        fa__node_release(order);
        fa__node_release(node);
        node = next;
    }
    return node;
}

fa__node *fa__node_partition(fa__node *input, const int64_t *kth, int count, int axis, bool positions,
                             fa_error *err)
{
    fa__node *elements = along_axis(input, &axis, positions, err), *node = NULL;
    if (elements != NULL && count < 1)
        fa__fail(err, FA_INVALID_ARGUMENT, "a partition needs a position");
    else if (elements != NULL)
        node = positions ? parted_positions(elements, kth, count, axis, err)
                         : parted_values(elements, kth, count, axis, err);
    fa__node_release(elements);
    return node;
}

/* ---- Places in an order ---- */

/* Two arrays as elements of the type that holds both; one reference each. */
static bool as_one_type(fa__node *first, fa__node *second, fa__node *both[2], fa_error *err)
{
    fa__node *read[2] = {as_read(first, err), as_read(second, err)};
    const fa_dtype *dtype = fa_failed(err) ? NULL : fa__dtype_of_both(read[0]->dtype, read[1]->dtype, err);
    for (int i = 0; i < 2; i++)
        both[i] = dtype != NULL ? fa__node_as_input(read[i], dtype, err) : NULL;
    fa_dtype_release(dtype);
    for (int i = 0; i < 2; i++) {
        fa__node_release(read[i]);
        if (fa_failed(err))
            fa__node_release(both[i]);
    }
    return !fa_failed(err);
}

static fa__node *sought(fa__whole whole, fa__node *first, fa__node *second, bool option,
                        const fa_dtype *dtype, const fa__node *shape, fa_error *err)
{
    fa__node *both[2];
    if (!as_one_type(first, second, both, err))
        return NULL;
    fa__node *node = fa__node_whole(whole, dtype, shape->ndim, shape->sizes, 2, both,
                                    &(fa__whole_arguments){.option = option}, err);
    fa__node_release(both[0]);
    fa__node_release(both[1]);
    return node;
}

fa__node *fa__node_searchsorted(fa__node *sorted, fa__node *elements, bool right, fa_error *err)
{
    if (!fa__nodes_usable(1, &sorted, err) || !fa__nodes_usable(1, &elements, err))
        return NULL;
    if (sorted->ndim != 1) {
        fa__fail(err, FA_BAD_SHAPE, "elements are sought in an array of one dimension, this one has %d",
                 sorted->ndim);
        return NULL;
    }
    return sought(FA__WHOLE_SEARCHSORTED, sorted, elements, right, FA_INT64, elements, err);
}

static bool are_wide_of_both_signs(const fa__node *first, const fa__node *second)
{
    const fa_type a = first->dtype->type, b = second->dtype->type;
    return !fa__node_is_weak(first) && !fa__node_is_weak(second) &&
           ((a == FA_TYPE_INT64 && b == FA_TYPE_UINT64) || (a == FA_TYPE_UINT64 && b == FA_TYPE_INT64));
}

/* int64 in uint64 or the other way: no type holds both, and float64 takes neighbours for one. As bits of the
 * other type only what both hold, the numbers from 0 to 2**63 - 1, is found. */
static fa__node *isin_of_bits(fa__node *elements, fa__node *tests, bool invert, fa_error *err)
{
    fa__node *bits = fa__node_cast(elements, tests->dtype, err),
             *as_signed = fa__node_cast(elements, FA_INT64, err);
    fa__node *zero = fa__node_int(0, err), *parts[2] = {NULL, NULL}, *node = NULL;
    if (!fa_failed(err)) {
        parts[0] = sought(FA__WHOLE_ISIN, bits, tests, invert, FA_BOOL, elements, err);
        parts[1] = fa__node_operation(invert ? FA__OP_LESS : FA__OP_GREATER_EQUAL,
                                      (fa__node *[]){as_signed, zero}, err);
    }
    if (!fa_failed(err))
        node = fa__node_operation(invert ? FA__OP_LOGICAL_OR : FA__OP_LOGICAL_AND, parts, err);
    fa__node *const made[] = {bits, as_signed, zero, parts[0], parts[1]};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        fa__node_release(made[i]);
    return node;
}

fa__node *fa__node_isin(fa__node *elements, fa__node *tests, bool invert, fa_error *err)
{
    if (!fa__nodes_usable(1, &elements, err) || !fa__nodes_usable(1, &tests, err))
        return NULL;
    if (are_wide_of_both_signs(elements, tests))
        return isin_of_bits(elements, tests, invert, err);
    return sought(FA__WHOLE_ISIN, elements, tests, invert, FA_BOOL, elements, err);
}

/* ---- Several keys ---- */

static bool have_one_shape(int count, fa__node *const *keys, fa_error *err)
{
    if (count < 1)
        return fa__fail(err, FA_BAD_TYPES, "need sequence of keys with len > 0 in lexsort");
    for (int i = 1; i < count; i++)
        if (keys[i]->ndim != keys[0]->ndim ||
            memcmp(keys[i]->sizes, keys[0]->sizes, (size_t)keys[0]->ndim * sizeof(int64_t)) != 0)
            return fa__fail(err, FA_BAD_SHAPE, "all keys need to be the same shape");
    return true;
}

/* Sorting is stable: the last key that is sorted by is the first one that counts. */
fa__node *fa__node_lexsort(int count, fa__node *const *keys, int axis, fa_error *err)
{
    if (!fa__nodes_usable(count, keys, err) || !have_one_shape(count, keys, err))
        return NULL;
    if (keys[0]->ndim == 0 && (axis == 0 || axis == -1)) /* NumPy's one position has no axis either */
        return fa__node_scalar(FA_TYPE_INT64, &(int64_t){0}, err);
    if (fa__axis(axis, keys[0]->ndim, err) < 0)
        return NULL;
    fa__node *positions = fa__node_argsort(keys[0], axis, err);
    for (int i = 1; i < count && positions != NULL; i++) {
        fa__node *key = fa__node_take_along_axis(keys[i], positions, axis, err);
        fa__node *order = key != NULL ? fa__node_argsort(key, axis, err) : NULL;
        fa__node *next = order != NULL ? fa__node_take_along_axis(positions, order, axis, err) : NULL;
        fa__node_release(key);
        fa__node_release(order);
        fa__node_release(positions);
        positions = next;
    }
    return positions;
}

fa__node *fa__node_sort_complex(fa__node *input, fa_error *err)
{
    fa__node *sorted = fa__node_sort(input, -1, err), *node = NULL;
    if (sorted == NULL)
        return NULL;
    fa_type type = sorted->dtype->type;
    bool is_short = type >= FA_TYPE_INT8 && type <= FA_TYPE_UINT16;
    if (type == FA_TYPE_COMPLEX64 || type == FA_TYPE_COMPLEX128)
        node = fa__node_retain(sorted);
    else if (fa__type_is_numeric(type) || fa__type_is_time(type))
        node = fa__node_cast(sorted, is_short ? FA_COMPLEX64 : FA_COMPLEX128, err);
    else
        fa__fail(err, FA_BAD_TYPES, "sort_complex() takes numbers, not %s", fa__type_name(type));
    fa__node_release(sorted);
    return node;
}
