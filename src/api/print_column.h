/* SPDX-License-Identifier: BSD-3-Clause */
/* All numbers at one place of all elements that are shown (a field of a structure in an array, say), and how
 * the floating ones among them share one format. For print_element.c alone. */
#ifndef FA_API_PRINT_COLUMN_H
#define FA_API_PRINT_COLUMN_H

#include "api/print.h"

/* A level repeats `count` times, `stride_bytes` apart: elements, then the sub-arrays that they lie in. */
typedef struct fa__column_level {
    int64_t count, stride_bytes;
} fa__column_level;

typedef struct fa__column {
    const char *data;
    int level_count;
    fa__column_level levels[FA__MAX_DTYPE_DEPTH + 2];
    bool scalar; /* nothing but one element */
} fa__column;

/* Goes over all numbers: for (walk = begin(column); !walk.finished; next(&walk)) with the number at walk.at.
 */
typedef struct fa__column_walk {
    const fa__column *column;
    const char *at;
    int64_t done[FA__MAX_DTYPE_DEPTH + 2];
    bool finished;
} fa__column_walk;

fa__column_walk fa__column_begin(const fa__column *column);
void fa__column_next(fa__column_walk *walk);

/* How numbers of one floating type are written. */
typedef struct fa__float_format {
    fa_type type;
    bool swapped;
    bool scalar; /* as str() of a scalar: no padding, shortest */
    bool scientific;
    fa__number_style style;
} fa__float_format;

/* Looks at all numbers of the column. `plus`: with a sign in any case, as imaginary parts have it. */
fa__float_format fa__float_format_make(fa_type type, bool swapped, bool plus, const fa__column *column,
                                       const fa__print_settings *settings, fa_error *err);
void fa__float_format_write(const fa__float_format *format, const char *element, fa__text *text,
                            fa_error *err);

#endif
