/* SPDX-License-Identifier: BSD-3-Clause */
/* The CRC-32 of a range of bytes that is written in pieces, in any order, from any thread: pieces that touch
 * are put together, so that a file is checked while it is written and not read again. */
#ifndef FA_STORAGE_CHECKSUM_H
#define FA_STORAGE_CHECKSUM_H

#include "platform/platform.h"

typedef struct fa__checksum fa__checksum;

fa__checksum *fa__checksum_new(fa_error *err);
void fa__checksum_free(fa__checksum *checksum);
/* `bytes` have been written at `offset`. Never fails: what it cannot keep is found by reading. */
void fa__checksum_add(fa__checksum *checksum, int64_t offset, const void *bytes, size_t size);
/* Of [offset, offset + size): from the pieces where they cover exactly that, else from the file. */
bool fa__checksum_finish(fa__checksum *checksum, fa__file *file, int64_t offset, int64_t size, uint32_t *crc,
                         fa_error *err);

/* Of a range of a file. */
bool fa__checksum_file(fa__file *file, int64_t offset, int64_t size, uint32_t *crc, fa_error *err);
/* FA_BAD_FORMAT when they differ. */
bool fa__checksum_compare(const char *name, uint32_t found, uint32_t expected, fa_error *err);

#endif
