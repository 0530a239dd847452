/* SPDX-License-Identifier: BSD-3-Clause */
/* Partitions: the element number k of a line in order where it belongs, smaller ones before it, larger ones
 * behind it, and all of these as they stood: one answer, however the line is cut. Of types that have keys. */
#ifndef FA_OP_PARTITION_H
#define FA_OP_PARTITION_H

#include "op/external.h"

/* A short line by the calling thread alone: elements in place, or their positions. */
int64_t fa__partition_room(const fa__sorting *sorting, int64_t n);
void fa__partition_line(const fa__sorting *sorting, char *elements, int64_t n, int64_t *positions,
                        void *room);
/* All lines one after the other, each by all threads; read piece by piece where a line does not fit into
 * `limit`. */
bool fa__partition_lines(const fa__sorting *sorting, int64_t limit, fa_error *err);

#endif
