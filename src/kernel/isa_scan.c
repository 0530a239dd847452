/* SPDX-License-Identifier: BSD-3-Clause */
/* Scans along contiguous elements: each result waits for the one before it, but for sums of doubles
 * (scan_sums.h). Those that are not here are made of the loops of their operations, one element at a time. */
#include "kernel/loop.h"
#include "kernel/complex.h"
#include "kernel/narrow.h"
#include "kernel/scan_sums.h"

#define SCANS(X)          \
    X(ADD, add)           \
    X(MULTIPLY, multiply) \
    X(MINIMUM, minimum)   \
    X(MAXIMUM, maximum)

/* Integers wrap; multiplying in the unsigned type, at least as wide as int, keeps that defined. */
#define STEP_ADD(a, b)      (T)((U)(a) + (U)(b))
#define STEP_MULTIPLY(a, b) (T)((uint64_t)(a) * (uint64_t)(b))
#define STEP_MINIMUM(a, b)  ((b) < (a) ? (b) : (a))
#define STEP_MAXIMUM(a, b)  ((b) > (a) ? (b) : (a))
#define FA__WITH_INTEGERS
#define FA__TEMPLATE "kernel/scan.inc.h"
#include "kernel/each_type.inc.h"
#undef STEP_ADD
#undef STEP_MULTIPLY
#undef STEP_MINIMUM
#undef STEP_MAXIMUM

#define STEP_ADD(a, b)      ((a) + (b))
#define STEP_MULTIPLY(a, b) ((a) * (b))
#define STEP_MINIMUM(a, b)  ((a) != (a) ? (a) : (a) <= (b) ? (a) : (b))
#define STEP_MAXIMUM(a, b)  ((a) != (a) ? (a) : (a) >= (b) ? (a) : (b))
#define FA__WITH_FLOATS
#define FA__TEMPLATE "kernel/scan.inc.h"
#include "kernel/each_type.inc.h"
#undef STEP_ADD
#undef STEP_MULTIPLY
#undef STEP_MINIMUM
#undef STEP_MAXIMUM

/* The floats of 16 bits are rounded behind every step, as in NumPy. */
#define ONE_ELEMENT(T, suffix)              \
    FA__INLINE float widened_##suffix(T x)  \
    {                                       \
        float wide;                         \
        widen_##suffix(&wide, &x, 1);       \
        return wide;                        \
    }                                       \
    FA__INLINE T narrowed_##suffix(float x) \
    {                                       \
        T narrow;                           \
        narrow_##suffix(&narrow, &x, 1);    \
        return narrow;                      \
    }
ONE_ELEMENT(fa__half, f16)
ONE_ELEMENT(fa__bfloat, bf16)
#undef ONE_ELEMENT

#define WIDE(a)             NAME(widened)(a)
#define STEP_ADD(a, b)      NAME(narrowed)(WIDE(a) + WIDE(b))
#define STEP_MULTIPLY(a, b) NAME(narrowed)(WIDE(a) * WIDE(b))
#define STEP_MINIMUM(a, b)  (WIDE(a) != WIDE(a) || WIDE(a) <= WIDE(b) ? (a) : (b))
#define STEP_MAXIMUM(a, b)  (WIDE(a) != WIDE(a) || WIDE(a) >= WIDE(b) ? (a) : (b))
#define S                   f16
#define T                   fa__half
#define TYPE                FA_TYPE_FLOAT16
#include "kernel/scan.inc.h"
#undef S
#undef T
#undef TYPE
#define S    bf16
#define T    fa__bfloat
#define TYPE FA_TYPE_BFLOAT16
#include "kernel/scan.inc.h"
#undef S
#undef T
#undef TYPE
#undef STEP_ADD
#undef STEP_MULTIPLY
#undef STEP_MINIMUM
#undef STEP_MAXIMUM

#define STEP_ADD(a, b)      ((T){(a).real + (b).real, (a).imag + (b).imag})
#define STEP_MULTIPLY(a, b) NAME(multiply)(a, b)
#define STEP_MINIMUM(a, b)  (NAME(is_nan)(a) || NAME(less_equal)(a, b) ? (a) : (b))
#define STEP_MAXIMUM(a, b)  (NAME(is_nan)(a) || NAME(less_equal)(b, a) ? (a) : (b))
#define FA__WITH_COMPLEX
#define FA__TEMPLATE "kernel/scan.inc.h"
#include "kernel/each_type.inc.h"

/* Where sums leave their octave again and again, they are added one by one for longer and longer. */
static void sum_scan_f64(void *out_block, const void *in, int64_t n, const void *before)
{
    enum { LONGEST = 16 };
    double *out = out_block;
    const double *x = in;
    int64_t i = n > 0, patience = 1, misses = 0;
    if (n > 0)
        add_scan_f64(out, x, 1, before);
    while (i + SUMMED <= n) {
        double last = out[i - 1];
        if (misses == 0 && sum_together(out + i, x + i, &last)) {
            patience = 1;
        } else {
            add_scan_f64(out + i, x + i, SUMMED, &last);
            patience = misses > 0 ? patience : patience < LONGEST ? 2 * patience : LONGEST;
            misses = misses > 0 ? misses - 1 : patience;
        }
        i += SUMMED;
    }
    if (i < n) {
        const double last = out[i - 1];
        add_scan_f64(out + i, x + i, n - i, &last);
    }
}

static void octave_sum(const double *x, int64_t n, double near, fa__octave_sum *sum)
{
    sum_in_octave(x, n, near, sum);
}

void FA__ISA(fa__fill_scan)(fa__kernels *kernels)
{
#define X(suffix) fill_scans_##suffix(kernels);
    FA__EACH_INTEGER(X)
    FA__EACH_NARROW(X)
    FA__EACH_FLOAT(X)
    FA__EACH_COMPLEX(X)
#undef X
    kernels->scans[FA__OP_ADD][FA_TYPE_FLOAT64] = sum_scan_f64;
    kernels->octave_sum = octave_sum;
}
