/* SPDX-License-Identifier: BSD-3-Clause */
/* Which class computes which operation on whole arrays. */
#include "engine/whole.h"

const fa__whole_class *const fa__whole_classes[FA__WHOLE_COUNT + 1] = {
    NULL,
};
