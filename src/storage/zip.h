/* SPDX-License-Identifier: BSD-3-Clause */
/* The zip container, read strictly: which members a file says it has, and where their bytes are. Every number
 * is checked against the file before it is used. Knows nothing about what members hold, and unpacks nothing.
 */
#ifndef FA_STORAGE_ZIP_H
#define FA_STORAGE_ZIP_H

#include "platform/platform.h"

enum { FA__ZIP_STORED = 0, FA__ZIP_DEFLATED = 8 };

/* The signatures and sizes of the container's records, for reader and writer. */
enum {
    FA__ZIP_LOCAL = 0x04034b50,
    FA__ZIP_CENTRAL = 0x02014b50,
    FA__ZIP_DESCRIPTOR = 0x08074b50,
    FA__ZIP_END = 0x06054b50,
    FA__ZIP_END64 = 0x06064b50,
    FA__ZIP_LOCATOR64 = 0x07064b50,
    FA__ZIP_LOCAL_BYTES = 30,
    FA__ZIP_CENTRAL_BYTES = 46,
    FA__ZIP_END_BYTES = 22,
    FA__ZIP_END64_BYTES = 56,
    FA__ZIP_LOCATOR64_BYTES = 20,
    FA__ZIP_EXTRA64 = 0x0001,   /* the extra field of sizes above 32 bits */
    FA__ZIP_FLAG_DESCRIBED = 8, /* sizes and checksum follow the data */
    FA__ZIP_FLAG_UTF8 = 0x800   /* the name is UTF-8 */
};

typedef struct fa__zip_entry {
    const char *name; /* ends with NUL; lives with the archive */
    int64_t name_bytes;
    unsigned flags, method;
    uint32_t crc;
    int64_t packed_bytes, bytes; /* in the file, and unpacked */
    int64_t header_offset;       /* of its local header */
    int64_t end_offset;          /* where the next member, or the directory, begins */
} fa__zip_entry;

typedef struct fa__zip {
    const char *path; /* borrowed: for messages */
    char *directory;
    fa__zip_entry *entries; /* in the order of the directory */
    int64_t count;
    int64_t directory_offset;
} fa__zip;

/* Reads the directory of a file of `file_bytes` bytes. `path` must outlive the archive. */
bool fa__zip_read(fa__zip *zip, fa__file *file, const char *path, int64_t file_bytes, fa_error *err);
void fa__zip_clear(fa__zip *zip);
/* Looks at a member's local header: where its bytes begin, once it is sure that farray can read them, that
 * the header agrees with the directory, and that they end before the next member begins. */
bool fa__zip_locate(const fa__zip *zip, const fa__zip_entry *entry, fa__file *file, int64_t *data_offset,
                    fa_error *err);

/* Little-endian integers. */
uint32_t fa__zip_get(const void *bytes, int count);
int64_t fa__zip_get64(const void *bytes);

#endif
