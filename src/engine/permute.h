/* SPDX-License-Identifier: BSD-3-Clause */
/* Elements that go from memory to memory with their axes in another order: nothing is computed, and no block
 * is needed. */
#ifndef FA_ENGINE_PERMUTE_H
#define FA_ENGINE_PERMUTE_H

#include "engine/consumer.h"

/* Whether a pass is such a move. */
bool fa__permutes(const fa__pass *pass);
/* Boxes that this walk likes, for so many threads. */
void fa__permute_boxes(fa__pass *pass, int threads);
/* Moves one box. */
void fa__permute(const fa__pass *pass, const fa__span *span);
/* The same of strides alone. Along one axis, which may be short, elements are neighbours in `from`, and along
 * one they are in `to`. */
void fa__permute_memory(int ndim, const int64_t *sizes, int64_t item_bytes, int swap, const char *from,
                        const int64_t *from_strides, char *to, const int64_t *to_strides);

#endif
