/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once per real type T: its blocks as doubles for the reductions of reduce_double.inc.h that
 * DOUBLE_REDUCTIONS lists, and its counts of elements that are not zero. VALUE(x) is the number that an
 * element stands for; IS_TRUE(x) tells whether that is not zero. */

#define IN_PLACE _Generic((T){0}, double : true, default : false)
#define FLOATS   _Generic((T){0}, float : true, default : false)
/* n elements further on than x. */
#define BEHIND(x, n)                                                                             \
    (fa__behind)                                                                                 \
    {                                                                                            \
        (uintptr_t)((x) + (n)), sizeof(T) == 8 ? 0 : sizeof(T) == 4 ? 1 : sizeof(T) == 2 ? 2 : 3 \
    }

/* n elements as doubles: x itself, or converted into the buffer. */
FA__INLINE const double *NAME(doubles)(double *buffer, const T *x, int64_t n)
{
    if (IN_PLACE)
        return (const double *)(const void *)x;
#ifdef NARROW
    float block[FA__BLOCK];
    NAME(widen)(block, x, n);
    for (int64_t i = 0; i < n; i++)
        buffer[i] = block[i];
#else
    for (int64_t i = 0; i < n; i++)
        buffer[i] = (double)VALUE(x[i]);
#endif
    return buffer;
}

#define X(name)                                                                                            \
    static void NAME(name##_leaf_rows)(void *state, int64_t capacity, const void *x, int64_t rows,         \
                                       int64_t n)                                                          \
    {                                                                                                      \
        double buffer[FA__BLOCK];                                                                          \
        const int64_t together = FA__BLOCK / n;                                                            \
        for (int64_t row = 0; row < rows; row += together) {                                               \
            const int64_t count = rows - row < together ? rows - row : together;                           \
            const T *from = (const T *)x + row * n;                                                        \
            name##_rows((double *)state + row, capacity, NAME(doubles)(buffer, from, count * n), count, n, \
                        BEHIND(from, IN_PLACE ? n : count * n));                                           \
        }                                                                                                  \
    }                                                                                                      \
    static void NAME(name##_leaf)(void *state, int64_t capacity, const void *x, int64_t n)                 \
    {                                                                                                      \
        double buffer[FA__BLOCK];                                                                          \
        const T *from = x;                                                                                 \
        name##_rows(state, capacity, NAME(doubles)(buffer, from, n), 1, n, BEHIND(from, n));               \
    }                                                                                                      \
    static void NAME(name##_strip)(void *state, int64_t capacity, const fa__strip *s)                      \
    {                                                                                                      \
        double buffer[FA__BLOCK];                                                                          \
        if (IN_PLACE || FLOATS) {                                                                          \
            (FLOATS ? name##_strip_floats : name##_strip)(state, capacity, s);                             \
            return;                                                                                        \
        }                                                                                                  \
        const int64_t columns = FA__BLOCK / s->rows;                                                       \
        for (int64_t done = 0; done < s->n; done += columns) {                                             \
            const int64_t count = s->n - done < columns ? s->n - done : columns;                           \
            const T *x = (const T *)s->x + done;                                                           \
            for (int row = 0; row < s->rows; row++) {                                                      \
                fa__ask(s->asks, count *(int64_t)sizeof(T));                                               \
                NAME(doubles)(buffer + row * count, x + row * s->stride, count);                           \
            }                                                                                              \
            const fa__strip of_doubles = {buffer, count, count, s->first, s->rows, NULL};                  \
            name##_strip((double *)state + done, capacity, &of_doubles);                                   \
        }                                                                                                  \
    }
DOUBLE_REDUCTIONS(X)
#undef X

FA__INLINE int64_t NAME(count_block)(const T *x, int64_t n)
{
    int32_t count = 0;
    for (int64_t i = 0; i < n; i++)
        count += IS_TRUE(x[i]);
    return count;
}

static void NAME(count_leaf_rows)(void *state, int64_t capacity, const void *x, int64_t rows, int64_t n)
{
    int64_t *counts = state;
    (void)capacity;
    for (int64_t row = 0; row < rows; row++)
        counts[row] = NAME(count_block)((const T *)x + row * n, n);
}

static void NAME(count_leaf)(void *state, int64_t capacity, const void *x, int64_t n)
{
    NAME(count_leaf_rows)(state, capacity, x, 1, n);
}

static void NAME(count_row)(void *state, int64_t capacity, const void *x_row, int64_t n, int row)
{
    int64_t *counts = state;
    const T *x = x_row;
    (void)capacity;
    for (int64_t i = 0; i < n; i++)
        counts[i] = (row == 0 ? 0 : counts[i]) + IS_TRUE(x[i]);
}

FA__STRIP_BY_ROWS(NAME(count_strip), NAME(count_row), T)

/* Behind those that are alike: they cost more. */
static void NAME(fill_joints)(fa__kernels *kernels)
{
    fa__joint *moments = FA__JOINT(MOMENTS, moments, moments_strip_end);
    cover(moments, FA__REDUCE_MEAN, 0);
    cover(moments, FA__REDUCE_VAR, 1);
    cover(moments, FA__REDUCE_STD, 1);
#ifdef FLOATING
    cover(moments, FA__REDUCE_SUM, 0);
    fa__joint *range = FA__JOINT(RANGE, range, no_strip_end);
    cover(range, FA__REDUCE_SUM, 0);
    cover(range, FA__REDUCE_MEAN, 0);
    cover(range, FA__REDUCE_MIN, 1);
    cover(range, FA__REDUCE_MAX, 2);
    fa__joint *four = FA__JOINT(FOUR, four, moments_strip_end);
    cover(four, FA__REDUCE_SUM, 0);
    cover(four, FA__REDUCE_MEAN, 0);
    cover(four, FA__REDUCE_VAR, 1);
    cover(four, FA__REDUCE_STD, 1);
    cover(four, FA__REDUCE_MIN, MOMENTS);
    cover(four, FA__REDUCE_MAX, MOMENTS + 1);
#endif
}

static void NAME(fill_real)(fa__kernels *kernels)
{
    FA__REDUCER(MEAN, 1, true, sum, sum_merge, FINISH(mean), FLOATING_RESULT);
    FA__REDUCER(VAR, 4, true, var, var_merge, FINISH(var), FLOATING_RESULT);
    FA__REDUCER(STD, 4, true, var, var_merge, FINISH(std), FLOATING_RESULT);
    kernels->reducers[FA__REDUCE_VAR][TYPE].strip_end = var_strip_end;
    kernels->reducers[FA__REDUCE_STD][TYPE].strip_end = var_strip_end;
    FA__REDUCER(ANY, 1, true, count, add_merge, finish_any, FA_TYPE_BOOL);
    FA__REDUCER(ALL, 1, true, count, add_merge, finish_all, FA_TYPE_BOOL);
    FA__REDUCER(COUNT_NONZERO, 1, true, count, add_merge, finish_count, FA_TYPE_INT64);
#ifdef FLOATING
    FA__REDUCER(SUM, 1, true, sum, sum_merge, FINISH(sum), TYPE);
#ifndef NARROW
    kernels->reducers[FA__REDUCE_SUM][TYPE].is_sum = true;
    kernels->reducers[FA__REDUCE_MEAN][TYPE].is_sum = true;
#endif
    FA__REDUCER(PROD, 1, true, prod, prod_merge, FINISH(prod), TYPE);
    FA__REDUCER(MIN, 1, false, min, min_merge, FINISH(sum), TYPE);
    FA__REDUCER(MAX, 1, false, max, max_merge, FINISH(sum), TYPE);
    FA__REDUCER(NANMIN, 1, false, nanmin, nanmin_merge, FINISH(sum), TYPE);
    FA__REDUCER(NANMAX, 1, false, nanmax, nanmax_merge, FINISH(sum), TYPE);
    FA__REDUCER(NANSUM, 1, true, nansum, sum_merge, FINISH(sum), TYPE);
    FA__REDUCER(NANMEAN, 2, true, nanmean, nanmean_merge, FINISH(nanmean), TYPE);
    FA__REDUCER(NANVAR, 4, true, nanvar, nanvar_merge, FINISH(nanvar), TYPE);
    FA__REDUCER(NANSTD, 4, true, nanvar, nanvar_merge, FINISH(nanstd), TYPE);
    kernels->reducers[FA__REDUCE_NANVAR][TYPE].strip_end = nanvar_strip_end;
    kernels->reducers[FA__REDUCE_NANSTD][TYPE].strip_end = nanvar_strip_end;
    FA__LOCATOR(ARGMIN, 2, argmin, argmin_merge, finish_position, locate_double);
    FA__LOCATOR(ARGMAX, 2, argmax, argmax_merge, finish_position, locate_double);
    FA__LOCATOR(NANARGMIN, 2, nanargmin, nanargmin_merge, finish_position, locate_double);
    FA__LOCATOR(NANARGMAX, 2, nanargmax, nanargmax_merge, finish_position, locate_double);
#endif
}
#undef IN_PLACE
#undef FLOATS
#undef BEHIND
