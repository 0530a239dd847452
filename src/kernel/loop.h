/* SPDX-License-Identifier: BSD-3-Clause */
/* What every file of kernels needs to write loops that the compiler turns into vector code. */
#ifndef FA_KERNEL_LOOP_H
#define FA_KERNEL_LOOP_H

#include "kernel/isa.h"

#include <immintrin.h>
#include <math.h>
#include <string.h>

#define FA__INLINE static inline __attribute__((always_inline, unused))

/* In front of a loop: no iteration reads what an earlier one wrote. (`out` may be an input itself, at the
 * same index.) */
#if defined(__clang__)
#define FA__INDEPENDENT _Pragma("clang loop vectorize(assume_safety) interleave(assume_safety)")
#else
#define FA__INDEPENDENT _Pragma("GCC ivdep")
#endif

/* Inside a template: add becomes add_f64. S is the suffix of the template's type. */
#define NAME(name) FA__JOIN(name, S)

#endif
