/* SPDX-License-Identifier: BSD-3-Clause */
/* Arrays in files: opening, making, publishing, scratch. Knows formats and files, nothing about what is
 * computed. */
#ifndef FA_STORAGE_STORAGE_H
#define FA_STORAGE_STORAGE_H

#include <farray/file.h>
#include "array/view.h"
#include "platform/platform.h"

/* What a format's header says. */
typedef struct fa__layout {
    const char *format; /* "npy", "raw" */
    int major, minor;
    const fa_dtype *dtype; /* one reference */
    fa_order order;
    int ndim;
    int64_t sizes[FA_MAX_NDIM];
    int64_t offset_bytes; /* of the first element in the file */
    /* Of an array in an archive: what it is called there (borrowed; needs no NUL), and where the bytes end
     * that are its own. */
    const char *member;
    int64_t member_name_bytes, member_end;
} fa__layout;
void fa__layout_clear(fa__layout *layout);

/* The .npy header (NEP 1, versions 1.0, 2.0 and 3.0). `bytes` are the first bytes of the file, `file_bytes`
 * its size; 64 KiB + 12 bytes are always enough. Strict: the refuse list of docs/promises.md. `name` is for
 * messages. */
bool fa__npy_parse(const char *name, const void *bytes, size_t size, int64_t file_bytes, fa__layout *layout,
                   fa_error *err);
/* Writes a header as NumPy writes it (lowest version that can hold it, padded to 64 bytes, with room to grow
 * the first axis in place): *header is released with fa__free(). */
bool fa__npy_format(const fa_dtype *dtype, int ndim, const int64_t *sizes, fa_order order, char **header,
                    size_t *header_bytes, fa_error *err);
/* Writes the layout into the bytes of the header that said it before its sizes changed: as long as it was, so
 * that elements stay where they are. FA_UNSUPPORTED when it has no room. */
bool fa__npy_reformat(const char *name, const fa__layout *layout, char *header, size_t header_bytes,
                      fa_error *err);
enum { FA__NPY_MAX_HEADER = 65536 + 12 };

/* Takes "PATH::NAME" apart: *path is ended by fa__free(), *member points into `name` and is NULL where there
 * is none. A name that a file has as a whole is its path. */
bool fa__name_split(const char *name, char **path, const char **member, fa_error *err);
fa_names *fa__names_new(fa_error *err);
bool fa__names_add(fa_names *names, const char *text, size_t length, fa_error *err);

/* The public functions behind api/open. Each gives a view of the whole array. An address that the source's
 * map() gave holds, also while others close the file, until its unmap(): every map needs one. */
fa_array *fa__storage_open(const char *path, fa_mode mode, const fa_open_options *options, fa_error *err);
fa_names *fa__storage_list(const char *path, fa_error *err);
fa_array *fa__storage_memmap(const char *path, fa_mode mode, const fa_dtype *dtype, fa_shape shape,
                             const fa_memmap_options *options, fa_error *err);

/* How far long work has come, and whether it shall stop: for whoever watches it from another thread. */
typedef struct fa__watch {
    atomic_bool stop;
    atomic_llong done_bytes, total_bytes;
} fa__watch;

/* A new file that nobody sees yet: reserved, zeroed, written through `array`, then published or dropped. */
typedef struct fa__publication fa__publication;
fa__publication *fa__publish_begin(const char *path, const fa_dtype *dtype, int ndim, const int64_t *sizes,
                                   const fa_create_options *options, fa_error *err);
/* Another array of the archive that `publication` is, borrowed as fa__publish_array(); NULL with a clean err
 * where `path` leads to another file. FA_INVALID_ARGUMENT where it leads to the same one, and that has room
 * for one array only. */
fa_array *fa__publish_beside(fa__publication *publication, const char *path, const fa_dtype *dtype, int ndim,
                             const int64_t *sizes, const fa_create_options *options, fa_error *err);
/* Headerless, for fa_memmap(FA_CREATE). */
fa__publication *fa__publish_begin_raw(const char *path, const fa_dtype *dtype, int ndim,
                                       const int64_t *sizes, const fa_memmap_options *options, fa_error *err);
bool fa__publish_is_archive(const fa__publication *publication);
fa_array *fa__publish_array(
    fa__publication *publication); /* borrowed; alive until commit or drop, or longer if retained */
/* Packs what is compressed, and flushes the file; nothing is visible yet. The first half of committing
 * several files together. `watch` may be NULL. */
bool fa__publish_prepare(fa__publication *publication, fa__watch *watch, fa_error *err);
/* Flushes the file, unless fa__publish_prepare() just did, and renames it into place; `durable` flushes the
 * folder too, else the first flush of the array does. Ends the publication in any case; on failure the
 * temporary is gone. */
bool fa__publish_commit(fa__publication *publication, bool durable, fa_error *err);
/* Removes the temporary. NULL is fine. */
void fa__publish_drop(fa__publication *publication);

/* Giving a file's array another length along its outermost axis: the first in C order, the last in F order.
 * The file is locked exclusively from begin to commit or drop; its header says the old length until commit.
 * `array` is any view of the file. */
typedef struct fa__resizing fa__resizing;
fa__resizing *fa__resize_begin(fa_array *array, fa_error *err);
/* What the file has now, other handles and processes may have made it longer. Borrowed. */
const fa__layout *fa__resize_layout(const fa__resizing *resizing);
int fa__resize_axis(const fa__resizing *resizing);
/* The bytes of the file that are given away by this length: what is behind the array (litter of a killed
 * writer) included. NULL with a clean err when there are none. One reference. */
fa_array *fa__resize_doomed(fa__resizing *resizing, int64_t length, fa_error *err);
/* Reserves space: the new rows are zero. Nothing can be seen yet. */
bool fa__resize_to(fa__resizing *resizing, int64_t length, fa_error *err);
/* A view of the new rows; one reference. */
fa_array *fa__resize_added(fa__resizing *resizing, fa_error *err);
/* Makes rows durable, then the header; a file without one is not flushed. Gives a view of the whole array and
 * ends the resizing in any case; on failure the file has its old length. */
fa_array *fa__resize_commit(fa__resizing *resizing, fa_error *err);
/* Ends it with the old length. NULL is fine. */
void fa__resize_drop(fa__resizing *resizing);

/* An unlinked, reserved file in FARRAY_TMPDIR (default /var/tmp); on a tmpfs it is charged as memory. */
fa__source *fa__scratch_source(int64_t bytes, fa_error *err);
/* Bytes that are in no file, as a file that is memory: it can get another size, and forked children share it.
 * *charged is what the caller gives back to the ledger when it is closed; 0 where the limit had no room, and
 * the bytes are in scratch. */
fa_array *fa__anonymous_array(const char *name, int64_t bytes, size_t *charged, fa_error *err);
/* Memory where the ledger has room, else scratch. Where it need not be `zero`, its bytes are whatever an
 * array left that stood there before. */
fa__source *fa__memory_or_scratch(int64_t bytes, bool zero, fa_error *err);

/* How files are read and written: FARRAY_IO, looked at once. Auto: mapped where the bytes are in memory, else
 * past the page cache where the file system allows it and there is much of them, else read. Direct: past the
 * page cache wherever that is possible. */
typedef enum fa__io { FA__IO_AUTO, FA__IO_MMAP, FA__IO_PREAD, FA__IO_DIRECT } fa__io;
fa__io fa__io_mode(void);
void fa__set_io_mode(fa__io mode); /* for tests */

/* Bytes through read calls and asked-for mapped pages, since the process began. */
void fa__storage_statistics(int64_t *bytes_read, int64_t *bytes_written);
void fa__storage_count_read(int64_t bytes);

/* Turns an address that fa__guarded() came back with into FA_MAP_FAULT naming file and byte offset; the file
 * object of that mapping stays failed. */
void fa__storage_fault(const void *address, fa_error *err);

#endif
