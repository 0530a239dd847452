/* SPDX-License-Identifier: BSD-3-Clause */
/* A range of a source on its way into memory, for whole operations that know what they want next: past the
 * page cache where that is the shorter way, straight to where it is used, in several transfers at once. */
#ifndef FA_ENGINE_INLET_H
#define FA_ENGINE_INLET_H

#include "array/source.h"
#include "platform/platform.h"

typedef struct fa__inlet {
    fa__source *source; /* NULL: nothing is under way */
    int64_t first, size, part;
    char *place;
    fa__transfer *transfers; /* the caller's: so many at most */
    int most, count;         /* 0: is read when it is waited for */
} fa__inlet;

/* How many bytes of room a range of so many takes. */
int64_t fa__inlet_room(int64_t size);
/* Bytes [first, first + size) set off: where the first one comes to stand in the room, which is aligned to
 * FA__DIRECT_GRAIN (unless only ranges without extra room are meant for it), and which nobody touches until
 * the end. Every inlet that was begun is ended, also after an error, from any thread. */
char *fa__inlet_begin(fa__inlet *inlet, fa__source *source, int64_t first, int64_t size, char *room);
/* Whether a range comes past the page cache, and stands as far behind the beginning of its room as byte
 * `first` does behind a grain of its file. */
bool fa__inlet_is_direct(fa__source *source, int64_t first, int64_t size);
/* They are there, or `err` says why not. Of an inlet that is zeros, or was ended: nothing. */
bool fa__inlet_end(fa__inlet *inlet, fa_error *err);

#endif
