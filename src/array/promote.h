/* SPDX-License-Identifier: BSD-3-Clause */
/* NumPy 2's rules of types (NEP 50): which type holds two types, what casts are allowed. On numeric types. */
#ifndef FA_ARRAY_PROMOTE_H
#define FA_ARRAY_PROMOTE_H

#include "array/dtype.h"

/* np.promote_types of two numeric types. */
fa_type fa__promote(fa_type a, fa_type b);
/* np.can_cast(from, to, casting="safe"), and "same_kind". */
bool fa__can_cast_safely(fa_type from, fa_type to);
bool fa__can_cast_same_kind(fa_type from, fa_type to);

/* The kinds of Python's own scalars, weak in promotion. */
typedef enum fa__weak {
    FA__STRONG = 0,
    FA__WEAK_BOOL, /* a Python bool is a strong bool_ in NumPy; kept apart for printing */
    FA__WEAK_INT,
    FA__WEAK_FLOAT,
    FA__WEAK_COMPLEX
} fa__weak;

/* The type that a weak scalar and a strong type make: weak int and uint8: uint8; weak float and int32:
 * float64. */
fa_type fa__promote_weak(fa_type strong, fa__weak weak);
/* The type that a weak scalar has on its own: bool, int64, float64, complex128. */
fa_type fa__weak_type(fa__weak weak);

#endif
