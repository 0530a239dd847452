/* SPDX-License-Identifier: BSD-3-Clause */
/// What farray can compute: the list of operations, for tools, documentation and other languages.
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

/// What an operation does with shapes.
typedef enum fa_operation_kind {
    FA_OPERATION_ELEMENTWISE = 0, ///< broadcasts its operands and computes element by element
    FA_OPERATION_REDUCTION = 1    ///< takes axes away
} fa_operation_kind;

/// One operation. The texts live for ever.
typedef struct fa_operation_info {
    const char *name;          ///< in expressions; the C function is fa_<name>()
    const char *symbol;        ///< the operator in expressions; "" when there is none
    const char *aliases;       ///< other names in expressions, separated by spaces; "" when there are none
    const char *documentation; ///< one sentence
    int arity;                 ///< how many arrays it takes
    fa_operation_kind kind;
    uint64_t reserved[4]; ///< zero
} fa_operation_info;

/// How many operations there are.
FA_API int fa_operation_count(void);

/// The operation at `index`, counted from 0: elementwise operations, then reductions.
///
/// Returns  false, and leaves `info` alone, when there is none.
/// Threads  safe.
FA_API bool fa_operation_at(int index, fa_operation_info *info);

#ifdef __cplusplus
}
#endif

#endif
