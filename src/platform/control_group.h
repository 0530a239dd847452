/* SPDX-License-Identifier: BSD-3-Clause */
/* The limits of the control group that the process is in, versions 1 and 2. For src/platform and its tests
 * alone. */
#ifndef FA_PLATFORM_CONTROL_GROUP_H
#define FA_PLATFORM_CONTROL_GROUP_H

#include <stddef.h>

/* The least limit from the process's group up to the root; SIZE_MAX without one. `root` is put before every
 * path that is read: "" is the system, tests give a folder that looks like one. */
size_t fa__group_memory_limit(const char *root);
/* Processors that the quotas allow, such as 1.5; 0 without one. */
double fa__group_processors(const char *root);

#endif
