/* SPDX-License-Identifier: BSD-3-Clause */
/* Which class computes which operation on whole arrays. */
#include "engine/whole.h"

extern const fa__whole_class fa__whole_matmul;

const fa__whole_class *const fa__whole_classes[FA__WHOLE_COUNT + 1] = {
    [FA__WHOLE_MATMUL] = &fa__whole_matmul,
    NULL,
};
