/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once per real floating type T: what reductions end in. STORE(x) makes a T of a double. A NaN is
 * the one that NAN is, whichever went in and however sums met each other. */

FA__INLINE T NAME(result)(double x)
{
    return STORE(x != x ? NAN : x);
}

static void NAME(finish_sum)(void *out, const void *state, int64_t capacity, int64_t n, int64_t count,
                             double ddof)
{
    T *results = out;
    const double *sums = state;
    (void)capacity, (void)ddof;
    for (int64_t i = 0; i < n; i++)
        results[i] = NAME(result)(count == 0 ? 0 : sums[i]);
}

static void NAME(finish_prod)(void *out, const void *state, int64_t capacity, int64_t n, int64_t count,
                              double ddof)
{
    T *results = out;
    const double *products = state;
    (void)capacity, (void)ddof;
    for (int64_t i = 0; i < n; i++)
        results[i] = NAME(result)(count == 0 ? 1 : products[i]);
}

static void NAME(finish_mean)(void *out, const void *state, int64_t capacity, int64_t n, int64_t count,
                              double ddof)
{
    T *results = out;
    const double *sums = state;
    (void)capacity, (void)ddof;
    for (int64_t i = 0; i < n; i++)
        results[i] = NAME(result)(count == 0 ? NAN : sums[i] / (double)count);
}

/* The counts are in the states. */
static void NAME(finish_nanmean)(void *out, const void *state, int64_t capacity, int64_t n, int64_t count,
                                 double ddof)
{
    T *results = out;
    const double *sums = state, *counts = sums + capacity;
    (void)ddof;
    for (int64_t i = 0; i < n; i++)
        results[i] = NAME(result)(count == 0 ? NAN : sums[i] / counts[i]);
}

FA__INLINE void NAME(finish_spread)(T *results, const double *squares, int64_t n, int64_t count, double ddof,
                                    bool root)
{
    const double divisor = (double)count - ddof > 0 ? (double)count - ddof : 0;
    for (int64_t i = 0; i < n; i++) {
        const double variance = count == 0 ? NAN : squares[i] / divisor;
        results[i] = NAME(result)(root ? __builtin_sqrt(variance) : variance);
    }
}

static void NAME(finish_var)(void *out, const void *state, int64_t capacity, int64_t n, int64_t count,
                             double ddof)
{
    (void)capacity;
    NAME(finish_spread)(out, state, n, count, ddof, false);
}

static void NAME(finish_std)(void *out, const void *state, int64_t capacity, int64_t n, int64_t count,
                             double ddof)
{
    (void)capacity;
    NAME(finish_spread)(out, state, n, count, ddof, true);
}

/* The counts are in the states: NaN where no degrees of freedom are left. */
FA__INLINE void NAME(finish_nanspread)(T *results, const double *state, int64_t capacity, int64_t n,
                                       int64_t count, double ddof, bool root)
{
    for (int64_t i = 0; i < n; i++) {
        const double divisor = count == 0 ? 0 : state[capacity + i] - ddof;
        const double variance = divisor > 0 ? state[i] / divisor : NAN;
        results[i] = NAME(result)(root ? __builtin_sqrt(variance) : variance);
    }
}

static void NAME(finish_nanvar)(void *out, const void *state, int64_t capacity, int64_t n, int64_t count,
                                double ddof)
{
    NAME(finish_nanspread)(out, state, capacity, n, count, ddof, false);
}

static void NAME(finish_nanstd)(void *out, const void *state, int64_t capacity, int64_t n, int64_t count,
                                double ddof)
{
    NAME(finish_nanspread)(out, state, capacity, n, count, ddof, true);
}

#ifndef NARROW
FA__INLINE void NAME(finish_complex)(T *results, const double *state, int64_t capacity, int64_t n,
                                     const double *fixed)
{
    for (int64_t i = 0; i < n; i++) {
        results[2 * i] = STORE(fixed != NULL ? fixed[0] : state[i]);
        results[2 * i + 1] = STORE(fixed != NULL ? fixed[1] : state[capacity + i]);
    }
}

static void NAME(finish_complex_sum)(void *out, const void *state, int64_t capacity, int64_t n, int64_t count,
                                     double ddof)
{
    (void)ddof;
    NAME(finish_complex)(out, state, capacity, n, count == 0 ? (const double[]){0, 0} : NULL);
}

static void NAME(finish_complex_prod)(void *out, const void *state, int64_t capacity, int64_t n,
                                      int64_t count, double ddof)
{
    (void)ddof;
    NAME(finish_complex)(out, state, capacity, n, count == 0 ? (const double[]){1, 0} : NULL);
}

/* NumPy divides by the complex number count + 0j: an infinite part leaves NaN in the other one. */
static void NAME(finish_complex_mean)(void *out, const void *state, int64_t capacity, int64_t n,
                                      int64_t count, double ddof)
{
    T *results = out;
    const double *reals = state, *imags = reals + capacity;
    (void)ddof;
    for (int64_t i = 0; i < n; i++) {
        results[2 * i] = STORE(count == 0 ? NAN : (reals[i] + imags[i] * 0) / (double)count);
        results[2 * i + 1] = STORE(count == 0 ? NAN : (imags[i] - reals[i] * 0) / (double)count);
    }
}
#endif
