/* SPDX-License-Identifier: BSD-3-Clause */
/* Reductions of blocks of doubles, which all floating reductions come to. For each: rows (leaves), a row of a
 * strip, and the merge. States are as kernel.h lays them out. */

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

FA__INLINE double nanmin_pair(double a, double b)
{
    return a <= b || b != b ? a : b;
}

FA__INLINE double nanmax_pair(double a, double b)
{
    return a >= b || b != b ? a : b;
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

#define X(name)                                                                                         \
    static void name##_rows(void *state, int64_t capacity, const double *x, int64_t rows, int64_t n)    \
    {                                                                                                   \
        double *results = state;                                                                        \
        (void)capacity;                                                                                 \
        for (int64_t row = 0; row < rows; row++)                                                        \
            results[row] = name##_block(x + row * n, n);                                                \
    }                                                                                                   \
    static void name##_strip(void *state, int64_t capacity, const double *x, int64_t n, int row)        \
    {                                                                                                   \
        double *results = state;                                                                        \
        (void)capacity;                                                                                 \
        if (row == 0)                                                                                   \
            memcpy(results, x, (size_t)n * sizeof *x);                                                  \
        else                                                                                            \
            for (int64_t i = 0; i < n; i++)                                                             \
                results[i] = name##_pair(results[i], x[i]);                                             \
    }                                                                                                   \
    static void name##_merge(void *a, int64_t a_capacity, const void *b, int64_t b_capacity, int64_t n) \
    {                                                                                                   \
        (void)b_capacity;                                                                               \
        name##_strip(a, a_capacity, b, n, 1);                                                           \
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

static void nansum_rows(void *state, int64_t capacity, const double *x, int64_t rows, int64_t n)
{
    double *sums = state;
    (void)capacity;
    for (int64_t row = 0; row < rows; row++)
        sums[row] = nansum_block(x + row * n, n, NULL);
}

static void nansum_strip(void *state, int64_t capacity, const double *x, int64_t n, int row)
{
    double *sums = state;
    (void)capacity;
    FA__INDEPENDENT
    for (int64_t i = 0; i < n; i++) {
        const double number = x[i] == x[i] ? x[i] : 0;
        sums[i] = row == 0 ? number : sums[i] + number;
    }
}

static void nanmean_rows(void *state, int64_t capacity, const double *x, int64_t rows, int64_t n)
{
    double *sums = state, *counts = sums + capacity;
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

static void nanmean_strip(void *state, int64_t capacity, const double *x, int64_t n, int row)
{
    double *sums = state, *counts = sums + capacity;
    FA__INDEPENDENT
    for (int64_t i = 0; i < n; i++) {
        const double number = x[i] == x[i] ? x[i] : 0, one = x[i] == x[i] ? 1 : 0;
        sums[i] = row == 0 ? number : sums[i] + number;
        counts[i] = row == 0 ? one : counts[i] + one;
    }
}

static void nanmean_merge(void *a, int64_t a_capacity, const void *b, int64_t b_capacity, int64_t n)
{
    sum_merge(a, a_capacity, b, b_capacity, n);
    sum_merge((double *)a + a_capacity, a_capacity, (const double *)b + b_capacity, b_capacity, n);
}

/* ---- Variance ----
 *
 * Components: the sum of squared deviations from the mean, the count, a shift near the elements, the sum of
 * (x - shift). The mean is shift + sum / count, kept in two parts so that merging loses nothing when the mean
 * is large beside the spread. In a strip that is not ended, component 0 is the sum of (x - shift)^2. */

FA__INLINE fa__doubles deviation_step(fa__doubles lane, fa__doubles x, fa__doubles shift)
{
    return lane + (x - shift);
}

FA__INLINE fa__doubles square_step(fa__doubles lane, fa__doubles x, fa__doubles shift)
{
    const fa__doubles deviation = x - shift;
    return lane + deviation * deviation;
}

/* From the mean instead of the shift. An infinite element leaves an infinite sum, and has no variance;
 * squares that overflow are infinite. */
FA__INLINE double centred(double squares, double sum, double count)
{
    const double rest = squares - sum / count * sum;
    const double result = squares == INFINITY ? squares : rest < 0 ? 0 : rest;
    return result + (sum - sum);
}

/* Of n elements whose mean is known. */
FA__INLINE void var_row(double *squares, double *sum, const double *x, int64_t n, double mean)
{
    fa__reduce_lanes_twice(x, n, FA__VECTOR(set1_pd)(mean), deviation_step, square_step, add_join, sum,
                           squares);
    *squares = centred(*squares, *sum, (double)n);
}

/* Each row is looked at twice while it is in the cache. */
static void var_rows(void *state, int64_t capacity, const double *x, int64_t rows, int64_t n)
{
    double *squares = state, *counts = squares + capacity, *shifts = counts + capacity,
           *sums = shifts + capacity;
    for (int64_t row = 0; row < rows; row++) {
        counts[row] = (double)n;
        shifts[row] = sum_block(x + row * n, n) / (double)n;
        var_row(squares + row, sums + row, x + row * n, n, shifts[row]);
    }
}

/* The shift of a strip is its first row. */
FA__INLINE void var_strip_part(double *squares, double *shifts, double *sums, const double *x, int64_t n,
                               bool start, bool add_squares)
{
    FA__INDEPENDENT
    for (int64_t i = 0; i < n; i++) {
        if (start)
            shifts[i] = x[i];
        const double deviation = x[i] - shifts[i]; /* in the first row 0, or NaN for an infinity */
        sums[i] = start ? deviation : sums[i] + deviation;
        squares[i] = start && !add_squares ? deviation : squares[i] + deviation * deviation;
    }
}

static void var_strip(void *state, int64_t capacity, const double *x, int64_t n, int row)
{
    double *squares = state, *shifts = squares + 2 * capacity, *sums = squares + 3 * capacity;
    if (row == 0)
        var_strip_part(squares, shifts, sums, x, n, true, false);
    else
        var_strip_part(squares, shifts, sums, x, n, false, true);
}

static void var_strip_end(void *state, int64_t capacity, int64_t n, int rows)
{
    double *squares = state, *counts = squares + capacity, *sums = squares + 3 * capacity;
    FA__INDEPENDENT
    for (int64_t i = 0; i < n; i++) {
        counts[i] = rows;
        squares[i] = centred(squares[i], sums[i], rows);
    }
}

/* The difference of two means, and the sum of b's elements from a's shift added to that of a's. */
FA__INLINE double merge_mean(const double *a_shift, double *a_sum, double a_count, double b_shift,
                             double b_sum, double b_count)
{
    const double shift = b_shift - *a_shift;
    const double difference = shift + (b_sum / b_count - *a_sum / a_count);
    *a_sum += b_sum + b_count * shift;
    return difference;
}

/* Chan, Golub and LeVeque. */
static void var_merge(void *a, int64_t a_capacity, const void *b, int64_t b_capacity, int64_t n)
{
    double *a_squares = a, *a_counts = a_squares + a_capacity, *a_shifts = a_counts + a_capacity,
           *a_sums = a_shifts + a_capacity;
    const double *b_squares = b, *b_counts = b_squares + b_capacity, *b_shifts = b_counts + b_capacity,
                 *b_sums = b_shifts + b_capacity;
    FA__INDEPENDENT
    for (int64_t i = 0; i < n; i++) {
        const double a_count = a_counts[i], b_count = b_counts[i], count = a_count + b_count;
        const double difference =
            merge_mean(a_shifts + i, a_sums + i, a_count, b_shifts[i], b_sums[i], b_count);
        a_squares[i] += b_squares[i] + difference * difference * (a_count * (b_count / count));
        a_counts[i] = count;
    }
}

/* ---- Variance of what is not NaN ----
 *
 * The same components, and a count that differs from result to result: nothing counted merges into anything.
 */

/* The numbers among n elements, moved together; there is room for a vector more. */
FA__INLINE int64_t without_nan(double *numbers, const double *x, int64_t n)
{
    int64_t count = 0, i = 0;
#ifdef __AVX512F__
    for (; i + FA__WIDTH <= n; i += FA__WIDTH) {
        const fa__doubles some = _mm512_loadu_pd(x + i);
        const __mmask8 ordered = _mm512_cmp_pd_mask(some, some, _CMP_ORD_Q);
        _mm512_storeu_pd(numbers + count, _mm512_maskz_compress_pd(ordered, some));
        count += __builtin_popcount(ordered);
    }
#endif
    for (; i < n; i++) {
        numbers[count] = x[i];
        count += x[i] == x[i];
    }
    return count;
}

static void nanvar_rows(void *state, int64_t capacity, const double *x, int64_t rows, int64_t n)
{
    const fa__doubles zero = FA__VECTOR(set1_pd)(-0.0);
    double *components = state, numbers[FA__BLOCK + FA__WIDTH];
    for (int64_t row = 0; row < rows; row++) {
        const double *from = x + row * n;
        bool nan;
        const double sum = fa__reduce_lanes(from, n, zero, zero, zero, add_step, add_join, &nan);
        const int64_t count = nan ? without_nan(numbers, from, n) : n;
        double *squares = components + row, *counts = squares + capacity, *shifts = counts + capacity;
        if (!nan) {
            *counts = (double)n;
            *shifts = sum / (double)n;
            var_row(squares, shifts + capacity, from, n, *shifts);
        } else if (count > 0)
            var_rows(components + row, capacity, numbers, 1, count);
        else
            for (int c = 0; c < 4; c++)
                components[c * capacity + row] = 0;
    }
}

/* One element more of a strip: its components, whether it counts, and the number. */
FA__INLINE void nanvar_step(double *squares, double *count, double *shift, double *sum, bool counts, double x)
{
    const double from = *count == 0 ? x : *shift, deviation = x - from;
    *shift = counts ? from : *shift;
    *sum += counts ? deviation : 0;
    *squares += counts ? deviation * deviation : 0;
    *count += counts;
}

static void nanvar_strip(void *state, int64_t capacity, const double *x, int64_t n, int row)
{
    double *squares = state, *counts = squares + capacity, *shifts = counts + capacity,
           *sums = shifts + capacity;
    if (row == 0)
        for (int c = 0; c < 4; c++)
            memset(squares + c * capacity, 0, (size_t)n * sizeof *squares);
    FA__INDEPENDENT
    for (int64_t i = 0; i < n; i++)
        nanvar_step(squares + i, counts + i, shifts + i, sums + i, x[i] == x[i], x[i]);
}

static void nanvar_strip_end(void *state, int64_t capacity, int64_t n, int rows)
{
    double *squares = state, *counts = squares + capacity, *sums = squares + 3 * capacity;
    (void)rows;
    for (int64_t i = 0; i < n; i++)
        squares[i] = counts[i] == 0 ? 0 : centred(squares[i], sums[i], counts[i]);
}

/* Merges what both have counted; true where one side has counted nothing, and the other is taken as it is. */
FA__INLINE bool merge_uncounted(double *a, int64_t a_capacity, const double *b, int64_t b_capacity,
                                int components)
{
    if (a[a_capacity] != 0 && b[b_capacity] != 0)
        return false;
    for (int c = 0; c < components && a[a_capacity] == 0; c++)
        if (c != 1)
            a[c * a_capacity] = b[c * b_capacity];
    a[a_capacity] += b[b_capacity];
    return true;
}

static void nanvar_merge(void *a, int64_t a_capacity, const void *b, int64_t b_capacity, int64_t n)
{
    double *firsts = a;
    const double *seconds = b;
    for (int64_t i = 0; i < n; i++)
        if (!merge_uncounted(firsts + i, a_capacity, seconds + i, b_capacity, 4))
            var_merge(firsts + i, a_capacity, seconds + i, b_capacity, 1);
}
