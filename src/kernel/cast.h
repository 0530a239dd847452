/* SPDX-License-Identifier: BSD-3-Clause */
/* Conversions that need to know more than two types: times that count other units. Loops on contiguous blocks in the
 * machine's byte order, like all kernels, but compiled once. */
#ifndef FA_KERNEL_CAST_H
#define FA_KERNEL_CAST_H

#include "base/time.h"
#include "kernel/kernel.h"

typedef struct fa__cast fa__cast;

struct fa__cast {
    void (*loop)(const fa__cast *cast, void *out, const void *in, int64_t n);
    /* Times: counts times `multiply` over `divide`, or by the calendar. */
    int64_t multiply, divide;
    fa__unit from_unit, to_unit;
    int32_t from_count, to_count;
};

/* Loops for `loop`. */
void fa__cast_time_by_ratio(const fa__cast *cast, void *out, const void *in, int64_t n);
void fa__cast_time_by_calendar(const fa__cast *cast, void *out, const void *in, int64_t n);

#endif
