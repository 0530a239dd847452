/* SPDX-License-Identifier: BSD-3-Clause */
/* The classes of moves that have files of their own. */
#ifndef FA_OP_MOVES_H
#define FA_OP_MOVES_H

#include "engine/move.h"

extern const fa__move_class fa__move_take;                                            /* take.c */
extern const fa__move_class fa__move_flatnonzero, fa__move_argwhere, fa__move_spread; /* positions.c */

#endif
