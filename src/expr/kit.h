/* SPDX-License-Identifier: BSD-3-Clause */
/* Nodes on the way to a result that is made of several: kept together, lent, and released together. */
#ifndef FA_EXPR_KIT_H
#define FA_EXPR_KIT_H

#include "expr/node.h"

typedef struct fa__kit {
    fa__node *made[48];
    int count;
    const fa__reduce_arguments *arguments; /* of a reduction; else NULL */
    fa_error *err;
} fa__kit;

/* Takes a new node over, and lends it. */
static inline fa__node *fa__keep(fa__kit *kit, fa__node *node)
{
    if (node != NULL)
        kit->made[kit->count++] = node;
    return node;
}

/* One reference to the result, NULL after an error; all that was kept is released. */
static inline fa__node *fa__give(fa__kit *kit, fa__node *node)
{
    fa__node *result = fa_failed(kit->err) ? NULL : fa__node_retain(node);
    for (int i = 0; i < kit->count; i++)
        fa__node_release(kit->made[i]);
    return result;
}

#endif
