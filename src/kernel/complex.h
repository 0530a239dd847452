/* SPDX-License-Identifier: BSD-3-Clause */
/* Complex elements, without C's own operators: comparisons in NumPy's order (real part first), and NumPy's
 * product. */
#ifndef FA_KERNEL_COMPLEX_H
#define FA_KERNEL_COMPLEX_H

#include "kernel/loop.h"

#define FA__COMPLEX(T, R, S, FMA)                                                                      \
    FA__INLINE bool is_nan_##S(T a)                                                                    \
    {                                                                                                  \
        return (a.real != a.real) | (a.imag != a.imag);                                                \
    }                                                                                                  \
    /* Equal real parts: by the imaginary ones. A NaN in an imaginary part hides the order of the real \
     * parts. */                                                                                       \
    FA__INLINE bool less_##S(T a, T b)                                                                 \
    {                                                                                                  \
        return ((a.real < b.real) & (a.imag == a.imag) & (b.imag == b.imag)) |                         \
               ((a.real == b.real) & (a.imag < b.imag));                                               \
    }                                                                                                  \
    FA__INLINE bool less_equal_##S(T a, T b)                                                           \
    {                                                                                                  \
        return ((a.real < b.real) & (a.imag == a.imag) & (b.imag == b.imag)) |                         \
               ((a.real == b.real) & (a.imag <= b.imag));                                              \
    }                                                                                                  \
    /* NumPy rounds the products with a.imag, and fuses those with a.real into the sum. */             \
    FA__INLINE T multiply_##S(T a, T b)                                                                \
    {                                                                                                  \
        return (T){FMA(a.real, b.real, -(a.imag * b.imag)), FMA(a.real, b.imag, a.imag * b.real)};     \
    }

FA__COMPLEX(fa__complex64, float, c64, __builtin_fmaf)
FA__COMPLEX(fa__complex128, double, c128, __builtin_fma)
#undef FA__COMPLEX

#endif
