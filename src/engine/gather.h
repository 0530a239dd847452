/* SPDX-License-Identifier: BSD-3-Clause */
/* Gathers that something is computed from: dealt out to scratch first, where each tile would read all of a
 * file. */
#ifndef FA_ENGINE_GATHER_H
#define FA_ENGINE_GATHER_H

#include "expr/graph.h"

/* Whether a graph, or the node that it feeds (NULL: none), is more than a copy of all elements of `gather`,
 * and reads them. */
bool fa__gather_is_read(const fa__node *graph, const fa__node *feeds, const fa__node *gather);
/* A gather that is kept as a derived source is kept as an array in scratch instead, if that pays. */
bool fa__gather_stand(fa__node *gather, const fa_evaluate_options *options, fa_error *err);

#endif
