/* SPDX-License-Identifier: BSD-3-Clause */
/* Edges of uniform bins, to NumPy's bit. */
#include "expr/bins.h"

#include "base/dtypes.h"
#include "kernel/kernel.h"

#include <math.h>

/* The nearest number of a type. */
static double rounded(fa_type type, double x)
{
    uint64_t narrow;
    if (type == FA_TYPE_FLOAT64)
        return x;
    fa__convert_find(FA_TYPE_FLOAT64, type)(&narrow, &x, 1);
    fa__convert_find(type, FA_TYPE_FLOAT64)(&x, &narrow, 1);
    return x;
}

bool fa__histogram_ends(fa_type type, bool is_given, double *first, double *last, fa_error *err)
{
    if (*first > *last)
        return fa__fail(err, FA_INVALID_ARGUMENT, "max must be larger than min in range parameter.");
    if (!isfinite(*first) || !isfinite(*last))
        return fa__fail(err, FA_OUT_OF_RANGE, "%s range of [%g, %g] is not finite",
                        is_given ? "supplied" : "autodetected", *first, *last);
    if (*first != *last)
        return true;
    const fa_type steps = fa__type_kind(type) == 'f' ? type : FA_TYPE_FLOAT64;
    *first = rounded(steps, *first - 0.5);
    *last = rounded(steps, *last + 0.5);
    return true;
}

/* What all edges have in common. */
typedef struct way {
    double extent, parts, step;
} way;

static double edge_at(const fa__histogram_steps *s, const way *w, int64_t i)
{
    if (i == s->count && i > 0)
        return rounded(s->edge_type, s->last);
    const double number = rounded(s->type, (double)i);
    const double from_first = w->step != 0
                                  ? rounded(s->type, number * w->step)
                                  : rounded(s->type, rounded(s->type, number / w->parts) * w->extent);
    return rounded(s->edge_type, rounded(s->type, from_first + s->first));
}

bool fa__histogram_fill(const fa__histogram_steps *steps, int64_t at, int64_t n, void *edges, fa_error *err)
{
    const int64_t bytes = fa__type_bytes(steps->edge_type);
    fa__convert_loop *convert = fa__convert_find(FA_TYPE_FLOAT64, steps->edge_type);
    way w = {rounded(steps->type, steps->last - steps->first), rounded(steps->type, (double)steps->count), 0};
    w.step = rounded(steps->type, w.extent / w.parts);
    double before = at > 0 ? edge_at(steps, &w, at - 1) : 0;
    for (int64_t i = at; i < at + n; i++) {
        const double edge = edge_at(steps, &w, i);
        if (i > 0 && !(before < edge))
            return fa__fail(err, FA_OUT_OF_RANGE,
                            "Too many bins for data range. Cannot create %lld finite-sized bins.",
                            (long long)steps->count);
        convert((char *)edges + (i - at) * bytes, &edge, 1);
        before = edge;
    }
    return true;
}
