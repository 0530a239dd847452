/* SPDX-License-Identifier: BSD-3-Clause */
/* Functions that are made of others: NumPy's own formulas, so that values and types are NumPy's too. */
#ifndef FA_TEXT_FORMULAS_H
#define FA_TEXT_FORMULAS_H

#include "expr/formula.h"

/* np.round. */
fa__node *fa__node_round(fa__node *input, int64_t decimals, fa_error *err);
/* np.nan_to_num. NULL for an infinity: the largest and smallest number of the type; for NaN: 0. */
fa__node *fa__node_nan_to_num(fa__node *input, fa__node *nan, fa__node *posinf, fa__node *neginf,
                              fa_error *err);
/* np.isclose. NULL for a tolerance: NumPy's default. */
fa__node *fa__node_isclose(fa__node *a, fa__node *b, fa__node *rtol, fa__node *atol, bool equal_nan,
                           fa_error *err);
fa__node *fa__node_allclose(fa__node *a, fa__node *b, fa__node *rtol, fa__node *atol, bool equal_nan,
                            fa_error *err);
/* np.array_equal; with `broadcast` np.array_equiv. */
fa__node *fa__node_array_equal(fa__node *a, fa__node *b, bool equal_nan, bool broadcast, fa_error *err);
fa__node *fa__node_sinc(fa__node *input, fa_error *err);
fa__node *fa__node_angle(fa__node *input, bool degrees, fa_error *err);

#endif
