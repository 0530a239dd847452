/* SPDX-License-Identifier: BSD-3-Clause */
/* Reductions of blocks of complex numbers that are split into real and imaginary parts. */

static void complex_sum_rows(void *state, int64_t capacity, const double *real, const double *imag, int64_t rows,
                             int64_t n)
{
    sum_rows(state, capacity, real, rows, n);
    sum_rows((double *)state + capacity, capacity, imag, rows, n);
}

static void complex_sum_strip(void *state, int64_t capacity, const double *real, const double *imag, int64_t n, int row)
{
    sum_strip(state, capacity, real, n, row);
    sum_strip((double *)state + capacity, capacity, imag, n, row);
}

static void complex_sum_merge(void *a, int64_t a_capacity, const void *b, int64_t b_capacity, int64_t n)
{
    complex_sum_strip(a, a_capacity, b, (const double *)b + b_capacity, n, 1);
}

/* The product of a block has the lanes and the tree of lanes.h; lanes that no element reaches take no part (one times an
 * infinity is not an infinity here). */
static void complex_prod_rows(void *state, int64_t capacity, const double *real, const double *imag, int64_t rows,
                              int64_t n)
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

static void complex_prod_strip(void *state, int64_t capacity, const double *real, const double *imag, int64_t n, int row)
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

/* Minimum and maximum: the first NaN, or else the first of the smallest: a rule that any grouping keeps. */
#define X(name, NOT_BEHIND)                                                                                            \
    static void complex_##name##_rows(void *state, int64_t capacity, const double *real, const double *imag,           \
                                      int64_t rows, int64_t n)                                                         \
    {                                                                                                                  \
        double *reals = state, *imags = reals + capacity;                                                              \
        for (int64_t row = 0; row < rows; row++) {                                                                     \
            fa__complex128 best = {real[row * n], imag[row * n]};                                                      \
            for (int64_t i = 1; i < n; i++) {                                                                          \
                const fa__complex128 x = {real[row * n + i], imag[row * n + i]};                                       \
                best = is_nan_c128(best) || NOT_BEHIND(best, x) ? best : x;                                            \
            }                                                                                                          \
            reals[row] = best.real;                                                                                    \
            imags[row] = best.imag;                                                                                    \
        }                                                                                                              \
    }                                                                                                                  \
    static void complex_##name##_strip(void *state, int64_t capacity, const double *real, const double *imag,          \
                                       int64_t n, int row)                                                             \
    {                                                                                                                  \
        double *reals = state, *imags = reals + capacity;                                                              \
        FA__INDEPENDENT                                                                                                \
        for (int64_t i = 0; i < n; i++) {                                                                              \
            const fa__complex128 best = {reals[i], imags[i]}, x = {real[i], imag[i]};                                  \
            const bool keep = row != 0 && (is_nan_c128(best) || NOT_BEHIND(best, x));                                  \
            reals[i] = keep ? best.real : x.real;                                                                      \
            imags[i] = keep ? best.imag : x.imag;                                                                      \
        }                                                                                                              \
    }                                                                                                                  \
    static void complex_##name##_merge(void *a, int64_t a_capacity, const void *b, int64_t b_capacity, int64_t n)      \
    {                                                                                                                  \
        complex_##name##_strip(a, a_capacity, b, (const double *)b + b_capacity, n, 1);                                \
    }
#define NOT_ABOVE(a, b) less_equal_c128(a, b)
#define NOT_BELOW(a, b) less_equal_c128(b, a)
X(min, NOT_ABOVE)
X(max, NOT_BELOW)
#undef NOT_ABOVE
#undef NOT_BELOW
#undef X

/* Variance: count, mean (two), sum of the squared magnitudes of deviations. */
static void complex_var_rows(void *state, int64_t capacity, const double *real, const double *imag, int64_t rows,
                             int64_t n)
{
    double *counts = state, *real_means = counts + capacity, *imag_means = real_means + capacity,
           *squares = imag_means + capacity;
    for (int64_t row = 0; row < rows; row++) {
        const double real_mean = sum_block(real + row * n, n) / (double)n;
        const double imag_mean = sum_block(imag + row * n, n) / (double)n;
        counts[row] = (double)n;
        real_means[row] = real_mean;
        imag_means[row] = imag_mean;
        squares[row] = deviation_block(real + row * n, n, real_mean) + deviation_block(imag + row * n, n, imag_mean);
    }
}

static void complex_var_strip(void *state, int64_t capacity, const double *real, const double *imag, int64_t n, int row)
{
    double *real_means = (double *)state + capacity, *imag_means = real_means + capacity,
           *squares = imag_means + capacity;
    if (row == 0) {
        memcpy(real_means, real, (size_t)n * sizeof *real);
        memcpy(imag_means, imag, (size_t)n * sizeof *imag);
        for (int64_t i = 0; i < n; i++)
            squares[i] = (real[i] - real[i]) * 0 + (imag[i] - imag[i]) * 0; /* NaN where x is not finite */
        return;
    }
    const double to_mean = 1.0 / (row + 1), to_squares = (double)row / (row + 1);
    FA__INDEPENDENT
    for (int64_t i = 0; i < n; i++) {
        const double real_deviation = real[i] - real_means[i], imag_deviation = imag[i] - imag_means[i];
        real_means[i] += real_deviation * to_mean;
        imag_means[i] += imag_deviation * to_mean;
        squares[i] += (real_deviation * real_deviation + imag_deviation * imag_deviation) * to_squares;
    }
}

static void complex_var_merge(void *a, int64_t a_capacity, const void *b, int64_t b_capacity, int64_t n)
{
    double *a_counts = a, *a_reals = a_counts + a_capacity, *a_imags = a_reals + a_capacity,
           *a_squares = a_imags + a_capacity;
    const double *b_counts = b, *b_reals = b_counts + b_capacity, *b_imags = b_reals + b_capacity,
                 *b_squares = b_imags + b_capacity;
    FA__INDEPENDENT
    for (int64_t i = 0; i < n; i++) {
        const double count = a_counts[i] + b_counts[i], share = b_counts[i] / count;
        const double real = b_reals[i] - a_reals[i], imag = b_imags[i] - a_imags[i];
        a_reals[i] += real * share;
        a_imags[i] += imag * share;
        a_squares[i] += b_squares[i] + (real * real + imag * imag) * (a_counts[i] * share);
        a_counts[i] = count;
    }
}
