/* SPDX-License-Identifier: BSD-3-Clause */
/* What a merge has put in order, on its way from two rooms that take turns to a sink, or to scratch as one
 * run. Knows nothing about where it comes from. */
#ifndef FA_OP_MERGED_H
#define FA_OP_MERGED_H

#include "op/runs.h"

typedef struct fa__merged {
    const fa__runs *runs;
    const fa__sorting *s;
    const fa__run_target *into; /* NULL: the sink */
    int64_t line;
    int64_t room; /* elements of a room */
    char *rooms[2];
    /* Where element `done` of the line has its place in the room of this turn. */
    char *out;
    int64_t done;
    int turn;
    /* Bytes of the target in their order, the first one at byte `first` of its source: all before `sent` have
     * set off, all before `begun` are in a room. */
    fa__source *source;
    int64_t first, sent, begun;
    const char *behind; /* from `sent` on */
    fa__outlet *outlets[2];
    /* What is finished, and sets off with the next turn. */
    struct {
        fa__outlet *outlet;
        const char *from;
        int64_t first, bytes;
    } finished;
} fa__merged;

/* What goes out: blocks of a run with positions, or else dense elements or positions, of these bytes. */
bool fa__merged_has_blocks(const fa__merged *t);
int64_t fa__merged_item_bytes(const fa__merged *t);
/* Of one room, which begins at a grain. */
int64_t fa__merged_room_bytes(const fa__merged *t);
/* Where it goes, once all but the rooms is filled in. */
void fa__merged_start(fa__merged *t);
/* The other room, which nobody reads any more, at a place from which it need not be copied. */
bool fa__merged_turn(fa__merged *t, fa_error *err);
/* Elements in order, with their numbers, from number `first` of the line on: to their blocks. */
void fa__merged_lay(const fa__merged *t, int64_t first, int64_t n, const char *elements,
                    const int64_t *numbers, const int64_t *positions);
/* The next n elements are there. */
bool fa__merged_finish(fa__merged *t, int64_t n, bool is_last, fa_error *err);
/* Sends what is finished off: beside what is sorted after it. */
void fa__merged_set_off(fa__merged *t, fa_error *err);
/* All has arrived; also after an error. */
bool fa__merged_end(fa__merged *t, fa_error *err);

#endif
