/* SPDX-License-Identifier: BSD-3-Clause */
/* interp: straight lines between the points of a table, in NumPy's own steps, so that the bits are its. The
 * table is looked at as a whole: it stands in memory. */
#include "op/wholes.h"

#include "base/checked.h"
#include "base/memory.h"
#include "engine/buffers.h"
#include "engine/flat.h"
#include "kernel/kernel.h"

#include <math.h>

enum { JOB_BLOCKS = 16 };

typedef struct table {
    fa__whole_run *run;
    fa__flat wanted;
    int64_t total, count;
    double *points, *values; /* `count` each; one allocation */
    double left, right;
} table;

/* The last point that is not above x: -1 where all are, the count where x is above the last. */
static int64_t place_of(const table *t, double x)
{
    int64_t low = 0, high = t->count;
    if (x > t->points[t->count - 1])
        return t->count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (x >= t->points[middle])
            low = middle + 1;
        else
            high = middle;
    }
    return low - 1;
}

static double between(const table *t, int64_t j, double x)
{
    double slope = (t->values[j + 1] - t->values[j]) / (t->points[j + 1] - t->points[j]);
    double y = slope * (x - t->points[j]) + t->values[j];
    if (!isnan(y))
        return y;
    y = slope * (x - t->points[j + 1]) + t->values[j + 1];
    return isnan(y) && t->values[j] == t->values[j + 1] ? t->values[j] : y;
}

static double value_at(const table *t, double x)
{
    if (t->count == 1)
        return x < t->points[0] ? t->left : x > t->points[0] ? t->right : t->values[0];
    if (isnan(x))
        return x;
    int64_t j = place_of(t, x);
    if (j < 0)
        return t->left;
    if (j == t->count)
        return t->right;
    return j == t->count - 1 || t->points[j] == x ? t->values[j] : between(t, j, x);
}

static void work(void *user, int64_t job, fa_error *err)
{
    const table *t = user;
    size_t bytes = FA__BLOCK * sizeof(double);
    double *x = fa__buffer_take(bytes, err);
    int64_t first = job * JOB_BLOCKS * FA__BLOCK, end = fa__min_i64(first + JOB_BLOCKS * FA__BLOCK, t->total);
    for (int64_t at = first; x != NULL && at < end && !fa_failed(err); at += FA__BLOCK) {
        int64_t n = fa__min_i64(FA__BLOCK, end - at);
        if (!fa__flat_read(&t->wanted, at, 1, n, x, err))
            break;
        for (int64_t i = 0; i < n; i++)
            x[i] = value_at(t, x[i]);
        fa__whole_write(t->run, at, n, x, err);
    }
    fa__buffer_give_back(x, bytes);
}

/* All elements of an input of doubles. */
static bool read_all(fa__whole_run *run, int input, double *elements, fa_error *err)
{
    fa__flat flat = {0};
    fa_array *array = fa__whole_input(run, input, err);
    if (array != NULL && fa__flat_start(&flat, array, FA_FLOAT64, err))
        fa__flat_read(&flat, 0, 1, flat.count, elements, err);
    fa__flat_clear(&flat);
    return !fa_failed(err);
}

static bool start(table *t, fa_error *err)
{
    const fa__node *node = t->run->node;
    t->total = fa__count(node->ndim, node->sizes);
    t->count = node->inputs[1]->sizes[0];
    t->points = fa__alloc_zero(2 * (size_t)t->count, sizeof(double), err);
    if (t->points == NULL)
        return false;
    t->values = t->points + t->count;
    if (!read_all(t->run, 1, t->points, err) || !read_all(t->run, 2, t->values, err))
        return false;
    t->left = t->values[0];
    t->right = t->values[t->count - 1];
    if (node->input_count > 3 &&
        (!read_all(t->run, 3, &t->left, err) || !read_all(t->run, 4, &t->right, err)))
        return false;
    fa_array *wanted = fa__whole_input(t->run, 0, err);
    return wanted != NULL && fa__flat_start(&t->wanted, wanted, FA_FLOAT64, err);
}

static bool run(fa__whole_run *whole, fa_error *err)
{
    table t = {.run = whole};
    int64_t job = JOB_BLOCKS * FA__BLOCK;
    if (start(&t, err))
        fa__whole_parallel(whole, (t.total + job - 1) / job, 0, work, &t, err);
    fa__flat_clear(&t.wanted);
    fa__free(t.points);
    return !fa_failed(err);
}

const fa__whole_class fa__whole_interp = {.run = run};
