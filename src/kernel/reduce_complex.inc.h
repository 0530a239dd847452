/* SPDX-License-Identifier: BSD-3-Clause */
/* Reductions of blocks of complex numbers that are split into real and imaginary parts. */

static void complex_sum_rows(void *state, int64_t capacity, const double *real, const double *imag,
                             int64_t rows, int64_t n)
{
    sum_rows(state, capacity, real, rows, n, fa__nothing_behind);
    sum_rows((double *)state + capacity, capacity, imag, rows, n, fa__nothing_behind);
}

static void complex_sum_strip(void *state, int64_t capacity, const double *real, const double *imag,
                              int64_t n, int row)
{
    sum_strip(state, capacity, &(fa__strip){.x = real, .n = n, .first = row, .rows = 1});
    sum_strip((double *)state + capacity, capacity, &(fa__strip){.x = imag, .n = n, .first = row, .rows = 1});
}

static void complex_sum_merge(void *a, int64_t a_capacity, const void *b, int64_t b_capacity, int64_t n)
{
    complex_sum_strip(a, a_capacity, b, (const double *)b + b_capacity, n, 1);
}

/* The product of a block has the lanes and the tree of lanes.h; lanes that no element reaches take no part
 * (one times an infinity is not an infinity here). */
static void complex_prod_rows(void *state, int64_t capacity, const double *real, const double *imag,
                              int64_t rows, int64_t n)
{
    double *reals = state, *imags = reals + capacity;
    for (int64_t row = 0; row < rows; row++) {
        fa__complex128 lanes[FA__LANES];
        for (int64_t i = 0; i < n; i++) {
            const fa__complex128 x = {real[row * n + i], imag[row * n + i]};
            lanes[i % FA__LANES] = i < FA__LANES ? x : multiply_c128(lanes[i % FA__LANES], x);
        }
        const int64_t reached = n < FA__LANES ? n : FA__LANES;
        for (int64_t half = FA__LANES / 2; half > 0; half /= 2)
            for (int64_t j = 0; j < half && j + half < reached; j++)
                lanes[j] = multiply_c128(lanes[j], lanes[j + half]);
        reals[row] = lanes[0].real;
        imags[row] = lanes[0].imag;
    }
}

static void complex_prod_strip(void *state, int64_t capacity, const double *real, const double *imag,
                               int64_t n, int row)
{
    double *reals = state, *imags = reals + capacity;
    FA__INDEPENDENT
    for (int64_t i = 0; i < n; i++) {
        const fa__complex128 x = {real[i], imag[i]}, so_far = {reals[i], imags[i]};
        const fa__complex128 product = row == 0 ? x : multiply_c128(so_far, x);
        reals[i] = product.real;
        imags[i] = product.imag;
    }
}

static void complex_prod_merge(void *a, int64_t a_capacity, const void *b, int64_t b_capacity, int64_t n)
{
    complex_prod_strip(a, a_capacity, b, (const double *)b + b_capacity, n, 1);
}

/* Minimum and maximum: the first NaN, or else the first of the smallest: a rule that any grouping keeps.
 * Those that pass over NaN: the first of the smallest numbers, or else a NaN. KEEP(a, b) says that a, which
 * comes first, stays. */
#define X(name, KEEP)                                                                                        \
    static void complex_##name##_rows(void *state, int64_t capacity, const double *real, const double *imag, \
                                      int64_t rows, int64_t n)                                               \
    {                                                                                                        \
        double *reals = state, *imags = reals + capacity;                                                    \
        for (int64_t row = 0; row < rows; row++) {                                                           \
            fa__complex128 best = {real[row * n], imag[row * n]};                                            \
            for (int64_t i = 1; i < n; i++) {                                                                \
                const fa__complex128 x = {real[row * n + i], imag[row * n + i]};                             \
                best = KEEP(best, x) ? best : x;                                                             \
            }                                                                                                \
            reals[row] = best.real;                                                                          \
            imags[row] = best.imag;                                                                          \
        }                                                                                                    \
    }                                                                                                        \
    static void complex_##name##_strip(void *state, int64_t capacity, const double *real,                    \
                                       const double *imag, int64_t n, int row)                               \
    {                                                                                                        \
        double *reals = state, *imags = reals + capacity;                                                    \
        FA__INDEPENDENT                                                                                      \
        for (int64_t i = 0; i < n; i++) {                                                                    \
            const fa__complex128 best = {reals[i], imags[i]}, x = {real[i], imag[i]};                        \
            const bool keep = row != 0 && KEEP(best, x);                                                     \
            reals[i] = keep ? best.real : x.real;                                                            \
            imags[i] = keep ? best.imag : x.imag;                                                            \
        }                                                                                                    \
    }                                                                                                        \
    static void complex_##name##_merge(void *a, int64_t a_capacity, const void *b, int64_t b_capacity,       \
                                       int64_t n)                                                            \
    {                                                                                                        \
        complex_##name##_strip(a, a_capacity, b, (const double *)b + b_capacity, n, 1);                      \
    }
#define MIN(a, b)    (is_nan_c128(a) || less_equal_c128(a, b))
#define MAX(a, b)    (is_nan_c128(a) || less_equal_c128(b, a))
#define NANMIN(a, b) (is_nan_c128(b) || less_equal_c128(a, b))
#define NANMAX(a, b) (is_nan_c128(b) || less_equal_c128(b, a))
X(min, MIN)
X(max, MAX)
X(nanmin, NANMIN)
X(nanmax, NANMAX)
#undef MIN
#undef MAX
#undef NANMIN
#undef NANMAX
#undef X

/* Variance, of the magnitudes of deviations: the components of the real one; behind them the shift and the
 * sum of the imaginary parts. */
static void complex_var_rows(void *state, int64_t capacity, const double *real, const double *imag,
                             int64_t rows, int64_t n)
{
    double *components = state, imag_components[4 * FA__BLOCK];
    var_rows(components, capacity, real, rows, n, fa__nothing_behind);
    var_rows(imag_components, FA__BLOCK, imag, rows, n, fa__nothing_behind);
    for (int64_t row = 0; row < rows; row++) {
        components[row] += imag_components[row];
        components[4 * capacity + row] = imag_components[2 * FA__BLOCK + row];
        components[5 * capacity + row] = imag_components[3 * FA__BLOCK + row];
    }
}

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

static void complex_var_strip(void *state, int64_t capacity, const double *real, const double *imag,
                              int64_t n, int row)
{
    double *squares = state;
    if (row == 0) {
        var_strip_part(squares, squares + 2 * capacity, squares + 3 * capacity, real, n, true, false);
        var_strip_part(squares, squares + 4 * capacity, squares + 5 * capacity, imag, n, true, true);
    } else {
        var_strip_part(squares, squares + 2 * capacity, squares + 3 * capacity, real, n, false, true);
        var_strip_part(squares, squares + 4 * capacity, squares + 5 * capacity, imag, n, false, true);
    }
}

static void complex_var_strip_end(void *state, int64_t capacity, int64_t n, int rows)
{
    double *squares = state, *counts = squares + capacity, *real_sums = squares + 3 * capacity,
           *imag_sums = squares + 5 * capacity;
    const double share = 1 / (double)rows;
    FA__INDEPENDENT
    for (int64_t i = 0; i < n; i++) {
        counts[i] = rows;
        squares[i] = centred(centred(squares[i], real_sums[i], share), imag_sums[i], share);
    }
}

static void complex_var_merge(void *a, int64_t a_capacity, const void *b, int64_t b_capacity, int64_t n)
{
    double *a_squares = a, *a_counts = a_squares + a_capacity;
    const double *b_squares = b, *b_counts = b_squares + b_capacity;
    FA__INDEPENDENT
    for (int64_t i = 0; i < n; i++) {
        const double a_count = a_counts[i], b_count = b_counts[i], count = a_count + b_count,
                     a_share = 1 / a_count, b_share = 1 / b_count;
        const double real =
            merge_mean(a_squares[2 * a_capacity + i], a_squares + 3 * a_capacity + i, a_share,
                       b_squares[2 * b_capacity + i], b_squares[3 * b_capacity + i], b_share, b_count);
        const double imag =
            merge_mean(a_squares[4 * a_capacity + i], a_squares + 5 * a_capacity + i, a_share,
                       b_squares[4 * b_capacity + i], b_squares[5 * b_capacity + i], b_share, b_count);
        a_squares[i] += b_squares[i] + (real * real + imag * imag) * (a_count * (b_count / count));
        a_counts[i] = count;
    }
}

/* Of what is not NaN: a NaN in either part is one. */
static void complex_nanvar_rows(void *state, int64_t capacity, const double *real, const double *imag,
                                int64_t rows, int64_t n)
{
    double *components = state, reals[FA__BLOCK], imags[FA__BLOCK];
    for (int64_t row = 0; row < rows; row++) {
        int64_t count = 0;
        for (int64_t i = 0; i < n; i++) {
            reals[count] = real[row * n + i];
            imags[count] = imag[row * n + i];
            count += (reals[count] == reals[count]) & (imags[count] == imags[count]);
        }
        if (count > 0)
            complex_var_rows(components + row, capacity, reals, imags, 1, count);
        else
            for (int c = 0; c < 6; c++)
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

static void complex_nanvar_strip(void *state, int64_t capacity, const double *real, const double *imag,
                                 int64_t n, int row)
{
    double *squares = state, *counts = squares + capacity;
    if (row == 0)
        for (int c = 0; c < 6; c++)
            memset(squares + c * capacity, 0, (size_t)n * sizeof *squares);
    for (int64_t i = 0; i < n; i++) {
        const bool number = (real[i] == real[i]) & (imag[i] == imag[i]);
        double count = counts[i];
        nanvar_step(squares + i, counts + i, squares + 2 * capacity + i, squares + 3 * capacity + i, number,
                    real[i]);
        nanvar_step(squares + i, &count, squares + 4 * capacity + i, squares + 5 * capacity + i, number,
                    imag[i]);
    }
}

static void complex_nanvar_strip_end(void *state, int64_t capacity, int64_t n, int rows)
{
    double *squares = state, *counts = squares + capacity, *real_sums = squares + 3 * capacity,
           *imag_sums = squares + 5 * capacity;
    (void)rows;
    for (int64_t i = 0; i < n; i++)
        if (counts[i] > 0)
            squares[i] =
                centred(centred(squares[i], real_sums[i], 1 / counts[i]), imag_sums[i], 1 / counts[i]);
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

static void complex_nanvar_merge(void *a, int64_t a_capacity, const void *b, int64_t b_capacity, int64_t n)
{
    double *firsts = a;
    const double *seconds = b;
    for (int64_t i = 0; i < n; i++)
        if (!merge_uncounted(firsts + i, a_capacity, seconds + i, b_capacity, 6))
            complex_var_merge(firsts + i, a_capacity, seconds + i, b_capacity, 1);
}
