/* SPDX-License-Identifier: BSD-3-Clause */
/* Zip archives made byte by byte, for the tests that damage them. All have two members of 3 float64, a.npy
 * and b.npy. */
#ifndef FA_TESTS_ARCHIVES_H
#define FA_TESTS_ARCHIVES_H

#include "base/memory.h"
#include "storage/storage.h"
#include "storage/zip.h"

#include <string.h>
#include <zlib.h>

/* Where something begins. */
enum place {
    START,
    LOCAL_A,
    DATA_A,
    DESCRIPTOR_A,
    LOCAL_B,
    DATA_B,
    CENTRAL_A,
    CENTRAL_B,
    END64,
    LOCATOR64,
    END,
    PLACES
};

enum form {
    STORED,
    PACKED,    /* deflated, in one block that packs nothing: the same bytes with any zlib */
    DESCRIBED, /* sizes and checksums behind the data */
    WIDE,      /* zip64 everywhere */
    FORMS
};

typedef struct archive {
    unsigned char bytes[2048];
    size_t size;
    int64_t at[PLACES];
} archive;

static void put(archive *a, uint64_t value, int width)
{
    for (int i = 0; i < width; i++)
        a->bytes[a->size++] = (unsigned char)(value >> (8 * i) & 0xff);
}

static void put_bytes(archive *a, const void *bytes, size_t size)
{
    memcpy(a->bytes + a->size, bytes, size);
    a->size += size;
}

/* An .npy file of three numbers. */
static size_t member_bytes(double first, char *bytes)
{
    fa_error err = {0};
    char *header;
    size_t header_bytes;
    fa__npy_format(FA_FLOAT64, 1, (int64_t[]){3}, FA_ORDER_C, &header, &header_bytes, &err);
    memcpy(bytes, header, header_bytes);
    fa__free(header);
    for (int i = 0; i < 3; i++)
        memcpy(bytes + header_bytes + 8 * (size_t)i, &(double){first + i}, 8);
    return header_bytes + 24;
}

static void put_sizes(archive *a, enum form form, uint32_t crc, size_t packed, size_t size)
{
    put(a, crc, 4);
    put(a, form == WIDE ? 0xffffffff : packed, 4);
    put(a, form == WIDE ? 0xffffffff : size, 4);
}

static void put_method(archive *a, enum form form)
{
    put(a, form == WIDE ? 45 : 20, 2);
    put(a, form == DESCRIBED ? FA__ZIP_FLAG_DESCRIBED : 0, 2);
    put(a, form == PACKED ? FA__ZIP_DEFLATED : FA__ZIP_STORED, 2);
    put(a, 0x00210000, 4);
}

static void put_wide(archive *a, size_t packed, size_t size, const int64_t *offset)
{
    put(a, FA__ZIP_EXTRA64, 2);
    put(a, offset != NULL ? 24 : 16, 2);
    put(a, size, 8);
    put(a, packed, 8);
    if (offset != NULL)
        put(a, (uint64_t)*offset, 8);
}

static void put_member(archive *a, enum form form, const char *name, double first, enum place local,
                       enum place data)
{
    char bytes[256];
    size_t size = member_bytes(first, bytes), packed = form == PACKED ? size + 5 : size;
    uint32_t crc = (uint32_t)crc32(0, (const Bytef *)bytes, (uInt)size);
    bool known = form != DESCRIBED;
    a->at[local] = (int64_t)a->size;
    put(a, FA__ZIP_LOCAL, 4);
    put_method(a, form);
    put_sizes(a, form, known ? crc : 0, known ? packed : 0, known ? size : 0);
    put(a, strlen(name), 2);
    put(a, form == WIDE ? 20 : 0, 2);
    put_bytes(a, name, strlen(name));
    if (form == WIDE)
        put_wide(a, packed, size, NULL);
    a->at[data] = (int64_t)a->size;
    if (form == PACKED) {
        put(a, 1, 1);
        put(a, size, 2);
        put(a, ~size, 2);
    }
    put_bytes(a, bytes, size);
    if (form == DESCRIBED) {
        if (local == LOCAL_A)
            a->at[DESCRIPTOR_A] = (int64_t)a->size;
        put(a, FA__ZIP_DESCRIPTOR, 4);
        put_sizes(a, form, crc, packed, size);
    }
}

static void put_central(archive *a, enum form form, const char *name, double first, enum place local,
                        enum place central)
{
    char bytes[256];
    size_t size = member_bytes(first, bytes), packed = form == PACKED ? size + 5 : size;
    a->at[central] = (int64_t)a->size;
    put(a, FA__ZIP_CENTRAL, 4);
    put(a, 20, 2);
    put_method(a, form);
    put_sizes(a, form, (uint32_t)crc32(0, (const Bytef *)bytes, (uInt)size), packed, size);
    put(a, strlen(name), 2);
    put(a, form == WIDE ? 28 : 0, 2);
    put(a, 0, 8);
    put(a, 0, 2);
    put(a, form == WIDE ? 0xffffffff : (uint64_t)a->at[local], 4);
    put_bytes(a, name, strlen(name));
    if (form == WIDE)
        put_wide(a, packed, size, &a->at[local]);
}

static void put_end64(archive *a, int64_t directory_bytes)
{
    a->at[END64] = (int64_t)a->size;
    put(a, FA__ZIP_END64, 4);
    put(a, FA__ZIP_END64_BYTES - 12, 8);
    put(a, 45 | 45 << 16, 4);
    put(a, 0, 8);
    put(a, 2, 8);
    put(a, 2, 8);
    put(a, (uint64_t)directory_bytes, 8);
    put(a, (uint64_t)a->at[CENTRAL_A], 8);
    a->at[LOCATOR64] = (int64_t)a->size;
    put(a, FA__ZIP_LOCATOR64, 4);
    put(a, 0, 4);
    put(a, (uint64_t)a->at[END64], 8);
    put(a, 1, 4);
}

static void make_archive(archive *a, enum form form)
{
    memset(a, 0, sizeof *a);
    put_member(a, form, "a.npy", 1, LOCAL_A, DATA_A);
    put_member(a, form, "b.npy", 10, LOCAL_B, DATA_B);
    put_central(a, form, "a.npy", 1, LOCAL_A, CENTRAL_A);
    put_central(a, form, "b.npy", 10, LOCAL_B, CENTRAL_B);
    int64_t directory_bytes = (int64_t)a->size - a->at[CENTRAL_A];
    if (form == WIDE)
        put_end64(a, directory_bytes);
    a->at[END] = (int64_t)a->size;
    put(a, FA__ZIP_END, 4);
    put(a, 0, 4);
    put(a, form == WIDE ? 0xffff : 2, 2);
    put(a, form == WIDE ? 0xffff : 2, 2);
    put(a, form == WIDE ? 0xffffffff : (uint64_t)directory_bytes, 4);
    put(a, form == WIDE ? 0xffffffff : (uint64_t)a->at[CENTRAL_A], 4);
    put(a, 0, 2);
}

#endif
