/* SPDX-License-Identifier: BSD-3-Clause */
/// Arrays in files.
///
/// Lifecycle: views keep their file open. The last fa_release() hands every change to the kernel, where all
/// processes see it at once, and reports nothing. fa_flush() makes the bytes of a view durable, and
/// fa_close() gives the file back while views still live: both report. A file that farray makes appears under
/// its name whole or not at all.
///
/// Caveats. Writes by other processes and through exported pointers are seen, but pending arrays that read
/// those bytes are not computed before them. Network file systems give no coherence between hosts. A device
/// that lies about flushing lies to farray too.
#ifndef FARRAY_FILE_H
#define FARRAY_FILE_H

#include <farray/array.h>

#ifdef __cplusplus
extern "C" {
#endif

/// How a file is opened, as in np.memmap.
typedef enum fa_mode {
    FA_READ_ONLY = 0,  ///< "r"
    FA_READ_WRITE = 1, ///< "r+": the file must exist
    FA_CREATE = 2,     ///< "w+": a new file, or a new one in place of the old
    FA_COPY_ON_WRITE =
        3 ///< "c": the array can be written, the file is not changed. What is written stays in memory until
          ///< the file is closed: changed pages are charged to the memory limit, FA_NO_MEMORY when it is full
} fa_mode;

typedef struct fa_evaluate_options fa_evaluate_options; /* evaluate.h */

typedef enum fa_order { FA_ORDER_C = 0, FA_ORDER_F = 1 } fa_order;

/// Options of fa_open(). Zero it, then set what differs; NULL is all defaults.
typedef struct fa_open_options {
    bool strict; ///< refuse bytes behind the array; of an archive's array read all bytes and compare the
                 ///< checksum
    uint64_t reserved[4]; ///< zero
} fa_open_options;

/// Opens the array of a file, by the format that its bytes (not its name) say. Modes: FA_READ_ONLY,
/// FA_READ_WRITE.
///
/// An array of an archive (.npz) is called "PATH::NAME", NAME as NumPy has it, with or without the .npy; PATH
/// alone is enough where it holds one. It is not written in place (FA_READ_WRITE); FA_COPY_ON_WRITE is fine.
/// One that is stored is mapped like any file, and its checksum is compared by `strict` alone. One that is
/// compressed is unpacked once, on first use, into memory or scratch, and its checksum is compared then.
///
/// Returns  a view of the whole array, released with fa_release().
/// Errors   FA_NOT_FOUND (file, or array in it), FA_PERMISSION_DENIED, FA_BAD_FORMAT (with the byte offset),
///          FA_UNSUPPORTED, FA_IO_ERROR, FA_BUSY (locked by a writer that replaces or grows it),
///          FA_NO_MEMORY, FA_INVALID_ARGUMENT (several arrays, and none is named).
/// Threads  safe; the same file may be open many times.
/// Cost     reads the header only (of an archive the directory too); maps, but touches no data.
FA_API fa_array *fa_open(const char *path, fa_mode mode, const fa_open_options *options, fa_error *err);

/// The names of the arrays of a file, in its order.
typedef struct fa_names fa_names;

/// Lists the arrays of an archive: what fa_open() takes behind "PATH::". A file that is one array has none to
/// list.
///
/// Returns  the names, released with fa_names_release().
/// Errors   as fa_open().
/// Cost     reads the directory of the archive.
FA_API fa_names *fa_names_of_file(const char *path, fa_error *err);
FA_API int64_t fa_names_count(const fa_names *names);
/// Returns  a text that lives as long as `names`; NULL when `index` is none of theirs.
FA_API const char *fa_names_get(const fa_names *names, int64_t index);
/// NULL is fine.
FA_API void fa_names_release(fa_names *names);

/// The format of a new file.
typedef enum fa_format {
    FA_FORMAT_BY_NAME = 0, ///< an archive where the path ends in ".npz", else .npy
    FA_FORMAT_NPY = 1,
    FA_FORMAT_NPZ = 2, ///< an archive of arrays
    FA_FORMAT_RAW = 3  ///< the elements alone
} fa_format;

/// How an array is compressed in its file.
typedef enum fa_codec {
    FA_CODEC_NONE = 0,
    FA_CODEC_DEFLATE = 1 ///< in archives
} fa_codec;

/// Options of fa_create() and fa_save(). Zero it, then set what differs; NULL is all defaults.
typedef struct fa_create_options {
    fa_order order;     ///< order of the elements in the file
    bool keep_existing; ///< FA_BUSY where the file (in an archive: the array) exists, instead of replacing it
    const fa_dtype
        *dtype; ///< fa_save(), outputs: of the elements in the file, cast without a check; NULL: the array's
    fa_format format;     ///< fa_save(), outputs
    fa_codec codec;       ///< fa_save(), outputs: of an array in an archive
    bool whole_archive;   ///< an archive of that name is replaced; else its other arrays stay, copied as they
                          ///< are
    uint64_t reserved[2]; ///< zero
} fa_create_options;

/// Makes a new .npy file of zeros (not one in an archive: arrays there are written once, by fa_save()), its
/// space reserved, and opens it for writing. A file of that name is replaced when the new one is whole; views
/// of the old one keep seeing the old one.
///
/// Errors   FA_DISK_FULL, FA_PERMISSION_DENIED, FA_NOT_FOUND (folder), FA_BUSY, FA_BAD_SHAPE.
FA_API fa_array *fa_create(const char *path, const fa_dtype *dtype, fa_shape shape,
                           const fa_create_options *options, fa_error *err);

/// Options of fa_memmap(). Zero it, then set what differs; NULL is all defaults.
typedef struct fa_memmap_options {
    uint64_t offset_bytes; ///< where the array begins in the file
    fa_order order;
    uint64_t reserved[4]; ///< zero
} fa_memmap_options;

/// A headerless array file, as np.memmap. One size of the shape may be -1 where the file exists: the rest of
/// the file. FA_CREATE makes a file of exactly the array's bytes (behind `offset_bytes` of zeros); all other
/// modes need a file that is long enough.
///
/// Errors   as fa_open() and fa_create(); FA_BAD_FORMAT when the file is too short, with both sizes.
FA_API fa_array *fa_memmap(const char *path, fa_mode mode, const fa_dtype *dtype, fa_shape shape,
                           const fa_memmap_options *options, fa_error *err);

/// Computes `array` into a new file: whole under its name, and durable, when this returns, or not there at
/// all. In C order unless the options say otherwise. The file is an .npy file unless its name or the options
/// say otherwise.
///
/// "PATH.npz::NAME" is an array of an archive, which np.load() reads; other arrays of an archive of that name
/// stay. "PATH.npz" alone is an archive of this one array, called arr_0 as by np.savez(). Several arrays go
/// into one archive at once by fa_evaluate_all().
///
/// Errors   FA_DISK_FULL, FA_PERMISSION_DENIED, FA_NOT_FOUND (folder), FA_BUSY, FA_UNSUPPORTED, FA_BAD_FORMAT
/// (an archive
///          that others stay in is none), and whatever computing can meet.
/// Cost     computing the array; of an archive that exists, copying its other arrays.
FA_API void fa_save(const char *path, fa_array *array, const fa_create_options *options, fa_error *err);

/// Makes the bytes of a view durable. Success means that they are on stable storage. Pending and in-memory
/// arrays: does nothing.
///
/// Cost     the pages of the view's range, not the file.
FA_API void fa_flush(fa_array *array, fa_error *err);

/// Flushes and gives the file back now, although views of it live: later use of them is FA_CLOSED. Also
/// releases `array`. In-memory arrays: releases. Acts also with a failed `err`.
FA_API void fa_close(fa_array *array, fa_error *err);

/// @name Other lengths
/// The array of a file gets longer or shorter in place, along its outermost axis: the first in C order, the
/// last in F order. `array` may be any writeable view of the file; what the file holds now counts, other
/// handles may have changed it. Views stay what they are: those whose bytes went fail with FA_CLOSED from
/// then on, also when the file grows again.
///
/// Whoever opens a .npy file meanwhile, in this process or another, with NumPy or farray, finds the array in
/// its old or in its new length; so does the next one after a kill or a power loss. A headerless file shows
/// its new rows as zeros while they are written, and keeps them when the writer is killed.
///
/// Returns  a view of the whole array in its new length, writeable; one reference.
/// Errors   FA_BUSY (another process has the file open for writing, another thread changes its length, or
/// uses it while
///          it is cut), FA_NOT_WRITEABLE, FA_BAD_SHAPE, FA_DISK_FULL, FA_UNSUPPORTED (no file; no room in the
///          header), and whatever computing can meet. The file keeps its old length then.
/// Threads  safe; one change of a file at a time.
/// @{
/// Appends `rows`: of the array's shape but for their number, or one row with a dimension less. Cast without
/// a check, as an assignment.
///
/// Cost     writes the rows; a .npy file is flushed twice and durable then, a headerless one is not:
/// fa_flush().
FA_API fa_array *fa_append(fa_array *array, fa_array *rows, const fa_evaluate_options *options,
                           fa_error *err);
/// Makes the axis `length` long. What is new is zero.
///
/// Cost     as fa_append(); computes pending arrays that read what goes.
FA_API fa_array *fa_resize(fa_array *array, int64_t length, fa_error *err);
/// @}

/// Where an array lives.
typedef struct fa_file_info {
    const char *path;   ///< borrowed from the array; NULL for arrays that are in no file
    const char *format; ///< "npy", "npz" or "raw"; for arrays in no file "memory", "scratch", "anonymous" (a
                        ///< map) or "pending"
    int64_t offset_bytes;   ///< of the file's array, in the file
    int64_t file_bytes;     ///< the file's size now
    int64_t trailing_bytes; ///< behind the file's array; in an archive, behind it in its member
    int major, minor;       ///< version of the format
    fa_order order;         ///< of the file's array
    const char *name;       ///< of the array in an archive, borrowed from the array; NULL in other files
    int64_t packed_bytes;   ///< of a compressed array, whose `offset_bytes` is where these begin; else 0
    int64_t resident_bytes; ///< of the file's array, in whole pages of the page cache; -1 where the system
                            ///< does not say
    int64_t
        dirty_bytes; ///< of these, on no disk yet; -1 where the system does not say (Linux does from 6.5 on)
    uint64_t reserved[2];
} fa_file_info;

/// Cost     asks for the state of the array's pages; reads none.
/// Errors   FA_IO_ERROR, FA_CLOSED.
FA_API void fa_get_file_info(fa_array *array, fa_file_info *info, fa_error *err);

#ifdef __cplusplus
}
#endif

#endif
