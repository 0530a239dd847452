/* SPDX-License-Identifier: BSD-3-Clause */
/* NumPy's formulas for quantiles, step by step: each step rounds to the type in which NumPy takes it. One
 * double holds every number of a narrower float, and rounding the double result of one sum or product once
 * more is right. */
#include "op/interpolate.h"

#include "array/promote.h"
#include "kernel/kernel.h"

#include <math.h>
#include <string.h>

static double rounded(fa_type type, double x)
{
    if (type == FA_TYPE_FLOAT64)
        return x;
    if (type == FA_TYPE_FLOAT32)
        return (double)(float)x;
    if (type != FA_TYPE_FLOAT16 && type != FA_TYPE_BFLOAT16)
        return x;
    uint16_t narrow;
    fa__convert_find(FA_TYPE_FLOAT64, type)(&narrow, &x, 1);
    fa__convert_find(type, FA_TYPE_FLOAT64)(&x, &narrow, 1);
    return x;
}

/* ---- Places ---- */

/* n q + (alpha + q (1 - alpha - beta)) - 1 */
static double virtual_index(fa_type type, double n, double q, double alpha, double beta)
{
    const double shift =
        rounded(type, rounded(type, alpha) + rounded(type, q * rounded(type, 1 - alpha - beta)));
    return rounded(type, rounded(type, rounded(type, rounded(type, n) * q) + shift) - 1);
}

/* The last element for what is no number, as counts of float16 may be. */
static fa__quantile_place at(double index)
{
    const int64_t place = index < 0x1p62 ? (int64_t)index : INT64_MAX;
    return (fa__quantile_place){place, place, 0};
}

/* The element itself at `index`, or the next one where `here` says no. */
static fa__quantile_place step_up(double index, bool here)
{
    const double place = floor(index) + (here ? 0 : 1);
    return at(place < 0 ? 0 : place);
}

/* An index between two elements; the weight is that of the method, from what is behind the point. Outside of
 * the elements NumPy counts from -1 or 0. */
static fa__quantile_place between(const fa__quantile_rule *rule, double index, int64_t n)
{
    fa__quantile_place place = {0, 0, 0};
    int64_t previous = 0;
    if (!(index < (double)(n - 1))) {
        place.previous = place.next = n - 1;
        previous = -1;
    } else if (index >= 0) {
        place.previous = previous = (int64_t)floor(index);
        place.next = previous + 1;
    }
    double weight = index - (double)previous;
    if (rule->method == FA__QUANTILE_AVERAGED_INVERTED_CDF)
        weight = weight != 0 ? 1 : rule->q == FA_TYPE_INT64 ? 0 : 0.5;
    else if (rule->method == FA__QUANTILE_MIDPOINT)
        weight = fmod(index, 1) == 0 ? 0 : 0.5;
    place.weight = rule->q == FA_TYPE_INT64 ? weight : rounded(rule->q, weight);
    return place;
}

static fa__quantile_place inside(fa__quantile_place place, int64_t n)
{
    place.previous = place.previous < 0 ? 0 : place.previous < n ? place.previous : n - 1;
    place.next = place.next < 0 ? 0 : place.next < n ? place.next : n - 1;
    return place;
}

static fa__quantile_place place_by_method(const fa__quantile_rule *rule, double q, int64_t n)
{
    const fa_type type = rule->q == FA_TYPE_INT64 ? FA_TYPE_FLOAT64 : rule->q;
    const double whole = rounded(type, (double)n), last = rounded(type, rounded(type, (double)(n - 1)) * q);
    const double count = rounded(type, rounded(type, whole * q) - 1);
    double index;
    switch ((fa__quantile_method)rule->method) {
    case FA__QUANTILE_INVERTED_CDF:
        return step_up(count, count == floor(count));
    case FA__QUANTILE_CLOSEST_OBSERVATION:
        index = rounded(type, count - 0.5);
        return step_up(index, index == floor(index) && fmod(floor(index), 2) != 0);
    case FA__QUANTILE_LOWER:
        return at(floor(last));
    case FA__QUANTILE_HIGHER:
        return at(ceil(last));
    case FA__QUANTILE_NEAREST:
        return at(rint(last));
    case FA__QUANTILE_AVERAGED_INVERTED_CDF:
        return between(rule, count, n);
    case FA__QUANTILE_INTERPOLATED_INVERTED_CDF:
        return between(rule, virtual_index(type, (double)n, q, 0, 1), n);
    case FA__QUANTILE_HAZEN:
        return between(rule, virtual_index(type, (double)n, q, 0.5, 0.5), n);
    case FA__QUANTILE_WEIBULL:
        return between(rule, virtual_index(type, (double)n, q, 0, 0), n);
    case FA__QUANTILE_MEDIAN_UNBIASED:
        return between(rule, virtual_index(type, (double)n, q, 1 / 3.0, 1 / 3.0), n);
    case FA__QUANTILE_NORMAL_UNBIASED:
        return between(rule, virtual_index(type, (double)n, q, 3 / 8.0, 3 / 8.0), n);
    case FA__QUANTILE_MIDPOINT:
        return between(rule, rounded(type, 0.5 * rounded(type, floor(last) + ceil(last))), n);
    default:
        return rule->q == FA_TYPE_INT64 ? at(last) : between(rule, last, n);
    }
}

fa__quantile_place fa__quantile_place_of(const fa__quantile_rule *rule, double q, int64_t n)
{
    if (rule->is_median)
        return (fa__quantile_place){(n - 1) / 2, n / 2, n % 2 == 0 ? 0.5 : 0};
    return inside(place_by_method(rule, q, n), n);
}

/* ---- What lies between two elements ---- */

static bool is_whole(fa_type type)
{
    return type <= FA_TYPE_UINT64;
}

static bool is_time(fa_type type)
{
    return type == FA_TYPE_DATETIME64 || type == FA_TYPE_TIMEDELTA64;
}

static size_t bytes_of(fa_type type)
{
    return is_time(type) ? sizeof(int64_t) : (size_t)fa__type_bytes(type);
}

static double number(fa_type type, const void *element)
{
    double x;
    if (type == FA_TYPE_FLOAT64) {
        memcpy(&x, element, sizeof x);
        return x;
    }
    fa__convert_find(type, FA_TYPE_FLOAT64)(&x, element, 1);
    return x;
}

static void put(fa_type type, double x, void *out)
{
    if (type == FA_TYPE_FLOAT64)
        memcpy(out, &x, sizeof x);
    else
        fa__convert_find(FA_TYPE_FLOAT64, type)(out, &x, 1);
}

static int64_t time_times(int64_t span, double by)
{
    const double product = (double)span * by;
    return isfinite(product) ? (int64_t)product : INT64_MIN;
}

static int64_t sum_of_times(int64_t a, int64_t b)
{
    return a == INT64_MIN || b == INT64_MIN ? INT64_MIN : (int64_t)((uint64_t)a + (uint64_t)b);
}

static void between_times(const void *previous, const void *next, double weight, void *out)
{
    int64_t a, b, result;
    memcpy(&a, previous, sizeof a);
    memcpy(&b, next, sizeof b);
    const int64_t distance = (int64_t)((uint64_t)b - (uint64_t)a);
    result = weight >= 0.5 ? sum_of_times(b, (int64_t)(0 - (uint64_t)time_times(distance, 1 - weight)))
                           : sum_of_times(a, time_times(distance, weight));
    memcpy(out, &result, sizeof result);
}

/* b - a in the type of the elements: integers wrap. */
static double distance_of(fa_type type, const void *previous, const void *next)
{
    if (!is_whole(type))
        return rounded(type, number(type, next) - number(type, previous));
    uint64_t a = 0, b = 0;
    const size_t bytes = bytes_of(type);
    memcpy(&a, previous, bytes);
    memcpy(&b, next, bytes);
    b -= a;
    return number(type, &b); /* its first bytes, of a machine that begins with the lowest */
}

/* Places that are whole numbers make results of int64 arrays. */
static int64_t between_whole(const fa__quantile_rule *rule, const void *previous, const void *next,
                             int64_t weight)
{
    int64_t a, b, distance;
    uint64_t first = 0, second = 0;
    const size_t bytes = bytes_of(rule->element);
    fa__convert_loop *convert = fa__convert_find(rule->element, FA_TYPE_INT64);
    memcpy(&first, previous, bytes);
    memcpy(&second, next, bytes);
    second -= first;
    convert(&a, previous, 1);
    convert(&b, next, 1);
    convert(&distance, &second, 1);
    return (int64_t)(weight > 0 ? (uint64_t)b - (uint64_t)distance * (uint64_t)(1 - weight)
                                : (uint64_t)a + (uint64_t)distance * (uint64_t)weight);
}

/* The mean of one element or two, as mean() makes it: float16 in float32, integers in float64, from 0.0 on.
 */
static void middle(const fa__quantile_rule *rule, const void *previous, const void *next, bool is_one,
                   void *out)
{
    if (is_time(rule->element)) {
        int64_t a, b;
        memcpy(&a, previous, sizeof a);
        memcpy(&b, next, sizeof b);
        const int64_t sum = sum_of_times(a, b), half = is_one ? a : sum == INT64_MIN ? sum : sum / 2;
        memcpy(out, &half, sizeof half);
        return;
    }
    const fa_type sums = rule->result == FA_TYPE_FLOAT16 ? FA_TYPE_FLOAT32 : rule->result;
    const double a = number(rule->element, previous) + 0.0, b = number(rule->element, next);
    put(rule->result, is_one ? a : rounded(sums, a + b) / 2, out);
}

void fa__quantile_between(const fa__quantile_rule *rule, const void *previous, const void *next,
                          double weight, void *out)
{
    if (rule->is_median) {
        middle(rule, previous, next, weight == 0, out);
        return;
    }
    if (fa__quantile_takes_elements(rule->method, rule->q)) {
        memcpy(out, previous, bytes_of(rule->element));
        return;
    }
    if (is_time(rule->element)) {
        between_times(previous, next, weight, out);
        return;
    }
    const fa_type type = rule->result;
    if (is_whole(type)) {
        const int64_t result = between_whole(rule, previous, next, (int64_t)weight);
        fa__convert_find(FA_TYPE_INT64, type)(out, &result, 1);
        return;
    }
    const double distance = rounded(type, distance_of(rule->element, previous, next));
    const double rest = rule->is_weak || is_whole(rule->q) ? 1 - weight : rounded(rule->q, 1 - weight);
    double result;
    if (weight >= 0.5)
        result = rounded(type, number(rule->element, next)) - rounded(type, distance * rounded(type, rest));
    else
        result =
            rounded(type, number(rule->element, previous)) + rounded(type, distance * rounded(type, weight));
    put(type, rounded(type, result), out);
}

void fa__quantile_nan(const fa__quantile_rule *rule, void *out)
{
    const int64_t no_time = INT64_MIN;
    if (is_time(rule->result))
        memcpy(out, &no_time, sizeof no_time);
    else
        put(rule->result, (double)NAN, out);
}
