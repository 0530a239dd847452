/* SPDX-License-Identifier: BSD-3-Clause */
/* Many small pieces of one range of a source, written where they lie. What lies between is never written,
 * since it may be another thread's or another process's. Knows nothing about elements. */
#ifndef FA_ENGINE_IN_PLACE_H
#define FA_ENGINE_IN_PLACE_H

#include "array/source.h"

/* Writes the pieces, given the address of byte `low` of the source; runs under the guard, so it owns nothing.
 */
typedef void fa__write_pieces(char *low, void *user);

/* Has `pieces` pieces of bytes [low, high) written through a mapping. False with a clean err: nothing is
 * written, one call for each piece is the better way. */
bool fa__written_in_place(fa__source *source, int64_t low, int64_t high, int64_t pieces,
                          fa__write_pieces *write, void *user, fa_error *err);

#endif
