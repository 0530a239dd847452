/* SPDX-License-Identifier: BSD-3-Clause */
/* Ranges of files that go past the page cache: when they should, and one at a time as transfers. What runs
 * ahead of whom is the engine's to know. Positions are bytes of the file. */
#ifndef FA_STORAGE_DIRECT_H
#define FA_STORAGE_DIRECT_H

#include "storage/file_object.h"

/* Whether the file can be read past the page cache. */
bool fa__direct_can(fa__file_object *object);
/* Whether a range is better read so: not all of it is in the page cache, and nothing there waits for its way
 * to the disk. Where FARRAY_IO says "direct" such bytes are written back, and the answer is yes. */
bool fa__direct_wants(fa__file_object *object, const fa__tenant *tenant, int64_t first, int64_t size);
/* As begin_direct and end_direct of sources. Whoever has begun is inside the object until the end. */
bool fa__direct_begin(fa__file_object *object, const fa__tenant *tenant, int64_t first, int64_t size,
                      char *buffer, fa__transfer *transfer);
char *fa__direct_end(fa__file_object *object, int64_t first, int64_t size, fa__transfer *transfer);

/* Whether the file can be written past the page cache: one that nobody else has seen yet. */
bool fa__direct_can_write(fa__file_object *object);
/* As begin_direct_write and end_direct_write of sources. */
bool fa__direct_begin_write(fa__file_object *object, const fa__tenant *tenant, int64_t first, int64_t size,
                            char *elements, fa__transfer *transfer, fa_error *err);
bool fa__direct_end_write(fa__file_object *object, fa__transfer *transfer, fa_error *err);

#endif
