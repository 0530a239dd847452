/* SPDX-License-Identifier: BSD-3-Clause */
/* The public view of what text can name. Knows nothing about computing any of it. */
#include <farray/registry.h>

#include "text/calls.h"

int fa_operation_count(void)
{
    return fa__catalogue_count();
}

bool fa_operation_at(int index, fa_operation_info *info)
{
    return fa__catalogue_at(index, info);
}
