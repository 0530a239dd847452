/* SPDX-License-Identifier: BSD-3-Clause */
/* NumPy's cov() and corrcoef(): products of what is left of variables when their means are taken away. Knows
 * nothing about how products are computed. */
#include "expr/kit.h"
#include "expr/covariance.h"

#include "expr/formula.h"
#include "expr/node.h"
#include "expr/routines.h"
#include "expr/take.h"
#include "expr/types.h"

#include "array/view.h"

static fa__node *compose(fa__kit *k, const char *text, fa__node *a, fa__node *b, fa__node *c)
{
    fa__node *nodes[3] = {a, b, c};
    const int count = c != NULL ? 3 : b != NULL ? 2 : 1;
    return fa_failed(k->err) ? NULL : fa__keep(k, fa__compose(text, count, nodes, k->err));
}

static bool may_vary(const fa__node *node, const char *name, fa_error *err)
{
    char text[96];
    if (node->ndim > 2)
        return fa__fail(err, FA_BAD_SHAPE, "%s has more than 2 dimensions", name);
    if (fa__type_is_numeric(node->dtype->type))
        return true;
    fa__dtype_display(node->dtype, text, sizeof text);
    return fa__fail(err, FA_BAD_TYPES, "'cov' is not defined for %s", text);
}

/* One variable in each row. */
static fa__node *in_rows(fa__kit *k, fa__node *node, fa_type type, bool turn)
{
    fa__node *strong = fa__keep(k, fa__node_strong(node, k->err));
    fa__node *wide = strong != NULL ? fa__keep(k, fa__node_cast(strong, fa_dtype_of(type), k->err)) : NULL;
    fa__node *rows = wide != NULL ? fa__keep(k, fa__node_lead(wide, 2, k->err)) : NULL;
    return rows != NULL && turn ? fa__keep(k, fa__node_permute(rows, FA_ALL_AXES, k->err)) : rows;
}

static bool is_inexact(const fa_dtype *dtype)
{
    return fa__type_is_numeric(dtype->type) &&
           (fa__type_kind(dtype->type) == 'f' || fa__type_is_complex(dtype->type));
}

static fa__node *variables(fa__kit *k, const fa__cov_arguments *arguments)
{
    fa__node *m = arguments->m, *y = arguments->y;
    if (!fa__nodes_usable(1, &m, k->err) || !may_vary(m, "m", k->err) ||
        (y != NULL && !may_vary(y, "y", k->err)))
        return NULL;
    fa_type type = fa__promote(m->dtype->type, FA_TYPE_FLOAT64);
    type = y != NULL ? fa__promote(type, y->dtype->type) : type;
    if (arguments->dtype != NULL && !is_inexact(arguments->dtype)) {
        fa__fail(k->err, FA_BAD_TYPES, "means are taken away in a type of floats: dtype= is one");
        return NULL;
    }
    type = arguments->dtype != NULL ? arguments->dtype->type : type;
    fa__node *rows = in_rows(k, m, type, arguments->in_columns && m->ndim == 2);
    if (rows == NULL || y == NULL || rows->sizes[0] == 0)
        return rows;
    const bool is_row = y->ndim < 2 || y->sizes[0] == 1;
    fa__node *both[2] = {rows, in_rows(k, y, type, arguments->in_columns && !is_row)};
    return both[1] != NULL ? fa__keep(k, fa__node_concatenate(2, both, 0, NULL, k->err)) : NULL;
}

/* Weights of observations as float64, checked now as NumPy checks them. */
static fa__node *weights_of(fa__kit *k, fa__node *weights, const char *name, int64_t n, bool are_counts)
{
    fa_error *err = k->err;
    if (fa_failed(err))
        return NULL;
    if (weights->ndim != 1)
        fa__fail(err, FA_BAD_SHAPE, "cannot handle multidimensional %s", name);
    else if (weights->sizes[0] != n)
        fa__fail(err, FA_BAD_SHAPE, "incompatible numbers of samples and %s", name);
    fa__node *wide = fa_failed(err) ? NULL : fa__keep(k, fa__node_cast(weights, FA_FLOAT64, err));
    if (wide != NULL && are_counts && !fa__formula_holds("all(a == rint(a))", wide, err) && !fa_failed(err))
        fa__fail(err, FA_BAD_TYPES, "%s must be integer", name);
    if (wide != NULL && !fa_failed(err) && fa__formula_holds("any(a < 0)", wide, err))
        fa__fail(err, FA_OUT_OF_RANGE, "%s cannot be negative", name);
    return wide;
}

/* What the sum of products is divided by, where it depends on weights; nothing below 0. */
static fa__node *divisor(fa__kit *k, fa__node *weights, fa__node *analytic, double ddof)
{
    if (ddof == 0)
        return compose(k, "where(sum(a) <= 0, 0.0, sum(a))", weights, NULL, NULL);
    fa__node *freedom = fa__keep(k, fa__node_float(ddof, k->err));
    fa__node *left = analytic == NULL
                         ? compose(k, "sum(a) - b", weights, freedom, NULL)
                         : compose(k, "sum(a) - b * sum(a * c) / sum(a)", weights, freedom, analytic);
    return compose(k, "where(a <= 0, 0.0, a)", left, NULL, NULL);
}

static fa__node *products(fa__kit *k, fa__node *rows, fa__node *weights, fa__node *analytic, double ddof)
{
    const bool is_complex = fa__type_is_complex(rows->dtype->type);
    fa__node *means = weights == NULL
                          ? compose(k, "mean(a, axis=1, keepdims=True)", rows, NULL, NULL)
                          : compose(k, "sum(a * b, axis=1, keepdims=True) / sum(b)", rows, weights, NULL);
    /* In the type of the variables, as they are taken away in place. */
    fa__node *wide = compose(k, "a - b", rows, means, NULL);
    fa__node *left = wide != NULL ? fa__keep(k, fa__node_cast(wide, rows->dtype, k->err)) : NULL;
    fa__node *right = weights != NULL ? compose(k, "a * b", left, weights, NULL) : left;
    if (is_complex)
        right = compose(k, "conj(a)", right, NULL, NULL);
    fa__node *sums = compose(k, "a @ b.T", left, right, NULL);
    if (weights != NULL)
        return compose(k, "a * (1.0 / b)", sums, divisor(k, weights, analytic, ddof), NULL);
    const double divide_by = (double)rows->sizes[1] - ddof;
    fa__node *factor = fa__keep(k, fa__node_float(1 / (divide_by > 0 ? divide_by : 0.0), k->err));
    return compose(k, "a * b", sums, factor, NULL);
}

fa__node *fa__node_cov(const fa__cov_arguments *arguments, fa_error *err)
{
    fa__kit k = {.err = err};
    fa__node *rows = variables(&k, arguments), *result = NULL, *counts = NULL, *analytic = NULL;
    if (rows != NULL && rows->sizes[0] == 0) {
        const int64_t none[2] = {0, 0};
        fa__node *zero = fa__keep(&k, fa__node_float(0, err));
        fa__node *strong = zero != NULL ? fa__keep(&k, fa__node_strong(zero, err)) : NULL;
        result =
            strong != NULL ? fa__keep(&k, fa__node_broadcast_to(strong, (fa_shape){2, none}, err)) : NULL;
        return fa__give(&k, result);
    }
    if (rows != NULL && arguments->fweights != NULL)
        counts = weights_of(&k, arguments->fweights, "fweights", rows->sizes[1], true);
    if (rows != NULL && arguments->aweights != NULL)
        analytic = weights_of(&k, arguments->aweights, "aweights", rows->sizes[1], false);
    const double ddof = arguments->has_ddof ? arguments->ddof : arguments->bias ? 0 : 1;
    if (!fa_failed(err) && rows != NULL) {
        fa__node *weights = counts != NULL && analytic != NULL ? compose(&k, "a * b", counts, analytic, NULL)
                            : counts != NULL                   ? counts
                                                               : analytic;
        fa__node *sums = products(&k, rows, weights, analytic, ddof);
        result = sums != NULL ? fa__keep(&k, fa__node_squeeze(sums, FA_ALL_AXES, err)) : NULL;
    }
    return fa__give(&k, result);
}

fa__node *fa__node_corrcoef(const fa__cov_arguments *arguments, fa_error *err)
{
    fa__kit k = {.err = err};
    fa__node *covariance = fa__keep(&k, fa__node_cov(arguments, err)), *result = NULL;
    if (covariance == NULL)
        return fa__give(&k, NULL);
    if (covariance->ndim == 0)
        return fa__give(&k, compose(&k, "a / a", covariance, NULL, NULL));
    const bool is_complex = fa__type_is_complex(covariance->dtype->type);
    fa__node *spread =
        compose(&k, is_complex ? "sqrt(real(diagonal(a)))" : "sqrt(diagonal(a))", covariance, NULL, NULL);
    fa__node *column = spread != NULL ? fa__keep(&k, fa__node_expand_dims(spread, FA_AXES(1), err)) : NULL;
    fa__node *row = column != NULL ? fa__keep(&k, fa__node_expand_dims(spread, FA_AXES(0), err)) : NULL;
    result = compose(&k, "a / b / c", covariance, column, row);
    if (result != NULL && !is_complex)
        result = compose(&k, "clip(a, -1, 1)", result, NULL, NULL);
    return fa__give(&k, result);
}
