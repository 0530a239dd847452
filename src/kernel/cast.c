/* SPDX-License-Identifier: BSD-3-Clause */
/* Counts of time in other units, with NumPy's rounding: down, for dates and for spans. What leaves 64 bits
 * wraps. */
#include "kernel/cast.h"

static int64_t by_ratio(int64_t value, int64_t multiply, int64_t divide)
{
    int64_t scaled = (int64_t)((uint64_t)value * (uint64_t)multiply);
    if (value < 0)
        scaled = (int64_t)((uint64_t)scaled - (uint64_t)(divide - 1));
    return scaled / divide;
}

void fa__cast_time_by_ratio(const fa__cast *cast, void *out_block, const void *in, int64_t n)
{
    int64_t *out = out_block;
    const int64_t *a = in;
    const int64_t multiply = cast->multiply, divide = cast->divide;
    for (int64_t i = 0; i < n; i++)
        out[i] = a[i] == FA__NOT_A_TIME ? a[i] : by_ratio(a[i], multiply, divide);
}

void fa__cast_time_by_calendar(const fa__cast *cast, void *out_block, const void *in, int64_t n)
{
    int64_t *out = out_block;
    const int64_t *a = in;
    for (int64_t i = 0; i < n; i++) {
        int64_t rest, value = (int64_t)((uint64_t)a[i] * (uint64_t)cast->from_count);
        if (a[i] == FA__NOT_A_TIME) {
            out[i] = a[i];
            continue;
        }
        fa__moment moment = fa__moment_of(cast->from_unit, value);
        out[i] = fa__divide_down(fa__moment_count(cast->to_unit, &moment), cast->to_count, &rest);
    }
}
