/* SPDX-License-Identifier: BSD-3-Clause */
/* Strided boxes of a file, read into dense memory and written from it by read and write calls, never through
 * a mapping, so that no access can fault. Knows nothing about sources and formats. */
#ifndef FA_STORAGE_BOX_IO_H
#define FA_STORAGE_BOX_IO_H

#include "array/source.h"
#include "platform/platform.h"
#include "storage/checksum.h"

/* `base` is where byte 0 of the box's source is in the file. Reading takes gaps of up to a page along where
 * that saves calls; writing writes the bytes of the box and no others. Both count into the statistics; what
 * is written is added to `checksum` (may be NULL), at its offset in the file. */
bool fa__box_read_file(fa__file *file, int64_t base, const fa__box *box, void *elements, fa_error *err);
bool fa__box_write_file(fa__file *file, int64_t base, const fa__box *box, const void *elements,
                        fa__checksum *checksum, fa_error *err);

#endif
