/* SPDX-License-Identifier: BSD-3-Clause */
/* Chains: operations whose elements stay in registers from the first input to the result, a step of elements
 * at a time, instead of a block of each operation going through the cache. Links are what loops are
 * (kernel.h): any of them may follow any other, and all give the bits of the loop of their operation. Knows
 * nothing about graphs; the engine makes chains of values (engine/chains.h). */
#ifndef FA_KERNEL_CHAIN_H
#define FA_KERNEL_CHAIN_H

#include "kernel/kernel.h"

enum {
    FA__CHAIN_STEP = 64, /* elements of a step, at most */
    FA__CHAIN_OPERATIONS = 12,
    FA__CHAIN_LINKS_EACH = 4, /* of an operation, at most: load, operation, its third input, keep */
    FA__CHAIN_LINKS = FA__CHAIN_LINKS_EACH * FA__CHAIN_OPERATIONS + 1
};

/* Where the other input of an operation is, beside the one in registers. WHERE has its condition there; its
 * link is followed by one that only says where the third input is. */
typedef enum fa__link_form {
    FA__LINK_SECOND, /* behind it, in memory: all there is of operations on one input; of WHERE both */
    FA__LINK_FIRST,  /* in front of it, in memory; of WHERE: one element for all of each; of functions their
                      * only input, which is in memory */
    FA__LINK_ONE_SECOND, /* one element for all; of WHERE the third input */
    FA__LINK_ONE_FIRST,  /* ... the second */
    FA__LINK_FORMS
} fa__link_form;

/* Links that compute nothing. */
typedef enum fa__link_move {
    FA__LINK_LOAD,
    FA__LINK_LOAD_ONE,
    FA__LINK_KEEP,   /* for another link */
    FA__LINK_STORE,  /* the last one */
    FA__LINK_STREAM, /* the same past the cache: to whole lines */
    FA__LINK_SUM,    /* the last one: adds to the lanes of a leaf of a sum */
    FA__LINK_MOVES
} fa__link_move;

/* Which function that is only the instruction set's own file knows. */
typedef void fa__link_run(void);

typedef struct fa__link {
    fa__link_run *run;
    fa__loop *loop; /* of an operation on one input, for links that call it */
    char *at;       /* the element of memory that it reads or writes first */
    int64_t moves;  /* -1: an element for each of the chain; 0: what is there is for all steps */
    int item_bytes;
    int value; /* the engine's own */
} fa__link;

/* The last link is a STORE, which fa__chain_sums() takes for a SUM. */
typedef struct fa__chain {
    fa__link *links; /* FA__CHAIN_LINKS at most */
    int count;
    fa_type type;    /* of the result */
    bool takes_long; /* some link calls a loop: what memory is to bring is asked for meanwhile */
} fa__chain;

/* NULL where there is none. */
fa__link_run *fa__link_find(fa__operation operation, fa_type type, fa__link_form form);
fa__link_run *fa__link_move_find(fa__link_move move, fa_type type);

/* Computes n elements; `stream`: past the cache as far as they fill lines. Inputs and output may be the same
 * elements, else they do not overlap. */
void fa__chain_run(fa__chain *chain, int64_t n, bool stream);
/* Computes n float64 or float32 elements of a chain that ends in a SUM, and gives the sum of each leaf:
 * FA__BLOCK elements, the last one what is left. */
void fa__chain_sums(fa__chain *chain, int64_t n, double *sums);

#endif
