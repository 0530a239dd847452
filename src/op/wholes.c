/* SPDX-License-Identifier: BSD-3-Clause */
/* Which class computes which operation on whole arrays. */
#include "engine/whole.h"

extern const fa__whole_class fa__whole_matmul;
extern const fa__whole_class fa__whole_median, fa__whole_nanmedian, fa__whole_quantile, fa__whole_nanquantile;

const fa__whole_class *const fa__whole_classes[FA__WHOLE_COUNT + 1] = {
    [FA__WHOLE_MATMUL] = &fa__whole_matmul,
    [FA__WHOLE_MEDIAN] = &fa__whole_median,
    [FA__WHOLE_NANMEDIAN] = &fa__whole_nanmedian,
    [FA__WHOLE_QUANTILE] = &fa__whole_quantile,
    [FA__WHOLE_NANQUANTILE] = &fa__whole_nanquantile,
};
