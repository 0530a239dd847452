/* SPDX-License-Identifier: BSD-3-Clause */
/* Writing behind the tiles past the page cache, for large results in new files: a tile is computed into a
 * buffer of the pass, which starts on its way when the tile is done, and is used again when it has arrived.
 */
#ifndef FA_ENGINE_BEHIND_H
#define FA_ENGINE_BEHIND_H

#include "engine/pass.h"

typedef struct fa__behind fa__behind;

/* For a pass that is walked in one box by tiles of `tile` elements, of which `threads` are computed at once;
 * the buffers take `room` bytes of the limit at most. NULL, which fa__behind_has() and fa__behind_stop()
 * take, when nothing of it is to be written so; no memory is a reason, and no error. */
fa__behind *fa__behind_start(const fa__pass *pass, int64_t tile, int threads, int64_t room);
bool fa__behind_has(const fa__behind *behind, int64_t store);
/* Where elements [first, last) of a store are to be put, at most a tile; waits for a buffer that is under way
 * when there is no other. NULL with an error when what was in that one could not be written. */
char *fa__behind_take(fa__behind *behind, int64_t store, int64_t first, int64_t last, fa_error *err);
/* They are there, and start on their way; unless `err` is failed, which forgets them. */
void fa__behind_put(fa__behind *behind, int64_t store, int64_t first, int64_t last, char *elements,
                    fa_error *err);
/* When nobody works on the pass any more: waits until all has arrived, and ends it. */
bool fa__behind_stop(fa__behind *behind, fa_error *err);

#endif
