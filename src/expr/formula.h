/* SPDX-License-Identifier: BSD-3-Clause */
/* Formulas: graphs of many nodes, written as the text that a user would write. */
#ifndef FA_EXPR_FORMULA_H
#define FA_EXPR_FORMULA_H

#include "expr/graph.h"

/* What only those who read text can do: a table that src/text fills, since graphs know nothing about text. */
typedef struct fa__reading {
    fa__node *(*compose)(const char *text, int count, fa__node *const *nodes, fa_error *err);
} fa__reading;
extern const fa__reading fa__reader;

/* The graph of a text in which the names a, b, c, ... stand for these nodes. Texts are ours: an error is
 * about the nodes, and has no column. */
static inline fa__node *fa__compose(const char *text, int count, fa__node *const *nodes, fa_error *err)
{
    return fa__reader.compose(text, count, nodes, err);
}

/* What a text says of one node, the name a, computed now: whether it holds, and the one number that it gives.
 * False and 0 after an error, and of no node. */
bool fa__formula_holds(const char *text, fa__node *a, fa_error *err);
double fa__formula_number(const char *text, fa__node *a, fa_error *err);

#endif
