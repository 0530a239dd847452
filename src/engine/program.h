/* SPDX-License-Identifier: BSD-3-Clause */
/* The block machine: one worker's way through the values of a pass, block by block, for a tile that is
 * reachable. Knows nothing about tasks, budgets and files. */
#ifndef FA_ENGINE_PROGRAM_H
#define FA_ENGINE_PROGRAM_H

#include "engine/chains.h"
#include "engine/consumer.h"
#include "engine/load.h"

typedef struct fa__step fa__step;

/* Elements of a block that are used where they stand, one behind the other. */
typedef struct fa__stream {
    int value;
    int64_t item_bytes;
} fa__stream;
enum { FA__MOST_STREAMS = 8 };

typedef enum fa__chain_end { FA__TO_MEMORY, FA__PAST_CACHE, FA__INTO_SUMS } fa__chain_end;

/* Zero it; the caller fills in what is in the first part. Belongs to one worker. */
typedef struct fa__program {
    const fa__pass *pass;
    const fa__span *span;
    fa__reach *loads, *stores;
    void **consumers;
    char *slots; /* block buffers, and behind those of the pass some to spread what is the same everywhere */
    int64_t slot_stride; /* bytes from one to the next */
    int64_t block;       /* elements of a block */
    fa_error *err;       /* of a user's kernel */
    int64_t row;         /* blocks end at multiples of this; 0: anywhere */

    int64_t stretch;  /* elements that go through all values at once: as few as stay near the processor */
    bool loads_alone; /* nothing is computed: what is fed stands already */
    fa__step *steps;
    int64_t step_count;
    fa__link *links; /* of all chains */
    int64_t link_count;
    char *kept_room; /* that `kept` is in */
    fa__kept *kept;
    double sums[FA__MOST_LEAVES]; /* of what a chain makes for the one consumer */
    int64_t load_count;           /* of the steps */
    bool chains_alone;            /* beside loads nothing but chains */
    bool straight;                /* and these store all that they make */
    char **at;                    /* of each value: where its current elements are */
    char **begins;                /* of each value: where those of the block begin */
    bool *moves;                  /* of each value: whether `at` goes along with the elements */
    fa__chain_end *ends;          /* of each value that ends a chain: where its elements of the block go */
    fa__stream streams[FA__MOST_STREAMS];
    int stream_count;
    char *uniforms;      /* values that are one element */
    fa__trouble trouble; /* the first that strings had */
    bool negative_power;
} fa__program;

bool fa__program_start(fa__program *program, fa_error *err);
void fa__program_clear(fa__program *program);
/* Computes flat elements [first, last) of the span's box. May be left by a fault of mapped bytes: owns
 * nothing meanwhile. */
void fa__program_run(fa__program *program, int64_t first, int64_t last);
/* What elements could not be computed is said here. */
bool fa__program_end(fa__program *program, fa_error *err);
/* How many elements a block has at most; and the rows at whose ends blocks end, 0: anywhere. */
int64_t fa__program_block(const fa__pass *pass);
int64_t fa__program_row(const fa__pass *pass);

#endif
