/* SPDX-License-Identifier: BSD-3-Clause */
/// Files as bytes: what Python's mmap module does, for C. A map is a file, or memory without a name, as a row
/// of bytes with a position: read, written and searched in place, given another size, and seen as arrays.
///
/// Where Python assigns to a slice, fa_map_put() takes exactly as many bytes as it replaces: a map keeps its
/// size. Offsets need no alignment. A byte that is gone (a file that was cut, a disk that fails) is an error,
/// never a signal.
///
///     m.read(n), m.write(b), m.readline()      fa_map_read(), fa_map_write(), fa_map_readline()
///     m[a:b], m[a:b] = bytes                   fa_map_get(), fa_map_put()
///     m.size(), len(m)                         fa_map_file_bytes(), fa_map_size()
///     ACCESS_READ, ACCESS_WRITE, ACCESS_COPY   FA_READ_ONLY, FA_READ_WRITE, FA_COPY_ON_WRITE
///     mmap(-1, n), set_name                    fa_map_anonymous(), fa_map_anonymous_named()
///     seekable, trackfd                        always; farray keeps its own descriptor
///
/// Threads: everything that uses the position (fa_map_seek, _read, _write, _readline and their kin),
/// fa_map_resize() and fa_map_close() are for one thread at a time on one map. All else may be called from
/// any thread at any time; bytes that one thread writes while another reads them are seen in part, as in
/// memory. A forked child shares the bytes of files and of anonymous maps with its parent, and has a position
/// of its own.
#ifndef FARRAY_MAP_H
#define FARRAY_MAP_H

#include <farray/array.h>
#include <farray/file.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct fa_map fa_map;

/// Options of fa_map_open(). Zero it, then set what differs; NULL is all defaults.
typedef struct fa_map_options {
    uint64_t offset_bytes; ///< where the map begins in the file: any byte
    uint64_t length_bytes; ///< how long it is; 0: up to the end of the file. FA_CREATE: of the new file
                           ///< behind the offset
    uint64_t reserved[4];  ///< zero
} fa_map_options;

/// Maps a file, or a part of it. An empty file is an empty map, which can be given a size.
///
/// Returns  a map at position 0, ended by fa_map_close().
/// Errors   as fa_memmap(): FA_BAD_FORMAT when the file is shorter than offset and length ask for.
/// Threads  safe; a file may be mapped many times, and be open as an array too: all see each other's changes.
/// Cost     touches no byte of the file.
FA_API fa_map *fa_map_open(const char *path, fa_mode mode, const fa_map_options *options, fa_error *err);

/// `length` zero bytes that are in no file, shared with children that are forked later. They count as memory,
/// or, where the memory limit has no room, are in a file without a name in FARRAY_TMPDIR.
///
/// Errors   FA_NO_MEMORY, FA_DISK_FULL, FA_TOO_LARGE.
FA_API fa_map *fa_map_anonymous(size_t length, fa_error *err);

/// The same with a name, for messages and for the system's lists (/proc/PID/maps).
FA_API fa_map *fa_map_anonymous_named(size_t length, const char *name, fa_error *err);

/// Makes changes durable and ends the map: later use of arrays over it is FA_CLOSED. The file is given back
/// with the last map and array of it. NULL is fine. Acts also with a failed `err`.
FA_API void fa_map_close(fa_map *map, fa_error *err);

/// @name Sizes
/// Units    bytes.
/// @{
FA_API size_t fa_map_size(const fa_map *map);
/// The file's size now, which can be more or less than what was mapped. Of an anonymous map: its size.
FA_API int64_t fa_map_file_bytes(fa_map *map, fa_error *err);
/// Gives map and file another size: the file ends where the map ends. New bytes are zero. Arrays over the map
/// stay what they are; those whose bytes went fail with FA_CLOSED from then on. The position stays where
/// there still is one, else moves to the end.
///
/// Errors   FA_NOT_WRITEABLE (read-only and copy-on-write maps), FA_BUSY (another process has the file open
/// for writing,
///          or another thread uses it while it is cut), FA_DISK_FULL, FA_TOO_LARGE, FA_NO_MEMORY.
FA_API void fa_map_resize(fa_map *map, size_t size, fa_error *err);
/// @}

/// @name The position
/// @{
FA_API size_t fa_map_tell(const fa_map *map);
/// Moves to `offset` bytes from the beginning (SEEK_SET), the position (SEEK_CUR) or the end (SEEK_END).
///
/// Returns  the new position.
/// Errors   FA_OUT_OF_RANGE, before the beginning or behind the end.
FA_API size_t fa_map_seek(fa_map *map, int64_t offset, int whence, fa_error *err);
/// Copies up to `most` bytes from the position on, and moves behind them.
///
/// Returns  how many there were: fewer at the end of the map.
FA_API size_t fa_map_read(fa_map *map, void *bytes, size_t most, fa_error *err);
/// The byte at the position. Returns -1 with FA_OUT_OF_RANGE at the end.
FA_API int fa_map_read_byte(fa_map *map, fa_error *err);
/// The bytes up to the next newline, that included, or up to the end.
///
/// Returns  the line, ended by a NUL that is not part of it, until the next line is read or the map is
/// closed; NULL at
///          the end of the map, with *length 0 and no error.
/// Errors   FA_NO_MEMORY, when the memory limit has no room for so long a line.
FA_API const char *fa_map_readline(fa_map *map, size_t *length, fa_error *err);
/// Writes at the position and moves behind.
///
/// Returns  `size`, or 0 with an error.
/// Errors   FA_OUT_OF_RANGE, and nothing is written, when there is less room; FA_NOT_WRITEABLE.
FA_API size_t fa_map_write(fa_map *map, const void *bytes, size_t size, fa_error *err);
FA_API void fa_map_write_byte(fa_map *map, int byte, fa_error *err);
/// @}

/// @name Ranges
/// Errors   FA_OUT_OF_RANGE when bytes of the range are not in the map: nothing moved then. FA_MAP_FAULT when
/// they are not
///          in the file any more. FA_NOT_WRITEABLE.
/// @{
FA_API void fa_map_get(fa_map *map, size_t offset, void *bytes, size_t size, fa_error *err);
FA_API void fa_map_put(fa_map *map, size_t offset, const void *bytes, size_t size, fa_error *err);
/// Copies `size` bytes inside the map; the ranges may overlap.
FA_API void fa_map_move(fa_map *map, size_t to, size_t from, size_t size, fa_error *err);
/// Where `pattern` first (last) stands in [start, stop). Both count from the end when negative, and are cut
/// to the map, as Python's slices; FA_OMITTED is the position as start, and the end as stop. An empty pattern
/// stands everywhere.
///
/// Returns  its offset; -1 when it is not there.
FA_API int64_t fa_map_find(fa_map *map, const void *pattern, size_t size, int64_t start, int64_t stop,
                           fa_error *err);
FA_API int64_t fa_map_rfind(fa_map *map, const void *pattern, size_t size, int64_t start, int64_t stop,
                            fa_error *err);
/// Makes a range durable; size 0: up to the end. Success means that the bytes are on stable storage.
/// Copy-on-write maps: does nothing.
///
/// Cost     the pages of the range, not the file.
FA_API void fa_map_flush(fa_map *map, size_t offset, size_t size, fa_error *err);
/// Starts writing a range back and returns at once, as flush(flags=MS_ASYNC); size 0: up to the end.
FA_API void fa_map_start_flush(fa_map *map, size_t offset, size_t size, fa_error *err);
/// @}

/// How a range will be used. Only speed depends on it.
typedef enum fa_advice {
    FA_ADVICE_NORMAL = 0,
    FA_ADVICE_RANDOM = 1,     ///< here and there: nothing is read ahead (the whole file)
    FA_ADVICE_SEQUENTIAL = 2, ///< from front to back: more is read ahead (the whole file)
    FA_ADVICE_WILL_NEED = 3,  ///< soon: read it now
    FA_ADVICE_DONT_NEED = 4   ///< not soon: forget it. No byte is lost, unlike with Python's MADV_DONTNEED
} fa_advice;

/// Says how a range will be used; size 0: up to the end.
FA_API void fa_map_advise(fa_map *map, fa_advice advice, size_t offset, size_t size, fa_error *err);

/// An array over bytes of the map from `offset` on, in C order. One size may be -1: the rest of the map.
/// Reads and writes the same bytes as the map, in the same order as all other writes. Writeable where the map
/// is.
///
/// Returns  a view; it lives as long as the map is open.
/// Errors   FA_OUT_OF_RANGE when the map is too short, with both sizes.
/// Cost     touches no byte.
FA_API fa_array *fa_map_array(fa_map *map, const fa_dtype *dtype, fa_shape shape, size_t offset,
                              fa_error *err);

#ifdef __cplusplus
}
#endif

#endif
