/* SPDX-License-Identifier: BSD-3-Clause */
/* Pieces are kept sorted by their offset, none touching the next: an array that is written along its memory
 * by several threads has about as many as there are threads. */
#include "storage/checksum.h"

#include "base/checked.h"
#include "base/memory.h"
#include "storage/storage.h"

#include <string.h>
#include <zlib.h>

/* A walk across the memory leaves more pieces than this only where tiles are tiny; the file is read again
 * then. */
enum { MOST_PIECES = 65536, READ_BYTES = 256 << 10 };

typedef struct piece {
    int64_t offset, size;
    uint32_t crc;
} piece;

struct fa__checksum {
    fa__mutex mutex;
    piece *pieces;
    int64_t count, capacity;
    bool lost; /* some piece was not kept */
};

fa__checksum *fa__checksum_new(fa_error *err)
{
    fa__checksum *checksum = fa__alloc_zero(1, sizeof *checksum, err);
    if (checksum != NULL)
        checksum->mutex = (fa__mutex)FA__MUTEX_INIT;
    return checksum;
}

void fa__checksum_free(fa__checksum *checksum)
{
    if (checksum == NULL)
        return;
    fa__free(checksum->pieces);
    fa__free(checksum);
}

/* The first piece that begins behind `offset`. */
static int64_t place_of(const fa__checksum *checksum, int64_t offset)
{
    int64_t low = 0, high = checksum->count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (checksum->pieces[middle].offset > offset)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static bool touches(const piece *first, const piece *second)
{
    return first->offset + first->size == second->offset;
}

static void append(piece *first, const piece *second)
{
    first->crc = (uint32_t)crc32_combine(first->crc, second->crc, (z_off_t)second->size);
    first->size += second->size;
}

static void insert(fa__checksum *checksum, int64_t at, const piece *added)
{
    fa_error full = {0};
    if (checksum->count >= MOST_PIECES || !fa__grow(&checksum->pieces, &checksum->capacity,
                                                    checksum->count + 1, sizeof *checksum->pieces, &full)) {
        checksum->lost = true;
        return;
    }
    memmove(&checksum->pieces[at + 1], &checksum->pieces[at],
            (size_t)(checksum->count - at) * sizeof *checksum->pieces);
    checksum->pieces[at] = *added;
    checksum->count++;
}

static void close_gap(fa__checksum *checksum, int64_t at)
{
    append(&checksum->pieces[at - 1], &checksum->pieces[at]);
    checksum->count--;
    memmove(&checksum->pieces[at], &checksum->pieces[at + 1],
            (size_t)(checksum->count - at) * sizeof *checksum->pieces);
}

void fa__checksum_add(fa__checksum *checksum, int64_t offset, const void *bytes, size_t size)
{
    piece added = {offset, (int64_t)size, (uint32_t)crc32_z(0, (const Bytef *)bytes, size)};
    fa__mutex_lock(&checksum->mutex);
    int64_t at = place_of(checksum, offset);
    piece *before = at > 0 ? &checksum->pieces[at - 1] : NULL;
    piece *behind = at < checksum->count ? &checksum->pieces[at] : NULL;
    if (before != NULL && touches(before, &added)) {
        append(before, &added);
        if (behind != NULL && touches(before, behind))
            close_gap(checksum, at);
    } else if (behind != NULL && touches(&added, behind)) {
        append(&added, behind);
        *behind = added;
    } else {
        insert(checksum, at, &added);
    }
    fa__mutex_unlock(&checksum->mutex);
}

bool fa__checksum_finish(fa__checksum *checksum, fa__file *file, int64_t offset, int64_t size, uint32_t *crc,
                         fa_error *err)
{
    if (fa_failed(err))
        return false;
    const piece *whole = checksum->pieces;
    /* Bytes that were written twice leave pieces that are longer than they should be, or overlap. */
    if (!checksum->lost && checksum->count == 1 && whole->offset == offset && whole->size == size) {
        *crc = whole->crc;
        return true;
    }
    return fa__checksum_file(file, offset, size, crc, err);
}

bool fa__checksum_file(fa__file *file, int64_t offset, int64_t size, uint32_t *crc, fa_error *err)
{
    char *bytes = fa__alloc(READ_BYTES, err);
    *crc = 0;
    for (int64_t at = 0; bytes != NULL && at < size;) {
        size_t step = (size_t)fa__min_i64(READ_BYTES, size - at);
        if (!fa__file_read(file, offset + at, bytes, step, err))
            break;
        fa__storage_count_read((int64_t)step);
        *crc = (uint32_t)crc32_z(*crc, (const Bytef *)bytes, step);
        at += (int64_t)step;
    }
    fa__free(bytes);
    return !fa_failed(err);
}

bool fa__checksum_compare(const char *name, uint32_t found, uint32_t expected, fa_error *err)
{
    if (found == expected)
        return !fa_failed(err);
    return fa__fail(err, FA_BAD_FORMAT, "%s: its bytes have the checksum %08lx, the archive says %08lx", name,
                    (unsigned long)found, (unsigned long)expected);
}
