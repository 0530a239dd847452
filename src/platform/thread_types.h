/* SPDX-License-Identifier: BSD-3-Clause */
/* What a mutex and a condition are made of, so that they can be static. For platform.h alone. */
#ifndef FA_PLATFORM_THREAD_TYPES_H
#define FA_PLATFORM_THREAD_TYPES_H

#include <pthread.h>

struct fa__mutex {
    pthread_mutex_t mutex;
};
struct fa__condition {
    pthread_cond_t condition;
};
#define FA__MUTEX_INIT            \
    {                             \
        PTHREAD_MUTEX_INITIALIZER \
    }
#define FA__CONDITION_INIT       \
    {                            \
        PTHREAD_COND_INITIALIZER \
    }

#endif
