/* SPDX-License-Identifier: BSD-3-Clause */
/* Which class computes which operation on whole arrays. */
#include "op/wholes.h"

const fa__whole_class *const fa__whole_classes[FA__WHOLE_COUNT + 1] = {
    [FA__WHOLE_SORT] = &fa__whole_sort,
    [FA__WHOLE_ARGSORT] = &fa__whole_sort,
    [FA__WHOLE_SEARCHSORTED] = &fa__whole_searchsorted,
    [FA__WHOLE_ISIN] = &fa__whole_isin,
    [FA__WHOLE_MATMUL] = &fa__whole_matmul,
    [FA__WHOLE_MEDIAN] = &fa__whole_median,
    [FA__WHOLE_NANMEDIAN] = &fa__whole_nanmedian,
    [FA__WHOLE_QUANTILE] = &fa__whole_quantile,
    [FA__WHOLE_NANQUANTILE] = &fa__whole_nanquantile,
    [FA__WHOLE_HISTOGRAM] = &fa__whole_histogram,
    [FA__WHOLE_HISTOGRAM_EDGES] = &fa__whole_histogram_edges,
    [FA__WHOLE_BIN_SUMS] = &fa__whole_bin_sums,
    [FA__WHOLE_BINCOUNT] = &fa__whole_bincount,
    [FA__WHOLE_REDUCEAT] = &fa__whole_reduceat,
    [FA__WHOLE_INTERP] = &fa__whole_interp,
    [FA__WHOLE_KERNEL] = &fa__whole_kernel,
    [FA__WHOLE_COUNT] = NULL,
};
