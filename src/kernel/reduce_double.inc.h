/* SPDX-License-Identifier: BSD-3-Clause */
/* Reductions of blocks of doubles, which all floating reductions come to: sums, products, extremes, and means
 * of what is not NaN. For each: rows (leaves), a strip, and the merge. States are as kernel.h lays them out.
 */

/* ---- Sum, product, minimum, maximum: one component ---- */

FA__INLINE fa__doubles add_join(fa__doubles a, fa__doubles b)
{
    return a + b;
}

FA__INLINE fa__doubles add_step(fa__doubles lane, fa__doubles x, fa__doubles constant)
{
    (void)constant;
    return lane + x;
}

FA__INLINE fa__doubles multiply_join(fa__doubles a, fa__doubles b)
{
    return a * b;
}

FA__INLINE fa__doubles multiply_step(fa__doubles lane, fa__doubles x, fa__doubles constant)
{
    (void)constant;
    return lane * x;
}

/* The processor's min gives its second operand for equal values, and for a NaN in either. */
FA__INLINE fa__doubles min_join(fa__doubles a, fa__doubles b)
{
    return FA__VECTOR(min_pd)(b, a);
}

FA__INLINE fa__doubles max_join(fa__doubles a, fa__doubles b)
{
    return FA__VECTOR(max_pd)(b, a);
}

FA__INLINE fa__doubles min_step(fa__doubles lane, fa__doubles x, fa__doubles constant)
{
    (void)constant;
    return FA__VECTOR(min_pd)(x, lane);
}

FA__INLINE fa__doubles max_step(fa__doubles lane, fa__doubles x, fa__doubles constant)
{
    (void)constant;
    return FA__VECTOR(max_pd)(x, lane);
}

static bool all_nan(const double *x, int64_t n)
{
    int64_t i = 0;
    while (i < n && x[i] != x[i])
        i++;
    return i == n;
}

FA__INLINE double sum_block(const double *x, int64_t n)
{
    const fa__doubles zero = FA__VECTOR(set1_pd)(-0.0);
    return fa__reduce_lanes(x, n, zero, zero, zero, add_step, add_join, NULL);
}

FA__INLINE double prod_block(const double *x, int64_t n)
{
    const fa__doubles one = FA__VECTOR(set1_pd)(1);
    return fa__reduce_lanes(x, n, one, one, one, multiply_step, multiply_join, NULL);
}

FA__INLINE double min_block(const double *x, int64_t n)
{
    const fa__doubles most = FA__VECTOR(set1_pd)(INFINITY);
    bool nan;
    const double least = fa__reduce_lanes(x, n, most, most, most, min_step, min_join, &nan);
    return nan ? NAN : least;
}

FA__INLINE double max_block(const double *x, int64_t n)
{
    const fa__doubles least = FA__VECTOR(set1_pd)(-INFINITY);
    bool nan;
    const double most = fa__reduce_lanes(x, n, least, least, least, max_step, max_join, &nan);
    return nan ? NAN : most;
}

/* Those that pass over NaN: the processor's min and max do, when the element is their first operand. Nothing
 * but NaN leaves what the lanes began with. */
FA__INLINE double nanmin_block(const double *x, int64_t n)
{
    const fa__doubles most = FA__VECTOR(set1_pd)(INFINITY);
    const double least = fa__reduce_lanes(x, n, most, most, most, min_step, min_join, NULL);
    return least == INFINITY && all_nan(x, n) ? NAN : least;
}

FA__INLINE double nanmax_block(const double *x, int64_t n)
{
    const fa__doubles least = FA__VECTOR(set1_pd)(-INFINITY);
    const double most = fa__reduce_lanes(x, n, least, least, least, max_step, max_join, NULL);
    return most == -INFINITY && all_nan(x, n) ? NAN : most;
}

/* ---- Columns ---- */

FA__INLINE void as_it_is(fa__doubles *parts, fa__doubles x)
{
    parts[0] = x;
}

FA__INLINE void sum_column(fa__doubles *parts, fa__doubles x)
{
    parts[0] += x;
}

FA__INLINE void prod_column(fa__doubles *parts, fa__doubles x)
{
    parts[0] *= x;
}

/* A NaN stays: the processor's min gives its second operand. */
FA__INLINE fa__doubles least_with_nan(fa__doubles least, fa__doubles x)
{
    return fa__choose(fa__is_nan(x), x, FA__VECTOR(min_pd)(x, least));
}

FA__INLINE fa__doubles most_with_nan(fa__doubles most, fa__doubles x)
{
    return fa__choose(fa__is_nan(x), x, FA__VECTOR(max_pd)(x, most));
}

FA__INLINE void min_column(fa__doubles *parts, fa__doubles x)
{
    parts[0] = least_with_nan(parts[0], x);
}

FA__INLINE void max_column(fa__doubles *parts, fa__doubles x)
{
    parts[0] = most_with_nan(parts[0], x);
}

/* A NaN goes where there is a number. */
FA__INLINE void nanmin_column(fa__doubles *parts, fa__doubles x)
{
    parts[0] = fa__choose(fa__is_number_and(x, FA__COMPARE(parts[0], x, NLE_UQ)), x, parts[0]);
}

FA__INLINE void nanmax_column(fa__doubles *parts, fa__doubles x)
{
    parts[0] = fa__choose(fa__is_number_and(x, FA__COMPARE(parts[0], x, NGE_UQ)), x, parts[0]);
}

#define X(name)                                                                                         \
    static void name##_rows(void *state, int64_t capacity, const double *x, int64_t rows, int64_t n,    \
                            fa__behind behind)                                                          \
    {                                                                                                   \
        double *results = state;                                                                        \
        (void)capacity, (void)behind;                                                                   \
        for (int64_t row = 0; row < rows; row++)                                                        \
            results[row] = name##_block(x + row * n, n);                                                \
    }                                                                                                   \
    FA__STRIPS(name, 1, as_it_is, name##_column, 0)                                                     \
    static void name##_merge(void *a, int64_t a_capacity, const void *b, int64_t b_capacity, int64_t n) \
    {                                                                                                   \
        (void)b_capacity;                                                                               \
        name##_strip(a, a_capacity, &(fa__strip){.x = b, .n = n, .first = 1, .rows = 1});               \
    }
X(sum)
X(prod)
X(min)
X(max)
X(nanmin)
X(nanmax)
#undef X

/* ---- Sum and mean of what is not NaN: the sum, and how many there were ---- */

FA__INLINE fa__doubles number_step(fa__doubles lane, fa__doubles x, fa__doubles constant)
{
    (void)constant;
    return lane + fa__or_zero(x);
}

FA__INLINE double nansum_block(const double *x, int64_t n, bool *nan)
{
    const fa__doubles zero = FA__VECTOR(set1_pd)(-0.0);
    return fa__reduce_lanes(x, n, zero, zero, zero, number_step, add_join, nan);
}

static void nansum_rows(void *state, int64_t capacity, const double *x, int64_t rows, int64_t n,
                        fa__behind behind)
{
    double *sums = state;
    (void)capacity, (void)behind;
    for (int64_t row = 0; row < rows; row++)
        sums[row] = nansum_block(x + row * n, n, NULL);
}

FA__INLINE void number_or_zero(fa__doubles *parts, fa__doubles x)
{
    parts[0] = fa__or_zero(x);
}

FA__INLINE void nansum_column(fa__doubles *parts, fa__doubles x)
{
    parts[0] += fa__or_zero(x);
}

FA__STRIPS(nansum, 1, number_or_zero, nansum_column, 0)

static void nanmean_rows(void *state, int64_t capacity, const double *x, int64_t rows, int64_t n,
                         fa__behind behind)
{
    double *sums = state, *counts = sums + capacity;
    (void)behind;
    for (int64_t row = 0; row < rows; row++) {
        const double *from = x + row * n;
        bool nan;
        int64_t count = n;
        sums[row] = nansum_block(from, n, &nan);
        for (int64_t i = 0; nan && i < n; i++)
            count -= from[i] != from[i];
        counts[row] = (double)count;
    }
}

FA__INLINE fa__doubles one_if_number(fa__doubles x)
{
    return fa__choose(fa__is_nan(x), FA__VECTOR(setzero_pd)(), FA__VECTOR(set1_pd)(1));
}

FA__INLINE void nanmean_first(fa__doubles *parts, fa__doubles x)
{
    parts[0] = fa__or_zero(x);
    parts[1] = one_if_number(x);
}

FA__INLINE void nanmean_column(fa__doubles *parts, fa__doubles x)
{
    parts[0] += fa__or_zero(x);
    parts[1] += one_if_number(x);
}

FA__STRIPS(nanmean, 2, nanmean_first, nanmean_column, 0, 1)

static void nanmean_merge(void *a, int64_t a_capacity, const void *b, int64_t b_capacity, int64_t n)
{
    sum_merge(a, a_capacity, b, b_capacity, n);
    sum_merge((double *)a + a_capacity, a_capacity, (const double *)b + b_capacity, b_capacity, n);
}
