/* SPDX-License-Identifier: BSD-3-Clause */
/* Reductions of blocks of doubles, which all floating reductions come to. For each: rows (leaves), a row of a strip, and
 * the merge. States are as kernel.h lays them out. */

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

/* NaNs are looked for apart: min_pd drops them. */
FA__INLINE bool any_nan(const double *x, int64_t n)
{
    int64_t i = 0;
#ifdef __AVX512F__
    unsigned found = 0;
    for (; i + 32 <= n; i += 32)
        found |= _mm512_cmp_pd_mask(_mm512_loadu_pd(x + i), _mm512_loadu_pd(x + i + 8), _CMP_UNORD_Q) |
                 _mm512_cmp_pd_mask(_mm512_loadu_pd(x + i + 16), _mm512_loadu_pd(x + i + 24), _CMP_UNORD_Q);
#else
    __m256d unordered = _mm256_setzero_pd();
    for (; i + 16 <= n; i += 16)
        unordered = _mm256_or_pd(
            unordered,
            _mm256_or_pd(_mm256_cmp_pd(_mm256_loadu_pd(x + i), _mm256_loadu_pd(x + i + 4), _CMP_UNORD_Q),
                         _mm256_cmp_pd(_mm256_loadu_pd(x + i + 8), _mm256_loadu_pd(x + i + 12), _CMP_UNORD_Q)));
    int found = _mm256_movemask_pd(unordered);
#endif
    for (; i < n; i++)
        found |= x[i] != x[i];
    return found != 0;
}

FA__INLINE double sum_block(const double *x, int64_t n)
{
    const fa__doubles zero = FA__VECTOR(set1_pd)(-0.0);
    return fa__reduce_lanes(x, n, zero, zero, zero, add_step, add_join);
}

FA__INLINE double prod_block(const double *x, int64_t n)
{
    const fa__doubles one = FA__VECTOR(set1_pd)(1);
    return fa__reduce_lanes(x, n, one, one, one, multiply_step, multiply_join);
}

FA__INLINE double min_block(const double *x, int64_t n)
{
    const fa__doubles most = FA__VECTOR(set1_pd)(INFINITY);
    const double least = fa__reduce_lanes(x, n, most, most, most, min_step, min_join);
    return any_nan(x, n) ? NAN : least;
}

FA__INLINE double max_block(const double *x, int64_t n)
{
    const fa__doubles least = FA__VECTOR(set1_pd)(-INFINITY);
    const double most = fa__reduce_lanes(x, n, least, least, least, max_step, max_join);
    return any_nan(x, n) ? NAN : most;
}

FA__INLINE double sum_pair(double a, double b)
{
    return a + b;
}

FA__INLINE double prod_pair(double a, double b)
{
    return a * b;
}

FA__INLINE double min_pair(double a, double b)
{
    return a != a ? a : a <= b ? a : b;
}

FA__INLINE double max_pair(double a, double b)
{
    return a != a ? a : a >= b ? a : b;
}

#define X(name)                                                                                                        \
    static void name##_rows(void *state, int64_t capacity, const double *x, int64_t rows, int64_t n)                   \
    {                                                                                                                  \
        double *results = state;                                                                                       \
        (void)capacity;                                                                                                \
        for (int64_t row = 0; row < rows; row++)                                                                       \
            results[row] = name##_block(x + row * n, n);                                                               \
    }                                                                                                                  \
    static void name##_strip(void *state, int64_t capacity, const double *x, int64_t n, int row)                       \
    {                                                                                                                  \
        double *results = state;                                                                                       \
        (void)capacity;                                                                                                \
        if (row == 0)                                                                                                  \
            memcpy(results, x, (size_t)n * sizeof *x);                                                                 \
        else                                                                                                           \
            for (int64_t i = 0; i < n; i++)                                                                            \
                results[i] = name##_pair(results[i], x[i]);                                                            \
    }                                                                                                                  \
    static void name##_merge(void *a, int64_t a_capacity, const void *b, int64_t b_capacity, int64_t n)                \
    {                                                                                                                  \
        (void)b_capacity;                                                                                              \
        name##_strip(a, a_capacity, b, n, 1);                                                                          \
    }
X(sum)
X(prod)
X(min)
X(max)
#undef X

/* ---- Variance: count, mean, sum of squared deviations ---- */

FA__INLINE fa__doubles deviation_step(fa__doubles lane, fa__doubles x, fa__doubles mean)
{
    const fa__doubles deviation = x - mean;
    return lane + deviation * deviation;
}

/* The sum of (x - mean)^2. */
FA__INLINE double deviation_block(const double *x, int64_t n, double mean)
{
    const fa__doubles zero = FA__VECTOR(setzero_pd)(), means = FA__VECTOR(set1_pd)(mean);
    return fa__reduce_lanes(x, n, zero, means, means, deviation_step, add_join);
}

static void var_rows(void *state, int64_t capacity, const double *x, int64_t rows, int64_t n)
{
    double *counts = state, *means = counts + capacity, *squares = means + capacity;
    for (int64_t row = 0; row < rows; row++) {
        const double mean = sum_block(x + row * n, n) / (double)n;
        counts[row] = (double)n;
        means[row] = mean;
        squares[row] = deviation_block(x + row * n, n, mean);
    }
}

/* While rows come in, the mean and the squares of those so far are kept up to date (Welford); the count is that of rows
 * and is filled in at the end. */
static void var_strip(void *state, int64_t capacity, const double *x, int64_t n, int row)
{
    double *means = (double *)state + capacity, *squares = means + capacity;
    if (row == 0) {
        memcpy(means, x, (size_t)n * sizeof *x);
        for (int64_t i = 0; i < n; i++)
            squares[i] = (x[i] - x[i]) * 0; /* NaN where x is not finite */
        return;
    }
    const double to_mean = 1.0 / (row + 1), to_squares = (double)row / (row + 1);
    FA__INDEPENDENT
    for (int64_t i = 0; i < n; i++) {
        const double deviation = x[i] - means[i];
        means[i] += deviation * to_mean;
        squares[i] += deviation * deviation * to_squares;
    }
}

static void var_strip_end(void *state, int64_t capacity, int64_t n, int rows)
{
    double *counts = state;
    (void)capacity;
    for (int64_t i = 0; i < n; i++)
        counts[i] = rows;
}

/* Chan, Golub and LeVeque. */
static void var_merge(void *a, int64_t a_capacity, const void *b, int64_t b_capacity, int64_t n)
{
    double *a_counts = a, *a_means = a_counts + a_capacity, *a_squares = a_means + a_capacity;
    const double *b_counts = b, *b_means = b_counts + b_capacity, *b_squares = b_means + b_capacity;
    FA__INDEPENDENT
    for (int64_t i = 0; i < n; i++) {
        const double count = a_counts[i] + b_counts[i], share = b_counts[i] / count;
        const double difference = b_means[i] - a_means[i];
        a_means[i] += difference * share;
        a_squares[i] += b_squares[i] + difference * difference * (a_counts[i] * share);
        a_counts[i] = count;
    }
}
