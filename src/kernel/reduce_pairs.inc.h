/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once per complex type T: its blocks split into two blocks of doubles for reduce_complex.inc.h. */

FA__INLINE void NAME(split)(double *real, double *imag, const T *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        real[i] = x[i].real;
        imag[i] = x[i].imag;
    }
}

#define X(name)                                                                                    \
    static void NAME(name##_leaf_rows)(void *state, int64_t capacity, const void *x, int64_t rows, \
                                       int64_t n)                                                  \
    {                                                                                              \
        double real[FA__BLOCK], imag[FA__BLOCK];                                                   \
        const int64_t together = FA__BLOCK / n;                                                    \
        for (int64_t row = 0; row < rows; row += together) {                                       \
            const int64_t count = rows - row < together ? rows - row : together;                   \
            NAME(split)(real, imag, (const T *)x + row * n, count * n);                            \
            complex_##name##_rows((double *)state + row, capacity, real, imag, count, n);          \
        }                                                                                          \
    }                                                                                              \
    static void NAME(name##_leaf)(void *state, int64_t capacity, const void *x, int64_t n)         \
    {                                                                                              \
        NAME(name##_leaf_rows)(state, capacity, x, 1, n);                                          \
    }                                                                                              \
    static void NAME(name##_row)(void *state, int64_t capacity, const void *x, int64_t n, int row) \
    {                                                                                              \
        double real[FA__BLOCK], imag[FA__BLOCK];                                                   \
        for (int64_t done = 0; done < n; done += FA__BLOCK) {                                      \
            const int64_t count = n - done < FA__BLOCK ? n - done : FA__BLOCK;                     \
            NAME(split)(real, imag, (const T *)x + done, count);                                   \
            complex_##name##_strip((double *)state + done, capacity, real, imag, count, row);      \
        }                                                                                          \
    }                                                                                              \
    FA__STRIP_BY_ROWS(NAME(name##_strip), NAME(name##_row), T)
X(sum)
X(prod)
X(min)
X(max)
X(var)
X(nanmin)
X(nanmax)
X(nanvar)
X(argmin)
X(argmax)
X(nanargmin)
X(nanargmax)
#undef X

static void NAME(count_leaf_rows)(void *state, int64_t capacity, const void *x, int64_t rows, int64_t n)
{
    int64_t *counts = state;
    const T *a = x;
    (void)capacity;
    for (int64_t row = 0; row < rows; row++, a += n) {
        int32_t count = 0;
        for (int64_t i = 0; i < n; i++)
            count += (a[i].real != 0) | (a[i].imag != 0);
        counts[row] = count;
    }
}

static void NAME(count_leaf)(void *state, int64_t capacity, const void *x, int64_t n)
{
    NAME(count_leaf_rows)(state, capacity, x, 1, n);
}

static void NAME(count_row)(void *state, int64_t capacity, const void *x, int64_t n, int row)
{
    int64_t *counts = state;
    const T *a = x;
    (void)capacity;
    for (int64_t i = 0; i < n; i++)
        counts[i] = (row == 0 ? 0 : counts[i]) + ((a[i].real != 0) | (a[i].imag != 0));
}

FA__STRIP_BY_ROWS(NAME(count_strip), NAME(count_row), T)

static void NAME(fill_complex)(fa__kernels *kernels)
{
    FA__REDUCER(SUM, 2, true, sum, complex_sum_merge, FA__JOIN(finish_complex_sum, REAL_S), TYPE);
    FA__REDUCER(PROD, 2, true, prod, complex_prod_merge, FA__JOIN(finish_complex_prod, REAL_S), TYPE);
    FA__REDUCER(MIN, 2, false, min, complex_min_merge, FA__JOIN(finish_complex_sum, REAL_S), TYPE);
    FA__REDUCER(MAX, 2, false, max, complex_max_merge, FA__JOIN(finish_complex_sum, REAL_S), TYPE);
    FA__REDUCER(MEAN, 2, true, sum, complex_sum_merge, FA__JOIN(finish_complex_mean, REAL_S), TYPE);
    FA__REDUCER(VAR, 6, true, var, complex_var_merge, FA__JOIN(finish_var, REAL_S), REAL_TYPE);
    FA__REDUCER(STD, 6, true, var, complex_var_merge, FA__JOIN(finish_std, REAL_S), REAL_TYPE);
    kernels->reducers[FA__REDUCE_VAR][TYPE].strip_end = complex_var_strip_end;
    kernels->reducers[FA__REDUCE_STD][TYPE].strip_end = complex_var_strip_end;
    FA__REDUCER(NANMIN, 2, false, nanmin, complex_nanmin_merge, FA__JOIN(finish_complex_sum, REAL_S), TYPE);
    FA__REDUCER(NANMAX, 2, false, nanmax, complex_nanmax_merge, FA__JOIN(finish_complex_sum, REAL_S), TYPE);
    FA__REDUCER(NANVAR, 6, true, nanvar, complex_nanvar_merge, FA__JOIN(finish_nanvar, REAL_S), REAL_TYPE);
    FA__REDUCER(NANSTD, 6, true, nanvar, complex_nanvar_merge, FA__JOIN(finish_nanstd, REAL_S), REAL_TYPE);
    kernels->reducers[FA__REDUCE_NANVAR][TYPE].strip_end = complex_nanvar_strip_end;
    kernels->reducers[FA__REDUCE_NANSTD][TYPE].strip_end = complex_nanvar_strip_end;
    FA__LOCATOR(ARGMIN, 3, argmin, complex_argmin_merge, finish_complex_position, locate_complex);
    FA__LOCATOR(ARGMAX, 3, argmax, complex_argmax_merge, finish_complex_position, locate_complex);
    FA__LOCATOR(NANARGMIN, 3, nanargmin, complex_nanargmin_merge, finish_complex_position, locate_complex);
    FA__LOCATOR(NANARGMAX, 3, nanargmax, complex_nanargmax_merge, finish_complex_position, locate_complex);
    FA__REDUCER(ANY, 1, true, count, add_merge, finish_any, FA_TYPE_BOOL);
    FA__REDUCER(ALL, 1, true, count, add_merge, finish_all, FA_TYPE_BOOL);
    FA__REDUCER(COUNT_NONZERO, 1, true, count, add_merge, finish_count, FA_TYPE_INT64);
}
