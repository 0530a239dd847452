/* SPDX-License-Identifier: BSD-3-Clause */
/* What an open file is made of. For the files of src/platform alone. */
#ifndef FA_PLATFORM_FILE_INTERNAL_H
#define FA_PLATFORM_FILE_INTERNAL_H

#include "platform/platform.h"

#include <sys/types.h>

typedef enum fa__direct_state { FA__DIRECT_UNTRIED, FA__DIRECT_REFUSED, FA__DIRECT_OPEN } fa__direct_state;

struct fa__file {
    char *path; /* for messages; not a path when the file has no name */
    fa__file_identity identity;
    int descriptor;
    bool writeable;
    pid_t locked_by; /* the process that took the lock; 0 without one */
    fa__direct_state direct_state;
    int direct; /* a descriptor past the page cache */
};

/* Another descriptor of the same file, with a description of its own; `flags` are added to how it was opened.
 */
int fa__file_open_again(const fa__file *file, int flags);

#endif
