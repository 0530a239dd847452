/* SPDX-License-Identifier: BSD-3-Clause */
/* Conversions that need to know more than two types: times that count other units, structures part by part. Loops on
 * contiguous blocks in the machine's byte order, like all kernels, but compiled once; structures alone are as they are
 * stored, and say of each part how its bytes are turned. */
#ifndef FA_KERNEL_CAST_H
#define FA_KERNEL_CAST_H

#include "base/time.h"
#include "kernel/kernel.h"

typedef struct fa__cast fa__cast;
typedef struct fa__cast_part fa__cast_part;

struct fa__cast {
    void (*loop)(const fa__cast *cast, void *out, const void *in, int64_t n);
    int64_t from_bytes, to_bytes; /* of an element */
    fa__convert_loop *convert;    /* fa__cast_numbers */
    /* Times: counts times `multiply` over `divide`, or by the calendar. */
    int64_t multiply, divide;
    fa__unit from_unit, to_unit;
    int32_t from_count, to_count;
    /* fa__cast_parts: bytes that no part writes are zero. */
    fa__cast_part *parts;
    int64_t part_count;
};

/* What stands in one place of a structure, `count` times, and where it goes. */
struct fa__cast_part {
    int64_t from_offset, to_offset, count;
    bool repeats; /* one element becomes all `count` */
    int from_swap, to_swap;
    fa__cast cast;
};

/* Loops for `loop`. */
void fa__cast_bytes(const fa__cast *cast, void *out, const void *in, int64_t n); /* cut, or filled up with zeros */
void fa__cast_numbers(const fa__cast *cast, void *out, const void *in, int64_t n);
void fa__cast_time_by_ratio(const fa__cast *cast, void *out, const void *in, int64_t n);
void fa__cast_time_by_calendar(const fa__cast *cast, void *out, const void *in, int64_t n);
void fa__cast_parts(const fa__cast *cast, void *out, const void *in, int64_t n);

#endif
