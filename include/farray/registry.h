/* SPDX-License-Identifier: BSD-3-Clause */
/// What farray can compute: all that expressions can call or name, for tools, documentation and other
/// languages.
///
///     fa_operation_info info;
///     for (int i = 0; fa_operation_at(i, &info); i++)
///         printf("%-16s %s\n", info.name, info.documentation);
#ifndef FARRAY_REGISTRY_H
#define FARRAY_REGISTRY_H

#include <farray/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What an operation does.
typedef enum fa_operation_kind {
    FA_OPERATION_ELEMENTWISE = 0, ///< broadcasts its operands and computes element by element
    FA_OPERATION_REDUCTION = 1,   ///< takes axes away
    FA_OPERATION_FUNCTION = 2,    ///< is made of other operations
    FA_OPERATION_VIEW = 3,        ///< sees the same elements in another geometry; nothing is computed
    FA_OPERATION_CONVERSION = 4,  ///< gives another element type
    FA_OPERATION_GENERATOR = 5,   ///< makes elements from their positions
    FA_OPERATION_ATTRIBUTE = 6,   ///< is written behind an array and a dot, without a call
    FA_OPERATION_MOVE =
        7, ///< puts the same elements in other places; nothing is copied before it is asked for
    FA_OPERATION_CONSTANT = 8, ///< is a name for a number, or for None
    FA_OPERATION_WHOLE = 9,    ///< looks at all elements before it gives one: orders, selects, multiplies
    FA_OPERATION_PRODUCT = 10, ///< multiplies arrays and adds up products
    FA_OPERATION_KERNEL = 11,  ///< was registered by the user (farray/kernel.h)
    FA_OPERATION_KIND_COUNT
} fa_operation_kind;

/// One operation. The texts live for ever.
typedef struct fa_operation_info {
    const char *name;    ///< in expressions
    const char *symbol;  ///< the operator in expressions; "" when there is none
    const char *aliases; ///< other names in expressions, separated by spaces; "" when there are none
    const char
        *parameters; ///< separated by spaces; "=" behind those that may be left out, "*" before several
    const char *documentation; ///< one sentence
    int arity;                 ///< how many arrays it takes
    int outputs;               ///< how many arrays it gives; 0: as many as its arguments say
    fa_operation_kind kind;
    bool is_method;       ///< may be written behind an array and a dot: a.sum()
    uint64_t reserved[4]; ///< zero
} fa_operation_info;

/// How many operations there are.
FA_API int fa_operation_count(void);

/// The operation at `index`, counted from 0; those of one kind stand together.
///
/// Returns  false, and leaves `info` alone, when there is none.
/// Threads  safe.
FA_API bool fa_operation_at(int index, fa_operation_info *info);

#ifdef __cplusplus
}
#endif

#endif
