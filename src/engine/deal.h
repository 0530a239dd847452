/* SPDX-License-Identifier: BSD-3-Clause */
/* Units of a file at places all over it, to a file, where memory holds little of either: nothing is computed,
 * and each of the two is gone through once. */
#ifndef FA_ENGINE_DEAL_H
#define FA_ENGINE_DEAL_H

#include "engine/move.h"
#include "engine/pass.h"

#include <stdatomic.h>

/* What is moved, and how: the file is cut into windows, the result into chunks, and these come in groups. */
typedef struct fa__deal {
    fa__move_places places;
    const fa__pass *pass;
    const fa__operand *to;
    int64_t first, n, unit;  /* which units; their bytes */
    int64_t window, windows; /* bytes of a window; how many */
    int64_t chunk, chunks;   /* units */
    int64_t group, groups;   /* chunks that are dealt out together */
    int64_t room, tile;      /* bytes: of all; of what is written at once */
    int64_t ring, piece;     /* bytes: ahead of a reader; of what is read at once */
    int threads;
    fa__source *places_dealt; /* scratch: of each group, where in their windows its units are, by windows */
    fa__source *numbers;      /* scratch: of each unit the number of its window */
    fa__source *units;        /* scratch: units by windows, in each by chunks */
    int64_t *cells; /* of chunk d and window w: the first of its units there; a row more at the end */
    int64_t *runs;  /* of group g and window w: the first of its places there */
    size_t table_bytes;
    /* For whoever watches: elements done, and whether to give up. */
    int64_t elements_of_unit;
    atomic_llong *done_elements;
    const atomic_bool *stop;
} fa__deal;

/* Whether it is worth asking for all elements of a derived source: it has such units, of a file, and there is
 * no room for all at once. */
bool fa__deal_may_pay(const fa_array *derived);
/* Whether a pass is such a move, of a size and under a limit for which this is the way rather than one in
 * tiles of `tile` elements, with scratch, which fa__deal_clear() ends. */
bool fa__deal_plan(fa__deal *deal, const fa__pass *pass, int64_t tile, int threads);
/* Does it, on the pool; `poll` as for fa__pool_run(). */
bool fa__deal_run(fa__deal *deal, void (*poll)(void *user), void *user, fa_error *err);
/* Ends the scratch. */
void fa__deal_clear(fa__deal *deal);

#endif
