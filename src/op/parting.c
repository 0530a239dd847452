/* SPDX-License-Identifier: BSD-3-Clause */
/* The steps of a quicksort that are shared. Knows nothing about what keys stand for. */
#include "op/parting.h"

#include "engine/pool.h"
#include "kernel/order.h"

#include "base/checked.h"
#include "base/memory.h"

enum {
    PARTS_EACH = 4,      /* parts for each thread */
    MOST_TOLD = 16 << 20 /* bytes of a part that somebody is told of */
};

bool fa__each_job(fa__whole_run *run, int64_t jobs, fa__job *one, void *user, fa_error *err)
{
    if (run != NULL)
        return fa__whole_parallel(run, jobs, 0, one, user, err);
    for (int64_t job = 0; job < jobs && !fa_failed(err); job++)
        one(user, job, err);
    return !fa_failed(err);
}

int64_t fa__line_pieces(int64_t n)
{
    return (n + FA__LINE_PIECE - 1) / FA__LINE_PIECE;
}

int64_t fa__line_piece(int64_t n, int64_t job, int64_t *begin)
{
    *begin = job * FA__LINE_PIECE;
    return fa__min_i64(*begin + FA__LINE_PIECE, n);
}

static bool is_large(const fa__parting *p, const fa__part *one)
{
    return !one->is_equal && one->end - one->begin > p->most;
}

static void part_one(void *user, int64_t job, fa_error *err)
{
    const fa__parting *p = user;
    fa__part *one = &p->parts[job];
    (void)err;
    one->front = 0;
    if (is_large(p, one))
        one->front = fa__part_keys(p->keys + one->begin * p->key_bytes, one->end - one->begin, p->key_bytes);
}

/* Each part that was parted becomes two. */
static bool divide_parts(fa__parting *p, fa_error *err)
{
    bool divided = false;
    if (!fa__grow(&p->parts, &p->capacity, 2 * p->count, sizeof *p->parts, err))
        return false;
    for (int64_t i = 0, count = p->count; i < count; i++) {
        fa__part *one = &p->parts[i];
        int64_t end = one->end;
        if (one->front == 0)
            continue;
        one->is_equal = one->front == end - one->begin;
        one->end = one->begin + one->front;
        if (!one->is_equal)
            p->parts[p->count++] = (fa__part){.begin = one->end, .end = end};
        divided = true;
    }
    return divided;
}

bool fa__tell_sorted(const fa__when_sorted *when, int64_t begin, int64_t end, fa_error *err)
{
    if (when != NULL && begin < end && !fa_failed(err))
        when->done(when->user, begin, end, err);
    return !fa_failed(err);
}

static void sort_part(void *user, int64_t job, fa_error *err)
{
    const fa__parting *p = user;
    const fa__part *one = &p->parts[job];
    if (!one->is_equal)
        fa__sort_keys(p->keys + one->begin * p->key_bytes, one->end - one->begin, p->key_bytes);
    if (p->finish != NULL)
        p->finish(p->user, one->begin, one->end);
    fa__tell_sorted(p->when, one->begin, one->end, err);
}

bool fa__sort_parted(fa__whole_run *run, fa__parting *p, int64_t n, fa_error *err)
{
    enum { MOST_ROUNDS = 24 };
    fa__part all = {.begin = 0, .end = n};
    int threads = run != NULL ? fa__pool_threads() : 1;
    if (threads == 1 || n < FA__LEAST_SHARED) {
        p->parts = &all;
        sort_part(p, 0, err);
        return !fa_failed(err);
    }
    p->most = n / (threads * PARTS_EACH);
    if (p->when != NULL) /* who writes parts is not to wait for the last ones */
        p->most = fa__min_i64(p->most, MOST_TOLD / p->key_bytes);
    if (!fa__grow(&p->parts, &p->capacity, 1, sizeof *p->parts, err))
        return false;
    p->parts[0] = all;
    p->count = 1;
    for (int round = 0; round < MOST_ROUNDS && fa__each_job(run, p->count, part_one, p, err); round++)
        if (!divide_parts(p, err))
            break;
    fa__each_job(run, p->count, sort_part, p, err);
    fa__free(p->parts);
    return !fa_failed(err);
}
