/* SPDX-License-Identifier: BSD-3-Clause */
/* Sums of a piece of a line before it is known what comes before the piece. */
#ifndef FA_KERNEL_SCAN_H
#define FA_KERNEL_SCAN_H

#include "kernel/kernel.h"

#include <math.h>

/* Doubles that are added one after the other, each sum rounded, while no sum leaves the octave that lies
 * about `middle` (scan_sums.h): what is added to the sum before them, and how far sums get from it. */
typedef struct fa__octave_sum {
    double total, least, most, middle;
    double room; /* about the middle; what lies between two sums that are looked at is taken off */
    bool is_exact;
} fa__octave_sum;

/* Of n elements, a multiple of 64, in the octave of `near`. */
void fa__sum_in_octave(const double *x, int64_t n, double near, fa__octave_sum *sum);

/* Whether that is what they come to behind a sum. */
static inline bool fa__octave_sum_holds(const fa__octave_sum *sum, double before)
{
    return sum->is_exact && fabs(before + sum->least - sum->middle) < sum->room &&
           fabs(before + sum->most - sum->middle) < sum->room;
}

#endif
