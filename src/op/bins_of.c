/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading edges and ends that stand, and in which type elements are held against them. */
#include "op/bins_of.h"

#include "array/promote.h"
#include "base/checked.h"
#include "base/memory.h"
#include "kernel/kernel.h"

#include <string.h>

/* Edges of so many bytes are charged to the ledger. */
enum { LEAST_CHARGE = 1 << 20 };

/* Elements [at, at + n) of what has one axis or none, as another type; n <= FA__BLOCK. */
static bool read_some(const fa_array *array, int64_t at, int64_t n, fa_type type, void *elements,
                      fa_error *err)
{
    const int64_t item = array->dtype->item_bytes, stride = array->ndim > 0 ? array->strides[0] : 0;
    const fa__box box = {array->ndim, item, array->offset + at * stride, &n, &stride};
    uint64_t stored[FA__BLOCK];
    if (!fa__source_read(array->source, &box, stored, err))
        return false;
    const int swap = fa__dtype_swap(array->dtype);
    if (swap > 1)
        fa__gather(stored, stored, item, n, item, swap);
    fa__convert_find(array->dtype->type, type)(elements, stored, n);
    return true;
}

static bool read_one(const fa__node *node, int input, fa_type type, void *element, fa_error *err)
{
    fa_array *array = fa__whole_beside(node, input, err);
    if (array != NULL)
        read_some(array, 0, 1, type, element, err);
    fa_release(array);
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
    uint64_t first, last;
    if (!read_one(node, input, FA_TYPE_UINT64, &first, err) ||
        !read_one(node, input + 1, FA_TYPE_UINT64, &last, err))
        return false;
    if (first != last)
        ends->width = (double)(last - first);
    return true;
}

bool fa__bins_read_ends(fa__bins_ends *ends, const fa__node *node, int input, fa_error *err)
{
    const fa__node *end = node->inputs[input];
    const fa_type type = end->dtype->type;
    *ends = (fa__bins_ends){.are_given = end->kind == FA__NODE_SCALAR && end->weak != FA__STRONG};
    ends->step_type = fa__type_kind(type) == 'f' ? type : FA_TYPE_FLOAT64;
    if (!read_one(node, input, FA_TYPE_FLOAT64, &ends->first, err) ||
        !read_one(node, input + 1, FA_TYPE_FLOAT64, &ends->last, err) ||
        !fa__histogram_ends(type, ends->are_given, &ends->first, &ends->last, err))
        return false;
    ends->width = rounded(ends->step_type, ends->last - ends->first);
    const bool is_wide_whole = !ends->are_given && (type == FA_TYPE_INT64 || type == FA_TYPE_UINT64);
    return !is_wide_whole || whole_width(ends, node, input, err);
}

static bool read_edges(fa__bins_of *of, const fa__node *node, int input, fa_error *err)
{
    const int64_t n = node->inputs[input]->sizes[0], bytes = fa__type_bytes(of->bins.type);
    const size_t room = (size_t)((n + 1) * bytes);
    if (room >= LEAST_CHARGE && !fa__ledger_charge(room))
        return fa__ledger_refused(err, "a list of edges of bins", room);
    of->charged = room >= LEAST_CHARGE ? room : 0;
    of->bins.edges = of->edges = fa__alloc(room, err);
    fa_array *array = of->edges != NULL ? fa__whole_beside(node, input, err) : NULL;
    for (int64_t at = 0; array != NULL && at < n && !fa_failed(err); at += FA__BLOCK)
        read_some(array, at, fa__min_i64(FA__BLOCK, n - at), of->bins.type, (char *)of->edges + at * bytes,
                  err);
    fa_release(array);
    return !fa_failed(err);
}

static bool edges_ascend(const fa__bins_of *of, fa_error *err)
{
    fa__convert_loop *convert = fa__convert_find(of->bins.type, FA_TYPE_FLOAT64);
    const int64_t bytes = fa__type_bytes(of->bins.type);
    double numbers[FA__BLOCK];
    for (int64_t at = 0; at < of->bins.count; at += FA__BLOCK - 1) {
        const int64_t n = fa__min_i64(FA__BLOCK, of->bins.count + 1 - at);
        convert(numbers, (const char *)of->edges + at * bytes, n);
        for (int64_t i = 1; i < n; i++)
            if (numbers[i - 1] > numbers[i])
                return fa__fail(err, FA_INVALID_ARGUMENT,
                                "`bins` must increase monotonically, when an array");
    }
    return true;
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
    if (!read_edges(of, node, edges, err))
        return false;
    if (!of->bins.uniform)
        return edges_ascend(of, err);
    fa__bins_ends ends;
    if (!fa__bins_read_ends(&ends, node, edges + 1, err))
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
    fa__ledger_release(of->charged);
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

void fa__bins_count(const fa__bins_of *of, const void *x, int64_t n, int64_t *counters)
{
    if (of->convert == NULL) {
        fa__count_elements(&of->bins, x, n, counters);
        return;
    }
    for (int64_t some; n > 0; n -= some, x = (const char *)x + some * fa__type_bytes(of->element)) {
        uint64_t converted[FA__BLOCK];
        some = fa__min_i64(n, FA__BLOCK);
        of->convert(converted, x, some);
        fa__count_elements(&of->bins, converted, some, counters);
    }
}
