/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines that do not fit: sorted in runs, which are merged. */
#ifndef FA_OP_EXTERNAL_H
#define FA_OP_EXTERNAL_H

#include "op/lines.h"
#include "op/order.h"

/* One sort along an axis. */
typedef struct fa__sorting {
    fa__lines lines;
    fa__line_sink sink;
    fa__order order; /* of the input */
    bool positions;  /* ARGSORT */
    bool is_shared;  /* each line by all threads */
    int64_t kth;     /* PARTITION: the position that counts; -1: all of them */
    int64_t *kept;   /* DISTINCT: becomes the number of elements; NULL: all are kept */
} fa__sorting;

/* All lines, in `limit` bytes; elements go to scratch. */
bool fa__sort_externally(const fa__sorting *sorting, int64_t limit, fa_error *err);

#endif
