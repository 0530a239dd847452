/* SPDX-License-Identifier: BSD-3-Clause */
/* Counts of time in other units, with NumPy's rounding: down, for dates and for spans; what leaves 64 bits
 * wraps. Structures part by part: gathered, converted, scattered. */
#include "kernel/cast.h"

#include <string.h>

fa__trouble fa__cast_bytes(const fa__cast *cast, void *out, const void *in, int64_t n)
{
    const int64_t kept = cast->from_bytes < cast->to_bytes ? cast->from_bytes : cast->to_bytes;
    for (int64_t i = 0; i < n; i++) {
        char *to = (char *)out + i * cast->to_bytes;
        memcpy(to, (const char *)in + i * cast->from_bytes, (size_t)kept);
        memset(to + kept, 0, (size_t)(cast->to_bytes - kept));
    }
    return FA__NO_TROUBLE;
}

fa__trouble fa__cast_numbers(const fa__cast *cast, void *out, const void *in, int64_t n)
{
    cast->convert(out, in, n);
    return FA__NO_TROUBLE;
}

static int64_t by_ratio(int64_t value, int64_t multiply, int64_t divide)
{
    int64_t scaled = (int64_t)((uint64_t)value * (uint64_t)multiply);
    if (value < 0)
        scaled = (int64_t)((uint64_t)scaled - (uint64_t)(divide - 1));
    return scaled / divide;
}

fa__trouble fa__cast_time_by_ratio(const fa__cast *cast, void *out_block, const void *in, int64_t n)
{
    int64_t *out = out_block;
    const int64_t *a = in;
    const int64_t multiply = cast->multiply, divide = cast->divide;
    for (int64_t i = 0; i < n; i++)
        out[i] = a[i] == FA__NOT_A_TIME ? a[i] : by_ratio(a[i], multiply, divide);
    return FA__NO_TROUBLE;
}

fa__trouble fa__cast_time_by_calendar(const fa__cast *cast, void *out_block, const void *in, int64_t n)
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
    return FA__NO_TROUBLE;
}

/* One place of n structures. As many elements as fit are on their way at once. */
static fa__trouble cast_place(const fa__cast *whole, const fa__cast_part *part, int64_t at, char *out,
                              const char *in, int64_t n)
{
    const fa__cast *cast = &part->cast;
    _Alignas(16) char from[FA__CAST_WIDEST], to[FA__CAST_WIDEST];
    const int64_t widest = cast->from_bytes > cast->to_bytes ? cast->from_bytes : cast->to_bytes;
    const int64_t some = widest < FA__CAST_WIDEST ? FA__CAST_WIDEST / (widest > 0 ? widest : 1) : 1;
    fa__trouble trouble = FA__NO_TROUBLE;
    in += part->from_offset + (part->repeats ? 0 : at * cast->from_bytes);
    out += part->to_offset + at * cast->to_bytes;
    if (widest > FA__CAST_WIDEST) { /* bytes alone are that long here, and they are not turned */
        for (int64_t i = 0; i < n; i++)
            fa__cast_bytes(cast, out + i * whole->to_bytes, in + i * whole->from_bytes, 1);
        return trouble;
    }
    for (int64_t done = 0; done < n && trouble == FA__NO_TROUBLE; done += some) {
        const int64_t count = n - done < some ? n - done : some;
        fa__gather(from, in + done * whole->from_bytes, whole->from_bytes, count, cast->from_bytes,
                   part->from_swap);
        trouble = cast->loop(cast, to, from, count);
        fa__scatter(out + done * whole->to_bytes, whole->to_bytes, to, count, cast->to_bytes, part->to_swap);
    }
    return trouble;
}

fa__trouble fa__cast_parts(const fa__cast *cast, void *out, const void *in, int64_t n)
{
    fa__trouble trouble = FA__NO_TROUBLE;
    memset(out, 0, (size_t)(n * cast->to_bytes));
    for (int64_t i = 0; i < cast->part_count; i++)
        for (int64_t at = 0; at < cast->parts[i].count && trouble == FA__NO_TROUBLE; at++)
            trouble = cast_place(cast, &cast->parts[i], at, out, in, n);
    return trouble;
}
