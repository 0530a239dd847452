/* SPDX-License-Identifier: BSD-3-Clause */
/* The classes of operations on whole arrays, one file each. */
#ifndef FA_OP_WHOLES_H
#define FA_OP_WHOLES_H

#include "engine/whole.h"

extern const fa__whole_class fa__whole_reduceat, fa__whole_interp;
extern const fa__whole_class fa__whole_matmul, fa__whole_kernel;
extern const fa__whole_class fa__whole_median, fa__whole_nanmedian, fa__whole_quantile, fa__whole_nanquantile;
extern const fa__whole_class fa__whole_sort;         /* sort.c: SORT, ARGSORT */
extern const fa__whole_class fa__whole_searchsorted; /* search.c */
extern const fa__whole_class fa__whole_isin;
extern const fa__whole_class fa__whole_histogram, fa__whole_histogram_edges, fa__whole_bin_sums,
    fa__whole_bincount;

#endif
