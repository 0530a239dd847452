/* SPDX-License-Identifier: BSD-3-Clause */
/* The public view of the lists of operations. Knows nothing about computing them. */
#include <farray/registry.h>

#include "kernel/operations.h"

int fa_operation_count(void)
{
    return FA__OPERATION_COUNT + FA__REDUCTION_COUNT;
}

bool fa_operation_at(int index, fa_operation_info *info)
{
    if (index < 0 || index >= fa_operation_count())
        return false;
    if (index < FA__OPERATION_COUNT) {
        const fa__operation_info *row = &fa__operations[index];
        *info = (fa_operation_info){.name = row->name,
                                    .symbol = row->symbol,
                                    .aliases = row->aliases,
                                    .documentation = row->documentation,
                                    .arity = row->arity,
                                    .kind = FA_OPERATION_ELEMENTWISE};
        return true;
    }
    const fa__reduction_info *row = &fa__reductions[index - FA__OPERATION_COUNT];
    *info = (fa_operation_info){.name = row->name,
                                .symbol = "",
                                .aliases = row->aliases,
                                .documentation = row->documentation,
                                .arity = 1,
                                .kind = FA_OPERATION_REDUCTION};
    return true;
}
