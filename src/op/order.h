/* SPDX-License-Identifier: BSD-3-Clause */
/* Order of elements of any dtype, and sorting of dense lines in memory: what is sorted fits, and stands one
 * behind the other. Knows nothing about axes, files and limits. */
#ifndef FA_OP_ORDER_H
#define FA_OP_ORDER_H

#include "engine/whole.h"

#include "kernel/order.h"

/* How elements of one dtype, native, are ordered. Numbers and times have keys (kernel/order.h); others are
 * compared, and have a prefix: a number of 64 bits in the same order, which tells most of them apart. */
typedef struct fa__order {
    const fa_dtype *dtype; /* borrowed */
    fa_type type;
    int64_t item_bytes;
    int key_bytes; /* 0: compared */
    bool is_exact; /* compared: equal prefixes mean equal elements */
} fa__order;

fa__order fa__order_of(const fa_dtype *dtype);
/* Below 0, 0, above 0. What NumPy takes for equal differs only where elements have keys and these are not
 * `merged`. */
int fa__order_compare(const fa__order *order, const void *a, const void *b, bool merged);

/* Of an element of a dtype, of a record that of its first field. */
int64_t fa__order_prefix(const fa_dtype *dtype, const void *element);

/* Work is shared by the pool of a run, or, where `run` is NULL, done on the calling thread. `room` has as
 * many bytes as is said. Longest line: FA__LONGEST_LINE. */
#define FA__LONGEST_LINE (INT64_C(1) << 31)
int64_t fa__sort_room(const fa__order *order, int64_t n);
int64_t fa__argsort_room(const fa__order *order, int64_t n);
/* Who wants to know, by any thread of the run, when [begin, end) of a line is as it stays. */
typedef struct fa__when_sorted {
    void (*done)(void *user, int64_t begin, int64_t end, fa_error *err);
    void *user;
} fa__when_sorted;
/* n elements in place. Equal ones that are compared stay as they stand. `when` may be NULL. */
bool fa__sort_line(fa__whole_run *run, const fa__order *order, void *elements, int64_t n, void *room,
                   const fa__when_sorted *when, fa_error *err);
/* The positions of n elements in their order, equal ones as they stand, counted from `first`. */
bool fa__argsort_line(fa__whole_run *run, const fa__order *order, const void *elements, int64_t n,
                      int64_t first, int64_t *positions, void *room, const fa__when_sorted *when,
                      fa_error *err);
/* `count` lines of n elements behind each other, each of them in place; of types with keys as large as
 * elements. */
void fa__sort_key_lines(const fa__order *order, void *elements, int64_t count, int64_t n);

/* out[i] = in[positions[i]], by all threads of the run. */
bool fa__order_gather(fa__whole_run *run, void *out, const void *in, const int64_t *positions, int64_t n,
                      int64_t item_bytes, fa_error *err);

#endif
