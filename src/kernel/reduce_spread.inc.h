/* SPDX-License-Identifier: BSD-3-Clause */
/* Variances of blocks of doubles, and several reductions in one look: their states stand behind each other.
 *
 * Components: the sum of squared deviations from the mean, the count, a shift near the elements, the sum of
 * (x - shift). The mean is shift + sum / count, kept in two parts so that merging loses nothing when the mean
 * is large beside the spread. In a strip that is not ended, component 0 is the sum of (x - shift)^2. */

FA__INLINE fa__doubles deviation_step(fa__doubles lane, fa__doubles x, fa__doubles shift)
{
    return lane + (x - shift);
}

FA__INLINE fa__doubles deviation_beside(fa__doubles lane, fa__doubles x, fa__doubles shift)
{
    return fa__add_beside(lane, x - shift);
}

FA__INLINE fa__doubles square_step(fa__doubles lane, fa__doubles x, fa__doubles shift)
{
    const fa__doubles deviation = x - shift;
    return FA__VECTOR(fmadd_pd)(deviation, deviation, lane);
}

/* From the mean instead of the shift; `share` is one by the count. An infinite element leaves an infinite
 * sum, and has no variance; squares that overflow are infinite. */
FA__INLINE double centred(double squares, double sum, double share)
{
    const double rest = __builtin_fma(-(sum * share), sum, squares);
    const double result = squares == INFINITY ? squares : rest < 0 ? 0 : rest;
    return result + (sum - sum);
}

/* Of n elements whose mean is known. */
FA__INLINE void var_row(double *components, int64_t capacity, const double *x, int64_t n, double mean,
                        fa__behind behind)
{
    double *squares = components, *count = squares + capacity, *shift = count + capacity,
           *sum = shift + capacity;
    *count = (double)n;
    *shift = mean;
    fa__reduce_lanes_twice(x, n, FA__VECTOR(set1_pd)(mean), deviation_step, deviation_beside, square_step,
                           add_join, sum, squares, behind);
    *squares = centred(*squares, *sum, 1 / (double)n);
}

/* Rows of what is read in place, of floats, and of all that takes longer to compute than to read: compiled
 * for each, so that nothing is decided line by line. */
#define FA__ROWS(name)                                                                               \
    static void name##_rows(void *state, int64_t capacity, const double *x, int64_t rows, int64_t n, \
                            fa__behind behind)                                                       \
    {                                                                                                \
        if (behind.shift == 0)                                                                       \
            name##_rows_of(state, capacity, x, rows, n, (fa__behind){behind.at, 0});                 \
        else if (behind.shift == 1)                                                                  \
            name##_rows_of(state, capacity, x, rows, n, (fa__behind){behind.at, 1});                 \
        else                                                                                         \
            name##_rows_of(state, capacity, x, rows, n, fa__nothing_behind);                         \
    }

/* Each row is looked at twice while it is in the cache. */
FA__INLINE void var_rows_of(void *state, int64_t capacity, const double *x, int64_t rows, int64_t n,
                            fa__behind behind)
{
    double *components = state;
    for (int64_t row = 0; row < rows; row++, x += n, behind = fa__further(behind, n))
        var_row(components + row, capacity, x, n, sum_block(x, n) / (double)n, behind);
}
FA__ROWS(var)

/* The shift of a strip is its first row. */
FA__INLINE void var_first(fa__doubles *parts, fa__doubles x)
{
    parts[1] = x;
    parts[0] = parts[2] = x - x; /* 0, or NaN for an infinity */
}

FA__INLINE void var_column(fa__doubles *parts, fa__doubles x)
{
    const fa__doubles deviation = x - parts[1];
    parts[0] = FA__VECTOR(fmadd_pd)(deviation, deviation, parts[0]);
    parts[2] += deviation;
}

FA__STRIPS(var, 3, var_first, var_column, 0, 2, 3)

static void var_strip_end(void *state, int64_t capacity, int64_t n, int rows)
{
    double *squares = state, *counts = squares + capacity, *sums = squares + 3 * capacity;
    const double share = 1 / (double)rows;
    FA__INDEPENDENT
    for (int64_t i = 0; i < n; i++) {
        counts[i] = rows;
        squares[i] = centred(squares[i], sums[i], share);
    }
}

/* The difference of two means, and the sum of b's elements from a's shift added to that of a's. Shares are
 * one by the counts. */
FA__INLINE double merge_mean(double a_shift, double *a_sum, double a_share, double b_shift, double b_sum,
                             double b_share, double b_count)
{
    const double shift = b_shift - a_shift;
    const double difference = shift + (b_sum * b_share - *a_sum * a_share);
    *a_sum += b_sum + b_count * shift;
    return difference;
}

/* Chan, Golub and LeVeque. All states of a have one count, and all of b. */
static void var_merge(void *a, int64_t a_capacity, const void *b, int64_t b_capacity, int64_t n)
{
    double *a_squares = a, *a_counts = a_squares + a_capacity, *a_shifts = a_counts + a_capacity,
           *a_sums = a_shifts + a_capacity;
    const double *b_squares = b, *b_counts = b_squares + b_capacity, *b_shifts = b_counts + b_capacity,
                 *b_sums = b_shifts + b_capacity;
    const double a_count = a_counts[0], b_count = b_counts[0], count = a_count + b_count,
                 a_share = 1 / a_count, b_share = 1 / b_count, weight = a_count * (b_count / count);
    FA__INDEPENDENT
    for (int64_t i = 0; i < n; i++) {
        const double difference =
            merge_mean(a_shifts[i], a_sums + i, a_share, b_shifts[i], b_sums[i], b_share, b_count);
        a_squares[i] += b_squares[i] + difference * difference * weight;
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

FA__INLINE void nanvar_rows_of(void *state, int64_t capacity, const double *x, int64_t rows, int64_t n,
                               fa__behind behind)
{
    const fa__doubles zero = FA__VECTOR(set1_pd)(-0.0);
    double *components = state, numbers[FA__BLOCK + FA__WIDTH];
    for (int64_t row = 0; row < rows; row++, behind = fa__further(behind, n)) {
        const double *from = x + row * n;
        bool nan;
        const double sum = fa__reduce_lanes(from, n, zero, zero, zero, add_step, add_join, &nan);
        const int64_t count = nan ? without_nan(numbers, from, n) : n;
        if (!nan)
            var_row(components + row, capacity, from, n, sum / (double)n, behind);
        else if (count > 0)
            var_rows_of(components + row, capacity, numbers, 1, count, fa__nothing_behind);
        else
            for (int c = 0; c < 4; c++)
                components[c * capacity + row] = 0;
    }
}
FA__ROWS(nanvar)

/* The shift is the first number of a column. */
FA__INLINE void nanvar_column(fa__doubles *parts, fa__doubles x)
{
    const fa__doubles zero = FA__VECTOR(setzero_pd)(), one = FA__VECTOR(set1_pd)(1);
    const fa__mask number = fa__is_number(x);
    parts[2] = fa__choose(fa__is_number_and(x, FA__COMPARE(parts[1], zero, EQ_OQ)), x, parts[2]);
    const fa__doubles deviation = x - parts[2];
    parts[0] = fa__choose(number, FA__VECTOR(fmadd_pd)(deviation, deviation, parts[0]), parts[0]);
    parts[3] = fa__choose(number, parts[3] + deviation, parts[3]);
    parts[1] = fa__choose(number, parts[1] + one, parts[1]);
}

FA__INLINE void nanvar_first(fa__doubles *parts, fa__doubles x)
{
    for (int c = 0; c < 4; c++)
        parts[c] = FA__VECTOR(setzero_pd)();
    nanvar_column(parts, x);
}

FA__STRIPS(nanvar, 4, nanvar_first, nanvar_column, 0, 1, 2, 3)

static void nanvar_strip_end(void *state, int64_t capacity, int64_t n, int rows)
{
    double *squares = state, *counts = squares + capacity, *sums = squares + 3 * capacity;
    (void)rows;
    FA__INDEPENDENT
    for (int64_t i = 0; i < n; i++) {
        const double centre = centred(squares[i], sums[i], 1 / counts[i]);
        squares[i] = counts[i] == 0 ? 0 : centre;
    }
}

/* Where one side has counted nothing, the other is taken as it is. */
static void nanvar_merge(void *a, int64_t a_capacity, const void *b, int64_t b_capacity, int64_t n)
{
    double *a_squares = a, *a_counts = a_squares + a_capacity, *a_shifts = a_counts + a_capacity,
           *a_sums = a_shifts + a_capacity;
    const double *b_squares = b, *b_counts = b_squares + b_capacity, *b_shifts = b_counts + b_capacity,
                 *b_sums = b_shifts + b_capacity;
    FA__INDEPENDENT
    for (int64_t i = 0; i < n; i++) {
        const double a_count = a_counts[i], b_count = b_counts[i], count = a_count + b_count;
        double sum = a_sums[i];
        const double difference =
            merge_mean(a_shifts[i], &sum, 1 / a_count, b_shifts[i], b_sums[i], 1 / b_count, b_count);
        const double squares =
            a_squares[i] + (b_squares[i] + difference * difference * (a_count * (b_count / count)));
        const bool a_alone = b_count == 0, b_alone = a_count == 0;
        a_squares[i] = a_alone ? a_squares[i] : b_alone ? b_squares[i] : squares;
        a_sums[i] = a_alone ? a_sums[i] : b_alone ? b_sums[i] : sum;
        a_shifts[i] = !a_alone && b_alone ? b_shifts[i] : a_shifts[i];
        a_counts[i] = count;
    }
}

/* ---- Several in one look ----
 *
 * moments: the sum, and the components of the variance. range: the sum, the least, the most. four: all of
 * these.
 */

enum { MOMENTS = 5, RANGE = 3, FOUR = 7 };

FA__INLINE void moments_rows_of(void *state, int64_t capacity, const double *x, int64_t rows, int64_t n,
                                fa__behind behind)
{
    double *components = state;
    for (int64_t row = 0; row < rows; row++, x += n, behind = fa__further(behind, n)) {
        const double sum = sum_block(x, n);
        components[row] = sum;
        var_row(components + capacity + row, capacity, x, n, sum / (double)n, behind);
    }
}
FA__ROWS(moments)

#ifdef __AVX512F__
/* Of at least a step of all lanes: there are registers for three of them. */
FA__INLINE void range_of_many(double *sum, double *least, double *most, const double *x, int64_t n)
{
    const fa__doubles zero = FA__VECTOR(set1_pd)(-0.0), high = FA__VECTOR(set1_pd)(INFINITY),
                      low = FA__VECTOR(set1_pd)(-INFINITY);
    fa__doubles sums[FA__LANE_VECTORS], leasts[FA__LANE_VECTORS], mosts[FA__LANE_VECTORS];
    for (int j = 0; j < FA__LANE_VECTORS; j++) {
        sums[j] = zero;
        leasts[j] = high;
        mosts[j] = low;
    }
    unsigned found = 0;
    int64_t i = 0;
    for (; i + FA__LANES <= n; i += FA__LANES)
        for (int j = 0; j < FA__LANE_VECTORS; j++) {
            const fa__doubles some = FA__VECTOR(loadu_pd)(x + i + j * FA__WIDTH);
            found |= fa__unordered(some, some);
            sums[j] = fa__add_beside(sums[j], some);
            leasts[j] = min_step(leasts[j], some, zero);
            mosts[j] = max_step(mosts[j], some, zero);
        }
    for (int j = 0; j < FA__LANE_VECTORS; j++, i += FA__WIDTH) {
        if (i >= n)
            break;
        const int64_t count = n - i < FA__WIDTH ? n - i : FA__WIDTH;
        const fa__doubles some = fa__load_some(x + i, count, zero);
        found |= fa__unordered(some, some);
        sums[j] = add_step(sums[j], some, zero);
        leasts[j] = min_step(leasts[j], fa__load_some(x + i, count, high), zero);
        mosts[j] = max_step(mosts[j], fa__load_some(x + i, count, low), zero);
    }
    *sum = fa__join_lanes(sums, add_join);
    *least = found != 0 ? NAN : fa__join_lanes(leasts, min_join);
    *most = found != 0 ? NAN : fa__join_lanes(mosts, max_join);
}
#endif

FA__INLINE void range_block(double *sum, double *least, double *most, const double *x, int64_t n)
{
#ifdef __AVX512F__
    if (n >= FA__LANES) {
        range_of_many(sum, least, most, x, n);
        return;
    }
#endif
    *sum = sum_block(x, n);
    *least = min_block(x, n);
    *most = max_block(x, n);
}

static void range_rows(void *state, int64_t capacity, const double *x, int64_t rows, int64_t n,
                       fa__behind behind)
{
    double *sums = state, *least = sums + capacity, *most = least + capacity;
    (void)behind;
    for (int64_t row = 0; row < rows; row++, x += n)
        range_block(sums + row, least + row, most + row, x, n);
}

FA__INLINE void four_rows_of(void *state, int64_t capacity, const double *x, int64_t rows, int64_t n,
                             fa__behind behind)
{
    double *sums = state, *least = sums + MOMENTS * capacity, *most = least + capacity;
    for (int64_t row = 0; row < rows; row++, x += n, behind = fa__further(behind, n)) {
        range_block(sums + row, least + row, most + row, x, n);
        var_row(sums + capacity + row, capacity, x, n, sums[row] / (double)n, behind);
    }
}
FA__ROWS(four)

FA__INLINE void moments_first(fa__doubles *parts, fa__doubles x)
{
    parts[0] = x;
    var_first(parts + 1, x);
}

FA__INLINE void moments_column(fa__doubles *parts, fa__doubles x)
{
    parts[0] = fa__add_beside(parts[0], x);
    var_column(parts + 1, x);
}

FA__INLINE void range_first(fa__doubles *parts, fa__doubles x)
{
    parts[0] = parts[1] = parts[2] = x;
}

FA__INLINE void range_column(fa__doubles *parts, fa__doubles x)
{
    parts[0] = fa__add_beside(parts[0], x);
    parts[1] = least_with_nan(parts[1], x);
    parts[2] = most_with_nan(parts[2], x);
}

FA__INLINE void four_first(fa__doubles *parts, fa__doubles x)
{
    moments_first(parts, x);
    parts[4] = parts[5] = x;
}

FA__INLINE void four_column(fa__doubles *parts, fa__doubles x)
{
    moments_column(parts, x);
    parts[4] = least_with_nan(parts[4], x);
    parts[5] = most_with_nan(parts[5], x);
}

FA__STRIPS(moments, 4, moments_first, moments_column, 0, 1, 3, 4)
FA__STRIPS(range, 3, range_first, range_column, 0, 1, 2)
FA__STRIPS(four, 6, four_first, four_column, 0, 1, 3, 4, 5, 6)

/* Of moments, and of four. */
static void moments_strip_end(void *state, int64_t capacity, int64_t n, int rows)
{
    var_strip_end((double *)state + capacity, capacity, n, rows);
}

static void moments_merge(void *a, int64_t a_capacity, const void *b, int64_t b_capacity, int64_t n)
{
    sum_merge(a, a_capacity, b, b_capacity, n);
    var_merge((double *)a + a_capacity, a_capacity, (const double *)b + b_capacity, b_capacity, n);
}

FA__INLINE void merge_extremes(double *a, int64_t a_capacity, const double *b, int64_t b_capacity, int64_t n)
{
    min_merge(a, a_capacity, b, b_capacity, n);
    max_merge(a + a_capacity, a_capacity, b + b_capacity, b_capacity, n);
}

static void range_merge(void *a, int64_t a_capacity, const void *b, int64_t b_capacity, int64_t n)
{
    sum_merge(a, a_capacity, b, b_capacity, n);
    merge_extremes((double *)a + a_capacity, a_capacity, (const double *)b + b_capacity, b_capacity, n);
}

static void four_merge(void *a, int64_t a_capacity, const void *b, int64_t b_capacity, int64_t n)
{
    moments_merge(a, a_capacity, b, b_capacity, n);
    merge_extremes((double *)a + MOMENTS * a_capacity, a_capacity, (const double *)b + MOMENTS * b_capacity,
                   b_capacity, n);
}
