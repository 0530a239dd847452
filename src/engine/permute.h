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

#endif
