/* SPDX-License-Identifier: BSD-3-Clause */
/// Statistics that look at the order of elements. All give a pending array and compute nothing; types, shapes
/// and values are NumPy's, to the bit. Arrays may be larger than memory: they are read once or a few times.
///
/// Returns  one reference to a pending array.
/// Errors   FA_BAD_TYPES, FA_BAD_SHAPE, FA_BAD_INDEX, FA_INVALID_ARGUMENT, FA_NO_MEMORY; FA_OUT_OF_RANGE for
/// quantiles outside
///          of [0, 1], when they are looked at.
/// Threads  safe.
/// Cost     none now; when computed, one reading of the array nearly always, some more of unlucky ones.
#ifndef FARRAY_STATISTICS_H
#define FARRAY_STATISTICS_H

#include <farray/array.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What lies between two elements in order: NumPy's methods.
typedef enum fa_quantile_method {
    FA_QUANTILE_LINEAR = 0,
    FA_QUANTILE_INVERTED_CDF = 1,
    FA_QUANTILE_AVERAGED_INVERTED_CDF = 2,
    FA_QUANTILE_CLOSEST_OBSERVATION = 3,
    FA_QUANTILE_INTERPOLATED_INVERTED_CDF = 4,
    FA_QUANTILE_HAZEN = 5,
    FA_QUANTILE_WEIBULL = 6,
    FA_QUANTILE_MEDIAN_UNBIASED = 7,
    FA_QUANTILE_NORMAL_UNBIASED = 8,
    FA_QUANTILE_LOWER = 9,
    FA_QUANTILE_HIGHER = 10,
    FA_QUANTILE_MIDPOINT = 11,
    FA_QUANTILE_NEAREST = 12
} fa_quantile_method;

/// How quantiles are taken. NULL for all zeros.
typedef struct fa_quantile_options {
    fa_quantile_method method; ///< of quantiles and percentiles
    bool keepdims;             ///< axes that go stay as axes of size 1
    bool skip_nan;        ///< NaN and NaT are left out: np.nanmedian and its kin; else one of them makes NaN
    fa_array *weights;    ///< of quantiles by FA_QUANTILE_INVERTED_CDF, of the array's shape or that of the
                          ///< axes; NULL: all alike
    uint64_t reserved[3]; ///< zero
} fa_quantile_options;

/// The element in the middle of the order, or half the sum of the two: np.median, np.nanmedian.
FA_API fa_array *fa_median(fa_array *array, fa_axes axes, const fa_quantile_options *options, fa_error *err);

/// What the parts `q` of the elements are below: np.quantile, np.nanquantile. `q` has at most two axes, which
/// come first in the result. Where it is float64, so are quantiles of float32, as in NumPy.
FA_API fa_array *fa_quantile(fa_array *array, fa_array *q, fa_axes axes, const fa_quantile_options *options,
                             fa_error *err);
/// The same for one number, which leaves float32 as it is.
FA_API fa_array *fa_quantile_at(fa_array *array, double q, fa_axes axes, const fa_quantile_options *options,
                                fa_error *err);
/// Quantiles of hundredths: np.percentile, np.nanpercentile.
FA_API fa_array *fa_percentile(fa_array *array, fa_array *q, fa_axes axes, const fa_quantile_options *options,
                               fa_error *err);

/// What bins a histogram has, and what is added up in them. NULL for ten bins from the least to the largest
/// element.
typedef struct fa_histogram_options {
    int64_t bins;        ///< so many of equal width; 0: 10
    const double *range; ///< two numbers that bins of equal width begin and end with; NULL: the least and
                         ///< largest element
    fa_array *edges;     ///< bins between these, which ascend; NULL: of equal width
    const char *rule;  ///< as many bins as NumPy's rule of this name gives: "auto", "fd", "scott"; looked at
                       ///< now. NULL: `bins`
    fa_array *weights; ///< added up in place of elements that are counted; NULL: counts
    bool density;      ///< as a density whose integral is 1
    uint64_t reserved[4]; ///< zero
} fa_histogram_options;

/// How many elements are in each bin: np.histogram, with NumPy's decision for each element. `edges` (which
/// may be NULL) gets one reference to an array of their edges. Counts share the reading of a file with means
/// and extremes that are asked for together, where the range or the edges are known.
FA_API fa_array *fa_histogram(fa_array *array, const fa_histogram_options *options, fa_array **edges,
                              fa_error *err);
/// The edges alone: np.histogram_bin_edges.
FA_API fa_array *fa_histogram_bin_edges(fa_array *array, const fa_histogram_options *options, fa_error *err);
/// How often each whole number from 0 on is there, or the sum of its weights (NULL: counts): np.bincount. The
/// largest is looked for now, since the result has one element more, or `minlength`.
FA_API fa_array *fa_bincount(fa_array *array, fa_array *weights, int64_t minlength, fa_error *err);
/// In which of the bins between edges elements are, 0 before the first: np.digitize. `right` closes bins on
/// that side. Which way the edges go is looked at now.
FA_API fa_array *fa_digitize(fa_array *array, fa_array *bins, bool right, fa_error *err);

/// What a covariance is taken of. NULL for all zeros. Weights are looked at now.
typedef struct fa_cov_options {
    fa_array *y;           ///< further variables; NULL: none
    bool in_columns;       ///< a variable is a column: rowvar=False
    bool bias;             ///< divides by the number of observations, and not by one less
    const double *ddof;    ///< or by so many less; NULL: as `bias` says
    fa_array *fweights;    ///< how often each observation was made; NULL: once
    fa_array *aweights;    ///< how much each is worth; NULL: the same
    const fa_dtype *dtype; ///< of floats, in which it is computed; NULL: what holds the variables and float64
    uint64_t reserved[3];  ///< zero
} fa_cov_options;

/// How variables vary together, of one or two axes: np.cov. In float64, or complex128, by a product of
/// matrices.
FA_API fa_array *fa_cov(fa_array *array, const fa_cov_options *options, fa_error *err);
/// Correlations: np.corrcoef. Of the options `y`, `in_columns` and `dtype` alone count.
FA_API fa_array *fa_corrcoef(fa_array *array, const fa_cov_options *options, fa_error *err);

#ifdef __cplusplus
}
#endif

#endif
