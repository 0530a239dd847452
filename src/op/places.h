/* SPDX-License-Identifier: BSD-3-Clause */
/* Many elements of a source at once, wherever they are. In a file they are found in the order of the file,
 * and what lies near each other is one read: a page is read once for all of its elements. Knows nothing about
 * axes and indices. */
#ifndef FA_OP_PLACES_H
#define FA_OP_PLACES_H

#include "array/source.h"

/* How many places are worth looking for together. */
enum { FA__PLACES = 1 << 17 };

/* Element i is at byte offsets[i]. */
bool fa__places_read(fa__source *source, const int64_t *offsets, int64_t n, int64_t item_bytes,
                     void *elements, fa_error *err);
/* The same where elements are wanted from all over the source: whether n of them are that many; and reading
 * them. `offsets` is called for runs of elements, for each of them more than once. False with a clean err
 * where there is no room for that way. */
typedef bool fa__places_offsets(const void *user, int64_t first, int64_t n, int64_t *offsets, int64_t *room,
                                fa_error *err);
bool fa__places_are_dense(const fa__source *source, int64_t n, int64_t item_bytes);
bool fa__places_read_dense(fa__source *source, fa__places_offsets *offsets, const void *user, int64_t n,
                           int64_t item_bytes, void *elements, fa_error *err);
/* In order: of two elements at one place the later one stays. */
bool fa__places_write(fa__source *source, const int64_t *offsets, int64_t n, int64_t item_bytes,
                      const void *elements, fa_error *err);

#endif
