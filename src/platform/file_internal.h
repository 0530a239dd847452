/* SPDX-License-Identifier: BSD-3-Clause */
/* What an open file is made of. For the files of src/platform alone. */
#ifndef FA_PLATFORM_FILE_INTERNAL_H
#define FA_PLATFORM_FILE_INTERNAL_H

#include "platform/platform.h"

#include <sys/types.h>

struct fa__file {
    char *path; /* for messages; not a path when the file has no name */
    fa__file_identity identity;
    int descriptor;
    bool writeable;
    pid_t locked_by; /* the process that took the lock; 0 without one */
};

#endif
