/* SPDX-License-Identifier: BSD-3-Clause */
/* Values of a pass that are computed together: a value that nothing but one chain reads is a link of it, and
 * has no block of its own. Knows nothing about blocks. */
#ifndef FA_ENGINE_CHAINS_H
#define FA_ENGINE_CHAINS_H

#include "engine/pass.h"
#include "kernel/chain.h"

/* Room for what the links of any chain keep for each other. */
typedef char fa__kept[FA__CHAIN_STEP * 8];

/* Says of each value whose chain it is in; stores and consumers are known. */
bool fa__chains_plan(fa__pass *pass, fa_error *err);
/* The most links that the chain which ends in a value has. */
int fa__chain_length(const fa__pass *pass, int value);
/* That chain; `links` has room for it. A link's `value` is the one that it reads or writes, and -1 where it
 * knows its place: in `kept`, which has FA__CHAIN_OPERATIONS of them. */
void fa__chain_make(const fa__pass *pass, int value, fa__link *links, fa__kept *kept, fa__chain *made);

#endif
