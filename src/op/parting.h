/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys of a line, parted into pieces for all threads and sorted in place; and what else goes over a line in
 * pieces. */
#ifndef FA_OP_PARTING_H
#define FA_OP_PARTING_H

#include "op/order.h"

enum {
    FA__LINE_PIECE = 64 << 10,   /* elements of a job that goes over all of a line */
    FA__LEAST_SHARED = 128 << 10 /* elements of a line that threads share */
};

typedef void fa__job(void *user, int64_t job, fa_error *err);

/* Jobs on all threads of a run, or, where it is NULL, on this one. */
bool fa__each_job(fa__whole_run *run, int64_t jobs, fa__job *one, void *user, fa_error *err);
int64_t fa__line_pieces(int64_t n);
/* Elements [*begin, end) of a piece: gives the end. */
int64_t fa__line_piece(int64_t n, int64_t job, int64_t *begin);
bool fa__tell_sorted(const fa__when_sorted *when, int64_t begin, int64_t end, fa_error *err);

/* A range of keys, none of which belongs before or behind it. */
typedef struct fa__part {
    int64_t begin, end, front;
    bool is_equal; /* all keys are the same */
} fa__part;

typedef struct fa__parting {
    char *keys;
    int key_bytes;
    fa__part *parts;
    int64_t count, capacity, most; /* parts of more keys than `most` are parted */
    /* What becomes of keys that are sorted, and who is told then. */
    void (*finish)(void *user, int64_t begin, int64_t end);
    void *user;
    const fa__when_sorted *when;
} fa__parting;

/* Sorts n keys in place. Parts are divided until each thread has some of them: the steps are those of the
 * sort of one thread, only that one part is not finished before the other is begun. */
bool fa__sort_parted(fa__whole_run *run, fa__parting *p, int64_t n, fa_error *err);

#endif
