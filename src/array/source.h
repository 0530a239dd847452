/* SPDX-License-Identifier: BSD-3-Clause */
/* What a view looks at: the one table of functions behind every source of bytes. Memory sources live here;
 * files, scratch and pending computations fill the same table in other rooms. A source is a row of bytes [0,
 * bytes); views put shapes on it. Knows nothing about dtypes. */
#ifndef FA_ARRAY_SOURCE_H
#define FA_ARRAY_SOURCE_H

#include <farray/file.h>
#include "base/error.h"
#include "base/reference.h"

typedef struct fa__source fa__source;
struct fa__transfer;

/* A strided box of elements: element (i0, ...) begins at byte offset + i0 * strides[0] + ... of the source.
 */
typedef struct fa__box {
    int ndim;
    int64_t item_bytes;
    int64_t offset;
    const int64_t *sizes;
    const int64_t *strides;
} fa__box;

/* Who owns the bytes. Two sources of one owner may overlap (two handles of one file): position `base` + byte
 * of the source is a byte of the owner. The engine hangs the pending readers of these bytes here, under its
 * own lock. */
typedef struct fa__owner {
    struct fa__reader *readers;
} fa__owner;

typedef enum fa__access { FA__ACCESS_NORMAL, FA__ACCESS_RANDOM, FA__ACCESS_SEQUENTIAL } fa__access;

typedef struct fa__source_class {
    const char *name; /* "memory", "npy", "npz", "raw", "scratch", "pending" */
    /* Ends the source: the last reference is gone. */
    void (*destroy)(fa__source *source);
    /* The address of byte 0 where all bytes can be touched at any time without a fault; NULL otherwise. */
    char *(*memory)(fa__source *source);
    /* Makes the bytes ready, where that takes long (a compressed member is unpacked): before a pass over them
     * is cut, so that nothing changes under it. Gives up when *stop (which may be NULL) becomes true. Who has
     * it says whether they are ready. */
    bool (*prepare)(fa__source *source, const atomic_bool *stop, fa_error *err);
    bool (*is_ready)(fa__source *source);
    /* Copies a box to dense C-order memory, or from it. */
    bool (*read)(fa__source *source, const fa__box *box, void *elements, fa_error *err);
    bool (*write)(fa__source *source, const fa__box *box, const void *elements, fa_error *err);
    /* The address of byte `first` of a range that may be touched under a guard until unmap; NULL with a clean
     * err when it is better read. `touched` bytes were charged to the ledger by the caller. */
    char *(*map)(fa__source *source, int64_t first, int64_t size, bool for_writing, fa_error *err);
    void (*unmap)(fa__source *source, int64_t first, int64_t size, bool written);
    /* Advice: reads ahead; forgets what was brought in. How many bytes of the range are in memory, -1
     * unknown. */
    void (*prefetch)(fa__source *source, int64_t first, int64_t size);
    void (*drop)(fa__source *source, int64_t first, int64_t size);
    int64_t (*resident)(fa__source *source, int64_t first, int64_t size);
    /* Reading past what is in memory, several ranges at once. Whether there is such a way for the source, and
     * whether it is the better one for a range: most of it is not in memory, and none of it was changed
     * there. */
    bool (*can_direct)(fa__source *source);
    bool (*wants_direct)(fa__source *source, int64_t first, int64_t size);
    /* Starts to read a range; false when nothing was started. `buffer` is aligned to a page and has room for
     * two pages more than the range. Each one that was started is ended, which waits for it: the address of
     * byte `first`, NULL when the range did not come whole, and is to be read otherwise. */
    bool (*begin_direct)(fa__source *source, int64_t first, int64_t size, char *buffer,
                         struct fa__transfer *transfer);
    char *(*end_direct)(fa__source *source, int64_t first, int64_t size, struct fa__transfer *transfer);
    /* The same for writing, where nobody else reads the bytes yet. The range is whole grains of the owner
     * (see `base`), and so is where the elements stand. begin_direct_write is true when a transfer was
     * started, which end_direct_write waits for; else the bytes were written otherwise, or `err` says why
     * not. Where `err` is failed already, the end only waits. */
    bool (*can_direct_write)(fa__source *source);
    bool (*begin_direct_write)(fa__source *source, int64_t first, int64_t size, char *elements,
                               struct fa__transfer *transfer, fa_error *err);
    bool (*end_direct_write)(fa__source *source, int64_t first, int64_t size, struct fa__transfer *transfer,
                             fa_error *err);
    /* Advice: how the file of the source will be read from now on. */
    void (*expect)(fa__source *source, fa__access access);
    /* Starts writing a range back (wait: and waits). */
    bool (*write_behind)(fa__source *source, int64_t first, int64_t size, bool wait, fa_error *err);
    /* Durable. */
    bool (*flush)(fa__source *source, int64_t first, int64_t size, fa_error *err);
    bool (*close)(fa__source *source, fa_error *err);
    /* The same of this source alone: others of the same bytes stay open, and the bytes too where there are
     * some. */
    bool (*close_alone)(fa__source *source, fa_error *err);
    /* Fails when the source can no longer be used: FA_CLOSED with the file's name, or a failed computation's
     * error. */
    bool (*check)(fa__source *source, fa_error *err);
    /* Whether the range is still there, after it was read: a file that was cut meanwhile may have shown
     * zeros. */
    bool (*holds)(fa__source *source, int64_t first, int64_t size, fa_error *err);
    void (*describe)(fa__source *source, fa_file_info *info, fa_error *err);
    /* Whether the bytes are still to be computed. */
    bool (*pending)(fa__source *source);
} fa__source_class;

struct fa__source {
    fa__references references;
    const fa__source_class *class;
    int64_t bytes;
    bool writeable;
    bool is_private; /* what is written to it is seen through it alone, though it shows what is written to its
                        owner */
    fa__owner *owner; /* never NULL; outlives the source or is part of it */
    int64_t base;     /* where byte 0 is in the owner */
};

/* Every function of the table may be NULL but destroy, read, write; these call them or do what NULL means
 * (nothing, not mapped, unknown). */
void fa__source_retain(fa__source *source);
void fa__source_release(fa__source *source);
char *fa__source_memory(fa__source *source);
bool fa__source_prepare(fa__source *source, const atomic_bool *stop, fa_error *err);
bool fa__source_is_ready(fa__source *source);
bool fa__source_check(fa__source *source, fa_error *err);
bool fa__source_holds(fa__source *source, int64_t first, int64_t size, fa_error *err);
bool fa__source_read(fa__source *source, const fa__box *box, void *elements, fa_error *err);
bool fa__source_write(fa__source *source, const fa__box *box, const void *elements, fa_error *err);
/* The same of bytes [first, first + size). */
bool fa__source_read_bytes(fa__source *source, int64_t first, int64_t size, void *bytes, fa_error *err);
bool fa__source_write_bytes(fa__source *source, int64_t first, int64_t size, const void *bytes,
                            fa_error *err);
/* Whether its bytes are in a file that can be read, or written, past the page cache. May open it once more.
 */
bool fa__source_reads_direct(fa__source *source);
bool fa__source_writes_direct(fa__source *source);

/* A source of zeroed memory, charged to the ledger; FA_NO_MEMORY when it does not fit (the caller then asks
 * for scratch). Small ones come from malloc, large ones are page-aligned. */
fa__source *fa__memory_source(int64_t bytes, fa_error *err);
/* A source on memory that the caller has: aligned to 16 bytes, zeroed or filled, not charged here. The source
 * calls `give_back` (which may be NULL) once, when it ends; on failure at once. */
fa__source *fa__memory_source_adopt(void *memory, int64_t bytes,
                                    void (*give_back)(void *memory, int64_t bytes), fa_error *err);

/* Copies a strided box between memory and dense memory: what read and write of memory and of mapped bytes do.
 * `base` is the address of the source's byte 0. */
void fa__box_gather(const char *base, const fa__box *box, void *elements);
void fa__box_scatter(char *base, const fa__box *box, const void *elements);

#endif
