/* SPDX-License-Identifier: BSD-3-Clause */
/* Text to graphs and back: the language of NumPy's expressions. */
#ifndef FA_TEXT_TEXT_H
#define FA_TEXT_TEXT_H

#include "expr/graph.h"

/* Text to graph. `find` gives the array that a name stands for (borrowed), NULL when there is none,
 * `find_node` the graph; `nearest` is called for unknown names and may give the nearest known one. Each may
 * be NULL. Errors carry the column. */
typedef struct fa__names {
    fa_array *(*find)(const char *name, size_t length, void *user);
    fa__node *(*find_node)(const char *name, size_t length, void *user);
    const char *(*nearest)(const char *name, size_t length, void *user);
    void *user;
} fa__names;
fa__node *fa__parse(const char *text, const fa__names *names, fa_error *err);
/* The same for what is assigned to elements of `dtype` (NULL: to nothing): a literal that is all of the text
 * must fit. */
fa__node *fa__parse_as(const char *text, const fa__names *names, const fa_dtype *dtype, fa_error *err);

/* An index as text: its parts, and the arrays that stand for those that hold one, in order. */
typedef struct fa__index_text {
    int count, array_count;
    fa_index_part parts[FA__MAX_INDEX_PARTS];
    fa__node *arrays[FA__MAX_INDEX_PARTS]; /* one reference each */
} fa__index_text;
/* Reads "[...]", `length` bytes of text. */
bool fa__parse_index(const char *text, size_t length, const fa__names *names, fa__index_text *index,
                     fa_error *err);
void fa__index_text_clear(fa__index_text *index);
/* Whether nothing but numbers, slices, None, "..." and names of fields stands in the brackets that open at
 * text[at]. */
bool fa__index_is_basic(const char *text, size_t length, size_t at);

/* Graph to text that fa__parse() takes back to an equal graph. Leaves are named a0, a1, ... in order of
 * appearance, equal views once; up to `capacity` of them go to `leaves` (borrowed), *leaf_count says how many
 * there are. Sub-graphs that are used twice are written twice, up to FA_TOO_LARGE at 16 MiB of text. Length
 * as snprintf. `see_through` (may be NULL) gives the graph behind a leaf whose source is a computation, or
 * NULL. */
size_t fa__graph_text(fa__node *root, fa__node *(*see_through)(fa_array *leaf), char *text, size_t size,
                      fa_array **leaves, int capacity, int *leaf_count, fa_error *err);

#endif
