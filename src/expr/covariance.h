/* SPDX-License-Identifier: BSD-3-Clause */
/* Covariances and correlations: graphs of sums and products. */
#ifndef FA_EXPR_COVARIANCE_H
#define FA_EXPR_COVARIANCE_H

#include "expr/graph.h"

/* NumPy's arguments. Borrowed; NULL: left out. */
typedef struct fa__cov_arguments {
    fa__node *m, *y;
    bool in_columns; /* a variable is a column: rowvar=False */
    bool bias;
    bool has_ddof;
    double ddof;
    const fa_dtype *dtype;         /* that variables are converted to; NULL: what holds them and float64 */
    fa__node *fweights, *aweights; /* looked at now */
} fa__cov_arguments;

fa__node *fa__node_cov(const fa__cov_arguments *arguments, fa_error *err);
fa__node *fa__node_corrcoef(const fa__cov_arguments *arguments, fa_error *err);

#endif
