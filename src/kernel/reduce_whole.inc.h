/* SPDX-License-Identifier: BSD-3-Clause */
/* Template, once per integer type and for bool: both halves of its reductions. */
#include "kernel/reduce_real.inc.h"
#include "kernel/reduce_integer.inc.h"
