/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading edges and ends that stand, and in which type elements are held against them. */
#include "op/bins_of.h"

#include "array/promote.h"
#include "base/checked.h"
#include "base/memory.h"
#include "kernel/kernel.h"

#include <string.h>

/* The elements of an input of one axis or none, as another type; ended by fa__free(). */
static void *read_beside(const fa__node *node, int input, fa_type type, fa_error *err)
{
    fa_array *array = fa__whole_beside(node, input, err);
    if (array == NULL)
        return NULL;
    const int64_t n = fa__count(array->ndim, array->sizes), item = array->dtype->item_bytes;
    const int64_t bytes = fa__type_bytes(type);
    char *stored = fa__alloc((size_t)((n + 1) * item), err),
         *elements = fa__alloc((size_t)((n + 1) * bytes), err);
    const fa__box box = {array->ndim, item, array->offset, array->sizes, array->strides};
    if (!fa_failed(err) && fa__source_read(array->source, &box, stored, err)) {
        const int swap = fa__dtype_swap(array->dtype);
        if (swap > 1)
            fa__gather(stored, stored, item, n, item, swap);
        fa__convert_find(array->dtype->type, type)(elements, stored, n);
    }
    fa__free(stored);
    fa_release(array);
    if (!fa_failed(err))
        return elements;
    fa__free(elements);
    return NULL;
}

static bool read_number(const fa__node *node, int input, double *number, fa_error *err)
{
    void *element = read_beside(node, input, FA_TYPE_FLOAT64, err);
    if (element != NULL)
        memcpy(number, element, sizeof *number);
    fa__free(element);
    return !fa_failed(err);
}

static double rounded(fa_type type, double x)
{
    uint64_t narrow;
    fa__convert_find(FA_TYPE_FLOAT64, type)(&narrow, &x, 1);
    fa__convert_find(type, FA_TYPE_FLOAT64)(&x, &narrow, 1);
    return x;
}

/* The distance of two integers of 64 bits, which doubles may not hold. */
static bool whole_width(fa__bins_ends *ends, const fa__node *node, int input, fa_error *err)
{
    uint64_t *first = read_beside(node, input, FA_TYPE_UINT64, err),
             *last = read_beside(node, input + 1, FA_TYPE_UINT64, err);
    if (!fa_failed(err) && *first != *last)
        ends->width = (double)(*last - *first);
    fa__free(first);
    fa__free(last);
    return !fa_failed(err);
}

bool fa__bins_read_ends(fa__bins_ends *ends, const fa__node *node, int input, fa_error *err)
{
    const fa__node *end = node->inputs[input];
    const fa_type type = end->dtype->type;
    *ends = (fa__bins_ends){.are_given = end->kind == FA__NODE_SCALAR && end->weak != FA__STRONG};
    ends->step_type = fa__type_kind(type) == 'f' ? type : FA_TYPE_FLOAT64;
    if (!read_number(node, input, &ends->first, err) || !read_number(node, input + 1, &ends->last, err) ||
        !fa__histogram_ends(type, ends->are_given, &ends->first, &ends->last, err))
        return false;
    ends->width = rounded(ends->step_type, ends->last - ends->first);
    const bool is_wide_whole = !ends->are_given && (type == FA_TYPE_INT64 || type == FA_TYPE_UINT64);
    return !is_wide_whole || whole_width(ends, node, input, err);
}

static bool edges_ascend(const fa__bins_of *of, const fa__node *node, int edges, fa_error *err)
{
    double *numbers = read_beside(node, edges, FA_TYPE_FLOAT64, err);
    bool ascend = numbers != NULL;
    for (int32_t i = 0; ascend && i < of->bins.count; i++)
        ascend = !(numbers[i] > numbers[i + 1]);
    fa__free(numbers);
    return ascend || fa__fail(err, FA_INVALID_ARGUMENT, "`bins` must increase monotonically, when an array");
}

static fa_type compared_type(fa_type a, fa_type b)
{
    const fa_type both = fa__promote(a, b);
    if (both == FA_TYPE_FLOAT16 || both == FA_TYPE_BFLOAT16)
        return FA_TYPE_FLOAT32;
    return both == FA_TYPE_FLOAT32 || both == FA_TYPE_FLOAT64 || both == FA_TYPE_UINT64 ? both
                                                                                        : FA_TYPE_INT64;
}

bool fa__bins_start(fa__bins_of *of, const fa__node *node, int edges, fa_error *err)
{
    const fa_type element = node->inputs[0]->dtype->type, edge = node->inputs[edges]->dtype->type;
    *of = (fa__bins_of){.element = element};
    of->bins.count = (int32_t)node->as.reduce.number;
    of->bins.uniform = node->as.reduce.option == FA__BINS_UNIFORM;
    of->bins.type = of->bins.uniform ? edge : compared_type(element, edge);
    if (of->bins.type != element)
        of->convert = fa__convert_find(element, of->bins.type);
    of->bins.edges = of->edges = read_beside(node, edges, of->bins.type, err);
    if (!of->bins.uniform)
        return !fa_failed(err) && edges_ascend(of, node, edges, err);
    fa__bins_ends ends;
    if (fa_failed(err) || !fa__bins_read_ends(&ends, node, edges + 1, err))
        return false;
    of->bins.first = rounded(edge, ends.first);
    of->bins.last = rounded(edge, ends.last);
    of->bins.width = ends.width;
    of->bins.is_wide = ends.are_given || ends.step_type == FA_TYPE_FLOAT64;
    return true;
}

void fa__bins_clear(fa__bins_of *of)
{
    fa__free(of->edges);
}

void fa__bins_find(const fa__bins_of *of, const void *x, int64_t n, int32_t *bins)
{
    uint64_t converted[FA__BLOCK];
    if (of->convert != NULL) {
        of->convert(converted, x, n);
        x = converted;
    }
    fa__find_bins(&of->bins, x, n, bins);
}
