/* SPDX-License-Identifier: BSD-3-Clause */
/* Which loop an operation runs and what comes out of it: NumPy's resolution of ufuncs, from the rule of the
 * operation's row and NEP 50. Works on types alone. */
#ifndef FA_EXPR_TYPES_H
#define FA_EXPR_TYPES_H

#include "array/promote.h"
#include "kernel/operations.h"

typedef struct fa__resolution {
    fa_type inputs[3]; /* what each input is converted to */
    fa_type loop_type;
    fa_type result;
    bool mixed_compare; /* int64 with uint64: loop_type is that of the first */
} fa__resolution;

/* The types of an operation on inputs of these numeric types, some of them weak. FA_BAD_TYPES in NumPy's
 * words where it has some. */
bool fa__resolve(fa__operation operation, const fa_type *types, const fa__weak *weak,
                 fa__resolution *resolution, fa_error *err);

bool fa__type_is_integer(fa_type type);
bool fa__type_is_signed(fa_type type);
bool fa__type_is_complex(fa_type type);
/* The type of a part of a complex number; other types are their own. */
fa_type fa__real_type(fa_type type);

#endif
