/* SPDX-License-Identifier: BSD-3-Clause */
/* What storage counts, beside the declarations in storage.h. */
#ifndef FA_STORAGE_STATISTICS_H
#define FA_STORAGE_STATISTICS_H

#include <stdint.h>

void fa__storage_count_written(int64_t bytes);

#endif
