/* SPDX-License-Identifier: BSD-3-Clause */
/* New arrays for what is computed: in memory where the limit has room, else in scratch. */
#ifndef FA_ENGINE_ROOM_H
#define FA_ENGINE_ROOM_H

#include "expr/graph.h"

/* What bytes are before they are written: those of a room to fill are anything, and all of them will be.
 * Scratch is taken where memory would be, too. */
typedef enum fa__room { FA__ROOM_OF_ZEROS, FA__ROOM_TO_FILL, FA__ROOM_IN_SCRATCH } fa__room;

/* For all elements of a node, in its virtual layout; those of a view stand as a copy of it would. One
 * reference. */
fa_array *fa__room_for(const fa__node *node, fa__room room, fa_error *err);
/* In C order. */
fa_array *fa__room_in_c_order(const fa_dtype *dtype, int ndim, const int64_t *sizes, fa__room room,
                              fa_error *err);

#endif
