/* SPDX-License-Identifier: BSD-3-Clause */
/* One pass: everything that is computed in one walk over one domain. Made by plan.c, walked by run.c.
 *
 *     operands (views of sources) -> values (blocks in L1) -> stores (views of sources) and consumers
 * (reductions)
 *
 * The domain is a shape whose axes stand in iteration order, outermost first; element number f of the domain
 * ("flat index") counts in that order. Operands and stores are strides over the domain. */
#ifndef FA_ENGINE_PASS_H
#define FA_ENGINE_PASS_H

#include "engine/affine.h"
#include "engine/engine.h"
#include "expr/user_kernel.h"
#include "kernel/cast.h"
#include "kernel/strings.h"

enum { FA__MAX_INPUTS = FA_KERNEL_MOST };

/* How elements of a source stand over the domain. */
typedef struct fa__operand {
    fa__source *source; /* one reference; concrete */
    int64_t item_bytes;
    int swap; /* size of the parts whose bytes are reversed, 0 for none */
    int64_t offset;
    int64_t *strides; /* domain axes, bytes */
} fa__operand;

typedef enum fa__value_kind {
    FA__VALUE_LOAD,     /* of an operand */
    FA__VALUE_CONSTANT, /* one element */
    FA__VALUE_GENERATE,
    FA__VALUE_LOOP,
    FA__VALUE_CONVERT,
    FA__VALUE_CAST,    /* a conversion that needs to know more than two types */
    FA__VALUE_STRINGS, /* a loop that is told how wide its elements are */
    FA__VALUE_CALL,    /* of a user's kernel: all its outputs, one block behind the other */
    FA__VALUE_PART,    /* one of those blocks, where it is */
    FA__VALUE_CHOOSE,  /* where() of elements that are only moved */
    FA__VALUE_SCAN     /* by a consumer, which has seen all that comes before */
} fa__value_kind;

/* The blocks of a CALL begin at multiples of so many bytes. */
enum { FA__PART_ALIGNMENT = 64 };

/* One block-wise value of the pass. Values stand in the order in which they are computed. */
typedef struct fa__value {
    fa__value_kind kind;
    bool uniform; /* one element for all of the pass: computed once a tile, passed to loops as a scalar */
    int64_t uniform_at;   /* where that element stands in a worker's room for them */
    bool check_exponents; /* integers to negative powers are an error */
    int type;             /* fa_type, or -1: opaque elements that are only moved */
    int64_t item_bytes;
    int input_count;
    int inputs[FA__MAX_INPUTS];
    int operand;              /* LOAD */
    const fa__kernel *kernel; /* CALL, PART */
    int output;               /* PART: which one */
    int consume;              /* SCAN: which of the pass's consumers makes it */
    fa__loop *loop;
    int operation, loop_type; /* LOOP of an operation on one type; -1: another loop */
    int chain;                /* the value that ends the chain in which this one is a link; -1: it is none */
    int earlier_link;         /* the one before it in that chain; -1: it is the first */
    fa__convert_loop *convert;
    fa__string_loop *strings; /* STRINGS */
    bool measures;
    fa__cast cast;        /* CAST */
    const fa__node *node; /* GENERATE */
    int64_t position;     /* GENERATE: C-order position of element 0, and strides over the domain */
    int64_t *position_strides;
    const unsigned char *constant;           /* CONSTANT: of a node */
    int times_stored, times_fed, times_read; /* by stores, consumers, and values and masks */
    int last_use;                            /* the last value, store or consumer that reads it */
    bool is_fed; /* to a consumer, a block at a time: its buffer holds a whole block, and is no other value's
                  */
    int slot;    /* block buffer; -1: none needed */
} fa__value;

typedef struct fa__store {
    int value;
    int mask;    /* the value that says which elements are written; -1: all */
    int request; /* whose target this is, or a part of it */
    fa__operand to;
    bool stream; /* larger than the cache: past it */
} fa__store;

struct fa__consumer_class;

/* A reduction or a scan fed by a value. */
typedef struct fa__consume {
    int value;
    int output; /* the value that it makes, block by block; -1: it makes none */
    fa__node *node;
    const struct fa__consumer_class *class; /* NULL: that of the node */
    void *plan;
    void *user; /* the class's own */
} fa__consume;

typedef struct fa__pass {
    int ndim;
    int64_t sizes[FA_MAX_NDIM];
    int perm[FA_MAX_NDIM]; /* domain axis i is axis perm[i] of the results' shape */
    int64_t total;
    int64_t
        box[FA_MAX_NDIM]; /* the domain is walked in boxes of these sizes; sizes[] when there is one box */
    fa__value *values;
    int64_t value_count, value_capacity;
    fa__operand *operands;
    int64_t operand_count, operand_capacity;
    fa__store *stores;
    int64_t store_count, store_capacity;
    fa__consume *consumes;
    int64_t consume_count, consume_capacity;
    int slot_count;
    int spread_count;      /* buffers for values that are the same everywhere, and yet wanted as blocks */
    bool foreign;          /* users' kernels run: nothing is mapped, no guard is armed */
    int64_t uniform_bytes; /* of all elements that are one for the pass */
    bool aliased; /* a store may touch bytes of an operand: the same elements, which schedule.c has made sure
                     of */
    int64_t slot_bytes;
    bool is_only_dealt; /* runs only if it is dealt out (deal.h), and says whether it was */
    bool was_dealt;
} fa__pass;

void fa__pass_clear(fa__pass *pass);

/* What a pass is asked for, in terms of graphs. */
typedef struct fa__request {
    fa__node
        *node; /* elementwise values of this node seen through `map` (domain axes in the result's order) */
    fa__affine *map;  /* NULL: identity */
    fa_array *target; /* store here, or */
    fa__node *where;  /* where this is true; NULL: everywhere */
    fa__node *feeds;  /* feed this walk, whose input `node` is; a scan is stored in the target */
    const struct fa__consumer_class
        *consumer; /* by this class, which finds `user`; NULL: by that of the walk */
    void *user;
} fa__request;

/* Plans one pass for requests that share sizes and iteration order. `order` is a permutation of the axes. */
bool fa__plan_pass(fa__pass *pass, int ndim, const int64_t *sizes, const int *order,
                   const fa__request *requests, int64_t count, fa_error *err);

static inline bool fa__operand_in_memory(const fa__operand *operand)
{
    return fa__source_memory(operand->source) != NULL;
}

bool fa__pass_is_one_box(const fa__pass *pass);
int64_t fa__pass_bytes(const fa__pass *pass); /* of all operands and stores, an element */
/* Whether what is read and written is more than the largest cache holds. */
bool fa__pass_exceeds_cache(const fa__pass *pass);
/* Whether all that it does is to move the elements of one operand into one store. */
bool fa__pass_only_moves(const fa__pass *pass);
/* The same from one file to another, both of kinds that there is a way to past the page cache. */
bool fa__pass_moves_files(const fa__pass *pass);

/* Computes it. */
bool fa__run_pass(fa__pass *pass, const fa_evaluate_options *options, fa_error *err);

#endif
