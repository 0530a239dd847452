/* SPDX-License-Identifier: BSD-3-Clause */
/* What the consumers share: walks down columns, and views of results that the walk has written in its own
 * order. */
#ifndef FA_OP_CONSUMERS_H
#define FA_OP_CONSUMERS_H

#include "engine/consumer.h"

extern const fa__consumer_class fa__reduce_consumer, fa__scan_consumer;

/* As fa__consuming promises. */
bool fa__walks_columns(const fa__node *node, const int *order);

/* Sets the boxes of a walk: at most about `columns` elements of the kept axes inside of the innermost reduced
 * ones, down all rows. `reduced` says of each axis of the domain whether the walk ends in one element along
 * it. */
void fa__walk_columns(fa__pass *pass, const bool *reduced, int64_t columns);

/* A view in the shape of `node` of results that stand in the order of the walk, reduced axes left out. */
fa_array *fa__view_of_result(const fa__pass *pass, const fa__node *node, const bool *reduced,
                             fa__source *results, fa_error *err);
/* Where a box's results begin among those. */
int64_t fa__first_result(const fa__pass *pass, const bool *reduced, const int64_t *start);

#endif
