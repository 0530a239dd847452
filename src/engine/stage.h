/* SPDX-License-Identifier: BSD-3-Clause */
/* A pass over memory that is walked again and again, with all that walking takes: what of a plan does not
 * depend on where its operands begin. Knows nothing about text, arrays and whose addresses these are. */
#ifndef FA_ENGINE_STAGE_H
#define FA_ENGINE_STAGE_H

#include "engine/cut.h"
#include "engine/program.h"

#include <stdatomic.h>

typedef struct fa__stage_worker {
    fa__program program;
    fa__span span;
    fa_error err;
} fa__stage_worker;

/* Zero it and plan the pass; then start. */
typedef struct fa__stage {
    fa__pass pass;
    fa__cut cut;
    fa__reach *loads, *stores; /* of all workers; whoever runs it sets `base` */
    fa__stage_worker *workers;
    size_t slots_bytes, charged; /* of each worker; of all, to the ledger */
    int threads;
    atomic_llong next_task;
    atomic_bool failed;
} fa__stage;

/* Makes all that runs need, and puts results of reductions on their nodes, to be computed by each run. False,
 * with a clean err perhaps, where the pass cannot be walked again. */
bool fa__stage_start(fa__stage *stage, fa_error *err);
void fa__stage_clear(fa__stage *stage);
/* Walks it. After a failure it is not to be run again. */
bool fa__stage_run(fa__stage *stage, fa_error *err);

#endif
