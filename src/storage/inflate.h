/* SPDX-License-Identifier: BSD-3-Clause */
/* Deflated bytes of a file: unpacked once, when they are first used, into memory or scratch, and then a
 * source like any other. Knows nothing about archives but where the bytes are and what they must add up to.
 */
#ifndef FA_STORAGE_INFLATE_H
#define FA_STORAGE_INFLATE_H

#include "storage/file_object.h"
#include "storage/storage.h"

/* A deflated stream. */
typedef struct fa__packed {
    const char *name; /* for messages */
    int64_t offset, packed_bytes, bytes;
    uint32_t crc; /* of all unpacked bytes */
} fa__packed;

/* Hands the first `most` unpacked bytes, in order, to `take` (NULL: nobody); with FA__INFLATE_ALL all of
 * them, and then the stream must end exactly there, and its checksum be right. Stops with FA_CANCELLED when
 * *stop (may be NULL) becomes true. */
enum { FA__INFLATE_ALL = -1 };
bool fa__inflate(const fa__packed *packed, fa__file *file, int64_t most,
                 bool (*take)(void *user, int64_t at, const char *bytes, size_t size, fa_error *err),
                 void *user, const atomic_bool *stop, fa_error *err);

/* A view of the array that the unpacked bytes are, as `layout` says; what is written to it stays in the
 * process. Takes a reference to the object; copies the rest. */
fa_array *fa__inflated_array(fa__file_object *object, const fa__packed *packed, const fa__layout *layout,
                             bool writeable, fa_error *err);

#endif
