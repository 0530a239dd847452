/* SPDX-License-Identifier: BSD-3-Clause */
/* Block buffers of a pass. */
#ifndef FA_ENGINE_SLOTS_H
#define FA_ENGINE_SLOTS_H

#include "engine/pass.h"

/* Gives every value that varies a block buffer; buffers are used again once their value is dead. Chains are
 * known. */
bool fa__assign_slots(fa__pass *pass, fa_error *err);

#endif
