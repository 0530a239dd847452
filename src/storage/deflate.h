/* SPDX-License-Identifier: BSD-3-Clause */
/* Packing bytes into a deflated stream. */
#ifndef FA_STORAGE_DEFLATE_H
#define FA_STORAGE_DEFLATE_H

#include "storage/storage.h"

/* What is packed: a header, and behind it all bytes of a source. */
typedef struct fa__unpacked {
    const char *header;
    size_t header_bytes;
    fa__source *source;
    fa__watch *watch; /* may be NULL */
} fa__unpacked;

/* Hands the packed bytes, in order, to `put`. *crc is the checksum of what was packed. */
bool fa__deflate(const fa__unpacked *from,
                 bool (*put)(void *user, const void *bytes, size_t size, fa_error *err), void *user,
                 uint32_t *crc, fa_error *err);

#endif
