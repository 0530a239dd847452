/* SPDX-License-Identifier: BSD-3-Clause */
/* Operations on whole arrays: the table that src/op fills, and what the engine does for those that run by
 * themselves. Such a node is a barrier, as a reduction is: others read its elements once all of them stand.
 */
#ifndef FA_ENGINE_WHOLE_H
#define FA_ENGINE_WHOLE_H

#include "engine/consumer.h"

typedef struct fa__whole_run fa__whole_run;

typedef struct fa__whole_class {
    /* Where the list says that the first input is walked: takes its elements in a pass that reductions share.
     * The other inputs stand: fa__whole_beside(). */
    const fa__consumer_class *consumer;
    /* Else: puts all elements into the result, on the calling thread, by means of the functions below. */
    bool (*run)(fa__whole_run *run, fa_error *err);
} fa__whole_class;

/* src/op/wholes.c */
extern const fa__whole_class *const fa__whole_classes[FA__WHOLE_COUNT + 1];

/* What one run works on. */
struct fa__whole_run {
    fa__node *node;
    fa_array
        *result; /* concrete, in C order, native; in memory, in scratch, or the file that was asked for */
    const fa_evaluate_options *options;
    fa_array **made; /* inputs that stand, found or computed */
    /* For whoever watches. */
    double started, called; /* the time of its start, and of the last callback */
    int64_t done_bytes;     /* of a long step */
};

/* Computes a box of an input into `target` (concrete, of the box's shape, any dtype and strides), on all
 * threads: mapped or read, and converted. Elements of what is not computed are computed on the way; nothing
 * else is kept. NULL for `start` and `sizes`: all of it. */
bool fa__whole_read(fa__whole_run *run, int input, const int64_t *start, const int64_t *sizes,
                    fa_array *target, fa_error *err);
/* Feeds all elements of an input to a consumer, in a pass of its own, as often as it is called. The consumer
 * finds `user` in its fa__consume. In C order of the input's axes, or in the order of its memory. */
bool fa__whole_walk(fa__whole_run *run, int input, bool in_c_order, const fa__consumer_class *consumer,
                    void *user, fa_error *err);
/* An input where it stands already, as a concrete view of the node's dtype; NULL with a clean err where it
 * does not. Borrowed. */
fa_array *fa__whole_standing(fa__whole_run *run, int input, fa_error *err);
/* The same for a box of an input, as fa__whole_read() has it. */
bool fa__whole_walk_box(fa__whole_run *run, int input, const int64_t *start, const int64_t *sizes,
                        bool in_c_order, const fa__consumer_class *consumer, void *user, fa_error *err);
/* Elements under any geometry on an input's layout (fa__node_geometry()), native, in C order, to dense
 * memory. False with a clean err where the input is not computed and they could not be without the others. */
bool fa__whole_read_view(fa__whole_run *run, int input, const fa__geometry *geometry, void *elements,
                         fa_error *err);
/* An input as a concrete view of any dtype that converts to its node's: itself where it stands, or computed
 * into memory or scratch. Borrowed. */
fa_array *fa__whole_input(fa__whole_run *run, int input, fa_error *err);
/* Elements [first, first + n) of the result, as they stand in C order, from dense memory. */
bool fa__whole_write(fa__whole_run *run, int64_t first, int64_t n, const void *elements, fa_error *err);
/* Calls body for job = 0 .. jobs - 1 on the pool; the first error ends it, and a callback can. No body may
 * call back into the functions above but fa__whole_write(). `worker_bytes` is what a body takes without
 * charging it. */
bool fa__whole_parallel(fa__whole_run *run, int64_t jobs, int64_t worker_bytes,
                        void (*body)(void *user, int64_t job, fa_error *err), void *user, fa_error *err);

/* What stands beside the first input of a walk: a concrete view. One reference. */
fa_array *fa__whole_beside(const fa__node *node, int input, fa_error *err);

/* Computes a node's elements into `result`: the engine's. */
bool fa__whole_compute(fa__node *node, fa_array *result, const fa_evaluate_options *options, fa_error *err);

#endif
